"""The backlog lane with real child processes and a scripted recogniser: sources, pace, what is read, what fails."""

import datetime as dt
import faulthandler
import io
import json
import os
import signal
import time
from functools import partial
from pathlib import Path

import fsspec
import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image
from redis import Redis

import guidang
from handlers.backfill import source
from handlers.backfill.child import Lane
from handlers.backfill.needs_person import BelowSure
from handlers.backfill.progress import Shown, export
from handlers.backfill.run import Backfill, BackfillFailed
from handlers.backfill.source import Reader, Source, SourceMissing
from handlers.pace import CounterQueue, Pace, Window
from ocr.protocol import FieldFinding, MaterialFinding, PageFindings, Quality, QualityFault, UnreadableImage
from records import backlog
from records.backlog import BacklogPage, Progress
from records.base import CHINA
from records.people import SYSTEM
from records.scans import Limits, ScanRefused
from tests import servers

BOX = (0.1, 0.1, 0.5, 0.2)
REQUIRED = {"M-ID-01": frozenset({"id_number"}), "M-FM-01": frozenset()}
# What a page of this shade does to the process that recognises it.
ACTS = {10: "crash", 30: "hang", 50: "raise", 70: "unreadable", 90: "grow", 110: "fat"}


class Scripted:
    """Stands in for the engine, in a child process too: a page's shade says what happens. Each page is logged."""

    version = "scripted-1"

    def __init__(self, log, seconds):
        self.log, self.seconds, self.leaked = log, seconds, b""

    def recognise(self, image, depth="all"):
        with Image.open(io.BytesIO(image)) as opened:
            shade = opened.convert("L").getpixel((1, 1))
            told = json.loads(opened.info.get("comment", b"{}"))
        with open(self.log, "a") as log:
            log.write(json.dumps(told) + "\n")
        time.sleep(self.seconds)
        act = next((act for level, act in ACTS.items() if abs(shade - level) < 5), "")
        if act == "crash":
            faulthandler.disable()
            os.kill(os.getpid(), signal.SIGSEGV)
        if act == "hang":
            time.sleep(600)
        if act == "grow":
            held = []
            while True:
                held.append(b"x" * 2**24)
                time.sleep(0.01)
        if act == "fat":
            self.leaked = b"x" * (200 * 2**20)
        if act == "raise":
            raise RuntimeError("engine fault")
        if act == "unreadable":
            raise UnreadableImage("影像无法解码")
        fields = tuple(
            FieldFinding(code, value, 0.9, BOX, (0.9,)) for code, value in told.get("fields", {}).items()
        )
        material = MaterialFinding(told.get("code", "M-FM-01"), told.get("confidence", 0.95))
        return PageFindings(
            (material,), 90, Quality((), 1.0, 0.1, 0.0, ""), "title", fields, (), 0.01, 20, 20
        )


def fails_to_start():
    raise RuntimeError("no models")


def scripted(log, seconds=0.0):
    return partial(Scripted, str(log), seconds)


def page(shade=250, **told):
    out = io.BytesIO()
    Image.new("L", (20, 20), shade).save(out, "JPEG", comment=json.dumps(told).encode())
    return out.getvalue()


def tiff(*shades):
    pages = [Image.new("L", (20, 20), shade) for shade in shades]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    return out.getvalue()


def lay(root, **files):
    """Files by name, `__` for the slash and `_` for the dot before the ending."""
    for name, content in files.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        path = root / f"{stem}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


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


# --- The source ---


def tree(root):
    for name in (
        "b/2.jpg",
        "b/10.TIF",
        "a/x/1.png",
        "a.jpg",
        "a/y.pdf",
        "a/note.txt",
        ".snap/1.jpg",
        "c/.1.jpg",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


ORDER = ["a/x/1.png", "a/y.pdf", "a.jpg", "b/10.TIF", "b/2.jpg"]


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_the_walk_is_in_one_order_and_goes_on_behind_any_path(tmp_path, monkeypatch, at_once):
    tree(tmp_path)
    monkeypatch.setattr(source, "_NAMES_AT_ONCE", at_once)
    folder = Source(str(tmp_path))
    assert [found.path for found in folder.walk()] == ORDER
    for number, path in enumerate(ORDER):
        assert [found.path for found in folder.walk(path)] == ORDER[number + 1 :]


def test_an_object_store_is_walked_and_read_like_a_folder():
    store = fsspec.filesystem("memory")
    for name in ORDER:
        store.pipe(f"/walked/{name}", name.encode())
    source = Source("memory://walked")
    assert [found.path for found in source.walk()] == ORDER
    assert [found.path for found in source.walk(ORDER[2])] == ORDER[3:]
    assert source.read("a/y.pdf", 3) == b"a/y"


def test_a_name_that_is_no_utf8_is_kept_and_read(tmp_path):
    name = os.fsencode(tmp_path) + "/流水/一.jpg".encode("gbk")
    os.makedirs(os.path.dirname(name))
    Path(os.fsdecode(name)).write_bytes(b"bytes")
    source = Source(str(tmp_path))
    (found,) = source.walk()
    found.path.encode()  # fit for any database
    assert source.read(found.path, 100) == b"bytes"
    assert list(source.walk(found.path)) == []


def test_a_linked_folder_is_told_and_not_entered(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (found,) = Source(str(tmp_path)).walk()
    assert found.path == "a/loop" and "链接" in found.error


def test_what_is_on_record_holds_no_password_and_a_missing_source_is_named(tmp_path):
    assert Source("memory://user:secret@host/x").name == "memory://host/x"
    with pytest.raises(SourceMissing, match="nothing-here"):
        Source(str(tmp_path / "nothing-here")).check()


@pytest.mark.parametrize(
    ("pattern", "path", "number"),
    [
        ("", "2011/126110/1.jpg", "126110"),
        ("", "1.jpg", None),
        (r"/(\d{6})_", "2011/126110_3.jpg", "126110"),
        (r"/(\d{6})_", "2011/x.jpg", None),
    ],
)
def test_the_transaction_is_what_the_path_says(pattern, path, number):
    assert source.transaction_number(pattern, path) == number


def test_pages_of_a_file_come_one_after_the_other_or_straight_away(tmp_path):
    lay(tmp_path, m_tif=tiff(100, 150, 200), s_jpg=page(), broken_jpg=page()[:200])
    reader = Reader(Source(str(tmp_path)), Limits())

    def shade(number):
        with Image.open(io.BytesIO(reader.page("m.tif", number).content)) as image:
            return image.getpixel((1, 1))

    assert [(shade(n), reader.has_more()) for n in (1, 2, 3)] == [(100, True), (150, True), (200, False)]
    assert (
        shade(3) == 200 and shade(2) == 150 and shade(3) == 200
    )  # backwards, and on without asking for more
    assert reader.page("m.tif", 4) is None
    assert reader.page("s.jpg", 1).format == "jpeg" and not reader.has_more()
    with pytest.raises(ScanRefused, match=r"broken\.jpg"):
        reader.page("broken.jpg", 1)
    reader.close()


# --- Pace ---


class Clock:
    def __init__(self, at="2026-11-21 12:00"):
        self.at = dt.datetime.fromisoformat(at).replace(tzinfo=CHINA)

    def now(self):
        return self.at

    def seconds(self):
        return self.at.timestamp()

    def on(self, **passed):
        self.at += dt.timedelta(**passed)


def pace(clock, **options):
    return Pace(clock=clock.now, watch=clock.seconds, **options)


def test_the_rate_holds_over_any_stretch_and_saves_nothing_up():
    clock = Clock()
    held = pace(clock, rate=20.0)
    given = []
    for _ in range(200):
        clock.on(milliseconds=50)
        given.append(held.allow(50))
    assert sum(given) == pytest.approx(200, abs=2)
    clock.on(hours=1)
    assert held.allow(50) <= 4


def test_a_rate_below_one_a_second_lets_one_through_in_its_time():
    clock = Clock()
    held = pace(clock, rate=0.1)
    assert held.allow(5) == 1
    clock.on(seconds=9)
    assert held.allow(5) == 0
    clock.on(seconds=2)
    assert held.allow(5) == 1


def test_windows_in_chinas_time_also_over_midnight():
    clock = Clock("2026-11-21 19:59")
    held = pace(clock, windows=(Window.parse("20:00-06:00"), Window.parse("12:00-13:00")))
    assert held.allow(3) == 0 and held.closed and "until 11-21 20:00" in held.waits_for
    clock.on(minutes=1)
    assert held.allow(3) == 3 and not held.closed and not held.waits_for
    clock.on(hours=9, minutes=59)
    assert held.allow(3) == 3
    clock.on(minutes=1)
    assert held.allow(3) == 0 and "until 11-22 12:00" in held.waits_for
    assert held.share_of_day() == pytest.approx(11 / 24)


@pytest.mark.parametrize("text", ["20:00", "20-6", "25:00-06:00", "06:00-06:00", ""])
def test_a_window_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        Window.parse(text)


def test_the_counter_goes_first():
    clock, busy = Clock(), [False]
    held = pace(clock, counter_busy=lambda: busy[0])
    assert held.allow(3) == 3
    busy[0] = True
    assert held.allow(3) == 0 and "counter" in held.waits_for
    busy[0] = False
    assert held.allow(3) == 3


def test_the_counters_queue_is_looked_at_once_a_second_and_without_redis_it_is_idle():
    clock = Clock()
    with servers.redis() as url:
        redis = Redis.from_url(url)
        busy = CounterQueue(url, clock.seconds)
        assert not busy()
        redis.rpush("rq:queue:counter", "job")
        assert not busy()
        clock.on(seconds=1)
        assert busy()
        redis.delete("rq:queue:counter")
        redis.zadd("rq:wip:counter", {"job": time.time() + 60, "of a killed worker": 1})
        clock.on(seconds=1)
        assert busy()
        redis.zadd("rq:wip:counter", {"job": 1})
        clock.on(seconds=1)
        assert not busy()
        redis.rpush("rq:queue:counter", "job")
        clock.on(seconds=1)
        assert busy()
    clock.on(seconds=1)
    assert not busy()


# --- What needs a person, and what is said ---


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
    half_day = pace(Clock(), windows=(Window.parse("18:00-06:00"),))
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


# --- Runs ---


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
