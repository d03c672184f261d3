"""Round, oval and square seals, pressed over whatever the page shows already.

Knows how a seal looks and how its ink lets the print below show through. Knows no organisation.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.page import Page
from ocr.synthetic.style import Ink

SEAL_RED: Ink = (206, 32, 44)


def press_round(
    page: Page,
    x: float,
    y: float,
    name: str,
    foot: str = "",
    diameter: float = 40,
    star: bool = True,
    ink: Ink = SEAL_RED,
) -> None:
    """A round seal centred at (x, y) mm: the name along the rim, a star, a line below."""
    size = page.px(diameter)
    mask = Image.new("L", (size, size))
    pen = ImageDraw.Draw(mask)
    rim = max(2, page.px(1.0))
    pen.ellipse([rim, rim, size - rim, size - rim], outline=255, width=rim)
    if star:
        pen.polygon(_star(size / 2, size / 2, size * 0.15), fill=255)
    _around(mask, name, size / 2, size / 2, size * 0.38, size * 0.38, size * 0.125)
    if foot:
        font = fonts.face("song_heavy", int(size * 0.085))
        pen.text((size / 2, size * 0.74), foot, font=font, fill=255, anchor="mm")
    _press(page, x, y, mask, ink)


def press_oval(
    page: Page,
    x: float,
    y: float,
    name: str,
    number: str,
    foot: str = "发票专用章",
    width: float = 40,
    height: float = 30,
) -> None:
    """An oval invoice seal: name along the rim, tax number across, purpose below."""
    wide, high = page.px(width), page.px(height)
    mask = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(mask)
    rim = max(2, page.px(0.9))
    pen.ellipse([rim, rim, wide - rim, high - rim], outline=255, width=rim)
    _around(mask, name, wide / 2, high / 2, wide * 0.40, high * 0.36, high * 0.125)
    pen.text(
        (wide / 2, high * 0.5), number, font=fonts.face("latin", int(high * 0.105)), fill=255, anchor="mm"
    )
    pen.text(
        (wide / 2, high * 0.76), foot, font=fonts.face("song_heavy", int(high * 0.115)), fill=255, anchor="mm"
    )
    _press(page, x, y, mask)


def press_square(page: Page, x: float, y: float, name: str, side: float = 12, ink: Ink = SEAL_RED) -> None:
    """A square seal read from its right column to its left; a short name is filled up with 之印."""
    size = page.px(side)
    mask = Image.new("L", (size, size))
    pen = ImageDraw.Draw(mask)
    rim = max(2, page.px(0.7))
    pen.rectangle([rim, rim, size - rim, size - rim], outline=255, width=rim)
    text = name if len(name) >= 4 else (name + "之印印")[:4]
    columns = math.ceil(math.sqrt(len(text)))
    rows = math.ceil(len(text) / columns)
    font = fonts.face("song_heavy", int(size * 0.80 / max(columns, rows)))
    for index, character in enumerate(text):
        column, row = columns - 1 - index // rows, index % rows
        pen.text(
            (size * (0.06 + 0.88 * (column + 0.5) / columns), size * (0.06 + 0.88 * (row + 0.5) / rows)),
            character,
            font=font,
            fill=255,
            anchor="mm",
        )
    _press(page, x, y, mask, ink)


def press_box(
    page: Page,
    x: float,
    y: float,
    lines: tuple[str, ...],
    width: float = 42,
    ink: Ink = SEAL_RED,
    turn: float = 0.0,
) -> None:
    """A framed line stamp such as 与原件核对一致 with a date, `turn` degrees askew."""
    wide, high = page.px(width), page.px(6.5 * len(lines) + 3)
    mask = Image.new("L", (wide, high))
    pen = ImageDraw.Draw(mask)
    pen.rectangle([2, 2, wide - 3, high - 3], outline=255, width=max(2, page.px(0.6)))
    for index, line in enumerate(lines):
        size = min(page.px(4.6), int(wide * 0.9 / max(1, len(line))))
        pen.text(
            (wide / 2, high * (index + 0.5) / len(lines)),
            line,
            font=fonts.face("hei_heavy", size),
            fill=255,
            anchor="mm",
        )
    _press(page, x, y, mask, ink, turn)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for index in range(10):
        angle = -math.pi / 2 + index * math.pi / 5
        reach = radius if index % 2 == 0 else radius * 0.382
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def _around(mask: Image.Image, text: str, x: float, y: float, rx: float, ry: float, height: float) -> None:
    """Characters set along the upper arc of an ellipse, feet toward its centre."""
    span = math.radians(min(285.0 - 35.0 * (ry < rx), 19.0 * (len(text) + 1)))
    font = fonts.face("song_heavy", int(min(height, span * (rx + ry) / 2 / max(len(text), 1) * 0.95)))
    for index, character in enumerate(text):
        angle = -math.pi / 2 - span / 2 + span * (index + 0.5) / len(text)
        side = int(font.size * 1.6)
        glyph = Image.new("L", (side, side))
        ImageDraw.Draw(glyph).text((side / 2, side / 2), character, font=font, fill=255, anchor="mm")
        glyph = glyph.rotate(-math.degrees(angle) - 90, Image.Resampling.BILINEAR)
        mask.paste(
            255,
            (round(x + rx * math.cos(angle) - side / 2), round(y + ry * math.sin(angle) - side / 2)),
            glyph,
        )


def _press(page: Page, x: float, y: float, mask: Image.Image, ink: Ink = SEAL_RED, turn: float = 0.0) -> None:
    """Turns the seal a little, wears it unevenly and multiplies it onto the page."""
    turned = mask.rotate(turn + float(page.rng.normal(0, 6)), Image.Resampling.BILINEAR, expand=True)
    cover = np.asarray(turned, np.float32) / 255
    coarse = page.rng.uniform(0.45, 1.0, (6, 6)).astype(np.float32)
    fine = page.rng.uniform(0.7, 1.0, (cover.shape[0] // 3 + 1, cover.shape[1] // 3 + 1)).astype(np.float32)
    size = (cover.shape[1], cover.shape[0])
    cover *= cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC) * cv2.resize(fine, size)
    cover = np.clip(cover * float(page.rng.uniform(0.75, 1.0)), 0, 1)[..., None]
    left, top = page.px(x) - size[0] // 2, page.px(y) - size[1] // 2
    area = (
        max(left, 0),
        max(top, 0),
        min(left + size[0], page.image.width),
        min(top + size[1], page.image.height),
    )
    below = np.asarray(page.image.crop(area), np.float32)
    cover = cover[area[1] - top : area[3] - top, area[0] - left : area[2] - left]
    stamped = below * (1 - cover * (1 - np.array(ink, np.float32) / 255))
    page.image.paste(Image.fromarray(stamped.astype(np.uint8)), area[:2])
