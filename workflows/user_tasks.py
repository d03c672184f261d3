"""User tasks: who may take which work, who has it, and how it is given back, moved on and completed.

An inbox reads rows only. Knows groups and people; forms and what their answers mean are `web`'s, what follows is
the diagram's.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.base import CHINA, now
from records.people import Actor, Group, Person, memberships
from workflows import engine, instances
from workflows.definitions import Models
from workflows.models import ProcessInstance, UserTask

SUPERVISORS = "班组长"


class TaskUnavailable(Exception):
    """The task cannot be acted on by this person now; the message says who has it or who finished it."""


class TaskTaken(TaskUnavailable):
    """Another person has claimed the task."""


class TaskFinished(TaskUnavailable):
    """The task was completed or cancelled before."""


class NotCandidate(TaskUnavailable):
    """The task belongs to a group that this person is not in."""


class SeparateHands(TaskUnavailable):
    """Whoever did the earlier step may not do this one: an override is not authorised by who asked for it."""


@dataclass(frozen=True)
class Cursor:
    """Where a page of the inbox ended: the next page starts behind it."""

    priority: int
    due_at: dt.datetime
    id: int

    @classmethod
    def of(cls, task: UserTask) -> Cursor:
        return cls(task.priority, task.due_at, task.id)


_WITH_RECORD = joinedload(UserTask.instance).joinedload(ProcessInstance.record)


def inbox(session: Session, user: Actor, limit: int = 20, after: Cursor | None = None) -> list[UserTask]:
    """Unclaimed tasks of the person's groups: most urgent, then earliest due. Reads `limit` rows a group by index,
    so it costs the same at any number of open tasks."""
    pages = [_open_in_group(session, group, limit, after) for group in sorted(user.groups)]
    return list(heapq.merge(*pages, key=lambda task: (-task.priority, task.due_at, task.id)))[:limit]


def _open_in_group(session: Session, group: str, limit: int, after: Cursor | None) -> Sequence[UserTask]:
    statement = (
        sa.select(UserTask)
        .options(_WITH_RECORD)
        .where(UserTask.candidate_group == group, UserTask.status == "ready", UserTask.assignee_id.is_(None))
        .order_by(UserTask.priority.desc(), UserTask.due_at, UserTask.id)
        .limit(limit)
    )
    if after is not None:
        behind = sa.tuple_(UserTask.due_at, UserTask.id) > sa.tuple_(
            sa.literal(after.due_at, UserTask.due_at.type), sa.literal(after.id)
        )
        statement = statement.where(
            UserTask.priority <= after.priority, sa.or_(UserTask.priority < after.priority, behind)
        )
    return session.scalars(statement).all()


def mine(session: Session, user: Actor, limit: int = 50) -> Sequence[UserTask]:
    """The tasks that the person has claimed or was given, most urgent first."""
    return session.scalars(
        sa.select(UserTask)
        .options(_WITH_RECORD)
        .where(UserTask.assignee_id == user.id, UserTask.status == "ready")
        .order_by(UserTask.priority.desc(), UserTask.due_at, UserTask.id)
        .limit(limit)
    ).all()


def open_count(session: Session, user: Actor, cap: int = 100) -> int:
    """Unclaimed tasks of the person's groups, counted up to `cap` only: a number for a badge, not a statistic."""
    capped = (
        sa.select(UserTask.id)
        .where(
            UserTask.candidate_group.in_(user.groups),
            UserTask.status == "ready",
            UserTask.assignee_id.is_(None),
        )
        .limit(cap)
        .subquery()
    )
    return session.execute(sa.select(sa.func.count()).select_from(capped)).scalar_one()


def get(session: Session, task_id: int) -> UserTask:
    """The task with its case and record. Raises NoResultFound."""
    return session.scalars(sa.select(UserTask).options(_WITH_RECORD).where(UserTask.id == task_id)).one()


def claim(session: Session, user: Actor, task_id: int) -> UserTask:
    """Takes a task: one update decides the race. Raises TaskTaken, TaskFinished, NotCandidate."""
    won = session.execute(
        sa.update(UserTask)
        .where(
            UserTask.id == task_id,
            UserTask.status == "ready",
            UserTask.assignee_id.is_(None),
            UserTask.candidate_group.in_(user.groups),
        )
        .values(assignee_id=user.id, claimed_at=now())
    )
    task = _fresh(session, task_id)
    if won.rowcount == 1:  # type: ignore[attr-defined]
        _check_separate(session, task, user)
        audit.record(session, user, "task.claimed", ("user_task", task_id), {"title": task.title})
        return task
    _check(task, user)
    return task


def _fresh(session: Session, task_id: int) -> UserTask:
    return session.get_one(UserTask, task_id, populate_existing=True)


def _check(task: UserTask, user: Actor) -> None:
    """Whether this person may act on the task now: it waits, and is theirs or free for their group."""
    if task.status == "completed":
        who = task.completed_by.name if task.completed_by else "系统"
        raise TaskFinished(f"{who}已在 {_clock(task.completed_at)} 办结这项任务，请返回收件箱办下一件")
    if task.status != "ready":
        raise TaskFinished("本件已撤销或流程已改道，这项任务不再需要办理，请返回收件箱")
    if task.assignee_id == user.id:
        return
    if task.assignee is not None:
        raise TaskTaken(f"{task.assignee.name}正在办理这项任务，请办下一件；需要转交请联系班组长")
    if task.candidate_group not in user.groups:
        raise NotCandidate(f"这项任务由{task.candidate_group}办理，您不在该岗位；需要调整请联系班组长")


def _check_separate(session: Session, task: UserTask, user: Actor) -> None:
    if task.separate_from is None:
        return
    earlier = session.execute(
        sa.select(UserTask.completed_by_id, UserTask.title)
        .where(
            UserTask.instance_id == task.instance_id,
            UserTask.node == task.separate_from,
            UserTask.status == "completed",
        )
        .order_by(UserTask.completed_at.desc(), UserTask.id.desc())
        .limit(1)
    ).one_or_none()
    if earlier is not None and earlier.completed_by_id is not None and earlier.completed_by_id == user.id:
        raise SeparateHands(f"“{earlier.title}”是您办的，“{task.title}”须由另一位{task.candidate_group}办理")


def _clock(moment: dt.datetime | None) -> str:
    return moment.astimezone(CHINA).strftime("%m-%d %H:%M") if moment else ""


def release(session: Session, user: Actor, task_id: int) -> UserTask:
    """Gives a claimed task back to its group; the draft stays with the task. Raises TaskUnavailable."""
    task = _locked(session, task_id)
    _check(task, user)
    if task.assignee_id is not None:
        task.assignee_id = task.claimed_at = None
        audit.record(session, user, "task.released", ("user_task", task_id), {"title": task.title})
    return task


def _locked(session: Session, task_id: int) -> UserTask:
    return session.scalars(
        sa.select(UserTask)
        .where(UserTask.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def save_draft(session: Session, user: Actor, task_id: int, draft: Mapping[str, Any]) -> None:
    """Keeps what a form holds so far. Raises TaskUnavailable."""
    task = _locked(session, task_id)
    _check(task, user)
    task.draft = dict(draft)


def complete(
    session: Session,
    models: Models,
    user: Actor,
    task_id: int,
    answer: Mapping[str, Any],
    key: str,
    settle: Callable[[UserTask], None] = lambda _task: None,
) -> UserTask:
    """Completes the task with the form's answer; a free task is taken on the way. `settle` stores what goes with
    the answer: once, with the completion.

    The same `key` again changes nothing. Raises TaskUnavailable, engine.DataReserved, instances.InstanceEnded."""
    instance_id = session.execute(sa.select(UserTask.instance_id).where(UserTask.id == task_id)).scalar_one()

    def act(_instance: ProcessInstance, run: engine.Run) -> None:
        task = _fresh(session, task_id)
        _check(task, user)
        _check_separate(session, task, user)
        run.complete_user_task(task.engine_id, answer)
        task.status, task.completed_at, task.completed_by_id = "completed", now(), user.id
        task.assignee_id, task.result, task.draft = user.id, dict(answer), None
        settle(task)
        audit.record(
            session,
            user,
            "task.completed",
            ("user_task", task_id),
            {"title": task.title, "case": instance_id, "answer": dict(answer)},
        )

    try:
        instances.apply(session, models, instance_id, user, key, act)
    except instances.InstanceEnded:
        _check(
            _fresh(session, task_id), user
        )  # who finished this very task says more than that the case ended
        raise
    return session.get_one(UserTask, task_id)


def next_for(session: Session, user: Actor, form: str | None = None) -> UserTask | None:
    """The task that the person should do next: their own first, then the most urgent of their groups."""
    for task in (*mine(session, user, 5), *inbox(session, user, 5)):
        if form is None or task.form == form:
            return task
    return None


def reassign(session: Session, user: Actor, task_id: int, person: Person | None, reason: str) -> UserTask:
    """A supervisor gives the task to a member of its group, or back to the group (None).

    Raises NotCandidate when the user is no supervisor or the person not in the group, TaskFinished."""
    if not user.may("supervisor"):
        raise NotCandidate("只有班组长可以改派任务")
    task = _locked(session, task_id)
    if task.status != "ready":
        _check(task, user)
    if person is not None and task.candidate_group not in {group.name for group in person.groups}:
        raise NotCandidate(f"{person.name}不在{task.candidate_group}，请选择该岗位的人员")
    before = task.assignee.name if task.assignee else None
    task.assignee_id, task.claimed_at = (person.id, now()) if person else (None, None)
    audit.record(
        session,
        user,
        "task.reassigned",
        ("user_task", task_id),
        {"before": before, "after": person.name if person else None, "reason": reason},
    )
    return task


def escalate(session: Session, user: Actor, task: UserTask) -> None:
    """A late task becomes most urgent and shows on the supervisors' board until it is done."""
    if task.status == "ready" and task.escalated_at is None:
        task.escalated_at, task.priority = now(), 100
        audit.record(
            session, user, "task.escalated", ("user_task", task.id), {"title": task.title, "to": SUPERVISORS}
        )


def escalated(session: Session, limit: int = 100) -> Sequence[UserTask]:
    """Late tasks that still wait, the longest waiting first."""
    return session.scalars(
        sa.select(UserTask)
        .options(_WITH_RECORD, joinedload(UserTask.assignee))
        .where(UserTask.status == "ready", UserTask.escalated_at.is_not(None))
        .order_by(UserTask.escalated_at)
        .limit(limit)
    ).all()


def load(session: Session) -> Sequence[tuple[str, int | None, str | None, int]]:
    """The board: (group, person id, name, waiting tasks) of every group, unclaimed work first."""
    rows = session.execute(
        sa.select(UserTask.candidate_group, UserTask.assignee_id, Person.name, sa.func.count())
        .outerjoin(Person, Person.id == UserTask.assignee_id)
        .where(UserTask.status == "ready")
        .group_by(UserTask.candidate_group, UserTask.assignee_id, Person.name)
        .order_by(UserTask.candidate_group, Person.name)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def members(session: Session, group: str) -> Sequence[Person]:
    """Active people of a candidate group."""
    return session.scalars(
        sa.select(Person)
        .join(memberships, memberships.c.person_id == Person.id)
        .join(Group, Group.id == memberships.c.group_id)
        .where(Group.name == group, Person.active)
        .order_by(Person.name)
    ).all()
