"""The command line, as an administrator uses it."""

import json
import shutil

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

import guidang
from records import base, promise
from records.audit import AuditEntry
from records.pages import Recognition
from records.people import SYSTEM, Person
from records.promise import PageRecheck, RecheckAnswer
from settings import ROOT
from tests.conftest import a_page, add_record


@pytest.fixture
def run(tmp_path):
    """Runs `guidang …` in a home of its own; returns (exit code, output)."""

    def invoke(*arguments, **environ):
        env = {"GUIDANG_HOME": str(tmp_path / "home"), **environ}
        outcome = CliRunner().invoke(guidang.main, [str(a) for a in arguments], env=env)
        if outcome.exception and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return outcome.exit_code, outcome.output

    return invoke


@pytest.fixture
def installed(run):
    run("migrate")
    code, text = run("process", "deploy")
    assert code == 0 and text.count("deployed") == 4
    return run


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in commands(guidang.main)], ids=" ".join)
def test_every_command_has_help_that_says_what_it_does(run, path):
    code, text = run(*path, "--help")
    assert code == 0 and len(text.splitlines()) >= 4


def test_a_command_before_the_migration_names_the_command_to_run(run):
    code, text = run("process", "list")
    assert code == 1 and "guidang migrate" in text


def test_a_wrong_setting_is_named(run):
    code, text = run("migrate", GUIDANG_PORT="eighty")
    assert code == 1 and "GUIDANG_PORT" in text and "whole number" in text
    code, text = run("migrate", GUIDANG_PROT="80")
    assert code == 1 and "GUIDANG_PROT is no setting" in text


def test_a_missing_model_is_named_at_once(run, tmp_path):
    page = tmp_path / "page.jpg"
    page.write_bytes(b"x")
    environ = {"GUIDANG_DETECTION_MODEL": str(tmp_path / "none"), "GUIDANG_RECOGNITION_MODEL": str(tmp_path)}
    code, text = run("recognise", page, **environ)
    assert code == 1 and "GUIDANG_DETECTION_MODEL" in text


def test_an_unchanged_deployment_says_so(installed):
    code, text = installed("process", "deploy")
    assert code == 0 and text.count("unchanged") == 4
    assert installed("process", "list")[1].count("\n") == 4


def test_the_review_of_archived_pages_is_deployed_and_a_fault_in_it_is_refused(installed, tmp_path):
    models = tmp_path / "models"
    shutil.copytree(ROOT / "bpmn", models)
    path = models / "reviews" / "reread_review.bpmn"
    diagram = path.read_text("utf-8")
    path.write_text(diagram.replace("recheck_hours = 120", "recheck_hours = 240"), "utf-8")
    code, text = installed("process", "deploy", GUIDANG_MODEL_DIR=str(models))
    assert code == 0 and "reread_review version 2 deployed" in text
    path.write_text(
        diagram.replace('<bpmn:scriptTask id="deadlines"', '<bpmn:scriptTask x="" id="deadlines"'), "utf-8"
    )
    code, text = installed("process", "deploy", GUIDANG_MODEL_DIR=str(models))
    assert code == 1 and "流程 reread_review 不能部署" in text
    path.unlink()
    code, text = installed("process", "deploy", GUIDANG_MODEL_DIR=str(models))
    assert code == 1 and "reread_review.bpmn" in text
    assert "reread_review    3" not in installed("process", "list")[1]


def test_samples_are_submitted_once_and_a_bad_folder_is_refused_by_name(installed, tmp_path):
    assert installed("samples", tmp_path / "s", "--cases", "2", "--faulty", "0")[0] == 0
    folders = sorted(path.parent for path in (tmp_path / "s").glob("*/case.json"))
    code, text = installed("submit", *folders)
    assert code == 0 and text.count("accepted") == 2
    assert "already on record" in installed("submit", folders[0])[1]
    bad = tmp_path / "bad"
    shutil.copytree(folders[1], bad)
    case = json.loads((bad / "case.json").read_text("utf-8"))
    (bad / "case.json").write_text(json.dumps({**case, "clour": 1}), "utf-8")
    code, text = installed("submit", bad)
    assert code == 1 and "clour" in text


@pytest.mark.ocr
def test_recognise_prints_one_json_a_page_also_for_what_cannot_be_read(run, tmp_path):
    run("samples", tmp_path / "s", "--cases", "1", "--faulty", "0", "--seed", "4")
    first = sorted((tmp_path / "s").glob("*/001.jpg"))[0]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(first.read_bytes()[:3000])
    code, text = run("recognise", "--jsonl", first, broken)
    page, fault = map(json.loads, text.strip().splitlines())
    assert code == 0
    assert set(page) == {"file", "materials", "rotation", "quality", "fields", "seconds"}
    assert page["materials"][0]["code"].startswith("M-FM-") and page["fields"]
    assert fault["file"].endswith("broken.jpg") and "error" in fault and "materials" not in fault


def test_audit_verify_proves_the_chain_and_names_an_altered_row(installed, tmp_path):
    code, text = installed("audit", "verify")
    assert code == 0 and "chain intact" in text
    checkpoint = installed("audit", "checkpoint")[1].strip()
    assert installed("audit", "verify", "--checkpoint", checkpoint)[0] == 0
    engine = base.open_engine(f"sqlite:///{tmp_path / 'home' / 'guidang.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("drop trigger audit_entries_no_update"))
        connection.execute(sa.update(AuditEntry).where(AuditEntry.seq == 2).values(body="{}"))
    code, text = installed("audit", "verify")
    assert code == 1 and "第 2 条" in text and "CHAIN BROKEN" in text


@pytest.mark.parametrize("option", [("--processes", 4), ("--depth", "type"), ("--pages", 9)])
def test_evaluate_refuses_what_whole_cases_would_ignore(run, option):
    code, text = run("evaluate", "--cases", 3, *option)
    assert code == 2 and f"leave out {option[0]}" in text


def test_package_verify_finds_a_changed_byte_a_missing_and_an_extra_file(run, tmp_path):
    from records import bags
    from records.bags import PayloadFile

    package = tmp_path / "p"
    bags.write(package, [PayloadFile("data/a.txt", b"one"), PayloadFile("data/b.txt", b"two")])
    assert run("package", "verify", package)[0] == 0
    (package / "data" / "a.txt").write_bytes(b"0ne")
    (package / "data" / "b.txt").unlink()
    (package / "data" / "c.txt").write_bytes(b"new")
    code, text = run("package", "verify", package)
    assert code == 1
    assert all(words in text for words in ("changed: data/a.txt", "missing: data/b.txt", "extra: data/c.txt"))


def test_an_account_and_a_token_are_made(installed, tmp_path):
    code, text = installed(
        "people", "add", "yw", "业务系统", "--role", "program", "--password", "a-1-long-word"
    )
    assert code == 0
    code, text = installed("people", "token", "yw", "--label", "business system")
    assert code == 0 and text.startswith("gd_")
    engine = base.open_engine(f"sqlite:///{tmp_path / 'home' / 'guidang.db'}")
    with base.session_factory(engine)() as session:
        assert session.scalars(sa.select(Person.login)).all() == ["yw"]
    code, text = installed("people", "add", "x", "某", "--role", "king", "--password", "a-1-long-word")
    assert code == 1 and "king" in text


@pytest.fixture
def weights(tmp_path):
    def make(version):
        folder = tmp_path / f"weights-{version}"
        folder.mkdir()
        (folder / "fusion.json").write_text(json.dumps({"version": version}))
        return folder

    return make


def test_a_model_is_registered_tried_promoted_and_rolled_back_by_name(installed, weights, tmp_path):
    packaged = {"GUIDANG_CLASSIFIER_MODEL": str(weights("packaged"))}
    installed("people", "add", "bz", "某班长", "--role", "supervisor", "--password", "a-1-long-word")
    code, text = installed("model", "add", weights("2026-11"), "--note", "set 3", **packaged)
    assert code == 0 and "candidate" in text
    assert installed("model", "shadow", "2026-11")[0] == 0
    listed = installed("model", "list")[1].splitlines()
    assert [line.split()[:2] for line in listed] == [["active", "packaged"], ["shadow", "2026-11"]]
    code, text = installed("model", "promote", "2026-11")
    assert code == 1 and "guidang model report" in text
    code, text = installed("model", "report")
    assert code == 0 and "0 pages" in text and "381 more needed" in text
    assert installed("model", "promote", "2026-11")[0] == 1
    assert installed("model", "promote", "2026-11", "--force", "试点", "--as", "nobody")[0] == 1
    assert installed("model", "promote", "2026-11", "--force", "试点", "--as", "bz")[0] == 0
    assert "packaged is the active model again" in installed("model", "rollback", "--reason", "误读")[1]
    assert installed("model", "rollback", "--reason", "再退")[0] == 1
    assert installed("model", "shadow")[0] == 2
    code, text = installed("model", "add", tmp_path, **packaged)
    assert code == 1 and "fusion.json" in text
    engine = base.open_engine(f"sqlite:///{tmp_path / 'home' / 'guidang.db'}")
    with base.session_factory(engine)() as session:
        bodies = session.scalars(
            sa.select(AuditEntry.body).where(AuditEntry.action == "recogniser_model.promoted")
        ).all()
    assert [json.loads(body)["name"] for body in bodies] == ["某班长"]


def test_data_sets_are_built_listed_and_verified(installed, tmp_path):
    assert "没有新的复核结果" in installed("dataset", "build")[1]
    assert installed("dataset", "list") == (0, "")
    assert installed("dataset", "verify") == (0, "0 versions, 0 faulty\n")
    code, text = installed("dataset", "export", tmp_path / "out")
    assert code == 1 and "guidang dataset build" in text


def test_calibrating_says_what_is_missing_and_prints_what_each_field_lacks(installed, tmp_path):
    code, text = installed("calibrate")
    assert code == 1 and "还没有承诺" in text
    assert installed("calibrate", "--as", "nobody")[0] == 1
    engine = base.open_engine(f"sqlite:///{tmp_path / 'home' / 'guidang.db'}")
    with base.session_factory(engine).begin() as session:
        promise.make(session, SYSTEM, 500, 5, "试行")
        page = a_page(add_record(session).id)
        session.add(page)
        session.flush()
        read = Recognition(page_id=page.id, version="v1", rotation=0, quality={}, lines=[], seconds=0.1)
        session.add(read)
        session.flush()
        seen = PageRecheck(
            page_id=page.id, recognition_id=read.id, task_id=1, whole=True, drawn=False, thorough=True
        )
        session.add(seen)
        session.flush()
        session.add(
            RecheckAnswer(recheck_id=seen.id, material="M-ID-01", field="vin", confidence=1, correct=True)
        )
    engine.dispose()
    code, text = installed("calibrate")
    assert code == 0 and "v1: 1 answers, at most 1 wrong in 500" in text
    assert "M-ID-01    vin" in text and "needs 1916 more" in text
