"""Registered models: one active, one in shadow at most, promoted and rolled back between two jobs."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from records import pages, recogniser_models
from records.audit import AuditEntry
from records.people import SYSTEM
from records.recogniser_models import ModelDamaged, ModelRefused, RecogniserModel
from tests.handlers.learning.conftest import CODES, DRIVER, add, begin_shadow, hand_in, promote, states
from workflows.models import Incident


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
