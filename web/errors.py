"""Domain errors as HTTP answers: what happened, and what to do next, on a calm page.

The one table from errors to answers. An htmx request gets the notice alone, a browser the whole page.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlalchemy.exc
from flask import Flask, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from records.images import ImageCorrupted, ImageMissing, StorageFailed
from records.pages import PageGone
from web import context
from web.access import NotAllowed
from workflows.definitions import DefinitionMissing
from workflows.engine import DataReserved
from workflows.incidents import IncidentClosed
from workflows.instances import InstanceEnded
from workflows.intake import SubmissionRefused
from workflows.user_tasks import NotCandidate, TaskUnavailable

_log = logging.getLogger(__name__)


class FormIncomplete(ValueError):
    """A form lacks what the command needs; the message says what to fill in."""


@dataclass(frozen=True)
class Answer:
    """A status, the headline, and where to go next: (endpoint, words)."""

    status: int
    title: str
    next: tuple[str, str] | None = None


def _answers() -> dict[type[Exception], Answer]:
    inbox = ("inbox.show", _("回到收件箱"))
    return {
        NotAllowed: Answer(403, _("没有权限"), ("session.start", _("回到首页"))),
        NotCandidate: Answer(403, _("不能办理这项任务"), inbox),
        TaskUnavailable: Answer(409, _("这项任务不能再办"), inbox),
        InstanceEnded: Answer(409, _("本件已结束"), inbox),
        IncidentClosed: Answer(409, _("异常已处理"), ("incidents.show", _("回到异常处理"))),
        PageGone: Answer(409, _("页面已更新")),
        SubmissionRefused: Answer(422, _("没有收下")),
        FormIncomplete: Answer(422, _("还差一步")),
        DataReserved: Answer(422, _("内容不能提交")),
        DefinitionMissing: Answer(422, _("流程未部署")),
        ImageMissing: Answer(404, _("影像缺失")),
        ImageCorrupted: Answer(500, _("影像损坏")),
        StorageFailed: Answer(503, _("影像库不可用")),
    }


def _plain(status: int) -> tuple[str, str]:
    limit = context.current().max_upload_mb
    known = {
        400: (_("请求有误"), _("这次提交不完整，请返回上一页重新操作。")),
        401: (_("请先登录"), _("登录已失效，请重新登录后继续；已自动保存的草稿还在。")),
        403: (_("没有权限"), _("您的角色不能打开这一页；需要时请联系系统管理员。")),
        404: (_("没有这一页"), _("地址可能有误，或内容已不存在。可从上方导航重新进入。")),
        405: (_("请求有误"), _("这个地址不支持这样的操作，请从页面上的按钮进入。")),
        413: (_("文件太大"), _("一次上传不能超过 %(limit)s MB，请分几次上传。", limit=limit)),
        429: (_("尝试太频繁"), _("请等一分钟再试；忘记密码请联系系统管理员。")),
        500: (_("系统出错"), _("出错情况已记入日志。请稍后重试；仍不行请联系系统管理员。")),
        503: (_("数据库暂时不可用"), _("刚才的操作没有保存。请稍等片刻重试；持续出现请联系系统管理员。")),
    }
    return known.get(status, known[400 if status < 500 else 500])


def init_app(app: Flask) -> None:
    kind: type[Exception]
    for kind in (NotAllowed, TaskUnavailable, InstanceEnded, IncidentClosed, PageGone, SubmissionRefused):
        app.register_error_handler(kind, _domain)
    for kind in (
        FormIncomplete,
        DataReserved,
        DefinitionMissing,
        ImageMissing,
        ImageCorrupted,
        StorageFailed,
    ):
        app.register_error_handler(kind, _domain)
    app.register_error_handler(sqlalchemy.exc.NoResultFound, lambda error: _http(404))
    app.register_error_handler(StaleDataError, _stale)
    for kind in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError):
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(RateLimitExceeded, lambda error: _http(429))
    app.register_error_handler(HTTPException, lambda error: _http(error.code or 500))
    app.register_error_handler(Exception, _unforeseen)


def _domain(error: Exception) -> tuple[str, int]:
    answers = _answers()
    answer = next(answers[kind] for kind in type(error).__mro__ if kind in answers)
    reasons = list(error.reasons) if isinstance(error, SubmissionRefused) else [str(error)]
    return _show(answer.status, answer.title, reasons, answer.next)


def _stale(error: Exception) -> tuple[str, int]:
    text = _("别人刚刚改动了本件，您的这次操作没有生效。请刷新页面，看清现状后再操作。")
    return _show(409, _("内容已更新"), [text], None)


def _expired_form(error: Exception) -> tuple[str, int]:
    text = _("页面停留太久或登录已变更，为安全起见没有提交。请返回刷新页面后重新操作。")
    return _show(400, _("页面已过期"), [text], None)


def _database_away(error: Exception) -> tuple[str, int]:
    _log.error("database out of reach: %s", error)
    return _http(503)


def _unforeseen(error: Exception) -> tuple[str, int]:
    _log.exception("unforeseen error at %s %s", request.method, request.path)
    return _http(500)


def _http(status: int) -> tuple[str, int]:
    title, text = _plain(status)
    return _show(status, title, [text], ("session.sign_in", _("去登录")) if status == 401 else None)


def _show(status: int, title: str, texts: list[str], ahead: tuple[str, str] | None) -> tuple[str, int]:
    link = (url_for(ahead[0]), ahead[1]) if ahead else None
    template = "_notice.html" if request.headers.get("HX-Request") else "error.html"
    return render_template(template, status=status, title=title, texts=texts, link=link), status
