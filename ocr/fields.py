"""Fields of a page: values found beside their labels or by their form, checked by the validators that were
given.

Knows lines, the rules of `field_rules` and validators by name. A value is kept as it was read; a form that
would be valid is only suggested. A field's confidence is the product of three chances: that every character
is right, that this is the field's value (its place beside the label), and what the validator makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ocr import cells as placed
from ocr.cells import Cell, joined
from ocr.field_rules import CELL_WORDS, NO_VALUE, OTHER_LABELS, RULES, WITHIN_VALUES, FieldRule
from ocr.field_rules.words import OPPOSITES, SUB_LABELS, TERMS
from ocr.materials import MaterialCatalogue
from ocr.protocol import FieldFinding, Line, Validators

# How often what stands at such a place is the field's value.
_SAME_LINE, _RIGHT, _WRAPPED, _BELOW, _CODED, _ABOVE = 0.99, 0.97, 0.96, 0.85, 0.97, 0.6
# A label that also names other things.
_OTHER_LABEL = 0.9
_SOFT, _INVALID = 0.5, 0.1
_SENTENCE = 6
# Boxes to the right of a label that are read as one; a form may give every sign of a number its own.
_RUN, _SIGNS = 4, 20
# The first row of a section begins no further from its head than so many heights.
_AWAY = 6.0
# A number of so many signs beside its label counts, though misread: one that is less alike is another's.
_WHOLE, _ALIKE = 14, 0.85
# A label of fewer signs is only taken for misread where a sign was read as unsurely as this.
_LONG_LABEL, _UNSURE, _HARDLY_READ = 5, 0.9, 0.7
# Labels that stand once for each party, and what heads the section of one who acts for another.
_PARTY_LABELS = ("姓名/名称", "姓名", "名称", "姓名(名称)")
_OTHER_PARTY = re.compile(r"(?:代理人|受托人|受委托人|被委托人|委托代理人)(?:信息)?:?")
_MOST_LINES = 4
# What was printed into a form lies at its label's height with at least this share of its own.
_OFF = 0.15
_BOX = re.compile(r"[□☐☑■☒√]")
# Labels that stand once for each of several parties.
_SEVERAL = (("名称",), ("姓名",))
# What an English label may stand before without a gap: a number with a few letters.
_NUMBER = re.compile(r"[A-Z]{1,3}\d{4}")
# A date behind these is that of something else.
_DATED = re.compile(r"(?:日期|时间|期限|期|至|自)[:：]?$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SECTION, _HEADING = re.compile(r"[一二三四五六七八九十]+、"), re.compile(r"信息[:：]?$")


@dataclass(frozen=True)
class _Page:
    """The cells of a page, numbers broken over two of them, and what may be labels that stand in several of them."""

    cells: Sequence[Cell]
    numbers: Sequence[Cell]
    broken: Sequence[Cell]
    ends: Sequence[tuple[Cell, Cell]]
    split: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class _Candidate:
    """What may be a field's value; `place`: how often what stands there is it. `bare`: found without a label.
    `proven`: counts only if its validator accepts it."""

    cell: Cell
    place: float
    bare: bool = False
    proven: bool = False


class FieldFinder:
    """The rules, with the validators of the catalogue's fields."""

    def __init__(self, catalogue: MaterialCatalogue, validators: Validators) -> None:
        self._validators = {
            code: validators[name] for code, name in catalogue.field_validators.items() if name in validators
        }
        labels = {label for rule in RULES.values() for label in rule.labels}
        others = {label for rule in RULES.values() for label in rule.others}
        stops = {label for label in labels if len(label) >= 3} - WITHIN_VALUES
        self._stops = re.compile(_any_of({*stops, *CELL_WORDS}))
        heads = _any_of({*labels, *others, *OTHER_LABELS, *CELL_WORDS})
        self._heads = re.compile(heads + r"(?=[:(]|$)")
        self._within = re.compile(heads + r"(?=:)")

    def find(
        self, codes: Sequence[str], lines: Sequence[Line], width: int, height: int
    ) -> tuple[FieldFinding, ...]:
        """What the lines of an upright page (size in pixels) say for each field that has a rule."""
        page = _page([placed.of_line(line) for line in lines])
        # In a number the sign × is an X; elsewhere it stands between measures.
        crossed = any("×" in cell.text for cell in page.cells)
        numbers = _page([placed.with_letters(cell) for cell in page.cells]) if crossed else page
        found = (
            self._best(code, RULES[code], numbers if RULES[code].wraps else page, width, height)
            for code in dict.fromkeys(codes)
            if code in RULES
        )
        return tuple(finding for finding in found if finding is not None)

    def _best(self, code: str, rule: FieldRule, page: _Page, width: int, height: int) -> FieldFinding | None:
        best: FieldFinding | None = None
        for each in self._candidates(rule, page):
            finding = self._finding(code, each, width, height)
            if (rule.valid_only or each.proven) and not finding.valid:
                continue
            if rule.unbroken and best and each.bare and _another(finding.value, best.value):
                continue
            # Of nearly equal candidates the upper one counts: the main party stands above the agent.
            if best is None or finding.confidence > best.confidence + 0.1:
                best = finding
        return best

    def _finding(self, code: str, found: _Candidate, width: int, height: int) -> FieldFinding:
        cell = found.cell
        value = _plate(cell.text) if code == "plate_no" else cell.text
        confidence = placed.all_right(cell) * found.place
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

    def _candidates(self, rule: FieldRule, page: _Page) -> Iterator[_Candidate]:
        found = False
        # What a sentence says outright counts before what stands beside a label.
        outright = rule.bare_sure >= _OTHER_LABEL
        if outright:
            yield from self._without_label(rule, page)
        less = ((((label,), rule.sure * _OTHER_LABEL)) for label in rule.others)
        for labels, sure in ((rule.labels, rule.sure), *less):
            for value, place in self._beside_labels(rule, labels, page):
                found = True
                yield _Candidate(value, place * sure)
            if found:
                break
        if not found and rule.inner:
            yield from self._under_heads(rule, page)
        if not outright:
            yield from self._without_label(rule, page)

    def _beside_labels(
        self, rule: FieldRule, labels: Sequence[str], page: _Page
    ) -> Iterator[tuple[Cell, float]]:
        for cell, after in self._labels_of(rule, labels, page):
            if rule.inner and _HEADING.search(cell.text):
                yield from self._in_section(rule, cell, page.cells)
            else:
                yield from self._labelled(rule, cell, after, page.cells)

    def _labels_of(self, rule: FieldRule, labels: Sequence[str], page: _Page) -> Iterator[tuple[Cell, Cell]]:
        """The cells that hold one of the labels, each with what follows the label in it."""
        anywhere = rule.anywhere and labels is rule.labels
        order = placed.reading_order(page.cells) if labels in _SEVERAL else page.cells
        whole = ((cell, after) for cell in order if (after := self._after_label(labels, cell, anywhere)))
        parts = [
            (cell, cell.part(len(cell.text), len(cell.text)))
            for cell in page.broken
            if _bare(cell.text) in labels
        ]
        parts += [
            (cell, _strip(cell.part(1, len(cell.text)))) for label, cell in page.split if label in labels
        ]
        ends = placed.over_the_end(labels, page.ends) if rule.wraps else ()
        whole = (each for each in whole if not _of_agent(rule, each[0], page.cells))
        held = iter([*whole, *parts, *((cell, _strip(after)) for cell, after in ends)])
        if labels[:1] and labels[0] in rule.second:
            next(held, None)
        return held

    def _in_section(
        self, rule: FieldRule, heading: Cell, cells: Sequence[Cell]
    ) -> Iterator[tuple[Cell, float]]:
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

    def _under_heads(self, rule: FieldRule, page: _Page) -> Iterator[_Candidate]:
        """The value in the first row of a section whose head stands to its left, in the middle of its rows."""
        labels = (*rule.labels, *rule.others)
        for head, _ in self._labels_of(rule, labels, page):
            rows = [
                (cell, after)
                for cell in page.cells
                if head.bounds[2] - 0.5 * head.height < cell.bounds[0] < head.bounds[2] + _AWAY * head.height
                and 0 < head.bounds[3] - cell.bounds[1] < _AWAY * cell.height
                and (after := self._after_label(rule.inner, cell)) is not None
            ]
            if _bare(head.text) in labels and rows:
                row = max(rows, key=lambda each: each[0].bounds[1])
                for value, place in self._labelled(rule, *row, page.cells):
                    yield _Candidate(value, place * rule.sure * _OTHER_LABEL)

    def _without_label(self, rule: FieldRule, page: _Page) -> Iterator[_Candidate]:
        cells = page.cells
        for number in page.numbers if rule.wraps and rule.bare else ():
            if rule.bare and rule.bare.fullmatch(number.text):
                yield _Candidate(number, rule.bare_sure * _WRAPPED, bare=True, proven=True)
        for cell in _lowest(rule, cells) if rule.lowest else cells:
            for match in rule.bare.finditer(cell.text) if rule.bare else ():
                yield _Candidate(cell.part(*match.span(match.lastindex or 0)), rule.bare_sure, bare=True)
            span = rule.coded(cell.text) if rule.coded else None
            if span:
                yield _Candidate(cell.part(*span), _CODED)
            if rule.above and rule.above.search(cell.text):
                yield from (_Candidate(above, _ABOVE, bare=True) for above in self._above(rule, cell, cells))

    def _above(self, rule: FieldRule, cell: Cell, cells: Sequence[Cell]) -> Iterator[Cell]:
        """What stands directly above a cell, if it is nothing but a value and no other label stands before it."""
        over = [
            each
            for each in cells
            if placed.below(each, [cell]) and each.bounds[0] > cell.bounds[0] - cell.height
        ]
        for nearest in sorted(over, key=lambda each: -each.bounds[3])[:1]:
            match = rule.pattern.search(nearest.text)
            whole = match is not None and match.group() == nearest.text
            # A name in Latin letters has the one in Chinese above it.
            alike = cell.text.isascii() and nearest.text.isascii()
            if whole and not alike and not self._labels_another(rule, nearest, cells):
                yield nearest

    def _labels_another(self, rule: FieldRule, value: Cell, cells: Sequence[Cell]) -> bool:
        """Whether the value is a label itself, or stands behind another field's."""
        row = [each for each in cells if value in placed.right_of(each, [value])]
        return value.text in rule.labels or any(self._starts_cell(each.text) for each in (value, *row))

    def _labelled(
        self, rule: FieldRule, label: Cell, after: Cell, cells: Sequence[Cell]
    ) -> Iterator[tuple[Cell, float]]:
        """The values at the first place beside a label that holds one; a number may go on in the next box."""
        found = False
        for place, source in self._beside(rule, label, after, cells):
            if found and place != _WRAPPED and not (rule.unbroken and place == _RIGHT):
                return
            values = list(self._values(rule, source)) or list(self._over_two_lines(rule, source, cells))
            for value in values:
                found = True
                yield (self._flowing(value, source, cells) if rule.flows else value), place

    def _after_label(self, labels: Sequence[str], cell: Cell, anywhere: bool = False) -> Cell | None:
        """What follows the first of the labels that the cell holds, sub-labels and punctuation left out."""
        for label in labels:
            at = self._label_at(label, cell, anywhere)
            if at is not None:
                after = _strip(cell.part(at + len(label), len(cell.text)))
                # The label once more in another language, behind the first.
                again = next((each for each in labels if after.text.startswith(each) and len(each) > 2), "")
                return _strip(after.part(len(again), len(after.text)))
        return None

    def _label_at(self, label: str, cell: Cell, anywhere: bool) -> int | None:
        """Where a label starts that begins the text or stands apart in it.

        One character in five may be misread, and one of four that was read unsurely, unless that makes it another
        label (买方 and 卖方).
        """
        text, length = cell.text, len(label)
        at = text.find(label)
        while at >= 0:
            inside = text[at - 1 : at].isascii() and text[at - 1 : at].isalpha() and text[at].isascii()
            apart = (anywhere and not inside) or self._apart(text, at)
            if (not at or apart) and not _goes_on(text, at + length, label):
                return at
            at = text.find(label, at + 1)
        short = length == 4 or (length == 3 and text[:1] == label[0])
        allowed = max(length // _LONG_LABEL, int(short and min(cell.chances, default=1.0) < _UNSURE))
        if not allowed or len(set(label) - set(text)) > allowed:
            return None
        return next(
            (at for at in range(len(text) - length + 1) if self._nearly(label, cell, at, allowed)), None
        )

    def _apart(self, text: str, at: int) -> bool:
        """Whether a label may start there: not inside a word, nor as the remark behind another (所有人(代理人)签字)."""
        remark = text[at - 1] == "(" and self._stops.fullmatch(text, 0, at - 1)
        word = text[at - 1].isascii() and text[at - 1].isalpha() and text[at].isascii()
        return not remark and not word and not "\u4e00" <= text[at - 1] <= "\u9fff"

    def _nearly(self, label: str, cell: Cell, at: int, allowed: int) -> bool:
        """Whether the label stands there, with so many signs misread."""
        text = cell.text
        if at and not self._apart(text, at):
            return False
        wrong = [
            at + n for n, (wanted, found) in enumerate(zip(label, text[at:], strict=False)) if wanted != found
        ]
        if len(wrong) > allowed or self._starts_cell(text[at:]):
            return False
        if any({label[index - at], text[index]} <= set(pair) for index in wrong for pair in OPPOSITES):
            return False
        if len(label) == 3 and at:
            return False
        unsure = _UNSURE if len(label) == 4 else _HARDLY_READ
        return len(label) >= _LONG_LABEL or all(cell.chances[index] < unsure for index in wrong)

    def _beside(
        self, rule: FieldRule, label: Cell, after: Cell, cells: Sequence[Cell]
    ) -> Iterator[tuple[float, Cell]]:
        """Where a label's value may stand, likeliest first: behind it, to its right, below it."""
        most = _SIGNS if rule.unbroken else _RUN
        right = list(self._run_of_values(rule, placed.right_of(label, cells)[:most]))
        if after.text and not self._ends_at(rule, after.text):
            yield _SAME_LINE, after
            if rule.unbroken:
                yield from ((_RIGHT, joined([after, *right[:count]])) for count in range(1, len(right) + 1))
            if rule.wraps and (whole := placed.wrapped(label, after, cells)):
                yield _WRAPPED, whole
            # The label's words inside a sentence: what stands beside it is another sentence.
            if len(after.text) >= _SENTENCE and _CHINESE.search(after.text):
                return
        for count in range(1, len(right) + 1):
            yield _RIGHT, joined(right[:count])
        if rule.wraps and right and (following := placed.next_line(right[0], right[0].bounds[0], cells)):
            yield _WRAPPED, joined([right[0], following])
        if rule.unbroken and (whole := placed.broken_number(right[0] if right else label, cells)):
            yield _WRAPPED, whole
        parts = [each for each in (after, *right) if each.text]
        if rule.unbroken and len(parts) > 1 and (once := placed.once(parts[0], parts[1])):
            yield _RIGHT, once
        around = placed.upper_of_two(label, cells) if rule.flows and not parts else None
        if around and not self._starts_cell(around.text):
            yield _RIGHT, around
        joinable = not parts and not rule.flows and (rule.unbroken or not rule.wraps)
        both = placed.in_two_lines(label, cells) if joinable else []
        if both and not any(self._starts_cell(line.text) for line in both):
            yield _WRAPPED, joined(both)
        elif not parts:
            yield from ((_BELOW, cell) for cell in self._off_the_row(rule, label, cells))
        # Below the question what is wanted stand the boxes to be ticked.
        for cell in placed.below(label, cells) if not rule.options else ():
            if not self._starts_cell(cell.text) and not self._named(cell, cells):
                yield _BELOW, cell

    def _off_the_row(self, rule: FieldRule, label: Cell, cells: Sequence[Cell]) -> Iterator[Cell]:
        """The value that was printed into the form a little too high or too low, if no other label is nearer."""
        for cell in placed.right_of(label, cells, _OFF)[:1]:
            apart = abs(cell.middle - label.middle)
            nearer = any(
                abs(cell.middle - other.middle) < apart and self._heads.match(other.text)
                for other in cells
                if other.bounds[0] < cell.bounds[0]
            )
            rest = _strip(cell)
            if rest.text and not nearer and not self._ends_at(rule, rest.text):
                yield rest

    def _run_of_values(self, rule: FieldRule, cells: Sequence[Cell]) -> Iterator[Cell]:
        for cell in cells:
            rest = _strip(cell)
            if not rest.text:
                continue
            if rule.inner and rest.text.startswith(("名称:", "姓名:")):
                rest = _strip(rest.part(2, len(rest.text)))
            if self._ends_at(rule, rest.text):
                return
            yield rest

    def _named(self, value: Cell, cells: Sequence[Cell]) -> bool:
        """Whether a label stands right before the value in its row."""
        before = placed.left_of(value, cells)
        return before is not None and bool(self._heads.match(before.text))

    def _ends_at(self, rule: FieldRule, text: str) -> bool:
        """Whether the text is no value of the rule's, but another cell's label."""
        return self._starts_cell(text) and (not rule.words or text.endswith(":"))

    def _starts_cell(self, text: str) -> bool:
        return text.startswith(NO_VALUE) or bool(self._stops.match(text) or self._heads.match(text))

    def _values(self, rule: FieldRule, cell: Cell) -> Iterator[Cell]:
        """The value in a cell, and what it is without the specks that were read as points in it."""
        ticked = rule.options and rule.words and rule.pattern.fullmatch(cell.text)
        if rule.options and not ticked and _boxes(rule, cell.text):
            return
        ends = (self._stops.search(cell.text, 2), self._within.search(cell.text, 2))
        # Free text may hold such words; they end it only where they stand apart.
        cuts = [
            end.start() for end in ends if end and (not rule.flows or self._apart(cell.text, end.start()))
        ]
        whole = cell if ticked else cell.part(0, min(cuts, default=len(cell.text)))
        clean = placed.without_specks(whole) if rule.unbroken else whole
        for source in (whole,) if clean.text == whole.text else (whole, clean):
            match = rule.pattern.search(source.text)
            if match:
                yield source.part(*match.span())

    def _over_two_lines(self, rule: FieldRule, source: Cell, cells: Sequence[Cell]) -> Iterator[Cell]:
        """The value that a line holds together with the next in its cell, where neither does alone."""
        following = placed.next_line(source, source.bounds[0], cells)
        if following is not None and not self._starts_cell(following.text) and not rule.options:
            yield from self._values(rule, joined([source, following]))

    def _flowing(self, value: Cell, source: Cell, cells: Sequence[Cell]) -> Cell:
        """The value with the lines in which it goes on, if it fills the end of its own."""
        lines = [value]
        if value.text != source.text[-len(value.text) :]:
            return value
        while len(lines) < _MOST_LINES:
            following = placed.next_line(lines[-1], value.bounds[0], cells)
            if following is None or self._starts_cell(following.text) or self._within.search(following.text):
                break
            if any(self._heads.match(each.text) for each in cells if placed.right_of(each, [following])):
                break
            lines.append(following)
        return joined(lines)


def _page(cells: Sequence[Cell]) -> _Page:
    numbers = [whole for cell in cells if (whole := placed.broken_number(cell, cells))]
    return _Page(
        cells, numbers, placed.broken_labels(cells), placed.line_ends(cells), placed.split_labels(cells)
    )


def _any_of(words: Iterable[str]) -> str:
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _plate(text: str) -> str:
    """The plate without its dot; a serial has no O and no I (GA 36), so one that was read is a figure."""
    plain = re.sub(r"[·•.\-]", "", text)
    return plain[:2] + plain[2:].translate(str.maketrans("OI", "01"))


def _share(pixels: float, side: int) -> float:
    return round(min(1.0, max(0.0, pixels / side)), 4)


def _goes_on(text: str, end: int, label: str) -> bool:
    """Whether the label is the beginning of another one: of an English phrase, or of one that ends in 起 or 至."""
    letters = text[end : end + 1].isascii() and text[end : end + 1].isalpha()
    english = label.isascii() and label != "VIN" and letters and not _NUMBER.match(text, end)
    return english or text[end:].rstrip(":") in TERMS


def _strip(cell: Cell) -> Cell:
    match = SUB_LABELS.match(cell.text)
    return cell.part(match.end(), len(cell.text)) if match else cell


def _bare(label: str) -> str:
    """The label without its number before it and its unit, colon or English behind it."""
    return re.sub(r"^[\d.、]+|(?:\([^()]*\)|[:：/])+$|(?<=[\u4e00-\u9fff])[A-Z]+$", "", label)


def _of_agent(rule: FieldRule, label: Cell, cells: Sequence[Cell]) -> bool:
    """Whether the label of a name stands in the section of someone who acts for the one that is looked for."""
    if _bare(label.text) not in _PARTY_LABELS or any(_OTHER_PARTY.fullmatch(each) for each in rule.labels):
        return False
    head = placed.head_of(label, cells)
    return head is not None and bool(_OTHER_PARTY.fullmatch(head.text))


def _boxes(rule: FieldRule, text: str) -> bool:
    """Whether the text is a row of boxes, of which only the picture tells the ticked one."""
    return bool(_BOX.search(text)) or sum(option in text for option in rule.options) > 1


def _another(value: str, labelled: str) -> bool:
    """Whether the value is another number than the one beside the label, and no better reading of it."""
    return len(labelled) >= _WHOLE and SequenceMatcher(None, value, labelled, autojunk=False).ratio() < _ALIKE


def _lowest(rule: FieldRule, cells: Sequence[Cell]) -> list[Cell]:
    """The lower half of the page's lines, lowest first, without what is beside the label of a date; where none of them
    holds a value, the only line above that does."""
    named = [
        right for label in cells if _DATED.search(label.text) for right in placed.right_of(label, cells)[:1]
    ]
    lower = sorted(cells, key=lambda cell: -cell.bounds[1])[: (len(cells) + 1) // 2]
    free = [cell for cell in lower if cell not in named]
    if rule.bare is None or any(rule.bare.search(cell.text) for cell in free):
        return free
    above = [cell for cell in cells if cell not in named and rule.bare.search(cell.text)]
    return above if len(above) == 1 else []
