"""Further editions of the maker's certificate (M-CT-01): for a bare chassis, in two columns, and across the sheet.

Knows their labels and order. The two first editions stand in `certificates`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import digits, pick
from ocr.synthetic.layouts.security_print import bar_code, ornate_frame, pale, stacked_code, wavy_ground
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

Entry = tuple[str, Value]

_STEEL: Ink = (52, 84, 128)
_RUST: Ink = (150, 70, 40)


def _entries(identity: Identity, rng: np.random.Generator, chassis: bool, pt: float) -> list[Entry]:
    """What the certificate says, in the order of its numbers."""
    vehicle = identity.vehicle
    kind = "纯电动轿车" if vehicle.electric else pick(rng, "轿车", "多用途乘用车")
    length, width, height = vehicle.outline_dims.split("×")
    size = Value(f"{length}×{width}×{height}", "outline_dims", vehicle.outline_dims, pt=pt)
    day = pick(rng, "chinese", "iso")

    def said(text: str, code: str | None = None, canonical: str | None = None) -> Value:
        return Value(text, code, canonical, pt=pt)

    entries: list[Entry] = [
        ("合格证编号", said(vehicle.cert_no, "cert_no")),
        ("发证日期", dated(vehicle.make_date, "issue_date", day, pt=pt)),
        ("车辆制造企业名称", said(vehicle.manufacturer, "manufacturer")),
        ("车辆品牌", said(vehicle.brand)),
        ("车辆名称", said("载货汽车底盘" if chassis else kind, "vehicle_name")),
        ("底盘型号" if chassis else "车辆型号", said(vehicle.model, "brand_model", vehicle.brand_model)),
        ("车辆识别代号/车架号", Value(vehicle.vin, "vin", pt=pt + 1)),
    ]
    if not chassis:
        entries += [("车身颜色", said(vehicle.body_color, "body_color")), ("底盘型号/底盘ID", said("/"))]
    entries += [
        ("发动机型号", said(vehicle.engine_model, "engine_model")),
        ("发动机号", said(vehicle.engine_no, "engine_no")),
        ("燃料种类", said(vehicle.fuel_type, "fuel_type")),
        ("排放标准", said("/" if vehicle.electric else pick(rng, "GB18352.6-2016国Ⅵ", "国五"))),
        ("排量/功率(mL/kW)", said(f"{vehicle.displacement or '/'}/{vehicle.power:.0f}")),
        ("转向型式", said("方向盘")),
        ("轮距(前/后)(mm)", said("1560/1565")),
        ("轮胎数", said("4")),
        ("轮胎规格", said(vehicle.tyre_spec)),
        ("轴距(mm)", said("2700")),
        ("轴数", said("2")),
        ("外廓尺寸(mm)", size),
        ("总质量(kg)", said(str(vehicle.gross_mass), "gross_mass")),
        ("整备质量(kg)", said(str(vehicle.curb_mass), "curb_mass")),
    ]
    if not chassis:
        entries += [("额定载客(人)", said(str(vehicle.seating), "seating"))]
    return [
        *entries,
        ("最高设计车速(km/h)", said(str(pick(rng, 165, 180, 200)))),
        ("车辆制造日期", dated(vehicle.make_date, "make_date", day, pt=pt)),
    ]


def _title(chassis: bool) -> str:
    return "机动车底盘出厂合格证" if chassis else "机动车整车出厂合格证"


def chassis_conformity(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车底盘出厂合格证: one numbered list with dotted leaders, code at the lower right."""
    ink = pick(rng, BLACK, _STEEL, _RUST)
    style = Style(
        label=pick(rng, "song", "hei"),
        title="hei_heavy",
        value=pick(rng, "hei", "song", "typed"),
        label_ink=ink,
        line_ink=ink,
        label_choice=int(rng.integers(2)),
    )
    page = Page(*A4, dpi, rng, style, paper=pale(ink, 0.96))
    page.truth.materials = ["M-CT-01"]
    if ink != BLACK:
        ornate_frame(page, (9, 9, 201, 288), ink, 4)
    page.title(26, _title(chassis=True), 22, spacing=1.2)
    y, step = 42.0, rng.uniform(8.6, 9.4)
    for number, (label, value) in enumerate(_entries(identity, rng, True, 10.5), 1):
        page.text(22, y, f"{number}. {label}", 10)
        page.line(78, y + 2.9, 150, y + 2.9, 0.12)
        page.field(80, y, value)
        y += step
    page.paste(figures.square_code(rng), (156, 40, 186, 70))
    y = page.flow(
        22, y + 3, 120, "　　本底盘产品经检验合格，符合《道路机动车辆生产企业及产品公告》，特此证明。", 10
    )
    page.text(22, y + 8, "底盘制造企业（盖章）", 10)
    stamps.press_round(page, 92, min(y + 6, 262), identity.vehicle.manufacturer, "合格证专用章", 40)
    return page


def _pairs(
    page: Page, x: float, y: float, wide: float, entries: Sequence[Entry], step: float, pt: float, first: int
) -> float:
    """Numbered captions with their values in one column; returns the y below."""
    for number, (label, value) in enumerate(entries, first):
        page.paragraph((x, y - step / 2, x + wide * 0.46, y + step / 2), f"{number}.{label}", pt)
        page.line(x + wide * 0.46, y + step * 0.42, x + wide, y + step * 0.42, 0.1)
        page.value((x + wide * 0.46 + 1, y - step / 2, x + wide, y + step / 2), value)
        y += step
    return y


def conformity_two_columns(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The certificate in two columns over a tinted ground, stacked code across the foot."""
    ink = pick(rng, (40, 110, 72), _STEEL, (120, 70, 110))
    chassis = rng.random() < 0.25
    style = Style(
        label="hei",
        title="song_heavy",
        value=pick(rng, "typed", "hei"),
        label_choice=int(rng.integers(2)),
        line_ink=ink,
    )
    page = Page(*A4, dpi, rng, style, paper=pale(ink, 0.95))
    page.truth.materials = ["M-CT-01"]
    wavy_ground(page, (10, 10, 200, 287), ink, 6)
    page.box((0, 14, 210, 36), 0, fill=pale(ink, 0.7))
    page.title(25, _title(chassis), 21, spacing=2.4)
    entries = _entries(identity, rng, chassis, 10)
    step = rng.uniform(11, 12.5)
    y = _pairs(page, 16, 48, 178, entries[:3], 9.5, 9.5, 1)
    rest = entries[3:]
    half = -(-len(rest) // 2)
    left = _pairs(page, 16, y + 2, 86, rest[:half], step, 9, 4)
    _pairs(page, 108, y + 2, 86, rest[half:], step, 9, 4 + half)
    page.text(16, left + 6, "车辆制造企业信息：", 9.5)
    page.flow(
        16,
        left + 13,
        100,
        "本产品经过检验，符合公告及有关标准要求，准予出厂。\n生产企业地址：示例市演示区示范路1号",
        9,
    )
    stacked_code(page, (14, 258, 116, 280))
    stamps.press_round(
        page, 158, left + 22, identity.vehicle.manufacturer, pick(rng, "合格证专用章", "产品合格专用章"), 42
    )
    return page


def conformity_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The certificate across the sheet: table of six columns, maker's name in the head, code at the left."""
    chassis = rng.random() < 0.25
    style = Style(
        label="serif",
        title="hei_heavy",
        value=pick(rng, "song", "kai"),
        label_choice=int(rng.integers(2)),
        value_choice=int(rng.integers(2)),
        line_mm=0.2,
    )
    page = Page(297, 210, dpi, rng, style, paper=pick(rng, (255, 255, 255), (250, 250, 240)))
    page.truth.materials = ["M-CT-01"]
    entries = _entries(identity, rng, chassis, 10)
    by_label = dict(entries)
    page.title(16, identity.vehicle.manufacturer, 14)
    page.title(28, _title(chassis), 22, spacing=3)
    bar_code(page, (16, 14, 78, 30), digits(rng, 14))
    page.line(16, 36, 281, 36, 0.6)
    wide_labels = ("合格证编号", "发证日期", "车辆制造企业名称", "车辆识别代号/车架号")
    top: list[Row] = [
        (
            11,
            [
                (44, wide_labels[0]),
                (110, by_label[wide_labels[0]]),
                (36, wide_labels[1]),
                (75, by_label[wide_labels[1]]),
            ],
        ),
        (
            11,
            [
                (44, wide_labels[2]),
                (110, by_label[wide_labels[2]]),
                (36, Label("车辆识别代号\n/车架号", 8)),
                (75, by_label[wide_labels[3]]),
            ],
        ),
    ]
    y = page.grid(16, 42, top)
    rest = [entry for entry in entries if entry[0] not in wide_labels]
    rest += [("", Value(""))] * (-len(rest) % 3)
    rows: list[Row] = []
    for first in range(0, len(rest), 3):
        cells: list[tuple[float, Label | Value]] = []
        for (label, value), widths in zip(
            rest[first : first + 3], ((44, 45), (44, 44), (44, 44)), strict=True
        ):
            cells += [(widths[0], Label(label, 9)), (widths[1], value)]
        rows.append((rng.uniform(10.5, 12), cells))
    bottom = page.grid(16, y, rows)
    page.text(20, bottom + 8, "备注：", 10)
    page.paste(figures.square_code(rng), (20, bottom + 12, 44, bottom + 36))
    page.text(60, bottom + 22, "检验员：", 10.5)
    stamps.press_square(page, 84, bottom + 22, identity.deal.inspector, 10)
    page.text(150, bottom + 22, "车辆制造企业（盖章）", 10.5)
    stamps.press_round(page, 214, min(bottom + 20, 188), identity.vehicle.manufacturer, "合格证专用章", 38)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-CT-01": (chassis_conformity, conformity_two_columns, conformity_wide),
}
