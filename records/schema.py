"""The schema of the database: every table of `records` on one Base, and its migrations.

Importing this module loads all of `records`' tables. Knows Alembic; the steps are in `migrations/versions`.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from records import (
    alerts,
    audit,
    backlog,
    classifications,
    dossiers,
    fingerprints,
    learning,
    packages,
    pages,
    people,
    promise,
    pushes,
    recogniser_models,
    second_readings,
    submissions,
    webhooks,
)

TABLES = (
    alerts,
    audit,
    backlog,
    classifications,
    dossiers,
    fingerprints,
    learning,
    packages,
    pages,
    people,
    promise,
    pushes,
    recogniser_models,
    second_readings,
    submissions,
    webhooks,
)
_FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(engine: sa.Engine, revision: str = "head") -> None:
    """Brings the database to `revision`. Two programs that start at once wait for each other."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(7426)"))
        command.upgrade(_config(connection), revision)


def is_current(engine: sa.Engine) -> bool:
    """Whether the database is at the newest revision."""
    with engine.connect() as connection:
        seen = MigrationContext.configure(connection).get_current_revision()
        return seen == ScriptDirectory.from_config(_config(connection)).get_current_head()


def add_revision(engine: sa.Engine, message: str, revision_id: str) -> None:
    """Writes the next migration from the difference between models and database, for a person to check."""
    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision_id)
