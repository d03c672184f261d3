"""Health: whether this server can work, for monitoring. Says nothing that is worth hiding.

Knows the database, its migrations, and the queues. Nothing is lost while Redis is away, but no work is done
either, so that answers 503 too.
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy.exc import SQLAlchemyError

from records import schema
from web import access, context
from web.api import door
from web.api.schemas import HealthSchema
from web.database import db
from workflows.operations import QUEUES, Queues
from workflows.outbox import Background

blueprint = door.blueprint("health", "", "运行状况")

_log = logging.getLogger(__name__)


@blueprint.get("/health")
@access.public
@blueprint.response(200, HealthSchema, description="一切正常")
@blueprint.alt_response(503, schema=HealthSchema, description="至少一项不正常")
@blueprint.doc(
    operationId="getHealth",
    summary="运行状况",
    description="数据库是否可用、结构是否最新、Redis 是否可用、各队列待办数。不需要令牌，供监控使用。",
    security=[],
)
def show() -> tuple[dict[str, Any], int]:
    checks: dict[str, bool] = {"database": _database(), "migrations": False, "redis": False}
    checks["migrations"] = checks["database"] and _migrations()
    lengths = _queues()
    checks["redis"] = lengths is not None
    well = all(checks.values())
    body = {"status": "ok" if well else "failing", "checks": checks, "queues": lengths or {}}
    return body, 200 if well else 503


def _engine() -> sa.Engine:
    return db.engine.execution_options(read_only=True)


def _database() -> bool:
    try:
        with _engine().connect() as connection:
            return connection.scalar(sa.select(1)) == 1
    except SQLAlchemyError as error:
        _log.error("database out of reach: %s", error)
        return False


def _migrations() -> bool:
    try:
        return schema.is_current(_engine())
    except SQLAlchemyError as error:
        _log.error("migrations cannot be read: %s", error)
        return False


def _queues() -> dict[str, int] | None:
    """Jobs waiting in each queue; None when Redis is out of reach or work is handed over otherwise."""
    given = context.current().enqueue
    enqueue = given.enqueue if isinstance(given, Background) else given
    if not isinstance(enqueue, Queues):
        return None
    try:
        return {name: Queue(name, connection=enqueue.redis).count for name in QUEUES}
    except RedisError as error:
        _log.error("redis out of reach: %s", error)
        return None
