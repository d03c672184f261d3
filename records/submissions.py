"""The intake ledger: one row for each submission that reached Guidang, whatever became of it.

A row is written in the transaction that keeps the pages, or, when nothing was kept, in one of its own that says why:
received = accepted + rejected, always. Knows nothing of files or folders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit
from records.base import Base, BigId, Moment, now
from records.people import Actor

DOORS = {"rest": "接口", "web": "网页上传", "folder": "监视文件夹", "command": "命令行"}


class Submission(Base):
    """One attempt to hand in scans. `repeated` marks an accepted one that was on record already."""

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    received_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    door: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(200))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    outcome: Mapped[str] = mapped_column(sa.String(10))
    repeated: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    record_id: Mapped[int | None] = mapped_column(sa.ForeignKey("records.id"), index=True)
    pages: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    __table_args__ = (sa.CheckConstraint("outcome in ('accepted','rejected')", "outcome"),)


def accepted(
    session: Session,
    user: Actor,
    *,
    door: str,
    name: str,
    record_id: int,
    pages: int,
    size: int,
    repeated: bool,
) -> Submission:
    row = Submission(
        door=door,
        name=name[:200],
        person_id=user.id,
        outcome="accepted",
        repeated=repeated,
        record_id=record_id,
        pages=pages,
        bytes=size,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        user,
        "submission.accepted",
        ("submission", row.id),
        {"door": door, "name": row.name, "record": record_id, "pages": pages, "repeated": repeated},
    )
    return row


def rejected(session: Session, user: Actor, *, door: str, name: str, reason: str) -> Submission:
    row = Submission(door=door, name=name[:200], person_id=user.id, outcome="rejected", reason=reason)
    session.add(row)
    session.flush()
    audit.record(
        session,
        user,
        "submission.rejected",
        ("submission", row.id),
        {"door": door, "name": row.name, "reason": reason},
    )
    return row


def counts(session: Session) -> dict[str, int]:
    """{"received", "accepted", "rejected", "repeated", "pages"}: the sum is taken from the rows, not assumed."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(Submission.outcome == "accepted"),
            sa.func.count().filter(Submission.outcome == "rejected"),
            sa.func.count().filter(Submission.repeated),
            sa.func.coalesce(sa.func.sum(Submission.pages).filter(~Submission.repeated), 0),
        )
    ).one()
    return dict(zip(("received", "accepted", "rejected", "repeated", "pages"), map(int, row), strict=True))


def latest(session: Session, limit: int = 50, outcome: str | None = None) -> Sequence[Submission]:
    statement = sa.select(Submission).order_by(Submission.id.desc()).limit(limit)
    return session.scalars(statement.where(Submission.outcome == outcome) if outcome else statement).all()
