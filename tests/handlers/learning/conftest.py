"""An office whose workers load trained models, and what its people do to records."""

import io
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from PIL import Image

from handlers import datasets, shadow
from records import learning, pages, recogniser_models
from records.people import SYSTEM, Person
from tests.handlers.conftest import ScriptedRecogniser

CODES = ("M-FM-05", "M-ID-01", "M-DR-03")
DRIVER = {"person_name": "张三", "id_number": "11010519491231002X", "file_no": "310000000001"}


class Trained(ScriptedRecogniser):
    """A later model: finds what the page's comment says under `next`, and otherwise what the first one found."""

    def __init__(self, version):
        super().__init__()
        self.version = f"scripted {version}"

    def recognise(self, image, depth="all"):
        with Image.open(io.BytesIO(image)) as opened:
            told = json.loads(opened.info.get("comment", b"{}"))
            told |= told.pop("next", {})
            out = io.BytesIO()
            opened.save(out, "JPEG", comment=json.dumps(told).encode())
        return super().recognise(out.getvalue(), depth)


@pytest.fixture
def trained(office, tmp_path):
    """The office whose workers load registered models, and a folder with a trained one."""

    def load(folder):
        return Trained(recogniser_models.version_of(folder))

    office.context = replace(office.context, make_recogniser_with=load, shadow_share=1.0)
    return office


@pytest.fixture
def weights(tmp_path):
    def make(version):
        folder = tmp_path / f"out-{version}"
        folder.mkdir()
        (folder / "fusion.json").write_text(json.dumps({"version": version}))
        (folder / "text.npz").write_bytes(b"weights")
        return folder

    return make


def add(office, folder):
    with office.house.sessions.begin() as session:
        return recogniser_models.add(
            session,
            SYSTEM,
            source=folder,
            version=recogniser_models.version_of(folder),
            note="test",
            models=office.context.classifiers,
            packaged=("packaged-1", "0" * 64),
        )


def begin_shadow(office, version):
    with office.house.sessions.begin() as session:
        shadow.begin(session, SYSTEM, version)


def promote(office, version, force="test"):
    with office.house.sessions.begin() as session:
        recogniser_models.promote(session, SYSTEM, version, force)


def report(office):
    return shadow.report(office.house.sessions, office.context.catalogue, SYSTEM)


def staff(office):
    with office.house.sessions() as session:
        return [person.actor("-") for person in session.scalars(sa.select(Person).order_by(Person.id))]


def page_of(session, record_id, number):
    return next(page for page in pages.current(session, record_id) if page.number == number)


def correct(office, record_id, number, field, value, who=0):
    person = staff(office)[who]
    with office.house.sessions.begin() as session:
        page = page_of(session, record_id, number)
        pages.correct(session, person, page, field, value)


def confirm(office, record_id, number, code, who=0):
    person = staff(office)[who]
    with office.house.sessions.begin() as session:
        page = page_of(session, record_id, number)
        (material,) = pages.materials(session, [page.id])[page.id]
        pages.confirm_material(session, person, material, code)


def hand_in(office, subject=None, **told):
    record_id = office.hand_in(CODES, "D-REN-08", subject or DRIVER, **told)
    office.work()
    return record_id


def archive(office, record_id):
    office.complete(record_id, recheck_outcome="pass")
    assert office.case(record_id).outcome == "archived"


def build(office, percent=10):
    settings = office.house.settings
    return datasets.build(office.house.sessions, office.context.catalogue, SYSTEM, settings.datasets, percent)


def lines(office, made):
    return list(learning.examples(office.house.settings.datasets, made))


def states(office):
    with office.house.sessions() as session:
        return {each.version: each.state for each in recogniser_models.listed(session)}
