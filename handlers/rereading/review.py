"""The review of what a new reading changed: opened where something matters, settled when its reviewer is done.

Knows cases, alerts and the diagram `bpmn/reviews/reread_review.bpmn`. What a change is, and whether it matters, is
`changes`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handlers import assessment
from handlers.context import Context
from handlers.rereading.changes import Archived, Change, passes
from handlers.rereading.review_record import ReviewRecord
from records import agreement, alerts, audit, pages, second_readings
from records.alerts import Cause
from records.base import now
from records.catalogue import Catalogue
from records.people import SYSTEM, Actor
from records.second_readings import Rereading, RereadReview
from workflows import definitions, instances
from workflows.models import ProcessDefinition
from workflows.service_tasks import Claim, Settle

PROCESS = "reread_review"
REASON = "REREAD"
# Alerts that a new reading can raise; how good an image is says nothing about the reading.
_RAISED = frozenset({"MISSING_MATERIAL", "INVALID_FIELD", "FIELD_CONFLICT"})


def bundle(model_dir: Path) -> dict[str, str]:
    """The files of the review's process, as `workflows.definitions.deploy` takes them."""
    path = model_dir / "reviews" / f"{PROCESS}.bpmn"
    return {path.name: path.read_text("utf-8")}


def open_review(
    session: Session,
    context: Context,
    user: Actor,
    archived: Archived,
    rows: Sequence[Rereading],
    changes: Mapping[int, list[Change]],
    files: Mapping[str, str],
) -> RereadReview | None:
    """The review of what changed, opened; None where nothing of it matters."""
    savepoint = session.begin_nested()
    copied = ReviewRecord(session, context.catalogue, archived, {row.page_id: row for row in rows}, changes)
    copied.read_anew()
    raised = _newly_raised(session, context.catalogue, archived, copied)
    weighty = [each for found in changes.values() for each in found if each.matters]
    if not weighty and not raised:
        savepoint.rollback()
        return None
    copied.as_archived()
    savepoint.commit()
    causes = [_cause(context.catalogue, copied, each) for each in weighty] + list(raised)
    alerts.open_for(session, user, copied.record.id, causes)
    review = RereadReview(
        record_id=archived.record.id,
        review_record_id=copied.record.id,
        version=rows[0].version,
        changes=[asdict(each) for each in weighty],
    )
    session.add(review)
    session.flush()
    data = {"record_id": copied.record.id, "item": archived.record.item, "channel": "batch"}
    definition = _definition(session, context, user, files)
    instances.start(session, context.models, user, definition, copied.record.id, data)
    said = {"review": copied.record.transaction_number, "version": review.version, "changes": len(causes)}
    audit.record(session, user, "reread.review_opened", ("record", archived.record.id), said)
    return review


def _definition(
    session: Session, context: Context, user: Actor, files: Mapping[str, str]
) -> ProcessDefinition:
    """The deployed review; what an administrator deployed is never replaced by the packaged diagram."""
    found = definitions.latest_or_none(session, PROCESS)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            return definitions.deploy(session, context.models, user, PROCESS, files)[0]
    except IntegrityError:  # another run deployed it at the same moment
        return definitions.latest(session, PROCESS)


def _newly_raised(
    session: Session, catalogue: Catalogue, archived: Archived, copied: ReviewRecord
) -> list[Cause]:
    """Causes of alerts that the new readings raise and the archived ones did not. An invalid value in place of one that
    a recheck passed is taken for a misreading."""
    numbers = {page.id: page.number for page in archived.pages}
    numbers |= {page.id: number for number, page in copied.pages.items()}

    def key(cause: Cause) -> tuple[str, int | None, str]:
        return cause.reason, numbers.get(cause.page_id or 0), cause.field or cause.text

    before = {key(each) for each in assessment.assess(session, catalogue, archived.record.id).causes}
    doubted = {
        (each.number, each.field)
        for found in copied.changes.values()
        for each in found
        if each.archived is not None and each.field and not passes(catalogue, each.field, each.found)
    }
    after = assessment.assess(session, catalogue, copied.record.id).causes
    return [
        each
        for each in after
        if each.reason in _RAISED
        and key(each) not in before
        and (numbers.get(each.page_id or 0), each.field) not in doubted
    ]


def _cause(catalogue: Catalogue, copied: ReviewRecord, change: Change) -> Cause:
    page = copied.pages[change.number]
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
