"""A clerk at the stations, in Chromium: by keys alone, under the strict policy, without a word on the console."""

import re

import pytest
from playwright.sync_api import expect

from records import alerts, pages
from records.alerts import Cause
from records.people import SYSTEM
from tests.web.conftest import scan
from workflows.models import UserTask

pytestmark = pytest.mark.browser


def test_a_clerk_corrects_and_passes_by_keys_and_the_next_task_comes(office, sign_in):
    first, second = office.recheck("2260101000001"), office.recheck("2260101000002")
    page = sign_in("review")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tasks/{first}")

    name, number = page.get_by_label("姓名").first, page.get_by_label("居民身份证号").first
    expect(name).to_be_focused()
    page.keyboard.press("Enter")
    expect(number).to_be_focused()
    expect(page.locator(".viewer-box")).to_be_visible()
    with page.expect_response(re.compile("/fields/id_number")) as kept:
        page.keyboard.type("310113198512160646")
        page.keyboard.press("Enter")
    assert kept.value.status == 200
    expect(page.locator("[data-sheet-of='1'] .source", has_text="人工")).to_have_count(1)
    expect(page.locator("[data-where]")).to_contain_text("2/2")
    expect(page.locator("[data-progress]")).to_contain_text("2 / 4")

    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/tasks/{second}")
    expect(page.locator("h1")).to_contain_text("人工复核")
    expect(page.get_by_role("link", name="2260101000002")).to_be_visible()
    expect(page.get_by_label("姓名").first).to_be_focused()
    with office.sessions() as session:
        assert session.get(UserTask, first).completed_by.name == "林复核"
        assert pages.readings(session, [1])[1]["id_number"].value == "310113198512160646"


def test_the_last_typed_value_goes_with_the_pass(office, sign_in):
    task_id = office.recheck()
    page = sign_in("review")
    page.keyboard.press("n")
    page.wait_for_url(f"**/tasks/{task_id}")
    expect(page.get_by_label("姓名").first).to_be_focused()
    page.keyboard.type("示试花")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inbox?done=1")
    with office.sessions() as session:
        assert pages.readings(session, [1])[1]["person_name"].value == "示试花"


def test_the_alert_station_shows_the_place_of_the_alert_in_hand(office, sign_in):
    office.receive("2260101000001")
    place = {"field": "id_number", "box": (0.1, 0.5, 0.6, 0.55)}
    office.work(fault=Cause("FIELD_CONFLICT", "第 2 页身份证号与登记不一致", page_id=2, **place))
    with office.sessions.begin() as session:
        alerts.open_for(session, SYSTEM, 1, [Cause("UNKNOWN_PAGE", "第 1 页无法归类", page_id=1)])
    page = sign_in("review")
    page.keyboard.press("n")
    first, second = page.locator(".alert").nth(0), page.locator(".alert").nth(1)
    expect(first.get_by_role("button")).to_be_focused()
    expect(first).to_have_class(re.compile("alert-current"))
    expect(page.locator("[data-where]")).to_contain_text("2/2")
    expect(page.locator(".viewer-box")).to_be_visible()
    expect(page.get_by_text("补扫", exact=True)).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(second).to_have_class(re.compile("alert-current"))
    expect(first).not_to_have_class(re.compile("alert-current"))
    expect(page.locator("[data-where]")).to_contain_text("1/2")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inbox?done=1")


def test_a_draft_is_kept_without_asking(office, sign_in):
    task_id = office.recheck()
    page = sign_in("review")
    page.keyboard.press("n")
    page.get_by_role("button", name="退回预警…").click()
    with page.expect_response(re.compile("/draft")) as kept:
        page.get_by_label("退回预警的问题").press_sequentially("第二页反了")
    assert kept.value.status == 204
    page.goto(page.url)
    expect(page.get_by_label("退回预警的问题")).to_have_value("第二页反了")
    assert str(task_id) in page.url


def test_two_clerks_on_one_task_the_second_reads_who_finished(office, sign_in, complaints):
    task_id = office.recheck()
    page = sign_in("review")
    page.keyboard.press("n")
    page.wait_for_url(f"**/tasks/{task_id}")
    with office.sessions.begin() as session:
        task = session.get(UserTask, task_id)
        task.status, task.completed_at, task.completed_by_id = "completed", task.created_at, 3
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notice")).to_contain_text("何复核已在")
    expect(page.locator("#notice").get_by_role("link")).to_be_visible()
    assert all("409" in said for said in complaints)  # the browser notes the refused request itself
    complaints.clear()


def test_the_case_page_draws_where_it_stands(office, sign_in):
    office.recheck()
    page = sign_in("review")
    page.goto(re.sub(r"/inbox.*", "/cases/1", page.url))
    expect(page.locator(".node-active[data-element-id='recheck']")).to_be_visible()
    expect(page.locator(".node-done[data-element-id='capture']")).to_be_visible()
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    page.get_by_role("tab", name="人工复核").click()
    expect(page.locator(".node-active[data-element-id='recheck_record']")).to_be_visible()


def test_the_image_zooms_and_turns(office, sign_in):
    office.recheck()
    page = sign_in("review")
    page.keyboard.press("n")
    sheet = page.locator("[data-sheet]")
    expect(sheet).to_have_attribute("style", re.compile(r"rotate\(0deg\)"))
    before = sheet.bounding_box()
    page.keyboard.press("Alt+.")
    expect(sheet).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    turned = sheet.bounding_box()
    assert turned["width"] > turned["height"]
    page.keyboard.press("Alt+,")
    page.get_by_role("button", name="＋").click()
    assert sheet.bounding_box()["width"] > before["width"]
    page.keyboard.press("PageDown")
    expect(page.locator("[data-where]")).to_contain_text("2/2")


def test_scans_are_handed_in_through_the_browser(office, sign_in, tmp_path):
    scans = [tmp_path / f"{name}.jpg" for name in "ab"]
    for path in scans:
        path.write_bytes(scan(path.stem))
    page = sign_in("capture")
    page.get_by_role("link", name="收件登记").click()
    page.get_by_label("流水号").fill("2260101000001")
    page.get_by_label("事项").select_option("D-REN-08")
    page.locator("input[type=file]").set_input_files(scans)
    expect(page.locator("[data-chosen]")).to_have_text("a.jpg、b.jpg")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".notice-good")).to_contain_text("2260101000001，2 页")
