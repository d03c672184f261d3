"""The demo: everything on this machine, on fictitious cases; and the scripted run that proves the flow adds up.

Starts the real programs (private Redis, stand-in platform, workers, web server) as children and speaks to them as
their users would. Everything lies under one home folder, so that a second start continues where the first was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.orm import Session

from bootstrap import House
from demo_clerks import Clerks
from handlers.folders import receive_folder
from ocr.synthetic.cases import write_cases
from records import audit, base, fixity, people, pushes, schema, submissions
from records.alerts import REASONS, Alert
from records.packages import ArchivalPackage
from records.pages import PageImage, Recognition
from records.people import SYSTEM, Person
from settings import PREFIX, Settings
from workflows import definitions
from workflows.models import Incident, ProcessInstance

ACCOUNTS: tuple[tuple[str, str, list[str], list[str]], ...] = (
    ("capture", "采集员甲", ["clerk"], ["采集岗"]),
    ("recheck", "复核员乙", ["clerk"], ["复核岗"]),
    ("recheck2", "复核员丙", ["clerk"], ["复核岗"]),
    ("supervisor", "班组长丁", ["supervisor"], ["班组长", "复核岗", "采集岗"]),
    ("auditor", "审计员戊", ["auditor"], []),
    ("process", "流程管理员己", ["process_admin"], []),
    ("system", "系统管理员庚", ["system_admin"], []),
    ("security", "安全管理员辛", ["security_admin"], []),
)
# A batch case need not wait a quarter of an hour, nor a retry half a minute, while somebody watches.
QUICK: dict[str, Any] = {"batch_minutes": 0.25, "retry_base_s": 1.0, "scheduler_s": 0.5, "web_processes": 1}
START_LIMIT_S = 60
SCRIPT_LIMIT_S = 1800

console = Console()


class DemoFailed(RuntimeError):
    """A program did not start or ended early; the message names its log."""


def run(settings: Settings, *, cases: int, seed: int, once: bool) -> int:
    """Runs the demo under `settings.home`; returns the exit code."""
    began = time.monotonic()
    if once:
        shutil.rmtree(settings.home, ignore_errors=True)
    settings = _with_free_ports(replace(settings, **QUICK))
    house = House(settings)
    signal.signal(signal.SIGTERM, lambda *_: _interrupt())
    try:
        password = _prepare(house)
        with _programs(house, faults=("business_error=1",) if once else ()):
            _hand_in(house, cases, seed)
            _watch_recognition(house)
            if once:
                return _play(house, cases, began)
            _welcome(settings, password, began)
            threading.Event().wait()
    except KeyboardInterrupt:
        console.print("\n已停止；再次运行会从这里继续。")
    except DemoFailed as error:
        console.print(f"[red]{error}[/]")
        return 1
    finally:
        house.stop_redis()
    return 0


def _interrupt() -> None:
    raise KeyboardInterrupt


def _with_free_ports(settings: Settings) -> Settings:
    port, platform = _free_port(settings.port), _free_port(8077)
    url = f"http://127.0.0.1:{platform}/trffweb/services/TmriOutNewAccess"
    return replace(settings, port=port, platform_url=url)


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise DemoFailed(f"no free port from {wanted} on")


def _prepare(house: House) -> str:
    console.print("· 数据库与流程")
    (house.settings.home / "logs").mkdir(parents=True, exist_ok=True)
    schema.migrate(house.engine)
    house.start_redis()
    with house.sessions.begin() as session:
        for key, files in definitions.read_bundles(house.settings.model_dir).items():
            definitions.deploy(session, house.models, SYSTEM, key, files)
        return _accounts(session, house.settings.home / "password")


def _accounts(session: Session, kept: Path) -> str:
    if session.scalars(sa.select(Person.id)).first() is None:
        # One random password for all, made once: a demo left running is not open to whoever knows the source.
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(4))
        for login, name, roles, groups in ACCOUNTS:
            people.add_person(
                session,
                SYSTEM,
                login=login,
                name=name,
                password=kept.read_text(),
                roles=roles,
                groups=groups,
            )
    return kept.read_text()


@contextlib.contextmanager
def _programs(house: House, faults: tuple[str, ...]) -> Iterator[None]:
    """The stand-in platform, the workers and the web server, ended with the block."""
    settings = house.settings
    changed = {f: getattr(settings, f) for f in (*QUICK, "home", "port", "platform_url")}
    environ = {**os.environ, **{PREFIX + name.upper(): str(value) for name, value in changed.items()}}
    platform_port = settings.platform_url.split(":")[2].split("/")[0]
    stand_in = ["platform-stand-in", "--port", platform_port, "--store", str(settings.home / "platform.db")]
    for fault in faults:
        stand_in += ["--fault", fault]
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, arguments in {"platform": stand_in, "worker": ["worker"], "web": ["serve"]}.items():
            console.print(f"· 启动 {name}")
            log = (settings.home / "logs" / f"{name}.log").open("ab")
            command = [sys.executable, "-m", "guidang", *arguments]
            started[name] = subprocess.Popen(
                command, env=environ, stdout=log, stderr=log, cwd=Path(__file__).parent
            )
        _wait(lambda: _answers(settings, started), START_LIMIT_S, "the web server did not answer")
        yield
    finally:
        for child in started.values():
            child.terminate()
        for child in started.values():
            child.wait()


def _answers(settings: Settings, started: dict[str, subprocess.Popen[bytes]]) -> bool:
    for name, child in started.items():
        if child.poll() is not None:
            raise DemoFailed(f"{name} ended: see {settings.home / 'logs' / f'{name}.log'}")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.port}/sign-in", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _wait(condition: Callable[[], bool], limit_s: float, otherwise: str) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise DemoFailed(f"{otherwise} within {limit_s:.0f} s")
        threading.Event().wait(0.1)


def _hand_in(house: House, cases: int, seed: int) -> None:
    folder = house.settings.home / "samples"
    with house.sessions() as session:
        if submissions.counts(session)["received"]:
            return
    with _progress() as progress:
        bar = progress.add_task("生成虚构扫描件", total=None)
        write_cases(
            folder,
            cases=cases,
            seed=seed,
            last_day=dt.datetime.now(base.CHINA).date(),
            on_page=lambda _name: progress.advance(bar),
        )
        drawn = progress.tasks[bar].completed
        progress.update(bar, total=drawn)
        bar = progress.add_task("受理入库", total=cases)
        for case in sorted(path.parent for path in folder.glob("*/case.json")):
            with house.sessions() as session:
                receive_folder(session, house.intake, case, door="command")
            progress.advance(bar)


def _progress() -> Progress:
    columns = (TextColumn("· {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return _SpokenProgress(*columns, console=console)


class _SpokenProgress(Progress):
    """A bar on a terminal; in a log, which shows no moving bar, a line every ten seconds."""

    _spoken = 0.0

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        super().advance(task_id, advance)
        self._speak()

    def update(self, task_id: TaskID, **changes: Any) -> None:
        super().update(task_id, **changes)
        self._speak()

    def _speak(self) -> None:
        if not console.is_terminal and time.monotonic() - self._spoken >= 10:
            self._spoken = time.monotonic()
            last = self.tasks[-1]
            console.print(f"· {last.description} {last.completed:.0f} / {last.total or '…'}")


def _watch_recognition(house: House) -> None:
    """A bar of pages until every case is recognised and assessed."""
    with _progress() as progress:
        bar = progress.add_task("识别", total=None)
        while True:
            with house.sessions() as session:
                pages = session.scalar(sa.select(sa.func.count(PageImage.id))) or 0
                read = session.scalar(sa.select(sa.func.count(sa.distinct(Recognition.page_id)))) or 0
                busy = session.scalar(
                    sa.select(sa.func.count(ProcessInstance.id)).where(
                        ProcessInstance.status == "running",
                        ProcessInstance.stage.in_(("采集", "识别", "合格判定")),
                    )
                )
                faulty = session.scalar(
                    sa.select(sa.func.count(Incident.id)).where(Incident.status == "open")
                )
            progress.update(bar, total=pages, completed=read)
            if not busy or (faulty and faulty >= busy):
                return
            threading.Event().wait(0.5)


def _welcome(settings: Settings, password: str, began: float) -> None:
    table = Table(title=f"已就绪（{time.monotonic() - began:.0f} 秒） 全部人员、车辆、证件均为虚构")
    for column in ("登录名", "姓名", "岗位", "密码"):
        table.add_column(column)
    for login, name, roles, groups in ACCOUNTS:
        posts = "、".join(groups) or people.ROLES[roles[0]]
        table.add_row(login, name, posts, password)
    console.print(table)
    console.print(
        f"打开 [bold]http://127.0.0.1:{settings.port}/[/]，先以 recheck 登录，点“办下一件”。Ctrl-C 停止。"
    )


@dataclass
class Tally:
    """What the scripted run ended with; `faults` says what does not add up."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, value: object) -> None:
        self.rows.append((name, str(value)))

    def expect(self, what: str, holds: bool) -> None:
        if not holds:
            self.faults.append(what)


def _play(house: House, cases: int, began: float) -> int:
    truth = _faults_planted(house.settings.home / "samples" / "truth.jsonl")
    clerks = Clerks(house.sessions, house.intake, truth, house.settings.home / "samples")
    console.print("· 按剧本办理")
    _wait(clerks.round_is_done, SCRIPT_LIMIT_S, "the scripted clerks did not come to an end")
    tally = _count(house, cases, time.monotonic() - began)
    table = Table("项目", "数量")
    for name, value in tally.rows:
        table.add_row(name, value)
    console.print(table)
    for fault in tally.faults:
        console.print(f"[red]不符：{fault}[/]")
    console.print("全部相符" if not tally.faults else f"{len(tally.faults)} 处不符")
    return 1 if tally.faults else 0


def _faults_planted(path: Path) -> dict[str, str | None]:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {line["transaction_number"]: line["case_fault"] for line in lines}


def _count(house: House, cases: int, seconds: float) -> Tally:
    tally = Tally()
    with house.sessions() as session:
        outcomes = _counted(session, sa.func.coalesce(ProcessInstance.outcome, "waiting"))
        _count_intake(session, tally, cases)
        _count_alerts(session, tally)
        _count_pushes(session, tally, house)
        _count_packages(session, tally, house, outcomes.get("archived", 0))
        incidents = session.scalar(sa.select(sa.func.count(Incident.id)).where(Incident.status == "open"))
        trail = audit.verify(session)
    ended = {name: outcomes.get(name, 0) for name in ("archived", "withdrawn", "waiting")}
    tally.add("归档 / 撤回 / 待办", " / ".join(map(str, ended.values())))
    tally.add("异常", incidents)
    tally.add("审计链", f"{trail.entries} 条")
    tally.add("秒", f"{seconds:.0f}")
    tally.expect("件数 = 归档 + 撤回 + 待办", sum(ended.values()) == cases == sum(outcomes.values()))
    tally.expect("没有异常", incidents == 0)
    tally.expect("审计链完整", trail.ok)
    return tally


def _counted(session: Session, column: sa.ColumnElement[str]) -> dict[str, int]:
    rows = session.execute(sa.select(column, sa.func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def _count_intake(session: Session, tally: Tally, cases: int) -> None:
    ledger = submissions.counts(session)
    kept = session.scalar(sa.select(sa.func.count(PageImage.id)))
    tally.add("件", ledger["accepted"])
    tally.add("页", kept)
    tally.expect("收到 = 受理 + 拒收", ledger["received"] == ledger["accepted"] + ledger["rejected"] == cases)
    tally.expect("每一页都已识别", kept == session.scalar(sa.select(sa.func.count(Recognition.id))))


def _count_alerts(session: Session, tally: Tally) -> None:
    for reason, count in sorted(_counted(session, Alert.reason.expression).items()):
        tally.add(f"预警：{REASONS[reason]}", count)


def _count_pushes(session: Session, tally: Tally, house: House) -> None:
    sent = pushes.counts(session)
    platform = house.settings.platform_url.split("/trffweb")[0]
    with urllib.request.urlopen(f"{platform}/control/ledger", timeout=10) as reply:
        held = json.load(reply)
    tally.add("推送（页） 已收 / 退回 / 待定", f"{sent['accepted']} / {sent['rejected']} / {sent['pending']}")
    tally.expect(
        "推送 = 已收 + 退回 + 待定", sent["sent"] == sent["accepted"] + sent["rejected"] + sent["pending"]
    )
    tally.expect("平台所存 = 推送已收", len(held["pages"]) == sent["accepted"])


def _count_packages(session: Session, tally: Tally, house: House, archived: int) -> None:
    packages = session.scalars(sa.select(ArchivalPackage)).all()
    sound = [
        package
        for package in packages
        if fixity.verify(house.settings.packages / package.name, package.sha256, package.sm3).ok
    ]
    tally.add("归档包 已核验", f"{len(packages)} / {len(sound)}")
    tally.expect("每个归档包核验通过", len(packages) == len(sound) == archived)
