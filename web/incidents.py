"""Incidents 异常: what stands still until a person looks at it, and putting it back to work."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from web import access, context
from web.access import actor
from web.database import change, session
from workflows import incidents

blueprint = Blueprint("incidents", __name__)


@blueprint.get("/incidents")
@access.roles("supervisor", "process_admin")
def show() -> str:
    return render_template(
        "incidents.html",
        incidents=incidents.open_incidents(session()),
        operations=context.current().operations,
        items=context.current().catalogue.items,
    )


@blueprint.post("/incidents/<int:incident_id>/retry")
@access.roles("supervisor", "process_admin")
def retry(incident_id: int) -> Response:
    with change() as changing:
        incidents.retry(changing, context.current().models, actor(), incident_id)
    return redirect(url_for("incidents.show", retried=incident_id), 303)
