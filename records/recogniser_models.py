"""Recogniser models: the classifier weights that were registered, which of them reads now, and which is on trial.

A model is a folder that is copied once and named by the digest of its files; a worker compares the digest before it
loads it. At most one is active and one in shadow, which the database itself enforces. While none was ever promoted
the packaged weights read; they stand on the list from the first registration on. Knows folders and rows; what a
model finds is `handlers`', how two are compared is `records.model_comparison`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from records import audit
from records.base import Base, BigId, Moment, now
from records.model_comparison import Comparison
from records.people import Actor

# candidate: registered, reads nothing · shadow: reads beside the active one, shown to nobody · active: reads
# retired: has read; a rollback makes it active again
MOVES = {
    "candidate": ("shadow", "active"),
    "shadow": ("active", "candidate"),
    "active": ("retired",),
    "retired": ("active", "shadow"),
}
STATES = {"candidate": "候选", "shadow": "试运行", "active": "在用", "retired": "已停用"}
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}")
_IN_USE = sa.text("state in ('active','shadow')")


class ModelRefused(Exception):
    """What was asked cannot be done with this model; the message says why and what to do."""


class ModelDamaged(Exception):
    """The files of a registered model are missing or no longer those that were registered."""


class RecogniserModel(Base):
    """One set of weights. `folder` is empty for the packaged ones, which come with the program."""

    __tablename__ = "recogniser_models"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[str] = mapped_column(sa.String(60), unique=True)
    folder: Mapped[str] = mapped_column(sa.String(120))
    digest: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[str] = mapped_column(sa.String(10))
    note: Mapped[str] = mapped_column(sa.Text)
    added_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    added_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    moved_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    replaced_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recogniser_models.id"))
    looked_at: Mapped[int] = mapped_column(BigId, default=0)
    __table_args__ = (
        sa.CheckConstraint("state in ('candidate','shadow','active','retired')", "state"),
        sa.Index(
            "uq_recogniser_models_in_use",
            "state",
            unique=True,
            postgresql_where=_IN_USE,
            sqlite_where=_IN_USE,
        ),
    )


class ModelReport(Base):
    """A comparison of a shadow model with the one that was active then. Never changed; the newest counts."""

    __tablename__ = "model_reports"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    model_id: Mapped[int] = mapped_column(sa.ForeignKey("recogniser_models.id"), index=True)
    against_id: Mapped[int] = mapped_column(sa.ForeignKey("recogniser_models.id"))
    made_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    pages: Mapped[int]
    verdict: Mapped[str] = mapped_column(sa.String(10))
    worse: Mapped[list[Any]] = mapped_column(sa.JSON)
    comparison: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


@dataclass(frozen=True)
class Choice:
    """What a worker needs to know of a model in use."""

    id: int
    version: str
    folder: str
    digest: str


def in_use(session: Session) -> dict[str, Choice]:
    """The models that read, by state (active, shadow): one look-up by index, asked before every job."""
    rows = session.execute(_CHOICES)
    return {row.state: Choice(row.id, row.version, row.folder, row.digest) for row in rows}


_CHOICES = sa.select(
    RecogniserModel.state,
    RecogniserModel.id,
    RecogniserModel.version,
    RecogniserModel.folder,
    RecogniserModel.digest,
).where(_IN_USE)


def listed(session: Session) -> Sequence[RecogniserModel]:
    return session.scalars(sa.select(RecogniserModel).order_by(RecogniserModel.id)).all()


def named(session: Session, version: str) -> RecogniserModel:
    """Raises ModelRefused for a version that nobody registered."""
    found = session.scalars(
        sa.select(RecogniserModel).where(RecogniserModel.version == version)
    ).one_or_none()
    if found is None:
        raise ModelRefused(f"没有登记版本为 {version} 的识别模型，请用 guidang model list 查看")
    return found


# ---- files ----


def version_of(folder: Path) -> str:
    """The version that the weights in the folder state. Raises ModelRefused."""
    try:
        return str(json.loads((folder / "fusion.json").read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"目录 {folder} 中没有分类模型：缺少 fusion.json，或其中没有 version") from error


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and contents of the folder's files."""
    whole = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        with path.open("rb") as stream:
            part = hashlib.file_digest(stream, "sha256").hexdigest()
        whole.update(f"{part}  {path.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()


def checked(models: Path, choice: Choice) -> Path:
    """The model's folder, every byte as registered. Raises ModelDamaged."""
    folder = models / choice.folder
    if not folder.is_dir():
        raise ModelDamaged(f"识别模型 {choice.version} 的目录 {folder} 不存在，请从备份恢复或回退模型")
    if digest_of(folder) != choice.digest:
        raise ModelDamaged(f"识别模型 {choice.version} 的文件与登记时不一致，请从备份恢复或回退模型")
    return folder


def _keep(source: Path, models: Path, name: str) -> None:
    """Copied beside and renamed, so that a killed copy is never taken for a model."""
    target = models / name
    if target.exists():
        return  # by a registration that was killed before its commit; `add` compares the digest
    models.mkdir(parents=True, exist_ok=True)
    staged = models / f".{name}.{secrets.token_hex(4)}"
    shutil.copytree(source, staged)
    staged.rename(target)


# ---- verbs ----


def add(
    session: Session,
    user: Actor,
    *,
    source: Path,
    version: str,
    note: str,
    models: Path,
    packaged: tuple[str, str],
) -> RecogniserModel:
    """Registers the weights in `source` as a candidate. `packaged`: version and digest of the packaged ones, which
    become the first active model. Raises ModelRefused."""
    if not _VERSION.fullmatch(version):
        raise ModelRefused(f"模型版本“{version[:60]}”只能由字母、数字和 . _ - 组成，不超过 60 个字符")
    _know_packaged(session, user, *packaged)
    if session.scalars(sa.select(RecogniserModel.id).where(RecogniserModel.version == version)).first():
        raise ModelRefused(f"版本 {version} 已经登记；重新训练的模型请另起版本号")
    digest = digest_of(source)
    name = f"{version}-{digest[:12]}"
    _keep(source, models, name)
    if digest_of(models / name) != digest:
        raise ModelRefused(f"模型目录 {models / name} 与来源不一致，请删除后重新登记")
    model = RecogniserModel(
        version=version, folder=name, digest=digest, state="candidate", note=note, added_by=user.id
    )
    session.add(model)
    session.flush()
    said = {"version": version, "digest": digest, "note": note}
    audit.record(session, user, "recogniser_model.added", ("recogniser_model", model.id), said)
    return model


def _know_packaged(session: Session, user: Actor, version: str, digest: str) -> None:
    """The packaged weights as they come with this program: active while nothing else ever was."""
    known = session.scalars(sa.select(RecogniserModel).where(RecogniserModel.folder == "")).one_or_none()
    if known is not None:
        known.version, known.digest = version, digest  # an upgrade of the program brought others
        session.flush()
        return
    model = RecogniserModel(
        version=version, folder="", digest=digest, state="active", note="packaged", added_by=user.id
    )
    session.add(model)
    session.flush()
    audit.record(
        session,
        user,
        "recogniser_model.activated",
        ("recogniser_model", model.id),
        {"version": version, "packaged": True},
    )


def _move(model: RecogniserModel, state: str) -> None:
    if state not in MOVES[model.state]:
        raise ModelRefused(f"模型 {model.version} 现为“{STATES[model.state]}”，不能改为“{STATES[state]}”")
    model.state, model.moved_at = state, now()


def put_in_shadow(
    session: Session, user: Actor, version: str | None, reads_from: int
) -> RecogniserModel | None:
    """Puts the model on trial in place of the one that is; None ends the trial. It reads the pages recognised after
    `reads_from` (an id of `recognitions`). Raises ModelRefused."""
    _lock(session)
    chosen = named(session, version) if version else None
    before = session.scalars(
        sa.select(RecogniserModel).where(RecogniserModel.state == "shadow")
    ).one_or_none()
    if before is not None and before is not chosen:
        _move(before, "candidate")
        session.flush()
        audit.record(
            session,
            user,
            "recogniser_model.shadow_ended",
            ("recogniser_model", before.id),
            {"version": before.version},
        )
    if chosen is not None and chosen is not before:
        _move(chosen, "shadow")
        chosen.looked_at = max(chosen.looked_at, reads_from)
        audit.record(
            session,
            user,
            "recogniser_model.shadow_began",
            ("recogniser_model", chosen.id),
            {"version": chosen.version},
        )
        session.flush()
    return chosen


def promote(session: Session, user: Actor, version: str, force: str | None = None) -> RecogniserModel:
    """Makes the model the active one. Without `force` (the reason) only from shadow, and only with a report against
    the active model, over at least one page, that finds it worse nowhere. Raises ModelRefused."""
    active = _lock(session)
    chosen = named(session, version)
    if not (force and force.strip()):
        _require_report(session, chosen, active)
    if active is not None:
        _move(active, "retired")
        session.flush()
    _move(chosen, "active")
    chosen.replaced_id = active.id if active else None
    session.flush()
    said = {"version": version, "before": active.version if active else None, "forced": force}
    audit.record(session, user, "recogniser_model.promoted", ("recogniser_model", chosen.id), said)
    return chosen


def _require_report(session: Session, chosen: RecogniserModel, active: RecogniserModel | None) -> None:
    if chosen.state != "shadow":
        raise ModelRefused(
            f"模型 {chosen.version} 没有在试运行，请先试运行并生成对比报告，或写明理由强制启用"
        )
    report = latest_report(session, chosen.id)
    if report is None or active is None or report.against_id != active.id or not report.pages:
        raise ModelRefused(
            f"没有模型 {chosen.version} 与在用模型的对比报告，请先运行 guidang model report，或写明理由强制启用"
        )
    if report.worse:
        raise ModelRefused(
            f"对比报告显示 {chosen.version} 在 {'、'.join(report.worse)} 上不如在用模型；要启用须写明理由"
        )


def roll_back(session: Session, user: Actor, reason: str) -> RecogniserModel:
    """Makes the model active again that the active one replaced. Raises ModelRefused."""
    active = _lock(session)
    if active is None or active.replaced_id is None:
        raise ModelRefused("在用模型之前没有别的模型，不能回退")
    before = session.get_one(RecogniserModel, active.replaced_id, with_for_update=True)
    _move(active, "retired")
    session.flush()
    _move(before, "active")
    session.flush()
    said = {"version": before.version, "before": active.version, "reason": reason}
    audit.record(session, user, "recogniser_model.rolled_back", ("recogniser_model", before.id), said)
    return before


def _lock(session: Session) -> RecogniserModel | None:
    """The active model, locked: one change of models after the other."""
    statement = sa.select(RecogniserModel).where(RecogniserModel.state == "active")
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


# ---- reports ----


def keep_report(
    session: Session, user: Actor, model_id: int, against_id: int, pages: int, comparison: Comparison
) -> ModelReport:
    report = ModelReport(
        model_id=model_id,
        against_id=against_id,
        made_by=user.id,
        pages=pages,
        verdict=comparison.all_types.verdict,
        worse=comparison.worse(),
        comparison=comparison.as_json(),
    )
    session.add(report)
    session.flush()
    said = {"report": report.id, "pages": pages, "verdict": report.verdict, "worse": report.worse}
    audit.record(session, user, "recogniser_model.compared", ("recogniser_model", model_id), said)
    return report


def latest_report(session: Session, model_id: int) -> ModelReport | None:
    return session.scalars(
        sa.select(ModelReport)
        .where(ModelReport.model_id == model_id)
        .order_by(ModelReport.id.desc())
        .limit(1)
    ).one_or_none()


def reports(session: Session, limit: int) -> Sequence[tuple[ModelReport, str, str]]:
    """(report, version compared, version it was compared with), the newest first."""
    against = aliased(RecogniserModel)
    rows = session.execute(
        sa.select(ModelReport, RecogniserModel.version, against.version)
        .join(RecogniserModel, RecogniserModel.id == ModelReport.model_id)
        .join(against, against.id == ModelReport.against_id)
        .order_by(ModelReport.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]
