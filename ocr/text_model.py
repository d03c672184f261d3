"""What the words on a page say about its type: a linear model over the n-grams of its lines.

Knows lines and weights. A line near the top or in large print speaks twice: as a heading and as any line. Knows no
catalogue: it names the codes it was trained on; its logits are not calibrated (`ocr.fusion` does that).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.protocol import Line
from ocr.titles import plain

# Features are hashed into this many places; the weights take this times the number of types times 2 bytes.
SPACE = 1 << 15
_FIRST, _LARGE = 3, 1.35


class TextModel:
    """The weights of one file (npz): float16 (SPACE, codes), with the codes and a version."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self._weights: NDArray[np.float16] = stored["weights"]
            self._bias: NDArray[np.float32] = stored["bias"]
            self.codes: tuple[str, ...] = tuple(str(code) for code in stored["codes"])
            self.version = str(stored["version"])

    def judge(self, lines: Sequence[Line]) -> NDArray[np.float32]:
        """Logits by `codes` for the lines read so far."""
        places, values = features(lines)
        rows = self._weights[places].astype(np.float32)
        return np.asarray(values @ rows + self._bias, dtype=np.float32)


def features(lines: Sequence[Line]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places in the hashed space and their values: headings and all lines each have a length of one."""
    boxes = [geometry.bounds(line.box) for line in lines]
    usual = median([bottom - top for _, top, _, bottom in boxes] or [1.0])
    order = sorted(range(len(lines)), key=lambda index: boxes[index][1])
    headings, all_lines = set[int](), set[int]()
    for rank, index in enumerate(order):
        text = plain(lines[index].text)
        all_lines.update(_hashed("b", text))
        if rank < _FIRST or boxes[index][3] - boxes[index][1] >= _LARGE * usual:
            headings.update(_hashed("h", text))
    groups = [np.fromiter(sorted(group), dtype=np.int64) for group in (headings, all_lines)]
    values = [np.full(len(group), 1 / max(1, len(group)) ** 0.5, dtype=np.float32) for group in groups]
    return np.concatenate(groups), np.concatenate(values)


def _hashed(kind: str, text: str) -> Iterator[int]:
    marked = f"^{text}$"
    for size in (2, 3):
        for start in range(len(marked) - size + 1):
            yield crc32(f"{kind}{marked[start : start + size]}".encode()) % SPACE
    if len(text) <= 8:
        yield crc32(f"{kind}={text}".encode()) % SPACE
