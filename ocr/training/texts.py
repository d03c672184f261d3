"""Words to train the text model on: what drawn pages say, as an engine would read it, whole or only its headings.

Knows what `Page` notes of every line that it draws, and how reading goes wrong: lines missed, broken or joined, signs
misread. Draws no scans: a page costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import paddle
from numpy.typing import NDArray

from ocr.materials import UNKNOWN
from ocr.protocol import Line
from ocr.synthetic import identity, papers, rendering
from ocr.synthetic.page import Box
from ocr.text_model import SPACE, features

# Print this small is measured, hardly drawn: only where lines stand counts.
_DPI = 40
_COMPOSED, _STRANGE = 0.6, 0.15
_MISSED, _MISREAD, _HEADINGS = 0.06, 0.02, 0.4
_BATCH, _RATE, _FORGET = 64, 0.02, 0.25

Printed = tuple[str, Box]
Page = tuple[str, tuple[Printed, ...]]


def draw(count: int, seed: int, processes: int, on_page: Callable[[], None]) -> list[Page]:
    """The type and the printed lines of `count` pages that training may see."""
    pages = []
    with get_context("spawn").Pool(processes) as pool:
        for page in pool.imap(partial(_draw, seed), range(count), chunksize=64):
            pages.append(page)
            on_page()
    return pages


def train(pages: Sequence[Page], epochs: int, seed: int, version: str, path: Path) -> None:
    """Fits the linear model and writes it to `path` (npz; see `ocr.text_model`)."""
    codes = sorted({code for code, _ in pages})
    rng = np.random.default_rng(seed)
    paddle.seed(seed)
    weights = paddle.nn.Embedding(SPACE + 1, len(codes), padding_idx=SPACE)
    weights.weight.set_value(paddle.zeros_like(weights.weight))
    bias = paddle.create_parameter([len(codes)], "float32")
    steps = epochs * (len(pages) // _BATCH)
    rate = paddle.optimizer.lr.CosineAnnealingDecay(_RATE, steps)
    optimiser = paddle.optimizer.Adam(rate, parameters=[weights.weight, bias])
    for _ in range(epochs):
        order = rng.permutation(len(pages))
        for start in range(0, len(pages) - _BATCH + 1, _BATCH):
            chosen = [pages[index] for index in order[start : start + _BATCH]]
            places, values = _padded([features(as_read(printed, rng)) for _, printed in chosen], rng)
            logits = (weights(paddle.to_tensor(places)) * paddle.to_tensor(values)[..., None]).sum(1) + bias
            truth = paddle.to_tensor([codes.index(code) for code, _ in chosen])
            paddle.nn.functional.cross_entropy(logits, truth, label_smoothing=0.02).backward()
            optimiser.step()
            optimiser.clear_grad()
            rate.step()
    np.savez_compressed(
        path,
        weights=weights.weight.numpy()[:SPACE].astype(np.float16),
        bias=bias.numpy(),
        codes=np.array(codes),
        version=version,
    )


def as_read(printed: Sequence[Printed], rng: np.random.Generator) -> list[Line]:
    """The lines as an engine might have read them: all of them, or the page's headings alone."""
    lines = [_line(_misread(text, rng), box) for text, box in _rows(printed, rng) if rng.random() >= _MISSED]
    lines.sort(key=lambda line: line.box[0][1])
    if rng.random() < _HEADINGS:
        tallest = sorted(lines, key=lambda line: line.box[0][1] - line.box[2][1])[:2]
        lines = [line for place, line in enumerate(lines) if place < 3 or line in tallest]
    return lines


def _draw(seed: int, number: int) -> Page:
    rng = np.random.default_rng([seed, 1, number])
    code = UNKNOWN if rng.random() < _STRANGE else papers.KNOWN[int(rng.integers(len(papers.KNOWN)))]
    page = rendering.page_to_train_on(code, identity.anyone(rng, number), _DPI, rng, composed=_COMPOSED)
    return code, tuple(page.truth.printed)


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


def _misread(text: str, rng: np.random.Generator) -> str:
    signs = list(text)
    for place in np.flatnonzero(rng.random(len(signs)) < _MISREAD).tolist():
        signs[place] = "" if rng.random() < 0.4 else chr(int(rng.integers(0x4E00, 0x6000)))
    return "".join(signs)


def _line(text: str, box: Box) -> Line:
    left, top, right, bottom = box
    return Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 1.0, (1.0,) * len(text))


def _padded(
    found: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """One row a page, a share of its features forgotten, so that no single word decides."""
    longest = max(len(places) for places, _ in found)
    rows = np.full((len(found), max(1, longest)), SPACE, dtype=np.int64)
    filled = np.zeros(rows.shape, dtype=np.float32)
    for row, (places, values) in enumerate(found):
        rows[row, : len(places)] = places
        filled[row, : len(places)] = values * (rng.random(len(places)) >= _FORGET)
    return rows, filled
