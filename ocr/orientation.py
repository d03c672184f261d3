"""Which way up is the page: a quarter turn by the shape of its text boxes, a half turn by how well lines
read.

Knows boxes and the confidence of a few lines. Asks a reader for those lines, and gives back what was read, so
that nothing is read twice. An upright page costs nothing extra.
"""

from __future__ import annotations

import numpy as np

from ocr import geometry
from ocr.geometry import Image, Quads
from ocr.open_page import OpenPage, Reader, Text
from ocr.protocol import Rotation

_LINES = 6
_SURE = 0.9
_TALL = 1.5


def upright(image: Image, reader: Reader, side: int) -> OpenPage:
    """The page as it should be looked at, text looked for at a long side of `side` pixels, and what was read on the
    way. Its rotation: clockwise degrees from `image` to it."""
    height, width = image.shape[:2]
    quads = geometry.order_corners(reader.find(image, side))
    turns = 1 if lies_sideways(quads) else 0
    if turns:
        image, quads = geometry.turn_image(image, 1), geometry.turn_quads(quads, 1, width, height)
    widths, _ = geometry.sizes(quads)
    chosen = np.argsort(-widths)[:_LINES].tolist()
    texts = reader.read([geometry.cut_out(image, quads[index]) for index in chosen])
    if _legibility(texts) < _SURE:
        reversed_texts = reader.read(
            [geometry.turn_image(geometry.cut_out(image, quads[index]), 2) for index in chosen]
        )
        if _legibility(reversed_texts) > _legibility(texts):
            turns, texts = turns + 2, reversed_texts
            height, width = image.shape[:2]
            image, quads = geometry.turn_image(image, 2), geometry.turn_quads(quads, 2, width, height)
    return _from_top(image, quads, turns, dict(zip(chosen, texts, strict=True)))


def _from_top(image: Image, quads: Quads, turns: int, texts: dict[int, Text]) -> OpenPage:
    order = np.argsort(quads[:, :, 1].mean(axis=1), kind="stable") if len(quads) else np.zeros(0, dtype=int)
    place = {int(old): new for new, old in enumerate(order)}
    rotations: tuple[Rotation, ...] = (0, 270, 180, 90)
    return OpenPage(
        image, quads[order], rotations[turns % 4], {place[old]: text for old, text in texts.items()}
    )


def lies_sideways(quads: Quads) -> bool:
    """Whether more text stands on its side than lies flat, measured by length."""
    if not len(quads):
        return False
    widths, heights = geometry.sizes(quads)
    tall, flat = heights > widths * _TALL, widths > heights * _TALL
    return float(heights[tall].sum()) > float(widths[flat].sum())


def _legibility(texts: list[Text]) -> float:
    """Mean confidence of the characters; 0 where nothing was read."""
    chances = [chance for _, characters in texts for chance in characters]
    return float(np.mean(chances)) if chances else 0.0
