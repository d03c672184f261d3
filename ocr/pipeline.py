"""One page from bytes to findings, cheapest evidence first: a look at the thumbnail, the headings, the lines that the
type's fields need, the whole page. The shipped recogniser.

Pure: no database, no queue, no files. Knows the order of the stages and when one suffices; each stage is a module
beside this one. Nothing is decoded larger, found or read twice for the same purpose.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr import fingerprint, geometry, headings, orientation, quality, regions, second_look
from ocr.classifier import Answer, Classifier
from ocr.field_rules import KEY_FIELDS, RULES
from ocr.fields import FieldFinder
from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.open_page import OpenPage
from ocr.orientation import Reader
from ocr.protocol import (
    Box,
    Depth,
    FieldFinding,
    Line,
    MaterialFinding,
    PageFindings,
    Quality,
    QualityFault,
    Rotation,
    Stage,
    Validators,
)
from ocr.scan import READING_SIDE, Scan
from ocr.thumbnail import Glance
from ocr.titles import TitleIndex

# What is seen before anything is read needs this long side: a usual scan is decoded at half its size.
_SEEN_SIDE = round(0.9 * headings.SIDE)
# The network's word on which way up the page lies is taken from here on; below, lines are read both ways.
_SURE_TURN = 0.97
# Fewer lines than this do not tell which way up a page lies.
_TELLING_LINES = 4
# Text is looked for at this long side: headings are large, key values are not small print.
_FINDING_SIDE: dict[Depth, int] = {"type": 512, "key": 736, "all": 960}
# Lines read at a time while key fields are looked for.
_PORTION = 8
# A part of a page is taken for a paper of its own from this confidence on.
_SURE_PART = 0.9
_SURE_FIELD = 0.8
_RULES = "rules-2"


class PageRecogniser:
    """The recogniser (`ocr.protocol.Recogniser`) over one text reader and one classifier, for one thread of one
    process.

    `validators` maps the catalogue's validator names to functions of a value; a field whose validator is not
    among them stays unchecked.
    """

    def __init__(
        self, reader: Reader, classifier: Classifier, catalogue: MaterialCatalogue, validators: Validators
    ) -> None:
        self.version = f"{reader.version} {classifier.version} {_RULES}"
        self._reader = reader
        self._classifier = classifier
        self._catalogue = catalogue
        self._titles = TitleIndex(catalogue)
        self._fields = FieldFinder(catalogue, validators)

    def recognise(self, image: bytes, depth: Depth = "all") -> PageFindings:
        """Findings of one encoded image. Raises UnreadableImage."""
        started = time.perf_counter()
        scan = Scan(image)
        grey = scan.grey(_SEEN_SIDE if depth == "type" else quality.SIDE)
        seen = quality.assess(grey, scan.dpi, scan.reduction(grey))
        if seen.has("blank"):
            return self._found(scan, seen, None, "thumbnail", started, (_blank(seen),))
        glance = self._classifier.network.look(grey)
        certain = float(glance.turns.max()) >= _SURE_TURN
        if depth == "type" and certain:
            page = self._headed(scan, grey, glance.rotation)
            answer, stage = self._type(page, grey, glance, whole=False)
            if self._classifier.stops(stage, answer):
                seen = _upright(seen, grey, page.rotation)
                return self._found(scan, seen, page, stage, started, _whole(answer))
        page = self._open(scan, depth, glance.rotation, certain)
        seen = _upright(seen, grey, page.rotation)
        answer, stage = self._type(page, grey, glance, whole=True)
        if depth == "type":
            return self._found(scan, seen, page, stage, started, _whole(answer))
        if depth == "all":
            page.read(self._reader, page.unread())
        materials = self._materials(page, _turned(grey, page.rotation), answer)
        fields = self._fields_of(page, materials, depth)
        return self._found(scan, seen, page, stage, started, tuple(materials), fields)

    # ---- which way up ----

    def _headed(self, scan: Scan, grey: NDArray[np.uint8], turn: Rotation) -> OpenPage:
        """The page turned upright, with no more of its text than what may be headings."""
        small = headings.at_scale(_turned(grey, turn))
        image = _turned(scan.colour(_SEEN_SIDE), turn)
        quads = headings.quads(headings.find(small), image.shape[0] / small.shape[0])
        return OpenPage(image, geometry.from_top(quads), turn)

    def _open(self, scan: Scan, depth: Depth, turn: Rotation, certain: bool) -> OpenPage:
        """The page with its text boxes, turned upright. Where the look is not certain, or the boxes belie it, lines are
        read both ways to find the turn; a page with hardly any text keeps the look's."""
        image, side = scan.colour(READING_SIDE), _FINDING_SIDE[depth]
        upright = _turned(image, turn)
        quads = geometry.from_top(geometry.order_corners(self._reader.find(upright, side)))
        if len(quads) < _TELLING_LINES or (certain and not orientation.lies_sideways(quads)):
            return OpenPage(upright, quads, turn)
        return orientation.upright(image, self._reader, side)

    # ---- what it is ----

    def _type(
        self, page: OpenPage, grey: NDArray[np.uint8], glance: Glance, *, whole: bool
    ) -> tuple[Answer, Stage]:
        """The type and the stage that settled it: by a look, by the headings, or (`whole`) by all that can be read.
        `glance` is of the page as it was scanned; one that lay turned is looked at again."""
        if page.rotation:
            glance = self._classifier.network.look(_turned(grey, page.rotation))
        answer = self._classifier.judge(glance, (), page.height, "thumbnail")
        if self._classifier.stops("thumbnail", answer):
            return answer, "thumbnail"
        page.read(self._reader, page.headings())
        answer = self._judge(page, glance, "title")
        if not whole or self._classifier.stops("title", answer):
            return answer, "title"
        page.read(self._reader, page.unread())
        return self._judge(page, glance, "page"), "page"

    def _judge(self, page: OpenPage, glance: Glance, stage: Stage) -> Answer:
        lines = page.lines()
        return self._classifier.judge(glance, lines, page.height, stage if lines else "thumbnail")

    # ---- what it says ----

    def _materials(self, page: OpenPage, grey: NDArray[np.uint8], answer: Answer) -> list[MaterialFinding]:
        """The page's types with their regions: papers that lie apart, or the one that fills the page; then what is
        pasted into it or begins below it."""
        apart, pictures = regions.candidates(grey)
        papers = [each for each in (self._part(page, grey, box) for box in apart) if each]
        pasted = [each for each in (self._part(page, grey, box) for box in pictures) if each]
        if len({paper.code for paper in papers}) > 1:
            kept = papers
        else:
            kept = [MaterialFinding(answer.code, answer.confidence)]
            pasted.extend(self._below(page, answer))
        for each in pasted:
            if each.code not in {one.code for one in kept}:
                kept.append(each)
        return kept

    def _part(self, page: OpenPage, grey: NDArray[np.uint8], box: Box) -> MaterialFinding | None:
        """What the part of the page is, if it is surely a paper of a known type by itself."""
        left, top = box[0] * page.width, box[1] * page.height
        inside = [_moved(line, left, top) for line in page.lines() if _within(line, box, page)]
        glance = self._classifier.network.look(regions.cut(grey, box))
        stage: Stage = "page" if inside else "thumbnail"
        answer = self._classifier.judge(glance, inside, round((box[3] - box[1]) * page.height), stage)
        if answer.code == UNKNOWN or answer.confidence < _SURE_PART:
            return None
        return MaterialFinding(answer.code, answer.confidence, box)

    def _below(self, page: OpenPage, answer: Answer) -> Iterator[MaterialFinding]:
        """Types whose own title stands further down, if one of the fields that such a paper must have is there too:
        without it, the title is a caption or an empty form."""
        for further in self._titles.further(answer.code, page.lines(), page.height):
            kind = self._catalogue[further.code]
            inside = [line for line in page.lines() if _within(line, further.region, page)]
            found = self._fields.find(kind.required, inside, page.width, page.height)
            if found:
                yield further

    def _fields_of(
        self, page: OpenPage, materials: Sequence[MaterialFinding], depth: Depth
    ) -> tuple[FieldFinding, ...]:
        """The fields of each material from its own region; of a field found twice the surer counts."""
        fields: dict[str, FieldFinding] = {}
        for material in materials:
            wanted = self._wanted(material.code, depth)
            for finding in self._find(page, wanted, material.region):
                if finding.code not in fields or finding.confidence > fields[finding.code].confidence:
                    fields[finding.code] = finding
        return tuple(fields.values())

    def _wanted(self, code: str, depth: Depth) -> tuple[str, ...]:
        """The fields to look for. What cases are told apart by is wanted of every paper that shows it."""
        kind = self._catalogue[code]
        telling = tuple(name for name in kind.fields if name in KEY_FIELDS)
        return ((*kind.required, *telling) if depth == "key" else kind.fields) or KEY_FIELDS

    def _find(self, page: OpenPage, codes: Sequence[str], region: Box) -> Sequence[FieldFinding]:
        """The fields in a region, read portion by portion until each that a rule can find is found and sure."""
        findable = {code for code in codes if code in RULES}
        while True:
            found = self._found_in(page, codes, region)
            unread = page.unread()
            if not unread or findable <= {each.code for each in found if each.confidence >= _SURE_FIELD}:
                return self._second_look(page, found, region)
            page.read(self._reader, unread[:_PORTION])

    def _found_in(self, page: OpenPage, codes: Sequence[str], region: Box) -> Sequence[FieldFinding]:
        lines = [line for line in page.lines() if _within(line, region, page)]
        return self._fields.find(codes, lines, page.width, page.height)

    def _second_look(
        self, page: OpenPage, found: Sequence[FieldFinding], region: Box
    ) -> Sequence[FieldFinding]:
        """Doubtful values read once more, larger and without the ink of stamps; what is surer then counts."""
        best = {each.code: each for each in found}
        for finding in found:
            index = page.at(finding.box)
            doubtful = finding.confidence < _SURE_FIELD and finding.code in second_look.FIELDS
            if not doubtful or index is None:
                continue
            kept = page.texts[index]
            for text in self._reader.read(second_look.versions(page.image, page.quads[index])):
                page.texts[index] = text
                again = self._found_in(page, [finding.code], region)
                if again and again[0].confidence > best[finding.code].confidence:
                    best[finding.code], kept = again[0], text
            page.texts[index] = kept
        return tuple(best.values())

    def _found(
        self,
        scan: Scan,
        seen: Quality,
        page: OpenPage | None,
        stage: Stage,
        started: float,
        materials: tuple[MaterialFinding, ...],
        fields: tuple[FieldFinding, ...] = (),
    ) -> PageFindings:
        return PageFindings(
            materials=materials,
            rotation=page.rotation if page else 0,
            quality=seen,
            stage=stage,
            fields=fields,
            lines=page.lines() if page else (),
            seconds=round(time.perf_counter() - started, 3),
            width=page.width if page else scan.width,
            height=page.height if page else scan.height,
        )


def _whole(answer: Answer) -> tuple[MaterialFinding, ...]:
    return (MaterialFinding(answer.code, answer.confidence),)


def _blank(seen: Quality) -> MaterialFinding:
    return MaterialFinding(UNKNOWN, round(1 - 0.5 * min(1.0, seen.ink / quality.BLANK_BELOW), 4))


def _upright(seen: Quality, grey: NDArray[np.uint8], rotation: Rotation) -> Quality:
    """The quality with what only an upright page shows: its fingerprint, and that it was scanned turned."""
    turned = (QualityFault("turned", float(rotation)),) if rotation else ()
    mark = fingerprint.of_page(_turned(grey, rotation), seen.skew)
    return replace(seen, faults=(*seen.faults, *turned), fingerprint=mark)


def _turned(pixels: NDArray[np.uint8], rotation: Rotation) -> NDArray[np.uint8]:
    return geometry.turn_image(pixels, (4 - rotation // 90) % 4) if rotation else pixels


def _within(line: Line, region: Box, page: OpenPage) -> bool:
    """Whether the line's middle lies in the region."""
    left, top, right, bottom = geometry.bounds(line.box)
    x, y = (left + right) / 2 / page.width, (top + bottom) / 2 / page.height
    return region[0] <= x <= region[2] and region[1] <= y <= region[3]


def _moved(line: Line, left: float, top: float) -> Line:
    """The line as it stands in a part of the page that begins at (left, top)."""
    a, b, c, d = ((x - left, y - top) for x, y in line.box)
    return replace(line, box=(a, b, c, d))
