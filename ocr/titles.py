"""Evidence from a page's lines for each material type's title keywords and names.

Knows lines and the catalogue. A title that stands as a line of its own, near the top, in large print is strong
evidence; the same words inside running text, or words that merely label a field, are weak. What the evidence weighs
beside a look and beside learned words is for `ocr.classifier` to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from ocr import geometry
from ocr.materials import Material, MaterialCatalogue
from ocr.protocol import Line, MaterialFinding

# The odds that a further title is no paper of its own, against which the evidence for it has to stand.
_CAPTION_ODDS = 0.3
# Raises the odds of a type to this power.
_DECISIVENESS = 1.3
_LEAST_LIKENESS = 0.72
# What words typical of a type say, and words that are also the label of a field, which stand on many types.
_HINT, _LABEL = 0.35, 0.06
# A second material on the page needs its title alone on a line, this far (of the page's height) below the
# first.
_SECOND_LIKENESS, _SECOND_COVERAGE, _SECOND_LENGTH, _SECOND_BELOW = 0.95, 0.8, 5, 0.1

_BRACKETS = re.compile(r"[（(\[【].*?[)）\]】]")
_TAIL = re.compile(r"[0-9A-Z]*$")


@dataclass(frozen=True)
class _Keyword:
    code: str
    text: str
    title: bool
    label: bool
    weight: float


@dataclass(frozen=True)
class _Place:
    """A line as the title search sees it.

    `prominence`: 0 to 1, how near the top and how large. `top` in pixels.
    """

    text: str
    prominence: float
    top: float
    alone_on_row: bool


@dataclass(frozen=True)
class _Evidence:
    keyword: _Keyword
    place: _Place
    likeness: float
    strength: float

    @property
    def stands_alone(self) -> bool:
        """Whether the line is this title and little else. What has a label at its side is a value."""
        if not self.keyword.title or not self.place.alone_on_row:
            return False
        long_enough = len(self.keyword.text) >= _SECOND_LENGTH
        covers = len(self.keyword.text) >= _SECOND_COVERAGE * len(self.place.text)
        return long_enough and covers and self.likeness >= _SECOND_LIKENESS


class TitleIndex:
    """The catalogue's keywords, prepared once."""

    def __init__(self, catalogue: MaterialCatalogue) -> None:
        labels = {plain(name) for name in catalogue.field_names.values()}
        texts = {material.code: _texts(material) for material in catalogue.materials}
        joined = ["\n".join(each) for each in texts.values()]
        self._keywords = tuple(
            _keyword(material, text, labels, joined)
            for material in catalogue.materials
            for text in texts[material.code]
        )
        # A page's lines are asked about several times: by the type, and for further papers on it.
        self._alike = lru_cache(maxsize=512)(self._keywords_like)

    def odds(self, lines: Sequence[Line], height: int) -> dict[str, float]:
        """The odds for each type that an upright page's lines (`height` in pixels) speak for; not calibrated."""
        return _odds(self._strongest(lines, height))

    def further(self, main: str, lines: Sequence[Line], height: int) -> tuple[MaterialFinding, ...]:
        """Types whose own title stands below that of `main`. A region reaches from its title down to the next, and
        is a guess until the type's fields are found there."""
        strongest = self._strongest(lines, height)
        return tuple(_further(main, strongest, _odds(strongest), height))

    def _strongest(self, lines: Sequence[Line], height: int) -> list[_Evidence]:
        strongest: dict[_Keyword, _Evidence] = {}
        for place in _places(lines, height):
            for found in _speaking(self._alike(place.text), place):
                if found.keyword not in strongest or found.strength > strongest[found.keyword].strength:
                    strongest[found.keyword] = found
        return list(strongest.values())

    def _keywords_like(self, text: str) -> tuple[tuple[_Keyword, float], ...]:
        """The keywords that a line reads like, and how much."""
        likeness = ((each, _likeness(each.text, text, each.title)) for each in self._keywords)
        return tuple((each, how_much) for each, how_much in likeness if how_much)


def plain(text: str) -> str:
    """Letters, digits and ideographs only, capitals, full-width forms folded."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _texts(material: Material) -> list[str]:
    named = [
        part
        for name in material.names
        for part in (name, _BRACKETS.sub("", name), *re.split(r"[/（）()\-]", name))
    ]
    long_names = [text for text in map(plain, named) if len(text) >= 4]
    return list(dict.fromkeys([*map(plain, material.keywords), *long_names]))


def _keyword(material: Material, text: str, labels: set[str], texts: Iterable[str]) -> _Keyword:
    sharing = sum(text in each for each in texts)
    named = any(_names(text, plain(name)) for name in material.names)
    label = text in labels or (not named and any(text in name for name in labels))
    title = named and not label
    return _Keyword(material.code, text, title, label, min(1.0, (len(text) - 1) / 4) / sharing)


def _names(keyword: str, name: str) -> bool:
    """Whether the keyword is what a document of this name has in its title."""
    if keyword in name or (len(name) >= 3 and name in keyword):
        return True
    pairs = {keyword[i : i + 2] for i in range(len(keyword) - 1)}
    return len(pairs) >= 3 and sum(pair in name for pair in pairs) / len(pairs) > 0.6


def _places(lines: Sequence[Line], height: int) -> Iterator[_Place]:
    boxes = [geometry.bounds(line.box) for line in lines]
    usual = median([bottom - top for _, top, _, bottom in boxes] or [1.0])
    for line, (_, top, _, bottom) in zip(lines, boxes, strict=True):
        near_top = max(0.0, 1 - (top + bottom) / height)
        large = min(1.0, max(0.0, ((bottom - top) / max(usual, 1.0) - 1) / 0.8))
        alone = sum(other[1] < (top + bottom) / 2 < other[3] for other in boxes) == 1
        for text in dict.fromkeys([plain(line.text), plain(_BRACKETS.sub("", line.text))]):
            yield _Place(text, 0.5 + 0.25 * near_top + 0.22 * large, top, alone)


def _speaking(alike: Sequence[tuple[_Keyword, float]], place: _Place) -> Iterator[_Evidence]:
    """The keywords that this line speaks for, of those that are like it.

    Of titles only the one that explains most of the line counts: that a line reads much like a second title
    says nothing. A Chinese title ends with what the document is, so a keyword at the end counts before a
    longer one.
    """
    titles: list[tuple[float, _Evidence]] = []
    for keyword, likeness in alike:
        if keyword.title:
            ends = _TAIL.sub("", place.text).endswith(keyword.text[-2:])
            strength = keyword.weight * likeness**2 * _prominence(keyword, place, ends)
            titles.append(
                (likeness * len(keyword.text) + 6 * ends, _Evidence(keyword, place, likeness, strength))
            )
        else:
            begins = place.text.startswith(keyword.text) or len(keyword.text) >= 0.3 * len(place.text)
            strength = (_LABEL if keyword.label else _HINT) * keyword.weight * (1.0 if begins else 0.4)
            yield _Evidence(keyword, place, likeness, strength)
    most = max((explained for explained, _ in titles), default=0.0)
    yield from (found for explained, found in titles if explained == most)


def _prominence(keyword: _Keyword, place: _Place, ends: bool) -> float:
    coverage = min(1.0, len(keyword.text) / max(1, len(place.text)))
    if coverage >= 0.6 or (ends and len(place.text) <= 20):
        return place.prominence
    return 0.1 + 0.15 * coverage


def _odds(evidence: Iterable[_Evidence]) -> dict[str, float]:
    doubt: dict[str, float] = {}
    for found in evidence:
        doubt[found.keyword.code] = doubt.get(found.keyword.code, 1.0) * (1 - found.strength)
    return {code: ((1 - left) / max(left, 0.01)) ** _DECISIVENESS for code, left in doubt.items()}


def _further(
    main: str, evidence: Iterable[_Evidence], odds: dict[str, float], height: int
) -> Iterator[MaterialFinding]:
    titles = sorted((found for found in evidence if found.stands_alone), key=lambda found: found.place.top)
    above = min((found.place.top for found in titles if found.keyword.code == main), default=None)
    if above is None:
        return
    below = {found.keyword.code: found.place.top for found in reversed(titles) if found.keyword.code != main}
    starts = {code: top for code, top in below.items() if top - above >= _SECOND_BELOW * height}
    for code, top in sorted(starts.items(), key=lambda start: start[1]):
        end = min((other for other in starts.values() if other > top), default=float(height))
        confidence = odds[code] / (odds[code] + _CAPTION_ODDS)
        yield MaterialFinding(
            code, round(confidence, 4), (0.0, round(top / height, 4), 1.0, round(end / height, 4))
        )


def _likeness(keyword: str, line: str, fuzzy: bool) -> float:
    """1 where the line contains the keyword, less for each wrong character, 0 where it is another text."""
    if keyword in line:
        return 1.0
    if not fuzzy or len(keyword) < 4:
        return 0.0
    signs = _signs(keyword)
    if len(signs & _signs(line)) < _LEAST_LIKENESS * len(signs):
        return 0.0
    likeness = 1 - _distance_within(keyword, line) / len(keyword)
    return likeness if likeness >= _LEAST_LIKENESS else 0.0


@lru_cache(maxsize=4096)
def _signs(text: str) -> frozenset[str]:
    return frozenset(text)


def _distance_within(keyword: str, line: str) -> int:
    """The fewest insertions, deletions and changes between the keyword and any part of the line."""
    above = [0] * (len(line) + 1)
    for row, wanted in enumerate(keyword, start=1):
        here = [row]
        for column, found in enumerate(line, start=1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (wanted != found)))
        above = here
    return min(above)
