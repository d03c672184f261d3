"""Invoices: 机动车销售统一发票 and 二手车销售统一发票, on the preprinted form and as digital invoices."""

from __future__ import annotations

from functools import partial

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import Label, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

_BROWN: Ink = (134, 84, 48)
_BLUE: Ink = (46, 74, 140)
_MAROON: Ink = (136, 44, 62)


def _preprinted(dpi: int, rng: np.random.Generator, ink: Ink, size: tuple[float, float] = (241, 177)) -> Page:
    value_ink = (40, 40, 84) if rng.random() < 0.6 else BLACK
    style = Style(
        label="song",
        title="song_heavy",
        value="typed",
        label_ink=ink,
        line_ink=ink,
        value_ink=value_ink,
        line_mm=0.25,
        dots=bool(rng.random() < 0.6),
    )
    return Page(*size, dpi, rng, style, paper=(254, 252, 250))


def _head(page: Page, title: str, identity: Identity, ink: Ink, copy: str) -> None:
    deal = identity.deal
    page.title(17, title, 19, spacing=1.5)
    page.line(page.width / 2 - 52, 22.5, page.width / 2 + 52, 22.5, 0.4)
    page.title(27, copy, 11)
    _examined(page, page.width / 2, 20)
    page.text(page.width - 72, 18, "发票代码", 10.5)
    page.field(page.width - 52, 18, Value(deal.invoice_code, "invoice_code", pt=11, role="latin"), ink=ink)
    page.text(page.width - 72, 25, "发票号码", 10.5)
    page.field(page.width - 52, 25, Value(deal.invoice_no, "invoice_no", pt=13, role="latin"), ink=BLACK)
    page.text(18, 33, "开票日期", 10.5)
    page.field(37, 33, dated(deal.invoice_date, "issue_date", "iso", pt=10.5))


def _examined(page: Page, x: float, y: float) -> None:
    """The oval mark of the tax office, printed on the form."""
    ink = (206, 70, 70)
    page.pen.ellipse(
        [page.px(x - 15), page.px(y - 10), page.px(x + 15), page.px(y + 10)],
        outline=ink,
        width=max(1, page.px(0.5)),
    )
    page.text(x, y - 6, "示例税务", 6, "song", ink, "mm")
    page.text(x, y + 7, "监制", 6, "song", ink, "mm")


def new_vehicle(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车销售统一发票 on the preprinted form, 241 × 177 mm, values from an impact printer."""
    page = _preprinted(dpi, rng, _BROWN if rng.random() < 0.6 else _BLUE)
    page.truth.materials = ["M-SR-01"]
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    _head(
        page,
        "机动车销售统一发票",
        identity,
        page.style.label_ink,
        "发　票　联" if rng.random() < 0.5 else "注 册 登 记 联",
    )
    net = round(deal.price / 1.13, 2)
    h = 9.4
    rows: list[Row] = [
        (
            15,
            [
                (30, "机打代码\n机打号码\n机器编号"),
                (70, Value(f"{deal.invoice_code}\n{deal.invoice_no}\n499{deal.invoice_no}", pt=8)),
                (14, "税控码"),
                (96, Value("＋03*6<8>/51-2949<+7*018>26\n>4/0-*72<5589+0*1-63/84<21", pt=8.5)),
            ],
        ),
        (
            h,
            [
                (38, "购买方名称"),
                (76, Value(owner.name, "buyer_name")),
                (44, "纳税人识别号/身份证号"),
                (52, Value(owner.id_number, "id_number")),
            ],
        ),
        (
            h,
            [
                (25, "车辆类型"),
                (35, Value("轿车")),
                (22, "厂牌型号"),
                (66, Value(vehicle.brand_model, "brand_model")),
                (18, "产地"),
                (44, Value("示例市")),
            ],
        ),
        (
            h,
            [
                (25, "合格证号"),
                (57, Value(vehicle.cert_no, "cert_no")),
                (30, "进口证明书号"),
                (42, Value("/")),
                (22, "商检单号"),
                (34, Value("/")),
            ],
        ),
        (
            h,
            [
                (25, "发动机号码"),
                (65, Value(vehicle.engine_no, "engine_no")),
                (46, "车辆识别代号/车架号码"),
                (74, Value(vehicle.vin, "vin", pt=11.5)),
            ],
        ),
        (
            h,
            [
                (25, "价税合计"),
                (105, Value(in_capitals(deal.price))),
                (18, "小写"),
                (62, Value(f"￥{deal.price}.00", "price_total", f"{deal.price}.00")),
            ],
        ),
        (
            h,
            [
                (38, "销货单位名称"),
                (102, Value(deal.dealer, "seller_name")),
                (20, "电话"),
                (50, Value("021-00001234")),
            ],
        ),
        (
            h,
            [
                (38, "纳税人识别号"),
                (78, Value(deal.dealer_tax_no, "seller_tax_no")),
                (20, "账号"),
                (74, Value("000012340056")),
            ],
        ),
        (
            h,
            [
                (20, "地址"),
                (96, Value("示例市演示区示范路88号")),
                (20, "开户银行"),
                (74, Value("示例银行演示支行")),
            ],
        ),
        (
            h,
            [
                (30, "增值税税率"),
                (20, Value("13%")),
                (24, "增值税税额"),
                (46, Value(f"￥{deal.price - net:.2f}")),
                (36, "主管税务机关及代码"),
                (54, Value("示例市税务局 13100000", pt=8.5)),
            ],
        ),
        (
            h,
            [
                (30, "不含税价"),
                (56, Value(f"小写 ￥{net:.2f}")),
                (28, "完税凭证号码"),
                (36, Value("")),
                (14, "吨位"),
                (14, Value("/")),
                (18, "限乘人数"),
                (14, Value(str(vehicle.seating))),
            ],
        ),
    ]
    bottom = page.grid(15, 38, rows)
    page.text(20, bottom + 6, "销货单位盖章", 10)
    page.text(100, bottom + 6, "开票人", 10)
    page.field(116, bottom + 6, Value(deal.clerk))
    page.text(160, bottom + 6, "备注：一车一票", 10)
    stamps.press_oval(page, 62, bottom - 2, deal.dealer, deal.dealer_tax_no)
    return page


def new_vehicle_digital(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子发票 (20-digit number) printed on a landscape A4 sheet."""
    style = Style(label="song", title="song", value="song", label_ink=_MAROON, line_ink=_MAROON, line_mm=0.25)
    page = Page(297, 210, dpi, rng, style)
    page.truth.materials = ["M-SR-01"]
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    number = f"{deal.invoice_date:%y}31{deal.invoice_code[:8]}{deal.invoice_no}"
    page.title(22, "电子发票（机动车销售统一发票）", 20, ink=_MAROON)
    page.line(100, 28, 197, 28, 0.4)
    page.paste(figures.square_code(rng), (20, 12, 20 + 22, 12 + 22))
    _examined(page, 148, 34)
    page.text(220, 20, "发票号码：", 10.5)
    page.field(240, 20, Value(number, "invoice_no", pt=10.5, role="latin"))
    page.text(220, 27, "开票日期：", 10.5)
    page.field(240, 27, dated(deal.invoice_date, "issue_date", pt=10.5))
    net = round(deal.price / 1.13, 2)
    h = 11.5
    label = partial(Label, align="left", pt=10.0, ink=_MAROON)
    rows: list[Row] = [
        (
            h,
            [
                (30, label("购买方名称：")),
                (94, Value(owner.name, "buyer_name", pt=11)),
                (50, label("统一社会信用代码/身份证号：")),
                (87, Value(owner.id_number, "id_number", pt=11)),
            ],
        ),
        (
            h,
            [
                (30, label("车辆类型：")),
                (50, Value("轿车")),
                (26, label("厂牌型号：")),
                (80, Value(vehicle.brand_model, "brand_model", pt=11)),
                (20, label("产地：")),
                (55, Value("示例市")),
            ],
        ),
        (
            h,
            [
                (30, label("合格证号：")),
                (94, Value(vehicle.cert_no, "cert_no", pt=11)),
                (50, label("进口证明书号：")),
                (87, Value("/")),
            ],
        ),
        (
            h,
            [
                (30, label("发动机号码：")),
                (74, Value(vehicle.engine_no, "engine_no", pt=11)),
                (50, label("车辆识别代号/车架号码：")),
                (107, Value(vehicle.vin, "vin", pt=12)),
            ],
        ),
        (
            h,
            [
                (30, label("价税合计：")),
                (134, Value(in_capitals(deal.price), pt=11)),
                (24, label("（小写）")),
                (73, Value(f"￥{deal.price}.00", "price_total", f"{deal.price}.00", pt=11)),
            ],
        ),
        (
            h,
            [
                (30, label("销售方名称：")),
                (134, Value(deal.dealer, "seller_name", pt=11)),
                (24, label("电话：")),
                (73, Value("021-00001234")),
            ],
        ),
        (
            h,
            [
                (50, label("统一社会信用代码：")),
                (114, Value(deal.dealer_tax_no, "seller_tax_no", pt=11)),
                (24, label("税率：")),
                (73, Value("13%")),
            ],
        ),
        (
            h,
            [
                (30, label("地址：")),
                (134, Value("示例市演示区示范路88号")),
                (24, label("税额：")),
                (73, Value(f"￥{deal.price - net:.2f}")),
            ],
        ),
        (
            h,
            [
                (30, label("不含税价：")),
                (134, Value(f"￥{net:.2f}")),
                (32, label("限乘人数：")),
                (65, Value(str(vehicle.seating))),
            ],
        ),
    ]
    bottom = page.grid(18, 46, rows)
    page.text(22, bottom + 9, "备注：一车一票", 10)
    page.text(22, bottom + 18, f"开票人：{deal.clerk}", 10.5)
    if rng.random() < 0.6:
        stamps.press_oval(page, 226, bottom + 12, deal.dealer, deal.dealer_tax_no)
    return page


def used_vehicle(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """二手车销售统一发票 on the preprinted form: buyer is the new owner, seller the previous one."""
    page = _preprinted(dpi, rng, _BLUE if rng.random() < 0.6 else _BROWN)
    _used_vehicle_body(page, identity)
    return page


def used_vehicle_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same invoice copied onto a landscape A4 sheet in black."""
    style = Style(label="serif", title="hei_heavy", value="song", line_mm=0.3)
    page = Page(297, 210, dpi, rng, style)
    _used_vehicle_body(page, identity, left=25, wide=247 / 211)
    return page


def _used_vehicle_body(page: Page, identity: Identity, left: float = 15, wide: float = 1.0) -> None:
    page.truth.materials = ["M-SR-02"]
    owner, seller, vehicle, deal = identity.owner, identity.previous, identity.vehicle, identity.deal
    _head(page, "二手车销售统一发票", identity, page.style.label_ink, "转 移 登 记 联")
    h = 9.0 * (1.15 if wide > 1 else 1.0)
    plain: list[Row] = [
        (
            h,
            [
                (34, "买方单位/个人"),
                (74, Value(owner.name, "buyer_name")),
                (45, "单位代码/身份证号码"),
                (58, Value(owner.id_number)),
            ],
        ),
        (h, [(34, "买方单位/个人住址"), (119, Value(owner.address)), (16, "电话"), (42, Value(owner.phone))]),
        (
            h,
            [
                (34, "卖方单位/个人"),
                (74, Value(seller.name, "seller_name")),
                (45, "单位代码/身份证号码"),
                (58, Value(seller.id_number)),
            ],
        ),
        (
            h,
            [
                (34, "卖方单位/个人住址"),
                (119, Value(seller.address)),
                (16, "电话"),
                (42, Value(seller.phone)),
            ],
        ),
        (
            h,
            [
                (24, "车牌照号"),
                (50, Value(vehicle.plate_no, "plate_no")),
                (24, "登记证号"),
                (55, Value(vehicle.reg_cert_no, "reg_cert_no")),
                (20, "车辆类型"),
                (38, Value("小型轿车")),
            ],
        ),
        (
            h,
            [
                (44, "车架号/车辆识别代码"),
                (76, Value(vehicle.vin, "vin", pt=11.5)),
                (22, "厂牌型号"),
                (69, Value(vehicle.brand_model)),
            ],
        ),
        (
            h,
            [
                (44, "转入地车辆管理所名称"),
                (76, Value("示例市公安局车辆管理所")),
                (32, "车价合计（小写）"),
                (59, Value(f"￥{deal.price}.00", "price_total", f"{deal.price}.00")),
            ],
        ),
        (h, [(44, "车价合计（大写）"), (167, Value(in_capitals(deal.price)))]),
        (h, [(44, "经营、拍卖单位"), (167, Value("/"))]),
        (h, [(44, "经营、拍卖单位地址"), (167, Value("/"))]),
        (
            h,
            [
                (34, "二手车市场"),
                (90, Value(deal.market, "market_name")),
                (26, "纳税人识别号"),
                (61, Value(deal.dealer_tax_no)),
            ],
        ),
        (
            h,
            [
                (34, "地址"),
                (90, Value("示例市演示区测试路188号")),
                (26, "开户银行账号"),
                (61, Value("示例银行 000012340056")),
            ],
        ),
    ]
    rows: list[Row] = [(height, [(width * wide, cell) for width, cell in cells]) for height, cells in plain]
    bottom = page.grid(left, 38, rows)
    page.text(left + 3, bottom + 7, "备注：", 10)
    page.text(left + 100, bottom + 7, f"开票人：{deal.clerk}", 10)
    page.text(left + 150, bottom + 7, "开票单位（盖章）", 10)
    stamps.press_oval(page, left + 178 * wide, bottom - 1, deal.market, deal.dealer_tax_no)
