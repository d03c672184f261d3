"""Alerts of a record: opened from what assessment found, overridden when authorised, escalated when late."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from handlers import assessment
from handlers.context import Context
from records import alerts
from records.base import now
from records.people import SYSTEM
from workflows import instances, user_tasks
from workflows.service_tasks import Claim, Settle

# A timer goes off within this time of the due date that the task shows.
_TIMER_SLACK = dt.timedelta(minutes=1)


def open_alerts(context: Context, claimed: Claim) -> Settle:
    """Opens an alert for each cause behind the reasons that the decision table gave; {"open": how many are}."""

    def settle(session: Session) -> dict[str, Any]:
        reasons = set(claimed.parameters.get("reasons") or ())
        found = assessment.assess(session, context.catalogue, claimed.record_id)
        wanted = [cause for cause in found.causes if cause.reason in reasons]
        alerts.open_for(session, SYSTEM, claimed.record_id, wanted)
        return {"open": len(alerts.of_record(session, claimed.record_id, "open"))}

    return settle


def override_alerts(_context: Context, claimed: Claim) -> Settle:
    """Settles every open alert as overridden: a supervisor authorised it."""

    def settle(session: Session) -> dict[str, Any]:
        still_open = alerts.of_record(session, claimed.record_id, "open")
        for alert in still_open:
            alerts.close(session, SYSTEM, alert, "overridden")
        return {"overridden": len(still_open)}

    return settle


def escalate_overdue(_context: Context, claimed: Claim) -> Settle:
    """Makes the late tasks of the case most urgent and shows them to the supervisors."""

    def settle(session: Session) -> dict[str, Any]:
        late = instances.overdue_since(session, claimed.instance_id, now() + _TIMER_SLACK)
        for task in late:
            user_tasks.escalate(session, SYSTEM, task)
        return {"escalated": len(late)}

    return settle
