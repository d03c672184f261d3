"""A record's pages as screens show them: materials, fields with their verdicts, the alerts that point there.

Reads rows and the catalogue. Values are shown as they were read; nothing is repaired here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from records import alerts, pages, validators
from records.alerts import Alert
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.pushes import Push
from web import context

UNKNOWN = "M-OT-99"
DOUBTFUL = 0.8
CHINA = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True)
class Field:
    """One field of a page. `verdict` is ok, soft, hard, or none where nothing can be checked; `expected` is
    what the business system says, `differs` that the two disagree; `characters` are (character, doubtful)."""

    code: str
    name: str
    value: str
    confidence: float | None
    by_person: bool
    box: Sequence[float] | None
    verdict: str
    reason: str
    expected: str | None
    differs: bool
    characters: tuple[tuple[str, bool], ...]
    required: bool

    @property
    def doubtful(self) -> bool:
        unsure = self.confidence is not None and self.confidence < DOUBTFUL and not self.by_person
        return unsure or self.differs or self.verdict in ("hard", "soft")


@dataclass(frozen=True)
class Material:
    row: PageMaterial
    code: str
    name: str
    unknown: bool


@dataclass(frozen=True)
class Sheet:
    """One page: its image, what it carries, what was read. `quality` lists what is wrong with the image."""

    page: PageImage
    rotation: int
    materials: tuple[Material, ...]
    fields: tuple[Field, ...]
    alerts: tuple[Alert, ...]
    quality: tuple[str, ...]

    @property
    def title(self) -> str:
        return " + ".join(material.name for material in self.materials) or gettext("未识别")

    @property
    def doubts(self) -> int:
        return sum(field.doubtful for field in self.fields)


def of_record(session: Session, record: Record) -> list[Sheet]:
    """The current pages of the record, in order."""
    rows = pages.current(session, record.id)
    ids = [row.id for row in rows]
    found = pages.materials(session, ids), pages.readings(session, ids), pages.recognitions(session, ids)
    opened = alerts.of_record(session, record.id, "open")
    return [_sheet(record, row, *(each.get(row.id) for each in found), opened) for row in rows]


def open_alerts(session: Session, record_id: int) -> Sequence[Alert]:
    return alerts.of_record(session, record_id, "open")


def _sheet(
    record: Record,
    page: PageImage,
    materials: list[PageMaterial] | None,
    readings: dict[str, Reading] | None,
    recognition: Recognition | None,
    opened: Sequence[Alert],
) -> Sheet:
    catalogue = context.current().catalogue
    shown = tuple(_material(catalogue, row) for row in materials or ())
    return Sheet(
        page=page,
        rotation=recognition.rotation if recognition else 0,
        materials=shown,
        fields=tuple(_fields(catalogue, record, shown, readings or {})),
        alerts=tuple(alert for alert in opened if alert.page_id == page.id),
        quality=_quality(recognition),
    )


def _material(catalogue: Catalogue, row: PageMaterial) -> Material:
    known = catalogue.materials.get(row.current_code)
    name = known.name if known else row.current_code
    return Material(row, row.current_code, name, row.current_code == UNKNOWN)


def _quality(recognition: Recognition | None) -> tuple[str, ...]:
    if recognition is None:
        return (gettext("尚未识别"),)
    if recognition.error:
        return (gettext("影像无法读取"),)
    marks = (("blank", gettext("空白页")), ("blurred", gettext("模糊")))
    return tuple(words for name, words in marks if recognition.quality.get(name))


def _fields(
    catalogue: Catalogue, record: Record, materials: Sequence[Material], readings: Mapping[str, Reading]
) -> list[Field]:
    """The fields that count on these materials, and whatever else was read; required ones first."""
    wanted: dict[str, bool] = {}
    for material in materials:
        known = catalogue.materials.get(material.code)
        for each in known.fields if known else ():
            wanted[each.code] = wanted.get(each.code, False) or each.required
    listed = [code for code in wanted if wanted[code] or code in readings or code in record.subject]
    listed += [code for code in readings if code not in wanted]
    return [_field(catalogue, record, code, readings.get(code), wanted.get(code, False)) for code in listed]


def _field(catalogue: Catalogue, record: Record, code: str, reading: Reading | None, required: bool) -> Field:
    known = catalogue.fields.get(code)
    validator = known.validator if known else None
    value = reading.value if reading else ""
    expected = str(record.subject[code]) if record.subject.get(code) else None
    verdict, reason = _verdict(validator, value, required)
    return Field(
        code=code,
        name=known.name if known else code,
        value=value,
        confidence=reading.confidence if reading else None,
        by_person=bool(reading and reading.person_id),
        box=reading.box if reading else None,
        verdict=verdict,
        reason=reason,
        expected=expected,
        differs=bool(expected and value and not _same(validator, value, expected)),
        characters=_characters(reading),
        required=required,
    )


def _verdict(validator: str | None, value: str, required: bool) -> tuple[str, str]:
    if not value:
        return ("hard", gettext("没有读到，请对照影像填写")) if required else ("none", "")
    if validator is None or validator not in validators.TABLE:
        return "none", ""
    found = validators.validate(validator, value, dt.datetime.now(CHINA).date())
    return ("ok", "") if found.ok else ("soft" if found.soft else "hard", found.reason)


def _same(validator: str | None, one: str, other: str) -> bool:
    if validator is None or validator not in validators.TABLE:
        return one.strip() == other.strip()
    today = dt.datetime.now(CHINA).date()
    return (
        validators.validate(validator, one, today).normal
        == validators.validate(validator, other, today).normal
    )


def _characters(reading: Reading | None) -> tuple[tuple[str, bool], ...]:
    if reading is None or not reading.characters or len(reading.characters) != len(reading.value):
        return ()
    marked = zip(reading.value, reading.characters, strict=True)
    return tuple((character, confidence < DOUBTFUL) for character, confidence in marked)


def material_choices(record: Record) -> list[tuple[str, str]]:
    """(code, name) of the materials that the item asks for, then 'unknown'."""
    catalogue = context.current().catalogue
    item = catalogue.items.get(record.item)
    codes = list(dict.fromkeys([each.material for each in item.materials] if item else catalogue.materials))
    return [
        (code, catalogue.materials[code].name) for code in (*codes, UNKNOWN) if code in catalogue.materials
    ]


def field_to_fix(push: Push) -> dict[str, Any]:
    """Where a rejected push says the fault is."""
    return {"page_id": push.page_id, "field": push.field}
