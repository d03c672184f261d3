"""What the counter prints or writes about a case: receipts, process records, notices of what is lacking.

Knows these papers. Reasons and windows are invented by chance.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    closing,
    heading,
    pick,
    sheet,
    table,
    tear_line,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, prose
from ocr.synthetic.page import Layout, Page, Row, Value, dated

DEPARTMENTS = ("示例市公安局车辆管理所", "示例市车辆管理所演示分所", "示例市演示区机动车登记服务站")
_BUSINESSES = (
    "注册登记",
    "转让登记",
    "变更登记",
    "抵押登记",
    "补领行驶证",
    "换领号牌",
    "申领检验合格标志",
    "注销登记",
)
_LACKS = (
    "机动车所有人身份证明已过有效期，应当提交有效的身份证明；",
    "机动车交通事故责任强制保险凭证未提交；",
    "车船税完税证明未提交；",
    "机动车查验记录表缺少车辆识别代号拓印膜；",
    "委托代理人办理的，应当提交委托书和代理人身份证明；",
    "该机动车有未处理的道路交通安全违法行为，应当处理完毕；",
)


def _numbered(identity: Identity) -> Value:
    return Value(identity.transaction_number, "lsh", pt=11, printed=True)


def _moment(identity: Identity, rng: np.random.Generator) -> tuple[Value, datetime]:
    """When the case was accepted, as a value and as a time."""
    at = identity.accepted_at.replace(minute=int(rng.integers(60)), second=int(rng.integers(60)))
    form = pick(rng, ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y年%m月%d日 %H时%M分", "%Y/%m/%d %H:%M"))
    return Value(f"{at:{form}}", "accept_date", identity.day.isoformat()), at


def acceptance_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车业务受理凭证 from the desk's laser printer, at times with a second part below a tear line."""
    double = rng.random() < 0.45
    page = sheet("M-FM-07", dpi, rng, (210, 297) if double or rng.random() < 0.5 else (210, 140))
    name = pick(
        rng, ("机动车业务受理凭证", "业务受理凭证", "机动车登记业务受理回执", "受理凭证", "牌证领取凭证")
    )
    business, when, left = pick(rng, _BUSINESSES), _moment(identity, rng)[0], 18 + rng.uniform(-4, 4)
    office = pick(rng, DEPARTMENTS)
    for part, top in enumerate((8.0, 152.0) if double else (8.0,)):
        page.title(top + 12, name, 18)
        if double:
            page.text(left + 174, top + 12, ("（存档联）", "（申请人联）")[part], 9.5, anchor="rm")
        page.text(left, top + 24, "流水号：", 10.5)
        page.field(left + 15, top + 24, _numbered(identity))
        barcode(page, left + 112, top + 18, 60, 9)
        rows: list[list[Entry]] = [
            [("号牌种类", Value("小型汽车")), ("号牌号码", Value(identity.vehicle.plate_no, "plate_no"))],
            [("机动车所有人", Value(identity.owner.name, "owner_name")), ("业务类型", Value(business))],
            [("受理日期", when), ("承诺办结时间", Value("1个工作日"))],
            [
                ("受理部门", Value(office, "accept_dept")),
                ("经办人", Value(identity.deal.clerk, "operator")),
            ],
            [("收取资料", Value("身份证明、登记证书、行驶证、申请表"))],
        ]
        bottom = table(page, left, top + 32, 174, rows, 30, 10.5)
        page.flow(
            left,
            bottom + 6,
            120,
            "请妥善保管本凭证，凭本凭证及有效身份证明领取牌证。咨询电话：021-55500000",
            9,
        )
        page.text(left, bottom + 20, "申请人签字：", 10)
        if rng.random() < 0.6:
            page.signature(left + 24, bottom + 20, identity.owner.name, 14)
        stamps.press_round(page, left + 148, bottom + 14, DEPARTMENTS[0], "业务受理专用章", 36)
    if double:
        tear_line(page, 150, pick(rng, ("", "骑缝线")))
    return page


def process_record(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车业务流程记录单: one line for each desk that the case went through."""
    page = sheet("M-FM-07", dpi, rng)
    left = 18 + rng.uniform(-4, 4)
    value, at = _moment(identity, rng)
    barcode(page, left + 112, 12, 62, 9, identity.transaction_number)
    heading(
        page,
        34,
        ("机动车业务流程记录单", "机动车业务流程单", "业务流程记录单", "机动车登记业务流程记录单"),
        18,
    )
    rows: list[list[Entry]] = [
        [("流水号", _numbered(identity)), ("业务类型", Value(pick(rng, _BUSINESSES)))],
        [("号牌种类", Value("小型汽车")), ("号牌号码", Value(identity.vehicle.plate_no, "plate_no"))],
        [
            ("机动车所有人", Value(identity.owner.name, "owner_name")),
            ("车辆识别代号", Value(identity.vehicle.vin)),
        ],
        [("受理部门", Value(pick(rng, DEPARTMENTS), "accept_dept")), ("受理时间", value)],
    ]
    y = table(page, left, 46, 174, rows, 30, 10) + 6
    steps = ["受理", "查验", "审核", "收费", "制证", "发证", "归档"]
    widths = (14, 34, 34, 46, 46)
    lines: list[Row] = [
        (9.5, list(zip(widths, ("序号", "业务岗位", "经办人", "办理时间", "办理意见"), strict=True)))
    ]
    for number, step in enumerate(steps[: int(rng.integers(4, 8))], 1):
        at += timedelta(minutes=int(rng.integers(3, 45)))
        clerk = Value(
            identity.deal.clerk if number != 2 else identity.deal.inspector,
            "operator" if number == 1 else None,
        )
        cells = (
            str(number),
            step + "岗",
            clerk,
            Value(f"{at:%Y-%m-%d %H:%M}", pt=9.5),
            Value(pick(rng, ("同意", "符合规定", "通过"))),
        )
        lines.append((10.5, list(zip(widths, cells, strict=True))))
    y = page.grid(left, y, lines) + 8
    page.text(left, y, f"打印人：{identity.deal.clerk}　　打印日期：{identity.day.isoformat()}", 9.5)
    if rng.random() < 0.5:
        stamps.press_round(page, left + 140, y + 8, DEPARTMENTS[0], "档案专用章", 36)
    return page


def correction_notice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """一次性告知书, 退办单 or 不予受理通知书: what is lacking, and why the case goes back."""
    page = sheet("M-FM-07", dpi, rng, hand=0.25)
    kind = pick(rng, ("告知", "退办", "不予受理"))
    names = {
        "告知": ("机动车业务一次性告知书", "补正材料告知书", "一次性告知单", "补正告知通知书"),
        "退办": ("机动车业务退办单", "退办凭证", "业务退办（不予办理）凭证"),
        "不予受理": ("不予受理通知书", "不予受理决定书"),
    }[kind]
    heading(page, 32, names, 20)
    page.text(150, 44, "流水号：", 10.5, anchor="rm")
    page.field(151, 44, _numbered(identity))
    date_form = pick(rng, ("chinese", "iso"))
    name, plate = Value(identity.owner.name, "owner_name"), Value(identity.vehicle.plate_no, "plate_no")
    parts: list[str | Value] = [
        name,
        "：\n　　你于",
        dated(identity.day, "accept_date", date_form),
        "申请办理号牌号码为",
        plate,
    ]
    parts += [f"的机动车{pick(rng, _BUSINESSES)}业务，经审查，"]
    parts += [
        {
            "告知": "申请材料不齐全（不符合法定形式），请补正以下材料：",
            "退办": "因下列原因予以退办：",
            "不予受理": "因下列原因不予受理：",
        }[kind]
    ]
    y = prose(
        page,
        24,
        58,
        162,
        parts,
        12.5,
        2.0,
        values=UNDERLINED if rng.random() < 0.5 else WRITTEN,
        indent=False,
    )
    chosen = sorted(rng.choice(len(_LACKS), int(rng.integers(1, 4)), replace=False))
    for number, index in enumerate(chosen, 1):
        y = page.flow(
            30, y, 152, f"{number}. {_LACKS[index]}", 12.5, page.style.value if not page.style.hand else None
        )
    y = page.flow(
        24,
        y + 2,
        162,
        "　　如不服本决定，可以自收到本通知之日起六十日内申请行政复议。"
        if kind != "告知"
        else "　　材料补正后请持本告知书继续办理。",
        12,
    )
    page.text(24, y + 14, "经办人：", 12)
    page.field(42, y + 14, Value(identity.deal.clerk, "operator", pt=12))
    page.text(24, y + 26, "申请人签收：", 12)
    page.signature(50, y + 26, identity.owner.name)
    closing(
        page,
        148,
        y + 18,
        Value(pick(rng, DEPARTMENTS), "accept_dept", pt=12),
        dated(identity.day, None, pt=12),
        "业务专用章",
    )
    return page


def receipt_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """受理凭证 or 领取凭证 as a narrow slip of a thermal printer, alone or glued onto a sheet."""
    alone = rng.random() < 0.5
    page = sheet("M-FM-07", dpi, rng, (80, 170) if alone else (210, 297))
    left, top = (4.0, 4.0) if alone else (20 + rng.uniform(0, 90), 20 + rng.uniform(0, 80))
    if not alone:
        page.box((left - 3, top - 3, left + 75, top + 162), 0.15, (196, 196, 198), (252, 252, 250))
    middle = left + 36
    page.text(middle, top + 8, DEPARTMENTS[0], 10, "hei", anchor="mm")
    page.title(
        top + 18, pick(rng, ("业务受理凭证", "受理凭证", "牌证领取凭证")), 16, role="hei_heavy", x=middle
    )
    page.text(
        middle,
        top + 27,
        f"{rng.integers(1, 30):02d}号窗口　　A{rng.integers(1, 300):03d}",
        10,
        "hei",
        anchor="mm",
    )
    page.line(left, top + 32, left + 72, top + 32, 0.2)
    rows = (
        ("流水号", _numbered(identity)),
        ("业务类型", Value(pick(rng, _BUSINESSES))),
        ("号牌号码", Value(identity.vehicle.plate_no, "plate_no")),
        ("申请人", Value(identity.owner.name, "owner_name")),
        ("受理时间", _moment(identity, rng)[0]),
        ("受理部门", Value(pick(rng, DEPARTMENTS[1:]), "accept_dept")),
        ("经办人", Value(identity.deal.clerk, "operator")),
    )
    y = top + 40
    for label, value in rows:
        page.text(left + 2, y, label + "：", 10, "hei")
        slim = Value(value.text, value.code, value.canonical, pt=10, printed=True, role="hei")
        page.value((left + 21, y - 3.5, left + 71, y + 3.5), slim)
        y += 9
    page.line(left, y, left + 72, y, 0.2)
    page.paste(figures.square_code(rng), (middle - 13, y + 4, middle + 13, y + 30))
    page.text(middle, y + 35, "扫码查询办理进度", 9, "hei", anchor="mm")
    page.text(middle, y + 42, "凭此单及身份证领取牌证", 9, "hei", anchor="mm")
    return page


def process_sheet_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A landscape cover sheet of the file: number large on top, desks side by side, opinions below; or a refusal."""
    page = sheet("M-FM-07", dpi, rng, (297, 210), hand=0.35)
    refused = rng.random() < 0.3
    left = 20 + rng.uniform(-4, 4)
    name = (
        pick(rng, ("机动车业务退办（不予受理）凭证",))
        if refused
        else pick(rng, ("业务流程记录单（受理凭证）", "机动车业务受理及流程记录凭证"))
    )
    page.text(left, 18, pick(rng, DEPARTMENTS), 12, "hei")
    page.title(28, name, 20, 1, role="hei_heavy")
    page.text(left + 170, 18, "流水号", 12, "hei_heavy")
    page.field(left + 190, 18, Value(identity.transaction_number, "lsh", pt=15, printed=True, role="digits"))
    rows: list[list[Entry]] = [
        [
            ("号牌号码", Value(identity.vehicle.plate_no, "plate_no", pt=13)),
            ("所有人", Value(identity.owner.name, "owner_name", pt=13)),
            ("业务", Value(pick(rng, _BUSINESSES), pt=13)),
        ],
        [
            ("受理日期", dated(identity.day, "accept_date", pick(rng, ("iso", "chinese")))),
            ("受理部门", Value(DEPARTMENTS[1], "accept_dept", pt=9.5)),
            ("经办人", Value(identity.deal.clerk, "operator")),
        ],
    ]
    y = table(page, left, 40, 257.1, rows, 24, 13, border=0.6) + 5
    desks = ("受理岗", "查验岗", "登记审核岗", "牌证岗", "档案岗")
    share = 257.1 / 5
    page.grid(left, y, [(9, [(share, desk) for desk in desks]), (44, [(share, None)] * 5)], 0.6)
    reached = 1 if refused else int(rng.integers(2, 6))
    for index in range(reached):
        x = left + share * index
        page.field(
            x + 4,
            y + 20,
            Value(
                pick(rng, ("材料齐全，同意受理", "符合规定", "同意")) if not refused else "不符合规定", pt=10
            ),
        )
        page.signature(x + 8, y + 34, (identity.deal.clerk, identity.deal.inspector)[index % 2], 15)
        page.text(x + 6, y + 47, identity.day.isoformat(), 9)
    reason = _LACKS[int(rng.integers(len(_LACKS)))].rstrip("；") if refused else ""
    page.grid(
        left, y + 58, [(34, [(30, "退办原因" if refused else "备　注"), (227.1, Value(reason, pt=12))])], 0.6
    )
    stamps.press_round(page, left + 220, y + 76, DEPARTMENTS[0], "业务专用章", 38)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-FM-07": (acceptance_receipt, process_record, correction_notice, receipt_slip, process_sheet_wide),
}
