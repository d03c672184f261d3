"""Comparing two recognisers: intervals and tests against known values, verdicts, calibration."""

import random

import pytest

from records.model_comparison import MARGIN, Answer, answers_needed, compare, line, mcnemar, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)],
)
def test_wilson_gives_the_published_intervals(hits, count, low, high):
    assert wilson(hits, count) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("b", "c", "chance"),
    [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (0, 6, 0.03125), (1, 9, 0.021484), (10, 25, 0.016674)],
)
def test_mcnemar_is_the_exact_binomial_test(b, c, chance):
    assert mcnemar(b, c) == pytest.approx(chance, abs=1e-5)
    assert mcnemar(c, b) == mcnemar(b, c)


@pytest.mark.parametrize("errors", [0, 1, 2, 7, 40])
def test_the_number_of_answers_needed_is_the_least_that_does(errors):
    needed = answers_needed(errors, MARGIN)
    assert wilson(errors, needed)[1] <= MARGIN < wilson(errors, needed - 1)[1]


def answers(both=0, only_old=0, only_new=0, neither=0, group="M-ID-01"):
    outcomes = [(True, True)] * both + [(True, False)] * only_old
    outcomes += [(False, True)] * only_new + [(False, False)] * neither
    return [Answer(group, old, new, 0.9, 0.9) for old, new in outcomes]


@pytest.mark.parametrize(
    ("given", "verdict", "more"),
    [
        ({"both": 90, "only_new": 10}, "better", 0),
        ({"both": 90, "only_old": 10}, "worse", 0),
        ({"both": 95, "only_old": 3, "only_new": 2}, "too_few", answers_needed(3, MARGIN) - 100),
        ({"both": 381}, "no_worse", 0),
        ({"both": 380}, "too_few", 1),
        ({}, "too_few", 381),
    ],
)
def test_the_verdict_needs_a_difference_or_enough_answers(given, verdict, more):
    found = line("M-ID-01", answers(**given))
    assert (found.verdict, found.more) == (verdict, more)
    assert found.answers == sum(given.values())


def test_types_and_fields_are_lines_of_their_own_and_worse_ones_are_named():
    found = compare(
        answers(both=50) + answers(only_old=8, both=2, group="M-FM-01"),
        answers(both=5, group="vin"),
        (1.5, 0.5),
    )
    assert [each.group for each in found.types] == ["M-FM-01", "M-ID-01"]
    assert found.all_types.answers == 60 and found.all_fields.answers == 5
    assert found.worse() == ["types", "M-FM-01"]
    assert found.as_json()["seconds"] == (1.5, 0.5)


def test_calibration_is_the_distance_of_what_was_said_from_what_was_right():
    told = [Answer("x", n < 60, n < 95, 0.95, 0.95) for n in range(100)]
    found = compare([*told, Answer("x", False, False, None, None)], [])
    assert found.calibration_old.error == pytest.approx(0.35)
    assert found.calibration_new.error == pytest.approx(0.0)
    assert found.calibration_old.tenths[9] == (100, 0.95, 0.6)
    assert compare([], []).calibration_old.error is None


def test_two_equally_good_models_are_seldom_told_apart():
    """2,000 trials of 400 answers, both right in 95 %: no more than one in twenty may be called better or worse."""
    chance = random.Random(7)
    told_apart = 0
    for _ in range(2000):
        only_old = sum(chance.random() < 0.03 for _ in range(400))
        only_new = sum(chance.random() < 0.03 for _ in range(400))
        told_apart += mcnemar(only_old, only_new) < 0.05
    assert told_apart / 2000 < 0.06
