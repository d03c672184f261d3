"""Webhooks: a program's address that is told when a classification is finished, and every attempt to tell it.

Knows which addresses are allowed and what state a delivery is in. Knows nothing of HTTP (`handlers.webhooks`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit
from records.base import Base, BigId, Moment, now
from records.people import SYSTEM

MOST_CHARACTERS = 500
_CUT_OFF = "进程中断，没有等到答复"


class AddressRefused(ValueError):
    """The address may not be called; the message says why."""


class Webhook(Base):
    """One address for one classification: waiting (for its pages), due, delivered, or dead (tries are spent)."""

    __tablename__ = "webhooks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    classification_id: Mapped[int] = mapped_column(sa.ForeignKey("classifications.id"), unique=True)
    url: Mapped[str] = mapped_column(sa.String(MOST_CHARACTERS))
    status: Mapped[str] = mapped_column(sa.String(9), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    __table_args__ = (
        sa.Index(None, "status", "next_at"),
        sa.CheckConstraint("status in ('waiting','due','delivered','dead')", "status"),
    )


class WebhookAttempt(Base):
    """One call. Written before it is made, so that one that was cut off is on record too."""

    __tablename__ = "webhook_attempts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(sa.ForeignKey("webhooks.id"))
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    http_status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(sa.Text)
    seconds: Mapped[float | None]
    __table_args__ = (sa.UniqueConstraint("webhook_id", "number"),)


@dataclass(frozen=True)
class Delivery:
    """One attempt that this process has taken upon itself."""

    webhook_id: int
    number: int
    classification_id: int
    url: str


def check_address(url: str, allowed: str) -> None:
    """Raises AddressRefused unless `url` is, or lies below, one of the `allowed` addresses (separated by commas).
    None is allowed by default; scheme, host and port must be the same, to the letter."""
    if len(url) > MOST_CHARACTERS or any(
        not "!" <= character <= "~" or character == "\\" for character in url
    ):
        raise AddressRefused("回调地址含有不允许的字符或超过 500 个字符")
    asked = _split(url)
    if asked.scheme not in ("http", "https") or not asked.hostname:
        raise AddressRefused("回调地址须以 http:// 或 https:// 开头")
    if asked.username is not None or asked.password is not None or asked.fragment or "%" in asked.path:
        raise AddressRefused("回调地址不能带用户名、口令、片段或百分号编码")
    if any(segment in (".", "..") for segment in asked.path.split("/")):
        raise AddressRefused("回调地址不能含有“.”或“..”路径段")
    if not any(_below(asked, _split(each.strip())) for each in allowed.split(",") if each.strip()):
        raise AddressRefused("回调地址不在允许名单内；请联系系统管理员加入名单（GUIDANG_WEBHOOK_ALLOW）")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise AddressRefused("回调地址的格式不正确") from None
    return parts


def _below(asked: SplitResult, allowed: SplitResult) -> bool:
    if _origin(asked) != _origin(allowed):
        return False
    folder = allowed.path.rstrip("/")
    return asked.path.rstrip("/") == folder or asked.path.startswith(f"{folder}/")


def _origin(url: SplitResult) -> tuple[str, str | None, int]:
    return url.scheme, url.hostname, url.port or (443 if url.scheme == "https" else 80)


def key_of(secret: str, person_id: int) -> bytes:
    """The key that signs an account's webhooks, hexadecimal: another account's receiver cannot forge for it."""
    return hmac.new(secret.encode(), f"webhook:{person_id}".encode(), hashlib.sha256).hexdigest().encode()


def signature(key: bytes, moment: int, body: bytes) -> str:
    """`t=…,v1=…`: HMAC-SHA256 over the Unix time, a full stop and the body."""
    digest = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def make_due(session: Session, classification_id: int) -> None:
    """The classification is finished: its webhook may be called."""
    session.execute(
        sa.update(Webhook)
        .where(Webhook.classification_id == classification_id, Webhook.status == "waiting")
        .values(status="due", next_at=now())
    )


def due(session: Session, limit: int) -> list[int]:
    statement = sa.select(Webhook.id).where(Webhook.status == "due", Webhook.next_at <= now())
    return list(session.scalars(statement.order_by(Webhook.next_at).limit(limit)))


def take(session: Session, webhook_id: int, lease: dt.timedelta) -> Delivery | None:
    """Takes the next attempt; None when another process has it. Cut off, it is due again after `lease`."""
    row = session.execute(
        sa.update(Webhook)
        .where(Webhook.id == webhook_id, Webhook.status == "due", Webhook.next_at <= now())
        .values(attempts=Webhook.attempts + 1, next_at=now() + lease)
        .returning(Webhook.attempts, Webhook.classification_id, Webhook.url)
    ).one_or_none()
    if row is None:
        return None
    session.add(WebhookAttempt(webhook_id=webhook_id, number=row.attempts, error=_CUT_OFF))
    return Delivery(webhook_id, row.attempts, row.classification_id, row.url)


def settle(
    session: Session,
    delivery: Delivery,
    http_status: int | None,
    error: str | None,
    seconds: float,
    again_in: dt.timedelta | None,
) -> None:
    """What the attempt came to: delivered (no error), due again after a while, or dead."""
    session.execute(
        sa.update(WebhookAttempt)
        .where(WebhookAttempt.webhook_id == delivery.webhook_id, WebhookAttempt.number == delivery.number)
        .values(http_status=http_status, error=error, seconds=seconds)
    )
    state: dict[str, Any]
    if error is not None and again_in is not None:
        state = {"next_at": now() + again_in}
    else:
        state = {"status": "delivered" if error is None else "dead", "next_at": None, "settled_at": now()}
    changed = session.execute(
        sa.update(Webhook).where(Webhook.id == delivery.webhook_id, Webhook.status == "due").values(state)
    )
    if "status" in state and changed.rowcount:  # type: ignore[attr-defined]
        audit.record(
            session,
            SYSTEM,
            f"webhook.{'delivered' if error is None else 'died'}",
            ("classification", delivery.classification_id),
            {"attempts": delivery.number, "error": error},
        )


def of_classification(session: Session, classification_id: int) -> Webhook | None:
    statement = sa.select(Webhook).where(Webhook.classification_id == classification_id)
    return session.scalars(statement).one_or_none()


def attempts_of(session: Session, webhook_id: int) -> Sequence[WebhookAttempt]:
    statement = sa.select(WebhookAttempt).where(WebhookAttempt.webhook_id == webhook_id)
    return session.scalars(statement.order_by(WebhookAttempt.number)).all()


def delete(session: Session, classification_ids: Sequence[int]) -> None:
    hooks = sa.select(Webhook.id).where(Webhook.classification_id.in_(classification_ids))
    session.execute(sa.delete(WebhookAttempt).where(WebhookAttempt.webhook_id.in_(hooks)))
    session.execute(sa.delete(Webhook).where(Webhook.classification_id.in_(classification_ids)))
