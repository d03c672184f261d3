"""Records for programs: where one stands, what was found on its pages, and the page images themselves.

Values are whole, not masked: a program of this role is the business system that they come from. Every reading
of a record and of an image is on the audit trail before the answer leaves.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from flask import Response, request, url_for
from sqlalchemy.orm import Session, selectinload

from records import alerts, audit, packages, pages, pushes
from records.alerts import REASONS
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from web import access, context
from web.access import actor
from web.api import door
from web.api.schemas import RecordSchema, what_the_model_said
from web.database import change, session
from workflows.models import ProcessInstance

blueprint = door.blueprint("records", "/records", "件")

_NUMBER = "/<string(maxlength=32):transaction_number>"
_BYTES = {"type": "string", "format": "binary"}
_PAGE = f"{_NUMBER}/pages/<int(max={door.LARGEST_ID}):page_id>"


@blueprint.get(_NUMBER)
@access.token("program")
@blueprint.response(200, RecordSchema, description="这一件")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="getRecord",
    summary="一件的现状",
    description="所在环节、预警、各页的资料与字段、推送与归档。值不遮蔽；每次读取记入审计（record.read）。",
)
def show(transaction_number: str) -> dict[str, Any]:
    record = _get(session(), transaction_number)
    shown = _shape(session(), record)
    subject = ("record", shown["id"])
    with change() as changing:
        audit.record(changing, actor(), "record.read", subject, {"number": transaction_number})
    return shown


@blueprint.get(f"{_PAGE}/image")
@access.token("program")
@blueprint.response(200, _BYTES, content_type="image/jpeg", description="影像原样")
@blueprint.alt_response(200, schema=_BYTES, content_type="image/png", description="影像原样")
@blueprint.alt_response(304, "NOT_MODIFIED")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="getPageImage",
    summary="影像",
    description="收到时的字节，未经转正；ETag 为其 SHA-256。已被替换的页也可读取。记入审计（page.viewed）。",
)
def image(transaction_number: str, page_id: int) -> Response:
    page = _page(session(), transaction_number, page_id)
    number, sha256, media_type = page.id, page.sha256, f"image/{page.format}"
    if sha256 in request.if_none_match:
        response = Response(status=304)
    else:
        content = context.current().store.get(sha256)
        with change() as changing:
            audit.record(changing, actor(), "page.viewed", ("page", number), {"sha256": sha256})
        response = Response(content, mimetype=media_type)
    response.set_etag(sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _get(reading: Session, number: str) -> Record:
    if "\0" in number:  # PostgreSQL keeps none, and takes no text that holds one
        raise sa.exc.NoResultFound
    statement = sa.select(Record).where(Record.transaction_number == number)
    return reading.scalars(statement.options(selectinload(Record.dossiers))).one()


def _page(reading: Session, number: str, page_id: int) -> PageImage:
    record = _get(reading, number)
    statement = sa.select(PageImage).where(PageImage.id == page_id, PageImage.record_id == record.id)
    return reading.scalars(statement).one()


def _shape(reading: Session, record: Record) -> dict[str, Any]:
    instance = reading.scalars(sa.select(ProcessInstance).where(ProcessInstance.record_id == record.id)).one()
    item = context.current().catalogue.items.get(record.item)
    own = ("id", "transaction_number", "item", "subject", "office", "channel", "accepted_at", "received_at")
    course = ("status", "stage", "outcome", "ended_at")
    return {
        **_taken(record, *own, "catalogue_version"),
        **_taken(instance, *course),
        "item_name": item.name if item else record.item,
        "dossiers": [_taken(each, "kind", "number") for each in record.dossiers],
        "alerts": [_alert(each) for each in alerts.of_record(reading, record.id, "open")],
        "pages": _pages(reading, record),
        "pushes": _pushes(reading, record.id),
        "packages": [_package(each) for each in packages.of_record(reading, record.id)],
    }


def _taken(row: object, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _alert(row: alerts.Alert) -> dict[str, Any]:
    title = REASONS.get(row.reason, row.reason)
    return {**_taken(row, "id", "reason", "text", "page_id", "field", "opened_at"), "title": title}


def _package(row: packages.ArchivalPackage) -> dict[str, Any]:
    return _taken(row, "name", "version", "sha256", "sm3", "files", "pages", "bytes", "created_at")


def _pushes(reading: Session, record_id: int) -> dict[str, Any]:
    rows = pushes.of_record(reading, record_id)
    states = Counter(row.state for row in rows)
    rejected = [row for row in rows if row.state == "rejected"]
    return {
        "sent": len(rows),
        **{state: states[state] for state in ("accepted", "rejected", "pending")},
        "rejections": [_taken(row, "page_id", "material", "code", "reason", "advice") for row in rejected],
    }


def _pages(reading: Session, record: Record) -> list[dict[str, Any]]:
    rows = pages.current(reading, record.id)
    ids = [row.id for row in rows]
    materials, readings = pages.materials(reading, ids), pages.readings(reading, ids)
    recognitions = pages.recognitions(reading, ids)
    number = record.transaction_number
    return [
        _sheet(number, row, materials.get(row.id, []), readings.get(row.id, {}), recognitions.get(row.id))
        for row in rows
    ]


def _sheet(
    number: str,
    page: PageImage,
    materials: list[PageMaterial],
    readings: dict[str, Reading],
    recognition: Recognition | None,
) -> dict[str, Any]:
    facts = ("id", "number", "format", "width", "height", "dpi", "size", "sha256", "sm3")
    read = ("value", "confidence", "source", "box")
    return {
        **_taken(page, *facts, "source_name", "source_page", "added_at"),
        "recognition": _recognition_state(recognition),
        "rotation": recognition.rotation if recognition else None,
        "materials": [_material(each) for each in materials],
        "readings": {field: _taken(each, *read) for field, each in readings.items()},
        "image": url_for("api_records.image", transaction_number=number, page_id=page.id),
    }


def _recognition_state(recognition: Recognition | None) -> str:
    if recognition is None:
        return "pending"
    return "failed" if recognition.error else "done"


def _material(row: PageMaterial) -> dict[str, Any]:
    known = context.current().catalogue.materials.get(row.current_code)
    return {
        "code": row.current_code,
        "name": known.name if known else row.current_code,
        "predicted_code": row.code,
        "confidence": row.confidence,
        **what_the_model_said(row),
        "confirmed": row.confirmed_code is not None,
        "region": row.region,
    }
