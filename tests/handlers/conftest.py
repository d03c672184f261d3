"""A whole office in one process: real database, store, diagrams and stand-in platform; workers driven by hand."""

import datetime as dt
import io
import json
import threading
from dataclasses import replace
from typing import get_args

import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw

from bootstrap import House
from handlers import jobs
from handlers.platform import stand_in, stand_in_faults
from ocr.protocol import (
    Depth,
    FaultKind,
    FieldFinding,
    Line,
    MaterialFinding,
    PageFindings,
    Quality,
    QualityFault,
    UnreadableImage,
)
from records.people import SYSTEM
from settings import Settings
from tests.conftest import ROOT
from workflows import definitions, instances, intake, outbox, user_tasks
from workflows.models import ProcessInstance, ServiceTaskRun, UserTask

VIN = "LSVAG2186E2100001"


class ScriptedRecogniser:
    """Stands in for the OCR engine where recognition is not what is tested (tests/ocr has the real one).

    A page says what it is in its JPEG comment; nothing is read from pixels."""

    version = "scripted-1"

    def __init__(self):
        self.read = []

    def recognise(self, image: bytes, depth: Depth = "all") -> PageFindings:
        with Image.open(io.BytesIO(image)) as opened:
            told = json.loads(opened.info.get("comment", b"{}"))
            width, height = opened.size
        if told.get("unreadable"):
            raise UnreadableImage("影像无法解码")
        self.read.append(told)
        box = (0.1, 0.1, 0.5, 0.2)
        fields = tuple(
            FieldFinding(code, value, told.get("confidence", 0.95), box, (0.95,) * len(value))
            for code, value in told.get("fields", {}).items()
        )
        corners = ((10.0, 10.0), (90.0, 10.0), (90.0, 20.0), (10.0, 20.0))
        line = Line("机动车登记", corners, 0.9, (0.9,) * 5)
        alternatives = tuple((code, chance) for code, chance in told.get("alternatives", {}).items())
        material = MaterialFinding(
            told.get("code", "M-OT-99"), told.get("chance", 0.93), alternatives=alternatives
        )
        faults = tuple(
            QualityFault(kind, 0.0, (0.1, 0.2, 0.3, 0.4)) for kind in get_args(FaultKind) if told.get(kind)
        )
        quality = Quality(faults, 1.0, 0.1, 0.0, told.get("fingerprint", ""))
        rotation = told.get("rotation", 0)
        return PageFindings((material,), rotation, quality, "page", fields, (line,), 0.01, width, height)


def page(code="M-FM-01", shade=0, **told):
    """A JPEG that tells `ScriptedRecogniser` what it is."""
    out = io.BytesIO()
    picture = Image.new("RGB", (200, 280), "white")
    ImageDraw.Draw(picture).text((20, 20 + shade % 200), code, fill="black")
    picture.save(out, "JPEG", comment=json.dumps({"code": code, "shade": shade, **told}).encode())
    return out.getvalue()


REG_01 = ("M-FM-01", "M-ID-01", "M-SR-01", "M-CT-01", "M-IN-01", "M-IP-02", "M-IP-03", "M-IP-04")
SUBJECT = {"vin": VIN, "plate_no": "沪A12345", "owner_name": "张三", "id_number": "11010519491231002X"}


class Office:
    """Hands in cases, lets the workers work, and lets anybody of a group complete a task."""

    def __init__(self, house, recogniser, platform):
        self.house, self.recogniser, self.platform = house, recogniser, platform
        self.context = replace(house.context, make_recogniser=lambda: recogniser)
        self.serial = 0

    def hand_in(self, codes=REG_01, item="V-REG-01", subject=None, channel="counter", **told):
        self.serial += 1
        case = {
            "transaction_number": f"12611201{self.serial:05d}",
            "item": item,
            "subject": subject or SUBJECT,
            "channel": channel,
        }
        files = [
            (f"{n}.jpg", page(**{"code": code, "shade": self.serial * 100 + n, **told.get(code, {})}))
            for n, code in enumerate(codes)
        ]
        with self.house.sessions() as session:
            receipt = intake.receive(
                session,
                self.house.intake,
                SYSTEM,
                door="command",
                name="case",
                case_json=json.dumps(case).encode(),
                files=files,
            )
        return receipt.record_id

    def work(self, rounds=40):
        """Runs of every service task, as workers would, until nothing is queued."""
        for _ in range(rounds):
            with self.house.sessions() as session:
                ready = session.scalars(
                    sa.select(ServiceTaskRun.id).where(ServiceTaskRun.status == "queued")
                ).all()
            if not ready:
                return
            for run_id in ready:
                jobs.perform(self.context, run_id)

    def pass_time(self):
        """The waits of failed runs are over; the reconciler hands them over again."""
        past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        with self.house.sessions.begin() as session:
            session.execute(
                sa.update(ServiceTaskRun).where(ServiceTaskRun.status == "waiting").values(not_before=past)
            )
        with self.house.sessions() as session:
            outbox.hand_over(session, lambda runs: None)

    def task(self, record_id):
        """The one user task that waits for the record."""
        with self.house.sessions() as session:
            instance = self.case(record_id)
            (task,) = instances.waiting_for(session, instance.id)
            return task

    def complete(self, record_id, **answer):
        task = self.task(record_id)
        with self.house.sessions.begin() as session:
            actor = replace(SYSTEM, id=None, name="某人", groups=frozenset({task.candidate_group}))
            user_tasks.complete(session, self.house.models, actor, task.id, answer, f"t{task.id}")
        self.work()

    def case(self, record_id):
        with self.house.sessions() as session:
            statement = sa.select(ProcessInstance).where(ProcessInstance.record_id == record_id)
            return session.scalars(statement).one()

    def tasks(self):
        with self.house.sessions() as session:
            return session.scalars(sa.select(UserTask)).all()

    def faults(self, **switches):
        """Switches faults of the stand-in platform on, or off by None: `faults(system_error="2")`."""
        for name, setting in switches.items():
            if setting is None:
                self.platform.stand_in.faults.turn_off(name)
            else:
                switch = f"{name}={setting}" if setting else name
                self.platform.stand_in.faults.turn_on(*stand_in_faults.parse(switch))


@pytest.fixture
def platform():
    server = stand_in.open_server("127.0.0.1", 0, store_path=None, faults=())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def office(database_url, tmp_path, platform):
    settings = Settings(
        home=tmp_path,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",  # nobody answers there: the outbox alone must carry the work
        platform_url=platform.url,
        platform_timeout_s=2.0,
        retry_base_s=0.01,
        retry_cap_s=0.01,
        platform_breaker_s=60.0,
    )
    house = House(settings)
    with house.sessions.begin() as session:
        for key, files in definitions.read_bundles(ROOT / "bpmn").items():
            definitions.deploy(session, house.models, SYSTEM, key, files)
    yield Office(house, ScriptedRecogniser(), platform)
    house.engine.dispose()
