"""classifications for programs, their pages, their webhooks and every attempt to call one"""

import sqlalchemy as sa
from alembic import op

from records import base

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "classifications",
        sa.Column("id", base.BigId, nullable=False),
        sa.Column("person_id", base.BigId, nullable=False),
        sa.Column("lane", sa.String(length=6), nullable=False),
        sa.Column("depth", sa.String(length=4), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=True),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("record_id", base.BigId, nullable=True),
        sa.Column("folder", sa.String(length=41), nullable=True),
        sa.Column("pages", base.BigId, nullable=False),
        sa.Column("unfinished", base.BigId, nullable=False),
        sa.Column("failed", base.BigId, nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.Column("finished_at", base.Moment(timezone=True), nullable=True),
        sa.CheckConstraint("lane in ('single','batch')", name=op.f("ck_classifications_lane")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_classifications_person_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_classifications_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classifications")),
        sa.UniqueConstraint("folder", name=op.f("uq_classifications_folder")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_classifications_person_id_key")),
    )
    op.create_index(op.f("ix_classifications_finished_at"), "classifications", ["finished_at"], unique=False)
    op.create_index(
        op.f("ix_classifications_person_id_finished_at"),
        "classifications",
        ["person_id", "finished_at"],
        unique=False,
    )
    op.create_index(op.f("ix_classifications_record_id"), "classifications", ["record_id"], unique=False)
    op.create_table(
        "classified_pages",
        sa.Column("id", base.BigId, nullable=False),
        sa.Column("classification_id", base.BigId, nullable=False),
        sa.Column("number", base.BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("page_id", base.BigId, nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempts", base.BigId, nullable=False),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("version", sa.String(length=120), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.Column("kept", sa.String(length=20), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", base.Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('queued','running','done','failed')", name=op.f("ck_classified_pages_status")
        ),
        sa.ForeignKeyConstraint(
            ["classification_id"], ["classifications.id"], name=op.f("fk_classified_pages_classification_id")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_classified_pages_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classified_pages")),
        sa.UniqueConstraint(
            "classification_id", "number", name=op.f("uq_classified_pages_classification_id_number")
        ),
    )
    op.create_index(op.f("ix_classified_pages_page_id"), "classified_pages", ["page_id"], unique=False)
    op.create_index(
        op.f("ix_classified_pages_status_lease_until"),
        "classified_pages",
        ["status", "lease_until"],
        unique=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("id", base.BigId, nullable=False),
        sa.Column("classification_id", base.BigId, nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("attempts", base.BigId, nullable=False),
        sa.Column("next_at", base.Moment(timezone=True), nullable=True),
        sa.Column("settled_at", base.Moment(timezone=True), nullable=True),
        sa.CheckConstraint("status in ('waiting','due','delivered','dead')", name=op.f("ck_webhooks_status")),
        sa.ForeignKeyConstraint(
            ["classification_id"], ["classifications.id"], name=op.f("fk_webhooks_classification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("classification_id", name=op.f("uq_webhooks_classification_id")),
    )
    op.create_index(op.f("ix_webhooks_status_next_at"), "webhooks", ["status", "next_at"], unique=False)
    op.create_table(
        "webhook_attempts",
        sa.Column("id", base.BigId, nullable=False),
        sa.Column("webhook_id", base.BigId, nullable=False),
        sa.Column("number", base.BigId, nullable=False),
        sa.Column("at", base.Moment(timezone=True), nullable=False),
        sa.Column("http_status", base.BigId, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_attempts_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
        sa.UniqueConstraint("webhook_id", "number", name=op.f("uq_webhook_attempts_webhook_id_number")),
    )


def downgrade() -> None:
    op.drop_table("webhook_attempts")
    op.drop_index(op.f("ix_webhooks_status_next_at"), table_name="webhooks")
    op.drop_table("webhooks")
    op.drop_index(op.f("ix_classified_pages_status_lease_until"), table_name="classified_pages")
    op.drop_index(op.f("ix_classified_pages_page_id"), table_name="classified_pages")
    op.drop_table("classified_pages")
    op.drop_index(op.f("ix_classifications_record_id"), table_name="classifications")
    op.drop_index(op.f("ix_classifications_person_id_finished_at"), table_name="classifications")
    op.drop_index(op.f("ix_classifications_finished_at"), table_name="classifications")
    op.drop_table("classifications")
