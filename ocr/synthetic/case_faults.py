"""The faults that a written case may carry: on which papers each can be seen, and how it gets onto the paper.

Knows kinds of faults, the papers of the items and what each paper shows. Knows neither folders nor files, nor what
recognition makes of a fault (`handlers.case_evaluation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ocr.synthetic import identity as identities
from ocr.synthetic import scanner
from ocr.synthetic.identity import Identity
from ocr.synthetic.scanner import Profile

FAULTS = (
    "missing_material",
    "vin_conflict",
    "blank_page",
    "owner_conflict",
    "blurred_page",
    "id_check_digit",
    "unknown_page",
)
# What a counter meets less often; the measurement of whole cases plants these as well.
FURTHER_FAULTS = (
    "plate_conflict",
    "engine_conflict",
    "id_conflict",
    "dark_page",
    "cut_page",
    "skewed_page",
    "turned_page",
    "low_dpi_page",
    "duplicate_page",
    "foreign_page",
)
# A page too many: a rescan brings nothing in its place.
STRAYS = ("unknown_page", "duplicate_page", "foreign_page")

_SCANNED_WRONG: dict[str, scanner.FaultKind] = {
    "dark_page": "dark",
    "cut_page": "cut",
    "skewed_page": "skewed",
    "turned_page": "turned",
    "low_dpi_page": "low_dpi",
}
# Of a photograph nobody can say from the picture alone that it is too dark, crooked or cut.
_PHOTOGRAPHS = ("M-IP-04", "M-DR-03")

Papers = Mapping[str, tuple[str, ...]]

# The papers on which each conflicting value can be read, by item.
_SHOWS_OWNER: Papers = {
    "V-REG-01": ("M-FM-01", "M-ID-01", "M-SR-01", "M-IN-01"),
    "V-TRF-01": ("M-FM-01", "M-ID-01", "M-SR-02"),
    "D-REN-08": ("M-FM-05", "M-ID-01"),
}
_SHOWS_NUMBER: Papers = {
    "V-REG-01": ("M-FM-01", "M-ID-01"),
    "V-TRF-01": ("M-FM-01", "M-ID-01"),
    "D-REN-08": ("M-FM-05", "M-ID-01"),
}
_SHOWS: dict[str, Papers] = {
    "vin_conflict": {
        "V-REG-01": ("M-FM-01", "M-SR-01", "M-CT-01", "M-IN-01", "M-IP-03"),
        "V-TRF-01": ("M-FM-01", "M-SR-02", "M-LC-01", "M-LC-02"),
    },
    "owner_conflict": _SHOWS_OWNER,
    "id_check_digit": _SHOWS_NUMBER,
    "id_conflict": _SHOWS_NUMBER,
    "plate_conflict": {"V-REG-01": ("M-IN-01",), "V-TRF-01": ("M-LC-01", "M-LC-02", "M-SR-02")},
    "engine_conflict": {"V-REG-01": ("M-SR-01", "M-CT-01", "M-IN-01"), "V-TRF-01": ("M-LC-01", "M-LC-02")},
}
_OWNER_FIELDS = {
    "M-ID-01": "person_name",
    "M-FM-05": "person_name",
    "M-SR-01": "buyer_name",
    "M-SR-02": "buyer_name",
    "M-IN-01": "insured_name",
}


@dataclass(frozen=True)
class Conflict:
    """A value that one paper shows and all others contradict."""

    field: str
    shown: str
    expected: str


def carries(kind: str | None, item: str) -> bool:
    """Whether a case of that item can carry the fault: a VIN cannot conflict in a driver's case."""
    return kind not in _SHOWS or item in _SHOWS[kind]


def papers(kind: str, item: str, required: tuple[str, ...]) -> tuple[str, ...]:
    """The materials on one of which the fault is planted, among those that the case holds."""
    if kind in _SHOWS:
        return _SHOWS[kind][item]
    if kind in _SCANNED_WRONG:
        return tuple(material for material in required if material not in _PHOTOGRAPHS)
    return required


def altered(rng: np.random.Generator, identity: Identity, kind: str | None) -> Identity:
    """The identity as a page with that fault wrongly shows it."""
    if kind == "vin_conflict":
        return identities.with_other_vin(rng, identity)
    if kind == "owner_conflict":
        return identities.with_other_owner(rng, identity)
    if kind == "id_check_digit":
        return identities.with_wrong_check_digit(rng, identity)
    if kind in ("plate_conflict", "engine_conflict", "id_conflict"):
        other = identities.invent(rng, identity.item, identity.accepted_at, 0)
        if kind == "id_conflict":
            return replace(identity, owner=replace(identity.owner, id_number=other.owner.id_number))
        field = "plate_no" if kind == "plate_conflict" else "engine_no"
        vehicle = replace(identity.vehicle, **{field: getattr(other.vehicle, field)})
        return replace(identity, vehicle=vehicle)
    return identity


def spoilt(profile: Profile, kind: str | None, rng: np.random.Generator) -> Profile:
    """The pass through the scanner as that fault makes it."""
    if kind == "blurred_page":
        return scanner.blurred(profile, rng)
    if kind in _SCANNED_WRONG:
        return scanner.faulty(profile, _SCANNED_WRONG[kind], rng)
    return profile


def conflict(kind: str, material: str, identity: Identity, shown: Identity) -> Conflict | None:
    """What a page that shows `shown` contradicts; None for a fault that is no conflict."""
    if kind == "owner_conflict":
        field = _OWNER_FIELDS.get(material, "owner_name")
        return Conflict(field, shown.owner.name, identity.owner.name)
    if kind in ("id_check_digit", "id_conflict"):
        return Conflict("id_number", shown.owner.id_number, identity.owner.id_number)
    fields = {"vin_conflict": "vin", "plate_conflict": "plate_no", "engine_conflict": "engine_no"}
    if kind not in fields:
        return None
    name = fields[kind]
    return Conflict(name, getattr(shown.vehicle, name), getattr(identity.vehicle, name))
