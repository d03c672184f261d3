"""Who holds a lease: a process of a machine. What processes of this machine held that are gone need not wait for the
lease to end.

Knows names and processes; whose rows they are is the caller's.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator

import psutil

# Names are kept in columns of 80 characters.
HOST = socket.gethostname()[:60]


def holder(pid: int | None = None) -> str:
    """Names a process of this machine, or this very process."""
    return f"{HOST}:{pid or os.getpid()}"


def gone(names: Iterable[str]) -> Iterator[str]:
    """Those of the holders that were processes of this machine and no longer are."""
    for name in names:
        host, _, pid = name.rpartition(":")
        if host == HOST and not psutil.pid_exists(int(pid)):
            yield name
