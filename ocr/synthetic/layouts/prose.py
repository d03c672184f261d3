"""Running text with values in it: rulings, deeds, confirmations, letters of proof.

Knows how a sentence wraps around the values that it names, how such papers write dates and name a vehicle, and
how an office seals them. Knows no document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import MM_PER_POINT, Box, Page, Value

T = TypeVar("T")
Part = str | Value

PLACES = ("示例市演示区", "示例市样本县", "演示市范例区", "示例市虚构区", "样本市")

_NUMERALS = "○一二三四五六七八九"
_NEVER_FIRST = "，。；：、）》”％"
_NEVER_LAST = "（《〔“"


@dataclass(frozen=True)
class Manner:
    """How values stand in running text, and with it where lines may end.

    `written`: in the page's value type, otherwise printed like the text around them. Over a line that reaches so many
    `ems` and `mm` beyond them, `drop` mm below their middle for each point of type, `rule` mm thick. `careful`: no line
    ends with an opening bracket, or between a number and what is joined to it. `whole`: which values, if short, are
    never broken.
    """

    written: bool
    careful: bool
    whole: Callable[[str], bool]
    ems: float = 0.0
    mm: float = 0.0
    drop: float = 0.0
    rule: float = 0.0

    def gap(self, pt: float) -> float:
        """What the line below a value reaches beyond it on either side, in mm."""
        return pt * MM_PER_POINT * self.ems + self.mm

    def joined(self, sign: str) -> bool:
        """Whether a sign belongs to the letter or figure before it."""
        return sign.isascii() and (self.careful or sign.isalnum())


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


PRINTED = Manner(written=False, careful=True, whole=_has_digit)
BLANKS = Manner(written=True, careful=True, whole=_has_digit, ems=0.5, drop=0.22, rule=0.15)
WRITTEN = Manner(written=True, careful=False, whole=str.isascii)
UNDERLINED = Manner(written=True, careful=False, whole=bool, mm=1.2, drop=0.24, rule=0.2)


def pick(rng: np.random.Generator, *choices: T) -> T:
    """One of the choices, all equally likely."""
    return choices[int(rng.integers(len(choices)))]


def digits(rng: np.random.Generator, count: int) -> str:
    """So many digits, the first of them not zero."""
    return str(rng.integers(1, 10)) + "".join(str(d) for d in rng.integers(0, 10, count - 1))


def earlier(rng: np.random.Generator, day: date, most: int = 60) -> date:
    """A day shortly before another."""
    return day - timedelta(days=int(rng.integers(2, most)))


def vehicle_named(identity: Identity, rng: np.random.Generator) -> list[Part]:
    """…车牌号为沪A12345、车辆识别代号为… in the words that offices choose."""
    vehicle = identity.vehicle
    parts: list[Part] = [
        pick(rng, "车牌号为", "号牌号码为", "车牌号码", "牌照号为"),
        Value(vehicle.plate_no, "plate_no"),
        pick(rng, "的", f"的{vehicle.brand}", "号"),
        pick(rng, "小型轿车", "机动车", "小型汽车", "车辆"),
    ]
    if rng.random() < 0.8:
        label = pick(rng, "车辆识别代号", "车架号", "车辆识别代号/车架号", "车辆识别代码")
        end = f"，发动机号：{vehicle.engine_no}）" if rng.random() < 0.5 else "）"
        parts += [f"（{label}：", Value(vehicle.vin, "vin"), end]
    return parts


def numeral_date(day: date, code: str | None, **options: object) -> Value:
    """A date as courts and notaries write it, 二○二五年六月三日; the truth keeps the ISO form."""
    year = "".join(_NUMERALS[int(d)] for d in str(day.year))
    text = f"{year}年{_below_hundred(day.month)}月{_below_hundred(day.day)}日"
    return Value(text, code, day.isoformat(), **options)  # type: ignore[arg-type]


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("" if tens == 1 else _NUMERALS[tens]) + "十"
    return head + (_NUMERALS[ones] if ones else "")


def seal(
    page: Page, x: float, y: float, name: str, foot: str = "", diameter: float = 42, share: float = 0.92
) -> None:
    """The office's round seal, now and then forgotten; the truth says which."""
    pressed = page.rng.random() < share
    if pressed:
        stamps.press_round(page, x + page.rng.normal(0, 3), y + page.rng.normal(0, 2), name, foot, diameter)
    page.note("seal_present", "true" if pressed else "false")


def prose(
    page: Page,
    x: float,
    y: float,
    width: float,
    parts: Sequence[Part],
    pt: float,
    leading: float = 1.9,
    *,
    values: Manner = WRITTEN,
    indent: bool = True,
) -> float:
    """Text and values wrapped from (x, y) downward; returns the y below. A newline begins a paragraph."""
    step, margin = pt * MM_PER_POINT * leading, 2 * pt * MM_PER_POINT if indent else 0.0
    cursor = x + margin
    for part in parts:
        edges: list[Box] = []
        for index, text in enumerate(_said(part).split("\n")):
            if index:
                cursor, y = x + margin, y + step
            while text:
                count = _fitting(page, text, part, pt, values, x + width - cursor, cursor > x + 0.01)
                piece, text = text[:count], text[count:]
                if piece:
                    edge = _set(page, cursor, y, piece, part, pt, values)
                    edges.append(edge)
                    cursor = edge[2] + values.gap(pt) * _filled(part, values)
                if text:
                    cursor, y = x, y + step
        if isinstance(part, Value) and part.code:
            page.note(part.code, part.text if part.canonical is None else part.canonical, edges)
    return y + step


def _said(part: Part) -> str:
    return part.text if isinstance(part, Value) else part


def _filled(part: Part, values: Manner) -> bool:
    return isinstance(part, Value) and values.written


def _set(page: Page, x: float, y: float, piece: str, part: Part, pt: float, values: Manner) -> Box:
    """Puts a piece of a line on the page; returns its box, without the gaps beside a value."""
    if not isinstance(part, Value) or not values.written:
        return page.text(x, y, piece, pt)
    gap = values.gap(pt)
    hand = page.style.hand and not part.printed
    edge = page.write(x + gap, y, piece, pt, part.role or page.style.value, hand=hand)
    if gap:
        below = y + pt * values.drop
        page.line(x, below, edge[2] + gap, below, values.rule)
    return edge


def _fitting(page: Page, text: str, part: Part, pt: float, values: Manner, room: float, begun: bool) -> int:
    """How many characters of the text go on this line. What is kept whole moves on if the line is `begun`."""
    role, choice = page.style.label, page.style.label_choice
    if isinstance(part, Value) and values.written:
        role, choice = part.role or page.style.value, page.style.value_choice
        room -= values.gap(pt) * values.careful
    used, count = 0.0, 0
    for character in text:
        used += page.measure(character, role, pt, choice)
        if used > room and not ((count or begun) and character in _NEVER_FIRST):
            break
        count += 1
    if count == len(text):
        return count
    if isinstance(part, Value) and begun and len(text) <= 20 and values.whole(text):
        return 0
    end = _break(text, count, values)
    return end if end or begun else max(count, 1)


def _break(text: str, index: int, values: Manner) -> int:
    """Where to end the line at the latest before `index`: never within a number, and where care is taken never after
    an opening bracket."""
    end = index
    while end and text[end - 1].isascii() and text[end - 1].isalnum() and values.joined(text[end]):
        end -= 1
    while values.careful and end and text[end - 1] in _NEVER_LAST:
        end -= 1
    return end
