"""More editions of 机动车登记证书: an older book with transfers entered, and the book's pages in a grey copy.

Knows the book's four first pages. The entries of transfer and mortgage follow the case's two owners.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style

_RED: Ink = (178, 40, 44)
_BUREAU = "示例市公安局交通警察支队"


def _vehicle_rows(
    identity: Identity, widths: tuple[float, float, float, float], h: float, pt: float
) -> list[Row]:
    vehicle = identity.vehicle
    pairs: tuple[tuple[str, Value, str, Value], ...] = (
        (
            "车辆类型",
            Value("小型轿车", "vehicle_type", vehicle.vehicle_type),
            "车辆品牌",
            Value(vehicle.brand),
        ),
        (
            "车辆型号",
            Value(vehicle.model, "brand_model", vehicle.brand_model),
            "车身颜色",
            Value(vehicle.body_color),
        ),
        ("车辆识别代号/车架号", Value(vehicle.vin, "vin"), "国产/进口", Value("国产")),
        ("发动机号", Value(vehicle.engine_no, "engine_no"), "发动机型号", Value(vehicle.engine_model)),
        (
            "燃料种类",
            Value(vehicle.fuel_type),
            "排量/功率",
            Value(f"{vehicle.displacement} ml/{vehicle.power:.0f} kw"),
        ),
        ("制造厂名称", Value(vehicle.manufacturer, pt=pt - 1), "转向形式", Value("方向盘")),
        ("轮距", Value("前 1565　后 1570 mm"), "轮胎数", Value("4")),
        ("轮胎规格", Value(vehicle.tyre_spec), "钢板弹簧片数", Value("后轴 -- 片")),
        ("轴距", Value("2700 mm"), "轴数", Value("2")),
        ("外廓尺寸", Value(f"{vehicle.outline_dims} mm"), "货厢内部尺寸", Value("--")),
        ("总质量", Value(f"{vehicle.gross_mass} kg"), "核定载质量", Value("-- kg")),
        ("核定载客", Value(f"{vehicle.seating} 人"), "准牵引总质量", Value("-- kg")),
        ("驾驶室载客", Value("-- 人"), "使用性质", Value("非营运", "use_nature", vehicle.use_nature)),
        ("车辆获得方式", Value("购买"), "车辆出厂日期", dated(vehicle.make_date, None, "iso")),
    )
    rows: list[Row] = []
    for index, (first, left, second, right) in enumerate(pairs):
        a, b, c, d = widths
        number = 5 + index * 2
        rows.append(
            (
                h,
                [
                    (a, Label(f"{number}.{first}", pt - 1.5, "left")),
                    (b, left),
                    (c, Label(f"{number + 1}.{second}", pt - 1.5, "left")),
                    (d, right),
                ],
            )
        )
    return rows


def _transfers(identity: Identity, width: float, h: float, rng: np.random.Generator) -> list[Row]:
    """Rows Ⅱ to Ⅵ; the first may be filled with the present owner, who bought the vehicle."""
    rows: list[Row] = []
    sold = identity.item != "V-REG-01" and rng.random() < 0.6
    for index, numeral in enumerate("ⅡⅢⅣⅤⅥ"):
        filled = sold and index == 0
        owner = identity.owner
        holder = Value(f"{owner.name}/居民身份证/{owner.id_number}", pt=8.5) if filled else None
        day = dated(identity.day, None, "iso", pt=8.5) if filled else None
        office = Value(_BUREAU, pt=8) if filled else None
        rows.append(
            (
                h,
                [
                    (8, Label(numeral, 9)),
                    (46, Label("机动车所有人/身份证明名称/号码", 7.5, "left")),
                    (width - 54, holder),
                ],
            )
        )
        rows.append(
            (
                h,
                [
                    (8, None),
                    (20, Label("登记机关", 7.5, "left")),
                    (width - 92, office),
                    (20, Label("登记日期", 7.5, "left")),
                    (44, day),
                ],
            )
        )
    return rows


def _holder(identity: Identity) -> list[Row]:
    owner = identity.previous
    return [
        (9, [(52, Label("1.机动车所有人", 8.5, "left")), (118, Value(owner.name, "owner_name"))]),
        (
            9,
            [
                (52, Label("　身份证明名称/号码", 8.5, "left")),
                (118, Value(f"居民身份证/{owner.id_number}", "id_number", owner.id_number)),
            ],
        ),
    ]


def registration_book_2001(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The older book: 过户、转入登记摘要信息栏 above, the vehicle's data below, dotted print over brown rules."""
    ink: Ink = (112, 84, 60) if rng.random() < 0.5 else (70, 96, 120)
    style = Style(
        label="serif",
        title="hei_heavy",
        value="typed",
        label_ink=ink,
        line_ink=ink,
        line_mm=0.3,
        dots=bool(rng.random() < 0.7),
    )
    page = Page(*A4, dpi, rng, style, paper=(252, 248, 240))
    page.truth.materials = ["M-LC-01"]
    vehicle = identity.vehicle
    page.text(20, 15, "机动车登记证书", 15, "hei_heavy")
    page.text(142, 15, "№", 11, "latin", _RED, "rm")
    page.field(144, 15, Value(vehicle.reg_cert_no, "reg_cert_no", pt=12, role="digits"), ink=_RED, hand=False)
    rows: list[Row] = [
        (7, [(170, Label("注册登记摘要信息栏", 9.5))]),
        *_holder(identity),
        (
            9,
            [
                (24, Label("2.登记机关", 8.5, "left")),
                (54, Value(_BUREAU, pt=8.5)),
                (24, Label("3.登记日期", 8.5, "left")),
                (26, dated(vehicle.reg_date, "reg_date", "iso", pt=9)),
                (20, Label("4.登记编号", 8, "left")),
                (22, Value(vehicle.plate_no, "plate_no", pt=9.5)),
            ],
        ),
        (7, [(170, Label("过户、转入登记摘要信息栏", 9.5))]),
        *_transfers(identity, 170, 6.6, rng),
        (7, [(170, Label("注册登记机动车信息栏", 9.5))]),
        *_vehicle_rows(identity, (38, 56, 34, 42), float(rng.uniform(7.6, 8.4)), 9.5),
    ]
    bottom = page.grid(20 + rng.uniform(-2, 2), 21, rows)
    page.text(24, bottom + 7, "发证机关章", 9)
    page.text(110, bottom + 7, "发证日期：", 9)
    page.text(128, bottom + 7, chinese_date(vehicle.reg_date), 10, "typed", BLACK)
    stamps.press_round(page, 66, bottom - 2, _BUREAU, "机动车登记专用章", 36)
    return page


def registration_book_spread(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The opened book copied in grey, page 1 and 登记栏 (page 3) or page 2 side by side, dark gutter between."""
    style = Style(
        label="kai",
        title="song_heavy",
        value="hei",
        label_ink=(60, 60, 60),
        line_ink=(90, 90, 90),
        line_mm=0.15,
    )
    page = Page(297, 210, dpi, rng, style, paper=(240, 240, 238))
    page.truth.materials = ["M-LC-01"]
    vehicle = identity.vehicle
    x = 11 + float(rng.uniform(0, 4))
    page.title(14, "登记摘要信息", 13, x=x + 66)
    rows: list[Row] = [
        (9, [(46, Label("机动车所有人", 9, "left")), (86, Value(identity.previous.name, "owner_name"))]),
        (
            9,
            [
                (46, Label("身份证明名称/号码", 9, "left")),
                (
                    86,
                    Value(
                        f"居民身份证/{identity.previous.id_number}", "id_number", identity.previous.id_number
                    ),
                ),
            ],
        ),
        (
            9,
            [
                (26, Label("登记机关", 9, "left")),
                (50, Value(_BUREAU, pt=8.5)),
                (24, Label("登记日期", 9, "left")),
                (32, dated(vehicle.reg_date, "reg_date", "iso", pt=9.5)),
            ],
        ),
        (9, [(46, Label("机动车登记编号", 9, "left")), (86, Value(vehicle.plate_no, "plate_no"))]),
        (8, [(132, Label("转让、转入登记摘要信息栏", 9.5))]),
        *_transfers(identity, 132, 8.6, rng),
    ]
    narrow: list[Row] = [(h, [(w * 125 / 132, cell) for w, cell in cells]) for h, cells in rows]
    bottom = page.grid(x, 21, narrow)
    page.text(x + 2, bottom + 12, "机动车登记证书编号：", 9.5)
    page.field(x + 38, bottom + 12, Value(vehicle.reg_cert_no, "reg_cert_no", pt=12, role="digits"))
    cursor = x + 2
    while cursor < x + 74:
        bar = float(rng.choice([0.3, 0.6]))
        page.box((cursor, bottom + 17, cursor + bar, bottom + 26), mm=0, fill=BLACK)
        cursor += bar + float(rng.choice([0.3, 0.6, 0.9]))
    page.text(x + 66, 203, "第 1 页", 8, anchor="mm")
    for offset in np.linspace(-6, 6, 25):
        shade = int(238 - 90 * np.exp(-((offset / 2.4) ** 2)))
        page.line(148.5 + float(offset), 0, 148.5 + float(offset), 210, 0.6, (shade, shade, shade))
    page.title(14, "注册登记机动车信息栏", 13, x=222)
    bottom = page.grid(157, 21, _vehicle_rows(identity, (32, 40, 27, 30), 8.4, 9))
    if rng.random() < 0.55:
        _mortgage(page, 157, bottom + 3, identity)
    else:
        page.text(160, bottom + 12, "发证机关章", 9.5)
    stamps.press_round(page, 256, bottom + 14, _BUREAU, "机动车登记专用章", 34)
    page.text(222, 203, "第 2 页", 8, anchor="mm")
    return page


def _mortgage(page: Page, x: float, y: float, identity: Identity) -> None:
    """An entry of the 登记栏: mortgage registered and released."""
    day = identity.day - timedelta(days=int(page.rng.integers(90, 400)))
    bank = str(page.rng.choice(["示例银行演示支行", "示例汽车金融有限公司"]))
    page.box((x, y, x + 129, y + 36), mm=0.3)
    page.text(x + 64, y + 4.5, "登 记 栏", 9.5, anchor="mm")
    page.flow(x + 3, y + 11, 122, f"抵押登记　抵押权人：{bank}　登记日期：{day.isoformat()}", 9, "hei")
    page.flow(x + 3, y + 22, 122, f"解除抵押登记　登记日期：{identity.day.isoformat()}", 9, "hei")
    page.note("mortgage_records", f"{bank} {day.isoformat()}")


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-LC-01": (registration_book_2001, registration_book_spread),
}
