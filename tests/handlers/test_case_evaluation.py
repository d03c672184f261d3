"""The measurement of whole cases counts rightly: by recognisers that know the truth, or all of it but one thing."""

import hashlib
import json
import shutil
from dataclasses import asdict, replace

import pytest

from handlers import case_evaluation
from ocr.protocol import FieldFinding, MaterialFinding, PageFindings, Quality, QualityFault
from ocr.synthetic.case_faults import FAULTS, FURTHER_FAULTS

# One of each sort: a paper too few, a value, an image, a page too many, a page of another case.
PLANTED = ("missing_material", "vin_conflict", "blurred_page", "duplicate_page", "foreign_page")
BOX = (0.1, 0.1, 0.5, 0.2)
IMAGE_FAULTS = {"blank_page", "blurred_page", "dark_page", "cut_page", "skewed_page", "low_dpi_page"}


class AllKnowing:
    """Finds on a written page what its truth says; `lie` changes what is found on a page of that truth."""

    version = "truth-1"

    def __init__(self, cases, lie):
        self.lie = lie
        self.pages = {
            hashlib.sha256((case.folder.parent / line.file).read_bytes()).hexdigest(): asdict(line)
            for case in cases
            for line in case.pages
        }

    def recognise(self, image, depth="all"):
        truth = self.pages[hashlib.sha256(image).hexdigest()]
        fault = truth["fault"]
        kinds = [fault.removesuffix("_page")] if fault in IMAGE_FAULTS else []
        faults = tuple(QualityFault(kind, 0.0, BOX) for kind in kinds)
        if truth["rotation"]:
            faults = (*faults, QualityFault("turned", float(truth["rotation"])))
        materials = tuple(MaterialFinding(code, 0.99) for code in truth["materials"] or ("M-OT-99",))
        fields = tuple(
            FieldFinding(code, value, 0.99, BOX, (0.99,) * len(value))
            for code, value in truth["fields"].items()
        )
        paper = json.dumps([truth["layout"], truth["fields"]], ensure_ascii=False).encode()
        quality = Quality(faults, 1.0, 0.1, 0.0, hashlib.sha256(paper).hexdigest())
        findings = PageFindings(materials, truth["rotation"], quality, "page", fields, (), 0.01, 100, 140)
        return self.lie(truth, findings)


@pytest.fixture
def database_url(tmp_path, migrated_sqlite):
    """The measurement has a database of its own, always SQLite."""
    shutil.copy(migrated_sqlite, tmp_path / "guidang.db")
    return f"sqlite:///{tmp_path / 'guidang.db'}"


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Six drawn cases: one of each planted fault, and a sound one. The seed makes most of them drivers', which have
    few pages."""
    target = tmp_path_factory.mktemp("cases")
    return case_evaluation.draw(target, len(PLANTED) + 1, 389, "train", PLANTED, faulty=5 / 6)


@pytest.fixture
def judged(office, cases):
    """The cases as seen by a recogniser that knows the truth of their pages but for a lie; `kinds`: of these faults
    only, and the sound one."""

    def judge(lie=lambda truth, findings: findings, kinds=PLANTED):
        wanted = [case for case in cases if case.fault is None or case.fault.kind in kinds]
        recogniser = AllKnowing(wanted, lie)
        context = replace(office.house.context, make_recogniser=lambda: recogniser)
        return list(case_evaluation.judge(context, office.house.intake, wanted))

    return judge


def share(seen, name):
    return next(line.share for line in case_evaluation.report(seen) if line.name == name)


def test_every_kind_of_fault_has_its_line():
    assert set(case_evaluation.KINDS) == {*FAULTS, *FURTHER_FAULTS}


def test_who_knows_all_finds_every_fault_and_no_other(judged):
    seen = judged()
    assert sorted(case.fault.kind for case in seen if case.fault) == sorted(PLANTED)
    assert [case.fault for case in seen if case.fault and not case.found] == []
    assert [alert.text for case in seen for alert in case.false_alerts] == []
    found, false = share(seen, "差错被发现"), share(seen, "无误办件被误报")
    assert (found.hits, found.total, false.hits, false.total) == (5, 5, 0, 1)


def test_a_fault_that_nobody_saw_is_missed(judged):
    def blind(truth, findings):
        return replace(findings, quality=replace(findings.quality, faults=()))

    seen = judged(blind, ["blurred_page"])
    assert (share(seen, "差错被发现").hits, share(seen, "差错被发现").total) == (0, 1)
    (missed,) = [case for case in seen if case.fault]
    assert f"漏报 {missed.fault.file} 模糊" in case_evaluation.table(seen)


def test_another_fault_of_the_page_than_the_planted_is_not_it(judged):
    def confused(truth, findings):
        if not truth["fault"]:
            return findings
        faults = tuple(replace(fault, kind="dark") for fault in findings.quality.faults)
        return replace(findings, quality=replace(findings.quality, faults=faults))

    (faulty,) = [case for case in judged(confused, ["blurred_page"]) if case.fault]
    assert (
        not faulty.found and not faulty.false_alerts
    )  # one reason too many, on the page that is faulty anyway


@pytest.mark.parametrize(
    ("because", "reason"),
    [("type", "MISSING_MATERIAL"), ("reading", "FIELD_CONFLICT"), ("image", "POOR_QUALITY")],
)
def test_a_false_alert_is_counted_with_its_cause(judged, because, reason):
    def wrong(truth, findings):
        if not {"M-FM-01", "M-FM-05"} & set(truth["materials"]):
            return findings
        if because == "type":
            return replace(findings, materials=(MaterialFinding("M-FM-03", 0.9),))
        if because == "image":
            faults = (QualityFault("cut", 3.0, BOX),)
            return replace(findings, quality=replace(findings.quality, faults=faults))
        fields = tuple(
            replace(each, value="贾读错") if each.code in ("owner_name", "person_name") else each
            for each in findings.fields
        )
        return replace(findings, fields=fields)

    seen = judged(wrong, [])
    (sound,) = seen
    assert {(each.reason, each.because) for each in sound.false_alerts} == {(reason, because)}
    assert share(seen, "无误办件被误报").hits == 1
    assert share(seen, "· 与种类认错无关").hits == (because != "type")
    assert bool(sound.mistyped) is (because == "type")
