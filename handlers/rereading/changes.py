"""What a new reading says otherwise than the archive, and whether it matters.

Knows archived rows and second readings; writes nothing, and knows nothing of the work that follows (`review`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers.recognition import UNKNOWN
from records import agreement, pages
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.second_readings import Rereading


@dataclass(frozen=True)
class Change:
    """One difference between the archive and the new reading. `field` is empty for the type."""

    page_id: int
    number: int
    field: str
    archived: str | None
    found: str
    confidence: float
    box: tuple[float, ...] | None
    matters: bool


@dataclass(frozen=True)
class Archived:
    """A record as it is archived."""

    record: Record
    pages: Sequence[PageImage]
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, list[PageMaterial]]
    readings: Mapping[int, dict[str, Reading]]

    @classmethod
    def load(cls, session: Session, record_id: int) -> Archived:
        current = pages.current(session, record_id)
        ids = [page.id for page in current]
        return cls(
            session.get_one(Record, record_id),
            current,
            pages.recognitions(session, ids),
            pages.materials(session, ids),
            pages.readings(session, ids),
        )


def between(
    session: Session, catalogue: Catalogue, archived: Archived, page: PageImage, row: Rereading
) -> Iterator[Change]:
    """What the new reading of a page says otherwise than the archive."""
    materials = archived.materials.get(page.id, [])
    codes = [each.current_code for each in materials]
    found = row.materials[0] if row.materials else None
    if found and found["code"] not in codes:
        rejected = any(
            (each.confirmed_by or each.predicted_code) and each.model_code == found["code"]
            for each in materials
        )
        sure = found["confidence"] >= agreement.SURE and found["code"] != UNKNOWN
        yield Change(
            page.id,
            page.number,
            "",
            codes[0] if codes else None,
            found["code"],
            found["confidence"],
            None,
            sure and not rejected,
        )
    known, keys = archived.readings.get(page.id, {}), key_fields(catalogue, codes)
    for each in row.fields:
        before = known.get(each["code"])
        if before is not None and agreement.agree(catalogue, each["code"], before.value, each["value"]):
            continue
        matters = (
            before is not None
            and each["code"] in keys
            and each["confidence"] >= agreement.SURE
            and passes(catalogue, each["code"], each["value"])
            and not _rejected(session, catalogue, before, each["value"])
        )
        yield Change(
            page.id,
            page.number,
            each["code"],
            before.value if before else None,
            each["value"],
            each["confidence"],
            tuple(each["box"]) if each["box"] else None,
            matters,
        )


def key_fields(catalogue: Catalogue, codes: Sequence[str]) -> frozenset[str]:
    """Fields that a page of these types must have, and those by which papers are compared."""
    required = {
        each.code
        for code in codes
        if code in catalogue.materials
        for each in catalogue.materials[code].fields
        if each.required
    }
    return agreement.COMPARED_FIELDS | required


def passes(catalogue: Catalogue, code: str, value: str) -> bool:
    """Whether the value passes the field's validator, where there is one."""
    verdict = agreement.verdict(catalogue, code, value)
    return verdict is None or verdict.ok


def _rejected(session: Session, catalogue: Catalogue, before: Reading, value: str) -> bool:
    """Whether a person saw this very value on the page and put another in its place."""
    if before.person_id is None:
        return False
    earlier = session.scalars(
        sa.select(Reading.value).where(
            Reading.page_id == before.page_id, Reading.field == before.field, Reading.id < before.id
        )
    )
    return any(agreement.agree(catalogue, before.field, each, value) for each in earlier)
