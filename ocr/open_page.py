"""An upright page that is being read: its text boxes from top to bottom, and what was read of them so far.

Knows boxes and a reader; each line is read once. Which lines are worth reading, the pipeline decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image, Quads
from ocr.protocol import Box, Line, Rotation

# Lines read with less are specks, stamps and pictures taken for text.
_LEAST_LINE_CONFIDENCE = 0.5
_TOPMOST, _TALLEST = 3, 2


Text = tuple[str, tuple[float, ...]]


class Reader(Protocol):
    """What finds text on an image and reads it (`ocr.paddle.PaddleReader`). A text comes with a confidence for each of
    its characters."""

    version: str

    def find(self, image: Image, long_side: int) -> Quads: ...
    def read(self, crops: list[Image]) -> list[Text]: ...


@dataclass
class OpenPage:
    """`image`: BGR, upright. `rotation`: the clockwise turn that made it so. `texts`: what was read, by box."""

    image: Image
    quads: Quads
    rotation: Rotation
    texts: dict[int, Text] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return int(self.image.shape[0])

    @property
    def width(self) -> int:
        return int(self.image.shape[1])

    def lines(self) -> tuple[Line, ...]:
        """What was read, from top to bottom, without what is no text."""
        made = (_line(self.quads[index], *self.texts[index]) for index in sorted(self.texts))
        return tuple(line for line in made if line.confidence >= _LEAST_LINE_CONFIDENCE)

    def headings(self) -> list[int]:
        """The topmost boxes and the tallest: where a title stands. The tallest first."""
        if not len(self.quads):
            return []
        widths, heights = geometry.sizes(self.quads)
        # Specks and single signs are no heading.
        worth = [index for index in range(len(self.quads)) if widths[index] > 1.5 * heights[index]]
        tallest = sorted(worth, key=lambda index: -heights[index])[:_TALLEST]
        return sorted({*worth[:_TOPMOST], *tallest}, key=lambda index: -heights[index])

    def unread(self) -> list[int]:
        return [index for index in range(len(self.quads)) if index not in self.texts]

    def at(self, box: Box) -> int | None:
        """The read box that holds the middle of a box given in fractions of the page."""
        x, y = (box[0] + box[2]) / 2 * self.width, (box[1] + box[3]) / 2 * self.height
        for index in self.texts:
            left, top, right, bottom = geometry.bounds(self.quads[index].tolist())
            if left <= x <= right and top <= y <= bottom:
                return index
        return None

    def read(self, reader: Reader, indices: Collection[int]) -> None:
        """Reads those of the boxes that were not read yet."""
        missing = [index for index in indices if index not in self.texts]
        crops = [geometry.cut_out(self.image, self.quads[index]) for index in missing]
        self.texts.update(zip(missing, reader.read(crops), strict=True))


def _line(quad: NDArray[np.float32], text: str, characters: tuple[float, ...]) -> Line:
    confidence = float(np.mean(characters)) if characters else 0.0
    corners = [(round(float(x), 1), round(float(y), 1)) for x, y in quad]
    box = (corners[0], corners[1], corners[2], corners[3])
    return Line(text, box, round(confidence, 4), tuple(round(chance, 4) for chance in characters))
