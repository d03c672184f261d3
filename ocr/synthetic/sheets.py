"""One side of paper that carries two materials: cards copied together, papers reduced onto a sheet, strips and
photographs glued to a form.

Knows how clerks save paper and where glue goes. Takes what it places from the layouts of `papers`, and only from those
of the share that is asked for; knows nothing of how they look.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import figures, papers
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import A4, Box, Page, Part

# Copied together, in no order.
_PAIRS: dict[str, tuple[str, str]] = {
    "identity_with_driving_licence": ("M-ID-01", "M-DR-01"),
    "vehicle_licence_with_identity": ("M-LC-02", "M-ID-01"),
    "driving_licence_with_vehicle_licence": ("M-DR-01", "M-LC-02"),
    "tax_with_invoice": ("M-TX-01", "M-SR-01"),
    "identity_with_organisation": ("M-ID-01", "M-ID-07"),
    "policy_with_vessel_tax": ("M-IN-01", "M-TX-02"),
    "two_photographs": ("M-IP-04", "M-IP-06"),
}
# What is glued to which form.
_GLUED: dict[str, tuple[str, str]] = {
    "inspection_with_rubbing": ("M-IP-02", "M-IP-03"),
    "application_with_rubbing": ("M-FM-01", "M-IP-03"),
    "inspection_with_photograph": ("M-IP-02", "M-IP-04"),
}
KINDS: tuple[str, ...] = (*_PAIRS, *_GLUED)

_MARGIN = 12.0  # mm
_TRIES = 24


@dataclass(frozen=True)
class _Piece:
    """A page, or what it shows, to be placed: its picture and the part (mm) that was cut out of the page."""

    page: Page
    box: Box
    sheet: bool  # the whole paper, with its edges

    @property
    def size(self) -> tuple[float, float]:
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


def draw(kind: str, split: papers.Split, identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """One sheet of that kind, from layouts of that share. `truth.parts` says where each material lies."""
    if kind in _PAIRS:
        codes = _PAIRS[kind] if rng.random() < 0.5 else _PAIRS[kind][::-1]
        return _copied_together(
            [_cut_out(_single(code, split, identity, dpi, rng)) for code in codes], dpi, rng
        )
    form, glued = _GLUED[kind]
    return _glued(_single(form, split, identity, dpi, rng), _strip(glued, split, identity, dpi, rng), rng)


def _single(code: str, split: papers.Split, identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A page that carries this material alone; some forms have a strip or a photograph glued on by chance."""
    layouts = papers.split(code)[split]
    for _ in range(_TRIES if layouts else 0):
        page = layouts[int(rng.integers(len(layouts)))](identity, dpi, rng)
        if page.truth.materials == [code]:
            return page
    raise LookupError(f"资料 {code} 在 {split} 中没有单独成页的版式。")


def _strip(code: str, split: papers.Split, identity: Identity, dpi: int, rng: np.random.Generator) -> _Piece:
    if code != "M-IP-03":
        return _cut_out(_single(code, split, identity, dpi, rng))
    page = Page(float(rng.uniform(105, 150)), float(rng.uniform(13, 20)), dpi, rng)
    page.truth.materials = [code]
    whole = (0.0, 0.0, page.width, page.height)
    page.paste(figures.rubbing(rng, identity.vehicle.vin), whole)
    page.note("vin", identity.vehicle.vin, [whole])
    return _Piece(page, whole, sheet=True)


def _cut_out(page: Page) -> _Piece:
    """What stands on the page with a little air; the whole paper where that is most of it."""
    grey = np.asarray(page.image.convert("L"))
    ink = cv2.absdiff(grey, np.full_like(grey, int(np.median(grey)))) > 24
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    whole = (0.0, 0.0, page.width, page.height)
    if not columns.size:
        return _Piece(page, whole, sheet=True)
    share = 25.4 / page.dpi
    box = (
        max(columns[0] * share - 2, 0.0),
        max(rows[0] * share - 2, 0.0),
        min(columns[-1] * share + 2, page.width),
        min(rows[-1] * share + 2, page.height),
    )
    if (box[2] - box[0]) * (box[3] - box[1]) > 0.62 * page.width * page.height:
        return _Piece(page, whole, sheet=True)
    return _Piece(page, box, sheet=False)


def _copied_together(pieces: list[_Piece], dpi: int, rng: np.random.Generator) -> Page:
    """One above the other or side by side, whichever leaves them larger."""
    upright, lying = _slots(*A4, stacked=True), _slots(A4[1], A4[0], stacked=False)
    stacked = _smallest(pieces, upright) * rng.uniform(0.85, 1.15) > _smallest(pieces, lying)
    page = Page(*(A4 if stacked else A4[::-1]), dpi, rng)
    for piece, slot in zip(pieces, upright if stacked else lying, strict=True):
        scale = min(_fitting(piece, slot), 1.0 if piece.sheet else 1.12) * rng.uniform(0.86, 1.0)
        wide, high = (side * scale for side in piece.size)
        _place(
            page,
            piece,
            slot[0] + rng.uniform(0.2, 0.8) * (slot[2] - slot[0] - wide),
            slot[1] + rng.uniform(0.2, 0.8) * (slot[3] - slot[1] - high),
            scale,
        )
    return page


def _glued(form: Page, strip: _Piece, rng: np.random.Generator) -> Page:
    """The strip below the form's own content; the form is a reduced copy where it leaves no room."""
    most = min((form.width - 2 * _MARGIN) / strip.size[0], 1.0, form.height * 0.34 / strip.size[1])
    scale = most * rng.uniform(0.8, 1.0)
    wide, high = (side * scale for side in strip.size)
    bottom = _cut_out(form).box[3]
    bottom = bottom if bottom < form.height - 4 else form.height
    shrink = min(1.0, (form.height - high - 9) / bottom)
    page = Page(form.width, form.height, form.dpi, rng)
    whole = _Piece(form, (0.0, 0.0, form.width, min(bottom, form.height)), sheet=False)
    _place(page, whole, form.width * (1 - shrink) / 2, 0.0, shrink)
    top = bottom * shrink + rng.uniform(0.3, 0.7) * (form.height - bottom * shrink - high)
    _place(page, strip, (form.width - wide) * rng.uniform(0.3, 0.7), top, scale)
    return page


def _slots(width: float, height: float, stacked: bool) -> tuple[Box, Box]:
    middle = (height if stacked else width) / 2
    far_x, far_y = width - _MARGIN, height - _MARGIN
    if stacked:
        return (_MARGIN, _MARGIN, far_x, middle - 3), (_MARGIN, middle + 3, far_x, far_y)
    return (_MARGIN, _MARGIN, middle - 3, far_y), (middle + 3, _MARGIN, far_x, far_y)


def _fitting(piece: _Piece, slot: Box) -> float:
    return min((slot[2] - slot[0]) / piece.size[0], (slot[3] - slot[1]) / piece.size[1])


def _smallest(pieces: list[_Piece], slots: tuple[Box, Box]) -> float:
    return min(_fitting(piece, slot) for piece, slot in zip(pieces, slots, strict=True))


def _place(page: Page, piece: _Piece, x: float, y: float, scale: float) -> None:
    """Draws the piece and takes its truth over."""
    left, top = piece.box[:2]

    def moved(box: Box) -> Box:
        a, b, c, d = box
        return x + (a - left) * scale, y + (b - top) * scale, x + (c - left) * scale, y + (d - top) * scale

    target = moved(piece.box)
    size = page.px(target[2]) - page.px(target[0]), page.px(target[3]) - page.px(target[1])
    area = [piece.page.px(v) for v in piece.box]
    picture = np.asarray(piece.page.image.crop((area[0], area[1], area[2], area[3])))
    shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    page.image.paste(Image.fromarray(shrunk), (page.px(target[0]), page.px(target[1])))
    if piece.sheet:
        page.box(target, 0.15, (168, 168, 168))
    own = piece.page.truth
    for code, value in own.fields.items():
        page.note(code, value, [moved(own.boxes[code])] if code in own.boxes else ())
    page.truth.materials += own.materials
    page.truth.parts += [Part(code, target, dict(own.fields)) for code in own.materials]
