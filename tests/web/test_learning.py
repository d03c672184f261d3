"""The page 识别模型: models, the comparison type by type, data sets, reviews."""

import datetime as dt

import pytest

from records import learning, recogniser_models
from records.base import now
from records.learning import Tally
from records.model_comparison import Answer, compare
from records.people import SYSTEM


@pytest.fixture
def compared(office, tmp_path):
    """A model in shadow with two reports: of a few answers, then of many."""
    folder = tmp_path / "trained"
    folder.mkdir()
    (folder / "fusion.json").write_text('{"version": "2026-11-a"}')
    with office.sessions.begin() as session:
        model = recogniser_models.add(
            session,
            SYSTEM,
            source=folder,
            version=recogniser_models.version_of(folder),
            note="第 3 版数据集",
            models=tmp_path / "models",
            packaged=("2026-10", "f" * 64),
        )
        recogniser_models.put_in_shadow(session, SYSTEM, model.version, 0)
        against = recogniser_models.in_use(session)["active"]
        for types, fields in ((few(), []), (many(), readings())):
            comparison = compare(types, fields, (1.42, 0.61), {"disputed": 3})
            recogniser_models.keep_report(session, SYSTEM, model.id, against.id, len(types), comparison)
        learning.keep(
            session,
            SYSTEM,
            version=1,
            name="0001-abc.jsonl",
            sha256="ab" * 32,
            tally=Tally(1204, 118, 77),
            cases=[],
            left_out={},
            until=now() - dt.timedelta(days=1),
        )
    return office


def few():
    return [Answer("M-ID-01", True, True, 0.97, 0.98)] * 12


def many():
    """M-ID-01 better, M-FM-01 worse, M-DR-03 no worse, M-IN-01 too few."""
    return [
        *[Answer("M-ID-01", False, True, 0.55, 0.93)] * 30,
        *[Answer("M-ID-01", True, True, 0.97, 0.98)] * 470,
        *[Answer("M-FM-01", True, False, 0.91, 0.62)] * 14,
        *[Answer("M-FM-01", True, True, 0.96, 0.95)] * 386,
        *[Answer("M-DR-03", True, True, 0.96, 0.97)] * 700,
        *[Answer("M-IN-01", True, True, 0.88, 0.90)] * 40,
    ]


def readings():
    return [
        *[Answer("id_number", True, True, 0.97, 0.97)] * 380,
        *[Answer("id_number", False, True, None, 0.9)] * 12,
        *[Answer("person_name", True, True, 0.9, 0.93)] * 150,
    ]


def test_the_newest_report_is_shown_type_by_type_with_a_verdict(compared):
    page = compared.visitor("lead").get("/recogniser-models").text
    for words in ("2026-11-a", "2026-10", "试运行", "随程序提供", "第 3 版数据集", "居民身份证"):
        assert words in page
    for words in ("新版更好", "新版更差", "新版不差", "样本不足", "还需 341 份复核", "新版有更差之处"):
        assert words in page
    assert "两人意见不一的页 3" in page and "1204" in page and "1.42" in page


def test_an_earlier_report_and_one_verdict_can_be_asked_for(compared):
    browser = compared.visitor("auditor")
    earlier = browser.get("/recogniser-models?report=1").text
    assert "复核结果还不够下结论" in earlier and "还需 369 份复核" in earlier
    worse = browser.get("/recogniser-models?report=2&verdict=worse").text
    assert worse.count("mark-bad") == 2  # its line, and the report in the list
    assert browser.get("/recogniser-models?report=9").status_code == 404


def test_without_a_model_the_page_says_what_reads(office):
    page = office.visitor("lead").get("/recogniser-models")
    assert page.status_code == 200 and "随程序提供的模型" in page.text


@pytest.mark.parametrize("login", ["review", "capture", "process", "system"])
def test_it_is_for_supervisors_and_auditors(office, login):
    assert office.visitor(login).get("/recogniser-models").status_code == 403
