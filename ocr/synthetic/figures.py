"""Drawn pictures that stand for photographs: a portrait on white, a car from the front left, a VIN rubbing.

Knows shapes, light and grain. Knows no documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ocr.synthetic import fonts
from ocr.synthetic.style import Ink

_GLASS: Ink = (44, 56, 66)
_PAINT: dict[str, Ink] = {
    "白": (226, 228, 230),
    "灰": (128, 132, 138),
    "黑": (42, 43, 47),
    "蓝": (42, 74, 138),
    "红": (150, 30, 36),
    "棕": (98, 70, 52),
}


def portrait(id_number: str, width: int = 390, height: int = 520) -> Image.Image:
    """A person from the front on white, head about two thirds of the picture; the same number has the same
    face."""
    rng = np.random.default_rng(int(id_number[:17]))
    female = int(id_number[16]) % 2 == 0
    picture = Image.new("RGB", (width, height), (252, 253, 254))
    pen = ImageDraw.Draw(picture)
    skin = np.array([226, 188, 160]) + rng.integers(-14, 10)
    dark, light = tuple(int(v) for v in skin * 0.86), tuple(int(v) for v in skin)
    coat = tuple(int(v) for v in rng.integers(24, 96, 3))
    hair = tuple(int(v) for v in rng.integers(18, 44, 1).repeat(3))
    x, chin = width / 2 + rng.uniform(-4, 4), height * 0.70
    face_w, face_h = width * rng.uniform(0.215, 0.24), height * rng.uniform(0.225, 0.245)
    y = chin - face_h
    if female:
        pen.rounded_rectangle(
            [x - face_w * 1.3, y - face_h * 1.0, x + face_w * 1.3, height * 0.80], 80, fill=hair
        )
    pen.polygon(
        [
            (x - face_w * 0.5, chin - 30),
            (x + face_w * 0.5, chin - 30),
            (x + face_w * 0.62, height * 0.84),
            (x - face_w * 0.62, height * 0.84),
        ],
        fill=dark,
    )
    shoulder = height * 0.80
    pen.polygon(
        [
            (0, height),
            (width * 0.03, shoulder + 45),
            (x - face_w * 0.75, shoulder - 18),
            (x, height * 0.90),
            (x + face_w * 0.75, shoulder - 18),
            (width * 0.97, shoulder + 45),
            (width, height),
        ],
        fill=coat,
    )
    pen.polygon(
        [
            (x - face_w * 0.62, shoulder - 14),
            (x, height * 0.93),
            (x + face_w * 0.62, shoulder - 14),
            (x + face_w * 0.3, height),
            (x - face_w * 0.3, height),
        ],
        fill=(236, 236, 240),
    )
    pen.polygon(
        [(x - face_w * 0.5, shoulder - 14), (x, height * 0.87), (x + face_w * 0.5, shoulder - 14)], fill=dark
    )
    pen.ellipse([x - face_w * 1.12, y - 22, x - face_w * 0.86, y + 46], fill=dark)
    pen.ellipse([x + face_w * 0.86, y - 22, x + face_w * 1.12, y + 46], fill=dark)
    pen.ellipse([x - face_w * 1.07, y - face_h * 1.22, x + face_w * 1.07, y + face_h * 0.3], fill=hair)
    pen.ellipse([x - face_w, y - face_h * 0.95, x + face_w, y + face_h], fill=light)
    fringe = rng.uniform(0.52, 0.66)
    pen.pieslice(
        [x - face_w * 1.05, y - face_h * 1.2, x + face_w * 1.05, y + face_h * 0.2], 200, 340, fill=hair
    )
    pen.ellipse([x - face_w * 0.86, y - face_h * fringe, x + face_w * 0.86, y + face_h * 0.4], fill=light)
    _features(pen, x, y, face_w, face_h, hair, dark)
    shade = np.asarray(picture.filter(ImageFilter.GaussianBlur(2.6)), np.float32)
    across = np.linspace(1.02, 0.97, width, dtype=np.float32)[None, :, None]
    grain = rng.normal(0, 2.5, (height, width, 1)).astype(np.float32)
    return Image.fromarray(np.clip(shade * across + grain, 0, 255).astype(np.uint8))


def _features(
    pen: ImageDraw.ImageDraw,
    x: float,
    y: float,
    face_w: float,
    face_h: float,
    hair: tuple[int, ...],
    dark: tuple[int, ...],
) -> None:
    for side in (-1, 1):
        eye = x + side * face_w * 0.42
        pen.arc([eye - 24, y - 42, eye + 24, y - 6], 200, 340, fill=hair, width=7)
        pen.ellipse([eye - 19, y - 16, eye + 19, y + 4], fill=(238, 234, 230))
        pen.ellipse([eye - 9, y - 16, eye + 9, y + 4], fill=(34, 26, 24))
        pen.arc([eye - 20, y - 20, eye + 20, y + 8], 195, 345, fill=hair, width=4)
    pen.line(
        [(x - 6, y + 6), (x - 11, y + face_h * 0.38), (x + 10, y + face_h * 0.40)],
        fill=dark,
        width=5,
        joint="curve",
    )
    pen.ellipse(
        [x - face_w * 0.34, y + face_h * 0.55, x + face_w * 0.34, y + face_h * 0.68], fill=(176, 104, 98)
    )
    pen.line(
        [(x - face_w * 0.34, y + face_h * 0.61), (x + face_w * 0.34, y + face_h * 0.61)],
        fill=(120, 66, 64),
        width=3,
    )


def car(
    rng: np.random.Generator, plate: str, colour: str, electric: bool, width: int = 1200, height: int = 800
) -> Image.Image:
    """A saloon seen from its front left at 45 degrees on a yard, plate legible."""
    picture = Image.fromarray(_yard(rng, width, height))
    pen = ImageDraw.Draw(picture)
    paint = np.array(_PAINT.get(colour, (150, 150, 150)), np.float32)
    _body(pen, paint, width / 1200, height / 800)
    _plate_on(picture, plate, electric, width / 1200, height / 800)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.6)), np.float32)
    light = cv2.resize(
        rng.uniform(0.86, 1.08, (3, 4)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )[..., None]
    grain = cv2.GaussianBlur(rng.normal(0, 9, (height, width)).astype(np.float32), (3, 3), 0)[..., None]
    return Image.fromarray(np.clip(soft * light + grain, 0, 255).astype(np.uint8))


def _yard(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Sky, a wall with windows, asphalt with parking lines."""
    horizon = int(height * rng.uniform(0.40, 0.46))
    scene = np.zeros((height, width, 3), np.float32)
    scene[:horizon] = np.array([196, 208, 220]) * np.linspace(1.1, 0.96, horizon)[:, None, None]
    scene[horizon:] = np.array([122, 122, 120]) * np.linspace(0.82, 1.16, height - horizon)[:, None, None]
    gravel = cv2.resize(rng.normal(0, 14, (height // 3, width // 3)).astype(np.float32), (width, height))
    scene[horizon:] += gravel[horizon:, :, None]
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    wall = tuple(int(v) for v in rng.integers(150, 206) + rng.integers(-12, 12, 3))
    roof = int(horizon * rng.uniform(0.12, 0.35))
    pen.rectangle([0, roof, width, horizon], fill=wall)
    for x in range(int(rng.integers(10, 60)), width, int(rng.integers(130, 190))):
        pen.rectangle(
            [x, roof + 40, x + 84, roof + 118], fill=(74, 88, 104), outline=(220, 222, 224), width=5
        )
        pen.line([(x + 42, roof + 40), (x + 42, roof + 118)], fill=(220, 222, 224), width=4)
    pen.rectangle([0, horizon - 14, width, horizon], fill=(92, 94, 96))
    for start in (-300, 260, 860, 1330):
        pen.polygon(
            [(start, height), (start + 26, height), (start + 250, horizon), (start + 242, horizon)],
            fill=(206, 206, 198),
        )
    return np.asarray(picture)


def _body(pen: ImageDraw.ImageDraw, paint: np.ndarray, sx: float, sy: float) -> None:
    """The saloon on a 1200 × 800 plan: shadow, side, glass, nose, wheels, from back to front."""

    def tone(factor: float) -> Ink:
        r, g, b = (int(min(v * factor + max(factor - 1, 0) * 60, 255)) for v in paint)
        return r, g, b

    def plane(points: Sequence[tuple[float, float]], fill: Ink, rounds: int = 2) -> None:
        pen.polygon([(x * sx, y * sy) for x, y in _rounded(points, rounds)], fill=fill)

    def crease(points: Sequence[tuple[float, float]], ink: Ink, width: float) -> None:
        pen.line(
            [(x * sx, y * sy) for x, y in points], fill=ink, width=max(1, int(width * sx)), joint="curve"
        )

    plane(((150, 640), (520, 690), (1130, 600), (1090, 540), (300, 560)), (52, 52, 53), 3)
    _wheel(pen, 214, 618, 30, 50, sx, sy)
    plane(
        (
            (470, 470),
            (585, 386),
            (800, 366),
            (965, 368),
            (1066, 382),
            (1086, 440),
            (1080, 548),
            (1030, 588),
            (560, 660),
            (490, 640),
        ),
        tone(0.80),
    )
    plane(((490, 540), (1084, 478), (1080, 548), (1030, 588), (560, 660), (490, 640)), tone(0.66))
    plane(((360, 380), (462, 286), (560, 258), (770, 252), (905, 300), (985, 376), (590, 392)), tone(0.92))
    plane(((475, 282), (566, 262), (764, 257), (862, 286), (668, 292)), tone(1.18), 1)
    plane(((372, 378), (472, 292), (662, 298), (590, 388)), _GLASS, 1)
    plane(((604, 386), (676, 304), (766, 300), (768, 378)), _GLASS, 1)
    plane(((784, 377), (782, 300), (856, 304), (940, 370)), _GLASS, 1)
    crease(((392, 372), (484, 296)), (104, 118, 128), 11)
    crease(((620, 380), (684, 310)), (92, 106, 116), 8)
    crease(((520, 440), (800, 412), (1076, 410)), tone(1.12), 5)
    for line in (
        ((604, 392), (596, 470), (612, 520)),
        ((772, 380), (778, 606)),
        ((930, 376), (938, 470), (905, 520)),
    ):
        crease(line, tone(0.48), 3)
    for x, y in ((712, 428), (872, 418)):
        pen.rounded_rectangle([(x * sx, y * sy), ((x + 46) * sx, (y + 11) * sy)], 5, fill=tone(1.15))
    _nose(pen, plane, crease, tone, sx, sy)
    plane(((588, 376), (612, 362), (648, 372), (644, 402), (606, 406)), tone(0.74))
    _wheel(pen, 604, 604, 56, 78, sx, sy)
    _wheel(pen, 968, 548, 46, 66, sx, sy)


def _nose(
    pen: ImageDraw.ImageDraw,
    plane: Callable[..., None],
    crease: Callable[..., None],
    tone: Callable[[float], Ink],
    sx: float,
    sy: float,
) -> None:
    """Bonnet, lamps, grille and bumper."""
    dark = (26, 27, 29)
    plane(
        (
            (168, 470),
            (200, 448),
            (370, 378),
            (592, 388),
            (520, 452),
            (512, 600),
            (500, 650),
            (452, 664),
            (214, 634),
            (176, 596),
        ),
        tone(0.94),
    )
    plane(((190, 462), (368, 382), (588, 391), (498, 476), (330, 470)), tone(1.16))
    crease(((262, 452), (420, 386)), tone(0.98), 4)
    crease(((420, 462), (545, 390)), tone(0.98), 4)
    plane(((176, 478), (252, 482), (266, 512), (186, 506)), (222, 230, 236), 1)
    plane(((398, 492), (508, 470), (512, 506), (424, 526)), (226, 234, 240), 1)
    for x, y in ((226, 496), (462, 500)):
        pen.ellipse(
            [((x - 13) * sx, (y - 11) * sy), ((x + 13) * sx, (y + 11) * sy)],
            fill=(150, 160, 170),
            outline=dark,
        )
    plane(((266, 486), (398, 494), (386, 544), (276, 536)), dark, 1)
    for offset in (498, 510, 522, 533):
        crease(((274, offset), (392, offset + 7)), (120, 124, 128), 3)
    pen.ellipse(
        [(314 * sx, 494 * sy), (350 * sx, 522 * sy)],
        fill=dark,
        outline=(214, 216, 218),
        width=max(2, int(5 * sx)),
    )
    plane(((216, 602), (476, 626), (458, 654), (236, 630)), dark, 1)
    crease(((180, 590), (330, 606), (508, 612)), tone(0.62), 4)
    for x, y in ((206, 596), (490, 622)):
        pen.ellipse([((x - 11) * sx, (y - 9) * sy), ((x + 11) * sx, (y + 9) * sy)], fill=(206, 208, 204))


def _wheel(pen: ImageDraw.ImageDraw, x: float, y: float, rx: float, ry: float, sx: float, sy: float) -> None:
    def disc(share: float, fill: Ink) -> None:
        pen.ellipse(
            [((x - rx * share) * sx, (y - ry * share) * sy), ((x + rx * share) * sx, (y + ry * share) * sy)],
            fill=fill,
        )

    disc(1.14, (18, 18, 20))
    disc(1.0, (36, 36, 38))
    disc(0.68, (172, 174, 178))
    for turn in np.linspace(0, 2 * np.pi, 6)[:-1]:
        tip = [(x + rx * 0.6 * np.cos(turn + d), y + ry * 0.6 * np.sin(turn + d)) for d in (0.28, 0.98)]
        pen.polygon([(x * sx, y * sy)] + [(a * sx, b * sy) for a, b in tip], fill=(58, 60, 64))
    disc(0.17, (120, 122, 126))


def _rounded(points: Sequence[tuple[float, float]], rounds: int) -> list[tuple[float, float]]:
    """Corners cut again and again (Chaikin), so that sheet metal bends instead of breaking."""
    shape = np.array(points)
    for _ in range(rounds):
        following = np.roll(shape, -1, axis=0)
        shape = np.stack([shape * 0.82 + following * 0.18, shape * 0.18 + following * 0.82], axis=1).reshape(
            -1, 2
        )
    return [(float(x), float(y)) for x, y in shape]


def _plate_on(picture: Image.Image, plate: str, electric: bool, sx: float, sy: float) -> None:
    wide, high = int(170 * sx), int(50 * sy)
    tile = Image.new("RGB", (wide * 3, high * 3), (118, 190, 130) if electric else (22, 60, 150))
    pen = ImageDraw.Draw(tile)
    ink = (16, 20, 18) if electric else (245, 246, 248)
    pen.rectangle([5, 5, wide * 3 - 6, high * 3 - 6], outline=ink, width=5)
    shown = plate[:2] + "·" + plate[2:]
    font = fonts.face("hei_heavy", int(high * 3 * 0.58))
    font = fonts.face("hei_heavy", int(font.size * min(1.0, wide * 2.75 / font.getlength(shown))))
    pen.text((wide * 1.5, high * 1.45), shown, font=font, fill=ink, anchor="mm")
    tile = tile.resize((wide, high), Image.Resampling.LANCZOS).rotate(
        -3.2, Image.Resampling.BILINEAR, expand=False, fillcolor=(90, 90, 92)
    )
    picture.paste(tile, (int(248 * sx), int(550 * sy)))


def rubbing(rng: np.random.Generator, vin: str, width: int = 1500, height: int = 190) -> Image.Image:
    """Pencil over film over stamped characters: they stay light where the pencil does not reach."""
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    font = fonts.face("digits", int(height * 0.55))
    step = width * 0.92 / (len(vin) + 1.4)
    x = width * 0.04 + step / 2
    for character in f"*{vin}*":
        pen.text(
            (x + rng.normal(0, step * 0.02), height / 2 + rng.normal(0, height * 0.012)),
            character,
            font=font,
            fill=255,
            anchor="mm",
            stroke_width=max(1, height // 95),
        )
        x += step * 0.97
    relief = cv2.GaussianBlur(np.asarray(mask, np.float32) / 255, (0, 0), height / 110)
    sweeps = rng.normal(0, 1, (height // 6, width // 60)).astype(np.float32)
    strokes = cv2.resize(sweeps, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0, 1, (height, width)).astype(np.float32)
    graphite = 118 + 20 * strokes + 15 * cv2.GaussianBlur(grain, (0, 0), 0.9) * 2
    edge = np.minimum(np.arange(height), np.arange(height)[::-1])[:, None] + 6 * strokes
    covered = np.clip(edge / (height * 0.10), 0, 1)
    light = 235 + 4 * grain
    grey = graphite * (1 - relief * 0.93) + light * relief * 0.93
    grey = grey * covered + light * (1 - covered)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")


def square_code(rng: np.random.Generator) -> Image.Image:
    """Squares that look like a two-dimensional code; they encode nothing."""
    count = 29
    dark = rng.random((count, count)) < 0.48
    for row, column in ((0, 0), (0, count - 7), (count - 7, 0)):
        dark[row : row + 7, column : column + 7] = True
        dark[row + 1 : row + 6, column + 1 : column + 6] = False
        dark[row + 2 : row + 5, column + 2 : column + 5] = True
    grey = np.where(dark, 34, 255).astype(np.uint8).repeat(10, axis=0).repeat(10, axis=1)
    return Image.fromarray(grey).convert("RGB")
