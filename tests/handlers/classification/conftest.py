"""Both sides of classification as a service: a program that asks over REST, and workers driven by hand."""

import http.server
import io
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from handlers import classification
from handlers.classification import Keeper, Rules
from records import people
from records.dossiers import Record
from records.pages import PageImage
from records.people import SYSTEM
from web.app import create_app

SECRET = "a secret of the tests"
FIELDS = {"owner_name": "示试华", "plate_no": "沪A00001"}


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


def handed_in(service, **options):
    record_id = service.office.hand_in(("M-FM-01", "M-ID-01"), **options)
    with service.office.house.sessions() as session:
        number = session.get_one(Record, record_id).transaction_number
        images = session.scalars(
            sa.select(PageImage).where(PageImage.record_id == record_id).order_by(PageImage.number)
        ).all()
    return number, images
