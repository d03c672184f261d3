"""What an archival package 归档包 of profile `gbt42727-like` says of its case, in XML, and where files lie.

Knows the metadata of one case 件, of its pages and of its process; how they are written, read and checked
against `schemas/archival-metadata.xsd`. Knows nothing of a database, of images or of writing packages.

The profile follows the minimal set that was drawn up for GB/T 42727-2023 and DA/T 46-2009 without the text of
either at hand. Nothing here claims conformance: the root says `conformance="candidate"`, and so does every
part that no person or authority has confirmed (`status="candidate"`). Element names are English and stable;
each carries its Chinese name in `label`, so that a reader needs neither the schema nor this program. An
annotation is the type, that Chinese name and, of a list, the name of its elements.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from lxml import etree

PROFILE = "gbt42727-like"
SCHEMA_VERSION = "1.0"
NAMESPACE = "urn:guidang:archival-metadata:1"
MAX_BYTES = 64 * 2**20

METADATA_PATH = "data/metadata.xml"
PROCESS_PATH = "data/log/process.xml"
SCHEMA_PATH = "data/schemas/archival-metadata.xsd"
Section = Literal["result", "process", "application"]
SECTIONS: Mapping[Section, str] = {
    "result": "01_result",
    "process": "02_process",
    "application": "03_application",
}

_SCHEMA_FILE = Path(__file__).with_name("schemas") / "archival-metadata.xsd"


class MetadataInvalid(ValueError):
    """The metadata cannot be written, or is not of this profile. The message names the element."""


@dataclass(frozen=True)
class ArchivalNumber:
    """档号. A candidate until the archive has confirmed the rule it was made by."""

    value: Annotated[str, "档号"]
    verified: Annotated[bool, "编制规则已核定"] = False

    @property
    def candidate(self) -> bool:
        return not self.verified


@dataclass(frozen=True)
class RetentionMetadata:
    """How long the case is kept, from which event. A candidate until the period has been verified."""

    rule: Annotated[str, "保管期限"]
    trigger: Annotated[str | None, "起算事件"] = None
    starts_at: Annotated[dt.datetime | None, "起算时间"] = None
    ends_at: Annotated[dt.datetime | None, "到期时间"] = None
    verified: Annotated[bool, "期限已核定"] = False

    @property
    def candidate(self) -> bool:
        return not self.verified


@dataclass(frozen=True)
class AgentMetadata:
    """A person or body with a part in the case (applicant, agent, accepting clerk, …)."""

    role: Annotated[str, "角色"]
    name: Annotated[str, "姓名或名称"]
    identifier: Annotated[str | None, "证件号或工号"] = None
    organisation: Annotated[str | None, "所属机构"] = None


@dataclass(frozen=True)
class DossierMetadata:
    """The file of a vehicle or a driver that the case belongs to."""

    kind: Annotated[Literal["vehicle", "driver"], "档案类别"]
    number: Annotated[str, "档案标识"]


@dataclass(frozen=True)
class SubjectField:
    """One thing the business system says of the case: field code, its Chinese name, value."""

    code: Annotated[str, "字段代码"]
    name: Annotated[str, "字段名称"]
    value: Annotated[str, "字段值"]


@dataclass(frozen=True)
class MaterialMetadata:
    """What a page (or a part of it) is. A candidate until a person has confirmed it."""

    code: Annotated[str, "资料代码"]
    name: Annotated[str, "资料名称"]
    confidence: Annotated[float | None, "识别置信度"] = None
    confirmed_by: Annotated[str | None, "确认人"] = None
    confirmed_at: Annotated[dt.datetime | None, "确认时间"] = None

    @property
    def candidate(self) -> bool:
        return self.confirmed_by is None


@dataclass(frozen=True)
class ReadingMetadata:
    """One field read from a page. `source`: engine and version, or a person. A candidate until confirmed."""

    code: Annotated[str, "字段代码"]
    name: Annotated[str, "字段名称"]
    value: Annotated[str, "字段值"]
    source: Annotated[str, "来源"]
    confidence: Annotated[float | None, "识别置信度"] = None
    confirmed_by: Annotated[str | None, "确认人"] = None
    confirmed_at: Annotated[dt.datetime | None, "确认时间"] = None

    @property
    def candidate(self) -> bool:
        return self.confirmed_by is None


@dataclass(frozen=True)
class PageMetadata:
    """One page image: where it lies in the package, its digests and pixels, how it was made, what was found.

    `rotation`: degrees clockwise that make the image, as a viewer shows it, upright. `dpi`: None where the
    scan did not say. `recogniser`: version of the engine and its models.
    """

    number: Annotated[int, "页号"]
    path: Annotated[str, "文件路径"]
    format: Annotated[str, "格式"]
    size: Annotated[int, "字节数"]
    sha256: Annotated[str, "SHA-256 摘要"]
    sm3: Annotated[str, "SM3 摘要"]
    width: Annotated[int, "宽度（像素）"]
    height: Annotated[int, "高度（像素）"]
    dpi: Annotated[float | None, "分辨率（dpi）"] = None
    colour: Annotated[str | None, "色彩模式"] = None
    rotation: Annotated[int, "转正角度"] = 0
    source_name: Annotated[str | None, "原文件名"] = None
    source_page: Annotated[int | None, "原文件页序"] = None
    scanned_at: Annotated[dt.datetime | None, "数字化时间"] = None
    scanner: Annotated[str | None, "采集设备"] = None
    operator: Annotated[str | None, "采集人员"] = None
    received_at: Annotated[dt.datetime | None, "入库时间"] = None
    recogniser: Annotated[str | None, "识别模型版本"] = None
    materials: Annotated[tuple[MaterialMetadata, ...], "资料", "material"] = ()
    readings: Annotated[tuple[ReadingMetadata, ...], "识别字段", "reading"] = ()


@dataclass(frozen=True)
class CaseMetadata:
    """One case 件 as it was archived. `package` is the name of the package; times carry their zone."""

    package: Annotated[str, "电子文件号"]
    transaction_number: Annotated[str, "办件流水号"]
    item_code: Annotated[str, "事项编码"]
    item_name: Annotated[str, "事项名称"]
    catalogue_version: Annotated[str, "事项目录版本"]
    title: Annotated[str, "题名"]
    archived_at: Annotated[dt.datetime, "归档时间"]
    software: Annotated[str, "形成软件及版本"]
    archival_number: Annotated[ArchivalNumber | None, "档号"] = None
    business_type: Annotated[str | None, "业务类型"] = None
    business_reason: Annotated[str | None, "业务原因"] = None
    fonds_unit: Annotated[str | None, "立档单位"] = None
    office: Annotated[str | None, "受理机构"] = None
    channel: Annotated[str | None, "受理渠道"] = None
    applied_at: Annotated[dt.datetime | None, "申请时间"] = None
    accepted_at: Annotated[dt.datetime | None, "受理时间"] = None
    received_at: Annotated[dt.datetime | None, "影像接收时间"] = None
    concluded_at: Annotated[dt.datetime | None, "办结时间"] = None
    result: Annotated[str | None, "办理结果"] = None
    result_documents: Annotated[tuple[str, ...], "结果证照", "document"] = ()
    security_class: Annotated[str | None, "密级"] = None
    access: Annotated[str | None, "利用权限"] = None
    retention: Annotated[RetentionMetadata | None, "保管期限"] = None
    replaces: Annotated[str | None, "所替换的归档包"] = None
    agents: Annotated[tuple[AgentMetadata, ...], "责任者", "agent"] = ()
    dossiers: Annotated[tuple[DossierMetadata, ...], "所属档案", "dossier"] = ()
    subject: Annotated[tuple[SubjectField, ...], "业务系统登记内容", "field"] = ()
    pages: Annotated[tuple[PageMetadata, ...], "影像页", "page"] = ()


@dataclass(frozen=True)
class ProcessEvent:
    """One step of the case: when, which step, who in which role did what, with what opinion."""

    at: Annotated[dt.datetime, "时间"]
    step: Annotated[str, "环节代码"]
    name: Annotated[str, "环节名称"]
    action: Annotated[str, "动作"]
    actor: Annotated[str | None, "经办人"] = None
    role: Annotated[str | None, "角色"] = None
    opinion: Annotated[str | None, "意见"] = None


@dataclass(frozen=True)
class ProcessLog:
    """How the case went, in order of time."""

    package: Annotated[str, "电子文件号"]
    transaction_number: Annotated[str, "办件流水号"]
    events: Annotated[tuple[ProcessEvent, ...], "办理过程", "event"] = ()


def _annotations(kind: type) -> Mapping[str, tuple[Any, ...]]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name: (typing.get_args(hint)[0], *hint.__metadata__) for name, hint in hints.items()}


# Per class, field name → type, Chinese name and, of a list, name of its elements.
_ANNOTATIONS: Mapping[Any, Mapping[str, tuple[Any, ...]]] = {
    kind: _annotations(kind)
    for kind in (
        ArchivalNumber,
        RetentionMetadata,
        AgentMetadata,
        DossierMetadata,
        SubjectField,
        MaterialMetadata,
        ReadingMetadata,
        PageMetadata,
        CaseMetadata,
        ProcessEvent,
        ProcessLog,
    )
}
_Document = TypeVar("_Document", CaseMetadata, ProcessLog)
_ROOTS: Mapping[type, tuple[str, str]] = {
    CaseMetadata: ("case", "件"),
    ProcessLog: ("process", "办理过程记录"),
}


def content_path(section: Section, material: str, sequence: int, extension: str) -> str:
    """Where a page image lies: `data/content/03_application/M-FM-01_001.jpg`. `sequence` counts from 1."""
    return f"data/content/{SECTIONS[section]}/{material}_{sequence:03d}.{extension}"


def twin_path(transaction_number: str) -> str:
    """Where the readable, searchable PDF of all pages lies."""
    return f"data/twin/{transaction_number}.pdf"


def schema() -> bytes:
    """The schema, to be put into the package at `SCHEMA_PATH`."""
    return _SCHEMA_FILE.read_bytes()


def write(case: CaseMetadata) -> bytes:
    """The XML of a case. Raises MetadataInvalid for a control character, a naive time, an empty text."""
    return _write(case)


def write_process(log: ProcessLog) -> bytes:
    """The XML document of a case's process. Raises MetadataInvalid."""
    return _write(log)


def read(document: bytes) -> CaseMetadata:
    """What `write` wrote. Raises MetadataInvalid for anything that is not of this profile."""
    return _read(document, CaseMetadata)


def read_process(document: bytes) -> ProcessLog:
    """What `write_process` wrote. Raises MetadataInvalid for anything that is not of this profile."""
    return _read(document, ProcessLog)


def _write(value: CaseMetadata | ProcessLog) -> bytes:
    name, label = _ROOTS[type(value)]
    root = etree.Element(_tag(name), nsmap={None: NAMESPACE})
    for attribute, text in (
        ("label", label),
        ("profile", PROFILE),
        ("schema_version", SCHEMA_VERSION),
        ("conformance", "candidate"),
    ):
        root.set(attribute, text)
    _add_fields(root, value)
    _refuse_invalid(root)
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    if len(document) > MAX_BYTES:
        raise MetadataInvalid(f"元数据超过 {MAX_BYTES // 2**20} MiB，请拆分办件后再归档")
    return bytes(document)


def _add_fields(parent: Any, value: Any) -> None:
    for name, (_, label, *item) in _ANNOTATIONS[type(value)].items():
        content = getattr(value, name)
        if content is None or content == ():
            continue
        element = etree.SubElement(parent, _tag(name), label=label)
        if isinstance(content, tuple):
            element.set("count", str(len(content)))
            for member in content:
                _fill(etree.SubElement(element, _tag(item[0])), member, label)
        else:
            _fill(element, content, label)


def _fill(element: Any, content: Any, label: str) -> None:
    if not is_dataclass(content):
        element.text = _text(content, label)
        return
    candidate = getattr(content, "candidate", None)
    if candidate is not None:
        element.set("status", "candidate" if candidate else "confirmed")
    _add_fields(element, content)


def _text(value: Any, label: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise MetadataInvalid(f"元数据“{label}”的时间没有时区：{value.isoformat()}")
        return value.isoformat()
    if isinstance(value, float):
        if not math.isfinite(value):
            raise MetadataInvalid(f"元数据“{label}”不是有限的数：{value}")
        return repr(value)
    if isinstance(value, int):
        return str(value)
    for character in value:
        if not _writable(character):
            raise MetadataInvalid(
                f"元数据“{label}”含有控制字符 U+{ord(character):04X}，请更正该项内容后重新归档：{value!r}"
            )
    return str(value)


def _writable(character: str) -> bool:
    """XML 1.0 characters, less the control characters that it merely discourages."""
    code = ord(character)
    if code < 0x20:
        return character in "\t\n\r"
    return not (
        0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


@functools.cache
def _schema() -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.XMLSchema(etree.parse(str(_SCHEMA_FILE), parser))


def _refuse_invalid(root: Any) -> None:
    rules = _schema()
    if not rules.validate(root):
        fault = rules.error_log[0].message.replace(f"{{{NAMESPACE}}}", "")
        raise MetadataInvalid(f"元数据不符合方案 {PROFILE} {SCHEMA_VERSION}：{fault}")


def _read(document: bytes, kind: type[_Document]) -> _Document:
    if len(document) > MAX_BYTES:
        raise MetadataInvalid(f"元数据超过 {MAX_BYTES // 2**20} MiB，未读取")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise MetadataInvalid(f"元数据不是完好的 XML：{error}") from error
    if root.getroottree().docinfo.doctype:
        raise MetadataInvalid("元数据不得含有 DOCTYPE")
    _refuse_invalid(root)
    if root.tag != _tag(_ROOTS[kind][0]):
        raise MetadataInvalid(f"这份元数据是“{root.get('label')}”，不是“{_ROOTS[kind][1]}”")
    return typing.cast(_Document, _value(root, kind))


def _value(element: Any, kind: Any) -> Any:
    """The value of a valid element, of the annotated type."""
    if is_dataclass(kind):
        children = {etree.QName(child).localname: child for child in element}
        known = {n: _value(children[n], hint[0]) for n, hint in _ANNOTATIONS[kind].items() if n in children}
        return typing.cast(Any, kind)(**known)
    if typing.get_origin(kind) is tuple:
        members = tuple(_value(child, typing.get_args(kind)[0]) for child in element)
        if element.get("count") != str(len(members)):
            raise MetadataInvalid(
                f"元数据“{element.get('label')}”载明 {element.get('count')} 项，实有 {len(members)} 项"
            )
        return members
    if typing.get_origin(kind) is types.UnionType:
        return _value(element, typing.get_args(kind)[0])
    text = element.text or ""
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(text)
    if kind is bool:
        return text in ("true", "1")
    return kind(text) if kind in (int, float) else text
