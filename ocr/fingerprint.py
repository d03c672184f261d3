"""A fingerprint of a page's ink: near for two scans of one paper, whatever the resolution, tone and compression.

Knows grey levels. Forms share their print, and so do their fingerprints: two filled-in copies of one form are as near
to one another as many a sheet is to its own second scan (170 sheets of 34 layouts: within 24 bits 92 % of the sheets
scanned twice, 29 % of other people's copies of the form, no page of another layout). A near fingerprint is therefore a
question, never an answer; what was read on the two pages answers it (`handlers.assessment`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 256
_CELLS_ACROSS, _CELLS_DOWN = 96, 128
_FREQUENCIES = 16
# Ink is what is darker than the paper by more than this; a photograph keeps its tones.
_LEAST_INK = 0.12


def of_page(upright: NDArray[np.uint8], skew: float = 0.0) -> str:
    """256 bits as 64 hexadecimal digits: the signs of the lowest frequencies of the ink of a grey, upright page.

    `skew`: degrees that its lines rise to the right (`ocr.quality`)."""
    ink = _ink(upright)
    height, width = ink.shape
    level = cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0)
    straight = cv2.warpAffine(ink, level, (width, height))
    cells = cv2.resize(straight, (_CELLS_ACROSS, _CELLS_DOWN), interpolation=cv2.INTER_AREA)
    # The root lifts thin writing beside heavy print.
    waves = cv2.dct(np.sqrt(cells))[: _FREQUENCIES + 1, :_FREQUENCIES].reshape(-1)[1 : BITS + 1]
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def distance(one: str, other: str) -> int:
    """In how many of the 256 bits two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _ink(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much darker than its paper each point is, 0 to 1, at a long side of 600 pixels."""
    share = min(1.0, 600 / max(grey.shape))
    size = max(8, round(grey.shape[1] * share)), max(8, round(grey.shape[0] * share))
    if share < 0.5:  # by halves first: an even step costs a fraction of an odd one
        grey = np.asarray(
            cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8
        )
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    # Paper changes slowly: a quarter of the scale shows it as well, for a tenth of the time.
    coarse = max(2, size[0] // 4), max(2, size[1] // 4)
    bright = cv2.resize(cv2.dilate(small, np.ones((5, 5), np.uint8)), coarse, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(bright, 13), size).astype(np.float32)
    ink = np.clip(1 - small / np.maximum(paper, 1), 0, 1)
    return np.asarray(np.where(ink < _LEAST_INK, 0, ink), dtype=np.float32)
