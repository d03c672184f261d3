"""Rules for papers themselves: their numbers, sums, what they were issued for and what they decide."""

from __future__ import annotations

from ocr.field_rules.forms import AMOUNT, CASE_NUMBER, CODE, DOCUMENT_NUMBER, REFERENCE, TEXT, WORD_NUMBER
from ocr.field_rules.rule import FieldRule, rule

_CAUSES = "丢失 灭失 损毁 损坏 污损 被盗 字迹模糊 前号牌 后号牌 原证记载事项变化 首次申领 其他"

PAPERS: dict[str, FieldRule] = {
    "invoice_code": rule("发票代码", r"(?<!\d)\d{10,12}(?!\d)", others="机打代码"),
    "invoice_no": rule("发票号码 购件发票号", r"(?<!\d)(?:\d{20}|\d{8})(?!\d)", others="机打号码 NO"),
    "price_total": rule("价税合计 车价合计", AMOUNT, others="小写"),
    "cert_no": rule(
        "合格证编号 合格证号 证书编号 确认书编号 公证书编号",
        rf"{CODE}|{REFERENCE}",
        rf"(?<=字第)[A-Z0-9\-]{{5,20}}(?=号|$)|^(?:{DOCUMENT_NUMBER}|{CASE_NUMBER})$",
        others="结婚证字号 证明编号 字号 文号 编号",
    ),
    "import_cert_no": rule(
        "进口证明书号 进口证明书编号 证明书编号 通知书编号 进口证明书",
        rf"^{WORD_NUMBER}|{CODE}|{REFERENCE}",
        r"^没证\d{6,8}$",
        others="编号 NO",
        anywhere=True,
    ),
    "tax_cert_no": rule(
        "完税证明号码 完税证明编号 完税凭证号码 凭证号码 税收完税证明号 完税证号 原凭证号",
        CODE,
        others="证明编号 凭证编号 NO",
    ),
    "recycle_cert_no": rule("回收证明编号 证明编号", CODE, others="编号 NO"),
    "report_no": rule(
        "检验报告编号 报告编号", r"(?:NO\.)?[A-Z0-9\-]{6,20}", r"^NO\.?\d{8,15}$", others="编号"
    ),
    "quota_no": rule("额度证明编号 额度单编号 证明单编号", r"[A-Z]{0,4}\d{8,14}", others="证明编号 编号"),
    "policy_no": rule("保险单号码 电子保单号 保险单号 保单号 POLICYNO", r"^[A-Z0-9]{12,27}"),
    "reg_cert_no": rule(
        "机动车登记证书编号 登记证书编号 登记证号 证书编号", r"(?<!\d)\d{12}(?!\d)", others="编号 NO"
    ),
    "lsh": rule("号牌号码(流水号或其他与车辆能对应的号码) 业务流水号 流水号 受理号", r"[A-Z0-9]{13}"),
    "jylsh": rule("检验流水号 检测流水号 流水号", r"^[A-Z0-9\-]{8,25}"),
    "license_chip_no": rule("证芯编号 证芯号", r"(?<!\d)\d{13}(?!\d)", r"(?<=^\*)\d{13}(?=\*$)"),
    "case_no": rule("案号 案件编号", CASE_NUMBER, CASE_NUMBER, bare_sure=0.9),
    "contract_no": rule(
        "抵押合同编号 借款合同编号 主合同编号 合同编号 合同号",
        REFERENCE,
        r"[A-Z]{1,6}\d{4}[\u4e00-\u9fff]{1,3}字第\d{3,8}号",
        others="编号",
        bare_sure=0.85,
    ),
    "doc_no": rule(
        "文书编号 决定书编号 文书号 证明编号 文号 字号 编号", REFERENCE, DOCUMENT_NUMBER, bare_sure=0.8
    ),
    "permit_no": rule(
        "道路运输证号 许可证编号 许可编号 许可证号 证件编号 证号 字号 编号",
        r"(?=(?:\D*\d){3})[\u4e00-\u9fffA-Z0-9()\[\]〔〕\-]{4,32}",
        rf"{DOCUMENT_NUMBER}|^[\u4e00-\u9fff]{{2,14}}字第?\d{{6,15}}号$",
        others="道路运输经营许可证号 经营许可证号",
        bare_sure=0.9,
    ),
    "quota_kind": rule(
        "额度种类 额度类型 额度性质 额度类别",
        r"^[\u4e00-\u9fff（）()]{2,20}(?![\u4e00-\u9fff])",
        r"[\u4e00-\u9fff（）()]{2,16}额度(?!证明|单|所有|编号|种类|类型|类别|性质)$",
    ),
    "result": rule("检验结论 查验结论 检验结果 判定结果 结论", r"不合格|合格"),
    "corrected_item": rule(
        "更正的项目 更正项目 更正事项 更正内容 补建内容 补建项目 嫌疑事项",
        r"^[\u4e00-\u9fffA-Z0-9/、]{2,24}",
        r"(?<=登记事项)[\u4e00-\u9fff]{2,12}(?=有误)|(?<=更正机动车)[\u4e00-\u9fff]{2,10}(?=的)",
        others="申请事项",
        words=True,
        bare_sure=0.9,
    ),
    "before_value": rule(
        "更正前的内容 更正前内容 原登记内容 原记载内容 更正前 原内容",
        r"^[^□☐☑√■☒:]{1,40}",
        r"(?:(?<=^为[“\"])|(?<=登记为[“\"]))[^”\"“]{1,30}",
        others="原档案情况",
        flows=True,
        bare_sure=0.9,
    ),
    "after_value": rule(
        "更正后的内容 更正后内容 应登记内容 更正后 更正为",
        r"^[^□☐☑√■☒:]{1,40}",
        r"(?<=应为[“\"])[^”\"“]{1,30}",
        others="处理结果",
        flows=True,
        bare_sure=0.9,
    ),
    "reason": rule(
        "注销原因 吊销原因 撤销原因 撤销理由 延期事由 延期原因 学习事由 死亡原因 违法事实 补/换领原因 补换领原因 "
        "补领原因 换领原因 申请原因 事由 原因",
        TEXT,
        options=_CAUSES,
        flows=True,
        sure=0.8,
    ),
    "lost_reason": rule(
        "灭失原因 灭失事由 原因",
        r"^[\u4e00-\u9fff、,]{2,30}",
        r"(?<=因)(?!此)[\u4e00-\u9fff]{2,14}?(?=[,。]|导?致|灭失)",
    ),
    "entrust_scope": rule(
        "委托办理业务 委托办理事项 委托事项 业务名称 代理事项 办理业务 办理事项",
        r"^[\u4e00-\u9fff、,/]{2,40}",
        r"(?:补领|换领)(?:机动车)?(?:号牌|行驶证|登记证书|检验合格标志)(?=[事手等])|(?:注册|转移|转让|变更|抵押"
        r"|解除抵押|注销)登记(?=[事手等])",
        words=True,
        others="委托权限 委托内容 代理权限",
    ),
    "route": rule(
        "校车运行线路 行驶线路 运行路线 行驶路线 运行线路 起讫点",
        r"^[\u4e00-\u9fff0-9A-Z（）()—\-~→、至]{4,60}",
        flows=True,
    ),
}
