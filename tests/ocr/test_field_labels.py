"""Labels as forms print them: spread out, broken, in two languages, in a sentence; values that fill several lines."""

from __future__ import annotations

import pytest
import yaml

from ocr.field_rules import RULES
from ocr.fields import FieldFinder
from ocr.materials import MaterialCatalogue
from ocr.protocol import FieldFinding, Line
from tests.ocr.conftest import CATALOGUE_PATH, Validators, line

WIDTH, HEIGHT = 1654, 2339
ID_NUMBER = "310101199001010012"
# What no words say: told by the picture alone, and not looked for yet.
_SEEN = {"signature_present", "seal_present", "photo_present", "vin_rubbing_present"}


@pytest.fixture(scope="module")
def finder(catalogue: MaterialCatalogue, validators: Validators) -> FieldFinder:
    return FieldFinder(catalogue, validators)


def found(finder: FieldFinder, code: str, *lines: Line) -> FieldFinding | None:
    findings = finder.find([code], lines, WIDTH, HEIGHT)
    return findings[0] if findings else None


def test_every_field_of_the_catalogue_that_is_printed_has_a_rule() -> None:
    content = yaml.safe_load(CATALOGUE_PATH.read_text(encoding="utf-8"))
    assert set(content["field_dictionary"]) - set(RULES) == _SEEN


@pytest.mark.parametrize(
    ("code", "texts", "value"),
    [
        ("case_no", [("(2024)示0123执4567号", 100, 100)], "(2024)示0123执4567号"),
        ("court_name", [("示例市演示区人民法院", 500, 60)], "示例市演示区人民法院"),
        ("subject", [("考试科目", 100, 100), ("科目三道路驾驶技能", 400, 100)], "科目三道路驾驶技能"),
        ("score", [("考试成绩", 100, 100), ("98分", 400, 100)], "98"),
        (
            "permit_no",
            [("许可证号", 100, 100), ("示校许字〔2023〕293号", 400, 100)],
            "示校许字〔2023〕293号",
        ),
        ("hospital", [("医疗机构：示例市第九十九人民医院", 100, 100)], "示例市第九十九人民医院"),
        ("inspector", [("查验员：甄示例", 100, 100)], "甄示例"),
        (
            "recycler_name",
            [("回收企业名称", 100, 100), ("示例报废汽车回收拆解有限公司", 400, 100)],
            "示例报废汽车回收拆解有限公司",
        ),
        ("corrected_item", [("更正项目", 100, 100), ("车身颜色", 400, 100)], "车身颜色"),
        ("quota_kind", [("额度种类：单位非营业性客车额度", 100, 100)], "单位非营业性客车额度"),
        ("reason", [("延期事由", 100, 100), ("因病住院治疗", 400, 100)], "因病住院治疗"),
        ("plate_type", [("号牌种类", 100, 100), ("小型新能源汽车", 400, 100)], "小型新能源汽车"),
        ("biz_type_checked", [("业务类型：转让登记", 100, 100)], "转让登记"),
        ("gender", [("性别女民族汉", 100, 100)], "女"),
        ("ethnicity", [("性别女民族汉", 100, 100)], "汉"),
        (
            "use_nature",
            [("使用性质 Use Character", 100, 100), ("预约出租客运", 500, 100)],
            "预约出租客运",
        ),
        (
            "country",
            [("签发国家/地区（Country of issue)：", 100, 100), ("示例国", 700, 100)],
            "示例国",
        ),
        (
            "outline_dims",
            [("外廓尺寸(mm)", 100, 100), ("4596×1795×1657", 400, 100)],
            "4596×1795×1657",
        ),
        ("plate_no", [("号牌号码", 100, 100), ("沪K·×9170", 400, 100)], "沪KX9170"),
        ("id_number", [("身份证明号码11010519491231002×", 100, 100)], "11010519491231002X"),
        ("seating", [("核定载人数", 100, 100), ("5人", 400, 100)], "5"),
        ("license_chip_no", [("*3178349275326*", 100, 900)], "3178349275326"),
        (
            "id_valid_from",
            [("有效期限", 100, 100), ("2019.08.21-2039.08.21", 400, 100)],
            "2019.08.21",
        ),
        (
            "tax_period_to",
            [
                ("税款所属期起", 100, 100),
                ("2022-01-01", 400, 100),
                ("税款所属期止", 800, 100),
                ("2022-12-31", 1100, 100),
            ],
            "2022-12-31",
        ),
    ],
)
def test_fields_of_the_forms(
    finder: FieldFinder, code: str, texts: list[tuple[str, float, float]], value: str
) -> None:
    finding = found(finder, code, *(line(*text) for text in texts))
    assert finding is not None and finding.value == value


def test_a_label_with_its_signs_spread_out(finder: FieldFinder) -> None:
    finding = found(
        finder, "person_name", line("姓", 100, 100), line("名", 180, 100), line("甄示例", 400, 100)
    )
    assert finding is not None and finding.value == "甄示例"


def test_a_spread_label_of_which_the_second_sign_was_read_with_the_value(finder: FieldFinder) -> None:
    finding = found(finder, "org_name", line("名", 100, 100), line("称示例物流有限公司", 200, 100))
    assert finding is not None and finding.value == "示例物流有限公司"


def test_a_label_in_two_lines_of_its_cell(finder: FieldFinder) -> None:
    lines = [line("车辆制造", 100, 100), line("企业名称", 100, 138), line("示例汽车有限公司", 400, 119)]
    finding = found(finder, "manufacturer", *lines)
    assert finding is not None and finding.value == "示例汽车有限公司"


def test_a_label_in_five_lines_of_its_cell(finder: FieldFinder) -> None:
    parts = ("机动车", "所有人", "的姓名", "（名", "称）")
    lines = [line(part, 100, 100 + 40 * at) for at, part in enumerate(parts)]
    finding = found(finder, "owner_name", *lines, line("示例建筑工程有限公司", 400, 180))
    assert finding is not None and finding.value == "示例建筑工程有限公司"


def test_a_short_label_is_taken_for_misread_only_where_a_sign_is_hardly_legible(finder: FieldFinder) -> None:
    text = "所付人示例商贸有限公司"
    box = line(text, 100, 100).box
    blurred = Line(text, box, 0.9, (0.99, 0.6, *(0.99,) * 9))
    finding = found(finder, "owner_name", blurred)
    assert finding is not None and finding.value == "示例商贸有限公司"
    assert found(finder, "owner_name", line(text, 100, 100)) is None


def test_a_name_in_two_lines_beside_its_label(finder: FieldFinder) -> None:
    first, second = line("示例汽车租赁有", 400, 75), line("限公司", 400, 125)
    finding = found(finder, "owner_name", line("车主", 100, 100), first, second)
    assert finding is not None and finding.value == "示例汽车租赁有限公司"


def test_a_number_in_two_lines_without_a_label_counts_only_if_its_check_digit_agrees(
    finder: FieldFinder,
) -> None:
    finding = found(finder, "id_number", line(ID_NUMBER[:10], 400, 100), line(ID_NUMBER[10:], 400, 138))
    assert finding is not None and finding.value == ID_NUMBER
    wrong = ID_NUMBER[10:-1] + "3"
    assert found(finder, "id_number", line(ID_NUMBER[:10], 400, 100), line(wrong, 400, 138)) is None


def test_the_name_in_a_section_whose_head_stands_lower(finder: FieldFinder) -> None:
    lines = [line("姓名", 300, 100), line("甄示例", 500, 100), line("委托人", 100, 125)]
    lines += [line("姓名", 300, 300), line("范示例", 500, 300), line("受委托人", 100, 325)]
    principal, agent = found(finder, "principal_name", *lines), found(finder, "agent_name", *lines)
    assert principal is not None and principal.value == "甄示例"
    assert agent is not None and agent.value == "范示例"


def test_the_name_of_one_who_acts_for_the_owner_is_not_the_owners(finder: FieldFinder) -> None:
    beside = [line("代理人", 100, 300), line("姓名/名称", 250, 300), line("甄示例", 500, 300)]
    beneath = [line("代理人信息", 100, 260), line("姓名/名称", 100, 300), line("甄示例", 500, 300)]
    assert found(finder, "owner_name", *beside) is None
    assert found(finder, "owner_name", *beneath) is None
    owner = [line("机动车所有人", 100, 100), line("姓名/名称", 300, 100), line("范示例", 500, 100)]
    finding = found(finder, "owner_name", *owner, *beside)
    assert finding is not None and finding.value == "范示例"


def test_two_labels_below_each_other_are_not_one(finder: FieldFinder) -> None:
    lines = [
        line("厂牌", 100, 100),
        line("示例牌", 400, 100),
        line("型号", 100, 138),
        line("SL400L", 400, 138),
    ]
    finding = found(finder, "brand_model", *lines)
    assert finding is not None and finding.value == "SL400L"


def test_an_address_goes_on_in_the_lines_of_its_cell(finder: FieldFinder) -> None:
    lines = [
        line("住址", 100, 100),
        line("示例市演示区样例路", 300, 100),
        line("430弄24号1421室", 300, 138),
        line("公民身份号码", 100, 300),
    ]
    finding = found(finder, "address", *lines)
    assert finding is not None and finding.value == "示例市演示区样例路430弄24号1421室"


def test_a_number_broken_in_a_narrow_cell(finder: FieldFinder) -> None:
    lines = [line("身份证明号码", 100, 100), line(ID_NUMBER[:12], 400, 100), line(ID_NUMBER[12:], 400, 138)]
    finding = found(finder, "id_number", *lines)
    assert finding is not None and finding.value == ID_NUMBER


def test_a_label_broken_at_the_end_of_a_line_of_text(finder: FieldFinder) -> None:
    lines = [
        line("青禾牌QH6689A，车辆识别代号（车架号）见上，发动机", 100, 100),
        line("号码7G345259，已于当日交售我公司，", 100, 145),
    ]
    finding = found(finder, "engine_no", *lines)
    assert finding is not None and finding.value == "7G345259"


def test_a_value_printed_half_a_line_too_high(finder: FieldFinder) -> None:
    label, value = line("销货单位名称", 100, 100), line("示例汽车销售服务有限公司", 400, 81)
    finding = found(finder, "seller_name", label, value)
    assert finding is not None and finding.value == "示例汽车销售服务有限公司"
    nearer = line("地址", 250, 75)
    assert found(finder, "seller_name", label, nearer, value) is None


def test_the_role_in_brackets_is_no_name(finder: FieldFinder) -> None:
    finding = found(finder, "mortgagee_name", line("抵押权人（甲方）：示例典当有限公司", 100, 100))
    assert finding is not None and finding.value == "示例典当有限公司"


def test_the_parties_of_a_digital_invoice(finder: FieldFinder) -> None:
    lines = [line("名称：甄示例", 200, 100), line("名称：示例汽车销售有限公司", 900, 100)]
    buyer, seller = found(finder, "buyer_name", *lines), found(finder, "seller_name", *lines)
    assert buyer is not None and buyer.value == "甄示例"
    assert seller is not None and seller.value == "示例汽车销售有限公司"


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("person_name", "兹证明甄示例同志，女，1987年9月出生，系我部现役军人", "甄示例"),
        ("owner_name", "兹有甄示例于2010年6月5日在我公司购买的汽车一辆", "甄示例"),
        ("agent_name", "兹介绍我单位甄示例等壹名同志前往你处办理业务", "甄示例"),
        (
            "agent_id_number",
            f"兹委托我单位职工甄示例（身份证号码：{ID_NUMBER}），前往贵所办理",
            ID_NUMBER,
        ),
        ("owner_name", "甄示例于2024年3月5日在我公司购买的汽车一辆", "甄示例"),
        ("accept_date", "你于2025-09-30申请办理的业务，经审查，申请材料不齐全", "2025-09-30"),
        ("person_name", "兹证明退役士兵甄示例在部队服役期间取得驾驶证", "甄示例"),
        ("owner_name", f"甄示例（身份证号{ID_NUMBER}）以其车辆作抵押", "甄示例"),
        (
            "owner_name",
            "示例物流有限公司（统一社会信用代码：91310000MA1TEST016）经审核符合规定",
            "示例物流有限公司",
        ),
        ("principal_name", "示例汽车租赁有限公司（公章）", "示例汽车租赁有限公司"),
        ("person_name", "姓名Name ZHEN SHILI", "ZHENSHILI"),
        ("subject", "考试科目：科目三安全文明驾驶常识 考试时间：2024-11-06", "科目三安全文明驾驶常识"),
        ("permit_no", "许可编号：示校许331597", "示校许331597"),
        ("import_cert_no", "编号：4340解字94948号", "4340解字94948号"),
        ("import_cert_no", "没证4735364", "没证4735364"),
        ("apply_items", "业务类型：驾驶证有效期满换证", "驾驶证有效期满换证"),
        ("train_hours", "培训，完成全部63学时，经结业考核成绩合格", "63"),
    ],
)
def test_values_in_sentences(finder: FieldFinder, code: str, text: str, value: str) -> None:
    finding = found(finder, code, line(text, 100, 100))
    assert finding is not None and finding.value == value


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("changed_value", [("变更前内容", 100, 100), ("白色", 400, 100)]),
        ("owner_name", [("机动车所有人填写", 100, 100)]),
        ("agent_name", [("机动车所有人（代理人）签字：", 100, 100), ("甄示例", 600, 100)]),
        ("person_name", [("申请人签名 Signature：", 100, 100)]),
        ("import_cert_no", [("NORTHWIND MOTORS", 100, 100)]),
        ("import_cert_no", [("进口证明书", 100, 100), ("CERTIFICATE OF IMPORTATION", 100, 140)]),
        ("buyer_name", [("购买方", 100, 100), ("统一社会", 400, 100)]),
        ("apply_items", [("申请事项", 100, 100), ("变更车身颜色", 100, 140)]),
        ("insure_to", [("保险期间自", 100, 100), ("2024-05-28", 400, 100)]),
        ("operator", [("经办人", 100, 100), ("办理时间", 400, 100)]),
        ("apply_items", [("申请事项", 100, 100), ("注册登记□注销登记转让登记", 400, 100)]),
        ("reason", [("申请原因", 100, 100), ("丢失灭失损毁字迹模糊", 400, 100)]),
        ("customs_name", [("中华人民共和国海关", 100, 100)]),
    ],
)
def test_nothing_is_made_up(finder: FieldFinder, code: str, texts: list[tuple[str, float, float]]) -> None:
    assert found(finder, code, *(line(*text) for text in texts)) is None


def test_what_stands_beside_another_label_is_not_the_value_below(finder: FieldFinder) -> None:
    lines = [line("住址", 300, 100), line("文化程度", 100, 145), line("大学专科文化", 300, 145)]
    assert found(finder, "address", *lines) is None
