"""The pace of work beside the counter: rate, windows, right of way."""

import datetime as dt
import time

import pytest
from redis import Redis

from handlers.pace import CounterQueue, Pace, Window
from records.base import CHINA
from tests import servers


class Clock:
    def __init__(self, at="2026-11-21 12:00"):
        self.at = dt.datetime.fromisoformat(at).replace(tzinfo=CHINA)

    def now(self):
        return self.at

    def seconds(self):
        return self.at.timestamp()

    def on(self, **passed):
        self.at += dt.timedelta(**passed)


def pace(clock, **options):
    return Pace(clock=clock.now, watch=clock.seconds, **options)


def test_the_rate_holds_over_any_stretch_and_saves_nothing_up():
    clock = Clock()
    held = pace(clock, rate=20.0)
    given = []
    for _ in range(200):
        clock.on(milliseconds=50)
        given.append(held.allow(50))
    assert sum(given) == pytest.approx(200, abs=2)
    clock.on(hours=1)
    assert held.allow(50) <= 4


def test_a_rate_below_one_a_second_lets_one_through_in_its_time():
    clock = Clock()
    held = pace(clock, rate=0.1)
    assert held.allow(5) == 1
    clock.on(seconds=9)
    assert held.allow(5) == 0
    clock.on(seconds=2)
    assert held.allow(5) == 1


def test_windows_in_chinas_time_also_over_midnight():
    clock = Clock("2026-11-21 19:59")
    held = pace(clock, windows=(Window.parse("20:00-06:00"), Window.parse("12:00-13:00")))
    assert held.allow(3) == 0 and held.closed and "until 11-21 20:00" in held.waits_for
    clock.on(minutes=1)
    assert held.allow(3) == 3 and not held.closed and not held.waits_for
    clock.on(hours=9, minutes=59)
    assert held.allow(3) == 3
    clock.on(minutes=1)
    assert held.allow(3) == 0 and "until 11-22 12:00" in held.waits_for
    assert held.share_of_day() == pytest.approx(11 / 24)


@pytest.mark.parametrize("text", ["20:00", "20-6", "25:00-06:00", "06:00-06:00", ""])
def test_a_window_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        Window.parse(text)


def test_the_counter_goes_first():
    clock, busy = Clock(), [False]
    held = pace(clock, counter_busy=lambda: busy[0])
    assert held.allow(3) == 3
    busy[0] = True
    assert held.allow(3) == 0 and "counter" in held.waits_for
    busy[0] = False
    assert held.allow(3) == 3


def test_the_counters_queue_is_looked_at_once_a_second_and_without_redis_it_is_idle():
    clock = Clock()
    with servers.redis() as url:
        redis = Redis.from_url(url)
        busy = CounterQueue(url, clock.seconds)
        assert not busy()
        redis.rpush("rq:queue:counter", "job")
        assert not busy()
        clock.on(seconds=1)
        assert busy()
        redis.delete("rq:queue:counter")
        redis.zadd("rq:wip:counter", {"job": time.time() + 60, "of a killed worker": 1})
        clock.on(seconds=1)
        assert busy()
        redis.zadd("rq:wip:counter", {"job": 1})
        clock.on(seconds=1)
        assert not busy()
        redis.rpush("rq:queue:counter", "job")
        clock.on(seconds=1)
        assert busy()
    clock.on(seconds=1)
    assert not busy()
