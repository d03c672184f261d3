"""What the workers hold in memory once they have done their work: a case handed in, its pages recognised."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa

from bootstrap import House
from handlers.folders import receive_folder
from ocr.synthetic.cases import write_cases
from records import schema
from records.pages import Recognition
from records.people import SYSTEM
from settings import Settings
from tests.bench import case, programs
from workflows import definitions

LIMIT_S = 180.0


@dataclass
class Workers:
    """Resident MiB of the worker that recognises and of the one for everything else; pages read, seconds for them."""

    counter_mib: float
    counter_peak_mib: float
    general_mib: float
    pages: int
    seconds: float


def measure(home: Path, redis_url: str, pages: int) -> Workers:
    """Hands in one counter case and lets the workers go until `pages` pages are recognised."""
    house = House(Settings(home=home, redis_url=redis_url))
    schema.migrate(house.engine)
    with house.sessions.begin() as session:
        for key, files in definitions.read_bundles(case.ROOT / "bpmn").items():
            definitions.deploy(session, house.models, SYSTEM, key, files)
    house.model_directories()
    _hand_in(house)
    chosen = {"redis_url": redis_url, "model_dir": case.ROOT / "bpmn"}
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        general = stack.enter_context(programs.running(home, ["worker", "--queue", "general"], chosen))
        counter = stack.enter_context(programs.running(home, ["worker", "--queue", "counter"], chosen))
        programs.wait_for(lambda: _recognised(house) >= pages, counter, home, LIMIT_S)
        return Workers(
            counter_mib=_mib(counter.pid),
            counter_peak_mib=programs.peak_mib(counter.pid),
            general_mib=_mib(general.pid),
            pages=_recognised(house),
            seconds=time.monotonic() - began,
        )


def _hand_in(house: House) -> None:
    (written,) = write_cases(house.settings.home / "samples", cases=1, seed=1, faulty=0.0)
    if written.submission["channel"] != "counter":
        raise RuntimeError("the sample case must be one of the counter: a batch case would wait")
    with house.sessions() as session:
        receive_folder(session, house.intake, written.folder, door="command")


def _recognised(house: House) -> int:
    with house.sessions() as session:
        return session.scalar(sa.select(sa.func.count(Recognition.id))) or 0


def _mib(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 2**20
