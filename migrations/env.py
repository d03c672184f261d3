"""Alembic's entry: migrates the database that `records.schema.migrate` hands over, one transaction for all steps."""

from alembic import context

import records.schema
import workflows.models  # noqa: F401 - puts its tables on the Base
from records.base import Base


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        user_module_prefix="base.",
    )
    with context.begin_transaction():
        context.run_migrations()


assert records.schema
run()
