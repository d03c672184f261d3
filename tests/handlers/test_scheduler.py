"""What happens in time: late tasks escalate, batches start, folders are taken, the dead give their work back."""

import datetime as dt
import json
import os
import shutil
import socket
import time

import pytest
import sqlalchemy as sa

from handlers.folders import Watcher
from handlers.worker import Scheduler
from records import submissions
from records.people import SYSTEM
from tests.conftest import ROOT
from tests.handlers.conftest import SUBJECT, page
from workflows import definitions, service_tasks, user_tasks
from workflows.models import ServiceTaskRun, UserTask


@pytest.fixture
def scheduler(office):
    return Scheduler(office.house.sessions, office.house.models, lambda runs: None)


def deploy_in_a_hurry(office, **replaced):
    """Deploys the office's own diagrams with some expressions replaced, as an administrator would edit them."""
    with office.house.sessions.begin() as session:
        for key, files in definitions.read_bundles(ROOT / "bpmn").items():
            changed = dict(files)
            for name, (old, new) in replaced.items():
                assert old in changed[f"{name}.bpmn"]
                changed[f"{name}.bpmn"] = changed[f"{name}.bpmn"].replace(old, new)
            definitions.deploy(session, office.house.models, SYSTEM, key, changed)


def tick_until(scheduler, office, condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        scheduler.tick()
        office.work()


def test_a_late_recheck_is_escalated_to_the_supervisor_and_can_still_be_done(office, scheduler):
    deploy_in_a_hurry(office, recheck=('"PT" + str(recheck_hours) + "H"', '"PT0.2S"'))
    record_id = office.hand_in()
    office.work()
    task_id = office.task(record_id).id

    def escalated():
        with office.house.sessions() as session:
            return [task.id for task in user_tasks.escalated(session)] == [task_id]

    tick_until(scheduler, office, escalated)
    with office.house.sessions() as session:
        task = session.get_one(UserTask, task_id)
        assert (task.priority, task.status) == (100, "ready")
    office.complete(record_id, recheck_outcome="pass")
    assert office.case(record_id).outcome == "archived"


def test_a_batch_case_is_recognised_when_its_batch_comes(office, scheduler):
    office.house.models.functions["next_batch"] = lambda: (
        dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.3)
    ).isoformat()
    record_id = office.hand_in(channel="batch")
    office.work()
    assert not office.recogniser.read
    tick_until(scheduler, office, lambda: len(office.recogniser.read) == 8)
    assert office.task(record_id).form == "recheck"


def test_batches_start_at_multiples_of_their_interval_in_china():
    at = dt.datetime(2026, 11, 20, 1, 7, 30, tzinfo=dt.UTC)
    assert definitions.next_batch(15, at) == "2026-11-20T09:15:00+08:00"
    assert definitions.next_batch(60, at) == "2026-11-20T10:00:00+08:00"
    on_the_dot = dt.datetime(2026, 11, 20, 1, 15, tzinfo=dt.UTC)
    assert definitions.next_batch(15, on_the_dot) == "2026-11-20T09:30:00+08:00"


def test_what_a_killed_worker_of_this_machine_held_is_free_at_once(office, scheduler):
    office.hand_in()
    with office.house.sessions.begin() as session:
        run_id = session.scalars(sa.select(ServiceTaskRun.id)).one()
        dead = f"{socket.gethostname()}:{_a_dead_pid()}"
        assert service_tasks.claim(session, run_id, dead, dt.timedelta(hours=1))
    scheduler.tick()
    with office.house.sessions() as session:
        assert session.get_one(ServiceTaskRun, run_id).status == "queued"


def test_what_a_living_worker_holds_stays_with_it(office, scheduler):
    office.hand_in()
    with office.house.sessions.begin() as session:
        run_id = session.scalars(sa.select(ServiceTaskRun.id)).one()
        alive = f"{socket.gethostname()}:{os.getpid()}"
        service_tasks.claim(session, run_id, alive, dt.timedelta(hours=1))
    scheduler.tick()
    with office.house.sessions() as session:
        assert session.get_one(ServiceTaskRun, run_id).status == "running"


def _a_dead_pid():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def put_case(inbox, name, **changes):
    folder = inbox / name
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(page("M-FM-01", 1))
    case = {"transaction_number": "1261120109999", "item": "V-REG-01", "subject": SUBJECT, **changes}
    (folder / "case.json").write_text(json.dumps(case), "utf-8")
    return folder


def test_the_watched_folder_is_taken_once_it_lies_still(office, tmp_path):
    inbox = tmp_path / "inbox"
    folder = put_case(inbox, "one")
    assert Watcher(inbox, office.house.sessions, office.house.intake, still_s=60).look() == 0
    watcher = Watcher(inbox, office.house.sessions, office.house.intake, still_s=0)
    assert watcher.look() == 1 and watcher.look() == 0
    assert not folder.exists() and (inbox / "accepted" / "one" / "1.jpg").exists()
    with office.house.sessions() as session:
        assert submissions.counts(session)["accepted"] == 1


def test_a_refused_folder_says_why_and_disappears_nowhere(office, tmp_path):
    inbox = tmp_path / "inbox"
    put_case(inbox, "bad", colour="red")
    odd = put_case(inbox, "odd")
    (odd / "below").mkdir()
    watcher = Watcher(inbox, office.house.sessions, office.house.intake, still_s=0)
    assert watcher.look() == 2
    assert "colour" in (inbox / "refused" / "bad" / "refused.txt").read_text("utf-8")
    assert "below" in (inbox / "refused" / "odd" / "refused.txt").read_text("utf-8")
    shutil.rmtree(inbox / "refused" / "bad")
    put_case(inbox, "odd")
    assert watcher.look() == 1  # a name that was used before is no trouble
    with office.house.sessions() as session:
        counts = submissions.counts(session)
        assert (counts["received"], counts["accepted"], counts["rejected"]) == (3, 1, 2)
