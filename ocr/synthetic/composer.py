"""Pages composed at random: the wording of a type in an arrangement that chance chooses.

Knows arrangements (table, list, letter, certificate, slip, card, booklet, mounted picture) and chooses paper,
type, order and pictures anew for each page, so that nothing but wording and general kind tells one type from
another. Knows no real form; what papers say comes from `wording`, what stands on them is drawn by `composed`.

Photographs without words (M-IP-05 to M-IP-08) have no wording and are not composed; see COMPOSED.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from ocr.synthetic import figures, stamps, wording
from ocr.synthetic.composed import bodies, heads_and_feet
from ocr.synthetic.composed.draft import INKS, PAPERS, Draft
from ocr.synthetic.composed.fitting import fitted
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Page
from ocr.synthetic.style import Style, draw_style
from ocr.synthetic.wording import Entry, Variant, Writer, pick

COMPOSED: tuple[str, ...] = tuple(wording.materials())
_CLOSING_DATES = ("sign_date", "issue_date", "accept_date", "inspect_date", "exam_date")


def compose(code: str, identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A page of a material type in COMPOSED, drawn by chance. Raises KeyError for another code."""
    variant = pick(rng, wording.materials()[code])
    return compose_as(code, variant, draw_kind(variant, rng), identity, dpi, rng)


def draw_kind(variant: Variant, rng: np.random.Generator) -> str:
    """One of the arrangements that the variant comes in, by its weights."""
    weights = np.array(list(variant.kinds.values()))
    return list(variant.kinds)[int(rng.choice(len(weights), p=weights / weights.sum()))]


def compose_as(
    material: str, variant: Variant, kind: str, identity: Identity, dpi: int, rng: np.random.Generator
) -> Page:
    """A page of one variant in one arrangement; its truth names `material`."""
    writer = Writer(identity, rng, variant.codes, material)
    draft = Draft(
        variant=variant,
        identity=identity,
        dpi=dpi,
        rng=rng,
        writer=writer,
        material=material,
        style=_style(rng, kind),
        title=writer.plain(pick(rng, variant.titles)),
        drop=float(rng.choice([0.0, 0.15, 0.35, 0.6])),
        closing=next((code for code in _CLOSING_DATES if code in variant.codes), None),
    )
    if draft.closing and kind != "letter" and draft.chance(0.5):
        draft.closing = None
    draft.entries = _entries(draft)
    page = _KINDS[kind](draft)
    page.truth.materials = [material]
    return page


def _style(rng: np.random.Generator, kind: str) -> Style:
    hand, dots = {"card": (0.0, 0.0), "certificate": (0.1, 0.15), "receipt": (0.12, 0.35)}.get(
        kind, (0.25, 0.12)
    )
    style = draw_style(rng, hand, dots)
    if rng.random() < {"booklet": 0.7, "certificate": 0.5, "card": 0.6, "receipt": 0.4}.get(kind, 0.08):
        ink = pick(rng, INKS)
        style = replace(style, label_ink=ink, line_ink=ink)
    return style


def _entries(draft: Draft) -> list[Entry]:
    """The labels of this page in its order: all required ones, some of the rest, now and then a foreign one."""
    variant, rng = draft.variant, draft.rng
    kept = [
        entry
        for entry in (*variant.fields, *variant.others)
        if (entry.code is None or entry.code != draft.closing)
        and (entry.required or rng.random() >= draft.drop)
    ]
    if rng.random() < 0.12:
        other = pick(rng, pick(rng, tuple(wording.materials().values())))
        kept += [pick(rng, other.others) for _ in range(int(rng.integers(1, 4))) if other.others]
    if rng.random() < 0.6:
        return [kept[index] for index in rng.permutation(len(kept))]
    return kept


# Sheets -------------------------------------------------------------------------------------------------------


def _form(draft: Draft) -> Page:
    page = _sheet(draft, landscape=0.15)
    left, right, top, bottom = _margins(draft, page)
    inside = draft.chance(0.1)
    y = heads_and_feet.head(draft, page, left, right, top) if not inside else top
    y += page.height * float(draft.rng.choice([0, 0, 0.02, 0.06]))
    foot = heads_and_feet.foot_height(draft, page)
    if inside:
        first = y
        y = heads_and_feet.title(draft, page, (left + right) / 2, y + 8, right - left - 6, 0.8) + float(
            draft.rng.uniform(2, 5)
        )
        page.box((left, first, right, y))
    y = bodies.grid(draft, page, (left, y, right, bottom - foot))
    heads_and_feet.closing(draft, page, left, right, y, bottom)
    return page


def _list(draft: Draft) -> Page:
    page = _sheet(draft, landscape=0.12)
    left, right, top, bottom = _margins(draft, page)
    y = heads_and_feet.head(draft, page, left, right, top)
    y = bodies.pairs(draft, page, (left, y + 3, right, bottom - heads_and_feet.foot_height(draft, page)))
    heads_and_feet.closing(draft, page, left, right, y, bottom)
    return page


def _letter(draft: Draft) -> Page:
    page = _sheet(draft, landscape=0.03)
    left, right, top, bottom = _margins(draft, page)
    y = heads_and_feet.head(draft, page, left + 4, right - 4, top + 4)
    y = bodies.sentences(
        draft, page, (left + 5, y + 4, right - 5, bottom - heads_and_feet.foot_height(draft, page))
    )
    heads_and_feet.closing(draft, page, left + 4, right - 4, y, bottom)
    return page


def _certificate(draft: Draft) -> Page:
    wide = draft.chance(0.5)
    scale = float(draft.rng.choice([0.62, 0.71, 0.85, 1.0]))
    size = (297 * scale, 210 * scale) if wide else (210 * scale, 297 * scale)
    page = Page(*size, draft.dpi, draft.rng, draft.style, pick(draft.rng, PAPERS))
    edge = float(draft.rng.uniform(4, 9))
    ink = pick(draft.rng, INKS)
    for step in range(int(draft.rng.integers(1, 4))):
        inset = edge + step * 1.6
        page.box((inset, inset, page.width - inset, page.height - inset), (1.0, 0.3, 0.5)[step], ink)
    inner = edge + 9 * min(1.0, page.width / 180)
    if draft.chance(0.35):
        _emblem(page, page.width / 2, inner + 6, 6)
        inner_top = inner + 14
    else:
        inner_top = inner
    left, right, bottom = inner, page.width - inner, page.height - inner
    y = heads_and_feet.head(draft, page, left, right, inner_top) + page.height * float(
        draft.rng.uniform(0, 0.08)
    )
    box = (left, y + 2, right, bottom - heads_and_feet.foot_height(draft, page))
    draw = (
        bodies.sentences
        if draft.variant.text and draft.chance(0.6)
        else (bodies.grid if draft.chance(0.3) else bodies.pairs)
    )
    y = draw(draft, page, box)
    heads_and_feet.closing(draft, page, left, right, y, bottom)
    return page if draft.chance(0.6) else _laid(draft, page)


def _receipt(draft: Draft) -> Page:
    rng = draft.rng
    narrow = draft.chance(0.4)
    size = (
        (rng.uniform(80, 110), rng.uniform(150, 210))
        if narrow
        else (rng.uniform(165, 235), rng.uniform(110, 145))
    )
    page = Page(float(size[0]), float(size[1]), draft.dpi, rng, draft.style, pick(rng, PAPERS))
    left, right, top, bottom = 6.0, page.width - 6.0, 6.0, page.height - 5.0
    y = heads_and_feet.head(draft, page, left, right, top)
    draw = (
        bodies.sentences
        if draft.variant.text and draft.chance(0.25)
        else (bodies.grid if draft.chance(0.45) else bodies.pairs)
    )
    y = draw(draft, page, (left, y + 1, right, bottom - heads_and_feet.foot_height(draft, page)))
    heads_and_feet.closing(draft, page, left, right, y, bottom)
    return page if draft.chance(0.35) else _laid(draft, page)


def _booklet(draft: Draft) -> Page:
    spread = draft.chance(0.65)
    size = (297.0, 210.0) if spread and draft.chance(0.4) else (210.0, 148.0) if spread else (148.0, 210.0)
    page = Page(*size, draft.dpi, draft.rng, draft.style, pick(draft.rng, PAPERS))
    middle = page.width / 2
    halves = [(8.0, middle - 7), (middle + 7, page.width - 8)] if spread else [(9.0, page.width - 9)]
    if spread:
        page.line(middle, 2, middle, page.height - 2, 0.5, (186, 188, 186))
        draft.rng.shuffle(halves)
    bottom = page.height - 8
    y = heads_and_feet.head(draft, page, *halves[0], 9)
    draw = (
        bodies.sentences
        if draft.variant.text and draft.chance(0.3)
        else (bodies.grid if draft.chance(0.6) else bodies.pairs)
    )
    first = draft.entries
    if spread:
        draft.entries = [entry for entry in first if entry.required or draft.chance(0.4)]
    y = draw(
        draft, page, (halves[0][0], y + 1, halves[0][1], bottom - heads_and_feet.foot_height(draft, page))
    )
    heads_and_feet.closing(draft, page, *halves[0], y, bottom)
    if spread:
        draft.entries = [entry for entry in first if entry not in draft.entries] or first[:4]
        beside = bodies.grid if draft.chance(0.6) else bodies.pairs
        beside(draft, page, (halves[1][0], 12, halves[1][1], bottom - 6))
    return page if draft.chance(0.7) else _laid(draft, page)


def _cards(draft: Draft) -> Page:
    """One or two card-sized papers, copied on a sheet or scanned alone."""
    first = _card(draft, draft.entries)
    if draft.chance(0.2):
        return first
    page = Page(*(A4 if draft.chance(0.85) else A4[::-1]), draft.dpi, draft.rng, draft.style)
    scale = first.width
    left = float(draft.rng.uniform(6, page.width - scale - 6))
    top = float(draft.rng.uniform(8, page.height / 2 - first.height - 2 if page.height > 220 else 20))
    _lay(page, first, left, top)
    if draft.chance(0.55):
        rest = [entry for entry in draft.entries if entry.code not in first.truth.fields]
        draft.title = draft.writer.plain(pick(draft.rng, draft.variant.titles))
        second = _card(draft, rest) if len(rest) > 1 and draft.chance(0.7) else _card_face(draft)
        across = left + scale + second.width + 8 < page.width and draft.chance(0.5)
        if across:
            _lay(page, second, left + scale + 5, top)
        elif top + first.height + second.height + 8 < page.height:
            gap = float(draft.rng.uniform(3, page.height - top - first.height - second.height - 4))
            _lay(page, second, min(left, page.width - second.width - 4), top + first.height + gap)
    if draft.chance(0.3):
        stamps.press_box(
            page, page.width - 45, page.height - 18, ("与原件核对一致", f"{draft.identity.day:%Y.%m.%d}")
        )
    elif draft.chance(0.3):
        page.text(20, page.height - 18, draft.aside(), 10)
    return page


def _card(draft: Draft, entries: Sequence[Entry]) -> Page:
    scale = float(draft.rng.uniform(0.95, 1.75))
    wide, high = (85.6, 54.0) if draft.chance(0.55) else (96.0, 66.0)
    page = Page(wide * scale, high * scale, draft.dpi, draft.rng, draft.style)
    _tint(draft, page)
    left, right, top = 4 * scale, page.width - 4 * scale, 6.5 * scale
    heads_and_feet.title(draft, page, page.width / 2, top, right - left, 0.42 * scale)
    top += 4.5 * scale * (1 + draft.title.count("//") * 0.8)
    if draft.material.startswith(("M-ID", "M-DR")) and draft.chance(0.7):
        deep = min(24 * scale, page.height - top - 8 * scale)
        near = left if draft.chance(0.35) else right - deep * 0.75
        picture = figures.portrait(draft.identity.owner.id_number, 120, 160)
        page.paste(picture, (near, top + 3, near + deep * 0.75, top + 3 + deep))
        left, right = (left + deep * 0.75 + 3, right) if near == left else (left, near - 3)
    needed = [entry for entry in entries if entry.required]
    held, draft.entries = draft.entries, needed + [entry for entry in entries if not entry.required]
    bodies.pairs(draft, page, (left, top, right, page.height - 3 * scale), columns=1, largest=8.5 * scale)
    draft.entries = held
    if draft.variant.seals and draft.chance(0.4):
        side = 13 * scale
        x = float(draft.rng.uniform(page.width * 0.2, page.width * 0.8))
        stamps.press_square(page, x, page.height - side, draft.issuer()[:9], side)
    return page


def _card_face(draft: Draft) -> Page:
    """The other side of a card or the cover of its case: a title, perhaps an emblem, and who issued it."""
    scale = float(draft.rng.uniform(0.95, 1.6))
    page = Page(85.6 * scale, 54 * scale, draft.dpi, draft.rng, draft.style)
    _tint(draft, page)
    if draft.chance(0.6):
        x = page.width / 2 if draft.chance(0.4) else 15 * scale
        _emblem(page, x, 14 * scale, 9 * scale)
    heads_and_feet.title(
        draft, page, page.width / 2, float(draft.rng.uniform(24, 34)) * scale, page.width - 12, 0.62 * scale
    )
    if draft.variant.issuers and draft.chance(0.7):
        fitted(page, page.width / 2, 46 * scale, draft.issuer(), 9 * scale, page.width - 10, "mm")
    return page


def _mounted(draft: Draft) -> Page:
    """A picture glued or printed on a sheet, with its caption and some particulars."""
    page = _sheet(draft, landscape=0.3)
    left, right, top, bottom = _margins(draft, page)
    above = draft.chance(0.65)
    y = heads_and_feet.head(draft, page, left, right, top) if above else top
    picture, wide, high = _picture(draft, right - left)
    room = bottom - y - high - 58
    x, y = float(draft.rng.uniform(left, right - wide)), y + 4 + float(draft.rng.uniform(0, max(room, 1)))
    page.paste(picture, (x, y, x + wide, y + high))
    if draft.chance(0.4):
        page.box((x - 2, y - 2, x + wide + 2, y + high + 2))
    y += high + 5
    if not above:
        y = heads_and_feet.title(draft, page, page.width / 2, y + 3, right - left, 0.6) + 2
    if draft.material == "M-DR-03" and draft.chance(0.3):
        page.note("person_name", draft.identity.owner.name)
        return page
    bodies.pairs(draft, page, (left, y + 1, right, min(bottom, y + 48)))
    if draft.material == "M-IP-03":
        page.note("vin", draft.identity.vehicle.vin)
    if draft.material == "M-IP-04":
        page.note("vehicle_shape", "轿车")
    return page


def _picture(draft: Draft, room: float) -> tuple[Image.Image, float, float]:
    """The picture of a mounted page, its width and height in mm."""
    rng, vehicle = draft.rng, draft.identity.vehicle
    if draft.material == "M-IP-03":
        wide = float(rng.uniform(80, room))
        return figures.rubbing(rng, vehicle.vin, round(wide * 5), round(wide * 5 / 7.8)), wide, wide / 7.8
    if draft.material == "M-IP-04":
        wide = float(rng.uniform(70, min(room, 150)))
        picture = figures.car(rng, vehicle.plate_no, vehicle.body_color, vehicle.electric, 540, 360)
        return picture, wide, wide / 1.5
    wide = float(rng.choice([22, 25, 33, 45, 70]))
    return figures.portrait(draft.identity.owner.id_number, 150, 200), wide, wide / 0.75


def _sheet(draft: Draft, landscape: float) -> Page:
    size = (
        A4
        if draft.chance(0.87)
        else [(148.0, 210.0), (184.0, 260.0), (210.0, 285.0)][int(draft.rng.integers(3))]
    )
    if draft.chance(landscape):
        size = (size[1], size[0])
    paper = PAPERS[0] if draft.chance(0.85) else pick(draft.rng, PAPERS)
    return Page(*size, draft.dpi, draft.rng, draft.style, paper)


def _margins(draft: Draft, page: Page) -> tuple[float, float, float, float]:
    side = page.width * draft.rng.uniform(0.05, 0.13)
    shift = float(draft.rng.uniform(-3, 3))
    top = page.height * draft.rng.uniform(0.03, 0.09)
    return (
        side + shift,
        page.width - side + shift,
        float(top),
        page.height * float(draft.rng.uniform(0.92, 0.97)),
    )


def _laid(draft: Draft, paper: Page) -> Page:
    """The paper as it lies on the glass: somewhere on a larger sheet."""
    size = A4 if paper.width <= 205 and draft.chance(0.8) else A4[::-1]
    if paper.width > size[0] - 2 or paper.height > size[1] - 2:
        return paper
    page = Page(*size, draft.dpi, draft.rng, draft.style)
    x, y = draft.rng.uniform(1, size[0] - paper.width - 1), draft.rng.uniform(1, size[1] - paper.height - 1)
    _lay(page, paper, float(x), float(y))
    if draft.chance(0.5):
        page.box((float(x), float(y), float(x) + paper.width, float(y) + paper.height), 0.2, (190, 190, 190))
    return page


def _lay(page: Page, paper: Page, x: float, y: float) -> None:
    """Copies a smaller paper onto the page, and what it says into the page's truth."""
    page.image.paste(paper.image, (page.px(x), page.px(y)))
    for code, value in paper.truth.fields.items():
        box = paper.truth.boxes.get(code)
        page.note(code, value, [(box[0] + x, box[1] + y, box[2] + x, box[3] + y)] if box else ())
    page.truth.printed.extend(
        (text, (box[0] + x, box[1] + y, box[2] + x, box[3] + y)) for text, box in paper.truth.printed
    )


def _emblem(page: Page, x: float, y: float, radius: float) -> None:
    """A disc in a ring: a stand-in for an emblem, on purpose nobody's."""
    for share, ink in ((1.0, (200, 158, 74)), (0.78, (190, 40, 44)), (0.3, (226, 190, 100))):
        edge = radius * share
        page.pen.ellipse([page.px(v) for v in (x - edge, y - edge, x + edge, y + edge)], fill=ink)


def _tint(draft: Draft, page: Page) -> None:
    """The card's body: tinted from left to right, with fine waves."""
    wide, high = page.image.size
    ends = draft.rng.integers(214, 252, (2, 3))
    across = np.linspace(0, 1, wide)[None, :, None]
    body = np.repeat(ends[0] * (1 - across) + ends[1] * across, high, axis=0)
    ys, xs = np.arange(high)[:, None], np.arange(wide)[None, :]
    period = page.dpi / 25.4 * float(draft.rng.uniform(1.8, 4))
    body[np.abs(np.sin((ys + np.sin(xs / (period * 3)) * period) / period * 6.283)) > 0.94] -= 9
    page.image.paste(Image.fromarray(body.astype(np.uint8)))
    page.box((0.2, 0.2, page.width - 0.3, page.height - 0.3), 0.25, (168, 172, 176))


_KINDS: dict[str, Callable[[Draft], Page]] = {
    "table": _form,
    "list": _list,
    "letter": _letter,
    "certificate": _certificate,
    "receipt": _receipt,
    "card": _cards,
    "booklet": _booklet,
    "photo": _mounted,
}
