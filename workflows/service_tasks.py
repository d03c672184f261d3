"""Service tasks: a worker claims a run, does the operation, and brings its result, or its failure, into the case.

Delivery is at least once and application exactly once: the result is applied under the case's lock, only by the
holder of the newest attempt. Knows nothing of what operations do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from records import audit
from records.base import now
from records.people import SYSTEM
from workflows import engine, instances
from workflows.definitions import Models
from workflows.instances import Case
from workflows.models import Incident, ProcessInstance, ServiceTaskRun

Settle = Callable[[Session], Mapping[str, Any]]
"""Stores what an operation found and returns what the diagram decides on; runs in the case's transaction."""


class RunLost(Exception):
    """The run was cancelled, or taken over after its lease ended: its result is dropped."""


@dataclass(frozen=True)
class Claim:
    """A run that this worker holds a lease on; `attempt` fences off an earlier holder's late result."""

    run_id: int
    attempt: int
    postponed: int
    instance_id: int
    record_id: int
    operation: str
    parameters: dict[str, Any]


def claim(session: Session, run_id: int, worker: str, lease: dt.timedelta) -> Claim | None:
    """Takes the run for `lease`; None when another worker has it, or it needs no work any more."""
    at = now()
    free = sa.or_(
        ServiceTaskRun.status == "queued",
        sa.and_(ServiceTaskRun.status == "running", ServiceTaskRun.lease_until < at),
    )
    row = session.execute(
        sa.update(ServiceTaskRun)
        .where(ServiceTaskRun.id == run_id, free)
        .values(
            status="running",
            worker=worker,
            attempts=ServiceTaskRun.attempts + 1,
            lease_until=at + lease,
            started_at=at,
        )
        .returning(
            ServiceTaskRun.attempts,
            ServiceTaskRun.postponed,
            ServiceTaskRun.instance_id,
            ServiceTaskRun.operation,
            ServiceTaskRun.parameters,
        )
    ).one_or_none()
    if row is None:
        return None
    record_id = session.execute(
        sa.select(ProcessInstance.record_id).where(ProcessInstance.id == row.instance_id)
    ).scalar_one()
    return Claim(
        run_id, row.attempts, row.postponed, row.instance_id, record_id, row.operation, row.parameters
    )


def still_held(session: Session, claimed: Claim) -> bool:
    """Whether the result will still be wanted: asked between the steps of long work."""
    return (
        session.execute(
            sa.select(ServiceTaskRun.id).where(
                ServiceTaskRun.id == claimed.run_id,
                ServiceTaskRun.status == "running",
                ServiceTaskRun.attempts == claimed.attempt,
            )
        ).first()
        is not None
    )


def postpone(session: Session, claimed: Claim, reason: str, wait: dt.timedelta) -> None:
    """Puts the run off without counting a failure: what it needs is known to rest (an open circuit breaker)."""
    try:
        row = _held(session, claimed)
    except RunLost:
        return
    row.error, row.worker, row.lease_until, row.postponed = reason, None, None, row.postponed + 1
    row.status, row.not_before = "waiting", now() + wait


def finish(session: Session, models: Models, claimed: Claim, settle: Settle) -> None:
    """Stores the result and completes the task, in one transaction of the caller. Raises RunLost."""

    def act(_case: Case, run: engine.Run) -> None:
        row = _held(session, claimed)
        result = dict(settle(session))
        row.status, row.finished_at, row.result, row.error = "done", now(), result, None
        run.complete_service_task(row.engine_id, result)

    key = f"run:{claimed.run_id}:{claimed.attempt}"
    try:
        case = instances.lock(session, claimed.instance_id)
        instances.apply(session, models, case, SYSTEM, key, act)
    except (instances.InstanceEnded, engine.TaskNotWaiting) as error:
        raise RunLost(str(error)) from error


def _held(session: Session, claimed: Claim) -> ServiceTaskRun:
    # Instance, then run, as everywhere: a failure noted beside a cancel would bring the cancelled run back.
    session.execute(
        sa.select(ProcessInstance.id).where(ProcessInstance.id == claimed.instance_id).with_for_update()
    )
    row = session.get_one(ServiceTaskRun, claimed.run_id, populate_existing=True, with_for_update=True)
    if row.status != "running" or row.attempts != claimed.attempt:
        raise RunLost(f"run {row.id} is {row.status}, attempt {row.attempts}")
    return row


def fail(session: Session, claimed: Claim, error: str, retry_in: dt.timedelta | None) -> Incident | None:
    """Notes a failed attempt: tried again after `retry_in`, or an incident when it is None.

    A run that was lost meanwhile is left alone."""
    try:
        row = _held(session, claimed)
    except RunLost:
        return None
    row.error, row.worker, row.lease_until = error, None, None
    if retry_in is not None:
        row.status, row.not_before = "waiting", now() + retry_in
        return None
    row.status = "failed"
    incident = Incident(
        instance_id=row.instance_id,
        engine_id=row.engine_id,
        run_id=row.id,
        node=row.operation,
        message=error,
    )
    session.add(incident)
    session.flush()
    audit.record(
        session,
        SYSTEM,
        "incident.opened",
        ("case", row.instance_id),
        {"operation": row.operation, "attempts": row.attempts, "message": error[:500]},
    )
    return incident
