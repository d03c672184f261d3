"""Fields beside labels and by their form: kept as read, checked, never repaired."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr import geometry, second_look
from ocr.field_rules import RULES
from ocr.fields import FieldFinder
from ocr.materials import MaterialCatalogue
from ocr.protocol import FieldFinding, Line
from tests.ocr.conftest import Validators, line

WIDTH, HEIGHT = 1654, 2339
VIN, OTHER_VIN = "LSVAG2186E2100001", "LSGJA52U9GS000001"
ID_NUMBER = "310101199001010012"


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
        ("vin", [("车辆识别代号(VIN)", 100, 100), (f"{VIN[:3]}:{VIN[3:9]}.{VIN[9:]}", 500, 100)], VIN),
        ("vin", [("车辆识别代号", 100, 100), (VIN[:12], 400, 100), (VIN[12:], 620, 100)], VIN),
        ("vin", [(f"车辆识别代号：{VIN[:9]}", 100, 100), (VIN[9:], 460, 100)], VIN),
        ("vin", [("车辆识别代号", 100, 100), (VIN, 400, 100), ("12", 800, 100)], VIN),
        (
            "vin",
            [("车辆识别代号", 100, 100), *((sign, 400 + 40 * n, 100) for n, sign in enumerate(VIN))],
            VIN,
        ),
        ("id_number", [("身份证号", 100, 100), ("3101011990010100", 400, 100), ("12", 700, 100)], ID_NUMBER),
        (
            "plate_no",
            [("购买的轿车一辆，号牌号码沪", 160, 100), ("BN29G1，车辆识别代号", 100, 140)],
            "沪BN29G1",
        ),
        (
            "plate_no",
            [("号牌号码沪AD12", 800, 100), ("345的车辆", 100, 145), ("停用", 300, 145)],
            "沪AD12345",
        ),
        ("vin", [(f"该车，车架号{VIN[:4]}", 160, 100), (f"{VIN[4:]}，已报废", 100, 140)], VIN),
        (
            "id_number",
            [(f"甄示例，身份证号{ID_NUMBER[:15]}", 160, 100), (ID_NUMBER[15:], 100, 140)],
            ID_NUMBER,
        ),
        ("plate_no", [("号牌号码 沪LX92U.1，车辆", 100, 100)], "沪LX92U1"),
        ("plate_no", [("号牌号码沪A12345.2辆", 100, 100)], "沪A12345"),
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
        ("person_name", [("姓名 Name", 100, 100), ("甄示例", 400, 100)], "甄示例"),
        ("person_name", [("甄示例", 300, 100), ("女　汉", 300, 140)], "甄示例"),
        ("person_name", [("MUSTER ERIK", 300, 100), ("性别 Sex", 300, 140)], "MUSTERERIK"),
        ("person_name", [("经查，甄示例，女，1970年10月28日出生", 100, 100)], "甄示例"),
        ("birth_date", [("出生日期 Date of Birth", 100, 100), ("1990-01-01", 500, 100)], "1990-01-01"),
        ("license_class", [("准驾车型 C1ass", 100, 100), ("B2", 400, 100)], "B2"),
        ("buyer_name", [("购货单位（人）", 100, 100), ("甄示例", 400, 100)], "甄示例"),
        (
            "buyer_name",
            [("购买方名称及身份证号码/组织机构代码", 100, 100), ("甄示例", 700, 100), (ID_NUMBER, 700, 140)],
            "甄示例",
        ),
        ("buyer_name", [("购软", 100, 100), ("甄示例", 400, 100), (ID_NUMBER, 400, 140)], "甄示例"),
        ("buyer_name", [("一、机动车归甄示例所有，限十日内办理。", 100, 100)], "甄示例"),
        ("reg_cert_no", [("编号：318500767168", 100, 100)], "318500767168"),
        (
            "engine_no",
            [("原发动机号", 100, 100), ("8A1", 400, 100), ("现发动机号", 100, 140), ("9E2394", 400, 140)],
            "9E2394",
        ),
        (
            "passport_no",
            [("Passport No. / No. du passeport", 900, 100), ("NL4072196", 900, 140)],
            "NL4072196",
        ),
        ("passport_no", [("NL40721961XNL8102140M3306013<<<<<<<<<<4", 100, 900)], "NL4072196"),
        (
            "insure_to",
            [("保险期间", 100, 100), ("自2023年02月04日零时起至2024年02月03日止", 400, 100)],
            "2024年02月03日",
        ),
        ("id_valid_to", [("2019.08.21-2039.08.21", 100, 100)], "2039.08.21"),
        (
            "issue_date",
            [("出厂日期", 100, 700), ("2020-01-02", 400, 700), ("2021年3月5日", 900, 800)],
            "2021年3月5日",
        ),
        (
            "mortgagee_name",
            [("四、抵押权人/典当行信息", 100, 100), ("姓名/名称", 100, 200), ("示例典当有限公司", 400, 200)],
            "示例典当有限公司",
        ),
        (
            "agent_id_number",
            [
                ("二、代理人信息", 100, 100),
                ("姓名", 100, 200),
                ("居民身份证号码", 100, 260),
                (ID_NUMBER, 500, 260),
            ],
            ID_NUMBER,
        ),
    ],
)
def test_values_are_found(
    finder: FieldFinder, code: str, texts: list[tuple[str, float, float]], value: str
) -> None:
    finding = found(finder, code, *(line(*text) for text in texts))
    assert finding is not None
    assert finding.value == value
    assert len(finding.characters) >= len(value)


@pytest.mark.parametrize("label", ["车架号：LSVA", "车架号："])
def test_a_sign_in_two_boxes_that_touch_counts_once(finder: FieldFinder, label: str) -> None:
    beside = line(label, 100, 100)
    first = beside if label.endswith("A") else line("LSVA", beside.box[1][0] + 40, 100)
    edge = first.box[1][0]
    finding = found(finder, "vin", beside, first, line(VIN[3:], edge - 4, 100))
    assert finding is not None and finding.value == VIN
    apart = found(finder, "vin", beside, first, line(VIN[3:], edge + 60, 100))
    assert apart is not None and apart.valid is False


def test_a_whole_number_does_not_go_on_in_the_next_line(finder: FieldFinder) -> None:
    finding = found(finder, "plate_no", line("号牌号码沪AD1234", 160, 100), line("5座，合格", 100, 140))
    assert finding is not None and finding.value == "沪AD1234"


def test_a_value_in_a_column_does_not_go_on_below_its_label(finder: FieldFinder) -> None:
    table = [line("车架号LSVAG2186E21", 100, 100), line("12", 900, 100), line("00001", 100, 140)]
    finding = found(finder, "vin", *table)
    assert finding is None or finding.valid is False


def test_a_name_above_a_number_that_is_another_partys_is_not_the_buyers(finder: FieldFinder) -> None:
    lines = [
        line("销货单位名称", 100, 100),
        line("示例汽车有限公司", 400, 100),
        line("91310000MA1TEST016", 400, 140),
    ]
    assert found(finder, "buyer_name", *lines) is None


def test_a_section_ends_where_the_next_begins(finder: FieldFinder) -> None:
    sections = [line("三、代理人信息", 100, 100), line("四、抵押权人信息", 100, 200)]
    assert found(finder, "agent_name", *sections, line("姓名", 100, 300), line("甄示例", 400, 300)) is None


def test_another_label_counts_only_where_the_fields_own_is_not_found(finder: FieldFinder) -> None:
    applicant = [line("申请人", 100, 100), line("甄示例", 400, 100)]
    owner = [line("机动车所有人", 100, 400), line("示例有限公司", 400, 400)]
    alone, both = found(finder, "owner_name", *applicant), found(finder, "owner_name", *applicant, *owner)
    assert alone is not None and alone.value == "甄示例"
    assert both is not None and both.value == "示例有限公司"


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


def test_anothers_number_is_not_taken_for_one_that_was_misread(finder: FieldFinder) -> None:
    misread, another = ID_NUMBER[:-1] + "7", "11010519491231002X"
    finding = found(
        finder, "id_number", line("身份证号", 100, 100), line(misread, 300, 100), line(another, 100, 140)
    )
    assert finding is not None and finding.value == misread


def test_the_same_number_elsewhere_counts_where_the_labelled_one_was_misread(finder: FieldFinder) -> None:
    misread = ID_NUMBER[:-1] + "7"
    finding = found(
        finder, "id_number", line("身份证号", 100, 100), line(misread, 300, 100), line(ID_NUMBER, 900, 900)
    )
    assert finding is not None and finding.value == ID_NUMBER


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("vin", "本页没有编号"),
        ("owner_name", "机动车所有人"),
        ("owner_name", "本人是机动车所有人"),
        ("owner_name", "机动车所有人 性别 民族"),
        ("uscc", "统一社会信用代码/身份证明号码310101199001010012"),
        ("id_number", "发票号码26317000000123456789"),
        ("buyer_name", "发票联（购货单位付款凭证）"),
        ("mortgagee_name", "四、抵押权人/典当行信息"),
        ("agent_name", "委托人对代理人的承诺"),
        ("passport_no", "NL40721961XNL8102141M3306013<<<<<<<<<<4"),
        ("first_issue_date", "初次领证日期2017-08-2"),
        ("license_class", "准驾车型 C1ass"),
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


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("plate_no", "户AD93229"),
        ("plate_no", "PNZ70U2"),
        ("vin", f"{VIN[1:]}*"),
        ("id_number", "31010119900101S012"),
    ],
)
def test_lines_worth_reading_again(code: str, text: str) -> None:
    assert second_look.NEARLY[code].fullmatch(text)


@pytest.mark.parametrize("text", ["机动车所有人", "ABCDEFGHIJKLMNOPQ", "13800000000", "2026年3月5日"])
def test_lines_not_worth_reading_again(text: str) -> None:
    assert not any(form.fullmatch(text) for form in second_look.NEARLY.values())


def test_even_light_brings_out_characters_stamped_into_metal() -> None:
    picture = np.repeat(np.linspace(60, 200, 400, dtype=np.float32)[None, :], 200, axis=0)
    picture[90:110, 100:110] -= 12
    picture[90:110, 300:310] -= 12
    even = second_look.in_even_light(np.repeat(picture.astype(np.uint8)[..., None], 3, axis=2))
    for left in (100, 300):
        assert even[95:105, left + 3 : left + 7].mean() < 0.7 * even[95:105, left - 40 : left - 20].mean()


def test_a_plate_on_a_car_that_stands_askew_is_set_upright() -> None:
    page = np.full((400, 600, 3), 90, dtype=np.uint8)
    # A plate whose line falls by 20 pixels on 80, its sides upright, with one mark at each end.
    corners = np.array([[200, 150], [280, 170], [280, 200], [200, 180]], dtype=np.int32)
    cv2.fillConvexPoly(page, corners, (200, 60, 20))
    cv2.rectangle(page, (206, 160), (210, 174), (255, 255, 255), -1)
    cv2.rectangle(page, (270, 176), (274, 190), (255, 255, 255), -1)
    quad = np.asarray(cv2.boxPoints(cv2.minAreaRect(corners)), dtype=np.float32)
    front = second_look.from_the_front(page, geometry.order_corners(quad[None])[0])
    rows = [
        np.flatnonzero(half.min(axis=2).max(axis=1) > 230) for half in np.split(front[:, :210], 2, axis=1)
    ]
    assert abs(rows[0].mean() - rows[1].mean()) < 5
    assert front.shape[1] / front.shape[0] == pytest.approx(3.3, abs=0.1)


def test_without_a_validator_a_field_is_neither_valid_nor_invalid(catalogue: MaterialCatalogue) -> None:
    finding = found(FieldFinder(catalogue, {}), "vin", line(f"车辆识别代号{VIN}", 100, 100))
    assert finding is not None and finding.valid is None


_SCRAPS: tuple[str, ...] = (
    "",
    "：",
    " ",
    "□",
    "☑",
    "√",
    "2024年",
    "10月",
    "A",
    "0",
    VIN,
    ID_NUMBER,
    "沪A12345",
    "有限公司",
    "（",
    "）",
)
_SCRAPS += ("代理人", "No.", "¥", "元", "分", "第", "号", "-", "/", "<<<", "P<CHN", "…")


@pytest.mark.parametrize("seed", range(4))
def test_no_lines_however_odd_are_an_error(finder: FieldFinder, seed: int) -> None:
    """Empty lines, labels without values and values without labels, anywhere: each value found was read."""
    rng = np.random.default_rng(seed)
    labels = sorted({label for rule in RULES.values() for label in (*rule.labels, *rule.others)})
    for _ in range(60):
        texts = [
            "".join(rng.choice(labels if rng.random() < 0.35 else _SCRAPS) for _ in range(rng.integers(0, 5)))
            for _ in range(rng.integers(0, 14))
        ]
        lines = [
            line(each, rng.uniform(0, 1500), rng.uniform(0, 2200), rng.uniform(1, 60), rng.random())
            for each in texts
        ]
        for finding in finder.find(tuple(RULES), lines, WIDTH, HEIGHT):
            assert finding.value
            assert 0 <= finding.confidence <= 1
