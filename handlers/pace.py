"""Pace: how many pages may be read now by what can wait, so that the counter never does.

Knows time and the counter's queue. Knows nothing of what is read.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.registry import StartedJobRegistry

from records import base
from records.base import CHINA


@dataclass(frozen=True)
class Window:
    """Hours of the day, China time, in which pages are read; it may pass midnight."""

    begin: dt.time
    end: dt.time

    @classmethod
    def parse(cls, text: str) -> Window:
        """20:00-06:00. Raises ValueError."""
        begin, end = (dt.datetime.strptime(part, "%H:%M").time() for part in text.split("-", 1))
        if begin == end:
            raise ValueError("a window needs a beginning and another end")
        return cls(begin, end)

    def holds(self, at: dt.time) -> bool:
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


class Pace:
    """How many pages may begin: at most `rate` a second, inside the windows, while the counter has no work.

    `clock` gives the time of day, `watch` seconds that only grow; both are passed in."""

    def __init__(
        self,
        *,
        rate: float | None = None,
        windows: tuple[Window, ...] = (),
        counter_busy: Callable[[], bool] = lambda: False,
        clock: Callable[[], dt.datetime] = base.now,
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate, self.windows, self._counter_busy = rate, windows, counter_busy
        self._clock, self._watch = clock, watch
        self.burst = max(1.0, rate * 0.2) if rate else None
        self._due, self._last = 1.0, watch()
        self._until: dt.datetime | None = None
        self.waits_for = ""

    @property
    def closed(self) -> bool:
        """Whether it is outside the windows, as of the last look."""
        return self._until is not None

    def allow(self, wanted: int) -> int:
        """How many of the `wanted` pages may begin now; 0 with `waits_for` set while none may."""
        at = self._watch()
        passed, self._last = at - self._last, at
        self._until = self._next_opening()
        if self._until is not None:
            self.waits_for = f"outside the windows until {self._until:%m-%d %H:%M}"
        else:
            self.waits_for = "the counter has work" if self._counter_busy() else ""
        if self.waits_for:
            self._due = 0.0
            return 0
        if self.rate is None or self.burst is None:
            return max(0, wanted)
        self._due = min(self.burst, self._due + passed * self.rate)
        given = max(0, min(wanted, int(self._due)))
        self._due -= given
        return given

    def share_of_day(self) -> float:
        minutes = [dt.time(m // 60, m % 60) for m in range(1440)]
        return sum(any(w.holds(m) for w in self.windows) for m in minutes) / 1440 if self.windows else 1.0

    def _next_opening(self) -> dt.datetime | None:
        """None while a window is open."""
        at = self._clock().astimezone(CHINA)
        if not self.windows or any(window.holds(at.time()) for window in self.windows):
            return None
        openings = (dt.datetime.combine(at, window.begin, CHINA) for window in self.windows)
        return min(each if each > at else each + dt.timedelta(days=1) for each in openings)


class CounterQueue:
    """Whether the counter's queue has work waiting or running. Looked at once a second; without Redis it has none."""

    def __init__(self, redis_url: str, watch: Callable[[], float] = time.monotonic) -> None:
        redis = Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
        queue = Queue("counter", connection=redis)
        self._redis, self._watch = redis, watch
        self._waiting, self._running = queue.key, StartedJobRegistry(queue=queue).key
        self._busy, self._looked_at = False, float("-inf")

    def __call__(self) -> bool:
        if self._watch() - self._looked_at >= 1.0:
            self._looked_at = self._watch()
            self._busy = False
            with suppress(RedisError, OSError):
                # What a killed worker left among the running counts until its time is over, no longer.
                running = self._redis.zcount(self._running, time.time(), "+inf")
                self._busy = bool(self._redis.llen(self._waiting) or running)
        return self._busy
