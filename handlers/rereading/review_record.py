"""The record that a reviewer works on: a copy of the archived one's rows, never of its images.

Knows rows of records, pages, findings and readings. What of it is alerted and who works on it is `review`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from handlers.rereading.changes import Archived, Change
from records import agreement, pages
from records.catalogue import Catalogue
from records.dossiers import Record
from records.pages import PageImage, PageMaterial, Reading, Recognition
from records.second_readings import Rereading


@dataclass
class ReviewRecord:
    """The record that a reviewer works on: the same images, first read anew (with what people had said), to see what
    would be alerted, then shown as archived."""

    session: Session
    catalogue: Catalogue
    archived: Archived
    rows: Mapping[int, Rereading]
    changes: Mapping[int, list[Change]]
    pages: dict[int, PageImage] = field(default_factory=dict)
    record: Record = field(init=False)

    def read_anew(self) -> None:
        self._copy_record()
        for page in self.archived.pages:
            row = self.rows.get(page.id)
            copied = self.pages[page.number]
            recognition = self._recognition(page, copied, row)
            self._materials(page, copied, recognition, row)
            if row is not None and row.error is None:
                self._new_readings(copied, recognition, row)
            for reading in self.archived.readings.get(page.id, {}).values():
                if row is None or row.error is not None or reading.person_id is not None:
                    self._copy_reading(copied, reading)
        self.session.flush()

    def as_archived(self) -> None:
        """Puts the archived values on top: the reviewer starts from what is archived and acts where it is wrong."""
        for page in self.archived.pages:
            row = self.rows.get(page.id)
            if row is None or row.error is not None:
                continue
            copied, read = self.pages[page.number], {each["code"]: each["value"] for each in row.fields}
            for code, reading in self.archived.readings.get(page.id, {}).items():
                same = code in read and agreement.agree(self.catalogue, code, read[code], reading.value)
                if reading.person_id is None and not same:
                    self._copy_reading(copied, reading)
            shown = pages.materials(self.session, [copied.id]).get(copied.id, [])
            for material, before in zip(shown, self.archived.materials.get(page.id, []), strict=False):
                if material.current_code != before.current_code:
                    material.confirmed_code = before.current_code
        self.session.flush()

    def _copy_record(self) -> None:
        original = self.archived.record
        first = min(row.id for row in self.rows.values())
        self.record = Record(
            transaction_number=f"{original.transaction_number[:20]}-R{first}",
            item=original.item,
            subject=dict(original.subject),
            office=original.office,
            channel="batch",
            accepted_at=original.accepted_at,
            catalogue_version=original.catalogue_version,
            fingerprint=hashlib.sha256(f"reread {original.id} {first}".encode()).hexdigest(),
            dossiers=list(original.dossiers),
        )
        self.session.add(self.record)
        self.session.flush()
        for page in self.archived.pages:
            kept = ("number", "sha256", "sm3", "size", "format", "width", "height", "dpi", "source_name")
            values = {name: getattr(page, name) for name in (*kept, "source_page", "added_by")}
            self.pages[page.number] = PageImage(record_id=self.record.id, **values)
        self.session.add_all(self.pages.values())
        self.session.flush()

    def _recognition(self, page: PageImage, copied: PageImage, row: Rereading | None) -> Recognition:
        before = self.archived.recognitions.get(page.id)
        anew = row is not None and row.error is None
        recognition = Recognition(
            page_id=copied.id,
            version=row.version if anew and row else before.version if before else "",
            rotation=(row.rotation or 0) if anew and row else before.rotation if before else 0,
            quality=before.quality if before else {},
            lines=[],
            error=None,
            seconds=row.seconds if row else 0.0,
        )
        self.session.add(recognition)
        self.session.flush()
        return recognition

    def _materials(
        self, page: PageImage, copied: PageImage, recognition: Recognition, row: Rereading | None
    ) -> None:
        """The new types where one matters; else the archived ones, beside what the new version says of each."""
        before = self.archived.materials.get(page.id, [])
        new = row.materials if row is not None and row.error is None else []
        changed = any(not each.field and each.matters for each in self.changes.get(page.id, []))
        if changed:
            self.session.add_all(
                PageMaterial(
                    page_id=copied.id,
                    recognition_id=recognition.id,
                    region=list(each["region"]),
                    code=each["code"],
                    confidence=each["confidence"],
                    alternatives=each.get("alternatives"),
                )
                for each in new
            )
            return
        for place, each in enumerate(before):
            said = new[place] if len(new) == len(before) else None
            self.session.add(
                PageMaterial(
                    page_id=copied.id,
                    recognition_id=recognition.id,
                    region=each.region,
                    code=said["code"] if said else each.code,
                    confidence=said["confidence"] if said else each.confidence,
                    alternatives=said.get("alternatives") if said else each.alternatives,
                    predicted_code=None if said else each.predicted_code,
                    confirmed_code=each.current_code,
                    confirmed_by=each.confirmed_by,
                    confirmed_at=each.confirmed_at,
                )
            )

    def _new_readings(self, copied: PageImage, recognition: Recognition, row: Rereading) -> None:
        self.session.add_all(
            Reading(
                page_id=copied.id,
                recognition_id=recognition.id,
                field=each["code"],
                value=each["value"],
                confidence=each["confidence"],
                box=each["box"],
                characters=each["characters"],
                source=row.version,
            )
            for each in row.fields
        )
        self.session.flush()

    def _copy_reading(self, copied: PageImage, reading: Reading) -> None:
        self.session.add(
            Reading(
                page_id=copied.id,
                person_id=reading.person_id,
                field=reading.field,
                value=reading.value,
                confidence=reading.confidence,
                box=reading.box,
                characters=reading.characters,
                source=reading.source,
                created_at=reading.created_at,
            )
        )
        self.session.flush()
