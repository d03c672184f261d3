"""The flow from scans to a verified package, through the real handlers, diagrams, platform and packages."""

import pytest
import sqlalchemy as sa

from records import alerts, audit, fixity, packages, pages, pushes
from records.alerts import Cause
from records.pages import Reading
from records.people import SYSTEM
from tests.handlers.conftest import REG_01, VIN, page
from workflows import instances, intake
from workflows.models import Incident, ServiceTaskRun

TRF_01 = ("M-FM-01", "M-ID-01", "M-LC-01", "M-LC-02", "M-IP-02", "M-IP-04", "M-SR-02")
REN_08 = ("M-FM-05", "M-ID-01", "M-DR-03")
DRIVER = {"person_name": "张三", "id_number": "11010519491231002X", "file_no": "310000000001"}


def open_alerts(office, record_id):
    with office.house.sessions() as session:
        return {(alert.reason, alert.text) for alert in alerts.of_record(session, record_id, "open")}


def reasons(office, record_id):
    return {reason for reason, _ in open_alerts(office, record_id)}


def archive(office, record_id):
    office.complete(record_id, recheck_outcome="pass")
    case = office.case(record_id)
    assert (case.status, case.outcome) == ("completed", "archived")
    with office.house.sessions() as session:
        (package,) = packages.of_record(session, record_id)
        return package


@pytest.mark.parametrize(
    ("item", "codes", "subject"),
    [("V-REG-01", REG_01, None), ("V-TRF-01", TRF_01, None), ("D-REN-08", REN_08, DRIVER)],
)
def test_a_sound_case_of_each_item_ends_as_a_verified_package(office, item, codes, subject):
    record_id = office.hand_in(codes, item, subject)
    office.work()
    assert office.task(record_id).form == "recheck"
    package = archive(office, record_id)
    folder = office.house.settings.packages / package.name
    assert fixity.verify(folder, package.sha256, package.sm3).ok
    assert package.pages == len(codes) == len(office.platform.stand_in.ledger.pages())
    with office.house.sessions() as session:
        assert pushes.counts(session) == {
            "sent": len(codes), "accepted": len(codes), "rejected": 0, "pending": 0,
        }  # fmt: skip
        assert packages.last_check(session, package.id).ok
        assert audit.verify(session).ok


def test_a_page_is_not_read_twice(office):
    record_id = office.hand_in()
    office.work()
    with office.house.sessions() as session:
        pages_before = len(office.recogniser.read)
        intake.add_pages(session, office.house.intake, SYSTEM, record_id, [("x.jpg", page("M-TX-01", 7))])
    alert = Cause("RECHECK", "请补扫完税证明")
    with office.house.sessions.begin() as session:
        alerts.open_for(session, SYSTEM, record_id, [alert])
    office.complete(record_id, recheck_outcome="alert")
    office.complete(record_id, disposition="rescan")
    office.complete(record_id)
    assert len(office.recogniser.read) == pages_before + 1


@pytest.mark.parametrize(
    ("told", "codes", "reason", "words"),
    [
        ({}, REG_01[:-1], "MISSING_MATERIAL", "车辆外观照片"),
        ({"M-IP-04": {"blank": True, "code": "M-OT-99"}}, REG_01, "POOR_QUALITY", "第 8 页是空白页"),
        ({"M-IP-04": {"blurred": True}}, REG_01, "POOR_QUALITY", "模糊"),
        ({"M-SR-01": {"unreadable": True}}, REG_01, "POOR_QUALITY", "无法解码"),
        ({}, (*REG_01, "M-OT-99"), "UNKNOWN_PAGE", "第 9 页无法归类"),
        (
            {"M-FM-01": {"fields": {"vin": "LSVAG2186E2100002"}}},
            REG_01,
            "FIELD_CONFLICT",
            "LSVAG2186E2100002",
        ),
        ({"M-FM-01": {"fields": {"owner_name": "李四"}}}, REG_01, "FIELD_CONFLICT", "李四"),
        ({"M-IN-01": {"fields": {"insured_name": "李四"}}}, REG_01, "FIELD_CONFLICT", "李四"),
        ({"M-ID-01": {"fields": {"id_number": "110105194912310021"}}}, REG_01, "INVALID_FIELD", "第 2 页"),
    ],
)
def test_each_fault_raises_its_alert_in_words(office, told, codes, reason, words):
    record_id = office.hand_in(codes, **told)
    office.work()
    assert office.task(record_id).form == "alert"
    assert any(r == reason and words in text for r, text in open_alerts(office, record_id))


@pytest.mark.parametrize(
    ("item", "codes", "told"),
    [
        (
            "V-REG-01",
            REG_01,
            {"M-FM-01": {"fields": {"vin": VIN, "owner_name": "张 三", "plate_no": "沪A·12345"}}},
        ),
        # doubtful: left to the recheck
        ("V-REG-01", REG_01, {"M-FM-01": {"fields": {"plate_no": "沪A54321"}, "confidence": 0.5}}),
        # in a transfer the certificate still names the seller
        ("V-TRF-01", TRF_01, {"M-LC-01": {"fields": {"owner_name": "李四"}}}),
    ],
)
def test_what_agrees_or_is_only_doubtful_raises_none(office, item, codes, told):
    record_id = office.hand_in(codes, item, **told)
    office.work()
    assert office.task(record_id).form == "recheck" and not open_alerts(office, record_id)


def test_a_rescan_settles_the_alert_and_the_case_goes_on(office):
    record_id = office.hand_in(**{"M-IP-04": {"blurred": True}})
    office.work()
    office.complete(record_id, disposition="rescan")
    task = office.task(record_id)
    assert (task.form, task.candidate_group) == ("capture", "采集岗")
    with office.house.sessions() as session:
        old = pages.current(session, record_id)[7]
        files = [("8.jpg", page("M-IP-04", 5))]
        intake.add_pages(session, office.house.intake, SYSTEM, record_id, files, {0: old.id})
    office.complete(record_id)
    assert office.task(record_id).form == "recheck" and not open_alerts(office, record_id)
    archive(office, record_id)


def test_an_override_needs_a_supervisors_authorisation(office):
    record_id = office.hand_in(REG_01[:-1])
    office.work()
    office.complete(record_id, disposition="override")
    assert (office.task(record_id).form, office.task(record_id).candidate_group) == ("authorise", "班组长")
    office.complete(record_id, authorisation="refused")
    assert office.task(record_id).form == "alert"
    office.complete(record_id, disposition="override")
    office.complete(record_id, authorisation="granted")
    assert office.task(record_id).form == "recheck" and not open_alerts(office, record_id)
    archive(office, record_id)


def test_a_withdrawn_case_ends_without_push_or_package(office):
    record_id = office.hand_in(REG_01[:-1])
    office.work()
    office.complete(record_id, disposition="withdraw")
    assert office.case(record_id).outcome == "withdrawn"
    assert office.platform.stand_in.ledger.pages() == []


def test_a_batch_case_waits_for_its_batch(office):
    record_id = office.hand_in(channel="batch")
    office.work()
    case = office.case(record_id)
    assert case.stage == "识别" and case.next_due is not None and not office.recogniser.read


def test_a_supervisor_cancels_while_recognition_runs(office):
    record_id = office.hand_in()
    case = office.case(record_id)

    class Interrupted:
        version = "scripted-1"

        def recognise(self, image, depth="all"):
            if len(office.recogniser.read) == 3:
                with office.house.sessions.begin() as session:
                    instances.cancel(session, office.house.models, SYSTEM, case.id, "申请人撤回", "c")
            return office.recogniser.recognise(image)

    object.__setattr__(office.context, "make_recogniser", Interrupted)
    office.work()
    assert len(office.recogniser.read) == 4  # the page in hand; no page after it
    with office.house.sessions() as session:
        runs = session.scalars(sa.select(ServiceTaskRun).order_by(ServiceTaskRun.id)).all()
        assert [run.status for run in runs] == ["done", "cancelled"]
    assert office.case(record_id).outcome == "cancelled"


def test_an_operation_that_keeps_failing_becomes_an_incident_and_loses_nothing(office):
    record_id = office.hand_in()
    office.context.store.get = None  # every load of an image fails
    for _ in range(12):
        office.work()
        office.pass_time()
    with office.house.sessions() as session:
        (incident,) = session.scalars(sa.select(Incident)).all()
        assert "TypeError" in incident.message
        assert len(pages.current(session, record_id)) == 8


def test_the_package_carries_what_a_person_corrected(office):
    misread = {"fields": {"vin": "LSVAG2186E210000X"}, "confidence": 0.5}
    record_id = office.hand_in(**{"M-FM-01": misread})
    office.work()
    with office.house.sessions.begin() as session:
        first = pages.current(session, record_id)[0]
        pages.correct(session, SYSTEM, first, "vin", VIN)
        assert session.scalar(sa.select(sa.func.count(Reading.id))) == 2
    package = archive(office, record_id)
    text = (office.house.settings.packages / package.name / "data" / "metadata.xml").read_text("utf-8")
    assert text.count(VIN) == 3  # of the dossier, of the business system, of the person
    assert ">person<" in text and "LSVAG2186E210000X" not in text
    assert "人工复核" in (
        office.house.settings.packages / package.name / "data" / "log" / "process.xml"
    ).read_text("utf-8")
