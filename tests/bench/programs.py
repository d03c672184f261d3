"""Guidang's own programs as children: `guidang serve` and `guidang worker`, with what they hold in memory."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

from settings import PREFIX
from tests.bench.case import ROOT

START_S = 60.0


class ProgramFailed(RuntimeError):
    """A program ended early or did not answer; the message carries the end of its log."""


@contextlib.contextmanager
def running(
    home: Path, arguments: list[str], settings: Mapping[str, object]
) -> Iterator[subprocess.Popen[bytes]]:
    """`guidang ARGUMENTS` with exactly these settings, ended with the block."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    chosen = {PREFIX + name.upper(): str(value) for name, value in {"home": home, **settings}.items()}
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{'-'.join(arguments)}.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "guidang", *arguments],
            cwd=ROOT,
            env={**inherited, **chosen},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_for(
    condition: Callable[[], bool], child: subprocess.Popen[bytes], home: Path, limit_s: float
) -> None:
    """Returns once `condition` holds. Raises ProgramFailed when the child ends before, or time is over."""
    end = time.monotonic() + limit_s
    while not condition():
        if child.poll() is not None or time.monotonic() > end:
            logs = [path.read_text(errors="replace")[-2000:] for path in sorted(home.glob("*.log"))]
            raise ProgramFailed("\n".join(["a program did not do its part:", *logs]))
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident_mib(pid: int) -> list[float]:
    """Resident MiB of a process and of each of its children, in order of age."""
    parent = psutil.Process(pid)
    return [each.memory_info().rss / 2**20 for each in (parent, *parent.children(recursive=True))]


def peak_mib(pid: int) -> float:
    """The most MiB that the process ever held resident."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))
