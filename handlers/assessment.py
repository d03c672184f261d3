"""Assessment: what is wrong or doubtful about a record, from its pages, readings and subject, in words for a clerk.

Facts only: which of them keep a case from being qualified is decided by `bpmn/rules/qualification.dmn`. Everything
is compared in the validators' normal form; a doubtful reading lowers the confidence and is left to the recheck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from handlers.context import Context
from handlers.recognition import UNKNOWN
from records import agreement, alerts, catalogue, pages
from records.alerts import Cause
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM
from records.validators import Verdict
from workflows.service_tasks import Claim, Settle


@dataclass(frozen=True)
class Assessment:
    """Everything found wrong, and how sure the least sure reading of a compared field is."""

    causes: tuple[Cause, ...]
    lowest_confidence: float
    pages: int

    def count(self, reason: str) -> int:
        return sum(cause.reason == reason for cause in self.causes)


@dataclass(frozen=True)
class _Papers:
    record: Record
    catalogue: Catalogue
    pages: Sequence[PageImage]
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, list[PageMaterial]]
    readings: Mapping[int, dict[str, Reading]]


def assess_record(context: Context, claimed: Claim) -> Settle:
    """What the decision table asks for: the number of causes by kind, the lowest confidence, the pages."""

    def settle(session: Session) -> dict[str, Any]:
        found = assess(session, context.catalogue, claimed.record_id)
        alerts.close_gone(session, SYSTEM, claimed.record_id, found.causes)
        return {
            "missing": found.count("MISSING_MATERIAL"),
            "unknown": found.count("UNKNOWN_PAGE"),
            "poor": found.count("POOR_QUALITY"),
            "invalid": found.count("INVALID_FIELD"),
            "conflicts": found.count("FIELD_CONFLICT"),
            "lowest_confidence": round(found.lowest_confidence, 4),
            "pages": found.pages,
        }

    return settle


def assess(session: Session, kinds: Catalogue, record_id: int) -> Assessment:
    """The assessment of a record as it stands."""
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    papers = _Papers(
        session.get_one(Record, record_id),
        kinds,
        current,
        pages.recognitions(session, ids),
        pages.materials(session, ids),
        pages.readings(session, ids),
    )
    checks = (_missing, _unknown, _poor, _invalid, _conflicts)
    causes = tuple(cause for check in checks for cause in check(papers))
    sureness = [
        reading.confidence
        for fields in papers.readings.values()
        for name, reading in fields.items()
        if name in agreement.COMPARED_FIELDS
    ]
    return Assessment(causes, min(sureness, default=1.0), len(current))


def _missing(papers: _Papers) -> Iterator[Cause]:
    present = Counter(each.current_code for found in papers.materials.values() for each in found)
    item = papers.catalogue.items[papers.record.item]
    for lacking in catalogue.completeness(item, present, set()):
        yield Cause("MISSING_MATERIAL", f"缺少{lacking.name}，请补充扫描")


def _unknown(papers: _Papers) -> Iterator[Cause]:
    for page in papers.pages:
        found = papers.materials.get(page.id, [])
        blank = _quality(papers, page).get("blank", False)
        if not blank and found and all(m.code == UNKNOWN and m.confirmed_code is None for m in found):
            yield Cause("UNKNOWN_PAGE", f"第 {page.number} 页无法归类，请确认资料种类或更换影像", page.id)


def _poor(papers: _Papers) -> Iterator[Cause]:
    for page in papers.pages:
        recognition = papers.recognitions.get(page.id)
        quality = _quality(papers, page)
        if recognition is not None and recognition.error:
            yield Cause("POOR_QUALITY", f"第 {page.number} 页影像无法解码，请重新扫描", page.id)
        elif quality.get("blank"):
            yield Cause("POOR_QUALITY", f"第 {page.number} 页是空白页，请重新扫描", page.id)
        elif quality.get("blurred"):
            yield Cause("POOR_QUALITY", f"第 {page.number} 页影像模糊，请重新扫描", page.id)


def _quality(papers: _Papers, page: PageImage) -> dict[str, Any]:
    recognition = papers.recognitions.get(page.id)
    return recognition.quality if recognition else {}


def _invalid(papers: _Papers) -> Iterator[Cause]:
    for page, name, reading, verdict in _evidence(papers):
        if verdict is not None and not verdict.ok and not verdict.soft:
            title = papers.catalogue.fields[name].name
            text = f"第 {page.number} 页{title}“{reading.value}”{verdict.reason}"
            yield _at(Cause("INVALID_FIELD", text, page.id, name), reading)


def _conflicts(papers: _Papers) -> Iterator[Cause]:
    for page, name, reading, _ in _evidence(papers):
        codes = {each.current_code for each in papers.materials.get(page.id, [])}
        expected = agreement.expected(papers.record, name, codes)
        if expected is None or agreement.agree(papers.catalogue, name, reading.value, expected):
            continue
        title = papers.catalogue.fields[name].name
        text = f"第 {page.number} 页{title}“{reading.value}”与受理信息“{expected}”不一致"
        yield _at(Cause("FIELD_CONFLICT", text, page.id, name), reading)


def _evidence(papers: _Papers) -> Iterator[tuple[PageImage, str, Reading, Verdict | None]]:
    for page in papers.pages:
        for name, reading in papers.readings.get(page.id, {}).items():
            verdict = agreement.verdict(papers.catalogue, name, reading.value)
            if name in papers.catalogue.fields and agreement.is_evidence(reading, verdict):
                yield page, name, reading, verdict


def _at(cause: Cause, reading: Reading) -> Cause:
    return replace(cause, box=tuple(reading.box)) if reading.box else cause
