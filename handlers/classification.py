"""Classification for programs: one page a job, and what must happen in time (lost pages, webhooks, retention).

A page is claimed with a lease, read without any lock, and its findings stored in the transaction that finishes it.
Findings of a page that belongs to a record are stored with the record like any other recognition's, unless that would
put a machine's reading over what a person has looked at. Knows nothing of HTTP; what a finding means is not known here.

Messages that are logged or kept name rows and kinds of errors, never a value that was read.
"""

from __future__ import annotations

import datetime as dt
import faulthandler
import json
import logging
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handlers import jobs, leases, recognition
from handlers.context import Context
from handlers.platform.breaker import backoff
from handlers.webhooks import WebhookFailed, post
from ocr.protocol import Depth, PageFindings, Recogniser, UnreadableImage
from records import audit, classifications, webhooks
from records.base import now
from records.classifications import MOST_TRIES, Claim, Classification
from records.images import ImageCorrupted, ImageMissing, StorageFailed
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM
from records.webhooks import AddressRefused, Delivery
from workflows.models import ProcessInstance, UserTask
from workflows.operations import LOAD_TIMEOUT_S, PAGE_TIMEOUT_S
from workflows.outbox import Enqueue

_log = logging.getLogger(__name__)
_PURGE_EVERY = dt.timedelta(minutes=10)
_ORPHANS_AFTER = dt.timedelta(days=2)
_CALLS_AT_ONCE = 4
_CALL_S = 10.0


def classify_page(page_row: int) -> None:
    """The function that queues name. Out of time, this process ends: no exception reaches native code that hangs, and
    one that breaks into it leaves a library half-made. The page is tried once more and given up, the next one goes on
    in a fresh process. Loading the models, once a process, is no page's fault and has a limit of its own."""
    context = jobs.context()
    try:
        faulthandler.dump_traceback_later(LOAD_TIMEOUT_S, exit=True)
        _load(context)
        faulthandler.dump_traceback_later(PAGE_TIMEOUT_S, exit=True)
        perform(context, page_row)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _load(context: Context) -> None:
    try:
        _ = context.recogniser
    except Exception:  # half-made, the library refuses a second start in this process
        _log.exception("the models cannot be loaded, leaving for a fresh process")
        os._exit(1)


def perform(context: Context, page_row: int) -> bool:
    """Claims and reads the page; False when there was nothing to do. A failure ends up on the page's row."""
    recogniser = context.recogniser  # before the claim: a model that cannot be loaded is no page's fault
    lease = dt.timedelta(seconds=PAGE_TIMEOUT_S + context.retries.lease_margin_s)
    with context.sessions.begin() as session:
        claimed = classifications.claim(session, page_row, leases.holder(), lease)
    if claimed is None:
        return False
    try:
        findings, error = _read(context, claimed, recogniser)
        _settle(context, claimed, recogniser.version, findings, error)
    except Exception as error:
        _log.error("page %s of a classification failed: %s", page_row, type(error).__name__)
        _note_failure(context, claimed, error)
    return True


def _read(context: Context, claimed: Claim, recogniser: Recogniser) -> tuple[PageFindings | None, str | None]:
    """Findings, or why the image cannot be read."""
    if claimed.page_id is None:
        assert claimed.folder is not None
        image = context.loose.get(claimed.folder, claimed.sha256)
    else:
        image = context.store.get(claimed.sha256)
    try:
        return recogniser.recognise(image, cast(Depth, claimed.depth)), None
    except UnreadableImage as unreadable:
        return None, str(unreadable)


def _note_failure(context: Context, claimed: Claim, error: Exception) -> None:
    if claimed.attempt < MOST_TRIES:
        with context.sessions.begin() as session:
            wait = dt.timedelta(seconds=context.retries.base_s)
            classifications.try_again(session, claimed, wait)
        return
    with context.sessions.begin() as session:
        classifications.finish(session, claimed, None, None, None, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, ImageMissing | ImageCorrupted | StorageFailed):
        return "影像库中的这幅影像读不出来；请重新提交，仍不行请联系系统管理员"
    return f"识别程序 {MOST_TRIES} 次出错（{type(error).__name__}）；请联系系统管理员"


def _settle(
    context: Context, claimed: Claim, version: str, findings: PageFindings | None, error: str | None
) -> None:
    for last in (False, True):
        try:
            with context.sessions.begin() as session:
                kept = _keep(session, claimed, version, findings, error)
                told = _told(findings) if findings else None
                classifications.finish(session, claimed, version, told, kept, error)
            return
        except IntegrityError:  # the case's own run stored the same version's reading a moment ago
            if last:
                raise


def _told(findings: PageFindings) -> dict[str, Any]:
    """Findings as they are kept for the program that asked."""
    return {
        "stage": findings.stage,
        "rotation": findings.rotation,
        "width": findings.width,
        "height": findings.height,
        "seconds": round(findings.seconds, 3),
        "materials": [asdict(each) for each in findings.materials],
        "faults": [asdict(each) for each in findings.quality.faults],
        "fields": [
            {name: value for name, value in asdict(each).items() if name != "characters"}
            for each in findings.fields
        ],
    }


# ---- into the record ----


def _keep(
    session: Session, claimed: Claim, version: str, findings: PageFindings | None, error: str | None
) -> str | None:
    """Stores the findings with the record's page; says `stored`, or why not. None for an image of no record."""
    if claimed.page_id is None:
        return None
    page = session.get_one(PageImage, claimed.page_id, with_for_update=True, populate_existing=True)
    if page.superseded_by_id is not None:
        return "superseded"
    if _has_read(session, page.id, version):
        return "already_read"
    if _is_checked(session, page):
        return "checked"
    recognition.store(session, page.id, version, findings, error)
    detail = {"classification": claimed.classification_id, "version": version}
    audit.record(session, SYSTEM, "page.recognised", ("page", page.id), detail)
    return "stored"


def _has_read(session: Session, page_id: int, version: str) -> bool:
    statement = sa.select(Recognition.id).where(
        Recognition.page_id == page_id, Recognition.version == version
    )
    return session.scalars(statement).first() is not None


def _is_checked(session: Session, page: PageImage) -> bool:
    """Whether a person has looked at it. The newest reading counts, so a machine's would hide the person's; and a
    value that a recheck left as it was has no row of its own, so a passed recheck speaks for the whole case."""
    by_person = (
        sa.select(Reading.id).where(Reading.page_id == page.id, Reading.person_id.is_not(None)),
        sa.select(PageMaterial.id).where(
            PageMaterial.page_id == page.id, PageMaterial.confirmed_code.is_not(None)
        ),
        sa.select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            ProcessInstance.record_id == page.record_id,
            UserTask.form == "recheck",
            UserTask.status == "completed",
        ),
        sa.select(ProcessInstance.id).where(
            ProcessInstance.record_id == page.record_id, ProcessInstance.status != "running"
        ),
    )
    return any(session.scalars(each.limit(1)).first() is not None for each in by_person)


# ---- what must happen in time ----


@dataclass(frozen=True)
class Rules:
    """What the installation sets: webhooks allowed, their secret and tries; how long images and results stay."""

    webhook_allow: str
    webhook_secret: str
    webhook_tries: int
    image_days: float
    result_days: float


class Keeper:
    """Lost pages handed over again, webhooks called, old images and results deleted. `look` is the scheduler's step;
    calls are made in threads of their own, so that a slow receiver keeps nobody waiting."""

    def __init__(self, context: Context, enqueue: Enqueue, rules: Rules) -> None:
        self._context, self._enqueue, self._rules = context, enqueue, rules
        self._pool = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="webhook")
        self._calls: list[Future[None]] = []
        self._purge_at = now()

    def look(self) -> int:
        """One look; returns how much there was to do."""
        found = self._hand_over() + self._call()
        if now() >= self._purge_at:
            self._purge_at = now() + _PURGE_EVERY
            self.purge()
        return found

    def flush(self) -> None:
        """Returns when the calls under way are over."""
        for call in self._calls:
            call.result()

    def _hand_over(self) -> int:
        with self._context.sessions.begin() as session:
            for name in leases.gone(classifications.holders(session)):
                _log.warning("worker %s is gone, its pages are free", name)
                classifications.free_leases(session, name)
        with self._context.sessions.begin() as session:
            lost = classifications.overdue(session)
        if lost:
            try:
                self._enqueue(lost)
            except (ConnectionError, TimeoutError) as error:
                _log.warning("queue out of reach, %d pages will be handed over later: %s", len(lost), error)
        return len(lost)

    def _call(self) -> int:
        self._calls = [call for call in self._calls if not call.done()]
        free = _CALLS_AT_ONCE - len(self._calls)
        if free <= 0:
            return 0
        with self._context.sessions.begin() as session:
            ids = webhooks.due(session, free)
        self._calls += [self._pool.submit(self._deliver, each) for each in ids]
        return len(ids)

    def _deliver(self, webhook_id: int) -> None:
        """An edge: one receiver's fault must not end the thread, and the row says what happened."""
        try:
            with self._context.sessions.begin() as session:
                delivery = webhooks.take(session, webhook_id, dt.timedelta(seconds=6 * _CALL_S))
            if delivery is not None:
                self._attempt(delivery)
        except Exception as error:
            _log.error("webhook %s cannot be called: %s", webhook_id, type(error).__name__)

    def _attempt(self, delivery: Delivery) -> None:
        began = time.monotonic()
        status, error, hopeless = None, None, False
        try:
            webhooks.check_address(delivery.url, self._rules.webhook_allow)  # the list may have changed since
            if not self._rules.webhook_secret:
                raise AddressRefused("没有设置回调签名密钥（GUIDANG_WEBHOOK_SECRET），没有发送")
            status = post(delivery.url, *self._message(delivery), _CALL_S)
        except WebhookFailed as failed:
            status, error = failed.http_status, str(failed)
        except AddressRefused as refused:
            error, hopeless = str(refused), True
        wait = None
        if error is not None and not hopeless and delivery.number < self._rules.webhook_tries:
            retries = self._context.retries
            seconds = backoff(delivery.number, retries.base_s, retries.cap_s, random.random)
            wait = dt.timedelta(seconds=seconds)
        if error is not None and wait is None:
            _log.warning("webhook of classification %s is dead: %s", delivery.classification_id, error)
        with self._context.sessions.begin() as session:
            webhooks.settle(session, delivery, status, error, round(time.monotonic() - began, 3), wait)

    def _message(self, delivery: Delivery) -> tuple[bytes, dict[str, str]]:
        """Which classification is finished and how it went: no value of a page leaves by this way."""
        with self._context.sessions.begin() as session:
            row = session.get_one(Classification, delivery.classification_id)
            said = {
                "event": "classification.finished",
                "classification_id": row.id,
                "pages": row.pages,
                "failed": row.failed,
                "finished_at": row.finished_at.isoformat() if row.finished_at else None,
            }
            key = webhooks.key_of(self._rules.webhook_secret, row.person_id)
        body = json.dumps(said).encode()
        return body, {
            "Content-Type": "application/json",
            "User-Agent": "guidang",
            "Guidang-Webhook-Id": str(delivery.webhook_id),
            "Guidang-Webhook-Attempt": str(delivery.number),
            "Guidang-Signature": webhooks.signature(key, int(time.time()), body),
        }

    def purge(self) -> None:
        """Deletes images and results whose time is over, and folders that an interrupted request left behind."""
        sessions, loose = self._context.sessions, self._context.loose
        self._purge_images(now() - dt.timedelta(days=self._rules.image_days))
        before = now() - dt.timedelta(days=self._rules.result_days)
        deleted = 1
        while deleted:
            with sessions.begin() as session:
                deleted = classifications.delete_finished(session, before)
        names = list(loose.folders((now() - _ORPHANS_AFTER).date()))
        with sessions.begin() as session:
            known = classifications.known_folders(session, names)
        self._delete_orphans([name for name in names if name not in known])

    def _purge_images(self, before: dt.datetime) -> None:
        sessions = self._context.sessions
        while True:
            with sessions.begin() as session:
                old = classifications.with_old_images(session, before)
            if not old:
                return
            for _, folder in old:
                self._context.loose.delete(folder)
            with sessions.begin() as session:
                classifications.images_deleted(session, [number for number, _ in old])

    def _delete_orphans(self, names: Sequence[str]) -> None:
        for name in names:
            _log.info("folder %s belongs to no classification, deleted", name)
            self._context.loose.delete(name)
