"""The REST interface for programs, /api/v1, and its own description (OpenAPI).

It opens to `Authorization: Bearer` tokens only, never to a cookie, and is therefore free of CSRF tokens.
Every error is problem JSON (`web.api.problems`). Knows which rooms there are; what they offer is theirs.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask_wtf import CSRFProtect

from web import context
from web.api import catalogue, classification, description, findings, health, problems, records, submissions
from web.api.door import PREFIX
from web.api.openapi import Interface

ROOMS = (submissions, classification, records, findings, catalogue, health, description)


def register(app: Flask) -> None:
    """Adds the interface to `app`, which has its context, database, CSRF protection and guard already."""
    shared: context.Context = app.extensions[context.EXTENSION]
    interface = Interface(app, shared.catalogue)
    csrf: CSRFProtect = app.extensions["csrf"]
    for room in ROOMS:
        csrf.exempt(room.blueprint)  # its guard reads a header that no browser sends by itself
        interface.register_blueprint(room.blueprint)
    app.before_request(_unrouted)
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii = False


def _unrouted() -> Response | None:
    """A wrong path or method below the prefix belongs to no blueprint, so its answer is given here."""
    error = request.routing_exception
    if error is None or not request.path.startswith(f"{PREFIX}/") or (error.code or 0) < 400:
        return None
    return problems.answer(error)
