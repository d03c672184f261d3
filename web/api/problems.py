"""Errors as problem JSON (RFC 9457): the one table from what went wrong to what a program is told.

The detail is Chinese and says what to do next; nothing of the inside (statement, path, stack) gets out.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy.exc
from flask import Response, current_app, request
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from records.classifications import ClassificationRefused, KeyReused, TooManyOpen
from records.images import ImageCorrupted, ImageMissing, StorageFailed, StorageFull
from records.webhooks import AddressRefused
from web import context
from web.access import NotAllowed
from workflows.intake import SubmissionRefused

MEDIA_TYPE = "application/problem+json"
RETRY_S = 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """A kind of problem. `name` ends its URN and never changes; without `detail` the error speaks itself."""

    status: int
    name: str
    title: str
    detail: str = ""


_FULL = Problem(507, "storage-full", "存储空间已满", "没有保留任何内容；请联系系统管理员扩容后原样重新提交")
_UNFORESEEN = Problem(
    500, "internal-error", "系统出错", "出错情况已记入日志；请稍后原样重试，仍不行请联系系统管理员"
)
_AWAY = Problem(503, "database-unavailable", "数据库暂时不可用", "没有保存任何内容；请稍候原样重试")

_DOMAIN: dict[type[Exception], Problem] = {
    SubmissionRefused: Problem(422, "submission-refused", "提交未被接收"),
    ClassificationRefused: Problem(422, "classification-refused", "识别请求未被接收"),
    AddressRefused: Problem(422, "webhook-refused", "回调地址未被接受"),
    KeyReused: Problem(409, "idempotency-key-reused", "幂等键已用于别的请求"),
    TooManyOpen: Problem(429, "too-many-open", "未完成的请求太多"),
    NotAllowed: Problem(
        403, "not-allowed", "没有权限", "此令牌所属账号的角色不能使用这个接口；需要时请联系系统管理员"
    ),
    StorageFull: _FULL,
    StorageFailed: Problem(503, "storage-unavailable", "影像库暂时不可用", "请稍候原样重试"),
    ImageMissing: Problem(500, "image-missing", "影像缺失"),
    ImageCorrupted: Problem(500, "image-corrupted", "影像损坏"),
    sqlalchemy.exc.NoResultFound: Problem(
        404, "not-found", "没有找到", "没有这一件、这一页、这次登记或识别请求；请核对编号"
    ),
    sqlalchemy.exc.OperationalError: _AWAY,
    sqlalchemy.exc.InterfaceError: _AWAY,
    sqlalchemy.exc.TimeoutError: _AWAY,
    StaleDataError: Problem(409, "changed-meanwhile", "内容已更新", "别处刚刚改动了同一件；请重新读取后再试"),
}

_PLAIN = {
    each.status: each
    for each in (
        Problem(400, "bad-request", "请求有误", "请求不完整或无法解析；请按接口说明检查后重新发送"),
        Problem(
            401,
            "token-required",
            "令牌缺失或无效",
            "请在请求头 Authorization: Bearer 中给出有效令牌；令牌被撤销时请联系系统管理员重新签发",
        ),
        _DOMAIN[NotAllowed],
        Problem(404, "not-found", "没有找到", "没有这个地址；可用的接口见 /api/v1/openapi.json"),
        Problem(405, "method-not-allowed", "不支持的方法", "这个地址不支持该方法；可用的方法见响应头 Allow"),
        Problem(413, "too-large", "请求太大"),
        Problem(415, "unsupported-media-type", "请求格式不支持", "请用 multipart/form-data 提交"),
        Problem(422, "invalid-parameter", "参数有误", "请按 errors 中所列逐项更正后重新发送"),
        Problem(429, "too-many-requests", "请求太频繁", "请按响应头 Retry-After 所示的秒数等待后再试"),
        _UNFORESEEN,
        _AWAY,
    )
}


def title_of(status: int) -> str | None:
    """What problems of this status are called; None where this interface gives no such status."""
    known = _PLAIN.get(status) or next((each for each in _DOMAIN.values() if each.status == status), None)
    return known.title if known else None


def answer(error: Exception) -> Response:
    """The error as a problem JSON response."""
    problem = _kind(error)
    body = {
        "type": f"urn:guidang:problem:{problem.name}",
        "title": problem.title,
        "status": problem.status,
        "detail": _detail(error, problem),
        "errors": list(_errors(error, problem)),
    }
    if problem is _UNFORESEEN:
        _log.error("unforeseen error at %s %s", request.method, request.path, exc_info=error)
    elif problem.status >= 500:
        _log.error("%s at %s %s: %s", problem.name, request.method, request.path, error)
    response = Response(current_app.json.dumps(body), problem.status, content_type=MEDIA_TYPE)
    response.headers.extend(_headers(error, problem.status))
    return response


def _kind(error: Exception) -> Problem:
    if isinstance(error, SubmissionRefused) and isinstance(error.__cause__, StorageFailed | ImageCorrupted):
        return _kind(error.__cause__)  # not the submission's fault: handed in again as it is, it may pass
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _FULL  # the body did not fit where uploads are spooled
    if isinstance(error, HTTPException):
        code = error.code or 500
        return _PLAIN.get(code) or (_PLAIN[400] if code < 500 else _UNFORESEEN)
    return next((_DOMAIN[kind] for kind in type(error).__mro__ if kind in _DOMAIN), _UNFORESEEN)


def _detail(error: Exception, problem: Problem) -> str:
    if problem.status == 413:
        limit, parts = context.current().max_upload_mb, current_app.config["MAX_FORM_PARTS"]
        return (
            f"一次提交不能超过 {limit} MB、{parts} 个部分；请降低分辨率、合并文件，或联系系统管理员调整上限"
        )
    return problem.detail or str(error)


def _errors(error: Exception, problem: Problem) -> Iterator[dict[str, str]]:
    """Each single fault: the reasons of a refusal, or the parameters that a check refused, by name."""
    if problem.status >= 500:
        return  # a fault of ours, whose words may name our folders
    if isinstance(error, SubmissionRefused | ClassificationRefused):
        for reason in error.reasons:
            yield {"detail": reason}
    messages: dict[str, Any] = (getattr(error, "data", None) or {}).get("messages") or {}
    for by_parameter in messages.values():
        for parameter, details in by_parameter.items():
            for detail in details:
                yield {"parameter": str(parameter), "detail": str(detail)}


def _headers(error: Exception, status: int) -> Iterator[tuple[str, str]]:
    if status == 401:
        yield "WWW-Authenticate", 'Bearer realm="guidang"'
    if status in (429, 503):
        yield "Retry-After", str(RETRY_S)
    if status == 405 and isinstance(error, HTTPException):
        yield from ((name, value) for name, value in error.get_headers() if name == "Allow")
