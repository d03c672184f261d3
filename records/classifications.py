"""Classifications: images that a program hands in to be told what they are, one row a request and one a page.

The page's row is the truth of its work, as in `workflows.outbox`: queues hold ids as hints, a worker claims a page with
a lease, and a page whose workers died twice is given up, so that a poisoned image never takes its neighbours along.
Knows rows only: images are in `records.loose_images` or belong to a record; what a finding means is not known here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit, webhooks
from records.base import Base, BigId, Moment, now
from records.pages import PageImage
from records.people import SYSTEM, Actor, Person
from records.webhooks import Webhook

Lane = Literal["single", "batch"]
MOST_TRIES = 2
# A queued page that no worker took for this long is handed over again; ever less often while the queue is long.
HAND_OVER_AGAIN = dt.timedelta(seconds=60)
LONGEST_PATIENCE = dt.timedelta(minutes=10)
_OVER = dt.timedelta(seconds=1)


class ClassificationRefused(Exception):
    """The request cannot be taken; `reasons` are sentences for whoever sent it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = tuple(reasons)


class TooManyOpen(Exception):
    """The account has as many unfinished classifications as it may."""


class KeyReused(Exception):
    """The idempotency key stands for another request."""


class Classification(Base):
    """One request: its pages, and how many of them are still to do. `folder` holds its own images until they are
    deleted; images of a record are where the record's are."""

    __tablename__ = "classifications"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    lane: Mapped[str] = mapped_column(sa.String(6))
    depth: Mapped[str] = mapped_column(sa.String(4))
    key: Mapped[str | None] = mapped_column(sa.String(128))
    request: Mapped[str] = mapped_column(sa.String(64))
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("records.id"), index=True)
    folder: Mapped[str | None] = mapped_column(sa.String(41), unique=True)
    pages: Mapped[int]
    unfinished: Mapped[int]
    failed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment, index=True)
    __table_args__ = (
        sa.UniqueConstraint("person_id", "key"),
        sa.Index(None, "person_id", "finished_at"),
        sa.CheckConstraint("lane in ('single','batch')", "lane"),
    )


class ClassifiedPage(Base):
    """One page of a request. `findings` as the interface tells them; `kept` says what became of them in the record:
    stored, or why not."""

    __tablename__ = "classified_pages"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    classification_id: Mapped[int] = mapped_column(sa.ForeignKey("classifications.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    page_id: Mapped[int | None] = mapped_column(sa.ForeignKey("page_images.id"), index=True)
    status: Mapped[str] = mapped_column(sa.String(8), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(sa.String(80))
    version: Mapped[str | None] = mapped_column(sa.String(120))
    findings: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    kept: Mapped[str | None] = mapped_column(sa.String(20))
    error: Mapped[str | None] = mapped_column(sa.Text)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    __table_args__ = (
        sa.UniqueConstraint("classification_id", "number"),
        sa.Index(None, "status", "lease_until"),
        sa.CheckConstraint("status in ('queued','running','done','failed')", "status"),
    )


@dataclass(frozen=True)
class Sheet:
    """One page as it was handed in, or a page of a record (`page_id`)."""

    name: str
    sha256: str
    page_id: int | None = None


@dataclass(frozen=True)
class Request:
    """What is asked for. `digest` tells two requests under one idempotency key apart."""

    lane: Lane
    depth: str
    digest: str
    sheets: tuple[Sheet, ...]
    key: str | None = None
    record_id: int | None = None
    folder: str | None = None
    webhook_url: str | None = None


@dataclass(frozen=True)
class Claim:
    """A page that this worker holds a lease on; `attempt` fences off an earlier holder's late result."""

    page_row: int
    attempt: int
    classification_id: int
    depth: str
    sha256: str
    folder: str | None
    page_id: int | None


def is_known(session: Session, user: Actor, key: str) -> bool:
    """Whether the account has used this key before."""
    statement = sa.select(Classification.id).where(
        Classification.person_id == user.id, Classification.key == key
    )
    return session.scalars(statement).first() is not None


def earlier(session: Session, user: Actor, key: str, digest: str) -> Classification | None:
    """What the same account asked for under this key before. Raises KeyReused when that was something else."""
    statement = sa.select(Classification).where(
        Classification.person_id == user.id, Classification.key == key
    )
    found = session.scalars(statement).one_or_none()
    if found is not None and found.request != digest:
        raise KeyReused("这个 Idempotency-Key 已用于内容不同的请求；新的请求请换一个新的键")
    return found


def require_room(session: Session, user: Actor, most_open: int) -> None:
    """Raises TooManyOpen."""
    found = session.scalar(
        sa.select(sa.func.count()).where(
            Classification.person_id == user.id, Classification.finished_at.is_(None)
        )
    )
    if (found or 0) >= most_open:
        raise TooManyOpen(f"未完成的识别请求已达上限 {most_open} 个；请等已有请求完成后再提交")


def open_for(
    session: Session, user: Actor, request: Request, most_open: int
) -> tuple[Classification, list[int]]:
    """(the classification, ids of its pages to hand to a queue: none when it was there before). Raises TooManyOpen,
    KeyReused."""
    assert user.id is not None
    # Requests of one account at the same time are counted, and looked up by their key, one after the other.
    session.execute(sa.select(Person.id).where(Person.id == user.id).with_for_update())
    if request.key is not None:
        found = earlier(session, user, request.key, request.digest)
        if found is not None:
            return found, []
    require_room(session, user, most_open)
    row = Classification(
        person_id=user.id,
        lane=request.lane,
        depth=request.depth,
        key=request.key,
        request=request.digest,
        record_id=request.record_id,
        folder=request.folder,
        pages=len(request.sheets),
        unfinished=len(request.sheets),
    )
    session.add(row)
    session.flush()
    again = now() + HAND_OVER_AGAIN
    rows = [
        ClassifiedPage(
            classification_id=row.id,
            number=number,
            name=sheet.name[:200],
            sha256=sheet.sha256,
            page_id=sheet.page_id,
            lease_until=again,
        )
        for number, sheet in enumerate(request.sheets, 1)
    ]
    session.add_all(rows)
    if request.webhook_url is not None:
        session.add(Webhook(classification_id=row.id, url=request.webhook_url))
    session.flush()
    asked = {"lane": row.lane, "depth": row.depth, "pages": row.pages, "record": row.record_id}
    audit.record(session, user, "classification.requested", ("classification", row.id), asked)
    return row, [each.id for each in rows]


def of_account(session: Session, user: Actor, classification_id: int) -> Classification:
    """Raises NoResultFound for what is not there and for what another account asked for."""
    statement = sa.select(Classification).where(
        Classification.id == classification_id, Classification.person_id == user.id
    )
    return session.scalars(statement).one()


def pages_of(session: Session, classification_id: int, after: int, limit: int) -> Sequence[ClassifiedPage]:
    """Pages behind number `after`, in order."""
    statement = sa.select(ClassifiedPage).where(
        ClassifiedPage.classification_id == classification_id, ClassifiedPage.number > after
    )
    return session.scalars(statement.order_by(ClassifiedPage.number).limit(limit)).all()


# ---- the work ----


def claim(session: Session, page_row: int, worker: str, lease: dt.timedelta) -> Claim | None:
    """Takes the page for `lease`; None when another worker has it, or it needs no work any more."""
    at = now()
    lapsed = sa.and_(ClassifiedPage.status == "running", ClassifiedPage.lease_until < at)
    taken = session.execute(
        sa.update(ClassifiedPage)
        .where(
            ClassifiedPage.id == page_row,
            ClassifiedPage.attempts < MOST_TRIES,
            sa.or_(ClassifiedPage.status == "queued", lapsed),
        )
        .values(status="running", worker=worker, attempts=ClassifiedPage.attempts + 1, lease_until=at + lease)
        .returning(
            ClassifiedPage.attempts,
            ClassifiedPage.classification_id,
            ClassifiedPage.sha256,
            ClassifiedPage.page_id,
        )
    ).one_or_none()
    if taken is None:
        return None
    job = session.get_one(Classification, taken.classification_id)
    return Claim(page_row, taken.attempts, job.id, job.depth, taken.sha256, job.folder, taken.page_id)


def try_again(session: Session, claimed: Claim, wait: dt.timedelta) -> None:
    """Puts the page back for a second try after `wait`."""
    session.execute(
        sa.update(ClassifiedPage)
        .where(*_held(claimed))
        .values(status="queued", worker=None, lease_until=now() + wait)
    )


def finish(
    session: Session,
    claimed: Claim,
    version: str | None,
    findings: dict[str, Any] | None,
    kept: str | None,
    error: str | None,
) -> bool:
    """Stores what became of the page, once; False when another worker's attempt counts now. The last page finishes
    its classification."""
    done = session.execute(
        sa.update(ClassifiedPage)
        .where(*_held(claimed))
        .values(
            status="done" if error is None else "failed",
            version=version,
            findings=findings,
            kept=kept,
            error=error,
            worker=None,
            lease_until=None,
            finished_at=now(),
        )
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        return False
    _count(session, claimed.classification_id, failed=error is not None)
    return True


def _held(claimed: Claim) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ClassifiedPage.id == claimed.page_row,
        ClassifiedPage.status == "running",
        ClassifiedPage.attempts == claimed.attempt,
    )


def _count(session: Session, classification_id: int, *, failed: bool) -> None:
    row = session.execute(
        sa.update(Classification)
        .where(Classification.id == classification_id)
        .values(unfinished=Classification.unfinished - 1, failed=Classification.failed + (1 if failed else 0))
        .returning(Classification.unfinished, Classification.failed, Classification.pages)
    ).one()
    if row.unfinished:
        return
    at = now()
    session.execute(
        sa.update(Classification).where(Classification.id == classification_id).values(finished_at=at)
    )
    webhooks.make_due(session, classification_id)
    counts = {"pages": row.pages, "failed": row.failed}
    audit.record(session, SYSTEM, "classification.finished", ("classification", classification_id), counts)


# ---- the reconciler's steps ----


def overdue(session: Session, limit: int = 500) -> list[tuple[int, Lane]]:
    """(id, lane) of pages to hand to a queue (again): lost on the way, waiting for their second try, or held by a
    worker whose lease is over. A page whose last try lapsed is given up here."""
    at = now()
    rows = session.execute(
        sa.select(
            ClassifiedPage.id,
            ClassifiedPage.attempts,
            ClassifiedPage.classification_id,
            Classification.lane,
            Classification.created_at,
        )
        .join(Classification, Classification.id == ClassifiedPage.classification_id)
        .where(ClassifiedPage.status.in_(("queued", "running")), ClassifiedPage.lease_until < at)
        .order_by(ClassifiedPage.id)
        .limit(limit)
        .with_for_update(of=ClassifiedPage, skip_locked=True)
    ).all()
    found: list[tuple[int, Lane]] = []
    for row in rows:
        if row.attempts >= MOST_TRIES:
            _give_up(session, row.id, row.classification_id)
            continue
        patience = min(max(HAND_OVER_AGAIN, (at - row.created_at) / 2), LONGEST_PATIENCE)
        session.execute(
            sa.update(ClassifiedPage)
            .where(ClassifiedPage.id == row.id)
            .values(status="queued", worker=None, lease_until=at + patience)
        )
        found.append((row.id, "single" if row.lane == "single" else "batch"))
    return found


def _give_up(session: Session, page_row: int, classification_id: int) -> None:
    reason = f"识别进程 {MOST_TRIES} 次在这一页上意外终止或超时，已放弃；请检查影像或重新扫描后再提交"
    session.execute(
        sa.update(ClassifiedPage)
        .where(ClassifiedPage.id == page_row)
        .values(status="failed", error=reason, worker=None, lease_until=None, finished_at=now())
    )
    _count(session, classification_id, failed=True)


def holders(session: Session) -> list[str]:
    """The workers that hold a page now."""
    running = sa.select(ClassifiedPage.worker).where(ClassifiedPage.status == "running").distinct()
    return [name for name in session.scalars(running) if name]


def free_leases(session: Session, worker: str) -> None:
    """Ends the leases of a worker that is known to be dead."""
    session.execute(
        sa.update(ClassifiedPage)
        .where(ClassifiedPage.status == "running", ClassifiedPage.worker == worker)
        .values(lease_until=now() - _OVER)
    )


# ---- retention ----


def with_old_images(session: Session, before: dt.datetime, limit: int = 100) -> list[tuple[int, str]]:
    """(id, folder) of classifications that finished before then and still have images of their own."""
    rows = session.execute(
        sa.select(Classification.id, Classification.folder)
        .where(Classification.finished_at < before, Classification.folder.is_not(None))
        .order_by(Classification.finished_at)
        .limit(limit)
    )
    return [(row.id, row.folder) for row in rows]


def images_deleted(session: Session, ids: Sequence[int]) -> None:
    """Notes that the images of these classifications are gone."""
    session.execute(sa.update(Classification).where(Classification.id.in_(ids)).values(folder=None))
    for each in ids:
        audit.record(session, SYSTEM, "classification.images_deleted", ("classification", each), {})


def delete_finished(session: Session, before: dt.datetime, limit: int = 100) -> int:
    """Deletes classifications that finished before then, whose images are gone, with their results; what was stored in
    a record stays there. Returns how many."""
    ids = list(
        session.scalars(
            sa.select(Classification.id)
            .where(Classification.finished_at < before, Classification.folder.is_(None))
            .order_by(Classification.finished_at)
            .limit(limit)
        )
    )
    webhooks.delete(session, ids)
    session.execute(sa.delete(ClassifiedPage).where(ClassifiedPage.classification_id.in_(ids)))
    session.execute(sa.delete(Classification).where(Classification.id.in_(ids)))
    for each in ids:
        audit.record(session, SYSTEM, "classification.deleted", ("classification", each), {})
    return len(ids)


def known_folders(session: Session, names: Sequence[str]) -> set[str]:
    """Which of these folders belong to a classification."""
    statement = sa.select(Classification.folder).where(Classification.folder.in_(names))
    return {name for name in session.scalars(statement) if name}


# ---- pages of a record ----


def match(
    session: Session, record_id: int, digests: Sequence[tuple[str, str]], number: int | None = None
) -> tuple[Sheet, ...]:
    """The record's current pages that these images (name, SHA-256) are: findings of an image are stored with the page
    that shows this very image only. Raises ClassificationRefused, naming every image that is no such page."""
    statement = sa.select(PageImage).where(
        PageImage.record_id == record_id,
        PageImage.superseded_by_id.is_(None),
        PageImage.sha256.in_([sha256 for _, sha256 in digests]),
    )
    by_digest: dict[str, PageImage] = {}
    for page in session.scalars(statement.order_by(PageImage.number.desc(), PageImage.id.desc())):
        if number is None or page.number == number:
            by_digest[page.sha256] = page
    place = "任何一页" if number is None else f"第 {number} 页"
    odd = [name for name, sha256 in digests if sha256 not in by_digest]
    if odd:
        raise ClassificationRefused(
            [f"“{name}”不是该件现行影像的{place}；补充或更换影像请在该件的补扫任务中进行" for name in odd]
        )
    return tuple(Sheet(name, sha256, by_digest[sha256].id) for name, sha256 in digests)


def of_record(session: Session, record_id: int, numbers: Sequence[int] | None) -> tuple[Sheet, ...]:
    """The record's current pages of these numbers, or all. Raises ClassificationRefused."""
    statement = sa.select(PageImage).where(
        PageImage.record_id == record_id, PageImage.superseded_by_id.is_(None)
    )
    current = session.scalars(statement.order_by(PageImage.number, PageImage.id)).all()
    missing = sorted(set(numbers or ()) - {page.number for page in current})
    if missing:
        raise ClassificationRefused([f"该件没有第 {number} 页" for number in missing])
    chosen = [page for page in current if numbers is None or page.number in numbers]
    if not chosen:
        raise ClassificationRefused(["该件没有影像"])
    return tuple(Sheet(f"第 {page.number} 页", page.sha256, page.id) for page in chosen)
