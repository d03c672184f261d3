"""Comparing two recognisers on the same pages against what people confirmed: counts, intervals, a verdict.

Pure: answers in, numbers out. Knows nothing of pages, of people or of a database.

Verdict of a type or field, from the answers on which the two differ (McNemar's exact test, two-sided, 5 %):
`better` and `worse` need a difference that is no chance; without one, `no_worse` needs the Wilson upper bound (95 %) of
the share of answers that only the new one gets wrong to be at most MARGIN; else it is `too_few`, with the number of
further answers without a new error that would do. Each line is tested by itself: of twenty lines one may look
different by chance, so the line over all answers comes first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Z95 = 1.959963984540054
SIGNIFICANT = 0.05
MARGIN = 0.01
BINS = 10

Verdict = Literal["better", "worse", "no_worse", "too_few"]


@dataclass(frozen=True)
class Answer:
    """One finding of both recognisers beside the truth. `group`: the confirmed type, or the field; `*_confidence`
    is None where that recogniser found nothing."""

    group: str
    old_right: bool
    new_right: bool
    old_confidence: float | None
    new_confidence: float | None


@dataclass(frozen=True)
class Line:
    """Both recognisers on the answers of one group. `only_old` is right for the old and wrong for the new one."""

    group: str
    both: int
    only_old: int
    only_new: int
    neither: int
    old_share: tuple[float, float, float]
    new_share: tuple[float, float, float]
    chance: float
    verdict: Verdict
    more: int

    @property
    def answers(self) -> int:
        return self.both + self.only_old + self.only_new + self.neither


@dataclass(frozen=True)
class Calibration:
    """How well confidences hold: (answers, mean confidence, share right) a tenth, and their mean distance."""

    tenths: tuple[tuple[int, float, float], ...]
    error: float | None


@dataclass(frozen=True)
class Comparison:
    """Everything of one report; `as_json` is what is kept of it."""

    types: tuple[Line, ...]
    fields: tuple[Line, ...]
    all_types: Line
    all_fields: Line
    calibration_old: Calibration
    calibration_new: Calibration
    seconds: tuple[float, float] | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def worse(self) -> list[str]:
        """The groups for which the new one is worse beyond chance."""
        lines = (self.all_types, self.all_fields, *self.types, *self.fields)
        return [line.group for line in lines if line.verdict == "worse"]


def compare(
    types: Iterable[Answer],
    fields: Iterable[Answer],
    seconds: tuple[float, float] | None = None,
    left_out: dict[str, int] | None = None,
) -> Comparison:
    types, fields = list(types), list(fields)
    return Comparison(
        types=_lines(types),
        fields=_lines(fields),
        all_types=line("types", types),
        all_fields=line("fields", fields),
        calibration_old=calibration(types, lambda each: (each.old_confidence, each.old_right)),
        calibration_new=calibration(types, lambda each: (each.new_confidence, each.new_right)),
        seconds=seconds,
        left_out=left_out or {},
    )


def _lines(answers: Sequence[Answer]) -> tuple[Line, ...]:
    groups: dict[str, list[Answer]] = {}
    for each in answers:
        groups.setdefault(each.group, []).append(each)
    return tuple(line(group, groups[group]) for group in sorted(groups))


def line(group: str, answers: Sequence[Answer]) -> Line:
    both = sum(each.old_right and each.new_right for each in answers)
    only_old = sum(each.old_right and not each.new_right for each in answers)
    only_new = sum(each.new_right and not each.old_right for each in answers)
    count = len(answers)
    chance = mcnemar(only_old, only_new)
    verdict, more = _verdict(count, only_old, only_new, chance)
    return Line(
        group=group,
        both=both,
        only_old=only_old,
        only_new=only_new,
        neither=count - both - only_old - only_new,
        old_share=_share(both + only_old, count),
        new_share=_share(both + only_new, count),
        chance=round(chance, 6),
        verdict=verdict,
        more=more,
    )


def _verdict(count: int, only_old: int, only_new: int, chance: float) -> tuple[Verdict, int]:
    if chance < SIGNIFICANT:
        return ("better" if only_new > only_old else "worse"), 0
    needed = answers_needed(only_old, MARGIN)
    return ("no_worse", 0) if count >= needed else ("too_few", needed - count)


def mcnemar(only_old: int, only_new: int) -> float:
    """The chance of a split at least as uneven when both are equally good: exact, two-sided."""
    count, fewer = only_old + only_new, min(only_old, only_new)
    if count == 0:
        return 1.0
    tail = sum(math.exp(_log_choose(count, k) - count * math.log(2)) for k in range(fewer + 1))
    return min(1.0, 2 * tail)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    share, square = hits / count, Z95 * Z95
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z95 / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def answers_needed(errors: int, margin: float) -> int:
    """The least number of answers among which `errors` keep the Wilson upper bound within the margin."""
    low, high = errors, max(1, errors)
    while wilson(errors, high)[1] > margin:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if wilson(errors, middle)[1] > margin:
            low = middle
        else:
            high = middle
    return high


def _share(hits: int, count: int) -> tuple[float, float, float]:
    low, high = wilson(hits, count)
    return (round(hits / count, 6) if count else 0.0), round(low, 6), round(high, 6)


def calibration(
    answers: Sequence[Answer], told: Callable[[Answer], tuple[float | None, bool]]
) -> Calibration:
    """Confidences against what was right, in tenths; an answer without a confidence says nothing."""
    tenths: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for each in answers:
        confidence, right = told(each)
        if confidence is not None:
            tenths[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    count = sum(map(len, tenths))
    rows = tuple(
        (
            len(tenth),
            round(sum(confidence for confidence, _ in tenth) / len(tenth), 4),
            round(sum(right for _, right in tenth) / len(tenth), 4),
        )
        if tenth
        else (0, 0.0, 0.0)
        for tenth in tenths
    )
    if not count:
        return Calibration(rows, None)
    error = sum(number * abs(said - true) for number, said, true in rows) / count
    return Calibration(rows, round(error, 4))
