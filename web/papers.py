"""A record's pages as screens show them: materials, fields (`web.fields`), alerts and refusals that point there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from records import alerts, pages, promise, pushes
from records.alerts import Alert
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.promise import Doubts
from records.pushes import Push
from web import context, fields
from web.fields import Field

UNKNOWN = "M-OT-99"


# So many of the types that the model weighed are offered before the others.
_LIKELY = 3


@dataclass(frozen=True)
class Material:
    """What a page or a part of it carries. `likely`: (code, name) of what it may be instead, the likeliest first.
    `given`: the name of the type that the case gave it, and of the one that the model had taken it for; None where the
    case gave none, or a person agreed."""

    row: PageMaterial
    code: str
    name: str
    unknown: bool
    doubtful: bool
    likely: tuple[tuple[str, str], ...]
    given: tuple[str, str] | None


@dataclass(frozen=True)
class Sheet:
    """One page: its image, what it carries, what was read. `quality` lists what is wrong with the image. `covered`:
    thresholds hold for its findings; `drawn`: the random sample takes it (`records.promise`)."""

    page: PageImage
    rotation: int
    materials: tuple[Material, ...]
    fields: tuple[Field, ...]
    alerts: tuple[Alert, ...]
    quality: tuple[str, ...]
    covered: bool
    drawn: bool

    @property
    def title(self) -> str:
        return " + ".join(material.name for material in self.materials) or gettext("未识别")

    @property
    def doubts(self) -> int:
        unsure = sum(field.doubtful for field in self.fields)
        return unsure + sum(material.doubtful for material in self.materials)

    def asks_type(self, material: Material, whole: bool) -> bool:
        """Whether a recheck of the page asks for that type by itself: where it is doubtful; on a page led through as a
        whole also where it was drawn, or where no field leads a person there."""
        return material.doubtful or (whole and (self.drawn or not any(each.read for each in self.fields)))

    def mark(self, of: str | Material) -> str:
        """What the station sends for a field, by its code, or a type that was confirmed."""
        return f"{self.page.id}:{of if isinstance(of, str) else f'#{of.row.id}'}"


def of_record(session: Session, record: Record) -> list[Sheet]:
    """The current pages of the record, in order."""
    return with_doubts(session, record)[0]


def with_doubts(session: Session, record: Record) -> tuple[list[Sheet], Doubts]:
    """The current pages of the record, in order, and what of them is doubtful."""
    rows = pages.current(session, record.id)
    ids = [row.id for row in rows]
    materials, readings = pages.materials(session, ids), pages.readings(session, ids)
    recognitions = pages.recognitions(session, ids)
    opened = alerts.of_record(session, record.id, "open")
    kinds = context.current().catalogue
    doubts = promise.of_pages(session, kinds, rows, materials, readings, recognitions)
    sheets = [
        _sheet(
            record,
            row,
            materials.get(row.id, []),
            readings.get(row.id, {}),
            recognitions.get(row.id),
            opened,
            doubts,
        )
        for row in rows
    ]
    return sheets, doubts


def open_alerts(session: Session, record_id: int) -> Sequence[Alert]:
    return alerts.of_record(session, record_id, "open")


def _sheet(
    record: Record,
    page: PageImage,
    materials: Sequence[PageMaterial],
    readings: Mapping[str, Reading],
    recognition: Recognition | None,
    opened: Sequence[Alert],
    doubts: Doubts,
) -> Sheet:
    catalogue = context.current().catalogue
    shown = tuple(_material(catalogue, row, row.id in doubts.types) for row in materials)
    unsure = {name for name in readings if (page.id, name) in doubts.fields}
    return Sheet(
        page=page,
        rotation=recognition.rotation if recognition else 0,
        materials=shown,
        fields=tuple(fields.of_page(catalogue, record, [each.code for each in shown], readings, unsure)),
        alerts=tuple(alert for alert in opened if alert.page_id == page.id),
        quality=_quality(recognition),
        covered=page.id in doubts.covered,
        drawn=page.id in doubts.drawn,
    )


def _material(catalogue: Catalogue, row: PageMaterial, doubtful: bool) -> Material:
    name = _name(catalogue, row.current_code)
    others = sorted(row.chances.items(), key=lambda each: -each[1]) if row.alternatives else []
    likely = [
        (code, catalogue.materials[code].name)
        for code, _ in others
        if code != row.current_code and code in catalogue.materials
    ]
    by_case = row.predicted_code is not None and row.confirmed_code != row.code
    return Material(
        row=row,
        code=row.current_code,
        name=name,
        unknown=row.current_code == UNKNOWN,
        doubtful=doubtful,
        likely=tuple(likely[:_LIKELY]),
        given=(_name(catalogue, row.code), _name(catalogue, row.model_code)) if by_case else None,
    )


def _name(catalogue: Catalogue, code: str) -> str:
    known = catalogue.materials.get(code)
    return known.name if known else code


def _quality(recognition: Recognition | None) -> tuple[str, ...]:
    if recognition is None:
        return (gettext("尚未识别"),)
    if recognition.error:
        return (gettext("影像无法读取"),)
    words = {
        "blank": gettext("空白页"),
        "blurred": gettext("模糊"),
        "dark": gettext("曝光不当"),
        "cut": gettext("内容不全"),
        "skewed": gettext("歪斜"),
        "low_dpi": gettext("分辨率低"),
    }
    found = [fault["kind"] for fault in recognition.quality.get("faults", ())]
    return tuple(words[kind] for kind in dict.fromkeys(found) if kind in words)


def material_choices(record: Record) -> list[tuple[str, str]]:
    """(code, name) of the materials that the item asks for, then 'unknown'."""
    catalogue = context.current().catalogue
    item = catalogue.items.get(record.item)
    codes = list(dict.fromkeys([each.material for each in item.materials] if item else catalogue.materials))
    return [
        (code, catalogue.materials[code].name) for code in (*codes, UNKNOWN) if code in catalogue.materials
    ]


def rejections(session: Session, record_id: int, sheets: Sequence[Sheet]) -> list[Push]:
    """The platform's refusals that still stand: of a current page, and nothing was sent of it since."""
    last = {push.page_id: push for push in pushes.of_record(session, record_id)}
    shown = [last[sheet.page.id] for sheet in sheets if sheet.page.id in last]
    return [push for push in shown if push.state == "rejected"]
