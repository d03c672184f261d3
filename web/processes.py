"""Deployed processes 流程: every version, and its diagrams as they run. Read only."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template
from sqlalchemy.orm import undefer

from web import access, diagrams, headers
from web.database import session
from workflows import definitions
from workflows.models import ProcessDefinition, ProcessInstance

blueprint = Blueprint("processes", __name__)


@blueprint.get("/processes")
@access.roles("process_admin")
def listing() -> str:
    counted = session().execute(
        sa.select(ProcessInstance.definition_id, sa.func.count())
        .where(ProcessInstance.status == "running")
        .group_by(ProcessInstance.definition_id)
    )
    running = {row[0]: row[1] for row in counted}
    return render_template("processes.html", definitions=definitions.listed(session()), running=running)


@blueprint.get("/processes/<int:definition_id>")
@access.roles("process_admin")
def show(definition_id: int) -> str:
    definition = _get(definition_id)
    headers.shows_diagrams()
    files = definitions.unpack(definition.bundle)
    shown = diagrams.in_bundle(files, definition.key)
    return render_template("process.html", definition=definition, files=sorted(files), diagrams=shown)


@blueprint.get("/processes/<int:definition_id>/diagrams/<key>")
@access.roles("process_admin")
def diagram(definition_id: int, key: str) -> Response:
    files = definitions.unpack(_get(definition_id).bundle)
    if f"{key}.bpmn" not in files:
        abort(404)
    return Response(files[f"{key}.bpmn"], mimetype="application/xml")


def _get(definition_id: int) -> ProcessDefinition:
    return (
        session()
        .scalars(
            sa.select(ProcessDefinition)
            .options(undefer(ProcessDefinition.bundle))
            .where(ProcessDefinition.id == definition_id)
        )
        .one()
    )
