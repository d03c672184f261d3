"""`python -m tests.bench.recognition`: pages a second and how many are right, against stock PaddleOCR in one run.

Draws pages of layouts that no model was trained on, then reads the very same pages on the same cores: by stock
PaddleOCR (`stock_paddleocr`), by our recogniser with a process a core at depth `key` and at depth `type`; then the
first page after a start, and the memory of one process over many pages. Each reader is started and has read a page
before the clock runs. Only fictitious pages: says nothing of real scans.
"""

from __future__ import annotations

import argparse
import multiprocessing as mp
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from bootstrap import House
from ocr import materials
from ocr.evaluation import KEY_VALUES, Share
from ocr.protocol import Depth
from ocr.synthetic import rendering
from ocr.synthetic.papers import Split
from ocr.synthetic.scanner import Difficulty
from settings import Settings
from tests.bench.case import ROOT
from tests.bench.stock_paddleocr import StockPaddleOCR

CORES = 2
STARTS = 3
_ROTATED = 0.1
_START_S = 300.0
_SAMPLES = 50
# Fewer pages do not tell whether memory grows.
_TELLING = 2000

Row = tuple[str, str, str, bool | None]
Answer = tuple[str, dict[str, str]]
Read = Callable[[bytes], Answer]


@dataclass(frozen=True)
class Drawn:
    """A page and its truth: the code of its type, and the key values that it shows."""

    code: str
    image: bytes
    values: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """The same pages by one reader: `seconds` by the wall clock from the first page to the last, `cpu` of all its
    processes and threads."""

    answers: list[Answer]
    seconds: float
    cpu: float

    @property
    def a_second(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def cpu_a_page(self) -> float:
        return self.cpu / len(self.answers)


@dataclass(frozen=True)
class Memory:
    """Resident MiB of one process: samples of (pages read, MiB), and the most it ever held."""

    samples: list[tuple[int, float]]
    peak: float

    @property
    def slope(self) -> float:
        """MiB gained in 1,000 pages, over the second half."""
        late = np.array(self.samples[len(self.samples) // 2 :])
        return float(np.polyfit(late[:, 0], late[:, 1], 1)[0] * 1000) if len(late) > 1 else 0.0


# ---- the pages ----


def draw(split: Split, difficulty: Difficulty, seed: int, count: int) -> list[Drawn]:
    """The same pages for the same arguments, the known types in turn."""
    with mp.get_context("spawn").Pool(CORES) as pool:
        return pool.map(partial(_draw, split, difficulty, seed), range(count), chunksize=4)


def _draw(split: Split, difficulty: Difficulty, seed: int, number: int) -> Drawn:
    code, image, truth = rendering.page_to_judge(split, difficulty, seed, number, rotated_share=_ROTATED)
    return Drawn(code, image, {name: truth.fields[name] for name in KEY_VALUES if name in truth.fields})


# ---- the readers ----


def _stock(home: Path) -> Read:
    house = House(Settings(home=home))
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(home / "paddlex"))
    catalogue = materials.load(house.settings.catalogue_dir / "materials.yaml")
    return StockPaddleOCR(house.model_directories(), catalogue).recognise


def _ours(depth: Depth, home: Path) -> Read:
    recogniser = House(Settings(home=home)).recogniser()

    def read(image: bytes) -> Answer:
        found = recogniser.recognise(image, depth)
        return found.materials[0].code, {field.code: field.value for field in found.fields}

    return read


_read: Read


def _start(make: Callable[[], Read], first: bytes, ready: mp.synchronize.Barrier) -> None:
    global _read
    _read = make()
    _read(first)
    ready.wait(_START_S)


def _one(image: bytes) -> tuple[Answer, float]:
    began = time.process_time()
    return _read(image), time.process_time() - began


def read(make: Callable[[], Read], pages: Sequence[Drawn], processes: int) -> Reading:
    """The pages by so many processes, each with a reader of its own."""
    spawn = mp.get_context("spawn")
    ready = spawn.Barrier(processes + 1)
    with spawn.Pool(processes, _start, (make, pages[0].image, ready)) as pool:
        ready.wait(_START_S)
        began = time.perf_counter()
        done = list(pool.imap(_one, [page.image for page in pages]))
        seconds = time.perf_counter() - began
    return Reading([answer for answer, _ in done], seconds, sum(cpu for _, cpu in done))


def first_page(image: bytes, home: Path) -> tuple[float, float]:
    """Seconds from the start of a program to the end of its first page, by the wall clock and of CPU."""
    before, began = _children_cpu(), time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.first_page", str(home)],
        cwd=ROOT,
        input=image,
        stdout=subprocess.PIPE,
        timeout=_START_S,
        check=True,
    ).stdout
    if not told.strip().endswith(b"found"):
        raise RuntimeError("the program that reads a first page found nothing")
    return time.monotonic() - began, _children_cpu() - before


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pages: Sequence[Drawn], count: int, home: Path) -> Memory:
    """One process reads `count` pages, the same again and again, depth `type` and depth `key` in turn."""
    spawn = mp.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_remember, args=([page.image for page in pages], count, home, sender))
    child.start()
    sender.close()
    found: Memory = receiver.recv()
    child.join()
    return found


def _remember(images: Sequence[bytes], count: int, home: Path, sender: Connection) -> None:
    recogniser = House(Settings(home=home)).recogniser()
    depths: tuple[Depth, ...] = ("type", "key")
    me, samples = psutil.Process(), list[tuple[int, float]]()
    for number in range(1, count + 1):
        # Every page comes at both depths, however many pages there are.
        turn = number + number // len(images)
        recogniser.recognise(images[number % len(images)], depths[turn % 2])
        if number % max(1, count // _SAMPLES) == 0:
            samples.append((number, me.memory_info().rss / 2**20))
    sender.send(Memory(samples, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


# ---- the table ----


def rows(pages: Sequence[Drawn], remembered: int, home: Path) -> Iterator[Row]:
    """The rows of the report, each as soon as it is known: what, value, target, whether it was met."""
    House(Settings(home=home)).model_directories()  # unpacked once, before anything is timed
    stock = read(partial(_stock, home), pages, 1)
    yield _speed(f"stock PaddleOCR, full page, its own threads, {len(pages)} pages", stock)
    key = read(partial(_ours, "key", home), pages, CORES)
    yield _speed(f"ours, depth key, {CORES} processes", key)
    times = key.a_second / stock.a_second
    yield (
        "  ours / stock, pages a second",
        f"{times:.1f} (by CPU {stock.cpu / key.cpu:.1f})",
        "≥ 10",
        times >= 10,
    )
    kinds, stock_kinds = _types(key, pages), _types(stock, pages)
    yield _accuracy("  type right", kinds, stock_kinds)
    yield _accuracy("  VIN, identity number, plate exact", _values(key, pages), _values(stock, pages))
    alone = read(partial(_ours, "type", home), pages, CORES)
    what, value, _, _ = _speed(f"ours, depth type, {CORES} processes", alone)
    yield what, value, "≥ 80 pages/s", alone.a_second >= 80
    yield "  type right", str(_types(alone, pages)).strip(), "", None
    starts = [first_page(pages[0].image, home) for _ in range(STARTS)]
    seconds, cpu = (median(each) for each in zip(*starts, strict=True))
    told = f"{seconds:.1f} s ({cpu:.1f} s of CPU)"
    yield f"first page after a start, median of {STARTS}", told, "≤ 3 s", seconds <= 3
    yield from _held(memory(pages, remembered, home))


def _speed(what: str, reading: Reading) -> Row:
    return what, f"{reading.a_second:.2f} pages/s, {reading.cpu_a_page:.3f} CPU-s a page", "", None


def _accuracy(what: str, ours: Share, stock: Share) -> Row:
    told = f"{str(ours).strip()}; stock {str(stock).strip()}"
    return what, told, "no lower than stock", ours.hits >= stock.hits


def _held(found: Memory) -> Iterator[Row]:
    count, last = found.samples[-1]
    yield (
        f"one process after {count:,} pages: resident",
        f"{last:.0f} MiB, peak {found.peak:.0f} MiB",
        "≤ 1,024 MiB",
        found.peak <= 1024,
    )
    if count >= _TELLING:
        yield "  gained in 1,000 pages, second half", f"{found.slope:+.1f} MiB", "flat: ≤ 1", found.slope <= 1


def _types(reading: Reading, pages: Sequence[Drawn]) -> Share:
    right = sum(code == page.code for (code, _), page in zip(reading.answers, pages, strict=True))
    return Share(right, len(pages))


def _values(reading: Reading, pages: Sequence[Drawn]) -> Share:
    right = [
        _plain(values.get(name, "")) == _plain(wanted)
        for (_, values), page in zip(reading.answers, pages, strict=True)
        for name, wanted in page.values.items()
    ]
    return Share(sum(right), len(right))


def _plain(value: str) -> str:
    return re.sub(r"[\s·•.\-]", "", value).upper()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.recognition", description=__doc__)
    parser.add_argument("--pages", type=int, default=60, help="pages drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", choices=("calibrate", "measure"), default="measure")
    parser.add_argument("--difficulty", choices=("typical", "hard"), default="typical")
    parser.add_argument(
        "--remembered", type=int, default=10_000, help="pages read to see whether memory grows"
    )
    chosen = parser.parse_args()
    keep_to(CORES)
    console = Console(width=150, highlight=False)
    table = Table("what", "value", "target", title="Guidang: recognition")
    load = os.getloadavg()[0]
    table.add_row("machine", f"{CORES} cores, load {load:.1f} at the start", "idle: load < 0.5")
    pages = draw(chosen.split, chosen.difficulty, chosen.seed, chosen.pages)
    with tempfile.TemporaryDirectory(prefix="guidang-bench-") as folder:
        for what, value, target, met in rows(pages, chosen.remembered, Path(folder)):
            console.print(f"· {what}: {value}")
            verdict = "" if met is None else ": met" if met else ": MISSED"
            table.add_row(what, value, f"{target}{verdict}")
    console.print(table)


def keep_to(cores: int) -> None:
    """This process and those that it starts stay on so many cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


# The children look functions up by their module's name, which must not be `__main__`.
if __name__ == "__main__":
    from tests.bench.recognition import main as run

    run()
