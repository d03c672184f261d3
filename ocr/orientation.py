"""Which way up is the page: what a look at it said is checked by its text boxes (a quarter turn) and by how well its
headings read (a half turn).

Knows boxes and the confidence of a few lines. Asks a reader for those lines only that tell the type anyway, and gives
back what was read, so that an upright page costs nothing extra. Where text does not tell, the look's word stands.
"""

from __future__ import annotations

import numpy as np

from ocr import geometry
from ocr.geometry import Image, Quads
from ocr.open_page import OpenPage, Reader
from ocr.protocol import Rotation

_SURE = 0.9
# Lines that suffice where they read well.
_FIRST = 2
_TALL = 1.5
# Fewer characters than this, or less legible ones, do not tell.
_TELLING_CHARACTERS, _LEGIBLE = 4, 0.75
# After so many quarter turns counter-clockwise.
_ROTATIONS: tuple[Rotation, ...] = (0, 270, 180, 90)


def upright(image: Image, quads: Quads, turn: Rotation, reader: Reader) -> OpenPage:
    """The page as it should be looked at. `image`, in which the text boxes were found, is the scan turned clockwise by
    `turn` degrees, as a look at it proposed."""
    proposed = OpenPage(image, geometry.from_top(quads), turn)
    page = _turned(proposed, 1) if lies_sideways(quads) else proposed
    page.skim(reader, page.headings()[:_FIRST])
    if _tells(page) and _legibility(page) >= _SURE:
        return page
    page.skim(reader, page.headings())
    reverse = _turned(page, 2)
    reverse.skim(reader, reverse.headings())
    best = max(page, reverse, key=_legibility)
    return best if _tells(best) else proposed


def lies_sideways(quads: Quads) -> bool:
    """Whether more text stands on its side than lies flat, measured by length."""
    if not len(quads):
        return False
    widths, heights = geometry.sizes(quads)
    tall, flat = heights > widths * _TALL, widths > heights * _TALL
    return float(heights[tall].sum()) > float(widths[flat].sum())


def _turned(page: OpenPage, quarters: int) -> OpenPage:
    quads = geometry.turn_quads(page.quads, quarters, page.width, page.height)
    rotation = _ROTATIONS[(_ROTATIONS.index(page.rotation) + quarters) % 4]
    return OpenPage(geometry.turn_image(page.image, quarters), geometry.from_top(quads), rotation)


def _tells(page: OpenPage) -> bool:
    characters = sum(len(each) for _, each in page.texts.values())
    return characters >= _TELLING_CHARACTERS and _legibility(page) >= _LEGIBLE


def _legibility(page: OpenPage) -> float:
    """Mean confidence of the characters read; 0 where nothing was read."""
    chances = [chance for _, characters in page.texts.values() for chance in characters]
    return float(np.mean(chances)) if chances else 0.0
