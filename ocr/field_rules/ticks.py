"""Rules for what is ticked on a form: the options of its editions, and where the answer is written out instead."""

from __future__ import annotations

from ocr.field_rules.rule import FieldRule, rule

_VEHICLE = (
    "注册登记 转让登记 转移登记 注销登记 转入 "
    "变更车身颜色 更换车身或者车架 更换车身或车架 更换发动机 变更使用性质 变更所有人姓名名称 变更所有人姓名/名称 "
    "变更机动车所有人姓名/名称 变更姓名/名称 变更共同所有人姓名/名称 变更共同所有人 住所迁出车辆管理所管辖区域 迁出 "
    "住所地址变更 变更住所地址 变更住所 "
    "联系方式变更 变更联系方式 变更身份证明名称/号码 变更身份证明号码 加装操纵辅助装置 加装或者拆除操纵辅助装置 "
    "小微型载客汽车加装踏步件 小型、微型载客汽车加装前后防撞装置 小型、微型载客汽车加装防撞装置 "
    "货运机动车加装防风罩、水箱、工具箱、备胎架 货运机动车加装防风罩、水箱 机动车增加车内装饰 "
    "加装肢体残疾人操纵辅助装置 更换整车 因质量问题更换整车 "
    "重新打刻车辆识别代号 重新打刻VIN 重新打刻发动机号 "
    "解除抵押登记 抵押登记 解除质押备案 质押备案 解除抵押 解除质押 "
    "补领号牌 换领号牌 补领行驶证 换领行驶证 补领登记证书 换领登记证书 申领登记证书 补领检验合格标志 "
    "申领检验合格标志 换领检验合格标志 "
    "申领临时行驶车号牌 "
)
_DRIVER = (
    "初次申领 增加准驾车型 持军警驾驶证申领 持军队、武装警察部队机动车驾驶证申领 持境外驾驶证申领 "
    "持境外机动车驾驶证申领 "
    "期满换证 有效期满换证 达到规定年龄换证 自愿降低准驾车型换证 信息变化换证 转入换证 变更换证 遗失补证 损毁换证 注销 "
    "恢复驾驶资格 延期换证 延期审验 延期提交身体条件证明 提交身体条件证明"
)
# What a row of boxes asks for that names only the document: 补领: □号牌 □行驶证.
GROUPS = ("申领", "补领", "换领")
GROUPED = ("号牌", "行驶证", "登记证书", "检验合格标志", "临时行驶车号牌")
_CHECKED = (
    "注册登记 转让登记 转移登记 转入 变更迁出 变更车身颜色 更换车身或者车架 更换发动机 变更使用性质 重新打刻VIN "
    "重新打刻车辆识别代号 重新打刻发动机号 更换整车 申领登记证书 补领登记证书 加装操纵辅助装置 监督解体 其他"
)

TICKS: dict[str, FieldRule] = {
    "apply_items": rule(
        "申请业务种类 申请业务事项 申请业务 申请事项 业务种类 业务类型",
        rf"^(?:{'|'.join(sorted((_VEHICLE + _DRIVER).split(), key=len, reverse=True))})(?![\u4e00-\u9fff□☐☑√■☒])",
        options=_VEHICLE + _DRIVER,
        grouped=True,
        sure=0.95,
        words=True,
    ),
    "biz_type_checked": rule(
        "查验业务类型 业务类型 业务种类 查验类型",
        rf"^(?:{'|'.join(sorted(_CHECKED.split(), key=len, reverse=True))})(?![\u4e00-\u9fff□☐☑√■☒])",
        options=_CHECKED,
        sure=0.95,
        words=True,
    ),
}
