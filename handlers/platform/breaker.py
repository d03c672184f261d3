"""When to stop calling an interface of the platform, and how long to wait before trying again. Pure.

A permission error opens the circuit: no call until the rest is over, then one probe, whose outcome closes
it or opens it again. Knows no clock, no database and no platform: the caller keeps the circuit, one for
each interface.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Circuit:
    """`opened_at`: when it opened, or while half-open when the probe set out. `failures`: in a row."""

    state: Literal["closed", "open", "half_open"] = "closed"
    failures: int = 0
    opened_at: dt.datetime | None = None
    reason: str | None = None


def admit(circuit: Circuit, now: dt.datetime, rest_s: float) -> Circuit | None:
    """The circuit to store before a call is made, or None when no call may be made now.

    One caller gets the probe of a rested circuit; a probe that never reported back is replaced after
    `rest_s`. The caller must read and store the circuit under a lock, or two get the probe.
    """
    if circuit.state == "closed":
        return circuit
    if circuit.opened_at is not None and now < circuit.opened_at + dt.timedelta(seconds=rest_s):
        return None
    return Circuit("half_open", circuit.failures, now, circuit.reason)


def failed(circuit: Circuit, now: dt.datetime, reason: str) -> Circuit:
    """After a permission error: open. Other errors are no business of the circuit."""
    return Circuit("open", circuit.failures + 1, now, reason)


def succeeded(circuit: Circuit) -> Circuit:
    """After a call that the platform let in, whatever it said of the papers: closed.

    An answer to a call that set out before the circuit opened says nothing new, so an open circuit stays
    open.
    """
    return circuit if circuit.state == "open" else Circuit()


def backoff(attempt: int, base_s: float, cap_s: float, random: Callable[[], float]) -> float:
    """Seconds to wait after failed attempt number `attempt` (from 1): doubling up to `cap_s`, the upper
    half by chance.

    `random` gives a number in [0, 1). Chance keeps workers that failed together from coming back together.
    """
    ceiling = min(cap_s, base_s * 2 ** min(max(attempt, 1) - 1, 32))
    return ceiling * (0.5 + random() / 2)
