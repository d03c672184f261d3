"""An office for the web tests: the application on SQLite with the real models, people, and cases whose machine work
is done by hand (recognition and the platform have tests of their own). For browser tests it is served, and Chromium
signs in."""

import datetime as dt
import functools
import io
import json
import re
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from records import alerts, base, catalogue, pages, people, schema
from records.alerts import Cause
from records.pages import PageMaterial, Reading, Recognition
from records.people import SYSTEM
from settings import Settings
from web import context
from web.app import create_app
from workflows import definitions, intake, service_tasks
from workflows.models import ServiceTaskRun, UserTask

PASSWORD = "A-quiet-7-word"
ITEM = "D-REN-08"
PEOPLE: tuple[tuple[str, str, list[str], list[str]], ...] = (
    ("capture", "陈采集", ["clerk"], ["采集岗"]),
    ("review", "林复核", ["clerk"], ["复核岗"]),
    ("review2", "何复核", ["clerk"], ["复核岗"]),
    ("lead", "周班长", ["supervisor"], ["班组长"]),
    ("auditor", "吴审计", ["auditor"], []),
    ("process", "郑流程", ["process_admin"], []),
    ("system", "钱系统", ["system_admin"], []),
    ("security", "孙安全", ["security_admin"], []),
    ("robot", "接口", ["program"], []),
)
SUBJECT = {"person_name": "示试华", "id_number": "310113198512160646", "file_no": "310157528119"}


def scan(text="1", size=(600, 840)):
    """A page as JPEG, distinguishable by `text`."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((60, 60), text, fill="black")
    stream = io.BytesIO()
    image.save(stream, "JPEG")
    return stream.getvalue()


@dataclass
class Office:
    """The application, its database, and hands for what workers do."""

    app: object
    sessions: object
    queued: list = field(default_factory=list)

    def visitor(self, login=None):
        """A browser; signed in when a login is given."""
        browser = Browser(self.app.test_client())
        if login:
            answer = browser.post("/sign-in", {"login": login, "password": PASSWORD}, at="/sign-in")
            assert answer.status_code == 303, answer.text
        return browser

    def receive(self, number, subject=None, channel="counter", scans=("1", "2")):
        """A case whose pages wait for recognition; returns its record's id."""
        case = {
            "transaction_number": number,
            "item": ITEM,
            "channel": channel,
            "subject": SUBJECT if subject is None else subject,
        }
        with self.sessions() as session:
            receipt = intake.receive(
                session,
                self.context.intake,
                SYSTEM,
                door="rest",
                name=number,
                case_json=json.dumps(case).encode(),
                files=[(f"{text}.jpg", scan(f"{number} {text}")) for text in scans],
            )
        return receipt.record_id

    @property
    def context(self):
        return self.app.extensions[context.EXTENSION]

    def work(self, fault=None, outcome="accepted"):
        """Does all machine work that is due: a `fault` is a Cause that qualification finds."""
        while run_id := self._next_run():
            with self.sessions.begin() as session:
                claimed = service_tasks.claim(session, run_id, "test", dt.timedelta(minutes=5))

            def settle(session, claimed=claimed):
                return self._result(session, claimed, fault, outcome)

            with self.sessions.begin() as session:
                service_tasks.finish(session, self.context.models, claimed, settle)

    def _next_run(self):
        with self.sessions() as session:
            statement = sa.select(ServiceTaskRun.id).where(ServiceTaskRun.status == "queued").limit(1)
            return session.scalars(statement.order_by(ServiceTaskRun.id)).first()

    def _result(self, session, claimed, fault, outcome):
        current = pages.current(session, claimed.record_id)
        if claimed.operation.startswith("recognise"):
            for page in current:
                read(session, page)
            return {"pages": len(current), "unrecognised": 0}
        if claimed.operation == "open_alerts":
            alerts.open_for(session, SYSTEM, claimed.record_id, [fault] if fault else [])
            return {"open": int(fault is not None)}
        counted = ("missing", "unknown", "poor", "flawed", "turned", "duplicates", "invalid", "conflicts")
        assessed = dict.fromkeys(counted, 0)
        return {
            "reconcile_capture": {"pages": len(current)},
            "assess_record": {**assessed, "conflicts": int(fault is not None), "doubtful": 1},
            "push_record": {"outcome": outcome, "accepted": len(current), "rejected": 0},
            "package_record": {"name": f"0000-{claimed.record_id}", "version": 1},
            "verify_package": {"ok": True},
        }.get(claimed.operation, {})

    def task(self, record_number=None, form="recheck"):
        """The id of a waiting task of the form, of the case of that transaction number if given."""
        with self.sessions() as session:
            waiting = session.scalars(
                sa.select(UserTask)
                .where(UserTask.form == form, UserTask.status == "ready")
                .order_by(UserTask.id)
            ).all()
            numbers = [(task.id, task.instance.record.transaction_number) for task in waiting]
        return next(task for task, number in numbers if record_number in (None, number))

    def recheck(self, number="2260101000001", **options):
        """A case that waits for recheck; returns the id of its task."""
        self.receive(number, **options)
        self.work()
        return self.task(number)

    def alert(self, number="2260101000001", text="身份证号与登记不一致"):
        """A case with an alert that waits to be handled; returns the id of its task."""
        self.receive(number)
        self.work(fault=Cause("FIELD_CONFLICT", text, field="id_number"))
        return self.task(number, "alert")


def read(session, page):
    """What a recogniser would have stored of a page: one material, two fields, the second one doubtful."""
    if pages.recognitions(session, [page.id]):
        return
    recognition = Recognition(
        page_id=page.id, version="test", rotation=0, quality={}, lines=[], error=None, seconds=0.1
    )
    session.add(recognition)
    session.flush()
    session.add(
        PageMaterial(
            page_id=page.id,
            recognition_id=recognition.id,
            region=[0, 0, 1, 1],
            code="M-ID-01",
            confidence=0.97,
        )
    )
    for code, value, confidence in (
        ("person_name", "示试华", 0.99),
        ("id_number", "310113198512160647", 0.7),
    ):
        session.add(
            Reading(
                page_id=page.id,
                recognition_id=recognition.id,
                field=code,
                value=value,
                confidence=confidence,
                box=[0.1, 0.1, 0.5, 0.15],
                characters=[confidence] * len(value),
                source="test",
            )
        )


class Browser:
    """A test client that sends the CSRF token of the page it looks at, as a browser's forms do."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **options):
        return self.client.get(path, **options)

    def post(self, path, data=None, at="/sign-in", **options):
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', self.client.get(at, follow_redirects=True).text
        )
        assert token, f"no form on {at}"
        return self.client.post(path, data={**(data or {}), "csrf_token": token[1]}, **options)


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A database with people and deployed processes, made once: hashing passwords is slow on purpose."""
    home = tmp_path_factory.mktemp("office")
    settings = Settings(home=home)
    engine = base.open_engine(settings.database)
    schema.migrate(engine)
    models = definitions.Models(definitions.script_functions(15))
    with base.session_factory(engine).begin() as session:
        for login, name, roles, groups in PEOPLE:
            people.add_person(
                session, SYSTEM, login=login, name=name, password=PASSWORD, roles=roles, groups=groups
            )
        for key, files in definitions.read_bundles(settings.model_dir).items():
            definitions.deploy(session, models, SYSTEM, key, files)
    engine.dispose()
    return home / "guidang.db"


@pytest.fixture(scope="session")
def read_once():
    """The catalogue, which takes half a second to read, for every application of the tests."""
    return functools.cache(catalogue.load)


@pytest.fixture
def office(founded, tmp_path, read_once, monkeypatch):
    monkeypatch.setattr(catalogue, "load", read_once)
    shutil.copy(founded, tmp_path / "guidang.db")
    settings = Settings(home=tmp_path, secret_key="test", max_upload_mb=2)
    queued = []
    app = create_app(settings, queued.extend)
    engine = base.open_engine(settings.database)
    yield Office(app, base.session_factory(engine), queued)
    engine.dispose()


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(office):
    server = make_server("127.0.0.1", 0, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture
def complaints():
    """What the browser's console and the pages' scripts complained of: empty at the end of every test."""
    found = []
    yield found
    assert found == []


@pytest.fixture
def sign_in(chromium, address, complaints):
    opened = []

    def enter(login):
        window = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        opened.append(window)
        page = window.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield enter
    for window in opened:
        window.close()


def one(session, statement):
    return session.scalars(statement).one()


def root():
    return Path(__file__).resolve().parent.parent.parent
