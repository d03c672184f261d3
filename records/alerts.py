"""Alerts 预警: what keeps a record from being qualified, in words a clerk acts on, and how each was settled.

A small lifecycle: open → resolved (the cause is gone) | overridden (authorised) | withdrawn (the case is).
Knows nothing of how a cause is found (`handlers.assessment`) or routed (the diagrams).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit
from records.base import Base, BigId, Moment, now
from records.people import Actor

REASONS = {
    "MISSING_MATERIAL": "缺少资料",
    "UNKNOWN_PAGE": "无法归类的页",
    "POOR_QUALITY": "影像质量不合格",
    "FLAWED_IMAGE": "影像不规范",
    "TURNED_PAGE": "方向不正",
    "DUPLICATE_PAGE": "重复页",
    "INVALID_FIELD": "字段校验不通过",
    "FIELD_CONFLICT": "信息不一致",
    "RECHECK": "复核退回",
    "REREAD": "重新识别有变化",
}
MOVES = {"open": ("resolved", "overridden", "withdrawn")}


@dataclass(frozen=True)
class Cause:
    """One thing found wrong: the reason's code, a sentence for the clerk, and where it shows."""

    reason: str
    text: str
    page_id: int | None = None
    field: str | None = None
    box: tuple[float, float, float, float] | None = None

    @property
    def key(self) -> str:
        return f"{self.reason}:{self.page_id or ''}:{self.field or self.text}"[:200]


class Alert(Base):
    """One cause that was reported on a record."""

    __tablename__ = "alerts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(30))
    key: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    page_id: Mapped[int | None] = mapped_column(sa.ForeignKey("page_images.id"))
    field: Mapped[str | None] = mapped_column(sa.String(40))
    box: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    state: Mapped[str] = mapped_column(sa.String(12), default="open")
    opened_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    closed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(sa.Text)


def of_record(session: Session, record_id: int, state: str | None = None) -> Sequence[Alert]:
    statement = sa.select(Alert).where(Alert.record_id == record_id).order_by(Alert.id)
    return session.scalars(statement.where(Alert.state == state) if state else statement).all()


def open_for(session: Session, user: Actor, record_id: int, causes: Collection[Cause]) -> list[Alert]:
    """Opens an alert for each cause that is not open already; returns the new ones."""
    known = {alert.key for alert in of_record(session, record_id, "open")}
    opened = []
    for cause in causes:
        if cause.key in known:
            continue
        known.add(cause.key)
        box = list(cause.box) if cause.box else None
        opened.append(
            Alert(
                record_id=record_id,
                reason=cause.reason,
                key=cause.key,
                text=cause.text,
                page_id=cause.page_id,
                field=cause.field,
                box=box,
            )
        )
    session.add_all(opened)
    session.flush()
    for alert in opened:
        audit.record(
            session, user, "alert.opened", ("record", record_id), {"reason": alert.reason, "text": alert.text}
        )
    return opened


def close(session: Session, user: Actor, alert: Alert, state: str, note: str | None = None) -> None:
    """Settles an open alert. Raises ValueError for a move that MOVES does not allow."""
    if state not in MOVES.get(alert.state, ()):
        raise ValueError(f"an alert cannot go from {alert.state} to {state}")
    alert.state, alert.closed_at, alert.note = state, now(), note
    audit.record(
        session, user, f"alert.{state}", ("record", alert.record_id), {"reason": alert.reason, "note": note}
    )


def close_gone(session: Session, user: Actor, record_id: int, causes: Collection[Cause]) -> None:
    """Resolves every open alert whose cause is no longer found; a clerk's own remark stays until the clerk acts."""
    found = {cause.key for cause in causes}
    for alert in of_record(session, record_id, "open"):
        if alert.key not in found and alert.reason != "RECHECK":
            close(session, user, alert, "resolved")
