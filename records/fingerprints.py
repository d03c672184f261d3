"""Fingerprints of pages, and which current pages are near a given one: candidates for having been scanned twice.

Near means: the same bytes, or fingerprints (`ocr.fingerprint`, 256 bits) that differ in few bits. A fingerprint is
kept in eight bands of 32 bits, each with an index: pages that differ in few bits agree in some whole band, so that a
look-up reads eight short stretches of index, however many pages there are. Pages of one printed form crowd one band;
of these only the newest are looked at. The pages of the same record are few, and all are compared.

Superseded pages do not count. What recurs rightly is known here by the record's subject: the papers of one person or
of one vehicle come back in every case of theirs, so a page of another case counts only where that case is certainly
about somebody else (`other_subject`). What a near page means is decided elsewhere; knows nothing of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records.base import Base, BigId
from records.dossiers import Record
from records.pages import PageImage

BANDS = 8
_BAND_BITS = 32
# Of the pages that share a band, so many of the newest are compared.
_MOST = 400


class PageFingerprint(Base):
    """The fingerprint of one page, and its bands as signed numbers."""

    __tablename__ = "page_fingerprints"
    page_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("page_images.id"), primary_key=True, autoincrement=False
    )
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    band_0: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_1: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_2: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_3: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_4: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_5: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_6: Mapped[int] = mapped_column(sa.Integer, index=True)
    band_7: Mapped[int] = mapped_column(sa.Integer, index=True)


@dataclass(frozen=True)
class Near:
    """A current page near another one: how many bits differ, and whether the two are the same file."""

    page: PageImage
    distance: int
    same_file: bool


def keep(session: Session, page_id: int, fingerprint: str) -> None:
    """Stores the page's fingerprint in place of an earlier recogniser's; an empty one is not kept."""
    if fingerprint:
        session.merge(PageFingerprint(page_id=page_id, fingerprint=fingerprint, **bands(fingerprint)))


def bands(fingerprint: str) -> dict[str, int]:
    """Column → value of the bands of a fingerprint of 64 hexadecimal digits."""
    raw = bytes.fromhex(fingerprint)
    step = _BAND_BITS // 8
    return {
        f"band_{number}": int.from_bytes(raw[number * step : (number + 1) * step], "big", signed=True)
        for number in range(BANDS)
    }


def near(session: Session, page: PageImage, within: int) -> list[Near]:
    """Other current pages with the same bytes, or whose fingerprint differs in at most `within` bits; the nearest
    first. Complete within the record, and up to seven bits beyond it; farther pages of other records are found
    where some band agrees."""
    distances = _candidates(session, page, within)
    same = set(
        session.scalars(
            sa.select(PageImage.id).where(PageImage.sha256 == page.sha256, PageImage.id != page.id)
        )
    )
    wanted = sorted({*distances, *same})
    current = session.scalars(
        sa.select(PageImage).where(PageImage.id.in_(wanted), PageImage.superseded_by_id.is_(None))
    )
    found = [Near(each, distances.get(each.id, 0), each.id in same) for each in current]
    return sorted(found, key=lambda each: (not each.same_file, each.distance, each.page.id))


def _candidates(session: Session, page: PageImage, within: int) -> dict[int, int]:
    own = session.get(PageFingerprint, page.id)
    if own is None:
        return {}
    bits = int(own.fingerprint, 16)
    parts = [
        sa.select(
            sa.select(PageFingerprint.page_id, PageFingerprint.fingerprint)
            .where(getattr(PageFingerprint, name) == value)
            .order_by(PageFingerprint.page_id.desc())
            .limit(_MOST)
            .subquery()
        )
        for name, value in bands(own.fingerprint).items()
    ]
    parts.append(
        sa.select(PageFingerprint.page_id, PageFingerprint.fingerprint)
        .join(PageImage, PageImage.id == PageFingerprint.page_id)
        .where(PageImage.record_id == page.record_id)
    )
    distances = {
        page_id: (int(fingerprint, 16) ^ bits).bit_count()
        for page_id, fingerprint in session.execute(sa.union(*parts))
        if page_id != page.id
    }
    return {page_id: distance for page_id, distance in distances.items() if distance <= within}


# What names a vehicle or a person for certain; names alone do not, where a number is known.
_NUMBERS = ("vin", "plate_no", "engine_no", "id_number", "uscc", "file_no")
_NAMES = ("owner_name", "person_name")


def other_subject(one: Record, other: Record) -> bool:
    """Whether two records are certainly about different vehicles and different people.

    They are not where any number or name is the same, nor where they have no kind of value in common to compare."""
    compared = [
        str(one.subject[field]) == str(other.subject[field])
        for field in _NUMBERS
        if one.subject.get(field) and other.subject.get(field)
    ]
    names = [
        {str(each.subject[field]) for field in _NAMES if each.subject.get(field)} for each in (one, other)
    ]
    if names[0] and names[1]:
        compared.append(not names[0].isdisjoint(names[1]))
    return bool(compared) and not any(compared)
