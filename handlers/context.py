"""What handlers work with: one frozen object a worker process, made at its start and passed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from handlers.platform.client import Platform
from handlers.recognisers import Recognisers
from ocr.protocol import Recogniser
from records.catalogue import Catalogue
from records.images import ImageStore
from records.loose_images import LooseImages
from workflows.definitions import Models
from workflows.operations import Operation


class Postponed(Exception):
    """What the operation needs is known to rest; try again after `wait`, without counting a failure."""

    def __init__(self, reason: str, wait: dt.timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Retries:
    """Waits between failed attempts, seconds: the first, the longest; the lease's margin over the time limit."""

    base_s: float
    cap_s: float
    lease_margin_s: float


@dataclass(frozen=True)
class Context:
    """Recognisers and the platform are made at first use: a worker that only archives loads no models."""

    sessions: sessionmaker[Session]
    models: Models
    operations: Mapping[str, Operation]
    catalogue: Catalogue
    store: ImageStore
    loose: LooseImages
    packages: Path
    fonds_code: str
    office: str
    retries: Retries
    breaker_rest: dt.timedelta
    make_recogniser: Callable[[], Recogniser]
    make_recogniser_with: Callable[[Path], Recogniser]
    make_platform: Callable[[], Platform]
    classifiers: Path
    shadow_share: float

    @cached_property
    def recognisers(self) -> Recognisers:
        return Recognisers(self.sessions, self.make_recogniser, self.make_recogniser_with, self.classifiers)

    @property
    def recogniser(self) -> Recogniser:
        """The recogniser of the active model as of now: ask once a job."""
        return self.recognisers.active()

    @cached_property
    def platform(self) -> Platform:
        return self.make_platform()
