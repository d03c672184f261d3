"""What the tests of recognition share: the catalogue, validators on a fixed day, and one loaded reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ocr import materials, models
from ocr.classifier import Classifier
from ocr.materials import MaterialCatalogue
from ocr.paddle import PaddleReader
from ocr.pipeline import PageRecogniser
from ocr.plates import PlateReader
from ocr.protocol import Line
from records.validators import TABLE, Verdict, validate

TODAY = dt.date(2026, 6, 30)
CATALOGUE_PATH = Path(__file__).parents[2] / "bpmn/catalogue/materials.yaml"
WEIGHTS = Path(__file__).parents[2] / "ocr/weights"

Validators = dict[str, Callable[[str], Verdict]]


def _validated(name: str, value: str) -> Verdict:
    return validate(name, value, TODAY)


@pytest.fixture(scope="session")
def validators() -> Validators:
    return {name: partial(_validated, name) for name in TABLE}


@pytest.fixture(scope="session")
def catalogue() -> MaterialCatalogue:
    return materials.load(CATALOGUE_PATH)


@pytest.fixture(scope="session")
def classifier(catalogue: MaterialCatalogue) -> Classifier:
    return Classifier(WEIGHTS, catalogue)


@pytest.fixture(scope="session")
def recogniser(
    tmp_path_factory: pytest.TempPathFactory,
    classifier: Classifier,
    catalogue: MaterialCatalogue,
    validators: Validators,
) -> PageRecogniser:
    """The shipped recogniser on the packaged models: 4 s and 300 MB, once for all tests."""
    directories = models.prepare(tmp_path_factory.mktemp("models"))
    plates = PlateReader(WEIGHTS / "plates.npz")
    return PageRecogniser(PaddleReader(directories), classifier, catalogue, validators, plates)


def line(text: str, x: float, y: float, height: float = 30, chance: float = 0.99) -> Line:
    """A line of text whose top left is at (x, y), about as wide as print of this height is."""
    width = sum(height if ord(sign) > 0x2E7F else height / 2 for sign in text)
    box = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return Line(text, box, chance, (chance,) * len(text))
