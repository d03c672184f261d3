"""Pages that no model was trained on, looked at and read once: what the weighing of the evidence is fitted on.

Knows how to draw, scan and read them in several processes. What is kept is what a classifier needs, so that
weights can be fitted again without reading again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from ocr import geometry, thumbnail
from ocr.geometry import Image
from ocr.models import ModelDirectories
from ocr.open_page import OpenPage, Reader
from ocr.paddle import PaddleReader
from ocr.protocol import Line
from ocr.scan import READING_SIDE, Scan
from ocr.synthetic import papers, rendering, scanner

_FINDING_SIDE = 864


@dataclass(frozen=True)
class ReadPage:
    """An upright page: its true type, its canvas (`ocr.thumbnail`), the lines of its headings and all lines;
    `height` in pixels of the lines."""

    code: str
    layout: str
    difficulty: scanner.Difficulty
    canvas: Image
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
    with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (directories,)) as pool:
        for page in pool.map(partial(_read, share, seed), range(count), chunksize=4):
            yield page
            on_page()


_reader: Reader


def _prepare(directories: ModelDirectories) -> None:
    global _reader
    _reader = PaddleReader(directories)


def _read(share: papers.Split, seed: int, number: int) -> ReadPage:
    difficulty: scanner.Difficulty = "hard" if number % 2 else "typical"
    code, image, truth = rendering.page_to_judge(share, difficulty, seed, number, rotated_share=0)
    pixels = Scan(image).colour(READING_SIDE)
    quads = geometry.from_top(geometry.order_corners(_reader.find(pixels, _FINDING_SIDE)))
    page = OpenPage(pixels, quads, 0)
    page.skim(_reader, page.headings())
    first = page.lines()
    page.skim(_reader, page.unread())
    return ReadPage(
        code, truth.layout, difficulty, thumbnail.on_canvas(pixels), first, page.lines(), page.height
    )
