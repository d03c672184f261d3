"""What it costs to complete a user task, beside its two floors: the engine's part alone, and one commit.

All three are measured in turn on the very same case, so that a busy machine slows all three alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

import sqlalchemy as sa

from tests.bench import case
from tests.bench.databases import Database, cases_at_recheck
from tests.bench.timing import Times
from workflows import engine, user_tasks
from workflows.models import ProcessInstance, UserTask

QUIET = 0.1


@dataclass
class Completing:
    """Seconds to complete a recheck with its commit, of the engine's part without database, of one commit, and of
    handing the next operation to the queue, which a thread does after the commit while the answer is on its way."""

    whole: Times = field(default_factory=Times)
    raw: Times = field(default_factory=Times)
    commit: Times = field(default_factory=Times)
    hand_over: Times = field(default_factory=Times)

    @property
    def disturbed(self) -> float:
        """Share of completions that a busy machine slowed."""
        return self.whole.disturbed / len(self.whole.wall)

    @property
    def ratio(self) -> float:
        return (self.whole.p50 - self.commit.p50) / self.raw.p50

    @property
    def cpu_ratio(self) -> float:
        return (self.whole.cpu_p50 - self.commit.cpu_p50) / self.raw.cpu_p50


def measure(database: Database, completions: int, tries: int) -> Completing:
    """The quietest of at most `tries` measurements; one that was hardly disturbed is the last."""
    best = _measure(database, completions)
    for _ in range(tries - 1):
        if best.disturbed <= QUIET:
            break
        best = min(best, _measure(database, completions), key=lambda found: found.disturbed)
    return best


def _measure(database: Database, completions: int) -> Completing:
    """Completes that many waiting rechecks, after a tenth as many to warm up."""
    warm_up = completions // 10 + 3
    waiting = cases_at_recheck(database, completions + warm_up)
    model = case.parse()
    found = Completing()
    for number, task_id in enumerate(waiting):
        into = found if number >= warm_up else Completing()
        engine_id, state = _stored(database, task_id)
        with into.raw.one():
            _engine_part(model, engine_id, state)
        with into.commit.one():
            _one_commit(database, task_id)
        with into.whole.one():
            _complete(database, task_id, number)
        with into.hand_over.one():
            database.hand_over.flush()  # or its thread would slow what is measured next
    return found


def _stored(database: Database, task_id: int) -> tuple[str, bytes]:
    with database.sessions() as session:
        row = session.execute(
            sa.select(UserTask.engine_id, ProcessInstance.state)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(UserTask.id == task_id)
        ).one()
        return row.engine_id, row.state


def _engine_part(model: engine.Model, engine_id: str, state: bytes) -> None:
    run = engine.Run.load(model, state)
    run.complete_user_task(engine_id, case.PASS)
    if run.advance():
        raise RuntimeError("a script of the measured case failed")
    run.save()


def _one_commit(database: Database, task_id: int) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.update(UserTask).where(UserTask.id == task_id).values(priority=80))


def _complete(database: Database, task_id: int, number: int) -> None:
    clerk = database.clerks[number % len(database.clerks)]
    with database.sessions() as session:
        user_tasks.complete(session, database.models, clerk, task_id, case.PASS, uuid4().hex)
        session.commit()
