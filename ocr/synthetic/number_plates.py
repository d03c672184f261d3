"""A number plate seen straight, as metal with raised characters.

Knows the sizes and colours of GA 36: 蓝牌, 黄牌 (教练 and 挂车 among them), 新能源, 警用, 港澳入出境 and 使领馆 plates,
in one line or in two. Tells from the number what it can; knows no vehicle and no document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.style import Ink

_MM = 2  # pixels a millimetre
_USUAL, _NEW_ENERGY, _TWO_LINES, _SMALL = (440, 140), (480, 140), (440, 220), (220, 140)
_BLUE, _YELLOW, _WHITE, _BLACK = (20, 62, 160), (232, 176, 30), (234, 236, 236), (22, 22, 26)
_GREEN = (np.array((214, 238, 220)), np.array((92, 186, 120)))
_LIGHT_INK, _DARK_INK, _RED_INK = (244, 246, 248), (14, 16, 18), (190, 22, 30)
_LARGE_NEW_ENERGY = re.compile(r".[A-Z][0-9]{5}[A-Z]")


def plate_tile(
    plate: str,
    electric: bool,
    yellow: bool = False,
    two_lines: bool = False,
    small: bool = False,
    lettering: tuple[str, int] = ("hei_heavy", 0),
) -> np.ndarray:
    """The plate in its true size at 2 pixels a millimetre: float RGB.

    `yellow`: a large vehicle's. `two_lines`: its rear one; a trailer's always is. `small`: a motorcycle's, in two
    lines. `lettering`: the role of a font and its choice."""
    two_lines = two_lines or small or plate.endswith("挂")
    size = _SMALL if small else _TWO_LINES if two_lines else _NEW_ENERGY if electric else _USUAL
    width, height = size[0] * _MM, size[1] * _MM
    tile, ink = _ground(plate, electric, yellow, width, height)
    pen = ImageDraw.Draw(tile)
    pen.rounded_rectangle([8, 8, width - 9, height - 9], 24, outline=ink, width=6)
    if two_lines:
        _write(tile, plate[:2], (0.16, 0.07, 0.84, 0.38), ink, lettering)
        _write(tile, plate[2:], (0.04, 0.42, 0.96, 0.93), ink, lettering)
    else:
        head = 1 if plate.startswith("使") else 2
        _write(
            tile,
            [*plate[:head], "·", *plate[head:]],
            (28 / width, 0.19, 1 - 28 / width, 0.81),
            ink,
            lettering,
        )
    for hole in (width * 0.22, width * 0.78):
        for y in (26, height - 27):
            pen.ellipse([hole - 9, y - 9, hole + 9, y + 9], fill=(150, 152, 156))
    return np.asarray(tile, np.float32)


def _ground(plate: str, electric: bool, yellow: bool, width: int, height: int) -> tuple[Image.Image, Ink]:
    """The empty plate, and the ink of its characters."""
    if electric:
        fade = np.linspace(0, 1, height)[:, None, None]
        ground = np.repeat(_GREEN[0] * (1 - fade) + _GREEN[1] * fade, width, axis=1)
        if _LARGE_NEW_ENERGY.fullmatch(plate):
            ground[:, : int(0.27 * width)], ground[:, int(0.27 * width) :] = _YELLOW, _GREEN[1]
        return Image.fromarray(ground.astype(np.uint8)), _DARK_INK
    colour, ink = _BLUE, _LIGHT_INK
    if plate[-1] == "警":
        colour, ink = _WHITE, _DARK_INK
    elif plate[-1] in "港澳领使" or plate[0] == "使":
        colour = _BLACK
    elif yellow or plate[-1] in "学挂":
        colour, ink = _YELLOW, _DARK_INK
    return Image.new("RGB", (width, height), colour), ink


def _write(
    tile: Image.Image,
    shown: Sequence[str],
    field: tuple[float, float, float, float],
    ink: Ink,
    lettering: tuple[str, int],
) -> None:
    """Characters side by side in a field given in shares of the tile; the dot takes half a character's place."""
    left, top, right, bottom = field[0] * tile.width, field[1] * tile.height, field[2] * tile.width, field[3]
    high = int(bottom * tile.height - top)
    step = (right - left) / (len(shown) - (0.55 if "·" in shown else 0))
    pen, x = ImageDraw.Draw(tile), left
    for character in shown:
        pitch = step * (0.45 if character == "·" else 1)
        if character == "·":
            middle = top + high / 2
            pen.ellipse([x + pitch / 2 - 9, middle - 9, x + pitch / 2 + 9, middle + 9], fill=ink)
        else:
            glyph = _glyph(character, int(min(pitch, 1.35 * high) * 0.84), high, lettering)
            colour = _RED_INK if character in "警使领" else ink
            tile.paste(colour, (int(x + (pitch - glyph.width) / 2), int(top)), glyph)
        x += pitch


def _glyph(character: str, width: int, height: int, lettering: tuple[str, int]) -> Image.Image:
    """A character pressed into the narrow, tall field that plates give it."""
    font = fonts.face(lettering[0], height, lettering[1])
    left, top, right, bottom = font.getbbox(character)
    mask = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), character, font=font, fill=255)
    narrow = int(width * 0.45) if character == "1" else width
    return mask.resize((narrow, height), Image.Resampling.BILINEAR)
