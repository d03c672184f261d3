"""What the service deletes, and when."""

import datetime as dt

import sqlalchemy as sa

from handlers import classification
from records.base import now
from records.classifications import Classification
from records.pages import Recognition
from tests.handlers.classification.conftest import handed_in
from tests.handlers.conftest import page


def test_images_go_after_a_week_results_after_a_month_and_the_record_s_stay(service):
    number, (first, _) = handed_in(service)
    loose = service.office.house.settings.home / "classified"
    alone = service.batch([page(shade=7)]).json["id"]
    of_record = service.call("/classifications/batches", "POST", json={"transaction_number": number}).json[
        "id"
    ]
    open_still = service.send(page(shade=8)).json["id"]
    waiting = service.queued.pop()
    service.work()
    service.age(Classification, created_at=now() - dt.timedelta(days=40))
    service.keeper.purge()
    assert len(list(loose.iterdir())) == 2
    with service.office.house.sessions.begin() as session:
        done = sa.update(Classification).where(Classification.finished_at.is_not(None))
        session.execute(done.values(finished_at=now() - dt.timedelta(days=8)))
    service.keeper.purge()
    assert len(list(loose.iterdir())) == 1
    assert service.results(alone)[0]["materials"][0]["code"] == "M-FM-01"
    with service.office.house.sessions.begin() as session:
        session.execute(done.values(finished_at=now() - dt.timedelta(days=31)))
    service.keeper.purge()
    for gone in (alone, of_record):
        assert service.call(f"/classifications/{gone}").status_code == 404
    assert service.office.house.store.exists(first.sha256) and len(service.rows(Recognition)) == 2
    classification.perform(service.office.context, waiting[0])
    assert service.results(open_still)[0]["status"] == "done"


def test_a_folder_that_an_interrupted_request_left_is_deleted_when_it_is_old(service):
    loose = service.office.house.loose
    old, new = f"20260101-{'a' * 32}", f"{now():%Y%m%d}-{'b' * 32}"
    for folder in (old, new):
        loose.put(folder, page())
    service.keeper.purge()
    assert [each.name for each in (service.office.house.settings.home / "classified").iterdir()] == [new]
