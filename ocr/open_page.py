"""An upright page that is being read: its text boxes from top to bottom, and what was read of them so far.

Knows boxes and a reader. Each line is skimmed once, and read once more closely where somebody needs that and skimming
left a doubt. Which lines are worth it, the pipeline decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image, Quads
from ocr.protocol import Box, Line, Rotation

# Lines read with less are specks, stamps and pictures taken for text.
_LEAST_LINE_CONFIDENCE = 0.5
_TOPMOST, _TALLEST = 3, 2
# A skimmed line is as good as a closely read one where each of its characters is this sure: of such lines of drawn
# typical pages 97.8 % were right either way, of hard pages 96.1 and 95.8 %.
_SURE_CHARACTER = 0.9


Text = tuple[str, tuple[float, ...]]


class Reader(Protocol):
    """What finds text on an image, skims it and reads it (`ocr.paddle.PaddleReader`). A text comes with a confidence
    for each of its characters. `skims`: whether skimming is any other than reading."""

    version: str
    skims: bool

    def find(self, image: Image, long_side: int) -> Quads: ...
    def skim(self, crops: list[Image]) -> list[Text]: ...
    def read(self, crops: list[Image]) -> list[Text]: ...


@dataclass
class OpenPage:
    """`image`: BGR, upright. `rotation`: the clockwise turn that made it so. `texts`: what was read, by box; `closely`:
    the boxes that were read closely."""

    image: Image
    quads: Quads
    rotation: Rotation
    texts: dict[int, Text] = field(default_factory=dict)
    closely: set[int] = field(default_factory=set)

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

    def doubtful(self) -> list[int]:
        """Boxes that were skimmed only, and not surely."""
        return [
            index
            for index, (_, characters) in sorted(self.texts.items())
            if index not in self.closely and min(characters, default=0.0) < _SURE_CHARACTER
        ]

    def legible(self) -> list[int]:
        """Boxes that surely hold text."""
        return sorted(index for index, text in self.texts.items() if _mean(text[1]) >= _SURE_CHARACTER)

    def hardly_legible(self) -> list[int]:
        """Doubtful boxes of which more than a sign or two may be wrong: a label or a value may hide there."""
        return [index for index in self.doubtful() if _mean(self.texts[index][1]) < _SURE_CHARACTER]

    def skim(self, reader: Reader, indices: Collection[int]) -> None:
        """Skims those of the boxes of which nothing is known yet."""
        missing = [index for index in indices if index not in self.texts]
        crops = [geometry.cut_out(self.image, self.quads[index], cv2.INTER_LINEAR) for index in missing]
        self.texts.update(zip(missing, reader.skim(crops), strict=True))
        if not reader.skims:
            self.closely.update(missing)

    def read(self, reader: Reader, indices: Collection[int]) -> None:
        """Reads those of the boxes that skimming leaves in doubt."""
        self.skim(reader, indices)
        self.read_closely(reader, [index for index in self.doubtful() if index in indices])

    def read_closely(self, reader: Reader, indices: Collection[int]) -> None:
        """Reads the boxes closely, however surely they were skimmed; none twice."""
        missing = [index for index in indices if index not in self.closely]
        crops = [geometry.cut_out(self.image, self.quads[index]) for index in missing]
        self.texts.update(zip(missing, reader.read(crops), strict=True))
        self.closely.update(missing)


def _line(quad: NDArray[np.float32], text: str, characters: tuple[float, ...]) -> Line:
    confidence = _mean(characters)
    corners = [(round(float(x), 1), round(float(y), 1)) for x, y in quad]
    box = (corners[0], corners[1], corners[2], corners[3])
    return Line(text, box, round(confidence, 4), tuple(round(chance, 4) for chance in characters))


def _mean(characters: tuple[float, ...]) -> float:
    return float(np.mean(characters)) if characters else 0.0
