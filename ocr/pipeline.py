"""One page from bytes to findings, cheapest evidence first: a look at the thumbnail, the headings, the lines that the
type's fields need, the whole page. The shipped recogniser.

Pure: no database, no queue, no files. Knows the order of the stages and when one suffices; each stage is a module
beside this one. Nothing is decoded larger, found or read twice for the same purpose.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import fingerprint, geometry, headings, orientation, quality, regions, second_look, tick_boxes
from ocr.classifier import Answer, Classifier
from ocr.field_rules import KEY_FIELDS, RULES, TICKED
from ocr.fields import FieldFinder
from ocr.geometry import Image, Quads
from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.open_page import OpenPage, Reader
from ocr.plates import PlateReader
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

# What is seen before anything is read needs this long side: a usual scan is decoded at half its size.
_SEEN_SIDE = round(0.9 * headings.SIDE)
# The network's word on which way up the page lies is taken from here on; below, lines are read both ways.
_SURE_TURN = 0.97
# Text is looked for at this long side: headings are large, key values are not small print.
_FINDING_SIDE: dict[Depth, int] = {"type": 512, "key": 864, "all": 960}
# A paper that takes up less of the sheet than this, across and down, is small.
_MOST_OF_SHEET = 0.75
# Headings read before the first judgement.
_FIRST = 2
# Lines skimmed at a time; after so many portions all that tells the type was seen.
_PORTION, _MOST_PORTIONS = 14, 3
_NO_QUADS: Quads = np.zeros((0, 4, 2), dtype=np.float32)
# A part of a page is taken for a paper of its own from this confidence on.
_SURE_PART = 0.9
_SURE_FIELD = 0.8
# What may be a number of a person, a vehicle or a paper, though some of it be misread.
_NUMBER = re.compile(r"[0-9A-Z]{5}")
# A number without a check digit is never believed on skimming alone.
_UNCHECKED = ("plate_no",)
# Numbers with a check digit, believed on any paper from this confidence on: without a label it is 0.6 at most.
_CONFIRMED, _SURE_BESIDES = ("vin",), 0.5
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
# A photograph has hardly more lines than this; a vehicle's numbers are looked for on it at this long side again.
_NEARLY_READ = 3
_ON_PICTURES, _PICTURE_LINES, _PICTURE_SIDE = ("vin", "plate_no"), 8, 1280
_RULES, _LONGEST_VERSION = "rules-7", 120


class PageRecogniser:
    """The recogniser (`ocr.protocol.Recogniser`) over one text reader and one classifier, for one thread of one
    process.

    `validators` maps the catalogue's validator names to functions of a value; a field whose validator is not
    among them stays unchecked. Without `plates`, a plate that is not found as text stays unread.
    """

    def __init__(
        self,
        reader: Reader,
        classifier: Classifier,
        catalogue: MaterialCatalogue,
        validators: Validators,
        plates: PlateReader | None = None,
    ) -> None:
        # Plates that were trained with the classifier bear its version.
        apart = plates is not None and plates.version not in classifier.version
        parts = (reader.version, classifier.version, plates.version if plates and apart else "", _RULES)
        self.version = _short(" ".join(part for part in parts if part))
        self._plates = plates
        self._reader = reader
        self._classifier = classifier
        self._catalogue = catalogue
        self._fields = FieldFinder(catalogue, validators)

    def recognise(self, image: bytes, depth: Depth = "all") -> PageFindings:
        """Findings of one encoded image. Raises UnreadableImage."""
        started = time.perf_counter()
        scan = Scan(image)
        pixels = scan.colour(_SEEN_SIDE if depth == "type" else READING_SIDE)
        grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        seen = quality.assess(grey, scan.dpi, scan.reduction(grey))
        if seen.has("blank"):
            return self._found(scan, seen, None, "thumbnail", started, (_blank(seen),))
        glance = self._classifier.network.look(pixels)
        if depth == "type" and _certain(glance):
            page = OpenPage(_turned(pixels, glance.rotation), _NO_QUADS, glance.rotation)
            answer, stage = self._type(page, glance, whole=False)
            if self._classifier.stops(stage, answer):
                seen = _upright(seen, grey, page.rotation)
                return self._found(scan, seen, page, stage, started, _whole(answer))
        if depth == "type":
            pixels = scan.colour(READING_SIDE)
        page = self._open(pixels, _FINDING_SIDE[depth], glance)
        seen = _upright(seen, grey, page.rotation)
        answer, stage = self._type(page, glance, whole=True)
        if depth == "type":
            return self._found(scan, seen, page, stage, started, _whole(answer))
        if depth == "all":
            page.read(self._reader, range(len(page.quads)))
        materials = self._materials(page, _turned(grey, page.rotation), answer)
        fields = self._fields_of(page, materials, depth)
        materials, fields = self._with_what_else_shows(page, materials, fields)
        return self._found(scan, seen, page, stage, started, tuple(materials), fields)

    def _open(self, image: Image, side: int, glance: Glance) -> OpenPage:
        """The page turned upright, with its text boxes and what had to be read for that."""
        looked = _turned(image, glance.rotation)
        quads = geometry.order_corners(self._boxes(looked, side))
        if not orientation.lies_sideways(quads):
            quads = geometry.with_combs_joined(quads)
        return orientation.upright(looked, quads, glance.rotation, self._reader)

    def _boxes(self, image: Image, side: int) -> Quads:
        """Text boxes; of a small paper on a large sheet they are looked for on the paper alone, so enlarged."""
        left, top, right, bottom = regions.inked(image)
        if max(right - left, bottom - top) > _MOST_OF_SHEET:
            return self._reader.find(image, side)
        height, width = image.shape[:2]
        x, y = int(left * width), int(top * height)
        part = np.ascontiguousarray(image[y : math.ceil(bottom * height), x : math.ceil(right * width)])
        return self._reader.find(part, side) + np.array([x, y], dtype=np.float32)

    # ---- what it is ----

    def _type(self, page: OpenPage, glance: Glance, *, whole: bool) -> tuple[Answer, Stage]:
        """The type and the stage that settled it: by a look, by the headings, or (`whole`) by all that can be read.
        `glance` is of the page as it was scanned; one that lay turned is looked at again."""
        if page.rotation:
            glance = self._classifier.network.look(page.image)
        answer = self._classifier.judge(glance, (), page.height, "thumbnail")
        if self._classifier.stops("thumbnail", answer):
            return answer, "thumbnail"
        if not whole:
            return self._type_by_headings(page, glance), "title"
        for _ in range(_MOST_PORTIONS):
            page.skim(self._reader, page.unread()[:_PORTION])
            answer = self._judge(page, glance, "page")
            if not page.unread() or self._classifier.stops("page", answer):
                break
        if not self._classifier.stops("page", answer):
            page.read(self._reader, list(page.texts))
            answer = self._judge(page, glance, "page")
        return answer, "page"

    def _type_by_headings(self, page: OpenPage, glance: Glance) -> Answer:
        page.quads = _headings(page)
        wanted = page.headings()
        for portion in (wanted[:_FIRST], wanted[_FIRST:]):
            page.skim(self._reader, portion)
            answer = self._judge(page, glance, "title")
            if self._classifier.stops("title", answer):
                break
        return answer

    def _judge(self, page: OpenPage, glance: Glance, stage: Stage) -> Answer:
        lines = page.lines()
        known: Stage = "thumbnail" if stage == "title" and not lines else stage
        return self._classifier.judge(glance, lines, page.height, known)

    # ---- what it says ----

    def _materials(self, page: OpenPage, grey: NDArray[np.uint8], answer: Answer) -> list[MaterialFinding]:
        """The page's types with their regions: papers that lie apart, or the one that fills the page; then what is
        pasted into it or begins below it."""
        apart, pictures = regions.candidates(grey)
        papers = [each for each in (self._part(page, box) for box in apart) if each]
        pasted = [each for each in (self._part(page, box) for box in pictures) if each]
        if len({paper.code for paper in papers}) > 1:
            kept = papers
        else:
            kept = [*_whole(answer)]
            pasted.extend(self._below(page, answer.code))
        for each in pasted:
            if each.code not in {one.code for one in kept}:
                kept.append(each)
        return kept

    def _part(self, page: OpenPage, box: Box) -> MaterialFinding | None:
        """What the part of the page is, if it is surely a paper of a known type by itself."""
        left, top = box[0] * page.width, box[1] * page.height
        inside = [_moved(line, left, top) for line in page.lines() if _within(line, box, page)]
        glance = self._classifier.network.look(regions.cut(page.image, box))
        stage: Stage = "page" if inside else "thumbnail"
        answer = self._classifier.judge(glance, inside, round((box[3] - box[1]) * page.height), stage)
        if answer.code == UNKNOWN or answer.confidence < _SURE_PART:
            return None
        return MaterialFinding(answer.code, answer.confidence, box, answer.alternatives)

    def _below(self, page: OpenPage, code: str) -> Iterator[MaterialFinding]:
        """Types whose own title stands further down, if one of the fields that such a paper must have is there too:
        without it, the title is a caption or an empty form."""
        for further in self._classifier.titles.further(code, page.lines(), page.height):
            kind = self._catalogue[further.code]
            inside = [line for line in page.lines() if _within(line, further.region, page)]
            found = self._fields.find(kind.required, inside, page.width, page.height)
            if found:
                yield further

    def _with_what_else_shows(
        self, page: OpenPage, materials: list[MaterialFinding], fields: tuple[FieldFinding, ...]
    ) -> tuple[list[MaterialFinding], tuple[FieldFinding, ...]]:
        """Adds a vehicle's number that its check digit confirms, though the page's type does not have the field (it
        stands on a rubbing pasted to a form, or the type is wrong), and the paper that it then stands on."""
        wanted = [code for code in _CONFIRMED if code not in {each.code for each in fields}]
        shown = self._confirmed(page, wanted) or self._rubbed(page, wanted)
        if not shown:
            return materials, fields
        known = {each.code for each in materials}
        further = [each for each in self._below(page, materials[0].code) if each.code not in known]
        return [*materials, *further], (*fields, *shown)

    def _confirmed(self, page: OpenPage, codes: Sequence[str]) -> list[FieldFinding]:
        read = self._found_in(page, codes, _WHOLE)
        return [each for each in read if each.valid and each.confidence >= _SURE_BESIDES]

    def _rubbed(self, page: OpenPage, codes: Sequence[str]) -> list[FieldFinding]:
        """What a rubbing shows: pale strokes in carbon, which are not found as text."""
        # Grain is taken for text here and there, and reads like none.
        for quad in regions.strips(page.image, page.quads[page.legible()]) if codes else ():
            for version in second_look.without_grain(geometry.cut_out(page.image, quad)):
                text = self._reader.read([version])[0]
                shown = self._confirmed(OpenPage(page.image, quad[None], page.rotation, {0: text}), codes)
                if shown:
                    return shown
        return []

    def _fields_of(
        self, page: OpenPage, materials: Sequence[MaterialFinding], depth: Depth
    ) -> tuple[FieldFinding, ...]:
        """The fields of each material from its own region; of a field found twice the surer counts."""
        fields: dict[str, FieldFinding] = {}
        for material in materials:
            wanted = self._wanted(material.code, depth)
            read = self._find(page, wanted, material.region)
            for finding in (*read, *self._ticked(page, wanted, material.region)):
                if finding.code not in fields or finding.confidence > fields[finding.code].confidence:
                    fields[finding.code] = finding
        return tuple(fields.values())

    def _wanted(self, code: str, depth: Depth) -> tuple[str, ...]:
        """The fields to look for. What cases are told apart by is wanted of every paper that shows it."""
        kind = self._catalogue[code]
        telling = tuple(name for name in kind.fields if name in KEY_FIELDS)
        return ((*kind.required, *telling) if depth == "key" else kind.fields) or KEY_FIELDS

    def _find(self, page: OpenPage, codes: Sequence[str], region: Box) -> Sequence[FieldFinding]:
        """The fields in a region. What was not needed for the type is skimmed where one is missing or in doubt."""
        found = self._found_in(page, codes, region)
        if not _findable(codes) <= {each.code for each in found if each.confidence >= _SURE_FIELD}:
            page.skim(self._reader, page.unread())
            found = self._found_in(page, codes, region)
        found = self._closely(page, codes, found, region)
        found = self._second_look(page, found, region)
        found = (*found, *self._nearly_read(page, codes, found, region))
        found = self._on_a_vehicle(page, codes, found)
        return self._in_even_light(page, codes, found)

    def _ticked(self, page: OpenPage, codes: Sequence[str], region: Box) -> Sequence[FieldFinding]:
        """What is ticked in a region, beside the options that were read."""
        lines = [line for line in page.lines() if _within(line, region, page)]
        return tick_boxes.findings(page.image, lines, codes)

    def _closely(
        self, page: OpenPage, codes: Sequence[str], found: Sequence[FieldFinding], region: Box
    ) -> Sequence[FieldFinding]:
        """The fields again, after what they stand on and all that holds a number was read closely, and where one is
        missing whatever was hardly legible."""
        places = {each.code: page.at(each.box) for each in found}
        numbers = [index for index, (text, _) in page.texts.items() if _NUMBER.search(text)]
        page.read(self._reader, [*numbers, *(place for place in places.values() if place is not None)])
        unchecked = [places[code] for code in _UNCHECKED if code in places]
        page.read_closely(self._reader, [place for place in unchecked if place is not None])
        found = self._found_in(page, codes, region)
        if _findable(codes) <= {each.code for each in found}:
            return found
        page.read(self._reader, page.hardly_legible())
        return self._found_in(page, codes, region)

    def _on_a_vehicle(
        self, page: OpenPage, codes: Sequence[str], found: Sequence[FieldFinding]
    ) -> Sequence[FieldFinding]:
        """The plate of a vehicle on a picture, too small or too slanted to be found as text."""
        known = any(each.code == "plate_no" and each.valid for each in found)
        if self._plates is None or known or "plate_no" not in codes or len(page.quads) > _PICTURE_LINES:
            return found
        seen = self._plates.read(page.image)
        if seen is None:
            return found
        shown = OpenPage(page.image, seen.quad[None], page.rotation, {0: (seen.number, seen.chances)})
        read = [each for each in self._found_in(shown, ["plate_no"], _WHOLE) if each.valid]
        return (*(each for each in found if each.code != "plate_no" or not read), *read)

    def _in_even_light(
        self, page: OpenPage, codes: Sequence[str], found: Sequence[FieldFinding]
    ) -> Sequence[FieldFinding]:
        """A picture on which a vehicle's number was not found, looked at once more with its light evened out."""
        missing = set(_ON_PICTURES) & set(codes) - {each.code for each in found if each.valid}
        if not missing or len(page.quads) > _PICTURE_LINES:
            return found
        image = second_look.in_even_light(page.image)
        quads = geometry.order_corners(self._reader.find(image, _PICTURE_SIDE))
        again = OpenPage(image, geometry.from_top(quads), page.rotation)
        again.read(self._reader, again.unread()[:_PORTION])
        better = {each.code: each for each in self._found_in(again, sorted(missing), _WHOLE) if each.valid}
        return (*(each for each in found if each.code not in better), *better.values())

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
            for version in second_look.versions(page.image, page.quads[index]):
                if best[finding.code].confidence >= _SURE_FIELD:
                    break
                page.texts[index] = self._reader.read([version])[0]
                again = self._found_in(page, [finding.code], region)
                if again and again[0].confidence > best[finding.code].confidence:
                    best[finding.code], kept = again[0], page.texts[index]
            page.texts[index] = kept
        return tuple(best.values())

    def _nearly_read(
        self, page: OpenPage, codes: Sequence[str], found: Sequence[FieldFinding], region: Box
    ) -> Iterator[FieldFinding]:
        """Fields not found, from lines that read nearly like them, read once more; only a value that its validator
        accepts counts."""
        for code in sorted(set(second_look.NEARLY) & set(codes) - {each.code for each in found}):
            like = second_look.NEARLY[code].fullmatch
            nearly = [index for index, (text, _) in page.texts.items() if like(text.replace(" ", "").upper())]
            better = (self._read_anew(page, index, code, region) for index in sorted(nearly)[:_NEARLY_READ])
            yield from [each for each in better if each][:1]

    def _read_anew(self, page: OpenPage, index: int, code: str, region: Box) -> FieldFinding | None:
        kept = page.texts[index]
        for version in second_look.further_versions(page.image, page.quads[index]):
            page.texts[index] = self._reader.read([version])[0]
            again = self._found_in(page, [code], region)
            if again and again[0].valid and again[0].confidence >= _SURE_BESIDES:
                return again[0]
        page.texts[index] = kept
        return None

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


def _short(version: str) -> str:
    """The version as it is kept with every reading: of a longer one, the beginning and a digest of the whole."""
    if len(version) <= _LONGEST_VERSION:
        return version
    digest = hashlib.sha256(version.encode()).hexdigest()[:16]
    return f"{version[: _LONGEST_VERSION - 17]} {digest}"


def _findable(codes: Sequence[str]) -> set[str]:
    """The fields that lines tell: what is ticked, the picture tells."""
    return {code for code in codes if code in RULES} - TICKED


def _whole(answer: Answer) -> tuple[MaterialFinding, ...]:
    return (MaterialFinding(answer.code, answer.confidence, alternatives=answer.alternatives),)


def _blank(seen: Quality) -> MaterialFinding:
    return MaterialFinding(UNKNOWN, round(1 - 0.5 * min(1.0, seen.ink / quality.BLANK_BELOW), 4))


def _certain(glance: Glance) -> bool:
    return float(glance.turns.max()) >= _SURE_TURN


def _headings(page: OpenPage) -> Quads:
    """What may be the headings of an upright page, found by their ink alone."""
    grey = np.asarray(cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    small = headings.at_scale(grey)
    return geometry.from_top(headings.quads(headings.find(small), page.image.shape[0] / small.shape[0]))


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
