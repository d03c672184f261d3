"""The alert station 错误预警: what is wrong, where it shows, and the four ways on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from records import alerts, audit
from records.people import Actor
from web import papers
from web.errors import FormIncomplete
from web.tasks.form import TaskForm
from web.words import DISPOSITIONS
from workflows.models import UserTask


@dataclass(frozen=True)
class Choice:
    """One way on, and what will happen then."""

    code: str
    consequence: Any


CHOICES = (
    Choice("rescan", lazy_gettext("转采集岗补扫有问题的页，扫好后自动重新识别。")),
    Choice("supplement", lazy_gettext("通知申请人补交，转采集岗等候，收到后自动重新识别。")),
    Choice("override", lazy_gettext("资料无误但规则不认：报班组长，同意后转人工复核。")),
    Choice("withdraw", lazy_gettext("撤回整件，不再推送和归档；影像与记录保留可查。")),
)
NOTE_NEEDED = ("override", "withdraw")


def _view(session: Session, task: UserTask) -> dict[str, Any]:
    shown = papers.of_record(session, task.instance.record)
    return {
        "papers": shown,
        "alerts": papers.open_alerts(session, task.instance.record_id),
        "choices": CHOICES,
    }


def _answer(form: Mapping[str, str]) -> dict[str, Any]:
    choice = form.get("choice", "")
    if choice not in DISPOSITIONS:
        raise FormIncomplete(gettext("请先选择处理方式：补扫、补件、申请授权或撤回"))
    if choice in NOTE_NEEDED and not form.get("note", "").strip():
        raise FormIncomplete(gettext("申请授权或撤回时请写明理由，班组长和审计都会看到"))
    return {"disposition": choice}


def _settle(session: Session, user: Actor, task: UserTask, form: Mapping[str, str]) -> None:
    note, record_id = form.get("note", "").strip(), task.instance.record_id
    if note:
        said = {"note": note, "choice": form["choice"], "case": task.instance_id}
        audit.record(session, user, "alert.handled", ("record", record_id), said)
    if form["choice"] == "withdraw":
        for alert in alerts.of_record(session, record_id, "open"):
            alerts.close(session, user, alert, "withdrawn", note)


FORM = TaskForm("tasks/alert.html", _view, _answer, _settle)
