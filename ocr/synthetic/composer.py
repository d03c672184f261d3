"""Pages composed at random: the wording of a type in an arrangement that chance chooses.

Knows arrangements (table, list, letter, certificate, slip, card, booklet, mounted picture) and chooses paper,
type, order, borders, seals and notes anew for each page, so that nothing but wording and general kind tells one
type from another. Knows no real form; what papers say comes from `wording`.

Photographs without words (M-IP-05 to M-IP-08) have no wording and are not composed; see COMPOSED.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from ocr.synthetic import figures, stamps, wording
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, MM_PER_POINT, Box, Label, Page, Ticks, Value
from ocr.synthetic.style import Ink, Style, draw_style
from ocr.synthetic.wording import Choice, Entry, Piece, Variant, Writer, pick

COMPOSED: tuple[str, ...] = tuple(wording.materials())

_INKS: tuple[Ink, ...] = (
    (34, 32, 34),
    (32, 58, 120),
    (120, 70, 40),
    (28, 92, 66),
    (150, 34, 40),
    (90, 90, 96),
)
_PAPERS: tuple[Ink, ...] = (
    (255, 255, 255),
    (253, 249, 238),
    (246, 250, 244),
    (252, 240, 240),
    (240, 246, 252),
    (250, 246, 228),
)
_CLOSING_DATES = ("sign_date", "issue_date", "accept_date", "inspect_date", "exam_date")
_BANDS = (
    "基本信息",
    "申请信息",
    "登记信息",
    "车辆信息",
    "其他事项",
    "审核意见",
    "以下由经办人填写",
    "备　注",
)


@dataclass
class _Job:
    """One page in the making: what it says, and what of that is still to be put on paper."""

    variant: Variant
    identity: Identity
    dpi: int
    rng: np.random.Generator
    writer: Writer
    material: str
    style: Style
    title: str
    drop: float
    closing: str | None
    entries: list[Entry] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


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
    job = _Job(
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
    if job.closing and kind != "letter" and job.chance(0.5):
        job.closing = None
    job.entries = _entries(job)
    page = _KINDS[kind](job)
    page.truth.materials = [material]
    return page


def _style(rng: np.random.Generator, kind: str) -> Style:
    hand, dots = {"card": (0.0, 0.0), "certificate": (0.1, 0.15), "receipt": (0.12, 0.35)}.get(
        kind, (0.25, 0.12)
    )
    style = draw_style(rng, hand, dots)
    if rng.random() < {"booklet": 0.7, "certificate": 0.5, "card": 0.6, "receipt": 0.4}.get(kind, 0.08):
        ink = pick(rng, _INKS)
        style = replace(style, label_ink=ink, line_ink=ink)
    return style


def _entries(job: _Job) -> list[Entry]:
    """The labels of this page in its order: all required ones, some of the rest, now and then a foreign one."""
    variant, rng = job.variant, job.rng
    kept = [
        entry
        for entry in (*variant.fields, *variant.others)
        if (entry.code is None or entry.code != job.closing) and (entry.required or rng.random() >= job.drop)
    ]
    if rng.random() < 0.12:
        other = pick(rng, pick(rng, tuple(wording.materials().values())))
        kept += [pick(rng, other.others) for _ in range(int(rng.integers(1, 4))) if other.others]
    if rng.random() < 0.6:
        return [kept[index] for index in rng.permutation(len(kept))]
    return kept


# Sheets -------------------------------------------------------------------------------------------------------


def _form(job: _Job) -> Page:
    page = _sheet(job, landscape=0.15)
    left, right, top, bottom = _margins(job, page)
    inside = job.chance(0.1)
    y = _head(job, page, left, right, top) if not inside else top
    y += page.height * float(job.rng.choice([0, 0, 0.02, 0.06]))
    foot = _foot_height(job, page)
    if inside:
        first = y
        y = _title(job, page, (left + right) / 2, y + 8, right - left - 6, 0.8) + float(job.rng.uniform(2, 5))
        page.box((left, first, right, y))
    y = _grid(job, page, (left, y, right, bottom - foot))
    _closing(job, page, left, right, y, bottom)
    return page


def _list(job: _Job) -> Page:
    page = _sheet(job, landscape=0.12)
    left, right, top, bottom = _margins(job, page)
    y = _head(job, page, left, right, top)
    y = _pairs(job, page, (left, y + 3, right, bottom - _foot_height(job, page)))
    _closing(job, page, left, right, y, bottom)
    return page


def _letter(job: _Job) -> Page:
    page = _sheet(job, landscape=0.03)
    left, right, top, bottom = _margins(job, page)
    y = _head(job, page, left + 4, right - 4, top + 4)
    y = _body(job, page, (left + 5, y + 4, right - 5, bottom - _foot_height(job, page)))
    _closing(job, page, left + 4, right - 4, y, bottom)
    return page


def _certificate(job: _Job) -> Page:
    wide = job.chance(0.5)
    scale = float(job.rng.choice([0.62, 0.71, 0.85, 1.0]))
    size = (297 * scale, 210 * scale) if wide else (210 * scale, 297 * scale)
    page = Page(*size, job.dpi, job.rng, job.style, pick(job.rng, _PAPERS))
    edge = float(job.rng.uniform(4, 9))
    ink = pick(job.rng, _INKS)
    for step in range(int(job.rng.integers(1, 4))):
        inset = edge + step * 1.6
        page.box((inset, inset, page.width - inset, page.height - inset), (1.0, 0.3, 0.5)[step], ink)
    inner = edge + 9 * min(1.0, page.width / 180)
    if job.chance(0.35):
        _emblem(job, page, page.width / 2, inner + 6, 6)
        inner_top = inner + 14
    else:
        inner_top = inner
    left, right, bottom = inner, page.width - inner, page.height - inner
    y = _head(job, page, left, right, inner_top) + page.height * float(job.rng.uniform(0, 0.08))
    box = (left, y + 2, right, bottom - _foot_height(job, page))
    draw = _body if job.variant.text and job.chance(0.6) else (_grid if job.chance(0.3) else _pairs)
    y = draw(job, page, box)
    _closing(job, page, left, right, y, bottom)
    return page if job.chance(0.6) else _laid(job, page)


def _receipt(job: _Job) -> Page:
    rng = job.rng
    narrow = job.chance(0.4)
    size = (
        (rng.uniform(80, 110), rng.uniform(150, 210))
        if narrow
        else (rng.uniform(165, 235), rng.uniform(110, 145))
    )
    page = Page(float(size[0]), float(size[1]), job.dpi, rng, job.style, pick(rng, _PAPERS))
    left, right, top, bottom = 6.0, page.width - 6.0, 6.0, page.height - 5.0
    y = _head(job, page, left, right, top)
    draw = _body if job.variant.text and job.chance(0.25) else (_grid if job.chance(0.45) else _pairs)
    y = draw(job, page, (left, y + 1, right, bottom - _foot_height(job, page)))
    _closing(job, page, left, right, y, bottom)
    return page if job.chance(0.35) else _laid(job, page)


def _booklet(job: _Job) -> Page:
    spread = job.chance(0.65)
    size = (297.0, 210.0) if spread and job.chance(0.4) else (210.0, 148.0) if spread else (148.0, 210.0)
    page = Page(*size, job.dpi, job.rng, job.style, pick(job.rng, _PAPERS))
    middle = page.width / 2
    halves = [(8.0, middle - 7), (middle + 7, page.width - 8)] if spread else [(9.0, page.width - 9)]
    if spread:
        page.line(middle, 2, middle, page.height - 2, 0.5, (186, 188, 186))
        job.rng.shuffle(halves)
    bottom = page.height - 8
    y = _head(job, page, *halves[0], 9)
    draw = _body if job.variant.text and job.chance(0.3) else (_grid if job.chance(0.6) else _pairs)
    first = job.entries
    if spread:
        job.entries = [entry for entry in first if entry.required or job.chance(0.4)]
    y = draw(job, page, (halves[0][0], y + 1, halves[0][1], bottom - _foot_height(job, page)))
    _closing(job, page, *halves[0], y, bottom)
    if spread:
        job.entries = [entry for entry in first if entry not in job.entries] or first[:4]
        beside = _grid if job.chance(0.6) else _pairs
        beside(job, page, (halves[1][0], 12, halves[1][1], bottom - 6))
    return page if job.chance(0.7) else _laid(job, page)


def _cards(job: _Job) -> Page:
    """One or two card-sized papers, copied on a sheet or scanned alone."""
    first = _card(job, job.entries)
    if job.chance(0.2):
        return first
    page = Page(*(A4 if job.chance(0.85) else A4[::-1]), job.dpi, job.rng, job.style)
    scale = first.width
    left = float(job.rng.uniform(6, page.width - scale - 6))
    top = float(job.rng.uniform(8, page.height / 2 - first.height - 2 if page.height > 220 else 20))
    _lay(page, first, left, top)
    if job.chance(0.55):
        rest = [entry for entry in job.entries if entry.code not in first.truth.fields]
        job.title = job.writer.plain(pick(job.rng, job.variant.titles))
        second = _card(job, rest) if len(rest) > 1 and job.chance(0.7) else _card_face(job)
        across = left + scale + second.width + 8 < page.width and job.chance(0.5)
        if across:
            _lay(page, second, left + scale + 5, top)
        elif top + first.height + second.height + 8 < page.height:
            gap = float(job.rng.uniform(3, page.height - top - first.height - second.height - 4))
            _lay(page, second, min(left, page.width - second.width - 4), top + first.height + gap)
    if job.chance(0.3):
        stamps.press_box(
            page, page.width - 45, page.height - 18, ("与原件核对一致", f"{job.identity.day:%Y.%m.%d}")
        )
    elif job.chance(0.3):
        page.text(20, page.height - 18, _aside(job), 10)
    return page


def _card(job: _Job, entries: Sequence[Entry]) -> Page:
    scale = float(job.rng.uniform(0.95, 1.75))
    wide, high = (85.6, 54.0) if job.chance(0.55) else (96.0, 66.0)
    page = Page(wide * scale, high * scale, job.dpi, job.rng, job.style)
    _tint(job, page)
    left, right, top = 4 * scale, page.width - 4 * scale, 6.5 * scale
    _title(job, page, page.width / 2, top, right - left, 0.42 * scale)
    top += 4.5 * scale * (1 + job.title.count("//") * 0.8)
    if job.material.startswith(("M-ID", "M-DR")) and job.chance(0.7):
        deep = min(24 * scale, page.height - top - 8 * scale)
        near = left if job.chance(0.35) else right - deep * 0.75
        picture = figures.portrait(job.identity.owner.id_number, 120, 160)
        page.paste(picture, (near, top + 3, near + deep * 0.75, top + 3 + deep))
        left, right = (left + deep * 0.75 + 3, right) if near == left else (left, near - 3)
    needed = [entry for entry in entries if entry.required]
    job_entries, job.entries = job.entries, needed + [entry for entry in entries if not entry.required]
    _pairs(job, page, (left, top, right, page.height - 3 * scale), columns=1, largest=8.5 * scale)
    job.entries = job_entries
    if job.variant.seals and job.chance(0.4):
        side = 13 * scale
        x = float(job.rng.uniform(page.width * 0.2, page.width * 0.8))
        stamps.press_square(page, x, page.height - side, _issuer(job)[:9], side)
    return page


def _card_face(job: _Job) -> Page:
    """The other side of a card or the cover of its case: a title, perhaps an emblem, and who issued it."""
    scale = float(job.rng.uniform(0.95, 1.6))
    page = Page(85.6 * scale, 54 * scale, job.dpi, job.rng, job.style)
    _tint(job, page)
    if job.chance(0.6):
        x = page.width / 2 if job.chance(0.4) else 15 * scale
        _emblem(job, page, x, 14 * scale, 9 * scale)
    _title(job, page, page.width / 2, float(job.rng.uniform(24, 34)) * scale, page.width - 12, 0.62 * scale)
    if job.variant.issuers and job.chance(0.7):
        _fitted(page, page.width / 2, 46 * scale, _issuer(job), 9 * scale, page.width - 10, "mm")
    return page


def _mounted(job: _Job) -> Page:
    """A picture glued or printed on a sheet, with its caption and some particulars."""
    page = _sheet(job, landscape=0.3)
    left, right, top, bottom = _margins(job, page)
    above = job.chance(0.65)
    y = _head(job, page, left, right, top) if above else top
    picture, wide, high = _picture(job, right - left)
    room = bottom - y - high - 58
    x, y = float(job.rng.uniform(left, right - wide)), y + 4 + float(job.rng.uniform(0, max(room, 1)))
    page.paste(picture, (x, y, x + wide, y + high))
    if job.chance(0.4):
        page.box((x - 2, y - 2, x + wide + 2, y + high + 2))
    y += high + 5
    if not above:
        y = _title(job, page, page.width / 2, y + 3, right - left, 0.6) + 2
    if job.material == "M-DR-03" and job.chance(0.3):
        page.note("person_name", job.identity.owner.name)
        return page
    _pairs(job, page, (left, y + 1, right, min(bottom, y + 48)))
    if job.material == "M-IP-03":
        page.note("vin", job.identity.vehicle.vin)
    if job.material == "M-IP-04":
        page.note("vehicle_shape", "轿车")
    return page


def _picture(job: _Job, room: float) -> tuple[Image.Image, float, float]:
    """The picture of a mounted page, its width and height in mm."""
    rng, vehicle = job.rng, job.identity.vehicle
    if job.material == "M-IP-03":
        wide = float(rng.uniform(80, room))
        return figures.rubbing(rng, vehicle.vin, round(wide * 5), round(wide * 5 / 7.8)), wide, wide / 7.8
    if job.material == "M-IP-04":
        wide = float(rng.uniform(70, min(room, 150)))
        picture = figures.car(rng, vehicle.plate_no, vehicle.body_color, vehicle.electric, 540, 360)
        return picture, wide, wide / 1.5
    wide = float(rng.choice([22, 25, 33, 45, 70]))
    return figures.portrait(job.identity.owner.id_number, 150, 200), wide, wide / 0.75


def _sheet(job: _Job, landscape: float) -> Page:
    size = (
        A4 if job.chance(0.87) else [(148.0, 210.0), (184.0, 260.0), (210.0, 285.0)][int(job.rng.integers(3))]
    )
    if job.chance(landscape):
        size = (size[1], size[0])
    paper = _PAPERS[0] if job.chance(0.85) else pick(job.rng, _PAPERS)
    return Page(*size, job.dpi, job.rng, job.style, paper)


def _margins(job: _Job, page: Page) -> tuple[float, float, float, float]:
    side = page.width * job.rng.uniform(0.05, 0.13)
    shift = float(job.rng.uniform(-3, 3))
    top = page.height * job.rng.uniform(0.03, 0.09)
    return (
        side + shift,
        page.width - side + shift,
        float(top),
        page.height * float(job.rng.uniform(0.92, 0.97)),
    )


def _laid(job: _Job, paper: Page) -> Page:
    """The paper as it lies on the glass: somewhere on a larger sheet."""
    size = A4 if paper.width <= 205 and job.chance(0.8) else A4[::-1]
    if paper.width > size[0] - 2 or paper.height > size[1] - 2:
        return paper
    page = Page(*size, job.dpi, job.rng, job.style)
    x, y = job.rng.uniform(1, size[0] - paper.width - 1), job.rng.uniform(1, size[1] - paper.height - 1)
    _lay(page, paper, float(x), float(y))
    if job.chance(0.5):
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


# Heads --------------------------------------------------------------------------------------------------------


def _head(job: _Job, page: Page, left: float, right: float, y: float) -> float:
    """What stands above the body: issuer, numbers, codes and the title; returns the y below."""
    rng, small, below = job.rng, min(1.0, page.width / 190), y
    if job.chance(0.35):
        text, x, anchor = _corner(job), left, "lm"
        if job.chance(0.5):
            x, anchor = right, "rm"
        page.text(x, y, text, 9 * small, ink=pick(rng, _INKS) if job.chance(0.4) else None, anchor=anchor)
        y += 5 * small
    if job.chance(0.12):
        x = left if job.chance(0.3) else right - 42 * small
        _bars(job, page, (x, y, x + 42 * small, y + 8 * small))
        y += 10 * small
    if job.chance(0.14):
        side = 20 * small
        x = right - side if job.chance(0.75) else left
        page.paste(figures.square_code(rng), (x, y, x + side, y + side))
        left, right, below = (
            (left, right - side - 3, y + side) if x > left else (left + side + 3, right, y + side)
        )
    elif "photo" in job.variant.presence and page.height > 200 and job.chance(0.6):
        right -= 26
        _photo(job, page, right + 3, y)
        below = y + 31
    if job.variant.issuers and job.chance(0.25):
        issuer = _issuer(job)
        _fitted(page, (left + right) / 2, y + 3 * small, issuer, 15 * small, right - left, "mm")
        y += 8 * small
    x = (left + right) / 2 if job.chance(0.86) else left
    y = _title(job, page, x, y + 6 * small, right - left, small, "lm" if x == left else "mm")
    if job.chance(0.12):
        page.line(left, y, right, y, float(rng.choice([0.3, 0.6, 1.0])), job.style.line_ink)
        y += 2
    return max(y + float(rng.uniform(0, 5)) * small, below + 1)


def _title(job: _Job, page: Page, x: float, y: float, room: float, size: float, anchor: str = "mm") -> float:
    """The document's own heading, in one line or more; returns the y below."""
    rng = job.rng
    parts = job.title.split("//")
    if len(parts) == 2 and job.chance(0.3):
        parts = ["".join(parts)]
    elif len(parts) == 1 and len(parts[0]) > 11 and job.chance(0.2):
        middle = len(parts[0]) // 2
        parts = [parts[0][:middle], parts[0][middle:]]
    pt = float(rng.integers(13, 29)) * size
    role = pick(rng, ("song_heavy", "song_heavy", "hei_heavy", "hei", "kai", job.style.label))
    ink = job.style.label_ink if job.chance(0.75) else pick(rng, _INKS)
    spaced = job.chance(0.25)
    for part in parts:
        part_pt = _fit_pt(page, part, role, pt, room)
        width = page.measure(part, role, part_pt, job.style.label_choice)
        gap = float(min((room - width) / (len(part) + 1), rng.uniform(0.5, 8) * size)) if spaced else 0.0
        page.text(x, y, part, part_pt, role, ink, anchor, max(gap, 0.0))
        y += part_pt * MM_PER_POINT * 1.35
    return y - pt * MM_PER_POINT * 0.5 + 2 * size


def _corner(job: _Job) -> str:
    number = job.writer.plain("<@number>")
    return pick(
        job.rng,
        (
            f"No.{number}",
            f"№ {number}",
            f"编号：{number}",
            f"附件{number[0]}",
            "第 1 页 共 1 页",
            f"流水号：{number}",
        ),
    )


def _issuer(job: _Job) -> str:
    return job.writer.plain(pick(job.rng, job.variant.issuers or ("<@firm>",)))


def _bars(job: _Job, page: Page, box: Box) -> None:
    """Bars that look like a code; they encode nothing."""
    dark = (job.rng.random(95) < 0.5).astype(np.uint8)
    bars = Image.fromarray(np.where(dark, 30, 255).astype(np.uint8)[None, :].repeat(4, axis=0)).convert("RGB")
    page.image.paste(
        bars.resize((page.px(box[2] - box[0]), page.px(box[3] - box[1])), Image.Resampling.NEAREST),
        (page.px(box[0]), page.px(box[1])),
    )


def _emblem(job: _Job, page: Page, x: float, y: float, radius: float) -> None:
    """A disc in a ring: a stand-in for an emblem, on purpose nobody's."""
    for share, ink in ((1.0, (200, 158, 74)), (0.78, (190, 40, 44)), (0.3, (226, 190, 100))):
        edge = radius * share
        page.pen.ellipse([page.px(v) for v in (x - edge, y - edge, x + edge, y + edge)], fill=ink)


def _tint(job: _Job, page: Page) -> None:
    """The card's body: tinted from left to right, with fine waves."""
    wide, high = page.image.size
    ends = job.rng.integers(214, 252, (2, 3))
    across = np.linspace(0, 1, wide)[None, :, None]
    body = np.repeat(ends[0] * (1 - across) + ends[1] * across, high, axis=0)
    ys, xs = np.arange(high)[:, None], np.arange(wide)[None, :]
    period = page.dpi / 25.4 * float(job.rng.uniform(1.8, 4))
    body[np.abs(np.sin((ys + np.sin(xs / (period * 3)) * period) / period * 6.283)) > 0.94] -= 9
    page.image.paste(Image.fromarray(body.astype(np.uint8)))
    page.box((0.2, 0.2, page.width - 0.3, page.height - 0.3), 0.25, (168, 172, 176))


# Bodies -------------------------------------------------------------------------------------------------------


def _grid(job: _Job, page: Page, box: Box) -> float:
    """A table of labels and values, with tick boxes and bands; returns its bottom."""
    left, top, right, bottom = box
    rng, width = job.rng, right - left
    small = min(1.0, width / 150)
    rows = _rows(job, max(1, min(3, round(width / float(rng.uniform(55, 95))))))
    room = bottom - top
    while len(rows) > 1 and room / len(rows) < 6.0:
        spare = next((row for row in reversed(rows) if not _needed(row)), None)
        if spare is None:
            break
        rows.remove(spare)
    deep = min(
        float(rng.uniform(*((11, 24) if job.chance(0.5) else (6.5, 13)))), room / max(len(rows) + 1, 2)
    )
    border = pick(rng, ("full", "full", "full", "lines", "none", "dotted"))
    share = float(rng.uniform(0.26, 0.44))
    align = pick(rng, ("center", "left"))
    pt = (float(rng.choice([8, 8.5, 9, 10, 10.5])) + (deep > 11)) * max(small, 0.72)
    y = top
    for row in rows:
        height = deep
        if isinstance(row, Choice):
            height = max(deep, min(_ticks_height(row, pt, width * (1 - share * 0.6)), bottom - y))
        _row(job, page, (left, y, right, y + height), row, border, share, align, pt)
        y += height
    if border == "full":
        page.box((left, top, right, y), mm=float(rng.choice([0.3, 0.5, 0.7])))
    elif border == "lines":
        page.line(left, top, right, top, 0.5)
    return y


_Row = tuple[Entry, ...] | Choice | str


def _rows(job: _Job, across: int) -> list[_Row]:
    """The entries gathered into rows of at most `across`; long values have a row of their own."""
    rows: list[_Row] = []
    open_row: list[Entry] = []
    for entry in job.entries:
        if len(job.writer.content(entry).text) > 16 or len(entry.labels[0]) > 12:
            rows.append((entry,))
            continue
        open_row.append(entry)
        if len(open_row) == across or job.chance(0.12):
            rows.append(tuple(open_row))
            open_row = []
    if open_row:
        rows.append(tuple(open_row))
    for tick in job.variant.ticks:
        if tick.required or not job.chance(job.drop):
            rows.insert(int(job.rng.integers(len(rows) + 1)), tick)
    if job.chance(0.3):
        rows.insert(int(job.rng.integers(len(rows) + 1)), pick(job.rng, _BANDS))
    if job.chance(0.12):
        rows.append(Choice(("提交材料", "所附资料"), tuple(_cited(job) for _ in range(4))))
    if job.variant.text and job.chance(0.4):
        rows.append(job.writer.plain(job.variant.text[-1]))
    return rows


def _ticks_height(choice: Choice, pt: float, room: float) -> float:
    """The height in mm that a row of tick boxes needs."""
    size = max(6.0, min(pt, 9.0)) * MM_PER_POINT
    across = sum(len(option) + 2.8 for option in choice.options) * size
    return (int(across / room) + 1) * size * 1.7


def _needed(row: _Row) -> bool:
    if isinstance(row, tuple):
        return any(entry.required for entry in row)
    return isinstance(row, Choice) and row.required


def _row(
    job: _Job, page: Page, box: Box, row: _Row, border: str, share: float, align: str, pt: float
) -> None:
    left, top, right, bottom = box
    if isinstance(row, str):
        cells: list[tuple[float, Label | Value | Ticks]] = [
            (right - left, Label(row, pt, "center" if len(row) < 12 else "left"))
        ]
    elif isinstance(row, Choice):
        first = (right - left) * share * 0.6
        cells = [
            (first, Label(pick(job.rng, row.labels), pt, align)),
            (right - left - first, _ticked(job, page, row, pt)),
        ]
    else:
        width = (right - left) / len(row)
        part = share if len(row) > 1 else share * 0.75
        cells = []
        for entry in row:
            label = job.writer.plain(pick(job.rng, entry.labels))
            cells.append((width * part, Label(label, pt, align)))
            cells.append((width * (1 - part), _value(job, entry, pt)))
    x = left
    for width, cell in cells:
        area = (x, top, x + width, bottom)
        if border == "full":
            page.box(area)
        elif border == "dotted" and isinstance(cell, Value):
            page.line(x + 1, bottom - 1.2, x + width - 2, bottom - 1.2, 0.15)
        page.cell(area, _sized(page, cell, width - 2.6, bottom - top - 1.2))
        x += width
    if border == "lines":
        page.line(left, bottom, right, bottom, 0.2)


def _sized(page: Page, cell: Label | Value | Ticks, room: float, height: float) -> Label | Value | Ticks:
    """The cell at a size at which it fits at once: trying size after size would cost most of the drawing."""
    if isinstance(cell, Ticks):
        return cell
    broad = 1.15 if page.style.hand and isinstance(cell, Value) else 1.0  # a hand writes unevenly
    units = sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in cell.text) * MM_PER_POINT * broad
    pt = cell.pt
    while pt > 5.5 and units * pt > room * max(1, int(height / (pt * MM_PER_POINT * 1.3))) * 0.96:
        pt -= 0.5
    return replace(cell, pt=pt)


def _value(job: _Job, entry: Entry, pt: float) -> Value:
    piece = job.writer.content(entry)
    align = pick(job.rng, ("left", "left", "center"))
    return Value(piece.text, piece.code, piece.canonical, align, pt + float(job.rng.choice([0, 0, 1, 2])))


def _ticked(job: _Job, page: Page, choice: Choice, pt: float) -> Ticks:
    """Tick boxes with one ticked; a field's tick goes into the truth."""
    shown = choice.options if len(choice.options) < 7 else choice.options[: int(job.rng.integers(6, 14))]
    chosen = pick(job.rng, shown)
    if choice.code:
        page.note(choice.code, chosen)
    return Ticks([(option, option == chosen) for option in shown], max(6.0, min(pt, 9.0)))


def _pairs(job: _Job, page: Page, box: Box, columns: int | None = None, largest: float = 15.0) -> float:
    """Labels with their values behind them, in one to three columns; returns the y below."""
    left, top, right, bottom = box
    rng = job.rng
    columns = columns or max(1, min(3, round((right - left) / float(rng.uniform(60, 130)))))
    entries = [entry for entry in job.entries if entry.required] + [e for e in job.entries if not e.required]
    ticks = [tick for tick in job.variant.ticks if tick.required]
    least = min(5.0, largest * MM_PER_POINT * 1.4)
    room = max(int((bottom - top) / least), 1) * columns - len(ticks) * columns
    needed = sum(entry.required for entry in entries)
    entries = entries[: max(room, needed)]
    if needed < len(entries) and columns > 0 and job.chance(0.7):
        entries = [entries[index] for index in rng.permutation(len(entries))]
    lines = -(-len(entries) // columns) + len(ticks)
    step = min(float(rng.uniform(6, 20)) if largest > 12 else largest * 0.75, (bottom - top) / max(lines, 1))
    pt = min(largest, step / MM_PER_POINT / 1.35, float(rng.uniform(9, 15)))
    width = (right - left) / columns
    sign, underlined = pick(rng, ("：", "：", ":", "　", "")), job.chance(0.3)
    hung = float(rng.uniform(0.3, 0.42)) * width if job.chance(0.5) else None
    for index, entry in enumerate(entries):
        x = left + index % columns * width
        y = top + (index // columns + 0.5) * step
        _pair(job, page, (x, y - step / 2, x + width - 2, y + step / 2), entry, pt, sign, hung, underlined)
    y = top + -(-len(entries) // columns) * step
    for tick in ticks:
        label = pick(rng, tick.labels) + "："
        page.text(left, y + step / 2, label, pt)
        behind = left + page.measure(label, job.style.label, pt, job.style.label_choice)
        page.cell((behind, y, right, y + max(step, 8)), _ticked(job, page, tick, min(pt, 7.5)))
        y += max(step, 8)
    return y


def _pair(
    job: _Job, page: Page, box: Box, entry: Entry, pt: float, sign: str, hung: float | None, underlined: bool
) -> None:
    left, top, right, bottom = box
    y = (top + bottom) / 2
    label = job.writer.plain(pick(job.rng, entry.labels)) + sign
    behind = _fitted(page, left, y, label, pt, (right - left) * 0.55, "lm")[2] + 1
    start = max(behind, left + hung) if hung else behind
    if underlined:
        page.line(start, bottom - 0.8, right - 1, bottom - 0.8, 0.15)
    value = replace(_value(job, entry, pt), align="left")
    cell = _sized(page, value, right - start - 1, bottom - top)
    page.cell((start, top, right, bottom), cell)


def _body(job: _Job, page: Page, box: Box) -> float:
    """Sentences with their values inside, then what they left out as a list; returns the y below."""
    left, top, right, bottom = box
    rng = job.rng
    sentences = list(job.variant.text)
    if len(sentences) > 3 and job.chance(0.4):
        del sentences[int(rng.integers(1, len(sentences)))]
    if job.chance(0.25):
        sentences.insert(int(rng.integers(1, len(sentences) + 1)) if sentences else 0, _aside(job))
    left_out = [entry for entry in job.entries if entry.required]
    reserve = min(len(left_out) * 6.0, (bottom - top) * 0.6)
    characters = sum(len(job.writer.plain(text)) for text in sentences) + 30 * len(sentences)
    ease = ((right - left) * (bottom - top - reserve) / max(characters, 1) / 1.75) ** 0.5 / MM_PER_POINT
    pt = max(5.5, min(float(rng.choice([10.5, 12, 12, 14, 16])), ease))
    indent = "　　" if job.chance(0.85) else ""
    leading = float(rng.uniform(1.4, 2.0))
    y = top + pt * MM_PER_POINT
    for text in sentences:
        first = "" if text.endswith("：") and len(text) < 24 else indent
        pieces = [Piece(first), *job.writer.pieces(text)]
        y = _running(job, page, (left, y, right, bottom - reserve), pieces, pt, leading)
    if job.variant.ticks and job.chance(0.3):
        page.cell((left, y - 2, right, y + 8), _ticked(job, page, job.variant.ticks[0], 8.5))
        y += 9
    held = job.entries
    job.entries = [e for e in left_out if e.code not in page.truth.fields]
    job.entries += [
        e for e in held if not e.required and e.code not in page.truth.fields and job.chance(0.15)
    ]
    if job.entries:
        y = _pairs(job, page, (left, y, right, bottom), largest=pt)
    job.entries = held
    return y


def _running(job: _Job, page: Page, box: Box, pieces: Sequence[Piece], pt: float, leading: float) -> float:
    """Text wrapped from the box's top down, values written between printed words; stops at its bottom."""
    left, y, right, bottom = box
    step = pt * MM_PER_POINT * leading
    x = left
    style = job.style
    lined = job.chance(0.3)
    for piece in pieces:
        role, choice = (
            (style.value, style.value_choice) if piece.filled else (style.label, style.label_choice)
        )
        edges: list[Box] = []
        rest = piece.text
        while rest and y < bottom:
            count = _fitting(page, rest, role, pt, choice, right - x)
            if count < len(rest) and (_unbroken(rest) or not count) and x > left:
                x, y = left, y + step
                continue
            run, rest = rest[: max(count, 1)], rest[max(count, 1) :]
            if piece.filled:
                edge = page.write(x, y, run, pt, role, hand=style.hand)
                if lined:
                    page.line(edge[0], edge[3] + 0.3, edge[2], edge[3] + 0.3, 0.15)
            else:
                edge = page.text(x, y, run, pt)
            edges.append(edge)
            x = edge[2]
            if rest:
                x, y = left, y + step
        if piece.code and piece.canonical is not None and edges and not rest:
            page.note(piece.code, piece.canonical, edges)
    return y + step


def _unbroken(text: str) -> bool:
    """Numbers are not broken at a line's end."""
    return len(text) <= 20 and all(ord(sign) < 0x2E7F for sign in text[1:])


def _fitting(page: Page, text: str, role: str, pt: float, choice: int, room: float) -> int:
    """How many characters of a text fit into a width in mm; a mark that ends a clause may stand out."""
    count = len(text)
    width = page.measure(text, role, pt, choice)
    while count and width > room:
        count = min(count - 1, max(int(count * room / width), 0))
        width = page.measure(text[:count], role, pt, choice)
    return count + 1 if 0 < count < len(text) and text[count] in "，。；：、）》" else count


# Feet ---------------------------------------------------------------------------------------------------------


def _foot_height(job: _Job, page: Page) -> float:
    lines = len(job.variant.signers) + len(job.variant.notes) * 0.6 + 2.5 * bool(job.variant.seals)
    return min(page.height * 0.28, (6 + 6 * lines) * min(1.0, page.height / 240))


def _closing(job: _Job, page: Page, left: float, right: float, y: float, bottom: float) -> None:
    """Signatures, date, seal and notes below the body."""
    rng, small = job.rng, max(0.6, min(1.0, page.height / 250))
    y += (bottom - y) * float(rng.choice([0, 0, 0.1, 0.3]))
    step = min(7 * small, max((bottom - y) / (len(job.variant.signers) + 4), 2.6))
    pt = min(10.5 * small, step / MM_PER_POINT / 1.2)
    notes_first = job.chance(0.3)
    y += step
    if notes_first:
        y = _notes(job, page, left, right, y, bottom - 2 * step, pt)
    x = left if job.chance(0.3) else left + (right - left) * float(rng.uniform(0.4, 0.55))
    signers = [name for name in job.variant.signers if not job.chance(0.3)]
    for name in signers[: max(0, int((bottom - y) / step) - 1)]:
        behind = page.text(x, y, name + "：", pt)[2]
        if "signature" in job.variant.presence or job.chance(0.6):
            who = job.identity.owner.name if job.chance(0.7) else job.writer.plain("<@person>")
            if behind + 20 * small < page.width:
                page.signature(min(behind + 2, right - 18 * small), y, who, 16 * small)
                if "signature" in job.variant.presence:
                    page.note("signature_present", "true")
        y += step
    issuer = _issuer(job)
    if job.variant.issuers and job.chance(0.7) and not signers:
        _fitted(page, right, y, issuer, pt + 1, (right - left) * 0.7, "rm")
        y += step
    if job.closing or job.chance(0.5):
        _dated(job, page, left, right, min(y, bottom), pt)
        y += step
    if (job.variant.seals and job.chance(0.85)) or ("seal" in job.variant.presence and job.chance(0.7)):
        foot = pick(rng, job.variant.seals or ("-",)).replace("-", "")
        size = min(float(rng.uniform(34, 42)) * max(small, 0.7), page.width * 0.4)
        at = (
            right - size * float(rng.uniform(0.5, 1.1)),
            max(min(y - step, page.height - size * 0.55), size * 0.5),
        )
        if foot.startswith("发票") and job.chance(0.6):
            stamps.press_oval(page, *at, issuer[:14], job.identity.deal.dealer_tax_no, foot)
        else:
            stamps.press_round(page, *at, issuer[:18], foot, size, star=job.chance(0.85))
        if "seal" in job.variant.presence:
            page.note("seal_present", "true")
    if not notes_first:
        _notes(job, page, left, right, y + step * 0.3, bottom, pt)


def _dated(job: _Job, page: Page, left: float, right: float, y: float, pt: float) -> None:
    piece = job.writer.piece(job.closing or "@day")
    value = Value(piece.text, piece.code, piece.canonical, pt=pt + 0.5)
    if job.chance(0.4):
        label = page.text(left + (right - left) * 0.5, y, pick(job.rng, ("日期：", "签署日期：", "")), pt)
        page.field(label[2] + 1, y, value)
    else:
        page.field(right - 1, y, value, "rm")


def _photo(job: _Job, page: Page, left: float, top: float) -> None:
    """A portrait glued beside the title."""
    wide = 22.0
    picture = figures.portrait(job.identity.owner.id_number, 120, 160)
    page.paste(picture, (left, top, left + wide, top + wide / 0.75))
    if job.material in wording.materials():  # a stranger proves no field
        page.note("photo_present", "true")


def _notes(job: _Job, page: Page, left: float, right: float, y: float, bottom: float, pt: float) -> float:
    notes = [job.writer.plain(note) for note in job.variant.notes if not job.chance(0.35)]
    if job.chance(0.2):
        notes.append(_aside(job))
    start = pick(job.rng, ("注：", "填表说明：", "说明：", "", "备注："))
    numbered = job.chance(0.6)
    for index, note in enumerate(notes):
        text = (start if index == 0 else "") + (
            f"{index + 1}. {note}" if numbered and len(notes) > 1 else note
        )
        lines = len(text) * pt * 0.85 * MM_PER_POINT / max(right - left, 1) + 1
        if y + int(lines) * pt * MM_PER_POINT > bottom:
            break
        y = page.flow(left, y, right - left, text, pt * 0.85, leading=1.4) + 0.5
    return y


def _cited(job: _Job) -> str:
    return pick(job.rng, wording.cited(job.material))


def _aside(job: _Job) -> str:
    """A sentence that names other papers, as papers do."""
    first, second = _cited(job), _cited(job)
    return pick(
        job.rng,
        (
            f"附：《{first}》复印件一份。",
            f"本件与《{first}》一并归档。",
            f"办理时另须提交{first}、{second}。",
            f"附件：1. {first}；2. {second}；3. 本人身份证明复印件。",
            f"依据《{first}》所载内容办理。",
            f"仅供办理{first}使用，他用无效。",
        ),
    )


def _fit_pt(page: Page, text: str, role: str, pt: float, room: float) -> float:
    width = page.measure(text, role, pt, page.style.label_choice)
    return pt if width <= room else max(4.0, int(pt * room / width * 2) / 2)


def _fitted(page: Page, x: float, y: float, text: str, pt: float, room: float, anchor: str) -> Box:
    return page.text(x, y, text, _fit_pt(page, text, page.style.label, pt, room), anchor=anchor)


_KINDS: dict[str, Callable[[_Job], Page]] = {
    "table": _form,
    "list": _list,
    "letter": _letter,
    "certificate": _certificate,
    "receipt": _receipt,
    "card": _cards,
    "booklet": _booklet,
    "photo": _mounted,
}
