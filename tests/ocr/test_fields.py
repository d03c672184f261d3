"""Fields beside labels and by their form: kept as read, checked, never repaired."""

from __future__ import annotations

import pytest

from ocr.fields import FieldFinder
from ocr.materials import MaterialCatalogue
from ocr.protocol import FieldFinding, Line
from tests.ocr.conftest import Validators, line

WIDTH, HEIGHT = 1654, 2339
VIN, OTHER_VIN = "LSVAG2186E2100001", "LSGJA52U9GS000001"


@pytest.fixture(scope="module")
def finder(catalogue: MaterialCatalogue, validators: Validators) -> FieldFinder:
    return FieldFinder(catalogue, validators)


def found(finder: FieldFinder, code: str, *lines: Line) -> FieldFinding | None:
    findings = finder.find([code], lines, WIDTH, HEIGHT)
    return findings[0] if findings else None


@pytest.mark.parametrize(
    ("code", "texts", "value"),
    [
        ("vin", [(f"车辆识别代号：{VIN}", 100, 100)], VIN),
        ("vin", [("车辆识别代号/车架号码", 100, 100), (VIN, 500, 102)], VIN),
        ("vin", [("车辆识别代号", 100, 100), (VIN, 100, 140)], VIN),
        ("vin", [("车辆识别代号", 100, 100), (VIN[:9], 400, 100), (VIN[9:], 560, 100)], VIN),
        ("vin", [("车辆识别代号", 100, 100), ("L S V A G 2 1 8 6 E 2 1 0 0 0 0 1", 400, 100)], VIN),
        ("vin", [("检验记录", 100, 100), (VIN, 900, 700)], VIN),
        ("plate_no", [("号牌号码", 100, 100), ("沪A·12345", 400, 100)], "沪A12345"),
        ("plate_no", [("号牌号码沪AD12345", 100, 100)], "沪AD12345"),
        ("id_number", [("公民身份号码 310101199001010012", 100, 100)], "310101199001010012"),
        ("id_number", [("身份证明号码", 100, 100), ("11010519491231002x", 400, 100)], "11010519491231002X"),
        ("owner_name", [("机动车所有人", 100, 100), ("甄示例", 400, 100)], "甄示例"),
        ("owner_name", [("机动车所有人", 100, 100), ("姓名/名称", 400, 100), ("甄示例", 600, 100)], "甄示例"),
        ("owner_name", [("所有人：甄示例 性别：女", 100, 100)], "甄示例"),
        (
            "owner_name",
            [("所有人", 100, 100), ("演示汽车（示例）有限公司", 400, 100)],
            "演示汽车(示例)有限公司",
        ),
        ("person_name", [("姓名甄示例", 100, 100)], "甄示例"),
        ("issue_date", [("开票日期2026年3月5日", 100, 100)], "2026年3月5日"),
        ("phone", [("联系电话", 100, 100), ("13800000000", 400, 100)], "13800000000"),
        ("price_total", [("价税合计壹拾贰万元整小写￥120000.00", 100, 100)], "¥120000.00"),
    ],
)
def test_values_are_found(
    finder: FieldFinder, code: str, texts: list[tuple[str, float, float]], value: str
) -> None:
    finding = found(finder, code, *(line(*text) for text in texts))
    assert finding is not None
    assert finding.value == value
    assert len(finding.characters) >= len(value)


def test_of_two_vins_the_labelled_one_counts(finder: FieldFinder) -> None:
    finding = found(
        finder, "vin", line(OTHER_VIN, 900, 50), line("车辆识别代号", 100, 400), line(VIN, 400, 400)
    )
    assert finding is not None and finding.value == VIN


def test_of_two_vins_the_valid_one_counts(finder: FieldFinder) -> None:
    wrong = VIN[:8] + "1" + VIN[9:]
    finding = found(finder, "vin", line(wrong, 900, 50), line(VIN, 900, 700))
    assert finding is not None and finding.value == VIN


def test_what_was_read_is_kept_and_a_valid_form_only_suggested(finder: FieldFinder) -> None:
    finding = found(finder, "vin", line("车辆识别代号LSVAG2186E21OOOO1", 100, 100))
    assert finding is not None
    assert finding.value == "LSVAG2186E21OOOO1"
    assert finding.valid is False
    assert finding.suggestion == VIN


def test_an_invalid_value_is_given_with_little_confidence(finder: FieldFinder) -> None:
    good = found(finder, "id_number", line("身份证号310101199001010012", 100, 100))
    bad = found(finder, "id_number", line("身份证号310101199001010017", 100, 100))
    assert good is not None and bad is not None
    assert (good.valid, bad.valid) == (True, False)
    assert bad.confidence < 0.2 < good.confidence


def test_confidence_follows_the_weakest_characters(finder: FieldFinder) -> None:
    sure, unsure = (
        line(f"车辆识别代号{VIN}", 100, 100, chance=0.999),
        line(f"车辆识别代号{VIN}", 100, 100, chance=0.9),
    )
    first, second = found(finder, "vin", sure), found(finder, "vin", unsure)
    assert first is not None and second is not None
    assert first.confidence > 0.9 and second.confidence < 0.3


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("vin", "本页没有编号"),
        ("owner_name", "机动车所有人"),
        ("owner_name", "本人是机动车所有人"),
        ("owner_name", "机动车所有人 性别 民族"),
        ("uscc", "统一社会信用代码/身份证明号码310101199001010012"),
        ("id_number", "发票号码26317000000123456789"),
    ],
)
def test_nothing_is_invented(finder: FieldFinder, code: str, text: str) -> None:
    assert found(finder, code, line(text, 100, 100)) is None


def test_the_box_is_the_values_share_of_the_page(finder: FieldFinder) -> None:
    finding = found(finder, "vin", line("车辆识别代号", 100, 100), line(VIN, 827, 1169.5))
    assert finding is not None
    x0, y0, x1, y1 = finding.box
    assert x0 == pytest.approx(0.5, abs=0.001) and y0 == pytest.approx(0.5, abs=0.001)
    assert x0 < x1 <= 1 and y0 < y1 <= 1


def test_without_a_validator_a_field_is_neither_valid_nor_invalid(catalogue: MaterialCatalogue) -> None:
    finding = found(FieldFinder(catalogue, {}), "vin", line(f"车辆识别代号{VIN}", 100, 100))
    assert finding is not None and finding.valid is None
