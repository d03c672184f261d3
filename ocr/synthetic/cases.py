"""Case folders on disk, as a counter or a batch scanner would hand them in, and the truth beside them.

Knows which papers each item needs, which faults a case may carry, and the layout of the folders:
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from ocr.synthetic import identity as identities
from ocr.synthetic import papers, rendering, scanner
from ocr.synthetic.identity import Identity

ITEMS = ("V-REG-01", "V-TRF-01", "D-REN-08")
FAULTS = (
    "missing_material",
    "vin_conflict",
    "blank_page",
    "owner_conflict",
    "blurred_page",
    "id_check_digit",
    "unknown_page",
)
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

# The papers on which each conflicting value can be read.
_SHOWS_VIN = {
    "V-REG-01": ("M-FM-01", "M-SR-01", "M-CT-01", "M-IN-01", "M-IP-03"),
    "V-TRF-01": ("M-FM-01", "M-SR-02", "M-LC-01", "M-LC-02"),
}
_SHOWS_OWNER = {
    "V-REG-01": ("M-FM-01", "M-ID-01", "M-SR-01", "M-IN-01"),
    "V-TRF-01": ("M-FM-01", "M-ID-01", "M-SR-02"),
    "D-REN-08": ("M-FM-05", "M-ID-01"),
}
_SHOWS_NUMBER: dict[str, tuple[str, ...]] = {
    "V-REG-01": ("M-FM-01", "M-ID-01"),
    "V-TRF-01": ("M-FM-01", "M-ID-01"),
    "D-REN-08": ("M-FM-05", "M-ID-01"),
}
_OWNER_FIELDS = {
    "M-ID-01": "person_name",
    "M-FM-05": "person_name",
    "M-SR-01": "buyer_name",
    "M-SR-02": "buyer_name",
    "M-IN-01": "insured_name",
}


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
    wrong."""

    material: str
    layout: str | None = None
    fault: str | None = None


def write_cases(
    target: Path,
    cases: int,
    seed: int,
    faulty: float = 0.2,
    last_day: date = LAST_DAY,
    on_page: Callable[[str], None] = lambda name: None,
    split: papers.Split = "train",
) -> list[CaseTruth]:
    """Writes `cases` case folders and truth.jsonl under `target`; round(cases × faulty) of them carry one
    fault.

    The same arguments write the same bytes on the same fonts. Cases were accepted on the working days up to
    and including `last_day`. `on_page` hears the name of every page written. An existing truth.jsonl is
    replaced. `split`: the layouts that papers are drawn in.
    """
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, cases])
    kinds = _fault_plan(rng, cases, round(cases * faulty))
    items = _item_plan(rng, kinds)
    batches = rng.permutation(cases) < round(cases * _BATCH_SHARE)
    written = []
    with (target / "truth.jsonl").open("w", encoding="utf-8") as lines:
        for number, (item, kind, batch) in enumerate(zip(items, kinds, batches, strict=True)):
            own = np.random.default_rng([seed, cases, number])
            identity = identities.invent(own, item, _accepted_at(own, last_day), 100_000 + number)
            case = _write_case(target, identity, kind, bool(batch), own, on_page, split)
            for page in case.pages:
                lines.write(json.dumps(asdict(page), ensure_ascii=False) + "\n")
            written.append(case)
    return written


def _fault_plan(rng: np.random.Generator, cases: int, faulty: int) -> list[str | None]:
    """A fault or None for each case: exactly `faulty` of them, the kinds in turn."""
    plan: list[str | None] = [None] * cases
    for turn, place in enumerate(rng.permutation(cases)[:faulty]):
        plan[int(place)] = FAULTS[turn % len(FAULTS)]
    return plan


def _item_plan(rng: np.random.Generator, kinds: Sequence[str | None]) -> list[str]:
    """An item for each case; a VIN cannot conflict in a driver's case."""
    items = [str(item) for item in rng.choice(ITEMS, len(kinds), p=[0.4, 0.33, 0.27])]
    return [
        ITEMS[place % 2] if kind == "vin_conflict" and item == "D-REN-08" else item
        for place, (item, kind) in enumerate(zip(items, kinds, strict=True))
    ]


def _write_case(
    target: Path,
    identity: Identity,
    kind: str | None,
    batch: bool,
    rng: np.random.Generator,
    on_page: Callable[[str], None],
    split: papers.Split,
) -> CaseTruth:
    sheets, missing = _with_fault(rng, identity.item, _sheets(rng, identity.item), kind)
    folder = target / identity.transaction_number
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    fault = Fault("missing_material", missing) if missing else None
    for place, sheet in enumerate(sheets, 1):
        name = f"{place:03d}.jpg"
        line, found = _write_page(folder / name, identity, sheet, kind, rng, split)
        pages.append(line)
        fault = found or fault
        on_page(f"{identity.transaction_number}/{name}")
    _write_repairs(target / "repairs" / identity.transaction_number, identity, sheets, missing, rng, split)
    submission = _submission(identity, batch)
    text = json.dumps(submission, ensure_ascii=False, indent=2)
    (folder / "case.json").write_text(text + "\n", encoding="utf-8")
    return CaseTruth(identity.transaction_number, identity.item, folder, submission, tuple(pages), fault)


def _write_repairs(
    folder: Path,
    identity: Identity,
    sheets: Sequence[_Sheet],
    missing: str | None,
    rng: np.random.Generator,
    split: papers.Split,
) -> None:
    """The sound page for each faulty one, under the name of the page that it replaces, and the missing one: what a
    rescan would bring. A stray page has none."""
    repairs = {
        f"{place:03d}.jpg": replace(sheet, fault=None) for place, sheet in enumerate(sheets, 1) if sheet.fault
    }
    if missing:
        repairs[f"{len(sheets) + 1:03d}.jpg"] = _Sheet(missing)
    for name, sheet in repairs.items():
        if sheet.material != "M-OT-99":
            folder.mkdir(parents=True, exist_ok=True)
            _write_page(folder / name, identity, sheet, None, rng, split)


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


def _sheets(rng: np.random.Generator, item: str) -> list[_Sheet]:
    """The papers of a complete case in the order in which they lie."""
    sheets: list[_Sheet] = []
    for material in _REQUIRED[item]:
        sheets.extend(_laid_out(rng, item, material))
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
    rng: np.random.Generator, item: str, sheets: list[_Sheet], kind: str | None
) -> tuple[list[_Sheet], str | None]:
    """The sheets with the fault marked on one of them, or taken out; the second value is the missing
    material."""
    if kind is None:
        return sheets, None
    if kind == "missing_material":
        missing = str(rng.choice(_REQUIRED[item]))
        return [sheet for sheet in sheets if sheet.material != missing], missing
    if kind == "unknown_page":
        place = int(rng.integers(1, len(sheets) + 1))
        return [*sheets[:place], _Sheet("M-OT-99", fault=kind), *sheets[place:]], None
    allowed: dict[str, dict[str, tuple[str, ...]]] = {
        "vin_conflict": _SHOWS_VIN,
        "owner_conflict": _SHOWS_OWNER,
        "id_check_digit": _SHOWS_NUMBER,
    }
    material = str(rng.choice(allowed.get(kind, _REQUIRED)[item]))
    place = next(place for place, sheet in enumerate(sheets) if sheet.material == material)
    return [replace(sheet, fault=kind) if at == place else sheet for at, sheet in enumerate(sheets)], None


def _write_page(
    path: Path,
    identity: Identity,
    sheet: _Sheet,
    case_fault: str | None,
    rng: np.random.Generator,
    split: papers.Split,
) -> tuple[PageLine, Fault | None]:
    page_seed = [int(v) for v in rng.integers(0, 2**31, 2)]
    profile = scanner.draw_profile(rng)
    shown = _altered(rng, identity, sheet.fault)
    if sheet.fault == "blank_page":
        image, truth = rendering.render_blank(identity, page_seed)
    else:
        if sheet.fault == "blurred_page":
            profile = scanner.blurred(profile, rng)
        # The layouts that cases name are those that training may see.
        layout = sheet.layout if split == "train" else None
        image, truth = rendering.render(
            sheet.material, shown, page_seed, layout=layout, profile=profile, split=split
        )
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
    return line, _fault(identity, shown, sheet, line) if sheet.fault else None


def _altered(rng: np.random.Generator, identity: Identity, fault: str | None) -> Identity:
    """The identity as this page wrongly shows it."""
    if fault == "vin_conflict":
        return identities.with_other_vin(rng, identity)
    if fault == "owner_conflict":
        return identities.with_other_owner(rng, identity)
    if fault == "id_check_digit":
        return identities.with_wrong_check_digit(rng, identity)
    return identity


def _fault(identity: Identity, shown: Identity, sheet: _Sheet, line: PageLine) -> Fault:
    details: tuple[str | None, str | None, str | None] = (None, None, None)
    if sheet.fault == "vin_conflict":
        details = ("vin", shown.vehicle.vin, identity.vehicle.vin)
    elif sheet.fault == "owner_conflict":
        details = (_OWNER_FIELDS.get(sheet.material, "owner_name"), shown.owner.name, identity.owner.name)
    elif sheet.fault == "id_check_digit":
        details = ("id_number", shown.owner.id_number, identity.owner.id_number)
    return Fault(str(sheet.fault), sheet.material, line.file, *details)


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
