"""Classification for programs: images in, types and fields out, at once for a page, in the background for a batch.

Requests become rows whose pages a worker reads; this room waits for one page at most, and never in more than half of
the threads, so that people are not kept waiting. An account sees its own requests only, and every reading of results
is on the audit trail. Knows nothing of engines.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any

import sqlalchemy as sa
from flask import abort, request, url_for
from marshmallow import RAISE
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from records import audit, classifications, loose_images, scans, webhooks
from records.classifications import (
    Classification,
    ClassificationRefused,
    ClassifiedPage,
    Lane,
    Request,
    Sheet,
)
from records.dossiers import Record
from records.scans import ScanRefused
from records.webhooks import Webhook
from web import access, context
from web.access import actor
from web.api import door
from web.api.classification_schemas import (
    BatchQuerySchema,
    ClassificationSchema,
    ClassificationsQuerySchema,
    ClassificationsSchema,
    OneImageQuerySchema,
    ReferencesSchema,
    ResultsQuerySchema,
    ResultsSchema,
    WebhookKeySchema,
)
from web.database import change, session

KINDS = ("image/jpeg", "image/png", "image/tiff", "application/pdf")
MOST_KEY = 128
_POLL_S = (0.05, 0.1, 0.2, 0.3)

blueprint = door.blueprint("classification", "/classifications", "识别")

_BYTES = {"type": "string", "format": "binary"}
_ONE_BODY = {
    "required": True,
    "content": {
        **{kind: {"schema": _BYTES} for kind in KINDS},
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["image"], "properties": {"image": _BYTES}}
        },
    },
}
_MANY_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["images"],
                "properties": {"images": {"type": "array", "minItems": 1, "items": _BYTES}},
            }
        },
        "application/json": {"schema": ReferencesSchema},
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": MOST_KEY},
    "description": "可选。同一账号以同一个键、同样的内容再次提交，得到原来那次请求；内容不同则为 409。与结果一同保留",
}


def _refusals(view: Any) -> Any:
    """What every door to a new classification may answer."""
    for status, name in (
        (400, "BAD_REQUEST"),
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (404, "NOT_FOUND"),
        (409, "CONFLICT"),
        (413, "REQUEST_ENTITY_TOO_LARGE"),
        (415, "UNSUPPORTED_MEDIA_TYPE"),
        (422, "UNPROCESSABLE_ENTITY"),
        (429, "TOO_MANY_REQUESTS"),
        (503, "SERVICE_UNAVAILABLE"),
        (507, "INSUFFICIENT_STORAGE"),
    ):
        view = blueprint.alt_response(status, name)(view)
    return view


@blueprint.post("")
@access.token("program")
@blueprint.arguments(OneImageQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, ClassificationSchema, description="已有结果")
@blueprint.alt_response(
    202, schema=ClassificationSchema, description="还没有结果：稍后到 links.self 读取", success=True
)
@_refusals
@blueprint.doc(
    operationId="classifyImage",
    summary="识别一页",
    description="一幅影像（一页），作为请求体或 multipart 的 image 部分。在 wait 秒内完成则返回 200 与结果，否则 202。",
    requestBody=_ONE_BODY,
    parameters=[_KEY],
)
def classify(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    number = query.get("transaction_number")
    if "page" in query and number is None:
        raise ClassificationRefused(["给出 page 时须同时给出 transaction_number"])
    row, repeated = _open("single", query, [_one_image()])
    row = _wait_for(row, query["wait"])
    return _told(row), 202 if row.finished_at is None else 200, _headers(row, repeated)


@blueprint.post("/batches")
@access.token("program")
@blueprint.arguments(BatchQuerySchema, location="query", unknown=RAISE)
@blueprint.response(202, ClassificationSchema, description="已接收：各页在后台识别")
@_refusals
@blueprint.doc(
    operationId="classifyBatch",
    summary="识别一批",
    description=(
        "多幅影像（multipart 的 images 部分，可为多页 TIFF、PDF，参数在地址中），或已归档影像的页次（JSON）。"
        "每页单独识别，一页失败不影响其余；完成后可回调。"
    ),
    requestBody=_MANY_BODY,
    parameters=[_KEY],
)
def classify_batch(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    if request.mimetype == "application/json":
        row, repeated = _open_references(query)
    else:
        row, repeated = _open("batch", query, _images())
    return _told(row), 202, _headers(row, repeated)


@blueprint.get("")
@access.token("program")
@blueprint.arguments(ClassificationsQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, ClassificationsSchema, description="一批请求")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.doc(
    operationId="listClassifications",
    summary="识别请求",
    description="本账号的请求，由新到旧；webhook=dead 列出回调未送达的。",
)
def listing(query: dict[str, Any]) -> dict[str, Any]:
    statement = sa.select(Classification).where(Classification.person_id == actor().id)
    if "after" in query:
        statement = statement.where(Classification.id < query["after"])
    if "webhook" in query:
        statement = statement.join(Webhook, Webhook.classification_id == Classification.id)
        statement = statement.where(Webhook.status == query["webhook"])
    limit = query["limit"]
    rows = session().scalars(statement.order_by(Classification.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        following = url_for(".listing", webhook=query.get("webhook"), after=shown[-1].id, limit=limit)
    return {"classifications": [_shape(row, None) for row in shown], "next": following}


@blueprint.get("/webhook-key")
@access.token("program")
@blueprint.response(200, WebhookKeySchema, description="密钥")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="getWebhookKey",
    summary="回调签名的密钥",
    description="核对回调的 Guidang-Signature 用；各账号不同。没有启用回调时为 404。每次读取记入审计。",
)
def webhook_key() -> dict[str, str]:
    secret = context.current().service.webhook_secret
    if not secret:
        abort(404)
    user = actor()
    assert user.id is not None
    with change() as changing:
        audit.record(changing, user, "webhook_key.read", ("person", user.id), {})
    return {"key": webhooks.key_of(secret, user.id).decode()}


_ONE = f"/<int(max={door.LARGEST_ID}):classification_id>"


@blueprint.get(_ONE)
@access.token("program")
@blueprint.response(200, ClassificationSchema, description="这次请求")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="getClassification",
    summary="一次识别请求",
    description="进度、回调的每次尝试；单页请求附结果。只能读取本账号的请求；读出结果记入审计。",
)
def show(classification_id: int) -> dict[str, Any]:
    row = classifications.of_account(session(), actor(), classification_id)
    shown = _told(row)
    if shown["result"] is not None and row.finished_at is not None:
        _note_reading(classification_id)
    return shown


@blueprint.get(f"{_ONE}/results")
@access.token("program")
@blueprint.arguments(ResultsQuerySchema, location="query", unknown=RAISE)
@blueprint.response(200, ResultsSchema, description="一批结果")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.doc(
    operationId="listClassificationResults",
    summary="各页的结果",
    description="按页序，未完成的页也列出。值不遮蔽；每次读取记入审计（classification.read）。",
)
def results(query: dict[str, Any], classification_id: int) -> dict[str, Any]:
    classifications.of_account(session(), actor(), classification_id)
    after, limit = query["after"], query["limit"]
    rows = classifications.pages_of(session(), classification_id, after, limit + 1)
    shown = [_page(row) for row in rows[:limit]]
    following = None
    if len(rows) > limit:
        following = url_for(
            ".results", classification_id=classification_id, after=shown[-1]["number"], limit=limit
        )
    _note_reading(classification_id)
    return {"results": shown, "next": following}


def _note_reading(classification_id: int) -> None:
    subject = ("classification", classification_id)
    with change() as changing:
        audit.record(changing, actor(), "classification.read", subject, {})


# ---- what comes in ----


def _one_image() -> tuple[str, IO[bytes]]:
    if request.mimetype in KINDS:
        return "image", request.stream
    if request.mimetype != "multipart/form-data":
        abort(415)
    files = request.files.getlist("image")
    if len(files) != 1 or len(request.files) != 1 or request.form:
        raise ClassificationRefused(["须有且只有一个 image 部分，为带文件名的影像文件；参数写在地址中"])
    return _file(files[0])


def _images() -> list[tuple[str, IO[bytes]]]:
    if request.mimetype != "multipart/form-data":
        abort(415)
    odd = [name for name in dict.fromkeys([*request.files, *request.form]) if name != "images"]
    if odd or request.form:
        raise ClassificationRefused(["只接受名为 images、带文件名的影像文件；参数写在地址中"])
    files = request.files.getlist("images")
    if not files:
        raise ClassificationRefused(["没有收到影像；请以 images 部分附上扫描文件"])
    return [_file(each) for each in files]


def _file(part: FileStorage) -> tuple[str, IO[bytes]]:
    """The last segment of the name only: some clients send whole paths, of either kind."""
    return PurePosixPath((part.filename or "").replace("\\", "/")).name, part.stream


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise ClassificationRefused([f"Idempotency-Key 须为 1 至 {MOST_KEY} 个可见的 ASCII 字符"])
    return key


def _checked(asked: dict[str, Any]) -> tuple[str, str | None]:
    """(depth, webhook address). Raises ClassificationRefused, AddressRefused."""
    of_record = asked.get("transaction_number") is not None
    depth: str = asked.get("depth") or ("all" if of_record else "key")
    if of_record and depth != "all":
        raise ClassificationRefused(["结果归入一件时 depth 须为 all：该件不再另行识别"])
    address: str | None = asked.get("webhook_url")
    if address is not None:
        service = context.current().service
        if not service.webhook_secret:
            raise webhooks.AddressRefused("没有启用回调；请联系系统管理员设置签名密钥")
        webhooks.check_address(address, service.webhook_allow)
    return depth, address


def _open(
    lane: Lane, asked: dict[str, Any], files: Iterable[tuple[str, IO[bytes]]]
) -> tuple[Classification, bool]:
    """(the classification, whether it was there before). Nothing of it stays when it is refused."""
    key = _key()
    depth, address = _checked(asked)
    record = _record(asked.get("transaction_number"))
    folder = None if record is not None else loose_images.new_folder()
    service = context.current().service
    if key is None or not classifications.is_known(session(), actor(), key):
        classifications.require_room(session(), actor(), service.most_open)  # before anything is stored
    row = None
    try:
        kept = list(_kept(folder, files, 1 if lane == "single" else service.most_pages))
        if record is None:
            sheets = tuple(Sheet(name, sha256) for name, sha256 in kept)
        else:
            sheets = classifications.match(session(), record.id, kept, asked.get("page"))
        digest = _digest(lane, depth, record, address, [(sheet.sha256, sheet.page_id) for sheet in sheets])
        of_record = None if record is None else record.id
        row, pages = _stored(Request(lane, depth, digest, sheets, key, of_record, folder, address))
    finally:
        if folder is not None and (row is None or row.folder != folder):
            service.loose.delete(folder)
    return _handed_over(row, pages)


def _open_references(query: dict[str, Any]) -> tuple[Classification, bool]:
    if query:
        raise ClassificationRefused(["以 JSON 提交时，参数写在 JSON 中，不写在地址中"])
    content = request.get_json()
    if not isinstance(content, dict):
        raise ClassificationRefused(["请求体须为 JSON 对象"])
    wrong = ReferencesSchema().validate(content)
    if wrong:
        raise ClassificationRefused([f"{name}：{_flat(said)}" for name, said in wrong.items()])
    asked = ReferencesSchema().load(content)
    key = _key()
    depth, address = _checked(asked)
    record = _record(asked["transaction_number"])
    assert record is not None
    sheets = classifications.of_record(session(), record.id, asked.get("pages"))
    most = context.current().service.most_pages
    if len(sheets) > most:
        raise ClassificationRefused([f"一批最多 {most} 页；请分批提交"])
    digest = _digest("batch", depth, record, address, [(each.sha256, each.page_id) for each in sheets])
    return _handed_over(*_stored(Request("batch", depth, digest, sheets, key, record.id, None, address)))


def _flat(said: Any) -> str:
    """Messages of a check, of a list's items too."""
    if isinstance(said, dict):
        return "；".join(_flat(each) for each in said.values())
    return "；".join(str(each) for each in said)


def _record(number: str | None) -> Record | None:
    if number is None:
        return None
    return session().scalars(sa.select(Record).where(Record.transaction_number == number)).one()


def _kept(folder: str | None, files: Iterable[tuple[str, IO[bytes]]], most: int) -> Iterator[tuple[str, str]]:
    """(name, SHA-256) of each page; kept in `folder`, if any. Raises ClassificationRefused."""
    service, left = context.current().service, most
    for name, stream in files:
        limits = context.current().intake.limits
        try:
            for page in scans.split(name, stream, replace(limits, max_pages=min(limits.max_pages, most))):
                left -= 1
                if left < 0:
                    raise ClassificationRefused([f"一次最多 {most} 页；请分次提交"])
                place = f"{page.source_name}#{page.source_page}" if page.source_page > 1 else page.source_name
                digest = service.loose.put(folder, page.content) if folder else _sha256(page.content)
                yield place, digest
        except ScanRefused as refused:
            raise ClassificationRefused([str(refused)]) from refused


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(
    lane: str, depth: str, record: Record | None, address: str | None, pages: list[tuple[str, int | None]]
) -> str:
    return _sha256(repr((lane, depth, record.id if record else None, address, pages)).encode())


def _stored(asked: Request) -> tuple[Classification, list[int]]:
    """The classification and its new pages: none, where it was there before."""
    most = context.current().service.most_open
    with change() as changing:
        return classifications.open_for(changing, actor(), asked, most)


def _handed_over(row: Classification, pages: list[int]) -> tuple[Classification, bool]:
    """(the classification, whether it was there before), its new pages on their way to a worker."""
    if pages:
        context.current().service.enqueue([(page, row.lane) for page in pages])
    return row, not pages


# ---- what goes out ----


def _wait_for(row: Classification, wait: float) -> Classification:
    """The row when its page is done, or as it is after `wait` seconds, or at once where too many wait already."""
    number, waiters = row.id, context.current().service.waiters
    if row.finished_at is not None or not waiters.acquire(blocking=False):
        return row
    try:
        end, pauses = time.monotonic() + wait, iter(_POLL_S)
        while True:
            reading = session()
            reading.rollback()  # gives the connection back and sees what is true now
            found = reading.scalars(
                sa.select(Classification)
                .where(Classification.id == number)
                .execution_options(populate_existing=True)
            ).one()
            left = end - time.monotonic()
            if found.finished_at is not None or left <= 0:
                return found
            reading.rollback()
            time.sleep(min(left, next(pauses, _POLL_S[-1])))
    finally:
        waiters.release()


def _headers(row: Classification, repeated: bool) -> dict[str, str]:
    place = {"Location": url_for(".show", classification_id=row.id)}
    return place | ({"Idempotent-Replayed": "true"} if repeated else {})


def _told(row: Classification) -> dict[str, Any]:
    page = None
    if row.lane == "single":
        (page,) = classifications.pages_of(session(), row.id, 0, 1)
    return _shape(row, page)


def _shape(row: Classification, page: ClassifiedPage | None) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "depth", "record_id", "pages", "failed")},
        "status": "open" if row.finished_at is None else "done",
        "finished": row.pages - row.unfinished,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        "result": None if page is None else _page(page),
        "webhook": _webhook(session(), row.id),
        "links": {
            "self": url_for(".show", classification_id=row.id),
            "results": url_for(".results", classification_id=row.id),
        },
    }


def _webhook(reading: Session, classification_id: int) -> dict[str, Any] | None:
    hook = webhooks.of_classification(reading, classification_id)
    if hook is None:
        return None
    told = ("number", "at", "http_status", "error", "seconds")
    attempts = [
        {name: getattr(each, name) for name in told} for each in webhooks.attempts_of(reading, hook.id)
    ]
    return {"url": hook.url, "status": hook.status, "next_at": hook.next_at, "attempts": attempts}


def _page(row: ClassifiedPage) -> dict[str, Any]:
    own = ("number", "name", "sha256", "page_id", "status", "error", "version", "kept")
    found = row.findings or {}
    catalogue = context.current().catalogue
    return {
        **{name: getattr(row, name) for name in own},
        **{name: found.get(name) for name in ("stage", "rotation", "seconds", "faults")},
        "materials": _materials(found.get("materials"), catalogue.materials),
        "fields": _named(found.get("fields"), catalogue.fields),
    }


def _materials(found: list[dict[str, Any]] | None, kinds: Any) -> list[dict[str, Any]] | None:
    """What the model said: what a case makes of doubtful pages is told with the record (`web.api.findings`)."""
    named = _named(found, kinds)
    for each in named or ():
        weighed = each.get("alternatives")
        told = weighed and [{"code": code, "confidence": chance} for code, chance in weighed]
        each["alternatives"] = _named(told, kinds)
    return named


def _named(found: list[dict[str, Any]] | None, kinds: Any) -> list[dict[str, Any]] | None:
    """Findings with the catalogue's names; None stays None, which is no empty result."""
    if found is None:
        return None
    return [
        {**each, "name": kinds[each["code"]].name if each["code"] in kinds else each["code"]}
        for each in found
    ]
