"""The Flask application: what it is made of, in order. Everything else is in the rooms that it names."""

from __future__ import annotations

import datetime as dt
from threading import BoundedSemaphore

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from records import catalogue
from records.images import ImageStore
from records.loose_images import LooseImages
from records.scans import Limits
from settings import Settings, secret_key
from web import (
    access,
    api,
    cases,
    context,
    database,
    errors,
    headers,
    images,
    inbox,
    incidents,
    intake,
    language,
    learning,
    navigation,
    processes,
    promise,
    pushing,
    session,
    supervision,
    throttle,
    words,
)
from web.tasks import capture, recheck, work
from workflows import definitions, operations
from workflows.intake import Intake
from workflows.outbox import Background, Enqueue

ROOMS = (
    session,
    inbox,
    work,
    recheck,
    capture,
    cases,
    images,
    intake,
    pushing,
    supervision,
    promise,
    learning,
    incidents,
    processes,
)


def create_app(settings: Settings, enqueue: Enqueue | None = None) -> Flask:
    """The application over `settings`; `enqueue` replaces the RQ queues (tests, one-process runs)."""
    app = Flask(__name__)
    _configure(app, settings)
    app.extensions[context.EXTENSION] = _context(settings, enqueue)
    database.init_app(app, settings.database)
    CSRFProtect(app)
    throttle.init_app(app, settings.redis)
    access.init_app(app)
    language.init_app(app)
    words.init_app(app)
    navigation.init_app(app)
    headers.init_app(app, settings.secure_cookies)
    errors.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    api.register(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=secret_key(settings),
        PERMANENT_SESSION_LIFETIME=dt.timedelta(minutes=settings.session_minutes),
        SESSION_COOKIE_NAME="guidang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_PARTS=2 * settings.max_pages + 100,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a clerk may think longer than an hour over a page
    )


def _context(settings: Settings, enqueue: Enqueue | None) -> context.Context:
    models = definitions.Models(definitions.script_functions(settings.batch_minutes))
    items = catalogue.load(settings.catalogue_dir)
    store = ImageStore(settings.images)
    limits = Limits(
        max_bytes=settings.max_file_mb * 1024 * 1024,
        max_pixels=settings.max_pixels_million * 1_000_000,
        max_pages=settings.max_pages,
    )
    known = operations.load(settings.model_dir / "operations.json")
    queues = operations.Queues(settings.redis, known)
    service = context.Service(
        loose=LooseImages(settings.loose_images),
        enqueue=enqueue or Background(queues.hand_pages),
        most_pages=settings.classification_pages,
        most_open=settings.classification_open,
        webhook_allow=settings.webhook_allow,
        webhook_secret=settings.webhook_secret,
        waiters=BoundedSemaphore(max(1, settings.web_threads // 2)),
    )
    return context.Context(
        models=models,
        catalogue=items,
        store=store,
        intake=Intake(models, items, store, limits),
        operations=known,
        enqueue=enqueue or Background(queues),
        max_upload_mb=settings.max_upload_mb,
        service=service,
    )
