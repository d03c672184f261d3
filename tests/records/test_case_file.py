"""case.json and the folder around it: what is accepted, and every refusal in words that say what to do."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records import case_file, catalogue
from records.case_file import CaseFile, CaseFileRefused, Problem
from records.catalogue import Catalogue

SHIPPED = catalogue.load(Path(catalogue.__file__).parents[1] / "bpmn" / "catalogue")
GOOD: dict[str, Any] = {
    "transaction_number": "1260105000123",
    "item": "V-REG-01",
    "subject": {"vin": "LSVAA4187E2123456", "owner_name": "样例甲"},
}
JPEG = b"\xff\xd8\xff\xe0rest"


@pytest.fixture
def shipped() -> Catalogue:
    return SHIPPED


def encoded(**changes: Any) -> bytes:
    document = GOOD | changes
    return json.dumps({key: value for key, value in document.items() if value is not ...}).encode()


def problems(content: bytes) -> dict[str, Problem]:
    with pytest.raises(CaseFileRefused) as caught:
        case_file.load(content, SHIPPED)
    for problem in caught.value.problems:
        assert problem.reason and problem.remedy, problem
        assert str(problem) in str(caught.value)
    return {problem.path: problem for problem in caught.value.problems}


# --- Accepted ---


def test_the_least_case_file(shipped: Catalogue) -> None:
    assert case_file.load(encoded(), shipped) == CaseFile(
        "1260105000123", "V-REG-01", GOOD["subject"], None, "batch", None
    )


def test_the_most(shipped: Catalogue) -> None:
    given_ = encoded(office="一分所", channel="counter", accepted_at="2026-01-05T09:30:00Z")
    found = case_file.load(given_, shipped)
    assert (found.office, found.channel) == ("一分所", "counter")
    assert found.accepted_at == dt.datetime(2026, 1, 5, 9, 30, tzinfo=dt.UTC)


def test_a_time_without_a_zone_is_the_offices_own(shipped: Catalogue) -> None:
    found = case_file.load(encoded(accepted_at="2026-01-05T09:30:00"), shipped)
    assert found.accepted_at == dt.datetime(2026, 1, 5, 1, 30, tzinfo=dt.UTC)


def test_a_byte_order_mark_blanks_and_rare_names(shipped: Catalogue) -> None:
    rare = "样\ue863𠮷\U00031350"
    content = b"\xef\xbb\xbf" + encoded(
        subject={"vin": " LSVAA4187E2123456\u3000", "person_name": rare, "plate_no": ""}
    )
    found = case_file.load(content, shipped)
    assert dict(found.subject) == {"vin": "LSVAA4187E2123456", "person_name": rare}


def test_a_case_file_cannot_be_changed(shipped: Catalogue) -> None:
    found = case_file.load(encoded(), shipped)
    with pytest.raises(TypeError):
        found.subject["vin"] = "x"  # type: ignore[index]


# --- Refused ---


def test_unknown_keys_are_refused_by_name() -> None:
    found = problems(encoded(chanel="counter", subject={"vni": "x", "owner_name": "样例甲"}))
    assert set(found) == {"chanel", "subject.vni"}
    assert "channel" in found["chanel"].remedy and "vin" in found["subject.vni"].remedy


def test_all_faults_are_told_at_once() -> None:
    found = problems(
        encoded(
            transaction_number="12 34",
            item="V-REG-99",
            subject={"vin": 17, "phone": "1\t2"},
            channel="mail",
            accepted_at="yesterday",
            extra=1,
        )
    )
    assert set(found) == {
        "transaction_number", "item", "subject.vin", "subject.phone", "channel", "accepted_at", "extra",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"transaction_number": ...}, "transaction_number", "缺少"),
        ({"transaction_number": ""}, "transaction_number", "1 至 32 位"),
        ({"transaction_number": "1" * 33}, "transaction_number", "1 至 32 位"),
        ({"transaction_number": "１２３"}, "transaction_number", "1 至 32 位"),
        ({"transaction_number": "12/../34"}, "transaction_number", "1 至 32 位"),
        ({"transaction_number": "12\n"}, "transaction_number", "不可见字符"),
        ({"transaction_number": 123}, "transaction_number", "不是文本"),
        ({"item": ...}, "item", "缺少"),
        ({"item": "V-REG-1"}, "item", "没有“V-REG-1”"),
        ({"item": "T-PAS-03"}, "item", "待核实"),
        ({"item": None}, "item", "null"),
        ({"item": ["V-REG-01"]}, "item", "不是文本"),
        ({"subject": ...}, "subject", "缺少"),
        ({"subject": []}, "subject", "不是对象"),
        ({"subject": {"vin": "x" * 201}}, "subject.vin", "超过 200 个字"),
        ({"subject": {"vin": None}}, "subject.vin", "null"),
        ({"subject": {"owner_name": "甲\u202e乙"}}, "subject.owner_name", "不可见字符"),
        ({"subject": {"owner_name": "甲\ud800"}}, "subject.owner_name", "不可见字符"),
        ({"office": "x" * 81}, "office", "超过 80 个字"),
        ({"channel": "Counter"}, "channel", "counter 或 batch"),
        ({"accepted_at": 20260105}, "accepted_at", "不是文本"),
        ({"accepted_at": "0001-01-01T00:00:00+08:00"}, "accepted_at", "年份"),
        ({"accepted_at": "2026-02-30"}, "accepted_at", "ISO 8601"),
    ],
)
def test_each_fault_says_where_and_what(changes: dict[str, Any], path: str, words: str) -> None:
    found = problems(encoded(**changes))
    assert set(found) == {path} and words in found[path].reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "JSON"),
        (b"{", "第 1 行第 2 列"),
        (b"[]", "不是对象"),
        (b'{"a": NaN', "JSON"),
        ('{"item": "登记"}'.encode("gb18030"), "UTF-8"),
        (b"[" * 60_000, "JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "JSON"),
        (b'{"a": "' + b"x" * 65_536 + b'"}', "64 KB"),
    ],
)
def test_what_is_no_case_file_at_all(content: bytes, words: str) -> None:
    (problem,) = problems(content).values()
    assert words in problem.reason


def test_a_key_given_twice_is_refused_wherever_it_is() -> None:
    content = b'{"item": "V-REG-01", "item": "D-REN-08", "subject": {"vin": "a", "vin": "b"}}'
    assert set(problems(content)) == {"item", "vin"}


def test_messages_show_no_invisible_characters() -> None:
    (problem,) = problems(encoded(**{"a\x00\u202eb" + "c" * 500: 1})).values()
    assert problem.path.isprintable() and len(problem.path) <= 60


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["transaction_number", "item", "subject", "office", "channel", "accepted_at", "_schema", "x"]
)


@given(st.dictionaries(keys, json_values | st.sampled_from(list(GOOD.values()))))
def test_any_json_is_a_case_file_or_refused(document: dict[str, Any]) -> None:
    try:
        found = case_file.load(json.dumps(document).encode(), SHIPPED)
    except CaseFileRefused as refused:
        assert refused.problems
    else:
        assert case_file.fingerprint(found, [])


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(CaseFileRefused):
        case_file.load(content, SHIPPED)


# --- The same submission twice ---


def printed(content: bytes, pages: list[str] | None = None) -> str:
    return case_file.fingerprint(case_file.load(content, SHIPPED), ["a", "b"] if pages is None else pages)


def test_the_same_submission_has_the_same_fingerprint_however_it_is_written() -> None:
    turned = dict(reversed([*GOOD.items(), ("subject", dict(reversed(GOOD["subject"].items())))]))
    other = json.dumps(turned | {"channel": "batch"}, ensure_ascii=False, indent=3).encode()
    assert printed(other) == printed(encoded())
    assert printed(encoded(accepted_at="2026-01-05T09:30:00")) == printed(
        encoded(accepted_at="2026-01-05T01:30:00Z")
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"transaction_number": "2"},
        {"item": "V-TRF-01"},
        {"subject": {"vin": "LSVAA4187E2123456"}},
        {"office": "一分所"},
        {"channel": "counter"},
        {"accepted_at": "2026-01-05"},
    ],
)
def test_any_difference_is_another_submission(changes: dict[str, Any]) -> None:
    assert printed(encoded(**changes)) != printed(encoded())


def test_other_pages_or_another_order_are_another_submission() -> None:
    assert len({printed(encoded(), pages) for pages in ([], ["a"], ["a", "b"], ["b", "a"], ["ab"])}) == 5


# --- The folder ---


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "件0001"
    path.mkdir()
    (path / "case.json").write_bytes(encoded())
    for name in ("10.jpg", "2.jpg", "1-b.JPG", "1-a.jpg", "附件"):
        (path / name).write_bytes(JPEG)
    return path


def refused(path: Path) -> dict[str, Problem]:
    with pytest.raises(CaseFileRefused) as caught:
        case_file.read_folder(path)
    return {problem.path: problem for problem in caught.value.problems}


def test_pages_come_in_natural_order(folder: Path) -> None:
    content, pages = case_file.read_folder(folder)
    assert content == encoded()
    assert [page.name for page in pages] == ["1-a.jpg", "1-b.JPG", "2.jpg", "10.jpg", "附件"]


def test_hidden_and_temporary_files_are_passed_over(folder: Path) -> None:
    for name in (
        ".DS_Store",
        "~$1.docx",
        "3.jpg.part",
        "4.jpg.crdownload",
        "Thumbs.db",
        "5.jpg~",
        "desktop.ini",
    ):
        (folder / name).write_bytes(b"x")
    (folder / ".git").mkdir()
    assert len(case_file.read_folder(folder)[1]) == 5


def test_everything_that_is_no_scan_is_named_at_once(folder: Path) -> None:
    (folder / "旧").mkdir()
    (folder / "链接.jpg").symlink_to(folder / "2.jpg")
    (folder / "说明.docx").write_bytes(b"PK\x03\x04" + bytes(26) + b"word/document.xml")
    (folder / "空.jpg").write_bytes(b"")
    os.mkfifo(folder / "管道.jpg")
    found = refused(folder)
    assert set(found) == {"旧", "链接.jpg", "说明.docx", "空.jpg", "管道.jpg"}
    assert "Word" in found["说明.docx"].reason and "子文件夹" in found["旧"].reason


def test_a_case_json_that_is_a_link_is_refused(folder: Path) -> None:
    (folder / "case.json").rename(folder.parent / "real.json")
    (folder / "case.json").symlink_to(folder.parent / "real.json")
    assert set(refused(folder)) == {"case.json"}


def test_a_folder_without_case_json_or_without_pages(folder: Path) -> None:
    (folder / "case.json").unlink()
    assert "case.json" in refused(folder)["件0001"].reason
    for page in folder.iterdir():
        page.unlink()
    (folder / "case.json").write_bytes(encoded())
    assert "没有影像" in refused(folder)["件0001"].reason


def test_a_huge_case_json_is_not_read_whole(folder: Path) -> None:
    with (folder / "case.json").open("wb") as stream:
        stream.truncate(1 << 40)
    content, _ = case_file.read_folder(folder)
    assert len(content) <= case_file.MAX_BYTES + 1
    assert "64 KB" in problems(content)["case.json"].reason


def test_no_folder(tmp_path: Path) -> None:
    assert "不能打开文件夹" in refused(tmp_path / "none")["none"].reason
