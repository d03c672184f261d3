"""Boxes on a page: turning, cutting out, rows. Pure geometry; knows nothing of text.

A quad is four corners, (4, 2) float32 pixels: top left, top right, bottom right, bottom left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]


# A comb has at least so many signs, each not wider beside its height than this, so many heights from the last at most.
_COMB, _SIGN, _STEP = 6, 1.4, 3.8
_TURNS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


def turn_image(image: Image, quarter_turns: int) -> Image:
    """The image turned counter-clockwise by so many quarters."""
    quarters = quarter_turns % 4
    return np.asarray(cv2.rotate(image, _TURNS[quarters]), dtype=np.uint8) if quarters else image


def shrunk(image: Image, width: int, height: int) -> Image:
    """The image, grey or BGR, scaled down to a size in pixels, each pixel the mean of what it stands for. Halved as
    often as that leaves enough: an even step costs a tenth of an odd one."""
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        down, across = image.shape[0] // 2, image.shape[1] // 2
        halved = cv2.resize(image[: 2 * down, : 2 * across], (across, down), interpolation=cv2.INTER_AREA)
        image = np.asarray(halved, dtype=np.uint8)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def turn_quads(quads: Quads, quarter_turns: int, width: int, height: int) -> Quads:
    """Quads of an image `width` by `height`, as they lie after `turn_image`; corners reordered."""
    points = quads
    for _ in range(quarter_turns % 4):
        points = np.stack([points[..., 1], width - 1 - points[..., 0]], axis=-1)
        width, height = height, width
    return order_corners(points)


def order_corners(quads: Quads) -> Quads:
    """Each quad's corners from top left clockwise, for text that lies within 45 degrees of level."""
    if not len(quads):
        return quads.reshape(-1, 4, 2)
    total = quads.sum(axis=2)
    difference = quads[..., 1] - quads[..., 0]
    picked = np.stack([total.argmin(1), difference.argmin(1), total.argmax(1), difference.argmax(1)], axis=1)
    return np.take_along_axis(quads, picked[..., None], axis=1).astype(np.float32)


def from_top(quads: Quads) -> Quads:
    """The quads from the top of the page to its bottom."""
    return quads[np.argsort(quads[:, :, 1].mean(axis=1), kind="stable")] if len(quads) else quads


def sizes(quads: Quads) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Widths and heights in pixels, (n,) each."""
    width = np.maximum(
        np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1), np.linalg.norm(quads[:, 2] - quads[:, 3], axis=1)
    )
    height = np.maximum(
        np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1), np.linalg.norm(quads[:, 2] - quads[:, 1], axis=1)
    )
    return width, height


def cut_out(image: Image, quad: NDArray[np.float32], method: int = cv2.INTER_CUBIC) -> Image:
    """The quad's content as an upright image. `method`: OpenCV's interpolation; linear costs a quarter."""
    (width,), (height,) = (np.maximum(side.round().astype(int), 1) for side in sizes(quad[None]))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad, dtype=np.float32), corners)
    cut = cv2.warpPerspective(
        image, matrix, (int(width), int(height)), borderMode=cv2.BORDER_REPLICATE, flags=method
    )
    return np.asarray(cut, dtype=np.uint8)


def with_combs_joined(quads: Quads) -> Quads:
    """The boxes, with each comb of a form (a row of boxes for one sign each, found one by one) as one line."""
    found = quads
    for run in _combs(quads):
        line = _line_through(quads[run])
        left, top, right, bottom = bounds(line.tolist())
        middles = found.mean(axis=1)
        within = ((middles > (left, top)) & (middles < (right, bottom))).all(axis=1)
        found = np.concatenate([found[~within], line[None]])
    return found


def _combs(quads: Quads) -> Iterator[list[int]]:
    """Indices of single signs, not wider than high, that stand on a level at short distances."""
    if not len(quads):
        return
    widths, heights = sizes(quads)
    middles = quads.mean(axis=1)
    left = {int(index) for index in np.flatnonzero(widths <= _SIGN * heights)}
    while left:
        run = [min(left, key=lambda index: float(middles[index, 0]))]
        left.discard(run[0])
        while beside := [
            each for each in left if _goes_on(middles[run[-1]], middles[each], heights[[run[-1], each]])
        ]:
            run.append(min(beside, key=lambda index: float(middles[index, 0])))
            left.discard(run[-1])
        if len(run) >= _COMB:
            yield run


def _goes_on(one: NDArray[np.float32], other: NDArray[np.float32], heights: NDArray[np.float32]) -> bool:
    high = float(heights.max())
    across, down = (other - one).tolist()
    return 0 < across < _STEP * high and abs(down) < 0.5 * high


def _line_through(signs: Quads) -> NDArray[np.float32]:
    """The quad around signs that stand on one level."""
    middles, (_, heights) = signs.mean(axis=1), sizes(signs)
    slope, level = np.polyfit(middles[:, 0], middles[:, 1], 1)
    half = 0.6 * float(np.percentile(heights, 80))
    left, right = float(signs[..., 0].min()) - half / 2, float(signs[..., 0].max()) + half / 2
    y0, y1 = level + slope * left, level + slope * right
    corners = [(left, y0 - half), (right, y1 - half), (right, y1 + half), (left, y0 + half)]
    return np.array(corners, dtype=np.float32)


def bounds(box: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 around the corners."""
    across, down = [point[0] for point in box], [point[1] for point in box]
    return min(across), min(down), max(across), max(down)
