"""Page images 影像页 of a record, what recognition found on them, and what people confirmed or corrected.

A page image is written once; a rescan supersedes it and both stay. Findings and corrections are rows that are
only added to. Knows nothing of pixels: bytes are in `records.images`, findings come from `handlers`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from records import audit
from records.base import Base, BigId, Moment, now
from records.people import SYSTEM, Actor


class PageGone(LookupError):
    """The page is not a current page of this record."""


class PageImage(Base):
    """One scanned side, content-addressed. Current while `superseded_by_id` is empty."""

    __tablename__ = "page_images"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), index=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    sm3: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]
    format: Mapped[str] = mapped_column(sa.String(8))
    width: Mapped[int]
    height: Mapped[int]
    dpi: Mapped[float | None]
    source_name: Mapped[str] = mapped_column(sa.String(200))
    source_page: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    added_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("page_images.id"))
    superseded_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Recognition(Base):
    """What one version of the recogniser made of one page. One row a page and version: nothing is read twice."""

    __tablename__ = "recognitions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"))
    version: Mapped[str] = mapped_column(sa.String(120))
    rotation: Mapped[int]
    quality: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    lines: Mapped[list[Any]] = mapped_column(sa.JSON)
    error: Mapped[str | None] = mapped_column(sa.Text)
    seconds: Mapped[float]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    __table_args__ = (sa.UniqueConstraint("page_id", "version"),)


class PageMaterial(Base):
    """One material on a page: its region, the type predicted with a confidence, the type a person confirmed.

    `alternatives`: the next likely types as [code, chance], the likeliest first; empty where nobody weighed any.
    `predicted_code`: what the model took it for, where the papers that the item asks for decided for one of the
    alternatives; `confidence` is then the model's chance of that one.
    """

    __tablename__ = "page_materials"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"), index=True)
    recognition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recognitions.id"))
    region: Mapped[list[Any]] = mapped_column(sa.JSON)
    code: Mapped[str] = mapped_column(sa.String(12))
    confidence: Mapped[float]
    alternatives: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    predicted_code: Mapped[str | None] = mapped_column(sa.String(12))
    confirmed_code: Mapped[str | None] = mapped_column(sa.String(12))
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    @property
    def current_code(self) -> str:
        return self.confirmed_code or self.code

    @property
    def model_code(self) -> str:
        """What the model took it for, whatever the case or a person made of that."""
        return self.predicted_code or self.code

    @property
    def chances(self) -> dict[str, float]:
        """The types that the model weighed, with their chances; its own answer comes first."""
        weighed = {self.code: self.confidence, **{code: chance for code, chance in self.alternatives or ()}}
        return {self.model_code: weighed.pop(self.model_code), **weighed}


class Reading(Base):
    """One field read from a page, by an engine (`recognition_id`) or a person (`person_id`). The newest counts."""

    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"), index=True)
    recognition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recognitions.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    field: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.Text)
    confidence: Mapped[float]
    box: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    characters: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    source: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    page: Mapped[PageImage] = relationship()


def current(session: Session, record_id: int) -> Sequence[PageImage]:
    """The record's pages that no later scan has superseded, in order."""
    return session.scalars(
        sa.select(PageImage)
        .where(PageImage.record_id == record_id, PageImage.superseded_by_id.is_(None))
        .order_by(PageImage.number, PageImage.id)
    ).all()


def get_current(session: Session, record_id: int, page_id: int) -> PageImage:
    """The page, if it is one of the record's current pages. Raises PageGone."""
    page = session.get(PageImage, page_id, with_for_update=True, populate_existing=True)
    if page is None or page.record_id != record_id or page.superseded_by_id is not None:
        raise PageGone("这一页已被新的扫描替换，请刷新页面后再操作")
    return page


def supersede(session: Session, user: Actor, old: PageImage, new: PageImage) -> None:
    """Puts `new` (already added) in the place of `old`; the old image stays on record."""
    new.number = old.number
    old.superseded_by_id, old.superseded_at = new.id, now()
    audit.record(
        session,
        user,
        "page.superseded",
        ("page", old.id),
        {"by": new.id, "before": old.sha256, "after": new.sha256},
    )


def materials(session: Session, page_ids: Iterable[int]) -> dict[int, list[PageMaterial]]:
    """Per page the materials of its newest recognition or of a person."""
    found: dict[int, list[PageMaterial]] = {}
    rows = session.scalars(
        sa.select(PageMaterial).where(PageMaterial.page_id.in_(list(page_ids))).order_by(PageMaterial.id)
    )
    for row in rows:
        kept = found.setdefault(row.page_id, [])
        if kept and kept[-1].recognition_id != row.recognition_id:
            kept.clear()
        kept.append(row)
    return found


def readings(session: Session, page_ids: Iterable[int]) -> dict[int, dict[str, Reading]]:
    """Per page and field the newest reading."""
    found: dict[int, dict[str, Reading]] = {}
    rows = session.scalars(sa.select(Reading).where(Reading.page_id.in_(list(page_ids))).order_by(Reading.id))
    for row in rows:
        found.setdefault(row.page_id, {})[row.field] = row
    return found


def recognitions(session: Session, page_ids: Iterable[int]) -> dict[int, Recognition]:
    """Per page its newest recognition."""
    rows = session.scalars(
        sa.select(Recognition).where(Recognition.page_id.in_(list(page_ids))).order_by(Recognition.id)
    )
    return {row.page_id: row for row in rows}


def correct(session: Session, user: Actor, page: PageImage, field: str, value: str) -> Reading:
    """A person's reading of a field: a new row beside what was read before, audited with both."""
    before = readings(session, [page.id]).get(page.id, {}).get(field)
    reading = Reading(
        page_id=page.id,
        person_id=user.id,
        field=field,
        value=value,
        confidence=1.0,
        box=before.box if before else None,
        source="person",
    )
    session.add(reading)
    session.flush()
    audit.record(
        session,
        user,
        "reading.corrected",
        ("page", page.id),
        {"field": field, "before": before.value if before else None, "after": value},
    )
    return reading


def confirm_material(session: Session, user: Actor, material: PageMaterial, code: str) -> None:
    """A person says what the material is; what was predicted stays beside it."""
    before = material.current_code
    material.confirmed_code, material.confirmed_by, material.confirmed_at = code, user.id, now()
    if before != code:
        audit.record(
            session, user, "material.confirmed", ("page", material.page_id), {"before": before, "after": code}
        )


def reassign_material(session: Session, material: PageMaterial, code: str) -> None:
    """The case says which of the types that the model weighed the material is; the model's answer stays beside it."""
    if material.code == code:
        return
    before, chances, answer = material.code, material.chances, material.model_code
    material.code, material.confidence = code, chances.pop(code)
    others = sorted(chances.items(), key=lambda each: -each[1])
    material.alternatives = [list(each) for each in others]
    material.predicted_code = answer if answer != code else None
    audit.record(
        session,
        SYSTEM,
        "finding.reassigned",
        ("page", material.page_id),
        {"before": before, "after": code, "chance": material.confidence},
    )
