"""Where several papers lie on one page: cards and small papers side by side, a photograph or a rubbing pasted in.

Knows grey levels and shapes. A region is only a candidate: what it is, and whether it is a paper of its own at all,
is for the classifier to say; whether a strip is a rubbing, for what is read on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image, Quads
from ocr.protocol import Box

_SIDE = 512
# Lines of one paper are nearer to one another than this share of the long side; two papers lie further apart.
_GAP = 0.028
_LEAST_AREA, _MOST_AREA, _LEAST_SIDE = 0.045, 0.6, 0.14
_MARGIN = 0.008
# Paper is at least this bright beside the brightest around it; a picture has little of it.
_PAPER, _PICTURE = 0.86, 0.75
_FILLED = 0.72
# Ink is so many grey levels darker than paper.
_DARKER = 14
_MOST = 4
# Carbon rubbed over a number is at most so bright all over; the strokes left pale in it are at most so wide in small
# pixels; the strip is so many times as long as high, and at least so high and long in small pixels.
_RUBBED, _STROKE = 0.92, 7
_SHAPE, _LEAST_STRIP = (3.0, 16.0), (9, 90)
_MOST_STRIPS = 2


def candidates(grey: NDArray[np.uint8]) -> tuple[list[Box], list[Box]]:
    """Papers that lie apart on an upright grey page, in reading order (none where one paper fills the page), and
    pictures pasted into a paper."""
    small, _ = _small(grey)
    ground = float(np.percentile(small, 95))
    apart = _boxes(small < ground - _DARKER, round(_GAP * _SIDE))
    if not 2 <= len(apart) <= _MOST:
        apart = []
    pictures = [box for box in _pictures(small, ground) if not any(_same(box, other) for other in apart)]
    return sorted(apart, key=lambda box: (round(box[1] * 4), box[0])), pictures[:_MOST]


def inked(page: Image) -> Box:
    """Where anything but paper shows on a BGR page: the whole of most, a small part of a sheet with a card's copy."""
    grey = cv2.cvtColor(_small(page)[0], cv2.COLOR_BGR2GRAY)
    dark = cv2.medianBlur((grey < np.percentile(grey, 95) - _DARKER).astype(np.uint8), 3)
    across, down = np.flatnonzero(dark.any(axis=0)), np.flatnonzero(dark.any(axis=1))
    if not len(across):
        return 0.0, 0.0, 1.0, 1.0
    height, width = dark.shape
    return (
        max(0.0, float(across[0]) / width - _MARGIN),
        max(0.0, float(down[0]) / height - _MARGIN),
        min(1.0, float(across[-1] + 1) / width + _MARGIN),
        min(1.0, float(down[-1] + 1) / height + _MARGIN),
    )


def cut(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The region's pixels, with a little of what is around."""
    height, width = image.shape[:2]
    left, right = max(0.0, box[0] - _MARGIN) * width, min(1.0, box[2] + _MARGIN) * width
    top, bottom = max(0.0, box[1] - _MARGIN) * height, min(1.0, box[3] + _MARGIN) * height
    return np.ascontiguousarray(image[int(top) : int(bottom) + 1, int(left) : int(right) + 1])


def strips(page: Image, lines: Quads) -> list[NDArray[np.float32]]:
    """Quads of long grey strips on an upright BGR page, largest first: rubbings of a number. What holds one of
    the `lines` of text that were found is none."""
    small, factor = _small(page)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    shaded = (cv2.blur(grey, (3, 3)) < _RUBBED * np.percentile(grey, 95)).astype(np.uint8)
    whole = cv2.morphologyEx(shaded, cv2.MORPH_CLOSE, np.ones((_STROKE, _STROKE), np.uint8))
    solid = cv2.morphologyEx(
        whole, cv2.MORPH_OPEN, np.ones((_LEAST_STRIP[0], _LEAST_STRIP[1] // 2), np.uint8)
    )
    outlines, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    likely = sorted((each for each in outlines if _strip_like(each)), key=cv2.contourArea, reverse=True)
    corners = [cv2.boxPoints(cv2.minAreaRect(each)) for each in likely]
    quads = [geometry.order_corners(np.asarray(each / factor, dtype=np.float32)[None])[0] for each in corners]
    return [quad for quad in quads if not _holds_text(quad, lines)][:_MOST_STRIPS]


def _small(page: Image) -> tuple[Image, float]:
    """The page at the scale that parts are looked for at, and that scale."""
    height, width = page.shape[:2]
    factor = _SIDE / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return geometry.shrunk(page, *size), factor


def _strip_like(outline: cv2.typing.MatLike) -> bool:
    _, sides, _ = cv2.minAreaRect(outline)
    high, long = min(sides), max(sides)
    shaped = high >= _LEAST_STRIP[0] and long >= _LEAST_STRIP[1] and _SHAPE[0] <= long / high <= _SHAPE[1]
    return shaped and cv2.contourArea(outline) >= _FILLED * high * long


def _holds_text(strip: NDArray[np.float32], lines: Quads) -> bool:
    if not len(lines):
        return False
    middles = lines.mean(axis=1)
    return bool(((middles > strip.min(axis=0)) & (middles < strip.max(axis=0))).all(axis=1).any())


def _boxes(dark: NDArray[np.bool_], gap: int) -> list[Box]:
    """Frames of what stands together; specks and single lines left out."""
    height, width = dark.shape
    mask = cv2.medianBlur(dark.astype(np.uint8), 3)
    joined = cv2.dilate(mask, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for left, top, wide, high, _ in stats[1:].tolist():
        # Growing added half a gap on every side.
        x0, y0 = left + gap // 2, top + gap // 2
        x1, y1 = left + wide - gap // 2, top + high - gap // 2
        box = (x0 / width, y0 / height, x1 / width, y1 / height)
        if _worth(box):
            found.append(box)
    return found


def _worth(box: Box) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    return min(wide, high) >= _LEAST_SIDE and _LEAST_AREA <= wide * high <= _MOST_AREA


def _pictures(small: NDArray[np.uint8], ground: float) -> Iterator[Box]:
    """Rectangles with hardly any paper in them."""
    height, width = small.shape
    shaded = cv2.blur((small < _PAPER * ground).astype(np.float32), (9, 9)) > _PICTURE
    solid = cv2.morphologyEx(shaded.astype(np.uint8), cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(solid)
    for left, top, wide, high, area in stats[1:].tolist():
        box = (left / width, top / height, (left + wide) / width, (top + high) / height)
        if _worth(box) and area >= _FILLED * wide * high:
            yield box


def _same(one: Box, other: Box) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0 and down > 0 and across * down > 0.5 * (one[2] - one[0]) * (one[3] - one[1])
