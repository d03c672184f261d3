"""Cards and booklet pages on a copier's glass: the stock they are printed on and where on a sheet they lie.

Knows tints, fine lines, stand-in emblems, bar codes, places on a sheet and the marks a clerk leaves on a copy.
Knows no document's wording and none of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, MM_PER_POINT, Box, Cell, Label, Page, Row, Value
from ocr.synthetic.style import BLACK, BLUE_INK, DARK_INK, Ink, Style, draw_style

CARD = (85.6, 54.0)  # mm, ISO 7810 ID-1

# Label x, y of the line, label (a second line is its translation), value x, value's right edge, value; in mm of
# the card.
Entry = tuple[float, float, str, float, float, Value | None]

_GOLD: Ink = (196, 152, 72)
_RED: Ink = (186, 40, 44)


@dataclass(frozen=True)
class Card:
    """A card or booklet page of `size` mm, its corner at (left, top) mm of the page, drawn `scale` times as
    large. Every measure given to it is in its own millimetres and points."""

    page: Page
    left: float
    top: float
    scale: float
    size: tuple[float, float]

    def x(self, x: float) -> float:
        return self.left + x * self.scale

    def y(self, y: float) -> float:
        return self.top + y * self.scale

    def box(self, box: Box) -> Box:
        return self.x(box[0]), self.y(box[1]), self.x(box[2]), self.y(box[3])

    def text(
        self,
        x: float,
        y: float,
        text: str,
        pt: float,
        role: str | None = None,
        ink: Ink | None = None,
        anchor: str = "lm",
        spacing: float = 0,
    ) -> Box:
        return self.page.text(
            self.x(x), self.y(y), text, pt * self.scale, role, ink, anchor, spacing * self.scale
        )

    def centred(
        self,
        y: float,
        text: str,
        pt: float,
        role: str = "song_heavy",
        ink: Ink | None = None,
        spacing: float = 0,
    ) -> None:
        self.text(self.size[0] / 2, y, text, pt, role, ink, "mm", spacing)

    def value(self, box: Box, value: Value) -> None:
        """A value wrapped and shrunk into a box."""
        self.page.value(self.box(box), replace(value, pt=value.pt * self.scale))

    def broken(self, x: float, y: float, right: float, value: Value, count: int) -> None:
        """A long value in lines of `count` signs, the first of them at y."""
        parts = [value.text[start : start + count] for start in range(0, len(value.text), count)]
        canonical = value.text if value.canonical is None else value.canonical
        step = value.pt * MM_PER_POINT * 1.35
        box = (x, y - step / 2, right, y - step / 2 + step * len(parts))
        self.value(box, replace(value, text="\n".join(parts), canonical=canonical))

    def entries(
        self,
        entries: Sequence[Entry],
        label_pt: float = 6.0,
        value_pt: float = 7.5,
        label_role: str = "song",
        ink: Ink | None = None,
        high: float = 5.4,
    ) -> None:
        """Labels with their values beside them, each value within `high` mm."""
        for x, y, label, value_x, right, value in entries:
            chinese, _, english = label.partition("\n")
            self.text(x, y - (0.8 if english else 0), chinese, label_pt, label_role, ink)
            if english:
                self.text(x, y + 1.6, english, label_pt * 0.66, "latin", ink)
            if value:
                self.value((value_x, y - high / 2, right, y + high / 2), replace(value, pt=value_pt))

    def grid(self, x: float, y: float, rows: Sequence[Row], pt: float = 8.0) -> float:
        """A table whose plain labels are set at `pt`; returns its bottom in the card's mm."""
        drawn: list[Row] = [
            (
                height * self.scale,
                [(width * self.scale, self._scaled(cell, pt)) for width, cell in cells],
            )
            for height, cells in rows
        ]
        self.page.grid(self.x(x), self.y(y), drawn, border=0.3)
        return y + sum(height for height, _ in rows)

    def _scaled(self, cell: Cell, pt: float) -> Cell:
        if isinstance(cell, str):
            return Label(cell, pt * self.scale)
        if isinstance(cell, Label | Value):
            return replace(cell, pt=cell.pt * self.scale)
        return cell

    def rule(self, x0: float, y: float, x1: float, ink: Ink | None = None, mm: float = 0.15) -> None:
        self.page.line(self.x(x0), self.y(y), self.x(x1), self.y(y), mm, ink)

    def photo(self, box: Box, number: str, border: bool = False) -> None:
        self.page.paste(figures.portrait(number), self.box(box))
        if border:
            self.page.box(self.box(box), 0.2, (150, 150, 150))

    def bars(self, x: float, y: float, width: float, height: float) -> None:
        """A bar code that encodes nothing."""
        pen = x
        while pen < x + width:
            bar = float(self.page.rng.choice([0.16, 0.32, 0.48]))
            self.page.box(self.box((pen, y, pen + bar, y + height)), 0, fill=BLACK)
            pen += bar + float(self.page.rng.choice([0.2, 0.34, 0.5]))

    def square_code(self, x: float, y: float, side: float) -> None:
        self.page.paste(figures.square_code(self.page.rng), self.box((x, y, x + side, y + side)))

    def stock(self, tints: tuple[Ink, Ink], pattern: str = "waves", radius: float = 3.0) -> None:
        """The body: two tints from corner to corner under fine lines (waves, rosette, net or none)."""
        page = self.page
        wide, high = page.px(self.size[0] * self.scale), page.px(self.size[1] * self.scale)
        ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
        share = ((xs / wide + ys / high) / 2)[..., None]
        start, end = (np.array(tint, np.float32) for tint in tints)
        body = start + (end - start) * share
        body -= (self._lines(xs, ys, pattern) * np.float32(page.rng.uniform(7, 15)))[..., None]
        card = Image.fromarray(np.clip(body, 0, 255).astype(np.uint8))
        mask = Image.new("L", (wide, high))
        corner = page.px(radius * self.scale)
        ImageDraw.Draw(mask).rounded_rectangle([0, 0, wide - 1, high - 1], corner, fill=255)
        left, top = page.px(self.left), page.px(self.top)
        if page.rng.random() < 0.6:
            shade = Image.new("L", (wide + 24, high + 24))
            ImageDraw.Draw(shade).rounded_rectangle([12, 12, wide + 11, high + 11], corner, fill=120)
            page.image.paste(
                (118, 118, 122), (left - 9, top - 9), shade.filter(ImageFilter.GaussianBlur(4.5))
            )
        page.image.paste(card, (left, top), mask)
        if page.rng.random() < 0.5:
            page.box(self.box((0, 0, *self.size)), 0.2, (168, 168, 168), radius=radius * self.scale)

    def _lines(self, xs: np.ndarray, ys: np.ndarray, pattern: str) -> np.ndarray:
        step = self.page.dpi / 25.4 * self.scale * 2.2
        if pattern == "waves":
            wave = np.sin((ys + np.sin(xs / (step * 3.1)) * step * 1.4) / step * 6.283)
        elif pattern == "rosette":
            away = np.hypot(xs - xs.max() * 0.55, ys - ys.max() * 0.5)
            turn = np.arctan2(ys - ys.max() * 0.5, xs - xs.max() * 0.55)
            wave = np.sin((away + np.sin(turn * 14) * step * 0.9) / step * 6.283)
        elif pattern == "net":
            wave = np.maximum(np.sin((xs + ys) / step * 4.4), np.sin((xs - ys) / step * 4.4))
        else:
            return np.zeros_like(xs)
        return (np.abs(wave) > 0.93).astype(np.float32)

    def emblem(self, x: float, y: float, radius: float, form: str = "wreath", ink: Ink = _GOLD) -> None:
        """A stand-in for a state's, a force's or a police's emblem, on purpose none that exists."""

        def disc(dx: float, dy: float, r: float, fill: Ink) -> None:
            cx, cy = x + dx * radius, y + dy * radius
            self.page.pen.ellipse(
                [
                    self.page.px(v)
                    for v in (
                        self.x(cx - r * radius),
                        self.y(cy - r * radius),
                        self.x(cx + r * radius),
                        self.y(cy + r * radius),
                    )
                ],
                fill=fill,
            )

        if form == "star":
            self._polygon(x, y, radius, ink)
            self._polygon(x, y, radius * 0.78, _RED)
            return
        for angle in np.linspace(0, 2 * np.pi, 25)[:-1]:
            disc(0.86 * np.cos(angle), 0.86 * np.sin(angle), 0.15, ink)
        disc(0, 0, 0.8, _RED if form == "wreath" else (38, 66, 128))
        if form == "globe":
            disc(0, 0, 0.55, ink)
            disc(0, 0, 0.48, (38, 66, 128))
        self._polygon(x, y - radius * 0.1, radius * 0.34, (230, 196, 104))
        self.page.box(
            self.box((x - radius * 0.4, y + radius * 0.32, x + radius * 0.4, y + radius * 0.5)),
            0,
            fill=(222, 182, 92),
        )

    def _polygon(self, x: float, y: float, radius: float, fill: Ink) -> None:
        points = []
        for index in range(10):
            angle = -np.pi / 2 + index * np.pi / 5
            reach = radius if index % 2 == 0 else radius * 0.4
            points.append(
                (
                    self.page.px(self.x(x + reach * np.cos(angle))),
                    self.page.px(self.y(y + reach * np.sin(angle))),
                )
            )
        self.page.pen.polygon(points, fill=fill)


Side = Callable[[Card], None]


def copied(
    code: str,
    identity: Identity,
    dpi: int,
    rng: np.random.Generator,
    sides: Sequence[Side],
    *,
    size: tuple[float, float] = CARD,
    style: Style | None = None,
    ways: Sequence[str] = ("stacked", "stacked", "beside", "loose", "tight"),
    enlarge: tuple[float, float] = (0.95, 1.4),
    toner_share: float = 0.3,
) -> Page:
    """Sides of one document on a sheet, as a copier or a scanner got them.

    `ways`: stacked on A4; beside each other; loose, each anywhere and of any size; tight, the scan being hardly
    larger than the cards.
    """
    way = str(rng.choice(np.array(ways)))
    page, places = _places(way, dpi, rng, len(sides), size, style or Style(), enlarge)
    for side, (left, top, scale) in zip(sides, places, strict=True):
        side(Card(page, left, top, scale, size))
    page.truth.materials = [code]
    if rng.random() < toner_share:
        toner(page)
    if way != "tight":
        bottom = max(top + size[1] * scale for _, top, scale in places)
        certify(page, identity, bottom)
    return page


def _places(
    way: str,
    dpi: int,
    rng: np.random.Generator,
    count: int,
    size: tuple[float, float],
    style: Style,
    enlarge: tuple[float, float],
) -> tuple[Page, list[tuple[float, float, float]]]:
    wide, high = size

    def drawn(most: float) -> float:
        most = min(most, enlarge[1])
        return float(rng.uniform(min(enlarge[0], most), most))

    if way == "tight":
        margin = float(rng.uniform(1.5, 8))
        page = Page(wide + 2 * margin, margin + count * (high + margin), dpi, rng, style, (248, 248, 247))
        return page, [(margin, margin + n * (high + margin), 1.0) for n in range(count)]
    if way == "beside":
        scale = drawn(267 / (count * (wide + 5)))
        across = count * (wide * scale + 5) - 5
        sheet = A4 if across < 190 and high * scale < 250 else (A4[1], A4[0])
        page = Page(*sheet, dpi, rng, style)
        left = (sheet[0] - across) * rng.uniform(0.3, 0.7)
        top = (sheet[1] - high * scale) * rng.uniform(0.12, 0.5)
        return page, [(left + n * (wide * scale + 5), top, scale) for n in range(count)]
    page = Page(*A4, dpi, rng, style)
    most = min(190 / wide, 272 / (count * (high + 4)))
    slot, places = 277 / count, []
    shared, shift = drawn(most), rng.uniform(0.3, 0.7)
    for n in range(count):
        scale = shared if way == "stacked" else drawn(most)
        along = shift if way == "stacked" else rng.uniform(0.05, 0.95)
        spare = slot - high * scale
        down = rng.uniform(0.2, 0.45) if way == "stacked" else rng.uniform(0.05, 0.8)
        places.append((6 + (198 - wide * scale) * along, 10 + n * slot + max(spare, 0) * down, scale))
    return page, places


def toner(page: Page) -> None:
    """Makes what is on the page so far a black-and-white copy."""
    low, high = int(page.rng.integers(20, 60)), int(page.rng.integers(205, 245))
    curve = [min(max((level - low) * 255 // (high - low), 18), 255) for level in range(256)]
    page.image.paste(page.image.convert("L").point(curve).convert("RGB"))


def certify(page: Page, identity: Identity, bottom: float) -> None:
    """What a clerk or the holder adds to a copy, where the sheet has room below `bottom`: a stamp, or a line by
    hand with a name."""
    rng = page.rng
    room = page.height - bottom
    if room < 24 or (chance := rng.random()) > 0.7:
        return
    x, y = rng.uniform(40, page.width - 50), bottom + rng.uniform(14, min(room - 10, 60))
    if chance < 0.35:
        wording = ("与原件核对一致", "复印件与原件相符", "与原件核对无误", "原件已核")[int(rng.integers(4))]
        ink = stamps.SEAL_RED if rng.random() < 0.7 else (46, 60, 150)
        stamps.press_box(page, x, y, (wording, f"{identity.day:%Y.%m.%d}"), ink=ink)
        return
    wording = (
        "此复印件与原件一致，仅用于办理车驾管业务。",
        "仅供办理机动车业务使用，再次复印无效。",
        "与原件核对一致",
        "仅限车管业务使用",
    )[int(rng.integers(4))]
    left = min(x, page.width - 15 - page.measure(wording, "hand", 12))
    ink = BLUE_INK if rng.random() < 0.4 else DARK_INK
    page.write(left, y, wording, 12, "hand", ink, hand=True)
    if y + 16 < page.height:
        page.signature(min(left + 20, page.width - 50), y + 10, identity.owner.name)


def pick(rng: np.random.Generator, *options: str) -> str:
    """One wording by chance."""
    return options[int(rng.integers(len(options)))]


def booklet_style(rng: np.random.Generator, hand_share: float) -> Style:
    """How a printed booklet is filled in, by hand in that share of them."""
    style = draw_style(rng, hand_share, 0.25)
    return replace(style, title="song_heavy", label="song", line_mm=0.2)
