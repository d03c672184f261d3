"""Fields of a page: values found beside their labels or by their form, checked by the validators that were
given.

Knows lines, the rules of `field_rules` and validators by name. A value is kept as it was read; a form that
would be valid is only suggested. A field's confidence is the product of three chances: that every character
is right, that this is the field's value (its place beside the label), and what the validator makes of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import prod

from ocr import geometry
from ocr.field_rules import CELL_WORDS, NO_VALUE, PROVINCES, RULES, FieldRule
from ocr.materials import MaterialCatalogue
from ocr.protocol import Box, FieldFinding, Line, Validators

# How often what stands at such a place is the field's value.
_SAME_LINE, _RIGHT, _WRAPPED, _BELOW, _NO_LABEL = 0.99, 0.97, 0.96, 0.85, 0.6
# A label that also names other things; a line that proves itself by its check digits.
_OTHER_LABEL, _CODED = 0.9, 0.97
_SOFT, _INVALID = 0.5, 0.1
_SENTENCE = 6
# Boxes to the right of a label that are read as one; a form may give every sign of a number its own.
_RUN, _SIGNS = 4, 20
# A number of so many signs beside its label counts, though misread: one that is less alike is another's.
_WHOLE, _ALIKE = 14, 0.85
# Boxes nearer to each other than this share of their height may both hold the sign between them.
_TOUCHING = 0.3
# The start of a number at the end of a line, and the rest of it at the start of the next, which lies so many heights
# below.
_BEGUN, _REST = re.compile(rf"[{PROVINCES}]?[A-Z0-9]{{0,17}}"), re.compile(r"[A-Z0-9]{1,17}")
_NEXT_LINE = (0.6, 2.5)
# What belongs to the label behind which it stands, its English gloss among it.
_SUB_LABELS = re.compile(
    r"^(?:姓名/名称|姓名|名称|\(车架号码?\)|/?车架号码?|号码|\((?:人|单位|所有人|签名|单位名称)\)|及|VIN|FULLNAME|NAME"
    r"|[:：;；.。,，、/\-_*()（）\[\]☑√\s])+"
)
# A date behind these is that of something else.
_DATED = re.compile(r"(?:日期|时间|期限|期|至|自)[:：]?$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SECTION, _HEADING = re.compile(r"[一二三四五六七八九十]+、"), re.compile(r"信息[:：]?$")


@dataclass(frozen=True)
class _Cell:
    """A line, or lines read as one: compact text, its characters' confidences, bounds in pixels."""

    text: str
    chances: tuple[float, ...]
    bounds: Box

    def part(self, start: int, end: int) -> _Cell:
        left, top, right, bottom = self.bounds
        widths = [2 if ord(sign) > 0x2E7F else 1 for sign in self.text]
        scale = (right - left) / max(1, sum(widths))
        x0, x1 = left + scale * sum(widths[:start]), left + scale * sum(widths[:end])
        return _Cell(self.text[start:end], self.chances[start:end], (x0, top, x1, bottom))

    @property
    def height(self) -> float:
        return self.bounds[3] - self.bounds[1]

    @property
    def middle(self) -> float:
        return (self.bounds[1] + self.bounds[3]) / 2


class FieldFinder:
    """The rules, with the validators of the catalogue's fields."""

    def __init__(self, catalogue: MaterialCatalogue, validators: Validators) -> None:
        self._validators = {
            code: validators[name] for code, name in catalogue.field_validators.items() if name in validators
        }
        labels = {label for rule in RULES.values() for label in rule.labels if len(label) >= 3}
        self._stops = tuple(sorted(labels | set(CELL_WORDS), key=len, reverse=True))

    def find(
        self, codes: Sequence[str], lines: Sequence[Line], width: int, height: int
    ) -> tuple[FieldFinding, ...]:
        """What the lines of an upright page (size in pixels) say for each field that has a rule."""
        cells = [_cell(line) for line in lines]
        found = (
            self._best(code, RULES[code], cells, width, height)
            for code in dict.fromkeys(codes)
            if code in RULES
        )
        return tuple(finding for finding in found if finding is not None)

    def _best(
        self, code: str, rule: FieldRule, cells: Sequence[_Cell], width: int, height: int
    ) -> FieldFinding | None:
        best: FieldFinding | None = None
        for cell, place in self._candidates(rule, cells):
            finding = self._finding(code, cell, place, width, height)
            if rule.valid_only and not finding.valid:
                continue
            if rule.unbroken and best and place == _NO_LABEL and _another(finding.value, best.value):
                continue
            # Of nearly equal candidates the upper one counts: the main party stands above the agent.
            if best is None or finding.confidence > best.confidence + 0.1:
                best = finding
        return best

    def _finding(self, code: str, cell: _Cell, place: float, width: int, height: int) -> FieldFinding:
        value = _plate(cell.text) if code == "plate_no" else cell.text
        confidence = _all_right(cell) * place
        valid, suggestion = None, None
        if code in self._validators:
            verdict = self._validators[code](value)
            valid = verdict.ok
            confidence *= 1.0 if verdict.ok else _SOFT if verdict.soft else _INVALID
            if not verdict.ok and verdict.normal != value and self._validators[code](verdict.normal).ok:
                suggestion = verdict.normal
        x0, y0, x1, y1 = cell.bounds
        box = (_share(x0, width), _share(y0, height), _share(x1, width), _share(y1, height))
        characters = tuple(round(chance, 4) for chance in cell.chances)
        return FieldFinding(code, value, round(confidence, 4), box, characters, valid, suggestion)

    def _candidates(self, rule: FieldRule, cells: Sequence[_Cell]) -> Iterator[tuple[_Cell, float]]:
        found = False
        for labels, sure in ((rule.labels, 1.0), (rule.others, _OTHER_LABEL)):
            for value, place in self._beside_labels(rule, labels, cells):
                found = True
                yield value, place * sure
            if found:
                break
        yield from self._without_label(rule, cells)

    def _beside_labels(
        self, rule: FieldRule, labels: Sequence[str], cells: Sequence[_Cell]
    ) -> Iterator[tuple[_Cell, float]]:
        for cell in cells:
            after = self._after_label(labels, cell)
            if after is None:
                continue
            if rule.inner and _HEADING.search(cell.text):
                yield from self._in_section(rule, cell, cells)
            else:
                yield from self._labelled(rule, cell, after, cells)

    def _in_section(
        self, rule: FieldRule, heading: _Cell, cells: Sequence[_Cell]
    ) -> Iterator[tuple[_Cell, float]]:
        """The value beside its label in the section of a form that the heading begins."""
        below = sorted(
            (cell for cell in cells if cell.bounds[1] > heading.middle), key=lambda cell: cell.bounds[1]
        )
        for cell in below:
            if _SECTION.match(cell.text):
                return
            after = self._after_label(rule.inner, cell)
            if after is not None:
                yield from self._labelled(rule, cell, after, cells)
                return

    def _without_label(self, rule: FieldRule, cells: Sequence[_Cell]) -> Iterator[tuple[_Cell, float]]:
        for cell in _undated(cells) if rule.lowest else cells:
            for match in rule.bare.finditer(cell.text) if rule.bare else ():
                yield cell.part(*match.span()), _NO_LABEL
            span = rule.coded(cell.text) if rule.coded else None
            if span:
                yield cell.part(*span), _CODED
            if rule.above and rule.above.search(cell.text):
                yield from ((above, _NO_LABEL) for above in self._above(rule, cell, cells))

    def _above(self, rule: FieldRule, cell: _Cell, cells: Sequence[_Cell]) -> Iterator[_Cell]:
        """What stands directly above a cell, if it is nothing but a value and no other label stands before it."""
        over = [
            each for each in cells if _below(each, [cell]) and each.bounds[0] > cell.bounds[0] - cell.height
        ]
        for nearest in sorted(over, key=lambda each: -each.bounds[3])[:1]:
            match = rule.pattern.search(nearest.text)
            whole = match is not None and match.group() == nearest.text
            if whole and not self._labels_another(rule, nearest, cells):
                yield nearest

    def _labels_another(self, rule: FieldRule, value: _Cell, cells: Sequence[_Cell]) -> bool:
        """Whether the value is a label itself, or stands behind another field's."""
        row = [each for each in cells if value in _right_of(each, [value])]
        return value.text in rule.labels or any(self._starts_cell(each.text) for each in (value, *row))

    def _labelled(
        self, rule: FieldRule, label: _Cell, after: _Cell, cells: Sequence[_Cell]
    ) -> Iterator[tuple[_Cell, float]]:
        """The values at the first place beside a label that holds one; a number may go on in the next box."""
        found = False
        for place, source in self._beside(rule, label, after, cells):
            if found and place != _WRAPPED and not (rule.unbroken and place == _RIGHT):
                return
            for value in self._values(rule, source):
                found = True
                yield value, place

    def _after_label(self, labels: Sequence[str], cell: _Cell) -> _Cell | None:
        """What follows the first of the labels that the cell holds, sub-labels and punctuation left out."""
        for label in labels:
            at = self._label_at(label, cell.text)
            if at is not None:
                return _strip(cell.part(at + len(label), len(cell.text)))
        return None

    def _label_at(self, label: str, text: str) -> int | None:
        """Where a label starts that begins the text or stands apart in it.

        One character in five may be misread, unless that makes it another label (买方 and 卖方).
        """
        for at in range(len(text) - len(label) + 1):
            if at and not _stands_apart(text[at - 1]):
                continue
            wrong = sum(wanted != found for wanted, found in zip(label, text[at:], strict=False))
            if not wrong or (wrong <= len(label) // 5 and not self._starts_cell(text[at:])):
                return at
        return None

    def _beside(
        self, rule: FieldRule, label: _Cell, after: _Cell, cells: Sequence[_Cell]
    ) -> Iterator[tuple[float, _Cell]]:
        """Where a label's value may stand, likeliest first: behind it, to its right, below it."""
        most = _SIGNS if rule.unbroken else _RUN
        right = list(self._run_of_values(_right_of(label, cells)[:most]))
        if after.text and not self._starts_cell(after.text):
            yield _SAME_LINE, after
            if rule.unbroken:
                yield from ((_RIGHT, _joined([after, *right[:count]])) for count in range(1, len(right) + 1))
            if rule.wraps and (whole := _wrapped(label, after, cells)):
                yield _WRAPPED, whole
            # The label's words inside a sentence: what stands beside it is another sentence.
            if len(after.text) >= _SENTENCE and _CHINESE.search(after.text):
                return
        for count in range(1, len(right) + 1):
            yield _RIGHT, _joined(right[:count])
        parts = [each for each in (after, *right) if each.text]
        if rule.unbroken and len(parts) > 1 and (once := _once(parts[0], parts[1])):
            yield _RIGHT, once
        for cell in _below(label, cells):
            if not self._starts_cell(cell.text):
                yield _BELOW, cell

    def _run_of_values(self, cells: Sequence[_Cell]) -> Iterator[_Cell]:
        for cell in cells:
            rest = _strip(cell)
            if not rest.text:
                continue
            if self._starts_cell(rest.text):
                return
            yield rest

    def _starts_cell(self, text: str) -> bool:
        return text.startswith(NO_VALUE) or any(text.startswith(stop) for stop in self._stops)

    def _values(self, rule: FieldRule, cell: _Cell) -> Iterator[_Cell]:
        """The value in a cell, and what it is without the specks that were read as points in it."""
        cut = min(
            (at for at in (cell.text.find(stop, 2) for stop in self._stops) if at > 0), default=len(cell.text)
        )
        whole = cell.part(0, cut)
        clean = _without_specks(whole) if rule.unbroken else whole
        for source in (whole,) if clean.text == whole.text else (whole, clean):
            match = rule.pattern.search(source.text)
            if match:
                yield source.part(*match.span())


def _plate(text: str) -> str:
    """The plate without its dot; a serial has no O and no I (GA 36), so one that was read is a figure."""
    plain = re.sub(r"[·•.\-]", "", text)
    return plain[:2] + plain[2:].translate(str.maketrans("OI", "01"))


def _share(pixels: float, side: int) -> float:
    return round(min(1.0, max(0.0, pixels / side)), 4)


def _cell(line: Line) -> _Cell:
    """The line without spaces, in capitals, full-width forms folded."""
    signs = [
        (folded, chance)
        for sign, chance in zip(line.text, line.characters, strict=True)
        for folded in unicodedata.normalize("NFKC", sign).upper()
        if not folded.isspace()
    ]
    return _Cell(
        "".join(sign for sign, _ in signs), tuple(chance for _, chance in signs), geometry.bounds(line.box)
    )


def _stands_apart(before: str) -> bool:
    return not "\u4e00" <= before <= "\u9fff"


def _strip(cell: _Cell) -> _Cell:
    match = _SUB_LABELS.match(cell.text)
    return cell.part(match.end(), len(cell.text)) if match else cell


def _another(value: str, labelled: str) -> bool:
    """Whether the value is another number than the one beside the label, and no better reading of it."""
    return len(labelled) >= _WHOLE and SequenceMatcher(None, value, labelled, autojunk=False).ratio() < _ALIKE


def _without_specks(cell: _Cell) -> _Cell:
    kept = [(sign, chance) for sign, chance in zip(cell.text, cell.chances, strict=True) if sign.isalnum()]
    return _Cell("".join(sign for sign, _ in kept), tuple(chance for _, chance in kept), cell.bounds)


def _right_of(label: _Cell, cells: Sequence[_Cell]) -> list[_Cell]:
    _, top, right, bottom = label.bounds
    on_row = [
        cell
        for cell in cells
        if cell.bounds[0] >= right - 0.5 * label.height
        and min(bottom, cell.bounds[3]) - max(top, cell.bounds[1]) > 0.5 * min(label.height, cell.height)
    ]
    return sorted(on_row, key=lambda cell: cell.bounds[0])


def _below(label: _Cell, cells: Sequence[_Cell]) -> list[_Cell]:
    left, _, right, bottom = label.bounds
    under = [
        cell
        for cell in cells
        if -0.3 * label.height <= cell.bounds[1] - bottom <= 1.5 * label.height
        and min(right, cell.bounds[2]) - max(left, cell.bounds[0])
        > 0.3 * min(right - left, cell.bounds[2] - cell.bounds[0])
    ]
    return sorted(under, key=lambda cell: cell.bounds[1])


def _once(first: _Cell, second: _Cell) -> _Cell | None:
    """Two boxes as one where the sign between them lies in both."""
    touching = second.bounds[0] - first.bounds[2] < _TOUCHING * first.height
    if not touching or not second.text.startswith(first.text[-1]):
        return None
    return _joined([first, second.part(1, len(second.text))])


def _wrapped(label: _Cell, after: _Cell, cells: Sequence[_Cell]) -> _Cell | None:
    """A number that begins behind a label at the end of a line, with the rest of it from the start of the next."""
    if not _BEGUN.fullmatch(after.text) or _right_of(label, cells):
        return None
    near, far = (label.middle + heights * label.height for heights in _NEXT_LINE)
    under = [cell for cell in cells if near < cell.middle < far and cell.bounds[0] < after.bounds[0]]
    first = min(under, key=lambda cell: cell.middle, default=None)
    if first is None:
        return None
    row = [cell for cell in under if abs(cell.middle - first.middle) < 0.5 * label.height]
    start = min(row, key=lambda cell: cell.bounds[0])
    rest = _REST.match(start.text)
    return _joined([after, start.part(*rest.span())]) if rest else None


def _all_right(cell: _Cell) -> float:
    """The chance that every character is right, brackets and dots left out: their width is read by luck."""
    return prod(chance for sign, chance in zip(cell.text, cell.chances, strict=True) if sign.isalnum())


def _undated(cells: Sequence[_Cell]) -> list[_Cell]:
    """The lower half of the page's lines, lowest first, without what is beside the label of a date."""
    lower = sorted(cells, key=lambda cell: -cell.bounds[1])[: (len(cells) + 1) // 2]
    named = [right for label in cells if _DATED.search(label.text) for right in _right_of(label, cells)[:1]]
    return [cell for cell in lower if cell not in named]


def _joined(cells: Sequence[_Cell]) -> _Cell:
    left, top, right, bottom = (list(side) for side in zip(*(cell.bounds for cell in cells), strict=True))
    return _Cell(
        "".join(cell.text for cell in cells),
        tuple(chance for cell in cells for chance in cell.chances),
        (min(left), min(top), max(right), max(bottom)),
    )
