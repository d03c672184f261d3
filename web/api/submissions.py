"""Submissions through the interface: handing one in, what became of it, and the intake ledger."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NoReturn

import sqlalchemy as sa
from flask import abort, request, url_for
from marshmallow import RAISE
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from records import case_file, submissions
from records.dossiers import Record
from records.submissions import Submission
from web import access, context
from web.access import actor
from web.api import door
from web.api.openapi import CASE_EXAMPLE
from web.api.schemas import (
    LedgerSchema,
    ReceiptSchema,
    SubmissionSchema,
    SubmissionsQuerySchema,
    SubmissionsSchema,
)
from web.database import change, session
from workflows import intake
from workflows.intake import Receipt, SubmissionRefused

DOOR = "rest"
PARTS = ("case", "pages")

blueprint = door.blueprint("submissions", "", "收件")

_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": list(PARTS),
                "properties": {
                    "case": {"$ref": "#/components/schemas/Case"},
                    "pages": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "string", "format": "binary"},
                        "description": "影像文件，按页序；JPEG、PNG、TIFF（可多页）、PDF",
                    },
                },
            },
            "encoding": {
                "case": {"contentType": "application/json"},
                "pages": {"contentType": "image/jpeg, image/png, image/tiff, application/pdf"},
            },
            "example": {"case": CASE_EXAMPLE},
        }
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "可选，不影响处理：同一流水号、同样的内容和影像即为同一件，重复提交总是安全的",
}


@blueprint.post("/submissions")
@access.token("program")
@blueprint.response(201, ReceiptSchema, description="已接收，成为新的一件")
@blueprint.alt_response(200, schema=ReceiptSchema, description="此前已收过完全相同的一件", success=True)
@blueprint.alt_response(400, "BAD_REQUEST")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(413, "REQUEST_ENTITY_TOO_LARGE")
@blueprint.alt_response(415, "UNSUPPORTED_MEDIA_TYPE")
@blueprint.alt_response(422, "UNPROCESSABLE_ENTITY")
@blueprint.alt_response(429, "TOO_MANY_REQUESTS")
@blueprint.alt_response(503, "SERVICE_UNAVAILABLE")
@blueprint.alt_response(507, "INSUFFICIENT_STORAGE")
@blueprint.doc(
    operationId="submitCase",
    summary="提交一件",
    description="整件接收或整件拒收；返回 2xx 即影像已可靠保存。拒收的提交同样记入收件台账。",
    requestBody=_BODY,
    parameters=[_KEY],
)
def receive() -> tuple[dict[str, Any], int, dict[str, str]]:
    case_json, files = _parts()
    with change() as changing:
        receipt = intake.receive(
            changing,
            context.current().intake,
            actor(),
            door=DOOR,
            name=_name(case_json, files),
            case_json=case_json,
            files=files,
        )
    body = _receipt(receipt)
    return body, 200 if receipt.repeated else 201, {"Location": body["links"]["record"]}


def _parts() -> tuple[bytes, list[tuple[str, BinaryIO]]]:
    """The case and the page files of the body. Raises SubmissionRefused, which is then on the ledger."""
    if request.mimetype != "multipart/form-data":
        abort(415)
    try:
        cases: list[FileStorage | str] = [*request.files.getlist("case"), *request.form.getlist("case")]
    except RequestEntityTooLarge:
        _note_refusal("(超过上限)", ["请求超过大小上限"])
        raise
    files = [(_file_name(file), _stream(file)) for file in request.files.getlist("pages")]
    reasons = [
        f"不认识表单部分“{_visible(name)}”；只接受 {'、'.join(PARTS)}"
        for name in dict.fromkeys([*request.files, *request.form])
        if name not in PARTS
    ]
    if len(cases) != 1:
        reasons.append("须有且只有一个 case 部分，内容为 case.json")
    if "pages" in request.form:
        reasons.append("pages 部分须是带文件名的文件")
    elif not files:
        reasons.append("没有收到影像；请以 pages 部分附上扫描文件")
    case_json = _case_json(cases[0], reasons) if len(cases) == 1 else b""
    if reasons:
        _refuse(_name(case_json, files), reasons)
    return case_json, files


def _case_json(part: FileStorage | str, reasons: list[str]) -> bytes:
    if isinstance(part, str):
        if "\ufffd" in part:  # where the form parser put what it could not decode
            reasons.append("case 部分不是 UTF-8 编码；请以 UTF-8 编码后重新提交")
        return part.encode()
    return part.stream.read(case_file.MAX_BYTES + 1)  # one too many is refused in `case_file`


def _file_name(file: FileStorage) -> str:
    """The last segment only: some clients send whole paths, of either kind."""
    return PurePosixPath((file.filename or "").replace("\\", "/")).name


def _stream(file: FileStorage) -> BinaryIO:
    stream: BinaryIO = file.stream  # type: ignore[assignment]
    return stream


def _name(case_json: bytes, files: list[tuple[str, BinaryIO]]) -> str:
    """What the ledger calls a submission, even one that will be refused: its number, or its first file."""
    try:
        return _visible(str(json.loads(case_json)["transaction_number"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return _visible(next((name for name, _ in files if name), "(无名)"))


def _visible(text: str) -> str:
    """Words from outside, fit for the ledger: PostgreSQL keeps no NUL, UTF-8 no half character."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:80])


def _refuse(name: str, reasons: list[str]) -> NoReturn:
    _note_refusal(name, reasons)
    raise SubmissionRefused(reasons)


def _note_refusal(name: str, reasons: list[str]) -> None:
    with change() as changing:
        submissions.rejected(changing, actor(), door=DOOR, name=name, reason="；".join(reasons))


def _receipt(receipt: Receipt) -> dict[str, Any]:
    number = receipt.transaction_number
    return {
        "submission_id": receipt.submission_id,
        "record_id": receipt.record_id,
        "transaction_number": number,
        "pages": receipt.pages,
        "repeated": receipt.repeated,
        "links": {
            "record": url_for("api_records.show", transaction_number=number),
            "submission": url_for("api_submissions.show", submission_id=receipt.submission_id),
        },
    }


@blueprint.get("/submissions")
@access.token("program", "supervisor", "auditor")
@blueprint.arguments(SubmissionsQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, SubmissionsSchema, description="一批登记")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.doc(
    operationId="listSubmissions",
    summary="收件登记",
    description="全部来路的登记，由新到旧；按 next 取更早的一批。",
)
def listing(query: dict[str, Any]) -> dict[str, Any]:
    outcome, after, limit = query.get("outcome"), query.get("after"), query["limit"]
    statement = _numbered().order_by(Submission.id.desc()).limit(limit + 1)
    if outcome:
        statement = statement.where(Submission.outcome == outcome)
    if after:
        statement = statement.where(Submission.id < after)
    found = [_shape(row, number) for row, number in session().execute(statement)]
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = url_for("api_submissions.listing", outcome=outcome, after=shown[-1]["id"], limit=limit)
    return {"submissions": shown, "next": following}


@blueprint.get(f"/submissions/<int(max={door.LARGEST_ID}):submission_id>")
@access.token("program", "supervisor", "auditor")
@blueprint.response(200, SubmissionSchema, description="这次登记")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(operationId="getSubmission", summary="一次登记", description="一次提交的结果；拒收的有原因。")
def show(submission_id: int) -> dict[str, Any]:
    row, number = session().execute(_numbered().where(Submission.id == submission_id)).one()
    return _shape(row, number)


def _numbered() -> sa.Select[Submission, str | None]:
    columns = sa.select(Submission, Record.transaction_number)
    return columns.outerjoin(Record, Record.id == Submission.record_id)


def _shape(row: Submission, number: str | None) -> dict[str, Any]:
    plain = ("id", "received_at", "door", "name", "outcome", "repeated", "reason", "pages", "bytes")
    return {name: getattr(row, name) for name in plain} | {"transaction_number": number}


@blueprint.get("/ledger")
@access.token("program", "supervisor", "auditor")
@blueprint.response(200, LedgerSchema, description="合计")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.doc(
    operationId="getLedger", summary="收件台账合计", description="全部来路的合计：收到恒等于接收加拒收。"
)
def ledger() -> dict[str, int]:
    return submissions.counts(session())
