"""first tables"""

import sqlalchemy as sa
from alembic import op

from records import base

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", base.Moment(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_entries_subject_kind_subject_id"),
            ["subject_kind", "subject_id"],
            unique=False,
        )

    op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "breakers",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", base.Moment(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_breakers")),
    )
    op.create_table(
        "dossiers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('vehicle','driver')", name=op.f("ck_dossiers_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_dossiers_kind_number")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("locked_until", base.Moment(timezone=True), nullable=True),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
    )
    op.create_table(
        "records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transaction_number", sa.String(length=32), nullable=False),
        sa.Column("item", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("office", sa.String(length=80), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("accepted_at", base.Moment(timezone=True), nullable=True),
        sa.Column("received_at", base.Moment(timezone=True), nullable=False),
        sa.Column("catalogue_version", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_records_fingerprint")),
        sa.UniqueConstraint("transaction_number", name=op.f("uq_records_transaction_number")),
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_item"), ["item"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_received_at"), ["received_at"], unique=False)

    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.Column("revoked_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_table(
        "archival_packages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("files", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_archival_packages_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archival_packages")),
        sa.UniqueConstraint("name", name=op.f("uq_archival_packages_name")),
        sa.UniqueConstraint("record_id", "version", name=op.f("uq_archival_packages_record_id_version")),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_memberships_group_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")),
        sa.PrimaryKeyConstraint("person_id", "group_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "page_images",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("width", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("height", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dpi", sa.Double(), nullable=True),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("source_page", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_at", base.Moment(timezone=True), nullable=False),
        sa.Column("superseded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("superseded_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_page_images_added_by")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_page_images_record_id")),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"], ["page_images.id"], name=op.f("fk_page_images_superseded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_images")),
    )
    with op.batch_alter_table("page_images", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_images_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_page_images_sha256"), ["sha256"], unique=False)

    op.create_table(
        "process_definitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("bundle", sa.LargeBinary(), nullable=True),
        sa.Column("deployed_at", base.Moment(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["deployed_by"], ["people.id"], name=op.f("fk_process_definitions_deployed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_definitions")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_process_definitions_key_version")),
    )
    op.create_table(
        "record_dossiers",
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_record_dossiers_dossier_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_dossiers_record_id")),
        sa.PrimaryKeyConstraint("record_id", "dossier_id", name=op.f("pk_record_dossiers")),
    )
    with op.batch_alter_table("record_dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_dossiers_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_at", base.Moment(timezone=True), nullable=False),
        sa.Column("door", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pages", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("outcome in ('accepted','rejected')", name=op.f("ck_submissions_outcome")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_submissions_person_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_submissions_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_submissions_record_id"), ["record_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("box", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("opened_at", base.Moment(timezone=True), nullable=False),
        sa.Column("closed_at", base.Moment(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_alerts_page_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_alerts_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_record_id"), ["record_id"], unique=False)

    op.create_table(
        "fixity_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("package_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checked_at", base.Moment(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"], ["archival_packages.id"], name=op.f("fk_fixity_checks_package_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_checks")),
    )
    with op.batch_alter_table("fixity_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fixity_checks_package_id"), ["package_id"], unique=False)

    op.create_table(
        "process_instances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("active_nodes", sa.JSON(), nullable=False),
        sa.Column("next_due", base.Moment(timezone=True), nullable=True),
        sa.Column("started_at", base.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", base.Moment(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "status in ('running','completed','cancelled')", name=op.f("ck_process_instances_status")
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definitions.id"], name=op.f("fk_process_instances_definition_id")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_process_instances_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instances")),
        sa.UniqueConstraint("record_id", name=op.f("uq_process_instances_record_id")),
    )
    with op.batch_alter_table("process_instances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_process_instances_definition_id"), ["definition_id"], unique=False
        )
        batch_op.create_index(
            "ix_process_instances_due",
            ["next_due"],
            unique=False,
            postgresql_where=sa.text("status = 'running'"),
            sqlite_where=sa.text("status = 'running'"),
        )
        batch_op.create_index(
            batch_op.f("ix_process_instances_status_stage"), ["status", "stage"], unique=False
        )

    op.create_table(
        "pushes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("material", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt", sa.String(length=80), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("first_at", base.Moment(timezone=True), nullable=False),
        sa.Column("last_at", base.Moment(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('pending','accepted','rejected')", name=op.f("ck_pushes_state")),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_pushes_page_id")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_pushes_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sa.UniqueConstraint("key", name=op.f("uq_pushes_key")),
    )
    with op.batch_alter_table("pushes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pushes_last_at_id"), ["last_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pushes_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pushes_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_pushes_state_last_at_id"), ["state", "last_at", "id"], unique=False
        )

    op.create_table(
        "recognitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.String(length=120), nullable=False),
        sa.Column("rotation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_recognitions_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognitions")),
        sa.UniqueConstraint("page_id", "version", name=op.f("uq_recognitions_page_id_version")),
    )
    op.create_table(
        "commands",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_commands_instance_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_commands")),
    )
    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commands_instance_id"), ["instance_id"], unique=False)

    op.create_table(
        "page_materials",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recognition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("confirmed_code", sa.String(length=12), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["people.id"], name=op.f("fk_page_materials_confirmed_by")),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_page_materials_page_id")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognitions.id"], name=op.f("fk_page_materials_recognition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_materials")),
    )
    with op.batch_alter_table("page_materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_page_materials_page_id"), ["page_id"], unique=False)

    op.create_table(
        "readings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recognition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("box", sa.JSON(), nullable=True),
        sa.Column("characters", sa.JSON(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page_images.id"], name=op.f("fk_readings_page_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_readings_person_id")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognitions.id"], name=op.f("fk_readings_recognition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_readings_page_id"), ["page_id"], unique=False)

    op.create_table(
        "service_task_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engine_id", sa.String(length=36), nullable=False),
        sa.Column("operation", sa.String(length=60), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("postponed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("not_before", base.Moment(timezone=True), nullable=True),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.Column("started_at", base.Moment(timezone=True), nullable=True),
        sa.Column("finished_at", base.Moment(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_service_task_runs_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_task_runs")),
        sa.UniqueConstraint("engine_id", name=op.f("uq_service_task_runs_engine_id")),
    )
    with op.batch_alter_table("service_task_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_task_runs_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_service_task_runs_status_lease_until"), ["status", "lease_until"], unique=False
        )

    op.create_table(
        "user_tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engine_id", sa.String(length=36), nullable=False),
        sa.Column("node", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("candidate_group", sa.String(length=40), nullable=False),
        sa.Column("separate_from", sa.String(length=80), nullable=True),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", base.Moment(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.Column("claimed_at", base.Moment(timezone=True), nullable=True),
        sa.Column("escalated_at", base.Moment(timezone=True), nullable=True),
        sa.Column("completed_at", base.Moment(timezone=True), nullable=True),
        sa.Column("completed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_user_tasks_assignee_id")),
        sa.ForeignKeyConstraint(
            ["completed_by_id"], ["people.id"], name=op.f("fk_user_tasks_completed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_user_tasks_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_tasks")),
        sa.UniqueConstraint("engine_id", name=op.f("uq_user_tasks_engine_id")),
    )
    with op.batch_alter_table("user_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_tasks_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(
            "ix_user_tasks_late",
            ["escalated_at"],
            unique=False,
            postgresql_where=sa.text("status = 'ready'"),
            sqlite_where=sa.text("status = 'ready'"),
        )
        batch_op.create_index("ix_user_tasks_mine", ["assignee_id", "status"], unique=False)
        batch_op.create_index(
            "ix_user_tasks_ready",
            ["candidate_group", "assignee_id"],
            unique=False,
            postgresql_where=sa.text("status = 'ready'"),
            sqlite_where=sa.text("status = 'ready'"),
        )

    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engine_id", sa.String(length=36), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("node", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opened_at", base.Moment(timezone=True), nullable=False),
        sa.Column("resolved_at", base.Moment(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_incidents_instance_id")
        ),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["people.id"], name=op.f("fk_incidents_resolved_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["service_task_runs.id"], name=op.f("fk_incidents_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_status"), ["status"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_status"))
        batch_op.drop_index(batch_op.f("ix_incidents_instance_id"))

    op.drop_table("incidents")
    with op.batch_alter_table("user_tasks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_user_tasks_ready",
            postgresql_where=sa.text("status = 'ready'"),
            sqlite_where=sa.text("status = 'ready'"),
        )
        batch_op.drop_index("ix_user_tasks_mine")
        batch_op.drop_index(
            "ix_user_tasks_late",
            postgresql_where=sa.text("status = 'ready'"),
            sqlite_where=sa.text("status = 'ready'"),
        )
        batch_op.drop_index(batch_op.f("ix_user_tasks_instance_id"))

    op.drop_table("user_tasks")
    with op.batch_alter_table("service_task_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_task_runs_status_lease_until"))
        batch_op.drop_index(batch_op.f("ix_service_task_runs_instance_id"))

    op.drop_table("service_task_runs")
    with op.batch_alter_table("readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_readings_page_id"))

    op.drop_table("readings")
    with op.batch_alter_table("page_materials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_materials_page_id"))

    op.drop_table("page_materials")
    with op.batch_alter_table("commands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commands_instance_id"))

    op.drop_table("commands")
    op.drop_table("recognitions")
    with op.batch_alter_table("pushes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pushes_state_last_at_id"))
        batch_op.drop_index(batch_op.f("ix_pushes_state"))
        batch_op.drop_index(batch_op.f("ix_pushes_record_id"))
        batch_op.drop_index(batch_op.f("ix_pushes_last_at_id"))

    op.drop_table("pushes")
    with op.batch_alter_table("process_instances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_process_instances_status_stage"))
        batch_op.drop_index(
            "ix_process_instances_due",
            postgresql_where=sa.text("status = 'running'"),
            sqlite_where=sa.text("status = 'running'"),
        )
        batch_op.drop_index(batch_op.f("ix_process_instances_definition_id"))

    op.drop_table("process_instances")
    with op.batch_alter_table("fixity_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fixity_checks_package_id"))

    op.drop_table("fixity_checks")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_record_id"))

    op.drop_table("alerts")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_record_id"))
        batch_op.drop_index(batch_op.f("ix_submissions_received_at"))

    op.drop_table("submissions")
    with op.batch_alter_table("record_dossiers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_dossiers_dossier_id"))

    op.drop_table("record_dossiers")
    op.drop_table("process_definitions")
    with op.batch_alter_table("page_images", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_images_sha256"))
        batch_op.drop_index(batch_op.f("ix_page_images_record_id"))

    op.drop_table("page_images")
    op.drop_table("memberships")
    op.drop_table("archival_packages")
    op.drop_table("api_tokens")
    with op.batch_alter_table("records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_records_received_at"))
        batch_op.drop_index(batch_op.f("ix_records_item"))

    op.drop_table("records")
    op.drop_table("people")
    op.drop_table("groups")
    op.drop_table("dossiers")
    op.drop_table("breakers")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject_kind_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_action"))

    op.drop_table("audit_entries")
