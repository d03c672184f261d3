"""The catalogue of operations that service tasks may call, and the queues that carry their runs.

`bpmn/operations.json` is what the editor offers and what this module reads; `handlers/table.py` says which function
each name is; a test holds the two and the diagrams equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from rq import Queue

JOB = "handlers.jobs.run_service_task"
QUEUES = ("counter", "batch", "general")


@dataclass(frozen=True)
class Operation:
    """How runs of one operation are carried: the queue, the time limit in seconds, the tries before an incident."""

    name: str
    title: str
    queue: str
    timeout_s: int
    max_attempts: int


def load(path: Path) -> dict[str, Operation]:
    """Operations by name from `operations.json`."""
    return {
        each["operation"]: Operation(
            each["operation"], each["name_zh"], each["queue"], each["timeout_s"], each["max_attempts"]
        )
        for each in json.loads(path.read_text("utf-8"))
    }


class Queues:
    """Hands run ids to RQ: the `Enqueue` of `workflows.outbox`. One queue a worker, so RQ moves jobs atomically."""

    def __init__(self, redis_url: str, operations: Mapping[str, Operation]) -> None:
        self._operations = operations
        self.redis = Redis.from_url(redis_url, socket_connect_timeout=2, socket_timeout=15)
        self._queues = {name: Queue(name, connection=self.redis) for name in QUEUES}

    def __call__(self, runs: Sequence[tuple[int, str]]) -> None:
        """Raises ConnectionError when Redis cannot be reached or refuses."""
        try:
            with self.redis.pipeline(transaction=False) as pipeline:  # one way to Redis and back for all
                for run_id, name in runs:
                    # An old definition may name what this version no longer has: the worker makes it an incident.
                    operation = self._operations.get(name) or Operation(name, name, "general", 60, 1)
                    self._queues[operation.queue].enqueue_call(
                        JOB,
                        args=(run_id,),
                        timeout=operation.timeout_s,
                        result_ttl=0,
                        failure_ttl=3600,
                        job_id=f"run-{run_id}-{uuid4().hex[:8]}",
                        pipeline=pipeline,
                    )
                pipeline.execute()
        except (RedisConnectionError, RedisError) as error:
            raise ConnectionError(str(error)) from error
