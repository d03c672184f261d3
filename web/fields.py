"""The fields of a page as a clerk sees them: what was read, whether it can be right, whether it agrees.

Knows validators, code tables and the business system's values. Changes nothing and repairs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from records import validators
from records.catalogue import Catalogue, FieldType
from records.dossiers import Record
from records.pages import Reading
from workflows.definitions import CHINA

DOUBTFUL = 0.8

# Which readings must agree with which field of the subject, as `handlers.assessment` compares them.
COMPARED: Mapping[str, frozenset[str]] = {
    "vin": frozenset({"vin"}),
    "plate_no": frozenset({"plate_no"}),
    "engine_no": frozenset({"engine_no"}),
    "owner_name": frozenset({"owner_name", "buyer_name", "person_name"}),
    "person_name": frozenset({"person_name"}),
    "id_number": frozenset({"id_number"}),
}
FORMER_OWNER = frozenset({"M-LC-01", "M-LC-02", "M-IN-01", "M-CT-01"})
OF_OWNER = frozenset({"owner_name", "person_name", "id_number"})


@dataclass(frozen=True)
class Field:
    """One field of a page. `verdict` is ok, soft, hard, or none where nothing can be checked; `meaning` is a
    code in words; `expected` is what the business system says, `differs` that the two disagree; `characters`
    are (character, doubtful)."""

    code: str
    name: str
    value: str
    meaning: str
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
    def read(self) -> bool:
        return self.confidence is not None

    @property
    def doubtful(self) -> bool:
        unsure = self.confidence is not None and self.confidence < DOUBTFUL and not self.by_person
        return unsure or self.differs or self.verdict in ("hard", "soft")


def of_page(
    catalogue: Catalogue, record: Record, materials: Collection[str], readings: Mapping[str, Reading]
) -> list[Field]:
    """What was read first, in the order of the materials' fields; then required fields that were not read."""
    wanted: dict[str, bool] = {}
    for code in materials:
        known = catalogue.materials.get(code)
        for each in known.fields if known else ():
            wanted[each.code] = wanted.get(each.code, False) or each.required
    read = [
        code for code in (*wanted, *(each for each in readings if each not in wanted)) if code in readings
    ]
    unread = [code for code, required in wanted.items() if required and code not in readings]
    return [
        _field(catalogue, record, code, readings.get(code), wanted.get(code, False), materials)
        for code in (*read, *unread)
        if code in catalogue.fields
    ]


def _field(
    catalogue: Catalogue,
    record: Record,
    code: str,
    reading: Reading | None,
    required: bool,
    materials: Collection[str],
) -> Field:
    known = catalogue.fields[code]
    value = reading.value if reading else ""
    expected = _expected(record, code, materials)
    verdict, reason = _verdict(known, value)
    differs = bool(
        expected and value and _normal(catalogue, known, value) != _normal(catalogue, known, expected)
    )
    return Field(
        code=code,
        name=known.name,
        value=value,
        meaning=_in_words(catalogue, known, value),
        confidence=reading.confidence if reading else None,
        by_person=bool(reading and reading.person_id),
        box=reading.box if reading else None,
        verdict=verdict,
        reason=reason,
        expected=expected,
        differs=differs,
        characters=_characters(reading),
        required=required,
    )


def _expected(record: Record, code: str, materials: Collection[str]) -> str | None:
    """The subject's value that this field must agree with; None where it need not agree with any."""
    if code in OF_OWNER and not FORMER_OWNER.isdisjoint(materials):
        return None
    found = (record.subject.get(field) for field, names in COMPARED.items() if code in names)
    return next((str(value) for value in found if value), None)


def _verdict(known: FieldType, value: str) -> tuple[str, str]:
    if not value or known.validator is None:
        return "none", ""
    found = validators.validate(known.validator, value, _today())
    return ("ok", "") if found.ok else ("soft" if found.soft else "hard", found.reason)


def _normal(catalogue: Catalogue, known: FieldType, value: str) -> str:
    if known.validator is None:
        return "".join((_in_words(catalogue, known, value) or value).split()).upper()
    return validators.validate(known.validator, value, _today()).normal


def _in_words(catalogue: Catalogue, known: FieldType, value: str) -> str:
    """What a code means (52 → 小型新能源汽车); empty where the value is no code."""
    table = catalogue.codes.get(known.type.removeprefix("code:"))
    return table.values.get(value, "") if table else ""


def in_words(catalogue: Catalogue, code: str, value: str) -> str:
    """A field's value with its code in words, for reading."""
    known = catalogue.fields.get(code)
    return (_in_words(catalogue, known, value) if known else "") or value


def _characters(reading: Reading | None) -> tuple[tuple[str, bool], ...]:
    if reading is None or not reading.characters or len(reading.characters) != len(reading.value):
        return ()
    marked = zip(reading.value, reading.characters, strict=True)
    return tuple((character, confidence < DOUBTFUL) for character, confidence in marked)


def _today() -> dt.date:
    return dt.datetime.now(CHINA).date()
