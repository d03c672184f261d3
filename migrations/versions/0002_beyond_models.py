"""what a comparison with the models cannot write: the inbox index, and an audit trail that the database itself
refuses to change"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSAL = "audit entries are never changed or deleted"


def upgrade() -> None:
    open_tasks = sa.text("status = 'ready' and assignee_id is null")
    op.create_index(
        "ix_user_tasks_open",
        "user_tasks",
        ["candidate_group", sa.text("priority desc"), "due_at", "id"],
        postgresql_where=open_tasks,
        sqlite_where=open_tasks,
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"create trigger audit_entries_no_{act} before {act} on audit_entries "
                f"begin select raise(abort, '{_REFUSAL}'); end"
            )
        return
    op.execute(
        "create function refuse_audit_change() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_REFUSAL}'; end $$"
    )
    op.execute(
        "create trigger audit_entries_append_only before update or delete or truncate on audit_entries "
        "for each statement execute function refuse_audit_change()"
    )


def downgrade() -> None:
    op.drop_index("ix_user_tasks_open", "user_tasks")
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"drop trigger audit_entries_no_{act}")
        return
    op.execute("drop trigger audit_entries_append_only on audit_entries")
    op.execute("drop function refuse_audit_change()")
