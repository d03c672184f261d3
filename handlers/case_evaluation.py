"""How well whole cases are qualified: cases of layouts that training never saw, half of them with one planted fault,
taken through the real intake, recognition, diagrams and tables, and their alerts counted with intervals.

Knows written cases with their truth (`ocr.synthetic.cases`), and what an alert must say to have found a fault: the
reason, the page and the place. Decides nothing itself: an alert counts only where the process opened it. Only a turned
page is taken from the assessment, because the table as delivered raises no alert for what every screen puts right.
Says nothing of real scans, as `ocr.evaluation`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from handlers import assessment, jobs
from handlers.context import Context
from handlers.folders import receive_folder
from ocr.evaluation import Line, Share
from ocr.synthetic import papers
from ocr.synthetic.case_faults import FAULTS, FURTHER_FAULTS
from ocr.synthetic.cases import CaseTruth, Fault, PageLine, write_cases
from records import agreement, alerts, catalogue, pages
from records.alerts import Alert, Cause
from records.pages import PageImage, PageMaterial, Reading, Recognition
from workflows import instances
from workflows.intake import Intake
from workflows.models import ProcessInstance, ServiceTaskRun

# Why an alert was raised that should not have been: a page's type was told wrong, a value was read wrong, an image was
# found faulty that is not, or all was seen rightly and the comparison is at fault.
Because = Literal["type", "reading", "image", "rule"]
BECAUSE: Mapping[Because, str] = {
    "type": "种类认错",
    "reading": "读错",
    "image": "影像判错",
    "rule": "比对规则",
}
KINDS = {
    "missing_material": "缺少资料",
    "unknown_page": "无关的页",
    "vin_conflict": "VIN 不一致",
    "plate_conflict": "号牌不一致",
    "engine_conflict": "发动机号不一致",
    "owner_conflict": "所有人不一致",
    "id_conflict": "证件号不一致",
    "id_check_digit": "证件号校验位错",
    "blank_page": "空白页",
    "blurred_page": "模糊",
    "dark_page": "曝光不当",
    "cut_page": "缺边",
    "skewed_page": "歪斜",
    "turned_page": "方向不正（只转正，不预警）",
    "low_dpi_page": "分辨率低",
    "duplicate_page": "本件重复页",
    "foreign_page": "别件的页",
}
# A page planted with one of them is named for it: "blank_page".
_IMAGE_FAULTS = ("blank", "blurred", "dark", "cut", "skewed", "low_dpi")
_FOUND_PROMISE, _FALSE_PROMISE = 0.98, 0.03


class CaseStuck(RuntimeError):
    """A case did not come to its recheck or its alert: nothing can be counted."""


@dataclass(frozen=True)
class FalseAlert:
    """An alert that nothing in the case gives cause for."""

    reason: str
    text: str
    because: Because


@dataclass(frozen=True)
class CaseSeen:
    """One case: its planted fault (None: sound), whether an alert names it, and the alerts that are false. `mistyped`:
    pages whose material was told wrong. `cpu` in seconds of one core, without drawing."""

    transaction_number: str
    item: str
    fault: Fault | None
    found: bool
    false_alerts: tuple[FalseAlert, ...]
    pages: int
    mistyped: tuple[str, ...]
    cpu: float


@dataclass(frozen=True)
class _Page:
    """One page as it is and as it was seen."""

    truth: PageLine
    image: PageImage
    recognition: Recognition
    materials: Sequence[PageMaterial]
    readings: Mapping[str, Reading]

    @property
    def file(self) -> str:
        return self.truth.file

    @property
    def mistyped(self) -> bool:
        return {each.code for each in self.materials} != set(self.truth.materials or (assessment.UNKNOWN,))


def draw(
    target: Path,
    cases: int,
    seed: int,
    split: papers.Split = "measure",
    faults: Sequence[str] = (*FAULTS, *FURTHER_FAULTS),
    faulty: float = 0.5,
) -> list[CaseTruth]:
    """Cases to judge, written under `target`: that share of them with one of the faults, the kinds in turn."""
    return write_cases(target, cases, seed, faulty=faulty, split=split, faults=faults, batch_share=0.0)


def judge(context: Context, intake: Intake, cases: Iterable[CaseTruth]) -> Iterator[CaseSeen]:
    """Takes one case after the other through the office of `context`, whose database must hold the diagrams and no
    other case: near pages are looked for in all of them. Raises CaseStuck."""
    for truth in cases:
        started = time.process_time()
        with context.sessions() as session:
            record_id = receive_folder(session, intake, truth.folder, door="command").record_id
        _work(context, record_id)
        cpu = time.process_time() - started
        with context.sessions() as session:
            yield _seen(session, context.catalogue, record_id, truth, cpu)


def _work(context: Context, record_id: int) -> None:
    """Runs of every service task, as workers would, until a person is asked."""
    queued = sa.select(ServiceTaskRun.id).where(ServiceTaskRun.status == "queued")
    while True:
        with context.sessions() as session:
            ready = session.scalars(queued).all()
        if not ready:
            break
        for run_id in ready:
            jobs.perform(context, run_id)
    with context.sessions() as session:
        instance = session.scalars(
            sa.select(ProcessInstance).where(ProcessInstance.record_id == record_id)
        ).one()
        waiting = {task.form for task in instances.waiting_for(session, instance.id)}
    if not waiting & {"recheck", "alert"}:
        raise CaseStuck(f"办件 {record_id} 停在“{instance.stage}”，没有进入复核或预警；请查看日志中的错误")


def _seen(
    session: Session, kinds: catalogue.Catalogue, record_id: int, truth: CaseTruth, cpu: float
) -> CaseSeen:
    looked_at = _pages(session, record_id, truth)
    opened = alerts.of_record(session, record_id, "open")
    causes = assessment.assess(session, kinds, record_id).causes
    told: list[Alert | Cause] = [*opened, *(cause for cause in causes if cause.reason == "TURNED_PAGE")]
    lacking = _lacking(kinds, truth)
    fault = truth.fault
    found = fault is not None and any(_names(fault, each, looked_at, lacking) for each in told)
    false = tuple(
        FalseAlert(each.reason, each.text, _because(kinds, each, looked_at))
        for each in opened
        if not _explained(kinds, fault, each, looked_at, lacking)
    )
    return CaseSeen(
        truth.transaction_number,
        truth.item,
        fault,
        found,
        false,
        len(looked_at),
        tuple(
            f"{_codes(page.truth.materials)}→{_found(page)}" for page in looked_at.values() if page.mistyped
        ),
        cpu,
    )


def _codes(codes: Sequence[str]) -> str:
    return "+".join(codes) or "空白"


def _found(page: _Page) -> str:
    return "+".join(f"{each.code}({each.confidence:.2f})" for each in page.materials)


def _pages(session: Session, record_id: int, truth: CaseTruth) -> dict[int, _Page]:
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    seen, found, read = (
        pages.recognitions(session, ids),
        pages.materials(session, ids),
        pages.readings(session, ids),
    )
    lines = {line.file.rpartition("/")[2]: line for line in truth.pages}
    return {
        page.id: _Page(
            lines[page.source_name], page, seen[page.id], found.get(page.id, ()), read.get(page.id, {})
        )
        for page in current
    }


def _lacking(kinds: catalogue.Catalogue, truth: CaseTruth) -> set[str]:
    """Names of what the case really lacks."""
    present = Counter(code for line in truth.pages for code in line.materials)
    return {each.name for each in catalogue.completeness(kinds.items[truth.item], present, set())}


# ---- whether an alert names the fault ----


def _names(fault: Fault, told: Alert | Cause, looked_at: Mapping[int, _Page], lacking: set[str]) -> bool:
    """Whether the alert says what is wrong, on which page and where."""
    if fault.kind == "missing_material":
        return told.reason == "MISSING_MATERIAL" and any(name in told.text for name in lacking)
    page = looked_at.get(told.page_id or 0)
    if page is None:
        return False
    if fault.kind == "duplicate_page":
        return told.reason == "DUPLICATE_PAGE" and fault.material in page.truth.materials
    if page.file != fault.file:
        return False
    if fault.kind == "unknown_page":
        return told.reason == "UNKNOWN_PAGE"
    if fault.kind == "turned_page":
        return told.reason == "TURNED_PAGE" and page.recognition.rotation == page.truth.rotation
    if fault.kind == "foreign_page":
        return told.reason in ("DUPLICATE_PAGE", "FIELD_CONFLICT") and told.box is not None
    image_fault = fault.kind.removesuffix("_page")
    if image_fault in _IMAGE_FAULTS:
        kinds = {each["kind"] for each in page.recognition.quality.get("faults", ())}
        is_image = told.reason in ("POOR_QUALITY", "FLAWED_IMAGE")
        return is_image and image_fault in kinds and told.box is not None
    shown = {name for name, value in page.truth.fields.items() if value == fault.shown}
    return told.reason in ("FIELD_CONFLICT", "INVALID_FIELD") and told.field in shown and told.box is not None


def _explained(
    kinds: catalogue.Catalogue,
    fault: Fault | None,
    told: Alert,
    looked_at: Mapping[int, _Page],
    lacking: set[str],
) -> bool:
    """Whether the alert says the fault or what follows from it: of a page that cannot be read anything may be said."""
    if fault is None:
        return False
    if _names(fault, told, looked_at, lacking):
        return True
    if told.page_id is not None:
        return looked_at[told.page_id].file == fault.file
    return told.reason == "MISSING_MATERIAL" and (
        any(name in told.text for name in lacking) or kinds.materials[fault.material].name in told.text
    )


def _because(kinds: catalogue.Catalogue, told: Alert, looked_at: Mapping[int, _Page]) -> Because:
    if told.reason in ("MISSING_MATERIAL", "UNKNOWN_PAGE"):
        return "type"
    page = looked_at[told.page_id or 0]
    if told.reason in ("POOR_QUALITY", "FLAWED_IMAGE"):
        return "image"
    if page.mistyped:
        return "type"
    reading = page.readings.get(told.field or "")
    true = page.truth.fields.get(told.field or "")
    if reading is None or (true and agreement.agree(kinds, reading.field, reading.value, true)):
        return "rule"
    return "reading"


# ---- the report ----


def report(seen: Sequence[CaseSeen]) -> list[Line]:
    """Faults found, in all and by kind; sound cases with an alert, in all and without those whose cause is a wrong
    type; faulty cases with an alert beside their fault."""
    faulty, sound = [case for case in seen if case.fault], [case for case in seen if not case.fault]
    lines = [Line("差错被发现", _share(faulty, lambda case: case.found), _FOUND_PROMISE)]
    for kind, name in KINDS.items():
        of_kind = [case for case in faulty if case.fault and case.fault.kind == kind]
        if of_kind:
            lines.append(Line(f"· {name}", _share(of_kind, lambda case: case.found)))
    lines.append(
        Line("无误办件被误报", _share(sound, lambda case: bool(case.false_alerts)), _FALSE_PROMISE, True)
    )
    other = _share(sound, lambda case: any(each.because != "type" for each in case.false_alerts))
    lines.append(Line("· 与种类认错无关", other, _FALSE_PROMISE, True))
    lines.append(Line("有差错办件另有误报", _share(faulty, lambda case: bool(case.false_alerts))))
    return lines


def _share(cases: Sequence[CaseSeen], counts: Callable[[CaseSeen], bool]) -> Share:
    return Share(sum(map(counts, cases)), len(cases))


def table(seen: Sequence[CaseSeen]) -> str:
    """The report as text: each line with its interval and promise, then the causes of false alerts, every miss and
    every false alert by name, and the cost."""
    total = sum(case.pages for case in seen)
    rows = [f"办件：{len(seen)} 件，{total} 页，{sum(case.fault is not None for case in seen)} 件有一处差错"]
    for line in report(seen):
        promise = "" if line.promised is None else f"{'≤' if line.at_most else '≥'} {line.promised:.1%}"
        mark = {True: "✓", False: "✗", None: " "}[line.kept]
        rows.append(f"  {mark} {line.name:　<12} {line.share!s:<40} {promise}")
    causes = Counter(BECAUSE[each.because] for case in seen for each in case.false_alerts)
    rows.append("  误报的原因：" + ("，".join(f"{name} {n}" for name, n in causes.items()) or "无"))
    mistyped = Counter(each for case in seen for each in case.mistyped)
    commonest = "，".join(f"{each} {count}" for each, count in mistyped.most_common(8))
    rows.append(f"  种类认错的页：{mistyped.total()} / {total}（{commonest or '无'}）")
    for case in seen:
        if case.fault and not case.found:
            where = case.fault.file or case.transaction_number
            rows.append(f"  漏报 {where} {KINDS[case.fault.kind]}（{case.fault.material}）")
        for each in case.false_alerts:
            rows.append(f"  误报 {case.transaction_number} {each.text}（{BECAUSE[each.because]}）")
    if seen:
        rows.append(f"  每件 CPU：平均 {sum(case.cpu for case in seen) / len(seen):.1f} 秒")
    return "\n".join(rows)
