"""Where several papers lie on one page: cards and small papers side by side, a photograph or a rubbing pasted in.

Knows grey levels and shapes. A region is only a candidate: what it is, and whether it is a paper of its own at all,
is for the classifier to say.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.protocol import Box

_SIDE = 512
# Lines of one paper are nearer to one another than this share of the long side; two papers lie further apart.
_GAP = 0.028
_LEAST_AREA, _MOST_AREA, _LEAST_SIDE = 0.045, 0.6, 0.14
_MARGIN = 0.008
# Paper is at least this bright beside the brightest around it; a picture has little of it.
_PAPER, _PICTURE = 0.86, 0.75
_FILLED = 0.72
_MOST = 4


def candidates(grey: NDArray[np.uint8]) -> tuple[list[Box], list[Box]]:
    """Papers that lie apart on an upright grey page, in reading order (none where one paper fills the page), and
    pictures pasted into a paper."""
    factor = _SIDE / max(grey.shape)
    small = np.asarray(
        cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )
    ground = float(np.percentile(small, 95))
    apart = _boxes(small < ground - 14, round(_GAP * _SIDE))
    if not 2 <= len(apart) <= _MOST:
        apart = []
    pictures = [box for box in _pictures(small, ground) if not any(_same(box, other) for other in apart)]
    return sorted(apart, key=lambda box: (round(box[1] * 4), box[0])), pictures[:_MOST]


def cut(grey: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The region's pixels, with a little of what is around."""
    height, width = grey.shape[:2]
    left, right = max(0.0, box[0] - _MARGIN) * width, min(1.0, box[2] + _MARGIN) * width
    top, bottom = max(0.0, box[1] - _MARGIN) * height, min(1.0, box[3] + _MARGIN) * height
    return np.ascontiguousarray(grey[int(top) : int(bottom) + 1, int(left) : int(right) + 1])


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
