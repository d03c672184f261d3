"""机动车安全技术检验报告 and its parts: instrument results, manual record, road test, exhaust report.

Knows the tables of the national forms in several editions. Knows no limits of law: measured values are
plausible, and all pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from ocr.synthetic import figures, stamps
from ocr.synthetic.bodies import PAINT, SHAPES
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.optics import developed
from ocr.synthetic.page import A4, Box, Cell, Label, Layout, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import Style, draw_style
from ocr.synthetic.vehicle_views import vehicle_photo

_STATIONS = (
    "示例市演示机动车检测有限公司",
    "示例市样例路机动车安全检测站",
    "演示区安行机动车检验有限公司",
    "示例市远行汽车检测服务有限公司",
)
_MANUAL = (
    "车辆唯一性检查",
    "联网查询",
    "车辆特征参数检查",
    "车辆外观检查",
    "安全装置检查",
    "底盘动态检验",
    "车辆底盘部件检查",
)
_MANUAL_DETAIL = (
    "号牌号码/车辆类型",
    "车辆品牌/型号",
    "车辆识别代号（或整车出厂编号）",
    "发动机号码（或电动机号码）",
    "车辆颜色和外形",
    "外廓尺寸",
    "轴距",
    "核定载人数",
    "轮胎规格",
    "车身外观",
    "外观标识、标注和标牌",
    "外部照明和信号灯具",
    "轮胎",
    "号牌及号牌安装",
    "加装/改装灯具",
    "汽车安全带",
    "机动车用三角警告牌",
    "灭火器",
    "行驶记录装置",
    "转向系",
    "传动系",
    "制动系",
    "仪表和指示器",
    "其他部件",
)


def _station(rng: np.random.Generator) -> str:
    return str(rng.choice(_STATIONS))


def _facts(identity: Identity, station: str) -> dict[str, Value]:
    """What every part of the report says of vehicle and inspection, by its label on the form."""
    vehicle, day = identity.vehicle, identity.day
    kind = vehicle.plate_type_name
    return {
        "号牌号码": Value(vehicle.plate_no, "plate_no"),
        "号牌种类": Value(kind, "plate_type", vehicle.plate_type),
        "车辆类型": Value("小型轿车"),
        "所有人": Value(identity.previous.name),
        "品牌/型号": Value(vehicle.brand_model),
        "车辆识别代号": Value(vehicle.vin, "vin"),
        "发动机号码": Value(vehicle.engine_no),
        "使用性质": Value("非营运"),
        "燃料类别": Value(vehicle.fuel_type),
        "初次登记日期": dated(vehicle.reg_date, None, "iso"),
        "出厂日期": dated(vehicle.make_date, None, "iso"),
        "检验日期": dated(day, "inspect_date", "iso"),
        "检验类别": Value("注册登记检验" if identity.item == "V-REG-01" else "在用机动车检验"),
        "检验机构": Value(station, "station_name", pt=9.5),
        "检验项目": Value("F1 F2 F3 F4 H1 H4 B1 B2 B0 C1 DC", pt=9),
        "里程表读数": Value(f"{(day - vehicle.reg_date).days * 31} km"),
    }


def _pairs(
    facts: dict[str, Value], names: Sequence[Sequence[str]], widths: Sequence[float], h: float
) -> list[Row]:
    """Rows of label and value; a row of one name stretches its value to the row's end."""
    rows: list[Row] = []
    for line in names:
        cells: list[tuple[float, Cell]] = []
        for index, name in enumerate(line):
            cells += [(widths[index * 2], Label(name, 9.5)), (widths[index * 2 + 1], facts[name])]
        rest = sum(widths) - sum(width for width, _ in cells)
        if rest > 0:
            cells[-1] = (cells[-1][0] + rest, cells[-1][1])
        rows.append((h, cells))
    return rows


def _braking(rng: np.random.Generator) -> list[list[str]]:
    """Measured lines: item, result, limit, judgement."""
    axle = [
        [
            f"{name}轴制动率（%）/不平衡率（%）",
            f"{rng.uniform(62, 79):.1f} / {rng.uniform(1, 12):.1f}",
            "≥60 / ≤24" if name == "一" else "≥20 / ≤24",
        ]
        for name in "一二"
    ]
    lines = [
        *axle,
        ["整车制动率（%）", f"{rng.uniform(62, 76):.1f}", "≥60"],
        ["驻车制动率（%）", f"{rng.uniform(24, 38):.1f}", "≥20"],
        ["左外灯远光发光强度（cd）", f"{rng.integers(18000, 36000)}", "≥15000"],
        ["右外灯远光发光强度（cd）", f"{rng.integers(18000, 36000)}", "≥15000"],
        [
            "左/右外灯近光垂直偏移（mm/10m）",
            f"-{rng.integers(80, 240)} / -{rng.integers(80, 240)}",
            "-350～-50",
        ],
        ["转向轮横向侧滑量（m/km）", f"{rng.uniform(-3, 3):+.1f}", "-5～+5"],
    ]
    return [[*line, "合格" if rng.random() < 0.8 else "○"] for line in lines]


def _measured(rng: np.random.Generator, widths: Sequence[float], h: float) -> list[Row]:
    """The measured lines as rows: item, result, limit and, where a fourth width is given, the judgement."""
    rows: list[Row] = []
    for item, got, limit, verdict in _braking(rng):
        cells: list[Cell] = [
            Label(item, 9, "left"),
            Value(got, pt=9, align="center"),
            Label(limit, 9),
            Value(verdict, pt=9, align="center"),
        ]
        rows.append((h, list(zip(widths, cells, strict=False))))
    return rows


def _seal(page: Page, x: float, y: float, station: str) -> None:
    if page.rng.random() < 0.85:
        stamps.press_round(page, x, y, station, "检验专用章" if page.rng.random() < 0.7 else "", 38)


def _accreditation(page: Page, x: float, y: float) -> None:
    """The outline of an accreditation mark with its number; the mark itself is made up."""
    ink = (190, 40, 44) if page.rng.random() < 0.5 else (40, 80, 150)
    page.pen.arc(
        [page.px(x), page.px(y), page.px(x + 12), page.px(y + 9)], 30, 330, fill=ink, width=page.px(1.1)
    )
    page.text(x + 6, y + 4.5, "MA", 9, "latin", ink, "mm")
    page.text(x + 6, y + 12, digits(page.rng, 12), 7, "latin", ink, "mm")


def safety_report(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车安全技术检验报告: vehicle, conclusion, manual and instrument results on one page."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-IP-01"]
    station = _station(rng)
    facts = _facts(identity, station)
    if rng.random() < 0.7:
        _accreditation(page, 20, 10)
    page.title(20, "机动车安全技术检验报告", 19)
    page.text(22, 31, "检验报告编号：", 9.5)
    page.field(46, 31, Value(f"31{identity.day:%y%m%d}" + digits(rng, 8), "report_no", pt=10))
    page.text(118, 31, "检验流水号：", 9.5)
    page.field(139, 31, Value(f"{identity.day:%y%m%d}" + digits(rng, 10), "jylsh", pt=10))
    w, h = (30.0, 55.0, 30.0, 55.0), float(rng.uniform(6.6, 7.4))
    names = (
        ("检验机构",),
        ("号牌号码", "号牌种类"),
        ("所有人", "车辆类型"),
        ("品牌/型号", "使用性质"),
        ("车辆识别代号", "发动机号码"),
        ("初次登记日期", "出厂日期"),
        ("检验日期", "检验类别"),
        ("里程表读数", "燃料类别"),
        ("检验项目",),
    )
    rows: list[Row] = [
        (h, [(170, Label("一、基本信息", 10, "left", "hei_heavy"))]),
        *_pairs(facts, names, w, h),
    ]
    rows.append((h, [(170, Label("二、检验结论", 10, "left", "hei_heavy"))]))
    rows.append(
        (
            h + 5,
            [
                (30, "检验结论"),
                (40, Value("合格", "result", pt=14, align="center")),
                (35, "授权签字人"),
                (65, _signed(identity.deal.clerk)),
            ],
        )
    )
    rows.append((h, [(170, Label("三、人工检验结果", 10, "left", "hei_heavy"))]))
    rows.append((h, [(12, "序号"), (62, "检验项目"), (28, "检验结果"), (44, "不合格项目说明"), (24, "备注")]))
    for index, name in enumerate(_MANUAL, 1):
        rows.append(
            (
                h - 0.8,
                [
                    (12, Label(str(index), 9)),
                    (62, Label(name, 9)),
                    (28, Value("合格", pt=9.5, align="center")),
                    (44, Value("无" if rng.random() < 0.3 else "", pt=9)),
                    (24, None),
                ],
            )
        )
    rows.append((h, [(170, Label("四、仪器设备检验结果", 10, "left", "hei_heavy"))]))
    rows.append((h, [(12, "序号"), (66, "检验项目"), (38, "检验结果"), (34, "标准限值"), (20, "判定")]))
    for index, (_, cells) in enumerate(_measured(rng, (66, 38, 34, 20), h), 1):
        rows.append((h - 0.8, [(12, Label(str(index), 9)), *cells]))
    bottom = page.grid(20, 35, rows)
    page.text(22, bottom + 6, "五、备注：本报告无检验检测专用章无效，复制无效。", 9)
    _seal(page, 158, bottom - 4, station)
    if rng.random() < 0.6:
        page.paste(figures.square_code(rng), (172, 8, 190, 26))
    return page


def _signed(name: str) -> Callable[[Page, Box], None]:
    def sign(page: Page, box: Box) -> None:
        page.signature(box[0] + 8, (box[1] + box[3]) / 2, name, 15)

    return sign


def inspection_parts(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Another page of the same report: instrument table, manual record or road test, as it comes."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.3))
    page.truth.materials = ["M-IP-01"]
    station = _station(rng)
    facts = _facts(identity, station)
    part = int(rng.integers(3))
    titles = (
        "机动车安全技术检验表（仪器设备检验部分）",
        "机动车安全技术检验表（人工检验部分）",
        "机动车安全技术检验路试检验记录单",
    )
    page.title(20, titles[part], 16)
    page.text(20, 30, "检验流水号：", 9.5)
    page.field(40, 30, Value(f"{identity.day:%y%m%d}" + digits(rng, 10), "jylsh", pt=9.5))
    page.text(116, 30, "报告编号：", 9.5)
    page.field(134, 30, Value("31" + digits(rng, 12), "report_no", pt=9.5))
    names = (("号牌号码", "号牌种类"), ("车辆识别代号", "品牌/型号"), ("检验日期", "燃料类别"))
    bottom = page.grid(20, 35, _pairs(facts, names, (30, 58, 28, 54), 7.6))
    rows: list[Row]
    if part == 0:
        rows = [(8, [(70, "项目"), (44, "检验数据"), (36, "限值"), (20, "评价")])]
        rows += _measured(rng, (70, 44, 36, 20), 7.4) * 2
    elif part == 1:
        rows = [(8, [(14, "序号"), (106, "检 查 项 目"), (26, "判定"), (24, "备注")])]
        rows += [
            (
                6.6,
                [
                    (14, Label(str(i), 9)),
                    (106, Label(name, 9, "left")),
                    (26, Value("○" if rng.random() < 0.8 else "—", align="center", role="serif")),
                    (24, None),
                ],
            )
            for i, name in enumerate(_MANUAL_DETAIL, 1)
        ]
    else:
        tests = (
            ("行车制动", f"初速度 {rng.uniform(50, 52):.1f} km/h　制动距离 {rng.uniform(14, 18):.1f} m"),
            ("制动稳定性", "未超出试车道"),
            ("MFDD", f"{rng.uniform(6.2, 8.4):.2f} m/s²"),
            ("驻车制动", "20%坡道　正反向停驻 2 min"),
            ("车速表", f"指示 40 km/h　实测 {rng.uniform(34, 39):.1f} km/h"),
        )
        rows = [(16, [(40, name), (130, Value(text))]) for name, text in tests]
    bottom = page.grid(20, bottom + 3, rows)
    bottom = page.grid(
        20,
        bottom,
        [
            (
                12,
                [
                    (40, "检验结论"),
                    (46, Value("合格", "result", pt=13)),
                    (34, "检验员"),
                    (50, _signed(identity.deal.inspector)),
                ],
            )
        ],
    )
    page.note("station_name", station)
    page.text(22, bottom + 8, f"检验机构：{station}", 10)
    _seal(page, 150, bottom + 6, station)
    return page


def exhaust_report(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The report in the older edition, or 在用车检验（测）报告 of the exhaust: numbered sections, no outer frame."""
    page = Page(*A4, dpi, rng, Style(label="hei", title="hei_heavy", value="kai", line_mm=0.18))
    page.truth.materials = ["M-IP-01"]
    station = _station(rng)
    facts = _facts(identity, station)
    exhaust = not identity.vehicle.electric and rng.random() < 0.6
    page.text(20, 14, station, 10, "hei_heavy")
    page.title(
        26,
        str(rng.choice(["汽油车（双怠速法）排放检验报告", "在用车检验（测）报告"]))
        if exhaust
        else "机动车安全技术检验合格证明",
        18,
    )
    page.field(190, 36, Value(("No." + digits(rng, 12)), "report_no", pt=10, role="latin"), "rm")
    y = 42.0
    sections: list[tuple[str, list[Row]]] = [
        (
            "1　检测车辆信息",
            _pairs(
                facts,
                (
                    ("号牌号码", "号牌种类", "车辆类型"),
                    ("品牌/型号", "发动机号码", "燃料类别"),
                    ("车辆识别代号", "里程表读数"),
                ),
                (24, 34, 24, 34, 22, 32),
                8,
            ),
        ),
        ("2　检验信息", _pairs(facts, (("检验日期", "检验类别"), ("检验机构",)), (26, 59, 26, 59), 8)),
    ]
    if exhaust:
        lines = (
            ("CO（%）", 0.02, 0.3, "≤0.6"),
            ("HC（10-6）", 12, 60, "≤80"),
            ("λ", 0.98, 1.02, "0.95～1.05"),
        )
        head: Row = (8, [(50, "检验项目"), (40, "怠速"), (40, "高怠速"), (40, "限值")])
        measured: list[Row] = [
            (
                8,
                [
                    (50, Label(n, 9.5)),
                    (40, Value(f"{rng.uniform(a, b):.2f}", align="center")),
                    (40, Value(f"{rng.uniform(a, b):.2f}", align="center")),
                    (40, Label(limit, 9.5)),
                ],
            )
            for n, a, b, limit in lines
        ]
        sections.append(
            (
                "3　检测结果",
                [
                    head,
                    *measured,
                    (8, [(50, "外观检验"), (120, Value("合格"))]),
                    (8, [(50, "OBD检查"), (120, Value("通信正常，无故障码"))]),
                ],
            )
        )
    else:
        head = (8, [(80, "检验项目"), (40, "检验结果"), (50, "标准限值")])
        sections.append(
            (
                "3　检测结果",
                [
                    head,
                    *_measured(rng, (80, 40, 50), 7.4),
                ],
            )
        )
    for name, rows in sections:
        page.text(20, y + 3, name, 11, "hei_heavy")
        y = page.grid(20, y + 8, rows) + 4
    page.text(20, y + 5, "4　检验结论：", 11, "hei_heavy")
    page.field(48, y + 5, Value("合格", "result", pt=13))
    page.text(20, y + 18, "检验员：", 10.5)
    page.signature(38, y + 18, identity.deal.inspector, 15)
    page.text(80, y + 18, "批准人：", 10.5)
    page.signature(98, y + 18, identity.deal.clerk, 15)
    page.flow(
        20,
        y + 32,
        170,
        "注：本报告一式两份，一份交车主，一份由检验机构存档。对检验结果有异议的，请于15日内向本机构提出。",
        9,
    )
    _seal(page, 158, y + 12, station)
    return page


def safety_report_illustrated(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The electronic edition: coloured bands, two photographs of the inspection, bar code at the head."""
    page = Page(
        *A4,
        dpi,
        rng,
        Style(label="serif", title="hei_heavy", value="serif", line_ink=(140, 150, 160), line_mm=0.2),
    )
    page.truth.materials = ["M-IP-01"]
    station, vehicle = _station(rng), identity.vehicle
    facts = _facts(identity, station)
    tint = ((222, 234, 246), (226, 240, 226), (244, 236, 222))[int(rng.integers(3))]
    page.text(
        20,
        15,
        str(rng.choice(["机动车安全技术检验报告（电子版）", "机动车安全技术检验报告"])),
        17,
        "hei_heavy",
    )
    cursor = 140.0
    while cursor < 188:
        bar = float(rng.choice([0.25, 0.5, 0.75]))
        page.box((cursor, 9, cursor + bar, 18), mm=0, fill=(20, 20, 20))
        cursor += bar + float(rng.choice([0.25, 0.5]))
    page.field(164, 21, Value(digits(rng, 16), "jylsh", pt=8, role="digits"), "mm")
    page.text(20, 23, "报告编号", 9)
    page.field(36, 23, Value("JY31" + digits(rng, 10), "report_no", pt=9.5))

    def band(y: float, text: str) -> float:
        page.box((18, y, 192, y + 7), mm=0, fill=tint)
        page.text(21, y + 3.5, text, 10.5, "hei_heavy")
        return y + 7

    y = band(28, "车辆信息")
    names = (
        ("号牌号码", "车辆类型"),
        ("号牌种类", "使用性质"),
        ("车辆识别代号", "发动机号码"),
        ("品牌/型号", "初次登记日期"),
        ("检验日期", "检验类别"),
        ("检验机构",),
    )
    y = page.grid(18, y, _pairs(facts, names, (28, 59, 28, 59), 8), border=0.2)
    y = band(y + 3, "检验照片")
    photo_w = 84.0
    shape = SHAPES[str(rng.choice(["saloon", "hatchback", "suv"]))]
    for index, azimuth in enumerate((45.0, 225.0)):
        picture, _ = vehicle_photo(
            rng,
            shape,
            vehicle.plate_no,
            PAINT[vehicle.body_color],
            vehicle.electric,
            azimuth,
            "hall",
            480,
            330,
        )
        image: Image.Image = developed(picture, rng)
        left = 19 + index * 88
        page.paste(image, (left, y + 2, left + photo_w, y + 2 + photo_w * 330 / 480))
    y = band(y + 4 + photo_w * 330 / 480, "检验结果")
    lines = _measured(rng, (76, 40, 36, 22), 6.6)
    y = page.grid(
        18,
        y,
        [
            *lines,
            (
                6.6,
                [
                    (76, Label("人工检验（车辆外观、安全装置等）", 9, "left")),
                    (76, Value("符合", pt=9, align="center")),
                    (22, Value("√", pt=9, align="center")),
                ],
            ),
        ],
        border=0.2,
    )
    y = band(y + 3, "检验结论")
    verdict = Ticks((("合格", True), ("不合格", False), ("合格（建议维护）", False)), pt=11)
    page.grid(
        18, y, [(12, [(120, verdict), (54, Value("检验结论：合格", "result", "合格", pt=11))])], border=0.2
    )
    page.text(20, y + 19, "授权签字人：", 10)
    page.signature(44, y + 19, identity.deal.clerk, 15)
    _seal(page, 160, y + 12, station)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IP-01": (safety_report, inspection_parts, exhaust_report, safety_report_illustrated),
}
