"""Plates on pictures of vehicles: drawn ones of every kind are found and read; nothing is read where there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.geometry import Image
from ocr.models import ModelsMissing
from ocr.plates import PlateReader
from ocr.synthetic.number_plates import plate_tile
from records.validators import Verdict
from tests.ocr.conftest import WEIGHTS

GROUND = (96, 98, 92)


@pytest.fixture(scope="module")
def plates() -> PlateReader:
    return PlateReader(WEIGHTS / "plates.npz")


def picture(tile: np.ndarray, wide: int, slant: float = 0.0, shorter: float = 1.0) -> Image:
    """The plate, so many pixels wide, on an even grey ground: BGR, soft and with a little grain."""
    high = wide / shorter * tile.shape[0] / tile.shape[1]
    x, y = 300.0, 240.0
    corners = [(x, y), (x + wide, y + slant * wide), (x + wide, y + slant * wide + high), (x, y + high)]
    scale = min(1.0, 1.6 * wide / tile.shape[1])
    small = cv2.resize(tile, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape[:2]
    plane = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    matrix = cv2.getPerspectiveTransform(plane, np.array(corners, np.float32))
    scene = np.full((600, 800, 3), GROUND, np.float32)
    mask = cv2.warpPerspective(np.ones((rows, columns), np.float32), matrix, (800, 600))[..., None]
    laid = cv2.warpPerspective(small, matrix, (800, 600), borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(scene * (1 - mask) + laid * mask, (0, 0), 0.6)
    grain = np.random.default_rng(3).normal(0, 2, scene.shape)
    return np.clip((soft + grain)[..., ::-1], 0, 255).astype(np.uint8)


PLATES = {
    "沪A52D38": plate_tile("沪A52D38", False),
    "粤B73K26": plate_tile("粤B73K26", False),
    "藏C90462": plate_tile("藏C90462", False),
    "浙BD36925": plate_tile("浙BD36925", True),
    "川A63278F": plate_tile("川A63278F", True),
    "鲁K30926": plate_tile("鲁K30926", False, yellow=True),
    "京N4736警": plate_tile("京N4736警", False),
    "鄂A9302学": plate_tile("鄂A9302学", False),
    "粤Z63A2港": plate_tile("粤Z63A2港", False),
    "湘E56D93": plate_tile("湘E56D93", False, yellow=True, two_lines=True),
    "皖K3086挂": plate_tile("皖K3086挂", False),
    "贵C38K26": plate_tile("贵C38K26", False, yellow=True, small=True),
}


@pytest.mark.parametrize("number", PLATES)
def test_every_kind_of_plate_is_read(
    plates: PlateReader, validators: dict[str, Callable[[str], Verdict]], number: str
) -> None:
    seen = plates.read(picture(PLATES[number], 150))
    assert seen is not None
    assert seen.number == number
    assert validators["plate_no"](seen.number).ok
    assert len(seen.chances) == len(number)


def test_a_plate_seen_from_the_side_is_read_and_its_place_told(plates: PlateReader) -> None:
    seen = plates.read(picture(plate_tile("苏E62B97", False), 110, slant=0.18, shorter=0.7))
    assert seen is not None and seen.number == "苏E62B97"
    assert np.abs(seen.quad[0] - (300, 240)).max() < 6
    assert np.abs(seen.quad[2] - (410, 310)).max() < 8


def test_what_is_too_small_to_be_sure_of_is_not_read(plates: PlateReader) -> None:
    assert plates.read(picture(plate_tile("苏E62B97", False), 22)) is None


@pytest.mark.parametrize("tile", [np.full((140, 440, 3), (20, 62, 160), np.float32), None])
def test_no_plate_is_seen_where_there_is_none(plates: PlateReader, tile: np.ndarray | None) -> None:
    """A blue field without signs; stripes and grain."""
    rng = np.random.default_rng(8)
    stripes = np.repeat(rng.integers(0, 255, (600, 100, 3)), 8, axis=1).astype(np.uint8)
    assert plates.read(stripes if tile is None else picture(tile, 150)) is None


def test_a_missing_network_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelsMissing, match="号牌"):
        PlateReader(tmp_path / "plates.npz")
