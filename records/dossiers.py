"""Dossiers 档案 (a vehicle's or a driver's file) and records 件 (one transaction's papers), many to many.

Knows which dossiers a record belongs to. Knows nothing of pages, nor of what happens next to a record.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from records.base import Base, BigId, Moment, insert_if_new, now

Kind = Literal["vehicle", "driver"]

record_dossiers = sa.Table(
    "record_dossiers",
    Base.metadata,
    sa.Column("record_id", BigId, sa.ForeignKey("records.id"), primary_key=True),
    sa.Column("dossier_id", BigId, sa.ForeignKey("dossiers.id"), primary_key=True, index=True),
)


class Dossier(Base):
    """The file of one vehicle (named by its VIN, or its plate while no VIN is known) or one driver (ID number)."""

    __tablename__ = "dossiers"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    number: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    __table_args__ = (
        sa.UniqueConstraint("kind", "number"),
        sa.CheckConstraint("kind in ('vehicle','driver')", "kind"),
    )


class Record(Base):
    """One transaction 流水号 and its papers. `subject` is what the business system says of it: field code → value."""

    __tablename__ = "records"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    transaction_number: Mapped[str] = mapped_column(sa.String(32), unique=True)
    item: Mapped[str] = mapped_column(sa.String(20), index=True)
    subject: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    office: Mapped[str | None] = mapped_column(sa.String(80))
    channel: Mapped[str] = mapped_column(sa.String(10))
    accepted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    received_at: Mapped[dt.datetime] = mapped_column(Moment, default=now, index=True)
    catalogue_version: Mapped[str] = mapped_column(sa.String(64))
    fingerprint: Mapped[str] = mapped_column(sa.String(64), unique=True)
    dossiers: Mapped[list[Dossier]] = relationship(secondary=record_dossiers)

    @property
    def title(self) -> str:
        """What a clerk calls it: the plate, the person, or else the number of the transaction."""
        for code in ("plate_no", "person_name", "owner_name", "vin"):
            if self.subject.get(code):
                return str(self.subject[code])
        return self.transaction_number


def dossier(session: Session, kind: str, number: str) -> Dossier:
    """The dossier of that number, opened when it does not exist yet."""
    insert_if_new(session, Dossier, kind=kind, number=number)
    return session.scalars(sa.select(Dossier).where(Dossier.kind == kind, Dossier.number == number)).one()


def dossier_kind(text: str) -> Kind:
    """The kind that a catalogue or a row names. Raises ValueError for another."""
    if text == "vehicle":
        return "vehicle"
    if text == "driver":
        return "driver"
    raise ValueError(f"no kind of dossier: {text!r}")


def number_of(kind: str, subject: dict[str, Any]) -> str | None:
    """The dossier number that a record's subject points to; None while nothing identifies it."""
    if kind == "driver":
        return subject.get("id_number") or subject.get("file_no")
    return subject.get("vin") or subject.get("plate_no")
