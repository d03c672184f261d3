"""Where the backlog stands, and what it came to: the speed, the line on the terminal, the export.

Knows counts and rows that are settled. Knows nothing of how they are read.
"""

from __future__ import annotations

import json
import time
from collections import deque
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session, sessionmaker

from handlers.pace import Pace
from records import backlog_results
from records.backlog import Progress


class Speed:
    """Pages a second over the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, at: float, settled: int) -> float:
        self._seen.append((at, settled))
        while len(self._seen) > 2 and self._seen[1][0] <= at - 60:
            self._seen.popleft()
        began, before = self._seen[0]
        return (settled - before) / (at - began) if at > began else 0.0


class Shown:
    """Where the backlog stands, in one line: rewritten on a terminal, elsewhere a line a minute.

    Hours are what people will need for what needs a person, at `recheck_s` seconds a page."""

    def __init__(self, out: IO[str], pace: Pace, expect: int | None, recheck_s: float) -> None:
        self._out, self._expect, self._recheck_s = out, expect, recheck_s
        self._share, self._rewrites = pace.share_of_day(), out.isatty()
        self._told_at = float("-inf")
        self.last = ""

    def __call__(self, seen: Progress, speed: float, waits_for: str) -> None:
        self.last = self.line(seen, speed, waits_for)
        if self._rewrites:
            self._out.write(f"\r\x1b[K{self.last}")
        elif time.monotonic() - self._told_at >= 60:
            self._told_at = time.monotonic()
            self._out.write(f"{self.last}\n")
        self._out.flush()

    def leave_line(self) -> None:
        """What is written next begins on a line of its own."""
        if self._rewrites and self.last:
            self._out.write("\n")

    def line(self, seen: Progress, speed: float, waits_for: str = "") -> str:
        total = self._expect or (seen.found if seen.walked else None)
        of = f"{total:,}" if total else f"{seen.found:,}+ (walk goes on)"
        hours = (seen.doubtful + seen.failed) * self._recheck_s / 3600
        parts = [
            f"{seen.settled:,} / {of} pages",
            f"{speed:.1f} pages/s",
            _eta(total, seen.settled, speed * self._share),
            f"sure {seen.done - seen.doubtful:,}, doubtful {seen.doubtful:,}, failed {seen.failed:,}, "
            f"duplicate {seen.duplicate:,}",
            f"{hours:,.1f} h of recheck",
        ]
        return " | ".join([*parts, f"waits: {waits_for}"] if waits_for else parts)


def _eta(total: int | None, settled: int, speed: float) -> str:
    if total is None:
        return "ETA unknown until the walk is over (or --expect)"
    if settled >= total:
        return "ETA now"
    if speed <= 0:
        return "ETA unknown"
    minutes = int((total - settled) / speed / 60)
    days, rest = divmod(minutes, 1440)
    return f"ETA {days} d {rest // 60} h" if days else f"ETA {rest // 60} h {rest % 60:02} min"


def export(sessions: sessionmaker[Session], backlog_id: int, target: Path) -> int:
    """Every settled page as a line of JSON; returns how many. The file has its name only when it is whole."""
    unfinished = target.with_name(f".{target.name}.part")
    written = last = 0
    with unfinished.open("w", encoding="utf-8") as out:
        while True:
            with sessions() as session:
                some = backlog_results.next_pages(session, backlog_id, last, 1000)
            if not some:
                break
            out.writelines(json.dumps(told, ensure_ascii=False) + "\n" for _, told in some)
            written, last = written + len(some), some[-1][0]
    unfinished.replace(target)
    return written
