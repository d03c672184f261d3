"""Blank and blurred pages, on drawn pages of print, paper, shadow and noise."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr.quality import assess

Page = NDArray[np.uint8]


def paper(width: int = 1654, height: int = 2339, seed: int = 1) -> Page:
    """Off-white paper with scanner noise and a shadow at the left edge."""
    light = np.full((height, width), 235.0)
    light += np.random.default_rng(seed).normal(0, 6, light.shape)
    light[:, :30] -= 90
    return np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def printed(page: Page, rows: int) -> Page:
    page = page.copy()
    for row in range(rows):
        cv2.putText(
            page,
            "GUIDANG 2026 ABC 0123456789",
            (200, 300 + 60 * row),
            cv2.FONT_HERSHEY_SIMPLEX,
            1.2,
            (30,) * 3,
            3,
        )
    return page


def blurred(page: Page, pixels: float) -> Page:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), pixels), dtype=np.uint8)


@pytest.mark.parametrize("scale", [0.75, 1.0, 1.5])
def test_an_empty_sheet_is_blank_at_any_resolution(scale: float) -> None:
    sheet = paper(int(1654 * scale), int(2339 * scale))
    assert assess(sheet).blank


def test_specks_and_faint_bleed_through_leave_a_page_blank() -> None:
    sheet = paper()
    rng = np.random.default_rng(2)
    for x, y in rng.integers(100, 1500, (80, 2)):
        sheet[y, x] = 20
    behind = printed(np.full_like(sheet, 255), 20)[:, ::-1]
    faint = np.clip(sheet.astype(int) - (255 - behind.astype(int)) // 8, 0, 255).astype(np.uint8)
    assert assess(faint).blank


def test_one_line_of_print_is_not_blank() -> None:
    quality = assess(printed(paper(), 1))
    assert not quality.blank
    assert quality.ink > 0


def test_sharpness_falls_with_every_blur() -> None:
    page = printed(paper(), 20)
    measured = [assess(page).sharpness, *(assess(blurred(page, pixels)).sharpness for pixels in (1, 2, 4, 6))]
    assert measured == sorted(measured, reverse=True)


def test_a_blurred_page_is_told_from_a_readable_one() -> None:
    page = printed(paper(), 20)
    assert not assess(page).blurred
    assert not assess(blurred(page, 1.0)).blurred
    assert assess(blurred(page, 6.0)).blurred


def test_noise_and_compression_do_not_pass_for_sharpness() -> None:
    page = blurred(printed(paper(), 20), 6.0)
    noisy = np.clip(page.astype(int) + np.random.default_rng(3).normal(0, 8, page.shape), 0, 255).astype(
        np.uint8
    )
    _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 30])
    assert assess(np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)).blurred
