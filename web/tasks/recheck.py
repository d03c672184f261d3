"""The recheck station 人工复核: the page's image beside what was read on it, corrected and confirmed by keys.

A correction is kept at once, as a reading of its own; passing or sending back completes the task and keeps what the
person confirmed of each page (`records.calibration`).

In the mode "doubtful" the keys lead only through what lies below its threshold; the rest is folded, with its values in
sight. A page is led through as a whole in the mode "full", where no calibration holds for it, and where the random
sample draws it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from records import alerts, calibration, pages
from records.alerts import Cause
from records.calibration import Look
from records.pages import PageMaterial
from records.people import Actor
from web import access, context, papers
from web.access import actor
from web.database import change, session
from web.errors import FormIncomplete
from web.papers import Sheet
from web.tasks.form import TaskForm
from web.words import ANSWERS
from workflows import user_tasks
from workflows.models import UserTask

LONGEST_VALUE = 500
# So many marks are kept of a form: more than any case has fields.
MOST_MARKS = 20_000

blueprint = Blueprint("recheck", __name__)


def _view(reading: Session, task: UserTask) -> dict[str, Any]:
    record = task.instance.record
    shown = papers.of_record(reading, record)
    rejected = papers.rejections(reading, record.id, shown)
    return {
        "papers": shown,
        "alerts": papers.open_alerts(reading, record.id),
        "rejected": rejected,
        "fix": rejected[-1] if rejected else None,
        "choices": papers.material_choices(record),
        "whole": whole_pages(task, shown),
    }


def whole_pages(task: UserTask, shown: list[Sheet]) -> set[int]:
    """Ids of the pages that the station leads through as a whole."""
    return {sheet.page.id for sheet in shown if task.mode != "doubtful" or not sheet.covered or sheet.drawn}


def _answer(form: Mapping[str, str]) -> dict[str, Any]:
    outcome = form.get("outcome", "")
    if outcome not in ANSWERS["recheck_outcome"]:
        raise FormIncomplete(gettext("请选择通过或退回预警"))
    if outcome == "alert" and not form.get("note", "").strip():
        raise FormIncomplete(gettext("退回预警时请写明问题，处理的同事要照着办"))
    return {"recheck_outcome": outcome}


def _settle(changing: Session, user: Actor, task: UserTask, form: Mapping[str, str]) -> None:
    _keep_unsaved(changing, user, task.instance.record_id, form)
    shown, doubts = papers.with_doubts(changing, task.instance.record)
    whole, marks = whole_pages(task, shown), frozenset(request.form.getlist("confirmed")[:MOST_MARKS])
    looks = [
        Look(
            sheet.page.id,
            sheet.page.id in whole,
            sheet.drawn,
            _thorough(sheet, sheet.page.id in whole, marks),
        )
        for sheet in shown
    ]
    calibration.note(changing, user, context.current().catalogue, task.id, looks, doubts)
    if form["outcome"] == "alert":
        alerts.open_for(
            changing, user, task.instance.record_id, [Cause("RECHECK", form["note"].strip()[:500])]
        )


def _thorough(sheet: Sheet, whole: bool, marks: Collection[str]) -> bool:
    """Whether the person confirmed or corrected all that the keys led through on the page, and that was something.
    What was corrected is not doubtful any more, and was all the same."""
    done = [
        each.by_person or sheet.mark(each.code) in marks
        for each in sheet.fields
        if each.read and (whole or each.doubtful or each.by_person)
    ]
    done += [
        bool(each.row.confirmed_code) or sheet.mark(each) in marks
        for each in sheet.materials
        if sheet.asks_type(each, whole) or each.row.confirmed_code
    ]
    return bool(done) and all(done)


def _keep_unsaved(changing: Session, user: Actor, record_id: int, form: Mapping[str, str]) -> None:
    """Values that were typed but not sent by themselves yet: the last one before the keys for passing."""
    current = {page.id: page for page in pages.current(changing, record_id)}
    known = pages.readings(changing, current)
    for name, typed in form.items():
        kind, _, rest = name.partition(":")
        page_id, _, field = rest.partition(":")
        if kind != "value" or not page_id.isdigit() or int(page_id) not in current:
            continue
        before = known.get(int(page_id), {}).get(field)
        value = typed.strip()[:LONGEST_VALUE]
        if value != (before.value if before else "") and field in context.current().catalogue.fields:
            pages.correct(changing, user, current[int(page_id)], field, value)


FORM = TaskForm("tasks/recheck.html", _view, _answer, _settle)


@blueprint.post("/tasks/<int:task_id>/pages/<int:page_id>/fields/<field>")
@access.roles("clerk", "supervisor")
def correct(task_id: int, page_id: int, field: str) -> str:
    """Keeps a corrected value; the answer is the field's row as it stands now."""
    value = request.form.get(f"value:{page_id}:{field}", "").strip()
    if field not in context.current().catalogue.fields or len(value) > LONGEST_VALUE:
        raise BadRequest
    with change() as changing:
        record = user_tasks.claim(changing, actor(), task_id).instance.record
        page = pages.get_current(changing, record.id, page_id)
        pages.correct(changing, actor(), page, field, value)
    sheet = next(each for each in papers.of_record(session(), record) if each.page.id == page_id)
    shown = next(each for each in sheet.fields if each.code == field)
    kept = {"confirmed": request.form.getlist("confirmed")}
    task = user_tasks.get(session(), task_id)
    return render_template("tasks/_field.html", task=task, sheet=sheet, field=shown, draft=kept)


@blueprint.post("/tasks/<int:task_id>/materials/<int:material_id>")
@access.roles("clerk", "supervisor")
def confirm_material(task_id: int, material_id: int) -> str:
    """Keeps what the person says the material is; the answer is the page's fields, which follow from it."""
    code = request.form.get("code", "")
    if code not in context.current().catalogue.materials:
        raise BadRequest
    with change() as changing:
        record = user_tasks.claim(changing, actor(), task_id).instance.record
        material = changing.get_one(PageMaterial, material_id)
        page = pages.get_current(changing, record.id, material.page_id)
        pages.confirm_material(changing, actor(), material, code)
    sheet = next(each for each in papers.of_record(session(), record) if each.page.id == page.id)
    choices = papers.material_choices(record)
    task = user_tasks.get(session(), task_id)
    return render_template(
        "tasks/_sheet.html",
        task=task,
        sheet=sheet,
        choices=choices,
        whole=whole_pages(task, [sheet]),
        draft=task.draft or {},
    )
