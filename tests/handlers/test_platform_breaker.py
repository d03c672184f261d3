"""The circuit rests after a permission error, lets one probe out, and waits grow up to a cap."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.platform.breaker import Circuit, admit, backoff, failed, succeeded

NOON = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
REST_S = 300.0


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def test_a_closed_circuit_lets_every_call_through_unchanged():
    assert admit(Circuit(), NOON, REST_S) == Circuit()


def test_an_open_circuit_rests_and_then_lets_exactly_one_probe_out():
    opened = failed(Circuit(), NOON, "无权调用该接口")
    assert (opened.state, opened.failures, opened.reason) == ("open", 1, "无权调用该接口")
    assert admit(opened, after(REST_S - 1), REST_S) is None
    probing = admit(opened, after(REST_S), REST_S)
    assert probing is not None and probing.state == "half_open"
    assert admit(probing, after(REST_S + 1), REST_S) is None


def test_the_probe_decides():
    probing = admit(failed(Circuit(), NOON, "停用"), after(REST_S), REST_S)
    assert probing is not None
    assert succeeded(probing) == Circuit()
    again = failed(probing, after(REST_S + 1), "停用")
    assert (again.state, again.failures) == ("open", 2)
    assert admit(again, after(2 * REST_S), REST_S) is None


def test_a_probe_that_never_came_back_is_replaced():
    probing = admit(failed(Circuit(), NOON, "停用"), after(REST_S), REST_S)
    assert probing is not None
    replaced = admit(probing, after(2 * REST_S), REST_S)
    assert replaced is not None and replaced.opened_at == after(2 * REST_S)


def test_a_late_success_of_an_earlier_call_does_not_close_an_open_circuit():
    opened = failed(Circuit(), NOON, "停用")
    assert succeeded(opened) == opened


@given(st.integers(1, 10_000), st.integers())
def test_a_wait_lies_in_the_upper_half_of_its_step_and_under_the_cap(attempt, seed):
    wait = backoff(attempt, 5.0, 600.0, random.Random(seed).random)
    step = min(600.0, 5.0 * 2 ** min(attempt - 1, 20))
    assert step / 2 <= wait <= step


@pytest.mark.parametrize(("attempt", "wait"), [(1, 5.0), (2, 10.0), (3, 20.0), (8, 600.0), (500, 600.0)])
def test_waits_double_up_to_the_cap(attempt, wait):
    assert backoff(attempt, 5.0, 600.0, lambda: 1.0) == wait
