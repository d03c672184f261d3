"""What is written on a number plate whose four corners are known, sign by sign.

Knows where the signs of each kind of plate stand (GA 36) and a small network that tells one sign in its place. Where a
plate is, `ocr.plates` finds; whether such a number exists, a validator says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.field_rules import PROVINCES
from ocr.models import ModelsMissing

LETTERS, FIGURES, ENDS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "0123456789", "警学挂港澳领"
SIGNS = PROVINCES + LETTERS + FIGURES + ENDS
# A sign is looked at in a window of so many pixels; it leaves this room beside and above what a sign fills of it.
WINDOW = (20, 28)
_BESIDE, _ABOVE = 1.79, 1.61
# A sign takes this share of its place; the dot behind the second one takes the place of so much of a sign; in two lines
# a sign is at most so many times as wide as high.
_TAKEN, _DOT, _BROADEST = 0.84, 0.45, 1.35
# A window with less contrast than this share of the plate's is empty.
_LEAST_CONTRAST = 0.35
_LAYERS = 3
# A plate so many times higher than it is read is made smaller first.
_MUCH_LARGER = 1.8

Cell = tuple[float, float, float, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Kind:
    """A plate's shape: width beside height, its height in pixels when seen straight, each sign's window (middle, width
    and height in shares of the plate) in the order of reading, and the signs that may stand there."""

    aspect: float
    high: int
    cells: tuple[Cell, ...]
    forms: tuple[tuple[str, ...], ...]


def _row(count: int, field: Cell, dot: float = 0.0, broadest: float = 1.0) -> tuple[Cell, ...]:
    """Windows of signs side by side in a field (left, top, right, bottom)."""
    left, top, right, bottom = field
    place = (right - left) / (count + dot)
    wide = min(place, broadest) * _TAKEN * _BESIDE
    middles = [left + place * (index + 0.5 + (dot if index > 1 else 0)) for index in range(count)]
    return tuple((x, (top + bottom) / 2, wide, (bottom - top) * _ABOVE) for x in middles)


def _two_rows(aspect: float) -> tuple[Cell, ...]:
    upper, lower = (0.16, 0.07, 0.84, 0.38), (0.04, 0.42, 0.96, 0.93)
    return tuple(
        cell
        for count, field in ((2, upper), (5, lower))
        for cell in _row(count, field, broadest=_BROADEST * (field[3] - field[1]) / aspect)
    )


_SERIAL, _NEW = LETTERS + FIGURES, "ABCDEFGHJK"
_USUAL = ((PROVINCES, LETTERS, *(_SERIAL,) * 4, _SERIAL + ENDS),)
_NEW_ENERGY = (
    (PROVINCES, LETTERS, _NEW, _SERIAL, *(FIGURES,) * 4),
    (PROVINCES, LETTERS, *(FIGURES,) * 5, _NEW),
)
# One line on 440 × 140 mm, eight signs on 480 × 140, two lines on 440 × 220, a motorcycle's on 220 × 140.
KINDS = {
    "usual": Kind(440 / 140, 56, _row(7, (0.032, 0.19, 0.968, 0.81), _DOT), _USUAL),
    "new energy": Kind(480 / 140, 56, _row(8, (0.029, 0.19, 0.971, 0.81), _DOT), _NEW_ENERGY),
    "two lines": Kind(440 / 220, 88, _two_rows(440 / 220), _USUAL),
    "small": Kind(220 / 140, 84, _two_rows(220 / 140), _USUAL),
}


def flattened(grey: NDArray[np.uint8], quad: Floats, kind: str) -> Floats:
    """The plate of a grey picture as seen straight."""
    high = KINDS[kind].high
    wide = round(high * KINDS[kind].aspect)
    larger = float(geometry.sizes(quad[None])[1][0]) / high
    if larger > _MUCH_LARGER:
        grey, quad = _reduced(grey, quad, larger)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad, dtype=np.float32), corners)
    cut = cv2.warpPerspective(
        grey, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, dtype=np.float32)


def _reduced(grey: NDArray[np.uint8], quad: Floats, times: float) -> tuple[NDArray[np.uint8], Floats]:
    """What is around the plate, so many times smaller: fine strokes would be lost between the pixels that are taken."""
    left, top = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 8, 0)
    right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 8
    cut = grey[top:bottom, left:right]
    small = cv2.resize(cut, None, fx=1 / times, fy=1 / times, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), ((quad - (left, top)) / times).astype(np.float32)


def windows(plate: Floats, kind: str, dark: bool) -> Floats:
    """(signs, pixels) of a plate seen straight: each sign's window in even light, bright on dark; `dark`: its signs are
    darker than its ground."""
    x, y = _SAMPLED[kind]
    cut = cv2.remap(plate, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(
        len(KINDS[kind].cells), -1
    )
    cut = cut - cut.mean(axis=1, keepdims=True)
    least = _LEAST_CONTRAST * float(plate.std()) + 1.0
    made = cut / np.maximum(least, cut.std(axis=1, keepdims=True))
    return np.asarray(-made if dark else made, dtype=np.float32)


def _sampled(kind: Kind) -> tuple[Floats, Floats]:
    """Where in a plate seen straight each pixel of each window lies, window below window."""
    wide, high = round(kind.high * kind.aspect), kind.high
    across, down = np.meshgrid(np.arange(WINDOW[0]) / WINDOW[0] - 0.5, np.arange(WINDOW[1]) / WINDOW[1] - 0.5)
    x = np.concatenate([(cell[0] + cell[2] * across) * wide for cell in kind.cells])
    y = np.concatenate([(cell[1] + cell[3] * down) * high for cell in kind.cells])
    return x.astype(np.float32), y.astype(np.float32)


_SAMPLED = {name: _sampled(kind) for name, kind in KINDS.items()}


def decoded(chances: Floats, kind: str) -> tuple[str, Floats]:
    """The likeliest number that has one of the kind's forms, with each sign's chance among all signs: what a form
    forbids counts against it."""
    best: tuple[str, Floats] | None = None
    for form in _FORMS[kind]:
        chosen = [int(allowed[row[allowed].argmax()]) for row, allowed in zip(chances, form, strict=True)]
        sure = np.array([row[sign] for row, sign in zip(chances, chosen, strict=True)], dtype=np.float32)
        if best is None or sure.prod() > best[1].prod():
            best = "".join(SIGNS[sign] for sign in chosen), sure
    assert best is not None
    return best


_FORMS = {
    name: [[np.array([SIGNS.index(sign) for sign in allowed]) for allowed in form] for form in kind.forms]
    for name, kind in KINDS.items()
}


class SignNetwork:
    """Three layers over a sign's window. Raises ModelsMissing where there is none at `path`."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ModelsMissing(f"找不到号牌字符模型 {path}。请检查程序是否完整，或重新训练（guidang train）")
        with np.load(path) as stored:
            self.version = str(stored["version"])
            self._layers = [
                (stored[f"weight{at}"].astype(np.float32), stored[f"bias{at}"].astype(np.float32))
                for at in range(_LAYERS)
            ]

    def chances(self, looked_at: Floats) -> Floats:
        """(n, signs) for (n, pixels) of windows; each row adds up to one."""
        out = looked_at
        for at, (weight, bias) in enumerate(self._layers):
            out = out @ weight + bias
            if at < _LAYERS - 1:
                out = np.maximum(out, 0)
        out = np.exp(out - out.max(axis=1, keepdims=True))
        return np.asarray(out / out.sum(axis=1, keepdims=True), dtype=np.float32)
