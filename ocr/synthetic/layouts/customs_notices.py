"""Papers of customs for vehicles that were smuggled and confiscated, or stand under supervision (M-CT-03).

Knows the three kinds, their wording and how each edition is set out. Offices and numbers are invented on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.customs import Import, imported
from ocr.synthetic.layouts.prose import BLANKS, Part, pick, prose
from ocr.synthetic.layouts.security_print import (
    SERIAL_RED,
    cut_line,
    emblem,
    ornate_frame,
    pale,
    serial,
    wavy_ground,
)
from ocr.synthetic.page import A4, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, BLUE_INK, Ink, Style, draw_style

_TEAL: Ink = (36, 110, 116)
_ROSE: Ink = (160, 76, 92)

_NOTICES = (
    "没收走私汽车、摩托车证明书",
    "海关监管车辆进（出）境领（销）牌照通知书",
    "海关监管车辆解除监管证明书",
)


@dataclass(frozen=True)
class _Notice:
    """What a paper about a smuggled or supervised vehicle says."""

    kind: str
    office: str
    reason: str
    closing: str


def _notice(it: Import, identity: Identity, rng: np.random.Generator) -> _Notice:
    kind = pick(rng, *_NOTICES)
    if kind.startswith("没收"):
        office = pick(rng, it.house, "示例市公安局缉私分局", "示例市打击走私综合治理办公室")
        return _Notice(
            kind,
            office,
            pick(rng, "走私案件没收，拍卖处理", "无合法进口手续，依法没收"),
            "准予申领机动车牌证",
        )
    if "通知书" in kind:
        return _Notice(
            kind,
            it.house,
            pick(rng, "外交人员自用", "常驻机构公用", "非居民长期旅客自用"),
            "请予办理领（销）牌照手续",
        )
    return _Notice(
        kind, it.house, pick(rng, "监管年限届满", "已补缴税款", "准予转让"), "自即日起解除海关监管"
    )


def customs_notice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A letter-like proof of customs with gaps, emblem and number, in frame or plain."""
    ink = pick(rng, BLACK, _TEAL, _ROSE)
    style = replace(draw_style(rng, hand_share=0.35, dots_share=0.25), label_ink=ink, line_ink=ink)
    page = Page(*A4, dpi, rng, style, paper=pale(ink, 0.95) if ink != BLACK else (255, 255, 255))
    page.truth.materials = ["M-CT-03"]
    it, vehicle = imported(identity, rng), identity.vehicle
    notice = _notice(it, identity, rng)
    if ink != BLACK:
        wavy_ground(page, (15, 15, 195, 282), ink, 4.5)
        ornate_frame(page, (10, 10, 200, 287), ink, 4)
    if rng.random() < 0.5:
        emblem(page, 105, 28, 17, (196, 150, 40), (176, 34, 40))
    page.title(46, "中华人民共和国海关", 16, spacing=1)
    page.title(58, notice.kind.removeprefix("海关"), 19, spacing=0.8)
    page.text(130, 72, "编号：", 11)
    page.field(143, 72, Value(it.number, "import_cert_no", pt=12, role="digits"), ink=SERIAL_RED, hand=False)
    parts: list[Part] = [
        pick(rng, "示例市公安局交警支队车辆管理所", "公安机关车辆管理所"),
        "：\n　　兹有",
        Value(identity.owner.name if "没收" not in notice.kind else notice.office),
        "的",
        pick(rng, "进口车辆", "汽车"),
        "壹辆，厂牌型号",
        Value(f"{it.make}{it.model}"),
        "，车辆识别代号",
        Value(vehicle.vin, "vin"),
        "，发动机号",
        Value(vehicle.engine_no, "engine_no"),
        "，颜色",
        Value(vehicle.body_color),
        "，制造年月",
        Value(it.made),
        "，原产国",
        Value(it.country),
        "。因",
        Value(notice.reason),
        f"，{notice.closing}。\n　　特此证明。",
    ]
    y = prose(page, 27, 88, 156, parts, 13.5, leading=2.1, values=BLANKS, indent=False)
    y = max(y + 16, 196)
    page.text(180, y, notice.office, 13, anchor="rm")
    page.field(180, y + 12, dated(it.day, "issue_date", pt=13), anchor="rm")
    stamps.press_round(page, 152, y + 5, notice.office, pick(rng, "", "监管专用章"), 42)
    page.text(
        27,
        272,
        pick(rng, "注：本证明书一式两联，第一联交车主，第二联海关留存。", "本证明涂改无效，有效期三十日。"),
        9.5,
    )
    return page


def customs_notice_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same papers as a table for the vehicle and its keeper, with an opinion box of the customs house."""
    style = draw_style(rng, hand_share=0.2, dots_share=0.3)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-03"]
    it, vehicle, owner = imported(identity, rng), identity.vehicle, identity.owner
    notice = _notice(it, identity, rng)
    page.title(28, notice.kind, 18)
    page.text(22, 42, "示例市公安局车辆管理所：", 10.5)
    page.text(128, 42, "№", 11)
    page.field(136, 42, Value(it.number, "import_cert_no", pt=11.5, role="digits"), hand=False)
    h = rng.uniform(11, 13.5)
    rows: list[Row] = [
        (
            h,
            [
                (34, "车主（单位）"),
                (66, Value(owner.name)),
                (28, "证件号码"),
                (42, Value(owner.id_number, pt=9.5)),
            ],
        ),
        (h, [(34, "地　　址"), (136, Value(owner.address))]),
        (h, [(34, "车辆名称"), (66, Value("小轿车")), (28, "厂牌型号"), (42, Value(f"{it.make}{it.model}"))]),
        (
            h,
            [
                (34, "车架号码"),
                (66, Value(vehicle.vin, "vin")),
                (28, "发动机号"),
                (42, Value(vehicle.engine_no, "engine_no")),
            ],
        ),
        (h, [(34, "生产国别"), (66, Value(it.country)), (28, "出厂年月"), (42, Value(it.made))]),
        (
            h,
            [
                (34, "报关单号"),
                (66, Value(it.declaration)),
                (28, "排气量"),
                (42, Value(f"{vehicle.displacement or 0}CC")),
            ],
        ),
        (h, [(34, "批准文号"), (66, Value(it.contract)), (28, "颜　　色"), (42, Value(vehicle.body_color))]),
        (h * 1.3, [(34, "事　　由"), (136, Value(notice.reason))]),
        (h * 3, [(34, pick(rng, "海关意见", "主管海关批注", "处理意见")), (136, Value(notice.closing))]),
    ]
    bottom = page.grid(20, 48, rows)
    page.text(116, bottom - 8, "签发日期", 10)
    page.field(134, bottom - 8, dated(it.day, "issue_date", pick(rng, "chinese", "iso")))
    stamps.press_round(page, 156, bottom - 18, notice.office, diameter=40)
    page.flow(
        22,
        bottom + 8,
        164,
        "填表说明：\n一、本表由海关填写，交由车主向公安车辆管理机关办理手续。\n二、车辆在监管期内不得擅自转让、抵押或移作他用。",
        9,
    )
    return page


def customs_notice_in_two_parts(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A narrow counterfoil at the left and the certificate at the right, on a landscape sheet, filled in by hand."""
    ink = pick(rng, (40, 60, 120), (120, 60, 30), BLACK)
    style = Style(
        label="song",
        title="song_heavy",
        value=pick(rng, "hand", "kai"),
        label_ink=ink,
        line_ink=ink,
        value_ink=BLUE_INK,
        hand=True,
        value_choice=int(rng.integers(3)),
        label_choice=int(rng.integers(2)),
    )
    page = Page(297, 210, dpi, rng, style, paper=(252, 250, 244))
    page.truth.materials = ["M-CT-03"]
    it, vehicle = imported(identity, rng), identity.vehicle
    notice = _notice(it, identity, rng)
    page.title(34, "存　根", 15, x=48)
    serial(page, 24, 46, it.number, 11)
    for row, (label, text) in enumerate(
        (
            ("车主", identity.owner.name),
            ("厂牌", it.make),
            ("车架号", vehicle.vin),
            ("经办人", identity.deal.clerk),
        )
    ):
        page.text(18, 62 + row * 17, label + "：", 10.5)
        page.field(20, 70 + row * 17, Value(text, pt=10.5))
        page.line(18, 73.5 + row * 17, 80, 73.5 + row * 17, 0.15)
    cut_line(page, 88, 12, 186, upright=True)
    page.title(30, notice.kind, 16.5, x=190)
    page.text(226, 43, "字第", 11)
    page.field(
        236,
        43,
        Value(it.number, "import_cert_no", pt=11.5, role="digits", printed=True),
        ink=SERIAL_RED,
        hand=False,
    )
    left = [
        ("车辆种类及厂牌", Value(f"{it.country}产{it.make}")),
        ("型　　号", Value(it.model)),
        ("车架（VIN）号码", Value(vehicle.vin, "vin", pt=12)),
        ("发动机号码", Value(vehicle.engine_no, "engine_no", pt=12)),
        ("所有人或接收单位", Value(identity.owner.name)),
        ("处理依据", Value(notice.reason)),
    ]
    y = 58.0
    for label, value in left:
        page.text(102, y, label, 11.5)
        page.line(140, y + 3.6, 276, y + 3.6, 0.15)
        page.field(144, y, value)
        y += 13
    page.text(110, y + 2, f"以上车辆，{notice.closing}。", 12)
    page.text(196, y + 22, "发证机关（盖章）", 11.5)
    page.field(206, y + 34, dated(it.day, "issue_date", pt=12))
    stamps.press_round(page, 234, y + 24, notice.office, diameter=40)
    page.text(102, 196, f"经办：{identity.deal.clerk}　　{chinese_date(it.day)[:5]}制", 9)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-CT-03": (customs_notice, customs_notice_table, customs_notice_in_two_parts),
}
