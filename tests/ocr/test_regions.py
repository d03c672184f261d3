"""Where several papers lie on a page, and that one paper is left whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr import geometry, regions
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


def rubbing(tilt: float) -> np.ndarray:
    """A page with a line of print, a frame, and a strip of carbon grain with pale figures in it."""
    rng = np.random.default_rng(2)
    page = sheet()
    cv2.rectangle(page, (50, 100), (800, 1150), 30, 2)
    for y in range(140, 500, 30):
        cv2.putText(page, "some words on a form", (90, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 30, 1)
    strip = np.where(rng.random((80, 500)) < 0.5, 70, 240).astype(np.uint8)
    cv2.putText(strip, "1234567890", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.8, 240, 6)
    page[700:780, 150:650] = strip
    turn = cv2.getRotationMatrix2D((425, 600), tilt, 1)
    return cv2.cvtColor(cv2.warpAffine(page, turn, (850, 1200), borderValue=248), cv2.COLOR_GRAY2BGR)


def text_at(*boxes: Box) -> np.ndarray:
    corners = [[(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for x0, y0, x1, y1 in boxes]
    return np.array(corners, dtype=np.float32).reshape(-1, 4, 2)


PRINT = text_at(*((90, y - 18, 320, y + 4) for y in range(140, 500, 30)))


@pytest.mark.parametrize("tilt", [0.0, 2.0, -2.0])
def test_the_strip_of_a_rubbing_is_found_as_it_lies(tilt: float) -> None:
    found = regions.strips(rubbing(tilt), PRINT)
    assert len(found) == 1
    (width,), (height,) = geometry.sizes(found[0][None])
    assert width == pytest.approx(500, abs=20) and height == pytest.approx(80, abs=12)


def test_what_holds_lines_of_text_is_no_rubbing() -> None:
    assert regions.strips(rubbing(0), text_at((160, 705, 600, 725), (160, 740, 600, 760))) == []


def test_a_form_has_no_rubbing() -> None:
    page = np.asarray(cv2.cvtColor(sheet(), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    for y in range(120, 1100, 60):
        cv2.rectangle(page, (70, y), (780, y + 60), (30, 30, 30), 2)
        cv2.putText(page, "LABEL 1234567890", (90, y + 40), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 30, 30), 2)
    assert regions.strips(page, text_at(*((90, y + 20, 330, y + 42) for y in range(120, 1100, 60)))) == []


def test_the_inked_part_of_a_sheet_is_where_the_card_lies() -> None:
    page = sheet()
    filled(page, CARDS[0], 225)
    page[1100, 400] = 0  # a speck of the glass
    inked = regions.inked(np.dstack([page] * 3))
    assert near(inked, CARDS[0])


def test_an_empty_sheet_is_inked_nowhere_and_looked_at_whole() -> None:
    assert regions.inked(np.dstack([sheet()] * 3)) == (0.0, 0.0, 1.0, 1.0)
