"""The plain declarative Base, its column types, and how a database is opened.

Knows SQLAlchemy and the two databases (PostgreSQL for real, SQLite embedded). Knows no table.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.orm.util import identity_key
from sqlalchemy.types import TypeDecorator

CHINA = dt.timezone(dt.timedelta(hours=8))
BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts only INTEGER keys up by itself


class Moment(TypeDecorator[dt.datetime]):
    """A moment, always aware and in UTC; SQLite stores it as text that sorts by time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Every table of Guidang hangs on this one Base; it carries no framework."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigId, dt.datetime: Moment, dict[str, Any]: sa.JSON, list[Any]: sa.JSON}  # noqa: RUF012


def table_of(model: type[Base]) -> sa.Table:
    """The table behind a mapped class, for statements that are built once and executed often."""
    table = model.__table__
    assert isinstance(table, sa.Table)
    return table


class Writes:
    """Writes that always go together and answer nothing. PostgreSQL gets them as one statement (all but the last as
    common table expressions), which saves a way there and back for each; SQLite gets one after the other.

    Every value is bound by name, and a name means the same in all of them."""

    def __init__(self, *statements: sa.Insert | sa.Update) -> None:
        *others, last = statements
        parts = [each.cte(f"write_{number}") for number, each in enumerate(others)]
        self._joined = last.add_cte(*parts)
        self._each = [(each, frozenset(each.compile().params)) for each in statements]

    def __call__(self, session: Session, **values: Any) -> int:
        """Executes them; returns how many rows the last one changed."""
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            return connection.execute(self._joined, values).rowcount
        for statement, names in self._each:
            done = connection.execute(statement, {name: values[name] for name in names})
        return done.rowcount


def forget(session: Session, model: type[Base], key: int) -> None:
    """Makes the session read that row anew when it holds it: the row was written past the mapped class."""
    held = session.identity_map.get(identity_key(model, key))
    if held is not None:
        session.expire(held)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def tune(engine: sa.Engine) -> sa.Engine:
    """SQLite made safe for several writers: WAL, and a write lock from BEGIN on, so that two commands on a case
    queue instead of failing half-way. PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=wal", "synchronous=full", "busy_timeout=30000", "foreign_keys=on"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def open_engine(url: str, **options: Any) -> sa.Engine:
    """A tuned engine for `url`."""
    return tune(sa.create_engine(url, **options))


def insert_if_new(session: Session, model: type[Base], **values: Any) -> bool:
    """Inserts a row; False when a unique value is taken, also by a transaction at work at the same time: it is
    waited for, so that whoever loses a race then finds the winner's row."""
    statement = _insert_unless_taken(model, session.get_bind().dialect.name)
    return session.connection().execute(statement, values).first() is not None


@cache
def _insert_unless_taken(model: type[Base], dialect: str) -> sa.Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table_of(model)).on_conflict_do_nothing().returning(*table_of(model).primary_key)


def session_factory(engine: sa.Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)
