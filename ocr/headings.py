"""Where the headings of a page stand, found by their ink alone: a tenth of the cost of finding all its text.

Knows grey levels and shapes. Reads nothing: a line that it finds may be no heading, and no text.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Quads

Grey = NDArray[np.uint8]

# Pages are searched at this long side: four dots a millimetre on A4, half of a usual scan.
SIDE = 1170
MOST = 6
_TALLEST = 4
_RULE = 64  # pixels: what is longer and straight is a ruled line
_JOINED = 9
_LOW, _HIGH = 8, 110
# Signs of one heading may stand this many heights apart: titles are often spaced out.
_SPACED = 1.7


@dataclass(frozen=True)
class Heading:
    """A line that may be a heading: left, top, right, bottom in pixels of the picture searched."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def at_scale(grey: Grey) -> Grey:
    """The page at the scale that headings are searched at."""
    height, width = grey.shape
    factor = SIDE / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    if factor < 1:
        return geometry.shrunk(grey, *size)
    return np.asarray(cv2.resize(grey, size), dtype=np.uint8)


def find(page: Grey) -> list[Heading]:
    """Up to MOST lines of a page at scale: the tallest, then the topmost."""
    lines = [line for line in _lines(_signs(page)) if line.width >= 1.8 * line.height]
    tallest = sorted(lines, key=lambda line: -line.height)[:_TALLEST]
    topmost = [line for line in sorted(lines, key=lambda line: line.top) if line not in tallest]
    return [*tallest, *topmost[: MOST - len(tallest)]]


def quads(found: list[Heading], scale: float) -> Quads:
    """The headings as boxes with a little around them, in pixels of a picture `scale` times as large."""
    around = [max(2, each.height // 8) for each in found]
    boxes = [
        [
            (each.left - more, each.top - more),
            (each.right + more, each.top - more),
            (each.right + more, each.bottom + more),
            (each.left - more, each.bottom + more),
        ]
        for each, more in zip(found, around, strict=True)
    ]
    return np.array(boxes, dtype=np.float32).reshape(-1, 4, 2) * scale


def _signs(page: Grey) -> list[Heading]:
    """Frames of signs and words, ruled lines left out."""
    ink = cv2.adaptiveThreshold(page, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 14)
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, _RULE), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_RULE, 1), np.uint8))
    signs_only = cv2.subtract(ink, cv2.max(across, down))
    joined = cv2.morphologyEx(signs_only, cv2.MORPH_CLOSE, np.ones((3, _JOINED), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    signs = stats[1:]
    fit = (signs[:, 3] >= _LOW) & (signs[:, 3] <= _HIGH) & (signs[:, 4] >= 0.12 * signs[:, 2] * signs[:, 3])
    return [
        Heading(int(x), int(y), int(x + wide), int(y + high)) for x, y, wide, high, _ in signs[fit].tolist()
    ]


def _lines(signs: list[Heading]) -> list[Heading]:
    """Signs of about one height on one level, joined from left to right."""
    lines: list[Heading] = []
    for sign in sorted(signs, key=lambda each: each.left):
        place = next((at for at in range(len(lines) - 1, -1, -1) if _continues(lines[at], sign)), None)
        if place is None:
            lines.append(sign)
        else:
            line = lines[place]
            lines[place] = Heading(
                line.left, min(line.top, sign.top), max(line.right, sign.right), max(line.bottom, sign.bottom)
            )
    return lines


def _continues(line: Heading, sign: Heading) -> bool:
    level = min(line.bottom, sign.bottom) - max(line.top, sign.top)
    if level < 0.6 * min(line.height, sign.height) or sign.height > 1.5 * line.height:
        return False
    return sign.left - line.right <= _SPACED * max(line.height, sign.height) and (
        2 * sign.height >= line.height or sign.left <= line.right + line.height
    )
