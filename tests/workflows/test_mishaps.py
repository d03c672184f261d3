"""What goes wrong beside something else: no form lost, no cancelled work done again, nobody's race won twice."""

import datetime as dt
import threading
import time

import pytest
import sqlalchemy as sa

from records import audit, base, pages, people
from records.audit import AuditEntry
from records.people import SYSTEM, Person
from tests.conftest import a_page, add_record
from tests.workflows.diagrams import END, START, lanes, process, script, service, timer, user
from tests.workflows.test_instances import begin_case, in_threads
from workflows import incidents, instances, outbox, service_tasks, user_tasks
from workflows.models import Incident, ServiceTaskRun, UserTask
from workflows.operations import Queues

LEASE = dt.timedelta(seconds=60)


def one(nodes, flows):
    lane = lanes("复核岗", "start", "check", "then", "a", "b", "work")
    return {"case.bpmn": process("case", START + nodes + END, flows, lanes=lane)}


def waits(node, kind, text):
    return (
        f'<bpmn:intermediateCatchEvent id="{node}"><bpmn:timerEventDefinition>'
        f'<bpmn:{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def with_script(node, kind):
    there = "</spiffworkflow:properties>"
    text = f"{there}<spiffworkflow:{kind}>x = 1/0</spiffworkflow:{kind}>"
    return user(node).replace(there, text)


CHECK_T = [("start", "check"), ("check", "t"), ("t", "end")]
CHECK_THEN = [("start", "check"), ("check", "then"), ("then", "end")]
FAULTY_BEHIND_THE_FORM = {
    "a moment without a zone": one(user("check") + waits("t", "timeDate", "&quot;P2D&quot;"), CHECK_T),
    "an unknown name": one(user("check") + waits("t", "timeDuration", "nonsense"), CHECK_T),
    "no duration": one(user("check") + waits("t", "timeDuration", "&quot;nonsense&quot;"), CHECK_T),
    "a post-script": one(with_script("check", "postScript"), [("start", "check"), ("check", "end")]),
    "a pre-script": one(user("check") + with_script("then", "preScript"), CHECK_THEN),
}


@pytest.mark.parametrize("what", FAULTY_BEHIND_THE_FORM)
def test_no_fault_behind_a_form_loses_the_form(sessions, models, clerks, what):
    instance_id, task_id = begin_case(sessions, models, FAULTY_BEHIND_THE_FORM[what])
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {"form": "filled"}, "k")
    with sessions() as session:
        assert session.get_one(UserTask, task_id).result == {"form": "filled"}
        incident = session.scalars(sa.select(Incident)).one()
        assert "incident.opened" in session.scalars(sa.select(AuditEntry.action)).all()
    with sessions.begin() as session:
        incidents.retry(session, models, clerks[3], incident.id)  # the clerk is not asked again
    with sessions() as session:
        assert all(task.node != "check" for task in instances.waiting_for(session, instance_id))


def test_a_moment_without_a_zone_is_local_time(sessions, models, clerks):
    moment = waits("t", "timeDate", "&quot;2030-01-01T09:00:00&quot;")
    _, task_id = begin_case(sessions, models, one(user("check") + moment, CHECK_T))
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    with sessions() as session:
        assert session.scalars(sa.select(Incident)).all() == []


def test_a_fault_in_one_branch_does_not_hold_the_others(sessions, models, clerks):
    nodes = user("check") + '<bpmn:parallelGateway id="g"/>' + script("bad", "x = 1/0")
    nodes += script("good", "y = 1") + user("then")
    flows = [("start", "check"), ("check", "g"), ("g", "bad"), ("g", "good")]
    flows += [("good", "then"), ("bad", "end"), ("then", "end")]
    instance_id, task_id = begin_case(sessions, models, one(nodes, flows))
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    with sessions() as session:
        assert [task.node for task in instances.waiting_for(session, instance_id)] == ["then"]


def claimed_run(sessions, models, clerks, queued, files=None):
    instance_id, task_id = begin_case(sessions, models, *([files] if files else []))
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    with sessions.begin() as session:
        return instance_id, service_tasks.claim(session, queued.pop()[0], "w", LEASE)


@pytest.mark.parametrize("how", ["fail", "postpone", "incident"])
def test_a_failure_noted_beside_a_cancel_does_not_bring_the_work_back(sessions, models, clerks, queued, how):
    instance_id, claimed = claimed_run(sessions, models, clerks, queued)

    def note():
        with sessions.begin() as session:
            if how == "postpone":
                service_tasks.postpone(session, claimed, "rest", dt.timedelta(0))
            else:
                wait = dt.timedelta(0) if how == "fail" else None
                service_tasks.fail(session, claimed, "boom", wait)
            time.sleep(0.3)

    def cancel():
        time.sleep(0.1)
        with sessions.begin() as session:
            instances.cancel(session, models, SYSTEM, instance_id, "x", "c")

    assert in_threads(note, cancel) == [None, None]
    with sessions() as session:
        outbox.hand_over(session, lambda runs: None)
        assert session.get_one(ServiceTaskRun, claimed.run_id).status == "cancelled"
        assert incidents.open_incidents(session) == []


def test_the_incident_of_an_interrupted_operation_closes_with_it(sessions, models, clerks, queued):
    nodes = user("check") + service("work") + timer("late", "work", "&quot;PT0.3S&quot;", True) + user("then")
    flows = [("start", "check"), ("check", "work"), ("work", "end"), ("late", "then"), ("then", "end")]
    _, claimed = claimed_run(sessions, models, clerks, queued, one(nodes, flows))
    with sessions.begin() as session:
        service_tasks.fail(session, claimed, "boom", None)
    with sessions() as session:
        while not (due := instances.due(session)):
            session.rollback()
    with sessions.begin() as session:
        instances.fire_timers(session, models, SYSTEM, *due[0])
    with sessions() as session:
        assert session.get_one(ServiceTaskRun, claimed.run_id).status == "cancelled"
        assert incidents.open_incidents(session) == []


def test_a_busy_queue_does_not_fill_with_doubles(sessions, models, clerks, queued, monkeypatch):
    for number in range(5):
        _, task_id = begin_case(sessions, models, number=str(number))
        with sessions.begin() as session:
            user_tasks.complete(session, models, clerks[0], task_id, {}, f"k{number}")
    start, real = len(queued), outbox.now
    for minute in range(1, 61):  # nobody takes them for an hour
        at = real() + dt.timedelta(minutes=minute, seconds=minute)
        monkeypatch.setattr(outbox, "now", lambda at=at: at)
        with sessions() as session:
            outbox.hand_over(session, queued.extend)
    assert start < len(queued) <= 15 * start


def test_an_operation_that_is_no_more_stops_nobody(engine, models, clerks):
    sessions = base.session_factory(engine)
    outbox.publish_from(sessions, Queues("redis://127.0.0.1:1/0", {}))
    _, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    with sessions() as session:
        assert session.scalars(sa.select(ServiceTaskRun.status)).all() == ["queued"]


def test_a_key_of_another_case_is_no_repetition(sessions, models, clerks):
    _, first = begin_case(sessions, models, number="1")
    _, second = begin_case(sessions, models, number="2")
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], first, {}, "nonce")
    with pytest.raises(ValueError, match="another case"), sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], second, {}, "nonce")


def test_a_repeated_answer_says_that_it_was_given_before(sessions, models, clerks):
    _, task_id = begin_case(sessions, models)
    said = []
    for _ in range(3):
        with sessions.begin() as session:
            said.append(user_tasks.complete(session, models, clerks[0], task_id, {}, "k"))
    assert said == [True, False, False]


def test_an_act_that_was_never_committed_is_not_on_the_record(sessions):
    session = sessions()
    audit.record(session, SYSTEM, "person.lied", ("person", 0), {})
    session.execute(sa.text("select 1"))
    session.close()
    session.execute(sa.text("select 1"))
    session.commit()
    assert "person.lied" not in session.scalars(sa.select(AuditEntry.action)).all()
    session.close()


def test_wrong_guesses_made_at_once_are_all_counted(sessions):
    def guess():
        with sessions() as session:
            try:
                people.sign_in(session, "clerk0", "wrong", "-")
            except people.SignInRefused:
                session.commit()

    in_threads(*[guess] * 6)
    with sessions() as session:
        person = session.scalars(sa.select(Person).where(Person.login == "clerk0")).one()
        assert person.locked_until is not None


def test_two_who_replace_one_page_leave_one_page(sessions):
    with sessions.begin() as session:
        record_id = add_record(session).id
        session.add(a_page(record_id))

    def replace(number):
        with sessions.begin() as session:
            old = pages.get_current(session, record_id, 1)
            new = a_page(record_id, number, str(number) * 64)
            session.add(new)
            session.flush()
            time.sleep(0.2)
            pages.supersede(session, SYSTEM, old, new)

    outcomes = in_threads(lambda: replace(2), lambda: replace(3))
    assert [type(o) for o in outcomes].count(pages.PageGone) == 1
    with sessions() as session:
        assert len(pages.current(session, record_id)) == 1


def test_the_key_that_signs_sessions_is_never_read_half_written(tmp_path):
    import settings

    for number in range(60):
        chosen = settings.Settings(home=tmp_path / str(number))
        gate = threading.Barrier(4)

        def start(chosen=chosen, gate=gate):
            gate.wait()
            return settings.secret_key(chosen)

        keys = in_threads(*[start] * 4)
        assert len(set(keys)) == 1 and len(keys[0]) >= 48
