"""The backlog lane: walks a folder or a bucket and has child processes recognise what lies there, page by page.

One process walks, keeps the children and hands out permits, one a page: the rate, the windows and the counter's
right of way are decided in that one place. Each child takes rows of `records.backlog` under a lease, reads, recognises
and settles a page in a transaction: whoever is killed leaves at most the page in hand to be done again. A page that
brings its process down twice is failed and its neighbours go on.

Knows files, processes and time. Knows no rule of rows and leases (`records.backlog`), no pixels (`ocr`).
"""

from __future__ import annotations

import ctypes
import datetime as dt
import hashlib
import heapq
import json
import logging
import multiprocessing
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any, cast

import psutil
import sqlalchemy as sa
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.registry import StartedJobRegistry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from handlers import leases
from ocr.materials import UNKNOWN
from ocr.protocol import Depth, PageFindings, Recogniser, UnreadableImage
from records import agreement, backlog, base, scans
from records.backlog import Claim, ContentTaken, Found, Outcome, PageLost, Progress, WalkLost
from records.base import CHINA
from records.catalogue import Catalogue
from records.people import Actor, Person
from records.scans import Limits, ScannedPage, ScanRefused

_log = logging.getLogger(__name__)

KINDS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf")
MOST_CRASHES = 2
# Deaths that nobody can be blamed for (an operator, a lost machine, the kernel short of memory) count apart.
_MOST_TRIES = 10
_MOST_UNREADABLE = 20  # files one after the other: then it is the source that is gone, not a file
_MOST_FALSE_STARTS = 3
_NAMES_AT_ONCE = 100_000  # of one local folder; a fuller one is read in several passes
_CHUNK = 500
_LEASE_MARGIN_S = 30.0
_WALK_LEASE = dt.timedelta(seconds=60)
_TICK_S = 0.05
_SOURCE_GONE, _TRY_LATER = 74, 75  # exit codes of a child: as EX_IOERR and EX_TEMPFAIL
_UNKNOWN = 255  # what multiprocessing says when the fork server went first


class SourceMissing(Exception):
    """The folder or bucket cannot be listed."""


class BackfillFailed(Exception):
    """The run cannot go on; the message says why and what to do. Nothing that was read is lost."""


# --- What needs a person ---

NeedsPerson = Callable[[PageFindings, Depth], bool]


@dataclass(frozen=True)
class BelowSure:
    """A person must look at an unknown page, and at a type or a required field that is missing, invalid or not
    sure. A blank page needs nobody."""

    required: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, catalogue: Catalogue) -> BelowSure:
        return cls(
            {
                code: frozenset(each.code for each in material.fields if each.required)
                for code, material in catalogue.materials.items()
            }
        )

    def __call__(self, findings: PageFindings, depth: Depth) -> bool:
        if findings.quality.has("blank"):
            return False
        if any(m.code == UNKNOWN or m.confidence < agreement.SURE for m in findings.materials):
            return True
        if depth == "type":
            return False
        sure = {f.code for f in findings.fields if f.confidence >= agreement.SURE and f.valid is not False}
        return any(not self.required.get(m.code, frozenset()) <= sure for m in findings.materials)


# --- The source ---

# Names that are no UTF-8 reach Python as lone surrogates, which no database keeps: they are kept as private use.
_KEPT = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
_REAL = {kept: lone for lone, kept in _KEPT.items()}


class Source:
    """The files below a folder or any fsspec URL, always in the same order: by name, folder by folder.

    Names that begin with a dot are left alone. A link to a folder is not followed but told, as is a folder that
    cannot be listed."""

    def __init__(self, url: str) -> None:
        # A cache of listings would end up holding every name.
        self._files, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
        self._root = root.rstrip("/")
        self._local = isinstance(self._files, LocalFileSystem)
        shown = self._files.unstrip_protocol(self._root) if self._local else url.rstrip("/")
        self.name = re.sub(r"://[^/@]*@", "://", shown)  # what is on record holds no password

    def check(self) -> None:
        """Raises SourceMissing unless the root can be listed."""
        try:
            next(self._entries(""), None)
        except Exception as error:  # each file system has its own kinds
            raise SourceMissing(f"影像来源 {self.name} 读不到：{error}；请检查地址与权限") from error

    def walk(self, after: str = "") -> Generator[Found]:
        """Every file of ours behind the path `after`; memory holds one folder's names at most."""
        yield from self._walk("", after.split("/") if after else [])

    def read(self, path: str, most: int) -> bytes:
        """The file's bytes, but no more than `most`. Raises OSError."""
        with self._files.open(self._place(path), "rb") as stream:
            return cast(bytes, stream.read(most))

    def _place(self, path: str) -> str:
        return f"{self._root}/{path}".translate(_REAL) if path else self._root or "/"

    def _walk(self, folder: str, after: list[str]) -> Iterator[Found]:
        begin = (after[0], False) if after else ("", False)
        try:
            for name, is_folder in self._in_order(folder, begin):
                path = f"{folder}/{name}" if folder else name
                if is_folder is None:
                    yield Found(path, error="是指向文件夹的链接，没有进入；请直接指定实际的文件夹")
                elif is_folder:
                    yield from self._walk(path, after[1:] if after and name == after[0] else [])
                elif name.lower().endswith(KINDS):
                    yield Found(path)
        except OSError as error:
            if not folder:
                raise
            yield Found(
                folder, error=f"文件夹读不到：{error.strerror or error}；请检查权限后用 --retry-failed 重试"
            )

    def _in_order(self, folder: str, begin: tuple[str, bool]) -> Iterator[tuple[str, bool | None]]:
        """Entries behind `begin`; of two with one name (an object store allows it) the file first."""
        if not self._local:
            yield from sorted(entry for entry in self._entries(folder) if entry > begin)
            return
        while True:
            found = (entry for entry in self._entries(folder) if entry > begin)
            some = heapq.nsmallest(_NAMES_AT_ONCE, found)
            for name, is_folder in some:
                linked = is_folder and os.path.islink(self._place(f"{folder}/{name}" if folder else name))
                yield name, None if linked else is_folder
            if len(some) < _NAMES_AT_ONCE:
                return
            begin = some[-1]

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        place = self._place(folder)
        if self._local:
            with os.scandir(place) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        yield entry.name.translate(_KEPT), entry.is_dir()
            return
        for told in self._files.ls(place, detail=True):
            name = told["name"].rstrip("/")
            if name == place.rstrip("/"):
                continue  # the marker that some object stores keep for a folder
            name = name.rpartition("/")[2]
            if not name.startswith("."):
                yield name, told["type"] == "directory"


def transaction_number(pattern: str, path: str) -> str | None:
    """What the path says of the transaction: the pattern's one group, or without a pattern the folder's name."""
    if not pattern:
        return path.rpartition("/")[0].rpartition("/")[2][:255] or None
    found = re.search(pattern, path)
    return found[1][:255] if found and found[1] else None


def check_pattern(pattern: str) -> None:
    """Raises ValueError unless the pattern is empty or a regular expression with one group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if pattern and groups != 1:
        raise ValueError(f"{pattern!r} must have one group, which is the transaction's number")


# --- Pace ---


@dataclass(frozen=True)
class Window:
    """Hours of the day, China time, in which pages are read; it may pass midnight."""

    begin: dt.time
    end: dt.time

    @classmethod
    def parse(cls, text: str) -> Window:
        """20:00-06:00. Raises ValueError."""
        begin, end = (dt.datetime.strptime(part, "%H:%M").time() for part in text.split("-", 1))
        if begin == end:
            raise ValueError("a window needs a beginning and another end")
        return cls(begin, end)

    def holds(self, at: dt.time) -> bool:
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


class Pace:
    """How many pages may begin: at most `rate` a second, inside the windows, while the counter has no work.

    `clock` gives the time of day, `watch` seconds that only grow; both are passed in."""

    def __init__(
        self,
        *,
        rate: float | None = None,
        windows: tuple[Window, ...] = (),
        counter_busy: Callable[[], bool] = lambda: False,
        clock: Callable[[], dt.datetime] = base.now,
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate, self.windows, self._counter_busy = rate, windows, counter_busy
        self._clock, self._watch = clock, watch
        self.burst = max(1.0, rate * 0.2) if rate else None
        self._due, self._last = 1.0, watch()
        self._until: dt.datetime | None = None
        self.waits_for = ""

    @property
    def closed(self) -> bool:
        """Whether it is outside the windows, as of the last look."""
        return self._until is not None

    def allow(self, wanted: int) -> int:
        """How many of the `wanted` pages may begin now; 0 with `waits_for` set while none may."""
        at = self._watch()
        passed, self._last = at - self._last, at
        self._until = self._next_opening()
        if self._until is not None:
            self.waits_for = f"outside the windows until {self._until:%m-%d %H:%M}"
        else:
            self.waits_for = "the counter has work" if self._counter_busy() else ""
        if self.waits_for:
            self._due = 0.0
            return 0
        if self.rate is None or self.burst is None:
            return max(0, wanted)
        self._due = min(self.burst, self._due + passed * self.rate)
        given = max(0, min(wanted, int(self._due)))
        self._due -= given
        return given

    def share_of_day(self) -> float:
        minutes = [dt.time(m // 60, m % 60) for m in range(1440)]
        return sum(any(w.holds(m) for w in self.windows) for m in minutes) / 1440 if self.windows else 1.0

    def _next_opening(self) -> dt.datetime | None:
        """None while a window is open."""
        at = self._clock().astimezone(CHINA)
        if not self.windows or any(window.holds(at.time()) for window in self.windows):
            return None
        openings = (dt.datetime.combine(at, window.begin, CHINA) for window in self.windows)
        return min(each if each > at else each + dt.timedelta(days=1) for each in openings)


class CounterQueue:
    """Whether the counter's queue has work waiting or running. Looked at once a second; without Redis it has none."""

    def __init__(self, redis_url: str, watch: Callable[[], float] = time.monotonic) -> None:
        redis = Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
        queue = Queue("counter", connection=redis)
        self._redis, self._watch = redis, watch
        self._waiting, self._running = queue.key, StartedJobRegistry(queue=queue).key
        self._busy, self._looked_at = False, float("-inf")

    def __call__(self) -> bool:
        if self._watch() - self._looked_at >= 1.0:
            self._looked_at = self._watch()
            self._busy = False
            with suppress(RedisError, OSError):
                # What a killed worker left among the running counts until its time is over, no longer.
                running = self._redis.zcount(self._running, time.time(), "+inf")
                self._busy = bool(self._redis.llen(self._waiting) or running)
        return self._busy


# --- A child ---


@dataclass(frozen=True)
class Lane:
    """What a child needs; it travels there by pickle."""

    database_url: str
    backlog_id: int
    url: str
    depth: Depth
    limits: Limits
    rss_cap_mb: int
    page_s: float
    make_recogniser: Callable[[], Recogniser]
    needs_person: NeedsPerson

    @property
    def lease(self) -> dt.timedelta:
        """Renewed while the parent lives."""
        return dt.timedelta(seconds=self.page_s + _LEASE_MARGIN_S)


@dataclass(frozen=True)
class _Signs:
    """What parent and child tell each other; nothing here is locked, so a killed child blocks nobody.

    `busy_since`: -1 while the child starts, 0 between pages, else the moment its page began, when it had been kept
    waiting for a core `starved` seconds. `permits`: given to all children, one a page; `held`: those that this child
    has taken and not used up."""

    permits: Any
    busy_since: Any
    starved: Any
    held: Any


class Reader:
    """Pages out of files. Keeps the file in hand open, so that its next page costs no second split."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._path, self._given = "", 0
        self._pages: Iterator[ScannedPage] = iter(())
        self._ahead: deque[ScannedPage | ScanRefused | None] = deque()

    def page(self, path: str, number: int) -> ScannedPage | None:
        """That page of the file, counted from 1; None where it has fewer. Raises ScanRefused, OSError."""
        if self._path != path or self._given >= number:
            self.close()
            content = self._source.read(path, self._limits.max_bytes + 1)
            self._pages = scans.split(path.rpartition("/")[2], content, self._limits)
            self._path = path
        found = None
        while self._given < number:
            found = self._ahead.popleft() if self._ahead else self._next()
            self._given += 1
            if not isinstance(found, ScannedPage):
                self.close()
                break
        if isinstance(found, ScanRefused):
            raise found
        return found

    def has_more(self) -> bool:
        """Whether a page follows the last one given, a broken one too."""
        if not self._ahead:
            self._ahead.append(self._next())
        return self._ahead[0] is not None

    def close(self) -> None:
        """Ends the process that takes a file apart, if one does."""
        if isinstance(self._pages, Generator):
            self._pages.close()
        self._path, self._given, self._pages = "", 0, iter(())
        self._ahead.clear()

    def _next(self) -> ScannedPage | ScanRefused | None:
        try:
            return next(self._pages, None)
        except ScanRefused as refused:
            return refused


class Child:
    """Works off pages, one permit each, until told to stop or grown too big."""

    def __init__(self, lane: Lane, tally: str, signs: _Signs) -> None:
        self.lane, self.tally, self.signs = lane, tally, signs
        self.name = leases.holder()
        self.stopping = False
        engine = base.open_engine(lane.database_url, pool_size=1, max_overflow=0)
        self._sessions = base.session_factory(engine)
        self._reads = base.session_factory(engine.execution_options(read_only=True))
        self._recogniser = lane.make_recogniser()
        self._reader = Reader(Source(lane.url), lane.limits)
        self._unreadable = 0

    def run(self) -> None:
        self.signs.busy_since.value = 0.0
        held: Claim | None = None
        while held is not None or not self.stopping:
            if held is None:
                held = self._wait_for_page()
                continue
            self.signs.starved.value = _starved(psutil.Process())
            self.signs.busy_since.value = time.monotonic()
            outcome, more = self._read(held)
            self._may_go_on()
            held = self._settle(held, outcome, more)
            self.signs.busy_since.value = 0.0
        self._reader.close()

    def _may_go_on(self) -> None:
        too_big = psutil.Process().memory_info().rss > self.lane.rss_cap_mb * 2**20
        if too_big or self.lost_its_source:
            self.stopping = True

    @property
    def lost_its_source(self) -> bool:
        return self._unreadable >= _MOST_UNREADABLE

    def _wait_for_page(self) -> Claim | None:
        if self.signs.held.value == 0 and not self._take_permit(0.2):
            return None
        with self._sessions.begin() as session:
            held = backlog.claim(session, self.lane.backlog_id, self.name, self.lane.lease)
        if held is None:
            time.sleep(0.2)  # the walk is slower than the reading, or others hold what is left
        return held

    def _take_permit(self, timeout: float) -> bool:
        taken = bool(self.signs.permits.acquire(timeout > 0, timeout or None))
        self.signs.held.value += taken
        return taken

    def _settle(self, held: Claim, outcome: Outcome, more: bool) -> Claim | None:
        """Stores the page and takes the next in the same transaction, where there is a permit for it."""
        further = not self.stopping and self._take_permit(0)
        after = held if more else None
        try:
            with self._sessions.begin() as session:
                backlog.settle(session, self.tally, held, outcome, more=more)
                following = None
                if further:
                    following = backlog.claim(
                        session, self.lane.backlog_id, self.name, self.lane.lease, after=after
                    )
        except ContentTaken:
            following = None
            self._settle_as_duplicate(held, outcome, more)
        except PageLost as lost:
            following = None
            _log.warning("result dropped: %s", lost)
        self.signs.held.value -= 1
        return following

    def _settle_as_duplicate(self, held: Claim, outcome: Outcome, more: bool) -> None:
        with self._sessions.begin() as session:
            first = backlog.first_of(session, outcome.sha256 or "", outcome.version or "", self.lane.depth)
            same = Outcome("duplicate", outcome.sha256, outcome.version, first)
            backlog.settle(session, self.tally, held, same, more=more)

    def _read(self, held: Claim) -> tuple[Outcome, bool]:
        """What the page comes to, and whether another follows it in its file. Nothing of one page stops the rest."""
        losses = max(held.crashes - MOST_CRASHES, held.tries - 1 - _MOST_TRIES)
        if losses > 0:
            # It did so again while only being opened, so nobody can tell what lies behind it.
            return _brought_down(held, "文件打不开，其后若还有页也没有读"), False
        try:
            scan = self._reader.page(held.path, held.page)
            self._unreadable = 0
            if scan is None:
                return Outcome("failed", error=f"文件里没有第 {held.page} 页，可能已被改动"), False
            outcome = _brought_down(held) if losses == 0 else self._recognise(scan.content)
            return outcome, self._reader.has_more()
        except ScanRefused as refused:
            return Outcome("failed", error=str(refused)), False
        except OSError as error:
            self._unreadable += 1
            reason = f"文件读不到：{error.strerror or error}；请检查后用 --retry-failed 重试"
            return Outcome("failed", error=reason), False

    def _recognise(self, image: bytes) -> Outcome:
        sha256, version = hashlib.sha256(image).hexdigest(), self._recogniser.version
        with self._reads() as session:
            first = backlog.first_of(session, sha256, version, self.lane.depth)
        if first is not None:
            return Outcome("duplicate", sha256, version, first)
        try:
            findings = self._recogniser.recognise(image, self.lane.depth)
        except UnreadableImage as error:
            return Outcome("failed", sha256, version, error=str(error))
        except Exception as error:  # an edge: a fault that one page brings out is that page's
            _log.exception("recognition failed")
            reason = f"识别出错（{type(error).__name__}: {error}）；请联系系统管理员"
            return Outcome("failed", sha256, version, error=reason)
        return Outcome(
            "done",
            sha256,
            version,
            rotation=findings.rotation,
            materials=[[m.code, m.confidence, list(m.region)] for m in findings.materials],
            fields=_fields(findings),
            faults=[fault.kind for fault in findings.quality.faults],
            doubtful=self.lane.needs_person(findings, self.lane.depth),
            seconds=findings.seconds,
        )


def _fields(findings: PageFindings) -> dict[str, Any]:
    """By code; of two readings of one field the surer."""
    ranked = sorted(findings.fields, key=lambda each: each.confidence)
    return {f.code: {"value": f.value, "confidence": f.confidence, "valid": f.valid} for f in ranked}


def _brought_down(held: Claim, more: str = "已跳过") -> Outcome:
    times = held.crashes if held.crashes >= MOST_CRASHES else held.tries - 1
    return Outcome(
        "failed", error=f"识别进程在这一页上中止 {times} 次，{more}；请人工查看原图或联系系统管理员"
    )


def _starved(process: psutil.Process) -> float:
    """Seconds that the process was ready to run and no core was free; 0 where the kernel does not tell."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def _end_with_parent() -> None:
    """A killed parent leaves nobody behind: without it nobody hears that the counter has work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)


def _run_child(lane: Lane, tally: str, signs: _Signs) -> None:
    """The child process."""
    ctypes.CDLL(None).prctl(
        1, signal.SIGKILL
    )  # PR_SET_PDEATHSIG: of the fork server, by whom it would be buried
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(19)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent decides
    told_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told_to_stop.append(number))
    try:
        child = Child(lane, tally, signs)
        signal.signal(signal.SIGTERM, lambda *_: setattr(child, "stopping", True))
        child.stopping = child.stopping or bool(told_to_stop)
        child.run()
    except DBAPIError as error:
        _log.warning("the database cannot be reached: %s", error)
        os._exit(_TRY_LATER)
    os._exit(_SOURCE_GONE if child.lost_its_source else 0)


# --- The walk ---


class Walker(threading.Thread):
    """Gives every file its row, in the background of the parent. One walker a backlog: the others wait in reserve."""

    def __init__(self, source: Source, sessions: sessionmaker[Session], backlog_id: int) -> None:
        super().__init__(name="walk", daemon=True)
        self.source, self.sessions, self.backlog_id = source, sessions, backlog_id
        self.name_of_walker, self.tally = leases.holder(), f"{leases.HOST}/walk"
        self.stopping = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                if self._walk():
                    return
                self.stopping.wait(5)
            except DBAPIError as error:
                _log.warning("the database cannot be reached, the walk waits: %s", error)
                self.stopping.wait(5)
            except Exception as error:  # the thread's edge: the parent says it
                self.failure = error
                return

    def _walk(self) -> bool:
        """Walks as far as it may; whether the walk is over, by whomever."""
        with self.sessions.begin() as session:
            place = session.get_one(backlog.Backlog, self.backlog_id)
            after = backlog.take_walk(session, place.id, self.name_of_walker, _WALK_LEASE)
        if after is None:
            return place.walked
        with suppress(WalkLost), closing(self.source.walk(after)) as found:
            chunk: list[Found] = []
            began = time.monotonic()
            for each in found:
                number = transaction_number(place.pattern, each.path)
                chunk.append(Found(each.path, number, each.error))
                if len(chunk) == _CHUNK or time.monotonic() - began > 2:
                    self._add(place, chunk)
                    chunk, began = [], time.monotonic()
                if self.stopping.is_set():
                    return False
            if chunk:
                self._add(place, chunk)
            with self.sessions.begin() as session:
                backlog.end_walk(session, place.id, self.name_of_walker)
            return True
        return False

    def _add(self, place: backlog.Backlog, chunk: list[Found]) -> None:
        with self.sessions.begin() as session:
            backlog.add_files(session, place, self.name_of_walker, self.tally, chunk, _WALK_LEASE)


# --- The parent ---


@dataclass
class _Kept:
    """A child as its parent sees it. `killed_for`: why the parent ended it, in words for the page it held."""

    process: BaseProcess
    name: str
    signs: _Signs
    killed_for: str = ""


@dataclass
class Backfill:
    """One run of the command: children kept alive, permits handed out, progress shown."""

    lane: Lane
    sessions: sessionmaker[Session]
    pace: Pace
    processes: int
    show: Callable[[Progress, float, str], None]
    limit: int | None = None
    _children: dict[int, _Kept] = field(default_factory=dict)
    _false_starts: int = 0
    _given: int = 0
    _stops: int = 0

    def run(self, user: Actor) -> str:
        """Until all is read (`finished`), `limit` pages were (`limit`) or a signal came (`stopped`).

        Raises BackfillFailed. A second signal does not wait for the pages in hand."""
        os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
        # Forked from a server that has the modules loaded, and neither threads nor an open database, which SQLite
        # forbids to carry across.
        self._spawning = multiprocessing.get_context("forkserver")
        self._spawning.set_forkserver_preload([__name__])
        self._permits = self._spawning.Semaphore(0)
        self._walker = Walker(Source(self.lane.url), self.sessions, self.lane.backlog_id)
        self._speed = Speed()
        before = {
            number: signal.signal(number, self._told_to_stop) for number in (signal.SIGINT, signal.SIGTERM)
        }
        ending = "failed"
        self._walker.start()
        try:
            self._free_the_dead()
            ending = self._work()
            return ending
        finally:
            self._end()
            self._look()
            with self.sessions.begin() as session:
                state = "finished" if ending == "finished" else "stopped"
                backlog.end(session, user, self.lane.backlog_id, state, ending)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told_to_stop(self, *_: Any) -> None:
        self._stops += 1
        if self._stops > 1:
            self._kill_all()

    def _work(self) -> str:
        looked_at = freed_at = time.monotonic()
        while not self._stops:
            if self._walker.failure is not None:
                raise BackfillFailed(f"影像来源读不到：{self._walker.failure}；修好后用同一命令继续")
            try:
                self._give_permits()
                self._keep_children()
                if time.monotonic() - looked_at >= 0.5:
                    looked_at = time.monotonic()
                    self._watch_sizes()
                    if self._look():
                        return "finished"
                if time.monotonic() - freed_at >= _LEASE_MARGIN_S / 2:
                    freed_at = time.monotonic()
                    self._see_to_leases()
            except DBAPIError as error:
                _log.warning("the database cannot be reached, next try in 5 s: %s", error)
                time.sleep(5)
            if self._limit_reached():
                return "limit"
            time.sleep(_TICK_S)
        return "stopped"

    def _look(self) -> bool:
        with self.sessions() as session:
            seen = backlog.progress(session, self.lane.backlog_id)
            finished = seen.walked and backlog.is_finished(session, self.lane.backlog_id)
        self.show(seen, self._speed.note(time.monotonic(), seen.settled), self.pace.waits_for)
        return finished

    # permits

    def _give_permits(self) -> None:
        unused = self._permits.get_value()
        wanted = max(self.processes, int(self.pace.burst or self.processes * 50)) - unused
        if self.limit is not None:
            wanted = min(wanted, self.limit - self._given)
        given = self.pace.allow(wanted)
        if self.pace.waits_for:
            while self._permits.acquire(block=False):
                self._given -= 1
        for _ in range(given):
            self._permits.release()
        self._given += given

    def _limit_reached(self) -> bool:
        if self.limit is None or self._given < self.limit:
            return False
        return not self._permits.get_value() and not any(k.signs.held.value for k in self._children.values())

    # children

    def _keep_children(self) -> None:
        for slot, kept in list(self._children.items()):
            self._end_hanging(kept)
            if not kept.process.is_alive():
                del self._children[slot]
                self._bury(kept)
        wanted = 0 if self.pace.closed else self.processes
        for slot, kept in self._children.items():
            if slot >= wanted:
                kept.process.terminate()
        for slot in range(wanted):
            if slot not in self._children:
                self._children[slot] = self._start_child(slot)

    def _start_child(self, slot: int) -> _Kept:
        raw = self._spawning
        busy_since, starved = raw.Value("d", -1.0, lock=False), raw.Value("d", 0.0, lock=False)
        signs = _Signs(self._permits, busy_since, starved, raw.Value("q", 0, lock=False))
        tally = f"{leases.HOST}/{slot}"
        process = raw.Process(target=_run_child, args=(self.lane, tally, signs), daemon=False)
        process.start()
        return _Kept(process, leases.holder(process.pid), signs)

    def _end_hanging(self, kept: _Kept) -> None:
        """At nice 19 a page may wait for a core for minutes; that is not held against it."""
        since = kept.signs.busy_since.value
        taken = time.monotonic() - since
        if since <= 0 or taken <= self.lane.page_s or kept.killed_for:
            return
        with suppress(psutil.NoSuchProcess):
            child = psutil.Process(kept.process.pid)
            starved = _starved(child) - kept.signs.starved.value
            starved += sum(_starved(splitter) for splitter in child.children())
            if taken - starved > self.lane.page_s:
                kept.killed_for = f"超过每页时限 {self.lane.page_s:g} 秒"
                kept.process.kill()

    def _watch_sizes(self) -> None:
        """Beyond the cap a child leaves after its page; one page that takes it to twice the cap is ended."""
        for kept in self._children.values():
            with suppress(psutil.NoSuchProcess):
                resident = psutil.Process(kept.process.pid).memory_info().rss
                if resident > 2 * self.lane.rss_cap_mb * 2**20 and not kept.killed_for:
                    kept.killed_for = f"内存超过上限 {2 * self.lane.rss_cap_mb} MB"
                    kept.process.kill()

    def _bury(self, kept: _Kept) -> None:
        code = kept.process.exitcode or 0
        self._given -= kept.signs.held.value
        if code == _SOURCE_GONE:
            raise BackfillFailed(
                f"连续 {_MOST_UNREADABLE} 个文件读不到，影像来源可能已断开；修好后加 --retry-failed 继续"
            )
        if code == 0:
            self._false_starts = 0
            return
        fault = bool(kept.killed_for) or code not in (-signal.SIGKILL, -signal.SIGTERM, _TRY_LATER, _UNKNOWN)
        if kept.signs.busy_since.value < 0 and fault:
            self._false_starts += 1
        if self._false_starts >= _MOST_FALSE_STARTS:
            why = kept.killed_for or f"退出码 {code}，原因见上面的日志"
            raise BackfillFailed(f"识别进程 {_MOST_FALSE_STARTS} 次未能启动（{why}）")
        reason = kept.killed_for or (f"识别进程异常退出（{code}）" if fault else None)
        _log.warning("child %s ended with %s, another takes its place", kept.name, code)
        with self.sessions.begin() as session:
            backlog.release(session, kept.name, reason)

    def _see_to_leases(self) -> None:
        with self.sessions.begin() as session:
            backlog.renew(session, [kept.name for kept in self._children.values()], self.lane.lease)
        self._free_the_dead()

    def _free_the_dead(self) -> None:
        """What killed processes of this machine held need not wait for its lease."""
        with self.sessions.begin() as session:
            for name in leases.gone(backlog.holders(session)):
                backlog.release(session, name)

    def _kill_all(self) -> None:
        for kept in self._children.values():
            kept.process.kill()

    def _end(self) -> None:
        """Lets every child finish the page in hand, no longer than a page may take."""
        self._walker.stopping.set()
        for kept in self._children.values():
            kept.process.terminate()
        until = time.monotonic() + self.lane.page_s
        while any(kept.process.is_alive() for kept in self._children.values()):
            if time.monotonic() > until:
                self._kill_all()
            time.sleep(_TICK_S)
        with suppress(DBAPIError), self.sessions.begin() as session:
            for kept in self._children.values():
                backlog.release(session, kept.name)
            backlog.release(session, self._walker.name_of_walker)
        self._walker.join(timeout=10)


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


# --- What is said ---


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
                some = backlog.results(session, backlog_id, last, 1000)
            if not some:
                break
            out.writelines(json.dumps(told, ensure_ascii=False) + "\n" for _, told in some)
            written, last = written + len(some), some[-1][0]
    unfinished.replace(target)
    return written


def actor_of(session: Session, login: str) -> Actor | None:
    """The active account of that name, as who acts."""
    person = session.scalars(sa.select(Person).where(Person.login == login, Person.active)).one_or_none()
    return person.actor("-") if person else None
