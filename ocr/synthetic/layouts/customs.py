"""Papers of customs for imported vehicles: 货物进口证明书 (M-CT-02), and what they share with other import papers.

Knows the wording and how each edition is set out. Customs houses, importers and numbers are invented on the spot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import digits, earlier, pick
from ocr.synthetic.layouts.security_print import (
    SERIAL_RED,
    bar_code,
    emblem,
    ornate_frame,
    pale,
    wavy_ground,
)
from ocr.synthetic.page import A4, Box, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_TEAL: Ink = (36, 110, 116)
_OLIVE: Ink = (92, 112, 60)
_ROSE: Ink = (160, 76, 92)
_COUNTRIES = (
    ("德国", "GERMANY"),
    ("日本", "JAPAN"),
    ("美国", "U.S.A."),
    ("英国", "U.K."),
    ("瑞典", "SWEDEN"),
)
_MAKES = (("诺星", "NORSTAR"), ("维拉", "VEELA"), ("科尔曼", "KOLMAN"), ("海瑞", "HAYRY"))


@dataclass(frozen=True)
class Import:
    """One imported vehicle and the papers that brought it in."""

    house: str
    number: str
    day: date
    importer: str
    country: str
    english: str
    make: str
    latin: str
    model: str
    contract: str
    declaration: str
    ship: str
    bill: str
    made: str


def imported(identity: Identity, rng: np.random.Generator) -> Import:
    """How the vehicle of a case came into the country."""
    (country, english), (make, latin) = pick(rng, *_COUNTRIES), pick(rng, *_MAKES)
    vehicle, day = identity.vehicle, earlier(rng, identity.day, 120)
    voyage = f"{pick(rng, 'STAR', 'BRIDGE', 'HIGHWAY')}/{rng.integers(10, 99):03d}W"
    ship = f"{pick(rng, 'SAMPLE', 'DEMO', 'EXAMPLE')} {voyage}"
    return Import(
        house=pick(rng, "示例海关", "演示港海关", "样本海关", "中华人民共和国示例新港海关"),
        number=pick(rng, "XX", "AA", "BC", "") + pick(rng, "", "Ⅲ") + digits(rng, pick(rng, 7, 9)),
        day=day,
        importer=pick(
            rng, "示例进出口汽车贸易有限公司", "演示国际汽车（中国）有限公司", "样本港汽车进口有限公司"
        ),
        country=country,
        english=english,
        make=make,
        latin=latin,
        model=f"{pick(rng, 'GX', 'S', 'Q', 'LR')}{rng.integers(310, 990)}{pick(rng, '', ' 4WD', 'L', ' TURBO')}",
        contract=f"{day:%y}SL{rng.integers(1000, 9999)}",
        declaration=f"{rng.integers(2200, 2299)}{day:%Y}1{digits(rng, 9)}",
        ship=ship,
        bill=f"EX{pick(rng, 'HK', 'BR', 'YO')}{digits(rng, 8)}",
        made=f"{vehicle.make_date:%Y.%m}",
    )


def _set_down(
    rng: np.random.Generator, dpi: int, size: tuple[float, float], style: Style, paper: Ink
) -> tuple[Page, float, float]:
    """The form alone, or lying on a sheet of A4; with where its upper left corner is."""
    wide, high = size
    if rng.random() < 0.5:
        return Page(wide, high, dpi, rng, style, paper), 0.0, 0.0
    across, down = (A4[1], A4[0]) if wide > A4[0] else A4
    page = Page(across, down, dpi, rng, style)
    left, top = rng.uniform(0, across - wide), rng.uniform(0, (down - high) * 0.6)
    page.box((left, top, left + wide, top + high), 0.15, (206, 206, 206), paper)
    return page, left, top


def import_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """货物进口证明书 on security paper: emblem, wavy ground, red number, numbered gaps filled by a printer."""
    ink = pick(rng, _TEAL, _OLIVE, _ROSE)
    style = Style(
        label="song",
        title="song_heavy",
        value=pick(rng, "typed", "song"),
        label_ink=ink,
        line_ink=ink,
        label_choice=int(rng.integers(2)),
        dots=bool(rng.random() < 0.5),
    )
    wide = rng.uniform(180, 206)
    page, x, y = _set_down(rng, dpi, (wide, 252), style, pale(ink, 0.93))
    page.truth.materials = ["M-CT-02"]
    it, vehicle, middle = imported(identity, rng), identity.vehicle, x + wide / 2
    right, bottom = x + wide, y + 248
    wavy_ground(page, (x + 12, y + 12, right - 12, bottom - 8), ink)
    ornate_frame(page, (x + 7, y + 7, right - 7, bottom - 3), ink)
    emblem(page, middle, y + 27, 18, (196, 150, 40), (176, 34, 40))
    page.title(y + 44, "中华人民共和国海关", 17, spacing=1.5, x=middle)
    page.title(y + 55, "货物进口证明书", 23, spacing=2.5, x=middle)
    page.title(
        y + 64, pick(rng, "（汽车、摩托车）", "（进口汽车）", "CERTIFICATE OF IMPORTED GOODS"), 10, x=middle
    )
    page.text(right - 61, y + 74, pick(rng, "No.", "编号："), 11, anchor="rm")
    page.field(right - 60, y + 74, Value(it.number, "import_cert_no", pt=13, role="digits"), ink=SERIAL_RED)
    lines: list[tuple[str, Value]] = [
        ("进口单位", Value(it.importer)),
        ("合同（协议）号", Value(it.contract)),
        ("运输工具名称", Value(it.ship, role="typed")),
        ("提（运）单号", Value(it.bill)),
        ("原产国（地区）", Value(it.country)),
        ("货物名称", Value(pick(rng, "小轿车", "越野车", "小客车"))),
        ("厂牌型号", Value(f"{it.make}牌{it.latin} {it.model}", "brand_model")),
        ("发动机号", Value(vehicle.engine_no, "engine_no")),
        ("车辆识别代号（VIN）", Value(vehicle.vin, "vin", pt=12)),
        ("制造年月", Value(it.made)),
        ("排气量（毫升）", Value(str(vehicle.displacement or "/"))),
        ("报关单号", Value(it.declaration)),
    ]
    if rng.random() < 0.4:
        lines = lines[:1] + lines[5:11] + lines[1:5] + lines[11:]
    step, top = rng.uniform(9.2, 10.2), y + 87
    page.text(x + 18, top, "兹证明下列货物已经海关放行进口：", 11)
    for label, value in lines:
        top += step
        page.text(x + 20, top, f"{label}：", 10.5)
        page.line(x + 64, top + 3.2, right - 20, top + 3.2, 0.15)
        page.field(x + 68, top, value)
    page.text(x + 20, top + 11, "备注：", 10.5)
    page.field(x + 36, top + 11, Value(pick(rng, "一车一证", "左置方向盘", "新车")))
    page.text(x + 20, bottom - 18, "经办关员：", 10.5)
    stamps.press_square(page, x + 44, bottom - 18, identity.deal.clerk, 9)
    page.note(
        "customs_name",
        it.house,
        [page.text(right - 20, bottom - 26, it.house, 11.5, style.value, BLACK, "rm")],
    )
    page.field(
        right - 20, bottom - 16, dated(it.day, "issue_date", pick(rng, "chinese", "dots")), anchor="rm"
    )
    stamps.press_round(page, right - 46, bottom - 24, it.house, "单证专用章", 38)
    return page


def import_certificate_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The form across: a table of four columns under a banner, with bar code; also as a black photocopy."""
    ink = pick(rng, BLACK, _TEAL, (70, 84, 140))
    style = replace(draw_style(rng, dots_share=0.5), label_ink=ink, line_ink=ink)
    page, x, y = _set_down(rng, dpi, (260, 184), style, pale(ink, 0.94) if ink != BLACK else (255, 255, 255))
    page.truth.materials = ["M-CT-02"]
    it, vehicle, middle = imported(identity, rng), identity.vehicle, x + 130
    if ink != BLACK:
        wavy_ground(page, (x + 6, y + 6, x + 254, y + 178), ink, 4.2)
    page.title(y + 17, "中华人民共和国海关货物进口证明书", 20, spacing=1.2, x=middle)
    page.title(
        y + 25, pick(rng, "（机动车专用）", "（汽车、摩托车专用）", "第一联：车辆管理部门留存"), 10, x=middle
    )
    bar_code(page, (x + 14, y + 28, x + 66, y + 41), digits(rng, 13) if rng.random() < 0.6 else "")
    page.text(x + 182, y + 34, "证明书编号", 10.5)
    page.field(x + 206, y + 34, Value(it.number, "import_cert_no", pt=13, role="digits"), ink=SERIAL_RED)
    h = rng.uniform(10, 11.5)
    date_value = dated(it.day, "issue_date", pick(rng, "iso", "chinese", "dots"))
    rows: list[Row] = [
        (h, [(36, "收货单位"), (92, Value(it.importer)), (34, "合同号"), (70, Value(it.contract))]),
        (
            h,
            [
                (36, "运输工具及航次"),
                (92, Value(it.ship, role="typed")),
                (34, "提运单号"),
                (70, Value(it.bill)),
            ],
        ),
        (
            h,
            [
                (36, "厂牌"),
                (92, Value(f"{it.make} {it.latin}")),
                (34, "原产国"),
                (70, Value(f"{it.country} {it.english}")),
            ],
        ),
        (
            h,
            [
                (36, "型号"),
                (92, Value(f"{it.latin} {it.model}", "brand_model")),
                (34, "颜色"),
                (70, Value(vehicle.body_color)),
            ],
        ),
        (
            h,
            [
                (36, "车架号/VIN码"),
                (92, Value(vehicle.vin, "vin", pt=12)),
                (34, "发动机号码"),
                (70, Value(vehicle.engine_no, "engine_no")),
            ],
        ),
        (
            h,
            [
                (36, "排量(ML)"),
                (92, Value(str(vehicle.displacement or "/"))),
                (34, "出厂日期"),
                (70, Value(it.made)),
            ],
        ),
        (h, [(36, "进口报关单号"), (92, Value(it.declaration)), (34, "数量"), (70, Value("1辆"))]),
        (
            h * 1.5,
            [
                (36, "备注"),
                (
                    196,
                    Value(
                        pick(rng, "一般贸易，已征税放行", "许可证管理商品，已核销", "该车准予在国内销售使用")
                    ),
                ),
            ],
        ),
        (h, [(36, "签发海关"), (92, Value(it.house, "customs_name")), (34, "签发日期"), (70, date_value)]),
    ]
    bottom = page.grid(x + 14, y + 44, rows)
    stamps.press_round(page, x + 112, bottom - 5, it.house, pick(rng, "单证专用章", "证明专用章", ""), 36)
    page.text(
        x + 14,
        bottom + 6,
        "说明：1.本证明书涂改无效。2.遗失不补。3.一车一证，凭此向车辆管理机关申领牌照。",
        8.5,
    )
    return page


def import_certificate_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The edition that firms print themselves: plain A4, two-dimensional code, flush-left fields, electronic seal."""
    style = Style(
        label="hei",
        title="hei_heavy",
        value=pick(rng, "hei", "song"),
        label_choice=int(rng.integers(2)),
        line_mm=0.18,
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-CT-02"]
    it, vehicle, left = imported(identity, rng), identity.vehicle, rng.uniform(20, 28)
    page.text(left, 24, "中华人民共和国海关", 12)
    page.text(left, 36, "货物进口证明书", 22, "hei_heavy")
    page.paste(figures.square_code(rng), (160, 18, 186, 44))
    page.line(left, 48, 188, 48, 0.7)
    page.text(left, 55, "证明书编号：", 10.5)
    page.field(left + 24, 55, Value(it.number, "import_cert_no", pt=11.5))
    page.text(130, 55, "签发日期：", 10.5)
    page.field(149, 55, dated(it.day, "issue_date", "iso", pt=10.5))
    groups: list[tuple[str, list[tuple[str, Value]]]] = [
        (
            "一、货物信息",
            [
                ("车辆识别代号(VIN)", Value(vehicle.vin, "vin", pt=12)),
                ("发动机/电动机号", Value(vehicle.engine_no, "engine_no")),
                ("品牌及型号", Value(f"{it.make}{it.model}", "brand_model")),
                ("商品名称", Value("小轿车")),
                ("排量/功率", Value(f"{vehicle.displacement}mL/{vehicle.power:.0f}kW")),
                ("制造日期", Value(it.made)),
                ("原产国(地区)", Value(it.country)),
            ],
        ),
        (
            "二、进口信息",
            [
                ("境内收货人", Value(it.importer)),
                ("报关单编号", Value(it.declaration)),
                ("运输工具", Value(it.ship, role="typed")),
                ("提运单号", Value(it.bill)),
                ("进境海关", Value(it.house, "customs_name")),
            ],
        ),
    ]
    y, step = 68.0, rng.uniform(9, 10.5)
    for heading, entries in groups:
        page.box((left, y - 4, 188, y + 4), 0, fill=(232, 234, 238))
        page.text(left + 2, y, heading, 11, "hei_heavy")
        y += step
        for label, value in entries:
            page.text(left + 4, y, label, 10)
            page.field(left + 62, y, value)
            page.line(left, y + step / 2, 188, y + step / 2, 0.1, (176, 178, 182))
            y += step
        y += 3
    page.flow(
        left,
        y + 4,
        150,
        "本证明书由企业通过国际贸易“单一窗口”自行打印，可扫描二维码或登录海关互联网平台核验真伪。",
        9.5,
    )
    if rng.random() < 0.75:
        stamps.press_round(page, 160, y + 22, it.house, pick(rng, "电子证明专用章", "单证专用章"), 38)
    page.text(
        left,
        284,
        f"打印时间：{it.day} {rng.integers(8, 18):02d}:{rng.integers(0, 59):02d}　　校验码：{digits(rng, 12)}",
        8.5,
    )
    return page


def import_certificate_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An older bilingual form in boxes, each with its small caption in the upper left corner, typed over."""
    ink = pick(rng, (48, 66, 120), (116, 56, 60), BLACK)
    style = Style(
        label="serif",
        title="song_heavy",
        value="typed",
        label_ink=ink,
        line_ink=ink,
        value_ink=(52, 48, 92),
        dots=bool(rng.random() < 0.7),
        line_mm=0.2,
    )
    page, x, y = _set_down(rng, dpi, (190, 262), style, (250, 248, 240))
    page.truth.materials = ["M-CT-02"]
    it, vehicle = imported(identity, rng), identity.vehicle
    page.title(y + 16, "中 华 人 民 共 和 国 海 关", 14, x=x + 95)
    page.title(y + 26, "货物进口证明书", 21, spacing=4, x=x + 95)
    page.title(y + 33, "CUSTOMS CERTIFICATE FOR IMPORTED MOTOR VEHICLE", 7.5, x=x + 95, role="latin")

    def cell(caption: str, value: Value) -> Callable[[Page, Box], None]:
        def draw(page: Page, box: Box) -> None:
            page.text(box[0] + 1.5, box[1] + 3, caption, 7.5)
            page.value((box[0] + 4, box[1] + 5, box[2] - 2, box[3] - 0.8), value)

        return draw

    h = rng.uniform(14, 16)
    number = Value(it.number, "import_cert_no", pt=13, role="digits")
    model = Value(f"{it.latin} {it.model}", "brand_model")
    rows: list[Row] = [
        (h, [(98, cell("1. 进口单位 Importer", Value(it.importer))), (66, cell("2. 编号 No.", number))]),
        (
            h,
            [
                (98, cell("3. 运输工具 Means of transport", Value(it.ship))),
                (66, cell("4. 合同号 Contract No.", Value(it.contract))),
            ],
        ),
        (
            h,
            [
                (98, cell("5. 厂牌型号 Make and model", model)),
                (66, cell("6. 原产国 Country of origin", Value(it.country))),
            ],
        ),
        (
            h,
            [
                (98, cell("7. 车架号 Chassis No.", Value(vehicle.vin, "vin", pt=12))),
                (66, cell("8. 制造年月 Date of manufacture", Value(it.made))),
            ],
        ),
        (
            h,
            [
                (98, cell("9. 发动机号 Engine No.", Value(vehicle.engine_no, "engine_no"))),
                (66, cell("10. 数量 Quantity", Value("壹辆"))),
            ],
        ),
        (
            h,
            [
                (98, cell("11. 报关单号 Declaration No.", Value(it.declaration))),
                (66, cell("12. 提单号 B/L No.", Value(it.bill))),
            ],
        ),
        (h * 1.6, [(164, cell("13. 备注 Remarks", Value(pick(rng, "税款已缴", "准予进口", "******"))))]),
    ]
    bottom = page.grid(x + 13, y + 40, rows, border=0.6)
    page.flow(
        x + 15,
        bottom + 8,
        160,
        "　　上列货物业经我关验放，特此证明。本证明书只限于申请机动车号牌时使用，不得转让。",
        10.5,
    )
    page.text(x + 92, bottom + 30, "海关（盖章）", 11)
    page.note("customs_name", it.house, [page.write(x + 120, bottom + 30, it.house, 11, "typed")])
    page.text(x + 92, bottom + 42, "签发日期", 11)
    page.field(x + 120, bottom + 42, dated(it.day, "issue_date", pick(rng, "chinese", "dots"), pt=11))
    stamps.press_round(page, x + 140, bottom + 32, it.house, "", 40)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-CT-02": (
        import_certificate,
        import_certificate_wide,
        import_certificate_electronic,
        import_certificate_older,
    ),
}
