"""Fixtures that every room shares: a migrated database of both kinds, people, and a deployed case."""

import shutil
import uuid
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from records import base, people, schema
from records.dossiers import Record
from records.pages import PageImage
from records.people import SYSTEM, Person
from tests import servers
from workflows import definitions, outbox
from workflows.definitions import Models

# A busy machine is no failure.
hypothesis.settings.register_profile(
    "steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "A-quiet-7-word"


STAFF = (
    ("甲", ["clerk"], ["复核岗"]),
    ("乙", ["clerk"], ["复核岗"]),
    ("丙", ["clerk"], ["复核岗"]),
    ("丁", ["supervisor"], ["班组长"]),
)


def prepare(url):
    """Migrates an empty database and hires STAFF: done once, since hashing a password is slow on purpose."""
    engine = base.open_engine(url)
    schema.migrate(engine)
    with base.session_factory(engine).begin() as session:
        for number, (name, roles, groups) in enumerate(STAFF):
            people.add_person(
                session,
                SYSTEM,
                login=f"clerk{number}",
                name=name,
                password=PASSWORD,
                roles=roles,
                groups=groups,
            )
    engine.dispose()


@pytest.fixture(scope="session")
def postgres():
    """A private PostgreSQL: its URL without a database name's meaning; `fresh_database` makes one a test."""
    with servers.postgres() as url:
        prepare(url)
        yield sa.make_url(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """An empty, migrated database of its own for the test, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "guidang.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'create database "{name}" template "{template.database}"'))
    yield template.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'drop database "{name}" with (force)'))
    admin.dispose()


@pytest.fixture
def engine(database_url):
    engine = base.open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def queued():
    """The (run id, operation) pairs that were handed to the queue."""
    return []


@pytest.fixture
def sessions(engine, queued):
    factory = base.session_factory(engine)
    outbox.publish_from(factory, queued.extend)
    return factory


@pytest.fixture
def models():
    return Models(definitions.script_functions(15))


@pytest.fixture
def clerks(sessions):
    """Three clerks and a supervisor as actors: 甲, 乙, 丙 of 复核岗, 丁 of 班组长."""
    with sessions() as session:
        return [
            person.actor("127.0.0.1") for person in session.scalars(sa.select(Person).order_by(Person.id))
        ]


def add_record(session, number="1260101000001", item="V-REG-01", **subject):
    record = Record(
        transaction_number=number,
        item=item,
        subject=subject or {"plate_no": "沪A00001"},
        channel="counter",
        catalogue_version="test",
        fingerprint=uuid.uuid4().hex,
    )
    session.add(record)
    session.flush()
    return record


def a_page(record_id, number=1, sha256="0" * 64):
    """A page image's row, not yet added; its image lies in no store."""
    return PageImage(
        record_id=record_id,
        number=number,
        sha256=sha256,
        sm3="0" * 64,
        size=1,
        format="jpeg",
        width=1,
        height=1,
        source_name=f"{number}.jpg",
        source_page=1,
    )
