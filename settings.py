"""Settings: one frozen object, read from the environment once, at the entry points.

Knows every environment variable that Guidang reads (`TABLE` prints them; docs/operations.md shows the same
table). Knows nothing of what the values are used for: rooms receive plain values, never this module.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "GUIDANG_"
ROOT = Path(__file__).resolve().parent


class SettingInvalid(ValueError):
    """An environment variable holds what it must not; the message names the variable and what is expected."""


def _setting(default: Any, doc: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"doc": doc}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """Every value that an installation may set. The defaults run the embedded demo on one machine."""

    home: Path = _setting(ROOT / "var", "folder of everything that is kept when nothing else is set")
    database_url: str = _setting("", "SQLAlchemy URL; empty: SQLite at home/guidang.db")
    redis_url: str = _setting("", "Redis URL; empty: the private Redis at home/redis.sock")
    image_url: str = _setting("", "fsspec URL of the page images; empty: home/images")
    package_dir: Path = _setting(Path(), "folder of archival packages; empty: home/packages")
    catalogue_dir: Path = _setting(ROOT / "bpmn" / "catalogue", "items.yaml, materials.yaml, codes.yaml")
    model_dir: Path = _setting(ROOT / "bpmn", "process models that `guidang process deploy` reads")
    secret_key: str = _setting(
        "", "signs sessions; empty: made once and kept at home/secret_key", secret=True
    )

    host: str = _setting("127.0.0.1", "address that the web server listens on")
    port: int = _setting(8000, "port that the web server listens on")
    web_processes: int = _setting(2, "web server processes")
    web_threads: int = _setting(8, "threads in each web server process")
    secure_cookies: bool = _setting(False, "1 behind TLS: cookies are sent over HTTPS only")
    session_minutes: int = _setting(30, "minutes of idleness after which a person signs in again")
    trusted_proxies: int = _setting(0, "reverse proxies in front, whose X-Forwarded-For is believed")

    max_upload_mb: int = _setting(200, "largest request body, MiB")
    max_file_mb: int = _setting(100, "largest single scan file, MiB")
    max_pixels_million: int = _setting(120, "largest page, million pixels")
    max_pages: int = _setting(500, "most pages in one submission")
    watch_dir: Path = _setting(Path(), "watched folder for case folders; empty: none")

    classification_image_url: str = _setting(
        "", "fsspec URL of images handed in only to be classified; empty: home/classified"
    )
    classification_pages: int = _setting(200, "most pages in one batch to classify")
    classification_open: int = _setting(20, "most unfinished classifications of one account")
    classification_image_days: float = _setting(
        7.0, "days after which images of finished classifications that belong to no record are deleted"
    )
    classification_result_days: float = _setting(
        30.0, "days after which results of classifications are deleted"
    )
    webhook_allow: str = _setting(
        "", "addresses that webhooks may call, with all below them, separated by commas; empty: none"
    )
    webhook_secret: str = _setting("", "signs webhooks; empty: none are sent", secret=True)
    webhook_tries: int = _setting(10, "tries before a webhook is dead")

    detection_model: Path = _setting(Path(), "text detection model directory; empty: the packaged model")
    recognition_model: Path = _setting(Path(), "text recognition model directory; empty: the packaged model")
    quick_model: Path = _setting(
        Path(), "quicker text recognition model, asked first; empty: the packaged one beside packaged models"
    )
    classifier_model: Path = _setting(
        Path(), "folder of the page classifier's weights; empty: the packaged weights"
    )
    ocr_device: str = _setting("cpu", "cpu, or gpu:0 for paddle_static models")
    batch_minutes: float = _setting(15.0, "a recognition batch starts at each multiple of this many minutes")
    shadow_share: float = _setting(0.1, "share of recognised pages that a model in shadow reads too (0 to 1)")
    held_out_percent: int = _setting(
        10, "percent of vehicles and drivers kept out of training, for measuring; set once"
    )

    lease_margin_s: float = _setting(30.0, "seconds that a lease outlives its job's time limit")
    scheduler_s: float = _setting(1.0, "seconds between two looks for due timers and unpublished work")
    retry_base_s: float = _setting(5.0, "first wait before a failed service task is tried again, seconds")
    retry_cap_s: float = _setting(600.0, "longest wait before a failed service task is tried again, seconds")
    worker_rss_mb: int = _setting(3000, "a worker above this resident size is replaced after its job, MiB")
    backlog_page_s: float = _setting(120.0, "seconds that one page of `guidang backfill` may take")
    recheck_seconds_per_page: float = _setting(
        8.0, "seconds of a person for one page at the recheck; a proposal until it is measured"
    )

    platform_url: str = _setting(
        "http://127.0.0.1:8077/trffweb/services/TmriOutNewAccess", "the traffic-management platform"
    )
    platform_serial: str = _setting("STAND-IN", "interface serial number (jkxlh)", secret=True)
    platform_scenario: str = _setting("", "scenario number (cjsqbh)")
    platform_office_code: str = _setting("310000000000", "office code (dwjgdm)")
    platform_office_name: str = _setting("演示车辆管理所", "office name (dwmc)")
    platform_operator_id: str = _setting("000000", "operator (yhbz)")
    platform_operator_name: str = _setting("归档系统", "operator name (yhxm)")
    platform_terminal: str = _setting("127.0.0.1", "terminal address (zdbs)")
    platform_timeout_s: float = _setting(30.0, "seconds to wait for the platform")
    platform_breaker_s: float = _setting(300.0, "seconds that pushing rests after a permission error")

    fonds_code: str = _setting("0000", "fonds code (全宗号) in archival numbers")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'guidang.db'}"

    @property
    def redis(self) -> str:
        return self.redis_url or f"unix://{self.home / 'redis.sock'}"

    @property
    def images(self) -> str:
        return self.image_url or str(self.home / "images")

    @property
    def loose_images(self) -> str:
        return self.classification_image_url or str(self.home / "classified")

    @property
    def packages(self) -> Path:
        return self.package_dir if self.package_dir != Path() else self.home / "packages"

    @property
    def classifiers(self) -> Path:
        """Where registered recogniser models are kept."""
        return self.home / "models" / "classifiers"

    @property
    def datasets(self) -> Path:
        """Where the manifests of data sets are kept."""
        return self.home / "datasets"

    @property
    def models(self) -> Path:
        """Where the packaged recognition models are unpacked."""
        return self.home / "models"


TABLE = tuple((PREFIX + f.name.upper(), f.default, f.metadata["doc"]) for f in fields(Settings))


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `environ`. Raises SettingInvalid for an unknown GUIDANG_ variable or a value of the wrong kind."""
    known = {PREFIX + f.name.upper(): f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(PREFIX):
            continue
        if name not in known:
            raise SettingInvalid(f"{name} is no setting of Guidang; see the table in docs/operations.md")
        values[known[name].name] = _parse(name, text, known[name].default)
    return Settings(**values)


def _parse(name: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "0": False, "false": False, "": False}[text.lower()]
        return type(default)(text)
    except (ValueError, KeyError):
        kind = {bool: "0 or 1", int: "a whole number", float: "a number"}.get(type(default), "text")
        raise SettingInvalid(f"{name}={text!r} must be {kind}") from None


def secret_key(settings: Settings) -> str:
    """The key that signs sessions: the one set, or one made at the first start and kept under home (0600)."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret_key"
    settings.home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f".secret_key.{secrets.token_hex(8)}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
        # Linked only when whole: another process of the same start must never read it half-written.
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text().strip()
