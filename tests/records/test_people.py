"""Accounts: sign-in, locking, the three separate hands, tokens."""

import datetime as dt

import pytest
import sqlalchemy as sa

from records import people
from records.audit import AuditEntry
from records.people import SYSTEM, Person, SignInRefused
from tests.conftest import PASSWORD


def sign_in(sessions, login, password):
    with sessions() as session:
        try:
            return people.sign_in(session, login, password, "10.0.0.1").name
        finally:
            session.commit()


def test_the_right_password_signs_in_and_is_on_the_record(sessions):
    assert sign_in(sessions, "clerk0", PASSWORD) == "甲"
    with sessions() as session:
        assert "person.signed_in" in session.scalars(sa.select(AuditEntry.action)).all()


@pytest.mark.parametrize("login", ["clerk0", "nobody"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(sessions, login):
    with pytest.raises(SignInRefused, match="登录名或密码不正确"):
        sign_in(sessions, login, "wrong")


def test_five_failures_lock_even_the_right_password_out_for_a_while(sessions):
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(sessions, "clerk0", "wrong")
    with pytest.raises(SignInRefused, match="锁定"):
        sign_in(sessions, "clerk0", PASSWORD)
    with sessions.begin() as session:
        person = session.scalars(sa.select(Person).where(Person.login == "clerk0")).one()
        person.locked_until = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert sign_in(sessions, "clerk0", PASSWORD) == "甲"


def test_a_disabled_account_stays_out(sessions):
    with sessions.begin() as session:
        session.scalars(sa.select(Person).where(Person.login == "clerk0")).one().active = False
    with pytest.raises(SignInRefused):
        sign_in(sessions, "clerk0", PASSWORD)


def add(sessions, login="new", roles=("clerk",)):
    with sessions.begin() as session:
        return people.add_person(session, SYSTEM, login=login, name="新", password=PASSWORD, roles=roles)


def test_no_account_holds_two_of_the_three_separate_hands(sessions):
    with pytest.raises(people.RolesConflict):
        add(sessions, roles=("auditor", "system_admin"))


def test_a_sign_in_name_is_given_once_and_a_role_must_exist(sessions):
    with pytest.raises(people.AccountExists):
        add(sessions, login="clerk0")
    with pytest.raises(ValueError, match="没有这样的角色"):
        add(sessions, roles=("king",))


def test_a_token_opens_until_it_is_revoked_and_is_not_kept_in_the_clear(sessions):
    person = add(sessions, roles=("program",))
    with sessions.begin() as session:
        token = people.issue_token(session, SYSTEM, session.get_one(Person, person.id), "business system")
    with sessions() as session:
        assert people.by_token(session, token).login == "new"
        assert people.by_token(session, token + "x") is None
        row = session.scalars(sa.select(people.ApiToken)).one()
        assert token not in (row.digest, row.label)
        row.revoked_at = dt.datetime.now(dt.UTC)
        session.commit()
        assert people.by_token(session, token) is None
