"""Words that are no value: they begin a cell of their own, or a remark. Knows no fields."""

from __future__ import annotations

import re

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

# Labels of what is no field of the catalogue: beside them stands another's value, and a value ends before them where
# a colon follows.
_OTHERS = (
    "备注 编号 序号 金额 单价 数量 税率 税额 规格型号 经手人 复核 收款人 开票人 制单 审核 签章 单位 部门 职务 职业 "
    "出生地 籍贯 血型 身高 文化程度 婚姻状况 兵役状况 服务处所 宗教信仰 联系人 传真 网址 邮编 附件 抄送 "
    "出厂日期 生产日期 打印日期 打印时间 复印日期 有效期 车辆品牌 中文品牌 英文品牌 车辆状态 检验类别 排放标准 "
    "公告批次 底盘型号 底盘ID 轮胎数 轴数 轴距 轮距 排量 功率 转向形式 油耗 最高车速 国产/进口 获得方式 "
    "类型 注册资本 经营范围 成立日期 登记机关 营业场所 组成形式 经济性质 机构类型 "
    "办理时间 办理意见 业务岗位 审核结果 机打号码 机打代码 变更前内容 变更前的内容 变更前 代理权限 起拍价 成交价 "
    "拍卖标的 竞买号 佣金 保证金 送达 书记员 审判长 审判员 合议庭 "
    "签发次数 换证次数 签发地点 居住事由 受理人 受理意见 审核意见 处理意见 领取方式 特此证明 此致 说明 注意事项 "
    "实习期至 增驾车型 记分周期 累积记分 教练员 教练车 培训费 结业 学员编号 考试员 考试车号 考试机号 开始时间 "
    "结束时间 扣分项 扣分 违法行为 处罚依据 处罚种类 告知 复议 "
    "核定载质量 准牵引总质量 载质量 车主 工号 联系方式 受理窗口 打印人"
)
OTHER_LABELS = tuple(_OTHERS.split())

# Labels that values hold too: a value does not end before them.
_WITHIN = (
    "二手车市场 二手车交易市场 检验机构 检测机构 医疗机构 培训机构 驾驶培训机构 驾驶培训学校 "
    "检测站 检验站 仲裁机构 翻译机构 翻译公司 抵押登记 转移登记 转让登记 注册登记 车辆颜色 "
    "车身颜色 发动机型号 单位 驾校 法院 海关 考场 轮胎 回收企业 拆解企业 联系方式 经营场所 "
    "营业场所 受理部门 变更后 更正后 更正前 工作单位"
)
WITHIN_VALUES = frozenset(_WITHIN.split())

# Signs of labels that are never each other misread.
TERMS = ("起", "自", "止", "至", "起止")
OPPOSITES = (
    "前后",
    "买卖",
    "起止",
    "起至",
    "自至",
    "自止",
    "左右",
    "原现",
    "新旧",
    "购销",
    "甲乙",
    "上下",
    "收付",
    "出入",
    "领还",
)
# What belongs to the label behind which it stands, its English gloss and its unit among it.
SUB_LABELS = re.compile(
    r"^(?:姓名/名称|姓名|名称|\(车架号码?\)|/?车架号码?|号码|负责人\)?|路线\)?(?![\u4e00-\u9fff])|为(?=[A-Z0-9])|\((?:人|单位|所有人|签名|签字|盖章|单位名称|小写|如实填写)\)|及|VIN"
    r"|\((?:KG|MM|CM|ML|KW|元|千克|毫米|厘米|公斤|学时|小时|分|含驾驶员|或出厂编号|负责人|地区)\)"
    r"|(?:FULLNAME|NAME|OWNER|ADDRESS|SEX|PLATENO\.?|VEHICLETYPE|USECHARACTER|MODEL|ENGINENO\.?|REGISTERDATE|ISSUEDATE"
    r"|SIGNATURE|BRAND&MODEL|MANUFACTURER|INSPECTOR|NATIONALITY|DATEOFBIRTH|DATEOFFIRSTISSUE|VALIDPERIOD|CLASS|COUNTRY)(?![A-Z0-9])"
    r"|\([甲乙丙丁]方\)|\([\u4e00-\u9fff、/]{1,10}\)(?=:)|N[O0](?:[.:]|(?=\d))|\([A-Z.'/&\-]{2,40}\)|(?:FULL)?NAME(?=[A-Z]{4})(?!NAMEOF)|变更/?备案:|[:：;；.。,，、/\-_*()（）\[\]☑√·•\s])+"
)
