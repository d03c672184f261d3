"""The doors of classification: what is let in, what is refused and in which words, who sees what."""

import io
import threading

import pytest
import sqlalchemy as sa

from records import people
from records.classifications import Classification, ClassifiedPage
from records.people import SYSTEM
from records.webhooks import Webhook
from settings import Settings
from tests.conftest import PASSWORD
from tests.web.api.conftest import encoded, jpeg, pdf, picture, png, tiff
from web import context
from web.api.classification_schemas import ClassificationSchema, ClassificationsSchema, ResultsSchema
from web.api.schemas import ProblemSchema

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LIMITS = {"max_upload_mb": 2, "max_pages": 5, "max_pixels_million": 1}


@pytest.fixture
def settings(database_url, tmp_path):
    return Settings(
        home=tmp_path / "home",
        database_url=database_url,
        webhook_allow="https://archive.example/hooks",
        webhook_secret="test",
        classification_pages=4,
        classification_open=3,
        **LIMITS,
    )


@pytest.fixture
def send(call):
    """Sends one image as the request's body."""

    def post(content=None, query="wait=0", kind="image/jpeg", **options):
        body = jpeg() if content is None else content
        return call(f"/classifications?{query}", "POST", data=body, content_type=kind, **options)

    return post


@pytest.fixture
def batch(call):
    def post(*contents, query="", **options):
        parts = {"images": [(io.BytesIO(each), f"{n}.bin") for n, each in enumerate(contents)]}
        return call(f"/classifications/batches?{query}", "POST", data=parts, **options)

    return post


def refused(response, status, name):
    ProblemSchema().load(response.json)
    assert (response.status_code, response.json["type"]) == (status, f"urn:guidang:problem:{name}")
    return "；".join([response.json["detail"], *(each["detail"] for each in response.json["errors"])])


def left_behind(settings):
    folder = settings.home / "classified"
    return [each for each in folder.rglob("*") if each.is_file()] if folder.exists() else []


@SQLITE
def test_every_kind_of_page_is_taken_raw_or_as_a_part(send, call):
    kinds = {"image/jpeg": jpeg(), "image/png": png(), "image/tiff": tiff(1), "application/pdf": pdf()}
    for kind, content in kinds.items():
        answer = send(content, kind=kind, query="wait=0&depth=type")
        if answer.status_code == 429:
            break
        ClassificationSchema().load(answer.json)
        assert (answer.status_code, answer.json["depth"]) == (202, "type"), kind


def test_a_part_of_a_form_is_the_same_as_a_raw_body(send, call, sessions):
    form = {"image": (io.BytesIO(jpeg()), "..\\scans/one.jpg")}
    assert call("/classifications?wait=0", "POST", data=form).status_code == 202
    assert send().status_code == 202
    with sessions() as session:
        rows = session.scalars(sa.select(ClassifiedPage).order_by(ClassifiedPage.id)).all()
    assert rows[0].sha256 == rows[1].sha256 and [each.name for each in rows] == ["one.jpg", "image"]


@SQLITE
def test_what_is_no_single_page_is_refused_and_nothing_stays(send, call, settings, sessions):
    assert "上限 1 页" in refused(send(tiff(2), kind="image/tiff"), 422, "classification-refused")
    assert "不是可接收" in refused(send(b"GIF89a.."), 422, "classification-refused")
    assert "空文件" in refused(send(b""), 422, "classification-refused")
    assert "不完整" in refused(send(jpeg()[:-500]), 422, "classification-refused")
    big = encoded(picture(size=(1200, 1000)), "PNG")
    assert "百万像素" in refused(send(big, kind="image/png"), 422, "classification-refused")
    two = {"image": [(io.BytesIO(jpeg()), "1.jpg"), (io.BytesIO(jpeg(1)), "2.jpg")]}
    refused(call("/classifications", "POST", data=two), 422, "classification-refused")
    refused(send(kind="text/plain"), 415, "unsupported-media-type")
    refused(send(jpeg() + bytes(3 << 20)), 413, "too-large")
    refused(send(query="page=1"), 422, "classification-refused")
    assert left_behind(settings) == []
    with sessions() as session:
        assert session.scalars(sa.select(Classification)).all() == []


@SQLITE
def test_a_wrong_parameter_is_named(send, call, batch):
    for query, parameter in (
        ("depth=deep", "depth"),
        ("wait=31", "wait"),
        ("wait=-1", "wait"),
        ("wait=nan", "wait"),
        ("page=0", "page"),
        ("transaction_number=a%00b", "transaction_number"),
        ("colour=red", "colour"),
    ):
        response = send(query=query)
        refused(response, 422, "invalid-parameter")
        assert [each["parameter"] for each in response.json["errors"]] == [parameter]
    refused(batch(jpeg(), query="colour=red"), 422, "invalid-parameter")
    for wrong in (
        {},
        {"transaction_number": "1", "pages": []},
        {"transaction_number": "1", "pages": ["x"]},
        [1],
    ):
        response = call("/classifications/batches", "POST", json=wrong)
        refused(response, 422, "classification-refused")
    refused(
        call("/classifications/batches", "POST", data=b"{", content_type="application/json"),
        400,
        "bad-request",
    )


@SQLITE
def test_a_batch_has_a_limit_and_is_taken_whole_or_not_at_all(batch, settings, sessions):
    assert "最多 4 页" in refused(batch(*(jpeg(n) for n in range(5))), 422, "classification-refused")
    assert "页" in refused(batch(jpeg(), tiff(4)), 422, "classification-refused")
    refused(batch(jpeg(), b"no picture"), 422, "classification-refused")
    refused(batch(), 415, "unsupported-media-type")
    assert left_behind(settings) == []
    taken = batch(jpeg(), tiff(3))
    assert (taken.status_code, taken.json["pages"]) == (202, 4)
    with sessions() as session:
        names = session.scalars(sa.select(ClassifiedPage.name).order_by(ClassifiedPage.number)).all()
    assert names == ["0.bin", "1.bin", "1.bin#2", "1.bin#3"]


def test_no_more_are_open_than_may_be(send, call, settings):
    answers = [send(jpeg(n)) for n in range(4)]
    assert [each.status_code for each in answers] == [202, 202, 202, 429]
    assert "上限 3 个" in refused(answers[-1], 429, "too-many-open")
    assert answers[-1].headers["Retry-After"] and len(left_behind(settings)) == 3


def test_no_more_are_open_when_many_come_at_once(app, call, token_for, sessions):
    token = token_for("program")
    answers = []

    def one(number):
        with app.test_client() as client:
            answer = client.post(
                "/api/v1/classifications?wait=0",
                data=jpeg(number),
                content_type="image/jpeg",
                headers={"Authorization": f"Bearer {token}"},
            )
            answers.append(answer.status_code)

    threads = [threading.Thread(target=one, args=[n]) for n in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [202] * 3 + [429] * 3
    with sessions() as session:
        assert len(session.scalars(sa.select(Classification)).all()) == 3


def test_the_same_key_is_the_same_request(send, batch, settings, sessions):
    key = {"Idempotency-Key": "order 1"}
    first = send(headers=key)
    again = send(headers=key)
    assert again.json["id"] == first.json["id"] and again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    for other in (
        send(jpeg(1), headers=key),
        send(headers=key, query="wait=0&depth=all"),
        batch(jpeg(), headers=key),
    ):
        refused(other, 409, "idempotency-key-reused")
    refused(send(headers={"Idempotency-Key": "x" * 129}), 422, "classification-refused")
    assert send().json["id"] != first.json["id"] and send(jpeg(2)).status_code == 202
    assert send(headers=key).json["id"] == first.json["id"]  # also while no more may be open
    assert len(left_behind(settings)) == 3
    with sessions() as session:
        assert len(session.scalars(sa.select(Classification)).all()) == 3


def test_another_account_sees_nothing_of_it(send, call, sessions):
    number = send(headers={"Idempotency-Key": "k"}).json["id"]
    with sessions.begin() as session:
        other = people.add_person(
            session, SYSTEM, login="other", name="另一程序", password=PASSWORD, roles=["program"]
        )
        token = people.issue_token(session, SYSTEM, other, "test")
    for path in (f"/classifications/{number}", f"/classifications/{number}/results"):
        assert call(path).status_code == 200
        refused(call(path, as_token=token), 404, "not-found")
    assert call("/classifications", as_token=token).json["classifications"] == []
    assert send(headers={"Idempotency-Key": "k"}, as_token=token).json["id"] != number
    keys = {call("/classifications/webhook-key", as_token=each).json["key"] for each in (token, token)}
    assert len(keys | {call("/classifications/webhook-key").json["key"]}) == 2


def test_the_list_goes_from_new_to_old_without_a_gap(send, batch, call):
    made = [send(jpeg(n)).json["id"] for n in range(2)]
    made.append(batch(jpeg(), query="webhook_url=https://archive.example/hooks/1").json["id"])
    path, seen = "/classifications?limit=2", []
    while path:
        answer = call(path.removeprefix("/api/v1")).json
        ClassificationsSchema().load(answer)
        seen += [each["id"] for each in answer["classifications"]]
        path = answer["next"]
    assert seen == made[::-1]
    waiting = call("/classifications?webhook=waiting").json["classifications"]
    assert [each["id"] for each in waiting] == made[2:]
    ResultsSchema().load(call(f"/classifications/{made[0]}/results").json)
    refused(call("/classifications?webhook=lost"), 422, "invalid-parameter")


@SQLITE
def test_a_webhook_must_be_on_the_list(batch, sessions):
    for url in ("https://archive.example/", "http://127.0.0.1/hooks", "javascript:alert(1)"):
        assert "回调" in refused(batch(jpeg(), query=f"webhook_url={url}"), 422, "webhook-refused")
    with sessions() as session:
        assert session.scalars(sa.select(Webhook)).all() == []


@SQLITE
def test_without_a_secret_there_are_no_webhooks(batch, call, app):
    shared = app.extensions[context.EXTENSION]
    object.__setattr__(shared.service, "webhook_secret", "")
    refused(batch(jpeg(), query="webhook_url=https://archive.example/hooks"), 422, "webhook-refused")
    refused(call("/classifications/webhook-key"), 404, "not-found")


@SQLITE
def test_those_who_wait_never_take_every_thread(send, app):
    waiters = app.extensions[context.EXTENSION].service.waiters
    held = 0
    while waiters.acquire(blocking=False):
        held += 1
    assert held == Settings().web_threads // 2
    assert send(query="wait=30").status_code == 202  # at once: the test would take half a minute
    waiters.release()
    assert send(jpeg(1), query="wait=0.1").status_code == 202
    assert waiters.acquire(blocking=False)  # given back


def test_nothing_stays_of_a_request_that_the_store_cannot_keep(send, call, settings, sessions):
    folder = settings.home / "classified"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    response = send()
    refused(response, 503, "storage-unavailable")
    assert str(folder) not in response.text
    folder.unlink()
    assert send().status_code == 202
