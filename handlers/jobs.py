"""The RQ job: one run of one service task, from claim to the case's next step. The edge that owns transactions.

Safe to repeat and to lose: the row is claimed with a lease, the outside work happens without any lock, and what it
found is stored in the transaction that completes the task.
"""

from __future__ import annotations

import datetime as dt
import faulthandler
import logging
import os
import random
import traceback

from handlers import leases
from handlers.context import Context, Postponed
from handlers.platform.breaker import backoff
from handlers.table import HANDLERS
from workflows import service_tasks
from workflows.operations import LOAD_TIMEOUT_S
from workflows.service_tasks import Claim, RunLost

_log = logging.getLogger(__name__)
_context: Context | None = None


class WorkersLost(Exception):
    """Worker after worker was killed at this run."""


_MOST_LOST = 10


def use(context: Context) -> None:
    """Gives this worker process its context; called once before the first job."""
    global _context
    _context = context


def context() -> Context:
    """The context of this worker process."""
    if _context is None:
        raise RuntimeError("jobs run in `guidang worker`, which gives this process its context")
    return _context


def load_models() -> None:
    """Loads the active model before the first job, so that nobody waits for it. A failure is told and ends nothing: a
    job that needs the model meets it again and says so where the office looks. Loading that hangs ends the process."""
    faulthandler.dump_traceback_later(LOAD_TIMEOUT_S, exit=True)
    try:
        _ = context().recogniser
    except Exception as error:  # an edge: whatever native libraries and damaged files can raise
        _log.exception("the recognition models cannot be loaded, pages will not be read: %s", error)
    finally:
        faulthandler.cancel_dump_traceback_later()


def run_service_task(run_id: int) -> None:
    """The function that queues name."""
    perform(context(), run_id)


def perform(context: Context, run_id: int) -> bool:
    """Claims and does the run; False when there was nothing to do. A failure ends up on the run's row."""
    with context.sessions.begin() as session:
        longest = max(operation.timeout_s for operation in context.operations.values())
        lease = dt.timedelta(seconds=longest + context.retries.lease_margin_s)
        claimed = service_tasks.claim(session, run_id, leases.holder(), lease)
    if claimed is None:
        return False
    try:
        _refuse_killer(context, claimed)
        settle = HANDLERS[claimed.operation](context, claimed)
        with context.sessions.begin() as session:
            service_tasks.finish(session, context.models, claimed, settle)
    except RunLost as lost:
        _log.info("run %s dropped: %s", run_id, lost)
    except Postponed as postponed:
        with context.sessions.begin() as session:
            service_tasks.postpone(session, claimed, str(postponed), postponed.wait)
    except Exception as error:
        _log.exception("run %s (%s) failed", run_id, claimed.operation)
        _note_failure(context, claimed, error)
    return True


def _most(context: Context, claimed: Claim) -> int:
    operation = context.operations.get(
        claimed.operation
    )  # None: an old definition's, which nobody does any more
    return operation.max_attempts if operation else 1


def _refuse_killer(context: Context, claimed: Claim) -> None:
    """A failure is counted by `_note_failure`; a worker killed by the work itself (out of memory) counts nothing."""
    tries = claimed.attempt - claimed.postponed
    if tries > _most(context, claimed) + _MOST_LOST:
        raise WorkersLost(f"{tries - 1} workers ended while they did this")


def _note_failure(context: Context, claimed: Claim, error: Exception) -> None:
    tries = claimed.attempt - claimed.postponed
    retry_in = None
    if tries < _most(context, claimed):
        wait = backoff(tries, context.retries.base_s, context.retries.cap_s, random.random)
        retry_in = dt.timedelta(seconds=wait)
    where = traceback.extract_tb(error.__traceback__)[-1]
    text = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
    with context.sessions.begin() as session:
        service_tasks.fail(session, claimed, text, retry_in)
