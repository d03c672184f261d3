"""What the stand-in platform holds: page images written to it (by digest and size) and its calls of each day.

Knows SQLite, in memory or in a file that outlives a restart. Knows nothing of SOAP.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
create table if not exists pages (
    id integer primary key, key text not null unique, interface text not null,
    transaction_number text not null, material text not null, sequence integer not null,
    sha256 text not null, size integer not null, fields text not null,
    stored_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
create index if not exists pages_of_transaction on pages (transaction_number);
create table if not exists calls (day text, interface text, n integer not null, primary key (day, interface));
"""


@dataclass(frozen=True)
class HeldImage:
    """A page image to keep. `fields`: what else came with it, tag → value."""

    key: str
    interface: str
    transaction_number: str
    material: str
    sequence: int
    sha256: str
    size: int
    fields: Mapping[str, str]


class Ledger:
    """The stand-in's memory. Safe to share between threads."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        if path:
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def store(self, image: HeldImage) -> str | None:
        """Keeps it and returns the receipt; None when an image with that key is held already."""
        row = vars(image) | {"fields": json.dumps(dict(image.fields), ensure_ascii=False)}
        with self._lock:
            done = self._database.execute(
                """
                insert into pages
                    (key, interface, transaction_number, material, sequence, sha256, size, fields)
                values
                    (:key, :interface, :transaction_number, :material, :sequence, :sha256, :size, :fields)
                on conflict (key) do nothing
                """,
                row,
            )
            return receipt(done.lastrowid or 0) if done.rowcount else None

    def count_call(self, day: str, interface: str) -> int:
        """Counts one call of the interface on that day; returns how many that makes."""
        with self._lock:
            row = self._database.execute(
                """
                insert into calls values (?, ?, 1)
                on conflict (day, interface) do update set n = n + 1 returning n
                """,
                (day, interface),
            ).fetchone()
            return int(row["n"])

    def pages(self, transaction_number: str | None = None) -> list[dict[str, Any]]:
        """Held images in the order they came, of one transaction or of all."""
        with self._lock:
            rows = self._database.execute(
                "select * from pages where ? is null or transaction_number = ? order by id",
                (transaction_number, transaction_number),
            ).fetchall()
        return [
            dict(row) | {"fields": json.loads(row["fields"]), "receipt": receipt(row["id"])} for row in rows
        ]

    def calls(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                dict(row) for row in self._database.execute("select * from calls order by day, interface")
            ]


def receipt(number: int) -> str:
    return f"TS{number:010d}"
