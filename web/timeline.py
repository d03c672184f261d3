"""The timeline 时间线 of a case: what people did (audit trail) and what the machine did (service task runs),
in order and in words. Reading an image is on the trail but not on the timeline. Who may not see the images is told what
was done, and not the values and remarks, which repeat what stands on them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from records.alerts import REASONS
from records.audit import AuditEntry
from records.pages import PageImage
from web import context, words
from workflows.models import ProcessInstance, ServiceTaskRun, UserTask

ACTS = {
    "case.started": _("办件建立，流程启动"),
    "case.cancelled": _("办件撤销"),
    "pages.added": _("上传影像"),
    "page.superseded": _("影像替换"),
    "reading.corrected": _("更正字段"),
    "material.confirmed": _("更正资料种类"),
    "finding.reassigned": _("按本件所缺资料改判种类"),
    "alert.opened": _("预警"),
    "alert.resolved": _("预警消除"),
    "alert.overridden": _("预警授权放行"),
    "alert.withdrawn": _("预警随件撤回"),
    "alert.handled": _("预警处理意见"),
    "override.decided": _("授权意见"),
    "record.push_accepted": _("平台接收"),
    "record.push_rejected": _("平台退回"),
    "task.claimed": _("领取任务"),
    "task.released": _("退回任务"),
    "task.completed": _("办结任务"),
    "task.reassigned": _("改派任务"),
    "task.escalated": _("逾期提醒班组长"),
    "incident.opened": _("出现异常"),
    "incident.retried": _("异常重试"),
}
KINDS = {
    "record": "case",
    "alert": "alert",
    "incident": "alert",
    "case": "case",
    "task": "person",
    "override": "person",
    "finding": "machine",
}


@dataclass(frozen=True)
class Event:
    """One thing that happened. `kind` is person, machine, alert or case."""

    at: dt.datetime
    who: str
    text: str
    detail: str
    kind: str


def of_case(session: Session, instance: ProcessInstance, plain: bool) -> list[Event]:
    """Everything on the case, the first first; `plain`: with values and remarks."""
    events = [*_acts(session, instance, plain), *_runs(session, instance)]
    return sorted(events, key=lambda event: event.at)


def _acts(session: Session, instance: ProcessInstance, plain: bool) -> Iterator[Event]:
    for entry in session.scalars(_about(instance).order_by(AuditEntry.seq)):
        if entry.action in ACTS:
            body = json.loads(entry.body)
            kind = KINDS.get(entry.action.split(".")[0], "person")
            detail = _detail(entry.action, body["detail"], plain)
            yield Event(entry.at, body["name"], str(ACTS[entry.action]), detail, kind)


def _about(instance: ProcessInstance) -> sa.Select[AuditEntry]:
    tasks = sa.select(UserTask.id).where(UserTask.instance_id == instance.id)
    images = sa.select(PageImage.id).where(PageImage.record_id == instance.record_id)
    kind, subject = AuditEntry.subject_kind, AuditEntry.subject_id
    return sa.select(AuditEntry).where(
        sa.or_(
            sa.and_(kind == "case", subject == instance.id),
            sa.and_(kind == "record", subject == instance.record_id),
            sa.and_(kind == "user_task", subject.in_(tasks)),
            sa.and_(kind == "page", subject.in_(images)),
        )
    )


def _detail(action: str, detail: Mapping[str, Any], plain: bool) -> str:
    """What the entry's detail says, for the acts that have something to say."""
    if action == "task.completed":
        return _joined(detail.get("title"), words.answer(detail.get("answer")))
    if action == "reading.corrected":
        known = context.current().catalogue.fields.get(detail["field"])
        name, before = known.name if known else detail["field"], detail.get("before") or gettext("（空）")
        return f"{name}：{before} → {detail['after']}" if plain else name
    if action in ("material.confirmed", "finding.reassigned"):
        changed = f"{_material(detail['before'])} → {_material(detail['after'])}"
        chance = detail.get("chance")
        return _joined(changed, chance is not None and gettext("模型的把握 %(n).0f%%", n=chance * 100))
    if action == "pages.added":
        return gettext("%(count)d 页", count=len(detail["pages"]))
    if action == "task.reassigned":
        nobody = gettext("（未领取）")
        moved = f"{detail.get('before') or nobody} → {detail.get('after') or nobody}"
        return _joined(moved, detail.get("reason"))
    if action in ("alert.handled", "override.decided"):
        choice = detail.get("choice", "")
        known_choices = {**words.DISPOSITIONS, **words.ANSWERS["authorisation"]}
        return _joined(str(known_choices.get(choice, choice)), plain and detail.get("note"))
    if action.startswith("alert."):
        said = detail.get("text") or detail.get("note")
        return _joined(REASONS.get(detail.get("reason", ""), ""), plain and said)
    return str(detail.get("title") or detail.get("reason") or detail.get("message") or "")


def _material(code: str) -> str:
    known = context.current().catalogue.materials.get(code)
    return known.name if known else code


def _joined(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


def _runs(session: Session, instance: ProcessInstance) -> Iterator[Event]:
    titles = context.current().operations
    rows = session.scalars(
        sa.select(ServiceTaskRun).where(ServiceTaskRun.instance_id == instance.id).order_by(ServiceTaskRun.id)
    )
    for run in rows:
        title = titles[run.operation].title if run.operation in titles else run.operation
        state = str(words.RUN_STATES.get(run.status, run.status))
        tries = gettext("第 %(count)d 次", count=run.attempts) if run.attempts > 1 else ""
        at = run.finished_at or run.started_at or run.created_at
        error = (run.error or "")[:200] if run.status in ("waiting", "failed") else ""
        yield Event(at, gettext("系统"), title, _joined(state, tries, error), "machine")
