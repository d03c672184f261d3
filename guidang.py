"""The command line: `guidang COMMAND`. An entry point: reads the settings once, owns its transactions.

Each command imports what it needs when it runs, so that `--help` and the light ones start at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootstrap import House, NotMigrated, RedisUnavailable
from ocr.models import ModelsMissing
from settings import TABLE, SettingInvalid, Settings, load

if TYPE_CHECKING:
    from ocr.protocol import Depth, Recogniser
    from ocr.synthetic.papers import Split
    from ocr.synthetic.scanner import Difficulty
    from records.people import Actor

_KNOWN = (ModelsMissing, NotMigrated, RedisUnavailable, SettingInvalid)


class _Group(click.Group):
    """Turns the errors that a person can mend into one line and exit code 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except _KNOWN as error:
            raise click.ClickException(str(error)) from error


def _with_house(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        return command(House(load()), *args, **kwargs)

    return run


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-v", "--verbose", is_flag=True, help="Say more about what happens.")
def main(verbose: bool) -> None:
    """Guidang 归档: from scans of a transaction to a verified archival package.

    \b
    Try it:        guidang demo
    Run it:        guidang migrate; guidang process deploy; guidang worker & guidang serve
    Settings:      guidang settings   (environment variables, one table)
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


@main.command()
def settings() -> None:
    """Every environment variable that Guidang reads, with its default and meaning."""
    for name, default, doc in TABLE:
        click.echo(f"{name:34} {default!s:40} {doc}")


@main.command()
@_with_house
def migrate(house: House) -> None:
    """Bring the database to the newest schema (safe to repeat)."""
    from records import schema

    house.engine  # noqa: B018 - makes home for the embedded database
    schema.migrate(house.engine)
    click.echo("database is at the newest schema")


@main.command()
@_with_house
def serve(house: House) -> None:
    """Serve the pages and the REST interface (gunicorn; address by GUIDANG_HOST and GUIDANG_PORT)."""
    from gunicorn.app.base import BaseApplication

    house.require_migrated()
    house.start_redis()
    chosen = house.settings

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for key, value in {
                "bind": f"{chosen.host}:{chosen.port}",
                "workers": chosen.web_processes,
                "threads": chosen.web_threads,
                "worker_class": "gthread",
                "timeout": 120,
                "graceful_timeout": 20,
                "control_socket_disable": True,
            }.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Any:
            from web.app import create_app

            return create_app(chosen)

    Server().run()


@main.command()
@click.option(
    "--queue",
    type=click.Choice(["counter", "batch", "general", "service"]),
    help="Do the work of this one process only.",
)
@click.option("--parent", type=int, hidden=True, help="Process that this child ends with.")
@_with_house
def worker(house: House, queue: str | None, parent: int | None) -> None:
    """Do the machine's part: recognise, assess, push, package; fire timers; watch the folder.

    Without --queue it keeps one process for each queue alive and restarts what dies. Any number of machines may
    run it against the same database and Redis."""
    from handlers import jobs, shadow
    from handlers import worker as workers
    from workflows.operations import SERVED

    house.require_migrated()
    if queue is not None:
        if parent is not None:
            workers.stop_with_parent(parent)
        if queue == "service":
            os.nice(10)  # what waits at the counter comes first
        jobs.use(house.context)
        shadow.use(house.context)
        workers.run_child(house.queues, SERVED[queue], house.settings.worker_rss_mb)
        return
    house.start_redis()
    house.model_directories()
    house.store.sweep(dt.timedelta(days=1))  # what killed uploads left half-written
    scheduler = workers.Scheduler(house.sessions, house.models, house.queues, _watch(house))
    workers.Parent(scheduler, tuple(SERVED), house.settings.scheduler_s).run()


def _watch(house: House) -> Callable[[], int]:
    """What the scheduler looks after besides cases: the watched folder, pages that wait for a model in shadow, and
    programs' classifications."""
    from handlers.classification import Keeper, Rules
    from handlers.folders import Watcher
    from handlers.shadow import Ahead

    chosen = house.settings
    rules = Rules(
        chosen.webhook_allow,
        chosen.webhook_secret,
        chosen.webhook_tries,
        chosen.classification_image_days,
        chosen.classification_result_days,
    )
    looks = [
        Ahead(house.sessions, house.queues.redis).look,
        Keeper(house.context, house.queues.hand_pages, rules).look,
    ]
    if chosen.watch_dir != Path():
        looks.append(Watcher(chosen.watch_dir, house.sessions, house.intake).look)
    return lambda: sum(look() for look in looks)


@main.command()
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@_with_house
def submit(house: House, folders: tuple[Path, ...]) -> None:
    """Hand in case FOLDERS: each holds case.json and its scans (JPEG, PNG, TIFF, PDF).

    case.json: transaction_number, item, subject {field code: value}, and optional office, channel (counter or
    batch) and accepted_at. The same folder twice is one case. Exit code 1 when one was refused."""
    from handlers.folders import receive_folder
    from workflows.intake import SubmissionRefused

    house.require_migrated()
    refused = 0
    for folder in folders:
        try:
            with house.sessions() as session:
                receipt = receive_folder(session, house.intake, folder, door="command")
            again = ", already on record" if receipt.repeated else ""
            click.echo(f"{folder}: accepted {receipt.transaction_number}, {receipt.pages} pages{again}")
        except SubmissionRefused as error:
            refused += 1
            click.echo(f"{folder}: refused: {error}", err=True)
    sys.exit(1 if refused else 0)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--jsonl", is_flag=True, help="One JSON object a page (the default is a readable line).")
@_with_house
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


@main.command()
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
@_with_house
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
    from handlers import backfill as lane
    from records import backlog
    from records.people import SYSTEM

    house.require_migrated()
    settings, sessions = house.settings, house.sessions
    try:
        open_at = tuple(map(lane.Window.parse, windows))
        lane.check_pattern(pattern)
    except ValueError as error:
        raise click.ClickException(f"--window or --transaction: {error}") from error
    pace = lane.Pace(rate=rate, windows=open_at, counter_busy=lane.CounterQueue(settings.redis))
    shown = lane.Shown(sys.stderr, pace, expect, settings.recheck_seconds_per_page)
    source = lane.Source(url)
    if ask or target is not None:
        with sessions() as session:
            known = backlog.find(session, source.name, depth)
            if known is None:
                raise click.ClickException(f"nothing was begun at {source.name} with --depth {depth}")
            if ask:
                told = backlog.progress(session, known.id)
                click.echo(f"{told.state}: {shown.line(told, 0.0)}")
        if target is not None:
            click.echo(f"{lane.export(sessions, known.id, target)} pages written to {target}")
        return
    try:
        source.check()
        house.model_directories()
        options = {"rate": rate, "windows": list(windows), "limit": limit, "retry_failed": retry_failed}
        with sessions.begin() as session:
            user = SYSTEM if login is None else lane.actor_of(session, login)
            if user is None:
                raise click.ClickException(f"no active account {login}")
            begun = backlog.start(
                session, user, url=source.name, depth=depth, pattern=pattern, options=options
            )
            if retry_failed:
                click.echo(f"{backlog.retry_failed(session, user, begun.id)} failed ones wait again")
        work = lane.Lane(
            database_url=settings.database,
            backlog_id=begun.id,
            url=url,
            depth=depth,
            limits=house.limits,
            rss_cap_mb=settings.worker_rss_mb,
            page_s=settings.backlog_page_s,
            make_recogniser=partial(_recogniser, settings),
            needs_person=lane.BelowSure.of(house.catalogue),
        )
        children = processes or max(1, (os.cpu_count() or 2) - 1)
        ending = lane.Backfill(work, sessions, pace, children, shown, limit).run(user)
        shown.leave_line()
    except (lane.SourceMissing, lane.BackfillFailed, backlog.OptionsDiffer) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{ending}: {shown.last}")
    if ending != "finished":
        click.echo("the same command goes on from here")


def _recogniser(settings: Settings) -> Recogniser:
    """The active model's, made in a child of `backfill`, which gets the settings only."""
    return House(settings).context.recogniser


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--cases", default=30, show_default=True, help="How many cases.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same cases.")
@click.option("--faulty", default=0.2, show_default=True, help="Share of cases with a planted fault.")
def samples(target: Path, cases: int, seed: int, faulty: float) -> None:
    """Write fictitious case folders with realistic scans under TARGET, and what is true of them (truth.jsonl)."""
    from ocr.synthetic.cases import write_cases

    written = write_cases(target, cases=cases, seed=seed, faulty=faulty)
    click.echo(f"{len(written)} cases under {target}; every person, vehicle and number is fictitious")


@main.group()
def package() -> None:
    """Archival packages: prove that nothing was changed."""


@package.command("verify")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--digest", help="SHA-256 of the tag manifest that the archive's records state.")
def package_verify(paths: tuple[Path, ...], digest: str | None) -> None:
    """Check packages PATHS: every changed byte, missing file and extra file is named. Exit code 1 on a fault."""
    from records import bags

    faulty = 0
    for path in paths:
        found = bags.verify(path, digest)
        click.echo(f"{path}: {'ok' if found.ok else 'FAULTY'} ({found.files} files, {found.bytes} bytes)")
        for problem in found.problems:
            click.echo(f"  {problem.kind}: {problem.path} {problem.detail}")
        faulty += not found.ok
    sys.exit(1 if faulty else 0)


@main.group()
def audit() -> None:
    """The audit trail: who did what, chained entry by entry."""


@audit.command("verify")
@click.option(
    "--checkpoint", help="SEQ:HASH as `audit checkpoint` printed it earlier, kept off the database."
)
@_with_house
def audit_verify(house: House, checkpoint: str | None) -> None:
    """Walk the whole chain; an altered, missing or added entry is named. Exit code 1 on a fault."""
    from records import audit as trail

    known = None
    if checkpoint:
        seq, _, digest = checkpoint.partition(":")
        if not seq.isdigit() or len(digest) != 64:
            raise click.BadParameter("expected SEQ:HASH as printed by `guidang audit checkpoint`")
        known = int(seq), digest
    house.require_migrated()
    with house.sessions() as session:
        found = trail.verify(session, known)
    for fault in found.faults:
        click.echo(fault)
    click.echo(
        f"{found.entries} entries, {'chain intact' if found.ok else 'CHAIN BROKEN'}, head {found.head}"
    )
    sys.exit(0 if found.ok else 1)


@audit.command("checkpoint")
@_with_house
def audit_checkpoint(house: House) -> None:
    """Print SEQ:HASH of the last entry: keep it elsewhere, and a rewritten chain cannot pass."""
    from records import audit as trail

    house.require_migrated()
    with house.sessions() as session:
        seq, digest = trail.head(session)
    click.echo(f"{seq}:{digest}")


@main.command()
@click.option("--version", help="Version of the recogniser (the default is the one that read last).")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def calibrate(house: House, version: str | None, login: str | None) -> None:
    """Derive the thresholds that keep the error promise, per material type and field, from recheck answers.

    Prints a line a type and field: threshold, sample, errors, interval; where the sample is too small, how many more
    answers without an error are needed. The promise itself is set on the page 识别承诺.
    Exit code 1: there is nothing to go by."""
    import sqlalchemy as sa

    from records import calibration, promise
    from records import people as accounts

    house.require_migrated()
    with house.sessions.begin() as session:
        who = accounts.SYSTEM
        if login is not None:
            found = session.scalars(
                sa.select(accounts.Person).where(accounts.Person.login == login)
            ).one_or_none()
            if found is None:
                raise click.ClickException(f"no account {login}")
            who = found.actor("-")
        try:
            made = calibration.calibrate(session, who, version)
        except calibration.NotCalibrated as error:
            raise click.ClickException(str(error)) from error
        session.flush()
        thresholds = promise.thresholds(session, made)
        click.echo(f"{made.version}: {made.answers} answers, at most 1 wrong in {made.promise.one_in}")
    for row in thresholds:
        limit = "-" if row.threshold is None else f"{row.threshold:.3f}"
        interval = f"{row.low:.4%} to {row.high:.4%}"
        more = f" needs {row.needed} more" if row.state == "too_few" else ""
        click.echo(
            f"{row.material or '(rest)':10} {row.field or '(type)':24} {limit:>6} {row.answers:8} answers "
            f"{row.errors:6} errors {interval} {row.state}{more}"
        )


@main.group()
def dataset() -> None:
    """Data sets: what people confirmed or corrected, in versions for training. They hold personal data."""


@dataset.command("build")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def dataset_build(house: House, login: str | None) -> None:
    """Write the next version from the cases that were rechecked and ended since the last one."""
    from handlers import datasets

    house.require_migrated()
    who, chosen = _who(house, login), house.settings
    try:
        made = datasets.build(house.sessions, house.catalogue, who, chosen.datasets, chosen.held_out_percent)
    except datasets.NothingNew as nothing:
        click.echo(str(nothing))
        return
    click.echo(
        f"version {made.version}: {made.pages} pages of {made.cases} cases, {made.corrected} with a correction, "
        f"{made.held_out} held out; {made.name} sha256 {made.sha256}"
    )
    click.echo("left out: " + (", ".join(f"{why} {n}" for why, n in made.left_out.items() if n) or "none"))


@dataset.command("list")
@_with_house
def dataset_list(house: House) -> None:
    """Every version with its counts and digest."""
    from records import learning

    house.require_migrated()
    with house.sessions() as session:
        for each in learning.listed(session):
            click.echo(
                f"{each.version:4} {each.made_at:%Y-%m-%d %H:%M} {each.pages:8} pages {each.held_out:7} held out "
                f"{each.corrected:7} corrected {each.sha256}"
            )


@dataset.command("verify")
@_with_house
def dataset_verify(house: House) -> None:
    """Compare every manifest on disk with its digest on record. Exit code 1 on a fault."""
    from records import learning

    house.require_migrated()
    with house.sessions() as session:
        made = learning.listed(session)
    faults = [fault for each in made if (fault := learning.faults(house.settings.datasets, each))]
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(made)} versions, {len(faults)} faulty")
    sys.exit(1 if faults else 0)


@dataset.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--version", type=int, help="The default is the newest.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def dataset_export(house: House, target: Path, version: int | None, login: str | None) -> None:
    """Copy a data set with its images to TARGET, for training on another machine: manifest.jsonl and images/.

    Personal data leaves the archive here: the copy is on the audit trail."""
    from handlers import datasets
    from records import learning

    house.require_migrated()
    who, folder = _who(house, login), house.settings.datasets
    try:
        count = datasets.export(house.sessions, house.store, who, folder, target, version)
    except learning.DataSetMissing as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} pages written to {target}; they hold personal data")


@main.group()
def model() -> None:
    """Recogniser models: register one, try it in shadow, compare, promote, roll back."""


@model.command("list")
@_with_house
def model_list(house: House) -> None:
    """Every registered model: state, version, digest. While none is registered the packaged one reads."""
    from records import recogniser_models

    house.require_migrated()
    with house.sessions() as session:
        for each in recogniser_models.listed(session):
            where = "packaged" if not each.folder else each.digest[:12]
            click.echo(
                f"{each.state:10} {each.version:24} {each.moved_at:%Y-%m-%d %H:%M} {where:12} {each.note}"
            )


@model.command("add")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--note", default="", help="What it was trained on.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def model_add(house: House, folder: Path, note: str, login: str | None) -> None:
    """Register the weights in FOLDER (as `guidang train` writes them) as a candidate; the files are copied."""
    from records import recogniser_models

    house.require_migrated()
    who = _who(house, login)
    with _refusals(), house.sessions.begin() as session:
        added = recogniser_models.add(
            session,
            who,
            source=folder,
            version=recogniser_models.version_of(folder),
            note=note,
            models=house.settings.classifiers,
            packaged=house.packaged_classifier(),
        )
        click.echo(f"{added.version} registered as a candidate, digest {added.digest}")


@model.command("shadow")
@click.argument("version", required=False)
@click.option("--end", is_flag=True, help="End the trial.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def model_shadow(house: House, version: str | None, end: bool, login: str | None) -> None:
    """Let VERSION read a share of the pages beside the active model (GUIDANG_SHADOW_SHARE), seen by nobody."""
    from handlers import shadow

    if (version is None) is not end:
        raise click.UsageError("name a version, or give --end")
    house.require_migrated()
    who = _who(house, login)
    with _refusals(), house.sessions.begin() as session:
        chosen = shadow.begin(session, who, version)
        click.echo(f"{chosen.version} reads in shadow from now on" if chosen else "no model is in shadow")


@model.command("report")
@click.option("--version", help="The default is the model in shadow.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def model_report(house: House, version: str | None, login: str | None) -> None:
    """Compare the model in shadow with the active one, type by type, on pages that people rechecked; keep the report.

    Columns: answers, both right, only the active one right, only the new one right, neither; share right of each
    with its 95 % interval; chance of the difference (McNemar, exact); verdict."""
    from handlers import shadow

    house.require_migrated()
    who = _who(house, login)
    with _refusals():
        made = shadow.report(house.sessions, house.catalogue, who, version)
    found, pages = made.comparison, made.pages
    click.echo(f"{pages} pages; seconds a page {found['seconds'] or '-'}; left out {found['left_out']}")
    for line in (found["all_types"], *found["types"], found["all_fields"], *found["fields"]):
        counts = [line[name] for name in ("both", "only_old", "only_new", "neither")]
        old, new = ("{:.1%} ({:.1%} to {:.1%})".format(*line[name]) for name in ("old_share", "new_share"))
        more = f", {line['more']} more needed" if line["more"] else ""
        click.echo(
            f"{line['group']:22} {sum(counts):6} {' '.join(f'{n:5}' for n in counts)}  {old}  {new}  "
            f"{line['chance']:.4f} {line['verdict']}{more}"
        )
    for name in ("calibration_old", "calibration_new"):
        click.echo(f"{name}: mean distance of confidence and share right {found[name]['error']}")


@model.command("promote")
@click.argument("version")
@click.option("--force", metavar="REASON", help="Promote without a favourable report; the reason is audited.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def model_promote(house: House, version: str, force: str | None, login: str | None) -> None:
    """Let VERSION read from now on. Needs a report against the active model that finds it worse nowhere.

    Running workers take it up between two jobs."""
    from records import recogniser_models

    house.require_migrated()
    who = _who(house, login)
    with _refusals(), house.sessions.begin() as session:
        recogniser_models.promote(session, who, version, force)
    click.echo(f"{version} is the active model")


@model.command("rollback")
@click.option("--reason", required=True, help="Audited.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@_with_house
def model_rollback(house: House, reason: str, login: str | None) -> None:
    """Let the model read again that the active one replaced."""
    from records import recogniser_models

    house.require_migrated()
    who = _who(house, login)
    with _refusals(), house.sessions.begin() as session:
        before = recogniser_models.roll_back(session, who, reason)
        click.echo(f"{before.version} is the active model again")


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    from records import recogniser_models

    try:
        yield
    except (recogniser_models.ModelRefused, recogniser_models.ModelDamaged) as error:
        raise click.ClickException(str(error)) from error


def _who(house: House, login: str | None) -> Actor:
    """The account of that name, or the system."""
    from handlers.backfill import actor_of
    from records.people import SYSTEM

    if login is None:
        return SYSTEM
    with house.sessions() as session:
        found = actor_of(session, login)
    if found is None:
        raise click.ClickException(f"no active account {login}")
    return found


@main.command()
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
@_with_house
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

    from handlers import backfill as backlog_lane
    from handlers import rereading
    from records.base import CHINA

    house.require_migrated()
    who = _who(house, login)
    try:
        open_at = tuple(map(backlog_lane.Window.parse, windows))
    except ValueError as error:
        raise click.ClickException(f"--window: {error}") from error
    counter = backlog_lane.CounterQueue(house.settings.redis)
    pace = backlog_lane.Pace(rate=rate, windows=open_at, counter_busy=counter)
    with contextlib.suppress(OSError):
        os.nice(19)
    with _refusals():
        run = rereading.Lane(
            house.context,
            house.context.recogniser,
            who,
            rereading.bundle(house.settings.model_dir),
            may_read=lambda: pace.allow(1) > 0,
            told=lambda tally: click.echo(f"\r{tally}", nl=False, err=True) if sys.stderr.isatty() else None,
        )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: run.stop.set())
    begun = since.replace(tzinfo=CHINA) if since else None
    click.echo(str(run.run(rereading.Wanted(material, begun, limit))))
    if run.stop.is_set():
        click.echo("stopped; the same command goes on from here")


@main.group()
def process() -> None:
    """Process definitions: deploy the diagrams, see what is deployed."""


@process.command("deploy")
@_with_house
def process_deploy(house: House) -> None:
    """Deploy every item process under bpmn/items with what it calls. An unchanged one makes no version."""
    from records.people import SYSTEM
    from workflows import definitions, engine

    house.require_migrated()
    for key, files in definitions.read_bundles(house.settings.model_dir).items():
        try:
            with house.sessions.begin() as session:
                found, new = definitions.deploy(session, house.models, SYSTEM, key, files)
                click.echo(f"{key} version {found.version} {'deployed' if new else 'unchanged'}")
        except engine.ModelInvalid as error:
            raise click.ClickException(str(error)) from error


@process.command("list")
@_with_house
def process_list(house: House) -> None:
    """Every deployed version, newest first."""
    from workflows import definitions

    house.require_migrated()
    with house.sessions() as session:
        for each in definitions.listed(session):
            click.echo(
                f"{each.key:12} {each.version:4} {each.deployed_at:%Y-%m-%d %H:%M} {each.content_hash[:12]}"
            )


@main.group()
def people() -> None:
    """Accounts, groups and programs' tokens."""


@people.command("add")
@click.argument("login")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option(
    "--group", "groups", multiple=True, help="Candidate group (lane), e.g. 复核岗; several allowed."
)
@click.password_option(help="Asked for when not given.")
@_with_house
def people_add(
    house: House, login: str, name: str, roles: tuple[str, ...], groups: tuple[str, ...], password: str
) -> None:
    """Open an account LOGIN for NAME."""
    from records import people as accounts

    house.require_migrated()
    try:
        with house.sessions.begin() as session:
            accounts.add_person(
                session,
                accounts.SYSTEM,
                login=login,
                name=name,
                password=password,
                roles=roles,
                groups=groups,
            )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{login} added")


@people.command("token")
@click.argument("login")
@click.option("--label", required=True, help="What the token is for.")
@_with_house
def people_token(house: House, login: str, label: str) -> None:
    """Issue a REST token for LOGIN; it is shown once."""
    import sqlalchemy as sa

    from records import people as accounts

    house.require_migrated()
    with house.sessions.begin() as session:
        statement = sa.select(accounts.Person).where(accounts.Person.login == login)
        person = session.scalars(statement).one_or_none()
        if person is None:
            raise click.ClickException(f"no account {login}")
        token = accounts.issue_token(session, accounts.SYSTEM, person, label)
    click.echo(token)


@main.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder that gets the weights.")
@click.option("--work", type=click.Path(path_type=Path), required=True, help="Folder of what the steps make.")
@click.option("--version", required=True, help="Names the weights, as 2026.11.1")
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@_with_house
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


@main.command()
@click.option("--pages", default=600, show_default=True, help="Pages of each difficulty.")
@click.option("--depth", type=click.Choice(["type", "key", "all"]), default="key", show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--processes", type=click.IntRange(1), default=2, show_default=True)
@click.option("--split", type=click.Choice(["measure", "calibrate", "train"]), default="measure")
@_with_house
def evaluate(house: House, pages: int, depth: Depth, seed: int, processes: int, split: Split) -> None:
    """Measure recognition on layouts that training never saw, with 95 % intervals."""
    from ocr import evaluation

    difficulties: tuple[tuple[Difficulty, str], ...] = (("typical", "典型页"), ("hard", "困难页"))
    for difficulty, title in difficulties:
        seen = list(evaluation.pages(house.recogniser, split, difficulty, depth, pages, seed, processes))
        click.echo(evaluation.table(title, seen, hard=difficulty == "hard"))


@main.command("platform-stand-in")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8077, show_default=True)
@click.option("--store", type=click.Path(path_type=Path), help="Keep what was written in this SQLite file.")
@click.option(
    "--fault", "faults", multiple=True, help="slow=2s, system_error=0.1 (chance), quota=3 (the next 3)"
)
def platform_stand_in(host: str, port: int, store: Path | None, faults: tuple[str, ...]) -> None:
    """A stand-in for the national platform, for demos, tests and training. Holds no real interface number.

    Faults: slow, system_error ($E), business_error, permission_error, duplicate, half_read, http_500,
    plain_reply, gbk_declaration, quota. POST /control changes them while it runs; GET /control/ledger shows what
    it holds."""
    from handlers.platform import stand_in

    stand_in.serve(host, port, store, faults)


@main.command()
@click.option(
    "--once", is_flag=True, help="Play the clerks by script, print a table, end (exit code 0: all adds up)."
)
@click.option("--cases", default=30, show_default=True, help="How many cases.")
@click.option("--seed", default=1, show_default=True)
def demo(once: bool, cases: int, seed: int) -> None:
    """Everything on this machine: 30 fictitious cases, a fifth of them faulty, recognised while you watch; then the
    address and an account for each role."""
    import demo as demonstration

    base = load()
    home = base.home / ("demo-once" if once else "demo")
    sys.exit(demonstration.run(dataclasses.replace(base, home=home), cases=cases, seed=seed, once=once))


if __name__ == "__main__":
    main()
