"""Pages that no model was trained on, looked at and read once: what the weighing of the evidence is fitted on.

Knows how to draw, scan and read them in several processes. What is kept is what a classifier needs, so that
weights can be fitted again without reading again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from ocr import geometry, headings
from ocr.materials import UNKNOWN
from ocr.models import ModelDirectories
from ocr.open_page import OpenPage, Reader
from ocr.paddle import PaddleReader
from ocr.protocol import Line
from ocr.scan import READING_SIDE, Scan
from ocr.synthetic import identity, papers, rendering, scanner

_STRANGE = 0.15
_FINDING_SIDE = 736
_ITEMS = ("V-REG-01", "V-TRF-01", "D-REN-08")
_DAY = dt.datetime(2026, 3, 2, 10, tzinfo=identity.BEIJING_TIME)


@dataclass(frozen=True)
class ReadPage:
    """An upright page: its true type, its grey picture at the scale of `ocr.headings`, the lines of its headings and
    all lines; `height` in pixels of the lines."""

    code: str
    layout: str
    difficulty: scanner.Difficulty
    grey: NDArray[np.uint8]
    headings: tuple[Line, ...]
    lines: tuple[Line, ...]
    height: int


def gather(
    directories: ModelDirectories,
    share: papers.Split,
    count: int,
    seed: int,
    processes: int,
    on_page: Callable[[], None],
) -> Iterator[ReadPage]:
    """`count` pages of the layouts of one share, types in turn, half of them hard; one reader a process."""
    with get_context("spawn").Pool(processes, _prepare, (directories,)) as pool:
        for page in pool.imap(partial(_read, share, seed), range(count), chunksize=4):
            yield page
            on_page()


_reader: Reader


def _prepare(directories: ModelDirectories) -> None:
    global _reader
    _reader = PaddleReader(directories)


def draw_code(rng: np.random.Generator, number: int) -> str:
    """Known types in turn, so that each comes equally often; now and then a page of none."""
    known = [code for code in papers.LAYOUTS if code != UNKNOWN]
    return UNKNOWN if rng.random() < _STRANGE else known[number % len(known)]


def _read(share: papers.Split, seed: int, number: int) -> ReadPage:
    rng = np.random.default_rng([seed, number])
    code = draw_code(rng, number)
    day = _DAY - dt.timedelta(days=int(rng.integers(0, 3000)))
    who = identity.invent(rng, _ITEMS[int(rng.integers(len(_ITEMS)))], day, number % 1_000_000)
    difficulty: scanner.Difficulty = "hard" if rng.random() < 0.5 else "typical"
    profile = scanner.draw_profile(rng, difficulty, rotated_share=0)
    page_seed = [seed, number, 1]
    picture, truth = rendering.render(
        code, who, page_seed, profile=profile, difficulty=difficulty, split=share
    )
    scan = Scan(scanner.encode(picture, profile, truth.dpi))
    image = scan.colour(READING_SIDE)
    quads = geometry.from_top(geometry.order_corners(_reader.find(image, _FINDING_SIDE)))
    page = OpenPage(image, quads, 0)
    page.read(_reader, page.headings())
    first = page.lines()
    page.read(_reader, page.unread())
    grey = headings.at_scale(scan.grey(round(0.9 * headings.SIDE)))
    return ReadPage(code, truth.layout, difficulty, grey, first, page.lines(), page.height)
