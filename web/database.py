"""The request's database session: reading by default, changing only inside `change()`.

Knows Flask-SQLAlchemy, and that SQLite's write lock must be held shortly: a request reads
in transactions that take no lock, and a change begins and ends at `change()`, one of the three edges that own
transactions. Knows no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy.orm import Session

from records.base import tune
from web import context
from workflows import outbox

_READING = "guidang.reading"


class RequestSession(FlaskSession):
    """Binds to the read-only face of the engine unless the request is inside `change()`."""

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine | sa.Connection:
        engine = super().get_bind(*args, **kwargs)
        return engine if g.get("changing", False) else reading_engine()


# Only session and engine are used: models stay on the plain Base. (`model_class=Base` copies the base class,
# which SQLAlchemy 2.1 refuses for one with a type_annotation_map.)
db = SQLAlchemy(session_options={"class_": RequestSession, "expire_on_commit": False})


def _enqueue(runs: Sequence[tuple[int, str]]) -> None:
    context.current().enqueue(runs)


outbox.publish_from(db.session, _enqueue)


def init_app(app: Flask, url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True} if not url.startswith("sqlite") else {}
    db.init_app(app)
    with app.app_context():
        # Made once: a session takes one connection for each engine object that it meets.
        app.extensions[_READING] = tune(db.engine).execution_options(read_only=True)


def reading_engine() -> sa.Engine:
    """The same engine and pool; what begins on it takes no write lock."""
    found: sa.Engine = current_app.extensions[_READING]
    return found


def session() -> Session:
    """The session of this request."""
    return db.session()


@contextmanager
def change() -> Iterator[Session]:
    """One transaction that changes something: committed at the end, rolled back when anything is raised.

    What the request read before is forgotten, so that the change decides on what is true now."""
    current = session()
    current.rollback()
    g.changing = True
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        g.changing = False
