"""How photographs reach the scanner: filling a sheet, framed under a heading, from a terminal with its lines burnt in,
as an instant print, as a black-and-white copy, two side by side, small on a page, cut out by hand.

Knows arrangements alone. What a photograph shows and proves comes with it; strangers' pictures come the same ways,
so that an arrangement says nothing about a type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.photographs import Photo, put
from ocr.synthetic.optics import time_stamp
from ocr.synthetic.page import A4, Page
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

Mount = Callable[[Sequence[Photo], Identity, int, np.random.Generator], Page]

_HEADS = ("照片", "影像资料", "照片粘贴页", "现场照片", "图片资料", "附件：照片", "打印照片")
_BEDS: tuple[Ink, ...] = ((255, 255, 255), (236, 236, 232), (60, 60, 62), (196, 178, 150), (150, 158, 166))


def _sheet(
    size: tuple[float, float], dpi: int, rng: np.random.Generator, paper: Ink = (255, 255, 255)
) -> Page:
    page = Page(*size, dpi, rng, draw_style(rng, 0.2), paper)
    page.truth.materials = []
    return page


def _caption(page: Page, photo: Photo, x: float, y: float, chance: float = 0.5) -> None:
    if page.rng.random() >= chance:
        return
    hand = page.rng.random() < 0.3
    if hand:
        page.write(x, y, photo.caption, 14, "hand", anchor="mm", hand=True)
    else:
        page.text(x, y, photo.caption, float(page.rng.uniform(9, 13)), anchor="mm")


def filling(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The photograph as large as the sheet allows: A4 across, or its lower or upper half upright."""
    photo = photos[0]
    across = rng.random() < 0.65
    page = _sheet((297, 210) if across else A4, dpi, rng)
    edge = float(rng.choice([0.0, 4.0, 9.0]))
    shape = photo.image.width / photo.image.height
    width = min(page.width - 2 * edge, (page.height - 2 * edge) * shape)
    high = width / shape
    if rng.random() < 0.5:
        time_stamp(photo.image, identity.accepted_at, rng)
    top = (
        (page.height - high) * float(rng.choice([0.0, 0.5, 1.0])) if not across else (page.height - high) / 2
    )
    put(page, photo, (page.width - width) / 2, top, width)
    return page


def framed(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A4 upright: heading, the photograph inside a ruled frame, a caption and perhaps a number below."""
    page, photo = _sheet(A4, dpi, rng), photos[0]
    y = float(rng.uniform(18, 34))
    if rng.random() < 0.6:
        page.title(y, str(rng.choice(_HEADS)), float(rng.uniform(14, 22)))
    width = float(rng.uniform(95, 165))
    left, top = (210 - width) / 2 + float(rng.uniform(-12, 12)), y + float(rng.uniform(12, 40))
    bottom = put(page, photo, left, top, width)
    gap = float(rng.choice([0.0, 3.0, 8.0]))
    page.box((left - gap, top - gap, left + width + gap, bottom + gap), mm=float(rng.uniform(0.2, 0.8)))
    _caption(page, photo, left + width / 2, bottom + gap + 7)
    if rng.random() < 0.4:
        page.text(left, bottom + gap + 18, f"编号：{identity.transaction_number}", 10)
    return page


def terminal(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The file of a handheld terminal: time, place and number in a dark band or plainly in a corner."""
    photo = photos[0]
    image, pen = photo.image, ImageDraw.Draw(photo.image, "RGBA")
    size = max(int(image.height * float(rng.uniform(0.026, 0.042))), 9)
    lines = [
        f"{identity.accepted_at:%Y-%m-%d %H:%M:%S}",
        "示例市演示区样例路99号",
        f"编号 {identity.transaction_number}",
    ]
    lines = lines[: int(rng.integers(1, 4))]
    deep = int(size * 1.4 * len(lines) + size * 0.6)
    top = 0 if rng.random() < 0.4 else image.height - deep
    if rng.random() < 0.6:
        pen.rectangle([0, top, image.width, top + deep], fill=(0, 0, 0, 110))
    ink = ((255, 255, 255), (250, 220, 60), (90, 240, 110))[int(rng.integers(3))]
    for index, text in enumerate(lines):
        y = top + size * (0.4 + 1.4 * index)
        pen.text(
            (size, y), text, font=fonts.face("hei", size), fill=ink, stroke_width=1, stroke_fill=(0, 0, 0)
        )
    width = float(rng.uniform(120, 190))
    page = Page(width, width * image.height / image.width, dpi, rng, Style())
    page.truth.materials = []
    put(page, photo, 0, 0, width)
    return page


def instant(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A print with a white border, wide at its foot, lying on a bed; the date burnt in."""
    photo = photos[0]
    if rng.random() < 0.7:
        time_stamp(photo.image, identity.accepted_at, rng)
    bed = _BEDS[int(rng.integers(len(_BEDS)))]
    size = A4 if rng.random() < 0.5 else (150.0, 150.0)
    page = _sheet(size, dpi, rng, bed)
    width = float(rng.uniform(0.5, 0.85)) * size[0]
    border, foot = width * float(rng.uniform(0.03, 0.07)), width * float(rng.uniform(0.03, 0.2))
    high = width * photo.image.height / photo.image.width
    left = float(rng.uniform(border, size[0] - width - border))
    top = float(rng.uniform(border, max(size[1] - high - foot - border, border + 1)))
    page.box(
        (left - border + 0.6, top - border + 0.8, left + width + border + 0.6, top + high + foot + 0.8),
        0,
        fill=(128, 128, 126),
    )
    page.box((left - border, top - border, left + width + border, top + high + foot), 0, fill=(250, 250, 247))
    put(page, photo, left, top, width)
    if foot > 9:
        _caption(page, photo, left + width / 2, top + high + foot / 2, 0.4)
    return page


def copied(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A black-and-white copy: hard contrast, specks, a dark edge."""
    photo = photos[0]
    grey = cv2.cvtColor(np.asarray(photo.image), cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle, gain = float(np.median(grey)), float(rng.uniform(1.3, 2.4))
    grey = np.clip((grey - middle) * gain + middle * 0.6 + 75, 4, 250)
    grey[rng.random(grey.shape) < 0.004] = 250
    photo.image.paste(Image.fromarray(grey.astype(np.uint8)).convert("RGB"))
    page = _sheet(A4, dpi, rng)
    width = float(rng.uniform(110, 185))
    left, top = (210 - width) * float(rng.uniform(0.2, 0.8)), float(rng.uniform(12, 120))
    bottom = put(page, photo, left, top, width)
    _caption(page, photo, left + width / 2, bottom + 8, 0.4)
    if rng.random() < 0.5:
        page.box((0, 0, float(rng.uniform(1, 5)), 297), 0, fill=(60, 60, 60))
    for x, y in rng.uniform(5, 205, (int(rng.integers(5, 40)), 2)):
        page.box((x, y * 1.4, x + 0.4, y * 1.4 + 0.4), 0, fill=(70, 70, 70))
    return page


def beside(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Two photographs side by side across A4, or below each other without a heading."""
    across = rng.random() < 0.5
    page = _sheet((297, 210) if across else A4, dpi, rng)
    shapes = [photo.image.width / photo.image.height for photo in photos]
    width = min(134.0 if across else 160.0, 128 * min(shapes)) * float(rng.uniform(0.8, 1.0))
    x, y = (8.0, float(rng.uniform(18, 60))) if across else ((210 - width) / 2, float(rng.uniform(8, 24)))
    for photo in photos:
        bottom = put(page, photo, x, y, width)
        _caption(page, photo, x + width / 2, bottom + 5)
        if across:
            x += width + float(rng.uniform(3, 10))
        else:
            y = bottom + 11
    return page


def small(photos: Sequence[Photo], identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A small print glued somewhere onto a sheet, perhaps under a line of text or beside a number."""
    page, photo = _sheet(A4 if rng.random() < 0.8 else A4[::-1], dpi, rng), photos[0]
    width = float(rng.uniform(75, 110))
    high = width * photo.image.height / photo.image.width
    left = float(rng.uniform(12, page.width - width - 12))
    top = float(rng.uniform(25, page.height - high - 25))
    page.box(
        (left - 2, top - 2, left + width + 2, top + high + 2), 0.2, ink=(190, 190, 190), fill=(252, 252, 252)
    )
    put(page, photo, left, top, width)
    _caption(page, photo, left + width / 2, top + high + 8, 0.4)
    if rng.random() < 0.4:
        page.line(12, 18, page.width - 12, 18, 0.3, BLACK)
        page.text(14, 13, f"{identity.transaction_number}　第{int(rng.integers(1, 9))}页", 9)
    return page


MOUNTS: dict[str, tuple[Mount, int]] = {
    "filling": (filling, 1),
    "framed": (framed, 1),
    "terminal": (terminal, 1),
    "instant": (instant, 1),
    "copied": (copied, 1),
    "beside": (beside, 2),
    "small": (small, 1),
}
