"""What the words on a page say about its type: a linear model over the n-grams of its lines.

Knows lines and weights. A line speaks up to three times: as the line most like a title, as a heading (near the top or
in large print) and as any line. Numbers count by their length alone. Knows no catalogue: it names the codes it was
trained on; its logits are not calibrated (`ocr.training.fusing` does that).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from statistics import median
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.models import ModelsMissing
from ocr.protocol import Line
from ocr.titles import plain

# Features are hashed into this many places; the weights take this times the number of types bytes.
SPACE = 1 << 16
# Raised whenever a page's features change: weights fitted on others mean nothing.
FEATURES = 3

_SIZES = (2, 3)
_FIRST, _LARGE, _NEAR_TOP = 3, 1.35, 0.6
# Longer lines are sentences, which never come twice.
_WHOLE = 12
_SHORT_NUMBER, _LONG_NUMBER = 4, 24
_NUMBER = re.compile(r"[0-9A-Z]*[0-9][0-9A-Z]*")
_NUMBERS = 0xE000  # a code point of private use and those after it stand for numbers by their length
_BEGIN, _END = "\x02", "\x03"
# The filler of machine-readable lines tells a travel document; `plain` keeps letters only.
_FILLER, _FILLER_LETTER = "<", "ʘ"
_PRIME = np.uint64(0x100000001B3)

Places = NDArray[np.int64]


class TextModel:
    """The weights of one file (npz): int8 (SPACE, codes) with a scale for each code, the codes and a version.

    Raises ModelsMissing for a file that was fitted on other features."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            if int(stored.get("features", 1)) != FEATURES:
                raise ModelsMissing(f"文字模型 {path} 与程序版本不符，请安装随附的模型文件")
            self._weights: NDArray[np.int8] = stored["weights"]
            self._scale: NDArray[np.float32] = stored["scale"]
            self._bias: NDArray[np.float32] = stored["bias"]
            self.codes: tuple[str, ...] = tuple(str(code) for code in stored["codes"])
            self.version = str(stored["version"])

    def judge(self, lines: Sequence[Line]) -> NDArray[np.float32]:
        """Logits by `codes` for the lines read so far."""
        places, values = features(lines)
        rows = self._weights[places].astype(np.float32)
        return np.asarray((values @ rows) * self._scale + self._bias, dtype=np.float32)


def features(lines: Sequence[Line]) -> tuple[Places, NDArray[np.float32]]:
    """Places in the hashed space and their values: the title, the headings and all lines each have a length of one."""
    if not lines:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    texts = [signs(line.text) for line in lines]
    grams, line_of = _grams(texts)
    title, headings = _prominent(lines, texts)
    groups = []
    for salt, spoken in enumerate((title, headings, np.ones(len(lines), bool)), start=1):
        mixed = grams[spoken[line_of]] ^ (np.uint64(salt) * np.uint64(0x51ED2701))
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
        groups.append(np.unique(((mixed ^ (mixed >> np.uint64(29))) % np.uint64(SPACE)).astype(np.int64)))
    values = [np.full(len(group), 1 / max(1, len(group)) ** 0.5, dtype=np.float32) for group in groups]
    return np.concatenate(groups), np.concatenate(values)


@lru_cache(maxsize=20_000)
def signs(text: str) -> str:
    """The letters and ideographs of a line. A number, also one with letters in it, becomes one sign for its length."""
    return _NUMBER.sub(_by_length, plain(text.replace(_FILLER, _FILLER_LETTER)))


def _by_length(number: re.Match[str]) -> str:
    long = len(number[0])
    return "0" if long < _SHORT_NUMBER else chr(_NUMBERS + min(long, _LONG_NUMBER))


def _prominent(lines: Sequence[Line], texts: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which line is the most like a title, and which are headings."""
    boxes = np.array([geometry.bounds(line.box) for line in lines])
    heights = boxes[:, 3] - boxes[:, 1]
    size = heights / max(float(median(heights.tolist())), 1e-6)
    rank = np.argsort(np.argsort(boxes[:, 1], kind="stable"), kind="stable")
    worded = np.array([len(text) >= 3 for text in texts])
    title = np.zeros(len(lines), bool)
    title[int(np.argmax(worded * (size + _NEAR_TOP * (1 - rank / len(lines)))))] = True
    return title, (rank < _FIRST) | (size >= _LARGE)


def _grams(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Numbers for the n-grams of every line and for short lines as a whole, and the line that each comes from."""
    marked = [_BEGIN + text + _END for text in texts]
    points = np.frombuffer("".join(marked).encode("utf-32-le"), np.uint32).astype(np.uint64)
    place_of = np.repeat(np.arange(len(texts)), [len(text) for text in marked])
    whole = [index for index, text in enumerate(texts) if 0 < len(text) <= _WHOLE]
    found = [np.array([crc32(texts[index].encode()) for index in whole], np.uint64) * _PRIME]
    line_of = [np.array(whole, np.int64)]
    for size in _SIZES:
        count = max(0, len(points) - size + 1)
        mixed = np.full(count, size, np.uint64)
        for step in range(size):
            mixed = (mixed ^ points[step : step + count]) * _PRIME
        within = place_of[:count] == place_of[size - 1 : size - 1 + count]
        found.append(mixed[within])
        line_of.append(place_of[:count][within])
    return np.concatenate(found), np.concatenate(line_of)
