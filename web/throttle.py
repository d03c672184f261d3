"""Limits on how often a door may be tried, counted in Redis, or in this process without it."""

from __future__ import annotations

import logging

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from redis import Redis
from redis.exceptions import RedisError

SIGN_IN = "20 per minute"

_log = logging.getLogger(__name__)
limiter = Limiter(get_remote_address, swallow_errors=True)


def init_app(app: Flask, redis_url: str) -> None:
    app.config["RATELIMIT_STORAGE_URI"] = _storage(redis_url)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    limiter.init_app(app)


def _storage(redis_url: str) -> str:
    try:
        Redis.from_url(redis_url, socket_connect_timeout=1).ping()
    except RedisError as error:
        _log.warning("redis out of reach, sign-in attempts are counted in this process only: %s", error)
        return "memory://"
    return redis_url.replace("unix://", "redis+unix://", 1)
