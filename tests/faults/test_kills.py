"""`kill -9` of web and worker processes at random moments, and a flushed Redis: nothing lost, nothing twice."""

import contextlib
import io
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace

import httpx
import numpy as np
import psutil
import pytest
import sqlalchemy as sa
from PIL import Image
from redis import Redis

from handlers.platform import stand_in
from records import audit, base, fixity, people, pushes, submissions
from records.images import ImageStore
from records.packages import ArchivalPackage
from records.pages import PageImage, Recognition
from records.people import SYSTEM, Actor
from tests import servers
from tests.conftest import ROOT
from workflows import definitions, user_tasks
from workflows.models import Command, Incident, ProcessInstance, ServiceTaskRun, UserTask

CASES, PAGES, CHAOS_S, CALM_LIMIT_S = 50, 2, 40, 240
ANSWERS = {
    "alert": {"disposition": "override"},
    "authorise": {"authorisation": "granted"},
    "recheck": {"recheck_outcome": "pass"},
}
CLERKS = [Actor(None, name, groups=frozenset({"复核岗", "班组长", "采集岗"})) for name in "甲乙丙"]


def sheet(seed):
    """A blank page like no other: the real recogniser calls it blank without reading text, so it takes no time."""
    pixels = np.full((560, 400), 250, np.uint8)
    pixels += np.random.default_rng(seed).integers(0, 4, pixels.shape, np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


class Office:
    """The real programs as a service manager would run them: what dies is started again."""

    def __init__(self, home, database_url, redis_url, platform_url, port):
        self.home, self.url = home, f"http://127.0.0.1:{port}"
        self.database_url = database_url
        self.random = random.Random(7)
        settings = {
            "HOME": home,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PLATFORM_URL": platform_url,
            "PORT": port,
            "WEB_PROCESSES": 2,
            "SCHEDULER_S": 0.3,
            "RETRY_BASE_S": 0.2,
            "RETRY_CAP_S": 1,
        }
        self.environ = {**os.environ, **{f"GUIDANG_{k}": str(v) for k, v in settings.items()}}
        self.programs = {}
        self.stop = threading.Event()
        self.kills = Counter()

    def keep_alive(self):
        while not self.stop.wait(0.2):
            for name in ("serve", "worker"):
                program = self.programs.get(name)
                if program is None or program.poll() is not None:
                    with (self.home / f"{name}.log").open("ab") as log:
                        command = [sys.executable, "-m", "guidang", name]
                        self.programs[name] = subprocess.Popen(
                            command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
                        )

    def kill_one(self):
        """-9 to the web server's or the worker's parent, or to one of its children."""
        name = self.random.choice(["serve", "worker"])
        program = self.programs.get(name)
        if program is None or program.poll() is not None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(program.pid)
            victim = self.random.choice([parent, *parent.children()])
            victim.kill()
            self.kills[name, "parent" if victim.pid == program.pid else "child"] += 1

    def end(self):
        self.stop.set()
        for program in self.programs.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in (
                    *psutil.Process(program.pid).children(recursive=True),
                    psutil.Process(program.pid),
                ):
                    process.kill()
            program.wait()


def hand_in(office, token, number):
    """One case over REST, as a business system does: again until it is told that it arrived."""
    case = {
        "transaction_number": f"12611{number:08d}",
        "item": "V-REG-01",
        "subject": {"vin": "LSVAG2186E2100001"},
        "channel": "counter",
    }
    files = [("case", (None, json.dumps(case), "application/json"))]
    files += [("pages", (f"{n}.png", sheet(number * 10 + n), "image/png")) for n in range(PAGES)]
    while not office.stop.is_set():
        with contextlib.suppress(httpx.HTTPError):
            reply = httpx.post(
                f"{office.url}/api/v1/submissions",
                files=files,
                headers={"Authorization": f"Bearer {token}"},
                timeout=20,
            )
            if reply.status_code in (200, 201):
                return
            assert reply.status_code >= 500, reply.text
        time.sleep(0.2)


def work(sessions, models, clerk, stop, surprises):
    """A clerk who takes whatever waits; two others want the same."""
    while not stop.wait(0.1):
        with sessions() as session:
            waiting = session.scalars(sa.select(UserTask).where(UserTask.status == "ready").limit(5)).all()
        for task in waiting:
            try:
                with sessions.begin() as session:
                    answer = ANSWERS.get(task.form, {})
                    user_tasks.complete(session, models, clerk, task.id, answer, f"{clerk.name}:{task.id}")
            except user_tasks.TaskUnavailable:
                continue
            except Exception as error:
                surprises.append(error)
                raise


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request, tmp_path_factory):
    home = tmp_path_factory.mktemp("office")
    with contextlib.ExitStack() as opened:
        url = f"sqlite:///{home / 'guidang.db'}"
        if request.param == "postgresql":
            url = opened.enter_context(servers.postgres())
        redis_url = opened.enter_context(servers.redis())
        platform = stand_in.open_server("127.0.0.1", 0, store_path=None, faults=())
        threading.Thread(target=platform.serve_forever, daemon=True).start()
        port = free_port()
        office = Office(home, url, redis_url, platform.url, port)
        office.platform, office.redis = platform, Redis.from_url(redis_url)
        yield office
        office.end()
        platform.shutdown()


@pytest.mark.timeout(600)
def test_fifty_cases_survive_kills_and_a_flushed_redis(office):
    from records import schema

    engine = base.open_engine(office.database_url)
    schema.migrate(engine)
    sessions = base.session_factory(engine)
    models = definitions.Models(definitions.script_functions(15))
    with sessions.begin() as session:
        for key, files in definitions.read_bundles(ROOT / "bpmn").items():
            definitions.deploy(session, models, SYSTEM, key, files)
        person = people.add_person(
            session, SYSTEM, login="program", name="业务系统", password="a-long-1-password", roles=["program"]
        )
        token = people.issue_token(session, SYSTEM, person, "test")

    surprises = []
    threads = [threading.Thread(target=office.keep_alive, daemon=True)]
    threads += [
        threading.Thread(
            target=work, args=(sessions, models, replace(clerk), office.stop, surprises), daemon=True
        )
        for clerk in CLERKS
    ]
    numbers = iter(range(CASES))
    lock = threading.Lock()

    def clients():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            hand_in(office, token, number)
            time.sleep(0.5)

    senders = [threading.Thread(target=clients, daemon=True) for _ in range(2)]
    for thread in (*threads, *senders):
        thread.start()
    cause_chaos(office)
    for sender in senders:
        sender.join(timeout=CALM_LIMIT_S)
        assert not sender.is_alive(), "a submission never got through"
    await_archived(sessions)
    office.stop.set()
    assert surprises == []
    check(office, sessions)


def cause_chaos(office):
    end = time.monotonic() + CHAOS_S
    flushes = 0
    while time.monotonic() < end:
        time.sleep(office.random.uniform(0.8, 2.5))
        office.kill_one()
        if office.random.random() < 0.25:
            office.redis.flushall()
            flushes += 1
    assert sum(office.kills.values()) >= 10 and flushes >= 1, (office.kills, flushes)


def await_archived(sessions):
    end = time.monotonic() + CALM_LIMIT_S
    while True:
        with sessions() as session:
            rows = session.execute(
                sa.select(ProcessInstance.status, ProcessInstance.stage, sa.func.count()).group_by(
                    ProcessInstance.status, ProcessInstance.stage
                )
            ).all()
        if [tuple(row) for row in rows] == [("completed", "已归档", CASES)]:
            return
        assert time.monotonic() < end, f"cases got stuck: {rows}"
        time.sleep(0.5)


def check(office, sessions):
    store = ImageStore(str(office.home / "images"))
    with sessions() as session:
        # no page lost: every page is on record and its bytes are what was sent
        images = session.scalars(sa.select(PageImage)).all()
        assert len(images) == CASES * PAGES
        sent = {sheet(number * 10 + n) for number in range(CASES) for n in range(PAGES)}
        assert {store.get(image.sha256) for image in images} == sent
        # no step twice
        runs = session.scalars(sa.select(ServiceTaskRun)).all()
        assert {run.status for run in runs} == {"done"}
        steps = Counter((run.instance_id, run.operation) for run in runs)
        assert set(steps.values()) == {1}, steps.most_common(3)
        assert len(steps) == CASES * 8
        tasks = session.scalars(sa.select(UserTask)).all()
        assert Counter(task.status for task in tasks) == {"completed": CASES * 3}
        assert session.scalar(sa.select(sa.func.count(Recognition.id))) == CASES * PAGES
        keys = session.scalars(sa.select(Command.key)).all()
        assert len(keys) == len(set(keys)) == CASES * (8 + 3)
        # the outside agrees
        held = [page["key"] for page in office.platform.stand_in.ledger.pages()]
        assert len(held) == len(set(held)) == CASES * PAGES
        assert pushes.counts(session)["accepted"] == CASES * PAGES
        # and everything proves itself
        packages = session.scalars(sa.select(ArchivalPackage)).all()
        assert len(packages) == CASES
        assert all(fixity.verify(office.home / "packages" / p.name, p.sha256, p.sm3).ok for p in packages)
        assert session.scalars(sa.select(Incident)).all() == []
        ledger = submissions.counts(session)
        assert ledger["received"] == ledger["accepted"] and ledger["accepted"] - ledger["repeated"] == CASES
        assert audit.verify(session).ok
