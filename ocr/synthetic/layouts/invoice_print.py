"""How invoices of several editions are printed: a preprinted form with values off their rules, the head and the parties
of a digital invoice; and the values that all of them bear.

Knows ink, paper and places. Knows no edition: captions and their order are `invoice_editions`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ocr.synthetic import figures
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import digits, pick
from ocr.synthetic.page import A4, Page, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

Entry = tuple[str, float, Value]  # caption, where its value begins, what is printed there
Line = Sequence[tuple[float, Entry]]  # where each caption begins

_MAROON: Ink = (136, 44, 62)


def price_values(identity: Identity) -> tuple[Value, Value, float]:
    """The price in capitals and in figures, and the amount before tax."""
    price = identity.deal.price
    amount = Value(f"￥{price}.00", "price_total", f"{price}.00")
    return Value(in_capitals(price)), amount, round(price / 1.13, 2)


def origin(identity: Identity, rng: np.random.Generator) -> tuple[Value, Value]:
    """Number of the maker's certificate, or, now and then, of the import certificate instead."""
    if rng.random() < 0.15:
        number = "XX" + digits(rng, 7)
        return Value("", pt=9.5), Value(number, "import_cert_no", pt=9.5)
    return Value(identity.vehicle.cert_no, "cert_no", pt=9.5), Value(pick(rng, "", "/"), pt=9.5)


def offset_form(
    page: Page,
    x: float,
    y: float,
    wide: float,
    lines: Sequence[Line],
    step: float,
    shift: tuple[float, float],
) -> float:
    """A printed form of rules and captions, and over it values that another printer has put a little astray."""
    bottom = y + step * len(lines)
    for index, line in enumerate(lines):
        page.line(x, y + index * step, x + wide, y + index * step, 0.25)
        for start, (caption, _, _) in line:
            if start:
                page.line(x + start, y + index * step, x + start, y + (index + 1) * step, 0.25)
            page.text(x + start + 1.5, y + (index + 0.5) * step, caption, 9)
    page.box((x, y, x + wide, bottom), 0.45)
    for index, line in enumerate(lines):
        for position, (_, (_, begin, value)) in enumerate(line):
            end = line[position + 1][0] if position + 1 < len(line) else wide
            middle = y + (index + 0.5) * step + shift[1]
            page.value(
                (x + begin + shift[0], middle - step / 2, x + end + shift[0], middle + step / 2), value
            )
    return bottom


def offset_page(dpi: int, rng: np.random.Generator, ink: Ink) -> tuple[Page, float, float]:
    """The form alone or on A4 across, with its upper left corner."""
    style = Style(
        label=pick(rng, "song", "hei"),
        title=pick(rng, "song_heavy", "hei_heavy"),
        value=pick(rng, "typed", "song"),
        label_ink=ink,
        line_ink=ink,
        value_ink=pick(rng, (44, 44, 92), BLACK, (70, 70, 76)),
        dots=bool(rng.random() < 0.5),
        label_choice=int(rng.integers(2)),
    )
    if rng.random() < 0.5:
        return Page(230, 160, dpi, rng, style, pick(rng, (254, 252, 250), (252, 246, 240))), 0.0, 0.0
    return Page(A4[1], A4[0], dpi, rng, style), float(rng.uniform(5, 60)), float(rng.uniform(3, 44))


def digital(identity: Identity, dpi: int, rng: np.random.Generator, title: str, mark: str) -> Page:
    """The head of a digital invoice, number of 20 digits, on the upper half of an A4 sheet."""
    style = Style(
        label="song",
        title=pick(rng, "song", "song_heavy"),
        value=pick(rng, "song", "hei"),
        label_ink=_MAROON,
        line_ink=_MAROON,
        line_mm=0.2,
        label_choice=int(rng.integers(2)),
    )
    page = Page(A4[0], pick(rng, A4[1], A4[1], 140.0), dpi, rng, style)
    page.truth.materials = [mark]
    deal = identity.deal
    number = f"{deal.invoice_date:%y}312{digits(rng, 15)}"
    page.title(16, title, 15, x=98, ink=_MAROON)
    page.line(60, 21, 136, 21, 0.3)
    page.line(60, 22.2, 136, 22.2, 0.3)
    page.pen.ellipse(
        [page.px(v) for v in (86, 12, 110, 29)], outline=(214, 90, 90), width=max(1, page.px(0.4))
    )
    page.text(98, 26, "示例税务局", 5, "song", (214, 90, 90), "mm")
    page.text(150, 14, "发票号码：", 8.5)
    page.field(165, 14, Value(number, "invoice_no", pt=8.5))
    page.text(150, 20, "开票日期：", 8.5)
    page.field(165, 20, dated(deal.invoice_date, "issue_date", pt=8.5))
    page.paste(figures.square_code(rng), (12, 8, 30, 26))
    return page


def party(page: Page, x: float, y: float, heading: str, name: Value, number: Value) -> None:
    """The narrow heading and the two lines of a buyer or a seller."""
    page.box((x, y, x + 93, y + 22))
    page.side((x, y, x + 6, y + 22), heading)
    page.text(x + 8, y + 7, "名称：", 9)
    page.value((x + 18, y + 3, x + 92, y + 11), name)
    end = page.text(x + 8, y + 16, "统一社会信用代码/纳税人识别号：", 7)[2]
    page.value((end + 0.5, y + 12, x + 92.5, y + 20), number)
