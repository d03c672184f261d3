"""Calibration 校准: from recheck answers to the thresholds that keep the error promise (`records.promise`).

**Which answers count.** Showing a person only what is doubtful and calibrating on that would prove nothing of what is
never shown. So an answer counts only where its being asked for did not depend on the machine's confidence: on pages
that were led through as a whole (asked for by the diagram, before any calibration, or drawn by the random sample), and
findings that have no threshold at all, which are always asked for. And only on pages where the person confirmed or
corrected everything that the station led through: a page glanced at confirms nothing. And not in reviews of archived
pages that a newer version read otherwise (`RereadReview`): those pages are chosen by what was found on them. A value is
correct when it agrees with what stands after the recheck, in the validators' normal form; a field that the machine did
not read is no finding.

**How a threshold is found.** For each type, and each field on a stated type: the share of errors among answers from a
confidence on, with Wilson's interval of 95 %. Trying thresholds until one looks good would break the promise more often
than that interval says. So the grid is fixed beforehand; where to begin is chosen from the number of answers alone,
never from the errors; from there it goes down, and the first step whose upper bound is above the promise ends it. That
is a fixed sequence of tests: each calibration breaks the promise of a cell with a probability of about 2.5 %.

What this cannot see: clerks who confirm without looking, and pages of cases that are rechecked as a whole weighing more
than those drawn from the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from records import agreement, audit, pages, promise
from records.base import now, table_of
from records.catalogue import Catalogue
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import Actor
from records.promise import (
    EVERY_TYPE,
    TYPE,
    UNKNOWN,
    Calibration,
    Doubts,
    PageRecheck,
    RecheckAnswer,
    Threshold,
)
from records.second_readings import RereadReview

Z = 1.959963984540054  # two-sided 95 %: the upper bound alone is exceeded in 2.5 %
GRID = (0.999, 0.998, 0.995, 0.99, 0.985, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.0)
# The first step should bear so many errors, or one unlucky answer would end the search at its start.
_START_ERRORS = 2


class NotCalibrated(Exception):
    """There is nothing to calibrate, or for; the message says what is missing."""


# ---- answers ----


@dataclass(frozen=True)
class Look:
    """What the station led a person through on one page: the whole of it or only what is doubtful, whether because
    the random sample drew it, and whether the person confirmed or corrected all of that."""

    page_id: int
    whole: bool
    drawn: bool
    thorough: bool


def note(
    session: Session, user: Actor, kinds: Catalogue, task_id: int, looks: Sequence[Look], doubts: Doubts
) -> None:
    """Keeps a completed recheck: a row a page, and the answers that count. `doubts` is what was doubtful of the
    record when the recheck ended; `drawn` and `whole` are the station's."""
    ids = [look.page_id for look in looks]
    evidence = _Evidence.load(session, kinds, ids)
    earlier = {
        row.recognition_id: row
        for row in session.scalars(
            sa.select(PageRecheck).where(PageRecheck.page_id.in_(ids), PageRecheck.superseded_by_id.is_(None))
        )
    }
    answered_before = _answered(session, [row.id for row in earlier.values()])
    kept = [
        PageRecheck(
            **vars(look),
            recognition_id=evidence.recognition_id(look.page_id),
            task_id=task_id,
            person_id=user.id,
        )
        for look in looks
    ]
    session.add_all(kept)
    session.flush()
    rows: list[dict[str, object]] = []
    for look, row in zip(looks, kept, strict=True):
        # What was answered before stays answered, by what stands now: a rejected page may show that it was wrong.
        before = earlier.get(row.recognition_id)
        known = answered_before.get(before.id, frozenset()) if before else frozenset()
        if before is not None:
            before.superseded_by_id = row.id
        for finding in evidence.findings(look.page_id):
            unproven = finding.key in doubts.unproven_types or finding.key in doubts.unproven_fields
            counts = look.thorough and (look.whole or unproven)
            if counts or (finding.material, finding.field) in known:
                rows.append(finding.row(row.id))
    if rows:
        session.connection().execute(sa.insert(table_of(RecheckAnswer)), rows)


def _answered(session: Session, recheck_ids: Sequence[int]) -> dict[int, frozenset[tuple[str, str]]]:
    """Per recheck the (type, field) that have an answer."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    if recheck_ids:
        answers = table_of(RecheckAnswer).c
        for row in session.execute(
            sa.select(answers.recheck_id, answers.material, answers.field).where(
                answers.recheck_id.in_(recheck_ids)
            )
        ):
            found[row.recheck_id].add((row.material, row.field))
    return {each: frozenset(cells) for each, cells in found.items()}


@dataclass(frozen=True)
class _Finding:
    """One finding of the machine and whether it stands. `key` is how `Doubts` names it."""

    key: int | tuple[int, str]
    material: str
    field: str
    confidence: float
    correct: bool

    def row(self, recheck_id: int) -> dict[str, object]:
        return {
            "recheck_id": recheck_id,
            "material": self.material,
            "field": self.field,
            "confidence": self.confidence,
            "correct": self.correct,
        }


_READ = (
    sa.select(
        Reading.page_id, Reading.recognition_id, Reading.field, Reading.value, Reading.confidence, Reading.box
    )
    .where(Reading.page_id.in_(sa.bindparam("page_ids", expanding=True)))
    .order_by(Reading.id)
)


@dataclass(frozen=True)
class _Evidence:
    """What the newest recognition found on each page, and what stands there now."""

    kinds: Catalogue
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, Sequence[PageMaterial]]
    by_machine: Mapping[int, Mapping[str, Any]]  # rows of `_READ`
    standing: Mapping[int, Mapping[str, str]]

    @classmethod
    def load(cls, session: Session, kinds: Catalogue, page_ids: Sequence[int]) -> _Evidence:
        recognitions = pages.recognitions(session, page_ids)
        newest = {page_id: row.id for page_id, row in recognitions.items()}
        by_machine: dict[int, dict[str, Any]] = {}
        standing: dict[int, dict[str, str]] = {}
        for row in session.execute(_READ, {"page_ids": [*page_ids]}):
            standing.setdefault(row.page_id, {})[row.field] = row.value
            if row.recognition_id is not None and row.recognition_id == newest.get(row.page_id):
                by_machine.setdefault(row.page_id, {})[row.field] = row
        return cls(kinds, recognitions, pages.materials(session, page_ids), by_machine, standing)

    def recognition_id(self, page_id: int) -> int | None:
        found = self.recognitions.get(page_id)
        return found.id if found else None

    def findings(self, page_id: int) -> Iterable[_Finding]:
        on_page = [each for each in self.materials.get(page_id, ()) if each.recognition_id is not None]
        for each in on_page:
            if (
                each.code != UNKNOWN and each.predicted_code is None
            ):  # a threshold speaks of the model's own answers
                yield _Finding(each.id, each.code, TYPE, each.confidence, each.current_code == each.code)
        for name, reading in self.by_machine.get(page_id, {}).items():
            code = promise.stated_type(self.kinds, on_page, reading)
            there = self.standing[page_id][name]
            correct = reading.value == there or agreement.agree(self.kinds, name, reading.value, there)
            yield _Finding((page_id, name), code, name, reading.confidence, correct)


# ---- intervals ----


def wilson(errors: int, answers: int) -> tuple[float, float]:
    """Wilson's 95 % interval of the share of errors; (0, 1) without answers."""
    if answers == 0:
        return 0.0, 1.0
    share, square = errors / answers, Z * Z
    middle = share + square / (2 * answers)
    half = Z * math.sqrt(share * (1 - share) / answers + square / (4 * answers * answers))
    whole = 1 + square / answers
    low = (middle - half) / whole if errors else 0.0
    return max(0.0, low), min(1.0, (middle + half) / whole)


@cache
def answers_needed(errors: int, share: float) -> int:
    """The least number of answers, `errors` of them wrong, whose upper bound is at most `share`."""
    low, high = max(errors, 1), 1
    while wilson(errors, max(high, low))[1] > share:
        high *= 2
    high = max(high, low)
    while low < high:
        middle = (low + high) // 2
        if wilson(errors, middle)[1] <= share:
            high = middle
        else:
            low = middle + 1
    return low


@dataclass(frozen=True)
class Cell:
    """Answers and errors of one cell from each step of the grid on, downwards."""

    answers: tuple[int, ...]
    errors: tuple[int, ...]

    @classmethod
    def of(cls, steps: Mapping[int, tuple[int, int]]) -> Cell:
        """From the (answers, errors) that lie between two steps of the grid, by the lower one's place."""
        answers, errors, told = [], [], (0, 0)
        for place in range(len(GRID)):
            more = steps.get(place, (0, 0))
            told = told[0] + more[0], told[1] + more[1]
            answers.append(told[0])
            errors.append(told[1])
        return cls(tuple(answers), tuple(errors))


@dataclass(frozen=True)
class Verdict:
    """What a cell's answers say under a promise; the columns of `Threshold`."""

    state: str
    threshold: float | None
    answers: int
    errors: int
    low: float
    high: float
    needed: int


def decide(cell: Cell, share: float) -> Verdict:
    """The least threshold of the grid that keeps `share`, by a fixed sequence of tests; or why there is none."""
    start = _start(cell, share)
    kept = None
    for place in range(start, len(GRID)):
        if kept is not None and cell.answers[place] == cell.answers[kept]:
            continue  # no answer lies on this step: nothing says that the promise reaches so far down
        if wilson(cell.errors[place], cell.answers[place])[1] > share:
            break
        kept = place
    place = start if kept is None else kept
    answers, errors = cell.answers[place], cell.errors[place]
    low, high = wilson(errors, answers)
    if kept is not None:
        return Verdict("kept", GRID[kept], answers, errors, low, high, 0)
    needed = max(1, answers_needed(errors, share) - answers)
    return Verdict("broken" if low > share else "too_few", None, answers, errors, low, high, needed)


def _start(cell: Cell, share: float) -> int:
    """Where to begin, from the number of answers alone: the highest step that could bear a few errors, else the
    highest that could pass without one, else the whole of the cell."""
    for errors in (_START_ERRORS, 0):
        enough = answers_needed(errors, share)
        for place, count in enumerate(cell.answers):
            if count >= enough:
                return place
    return len(GRID) - 1


# ---- a calibration ----


def calibrate(session: Session, user: Actor, version: str | None = None) -> Calibration:
    """Derives the thresholds of `version` (by default the one that read last) under today's promise and keeps them
    as a new calibration; earlier ones stay on record. Raises NotCalibrated."""
    promised = promise.current(session)
    if promised is None:
        raise NotCalibrated("还没有承诺：请班组长先在“识别承诺”页设定，例如每 500 项至多错 1 项")
    version = version or promise.newest_version(session)
    if version is None:
        raise NotCalibrated("还没有识别过任何一页")
    cells = _cells(session, version)
    if not cells:
        raise NotCalibrated(f"识别版本 {version} 还没有可用的复核结果：须逐项核对完整页，才计入样本")
    verdicts = judge(cells, 1 / promised.one_in)
    answers = sum(sum(count for count, _ in steps.values()) for steps in cells.values())
    made = Calibration(
        promise_id=promised.id, version=version, answers=answers, run_by_id=user.id, run_at=now()
    )
    session.add(made)
    session.flush()
    rows = [
        {"calibration_id": made.id, "material": material, "field": name} | vars(verdict)
        for (material, name), verdict in verdicts.items()
    ]
    session.connection().execute(sa.insert(table_of(Threshold)), rows)
    states = [each.state for each in verdicts.values()]
    detail = {"version": version, "one_in": promised.one_in, "answers": answers}
    detail |= {state: states.count(state) for state in ("kept", "too_few", "broken")}
    audit.record(session, user, "promise.calibrated", ("calibration", made.id), detail)
    return made


Steps = Mapping[int, tuple[int, int]]


def judge(cells: Mapping[tuple[str, str], Steps], share: float) -> dict[tuple[str, str], Verdict]:
    """A verdict for each (type, field), and for each field over the types whose own samples are too small: over those
    alone, for whom it is used, so that small bad types do not hide behind large good ones."""
    verdicts = {key: decide(Cell.of(steps), share) for key, steps in cells.items()}
    rest: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for (material, name), steps in cells.items():
        if name == TYPE or verdicts[material, name].state != "too_few":
            continue
        for place, (count, errors) in steps.items():
            before = rest[name].get(place, (0, 0))
            rest[name][place] = before[0] + count, before[1] + errors
    return verdicts | {(EVERY_TYPE, name): decide(Cell.of(steps), share) for name, steps in rest.items()}


def _cells(session: Session, version: str) -> dict[tuple[str, str], dict[int, tuple[int, int]]]:
    """Per (type, field) and step of the grid the answers that count, and how many of them are errors. Answers of
    reviews stay on record and are left out here."""
    answers, rechecks = table_of(RecheckAnswer).c, table_of(PageRecheck).c
    read, page = table_of(Recognition).c, table_of(PageImage).c
    of_a_review = sa.exists().where(RereadReview.review_record_id == page.record_id)
    place = sa.case(
        *((answers.confidence >= step, number) for number, step in enumerate(GRID)), else_=len(GRID) - 1
    ).label("place")
    errors = sa.func.sum(sa.case((answers.correct, 0), else_=1)).label("errors")
    rows = session.execute(
        sa.select(answers.material, answers.field, place, sa.func.count().label("answers"), errors)
        .join_from(table_of(RecheckAnswer), table_of(PageRecheck), answers.recheck_id == rechecks.id)
        .join(table_of(Recognition), rechecks.recognition_id == read.id)
        .join(table_of(PageImage), rechecks.page_id == page.id)
        .where(read.version == version, rechecks.superseded_by_id.is_(None), ~of_a_review)
        .group_by(answers.material, answers.field, place)
    )
    cells: dict[tuple[str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        cells[row.material, row.field][row.place] = row.answers, int(row.errors)
    return cells
