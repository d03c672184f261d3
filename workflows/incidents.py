"""Incidents: where retries are spent or a script is at fault, the case waits here for a person's retry.

Knows how to put the failed step back to work. Knows nothing of why it failed.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.base import now
from records.people import Actor
from workflows import engine, instances, outbox
from workflows.definitions import Models
from workflows.instances import Case
from workflows.models import Incident, ProcessInstance, ServiceTaskRun


class IncidentClosed(Exception):
    """The incident was settled before."""


def open_incidents(session: Session, limit: int = 100) -> Sequence[Incident]:
    return session.scalars(
        sa.select(Incident)
        .options(joinedload(Incident.instance).joinedload(ProcessInstance.record))
        .where(Incident.status == "open")
        .order_by(Incident.id)
        .limit(limit)
    ).all()


def retry(session: Session, models: Models, user: Actor, incident_id: int) -> None:
    """Puts the failed operation back into the outbox, or runs the failed script again with the data it had.

    Raises IncidentClosed, instances.InstanceEnded. A script that fails again opens a new incident."""
    incident = session.get_one(Incident, incident_id)

    def act(_case: Case, run: engine.Run) -> None:
        session.refresh(incident)
        if incident.status != "open":
            raise IncidentClosed("这个异常已经处理过了，请刷新页面")
        if incident.run_id is None:
            run.reset(incident.engine_id)
        else:
            row = session.get_one(ServiceTaskRun, incident.run_id)
            row.postponed = row.attempts  # it has all its tries again
            outbox.requeue(session, row)
        incident.status, incident.resolved_at, incident.resolved_by_id = "resolved", now(), user.id
        audit.record(
            session, user, "incident.retried", ("case", incident.instance_id), {"incident": incident.id}
        )

    case = instances.lock(session, incident.instance_id)
    if not instances.apply(session, models, case, user, f"incident:{incident_id}", act):
        raise IncidentClosed("这个异常已经处理过了，请刷新页面")
