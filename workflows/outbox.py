"""The outbox: service task runs on their way to a worker, and what brings back the ones that got lost.

The row is the truth and the queue only a hint: a row is written with the case, its id is handed to the queue after
the commit, and whatever a crash, a flush of Redis or a killed worker loses is handed over again once its lease is
over. Knows rows and leases. `workflows.service_tasks` applies results; `handlers.jobs` knows RQ.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from records.base import now, table_of
from workflows.models import ServiceTaskRun

_log = logging.getLogger(__name__)
_NEW = "guidang.outbox"
# A queued row that no worker took for this long is handed over again: long enough for a busy queue not to fill
# with doubles, which are harmless (the second worker finds the row taken) but not free.
HAND_OVER_AGAIN = dt.timedelta(seconds=60)
LONGEST_PATIENCE = dt.timedelta(minutes=10)

Enqueue = Callable[[Sequence[tuple[int, str]]], None]
"""Hands (run id, operation) pairs to the queue; raises ConnectionError when the queue cannot be reached."""


_RUNS = table_of(ServiceTaskRun)
_ADD = sa.insert(_RUNS).returning(_RUNS.c.id, _RUNS.c.operation)  # built once: every command runs it


def add(session: Session, runs: Sequence[Mapping[str, Any]]) -> None:
    """Writes new runs (column → value) in the transaction of the case; they are handed over after its commit
    (`publish_from`)."""
    if not runs:
        return
    again = now() + HAND_OVER_AGAIN
    rows = session.connection().execute(_ADD, [{**run, "lease_until": again} for run in runs])
    session.info.setdefault(_NEW, []).extend((row.id, row.operation) for row in rows)


def requeue(session: Session, run: ServiceTaskRun) -> None:
    """Puts a failed run back; it is handed over after the commit like a new one."""
    run.status, run.error, run.lease_until = "queued", None, now() + HAND_OVER_AGAIN
    session.info.setdefault(_NEW, []).append((run.id, run.operation))


def publish_from(sessions: Any, enqueue: Enqueue) -> None:
    """From now on every commit of `sessions` (a session factory or scoped session) hands its new runs over.

    A queue out of reach loses nothing: `hand_over` brings the rows again."""

    @event.listens_for(sessions, "after_commit")
    def _publish(session: Session) -> None:
        new = session.info.pop(_NEW, None)
        if new:
            _hand(enqueue, new)

    @event.listens_for(sessions, "after_rollback")
    def _forget(session: Session) -> None:
        session.info.pop(_NEW, None)


def _hand(enqueue: Enqueue, runs: Sequence[tuple[int, str]]) -> None:
    try:
        enqueue(runs)
    except (ConnectionError, TimeoutError) as error:
        _log.warning("queue out of reach, %d runs will be handed over later: %s", len(runs), error)


class Background:
    """An `Enqueue` that hands over in a thread of its own: a slow queue never keeps the person waiting whose request
    left the runs. What a crash loses on the way `hand_over` brings again."""

    def __init__(self, enqueue: Enqueue) -> None:
        self.enqueue = enqueue
        self._ahead: queue.Queue[Sequence[tuple[int, str]]] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, runs: Sequence[tuple[int, str]]) -> None:
        self._ahead.put(runs)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # at the first use: a server forks before
                self._thread = threading.Thread(target=self._work, name="hand-over", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            _hand(self.enqueue, self._ahead.get())
            self._ahead.task_done()

    def flush(self) -> None:
        """Returns when everything given so far is handed over."""
        self._ahead.join()


def hand_over(session: Session, enqueue: Enqueue, limit: int = 200) -> int:
    """The reconciler's step: every run that waits its time out, was lost on the way, or outlived its lease, is
    handed to the queue (again). Commits; returns how many."""
    at = now()
    lost = sa.and_(ServiceTaskRun.status.in_(("queued", "running")), ServiceTaskRun.lease_until < at)
    ripe = sa.and_(ServiceTaskRun.status == "waiting", ServiceTaskRun.not_before <= at)
    rows = session.execute(
        sa.select(ServiceTaskRun.id, ServiceTaskRun.operation, ServiceTaskRun.created_at)
        .where(sa.or_(lost, ripe))
        .order_by(ServiceTaskRun.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = rows.all()
    found = [(row.id, row.operation) for row in taken]
    if found:
        session.execute(
            sa.update(ServiceTaskRun),
            [
                {
                    "id": row.id,
                    "status": "queued",
                    "worker": None,
                    "lease_until": at + _patience(at - row.created_at),
                }
                for row in taken
            ],
        )
    session.commit()
    if found:
        _hand(enqueue, found)
    return len(found)


def _patience(age: dt.timedelta) -> dt.timedelta:
    """An old run is more likely far back in a long queue than lost: it is handed over again ever less often."""
    return min(max(HAND_OVER_AGAIN, age / 2), LONGEST_PATIENCE)


def holders(session: Session) -> list[str]:
    """The workers that hold a run now."""
    running = sa.select(ServiceTaskRun.worker).where(ServiceTaskRun.status == "running").distinct()
    return [name for name in session.scalars(running) if name]


def free_leases(session: Session, worker: str) -> int:
    """Ends the leases of a worker that is known to be dead, so that its runs need not wait for their end."""
    found = session.execute(
        sa.update(ServiceTaskRun)
        .where(ServiceTaskRun.status == "running", ServiceTaskRun.worker == worker)
        .values(lease_until=now() - dt.timedelta(seconds=1))
    )
    return int(found.rowcount)  # type: ignore[attr-defined]
