"""The shipped recogniser on pages that its own generator did not draw (`tests/ocr/pages`, see its README): an
independent check of types, turns and key values.

The least counts are what was reached when the pages were made; they may rise, not fall.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.pipeline import PageRecogniser
from ocr.protocol import PageFindings
from tests.ocr.conftest import Validators

FOLDER = Path(__file__).parent / "pages"
LEAST_TYPES = 16
LEAST_TURNS = 18
LEAST_VALUES = 38
# The repository shall stay small: bytes a page, and of all pages.
PAGE_BYTES, ALL_BYTES = 250 * 1024, 3 * 1024 * 1024


class HandMade(NamedTuple):
    """One page of the folder and its truth."""

    file: str
    code: str
    rotation: int
    values: Mapping[str, str]


PAGES = [HandMade(**entry) for entry in yaml.safe_load((FOLDER / "pages.yaml").read_text(encoding="utf-8"))]
Found = Mapping[str, PageFindings]


@pytest.fixture(scope="module")
def found(recogniser: PageRecogniser) -> Found:
    return {page.file: recogniser.recognise((FOLDER / page.file).read_bytes(), "key") for page in PAGES}


def right_values(page: HandMade, findings: PageFindings) -> set[str]:
    read = {field.code: field.value for field in findings.fields}
    return {code for code, value in page.values.items() if read.get(code) == value}


def test_the_list_names_every_page_once_and_none_is_large() -> None:
    images = [path for path in FOLDER.iterdir() if path.suffix in {".jpg", ".png"}]
    assert sorted(page.file for page in PAGES) == sorted(path.name for path in images)
    sizes = [path.stat().st_size for path in images]
    assert max(sizes) <= PAGE_BYTES
    assert sum(sizes) <= ALL_BYTES


def test_the_truth_speaks_of_types_and_values_that_can_be(
    catalogue: MaterialCatalogue, validators: Validators
) -> None:
    for page in PAGES:
        fields = () if page.code == UNKNOWN else catalogue[page.code].fields
        for field, value in page.values.items():
            if field != "vin":  # it may stand on a rubbing pasted into a page of another type
                assert field in fields, (page.file, field)
            validator = catalogue.field_validators.get(field)
            assert validator not in validators or validators[validator](value).ok, (page.file, field)


@pytest.mark.ocr
@pytest.mark.parametrize("file", ["tax.jpg", "insurance.jpg", "application.jpg", "driving_licence.jpg"])
def test_type_turn_and_values_of_these_are_right(found: Found, file: str) -> None:
    page = next(each for each in PAGES if each.file == file)
    findings = found[file]
    assert findings.materials[0].code == page.code
    assert findings.rotation == page.rotation
    assert right_values(page, findings) == set(page.values)


@pytest.mark.ocr
def test_types_over_all(found: Found) -> None:
    wrong = {page.file for page in PAGES if found[page.file].materials[0].code != page.code}
    assert len(PAGES) - len(wrong) >= LEAST_TYPES, wrong


@pytest.mark.ocr
def test_turns_over_all(found: Found) -> None:
    wrong = {page.file for page in PAGES if found[page.file].rotation != page.rotation}
    assert len(PAGES) - len(wrong) >= LEAST_TURNS, wrong


@pytest.mark.ocr
def test_values_over_all(found: Found) -> None:
    missed = {page.file: set(page.values) - right_values(page, found[page.file]) for page in PAGES}
    right = sum(len(page.values) - len(missed[page.file]) for page in PAGES)
    assert right >= LEAST_VALUES, missed


@pytest.mark.ocr
def test_a_wrong_type_is_never_surely_wrong(found: Found) -> None:
    for page in PAGES:
        kind = found[page.file].materials[0]
        assert kind.code == page.code or kind.confidence < 0.9, page.file
