"""Which pages of the backlog a person must look at. Knows findings and the catalogue, no rows and no calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ocr.materials import UNKNOWN
from ocr.protocol import Depth, PageFindings
from records import agreement
from records.catalogue import Catalogue

NeedsPerson = Callable[[PageFindings, Depth], bool]


@dataclass(frozen=True)
class BelowSure:
    """A person must look at an unknown page, and at a type or a required field that is missing, invalid or not
    sure. A blank page needs nobody."""

    required: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, catalogue: Catalogue) -> BelowSure:
        return cls(
            {
                code: frozenset(each.code for each in material.fields if each.required)
                for code, material in catalogue.materials.items()
            }
        )

    def __call__(self, findings: PageFindings, depth: Depth) -> bool:
        if findings.quality.has("blank"):
            return False
        if any(m.code == UNKNOWN or m.confidence < agreement.SURE for m in findings.materials):
            return True
        if depth == "type":
            return False
        sure = {f.code for f in findings.fields if f.confidence >= agreement.SURE and f.valid is not False}
        return any(not self.required.get(m.code, frozenset()) <= sure for m in findings.materials)
