"""What came of a backlog's settled pages, as plain values: a whole backlog piece by piece, or one transaction.

Knows that a duplicate has the findings of the page it repeats. Changes nothing; rows and leases are `records.backlog`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from records.backlog import SETTLED, BacklogPage

_FIRST = aliased(BacklogPage)


def next_pages(session: Session, backlog_id: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """The next settled pages behind the row `after`, each with its id and as plain values; a duplicate carries the
    findings of the page it repeats."""
    return list(
        _told_pages(session, BacklogPage.backlog_id == backlog_id, BacklogPage.id > after, limit=limit)
    )


def of_transaction(session: Session, transaction_number: str) -> list[dict[str, Any]]:
    """The settled pages of one transaction, of any backlog, in the order of their files."""
    found = _told_pages(session, BacklogPage.transaction_number == transaction_number)
    return sorted((told for _, told in found), key=lambda told: (told["path"], told["page"]))


def _told_pages(
    session: Session, *where: sa.ColumnElement[bool], limit: int | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = session.execute(
        sa.select(BacklogPage, _FIRST)
        .outerjoin(_FIRST, BacklogPage.first_id == _FIRST.id)
        .where(*where, BacklogPage.status.in_(SETTLED))
        .order_by(BacklogPage.id)
        .limit(limit)
    )
    for page, first in rows:
        yield page.id, _told(page, first or page, first)


def _told(page: BacklogPage, findings: BacklogPage, first: BacklogPage | None) -> dict[str, Any]:
    return {
        "path": page.path,
        "page": page.page,
        "transaction_number": page.transaction_number,
        "sha256": page.sha256,
        "status": page.status,
        "same_as": {"path": first.path, "page": first.page} if first else None,
        "version": findings.version,
        "rotation": findings.rotation,
        "materials": [
            {"code": code, "confidence": confidence, "region": region}
            for code, confidence, region in findings.materials or []
        ],
        "fields": findings.fields or {},
        "faults": findings.faults or [],
        "needs_person": page.status == "failed" or bool(findings.doubtful),
        "error": page.error,
    }
