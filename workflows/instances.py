"""Process instances: every change to a case is one keyed command.

A command locks the instance's row, drops what was applied before under the same key, loads the run, acts, lets the
engine advance, projects what waits now into rows, and stores the state: all in the caller's transaction. Lock order
is always instance → everything else. No input or output happens inside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from records import audit
from records.base import insert_if_new, now
from records.people import SYSTEM, Actor
from workflows import engine, outbox
from workflows.definitions import Models
from workflows.models import (
    NO_DUE,
    Command,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    ServiceTaskRun,
    UserTask,
)


class InstanceEnded(Exception):
    """The case was archived, withdrawn or cancelled before; the message says which."""


OUTCOMES = {"archived": "已归档", "withdrawn": "已撤回", "cancelled": "已撤销"}


def start(
    session: Session,
    models: Models,
    user: Actor,
    definition: ProcessDefinition,
    record_id: int,
    data: Mapping[str, Any],
) -> ProcessInstance:
    """A new instance of this very version, advanced to where it first waits."""
    run = engine.Run.start(models.get(session, definition.id), data)
    faults = run.advance()
    instance = ProcessInstance(definition_id=definition.id, record_id=record_id, status="running")
    _summarise(instance, run)
    session.add(instance)
    session.flush()
    audit.record(
        session,
        user,
        "case.started",
        ("case", instance.id),
        {"record": record_id, "process": definition.key, "version": definition.version},
    )
    _project(session, instance, run, faults)
    return instance


def apply(
    session: Session,
    models: Models,
    instance_id: int,
    user: Actor,
    key: str,
    act: Callable[[ProcessInstance, engine.Run], None],
) -> bool:
    """Applies `act` to the case once for `key`; False when it was applied before.

    Raises InstanceEnded; whatever `act` raises goes through and nothing is kept."""
    instance = session.scalars(
        sa.select(ProcessInstance)
        .options(undefer(ProcessInstance.state))
        .where(ProcessInstance.id == instance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if not insert_if_new(session, Command, key=key, instance_id=instance_id, actor=user.name):
        if session.get_one(Command, key).instance_id != instance_id:
            raise ValueError(f"the command key {key!r} was used for another case")
        return False
    if instance.status != "running":
        raise InstanceEnded(f"本件{OUTCOMES.get(instance.outcome or '', '已结束')}，不能再办理")
    run = engine.Run.load(models.get(session, instance.definition_id), instance.state)
    act(instance, run)
    faults = run.advance() if instance.status == "running" else []
    _summarise(instance, run)
    _project(session, instance, run, faults)
    return True


def cancel(session: Session, models: Models, user: Actor, instance_id: int, reason: str, key: str) -> bool:
    """Ends the case where it stands; running operations find their run cancelled and keep nothing."""

    def act(instance: ProcessInstance, run: engine.Run) -> None:
        run.cancel()
        instance.status, instance.outcome, instance.ended_at = "cancelled", "cancelled", now()
        audit.record(
            session,
            user,
            "case.cancelled",
            ("case", instance.id),
            {"reason": reason, "stage": instance.stage},
        )

    return apply(session, models, instance_id, user, key, act)


def fire_timers(session: Session, models: Models, user: Actor, instance_id: int, version: int) -> bool:
    """Lets the due timers of the case go off; `version` is the one at which they were seen due."""

    def act(_instance: ProcessInstance, run: engine.Run) -> None:
        run.fire_timers()

    return apply(session, models, instance_id, user, f"timer:{instance_id}:{version}", act)


def due(session: Session, limit: int = 100) -> Sequence[tuple[int, int]]:
    """(instance id, version) of running cases whose next timer is due, the longest due first."""
    rows = session.execute(
        sa.select(ProcessInstance.id, ProcessInstance.version)
        .where(ProcessInstance.status == "running", ProcessInstance.next_due <= now())
        .order_by(ProcessInstance.next_due)
        .limit(limit)
    )
    return [(row.id, row.version) for row in rows]


def _summarise(instance: ProcessInstance, run: engine.Run) -> None:
    """What a list shows of the case, and its state."""
    if instance.status == "running" and run.completed:
        instance.status, instance.ended_at = "completed", now()
        instance.outcome = run.data.get("outcome")
    running = instance.status == "running"
    instance.stage = run.stage() if running else OUTCOMES.get(instance.outcome or "", "已结束")
    instance.active_nodes = run.active_nodes() if running else []
    instance.next_due = run.next_due() if running else None
    instance.state = run.save()


def _project(
    session: Session, instance: ProcessInstance, run: engine.Run, faults: Sequence[engine.Fault]
) -> None:
    """Rows for what waits now; rows whose task is gone are cancelled."""
    running = instance.status == "running"
    _project_user_tasks(session, instance, run.user_tasks() if running else ())
    _project_runs(session, instance, run.service_tasks() if running else ())
    if not running:
        _close_incidents(session, Incident.instance_id == instance.id)
    for each in faults:
        session.add(
            Incident(instance_id=instance.id, engine_id=each.engine_id, node=each.node, message=each.message)
        )
        audit.record(
            session,
            SYSTEM,
            "incident.opened",
            ("case", instance.id),
            {"node": each.node, "message": each.message[:500]},
        )
    session.flush()


def _project_user_tasks(
    session: Session, instance: ProcessInstance, waiting: Collection[engine.WaitingUserTask]
) -> None:
    rows = session.execute(
        sa.select(UserTask.engine_id, UserTask.id).where(
            UserTask.instance_id == instance.id, UserTask.status == "ready"
        )
    )
    shown = {row.engine_id: row.id for row in rows}
    gone = [shown[engine_id] for engine_id in shown.keys() - {task.engine_id for task in waiting}]
    if gone:
        session.execute(sa.update(UserTask).where(UserTask.id.in_(gone)).values(status="cancelled"))
    at = now()
    session.add_all(
        UserTask(
            instance_id=instance.id,
            engine_id=task.engine_id,
            node=task.node,
            title=task.title,
            form=task.form,
            candidate_group=task.group,
            separate_from=task.separate_from,
            priority=task.priority,
            due_at=at + task.due_in if task.due_in else NO_DUE,
            created_at=at,
        )
        for task in waiting
        if task.engine_id not in shown
    )


def _project_runs(
    session: Session, instance: ProcessInstance, waiting: Collection[engine.WaitingServiceTask]
) -> None:
    rows = session.execute(
        sa.select(ServiceTaskRun.engine_id, ServiceTaskRun.id).where(
            ServiceTaskRun.instance_id == instance.id,
            ServiceTaskRun.status.in_(("queued", "waiting", "running", "failed")),
        )
    )
    known = {row.engine_id: row.id for row in rows}
    gone = [known[engine_id] for engine_id in known.keys() - {task.engine_id for task in waiting}]
    if gone:
        _close_incidents(session, Incident.run_id.in_(gone))
        session.execute(
            sa.update(ServiceTaskRun)
            .where(ServiceTaskRun.id.in_(gone))
            .values(status="cancelled", finished_at=now())
        )
    outbox.add(
        session,
        [
            ServiceTaskRun(
                instance_id=instance.id,
                engine_id=task.engine_id,
                operation=task.operation,
                parameters=task.parameters,
            )
            for task in waiting
            if task.engine_id not in known
        ],
    )


def _close_incidents(session: Session, which: sa.ColumnElement[bool]) -> None:
    session.execute(
        sa.update(Incident).where(which, Incident.status == "open").values(status="closed", resolved_at=now())
    )


def waiting_for(session: Session, instance_id: int) -> Sequence[UserTask]:
    """The user tasks of the case that wait for a person."""
    return session.scalars(
        sa.select(UserTask)
        .where(UserTask.instance_id == instance_id, UserTask.status == "ready")
        .order_by(UserTask.id)
    ).all()


def overdue_since(session: Session, instance_id: int, at: dt.datetime) -> Sequence[UserTask]:
    """The waiting user tasks of the case that were due before `at`."""
    return [task for task in waiting_for(session, instance_id) if task.due_at <= at]
