"""thresholds: error promises, calibrations with their thresholds, rechecked pages and the answers they give"""

import sqlalchemy as sa
from alembic import op

from records.base import Moment

revision = "0005"
down_revision = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "error_promises",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("one_in", _BIG, nullable=False),
        sa.Column("sample_percent", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by_id", _BIG, nullable=True),
        sa.Column("set_at", Moment(timezone=True), nullable=False),
        _refers("error_promises", "set_by_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_promises")),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("promise_id", _BIG, nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("answers", _BIG, nullable=False),
        sa.Column("run_by_id", _BIG, nullable=True),
        sa.Column("run_at", Moment(timezone=True), nullable=False),
        _refers("calibrations", "promise_id", "error_promises.id"),
        _refers("calibrations", "run_by_id", "people.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_index(op.f("ix_calibrations_version"), "calibrations", ["version"])
    op.create_table(
        "thresholds",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("calibration_id", _BIG, nullable=False),
        sa.Column("material", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=True),
        sa.Column("answers", _BIG, nullable=False),
        sa.Column("errors", _BIG, nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("needed", _BIG, nullable=False),
        sa.CheckConstraint("state in ('kept','too_few','broken')", name=op.f("ck_thresholds_state")),
        _refers("thresholds", "calibration_id", "calibrations.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thresholds")),
        sa.UniqueConstraint(
            "calibration_id", "material", "field", name=op.f("uq_thresholds_calibration_id_material_field")
        ),
    )
    op.create_table(
        "page_rechecks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("page_id", _BIG, nullable=False),
        sa.Column("recognition_id", _BIG, nullable=True),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("thorough", sa.Boolean(), nullable=False),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("superseded_by_id", _BIG, nullable=True),
        _refers("page_rechecks", "page_id", "page_images.id"),
        _refers("page_rechecks", "recognition_id", "recognitions.id"),
        _refers("page_rechecks", "person_id", "people.id"),
        _refers("page_rechecks", "superseded_by_id", "page_rechecks.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_rechecks")),
        sa.UniqueConstraint("page_id", "task_id", name=op.f("uq_page_rechecks_page_id_task_id")),
    )
    op.create_index(op.f("ix_page_rechecks_recognition_id"), "page_rechecks", ["recognition_id"])
    op.create_table(
        "recheck_answers",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("recheck_id", _BIG, nullable=False),
        sa.Column("material", sa.String(length=12), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("correct", sa.Boolean(), nullable=False),
        _refers("recheck_answers", "recheck_id", "page_rechecks.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_answers")),
    )
    op.create_index(op.f("ix_recheck_answers_recheck_id"), "recheck_answers", ["recheck_id"])
    op.add_column("user_tasks", sa.Column("mode", sa.String(length=20), nullable=True))


def downgrade() -> None:
    op.drop_column("user_tasks", "mode")
    for table in ("recheck_answers", "page_rechecks", "thresholds", "calibrations", "error_promises"):
        op.drop_table(table)
