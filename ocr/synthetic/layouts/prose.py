"""Running text with values in it: rulings, deeds, confirmations, letters of proof.

Knows how a sentence wraps around the values that it names, how such papers write dates and name a vehicle, and
how an office seals them. Knows no document.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    pt: float = 15,
    role: str | None = None,
    leading: float = 1.8,
    blanks: bool = False,
) -> float:
    """Text and values wrapped from (x, y) downward; returns the y below.

    A newline begins a paragraph. With `blanks` the values are filled into underlined gaps in the page's value
    type; without, they are printed like the text around them. A number or code is never broken.
    """
    role = role or page.style.label
    step = pt * MM_PER_POINT * leading
    cursor = x
    for part in parts:
        value = part if isinstance(part, Value) else None
        filled = value is not None and blanks
        face = (value.role or page.style.value) if value and filled else role
        choice = page.style.value_choice if filled else page.style.label_choice
        text = value.text if value else str(part)
        gap = pt * MM_PER_POINT * 0.5 if filled else 0.0
        edges: list[Box] = []
        pending = text
        if value and _unbroken(text) and cursor + gap + page.measure(text, face, pt, choice) > x + width:
            cursor, y = x, y + step
        while pending:
            line, pending, wrapped = _line(
                page, pending, face, pt, choice, x + width - cursor - gap, cursor > x
            )
            length = page.measure(line, face, pt, choice)
            if filled and line:
                edges.append(page.write(cursor + gap, y, line, pt, face, hand=page.style.hand))
                length = edges[-1][2] - edges[-1][0]
                page.line(cursor, y + pt * 0.22, cursor + gap * 2 + length, y + pt * 0.22, 0.15)
            elif line:
                edges.append(page.text(cursor, y, line, pt, face))
            cursor += length + gap * 2
            if wrapped:
                cursor, y = x, y + step
        if value and value.code:
            page.note(value.code, value.text if value.canonical is None else value.canonical, edges)
    return y + step


def _unbroken(text: str) -> bool:
    return len(text) <= 20 and any(character.isdigit() for character in text)


def _line(
    page: Page, text: str, role: str, pt: float, choice: int, room: float, begun: bool
) -> tuple[str, str, bool]:
    """What of a text fits into the room on this line, what is left, and whether the line ends here."""
    used = 0.0
    for index, character in enumerate(text):
        if character == "\n":
            return text[:index], text[index + 1 :], True
        used += page.measure(character, role, pt, choice)
        if used > room and character not in _NEVER_FIRST:
            end = _break(text, index, begun)
            return text[:end], text[end:], True
    return text, "", False


def _break(text: str, index: int, begun: bool) -> int:
    """Where to end the line at the latest before `index`: never within a number, never after an opening
    bracket."""
    end = index
    while end and (text[end].isascii() and text[end - 1].isascii() and text[end - 1].isalnum()):
        end -= 1
    while end and text[end - 1] in _NEVER_LAST:
        end -= 1
    return end if end or begun else index
