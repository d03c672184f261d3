"""Faults that the stand-in platform can be told to have: which, how often, and by how much.

Knows the switches and the dice (seeded, so that a run can be repeated). Knows nothing of what a fault does
to a reply (`stand_in`).
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

FAULTS = {
    "slow": "the answer comes late, after the work is done (2s)",
    "system_error": "$E instead of an answer, nothing done",
    "business_error": "a refusal of the papers, in Chinese",
    "permission_error": "the interface may not be called (-408; or -411: address not registered)",
    "duplicate": "the image is stored, and said to have been there before",
    "half_read": "the image is stored, then the connection breaks in the middle of the answer",
    "http_500": "an HTML error page",
    "plain_reply": "an answer that is not URL-encoded",
    "gbk_declaration": "an answer that claims to be GBK and is not",
    "quota": "the day's calls are said to be spent",
}

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s)", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]*", re.ASCII)
_CHANCE = re.compile(r"0?\.[0-9]+|1\.0+", re.ASCII)
_CODE = re.compile(r"-4(?:0[1-9]|1[0-6])", re.ASCII)


class FaultUnknown(ValueError):
    """No such fault, or no such setting of it; the message says what there is."""


@dataclass(frozen=True)
class Fault:
    """`chance` of striking at each call, `left` strikes (None: no end), `seconds` of delay, `code` of the
    refusal.
    """

    chance: float = 1.0
    left: int | None = None
    seconds: float = 2.0
    code: str = "-408"


def parse(setting: str) -> tuple[str, Fault]:
    """A switch such as `system-error`, `system-error=0.1`, `half-read=2`, `slow=2s,3` or
    `permission-error=-411`.

    Parts after the equals sign, by comma: a count of calls, a chance with a decimal point, a delay in s or
    ms, a code. Without count and chance it strikes at each call. Raises FaultUnknown.
    """
    name, _, amounts = setting.partition("=")
    name, fault = name.strip().replace("-", "_"), Fault()
    if name not in FAULTS:
        raise FaultUnknown(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
    for part in filter(None, (part.strip() for part in amounts.split(","))):
        if match := _SECONDS.fullmatch(part):
            fault = replace(fault, seconds=float(match[1]) / (1000 if match[2] == "ms" else 1))
        elif _COUNT.fullmatch(part):
            fault = replace(fault, left=int(part))
        elif _CHANCE.fullmatch(part):
            fault = replace(fault, chance=float(part))
        elif _CODE.fullmatch(part):
            fault = replace(fault, code=part)
        else:
            raise FaultUnknown(
                f"{name}: {part!r} is no count (3), chance (0.1), delay (2s, 500ms) or code (-411)"
            )
    return name, fault


class Switchboard:
    """The faults that are on. Safe to share between threads."""

    def __init__(self, settings: Iterable[str] = (), *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._on = dict(map(parse, settings))

    def turn_on(self, name: str, fault: Fault) -> None:
        with self._lock:
            self._on[name] = fault

    def turn_off(self, name: str) -> None:
        with self._lock:
            self._on.pop(name, None)

    def turn_all_off(self) -> None:
        with self._lock:
            self._on.clear()

    def strikes(self, name: str) -> Fault | None:
        """The fault, if it strikes this call; one of its strikes is then used up."""
        with self._lock:
            fault = self._on.get(name)
            if fault is None or self._random.random() >= fault.chance:
                return None
            if fault.left == 1:
                del self._on[name]
            elif fault.left is not None:
                self._on[name] = replace(fault, left=fault.left - 1)
            return fault

    def state(self) -> dict[str, dict[str, object]]:
        with self._lock:
            return {name: vars(fault).copy() for name, fault in self._on.items()}
