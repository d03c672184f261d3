"""A page being read: each line skimmed once, and read closely where skimming left a doubt and somebody needs it."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.open_page import OpenPage, Text

SURE: Text = ("号牌号码", (0.99, 0.98, 1.0, 0.97))
ONE_SIGN_DOUBTFUL: Text = ("沪K·×9170", (0.99, 0.99, 0.98, 0.4, 0.99, 0.99, 0.99, 0.99))
HARDLY_LEGIBLE: Text = ("民身代", (0.5, 0.6, 0.5))
NOTHING: Text = ("", ())
SKIMMED = [SURE, ONE_SIGN_DOUBTFUL, HARDLY_LEGIBLE, NOTHING]
CLOSELY: Text = ("读过", (0.9, 0.8))


class CountingReader:
    """Skims what the test says of the four lines; reading closely always finds the same. Counts both."""

    version = "counting"

    def __init__(self, *, skims: bool = True) -> None:
        self.skims = skims
        self.skimmed = self.read_lines = 0

    def find(self, image: object, long_side: int) -> np.ndarray:
        raise AssertionError("the boxes are given")

    def skim(self, crops: list[np.ndarray]) -> list[Text]:
        self.skimmed += len(crops)
        return [SKIMMED[int(crop[0, 0, 0]) // 20] for crop in crops]

    def read(self, crops: list[np.ndarray]) -> list[Text]:
        self.read_lines += len(crops)
        return [CLOSELY] * len(crops)


@pytest.fixture
def page() -> OpenPage:
    """Four lines; each is as bright as its number times twenty."""
    image = np.zeros((400, 200, 3), np.uint8)
    for index in range(4):
        image[100 * index : 100 * index + 100] = 20 * index
    corners = [(10, 10), (190, 10), (190, 60), (10, 60)]
    quads = np.array([[(x, y + 100 * index) for x, y in corners] for index in range(4)], np.float32)
    return OpenPage(image, quads, 0)


def test_a_line_is_skimmed_once(page: OpenPage) -> None:
    reader = CountingReader()
    page.skim(reader, [0, 1])
    page.skim(reader, [1, 2, 3])
    assert reader.skimmed == 4
    assert reader.read_lines == 0
    assert [page.texts[index] for index in range(4)] == SKIMMED


def test_only_lines_in_doubt_are_read_closely_and_none_twice(page: OpenPage) -> None:
    reader = CountingReader()
    for _ in range(2):
        page.read(reader, range(4))
    assert (reader.skimmed, reader.read_lines) == (4, 3)
    assert [page.texts[index] for index in range(4)] == [SURE, CLOSELY, CLOSELY, CLOSELY]
    assert page.doubtful() == []


def test_one_doubtful_sign_makes_a_line_doubtful_but_not_hardly_legible(page: OpenPage) -> None:
    page.skim(CountingReader(), range(4))
    assert page.doubtful() == [1, 2, 3]
    assert page.hardly_legible() == [2, 3]


def test_a_sure_line_is_read_closely_where_that_is_asked_for(page: OpenPage) -> None:
    reader = CountingReader()
    page.skim(reader, [0])
    page.read_closely(reader, [0])
    page.read_closely(reader, [0])
    assert reader.read_lines == 1
    assert page.texts[0] == CLOSELY


def test_without_a_quick_model_nothing_is_read_twice(page: OpenPage) -> None:
    reader = CountingReader(skims=False)
    page.read(reader, range(4))
    assert (reader.skimmed, reader.read_lines) == (4, 0)


def test_a_line_that_is_no_text_is_no_line(page: OpenPage) -> None:
    page.skim(CountingReader(), range(4))
    assert [line.text for line in page.lines()] == ["号牌号码", "沪K·×9170", "民身代"]
