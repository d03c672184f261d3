"""Look-alikes: which of a case's doubtful pages is which, by the papers that its item asks for.

The left front and the right rear of a vehicle are told apart by their look alone, and the model is often unsure. A
case that must have the one and seems to have only the other more likely holds it, taken for the other, than lacks
it. Knows the chances that the model gave each page's types, and what completes a case (`records.catalogue`).
What the model said stays on the row, and recheck always asks a person about it (`records.promise`). Nothing is decided
where the model is sure, where no alternative is likely enough, or where the page shows a part and the whole vehicle is
wanted: then the paper is missing.

The limits cannot tell all: of pages that are something else, in a case that really lacks the front view, a few are
taken for it (docs/recognition.md has the figures). Stricter ones would lose as many true ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from records import catalogue, pages
from records.catalogue import Catalogue, ItemType
from records.dossiers import Record
from records.pages import PageMaterial

# From this chance on the model's answer stands whatever the case lacks.
SURE = 0.95
# A type below this chance is no alternative.
PLAUSIBLE = 0.02
# A paper that the item asks for is there so many times as often as it is missing.
_ODDS_OF_PRESENCE = 33.0
# Views of a whole vehicle are taken for one another or for no known type, never for the photograph of a part.
_WHOLE_VEHICLE = frozenset({"M-IP-04", "M-IP-05"})
_PART_OF_IT = frozenset({"M-IP-06", "M-IP-07", "M-IP-08"})

Chances = Mapping[str, float]


def settle(session: Session, kinds: Catalogue, record_id: int) -> None:
    """Gives doubtful pages of the record the types that its item speaks for, beginning from what the model said of
    each: a page that was scanned again since may have made an earlier decision void."""
    current = pages.current(session, record_id)
    found = pages.materials(session, [page.id for page in current])
    every = [each for materials in found.values() for each in materials]
    open_ones = [only for only, *others in found.values() if not others and _is_open(only)]
    given = [each.current_code for each in every if each not in open_ones]
    item = kinds.items[session.get_one(Record, record_id).item]
    chosen = decide(item, given, [each.chances for each in open_ones])
    for material, code in zip(open_ones, chosen, strict=True):
        pages.reassign_material(session, material, code)


def _is_open(material: PageMaterial) -> bool:
    """Whether nobody has confirmed what it is, and the model weighed more than one type."""
    return material.confirmed_code is None and bool(material.alternatives)


def decide(item: ItemType, given: Iterable[str], doubted: Sequence[Chances]) -> list[str]:
    """The type of each page by its chances (the model's answer first) so that the chances of all, and of the case
    lacking what it then lacks, are largest together; one change after the other. `given`: types that stand."""
    fixed = Counter(given)
    chosen = [next(iter(chances)) for chances in doubted]
    while True:
        gains = _gains(item, fixed, doubted, chosen)
        best = max(gains, default=None)
        if best is None or best[0] <= 0:
            return chosen
        chosen[best[1]] = best[2]


def _gains(
    item: ItemType, fixed: Counter[str], doubted: Sequence[Chances], chosen: Sequence[str]
) -> Iterator[tuple[float, int, str]]:
    """What each change that supplies a missing paper gains (log of the odds), the page's place and its new type."""
    lacking = len(catalogue.completeness(item, fixed + Counter(chosen), set()))
    if not lacking:
        return
    for place, chances in enumerate(doubted):
        own = chosen[place]
        if chances[own] >= SURE:
            continue
        for code, chance in chances.items():
            if code == own or chance < PLAUSIBLE or (own in _PART_OF_IT and code in _WHOLE_VEHICLE):
                continue
            changed = fixed + Counter([*chosen[:place], code, *chosen[place + 1 :]])
            supplied = lacking - len(catalogue.completeness(item, changed, set()))
            if supplied > 0:
                yield math.log(chance / chances[own]) + supplied * math.log(_ODDS_OF_PRESENCE), place, code
