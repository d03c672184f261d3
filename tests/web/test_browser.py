"""A clerk at the stations, in Chromium: by keys alone, under the strict policy, without a word on the console."""

import contextlib
import re
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from werkzeug.serving import make_server

from records import pages
from tests.web.conftest import PASSWORD, scan
from workflows.models import UserTask

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@contextlib.contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(5)


@pytest.fixture
def address(office):
    with served(office.app) as found:
        yield found


@pytest.fixture
def complaints():
    """What the browser's console and the pages' scripts complained of: empty at the end of every test."""
    found = []
    yield found
    assert found == []


@pytest.fixture
def sign_in(chromium, address, complaints):
    contexts = []

    def enter(login):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()


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
