"""The walk over the backlog: gives every file its row. Knows paths and the walk's lease; opens no file."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from contextlib import closing, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from handlers import leases
from handlers.backfill.source import Source, transaction_number
from records import backlog
from records.backlog import Found, WalkLost

_log = logging.getLogger(__name__)

_CHUNK = 500
_WALK_LEASE = dt.timedelta(seconds=60)


class Walker(threading.Thread):
    """Gives every file its row, in the background of the parent. One walker a backlog: the others wait in reserve."""

    def __init__(self, source: Source, sessions: sessionmaker[Session], backlog_id: int) -> None:
        super().__init__(name="walk", daemon=True)
        self.source, self.sessions, self.backlog_id = source, sessions, backlog_id
        self.name_of_walker, self.tally = leases.holder(), f"{leases.HOST}/walk"
        self.stopping = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                if self._walk():
                    return
                self.stopping.wait(5)
            except DBAPIError as error:
                _log.warning("the database cannot be reached, the walk waits: %s", error)
                self.stopping.wait(5)
            except Exception as error:  # the thread's edge: the parent says it
                self.failure = error
                return

    def _walk(self) -> bool:
        """Walks as far as it may; whether the walk is over, by whomever."""
        with self.sessions.begin() as session:
            place = session.get_one(backlog.Backlog, self.backlog_id)
            after = backlog.take_walk(session, place.id, self.name_of_walker, _WALK_LEASE)
        if after is None:
            return place.walked
        with suppress(WalkLost), closing(self.source.walk(after)) as found:
            chunk: list[Found] = []
            began = time.monotonic()
            for each in found:
                number = transaction_number(place.pattern, each.path)
                chunk.append(Found(each.path, number, each.error))
                if len(chunk) == _CHUNK or time.monotonic() - began > 2:
                    self._add(place, chunk)
                    chunk, began = [], time.monotonic()
                if self.stopping.is_set():
                    return False
            if chunk:
                self._add(place, chunk)
            with self.sessions.begin() as session:
                backlog.end_walk(session, place.id, self.name_of_walker)
            return True
        return False

    def _add(self, place: backlog.Backlog, chunk: list[Found]) -> None:
        with self.sessions.begin() as session:
            backlog.add_files(session, place, self.name_of_walker, self.tally, chunk, _WALK_LEASE)
