"""learning: data sets, recogniser models, what a model in shadow found, pages read again"""

import sqlalchemy as sa
from alembic import op

from records import base

revision = "0006"
down_revision = "0005"


def _big() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "data_sets",
        sa.Column("id", _big(), nullable=False),
        sa.Column("version", _big(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", _big(), nullable=False),
        sa.Column("held_out", _big(), nullable=False),
        sa.Column("corrected", _big(), nullable=False),
        sa.Column("cases", _big(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("until", base.Moment(timezone=True), nullable=False),
        sa.Column("made_at", base.Moment(timezone=True), nullable=False),
        sa.Column("made_by", _big(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_data_sets_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_sets")),
        sa.UniqueConstraint("version", name=op.f("uq_data_sets_version")),
    )
    op.create_table(
        "recogniser_models",
        sa.Column("id", _big(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", base.Moment(timezone=True), nullable=False),
        sa.Column("added_by", _big(), nullable=True),
        sa.Column("moved_at", base.Moment(timezone=True), nullable=False),
        sa.Column("replaced_id", _big(), nullable=True),
        sa.Column("looked_at", _big(), nullable=False),
        sa.CheckConstraint(
            "state in ('candidate','shadow','active','retired')", name=op.f("ck_recogniser_models_state")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_recogniser_models_added_by")),
        sa.ForeignKeyConstraint(
            ["replaced_id"], ["recogniser_models.id"], name=op.f("fk_recogniser_models_replaced_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recogniser_models")),
        sa.UniqueConstraint("version", name=op.f("uq_recogniser_models_version")),
    )
    op.create_index(
        "uq_recogniser_models_in_use",
        "recogniser_models",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state in ('active','shadow')"),
        sqlite_where=sa.text("state in ('active','shadow')"),
    )
    op.create_table(
        "reread_reviews",
        sa.Column("id", _big(), nullable=False),
        sa.Column("record_id", _big(), nullable=False),
        sa.Column("review_record_id", _big(), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("opened_at", base.Moment(timezone=True), nullable=False),
        sa.Column("settled_at", base.Moment(timezone=True), nullable=True),
        sa.Column("upheld", _big(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_reread_reviews_record_id")),
        sa.ForeignKeyConstraint(
            ["review_record_id"], ["records.id"], name=op.f("fk_reread_reviews_review_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reread_reviews")),
        sa.UniqueConstraint("review_record_id", name=op.f("uq_reread_reviews_review_record_id")),
    )
    op.create_index(op.f("ix_reread_reviews_record_id"), "reread_reviews", ["record_id"], unique=False)
    op.create_table(
        "data_set_cases",
        sa.Column("case_id", _big(), autoincrement=False, nullable=False),
        sa.Column("data_set_id", _big(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_sets.id"], name=op.f("fk_data_set_cases_data_set_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_data_set_cases")),
    )
    op.create_index(op.f("ix_data_set_cases_data_set_id"), "data_set_cases", ["data_set_id"], unique=False)
    op.create_table(
        "model_reports",
        sa.Column("id", _big(), nullable=False),
        sa.Column("model_id", _big(), nullable=False),
        sa.Column("against_id", _big(), nullable=False),
        sa.Column("made_at", base.Moment(timezone=True), nullable=False),
        sa.Column("made_by", _big(), nullable=True),
        sa.Column("pages", _big(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("worse", sa.JSON(), nullable=False),
        sa.Column("comparison", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["against_id"], ["recogniser_models.id"], name=op.f("fk_model_reports_against_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_model_reports_made_by")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["recogniser_models.id"], name=op.f("fk_model_reports_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_reports")),
    )
    op.create_index(op.f("ix_model_reports_model_id"), "model_reports", ["model_id"], unique=False)
    op.create_table(
        "rereadings",
        sa.Column("record_id", _big(), nullable=False),
        sa.Column("judged_at", base.Moment(timezone=True), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("review_id", _big(), nullable=True),
        sa.Column("id", _big(), nullable=False),
        sa.Column("page_id", _big(), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("tries", _big(), nullable=False),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=False),
        sa.Column("done_at", base.Moment(timezone=True), nullable=True),
        sa.Column("rotation", _big(), nullable=True),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_rereadings_page_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_rereadings_record_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reread_reviews.id"], name=op.f("fk_rereadings_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rereadings")),
        sa.UniqueConstraint("page_id", "version", name=op.f("uq_rereadings_page_id_version")),
    )
    op.create_index(
        op.f("ix_rereadings_record_id_version"), "rereadings", ["record_id", "version"], unique=False
    )
    op.create_table(
        "shadow_findings",
        sa.Column("model_id", _big(), nullable=False),
        sa.Column("against_id", _big(), nullable=False),
        sa.Column("recognition_id", _big(), nullable=False),
        sa.Column("id", _big(), nullable=False),
        sa.Column("page_id", _big(), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("tries", _big(), nullable=False),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=False),
        sa.Column("done_at", base.Moment(timezone=True), nullable=True),
        sa.Column("rotation", _big(), nullable=True),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["against_id"], ["recogniser_models.id"], name=op.f("fk_shadow_findings_against_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["recogniser_models.id"], name=op.f("fk_shadow_findings_model_id")
        ),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_shadow_findings_page_id")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognitions.id"], name=op.f("fk_shadow_findings_recognition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_findings")),
        sa.UniqueConstraint("page_id", "version", name=op.f("uq_shadow_findings_page_id_version")),
    )
    op.create_index(op.f("ix_shadow_findings_model_id"), "shadow_findings", ["model_id"], unique=False)


def downgrade() -> None:
    op.drop_table("shadow_findings")
    op.drop_table("rereadings")
    op.drop_table("model_reports")
    op.drop_table("data_set_cases")
    op.drop_table("reread_reviews")
    op.drop_table("recogniser_models")
    op.drop_table("data_sets")
