"""`kill -9` of the backlog's parent and children at random moments: nothing lost, nothing twice."""

import contextlib
import json
import os
import random
import subprocess
import sys
import time

import psutil
import pytest
import sqlalchemy as sa

from handlers.backfill.child import Lane
from handlers.backfill.needs_person import BelowSure
from handlers.backfill.run import Backfill
from handlers.backfill.source import Source
from handlers.pace import Pace
from records import audit, backlog, base
from records.backlog import BacklogPage
from records.people import SYSTEM
from records.scans import Limits
from tests.conftest import ROOT
from tests.handlers.backfill.conftest import REQUIRED, page, scripted, tiff

KILLS, PAGE_S, LIMIT_S = 20, 0.5, 400


def work(database_url, root, log):
    """The program that is killed: one run of the lane with two children."""
    sessions = base.session_factory(base.open_engine(database_url))
    with sessions.begin() as session:
        name = Source(root).name
        begun = backlog.start(session, SYSTEM, url=name, depth="key", pattern="", options={})
    lane = Lane(
        database_url=database_url,
        backlog_id=begun.id,
        url=root,
        depth="key",
        limits=Limits(),
        rss_cap_mb=3000,
        page_s=60.0,
        make_recogniser=scripted(log, PAGE_S),
        needs_person=BelowSure(REQUIRED),
    )
    Backfill(lane, sessions, Pace(), 2, lambda *_: None).run(SYSTEM)


@pytest.fixture
def scans(tmp_path):
    """240 pages: 200 single ones, 20 of them twice, and 10 files of two."""
    root = tmp_path / "scans"
    for number in range(200):
        path = root / f"T{number // 10:02}" / f"{number:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page(n=number))
    for number in range(20):
        (root / f"T{number:02}" / "same.jpg").write_bytes(page(n=number * 10))
    for number in range(10):
        (root / f"T{number:02}" / "sheet.tif").write_bytes(tiff(130 + number, 150 + number))
    return root


def program(database_url, root, log):
    code = f"from {__name__} import work; work({database_url!r}, {str(root)!r}, {str(log)!r})"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)


def is_ours(process):
    """Not one that is dead already, nor the process that takes a file apart: to be killed is how that one says no, and
    its file is then failed."""
    try:
        return "records.scan_child" not in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def await_gone(processes):
    """A killed parent's children end by themselves."""
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []


def await_recognitions(log, count, running):
    """Lets it read some more pages, so that a kill comes amid work."""
    end = time.monotonic() + LIMIT_S
    while running.poll() is None and time.monotonic() < end:
        if log.exists() and log.read_text().count("\n") >= count:
            return
        time.sleep(0.02)


@pytest.mark.timeout(900)
def test_twenty_kills_lose_no_page_and_read_none_twice_but_those_in_hand(
    database_url, sessions, scans, tmp_path
):
    log, dice = tmp_path / "log", random.Random(11)
    running, kills, seen = program(database_url, scans, log), {"parent": 0, "child": 0}, 0
    try:
        while sum(kills.values()) < KILLS:
            await_recognitions(log, seen + dice.randint(2, 8), running)
            time.sleep(dice.uniform(0, 0.3))
            assert running.poll() is None, "it ended before it could be killed often enough"
            with contextlib.suppress(psutil.NoSuchProcess):
                parent = psutil.Process(running.pid)
                left = parent.children(recursive=True)
                victim = dice.choice([parent, *filter(is_ours, left)])
                victim.kill()
                kills["parent" if victim.pid == running.pid else "child"] += 1
            if victim.pid == running.pid:
                running.wait()
                await_gone(left)
                running = program(database_url, scans, log)
            seen = log.read_text().count("\n") if log.exists() else 0
        assert running.wait(LIMIT_S) == 0
    finally:
        running.kill()
        running.wait()
    assert kills["parent"] >= 3 and kills["child"] >= 3
    check(sessions, log, kills)


def check(sessions, log, kills):
    with sessions() as session:
        rows = session.scalars(sa.select(BacklogPage)).all()
        told = backlog.progress(session, 1)
        assert audit.verify(session).ok
    assert len(rows) == len({(row.path, row.page) for row in rows}) == 240
    statuses = [row.status for row in rows]
    assert (statuses.count("done"), statuses.count("duplicate"), len(statuses)) == (220, 20, 240)
    done = [row.sha256 for row in rows if row.status == "done"]
    assert len(done) == len(set(done))
    # the counts are the rows', though each worker tallied its own
    assert (told.found, told.done, told.duplicate, told.failed) == (240, 220, 20, 0)
    assert told.walked and told.state == "finished"
    # two children: a kill of the parent costs two pages in hand, one of a child or the fork server no more
    recognised = [json.loads(line).get("n") for line in log.read_text().splitlines()]
    assert 220 <= len(recognised) <= 220 + 2 * sum(kills.values())
