"""Signing in, CSRF, and who may open what."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from records.audit import AuditEntry
from tests.web.conftest import PASSWORD
from web import access

PAGES = {
    "/inbox": {"capture", "review", "lead"},
    "/cases": {"capture", "review", "lead", "auditor", "process"},
    "/intake": {"capture", "review", "lead", "auditor"},
    "/pushing": {"capture", "review", "lead", "auditor", "process"},
    "/supervision": {"lead"},
    "/recogniser-models": {"lead", "auditor"},
    "/incidents": {"lead", "process"},
    "/processes": {"process"},
}


def test_every_endpoint_declares_who_may_open_it(office):
    silent = [
        rule.endpoint
        for rule in office.app.url_map.iter_rules()
        if not access.declared(office.app, rule.endpoint)
    ]
    assert silent == []


def test_what_declares_nothing_opens_for_nobody(office):
    office.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert office.visitor("lead").get("/forgotten").status_code == 403
    assert office.visitor().get("/forgotten").status_code == 403


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(office):
    stranger = office.visitor()
    away = stranger.get("/cases?q=%E6%B2%AA")
    assert away.status_code == 302
    assert away.location.startswith("/sign-in?next=")
    back = re.search(r'name="back" value="([^"]*)"', stranger.get(away.location).text)[1]
    answer = stranger.post("/sign-in", {"login": "review", "password": PASSWORD, "back": back})
    assert answer.status_code == 303
    assert answer.location.startswith("/cases?q=")


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"]
)
def test_signing_in_leads_nowhere_else(office, back):
    answer = office.visitor().post("/sign-in", {"login": "review", "password": PASSWORD, "back": back})
    assert answer.location == "/"


def test_a_wrong_password_is_refused_and_counted(office):
    visitor = office.visitor()
    for _ in range(5):
        answer = visitor.post("/sign-in", {"login": "review", "password": "wrong"})
        assert answer.status_code == 401
        assert "登录名或密码不正确" in answer.text
    locked = visitor.post("/sign-in", {"login": "review", "password": PASSWORD})
    assert locked.status_code == 401
    assert "锁定" in locked.text
    with office.sessions() as session:
        refused = session.scalar(
            sa.select(sa.func.count()).where(AuditEntry.action == "person.sign_in_refused")
        )
    assert refused == 6


def test_too_many_attempts_from_one_address_are_slowed_down(office):
    visitor = office.visitor()
    codes = [visitor.post("/sign-in", {"login": f"x{n}", "password": "-"}).status_code for n in range(22)]
    assert codes[-1] == 429
    assert codes.index(429) >= 19


def test_a_program_cannot_sign_in_to_the_pages(office):
    answer = office.visitor().post("/sign-in", {"login": "robot", "password": PASSWORD})
    assert answer.status_code == 401
    assert "接口" in answer.text


def test_a_post_without_its_token_is_refused(office):
    browser = office.visitor("review")
    task_id = office.recheck()
    answer = browser.client.post(f"/tasks/{task_id}/claim")
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert browser.post(f"/tasks/{task_id}/claim", at="/inbox").status_code == 303


@pytest.mark.parametrize("login", ["capture", "review", "lead", "auditor", "process", "system", "security"])
def test_each_role_opens_its_pages_and_no_others(office, login):
    browser = office.visitor(login)
    seen = {path: browser.get(path).status_code for path in PAGES}
    assert seen == {path: 200 if login in may else 403 for path, may in PAGES.items()}
    start = browser.get("/", follow_redirects=True)
    assert start.status_code == 200
    for path, may in PAGES.items():
        assert (f'href="{path}"' in start.text) == (login in may)


def test_only_people_of_the_work_see_images_and_each_view_is_on_record(office):
    office.recheck()
    for login in ("review", "lead", "auditor"):
        assert office.visitor(login).get("/pages/1/image").status_code == 200
    for login in ("process", "system", "security"):
        browser = office.visitor(login)
        assert browser.get("/pages/1/image").status_code == 403
        assert browser.get("/pages/1/thumb").status_code == 403
    with office.sessions() as session:
        views = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "page.viewed")).all()
    assert len(views) == 3
    assert {view.subject_id for view in views} == {1}


def test_a_cached_image_is_not_recorded_again(office):
    office.recheck()
    browser = office.visitor("review")
    first = browser.get("/pages/1/image")
    again = browser.get("/pages/1/image", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert "private" in first.headers["Cache-Control"]
    with office.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "page.viewed")) == 1


def test_security_headers(office):
    answer = office.visitor("review").get("/inbox")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    cookie = office.visitor().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_session_ends_when_idle(office):
    browser = office.visitor("review")
    assert browser.get("/inbox").status_code == 200
    office.app.config["PERMANENT_SESSION_LIFETIME"] = dt.timedelta(seconds=-1)
    assert browser.get("/inbox").status_code == 302


def test_a_dismissed_person_is_out_at_once(office):
    browser = office.visitor("review")
    with office.sessions.begin() as session:
        session.execute(sa.text("update people set active = false where login = 'review'"))
    assert browser.get("/inbox").status_code == 302


def test_signing_out_is_on_record(office):
    browser = office.visitor("review")
    assert browser.post("/sign-out", at="/inbox").status_code == 303
    assert browser.get("/inbox").status_code == 302
    with office.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "person.signed_out")) == 1


def test_the_language_changes(office):
    browser = office.visitor("review")
    browser.post("/language", {"language": "en", "back": "/inbox"}, at="/inbox")
    page = browser.get("/inbox").text
    assert '<html lang="en">' in page
    assert "Inbox" in page
