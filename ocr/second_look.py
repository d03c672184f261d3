"""A doubtful line once more: larger with a margin, and without the ink of a stamp over it. A picture in even light, a
rubbing without its grain.

Knows pixels. Which lines are doubtful, and whether the second reading is better, the pipeline decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image

# Fields of one line whose form a validator checks: where a second reading can be told to be better.
FIELDS = frozenset(
    {"vin", "plate_no", "id_number", "agent_id_number", "uscc", "engine_no", "invoice_code", "invoice_no"}
    | {"reg_cert_no", "file_no", "lsh", "policy_no", "owner_name", "person_name", "buyer_name"}
)
# How a line reads that holds such a number with a sign misread, or with its first or last sign outside the box.
NEARLY = {
    "vin": re.compile(r"\*?(?=[0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){3})[A-Z0-9]{14,18}\*?"),
    "plate_no": re.compile(r".{0,2}[A-Z][·•.\-]?[A-Z0-9]{5,6}"),
    "id_number": re.compile(r"(?=(?:[A-Z]*[0-9]){13})[0-9A-Z]{15,19}"),
}
_MARGIN, _LARGER, _FAR = 0.18, 1.6, 1.2
# A plate's picture in pixels, in the shape that plates have; a line is a plate's if it is no longer beside its height
# than this, and the car stands askew from this slant on.
_PLATE, _LONGER, _SLANT, _ASKEW_MARGIN = (211, 64), 4.5, 0.07, 0.12
# A line with more coloured ink than this lies under a stamp.
_STAMPED, _SATURATED = 0.02, 70


# The light of a picture is what it is on average within this share of its long side, and its contrast is brought to
# so many grey levels; where there is less contrast than the least, there is only grain.
_AROUND, _CONTRAST, _LEAST_CONTRAST = 0.075, 45, 4
# Grain of carbon is this coarse beside the strip's height.
_GRAIN = (0.02, 0.032)


def versions(page: Image, quad: NDArray[np.float32]) -> list[Image]:
    """Other pictures of the line at `quad` of an upright BGR page, likeliest to help first."""
    wide = geometry.cut_out(page, _grown(quad))
    larger = np.asarray(
        cv2.resize(wide, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC), dtype=np.uint8
    )
    if _coloured(wide) > _STAMPED:
        return [without_stamp(larger), larger]
    return [larger]


def further_versions(page: Image, quad: NDArray[np.float32]) -> list[Image]:
    """Pictures of a line that may be cut or hard to read: as `versions`, as seen from the front, in even light, and
    with what is beside it."""
    usual = versions(page, quad)
    front = [from_the_front(page, quad)] if _seen_from_the_side(quad) else []
    return [*front, *usual, in_even_light(usual[-1]), geometry.cut_out(page, _grown(quad, _FAR))]


def from_the_front(page: Image, quad: NDArray[np.float32]) -> Image:
    """A number plate on a car that stands askew: its sides stay upright though its line slants, and it looks shorter
    than it is."""
    left, right = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    along = (right - left) / np.linalg.norm(right - left)
    (_,), (height,) = geometry.sizes(quad[None])
    left, right = left - along * _ASKEW_MARGIN * height, right + along * _ASKEW_MARGIN * height
    half = np.array([0, (0.5 + _ASKEW_MARGIN) * height / along[0]], dtype=np.float32)
    cut = geometry.cut_out(page, np.stack([left - half, right - half, right + half, left + half]))
    return np.asarray(cv2.resize(cut, _PLATE, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _seen_from_the_side(quad: NDArray[np.float32]) -> bool:
    across, down = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    (width,), (height,) = geometry.sizes(quad[None])
    return bool(_SLANT * abs(across) < abs(down) < abs(across) and width < _LONGER * height)


def without_stamp(line: Image) -> Image:
    """The line with red and blue ink taken out: each pixel as bright as its brightest channel, contrast restored."""
    brightest = line.max(axis=2)
    low, high = np.percentile(brightest, (2, 90))
    spread = np.clip((brightest.astype(np.float32) - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(spread, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def without_grain(strip: Image) -> Iterator[Image]:
    """The strip of a rubbing with its grain smoothed away, by little and by more, and its contrast restored."""
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    for share in _GRAIN:
        smooth = cv2.GaussianBlur(grey, (0, 0), share * grey.shape[0]).astype(np.float32)
        low, high = np.percentile(smooth, (5, 99))
        spread = np.clip((smooth - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
        yield np.asarray(cv2.cvtColor(spread, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def in_even_light(picture: Image) -> Image:
    """The picture in grey with the same brightness and contrast everywhere: characters stamped into metal, which only
    their shadows show, become as dark as print."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (5, 5), 0).astype(np.float32)
    around = (2 * round(_AROUND * max(grey.shape) / 2) + 1,) * 2
    apart = grey - cv2.blur(grey, around)
    # A running sum may fall a little below nought where the picture is even.
    contrast = np.sqrt(np.maximum(cv2.blur(apart * apart, around), 0)) + _LEAST_CONTRAST
    even = np.clip(128 + _CONTRAST * apart / contrast, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(even, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _coloured(line: Image) -> float:
    return float((line.max(axis=2).astype(np.int16) - line.min(axis=2) > _SATURATED).mean())


def _grown(quad: NDArray[np.float32], beside: float = _MARGIN) -> NDArray[np.float32]:
    """The quad with a margin of a share of its height above and below, and of another `beside` it."""
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * _MARGIN
    reach = float(np.linalg.norm(down)) * beside / _MARGIN
    across = (quad[1] - quad[0]) / max(1.0, float(np.linalg.norm(quad[1] - quad[0]))) * reach
    return np.array(
        [
            quad[0] - across - down,
            quad[1] + across - down,
            quad[2] + across + down,
            quad[3] - across + down,
        ],
        dtype=np.float32,
    )
