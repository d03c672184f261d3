"""The backlog: pages scanned long ago that only want to be recognised, row by row beside the cases.

A `Backlog` is one folder or bucket at one depth; a `BacklogPage` one page in it. A row is taken under a lease and
settled by the one who holds it, so any number of processes and machines may work at once: each page ends exactly
once as done, duplicate or failed, and no content has two results of one version of the recogniser at one depth. The
counts are tallied a worker, in the transaction of the page: no row is written by all, and none is counted twice.

Knows rows and leases; what came of settled pages is told by `records.backlog_results`. Knows no files, no pixels, no
processes and no pace (`handlers.backfill`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from records import audit
from records.base import Base, BigId, Moment, insert_if_new, now, table_of
from records.people import Actor

# status: waiting → done | duplicate (another row holds the same content's result) | failed; failed → waiting again
# when a person asks for it. A failed row of page 0 stands for a folder that could not be listed.
SETTLED = ("done", "duplicate", "failed")
_WAITING = sa.text("status = 'waiting'")
_DONE = sa.text("status = 'done'")
_FAILED = sa.text("status = 'failed'")
_HELD = sa.text("status = 'waiting' and worker is not null")
_JSON = sa.JSON(none_as_null=True)


class OptionsDiffer(ValueError):
    """The backlog was begun with another pattern for its transaction numbers; rows would mean two things."""


class WalkLost(Exception):
    """Another process has taken the walk over."""


class PageLost(Exception):
    """The lease ran out and another process has the page."""


class ContentTaken(Exception):
    """Another process has settled the same content a moment ago."""


class Backlog(Base):
    """What is worked off: where it lies and how deep it is read; how far the walk through it has come."""

    __tablename__ = "backlogs"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    url: Mapped[str] = mapped_column(sa.Text)
    depth: Mapped[str] = mapped_column(sa.String(4))
    pattern: Mapped[str] = mapped_column(sa.Text)
    options: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(10))  # running, stopped, finished
    cursor: Mapped[str] = mapped_column(sa.Text, default="")  # the last path that has its row
    walked: Mapped[bool] = mapped_column(default=False)
    walker: Mapped[str | None] = mapped_column(sa.String(80))
    walker_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    __table_args__ = (sa.UniqueConstraint("url", "depth"),)


class BacklogPage(Base):
    """One page: where it is, who has it, what came of it.

    `materials`: [[code, confidence, region], …]; `fields`: {code: {value, confidence, valid}}; `faults`: [kind, …].
    `tries` counts leases and guards each result; `crashes` those that ended with a process that the page brought
    down."""

    __tablename__ = "backlog_pages"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    backlog_id: Mapped[int] = mapped_column(sa.ForeignKey("backlogs.id"))
    path: Mapped[str] = mapped_column(sa.Text)
    # Of the path: an index over the paths themselves would weigh more than the rows, and has a longest path.
    path_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    page: Mapped[int] = mapped_column(sa.Integer)
    transaction_number: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    status: Mapped[str] = mapped_column(sa.String(9), default="waiting")
    depth: Mapped[str] = mapped_column(sa.String(4))
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    version: Mapped[str | None] = mapped_column(sa.String(120))
    first_id: Mapped[int | None] = mapped_column(sa.ForeignKey("backlog_pages.id"))
    rotation: Mapped[int | None] = mapped_column(sa.Integer)
    materials: Mapped[list[Any] | None] = mapped_column(_JSON)
    fields: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    faults: Mapped[list[Any] | None] = mapped_column(_JSON)
    doubtful: Mapped[bool | None] = mapped_column()
    error: Mapped[str | None] = mapped_column(sa.Text)
    seconds: Mapped[float | None] = mapped_column(sa.Double)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    crashes: Mapped[int] = mapped_column(sa.Integer, default=0)
    worker: Mapped[str | None] = mapped_column(sa.String(80))
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    settled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    __table_args__ = (
        sa.UniqueConstraint("backlog_id", "path_digest", "page"),
        sa.Index(
            "ix_backlog_pages_waiting",
            "backlog_id",
            "page",
            "id",
            postgresql_where=_WAITING,
            sqlite_where=_WAITING,
        ),
        sa.Index(
            "uq_backlog_pages_content",
            "sha256",
            "version",
            "depth",
            unique=True,
            postgresql_where=_DONE,
            sqlite_where=_DONE,
        ),
        sa.Index(
            "ix_backlog_pages_failed", "backlog_id", "id", postgresql_where=_FAILED, sqlite_where=_FAILED
        ),
        sa.Index("ix_backlog_pages_held", "worker", postgresql_where=_HELD, sqlite_where=_HELD),
    )


class BacklogTally(Base):
    """What one worker has added to a backlog's counts."""

    __tablename__ = "backlog_tallies"
    backlog_id: Mapped[int] = mapped_column(sa.ForeignKey("backlogs.id"), primary_key=True)
    worker: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    found: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    duplicate: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    doubtful: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(sa.Double, default=0.0)


_BACKLOGS, _PAGES, _TALLIES = table_of(Backlog), table_of(BacklogPage), table_of(BacklogTally)
# By `id` alone PostgreSQL walks the primary key, past every page that is settled: slower with each of them. This
# order only the index of the waiting ones has.
_TURN = (_PAGES.c.page, _PAGES.c.id)
_COUNTED = ("found", "done", "duplicate", "failed", "doubtful", "seconds")


@dataclass(frozen=True)
class Found:
    """A file that the walk met, or a folder that it could not enter and why. `path` is below the backlog's root."""

    path: str
    transaction_number: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Claim:
    """A page in hand. `tries` tells this lease from every other of the page."""

    id: int
    backlog_id: int
    path: str
    page: int
    transaction_number: str | None
    tries: int
    crashes: int


@dataclass(frozen=True)
class Outcome:
    """What a page came to. The fields are those of `BacklogPage`."""

    status: str
    sha256: str | None = None
    version: str | None = None
    first_id: int | None = None
    rotation: int | None = None
    materials: list[Any] | None = None
    fields: dict[str, Any] | None = None
    faults: list[Any] | None = None
    doubtful: bool | None = None
    error: str | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Progress:
    """Counts of pages; `doubtful` are those of `done` that need a person; `seconds` were spent on recognition."""

    found: int
    done: int
    duplicate: int
    failed: int
    doubtful: int
    seconds: float
    walked: bool
    state: str

    @property
    def settled(self) -> int:
        return self.done + self.duplicate + self.failed


# --- The backlog as a whole ---


def start(
    session: Session, user: Actor, *, url: str, depth: str, pattern: str, options: dict[str, Any]
) -> Backlog:
    """The backlog of this place and depth, new or gone on with. One that was finished is walked anew: what was
    added since gets its rows. Raises OptionsDiffer."""
    insert_if_new(
        session,
        Backlog,
        url=url,
        depth=depth,
        pattern=pattern,
        options=options,
        state="running",
        cursor="",
        walked=False,
        walker=None,
        walker_until=None,
        started_by_id=user.id,
        created_at=now(),
    )
    backlog = session.scalars(
        sa.select(Backlog).where(Backlog.url == url, Backlog.depth == depth).with_for_update()
    ).one()
    if backlog.pattern != pattern:
        raise OptionsDiffer(f"这批影像开始时的流水号规则是“{backlog.pattern}”，请用同一规则继续")
    if backlog.state == "finished":
        backlog.walked, backlog.cursor = False, ""
    backlog.state, backlog.options = "running", options
    audit.record(
        session, user, "backlog.started", ("backlog", backlog.id), {"url": url, "depth": depth, **options}
    )
    return backlog


def find(session: Session, url: str, depth: str) -> Backlog | None:
    return session.scalars(sa.select(Backlog).where(Backlog.url == url, Backlog.depth == depth)).one_or_none()


def end(session: Session, user: Actor, backlog_id: int, state: str, reason: str) -> None:
    """Notes that a run is over: `state` is stopped or finished."""
    session.get_one(Backlog, backlog_id).state = state
    counts = asdict(progress(session, backlog_id))
    audit.record(
        session, user, f"backlog.{state}", ("backlog", backlog_id), {"reason": reason, "counts": counts}
    )


def progress(session: Session, backlog_id: int) -> Progress:
    sums = [sa.func.coalesce(sa.func.sum(_TALLIES.c[name]), 0) for name in _COUNTED]
    counts = session.execute(sa.select(*sums).where(_TALLIES.c.backlog_id == backlog_id)).one()
    told = session.execute(sa.select(Backlog.walked, Backlog.state).where(Backlog.id == backlog_id)).one()
    *whole, seconds = counts
    found, done, duplicate, failed, doubtful = map(int, whole)
    return Progress(found, done, duplicate, failed, doubtful, float(seconds), told.walked, told.state)


def is_finished(session: Session, backlog_id: int) -> bool:
    """Whether the walk is over and no page waits or is in anybody's hand."""
    if not session.scalar(sa.select(Backlog.walked).where(Backlog.id == backlog_id)):
        return False
    waiting = sa.select(_PAGES.c.id).where(_PAGES.c.backlog_id == backlog_id, _WAITING)
    return session.scalar(waiting.order_by(*_TURN).limit(1)) is None


def retry_failed(session: Session, user: Actor, backlog_id: int) -> int:
    """Failed pages wait again, and folders that could not be entered are walked anew; returns how many there were."""
    failed = (_PAGES.c.backlog_id == backlog_id, _FAILED)
    connection = session.connection()
    folders = connection.execute(sa.delete(_PAGES).where(*failed, _PAGES.c.page == 0)).rowcount
    fresh = {"status": "waiting", "error": None, "tries": 0, "crashes": 0, "settled_at": None}
    pages = connection.execute(sa.update(_PAGES).where(*failed).values(**fresh)).rowcount
    if folders:
        backlog = session.get_one(Backlog, backlog_id)
        backlog.walked, backlog.cursor = False, ""
    _tally(session, backlog_id, "retries", found=-folders, failed=-folders - pages)
    audit.record(session, user, "backlog.retried", ("backlog", backlog_id), {"failed": folders + pages})
    return folders + pages


def _tally(session: Session, backlog_id: int, worker: str, **added: float) -> None:
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dict.fromkeys(_COUNTED, 0) | added
    statement = kind.insert(_TALLIES).values(backlog_id=backlog_id, worker=worker, **row)
    changed = {name: _TALLIES.c[name] + statement.excluded[name] for name in added}
    keys = [_TALLIES.c.backlog_id, _TALLIES.c.worker]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


# --- The walk ---


def take_walk(session: Session, backlog_id: int, walker: str, lease: dt.timedelta) -> str | None:
    """The path to go on behind, for the one who may walk now; None while another does or when it is over."""
    at = now()
    free = sa.or_(Backlog.walker.is_(None), Backlog.walker == walker, Backlog.walker_until < at)
    return session.scalar(
        sa.update(_BACKLOGS)
        .where(_BACKLOGS.c.id == backlog_id, sa.not_(_BACKLOGS.c.walked), free)
        .values(walker=walker, walker_until=at + lease)
        .returning(_BACKLOGS.c.cursor)
    )


def add_files(
    session: Session, backlog: Backlog, walker: str, worker: str, files: Sequence[Found], lease: dt.timedelta
) -> int:
    """A row for each of the files that has none, and the cursor behind the last; returns how many were new.

    Raises WalkLost."""
    _hold_walk(session, backlog.id, walker, cursor=files[-1].path, walker_until=now() + lease)
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [_row(backlog, found) for found in files]
    statement = kind.insert(_PAGES).on_conflict_do_nothing().returning(_PAGES.c.status)
    new = session.execute(statement, rows).scalars().all()
    _tally(session, backlog.id, worker, found=len(new), failed=new.count("failed"))
    return len(new)


def end_walk(session: Session, backlog_id: int, walker: str) -> None:
    """Every file has its row. Raises WalkLost."""
    _hold_walk(session, backlog_id, walker, walked=True, walker=None, walker_until=None)


def _hold_walk(session: Session, backlog_id: int, holder: str, **values: Any) -> None:
    mine = (_BACKLOGS.c.id == backlog_id, _BACKLOGS.c.walker == holder)
    held = session.connection().execute(sa.update(_BACKLOGS).where(*mine).values(**values))
    if held.rowcount == 0:
        raise WalkLost(f"the walk of backlog {backlog_id} is no longer {holder}'s")


def _row(backlog: Backlog, found: Found) -> dict[str, Any]:
    return {
        "backlog_id": backlog.id,
        "path": found.path,
        "path_digest": digest_of(found.path),
        "page": 0 if found.error else 1,
        "transaction_number": found.transaction_number,
        "status": "failed" if found.error else "waiting",
        "depth": backlog.depth,
        "error": found.error,
        "tries": 0,
        "crashes": 0,
    }


def digest_of(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest()[:16]


# --- Pages ---


def claim(
    session: Session, backlog_id: int, worker: str, lease: dt.timedelta, after: Claim | None = None
) -> Claim | None:
    """Takes the next page that nobody has: the one behind `after` in the same file if it waits, else the oldest."""
    if after is not None:
        follower = (_PAGES.c.path_digest == digest_of(after.path), _PAGES.c.page == after.page + 1)
        taken = _claim(session, backlog_id, worker, lease, *follower)
        if taken is not None:
            return taken
    return _claim(session, backlog_id, worker, lease)


def _claim(
    session: Session, backlog_id: int, worker: str, lease: dt.timedelta, *where: sa.ColumnElement[bool]
) -> Claim | None:
    at = now()
    free = sa.or_(_PAGES.c.lease_until.is_(None), _PAGES.c.lease_until < at)
    chosen = (
        sa.select(_PAGES.c.id)
        .where(_PAGES.c.backlog_id == backlog_id, _WAITING, free, *where)
        .order_by(*_TURN)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.execute(
        sa.update(_PAGES)
        .where(_PAGES.c.id == chosen.scalar_subquery())
        .values(worker=worker, lease_until=at + lease, tries=_PAGES.c.tries + 1)
        .returning(
            _PAGES.c.id,
            _PAGES.c.backlog_id,
            _PAGES.c.path,
            _PAGES.c.page,
            _PAGES.c.transaction_number,
            _PAGES.c.tries,
            _PAGES.c.crashes,
        )
    ).one_or_none()
    return Claim(*row) if row else None


def first_of(session: Session, sha256: str, version: str, depth: str) -> int | None:
    """The row that holds this content's result by this version at this depth, in any backlog."""
    content = (_PAGES.c.sha256 == sha256, _PAGES.c.version == version, _PAGES.c.depth == depth)
    return session.scalar(sa.select(_PAGES.c.id).where(*content, _DONE))


def settle(session: Session, worker: str, held: Claim, outcome: Outcome, *, more: bool) -> None:
    """Stores what the page came to, and a row for the page behind it where there is `more` in its file.

    `worker` is whose tally it is. Raises PageLost, or ContentTaken after which the session must be rolled back."""
    found = 0
    try:
        stored = session.execute(
            sa.update(_PAGES)
            .where(_PAGES.c.id == held.id, _PAGES.c.tries == held.tries, _WAITING)
            .values(**asdict(outcome), worker=None, lease_until=None, settled_at=now())
            .returning(_PAGES.c.depth)
        ).one_or_none()
    except IntegrityError as error:
        raise ContentTaken(outcome.sha256) from error
    if stored is None:
        raise PageLost(f"page {held.id} has another holder")
    if more:
        found = insert_if_new(
            session,
            BacklogPage,
            backlog_id=held.backlog_id,
            path=held.path,
            path_digest=digest_of(held.path),
            page=held.page + 1,
            transaction_number=held.transaction_number,
            status="waiting",
            depth=stored.depth,
            tries=0,
            crashes=0,
        )
    counts = {outcome.status: 1, "found": int(found), "doubtful": int(bool(outcome.doubtful))}
    _tally(session, held.backlog_id, worker, **counts, seconds=outcome.seconds or 0.0)


def renew(session: Session, workers: Sequence[str], lease: dt.timedelta) -> int:
    """Goes on holding what these hold: they live, however slowly they are served."""
    held = sa.update(_PAGES).where(_PAGES.c.worker.in_(workers), _HELD)
    return session.connection().execute(held.values(lease_until=now() + lease)).rowcount


def release(session: Session, worker: str, blame: str | None = None) -> int:
    """Frees what a process that is gone held; `blame`: why its page is held to have brought it down."""
    values: dict[str, Any] = {"worker": None, "lease_until": None}
    if blame is not None:
        values |= {"crashes": _PAGES.c.crashes + 1, "error": blame}
    held = sa.update(_PAGES).where(_PAGES.c.worker == worker, _HELD)
    freed = session.connection().execute(held.values(**values))
    walks = sa.update(_BACKLOGS).where(_BACKLOGS.c.walker == worker)
    session.connection().execute(walks.values(walker=None, walker_until=None))
    return freed.rowcount


def holders(session: Session) -> set[str]:
    """Who holds a page or a walk, living or not."""
    pages = sa.select(_PAGES.c.worker).where(_HELD).distinct()
    walks = sa.select(Backlog.walker).where(Backlog.walker.is_not(None))
    return {name for name in session.scalars(sa.union(pages, walks)) if name}
