"""Process instances: every change to a case is one keyed command.

A command locks the instance's row, drops what was applied before under the same key, loads the run, acts, lets the
engine advance, projects what waits now into rows, and stores the state: all in the caller's transaction. Lock order
is always instance → everything else. No input or output happens inside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from records import audit
from records.base import Writes, forget, insert_if_new, now, table_of
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

OUTCOMES = {"archived": "已归档", "withdrawn": "已撤回", "cancelled": "已撤销"}


class InstanceEnded(Exception):
    """The case was archived, withdrawn or cancelled before; the message says which."""


@dataclass
class Case:
    """The locked row of a case within a command: what an act may read and change. Named as its columns are."""

    id: int
    definition_id: int
    status: str
    outcome: str | None
    stage: str
    version: int
    state: bytes
    active_nodes: list[Any] = field(default_factory=list)
    next_due: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    completed: Completed | None = None


@dataclass(frozen=True)
class Completed:
    """What a person's answer leaves on the row of the user task."""

    task_id: int
    person_id: int | None
    answer: dict[str, Any]


# A command runs these few statements each time. Built once, and on tables instead of mapped classes, they cost a
# fourth of what the same reads and writes cost through the unit of work (docs/performance.md).
CASES, _TASKS = table_of(ProcessInstance), table_of(UserTask)
CASE_COLUMNS = tuple(
    CASES.c[name] for name in ("id", "definition_id", "status", "outcome", "stage", "version", "state")
)
_CHANGING = ("status", "outcome", "stage", "active_nodes", "next_due", "ended_at", "version", "state")
_LOCK = sa.select(*CASE_COLUMNS).where(CASES.c.id == sa.bindparam("case_id")).with_for_update()
_STORE = (
    sa.update(CASES)
    .where(CASES.c.id == sa.bindparam("case_id"), CASES.c.version == sa.bindparam("seen"))
    .values({name: sa.bindparam(f"case_{name}", type_=CASES.c[name].type) for name in _CHANGING})
)
_COMPLETE = (
    sa.update(_TASKS)
    .where(_TASKS.c.id == sa.bindparam("task_id"))
    .values(
        status=sa.literal_column("'completed'"),
        draft=sa.null(),
        assignee_id=sa.bindparam("person_id"),
        completed_by_id=sa.bindparam("person_id"),
        completed_at=sa.bindparam("at", type_=_TASKS.c.completed_at.type),
        result=sa.bindparam("answer", type_=_TASKS.c.result.type),
    )
)
_STORE_CASE = Writes(_STORE)
_STORE_CASE_AND_TASK = Writes(_COMPLETE, _STORE)
_ADD_TASKS = sa.insert(_TASKS)


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
    _project(session, instance, run, faults, frozenset())
    return instance


def lock(session: Session, instance_id: int) -> Case:
    """The case, locked for a command until the transaction ends. Raises NoResultFound."""
    return Case(*session.connection().execute(_LOCK, {"case_id": instance_id}).one())


def apply(
    session: Session,
    models: Models,
    case: Case,
    user: Actor,
    key: str,
    act: Callable[[Case, engine.Run], None],
) -> bool:
    """Applies `act` to the locked case once for `key`; False when it was applied before.

    Raises InstanceEnded; whatever `act` raises goes through and nothing is kept."""
    if not insert_if_new(session, Command, key=key, instance_id=case.id, actor=user.name):
        if session.get_one(Command, key).instance_id != case.id:
            raise ValueError(f"the command key {key!r} was used for another case")
        return False
    if case.status != "running":
        raise InstanceEnded(f"本件{OUTCOMES.get(case.outcome or '', '已结束')}，不能再办理")
    run = engine.Run.load(models.get(session, case.definition_id), case.state)
    before = run.waiting()
    act(case, run)
    session.flush()  # what the act changed through mapped classes, before rows are read and written directly
    faults = run.advance() if case.status == "running" else []
    _summarise(case, run)
    _store(session, case)
    _project(session, case, run, faults, before)
    return True


def _store(session: Session, case: Case) -> None:
    seen, case.version = case.version, case.version + 1
    values = {f"case_{name}": getattr(case, name) for name in _CHANGING} | {"case_id": case.id, "seen": seen}
    if case.completed is None:
        changed = _STORE_CASE(session, **values)
    else:
        changed = _STORE_CASE_AND_TASK(session, **values, **asdict(case.completed), at=now())
        forget(session, UserTask, case.completed.task_id)
    if changed != 1:
        raise StaleDataError(f"case {case.id} is not at version {seen} any more, although its row was locked")
    forget(session, ProcessInstance, case.id)


def cancel(session: Session, models: Models, user: Actor, instance_id: int, reason: str, key: str) -> bool:
    """Ends the case where it stands; running operations find their run cancelled and keep nothing."""

    def act(case: Case, run: engine.Run) -> None:
        run.cancel()
        case.status, case.outcome, case.ended_at = "cancelled", "cancelled", now()
        audit.record(
            session, user, "case.cancelled", ("case", case.id), {"reason": reason, "stage": case.stage}
        )

    return apply(session, models, lock(session, instance_id), user, key, act)


def fire_timers(session: Session, models: Models, user: Actor, instance_id: int, version: int) -> bool:
    """Lets the due timers of the case go off; `version` is the one at which they were seen due."""

    def act(_case: Case, run: engine.Run) -> None:
        run.fire_timers()

    return apply(session, models, lock(session, instance_id), user, f"timer:{instance_id}:{version}", act)


def due(session: Session, limit: int = 100) -> Sequence[tuple[int, int]]:
    """(instance id, version) of running cases whose next timer is due, the longest due first."""
    rows = session.execute(
        sa.select(ProcessInstance.id, ProcessInstance.version)
        .where(ProcessInstance.status == "running", ProcessInstance.next_due <= now())
        .order_by(ProcessInstance.next_due)
        .limit(limit)
    )
    return [(row.id, row.version) for row in rows]


def _summarise(instance: ProcessInstance | Case, run: engine.Run) -> None:
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
    session: Session,
    case: ProcessInstance | Case,
    run: engine.Run,
    faults: Sequence[engine.Fault],
    before: Set[str],
) -> None:
    """Rows for what waits now and did not `before` (engine ids); rows of what waits no more are cancelled.

    Rows and state always change together, so the state says which rows there are."""
    running = case.status == "running"
    user_tasks, service_tasks = (run.user_tasks(), run.service_tasks()) if running else ((), ())
    gone = before - run.completed_tasks - {task.engine_id for task in (*user_tasks, *service_tasks)}
    if gone:
        _cancel_rows(session, gone)
    _add_user_tasks(session, case.id, [task for task in user_tasks if task.engine_id not in before])
    _add_runs(session, case.id, [task for task in service_tasks if task.engine_id not in before])
    if not running:
        _close_incidents(session, Incident.instance_id == case.id)
    for each in faults:
        session.add(
            Incident(instance_id=case.id, engine_id=each.engine_id, node=each.node, message=each.message)
        )
        audit.record(
            session,
            SYSTEM,
            "incident.opened",
            ("case", case.id),
            {"node": each.node, "message": each.message[:500]},
        )
    session.flush()


def _cancel_rows(session: Session, gone: Set[str]) -> None:
    _close_incidents(session, Incident.engine_id.in_(gone))
    session.execute(sa.update(UserTask).where(UserTask.engine_id.in_(gone)).values(status="cancelled"))
    session.execute(
        sa.update(ServiceTaskRun)
        .where(ServiceTaskRun.engine_id.in_(gone))
        .values(status="cancelled", finished_at=now())
    )


def _add_user_tasks(session: Session, instance_id: int, new: Sequence[engine.WaitingUserTask]) -> None:
    at = now()
    rows = [
        {
            "instance_id": instance_id,
            "engine_id": task.engine_id,
            "node": task.node,
            "title": task.title,
            "form": task.form,
            "candidate_group": task.group,
            "separate_from": task.separate_from,
            "mode": task.mode,
            "priority": task.priority,
            "due_at": at + task.due_in if task.due_in else NO_DUE,
            "created_at": at,
        }
        for task in new
    ]
    if rows:
        session.connection().execute(_ADD_TASKS, rows)


def _add_runs(session: Session, instance_id: int, new: Sequence[engine.WaitingServiceTask]) -> None:
    rows = [
        {
            "instance_id": instance_id,
            "engine_id": task.engine_id,
            "operation": task.operation,
            "parameters": task.parameters,
        }
        for task in new
    ]
    outbox.add(session, rows)


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
