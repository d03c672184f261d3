"""Findings as plain values: one result a page, an error where a page cannot be read.

Knows the bytes of one page; files are opened and split by whoever calls (`records.scans`).
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ocr.protocol import PageFindings, Recogniser, UnreadableImage


def recognise_page(name: str, image: bytes, recogniser: Recogniser) -> dict[str, Any]:
    """The result of one encoded image: see `as_result`, or `file` and `error`."""
    try:
        return {"file": name, **as_result(recogniser.recognise(image))}
    except UnreadableImage as error:
        return {"file": name, "error": str(error)}


def as_result(findings: PageFindings) -> dict[str, Any]:
    """What a program gets of one page, fit for JSON: materials, rotation, quality, fields, seconds."""
    return {
        "materials": [{"code": found.code, "confidence": found.confidence} for found in findings.materials],
        "rotation": findings.rotation,
        "quality": dataclasses.asdict(findings.quality),
        "fields": {
            field.code: {"value": field.value, "confidence": field.confidence} for field in findings.fields
        },
        "seconds": findings.seconds,
    }
