"""Commands on a case: on SQLite and PostgreSQL, one at a time and many at once."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from records.audit import AuditEntry
from records.people import SYSTEM
from tests.conftest import add_record
from tests.workflows.diagrams import CLERK_THEN_MACHINE, END, START, lanes, process, script, timer, user
from workflows import definitions, engine, incidents, instances, outbox, service_tasks, user_tasks
from workflows.models import Incident, ProcessInstance, ServiceTaskRun, UserTask

LEASE = dt.timedelta(seconds=60)


def begin_case(sessions, models, files=CLERK_THEN_MACHINE, data=None, number="1260101000001"):
    """Deploys `files`, starts a case; returns (instance id, first user task id)."""
    with sessions.begin() as session:
        definition, _ = definitions.deploy(session, models, SYSTEM, "case", files)
        record = add_record(session, number)
        instance = instances.start(session, models, SYSTEM, definition, record.id, data or {})
        tasks = instances.waiting_for(session, instance.id)
        return instance.id, tasks[0].id if tasks else None


def test_an_unchanged_deployment_makes_no_version_and_a_changed_one_does(sessions, models):
    changed = {"case.bpmn": CLERK_THEN_MACHINE["case.bpmn"].replace('name="check"', 'name="verify"')}
    with sessions.begin() as session:
        first, new = definitions.deploy(session, models, SYSTEM, "case", CLERK_THEN_MACHINE)
        again, new_again = definitions.deploy(session, models, SYSTEM, "case", CLERK_THEN_MACHINE)
        second, new_second = definitions.deploy(session, models, SYSTEM, "case", changed)
        assert (new, new_again, new_second) == (True, False, True)
        assert first.id == again.id and (first.version, second.version) == (1, 2)


def test_a_running_case_stays_on_the_version_it_started_on(sessions, models, clerks):
    _, task_id = begin_case(sessions, models)
    without_machine = {
        "case.bpmn": process("case", START + user("check") + END, [("start", "check"), ("check", "end")])
    }
    with sessions.begin() as session:
        definitions.deploy(session, models, SYSTEM, "case", without_machine)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
        assert session.scalars(sa.select(ServiceTaskRun.operation)).all() == ["do_work"]


def test_a_bundle_that_does_not_parse_is_not_stored(sessions, models):
    with sessions() as session, pytest.raises(engine.ModelInvalid):
        definitions.deploy(session, models, SYSTEM, "case", {"case.bpmn": "<x/>"})


def test_completing_projects_the_next_step_and_hands_it_over_after_the_commit(
    sessions, models, clerks, queued
):
    instance_id, task_id = begin_case(sessions, models)
    with sessions() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {"ok": True}, "k")
        assert queued == []
        session.commit()
    (handed,) = queued
    assert handed[1] == "do_work"
    with sessions() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert (instance.stage, instance.active_nodes) == ("work", [["case", "work"]])
        assert session.get_one(UserTask, task_id).completed_by.name == "甲"


def test_a_rolled_back_command_leaves_nothing_and_hands_nothing_over(sessions, models, clerks, queued):
    _, task_id = begin_case(sessions, models)
    with sessions() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
        session.rollback()
        session.commit()
    with sessions() as session:
        assert session.get_one(UserTask, task_id).status == "ready"
        assert session.scalars(sa.select(ServiceTaskRun.id)).all() == []
        actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert queued == [] and "task.completed" not in actions


def test_the_same_key_changes_nothing_the_second_time(sessions, models, clerks):
    instance_id, task_id = begin_case(sessions, models)
    for _ in range(3):
        with sessions.begin() as session:
            user_tasks.complete(session, models, clerks[0], task_id, {}, "same")
    with sessions() as session:
        assert session.scalars(sa.select(sa.func.count()).select_from(ServiceTaskRun)).one() == 1
        assert session.get_one(ProcessInstance, instance_id).version == 2


def in_threads(*calls):
    """Runs the calls at once; their results or exceptions in order."""
    outcomes = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(position, call):
        gate.wait()
        try:
            outcomes[position] = call()
        except Exception as error:
            outcomes[position] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.parametrize("verb", ["claim", "complete"])
def test_three_clerks_on_one_task_one_wins_and_two_read_who(sessions, models, clerks, verb):
    for attempt in range(5):
        _, task_id = begin_case(sessions, models, number=f"126010100000{attempt}")

        def act(who, task_id=task_id, attempt=attempt):
            with sessions.begin() as session:
                if verb == "claim":
                    return user_tasks.claim(session, who, task_id).id
                key = f"{attempt}-{who.name}"
                user_tasks.complete(session, models, who, task_id, {"by": who.name}, key)
                return task_id

        outcomes = in_threads(*(lambda who=who: act(who) for who in clerks[:3]))
        losers = [o for o in outcomes if isinstance(o, user_tasks.TaskUnavailable)]
        assert outcomes.count(task_id) == 1 and len(losers) == 2, outcomes
        winner = clerks[outcomes.index(task_id)].name
        assert all(winner in str(loser) for loser in losers)


def test_a_run_is_applied_once_however_often_it_is_delivered(sessions, models, clerks, queued):
    instance_id, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    ((run_id, _),) = queued

    def deliver():
        with sessions.begin() as session:
            claimed = service_tasks.claim(session, run_id, "w", LEASE)
        if claimed is None:
            return "nothing to do"
        with sessions.begin() as session:
            service_tasks.finish(session, models, claimed, lambda _session: {"n": 1})
        return "done"

    outcomes = in_threads(*[deliver] * 6)
    assert sorted(map(str, outcomes)) == ["done"] + ["nothing to do"] * 5
    with sessions() as session:
        assert session.get_one(ProcessInstance, instance_id).status == "completed"


def test_a_late_result_of_a_worker_that_lost_its_lease_is_dropped(sessions, models, clerks, queued):
    _, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    run_id = queued[0][0]
    with sessions.begin() as session:
        stale = service_tasks.claim(session, run_id, "old", dt.timedelta(seconds=-1))
    with sessions.begin() as session:
        fresh = service_tasks.claim(session, run_id, "new", LEASE)
    with pytest.raises(service_tasks.RunLost), sessions.begin() as session:
        service_tasks.finish(session, models, stale, lambda _session: {"by": "old"})
    with sessions.begin() as session:
        service_tasks.finish(session, models, fresh, lambda _session: {"by": "new"})
    with sessions() as session:
        assert session.get_one(ServiceTaskRun, run_id).result == {"by": "new"}


def test_a_case_cancelled_while_an_operation_runs_drops_its_result(sessions, models, clerks, queued):
    instance_id, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    with sessions.begin() as session:
        claimed = service_tasks.claim(session, queued[0][0], "w", LEASE)
    with sessions.begin() as session:
        instances.cancel(session, models, clerks[3], instance_id, "申请人撤回", "c")
    with sessions() as session:
        assert not service_tasks.still_held(session, claimed)
    stored = []
    with pytest.raises(service_tasks.RunLost), sessions.begin() as session:
        service_tasks.finish(session, models, claimed, lambda _session: stored.append(1) or {})
    assert stored == []
    with sessions() as session:
        instance = session.get_one(ProcessInstance, instance_id)
        assert (instance.status, instance.outcome) == ("cancelled", "cancelled")
    with pytest.raises(user_tasks.TaskFinished, match="甲"), sessions.begin() as session:
        user_tasks.complete(session, models, clerks[1], task_id, {}, "late")


def test_the_reconciler_brings_back_what_was_lost(sessions, models, clerks, queued):
    _, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    run_id = queued[0][0]
    again = []

    def hand_over():
        with sessions() as session:
            return outbox.hand_over(session, again.extend)

    assert hand_over() == 0  # it was just handed over
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with sessions.begin() as session:
        session.get_one(ServiceTaskRun, run_id).lease_until = long_ago  # lost on its way
    assert hand_over() == 1 and again == [(run_id, "do_work")]
    with sessions.begin() as session:
        service_tasks.claim(session, run_id, "dead", LEASE)
    assert hand_over() == 0
    with sessions.begin() as session:
        assert outbox.free_leases(session, "dead") == 1
    assert hand_over() == 1


def test_a_queue_out_of_reach_fails_nobody(engine, models):
    from records import base

    sessions = base.session_factory(engine)

    def refuse(_runs):
        raise ConnectionError("no queue")

    outbox.publish_from(sessions, refuse)
    _, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        who = SYSTEM.__class__(None, "甲", groups=frozenset({"复核岗"}))
        user_tasks.complete(session, models, who, task_id, {}, "k")
    with sessions() as session:
        assert session.scalars(sa.select(ServiceTaskRun.status)).all() == ["queued"]


def test_spent_retries_open_an_incident_and_its_retry_works(sessions, models, clerks, queued):
    instance_id, task_id = begin_case(sessions, models)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {}, "k")
    run_id = queued.pop()[0]
    with sessions.begin() as session:
        claimed = service_tasks.claim(session, run_id, "w", LEASE)
    with sessions.begin() as session:
        service_tasks.fail(session, claimed, "boom", dt.timedelta(0))
    with sessions() as session:
        outbox.hand_over(session, queued.extend)
    queued.clear()
    with sessions.begin() as session:
        claimed = service_tasks.claim(session, run_id, "w", LEASE)
    with sessions.begin() as session:
        incident_id = service_tasks.fail(session, claimed, "boom again", None).id
    with sessions() as session:
        assert [each.message for each in incidents.open_incidents(session)] == ["boom again"]
    with sessions.begin() as session:
        incidents.retry(session, models, clerks[3], incident_id)
    assert queued == [(run_id, "do_work")]
    with pytest.raises(incidents.IncidentClosed), sessions.begin() as session:
        incidents.retry(session, models, clerks[3], incident_id)
    with sessions.begin() as session:
        claimed = service_tasks.claim(session, run_id, "w", LEASE)
        service_tasks.finish(session, models, claimed, lambda _session: {})
    with sessions() as session:
        assert session.get_one(ProcessInstance, instance_id).status == "completed"
        assert incidents.open_incidents(session) == []


FAULTY = {
    "case.bpmn": process(
        "case",
        START + user("check") + script("divide", "share = 1 / parts") + END,
        [("start", "check"), ("check", "divide"), ("divide", "end")],
        lanes=lanes("复核岗", "start", "check", "divide", "end"),
    )
}


def test_a_scripts_fault_never_loses_the_clerks_form(sessions, models, clerks):
    instance_id, task_id = begin_case(sessions, models, FAULTY)
    with sessions.begin() as session:
        user_tasks.complete(session, models, clerks[0], task_id, {"parts": 0}, "k")
    with sessions() as session:
        task, incident = session.get_one(UserTask, task_id), session.scalars(sa.select(Incident)).one()
        assert task.status == "completed" and task.result == {"parts": 0}
        assert "ZeroDivisionError" in incident.message and incident.node == "divide"
    with sessions.begin() as session:
        incidents.retry(session, models, clerks[3], incident.id)
    with sessions() as session:
        statuses = session.scalars(sa.select(Incident.status).order_by(Incident.id)).all()
        assert statuses == ["resolved", "open"]  # it failed again, and says so
        assert session.get_one(ProcessInstance, instance_id).status == "running"


LATE = {
    "case.bpmn": process(
        "case",
        START
        + user("check")
        + timer("late", "check", "&quot;PT0S&quot;")
        + user("hurry")
        + '<bpmn:endEvent id="noted"/>'
        + END,
        [("start", "check"), ("late", "hurry"), ("hurry", "noted"), ("check", "end")],
    )
}


def test_a_due_timer_is_fired_once(sessions, models):
    late = {"case.bpmn": LATE["case.bpmn"].replace("PT0S", "PT0.2S")}
    instance_id, _ = begin_case(sessions, models, late)
    with sessions() as session:
        while not (due := instances.due(session)):
            session.rollback()
    assert [each for each, _ in due] == [instance_id]

    def fire():
        with sessions.begin() as session:
            return instances.fire_timers(session, models, SYSTEM, *due[0])

    assert sorted(in_threads(fire, fire, fire)) == [False, False, True]
    with sessions() as session:
        assert [task.node for task in instances.waiting_for(session, instance_id)] == ["check", "hurry"]
        assert instances.due(session) == []
