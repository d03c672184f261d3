"""Rules for drivers: the classes they may drive, examinations, training, what a doctor found."""

from __future__ import annotations

from ocr.field_rules.rule import FieldRule, rule

_CLASS = r"(?:A1|A2|A3|B1|B2|C1|C2|C3|C4|C5|C6|D|E|F|M|N|P)+"
_SOUND = r"(?:正常|合格|良好|不合格|异常|健全|灵活|运动功能正常|无异常)"
_HOURS = r"^\d{1,4}(?:\.\d)?(?:学时|小时|课时)?(?![\d/年.\-])"
_SUBJECT = (
    r"科目[一二三四1234](?:[(（][\u4e00-\u9fff]{2,10}[)）]|[\u4e00-\u9fff]{2,10})?|道路交通安全法律.{2,12}知识"
    r"|满分(?:学习)?考试|恢复(?:驾驶)?资格考试|审验教育考试"
)
_EYE = r"[0-5]\.\d"

DRIVERS: dict[str, FieldRule] = {
    "license_class": rule(
        "申请/已具有的准驾车型代号 已具有的准驾车型代号 原准驾车型 驾驶车辆种类 申请准驾车型 申请的准驾车型代号 "
        "准驾车型代号 准驾车型 培训车型 申请车型",
        rf"^{_CLASS}(?![A-Z0-9类])|^[A-Z]\dE?类(?::?[\u4e00-\u9fff]{{2,12}})?|^[A-Z]E?类(?::?[\u4e00-\u9fff]{{2,12}})?",
        rf"(?<![A-Z0-9]){_CLASS}(?=车型)",
    ),
    "subject": rule("考试科目 科目", rf"^(?:{_SUBJECT})", r"科目[一二三四1234](?![\u4e00-\u9fff]*[、和])"),
    "score": rule(
        "考试成绩 总成绩 最终成绩 考试得分 成绩 得分 分数",
        r"^(?:不合格|合格|\d{1,3}(?:\.\d)?)(?![\d年.\-/])",
    ),
    "train_hours": rule(
        "培训总学时 累计培训学时 培训学时 累计学时 总学时 学时合计 学时",
        _HOURS,
        r"\d{1,3}(?=个?学时)",
        others="合计",
    ),
    "study_hours": rule(
        "累计学习学时 学习学时 累计学时 学习时间 学习时长 学时", _HOURS, r"(?<=学习)\d{1,3}(?=学时|小时)"
    ),
    "height": rule("身高", r"^\d{3}(?=CM|厘米|\D|$)"),
    "vision_left": rule("左眼裸眼视力 左眼视力 左眼", _EYE, anywhere=True),
    "vision_right": rule("右眼裸眼视力 右眼视力 右眼", _EYE, anywhere=True),
    "color_vision": rule(
        "辨色力", rf"^(?:{_SOUND}|无?红绿色盲|非红绿色盲|有红绿色盲|色盲|色弱)(?:\([\u4e00-\u9fff]{{2,8}}\))?"
    ),
    "hearing": rule("左耳右耳听力 听力", rf"^(?:{_SOUND}(?![\u4e00-\u9fff])|[\u4e00-\u9fff0-9]{{6,40}})"),
    "limbs": rule(
        "躯干和四肢 四肢躯干 躯干四肢 四肢",
        rf"^(?:{_SOUND}|(?![由的等])[\u4e00-\u9fff]{{2,30}})(?![\u4e00-\u9fff])",
        others="躯干颈部 下肢 上肢 躯干",
    ),
}
