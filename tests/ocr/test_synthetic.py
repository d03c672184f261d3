"""The generator of fictitious scans, through its public doors: write_cases, render, identity."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from ocr.synthetic import cases, figures, identity, papers, rendering, scanner
from ocr.synthetic.amounts import in_capitals

CATALOGUE = Path(__file__).parents[2] / "bpmn" / "catalogue"
CASES, SEED = 10, 20
KEYS = {"transaction_number", "item", "subject", "office", "channel", "accepted_at"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[cases.CaseTruth]]:
    target = tmp_path_factory.mktemp("cases")
    return target, cases.write_cases(target, CASES, SEED, faulty=0.7)


@pytest.fixture(scope="module")
def materials() -> dict:
    return yaml.safe_load((CATALOGUE / "materials.yaml").read_text(encoding="utf-8"))


def an_identity(item: str = "V-REG-01", seed: int = 4) -> identity.Identity:
    accepted = datetime(2026, 11, 18, 10, 5, tzinfo=identity.BEIJING_TIME)
    return identity.invent(np.random.default_rng(seed), item, accepted, 17)


def submission(case: cases.CaseTruth) -> dict:
    return json.loads((case.folder / "case.json").read_text(encoding="utf-8"))


def test_truth_lists_every_page_and_every_page_opens(written: tuple[Path, list[cases.CaseTruth]]) -> None:
    target, made = written
    lines = [json.loads(line) for line in (target / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    on_disk = sorted(path.relative_to(target).as_posix() for path in target.glob("*/*.jpg"))
    assert sorted(line["file"] for line in lines) == on_disk
    for line in lines:
        with Image.open(target / line["file"]) as page:
            page.load()
            assert page.format == "JPEG"
            assert page.info["dpi"] == (line["dpi"], line["dpi"])
            assert min(page.size) > 800
    assert {path.name for case in made for path in case.folder.iterdir()} <= {
        "case.json",
        *(f"{number:03d}.jpg" for number in range(1, 20)),
    }


def test_case_json_keeps_the_contract(written: tuple[Path, list[cases.CaseTruth]], materials: dict) -> None:
    _, made = written
    for case in made:
        told = submission(case)
        assert set(told) == KEYS
        assert told["transaction_number"] == case.folder.name
        assert re.fullmatch(r"[0-9A-Z]{13}", told["transaction_number"])
        assert told["item"] in cases.ITEMS
        assert set(told["subject"]) <= set(materials["field_dictionary"])
        assert datetime.fromisoformat(told["accepted_at"]).utcoffset() == timedelta(hours=8)
    assert Counter(submission(case)["channel"] for case in made) == {"counter": 8, "batch": 2}
    assert len({case.transaction_number for case in made}) == CASES


def test_numbers_satisfy_the_catalogue(written: tuple[Path, list[cases.CaseTruth]], materials: dict) -> None:
    _, made = written
    rules = materials["validators"]
    plates = [
        re.compile(pattern["regex"].replace("{P}", rules["plate_no"]["province"]))
        for pattern in rules["plate_no"]["patterns"]
        if pattern["id"] in ("civil_7", "nev_small")
    ]
    for subject in (submission(case)["subject"] for case in made):
        assert re.fullmatch(rules["cn_id"]["regex"], subject["id_number"])
        assert identity.citizen_check_digit(subject["id_number"]) == subject["id_number"][-1]
        if "vin" in subject:
            assert re.fullmatch(rules["vin"]["regex"], subject["vin"])
            assert identity.vin_check_digit(subject["vin"]) == subject["vin"][8]
            assert any(plate.match(subject["plate_no"]) for plate in plates)
        else:
            assert re.fullmatch(rules["file_no"]["regex"], subject["file_no"])
            assert re.fullmatch(rules["license_class"]["regex"], subject["license_class"])


def test_check_digits_agree_with_the_catalogues_vectors(materials: dict) -> None:
    rules = materials["validators"]
    for vin in rules["vin"]["vectors"]["valid"]:
        assert identity.vin_check_digit(vin) == vin[8]
    for number in rules["cn_id"]["vectors"]["valid"]:
        assert identity.citizen_check_digit(number) == number[-1]
    for code in rules["uscc"]["vectors"]["valid"]:
        assert identity.credit_check_character(code) == code[-1]
    for code in rules["org_code"]["vectors"]["valid"]:
        assert identity.organisation_check_character(code) == code[-1]


def test_truth_uses_the_catalogues_codes(
    written: tuple[Path, list[cases.CaseTruth]], materials: dict
) -> None:
    _, made = written
    fields = {entry["code"]: {f["code"] for f in entry["fields"]} for entry in materials["materials"]}
    for page in (page for case in made for page in case.pages):
        allowed = set().union(*(fields[code] for code in page.materials)) if page.materials else set()
        assert set(page.fields) <= allowed, page.layout


def test_every_required_field_that_can_be_read_is_in_the_truth(materials: dict) -> None:
    required = {
        entry["code"]: {f["code"] for f in entry["fields"] if f["required"]}
        for entry in materials["materials"]
    }
    for material, layouts in papers.LAYOUTS.items():
        if material == "M-ID-01":  # one layout shows the emblem side alone
            layouts = layouts[:3]
        for layout in layouts:
            item = "V-TRF-01" if material in ("M-LC-01", "M-LC-02", "M-SR-02") else "V-REG-01"
            page = layout(an_identity(item), 100, np.random.default_rng(1))
            assert required[material] <= set(page.truth.fields), layout.__name__


def test_share_and_spread_of_faults(written: tuple[Path, list[cases.CaseTruth]]) -> None:
    _, made = written
    kinds = Counter(case.fault.kind for case in made if case.fault)
    assert kinds == Counter(cases.FAULTS)  # 7 of 10, one of each kind


@pytest.mark.parametrize(("count", "share", "expected"), [(1, 0.2, 0), (2, 0.4, 1)])
def test_share_of_faults_is_exact(tmp_path: Path, count: int, share: float, expected: int) -> None:
    made = cases.write_cases(tmp_path, count, 1, faulty=share)
    assert sum(case.fault is not None for case in made) == expected


def test_a_faulty_case_shows_its_fault_and_nothing_else(written: tuple[Path, list[cases.CaseTruth]]) -> None:
    _, made = written
    for case in made:
        subject = submission(case)["subject"]
        marked = [page for page in case.pages if page.fault]
        if case.fault is None or case.fault.file is None:
            assert not marked
        else:
            assert [page.file for page in marked] == [case.fault.file]
        owner = subject.get("owner_name") or subject["person_name"]
        for page in case.pages:
            seller = {"M-LC-01", "M-LC-02"} & set(page.materials)
            expected = {"vin": subject.get("vin"), "buyer_name": owner, "insured_name": owner}
            if not seller:
                expected |= {"owner_name": owner, "person_name": owner, "id_number": subject["id_number"]}
            differing = {c for c, value in expected.items() if page.fields.get(c, value) != value}
            conflict = case.fault.field if case.fault and case.fault.file == page.file else None
            assert differing == ({conflict} if conflict else set()), (page.file, page.layout)


def test_each_fault_is_what_it_says(written: tuple[Path, list[cases.CaseTruth]]) -> None:
    target, made = written
    faults = {case.fault.kind: (case, case.fault) for case in made if case.fault}
    present = {kind: {m for page in case.pages for m in page.materials} for kind, (case, _) in faults.items()}
    assert faults["missing_material"][1].material not in present["missing_material"]
    assert "M-OT-99" in present["unknown_page"]
    vin = faults["vin_conflict"][1]
    assert vin.shown and vin.expected and vin.shown != vin.expected
    assert identity.vin_check_digit(vin.shown) == vin.shown[8]
    number = faults["id_check_digit"][1]
    assert number.shown and identity.citizen_check_digit(number.shown) != number.shown[-1]
    with Image.open(target / str(faults["blank_page"][1].file)) as page:
        centre = np.asarray(page.convert("L").crop((300, 300, page.width - 300, page.height - 300)))
        assert centre.std() < 8


def test_a_complete_case_holds_every_required_material(written: tuple[Path, list[cases.CaseTruth]]) -> None:
    """Required by the catalogue: always, or a member of each at-least-one group."""
    _, made = written
    catalogue = yaml.safe_load((CATALOGUE / "items.yaml").read_text(encoding="utf-8"))
    items = {entry["code"]: entry for entry in catalogue["items"]}
    for case in (case for case in made if case.fault is None):
        present = {material for page in case.pages for material in page.materials}
        entry = items[case.item]
        always = {m["material"] for m in entry["materials"] if m["required"] == "always"}
        assert always <= present
        assert all(present & set(group["members"]) for group in entry["material_groups"])


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        cases.write_cases(tmp_path / name, 1, 7, faulty=1.0)
    cases.write_cases(tmp_path / "other", 1, 8, faulty=0.5)
    first, second, other = (
        {path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")}
        for name in ("first", "second", "other")
    )
    assert first == second
    assert first != other


def test_cases_end_on_the_last_day_and_never_on_a_weekend(tmp_path: Path) -> None:
    sunday = date(2026, 3, 8)
    heard: list[str] = []
    made = cases.write_cases(tmp_path, 2, 2, last_day=sunday, on_page=heard.append)
    for case in made:
        day = datetime.fromisoformat(submission(case)["accepted_at"]).date()
        assert day < sunday and day.weekday() < 5
    assert sorted(heard) == sorted(page.file for case in made for page in case.pages)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotation_is_the_clockwise_turn_that_rights_the_page(turn: int) -> None:
    upright, _ = rendering.render("M-TX-01", an_identity(), 3, profile=scanner.CLEAN, dpi=100)
    turned, truth = rendering.render(
        "M-TX-01", an_identity(), 3, profile=scanner.Profile(rotation=turn), dpi=100
    )
    assert truth.rotation == turn
    righted = np.asarray(turned.rotate(-turn, expand=True), np.int16)
    assert np.abs(righted - np.asarray(upright, np.int16)).mean() < 1


def test_a_box_holds_the_ink_of_its_value() -> None:
    person = an_identity()
    sheet, truth = rendering.render(
        "M-FM-01", person, 5, layout="vehicle_application_printed", profile=scanner.CLEAN
    )
    left, top, right, bottom = truth.boxes["vin"]
    inside = np.asarray(sheet.convert("L"))[top:bottom, left:right]
    assert (inside < 110).mean() > 0.02
    assert truth.fields["vin"] == person.vehicle.vin


def test_one_person_has_one_face() -> None:
    left, right = an_identity(seed=4), an_identity(seed=4)
    other = an_identity(seed=5)
    faces = [figures.portrait(person.owner.id_number).tobytes() for person in (left, right, other)]
    assert faces[0] == faces[1] != faces[2]


def test_unknown_material_or_layout_is_refused_by_name() -> None:
    with pytest.raises(rendering.MaterialNotDrawn, match="M-XX-99"):
        rendering.render("M-XX-99", an_identity(), 1)
    with pytest.raises(rendering.MaterialNotDrawn, match="nonsense"):
        rendering.render("M-ID-01", an_identity(), 1, layout="nonsense")


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        (128_800, "壹拾贰万捌仟捌佰圆整"),
        (100_500, "壹拾万零伍佰圆整"),
        (9_006, "玖仟零陆圆整"),
        (300_000, "叁拾万圆整"),
        (110_010, "壹拾壹万零壹拾圆整"),
    ],
)
def test_amounts_in_capitals(yuan: int, text: str) -> None:
    assert in_capitals(yuan) == text
