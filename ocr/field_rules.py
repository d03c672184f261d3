"""How each field is found on a page: the labels that stand beside it and the form that its value has.

A table, to be extended line by line; knows no pixels and no code. Longer labels come before those they
contain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"


@dataclass(frozen=True)
class FieldRule:
    """`pattern` finds the value after a label; `bare` finds it where there is no label, if that is safe at
    all.

    `valid_only`: the form is too common to believe without the validator's word.
    """

    labels: tuple[str, ...]
    pattern: re.Pattern[str]
    bare: re.Pattern[str] | None = None
    valid_only: bool = False
    lowest: bool = False


def _rule(
    labels: str, pattern: str, bare: str | None = None, *, valid_only: bool = False, lowest: bool = False
) -> FieldRule:
    ordered = tuple(sorted(labels.split(), key=len, reverse=True))
    return FieldRule(ordered, re.compile(pattern), re.compile(bare) if bare else None, valid_only, lowest)


# A person, an organisation that calls itself one, a person with a name in several parts, a name in Latin
# letters.
_ORGANISATION = "公司|厂|局|所|院|中心|银行|部|店|社|队|学校|大学|委员会|分行|支行|协会|集团|站|馆"
_NAME = (
    rf"^(?:[\u4e00-\u9fff（）()A-Z0-9]{{2,40}}(?:{_ORGANISATION})|[\u4e00-\u9fff]{{1,8}}·[\u4e00-\u9fff·]{{1,16}}"
    r"|(?![及和对的应与或为是将由])[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])|[A-Z]{2,30})"
)
_DATE = r"(?:19|20)\d{2}[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?|(?<!\d)(?:19|20)\d{2}[01]\d[0-3]\d(?!\d)"
_DATE_ALONE = rf"^(?:{_DATE})"
_DATE_OR_LONG = _DATE + "|长期"
_CODE = r"^[A-Z0-9][A-Z0-9*/#\-]{3,29}"
_VIN_BARE = r"(?<![A-Z0-9])(?=[0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{17}(?![A-Z0-9])"
_PLATE = rf"[{PROVINCES}][A-Z][·•.\-]?[A-Z0-9]{{4,6}}[挂学警港澳领试临超]?"
# Not what may as well be a citizen number, of which one in 31 has a fitting check character.
_CREDIT_CODE = r"(?![1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX])[1-9ANY][0-9A-Z]{17}"
_AMOUNT = r"[¥￥]?\d[\d,]*\.\d{2}"

# Words that begin a cell of their own: a name ends before them.
CELL_WORDS = (
    "邮寄地址",
    "检验员",
    "查验员",
    "性别",
    "民族",
    "出生",
    "住址",
    "地址",
    "国籍",
    "邮政编码",
    "联系电话",
    "手机",
    "电话",
    "电子邮箱",
    "身份证",
    "公民身份",
    "有效期",
    "签发机关",
    "使用性质",
    "车辆类型",
    "号牌种类",
    "号牌号码",
    "厂牌型号",
    "品牌型号",
    "车辆识别",
    "发动机",
    "注册日期",
    "发证日期",
    "准驾车型",
    "档案编号",
    "统一社会信用代码",
    "纳税人识别号",
    "组织机构代码",
    "法定代表人",
    "代理人",
    "购买方",
    "销售方",
    "销货",
    "买方",
    "卖方",
    "签字",
    "盖章",
    "日期",
    "开户",
    "账号",
)

# Words that begin what is no value, though a value may hold them.
NO_VALUE = ("名称", "号码", "身份证明", "信息")

RULES: dict[str, FieldRule] = {
    "vin": _rule(
        "车辆识别代号/车架号码 车辆识别代号/车架号 车辆识别代号 车辆识别代码 车架号码 车架号 VIN",
        r"[A-Z0-9]{11,20}",
        _VIN_BARE,
    ),
    "plate_no": _rule(
        "机动车登记编号 机动车号牌号码 登记编号 号牌号码 车牌照号 车牌号码 车牌号 号牌", _PLATE, _PLATE
    ),
    "id_number": _rule(
        "公民身份号码 身份证明号码 居民身份证号码 身份证号码 身份证号 证件号码 证件号 证号",
        r"\d{14,18}[0-9X]?",
        r"(?<![A-Z0-9])[1-9]\d{16}[0-9X](?![A-Z0-9])",
    ),
    "agent_id_number": _rule(
        "代理人身份证号码 代理人身份证号 受托人身份证号码 受托人身份证号", r"\d{14,18}[0-9X]?"
    ),
    "uscc": _rule(
        "统一社会信用代码 社会信用代码 信用代码 组织机构代码 身份证明号码",
        _CREDIT_CODE,
        valid_only=True,
    ),
    "seller_tax_no": _rule("销售单位纳税人识别号 销方税号 纳税人识别号", _CREDIT_CODE, valid_only=True),
    "owner_name": _rule(
        "机动车所有人姓名/名称 机动车所有人 车辆所有人 所有权人 所有人 车主姓名 车主 姓名/名称 "
        "声明人(签字) 承诺人(签字) 声明人 承诺人",
        _NAME,
    ),
    "person_name": _rule("申请人姓名 学员姓名 姓名/名称 姓名", _NAME),
    "buyer_name": _rule("买方单位/个人 购买方名称 买方名称 购买方", _NAME),
    "seller_name": _rule("卖方单位/个人 销货单位名称 销售单位名称 销售方名称 卖方名称", _NAME),
    "taxpayer_name": _rule("纳税人名称", _NAME),
    "insured_name": _rule("被保险人名称 被保险人", _NAME),
    "org_name": _rule("单位名称 企业名称 名称", _NAME),
    "principal_name": _rule("委托人姓名/名称 委托单位 委托人", _NAME),
    "agent_name": _rule("代理人姓名/名称 被委托人 受托人 代理人", _NAME),
    "mortgagee_name": _rule("抵押权人姓名/名称 抵押权人", _NAME),
    "manufacturer": _rule("车辆制造企业名称 制造企业名称 生产企业名称", _NAME),
    "phone": _rule("联系电话 移动电话 手机号码 固定电话 电话", r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"),
    "engine_no": _rule(
        "发动机号码/电动机号码 发动机号/电动机号 发动机号码 电动机号码 发动机号 电动机号", _CODE
    ),
    "brand_model": _rule(
        "车辆品牌型号 厂牌型号 品牌型号 车辆品牌/型号 车辆型号",
        r"^[\u4e00-\u9fff]*[A-Z0-9][A-Z0-9\-/()]{2,29}",
    ),
    "invoice_code": _rule("发票代码", r"(?<!\d)\d{10,12}(?!\d)"),
    "invoice_no": _rule("发票号码", r"(?<!\d)(?:\d{20}|\d{8})(?!\d)"),
    "price_total": _rule("价税合计 车价合计", _AMOUNT),
    "cert_no": _rule("合格证编号 合格证号 证书编号", _CODE),
    "import_cert_no": _rule("进口证明书号 进口证明书编号 证明书编号", _CODE),
    "tax_cert_no": _rule("完税证明号码 完税凭证号码 凭证号码", _CODE),
    "policy_no": _rule("保险单号码 保险单号 保单号", r"^[A-Z0-9]{12,27}"),
    "reg_cert_no": _rule("机动车登记证书编号 登记证书编号 登记证号 证书编号", r"(?<!\d)\d{12}(?!\d)"),
    "file_no": _rule("档案编号", r"(?<!\d)\d{12}(?!\d)"),
    "lsh": _rule("业务流水号 流水号", r"[A-Z0-9]{13}"),
    "license_class": _rule(
        "申请准驾车型 准驾车型代号 准驾车型", r"^(?:A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M|N|P)+"
    ),
    "result": _rule("检验结论 查验结论 结论", r"不合格|合格"),
    "issue_date": _rule("开票日期 填发日期 签发日期 发证日期 开具日期 出具日期", _DATE),
    "sign_date": _rule("签字日期 申请日期 签署日期 日期", _DATE, _DATE_ALONE, lowest=True),
    "inspect_date": _rule("检验日期 查验日期", _DATE, _DATE_ALONE, lowest=True),
    "reg_date": _rule("注册登记日期 注册日期 登记日期", _DATE),
    "make_date": _rule("车辆制造日期 制造日期", _DATE),
    "birth_date": _rule("出生日期 出生", _DATE),
    "exam_date": _rule("体检日期 考试日期 检查日期", _DATE, _DATE_ALONE, lowest=True),
    "accept_date": _rule("受理日期", _DATE),
    "first_issue_date": _rule("初次领证日期", _DATE),
    "valid_to": _rule("有效期至 有效期止", _DATE_OR_LONG),
}

# Looked for on a page of unknown type: what helps the person who names it.
KEY_FIELDS = ("vin", "plate_no", "id_number", "owner_name")
