"""客车额度证明 of Shanghai in its editions: after an auction, for a car in use, for an electric car, at renewal.

Knows how these papers may look: names and numbering are invented, as the office has yet to show its own.
"""

from __future__ import annotations

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    SERIAL_RED,
    Entry,
    barcode,
    closing,
    digits,
    heading,
    notes,
    pick,
    plain_date,
    serial,
    sheet,
    table,
    vertical,
)
from ocr.synthetic.layouts.prose import Part, prose
from ocr.synthetic.page import A4, Layout, Page, Value, dated

_QUOTA_KINDS = (
    ("个人客车额度", "个人在用客车额度"),
    ("单位非营业性客车额度", "单位非营业性客车额度"),
    ("新能源汽车专用牌照额度", "新能源专用牌照额度"),
    ("更新额度", "更新额度"),
)


def _quota(identity: Identity, rng: np.random.Generator, electric: bool = False) -> dict[str, Value]:
    """What every edition says; a unit's quota names the firm and its credit code in place of the person's."""
    shown, kind = pick(rng, _QUOTA_KINDS[2:3] if electric else _QUOTA_KINDS)
    firm = kind.startswith("单位")
    end = identity.day.replace(
        day=min(identity.day.day, 28), year=identity.day.year + int(rng.integers(0, 2))
    )
    later = end.month > 6
    end = end.replace(month=end.month + (-6 if later else 6), year=end.year + later)
    owner, deal = identity.owner, identity.deal
    return {
        "number": Value(f"{identity.day.year % 100}{digits(rng, 8)}", "quota_no", pt=12),
        "owner": Value(deal.dealer if firm else owner.name, "owner_name", pt=11),
        "id": Value(deal.dealer_tax_no, "uscc", pt=10.5)
        if firm
        else Value(owner.id_number, "id_number", pt=10.5),
        "id_label": Value("统一社会信用代码" if firm else "身份证号码"),
        "kind": Value(shown, "quota_kind", kind, pt=10.5),
        "end": dated(end, "valid_to"),
    }


def quota_bid(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """客车额度证明单 after an auction: a form with the bid's numbers and the auction house's seal."""
    page = sheet("M-SH-01", dpi, rng, dots=0.35, paper=pick(rng, ((255, 255, 255), (246, 250, 255))))
    q = _quota(identity, rng)
    x, y = rng.uniform(16, 24), rng.uniform(22, 40)
    width, bid = 210 - 2 * x, int(rng.integers(880, 960)) * 100
    heading(page, y, ("上海市非营业性客车额度证明", "上海市个人非营业性客车额度证明单", "客车额度证明单"), 19)
    serial(page, 210 - x, y + 12, q["number"], pick(rng, ("额度证明编号：", "编号：", "№")), "rm")
    rows: list[list[Entry]] = [
        [("中标人姓名\n（单位名称）", q["owner"])],
        [(q["id_label"].text, q["id"])],
        [("额度种类", q["kind"]), ("投标卡号", Value(digits(rng, 8)))],
        [("中标价格", Value(f"{in_capitals(bid)}（¥{bid}）", pt=10))],
        [("拍卖日期", dated(identity.deal.invoice_date, None)), ("有效期至", q["end"])],
        [
            (
                "使用范围",
                Value(pick(rng, ("凭本证明办理在用客车注册、转移登记", "沪牌号段，限本人使用")), pt=10.5),
            )
        ],
    ]
    if rng.random() < 0.5:
        rows.append([("验证码", Value(digits(rng, 12))), ("打印次数", Value("1"))])
    bottom = table(page, x, y + 18, width, rows, 32, rng.uniform(10, 13))
    house = "上海示例国际商品拍卖有限公司"
    closing(page, 150, bottom + 14, Value(house, pt=11), plain_date(identity.day, pt=11), "", 40)
    if rng.random() < 0.6:
        barcode(page, x + 4, bottom + 10, 56, 10, q["number"].text)
    rules = (
        "本证明自中标之日起有效，逾期作废。",
        "本证明不得转让、涂改，遗失不补。",
        "额度单价以拍卖结果为准。",
    )
    notes(page, x, bottom + 42, width, rules[: int(rng.integers(1, 4))])
    return page


def quota_in_use(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """在用客车额度 proof printed by the office: a letter-like sheet with ruled lines, carbon copy names."""
    page = sheet("M-SH-01", dpi, rng, (210, 148) if rng.random() < 0.5 else A4, hand=0.15, dots=0.3)
    q = _quota(identity, rng)
    y = rng.uniform(18, 24) + (rng.uniform(0, 50) if page.height > 200 else 0)
    heading(
        page,
        y,
        ("客车额度证明", "在用客车额度证明", "上海市在用客车额度证明单"),
        20,
        pick(rng, (None, SERIAL_RED)),
    )
    serial(page, 190, y + 11, q["number"], "编号：", "rm")
    lines: tuple[tuple[str, Value], ...] = (
        (pick(rng, ("额度所有人：", "申请人：")), q["owner"]),
        (q["id_label"].text + "：", q["id"]),
        ("额度种类：", q["kind"]),
        ("原车号牌号码：", Value(identity.vehicle.plate_no)),
        ("证明有效期至：", q["end"]),
    )
    for index, (caption, value) in enumerate(lines):
        top = y + 24 + index * 11
        page.text(28, top, caption, 12)
        page.field(70, top, value)
        page.line(66, top + 3.4, 182, top + 3.4, 0.18)
    y += 24 + 56
    y = page.flow(28, y, 154, "　　上述额度可用于购买非营业性客车后办理注册登记、转让登记，请予核办。", 11.5)
    issuer = pick(rng, ("上海市示例区公安分局交通警察支队", "上海市示例交通管理部门额度管理所"))
    closing(page, 146, y + 9, Value(issuer, pt=11), plain_date(identity.day, pt=11), "额度专用章", 38)
    if rng.random() < 0.6:
        vertical(page, 199, y - 60, pick(rng, ("第一联　车管所留存", "第二联　存根", "第三联　申请人")), 8.5)
    return page


def quota_electric(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """新能源汽车专用牌照额度 confirmation: green head, application number, vehicle, verification code."""
    page = sheet("M-SH-01", dpi, rng)
    q, vehicle = _quota(identity, rng, electric=True), identity.vehicle
    green = (24, 120, 78)
    page.box((0, 0, 210, 24), mm=0, fill=(226, 242, 232))
    page.text(16, 12, "上海市新能源汽车推广应用（示例）", 12, "hei_heavy", green)
    page.text(194, 12, "打印时间：" + identity.day.isoformat(), 9, anchor="rm")
    heading(page, 42, ("新能源汽车专用牌照额度证明", "专用牌照额度确认凭证", "客车额度证明凭证"), 20, green)
    rows: list[list[Entry]] = [
        [("额度证明编号", q["number"]), ("额度种类", q["kind"])],
        [("申请人", q["owner"])],
        [(q["id_label"].text, q["id"])],
        [("车辆品牌", Value(vehicle.brand)), ("车辆型号", Value(vehicle.model))],
        [("车辆识别代号", Value(vehicle.vin))],
        [("销售企业", Value(identity.deal.dealer))],
        [("审核结果", Value("符合申请条件，准予发放")), ("有效期至", q["end"])],
    ]
    bottom = table(page, 16, 54, 178, rows, 34, rng.uniform(11, 14), border=0.25)
    page.paste(figures.square_code(rng), (20, bottom + 8, 48, bottom + 36))
    page.text(56, bottom + 16, "校验码：" + digits(rng, 4) + " " + digits(rng, 4), 10.5)
    page.text(56, bottom + 24, "凭本证明在有效期内办理车辆注册登记。", 10.5)
    stamps.press_round(page, 156, bottom + 24, "上海市示例新能源汽车额度管理办公室", "", 42)
    return page


def quota_renewal(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """更新额度 notice of another edition: two framed halves, the stub below repeats the upper part."""
    page = sheet("M-SH-01", dpi, rng, paper=(250, 250, 252))
    q, width = _quota(identity, rng), 174.0
    barcode(page, 128, 12, 62, 9)
    for top, name in ((30.0, "上海市客车额度证明"), (168.0, "上海市客车额度证明（回执联）")):
        page.box((18, top, 192, top + 118), 0.7)
        page.box((19.2, top + 1.2, 190.8, top + 116.8), 0.2)
        page.title(top + 14, name, 19, 1.2, role="hei_heavy")
        page.text(24, top + 28, "额度编号", 10.5, "hei")
        page.field(46, top + 28, q["number"])
        page.text(110, top + 28, "额度种类", 10.5, "hei")
        page.field(130, top + 28, q["kind"])
        parts: list[Part] = [
            "兹证明",
            q["owner"],
            f"（{q['id_label'].text}：",
            q["id"],
            "）因原有客车办理转让、注销或迁出，取得上海市客车额度一个，可用于更新车辆办理注册登记。本证明有效期至",
            q["end"],
            "，逾期未使用的额度自动失效。",
        ]
        y = prose(page, 26, top + 42, width - 16, parts, 12, 1.9)
        closing(
            page,
            148,
            max(y + 6, top + 88),
            Value("上海市示例区车辆管理所", pt=11),
            plain_date(identity.day, pt=11),
            "额度业务章",
            36,
        )
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SH-01": (
        quota_bid,
        quota_in_use,
        quota_electric,
        quota_renewal,
    ),
}
