"""`python -m tests.bench`: measures what a case and a page cost and prints one table.

Every figure of a row is measured in the same run, in turn with what it is compared to. `--quick` runs all of it
shortly, to see that it works: its figures mean little.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis as redis_client
from rich.console import Console
from rich.table import Table

from tests import servers
from tests.bench import completing, databases, engine_alone, inbox, memory, programs, recognition
from tests.bench.completing import Completing
from tests.bench.databases import Database
from tests.bench.inbox import Pages
from tests.bench.timing import quantile


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    cases: int
    completions: int
    few_open: int
    many_open: int
    pages: int
    think_s: float
    recognised: int
    tries: int
    read: int
    remembered: int


FULL = Size(200, 250, 1_000, 100_000, 30, 1.0, 2, 3, 60, 400)
QUICK = Size(5, 8, 200, 1_000, 2, 0.05, 1, 1, 2, 4)


class Report:
    """The table, filled row by row; each row is also said as soon as it is known."""

    def __init__(self, judges: bool) -> None:
        self.console = Console(width=150, highlight=False)
        self.table = Table("what", "value", "target", title="Guidang: what a case costs")
        self._judges = judges

    def add(self, what: str, value: str, target: str = "", met: bool | None = None) -> None:
        verdict = "" if met is None or not self._judges else (": met" if met else ": MISSED")
        self.table.add_row(what, value, f"{target}{verdict}")
        self.console.print(f"· {what}: {value}")

    def section(self) -> None:
        self.table.add_section()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run that shows only that it works")
    size = QUICK if parser.parse_args().quick else FULL
    report, began = Report(judges=size is FULL), time.monotonic()
    load = os.getloadavg()[0]
    report.add("machine", f"{os.cpu_count()} cores, load {load:.1f} at the start", "idle: load < 0.5")
    report.section()
    _engine(report, size)
    with servers.redis() as redis_url, databases.both(redis_url) as found:
        for database in found:
            report.section()
            _database(report, size, database)
    report.section()
    with servers.redis() as redis_url, tempfile.TemporaryDirectory(prefix="guidang-bench-") as folder:
        _workers(report, memory.measure(Path(folder), redis_url, size.recognised))
    report.section()
    _recognition(report, size)
    report.section()
    report.add("whole run", f"{time.monotonic() - began:.0f} s")
    report.console.print(report.table)


def _engine(report: Report, size: Size) -> None:
    alone = engine_alone.measure(size.cases)
    report.add("engine alone, V-REG-01 to the archive", f"{1 / alone.ours.p50:.0f} cases/s")
    report.add(
        "  one case, load and save around each command",
        f"{_ms(alone.ours.p50)} (CPU {_ms(alone.ours.cpu_p50)}), {alone.commands} commands, "
        f"state ≤ {alone.state_bytes / 1024:.1f} KiB",
    )
    report.add(
        "  raw SpiffWorkflow, same path, nothing saved", f"{_ms(alone.spiff.p50)} = {alone.share:.0%} of it"
    )


def _database(report: Report, size: Size, database: Database) -> None:
    name = database.name
    _completing(
        report, f"{name}, 0 other open tasks", completing.measure(database, size.completions, size.tries)
    )
    with (
        tempfile.TemporaryDirectory(prefix="guidang-bench-") as folder,
        _served(database, Path(folder)) as web,
    ):
        pid, clerks = web
        found = {}
        for count in (size.few_open, size.many_open):
            databases.fill(database, count)
            found[count] = _pages(report, size, name, clerks, count)
        for kind in ("20 at work", "full throttle"):
            few, many = (found[count][kind] for count in (size.few_open, size.many_open))
            ratio = quantile(many.seconds, 0.95) / quantile(few.seconds, 0.95)
            report.add(
                f"  {kind}: p95 at {size.many_open:,} / at {size.few_open:,}", f"{ratio:.2f}", "about 1"
            )
        parent, *workers = programs.resident_mib(pid)
        each = ", ".join(f"{mib:.0f}" for mib in workers)
        report.add(f"{name}, web: resident", f"{each} MiB a process, {parent:.0f} MiB their parent")
        for clerk in clerks:
            clerk.close()
    title = f"{name}, {size.many_open:,} other open tasks"
    _completing(report, title, completing.measure(database, size.completions, size.tries))


def _completing(report: Report, title: str, found: Completing) -> None:
    whole, raw, commit = found.whole, found.raw, found.commit
    report.add(
        f"{title}: complete a user task",
        f"p50 {_ms(whole.p50)}, p95 {_ms(whole.p95)} (CPU {_ms(whole.cpu_p50)}; {found.disturbed:.0%} disturbed)",
    )
    report.add(
        "  raw engine / one commit, p50", f"{_ms(raw.p50)} / {_ms(commit.p50)} (CPU {_ms(raw.cpu_p50)})"
    )
    report.add("  handing over to the queue, by a thread, after it", _ms(found.hand_over.p50))
    report.add(
        "  (complete - commit) / raw engine",
        f"{found.ratio:.2f} (by CPU time of this process {found.cpu_ratio:.2f})",
        "≤ 2",
        found.ratio <= 2,
    )


@contextlib.contextmanager
def _served(database: Database, home: Path):
    """The web server on this database, and twenty people signed in to it."""
    with redis_client.Redis.from_url(database.redis_url) as redis:
        redis.flushall()  # who signed in before, on the other database, does not count against these twenty
    port = programs.free_port()
    chosen = {"database_url": database.url, "redis_url": database.redis_url, "port": port}
    with programs.running(home, ["serve"], chosen) as server:
        programs.wait_for(lambda: programs.listens(port), server, home, programs.START_S)
        yield server.pid, inbox.sign_in(port)


def _pages(report: Report, size: Size, name: str, clerks: list[inbox.Clerk], count: int) -> dict[str, Pages]:
    inbox.measure(clerks, 2, 0.0)
    found = {
        "20 at work": inbox.measure(clerks, size.pages, size.think_s),
        "full throttle": inbox.measure(clerks, size.pages, 0.0),
    }
    for kind, pages in found.items():
        p50, p95 = quantile(pages.seconds, 0.5), quantile(pages.seconds, 0.95)
        at_work = kind == "20 at work"
        report.add(
            f"{name}, inbox page at {count:,} open, {kind}",
            f"p50 {_ms(p50)}, p95 {_ms(p95)}, {pages.a_second:.0f} pages/s",
            "p95 ≤ 100 ms" if at_work else "",
            p95 <= 0.1 if at_work else None,
        )
    return found


def _workers(report: Report, found: memory.Workers) -> None:
    report.add(
        "worker that recognises: resident",
        f"{found.counter_mib:.0f} MiB, peak {found.counter_peak_mib:.0f} MiB, after {found.pages} pages "
        f"({found.seconds:.0f} s with its start)",
    )
    report.add("worker for everything else: resident", f"{found.general_mib:.0f} MiB")


def _recognition(report: Report, size: Size) -> None:
    pages = recognition.draw("measure", "typical", seed=1, count=size.read)
    with tempfile.TemporaryDirectory(prefix="guidang-bench-") as folder:
        for what, value, target, met in recognition.rows(pages, size.remembered, Path(folder)):
            report.add(what, value, target, met)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 0.01 else f"{seconds * 1e3:.2f} ms"


if __name__ == "__main__":
    main()
