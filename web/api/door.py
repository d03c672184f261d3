"""What every room of the interface shares: its prefix, its error answers, how often one caller may knock."""

from __future__ import annotations

import hashlib

from flask import request
from flask_limiter import RateLimitExceeded
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from web import access, throttle
from web.api import problems

PREFIX = "/api/v1"
RATE = "1200 per minute"
LARGEST_ID = 2**63 - 1


def _caller() -> str:
    """The token, as a digest: it is no key to keep elsewhere. Without one, the address."""
    token = request.headers.get("Authorization")
    return hashlib.sha256(token.encode()).hexdigest() if token else access.address()


_rate = throttle.limiter.shared_limit(RATE, scope="api", key_func=_caller)


def blueprint(name: str, path: str, title: str) -> Blueprint:
    """A room of the interface at `path` below the prefix; `title` heads it in the description."""
    room = Blueprint(f"api_{name}", __name__, url_prefix=PREFIX + path, description=title)
    # The application registers these with a status code or for every code, and the most exact one wins.
    for kind in (RateLimitExceeded, HTTPException, Exception):
        room.register_error_handler(kind, problems.answer)
    _rate(room)
    return room
