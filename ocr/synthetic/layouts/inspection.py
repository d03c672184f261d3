"""Inspection papers and photographs: 查验记录表, VIN 拓印膜, 车辆外观照片, 驾驶证证件照片."""

from __future__ import annotations

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Label, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import Style, draw_style

_CHECKS = (
    "车辆识别代号",
    "发动机型号/号码",
    "车辆品牌/型号",
    "车身颜色",
    "核定载人数",
    "车辆类型",
    "号牌/车辆外观形状",
    "轮胎完好情况",
    "安全带、三角警告牌",
)
_SPECIAL = (
    "外廓尺寸、轴数、轴距",
    "整备质量",
    "轮胎规格",
    "侧后部防护装置",
    "车身反光标识和车辆尾部标志板、喷涂",
    "灭火器",
    "行驶记录装置、车内外录像监控装置",
    "应急出口/应急锤、乘客门",
    "外部标识/文字、喷涂",
)


def inspection_record(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车查验记录表 with its two columns of checks and the inspector's conclusion."""
    page = _inspection(identity, dpi, rng, rubbing=False)
    page.truth.materials = ["M-IP-02"]
    return page


def inspection_record_with_rubbing(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same form with the VIN rubbing pasted into its field: two materials on one page."""
    page = _inspection(identity, dpi, rng, rubbing=True)
    page.truth.materials = ["M-IP-02", "M-IP-03"]
    return page


def _inspection(identity: Identity, dpi: int, rng: np.random.Generator, rubbing: bool) -> Page:
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.6))
    vehicle = identity.vehicle
    fresh = identity.item == "V-REG-01"
    page.title(20, "机动车查验记录表", 20)
    page.text(18, 31, "号牌号码（流水号或其他与车辆能对应的号码）：", 9.5)
    page.line(94, 34, 138, 34, 0.2)
    if fresh:
        page.field(96, 31, Value(identity.transaction_number, "lsh"))
    else:
        page.field(96, 31, Value(vehicle.plate_no, "plate_no", pt=12))
    page.text(142, 31, "号牌种类：", 9.5)
    page.field(
        160,
        31,
        Value(vehicle.plate_type_name, "plate_type", vehicle.plate_type, pt=10),
    )
    page.text(18, 39, "使用性质：", 9.5)
    page.field(36, 39, Value("非营运", "use_nature", vehicle.use_nature, pt=10))
    kinds = (
        ("注册登记", fresh),
        ("转让登记", not fresh),
        ("转入", False),
        ("变更迁出", False),
        ("变更车身颜色", False),
        ("更换车身或者车架", False),
        ("更换发动机", False),
        ("变更使用性质", False),
        ("重新打刻VIN", False),
        ("申领登记证书", False),
        ("监督解体", False),
        ("其他", False),
    )
    page.grid(18, 44, [(20, [(24, "业务类型"), (150, Ticks(kinds, pt=8.5))])])
    page.note("biz_type_checked", "注册登记" if fresh else "转让登记")
    rows: list[Row] = [
        (
            8,
            [
                (12, Label("类别", 8.5)),
                (8, Label("序号", 7.5)),
                (50, Label("查验项目", 8.5)),
                (14, Label("判定", 8.5)),
                (12, Label("类别", 8.5)),
                (8, Label("序号", 7.5)),
                (56, Label("查验项目", 8.5)),
                (14, Label("判定", 8.5)),
            ],
        )
    ]
    for index, (common, special) in enumerate(zip(_CHECKS, _SPECIAL, strict=True), 1):
        applies = index in (1, 2, 3)
        rows.append(
            (
                10.0,
                [
                    (12, None),
                    (8, Label(str(index), 8.5)),
                    (50, Label(common, 8.5, "left")),
                    (14, Value("√", align="center", role="serif")),
                    (12, None),
                    (8, Label(str(index + 9), 8.5)),
                    (56, Label(special, 8, "left")),
                    (14, Value("√" if applies else "/", align="center", role="serif")),
                ],
            )
        )
    bottom = page.grid(18, 64, rows)
    for left, text in ((18, "通用项目"), (102, "营运车辆")):
        page.box((left, 72, left + 12, bottom), fill=(255, 255, 255))
        for index, character in enumerate(text):
            page.text(left + 6, 98 + index * 10, character, 9.5, anchor="mm")
    _conclusion(page, identity, bottom, rubbing)
    return page


def _conclusion(page: Page, identity: Identity, top: float, rubbing: bool) -> None:
    vehicle, deal = identity.vehicle, identity.deal
    page.box((18, top, 105, top + 34))
    page.box((105, top, 192, top + 34))
    page.text(21, top + 6, "查验结论：", 10.5)
    page.field(44, top + 6, Value("合格", "result", pt=14))
    page.text(21, top + 17, "查验员：", 10.5)
    page.signature(38, top + 17, deal.inspector, 15)
    page.note("inspector", deal.inspector)
    page.field(52, top + 28, dated(identity.day, "inspect_date"))
    page.text(108, top + 6, "复检合格，查验员：", 10)
    page.text(150, top + 28, "年　　月　　日", 10)
    page.box((18, top + 34, 192, top + 88), mm=0.4)
    page.text(21, top + 40, "车辆识别代号（车架号）拓印膜（粘贴处）", 9.5)
    page.text(21, top + 83, "备注：", 9.5)
    if rubbing:
        page.paste(figures.rubbing(page.rng, vehicle.vin), (30, top + 47, 178, top + 66))
        page.note("vin", vehicle.vin, [(30, top + 47, 178, top + 66)])
    else:
        page.field(60, top + 57, Value("拓印膜另附页", pt=11))
    page.note("vin_rubbing_present", "true" if rubbing else "false")
    if page.rng.random() < 0.7:
        stamps.press_round(page, 84, top + 22, "示例市公安局车辆管理所", "查验专用章", 34)


def rubbing_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆识别代号拓印膜 pasted on its own landscape sheet, with the VIN typed below."""
    page = Page(297, 210, dpi, rng, draw_style(rng, hand_share=0.4))
    page.truth.materials = ["M-IP-03"]
    vehicle = identity.vehicle
    page.title(28, "车辆识别代号拓印膜", 22, spacing=2)
    page.box((24, 44, 273, 130), mm=0.4)
    page.text(28, 51, "拓印膜粘贴处", 10)
    page.paste(figures.rubbing(rng, vehicle.vin), (48, 72, 48 + 200, 72 + 25))
    page.grid(
        24,
        130,
        [
            (
                13,
                [
                    (44, "车辆识别代号"),
                    (118, Value(vehicle.vin, "vin", pt=13)),
                    (32, "号牌种类"),
                    (55, Value(vehicle.plate_type_name)),
                ],
            ),
            (
                13,
                [
                    (44, "流水号"),
                    (118, Value(identity.transaction_number)),
                    (32, "拓印日期"),
                    (55, dated(identity.day, None)),
                ],
            ),
        ],
    )
    page.text(30, 168, "拓印人：", 11)
    page.signature(50, 168, identity.deal.inspector, 15)
    return page


def rubbing_strip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Two strips of the rubbing stuck on a portrait sheet under a printed heading."""
    page = Page(*A4, dpi, rng, Style(label="hei"))
    page.truth.materials = ["M-IP-03"]
    vehicle = identity.vehicle
    page.title(30, "机动车车辆识别代号（车架号）拓印膜粘贴页", 15)
    page.text(24, 44, f"业务流水号：{identity.transaction_number}", 10)
    for index, top in enumerate((60, 112)):
        page.box((22, top, 188, top + 42), mm=0.3)
        page.text(26, top + 6, f"拓印号 {index + 1}", 9)
        strip = figures.rubbing(rng, vehicle.vin).rotate(float(rng.normal(0, 0.7)), fillcolor=(250, 250, 250))
        page.paste(strip, (28, top + 13, 182, top + 32))
    page.note("vin", vehicle.vin, [(28, 73, 182, 92)])
    page.text(24, 172, f"车辆识别代号：{vehicle.vin}", 12)
    page.text(24, 184, "查验员：", 11)
    page.signature(42, 184, identity.deal.inspector, 15)
    return page


def car_photo(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆外观照片（左前方斜视45度）printed on a sheet with a caption."""
    page = Page(*A4, dpi, rng, Style(label="hei" if rng.random() < 0.5 else "song"))
    page.truth.materials = ["M-IP-04"]
    vehicle = identity.vehicle
    page.title(30, "车辆外观照片", 20)
    page.paste(figures.car(rng, vehicle.plate_no, vehicle.body_color, vehicle.electric), (22, 48, 188, 159))
    page.box((22, 48, 188, 159), mm=0.3)
    page.title(168, "车辆左前方斜视45度照片", 12, role="hei")
    page.grid(
        22,
        178,
        [
            (
                10,
                [
                    (34, "号牌号码"),
                    (49, Value(vehicle.plate_no, "plate_no")),
                    (34, "车身颜色"),
                    (49, Value(vehicle.body_color, "body_color")),
                ],
            ),
            (
                10,
                [
                    (34, "流水号"),
                    (49, Value(identity.transaction_number)),
                    (34, "拍摄时间"),
                    (49, Value(f"{identity.accepted_at:%Y-%m-%d %H:%M}")),
                ],
            ),
        ],
    )
    page.note("vehicle_shape", "轿车")
    return page


def car_photo_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The photograph across a landscape sheet, its caption in one line below and a time printed in its
    corner."""
    page = Page(297, 210, dpi, rng, Style(label="hei"))
    page.truth.materials = ["M-IP-04"]
    vehicle = identity.vehicle
    page.paste(figures.car(rng, vehicle.plate_no, vehicle.body_color, vehicle.electric), (36, 22, 261, 172))
    page.text(257, 166, f"{identity.accepted_at:%Y-%m-%d %H:%M:%S}", 11, "latin", (240, 226, 60), "rm")
    page.title(184, "车辆外观照片（左前方斜视45度）", 14)
    page.text(90, 195, "号牌号码：", 11)
    page.field(112, 195, Value(vehicle.plate_no, "plate_no", pt=11))
    page.text(160, 195, f"车身颜色：{vehicle.body_color}", 11)
    page.note("body_color", vehicle.body_color)
    page.note("vehicle_shape", "轿车")
    return page


def portrait_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """驾驶证证件照片 glued on a sheet with name and caption."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-DR-03"]
    owner = identity.owner
    page.title(34, "机动车驾驶人照片粘贴页", 20)
    page.box((70, 56, 140, 146), mm=0.3)
    page.paste(figures.portrait(owner.id_number), (76, 62, 134, 139))
    page.title(153, "（白底免冠一寸照片）", 10, role="hei")
    page.grid(
        30,
        166,
        [
            (12, [(36, "姓　名"), (114, Value(owner.name, "person_name", pt=12))]),
            (12, [(36, "身份证明号码"), (114, Value(owner.id_number))]),
            (12, [(36, "采集日期"), (114, dated(identity.day, None))]),
        ],
    )
    return page


def portrait_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """驾驶证数码相片回执: two prints, a number and the studio's seal."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-DR-03"]
    owner = identity.owner
    page.title(32, "机动车驾驶证数码相片回执", 18)
    picture = figures.portrait(owner.id_number)
    page.paste(picture, (32, 50, 64, 93))
    page.paste(picture, (70, 50, 102, 93))
    page.box((32, 50, 64, 93), mm=0.2)
    page.box((70, 50, 102, 93), mm=0.2)
    lines = (
        ("姓　　名：", Value(owner.name, "person_name", pt=11)),
        ("性　　别：", Value(owner.gender)),
        ("证件号码：", Value(owner.id_number, pt=10)),
        ("相片编号：", Value(f"31{identity.transaction_number}", pt=10)),
        ("拍摄日期：", dated(identity.day, None)),
    )
    for index, (label, value) in enumerate(lines):
        y = 54 + index * 9
        page.text(110, y, label, 10.5)
        page.field(132, y, value)
    page.flow(
        32,
        106,
        146,
        "　　本相片经检测符合机动车驾驶证证件照片要求（白色背景、单人正面半身免冠"
        "），仅用于办理驾驶证业务，有效期六个月。",
        10,
    )
    stamps.press_round(page, 150, 128, "示例市演示区样例数码照相馆", "", 36)
    return page
