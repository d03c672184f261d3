"""Times and their quantiles, and how much of a wall time this process was really at work."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Times:
    """Repeated measurements of one thing, in seconds: by the wall clock, and CPU time of this process. `disturbed`
    counts those during which the scheduler took the processor away, which is a busy machine's doing."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    disturbed: int = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        taken = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)
        self.disturbed += resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw > taken

    @property
    def p50(self) -> float:
        return statistics.median(self.wall)

    @property
    def p95(self) -> float:
        return quantile(self.wall, 0.95)

    @property
    def cpu_p50(self) -> float:
        return statistics.median(self.cpu)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
