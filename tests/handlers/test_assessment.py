"""What assessment finds beyond single fields: faults of images, pages that contradict one another, duplicates."""

from dataclasses import replace

import pytest

from records import alerts, pages
from records.people import SYSTEM
from tests.handlers.conftest import REG_01, SUBJECT, VIN, page
from workflows import intake

FINGERPRINT = "0f" * 32
NEAR = "1f" + "0f" * 31
OTHER = {
    "vin": "LX7Y0AWY8TF737845",
    "plate_no": "沪B54321",
    "owner_name": "李四",
    "id_number": "310113198512160646",
}
INVOICE = {"invoice_no": "04397639"}


def raised(office, record_id):
    with office.house.sessions() as session:
        return list(alerts.of_record(session, record_id, "open"))


def duplicates(office, record_id):
    return [alert.text for alert in raised(office, record_id) if alert.reason == "DUPLICATE_PAGE"]


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        ("dark", "POOR_QUALITY", "曝光不当"),
        ("cut", "POOR_QUALITY", "超出影像边缘"),
        ("skewed", "FLAWED_IMAGE", "歪斜"),
        ("low_dpi", "FLAWED_IMAGE", "dpi"),
    ],
)
def test_each_fault_of_an_image_says_the_page_the_remedy_and_the_place(office, kind, reason, words):
    record_id = office.hand_in(**{"M-IP-02": {kind: True}})
    office.work()
    (alert,) = raised(office, record_id)
    assert alert.reason == reason and alert.text.startswith("第 6 页") and words in alert.text
    assert "重新扫描" in alert.text and alert.box == [0.1, 0.2, 0.3, 0.4]


def test_the_lines_of_a_photographed_vehicle_are_no_crooked_text(office):
    record_id = office.hand_in(**{"M-IP-04": {"skewed": True}})
    office.work()
    assert raised(office, record_id) == []


def test_strokes_over_the_edge_of_a_photograph_are_no_lost_print(office):
    class Measuring:
        version = office.recogniser.version

        def recognise(self, image, depth="all"):
            found = office.recogniser.recognise(image, depth)
            faults = tuple(replace(each, measure=4.0) for each in found.quality.faults)
            return replace(found, quality=replace(found.quality, faults=faults))

    office.context = replace(office.context, make_recogniser=Measuring)
    record_id = office.hand_in(**{"M-IP-04": {"cut": True}, "M-IP-02": {"cut": True}})
    office.work()
    assert [alert.text[:5] for alert in raised(office, record_id)] == ["第 6 页"]


def test_the_place_is_told_on_the_upright_page(office):
    record_id = office.hand_in(**{"M-IP-04": {"cut": True, "rotation": 90}})
    office.work()
    (alert,) = raised(office, record_id)
    assert alert.box == pytest.approx([0.6, 0.1, 0.8, 0.3])


def test_a_turned_page_is_no_alert(office):
    record_id = office.hand_in(**{"M-IP-04": {"turned": True, "rotation": 180}})
    office.work()
    assert raised(office, record_id) == [] and office.task(record_id).form == "recheck"


def test_two_faults_of_a_page_are_settled_by_its_rescan(office):
    record_id = office.hand_in(**{"M-IP-02": {"cut": True, "skewed": True}})
    office.work()
    assert {alert.reason for alert in raised(office, record_id)} == {"POOR_QUALITY", "FLAWED_IMAGE"}
    office.complete(record_id, disposition="rescan")
    with office.house.sessions() as session:
        old = pages.current(session, record_id)[5]
        files = [("6.jpg", page("M-IP-02", 5))]
        intake.add_pages(session, office.house.intake, SYSTEM, record_id, files, {0: old.id})
    office.complete(record_id)
    assert raised(office, record_id) == [] and office.task(record_id).form == "recheck"


def test_pages_are_compared_with_each_other_where_the_subject_says_nothing(office):
    engine = {"engine_no": "1A234567"}
    told = {"M-FM-01": engine, "M-IN-01": engine, "M-CT-01": {"engine_no": "9C765432"}}
    record_id = office.hand_in(**{code: {"fields": fields} for code, fields in told.items()})
    office.work()
    (alert,) = raised(office, record_id)
    assert alert.reason == "FIELD_CONFLICT" and alert.box
    assert "第 4 页" in alert.text and "9C765432" in alert.text
    assert "第 1 页" in alert.text and "1A234567" in alert.text


def test_the_agents_own_card_contradicts_nobody(office):
    subject = {"vin": VIN, "plate_no": SUBJECT["plate_no"]}
    told = {
        "M-FM-01": {"owner_name": "张三", "agent_name": "李四"},
        "M-SR-01": {"buyer_name": "张三"},
        "M-ID-01": {"person_name": "李四"},
    }
    record_id = office.hand_in(subject=subject, **{code: {"fields": fields} for code, fields in told.items()})
    office.work()
    assert raised(office, record_id) == []


def test_the_agents_own_card_contradicts_the_business_system_neither(office):
    told = {"M-FM-01": {"agent_name": "李四"}, "M-ID-01": {"person_name": "李四"}}
    record_id = office.hand_in(**{code: {"fields": fields} for code, fields in told.items()})
    office.work()
    assert raised(office, record_id) == []


@pytest.mark.parametrize(
    ("code", "fields", "confidence", "sign", "told"),
    [
        ("M-IP-03", {"vin": OTHER["vin"]}, 0.6, 0.95, True),  # no label beside it: its check digit is right
        ("M-ID-01", {"id_number": OTHER["id_number"]}, 0.6, 0.95, True),
        ("M-FM-01", {"id_number": OTHER["id_number"]}, 0.6, 0.95, False),  # whose?
        ("M-CT-01", {"plate_no": OTHER["plate_no"]}, 0.6, 0.95, False),
        ("M-CT-01", {"plate_no": OTHER["plate_no"]}, 0.84, 0.88, False),  # one sign is doubtful
        ("M-CT-01", {"plate_no": OTHER["plate_no"]}, 0.84, 0.95, True),
        ("M-CT-01", {"plate_no": SUBJECT["plate_no"].replace("2", "Z")}, 0.95, 0.95, False),  # look alike
    ],
)
def test_what_is_sure_enough_to_contradict(office, code, fields, confidence, sign, told):
    class Doubting:
        version = office.recogniser.version

        def recognise(self, image, depth="all"):
            found = office.recogniser.recognise(image, depth)
            fields = tuple(
                replace(each, characters=(*each.characters[1:], sign), confidence=confidence)
                for each in found.fields
            )
            return replace(found, fields=fields)

    office.context = replace(office.context, make_recogniser=Doubting)
    record_id = office.hand_in(**{code: {"fields": fields}})
    office.work()
    assert [alert.reason for alert in raised(office, record_id)] == (["FIELD_CONFLICT"] if told else [])


@pytest.mark.parametrize(
    ("vin", "told"),
    [
        ("L5VAG2186E2100001", set()),  # an S taken for a 5: no such VIN, and the expected one but for that
        ("LSVAG2I86E2IOOOOI", set()),  # signs that no VIN has
        ("LSVAG2186E2100002", {"FIELD_CONFLICT"}),
        ("LSVAG2186E21OOOO2", {"INVALID_FIELD", "FIELD_CONFLICT"}),
        (OTHER["vin"], {"FIELD_CONFLICT"}),
    ],
)
def test_a_vin_that_cannot_be_and_looks_like_the_expected_one_is_left_to_recheck(office, vin, told):
    record_id = office.hand_in(**{"M-CT-01": {"fields": {"vin": vin}}})
    office.work()
    assert {alert.reason for alert in raised(office, record_id)} == told


@pytest.mark.parametrize(
    ("read", "told"), [("示例", set()), ("示-例", set()), ("示二例", {"FIELD_CONFLICT"})]
)
def test_a_stroke_that_was_not_read_makes_no_other_name(office, read, told):
    subject = {**SUBJECT, "owner_name": "示一例"}
    record_id = office.hand_in(subject=subject, **{"M-FM-01": {"fields": {"owner_name": read}}})
    office.work()
    assert {alert.reason for alert in raised(office, record_id)} == told


def test_a_sheet_fed_twice_is_told_on_the_later_page(office):
    told = {"M-SR-01": {"fingerprint": FINGERPRINT, "fields": INVOICE}}
    record_id = office.hand_in((*REG_01, "M-SR-01"), **told)
    office.work()
    assert duplicates(office, record_id) == ["第 9 页与第 3 页重复，请换上应有的那一页"]


def photographed_twice(office, one, other):
    """A registration without its left front photograph, with two scans of one right rear instead."""
    rear = {"fingerprint": FINGERPRINT, "code": "M-IP-05", "chance": 0.7, "alternatives": {"M-IP-04": 0.2}}
    copies = {"M-IP-05": {**rear, **one}, "M-IP-07": {**rear, **other}}
    record_id = office.hand_in((*REG_01[:-1], *copies), **copies)
    office.work()
    return record_id


def test_a_copy_that_the_case_took_for_another_photograph_is_told_all_the_same(office):
    record_id = photographed_twice(office, {"shade": 1}, {"fingerprint": NEAR, "shade": 2})
    (text,) = duplicates(office, record_id)
    assert text.startswith("第 9 页与第 8 页重复")
    given = "判为“车辆外观照片-左前方斜视45度”，模型原判“车辆外观照片-右后方斜视45度”"
    assert text.count("系按本件所缺资料") == 1 and given in text


def test_copies_of_different_types_for_the_model_are_no_copies(office):
    record_id = photographed_twice(office, {"shade": 1}, {"fingerprint": NEAR, "code": "M-IP-07", "shade": 2})
    assert duplicates(office, record_id) == []


@pytest.mark.parametrize(
    ("subject", "fields", "code", "told"),
    [
        (OTHER, INVOICE, "M-SR-01", True),
        (SUBJECT, INVOICE, "M-SR-01", False),  # the same owner's other case
        (OTHER, {"invoice_no": "16287996"}, "M-SR-01", False),  # another copy of the form
        (OTHER, {}, "M-SR-01", False),  # nothing was read that says it is the same
        (OTHER, {}, "M-ID-01", False),  # an agent's card
    ],
)
def test_a_page_of_another_case_counts_only_where_all_speaks_for_it(office, subject, fields, code, told):
    first = office.hand_in(**{code: {"fingerprint": FINGERPRINT, "fields": INVOICE}})
    second = office.hand_in(subject=subject, **{code: {"fingerprint": NEAR, "fields": fields}})
    office.work()
    assert duplicates(office, first) == []
    found = duplicates(office, second)
    assert bool(found) is told
    assert all("与办件 1261120100001 第 3 页雷同" in text for text in found)
