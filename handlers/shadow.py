"""A model in shadow: reads a share of the pages that the active one has read, beside it, and is then compared.

A job on the batch lane, never on the counter's: `Ahead.look` hands one over whenever recognised pages wait, and each
does a handful of pages and ends, so that cases in the batch queue wait for minutes at most. What the shadow model finds
goes to a table of its own: no clerk sees it and nothing decides on it. Which pages it reads is decided by the hash of
the image, so every model on trial gets the same ones.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job
from sqlalchemy.orm import Session, sessionmaker

from handlers import answers, jobs
from handlers.answers import Answered
from handlers.context import Context
from ocr.protocol import PageFindings, Recogniser, UnreadableImage
from records import agreement, model_comparison, recogniser_models, second_readings
from records.catalogue import Catalogue
from records.images import ImageStore
from records.model_comparison import Answer, Comparison
from records.pages import PageImage, Recognition
from records.people import Actor
from records.recogniser_models import Choice, ModelRefused, ModelReport, RecogniserModel
from records.second_readings import ShadowFinding
from workflows.models import ProcessInstance

_log = logging.getLogger(__name__)

JOB = "handlers.shadow.read_ahead"
QUEUE = "batch"
PAGES_A_JOB = 20
SECONDS_A_JOB = 120.0
_LOOKED_AT = 500
_AT_ONCE = 50


def read_ahead() -> None:
    """The function that the queue names."""
    perform(jobs.context())


@dataclass(frozen=True)
class Ahead:
    """Hands a job over when pages wait for the shadow model; asked at every look of the scheduler."""

    sessions: sessionmaker[Session]
    redis: Redis

    def look(self) -> int:
        with self.sessions() as session:
            if not waits(session):
                return 0
        try:
            if Job.exists("shadow", connection=self.redis):
                return 0
            Queue(QUEUE, connection=self.redis).enqueue_call(
                JOB, timeout=int(SECONDS_A_JOB) + 600, result_ttl=0, failure_ttl=60, ttl=3600, job_id="shadow"
            )
        except (RedisError, OSError) as error:
            _log.warning("queue out of reach, the shadow model waits: %s", error)
            return 0
        return 1


def waits(session: Session) -> bool:
    """Whether a model is in shadow and pages were recognised since it last looked."""
    looked_at = session.scalar(sa.select(RecogniserModel.looked_at).where(RecogniserModel.state == "shadow"))
    return looked_at is not None and (_last_recognition(session) > looked_at)


def _last_recognition(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(Recognition.id))) or 0


def begin(session: Session, user: Actor, version: str | None) -> RecogniserModel | None:
    """Puts a registered model on trial from the next recognised page on; None ends the trial. Raises ModelRefused."""
    return recogniser_models.put_in_shadow(session, user, version, _last_recognition(session))


def perform(context: Context) -> int:
    """Reads the next few pages of the share; returns how many. One page a transaction."""
    found = context.recognisers.shadow()
    if found is None:
        return 0
    model, recogniser = found
    active = context.recogniser.version
    if active == recogniser.version:
        _log.warning("the model in shadow says it is the active one (%s): nothing to compare", active)
        return 0
    read, ends = 0, time.monotonic() + SECONDS_A_JOB
    while read < PAGES_A_JOB and time.monotonic() < ends:
        with context.sessions.begin() as session:
            page = _next_page(session, model, active, recogniser.version, context.shadow_share)
        if page is None:
            break
        _read(context.sessions, context.store, recogniser, page)
        read += 1
    return read


def _next_page(session: Session, model: Choice, active: str, version: str, share: float) -> PageImage | None:
    """The next page of the share that the active version has read, claimed; what is passed over is not looked at
    again. A page whose recognition commits after a later one's may be passed over: this is a sample."""
    row = session.get_one(RecogniserModel, model.id, with_for_update=True)
    against = session.execute(
        sa.select(RecogniserModel.id).where(RecogniserModel.state == "active")
    ).scalar_one()
    for recognition in _recognised_after(session, row.looked_at):
        row.looked_at = recognition.id
        page = session.get_one(PageImage, recognition.page_id)
        if recognition.version != active or recognition.error or not in_share(page.sha256, share):
            continue
        more = {"model_id": model.id, "against_id": against, "recognition_id": recognition.id}
        taken = second_readings.claim(session, ShadowFinding, page.id, version, **more)
        if taken == "read":
            return page
    return _lost_page(session, version)


def _recognised_after(session: Session, looked_at: int) -> Sequence[Recognition]:
    return session.scalars(
        sa.select(Recognition)
        .where(Recognition.id > looked_at)
        .order_by(Recognition.id)
        .limit(_LOOKED_AT)
        .options(sa.orm.load_only(Recognition.page_id, Recognition.version, Recognition.error))
    ).all()


def _lost_page(session: Session, version: str) -> PageImage | None:
    """A page whose reader was killed, claimed again."""
    rows = session.execute(
        sa.select(
            ShadowFinding.page_id,
            ShadowFinding.model_id,
            ShadowFinding.against_id,
            ShadowFinding.recognition_id,
        )
        .where(ShadowFinding.version == version, ShadowFinding.done_at.is_(None))
        .order_by(ShadowFinding.id)
        .limit(10)
    ).all()
    for row in rows:
        more = dict(row._mapping)
        if second_readings.claim(session, ShadowFinding, version=version, **more) == "read":
            return session.get_one(PageImage, row.page_id)
    return None


def in_share(sha256: str, share: float) -> bool:
    return int(sha256[:8], 16) < share * 2**32


def _read(
    sessions: sessionmaker[Session], store: ImageStore, recogniser: Recogniser, page: PageImage
) -> None:
    found = findings(store, recogniser, page.sha256)
    with sessions.begin() as session:
        second_readings.keep(session, ShadowFinding, page.id, recogniser.version, **found)


def findings(store: ImageStore, recogniser: Recogniser, sha256: str) -> dict[str, object]:
    """What the recogniser finds on an image, as the columns of a second reading."""
    try:
        found: PageFindings = recogniser.recognise(store.get(sha256))
    except UnreadableImage as unreadable:
        return {"error": str(unreadable)}
    return {
        "rotation": found.rotation,
        "materials": [asdict(material) for material in found.materials],
        "fields": [
            {"code": each.code, "value": each.value, "confidence": each.confidence, "box": each.box}
            | {"characters": each.characters}
            for each in found.fields
        ],
        "seconds": found.seconds,
    }


# ---- the comparison ----


def report(
    sessions: sessionmaker[Session], catalogue: Catalogue, user: Actor, version: str | None = None
) -> ModelReport:
    """Compares the model in shadow (or the one named) with the active one on all pages that both have read and people
    have rechecked since, and keeps the report. Raises ModelRefused."""
    with answers.reading(sessions) as session:
        in_use = recogniser_models.in_use(session)
        against, shadow = in_use.get("active"), in_use.get("shadow")
        if version is None and shadow is None:
            raise ModelRefused("没有正在试运行的模型，请先用 guidang model shadow 指定一个")
        model = recogniser_models.named(session, version or (shadow.version if shadow else ""))
        if against is None or against.id == model.id:
            raise ModelRefused(f"模型 {model.version} 就是在用的模型，没有可对比的")
        pages, comparison = compare(session, catalogue, model.id, against.id)
    with sessions.begin() as session:
        return recogniser_models.keep_report(session, user, model.id, against.id, pages, comparison)


def compare(session: Session, catalogue: Catalogue, model_id: int, against_id: int) -> tuple[int, Comparison]:
    """How many pages count, and the comparison of the two models on the pages where one stood beside the other."""
    left_out: Counter[str] = Counter()
    types: list[Answer] = []
    fields: list[Answer] = []
    seconds: list[tuple[float, float]] = []
    for answered, found in _compared(session, catalogue, model_id, against_id, left_out):
        seconds.append((answered.recognition.seconds, found.seconds))
        types.extend(_type_answer(answered, found))
        fields.extend(_field_answers(catalogue, answered, found))
    means = None
    if seconds:
        old, new = (round(sum(each) / len(seconds), 3) for each in zip(*seconds, strict=True))
        means = (old, new)
    return len(seconds), model_comparison.compare(types, fields, means, dict(+left_out))


def _compared(
    session: Session, catalogue: Catalogue, model_id: int, against_id: int, left_out: Counter[str]
) -> Iterator[tuple[Answered, ShadowFinding]]:
    """Pages that were rechecked, with what the shadow model found beside that very active model."""
    both = (
        ShadowFinding.model_id == model_id,
        ShadowFinding.against_id == against_id,
        ShadowFinding.done_at.is_not(None),
    )
    record_ids = session.scalars(
        sa.select(PageImage.record_id)
        .join(ShadowFinding, ShadowFinding.page_id == PageImage.id)
        .join(ProcessInstance, ProcessInstance.record_id == PageImage.record_id)
        .where(*both, answers.recheck_passed())
        .where(ProcessInstance.status != "cancelled")
        .where(sa.or_(ProcessInstance.outcome.is_(None), ProcessInstance.outcome != "withdrawn"))
        .distinct()
        .order_by(PageImage.record_id)
    ).all()
    for start in range(0, len(record_ids), _AT_ONCE):
        some = record_ids[start : start + _AT_ONCE]
        rows = session.scalars(
            sa.select(ShadowFinding)
            .join(PageImage, PageImage.id == ShadowFinding.page_id)
            .where(*both, PageImage.record_id.in_(some))
        )
        found = {row.page_id: row for row in rows}
        for answered in answers.of_records(session, catalogue, some, left_out):
            beside = found.get(answered.page.id)
            if beside is not None and beside.recognition_id == answered.recognition.id:
                yield answered, beside
            else:
                left_out["not_in_sample"] += 1


def _type_answer(answered: Answered, found: ShadowFinding) -> Iterator[Answer]:
    """The page's main type, as the models said it, whatever the case made of that; a page that the shadow model could
    not read is wrong."""
    material = answered.materials[0]
    if answered.type_by(material) is None:
        return
    new = found.materials[0] if found.materials else None
    yield Answer(
        group=material.current_code,
        old_right=material.model_code == material.current_code,
        new_right=new is not None and new["code"] == material.current_code,
        old_confidence=material.chances[material.model_code],
        new_confidence=new["confidence"] if new else None,
    )


def _field_answers(catalogue: Catalogue, answered: Answered, found: ShadowFinding) -> Iterator[Answer]:
    """Every field with a value that people vouch for. A field that only the shadow model read has no truth."""
    new = {each["code"]: each for each in found.fields}
    for code, known in answered.known.items():
        if answered.field_by(code) is None or not known.value:
            continue
        old, beside = answered.read.get(code), new.get(code)
        yield Answer(
            group=code,
            old_right=old is not None and agreement.agree(catalogue, code, old.value, known.value),
            new_right=beside is not None and agreement.agree(catalogue, code, beside["value"], known.value),
            old_confidence=old.confidence if old else None,
            new_confidence=beside["confidence"] if beside else None,
        )
