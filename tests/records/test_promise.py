"""The error promise: intervals, thresholds from recheck answers, refusals, what is doubtful, and whether it is kept."""

import hashlib
import json

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from records import calibration, catalogue, pages, promise
from records.audit import AuditEntry
from records.base import Base, table_of
from records.calibration import GRID, Cell, Look, NotCalibrated, answers_needed, decide, wilson
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.promise import Doubts, PageRecheck, PromiseInvalid, RecheckAnswer
from records.second_readings import RereadReview
from settings import ROOT
from tests.conftest import a_page, add_record

PROMISE = 1 / 500


@pytest.fixture(scope="module")
def kinds():
    return catalogue.load(ROOT / "bpmn" / "catalogue")


class Archive:
    """Records with pages that a machine read and a person rechecked."""

    def __init__(self, sessions, kinds, clerk):
        self.sessions, self.kinds, self.clerk = sessions, kinds, clerk
        self.serial = 0

    def add(self, session, findings, version="v1", code="M-ID-01", confidence=1.0):
        """A page of a record of its own with findings {field: (value, confidence)}; returns the page."""
        self.serial += 1
        record = add_record(session, f"22{self.serial:011d}")
        page = a_page(record.id, sha256=hashlib.sha256(str(self.serial).encode()).hexdigest())
        session.add(page)
        session.flush()
        self.recognise(session, page, findings, version, code, confidence)
        return page

    def recognise(self, session, page, findings, version, code="M-ID-01", confidence=1.0):
        read = Recognition(page_id=page.id, version=version, rotation=0, quality={}, lines=[], seconds=0.1)
        session.add(read)
        session.flush()
        session.add(
            PageMaterial(
                page_id=page.id, recognition_id=read.id, region=[0, 0, 1, 1], code=code, confidence=confidence
            )
        )
        for name, (value, sure) in findings.items():
            session.add(
                Reading(
                    page_id=page.id,
                    recognition_id=read.id,
                    field=name,
                    value=value,
                    confidence=sure,
                    source=version,
                )
            )
        session.flush()

    def recheck(self, session, *found, task=None, whole=True, drawn=False, thorough=True, **corrected):
        """Those pages at a completed recheck; `corrected` are the fields a person typed anew."""
        for page in found:
            for name, value in corrected.items():
                pages.correct(session, self.clerk, page, name, value)
        doubts = [promise.doubtful(session, self.kinds, page.record_id) for page in found]
        looks = [Look(page.id, whole, drawn, thorough) for page in found]
        joined = Doubts(
            unproven_types=frozenset().union(*(each.unproven_types for each in doubts)),
            unproven_fields=frozenset().union(*(each.unproven_fields for each in doubts)),
        )
        task = task or 1000 + self.serial
        calibration.note(session, self.clerk, self.kinds, task, looks, joined)

    def answer(self, session, cell, answers, version="v1"):
        """Thousands of answers of a cell at once: (confidence, correct), on one rechecked page."""
        page = self.add(session, {}, version)
        self.recheck(session, page)
        recheck = session.scalars(sa.select(PageRecheck).where(PageRecheck.page_id == page.id)).one()
        session.execute(sa.delete(RecheckAnswer).where(RecheckAnswer.recheck_id == recheck.id))
        material, name = cell
        rows = [
            {"recheck_id": recheck.id, "material": material, "field": name, "confidence": c, "correct": ok}
            for c, ok in answers
        ]
        session.connection().execute(sa.insert(table_of(RecheckAnswer)), rows)


@pytest.fixture
def archive(sessions, kinds, clerks):
    return Archive(sessions, kinds, clerks[0])


def found(session, material, name):
    return {(row.material, row.field): row for row in promise.overview(session).thresholds}[material, name]


# ---- intervals ----


@pytest.mark.parametrize(
    ("errors", "answers", "low", "high"),
    [
        # Newcombe 1998, table I: Wilson's method without continuity correction
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(errors, answers, low, high):
    assert wilson(errors, answers) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_without_an_error_one_in_500_takes_1917_answers():
    assert answers_needed(0, PROMISE) == 1917  # z² (1 - p) / p, rounded up
    assert wilson(0, 1917)[1] <= PROMISE < wilson(0, 1916)[1]


@given(errors=st.integers(0, 40), one_in=st.integers(2, 5000))
def test_the_number_needed_is_the_least_that_is_enough(errors, one_in):
    enough = answers_needed(errors, 1 / one_in)
    assert wilson(errors, enough)[1] <= 1 / one_in
    assert enough == max(errors, 1) or wilson(errors, enough - 1)[1] > 1 / one_in


# ---- a threshold ----


def cell(*steps):
    """From (confidence, answers, errors)."""
    return Cell.of({GRID.index(confidence): (count, errors) for confidence, count, errors in steps})


def test_the_least_threshold_that_keeps_the_promise_is_taken():
    verdict = decide(cell((0.99, 6000, 1), (0.95, 4000, 2), (0.9, 1000, 40)), PROMISE)
    assert (verdict.state, verdict.threshold) == ("kept", 0.95)
    assert (verdict.answers, verdict.errors) == (10000, 3)
    assert verdict.high <= PROMISE


def test_a_small_sample_is_refused_with_the_number_that_is_lacking():
    verdict = decide(cell((0.99, 500, 0)), PROMISE)
    assert (verdict.state, verdict.threshold, verdict.needed) == ("too_few", None, 1417)
    assert decide(cell((0.99, 1917, 0)), PROMISE).state == "kept"


def test_a_cell_that_certainly_errs_more_is_named_so():
    verdict = decide(cell((0.99, 4000, 40)), PROMISE)
    assert (verdict.state, verdict.threshold) == ("broken", None)
    assert wilson(40, 4000 + verdict.needed)[1] <= PROMISE


def test_the_first_failure_ends_the_search():
    """Good answers further down do not rescue a failure above: that would be picking what looks good."""
    verdict = decide(cell((0.99, 5000, 60), (0.5, 10**6, 0)), PROMISE)
    assert verdict.threshold is None


def test_where_to_begin_does_not_depend_on_the_errors():
    counts = [(0.99, 1500), (0.95, 2500), (0.9, 9000)]
    starts = {
        calibration._start(cell(*((c, n, errors) for c, n in counts)), PROMISE) for errors in (0, 3, 500)
    }
    assert len(starts) == 1


# ---- the promise is kept ----


def steps_of(quality):
    """A machine whose errors grow as its confidence falls: of each step of the grid the share of its findings that lie
    there, and how many of those are wrong. Integrated over confidences 1 - u²/2, u even, wrong with quality·(u²/2)^1.5.
    """
    middle = (np.arange(200_000) + 0.5) / 200_000
    doubt = middle**2 / 2
    wrong = np.minimum(1, quality * doubt**1.5)
    place = np.argmax((1 - doubt)[:, None] >= np.array(GRID), axis=1)
    share = np.array([(place == n).mean() for n in range(len(GRID))])
    rates = np.array([wrong[place == n].mean() if (place == n).any() else 0.0 for n in range(len(GRID))])
    return share, rates


def hardest():
    """Errors are even over all confidences and a hair above the promise: every threshold breaks it."""
    return np.full(len(GRID), 1 / len(GRID)), np.full(len(GRID), PROMISE * 1.001)


@pytest.mark.parametrize("size", [3000, 30_000, 300_000])
@pytest.mark.parametrize("machine", [steps_of(0.05), steps_of(0.3), steps_of(2.0), hardest()])
def test_few_calibrations_break_the_promise(machine, size):
    """2,000 calibrations on fresh samples of a machine with known errors. The upper bound fails in 2.5 %, which is 50;
    75 would be three and a half standard deviations above."""
    share, rates = machine
    generator = np.random.default_rng(size)
    true_share = np.cumsum(share * rates) / np.maximum(np.cumsum(share), 1e-12)
    broken = 0
    for counts in generator.multinomial(size, share, size=2000):
        errors = generator.binomial(counts, rates)
        verdict = decide(Cell(tuple(np.cumsum(counts)), tuple(np.cumsum(errors))), PROMISE)
        if verdict.threshold is not None:
            broken += true_share[GRID.index(verdict.threshold)] > PROMISE
    assert broken <= 75


def test_a_good_machine_is_given_thresholds():
    """The guard against picking must not refuse everything."""
    share, rates = steps_of(0.3)
    counts = np.cumsum(share * 100_000).astype(int), np.cumsum(share * rates * 100_000).astype(int)
    expected = Cell(*map(tuple, counts))
    verdict = decide(expected, PROMISE)
    assert verdict.state == "kept"
    assert verdict.answers > 30_000  # of 100,000: the rest is for people


# ---- answers ----


def test_only_pages_checked_item_by_item_give_answers(archive, sessions):
    with sessions.begin() as session:
        glanced = archive.add(session, {"person_name": ("示试华", 0.9)})
        checked = archive.add(session, {"person_name": ("示试华", 0.9)})
        archive.recheck(session, glanced, thorough=False)
        archive.recheck(session, checked, person_name="示试花")
    with sessions() as session:
        answers = session.execute(
            sa.select(RecheckAnswer.material, RecheckAnswer.field, RecheckAnswer.correct).order_by(
                RecheckAnswer.field
            )
        ).all()
        assert [tuple(row) for row in answers] == [
            ("M-ID-01", "", True),
            ("M-ID-01", "person_name", False),
        ]
        assert [row.thorough for row in session.scalars(sa.select(PageRecheck).order_by("id"))] == [
            False,
            True,
        ]


def test_values_are_compared_in_their_normal_form(archive, sessions):
    with sessions.begin() as session:
        page = archive.add(session, {"id_number": ("11010519491231002x", 0.9)})
        archive.recheck(session, page, id_number="11010519491231002X")
    with sessions() as session:
        (answer,) = session.scalars(sa.select(RecheckAnswer).where(RecheckAnswer.field == "id_number"))
        assert answer.correct


def test_a_corrected_type_is_an_error_of_the_type_that_was_stated(archive, sessions):
    with sessions.begin() as session:
        page = archive.add(session, {}, code="M-ID-01")
        (material,) = session.scalars(sa.select(PageMaterial).where(PageMaterial.page_id == page.id))
        pages.confirm_material(session, archive.clerk, material, "M-ID-02")
        archive.recheck(session, page)
    with sessions() as session:
        (answer,) = session.scalars(sa.select(RecheckAnswer))
        assert (answer.material, answer.correct) == ("M-ID-01", False)


def test_a_second_recheck_corrects_the_first_answer_and_counts_once(archive, sessions):
    """The platform sends a page back: the field that was confirmed before turns out wrong."""
    with sessions.begin() as session:
        page = archive.add(session, {"person_name": ("示试华", 0.9)})
        archive.recheck(session, page, task=1)
    with sessions.begin() as session:
        archive.recheck(session, page, task=2, thorough=False, person_name="示试花")
    with sessions.begin() as session:
        promise.make(session, archive.clerk, 500, 5, "试行")
        assert calibration.calibrate(session, archive.clerk).answers == 2
        row = found(session, "M-ID-01", "person_name")
        assert (row.answers, row.errors) == (1, 1)


# ---- calibrating ----


def test_reviews_of_archived_pages_are_no_sample(archive, sessions):
    """Where a newer version read otherwise: those pages were chosen for what was found on them."""
    with sessions.begin() as session:
        sampled = archive.add(session, {"person_name": ("示试华", 0.9)})
        archive.recheck(session, sampled)
        reviewed = archive.add(session, {"person_name": ("示试华", 0.9)})
        session.add(
            RereadReview(
                record_id=sampled.record_id, review_record_id=reviewed.record_id, version="v1", changes=[]
            )
        )
        archive.recheck(session, reviewed, person_name="示试花")
        promise.make(session, archive.clerk, 500, 5, "试行")
        assert session.scalar(sa.select(sa.func.count(RecheckAnswer.id))) == 4
        assert calibration.calibrate(session, archive.clerk).answers == 2
        row = found(session, "M-ID-01", "person_name")
        assert (row.answers, row.errors) == (1, 0)


def test_there_is_a_promise_with_a_reason_before_anything_is_calibrated(archive, sessions):
    with sessions.begin() as session:
        with pytest.raises(NotCalibrated, match="还没有承诺"):
            calibration.calibrate(session, archive.clerk)
        for wrong in ((1, 5, "x"), (500, 0, "x"), (500, 101, "x"), (500, 5, " ")):
            with pytest.raises(PromiseInvalid):
                promise.make(session, archive.clerk, *wrong)
        promise.make(session, archive.clerk, 500, 5, "试行")
        with pytest.raises(NotCalibrated, match="还没有识别过"):
            calibration.calibrate(session, archive.clerk)
        archive.add(session, {})
        with pytest.raises(NotCalibrated, match="还没有可用的复核结果"):
            calibration.calibrate(session, archive.clerk)


def calibrated(archive, session, one_in=500):
    """Names are proven from 0.95 on, ID numbers not yet, types at all confidences."""
    archive.answer(session, ("M-ID-01", ""), [(0.99, True)] * 5000)
    archive.answer(session, ("M-ID-01", "person_name"), [(0.95, True)] * 5000 + [(0.7, False)] * 100)
    archive.answer(session, ("M-ID-01", "id_number"), [(0.99, True)] * 1000)
    promise.make(session, archive.clerk, one_in, 5, "试行")
    return calibration.calibrate(session, archive.clerk)


def test_a_calibration_is_kept_with_who_and_when_and_supersedes_without_overwriting(archive, sessions):
    with sessions.begin() as session:
        first = calibrated(archive, session)
        assert found(session, "M-ID-01", "person_name").threshold == 0.95
        lacking = found(session, "M-ID-01", "id_number")
        assert (lacking.state, lacking.needed) == ("too_few", 917)
        assert found(session, "", "id_number").needed == 917  # nobody else reads it
    with sessions.begin() as session:
        archive.answer(session, ("M-ID-01", "id_number"), [(0.99, True)] * 917)
        second = calibration.calibrate(session, archive.clerk)
        assert found(session, "M-ID-01", "id_number").state == "kept"
        assert second.id > first.id
        assert [each.id for each in promise.history(session, 9)] == [second.id, first.id]
        assert len(promise.thresholds(session, first)) == 4
    with sessions() as session:
        done = sa.select(AuditEntry.body).where(AuditEntry.action == "promise.calibrated")
        assert [json.loads(body)["name"] for body in session.scalars(done)] == ["甲", "甲"]


def test_a_field_borrows_only_from_types_that_lack_answers_too(archive, sessions):
    with sessions.begin() as session:
        archive.answer(session, ("M-ID-01", "id_number"), [(0.99, True)] * 50_000)
        for code in ("M-ID-02", "M-ID-03"):
            archive.answer(session, (code, "id_number"), [(0.99, True)] * 1000)
        promise.make(session, archive.clerk, 500, 5, "试行")
        calibration.calibrate(session, archive.clerk)
        pooled = found(session, "", "id_number")
        assert (pooled.answers, pooled.state) == (2000, "kept")
        borrowing = archive.add(session, {"id_number": ("310113198512160646", 0.995)}, code="M-ID-02")
        alone = archive.add(session, {"id_number": ("310113198512160646", 0.995)}, code="M-FM-01")
        kinds = archive.kinds
        assert (borrowing.id, "id_number") not in promise.doubtful(session, kinds, borrowing.record_id).fields
        assert (alone.id, "id_number") in promise.doubtful(session, kinds, alone.record_id).fields


# ---- what is doubtful ----


def doubted(archive, session, page):
    doubts = promise.doubtful(session, archive.kinds, page.record_id)
    return {name for _, name in doubts.fields} | ({"type"} if doubts.types else set())


NAME_AND_NUMBER = {"person_name": ("示试华", 0.96), "id_number": ("310113198512160646", 0.999)}


def test_before_any_calibration_the_old_limit_holds_and_everything_is_looked_at(archive, sessions):
    with sessions.begin() as session:
        page = archive.add(session, {"person_name": ("示试华", 0.79), "id_number": ("310113", 0.81)})
        assert doubted(archive, session, page) == {"person_name"}
        assert promise.doubtful(session, archive.kinds, page.record_id).covered == frozenset()


def test_findings_are_doubtful_below_their_thresholds_and_where_there_is_none(archive, sessions):
    with sessions.begin() as session:
        calibrated(archive, session)
        page = archive.add(session, NAME_AND_NUMBER)
        assert doubted(archive, session, page) == {"id_number"}
        low = archive.add(session, {"person_name": ("示试华", 0.94)})
        assert doubted(archive, session, low) == {"person_name"}
        unknown = archive.add(session, {}, code="M-OT-99")
        assert doubted(archive, session, unknown) == {"type"}
        pages.correct(session, archive.clerk, page, "id_number", "310113198512160646")
        assert doubted(archive, session, page) == set()


def test_another_version_makes_everything_doubtful_until_it_is_calibrated_itself(archive, sessions):
    with sessions.begin() as session:
        calibrated(archive, session)
        old = archive.add(session, NAME_AND_NUMBER)
        assert promise.overview(session).stale == ""
        new = archive.add(session, NAME_AND_NUMBER, version="v2")
        assert promise.overview(session).stale == "version"
        assert doubted(archive, session, new) == {"person_name", "id_number", "type"}
        assert doubted(archive, session, old) == {"id_number"}
        with pytest.raises(NotCalibrated, match="v2"):
            calibration.calibrate(session, archive.clerk)
        archive.answer(session, ("M-ID-01", "person_name"), [(0.9, True)] * 2000, version="v2")
        calibration.calibrate(session, archive.clerk)
        assert doubted(archive, session, new) == {"id_number", "type"}
        assert promise.overview(session).stale == ""


def test_a_stricter_promise_makes_everything_doubtful_and_a_looser_one_does_not(archive, sessions):
    with sessions.begin() as session:
        calibrated(archive, session)
        page = archive.add(session, NAME_AND_NUMBER)
        promise.make(session, archive.clerk, 400, 5, "放宽")
        assert doubted(archive, session, page) == {"id_number"}
        promise.make(session, archive.clerk, 1000, 5, "收紧")
        assert doubted(archive, session, page) == {"person_name", "id_number", "type"}
        assert promise.overview(session).stale == "promise"


def test_what_was_asked_only_because_it_was_doubtful_is_no_answer_for_a_threshold(archive, sessions):
    """On a page led through by doubt a proven cell gives no answers, neither confirmed nor corrected; a cell without
    a threshold is always asked for, so it does; and a page that the sample drew gives all."""
    with sessions.begin() as session:
        calibrated(archive, session)
        before = session.scalar(sa.select(sa.func.count(RecheckAnswer.id)))
        by_doubt = archive.add(session, NAME_AND_NUMBER | {"person_name": ("示试华", 0.6)})
        archive.recheck(session, by_doubt, whole=False, person_name="示试花")
        rows = session.scalars(sa.select(RecheckAnswer).order_by(RecheckAnswer.id.desc()).limit(1)).all()
        assert session.scalar(sa.select(sa.func.count(RecheckAnswer.id))) == before + 1
        assert [row.field for row in rows] == ["id_number"]
        sampled = archive.add(session, NAME_AND_NUMBER)
        archive.recheck(session, sampled, whole=True, drawn=True)
        assert session.scalar(sa.select(sa.func.count(RecheckAnswer.id))) == before + 4


def test_the_sample_takes_its_share_of_the_pages(archive):
    images = [PageImage(sha256=hashlib.sha256(str(n).encode()).hexdigest()) for n in range(20_000)]
    taken = [page for page in images if promise.drawn(page, 5)]
    assert 900 < len(taken) < 1100
    assert all(promise.drawn(page, 10) for page in taken)  # a larger share takes more, not others
    assert all(promise.drawn(page, 100) for page in images)


def test_key_fields_and_types_are_counted(archive, sessions):
    with sessions.begin() as session:
        findings = {"person_name": ("示试华", 0.5), "id_number": ("3", 0.5), "address": ("示例路", 0.5)}
        page = archive.add(session, findings, confidence=0.5)
        doubts = promise.doubtful(session, archive.kinds, page.record_id)
        required = {f.code for f in archive.kinds.materials["M-ID-01"].fields if f.required}
        assert len(doubts) == 1 + len(required & findings.keys())
        assert len(doubts.fields) == 3


def test_the_migration_makes_what_the_models_say(engine):
    mine = ("error_promises", "calibrations", "thresholds", "page_rechecks", "recheck_answers")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert [each for each in differences if any(name in str(each) for name in mine)] == []
    assert {name for name in mine if not sa.inspect(engine).has_table(name)} == set()


def test_records_are_reachable_from_answers(archive, sessions):
    with sessions.begin() as session:
        page = archive.add(session, {"person_name": ("示试华", 0.9)})
        archive.recheck(session, page)
        statement = (
            sa.select(Record.transaction_number, PageRecheck.person_id)
            .join(PageImage, PageImage.record_id == Record.id)
            .join(PageRecheck, PageRecheck.page_id == PageImage.id)
        )
        (row,) = session.execute(statement)
        assert row.person_id == archive.clerk.id
