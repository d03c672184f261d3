"""Commands by which recognition learns: thresholds from recheck answers, data sets, models on trial and in use.

Part of the command line (`guidang`). Each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bootstrap import House, with_house


@click.command()
@click.option("--version", help="Version of the recogniser (the default is the one that read last).")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@with_house
def calibrate(house: House, version: str | None, login: str | None) -> None:
    """Derive the thresholds that keep the error promise, per material type and field, from recheck answers.

    Prints a line a type and field: threshold, sample, errors, interval; where the sample is too small, how many more
    answers without an error are needed. The promise itself is set on the page 识别承诺.
    Exit code 1: there is nothing to go by."""
    from records import calibration, promise

    house.require_migrated()
    who = house.actor(login)
    with house.sessions.begin() as session:
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


@click.group()
def dataset() -> None:
    """Data sets: what people confirmed or corrected, in versions for training. They hold personal data."""


@dataset.command("build")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@with_house
def dataset_build(house: House, login: str | None) -> None:
    """Write the next version from the cases that were rechecked and ended since the last one."""
    from handlers import datasets

    house.require_migrated()
    who, chosen = house.actor(login), house.settings
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
@with_house
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
@with_house
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
@with_house
def dataset_export(house: House, target: Path, version: int | None, login: str | None) -> None:
    """Copy a data set with its images to TARGET, for training on another machine: manifest.jsonl and images/.

    Personal data leaves the archive here: the copy is on the audit trail."""
    from handlers import datasets
    from records import learning

    house.require_migrated()
    who, folder = house.actor(login), house.settings.datasets
    try:
        count = datasets.export(house.sessions, house.store, who, folder, target, version)
    except learning.DataSetMissing as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} pages written to {target}; they hold personal data")


@click.group()
def model() -> None:
    """Recogniser models: register one, try it in shadow, compare, promote, roll back."""


@model.command("list")
@with_house
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
@with_house
def model_add(house: House, folder: Path, note: str, login: str | None) -> None:
    """Register the weights in FOLDER (as `guidang train` writes them) as a candidate; the files are copied."""
    from records import recogniser_models

    house.require_migrated()
    who = house.actor(login)
    with house.sessions.begin() as session:
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
@with_house
def model_shadow(house: House, version: str | None, end: bool, login: str | None) -> None:
    """Let VERSION read a share of the pages beside the active model (GUIDANG_SHADOW_SHARE), seen by nobody."""
    from handlers import shadow

    if (version is None) is not end:
        raise click.UsageError("name a version, or give --end")
    house.require_migrated()
    who = house.actor(login)
    with house.sessions.begin() as session:
        chosen = shadow.begin(session, who, version)
        click.echo(f"{chosen.version} reads in shadow from now on" if chosen else "no model is in shadow")


@model.command("report")
@click.option("--version", help="The default is the model in shadow.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@with_house
def model_report(house: House, version: str | None, login: str | None) -> None:
    """Compare the model in shadow with the active one, type by type, on pages that people rechecked; keep the report.

    Columns: answers, both right, only the active one right, only the new one right, neither; share right of each
    with its 95 % interval; chance of the difference (McNemar, exact); verdict."""
    from handlers import shadow

    house.require_migrated()
    who = house.actor(login)
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
@with_house
def model_promote(house: House, version: str, force: str | None, login: str | None) -> None:
    """Let VERSION read from now on. Needs a report against the active model that finds it worse nowhere.

    Running workers take it up between two jobs."""
    from records import recogniser_models

    house.require_migrated()
    who = house.actor(login)
    with house.sessions.begin() as session:
        recogniser_models.promote(session, who, version, force)
    click.echo(f"{version} is the active model")


@model.command("rollback")
@click.option("--reason", required=True, help="Audited.")
@click.option("--as", "login", help="Account that is on record for it (the default is the system).")
@with_house
def model_rollback(house: House, reason: str, login: str | None) -> None:
    """Let the model read again that the active one replaced."""
    from records import recogniser_models

    house.require_migrated()
    who = house.actor(login)
    with house.sessions.begin() as session:
        before = recogniser_models.roll_back(session, who, reason)
        click.echo(f"{before.version} is the active model again")


COMMANDS = (calibrate, dataset, model)
