"""One run of the backlog lane: children kept alive, permits handed out, progress shown.

Knows processes and time. What a child does with a page is `child`'s.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

import psutil
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from handlers import leases
from handlers.backfill import child
from handlers.backfill.child import Lane, Signs
from handlers.backfill.progress import Speed
from handlers.backfill.source import Source
from handlers.backfill.walker import Walker
from handlers.pace import Pace
from records import backlog
from records.backlog import Progress
from records.people import Actor

_log = logging.getLogger(__name__)

_MOST_FALSE_STARTS = 3
_TICK_S = 0.05
_UNKNOWN = 255  # what multiprocessing says when the fork server went first


class BackfillFailed(Exception):
    """The run cannot go on; the message says why and what to do. Nothing that was read is lost."""


@dataclass
class _Kept:
    """A child as its parent sees it. `killed_for`: why the parent ended it, in words for the page it held."""

    process: BaseProcess
    name: str
    signs: Signs
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
        self._spawning.set_forkserver_preload([child.__name__])
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
                if time.monotonic() - freed_at >= child.LEASE_MARGIN_S / 2:
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
        signs = Signs(self._permits, busy_since, starved, raw.Value("q", 0, lock=False))
        tally = f"{leases.HOST}/{slot}"
        process = raw.Process(target=child.run_child, args=(self.lane, tally, signs), daemon=False)
        process.start()
        return _Kept(process, leases.holder(process.pid), signs)

    def _end_hanging(self, kept: _Kept) -> None:
        """At nice 19 a page may wait for a core for minutes; that is not held against it."""
        since = kept.signs.busy_since.value
        taken = time.monotonic() - since
        if since <= 0 or taken <= self.lane.page_s or kept.killed_for:
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(kept.process.pid)
            starved = child.starved_s(process) - kept.signs.starved.value
            starved += sum(child.starved_s(splitter) for splitter in process.children())
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
        if code == child.SOURCE_GONE:
            raise BackfillFailed(
                f"连续 {child.MOST_UNREADABLE} 个文件读不到，影像来源可能已断开；修好后加 --retry-failed 继续"
            )
        if code == 0:
            self._false_starts = 0
            return
        fault = bool(kept.killed_for) or code not in (
            -signal.SIGKILL,
            -signal.SIGTERM,
            child.TRY_LATER,
            _UNKNOWN,
        )
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
