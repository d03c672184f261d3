"""How good recognition is: pages of layouts that training never saw, recognised whole, and counted with intervals.

Knows fictitious pages and their truth, and a recogniser; draws and reads in several processes. Says nothing of real
scans: `docs/recognition.md` says what that means.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import sqrt
from multiprocessing import get_context

import numpy as np

from ocr.materials import UNKNOWN
from ocr.protocol import Depth, FieldFinding, Recogniser
from ocr.synthetic import papers, rendering
from ocr.synthetic.scanner import Difficulty

# The fields whose exactness is promised.
KEY_VALUES = ("vin", "id_number", "plate_no")
_ROTATED = 0.1
_Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Seen:
    """One page: what it was, what was found. `cpu` in seconds of one core."""

    code: str
    layout: str
    difficulty: Difficulty
    found: str
    confidence: float
    stage: str
    rotation: int
    found_rotation: int
    truth: dict[str, str]
    fields: dict[str, FieldFinding]
    cpu: float


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    hits: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        share, n = self.hits / self.total, self.total
        middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        if not self.total:
            return "—"
        low, high = self.interval
        return f"{self.hits / self.total:7.2%}  [{low:.2%}, {high:.2%}]  {self.hits}/{self.total}"


@dataclass(frozen=True)
class Line:
    """One line of the report: what, how good, and what was promised (None: nothing)."""

    name: str
    share: Share
    promised: float | None = None
    at_most: bool = False

    @property
    def kept(self) -> bool | None:
        if self.promised is None or not self.share.total:
            return None
        found = self.share.hits / self.share.total
        return found <= self.promised if self.at_most else found >= self.promised


def pages(
    make: Callable[[], Recogniser],
    share: papers.Split,
    difficulty: Difficulty,
    depth: Depth,
    count: int,
    seed: int,
    processes: int,
) -> Iterator[Seen]:
    """`count` pages of the layouts of one share, types in turn, recognised. `make` must be picklable."""
    work = partial(_see, share, difficulty, depth, seed)
    # A pool that cannot be prepared breaks; multiprocessing's own would start processes for ever.
    with ProcessPoolExecutor(processes, get_context("spawn"), _prepare, (make,)) as pool:
        yield from pool.map(work, range(count), chunksize=4)


def report(seen: Sequence[Seen], hard: bool) -> list[Line]:
    """The lines of the table for pages of one difficulty."""
    known = [page for page in seen if page.code != UNKNOWN]
    strange = [page for page in seen if page.code == UNKNOWN]
    surest = sorted(seen, key=lambda page: -page.confidence)[: round(0.9 * len(seen))]
    lines = [
        Line("种类（每页都判）", _right(seen), 0.93 if hard else 0.98),
        Line("种类（最有把握的九成）", _right(surest), None if hard else 0.997),
        Line("未知页判为未知", _count(strange, lambda p: p.found == UNKNOWN), None if hard else 0.90),
        Line("已知页误判为未知", _count(known, lambda p: p.found == UNKNOWN), None if hard else 0.01, True),
        Line("方向", _count(seen, lambda p: p.rotation == p.found_rotation), None if hard else 0.995),
    ]
    promised = {"vin": 0.97, "id_number": 0.98, "plate_no": 0.96}
    names = {"vin": "VIN 全对", "id_number": "身份证号全对", "plate_no": "号牌全对"}
    for code in KEY_VALUES:
        shown = [page for page in seen if code in page.truth]
        right = Share(sum(_same(page, code) for page in shown), len(shown))
        lines.append(Line(names[code], right, None if hard else promised[code]))
    passed = [page for page in seen for code in KEY_VALUES if code in page.truth and _valid(page, code)]
    wrong = sum(
        _valid(page, code) and not _same(page, code)
        for page in seen
        for code in KEY_VALUES
        if code in page.truth
    )
    lines.append(Line("校验通过却读错", Share(wrong, len(passed)), None if hard else 0.003, True))
    return lines


def reliability(seen: Sequence[Seen]) -> list[tuple[str, float, Share]]:
    """Stated confidence (a range, its mean) against how often it was right."""
    edges = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0001)
    rows = []
    for low, high in pairwise(edges):
        inside = [page for page in seen if low <= page.confidence < high]
        if inside:
            mean = float(np.mean([page.confidence for page in inside]))
            rows.append((f"{low:.3f}–{min(high, 1.0):.3f}", mean, _right(inside)))
    return rows


def _right(seen: Sequence[Seen]) -> Share:
    return _count(seen, lambda page: page.found == page.code)


def _count(seen: Sequence[Seen], right: Callable[[Seen], bool]) -> Share:
    return Share(sum(right(page) for page in seen), len(seen))


def _same(page: Seen, code: str) -> bool:
    found = page.fields.get(code)
    return found is not None and _plain(found.value) == _plain(page.truth[code])


def _valid(page: Seen, code: str) -> bool:
    found = page.fields.get(code)
    return found is not None and bool(found.valid)


def _plain(value: str) -> str:
    return re.sub(r"[\s·•.\-]", "", value).upper()


_recogniser: Recogniser


def _prepare(make: Callable[[], Recogniser]) -> None:
    global _recogniser
    _recogniser = make()


def _see(share: papers.Split, difficulty: Difficulty, depth: Depth, seed: int, number: int) -> Seen:
    code, image, truth = rendering.page_to_judge(share, difficulty, seed, number, rotated_share=_ROTATED)
    started = time.process_time()
    findings = _recogniser.recognise(image, depth)
    return Seen(
        code=code,
        layout=truth.layout,
        difficulty=difficulty,
        found=findings.materials[0].code,
        confidence=findings.materials[0].confidence,
        stage=findings.stage,
        rotation=truth.rotation,
        found_rotation=findings.rotation,
        truth={name: truth.fields[name] for name in KEY_VALUES if name in truth.fields},
        fields={field.code: field for field in findings.fields},
        cpu=time.process_time() - started,
    )


def confusions(seen: Iterable[Seen]) -> list[tuple[str, str, int]]:
    """(true type, found type, how often), the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for page in seen:
        if page.code != page.found:
            counts[page.code, page.found] = counts.get((page.code, page.found), 0) + 1
    return sorted(((true, found, n) for (true, found), n in counts.items()), key=lambda row: -row[2])


def table(title: str, seen: Sequence[Seen], *, hard: bool) -> str:
    """The report as text: each line with its interval, its promise and whether it was kept; then the reliability, the
    stages, the commonest confusions and the cost."""
    rows = [f"{title}：{len(seen)} 页"]
    for line in report(seen, hard):
        promise = "" if line.promised is None else f"{'≤' if line.at_most else '≥'} {line.promised:.1%}"
        mark = {True: "✓", False: "✗", None: " "}[line.kept]
        rows.append(f"  {mark} {line.name:　<12} {line.share!s:<40} {promise}")
    rows.append("  声明的把握 / 实际正确")
    rows += [f"    {span}  {stated:.3f}  {right}" for span, stated, right in reliability(seen)]
    stages = {stage: sum(page.stage == stage for page in seen) for stage in ("thumbnail", "title", "page")}
    rows.append("  各级裁定：" + "，".join(f"{stage} {count}" for stage, count in stages.items()))
    wrong = "；".join(f"{true}→{found} {count}" for true, found, count in confusions(seen)[:8])
    rows.append(f"  最常见的混淆：{wrong or '无'}")
    cpu = sorted(page.cpu for page in seen)
    rows.append(f"  每页 CPU：平均 {np.mean(cpu):.2f} 秒，中位 {cpu[len(cpu) // 2]:.2f} 秒")
    return "\n".join(rows)
