"""The error promise 识别承诺: how many findings of the machine may be wrong, and which are therefore left to a person.

A supervisor promises, say, 1 wrong in 500. A calibration (`records.calibration`) derives from recheck answers the least
confidence, the threshold, from which on the findings of one version of the recogniser keep the promise: for each type
of material as the machine states it, and for each field on it. Whatever lies below its threshold, or has none, is
doubtful. Promises, calibrations and thresholds are rows that are only added to.

What holds for a finding, in this order:

1. No calibration was ever made: `agreement.SURE` is the threshold, and people still look at everything.
2. Its version was never calibrated, or only for a looser promise than today's: stale, everything is doubtful.
3. The threshold of its type, or of its field on that type.
4. A field whose own sample is too small: the threshold of the field over the types in the same position. A type gets
   no such loan: that others are told well says nothing of it.
5. No threshold: doubtful, whatever its confidence.
6. A type that the case gave and not the model (`PageMaterial.predicted_code`): doubtful too, for a threshold speaks of
   the model's own answers.

What a person has said is never doubtful. Knows findings and rows; how a station leads through them is `web`'s.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from records import agreement, audit, pages
from records.base import Base, BigId, Moment, now
from records.catalogue import Catalogue
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import Actor, Person

UNKNOWN = "M-OT-99"  # says only that the machine does not know: never sure, never calibrated
TYPE = EVERY_TYPE = ""  # in place of a field: the type itself; of a type: those with too few answers


class PromiseInvalid(ValueError):
    """A promise that cannot be made; the message says what is expected."""


class ErrorPromise(Base):
    """At most one finding in `one_in` is wrong; `sample_percent` of the pages are rechecked in full all the same."""

    __tablename__ = "error_promises"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    one_in: Mapped[int]
    sample_percent: Mapped[float]
    reason: Mapped[str] = mapped_column(sa.Text)
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    set_by: Mapped[Person | None] = relationship()
    set_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Calibration(Base):
    """One derivation of thresholds, for one version of the recogniser under one promise. The newest of a version
    counts; `answers` is how many it rests on."""

    __tablename__ = "calibrations"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    promise_id: Mapped[int] = mapped_column(sa.ForeignKey("error_promises.id"))
    promise: Mapped[ErrorPromise] = relationship()
    version: Mapped[str] = mapped_column(sa.String(120), index=True)
    answers: Mapped[int]
    run_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    run_by: Mapped[Person | None] = relationship()
    run_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)


class Threshold(Base):
    """What a calibration found for one type (`field` empty), one field on a type, or one field over the rest
    (`material` empty). `answers`, `errors` and the interval are those at the threshold, or where it was given up;
    `needed` is how many more answers without an error it would take."""

    __tablename__ = "thresholds"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    calibration_id: Mapped[int] = mapped_column(sa.ForeignKey("calibrations.id"))
    material: Mapped[str] = mapped_column(sa.String(12))
    field: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(10))
    threshold: Mapped[float | None]
    answers: Mapped[int]
    errors: Mapped[int]
    low: Mapped[float]
    high: Mapped[float]
    needed: Mapped[int]
    __table_args__ = (
        sa.UniqueConstraint("calibration_id", "material", "field"),
        sa.CheckConstraint("state in ('kept','too_few','broken')", "state"),
    )


class PageRecheck(Base):
    """A page at one completed recheck. `whole`: the station led through all of it, because that was asked for or
    because it was drawn (`drawn`); `thorough`: the person confirmed or corrected all that it led through. A later
    recheck of the same findings supersedes it."""

    __tablename__ = "page_rechecks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(sa.ForeignKey("page_images.id"))
    recognition_id: Mapped[int | None] = mapped_column(sa.ForeignKey("recognitions.id"), index=True)
    task_id: Mapped[int] = mapped_column(BigId)
    whole: Mapped[bool]
    drawn: Mapped[bool]
    thorough: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("page_rechecks.id"))
    __table_args__ = (sa.UniqueConstraint("page_id", "task_id"),)


class RecheckAnswer(Base):
    """What a person's recheck says of one finding of the machine: a type, or a field on a page of the stated type.
    Only answers that count for a calibration are kept (`records.calibration` says which)."""

    __tablename__ = "recheck_answers"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recheck_id: Mapped[int] = mapped_column(sa.ForeignKey("page_rechecks.id"), index=True)
    material: Mapped[str] = mapped_column(sa.String(12))
    field: Mapped[str] = mapped_column(sa.String(40))
    confidence: Mapped[float]
    correct: Mapped[bool]


# ---- the promise ----


def current(session: Session) -> ErrorPromise | None:
    """The promise of today; None until a supervisor has made one."""
    return session.scalars(sa.select(ErrorPromise).order_by(ErrorPromise.id.desc()).limit(1)).one_or_none()


def make(session: Session, user: Actor, one_in: int, sample_percent: float, reason: str) -> ErrorPromise:
    """A supervisor promises anew; what was promised before stays on record. Raises PromiseInvalid."""
    if not 2 <= one_in <= 1_000_000:
        raise PromiseInvalid("承诺须为每 2 至 1000000 项至多错 1 项")
    if not 0 < sample_percent <= 100:
        raise PromiseInvalid("全面复核的抽样比例须大于 0、不超过 100：不抽样就无从得知承诺是否兑现")
    if not reason.strip():
        raise PromiseInvalid("须写明理由，会记入审计")
    before = current(session)
    made = ErrorPromise(
        one_in=one_in, sample_percent=sample_percent, reason=reason.strip(), set_by_id=user.id
    )
    session.add(made)
    session.flush()
    detail = {
        "before": {"one_in": before.one_in, "sample_percent": before.sample_percent} if before else None,
        "after": {"one_in": one_in, "sample_percent": sample_percent},
        "reason": made.reason,
    }
    audit.record(session, user, "promise.made", ("error_promise", made.id), detail)
    return made


# ---- what is doubtful ----


@dataclass(frozen=True)
class Doubts:
    """Which findings lie below their thresholds: ids of `PageMaterial`, and (page id, field). `unproven` are those
    that no confidence makes sure, also where a person has spoken since. `covered`: pages with a calibration that
    holds, the others must be looked at in full; `drawn`: pages that the random sample takes."""

    types: frozenset[int] = frozenset()
    fields: frozenset[tuple[int, str]] = frozenset()
    key_fields: frozenset[tuple[int, str]] = frozenset()
    unproven_types: frozenset[int] = frozenset()
    unproven_fields: frozenset[tuple[int, str]] = frozenset()
    covered: frozenset[int] = frozenset()
    drawn: frozenset[int] = frozenset()

    def __len__(self) -> int:
        """How many types and key fields are doubtful."""
        return len(self.types) + len(self.key_fields)


@dataclass
class _Found:
    """`Doubts` while it is gathered."""

    types: set[int] = field(default_factory=set)
    fields: set[tuple[int, str]] = field(default_factory=set)
    key_fields: set[tuple[int, str]] = field(default_factory=set)
    unproven_types: set[int] = field(default_factory=set)
    unproven_fields: set[tuple[int, str]] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    drawn: set[int] = field(default_factory=set)


def doubtful(session: Session, kinds: Catalogue, record_id: int) -> Doubts:
    """Which types and fields of the record's current pages lie below their thresholds; `len` counts the types and
    the key fields, those that the catalogue requires of a material."""
    current_pages = pages.current(session, record_id)
    ids = [page.id for page in current_pages]
    found = pages.materials(session, ids), pages.readings(session, ids), pages.recognitions(session, ids)
    return of_pages(session, kinds, current_pages, *found)


def of_pages(
    session: Session,
    kinds: Catalogue,
    of: Sequence[PageImage],
    materials: Mapping[int, Sequence[PageMaterial]],
    readings: Mapping[int, Mapping[str, Reading]],
    recognitions: Mapping[int, Recognition],
) -> Doubts:
    """The same for pages whose findings are at hand: two short queries more."""
    stated = {code for found in materials.values() for code in (each.code for each in found)}
    standing = _Standing.load(session, {each.version for each in recognitions.values()}, stated)
    found = _Found()
    for page in of:
        recognition = recognitions.get(page.id)
        version = recognition.version if recognition else None
        if version in standing.thresholds:
            found.covered.add(page.id)
            if drawn(page, standing.sample_percent):
                found.drawn.add(page.id)
        on_page = materials.get(page.id, ())
        for material in on_page:
            _judge_type(standing, found, version, material)
        for reading in readings.get(page.id, {}).values():
            _judge_field(standing, found, version, kinds, on_page, reading)
    return Doubts(**{name: frozenset(each) for name, each in vars(found).items()})


def _judge_type(standing: _Standing, found: _Found, version: str | None, material: PageMaterial) -> None:
    limit = None if material.code == UNKNOWN else standing.threshold(version, material.code, TYPE)
    if limit is None:
        found.unproven_types.add(material.id)
    given_by_case = material.predicted_code is not None
    if material.confirmed_code is None and (given_by_case or limit is None or material.confidence < limit):
        found.types.add(material.id)


def _judge_field(
    standing: _Standing,
    found: _Found,
    version: str | None,
    kinds: Catalogue,
    on_page: Sequence[PageMaterial],
    reading: Reading,
) -> None:
    code = stated_type(kinds, on_page, reading)
    limit = standing.threshold(version, code, reading.field)
    at = reading.page_id, reading.field
    if limit is None:
        found.unproven_fields.add(at)
    if reading.person_id is None and (limit is None or reading.confidence < limit):
        found.fields.add(at)
        if reading.field in _required(kinds, code):
            found.key_fields.add(at)


def _required(kinds: Catalogue, code: str) -> frozenset[str]:
    known = kinds.materials.get(code)
    return frozenset(each.code for each in known.fields if each.required) if known else frozenset()


def stated_type(kinds: Catalogue, on_page: Sequence[PageMaterial], reading: Any) -> str:
    """The type, as the machine stated it, of the material that the reading was read on: one that has the field, the
    one around its box where several have."""
    with_field = [
        each
        for each in on_page
        if each.code in kinds.materials
        and any(reading.field == known.code for known in kinds.materials[each.code].fields)
    ]
    around = [each for each in with_field if reading.box and _inside(reading.box, each.region)]
    chosen = next(iter((*around, *with_field, *on_page)), None)
    return chosen.code if chosen else UNKNOWN


def _inside(box: Sequence[float], region: Sequence[float]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return bool(region[0] <= x <= region[2] and region[1] <= y <= region[3])


def drawn(page: PageImage, percent: float) -> bool:
    """Whether the random sample takes this page: by a digest of its image, so that nobody chooses, the machine's
    confidence has no part in it, and the answer is the same each time the page is opened."""
    digest = hashlib.blake2b(bytes.fromhex(page.sha256), digest_size=8, person=b"recheck").digest()
    return int.from_bytes(digest, "big") < percent / 100 * 2**64


@dataclass(frozen=True)
class _Standing:
    """The thresholds that hold for the versions and types asked for: version → (type, field) → confidence."""

    calibrated: bool
    sample_percent: float
    thresholds: Mapping[str, Mapping[tuple[str, str], float | None]]

    @classmethod
    def load(cls, session: Session, versions: Iterable[str], materials: Iterable[str]) -> _Standing:
        in_force = session.execute(_IN_FORCE, {"versions": [*versions]}).all()
        if not in_force:
            return cls(calibrated=False, sample_percent=100.0, thresholds={})
        one_in, percent = in_force[0].promised, in_force[0].sample_percent
        valid = {row.id: row.version for row in in_force if row.id and row.one_in >= one_in}
        thresholds: dict[str, dict[tuple[str, str], float | None]] = {each: {} for each in valid.values()}
        if valid:
            of = {"calibrations": [*valid], "materials": [EVERY_TYPE, *materials]}
            for row in session.execute(_THRESHOLDS, of):
                limit = _BORROWS if row.state == "too_few" else row.threshold
                thresholds[valid[row.calibration_id]][row.material, row.field] = limit
        return cls(True, percent, thresholds)

    def threshold(self, version: str | None, material: str, name: str) -> float | None:
        """The least confidence of a sure finding; None where no confidence is enough."""
        if not self.calibrated:
            return agreement.SURE
        found = self.thresholds.get(version or "", {})
        own = found.get((material, name))
        if own != _BORROWS:
            return own
        pooled = found.get((EVERY_TYPE, name)) if name != TYPE else None
        return pooled if pooled != _BORROWS else None


_BORROWS = -1.0  # no confidence is that low: the cell's own sample was too small

# One row for each version that was asked for and calibrated; a row without id where only others were.
_TODAY = sa.select(ErrorPromise).order_by(ErrorPromise.id.desc()).limit(1).subquery()
_NEWEST = (
    sa.select(sa.func.max(Calibration.id))
    .where(Calibration.version.in_(sa.bindparam("versions", expanding=True)))
    .group_by(Calibration.version)
)
_IN_FORCE = (
    sa.select(
        Calibration.id,
        Calibration.version,
        ErrorPromise.one_in,
        _TODAY.c.one_in.label("promised"),
        _TODAY.c.sample_percent,
    )
    .select_from(_TODAY)
    .outerjoin(Calibration, Calibration.id.in_(_NEWEST))
    .outerjoin(ErrorPromise, ErrorPromise.id == Calibration.promise_id)
    .where(sa.exists(sa.select(1).select_from(Calibration.__table__.alias("any_calibration"))))
)
_THRESHOLDS = sa.select(
    Threshold.calibration_id, Threshold.material, Threshold.field, Threshold.state, Threshold.threshold
).where(
    Threshold.calibration_id.in_(sa.bindparam("calibrations", expanding=True)),
    Threshold.material.in_(sa.bindparam("materials", expanding=True)),
)


# ---- what a screen shows ----


@dataclass(frozen=True)
class Overview:
    """The newest calibration, its thresholds, and why it holds no more: `stale` is version, promise, or empty."""

    promise: ErrorPromise | None
    calibration: Calibration | None
    thresholds: Sequence[Threshold]
    version: str | None
    stale: str


def overview(session: Session) -> Overview:
    """The promise, the newest calibration and what it says."""
    promise, version = current(session), newest_version(session)
    newest = next(iter(history(session, 1)), None)
    if newest is None:
        return Overview(promise, None, (), version, "")
    rows = thresholds(session, newest)
    stale = ""
    if version is not None and version != newest.version:
        stale = "version"
    elif promise is not None and promise.one_in > newest.promise.one_in:
        stale = "promise"
    return Overview(promise, newest, rows, version, stale)


def thresholds(session: Session, of: Calibration) -> Sequence[Threshold]:
    """What a calibration found, by type and field."""
    return session.scalars(
        sa.select(Threshold)
        .where(Threshold.calibration_id == of.id)
        .order_by(Threshold.material, Threshold.field)
    ).all()


def history(session: Session, limit: int) -> Sequence[Calibration]:
    """Calibrations, the newest first."""
    return session.scalars(sa.select(Calibration).order_by(Calibration.id.desc()).limit(limit)).all()


def newest_version(session: Session) -> str | None:
    """The version of the recogniser that read last."""
    return session.scalars(
        sa.select(Recognition.version).order_by(Recognition.id.desc()).limit(1)
    ).one_or_none()
