"""The validators against the catalogue's own vectors, and properties that every check digit must have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from records import validators
from records.validators import validate

CATALOGUE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "bpmn/catalogue/materials.yaml").read_text(encoding="utf-8")
)
TODAY = dt.date(2026, 6, 30)
VECTORS = [
    (name, value, kind == "valid")
    for name, rule in CATALOGUE["validators"].items()
    for kind, values in rule.get("vectors", {}).items()
    for value in values
]


def citizen_number(area: int, born: dt.date, serial: int) -> str:
    body = f"{area:06d}{born:%Y%m%d}{serial:03d}"
    total = sum(int(sign) * (2 ** (17 - place) % 11) for place, sign in enumerate(body))
    return body + "10X98765432"[total % 11]


citizen_numbers = st.builds(
    citizen_number,
    st.integers(110000, 659999),
    st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)),
    st.integers(0, 999),
)


def test_every_validator_of_the_catalogue_is_in_the_table() -> None:
    assert set(CATALOGUE["validators"]) == set(validators.TABLE)
    used = {field["validator"] for field in CATALOGUE["field_dictionary"].values() if "validator" in field}
    assert used <= set(validators.TABLE)


@pytest.mark.parametrize(("name", "value", "good"), VECTORS)
def test_vectors_of_the_catalogue(name: str, value: str, good: bool) -> None:
    verdict = validate(name, value, TODAY)
    assert verdict.ok is good
    assert bool(verdict.reason) is not good


def test_an_unknown_validator_is_an_error() -> None:
    with pytest.raises(KeyError):
        validate("vim", "LSVAG2186E2100001", TODAY)


@pytest.mark.parametrize(
    ("name", "value", "soft"),
    [
        ("vin", "LSVAG2181E2100001", True),  # check digit only
        ("vin", "LSVAG2186E210000O", False),  # a letter that no VIN has
        ("vin", "LSVAG2186E210000", False),  # too short
        ("cn_id", "310101900101001", True),  # 15 digits, historical
        ("cn_id", "310101901301001", False),  # ... with a thirteenth month
        ("cn_id", "31010119900101001X", False),
        ("cn_id", "310101209901010010", False),  # born after today
        ("plate_no", "沪A1234O", True),
        ("plate_no", "使123456", True),
        ("plate_no", "天A12345", False),
        ("uscc", "D2143569-X", True),
        ("reg_cert_no", "31001234", True),  # the rule is unverified
        ("invoice_no", "123", False),
        ("date", "2030-01-01", True),
        ("date", "1911-10-10", True),
        ("date", "2026-02-29", False),
        ("date", "星期一", False),
        ("name", "李", False),
        ("phone", "12345678901", False),
    ],
)
def test_soft_failures_are_told_from_hard_ones(name: str, value: str, soft: bool) -> None:
    verdict = validate(name, value, TODAY)
    assert not verdict.ok
    assert verdict.soft is soft


@pytest.mark.parametrize(
    ("name", "value", "normal"),
    [
        ("vin", " lsvag2186e210000o ", "LSVAG2186E2100000"),
        ("vin", "LSVAG2I86E21OQ001", "LSVAG2186E2100001"),
        ("plate_no", "沪A·12345", "沪A12345"),
        ("plate_no", "沪A1234O", "沪A12340"),
        ("plate_no", "沪AD12345", "沪AD12345"),
        ("cn_id", "11010519491231002x", "11010519491231002X"),
        ("org_code", "D2143569-X", "D2143569X"),
        ("name", "演示 （上海）有限公司", "演示(上海)有限公司"),
        ("name", "阿不都·示例", "阿不都·示例"),
        ("date", "2026年3月5日", "2026-03-05"),
        ("date", "2026.03.05", "2026-03-05"),
        ("date", "20260305", "2026-03-05"),
        ("date", "2026-03", "2026-03"),
        ("date", "长期", "9999-12-31"),
        ("amount_cn", "¥120,000.5", "120000.50"),
        ("engine_no", "*g4kd123456*", "*G4KD123456*"),
    ],
)
def test_normal_forms(name: str, value: str, normal: str) -> None:
    assert validate(name, value, TODAY).normal == normal


@given(citizen_numbers)
def test_a_made_citizen_number_is_right(number: str) -> None:
    assert validate("cn_id", number, TODAY).ok


@given(citizen_numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_changed_digit_of_a_citizen_number_is_always_caught(number: str, place: int, step: int) -> None:
    digit = number[place]
    changed = "0123456789"[(int(digit) + step) % 10] if digit != "X" else str(step)
    assert not validate("cn_id", number[:place] + changed + number[place + 1 :], TODAY).ok


@given(citizen_numbers, st.integers(0, 16))
def test_two_swapped_digits_of_a_citizen_number_are_always_caught(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or not validate("cn_id", swapped, TODAY).ok


@given(
    st.sampled_from(["91350100M000100Y43", "91310000MA1FL0000N"]),
    st.integers(0, 17),
    st.sampled_from("0123456789"),
)
def test_one_changed_character_of_a_credit_code_is_caught(code: str, place: int, sign: str) -> None:
    changed = code[:place] + sign + code[place + 1 :]
    assert changed == code or not validate("uscc", changed, TODAY).ok


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=17, max_size=17))
def test_exactly_one_check_digit_fits_a_vin(signs: str) -> None:
    fitting = [digit for digit in "0123456789X" if validate("vin", signs[:8] + digit + signs[9:], TODAY).ok]
    assert len(fitting) == 1


@given(st.sampled_from(sorted(validators.TABLE)), st.text(max_size=40))
def test_no_text_breaks_a_validator_and_a_normal_form_is_stable(name: str, text: str) -> None:
    verdict = validate(name, text, TODAY)
    assert verdict.ok == (verdict.reason == "")
    assert not (verdict.ok and verdict.soft)
    if verdict.ok:
        assert validate(name, verdict.normal, TODAY).normal == verdict.normal
