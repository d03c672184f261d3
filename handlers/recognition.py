"""Recognition of a record's pages: images out of the store, findings into rows, one page a transaction.

What was read by this version of the recogniser is not read again, so a killed worker costs one page. When all pages of
the record are read, the case decides between types that look alike (`handlers.look_alikes`). Knows nothing of pixels
(`ocr`) nor of what findings mean (`handlers.assessment`).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers import look_alikes
from handlers.context import Context
from ocr.protocol import Line, PageFindings, UnreadableImage
from records import fingerprints, pages
from records.pages import PageImage, PageMaterial, Reading, Recognition
from workflows import service_tasks
from workflows.service_tasks import Claim, RunLost, Settle

UNKNOWN = "M-OT-99"


def recognise_record(context: Context, claimed: Claim) -> Settle:
    """{"pages": current pages, "unrecognised": pages of unknown type or that could not be read}."""
    recogniser = context.recogniser
    with context.sessions() as session:
        ahead = _unread(session, claimed.record_id, recogniser.version)
    for page in ahead:
        image = context.store.get(page.sha256)
        try:
            findings: PageFindings | None = recogniser.recognise(image)
            error = None
        except UnreadableImage as unreadable:
            findings, error = None, str(unreadable)
        with context.sessions.begin() as session:
            if not service_tasks.still_held(session, claimed):
                raise RunLost(f"run {claimed.run_id} ended while recognition ran")
            store(session, page.id, recogniser.version, findings, error)

    def settle(session: Session) -> dict[str, Any]:
        look_alikes.settle(session, context.catalogue, claimed.record_id)
        current = pages.current(session, claimed.record_id)
        materials = pages.materials(session, [page.id for page in current])
        unknown = [p for p in current if all(m.current_code == UNKNOWN for m in materials.get(p.id, []))]
        return {"pages": len(current), "unrecognised": len(unknown)}

    return settle


def _unread(session: Session, record_id: int, version: str) -> list[PageImage]:
    current = pages.current(session, record_id)
    read = set(
        session.scalars(
            sa.select(Recognition.page_id).where(
                Recognition.page_id.in_([page.id for page in current]), Recognition.version == version
            )
        )
    )
    return [page for page in current if page.id not in read]


def store(
    session: Session, page_id: int, version: str, findings: PageFindings | None, error: str | None
) -> None:
    recognition = Recognition(
        page_id=page_id,
        version=version,
        rotation=findings.rotation if findings else 0,
        quality=asdict(findings.quality) if findings else {},
        lines=[_line(line, findings) for line in findings.lines] if findings else [],
        error=error,
        seconds=findings.seconds if findings else 0.0,
    )
    session.add(recognition)
    session.flush()
    if findings is None:
        session.add(
            PageMaterial(
                page_id=page_id,
                recognition_id=recognition.id,
                region=[0, 0, 1, 1],
                code=UNKNOWN,
                confidence=0.0,
            )
        )
        return
    fingerprints.keep(session, page_id, findings.quality.fingerprint)
    session.add_all(
        PageMaterial(
            page_id=page_id,
            recognition_id=recognition.id,
            region=list(material.region),
            code=material.code,
            confidence=material.confidence,
            alternatives=[list(each) for each in material.alternatives],
        )
        for material in findings.materials
    )
    session.add_all(
        Reading(
            page_id=page_id,
            recognition_id=recognition.id,
            field=field.code,
            value=field.value,
            confidence=field.confidence,
            box=list(field.box),
            characters=list(field.characters),
            source=version,
        )
        for field in findings.fields
    )


def _line(line: Line, findings: PageFindings) -> dict[str, Any]:
    """Text, confidence and the upright box as fractions of the upright page: what a searchable layer needs."""
    xs, ys = [x for x, _ in line.box], [y for _, y in line.box]
    box = [
        min(xs) / findings.width,
        min(ys) / findings.height,
        max(xs) / findings.width,
        max(ys) / findings.height,
    ]
    return {"text": line.text, "confidence": line.confidence, "box": [round(v, 5) for v in box]}
