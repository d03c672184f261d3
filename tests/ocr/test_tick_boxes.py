"""Boxes drawn on a page: which are ticked, whatever the reader made of them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from ocr import tick_boxes
from ocr.geometry import Image
from ocr.protocol import Line
from ocr.synthetic import fonts

OPTIONS = ("注册登记", "转让登记", "注销登记", "转入")
PX, LEFT, TOP = 24, 200, 120


def form(
    rows: list[list[str]],
    ticked: set[str],
    mark: str = "tick",
    noise: float = 0.0,
    heads: tuple[str, ...] = (),
) -> tuple[Image, list[Line]]:
    """A page with a row of options in each line, and the lines as a reader gives them that drops every box."""
    picture = Picture.new("RGB", (1400, 300 + 60 * len(rows)), (250, 250, 250))
    pen = ImageDraw.Draw(picture)
    font = fonts.face_for("登记", "song", PX, 0)
    lines = []
    for number, options in enumerate(rows):
        y, x = TOP + 60 * number, float(LEFT)
        if heads:
            pen.text((60, y), heads[number], font=font, fill=(20, 20, 20))
            lines.append(read(heads[number], 60, y, 60 + PX * len(heads[number])))
        for option in options:
            side = round(0.85 * PX)
            box = (x, y + 4, x + side, y + 4 + side)
            pen.rectangle(box, outline=(20, 20, 20), width=2)
            if option in ticked:
                draw_mark(pen, box, mark)
            pen.text((x + 1.3 * side, y), option, font=font, fill=(20, 20, 20))
            x += 1.3 * side + PX * len(option) + 0.7 * PX
        lines.append(read("".join(options), LEFT, y, x - 0.7 * PX))
    pixels = np.asarray(picture, dtype=np.float32)[..., ::-1]
    grain = np.random.default_rng(3).normal(0, noise, pixels.shape) if noise else 0
    return np.ascontiguousarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)), lines


def draw_mark(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], mark: str) -> None:
    x0, y0, x1, y1 = box
    if mark == "tick":
        pen.line([(x0 + 3, y0 + 9), (x0 + 9, y1 - 3), (x1 + 3, y0 - 4)], fill=(20, 20, 20), width=3)
    elif mark == "cross":
        pen.line([(x0, y0), (x1, y1)], fill=(20, 20, 20), width=3)
        pen.line([(x0, y1), (x1, y0)], fill=(20, 20, 20), width=3)
    else:
        pen.rectangle(box, fill=(20, 20, 20))


def read(text: str, left: float, top: float, right: float) -> Line:
    box = ((left, top - 3), (right, top - 3), (right, top + PX + 6), (left, top + PX + 6))
    return Line(text, box, 0.99, (0.99,) * len(text))


def ticked(image: Image, lines: list[Line]) -> set[str]:
    return {choice.option for choice in tick_boxes.choices(image, lines, OPTIONS) if choice.ticked}


@pytest.mark.parametrize("chosen", OPTIONS)
def test_the_ticked_option_is_found_wherever_it_stands_in_its_row(chosen: str) -> None:
    assert ticked(*form([list(OPTIONS)], {chosen})) == {chosen}


@pytest.mark.parametrize("mark", ["tick", "cross", "filled"])
def test_any_mark_counts(mark: str) -> None:
    assert ticked(*form([list(OPTIONS)], {"转让登记"}, mark)) == {"转让登记"}


def test_grain_is_no_tick() -> None:
    assert ticked(*form([list(OPTIONS)], {"转入"}, noise=12)) == {"转入"}


def test_several_may_be_ticked_and_none() -> None:
    assert ticked(*form([list(OPTIONS)], {"注册登记", "转入"})) == {"注册登记", "转入"}
    assert ticked(*form([list(OPTIONS)], set())) == set()


def test_every_option_is_told_with_its_place() -> None:
    image, lines = form([list(OPTIONS)], {"注销登记"})
    seen = tick_boxes.choices(image, lines, OPTIONS)
    assert [choice.option for choice in seen] == list(OPTIONS)
    lefts = [choice.box[0] for choice in seen]
    assert lefts == sorted(lefts) and abs(lefts[0] - LEFT) < PX
    assert all(choice.confidence > 0.9 for choice in seen)


def test_an_option_that_the_table_does_not_know_keeps_its_box() -> None:
    assert ticked(*form([["注册登记", "其他未列明事项", "注销登记", "转入"]], {"其他未列明事项"})) == set()


def test_words_without_boxes_are_no_choice() -> None:
    image, lines = form([list(OPTIONS)], {"转入"})
    blank = np.full_like(image, 250)
    assert tick_boxes.choices(blank, lines, OPTIONS) == []


def test_what_the_reader_saw_counts_where_no_box_is_found() -> None:
    blank = np.full((400, 1400, 3), 250, dtype=np.uint8)
    seen = tick_boxes.choices(blank, [read("□注册登记 ☑转让登记", LEFT, TOP, 700)], OPTIONS)
    assert [(choice.option, choice.ticked) for choice in seen] == [("注册登记", False), ("转让登记", True)]
    assert all(choice.confidence < 0.9 for choice in seen)


def test_a_paper_is_named_with_the_head_of_its_row() -> None:
    papers = ["号牌", "行驶证", "登记证书", "检验合格标志"]
    image, lines = form([papers, papers], set(), heads=("补领", "换领"))
    x = LEFT + 1.3 * round(0.85 * PX) + PX * 2 + 0.7 * PX
    side = round(0.85 * PX)
    top = TOP + 60 + 4
    cv2.line(image, (int(x) + 3, top + 9), (int(x) + 9, top + side - 3), (20, 20, 20), 3)
    cv2.line(image, (int(x) + 9, top + side - 3), (int(x) + side, top - 2), (20, 20, 20), 3)
    findings = tick_boxes.findings(image, lines, ["apply_items", "owner_name"])
    assert [(finding.code, finding.value) for finding in findings] == [("apply_items", "换领行驶证")]
    assert all(0 <= share <= 1 for share in findings[0].box)


def test_what_is_asked_for_is_named_with_the_paper_that_heads_its_row() -> None:
    asked = ["申领", "补领", "换领"]
    image, lines = form([asked, asked], {"补领"}, heads=("行驶证", "号牌"))
    findings = tick_boxes.findings(image, lines, ["apply_items"])
    assert [finding.value for finding in findings] == ["补领行驶证、补领号牌"]


def test_a_box_filled_to_its_edges_counts_where_every_other_is_too_faint() -> None:
    image, lines = form([["注册登记"], ["转入"]], {"转入"}, "filled")
    top, side = TOP + 4, round(0.85 * PX)
    cv2.rectangle(image, (LEFT - 3, top - 3), (LEFT + side + 3, top + side + 3), (250, 250, 250), -1)
    assert ticked(image, lines) == {"转入"}


def test_frames_paler_than_the_print_are_found() -> None:
    image, lines = form([["注册登记", "转让登记"]], {"转让登记"})
    side, y = round(0.85 * PX), TOP + 4
    second = round(LEFT + 1.3 * side + PX * 4 + 0.7 * PX)
    for x in (LEFT, second):
        cv2.rectangle(image, (x, y), (x + side, y + side), (170, 170, 170), 2)
    assert ticked(image, lines) == {"转让登记"}


def test_an_option_of_which_one_sign_was_hardly_legible_is_still_the_option() -> None:
    blank = np.full((400, 1400, 3), 250, dtype=np.uint8)
    text = "☑注册登己 □转让登记"
    blurred = Line(text, read(text, LEFT, TOP, 700).box, 0.9, (*(0.99,) * 4, 0.6, *(0.99,) * 6))
    seen = tick_boxes.choices(blank, [blurred], OPTIONS)
    assert [(choice.option, choice.ticked) for choice in seen] == [("注册登记", True), ("转让登记", False)]


def test_the_name_of_the_form_is_no_row_of_options() -> None:
    image, lines = form([["机动车注册登记/转让登记申请表"]], {"机动车注册登记/转让登记申请表"})
    assert tick_boxes.choices(image, lines, OPTIONS) == []


def test_an_answer_that_any_question_may_have_needs_company() -> None:
    image, lines = form([["购买", "其他"]], {"其他"})
    assert tick_boxes.findings(image, lines, ["reason", "biz_type_checked"]) == ()
