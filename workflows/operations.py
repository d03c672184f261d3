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
# Queues by the worker process that serves them, the first before the next. Programs' classifications have a process of
# their own, so that they stand in nobody's way: one page a job, a page that somebody waits for before those of batches.
SERVED = {
    "counter": ("counter",),
    "batch": ("batch",),
    "general": ("general",),
    "service": ("single", "pages"),
}
QUEUES = tuple(name for names in SERVED.values() for name in names)
PAGE_JOB = "handlers.classification.classify_page"
PAGE_TIMEOUT_S = 60
LOAD_TIMEOUT_S = 300  # of the models, before a process reads its first page
PAGE_QUEUES = {"single": "single", "batch": "pages"}


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

    def hand_pages(self, pages: Sequence[tuple[int, str]]) -> None:
        """Hands (id, lane) pairs of `records.classifications` to RQ. Raises ConnectionError likewise."""
        try:
            with self.redis.pipeline(transaction=False) as pipeline:
                for page_row, lane in pages:
                    self._queues[PAGE_QUEUES[lane]].enqueue_call(
                        PAGE_JOB,
                        args=(page_row,),
                        timeout=2 * LOAD_TIMEOUT_S,  # the job itself ends its process earlier
                        result_ttl=0,
                        failure_ttl=3600,
                        job_id=f"page-{page_row}-{uuid4().hex[:8]}",
                        pipeline=pipeline,
                    )
                pipeline.execute()
        except (RedisConnectionError, RedisError) as error:
            raise ConnectionError(str(error)) from error
