"""The error promise on screen, and what a completed recheck leaves for its calibration."""

import re

import sqlalchemy as sa

from records import promise
from records.audit import AuditEntry
from records.base import table_of
from records.promise import PageRecheck, RecheckAnswer
from tests.web.test_tasks import complete, open_task


def marks(page):
    """What the keys would confirm: every mark on the station's page."""
    return re.findall(r'name="confirmed" value="([^"]+)"', page.text)


def rows(office, model):
    with office.sessions() as session:
        return session.scalars(sa.select(model).order_by(model.id)).all()


def test_a_recheck_item_by_item_leaves_answers_and_a_glance_leaves_none(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    page = open_task(browser, task_id)
    first = [mark for mark in marks(page) if mark.startswith("1:")]
    assert first == ["1:person_name", "1:id_number"]
    complete(browser, task_id, page, outcome="pass", confirmed=first)
    assert [(row.page_id, row.whole, row.thorough) for row in rows(office, PageRecheck)] == [
        (1, True, True),
        (2, True, False),
    ]
    answers = {(row.material, row.field): row.correct for row in rows(office, RecheckAnswer)}
    assert answers == {("M-ID-01", name): True for name in ("", "person_name", "id_number")}


def test_a_value_typed_last_is_an_error_of_the_machine(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    page = open_task(browser, task_id)
    typed = {"value:1:id_number": "310113198512160646", "value:1:person_name": "示试华"}
    complete(browser, task_id, page, outcome="pass", confirmed=["1:person_name"], **typed)
    answers = {row.field: row.correct for row in rows(office, RecheckAnswer)}
    assert answers == {"": True, "person_name": True, "id_number": False}


def test_one_field_left_out_spoils_the_page_as_evidence(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    complete(browser, task_id, open_task(browser, task_id), outcome="pass", confirmed=["1:person_name"])
    assert rows(office, RecheckAnswer) == []


def test_a_supervisor_promises_and_calibrates_and_a_clerk_does_not(office):
    office.recheck()
    lead, clerk, auditor = (office.visitor(login) for login in ("lead", "review", "auditor"))
    form = {"one_in": 500, "sample_percent": 5, "reason": "试行三个月"}
    assert "识别承诺" in lead.get("/inbox").text
    assert clerk.get("/promise").status_code == 403
    assert clerk.post("/promise", form, at="/inbox").status_code == 403
    assert auditor.get("/promise").status_code == 200
    assert auditor.post("/promise", form, at="/inbox").status_code == 403

    assert lead.post("/promise", form | {"reason": " "}, at="/promise").status_code == 422
    assert lead.post("/promise", form | {"one_in": "viel"}, at="/promise").status_code == 422
    assert lead.post("/promise", form, at="/promise").status_code == 303
    page = lead.get("/promise").text
    for words in ("每 500 项至多错 1 项", "0.200%", "随机抽取 5% 的页", "周班长", "试行三个月", "尚未校准"):
        assert words in page
    assert "还没有可用的复核结果" in page
    assert "按复核结果校准" not in page
    refused = lead.post("/promise/calibrations", at="/promise")
    assert refused.status_code == 422
    assert "还没有可用的复核结果" in refused.text


def answered(office, confirmed=("1:person_name", "1:id_number"), names=2000):
    """A case rechecked by hand, and as many answers for names as a calibration wants."""
    task_id = office.recheck()
    browser = office.visitor("review")
    complete(browser, task_id, open_task(browser, task_id), outcome="pass", confirmed=list(confirmed))
    with office.sessions.begin() as session:
        recheck = session.scalars(sa.select(PageRecheck).limit(1)).one()
        answer = {"recheck_id": recheck.id, "material": "M-ID-01", "confidence": 0.99, "correct": True}
        many = [answer | {"field": "person_name"}] * names + [answer | {"field": ""}] * names
        session.connection().execute(sa.insert(table_of(RecheckAnswer)), many)


def test_the_table_says_what_each_type_and_field_lacks(office):
    answered(office)
    lead = office.visitor("lead")
    lead.post("/promise", {"one_in": 500, "sample_percent": 5, "reason": "试行"}, at="/promise")
    assert "已有 4003 项可用的复核结果" in lead.get("/promise").text
    done = lead.post("/promise/calibrations", at="/promise", follow_redirects=True)
    assert "已按 4003 项复核结果校准" in done.text
    page = lead.get("/promise").text
    table = page[page.index("怎么办") :]
    for words in ("居民身份证明", "≥ 99.0%", "达到承诺", "还需 1916 份复核（其间无错）", "一律核对", "2001"):
        assert words in table
    few = lead.get("/promise?state=too_few").text
    assert "还需 1916" in few
    assert "≥ 99.0%" not in few
    with office.sessions() as session:
        acts = (
            sa.select(AuditEntry.action).where(AuditEntry.action.like("promise.%")).order_by(AuditEntry.seq)
        )
        assert session.scalars(acts).all() == ["promise.made", "promise.calibrated"]


def test_a_new_version_and_a_stricter_promise_are_said_to_void_the_thresholds(office):
    answered(office)
    lead = office.visitor("lead")
    promised = {"one_in": 500, "sample_percent": 5, "reason": "试行"}
    lead.post("/promise", promised, at="/promise")
    lead.post("/promise/calibrations", at="/promise")
    assert "门槛已失效" not in lead.get("/promise").text
    lead.post("/promise", promised | {"one_in": 5000}, at="/promise")
    assert "承诺比校准时更严" in lead.get("/promise").text
    with office.sessions.begin() as session:
        session.execute(sa.text("update recognitions set version = 'test-2' where id = 2"))
        assert promise.overview(session).stale == "version"
    page = lead.get("/promise").text
    assert "门槛已失效" in page
    assert "test-2" in page


def test_a_doubtful_type_is_marked_on_every_screen(office):
    office.recheck()
    browser = office.visitor("review")
    assert "存疑 1" in open_task(browser, office.task()).text
    with office.sessions.begin() as session:
        session.execute(sa.text("update page_materials set confidence = 0.5 where page_id = 1"))
    page = open_task(browser, office.task())
    assert "存疑 2" in page.text
    assert "1:#1" in marks(page)
