"""The backlog lane with real child processes and a scripted recogniser: what is read, what fails, what is said."""

import datetime as dt
import io
import json
import os
import signal
import time

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image

import guidang
from handlers.backfill.child import Lane
from handlers.backfill.needs_person import BelowSure
from handlers.backfill.progress import Shown, export
from handlers.backfill.run import Backfill, BackfillFailed
from handlers.backfill.source import Source
from handlers.pace import Pace, Window
from ocr.protocol import FieldFinding, MaterialFinding, PageFindings, Quality, QualityFault
from records import backlog
from records.backlog import BacklogPage, Progress
from records.people import SYSTEM
from records.scans import Limits
from tests.handlers.backfill.conftest import BOX, REQUIRED, lay, page, scripted, tiff


def fails_to_start():
    raise RuntimeError("no models")


class Lanes:
    """Runs of the lane over one folder of scans, on one database."""

    def __init__(self, database_url, sessions, root, log):
        self.database_url, self.sessions, self.root, self.log = database_url, sessions, root, log
        self.lines = []

    def begin(self):
        with self.sessions.begin() as session:
            name = Source(str(self.root)).name
            return backlog.start(session, SYSTEM, url=name, depth="key", pattern="", options={})

    def run(self, processes=2, pace=None, page_s=20.0, rss_cap_mb=3000, limit=None, make=None, show=None):
        lane = Lane(
            database_url=self.database_url,
            backlog_id=self.begin().id,
            url=str(self.root),
            depth="key",
            limits=Limits(),
            rss_cap_mb=rss_cap_mb,
            page_s=page_s,
            make_recogniser=make or scripted(self.log),
            needs_person=BelowSure(REQUIRED),
        )
        shown = show or (lambda seen, speed, waits_for: self.lines.append((seen, speed, waits_for)))
        return Backfill(lane, self.sessions, pace or Pace(), processes, shown, limit).run(SYSTEM)

    def rows(self):
        with self.sessions() as session:
            rows = session.scalars(sa.select(BacklogPage).order_by(BacklogPage.path, BacklogPage.page)).all()
            return {(row.path, row.page): row for row in rows}

    def progress(self):
        with self.sessions() as session:
            return backlog.progress(session, 1)

    def recognised(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def lanes(database_url, sessions, tmp_path):
    (tmp_path / "scans").mkdir()
    return Lanes(database_url, sessions, tmp_path / "scans", tmp_path / "log")


def test_every_page_is_read_once_and_what_cannot_be_is_said(lanes):
    lay(
        lanes.root,
        T1__1_jpg=page(code="M-ID-01", fields={"id_number": "X"}),
        T1__2_jpg=page(code="M-OT-99", n=2),
        T1__3_tif=tiff(100, 150, 200),
        T2__1_jpg=page(code="M-ID-01", fields={"id_number": "X"}),
        T2__2_jpg=page()[:200],
        T2__3_jpg=page(70),
        T2__4_jpg=page(50),
        T2__5_png=b"",
    )
    assert lanes.run() == "finished"
    rows = lanes.rows()
    status = {key: row.status for key, row in rows.items()}
    same = [status.pop(("T1/1.jpg", 1)), status.pop(("T2/1.jpg", 1))]
    assert sorted(same) == ["done", "duplicate"]
    assert status == {
        ("T1/2.jpg", 1): "done",
        ("T1/3.tif", 1): "done",
        ("T1/3.tif", 2): "done",
        ("T1/3.tif", 3): "done",
        ("T2/2.jpg", 1): "failed",
        ("T2/3.jpg", 1): "failed",
        ("T2/4.jpg", 1): "failed",
        ("T2/5.png", 1): "failed",
    }
    assert rows["T1/2.jpg", 1].transaction_number == "T1" and rows["T1/2.jpg", 1].rotation == 90
    assert "损坏" in rows["T2/2.jpg", 1].error and "解码" in rows["T2/3.jpg", 1].error
    assert "engine fault" in rows["T2/4.jpg", 1].error and "空文件" in rows["T2/5.png", 1].error
    seen = lanes.progress()
    assert (seen.found, seen.done, seen.duplicate, seen.failed, seen.doubtful) == (10, 5, 1, 4, 1)
    assert seen.state == "finished" and seen.walked


def test_again_it_reads_only_what_is_new_and_what_failed_only_when_told_to(lanes):
    lay(lanes.root, T1__1_jpg=page(n=1), T1__2_jpg=page()[:200])
    lanes.run(processes=1)
    lay(lanes.root, T0__9_jpg=page(n=2), T1__2_jpg=page(n=3))
    lanes.run(processes=1)
    assert [told["n"] for told in lanes.recognised()] == [1, 2]
    with lanes.sessions.begin() as session:
        assert backlog.retry_failed(session, SYSTEM, 1) == 1
    lanes.run(processes=1)
    assert [told["n"] for told in lanes.recognised()] == [1, 2, 3]
    assert {row.status for row in lanes.rows().values()} == {"done"}


def test_poisoned_pages_are_failed_after_two_tries_and_their_neighbours_go_on(lanes):
    shades = {1: 250, 2: 10, 3: 250, 4: 30, 5: 250, 6: 90, 7: 250}
    lay(lanes.root, **{f"T1__{n}_jpg": page(shade, n=n) for n, shade in shades.items()})
    assert lanes.run(page_s=6.0, rss_cap_mb=300) == "finished"
    rows = lanes.rows()
    failed = {n for n in shades if rows[f"T1/{n}.jpg", 1].status == "failed"}
    assert failed == {2, 4, 6}
    assert all("中止 2 次" in rows[f"T1/{n}.jpg", 1].error for n in failed)
    tried = [told["n"] for told in lanes.recognised()]
    assert {n: tried.count(n) for n in shades} == {n: 2 if n in failed else 1 for n in shades}


def test_pages_behind_a_poisoned_one_of_their_file_are_read(lanes):
    lay(lanes.root, T1__1_tif=tiff(100, 10, 200))
    assert lanes.run(processes=1) == "finished"
    rows = lanes.rows()
    assert [rows["T1/1.tif", n].status for n in (1, 2, 3)] == ["done", "failed", "done"]


def test_a_limit_is_kept_and_the_next_run_goes_on(lanes):
    lay(lanes.root, **{f"T1__{n:02}_jpg": page(n=n) for n in range(12)})
    assert lanes.run(limit=5) == "limit"
    assert lanes.progress().settled == 5
    assert lanes.run() == "finished"
    assert sorted(told["n"] for told in lanes.recognised()) == list(range(12))


def test_a_signal_ends_it_cleanly_and_the_next_run_goes_on(lanes):
    lay(lanes.root, **{f"T1__{n:02}_jpg": page(n=n) for n in range(30)})
    signalled = []

    def show(seen, speed, waits_for):
        if seen.settled and not signalled:
            signalled.append(seen.settled)
            os.kill(os.getpid(), signal.SIGTERM)

    assert lanes.run(make=scripted(lanes.log, 0.2), show=show) == "stopped"
    with lanes.sessions() as session:
        assert backlog.holders(session) == set()
    stopped = lanes.progress()
    assert stopped.state == "stopped" and 0 < stopped.settled < 30
    assert len(lanes.recognised()) == stopped.settled
    assert lanes.run() == "finished"
    assert sorted(told["n"] for told in lanes.recognised()) == list(range(30))


def test_a_child_above_the_cap_is_replaced_after_its_page(lanes):
    lay(lanes.root, **{f"T1__{n}_jpg": page(110 if n == 1 else 250, n=n) for n in range(4)})
    assert lanes.run(processes=1, rss_cap_mb=250) == "finished"
    assert [told["n"] for told in lanes.recognised()] == [0, 1, 2, 3]
    assert lanes.progress().done == 4


def test_nothing_is_begun_while_the_counter_has_work(lanes):
    lay(lanes.root, **{f"T1__{n}_jpg": page(n=n) for n in range(6)})
    began = time.monotonic()
    counter = Pace(counter_busy=lambda: time.monotonic() - began < 3)
    before = []

    def show(seen, speed, waits_for):
        if waits_for:
            before.append(seen.settled)

    assert lanes.run(pace=counter, show=show) == "finished"
    assert before and set(before) == {0}


def test_children_that_cannot_start_end_the_run_with_a_reason(lanes):
    lay(lanes.root, T1__1_jpg=page())
    with pytest.raises(BackfillFailed, match="未能启动"):
        lanes.run(make=fails_to_start)
    assert lanes.progress().state == "stopped"


def test_a_source_that_is_gone_ends_the_run_instead_of_failing_every_page(lanes):
    with lanes.sessions.begin() as session:
        begun = backlog.start(
            session, SYSTEM, url=Source(str(lanes.root)).name, depth="key", pattern="", options={}
        )
        backlog.take_walk(session, begun.id, "w", dt.timedelta(minutes=1))
        gone = [backlog.Found(f"gone/{n:03}.jpg") for n in range(200)]
        backlog.add_files(session, begun, "w", "here/walk", gone, dt.timedelta(minutes=1))
    with pytest.raises(BackfillFailed, match="来源可能已断开"):
        lanes.run(processes=1)
    assert lanes.progress().failed == 20


def test_the_export_has_a_line_for_each_page_with_the_findings_of_its_first(lanes, tmp_path):
    same = page(code="M-ID-01", fields={"id_number": "X"})
    lay(lanes.root, T1__1_jpg=same, T2__1_jpg=same, T3__1_jpg=b"junk")
    lanes.run(processes=1)
    target = tmp_path / "out.jsonl"
    assert export(lanes.sessions, 1, target) == 3
    first, second, third = map(json.loads, target.read_text("utf-8").splitlines())
    assert (
        first["fields"] == second["fields"] == {"id_number": {"value": "X", "confidence": 0.9, "valid": None}}
    )
    assert (second["status"], second["same_as"]["path"]) == ("duplicate", "T1/1.jpg")
    assert third["status"] == "failed" and third["needs_person"] and third["error"]
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.ocr
def test_the_command_reads_a_folder_tells_where_it_stands_and_exports(tmp_path):
    for n in range(2):
        sheet = np.full((560, 400), 250, np.uint8) + np.random.default_rng(n).integers(
            0, 4, (560, 400), np.uint8
        )
        (tmp_path / "scans" / "T1").mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet.astype(np.uint8)).save(tmp_path / "scans" / "T1" / f"{n}.png")

    def run(*arguments):
        environ = {"GUIDANG_HOME": str(tmp_path / "home")}
        outcome = CliRunner().invoke(guidang.main, [str(each) for each in arguments], env=environ)
        return outcome.exit_code, outcome.output

    run("migrate")
    scans = tmp_path / "scans"
    assert "nothing was begun" in run("backfill", scans, "--status")[1]
    assert "no active account" in run("backfill", scans, "--as", "nobody")[1]
    assert run("backfill", scans, "--window", "9")[0] == 1
    assert run("backfill", scans, "--transaction", "T1")[0] == 1
    code, text = run("backfill", scans, "--processes", 1)
    assert code == 0 and "finished: 2 / 2 pages" in text
    code, text = run("backfill", scans, "--status", "--export", tmp_path / "out.jsonl")
    assert code == 0 and "finished: 2 / 2 pages" in text and "2 pages written" in text
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("code", "confidence", "fields", "depth", "faults", "doubtful"),
    [
        ("M-FM-01", 0.9, (), "key", (), False),
        ("M-FM-01", 0.7, (), "key", (), True),
        ("M-OT-99", 0.9, (), "key", (), True),
        ("M-OT-99", 0.5, (), "key", ("blank",), False),
        ("M-ID-01", 0.9, (), "key", (), True),
        ("M-ID-01", 0.9, (), "type", (), False),
        ("M-ID-01", 0.9, ((0.9, None),), "key", (), False),
        ("M-ID-01", 0.9, ((0.7, True),), "key", (), True),
        ("M-ID-01", 0.9, ((0.9, False),), "key", (), True),
    ],
)
def test_a_person_is_needed_below_sure(code, confidence, fields, depth, faults, doubtful):
    read = tuple(FieldFinding("id_number", "1", sure, BOX, (sure,), valid) for sure, valid in fields)
    quality = Quality(tuple(QualityFault(kind, 1.0) for kind in faults), 1.0, 0.1, 0.0, "")
    findings = PageFindings((MaterialFinding(code, confidence),), 0, quality, "title", read, (), 0.1, 20, 20)
    assert BelowSure(REQUIRED)(findings, depth) is doubtful


def test_the_line_says_what_is_done_when_it_ends_and_what_it_asks_of_people():
    out = io.StringIO()
    half_day = Pace(windows=(Window.parse("18:00-06:00"),))
    walking = Progress(5000, 900, 50, 50, 400, 1.0, walked=False, state="running")
    shown = Shown(out, half_day, None, 8.0)
    shown(walking, 10.0, "")
    assert "1,000 / 5,000+ (walk goes on) pages | 10.0 pages/s | ETA unknown until" in out.getvalue()
    assert "sure 500, doubtful 400, failed 50, duplicate 50 | 1.0 h of recheck" in out.getvalue()
    shown(walking, 10.0, "")
    assert out.getvalue().count("\n") == 1  # a line a minute where nobody looks
    # 72,000 pages at 10 a second are two hours, of which half fall into the window
    expecting = Shown(out, half_day, 73_000, 8.0)
    assert "1,000 / 73,000 pages | 10.0 pages/s | ETA 4 h 00 min" in expecting.line(walking, 10.0)
    assert "waits: the counter" in expecting.line(walking, 10.0, "the counter has work")
