"""Pages over REST: one at once, batches in parts, and nothing lost or done twice on the way."""

import datetime as dt
import threading
import time

import sqlalchemy as sa
from redis import Redis
from rq import Queue

from handlers import classification
from handlers.classification import Keeper
from records import audit, classifications
from records.audit import AuditEntry
from records.base import now
from records.classifications import Classification, ClassifiedPage
from tests import servers
from tests.handlers.classification.conftest import FIELDS
from tests.handlers.conftest import page
from workflows.operations import Queues


def test_one_page_is_told_at_once_when_a_worker_is_free(service):
    stop = threading.Event()

    def worker():
        while not stop.is_set():
            service.work()
            time.sleep(0.02)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        answer = service.send(page("M-ID-01", fields=FIELDS, skewed=True, rotation=90), "wait=20&depth=all")
    finally:
        stop.set()
        thread.join()
    assert answer.status_code == 200
    told = answer.json["result"]
    assert (told["status"], told["rotation"], told["version"]) == ("done", 90, "scripted-1")
    (material,) = told["materials"]
    assert material["code"] == "M-ID-01" and material["name"].startswith("居民身份证明")
    assert material["confidence"] == 0.93
    assert {each["code"]: each["value"] for each in told["fields"]} == FIELDS
    assert told["fields"][0]["box"] == [0.1, 0.1, 0.5, 0.2] and told["fields"][0]["valid"] is None
    assert [each["kind"] for each in told["faults"]] == ["skewed"]
    assert answer.json["status"] == "done" and told["kept"] is None


def test_without_a_free_worker_the_address_to_ask_later_is_told(service):
    began = time.monotonic()
    answer = service.send(page("M-ID-01"), "wait=0.3")
    assert answer.status_code == 202 and 0.3 <= time.monotonic() - began < 5
    assert (answer.json["status"], answer.json["result"]["materials"]) == ("open", None)
    path = answer.headers["Location"].removeprefix("/api/v1")
    service.work()
    later = service.call(path).json
    assert (later["status"], later["result"]["materials"][0]["code"]) == ("done", "M-ID-01")
    with service.office.house.sessions() as session:
        seen = session.scalars(
            sa.select(AuditEntry.action)
            .where(AuditEntry.subject_kind == "classification")
            .order_by(AuditEntry.seq)
        ).all()
        assert audit.verify(session).ok
    assert seen == ["classification.requested", "classification.finished", "classification.read"]


def test_a_page_that_somebody_waits_for_goes_before_batches_in_a_process_of_their_own(service):
    with servers.redis() as url:
        queues = Queues(url, service.office.house.operations)
        service.keeper = Keeper(service.office.context, queues.hand_pages, service.rules)
        service.batch([page(shade=1), page(shade=2)])
        service.send(page(shade=3))
        service.age(ClassifiedPage, lease_until=now() - dt.timedelta(seconds=1))
        assert service.look() == 3
        redis = Redis.from_url(url)
        assert [Queue(name, connection=redis).count for name in ("single", "pages", "counter", "batch")] == [
            1,
            2,
            0,
            0,
        ]


def test_a_batch_is_read_page_by_page_and_told_in_parts(service):
    images = [page(code, shade=n) for n, code in enumerate(("M-ID-01", "M-FM-01", "M-CT-01", "M-IN-01"))]
    answer = service.batch(images)
    assert answer.status_code == 202 and answer.json["pages"] == 4
    number = answer.json["id"]
    assert [each["status"] for each in service.results(number)] == ["queued"] * 4
    service.work()
    path, seen = f"/classifications/{number}/results?limit=3", []
    while path:
        part = service.call(path.removeprefix("/api/v1")).json
        seen.append([each["materials"][0]["code"] for each in part["results"]])
        path = part["next"]
    assert seen == [["M-ID-01", "M-FM-01", "M-CT-01"], ["M-IN-01"]]
    done = service.call(f"/classifications/{number}").json
    assert (done["status"], done["finished"], done["failed"], done["result"]) == ("done", 4, 0, None)


def test_one_page_that_cannot_be_read_fails_alone(service):
    number = service.batch([page(shade=1), page(shade=2, unreadable=True), page(shade=3)]).json["id"]
    service.work()
    told = service.results(number)
    assert [each["status"] for each in told] == ["done", "failed", "done"]
    assert told[1]["materials"] is None and told[1]["fields"] is None and "无法解码" in told[1]["error"]
    assert service.call(f"/classifications/{number}").json["failed"] == 1


def test_lost_hints_and_a_second_delivery_change_nothing(service):
    number = service.batch([page(shade=1), page(shade=2)]).json["id"]
    hints = list(service.queued)
    service.queued.clear()  # a flushed Redis
    assert service.look() == 0  # not lost yet, for all one knows
    service.age(ClassifiedPage, lease_until=now() - dt.timedelta(seconds=1))
    assert service.look() == 2
    service.work()
    assert [classification.perform(service.office.context, each) for each, _ in hints] == [False, False]
    assert len(service.office.recogniser.read) == 2
    assert service.call(f"/classifications/{number}").json["finished"] == 2


def test_a_late_result_of_an_earlier_attempt_is_dropped(service):
    service.send(page())
    ((row, _),) = service.queued
    sessions = service.office.house.sessions
    with sessions.begin() as session:
        first = classifications.claim(session, row, "elsewhere:1", dt.timedelta(seconds=-1))
    with sessions.begin() as session:
        second = classifications.claim(session, row, "elsewhere:2", dt.timedelta(minutes=1))
    with sessions.begin() as session:
        assert not classifications.finish(session, first, "v", {}, None, None)
        assert classifications.finish(session, second, "v", {}, None, None)
        assert not classifications.finish(session, second, "v", {}, None, None)
    assert service.rows(Classification)[0].unfinished == 0


def test_what_else_the_page_may_be_is_told(service):
    sent = page("M-IP-05", chance=0.7, alternatives={"M-IP-04": 0.2})
    path = service.send(sent, "wait=0").headers["Location"].removeprefix("/api/v1")
    service.work()
    (material,) = service.call(path).json["result"]["materials"]
    assert material["code"] == "M-IP-05"
    (other,) = material["alternatives"]
    assert (other["code"], other["confidence"]) == ("M-IP-04", 0.2)
    assert other["name"].startswith("车辆外观照片")
    with service.office.house.sessions.begin() as session:
        row = session.scalars(sa.select(ClassifiedPage)).one()
        row.findings = {  # as it was kept before alternatives were
            **row.findings,
            "materials": [{"code": "M-IP-05", "confidence": 0.7, "region": [0, 0, 1, 1]}],
        }
    (material,) = service.call(path).json["result"]["materials"]
    assert material["alternatives"] is None
