"""PaddleOCR's whole pipeline as it comes, and the obvious way from its text to a type and key values: what our own
recognition is measured against.

Knows PaddleOCR and the packaged model directories; the threads are the engine's own. Its models for the orientation of
pages and lines and for unwarping are not packaged, so those stages are off: that makes it faster, and blind to pages
that lie turned.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import unicodedata
from typing import Any

import cv2
import numpy as np

from ocr import models
from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.models import ModelDirectories
from ocr.protocol import Line, Point
from ocr.titles import TitleIndex
from records import validators

_FORMS = {
    "vin": (re.compile(r"[A-HJ-NPR-Z0-9]{17}"), validators.vin),
    "id_number": (re.compile(r"[1-9][0-9]{16}[0-9X]"), validators.citizen_number),
    "plate_no": (
        re.compile(rf"[{validators.PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]"),
        validators.plate,
    ),
}


class StockPaddleOCR:
    """The pipeline with its defaults, and the catalogue's keywords."""

    def __init__(self, directories: ModelDirectories, catalogue: MaterialCatalogue) -> None:
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        from paddleocr import PaddleOCR

        self._pipeline = PaddleOCR(
            text_detection_model_name=models.model_name(directories.detection),
            text_detection_model_dir=str(directories.detection),
            text_recognition_model_name=models.model_name(directories.recognition),
            text_recognition_model_dir=str(directories.recognition),
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
            engine=models.common_engine(directories),
            device="cpu",
        )
        self._titles = TitleIndex(catalogue)

    def recognise(self, image: bytes) -> tuple[str, dict[str, str]]:
        """The type with the strongest keywords, and the first possible value of each key field."""
        pixels = cv2.imdecode(np.frombuffer(image, dtype=np.uint8), cv2.IMREAD_COLOR)
        (found,) = self._pipeline.predict(pixels)
        lines = [
            Line(text, _corners(box), float(score), ())
            for text, box, score in zip(
                found["rec_texts"], found["rec_polys"], found["rec_scores"], strict=True
            )
        ]
        odds = self._titles.odds(lines, pixels.shape[0])
        return max(odds, key=odds.__getitem__, default=UNKNOWN), _values(lines)


def _corners(box: Any) -> tuple[Point, Point, Point, Point]:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d


def _values(lines: list[Line]) -> dict[str, str]:
    today, found = dt.date.today(), dict[str, str]()
    for line in lines:
        text = re.sub(r"[\s·•.\-]", "", unicodedata.normalize("NFKC", line.text)).upper()
        for code, (form, check) in _FORMS.items():
            for match in form.finditer(text):
                if code not in found and check(match.group(), today).ok:
                    found[code] = match.group()
    return found
