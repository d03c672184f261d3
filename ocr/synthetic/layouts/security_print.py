"""What makes a form look official: fine wavy ground, ornamental frames, bar codes, an emblem, serials, cut lines.

Knows ink on paper. Encodes nothing and knows no document.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from ocr.synthetic.page import Box, Page
from ocr.synthetic.style import Ink

SERIAL_RED: Ink = (196, 40, 48)


def pale(ink: Ink, share: float = 0.82) -> Ink:
    """The ink thinned towards white."""
    r, g, b = (round(c + (255 - c) * share) for c in ink)
    return r, g, b


def wavy_ground(page: Page, box: Box, ink: Ink, gap: float = 3.2) -> None:
    """Fine crossing waves over an area, as on banknotes."""
    phase = float(page.rng.uniform(0, 6))
    along = np.arange(box[0], box[2], 2.0)
    for offset in np.arange(box[1], box[3], gap):
        for sign in (-1, 1):
            wave = offset + sign * gap * 0.9 * np.sin(along / 9 + phase + offset / 7)
            wave = np.clip(wave, box[1], box[3])
            page.pen.line(
                [(page.px(a), page.px(b)) for a, b in zip(along.tolist(), wave.tolist(), strict=True)],
                fill=pale(ink, 0.86),
                width=1,
            )


def ornate_frame(page: Page, box: Box, ink: Ink, depth: float = 5.0) -> None:
    """A double frame filled with a row of lozenges."""
    left, top, right, bottom = box
    page.box(box, 0.5, ink)
    page.box((left + depth, top + depth, right - depth, bottom - depth), 0.25, ink)
    soft, half = pale(ink, 0.45), depth / 2
    for x in np.arange(left + half, right - half + 0.1, depth).tolist():
        _lozenge(page, x, top + half, half * 0.8, soft)
        _lozenge(page, x, bottom - half, half * 0.8, soft)
    for y in np.arange(top + depth + half, bottom - depth, depth).tolist():
        _lozenge(page, left + half, y, half * 0.8, soft)
        _lozenge(page, right - half, y, half * 0.8, soft)


def _lozenge(page: Page, x: float, y: float, reach: float, ink: Ink) -> None:
    corners = [(x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach)]
    page.pen.polygon([(page.px(a), page.px(b)) for a, b in corners], outline=ink)


def emblem(page: Page, x: float, y: float, diameter: float, ink: Ink, field: Ink | None = None) -> None:
    """A round emblem with a large star, four small ones and a gate, as it looks at the size of a form's head."""
    radius = diameter / 2
    page.box((x - radius, y - radius, x + radius, y + radius), diameter * 0.05, ink, field, radius)
    _star(page, x, y - radius * 0.42, radius * 0.24, ink)
    for turn in (-150, -120, -60, -30):
        angle = math.radians(-turn)
        _star(
            page,
            x + radius * 0.5 * math.cos(angle),
            y - radius * 0.42 + radius * 0.36 * math.sin(angle),
            radius * 0.09,
            ink,
        )
    page.box((x - radius * 0.42, y + radius * 0.3, x + radius * 0.42, y + radius * 0.42), 0, fill=ink)
    page.box((x - radius * 0.55, y + radius * 0.5, x + radius * 0.55, y + radius * 0.64), 0, fill=ink)


def _star(page: Page, x: float, y: float, radius: float, ink: Ink) -> None:
    points = []
    for index in range(10):
        angle = -math.pi / 2 + index * math.pi / 5
        reach = radius if index % 2 == 0 else radius * 0.4
        points.append((page.px(x + reach * math.cos(angle)), page.px(y + reach * math.sin(angle))))
    page.pen.polygon(points, fill=ink)


def bar_code(page: Page, box: Box, text: str = "") -> None:
    """A one-dimensional bar code with its number below."""
    below = 3.4 if text else 0.0
    bars = page.rng.integers(1, 4, 90).repeat(page.rng.integers(1, 3, 90))
    row = np.where(np.repeat(np.arange(len(bars)) % 2 == 0, bars), 30, 255).astype(np.uint8)
    page.paste(
        Image.fromarray(np.tile(row, (20, 1))).convert("RGB"), (box[0], box[1], box[2], box[3] - below)
    )
    if text:
        page.text((box[0] + box[2]) / 2, box[3] - below / 2 + 0.3, text, 8, "latin", anchor="mm")


def stacked_code(page: Page, box: Box) -> None:
    """A two-dimensional code of stacked rows, as on conformity certificates."""
    cells = page.rng.random((22, 120)) < 0.5
    cells[:, :3] = cells[:, -3:] = True
    grey = np.where(cells, 30, 255).astype(np.uint8).repeat(8, axis=0).repeat(4, axis=1)
    page.paste(Image.fromarray(grey).convert("RGB"), box)


def serial(page: Page, x: float, y: float, text: str, pt: float = 13, ink: Ink = SERIAL_RED) -> Box:
    """A number struck by a numbering machine; no value of the page."""
    return page.text(x, y, text, pt, "digits", ink)


def cut_line(page: Page, x: float, y: float, length: float, upright: bool = False) -> None:
    """A broken line along which a counterfoil is torn off."""
    for start in np.arange(0, length, 4).tolist():
        if upright:
            page.line(x, y + start, x, y + start + 2.2, 0.25)
        else:
            page.line(x + start, y, x + start + 2.2, y, 0.2)
