"""the backlog: pages that are recognised beside the cases"""

import sqlalchemy as sa
from alembic import op

from records import base

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backlogs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("depth", sa.String(length=4), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("walked", sa.Boolean(), nullable=False),
        sa.Column("walker", sa.String(length=80), nullable=True),
        sa.Column("walker_until", base.Moment(timezone=True), nullable=True),
        sa.Column("started_by_id", _ID, nullable=True),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["started_by_id"], ["people.id"], name=op.f("fk_backlogs_started_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlogs")),
        sa.UniqueConstraint("url", "depth", name=op.f("uq_backlogs_url_depth")),
    )
    op.create_table(
        "backlog_pages",
        sa.Column("id", _ID, nullable=False),
        sa.Column("backlog_id", _ID, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("path_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("transaction_number", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("depth", sa.String(length=4), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("version", sa.String(length=120), nullable=True),
        sa.Column("first_id", _ID, nullable=True),
        sa.Column("rotation", sa.Integer(), nullable=True),
        sa.Column("materials", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("faults", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("doubtful", sa.Boolean(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=True),
        sa.Column("settled_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["backlog_id"], ["backlogs.id"], name=op.f("fk_backlog_pages_backlog_id")),
        sa.ForeignKeyConstraint(["first_id"], ["backlog_pages.id"], name=op.f("fk_backlog_pages_first_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backlog_pages")),
        sa.UniqueConstraint(
            "backlog_id", "path_digest", "page", name=op.f("uq_backlog_pages_backlog_id_path_digest_page")
        ),
    )
    op.create_index("ix_backlog_pages_transaction_number", "backlog_pages", ["transaction_number"])
    _index("ix_backlog_pages_waiting", ["backlog_id", "page", "id"], "status = 'waiting'")
    _index("uq_backlog_pages_content", ["sha256", "version", "depth"], "status = 'done'", unique=True)
    _index("ix_backlog_pages_failed", ["backlog_id", "id"], "status = 'failed'")
    _index("ix_backlog_pages_held", ["worker"], "status = 'waiting' and worker is not null")
    op.create_table(
        "backlog_tallies",
        sa.Column("backlog_id", _ID, nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=False),
        *(
            sa.Column(name, _ID, nullable=False)
            for name in ("found", "done", "duplicate", "failed", "doubtful")
        ),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["backlog_id"], ["backlogs.id"], name=op.f("fk_backlog_tallies_backlog_id")),
        sa.PrimaryKeyConstraint("backlog_id", "worker", name=op.f("pk_backlog_tallies")),
    )


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    partial = sa.text(where)
    op.create_index(
        name, "backlog_pages", columns, unique=unique, postgresql_where=partial, sqlite_where=partial
    )


def downgrade() -> None:
    op.drop_table("backlog_tallies")
    op.drop_table("backlog_pages")
    op.drop_table("backlogs")
