"""Data sets from rechecks: what was confirmed, what is left out, which side it is on."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa
from PIL import Image

from handlers import datasets
from records import audit, learning
from records.audit import AuditEntry
from records.people import SYSTEM
from tests.handlers.learning.conftest import (
    DRIVER,
    archive,
    build,
    confirm,
    correct,
    hand_in,
    lines,
    page_of,
)


def test_a_data_set_holds_what_was_confirmed_and_corrected_beside_what_was_predicted(office):
    record_id = hand_in(office, **{"M-FM-05": {"fields": {"person_name": "张二", "phone": "13000000000"}}})
    office.complete(record_id, disposition="override")  # the name read is not the subject's
    office.complete(record_id, authorisation="granted")
    correct(office, record_id, 1, "person_name", "张三")
    confirm(office, record_id, 3, "M-OT-01")
    archive(office, record_id)

    made = build(office)
    first, second, third = lines(office, made)
    assert (made.version, made.pages, made.cases, made.corrected) == (1, 3, 1, 2)
    assert first["recogniser"] == "scripted-1" and first["materials"][0]["confirmed"] == "M-FM-05"
    fields = {each["code"]: each for each in first["fields"]}
    assert (fields["person_name"]["read"], fields["person_name"]["confirmed"]) == ("张二", "张三")
    assert fields["person_name"]["confirmed_by"] == "person"
    assert second["materials"][0]["predicted"] == second["materials"][0]["confirmed"] == "M-ID-01"
    said = third["materials"][0]
    assert (said["predicted"], said["confirmed"], said["confirmed_by"]) == ("M-DR-03", "M-OT-01", "person")
    path = office.house.settings.datasets / made.name
    assert path.stat().st_mode & 0o077 == 0
    assert learning.faults(office.house.settings.datasets, made) is None
    with office.house.sessions() as session:
        assert session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "data_set.built"))
        assert audit.verify(session).ok


def test_a_version_holds_only_what_is_new_and_is_never_changed(office):
    archive(office, hand_in(office))
    first = build(office)
    with pytest.raises(datasets.NothingNew):
        build(office)
    archive(office, hand_in(office))
    second = build(office)
    assert (first.version, second.version, second.cases) == (1, 2, 1)
    assert {each["page"] for each in lines(office, first)}.isdisjoint(
        each["page"] for each in lines(office, second)
    )
    path = office.house.settings.datasets / first.name
    path.write_bytes(path.read_bytes().replace(b"M-ID-01", b"M-ID-02"))
    assert "被改动" in learning.faults(office.house.settings.datasets, first)
    path.unlink()
    assert "不存在" in learning.faults(office.house.settings.datasets, first)


def test_withdrawn_superseded_and_disputed_pages_are_left_out(office):
    gone = hand_in(office, **{"M-FM-05": {"blurred": True}})
    office.complete(gone, disposition="withdraw")
    kept = hand_in(office, **{"M-FM-05": {"fields": {"phone": "13000000000"}}})
    correct(office, kept, 1, "phone", "13000000001", who=0)
    correct(office, kept, 1, "phone", "13000000002", who=1)
    confirm(office, kept, 2, "M-OT-01", who=0)
    confirm(office, kept, 2, "M-ID-01", who=1)
    archive(office, kept)
    made = build(office)
    assert [each["materials"][0]["confirmed"] for each in lines(office, made)] == ["M-DR-03"]
    assert made.left_out["disputed"] == 2 and made.cases == 1


def test_who_changes_their_own_mind_disputes_nothing(office):
    record_id = hand_in(office, **{"M-FM-05": {"fields": {"phone": "13000000000"}}})
    correct(office, record_id, 1, "phone", "13000000001", who=0)
    correct(office, record_id, 1, "phone", "13000000002", who=0)
    archive(office, record_id)
    made = build(office)
    values = {each["code"]: each["confirmed"] for each in lines(office, made)[0]["fields"]}
    assert made.pages == 3 and values["phone"] == "13000000002"


def test_a_vehicle_is_never_on_both_sides(office):
    """Two records of one driver go together; the same image in files on both sides is left out."""
    sides = {}
    for number in range(60):
        name = f"driver:D{number}"
        sides.setdefault(learning.is_held_out(name, 50), []).append(f"D{number}")
    trains, measures = sides[False][0], sides[True][0]
    twice = [hand_in(office, {**DRIVER, "id_number": trains}) for _ in range(2)]
    other = hand_in(office, {**DRIVER, "id_number": measures})
    with office.house.sessions.begin() as session:  # the second record carries the same scan as the third
        page_of(session, twice[1], 2).sha256 = page_of(session, other, 2).sha256
    for record_id in (*twice, other):
        archive(office, record_id)
    made = build(office, percent=50)
    by_side = Counter(each["held_out"] for each in lines(office, made))
    assert by_side == {False: 5, True: 2}
    assert made.left_out["image_on_other_side"] == 2 and made.held_out == 2


def test_an_export_has_the_images_and_the_last_word_and_is_on_the_trail(office, tmp_path):
    archive(office, hand_in(office))
    build(office)
    target = tmp_path / "out"
    settings = office.house.settings
    count = datasets.export(office.house.sessions, office.context.store, SYSTEM, settings.datasets, target)
    told = [json.loads(line) for line in (target / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert count == len(told) == 3
    for each in told:
        with Image.open(target / each["image"]) as opened:
            assert json.loads(opened.info["comment"])["code"] == each["materials"][0]["confirmed"]
    with office.house.sessions() as session:
        assert session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "data_set.exported"))
    with pytest.raises(learning.DataSetMissing):
        datasets.export(office.house.sessions, office.context.store, SYSTEM, settings.datasets, target, 7)


def test_what_is_learned_from_is_what_the_model_said_and_not_what_the_case_made_of_it(office):
    weighed = {"code": "M-OT-02", "chance": 0.6, "alternatives": {"M-ID-01": 0.3}}
    archive(office, hand_in(office, **{"M-ID-01": weighed}))
    made = build(office)
    _, second, _ = lines(office, made)
    (said,) = second["materials"]
    assert (said["predicted"], said["confidence"], said["confirmed"]) == ("M-OT-02", 0.6, "M-ID-01")
    assert made.corrected == 1
