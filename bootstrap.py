"""From settings to the objects that the programs work with: database, models, intake, queues, handlers' context.

Used by the command line and the demo. `web` builds its own from the same settings, because it loads no handlers.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.orm import Session, sessionmaker

from ocr import models as ocr_models
from ocr.models import ModelDirectories
from records import base, catalogue, recogniser_models, schema, validators
from records.catalogue import Catalogue
from records.images import ImageStore
from records.loose_images import LooseImages
from records.people import SYSTEM, Actor, Person
from records.scans import Limits
from settings import ROOT, Settings, load
from workflows import definitions, operations, outbox
from workflows.definitions import Models
from workflows.intake import Intake
from workflows.operations import Operation, Queues

if TYPE_CHECKING:
    from handlers.context import Context
    from ocr.protocol import Recogniser


class NotMigrated(RuntimeError):
    """The database is behind the code."""


class RedisUnavailable(RuntimeError):
    """The private Redis did not start."""


class AccountMissing(LookupError):
    """No active account of this name."""


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """For loading what stays: looking for garbage among its objects takes a fifth of the time for PaddleOCR, and half
    of it for the catalogue."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class House:
    """Everything that follows from the settings, each made at first use."""

    settings: Settings

    @cached_property
    def engine(self) -> sa.Engine:
        if self.settings.database.startswith("sqlite"):
            self.settings.home.mkdir(parents=True, exist_ok=True)
        return base.open_engine(self.settings.database)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        sessions = base.session_factory(self.engine)
        outbox.publish_from(sessions, self.queues)
        return sessions

    @cached_property
    def models(self) -> Models:
        return Models(definitions.script_functions(self.settings.batch_minutes))

    @cached_property
    def operations(self) -> dict[str, Operation]:
        return operations.load(self.settings.model_dir / "operations.json")

    @cached_property
    def queues(self) -> Queues:
        return Queues(self.settings.redis, self.operations)

    @cached_property
    @_collecting_no_garbage()
    def catalogue(self) -> Catalogue:
        return catalogue.load(self.settings.catalogue_dir)

    @cached_property
    def store(self) -> ImageStore:
        return ImageStore(self.settings.images)

    @cached_property
    def loose(self) -> LooseImages:
        return LooseImages(self.settings.loose_images)

    @cached_property
    def limits(self) -> Limits:
        settings = self.settings
        return Limits(
            max_bytes=settings.max_file_mb * 2**20,
            max_pixels=settings.max_pixels_million * 10**6,
            max_pages=settings.max_pages,
        )

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.models, self.catalogue, self.store, self.limits)

    def actor(self, login: str | None) -> Actor:
        """Who acts: the active account of that name, or the system. Raises AccountMissing."""
        if login is None:
            return SYSTEM
        with self.sessions() as session:
            statement = sa.select(Person).where(Person.login == login, Person.active)
            person = session.scalars(statement).one_or_none()
            if person is None:
                raise AccountMissing(f"no active account {login}")
            return person.actor("-")

    def require_migrated(self) -> None:
        """Raises NotMigrated, naming the command, rather than failing later on a missing column."""
        if not schema.is_current(self.engine):
            raise NotMigrated("the database is not at the newest schema: run `guidang migrate` first")

    def start_redis(self) -> None:
        """Starts the private Redis when none is set and none answers yet. It holds hints only, so it keeps
        nothing on disk and may be killed at any time."""
        if self.settings.redis_url or answers(self.settings.redis):
            return
        self.settings.home.mkdir(parents=True, exist_ok=True)
        server = Path(sys.executable).with_name("redis-server")
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self.settings.home / "redis.sock"),
            "--unixsocketperm",
            "700",
        ]
        options += ["--save", "", "--daemonize", "yes", "--dir", str(self.settings.home)]
        options += ["--logfile", str(self.settings.home / "redis.log")]
        subprocess.run([str(server), *options], check=True, stdout=subprocess.DEVNULL)
        if not _wait_for(lambda: answers(self.settings.redis), dt.timedelta(seconds=10)):
            raise RedisUnavailable(f"the private Redis did not start: see {self.settings.home / 'redis.log'}")

    def stop_redis(self) -> None:
        """Ends the private Redis, if it is ours and runs."""
        if not self.settings.redis_url and answers(self.settings.redis):
            Redis.from_url(self.settings.redis).shutdown(nosave=True)

    def model_directories(self) -> ModelDirectories:
        """The model directories set, or the packaged models, unpacked when missing.

        Raises ocr.models.ModelsMissing at once, naming directory and setting, instead of failing in the first job."""
        settings = self.settings
        chosen = settings.detection_model, settings.recognition_model
        if chosen == (Path(), Path()):
            return ocr_models.prepare(settings.models)
        directories = ModelDirectories(
            *chosen, settings.quick_model if settings.quick_model != Path() else None
        )
        ocr_models.common_engine(directories)
        return directories

    @_collecting_no_garbage()
    def recogniser(self) -> Recogniser:
        """A recogniser for one thread of this process."""
        from ocr import materials
        from ocr.classifier import Classifier
        from ocr.paddle import PaddleReader
        from ocr.pipeline import PageRecogniser
        from ocr.plates import PlateReader

        # PaddleX keeps a folder of its own; a service account may have no home to keep it in.
        os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(self.settings.home / "paddlex"))
        checks = {name: _check(name) for name in validators.TABLE}
        reader = PaddleReader(self.model_directories(), self.settings.ocr_device)
        catalogue = materials.load(self.settings.catalogue_dir / "materials.yaml")
        classifier = Classifier(self.classifier_weights, catalogue)
        # The packaged one: a registered classifier's folder may come from before there were plates.
        plates = PlateReader(ROOT / "ocr" / "weights" / "plates.npz")
        return PageRecogniser(reader, classifier, catalogue, checks, plates)

    @property
    def classifier_weights(self) -> Path:
        """The folder of the page classifier's weights."""
        chosen = self.settings.classifier_model
        return chosen if chosen != Path() else ROOT / "ocr" / "weights"

    def recogniser_with(self, weights: Path) -> Recogniser:
        """The same with the classifier's weights of a registered model."""
        return House(dataclasses.replace(self.settings, classifier_model=weights)).recogniser()

    def packaged_classifier(self) -> tuple[str, str]:
        """Version and digest of the weights that come with the program, or that the settings name."""
        folder = self.classifier_weights
        return recogniser_models.version_of(folder), recogniser_models.digest_of(folder)

    @cached_property
    def context(self) -> Context:
        from handlers.context import Context, Retries
        from handlers.platform.client import Platform, PlatformConfig

        settings = self.settings
        platform = PlatformConfig(
            url=settings.platform_url,
            serial=settings.platform_serial,
            scenario=settings.platform_scenario,
            office_code=settings.platform_office_code,
            office_name=settings.platform_office_name,
            operator_id=settings.platform_operator_id,
            operator_name=settings.platform_operator_name,
            terminal=settings.platform_terminal,
            timeout_s=settings.platform_timeout_s,
        )
        return Context(
            sessions=self.sessions,
            models=self.models,
            operations=self.operations,
            catalogue=self.catalogue,
            store=self.store,
            loose=self.loose,
            packages=settings.packages,
            fonds_code=settings.fonds_code,
            office=settings.platform_office_name,
            retries=Retries(settings.retry_base_s, settings.retry_cap_s, settings.lease_margin_s),
            breaker_rest=dt.timedelta(seconds=settings.platform_breaker_s),
            make_recogniser=self.recogniser,
            make_recogniser_with=self.recogniser_with,
            make_platform=lambda: Platform(platform),
            classifiers=settings.classifiers,
            shadow_share=settings.shadow_share,
        )


def with_house(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the house of the settings as its first argument."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        return command(House(load()), *args, **kwargs)

    return run


def _check(validator: str) -> Callable[[str], validators.Verdict]:
    def check(value: str) -> validators.Verdict:
        return validators.validate(validator, value, dt.datetime.now(base.CHINA).date())

    return check


def answers(redis_url: str) -> bool:
    """Whether a Redis answers at that URL."""
    try:
        return bool(Redis.from_url(redis_url, socket_connect_timeout=1).ping())
    except (RedisError, OSError):
        return False


def _wait_for(condition: Callable[[], bool], limit: dt.timedelta) -> bool:
    end = dt.datetime.now(dt.UTC) + limit
    while dt.datetime.now(dt.UTC) < end:
        if condition():
            return True
        threading.Event().wait(0.05)
    return condition()
