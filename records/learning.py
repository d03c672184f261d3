"""Data sets for learning: what people confirmed or corrected in rechecks, as versioned files that never change.

A version is one manifest, a file of JSON lines named by its version and digest, and a row that states the digest. A
manifest holds only what is new since the version before it; the data set at version n is all manifests up to n, of
which the last line about a page counts. Page images stay in the image store. A manifest holds personal data as it
stands on the papers: the folder is for its owner only, and building and exporting are audited.

A share is held out for measuring, chosen by the hash of the dossier, so that papers of one vehicle or driver are
never on both sides. Knows files and rows; which answers count is told by `handlers.answers`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit
from records.base import Base, BigId, Moment, now
from records.people import Actor

NOTICE = (
    "含真实个人信息：仅限训练识别模型，使用与转移须登记 (personal data: training only, every copy on record)"
)
FORMAT = "guidang-data-set-1"


class DataSetMissing(LookupError):
    """No data set of that version, or none at all."""


class DataSet(Base):
    """One version. `left_out`: pages that were not taken, by reason."""

    __tablename__ = "data_sets"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    pages: Mapped[int]
    held_out: Mapped[int]
    corrected: Mapped[int]
    cases: Mapped[int]
    left_out: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    until: Mapped[dt.datetime] = mapped_column(Moment)
    made_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))


class DataSetCase(Base):
    """A case whose rechecked pages stand in a data set: none is taken twice, none forgotten."""

    __tablename__ = "data_set_cases"
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    data_set_id: Mapped[int] = mapped_column(sa.ForeignKey("data_sets.id"), index=True)


@dataclass(frozen=True)
class Example:
    """A page as people left it, beside what `recogniser` had found on it.

    `materials`: {region, predicted, confidence, confirmed, confirmed_by}. `fields`: {code, read, confidence, box,
    confirmed, confirmed_by}; `read` is None where the engine found nothing. `confirmed_by` is `person` for what
    somebody set by hand, `pass` for what was passed as it stood."""

    sha256: str
    page: int
    format: str
    rotation: int
    recogniser: str
    materials: tuple[dict[str, Any], ...]
    fields: tuple[dict[str, Any], ...]
    held_out: bool

    @property
    def corrected(self) -> bool:
        changed = any(each["read"] != each["confirmed"] for each in self.fields)
        return changed or any(each["predicted"] != each["confirmed"] for each in self.materials)


def is_held_out(dossier: str, percent: int) -> bool:
    """Whether a dossier ("vehicle:…", "driver:…") is kept for measuring; the same for ever."""
    digest = hashlib.sha256(f"held out {dossier}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


# ---- manifests ----


@dataclass
class Tally:
    """What went into a manifest, counted while it is written."""

    pages: int = 0
    held_out: int = 0
    corrected: int = 0


def write(folder: Path, version: int, examples: Iterable[Example]) -> tuple[str, str, Tally]:
    """Writes the manifest of a version: its name, its SHA-256 and counts. A file that a killed build left under the
    same name has the same bytes."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = folder / f".incoming.{secrets.token_hex(6)}"
    digest, tally = hashlib.sha256(), Tally()
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for line in _lines(version, examples, tally):
            stream.write(line)
            digest.update(line)
        stream.flush()
        os.fsync(stream.fileno())
    name = f"{version:04d}-{digest.hexdigest()[:12]}.jsonl"
    os.replace(staged, folder / name)
    return name, digest.hexdigest(), tally


def _lines(version: int, examples: Iterable[Example], tally: Tally) -> Iterator[bytes]:
    yield _line({"format": FORMAT, "version": version, "notice": NOTICE})
    for example in examples:
        tally.pages += 1
        tally.held_out += example.held_out
        tally.corrected += example.corrected
        yield _line(asdict(example))


def _line(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def keep(
    session: Session,
    user: Actor,
    *,
    version: int,
    name: str,
    sha256: str,
    tally: Tally,
    cases: Sequence[int],
    left_out: dict[str, int],
    until: dt.datetime,
) -> DataSet:
    """Puts a written manifest on record."""
    made = DataSet(
        version=version,
        name=name,
        sha256=sha256,
        pages=tally.pages,
        held_out=tally.held_out,
        corrected=tally.corrected,
        cases=len(cases),
        left_out=left_out,
        until=until,
        made_by=user.id,
    )
    session.add(made)
    session.flush()
    if cases:
        session.execute(
            sa.insert(DataSetCase), [{"case_id": case_id, "data_set_id": made.id} for case_id in cases]
        )
    said = {"version": version, "sha256": sha256, "pages": tally.pages, "cases": len(cases)}
    audit.record(session, user, "data_set.built", ("data_set", made.id), said)
    return made


def listed(session: Session) -> Sequence[DataSet]:
    return session.scalars(sa.select(DataSet).order_by(DataSet.version)).all()


def latest(session: Session) -> DataSet | None:
    return session.scalars(sa.select(DataSet).order_by(DataSet.version.desc()).limit(1)).one_or_none()


def up_to(session: Session, version: int | None) -> Sequence[DataSet]:
    """The versions that make up the data set at `version` (the newest by default). Raises DataSetMissing."""
    found = [each for each in listed(session) if version is None or each.version <= version]
    if not found or (version is not None and found[-1].version != version):
        raise DataSetMissing("还没有这个版本的数据集，请先运行 guidang dataset build")
    return found


def faults(folder: Path, made: DataSet) -> str | None:
    """What is wrong with the manifest on disk, or None."""
    path = folder / made.name
    if not path.is_file():
        return f"第 {made.version} 版清单 {made.name} 不存在"
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    return (
        None if found == made.sha256 else f"第 {made.version} 版清单 {made.name} 被改动：内容与登记的摘要不符"
    )


def examples(folder: Path, made: DataSet) -> Iterator[dict[str, Any]]:
    """The lines of a manifest, without its head."""
    with (folder / made.name).open("rb") as stream:
        next(stream)
        for line in stream:
            yield json.loads(line)
