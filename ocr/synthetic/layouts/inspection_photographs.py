"""Photographs of the inspection in the arrangements of `mounts`: vehicles from the front left and from behind, struck
numbers, parts, fittings.

Knows viewpoints, light and which field a photograph proves. Training sees these; what calibrates and measures stands in
`photographs`.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ocr.synthetic import part_views
from ocr.synthetic.bodies import PAINT, SHAPES
from ocr.synthetic.equipment_views import VIEWS
from ocr.synthetic.fitting_views import FITTING_VIEWS
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.mounts import MOUNTS
from ocr.synthetic.layouts.photographs import Photo, Truths
from ocr.synthetic.number_views import NUMBER_VIEWS
from ocr.synthetic.optics import Box, developed
from ocr.synthetic.page import Layout, Page
from ocr.synthetic.surroundings import PLACES
from ocr.synthetic.vehicle_views import vehicle_photo

Take = Callable[[np.random.Generator, Identity, int], Photo]  # the third: which of several on one page

_FRAMES = ((520, 390), (560, 370), (520, 310), (440, 400))


def _in_light(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same scene at dusk with a flash, in haze, in hard sun, under a warm lamp, or as it was."""
    kind, (height, width) = int(rng.integers(8)), picture.shape[:2]
    if kind == 0:
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        spot = np.exp(-(((xs / width - 0.5) / 0.42) ** 2 + ((ys / height - 0.55) / 0.4) ** 2))
        return picture * (0.1 + 0.9 * spot)[..., None]
    if kind == 1:
        haze = float(rng.uniform(0.2, 0.45))
        return picture * (1 - haze) + 206 * haze
    if kind == 2:
        return (picture - 40) * 1.5 + 30
    if kind == 3:
        return picture * np.array((1.12, 0.98, 0.78), np.float32)
    return picture


def _warning_triangle(picture: np.ndarray, rng: np.random.Generator) -> None:
    """三角警告牌 set up on the ground beside the vehicle."""
    height, width = picture.shape[:2]
    size, x = height * float(rng.uniform(0.07, 0.12)), width * float(rng.choice([0.08, 0.9]))
    y = height * float(rng.uniform(0.84, 0.95))
    corners = np.array([(x - size * 0.6, y), (x + size * 0.6, y), (x, y - size)], np.int32)
    cv2.polylines(picture, [corners], True, (206, 28, 24), max(3, int(size * 0.16)), cv2.LINE_AA)


def _vehicle(rng: np.random.Generator, identity: Identity, azimuth: float) -> tuple[np.ndarray, Box, str]:
    vehicle = identity.vehicle
    shape = SHAPES[str(rng.choice(np.array(list(SHAPES))))]
    frame = _FRAMES[int(rng.integers(len(_FRAMES)))]
    place, fill = str(rng.choice(np.array(PLACES))), float(rng.uniform(0.55, 0.97))
    paint = PAINT[vehicle.body_color]
    picture, plate = vehicle_photo(
        rng, shape, vehicle.plate_no, paint, vehicle.electric, azimuth, place, *frame, fill
    )
    return _in_light(picture, rng), plate, shape.name


def _front_left(rng: np.random.Generator, identity: Identity, index: int) -> Photo:
    vehicle = identity.vehicle
    picture, plate, shape = _vehicle(rng, identity, float(rng.uniform(32, 58)))
    if rng.random() < 0.35:
        _warning_triangle(picture, rng)
    proves: Truths = (
        ("plate_no", vehicle.plate_no, plate),
        ("body_color", vehicle.body_color, None),
        ("vehicle_shape", shape, None),
    )
    caption = str(rng.choice(["车辆左前方斜视45度照片", "左前45度", "车辆左前方", "车辆外观照片（左前）"]))
    return Photo(developed(picture, rng), caption, "M-IP-04", proves)


def _rear_right(rng: np.random.Generator, identity: Identity, index: int) -> Photo:
    vehicle = identity.vehicle
    behind = rng.random() < 0.25
    azimuth = float(rng.uniform(174, 186)) if behind else float(rng.uniform(208, 238))
    picture, plate, _ = _vehicle(rng, identity, azimuth)
    proves: Truths = (("plate_no", vehicle.plate_no, plate), ("body_color", vehicle.body_color, None))
    names = ("车辆正后方照片", "正后方") if behind else ("车辆右后方斜视45度照片", "右后45度", "车辆右后方")
    return Photo(developed(picture, rng), str(rng.choice(np.array(names))), "M-IP-05", proves)


def _number(rng: np.random.Generator, identity: Identity, index: int) -> Photo:
    kinds = ("fire_wall", "lorry_frame", "steering_head") if index == 0 else ("behind_screen",)
    kind = str(rng.choice(np.array(kinds if index or rng.random() < 0.75 else ("behind_screen",))))
    vin = identity.vehicle.vin
    picture, box = NUMBER_VIEWS[kind](rng, vin)
    names = ("车辆识别代号照片", "车架号", "VIN照片", "打刻号", "车辆识别代号（车架号）")
    return Photo(developed(picture, rng), str(rng.choice(np.array(names))), "M-IP-06", (("vin", vin, box),))


def _part(rng: np.random.Generator, identity: Identity, index: int) -> Photo:
    vehicle = identity.vehicle
    kinds = (
        ("plate_in_door", "plate_in_bay") if index == 0 else ("whole_wheel", "engine_label", "safety_belt")
    )
    if index == 0 and rng.random() < 0.5:
        kinds = ("whole_wheel", "engine_label", "safety_belt")
    kind = str(rng.choice(np.array(kinds)))
    proves: Truths = ()
    if kind == "safety_belt":
        picture, _ = part_views.safety_belt(rng, identity)
        name = "安全带照片"
    elif kind == "whole_wheel":
        picture, box = part_views.whole_wheel(rng, identity)
        name, proves = "轮胎照片", (("tyre_spec", vehicle.tyre_spec, box),)
    elif kind == "engine_label":
        picture, box = part_views.engine_label(rng, identity)
        name, proves = "发动机柔性标签", (("engine_no", vehicle.engine_no, box),)
    else:
        draw = part_views.plate_in_door if kind == "plate_in_door" else part_views.plate_in_bay
        picture, box = draw(rng, identity)
        name, proves = "车辆铭牌", (("vin", vehicle.vin, box), ("brand_model", vehicle.brand_model, box))
    return Photo(developed(picture, rng), name, "M-IP-07", proves)


def _fitting(rng: np.random.Generator, identity: Identity, index: int) -> Photo:
    """A fitting; now and then one of the simpler views that `photographs` shows too."""
    if rng.random() < 0.25:
        view = VIEWS[str(rng.choice(["seats", "extinguisher", "hammer", "recorder"]))](rng, identity)
        picture = cv2.resize(view.picture.astype(np.float32), (640, 480), interpolation=cv2.INTER_AREA)
        return Photo(developed(picture, rng), view.name, "M-IP-08")
    name, draw = FITTING_VIEWS[str(rng.choice(np.array(list(FITTING_VIEWS))))]
    return Photo(developed(draw(rng), rng), name, "M-IP-08")


def _mounted(subject: str, take: Take, mount: str) -> Layout:
    """The layout that shows a subject in one arrangement."""
    arrange, count = MOUNTS[mount]

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        return arrange([take(rng, identity, index) for index in range(count)], identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"{subject}_{mount}"
    return layout


def _every(subject: str, take: Take, *without: str) -> tuple[Layout, ...]:
    return tuple(_mounted(subject, take, mount) for mount in MOUNTS if mount not in without)


# Two photographs of one vehicle beside each other show both its corners: see `photographs.both_corners_photo_pair`.
LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IP-04": _every("front_left", _front_left, "beside"),
    "M-IP-05": _every("rear_right", _rear_right, "beside"),
    "M-IP-06": _every("vin_view", _number),
    "M-IP-07": _every("part_view", _part),
    "M-IP-08": _every("fitting_view", _fitting),
}
