"""Lines as the cells of a form: what stands right of a cell, below it, what goes on in the next line.

Knows compact text and boxes in pixels; knows no fields and no labels.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from ocr import geometry
from ocr.field_rules import PROVINCES
from ocr.protocol import Box, Line

# Boxes nearer to each other than this share of their height may both hold the sign between them.
_TOUCHING = 0.3
# The start of a number at the end of a line, and the rest of it at the start of the next, which lies so many heights
# below.
_BEGUN, _REST = re.compile(rf"[{PROVINCES}]?[A-Z0-9]{{0,17}}"), re.compile(r"[A-Z0-9]{1,17}")
_CELL_BEGUN = re.compile(rf"(?:[{PROVINCES}]|(?<![A-Z0-9]))[A-Z0-9]{{4,17}}$")
_NEXT_LINE = (0.6, 2.5)
# A number's two lines may lie further apart; a label may stand so many of its heights from either.
_NUMBER_GAP, _BETWEEN = 1.1, 1.6
# A section's head stands no further from its first row than so many heights.
_SECTION = 3.5
# The lines of one cell lie no further apart than this share of their height, and are of like height.
_LINE_GAP, _LIKE = 0.7, (0.65, 1.5)
# The parts of a label: so many signs a line, so many lines, so many heights between its signs.
_LABEL_LINE, _LABEL_LINES, _SPREAD = 9, 5, 5.0
# A line of so many signs may be one of running text.
_RUNNING = 12


@dataclass(frozen=True)
class Cell:
    """A line, or lines read as one: compact text, its characters' confidences, bounds in pixels."""

    text: str
    chances: tuple[float, ...]
    bounds: Box

    def part(self, start: int, end: int) -> Cell:
        left, top, right, bottom = self.bounds
        widths = [2 if ord(sign) > 0x2E7F else 1 for sign in self.text]
        scale = (right - left) / max(1, sum(widths))
        x0, x1 = left + scale * sum(widths[:start]), left + scale * sum(widths[:end])
        return Cell(self.text[start:end], self.chances[start:end], (x0, top, x1, bottom))

    @property
    def height(self) -> float:
        return self.bounds[3] - self.bounds[1]

    @property
    def middle(self) -> float:
        return (self.bounds[1] + self.bounds[3]) / 2


def of_line(line: Line) -> Cell:
    """The line without spaces, in capitals, full-width forms folded."""
    signs = [
        (folded, chance)
        for sign, chance in zip(line.text, line.characters, strict=True)
        for folded in unicodedata.normalize("NFKC", sign).upper()
        if not folded.isspace()
    ]
    return Cell(
        "".join(sign for sign, _ in signs), tuple(chance for _, chance in signs), geometry.bounds(line.box)
    )


def with_letters(cell: Cell) -> Cell:
    """The cell with an X for each sign × that was read."""
    return Cell(cell.text.replace("×", "X"), cell.chances, cell.bounds)


def joined(cells: Sequence[Cell]) -> Cell:
    left, top, right, bottom = (list(side) for side in zip(*(cell.bounds for cell in cells), strict=True))
    return Cell(
        "".join(cell.text for cell in cells),
        tuple(chance for cell in cells for chance in cell.chances),
        (min(left), min(top), max(right), max(bottom)),
    )


def right_of(label: Cell, cells: Sequence[Cell], level: float = 0.5) -> list[Cell]:
    """What stands on the label's row behind it, the nearest first. `level`: how much of the lower of the two must lie
    at the other's height."""
    _, top, right, bottom = label.bounds
    on_row = [
        cell
        for cell in cells
        if cell.bounds[0] >= right - 0.5 * min(label.height, cell.height)
        and min(bottom, cell.bounds[3]) - max(top, cell.bounds[1]) > level * min(label.height, cell.height)
    ]
    return sorted(on_row, key=lambda cell: cell.bounds[0])


def left_of(value: Cell, cells: Sequence[Cell]) -> Cell | None:
    """What stands nearest before the value on its row."""
    before = [cell for cell in cells if cell.bounds[0] < value.bounds[0] and value in right_of(cell, [value])]
    return max(before, key=lambda cell: cell.bounds[2], default=None)


def below(label: Cell, cells: Sequence[Cell]) -> list[Cell]:
    """What stands directly under the label, the nearest first."""
    left, _, right, bottom = label.bounds
    under = [
        cell
        for cell in cells
        if -0.3 * label.height <= cell.bounds[1] - bottom <= 1.5 * label.height
        and min(right, cell.bounds[2]) - max(left, cell.bounds[0])
        > 0.3 * min(right - left, cell.bounds[2] - cell.bounds[0])
    ]
    return sorted(under, key=lambda cell: cell.bounds[1])


def once(first: Cell, second: Cell) -> Cell | None:
    """Two boxes as one where the sign between them lies in both."""
    touching = second.bounds[0] - first.bounds[2] < _TOUCHING * first.height
    if not touching or not second.text.startswith(first.text[-1]):
        return None
    return joined([first, second.part(1, len(second.text))])


def wrapped(label: Cell, after: Cell, cells: Sequence[Cell]) -> Cell | None:
    """A number that begins behind a label at the end of a line, with the rest of it from the start of the next."""
    if not _BEGUN.fullmatch(after.text) or right_of(label, cells):
        return None
    near, far = (label.middle + heights * label.height for heights in _NEXT_LINE)
    under = [cell for cell in cells if near < cell.middle < far and cell.bounds[0] < after.bounds[0]]
    first = min(under, key=lambda cell: cell.middle, default=None)
    if first is None:
        return None
    row = [cell for cell in under if abs(cell.middle - first.middle) < 0.5 * label.height]
    start = min(row, key=lambda cell: cell.bounds[0])
    rest = _REST.match(start.text)
    return joined([after, start.part(*rest.span())]) if rest else None


def next_line(last: Cell, left: float, cells: Sequence[Cell], gap: float = _LINE_GAP) -> Cell | None:
    """The line that goes on below `last` in the same cell: close to it, as tall, beginning at `left`."""
    for cell in below(last, cells):
        close = cell.bounds[1] - last.bounds[3] < gap * last.height
        alike = _LIKE[0] < cell.height / max(1.0, last.height) < _LIKE[1]
        if close and alike and abs(cell.bounds[0] - left) < 1.2 * last.height:
            return cell
    return None


def broken_number(first: Cell, cells: Sequence[Cell]) -> Cell | None:
    """The number at the end of a line with the rest of it in the next line of its cell, which holds nothing else."""
    begun = _CELL_BEGUN.search(first.text)
    # Behind a label in the middle of a row, what stands below is below the label.
    if begun and begun.start() and right_of(first, cells):
        return None
    following = next_line(first, first.bounds[0], cells, _NUMBER_GAP) if begun else None
    if begun is None or following is None or not _REST.fullmatch(following.text):
        return None
    return joined([first.part(*begun.span()), following])


def in_two_lines(label: Cell, cells: Sequence[Cell]) -> list[Cell]:
    """Both lines of the cell right of the label, if the label stands at the height between them."""
    column = _column_beside(label, cells, _BETWEEN)
    if len(column) != 2 or not column[0].middle < label.middle < column[1].middle:
        return []
    close = column[1].bounds[1] - column[0].bounds[3] < _NUMBER_GAP * column[0].height
    return column if close else []


def head_of(label: Cell, cells: Sequence[Cell]) -> Cell | None:
    """What heads the label's section of a form: the nearest in the column to its left, or the line above it."""
    near = [
        cell
        for cell in cells
        if abs(cell.middle - label.middle) < _SECTION * label.height
        and (cell.bounds[2] <= label.bounds[0] + 0.5 * label.height or _above(cell, label))
    ]
    return min(near, key=lambda cell: abs(cell.middle - label.middle), default=None)


def _above(cell: Cell, label: Cell) -> bool:
    return cell.middle < label.bounds[1] and cell.bounds[0] < label.bounds[0] + label.height


def split_labels(cells: Sequence[Cell]) -> list[tuple[str, Cell]]:
    """Two signs that may be a label spread out (名　　称), of which the second was read together with the value: the
    label, and the cell with the second sign."""
    found = []
    for first in (cell for cell in cells if len(cell.text) == 1):
        behind = right_of(first, cells)
        if (
            behind
            and len(behind[0].text) > 2
            and behind[0].bounds[0] - first.bounds[2] < _SPREAD * first.height
        ):
            found.append((first.text + behind[0].text[0], behind[0]))
    return found


def upper_of_two(label: Cell, cells: Sequence[Cell]) -> Cell | None:
    """The first of two lines in the cell right of the label, which stands at the height between them."""
    return next(iter(_column_beside(label, cells, 1.1)), None)


def _column_beside(label: Cell, cells: Sequence[Cell], heights: float) -> list[Cell]:
    """What stands nearest right of the label, no further above or below it than so many of its heights, from the
    top."""
    beside = [
        cell
        for cell in cells
        if cell.bounds[0] >= label.bounds[2] - 0.5 * label.height
        and abs(cell.middle - label.middle) < heights * label.height
    ]
    near = min((cell.bounds[0] for cell in beside), default=0.0)
    column = [cell for cell in beside if cell.bounds[0] < near + label.height]
    return sorted(column, key=lambda cell: cell.middle)


def line_ends(cells: Sequence[Cell]) -> list[tuple[Cell, Cell]]:
    """The lines of running text, each with the one that goes on below it."""
    found = []
    for line in (cell for cell in cells if len(cell.text) >= _RUNNING):
        near, far = (line.middle + heights * line.height for heights in _NEXT_LINE)
        under = [
            cell
            for cell in cells
            if near < cell.middle < far and cell.bounds[0] < (line.bounds[0] + line.bounds[2]) / 2
        ]
        first = min(under, key=lambda cell: cell.middle, default=None)
        if first is not None:
            found.append((line, first))
    return found


def broken_labels(cells: Sequence[Cell]) -> list[Cell]:
    """What may be a label in several lines of a cell, or with its signs spread out (姓　　名)."""
    short = [cell for cell in cells if 0 < len(cell.text) <= _LABEL_LINE]
    chinese = [cell for cell in short if not cell.text.isascii()]
    return [*_stacked(short, cells), *_spread([cell for cell in chinese if len(cell.text) <= 2])]


def _stacked(short: Sequence[Cell], cells: Sequence[Cell]) -> list[Cell]:
    found = []
    for first in (cell for cell in short if not cell.text.isascii()):
        lines = [first]
        while len(lines) < _LABEL_LINES and (under := _under(lines[-1], short)):
            lines.append(under)
            if not _two_rows(lines, cells):
                found.append(joined(lines))
    return found


def _two_rows(lines: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Whether each of the lines has its own value: what stands nearest to the right is level with one of them."""
    whole = joined(lines)
    beside = [cell for cell in right_of(whole, cells) if cell not in lines]
    if not beside:
        return False
    middle = beside[0].middle
    # The middle one of three lines is level with what stands beside them all.
    rows = lines if len(lines) == 2 else (lines[0], lines[-1])
    return min(abs(middle - line.middle) for line in rows) < abs(middle - whole.middle)


def _under(upper: Cell, cells: Sequence[Cell]) -> Cell | None:
    for cell in below(upper, cells):
        close = cell.bounds[1] - upper.bounds[3] < _LINE_GAP * upper.height
        alike = _LIKE[0] < cell.height / max(1.0, upper.height) < _LIKE[1]
        apart = abs(cell.bounds[0] + cell.bounds[2] - upper.bounds[0] - upper.bounds[2]) / 2
        if (
            close
            and alike
            and (apart < upper.height or abs(cell.bounds[0] - upper.bounds[0]) < 0.5 * upper.height)
        ):
            return cell
    return None


def _spread(cells: Sequence[Cell]) -> list[Cell]:
    found = []
    for first in cells:
        parts = [first]
        for following in right_of(first, cells):
            if following.bounds[0] - parts[-1].bounds[2] > _SPREAD * first.height or len(parts) == 4:
                break
            parts.append(following)
            found.append(joined(parts))
    return found


def reading_order(cells: Sequence[Cell]) -> list[Cell]:
    """Rows from the top, and each from the left. A cell is of the row whose first cell it stands beside: rows counted
    by each cell's own height would part two labels of which one was cut out a pixel higher."""
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda each: each.middle):
        first = rows[-1][0] if rows else None
        if first is not None and cell.middle - first.middle < 0.6 * max(cell.height, first.height):
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [cell for row in rows for cell in sorted(row, key=lambda each: each.bounds[0])]


def without_specks(cell: Cell) -> Cell:
    kept = [(sign, chance) for sign, chance in zip(cell.text, cell.chances, strict=True) if sign.isalnum()]
    return Cell("".join(sign for sign, _ in kept), tuple(chance for _, chance in kept), cell.bounds)


def all_right(cell: Cell) -> float:
    """The chance that every character is right, brackets and dots left out: their width is read by luck."""
    return prod(chance for sign, chance in zip(cell.text, cell.chances, strict=True) if sign.isalnum())


def over_the_end(labels: Sequence[str], ends: Sequence[tuple[Cell, Cell]]) -> Iterator[tuple[Cell, Cell]]:
    """Labels in running text that begin at the end of a line, each with what follows it in the next."""
    for line, following in ends:
        for label in labels:
            for cut in range(2, len(label)):
                if line.text.endswith(label[:cut]) and following.text.startswith(label[cut:]):
                    yield following, following.part(len(label) - cut, len(following.text))
