"""The tables of `workflows`: what was deployed, what runs, what waits for whom, and what went wrong.

An inbox, a supervisor's board or a report reads these rows; only `workflows.instances` turns a state back into a
running workflow.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship, validates

from records.base import Base, BigId, Moment, now
from records.dossiers import Record
from records.people import Person

NO_DUE = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)  # sorts behind every real due date on both databases

# The moves of a run; the database row is the only place where its life is known.
RUN_MOVES = {
    "queued": (
        "running",
        "cancelled",
    ),  # a queue holds its id; when lost, handed over again after `lease_until`
    "running": ("done", "waiting", "queued", "failed", "cancelled"),  # leased by a worker until `lease_until`
    "waiting": ("queued", "cancelled"),  # failed, will be tried again at `not_before`
    "failed": ("queued", "cancelled"),  # attempts spent: an incident is open
}


class ProcessDefinition(Base):
    """A deployed bundle: the diagram, the diagrams it calls, their DMN and forms. Immutable."""

    __tablename__ = "process_definitions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(120))
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    bundle: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))
    deployed_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    deployed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    __table_args__ = (sa.UniqueConstraint("key", "version"),)


class ProcessInstance(Base):
    """One run of a definition ("case" 办件). `stage`, `active_nodes` and `next_due` are projected from the state."""

    __tablename__ = "process_instances"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(sa.ForeignKey("process_definitions.id"), index=True)
    definition: Mapped[ProcessDefinition] = relationship()
    record_id: Mapped[int] = mapped_column(sa.ForeignKey("records.id"), unique=True)
    record: Mapped[Record] = relationship()
    status: Mapped[str] = mapped_column(sa.String(10), default="running")
    outcome: Mapped[str | None] = mapped_column(sa.String(20))
    stage: Mapped[str] = mapped_column(sa.String(60), default="")
    active_nodes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    next_due: Mapped[dt.datetime | None] = mapped_column(Moment)
    started_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column()
    state: Mapped[bytes] = deferred(mapped_column(sa.LargeBinary))
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - version + 1 where version = :seen
    __table_args__ = (
        sa.CheckConstraint("status in ('running','completed','cancelled')", "status"),
        sa.Index(
            "ix_process_instances_due",
            "next_due",
            postgresql_where=sa.text("status = 'running'"),
            sqlite_where=sa.text("status = 'running'"),
        ),
        sa.Index(None, "status", "stage"),
    )


_READY = sa.text("status = 'ready'")
_OPEN = sa.text("status = 'ready' and assignee_id is null")


class UserTask(Base):
    """Human work, waiting: what an inbox shows without loading a workflow."""

    __tablename__ = "user_tasks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("process_instances.id"), index=True)
    instance: Mapped[ProcessInstance] = relationship()
    engine_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    node: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(120))
    form: Mapped[str] = mapped_column(sa.String(40))
    candidate_group: Mapped[str] = mapped_column(sa.String(40))
    separate_from: Mapped[str | None] = mapped_column(sa.String(80))
    mode: Mapped[str | None] = mapped_column(sa.String(20))
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    priority: Mapped[int] = mapped_column(default=50)
    due_at: Mapped[dt.datetime] = mapped_column(Moment, default=NO_DUE)
    status: Mapped[str] = mapped_column(sa.String(10), default="ready")
    draft: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    escalated_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    completed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    completed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    completed_by: Mapped[Person | None] = relationship(foreign_keys=completed_by_id)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    __table_args__ = (
        sa.Index(
            "ix_user_tasks_open",
            "candidate_group",
            sa.text("priority desc"),
            "due_at",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        sa.Index("ix_user_tasks_mine", "assignee_id", "status"),
        sa.Index(
            "ix_user_tasks_ready",
            "candidate_group",
            "assignee_id",
            postgresql_where=_READY,
            sqlite_where=_READY,
        ),
        sa.Index("ix_user_tasks_late", "escalated_at", postgresql_where=_READY, sqlite_where=_READY),
    )


class ServiceTaskRun(Base):
    """Machine work: the outbox. The row is the truth; a queue only holds its id as a hint."""

    __tablename__ = "service_task_runs"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("process_instances.id"), index=True)
    instance: Mapped[ProcessInstance] = relationship()
    engine_id: Mapped[str] = mapped_column(sa.String(36), unique=True)
    operation: Mapped[str] = mapped_column(sa.String(60))
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    status: Mapped[str] = mapped_column(sa.String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    postponed: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime | None] = mapped_column(Moment)
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    worker: Mapped[str | None] = mapped_column(sa.String(80))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(sa.Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    __table_args__ = (sa.Index(None, "status", "lease_until"),)

    @validates("status")
    def _move(self, _name: str, status: str) -> str:
        if self.status is not None and status not in RUN_MOVES.get(self.status, ()):
            raise ValueError(f"a run cannot go from {self.status} to {status}")
        return status


class Incident(Base):
    """Retries spent or a script at fault: the case waits here for a person's retry; nothing entered is lost."""

    __tablename__ = "incidents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("process_instances.id"), index=True)
    instance: Mapped[ProcessInstance] = relationship()
    engine_id: Mapped[str] = mapped_column(sa.String(36))
    run_id: Mapped[int | None] = mapped_column(sa.ForeignKey("service_task_runs.id"))
    node: Mapped[str] = mapped_column(sa.String(80))
    message: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(10), default="open", index=True)
    opened_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    resolved_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    resolved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class Command(Base):
    """A change to a case that was applied once, by its key: the same key again changes nothing."""

    __tablename__ = "commands"
    key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("process_instances.id"), index=True)
    actor: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
