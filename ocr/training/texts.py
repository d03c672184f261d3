"""Words to train the text model on: what drawn pages say, as an engine would read it, whole or only its headings.

Knows what `Page` notes of every line that it draws, and how reading goes wrong: lines missed, broken or joined, signs
misread, the rest of a page not yet read. Draws no scans and no ink: a page costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocr.materials import UNKNOWN
from ocr.protocol import Line
from ocr.synthetic import fonts, handwriting, identity, papers, rendering
from ocr.synthetic import page as pages_drawn
from ocr.synthetic.layouts import photographs
from ocr.synthetic.page import Box
from ocr.text_model import FEATURES, SPACE, features

# Print is measured, not drawn: only where lines stand counts.
_DPI = 40
_COMPOSED, _STRANGE = 0.6, 0.2
# Photographs cost most to draw and say least; these codes come this often compared with the others.
_PICTURES, _SELDOM = ("M-IP-04", "M-IP-05", "M-IP-06", "M-IP-07", "M-IP-08"), 0.25
# Values that stand in a picture, where no `Page` prints them.
_PICTURED = ("vin", "engine_no", "tyre_spec", "plate_no")

# Shares of pages: those read badly, those read for their headings alone, read from the top for a portion, or whose
# title went unread.
_BAD, _HEADINGS, _PORTION, _NO_TITLE = 0.4, 0.4, 0.15, 0.12
# What goes missing on pages read well, measured on typical scans: lines, signs.
_MISSED, _MISREAD = 0.02, 0.015
_ASIDES = (
    "与原件核对一致", "复印件与原件核对无误", "已录入", "已核对", "请复印两份", "附件", "存档", "作废", "原件已验",
)  # fmt: skip

_BATCH, _RATE, _FORGET, _SMOOTH = 128, 0.02, 0.25, 0.02

Printed = tuple[str, Box]
Page = tuple[str, tuple[Printed, ...]]
Features = tuple[NDArray[np.int64], NDArray[np.float32]]


def draw(count: int, seed: int, processes: int, on_page: Callable[[], None]) -> list[Page]:
    """The type and the printed lines of `count` pages that training may see."""
    pages = []
    with ProcessPoolExecutor(processes, get_context("spawn"), _without_ink) as pool:
        for page in pool.map(partial(_draw, seed), range(count), chunksize=64):
            pages.append(page)
            on_page()
    return pages


def train(pages: Sequence[Page], epochs: int, seed: int, version: str, path: Path) -> None:
    """Fits the linear model and writes it to `path` (npz; see `ocr.text_model`)."""
    shown = [page for page in pages if page[1]]
    codes = sorted({code for code, _ in shown})
    rng = np.random.default_rng(seed)
    model = _Softmax(len(codes), epochs * (len(shown) // _BATCH))
    for _ in range(epochs):
        order = rng.permutation(len(shown))
        for start in range(0, len(shown) - _BATCH + 1, _BATCH):
            chosen = [shown[index] for index in order[start : start + _BATCH]]
            truth = np.array([codes.index(code) for code, _ in chosen])
            model.step([features(as_read(printed, rng)) for _, printed in chosen], truth, rng)
    weights, bias = model.weights[:SPACE], model.weights[SPACE]
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-6) / 127
    np.savez_compressed(
        path,
        weights=np.round(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=bias,
        codes=np.array(codes),
        version=version,
        features=FEATURES,
    )


class _Softmax:
    """Multinomial logistic regression by Adam, which touches only the features of each batch. The last row is the
    bias."""

    def __init__(self, codes: int, steps: int) -> None:
        self.weights = np.zeros((SPACE + 1, codes), np.float32)
        self._mean, self._square = np.zeros_like(self.weights), np.zeros_like(self.weights)
        self._done, self._steps = 0, max(1, steps)

    def step(self, found: Sequence[Features], truth: NDArray[np.int64], rng: np.random.Generator) -> None:
        """One batch; a share of each page's features is forgotten, so that no single word decides."""
        rows, matrix = _matrix(found, rng)
        scores = matrix @ self.weights[rows]
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances -= _SMOOTH / chances.shape[1]
        chances[np.arange(len(truth)), truth] -= 1 - _SMOOTH
        self._adapt(rows, matrix.T @ chances / len(truth))

    def _adapt(self, rows: NDArray[np.int64], slope: NDArray[np.float32]) -> None:
        rate = _RATE * 0.5 * (1 + np.cos(np.pi * self._done / self._steps))
        self._done += 1
        mean = 0.9 * self._mean[rows] + 0.1 * slope
        square = 0.999 * self._square[rows] + 0.001 * slope**2
        self._mean[rows], self._square[rows] = mean, square
        first, second = 1 - 0.9**self._done, 1 - 0.999**self._done
        self.weights[rows] -= (rate / first) * mean / (np.sqrt(square / second) + 1e-8)


def _matrix(
    found: Sequence[Features], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The places that a batch uses, the bias last, and what each page (a row) has there."""
    kept = [rng.random(len(places)) >= _FORGET for places, _ in found]
    places = np.concatenate([each[keep] for (each, _), keep in zip(found, kept, strict=True)])
    values = np.concatenate([each[keep] for (_, each), keep in zip(found, kept, strict=True)])
    used, columns = np.unique(places, return_inverse=True)
    matrix = np.zeros((len(found), len(used) + 1), np.float32)
    np.add.at(matrix, (np.repeat(np.arange(len(found)), [int(keep.sum()) for keep in kept]), columns), values)
    matrix[:, -1] = 1
    return np.append(used, SPACE), matrix


def as_read(printed: Sequence[Printed], rng: np.random.Generator) -> list[Line]:
    """The lines as an engine might have read them, from top to bottom: all of them, or what is read first."""
    missed, misread = _MISSED, _MISREAD
    if rng.random() < _BAD:
        missed, misread = 0.8 * rng.random() ** 3, _MISREAD + 0.1 * rng.random() ** 2
    lines = [
        _line(_misread(text, misread, rng), box)
        for text, box in _rows(printed, rng)
        if rng.random() >= missed
    ]
    lines = [line for line in lines if line.text]
    if lines and rng.random() < 0.25:
        beside = lines[int(rng.integers(len(lines)))]
        lines.append(Line(str(rng.choice(_ASIDES)), beside.box, 1.0, ()))
    lines.sort(key=lambda line: line.box[0][1])
    chance = rng.random()
    if chance < _HEADINGS:
        return _headings(lines, rng)
    if chance < _HEADINGS + _PORTION and len(lines) > 6:
        return lines[: int(rng.integers(6, len(lines)))]
    if chance > 1 - _NO_TITLE and len(lines) > 6:
        return [line for line in lines if line is not max(lines, key=_height)]
    return lines


def _headings(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    """The topmost lines and the tallest, as `OpenPage.headings` and `ocr.headings` choose them."""
    worth = [line for line in lines if line.box[1][0] - line.box[0][0] > 1.5 * _height(line)]
    tallest = sorted(worth, key=_height, reverse=True)[: int(rng.integers(2, 5))]
    chosen = {id(line) for line in (*worth[:3], *tallest)}
    return [line for line in worth if id(line) in chosen]


def _height(line: Line) -> float:
    return line.box[2][1] - line.box[0][1]


def _draw(seed: int, number: int) -> Page:
    rng = np.random.default_rng([seed, 1, number])
    code = UNKNOWN if rng.random() < _STRANGE else _known(rng)
    _in_pictures.clear()
    page = rendering.page_to_train_on(code, identity.anyone(rng, number), _DPI, rng, composed=_COMPOSED)
    return code, tuple(_shown(page))


def _known(rng: np.random.Generator) -> str:
    while True:
        code = papers.KNOWN[int(rng.integers(len(papers.KNOWN)))]
        if code not in _PICTURES or rng.random() < _SELDOM:
            return code


def _shown(page: pages_drawn.Page) -> Iterator[Printed]:
    """What the page prints, then the words and values in its pictures that it does not print as well."""
    yield from page.truth.printed
    said = " ".join(text for text, _ in page.truth.printed)
    values = [
        (page.truth.fields[code], page.truth.boxes.get(code))
        for code in _PICTURED
        if code in page.truth.fields
    ]
    across, down = page.width, page.height
    words = [(text, (a * across, b * down, c * across, d * down)) for text, (a, b, c, d) in _in_pictures]
    for text, box in (*values, *words):
        if box is not None and text not in said:
            yield text, box
            said = f"{said} {text}"


# Where nothing is drawn ---------------------------------------------------------------------------------------

# Words drawn since the page was begun, with their boxes in fractions of the picture that they stand in.
_in_pictures: list[Printed] = []


class _Measure:
    """A font that is measured alone: ideographs are square, other signs half as wide."""

    def __init__(self, size: int) -> None:
        self.size = max(size, 4)

    def getlength(self, text: str, *_: Any) -> float:
        return self.size * sum(1.0 if ord(sign) > 0x2E7F else 0.52 for sign in text)

    def getbbox(self, text: str, *_: Any) -> Box:
        return 0.0, 0.0, self.getlength(text), float(self.size)


def _without_ink() -> None:
    """Makes this process, which serves nothing but `_draw`, leave out all that no word depends on: ink, cars, blur."""
    vars(fonts).update(
        face=lambda role, pixels, choice=0: _Measure(pixels),
        face_for=lambda text, role, pixels, choice=0: _Measure(pixels),
    )
    vars(handwriting).update(write=lambda image, x, y, text, font, *_, **__: font.getlength(text))
    vars(photographs).update(vehicle_photo=_empty_photo, developed=_undeveloped)
    vars(cv2).update(GaussianBlur=lambda picture, *_, **__: picture.copy())
    setattr(Image.Image, "filter", lambda picture, _: picture.copy())  # noqa: B010 - a method of another's class
    setattr(ImageDraw.ImageDraw, "text", _listen)  # noqa: B010


def _listen(
    pen: ImageDraw.ImageDraw,
    at: Sequence[float],
    text: str,
    *_: Any,
    font: Any,
    anchor: str = "la",
    **__: Any,
) -> None:
    """Notes a word in a picture instead of drawing it; single signs belong to seals and worn numbers."""
    if len(text) < 3:
        return
    wide, high = pen.im.size
    length, half = font.getlength(text), 0.6 * font.size
    left = at[0] - {"l": 0, "m": length / 2, "r": length}[anchor[0]]
    middle = at[1] + (half if anchor[1] == "a" else 0)
    _in_pictures.append(
        (text, (left / wide, (middle - half) / high, (left + length) / wide, (middle + half) / high))
    )


def _empty_photo(*arguments: Any) -> tuple[Image.Image, Box]:
    """In place of `vehicle_views.vehicle_photo`: its last numbers are the picture's width and height and a share."""
    wide, high = arguments[-3:-1]
    return Image.new("RGB", (wide, high)), (0.4, 0.6, 0.6, 0.65)


def _undeveloped(picture: Image.Image | NDArray[Any], _: np.random.Generator) -> Image.Image:
    if isinstance(picture, Image.Image):
        return picture
    return Image.new("RGB", (picture.shape[1], picture.shape[0]))


# How reading goes wrong ---------------------------------------------------------------------------------------


def _rows(printed: Sequence[Printed], rng: np.random.Generator) -> Iterator[Printed]:
    """Lines that stand close beside one another are sometimes read as one, long ones as two."""
    waiting: Printed | None = None
    for text, box in printed:
        if waiting is not None:
            joined, (left, top, right, bottom) = waiting
            level = abs((top + bottom) - (box[1] + box[3])) < 0.5 * (bottom - top)
            if level and 0 <= box[0] - right < 1.2 * (bottom - top) and rng.random() < 0.7:
                waiting = joined + text, (left, min(top, box[1]), box[2], max(bottom, box[3]))
                continue
            yield waiting
        if len(text) > 12 and rng.random() < 0.1:
            cut, (left, top, right, bottom) = int(rng.integers(4, len(text) - 4)), box
            middle = left + (right - left) * cut / len(text)
            yield text[:cut], (left, top, middle, bottom)
            text, box = text[cut:], (middle, top, right, bottom)
        waiting = text, box
    if waiting is not None:
        yield waiting


def _misread(text: str, share: float, rng: np.random.Generator) -> str:
    """Some signs left out, others taken for one that makes no known word."""
    wrong = np.flatnonzero(rng.random(len(text)) < share).tolist()
    if not wrong:
        return text
    signs = list(text)
    for place in wrong:
        signs[place] = "" if rng.random() < 0.4 else chr(int(rng.integers(0x4E00, 0x6000)))
    return "".join(signs)


def _line(text: str, box: Box) -> Line:
    left, top, right, bottom = box
    return Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 1.0, ())
