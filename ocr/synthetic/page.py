"""The canvas on which layouts draw: millimetres, printed labels, filled-in values, tables, tick boxes.

Knows ink, fonts and boxes, and keeps the truth of what was drawn (materials, fields, where each value
stands). Knows no document and no scanner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts, handwriting
from ocr.synthetic.handwriting import Hand
from ocr.synthetic.identity import Identity
from ocr.synthetic.style import BLUE_INK, DARK_INK, Ink, Style

Box = tuple[float, float, float, float]  # left, top, right, bottom in mm

A4 = (210.0, 297.0)  # mm
MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True)
class Value:
    """What is filled into a cell. `code` is the field it proves (None: not a field); `canonical` what truth
    keeps."""

    text: str
    code: str | None = None
    canonical: str | None = None
    align: str = "left"
    pt: float = 10.5
    printed: bool = False
    role: str | None = None


@dataclass(frozen=True)
class Ticks:
    """A row of tick boxes: (caption, ticked)."""

    options: Sequence[tuple[str, bool]]
    pt: float = 9.5


@dataclass(frozen=True)
class Label:
    """Printed text in a cell where the plain string's centring or size does not fit."""

    text: str
    pt: float = 9.5
    align: str = "center"
    role: str | None = None
    ink: Ink | None = None


Cell = str | Value | Ticks | Label | Callable[["Page", Box], None] | None
Row = tuple[float, Sequence[tuple[float, Cell]]]


@dataclass(frozen=True)
class Part:
    """One material of a sheet that carries several: where it lies (mm) and the fields that it proves itself."""

    code: str
    box: Box
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Truth:
    """What a page says: material codes, canonical field values, and the value's box in mm on the upright
    page. `parts`: where each material lies, in reading order; empty where a single one fills the sheet. `printed`:
    every line of text and its box, in the order of drawing."""

    materials: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    printed: list[tuple[str, Box]] = field(default_factory=list)


class Page:
    """One side of paper, `width` × `height` mm at `dpi`."""

    def __init__(
        self,
        width: float,
        height: float,
        dpi: int,
        rng: np.random.Generator,
        style: Style | None = None,
        paper: Ink = (255, 255, 255),
    ):
        self.width, self.height, self.dpi, self.rng = width, height, dpi, rng
        self.style = style or Style()
        self.image = Image.new("RGB", (self.px(width), self.px(height)), paper)
        self.pen = ImageDraw.Draw(self.image)
        self.truth = Truth()
        self._hand: Hand | None = None

    @classmethod
    def over(
        cls, picture: Image.Image, dpi: int, rng: np.random.Generator, style: Style | None = None
    ) -> Page:
        """A page that draws on a picture which is there already."""
        page = cls.__new__(cls)
        page.width, page.height = picture.width * 25.4 / dpi, picture.height * 25.4 / dpi
        page.dpi, page.rng, page.style = dpi, rng, style or Style()
        page.image, page.pen, page.truth, page._hand = picture, ImageDraw.Draw(picture), Truth(), None
        return page

    @property
    def hand(self) -> Hand:
        """The one who fills in this page by hand, drawn when first asked for."""
        if self._hand is None:
            self._hand = handwriting.draw_hand(self.rng)
        return self._hand

    def px(self, mm: float) -> int:
        return round(mm * self.dpi / 25.4)

    def pt(self, points: float) -> int:
        return round(points * self.dpi / 72)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, mm: float | None = None, ink: Ink | None = None
    ) -> None:
        width = max(1, self.px(mm or self.style.line_mm))
        self.pen.line(
            [(self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))],
            fill=ink or self.style.line_ink,
            width=width,
        )

    def box(
        self,
        box: Box,
        mm: float | None = None,
        ink: Ink | None = None,
        fill: Ink | None = None,
        radius: float = 0,
    ) -> None:
        width = max(1, self.px(mm or self.style.line_mm)) if mm != 0 else 0
        self.pen.rounded_rectangle(
            [self.px(v) for v in box],
            self.px(radius),
            fill=fill,
            width=width,
            outline=(ink or self.style.line_ink) if width else None,
        )

    def measure(self, text: str, role: str, pt: float, choice: int = 0) -> float:
        """Width of a line of text in mm."""
        return fonts.face_for(text, role, self.pt(pt), choice).getlength(text) * 25.4 / self.dpi

    def text(
        self,
        x: float,
        y: float,
        text: str,
        pt: float = 10.5,
        role: str | None = None,
        ink: Ink | None = None,
        anchor: str = "lm",
        spacing: float = 0,
    ) -> Box:
        """Printed text; `spacing` in mm is added between characters. Returns the box in mm."""
        role = role or self.style.label
        font = fonts.face_for(text, role, self.pt(pt), self.style.label_choice)
        ink = ink or self.style.label_ink
        width = font.getlength(text) * 25.4 / self.dpi + spacing * (len(text) - 1)
        left = x - {"l": 0, "m": width / 2, "r": width}[anchor[0]]
        if not spacing:
            self.pen.text(
                (left * self.dpi / 25.4, self.px(y)), text, font=font, fill=ink, anchor="l" + anchor[1]
            )
        else:
            cursor = left
            for character in text:
                self.pen.text(
                    (self.px(cursor), self.px(y)), character, font=font, fill=ink, anchor="l" + anchor[1]
                )
                cursor += font.getlength(character) * 25.4 / self.dpi + spacing
        half = pt * MM_PER_POINT * 0.6
        box = left, y - half, left + width, y + half
        self.truth.printed.append((text, box))
        return box

    def title(
        self,
        y: float,
        text: str,
        pt: float = 20,
        spacing: float = 0,
        ink: Ink | None = None,
        role: str | None = None,
        x: float | None = None,
    ) -> Box:
        return self.text(
            self.width / 2 if x is None else x, y, text, pt, role or self.style.title, ink, "mm", spacing
        )

    def paragraph(
        self,
        box: Box,
        text: str,
        pt: float = 10.5,
        role: str | None = None,
        align: str = "left",
        ink: Ink | None = None,
        leading: float = 1.3,
    ) -> None:
        """Text wrapped into a box, shrunk until it fits, centred vertically."""
        role = role or self.style.label
        lines, pt = self._fit(box, text, role, pt, self.style.label_choice, leading)
        for x, y, line, anchor in self._placed(box, lines, pt, align, leading):
            self.text(x, y, line, pt, role, ink, anchor)

    def flow(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        pt: float = 10.5,
        role: str | None = None,
        leading: float = 1.7,
        ink: Ink | None = None,
    ) -> float:
        """Text wrapped from (x, y) downward; returns the y below it."""
        role = role or self.style.label
        step = pt * MM_PER_POINT * leading
        for line in self._wrap(text, role, pt, self.style.label_choice, width):
            self.text(x, y, line, pt, role, ink)
            y += step
        return y

    def value(self, box: Box, value: Value) -> None:
        """A filled-in value inside a box; a value with a code goes into the truth."""
        role = value.role or self.style.value
        choice = self.style.value_choice
        lines, pt = self._fit(box, value.text, role, value.pt, choice, 1.2)
        hand = self.style.hand and not value.printed
        edges: list[Box] = []
        for x, y, line, anchor in self._placed(box, lines, pt, value.align, 1.2):
            edges.append(self.write(x, y, line, pt, role, anchor=anchor, hand=hand))
        if value.code:
            self.note(value.code, value.text if value.canonical is None else value.canonical, edges)

    def field(
        self,
        x: float,
        y: float,
        value: Value,
        anchor: str = "lm",
        ink: Ink | None = None,
        hand: bool | None = None,
    ) -> Box:
        """A filled-in value at a point, on one line."""
        shaky = self.style.hand and not value.printed if hand is None else hand
        edge = self.write(x, y, value.text, value.pt, value.role or self.style.value, ink, anchor, shaky)
        if value.code:
            self.note(value.code, value.text if value.canonical is None else value.canonical, [edge])
        return edge

    def note(self, code: str, canonical: str, edges: Sequence[Box] = ()) -> None:
        """Records a field as truth. A value said twice on a page is recorded once, where it stands first."""
        if code in self.truth.fields:
            return
        self.truth.fields[code] = canonical
        if edges:
            self.truth.boxes[code] = (
                min(e[0] for e in edges),
                min(e[1] for e in edges),
                max(e[2] for e in edges),
                max(e[3] for e in edges),
            )

    def write(
        self,
        x: float,
        y: float,
        text: str,
        pt: float,
        role: str,
        ink: Ink | None = None,
        anchor: str = "lm",
        hand: bool = False,
    ) -> Box:
        """Value text at a point, typed, dotted or by a shaky hand. Returns the box in mm."""
        font = fonts.face_for(text, role, self.pt(pt), self.style.value_choice)
        width = font.getlength(text) * 25.4 / self.dpi
        left = x - {"l": 0, "m": width / 2, "r": width}[anchor[0]]
        half = pt * MM_PER_POINT * 0.6
        if hand:
            start = left * self.dpi / 25.4, self.px(y)
            width = handwriting.write(
                self.image, *start, text, font, ink or self.style.value_ink, self.hand, self.rng
            )
            width *= 25.4 / self.dpi
        else:
            self._typed(left, y, text, font, ink or self.style.value_ink)
        box = left, y - half, left + width, y + half
        self.truth.printed.append((text, box))
        return box

    def grid(self, x: float, y: float, rows: Sequence[Row], border: float = 0.4) -> float:
        """A bordered table of rows (height, [(width, cell), …]) in mm; returns its bottom. Rows must be
        equally wide."""
        widths = [sum(width for width, _ in cells) for _, cells in rows]
        if max(widths) - min(widths) > 0.01:
            raise ValueError(f"rows of different width: {widths}")
        top, right = y, x
        for height, cells in rows:
            left = x
            for width, cell in cells:
                self.box((left, y, left + width, y + height))
                self.cell((left, y, left + width, y + height), cell)
                left += width
            right = max(right, left)
            y += height
        self.box((x, top, right, y), mm=border)
        return y

    def side(self, box: Box, text: str) -> None:
        """A narrow label cell over several rows, read from top to bottom."""
        self.box(box, fill=(255, 255, 255))
        step = min(5.2, (box[3] - box[1] - 2) / len(text))
        top = (box[1] + box[3]) / 2 - step * (len(text) - 1) / 2
        for index, character in enumerate(text):
            self.text((box[0] + box[2]) / 2, top + index * step, character, 10, anchor="mm")

    def cell(self, box: Box, cell: Cell) -> None:
        left, top, right, bottom = box
        inner = (left + 1.2, top + 0.6, right - 1.2, bottom - 0.6)
        if cell is None:
            return
        if isinstance(cell, str):
            self.paragraph(inner, cell, 9.5, align="center")
        elif isinstance(cell, Label):
            self.paragraph(inner, cell.text, cell.pt, cell.role, cell.align, cell.ink)
        elif isinstance(cell, Value):
            self.value(inner, cell)
        elif isinstance(cell, Ticks):
            self._ticks(inner, cell)
        else:
            cell(self, box)

    def tick(self, x: float, y: float, caption: str, ticked: bool, pt: float = 9.5) -> float:
        """A tick box and its caption; returns the x behind it."""
        side = pt * MM_PER_POINT * 0.85
        self.box((x, y - side / 2, x + side, y + side / 2), mm=0.2)
        if ticked:
            ink = self.style.value_ink if self.style.hand else self.style.label_ink
            shake = self.rng.uniform(-0.25, 0.25, 4)
            points = [
                (x + side * 0.15 + shake[0], y),
                (x + side * 0.42, y + side * 0.38 + shake[1]),
                (x + side * 1.05 + shake[2], y - side * 0.62 + shake[3]),
            ]
            self.pen.line(
                [(self.px(a), self.px(b)) for a, b in points],
                fill=ink,
                width=max(2, self.px(0.4)),
                joint="curve",
            )
        return self.text(x + side * 1.3, y, caption, pt)[2]

    def paste(self, picture: Image.Image, box: Box) -> None:
        """A picture scaled into a box in mm."""
        size = self.px(box[2]) - self.px(box[0]), self.px(box[3]) - self.px(box[1])
        self.image.paste(picture.resize(size, Image.Resampling.BILINEAR), (self.px(box[0]), self.px(box[1])))

    def signature(self, x: float, y: float, name: str, pt: float = 17) -> None:
        """A name signed by hand, whatever the page's values are written with."""
        font = fonts.face_for(name, "hand", self.pt(pt), int(self.rng.integers(fonts.CHOICES)))
        ink = BLUE_INK if self.rng.random() < 0.4 else DARK_INK
        signer = handwriting.draw_hand(self.rng)
        handwriting.write(
            self.image, x * self.dpi / 25.4, self.px(y), name, font, ink, signer, self.rng, slant=0.12
        )

    def _ticks(self, box: Box, ticks: Ticks) -> None:
        left, top, right, bottom = box
        step = ticks.pt * MM_PER_POINT
        rows: list[list[tuple[str, bool]]] = [[]]
        used = 0.0
        for caption, ticked in ticks.options:
            width = self.measure(caption, self.style.label, ticks.pt, self.style.label_choice) + step * 2
            if used + width > right - left and rows[-1]:
                rows.append([])
                used = 0.0
            rows[-1].append((caption, ticked))
            used += width
        for index, row in enumerate(rows):
            x = left
            y = top + (bottom - top) * (index + 0.5) / len(rows)
            for caption, ticked in row:
                x = self.tick(x, y, caption, ticked, ticks.pt) + step * 0.7

    def _wrap(self, text: str, role: str, pt: float, choice: int, width: float) -> list[str]:
        font = fonts.face_for(text, role, self.pt(pt), choice)
        limit = width * self.dpi / 25.4
        lines: list[str] = []
        for part in text.split("\n"):
            line = ""
            used = 0.0
            for character in part:
                advance = font.getlength(character)
                if line and used + advance > limit and character not in "，。；：、）》":
                    lines.append(line)
                    line, used = "", 0.0
                line += character
                used += advance
            lines.append(line)
        return lines

    def _fit(
        self, box: Box, text: str, role: str, pt: float, choice: int, leading: float
    ) -> tuple[list[str], float]:
        width, height = box[2] - box[0], box[3] - box[1]
        while True:
            lines = self._wrap(text, role, pt, choice, width)
            # A short value (a plate, a number) shrinks rather than breaks, as clerks and printers do.
            broken = len(lines) > 1 and len(text) <= 20 and "\n" not in text and pt > 6.5
            if pt <= 5.5 or (not broken and len(lines) * pt * MM_PER_POINT * leading <= height):
                return lines, pt
            pt -= 0.5

    def _placed(
        self, box: Box, lines: list[str], pt: float, align: str, leading: float
    ) -> list[tuple[float, float, str, str]]:
        left, top, right, bottom = box
        step = pt * MM_PER_POINT * leading
        y = (top + bottom) / 2 - step * (len(lines) - 1) / 2
        x, anchor = {"left": (left, "lm"), "center": ((left + right) / 2, "mm"), "right": (right, "rm")}[
            align
        ]
        return [(x, y + index * step, line, anchor) for index, line in enumerate(lines)]

    def _typed(self, left: float, y: float, text: str, font: fonts.Face, ink: Ink) -> None:
        if not self.style.dots:
            self.pen.text((left * self.dpi / 25.4, self.px(y)), text, font=font, fill=ink, anchor="lm")
            return
        # An impact printer leaves rows of dots: its strokes are drawn, then thinned row by row.
        width, height = int(font.getlength(text)) + 8, int(font.size * 1.6)
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((2, height / 2), text, font=font, fill=255, anchor="lm", stroke_width=0)
        strokes = np.asarray(mask).copy()
        period = max(3, round(self.dpi / 72))
        strokes[::period] = (strokes[::period] * 0.45).astype(np.uint8)
        self.image.paste(
            ink, (round(left * self.dpi / 25.4) - 2, self.px(y) - height // 2), Image.fromarray(strokes)
        )


Layout = Callable[[Identity, int, np.random.Generator], Page]


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month:02d}月{day.day:02d}日"


def dated(day: date, code: str | None, form: str = "chinese", **options: object) -> Value:
    """A date as a value: printed as 2025年06月03日, 2025-06-03 or 2025.06.03; the truth keeps the ISO
    form."""
    text = {"chinese": chinese_date(day), "iso": day.isoformat(), "dots": f"{day:%Y.%m.%d}"}[form]
    return Value(text, code, day.isoformat(), **options)  # type: ignore[arg-type]
