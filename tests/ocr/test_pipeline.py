"""From bytes to findings where no text has to be read: unreadable files, blank pages, plain results."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr.batch import recognise_page
from ocr.classifier import Classifier
from ocr.materials import CatalogueUnreadable, MaterialCatalogue, load
from ocr.open_page import Text
from ocr.pipeline import PageRecogniser
from ocr.protocol import UnreadableImage
from ocr.scan import Scan


class NothingIsRead:
    """A reader for pages that must not reach one."""

    version = "none"
    skims = False

    def find(self, image: object, long_side: int) -> np.ndarray:
        raise AssertionError("no text was to be looked for")

    def skim(self, crops: object) -> list[Text]:
        raise AssertionError("no text was to be skimmed")

    def read(self, crops: object) -> list[Text]:
        raise AssertionError("no text was to be read")


@pytest.fixture
def without_reader(classifier: Classifier, catalogue: MaterialCatalogue) -> PageRecogniser:
    return PageRecogniser(NothingIsRead(), classifier, catalogue, {})


def encoded(pixels: np.ndarray, kind: str = ".png") -> bytes:
    return bytes(cv2.imencode(kind, pixels)[1])


BLANK = encoded(np.full((1169, 827, 3), 250, dtype=np.uint8))


@pytest.mark.parametrize(
    "image", [b"", b"no picture", b"%PDF-1.7", BLANK[:40], b"\xff\xd8\xff\xe0" + b"\0" * 200]
)
def test_what_is_no_picture_is_an_error(without_reader: PageRecogniser, image: bytes) -> None:
    with pytest.raises(UnreadableImage, match="请重新"):
        without_reader.recognise(image)


def test_a_blank_page_is_unknown_and_nothing_is_read_on_it(without_reader: PageRecogniser) -> None:
    findings = without_reader.recognise(BLANK)
    assert findings.quality.has("blank")
    assert [found.code for found in findings.materials] == ["M-OT-99"]
    assert (findings.lines, findings.fields, findings.rotation) == ((), (), 0)
    assert (findings.width, findings.height) == (827, 1169)


@pytest.mark.parametrize("kind", [".jpg", ".png", ".tif"])
def test_every_accepted_format_is_decoded(kind: str) -> None:
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:, :30] = 255
    assert Scan(encoded(pixels, kind)).colour(60).shape == (40, 60, 3)


def test_one_bit_and_grey_pages_are_decoded_as_colour() -> None:
    grey = np.full((40, 60), 255, dtype=np.uint8)
    assert Scan(encoded(grey)).colour(60).shape == (40, 60, 3)


def test_a_result_is_json_and_has_what_programs_are_promised(without_reader: PageRecogniser) -> None:
    result = json.loads(json.dumps(recognise_page("a.png", BLANK, without_reader)))
    assert result.keys() == {"file", "materials", "rotation", "quality", "fields", "seconds"}
    assert result["materials"][0].keys() == {"code", "confidence"}


def test_a_page_that_cannot_be_read_is_an_error_and_no_empty_result(without_reader: PageRecogniser) -> None:
    result = recognise_page("broken.jpg", b"no picture", without_reader)
    assert result.keys() == {"file", "error"} and result["file"] == "broken.jpg"


@pytest.mark.parametrize(
    "content", ["", "materials: []", "materials: [{code: A}]\nfield_dictionary: {}", "{"]
)
def test_an_incomplete_catalogue_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "materials.yaml"
    path.write_text(content)
    with pytest.raises(CatalogueUnreadable, match=r"materials\.yaml"):
        load(path)


def test_a_missing_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueUnreadable, match="读不到"):
        load(tmp_path / "materials.yaml")
