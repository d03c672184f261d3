"""The metadata of an archival package: written, valid by its schema, read back; what is amiss is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from records import archival_metadata as metadata
from records.archival_metadata import (
    AgentMetadata,
    ArchivalNumber,
    CaseMetadata,
    DossierMetadata,
    MaterialMetadata,
    MetadataInvalid,
    PageMetadata,
    ProcessEvent,
    ProcessLog,
    ReadingMetadata,
    RetentionMetadata,
    SubjectField,
)

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
AT = dt.datetime(2026, 11, 20, 9, 30, 5, 250, tzinfo=SHANGHAI)
NAMES = {"m": metadata.NAMESPACE}
PAGE = PageMetadata(
    number=1,
    path=metadata.content_path("application", "M-SR-01", 1, "jpg"),
    format="JPEG",
    size=812_345,
    sha256="0f" * 32,
    sm3="a1" * 32,
    width=1654,
    height=2339,
    dpi=200.0,
    colour="RGB",
    rotation=270,
    source_name="scan 01.jpg",
    source_page=1,
    scanned_at=AT,
    scanner="示例扫描仪",
    operator="采集员甲",
    received_at=AT,
    recogniser="reader 1.0 models 2",
    materials=(MaterialMetadata("M-SR-01", "机动车销售统一发票", 0.97),),
    readings=(
        ReadingMetadata("vin", "车辆识别代号", "LTESTAAA0AA000001", "reader 1.0", 1e-07),
        ReadingMetadata("owner_name", "机动车所有人", "示例甲\U00020bb7", "person", 1.0, "复核员乙", AT),
    ),
)
CASE = CaseMetadata(
    package="0000-V-REG-01-202611200001-1",
    transaction_number="202611200001",
    item_code="V-REG-01",
    item_name="机动车注册登记",
    catalogue_version="0.1",
    title="示例甲 机动车注册登记",
    archived_at=AT,
    software="Guidang 0.1",
    archival_number=ArchivalNumber("0000-V-2026-Y-00001"),
    business_type="A",
    fonds_unit="示例车管所",
    office="一号窗口",
    channel="counter",
    accepted_at=AT.astimezone(dt.UTC),
    result="准予登记",
    result_documents=("机动车登记证书", "行驶证"),
    retention=RetentionMetadata("定期30年", trigger="注销登记办结"),
    agents=(AgentMetadata("申请人", "示例甲", identifier="身份证号"), AgentMetadata("复核", "复核员乙")),
    dossiers=(DossierMetadata("vehicle", "LTESTAAA0AA000001"),),
    subject=(SubjectField("plate_no", "号牌号码", "示A·00001"),),
    pages=(
        PAGE,
        dataclasses.replace(PAGE, number=2, path=metadata.content_path("result", "M-LC-01", 1, "png")),
    ),
)
LOG = ProcessLog(
    CASE.package,
    CASE.transaction_number,
    (
        ProcessEvent(AT, "capture", "采集", "完成", "采集员甲", "采集岗"),
        ProcessEvent(AT, "recheck", "人工复核", "通过", "复核员乙", "复核岗", "第一行\r\n第二行\t< & >"),
    ),
)


def changed(**values: object) -> CaseMetadata:
    return dataclasses.replace(CASE, **values)  # type: ignore[arg-type]


def test_what_is_written_is_read_back():
    assert metadata.read(metadata.write(CASE)) == CASE
    assert metadata.read_process(metadata.write_process(LOG)) == LOG


def test_it_is_valid_by_the_schema_that_goes_into_the_package():
    schema = etree.XMLSchema(etree.parse(io.BytesIO(metadata.schema())))
    schema.assertValid(etree.fromstring(metadata.write(CASE)))
    schema.assertValid(etree.fromstring(metadata.write_process(LOG)))


def test_every_element_that_holds_something_names_itself_in_chinese():
    for document in (metadata.write(CASE), metadata.write_process(LOG)):
        for element in etree.fromstring(document).iter():
            in_a_list = element.getparent() is not None and element.getparent().get("count")
            assert in_a_list or re.search(r"[\u4e00-\u9fff]|SHA-256", element.get("label")), element.tag


def test_what_nobody_confirmed_is_a_candidate():
    root = etree.fromstring(metadata.write(CASE))
    assert root.get("profile") == "gbt42727-like" and root.get("conformance") == "candidate"
    status = {
        "m:archival_number": ["candidate"],
        "m:retention": ["candidate"],
        "m:pages/m:page[1]//m:material": ["candidate"],
        "m:pages/m:page[1]//m:reading": ["candidate", "confirmed"],
    }
    for path, expected in status.items():
        assert [found.get("status") for found in root.findall(path, NAMES)] == expected
    verified = changed(retention=RetentionMetadata("永久", verified=True))
    assert etree.fromstring(metadata.write(verified)).find("m:retention", NAMES).get("status") == "confirmed"


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\U0001ffff"]
)
def test_a_control_character_is_refused_and_its_element_named(character: str):
    with pytest.raises(MetadataInvalid, match=f"字段值.*U\\+{ord(character):04X}"):
        metadata.write(changed(subject=(SubjectField("plate_no", "号牌号码", f"示A{character}"),)))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"title": ""}, "title"),
        ({"pages": ()}, "pages"),
        ({"archived_at": dt.datetime(2026, 11, 20)}, "归档时间"),
        ({"pages": (PAGE, PAGE)}, "page"),
        ({"pages": (dataclasses.replace(PAGE, path="data/../outside"),)}, "path"),
        ({"pages": (dataclasses.replace(PAGE, sha256="0f"),)}, "sha256"),
        ({"pages": (dataclasses.replace(PAGE, width=0),)}, "width"),
        ({"pages": (dataclasses.replace(PAGE, rotation=45),)}, "rotation"),
        ({"pages": (dataclasses.replace(PAGE, dpi=float("nan")),)}, "分辨率"),
        ({"pages": (dataclasses.replace(PAGE, materials=(MaterialMetadata("M", "m", 1.5),)),)}, "confidence"),
        ({"dossiers": (DossierMetadata("boat", "1"),)}, "kind"),  # type: ignore[arg-type]
    ],
)
def test_invalid_metadata_is_not_written(values: dict[str, object], named: str):
    with pytest.raises(MetadataInvalid, match=named):
        metadata.write(changed(**values))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<case/>",
        metadata.write(CASE)[:-20],
        metadata.write(CASE).replace(b"gbt42727-like", b"another", 1),
        metadata.write(CASE).replace(b'schema_version="1.0"', b'schema_version="9.0"', 1),
        metadata.write(CASE).replace(
            b'label="\xe5\xbd\xb1\xe5\x83\x8f\xe9\xa1\xb5" count="2"', b'label="x" count="3"'
        ),
        metadata.write(CASE).replace(b"<title ", b"<titel ").replace(b"</title>", b"</titel>"),
        metadata.write_process(LOG),
    ],
)
def test_what_is_not_of_this_profile_is_not_read(document: bytes):
    with pytest.raises(MetadataInvalid):
        metadata.read(document)


def test_entities_are_not_resolved():
    head, rest = metadata.write(CASE).split(b"\n", 1)
    for doctype in (b'<!DOCTYPE case [<!ENTITY e SYSTEM "file:///etc/hostname">]>', b"<!DOCTYPE case>"):
        hostile = (
            head + doctype + rest.replace(b"V-REG-01<", b"&e;<" if b"ENTITY" in doctype else b"V-REG-01<")
        )
        with pytest.raises(MetadataInvalid, match=r"DOCTYPE|XML"):
            metadata.read(hostile)


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
)
TIMES = st.datetimes(timezones=st.sampled_from([SHANGHAI, dt.UTC]), min_value=dt.datetime(1950, 1, 1))


@settings(max_examples=60, deadline=None)
@given(
    title=TEXT,
    office=st.none() | TEXT,
    archived_at=TIMES,
    confidence=st.none() | st.floats(0, 1),
    confirmed_by=st.none() | TEXT,
)
def test_any_values_are_read_back(title, office, archived_at, confidence, confirmed_by):
    reading = ReadingMetadata("vin", "车辆识别代号", title, "reader", confidence, confirmed_by)
    page = dataclasses.replace(PAGE, readings=(reading,))
    case = changed(title=title, office=office, archived_at=archived_at, pages=(page,))
    assert metadata.read(metadata.write(case)) == case
