"""Everything found on a record's pages, for an archive system that keeps it in a database of its own.

Types, fields, which version of the recogniser said so, and who confirmed or corrected it; replaced pages too, so that
what was taken over from them can be taken back. Values are whole; every reading is on the audit trail.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import sqlalchemy as sa
from flask import current_app, jsonify, request
from marshmallow import RAISE, Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from records import audit, pages
from records.audit import AuditEntry
from records.base import CHINA
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import Person
from web import access, context
from web.access import actor
from web.api import door
from web.api.schemas import GIVEN_BY_CASE, meant, what_the_model_said
from web.database import change, session

blueprint = door.blueprint("findings", "/records", "识别结果")

_BOX = "x0、y0、x1、y1：转正后的页面上的比例，0 至 1"


class FindingsQuerySchema(Schema):
    error_messages = {"unknown": "没有这个参数；可用的是 changed_since"}  # noqa: RUF012

    changed_since = fields.AwareDateTime(
        default_timezone=CHINA,
        error_messages={"invalid": "须为 ISO 8601 的时间，如 2026-01-01T09:30:00+08:00"},
        **meant("只列此时间及以后有变化的页；不带时区时按北京时间。地址中的加号须写作 %2B"),
    )


class ByPersonSchema(Schema):
    name = fields.String(required=True, **meant("姓名"))
    at = fields.AwareDateTime(required=True, **meant("时间"))


class VersionSchema(Schema):
    version = fields.String(required=True, **meant("识别程序及模型的版本"))
    at = fields.AwareDateTime(required=True, **meant("识别的时间"))
    rotation = fields.Integer(required=True, **meant("转正须顺时针转的度数"))
    error = fields.String(required=True, allow_none=True, **meant("无法识别的原因；已识别时为 null"))


class MaterialFindingSchema(Schema):
    code = fields.String(required=True, **meant("现行的种类代码：经人工确认的，否则为识别的", "M-ID-01"))
    name = fields.String(required=True, **meant("种类名称"))
    predicted_code = fields.String(required=True, **meant("识别的种类代码"))
    confidence = fields.Float(required=True, **meant("模型对 predicted_code 的把握，0 至 1"))
    model_code = fields.String(required=True, allow_none=True, **meant(GIVEN_BY_CASE))
    model_confidence = fields.Float(
        required=True, allow_none=True, **meant("模型对 model_code 的把握，0 至 1；没有 model_code 时为 null")
    )
    region = fields.List(fields.Float(), required=True, **meant(f"范围；{_BOX}"))
    version = fields.String(required=True, allow_none=True, **meant("由哪个版本识别；人工添加的为 null"))
    confirmed = fields.Nested(
        ByPersonSchema, required=True, allow_none=True, **meant("由谁确认；未经确认时为 null")
    )


class FieldFindingSchema(Schema):
    code = fields.String(required=True, **meant("字段代码", "plate_no"))
    name = fields.String(required=True, **meant("字段名称"))
    value = fields.String(required=True, **meant("现行的值，不遮蔽"))
    confidence = fields.Float(required=True, **meant("把握，0 至 1；人工录入为 1"))
    box = fields.List(fields.Float(), required=True, allow_none=True, **meant(f"位置；{_BOX}"))
    source = fields.String(required=True, **meant("识别程序的版本，或 person（人工录入）"))
    at = fields.AwareDateTime(required=True, **meant("读出或录入的时间"))
    corrected = fields.Nested(
        ByPersonSchema, required=True, allow_none=True, **meant("由谁录入；机器读出的为 null")
    )


class PageFindingsSchema(Schema):
    page_id = fields.Integer(required=True, **meant("影像页号"))
    number = fields.Integer(required=True, **meant("页序", 1))
    sha256 = fields.String(required=True, **meant("影像的 SHA-256"))
    superseded_by = fields.Integer(
        required=True, allow_none=True, **meant("替换它的影像页号；现行的页为 null")
    )
    changed_at = fields.AwareDateTime(required=True, **meant("最近一次变化的时间"))
    versions = fields.List(
        fields.Nested(VersionSchema), required=True, **meant("每个版本的识别，由先到后；空为尚未识别")
    )
    materials = fields.List(fields.Nested(MaterialFindingSchema), required=True, **meant("页上的资料"))
    fields_ = fields.List(
        fields.Nested(FieldFindingSchema),
        required=True,
        data_key="fields",
        attribute="fields",
        **meant("各字段现行的值"),
    )


class RecordFindingsSchema(Schema):
    transaction_number = fields.String(required=True, **meant("流水号", "1260101000001"))
    changed_at = fields.AwareDateTime(required=True, **meant("全件最近一次变化的时间"))
    pages = fields.List(
        fields.Nested(PageFindingsSchema), required=True, **meant("各页，按页序；含已被替换的")
    )


@blueprint.get("/<string(maxlength=32):transaction_number>/findings")
@access.token("program")
@blueprint.arguments(FindingsQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, RecordFindingsSchema, description="这一件的识别结果", headers={"ETag": "ETAG"})
@blueprint.alt_response(304, "NOT_MODIFIED")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="getRecordFindings",
    summary="一件的识别结果",
    description=(
        "各页的种类、字段、版本、由谁确认，供档案系统写回自己的数据库。带 If-None-Match 再取，未变时返回 304；"
        "changed_since 只列有变化的页。每次读取记入审计（record.read）。"
    ),
)
def show(query: dict[str, Any], transaction_number: str) -> AnyResponse:
    record = _record(transaction_number)
    number = record.id
    told = RecordFindingsSchema().dump(_told(session(), record, query.get("changed_since")))
    tag = hashlib.sha256(current_app.json.dumps(told).encode()).hexdigest()
    response = jsonify(told)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    if tag not in request.if_none_match:
        with change() as changing:
            detail = {"number": transaction_number, "findings": True}
            audit.record(changing, actor(), "record.read", ("record", number), detail)
    return response.make_conditional(request)


def _record(number: str) -> Record:
    if "\0" in number:  # PostgreSQL keeps none, and takes no text that holds one
        raise sa.exc.NoResultFound
    return session().scalars(sa.select(Record).where(Record.transaction_number == number)).one()


def _told(reading: Session, record: Record, since: dt.datetime | None) -> dict[str, Any]:
    statement = sa.select(PageImage).where(PageImage.record_id == record.id)
    rows = reading.scalars(statement.order_by(PageImage.number, PageImage.id)).all()
    ids = [row.id for row in rows]
    versions: dict[int, list[Recognition]] = {}
    for each in reading.scalars(
        sa.select(Recognition).where(Recognition.page_id.in_(ids)).order_by(Recognition.id)
    ):
        versions.setdefault(each.page_id, []).append(each)
    materials, readings = pages.materials(reading, ids), pages.readings(reading, ids)
    names, given = _names(reading, materials, readings), _given_by_case(reading, ids)
    told = [
        _page(
            row,
            versions.get(row.id, []),
            materials.get(row.id, []),
            readings.get(row.id, {}),
            names,
            given.get(row.id),
        )
        for row in rows
    ]
    return {
        "transaction_number": record.transaction_number,
        "changed_at": max((each["changed_at"] for each in told), default=record.received_at),
        "pages": [each for each in told if since is None or each["changed_at"] >= since],
    }


def _names(
    reading: Session, materials: dict[int, list[PageMaterial]], readings: dict[int, dict[str, Reading]]
) -> dict[int, str]:
    """Names of the people who confirmed or corrected something."""
    ids = {each.confirmed_by for found in materials.values() for each in found}
    ids |= {each.person_id for found in readings.values() for each in found.values()}
    rows = reading.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids - {None})))
    return {row.id: row.name for row in rows}


def _given_by_case(reading: Session, page_ids: list[int]) -> dict[int, dt.datetime]:
    """When the case last gave a page another type: its row keeps no time of that."""
    rows = reading.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.at)
        .where(
            AuditEntry.subject_kind == "page",
            AuditEntry.subject_id.in_(page_ids),
            AuditEntry.action == "finding.reassigned",
        )
        .order_by(AuditEntry.seq)
    )
    return {row.subject_id: row.at for row in rows}


def _page(
    page: PageImage,
    versions: list[Recognition],
    materials: list[PageMaterial],
    readings: dict[str, Reading],
    names: dict[int, str],
    given_at: dt.datetime | None,
) -> dict[str, Any]:
    by_id = {each.id: each.version for each in versions}
    moments = [page.added_at, page.superseded_at, given_at]
    moments += [each.created_at for each in versions] + [each.confirmed_at for each in materials]
    moments += [each.created_at for each in readings.values()]
    return {
        "page_id": page.id,
        "number": page.number,
        "sha256": page.sha256,
        "superseded_by": page.superseded_by_id,
        "changed_at": max(each for each in moments if each is not None),
        "versions": [
            {"version": each.version, "at": each.created_at, "rotation": each.rotation, "error": each.error}
            for each in versions
        ],
        "materials": [_material(each, by_id, names) for each in materials],
        "fields": [_field(code, each, names) for code, each in sorted(readings.items())],
    }


def _material(row: PageMaterial, versions: dict[int, str], names: dict[int, str]) -> dict[str, Any]:
    return {
        "code": row.current_code,
        "name": _name(context.current().catalogue.materials, row.current_code),
        "predicted_code": row.code,
        "confidence": row.confidence,
        **what_the_model_said(row),
        "region": row.region,
        "version": versions.get(row.recognition_id) if row.recognition_id is not None else None,
        "confirmed": _by(names, row.confirmed_by, row.confirmed_at),
    }


def _field(code: str, row: Reading, names: dict[int, str]) -> dict[str, Any]:
    return {
        "code": code,
        "name": _name(context.current().catalogue.fields, code),
        **{name: getattr(row, name) for name in ("value", "confidence", "box", "source")},
        "at": row.created_at,
        "corrected": _by(names, row.person_id, row.created_at),
    }


def _by(names: dict[int, str], person_id: int | None, at: dt.datetime | None) -> dict[str, Any] | None:
    return None if person_id is None else {"name": names[person_id], "at": at}


def _name(kinds: Any, code: str) -> str:
    return kinds[code].name if code in kinds else code
