"""What views work with: one frozen object an app, made in `create_app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from records.catalogue import Catalogue
from records.images import ImageStore
from workflows.definitions import Models
from workflows.intake import Intake
from workflows.operations import Operation
from workflows.outbox import Enqueue

EXTENSION = "guidang"


@dataclass(frozen=True)
class Context:
    models: Models
    catalogue: Catalogue
    store: ImageStore
    intake: Intake
    operations: Mapping[str, Operation]
    enqueue: Enqueue
    max_upload_mb: int


def current() -> Context:
    """The context of the app that serves this request."""
    found: Context = current_app.extensions[EXTENSION]
    return found
