"""People from outside the mainland and their papers' numbers: invented foreigners, Latin spellings, machine-readable
lines.

Knows countries that do not exist (UTO is the specimen state of ICAO Doc 9303), the spelling of the invented Chinese
names and the check digits of a passport. Knows no canvas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ocr.synthetic.identity import Person

_COUNTRIES = (
    ("UTO", "乌托邦", "UTOPIA", "UTOPIAN"),
    ("XEX", "示例国", "EXAMPLIA", "EXAMPLIAN"),
    ("XDM", "演示兰", "DEMOLAND", "DEMOLANDER"),
    ("XSP", "样本共和国", "SPECIMENIA", "SPECIMENIAN"),
)
_SURNAMES = (
    "SPECIMEN",
    "MUSTER",
    "EXAMPLE",
    "SAMPLOVA",
    "DEMOSEN",
    "PLACEHOLD",
    "FICTON",
    "TESTARD",
    "PROBE",
)
_GIVEN_WOMEN = ("ANNA MARIA", "ERIKA", "LINA", "SOFIA JANE", "EVA")
_GIVEN_MEN = ("JOHN PAUL", "ERIK", "MARTIN", "DAVID LEE", "TOM")
_SPELLINGS = (
    "甄ZHEN 贾JIA 示SHI 范FAN 白BAI 黑HEI 云YUN 石SHI 江JIANG 方FANG 乐LE 安AN 平PING 常CHANG 金JIN 水SHUI 林LIN 叶YE "
    "柳LIU 夏XIA 例LI 演YAN 样YANG 本BEN 小XIAO 一YI 大DA 文WEN 华HUA 明MING 芳FANG 试SHI"
)
_SPELT = {entry[0]: entry[1:] for entry in _SPELLINGS.split()}


@dataclass(frozen=True)
class Foreigner:
    """The same for every paper of one owner: birth and sex are the owner's, the rest is drawn from the number."""

    surname: str
    given: str
    code: str
    country: str
    country_english: str
    nationality_english: str
    passport_no: str
    licence_no: str
    gender: str
    birth_date: date
    issued: date
    expires: date

    @property
    def name(self) -> str:
        return f"{self.surname} {self.given}"

    @property
    def sex(self) -> str:
        return "M" if self.gender == "男" else "F"


def foreigner(owner: Person) -> Foreigner:
    rng = np.random.default_rng(int(owner.id_number[:17]))
    code, country, english, nationality = _COUNTRIES[int(rng.integers(len(_COUNTRIES)))]
    given = _GIVEN_MEN if owner.gender == "男" else _GIVEN_WOMEN
    letters = "".join(rng.choice(list("ABCDEGHKLMNPRSX"), 2))
    issued = owner.id_valid_from + timedelta(days=int(rng.integers(0, 90)))
    return Foreigner(
        surname=_SURNAMES[int(rng.integers(len(_SURNAMES)))],
        given=given[int(rng.integers(len(given)))],
        code=code,
        country=country,
        country_english=english,
        nationality_english=nationality,
        passport_no=letters[: int(rng.integers(1, 3))] + f"{rng.integers(1_000_000, 9_999_999)}",
        licence_no=letters + f"{rng.integers(10_000_000, 99_999_999)}",
        gender=owner.gender,
        birth_date=owner.birth_date,
        issued=issued,
        expires=issued.replace(year=issued.year + 10, day=min(issued.day, 28)),
    )


def spelt(name: str, comma: str = ", ") -> str:
    """A Chinese name in Latin letters, surname first."""
    return _SPELT[name[0]] + comma + "".join(_SPELT[character] for character in name[1:])


def english_date(day: date) -> str:
    return f"{day:%d %b %Y}".upper()


def check_digit(text: str) -> str:
    """The check digit of ICAO Doc 9303: weights 7, 3, 1."""
    worth = (0 if c == "<" else int(c, 36) for c in text)
    return str(sum(value * (7, 3, 1)[index % 3] for index, value in enumerate(worth)) % 10)


def passport_lines(person: Foreigner, kind: str = "P<") -> tuple[str, str]:
    """Both machine-readable lines of a passport's data page or of a visa, 44 signs each."""
    upper = f"{kind}{person.code}{person.surname}<<{person.given.replace(' ', '<')}"[:44].ljust(44, "<")
    number = person.passport_no.ljust(9, "<")
    birth, expiry = f"{person.birth_date:%y%m%d}", f"{person.expires:%y%m%d}"
    lower = f"{number}{check_digit(number)}{person.code}{birth}{check_digit(birth)}{person.sex}{expiry}"
    lower = (lower + check_digit(expiry)).ljust(43, "<")
    whole = lower[0:10] + lower[13:20] + lower[21:43]
    return upper, lower + check_digit(whole)


def later(day: date, years: int) -> date:
    """The last day of a validity of so many years."""
    return day.replace(year=day.year + years, day=min(day.day, 28)) - timedelta(days=1)
