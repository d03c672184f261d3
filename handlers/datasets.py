"""Building data sets from rechecked cases, and copying one with its images for training on another machine.

Takes the cases that ended since the version before, each once. Left out are pages that no longer count
(`handlers.answers`), records whose dossiers fall on both sides of the held-out share, and images that stand in
records on the other side.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from handlers import answers
from handlers.answers import Answered
from records import audit, learning
from records.base import now
from records.catalogue import Catalogue
from records.dossiers import Record
from records.images import ImageStore
from records.learning import DataSet, DataSetCase, Example
from records.pages import PageImage
from records.people import Actor
from workflows.models import ProcessInstance

# Cases are looked at again for this long after a build: a commit may come later than the moment it states.
OVERLAP = dt.timedelta(days=1)
_AT_ONCE = 50
_ENDED_WELL = ("archived", "reviewed")


class NothingNew(Exception):
    """No rechecked case ended since the last version."""


def build(
    sessions: sessionmaker[Session], catalogue: Catalogue, user: Actor, folder: Path, held_out_percent: int
) -> DataSet:
    """The next version. Raises NothingNew. Of two builds at once the later is refused by its number."""
    until, left_out = now(), Counter[str]()
    with answers.reading(sessions) as session:
        before = learning.latest(session)
        cases = _ended_since(session, before.until - OVERLAP if before else None, until)
        version = before.version + 1 if before else 1
        if not cases:
            raise NothingNew("上一版数据集之后没有新的复核结果")
        made = _examples(session, catalogue, cases, held_out_percent, left_out)
        name, sha256, tally = learning.write(folder, version, made)
    with sessions.begin() as session:
        return learning.keep(
            session,
            user,
            version=version,
            name=name,
            sha256=sha256,
            tally=tally,
            cases=[case_id for case_id, _ in cases],
            left_out=dict(left_out),
            until=until,
        )


def _ended_since(session: Session, since: dt.datetime | None, until: dt.datetime) -> list[tuple[int, int]]:
    """(case, record) that ended well after a recheck was passed and stand in no version yet."""
    taken = sa.select(DataSetCase.case_id).where(DataSetCase.case_id == ProcessInstance.id).exists()
    statement = (
        sa.select(ProcessInstance.id, ProcessInstance.record_id)
        .where(
            ProcessInstance.status == "completed",
            ProcessInstance.outcome.in_(_ENDED_WELL),
            ProcessInstance.ended_at <= until,
            answers.recheck_passed(),
            ~taken,
        )
        .order_by(ProcessInstance.id)
    )
    if since is not None:
        statement = statement.where(ProcessInstance.ended_at >= since)
    return [(row.id, row.record_id) for row in session.execute(statement)]


def _examples(
    session: Session,
    catalogue: Catalogue,
    cases: Sequence[tuple[int, int]],
    percent: int,
    left_out: Counter[str],
) -> Iterator[Example]:
    records = [record_id for _, record_id in cases]
    for start in range(0, len(records), _AT_ONCE):
        some = records[start : start + _AT_ONCE]
        sides = _sides(session, some, percent)
        for answered in answers.of_records(session, catalogue, some, left_out):
            side = sides[answered.page.record_id]
            example = _example(answered, bool(side))
            if side is None:
                left_out["both_sides"] += 1
            elif example is None:
                left_out["not_rechecked"] += 1
            elif _elsewhere(session, answered.page, side, percent):
                left_out["image_on_other_side"] += 1
            else:
                yield example
        session.expunge_all()


def _sides(session: Session, record_ids: Sequence[int], percent: int) -> dict[int, bool | None]:
    """By record whether it is held out; None where its dossiers fall on both sides. Without a dossier its number
    decides."""
    dossiers = answers.dossiers_of(session, record_ids)
    numbers = session.execute(
        sa.select(Record.id, Record.transaction_number).where(Record.id.in_(record_ids))
    )
    sides: dict[int, bool | None] = {}
    for record_id, number in numbers:
        names = dossiers.get(record_id) or [f"record:{number}"]
        found = {learning.is_held_out(name, percent) for name in names}
        sides[record_id] = found.pop() if len(found) == 1 else None
    return sides


def _elsewhere(session: Session, page: PageImage, side: bool, percent: int) -> bool:
    """Whether the same image stands in a record that is on the other side (an owner's card in two vehicles' files)."""
    others = session.scalars(
        sa.select(PageImage.record_id)
        .where(PageImage.sha256 == page.sha256, PageImage.record_id != page.record_id)
        .distinct()
    ).all()
    return any(other is not side for other in _sides(session, others, percent).values()) if others else False


def _example(answered: Answered, held_out: bool) -> Example | None:
    """What people vouch for on the page; None where that is nothing."""
    materials = tuple(
        {
            "region": list(material.region),
            "predicted": material.model_code,
            "confidence": material.chances[material.model_code],
            "confirmed": material.current_code,
            "confirmed_by": by,
        }
        for material in answered.materials
        if (by := answered.type_by(material)) is not None
    )
    fields = tuple(
        _field(answered, code, by)
        for code in sorted(answered.known)
        if (by := answered.field_by(code)) is not None
    )
    if not materials and not fields:
        return None
    return Example(
        sha256=answered.page.sha256,
        page=answered.page.id,
        format=answered.page.format,
        rotation=answered.recognition.rotation,
        recogniser=answered.recognition.version,
        materials=materials,
        fields=fields,
        held_out=held_out,
    )


def _field(answered: Answered, code: str, by: str) -> dict[str, Any]:
    read, known = answered.read.get(code), answered.known[code]
    return {
        "code": code,
        "read": read.value if read else None,
        "confidence": read.confidence if read else None,
        "box": (read.box if read else None) or known.box,
        "confirmed": known.value,
        "confirmed_by": by,
    }


def export(
    sessions: sessionmaker[Session],
    store: ImageStore,
    user: Actor,
    folder: Path,
    target: Path,
    version: int | None = None,
) -> int:
    """Copies the data set at `version` into `target` for training elsewhere: `manifest.jsonl`, the last line about each
    page with the path of its image, and `images/`. Returns how many pages. Raises DataSetMissing, ImageMissing."""
    with sessions.begin() as session:
        made = learning.up_to(session, version)
        said = {"version": made[-1].version, "target": str(target)}
        audit.record(session, user, "data_set.exported", ("data_set", made[-1].id), said)
    last: dict[
        str, tuple[Path, int]
    ] = {}  # image → where its last line is: a manifest may be larger than memory
    for each in made:
        for place, line in _places(folder / each.name):
            last[json.loads(line)["sha256"]] = (folder / each.name, place)
    images = target / "images"
    images.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target / "manifest.jsonl", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as manifest:
        for sha256, (path, place) in last.items():
            example = _line_at(path, place)
            example["image"] = f"images/{sha256}.{example['format']}"
            (target / example["image"]).write_bytes(store.get(sha256))
            manifest.write(json.dumps(example, ensure_ascii=False, sort_keys=True) + "\n")
    return len(last)


def _places(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        stream.readline()
        while True:
            place = stream.tell()
            line = stream.readline()
            if not line:
                return
            yield place, line


def _line_at(path: Path, place: int) -> dict[str, Any]:
    with path.open("rb") as stream:
        stream.seek(place)
        found: dict[str, Any] = json.loads(stream.readline())
        return found
