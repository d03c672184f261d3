"""What a rule for a field is, and how its table entry is written. Knows no field and no page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack


@dataclass(frozen=True)
class FieldRule:
    """`pattern` finds the value after a label; `bare` finds it where there is no label, if that is safe at
    all: its group, if it has one that took part.

    `others`: labels that name the field where none of `labels` does, the likeliest first. `inner`: what the value is
    called in a section of a form that one of the labels heads. `above`: what stands under the value, where its label
    cannot be read. `coded`: where the value stands in a line that carries its own check digits.

    `valid_only`: the form is too common to believe without the validator's word. `lowest`: of several without a
    label, the lowest on the page. `unbroken`: letters and figures alone, of a length that is known, so that specks
    between them and borders of boxes can be left out. `wraps`: in running text it may go on in the next line.

    `flows`: words that may fill several lines of a cell. `anywhere`: the label may follow another value without a gap.
    `second`: labels that stand twice, of which the second names the field (the wife's name below the husband's).
    `words`: the value may be a word that is a label elsewhere. `sure`: how often what the rule finds beside a label is
    right, where that is less than usual; `bare_sure` the same for what is found without one. `options`: words of which
    the form has some with a box before each, to be ticked; `grouped`: some of them name only a paper, and the head of
    their row says what is asked for it.
    """

    labels: tuple[str, ...]
    pattern: re.Pattern[str]
    bare: re.Pattern[str] | None = None
    others: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    above: re.Pattern[str] | None = None
    coded: Callable[[str], tuple[int, int] | None] | None = None
    valid_only: bool = False
    lowest: bool = False
    unbroken: bool = False
    wraps: bool = False
    flows: bool = False
    anywhere: bool = False
    second: tuple[str, ...] = ()
    words: bool = False
    sure: float = 1.0
    bare_sure: float = 0.6
    options: tuple[str, ...] = ()
    grouped: bool = False


class Properties(TypedDict, total=False):
    """The properties of a rule that are written as they are kept; see FieldRule."""

    coded: Callable[[str], tuple[int, int] | None]
    valid_only: bool
    lowest: bool
    unbroken: bool
    wraps: bool
    flows: bool
    anywhere: bool
    words: bool
    sure: float
    bare_sure: float
    grouped: bool


def rule(
    labels: str,
    pattern: str,
    bare: str | None = None,
    *,
    others: str = "",
    inner: str = "",
    above: str | None = None,
    second: str = "",
    options: str = "",
    **properties: Unpack[Properties],
) -> FieldRule:
    """A rule; labels and options are separated by spaces; only the order of `others` matters."""
    return FieldRule(
        _longest_first(labels),
        re.compile(pattern),
        re.compile(bare) if bare else None,
        others=tuple(others.split()),
        inner=_longest_first(inner),
        above=re.compile(above) if above else None,
        second=tuple(second.split()),
        options=_longest_first(options),
        **properties,
    )


def _longest_first(labels: str) -> tuple[str, ...]:
    return tuple(sorted(labels.split(), key=len, reverse=True))
