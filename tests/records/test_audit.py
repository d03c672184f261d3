"""The audit trail: chained in the transaction of the change, and every tampering named."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from records import audit
from records.audit import AuditEntry, AuditHead
from records.people import SYSTEM, Actor

CLERK = Actor(None, "复核员", "10.0.0.7")


def write(sessions, count=5):
    for number in range(count):
        with sessions.begin() as session:
            audit.record(session, CLERK, "page.viewed", ("page", number), {"n": number, "text": "沪A·中文"})


def verify(sessions, checkpoint=None):
    with sessions() as session:
        return audit.verify(session, checkpoint)


def tamper(engine, statement, **values):
    """What somebody with the database's own password could do: the guard is taken off first."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for act in ("update", "delete"):
                connection.execute(sa.text(f"drop trigger if exists audit_entries_no_{act}"))
        else:
            connection.execute(sa.text("alter table audit_entries disable trigger user"))
        connection.execute(sa.text(statement), values)


def test_a_sound_chain_verifies_and_counts(sessions):
    before = verify(sessions).entries
    write(sessions)
    found = verify(sessions)
    assert found.ok and found.entries == before + 5


def test_an_entry_is_written_only_with_its_change(sessions):
    before = verify(sessions).entries
    with sessions() as session:
        audit.record(session, CLERK, "page.viewed", ("page", 1), {})
        session.rollback()
        session.commit()
    assert verify(sessions).entries == before


def test_actor_time_and_address_are_inside_what_is_hashed(sessions):
    write(sessions, 1)
    with sessions() as session:
        body = session.scalars(sa.select(AuditEntry.body).order_by(AuditEntry.seq.desc())).first()
    assert '"name":"复核员"' in body and '"address":"10.0.0.7"' in body and '"at":"' in body


@pytest.mark.parametrize("statement", ["update audit_entries set body = '{}'", "delete from audit_entries"])
def test_the_database_itself_refuses_a_change(engine, sessions, statement):
    write(sessions, 1)
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entries set body = replace(body, '复核员', '他人') where seq = :seq",
        "update audit_entries set actor_id = 99 where seq = :seq",
        "update audit_entries set action = 'page.other' where seq = :seq",
        "update audit_entries set hash = :other where seq = :seq",
    ],
)
def test_an_altered_row_is_named(engine, sessions, statement):
    write(sessions)
    with sessions() as session:
        seq = audit.head(session)[0] - 2
    tamper(engine, statement, seq=seq, **({"other": "0" * 64} if ":other" in statement else {}))
    found = verify(sessions)
    assert not found.ok and any(f"第 {seq} 条" in fault for fault in found.faults)


def test_a_missing_row_and_a_cut_tail_are_named(engine, sessions):
    write(sessions)
    with sessions() as session:
        last = audit.head(session)[0]
    tamper(engine, "delete from audit_entries where seq = :seq", seq=last - 2)
    assert any(f"第 {last - 2} 至 {last - 2} 条缺失" in fault for fault in verify(sessions).faults)
    tamper(engine, "delete from audit_entries where seq = :seq", seq=last)
    assert any("链尾不符" in fault for fault in verify(sessions).faults)


def test_a_chain_rewritten_whole_is_betrayed_by_a_checkpoint_kept_elsewhere(engine, sessions):
    write(sessions)
    with sessions() as session:
        checkpoint = audit.head(session)
    tamper(engine, "delete from audit_entries where seq >= 1")
    with sessions.begin() as session:
        session.execute(sa.delete(AuditHead))
    write(sessions, checkpoint[0] + 3)
    assert verify(sessions).ok
    assert not verify(sessions, checkpoint).ok


def test_many_writers_make_one_chain(sessions):
    before = verify(sessions).entries
    threads = [threading.Thread(target=write, args=(sessions, 10)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(sessions)
    assert found.ok and found.entries == before + 80


def test_the_system_is_named_as_itself(sessions):
    with sessions.begin() as session:
        audit.record(session, SYSTEM, "case.started", ("case", 1), {})
    with sessions() as session:
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry.actor_id is None and "系统" in entry.body


def test_the_very_first_entries_at_once_make_one_chain(engine, sessions):
    tamper(engine, "delete from audit_entries")
    tamper(engine, "delete from audit_head")
    threads = [threading.Thread(target=write, args=(sessions, 1)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(sessions)
    assert found.ok and found.entries == 6
