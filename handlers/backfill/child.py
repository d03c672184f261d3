"""A child process of the backlog lane: takes a page, reads, recognises and settles it, one permit each.

Knows its one page at a time. Knows nothing of pace, of the walk and of its neighbours (`run`).
"""

from __future__ import annotations

import ctypes
import datetime as dt
import hashlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy.exc import DBAPIError

from handlers import leases
from handlers.backfill.needs_person import NeedsPerson
from handlers.backfill.source import Reader, Source
from ocr.protocol import Depth, PageFindings, Recogniser, UnreadableImage
from records import backlog, base
from records.backlog import Claim, ContentTaken, Outcome, PageLost
from records.scans import Limits, ScanRefused

_log = logging.getLogger(__name__)

MOST_CRASHES = 2
# Deaths that nobody can be blamed for (an operator, a lost machine, the kernel short of memory) count apart.
_MOST_TRIES = 10
MOST_UNREADABLE = 20  # files one after the other: then it is the source that is gone, not a file
LEASE_MARGIN_S = 30.0
SOURCE_GONE, TRY_LATER = 74, 75  # exit codes of a child: as EX_IOERR and EX_TEMPFAIL


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
        return dt.timedelta(seconds=self.page_s + LEASE_MARGIN_S)


@dataclass(frozen=True)
class Signs:
    """What parent and child tell each other; nothing here is locked, so a killed child blocks nobody.

    `busy_since`: -1 while the child starts, 0 between pages, else the moment its page began, when it had been kept
    waiting for a core `starved` seconds. `permits`: given to all children, one a page; `held`: those that this child
    has taken and not used up."""

    permits: Any
    busy_since: Any
    starved: Any
    held: Any


class Child:
    """Works off pages, one permit each, until told to stop or grown too big."""

    def __init__(self, lane: Lane, tally: str, signs: Signs) -> None:
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
            self.signs.starved.value = starved_s(psutil.Process())
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
        return self._unreadable >= MOST_UNREADABLE

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


def starved_s(process: psutil.Process) -> float:
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


def run_child(lane: Lane, tally: str, signs: Signs) -> None:
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
        os._exit(TRY_LATER)
    os._exit(SOURCE_GONE if child.lost_its_source else 0)
