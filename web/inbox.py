"""The inbox 收件箱: the person's own tasks, and those of their groups that are free. Reads rows only."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from web import access, context
from web.access import actor
from web.database import change, session
from web.tasks import work
from workflows import user_tasks
from workflows.user_tasks import Cursor

PAGE = 20
BADGE_CAP = 100

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
@access.roles("clerk", "supervisor")
def show() -> str:
    who, after = actor(), _cursor(request.args.get("after"))
    free = user_tasks.inbox(session(), who, PAGE + 1, after)
    more = _text(Cursor.of(free[PAGE - 1])) if len(free) > PAGE else None
    return render_template(
        "inbox.html",
        mine=user_tasks.mine(session(), who) if after is None else [],
        free=free[:PAGE],
        count=user_tasks.open_count(session(), who, BADGE_CAP),
        cap=BADGE_CAP,
        more=more,
        first=after is None,
        items=context.current().catalogue.items,
    )


@blueprint.post("/inbox/next")
@access.roles("clerk", "supervisor")
def take_next() -> Response:
    """The most urgent work, taken at once."""
    with change() as changing:
        task = work.take_next(changing, actor(), None)
    if task is None:
        return redirect(url_for("inbox.show"), 303)
    return redirect(url_for("tasks.show", task_id=task.id), 303)


def _text(cursor: Cursor) -> str:
    return f"{cursor.priority}~{cursor.due_at.isoformat()}~{cursor.id}"


def _cursor(text: str | None) -> Cursor | None:
    if not text:
        return None
    try:
        priority, due_at, task_id = text.split("~")
        return Cursor(int(priority), dt.datetime.fromisoformat(due_at).astimezone(dt.UTC), int(task_id))
    except ValueError:
        raise BadRequest from None
