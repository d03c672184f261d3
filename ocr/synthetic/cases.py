"""Case folders on disk, as a counter or a batch scanner would hand them in, and the truth beside them.

Knows which papers each item needs, and the layout of the folders (what can be wrong: `case_faults`):
`target/<transaction number>/case.json` with `001.jpg …`, `target/repairs/<transaction number>/` with the sound pages
that a rescan of a faulty case would bring, and `target/truth.jsonl` with one line a page,
outside the case folders so that handing in a folder takes the case alone. Knows nothing of intake or
recognition.

In V-TRF-01 the registration certificate and the vehicle licence still name the seller, as they do when a
transfer is handed in: only the application form, the identity card and the invoice name the case's
`owner_name`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from ocr.synthetic import case_faults, papers, rendering, scanner
from ocr.synthetic import identity as identities
from ocr.synthetic.case_faults import FAULTS, STRAYS, Conflict
from ocr.synthetic.identity import Identity

ITEMS = ("V-REG-01", "V-TRF-01", "D-REN-08")
LAST_DAY = date(2026, 11, 20)
OFFICE = "示例市公安局车辆管理所演示分所"

_BATCH_SHARE = 0.2

# Whose absence the rules of the item notice: always required, or the only member present of an at-least-one
# group.
_REQUIRED = {
    "V-REG-01": ("M-FM-01", "M-ID-01", "M-SR-01", "M-CT-01", "M-IN-01", "M-IP-02", "M-IP-03", "M-IP-04"),
    "V-TRF-01": ("M-FM-01", "M-ID-01", "M-SR-02", "M-LC-01", "M-LC-02", "M-IP-02", "M-IP-04"),
    "D-REN-08": ("M-FM-05", "M-ID-01", "M-DR-03"),
}
_SOMETIMES = {
    "V-REG-01": (("M-TX-01", 0.5),),
    "V-TRF-01": (),
    "D-REN-08": (("M-OT-01", 0.5), ("M-DR-02", 0.4)),
}

# A paper is drawn again so often until it shows the value in conflict, or no longer shows the missing material.
_TRIES = 12


@dataclass(frozen=True)
class Fault:
    """What is wrong with a case. `file` is None for a missing material; `shown` and `expected` for
    conflicts."""

    kind: str
    material: str
    file: str | None = None
    field: str | None = None
    shown: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class PageLine:
    """One line of truth.jsonl. `rotation`: clockwise degrees that make the scan upright. `fault`: this
    page's."""

    transaction_number: str
    item: str
    file: str
    materials: tuple[str, ...]
    fields: dict[str, str]
    rotation: int
    fault: str | None
    case_fault: str | None
    layout: str
    mode: str
    dpi: int


@dataclass(frozen=True)
class CaseTruth:
    """A written case: its folder, what case.json says, its pages and its fault, if it has one."""

    transaction_number: str
    item: str
    folder: Path
    submission: dict[str, object]
    pages: tuple[PageLine, ...]
    fault: Fault | None


@dataclass(frozen=True)
class _Sheet:
    """A paper to be drawn: its material, layout (None: by chance) and, on one page of a faulty case, what is
    wrong. `copied`: it is that paper, scanned once more."""

    material: str
    layout: str | None = None
    fault: str | None = None
    copied: _Drawn | None = None


@dataclass(frozen=True)
class _Drawn:
    """A written page and what draws the same paper again."""

    line: PageLine
    fault: Fault | None
    sheet: _Sheet
    identity: Identity
    seed: tuple[int, ...]


def write_cases(
    target: Path,
    cases: int,
    seed: int,
    faulty: float = 0.2,
    last_day: date = LAST_DAY,
    on_page: Callable[[str], None] = lambda name: None,
    split: papers.Split = "train",
    faults: Sequence[str] = FAULTS,
    batch_share: float = _BATCH_SHARE,
) -> list[CaseTruth]:
    """Writes `cases` case folders and truth.jsonl under `target`; round(cases × faulty) of them carry one of
    `faults`, in turn.

    The same arguments write the same bytes on the same fonts. Cases were accepted on the working days up to
    and including `last_day`. `on_page` hears the name of every page written. An existing truth.jsonl is
    replaced. `split`: the layouts that papers are drawn in.
    """
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, cases])
    kinds = _fault_plan(rng, cases, round(cases * faulty), faults)
    items = _item_plan(rng, kinds)
    batches = rng.permutation(cases) < round(cases * batch_share)
    written: list[CaseTruth] = []
    sound: list[_Drawn] = []
    with (target / "truth.jsonl").open("w", encoding="utf-8") as lines:
        for number, (item, kind, batch) in enumerate(zip(items, kinds, batches, strict=True)):
            own = np.random.default_rng([seed, cases, number])
            identity = identities.invent(own, item, _accepted_at(own, last_day), 100_000 + number)
            sheets, missing = _with_fault(own, item, _sheets(own, item, split), kind, sound)
            drawn = _write_case(target, identity, sheets, missing, kind, own, on_page, split)
            _write_repairs(target / "repairs", identity, sheets, missing, own, split)
            case = _submitted(target, identity, bool(batch), drawn, missing)
            for page in case.pages:
                lines.write(json.dumps(asdict(page), ensure_ascii=False) + "\n")
            written.append(case)
            if kind is None:
                sound += drawn
    return written


def _fault_plan(rng: np.random.Generator, cases: int, faulty: int, faults: Sequence[str]) -> list[str | None]:
    """A fault or None for each case: exactly `faulty` of them, the kinds in turn. A page of another case needs a sound
    case before it."""
    plan: list[str | None] = [None] * cases
    for turn, place in enumerate(rng.permutation(cases)[:faulty]):
        plan[int(place)] = faults[turn % len(faults)]
    if "foreign_page" in plan and None in plan:
        first = plan.index(None)
        for place in [place for place, kind in enumerate(plan[:first]) if kind == "foreign_page"]:
            plan[place], plan[first] = None, "foreign_page"
            first = place
    return plan


def _item_plan(rng: np.random.Generator, kinds: Sequence[str | None]) -> list[str]:
    """An item for each case, one that can carry its fault."""
    items = [str(item) for item in rng.choice(ITEMS, len(kinds), p=[0.4, 0.33, 0.27])]
    return [
        item if case_faults.carries(kind, item) else ITEMS[place % 2]
        for place, (item, kind) in enumerate(zip(items, kinds, strict=True))
    ]


def _write_case(
    target: Path,
    identity: Identity,
    sheets: Sequence[_Sheet],
    missing: str | None,
    kind: str | None,
    rng: np.random.Generator,
    on_page: Callable[[str], None],
    split: papers.Split,
) -> list[_Drawn]:
    folder = target / identity.transaction_number
    folder.mkdir(parents=True, exist_ok=True)
    pages: list[_Drawn] = []
    for place, sheet in enumerate(sheets, 1):
        name = f"{place:03d}.jpg"
        if sheet.fault == "duplicate_page":
            twin = next(page for page in pages if page.sheet.material == sheet.material)
            sheet = replace(sheet, copied=twin)
        pages.append(_write_page(folder / name, identity, sheet, kind, missing, rng, split))
        on_page(f"{identity.transaction_number}/{name}")
    return pages


def _submitted(
    target: Path, identity: Identity, batch: bool, pages: Iterable[_Drawn], missing: str | None
) -> CaseTruth:
    """The case as written, its case.json with it."""
    folder = target / identity.transaction_number
    submission = _submission(identity, batch)
    text = json.dumps(submission, ensure_ascii=False, indent=2)
    (folder / "case.json").write_text(text + "\n", encoding="utf-8")
    found = [page.fault for page in pages if page.fault]
    fault = Fault("missing_material", missing) if missing else next(iter(found), None)
    lines = tuple(page.line for page in pages)
    return CaseTruth(identity.transaction_number, identity.item, folder, submission, lines, fault)


def _write_repairs(
    target: Path,
    identity: Identity,
    sheets: Sequence[_Sheet],
    missing: str | None,
    rng: np.random.Generator,
    split: papers.Split,
) -> None:
    """The sound page for each faulty one, under the name of the page that it replaces, and the missing one: what a
    rescan would bring. A stray page has none."""
    folder = target / identity.transaction_number
    repairs = {
        f"{place:03d}.jpg": replace(sheet, fault=None)
        for place, sheet in enumerate(sheets, 1)
        if sheet.fault and sheet.fault not in STRAYS
    }
    if missing:
        repairs[f"{len(sheets) + 1:03d}.jpg"] = _Sheet(missing)
    for name, sheet in repairs.items():
        folder.mkdir(parents=True, exist_ok=True)
        _write_page(folder / name, identity, sheet, None, None, rng, split)


def _accepted_at(rng: np.random.Generator, last_day: date) -> datetime:
    """A minute of the office's hours on one of the last three working days."""
    day = last_day - timedelta(days=int(rng.integers(0, 3)))
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return datetime(
        day.year,
        day.month,
        day.day,
        int(rng.integers(9, 17)),
        int(rng.integers(0, 60)),
        int(rng.integers(0, 60)),
        tzinfo=identities.BEIJING_TIME,
    )


def _sheets(rng: np.random.Generator, item: str, split: papers.Split) -> list[_Sheet]:
    """The papers of a complete case in the order in which they lie."""
    sheets: list[_Sheet] = []
    for material in _REQUIRED[item]:
        # The layouts that cases name are those that training may see.
        sheets.extend(_laid_out(rng, item, material) if split == "train" else [_Sheet(material)])
    for material, share in _SOMETIMES[item]:
        if rng.random() < share:
            sheets.append(_Sheet(material))
    return sheets


def _laid_out(rng: np.random.Generator, item: str, material: str) -> Iterator[_Sheet]:
    if material == "M-ID-01":
        chance = rng.random()
        if chance < 0.25:
            yield _Sheet(material, "identity_portrait_side")
            yield _Sheet(material, "identity_emblem_side")
        else:
            yield _Sheet(material, "identity_both_sides" if chance < 0.75 else "identity_side_by_side")
    elif material == "M-IP-02":
        pasted = item == "V-TRF-01" and rng.random() < 0.5
        yield _Sheet(material, "inspection_record_with_rubbing" if pasted else "inspection_record")
    else:
        yield _Sheet(material)


def _with_fault(
    rng: np.random.Generator, item: str, sheets: list[_Sheet], kind: str | None, sound: Sequence[_Drawn]
) -> tuple[list[_Sheet], str | None]:
    """The sheets with the fault marked on one of them, or taken out; the second value is the missing
    material."""
    if kind is None:
        return sheets, None
    if kind == "missing_material":
        missing = str(rng.choice(_REQUIRED[item]))
        return [sheet for sheet in sheets if sheet.material != missing], missing
    if kind in STRAYS:
        place = int(rng.integers(1, len(sheets) + 1))
        return [*sheets[:place], _stray(rng, kind, sheets[:place], sound), *sheets[place:]], None
    material = str(rng.choice(case_faults.papers(kind, item, _REQUIRED[item])))
    place = next(place for place, sheet in enumerate(sheets) if sheet.material == material)
    return [replace(sheet, fault=kind) if at == place else sheet for at, sheet in enumerate(sheets)], None


def _stray(rng: np.random.Generator, kind: str, before: Sequence[_Sheet], sound: Sequence[_Drawn]) -> _Sheet:
    """A page that does not belong where it lies: of none of our types, a second scan of one before it, or a page of an
    earlier case that says whose it is."""
    if kind == "unknown_page":
        return _Sheet("M-OT-99", fault=kind)
    if kind == "duplicate_page":
        return replace(before[int(rng.integers(len(before)))], fault=kind)
    telling = [page for page in sound if {"vin", "id_number"} & page.line.fields.keys()]
    if not telling:
        raise ValueError("a page of another case needs a sound case written before it")
    source = telling[int(rng.integers(len(telling)))]
    return replace(source.sheet, fault=kind, copied=source)


def _write_page(
    path: Path,
    identity: Identity,
    sheet: _Sheet,
    case_fault: str | None,
    missing: str | None,
    rng: np.random.Generator,
    split: papers.Split,
) -> _Drawn:
    seed = tuple(int(v) for v in rng.integers(0, 2**31, 2))
    profile = scanner.draw_profile(rng)
    shown = case_faults.altered(rng, identity, sheet.fault)
    conflict = case_faults.conflict(sheet.fault, sheet.material, identity, shown) if sheet.fault else None
    if sheet.fault == "blank_page":
        image, truth = rendering.render_blank(identity, list(seed))
    else:
        profile = case_faults.spoilt(profile, sheet.fault, rng)
        if sheet.copied:
            shown, seed, missing = sheet.copied.identity, sheet.copied.seed, None
        image, truth, seed = _fitting(sheet, shown, seed, profile, split, conflict, missing)
    path.write_bytes(scanner.encode(image, profile, truth.dpi))
    line = PageLine(
        identity.transaction_number,
        identity.item,
        f"{identity.transaction_number}/{path.name}",
        truth.materials,
        truth.fields,
        truth.rotation,
        sheet.fault,
        case_fault,
        truth.layout,
        truth.mode,
        truth.dpi,
    )
    details = (conflict.field, conflict.shown, conflict.expected) if conflict else (None, None, None)
    fault = Fault(sheet.fault, sheet.material, line.file, *details) if sheet.fault else None
    return _Drawn(line, fault, sheet, shown, seed)


def _fitting(
    sheet: _Sheet,
    shown: Identity,
    seed: tuple[int, ...],
    profile: scanner.Profile,
    split: papers.Split,
    conflict: Conflict | None,
    missing: str | None,
) -> tuple[Image.Image, rendering.PageTruth, tuple[int, ...]]:
    """The first drawing of the sheet that shows the value in conflict and not the missing material; with its seed."""
    for attempt in range(_TRIES):
        own = (*seed, attempt) if attempt else seed
        image, truth = rendering.render(
            sheet.material, shown, list(own), layout=sheet.layout, profile=profile, split=split
        )
        is_told = conflict is None or truth.fields.get(conflict.field) == conflict.shown
        if is_told and missing not in truth.materials:
            return image, truth, own
    raise ValueError(f"资料 {sheet.material} 的版式都显示不出这处差错")


def _submission(identity: Identity, batch: bool) -> dict[str, object]:
    """What case.json says."""
    owner, vehicle, licence = identity.owner, identity.vehicle, identity.licence
    if identity.item == "D-REN-08":
        subject = {
            "person_name": owner.name,
            "id_number": owner.id_number,
            "file_no": licence.file_no,
            "license_class": licence.license_class,
        }
    else:
        subject = {
            "vin": vehicle.vin,
            "plate_no": vehicle.plate_no,
            "plate_type": vehicle.plate_type,
            "owner_name": owner.name,
            "id_number": owner.id_number,
            "engine_no": vehicle.engine_no,
            "brand_model": vehicle.brand_model,
        }
    return {
        "transaction_number": identity.transaction_number,
        "item": identity.item,
        "subject": subject,
        "office": OFFICE,
        "channel": "batch" if batch else "counter",
        "accepted_at": identity.accepted_at.isoformat(),
    }
