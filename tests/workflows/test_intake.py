"""Intake: one act with one outcome, and a ledger that always adds up."""

import io
import json
import threading

import pytest
import sqlalchemy as sa
from PIL import Image

from records import catalogue, submissions
from records.dossiers import Dossier, Record
from records.images import ImageStore
from records.pages import PageGone, PageImage, current
from records.people import SYSTEM
from records.scans import Limits
from tests.conftest import ROOT
from workflows import definitions, intake
from workflows.intake import Intake, SubmissionRefused
from workflows.models import ProcessInstance, ServiceTaskRun


@pytest.fixture(scope="module")
def kinds():
    return catalogue.load(ROOT / "bpmn" / "catalogue")


@pytest.fixture
def needs(sessions, models, kinds, tmp_path):
    with sessions.begin() as session:
        for key, files in definitions.read_bundles(ROOT / "bpmn").items():
            definitions.deploy(session, models, SYSTEM, key, files)
    limits = Limits(max_bytes=10 * 2**20, max_pixels=20_000_000, max_pages=6)
    return Intake(models, kinds, ImageStore(str(tmp_path / "images")), limits)


def scan(shade=200):
    out = io.BytesIO()
    Image.new("RGB", (300, 400), (shade, shade, 255)).save(out, "JPEG")
    return out.getvalue()


def case(number="1261120100001", **changes):
    fields = {
        "transaction_number": number,
        "item": "V-REG-01",
        "subject": {"vin": "LSVAG2186E2100001", "plate_no": "沪A12345"},
        "channel": "counter",
        **changes,
    }
    return json.dumps({k: v for k, v in fields.items() if v is not None}).encode()


def receive(sessions, needs, case_json=None, files=None, name="one"):
    with sessions() as session:
        return intake.receive(
            session,
            needs,
            SYSTEM,
            door="command",
            name=name,
            case_json=case_json or case(),
            files=files if files is not None else [("1.jpg", scan()), ("2.jpg", scan(90))],
        )


def counts(sessions):
    with sessions() as session:
        return submissions.counts(session)


def test_a_submission_becomes_a_record_its_pages_its_dossier_and_a_running_case(sessions, needs, queued):
    receipt = receive(sessions, needs)
    with sessions() as session:
        record = session.get_one(Record, receipt.record_id)
        assert [d.number for d in record.dossiers] == ["LSVAG2186E2100001"]
        assert [page.number for page in current(session, record.id)] == [1, 2]
        instance = session.scalars(sa.select(ProcessInstance)).one()
        assert (instance.stage, instance.definition.key) == ("采集", "V-REG-01")
        for page in session.scalars(sa.select(PageImage)):
            assert len(needs.store.get(page.sha256)) == page.size
    assert [operation for _, operation in queued] == ["reconcile_capture"]
    assert counts(sessions) == {"received": 1, "accepted": 1, "rejected": 0, "repeated": 0, "pages": 2}


def test_the_same_submission_twice_is_one_case(sessions, needs):
    first, second = receive(sessions, needs), receive(sessions, needs)
    assert (second.record_id, second.repeated) == (first.record_id, True)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(ProcessInstance.id))) == 1
    assert counts(sessions) == {"received": 2, "accepted": 2, "rejected": 0, "repeated": 1, "pages": 2}


def test_the_same_submission_from_six_sides_at_once_is_one_case(sessions, needs):
    outcomes = []

    def hand_in():
        try:
            outcomes.append(receive(sessions, needs).record_id)
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=hand_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) == {1}, outcomes
    assert counts(sessions)["received"] == counts(sessions)["accepted"] == 6


def test_another_content_under_a_known_number_is_refused(sessions, needs):
    receive(sessions, needs)
    with pytest.raises(SubmissionRefused, match="已有一件"):
        receive(sessions, needs, files=[("1.jpg", scan(10))])
    assert counts(sessions)["rejected"] == 1


BAD = {
    "an unknown key": (case(colour="red"), None, "colour"),
    "an unknown subject field": (case(subject={"vim": "x"}), None, "vim"),
    "an unknown item": (case(item="V-XXX-99"), None, "V-XXX-99"),
    "no number": (case(number=None), None, "transaction_number"),
    "not JSON": (b"{", None, "case.json"),
    "an empty file": (None, [("a.jpg", b"")], "a.jpg"),
    "a cut picture": (None, [("a.jpg", scan()[:400])], "a.jpg"),
    "a wrong type": (None, [("a.jpg", b"PK\x03\x04" + b"0" * 100)], "a.jpg"),
    "too many pages": (None, [(f"{n}.jpg", scan(n)) for n in range(7)], "6"),
    "one bad page among good ones": (None, [("1.jpg", scan()), ("2.jpg", b"junk")], "2.jpg"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_accepted_is_refused_by_name_and_nothing_is_half_kept(sessions, needs, kind):
    case_json, files, names = BAD[kind]
    with pytest.raises(SubmissionRefused) as refused:
        receive(sessions, needs, case_json, files)
    assert names in str(refused.value)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 0
        assert session.scalar(sa.select(sa.func.count(PageImage.id))) == 0
        assert session.scalar(sa.select(sa.func.count(ServiceTaskRun.id))) == 0
        (row,) = submissions.latest(session)
        assert row.outcome == "rejected" and names in row.reason
    assert counts(sessions) == {"received": 1, "accepted": 0, "rejected": 1, "repeated": 0, "pages": 0}


def test_two_transactions_of_one_vehicle_lie_in_one_dossier(sessions, needs):
    receive(sessions, needs)
    receive(sessions, needs, case("1261120100002"), [("1.jpg", scan(33))])
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Dossier.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 2


def test_a_rescan_supersedes_and_both_images_stay(sessions, needs):
    record_id = receive(sessions, needs).record_id
    with sessions() as session:
        old = current(session, record_id)[0]
        files = [("again.jpg", scan(5)), ("more.jpg", scan(6))]
        intake.add_pages(session, needs, SYSTEM, record_id, files, {0: old.id})
        names = [(page.number, page.source_name) for page in current(session, record_id)]
        assert names == [(1, "again.jpg"), (2, "2.jpg"), (4, "more.jpg")]
        assert needs.store.get(old.sha256)
        with pytest.raises(PageGone):
            intake.add_pages(session, needs, SYSTEM, record_id, [("x.jpg", scan(7))], {0: old.id})


def test_an_item_without_a_process_is_refused_in_words(sessions, models, kinds, tmp_path):
    bare = Intake(models, kinds, ImageStore(str(tmp_path / "i")), Limits(2**20, 10**7, 5))
    with pytest.raises(SubmissionRefused, match="没有部署流程"):
        receive(sessions, bare)
