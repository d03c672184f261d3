"""Photographs of what else an inspection looks at: seats, fire extinguisher, hammer, recorder, scrapped vehicle.

Knows these things' shapes and light. Knows no documents. Pictures are float RGB arrays, not yet developed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ocr.synthetic import fonts
from ocr.synthetic.bodies import PAINT, SHAPES
from ocr.synthetic.identity import Identity
from ocr.synthetic.optics import Box, cloud, lit, rough, tinted
from ocr.synthetic.vehicle_views import vehicle_photo

WIDTH, HEIGHT = 1000, 750


@dataclass(frozen=True)
class View:
    """A photograph's subject: its name on captions, the picture, and the plate's place where it is seen."""

    name: str
    picture: np.ndarray
    plate: Box | None = None


def _textured(image: Image.Image, rng: np.random.Generator, soft: float = 1.2) -> np.ndarray:
    grain = 1 + 0.03 * rough(rng, WIDTH, HEIGHT, (200, 20, 3))
    pixels = np.asarray(image.filter(ImageFilter.GaussianBlur(soft)), np.float32)
    return lit(pixels * grain[..., None], rng, 0.45, flash=bool(rng.random() < 0.5))


def _shaded_tube(image: Image.Image, box: Sequence[float], colour: Sequence[int], radius: int) -> None:
    """An upright cylinder, lighter where it faces the light."""
    left, top, right, bottom = (int(v) for v in box)
    across = np.linspace(-1, 1, right - left, dtype=np.float32)
    tone = (
        0.42 + 0.75 * np.clip(1 - (across + 0.3) ** 2, 0, 1) + 0.5 * np.exp(-((across + 0.42) ** 2) / 0.012)
    )
    ramp = np.clip(tone[None, :, None] * np.array(colour, np.float32), 0, 255).astype(np.uint8)
    tube = Image.fromarray(np.repeat(ramp, bottom - top, axis=0))
    mask = Image.new("L", tube.size)
    ImageDraw.Draw(mask).rounded_rectangle([0, 0, right - left - 1, bottom - top - 1], radius, fill=255)
    image.paste(tube, (left, top), mask)


def seats(rng: np.random.Generator, identity: Identity) -> View:
    """The passenger room from its front: rows of seats on both sides of the aisle."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (206, 204, 198))
    pen = ImageDraw.Draw(image)
    far = (WIDTH / 2 + rng.uniform(-60, 60), HEIGHT * 0.40)

    def at(x: float, y: float, t: float) -> tuple[float, float]:
        return far[0] + (x - far[0]) * t, far[1] + (y - far[1]) * t

    pen.polygon(
        [at(-500, 900, 0.15), at(1500, 900, 0.15), at(1900, 1300, 1), at(-900, 1300, 1)], fill=(92, 94, 96)
    )
    pen.rectangle([*at(180, 60, 0.25), *at(820, 900, 0.25)], fill=(150, 152, 154))
    cloth = np.array(((52, 70, 118), (96, 60, 56), (70, 72, 76), (58, 92, 84))[int(rng.integers(4))])
    for side in (-1, 1):
        for t0, t1 in ((0.3, 0.42), (0.46, 0.62), (0.68, 0.95), (1.02, 1.5)):
            x = WIDTH / 2 + side * 640
            pen.polygon(
                [at(x, 130, t0), at(x, 130, t1), at(x, 430, t1), at(x, 430, t0)], fill=(190, 208, 222)
            )
    rows = int(rng.integers(4, 6))
    for index in range(rows):
        t = 0.30 + 0.62 * (index / (rows - 1)) ** 1.4
        shade = tuple(int(v) for v in cloth * (0.7 + 0.5 * t))
        edge = tuple(int(v) for v in cloth * (0.5 + 0.32 * t))
        for x0, x1 in ((-120, 130), (145, 390), (640, 880), (895, 1140)):
            left, top = at(x0, 330, t)
            right, bottom = at(x1, 980, t)
            pen.rounded_rectangle(
                [left, top, right, bottom], int(60 * t), fill=shade, outline=edge, width=max(2, int(7 * t))
            )
            cx = (left + right) / 2
            pen.rounded_rectangle(
                [cx - 55 * t, top - 70 * t, cx + 55 * t, top + 40 * t],
                int(30 * t),
                fill=shade,
                outline=edge,
                width=3,
            )
            pen.line(
                [(left + 20 * t, top + 60 * t), (right - 30 * t, bottom)],
                fill=(24, 24, 26),
                width=max(2, int(16 * t)),
            )
    return View("车厢内部", _textured(image, rng, 1.6))


def extinguisher(rng: np.random.Generator, identity: Identity) -> View:
    """A powder extinguisher in its bracket."""
    wall = tuple(int(v) for v in rng.integers(88, 190) + rng.integers(-6, 6, 3))
    image = Image.new("RGB", (WIDTH, HEIGHT), wall)
    pen = ImageDraw.Draw(image)
    floor = int(HEIGHT * rng.uniform(0.78, 0.9))
    pen.rectangle([0, floor, WIDTH, HEIGHT], fill=(70, 70, 72))
    x, wide = WIDTH * rng.uniform(0.35, 0.6), WIDTH * rng.uniform(0.16, 0.22)
    top = HEIGHT * rng.uniform(0.22, 0.3)
    pen.ellipse([x - wide * 0.9, floor - 20, x + wide * 1.4, floor + 46], fill=(44, 44, 46))
    _shaded_tube(image, (x - wide / 2, top, x + wide / 2, floor + 20), (206, 24, 30), int(wide * 0.4))
    _shaded_tube(image, (x - wide * 0.14, top - 46, x + wide * 0.14, top + 14), (120, 122, 124), 6)
    pen.polygon(
        [(x - 20, top - 50), (x + wide * 0.8, top - 92), (x + wide * 0.8, top - 74), (x, top - 30)],
        fill=(30, 30, 32),
    )
    pen.polygon(
        [(x - 20, top - 40), (x + wide * 0.7, top - 44), (x + wide * 0.7, top - 28), (x, top - 24)],
        fill=(52, 52, 54),
    )
    pen.arc([x - wide * 0.95, top - 50, x + 10, floor - 60], 100, 272, fill=(24, 24, 26), width=20)
    pen.ellipse([x - 62, top - 52, x - 18, top - 8], fill=(232, 232, 226), outline=(90, 90, 90), width=4)
    pen.pieslice([x - 56, top - 46, x - 24, top - 14], 200, 270, fill=(60, 160, 70))
    label = (x - wide * 0.36, top + wide * 0.5, x + wide * 0.36, floor - wide * 0.5)
    pen.rectangle(label, fill=(236, 230, 214))
    size = int(wide * 0.14)
    for index, text in enumerate(("手提式干粉", "灭火器", f"MFZ/ABC{rng.choice([1, 2, 4])}", "使用方法")):
        pen.text(
            (x, label[1] + size * (1.1 + 1.5 * index)),
            text,
            font=fonts.face("hei_heavy", size),
            fill=(150, 20, 24),
            anchor="mm",
        )
    for line in np.arange(label[1] + size * 7, label[3] - 8, size * 0.7):
        y = float(line)
        pen.line([(label[0] + 8, y), (label[2] - 10, y)], fill=(120, 112, 104), width=2)
    return View("灭火器", _textured(image, rng))


def hammer(rng: np.random.Generator, identity: Identity) -> View:
    """The emergency hammer beside a coach window."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (178, 180, 180))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle(
        [WIDTH * 0.56, -40, WIDTH + 60, HEIGHT * 0.9],
        40,
        fill=(150, 184, 206),
        outline=(28, 28, 30),
        width=26,
    )
    pen.polygon(
        [(WIDTH * 0.7, 0), (WIDTH * 0.86, 0), (WIDTH * 0.7, HEIGHT * 0.8), (WIDTH * 0.6, HEIGHT * 0.8)],
        fill=(196, 216, 228),
    )
    x, y = WIDTH * rng.uniform(0.2, 0.34), HEIGHT * rng.uniform(0.28, 0.4)
    pen.rounded_rectangle(
        [x - 110, y - 130, x + 110, y + 300], 18, fill=(222, 222, 218), outline=(130, 130, 130), width=4
    )
    _shaded_tube(image, (x - 26, y - 40, x + 26, y + 270), (214, 30, 30), 22)
    pen.rounded_rectangle([x - 84, y - 80, x + 84, y - 22], 14, fill=(196, 24, 26))
    for tip in (-1, 1):
        pen.polygon(
            [(x + tip * 84, y - 68), (x + tip * 108, y - 51), (x + tip * 84, y - 34)], fill=(160, 162, 164)
        )
    pen.rectangle([x - 100, y - 124, x + 100, y - 88], fill=(190, 24, 28))
    pen.text(
        (x, y - 106), "应急锤 / 安全锤", font=fonts.face("hei_heavy", 25), fill=(255, 255, 255), anchor="mm"
    )
    return View("应急锤", _textured(image, rng))


def recorder(rng: np.random.Generator, identity: Identity) -> View:
    """行驶记录装置 in the dashboard, its display lit."""
    picture = tinted(1 + 0.12 * rough(rng, WIDTH, HEIGHT, (200, 5, 2)), (46, 46, 48))
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    x0, y0 = int(WIDTH * rng.uniform(0.12, 0.2)), int(HEIGHT * rng.uniform(0.3, 0.4))
    x1, y1 = x0 + 660, y0 + 210
    pen.rounded_rectangle([x0 - 10, y0 - 10, x1 + 10, y1 + 10], 16, fill=(12, 12, 13))
    pen.rounded_rectangle([x0, y0, x1, y1], 10, fill=(30, 31, 33), outline=(84, 84, 88), width=3)
    screen = (x0 + 40, y0 + 40, x0 + 320, y0 + 130)
    pen.rectangle(screen, fill=((110, 168, 84), (70, 120, 200), (196, 200, 90))[int(rng.integers(3))])
    font = fonts.face("hei", 28)
    pen.text((x0 + 52, y0 + 64), identity.vehicle.plate_no, font=font, fill=(16, 20, 16), anchor="lm")
    pen.text(
        (x0 + 52, y0 + 104),
        f"{identity.accepted_at:%Y-%m-%d %H:%M}",
        font=font,
        fill=(16, 20, 16),
        anchor="lm",
    )
    for index in range(5):
        left = x0 + 350 + index * 60
        pen.rounded_rectangle(
            [left, y0 + 50, left + 46, y0 + 84], 6, fill=(60, 62, 66), outline=(110, 110, 114), width=2
        )
    pen.rectangle([x0 + 350, y0 + 110, x0 + 620, y0 + 124], fill=(6, 6, 6))
    pen.text(
        (x0 + 40, y0 + 170),
        "汽车行驶记录仪　USB　打印　RFID",
        font=fonts.face("hei", 22),
        fill=(190, 192, 196),
        anchor="lm",
    )
    box: Box = (screen[0] / WIDTH, (y0 + 46) / HEIGHT, screen[2] / WIDTH, (y0 + 84) / HEIGHT)
    return View("行驶记录装置", _textured(image, rng, 1.0), box)


def _shape(rng: np.random.Generator, names: Sequence[str]) -> str:
    return str(rng.choice(np.array(names)))


def dismantled(rng: np.random.Generator, identity: Identity) -> View:
    """监督解体: a body crushed or cut open in the scrap yard, without its plate."""
    vehicle = identity.vehicle
    kind = SHAPES[_shape(rng, ("saloon", "hatchback", "van", "suv"))]
    azimuth = float(rng.choice([45, 135, 225, 315]))
    picture, _ = vehicle_photo(
        rng, kind, "", PAINT[vehicle.body_color], False, azimuth, "wall", WIDTH, HEIGHT, 0.72
    )
    amount = float(rng.uniform(12, 24))
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    middle = np.exp(-((((xs / WIDTH - 0.5) / 0.28) ** 2 + ((ys / HEIGHT - 0.5) / 0.20) ** 2) ** 2))
    bent = cv2.remap(
        picture,
        xs + middle * amount * rough(rng, WIDTH, HEIGHT, (70, 30)),
        ys + middle * (amount * rough(rng, WIDTH, HEIGHT, (70, 26)) - float(rng.uniform(0, 46))),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    rust = (np.clip(cloud(rng, WIDTH, HEIGHT, 40) * 0.5, 0, 0.55) * middle)[..., None]
    bent = bent * (1 - rust) + np.array((104, 66, 44)) * rust
    for _ in range(int(rng.integers(30, 90))):
        centre = (int(rng.uniform(0, WIDTH)), int(rng.uniform(0.72, 1.0) * HEIGHT))
        corners = np.array(centre) + rng.normal(0, 13, (4, 2))
        cv2.fillConvexPoly(bent, cv2.convexHull(corners.astype(np.int32)), [float(rng.uniform(30, 150))] * 3)
    if rng.random() < 0.5:
        tone = (210, 30, 30)
        for ends in (((0.40, 0.38), (0.62, 0.62)), ((0.62, 0.38), (0.40, 0.62))):
            (ax, ay), (bx, by) = ends
            cv2.line(
                bent,
                (int(ax * WIDTH), int(ay * HEIGHT)),
                (int(bx * WIDTH), int(by * HEIGHT)),
                tone,
                11,
                cv2.LINE_AA,
            )
    return View("监督解体", np.ascontiguousarray(bent, np.float32))


def with_inspector(rng: np.random.Generator, identity: Identity) -> View:
    """查验员与车辆合影: a person in a reflective vest stands beside the vehicle."""
    vehicle = identity.vehicle
    kind = SHAPES[_shape(rng, ("saloon", "suv", "van", "truck"))]
    place = _shape(rng, ("yard", "hall", "wall"))
    picture, plate = vehicle_photo(
        rng,
        kind,
        vehicle.plate_no,
        PAINT[vehicle.body_color],
        vehicle.electric,
        45,
        place,
        WIDTH,
        HEIGHT,
        0.70,
    )
    layer = Image.new("RGBA", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(layer)
    tall = HEIGHT * rng.uniform(0.48, 0.58)
    x, foot = WIDTH * rng.uniform(0.06, 0.10), HEIGHT * rng.uniform(0.84, 0.90)
    if rng.random() < 0.5:
        x = WIDTH * 0.97 - x
    unit = tall / 8
    top = foot - tall
    navy, vest, band = (34, 40, 62), (206, 224, 40), (226, 228, 230)
    pen.ellipse([x - unit * 1.1, foot - 8, x + unit * 1.5, foot + 14], fill=(30, 30, 30, 120))
    for side in (-1, 1):
        pen.polygon(
            [
                (x + side * unit * 0.1, top + unit * 4),
                (x + side * unit * 0.85, top + unit * 4),
                (x + side * unit * 0.75, foot),
                (x + side * unit * 0.2, foot),
            ],
            fill=navy,
        )
        pen.line(
            [(x + side * unit * 0.9, top + unit * 1.8), (x + side * unit * 1.15, top + unit * 4.1)],
            fill=navy,
            width=int(unit * 0.45),
        )
        pen.ellipse(
            [
                x + side * unit * 1.15 - unit * 0.22,
                top + unit * 4,
                x + side * unit * 1.15 + unit * 0.22,
                top + unit * 4.5,
            ],
            fill=(214, 172, 144),
        )
    pen.rounded_rectangle(
        [x - unit * 0.95, top + unit * 1.4, x + unit * 0.95, top + unit * 4.2], int(unit * 0.35), fill=vest
    )
    for y in (2.5, 3.3):
        pen.rectangle([x - unit * 0.95, top + unit * y, x + unit * 0.95, top + unit * (y + 0.28)], fill=band)
    pen.rectangle([x - unit * 0.2, top + unit * 1.05, x + unit * 0.2, top + unit * 1.5], fill=(196, 154, 128))
    pen.ellipse([x - unit * 0.42, top + unit * 0.1, x + unit * 0.42, top + unit * 1.25], fill=(218, 178, 150))
    pen.pieslice(
        [x - unit * 0.5, top - unit * 0.1, x + unit * 0.5, top + unit * 0.9], 180, 360, fill=(26, 32, 54)
    )
    pen.rectangle([x - unit * 0.5, top + unit * 0.38, x + unit * 0.5, top + unit * 0.47], fill=(16, 20, 36))
    figure = np.asarray(layer.filter(ImageFilter.GaussianBlur(1.3)), np.float32)
    cover = figure[..., 3:] / 255
    return View("查验员与车辆合影", picture * (1 - cover) + figure[..., :3] * 0.92 * cover, plate)


VIEWS: dict[str, Callable[[np.random.Generator, Identity], View]] = {
    "seats": seats,
    "extinguisher": extinguisher,
    "hammer": hammer,
    "recorder": recorder,
    "dismantled": dismantled,
    "inspector": with_inspector,
}
