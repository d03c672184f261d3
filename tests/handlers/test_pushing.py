"""Pushing through every fault that the platform is known to have: nothing sent twice, nothing lost, all said."""

import datetime as dt

import pytest
import sqlalchemy as sa

from records import pages, pushes
from records.people import SYSTEM
from records.pushes import Breaker, Push
from tests.handlers.conftest import VIN
from workflows.models import Incident, ServiceTaskRun


@pytest.fixture
def ready(office):
    """A case whose recheck is all that keeps it from the platform."""
    record_id = office.hand_in(**{"M-FM-01": {"fields": {"vin": VIN}}})
    office.work()
    return record_id


def until_settled(office, rounds=12):
    for _ in range(rounds):
        office.pass_time()
        office.work()


def held(office):
    return [page["key"] for page in office.platform.stand_in.ledger.pages()]


def counts(office):
    with office.house.sessions() as session:
        return pushes.counts(session)


@pytest.mark.parametrize(
    "fault",
    [
        {"system_error": "2"},
        {"http_500": "2"},
        {"half_read": "2"},
        {"half_read": "0.3"},
        {"slow": "3s,1"},  # longer than we wait: the outcome is unknown to us
        {"duplicate": "2"},
        {"plain_reply": ""},
        {"gbk_declaration": ""},
    ],
    ids=lambda fault: "-".join(f"{k}={v}" for k, v in fault.items()),
)
def test_whatever_goes_wrong_on_the_way_every_page_arrives_once(office, ready, fault):
    office.faults(**fault)
    office.complete(ready, recheck_outcome="pass")
    until_settled(office)
    office.faults(**dict.fromkeys(fault))
    until_settled(office)
    assert office.case(ready).outcome == "archived"
    keys = held(office)
    assert len(keys) == len(set(keys)) == 8
    assert counts(office) == {"sent": 8, "accepted": 8, "rejected": 0, "pending": 0}


def test_a_rejection_returns_to_the_recheck_in_plain_words_and_the_corrected_case_is_accepted(office, ready):
    office.faults(business_error="1")
    office.complete(ready, recheck_outcome="pass")
    task = office.task(ready)
    assert (task.form, task.priority) == ("recheck", 90)
    with office.house.sessions.begin() as session:
        push = session.scalars(sa.select(Push).where(Push.state == "rejected")).one()
        assert push.field == "vin" and "车辆识别代号" in push.reason and "核对" in push.advice
        first = pages.current(session, ready)[0]
        pages.correct(session, SYSTEM, first, "vin", "LSVAG2184E2100000")
    office.complete(ready, recheck_outcome="pass")
    assert office.case(ready).outcome == "archived"
    fields = [page["fields"] for page in office.platform.stand_in.ledger.pages()]
    assert len(fields) == 8 and "LSVAG2184E2100000" in str(fields[0])
    assert counts(office)["rejected"] == 0


@pytest.mark.parametrize("code", ["-408", "-411"])
def test_a_permission_error_opens_the_breaker_and_stops_calling(office, ready, code):
    office.faults(permission_error=code)
    office.complete(ready, recheck_outcome="pass")
    calls = len(office.platform.stand_in.ledger.calls())
    until_settled(office, 5)
    assert len(office.platform.stand_in.ledger.calls()) == calls  # it rests
    with office.house.sessions() as session:
        breaker = session.scalars(sa.select(Breaker)).one()
        assert breaker.state == "open" and breaker.reason
        assert session.scalars(sa.select(Incident)).all() == []  # resting is no failure of the case
        assert (
            session.scalars(sa.select(ServiceTaskRun.status).order_by(ServiceTaskRun.id.desc())).first()
            == "waiting"
        )
    office.faults(permission_error=None)
    with office.house.sessions.begin() as session:
        session.scalars(sa.select(Breaker)).one().opened_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    until_settled(office)
    assert office.case(ready).outcome == "archived"
    with office.house.sessions() as session:
        assert session.scalars(sa.select(Breaker.state)).all() == ["closed"]


def test_a_spent_quota_waits_for_tomorrow_and_is_no_failure(office, ready):
    office.faults(quota="1")
    office.complete(ready, recheck_outcome="pass")
    with office.house.sessions() as session:
        run = session.scalars(sa.select(ServiceTaskRun).order_by(ServiceTaskRun.id.desc())).first()
        assert run.status == "waiting" and run.postponed == 1
    until_settled(office)
    assert office.case(ready).outcome == "archived"


def test_a_platform_that_is_down_for_long_becomes_an_incident_and_the_retry_finishes(office, ready):
    from workflows import incidents

    office.faults(system_error="")
    office.complete(ready, recheck_outcome="pass")
    until_settled(office, 30)
    with office.house.sessions() as session:
        (incident,) = incidents.open_incidents(session)
    office.faults(system_error=None)
    with office.house.sessions.begin() as session:
        incidents.retry(session, office.house.models, SYSTEM, incident.id)
    until_settled(office)
    assert office.case(ready).outcome == "archived"


def test_a_worker_killed_between_call_and_answer_asks_before_it_sends_again(office, ready, monkeypatch):
    """The row says `uncertain` before the call; after a kill the platform is asked what it holds."""
    platform = office.context.platform
    send = platform.write_image

    class Killed(BaseException):
        pass

    def send_and_die(page):
        send(page)
        raise Killed

    monkeypatch.setattr(platform, "write_image", send_and_die)
    with pytest.raises(Killed):
        office.complete(ready, recheck_outcome="pass")
    monkeypatch.setattr(platform, "write_image", send)
    with office.house.sessions.begin() as session:
        run = session.scalars(sa.select(ServiceTaskRun).order_by(ServiceTaskRun.id.desc())).first()
        assert run.status == "running"
        run.lease_until = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    until_settled(office)
    assert office.case(ready).outcome == "archived"
    assert len(held(office)) == len(set(held(office))) == 8
