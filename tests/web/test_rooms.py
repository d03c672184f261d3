"""Cases, intake, pushing, supervision, incidents, processes."""

import io
import json
import re
import sqlite3

import sqlalchemy as sa

from records import pushes
from records.audit import AuditEntry
from records.people import Person
from tests.web.conftest import ITEM, SUBJECT, scan
from web import database
from workflows import user_tasks
from workflows.models import Incident, ProcessInstance, ServiceTaskRun, UserTask


def test_cases_are_found_by_number_plate_and_name(office):
    office.receive("2260101000001")
    office.receive("2260101000002", subject={"person_name": "样例"})
    office.receive("2360101000003", subject={"plate_no": "沪A12345"})
    browser = office.visitor("auditor")

    def found(text):
        return set(re.findall(r"2[23]60101\d{6}", browser.get("/cases", query_string={"q": text}).text))

    assert found("2260101") == {"2260101000001", "2260101000002"}
    assert found("沪a12345") == {"2360101000003"}
    assert found("示试") == {"2260101000001"}
    assert found(SUBJECT["id_number"]) == {"2260101000001"}
    assert found("%") == set()
    assert found("' or 1=1 --") == set()
    assert len(found("")) == 3


def test_a_case_shows_where_it_stands_and_what_happened(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    browser.post(f"/tasks/{task_id}/claim", at="/inbox")
    page = browser.get("/cases/1").text
    assert 'data-active="recheck_record' in page
    assert re.search(r'data-active="recheck"[^>]*data-done="[^"]*capture[^"]*recognise', page)
    for words in ("办件建立", "清点影像", "领取任务", "林复核", "2260101000001", "居民身份证明"):
        assert words in page
    diagram = browser.get("/cases/1/diagrams/recheck")
    assert diagram.mimetype == "application/xml"
    assert b"recheck_record" in diagram.data
    assert browser.get("/cases/1/diagrams/nothing").status_code == 404
    assert browser.get("/cases/99").status_code == 404


def test_a_supervisor_cancels_a_case_with_a_reason(office):
    task_id = office.recheck()
    lead, clerk = office.visitor("lead"), office.visitor("review")
    assert lead.post("/cases/1/cancel", {"nonce": "a"}, at="/cases/1").status_code == 422
    assert clerk.post("/cases/1/cancel", {"nonce": "a", "reason": "x"}, at="/cases/1").status_code == 403
    assert (
        lead.post("/cases/1/cancel", {"nonce": "a", "reason": "重复受理"}, at="/cases/1").status_code == 303
    )
    page = lead.get("/cases/1").text
    assert "重复受理" in page
    assert "已撤销" in page
    late = clerk.post(f"/tasks/{task_id}/claim", at="/inbox")
    assert late.status_code == 409
    assert "已撤销" in late.text


def form_of(number, **more):
    return {"transaction_number": number, "item": ITEM, "channel": "counter", "person_name": "示试华", **more}


def test_a_case_is_handed_in_by_form_once(office):
    browser = office.visitor("capture")

    def hand_in():
        files = {"files": [(io.BytesIO(scan("a")), "a.jpg"), (io.BytesIO(scan("b")), "b.jpg")]}
        return browser.post("/intake", form_of("2260101000001", **files), at="/intake")

    first, again = hand_in(), hand_in()
    assert "已收下：流水号 2260101000001，2 页" in first.text
    assert "没有重复建件" in again.text
    with office.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(ProcessInstance.id))) == 1
    assert [operation for _, operation in office.queued] == ["reconcile_capture"]


def test_a_case_file_among_the_files_says_what_the_case_is(office):
    case = json.dumps(
        {"transaction_number": "2260101000009", "item": ITEM, "subject": {"person_name": "样例"}}
    )
    files = [(io.BytesIO(case.encode()), "case.json"), (io.BytesIO(scan()), "1.jpg")]
    answer = office.visitor("capture").post("/intake", {"files": files}, at="/intake")
    assert "2260101000009" in answer.text
    assert answer.status_code == 200


def test_a_refused_submission_is_on_the_ledger_and_the_form_keeps_what_was_typed(office):
    browser = office.visitor("capture")
    files = {"files": (io.BytesIO(b"no picture"), "a.jpg")}
    answer = browser.post("/intake", form_of("2260101000001", **files), at="/intake")
    assert answer.status_code == 422
    assert "没有收下" in answer.text
    assert 'value="示试华"' in answer.text
    ledger = browser.get("/intake").text
    counts = [int(number) for number in re.findall(r"<b>(\d+)</b>", ledger)]
    assert counts == [1, 0, 1]


def test_the_push_ledger_adds_up_and_shows_the_breaker(office):
    office.recheck()
    with office.sessions.begin() as session:
        for number, state in enumerate(("accepted", "accepted", "rejected", "pending")):
            push = pushes.Push(record_id=1, page_id=1, material="M-ID-01", key=str(number), state=state)
            push.reason = "证件号不符" if state == "rejected" else None
            session.add(push)
        session.add(pushes.Breaker(name="18C63", state="open", reason="接口未授权"))
    browser = office.visitor("auditor")
    page = browser.get("/pushing").text
    assert [int(number) for number in re.findall(r"<b>(\d+)</b>", page)] == [4, 2, 1, 1]
    assert "接口未授权" in page
    rejected = browser.get("/pushing?state=rejected").text
    assert "证件号不符" in rejected
    assert rejected.count("2260101000001") == 1


def test_a_supervisor_moves_a_task_with_a_reason(office):
    task_id = office.recheck()
    lead = office.visitor("lead")
    with office.sessions() as session:
        ids = {person.login: person.id for person in session.scalars(sa.select(Person))}
    path = f"/supervision/tasks/{task_id}/reassign"
    assert lead.post(path, {"person": ids["review2"]}, at="/supervision").status_code == 422
    wrong = lead.post(path, {"person": ids["capture"], "reason": "x"}, at="/supervision")
    assert wrong.status_code == 403
    assert "不在复核岗" in wrong.text
    assert lead.post(path, {"person": ids["review2"], "reason": "均衡"}, at="/supervision").status_code == 303
    assert "2260101000001" in office.visitor("review2").get("/inbox").text
    board = lead.get("/supervision?group=复核岗").text
    assert "何复核" in board
    assert office.visitor("review").post(path, {"reason": "x"}, at="/inbox").status_code == 403


def test_late_work_is_on_the_board(office):
    task_id = office.recheck()
    with office.sessions.begin() as session:
        user_tasks.escalate(session, office_actor(session), session.get(UserTask, task_id))
    page = office.visitor("lead").get("/supervision").text
    assert "2260101000001" in page
    assert "逾期" in page


def office_actor(session):
    return session.scalars(sa.select(Person).where(Person.login == "lead")).one().actor("-")


def test_an_incident_is_retried_once(office):
    office.receive("2260101000001")
    with office.sessions.begin() as session:
        run = session.scalars(sa.select(ServiceTaskRun)).one()
        run.status = "running"
        run.status = "failed"
        session.add(
            Incident(
                instance_id=1, engine_id=run.engine_id, run_id=run.id, node=run.operation, message="断线"
            )
        )
    office.queued.clear()
    browser = office.visitor("process")
    assert "断线" in browser.get("/incidents").text
    assert browser.post("/incidents/1/retry", at="/incidents").status_code == 303
    assert "断线" not in browser.get("/incidents").text
    assert [operation for _, operation in office.queued] == ["reconcile_capture"]
    again = browser.post("/incidents/1/retry", at="/incidents")
    assert again.status_code == 409
    assert "已经处理过" in again.text


def test_processes_are_shown_with_version_and_diagram(office):
    browser = office.visitor("process")
    listed = browser.get("/processes").text
    assert ITEM in listed
    path = re.search(r'href="(/processes/\d+)"', listed)[1]
    page = browser.get(path)
    assert page.status_code == 200
    assert "style-src-attr 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    diagram = re.search(r'data-url="([^"]+)"', page.text)[1]
    assert browser.get(diagram).status_code == 200


def test_reading_takes_no_write_lock(office, tmp_path):
    """A page is served while somebody else holds SQLite's one write lock."""
    office.recheck()
    browser = office.visitor("review")
    writer = sqlite3.connect(tmp_path / "guidang.db", isolation_level=None)
    writer.execute("begin immediate")
    try:
        assert browser.get("/inbox").status_code == 200
        assert browser.get("/cases/1").status_code == 200
    finally:
        writer.execute("rollback")
        writer.close()


def test_a_page_is_read_in_one_transaction(office):
    office.recheck()
    browser = office.visitor("review")
    begun = []
    with office.app.app_context():
        sa.event.listen(database.db.engine, "begin", begun.append)
    browser.get("/cases/1")
    assert len(begun) == 2  # who it is, and the page


def test_an_unforeseen_error_says_so_calmly(office, monkeypatch):
    office.app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = office.visitor("review")
    with office.sessions.begin() as session:
        session.execute(sa.text("drop table alerts"))
    office.receive("2260101000001")
    answer = browser.get("/cases/1")
    assert answer.status_code in (500, 503)
    assert "Traceback" not in answer.text
    assert "请" in answer.text


def test_every_view_of_a_page_is_chained(office):
    office.recheck()
    office.visitor("review").get("/pages/1/image")
    with office.sessions() as session:
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert json.loads(last.body)["name"] == "林复核"
