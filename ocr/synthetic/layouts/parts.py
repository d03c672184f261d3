"""Proofs of where a part comes from (M-SR-06): invoices for an engine, body or frame, and repair shops' statements.

Knows their wording and how each is set out. Shops, makers and numbers are invented on the spot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import BLANKS, PRINTED, Part, digits, earlier, pick, prose
from ocr.synthetic.layouts.security_print import SERIAL_RED
from ocr.synthetic.page import A4, Box, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_RUST: Ink = (150, 70, 40)
_MAROON: Ink = (136, 44, 62)


@dataclass(frozen=True)
class _Repair:
    """One part put into a vehicle: by whom, when, for how much."""

    shop: str
    tax_no: str
    day: date
    part: str
    goods: str
    former: str
    price: int
    invoice_no: str


def _repair(identity: Identity, rng: np.random.Generator) -> _Repair:
    part = pick(rng, "发动机", "发动机", "发动机", "车身", "车架")
    return _Repair(
        shop=pick(
            rng,
            "示例市演示汽车修理厂",
            "示例市范例汽车维修有限公司",
            "样本汽车服务（示例）有限公司",
            "演示区长风汽修厂",
        ),
        tax_no=identity.deal.dealer_tax_no,
        day=earlier(rng, identity.day),
        part=part,
        goods=f"{part}总成",
        former=digits(rng, 1) + "A" + digits(rng, 6),
        price=int(rng.integers(40, 380)) * 100,
        invoice_no=digits(rng, 8),
    )


def _captioned(caption: str, value: Value) -> Callable[[Page, Box], None]:
    """A cell in which the value stands behind printed words of the same type."""

    def draw(page: Page, box: Box) -> None:
        y = (box[1] + box[3]) / 2
        edge = page.write(box[0] + 1.2, y, caption, value.pt, page.style.value)
        page.field(edge[2], y, value)

    return draw


def part_replacement_letter(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A repair shop states by letter what it replaced, why, and with which number."""
    style = draw_style(rng, hand_share=0.4)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-06"]
    work, vehicle = _repair(identity, rng), identity.vehicle
    top = rng.uniform(34, 54)
    if rng.random() < 0.4:
        page.title(top - 14, work.shop, 15, ink=pick(rng, BLACK, (190, 40, 44)))
    page.title(
        top,
        pick(rng, f"更换{work.part}证明", "证　　明", f"{work.part}来历证明", "维修更换证明"),
        22,
        spacing=2,
    )
    damage = ("因严重磨损", "因缸体破裂无法修复") if work.part == "发动机" else ("因锈蚀变形", "因碰撞变形")
    why = pick(rng, "因交通事故损坏", *damage)
    if work.part == "发动机":
        change: list[Part] = [
            "原发动机号",
            Value(work.former),
            "，更换后的发动机号为",
            Value(vehicle.engine_no, "engine_no"),
        ]
    else:
        change = ["发动机号", Value(vehicle.engine_no, "engine_no"), f"不变，更换同型号{work.goods}一套"]
    parts: list[Part] = [
        "示例市公安局车辆管理所：\n　　兹有",
        pick(rng, "车主", "机动车所有人"),
        Value(identity.owner.name),
        "的车辆，号牌号码",
        Value(vehicle.plate_no),
        "，厂牌型号",
        Value(vehicle.brand_model),
        "，车辆识别代号（车架号）",
        Value(vehicle.vin, "vin"),
        f"，{why}，于",
        Value(chinese_date(work.day)),
        f"在我厂更换{work.part}，",
        *change,
        "。所换",
        work.part,
        pick(rng, "为原厂配件，附购货发票。", "系正规渠道购进，发票号码见附件。"),
        "\n　　特此证明。",
    ]
    y = prose(
        page,
        27,
        top + 24,
        156,
        parts,
        14,
        leading=rng.uniform(1.8, 2.1),
        values=BLANKS if rng.random() < 0.6 else PRINTED,
        indent=False,
    )
    y = max(y + 16, rng.uniform(170, 215))
    page.text(180, y, work.shop, 13.5, anchor="rm")
    page.field(180, y + 12, dated(work.day, "issue_date", pt=13.5), anchor="rm")
    if rng.random() < 0.93:
        stamps.press_round(page, 152, y + 5, work.shop, pick(rng, "", "业务专用章"), 40)
    return page


def part_invoice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """增值税普通发票 for an engine, body or frame, on the preprinted form with the cipher block."""
    ink = pick(rng, _RUST, (60, 90, 150), (50, 120, 80))
    style = Style(
        label="song",
        title="song_heavy",
        value="typed",
        label_ink=ink,
        line_ink=ink,
        value_ink=pick(rng, (44, 44, 92), BLACK),
        dots=bool(rng.random() < 0.5),
        line_mm=0.22,
        label_choice=int(rng.integers(2)),
    )
    tight = rng.random() < 0.6
    page = Page(240 if tight else 297, 140 if tight else 210, dpi, rng, style, paper=(253, 251, 248))
    page.truth.materials = ["M-SR-06"]
    work, x, y = (
        _repair(identity, rng),
        0.0 if tight else rng.uniform(5, 50),
        0.0 if tight else rng.uniform(4, 60),
    )
    page.text(x + 18, y + 12, f"0310{work.day:%y}00104", 11, "latin")
    page.title(y + 13, f"示例市增值税{pick(rng, '普通', '普通', '专用')}发票", 17, spacing=2, x=x + 120)
    page.line(x + 82, y + 18.5, x + 158, y + 18.5, 0.3)
    page.text(x + 176, y + 11, "No", 12, "latin")
    page.field(x + 184, y + 11, Value(work.invoice_no, "invoice_no", pt=14, role="latin"), hand=False)
    page.text(x + 176, y + 21, "开票日期：", 9)
    page.field(x + 192, y + 21, dated(work.day, "issue_date", pt=9.5))
    cap, engine = 8.5, identity.vehicle.engine_no
    number = _captioned(f"{identity.vehicle.engine_model} ", Value(engine, "engine_no", pt=9))
    net = round(work.price / 1.13, 2)
    head: list[Row] = [
        (
            22,
            [
                (8, Label("购买方", cap)),
                (
                    112,
                    Value(
                        f"名　　称：{identity.owner.name}\n纳税人识别号：\n"
                        f"地址、电话：{identity.owner.address}\n开户行及账号：",
                        pt=8.5,
                    ),
                ),
                (8, Label("密码区", cap)),
                (
                    80,
                    Value(
                        "03*6<8>/51-2949<+7*018>26>4/0-\n*72<5589+0*1-63/84<21+55<0/7>2\n9*86-4>031/7+<5*20-84/6<933*>1",
                        pt=8.5,
                    ),
                ),
            ],
        ),
        (
            7,
            [
                (58, Label("货物或应税劳务、服务名称", cap)),
                (44, Label("规格型号", cap)),
                (14, Label("单位", cap)),
                (14, Label("数量", cap)),
                (26, Label("单价", cap)),
                (26, Label("金额", cap)),
                (10, Label("税率", 7.5)),
                (16, Label("税额", cap)),
            ],
        ),
        (
            22,
            [
                (58, Value(f"*汽车零配件*{work.goods}", pt=9)),
                (44, number),
                (14, Value(pick(rng, "台", "套"), pt=9)),
                (14, Value("1", pt=9)),
                (26, Value(f"{net:.2f}", pt=9)),
                (26, Value(f"{net:.2f}", pt=9)),
                (10, Value("13%", pt=7.5)),
                (16, Value(f"{work.price - net:.2f}", pt=8)),
            ],
        ),
        (
            8,
            [
                (58, Label("价税合计（大写）", cap)),
                (84, Value(in_capitals(work.price))),
                (66, Value(f"（小写）￥{work.price}.00")),
            ],
        ),
        (
            22,
            [
                (8, Label("销售方", cap)),
                (
                    112,
                    Value(
                        f"名　　称：{work.shop}\n纳税人识别号：{work.tax_no}\n地址、电话：示例市演示区示范路88号\n"
                        "开户行及账号：示例银行 000012340056",
                        pt=8.5,
                    ),
                ),
                (8, Label("备注", cap)),
                (80, _captioned("车架号：", Value(identity.vehicle.vin, "vin", pt=9))),
            ],
        ),
    ]
    bottom = page.grid(x + 16, y + 26, head)
    page.text(
        x + 20,
        bottom + 6,
        f"收款人：　　　　复核：{identity.deal.inspector}　　　　开票人：{identity.deal.clerk}　　　　销售方：（章）",
        9,
    )
    stamps.press_oval(page, x + 182, bottom - 6, work.shop, work.tax_no)
    return page


def part_replacement_form(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A repair shop's numbered form: vehicle, part before and after, opinion and seal."""
    style = draw_style(rng, hand_share=0.4, dots_share=0.2)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-06"]
    work, vehicle = _repair(identity, rng), identity.vehicle
    page.title(
        28,
        pick(
            rng,
            f"机动车更换{work.part}证明单",
            "机动车部件更换来历凭证",
            f"汽车{work.part}更换（维修）记录单",
        ),
        19,
    )
    page.text(134, 41, "№", 11)
    page.text(142, 41, digits(rng, 7), 12, "digits", SERIAL_RED)
    h = rng.uniform(12, 14)
    rows: list[Row] = [
        (
            h,
            [
                (32, "托修方"),
                (58, Value(identity.owner.name)),
                (32, "联系电话"),
                (50, Value(identity.owner.phone)),
            ],
        ),
        (
            h,
            [
                (32, "号牌号码"),
                (58, Value(vehicle.plate_no)),
                (32, "厂牌型号"),
                (50, Value(vehicle.brand_model)),
            ],
        ),
        (
            h,
            [
                (32, "车架号码"),
                (58, Value(vehicle.vin, "vin")),
                (32, "行驶里程"),
                (50, Value(f"{rng.integers(4, 30)}万公里")),
            ],
        ),
        (
            h,
            [
                (32, "更换部件"),
                (58, Value(work.goods)),
                (32, "部件生产厂"),
                (50, Value("示例动力总成有限公司", pt=9)),
            ],
        ),
        (
            h,
            [
                (32, f"原{work.part}号"),
                (58, Value(work.former if work.part == "发动机" else "无")),
                (32, "现发动机号"),
                (50, Value(vehicle.engine_no, "engine_no")),
            ],
        ),
        (
            h,
            [
                (32, "购件发票号"),
                (58, Value(work.invoice_no, "invoice_no")),
                (32, "工料费"),
                (50, Value(f"{work.price}元")),
            ],
        ),
        (
            h * 1.6,
            [
                (32, "更换原因"),
                (140, Value(pick(rng, "事故损坏，无修复价值", "拉缸抱瓦，无法修复", "锈蚀严重，影响安全"))),
            ],
        ),
        (h * 3.2, [(32, "承修单位意见"), (140, Value("情况属实，所换部件来源合法，装配检验合格。"))]),
    ]
    bottom = page.grid(19, 47, rows)
    page.text(112, bottom - 8, "日期：", 10.5)
    page.field(124, bottom - 8, dated(work.day, "issue_date", pick(rng, "chinese", "iso")))
    stamps.press_round(page, 156, bottom - 18, work.shop, "维修专用章", 40)
    page.text(
        20,
        bottom + 8,
        f"质检员：{identity.deal.inspector}　　经营许可证号：示交运管许可字{digits(rng, 9)}号　　一式两份",
        9.5,
    )
    return page


def part_invoice_digital(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子发票（普通发票）for the part, printed on the upper half of A4 or as a half sheet."""
    style = Style(
        label=pick(rng, "song", "kai"),
        title="song",
        value=pick(rng, "song", "hei"),
        label_ink=_MAROON,
        line_ink=_MAROON,
        line_mm=0.2,
        label_choice=int(rng.integers(2)),
    )
    page = Page(A4[0], pick(rng, A4[1], 140.0), dpi, rng, style)
    page.truth.materials = ["M-SR-06"]
    work, vehicle = _repair(identity, rng), identity.vehicle
    page.paste(figures.square_code(rng), (12, 8, 30, 26))
    page.title(
        16, f"电子发票（{pick(rng, '普通发票', '普通发票', '增值税专用发票')}）", 17, x=100, ink=_MAROON
    )
    page.line(66, 21, 134, 21, 0.3)
    page.text(148, 14, "发票号码：", 8.5)
    page.field(163, 14, Value(f"{work.day:%y}312{digits(rng, 15)}", "invoice_no", pt=8.5))
    page.text(148, 20, "开票日期：", 8.5)
    page.field(163, 20, dated(work.day, "issue_date", pt=8.5))
    net, cap = round(work.price / 1.13, 2), replace(Label("", 8.5), ink=_MAROON)
    engine = Value(vehicle.engine_no, "engine_no", pt=9)
    rows: list[Row] = [
        (
            20,
            [
                (8, replace(cap, text="购\n买\n方")),
                (85, Value(f"名称：{identity.owner.name}\n统一社会信用代码/纳税人识别号：", pt=9)),
                (8, replace(cap, text="销\n售\n方")),
                (85, Value(f"名称：{work.shop}\n统一社会信用代码/纳税人识别号：{work.tax_no}", pt=9)),
            ],
        ),
        (
            6.5,
            [
                (48, replace(cap, text="项目名称")),
                (40, replace(cap, text="规格型号")),
                (14, replace(cap, text="单位")),
                (14, replace(cap, text="数量")),
                (28, replace(cap, text="金额")),
                (18, replace(cap, text="税率")),
                (24, replace(cap, text="税额")),
            ],
        ),
        (
            22,
            [
                (48, Value(f"*汽车零部件*{work.goods}", pt=9)),
                (40, engine),
                (14, Value("台", pt=9)),
                (14, Value("1", pt=9)),
                (28, Value(f"{net:.2f}", pt=9)),
                (18, Value("13%", pt=9)),
                (24, Value(f"{work.price - net:.2f}", pt=9)),
            ],
        ),
        (
            8,
            [
                (48, replace(cap, text="价税合计（大写）")),
                (80, Value(in_capitals(work.price))),
                (58, Value(f"（小写）￥{work.price}.00")),
            ],
        ),
        (
            18,
            [
                (8, replace(cap, text="备\n注")),
                (
                    178,
                    _captioned(
                        f"车牌号：{vehicle.plate_no}　车辆识别代号：", Value(vehicle.vin, "vin", pt=9)
                    ),
                ),
            ],
        ),
    ]
    bottom = page.grid(12, 30, rows, border=0.25)
    page.text(16, bottom + 7, f"开票人：{identity.deal.clerk}", 9)
    if rng.random() < 0.5:
        stamps.press_oval(page, 168, bottom + 6, work.shop, work.tax_no, width=36, height=26)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SR-06": (part_replacement_letter, part_invoice, part_replacement_form, part_invoice_digital),
}
