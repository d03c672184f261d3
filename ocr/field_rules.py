"""How each field is found on a page: the labels that stand beside it and the form that its value has.

A table, to be extended line by line; knows no pixels and no code. Longer labels come before those they
contain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ocr import mrz

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"


@dataclass(frozen=True)
class FieldRule:
    """`pattern` finds the value after a label; `bare` finds it where there is no label, if that is safe at
    all.

    `others`: labels that name the field where none of `labels` does. `inner`: what the value is called in a section of
    a form that one of the labels heads. `above`: what stands under the value, where its label cannot be read. `coded`:
    where the value stands in a line that carries its own check digits.

    `valid_only`: the form is too common to believe without the validator's word. `lowest`: of several without a
    label, the lowest on the page. `unbroken`: letters and figures alone, of a length that is known, so that specks
    between them and borders of boxes can be left out. `wraps`: in running text it may go on in the next line.
    """

    labels: tuple[str, ...]
    pattern: re.Pattern[str]
    bare: re.Pattern[str] | None = None
    others: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    above: re.Pattern[str] | None = None
    coded: Callable[[str], tuple[int, int] | None] | None = None
    valid_only: bool = False
    lowest: bool = False
    unbroken: bool = False
    wraps: bool = False


def _rule(
    labels: str,
    pattern: str,
    bare: str | None = None,
    *,
    others: str = "",
    inner: str = "",
    above: str | None = None,
    coded: Callable[[str], tuple[int, int] | None] | None = None,
    valid_only: bool = False,
    lowest: bool = False,
    unbroken: bool = False,
    wraps: bool = False,
) -> FieldRule:
    return FieldRule(
        _longest_first(labels),
        re.compile(pattern),
        re.compile(bare) if bare else None,
        _longest_first(others),
        _longest_first(inner),
        re.compile(above) if above else None,
        coded,
        valid_only,
        lowest,
        unbroken,
        wraps,
    )


def _longest_first(labels: str) -> tuple[str, ...]:
    return tuple(sorted(labels.split(), key=len, reverse=True))


# A person, an organisation that calls itself one, a person with a name in several parts, a name in Latin
# letters.
_ORGANISATION = "公司|厂|局|所|院|中心|银行|部|店|社|队|学校|大学|委员会|分行|支行|协会|集团|站|馆"
# How sentences of declarations begin, which stand beside names and are broken into short lines.
_NO_NAME = "如有|如不|本人|愿意|承担|特此|以上|上述|属实|真实|有效|虚假|签字|签名|盖章|申请|代理|机动车|承诺|所填|提交"
_NAME = (
    rf"^(?:[\u4e00-\u9fff（）()A-Z0-9]{{2,40}}(?:{_ORGANISATION})|[\u4e00-\u9fff]{{1,8}}·[\u4e00-\u9fff·]{{1,16}}"
    rf"|(?![及和对的应与或为是将由]|(?:{_NO_NAME}))[\u4e00-\u9fff]{{2,4}}(?![\u4e00-\u9fff])"
    r"|[A-Z]{2,30}(?:,[A-Z]{2,30})?)"
)
# What stands under a name: on a card the sex, on an invoice the buyer's number.
_SEX_BELOW = r"^(?:性别|[男女].{0,5}$)"
_NUMBER_BELOW = r"^(?:[1-9]\d{14}(?:\d\d[\dX])?|[0-9A-Z]{18}|[0-9A-Z]{8}-?[\dX])$"
_NAMED = "姓名/名称 姓名(单位名称) 姓名(名称) 姓名 名称 单位名称"
# A month with a nought before it is followed by a day of two figures, or one was not read.
_DATE = r"(?:19|20)\d{2}(?!\D0\d\D\d(?!\d))[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?|(?<!\d)(?:19|20)\d{2}[01]\d[0-3]\d(?!\d)"
_DATE_ALONE = rf"^(?:{_DATE})(?=.{{0,3}}$)"
_DATE_OR_LONG = _DATE + "|长期"
# The end of a term that is given from day to day.
_TERM_END = rf"(?<=[至\-])(?:{_DATE_OR_LONG})|^(?:{_DATE_OR_LONG})(?!.{{0,5}}[至\-])"
_CODE = r"^[A-Z0-9][A-Z0-9*/#\-]{3,29}"
_VIN_BARE = r"(?<![A-Z0-9])(?=[0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{17}(?![A-Z0-9])"
# A speck of a worn print or a pen's rest may be read as a point between the signs.
_PLATE = rf"[{PROVINCES}][A-Z](?:[·•.\-]?[A-Z0-9]){{4,5}}[A-Z0-9]?[挂学警港澳领试临超]?"
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
    "原发动机",
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
NO_VALUE = ("名称", "号码", "身份证明", "信息", "签名", "承诺", "声明", "意见", "典当行信息", "付款", "的")

RULES: dict[str, FieldRule] = {
    "vin": _rule(
        "车辆识别代号/车架号码 车辆识别代号/车架号 车辆识别代号 车辆识别代码 车架号码 车架号 VIN",
        r"[A-Z0-9]{11,20}",
        _VIN_BARE,
        unbroken=True,
        wraps=True,
    ),
    "plate_no": _rule(
        "机动车登记编号 机动车号牌号码 原号牌号码 登记编号 号牌号码 车牌照号 车牌号码 车牌号 车辆号牌 号牌",
        _PLATE,
        _PLATE,
        others="PLATENO.",
        wraps=True,
    ),
    "id_number": _rule(
        "公民身份号码 公民身份证号 公民身份证件编号 身份证明号码 居民身份证号码 身份证件号码 身份证件号 身份证号码 "
        "身份证号 证件号码 证件号 证号",
        r"\d{14,18}[0-9X]?",
        r"(?<![A-Z0-9])[1-9]\d{16}[0-9X](?![A-Z0-9])",
        unbroken=True,
        wraps=True,
    ),
    "agent_id_number": _rule(
        "代理人身份证号码 代理人身份证号 受托人身份证号码 受托人身份证号 代理人信息 受托人信息",
        r"\d{14,18}[0-9X]?",
        inner="居民身份证号码 身份证明号码 身份证号码 身份证号 证件号码",
        unbroken=True,
        wraps=True,
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
        others="申请人 客户名称 客户姓名 调出单位 原所有人 抵押人(所有人) 抵押人 被继承人 赠与人 借款人 额度所有人",
        inner=_NAMED,
    ),
    "person_name": _rule(
        "申请人姓名 学员姓名 考生姓名 驾驶人姓名 户主姓名 死者姓名 姓名/名称 姓名",
        _NAME,
        r"(?:^|(?<=[,:]))[\u4e00-\u9fff]{2,4}(?=,[男女],)",
        others="被检测人 被查询人 被核查人 被处罚人 持证人 现用名 学员 兹有居民 当事人 申请人",
        above=_SEX_BELOW,
    ),
    "buyer_name": _rule(
        "买方单位/个人 购买方名称 买方名称 购买方 购货单位(人) 购货单位名称",
        _NAME,
        r"(?:(?<=归买受人)|(?<=归)(?!买受人))[\u4e00-\u9fff]{2,4}(?=所有)|(?<=登记至)[\u4e00-\u9fff]{2,4}(?=\()",
        others="竞买人/受让人 买受人 受让人 竞得人 受赠人 继承人 调入单位 现所有人 申请执行人 买方",
        above=_NUMBER_BELOW,
    ),
    "seller_name": _rule(
        "卖方单位/个人 销货单位名称 销售单位名称 销售方名称 卖方名称", _NAME, others="销售单位 卖方"
    ),
    "taxpayer_name": _rule("纳税人名称", _NAME),
    "insured_name": _rule("被保险人名称 被保险人", _NAME),
    "org_name": _rule("单位名称 企业名称 业户名称 学校名称 机构名称 名称", _NAME),
    "principal_name": _rule("委托人姓名/名称 委托单位 委托人", _NAME, others="授权人", inner=_NAMED),
    "agent_name": _rule(
        "代理人姓名/名称 被委托人 受托人 代理人", _NAME, others="代理人签名 代理人(签名)", inner=_NAMED
    ),
    "mortgagee_name": _rule(
        "抵押权人姓名/名称 抵押权人/典当行 抵押权人", _NAME, others="典当行 贷款人 出借人", inner=_NAMED
    ),
    "manufacturer": _rule(
        "车辆制造企业名称 车辆生产企业名称 车辆制造商名称 制造企业名称 生产企业名称 制造商名称", _NAME
    ),
    "insurer": _rule("保险人 承保公司 公司名称", _NAME),
    "phone": _rule("联系电话 移动电话 手机号码 固定电话 电话", r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"),
    "engine_no": _rule(
        "发动机号码/电动机号码 发动机号/电动机号 发动机/电动机号 发动机号码 电动机号码 发动机号 电动机号 发动机编号 "
        "现发动机号 新发动机号",
        _CODE,
    ),
    "brand_model": _rule(
        "车辆品牌型号 厂牌型号 品牌型号 品牌及型号 车辆品牌/车辆型号 车辆品牌/型号 厂牌车型 车辆型号 底盘型号",
        r"^[\u4e00-\u9fff]*[A-Z0-9][A-Z0-9\-/()]{2,29}",
    ),
    "invoice_code": _rule("发票代码", r"(?<!\d)\d{10,12}(?!\d)"),
    "invoice_no": _rule("发票号码 购件发票号", r"(?<!\d)(?:\d{20}|\d{8})(?!\d)"),
    "price_total": _rule("价税合计 车价合计", _AMOUNT, others="小写"),
    "cert_no": _rule("合格证编号 合格证号 证书编号 确认书编号 公证书编号", _CODE, others="证明编号 编号"),
    "import_cert_no": _rule("进口证明书号 进口证明书编号 证明书编号 通知书编号", _CODE, others="编号 NO"),
    "tax_cert_no": _rule("完税证明号码 完税凭证号码 凭证号码 税收完税证明号", _CODE),
    "passport_no": _rule(
        "护照号码 护照号 证件号码 PASSPORTNUMBER PASSPORTNO",
        r"(?<![A-Z0-9])[A-Z]{0,3}\d{6,18}X?(?![A-Z0-9])",
        others="护照 CARDNO",
        coded=mrz.document_number,
    ),
    "hmt_permit_no": _rule(
        "通行证号码 通行证号 证件号码 CARDNO",
        r"(?<![A-Z0-9])(?:[HM]\d{8}(?:\d{2})?|\d{8}(?:\d{2})?)(?![A-Z0-9])",
    ),
    "foreign_license_no": _rule("驾驶证号码 驾驶证号 执照号码 LICENCENO LICENSENO DLNO", _CODE),
    "military_license_no": _rule("驾驶证号码 证号 编号", r"[军武][\u4e00-\u9fffA-Z]字?\d{6,12}"),
    "military_id_no": _rule("证件编号 证号 编号", r"[\u4e00-\u9fff]字第\d{5,10}号"),
    "recycle_cert_no": _rule("回收证明编号 证明编号", _CODE, others="编号 NO"),
    "report_no": _rule(
        "检验报告编号 报告编号", r"(?:NO\.)?[A-Z0-9\-]{6,20}", r"^NO\.?\d{8,15}$", others="编号"
    ),
    "quota_no": _rule("额度证明编号 额度单编号 证明单编号", r"\d{8,14}"),
    "policy_no": _rule("保险单号码 保险单号 保单号", r"^[A-Z0-9]{12,27}"),
    "reg_cert_no": _rule(
        "机动车登记证书编号 登记证书编号 登记证号 证书编号", r"(?<!\d)\d{12}(?!\d)", others="编号 NO"
    ),
    "file_no": _rule("档案编号", r"(?<!\d)\d{12}(?!\d)"),
    "lsh": _rule("业务流水号 流水号 受理号", r"[A-Z0-9]{13}"),
    "license_class": _rule(
        "申请准驾车型 申请的准驾车型代号 准驾车型代号 准驾车型 培训车型 申请车型",
        r"^(?:A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M|N|P)+(?![A-Z0-9])",
        r"(?<![A-Z0-9])(?:A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M|N|P)+(?=车型)",
    ),
    "result": _rule("检验结论 查验结论 检验结果 判定结果 结论", r"不合格|合格"),
    "issue_date": _rule(
        "开票日期 填发日期 签发日期 发证日期 开具日期 出具日期 核发日期 出单日期 征税日期 成交日期 成交时间 调拨日期 "
        "交车日期 退车日期 结业日期 查询日期 决定日期 签发时间",
        _DATE,
        _DATE_ALONE,
        lowest=True,
    ),
    "sign_date": _rule("签字日期 申请日期 签署日期 日期", _DATE, _DATE_ALONE, lowest=True),
    "inspect_date": _rule("检验日期 查验日期 检测日期", _DATE, _DATE_ALONE, lowest=True),
    "reg_date": _rule("注册登记日期 注册日期 登记日期", _DATE),
    "make_date": _rule("车辆制造日期 制造日期", _DATE),
    "birth_date": _rule("出生日期 出生", _DATE),
    "exam_date": _rule("体检日期 考试日期 考试时间 检查日期", _DATE, _DATE_ALONE, lowest=True),
    "accept_date": _rule("受理日期 受理时间", _DATE),
    "first_issue_date": _rule("初次领证日期", _DATE),
    "valid_to": _rule(
        "许可期限至 有效期限至 有效期截止 有效期限 有效期至 有效期止 有效期 EXPIRES", _TERM_END
    ),
    "id_valid_to": _rule(
        "有效期限至 有效期至 有效期限 有效期止 有效期",
        _TERM_END,
        rf"(?<=^\d{{4}}\.\d\d\.\d\d-)(?:{_DATE_OR_LONG})$",
    ),
    "insure_from": _rule("保险期间起 保险期间自 保险期间 保险起期", _DATE),
    "insure_to": _rule("保险期间止 保险期间至 保险期间 保险止期", _TERM_END),
}

# Looked for on a page of unknown type: what helps the person who names it.
KEY_FIELDS = ("vin", "plate_no", "id_number", "owner_name")
