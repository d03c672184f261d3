"""The recheck station in the mode "doubtful": keys lead through what lies below its threshold, the rest is folded."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from records import calibration, pages, promise
from records.pages import PageMaterial
from records.people import SYSTEM
from records.promise import PageRecheck, RecheckAnswer
from tests.web.test_promise import answered, marks, rows
from tests.web.test_tasks import complete, open_task
from workflows.models import UserTask


@pytest.fixture
def proven(office):
    """An office whose machine is proven on types and names from 0.99 on, on ID numbers not at all, and that draws
    hardly any page."""
    answered(office)
    with office.sessions.begin() as session:
        promise.make(session, SYSTEM, 500, 0.000001, "试行")
        calibration.calibrate(session, SYSTEM)
    return office


def surer(office, confidence=0.995):
    """Types of the pages as sure as the calibration asks for."""
    with office.sessions.begin() as session:
        session.execute(sa.text("update page_materials set confidence = :c"), {"c": confidence})


def test_the_diagram_tells_the_station_its_mode(office):
    office.recheck()
    with office.sessions() as session:
        assert session.scalars(sa.select(UserTask.mode)).one() == "doubtful"


def test_sure_fields_are_folded_with_their_values_in_sight(proven):
    task_id = proven.recheck("2260101000002")
    surer(proven)
    page = open_task(proven.visitor("review"), task_id)
    sheet = page.text[page.text.index("data-sheet-of") :]
    shown, folded = sheet.split('<details class="fold sure">')[:2]
    assert "value:3:id_number" in shown
    assert "value:3:person_name" not in shown
    assert "value:3:person_name" in folded
    assert "示试华" in folded[: folded.index("</summary>")]


def test_what_was_asked_by_doubt_counts_only_where_nothing_is_proven(proven):
    task_id = proven.recheck("2260101000002")
    surer(proven)
    browser = proven.visitor("review")
    before = len(rows(proven, RecheckAnswer))
    confirmed = ["3:id_number", "4:id_number", "4:person_name"]
    complete(browser, task_id, open_task(browser, task_id), outcome="pass", confirmed=confirmed)
    left = rows(proven, RecheckAnswer)[before:]
    assert [(row.field, row.correct) for row in left] == [("id_number", True)] * 2
    assert [(row.whole, row.thorough) for row in rows(proven, PageRecheck)[-2:]] == [(False, True)] * 2


def test_a_correction_by_doubt_counts_like_a_confirmation(proven):
    task_id = proven.recheck("2260101000002")
    surer(proven)
    browser = proven.visitor("review")
    before = len(rows(proven, RecheckAnswer))
    typed = {"value:3:id_number": "310113198512160646"}
    complete(
        browser, task_id, open_task(browser, task_id), outcome="pass", confirmed=["4:id_number"], **typed
    )
    left = rows(proven, RecheckAnswer)[before:]
    assert [(row.field, row.correct) for row in left] == [("id_number", False), ("id_number", True)]


def test_what_the_page_also_looks_like_is_offered_first(office):
    task_id = office.recheck()
    with office.sessions.begin() as session:
        first = session.scalars(sa.select(PageMaterial).order_by(PageMaterial.id)).first()
        first.alternatives = [["M-ID-03", 0.02], ["M-DR-07", 0.01]]
        pages.reassign_material(session, first, "M-DR-07")
    page = open_task(office.visitor("review"), task_id)
    select = page.text[page.text.index(f'<select id="material-{first.id}"') :]
    select = select[: select.index("</select>")]
    likely = select[select.index('<optgroup label="看上去也像">') : select.index("</optgroup>")]
    assert re.findall(r'value="([^"]+)"', likely) == ["M-ID-01", "M-ID-03"]
    assert re.findall(r'value="([^"]+)" selected', select) == ["M-DR-07"]
    offered = re.findall(r'value="([^"]+)"', select)
    assert len(offered) == len(set(offered))


def given_by_case(office):
    """A case whose first page was taken for a paper that it lacks; the task, the page's material and its event."""
    task_id = office.recheck()
    with office.sessions.begin() as session:
        first = session.scalars(sa.select(PageMaterial).order_by(PageMaterial.id)).first()
        first.alternatives = [["M-DR-07", 0.02]]
        pages.reassign_material(session, first, "M-DR-07")
    return task_id, first.id


def test_the_station_says_that_the_case_gave_the_type_and_what_it_may_lack(office):
    task_id, material_id = given_by_case(office)
    names = {code: each.name for code, each in office.context.catalogue.materials.items()}
    browser = office.visitor("review")
    given = f"按本件所缺资料判为“{names['M-DR-07']}”，模型原判“{names['M-ID-01']}”"
    page = open_task(browser, task_id)
    assert page.text.count(given) == 1
    assert page.text.count('<details class="fold unread" open>') == 1  # the first type's fields were sought
    path, at = f"/tasks/{task_id}/materials/{material_id}", f"/tasks/{task_id}"
    answer = browser.post(path, {"code": "M-ID-01"}, at=at)
    assert given not in answer.text and f"本件因此可能缺少“{names['M-DR-07']}”" in answer.text
    answer = browser.post(path, {"code": "M-DR-07"}, at=at)
    assert "所缺资料" not in answer.text


def test_the_timeline_says_what_the_case_made_of_it(office):
    task_id, _ = given_by_case(office)
    names = {code: each.name for code, each in office.context.catalogue.materials.items()}
    with office.sessions() as session:
        case_id = session.get_one(UserTask, task_id).instance_id
    text = office.visitor("review").get(f"/cases/{case_id}").text
    assert "按本件所缺资料改判种类" in text
    assert f"{names['M-ID-01']} → {names['M-DR-07']} · 模型的把握 2%" in text


def test_a_drawn_page_is_rechecked_as_a_whole_and_asks_for_the_type(proven):
    with proven.sessions.begin() as session:
        promise.make(session, SYSTEM, 500, 100, "全部抽样")
    task_id = proven.recheck("2260101000002")
    surer(proven)
    browser = proven.visitor("review")
    page = open_task(browser, task_id)
    assert "抽样全面复核" in page.text
    assert 'class="fold sure"' not in page.text
    assert {"3:#3", "3:person_name", "3:id_number"} <= set(marks(page))
    complete(browser, task_id, page, outcome="pass", confirmed=marks(page))
    assert all(row.drawn and row.thorough for row in rows(proven, PageRecheck)[-2:])


def test_another_version_is_led_through_as_a_whole(proven):
    task_id = proven.recheck("2260101000002")
    with proven.sessions.begin() as session:
        session.execute(sa.text("update recognitions set version = 'test-2' where page_id > 2"))
    page = open_task(proven.visitor("review"), task_id)
    assert 'class="fold sure"' not in page.text


@pytest.mark.browser
def test_keys_lead_through_the_doubtful_fields_only(proven, sign_in):
    task_id = proven.recheck("2260101000002")
    surer(proven)
    page = sign_in("review")
    page.keyboard.press("n")
    page.wait_for_url(f"**/tasks/{task_id}")
    expect(page.locator("[data-progress]")).to_contain_text("0 / 2")
    expect(page.locator("[data-sheet-of='3'] [name='value:3:id_number']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-where]")).to_contain_text("2/2")
    expect(page.locator("[name='value:4:id_number']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-progress]")).to_contain_text("2 / 2")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/inbox?done=1")
