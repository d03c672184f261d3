"""The command line: `guidang COMMAND`. An entry point: reads the settings once, owns its transactions.

Here is what runs and keeps the house; `recognition_commands` and `learning_commands` hold the rest. Each command
imports what it needs when it runs, so that `--help` and the light ones start at once.
"""

# ruff: noqa: E402
from __future__ import annotations

import gc

gc.disable()  # until all is loaded, below

import dataclasses
import datetime as dt
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

import learning_commands
import recognition_commands
from bootstrap import AccountMissing, House, NotMigrated, RedisUnavailable, with_house
from ocr.models import ModelsMissing
from records.recogniser_models import ModelDamaged, ModelRefused
from settings import TABLE, SettingInvalid, load

# All that was loaded stays: to look for garbage in it takes 0.3 s of a start, and as much again when the program ends.
gc.freeze()
gc.enable()

_KNOWN = (
    AccountMissing,
    ModelDamaged,
    ModelRefused,
    ModelsMissing,
    NotMigrated,
    RedisUnavailable,
    SettingInvalid,
)


class _Group(click.Group):
    """Turns the errors that a person can mend into one line and exit code 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except _KNOWN as error:
            raise click.ClickException(str(error)) from error


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
@with_house
def migrate(house: House) -> None:
    """Bring the database to the newest schema (safe to repeat)."""
    from records import schema

    house.engine  # noqa: B018 - makes home for the embedded database
    schema.migrate(house.engine)
    click.echo("database is at the newest schema")


@main.command()
@with_house
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
@with_house
def worker(house: House, queue: str | None, parent: int | None) -> None:
    """Do the machine's part: recognise, assess, push, package; fire timers; watch the folder.

    Without --queue it keeps one process for each queue alive and restarts what dies. Any number of machines may
    run it against the same database and Redis."""
    from handlers import jobs
    from handlers import worker as workers
    from workflows.operations import SERVED

    house.require_migrated()
    if queue is not None:
        if parent is not None:
            workers.stop_with_parent(parent)
        if queue == "service":
            os.nice(10)  # what waits at the counter comes first
        jobs.use(house.context)
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
@with_house
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
    from records import fixity

    faulty = 0
    for path in paths:
        found = fixity.verify(path, digest)
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
@with_house
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
@with_house
def audit_checkpoint(house: House) -> None:
    """Print SEQ:HASH of the last entry: keep it elsewhere, and a rewritten chain cannot pass."""
    from records import audit as trail

    house.require_migrated()
    with house.sessions() as session:
        seq, digest = trail.head(session)
    click.echo(f"{seq}:{digest}")


@main.group()
def process() -> None:
    """Process definitions: deploy the diagrams, see what is deployed."""


@process.command("deploy")
@with_house
def process_deploy(house: House) -> None:
    """Deploy every item process under bpmn/items with what it calls, and the review of archived pages under
    bpmn/reviews. An unchanged one makes no version."""
    from handlers.rereading import review
    from records.people import SYSTEM
    from workflows import definitions, engine

    house.require_migrated()
    models = house.settings.model_dir
    try:
        bundles = definitions.read_bundles(models) | {review.PROCESS: review.bundle(models)}
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    for key, files in bundles.items():
        try:
            with house.sessions.begin() as session:
                found, new = definitions.deploy(session, house.models, SYSTEM, key, files)
                click.echo(f"{key} version {found.version} {'deployed' if new else 'unchanged'}")
        except engine.ModelInvalid as error:
            raise click.ClickException(str(error)) from error


@process.command("list")
@with_house
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
@with_house
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
@with_house
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


for each in (*recognition_commands.COMMANDS, *learning_commands.COMMANDS):
    main.add_command(each)


if __name__ == "__main__":
    main()
