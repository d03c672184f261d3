"""Intake: a submission becomes a record with its pages and a running case, or a refusal that is on the ledger.

Every door (REST, web upload, watched folder, command line) comes through here. Pages are kept first: they are
content-addressed, so a crash before the commit leaves at most an image that nothing points to, never a case that
lacks one. `receive` and `add_pages` begin and end their own transactions: each is one act with one outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from records import audit, case_file, dossiers, pages, scans, submissions
from records.base import insert_if_new
from records.case_file import CaseFile, CaseFileRefused
from records.catalogue import Catalogue
from records.dossiers import Record
from records.images import ImageCorrupted, ImageStore, StorageFailed, Stored
from records.pages import PageImage
from records.people import Actor
from records.scans import Limits, ScannedPage, ScanRefused
from workflows import definitions, instances
from workflows.definitions import Models
from workflows.models import ProcessInstance

_log = logging.getLogger(__name__)


class SubmissionRefused(Exception):
    """The submission cannot be accepted; `reasons` are sentences for the one who handed it in."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Intake:
    """What receiving needs besides the session: where images go, what is valid, what is too much."""

    models: Models
    catalogue: Catalogue
    store: ImageStore
    limits: Limits


@dataclass(frozen=True)
class Receipt:
    """What the one who handed in gets: the ledger's row, the record, and whether it was on record already."""

    submission_id: int
    record_id: int
    transaction_number: str
    pages: int
    repeated: bool


@dataclass(frozen=True)
class _Kept:
    scan: ScannedPage
    stored: Stored


def receive(
    session: Session,
    intake: Intake,
    user: Actor,
    *,
    door: str,
    name: str,
    case_json: bytes,
    files: Iterable[tuple[str, bytes | IO[bytes]]],
) -> Receipt:
    """Accepts a submission, or notes on the ledger why not and raises SubmissionRefused."""
    try:
        case = case_file.load(case_json, intake.catalogue)
        kept = _keep(intake, files)
        receipt = _open_case(session, intake, user, door, name, case, kept)
        session.commit()
        return receipt
    except _REFUSALS as error:
        session.rollback()
        reasons = _reasons(error)
        submissions.rejected(session, user, door=door, name=name, reason="；".join(reasons))
        session.commit()
        raise SubmissionRefused(reasons) from error


_REFUSALS = (
    CaseFileRefused,
    ScanRefused,
    StorageFailed,
    ImageCorrupted,
    SubmissionRefused,
    definitions.DefinitionMissing,
)


def _reasons(error: Exception) -> Sequence[str]:
    if isinstance(error, CaseFileRefused):
        return [str(problem) for problem in error.problems]
    if isinstance(error, SubmissionRefused):
        return error.reasons
    if isinstance(error, StorageFailed | ImageCorrupted):
        _log.error("image store: %s", error)  # names folders, which are nobody's business on a screen
        return [
            "影像存储暂时不能写入，本次提交没有保存。请保留原件稍后重新提交，并通知系统管理员检查存储空间"
        ]
    return [str(error)]


def _keep(intake: Intake, files: Iterable[tuple[str, bytes | IO[bytes]]]) -> list[_Kept]:
    kept: list[_Kept] = []
    for name, content in files:
        for scan in scans.split(name, content, intake.limits):
            if len(kept) >= intake.limits.max_pages:
                limit = intake.limits.max_pages
                raise SubmissionRefused([f"本次提交超过 {limit} 页，请分件提交或联系系统管理员调整上限"])
            stored = intake.store.put(scan.content)
            kept.append(_Kept(scan.without_content(), stored))
    return kept


def _open_case(
    session: Session, intake: Intake, user: Actor, door: str, name: str, case: CaseFile, kept: Sequence[_Kept]
) -> Receipt:
    fingerprint = case_file.fingerprint(case, [page.stored.sha256 for page in kept])
    new = _add_record(session, intake, case, fingerprint)
    record = session.scalars(sa.select(Record).where(Record.fingerprint == fingerprint)).one_or_none()
    if record is None:
        number = case.transaction_number
        raise SubmissionRefused(
            [f"流水号 {number} 已有一件，内容与本次不同；补充或更换影像请在该件的补扫任务中上传"]
        )
    if not new:
        _refuse_ended(session, record)
    else:
        _add_to_dossier(session, intake, record)
        _add_page_rows(session, user, record.id, kept, 1)
        definition = definitions.latest(session, case.item)
        data = {"record_id": record.id, "item": case.item, "channel": case.channel}
        instances.start(session, intake.models, user, definition, record.id, data)
    size = sum(page.stored.size for page in kept)
    row = submissions.accepted(
        session,
        user,
        door=door,
        name=name,
        record_id=record.id,
        pages=len(kept),
        size=size,
        repeated=not new,
    )
    return Receipt(row.id, record.id, record.transaction_number, len(kept), not new)


def _refuse_ended(session: Session, record: Record) -> None:
    """A repetition of a case that was withdrawn would be accepted and never be worked on."""
    outcome = session.scalar(sa.select(ProcessInstance.outcome).where(ProcessInstance.record_id == record.id))
    if outcome in ("withdrawn", "cancelled"):
        raise SubmissionRefused([f"流水号 {record.transaction_number} 的办件已撤回，请联系班组长重新受理"])


def _add_record(session: Session, intake: Intake, case: CaseFile, fingerprint: str) -> bool:
    return insert_if_new(
        session,
        Record,
        transaction_number=case.transaction_number,
        item=case.item,
        subject=dict(case.subject),
        office=case.office,
        channel=case.channel,
        accepted_at=case.accepted_at,
        catalogue_version=intake.catalogue.version,
        fingerprint=fingerprint,
    )


def _add_to_dossier(session: Session, intake: Intake, record: Record) -> None:
    kind = intake.catalogue.items[record.item].dossier
    number = dossiers.number_of(kind, record.subject)
    if number and kind in ("vehicle", "driver"):  # a few candidate items belong to neither
        record.dossiers.append(dossiers.dossier(session, kind, number))


def _add_page_rows(
    session: Session, user: Actor, record_id: int, kept: Sequence[_Kept], first: int
) -> list[PageImage]:
    rows = [
        PageImage(
            record_id=record_id,
            number=number,
            sha256=page.stored.sha256,
            sm3=page.stored.sm3,
            size=page.stored.size,
            format=page.scan.format,
            width=page.scan.width,
            height=page.scan.height,
            dpi=page.scan.dpi,
            source_name=page.scan.source_name[:200],
            source_page=page.scan.source_page,
            added_by=user.id,
        )
        for number, page in enumerate(kept, first)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def add_pages(
    session: Session,
    intake: Intake,
    user: Actor,
    record_id: int,
    files: Iterable[tuple[str, bytes | IO[bytes]]],
    supersede: Mapping[int, int] | None = None,
) -> list[PageImage]:
    """Adds scans to a record. `supersede` maps the position of a new page (from 0) to the id of the page it
    replaces; the others go to the end. Raises SubmissionRefused, pages.PageGone; nothing is kept then."""
    try:
        kept = _keep(intake, files)
        if not kept:
            raise SubmissionRefused(["没有收到影像，请选择扫描文件后再上传"])
        _require_running(session, record_id)
        last = session.scalar(
            sa.select(sa.func.max(PageImage.number)).where(PageImage.record_id == record_id)
        )
        rows = _add_page_rows(session, user, record_id, kept, (last or 0) + 1)
        for position, old_id in (supersede or {}).items():
            pages.supersede(session, user, pages.get_current(session, record_id, old_id), rows[position])
        audit.record(
            session, user, "pages.added", ("record", record_id), {"pages": [row.sha256 for row in rows]}
        )
        session.commit()
        return rows
    except pages.PageGone:
        session.rollback()
        raise
    except (ScanRefused, StorageFailed, ImageCorrupted, SubmissionRefused) as error:
        session.rollback()
        raise SubmissionRefused(_reasons(error)) from error


def _require_running(session: Session, record_id: int) -> None:
    """Locks the case: pages added after its end would never be read, pushed or packaged."""
    status = session.scalar(
        sa.select(ProcessInstance.status).where(ProcessInstance.record_id == record_id).with_for_update()
    )
    if status != "running":
        raise SubmissionRefused(["本件已经办结或撤销，影像没有加入；请刷新页面"])
