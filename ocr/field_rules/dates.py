"""Rules for dates and terms."""

from __future__ import annotations

from ocr.field_rules.forms import DATE, DATE_ALONE, DATE_OR_LONG, MONTH, TERM_END, TERM_START
from ocr.field_rules.rule import FieldRule, rule

_LONG = r"长期|永久|无固定期限"

DATES: dict[str, FieldRule] = {
    "issue_date": rule(
        "开票日期 填发日期 签发日期 发证日期 开具日期 出具日期 核发日期 出单日期 征税日期 成交日期 成交时间 调拨日期 "
        "交车日期 退车日期 结业日期 查询日期 决定日期 签发时间 填制日期 开具时间 完税日期 出具时间 颁发日期 出证日期",
        DATE,
        DATE_ALONE,
        others="登记日期 核准日期 批准日期 裁定日期 出口日期 制单日期 签署日期 检测日期 申报日期 日期 回收日期",
        lowest=True,
        anywhere=True,
    ),
    "sign_date": rule(
        "签字日期 申请日期 签署日期 签订日期 委托日期 承诺日期 审批日期 立卷日期 填表日期 日期 DATE",
        DATE,
        DATE_ALONE,
        lowest=True,
    ),
    "inspect_date": rule(
        "检验日期 查验日期 检测日期 查验时间 检验时间", DATE, DATE_ALONE, lowest=True, anywhere=True
    ),
    "reg_date": rule("注册登记日期 注册日期 登记日期", DATE),
    "make_date": rule("车辆制造日期 底盘制造日期 制造日期", DATE),
    "birth_date": rule("出生日期 出生", DATE),
    "exam_date": rule("体检日期 考试日期 考试时间 检查日期", DATE, DATE_ALONE, lowest=True, anywhere=True),
    "accept_date": rule("受理日期 受理时间", DATE, rf"(?:于({DATE})(?=申请|受理|提交|提出))"),
    "first_issue_date": rule("初次领证日期", DATE),
    "valid_to": rule(
        "许可期限至 证明有效期至 有效期限至 有效期截止 有效期限 有效期至 有效期止 有效期 EXPIRES",
        TERM_END,
        anywhere=True,
    ),
    "id_valid_to": rule(
        "有效期限至 有效期至 有效期限 有效期止 有效期 签注有效期至 DATEOFEXPIRY VALIDUNTIL",
        TERM_END,
        rf"(?<=^\d{{4}}\.\d\d\.\d\d-)(?:{DATE_OR_LONG})$",
    ),
    "id_valid_from": rule(
        "有效期限自 有效期限 有效期起 有效期自 有效期",
        TERM_START,
        rf"^\d{{4}}\.\d\d\.\d\d(?=-(?:{DATE_OR_LONG})$)",
    ),
    "license_valid_from": rule(
        "有效期起始日期 有效起始日期 有效期限自 有效期起始 有效期自 有效期限 有效期起 VALIDFROM VALIDPERIOD",
        TERM_START,
        rf"^(?:{DATE})(?=至(?:{DATE_OR_LONG})$)",
        bare_sure=0.9,
    ),
    "license_valid_to": rule(
        "有效期截止日期 有效期限至 有效期截止 有效期止 有效期至 有效期限 有效期 VALIDPERIOD VALIDUNTIL",
        TERM_END,
        rf"(?<=至)(?:{DATE_OR_LONG})$",
        others="至",
        bare_sure=0.9,
    ),
    "biz_valid_to": rule(
        "营业期限至 营业期限 经营期限 合伙期限 经营期限至 有效期限 有效期至 有效期",
        rf"{TERM_END}|^(?:{_LONG})",
    ),
    "inspect_valid_to": rule("检验有效期至 检验有效期止 检验合格至 检验记录", MONTH),
    "tax_period_to": rule(
        "税款所属时期止 税款所属时期至 税款所属期止 税款所属期至 税款所属时期 税款所属期 税款所属期间 所属时期 "
        "纳税期限至 纳税期限",
        TERM_END,
    ),
    "insure_from": rule("保险期间起 保险期间自 保险期间 保险起期", DATE),
    "insure_to": rule("保险期间止 保险期间至 保险期间 保险止期", TERM_END),
}
