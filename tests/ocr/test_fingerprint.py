"""Fingerprints: near for two scans of a sheet, far for another sheet, and what they cannot tell."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.fingerprint import BITS, distance, of_page
from tests.ocr.test_quality import Page, paper, turned


def sheet(seed: int) -> Page:
    """A page of lines and boxes of its own."""
    page, rng = paper(seed=seed), np.random.default_rng(seed)
    for _ in range(40):
        x, y = int(rng.integers(100, 1100)), int(rng.integers(150, 2200))
        words = "".join(rng.choice(list("ABCDEFGHKLMN0123456789"), 14))
        cv2.putText(page, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.8, 1.6)), 30, 3)
    return page


def test_it_is_64_hexadecimal_digits() -> None:
    assert len(of_page(sheet(1))) == BITS // 4 and int(of_page(sheet(1)), 16)


@pytest.mark.parametrize(
    "again",
    [
        lambda page: cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda page: (page * 0.7).astype(np.uint8),
        lambda page: cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 0),
        lambda page: np.roll(page, (4, -5), (0, 1)),
    ],
    ids=["smaller", "darker", "compressed", "shifted"],
)
def test_the_same_sheet_again_is_near(again) -> None:
    page = sheet(1)
    assert distance(of_page(page), of_page(np.asarray(again(page), dtype=np.uint8))) <= 24


def test_a_known_skew_is_taken_out() -> None:
    page = sheet(1)
    askew = turned(page, 4.0)
    assert distance(of_page(page), of_page(askew, 4.0)) < distance(of_page(page), of_page(askew)) / 2


def test_another_sheet_is_far() -> None:
    prints = [of_page(sheet(seed)) for seed in range(1, 8)]
    far = [distance(one, other) for place, one in enumerate(prints) for other in prints[:place]]
    assert min(far) > 60
