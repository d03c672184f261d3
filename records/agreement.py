"""Agreement: which readings of a page must agree with what the business system says, and whether they do.

Compared in the validators' normal form; a reading that is not sure enough is no evidence either way. Knows fields,
validators and the subject of a record; what follows from a disagreement is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from records import validators
from records.base import CHINA
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import Reading
from records.validators import Verdict

# A reading below this is not taken as evidence that papers disagree: the recheck shows it as doubtful instead.
SURE = 0.8

# Field of the subject → the readings that must agree with it.
_COMPARED: Mapping[str, frozenset[str]] = {
    "vin": frozenset({"vin"}),
    "plate_no": frozenset({"plate_no"}),
    "engine_no": frozenset({"engine_no"}),
    "owner_name": frozenset({"owner_name", "buyer_name", "insured_name", "person_name"}),
    "person_name": frozenset({"person_name"}),
    "id_number": frozenset({"id_number"}),
}
COMPARED_FIELDS = frozenset().union(*_COMPARED.values())
# In a transfer the registration certificate, the vehicle licence and the policy still name the former owner.
_TRANSFER = "V-TRF-"
_FORMER_OWNER = frozenset({"M-LC-01", "M-LC-02", "M-IN-01"})
_OF_OWNER = frozenset({"owner_name", "insured_name", "person_name", "id_number"})


def expected(record: Record, field: str, materials: Collection[str]) -> str | None:
    """The subject's value that a reading of `field` on a page of these materials must agree with; None where it
    need not agree with any."""
    transfer = record.item.startswith(_TRANSFER)
    if transfer and field in _OF_OWNER and not _FORMER_OWNER.isdisjoint(materials):
        return None
    found = (record.subject.get(subject) for subject, names in _COMPARED.items() if field in names)
    return next((str(value) for value in found if value), None)


def verdict(catalogue: Catalogue, field: str, value: str) -> Verdict | None:
    """What the field's validator says of the value, as of today in China; None for a field without one."""
    known = catalogue.fields.get(field)
    if known is None or known.validator is None:
        return None
    return validators.validate(known.validator, value, dt.datetime.now(CHINA).date())


def is_evidence(reading: Reading, found: Verdict | None) -> bool:
    """Whether the reading is sure enough to say that the paper itself is wrong.

    The engine trusts a value less that its validator refuses. Where it cannot be right at all, the characters alone
    tell whether they stand on the paper like that; where it may be (a soft doubt), it is left to the recheck."""
    if found is not None and not found.ok and not found.soft and reading.characters:
        return min(reading.characters) >= SURE
    return reading.confidence >= SURE


def agree(catalogue: Catalogue, field: str, one: str, other: str) -> bool:
    """Whether two values of a field are the same thing, written differently or not."""
    return _normal(catalogue, field, one) == _normal(catalogue, field, other)


def _normal(catalogue: Catalogue, field: str, value: str) -> str:
    found = verdict(catalogue, field, value)
    if found is not None:
        return found.normal
    return "".join(in_words(catalogue, field, value).split()).upper()


def in_words(catalogue: Catalogue, field: str, value: str) -> str:
    """A value with its code in words (52 → 小型新能源汽车), for reading and comparing."""
    known = catalogue.fields.get(field)
    table = catalogue.codes.get(known.type.removeprefix("code:")) if known else None
    return table.values.get(value, value) if table else value
