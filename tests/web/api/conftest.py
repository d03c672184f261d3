"""A real application over a database of its own, the deployed V-REG-01, and tokens by role."""

import io
import json
import random

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image, ImageDraw

from records import people
from records.people import SYSTEM, Person
from settings import Settings
from tests.conftest import PASSWORD, ROOT
from web.app import create_app
from workflows import definitions

ITEM = "V-REG-01"
NUMBER = "1260101000001"


@pytest.fixture
def settings(database_url, tmp_path):
    return Settings(home=tmp_path / "home", database_url=database_url, max_upload_mb=2, max_pages=5)


@pytest.fixture
def app(settings, sessions, models):
    bundles = definitions.read_bundles(ROOT / "bpmn")
    with sessions.begin() as session:
        definitions.deploy(session, models, SYSTEM, ITEM, bundles[ITEM])
    return create_app(settings, enqueue=lambda runs: None)


@pytest.fixture
def token_for(sessions):
    """A token of an account with just this role."""

    def issue(role):
        with sessions.begin() as session:
            login = f"by-token-{role}"
            person = session.scalars(sa.select(Person).where(Person.login == login)).one_or_none()
            person = person or people.add_person(
                session, SYSTEM, login=login, name=role, password=PASSWORD, roles=[role]
            )
            return people.issue_token(session, SYSTEM, person, "test")

    return issue


@pytest.fixture
def call(app, token_for):
    """Sends a request with a program's token."""
    token = token_for("program")

    def send(path, method="GET", *, as_token=token, headers=None, **options):
        given = {"Authorization": f"Bearer {as_token}"} if as_token else {}
        with app.test_client() as client:
            return client.open(
                f"/api/v1{path}", method=method, headers={**given, **(headers or {})}, **options
            )

    return send


@pytest.fixture
def submit(call):
    """Hands in a case with page files (name, bytes)."""

    def send(case=None, files=None, **options):
        return call("/submissions", "POST", data=form(case, files), **options)

    return send


def form(case=None, files=None):
    content = case if isinstance(case, bytes) else json.dumps(case or case_of()).encode()
    pages = files if files is not None else [("page1.jpg", jpeg())]
    return {
        "case": (io.BytesIO(content), "case.json", "application/json"),
        "pages": [(io.BytesIO(data), name) for name, data in pages],
    }


def case_of(number=NUMBER, **more):
    return {"transaction_number": number, "item": ITEM, "subject": {"plate_no": "沪A00001"}, **more}


def picture(seed=0, size=(320, 440)):
    """A page with lines on it, different for each seed."""
    image = Image.new("RGB", size, "white")
    draw, dice = ImageDraw.Draw(image), random.Random(seed)
    for y in range(20, size[1] - 20, 24):
        draw.line((20, y, dice.randint(60, size[0] - 20), y), fill="black", width=3)
    return image


def encoded(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def jpeg(seed=0):
    return encoded(picture(seed), "JPEG")


def png(seed=0):
    return encoded(picture(seed), "PNG")


def tiff(count, seed=0):
    first, *others = [picture(seed + number) for number in range(count)]
    return encoded(first, "TIFF", save_all=True, append_images=others, compression="tiff_lzw")


def pdf(count=1, seed=0, password=None):
    first, *others = [picture(seed + number) for number in range(count)]
    plain = encoded(first, "PDF", save_all=True, append_images=others)
    if password is None:
        return plain
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as document:
        document.save(stream, encryption=pikepdf.Encryption(owner=password, user=password))
    return stream.getvalue()
