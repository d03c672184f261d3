"""Workers of the service: models loaded before they are needed, pages that kill, hang or fail."""

import contextlib
import datetime as dt
import logging
import os
import select
import signal
import time
from dataclasses import replace

import pytest

from handlers import classification, jobs, worker
from handlers.classification import Keeper
from records.base import now
from records.classifications import ClassifiedPage
from tests import servers
from tests.handlers.conftest import page
from web.app import create_app
from workflows.models import ServiceTaskRun
from workflows.operations import SERVED, Queues


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
