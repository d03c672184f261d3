"""Handing in over REST: what is taken, what is refused and why, and that the ledger always adds up."""

import io
import resource
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from PIL import Image

from records.dossiers import Record
from records.pages import PageImage
from tests.web.api.conftest import NUMBER, case_of, encoded, form, jpeg, pdf, png, tiff
from web.api.schemas import LedgerSchema, ProblemSchema, ReceiptSchema, SubmissionSchema, SubmissionsSchema
from workflows.models import ProcessInstance

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reasons(response):
    ProblemSchema().load(response.json)
    assert response.mimetype == "application/problem+json"
    return [each["detail"] for each in response.json["errors"]]


def test_every_format_becomes_pages_of_one_running_case(submit, call, sessions):
    files = [("a.jpg", jpeg(1)), ("b.png", png(2)), ("c.tif", tiff(2, 3)), ("d.pdf", pdf(1, 5))]
    response = submit(files=files)
    receipt = response.json
    assert response.status_code == 201, response.text
    assert (receipt["transaction_number"], receipt["pages"], receipt["repeated"]) == (NUMBER, 5, False)
    assert ReceiptSchema().load(receipt)
    assert response.headers["Location"] == receipt["links"]["record"] == f"/api/v1/records/{NUMBER}"
    with sessions() as session:
        sources = session.execute(
            sa.select(PageImage.source_name, PageImage.source_page).order_by(PageImage.number)
        )
        assert list(sources) == [("a.jpg", 1), ("b.png", 1), ("c.tif", 1), ("c.tif", 2), ("d.pdf", 1)]
        assert session.scalars(sa.select(ProcessInstance.status)).all() == ["running"]
    row = call(receipt["links"]["submission"].removeprefix("/api/v1")).json
    SubmissionSchema().load(row)
    assert (row["door"], row["outcome"], row["name"], row["reason"]) == ("rest", "accepted", NUMBER, None)


def test_the_same_submission_twice_is_one_case(submit, call, sessions):
    first, again = submit(), submit(headers={"Idempotency-Key": "anything"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["repeated"] and again.json["record_id"] == first.json["record_id"]
    other = submit(files=[("page1.jpg", jpeg(9))])
    assert other.status_code == 422 and NUMBER in reasons(other)[0]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1
    ledger = call("/ledger").json
    LedgerSchema().load(ledger)
    assert ledger == {"received": 3, "accepted": 2, "rejected": 1, "repeated": 1, "pages": 1}


def test_the_same_submission_from_eight_at_once_is_one_case(submit, call, sessions):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: submit(), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201], [a.text for a in answers]
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(ProcessInstance)) == 1
    assert call("/ledger").json == {"received": 8, "accepted": 8, "rejected": 0, "repeated": 7, "pages": 1}


def test_eight_different_submissions_at_once_are_eight_cases(submit, call):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: submit(case_of(f"12601010001{n:02}")), range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8, [a.text for a in answers]
    assert call("/ledger").json["accepted"] == 8


def bomb():
    return encoded(Image.new("1", (12000, 12000)), "PNG")


BAD_FILES = {
    "truncated": ("a.jpg", lambda: jpeg()[:-200], "不完整"),
    "empty": ("a.jpg", lambda: b"", "空文件"),
    "word": ("a.jpg", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), "不是可接收的影像格式"),
    "encrypted": ("a.pdf", lambda: pdf(password="geheim"), "密码"),
    "bomb": ("a.png", bomb, "尺寸超过上限"),
    "many pages": ("a.tif", lambda: tiff(6), "页"),
    "many pages in a PDF": ("a.pdf", lambda: pdf(6), "页"),
}


def test_a_bad_file_is_refused_with_its_name_and_nothing_is_kept(submit, call, sessions):
    for number, (name, content, word) in enumerate(BAD_FILES.values(), 1):
        response = submit(files=[("good.jpg", jpeg()), (name, content())])
        assert response.status_code == 422, response.text
        (reason,) = reasons(response)
        assert name in reason and word in reason
        assert call("/ledger").json == {
            "received": number,
            "accepted": 0,
            "rejected": number,
            "repeated": 0,
            "pages": 0,
        }
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Record)) == 0
    rejected = call("/submissions?outcome=rejected").json["submissions"]
    assert [row["name"] for row in rejected] == [NUMBER] * len(BAD_FILES)
    assert "不完整" in rejected[-1]["reason"]


@SQLITE
def test_too_many_files_are_refused(submit):
    response = submit(files=[(f"{n}.jpg", jpeg(n)) for n in range(6)])
    assert response.status_code == 422 and "超过 5 页" in reasons(response)[0]


@SQLITE
def test_every_fault_of_the_case_is_named_at_once(submit, call):
    case = case_of(colour="red", item="V-REG-99")
    case["subject"]["shoe_size"] = "42"
    response = submit(case)
    told = "\n".join(reasons(response))
    assert response.status_code == 422 and len(reasons(response)) == 3
    assert "colour" in told and "subject.shoe_size" in told and "V-REG-99" in told
    assert call("/ledger").json["rejected"] == 1


@SQLITE
def test_an_item_without_a_deployed_process_is_refused(submit, call):
    response = submit(case_of(item="D-REN-08"))
    assert response.status_code == 422 and "D-REN-08" in reasons(response)[0]
    assert call("/ledger").json["rejected"] == 1


CASES = {
    "a key twice": b'{"transaction_number": "1", "transaction_number": "2", "item": "V-REG-01"}',
    "no JSON": b"{",
    "a list": b"[]",
    "not UTF-8": b'{"transaction_number": "\xb2\xe2"}',
    "nothing": b"",
    "a NUL": b'{"transaction_number": "1\\u0000", "item": "V-REG-01", "subject": {}}',
    "half a character": b'{"transaction_number": "\\ud800", "subject": {"plate_no": "\\ud800"}}',
    "deep": b"[" * 60_000,
    "long": b'{"item": "' + b"x" * 70_000 + b'"}',
}


def test_a_bad_case_is_refused_and_noted(submit, call):
    for number, content in enumerate(CASES.values(), 1):
        response = submit(content)
        assert response.status_code == 422 and reasons(response), response.text
        assert call("/ledger").json["rejected"] == number
    assert "transaction_number" in reasons(submit(CASES["a key twice"]))[0]


@SQLITE
def test_parts_that_are_missing_or_unknown_are_named(call):
    def send(data):
        return call("/submissions", "POST", data=data, content_type="multipart/form-data")

    assert any("case" in each for each in reasons(send({"pages": (io.BytesIO(jpeg()), "a.jpg")})))
    assert any("pages" in each for each in reasons(send({"case": form()["case"]})))
    assert any("pages" in each for each in reasons(send({"case": form()["case"], "pages": "text"})))
    assert any("extra" in each for each in reasons(send({**form(), "extra": "1"})))
    twice = send({**form(), "case": [form()["case"], form()["case"]]})
    assert any("case" in each for each in reasons(twice))
    assert call("/ledger").json == {"received": 5, "accepted": 0, "rejected": 5, "repeated": 0, "pages": 0}
    as_field = send({**form(), "case": form()["case"][0].read().decode()})
    assert as_field.status_code == 201


@SQLITE
def test_a_path_in_a_file_name_goes_nowhere(submit, sessions, tmp_path):
    # On the wire a backslash is escaped by another, which the test client leaves to us.
    names = ["../../../escape.jpg", "C:\\\\scans\\\\two.jpg", "/etc/three.jpg", "..\\\\four\x01.jpg"]
    assert submit(files=[(name, jpeg(n)) for n, name in enumerate(names)]).status_code == 201
    with sessions() as session:
        kept = session.scalars(sa.select(PageImage.source_name).order_by(PageImage.number)).all()
    assert kept == ["escape.jpg", "two.jpg", "three.jpg", "four\ufffd.jpg"]
    assert not list(tmp_path.rglob("*escape*"))


@SQLITE
def test_too_large_a_body_is_turned_away_and_noted(submit, call):
    response = submit(files=[("a.jpg", jpeg() + bytes(3 << 20))])
    assert response.status_code == 413 and "2 MB" in response.json["detail"]
    ProblemSchema().load(response.json)
    assert call("/ledger").json == {"received": 1, "accepted": 0, "rejected": 1, "repeated": 0, "pages": 0}


@SQLITE
def test_a_store_out_of_order_is_not_the_sender_s_fault(submit, call, settings):
    images = settings.home / "images"
    images.write_text("a file where the folder should be")
    response = submit()
    assert (response.status_code, response.json["type"]) == (503, "urn:guidang:problem:storage-unavailable")
    assert str(images) not in response.text and response.headers["Retry-After"]
    assert call("/ledger").json["rejected"] == 1
    images.unlink()
    assert submit().status_code == 201


@SQLITE
def test_another_kind_of_body_is_named(call):
    response = call("/submissions", "POST", json=case_of())
    assert response.status_code == 415 and "multipart/form-data" in response.json["detail"]


@pytest.mark.parametrize(
    "database_url", ["postgresql"], indirect=True
)  # SQLite's own file would not fit either
def test_a_full_disk_stops_cleanly_and_later_the_same_goes_through(submit, call, settings):
    noise = Image.effect_noise((600, 600), 90)
    files = [("small.jpg", jpeg()), ("large.png", encoded(noise, "PNG"))]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        response = submit(files=files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert response.status_code == 507, response.text
    ProblemSchema().load(response.json)
    assert call("/ledger").json == {"received": 1, "accepted": 0, "rejected": 1, "repeated": 0, "pages": 0}
    assert submit(files=files).status_code == 201


def test_the_list_goes_from_new_to_old_without_a_gap(submit, call):
    for number in range(3):
        assert submit(case_of(f"126010100010{number}")).status_code == 201
    submit(b"{")
    path, seen = "/submissions?limit=2&outcome=accepted", []
    while path:
        answer = call(path.removeprefix("/api/v1")).json
        SubmissionsSchema().load(answer)
        seen.append([row["transaction_number"] for row in answer["submissions"]])
        path = answer["next"]
    assert seen == [["1260101000102", "1260101000101"], ["1260101000100"]]
    assert len(call("/submissions").json["submissions"]) == 4


@SQLITE
def test_a_wrong_parameter_is_named(call):
    for query, parameter in (
        ("outcome=lost", "outcome"),
        ("after=x", "after"),
        ("limit=1000", "limit"),
        ("page=2", "page"),
    ):
        response = call(f"/submissions?{query}")
        assert response.status_code == 422
        assert [each["parameter"] for each in response.json["errors"]] == [parameter], response.text
        ProblemSchema().load(response.json)
    for path in ("/submissions/999", f"/submissions/{2**63}", "/submissions/x"):
        assert call(path).status_code == 404
