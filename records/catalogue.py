"""The catalogue: item types 事项, material types 资料种类, fields and code tables, as data files say.

Knows how `items.yaml`, `materials.yaml` and `codes.yaml` are laid out, and which materials complete a case.
What the files mark as unverified stays marked. Knows no database; a `Catalogue` is loaded once a process and
never changes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import yaml

FILES = ("items.yaml", "materials.yaml", "codes.yaml")
DOSSIERS = {"机动车": "vehicle", "驾驶人": "driver", "其他": "other"}
STATUSES = {"active": "在办", "candidate": "待核实", "historical": "历史"}


class CatalogueInvalid(Exception):
    """The files do not make a catalogue; `problems` says where and why, one sentence each."""

    def __init__(self, directory: Path, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"事项目录 {directory} 有误，请更正后重新启动：" + "；".join(self.problems))


@dataclass(frozen=True)
class FieldType:
    """One field 字段. `type` as the file says: string, date, code:hpzl, enum:合格|不合格, …"""

    code: str
    name: str
    type: str
    validator: str | None


@dataclass(frozen=True)
class CodeTable:
    """One code table 代码表: code → name. `confidence` says how far it can be trusted."""

    code: str
    name: str
    values: Mapping[str, str]
    confidence: str


@dataclass(frozen=True)
class MaterialField:
    code: str
    required: bool


@dataclass(frozen=True)
class MaterialType:
    """One material type. `tier` 1 is read, 2 is recognised, 3 may be filed as other; `nature` is text, form,
    card, photo or rubbing; `zpzl` is the platform's photo code: None if unknown, the same everywhere only
    where `zpzl_confidence` is high."""

    code: str
    name: str
    tier: int
    nature: str
    layout: str
    fields: tuple[MaterialField, ...]
    aliases: tuple[str, ...]
    title_keywords: tuple[str, ...]
    subtypes: tuple[str, ...]
    pages: tuple[int, int]
    zpzl: str | None
    zpzl_confidence: str | None
    note: str | None


@dataclass(frozen=True)
class MaterialRequirement:
    """A material that an item asks for: always, or on a `condition` that only a person can judge."""

    material: str
    name: str
    always: bool
    condition: str | None
    min_pages: int
    max_pages: int


@dataclass(frozen=True)
class MaterialGroup:
    """Materials of which at least one must be there."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Platform:
    """How the national platform names the transaction; None where unknown."""

    xtlb: str | None
    ywlx: str | None
    ywyy: str | None
    source: str | None


@dataclass(frozen=True)
class Retention:
    """How long papers are kept: candidates only, until somebody confirms a period."""

    rule: str
    trigger: str
    period: str | None
    candidate: str
    archive_class: str


@dataclass(frozen=True)
class ItemType:
    """One item type. `dossier` is vehicle, driver or other; `working_days` is None where no limit is known;
    `unverified` names the facts that nobody has confirmed: platform, working_days, retention, legal_basis."""

    code: str
    name: str
    group: str
    dossier: str
    status: str
    materials: tuple[MaterialRequirement, ...]
    groups: tuple[MaterialGroup, ...]
    working_days: int | None
    platform: Platform
    retention: Retention
    regulation: str
    articles: tuple[str, ...]
    applicants: tuple[str, ...]
    results: tuple[str, ...]
    note: str | None
    unverified: frozenset[str]

    @property
    def active(self) -> bool:
        return self.status == "active"


@dataclass(frozen=True)
class Catalogue:
    """All of it, by code. `version` is the SHA-256 of the files, hexadecimal."""

    items: Mapping[str, ItemType]
    materials: Mapping[str, MaterialType]
    fields: Mapping[str, FieldType]
    codes: Mapping[str, CodeTable]
    version: str


@dataclass(frozen=True)
class Missing:
    """What a case lacks: a `material` or a `group` by code, its name, and the materials that would do."""

    kind: str
    code: str
    name: str
    members: tuple[str, ...]


def load(directory: Path) -> Catalogue:
    """The catalogue of the three files in `directory`. Raises CatalogueInvalid, naming every fault found."""
    directory = Path(directory)
    digest = hashlib.sha256()
    documents = []
    for name in FILES:
        content = _read(directory, name)
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
        documents.append(_parse(directory, name, content))
    items_file, materials_file, codes_file = documents
    problems: list[str] = []
    fields = _by_code(_field, _rows(materials_file, "field_dictionary"), "字段", problems)
    codes = _by_code(_code_table, _tables(codes_file), "代码表", problems)
    materials = _by_code(_material, _rows(materials_file, "materials"), "资料", problems)
    items = _by_code(_item, _rows(items_file, "items"), "事项", problems)
    problems.extend(_inconsistencies(items, materials, fields))
    if problems:
        raise CatalogueInvalid(directory, problems)
    return Catalogue(items, materials, fields, codes, digest.hexdigest())


def completeness(item: ItemType, present: Counter[str], substitutes: set[str]) -> list[Missing]:
    """What is missing: materials that are always required and groups without a member, neither among the
    pages (`present`: material code → how many) nor replaced by an electronic result (`substitutes`: codes).
    Conditional materials do not count: whether they apply is for a person to say."""
    there = {code for code, count in present.items() if count > 0} | substitutes
    materials = [
        Missing("material", wanted.material, wanted.name, (wanted.material,))
        for wanted in item.materials
        if wanted.always and wanted.material not in there
    ]
    groups = [
        Missing("group", group.id, group.name, group.members)
        for group in item.groups
        if there.isdisjoint(group.members)
    ]
    return materials + groups


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        raise CatalogueInvalid(directory, [f"{name} 不能读取（{error.strerror}）"]) from error


def _parse(directory: Path, name: str, content: bytes) -> Mapping[str, Any]:
    try:
        document = yaml.load(content, yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = f"第 {mark.line + 1} 行" if (mark := getattr(error, "problem_mark", None)) else ""
        raise CatalogueInvalid(directory, [f"{name} {where}不是有效的 YAML"]) from error
    if not isinstance(document, dict):
        raise CatalogueInvalid(directory, [f"{name} 没有内容"])
    return document


def _rows(document: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a list, or of a mapping whose keys are the codes."""
    rows = document.get(key)
    if isinstance(rows, dict):
        yield from ({"code": code, **row} for code, row in rows.items() if isinstance(row, dict))
    elif isinstance(rows, list):
        yield from rows


def _tables(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for code, table in document.items():
        if isinstance(table, dict) and "values" in table:
            yield {"code": code, **table}


_T = TypeVar("_T")


def _by_code(
    build: Callable[[Mapping[str, Any]], _T],
    rows: Iterable[Mapping[str, Any]],
    kind: str,
    problems: list[str],
) -> Mapping[str, _T]:
    found: dict[str, _T] = {}
    for row in rows:
        code = row.get("code") if isinstance(row, dict) else None
        if not isinstance(code, str):
            problems.append(f"{kind}缺少 code：{str(row)[:60]}")
            continue
        if code in found:
            problems.append(f"{kind} {code} 重复")
        try:
            found[code] = build(row)
        except KeyError as error:
            problems.append(f"{kind} {code} 缺少 {error.args[0]}")
        except (TypeError, AttributeError, ValueError) as error:
            problems.append(f"{kind} {code} 写法有误：{error}")
    if not found:
        problems.append(f"没有{kind}")
    return MappingProxyType(found)


def _field(row: Mapping[str, Any]) -> FieldType:
    return FieldType(row["code"], row["name"], row["type"], row.get("validator"))


def _code_table(row: Mapping[str, Any]) -> CodeTable:
    values = {str(code): str(name) for code, name in row["values"].items()}
    return CodeTable(row["code"], row["name"], MappingProxyType(values), row["confidence"])


def _material(row: Mapping[str, Any]) -> MaterialType:
    zpzl = row["platform_zpzl"] or {}
    return MaterialType(
        code=row["code"],
        name=row["name"],
        tier=row["tier"],
        nature=row["nature"],
        layout=row["layout"],
        fields=tuple(MaterialField(field["code"], field["required"]) for field in row["fields"]),
        aliases=tuple(row["aliases"]),
        title_keywords=tuple(row["title_keywords"]),
        subtypes=tuple(row["subtypes"]),
        pages=(row["pages_per_copy"]["min"], row["pages_per_copy"]["max"]),
        zpzl=zpzl.get("code"),
        zpzl_confidence=zpzl.get("confidence"),
        note=row.get("note"),
    )


def _item(row: Mapping[str, Any]) -> ItemType:
    platform, retention, limit, law = row["platform"], row["retention"], row["time_limit"], row["legal_basis"]
    doubts = {
        "platform": platform.get("verify", False),
        "working_days": limit.get("verify", False),
        "retention": retention.get("verify", False),
        "legal_basis": law["confidence"] == "low",
    }
    return ItemType(
        code=row["code"],
        name=row["name"],
        group=row["group"],
        dossier=_known(DOSSIERS, row, "dossier"),
        status=row["status"] if _known(STATUSES, row, "status") else "",
        materials=tuple(_requirement(wanted) for wanted in row["materials"]),
        groups=tuple(_group(group) for group in row.get("material_groups", ())),
        working_days=limit["working_days"],
        platform=Platform(*(platform.get(key) for key in ("xtlb", "ywlx", "ywyy", "source"))),
        retention=Retention(
            retention["rule"],
            retention["trigger"],
            retention["period"],
            retention["candidate"],
            retention["archive_class_candidate"],
        ),
        regulation=law["regulation"],
        articles=tuple(law["articles"]),
        applicants=tuple(row["applicants"]),
        results=tuple(row["result_documents"]),
        note=row.get("note"),
        unverified=frozenset(fact for fact, doubtful in doubts.items() if doubtful),
    )


def _known(table: Mapping[str, str], row: Mapping[str, Any], key: str) -> str:
    if row[key] not in table:
        raise ValueError(f"{key} 为“{row[key]}”，应为 {'、'.join(table)} 之一")
    return table[row[key]]


def _requirement(row: Mapping[str, Any]) -> MaterialRequirement:
    if row["required"] not in ("always", "conditional"):
        raise ValueError(f"required 为“{row['required']}”，应为 always 或 conditional")
    return MaterialRequirement(
        material=row["material"],
        name=row["name"],
        always=row["required"] == "always",
        condition=row.get("condition"),
        min_pages=row["min_pages"],
        max_pages=row["max_pages"],
    )


def _group(row: Mapping[str, Any]) -> MaterialGroup:
    if row["rule"] != "at_least_one":
        raise ValueError(f"资料组 {row['id']} 的 rule 为“{row['rule']}”，应为 at_least_one")
    if not row["members"]:
        raise ValueError(f"资料组 {row['id']} 没有成员")
    return MaterialGroup(row["id"], row["name"], tuple(row["members"]))


def _inconsistencies(
    items: Mapping[str, ItemType], materials: Mapping[str, MaterialType], fields: Mapping[str, FieldType]
) -> Iterator[str]:
    for material in materials.values():
        for field in material.fields:
            if field.code not in fields:
                yield f"资料 {material.code} 用到未定义的字段 {field.code}"
    for item in items.values():
        wanted = [requirement.material for requirement in item.materials]
        for code in dict.fromkeys(wanted + [code for group in item.groups for code in group.members]):
            if code not in materials:
                yield f"事项 {item.code} 用到未定义的资料 {code}"
        for code, times in Counter(wanted).items():
            if times > 1:
                yield f"事项 {item.code} 的资料 {code} 重复"
        for requirement in item.materials:
            if not requirement.min_pages <= requirement.max_pages:
                yield f"事项 {item.code} 的资料 {requirement.material} 页数下限大于上限"
