"""Where several papers lie on a page, and that one paper is left whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr import regions
from ocr.protocol import Box

CARDS: list[Box] = [(0.28, 0.12, 0.72, 0.32), (0.28, 0.45, 0.72, 0.65)]


def sheet() -> np.ndarray:
    return np.full((1200, 850), 248, np.uint8)


def filled(page: np.ndarray, box: Box, tone: int) -> None:
    """A tinted card with print on it."""
    height, width = page.shape
    left, top, right, bottom = (
        round(v) for v in (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    )
    page[top:bottom, left:right] = tone
    for y in range(top + 20, bottom - 15, 25):
        cv2.putText(page, "0123456789 ABC", (left + 15, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 40, 1)


def near(found: Box, wanted: Box) -> bool:
    return all(abs(a - b) < 0.03 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("tone", [215, 228])
def test_two_cards_on_a_sheet_are_two_regions(tone: int) -> None:
    page = sheet()
    for box in CARDS:
        filled(page, box, tone)
    apart, _ = regions.candidates(page)
    assert [near(found, wanted) for found, wanted in zip(apart, CARDS, strict=True)] == [True, True]


def test_a_form_that_fills_the_page_is_not_taken_apart() -> None:
    page = sheet()
    for y in range(120, 1100, 60):
        cv2.rectangle(page, (70, y), (780, y + 60), 30, 2)
        cv2.putText(page, "LABEL 1234567890", (90, y + 40), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 30, 2)
    assert regions.candidates(page) == ([], [])


def test_a_photograph_pasted_into_a_form_is_found() -> None:
    page = sheet()
    cv2.rectangle(page, (50, 100), (800, 1150), 30, 2)
    for y in range(140, 600, 30):
        cv2.putText(page, "some words on a form", (90, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    rng = np.random.default_rng(1)
    page[680:1030, 120:620] = np.clip(rng.normal(110, 30, (350, 500)), 0, 200)
    _, pictures = regions.candidates(page)
    assert len(pictures) == 1
    assert near(pictures[0], (120 / 850, 680 / 1200, 620 / 850, 1030 / 1200))


def test_a_cut_region_holds_its_pixels() -> None:
    page = sheet()
    filled(page, CARDS[0], 200)
    part = regions.cut(page, CARDS[0])
    assert part.shape[0] == pytest.approx(0.2 * 1200, abs=25)
    assert (part == 200).mean() > 0.6
