"""How each field is found on a page: the labels that stand beside it and the form that its value has.

Tables, to be extended line by line; they know no pixels and no code.
"""

from __future__ import annotations

from ocr.field_rules.dates import DATES
from ocr.field_rules.drivers import DRIVERS
from ocr.field_rules.forms import PROVINCES
from ocr.field_rules.papers import PAPERS
from ocr.field_rules.parties import PARTIES
from ocr.field_rules.rule import FieldRule
from ocr.field_rules.ticks import GROUPED, GROUPS, TICKS
from ocr.field_rules.vehicles import VEHICLES
from ocr.field_rules.words import CELL_WORDS, NO_VALUE, OTHER_LABELS, WITHIN_VALUES

RULES: dict[str, FieldRule] = VEHICLES | PARTIES | PAPERS | DATES | DRIVERS | TICKS

# Told by the picture, not by the lines.
TICKED = frozenset(TICKS)

# Looked for on a page of unknown type: what helps the person who names it.
KEY_FIELDS = ("vin", "plate_no", "id_number", "owner_name")

__all__ = [
    "CELL_WORDS",
    "GROUPED",
    "GROUPS",
    "KEY_FIELDS",
    "NO_VALUE",
    "OTHER_LABELS",
    "PROVINCES",
    "RULES",
    "TICKED",
    "WITHIN_VALUES",
    "FieldRule",
]
