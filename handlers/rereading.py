"""Re-reading: a newer version of the recogniser reads archived pages again, and a person looks where it matters.

Archived rows and packages are never changed: what was found goes to rows of its own (`records.second_readings`). When a
record's pages are read, what changed is compared with what is archived, and it matters where

- the type differs from the archived one and the new reading is sure of it,
- a field that the type must have, or that papers are compared by, differs in normal form, is sure and passes its
  validator,
- an alert would arise that the archived readings did not raise (a paper missing, a field invalid or in conflict).

What a person saw and rejected before does not matter again; neither does a field that was not read before. Then a
review is opened: a record of its own, which points to the same images and shows the archived values beside the alerts
that say what changed, and a case of `bpmn/reviews` on it, in the inbox of everybody who rechecks. Everything else is
only kept.

Safe to kill at any time and to run on several machines at once: a page is read once for a version, a record judged
once. Knows the pace only as something to ask.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers import assessment, shadow
from handlers.context import Context
from handlers.recognition import UNKNOWN
from ocr.protocol import Recogniser
from records import agreement, alerts, audit, pages, second_readings
from records.alerts import Cause
from records.base import now
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM, Actor
from records.second_readings import Rereading, RereadReview
from workflows import definitions, instances
from workflows.models import ProcessDefinition, ProcessInstance
from workflows.service_tasks import Claim, Settle

PROCESS = "reread_review"
REASON = "REREAD"
# Alerts that a new reading can raise; how good an image is says nothing about the reading.
_RAISED = frozenset({"MISSING_MATERIAL", "INVALID_FIELD", "FIELD_CONFLICT"})
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


@dataclass(frozen=True)
class Change:
    """One difference between the archive and the new reading. `field` is empty for the type."""

    page_id: int
    number: int
    field: str
    archived: str | None
    found: str
    confidence: float
    box: tuple[float, ...] | None
    matters: bool


@dataclass(frozen=True)
class _Archived:
    """A record as it is archived."""

    record: Record
    pages: Sequence[PageImage]
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, list[PageMaterial]]
    readings: Mapping[int, dict[str, Reading]]


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


def bundle(model_dir: Path) -> dict[str, str]:
    """The files of the review's process, as `workflows.definitions.deploy` takes them."""
    path = model_dir / "reviews" / f"{PROCESS}.bpmn"
    return {path.name: path.read_text("utf-8")}


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


# ---- what changed, and does it matter ----


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
    archived = _archived(session, record_id)
    current = {page.id: page for page in archived.pages}
    changes: dict[int, list[Change]] = {}
    for row in rows:
        row.judged_at = now()
        if row.error is None and row.page_id in current:
            found = list(_changes(session, context.catalogue, archived, current[row.page_id], row))
            row.changes = [asdict(each) for each in found]
            if found:
                changes[row.page_id] = found
    if not changes:
        return Judged()
    review = _review(session, context, user, archived, rows, changes, files)
    for row in rows:
        row.review_id = review.id if review else None
    return Judged(len(changes), review)


def _archived(session: Session, record_id: int) -> _Archived:
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    return _Archived(
        session.get_one(Record, record_id),
        current,
        pages.recognitions(session, ids),
        pages.materials(session, ids),
        pages.readings(session, ids),
    )


def _changes(
    session: Session, catalogue: Catalogue, archived: _Archived, page: PageImage, row: Rereading
) -> Iterator[Change]:
    materials = archived.materials.get(page.id, [])
    codes = [each.current_code for each in materials]
    found = row.materials[0] if row.materials else None
    if found and found["code"] not in codes:
        rejected = any(each.confirmed_by and each.code == found["code"] for each in materials)
        sure = found["confidence"] >= agreement.SURE and found["code"] != UNKNOWN
        yield Change(
            page.id,
            page.number,
            "",
            codes[0] if codes else None,
            found["code"],
            found["confidence"],
            None,
            sure and not rejected,
        )
    known, keys = archived.readings.get(page.id, {}), key_fields(catalogue, codes)
    for each in row.fields:
        before = known.get(each["code"])
        if before is not None and agreement.agree(catalogue, each["code"], before.value, each["value"]):
            continue
        matters = (
            before is not None
            and each["code"] in keys
            and each["confidence"] >= agreement.SURE
            and _passes(catalogue, each["code"], each["value"])
            and not _rejected(session, catalogue, before, each["value"])
        )
        yield Change(
            page.id,
            page.number,
            each["code"],
            before.value if before else None,
            each["value"],
            each["confidence"],
            tuple(each["box"]) if each["box"] else None,
            matters,
        )


def key_fields(catalogue: Catalogue, codes: Sequence[str]) -> frozenset[str]:
    """Fields that a page of these types must have, and those by which papers are compared."""
    required = {
        each.code
        for code in codes
        if code in catalogue.materials
        for each in catalogue.materials[code].fields
        if each.required
    }
    return agreement.COMPARED_FIELDS | required


def _passes(catalogue: Catalogue, code: str, value: str) -> bool:
    verdict = agreement.verdict(catalogue, code, value)
    return verdict is None or verdict.ok


def _rejected(session: Session, catalogue: Catalogue, before: Reading, value: str) -> bool:
    """Whether a person saw this very value on the page and put another in its place."""
    if before.person_id is None:
        return False
    earlier = session.scalars(
        sa.select(Reading.value).where(
            Reading.page_id == before.page_id, Reading.field == before.field, Reading.id < before.id
        )
    )
    return any(agreement.agree(catalogue, before.field, each, value) for each in earlier)


# ---- the review ----


def _review(
    session: Session,
    context: Context,
    user: Actor,
    archived: _Archived,
    rows: Sequence[Rereading],
    changes: Mapping[int, list[Change]],
    files: Mapping[str, str],
) -> RereadReview | None:
    """The review of what changed, opened; None where nothing of it matters."""
    savepoint = session.begin_nested()
    mirror = _Mirror(session, context.catalogue, archived, {row.page_id: row for row in rows}, changes)
    mirror.read_anew()
    raised = _newly_raised(session, context.catalogue, archived, mirror)
    weighty = [each for found in changes.values() for each in found if each.matters]
    if not weighty and not raised:
        savepoint.rollback()
        return None
    mirror.as_archived()
    savepoint.commit()
    causes = [_cause(context.catalogue, mirror, each) for each in weighty] + list(raised)
    alerts.open_for(session, user, mirror.record.id, causes)
    review = RereadReview(
        record_id=archived.record.id,
        review_record_id=mirror.record.id,
        version=rows[0].version,
        changes=[asdict(each) for each in weighty],
    )
    session.add(review)
    session.flush()
    data = {"record_id": mirror.record.id, "item": archived.record.item, "channel": "batch"}
    definition = _definition(session, context, user, files)
    instances.start(session, context.models, user, definition, mirror.record.id, data)
    said = {"review": mirror.record.transaction_number, "version": review.version, "changes": len(causes)}
    audit.record(session, user, "reread.review_opened", ("record", archived.record.id), said)
    return review


def _definition(
    session: Session, context: Context, user: Actor, files: Mapping[str, str]
) -> ProcessDefinition:
    """The deployed review; what an administrator deployed is never replaced by the packaged diagram."""
    found = definitions.latest_or_none(session, PROCESS)
    return found or definitions.deploy(session, context.models, user, PROCESS, files)[0]


def _newly_raised(
    session: Session, catalogue: Catalogue, archived: _Archived, mirror: _Mirror
) -> list[Cause]:
    """Causes of alerts that the new readings raise and the archived ones did not. An invalid value in place of one that
    a recheck passed is taken for a misreading."""
    numbers = {page.id: page.number for page in archived.pages}
    numbers |= {page.id: number for number, page in mirror.pages.items()}

    def key(cause: Cause) -> tuple[str, int | None, str]:
        return cause.reason, numbers.get(cause.page_id or 0), cause.field or cause.text

    before = {key(each) for each in assessment.assess(session, catalogue, archived.record.id).causes}
    doubted = {
        (each.number, each.field)
        for found in mirror.changes.values()
        for each in found
        if each.archived is not None and each.field and not _passes(catalogue, each.field, each.found)
    }
    after = assessment.assess(session, catalogue, mirror.record.id).causes
    return [
        each
        for each in after
        if each.reason in _RAISED
        and key(each) not in before
        and (numbers.get(each.page_id or 0), each.field) not in doubted
    ]


def _cause(catalogue: Catalogue, mirror: _Mirror, change: Change) -> Cause:
    page = mirror.pages[change.number]
    box = tuple(change.box) if change.box else None
    if not change.field:
        before, found = (_name(catalogue, code) for code in (change.archived, change.found))
        text = f"第 {change.number} 页归档为“{before}”，新版识别为“{found}”，请对照影像核对"
        return Cause(REASON, text, page.id)
    known = catalogue.fields.get(change.field)
    title = known.name if known else change.field
    text = f"第 {change.number} 页{title}归档为“{change.archived}”，新版读作“{change.found}”，请对照影像核对"
    return Cause(REASON, text, page.id, change.field, box)  # type: ignore[arg-type]


def _name(catalogue: Catalogue, code: str | None) -> str:
    known = catalogue.materials.get(code or "")
    return known.name if known else code or "未识别"


@dataclass
class _Mirror:
    """The record that a reviewer works on: the same images, first read anew (with what people had said), to see what
    would be alerted, then shown as archived."""

    session: Session
    catalogue: Catalogue
    archived: _Archived
    rows: Mapping[int, Rereading]
    changes: Mapping[int, list[Change]]
    pages: dict[int, PageImage] = field(default_factory=dict)
    record: Record = field(init=False)

    def read_anew(self) -> None:
        self._copy_record()
        for page in self.archived.pages:
            row = self.rows.get(page.id)
            copied = self.pages[page.number]
            recognition = self._recognition(page, copied, row)
            self._materials(page, copied, recognition, row)
            if row is not None and row.error is None:
                self._new_readings(copied, recognition, row)
            for reading in self.archived.readings.get(page.id, {}).values():
                if row is None or row.error is not None or reading.person_id is not None:
                    self._copy_reading(copied, reading)
        self.session.flush()

    def as_archived(self) -> None:
        """Puts the archived values on top: the reviewer starts from what is archived and acts where it is wrong."""
        for page in self.archived.pages:
            row = self.rows.get(page.id)
            if row is None or row.error is not None:
                continue
            copied, read = self.pages[page.number], {each["code"]: each["value"] for each in row.fields}
            for code, reading in self.archived.readings.get(page.id, {}).items():
                same = code in read and agreement.agree(self.catalogue, code, read[code], reading.value)
                if reading.person_id is None and not same:
                    self._copy_reading(copied, reading)
            shown = pages.materials(self.session, [copied.id]).get(copied.id, [])
            for material, before in zip(shown, self.archived.materials.get(page.id, []), strict=False):
                if material.current_code != before.current_code:
                    material.confirmed_code = before.current_code
        self.session.flush()

    def _copy_record(self) -> None:
        original = self.archived.record
        first = min(row.id for row in self.rows.values())
        self.record = Record(
            transaction_number=f"{original.transaction_number[:20]}-R{first}",
            item=original.item,
            subject=dict(original.subject),
            office=original.office,
            channel="batch",
            accepted_at=original.accepted_at,
            catalogue_version=original.catalogue_version,
            fingerprint=hashlib.sha256(f"reread {original.id} {first}".encode()).hexdigest(),
            dossiers=list(original.dossiers),
        )
        self.session.add(self.record)
        self.session.flush()
        for page in self.archived.pages:
            kept = ("number", "sha256", "sm3", "size", "format", "width", "height", "dpi", "source_name")
            values = {name: getattr(page, name) for name in (*kept, "source_page", "added_by")}
            self.pages[page.number] = PageImage(record_id=self.record.id, **values)
        self.session.add_all(self.pages.values())
        self.session.flush()

    def _recognition(self, page: PageImage, copied: PageImage, row: Rereading | None) -> Recognition:
        before = self.archived.recognitions.get(page.id)
        anew = row is not None and row.error is None
        recognition = Recognition(
            page_id=copied.id,
            version=row.version if anew and row else before.version if before else "",
            rotation=(row.rotation or 0) if anew and row else before.rotation if before else 0,
            quality=before.quality if before else {},
            lines=[],
            error=None,
            seconds=row.seconds if row else 0.0,
        )
        self.session.add(recognition)
        self.session.flush()
        return recognition

    def _materials(
        self, page: PageImage, copied: PageImage, recognition: Recognition, row: Rereading | None
    ) -> None:
        """The new types where one matters; else the archived ones, beside what the new version says of each."""
        before = self.archived.materials.get(page.id, [])
        new = row.materials if row is not None and row.error is None else []
        changed = any(not each.field and each.matters for each in self.changes.get(page.id, []))
        if changed:
            self.session.add_all(
                PageMaterial(
                    page_id=copied.id,
                    recognition_id=recognition.id,
                    region=list(each["region"]),
                    code=each["code"],
                    confidence=each["confidence"],
                )
                for each in new
            )
            return
        for place, each in enumerate(before):
            said = new[place] if len(new) == len(before) else None
            self.session.add(
                PageMaterial(
                    page_id=copied.id,
                    recognition_id=recognition.id,
                    region=each.region,
                    code=said["code"] if said else each.code,
                    confidence=said["confidence"] if said else each.confidence,
                    confirmed_code=each.current_code,
                    confirmed_by=each.confirmed_by,
                    confirmed_at=each.confirmed_at,
                )
            )

    def _new_readings(self, copied: PageImage, recognition: Recognition, row: Rereading) -> None:
        self.session.add_all(
            Reading(
                page_id=copied.id,
                recognition_id=recognition.id,
                field=each["code"],
                value=each["value"],
                confidence=each["confidence"],
                box=each["box"],
                characters=each["characters"],
                source=row.version,
            )
            for each in row.fields
        )
        self.session.flush()

    def _copy_reading(self, copied: PageImage, reading: Reading) -> None:
        self.session.add(
            Reading(
                page_id=copied.id,
                person_id=reading.person_id,
                field=reading.field,
                value=reading.value,
                confidence=reading.confidence,
                box=reading.box,
                characters=reading.characters,
                source=reading.source,
                created_at=reading.created_at,
            )
        )
        self.session.flush()


# ---- the end of a review ----


def settle_reread(context: Context, claimed: Claim) -> Settle:
    """Notes in how many of its changes the archive was found wrong: {"upheld": …, "changes": …}."""

    def settle(session: Session) -> dict[str, Any]:
        review = second_readings.review_of(session, claimed.record_id)
        if review is None:
            return {"upheld": 0, "changes": 0}
        for alert in alerts.of_record(session, claimed.record_id, "open"):
            alerts.close(session, SYSTEM, alert, "resolved")
        upheld = sum(_upheld(session, context.catalogue, claimed.record_id, each) for each in review.changes)
        review.settled_at, review.upheld = now(), upheld
        found = {"upheld": upheld, "changes": len(review.changes)}
        audit.record(session, SYSTEM, "reread.settled", ("record", review.record_id), found)
        return found

    return settle


def _upheld(session: Session, catalogue: Catalogue, record_id: int, change: Mapping[str, Any]) -> bool:
    """Whether the reviewer left something else than what is archived."""
    page = next(each for each in pages.current(session, record_id) if each.number == change["number"])
    if not change["field"]:
        codes = [each.current_code for each in pages.materials(session, [page.id]).get(page.id, [])]
        return change["archived"] not in codes
    left = pages.readings(session, [page.id]).get(page.id, {}).get(change["field"])
    return left is None or not agreement.agree(catalogue, change["field"], left.value, change["archived"])
