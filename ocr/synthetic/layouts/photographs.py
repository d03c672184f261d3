"""Photographs of vehicles and their parts as offices file them: bare, printed with a margin, one or two to a sheet.

Knows arrangements and captions; the pictures come from `vehicle_views`, `close_ups` and `equipment_views`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from ocr.synthetic import close_ups, equipment_views
from ocr.synthetic.bodies import PAINT, SHAPES
from ocr.synthetic.identity import Identity
from ocr.synthetic.optics import Box, developed, time_stamp
from ocr.synthetic.page import A4, Layout, Page, Row, Value
from ocr.synthetic.style import Style
from ocr.synthetic.vehicle_views import vehicle_photo

Truths = tuple[tuple[str, str, Box | None], ...]


@dataclass(frozen=True)
class Photo:
    """A developed photograph: what its caption calls it, and the fields it proves with their place in it."""

    image: Image.Image
    caption: str
    material: str
    proves: Truths = ()
    facts: tuple[tuple[str, str, str | None], ...] = ()  # (label, value, field) for captions


def _exterior(
    rng: np.random.Generator, identity: Identity, azimuth: float, shapes: Sequence[str], places: Sequence[str]
) -> Photo:
    vehicle = identity.vehicle
    shape = SHAPES[str(rng.choice(np.array(shapes)))]
    place = str(rng.choice(np.array(places)))
    frame = ((960, 720), (960, 540), (1000, 690))[int(rng.integers(3))]
    picture, plate = vehicle_photo(
        rng,
        shape,
        vehicle.plate_no,
        PAINT[vehicle.body_color],
        vehicle.electric,
        azimuth,
        place,
        *frame,
        float(rng.uniform(0.68, 0.9)),
    )
    front = azimuth < 90
    proves: Truths = (("plate_no", vehicle.plate_no, plate), ("body_color", vehicle.body_color, None))
    if front:
        proves += (("vehicle_shape", shape.name, None),)
    name = "车辆左前方斜视45度" if front else "车辆正后方" if azimuth == 180 else "车辆右后方斜视45度"
    return Photo(
        developed(picture, rng),
        name,
        "M-IP-04" if front else "M-IP-05",
        proves,
        facts=(("号牌号码", vehicle.plate_no, "plate_no"), ("车身颜色", vehicle.body_color, "body_color")),
    )


def _vin(rng: np.random.Generator, identity: Identity, kinds: Sequence[str]) -> Photo:
    kind, vin = str(rng.choice(np.array(kinds))), identity.vehicle.vin
    picture, box = close_ups.VIN_SCENES[kind](rng, vin)
    name = (
        "风窗车辆识别代号标识"
        if kind == "windscreen"
        else str(rng.choice(["车辆识别代号照片", "打刻的车辆识别代号", "车架号照片"]))
    )
    return Photo(
        developed(picture, rng), name, "M-IP-06", (("vin", vin, box),), facts=(("车辆识别代号", vin, "vin"),)
    )


def _part(rng: np.random.Generator, identity: Identity, kinds: Sequence[str]) -> Photo:
    kind, vehicle = str(rng.choice(np.array(kinds))), identity.vehicle
    if kind == "engine":
        picture, box = close_ups.engine_number(rng, identity)
        proves: Truths = (("engine_no", vehicle.engine_no, box),)
        name, fact = "发动机号码照片", ("发动机号码", vehicle.engine_no, "engine_no")
    elif kind == "tyre":
        picture, box = close_ups.tyre_wall(rng, vehicle.tyre_spec)
        proves = (("tyre_spec", vehicle.tyre_spec, box),)
        name, fact = "轮胎规格照片", ("轮胎规格", vehicle.tyre_spec, "tyre_spec")
    else:
        picture, box = close_ups.nameplate(rng, identity, kind)
        proves = (("vin", vehicle.vin, box), ("brand_model", vehicle.brand_model, box))
        name, fact = "车辆铭牌照片", ("车辆识别代号", vehicle.vin, "vin")
    return Photo(developed(picture, rng), name, "M-IP-07", proves, facts=(fact,))


def _other(rng: np.random.Generator, identity: Identity, kinds: Sequence[str]) -> Photo:
    view = equipment_views.VIEWS[str(rng.choice(np.array(kinds)))](rng, identity)
    plate = identity.vehicle.plate_no
    proves: Truths = (("plate_no", plate, view.plate),) if view.plate else ()
    return Photo(
        developed(view.picture, rng), view.name, "M-IP-08", proves, facts=(("号牌号码", plate, "plate_no"),)
    )


def put(page: Page, photo: Photo, left: float, top: float, width: float) -> float:
    """The photograph at a width in mm; returns its bottom. What it proves goes into the truth."""
    high = width * photo.image.height / photo.image.width
    page.paste(photo.image, (left, top, left + width, top + high))
    if photo.material not in page.truth.materials:
        page.truth.materials.append(photo.material)
    for code, value, box in photo.proves:
        edges = (
            []
            if box is None
            else [(left + box[0] * width, top + box[1] * high, left + box[2] * width, top + box[3] * high)]
        )
        page.note(code, value, edges)
    return top + high


def _bare(identity: Identity, dpi: int, rng: np.random.Generator, photo: Photo) -> Page:
    """The picture file itself, without any paper; often with the time in a corner."""
    if rng.random() < 0.75:
        lines = (f"流水号 {identity.transaction_number}",) if rng.random() < 0.25 else ()
        time_stamp(photo.image, identity.accepted_at, rng, lines)
    width = float(rng.uniform(150, 200))
    page = Page(width, width * photo.image.height / photo.image.width, dpi, rng, Style())
    page.truth.materials = []
    put(page, photo, 0, 0, width)
    return page


def _margined(identity: Identity, dpi: int, rng: np.random.Generator, photo: Photo) -> Page:
    """A print on photographic paper with its white border."""
    if rng.random() < 0.6:
        time_stamp(photo.image, identity.accepted_at, rng)
    border = float(rng.uniform(4, 10))
    width = float(rng.choice([127, 152, 178]))
    high = (width - 2 * border) * photo.image.height / photo.image.width
    foot = border + (8 if rng.random() < 0.4 else 0)
    page = Page(width, high + border + foot, dpi, rng, Style(label="hei"), paper=(250, 250, 248))
    put(page, photo, border, border, width - 2 * border)
    if foot > border:
        page.text(
            width / 2,
            high + border + foot / 2,
            f"{photo.caption}　{identity.transaction_number}",
            9,
            anchor="mm",
        )
    return page


def _sheet(identity: Identity, dpi: int, rng: np.random.Generator, photo: Photo) -> Page:
    """A4 upright: heading, one photograph, a small table below."""
    label = str(rng.choice(["hei", "song", "serif"]))
    page = Page(
        *A4, dpi, rng, Style(label=label, title="hei_heavy" if label == "hei" else "song_heavy", value=label)
    )
    if rng.random() < 0.5:
        time_stamp(photo.image, identity.accepted_at, rng)
    y = 24 + float(rng.uniform(0, 14))
    heading = {"M-IP-04": "车辆外观照片", "M-IP-05": "车辆外观照片"}.get(photo.material, photo.caption)
    page.title(y, heading if rng.random() < 0.7 else "机动车查验照片", float(rng.uniform(16, 22)))
    width = float(rng.uniform(140, 172))
    left = (210 - width) / 2 + float(rng.uniform(-6, 6))
    bottom = put(page, photo, left, y + 14, width)
    page.box((left, y + 14, left + width, bottom), mm=0.3)
    page.text(105, bottom + 8, photo.caption, 11.5, anchor="mm")
    if rng.random() < 0.7:
        facts = [(name, Value(text, code)) for name, text, code in photo.facts]
        facts.append(("流水号", Value(identity.transaction_number)))
        facts.append(("拍摄时间", Value(f"{identity.accepted_at:%Y-%m-%d %H:%M}")))
        rows: list[Row] = [(9.5, [(36, name), (114, value)]) for name, value in facts]
        page.grid(30, bottom + 16, rows)
    return page


def _wide(identity: Identity, dpi: int, rng: np.random.Generator, photo: Photo) -> Page:
    """A4 across: the photograph fills the sheet, its caption in one line."""
    page = Page(297, 210, dpi, rng, Style(label=str(rng.choice(["hei", "kai"]))))
    if rng.random() < 0.6:
        time_stamp(photo.image, identity.accepted_at, rng)
    width = min(250.0, 160 * photo.image.width / photo.image.height) * float(rng.uniform(0.85, 1.0))
    bottom = put(
        page, photo, (297 - width) / 2 + float(rng.uniform(-10, 10)), 14 + float(rng.uniform(0, 8)), width
    )
    if rng.random() < 0.85:
        fact = "　".join(f"{name}：{text}" for name, text, _ in photo.facts)
        page.text(148, bottom + 9, f"{photo.caption}　　{fact}", 11, anchor="mm")
        for _, text, code in photo.facts:
            if code:
                page.note(code, text)
    return page


def _pair(identity: Identity, dpi: int, rng: np.random.Generator, photos: Sequence[Photo]) -> Page:
    """Two photographs below each other on A4, each with its caption."""
    page = Page(*A4, dpi, rng, Style(label=str(rng.choice(["song", "hei"])), title="song_heavy"))
    stamped = rng.random() < 0.5
    y = 14.0
    if rng.random() < 0.6:
        page.title(20, str(rng.choice(["机动车照片粘贴页", "机动车查验照片", "车辆照片"])), 17)
        y = 30.0
    width = min(
        (150.0 + float(rng.uniform(-15, 10))), *(108 * p.image.width / p.image.height for p in photos)
    )
    for index, photo in enumerate(photos, 1):
        if stamped:
            time_stamp(photo.image, identity.accepted_at, rng)
        left = (210 - width) / 2 + float(rng.uniform(-5, 5))
        bottom = put(page, photo, left, y, width)
        page.text(105, bottom + 6, f"图{index}　{photo.caption}", 10.5, anchor="mm")
        y = bottom + 16
    if rng.random() < 0.6:
        page.text(30, min(y + 4, 285), f"流水号：{identity.transaction_number}", 10)
    return page


_FRONT, _REAR = 45.0, 225.0


def front_left_photo_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """左前45° on A4 with a table, or across a sheet."""
    photo = _exterior(rng, identity, _FRONT, ("saloon", "suv", "van", "truck"), ("yard", "street", "wall"))
    return (_sheet if rng.random() < 0.6 else _wide)(identity, dpi, rng, photo)


def both_corners_photo_pair(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """左前45° above 右后45° on one sheet: two materials."""
    shape, place = (
        str(rng.choice(["saloon", "suv", "van", "hatchback"])),
        str(rng.choice(["yard", "hall", "wall"])),
    )
    photos = [_exterior(rng, identity, angle, (shape,), (place,)) for angle in (_FRONT, _REAR)]
    return _pair(identity, dpi, rng, photos)


def front_left_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """左前45° as the camera's file."""
    photo = _exterior(
        rng, identity, _FRONT, ("saloon", "suv", "bus", "hatchback"), ("yard", "street", "hall")
    )
    return _bare(identity, dpi, rng, photo)


def front_left_photo_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """左前45° as a print with a white border."""
    photo = _exterior(
        rng, identity, _FRONT, ("saloon", "pickup", "hatchback", "van"), ("garage", "street", "wall")
    )
    return _margined(identity, dpi, rng, photo)


def rear_right_photo_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """右后45° or 正后方 on A4, or as the camera's file."""
    angle = 180.0 if rng.random() < 0.2 else _REAR
    photo = _exterior(
        rng, identity, angle, ("saloon", "suv", "van", "truck", "hatchback"), ("yard", "street", "wall")
    )
    return (_sheet, _wide, _bare)[int(rng.integers(3))](identity, dpi, rng, photo)


def rear_right_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """右后45° as the camera's file."""
    photo = _exterior(rng, identity, _REAR, ("saloon", "suv", "bus"), ("yard", "hall", "street"))
    return _bare(identity, dpi, rng, photo)


def rear_right_photo_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """右后45° as a print with a white border."""
    photo = _exterior(
        rng, identity, _REAR, ("saloon", "pickup", "hatchback", "van"), ("garage", "wall", "yard")
    )
    return _margined(identity, dpi, rng, photo)


def vin_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The number struck into metal or behind the windscreen, as the camera's file."""
    return _bare(identity, dpi, rng, _vin(rng, identity, ("rail", "rust", "carpet", "windscreen")))


def vin_photo_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The number's photograph on A4 with a table below."""
    return _sheet(identity, dpi, rng, _vin(rng, identity, ("rail", "carpet", "windscreen")))


def vin_photo_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The number's photograph as a print with a white border."""
    return _margined(identity, dpi, rng, _vin(rng, identity, ("rail", "rust", "windscreen")))


def vin_photo_pair(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The struck number above the windscreen's plate."""
    return _pair(
        identity,
        dpi,
        rng,
        [_vin(rng, identity, ("rail", "rust", "carpet")), _vin(rng, identity, ("windscreen",))],
    )


def part_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Nameplate, engine number or tyre, as the camera's file or on a sheet."""
    photo = _part(rng, identity, ("ruled", "sticker", "engine", "tyre"))
    return (_bare if rng.random() < 0.6 else _sheet)(identity, dpi, rng, photo)


def part_photo_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A part's photograph as a print with a white border."""
    return _margined(identity, dpi, rng, _part(rng, identity, ("sticker", "columns", "engine", "tyre")))


def part_photo_pair(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The nameplate above another part."""
    return _pair(
        identity,
        dpi,
        rng,
        [_part(rng, identity, ("columns", "ruled")), _part(rng, identity, ("engine", "tyre"))],
    )


_ALL_OTHER = tuple(equipment_views.VIEWS)


def other_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Another subject of the inspection, as the camera's file or on a sheet."""
    photo = _other(rng, identity, _ALL_OTHER)
    return (_bare if rng.random() < 0.5 else _sheet)(identity, dpi, rng, photo)


def other_photo_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Another subject as a print with a white border."""
    return _margined(identity, dpi, rng, _other(rng, identity, _ALL_OTHER))


def other_photo_pair(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Two other subjects on one sheet."""
    kinds = rng.permutation(np.array(_ALL_OTHER))[:2]
    return _pair(identity, dpi, rng, [_other(rng, identity, (str(kind),)) for kind in kinds])


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IP-04": (
        front_left_photo_sheet,
        both_corners_photo_pair,
        front_left_photo_bare,
        front_left_photo_print,
    ),
    "M-IP-05": (rear_right_photo_sheet, rear_right_photo_bare, rear_right_photo_print),
    "M-IP-06": (vin_photo_bare, vin_photo_sheet, vin_photo_print, vin_photo_pair),
    "M-IP-07": (part_photo_bare, part_photo_print, part_photo_pair),
    "M-IP-08": (other_photo_bare, other_photo_print, other_photo_pair),
}
