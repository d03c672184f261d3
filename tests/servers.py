"""Private PostgreSQL and Redis servers for tests and measurements, each in a folder of its own, gone after.

Knows where Debian and the virtual environment keep the programs, and that PostgreSQL refuses to run as root.
Knows nothing of Guidang's tables or queues. Both servers listen on a Unix socket only, and both end with the
process that started them, even when that one is killed.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import redis as redis_client

DATABASE = "guidang"
START_S = 60.0
STOP_S = 20.0


class ServerUnavailable(RuntimeError):
    """A server's program is missing, or it did not start; the message says which, with its last words."""


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL with an empty database; gives its SQLAlchemy URL (superuser, no password, Unix socket).

    `durable=False` trades safety on power loss for speed. Raises ServerUnavailable.
    """
    programs = postgres_programs()
    owner = _unprivileged()
    with _folder("guidang-pg-", owner) as folder:
        data = folder / "data"
        _initialise(programs / "initdb", data, owner)
        command = [f"{programs}/postgres", "-D", f"{data}", "-k", f"{folder}"]
        command += ["-c", "listen_addresses=", "-N", "200"]
        if not durable:
            command += ["-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        admin = f"host={folder} user=postgres dbname=postgres connect_timeout=5"
        with _running(command, folder, owner, lambda: _accepts(admin), stop_signal=signal.SIGINT):
            with psycopg.connect(admin, autocommit=True) as connection:
                connection.execute(f"create database {DATABASE}")
            yield f"postgresql+psycopg://postgres@/{DATABASE}?host={folder}"


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """An empty Redis that keeps nothing on disk; gives its URL (Unix socket). Raises ServerUnavailable."""
    server = Path(sys.executable).with_name("redis-server")
    if not server.exists():
        raise ServerUnavailable(f"{server} is missing: `make setup` installs it")
    with _folder("guidang-redis-", None) as folder:
        url = f"unix://{folder / 'redis.sock'}"
        command = [f"{server}", "--port", "0", "--unixsocket", f"{folder}/redis.sock"]
        command += ["--save", "", "--dir", f"{folder}"]
        with _running(command, folder, None, lambda: _pings(url), stop_signal=signal.SIGTERM):
            yield url


def postgres_programs() -> Path:
    """The folder of the newest installed PostgreSQL's programs. Raises ServerUnavailable."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    if elsewhere is None:
        raise ServerUnavailable("PostgreSQL is missing: `make setup` installs it or names the command")
    return Path(elsewhere).resolve().parent


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when root starts it: None for "as the caller"."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextlib.contextmanager
def _folder(prefix: str, owner: pwd.struct_passwd | None) -> Iterator[Path]:
    """A folder that only its owner enters; short, because a socket's path may have no more than 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(initdb: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    command = [f"{initdb}", "-D", f"{data}", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"]
    run = subprocess.run(_as(owner, command), cwd=data.parent, capture_output=True, text=True)
    if run.returncode != 0:
        raise ServerUnavailable(f"initdb failed: {run.stderr.strip()[-2000:]}")


def _as(owner: pwd.struct_passwd | None, command: Sequence[str], *, end: str = "KILL") -> list[str]:
    """The command as that user, ended with the signal named `end` when the calling process dies."""
    privileges = ["setpriv", f"--pdeathsig={end}"]
    if owner is not None:
        privileges += [f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return [*privileges, "--", *command]


@contextlib.contextmanager
def _running(
    command: Sequence[str],
    folder: Path,
    owner: pwd.struct_passwd | None,
    is_ready: Callable[[], bool],
    *,
    stop_signal: signal.Signals,
) -> Iterator[None]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _as(owner, command, end=stop_signal.name[3:]),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the test run, which then stops its servers in order
        )
    try:
        _await(is_ready, process, log)
        yield
    finally:
        _stop(process, stop_signal)


def _await(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            last_words = log.read_text(errors="replace").strip()[-2000:]
            raise ServerUnavailable(f"the server in {log.parent} did not start: {last_words}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    process.send_signal(stop_signal)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _accepts(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        return False
    return True


def _pings(url: str) -> bool:
    try:
        with redis_client.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis_client.RedisError:
        return False
