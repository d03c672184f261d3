"""The servers that tests start: they work, they are private, and they leave nothing behind."""

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue, SimpleWorker

from tests import servers

ROOT = Path(__file__).resolve().parent.parent


def folder_of(url: str) -> Path:
    return Path(url.rpartition("host=")[2])


def answer(to: int) -> int:
    return to + 1


def test_postgres_serves_a_database_and_leaves_nothing():
    with servers.postgres() as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("create table paper (title text)"))
            connection.execute(sa.text("insert into paper values ('机动车登记证书')"))
        with engine.connect() as connection:
            assert connection.scalar(sa.text("select title from paper")) == "机动车登记证书"
            assert connection.scalar(sa.text("show server_encoding")) == "UTF8"
            assert connection.scalar(sa.text("show listen_addresses")) == ""
            assert connection.scalar(sa.text("show fsync")) == "off"
        engine.dispose()
        folder = folder_of(url)
        server = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))
        assert server.uids().effective != 0
    assert not server.is_running()
    assert not folder.exists()


def test_a_measurement_can_ask_for_durable_commits():
    with servers.postgres(durable=True) as url:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("show fsync")) == "on"
            assert connection.scalar(sa.text("show synchronous_commit")) == "on"
        engine.dispose()


def test_redis_carries_rq_jobs_and_leaves_nothing():
    with servers.redis() as url:
        connection = Redis.from_url(url)
        queue = Queue("general", connection=connection)
        job = queue.enqueue(answer, 41)
        SimpleWorker([queue], connection=connection).work(burst=True)
        assert job.return_value() == 42
        folder = Path(url.removeprefix("unix://")).parent
        server = psutil.Process(connection.info("server")["process_id"])
    assert not server.is_running()
    assert not folder.exists()


def test_two_servers_do_not_meet():
    with servers.redis() as one, servers.redis() as other:
        Redis.from_url(one).set("key", "value")
        assert Redis.from_url(other).get("key") is None


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_killed_test_run_takes_its_servers_along(server):
    program = f"""
import time
from tests import servers
with servers.{server}() as url:
    print(url, flush=True)
    time.sleep(600)
"""
    run = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with run, open_folder(run) as folder:
        (child,) = psutil.Process(run.pid).children()
        assert child.cwd().startswith(str(folder))
        run.send_signal(signal.SIGKILL)
        run.wait()
        deadline = time.monotonic() + 10
        while is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_alive(child)


@contextlib.contextmanager
def open_folder(run):
    """The folder of the server whose URL `run` prints; a killed run cannot remove it."""
    url = run.stdout.readline().strip()
    assert url
    folder = folder_of(url) if "host=" in url else Path(url.removeprefix("unix://")).parent
    yield folder
    shutil.rmtree(folder)


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_missing_program_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(servers.ServerUnavailable, match="make setup"), servers.redis():
        pass
