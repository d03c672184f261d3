"""Boxes on a page: a comb's signs become one line, everything else stays; scaling down keeps the mean."""

from __future__ import annotations

import numpy as np
import pytest

from ocr import geometry


def box(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def quads(*boxes: list[tuple[float, float]]) -> np.ndarray:
    return np.array(boxes, dtype=np.float32)


def comb(count: int, step: float = 54, rise: float = 0) -> list[list[tuple[float, float]]]:
    return [
        box(300 + step * index, 540 + rise * index, 30 if index % 3 else 16, 38) for index in range(count)
    ]


LABEL = box(100, 540, 150, 40)
LONG = box(300, 700, 400, 40)


@pytest.mark.parametrize("rise", [-1.0, 0.0, 1.0])
def test_the_signs_of_a_comb_are_one_line(rise: float) -> None:
    joined = geometry.with_combs_joined(quads(LABEL, *comb(18, rise=rise), LONG))
    assert len(joined) == 3
    left, top, right, bottom = geometry.bounds(joined[-1].tolist())
    assert left <= 300
    assert right >= 300 + 17 * 54 + 30
    assert bottom - top < 70 + 18 * abs(rise)


def test_a_sign_that_was_not_found_leaves_the_comb_whole() -> None:
    signs = comb(18)
    joined = geometry.with_combs_joined(quads(*signs[:7], *signs[8:]))
    assert len(joined) == 1


def test_few_signs_and_signs_far_apart_are_left_alone() -> None:
    for signs in (comb(5), comb(8, step=200)):
        assert np.array_equal(geometry.with_combs_joined(quads(*signs)), quads(*signs))


def test_lines_below_one_another_are_no_comb() -> None:
    column = quads(*(box(100, 60 * index, 30, 38) for index in range(10)))
    assert np.array_equal(geometry.with_combs_joined(column), column)


def test_no_boxes_are_no_comb() -> None:
    assert len(geometry.with_combs_joined(np.zeros((0, 4, 2), dtype=np.float32))) == 0


def test_a_picture_is_scaled_down_to_the_size_and_keeps_its_mean() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (1201, 845, 3), dtype=np.uint8)
    small = geometry.shrunk(picture, 100, 141)
    assert small.shape == (141, 100, 3)
    assert abs(float(small.mean()) - float(picture.mean())) < 1
