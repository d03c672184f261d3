"""Text as a pen leaves it: one writer's habits on a page, and glyphs that are never twice the same.

Knows slants, pressure, drifting lines and bent strokes. Starts from the shapes of a font; knows no document.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.style import Ink


@dataclass(frozen=True)
class Hand:
    """One writer's habits. Lengths are shares of the font's height, `slant` and `turn` tangents."""

    slant: float
    spacing: float  # of the font's own advance
    size: float
    wobble: float  # of the base line, from glyph to glyph
    drift: float  # of the base line, along the line
    bend: float  # of strokes
    weight: float  # below 1 a fine pen, above 1 a broad one
    link: float  # share of neighbours joined by a hairline
    latin: int | None  # which family letters and digits follow; None: that of the Chinese signs
    tint: tuple[int, int, int]


def draw_hand(rng: np.random.Generator) -> Hand:
    """A writer by chance: mostly tidy, as on forms."""
    return Hand(
        slant=float(rng.normal(0.08, 0.09)),
        spacing=float(rng.uniform(0.80, 1.02)),
        size=float(rng.uniform(0.90, 1.10)),
        wobble=float(rng.uniform(0.01, 0.05)),
        drift=float(rng.normal(0, 0.014)),
        bend=float(rng.uniform(0.012, 0.040)),
        weight=float(rng.uniform(0.75, 1.5)),
        link=float(rng.choice([0.0, 0.0, 0.15, 0.4])),
        latin=None if rng.random() < 0.4 else int(rng.integers(fonts.CHOICES)),
        tint=tuple(int(v) for v in rng.integers(-14, 15, 3)),  # type: ignore[arg-type]
    )


def write(
    image: Image.Image,
    x: float,
    y: float,
    text: str,
    font: fonts.Face,
    ink: Ink,
    hand: Hand,
    rng: np.random.Generator,
    slant: float = 0.0,
) -> float:
    """Writes from (x, y), the middle of the line's left end, in pixels; returns the width in pixels. `slant` is added
    to the writer's own, as in a signature."""
    latin = font if hand.latin is None else fonts.face("hand_latin", round(font.size), hand.latin)
    colour = tuple(min(max(c + t, 0), 255) for c, t in zip(ink, hand.tint, strict=True))
    pen = ImageDraw.Draw(image)
    cursor, last = x, ""
    for sign in text:
        own = latin if sign.isascii() else font
        advance = own.getlength(sign) * hand.spacing * rng.uniform(0.93, 1.06)
        if sign.isspace():
            cursor, last = cursor + advance, ""
            continue
        mask = _glyph(sign, own, hand, slant, rng)
        side = mask.shape[0]
        top = y - side / 2 + (cursor - x) * hand.drift + rng.normal(0, hand.wobble * font.size)
        left = cursor + advance / 2 - side / 2
        image.paste(colour, (round(left), round(top)), Image.fromarray(mask))
        if last and not sign.isascii() and rng.random() < hand.link:
            _join(pen, cursor, top + side / 2, font.size, colour, rng)
        cursor, last = cursor + advance, "" if sign.isascii() else sign
    return cursor - x


def _glyph(sign: str, font: fonts.Face, hand: Hand, slant: float, rng: np.random.Generator) -> np.ndarray:
    side = int(font.size * 1.7)
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).text((side / 2, side / 2), sign, font=font, fill=255, anchor="mm")
    across, down = _around_centre(side)
    lean, turn, wide, high, press = rng.normal(0, 1, 5)
    lean = hand.slant + slant + 0.05 * lean
    turn = 0.045 * turn
    bend = rng.normal(0, hand.bend * font.size, (2, 4, 4)).astype(np.float32)
    columns = (across + (lean + turn) * down) / (hand.size * (1 + 0.05 * wide)) + side / 2
    rows = (down - turn * across) / (hand.size * (1 + 0.05 * high)) + side / 2
    columns += cv2.resize(bend[0], (side, side), interpolation=cv2.INTER_CUBIC)
    rows += cv2.resize(bend[1], (side, side), interpolation=cv2.INTER_CUBIC)
    bent = cv2.remap(np.asarray(mask), columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR)
    spread = 0.012 * font.size * hand.weight
    if hand.weight > 1 and spread > 0.3:
        bent = cv2.GaussianBlur(bent, (0, 0), spread)
    strength = hand.weight * (0.92 + 0.08 * press)
    return cv2.convertScaleAbs(bent, alpha=float(np.clip(strength, 0.6, 2.2)))


@lru_cache(maxsize=64)
def _around_centre(side: int) -> tuple[np.ndarray, np.ndarray]:
    steps = np.arange(side, dtype=np.float32) - side / 2
    return steps[None, :], steps[:, None]


def _join(
    pen: ImageDraw.ImageDraw,
    x: float,
    y: float,
    height: float,
    ink: tuple[int, ...],
    rng: np.random.Generator,
) -> None:
    """A hairline from the end of one sign up to the beginning of the next."""
    fall, rise = rng.uniform(0.12, 0.3, 2) * height
    pen.line([(x - height * 0.14, y + fall), (x + height * 0.14, y - rise)], fill=ink, width=1)
