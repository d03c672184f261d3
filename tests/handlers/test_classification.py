"""Classification as a service, from the request over REST to the worker, the record, the webhook and the end of it."""

import contextlib
import datetime as dt
import hashlib
import hmac
import http.server
import io
import json
import logging
import os
import select
import signal
import socket
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue

from handlers import classification, jobs, worker
from handlers import webhooks as calls
from handlers.classification import Keeper, Rules
from records import audit, classifications, pages, people, webhooks
from records.audit import AuditEntry
from records.base import now
from records.classifications import Classification, ClassifiedPage
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM, Person
from records.webhooks import AddressRefused, Webhook, WebhookAttempt, check_address
from tests import servers
from tests.handlers.conftest import page
from web.app import create_app
from workflows.models import ServiceTaskRun
from workflows.operations import SERVED, Queues

SECRET = "a secret of the tests"


class Receiver(http.server.ThreadingHTTPServer):
    """A program that is told: keeps what it got, answers as `answers` says, 200 after that."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answering)
        self.got, self.answers = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hooks/done"


class _Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == "silent":
            return
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Service:
    """A program's side (REST) and the workers' side, driven by hand."""

    def __init__(self, office, settings, token):
        self.office, self.settings, self.token, self.queued = office, settings, token, []
        self.app = create_app(settings, enqueue=self.queued.extend)
        self.rules = Rules(settings.webhook_allow, SECRET, 3, 7.0, 30.0)
        self.keeper = Keeper(office.context, self.queued.extend, self.rules)

    def call(self, path, method="GET", headers=None, **options):
        given = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        with self.app.test_client() as client:
            return client.open(f"/api/v1{path}", method=method, headers=given, **options)

    def send(self, image, query="wait=0", **options):
        return self.call(
            f"/classifications?{query}", "POST", data=image, content_type="image/jpeg", **options
        )

    def batch(self, images, query="", **options):
        parts = {"images": [(io.BytesIO(each), f"{n}.jpg") for n, each in enumerate(images)]}
        return self.call(f"/classifications/batches?{query}", "POST", data=parts, **options)

    def work(self):
        while self.queued:
            classification.perform(self.office.context, self.queued.pop(0)[0])

    def look(self):
        """The scheduler's step, and the end of the calls that it began."""
        found = self.keeper.look()
        self.keeper.flush()
        return found

    def results(self, number):
        return self.call(f"/classifications/{number}/results").json["results"]

    def rows(self, kind):
        with self.office.house.sessions() as session:
            return session.scalars(sa.select(kind).order_by(kind.id)).all()

    def age(self, kind, **columns):
        with self.office.house.sessions.begin() as session:
            session.execute(sa.update(kind).values(columns))


@pytest.fixture
def service(office, receiver):
    settings = replace(
        office.house.settings,
        webhook_allow=f"https://archive.example/hooks, {receiver.url}",
        webhook_secret=SECRET,
        classification_pages=6,
        classification_open=3,
        max_pages=6,
        max_pixels_million=1,
    )
    with office.house.sessions.begin() as session:
        program = people.add_person(
            session, SYSTEM, login="archive", name="档案系统", password="A-quiet-7-word", roles=["program"]
        )
        token = people.issue_token(session, SYSTEM, program, "test")
    return Service(office, settings, token)


FIELDS = {"owner_name": "示试华", "plate_no": "沪A00001"}


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


@pytest.mark.parametrize("process", ["service", "counter"])
def test_who_waits_for_a_page_does_not_wait_for_the_models(service, process):
    """The first request of a fresh worker: the models were loaded before it came."""
    ready, loaded = os.pipe()

    def load():
        os.write(loaded, b"loaded")
        return service.office.recogniser

    context = replace(service.office.context, make_recogniser=load)
    with servers.redis() as url, working(context, url, process):
        assert select.select([ready], [], [], 20)[0], "no model was loaded before a page came"
        if process == "service":
            queues = Queues(url, context.operations)
            service.app = create_app(service.settings, enqueue=queues.hand_pages)
            answer = service.send(page("M-ID-01"), "wait=20")
            assert (answer.status_code, answer.json["result"]["version"]) == (200, "scripted-1")


def test_a_worker_without_its_models_says_so_at_its_start_and_goes_on(service, tmp_path):
    def fail():
        raise RuntimeError("the weights are damaged")

    context = replace(service.office.context, make_recogniser=fail)
    service.office.hand_in()
    (counted,) = service.rows(ServiceTaskRun)
    jobs.perform(context, counted.id)

    def run():
        return service.rows(ServiceTaskRun)[-1]

    with servers.redis() as url, working(context, url, "counter", tmp_path / "log"):
        wait_for(lambda: "the weights are damaged" in (tmp_path / "log").read_text())
        assert (run().operation, run().status) == ("recognise_record", "queued")
        Queues(url, context.operations)([(run().id, run().operation)])
        wait_for(lambda: "the weights are damaged" in (run().error or ""))


@contextlib.contextmanager
def working(context, redis_url, process, log=os.devnull):
    """One of the worker's children, as `guidang worker` starts it, with what it says in `log`."""
    told = os.open(log, os.O_WRONLY | os.O_CREAT)
    child = os.fork()
    if child == 0:
        os.dup2(told, 2)
        logging.basicConfig(stream=os.fdopen(2, "w", buffering=1), force=True)
        context.sessions.kw["bind"].dispose(close=False)
        jobs.use(context)
        worker.run_child(Queues(redis_url, context.operations), SERVED[process], 3000)
        os._exit(0)
    try:
        yield
    finally:
        os.close(told)
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


def wait_for(condition, limit_s=20.0):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


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


class Fatal:
    """A recogniser whose process dies on some pages, as of a fault in native code."""

    version = "fatal-1"

    def __init__(self, inner):
        self.inner = inner

    def recognise(self, image, depth="all"):
        if b'"poison": true' in image:
            os._exit(139)
        return self.inner.recognise(image, depth)


def test_a_page_that_kills_its_worker_is_given_up_after_two_and_its_neighbours_go_on(service):
    service.office.context = replace(
        service.office.context, make_recogniser=lambda: Fatal(service.office.recogniser)
    )
    service.keeper = Keeper(service.office.context, service.queued.extend, service.rules)
    number = service.batch([page(shade=1), page(shade=2, poison=True), page(shade=3)]).json["id"]
    deaths = 0
    for _ in range(6):
        while service.queued:
            child = os.fork()  # each job in a process that may die, as a worker's child does
            if child == 0:
                service.office.house.engine.dispose(close=False)
                classification.perform(service.office.context, service.queued[0][0])
                os._exit(0)
            service.queued.pop(0)
            deaths += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 139
        service.look()
        service.age(ClassifiedPage, lease_until=now() - dt.timedelta(seconds=1))
    told = service.results(number)
    assert [each["status"] for each in told] == ["done", "failed", "done"] and deaths == 2
    assert "2 次" in told[1]["error"]
    assert service.call(f"/classifications/{number}").json["status"] == "done"


def test_a_hung_page_ends_the_process_that_hangs(service, monkeypatch):
    """Native code that hangs hears no exception: only the end of its process frees the queue."""

    class Hangs(Fatal):
        def recognise(self, image, depth="all"):
            time.sleep(60)

    context = replace(service.office.context, make_recogniser=lambda: Hangs(None))
    service.send(page())
    monkeypatch.setattr(classification, "PAGE_TIMEOUT_S", 0.2)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        service.office.house.engine.dispose(close=False)
        jobs.use(context)
        classification.classify_page(service.queued[0][0])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    service.look()
    (told,) = service.results(1)
    assert told["status"] == "queued" and service.queued[-1][0] == service.queued[0][0]  # for its second try


def test_models_that_cannot_be_loaded_are_no_page_s_fault(service):
    def fail():
        raise RuntimeError("no models")

    jobs.use(replace(service.office.context, make_recogniser=fail))
    number = service.send(page()).json["id"]
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            service.office.house.engine.dispose(close=False)
            classification.classify_page(service.queued[0][0])
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert service.results(number)[0]["status"] == "queued"
    jobs.use(service.office.context)
    classification.classify_page(service.queued[0][0])
    assert service.results(number)[0]["status"] == "done"


def test_a_fault_is_tried_once_more_and_then_told_without_its_words(service, caplog):
    class Faulty(Fatal):
        def recognise(self, image, depth="all"):
            raise ValueError("owner 示试华")

    service.office.context = replace(service.office.context, make_recogniser=lambda: Faulty(None))
    number = service.send(page()).json["id"]
    service.work()
    assert service.results(number)[0]["status"] == "queued"
    service.age(ClassifiedPage, lease_until=now() - dt.timedelta(seconds=1))
    service.look()
    service.work()
    (told,) = service.results(number)
    assert told["status"] == "failed" and "ValueError" in told["error"]
    assert "示试华" not in told["error"] + caplog.text


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


# ---- into the record ----


def handed_in(service, **options):
    record_id = service.office.hand_in(("M-FM-01", "M-ID-01"), **options)
    with service.office.house.sessions() as session:
        number = session.get_one(Record, record_id).transaction_number
        images = session.scalars(
            sa.select(PageImage).where(PageImage.record_id == record_id).order_by(PageImage.number)
        ).all()
    return number, images


def test_findings_go_to_the_record_s_page_once(service):
    number, (first, second) = handed_in(service, **{"M-FM-01": {"fields": {"plate_no": "沪A12345"}}})
    image = service.office.house.store.get(first.sha256)
    answer = service.send(image, f"wait=0&transaction_number={number}&page=1")
    assert answer.status_code == 202 and answer.json["depth"] == "all"
    service.work()
    (told,) = service.results(answer.json["id"])
    assert (told["kept"], told["page_id"]) == ("stored", first.id)
    (read,) = service.rows(Recognition)
    assert (read.page_id, read.version) == (first.id, "scripted-1")
    assert [each.value for each in service.rows(Reading)] == ["沪A12345"]
    again = service.send(image, f"wait=0&transaction_number={number}").json["id"]
    service.work()
    assert service.results(again)[0]["kept"] == "already_read" and len(service.rows(Recognition)) == 1
    service.office.work()  # the case's own recognition reads the other page only
    assert sorted(each.page_id for each in service.rows(Recognition)) == [first.id, second.id]
    assert not (service.office.house.settings.home / "classified").exists()


def test_pages_in_the_archive_are_read_by_reference(service):
    number, images = handed_in(service)
    asked = {"transaction_number": number, "pages": [2]}
    answer = service.call("/classifications/batches", "POST", json=asked)
    assert (answer.status_code, answer.json["pages"]) == (202, 1)
    service.work()
    assert [(each["page_id"], each["kept"]) for each in service.results(answer.json["id"])] == [
        (images[1].id, "stored")
    ]
    whole = service.call("/classifications/batches", "POST", json={"transaction_number": number}).json
    assert whole["pages"] == 2


def test_a_machine_never_writes_over_what_a_person_has_looked_at(service):
    record_id = service.office.hand_in()
    service.office.work()
    service.office.recogniser.version = "scripted-2"
    with service.office.house.sessions() as session:
        number = session.get_one(Record, record_id).transaction_number
    asked = {"transaction_number": number, "pages": [1]}
    waiting = service.call("/classifications/batches", "POST", json=asked).json["id"]
    service.work()
    assert service.results(waiting)[0]["kept"] == "stored"  # a newer version, nobody has looked yet
    service.office.complete(record_id, recheck_outcome="pass")
    checked = service.call("/classifications/batches", "POST", json={**asked, "pages": [2]}).json["id"]
    service.work()
    assert service.results(checked)[0]["kept"] == "checked"


def test_an_image_that_is_not_that_page_is_refused(service):
    number, (first, _) = handed_in(service)
    image = service.office.house.store.get(first.sha256)
    for sent, query in ((page(shade=999), ""), (image, "&page=2"), (image, "&depth=type")):
        answer = service.send(sent, f"wait=0&transaction_number={number}{query}")
        assert (answer.status_code, answer.json["type"]) == (
            422,
            "urn:guidang:problem:classification-refused",
        )
        assert answer.json["errors"]
    assert service.send(image, "wait=0&transaction_number=none").status_code == 404
    assert service.rows(Classification) == []


def test_a_race_with_the_case_s_own_recognition_ends_well(service, monkeypatch):
    number, (first, _) = handed_in(service)
    service.call("/classifications/batches", "POST", json={"transaction_number": number, "pages": [1]})
    looks = iter([False])
    real = classification._has_read
    monkeypatch.setattr(
        classification, "_has_read", lambda *given: next(looks, None) is not False and real(*given)
    )
    service.office.work()  # stores the same version's reading between the look and the insert
    service.work()
    (told,) = service.results(1)
    assert (told["status"], told["kept"]) == ("done", "already_read")
    assert len([each for each in service.rows(Recognition) if each.page_id == first.id]) == 1


# ---- webhooks ----


def signed(service, receiver, position=0):
    """Whether the receiver can verify what it got with the key that its account reads."""
    _, headers, body = receiver.got[position]
    key = service.call("/classifications/webhook-key").json["key"].encode()
    moment, _, digest = headers["Guidang-Signature"].removeprefix("t=").partition(",v1=")
    expected = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, digest) and abs(time.time() - int(moment)) < 60


def test_the_receiver_is_told_once_with_a_signature_and_nothing_personal(service, receiver):
    image = page("M-ID-01", fields=FIELDS)
    number = service.batch([image], f"webhook_url={receiver.url}").json["id"]
    service.look()
    assert receiver.got == []
    service.work()
    service.look()
    service.look()
    ((path, headers, body),) = receiver.got
    assert path == "/hooks/done" and signed(service, receiver)
    assert json.loads(body) | {"finished_at": None} == {
        "event": "classification.finished",
        "classification_id": number,
        "pages": 1,
        "failed": 0,
        "finished_at": None,
    }
    assert headers["Guidang-Webhook-Attempt"] == "1" and "示试华" not in body.decode()
    hook = service.call(f"/classifications/{number}").json["webhook"]
    assert (hook["status"], [each["http_status"] for each in hook["attempts"]]) == ("delivered", [200])


def test_a_receiver_that_fails_is_tried_again_and_at_last_given_up_and_shown(service, receiver):
    receiver.answers = [500, 302, "silent"]
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    for tries in (1, 2, 3):
        service.age(Webhook, next_at=now() - dt.timedelta(seconds=1))
        service.look()
        assert len(receiver.got) == tries
    assert {path for path, _, _ in receiver.got} == {"/hooks/done"}  # no redirect was followed
    (shown,) = service.call("/classifications?webhook=dead").json["classifications"]
    hook = shown["webhook"]
    assert (shown["id"], hook["status"], hook["next_at"]) == (number, "dead", None)
    assert [each["http_status"] for each in hook["attempts"]] == [500, 302, None]
    assert all(each["error"] for each in hook["attempts"]) and "重定向" in hook["attempts"][1]["error"]
    assert service.call("/classifications?webhook=delivered").json["classifications"] == []
    with service.office.house.sessions() as session:
        assert "webhook.died" in session.scalars(sa.select(AuditEntry.action)).all()


def test_an_attempt_that_was_cut_off_is_on_record_and_made_again(service, receiver):
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    with service.office.house.sessions.begin() as session:
        assert webhooks.take(session, 1, dt.timedelta(minutes=1)) is not None
        assert webhooks.take(session, 1, dt.timedelta(minutes=1)) is None  # another process
    service.look()
    assert receiver.got == []  # somebody has it
    service.age(Webhook, next_at=now() - dt.timedelta(seconds=1))
    service.look()
    attempts = service.call(f"/classifications/{number}").json["webhook"]["attempts"]
    assert [each["http_status"] for each in attempts] == [None, 200] and "中断" in attempts[0]["error"]


def test_an_address_taken_off_the_list_is_not_called(service, receiver):
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.work()
    service.keeper = Keeper(
        service.office.context, service.queued.extend, replace(service.rules, webhook_allow="")
    )
    service.look()
    assert receiver.got == []
    assert service.call(f"/classifications/{number}").json["webhook"]["status"] == "dead"


def test_a_name_that_leads_to_this_machine_is_not_called(service, receiver, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    url = f"http://archive.example:{receiver.server_port}/hooks"
    rules = replace(service.rules, webhook_allow=url)
    service.keeper = Keeper(service.office.context, service.queued.extend, rules)
    number = service.batch([page()], f"webhook_url={receiver.url}").json["id"]
    service.age(Webhook, url=url)
    service.work()
    service.look()
    (attempt,) = service.call(f"/classifications/{number}").json["webhook"]["attempts"]
    assert receiver.got == [] and "本机" in attempt["error"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_receiver_that_drips_is_cut_off(service, monkeypatch):
    def drip(listening):
        made, _ = listening.accept()
        with made:
            for _ in range(100):
                time.sleep(0.1)
                try:
                    made.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=[listening], daemon=True).start()
        began = time.monotonic()
        with pytest.raises(calls.WebhookFailed):
            calls.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, 0.5)
        assert time.monotonic() - began < 3


ALLOWED = "https://archive.example/hooks,http://10.1.2.3:8080"


@pytest.mark.parametrize(
    "url",
    ["https://archive.example/hooks", "https://archive.example:443/hooks/a?b=1", "http://10.1.2.3:8080/x"],
)
def test_addresses_on_the_list_and_below_are_allowed(url):
    check_address(url, ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "https://archive.example/",
        "https://archive.example/hooksmore",
        "http://archive.example/hooks",
        "https://archive.example:8443/hooks",
        "https://archive.example.evil.example/hooks",
        "https://user@archive.example/hooks",
        "https://archive.example@evil.example/hooks",
        "https://archive.example\\@evil.example/hooks",
        "https://archive.example/hooks/../admin",
        "https://archive.example/hooks/%2e%2e/admin",
        "https://archive.example/hooks#x",
        "https://archive.example/hooks\r\nX: y",
        "ftp://archive.example/hooks",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "http://[::1",
        "//archive.example/hooks",
        "",
    ],
)
def test_any_other_address_is_refused(url):
    with pytest.raises(AddressRefused):
        check_address(url, ALLOWED)
    with pytest.raises(AddressRefused):
        check_address("https://archive.example/hooks", "")


# ---- the end of it ----


def test_images_go_after_a_week_results_after_a_month_and_the_record_s_stay(service):
    number, (first, _) = handed_in(service)
    loose = service.office.house.settings.home / "classified"
    alone = service.batch([page(shade=7)]).json["id"]
    of_record = service.call("/classifications/batches", "POST", json={"transaction_number": number}).json[
        "id"
    ]
    open_still = service.send(page(shade=8)).json["id"]
    waiting = service.queued.pop()
    service.work()
    service.age(Classification, created_at=now() - dt.timedelta(days=40))
    service.keeper.purge()
    assert len(list(loose.iterdir())) == 2
    with service.office.house.sessions.begin() as session:
        done = sa.update(Classification).where(Classification.finished_at.is_not(None))
        session.execute(done.values(finished_at=now() - dt.timedelta(days=8)))
    service.keeper.purge()
    assert len(list(loose.iterdir())) == 1
    assert service.results(alone)[0]["materials"][0]["code"] == "M-FM-01"
    with service.office.house.sessions.begin() as session:
        session.execute(done.values(finished_at=now() - dt.timedelta(days=31)))
    service.keeper.purge()
    for gone in (alone, of_record):
        assert service.call(f"/classifications/{gone}").status_code == 404
    assert service.office.house.store.exists(first.sha256) and len(service.rows(Recognition)) == 2
    classification.perform(service.office.context, waiting[0])
    assert service.results(open_still)[0]["status"] == "done"


def test_a_folder_that_an_interrupted_request_left_is_deleted_when_it_is_old(service):
    loose = service.office.house.loose
    old, new = f"20260101-{'a' * 32}", f"{now():%Y%m%d}-{'b' * 32}"
    for folder in (old, new):
        loose.put(folder, page())
    service.keeper.purge()
    assert [each.name for each in (service.office.house.settings.home / "classified").iterdir()] == [new]


def test_what_a_person_did_is_told_by_findings(service):
    record_id = service.office.hand_in(**{"M-ID-01": {"fields": {"person_name": "示试华"}}})
    service.office.work()
    with service.office.house.sessions() as session:
        number = session.get_one(Record, record_id).transaction_number
    path = f"/records/{number}/findings"
    before = service.call(path)
    assert before.status_code == 200 and len(before.json["pages"]) == 8
    assert service.call(path, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    moment = now()
    with service.office.house.sessions.begin() as session:
        clerk = session.scalars(sa.select(Person).where(Person.login == "clerk0")).one().actor("-")
        second = pages.current(session, record_id)[1]
        (material,) = pages.materials(session, [second.id])[second.id]
        pages.confirm_material(session, clerk, material, "M-ID-02")
        pages.correct(session, clerk, second, "person_name", "示试花")
    after = service.call(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    changed = service.call(path, query_string={"changed_since": moment.isoformat()}).json
    (told,) = changed["pages"]
    assert told["page_id"] == second.id and [each["version"] for each in told["versions"]] == ["scripted-1"]
    (found,) = told["materials"]
    assert (found["code"], found["predicted_code"], found["confirmed"]["name"]) == (
        "M-ID-02",
        "M-ID-01",
        "甲",
    )
    (field,) = told["fields"]
    assert (field["value"], field["source"], field["corrected"]["name"]) == ("示试花", "person", "甲")
    untouched = next(each for each in after.json["pages"] if each["page_id"] != second.id)
    assert untouched["materials"][0]["confirmed"] is None
    later = {"changed_since": (now() + dt.timedelta(minutes=1)).isoformat()}
    assert service.call(path, query_string=later).json["pages"] == []
    assert service.call(path, query_string={"changed_since": "yesterday"}).status_code == 422
    assert service.call("/records/none/findings").status_code == 404
    with service.office.house.sessions() as session:
        reads = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "record.read")).all()
    assert len(reads) == 4 and all(json.loads(each.body)["detail"]["findings"] for each in reads)
    assert len(service.rows(PageMaterial)) == 8 and service.rows(WebhookAttempt) == []
