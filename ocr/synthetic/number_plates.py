"""A number plate seen straight, as metal with raised characters.

Knows the sizes and colours of 蓝牌, 黄牌 and 新能源 plates. Knows no vehicle and no document.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts


def plate_tile(plate: str, electric: bool, yellow: bool = False) -> np.ndarray:
    """A number plate seen straight, 440 × 140 mm at 2 pixels a millimetre."""
    width, height = (960, 280) if electric else (880, 280)
    if electric:
        fade = np.linspace(0, 1, height)[:, None, None]
        ground = np.array((214, 238, 220)) * (1 - fade) + np.array((92, 186, 120)) * fade
        tile = Image.fromarray(np.repeat(ground, width, axis=1).astype(np.uint8))
    else:
        tile = Image.new("RGB", (width, height), (232, 176, 30) if yellow else (20, 62, 160))
    pen = ImageDraw.Draw(tile)
    ink = (14, 16, 18) if electric or yellow else (244, 246, 248)
    pen.rounded_rectangle([8, 8, width - 9, height - 9], 24, outline=ink, width=6)
    shown = [*plate[:2], "·", *plate[2:]]
    step = (width - 56) / (len(shown) - 0.55)
    x = 28.0
    for character in shown:
        pitch = step * (0.45 if character == "·" else 1)
        if character == "·":
            pen.ellipse([x + pitch / 2 - 9, height / 2 - 9, x + pitch / 2 + 9, height / 2 + 9], fill=ink)
        else:
            glyph = _glyph(character, int(pitch * 0.84), int(height * 0.62))
            tile.paste(ink, (int(x + (pitch - glyph.width) / 2), int(height * 0.19)), glyph)
        x += pitch
    for hole in (width * 0.22, width * 0.78):
        for y in (26, height - 27):
            pen.ellipse([hole - 9, y - 9, hole + 9, y + 9], fill=(150, 152, 156))
    return np.asarray(tile, np.float32)


def _glyph(character: str, width: int, height: int) -> Image.Image:
    """A character pressed into the narrow, tall field that plates give it."""
    font = fonts.face("hei_heavy", height)
    left, top, right, bottom = font.getbbox(character)
    mask = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), character, font=font, fill=255)
    narrow = int(width * 0.45) if character == "1" else width
    return mask.resize((narrow, height), Image.Resampling.BILINEAR)
