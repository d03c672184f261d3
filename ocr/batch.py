"""Findings as plain values: one result a page, an error where a page cannot be read.

Knows paths and bytes; a file of several pages is split by whoever calls (`records.scans`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ocr.protocol import PageFindings, Recogniser, UnreadableImage


def recognise_paths(paths: Iterable[Path], recogniser: Recogniser) -> Iterator[dict[str, Any]]:
    """One result for each single-page image file, in order.

    A file that cannot be read has `file` and `error`.
    """
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            yield {"file": str(path), "error": f"文件读不到：{error.strerror}"}
            continue
        yield recognise_page(str(path), content, recogniser)


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
