"""The case that is measured: V-REG-01 at the counter, straight from capture to the archive.

Knows the answers of its operations and of its one person. Engine only; no database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workflows import definitions, engine

ITEM = "V-REG-01"
ROOT = Path(__file__).parents[2]
FILES = definitions.read_bundles(ROOT / "bpmn")[ITEM]
FUNCTIONS = definitions.script_functions(15)
START: dict[str, Any] = {"record_id": 1, "item": ITEM, "channel": "counter"}
RECHECK = "recheck_record"
PASS = {"recheck_outcome": "pass"}
RESULTS: dict[str, dict[str, Any]] = {
    "reconcile_capture": {"pages": 8},
    "recognise_record": {"pages": 8, "unrecognised": 0},
    "assess_record": {
        "missing": 0,
        "unknown": 0,
        "poor": 0,
        "invalid": 0,
        "conflicts": 0,
        "flawed": 0,
        "turned": 0,
        "duplicates": 0,
        "doubtful": 1,
        "lowest_confidence": 0.93,
        "pages": 8,
    },
    "push_record": {"outcome": "accepted", "reason": ""},
    "package_record": {},
    "verify_package": {},
}


def parse() -> engine.Model:
    return engine.parse(ITEM, FILES, FUNCTIONS)
