"""Recognition models 识别模型: which one reads, which is on trial, and how the two compare type by type.

Shows what `records` keeps; models are changed and reports are made on the command line, with a name on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from records import learning, recogniser_models, second_readings
from records.catalogue import Catalogue
from web import access, context
from web.database import session

RECENT = 20
VERDICTS = {
    "better": _("新版更好"),
    "worse": _("新版更差"),
    "no_worse": _("新版不差"),
    "too_few": _("样本不足"),
}
STATES = {
    "candidate": _("候选"),
    "shadow": _("试运行"),
    "active": _("在用"),
    "retired": _("已停用"),
}
LEFT_OUT = {
    "superseded": _("已被替换的页"),
    "unread": _("没有读出的页"),
    "disputed": _("两人意见不一的页"),
    "not_in_sample": _("未抽中试读的页"),
}

blueprint = Blueprint("learning", __name__)


@dataclass(frozen=True)
class Row:
    """A line of the comparison with its name in words."""

    name: str
    line: Mapping[str, Any]

    @property
    def answers(self) -> int:
        return sum(self.line[part] for part in ("both", "only_old", "only_new", "neither"))


@blueprint.get("/recogniser-models")
@access.roles("supervisor", "auditor")
def show() -> str:
    reading = session()
    models = recogniser_models.listed(reading)
    recent = recogniser_models.reports(reading, RECENT)
    wanted = request.args.get("report", type=int)
    shown = next((each for each in recent if wanted in (None, each[0].id)), None)
    if wanted is not None and shown is None:
        abort(404)
    return render_template(
        "learning.html",
        models=models,
        trial=next((each for each in models if each.state == "shadow"), None),
        trial_pages={
            each.id: second_readings.read_in_shadow(reading, each.id)
            for each in models
            if each.state == "shadow"
        },
        may_be_promoted={each.version for each in models if each.state in ("candidate", "shadow")},
        recent=recent,
        shown=shown,
        **(_comparison(shown[0].comparison) if shown else {}),
        data_sets=learning.listed(reading)[-RECENT:][::-1],
        reviews=second_readings.review_counts(reading),
        verdicts=VERDICTS,
        states=STATES,
    )


def _comparison(found: Mapping[str, Any]) -> dict[str, Any]:
    """What a report found, in words; of the types those with the verdict that was asked for."""
    asked = request.args.get("verdict")
    asked = asked if asked in VERDICTS else None
    whole = Row(gettext("全部资料种类"), found["all_types"])
    kinds = _rows(found["types"], _material_name)
    fields = _rows((found["all_fields"], *found["fields"]), _field_name)
    return {
        "found": found,
        "verdict_asked": asked,
        "counts": {each: sum(row.line["verdict"] == each for row in kinds) for each in VERDICTS},
        "kinds": [
            *([] if asked else [whole]),
            *(row for row in kinds if asked in (None, row.line["verdict"])),
        ],
        "fields": fields,
        "worse": [row.name for row in (whole, *kinds, *fields) if row.line["verdict"] == "worse"],
        "left_out": [
            f"{LEFT_OUT[why]} {number}"
            for why, number in found["left_out"].items()
            if number and why in LEFT_OUT
        ],
    }


def _rows(lines: Any, name: Any) -> list[Row]:
    catalogue = context.current().catalogue
    return [Row(name(catalogue, line["group"]), line) for line in lines]


def _material_name(catalogue: Catalogue, code: str) -> str:
    known = catalogue.materials.get(code)
    return known.name if known else code


def _field_name(catalogue: Catalogue, code: str) -> str:
    if code == "fields":
        return gettext("全部字段")
    known = catalogue.fields.get(code)
    return known.name if known else code
