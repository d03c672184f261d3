"""The shipped recogniser on scanned pages of its own generator: a few of each kind, whole way through."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import sqlalchemy as sa

from ocr.classifier import Classifier
from ocr.materials import MaterialCatalogue
from ocr.pipeline import PageRecogniser
from ocr.protocol import PageFindings
from ocr.synthetic import identity, rendering, scanner
from ocr.synthetic.rendering import PageTruth
from records.pages import Recognition

pytestmark = pytest.mark.ocr

WHO = identity.invent(np.random.default_rng(5), "V-TRF-01", dt.datetime(2026, 3, 5, 10, 0), 5)


def page(
    material: str, layout: str, profile: scanner.Profile = scanner.CLEAN, dpi: int = 150
) -> tuple[bytes, PageTruth]:
    image, truth = rendering.render(material, WHO, 11, layout=layout, profile=profile, dpi=dpi)
    return scanner.encode(image, profile, dpi), truth


def values(findings: PageFindings) -> dict[str, str]:
    return {field.code: field.value for field in findings.fields}


@pytest.mark.parametrize(
    ("material", "layout", "fields"),
    [
        ("M-SR-02", "used_vehicle", {"vin", "plate_no", "buyer_name"}),
        ("M-LC-02", "vehicle_licence", {"vin", "plate_no", "owner_name"}),
        ("M-ID-01", "identity_portrait_side", {"id_number", "person_name"}),
        ("M-FM-01", "vehicle_application", {"vin", "plate_no", "id_number", "owner_name"}),
    ],
)
def test_type_and_key_fields(
    recogniser: PageRecogniser, material: str, layout: str, fields: set[str]
) -> None:
    image, truth = page(material, layout)
    findings = recogniser.recognise(image)
    assert findings.materials[0].code == material
    assert findings.rotation == 0
    read = values(findings)
    assert {code: read.get(code) for code in fields} == {code: truth.fields[code] for code in fields}
    for field in findings.fields:
        assert 0 <= field.confidence <= 1
        assert all(0 <= edge <= 1 for edge in field.box)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_page_is_read_upright(recogniser: PageRecogniser, rotation: int) -> None:
    image, truth = page("M-LC-02", "vehicle_licence", scanner.Profile(rotation=rotation))
    findings = recogniser.recognise(image)
    assert findings.rotation == truth.rotation == rotation
    assert values(findings)["vin"] == truth.fields["vin"]
    assert findings.materials[0].code == "M-LC-02"


def test_the_boxes_are_where_the_values_are(recogniser: PageRecogniser) -> None:
    image, truth = page("M-LC-02", "vehicle_licence", scanner.Profile(rotation=180))
    findings = recogniser.recognise(image)
    vin = next(field for field in findings.fields if field.code == "vin")
    x0, y0, x1, y1 = truth.boxes["vin"]
    across, down = (x0 + x1) / 2 / findings.width, (y0 + y1) / 2 / findings.height
    assert vin.box[0] < across < vin.box[2]
    assert vin.box[1] < down < vin.box[3]


def test_two_materials_on_one_page_have_a_region_each(recogniser: PageRecogniser) -> None:
    image, truth = page("M-IP-02", "inspection_record_with_rubbing")
    findings = recogniser.recognise(image)
    assert [found.code for found in findings.materials] == list(truth.materials) == ["M-IP-02", "M-IP-03"]
    assert findings.materials[1].region[1] > 0.4
    assert values(findings)["vin"] == truth.fields["vin"]


@pytest.mark.parametrize("layout", ["letter", "shopping_list"])
def test_a_stray_page_is_unknown_and_not_the_nearest_type(recogniser: PageRecogniser, layout: str) -> None:
    findings = recogniser.recognise(page("M-OT-99", layout)[0])
    assert [found.code for found in findings.materials] == ["M-OT-99"]


def test_a_blurred_page_is_reported(recogniser: PageRecogniser) -> None:
    profile = scanner.blurred(scanner.CLEAN, np.random.default_rng(1))
    assert recogniser.recognise(page("M-SR-02", "used_vehicle", profile)[0]).quality.has("blurred")


def test_the_version_names_engine_and_models(recogniser: PageRecogniser) -> None:
    for part in ("paddleocr", "onnxruntime", "PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec", "PP-OCRv6_small_rec"):
        assert part in recogniser.version


def test_the_version_is_short_enough_to_be_kept(recogniser: PageRecogniser) -> None:
    kept = Recognition.__table__.c.version.type
    assert isinstance(kept, sa.String)
    assert kept.length is not None
    assert len(recogniser.version) <= kept.length


def test_a_long_version_is_cut_and_still_tells_models_apart(
    classifier: Classifier, catalogue: MaterialCatalogue
) -> None:
    class Named:
        skims = False
        find = skim = read = None

        def __init__(self, version: str) -> None:
            self.version = version

    versions = {
        PageRecogniser(Named("x" * 200 + end), classifier, catalogue, {}).version  # type: ignore[arg-type]
        for end in "ab"
    }
    assert len(versions) == 2
    assert {len(version) for version in versions} == {120}
