"""The generator of fictitious scans, through its public doors: write_cases, render, identity."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from PIL import Image

from ocr.synthetic import (
    cases,
    figures,
    fonts,
    hardship,
    identity,
    papers,
    rendering,
    scanner,
    sheets,
    strangers,
    wording,
)
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.page import Layout, Truth

CATALOGUE = Path(__file__).parents[2] / "bpmn" / "catalogue"
CASES, SEED = 10, 20
ENTRIES = {
    entry["code"]: entry
    for entry in yaml.safe_load((CATALOGUE / "materials.yaml").read_text(encoding="utf-8"))["materials"]
}
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


def known_fields(materials: Iterable[str]) -> set[str]:
    return {field["code"] for code in materials for field in ENTRIES[code]["fields"]}


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
            assert min(page.size) > 350  # a portrait from a camera
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
        if pattern["id"] in ("civil_7", "nev_small", "training", "police", "hk_mo")
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


LAYOUTS = [(code, layout) for code, layouts in papers.LAYOUTS.items() for layout in layouts]


@cache
def drawn(layout: Layout) -> tuple[tuple[Truth, float, float], ...]:
    """What the layout tells for three cases, one of each item, with the width and height of its page."""
    items = ("V-REG-01", "V-TRF-01", "D-REN-08")
    pages = [
        layout(an_identity(item, seed), 60, np.random.default_rng(seed)) for seed, item in enumerate(items)
    ]
    return tuple((page.truth, page.width, page.height) for page in pages)


@pytest.mark.parametrize(("code", "layout"), LAYOUTS, ids=[layout.__name__ for _, layout in LAYOUTS])
def test_a_layout_says_what_it_carries_and_where(code: str, layout: Layout) -> None:
    for truth, width, height in drawn(layout):
        assert code in truth.materials
        assert set(truth.materials) <= set(ENTRIES)
        assert set(truth.fields) <= known_fields(truth.materials)
        assert set(truth.boxes) <= set(truth.fields)
        for left, top, right, bottom in truth.boxes.values():
            assert -1 <= left < right <= width + 1 and -1 <= top < bottom <= height + 1


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_the_layouts_of_a_type_show_all_its_required_fields(code: str) -> None:
    """Together: one side of a card shows one half of them."""
    shown = {
        field for layout in papers.LAYOUTS[code] for truth, _, _ in drawn(layout) for field in truth.fields
    }
    assert {field["code"] for field in ENTRIES[code]["fields"] if field["required"]} <= shown


@pytest.mark.parametrize("code", sorted(ENTRIES))
def test_what_measures_was_never_trained_on(code: str) -> None:
    shares = papers.split(code)
    names = [layout.__name__ for share in shares.values() for layout in share]
    assert len(set(names)) == len(names)
    assert shares["calibrate"] and shares["measure"]
    assert {*names} == {layout.__name__ for layout in papers.LAYOUTS[code]}
    assert len(names) >= (4 if ENTRIES[code]["tier"] == 1 else 2)


# Figures measured on these can be compared only while they stay the ones that nothing was trained on.
HELD_OUT = {
    "M-IP-03": ("rubbing_film", "rubbing_both_numbers"),
    "M-IP-04": ("front_left_photo_bare", "front_left_photo_print"),
    "M-IP-05": ("rear_right_photo_bare", "rear_right_photo_print"),
    "M-IP-06": ("vin_photo_print", "vin_photo_pair"),
    "M-IP-07": ("part_photo_print", "part_photo_pair"),
    "M-IP-08": ("other_photo_print", "other_photo_pair"),
    "M-DR-03": ("portrait_barcode_receipt", "portrait_collection_sheet"),
    "M-LC-03": ("plates_destroyed_record", "plates_photo_bare"),
}
HELD_OUT_STRANGERS = {
    "calibrate": "work_proof train_ticket stock_record permit_other commercial_insurance random_slip ruled_paper "
    "street_map objects court_summons exit_entry_application etc_agreement questionnaire paying_in_slip "
    "accounting_voucher work_badge disability_card ecg_strip colour_plates music_sheet navigation_screen "
    "printer_test_page keys_on_glass",
    "measure": "timetable manual driving_school_ad traffic_ticket graduation_admission random_card stamped_blank "
    "floor_plan building figure company_application arrival_card accident_survey towing_slip cheque money_receipt "
    "hotel_folio air_itinerary lottery_ticket blood_donation xray_film road_sign_chart machine_drawing "
    "transfer_screen",
}


@pytest.mark.parametrize("code", sorted(HELD_OUT))
def test_new_layouts_to_train_on_leave_the_held_out_ones_alone(code: str) -> None:
    shares = papers.split(code)
    assert tuple(layout.__name__ for layout in shares["calibrate"] + shares["measure"]) == HELD_OUT[code]
    assert len(shares["train"]) >= 3


@pytest.mark.parametrize("share", ["calibrate", "measure"])
def test_new_strangers_to_train_on_leave_the_held_out_ones_alone(share: papers.Split) -> None:
    assert strangers.SPLIT[share] == tuple(HELD_OUT_STRANGERS[share].split())


def test_a_stranger_to_train_on_bears_no_title_of_one_held_out() -> None:
    said = wording.strangers()
    trained = {
        title
        for name in strangers.SPLIT["train"]
        for variant in (*said.get(name, ()), *strangers.NEIGHBOURS.get(name, ()))
        for title in variant.titles
        if "<" not in title
    }
    # A proof of income stands among the calibration kinds as well: one title of nine.
    trained -= {"收入证明"}
    for name in " ".join(HELD_OUT_STRANGERS.values()).split():
        written = {title for variant in said.get(name, ()) for title in variant.titles}
        pages = [
            strangers.STRANGERS[name](an_identity(seed=s), 50, np.random.default_rng(s)) for s in range(4)
        ]
        drawn = {text.replace("　", "") for page in pages for text, _ in page.truth.printed}
        assert not trained & (written if written else drawn), name


@pytest.mark.parametrize("name", sorted(strangers.STRANGERS))
def test_every_stranger_draws_and_proves_nothing(name: str) -> None:
    for seed in range(3):
        page = strangers.STRANGERS[name](an_identity(seed=seed), 50, np.random.default_rng(seed))
        assert page.truth.materials == [strangers.UNKNOWN]
        assert not page.truth.fields
        assert np.asarray(page.image).std() > 1


def test_a_layout_has_one_name_and_one_type() -> None:
    assert len({layout.__name__ for _, layout in LAYOUTS}) == len(LAYOUTS)


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


CROOKED = replace(
    scanner.CLEAN,
    skew=5.0,
    scale=0.85,
    shift=(0.02, -0.01),
    corners=((0.03, 0.02), (-0.02, 0.01), (-0.04, -0.02), (0.01, -0.03)),
    lid=(255, 255, 255),
)


def test_placement_says_where_the_scan_shows_a_point() -> None:
    sheet = Image.new("RGB", (800, 1000), "white")
    sheet.paste((0, 0, 0), (300, 400, 340, 420))
    scanned = np.asarray(scanner.scan(sheet, CROOKED, np.random.default_rng(1), 100).convert("L"))
    rows, columns = np.nonzero(scanned < 128)
    corners = np.array([[(300.0, 400.0), (340.0, 400.0), (340.0, 420.0), (300.0, 420.0)]])
    placed = cv2.perspectiveTransform(corners, scanner.placement(CROOKED, 800, 1000))[0]
    assert np.abs(placed.min(axis=0) - (columns.min(), rows.min())).max() < 3
    assert np.abs(placed.max(axis=0) - (columns.max(), rows.max())).max() < 3
    assert np.abs(placed.mean(axis=0) - (320, 410)).max() > 5


def test_boxes_and_regions_follow_the_sheet() -> None:
    _, flat = rendering.render("M-FM-01", an_identity(), 5, profile=scanner.CLEAN, dpi=60)
    _, truth = rendering.render("M-FM-01", an_identity(), 5, profile=CROOKED, dpi=60)
    assert flat.regions == (("M-FM-01", (0.0, 0.0, 1.0, 1.0)),)
    ((code, region),) = truth.regions
    assert code == "M-FM-01"
    assert 0.02 < region[0] < region[2] < 0.99 and 0.02 < region[1] < region[3] < 0.99
    assert truth.boxes["vin"] != flat.boxes["vin"]


def test_same_seed_same_hard_scan() -> None:
    first, second, other = (
        rendering.render("M-LC-02", an_identity(), seed, difficulty="hard") for seed in (3, 3, 4)
    )
    assert first[1] == second[1]
    assert first[0].tobytes() == second[0].tobytes() != other[0].tobytes()


def test_typical_scans_are_gentle_and_hard_ones_show_every_hardship() -> None:
    rng = np.random.default_rng(1)
    typical = [scanner.draw_profile(rng) for _ in range(600)]
    assert all(abs(p.skew) <= 1.5 and 40 <= p.quality <= 85 and p.corners is None for p in typical)
    assert 0.08 < np.mean([p.mode == "grey" for p in typical]) < 0.18
    hard = [scanner.draw_profile(rng, "hard") for _ in range(600)]
    known = {*hardship.MARKS, *hardship.PAPER, *hardship.COPIER, *hardship.LIGHT}
    assert {name for p in hard for name, _ in p.effects} == known
    assert {p.mode for p in hard} == {"colour", "grey", "bilevel", "threshold", "dither"}
    assert max(abs(p.skew) for p in hard) > 4
    assert len({*hard}) == len(hard)  # frozen, hashable, drawn anew each time


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    layout = papers.LAYOUTS["M-FM-01"][0]
    return layout(an_identity(), 100, np.random.default_rng(2)).image


@pytest.mark.parametrize("mode", ["colour", "grey"])
@pytest.mark.parametrize(
    "name", sorted({*hardship.MARKS, *hardship.PAPER, *hardship.COPIER, *hardship.LIGHT})
)
def test_each_hardship_shows_and_leaves_the_page_recognisable(
    sheet: Image.Image, name: str, mode: str
) -> None:
    profile = scanner.Profile(mode=mode, noise=0.0)
    without, marked = (
        np.asarray(scanner.scan(sheet, p, np.random.default_rng(7), 100), np.int16)
        for p in (profile, replace(profile, effects=((name, 0.8),)))
    )
    assert marked.shape == without.shape == (sheet.height, sheet.width, 3)
    difference = np.abs(marked - without)
    assert difference.max() > 10
    assert difference.mean() < 75


@pytest.mark.parametrize("mode", ["threshold", "dither"])
def test_one_bit_is_one_bit(sheet: Image.Image, mode: str) -> None:
    scanned = scanner.scan(sheet, scanner.Profile(mode=mode), np.random.default_rng(1), 100)
    pixels = np.asarray(scanned)
    assert set(np.unique(pixels)) == {0, 255}
    assert 0.02 < (pixels == 0).mean() < 0.4


def faulty_scan(sheet: Image.Image, kind: scanner.FaultKind, seed: int) -> np.ndarray:
    profile = scanner.faulty(scanner.CLEAN, kind, np.random.default_rng(seed))
    return np.asarray(scanner.scan(sheet, profile, np.random.default_rng(1), 100).convert("L"))


@pytest.mark.parametrize("seed", range(6))
def test_a_fault_cannot_be_overlooked(sheet: Image.Image, seed: int) -> None:
    sound = np.asarray(scanner.scan(sheet, scanner.CLEAN, np.random.default_rng(1), 100).convert("L"))
    sharp = cv2.Laplacian(cv2.GaussianBlur(sound, (3, 3), 0), cv2.CV_64F).var()
    blurred = cv2.Laplacian(
        cv2.GaussianBlur(faulty_scan(sheet, "blurred", seed), (3, 3), 0), cv2.CV_64F
    ).var()
    assert blurred < sharp / 5
    dark = faulty_scan(sheet, "dark", seed)
    assert np.percentile(dark, 99) - np.percentile(dark, 1) < 70
    height, width = sound.shape
    for kind in ("skewed", "turned"):
        profile = scanner.faulty(scanner.CLEAN, kind, np.random.default_rng(seed))
        assert abs(profile.skew) > 3 or profile.rotation in (90, 180, 270)
    coarse = faulty_scan(sheet, "low_dpi", seed)
    assert coarse.shape[0] < height * 0.8 and coarse.shape[1] < width * 0.8


@pytest.mark.parametrize("code", ["M-FM-01", "M-ID-01", "M-LC-02"])
@pytest.mark.parametrize("seed", range(6))
def test_a_cut_page_has_lost_some_of_what_it_says(code: str, seed: int) -> None:
    layout = papers.LAYOUTS[code][0]
    page = layout(an_identity("V-TRF-01"), 100, np.random.default_rng(seed))
    profile = scanner.faulty(replace(scanner.CLEAN, skew=1.0), "cut", np.random.default_rng(seed))
    settled = scanner.settled(profile, page.image)
    height, width = page.image.height, page.image.width
    grey = np.asarray(page.image.convert("L"))
    rows, columns = np.nonzero(grey < 190)
    points = np.stack([columns, rows], axis=-1)[None].astype(np.float64)
    x, y = cv2.perspectiveTransform(points, scanner.placement(settled, width, height))[0].T
    lost = ((x < 0) | (x >= width) | (y < 0) | (y >= height)).mean()
    assert 0.01 < lost < 0.6


def test_truth_tells_the_resolution_of_a_coarse_scan() -> None:
    profile = scanner.faulty(scanner.CLEAN, "low_dpi", np.random.default_rng(1))
    image, truth = rendering.render("M-FM-01", an_identity(), 5, profile=profile, dpi=200)
    assert truth.dpi == profile.resolution
    assert truth.dpi < 120
    assert abs(max(image.size) - 297 / 25.4 * truth.dpi) < 4
    for _left, _top, right, bottom in truth.boxes.values():
        assert right <= image.width and bottom <= image.height


@pytest.mark.parametrize("split", ["train", "calibrate", "measure"])
@pytest.mark.parametrize("kind", sheets.KINDS)
def test_a_sheet_of_two_materials_tells_where_each_lies(kind: str, split: papers.Split) -> None:
    _, truth = rendering.render_sheet(
        an_identity("V-TRF-01"), 3, kind=kind, split=split, profile=scanner.CLEAN, dpi=60
    )
    assert truth.materials == tuple(code for code, _ in truth.regions)
    assert len(set(truth.materials)) == 2
    (_, first), (_, second) = truth.regions
    for left, top, right, bottom in (first, second):
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    above, beside = second[1] >= first[3] - 0.005, second[0] >= first[2] - 0.005
    assert above or beside
    for code, fields in zip(truth.materials, truth.region_fields, strict=True):
        assert set(fields) <= known_fields([code])
    assert set().union(*truth.region_fields) == set(truth.fields)


def test_a_split_draws_only_its_own_layouts() -> None:
    for split in ("calibrate", "measure"):
        allowed = {layout.__name__ for layout in papers.split("M-ID-01")[split]}
        drawn = {
            rendering.render("M-ID-01", an_identity(), seed, dpi=40, split=split)[1].layout
            for seed in range(4)
        }
        assert drawn == allowed


def test_a_sign_that_a_family_lacks_is_set_in_another() -> None:
    for role, choice in (("song", 0), ("kai", 0), ("digits", 0), ("digits", 1)):
        assert fonts.face_for("二〇二六年", role, 20, choice).getmask("〇").getbbox() is not None
        chosen = fonts.face_for("二〇二六年", role, 20, choice)
        assert bytes(chosen.getmask("〇")) != bytes(chosen.getmask("\uffff"))


def test_one_page_is_filled_in_by_one_hand() -> None:
    page = papers.LAYOUTS["M-FM-01"][0](an_identity(), 60, np.random.default_rng(3))
    assert page.hand is page.hand


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
