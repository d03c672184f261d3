"""Assessment: what is wrong or doubtful about a record, from its pages, readings and subject, in words for a clerk.

Facts only: which of them keep a case from being qualified is decided by `bpmn/rules/qualification.dmn`. Everything
is compared in the validators' normal form; a doubtful reading lowers the confidence and is left to the recheck.

Faults of an image come in three kinds, so that an administrator can switch each in the table: POOR_QUALITY cannot be
read (blank, blurred, dark, cut), FLAWED_IMAGE can be read but is below the standard (skewed, low resolution), and
TURNED_PAGE is turned upright by every screen: the table as delivered has no rule for it.

A page counts as a duplicate where it is the same file, or where nothing speaks against it: near by its pixels, of the
same type (or so the model said, where the case gave one of them another), no field surely read differently, and a
number that no two papers share read alike on both. Only within a case do pixels that all but agree stand in for such a
number: filled-in copies of one form are too near one another. In another case a page counts only where that case is
about other people and another vehicle (`records.fingerprints.other_subject`), and never for papers that serve many
cases: an agent's identity card, a firm's licence, a declaration form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from handlers.context import Context
from handlers.recognition import UNKNOWN
from records import agreement, alerts, catalogue, fingerprints, pages, promise
from records.alerts import Cause
from records.catalogue import Catalogue
from records.dossiers import Record
from records.fingerprints import Near
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM
from records.validators import Verdict
from workflows.service_tasks import Claim, Settle


@dataclass(frozen=True)
class Assessment:
    """Everything found wrong, how many types and key fields are doubtful (`records.promise`), and how sure the least
    sure reading of a compared field is: the routing table of cases that began earlier asks for that."""

    causes: tuple[Cause, ...]
    doubtful: int
    lowest_confidence: float
    pages: int

    def count(self, reason: str) -> int:
        return sum(cause.reason == reason for cause in self.causes)


@dataclass(frozen=True)
class _Papers:
    record: Record
    catalogue: Catalogue
    pages: Sequence[PageImage]
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, list[PageMaterial]]
    readings: Mapping[int, dict[str, Reading]]


def assess_record(context: Context, claimed: Claim) -> Settle:
    """What the decision tables ask for: the number of causes by kind, of doubts, the lowest confidence, the pages."""

    def settle(session: Session) -> dict[str, Any]:
        found = assess(session, context.catalogue, claimed.record_id)
        alerts.close_gone(session, SYSTEM, claimed.record_id, found.causes)
        return {
            "missing": found.count("MISSING_MATERIAL"),
            "unknown": found.count("UNKNOWN_PAGE"),
            "poor": found.count("POOR_QUALITY"),
            "flawed": found.count("FLAWED_IMAGE"),
            "turned": found.count("TURNED_PAGE"),
            "duplicates": found.count("DUPLICATE_PAGE"),
            "invalid": found.count("INVALID_FIELD"),
            "conflicts": found.count("FIELD_CONFLICT"),
            "doubtful": found.doubtful,
            "lowest_confidence": round(found.lowest_confidence, 4),
            "pages": found.pages,
        }

    return settle


def assess(session: Session, kinds: Catalogue, record_id: int) -> Assessment:
    """The assessment of a record as it stands."""
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    papers = _Papers(
        session.get_one(Record, record_id),
        kinds,
        current,
        pages.recognitions(session, ids),
        pages.materials(session, ids),
        pages.readings(session, ids),
    )
    checks = (_missing, _unknown, _image_faults, _invalid, _conflicts, _conflicts_across)
    causes = (*(cause for check in checks for cause in check(papers)), *_duplicates(session, papers))
    sureness = [
        reading.confidence
        for fields in papers.readings.values()
        for name, reading in fields.items()
        if name in agreement.COMPARED_FIELDS
    ]
    doubts = promise.of_pages(session, kinds, current, papers.materials, papers.readings, papers.recognitions)
    return Assessment(causes, len(doubts), min(sureness, default=1.0), len(current))


def _missing(papers: _Papers) -> Iterator[Cause]:
    present = Counter(each.current_code for found in papers.materials.values() for each in found)
    item = papers.catalogue.items[papers.record.item]
    for lacking in catalogue.completeness(item, present, set()):
        yield Cause("MISSING_MATERIAL", f"缺少{lacking.name}，请补充扫描")


def _unknown(papers: _Papers) -> Iterator[Cause]:
    for page in papers.pages:
        found = papers.materials.get(page.id, [])
        blank = any(fault["kind"] == "blank" for fault in _faults(papers, page))
        if not blank and found and all(m.code == UNKNOWN and m.confirmed_code is None for m in found):
            yield Cause("UNKNOWN_PAGE", f"第 {page.number} 页无法归类，请确认资料种类或更换影像", page.id)


# Kind of fault → reason of the alert, and what is wrong and what to do.
_FAULTS = {
    "blank": ("POOR_QUALITY", "是空白页，请重新扫描"),
    "blurred": ("POOR_QUALITY", "影像模糊，请重新扫描"),
    "dark": ("POOR_QUALITY", "曝光不当，文字难以辨认，请调整亮度后重新扫描"),
    "cut": ("POOR_QUALITY", "内容超出影像边缘或缺角，请放正原件后重新扫描"),
    "skewed": ("FLAWED_IMAGE", "歪斜 {measure:.0f} 度，请放正原件后重新扫描"),
    "low_dpi": ("FLAWED_IMAGE", "分辨率约 {measure:.0f} dpi，低于要求，请用 200 dpi 以上重新扫描"),
    "turned": ("TURNED_PAGE", "方向不正，屏幕上已自动转正"),
}


def _image_faults(papers: _Papers) -> Iterator[Cause]:
    """One cause a page and kind of fault: a page cut at two edges is scanned again once."""
    for page in papers.pages:
        recognition = papers.recognitions.get(page.id)
        if recognition is not None and recognition.error:
            yield Cause("POOR_QUALITY", f"第 {page.number} 页影像无法解码，请重新扫描", page.id)
        seen = set()
        for fault in _faults(papers, page):
            if recognition is None or fault["kind"] not in _FAULTS or fault["kind"] in seen:
                continue
            seen.add(fault["kind"])
            reason, words = _FAULTS[fault["kind"]]
            text = f"第 {page.number} 页{words.format(measure=abs(fault['measure']))}"
            box = _turned_upright(fault["box"], recognition.rotation)
            yield Cause(reason, text, page.id, box=box)


def _faults(papers: _Papers, page: PageImage) -> Sequence[Mapping[str, Any]]:
    """`ocr.protocol.QualityFault` as stored. From grey levels alone a photograph with much sky passes for paper: once
    it is known for one, the lines of a vehicle's body are no crooked text, what runs over its edge is no lost print."""
    recognition = papers.recognitions.get(page.id)
    found: Sequence[Mapping[str, Any]] = recognition.quality.get("faults", ()) if recognition else ()
    kinds = [papers.catalogue.materials.get(each.current_code) for each in papers.materials.get(page.id, [])]
    is_photograph = bool(kinds) and all(kind is not None and kind.nature == "photo" for kind in kinds)
    return [fault for fault in found if not _only_of_papers(fault)] if is_photograph else found


def _only_of_papers(fault: Mapping[str, Any]) -> bool:
    """Whether the fault is one of papers, not of photographs; a missing corner is one of both."""
    runs_over = fault["kind"] == "cut" and fault["measure"] > 0
    return bool(runs_over or fault["kind"] == "skewed")


def _turned_upright(box: Sequence[float], rotation: int) -> tuple[float, float, float, float]:
    """A box of the page as scanned, as it lies on the page turned clockwise by `rotation`."""
    x0, y0, x1, y1 = box
    for _ in range(rotation // 90 % 4):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return x0, y0, x1, y1


def _invalid(papers: _Papers) -> Iterator[Cause]:
    for page, name, reading, verdict in _evidence(papers):
        if verdict is not None and not verdict.ok and not verdict.soft:
            codes = {each.current_code for each in papers.materials.get(page.id, [])}
            expected = agreement.expected(papers.record, name, codes)
            if expected is not None and _looks_alike(papers, name, reading, verdict, expected):
                continue
            title = papers.catalogue.fields[name].name
            text = f"第 {page.number} 页{title}“{reading.value}”{verdict.reason}"
            yield _at(Cause("INVALID_FIELD", text, page.id, name), reading)


def _conflicts(papers: _Papers) -> Iterator[Cause]:
    agents = _agents(papers)
    for page, name, reading, verdict in _evidence(papers):
        codes = {each.current_code for each in papers.materials.get(page.id, [])}
        expected = agreement.expected(papers.record, name, codes)
        if expected is None or agreement.agree(papers.catalogue, name, reading.value, expected):
            continue
        if name in _OF_PEOPLE and reading.value in agents:
            continue
        if _looks_alike(papers, name, reading, verdict, expected):
            continue
        title = papers.catalogue.fields[name].name
        text = f"第 {page.number} 页{title}“{reading.value}”与受理信息“{expected}”不一致"
        yield _at(Cause("FIELD_CONFLICT", text, page.id, name), reading)


# Signs that readers take for one another, however sure they are. The one stroke of 一 passes for a dash, or for a line
# of the form and is not read at all.
_LOOK_ALIKE = str.maketrans("OQDILJTSBZG", "00011175826")
_STROKE = str.maketrans("", "", "一-—–_")
_NAMES = frozenset({"owner_name", "buyer_name", "insured_name", "person_name"})


def _looks_alike(
    papers: _Papers, name: str, reading: Reading, verdict: Verdict | None, expected: str
) -> bool:
    """Whether a name or a number differs only by signs that look alike, and no check digit speaks for it: it has none,
    or it is a VIN that cannot be. That is left to the recheck, which shows the two beside each other."""
    no_vin = name == "vin" and verdict is not None and not verdict.ok
    if name not in ("plate_no", "engine_no", *_NAMES) and not no_vin:
        return False
    alike = _STROKE if name in _NAMES else _LOOK_ALIKE
    one, other = (value.upper().translate(alike) for value in (reading.value, expected))
    return bool(one) and agreement.agree(papers.catalogue, name, one, other)


# Fields of the subject that the pages must agree on among themselves where the business system says nothing of them.
_ACROSS = ("vin", "plate_no", "engine_no", "owner_name", "id_number")
# What the agent's own card speaks of too; it contradicts nobody.
_OF_PEOPLE = frozenset({"person_name", "id_number"})


def _conflicts_across(papers: _Papers) -> Iterator[Cause]:
    """Pages that contradict the others: the odd ones out, each beside one that the most pages agree with."""
    for subject_field in _ACROSS:
        if papers.record.subject.get(subject_field):
            continue  # each page was compared with that
        told = _told(papers, subject_field)
        sides: list[list[_Told]] = []
        for each in told:
            side = next((side for side in sides if _agree(papers, side[0], each)), None)
            if side is None:
                sides.append([each])
            else:
                side.append(each)
        if len(sides) < 2:
            continue
        (kept, *_), *odd = sorted(
            sides, key=lambda side: (-len(side), -max(e.reading.confidence for e in side))
        )
        for each in (each for side in odd for each in side):
            title = papers.catalogue.fields[each.field].name
            text = (
                f"第 {each.page.number} 页{title}“{each.reading.value}”"
                f"与第 {kept.page.number} 页“{kept.reading.value}”不一致，请核对原件"
            )
            yield _at(Cause("FIELD_CONFLICT", text, each.page.id, each.field), each.reading)


@dataclass(frozen=True)
class _Told:
    """What one page says of a field of the subject."""

    page: PageImage
    field: str
    reading: Reading


def _told(papers: _Papers, subject_field: str) -> list[_Told]:
    """Sure readings that speak of that field; the agent's own card speaks of the agent."""
    assumed = Record(item=papers.record.item, subject={subject_field: "?"})
    agents = _agents(papers)
    told = []
    for page, name, reading, _ in _evidence(papers):
        codes = {each.current_code for each in papers.materials.get(page.id, [])}
        of_agent = name in _OF_PEOPLE and reading.value in agents
        if agreement.expected(assumed, name, codes) is not None and not of_agent:
            told.append(_Told(page, name, reading))
    return told


def _agents(papers: _Papers) -> set[str]:
    return {
        fields[name].value
        for fields in papers.readings.values()
        for name in ("agent_name", "agent_id_number")
        if name in fields
    }


def _agree(papers: _Papers, one: _Told, other: _Told) -> bool:
    return agreement.agree(papers.catalogue, one.field, one.reading.value, other.reading.value)


# ---- the same sheet twice ----

# Of 256 bits: 92 % of sheets fed twice are within 24, and so are 29 % of other people's copies of the same form; 24 %
# and 0.9 % are within 8.
NEAR_BITS = 24
VERY_NEAR_BITS = 8
# Numbers of one vehicle, person or paper: two different papers of a type never share one.
_NUMBERS = frozenset(
    {
        "vin", "plate_no", "engine_no", "id_number", "file_no", "license_chip_no", "reg_cert_no", "cert_no",
        "import_cert_no", "invoice_no", "policy_no", "tax_cert_no", "report_no", "case_no", "quota_no",
    }
)  # fmt: skip
# Papers that serve many cases of different owners: identity papers, powers of attorney, declarations.
_SERVES_MANY = ("M-ID-", "M-OT-")


def _duplicates(session: Session, papers: _Papers) -> Iterator[Cause]:
    """One cause a page: its twin in this case, before it, or else the nearest in a case about somebody else."""
    for page in papers.pages:
        found = fingerprints.near(session, page, NEAR_BITS)
        codes = {each.current_code for each in papers.materials.get(page.id, [])}
        twin = next((each for each in found if _is_twin(session, papers, page, codes, each)), None)
        if twin is None:
            continue
        if twin.page.record_id == page.record_id:
            text = f"第 {page.number} 页与第 {twin.page.number} 页重复，请换上应有的那一页"
            text += _given_by_case(papers, page) + _given_by_case(papers, twin.page)
        else:
            other = session.get_one(Record, twin.page.record_id).transaction_number
            text = f"第 {page.number} 页与办件 {other} 第 {twin.page.number} 页雷同，请核对是否放错"
        yield Cause("DUPLICATE_PAGE", text, page.id, box=(0.0, 0.0, 1.0, 1.0))


def _given_by_case(papers: _Papers, page: PageImage) -> str:
    """A sentence more where the case gave the page its type: that paper may well be missing after all."""
    for each in papers.materials.get(page.id, []):
        if each.predicted_code is not None and each.confirmed_code is None:
            given, model = (_name(papers, code) for code in (each.code, each.model_code))
            return f"（第 {page.number} 页系按本件所缺资料判为“{given}”，模型原判“{model}”，请看清）"
    return ""


def _name(papers: _Papers, code: str) -> str:
    known = papers.catalogue.materials.get(code)
    return known.name if known else code


def _is_twin(session: Session, papers: _Papers, page: PageImage, codes: set[str], near: Near) -> bool:
    if near.page.record_id == page.record_id:
        if (near.page.number, near.page.id) > (page.number, page.id):
            return False  # told once, on the later of the two
    elif near.page.id > page.id or any(code.startswith(_SERVES_MANY) for code in codes):
        return False  # told in the case that came later
    elif not fingerprints.other_subject(papers.record, session.get_one(Record, near.page.record_id)):
        return False
    if near.same_file:
        return True
    mine = papers.materials.get(page.id, [])
    theirs = pages.materials(session, [near.page.id]).get(near.page.id, [])
    shared = _shared_readings(session, papers, page, near.page)
    if not _same_types(mine, theirs) or not all(shared.values()):
        return False
    within_case = near.page.record_id == page.record_id
    return not _NUMBERS.isdisjoint(shared) or (within_case and near.distance <= VERY_NEAR_BITS)


def _same_types(mine: Sequence[PageMaterial], theirs: Sequence[PageMaterial]) -> bool:
    """Whether the two are of the same types, or were so for the model: of two copies the case may have given one a type
    that it lacked. What a person said stands."""
    if {each.current_code for each in mine} == {each.current_code for each in theirs}:
        return True
    one, other = ({each.confirmed_code or each.model_code for each in found} for found in (mine, theirs))
    return one == other


def _shared_readings(session: Session, papers: _Papers, one: PageImage, other: PageImage) -> dict[str, bool]:
    """Of each field surely read on both pages, whether the two agree."""
    mine = papers.readings.get(one.id, {})
    theirs = pages.readings(session, [other.id]).get(other.id, {})
    return {
        name: agreement.agree(papers.catalogue, name, mine[name].value, theirs[name].value)
        for name in mine.keys() & theirs.keys()
        if min(mine[name].confidence, theirs[name].confidence) >= agreement.SURE
    }


# A sign read with less speaks against no paper, where no check digit speaks for the whole.
_SURE_SIGN = 0.9
_WITH_CHECK_DIGIT = frozenset({"vin", "id_number"})


def _evidence(papers: _Papers) -> Iterator[tuple[PageImage, str, Reading, Verdict | None]]:
    for page in papers.pages:
        codes = {each.current_code for each in papers.materials.get(page.id, [])}
        for name, reading in papers.readings.get(page.id, {}).items():
            verdict = agreement.verdict(papers.catalogue, name, reading.value)
            if name in papers.catalogue.fields and _is_evidence(name, reading, verdict, codes):
                yield page, name, reading, verdict


def _is_evidence(name: str, reading: Reading, verdict: Verdict | None, codes: Collection[str]) -> bool:
    """`agreement.is_evidence`, and more where a check digit tells more: a VIN is known for one without a label beside
    it, and so is the number of an identity paper's holder; other values count only if no sign of them is doubtful."""
    signs = reading.characters
    is_identity = bool(codes) and all(code.startswith("M-ID-") for code in codes)
    needs_no_label = name == "vin" or (name == "id_number" and is_identity)
    if needs_no_label and signs and verdict is not None and verdict.ok:
        return bool(min(signs) >= agreement.SURE)
    if not agreement.is_evidence(reading, verdict):
        return False
    return name in _WITH_CHECK_DIGIT or not signs or bool(min(signs) >= _SURE_SIGN)


def _at(cause: Cause, reading: Reading) -> Cause:
    return replace(cause, box=tuple(reading.box)) if reading.box else cause
