"""The error promise 识别承诺: a supervisor sets it, calibrates, and sees what each type and field still lacks.

Knows how thresholds are shown. What a promise and a calibration are is `records.promise` and `records.calibration`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from records import agreement, calibration, promise
from records.calibration import NotCalibrated
from records.catalogue import Catalogue
from records.pages import Recognition
from records.promise import (
    EVERY_TYPE,
    TYPE,
    Overview,
    PageRecheck,
    PromiseInvalid,
    RecheckAnswer,
    Threshold,
)
from web import access, context
from web.access import actor
from web.database import change, session
from web.errors import FormIncomplete

RECENT = 10
STATES = {
    "kept": _("达到承诺"),
    "too_few": _("样本不足"),
    "broken": _("超出承诺"),
}

blueprint = Blueprint("promise", __name__)


@dataclass(frozen=True)
class Row:
    """One threshold in words. `borrowed`: the one that the field has over the types whose samples are too small."""

    material: str
    field: str
    found: Threshold
    borrowed: float | None


@blueprint.get("/promise")
@access.roles("supervisor", "auditor")
def show() -> str:
    seen = promise.overview(session())
    state = request.args.get("state")
    state = state if state in STATES else None
    rows = _rows(context.current().catalogue, seen)
    shown = [row for row in rows if state in (None, row.found.state)]
    return render_template(
        "promise.html",
        seen=seen,
        states=STATES,
        state=state,
        counts={each: sum(row.found.state == each for row in rows) for each in STATES},
        groups=[(name, list(group)) for name, group in itertools.groupby(shown, lambda row: row.material)],
        recent=promise.history(session(), RECENT),
        collected=0 if seen.calibration else _collected(session(), seen.version),
        may_change=actor().may("supervisor"),
        done=request.args.get("done"),
        sure=agreement.SURE,
    )


def _collected(reading: Session, version: str | None) -> int:
    """How many recheck answers a first calibration would rest on."""
    statement = (
        sa.select(sa.func.count(RecheckAnswer.id))
        .join(PageRecheck, PageRecheck.id == RecheckAnswer.recheck_id)
        .join(Recognition, Recognition.id == PageRecheck.recognition_id)
        .where(Recognition.version == version, PageRecheck.superseded_by_id.is_(None))
    )
    return reading.scalars(statement).one()


def _rows(catalogue: Catalogue, seen: Overview) -> list[Row]:
    """The types first, each with its fields; then the fields over the rest."""
    pooled = {row.field: row.threshold for row in seen.thresholds if row.material == EVERY_TYPE}
    rows = []
    for found in sorted(
        seen.thresholds, key=lambda row: (row.material == EVERY_TYPE, row.material, row.field)
    ):
        material, name = catalogue.materials.get(found.material), catalogue.fields.get(found.field)
        every = gettext("样本不足的各类合计")
        borrows = found.state == "too_few" and found.field != TYPE and found.material != EVERY_TYPE
        rows.append(
            Row(
                every if found.material == EVERY_TYPE else material.name if material else found.material,
                gettext("资料种类") if found.field == TYPE else name.name if name else found.field,
                found,
                pooled.get(found.field) if borrows else None,
            )
        )
    return rows


@blueprint.post("/promise")
@access.roles("supervisor")
def make() -> Response:
    """Promises anew, with a reason."""
    one_in, percent = request.form.get("one_in", type=int), request.form.get("sample_percent", type=float)
    if one_in is None or percent is None:
        raise FormIncomplete(gettext("请填写每多少项至多错 1 项，以及全面复核的抽样比例"))
    try:
        with change() as changing:
            promise.make(changing, actor(), one_in, percent, request.form.get("reason", "")[:500])
    except PromiseInvalid as invalid:
        raise FormIncomplete(str(invalid)) from invalid
    return _back("made")


@blueprint.post("/promise/calibrations")
@access.roles("supervisor")
def calibrate() -> Response:
    """Derives the thresholds anew from all recheck answers so far."""
    try:
        with change() as changing:
            calibration.calibrate(changing, actor())
    except NotCalibrated as missing:
        raise FormIncomplete(str(missing)) from missing
    return _back("calibrated")


def _back(done: str) -> Any:
    return redirect(url_for("promise.show", done=done), 303)
