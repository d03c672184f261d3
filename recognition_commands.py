"""Commands that recognise pages: single files, the backlog, archived pages again; and training and measuring.

Part of the command line (`guidang`). Each command imports what it needs when it runs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from bootstrap import House, with_house
from settings import Settings

if TYPE_CHECKING:
    from handlers.backfill.child import Lane
    from handlers.backfill.progress import Shown
    from handlers.pace import Pace
    from ocr.protocol import Depth, Recogniser
    from ocr.synthetic.papers import Split
    from ocr.synthetic.scanner import Difficulty


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--jsonl", is_flag=True, help="One JSON object a page (the default is a readable line).")
@with_house
def recognise(house: House, paths: tuple[Path, ...], jsonl: bool) -> None:
    """Tell what every page of PATHS (files or folders) is and read what matters on it. Stores nothing."""
    from ocr.batch import recognise_page

    recogniser = house.recogniser()
    for name, content in _page_bytes(house, paths):
        found: dict[str, Any] = {"file": name, "error": content}
        if isinstance(content, bytes):
            found = recognise_page(name, content, recogniser)
        if jsonl:
            click.echo(json.dumps(found, ensure_ascii=False))
        elif "error" in found:
            click.echo(f"{found['file']}: {found['error']}")
        else:
            kinds = " ".join(f"{m['code']} {m['confidence']:.2f}" for m in found["materials"])
            values = " ".join(f"{code}={f['value']}" for code, f in found["fields"].items())
            click.echo(f"{found['file']}: {kinds} | {values} | {found['seconds']:.1f} s")


def _page_bytes(house: House, paths: tuple[Path, ...]) -> Iterator[tuple[str, bytes | str]]:
    """(name, image bytes) of each page, or (name, reason) of a file that cannot be read."""
    from records import scans

    for path in _files(paths):
        try:
            with path.open("rb") as stream:
                for page in scans.split(path.name, stream, house.limits):
                    yield (f"{path}#{page.source_page}" if page.source_page > 1 else str(path)), page.content
        except scans.ScanRefused as refused:
            yield str(path), str(refused)
        except OSError as error:
            yield str(path), f"文件读不到：{error.strerror}"


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            kinds = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"}
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in kinds and p.is_file())
        else:
            yield path


@click.command()
@click.argument("url")
@click.option("--depth", type=click.Choice(["type", "key", "all"]), default="key", show_default=True)
@click.option("--transaction", "pattern", default="", metavar="REGEX", help="Its one group is the 流水号.")
@click.option("--processes", type=click.IntRange(1), help="Default: one less than there are cores.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Pages a second, at most.")
@click.option(
    "--window", "windows", multiple=True, metavar="20:00-06:00", help="China time; several allowed."
)
@click.option("--limit", type=click.IntRange(1), help="Stop after so many pages.")
@click.option("--expect", type=click.IntRange(1), help="Pages in all, for an ETA before the walk is over.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed.")
@click.option("--as", "login", help="Account that this is done by; default: the system.")
@click.option("--status", "ask", is_flag=True, help="Say where it stands, and no more.")
@click.option(
    "--export", "target", type=click.Path(path_type=Path), help="Write what was read to this JSONL file."
)
@with_house
def backfill(
    house: House,
    url: str,
    depth: Depth,
    pattern: str,
    processes: int | None,
    rate: float | None,
    windows: tuple[str, ...],
    limit: int | None,
    expect: int | None,
    retry_failed: bool,
    login: str | None,
    ask: bool,
    target: Path | None,
) -> None:
    """Recognise the backlog at URL: a folder, or an object store by its fsspec URL.

    Resumable: the same command goes on, also on several machines at once. It gives way to the counter."""
    from handlers.backfill import run, source
    from handlers.backfill.progress import Shown
    from records import backlog

    house.require_migrated()
    pace = _pace(house, rate, windows)
    try:
        source.check_pattern(pattern)
    except ValueError as error:
        raise click.ClickException(f"--transaction: {error}") from error
    shown = Shown(sys.stderr, pace, expect, house.settings.recheck_seconds_per_page)
    place = source.Source(url)
    if ask or target is not None:
        _tell(house, place.name, depth, shown if ask else None, target)
        return
    try:
        place.check()
        house.model_directories()
        user = house.actor(login)
        options = {"rate": rate, "windows": list(windows), "limit": limit, "retry_failed": retry_failed}
        with house.sessions.begin() as session:
            begun = backlog.start(
                session, user, url=place.name, depth=depth, pattern=pattern, options=options
            )
            if retry_failed:
                click.echo(f"{backlog.retry_failed(session, user, begun.id)} failed ones wait again")
        lane = _lane(house, begun.id, url, depth)
        children = processes or max(1, (os.cpu_count() or 2) - 1)
        ending = run.Backfill(lane, house.sessions, pace, children, shown, limit).run(user)
        shown.leave_line()
    except (source.SourceMissing, run.BackfillFailed, backlog.OptionsDiffer) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{ending}: {shown.last}")
    if ending != "finished":
        click.echo("the same command goes on from here")


def _pace(house: House, rate: float | None, windows: tuple[str, ...]) -> Pace:
    """At most `rate` pages a second, inside the windows, while the counter has no work."""
    from handlers.pace import CounterQueue, Pace, Window

    try:
        open_at = tuple(map(Window.parse, windows))
    except ValueError as error:
        raise click.ClickException(f"--window: {error}") from error
    return Pace(rate=rate, windows=open_at, counter_busy=CounterQueue(house.settings.redis))


def _tell(house: House, name: str, depth: Depth, shown: Shown | None, target: Path | None) -> None:
    """Says where the backlog stands and writes its results, as far as either is asked for."""
    from handlers.backfill.progress import export
    from records import backlog

    with house.sessions() as session:
        known = backlog.find(session, name, depth)
        if known is None:
            raise click.ClickException(f"nothing was begun at {name} with --depth {depth}")
        if shown is not None:
            told = backlog.progress(session, known.id)
            click.echo(f"{told.state}: {shown.line(told, 0.0)}")
    if target is not None:
        click.echo(f"{export(house.sessions, known.id, target)} pages written to {target}")


def _lane(house: House, backlog_id: int, url: str, depth: Depth) -> Lane:
    from handlers.backfill.child import Lane
    from handlers.backfill.needs_person import BelowSure

    return Lane(
        database_url=house.settings.database,
        backlog_id=backlog_id,
        url=url,
        depth=depth,
        limits=house.limits,
        rss_cap_mb=house.settings.worker_rss_mb,
        page_s=house.settings.backlog_page_s,
        make_recogniser=partial(_recogniser, house.settings),
        needs_person=BelowSure.of(house.catalogue),
    )


def _recogniser(settings: Settings) -> Recogniser:
    """The active model's, made in a child of `backfill`, which gets the settings only."""
    return House(settings).context.recogniser


@click.command()
@click.option("--type", "material", help="Only pages archived as this material type, e.g. M-ID-01.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was archived since (China time).")
@click.option(
    "--limit", type=click.IntRange(1), help="Stop after so many pages; the record in hand is finished."
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Pages a second, at most.")
@click.option(
    "--window", "windows", multiple=True, metavar="20:00-06:00", help="China time; several allowed."
)
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@with_house
def reread(
    house: House,
    material: str | None,
    since: dt.datetime | None,
    limit: int | None,
    rate: float | None,
    windows: tuple[str, ...],
    login: str | None,
) -> None:
    """Let the active model read archived pages that another version has read; open work where it matters.

    Archived packages stay as they are. Safe to stop (Ctrl-C) and to kill: the same command goes on. Gives way to
    the counter; several machines may run it at once."""
    import signal

    from handlers.rereading import review
    from handlers.rereading.run import Lane, Wanted
    from records.base import CHINA

    house.require_migrated()
    who = house.actor(login)
    pace = _pace(house, rate, windows)
    with contextlib.suppress(OSError):
        os.nice(19)
    run = Lane(
        house.context,
        house.context.recogniser,
        who,
        review.bundle(house.settings.model_dir),
        may_read=lambda: pace.allow(1) > 0,
        told=lambda tally: click.echo(f"\r{tally}", nl=False, err=True) if sys.stderr.isatty() else None,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: run.stop.set())
    begun = since.replace(tzinfo=CHINA) if since else None
    click.echo(str(run.run(Wanted(material, begun, limit))))
    if run.stop.is_set():
        click.echo("stopped; the same command goes on from here")


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder that gets the weights.")
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Folder of what the steps make.")
@click.option("--version", required=True, help="Names the weights, as 2026.11.1")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@with_house
def train(house: House, out: Path, work: Path, version: str, processes: int) -> None:
    """Train the page classifier from fictitious scans: about three hours on two cores (`make setup SCOPE=train`).

    A run that was stopped goes on where it was."""
    try:
        from ocr.training import run
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"training needs {error.name}, which is not installed: run `make setup SCOPE=train`"
        ) from error
    from ocr import materials

    plan = run.Plan(version=version, processes=processes)
    catalogue = materials.load(house.settings.catalogue_dir / "materials.yaml")
    run.run(plan, work, out, house.model_directories(), catalogue, click.echo)


@click.command()
@click.option("--pages", default=600, show_default=True, help="Pages of each difficulty.")
@click.option("--depth", type=click.Choice(["type", "key", "all"]), default="key", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--split", type=click.Choice(["measure", "calibrate", "train"]), default="measure")
@click.option(
    "--cases", type=click.IntRange(0), default=0, help="Whole cases instead, half with a planted fault."
)
@with_house
def evaluate(
    house: House, pages: int, depth: Depth, seed: int, processes: int, split: Split, cases: int
) -> None:
    """Measure recognition on layouts that training never saw, with 95 % intervals. Whole cases (--cases) are read in
    full, one after the other, as the office does."""
    from ocr import evaluation

    if cases:
        _refuse_options_of_pages()
        click.echo(_judged_cases(house, cases, seed, split))
        return
    difficulties: tuple[tuple[Difficulty, str], ...] = (("typical", "典型页"), ("hard", "困难页"))
    for difficulty, title in difficulties:
        seen = list(evaluation.pages(house.recogniser, split, difficulty, depth, pages, seed, processes))
        click.echo(evaluation.table(title, seen, hard=difficulty == "hard"))


def _refuse_options_of_pages() -> None:
    """What whole cases have no use for is refused, lest somebody believe that it was heeded."""
    source = click.get_current_context().get_parameter_source
    given = [
        f"--{name}" for name in ("pages", "depth", "processes") if source(name) is not ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(
            f"--cases reads every page in full, one case after the other: leave out {', '.join(given)}"
        )


def _judged_cases(house: House, cases: int, seed: int, split: Split) -> str:
    """The table of whole cases, judged in an office of their own: an empty database, the diagrams as they are here."""
    from handlers import case_evaluation
    from records import base, schema
    from records.people import SYSTEM
    from workflows import definitions

    with tempfile.TemporaryDirectory() as folder:
        apart = House(dataclasses.replace(house.settings, home=Path(folder), database_url="", image_url=""))
        schema.migrate(apart.engine)
        # No queue hears of these cases: they are worked on here.
        sessions = base.session_factory(apart.engine)
        with sessions.begin() as session:
            for key, files in definitions.read_bundles(apart.settings.model_dir).items():
                definitions.deploy(session, apart.models, SYSTEM, key, files)
        context = dataclasses.replace(apart.context, sessions=sessions, make_recogniser=house.recogniser)
        drawn = case_evaluation.draw(Path(folder) / "cases", cases, seed, split)
        seen = list(case_evaluation.judge(context, apart.intake, drawn))
        apart.engine.dispose()
    return case_evaluation.table(seen)


COMMANDS = (recognise, backfill, reread, train, evaluate)
