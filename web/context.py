"""What views work with: one frozen object an app, made in `create_app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore

from flask import current_app

from records.catalogue import Catalogue
from records.images import ImageStore
from records.loose_images import LooseImages
from workflows.definitions import Models
from workflows.intake import Intake
from workflows.operations import Operation
from workflows.outbox import Enqueue

EXTENSION = "guidang"


@dataclass(frozen=True)
class Service:
    """Classification for programs: where its images go, who hears of its pages, what is too much, which addresses
    may be called. `waiters`: how many requests may wait for their page at once, so that threads are left for people."""

    loose: LooseImages
    enqueue: Enqueue
    most_pages: int
    most_open: int
    webhook_allow: str
    webhook_secret: str
    waiters: BoundedSemaphore


@dataclass(frozen=True)
class Context:
    models: Models
    catalogue: Catalogue
    store: ImageStore
    intake: Intake
    operations: Mapping[str, Operation]
    enqueue: Enqueue
    max_upload_mb: int
    service: Service


def current() -> Context:
    """The context of the app that serves this request."""
    found: Context = current_app.extensions[EXTENSION]
    return found
