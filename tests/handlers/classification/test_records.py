"""Findings of the service and the record: stored once, never over a person's, told with what a person did."""

import datetime as dt
import json

import sqlalchemy as sa

from handlers import classification
from records import pages
from records.audit import AuditEntry
from records.base import now
from records.classifications import Classification
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import Person
from records.webhooks import WebhookAttempt
from tests.handlers.classification.conftest import handed_in
from tests.handlers.conftest import page


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


def test_a_type_that_the_case_gave_is_told_beside_the_model_s_and_as_a_change(service):
    codes = ("M-FM-01", "M-ID-01", "M-SR-01", "M-CT-01", "M-IN-01", "M-IP-02", "M-IP-03", "M-IP-05")
    rear = {"chance": 0.7, "alternatives": {"M-IP-04": 0.2}}
    record_id = service.office.hand_in(codes, **{"M-IP-05": rear})
    service.office.work()
    with service.office.house.sessions.begin() as session:
        number = session.get_one(Record, record_id).transaction_number
        last = pages.current(session, record_id)[-1].id
        given = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "finding.reassigned")).one()
        long_ago = given.at - dt.timedelta(hours=1)
        session.execute(sa.update(PageImage).values(added_at=long_ago))
        session.execute(sa.update(Recognition).values(created_at=long_ago))
    path = f"/records/{number}/findings"
    *others, told = service.call(path).json["pages"]
    (material,) = told["materials"]
    names = ("code", "predicted_code", "confidence", "model_code", "model_confidence")
    assert [material[each] for each in names] == ["M-IP-04", "M-IP-04", 0.2, "M-IP-05", 0.7]
    assert all(each["materials"][0]["model_code"] is None for each in others)
    since = {"changed_since": given.at.isoformat()}
    assert [each["page_id"] for each in service.call(path, query_string=since).json["pages"]] == [last]
    (shown,) = service.call(f"/records/{number}").json["pages"][-1]["materials"]
    assert [shown[each] for each in names] == [material[each] for each in names]
