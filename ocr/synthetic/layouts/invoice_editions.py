"""Further editions of the two vehicle invoices (M-SR-01, M-SR-02): laser sheets, digital half sheets, an older form
with values printed off their lines.

Knows their labels, colours and order. How they are printed is `invoice_print`; the preprinted forms and the first
digital one stand in `invoices`.
"""

from __future__ import annotations

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.invoice_print import (
    Line,
    digital,
    offset_form,
    offset_page,
    origin,
    party,
    price_values,
)
from ocr.synthetic.layouts.prose import pick
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

_RUST: Ink = (150, 70, 40)
_VIOLET: Ink = (90, 60, 130)


def new_vehicle_offset(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车销售统一发票 of the older labels (购货单位), date above, values printed off their rules."""
    page, x, y = offset_page(dpi, rng, pick(rng, _RUST, _VIOLET, BLACK))
    page.truth.materials = ["M-SR-01"]
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    capitals, amount, net = price_values(identity)
    domestic, imported = origin(identity, rng)
    shift = float(rng.uniform(-1, 3)), float(rng.uniform(-2.2, 2.2))
    page.title(y + 14, "机动车销售统一发票", 18, spacing=2, x=x + 115)
    copy = pick(
        rng,
        "报税联（购买方作为缴纳税款凭证）",
        "注册登记联（车辆登记单位留存）",
        "发票联（购货单位付款凭证）",
        "抵扣联",
    )
    page.title(y + 22, copy, 9.5, x=x + 115)
    page.text(x + 12, y + 20, "开票日期", 9.5)
    page.field(x + 30 + shift[0], y + 20 + shift[1], dated(deal.invoice_date, "issue_date", "iso"))
    page.text(x + 172, y + 14, "发票代码", 9.5)
    page.field(x + 188, y + 14, Value(deal.invoice_code, "invoice_code", pt=10.5, role="latin"), hand=False)
    page.text(x + 172, y + 21, "发票号码", 9.5)
    page.field(x + 188, y + 21, Value(deal.invoice_no, "invoice_no", pt=12, role="latin"), hand=False)
    machine = f"{deal.invoice_code}　{deal.invoice_no}　机器编号 499{deal.invoice_no}"
    lines: list[Line] = [
        [(0, ("机打代码/号码", 26, Value(machine, pt=8.5)))],
        [
            (0, ("购货单位（人）", 28, Value(owner.name, "buyer_name"))),
            (108, ("身份证号码/组织机构代码", 150, Value(owner.id_number, "id_number"))),
        ],
        [
            (0, ("车辆类型", 20, Value("轿车"))),
            (50, ("厂牌型号", 70, Value(vehicle.brand_model, "brand_model"))),
            (150, ("产地", 162, Value("示例市"))),
        ],
        [
            (0, ("合格证号", 20, domestic)),
            (80, ("进口证明书号", 104, imported)),
            (150, ("商检单号", 168, Value(""))),
        ],
        [
            (0, ("发动机号码", 24, Value(vehicle.engine_no, "engine_no"))),
            (86, ("车辆识别代号/车架号码", 124, Value(vehicle.vin, "vin", pt=11.5))),
        ],
        [(0, ("价税合计", 26, capitals)), (140, ("小写", 152, amount))],
        [
            (0, ("销货单位名称", 28, Value(deal.dealer, "seller_name"))),
            (140, ("电话", 152, Value("021-00001234"))),
        ],
        [
            (0, ("纳税人识别号", 28, Value(deal.dealer_tax_no, "seller_tax_no"))),
            (110, ("账号", 122, Value("000012340056"))),
        ],
        [
            (0, ("地址", 14, Value("示例市演示区示范路88号", pt=9.5))),
            (110, ("开户银行", 128, Value("示例银行演示支行", pt=9.5))),
        ],
        [
            (0, ("增值税税率或征收率", 34, Value("13%"))),
            (54, ("增值税税额", 74, Value(f"￥{deal.price - net:.2f}"))),
            (120, ("主管税务机关及代码", 154, Value("示例市税务局 13100000", pt=8))),
        ],
        [
            (0, ("不含税价", 20, Value(f"￥{net:.2f}"))),
            (80, ("完税凭证号码", 104, Value(""))),
            (140, ("吨位", 150, Value(""))),
            (168, ("限乘人数", 186, Value(str(vehicle.seating)))),
        ],
    ]
    bottom = offset_form(page, x + 10, y + 27, 210, lines, rng.uniform(8.8, 9.8), shift)
    page.text(
        x + 14, bottom + 6, f"销货单位盖章　　　　　　开票人：{deal.clerk}　　　　　　备注：一车一票", 9
    )
    stamps.press_oval(page, x + 170, bottom - 6, deal.dealer, deal.dealer_tax_no)
    return page


def used_vehicle_offset(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """二手车销售统一发票 with ruled captions, values off their rules, on the form or photocopied in black."""
    page, x, y = offset_page(dpi, rng, pick(rng, _VIOLET, (40, 100, 90), BLACK))
    page.truth.materials = ["M-SR-02"]
    owner, seller, vehicle, deal = identity.owner, identity.previous, identity.vehicle, identity.deal
    capitals, amount, _ = price_values(identity)
    shift = float(rng.uniform(-1, 3)), float(rng.uniform(-2.2, 2.2))
    page.title(y + 14, "二手车销售统一发票", 18, spacing=2, x=x + 115)
    page.title(
        y + 22,
        pick(rng, "转移登记联（公安车辆管理部门留存）", "发票联（购车方付款凭证）", "出入库联"),
        9.5,
        x=x + 115,
    )
    page.text(x + 12, y + 20, "开票日期", 9.5)
    page.field(
        x + 30 + shift[0],
        y + 20 + shift[1],
        dated(deal.invoice_date, "issue_date", pick(rng, "iso", "chinese")),
    )
    page.text(x + 168, y + 14, "发票代码", 9.5)
    page.field(x + 185, y + 14, Value(deal.invoice_code, "invoice_code", pt=10.5, role="latin"), hand=False)
    page.text(x + 168, y + 21, "发票号码", 9.5)
    page.field(x + 185, y + 21, Value(deal.invoice_no, "invoice_no", pt=12, role="latin"), hand=False)
    machine = f"{deal.invoice_code}　{deal.invoice_no}　机器编号 6610{deal.invoice_no}"
    lines: list[Line] = [
        [(0, ("机打代码/号码", 26, Value(machine, pt=8.5)))],
        [
            (0, ("买方单位/个人", 28, Value(owner.name, "buyer_name"))),
            (110, ("单位代码/身份证号码", 146, Value(owner.id_number))),
        ],
        [
            (0, ("买方单位/个人住址", 34, Value(owner.address, pt=9.5))),
            (160, ("电话", 170, Value(owner.phone))),
        ],
        [
            (0, ("卖方单位/个人", 28, Value(seller.name, "seller_name"))),
            (110, ("单位代码/身份证号码", 146, Value(seller.id_number))),
        ],
        [
            (0, ("卖方单位/个人住址", 34, Value(seller.address, pt=9.5))),
            (160, ("电话", 170, Value(seller.phone))),
        ],
        [
            (0, ("车牌照号", 20, Value(vehicle.plate_no, "plate_no"))),
            (64, ("登记证号", 82, Value(vehicle.reg_cert_no, "reg_cert_no"))),
            (140, ("车辆类型", 158, Value("小型轿车"))),
        ],
        [
            (0, ("车架号/车辆识别代码", 36, Value(vehicle.vin, "vin", pt=11.5))),
            (110, ("厂牌型号", 128, Value(vehicle.brand_model))),
        ],
        [(0, ("转入地车辆管理所名称", 38, Value("示例市公安局车辆管理所"))), (130, ("小写", 142, amount))],
        [(0, ("车价合计（大写）", 32, capitals))],
        [
            (0, ("二手车市场", 22, Value(deal.market, "market_name"))),
            (110, ("纳税人识别号", 134, Value(deal.dealer_tax_no))),
        ],
        [
            (0, ("地址", 14, Value("示例市演示区测试路188号", pt=9.5))),
            (110, ("开户银行、账号", 138, Value("示例银行 000012340056", pt=9.5))),
        ],
    ]
    bottom = offset_form(page, x + 10, y + 27, 210, lines, rng.uniform(8.8, 9.8), shift)
    page.text(
        x + 14,
        bottom + 6,
        f"备注：{pick(rng, '', '凭此票办理转移登记')}　　　　　开票人：{deal.clerk}　　　　　开票单位（盖章）",
        9,
    )
    stamps.press_oval(page, x + 176, bottom - 6, deal.market, deal.dealer_tax_no)
    return page


def new_vehicle_digital_half(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子发票（机动车销售统一发票）on the upper half of A4: parties side by side, the vehicle in a table below."""
    page = digital(identity, dpi, rng, "电子发票（机动车销售统一发票）", "M-SR-01")
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    capitals, amount, net = price_values(identity)
    domestic, imported = origin(identity, rng)
    party(
        page,
        12,
        32,
        "购买方信息",
        Value(owner.name, "buyer_name", pt=9.5),
        Value(owner.id_number, "id_number", pt=8.5),
    )
    party(
        page,
        105,
        32,
        "销售方信息",
        Value(deal.dealer, "seller_name", pt=9.5),
        Value(deal.dealer_tax_no, "seller_tax_no", pt=8.5),
    )
    h, cap = rng.uniform(7.4, 8.4), 8.5
    rows: list[Row] = [
        (
            h,
            [
                (26, Label("车辆类型", cap)),
                (36, Value("轿车")),
                (24, Label("厂牌型号", cap)),
                (52, Value(vehicle.brand_model, "brand_model", pt=9.5)),
                (16, Label("产地", cap)),
                (32, Value("示例市", pt=9.5)),
            ],
        ),
        (
            h,
            [
                (26, Label("合格证号", cap)),
                (62, domestic),
                (28, Label("进口证明书号", cap)),
                (70, imported),
            ],
        ),
        (
            h,
            [
                (26, Label("发动机号码", cap)),
                (46, Value(vehicle.engine_no, "engine_no", pt=9.5)),
                (44, Label("车辆识别代号/车架号码", cap)),
                (70, Value(vehicle.vin, "vin")),
            ],
        ),
        (
            h,
            [
                (26, Label("商检单号", cap)),
                (36, Value("")),
                (24, Label("吨位", cap)),
                (28, Value("/")),
                (24, Label("限乘人数", cap)),
                (48, Value(str(vehicle.seating))),
            ],
        ),
        (
            h,
            [
                (36, Label("税率/征收率", cap)),
                (26, Value("13%")),
                (24, Label("税额", cap)),
                (40, Value(f"￥{deal.price - net:.2f}")),
                (20, Label("不含税价", cap)),
                (40, Value(f"￥{net:.2f}")),
            ],
        ),
        (h, [(26, Label("价税合计", cap)), (100, capitals), (20, Label("（小写）", cap)), (40, amount)]),
        (
            h * 1.8,
            [
                (10, Label("备注", cap)),
                (176, Value("主管税务机关：示例市税务局　销售方地址：示例市演示区示范路88号", pt=8.5)),
            ],
        ),
    ]
    bottom = page.grid(12, 54, rows, border=0.25)
    page.text(16, bottom + 6, f"开票人：{deal.clerk}", 9)
    if rng.random() < 0.4:
        stamps.press_oval(page, 170, bottom + 4, deal.dealer, deal.dealer_tax_no, width=36, height=26)
    return page


def used_vehicle_digital(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子发票（二手车销售统一发票）on the upper half of A4."""
    page = digital(identity, dpi, rng, "电子发票（二手车销售统一发票）", "M-SR-02")
    owner, seller, vehicle, deal = identity.owner, identity.previous, identity.vehicle, identity.deal
    capitals, amount, _ = price_values(identity)
    party(page, 12, 32, "买方信息", Value(owner.name, "buyer_name", pt=9.5), Value(owner.id_number, pt=8.5))
    party(
        page, 105, 32, "卖方信息", Value(seller.name, "seller_name", pt=9.5), Value(seller.id_number, pt=8.5)
    )
    h, cap = rng.uniform(7.4, 8.6), 8.5
    rows: list[Row] = [
        (
            h,
            [
                (26, Label("车牌照号", cap)),
                (36, Value(vehicle.plate_no, "plate_no")),
                (24, Label("登记证号", cap)),
                (40, Value(vehicle.reg_cert_no, "reg_cert_no", pt=9.5)),
                (24, Label("车辆类型", cap)),
                (36, Value("小型轿车", pt=9.5)),
            ],
        ),
        (
            h,
            [
                (42, Label("车架号/车辆识别代码", cap)),
                (60, Value(vehicle.vin, "vin")),
                (24, Label("厂牌型号", cap)),
                (60, Value(vehicle.brand_model, pt=9.5)),
            ],
        ),
        (h, [(42, Label("转入地车辆管理所名称", cap)), (144, Value("示例市公安局车辆管理所", pt=9.5))]),
        (
            h,
            [
                (42, Label("车价合计（大写）", cap)),
                (84, capitals),
                (20, Label("（小写）", cap)),
                (40, amount),
            ],
        ),
        (
            h,
            [
                (42, Label("经营、拍卖单位", cap)),
                (60, Value("/")),
                (34, Label("纳税人识别号", cap)),
                (50, Value("/")),
            ],
        ),
        (
            h,
            [
                (42, Label("二手车市场", cap)),
                (60, Value(deal.market, "market_name", pt=9)),
                (34, Label("纳税人识别号", cap)),
                (50, Value(deal.dealer_tax_no, pt=8.5)),
            ],
        ),
        (
            h * 1.6,
            [
                (10, Label("备注", cap)),
                (176, Value("销售方式：反向开具；数据电文与纸质发票具有同等法律效力", pt=8.5)),
            ],
        ),
    ]
    bottom = page.grid(12, 54, rows, border=0.25)
    page.text(16, bottom + 6, f"开票人：{deal.clerk}", 9)
    if rng.random() < 0.4:
        stamps.press_oval(page, 170, bottom + 4, deal.market, deal.dealer_tax_no, width=36, height=26)
    return page


def used_vehicle_laser(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A market's own laser print on portrait A4: large heads, two-column list of parties, then the vehicle."""
    style = Style(
        label=pick(rng, "hei", "serif"),
        title="hei_heavy",
        value=pick(rng, "hei", "kai"),
        label_choice=int(rng.integers(2)),
        line_mm=0.2,
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-02"]
    owner, seller, vehicle, deal = identity.owner, identity.previous, identity.vehicle, identity.deal
    capitals, amount, _ = price_values(identity)
    page.title(24, "二手车销售统一发票", 22, spacing=1)
    page.title(34, pick(rng, "（转移登记联）", "第四联　转移登记联", "发票联"), 11)
    for row, (label, value) in enumerate(
        (
            ("发票代码：", Value(deal.invoice_code, "invoice_code")),
            ("发票号码：", Value(deal.invoice_no, "invoice_no")),
        )
    ):
        page.text(20, 46 + row * 7, label, 10.5)
        page.field(40, 46 + row * 7, value)
    page.text(130, 53, "开票日期：", 10.5)
    page.field(150, 53, dated(deal.invoice_date, "issue_date", pick(rng, "chinese", "dots")))
    h = rng.uniform(11, 13)
    rows: list[Row] = [
        (
            h,
            [
                (14, None),
                (36, "买方单位/个人"),
                (60, Value(owner.name, "buyer_name")),
                (60, Value(owner.id_number)),
            ],
        ),
        (h, [(14, None), (36, "住址、电话"), (120, Value(f"{owner.address}　{owner.phone}"))]),
        (
            h,
            [
                (14, None),
                (36, "卖方单位/个人"),
                (60, Value(seller.name, "seller_name")),
                (60, Value(seller.id_number)),
            ],
        ),
        (h, [(14, None), (36, "住址、电话"), (120, Value(f"{seller.address}　{seller.phone}"))]),
        (
            h,
            [
                (50, "车牌照号"),
                (36, Value(vehicle.plate_no, "plate_no")),
                (34, "登记证号"),
                (50, Value(vehicle.reg_cert_no, "reg_cert_no")),
            ],
        ),
        (h, [(50, "车架号/车辆识别代码"), (120, Value(vehicle.vin, "vin", pt=12))]),
        (h, [(50, "厂牌型号"), (120, Value(vehicle.brand_model))]),
        (h, [(50, "转入地车辆管理所名称"), (120, Value("示例市公安局车辆管理所"))]),
        (h, [(50, "车价合计"), (70, capitals), (50, amount)]),
        (
            h,
            [
                (50, "二手车市场"),
                (70, Value(deal.market, "market_name")),
                (50, Value(deal.dealer_tax_no, pt=9)),
            ],
        ),
    ]
    bottom = page.grid(20, 60, rows)
    page.side((20, 60, 34, 60 + h * 2), "买方")
    page.side((20, 60 + h * 2, 34, 60 + h * 4), "卖方")
    page.text(22, bottom + 10, f"开票人：{deal.clerk}　　　　　　　　开票单位（盖章）：", 10.5)
    stamps.press_oval(page, 150, bottom + 10, deal.market, deal.dealer_tax_no)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SR-01": (new_vehicle_offset, new_vehicle_digital_half),
    "M-SR-02": (used_vehicle_digital, used_vehicle_offset, used_vehicle_laser),
}
