"""Pictures to train the thumbnail network on: fictitious scans, drawn in parallel, kept as small grey canvases.

Knows which pages to draw (composed ones, layouts that training may see, strangers) and how they are kept: a folder
with `standing.raw` and `lying.raw` (n, rows, columns) and `labels.json` (their codes). Pages are kept upright;
training turns them. Layouts kept apart for calibration and measuring are never drawn here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import thumbnail
from ocr.materials import UNKNOWN
from ocr.synthetic import identity, papers, rendering, scanner

_DPI = 100
# Shares of composed pages (of the types that can be composed), of hard scans, of pages of no known type.
_COMPOSED, _HARD, _STRANGE = 0.6, 0.4, 0.1
# Types that show no words: a look is all there is, so they are drawn several times as often.
_BY_LOOK, _OFTEN = ("M-DR-03", "M-IP-03", "M-IP-04", "M-IP-05", "M-IP-06", "M-IP-07", "M-IP-08"), 4


@dataclass(frozen=True)
class Thumbnails:
    """Upright canvases and the place of each one's type in `codes`."""

    codes: tuple[str, ...]
    standing: NDArray[np.uint8]
    standing_types: NDArray[np.int64]
    lying: NDArray[np.uint8]
    lying_types: NDArray[np.int64]


def write(target: Path, count: int, seed: int, processes: int, on_page: Callable[[], None]) -> None:
    """Draws `count` pages in `processes` processes; the same arguments draw the same pages on the same fonts."""
    target.mkdir(parents=True, exist_ok=True)
    shapes = {
        "standing": (thumbnail.LONG, thumbnail.SHORT),
        "lying": (thumbnail.SHORT, thumbnail.LONG),
    }
    files = {name: (target / f"{name}.raw").open("wb") for name in shapes}
    labels: dict[str, list[str]] = {name: [] for name in shapes}
    with get_context("spawn").Pool(processes) as pool:
        for code, canvas in pool.imap(partial(_draw, seed), range(count), chunksize=32):
            name = "standing" if canvas.shape == shapes["standing"] else "lying"
            files[name].write(canvas.tobytes())
            labels[name].append(code)
            on_page()
    for file in files.values():
        file.close()
    (target / "labels.json").write_text(json.dumps(labels))


def load(folder: Path) -> Thumbnails:
    """The pictures in a folder, mapped, not read."""
    labels = json.loads((folder / "labels.json").read_text())
    codes = tuple(sorted({*labels["standing"], *labels["lying"]}))

    def mapped(name: str, rows: int, columns: int) -> NDArray[np.uint8]:
        shape = (len(labels[name]), rows, columns)
        return np.memmap(folder / f"{name}.raw", dtype=np.uint8, mode="r", shape=shape)

    def types(name: str) -> NDArray[np.int64]:
        return np.array([codes.index(code) for code in labels[name]], dtype=np.int64)

    return Thumbnails(
        codes,
        mapped("standing", thumbnail.LONG, thumbnail.SHORT),
        types("standing"),
        mapped("lying", thumbnail.SHORT, thumbnail.LONG),
        types("lying"),
    )


def _draw(seed: int, number: int) -> tuple[str, NDArray[np.uint8]]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, number])
    known = papers.KNOWN + _BY_LOOK * (_OFTEN - 1)
    code = UNKNOWN if rng.random() < _STRANGE else known[int(rng.integers(len(known)))]
    who = identity.anyone(rng, number)
    difficulty: scanner.Difficulty = "hard" if rng.random() < _HARD else "typical"
    profile = scanner.draw_profile(rng, difficulty, rotated_share=0)
    page = rendering.page_to_train_on(code, who, _DPI, rng, composed=_COMPOSED)
    image = scanner.scan(page.image, profile, rng, _DPI)
    grey = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY)
    return code, thumbnail.on_canvas(np.asarray(grey, dtype=np.uint8))
