"""The supervisors' board 班组看板: load by group and person, late tasks, giving a task to somebody else."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from records.people import Group, Person
from web import access, context
from web.access import actor
from web.database import change, session
from web.errors import FormIncomplete
from workflows import user_tasks
from workflows.models import ProcessInstance, UserTask

SHOWN = 50

blueprint = Blueprint("supervision", __name__)


@dataclass
class Lane:
    """One candidate group: work that nobody has, and who has how much. Members without work count too."""

    name: str
    free: int = 0
    people: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.free + sum(count for _, count in self.people.values())


@blueprint.get("/supervision")
@access.roles("supervisor")
def show() -> str:
    reading = session()
    group, person_id = request.args.get("group"), request.args.get("person", type=int)
    lanes = _lanes()
    return render_template(
        "supervision.html",
        lanes=lanes,
        longest=max((lane.total for lane in lanes), default=0),
        late=user_tasks.escalated(reading),
        group=group,
        person_id=person_id,
        tasks=_of_group(group, person_id) if group else [],
        shown=SHOWN,
        items=context.current().catalogue.items,
    )


def _lanes() -> list[Lane]:
    names = session().scalars(sa.select(Group.name).order_by(Group.id))
    lanes = {name: Lane(name) for name in names}
    for lane in lanes.values():
        lane.people = {person.id: (person.name, 0) for person in user_tasks.members(session(), lane.name)}
    for group, person_id, name, count in user_tasks.load(session()):
        lane = lanes.setdefault(group, Lane(group))
        if person_id is None:
            lane.free = count
        else:
            lane.people[person_id] = (name or "", count)
    return list(lanes.values())


def _of_group(group: str, person_id: int | None) -> list[UserTask]:
    statement = (
        sa.select(UserTask)
        .options(
            joinedload(UserTask.instance).joinedload(ProcessInstance.record), joinedload(UserTask.assignee)
        )
        .where(UserTask.candidate_group == group, UserTask.status == "ready")
        .order_by(UserTask.priority.desc(), UserTask.due_at, UserTask.id)
        .limit(SHOWN)
    )
    if person_id is not None:
        statement = statement.where(UserTask.assignee_id == (person_id or None))
    return list(session().scalars(statement))


@blueprint.post("/supervision/tasks/<int:task_id>/reassign")
@access.roles("supervisor")
def reassign(task_id: int) -> Response:
    reason = request.form.get("reason", "").strip()[:200]
    if not reason:
        raise FormIncomplete(gettext("改派须写明原因，会记入审计"))
    with change() as changing:
        chosen = request.form.get("person", type=int)
        person = changing.get(Person, chosen) if chosen else None
        task = user_tasks.reassign(changing, actor(), task_id, person, reason)
        group = task.candidate_group
    return redirect(url_for("supervision.show", group=group), 303)
