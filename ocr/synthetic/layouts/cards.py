"""Copies of cards on a sheet: 居民身份证 (both sides on one sheet, or a side on each), 机动车行驶证."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity, Person
from ocr.synthetic.page import A4, Page, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

CARD = (85.6, 54.0)

_PRINT_BLUE: Ink = (44, 92, 140)
_LICENCE_TEAL: Ink = (40, 104, 96)


def identity_both_sides(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Both sides of the identity card on one A4 copy, portrait side above."""
    page = _sheet(dpi, rng)
    page.truth.materials = ["M-ID-01"]
    scale = float(rng.choice([1.0, 1.15, 1.3]))
    left = 105 - CARD[0] * scale / 2 + rng.uniform(-8, 8)
    _portrait_side(page, left, 42 + rng.uniform(-6, 6), scale, identity.owner)
    _emblem_side(page, left + rng.uniform(-3, 3), 142 + rng.uniform(-6, 6), scale, identity.owner)
    _certified(page, identity, 232)
    return page


def identity_side_by_side(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Both sides next to each other on a landscape sheet."""
    page = Page(297, 210, dpi, rng, Style())
    page.truth.materials = ["M-ID-01"]
    scale = 1.25
    _portrait_side(page, 30, 50, scale, identity.owner)
    _emblem_side(page, 158, 50, scale, identity.owner)
    _certified(page, identity, 150)
    return page


def identity_portrait_side(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The portrait side alone on a sheet."""
    page = _sheet(dpi, rng)
    page.truth.materials = ["M-ID-01"]
    _portrait_side(page, 50 + rng.uniform(-6, 6), 70 + rng.uniform(-15, 20), 1.25, identity.owner)
    return page


def identity_emblem_side(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The emblem side alone on a sheet."""
    page = _sheet(dpi, rng)
    page.truth.materials = ["M-ID-01"]
    _emblem_side(page, 50 + rng.uniform(-6, 6), 70 + rng.uniform(-15, 20), 1.25, identity.owner)
    _certified(page, identity, 190)
    return page


def vehicle_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车行驶证: main page above, its second page below, in the seller's name."""
    page = _sheet(dpi, rng)
    page.truth.materials = ["M-LC-02"]
    scale = 1.35
    left = 105 - 88 * scale / 2
    _licence_main(page, left, 34, scale, identity)
    _licence_second(page, left, 136, scale, identity)
    _certified(page, identity, 240)
    return page


def vehicle_licence_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Both pages of the licence next to each other, as the opened wallet lies on the glass."""
    page = Page(297, 210, dpi, rng, Style())
    page.truth.materials = ["M-LC-02"]
    _licence_main(page, 22, 48, 1.38, identity)
    _licence_second(page, 152, 48, 1.38, identity)
    return page


def _sheet(dpi: int, rng: np.random.Generator) -> Page:
    return Page(*A4, dpi, rng, Style())


def _certified(page: Page, identity: Identity, y: float) -> None:
    """The clerk's note that the copy agrees with the original."""
    chance = page.rng.random()
    if chance < 0.45:
        stamps.press_box(page, 150, y, ("与原件核对一致", f"{identity.day:%Y.%m.%d}"))
    elif chance < 0.75:
        page.text(30, y, "此复印件与原件核对无误，仅用于办理车驾管业务。", 11)
        page.signature(140, y + 12, identity.owner.name)


def _shine(
    page: Page, left: float, top: float, scale: float, tints: tuple[Ink, Ink], size: tuple[float, float]
) -> None:
    """The card's body: rounded, tinted from left to right, with fine wavy guilloche lines."""
    wide, high = page.px(size[0] * scale), page.px(size[1] * scale)
    across = np.linspace(0, 1, wide)[None, :, None]
    body = np.array(tints[0]) * (1 - across) + np.array(tints[1]) * across
    body = np.repeat(body, high, axis=0)
    ys, xs = np.mgrid[0:high, 0:wide]
    period = page.dpi / 25.4 * 2.4
    wave = np.sin((ys + np.sin(xs / (period * 3.2)) * period * 1.5) / period * 6.283)
    body += (np.abs(wave) > 0.93)[..., None] * -9.0
    card = Image.fromarray(np.clip(body, 0, 255).astype(np.uint8))
    mask = Image.new("L", (wide, high))
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, wide - 1, high - 1], page.px(3.2 * scale), fill=255)
    shade = Image.new("L", (wide + 24, high + 24))
    ImageDraw.Draw(shade).rounded_rectangle([12, 12, wide + 11, high + 11], page.px(3.2 * scale), fill=110)
    page.image.paste(
        (120, 120, 124), (page.px(left) - 9, page.px(top) - 9), shade.filter(ImageFilter.GaussianBlur(5))
    )
    page.image.paste(card, (page.px(left), page.px(top)), mask)


def _portrait_side(page: Page, left: float, top: float, scale: float, owner: Person) -> None:
    _shine(page, left, top, scale, ((224, 234, 240), (236, 232, 226)), CARD)

    def put(x: float, y: float, text: str) -> None:
        page.text(left + x * scale, top + y * scale, text, 6.6 * scale, "hei", _PRINT_BLUE)

    def fill(x: float, y: float, value: Value) -> None:
        page.field(left + x * scale, top + y * scale, value, ink=BLACK, hand=False)

    pt = 7.8 * scale
    put(6, 9, "姓 名")
    fill(17, 9, Value(owner.name, "person_name", pt=9 * scale, role="hei"))
    put(6, 16.5, "性 别")
    fill(17, 16.5, Value(owner.gender, "gender", pt=pt, role="hei"))
    put(29, 16.5, "民 族")
    fill(40, 16.5, Value(owner.ethnicity, "ethnicity", pt=pt, role="hei"))
    put(6, 23.5, "出 生")
    birth = owner.birth_date
    for x, number, unit, gap in (
        (17, birth.year, "年", 9),
        (31.5, birth.month, "月", 4.5),
        (40.5, birth.day, "日", 4.5),
    ):
        fill(x, 23.5, Value(str(number), pt=pt, role="hei"))
        put(x + gap, 23.5, unit)
    page.note("birth_date", birth.isoformat())
    put(6, 30.5, "住 址")
    address = owner.address
    for index, start in enumerate(range(0, len(address), 11)):
        fill(17, 30.5 + 5 * index, Value(address[start : start + 11], pt=pt, role="hei"))
    page.note("address", address)
    put(6, 47.5, "公民身份号码")
    page.field(
        left + 29 * scale,
        top + 47.5 * scale,
        Value(owner.id_number, "id_number", pt=10.6 * scale, role="digits"),
        ink=BLACK,
        hand=False,
    )
    box = (left + 57 * scale, top + 8 * scale, left + 80.5 * scale, top + 40 * scale)
    page.paste(figures.portrait(owner.id_number), box)


def _emblem_side(page: Page, left: float, top: float, scale: float, owner: Person) -> None:
    _shine(page, left, top, scale, ((232, 224, 226), (222, 232, 238)), CARD)
    _emblem(page, left + 12.5 * scale, top + 13 * scale, 8.2 * scale)
    page.text(
        left + 50 * scale,
        top + 10.5 * scale,
        "中华人民共和国",
        12.5 * scale,
        "song_heavy",
        BLACK,
        "mm",
        spacing=1.0 * scale,
    )
    page.text(
        left + 50 * scale,
        top + 22 * scale,
        "居民身份证",
        18 * scale,
        "song_heavy",
        BLACK,
        "mm",
        spacing=2.0 * scale,
    )
    page.text(left + 16 * scale, top + 39.5 * scale, "签发机关", 7 * scale, "hei_heavy", BLACK)
    page.field(
        left + 33 * scale,
        top + 39.5 * scale,
        Value(owner.id_issuer, "id_issuer", pt=7.8 * scale, role="hei"),
        hand=False,
    )
    page.text(left + 16 * scale, top + 47 * scale, "有效期限", 7 * scale, "hei_heavy", BLACK)
    end = f"{owner.id_valid_to:%Y.%m.%d}" if owner.id_valid_to else "长期"
    page.field(
        left + 33 * scale,
        top + 47 * scale,
        Value(f"{owner.id_valid_from:%Y.%m.%d}-{end}", pt=7.8 * scale, role="hei"),
        hand=False,
    )
    page.note("id_valid_from", owner.id_valid_from.isoformat())
    page.note("id_valid_to", owner.id_valid_to.isoformat() if owner.id_valid_to else "9999-12-31")


def _emblem(page: Page, x: float, y: float, radius: float) -> None:
    """A stand-in for the emblem: a red disc in a gold wreath, on purpose not the state's."""

    def disc(r: float, fill: Ink) -> None:
        page.pen.ellipse([page.px(x - r), page.px(y - r), page.px(x + r), page.px(y + r)], fill=fill)

    disc(radius, (196, 150, 70))
    for angle in np.linspace(0, 2 * np.pi, 25)[:-1]:
        dot = (x + radius * 0.92 * np.cos(angle), y + radius * 0.92 * np.sin(angle))
        page.pen.ellipse(
            [
                page.px(dot[0] - radius * 0.14),
                page.px(dot[1] - radius * 0.14),
                page.px(dot[0] + radius * 0.14),
                page.px(dot[1] + radius * 0.14),
            ],
            fill=(176, 126, 52),
        )
    disc(radius * 0.78, (188, 40, 44))
    page.box((x - radius * 0.4, y, x + radius * 0.4, y + radius * 0.3), mm=0, fill=(222, 180, 92))
    for dx, dy, r in (
        (0, -0.4, 0.16),
        (-0.36, -0.2, 0.07),
        (0.36, -0.2, 0.07),
        (-0.2, -0.06, 0.06),
        (0.2, -0.06, 0.06),
    ):
        page.pen.ellipse(
            [
                page.px(x + (dx - r) * radius),
                page.px(y + (dy - r) * radius),
                page.px(x + (dx + r) * radius),
                page.px(y + (dy + r) * radius),
            ],
            fill=(232, 196, 104),
        )


def _licence_main(page: Page, left: float, top: float, scale: float, identity: Identity) -> None:
    vehicle, owner = identity.vehicle, identity.previous
    _shine(page, left, top, scale, ((228, 238, 230), (232, 240, 234)), (88, 60))
    centre = left + 44 * scale
    page.text(
        centre,
        top + 6 * scale,
        "中华人民共和国机动车行驶证",
        10 * scale,
        "song_heavy",
        BLACK,
        "mm",
        0.5 * scale,
    )
    page.text(
        centre,
        top + 10.2 * scale,
        "Vehicle License of the People's Republic of China",
        5 * scale,
        "latin",
        _LICENCE_TEAL,
        "mm",
    )

    def row(y: float, cells: tuple[tuple[float, str, str, float, Value], ...]) -> None:
        for x, chinese, english, indent, value in cells:
            page.text(left + x * scale, top + (y - 0.8) * scale, chinese, 5.6 * scale, "song", _LICENCE_TEAL)
            page.text(left + x * scale, top + (y + 1.7) * scale, english, 3.6 * scale, "latin", _LICENCE_TEAL)
            page.field(left + (x + indent) * scale, top + y * scale, value, ink=BLACK, hand=False)
        page.line(
            left + 3 * scale,
            top + (y + 3.2) * scale,
            left + 85 * scale,
            top + (y + 3.2) * scale,
            0.15,
            _LICENCE_TEAL,
        )

    pt = 7.2 * scale
    row(
        15.5,
        (
            (4, "号牌号码", "Plate No.", 12, Value(vehicle.plate_no, "plate_no", pt=pt, role="hei")),
            (
                44,
                "车辆类型",
                "Vehicle Type",
                12,
                Value("小型轿车", "vehicle_type", vehicle.vehicle_type, pt=pt, role="hei"),
            ),
        ),
    )
    row(22, ((4, "所有人", "Owner", 12, Value(owner.name, "owner_name", pt=pt, role="hei")),))
    row(28.5, ((4, "住址", "Address", 12, Value(owner.address, "address", pt=6.4 * scale, role="hei")),))
    row(
        35,
        (
            (
                4,
                "使用性质",
                "Use Character",
                12,
                Value("非营运", "use_nature", vehicle.use_nature, pt=pt, role="hei"),
            ),
            (33, "品牌型号", "Model", 12, Value(vehicle.brand_model, "brand_model", pt=pt, role="hei")),
        ),
    )
    row(41.5, ((28, "车辆识别代号", "VIN", 16, Value(vehicle.vin, "vin", pt=pt, role="hei")),))
    row(48, ((28, "发动机号码", "Engine No.", 16, Value(vehicle.engine_no, "engine_no", pt=pt, role="hei")),))
    row(
        54.5,
        (
            (
                28,
                "注册日期",
                "Register Date",
                12,
                dated(vehicle.reg_date, "reg_date", "iso", pt=pt, role="hei"),
            ),
            (
                58,
                "发证日期",
                "Issue Date",
                11,
                dated(vehicle.reg_date, "issue_date", "iso", pt=6.4 * scale, role="hei"),
            ),
        ),
    )
    stamps.press_square(page, left + 14.5 * scale, top + 47.5 * scale, "示例市公安局交通警察支队", 17 * scale)


def _licence_second(page: Page, left: float, top: float, scale: float, identity: Identity) -> None:
    vehicle = identity.vehicle
    _shine(page, left, top, scale, ((234, 240, 236), (228, 236, 230)), (88, 60))
    page.text(
        left + 44 * scale,
        top + 5.5 * scale,
        "机动车行驶证副页",
        8 * scale,
        "song_heavy",
        BLACK,
        "mm",
        0.5 * scale,
    )
    valid_to = identity.day.replace(day=1, year=identity.day.year + 1)
    rows = (
        ("号牌号码", vehicle.plate_no, "档案编号", identity.licence.file_no),
        ("核定载人数", f"{vehicle.seating}人", "总质量", f"{vehicle.gross_mass}kg"),
        ("整备质量", f"{vehicle.curb_mass}kg", "核定载质量", "--"),
        ("外廓尺寸", vehicle.outline_dims + "mm", "准牵引总质量", "--"),
        ("备注", "燃料：" + vehicle.fuel_type, "", ""),
    )
    for index, (first, value, second, other) in enumerate(rows):
        y = top + (12 + index * 6) * scale
        page.text(left + 4 * scale, y, first, 5.6 * scale, "song", _LICENCE_TEAL)
        page.text(left + 19 * scale, y, value, 6.8 * scale, "hei", BLACK)
        page.text(left + 48 * scale, y, second, 5.6 * scale, "song", _LICENCE_TEAL)
        page.text(left + 64 * scale, y, other, 6.4 * scale, "hei", BLACK)
        page.line(left + 3 * scale, y + 3 * scale, left + 85 * scale, y + 3 * scale, 0.15, _LICENCE_TEAL)
    page.text(left + 4 * scale, top + 44 * scale, "检验记录", 5.6 * scale, "song", _LICENCE_TEAL)
    page.text(
        left + 19 * scale, top + 44 * scale, f"检验有效期至{valid_to:%Y年%m月}沪A", 6.8 * scale, "hei", BLACK
    )
    for bar in range(58):
        x = left + (6 + bar * 0.75) * scale
        page.line(
            x,
            top + 49 * scale,
            x,
            top + 54.5 * scale,
            float(page.rng.choice([0.15, 0.3, 0.45])) * scale,
            BLACK,
        )
    page.text(
        left + 56 * scale, top + 52 * scale, "*" + vehicle.license_chip_no + "*", 6 * scale, "digits", BLACK
    )
    page.note("seating", str(vehicle.seating))
    page.note("file_no", identity.licence.file_no)
    page.note("inspect_valid_to", f"{valid_to:%Y-%m}")
    page.note("license_chip_no", vehicle.license_chip_no)
