"""机动车行驶证, copied in other ways than `cards` shows or printed from a telephone.

Knows its wording and the places of its fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.card_stock import Card, Entry, Side, certify, copied, pick, toner
from ocr.synthetic.page import A4, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

_TEAL: Ink = (40, 104, 96)

_GREEN: Ink = (58, 112, 66)

_SIZE = (88.0, 60.0)

_OFFICE = "示例市公安局交通警察支队"


def _inspected_until(identity: Identity) -> date:
    return identity.day.replace(day=1, year=identity.day.year + 1)


def _vehicle_main(card: Card, identity: Identity, role: str, ink: Ink, pattern: str) -> None:
    vehicle, owner = identity.vehicle, identity.previous
    value = partial(Value, role=role)
    day = partial(dated, form="iso", role=role)
    card.stock(((230, 238, 230), (236, 240, 232)), pattern)
    card.centred(5.5, "中华人民共和国机动车行驶证", 9.6, "song_heavy", BLACK, 0.5)
    card.centred(9.6, "Vehicle License of the People's Republic of China", 4.8, "latin", ink)
    card.entries(
        [
            (4, 15, "号牌号码\nPlate No.", 16, 42, value(vehicle.plate_no, "plate_no")),
            (
                46,
                15,
                "车辆类型\nVehicle Type",
                58,
                85,
                value("小型轿车", "vehicle_type", vehicle.vehicle_type),
            ),
            (4, 21.5, "所有人\nOwner", 16, 85, value(owner.name, "owner_name")),
            (4, 28, "住址\nAddress", 16, 85, value(owner.address, "address")),
            (4, 34.5, "使用性质\nUse Character", 17, 32, value("非营运", "use_nature", vehicle.use_nature)),
            (34, 34.5, "品牌型号\nModel", 46, 86, value(vehicle.brand_model, "brand_model")),
            (28, 41, "车辆识别代号\nVIN", 45, 86, value(vehicle.vin, "vin")),
            (28, 47.5, "发动机号码\nEngine No.", 45, 86, value(vehicle.engine_no, "engine_no")),
            (28, 54.5, "注册日期\nRegister Date", 40, 56, day(vehicle.reg_date, "reg_date")),
            (58, 54.5, "发证日期\nIssue Date", 70, 86, day(vehicle.reg_date, "issue_date")),
        ],
        5.6,
        7,
        "song",
        ink,
        5,
    )
    for y in (18.2, 24.7, 31.2, 37.7):
        card.rule(3, y, 85, ink)
    for y in (44.2, 50.7):
        card.rule(27, y, 85, ink)
    stamps.press_square(card.page, card.x(14.5), card.y(48.5), _OFFICE, 17 * card.scale)


def _vehicle_second(card: Card, identity: Identity, role: str, ink: Ink, pattern: str, square: bool) -> None:
    vehicle, until = identity.vehicle, _inspected_until(identity)
    value = partial(Value, role=role)
    card.stock(((236, 240, 232), (230, 238, 230)), pattern)
    card.centred(5, "中华人民共和国机动车行驶证副页", 8, "song_heavy", BLACK, 0.3)
    pairs = (
        (
            "号牌号码",
            value(vehicle.plate_no, "plate_no"),
            "档案编号",
            value(identity.licence.file_no, "file_no"),
        ),
        (
            "核定载人数",
            value(f"{vehicle.seating}人", "seating", str(vehicle.seating)),
            "总质量",
            value(f"{vehicle.gross_mass}kg"),
        ),
        ("整备质量", value(f"{vehicle.curb_mass}kg"), "核定载质量", value("--")),
        ("外廓尺寸", value(f"{vehicle.outline_dims}mm"), "准牵引总质量", value("--")),
    )
    rows: list[Entry] = []
    for index, (first, left, second, right) in enumerate(pairs):
        y = 11.5 + index * 5.6
        rows += [(4, y, first, 18, 46, left), (47, y, second, 63, 86, right)]
        card.rule(3, y + 2.8, 85, ink)
    card.entries(rows, 5.6, 6.8, "song", ink, 4.6)
    card.text(4, 34.5, "备　注", 5.6, "song", ink)
    card.text(18, 34.5, vehicle.fuel_type, 6.8, role, BLACK)
    card.rule(3, 37.3, 85, ink)
    card.text(4, 41.5, "检验记录", 5.6, "song", ink)
    record = Value(f"检验有效期至{until:%Y年%m月}沪A", "inspect_valid_to", f"{until:%Y-%m}", role=role, pt=7)
    card.value((18, 38.8, 66, 44.2), record)
    chip = Value(
        f"*{vehicle.license_chip_no}*", "license_chip_no", vehicle.license_chip_no, pt=6, role="digits"
    )
    if square:
        card.square_code(69, 40, 16)
        card.value((5, 52, 45, 57), chip)
    else:
        card.bars(5, 49, 48, 7)
        card.value((55, 50, 87, 55), chip)


def vehicle_licence_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子行驶证 printed on A4: both pages' pictures in a frame under a coloured head, state and time below."""
    page = Page(*A4, dpi, rng, Style(label="hei", value="hei", title="hei_heavy"))
    page.truth.materials = ["M-LC-02"]
    wide, top = float(rng.uniform(100, 140)), float(rng.uniform(12, 30))
    left, scale = (210 - wide) / 2, wide / _SIZE[0]
    tint: Ink = ((58, 118, 206), (52, 140, 120), (44, 92, 176))[int(rng.integers(3))]
    page.box((left - 6, top, left + wide + 6, top + 13), 0, fill=tint, radius=3)
    page.title(
        top + 6.5,
        pick(rng, "电子行驶证", "机动车行驶证电子版", "电子行驶证（打印件）"),
        15,
        ink=(255, 255, 255),
    )
    _vehicle_main(Card(page, left, top + 18, scale, _SIZE), identity, "hei", _TEAL, "waves")
    _vehicle_second(
        Card(page, left, top + 22 + 60 * scale, scale, _SIZE), identity, "hei", _TEAL, "waves", True
    )
    y = top + 32 + 120 * scale
    for label, value in (
        ("车辆状态", "正常"),
        ("检验有效期止", f"{_inspected_until(identity):%Y-%m}"),
        (
            "生成时间",
            f"{identity.day:%Y-%m-%d} {int(rng.integers(8, 18)):02d}:{int(rng.integers(60)):02d}:07",
        ),
    ):
        page.text(left, y, label, 11, ink=(110, 112, 118))
        page.text(left + 36, y, value, 11.5)
        page.line(left, y + 5, left + wide, y + 5, 0.15, (210, 212, 216))
        y += 10
    if rng.random() < 0.3:
        toner(page)
    return page


def vehicle_licence_copy(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Both pages copied loosely onto A4, second page first as often as not, each of its own size."""
    square = bool(rng.random() < 0.4)
    main = partial(_vehicle_main, identity=identity, role="song", ink=_GREEN, pattern="net")
    second = partial(
        _vehicle_second, identity=identity, role="song", ink=_GREEN, pattern="net", square=square
    )
    sides: Sequence[Side] = [[second, main], [main, second], [main]][int(rng.choice(3, p=[0.45, 0.35, 0.2]))]
    return copied(
        "M-LC-02", identity, dpi, rng, sides, size=_SIZE, ways=("loose", "tight"), enlarge=(0.95, 1.7)
    )


def vehicle_licence_photocopy(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A wallet's two pages life-size beside each other high on the sheet, in black and white, an older edition:
    values in kai, black labels without English, a table of inspections."""
    vehicle, owner, until = identity.vehicle, identity.previous, _inspected_until(identity)
    value = partial(Value, role="kai", pt=8)
    day = partial(dated, form="iso", role="kai", pt=8)
    page = Page(*A4, dpi, rng, Style(line_mm=0.18))
    page.truth.materials = ["M-LC-02"]
    top, left, scale = float(rng.uniform(14, 70)), float(rng.uniform(8, 18)), float(rng.uniform(0.98, 1.06))
    main = Card(page, left, top, scale, _SIZE)
    main.stock(((240, 238, 226), (232, 236, 224)), "none", 1.5)
    main.centred(5.5, "中华人民共和国机动车行驶证", 10, "kai", BLACK, 0.6)
    rows: list[Row] = [
        (
            6.5,
            [
                (14, "号牌号码"),
                (26, value(vehicle.plate_no, "plate_no")),
                (14, "车辆类型"),
                (28, value("小型轿车", "vehicle_type", vehicle.vehicle_type)),
            ],
        ),
        (6.5, [(14, "所有人"), (68, value(owner.name, "owner_name"))]),
        (6.5, [(14, "住　址"), (68, value(owner.address, "address"))]),
        (
            6.5,
            [
                (14, "品牌型号"),
                (34, value(vehicle.brand_model, "brand_model")),
                (14, "使用性质"),
                (20, value("非营运", "use_nature", vehicle.use_nature)),
            ],
        ),
        (6.5, [(14, "发动机号"), (68, value(vehicle.engine_no, "engine_no"))]),
        (6.5, [(18, "车辆识别代号"), (64, value(vehicle.vin, "vin"))]),
        (
            6.5,
            [
                (14, "注册日期"),
                (27, day(vehicle.reg_date, "reg_date")),
                (14, "发证日期"),
                (27, day(vehicle.reg_date, "issue_date")),
            ],
        ),
    ]
    main.grid(3, 9.5, rows, 6)
    stamps.press_square(page, main.x(72), main.y(46), _OFFICE, 15 * scale)
    second = Card(page, left + 88 * scale + 3, top, scale, _SIZE)
    second.stock(((232, 236, 224), (240, 238, 226)), "none", 1.5)
    second.centred(5.5, "机动车行驶证副页", 9.5, "kai", BLACK, 0.6)
    inspected = Value(
        f"检验有效期至{until:%Y年%m月}", "inspect_valid_to", f"{until:%Y-%m}", role="kai", pt=7.5
    )
    chip = Value(vehicle.license_chip_no, "license_chip_no", role="digits", pt=7)
    rows = [
        (
            6,
            [
                (16, "号牌号码"),
                (25, value(vehicle.plate_no)),
                (14, "档案编号"),
                (27, value(identity.licence.file_no, "file_no")),
            ],
        ),
        (
            6,
            [
                (16, "核定载人数"),
                (25, value(f"{vehicle.seating}人", "seating", str(vehicle.seating))),
                (14, "总质量"),
                (27, value(f"{vehicle.gross_mass}kg")),
            ],
        ),
        (
            6,
            [
                (16, "整备质量"),
                (25, value(f"{vehicle.curb_mass}kg")),
                (14, "外廓尺寸"),
                (27, value(vehicle.outline_dims)),
            ],
        ),
        (16, [(16, "检验记录"), (66, inspected)]),
        (6, [(16, "备　注"), (66, value(vehicle.fuel_type))]),
        (6, [(16, "条码编号"), (66, chip)]),
    ]
    second.grid(3, 9.5, rows, 6)
    if rng.random() < 0.7:
        toner(page)
    certify(page, identity, top + 60 * scale)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-LC-02": (
        vehicle_licence_electronic,
        vehicle_licence_copy,
        vehicle_licence_photocopy,
    ),
}
