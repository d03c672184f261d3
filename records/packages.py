"""Archival packages 归档包 that were written, with the digests that prove them, and each check of their fixity.

Knows where a package lies and what it must hash to. The bytes of a package are `records.bags`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.base import Base, BigId, Moment, now


class ArchivalPackage(Base):
    """One package of a record. A later one (a correction after archiving) has the next `version`."""

    __tablename__ = "archival_packages"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    files: Mapped[int]
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    pages: Mapped[int]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    __table_args__ = (sa.UniqueConstraint("record_id", "version"),)


class FixityCheck(Base):
    """One verification of a package: what was wrong, or that nothing was."""

    __tablename__ = "fixity_checks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    package_id: Mapped[int] = mapped_column(sa.ForeignKey("archival_packages.id"), index=True)
    checked_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    ok: Mapped[bool]
    problems: Mapped[list[Any]] = mapped_column(sa.JSON)


def of_record(session: Session, record_id: int) -> Sequence[ArchivalPackage]:
    return session.scalars(
        sa.select(ArchivalPackage)
        .where(ArchivalPackage.record_id == record_id)
        .order_by(ArchivalPackage.version)
    ).all()


def last_check(session: Session, package_id: int) -> FixityCheck | None:
    return session.scalars(
        sa.select(FixityCheck)
        .where(FixityCheck.package_id == package_id)
        .order_by(FixityCheck.id.desc())
        .limit(1)
    ).one_or_none()
