"""One page from bytes to findings: decode, quality, orientation, text, type, fields. The shipped recogniser.

Pure: no database, no queue, no files. Knows the order of the stages; each stage is a module beside this one.
Limits on file sizes and pixels are the callers' (see `records.scans`); OpenCV's own limit still holds here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import cv2
import numpy as np

from ocr import geometry, orientation, quality
from ocr.field_rules import KEY_FIELDS
from ocr.fields import FieldFinder
from ocr.geometry import Image
from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.orientation import Reader, Upright
from ocr.protocol import (
    FieldFinding,
    Line,
    MaterialFinding,
    PageFindings,
    Quality,
    UnreadableImage,
    Validators,
)
from ocr.titles import TitleIndex

# Lines read with less are specks, stamps and pictures taken for text.
_LEAST_LINE_CONFIDENCE = 0.5
_RULES = "rules-1"


class PageRecogniser:
    """The recogniser (`ocr.protocol.Recogniser`) over one text reader, for one thread of one process.

    `validators` maps the catalogue's validator names to functions of a value; a field whose validator is not
    among them stays unchecked.
    """

    def __init__(self, reader: Reader, catalogue: MaterialCatalogue, validators: Validators) -> None:
        self.version = f"{reader.version} {_RULES}"
        self._reader = reader
        self._catalogue = catalogue
        self._titles = TitleIndex(catalogue)
        self._fields = FieldFinder(catalogue, validators)

    def recognise(self, image: bytes) -> PageFindings:
        """Findings of one encoded image. Raises UnreadableImage."""
        started = time.perf_counter()
        pixels = decode(image)
        seen = quality.assess(pixels)
        if seen.blank:
            return _blank_page(pixels, seen, started)
        page = orientation.upright(pixels, self._reader)
        lines = self._read(page)
        height, width = page.image.shape[:2]
        materials, fields = self._materials_and_fields(lines, width, height)
        return PageFindings(
            materials=materials,
            rotation=page.rotation,
            quality=seen,
            fields=fields,
            lines=lines,
            seconds=round(time.perf_counter() - started, 3),
            width=width,
            height=height,
        )

    def _materials_and_fields(
        self, lines: Sequence[Line], width: int, height: int
    ) -> tuple[tuple[MaterialFinding, ...], tuple[FieldFinding, ...]]:
        """Materials, and the fields of each from its own region; of a field found twice the surer counts."""
        main, *further = self._titles.classify(lines, height)
        codes = self._catalogue[main.code].fields or KEY_FIELDS
        kept, fields = [main], {field.code: field for field in self._fields.find(codes, lines, width, height)}
        for material in further:
            inside = [
                line
                for line in lines
                if material.region[1] * height - 1 <= line.box[0][1] < material.region[3] * height
            ]
            kind = self._catalogue[material.code]
            found = {field.code: field for field in self._fields.find(kind.fields, inside, width, height)}
            # A title without one of the fields that such a paper must have is a caption or an empty form.
            if not found.keys() & set(kind.required):
                continue
            kept.append(material)
            for code, field in found.items():
                if code not in fields or field.confidence > fields[code].confidence:
                    fields[code] = field
        return tuple(kept), tuple(fields.values())

    def _read(self, page: Upright) -> tuple[Line, ...]:
        missing = [index for index in range(len(page.quads)) if index not in page.texts]
        texts = self._reader.read([geometry.cut_out(page.image, page.quads[index]) for index in missing])
        read = page.texts | dict(zip(missing, texts, strict=True))
        lines = []
        for index, quad in enumerate(page.quads):
            text, characters = read[index]
            confidence = float(np.mean(characters)) if characters else 0.0
            if confidence >= _LEAST_LINE_CONFIDENCE:
                corners = [(round(float(x), 1), round(float(y), 1)) for x, y in quad]
                box = (corners[0], corners[1], corners[2], corners[3])
                lines.append(
                    Line(text, box, round(confidence, 4), tuple(round(chance, 4) for chance in characters))
                )
        return tuple(lines)


def decode(image: bytes) -> Image:
    """BGR pixels as a viewer shows them, EXIF orientation applied. Raises UnreadableImage."""
    try:
        pixels = cv2.imdecode(np.frombuffer(image, dtype=np.uint8), cv2.IMREAD_COLOR) if image else None
    except cv2.error as error:
        raise UnreadableImage("图像太大或已损坏，无法解码。请重新扫描这一页") from error
    if pixels is None:
        raise UnreadableImage("文件不是可识别的图像（JPEG、PNG、TIFF），或已损坏。请重新扫描或上传这一页")
    return np.asarray(pixels, dtype=np.uint8)


def _blank_page(pixels: Image, seen: Quality, started: float) -> PageFindings:
    height, width = pixels.shape[:2]
    return PageFindings(
        materials=(MaterialFinding(UNKNOWN, round(1 - 0.5 * seen.ink / quality.BLANK_BELOW, 4)),),
        rotation=0,
        quality=seen,
        fields=(),
        lines=(),
        seconds=round(time.perf_counter() - started, 3),
        width=width,
        height=height,
    )
