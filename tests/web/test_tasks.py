"""The inbox and the stations: taking, keeping, completing, and what the second one sees."""

import io
import re

import sqlalchemy as sa
from PIL import Image

from records import alerts, pages, pushes
from records.alerts import Cause
from records.audit import AuditEntry
from records.people import Person
from tests.web.conftest import scan
from workflows.models import UserTask


def nonce(page):
    return re.search(r'name="nonce" value="([^"]+)"', page.text)[1]


def open_task(browser, task_id):
    browser.post(f"/tasks/{task_id}/claim", at="/inbox")
    return browser.get(f"/tasks/{task_id}")


def complete(browser, task_id, page, **answer):
    return browser.post(f"/tasks/{task_id}/complete", {"nonce": nonce(page), **answer}, at="/inbox")


def test_the_inbox_shows_free_work_of_the_group_and_then_ones_own(office):
    task_id = office.recheck("2260101000001")
    browser = office.visitor("review")
    listed = browser.get("/inbox").text
    assert "2260101000001" in listed
    assert "还剩" in listed
    assert "领取" in listed
    open_task(browser, task_id)
    assert "继续办理" in browser.get("/inbox").text
    assert "2260101000001" not in office.visitor("review2").get("/inbox").text
    assert "2260101000001" not in office.visitor("capture").get("/inbox").text


def test_lists_mask_personal_data_and_the_station_does_not(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    listed = browser.get("/inbox").text + browser.get("/cases").text
    assert "示试华" not in listed
    assert "示*华" in listed
    assert "310113198512160646" not in listed
    assert "示试华" in open_task(browser, task_id).text


def test_a_case_is_masked_for_those_who_may_not_see_pages(office):
    office.recheck()
    page = office.visitor("process").get("/cases/1").text
    assert "示试华" not in page
    assert "310113********0646" in page


def test_alerts_corrections_and_remarks_are_kept_from_those_who_may_not_see_pages(office):
    """They repeat what stands on the pages."""
    task_id = office.alert(text="第 1 页居民身份证号“310113198512160647”与受理信息不一致")
    browser = office.visitor("review")
    note = {"choice": "override", "note": "示试华本人到场核实"}
    complete(browser, task_id, open_task(browser, task_id), **note)
    with office.sessions.begin() as session:
        clerk = session.scalars(sa.select(Person).where(Person.login == "review")).one().actor("127.0.0.1")
        page = pages.current(session, 1)[0]
        pages.correct(session, clerk, page, "id_number", "310113198512160646")
    told = {login: office.visitor(login).get("/cases/1").text for login in ("review", "process")}
    for words in ("信息不一致", "更正字段", "居民身份证号", "申请授权"):
        assert words in told["review"] and words in told["process"]
    for words in ("310113198512160647", "310113198512160646", "本人到场核实"):
        assert words in told["review"] and words not in told["process"]


def test_the_inbox_pages_through_everything_once(office):
    for number in range(23):
        office.receive(f"22601010{number:05d}", scans=("1",))
    office.work()
    browser = office.visitor("review")
    first = browser.get("/inbox").text
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = browser.get(following).text
    numbers = re.findall(r"22601010\d{5}", first) + re.findall(r"22601010\d{5}", second)
    assert len(numbers) == len(set(numbers)) == 23
    assert 'rel="next"' not in second


def test_the_second_clerk_reads_who_has_the_task(office):
    task_id = office.recheck()
    office.visitor("review").post(f"/tasks/{task_id}/claim", at="/inbox")
    late = office.visitor("review2")
    refused = late.post(f"/tasks/{task_id}/claim", at="/inbox")
    assert refused.status_code == 409
    assert "林复核正在办理这项任务" in refused.text
    assert late.get(f"/tasks/{task_id}").status_code == 409


def test_the_second_clerk_reads_who_finished_the_task(office):
    task_id = office.recheck()
    first, second = office.visitor("review"), office.visitor("review2")
    page = open_task(first, task_id)
    complete(first, task_id, page, outcome="pass")
    late = second.post(f"/tasks/{task_id}/complete", {"nonce": "n", "outcome": "pass"}, at="/inbox")
    assert late.status_code == 409
    assert "林复核已在" in late.text
    assert "办下一件" in late.text


def test_somebody_of_another_group_is_told_whose_work_it_is(office):
    task_id = office.recheck()
    answer = office.visitor("capture").get(f"/tasks/{task_id}")
    assert answer.status_code == 403
    assert "由复核岗办理" in answer.text


def test_completing_brings_the_next_task_in_the_same_answer(office):
    first, second = office.recheck("2260101000001"), office.recheck("2260101000002")
    browser = office.visitor("review")
    page = open_task(browser, first)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    answer = browser.client.post(
        f"/tasks/{first}/complete",
        data={"nonce": nonce(page), "outcome": "pass", "csrf_token": token},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == f"/tasks/{second}"
    assert "2260101000002" in answer.text
    with office.sessions() as session:
        assert session.get(UserTask, first).status == "completed"
        assert session.get(UserTask, second).assignee.name == "林复核"
    assert ("push_record") in [operation for _, operation in office.queued]


def test_the_last_task_leads_back_to_the_inbox(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    answer = complete(browser, task_id, open_task(browser, task_id), outcome="pass")
    assert answer.status_code == 303
    assert "没有待办任务" in browser.get(answer.location).text


def test_the_same_click_twice_completes_once(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    page = open_task(browser, task_id)
    answers = [complete(browser, task_id, page, outcome="pass") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with office.sessions() as session:
        done = sa.select(sa.func.count()).where(AuditEntry.action == "task.completed")
        assert session.scalar(done) == 1


def test_a_draft_survives_and_comes_back(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    open_task(browser, task_id)
    kept = browser.post(
        f"/tasks/{task_id}/draft", {"note": "第二页看不清", "confirmed": "1:id_number"}, at="/inbox"
    )
    assert kept.status_code == 204
    page = browser.get(f"/tasks/{task_id}").text
    assert "第二页看不清" in page
    assert re.search(r'value="1:id_number"[^>]* checked', page)


def test_a_correction_is_a_new_reading_and_judged_at_once(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    assert "校验" in open_task(browser, task_id).text
    answer = browser.post(
        f"/tasks/{task_id}/pages/1/fields/id_number", {"value:1:id_number": "310113198512160646"}, at="/inbox"
    )
    assert answer.status_code == 200
    assert "人工" in answer.text
    assert "校验" not in answer.text
    with office.sessions() as session:
        read = pages.readings(session, [1])[1]["id_number"]
        assert (read.value, read.source) == ("310113198512160646", "person")


def test_what_was_typed_last_is_kept_when_passing(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    page = open_task(browser, task_id)
    complete(browser, task_id, page, outcome="pass", **{"value:1:id_number": "310113198512160646"})
    with office.sessions() as session:
        assert pages.readings(session, [1])[1]["id_number"].value == "310113198512160646"
        assert pages.readings(session, [1])[1]["person_name"].source == "test"


def test_a_page_of_another_record_cannot_be_corrected(office):
    task_id = office.recheck("2260101000001")
    office.recheck("2260101000002")
    browser = office.visitor("review")
    answer = browser.post(
        f"/tasks/{task_id}/pages/3/fields/id_number", {"value:3:id_number": "x"}, at="/inbox"
    )
    assert answer.status_code == 409


def test_the_material_type_is_confirmed(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    open_task(browser, task_id)
    answer = browser.post(f"/tasks/{task_id}/materials/1", {"code": "M-FM-05"}, at="/inbox")
    assert answer.status_code == 200
    with office.sessions() as session:
        material = pages.materials(session, [1])[1][0]
        assert (material.confirmed_code, material.code) == ("M-FM-05", "M-ID-01")
    assert browser.post(f"/tasks/{task_id}/materials/1", {"code": "M-XX"}, at="/inbox").status_code == 400


def test_sending_back_needs_words_and_opens_an_alert(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    page = open_task(browser, task_id)
    wordless = complete(browser, task_id, page, outcome="alert")
    assert wordless.status_code == 422
    assert "写明问题" in wordless.text
    complete(browser, task_id, page, outcome="alert", note="申请表缺签名")
    with office.sessions() as session:
        (alert,) = alerts.of_record(session, 1, "open")
        assert (alert.reason, alert.text) == ("RECHECK", "申请表缺签名")
    office.work()
    assert office.task(form="alert")


def test_a_rejected_push_comes_back_with_the_reason_and_the_field(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    complete(browser, task_id, open_task(browser, task_id), outcome="pass")
    with office.sessions.begin() as session:
        session.add(
            pushes.Push(
                record_id=1,
                page_id=2,
                material="M-ID-01",
                key="k",
                state="rejected",
                attempts=1,
                code="$E",
                reason="身份证号与登记不符",
                advice="对照影像核对后重新提交",
                field="id_number",
            )
        )
    office.work(outcome="rejected")
    page = open_task(browser, office.task()).text
    assert "平台退回" in page
    assert "对照影像核对后重新提交" in page
    assert 'data-fix-page="2" data-fix-field="id_number"' in page


def test_an_alert_is_overridden_with_authorisation(office):
    task_id = office.alert()
    clerk, lead = office.visitor("review"), office.visitor("lead")
    page = open_task(clerk, task_id)
    assert "身份证号与登记不一致" in page.text
    assert complete(clerk, task_id, page, choice="override").status_code == 422
    complete(clerk, task_id, page, choice="override", note="原件无误")
    office.work()
    decision = office.task(form="authorise")
    station = open_task(lead, decision)
    assert "原件无误" in station.text
    assert complete(lead, decision, station, choice="granted").status_code == 422
    complete(lead, decision, station, choice="granted", note="同意")
    office.work()
    assert office.task(form="recheck")
    with office.sessions() as session:
        decided = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "override.decided")).one()
        assert "同意" in decided.body


def test_withdrawing_closes_the_alerts_and_the_case(office):
    task_id = office.alert()
    browser = office.visitor("review")
    complete(browser, task_id, open_task(browser, task_id), choice="withdraw", note="申请人撤回")
    with office.sessions() as session:
        assert [alert.state for alert in alerts.of_record(session, 1)] == ["withdrawn"]
    assert "已撤回" in browser.get("/cases/1").text


def test_a_rescan_replaces_the_page_and_keeps_the_old_one(office):
    task_id = office.alert()
    clerk = office.visitor("review")
    complete(clerk, task_id, open_task(clerk, task_id), choice="rescan")
    office.work()
    rescan = office.task(form="capture")
    browser = office.visitor("capture")
    open_task(browser, rescan)
    files = {"files": (io.BytesIO(scan("better")), "better.jpg")}
    assert browser.post(f"/tasks/{rescan}/pages/1/replace", files, at="/inbox").status_code == 303
    files = {"files": [(io.BytesIO(scan("a")), "a.jpg"), (io.BytesIO(scan("b")), "b.jpg")]}
    assert browser.post(f"/tasks/{rescan}/pages", files, at="/inbox").status_code == 303
    with office.sessions() as session:
        assert [page.number for page in pages.current(session, 1)] == [1, 2, 3, 4]
        assert session.get(pages.PageImage, 1).superseded_by_id == pages.current(session, 1)[0].id
    stale = browser.post(
        f"/tasks/{rescan}/pages/1/replace", {"files": (io.BytesIO(scan("c")), "c.jpg")}, at="/inbox"
    )
    assert stale.status_code == 409
    page = browser.get(f"/tasks/{rescan}")
    complete(browser, rescan, page)
    office.work()
    assert office.task(form="recheck")


def test_a_broken_scan_is_refused_in_words_and_nothing_is_kept(office):
    task_id = office.alert()
    clerk = office.visitor("review")
    complete(clerk, task_id, open_task(clerk, task_id), choice="rescan")
    rescan, browser = office.task(form="capture"), office.visitor("capture")
    open_task(browser, rescan)
    for content, name in ((b"", "empty.jpg"), (b"MZ\x90\x00", "tool.exe"), (scan()[:500], "cut.jpg")):
        answer = browser.post(f"/tasks/{rescan}/pages", {"files": (io.BytesIO(content), name)}, at="/inbox")
        assert answer.status_code == 422
        assert "没有收下" in answer.text
    with office.sessions() as session:
        assert len(pages.current(session, 1)) == 2
    assert browser.post(f"/tasks/{rescan}/pages", {}, at="/inbox").status_code == 422


def test_too_large_an_upload_says_the_limit(office):
    task_id = office.alert()
    clerk = office.visitor("review")
    complete(clerk, task_id, open_task(clerk, task_id), choice="rescan")
    rescan, browser = office.task(form="capture"), office.visitor("capture")
    files = {"files": (io.BytesIO(b"x" * (3 * 1024 * 1024)), "big.jpg")}
    answer = browser.post(f"/tasks/{rescan}/pages", files, at="/inbox")
    assert answer.status_code == 413
    assert "2 MB" in answer.text


def test_a_task_is_given_back(office):
    task_id = office.recheck()
    browser = office.visitor("review")
    open_task(browser, task_id)
    browser.post(f"/tasks/{task_id}/release", at="/inbox")
    assert open_task(office.visitor("review2"), task_id).status_code == 200


def test_markup_in_a_subject_is_text(office):
    subject = {"person_name": "<script>alert(1)</script>", "id_number": '"><img src=x onerror=alert(1)>'}
    task_id = office.recheck(subject=subject)
    browser = office.visitor("review")
    for page in (
        browser.get("/cases/1"),
        open_task(browser, task_id),
        browser.get("/inbox"),
        browser.get("/cases"),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


def test_an_expired_session_answers_a_fragment_in_its_place(office):
    task_id = office.recheck()
    stranger = office.visitor()
    answer = stranger.post(f"/tasks/{task_id}/draft", {"note": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "<html" not in answer.text
    assert "/sign-in" in answer.text


def test_an_alert_shows_the_place_framed_and_each_look_is_on_record(office):
    office.receive("2260101000001")
    fault = Cause("POOR_QUALITY", "第 1 页内容超出影像边缘", page_id=1, box=(0.0, 0.5, 0.5, 0.6))
    office.work(fault=fault)
    browser = office.visitor("review")
    station = open_task(browser, office.task(form="alert")).text
    assert "/alerts/1/picture" in station
    assert "/alerts/1/picture" in browser.get("/cases/1").text
    answer = browser.get("/alerts/1/picture")
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (324, 152)  # the box and 4 % of the page around it, none beyond its edge
        red, green, _ = picture.getpixel((150, 25))  # a little beside what it frames
        assert red > 120 > green
    assert (
        browser.get("/alerts/1/picture", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )
    with office.sessions() as session:
        viewed = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "page.viewed")).all()
        assert len(viewed) == 1 and '"alert"' in viewed[0].body


def test_an_alert_without_a_place_has_no_picture(office):
    task_id = office.alert()
    browser = office.visitor("review")
    assert "/picture" not in open_task(browser, task_id).text
    assert browser.get("/alerts/1/picture").status_code == 404
    assert office.visitor("process").get("/alerts/1/picture").status_code == 403
