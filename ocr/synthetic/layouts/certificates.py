"""Certificates of the vehicle: 机动车整车出厂合格证, 机动车登记证书."""

from __future__ import annotations

from functools import partial

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Label, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style

_GREEN: Ink = (40, 110, 72)
_STEEL: Ink = (52, 84, 128)


def conformity(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车整车出厂合格证: two numbered columns under a maker's title, seal and two-dimensional code."""
    ink = _STEEL if rng.random() < 0.5 else BLACK
    style = Style(
        label="song", title="hei_heavy", value=str(rng.choice(["hei", "song"])), label_ink=ink, line_ink=ink
    )
    page = Page(*A4, dpi, rng, style, paper=(250, 252, 254))
    page.truth.materials = ["M-CT-01"]
    vehicle = identity.vehicle
    page.box((10, 10, 200, 287), 0.8, ink)
    page.box((12, 12, 198, 285), 0.25, ink)
    page.title(28, "机动车整车出厂合格证", 24, spacing=1.2, ink=ink)
    entries = _conformity_entries(identity)
    y = 46.0
    for number, (label, value) in enumerate(entries, 1):
        page.text(20, y, f"{number}．{label}", 10.5)
        start = 20 + page.measure(f"{number}．{label}", "song", 10.5) + 4
        page.line(start - 1, y + 2.8, 150 if number < 11 else 190, y + 2.8, 0.15)
        page.field(max(start, 78), y, value)
        y += 9.2
    page.paste(figures.square_code(rng), (158, 44, 158 + 30, 44 + 30))
    page.text(20, y + 5, "本产品经过检验，符合《道路机动车辆生产企业及产品公告》的要求，特此证明。", 10.5)
    page.text(20, y + 17, "车辆制造企业名称（盖章）", 10)
    page.text(130, y + 17, "检验员：0018", 10)
    stamps.press_round(page, 84, y + 16, vehicle.manufacturer, "合格证专用章", 42)
    return page


def _conformity_entries(identity: Identity) -> list[tuple[str, Value]]:
    vehicle = identity.vehicle
    return [
        ("合格证编号", Value(vehicle.cert_no, "cert_no")),
        ("发证日期", dated(vehicle.make_date, "issue_date")),
        ("车辆制造企业名称", Value(vehicle.manufacturer, "manufacturer")),
        ("车辆品牌/车辆名称", Value(f"{vehicle.brand}/{'纯电动轿车' if vehicle.electric else '轿车'}")),
        ("车辆型号", Value(vehicle.model, "brand_model", vehicle.brand_model)),
        ("车辆识别代号/车架号", Value(vehicle.vin, "vin", pt=12)),
        ("车身颜色", Value(vehicle.body_color + "色", "body_color", vehicle.body_color)),
        ("底盘型号/底盘合格证编号", Value("/")),
        ("发动机型号", Value(vehicle.engine_model, "engine_model")),
        ("发动机号", Value(vehicle.engine_no, "engine_no")),
        ("燃料种类", Value(vehicle.fuel_type, "fuel_type")),
        ("排量和功率(mL/kW)", Value(f"{vehicle.displacement or '/'}　{vehicle.power:.0f}")),
        ("排放标准", Value("国Ⅵ" if not vehicle.electric else "/")),
        ("外廓尺寸(mm)", Value(vehicle.outline_dims, "outline_dims")),
        ("轮胎规格", Value(vehicle.tyre_spec)),
        ("轴数/轴距(mm)", Value("2　/　2700")),
        ("总质量(kg)", Value(str(vehicle.gross_mass), "gross_mass")),
        ("整备质量(kg)", Value(str(vehicle.curb_mass), "curb_mass")),
        ("额定载客(人)", Value(str(vehicle.seating), "seating")),
        ("车辆制造日期", dated(vehicle.make_date, "make_date")),
    ]


def conformity_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same certificate as a bordered table."""
    page = Page(
        *A4,
        dpi,
        rng,
        Style(label="hei", title="song_heavy", value="song", line_mm=0.2),
        paper=(252, 253, 250),
    )
    page.truth.materials = ["M-CT-01"]
    page.title(26, "机动车整车出厂合格证", 22, spacing=2, ink=_GREEN)
    page.line(20, 34, 190, 34, 0.8, _GREEN)
    entries = _conformity_entries(identity)
    rows: list[Row] = []
    for label, value in entries[:7]:
        rows.append((11, [(56, Label(label, 10, "left")), (114, value)]))
    for first, second in zip(entries[7:-1:2], entries[8::2], strict=True):
        rows.append(
            (
                11,
                [
                    (46, Label(first[0], 9, "left")),
                    (39, first[1]),
                    (40, Label(second[0], 9, "left")),
                    (45, second[1]),
                ],
            )
        )
    rows.append((11, [(56, Label(entries[-1][0], 10, "left")), (114, entries[-1][1])]))
    bottom = page.grid(20, 40, rows, border=0.6)
    page.flow(20, bottom + 10, 120, "　　本车辆经检验合格，准予出厂。车辆产品与公告内容一致。", 10.5)
    page.paste(figures.square_code(rng), (158, bottom + 8, 158 + 30, bottom + 8 + 30))
    page.text(40, bottom + 44, chinese_date(identity.vehicle.make_date), 10.5)
    stamps.press_round(page, 58, bottom + 40, identity.vehicle.manufacturer, "合格证专用章", 42)
    return page


def registration_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车登记证书, pages 1 and 2 copied onto one sheet; it still names the previous owner."""
    style = Style(
        label="song",
        title="song_heavy",
        value=str(rng.choice(["typed", "song"])),
        label_ink=_GREEN,
        line_ink=_GREEN,
        line_mm=0.2,
        dots=bool(rng.random() < 0.4),
    )
    page = Page(*A4, dpi, rng, style, paper=(246, 250, 244))
    page.truth.materials = ["M-LC-01"]
    vehicle, owner = identity.vehicle, identity.previous
    page.title(18, "机动车登记证书", 20, spacing=2.5)
    page.text(140, 29, "证书编号", 10)
    page.field(
        158, 29, Value(vehicle.reg_cert_no, "reg_cert_no", pt=11, role="latin"), ink=(170, 40, 44), hand=False
    )
    small = partial(Label, pt=8.5, align="left")
    holder = f"{owner.name}/居民身份证/{owner.id_number}"

    def party(page: Page, box: tuple[float, float, float, float]) -> None:
        page.value(
            (box[0] + 1.2, box[1] + 0.5, box[2], box[3] - 0.5), Value(holder, "owner_name", owner.name, pt=10)
        )

    summary: list[Row] = [
        (8, [(170, Label("注册登记摘要信息栏", 10))]),
        (9, [(10, "Ⅰ"), (62, small("1.机动车所有人/身份证名称/号码")), (98, party)]),
        (
            9,
            [
                (10, None),
                (26, small("2.登记机关")),
                (48, Value("示例市公安局交警支队", pt=8.5)),
                (24, small("3.登记日期")),
                (24, dated(vehicle.reg_date, "reg_date", "iso", pt=8.5)),
                (20, Label("4.登记编号", 7.5, "left")),
                (18, Value(vehicle.plate_no, "plate_no", pt=9)),
            ],
        ),
        (8, [(170, Label("转移登记摘要信息栏", 10))]),
    ]
    for numeral in ("Ⅱ", "Ⅲ"):
        summary += [
            (8, [(10, numeral), (62, small("机动车所有人/身份证名称/号码")), (98, None)]),
            (
                8,
                [
                    (10, None),
                    (26, small("登记机关")),
                    (48, None),
                    (24, small("登记日期")),
                    (24, None),
                    (20, Label("登记编号", 7.5, "left")),
                    (18, None),
                ],
            ),
        ]
    bottom = page.grid(20, 35, summary)
    page.note("id_number", owner.id_number)
    bottom = page.grid(20, bottom + 5, _registered_vehicle_rows(identity))
    stamps.press_round(page, 160, bottom - 8, "示例市公安局交通警察支队", "机动车登记专用章", 38)
    return page


def _registered_vehicle_rows(identity: Identity) -> list[Row]:
    vehicle = identity.vehicle
    h, v = 8.0, 9.5
    pairs: list[tuple[str, Value, str, Value]] = [
        (
            "5.车辆类型",
            Value("小型轿车", "vehicle_type", vehicle.vehicle_type, pt=v),
            "6.车辆品牌",
            Value(vehicle.brand, pt=v),
        ),
        (
            "7.车辆型号",
            Value(vehicle.model, "brand_model", vehicle.brand_model, pt=v),
            "8.车身颜色",
            Value(vehicle.body_color, pt=v),
        ),
        ("9.车辆识别代号/车架号", Value(vehicle.vin, "vin", pt=10), "10.国产/进口", Value("国产", pt=v)),
        (
            "11.发动机号",
            Value(vehicle.engine_no, "engine_no", pt=v),
            "12.发动机型号",
            Value(vehicle.engine_model, pt=v),
        ),
        (
            "13.燃料种类",
            Value(vehicle.fuel_type, pt=v),
            "14.排量/功率",
            Value(f"{vehicle.displacement}ml/{vehicle.power:.0f}kw", pt=v),
        ),
        ("15.制造厂名称", Value(vehicle.manufacturer, pt=8.5), "16.转向形式", Value("方向盘", pt=v)),
        ("17.轮距", Value("前1560 后1565 mm", pt=v), "18.轮胎数", Value("4", pt=v)),
        ("19.轮胎规格", Value(vehicle.tyre_spec, pt=v), "20.钢板弹簧片数", Value("--", pt=v)),
        ("21.轴距", Value("2700 mm", pt=v), "22.轴数", Value("2", pt=v)),
        ("23.外廓尺寸", Value(vehicle.outline_dims + " mm", pt=v), "24.货厢内部尺寸", Value("--", pt=v)),
        ("25.总质量", Value(f"{vehicle.gross_mass} kg", pt=v), "26.核定载质量", Value("--", pt=v)),
        ("27.核定载客", Value(f"{vehicle.seating} 人", pt=v), "28.准牵引总质量", Value("--", pt=v)),
        (
            "30.使用性质",
            Value("非营运", "use_nature", vehicle.use_nature, pt=v),
            "31.车辆获得方式",
            Value("购买", pt=v),
        ),
        (
            "32.车辆出厂日期",
            dated(vehicle.make_date, None, "iso", pt=v),
            "34.发证日期",
            dated(vehicle.reg_date, None, "iso", pt=v),
        ),
    ]
    rows: list[Row] = [(h, [(170, Label("注册登记机动车信息栏", 10))])]
    for first, left, second, right in pairs:
        rows.append(
            (h, [(40, Label(first, 8.5, "left")), (56, left), (34, Label(second, 8.5, "left")), (40, right)])
        )
    return rows


def registration_certificate_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The opened booklet, both pages next to each other on a landscape sheet."""
    style = Style(
        label="song",
        title="song_heavy",
        value="song",
        label_ink=(70, 84, 70),
        line_ink=(70, 84, 70),
        line_mm=0.2,
    )
    page = Page(297, 210, dpi, rng, style, paper=(248, 250, 246))
    page.truth.materials = ["M-LC-01"]
    vehicle, owner = identity.vehicle, identity.previous
    page.text(78, 18, "机动车登记证书", 17, "song_heavy", anchor="mm", spacing=2)
    page.text(82, 29, "证书编号：", 9.5)
    page.field(100, 29, Value(vehicle.reg_cert_no, "reg_cert_no", pt=10.5, role="latin"))
    small = partial(Label, pt=8.0, align="left")
    rows: list[Row] = [
        (9, [(126, Label("注册登记摘要信息栏", 10))]),
        (10, [(36, small("1.机动车所有人")), (90, Value(owner.name, "owner_name"))]),
        (
            10,
            [
                (36, small("身份证明名称/号码")),
                (90, Value(f"居民身份证/{owner.id_number}", "id_number", owner.id_number)),
            ],
        ),
        (
            10,
            [
                (24, small("2.登记机关")),
                (48, Value("示例市公安局交警支队", pt=9)),
                (22, small("3.登记日期")),
                (32, dated(vehicle.reg_date, "reg_date", "iso", pt=9.5)),
            ],
        ),
        (10, [(42, small("4.机动车登记编号")), (84, Value(vehicle.plate_no, "plate_no"))]),
        (9, [(126, Label("转移登记摘要信息栏", 10))]),
    ]
    for _ in range(4):
        rows += [
            (9, [(36, small("机动车所有人")), (90, None)]),
            (9, [(24, small("登记机关")), (48, None), (22, small("登记日期")), (32, None)]),
        ]
    page.grid(16, 36, rows)
    page.line(148.5, 6, 148.5, 204, 0.5, (190, 194, 188))
    halved = [
        (height, [(width * 0.75, cell) for width, cell in cells])
        for height, cells in _registered_vehicle_rows(identity)
    ]
    bottom = page.grid(155, 20, halved)
    page.text(160, bottom + 14, "33.发证机关章", 9)
    stamps.press_round(page, 220, bottom + 16, "示例市公安局交通警察支队", "机动车登记专用章", 38)
    return page
