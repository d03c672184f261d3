"""One run over the archive: pages read again, records judged.

Safe to kill at any time and to run on several machines at once: a page is read once for a version, a record judged
once. Knows the pace only as something to ask.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers import shadow
from handlers.context import Context
from handlers.rereading import changes, review
from handlers.rereading.changes import Archived, Change
from ocr.protocol import Recogniser
from records import pages, second_readings
from records.base import now
from records.pages import PageImage, PageMaterial, Recognition
from records.people import Actor
from records.second_readings import Rereading, RereadReview
from workflows.models import ProcessInstance

_AT_ONCE = 50


@dataclass(frozen=True)
class Wanted:
    """Which archived pages: of one material type, archived since a moment, at most `limit` (the record in hand is
    finished)."""

    material: str | None = None
    since: dt.datetime | None = None
    limit: int | None = None


@dataclass
class Tally:
    """What a run did."""

    pages: int = 0
    records: int = 0
    changed: int = 0
    failed: int = 0
    reviews: int = 0

    def __str__(self) -> str:
        return (
            f"{self.pages} pages of {self.records} records read again, {self.failed} could not be read; "
            f"{self.changed} changed, {self.reviews} reviews opened"
        )


@dataclass
class Lane:
    """One run over the archive. `may_read` is asked before every page; `told` hears of every record; `stop` ends the
    run after the page in hand."""

    context: Context
    recogniser: Recogniser
    user: Actor
    bundle: Mapping[str, str]
    may_read: Callable[[], bool] = lambda: True
    told: Callable[[Tally], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, wanted: Wanted) -> Tally:
        tally, after = Tally(), 0
        while not self.stop.is_set():
            with self.context.sessions() as session:
                some = _records(session, self.recogniser.version, wanted, after)
            if not some:
                break
            for case_id, record_id in some:
                after = case_id
                if self.stop.is_set() or (wanted.limit is not None and tally.pages >= wanted.limit):
                    return tally
                self._record(record_id, wanted.material, tally)
                self.told(tally)
        return tally

    def _record(self, record_id: int, material: str | None, tally: Tally) -> None:
        with self.context.sessions() as session:
            ahead = _ahead(session, record_id, self.recogniser.version, material)
        for page in ahead:
            if not self._wait():
                return
            self._page(page, tally)
        tally.records += 1
        with self.context.sessions.begin() as session:
            judged = judge(session, self.context, self.user, record_id, self.recogniser.version, self.bundle)
            tally.changed += judged.changed
            tally.reviews += judged.review is not None

    def _wait(self) -> bool:
        while not self.stop.is_set():
            if self.may_read():
                return True
            self.stop.wait(0.2)
        return False

    def _page(self, page: PageImage, tally: Tally) -> None:
        version = self.recogniser.version
        with self.context.sessions.begin() as session:
            claimed = second_readings.claim(session, Rereading, page.id, version, record_id=page.record_id)
        if claimed == "read":
            found = shadow.findings(self.context.store, self.recogniser, page.sha256)
            with self.context.sessions.begin() as session:
                second_readings.keep(session, Rereading, page.id, version, **found)
            tally.pages += 1
            tally.failed += "error" in found
        tally.failed += claimed == "given_up"


def _records(session: Session, version: str, wanted: Wanted, after: int) -> list[tuple[int, int]]:
    """(case, record) of archived records that have pages which this version has not read, or not judged."""
    read = sa.select(Recognition.id).where(
        Recognition.page_id == PageImage.id, Recognition.version == version
    )
    judged = sa.select(Rereading.id).where(
        Rereading.page_id == PageImage.id,
        Rereading.version == version,
        Rereading.judged_at.is_not(None),
    )
    ahead = sa.select(PageImage.id).where(
        PageImage.record_id == ProcessInstance.record_id,
        PageImage.superseded_by_id.is_(None),
        ~read.exists(),
        ~judged.exists(),
    )
    if wanted.material:
        of_type = sa.func.coalesce(PageMaterial.confirmed_code, PageMaterial.code) == wanted.material
        ahead = ahead.where(
            sa.select(PageMaterial.id).where(PageMaterial.page_id == PageImage.id, of_type).exists()
        )
    statement = (
        sa.select(ProcessInstance.id, ProcessInstance.record_id)
        .where(ProcessInstance.id > after, ProcessInstance.outcome == "archived", ahead.exists())
        .order_by(ProcessInstance.id)
        .limit(_AT_ONCE)
    )
    if wanted.since is not None:
        statement = statement.where(ProcessInstance.ended_at >= wanted.since)
    return [(row.id, row.record_id) for row in session.execute(statement)]


def _ahead(session: Session, record_id: int, version: str, material: str | None) -> list[PageImage]:
    """The record's pages that this version has not finished."""
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    done = set(
        session.scalars(
            sa.select(Recognition.page_id).where(Recognition.page_id.in_(ids), Recognition.version == version)
        )
    ) | set(
        session.scalars(
            sa.select(Rereading.page_id).where(
                Rereading.page_id.in_(ids), Rereading.version == version, Rereading.done_at.is_not(None)
            )
        )
    )
    materials = pages.materials(session, ids)
    return [
        page
        for page in current
        if page.id not in done
        and (material is None or material in {each.current_code for each in materials.get(page.id, [])})
    ]


@dataclass(frozen=True)
class Judged:
    """Pages on which something changed, and the review that was opened for it."""

    changed: int = 0
    review: RereadReview | None = None


def judge(
    session: Session, context: Context, user: Actor, record_id: int, version: str, files: Mapping[str, str]
) -> Judged:
    """Compares what was read again with the archive, once; opens a review where it matters. Does nothing while another
    process still reads a page of the record."""
    busy = session.scalars(
        sa.select(Rereading.id).where(
            Rereading.record_id == record_id, Rereading.version == version, Rereading.done_at.is_(None)
        )
    ).first()
    rows = [] if busy else second_readings.unjudged(session, record_id, version)
    if not rows:
        return Judged()
    archived = Archived.load(session, record_id)
    current = {page.id: page for page in archived.pages}
    changed: dict[int, list[Change]] = {}
    for row in rows:
        row.judged_at = now()
        if row.error is None and row.page_id in current:
            found = list(changes.between(session, context.catalogue, archived, current[row.page_id], row))
            row.changes = [asdict(each) for each in found]
            if found:
                changed[row.page_id] = found
    if not changed:
        return Judged()
    opened = review.open_review(session, context, user, archived, rows, changed, files)
    for row in rows:
        row.review_id = opened.id if opened else None
    return Judged(len(changed), opened)
