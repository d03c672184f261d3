"""The push ledger 推送台账: one row for each page that goes to the platform, and the breaker that stops pushing.

sent = accepted + rejected + pending, by rows. A row is `pending` from before the first call until an answer is
known, so a crash between call and answer is visible and is settled by asking the platform, not by sending again.
Knows nothing of SOAP (`handlers.platform`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.base import Base, BigId, Moment, now


class Push(Base):
    """One page image on its way to the platform. `key` is the idempotency key that travels with it."""

    __tablename__ = "pushes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), index=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"))
    material: Mapped[str] = mapped_column(sa.String(12))
    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="pending", index=True)
    uncertain: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    receipt: Mapped[str | None] = mapped_column(sa.String(80))
    code: Mapped[str | None] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    advice: Mapped[str | None] = mapped_column(sa.Text)
    field: Mapped[str | None] = mapped_column(sa.String(40))
    first_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    last_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, onupdate=now)
    __table_args__ = (
        sa.CheckConstraint("state in ('pending','accepted','rejected')", "state"),
        sa.Index(None, "last_at", "id"),
        sa.Index(None, "state", "last_at", "id"),
    )


class Breaker(Base):
    """The circuit breaker of one platform interface: open means that calls rest until `opened_at` + the rest time."""

    __tablename__ = "breakers"
    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(10), default="closed")
    failures: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(sa.Text)


def counts(session: Session) -> dict[str, int]:
    """{"sent", "accepted", "rejected", "pending"}, each counted from the rows."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            *(sa.func.count().filter(Push.state == state) for state in ("accepted", "rejected", "pending")),
        )
    ).one()
    return dict(zip(("sent", "accepted", "rejected", "pending"), map(int, row), strict=True))


def of_record(session: Session, record_id: int) -> Sequence[Push]:
    return session.scalars(sa.select(Push).where(Push.record_id == record_id).order_by(Push.id)).all()


def latest(session: Session, limit: int = 50, state: str | None = None) -> Sequence[Push]:
    statement = sa.select(Push).order_by(Push.last_at.desc(), Push.id.desc()).limit(limit)
    return session.scalars(statement.where(Push.state == state) if state else statement).all()
