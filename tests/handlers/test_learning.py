"""Learning from rechecks: data sets, a model in shadow, promotion and rollback, archived pages read again."""

import contextlib
import io
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from PIL import Image
from redis import Redis
from rq import Queue, SimpleWorker

from handlers import datasets, shadow
from handlers.rereading import review
from handlers.rereading.run import Lane, Wanted
from ocr.protocol import UnreadableImage
from records import alerts, audit, bags, learning, packages, pages, recogniser_models, second_readings
from records.audit import AuditEntry
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM, Person
from records.recogniser_models import ModelDamaged, ModelRefused, RecogniserModel
from records.second_readings import Rereading, RereadReview, ShadowFinding
from tests import servers
from tests.conftest import ROOT
from tests.handlers.conftest import ScriptedRecogniser
from workflows import definitions
from workflows.models import Incident, ProcessInstance

CODES = ("M-FM-05", "M-ID-01", "M-DR-03")
DRIVER = {"person_name": "张三", "id_number": "11010519491231002X", "file_no": "310000000001"}
OTHER_ID = "110105194912310038"


class Trained(ScriptedRecogniser):
    """A later model: finds what the page's comment says under `next`, and otherwise what the first one found."""

    def __init__(self, version):
        super().__init__()
        self.version = f"scripted {version}"

    def recognise(self, image, depth="all"):
        with Image.open(io.BytesIO(image)) as opened:
            told = json.loads(opened.info.get("comment", b"{}"))
            told |= told.pop("next", {})
            out = io.BytesIO()
            opened.save(out, "JPEG", comment=json.dumps(told).encode())
        return super().recognise(out.getvalue(), depth)


@pytest.fixture
def trained(office, tmp_path):
    """The office whose workers load registered models, and a folder with a trained one."""

    def load(folder):
        return Trained(recogniser_models.version_of(folder))

    office.context = replace(office.context, make_recogniser_with=load, shadow_share=1.0)
    return office


@pytest.fixture
def weights(tmp_path):
    def make(version):
        folder = tmp_path / f"out-{version}"
        folder.mkdir()
        (folder / "fusion.json").write_text(json.dumps({"version": version}))
        (folder / "text.npz").write_bytes(b"weights")
        return folder

    return make


def add(office, folder):
    with office.house.sessions.begin() as session:
        return recogniser_models.add(
            session,
            SYSTEM,
            source=folder,
            version=recogniser_models.version_of(folder),
            note="test",
            models=office.context.classifiers,
            packaged=("packaged-1", "0" * 64),
        )


def begin_shadow(office, version):
    with office.house.sessions.begin() as session:
        shadow.begin(session, SYSTEM, version)


def promote(office, version, force="test"):
    with office.house.sessions.begin() as session:
        recogniser_models.promote(session, SYSTEM, version, force)


def report(office):
    return shadow.report(office.house.sessions, office.context.catalogue, SYSTEM)


def staff(office):
    with office.house.sessions() as session:
        return [person.actor("-") for person in session.scalars(sa.select(Person).order_by(Person.id))]


def page_of(session, record_id, number):
    return next(page for page in pages.current(session, record_id) if page.number == number)


def correct(office, record_id, number, field, value, who=0):
    person = staff(office)[who]
    with office.house.sessions.begin() as session:
        page = page_of(session, record_id, number)
        pages.correct(session, person, page, field, value)


def confirm(office, record_id, number, code, who=0):
    person = staff(office)[who]
    with office.house.sessions.begin() as session:
        page = page_of(session, record_id, number)
        (material,) = pages.materials(session, [page.id])[page.id]
        pages.confirm_material(session, person, material, code)


def hand_in(office, subject=None, **told):
    record_id = office.hand_in(CODES, "D-REN-08", subject or DRIVER, **told)
    office.work()
    return record_id


def archive(office, record_id):
    office.complete(record_id, recheck_outcome="pass")
    assert office.case(record_id).outcome == "archived"


def build(office, percent=10):
    settings = office.house.settings
    return datasets.build(office.house.sessions, office.context.catalogue, SYSTEM, settings.datasets, percent)


def lines(office, made):
    return list(learning.examples(office.house.settings.datasets, made))


# --- data sets


def test_a_data_set_holds_what_was_confirmed_and_corrected_beside_what_was_predicted(office):
    record_id = hand_in(office, **{"M-FM-05": {"fields": {"person_name": "张二", "phone": "13000000000"}}})
    office.complete(record_id, disposition="override")  # the name read is not the subject's
    office.complete(record_id, authorisation="granted")
    correct(office, record_id, 1, "person_name", "张三")
    confirm(office, record_id, 3, "M-OT-01")
    archive(office, record_id)

    made = build(office)
    first, second, third = lines(office, made)
    assert (made.version, made.pages, made.cases, made.corrected) == (1, 3, 1, 2)
    assert first["recogniser"] == "scripted-1" and first["materials"][0]["confirmed"] == "M-FM-05"
    fields = {each["code"]: each for each in first["fields"]}
    assert (fields["person_name"]["read"], fields["person_name"]["confirmed"]) == ("张二", "张三")
    assert fields["person_name"]["confirmed_by"] == "person"
    assert second["materials"][0]["predicted"] == second["materials"][0]["confirmed"] == "M-ID-01"
    said = third["materials"][0]
    assert (said["predicted"], said["confirmed"], said["confirmed_by"]) == ("M-DR-03", "M-OT-01", "person")
    path = office.house.settings.datasets / made.name
    assert path.stat().st_mode & 0o077 == 0
    assert learning.faults(office.house.settings.datasets, made) is None
    with office.house.sessions() as session:
        assert session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "data_set.built"))
        assert audit.verify(session).ok


def test_a_version_holds_only_what_is_new_and_is_never_changed(office):
    archive(office, hand_in(office))
    first = build(office)
    with pytest.raises(datasets.NothingNew):
        build(office)
    archive(office, hand_in(office))
    second = build(office)
    assert (first.version, second.version, second.cases) == (1, 2, 1)
    assert {each["page"] for each in lines(office, first)}.isdisjoint(
        each["page"] for each in lines(office, second)
    )
    path = office.house.settings.datasets / first.name
    path.write_bytes(path.read_bytes().replace(b"M-ID-01", b"M-ID-02"))
    assert "被改动" in learning.faults(office.house.settings.datasets, first)
    path.unlink()
    assert "不存在" in learning.faults(office.house.settings.datasets, first)


def test_withdrawn_superseded_and_disputed_pages_are_left_out(office):
    gone = hand_in(office, **{"M-FM-05": {"blurred": True}})
    office.complete(gone, disposition="withdraw")
    kept = hand_in(office, **{"M-FM-05": {"fields": {"phone": "13000000000"}}})
    correct(office, kept, 1, "phone", "13000000001", who=0)
    correct(office, kept, 1, "phone", "13000000002", who=1)
    confirm(office, kept, 2, "M-OT-01", who=0)
    confirm(office, kept, 2, "M-ID-01", who=1)
    archive(office, kept)
    made = build(office)
    assert [each["materials"][0]["confirmed"] for each in lines(office, made)] == ["M-DR-03"]
    assert made.left_out["disputed"] == 2 and made.cases == 1


def test_who_changes_their_own_mind_disputes_nothing(office):
    record_id = hand_in(office, **{"M-FM-05": {"fields": {"phone": "13000000000"}}})
    correct(office, record_id, 1, "phone", "13000000001", who=0)
    correct(office, record_id, 1, "phone", "13000000002", who=0)
    archive(office, record_id)
    made = build(office)
    values = {each["code"]: each["confirmed"] for each in lines(office, made)[0]["fields"]}
    assert made.pages == 3 and values["phone"] == "13000000002"


def test_a_vehicle_is_never_on_both_sides(office):
    """Two records of one driver go together; the same image in files on both sides is left out."""
    sides = {}
    for number in range(60):
        name = f"driver:D{number}"
        sides.setdefault(learning.is_held_out(name, 50), []).append(f"D{number}")
    trains, measures = sides[False][0], sides[True][0]
    twice = [hand_in(office, {**DRIVER, "id_number": trains}) for _ in range(2)]
    other = hand_in(office, {**DRIVER, "id_number": measures})
    with office.house.sessions.begin() as session:  # the second record carries the same scan as the third
        page_of(session, twice[1], 2).sha256 = page_of(session, other, 2).sha256
    for record_id in (*twice, other):
        archive(office, record_id)
    made = build(office, percent=50)
    by_side = Counter(each["held_out"] for each in lines(office, made))
    assert by_side == {False: 5, True: 2}
    assert made.left_out["image_on_other_side"] == 2 and made.held_out == 2


def test_an_export_has_the_images_and_the_last_word_and_is_on_the_trail(office, tmp_path):
    archive(office, hand_in(office))
    build(office)
    target = tmp_path / "out"
    settings = office.house.settings
    count = datasets.export(office.house.sessions, office.context.store, SYSTEM, settings.datasets, target)
    told = [json.loads(line) for line in (target / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert count == len(told) == 3
    for each in told:
        with Image.open(target / each["image"]) as opened:
            assert json.loads(opened.info["comment"])["code"] == each["materials"][0]["confirmed"]
    with office.house.sessions() as session:
        assert session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "data_set.exported"))
    with pytest.raises(learning.DataSetMissing):
        datasets.export(office.house.sessions, office.context.store, SYSTEM, settings.datasets, target, 7)


# --- models


def states(office):
    with office.house.sessions() as session:
        return {each.version: each.state for each in recogniser_models.listed(session)}


def versions_read(office, record_id):
    with office.house.sessions() as session:
        ids = [page.id for page in pages.current(session, record_id)]
        return {each.version for each in pages.recognitions(session, ids).values()}


def test_the_packaged_model_is_the_first_active_one_and_a_promotion_needs_a_report(trained, weights):
    add(trained, weights("2"))
    assert states(trained) == {"packaged-1": "active", "2": "candidate"}
    with pytest.raises(ModelRefused, match="没有在试运行"):
        promote(trained, "2", force=None)
    begin_shadow(trained, "2")
    with pytest.raises(ModelRefused, match="对比报告"):
        promote(trained, "2", force=" ")
    with pytest.raises(ModelRefused, match="已经登记"):
        add(trained, trained.context.classifiers / next(trained.context.classifiers.iterdir()).name)
    with pytest.raises(ModelRefused, match="没有登记"):
        promote(trained, "9")


def test_workers_take_up_a_promotion_and_a_rollback_between_two_jobs(trained, weights):
    add(trained, weights("2"))
    add(trained, weights("3"))
    assert versions_read(trained, hand_in(trained)) == {"scripted-1"}
    promote(trained, "2", force="一直更准")
    assert versions_read(trained, hand_in(trained)) == {"scripted 2"}
    promote(trained, "3")
    assert versions_read(trained, hand_in(trained)) == {"scripted 3"}
    for expected, version in (("2", "scripted 2"), ("packaged-1", "scripted-1")):
        with trained.house.sessions.begin() as session:
            assert recogniser_models.roll_back(session, SYSTEM, "误读").version == expected
        assert versions_read(trained, hand_in(trained)) == {version}
    with pytest.raises(ModelRefused, match="没有别的模型"), trained.house.sessions.begin() as session:
        recogniser_models.roll_back(session, SYSTEM, "再退")
    assert states(trained) == {"packaged-1": "active", "2": "retired", "3": "retired"}
    with trained.house.sessions() as session:
        said = [
            json.loads(body)["detail"]
            for body in session.scalars(
                sa.select(AuditEntry.body).where(AuditEntry.action == "recogniser_model.promoted")
            )
        ]
    assert said[0] == {"version": "2", "before": "packaged-1", "forced": "一直更准"}


def test_a_model_is_loaded_once_and_one_whose_files_changed_is_not_loaded(trained, weights):
    add(trained, weights("2"))
    promote(trained, "2")
    recogniser = trained.context.recogniser
    assert trained.context.recogniser is recogniser
    fresh = replace(trained.context)
    (folder,) = trained.context.classifiers.iterdir()
    (folder / "text.npz").write_bytes(b"altered")
    with pytest.raises(ModelDamaged, match="不一致"):
        fresh.recogniser  # noqa: B018
    record_id = trained.hand_in(CODES, "D-REN-08", DRIVER)
    trained.context = fresh
    for _ in range(4):
        trained.work()
        trained.pass_time()
    with trained.house.sessions() as session:
        incident = session.scalars(sa.select(Incident)).one()
    assert "ModelDamaged" in incident.message and trained.case(record_id).status == "running"


def test_there_is_one_model_in_shadow_at_most(trained, weights):
    add(trained, weights("2"))
    add(trained, weights("3"))
    begin_shadow(trained, "2")
    begin_shadow(trained, "3")
    assert states(trained) == {"packaged-1": "active", "2": "candidate", "3": "shadow"}
    with pytest.raises(sa.exc.IntegrityError), trained.house.sessions.begin() as session:
        session.execute(
            sa.update(RecogniserModel).where(RecogniserModel.version == "2").values(state="shadow")
        )
    begin_shadow(trained, None)
    assert "shadow" not in states(trained).values()


# --- shadow and report


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


# --- reading archived pages again


def lane(office, recogniser=None, **options):
    reads = recogniser or Trained("2")
    return Lane(office.context, reads, SYSTEM, review.bundle(ROOT / "bpmn"), **options)


def archived_state(office, record_id):
    """Everything of an archived record that must stay: rows, and the package byte by byte."""
    with office.house.sessions() as session:
        ids = [page.id for page in pages.current(session, record_id)]
        rows = [
            [
                {c.name: getattr(row, c.name) for c in kind.__table__.columns}
                for row in session.scalars(sa.select(kind).where(kind.page_id.in_(ids)).order_by(kind.id))
            ]
            for kind in (Recognition, PageMaterial, Reading)
        ]
        (package,) = packages.of_record(session, record_id)
    assert bags.verify(office.house.settings.packages / package.name, package.sha256, package.sm3).ok
    return rows, package.sha256


def review_of(office, record_id):
    with office.house.sessions() as session:
        return session.scalars(
            sa.select(RereadReview).where(RereadReview.record_id == record_id)
        ).one_or_none()


SIGNED, LATER = "2026-01-05", "2026-01-06"
NAMED = {"M-FM-05": {"fields": {"person_name": "张三", "sign_date": SIGNED}}}


def told(**then):
    return {"M-FM-05": {**NAMED["M-FM-05"], "next": then}}


def test_what_did_not_change_is_kept_and_opens_nothing(office):
    record_id = hand_in(office, **NAMED)
    archive(office, record_id)
    before = archived_state(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.pages, tally.records, tally.changed, tally.reviews) == (3, 1, 0, 0)
    assert archived_state(office, record_id) == before
    again = Trained("2")
    assert lane(office, again).run(Wanted()).pages == 0 and again.read == []
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Rereading.id))) == 3


@pytest.mark.parametrize(
    ("then", "text"),
    [
        ({"code": "M-OT-02"}, "新版识别为"),
        ({"fields": {"sign_date": LATER}}, LATER),
    ],
    ids=["type", "field"],
)
def test_what_changed_and_matters_waits_for_a_person_beside_the_archived_value(office, then, text):
    record_id = hand_in(office, **told(**then))
    archive(office, record_id)
    before = archived_state(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.changed, tally.reviews) == (1, 1)
    review = review_of(office, record_id)
    task = office.task(review.review_record_id)
    assert (task.form, task.candidate_group, task.title) == ("recheck", "复核岗", "复查归档结果")
    with office.house.sessions() as session:
        opened = alerts.of_record(session, review.review_record_id, "open")
        assert any(each.reason == "REREAD" and text in each.text for each in opened)
        shown = page_of(session, review.review_record_id, 1)
        (material,) = pages.materials(session, [shown.id])[shown.id]
        assert material.current_code == "M-FM-05"
        values = pages.readings(session, [shown.id])[shown.id]
        assert values["sign_date"].value == SIGNED
    assert archived_state(office, record_id) == before
    assert lane(office).run(Wanted()).reviews == 0

    office.complete(review.review_record_id, recheck_outcome="pass")
    settled = review_of(office, record_id)
    assert settled.settled_at and settled.upheld == 0
    assert office.case(review.review_record_id).outcome == "reviewed"
    with office.house.sessions() as session:
        assert not alerts.of_record(session, review.review_record_id, "open")
        assert audit.verify(session).ok
    assert archived_state(office, record_id) == before


def test_a_reviewer_who_finds_the_archive_wrong_is_counted_and_a_supervisor_decides_doubts(office):
    record_id = hand_in(office, **told(fields={"sign_date": LATER}))
    archive(office, record_id)
    lane(office).run(Wanted())
    review = review_of(office, record_id).review_record_id
    office.complete(review, recheck_outcome="alert")
    assert office.task(review).candidate_group == "班组长"
    correct(office, review, 1, "sign_date", LATER)
    office.complete(review, recheck_outcome="pass")
    assert review_of(office, record_id).upheld == 1
    made = build(office)
    values = [
        (field["read"], field["confirmed"])
        for each in lines(office, made)
        for field in each["fields"]
        if field["code"] == "sign_date"
    ]
    assert made.cases == 2 and (LATER, LATER) in values


@pytest.mark.parametrize(
    "then",
    [
        {"fields": {"sign_date": LATER}, "confidence": 0.5},
        {"fields": {"sign_date": "2026-13-45"}, "confidence": 0.5},
        {"fields": {"person_name": "张 三", "phone": "13000000000"}},
        {"fields": {}},
        {"code": "M-OT-99"},
        {"unreadable": True},
    ],
    ids=[
        "unsure",
        "invalid",
        "only written differently, and more read",
        "less read",
        "unknown",
        "unreadable",
    ],
)
def test_what_changed_and_does_not_matter_is_only_kept(office, then):
    record_id = hand_in(office, **told(**then))
    archive(office, record_id)
    assert lane(office).run(Wanted()).reviews == 0
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(Record.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Rereading.id))) == 3
        assert audit.verify(session).ok


def test_what_a_person_saw_and_rejected_does_not_come_back(office):
    wrong = {"fields": {"sign_date": LATER}}
    record_id = hand_in(office, **{"M-FM-05": {**wrong, "next": wrong}})
    correct(office, record_id, 1, "sign_date", SIGNED)
    archive(office, record_id)
    tally = lane(office).run(Wanted())
    assert (tally.changed, tally.reviews) == (1, 0)


def test_an_alert_that_would_newly_arise_opens_a_review(office):
    """The first model read no number; the second reads one that is not the driver's."""
    record_id = hand_in(office, **{"M-ID-01": {"next": {"fields": {"id_number": OTHER_ID}}}})
    archive(office, record_id)
    assert lane(office).run(Wanted()).reviews == 1
    review = review_of(office, record_id).review_record_id
    with office.house.sessions() as session:
        (alert,) = alerts.of_record(session, review, "open")
    assert alert.reason == "FIELD_CONFLICT" and OTHER_ID in alert.text


def test_type_since_and_limit_choose_what_is_read(office):
    for _ in range(2):
        archive(office, hand_in(office))
    assert lane(office).run(Wanted(material="M-ID-01")).pages == 2
    assert lane(office).run(Wanted(limit=1)).pages == 2  # the rest of the first record
    with office.house.sessions() as session:
        last = session.scalar(sa.select(sa.func.max(ProcessInstance.ended_at)))
    assert lane(office, Trained("3")).run(Wanted(since=last)).pages == 3
    assert lane(office).run(Wanted()).pages == 2


def test_a_killed_run_loses_nothing_and_reads_no_page_twice(office):
    records = [hand_in(office, **told(fields={"sign_date": LATER})) for _ in range(3)]
    for record_id in records:
        archive(office, record_id)

    class Killed(BaseException):
        pass

    class Mortal(Trained):
        def __init__(self, dies_at):
            super().__init__("2")
            self.dies_at = dies_at

        def recognise(self, image, depth="all"):
            if len(self.read) == self.dies_at:
                raise Killed
            return super().recognise(image, depth)

    read = 0
    for dies_at in (0, 1, 2, 0, 1, 3, 99):
        recogniser = Mortal(dies_at)
        with office.house.sessions.begin() as session:
            second_readings.free_leases(session, Rereading, "scripted 2")
        with contextlib.suppress(Killed):
            lane(office, recogniser).run(Wanted())
        read += len(recogniser.read)
    with office.house.sessions() as session:
        rows = session.scalars(sa.select(Rereading)).all()
        reviews = session.scalars(sa.select(RereadReview.record_id)).all()
    assert len(rows) == 9 and all(row.done_at and row.judged_at for row in rows)
    assert read + sum(row.error == second_readings.GIVEN_UP for row in rows) == 9
    assert len(reviews) == len(set(reviews))


def test_pages_wait_for_the_pace_and_a_stop_ends_between_two_pages(office):
    archive(office, hand_in(office))
    asked = []

    def may_read():
        asked.append(1)
        return len(asked) > 2

    run = lane(office, may_read=may_read)
    recogniser = run.recogniser
    original = recogniser.recognise

    def stops(image, depth="all"):
        run.stop.set()
        return original(image, depth)

    recogniser.recognise = stops
    assert run.run(Wanted()).pages == 1
    assert lane(office).run(Wanted()).pages == 2


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


def at_once(*runs):
    """Each in a thread of its own, to its end; what one raises is raised here."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return [each.result() for each in [pool.submit(run) for run in runs]]


class Together(dict):
    """The review's files, handed out when a second run asks for them too: what deploys them does so at one moment.
    Where a database lets only one write at a time, the first waits in vain for a second."""

    def __init__(self, files):
        super().__init__(files)
        self._both = threading.Barrier(2, timeout=2)

    def items(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self._both.wait()
        return super().items()


def test_two_runs_that_open_the_very_first_reviews_share_one_deployed_process(office):
    for _ in range(2):
        archive(office, hand_in(office, **told(fields={"sign_date": LATER})))
    with office.house.sessions() as session:
        last = session.scalar(sa.select(sa.func.max(ProcessInstance.ended_at)))
    runs = [lane(office) for _ in range(2)]
    files = Together(review.bundle(ROOT / "bpmn"))
    for run in runs:
        run.bundle = files
    first, second = at_once(partial(runs[0].run, Wanted(limit=1)), partial(runs[1].run, Wanted(since=last)))
    assert (first.reviews, second.reviews) == (1, 1)
    with office.house.sessions() as session:
        deployed = [each.version for each in definitions.listed(session) if each.key == review.PROCESS]
        assert deployed == [1]
        assert audit.verify(session).ok


def test_two_runs_at_once_read_each_page_once_and_open_one_review(office):
    records = [hand_in(office, **told(fields={"sign_date": LATER})) for _ in range(2)]
    for record_id in records:
        archive(office, record_id)
    lanes = [lane(office) for _ in range(3)]
    at_once(*(partial(each.run, Wanted()) for each in lanes))
    lane(office).run(Wanted())  # judges what two finished at the same moment
    assert sum(len(each.recogniser.read) for each in lanes) == 6
    with office.house.sessions() as session:
        assert session.scalar(sa.select(sa.func.count(RereadReview.id))) == 2
        assert audit.verify(session).ok


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
        shadow.use(trained.context)
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
