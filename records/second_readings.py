"""Second readings: what another version of the recogniser found on pages that were read before.

Two kinds, each beside the page's own findings and never among them: a model in shadow reads pages on trial
(`ShadowFinding`), and a newer active model reads archived pages again (`Rereading`). A page is read once for a version:
a row is claimed with a lease before its page is read, so a killed worker costs one page, and a page that ends its
worker is given up after MOST_TRIES. What follows from a difference is decided by `handlers`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.base import Base, BigId, Moment, insert_if_new, now

MOST_TRIES = 2
LEASE = dt.timedelta(minutes=10)
GIVEN_UP = "读这一页的进程两次意外终止，这一页不再读"


class SecondReading:
    """Columns that both kinds share. `done_at` is empty while the page is being read; `materials` are
    {code, confidence, region}, `fields` are {code, value, confidence, box}."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"))
    version: Mapped[str] = mapped_column(sa.String(120))
    tries: Mapped[int] = mapped_column(default=1)
    lease_until: Mapped[dt.datetime] = mapped_column(Moment)
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    rotation: Mapped[int | None]
    materials: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    fields: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    error: Mapped[str | None] = mapped_column(sa.Text)
    seconds: Mapped[float] = mapped_column(default=0.0)


class ShadowFinding(SecondReading, Base):
    """What a model in shadow found on a page, beside the recognition that counts."""

    __tablename__ = "shadow_findings"
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("recogniser_models.id"), index=True)
    against_id: Mapped[int] = mapped_column(sa.ForeignKey("recogniser_models.id"))
    recognition_id: Mapped[int] = mapped_column(sa.ForeignKey("recognitions.id"))
    __table_args__ = (sa.UniqueConstraint("page_id", "version"),)


class Rereading(SecondReading, Base):
    """What a newer version found on an archived page. `judged_at`: its record was compared with what is archived."""

    __tablename__ = "rereadings"
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"))
    judged_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    changes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    review_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reread_reviews.id"))
    __table_args__ = (sa.UniqueConstraint("page_id", "version"), sa.Index(None, "record_id", "version"))


class RereadReview(Base):
    """Work opened because a newer version read something that matters. `review_record_id` is the record that the
    reviewer works on; the archived one stays as it is. `upheld`: changes in which the archive was found wrong."""

    __tablename__ = "reread_reviews"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), index=True)
    review_record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), unique=True)
    version: Mapped[str] = mapped_column(sa.String(120))
    changes: Mapped[list[Any]] = mapped_column(sa.JSON)
    opened_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    upheld: Mapped[int | None]


Kind = TypeVar("Kind", ShadowFinding, Rereading)
Claimed = Literal["read", "given_up", "taken"]


def claim(session: Session, kind: type[Kind], page_id: int, version: str, **more: int) -> Claimed:
    """Takes the page for this version, and commits nothing: `read` it, or it is `taken` (done, or by another
    process at work), or `given_up` now because its readers ended each time."""
    at = now()
    given = {"page_id": page_id, "version": version, "lease_until": at + LEASE, "tries": 1, **more}
    if insert_if_new(session, kind, **given):
        return "read"
    lost = (kind.page_id == page_id, kind.version == version, kind.done_at.is_(None), kind.lease_until < at)
    again = session.execute(
        sa.update(kind)
        .where(*lost, kind.tries < MOST_TRIES)
        .values(tries=kind.tries + 1, lease_until=at + LEASE)
    )
    if again.rowcount == 1:  # type: ignore[attr-defined]
        return "read"
    over = session.execute(sa.update(kind).where(*lost).values(done_at=at, error=GIVEN_UP))
    return "given_up" if over.rowcount == 1 else "taken"  # type: ignore[attr-defined]


def keep(session: Session, kind: type[Kind], page_id: int, version: str, **found: Any) -> None:
    """Stores what was found; a page that somebody else finished meanwhile keeps what it has."""
    session.execute(
        sa.update(kind)
        .where(kind.page_id == page_id, kind.version == version, kind.done_at.is_(None))
        .values(done_at=now(), **found)
    )


def free_leases(session: Session, kind: type[Kind], version: str) -> None:
    """Ends all leases for the version: for a start that knows that nobody else is at work."""
    session.execute(
        sa.update(kind)
        .where(kind.version == version, kind.done_at.is_(None))
        .values(lease_until=now() - dt.timedelta(seconds=1))
    )


def unjudged(session: Session, record_id: int, version: str) -> Sequence[Rereading]:
    """The record's pages that were read again and not compared yet, locked until the transaction ends."""
    return session.scalars(
        sa.select(Rereading)
        .where(
            Rereading.record_id == record_id,
            Rereading.version == version,
            Rereading.done_at.is_not(None),
            Rereading.judged_at.is_(None),
        )
        .order_by(Rereading.id)
        .with_for_update()
    ).all()


def review_of(session: Session, review_record_id: int) -> RereadReview | None:
    return session.scalars(
        sa.select(RereadReview).where(RereadReview.review_record_id == review_record_id).with_for_update()
    ).one_or_none()


def review_counts(session: Session) -> tuple[int, int, int]:
    """Reviews that wait, reviews settled, and changes in which the archive was found wrong."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(RereadReview.settled_at),
            sa.func.coalesce(sa.func.sum(RereadReview.upheld), 0),
        ).select_from(RereadReview)
    ).one()
    return row[0] - row[1], row[1], int(row[2] or 0)


def read_in_shadow(session: Session, model_id: int) -> int:
    """How many pages the model has read beside the active one."""
    statement = sa.select(sa.func.count()).where(
        ShadowFinding.model_id == model_id, ShadowFinding.done_at.is_not(None)
    )
    return session.execute(statement).scalar_one()
