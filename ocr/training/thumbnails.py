"""Pictures to train the thumbnail network on: fictitious scans, drawn in parallel, kept as small canvases.

Knows which pages to draw (composed ones, layouts that training may see, strangers) and how they are kept: a folder
with `pictures.raw` (BGR canvases, one behind the other) and `labels.json` (type, whether it lies). Pages are kept
upright; training turns them. Layouts kept apart for calibration and measuring are never drawn here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import thumbnail
from ocr.geometry import Image
from ocr.materials import UNKNOWN
from ocr.synthetic import identity, papers, rendering, scanner

_DPI = 100
# Shares of composed pages (of the types that can be composed), of hard scans, of pages of no known type.
_COMPOSED, _HARD, _STRANGE = 0.5, 0.35, 0.15
# Types that show hardly any words: a look is all there is, so they are drawn several times as often.
BY_LOOK = ("M-DR-03", "M-IP-03", "M-IP-04", "M-IP-05", "M-IP-06", "M-IP-07", "M-IP-08", "M-LC-03")
_OFTEN = 10


@dataclass(frozen=True)
class Thumbnails:
    """Upright canvases, each one's type as its place in `codes`, and whether it lies."""

    codes: tuple[str, ...]
    types: NDArray[np.int64]
    lying: NDArray[np.bool_]
    pixels: NDArray[np.uint8]

    def images(self) -> Iterator[Image]:
        shape = thumbnail.LONG, thumbnail.SHORT
        for pixels, lying in zip(self.pixels, self.lying, strict=True):
            yield np.asarray(pixels).reshape(*(shape[::-1] if lying else shape), 3)


def write(target: Path, count: int, seed: int, processes: int, on_page: Callable[[], None]) -> None:
    """Draws `count` pages in `processes` processes; the same arguments draw the same pages on the same fonts."""
    target.mkdir(parents=True, exist_ok=True)
    labels: list[tuple[str, bool]] = []
    with (
        (target / "pictures.raw").open("wb") as file,
        ProcessPoolExecutor(processes, get_context("spawn")) as pool,
    ):
        for code, canvas in pool.map(partial(_draw, seed), range(count), chunksize=32):
            file.write(canvas.tobytes())
            labels.append((code, canvas.shape[0] < canvas.shape[1]))
            on_page()
    (target / "labels.json").write_text(json.dumps(labels))


def load(folder: Path) -> Thumbnails:
    """The pictures in a folder, mapped, not read."""
    codes, lying = zip(*json.loads((folder / "labels.json").read_text()), strict=True)
    known = tuple(sorted(set(codes)))
    pixels = np.memmap(folder / "pictures.raw", dtype=np.uint8, mode="r")
    return Thumbnails(
        known,
        np.array([known.index(code) for code in codes], dtype=np.int64),
        np.array(lying, dtype=np.bool_),
        pixels.reshape(len(codes), -1),
    )


def _draw(seed: int, number: int) -> tuple[str, Image]:
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, number])
    known = papers.KNOWN + BY_LOOK * (_OFTEN - 1)
    code = UNKNOWN if rng.random() < _STRANGE else known[int(rng.integers(len(known)))]
    who = identity.anyone(rng, number)
    difficulty: scanner.Difficulty = "hard" if rng.random() < _HARD else "typical"
    profile = scanner.draw_profile(rng, difficulty, rotated_share=0)
    page = rendering.page_to_train_on(code, who, _DPI, rng, composed=_COMPOSED)
    image = scanner.scan(page.image, profile, rng, _DPI).convert("RGB")
    return code, thumbnail.on_canvas(np.asarray(image)[:, :, ::-1])
