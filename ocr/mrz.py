"""The machine-readable zone of a passport (ICAO Doc 9303, part 4): where the document's number stands in it.

Knows the second line of two (TD3) and its check digits. A line whose check digits do not all agree gives nothing:
it was misread, and nothing is put right here. Knows no pixels and no other fields of the zone.
"""

from __future__ import annotations

import re

# Number, nationality, birth, sex, expiry, the three dates' and numbers' check digits behind each. What follows is the
# issuing state's own, and the run of fillers after it is seldom read at its true length.
_SECOND_LINE = re.compile(r"([A-Z0-9<]{9})(\d)[A-Z<]{3}(\d{6})(\d)[MFX<](\d{6})(\d)")
_WEIGHTS = (7, 3, 1)


def document_number(text: str) -> tuple[int, int] | None:
    """Where the number stands in a line that is a passport's second one, all check digits agreeing."""
    match = _SECOND_LINE.match(text)
    if not match:
        return None
    parts = match.groups()
    if any(check_digit(part) != int(digit) for part, digit in zip(parts[::2], parts[1::2], strict=True)):
        return None
    return 0, len(parts[0].rstrip("<"))


def check_digit(part: str) -> int:
    """The digit that follows a part of the zone: letters count from 10, fillers nothing."""
    values = (0 if sign == "<" else int(sign, 36) for sign in part)
    return sum(value * _WEIGHTS[at % 3] for at, value in enumerate(values)) % 10
