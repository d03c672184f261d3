"""A doubtful line once more: larger with a margin, and without the ink of a stamp over it.

Knows pixels of one line. Which lines are doubtful, and whether the second reading is better, the pipeline decides.
"""

from __future__ import annotations

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
_MARGIN, _LARGER = 0.18, 1.6
# A line with more coloured ink than this lies under a stamp.
_STAMPED, _SATURATED = 0.02, 70


def versions(page: Image, quad: NDArray[np.float32]) -> list[Image]:
    """Other pictures of the line at `quad` of an upright BGR page, likeliest to help first."""
    wide = geometry.cut_out(page, _grown(quad))
    larger = np.asarray(
        cv2.resize(wide, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC), dtype=np.uint8
    )
    if _coloured(wide) > _STAMPED:
        return [without_stamp(larger), larger]
    return [larger]


def without_stamp(line: Image) -> Image:
    """The line with red and blue ink taken out: each pixel as bright as its brightest channel, contrast restored."""
    brightest = line.max(axis=2)
    low, high = np.percentile(brightest, (2, 90))
    spread = np.clip((brightest.astype(np.float32) - low) * 255 / max(high - low, 1), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(spread, cv2.COLOR_GRAY2BGR), dtype=np.uint8)


def _coloured(line: Image) -> float:
    return float((line.max(axis=2).astype(np.int16) - line.min(axis=2) > _SATURATED).mean())


def _grown(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The quad with a margin of a share of its height on all sides."""
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * _MARGIN
    across = (
        (quad[1] - quad[0]) / max(1.0, float(np.linalg.norm(quad[1] - quad[0]))) * float(np.linalg.norm(down))
    )
    return np.array(
        [
            quad[0] - across - down,
            quad[1] + across - down,
            quad[2] + across + down,
            quad[3] - across + down,
        ],
        dtype=np.float32,
    )
