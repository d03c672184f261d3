"""The two databases that are measured: opened as production opens them, staffed, and filled with open tasks.

SQLite is a file in WAL mode; PostgreSQL is a private server with fsync on. What fills them is rows only: each open
task has its record, its running case and a real state, so that every table and index is as large as it would be.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from records import base, people, schema
from records.base import now
from records.dossiers import Record
from records.people import SYSTEM, Actor, Person
from tests import servers
from tests.bench import case
from workflows import definitions, instances, outbox, service_tasks
from workflows.definitions import Models
from workflows.models import ProcessDefinition, ProcessInstance, ServiceTaskRun, UserTask
from workflows.operations import Queues, load

PASSWORD = "A-quiet-7-word"
CLERKS = 20
# Group, node, title, form, share of all open tasks; the deadlines spread over four days around now.
WAITING = (
    ("复核岗", "recheck_record", "人工复核", "recheck", 70),
    ("采集岗", "scan_pages", "补扫影像", "capture", 15),
    ("复核岗", "handle_alert", "处理预警", "alert", 12),
    ("班组长", "authorise_override", "授权放行", "authorise", 3),
)
CHUNK = 5000
FIRST_NUMBER = 10_000_000
OWN_TASKS = 3  # tasks that each clerk has already claimed


@dataclass
class Database:
    """One migrated and staffed database, with the case's process deployed and a queue behind its commits."""

    name: str
    url: str
    redis_url: str
    engine: sa.Engine
    sessions: sessionmaker[Session]
    models: Models
    clerks: list[Actor]
    definition_id: int
    hand_over: outbox.Background
    filled: int = 0


@contextlib.contextmanager
def both(redis_url: str) -> Iterator[list[Database]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guidang-bench-")))
        postgres = stack.enter_context(servers.postgres(durable=True))
        urls = {"SQLite": f"sqlite:///{folder / 'guidang.db'}", "PostgreSQL": postgres}
        yield [stack.enter_context(_prepared(name, url, redis_url)) for name, url in urls.items()]


@contextlib.contextmanager
def _prepared(name: str, url: str, redis_url: str) -> Iterator[Database]:
    engine = base.open_engine(url)
    schema.migrate(engine)
    sessions = base.session_factory(engine)
    hand_over = outbox.Background(Queues(redis_url, load(case.ROOT / "bpmn" / "operations.json")))
    outbox.publish_from(sessions, hand_over)
    models = Models(case.FUNCTIONS)
    with sessions.begin() as session:
        clerks = [_hire(session, number) for number in range(CLERKS)]
        definition, _ = definitions.deploy(session, models, SYSTEM, case.ITEM, case.FILES)
        actors = [clerk.actor("127.0.0.1") for clerk in clerks]
        database = Database(name, url, redis_url, engine, sessions, models, actors, definition.id, hand_over)
    yield database
    engine.dispose()


def _hire(session: Session, number: int) -> Person:
    return people.add_person(
        session,
        SYSTEM,
        login=f"clerk{number}",
        name=f"复核员{number}",
        password=PASSWORD,
        roles=["clerk"],
        groups=["复核岗", "采集岗"] if number % 4 == 0 else ["复核岗"],
    )


def cases_at_recheck(database: Database, count: int) -> list[int]:
    """Brings `count` real cases to their recheck through the public verbs; the ids of the waiting user tasks."""
    waiting = []
    with database.sessions.begin() as session:
        definition = session.get_one(ProcessDefinition, database.definition_id)
        for _ in range(count):
            record = Record(**_record(uuid4().hex))
            session.add(record)
            session.flush()
            data = {**case.START, "record_id": record.id}
            instance = instances.start(session, database.models, SYSTEM, definition, record.id, data)
            while not (tasks := instances.waiting_for(session, instance.id)):
                _answer_operation(session, database.models, instance.id)
            waiting.append(tasks[0].id)
    return waiting


def _answer_operation(session: Session, models: Models, instance_id: int) -> None:
    statement = sa.select(ServiceTaskRun.id).where(
        ServiceTaskRun.instance_id == instance_id, ServiceTaskRun.status == "queued"
    )
    claimed = service_tasks.claim(session, session.scalars(statement).one(), "bench", dt.timedelta(minutes=1))
    if claimed is None:
        raise RuntimeError("a run that nobody else could have was taken")
    service_tasks.finish(session, models, claimed, lambda _session: case.RESULTS[claimed.operation])


def _record(unique: str) -> dict[str, Any]:
    return {
        "transaction_number": unique[:13],
        "item": case.ITEM,
        "subject": {"plate_no": f"沪A{unique[-5:].upper()}", "owner_name": "示例甲"},
        "channel": "counter",
        "catalogue_version": "bench",
        "fingerprint": unique,
    }


def fill(database: Database, count: int) -> None:
    """Adds open tasks until there are `count` of ours, then lets the database count its rows anew."""
    (model_task,) = cases_at_recheck(database, 1)
    with database.sessions() as session:
        state = session.scalars(
            sa.select(ProcessInstance.state).join(UserTask).where(UserTask.id == model_task)
        ).one()
    while database.filled < count:
        size = min(CHUNK, count - database.filled)
        with database.engine.begin() as connection:
            _add_open_tasks(connection, database, size, state)
        database.filled += size
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("vacuum analyze" if database.name == "PostgreSQL" else "analyze"))


def _add_open_tasks(connection: sa.Connection, database: Database, count: int, state: bytes) -> None:
    at = now()
    kinds = [kind for kind in WAITING for _ in range(kind[4])]
    records, cases, tasks = [], [], []
    for number in _free_numbers(connection, count):
        group, node, title, form, _ = kinds[number * 37 % 100]
        unique = uuid4()
        owner = number - FIRST_NUMBER
        mine = owner < CLERKS * OWN_TASKS
        records.append({"id": number, "received_at": at, **_record(f"{number:013d}{unique.hex[:12]}")})
        cases.append(
            {
                "id": number,
                "definition_id": database.definition_id,
                "record_id": number,
                "status": "running",
                "stage": title,
                "active_nodes": [["recheck", node]],
                "next_due": at + dt.timedelta(days=30),
                "started_at": at,
                "version": 4,
                "state": state,
            }
        )
        tasks.append(
            {
                "id": number,
                "instance_id": number,
                "engine_id": str(unique),
                "node": node,
                "title": title,
                "form": form,
                "candidate_group": group,
                "assignee_id": database.clerks[owner % CLERKS].id if mine else None,
                "priority": 80 if number % 10 == 0 else 50,
                "due_at": at + dt.timedelta(minutes=number * 7919 % 5760 - 1440),
                "status": "ready",
                "created_at": at,
            }
        )
    for model, rows in ((Record, records), (ProcessInstance, cases), (UserTask, tasks)):
        connection.execute(sa.insert(model), rows)


def _free_numbers(connection: sa.Connection, count: int) -> range:
    """Ids that no table uses yet; far above the sequences of PostgreSQL, which know nothing of them."""
    highest = [
        connection.scalar(sa.select(sa.func.max(model.id))) for model in (Record, ProcessInstance, UserTask)
    ]
    first = max(FIRST_NUMBER, *(each + 1 for each in highest if each is not None))
    return range(first, first + count)
