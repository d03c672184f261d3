"""The capture station: 扫描上传, 补扫, 等候补件. Adds scans to a record, or puts one in a page's place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from web import access, context, papers
from web.access import actor
from web.database import change
from web.errors import FormIncomplete
from web.tasks.form import TaskForm
from workflows import intake, user_tasks
from workflows.models import UserTask

blueprint = Blueprint("capture", __name__)


def _view(session: Session, task: UserTask) -> dict[str, Any]:
    return {
        "papers": papers.of_record(session, task.instance.record),
        "alerts": papers.open_alerts(session, task.instance.record_id),
        "max_upload_mb": context.current().max_upload_mb,
    }


def _answer(_form: Mapping[str, str]) -> dict[str, Any]:
    return {}


FORM = TaskForm("tasks/capture.html", _view, _answer)


@blueprint.post("/tasks/<int:task_id>/pages")
@access.roles("clerk", "supervisor")
def add(task_id: int) -> Response:
    """New pages at the end of the record."""
    return _keep(task_id, uploaded("files"), None)


@blueprint.post("/tasks/<int:task_id>/pages/<int:page_id>/replace")
@access.roles("clerk", "supervisor")
def replace(task_id: int, page_id: int) -> Response:
    """A new scan in the place of a page; the old one stays on record."""
    return _keep(task_id, uploaded("files")[:1], page_id)


def _keep(task_id: int, files: list[FileStorage], replaced: int | None) -> Response:
    if not files:
        raise FormIncomplete(gettext("请先选择扫描文件（JPEG、PNG、TIFF、PDF）"))
    with change() as session:
        record_id = user_tasks.claim(session, actor(), task_id).instance.record_id
    contents = [(file.filename or "scan", file.stream) for file in files]
    with change() as session:
        supersede = {0: replaced} if replaced is not None else None
        intake.add_pages(session, context.current().intake, actor(), record_id, contents, supersede)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def uploaded(name: str) -> list[FileStorage]:
    """The chosen files of a form field; a field left empty gives none."""
    return [file for file in request.files.getlist(name) if file.filename]
