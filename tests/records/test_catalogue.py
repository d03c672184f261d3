"""The catalogue: the shipped files make one, broken ones say what is wrong, completeness keeps the rules."""

from __future__ import annotations

import dataclasses
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from records import catalogue
from records.catalogue import Catalogue, CatalogueInvalid

SHIPPED = Path(catalogue.__file__).parents[1] / "bpmn" / "catalogue"


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return catalogue.load(SHIPPED)


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str, Callable[[Any], None]], CatalogueInvalid]:
    """Loads the shipped files after a change to one of them; what it raised."""

    def change(name: str, edit: Callable[[Any], None]) -> CatalogueInvalid:
        for shipped_name in catalogue.FILES:
            shutil.copy(SHIPPED / shipped_name, tmp_path)
        document = yaml.load((tmp_path / name).read_bytes(), yaml.CSafeLoader)
        if name == "items.yaml":
            document["items"] = document["items"][:3]  # enough to break, and quick to write
        edit(document)
        (tmp_path / name).write_text(yaml.safe_dump(document, allow_unicode=True))
        with pytest.raises(CatalogueInvalid) as caught:
            catalogue.load(tmp_path)
        return caught.value

    return change


def test_the_counts_are_those_that_the_files_state(shipped: Catalogue) -> None:
    stated = yaml.load((SHIPPED / "items.yaml").read_bytes(), yaml.CSafeLoader)["meta"]["counts"]
    assert len(shipped.items) == stated["total"]
    assert sum(item.active for item in shipped.items.values()) == stated["active"]
    assert len(shipped.materials) == 60 and len(shipped.fields) == 140


def test_an_item_is_read_whole(shipped: Catalogue) -> None:
    item = shipped.items["V-REG-01"]
    assert (item.dossier, item.status, item.working_days) == ("vehicle", "active", 2)
    assert (item.platform.xtlb, item.platform.ywlx, item.platform.ywyy) == ("01", "A", "A")
    assert item.retention.period is None and item.retention.archive_class == "定期30年"
    assert [group.id for group in item.groups] == ["identity", "provenance"]
    assert shipped.items["D-REN-08"].dossier == "driver"


def test_what_nobody_verified_is_marked(shipped: Catalogue) -> None:
    assert shipped.items["V-REG-01"].unverified == {"retention"}
    for item in shipped.items.values():
        assert (item.working_days is None) == ("working_days" in item.unverified)
        assert "retention" in item.unverified
    assert shipped.materials["M-ID-01"].zpzl_confidence == "vendor-divergent"


def test_fields_and_codes(shipped: Catalogue) -> None:
    assert (shipped.fields["vin"].name, shipped.fields["vin"].validator) == ("车辆识别代号", "vin")
    assert shipped.codes["hpzl"].values["02"] == "小型汽车"
    required = [field.code for field in shipped.materials["M-ID-01"].fields if field.required]
    assert required == ["person_name", "id_number"]


def test_a_catalogue_cannot_be_changed(shipped: Catalogue) -> None:
    with pytest.raises(TypeError):
        shipped.items["X"] = shipped.items["V-REG-01"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        shipped.items["V-REG-01"].name = "x"  # type: ignore[misc]


def test_the_version_follows_the_content(shipped: Catalogue, tmp_path: Path) -> None:
    for name in catalogue.FILES:
        shutil.copy(SHIPPED / name, tmp_path)
    assert catalogue.load(tmp_path).version == shipped.version
    with (tmp_path / "codes.yaml").open("a") as stream:
        stream.write("# one more remark\n")
    assert catalogue.load(tmp_path).version != shipped.version


# --- Completeness ---

ALWAYS = ["M-FM-01", "M-CT-01", "M-IN-01", "M-IP-02", "M-IP-03", "M-IP-04"]


def test_nothing_is_missing_from_a_complete_case(shipped: Catalogue) -> None:
    present = Counter([*ALWAYS, "M-ID-07", "M-SR-03"])
    assert catalogue.completeness(shipped.items["V-REG-01"], present, set()) == []


def test_an_empty_case_lacks_what_is_always_required_and_every_group(shipped: Catalogue) -> None:
    item = shipped.items["V-REG-01"]
    missing = catalogue.completeness(item, Counter(), set())
    assert [(one.kind, one.code) for one in missing] == [
        *(("material", code) for code in ALWAYS),
        ("group", "identity"),
        ("group", "provenance"),
    ]
    assert missing[0].name == "机动车注册、转让、注销登记/转入申请表"
    assert missing[-1].members == ("M-SR-01", "M-SR-03", "M-SR-04")


def test_an_electronic_result_stands_for_paper(shipped: Catalogue) -> None:
    item = shipped.items["V-REG-01"]
    present = Counter([code for code in ALWAYS if code != "M-IN-01"])
    missing = catalogue.completeness(item, present, {"M-IN-01", "M-ID-01"})
    assert [one.code for one in missing] == ["provenance"]


def test_a_count_of_zero_is_not_there(shipped: Catalogue) -> None:
    present = Counter({**dict.fromkeys(ALWAYS, 1), "M-ID-01": 1, "M-SR-01": 0})
    missing = catalogue.completeness(shipped.items["V-REG-01"], present, set())
    assert [one.code for one in missing] == ["provenance"]


# --- Broken files ---


def test_unknown_materials_of_an_item_and_of_a_group_are_named(broken: Any) -> None:
    def edit(document: Any) -> None:
        document["items"][0]["materials"][0]["material"] = "M-XX-99"
        document["items"][0]["material_groups"][0]["members"].append("M-XX-98")

    error = broken("items.yaml", edit)
    assert "V-REG-01" in str(error) and "M-XX-99" in str(error) and "M-XX-98" in str(error)


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("items.yaml", lambda d: d["items"].append(d["items"][0]), "V-REG-01 重复"),
        ("items.yaml", lambda d: d["items"][0].pop("platform"), "V-REG-01 缺少 platform"),
        ("items.yaml", lambda d: d["items"][0].update(dossier="船舶"), "船舶"),
        ("items.yaml", lambda d: d["items"][0].update(status="maybe"), "maybe"),
        ("items.yaml", lambda d: d["items"][0]["materials"][0].update(required="sometimes"), "sometimes"),
        ("items.yaml", lambda d: d["items"][0]["materials"][0].update(min_pages=9), "页数下限大于上限"),
        ("items.yaml", lambda d: d["items"][0]["material_groups"][0].update(members=[]), "没有成员"),
        ("items.yaml", lambda d: d["items"][0]["materials"].append(d["items"][0]["materials"][0]), "重复"),
        ("items.yaml", lambda d: d["items"].append({"name": "无码"}), "缺少 code"),
        ("items.yaml", lambda d: d["items"].append("text"), "缺少 code"),
        ("items.yaml", lambda d: d.pop("items"), "没有事项"),
        (
            "materials.yaml",
            lambda d: d["materials"][0]["fields"].append({"code": "x", "required": True}),
            "字段 x",
        ),
    ],
)
def test_each_fault_is_named(broken: Any, name: str, edit: Any, words: str) -> None:
    assert words in str(broken(name, edit))


def test_every_fault_is_told_at_once(broken: Any) -> None:
    def edit(document: Any) -> None:
        document["items"][0].pop("platform")
        document["items"][1].update(dossier="船舶")

    assert len(broken("items.yaml", edit).problems) == 2


def test_no_file_and_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(CatalogueInvalid, match=r"items\.yaml"):
        catalogue.load(tmp_path)
    for name in catalogue.FILES:
        shutil.copy(SHIPPED / name, tmp_path)
    (tmp_path / "codes.yaml").write_text("a: [1,\nb: }")
    with pytest.raises(CatalogueInvalid, match=r"codes\.yaml 第 2 行"):
        catalogue.load(tmp_path)
    (tmp_path / "codes.yaml").write_text("")
    with pytest.raises(CatalogueInvalid, match="没有内容"):
        catalogue.load(tmp_path)
