"""Faults of an image, on drawn pages of print, paper, shadow and noise; each against a sound page as well."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr.protocol import FaultKind, Quality
from ocr.quality import assess

Page = NDArray[np.uint8]


def paper(width: int = 1654, height: int = 2339, seed: int = 1) -> Page:
    """Off-white paper with scanner noise and a shadow at the left edge."""
    light = np.full((height, width), 235.0)
    light += np.random.default_rng(seed).normal(0, 6, light.shape)
    light[:, :30] -= 90
    return np.clip(light, 0, 255).astype(np.uint8)


def printed(page: Page, rows: int) -> Page:
    page = page.copy()
    for row in range(rows):
        cv2.putText(
            page,
            "GUIDANG 2026 ABC 0123456789",
            (200, 300 + 60 * row),
            cv2.FONT_HERSHEY_SIMPLEX,
            1.2,
            30,
            3,
        )
    return page


def blurred(page: Page, pixels: float) -> Page:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), pixels), dtype=np.uint8)


def kinds(page: Page, dpi: float | None = None) -> set[FaultKind]:
    return {fault.kind for fault in assess(page, dpi).faults}


def box_of(quality: Quality, kind: FaultKind) -> tuple[float, float, float, float]:
    return next(fault.box for fault in quality.faults if fault.kind == kind)


def turned(page: Page, degrees: float) -> Page:
    """Turned counter-clockwise by that much on a white lid."""
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=235), dtype=np.uint8)


@pytest.mark.parametrize("scale", [0.75, 1.0, 1.5])
def test_an_empty_sheet_is_blank_at_any_resolution(scale: float) -> None:
    sheet = paper(int(1654 * scale), int(2339 * scale))
    assert kinds(sheet) == {"blank"}


def test_specks_and_faint_bleed_through_leave_a_page_blank() -> None:
    sheet = paper()
    rng = np.random.default_rng(2)
    for x, y in rng.integers(100, 1500, (80, 2)):
        sheet[y, x] = 20
    behind = printed(np.full_like(sheet, 255), 20)[:, ::-1]
    faint = np.clip(sheet.astype(int) - (255 - behind.astype(int)) // 8, 0, 255).astype(np.uint8)
    assert kinds(faint) == {"blank"}


def test_punched_holes_leave_a_page_blank_and_a_seal_does_not() -> None:
    sheet = paper()
    for y in (800, 1460):
        cv2.circle(sheet, (80, y), 23, 140.0, -1)
    assert kinds(sheet) == {"blank"}
    cv2.circle(sheet, (1200, 1900), 130, 120.0, 8)
    assert kinds(sheet) == set()


def test_one_line_of_print_is_not_blank() -> None:
    quality = assess(printed(paper(), 1))
    assert not quality.faults
    assert quality.ink > 0


def test_sharpness_falls_with_every_blur() -> None:
    page = printed(paper(), 20)
    measured = [assess(page).sharpness, *(assess(blurred(page, pixels)).sharpness for pixels in (1, 2, 4, 6))]
    assert measured == sorted(measured, reverse=True)


def test_a_blurred_page_is_told_from_a_readable_one() -> None:
    page = printed(paper(), 20)
    assert kinds(page) == kinds(blurred(page, 1.0)) == set()
    assert kinds(blurred(page, 6.0)) == {"blurred"}


def test_noise_and_compression_do_not_pass_for_sharpness() -> None:
    page = blurred(printed(paper(), 20), 6.0)
    noisy = np.clip(page.astype(int) + np.random.default_rng(3).normal(0, 8, page.shape), 0, 255).astype(
        np.uint8
    )
    _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 30])
    assert assess(np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)).has("blurred")


def test_specks_of_the_glass_do_not_make_a_blurred_page_sharp() -> None:
    page = printed(paper(), 1)
    soft = blurred(page, 6.0)
    for x, y in np.random.default_rng(6).integers(150, 1500, (90, 2)):
        for each in (page, soft):
            cv2.circle(each, (int(x), int(y)), 2, 20.0, -1)
    assert kinds(page) == set()
    assert kinds(soft) == {"blurred"}


def photograph(seed: int = 7) -> Page:
    """Soft shrubs behind a car with few hard edges."""
    rng = np.random.default_rng(seed)
    shrubs = cv2.resize(rng.normal(110, 45, (60, 90)).astype(np.float32), (1600, 1060))
    picture = cv2.GaussianBlur(shrubs, (0, 0), 4) + rng.normal(0, 3, (1060, 1600))
    cv2.rectangle(picture, (400, 420), (1200, 760), 60.0, -1)
    for x in range(420, 1180, 20):
        for y in range(480, 545, 20):
            cv2.rectangle(picture, (x, y), (x + 9, y + 9), 190.0, -1)
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_a_photograph_is_judged_by_its_few_hard_edges() -> None:
    assert not assess(photograph()).has("blurred")
    assert assess(blurred(photograph(), 7.0)).has("blurred")


def test_print_that_blur_has_washed_away_is_not_taken_for_a_blank_page() -> None:
    assert kinds(blurred(printed(paper(), 20), 14.0)) == {"blurred"}


def test_too_little_and_too_much_light_are_dark() -> None:
    page = printed(paper(), 20)
    assert kinds((page * 0.65).astype(np.uint8)) == set()
    assert kinds((page * 0.3).astype(np.uint8)) == {"dark"}
    washed = (255 - np.clip(225 - page.astype(int), 0, 255) * 0.2).astype(np.uint8)
    assert kinds(washed) == {"dark"}
    assert kinds(blurred(washed, 6.0)) == {"blurred"}


def test_a_photograph_at_night_is_no_fault() -> None:
    rng = np.random.default_rng(4)
    night = rng.normal(25, 5, (900, 1400))
    cv2.rectangle(night, (300, 300), (1100, 700), 60.0, -1)
    for x in (380, 1000):
        cv2.circle(night, (x, 560), 60, 250.0, -1)
    assert kinds(np.clip(cv2.GaussianBlur(night, (0, 0), 1.5), 0, 255).astype(np.uint8)) == set()


@pytest.mark.parametrize("turns", range(4))
def test_print_that_runs_over_an_edge_is_cut_there(turns: int) -> None:
    page = printed(paper(), 30)
    cut = np.ascontiguousarray(np.rot90(page[:, :600], turns))
    quality = assess(cut)
    assert {fault.kind for fault in quality.faults} == {"cut"}
    left, top, right, bottom = box_of(quality, "cut")
    at_edge = (right == 1, top == 0, left == 0, bottom == 1)  # the right edge, turned counter-clockwise
    assert at_edge.index(True) == turns and sum(at_edge) == 1


def test_print_up_to_the_edge_and_a_wedge_of_lid_are_not_cut() -> None:
    page = printed(paper(), 30)
    near = page[:, 190:].copy()
    assert kinds(near) == set()
    cv2.fillPoly(near, [np.array([[0, 0], [near.shape[1], 0], [0, 40]])], 60)
    assert kinds(near) == set()


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("lid", [60.0, 215.0])
def test_a_sheet_that_slipped_between_two_lines_shows_the_lid_at_the_other_edge(
    turns: int, lid: float
) -> None:
    page = printed(paper(), 30)
    slipped = np.vstack([page[700:], np.full((700, page.shape[1]), lid, np.uint8)])
    faults = assess(np.ascontiguousarray(np.rot90(slipped, turns))).faults
    assert [fault.kind for fault in faults] == ["cut"]
    left, top, right, bottom = faults[0].box
    assert (top == 0, left == 0, bottom == 1, right == 1)[turns] and min(right - left, bottom - top) < 0.05


def test_a_staple_near_an_edge_is_no_line_of_print() -> None:
    page = printed(paper(), 20)
    page[1700:] = 229  # the lid, hardly another shade
    page[:300] = 235
    cv2.line(page, (1400, 45), (1450, 52), 40.0, 6)
    assert kinds(page) == set()


@pytest.mark.parametrize("turns", range(4))
def test_the_rim_of_a_dark_lid_is_neither_print_nor_a_table(turns: int) -> None:
    page = printed(paper(), 20)
    width = page.shape[1]
    page[-8:] = 100  # a narrow strip of it, rough with noise
    page[-9, np.random.default_rng(8).random(width) < 0.3] = 100
    page[:, 40:52] = page[:, width - 80 : width - 70] = 40  # what shows at both sides
    assert kinds(np.ascontiguousarray(np.rot90(page, turns))) == set()


def test_a_smaller_sheet_on_the_glass_is_not_cut() -> None:
    page = printed(paper(1654, 1170), 8)
    on_glass = np.vstack([page, np.full((1169, page.shape[1]), 215, np.uint8)])
    assert kinds(on_glass) == set()


def test_a_missing_corner_is_cut_and_shown() -> None:
    page = printed(paper(), 20)
    height, width = page.shape
    cv2.fillPoly(page, [np.array([[width, height], [width - 250, height], [width, height - 300]])], 50)
    quality = assess(page)
    assert {fault.kind for fault in quality.faults} == {"cut"}
    left, top, right, bottom = box_of(quality, "cut")
    assert left == pytest.approx(1 - 250 / width, abs=0.02) and right == 1
    assert top == pytest.approx(1 - 300 / height, abs=0.02) and bottom == 1


@pytest.mark.parametrize("degrees", [-14.5, -12.0, -5.0, -1.5, 0.0, 2.0, 4.0, 9.0])
@pytest.mark.parametrize("turns", [0, 1])
def test_skew_is_measured_whichever_way_up(degrees: float, turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(turned(printed(paper(), 30), degrees), turns))
    quality = assess(page)
    assert quality.skew == pytest.approx(degrees, abs=0.5)
    assert quality.has("skewed") is (abs(degrees) > 3)


def test_a_low_resolution_is_told_by_the_file_or_by_the_letters() -> None:
    page = printed(paper(), 20)
    small = np.asarray(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert kinds(page, 200) == set()
    assert kinds(small, 100) == {"low_dpi"}
    assert kinds(page, 72) == set()  # no such paper: the file does not know
    tiny = np.asarray(cv2.resize(page, None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert "low_dpi" in kinds(tiny)


def test_a_smaller_decoding_is_judged_by_the_scan_it_came_from() -> None:
    page = printed(paper(3308, 4678), 20)
    half = np.asarray(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    assert not assess(half, 400, reduced=2.0).faults
