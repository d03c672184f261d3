"""Answers: what people confirmed or corrected on pages in rechecks, beside what the recogniser had found there.

An answer counts when its page is current and its record's recheck was passed; it does not when two people disagree
about the page, or about the same image elsewhere. What was passed unchanged counts only where the recheck was of the
whole page (`whole_pages`); what a person set by hand always counts. Knows rows of records and user tasks; what is made
of answers is `handlers.datasets` and `handlers.shadow`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from records import agreement, pages
from records.audit import AuditEntry
from records.catalogue import Catalogue
from records.dossiers import Dossier, record_dossiers
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.promise import PageRecheck
from workflows.models import ProcessInstance, UserTask

PERSON, PASS = "person", "pass"


def recheck_passed() -> sa.Exists:
    """Of a `ProcessInstance` in the statement: whether a recheck of it was passed."""
    return (
        sa.select(UserTask.id)
        .where(
            UserTask.instance_id == ProcessInstance.id,
            UserTask.form == "recheck",
            UserTask.status == "completed",
            UserTask.result["recheck_outcome"].as_string() == PASS,
        )
        .exists()
    )


def reading(sessions: sessionmaker[Session]) -> Session:
    """A session that only reads, for long reads: on SQLite it keeps nobody from writing."""
    return sessions(bind=sessions.kw["bind"].execution_options(read_only=True))


@dataclass(frozen=True)
class Answered:
    """One page. `read`: by field what the newest recognition found; `known`: by field what counts now. `whole`: what
    was passed unchanged counts too."""

    page: PageImage
    recognition: Recognition
    materials: Sequence[PageMaterial]
    read: Mapping[str, Reading]
    known: Mapping[str, Reading]
    whole: bool

    def type_by(self, material: PageMaterial) -> str | None:
        """Who vouches for the type: a person by hand, a pass, or nobody."""
        if material.confirmed_by is not None:
            return PERSON
        return PASS if self.whole else None

    def field_by(self, field: str) -> str | None:
        if self.known[field].person_id is not None:
            return PERSON
        return PASS if self.whole else None


def of_records(
    session: Session, catalogue: Catalogue, record_ids: Sequence[int], left_out: Counter[str]
) -> Iterator[Answered]:
    """The answers of records whose recheck was passed, in order of their pages; counts what does not count."""
    rows = session.scalars(
        sa.select(PageImage).where(PageImage.record_id.in_(record_ids)).order_by(PageImage.id)
    ).all()
    left_out["superseded"] += sum(page.superseded_by_id is not None for page in rows)
    current = [page for page in rows if page.superseded_by_id is None]
    ids = [page.id for page in current]
    recognitions, materials = pages.recognitions(session, ids), pages.materials(session, ids)
    known, read = pages.readings(session, ids), _read(session, recognitions)
    disputed, whole = _disputed(session, catalogue, current), whole_pages(session, ids)
    for page in current:
        recognition = recognitions.get(page.id)
        if recognition is None or recognition.error or not materials.get(page.id):
            left_out["unread"] += 1
        elif page.id in disputed:
            left_out["disputed"] += 1
        else:
            yield Answered(
                page,
                recognition,
                materials[page.id],
                read.get(page.id, {}),
                known.get(page.id, {}),
                page.id in whole,
            )


def whole_pages(session: Session, page_ids: Collection[int]) -> set[int]:
    """The pages whose unchanged values count: the station led a person through all of them, who confirmed or corrected
    each. A page without a row of its recheck was passed when the station led through every page as a whole."""
    rows = session.execute(
        sa.select(PageRecheck.page_id, PageRecheck.whole, PageRecheck.thorough).where(
            PageRecheck.page_id.in_(page_ids), PageRecheck.superseded_by_id.is_(None)
        )
    )
    return set(page_ids) - {row.page_id for row in rows if not (row.whole and row.thorough)}


def _read(session: Session, recognitions: Mapping[int, Recognition]) -> dict[int, dict[str, Reading]]:
    """Per page what its newest recognition read, whatever people said since."""
    newest = [each.id for each in recognitions.values()]
    found: dict[int, dict[str, Reading]] = {}
    rows = session.scalars(sa.select(Reading).where(Reading.recognition_id.in_(newest)).order_by(Reading.id))
    for row in rows:
        found.setdefault(row.page_id, {})[row.field] = row
    return found


# ---- disputes ----


def _disputed(session: Session, catalogue: Catalogue, current: Sequence[PageImage]) -> set[int]:
    """Pages about whose type or a field two people say different things, here or on the same image elsewhere."""
    rows = session.execute(
        sa.select(PageImage.id, PageImage.sha256).where(
            PageImage.sha256.in_({page.sha256 for page in current})
        )
    )
    images = {row.id: row.sha256 for row in rows}
    said: dict[tuple[str, str], dict[int, str]] = {}
    for page_id, subject, person, value in (*_types_said(session, images), *_fields_said(session, images)):
        said.setdefault((images[page_id], subject), {})[person] = value
    torn = {
        image
        for (image, subject), values in said.items()
        if not _one_voice(catalogue, subject, list(values.values()))
    }
    return {page.id for page in current if page.sha256 in torn}


def _one_voice(catalogue: Catalogue, subject: str, values: Sequence[str]) -> bool:
    if subject == "type":
        return len(set(values)) == 1
    return all(agreement.agree(catalogue, subject, values[0], other) for other in values[1:])


def _types_said(session: Session, page_ids: Collection[int]) -> Iterator[tuple[int, str, int, str]]:
    """(page, "type", person, code) as the audit trail has it: a material's row keeps the last word only. Pages with
    several materials are passed over: which of them an entry speaks of is not on the trail."""
    several = _with_several_materials(session, page_ids)
    rows = session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.actor_id, AuditEntry.body)
        .where(
            AuditEntry.subject_kind == "page",
            AuditEntry.subject_id.in_(page_ids),
            AuditEntry.action == "material.confirmed",
        )
        .order_by(AuditEntry.seq)
    )
    for row in rows:
        if row.actor_id is not None and row.subject_id not in several:
            yield row.subject_id, "type", row.actor_id, json.loads(row.body)["detail"]["after"]


def _with_several_materials(session: Session, page_ids: Collection[int]) -> set[int]:
    return {page_id for page_id, found in pages.materials(session, page_ids).items() if len(found) > 1}


def _fields_said(session: Session, page_ids: Collection[int]) -> Iterator[tuple[int, str, int, str]]:
    rows = session.execute(
        sa.select(Reading.page_id, Reading.field, Reading.person_id, Reading.value)
        .where(Reading.page_id.in_(page_ids), Reading.person_id.is_not(None))
        .order_by(Reading.id)
    )
    for row in rows:
        yield row.page_id, row.field, row.person_id, row.value


# ---- dossiers ----


def dossiers_of(session: Session, record_ids: Sequence[int]) -> dict[int, list[str]]:
    """By record the dossiers that it belongs to, as "vehicle:NUMBER"."""
    rows = session.execute(
        sa.select(record_dossiers.c.record_id, Dossier.kind, Dossier.number)
        .join(Dossier, Dossier.id == record_dossiers.c.dossier_id)
        .where(record_dossiers.c.record_id.in_(record_ids))
    )
    found: dict[int, list[str]] = {}
    for record_id, kind, number in rows:
        found.setdefault(record_id, []).append(f"{kind}:{number}")
    return found
