"""Reading a case over REST: where it stands, its pages, the images, and the trail that reading leaves."""

import hashlib
import json

import sqlalchemy as sa

from records import alerts, pages
from records.alerts import Cause
from records.audit import AuditEntry
from records.packages import ArchivalPackage
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM, Person
from records.pushes import Push
from tests.web.api.conftest import NUMBER, jpeg, png
from web.api.schemas import RecordSchema

FILES = [("a.jpg", jpeg(1)), ("b.png", png(2))]


def settle(sessions):
    """What workers, a clerk and the platform leave behind on the first page."""
    with sessions.begin() as session:
        clerk = session.scalars(sa.select(Person).where(Person.login == "clerk0")).one().actor("127.0.0.1")
        page = session.scalars(sa.select(PageImage).order_by(PageImage.number)).first()
        found = Recognition(
            page_id=page.id, version="engine 1", rotation=90, quality={}, lines=[], seconds=0.1
        )
        session.add(found)
        session.flush()
        material = PageMaterial(
            page_id=page.id, recognition_id=found.id, region=[0, 0, 10, 10], code="M-ID-02", confidence=0.5
        )
        reading = Reading(
            page_id=page.id,
            recognition_id=found.id,
            field="plate_no",
            value="沪A0000I",
            confidence=0.6,
            box=[1, 2, 3, 4],
            source="engine 1",
        )
        session.add_all([material, reading])
        session.flush()
        pages.confirm_material(session, clerk, material, "M-ID-01")
        pages.correct(session, clerk, page, "plate_no", "沪A00001")
        alerts.open_for(
            session, SYSTEM, page.record_id, [Cause("POOR_QUALITY", "第 1 页模糊，请重新扫描", page.id)]
        )
        (old,) = alerts.open_for(session, SYSTEM, page.record_id, [Cause("MISSING_MATERIAL", "缺少发票")])
        alerts.close(session, clerk, old, "resolved")
        facts = {"record_id": page.record_id, "page_id": page.id, "material": "M-ID-01"}
        session.add(Push(**facts, key="k1", state="accepted"))
        session.add(Push(**facts, key="k2", state="rejected", code="$E", reason="号牌不符", advice="请核对"))
        session.add(
            ArchivalPackage(
                record_id=page.record_id,
                version=1,
                name="p1",
                sha256="a" * 64,
                sm3="b" * 64,
                files=9,
                bytes=99,
                pages=2,
            )
        )


def test_a_record_is_told_whole(submit, call, sessions):
    submit(files=FILES)
    settle(sessions)
    record = call(f"/records/{NUMBER}").json
    RecordSchema().load(record)
    assert record["subject"] == {"plate_no": "沪A00001"}
    assert (record["status"], record["outcome"]) == ("running", None) and record["stage"]
    assert record["dossiers"] == [{"kind": "vehicle", "number": "沪A00001"}]
    first, second = record["pages"]
    (material,) = first["materials"]
    assert (material["code"], material["predicted_code"], material["confirmed"]) == (
        "M-ID-01",
        "M-ID-02",
        True,
    )
    assert (material["model_code"], material["model_confidence"]) == (None, None)
    reading = first["readings"]["plate_no"]
    assert (reading["value"], reading["source"], reading["box"]) == ("沪A00001", "person", [1, 2, 3, 4])
    assert (first["recognition"], first["rotation"]) == ("done", 90)
    assert (second["recognition"], second["materials"], second["readings"]) == ("pending", [], {})
    assert [(each["reason"], each["title"]) for each in record["alerts"]] == [
        ("POOR_QUALITY", "影像质量不合格")
    ]
    pushed = record["pushes"]
    assert [pushed[state] for state in ("sent", "accepted", "rejected", "pending")] == [2, 1, 1, 0]
    assert pushed["rejections"][0]["reason"] == "号牌不符"
    assert [each["name"] for each in record["packages"]] == ["p1"]


def test_an_image_comes_as_it_was_handed_in(submit, call):
    submit(files=FILES)
    for page, (_, content), kind in zip(
        call(f"/records/{NUMBER}").json["pages"], FILES, ("jpeg", "png"), strict=True
    ):
        path = page["image"].removeprefix("/api/v1")
        response = call(path)
        assert (response.data, response.mimetype) == (content, f"image/{kind}")
        assert page["sha256"] == hashlib.sha256(content).hexdigest() == response.get_etag()[0]
        assert call(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_reading_leaves_a_trail(submit, call, sessions):
    submit()
    page = call(f"/records/{NUMBER}").json["pages"][0]
    image = call(page["image"].removeprefix("/api/v1"))
    call(page["image"].removeprefix("/api/v1"), headers={"If-None-Match": image.headers["ETag"]})
    with sessions() as session:
        program = session.scalars(sa.select(Person.id).where(Person.login == "by-token-program")).one()
        statement = sa.select(AuditEntry).where(AuditEntry.action.in_(["record.read", "page.viewed"]))
        entries = session.scalars(statement.order_by(AuditEntry.seq)).all()
    assert [(each.action, each.actor_id) for each in entries] == [
        ("record.read", program),
        ("page.viewed", program),
    ]
    assert json.loads(entries[1].body)["detail"] == {"sha256": page["sha256"]}


def test_what_is_not_there_is_not_found(submit, call):
    submit()
    (page,) = call(f"/records/{NUMBER}").json["pages"]
    other = submit({"transaction_number": "X-2", "item": "V-REG-01", "subject": {}}, [("o.jpg", jpeg(7))])
    assert other.status_code == 201
    for path in (
        "/records/nothing",
        "/records/a%00b",
        f"/records/{NUMBER}/pages/999/image",
        f"/records/X-2/pages/{page['id']}/image",
    ):
        response = call(path)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_an_image_gone_from_the_store_is_an_error_not_an_absence(submit, call, settings):
    submit()
    (page,) = call(f"/records/{NUMBER}").json["pages"]
    sha256 = page["sha256"]
    (settings.home / "images" / sha256[:2] / sha256[2:4] / sha256).unlink()
    response = call(page["image"].removeprefix("/api/v1"))
    assert (response.status_code, response.json["type"]) == (500, "urn:guidang:problem:image-missing")
    assert str(settings.home) not in response.text
