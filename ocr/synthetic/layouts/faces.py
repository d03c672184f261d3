"""A drawn portrait: head and shoulders from the front before a white wall.

Knows shapes, light and grain of a head, its hair and its clothes. Knows no person: a face follows from a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

T = TypeVar("T")
Array = NDArray[np.float32]

_WIDE, _HIGH = 390, 520  # pixels of a drawn portrait, three to four
_SKINS = ((236, 198, 172), (226, 184, 156), (242, 210, 186), (212, 170, 142))
_HAIRS = ((26, 22, 22), (38, 30, 26), (58, 42, 34), (92, 90, 90))
_COATS = (
    (34, 38, 52),
    (60, 64, 70),
    (110, 34, 40),
    (36, 70, 110),
    (28, 28, 30),
    (150, 150, 144),
    (60, 88, 70),
)


def _pick(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


class _Canvas:
    """A picture in floating point onto which soft-edged shapes are laid, one over the other."""

    def __init__(self, wall: Sequence[float]):
        self.pixels: Array = np.ones((_HIGH, _WIDE, 3), np.float32) * np.array(wall, np.float32)

    def lay(self, mask: Array, colour: Sequence[float] | Array, strength: float = 1.0) -> None:
        """Paint of one colour, or of a picture as large as the canvas."""
        part = _touched(mask)
        cover = (mask[part] * strength)[..., None]
        paint = np.asarray(colour, np.float32)
        self.pixels[part] = (
            self.pixels[part] * (1 - cover) + (paint[part] if paint.ndim == 3 else paint) * cover
        )

    def shade(self, mask: Array, factor: float) -> None:
        part = _touched(mask)
        self.pixels[part] *= 1 + (factor - 1) * mask[part][..., None]


def _touched(mask: Array) -> tuple[slice, slice]:
    x, y, wide, high = cv2.boundingRect((mask > 0.002).astype(np.uint8))
    return slice(y, y + high), slice(x, x + wide)


def _blurred(mask: Array, area: tuple[float, float, float, float], soft: float) -> Array:
    """The mask with its edge blurred; only `area` (left, top, right, bottom) is touched, which is where it is not 0."""
    reach = 3 * soft + 2
    left, top = max(0, int(area[0] - reach)), max(0, int(area[1] - reach))
    part = slice(top, max(top + 1, int(area[3] + reach))), slice(left, max(left + 1, int(area[2] + reach)))
    mask[part] = cv2.GaussianBlur(mask[part], (0, 0), soft)
    return mask


def _blob(points: Sequence[tuple[float, float]], soft: float) -> Array:
    """A closed smooth curve through points, its edge `soft` pixels wide."""
    shape = np.array(points, np.float64)
    for _ in range(4):
        following = np.roll(shape, -1, axis=0)
        shape = np.stack([shape * 0.75 + following * 0.25, shape * 0.25 + following * 0.75], axis=1).reshape(
            -1, 2
        )
    mask = np.zeros((_HIGH, _WIDE), np.float32)
    cv2.fillPoly(mask, [np.round(shape * 16).astype(np.int32)], (1.0,), cv2.LINE_AA, 4)
    return _blurred(mask, (*shape.min(axis=0), *shape.max(axis=0)), soft)


def _oval(x: float, y: float, rx: float, ry: float, soft: float, turn: float = 0) -> Array:
    mask = np.zeros((_HIGH, _WIDE), np.float32)
    axes = (max(1, round(rx * 16)), max(1, round(ry * 16)))
    cv2.ellipse(mask, (round(x * 16), round(y * 16)), axes, turn, 0, 360, (1.0,), -1, cv2.LINE_AA, 4)
    reach = max(rx, ry)
    return _blurred(mask, (x - reach, y - reach, x + reach, y + reach), soft)


def _both(x: float, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The right half of an outline (offset from the axis, y), from the top down, mirrored to the left."""
    return [(x + dx, y) for dx, y in points] + [(x - dx, y) for dx, y in reversed(points)]


@lru_cache(maxsize=16)
def face(id_number: str) -> Image.Image:
    """Head and shoulders from the front with light from above; the same number has the same face."""
    rng = np.random.default_rng(int(id_number[:17]) + 1)
    female, born = int(id_number[16]) % 2 == 0, int(id_number[6:10])
    canvas = _Canvas((250, 250, 251))
    skin = np.array(_pick(rng, _SKINS), np.float32) + rng.uniform(-5, 5, 3).astype(np.float32)
    grey = born < 1968 and rng.random() < 0.5
    hair = np.array(_HAIRS[3] if grey else _pick(rng, _HAIRS[:3]), np.float32)
    x, y = _WIDE / 2 + rng.uniform(-6, 6), _HIGH * rng.uniform(0.43, 0.46)
    w = _WIDE * (rng.uniform(0.225, 0.245) if female else rng.uniform(0.235, 0.262))
    h = _HIGH * rng.uniform(0.24, 0.262)
    strands = cv2.GaussianBlur(
        rng.normal(0, 1, (_HIGH, _WIDE)).astype(np.float32), (0, 0), sigmaX=0.8, sigmaY=9
    )
    locks = hair + strands[..., None] * 46 + 10
    long_hair = female and rng.random() < 0.65
    if long_hair:
        fall = h * rng.uniform(1.1, 1.75)
        back = [
            (w * 0.6, y - h * 1.28),
            (w * 1.22, y - h * 0.8),
            (w * 1.3, y),
            (w * 1.35, y + fall),
            (w * 0.5, y + fall),
        ]
        canvas.lay(_blob(_both(x, back), 2.5), locks * 0.8)
    _shoulders(canvas, rng, x, y, w, h, skin, female)
    _head(canvas, rng, x, y, w, h, skin)
    _face_parts(canvas, rng, x, y, w, h, skin, hair, female)
    _hair(canvas, rng, x, y, w, h, locks, female)
    if rng.random() < 0.25:
        _glasses(canvas, x, y, w, h)
    slope = rng.uniform(-0.03, 0.03)
    light = np.linspace(1 + slope, 1 - slope, _WIDE, dtype=np.float32)[None, :, None]
    grain = cv2.GaussianBlur(rng.normal(0, 5, (_HIGH, _WIDE)).astype(np.float32), (0, 0), 0.7)[..., None]
    picture = cv2.GaussianBlur(canvas.pixels, (0, 0), rng.uniform(0.8, 1.4)) * light + grain
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def _shoulders(
    canvas: _Canvas,
    rng: np.random.Generator,
    x: float,
    y: float,
    w: float,
    h: float,
    skin: Array,
    female: bool,
) -> None:
    """Neck with the chin's shadow, then a coat with lapels, a shirt, a pullover or a T-shirt."""
    base = y + h * 1.62
    neck = w * (0.5 if female else 0.6)
    canvas.lay(
        _blob(_both(x, [(neck, y + h * 0.5), (neck, y + h * 1.25), (neck * 1.8, base + 20)]), 2), skin * 0.95
    )
    coat = np.array(_pick(rng, _COATS), np.float32)
    slope = rng.uniform(18, 40)
    outline = [
        (neck * 0.95, base - h * 0.32),
        (w * 1.1, base - h * 0.2),
        (w * 1.85, base + slope - 12),
        (w * 2.2, base + slope + 60),
        (w * 2.3, _HIGH + 90.0),
    ]
    body = _blob(_both(x, outline), 2)
    folds = cv2.resize(
        rng.normal(0, 7, (16, 12)).astype(np.float32), (_WIDE, _HIGH), interpolation=cv2.INTER_CUBIC
    )
    kind = rng.integers(4)
    canvas.lay(body, coat + folds[..., None])
    dip = base + h * (0.1 if kind == 3 else 0.35)
    opening = _blob(_both(x, [(neck * 0.98, base - h * 0.42), (neck * 0.75, base - h * 0.1), (2, dip)]), 1.5)
    if kind in (0, 1):  # a suit or jacket over a shirt
        shirt = np.array(_pick(rng, ((240, 242, 246), (206, 222, 240), (226, 214, 220))), np.float32)
        canvas.lay(
            _blob(
                _both(x, [(neck, base - h * 0.42), (neck * 1.05, base - h * 0.12), (4, _HIGH + 40.0)]), 1.5
            ),
            shirt,
        )
        canvas.lay(opening, skin * 0.95)
        for side in (-1, 1):
            collar = [
                (x + side * neck * 1.05, base - h * 0.42),
                (x + side * neck * 1.2, base - h * 0.02),
                (x + side * neck * 0.5, base + h * 0.2),
                (x + side * 3, dip - 16),
            ]
            canvas.lay(_blob(collar, 1), shirt * 0.96)
            lapel = [
                (x + side * neck * 1.15, base - h * 0.25),
                (x + side * w * 0.95, base + h * 0.25),
                (x + side * w * 0.3, _HIGH + 20.0),
                (x + side * 8, _HIGH + 20.0),
            ]
            canvas.lay(_blob(lapel, 1.5), coat * 0.86, 0.9)
        if kind == 0 and not female:
            tie = np.array(_pick(rng, ((120, 26, 34), (28, 44, 92), (60, 60, 66))), np.float32)
            canvas.lay(
                _blob(
                    [(x - 14, dip - 18), (x + 14, dip - 18), (x + 22, _HIGH + 30.0), (x - 22, _HIGH + 30.0)],
                    1.2,
                ),
                tie,
            )
    else:  # a pullover or T-shirt, its neck round
        canvas.lay(_oval(x, base - h * 0.22, neck * 1.0, h * (0.28 if kind == 2 else 0.36), 1.5), skin * 0.95)
        rim = _oval(x, base - h * 0.2, neck * 1.12, h * 0.4, 1.2) - _oval(
            x, base - h * 0.22, neck * 1.0, h * 0.33, 1.2
        )
        canvas.lay(np.clip(rim, 0, 1) * body, coat * 0.8, 0.8)
    throat = _oval(x, y + h * 1.0, neck * 0.98, h * 0.3, 8)
    canvas.shade(throat, 0.68)
    canvas.shade(_oval(x, base - h * 0.3, neck * 0.16, h * 0.1, 9), 0.9)


def _head(
    canvas: _Canvas, rng: np.random.Generator, x: float, y: float, w: float, h: float, skin: Array
) -> None:
    """Ears, the face's outline, and its modelling by soft shadows and lights."""
    for side in (-1, 1):
        canvas.lay(_oval(x + side * w * 0.99, y + h * 0.04, w * 0.13, h * 0.2, 1.5, side * -8), skin * 0.88)
        canvas.shade(_oval(x + side * w * 1.0, y + h * 0.04, w * 0.06, h * 0.11, 3), 0.8)
    jaw = rng.uniform(0.66, 0.8)
    outline = [
        (w * 0.45, y - h * 0.98),
        (w * 0.92, y - h * 0.6),
        (w * 1.02, y - h * 0.05),
        (w * 0.95, y + h * 0.42),
        (w * jaw, y + h * 0.78),
        (w * 0.3, y + h * 1.06),
    ]
    shape = _blob(_both(x, outline), 1.6)
    canvas.lay(shape, skin)
    edge = shape - cv2.erode(shape, np.ones((3, 3)), iterations=16)
    canvas.shade(np.asarray(cv2.GaussianBlur(edge, (0, 0), 11) * shape, np.float32), 0.78)
    canvas.shade(_oval(x, y - h * 0.5, w * 0.5, h * 0.2, 20) * shape, 1.06)
    canvas.shade(_oval(x + w * rng.choice([-0.9, 0.9]), y + h * 0.3, w * 0.4, h * 0.8, 26) * shape, 0.9)
    for side in (-1, 1):
        canvas.lay(
            _oval(x + side * w * 0.52, y + h * 0.36, w * 0.2, h * 0.13, 12), skin * (1.02, 0.92, 0.9), 0.4
        )


def _face_parts(
    canvas: _Canvas,
    rng: np.random.Generator,
    x: float,
    y: float,
    w: float,
    h: float,
    skin: Array,
    hair: Array,
    female: bool,
) -> None:
    """Eyes with lids and brows, nose, mouth, and a shaven man's beard shadow."""
    apart, open_ = w * rng.uniform(0.41, 0.46), h * rng.uniform(0.038, 0.052)
    eye_y, wide = y - h * 0.03, w * rng.uniform(0.19, 0.22)
    for side in (-1, 1):
        eye = x + side * apart
        canvas.shade(_oval(eye - side * wide * 0.4, eye_y - open_, wide * 1.2, open_ * 2.4, 7), 0.86)
        white = _blob(
            [
                (eye - wide, eye_y + open_ * 0.2),
                (eye - wide * 0.3, eye_y - open_),
                (eye + wide * 0.4, eye_y - open_),
                (eye + wide, eye_y + open_ * 0.1),
                (eye + wide * 0.3, eye_y + open_),
                (eye - wide * 0.4, eye_y + open_),
            ],
            0.8,
        )
        canvas.lay(white, (232, 228, 224))
        canvas.lay(_oval(eye, eye_y - open_ * 0.1, open_ * 1.0, open_ * 1.0, 0.8) * white, (44, 30, 24))
        canvas.lay(_oval(eye - 2, eye_y - open_ * 0.5, 1.8, 1.8, 0.5), (236, 236, 240), 0.9)
        lid = _blob(
            [
                (eye - wide * 1.05, eye_y + open_ * 0.2),
                (eye - wide * 0.3, eye_y - open_ * 1.25),
                (eye + wide * 0.4, eye_y - open_ * 1.25),
                (eye + wide * 1.05, eye_y),
                (eye + wide * 0.3, eye_y - open_ * 0.75),
                (eye - wide * 0.3, eye_y - open_ * 0.75),
            ],
            0.9,
        )
        canvas.lay(lid, (36, 26, 24), 0.85)
        canvas.shade(_oval(eye, eye_y + open_ * 2.2, wide, open_ * 0.6, 4), 0.9)
        brow_y, thick = y - h * rng.uniform(0.2, 0.23), h * (0.018 if female else 0.03)
        inner, outer = x + side * apart * 0.5, x + side * (apart + wide * 1.35)
        brow = [
            (inner, brow_y + thick * 0.8),
            ((inner + outer) / 2, brow_y - thick * 1.4),
            (outer, brow_y + thick),
            ((inner + outer) / 2, brow_y + thick * 0.6),
        ]
        canvas.lay(_blob(brow, 2.0), hair, 0.8)
    tip, flank = y + h * 0.36, w * rng.uniform(0.19, 0.24)
    canvas.shade(_oval(x - w * 0.1, y + h * 0.14, w * 0.06, h * 0.2, 7), 0.9)
    canvas.shade(_oval(x + w * 0.1, y + h * 0.14, w * 0.05, h * 0.2, 7), 0.94)
    canvas.shade(_oval(x, y + h * 0.14, w * 0.045, h * 0.22, 5), 1.07)
    canvas.shade(_oval(x, tip - h * 0.02, w * 0.1, h * 0.05, 5), 1.08)
    canvas.shade(_oval(x, tip + h * 0.055, flank, h * 0.03, 4), 0.74)
    for side in (-1, 1):
        canvas.shade(_oval(x + side * flank, tip, w * 0.05, h * 0.06, 3), 0.84)
        canvas.lay(
            _oval(x + side * flank * 0.55, tip + h * 0.035, w * 0.05, h * 0.016, 1.6), skin * 0.42, 0.85
        )
    mouth, half = y + h * rng.uniform(0.6, 0.64), w * rng.uniform(0.33, 0.4)
    lip = np.array((188, 98, 98) if female else (172, 112, 104), np.float32)
    canvas.lay(
        _blob(
            [
                (x - half, mouth),
                (x - half * 0.3, mouth - h * 0.045),
                (x, mouth - h * 0.034),
                (x + half * 0.3, mouth - h * 0.045),
                (x + half, mouth),
            ],
            1.6,
        ),
        lip * 0.9,
    )
    canvas.lay(
        _blob(
            [
                (x - half * 0.92, mouth),
                (x, mouth + h * 0.01),
                (x + half * 0.92, mouth),
                (x + half * 0.4, mouth + h * 0.07),
                (x - half * 0.4, mouth + h * 0.07),
            ],
            2,
        ),
        lip,
    )
    canvas.lay(_oval(x, mouth + h * 0.002, half * 0.95, 1.3, 0.9), lip * 0.45, 0.85)
    canvas.shade(_oval(x, mouth + h * 0.13, half * 0.6, h * 0.03, 6), 0.86)
    if not female:
        canvas.lay(_oval(x, y + h * 0.78, w * 0.6, h * 0.26, 16), skin * 0.78, float(rng.uniform(0.1, 0.4)))


def _hair(
    canvas: _Canvas,
    rng: np.random.Generator,
    x: float,
    y: float,
    w: float,
    h: float,
    locks: Array,
    female: bool,
) -> None:
    """The crown down to the hairline: cropped, parted or with a fringe."""
    line, top = y - h * rng.uniform(0.62, 0.74), y - h * rng.uniform(1.16, 1.3)
    part = w * rng.uniform(-0.5, 0.5)
    low = y - h * (0.05 if female else 0.22)
    crown = [
        (x - w * 1.07, low),
        (x - w * 1.1, y - h * 0.75),
        (x - w * 0.6, top),
        (x + w * 0.6, top),
        (x + w * 1.1, y - h * 0.75),
        (x + w * 1.07, low),
        (x + w * 0.93, low - h * 0.06),
        (x + w * 0.86, line + h * 0.12),
        (x + part, line - h * (0.08 if female else 0.02)),
        (x - w * 0.86, line + h * 0.12),
        (x - w * 0.93, low - h * 0.06),
    ]
    mask = _blob(crown, 2.2)
    canvas.shade(np.asarray(cv2.GaussianBlur(np.roll(mask, 9, axis=0), (0, 0), 7), np.float32), 0.9)
    canvas.lay(mask, locks)
    canvas.shade(_oval(x - w * 0.2, y - h * 1.0, w * 0.5, h * 0.1, 16) * mask, 1.5)


def _glasses(canvas: _Canvas, x: float, y: float, w: float, h: float) -> None:
    for side in (-1, 1):
        lens = _oval(x + side * w * 0.44, y, w * 0.36, h * 0.15, 0.8)
        rim = np.clip(lens - _oval(x + side * w * 0.44, y, w * 0.33, h * 0.135, 0.8), 0, 1)
        canvas.lay(lens, (240, 244, 250), 0.08)
        canvas.lay(rim, (40, 38, 40), 0.9)
    canvas.lay(_oval(x, y - h * 0.03, w * 0.09, 2, 0.8), (40, 38, 40), 0.9)
