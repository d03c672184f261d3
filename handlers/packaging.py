"""Packaging a record: its pages, metadata, process log and searchable twin as one archival package, then its proof.

Gathers rows and images; what they look like in XML is `records.archival_metadata`, in a folder `records.bags`, on
paper `reports.twin`. A package on record is never overwritten: a later one of the same record has the next version.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from handlers.context import Context
from records import archival_metadata, audit, bags, fixity, packages, pages
from records.archival_metadata import (
    AgentMetadata,
    ArchivalNumber,
    CaseMetadata,
    DossierMetadata,
    MaterialMetadata,
    PageMetadata,
    ProcessEvent,
    ProcessLog,
    ReadingMetadata,
    RetentionMetadata,
    SubjectField,
)
from records.bags import PayloadFile
from records.base import now
from records.catalogue import Catalogue
from records.dossiers import Record, dossier_kind
from records.packages import ArchivalPackage, FixityCheck
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.people import SYSTEM, Person
from reports import twin
from reports.twin import TwinLine, TwinPage
from workflows.models import ProcessInstance, ServiceTaskRun, UserTask
from workflows.service_tasks import Claim, Settle

SOFTWARE = f"Guidang {version('guidang')}"


class PackageFaulty(Exception):
    """A package that was just written does not verify; the message names the first fault."""


@dataclass(frozen=True)
class _Papers:
    """A record as it is packaged, read in one go."""

    record: Record
    catalogue: Catalogue
    dossiers: Sequence[DossierMetadata]
    pages: Sequence[PageImage]
    recognitions: Mapping[int, Recognition]
    materials: Mapping[int, list[PageMaterial]]
    readings: Mapping[int, dict[str, Reading]]
    names: Mapping[int, str]
    events: tuple[ProcessEvent, ...]
    version: int

    def code(self, page: PageImage) -> str:
        found = self.materials.get(page.id)
        return found[0].current_code if found else "M-OT-99"

    def material_name(self, code: str) -> str:
        kind = self.catalogue.materials.get(code)
        return kind.name if kind else code

    def field_name(self, code: str) -> str:
        kind = self.catalogue.fields.get(code)
        return kind.name if kind else code


def package_record(context: Context, claimed: Claim) -> Settle:
    """Writes the package and puts it on record: {"package": its name, "sha256", "sm3", "pages"}."""
    with context.sessions() as session:
        papers = _read(session, context.catalogue, claimed.record_id)
    name = f"{context.fonds_code}-{papers.record.item}-{papers.record.transaction_number}-v{papers.version}"
    staged = context.packages / ".incoming" / f"{name}.{claimed.attempt}"
    for left in staged.parent.glob(f"{name}.*"):
        shutil.rmtree(left)  # by a run that was killed while writing
    at = now()
    paths = _paths(papers)
    case = _case(context, papers, name, at, paths)
    log = ProcessLog(name, papers.record.transaction_number, papers.events)
    payload = [
        *(_image(context, page, paths[page.id]) for page in papers.pages),
        PayloadFile(archival_metadata.METADATA_PATH, archival_metadata.write(case)),
        PayloadFile(archival_metadata.PROCESS_PATH, archival_metadata.write_process(log)),
        PayloadFile(archival_metadata.SCHEMA_PATH, archival_metadata.schema()),
        PayloadFile(
            archival_metadata.twin_path(papers.record.transaction_number), _twin(context, papers, name, at)
        ),
    ]
    info = {
        "Source-Organization": context.office,
        "External-Identifier": name,
        "Internal-Sender-Identifier": papers.record.transaction_number,
        "Bag-Software-Agent": SOFTWARE,
    }
    written = bags.write(staged, payload, info)
    return _on_record(claimed.record_id, papers, staged, context.packages / name, written)


def _on_record(
    record_id: int, papers: _Papers, staged: Path, target: Path, written: bags.BagSummary
) -> Settle:
    """The package gets its place among the others in the transaction that records it: the package of a case that
    was cancelled meanwhile never lies in the archive."""
    name = target.name

    def settle(session: Session) -> dict[str, Any]:
        row = ArchivalPackage(
            record_id=record_id,
            version=papers.version,
            name=name,
            sha256=written.sha256,
            sm3=written.sm3,
            files=written.files,
            bytes=written.bytes,
            pages=len(papers.pages),
        )
        session.add(row)
        session.flush()
        found = {"package": name, "sha256": written.sha256, "sm3": written.sm3, "pages": row.pages}
        audit.record(session, SYSTEM, "package.written", ("record", record_id), found)
        if target.exists():
            shutil.rmtree(target)  # not on record: the row above would have been refused
        bags.move_in(staged, target)
        return found

    return settle


def verify_package(context: Context, claimed: Claim) -> Settle:
    """Reads the newest package back and checks every byte against what is on record.

    Raises PackageFaulty: the case waits as an incident rather than being called archived."""
    with context.sessions() as session:
        package = packages.of_record(session, claimed.record_id)[-1]
    found = fixity.verify(context.packages / package.name, package.sha256, package.sm3)
    if not found.ok:
        first = found.problems[0]
        raise PackageFaulty(f"归档包 {package.name} 核验不通过：{first.path} {first.detail}")

    def settle(session: Session) -> dict[str, Any]:
        session.add(FixityCheck(package_id=package.id, ok=True, problems=[]))
        audit.record(
            session,
            SYSTEM,
            "package.verified",
            ("record", claimed.record_id),
            {"package": package.name, "files": found.files},
        )
        return {"ok": True, "files": found.files}

    return settle


def _read(session: Session, kinds: Catalogue, record_id: int) -> _Papers:
    record = session.get_one(Record, record_id)
    current = pages.current(session, record_id)
    ids = [page.id for page in current]
    names = {row.id: row.name for row in session.execute(sa.select(Person.id, Person.name))}
    return _Papers(
        record=record,
        catalogue=kinds,
        dossiers=[DossierMetadata(dossier_kind(each.kind), each.number) for each in record.dossiers],
        pages=current,
        recognitions=pages.recognitions(session, ids),
        materials=pages.materials(session, ids),
        readings=pages.readings(session, ids),
        names=names,
        events=_events(session, record_id),
        version=len(packages.of_record(session, record_id)) + 1,
    )


def _events(session: Session, record_id: int) -> tuple[ProcessEvent, ...]:
    """Who did what in the case, people and machine, in order of time."""
    instance = ProcessInstance.record_id == record_id
    tasks = session.scalars(
        sa.select(UserTask)
        .join(UserTask.instance)
        .options(joinedload(UserTask.completed_by))
        .where(instance, UserTask.status == "completed")
    )
    runs = session.scalars(
        sa.select(ServiceTaskRun)
        .join(ServiceTaskRun.instance)
        .where(instance, ServiceTaskRun.status == "done")
    )
    events = [
        ProcessEvent(
            at=task.completed_at or task.created_at,
            step=task.node,
            name=task.title,
            action="办结",
            actor=task.completed_by.name if task.completed_by else None,
            role=task.candidate_group or None,
            opinion="；".join(f"{key}={value}" for key, value in (task.result or {}).items()) or None,
        )
        for task in tasks
    ]
    events += [
        ProcessEvent(
            at=run.finished_at or run.created_at,
            step=run.operation,
            name=run.operation,
            action="系统完成",
            actor=SYSTEM.name,
        )
        for run in runs
    ]
    return tuple(sorted(events, key=lambda event: event.at))


def _paths(papers: _Papers) -> dict[int, str]:
    counted: dict[str, int] = {}
    paths = {}
    for page in papers.pages:
        code = papers.code(page)
        counted[code] = counted.get(code, 0) + 1
        extension = "png" if page.format == "png" else "jpg"
        paths[page.id] = archival_metadata.content_path("application", code, counted[code], extension)
    return paths


def _case(
    context: Context, papers: _Papers, name: str, at: dt.datetime, paths: Mapping[int, str]
) -> CaseMetadata:
    record, item = papers.record, context.catalogue.items[papers.record.item]
    return CaseMetadata(
        package=name,
        transaction_number=record.transaction_number,
        item_code=record.item,
        item_name=item.name,
        catalogue_version=record.catalogue_version,
        title=f"{record.title} {item.name}",
        archived_at=at,
        software=SOFTWARE,
        archival_number=ArchivalNumber(name),
        business_type=item.platform.ywlx,
        business_reason=item.platform.ywyy,
        fonds_unit=context.office,
        office=record.office,
        channel=record.channel,
        accepted_at=record.accepted_at,
        received_at=record.received_at,
        retention=RetentionMetadata("未核定前不销毁"),
        agents=_agents(record),
        dossiers=tuple(papers.dossiers),
        subject=tuple(
            SubjectField(code, papers.field_name(code), str(value)) for code, value in record.subject.items()
        ),
        pages=tuple(_page(papers, page, paths[page.id]) for page in papers.pages),
    )


def _agents(record: Record) -> tuple[AgentMetadata, ...]:
    name = record.subject.get("owner_name") or record.subject.get("person_name")
    if not name:
        return ()
    return (AgentMetadata("申请人", str(name), record.subject.get("id_number")),)


def _page(papers: _Papers, page: PageImage, path: str) -> PageMetadata:
    recognition = papers.recognitions.get(page.id)
    return PageMetadata(
        number=page.number,
        path=path,
        format=page.format,
        size=page.size,
        sha256=page.sha256,
        sm3=page.sm3,
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        rotation=recognition.rotation if recognition else 0,
        source_name=page.source_name,
        source_page=page.source_page,
        operator=papers.names.get(page.added_by) if page.added_by else None,
        received_at=page.added_at,
        recogniser=recognition.version if recognition else None,
        materials=tuple(_material(papers, each) for each in papers.materials.get(page.id, ())),
        readings=tuple(_reading(papers, each) for each in papers.readings.get(page.id, {}).values()),
    )


def _material(papers: _Papers, material: PageMaterial) -> MaterialMetadata:
    return MaterialMetadata(
        code=material.current_code,
        name=papers.material_name(material.current_code),
        confidence=material.confidence,
        confirmed_by=papers.names.get(material.confirmed_by) if material.confirmed_by else None,
        confirmed_at=material.confirmed_at,
    )


def _reading(papers: _Papers, reading: Reading) -> ReadingMetadata:
    person = papers.names.get(reading.person_id) if reading.person_id else None
    return ReadingMetadata(
        code=reading.field,
        name=papers.field_name(reading.field),
        value=reading.value,
        source=reading.source,
        confidence=reading.confidence,
        confirmed_by=person,
        confirmed_at=reading.created_at if person else None,
    )


def _image(context: Context, page: PageImage, path: str) -> PayloadFile:
    return PayloadFile(path, context.store.get(page.sha256), page.sha256)


def _twin(context: Context, papers: _Papers, name: str, at: dt.datetime) -> bytes:
    made = (_twin_page(context, papers, page) for page in papers.pages)
    return twin.render(made, title=f"{papers.record.title} {papers.record.item}", identifier=name, created=at)


def _twin_page(context: Context, papers: _Papers, page: PageImage) -> TwinPage:
    recognition = papers.recognitions.get(page.id)
    found = recognition.lines if recognition else []
    lines = [TwinLine(line["text"], tuple(line["box"])) for line in found]
    # What a person confirmed is found by searching too, whatever the engine had read there.
    lines += [
        TwinLine(reading.value, tuple(reading.box))
        for reading in papers.readings.get(page.id, {}).values()
        if reading.person_id is not None and reading.box
    ]
    return TwinPage(
        image=context.store.get(page.sha256),
        lines=tuple(lines),
        dpi=page.dpi,
        rotation=recognition.rotation if recognition else 0,
        label=f"{page.number} {papers.material_name(papers.code(page))}",
    )
