"""Inbox, claim, release, draft, reassignment, escalation."""

import datetime as dt

import pytest
import sqlalchemy as sa

from records.people import Person
from tests.conftest import add_record
from tests.workflows.diagrams import END, START, lanes, process, user
from tests.workflows.test_instances import begin_case
from workflows import instances, user_tasks
from workflows.models import UserTask
from workflows.user_tasks import Cursor


def cases(sessions, models, urgencies):
    """One waiting task a (priority, due in hours) pair; their ids in that order."""
    ids = []
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for number, (priority, hours) in enumerate(urgencies):
        _, task_id = begin_case(sessions, models, number=f"12601010{number:05d}")
        with sessions.begin() as session:
            task = session.get_one(UserTask, task_id)
            task.priority, task.due_at = priority, at + dt.timedelta(hours=hours)
        ids.append(task_id)
    return ids


def test_the_inbox_shows_the_most_urgent_first_then_the_earliest_due(sessions, models, clerks):
    ids = cases(sessions, models, [(50, 1), (80, 9), (50, 0), (80, 2)])
    with sessions() as session:
        shown = [task.id for task in user_tasks.inbox(session, clerks[0])]
    assert shown == [ids[3], ids[1], ids[2], ids[0]]


def test_pages_of_the_inbox_join_without_gap_or_double(sessions, models, clerks):
    ids = cases(sessions, models, [(50, 1), (50, 1), (80, 1), (50, 2), (20, 0)])
    with sessions() as session:
        seen, after = [], None
        while page := user_tasks.inbox(session, clerks[0], limit=2, after=after):
            seen += [task.id for task in page]
            after = Cursor.of(page[-1])
    assert seen == [ids[2], ids[0], ids[1], ids[3], ids[4]]


def test_nobody_sees_the_work_of_another_group(sessions, models, clerks):
    (task_id,) = cases(sessions, models, [(50, 1)])
    with sessions() as session:
        assert user_tasks.inbox(session, clerks[3]) == []
    with pytest.raises(user_tasks.NotCandidate, match="复核岗"), sessions.begin() as session:
        user_tasks.claim(session, clerks[3], task_id)


def test_a_claimed_task_leaves_the_group_and_comes_back_with_its_draft(sessions, models, clerks):
    (task_id,) = cases(sessions, models, [(50, 1)])
    with sessions.begin() as session:
        user_tasks.claim(session, clerks[0], task_id)
        user_tasks.save_draft(session, clerks[0], task_id, {"vin": "L"})
    with sessions() as session:
        assert user_tasks.inbox(session, clerks[1]) == []
        assert [task.id for task in user_tasks.mine(session, clerks[0])] == [task_id]
        assert user_tasks.open_count(session, clerks[1]) == 0
    with pytest.raises(user_tasks.TaskTaken, match="甲"), sessions.begin() as session:
        user_tasks.save_draft(session, clerks[1], task_id, {})
    with sessions.begin() as session:
        user_tasks.release(session, clerks[0], task_id)
    with sessions() as session:
        (task,) = user_tasks.inbox(session, clerks[1])
        assert task.draft == {"vin": "L"}
        assert user_tasks.open_count(session, clerks[1]) == 1


def test_the_next_task_is_ones_own_before_the_groups(sessions, models, clerks):
    ids = cases(sessions, models, [(50, 1), (90, 1)])
    with sessions.begin() as session:
        assert user_tasks.next_for(session, clerks[0]).id == ids[1]
        user_tasks.claim(session, clerks[0], ids[0])
    with sessions() as session:
        assert user_tasks.next_for(session, clerks[0]).id == ids[0]
        assert user_tasks.next_for(session, clerks[0], form="capture") is None


def test_a_supervisor_moves_a_task_and_a_clerk_cannot(sessions, models, clerks):
    (task_id,) = cases(sessions, models, [(50, 1)])
    with sessions() as session:
        second, outsider = (session.get_one(Person, clerks[n].id) for n in (1, 3))
        with pytest.raises(user_tasks.NotCandidate):
            user_tasks.reassign(session, clerks[0], task_id, second, "x")
        with pytest.raises(user_tasks.NotCandidate, match="不在复核岗"):
            user_tasks.reassign(session, clerks[3], task_id, outsider, "x")
        user_tasks.reassign(session, clerks[3], task_id, second, "甲请假")
        session.commit()
    with sessions() as session:
        assert [task.id for task in user_tasks.mine(session, clerks[1])] == [task_id]
        assert user_tasks.load(session) == [("复核岗", clerks[1].id, "乙", 1)]


def test_a_late_task_becomes_most_urgent_once(sessions, models, clerks):
    ids = cases(sessions, models, [(90, 1), (20, 1)])
    with sessions.begin() as session:
        for _ in range(2):
            user_tasks.escalate(session, clerks[3], session.get_one(UserTask, ids[1]))
    with sessions() as session:
        assert [task.id for task in user_tasks.escalated(session)] == [ids[1]]
        assert user_tasks.inbox(session, clerks[0])[0].id == ids[1]


def test_the_inbox_reads_by_index_however_many_tasks_wait(engine, sessions, models, clerks):
    instance_id, _ = begin_case(sessions, models)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(UserTask),
            [
                {
                    "instance_id": instance_id,
                    "engine_id": f"x{n}",
                    "node": "check",
                    "title": "check",
                    "form": "recheck",
                    "candidate_group": "复核岗",
                    "priority": n % 3 * 10,
                }
                for n in range(3000)
            ],
        )
        explain = "explain query plan " if connection.dialect.name == "sqlite" else "explain "
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("analyze user_tasks"))
        plan = connection.execute(
            sa.text(
                explain + "select id from user_tasks where candidate_group = '复核岗' and status = 'ready' "
                "and assignee_id is null order by priority desc, due_at, id limit 20"
            )
        ).all()
    text = " ".join(str(row) for row in plan)
    assert "ix_user_tasks_open" in text and "SORT" not in text.upper() and "TEMP B-TREE" not in text


def test_a_record_is_called_by_its_plate_or_person(sessions):
    with sessions.begin() as session:
        assert add_record(session, "1").title == "沪A00001"
        assert add_record(session, "2", person_name="张三").title == "张三"
        assert add_record(session, "3", seats="5").title == "3"


ASK_THEN_GRANT = {
    "case.bpmn": process(
        "case",
        START + user("ask") + user("grant", separate_from="ask") + END,
        [("start", "ask"), ("ask", "grant"), ("grant", "end")],
        lanes=lanes("复核岗", "start", "ask", "grant", "end"),
    )
}


def test_who_asked_cannot_grant(sessions, models, clerks):
    instance_id, ask = begin_case(sessions, models, ASK_THEN_GRANT)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], ask, {}, "a")
    with sessions() as session:
        grant = instances.waiting_for(session, instance_id)[0].id
    for act in (
        lambda session: user_tasks.claim(session, clerks[0], grant),
        lambda session: user_tasks.complete(session, models, clerks[0], grant, {}, "g0"),
    ):
        with pytest.raises(user_tasks.SeparateHands, match="另一位"), sessions.begin() as session:
            act(session)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[1], grant, {}, "g1")
        assert session.get_one(UserTask, grant).completed_by_id == clerks[1].id
