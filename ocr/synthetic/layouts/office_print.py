"""How offices print: tables of labels and values, closings of letters, serial numbers, bar codes.

Knows arrangements that many papers share. Knows no material type, no person and no office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.layouts.faces import face
from ocr.synthetic.page import A4, MM_PER_POINT, Box, Cell, Page, Row, Value
from ocr.synthetic.style import Ink, draw_style

T = TypeVar("T")
Entry = tuple[str, Cell]

SERIAL_RED: Ink = (190, 36, 44)
_HAN_DIGITS = "〇一二三四五六七八九"


def pick(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


def digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def sheet(
    code: str,
    dpi: int,
    rng: np.random.Generator,
    size: tuple[float, float] = A4,
    hand: float = 0.0,
    dots: float = 0.0,
    paper: Ink = (255, 255, 255),
) -> Page:
    """An empty page of one material type in a style by chance; `hand` and `dots` are shares."""
    page = Page(*size, dpi, rng, draw_style(rng, hand, dots), paper)
    page.truth.materials = [code]
    return page


def table(
    page: Page,
    x: float,
    y: float,
    width: float,
    rows: Sequence[Sequence[Entry]],
    label: float = 28,
    height: float = 10,
    tall: Mapping[int, float] | None = None,
    border: float = 0.4,
) -> float:
    """Rows of (label, cell), the entries of a row equally wide; an empty label leaves all to its cell.

    `tall` gives single rows another height. Returns the bottom.
    """
    drawn: list[Row] = []
    for index, entries in enumerate(rows):
        cells: list[tuple[float, Cell]] = []
        share = width / len(entries)
        for caption, cell in entries:
            if caption:
                cells += [(label, caption), (share - label, cell)]
            else:
                cells.append((share, cell))
        drawn.append(((tall or {}).get(index, height), cells))
    return page.grid(x, y, drawn, border)


def plain_date(day: date, code: str | None = None, pt: float = 12, han: bool = False) -> Value:
    """2025年6月3日 as letters write it, or 二〇二五年六月三日."""
    text = f"{day.year}年{day.month}月{day.day}日"
    if han:
        year = "".join(_HAN_DIGITS[int(d)] for d in str(day.year))
        text = f"{year}年{_han(day.month)}月{_han(day.day)}日"
    return Value(text, code, day.isoformat(), pt=pt)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _HAN_DIGITS[tens] + "十") + (
        _HAN_DIGITS[ones] if ones else ""
    )


def closing(
    page: Page,
    x: float,
    y: float,
    issuer: Value,
    day: Value,
    foot: str = "",
    diameter: float = 42,
    sealed: bool = True,
) -> None:
    """Issuer, date below it and the seal over both, centred at x."""
    for place, value in ((y, issuer), (y + 10, day)):
        plain = Value(value.text, value.code, value.canonical, pt=value.pt, role=page.style.label)
        page.field(x, place, plain, "mm", page.style.label_ink, hand=False)
    if sealed:
        stamps.press_round(page, x + page.rng.uniform(-6, 8), y + 2, issuer.text, foot, diameter)


def serial(page: Page, x: float, y: float, value: Value, prefix: str = "No", anchor: str = "lm") -> None:
    """A numbering machine's red number behind its printed prefix."""
    ink = SERIAL_RED if page.rng.random() < 0.75 else page.style.label_ink
    digits_role = Value(value.text, value.code, value.canonical, pt=value.pt, printed=True, role="latin")
    if anchor == "rm":
        x -= page.measure(prefix, page.style.label, 10.5) + 2 + page.measure(value.text, "latin", value.pt)
    edge = page.text(x, y, prefix, 10.5, ink=ink)
    page.field(edge[2] + 2, y, digits_role, ink=ink, hand=False)


def barcode(page: Page, x: float, y: float, width: float, height: float, caption: str = "") -> None:
    """Bars that look like a code; they encode nothing."""
    cursor = x
    while cursor < x + width:
        bar = float(page.rng.choice([0.25, 0.5, 0.75]))
        page.box((cursor, y, min(cursor + bar, x + width), y + height), mm=0, fill=page.style.line_ink)
        cursor += bar + float(page.rng.choice([0.25, 0.5, 0.75]))
    if caption:
        page.text(x + width / 2, y + height + 2.2, caption, 7.5, "digits", anchor="mm")


def photo(page: Page, id_number: str, box: Box) -> None:
    """A portrait printed into the page, three wide to four high, with a thin edge."""
    page.paste(face(id_number), box)
    page.box(box, mm=0.15)


def tear_line(page: Page, y: float, caption: str = "") -> None:
    """A dashed line across the sheet, at which the counterfoil is torn off."""
    for start in np.arange(6, page.width - 6, 4.0):
        page.line(float(start), y, float(start) + 2.4, y, 0.25)
    if caption:
        width = page.measure(caption, page.style.label, 9) + 6
        middle = page.width / 2
        page.box((middle - width / 2, y - 3, middle + width / 2, y + 3), mm=0, fill=(255, 255, 255))
        page.text(middle, y, caption, 9, anchor="mm")


def notes(
    page: Page, x: float, y: float, width: float, lines: Sequence[str], pt: float = 8.5, head: str = "注："
) -> float:
    """Numbered small print; returns the y below."""
    page.text(x, y, head, pt)
    indent = page.measure(head, page.style.label, pt, page.style.label_choice)
    for number, line in enumerate(lines, 1):
        text = f"{number}.{line}" if len(lines) > 1 else line
        y = page.flow(x + indent, y, width - indent, text, pt, leading=1.5)
    return y


def letterhead(page: Page, y: float, name: str, number: Value | None = None) -> float:
    """The red head of an official letter (红头) with its rule; the document's number below it."""
    red = (206, 30, 36)
    pt = min(30.0, 30.0 * 150 / max(1.0, page.measure(name, "song_heavy", 30)))
    page.title(y, name, pt, ink=red, role="song_heavy")
    if number:
        plain = Value(number.text, number.code, pt=12, printed=True)
        page.field(page.width / 2, y + 15, plain, "mm", hand=False)
    page.line(26, y + 20, page.width - 26, y + 20, 0.7, red)
    return y + 20


def vertical(page: Page, x: float, y: float, text: str, pt: float = 9, ink: Ink | None = None) -> None:
    """Which copy this is (第三联 交公安机关), printed downward beside the table."""
    for index, character in enumerate(text):
        page.text(x, y + index * pt * MM_PER_POINT * 1.12, character, pt, ink=ink, anchor="mm")


def heading(page: Page, y: float, names: Sequence[str], pt: float = 20, ink: Ink | None = None) -> None:
    """A title, its wording and spacing by chance; the longer, the tighter."""
    name = pick(page.rng, names)
    spacing = float(page.rng.choice([0, 0.8, 2.0])) * min(1.0, 10 / len(name))
    page.title(y, name, pt + float(page.rng.choice([-1, 0, 1, 2])), spacing, ink)
