"""A model in shadow: reads beside, shows nothing, and its report allows or stops the promotion."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue, SimpleWorker

from handlers import jobs, shadow
from ocr.protocol import UnreadableImage
from records import pages, second_readings
from records.pages import PageImage
from records.recogniser_models import ModelRefused
from records.second_readings import ShadowFinding
from tests import servers
from tests.handlers.learning.conftest import (
    Trained,
    add,
    archive,
    begin_shadow,
    confirm,
    hand_in,
    promote,
    report,
    states,
)


def test_a_shadow_reads_beside_and_shows_nothing_and_the_report_says_who_was_right(trained, weights):
    before = hand_in(trained)
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    right = hand_in(trained, **{"M-ID-01": {"code": "M-OT-02", "next": {"code": "M-ID-01"}}, "M-DR-03": {}})
    confirm(trained, right, 2, "M-ID-01")
    trained.complete(right, disposition="override")
    trained.complete(right, authorisation="granted")
    archive(trained, right)
    wrong = hand_in(trained, **{"M-FM-05": {"fields": {"phone": "13000000000"}, "next": {"fields": {}}}})
    archive(trained, wrong)
    unchecked = hand_in(trained)
    shown = pages_shown(trained, right)
    while shadow.perform(trained.context):
        pass
    with trained.house.sessions() as session:
        found = session.scalars(sa.select(ShadowFinding)).all()
        read = {session.get(PageImage, each.page_id).record_id for each in found}
        assert not shadow.waits(session)
    assert read == {right, wrong, unchecked} and before not in read
    assert len(found) == 9 and all(each.done_at and each.version == "scripted 2" for each in found)
    assert pages_shown(trained, right) == shown

    made = report(trained)
    types = {line["group"]: line for line in made.comparison["types"]}
    assert made.pages == 6
    assert (types["M-ID-01"]["both"], types["M-ID-01"]["only_new"]) == (1, 1)
    assert (types["M-FM-05"]["both"], types["M-FM-05"]["verdict"]) == (2, "too_few")
    (phone,) = made.comparison["fields"]
    assert (phone["group"], phone["only_old"]) == ("phone", 1)
    promote(trained, "2", force=None)
    assert states(trained) == {"packaged-1": "retired", "2": "active"}


def pages_shown(office, record_id):
    with office.house.sessions() as session:
        ids = [page.id for page in pages.current(session, record_id)]
        kinds = {page: [each.code for each in found] for page, found in pages.materials(session, ids).items()}
        return kinds, pages.readings(session, ids).keys(), set(pages.recognitions(session, ids))


def test_a_report_that_finds_it_worse_somewhere_stops_the_promotion(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    for _ in range(7):
        archive(trained, hand_in(trained, **{"M-ID-01": {"next": {"code": "M-OT-02"}}}))
    while shadow.perform(trained.context):
        pass
    made = report(trained)
    assert made.worse == ["types", "M-ID-01"] and made.verdict == "worse"
    with pytest.raises(ModelRefused, match="M-ID-01"):
        promote(trained, "2", force=None)
    promote(trained, "2", force="试点需要")


def test_a_page_that_ends_its_reader_twice_is_given_up_and_the_others_go_on(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    hand_in(trained, **{"M-ID-01": {"next": {"code": "M-ID-01", "poison": True}}})

    class Killed(BaseException):
        pass

    class Poisoned(Trained):
        def recognise(self, image, depth="all"):
            if b"poison" in image:
                raise Killed
            return super().recognise(image, depth)

    trained.context = replace(trained.context, make_recogniser_with=lambda _: Poisoned("2"))
    deaths = 0
    for _ in range(6):
        try:
            shadow.perform(trained.context)
        except Killed:
            deaths += 1
        with trained.house.sessions.begin() as session:
            second_readings.free_leases(session, ShadowFinding, "scripted 2")
    with trained.house.sessions() as session:
        found = session.scalars(sa.select(ShadowFinding).order_by(ShadowFinding.page_id)).all()
    assert deaths == 2
    assert [each.error for each in found] == [None, second_readings.GIVEN_UP, None]


def test_the_share_is_by_image_the_same_for_every_model():
    images = [f"{n * 2654435761 % 2**32:08x}" + "0" * 56 for n in range(10_000)]
    chosen = {image for image in images if shadow.in_share(image, 0.1)}
    assert 900 < len(chosen) < 1100
    assert chosen < {image for image in images if shadow.in_share(image, 0.2)}
    assert not any(shadow.in_share(image, 0.0) for image in images)
    assert all(shadow.in_share(image, 1.0) for image in images)


def test_an_unreadable_page_of_a_shadow_counts_as_wrong(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    archive(trained, hand_in(trained, **{"M-ID-01": {"next": {"unreadable": True}}}))
    with pytest.raises(UnreadableImage):
        Trained("2").recognise(image_of(trained, 2))
    while shadow.perform(trained.context):
        pass
    types = {line["group"]: line for line in report(trained).comparison["types"]}
    assert types["M-ID-01"]["only_old"] == 1


def image_of(office, number):
    with office.house.sessions() as session:
        page = session.scalars(sa.select(PageImage).where(PageImage.number == number)).first()
    return office.context.store.get(page.sha256)


def test_the_shadow_reads_in_a_job_of_the_batch_lane_handed_over_once(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    with servers.redis() as url:
        connection = Redis.from_url(url)
        ahead = shadow.Ahead(trained.house.sessions, connection)
        assert ahead.look() == 0
        hand_in(trained)
        assert (ahead.look(), ahead.look()) == (1, 0)
        queue = Queue("batch", connection=connection)
        assert len(queue) == 1
        jobs.use(trained.context)
        SimpleWorker([queue], connection=connection).work(burst=True, logging_level="WARNING")
        assert ahead.look() == 0
    with trained.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(ShadowFinding.id))) == 3


def test_without_redis_the_shadow_waits(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    hand_in(trained)
    nobody = Redis.from_url("redis://127.0.0.1:1/0")
    assert shadow.Ahead(trained.house.sessions, nobody).look() == 0


def test_models_are_compared_by_what_they_said_whatever_the_case_made_of_it(trained, weights):
    add(trained, weights("2"))
    begin_shadow(trained, "2")
    weighed = {"code": "M-OT-02", "chance": 0.6, "alternatives": {"M-ID-01": 0.3}}
    later = {"code": "M-ID-01", "chance": 0.9, "alternatives": {}}
    archive(trained, hand_in(trained, **{"M-ID-01": {**weighed, "next": later}}))
    while shadow.perform(trained.context):
        pass
    types = {line["group"]: line for line in report(trained).comparison["types"]}
    assert (types["M-ID-01"]["only_new"], types["M-ID-01"]["both"]) == (1, 0)
