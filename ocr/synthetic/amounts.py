"""Amounts in the capitals of invoices: 壹拾贰万捌仟捌佰圆整."""

from __future__ import annotations

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def in_capitals(yuan: int) -> str:
    """Whole yuan, 1 to 99,999,999, in Chinese capitals."""
    high, low = divmod(yuan, 10_000)
    text = ""
    if high:
        text = _group(high) + "万"
        if low and low < 1000:
            text += "零"
    return text + (_group(low) if low else "") + "圆整"


def _group(number: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _CAPITALS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text
