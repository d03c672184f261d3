"""The worker program: a parent that keeps one child a queue alive and looks after time, and the child itself.

The parent hands over lost and retried runs, fires due timers and takes case folders from the watched folder; a
child does the jobs of one queue, in its own process so that models are loaded once. Knows RQ and processes; what a
job does is `handlers.jobs`.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

import psutil
from rq import Queue, SimpleWorker
from rq.job import Job
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from handlers import jobs, leases
from records.people import SYSTEM
from workflows import instances, outbox
from workflows.definitions import Models
from workflows.operations import Queues

_log = logging.getLogger(__name__)
# Queues of pages that somebody waits for: the models are there before the first one comes.
_WAITED_FOR = frozenset({"counter", "single"})


class _Child(SimpleWorker):  # type: ignore[misc]
    """Works in its own process (a fork would load the models for every job) and leaves when it grew too big."""

    rss_cap_mb = 0

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        resident = psutil.Process().memory_info().rss / 2**20
        if resident > self.rss_cap_mb:
            _log.info(
                "resident %d MiB, over the cap of %d: leaving for a fresh process", resident, self.rss_cap_mb
            )
            self._stop_requested = True


def run_child(queues: Queues, served: Sequence[str], rss_cap_mb: int) -> None:
    """Works off these queues, the first before the next, until told to stop (SIGTERM finishes the job in hand)."""
    if not _WAITED_FOR.isdisjoint(served):
        jobs.load_models()
    worker = _Child([Queue(name, connection=queues.redis) for name in served], connection=queues.redis)
    worker.rss_cap_mb = rss_cap_mb
    worker.work(logging_level="WARNING", with_scheduler=False)


class Scheduler:
    """What must happen in time: lost work handed over, timers fired, folders taken in."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        models: Models,
        enqueue: outbox.Enqueue,
        watch: Callable[[], int] | None = None,
    ) -> None:
        self.sessions, self.models, self.enqueue, self.watch = sessions, models, enqueue, watch

    def tick(self) -> int:
        """One look; returns how much there was to do."""
        self._free_leases_of_the_dead()
        with self.sessions() as session:
            handed = outbox.hand_over(session, self.enqueue)
        return handed + self._fire_timers() + (self.watch() if self.watch else 0)

    def _free_leases_of_the_dead(self) -> None:
        """A killed worker of this machine need not hold its runs until their leases end."""
        with self.sessions.begin() as session:
            for name in leases.gone(outbox.holders(session)):
                _log.warning(
                    "worker %s is gone, its %d runs are free", name, outbox.free_leases(session, name)
                )

    def _fire_timers(self) -> int:
        with self.sessions() as session:
            due = instances.due(session)
        for instance_id, version in due:
            try:
                with self.sessions.begin() as session:
                    instances.fire_timers(session, self.models, SYSTEM, instance_id, version)
            except instances.InstanceEnded:
                _log.info("case %s ended before its timer", instance_id)
            except DBAPIError:
                raise
            except Exception:  # an edge: one case's fault must not keep every other timer from going off
                _log.exception("the timer of case %s cannot be fired", instance_id)
        return len(due)


class Parent:
    """Children by queue, restarted when they die, and the scheduler between."""

    def __init__(self, scheduler: Scheduler, queues: Sequence[str], pause_s: float) -> None:
        self.scheduler, self.pause_s = scheduler, pause_s
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._queues = queues
        self._stop = threading.Event()

    def run(self) -> None:
        """Until SIGTERM or SIGINT; then lets the children finish the job in hand."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        try:
            while not self._stop.is_set():
                for queue in self._queues:
                    self._keep_alive(queue)
                self._tick()
                self._stop.wait(self.pause_s)
        finally:
            self._end_children()

    def _tick(self) -> None:
        try:
            self.scheduler.tick()
        except DBAPIError as error:
            _log.warning("the database cannot be reached, next look in %s s: %s", self.pause_s, error)
        except Exception:  # the outermost edge: the children go on working whatever the scheduler meets
            _log.exception("the scheduler failed, next look in %s s", self.pause_s)

    def _keep_alive(self, queue: str) -> None:
        child = self._children.get(queue)
        if child is not None and child.poll() is None:
            return
        if child is not None:
            _log.warning("worker of queue %s ended with %s, starting another", queue, child.returncode)
        command = [sys.executable, "-m", "guidang", "worker", "--queue", queue, "--parent", str(os.getpid())]
        self._children[queue] = subprocess.Popen(command)

    def _end_children(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            child.wait()


def stop_with_parent(parent: int) -> None:
    """Ends this child when its parent is gone, so that a killed parent leaves no process behind. The parent says who
    it is: one that died before the child asked would never be missed."""

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(2)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
