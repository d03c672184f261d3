"""The supervisor's station 授权审批: let a record pass in spite of its alerts, or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from sqlalchemy.orm import Session

from records import audit
from records.audit import AuditEntry
from records.people import Actor
from web import papers
from web.errors import FormIncomplete
from web.tasks.form import TaskForm
from web.words import ANSWERS
from workflows.models import UserTask


def _view(session: Session, task: UserTask) -> dict[str, Any]:
    record = task.instance.record
    return {
        "papers": papers.of_record(session, record),
        "alerts": papers.open_alerts(session, record.id),
        "request_for_override": _asked(session, record.id),
    }


def _asked(session: Session, record_id: int) -> dict[str, Any] | None:
    """Who asked for the authorisation and why: the last word on the alerts."""
    entry = session.scalars(
        sa.select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "record",
            AuditEntry.subject_id == record_id,
            AuditEntry.action == "alert.handled",
        )
        .order_by(AuditEntry.seq.desc())
        .limit(1)
    ).one_or_none()
    if entry is None:
        return None
    body = json.loads(entry.body)
    return {"name": body["name"], "at": entry.at, "note": body["detail"]["note"]}


def _answer(form: Mapping[str, str]) -> dict[str, Any]:
    choice = form.get("choice", "")
    if choice not in ANSWERS["authorisation"]:
        raise FormIncomplete(gettext("请选择同意或不同意"))
    if not form.get("note", "").strip():
        raise FormIncomplete(gettext("请写明授权意见，审计时要看"))
    return {"authorisation": choice}


def _settle(session: Session, user: Actor, task: UserTask, form: Mapping[str, str]) -> None:
    said = {"note": form["note"].strip(), "choice": form["choice"], "case": task.instance_id}
    audit.record(session, user, "override.decided", ("record", task.instance.record_id), said)


FORM = TaskForm("tasks/authorise.html", _view, _answer, _settle)
