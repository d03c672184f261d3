"""What every station shares: opening a task, taking it, giving it back, keeping a draft, completing it and
getting the next one in the same transaction.

A form is known by its name in the diagram (`FORMS`). Knows nothing of what its answer means.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from records.people import Actor
from web import access, context
from web.access import actor
from web.database import change, session
from web.tasks import alert, authorise, capture, recheck
from web.tasks.form import TaskForm
from workflows import user_tasks
from workflows.models import Command, UserTask

FORMS: Mapping[str, TaskForm] = {
    "capture": capture.FORM,
    "alert": alert.FORM,
    "authorise": authorise.FORM,
    "recheck": recheck.FORM,
}
TRIES = 5

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tasks/<int:task_id>")
@access.roles("clerk", "supervisor")
def show(task_id: int) -> str:
    who = actor()
    task = user_tasks.get(session(), task_id)
    if task.status == "ready" and task.assignee_id == who.id:
        return _station(task)
    if task.status == "ready" and task.assignee_id is None and task.candidate_group in who.groups:
        return render_template("tasks/free.html", task=task, items=context.current().catalogue.items)
    with change() as changing:  # it cannot be taken: this says who has it or who finished it
        user_tasks.claim(changing, who, task_id)
    return show(task_id)


def _station(task: UserTask) -> str:
    form = FORMS[task.form]
    return render_template(
        form.template,
        task=task,
        record=task.instance.record,
        item=context.current().catalogue.items.get(task.instance.record.item),
        draft=task.draft or {},
        nonce=secrets.token_urlsafe(9),
        **form.view(session(), task),
    )


@blueprint.post("/tasks/<int:task_id>/claim")
@access.roles("clerk", "supervisor")
def claim(task_id: int) -> Response:
    with change() as changing:
        user_tasks.claim(changing, actor(), task_id)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@blueprint.post("/tasks/<int:task_id>/release")
@access.roles("clerk", "supervisor")
def release(task_id: int) -> Response:
    with change() as changing:
        user_tasks.release(changing, actor(), task_id)
    return redirect(url_for("inbox.show"), 303)


@blueprint.post("/tasks/<int:task_id>/draft")
@access.roles("clerk", "supervisor")
def draft(task_id: int) -> tuple[str, int]:
    """Keeps the note and what was confirmed so far; the station sends it by itself."""
    kept: dict[str, Any] = {"confirmed": request.form.getlist("confirmed")[:2000]}
    kept |= {name: request.form[name][:2000] for name in ("note", "choice") if request.form.get(name)}
    with change() as changing:
        user_tasks.save_draft(changing, actor(), task_id, kept)
    return "", 204


@blueprint.post("/tasks/<int:task_id>/complete")
@access.roles("clerk", "supervisor")
def complete(task_id: int) -> Response:
    """Completes the task; the answer carries the next one, so nobody falls back to the list."""
    who, nonce = actor(), request.form.get("nonce", "")
    if not nonce or len(nonce) > 40:
        raise BadRequest
    key = f"complete:{task_id}:{nonce}"
    if session().get(Command, key) is None:
        with change() as changing:
            user_tasks.claim(changing, who, task_id)
    form = FORMS[user_tasks.get(session(), task_id).form]
    answer = form.answer(request.form)
    with change() as changing:
        task = user_tasks.complete(
            changing,
            context.current().models,
            who,
            task_id,
            answer,
            key,
            lambda done: form.settle(changing, who, done, request.form),
        )
        following = take_next(changing, who, task.form)
        ahead = following.id if following else None
    return _go_on(ahead)


def take_next(changing: Session, who: Actor, form: str | None) -> UserTask | None:
    """The next task of the same form, else of any form, taken for this person; None when nothing waits."""
    for _ in range(TRIES):
        task = user_tasks.next_for(changing, who, form) or user_tasks.next_for(changing, who)
        if task is None or task.assignee_id == who.id:
            return task
        try:
            return user_tasks.claim(changing, who, task.id)
        except user_tasks.TaskUnavailable:
            continue  # somebody was faster
    return None


def _go_on(task_id: int | None) -> Response:
    if task_id is None:
        path = url_for("inbox.show", done=1)
        return _swapped(None, path) if request.headers.get("HX-Request") else redirect(path, 303)
    path = url_for("tasks.show", task_id=task_id)
    if not request.headers.get("HX-Request"):
        return redirect(path, 303)
    return _swapped(_station(user_tasks.get(session(), task_id)), path)


def _swapped(page: str | None, path: str) -> Response:
    response = make_response(page or "")
    response.headers["HX-Push-Url" if page else "HX-Redirect"] = path
    return response
