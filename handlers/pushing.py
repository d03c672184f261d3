"""Pushing a record's page images to the national platform, one ledger row a page.

A row is written before the first call and settled after the answer; a call whose outcome is unknown is settled by
asking what the platform holds, never by sending blindly again. Knows the ledger, the breaker and the order of
pages; the interface itself is `handlers.platform`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers.context import Context, Postponed
from handlers.platform import breaker
from handlers.platform.client import ImageWrite, idempotency_key
from handlers.platform.mapping import Subject
from handlers.platform.verdicts import (
    PlatformPermission,
    PlatformQuotaSpent,
    PlatformRejected,
    PlatformUnavailable,
)
from records import audit, pages, pushes
from records.base import insert_if_new, now
from records.dossiers import Record, dossier_kind
from records.pages import PageImage, Reading
from records.people import SYSTEM
from records.pushes import Breaker, Push
from workflows import service_tasks
from workflows.service_tasks import Claim, RunLost, Settle

_OTHER_IMAGE = "请与平台核对本件影像；确需更换的，请先在平台撤下原影像，再重新提交复核。"
_QUOTA_WAIT = dt.timedelta(hours=1)


@dataclass(frozen=True)
class _Parcel:
    """One page on its way: the image's digest to load it by, and everything but the image."""

    push_id: int
    sha256: str
    write: ImageWrite


def push_record(context: Context, claimed: Claim) -> Settle:
    """{"outcome": "accepted" | "rejected", "reason": the platform's words and what to do}.

    Raises PlatformUnavailable to be tried again, Postponed while the breaker rests."""
    with context.sessions.begin() as session:
        record = session.get_one(Record, claimed.record_id)
        subject = dossier_kind(context.catalogue.items[record.item].dossier)
        parcels = _parcels(session, context, record)
    rejection: PlatformRejected | None = None
    for parcel in parcels:
        with context.sessions() as session:
            if not service_tasks.still_held(session, claimed):
                raise RunLost(f"run {claimed.run_id} ended while pushing")
        rejection = _send(context, parcel, subject)
        if rejection is not None:
            break

    def settle(session: Session) -> dict[str, Any]:
        outcome = "rejected" if rejection else "accepted"
        audit.record(
            session,
            SYSTEM,
            f"record.push_{outcome}",
            ("record", claimed.record_id),
            {"pages": len(parcels), "reason": str(rejection) if rejection else None},
        )
        return {"outcome": outcome, "reason": str(rejection) if rejection else ""}

    return settle


def _parcels(session: Session, context: Context, record: Record) -> list[_Parcel]:
    """A parcel for each current page that the platform is not known to have; its ledger row is pending."""
    current = pages.current(session, record.id)
    materials = pages.materials(session, [page.id for page in current])
    readings = pages.readings(session, [page.id for page in current])
    fields = {name: str(value) for name, value in record.subject.items()} | _corrected(readings)
    rows = {push.key: push for push in pushes.of_record(session, record.id)}
    parcels = []
    for position, page in enumerate(current, 1):
        code = materials[page.id][0].current_code if materials.get(page.id) else "M-OT-99"
        key = idempotency_key(record.transaction_number, code, position, page.sha256)
        push = rows.pop(key, None)
        if push is None:
            push = Push(record_id=record.id, page_id=page.id, material=code, key=key)
            session.add(push)
            session.flush()
        if push.state == "accepted":
            continue
        push.state = "pending"
        write = _image_write(context, record, fields, page, code, position, len(current))
        parcels.append(_Parcel(push.id, page.sha256, write))
    for push in rows.values():
        if push.state == "pending" and push.attempts == 0:
            session.delete(push)  # its page was replaced before it was ever sent: it stands in no sum
    return parcels


def _corrected(readings: Mapping[int, Mapping[str, Reading]]) -> dict[str, str]:
    """What people read otherwise than the business system says: after a rejection, this is what goes out."""
    rows = [row for fields in readings.values() for row in fields.values() if row.recognition_id is None]
    return {row.field: row.value for row in sorted(rows, key=lambda row: row.id)}


def _image_write(
    context: Context,
    record: Record,
    fields: Mapping[str, str],
    page: PageImage,
    code: str,
    position: int,
    count: int,
) -> ImageWrite:
    item, kind = context.catalogue.items[record.item], context.catalogue.materials.get(code)
    return ImageWrite(
        subject=dossier_kind(item.dossier),
        transaction_number=record.transaction_number,
        material=code,
        material_name=kind.name if kind else code,
        sequence=position,
        page_count=count,
        captured_at=page.added_at,
        captured_by=str(page.added_by or ""),
        image=b"",
        fields=fields,
        transaction_type=item.platform.ywlx or "",
        transaction_reason=item.platform.ywyy or "",
        image_format="png" if page.format == "png" else "jpg",
    )


def _send(context: Context, parcel: _Parcel, subject: Subject) -> PlatformRejected | None:
    """Settles one parcel; returns the platform's rejection."""
    uncertain = _pass_breaker(context, parcel, subject)
    try:
        if uncertain and _platform_has(context, parcel):
            receipt: str | None = None
        else:
            image = context.store.get(parcel.sha256)
            reply = context.platform.write_image(replace(parcel.write, image=image))
            if reply.duplicate and not _platform_has(context, parcel):
                raise PlatformRejected(
                    "平台在这一页的位置上已有另一幅影像", advice=_OTHER_IMAGE, field="image"
                )
            receipt = reply.receipt
    except PlatformRejected as rejected:
        _note(context, parcel, subject, state="rejected", refusal=rejected)
        return rejected
    except PlatformPermission as refused:
        _open_breaker(context, parcel, subject, refused)
        raise Postponed(str(refused), context.breaker_rest) from refused
    except PlatformQuotaSpent as spent:
        raise Postponed(str(spent), _QUOTA_WAIT) from spent
    except PlatformUnavailable as unavailable:
        uncertain = uncertain or unavailable.uncertain
        _note(context, parcel, subject, uncertain=uncertain, reason=unavailable.reason)
        raise
    _note(context, parcel, subject, state="accepted", receipt=receipt)
    return None


def _platform_has(context: Context, parcel: _Parcel) -> bool:
    write = parcel.write
    held = context.platform.query_transaction(write.transaction_number, subject=write.subject)
    key = idempotency_key(write.transaction_number, write.material, write.sequence, parcel.sha256)
    return held.find(key=key, material=write.material, sequence=write.sequence) is not None


def _pass_breaker(context: Context, parcel: _Parcel, subject: Subject) -> bool:
    """Counts the attempt; returns whether an earlier one may have been stored. Raises Postponed while open.

    The row stays marked uncertain until an answer came: a worker killed between call and answer leaves it so."""
    at = now()
    with context.sessions.begin() as session:
        row = _breaker(session, context, subject)
        circuit = breaker.admit(_circuit(row), at, context.breaker_rest.total_seconds())
        if circuit is None:
            raise Postponed(f"平台拒绝了接口权限，暂停推送：{row.reason}", context.breaker_rest)
        _keep(row, circuit)
        push = session.get_one(Push, parcel.push_id)
        before, push.uncertain, push.attempts = push.uncertain, True, push.attempts + 1
        return before


def _note(
    context: Context,
    parcel: _Parcel,
    subject: Subject,
    *,
    state: str = "pending",
    uncertain: bool = False,
    receipt: str | None = None,
    reason: str | None = None,
    refusal: PlatformRejected | None = None,
) -> None:
    """What became of the call. An answer about the papers, whichever, also closes a half-open breaker."""
    with context.sessions.begin() as session:
        if state != "pending":
            row = _breaker(session, context, subject)
            _keep(row, breaker.succeeded(_circuit(row)))
        push = session.get_one(Push, parcel.push_id)
        push.state, push.uncertain = state, uncertain
        push.receipt = receipt[:80] if receipt else None  # the platform's words have no length that we know
        push.reason = refusal.reason if refusal else reason
        push.code = refusal.code[:20] if refusal else None
        push.advice = refusal.advice if refusal else None
        push.field = refusal.field if refusal else None


def _breaker(session: Session, context: Context, subject: Subject) -> Breaker:
    """The interface's breaker, locked; closed when it is new."""
    name = context.platform.write_interface(subject)
    insert_if_new(session, Breaker, name=name)
    return session.scalars(sa.select(Breaker).where(Breaker.name == name).with_for_update()).one()


def _circuit(row: Breaker) -> breaker.Circuit:
    return breaker.Circuit(row.state, row.failures, row.opened_at, row.reason)  # type: ignore[arg-type]


def _keep(row: Breaker, circuit: breaker.Circuit) -> None:
    row.state, row.failures = circuit.state, circuit.failures
    row.opened_at, row.reason = circuit.opened_at, circuit.reason


def _open_breaker(context: Context, parcel: _Parcel, subject: Subject, refused: PlatformPermission) -> None:
    with context.sessions.begin() as session:
        row = _breaker(session, context, subject)
        _keep(row, breaker.failed(_circuit(row), now(), refused.reason))
        push = session.get_one(Push, parcel.push_id)
        push.uncertain, push.reason, push.code = False, refused.reason, refused.code[:20]
        audit.record(
            session, SYSTEM, "platform.breaker_opened", ("record", push.record_id), {"reason": refused.reason}
        )
