"""The fields of a page as a clerk sees them: what was read, whether it can be right, whether it agrees.

Knows validators, code tables and the business system's values. Changes nothing and repairs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from records import agreement
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import Reading


@dataclass(frozen=True)
class Field:
    """One field of a page. `verdict` is ok, soft, hard, or none where nothing can be checked; `meaning` is a
    code in words; `expected` is what the business system says, `differs` that the two disagree; `characters`
    are (character, doubtful); `unsure` says that the engine's confidence is too low (`records.promise`)."""

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
    unsure: bool

    @property
    def read(self) -> bool:
        return self.confidence is not None

    @property
    def doubtful(self) -> bool:
        return self.unsure or self.differs or self.verdict in ("hard", "soft")


def of_page(
    catalogue: Catalogue,
    record: Record,
    materials: Collection[str],
    readings: Mapping[str, Reading],
    unsure: Collection[str],
) -> list[Field]:
    """What was read first, in the order of the materials' fields; then required fields that were not read.
    `unsure` are the fields that lie below their thresholds."""
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
        _field(
            catalogue, record, code, readings.get(code), wanted.get(code, False), materials, code in unsure
        )
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
    unsure: bool,
) -> Field:
    known = catalogue.fields[code]
    value = reading.value if reading else ""
    expected = agreement.expected(record, code, materials)
    verdict, reason = _verdict(catalogue, code, value)
    differs = bool(expected and value and not agreement.agree(catalogue, code, value, expected))
    return Field(
        code=code,
        name=known.name,
        value=value,
        meaning=_meaning(catalogue, code, value),
        confidence=reading.confidence if reading else None,
        by_person=bool(reading and reading.person_id),
        box=reading.box if reading else None,
        verdict=verdict,
        reason=reason,
        expected=expected,
        differs=differs,
        characters=_characters(reading),
        required=required,
        unsure=unsure,
    )


def _verdict(catalogue: Catalogue, code: str, value: str) -> tuple[str, str]:
    found = agreement.verdict(catalogue, code, value) if value else None
    if found is None:
        return "none", ""
    return ("ok", "") if found.ok else ("soft" if found.soft else "hard", found.reason)


def _meaning(catalogue: Catalogue, code: str, value: str) -> str:
    """What a code means; empty where the value is no code."""
    words = agreement.in_words(catalogue, code, value)
    return words if words != value else ""


def _characters(reading: Reading | None) -> tuple[tuple[str, bool], ...]:
    if reading is None or not reading.characters or len(reading.characters) != len(reading.value):
        return ()
    marked = zip(reading.value, reading.characters, strict=True)
    return tuple((character, confidence < agreement.SURE) for character, confidence in marked)
