"""Cases 办件: finding them, and one case whole: facts, where it stands, what happened, pages and packages."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session, joinedload, undefer
from werkzeug.wrappers import Response as AnyResponse

from records import agreement, alerts, packages, pushes
from records.dossiers import Record
from web import access, context, diagrams, headers, papers, timeline, words
from web.access import actor
from web.database import change, session
from web.errors import FormIncomplete
from workflows import definitions, instances
from workflows.models import ProcessDefinition, ProcessInstance, UserTask

FOUND = 50

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@access.roles("clerk", "supervisor", "auditor", "process_admin")
def search() -> str:
    text = request.args.get("q", "").strip()[:60]
    stage = request.args.get("stage", "")[:60]
    return render_template(
        "cases.html",
        text=text,
        stage=stage,
        found=_find(session(), text, stage),
        limit=FOUND,
        stages=_stages(session()),
        items=context.current().catalogue.items,
    )


def _find(reading: Session, text: str, stage: str) -> list[ProcessInstance]:
    """By the beginning of the transaction number or name, or by plate, VIN or ID number; else the latest."""
    statement = (
        sa.select(ProcessInstance)
        .join(Record)
        .options(joinedload(ProcessInstance.record))
        .order_by(ProcessInstance.id.desc())
        .limit(FOUND)
    )
    if stage:
        statement = statement.where(ProcessInstance.stage == stage)
    if text:
        statement = statement.where(sa.or_(*_matches(text)))
    return list(reading.scalars(statement))


def _matches(text: str) -> list[sa.ColumnElement[bool]]:
    subject = Record.subject
    exact = [subject[field].as_string() == text.upper() for field in ("plate_no", "vin", "id_number")]
    names = [
        subject[field].as_string().startswith(text, autoescape=True)
        for field in ("person_name", "owner_name")
    ]
    return [Record.transaction_number.startswith(text, autoescape=True), *exact, *names]


def _stages(reading: Session) -> list[tuple[str, int]]:
    rows = reading.execute(
        sa.select(ProcessInstance.stage, sa.func.count())
        .where(ProcessInstance.status == "running")
        .group_by(ProcessInstance.stage)
        .order_by(sa.func.count().desc())
    )
    return [(stage, count) for stage, count in rows]


def _get(reading: Session, case_id: int) -> ProcessInstance:
    return reading.scalars(
        sa.select(ProcessInstance)
        .where(ProcessInstance.id == case_id)
        .options(
            joinedload(ProcessInstance.record),
            joinedload(ProcessInstance.definition).options(undefer(ProcessDefinition.bundle)),
        )
    ).one()


@blueprint.get("/cases/<int:case_id>")
@access.roles("clerk", "supervisor", "auditor", "process_admin")
def show(case_id: int) -> str:
    reading = session()
    instance = _get(reading, case_id)
    record = instance.record
    headers.shows_diagrams()
    written = packages.of_record(reading, record.id)
    return render_template(
        "case.html",
        case=instance,
        record=record,
        item=context.current().catalogue.items.get(record.item),
        subject=_subject(record),
        materials=context.current().catalogue.materials,
        diagrams=diagrams.of_case(reading, instance, definitions.unpack(instance.definition.bundle)),
        events=timeline.of_case(reading, instance, access.may_see_images(actor())),
        papers=papers.of_record(reading, record),
        alerts=alerts.of_record(reading, record.id),
        pushed=pushes.of_record(reading, record.id),
        packages=[(each, packages.last_check(reading, each.id)) for each in written],
        waiting=reading.scalars(_waiting(case_id)).all(),
        nonce=secrets.token_urlsafe(9),
    )


def _subject(record: Record) -> list[tuple[str, str]]:
    """What the business system says, named and with codes in words; masked for who may not see the pages."""
    catalogue, plain = context.current().catalogue, access.may_see_images(actor())
    shown = []
    for code, value in record.subject.items():
        known = catalogue.fields.get(code)
        said = agreement.in_words(catalogue, code, str(value))
        shown.append((known.name if known else code, said if plain else words.masked(code, said)))
    return shown


def _waiting(case_id: int) -> sa.Select[UserTask]:
    return (
        sa.select(UserTask)
        .options(joinedload(UserTask.assignee))
        .where(UserTask.instance_id == case_id, UserTask.status == "ready")
        .order_by(UserTask.id)
    )


@blueprint.get("/cases/<int:case_id>/diagrams/<key>")
@access.roles("clerk", "supervisor", "auditor", "process_admin")
def diagram(case_id: int, key: str) -> Response:
    """The BPMN of the version that this case runs on."""
    files = definitions.unpack(_get(session(), case_id).definition.bundle)
    if f"{key}.bpmn" not in files:
        abort(404)
    return Response(files[f"{key}.bpmn"], mimetype="application/xml")


@blueprint.post("/cases/<int:case_id>/cancel")
@access.roles("supervisor")
def cancel(case_id: int) -> AnyResponse:
    reason = request.form.get("reason", "").strip()[:300]
    if not reason:
        raise FormIncomplete(gettext("撤销办件须写明原因，会记入审计"))
    key = f"cancel:{case_id}:{request.form.get('nonce', '')[:40]}"
    with change() as changing:
        instances.cancel(changing, context.current().models, actor(), case_id, reason, key)
    return redirect(url_for("cases.show", case_id=case_id), 303)
