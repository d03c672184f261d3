"""What type is the page: evidence from its lines for each material type's title keywords.

Knows lines and the catalogue. A keyword that stands as a line of its own, near the top, in large print is
strong evidence; the same words inside running text, or words that merely label a field, are weak. Being none
of the known types is a hypothesis beside them, so that a page without evidence is M-OT-99 rather than the
nearest type.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ocr import geometry
from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.protocol import Line, MaterialFinding

# The odds that a page is of no known type, against which the evidence for a type has to stand.
_UNKNOWN_ODDS = 0.3
_LEAST_LIKENESS = 0.72
# What words typical of a type say, and words that are also the label of a field, which stand on many types.
_HINT, _LABEL = 0.35, 0.06


@dataclass(frozen=True)
class _Keyword:
    code: str
    text: str
    title: bool
    label: bool
    weight: float


@dataclass(frozen=True)
class _Place:
    """A line as the title search sees it. `top`, `size`: 0 to 1, how near the top and how large."""

    text: str
    top: float
    size: float


class TitleIndex:
    """The catalogue's keywords, prepared once."""

    def __init__(self, catalogue: MaterialCatalogue) -> None:
        self._catalogue = catalogue

    @cached_property
    def _keywords(self) -> tuple[_Keyword, ...]:
        labels = {plain(name) for name in self._catalogue.field_names.values()}
        texts = {m.code: list(dict.fromkeys(map(plain, m.keywords))) for m in self._catalogue.materials}
        prepared = []
        for material in self._catalogue.materials:
            names = [plain(name) for name in material.names]
            for text in texts[material.code]:
                sharing = sum(any(text in other for other in others) for others in texts.values())
                label = any(text in name for name in labels)
                title = not label and any(_names(text, name) for name in names)
                prepared.append(_Keyword(material.code, text, title, label, min(1.0, (len(text) - 1) / 4) / sharing))
        return tuple(prepared)

    def classify(self, lines: Sequence[Line], height: int) -> tuple[MaterialFinding, ...]:
        """The page's type from its upright lines; `height` of the page in pixels. Exactly one finding."""
        doubt = {keyword.code: 1.0 for keyword in self._keywords}
        strongest: dict[_Keyword, float] = {}
        for place in _places(lines, height):
            for keyword, strength in _speaking(self._keywords, place):
                strongest[keyword] = max(strength, strongest.get(keyword, 0.0))
        for keyword, strength in strongest.items():
            doubt[keyword.code] *= 1 - strength
        odds = {code: (1 - left) / max(left, 0.01) for code, left in doubt.items()}
        odds[UNKNOWN] = _UNKNOWN_ODDS
        best = max(odds, key=lambda code: odds[code])
        return (MaterialFinding(best, round(odds[best] / sum(odds.values()), 4)),)


def plain(text: str) -> str:
    """Letters, digits and ideographs only, capitals, full-width forms folded."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _names(keyword: str, name: str) -> bool:
    """Whether the keyword is what a document of this name has in its title."""
    if keyword in name or (len(name) >= 3 and name in keyword):
        return True
    pairs = {keyword[i : i + 2] for i in range(len(keyword) - 1)}
    return len(pairs) >= 3 and sum(pair in name for pair in pairs) / len(pairs) > 0.6


def _places(lines: Sequence[Line], height: int) -> list[_Place]:
    if not lines:
        return []
    boxes = [geometry.bounds(line.box) for line in lines]
    usual = median(bottom - top for _, top, _, bottom in boxes)
    return [
        _Place(
            text=plain(line.text),
            top=max(0.0, 1 - (top + bottom) / 2 / height / 0.5),
            size=min(1.0, max(0.0, ((bottom - top) / max(usual, 1.0) - 1) / 0.8)),
        )
        for line, (_, top, _, bottom) in zip(lines, boxes, strict=True)
    ]


def _speaking(keywords: Sequence[_Keyword], place: _Place) -> Iterator[tuple[_Keyword, float]]:
    """The keywords that this line speaks for, each with a strength from 0 to 1.

    Of titles only the one that explains most of the line counts: that a line reads much like a second title says
    nothing.
    """
    titles: list[tuple[float, _Keyword, float]] = []
    for keyword in keywords:
        likeness = _likeness(keyword.text, place.text, keyword.title)
        if likeness and keyword.title:
            titles.append((likeness * len(keyword.text), keyword, likeness))
        elif likeness:
            yield keyword, (_LABEL if keyword.label else _HINT) * keyword.weight
    most = max((explained for explained, _, _ in titles), default=0.0)
    for explained, keyword, likeness in titles:
        if explained == most:
            yield keyword, keyword.weight * likeness**2 * _prominence(keyword, place)


def _prominence(keyword: _Keyword, place: _Place) -> float:
    coverage = min(1.0, len(keyword.text) / max(1, len(place.text)))
    if coverage < 0.6:
        return 0.1 + 0.15 * coverage
    return 0.5 + 0.25 * place.top + 0.22 * place.size


def _likeness(keyword: str, line: str, fuzzy: bool) -> float:
    """1 where the line contains the keyword, less for each wrong character, 0 where it is another text."""
    if keyword in line:
        return 1.0
    if not fuzzy or len(keyword) < 5 or len(set(keyword) & set(line)) < _LEAST_LIKENESS * len(set(keyword)):
        return 0.0
    likeness = 1 - _distance_within(keyword, line) / len(keyword)
    return likeness if likeness >= _LEAST_LIKENESS else 0.0


def _distance_within(keyword: str, line: str) -> int:
    """The fewest insertions, deletions and changes between the keyword and any part of the line."""
    above = [0] * (len(line) + 1)
    for row, wanted in enumerate(keyword, start=1):
        here = [row]
        for column, found in enumerate(line, start=1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (wanted != found)))
        above = here
    return min(above)
