"""The push ledger 推送台账: what was sent to the platform, what became of it, whether pushing rests."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from sqlalchemy.orm import joinedload

from records import pushes
from records.pushes import Breaker
from web import access, context, words
from web.database import session
from workflows.models import ProcessInstance

LATEST = 50

blueprint = Blueprint("pushing", __name__)


@blueprint.get("/pushing")
@access.roles("clerk", "supervisor", "auditor", "process_admin")
def show() -> str:
    state = request.args.get("state")
    rows = pushes.latest(session(), LATEST, state if state in words.PUSH_STATES else None)
    return render_template(
        "pushing.html",
        counts=pushes.counts(session()),
        state=state,
        rows=rows,
        cases=_cases({row.record_id for row in rows}),
        materials=context.current().catalogue.materials,
        breakers=session().scalars(sa.select(Breaker).order_by(Breaker.name)).all(),
    )


def _cases(record_ids: set[int]) -> dict[int, ProcessInstance]:
    rows = session().scalars(
        sa.select(ProcessInstance)
        .options(joinedload(ProcessInstance.record))
        .where(ProcessInstance.record_id.in_(record_ids))
    )
    return {row.record_id: row for row in rows}
