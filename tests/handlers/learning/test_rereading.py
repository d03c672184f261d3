"""Archived pages read again by another model: the archive stays, what matters waits for a person."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa

from handlers.rereading import review
from handlers.rereading.run import Lane, Wanted
from records import alerts, audit, fixity, packages, pages, second_readings
from records.dossiers import Record
from records.pages import PageMaterial, Reading, Recognition
from records.people import SYSTEM
from records.second_readings import Rereading, RereadReview
from tests.conftest import ROOT
from tests.handlers.learning.conftest import (
    Trained,
    archive,
    build,
    correct,
    hand_in,
    lines,
    page_of,
)
from workflows import definitions
from workflows.models import ProcessInstance

OTHER_ID = "110105194912310038"


def lane(office, recogniser=None, **options):
    reads = recogniser or Trained("2")
    return Lane(office.context, reads, SYSTEM, review.bundle(ROOT / "bpmn"), **options)


def archived_state(office, record_id):
    """Everything of an archived record that must stay: rows, and the package byte by byte."""
    with office.house.sessions() as session:
        ids = [page.id for page in pages.current(session, record_id)]
        rows = [
            [
                {c.name: getattr(row, c.name) for c in kind.__table__.columns}
                for row in session.scalars(sa.select(kind).where(kind.page_id.in_(ids)).order_by(kind.id))
            ]
            for kind in (Recognition, PageMaterial, Reading)
        ]
        (package,) = packages.of_record(session, record_id)
    assert fixity.verify(office.house.settings.packages / package.name, package.sha256, package.sm3).ok
    return rows, package.sha256


def review_of(office, record_id):
    with office.house.sessions() as session:
        return session.scalars(
            sa.select(RereadReview).where(RereadReview.record_id == record_id)
        ).one_or_none()


SIGNED, LATER = "2026-01-05", "2026-01-06"
NAMED = {"M-FM-05": {"fields": {"person_name": "张三", "sign_date": SIGNED}}}


def told(**then):
    return {"M-FM-05": {**NAMED["M-FM-05"], "next": then}}


def test_what_did_not_change_is_kept_and_opens_nothing(office):
    record_id = hand_in(office, **NAMED)
    archive(office, record_id)
    before = archived_state(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.pages, tally.records, tally.changed, tally.reviews) == (3, 1, 0, 0)
    assert archived_state(office, record_id) == before
    again = Trained("2")
    assert lane(office, again).run(Wanted()).pages == 0 and again.read == []
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Rereading.id))) == 3


@pytest.mark.parametrize(
    ("then", "text"),
    [
        ({"code": "M-OT-02"}, "新版识别为"),
        ({"fields": {"sign_date": LATER}}, LATER),
    ],
    ids=["type", "field"],
)
def test_what_changed_and_matters_waits_for_a_person_beside_the_archived_value(office, then, text):
    record_id = hand_in(office, **told(**then))
    archive(office, record_id)
    before = archived_state(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.changed, tally.reviews) == (1, 1)
    review = review_of(office, record_id)
    task = office.task(review.review_record_id)
    assert (task.form, task.candidate_group, task.title) == ("recheck", "复核岗", "复查归档结果")
    with office.house.sessions() as session:
        opened = alerts.of_record(session, review.review_record_id, "open")
        assert any(each.reason == "REREAD" and text in each.text for each in opened)
        shown = page_of(session, review.review_record_id, 1)
        (material,) = pages.materials(session, [shown.id])[shown.id]
        assert material.current_code == "M-FM-05"
        values = pages.readings(session, [shown.id])[shown.id]
        assert values["sign_date"].value == SIGNED
    assert archived_state(office, record_id) == before
    assert lane(office).run(Wanted()).reviews == 0

    office.complete(review.review_record_id, recheck_outcome="pass")
    settled = review_of(office, record_id)
    assert settled.settled_at and settled.upheld == 0
    assert office.case(review.review_record_id).outcome == "reviewed"
    with office.house.sessions() as session:
        assert not alerts.of_record(session, review.review_record_id, "open")
        assert audit.verify(session).ok
    assert archived_state(office, record_id) == before


def test_a_reviewer_who_finds_the_archive_wrong_is_counted_and_a_supervisor_decides_doubts(office):
    record_id = hand_in(office, **told(fields={"sign_date": LATER}))
    archive(office, record_id)
    lane(office).run(Wanted())
    review = review_of(office, record_id).review_record_id
    office.complete(review, recheck_outcome="alert")
    assert office.task(review).candidate_group == "班组长"
    correct(office, review, 1, "sign_date", LATER)
    office.complete(review, recheck_outcome="pass")
    assert review_of(office, record_id).upheld == 1
    made = build(office)
    values = [
        (field["read"], field["confirmed"])
        for each in lines(office, made)
        for field in each["fields"]
        if field["code"] == "sign_date"
    ]
    assert made.cases == 2 and (LATER, LATER) in values


@pytest.mark.parametrize(
    "then",
    [
        {"fields": {"sign_date": LATER}, "confidence": 0.5},
        {"fields": {"sign_date": "2026-13-45"}, "confidence": 0.5},
        {"fields": {"person_name": "张 三", "phone": "13000000000"}},
        {"fields": {}},
        {"code": "M-OT-99"},
        {"unreadable": True},
    ],
    ids=[
        "unsure",
        "invalid",
        "only written differently, and more read",
        "less read",
        "unknown",
        "unreadable",
    ],
)
def test_what_changed_and_does_not_matter_is_only_kept(office, then):
    record_id = hand_in(office, **told(**then))
    archive(office, record_id)
    assert lane(office).run(Wanted()).reviews == 0
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Rereading.id))) == 3
        assert audit.verify(session).ok


def test_what_a_person_saw_and_rejected_does_not_come_back(office):
    wrong = {"fields": {"sign_date": LATER}}
    record_id = hand_in(office, **{"M-FM-05": {**wrong, "next": wrong}})
    correct(office, record_id, 1, "sign_date", SIGNED)
    archive(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.changed, tally.reviews) == (1, 0)


def test_an_alert_that_would_newly_arise_opens_a_review(office):
    """The first model read no number; the second reads one that is not the driver's."""
    record_id = hand_in(office, **{"M-ID-01": {"next": {"fields": {"id_number": OTHER_ID}}}})
    archive(office, record_id)
    assert lane(office).run(Wanted()).reviews == 1
    review = review_of(office, record_id).review_record_id
    with office.house.sessions() as session:
        (alert,) = alerts.of_record(session, review, "open")
    assert alert.reason == "FIELD_CONFLICT" and OTHER_ID in alert.text


def test_type_since_and_limit_choose_what_is_read(office):
    for _ in range(2):
        archive(office, hand_in(office))
    assert lane(office).run(Wanted(material="M-ID-01")).pages == 2
    assert lane(office).run(Wanted(limit=1)).pages == 2  # the rest of the first record
    with office.house.sessions() as session:
        last = session.scalar(sa.select(sa.func.max(ProcessInstance.ended_at)))
    assert lane(office, Trained("3")).run(Wanted(since=last)).pages == 3
    assert lane(office).run(Wanted()).pages == 2


def test_a_killed_run_loses_nothing_and_reads_no_page_twice(office):
    records = [hand_in(office, **told(fields={"sign_date": LATER})) for _ in range(3)]
    for record_id in records:
        archive(office, record_id)

    class Killed(BaseException):
        pass

    class Mortal(Trained):
        def __init__(self, dies_at):
            super().__init__("2")
            self.dies_at = dies_at

        def recognise(self, image, depth="all"):
            if len(self.read) == self.dies_at:
                raise Killed
            return super().recognise(image, depth)

    read = 0
    for dies_at in (0, 1, 2, 0, 1, 3, 99):
        recogniser = Mortal(dies_at)
        with office.house.sessions.begin() as session:
            second_readings.free_leases(session, Rereading, "scripted 2")
        with contextlib.suppress(Killed):
            lane(office, recogniser).run(Wanted())
        read += len(recogniser.read)
    with office.house.sessions() as session:
        rows = session.scalars(sa.select(Rereading)).all()
        reviews = session.scalars(sa.select(RereadReview.record_id)).all()
    assert len(rows) == 9 and all(row.done_at and row.judged_at for row in rows)
    assert read + sum(row.error == second_readings.GIVEN_UP for row in rows) == 9
    assert len(reviews) == len(set(reviews))


def test_pages_wait_for_the_pace_and_a_stop_ends_between_two_pages(office):
    archive(office, hand_in(office))
    asked = []

    def may_read():
        asked.append(1)
        return len(asked) > 2

    run = lane(office, may_read=may_read)
    recogniser = run.recogniser
    original = recogniser.recognise

    def stops(image, depth="all"):
        run.stop.set()
        return original(image, depth)

    recogniser.recognise = stops
    assert run.run(Wanted()).pages == 1
    assert lane(office).run(Wanted()).pages == 2


def at_once(*runs):
    """Each in a thread of its own, to its end; what one raises is raised here."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return [each.result() for each in [pool.submit(run) for run in runs]]


class Together(dict):
    """The review's files, handed out when a second run asks for them too: what deploys them does so at one moment.
    Where a database lets only one write at a time, the first waits in vain for a second."""

    def __init__(self, files):
        super().__init__(files)
        self._both = threading.Barrier(2, timeout=2)

    def items(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self._both.wait()
        return super().items()


def test_two_runs_that_open_the_very_first_reviews_share_one_deployed_process(office):
    for _ in range(2):
        archive(office, hand_in(office, **told(fields={"sign_date": LATER})))
    with office.house.sessions() as session:
        last = session.scalar(sa.select(sa.func.max(ProcessInstance.ended_at)))
    runs = [lane(office) for _ in range(2)]
    files = Together(review.bundle(ROOT / "bpmn"))
    for run in runs:
        run.bundle = files
    first, second = at_once(partial(runs[0].run, Wanted(limit=1)), partial(runs[1].run, Wanted(since=last)))
    assert (first.reviews, second.reviews) == (1, 1)
    with office.house.sessions() as session:
        deployed = [each.version for each in definitions.listed(session) if each.key == review.PROCESS]
        assert deployed == [1]
        assert audit.verify(session).ok


def test_two_runs_at_once_read_each_page_once_and_open_one_review(office):
    records = [hand_in(office, **told(fields={"sign_date": LATER})) for _ in range(2)]
    for record_id in records:
        archive(office, record_id)
    lanes = [lane(office) for _ in range(3)]
    at_once(*(partial(each.run, Wanted()) for each in lanes))
    lane(office).run(Wanted())  # judges what two finished at the same moment
    assert sum(len(each.recogniser.read) for each in lanes) == 6
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(RereadReview.id))) == 2
        assert audit.verify(session).ok


def test_the_reviewer_is_offered_what_else_the_page_looks_like(office):
    weighed = {"M-ID-01": {"code": "M-OT-02", "chance": 0.6, "alternatives": {"M-ID-01": 0.3}}}
    then = {"M-FM-05": {"next": {"code": "M-OT-02", "alternatives": {"M-FM-05": 0.04}}}}
    record_id = hand_in(office, **weighed, **then)
    archive(office, record_id)
    lane(office).run(Wanted())
    review = review_of(office, record_id)
    with office.house.sessions() as session:
        shown = [each.id for each in pages.current(session, review.review_record_id)]
        first, second, _ = (pages.materials(session, [each])[each][0] for each in shown)
        assert first.alternatives == [["M-FM-05", 0.04]]
        assert (first.current_code, second.current_code) == ("M-FM-05", "M-ID-01")
        assert second.chances == {"M-OT-02": 0.6, "M-ID-01": 0.3}
