"""Capture: what was scanned for a record, counted while the applicant may still be at the counter."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from handlers.context import Context
from records import pages
from workflows.service_tasks import Claim, Settle


def reconcile_capture(_context: Context, claimed: Claim) -> Settle:
    """{"pages": current pages}: without any the diagram asks for a scan."""

    def settle(session: Session) -> dict[str, Any]:
        return {"pages": len(pages.current(session, claimed.record_id))}

    return settle
