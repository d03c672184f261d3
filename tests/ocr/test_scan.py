"""Decoding no further than needed: sizes, reduced decoding, EXIF orientation, what is no image."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ocr.protocol import UnreadableImage
from ocr.scan import Scan


def encoded(width: int, height: int, orientation: int | None = None, dpi: int | None = 200) -> bytes:
    """A JPEG whose left half is dark, in a colour."""
    pixels = np.full((height, width, 3), 240, np.uint8)
    pixels[:, : width // 2] = (10, 40, 160)
    stream, exif = io.BytesIO(), Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    extra = {"dpi": (dpi, dpi)} if dpi else {}
    Image.fromarray(pixels).save(stream, "JPEG", quality=90, exif=exif, **extra)
    return stream.getvalue()


def test_a_page_is_decoded_at_the_smallest_scale_that_suffices() -> None:
    scan = Scan(encoded(1600, 2400))
    assert (scan.width, scan.height, scan.dpi) == (1600, 2400, 200)
    assert scan.grey(512).shape == (600, 400)
    assert scan.grey(700).shape == (1200, 800)
    assert scan.grey(1600).shape == (2400, 1600)
    assert scan.colour(2000).shape == (2400, 1600, 3)
    assert scan.reduction(scan.grey(512)) == 4


def test_the_orientation_that_a_camera_noted_is_applied_to_size_and_pixels() -> None:
    scan = Scan(encoded(1600, 800, orientation=6))  # the camera was turned: shown, the left half is on top
    assert (scan.width, scan.height) == (800, 1600)
    grey = scan.grey(400)
    assert grey.shape == (400, 200)
    assert grey[:150].mean() < 100 < grey[250:].mean()


def test_colours_come_blue_green_red() -> None:
    blue, _, red = Scan(encoded(400, 400)).colour(400)[200, 50]
    assert blue > 120 > 60 > red


def test_without_a_stated_resolution_there_is_none() -> None:
    assert Scan(encoded(100, 100, dpi=None)).dpi is None


@pytest.mark.parametrize("content", [b"", b"no image", encoded(300, 300)[:40]])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableImage, match="重新扫描"):
        Scan(content).grey(100)
