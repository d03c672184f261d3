"""Is the page blank, is it blurred: two cheap measures of the pixels, taken before any text is read.

Knows grey levels only. The limits were set on synthetic scans at 150 to 300 dpi.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.protocol import Quality

# Pages are measured at this long side, so that the limits hold for every resolution.
_SIDE = 1600
_MARGIN = 0.03
_INK_LEVEL = 0.75
BLANK_BELOW = 0.0006
BLURRED_BELOW = 0.18


def assess(image: NDArray[np.uint8]) -> Quality:
    """Quality of a BGR page.

    Ink is what is darker than three quarters of the paper around it, without specks and without the margin,
    where scanners leave shadows. Sharpness is how steep the steepest tenth of the ink's edges is: the share
    of the contrast between paper and ink that one pixel crosses, at a long side of 1600 pixels.
    """
    grey = _scaled(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8))
    height, width = grey.shape
    top, left = int(height * _MARGIN), int(width * _MARGIN)
    inner = grey[top : height - top, left : width - left]
    paper = _paper(inner)
    mask = np.asarray(cv2.medianBlur((inner < paper * _INK_LEVEL).astype(np.uint8), 3), dtype=np.uint8)
    ink = float(mask.mean())
    if ink < BLANK_BELOW:
        return Quality(blank=True, blurred=False, sharpness=0.0, ink=round(ink, 5))
    sharpness = _sharpness(inner, mask, paper)
    return Quality(
        blank=False, blurred=sharpness < BLURRED_BELOW, sharpness=round(sharpness, 3), ink=round(ink, 5)
    )


def _scaled(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    factor = _SIDE / max(grey.shape)
    if factor >= 1:
        return grey
    return np.asarray(
        cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def _paper(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The paper's brightness at each pixel: the median around it, ink removed."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    smooth = cv2.medianBlur(cv2.dilate(small, np.ones((3, 3), np.uint8)), 21)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _sharpness(grey: NDArray[np.uint8], mask: NDArray[np.uint8], paper: NDArray[np.float32]) -> float:
    edges = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    inked = mask > 0
    contrast = float(np.median(paper[inked]) - np.percentile(grey[inked], 20))
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3) / 8
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3) / 8
    steepness = np.percentile(cv2.magnitude(across, down)[edges], 90)
    return float(steepness / max(contrast, 1.0))
