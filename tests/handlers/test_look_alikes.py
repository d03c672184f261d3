"""Pages that look alike are told apart by what their case needs, and a paper that is really missing stays missing."""

import pytest
import sqlalchemy as sa

from handlers import look_alikes
from records import alerts, audit, pages, promise
from records.audit import AuditEntry
from records.people import SYSTEM
from tests.handlers.conftest import REG_01, page
from workflows import intake

FRONT, REAR, PART = "M-IP-04", "M-IP-05", "M-IP-07"
WITHOUT_FRONT = REG_01[:-1]


def lacking(office, record_id):
    with office.house.sessions() as session:
        found = alerts.of_record(session, record_id, "open")
        return [alert.text for alert in found if alert.reason == "MISSING_MATERIAL"]


def materials(office, record_id):
    """The one material of each page, in order."""
    with office.house.sessions() as session:
        current = [each.id for each in pages.current(session, record_id)]
        found = pages.materials(session, current)
        return [found[each][0] for each in current]


def handed_in(office, *photographs):
    """A registration without its left front photograph, but with these pages instead."""
    with_chances = {code: {"chance": chance, "alternatives": others} for code, chance, others in photographs}
    record_id = office.hand_in((*WITHOUT_FRONT, *with_chances), **with_chances)
    office.work()
    return record_id


def test_a_doubtful_look_alike_is_taken_for_the_paper_that_the_case_needs(office):
    record_id = handed_in(office, (REAR, 0.7, {FRONT: 0.2, PART: 0.05}))
    assert lacking(office, record_id) == []
    *_, photograph = materials(office, record_id)
    assert (photograph.current_code, photograph.model_code) == (FRONT, REAR)
    assert photograph.confidence == 0.2
    assert photograph.chances == {REAR: 0.7, FRONT: 0.2, PART: 0.05}
    assert next(iter(photograph.chances)) == REAR


def test_recheck_asks_for_a_type_that_the_case_gave_and_the_record_says_so(office):
    record_id = handed_in(office, (REAR, 0.7, {FRONT: 0.2}))
    *_, photograph = materials(office, record_id)
    with office.house.sessions() as session:
        doubts = promise.doubtful(session, office.house.context.catalogue, record_id)
        assert photograph.id in doubts.types
        said = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "finding.reassigned")).all()
        assert [(each.subject_kind, each.subject_id) for each in said] == [("page", photograph.page_id)]
        assert audit.verify(session).ok


@pytest.mark.parametrize(
    ("code", "chance", "others"),
    [
        (REAR, 0.97, {FRONT: 0.02}),  # the model is sure
        (REAR, 0.7, {PART: 0.25, FRONT: 0.01}),  # hardly like it
        (REAR, 0.9, {FRONT: 0.024}),  # 37 times less likely
        (REAR, 0.9, {}),  # nothing was weighed
        ("M-IP-03", 0.6, {FRONT: 0.3}),  # the rubbing is needed itself, and there is but one
    ],
)
def test_a_missing_photograph_stays_missing(office, code, chance, others):
    codes = [each for each in WITHOUT_FRONT if each != code]
    record_id = office.hand_in((*codes, code), **{code: {"chance": chance, "alternatives": others}})
    office.work()
    assert [each for each in lacking(office, record_id) if "外观照片" in each]
    assert all(each.predicted_code is None for each in materials(office, record_id))


def test_of_two_pages_the_likelier_is_taken_and_one_is_enough(office):
    record_id = handed_in(office, (REAR, 0.6, {FRONT: 0.3}), (PART, 0.8, {FRONT: 0.1}))
    *_, rear, part = materials(office, record_id)
    assert (rear.current_code, part.current_code) == (FRONT, PART)
    assert part.predicted_code is None


def test_a_surplus_page_of_a_needed_type_may_be_another(office):
    """Two rubbings, one of which may be the photograph: the surer one stays what it is."""
    kinds = office.house.context.catalogue.items["V-REG-01"]
    told = [{"M-IP-03": 0.9, FRONT: 0.03}, {"M-IP-03": 0.5, FRONT: 0.4}]
    given = [each for each in REG_01 if each not in ("M-IP-03", FRONT)]
    assert look_alikes.decide(kinds, given, told) == ["M-IP-03", FRONT]


def test_one_member_of_a_group_suffices(office):
    kinds = office.house.context.catalogue.items["V-REG-01"]
    given = [each for each in REG_01 if each != "M-SR-01"]
    told = [{"M-SR-02": 0.6, "M-SR-01": 0.2, "M-SR-03": 0.1}, {"M-SR-02": 0.6, "M-SR-03": 0.1}]
    assert look_alikes.decide(kinds, given, told) == ["M-SR-01", "M-SR-02"]
    assert look_alikes.decide(kinds, REG_01, told) == ["M-SR-02", "M-SR-02"]


def test_a_rescan_that_brings_the_paper_gives_the_look_alike_its_own_type_back(office):
    record_id = handed_in(office, ("M-OT-99", 0.6, {}), (REAR, 0.7, {FRONT: 0.2}))
    *_, unknown, rear = materials(office, record_id)
    assert rear.current_code == FRONT
    office.complete(record_id, disposition="rescan")
    with office.house.sessions() as session:
        files = [("8.jpg", page(FRONT, 5))]
        intake.add_pages(session, office.house.intake, SYSTEM, record_id, files, {0: unknown.page_id})
    office.complete(record_id)
    *_, front, rear = materials(office, record_id)
    assert (front.current_code, rear.current_code, rear.predicted_code) == (FRONT, REAR, None)
    assert rear.chances == {REAR: 0.7, FRONT: 0.2}


def test_what_a_person_said_is_not_decided_again(office):
    record_id = handed_in(office, ("M-OT-99", 0.6, {}), (REAR, 0.7, {FRONT: 0.2}))
    *_, unknown, rear = materials(office, record_id)
    with office.house.sessions.begin() as session:
        pages.confirm_material(session, SYSTEM, session.merge(rear), REAR)
    office.complete(record_id, disposition="rescan")
    with office.house.sessions() as session:
        files = [("8.jpg", page("M-TX-01", 5))]
        intake.add_pages(session, office.house.intake, SYSTEM, record_id, files, {0: unknown.page_id})
    office.complete(record_id)
    *_, rear = materials(office, record_id)
    assert rear.current_code == REAR
    assert [each for each in lacking(office, record_id) if "外观照片" in each]


def test_the_photograph_of_a_part_is_not_taken_for_the_whole_vehicle(office):
    record_id = handed_in(office, ("M-IP-08", 0.6, {FRONT: 0.2}))
    *_, photograph = materials(office, record_id)
    assert (photograph.current_code, photograph.predicted_code) == ("M-IP-08", None)
    assert [each for each in lacking(office, record_id) if "外观照片" in each]


def test_recheck_asks_whatever_the_threshold_until_a_person_has_said(office, monkeypatch):
    """The lowest threshold that there is, so that nothing but the case's part in it can make the type doubtful."""
    monkeypatch.setattr("records.agreement.SURE", 0.0)
    record_id = handed_in(office, (REAR, 0.7, {FRONT: 0.2}))
    *_, photograph = materials(office, record_id)
    assert doubtful_types(office, record_id) == {photograph.id}
    with office.house.sessions.begin() as session:
        pages.confirm_material(session, SYSTEM, session.merge(photograph), FRONT)
    assert doubtful_types(office, record_id) == set()


def doubtful_types(office, record_id):
    with office.house.sessions() as session:
        return promise.doubtful(session, office.house.context.catalogue, record_id).types
