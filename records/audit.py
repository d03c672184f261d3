"""The audit trail: who did what to which thing, when and from where, each entry chained to the one before.

h = SM3(previous h ‖ canonical JSON of the entry). Entries are written in the transaction of the change, at its very
end: the one row that names the head of the chain is locked last and shortly, so auditing can never deadlock with
the locks of the change itself. Knows nothing of what the changes mean.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from records.base import Base, BigId, Moment, Writes, insert_if_new, now, table_of

if TYPE_CHECKING:
    from records.people import Actor

GENESIS = "0" * 64
_PENDING = "guidang.audit"
_FIRST = 1  # the one row of the head


class AuditEntry(Base):
    """One act. Never updated, never deleted: the database refuses it by trigger."""

    __tablename__ = "audit_entries"
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    action: Mapped[str] = mapped_column(sa.String(60), index=True)
    actor_id: Mapped[int | None] = mapped_column(BigId, index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    body: Mapped[str] = mapped_column(sa.Text)
    hash: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.Index(None, "subject_kind", "subject_id"),)


class AuditHead(Base):
    """The last link: one row, locked while an entry is chained on."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(sa.String(64))


# Every change runs these at its end; built once, on tables, they cost a third of the mapped classes' way.
_ENTRIES, _HEAD = table_of(AuditEntry), table_of(AuditHead)
_LOCK_HEAD = sa.select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == _FIRST).with_for_update()
_ADD_ENTRIES = sa.insert(_ENTRIES)
_ADD_LAST = Writes(
    sa.update(_HEAD)
    .where(_HEAD.c.id == sa.literal_column("1"))
    .values(seq=sa.bindparam("head_seq"), hash=sa.bindparam("head_hash")),
    sa.insert(_ENTRIES).values({each.name: sa.bindparam(each.name, type_=each.type) for each in _ENTRIES.c}),
)


@dataclass(frozen=True)
class Verification:
    """What `verify` found: entries read, and the faults in order of their sequence number."""

    entries: int
    head: str
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.faults


def record(
    session: Session, user: Actor, action: str, subject: tuple[str, int], detail: dict[str, Any]
) -> None:
    """Notes an act for the commit of this session. `action` is subject + past tense (`page.superseded`);
    `detail` holds what changed, before and after, and nothing secret."""
    body = {
        "at": now().isoformat(),
        "action": action,
        "actor": user.id,
        "name": user.name,
        "address": user.address,
        "kind": subject[0],
        "id": subject[1],
        "detail": detail,
    }
    if not session.in_transaction():
        session.begin()  # or a rollback before the first statement would not be heard of
    session.info.setdefault(_PENDING, []).append(body)


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    pending = session.info.get(_PENDING)
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    session.info[_PENDING] = []
    connection = session.connection()
    head = connection.execute(_LOCK_HEAD).one_or_none()
    if head is None:  # the very first entry; of two that are first at once, one waits for the other
        insert_if_new(session, AuditHead, id=_FIRST, seq=0, hash=GENESIS)
        head = connection.execute(_LOCK_HEAD).one()
    seq, digest = head
    rows = []
    for body in pending:
        seq += 1
        text = json.dumps({"seq": seq, **body}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = link(digest, text)
        rows.append(
            {
                "seq": seq,
                "at": dt.datetime.fromisoformat(body["at"]),
                "action": body["action"],
                "actor_id": body["actor"],
                "subject_kind": body["kind"],
                "subject_id": body["id"],
                "body": text,
                "hash": digest,
            }
        )
    *others, last = rows
    if others:
        connection.execute(_ADD_ENTRIES, others)
    _ADD_LAST(session, **last, head_seq=seq, head_hash=digest)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Whatever way it ended: `close` without a commit tells no rollback."""
    if transaction.parent is None:
        session.info.pop(_PENDING, None)


def link(previous: str, text: str) -> str:
    """The hash of an entry: 64 hex digits of SM3 over the previous hash and the entry's canonical JSON."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(bytes.fromhex(previous))
    digest.update(text.encode())
    return digest.finalize().hex()


def head(session: Session) -> tuple[int, str]:
    """Sequence number and hash of the last entry: a checkpoint to keep outside the database."""
    row = session.execute(sa.select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == _FIRST)).one_or_none()
    return (row.seq, row.hash) if row else (0, GENESIS)


def verify(session: Session, checkpoint: tuple[int, str] | None = None) -> Verification:
    """Walks the whole chain in constant memory; `checkpoint` is a (seq, hash) kept elsewhere.

    A fault names the entry: altered text, altered columns, a broken link, a gap, a cut tail."""
    faults: list[str] = []
    previous, expected = GENESIS, 1
    rows = session.scalars(
        sa.select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=5000, autoflush=False)
    )
    for entry in rows:
        if entry.seq != expected:
            faults.append(f"第 {expected} 至 {entry.seq - 1} 条缺失")
        if link(previous, entry.body) != entry.hash:
            faults.append(f"第 {entry.seq} 条被改动：内容与哈希不符（{entry.action}）")
        elif not _columns_agree(entry):
            faults.append(f"第 {entry.seq} 条被改动：列值与已签内容不符（{entry.action}）")
        if checkpoint and checkpoint[0] == entry.seq and checkpoint[1] != entry.hash:
            faults.append(f"第 {entry.seq} 条与留存的检查点不符：此前的链被整体重写")
        previous, expected = entry.hash, entry.seq + 1
        session.expunge(entry)
    seq, head_hash = head(session)
    if (seq, head_hash) != (expected - 1, previous):
        faults.append(f"链尾不符：记载到第 {seq} 条，实有到第 {expected - 1} 条")
    if checkpoint and checkpoint[0] >= expected:
        faults.append(f"检查点为第 {checkpoint[0]} 条，实有到第 {expected - 1} 条：链尾被截断")
    return Verification(expected - 1, previous, tuple(faults))


def _columns_agree(entry: AuditEntry) -> bool:
    body = json.loads(entry.body)
    return (
        body["seq"] == entry.seq
        and dt.datetime.fromisoformat(body["at"]) == entry.at
        and body["action"] == entry.action
        and body["actor"] == entry.actor_id
        and (body["kind"], body["id"]) == (entry.subject_kind, entry.subject_id)
    )
