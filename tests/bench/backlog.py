"""`python -m tests.bench.backlog [PAGES]`: small pages through the backlog lane with a recogniser that takes no time.

Shows what the lane itself costs a page, and that memory stays flat: the resident size of parent, fork server and
children after each tenth of the pages. PostgreSQL writes to disk as in production."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
from PIL import Image

from handlers.backfill.child import Lane
from handlers.backfill.needs_person import BelowSure
from handlers.backfill.run import Backfill
from handlers.backfill.source import Source
from handlers.pace import Pace
from ocr.protocol import Depth, MaterialFinding, PageFindings, Quality
from records import backlog, base, schema
from records.backlog import Progress
from records.people import SYSTEM
from records.scans import Limits
from tests import servers

CHILDREN = 2


class Instant:
    """Knows every page at once: what is measured is the lane."""

    version = "instant-1"

    def recognise(self, image: bytes, depth: Depth = "all") -> PageFindings:
        quality = Quality((), 1.0, 0.1, 0.0, "")
        return PageFindings((MaterialFinding("M-FM-01", 0.95),), 0, quality, "title", (), (), 0.0, 8, 8)


def write_pages(root: Path, count: int) -> None:
    """Six tiny pages a transaction, each with bytes of its own."""
    out = io.BytesIO()
    Image.new("L", (8, 8), 250).save(out, "JPEG", comment=b"########")
    sample = out.getvalue()
    for number in range(count):
        folder = root / f"{number // 6000:03}" / f"{number // 6:07}"
        if number % 6 == 0:
            folder.mkdir(parents=True)
        (folder / f"{number % 6}.jpg").write_bytes(sample.replace(b"########", b"%08d" % number))


class Sizes:
    """Notes resident MiB of this process and of its children at every tenth of the pages."""

    def __init__(self, count: int) -> None:
        self.count, self.began, self.seen = count, time.monotonic(), 0

    def __call__(self, seen: Progress, speed: float, waits_for: str) -> None:
        if seen.settled * 10 // self.count < self.seen:
            return
        self.seen = seen.settled * 10 // self.count + 1
        me = psutil.Process()
        sizes = [me.memory_info().rss / 2**20]
        for each in me.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "forkserver" in " ".join(each.cmdline()):  # not the database that is measured with
                    sizes.append(each.memory_info().rss / 2**20)
        told = " ".join(f"{size:.0f}" for size in sizes)
        print(
            f"{time.monotonic() - self.began:7.1f} s {seen.settled:>8,} of {seen.found:,}  RSS MiB {told}",
            flush=True,
        )


def measure(name: str, url: str, root: Path, count: int) -> None:
    sessions = base.session_factory(base.open_engine(url))
    schema.migrate(base.open_engine(url))
    with sessions.begin() as session:
        begun = backlog.start(
            session, SYSTEM, url=Source(str(root)).name, depth="key", pattern="", options={}
        )
    lane = Lane(url, begun.id, str(root), "key", Limits(), 3000, 60.0, Instant, BelowSure({}))
    sizes = Sizes(count)
    print(f"{name}, {CHILDREN} children", flush=True)
    ending = Backfill(lane, sessions, Pace(), CHILDREN, sizes).run(SYSTEM)
    seconds = time.monotonic() - sizes.began
    with sessions() as session:
        seen = backlog.progress(session, begun.id)
    speed = round(seen.done / seconds, 1)
    told = {
        "database": name,
        "ending": ending,
        "done": seen.done,
        "pages_per_s": speed,
        "load": os.getloadavg()[0],
    }
    print(json.dumps(told))
    if seen.done != count:
        raise SystemExit(f"{count - seen.done} pages are missing")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with (
        tempfile.TemporaryDirectory(prefix="guidang-backlog-") as home,
        servers.postgres(durable=True) as url,
    ):
        root = Path(home) / "scans"
        write_pages(root, count)
        measure("PostgreSQL", url, root, count)
        measure(
            "SQLite", f"sqlite:///{home}/guidang.db", root, min(count, 20_000) if count > 20_000 else count
        )


# The children's recogniser is looked up by its module's name, which must not be `__main__`.
if __name__ == "__main__":
    from tests.bench.backlog import main as run

    run()
