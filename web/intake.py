"""Intake 收件登记: the ledger of everything that was handed in, and handing in through the browser."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from records import submissions
from web import access, context
from web.access import actor
from web.database import change, session
from web.errors import FormIncomplete
from web.tasks.capture import uploaded
from workflows import definitions, intake
from workflows.intake import Receipt, SubmissionRefused

CASE_FILE = "case.json"
SUBJECT_FIELDS = ("plate_no", "plate_type", "vin", "owner_name", "person_name", "id_number", "file_no")
LATEST = 50

blueprint = Blueprint("intake", __name__)


@blueprint.get("/intake")
@access.roles("clerk", "supervisor", "auditor")
def show() -> str:
    return _page(None, (), {})


@blueprint.post("/intake")
@access.roles("clerk", "supervisor")
def receive() -> str | tuple[str, int]:
    """A case.json among the files says what the case is, else the fields of the form do."""
    files = uploaded("files")
    described = [file for file in files if file.filename == CASE_FILE]
    scans = [file for file in files if file.filename != CASE_FILE]
    case_json = described[0].read() if described else _case_of(request.form)
    try:
        with change() as changing:
            receipt = intake.receive(
                changing,
                context.current().intake,
                actor(),
                door="web",
                name=_name(scans),
                case_json=case_json,
                files=[(file.filename or "scan", file.stream) for file in scans],
            )
    except SubmissionRefused as refused:
        return _page(None, refused.reasons, request.form), 422
    return _page(receipt, (), {})


def _name(scans: list[FileStorage]) -> str:
    number: str = request.form.get("transaction_number", "").strip()
    return number or (scans[0].filename if scans else "") or "web"


def _case_of(form: Any) -> bytes:
    if not form.get("transaction_number", "").strip():
        raise FormIncomplete(gettext("请填写流水号，或在文件中附上 case.json"))
    subject = {field: form[field].strip() for field in SUBJECT_FIELDS if form.get(field, "").strip()}
    case = {
        "transaction_number": form["transaction_number"].strip(),
        "item": form.get("item", ""),
        "channel": form.get("channel", "counter"),
        "subject": subject,
    }
    return json.dumps(case, ensure_ascii=False).encode()


def _page(receipt: Receipt | None, reasons: tuple[str, ...], filled: Any) -> str:
    catalogue = context.current().catalogue
    outcome = request.args.get("outcome")
    # Reviews are deployed too, but nobody hands in papers for one.
    deployed = {
        definition.key: definition.name
        for definition in definitions.listed(session())
        if definition.key in catalogue.items
    }
    return render_template(
        "intake.html",
        counts=submissions.counts(session()),
        latest=submissions.latest(
            session(), LATEST, outcome if outcome in ("accepted", "rejected") else None
        ),
        outcome=outcome,
        items=deployed,
        fields=[(code, catalogue.fields[code].name) for code in SUBJECT_FIELDS if code in catalogue.fields],
        plate_types=catalogue.codes["hpzl"].values if "hpzl" in catalogue.codes else {},
        receipt=receipt,
        reasons=reasons,
        filled=filled,
        max_upload_mb=context.current().max_upload_mb,
    )
