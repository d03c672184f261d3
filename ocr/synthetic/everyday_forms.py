"""Forms of other offices, insurers and firms, near our types on purpose: summonses of other matters, applications for
other papers, claims, towing, road toll agreements, questionnaires. Nothing is trained on them.

Knows what such forms say and how they are set. Knows no scanner and no real form.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    closing,
    digits,
    heading,
    notes,
    pick,
    plain_date,
    sheet,
    table,
    tear_line,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import A4, Layout, Page, Ticks, Value, chinese_date

_UNKNOWN = "M-OT-99"
_COURTS = ("示例市演示区人民法院", "演示市样本县人民法院", "范例市假想区人民法院")
_MATTERS = ("房屋租赁合同纠纷", "民间借贷纠纷", "物业服务合同纠纷", "离婚纠纷", "劳动争议", "相邻关系纠纷")
_FIRMS = ("示例市假想商贸有限公司", "演示区样本物流有限公司", "范例县青禾餐饮管理有限公司")
_INSURERS = ("示例财产保险股份有限公司", "演示财产保险股份有限公司演示区支公司")


def _ticked(rng: np.random.Generator, *captions: str) -> Ticks:
    """One of the captions ticked, or none on a form that nobody has filled in."""
    chosen = int(rng.integers(-1, len(captions)))
    return Ticks([(caption, index == chosen) for index, caption in enumerate(captions)])


def court_summons(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """传票 of a civil case that has nothing to do with a vehicle, with the receipt to tear off or without."""
    page, owner = sheet(_UNKNOWN, dpi, rng, hand=0.4), identity.owner
    court, day = pick(rng, _COURTS), identity.day
    page.title(26, court, 20)
    heading(page, 40, ("传　票", "应诉通知书", "开庭传票", "举证通知书"), 24)
    number = f"（{day.year}）示0{rng.integers(100, 999)}民初{rng.integers(100, 9999)}号"
    rows: list[list[Entry]] = [
        [("案　　号", Value(number))],
        [("案　　由", Value(pick(rng, _MATTERS)))],
        [("被传唤人", Value(owner.name))],
        [("工作单位\n或住址", Value(owner.address))],
        [("传唤事由", Value(pick(rng, ("开庭", "调解", "谈话", "交换证据"))))],
        [
            (
                "应到时间",
                Value(f"{chinese_date(day + timedelta(days=int(rng.integers(7, 40))))}上午九时三十分"),
            )
        ],
        [("应到处所", Value(f"本院第{rng.integers(2, 30)}审判庭"))],
    ]
    y = table(page, 25, 54, 160, rows, 34, float(rng.uniform(10, 14)))
    y = notes(
        page,
        27,
        y + 8,
        154,
        (
            "被传唤人必须准时到达应到处所。",
            "本票由被传唤人携带来院报到。",
            "被传唤人收到传票后，应在送达回证上签名或者盖章。",
        ),
        10.5,
    )
    page.text(112, y + 8, f"审判员　{identity.deal.inspector}", 12)
    page.text(112, y + 17, f"书记员　{identity.deal.clerk}", 12)
    closing(page, 144, y + 38, Value(court, pt=12), plain_date(day, han=rng.random() < 0.6))
    return page


def exit_entry_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """中国公民出入境证件申请表: an application with a photograph and boxes, for another counter."""
    page, owner = sheet(_UNKNOWN, dpi, rng, hand=0.5), identity.owner
    heading(
        page, 20, ("中国公民出入境证件申请表", "中国公民因私出国（境）申请表", "往来台湾地区旅行申请表"), 19
    )
    blank = rng.random() < 0.25
    said = [owner.name, owner.gender, owner.ethnicity, chinese_date(owner.birth_date), owner.id_number]
    said += [owner.address, owner.phone, pick(rng, ("旅游", "探亲", "商务", "留学"))]
    name, gender, people, born, number, home, phone, why = ("" if blank else text for text in said)
    rows: list[list[Entry]] = [
        [("中文姓名", Value(name)), ("性　别", Value(gender))],
        [("拼音姓", None), ("拼音名", None)],
        [("出生日期", Value(born)), ("民　族", Value(people))],
        [("身份证号码", Value(number)), ("出生地", None)],
        [("户口所在地", Value(home))],
        [("联系电话", Value(phone)), ("婚姻状况", _ticked(rng, "未婚", "已婚"))],
        [("出境事由", Value(why)), ("前往国家或地区", None)],
        [("申请类别", _ticked(rng, "首次申请", "失效重领", "损毁换发", "加注"))],
        [("取证方式", _ticked(rng, "窗口领取", "邮政速递"))],
        [("紧急联系人", Value("" if blank else identity.previous.name)), ("电　话", None)],
    ]
    page.box((160, 30, 190, 70), 0.3)
    page.text(175, 50, "照　片", 11, anchor="mm")
    y = table(page, 18, 74, 174, rows, 28, float(rng.uniform(10.5, 13)))
    y = page.flow(20, y + 8, 168, "本人声明：以上填写内容真实无误，如有虚假，愿承担法律责任。", 10.5)
    page.text(110, y + 8, "申请人签名：", 11)
    if not blank:
        page.signature(138, y + 8, owner.name)
    page.text(18, y + 22, "以下由公安机关出入境管理部门填写", 10)
    table(page, 18, y + 26, 174, [[("受理编号", None), ("受理人", None)], [("审批意见", None)]], 28, 11)
    return page


def company_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """公司登记（备案）申请书: the application that a licence of a business is asked for with."""
    page, firm = sheet(_UNKNOWN, dpi, rng, hand=0.3), pick(rng, _FIRMS)
    heading(page, 22, ("公司登记（备案）申请书", "个体工商户登记申请书", "公司设立登记申请书"), 20)
    rows: list[list[Entry]] = [
        [("名　　称", Value(firm))],
        [("住　　所", Value(f"示例市演示区样例路{rng.integers(1, 300)}号"))],
        [("法定代表人", Value(identity.owner.name)), ("职　务", Value("执行董事"))],
        [("注册资本", Value(f"{rng.integers(1, 90) * 10}万元")), ("公司类型", Value("有限责任公司"))],
        [
            (
                "经营范围",
                Value(pick(rng, ("日用百货销售；办公用品销售", "餐饮服务；食品销售", "信息咨询服务"))),
            )
        ],
        [("营业期限", _ticked(rng, "长期", "　　年")), ("副本数量", Value("1个"))],
        [("申请类型", _ticked(rng, "设立", "迁入", "换照", "增补证照"))],
        [("联络员", Value(identity.previous.name)), ("固定电话", None)],
        [("移动电话", Value(identity.owner.phone)), ("电子邮箱", Value("sample@example.com"))],
    ]
    page.text(18, 34, pick(rng, ("□ 基本信息", "□基本信息（必填项）", "一、基本信息")), 11, "hei_heavy")
    y = table(page, 18, 39, 174, rows, 30, float(rng.uniform(11, 15)))
    y = page.flow(
        20,
        y + 8,
        170,
        "本公司依照《公司法》《市场主体登记管理条例》申请登记，提交材料真实有效。谨此对真实性承担责任。",
        10.5,
    )
    page.text(20, y + 6, "法定代表人签字：", 11)
    page.signature(54, y + 6, identity.owner.name)
    page.text(130, y + 6, "公司盖章", 11)
    if rng.random() < 0.6:
        stamps.press_round(page, 150, y + 8, firm, "", 38)
    return page


def arrival_card(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """外国人入境卡 ARRIVAL CARD, alone or on a sheet: capitals in a small form of two languages."""
    alone = rng.random() < 0.5
    ground = pick(rng, ((236, 246, 240), (252, 240, 240), (255, 255, 255)))
    page = sheet(
        _UNKNOWN, dpi, rng, (150.0, 100.0) if alone else A4, 0.7, paper=ground if alone else (255,) * 3
    )
    left, top = (4.0, 6.0) if alone else (float(rng.uniform(15, 45)), float(rng.uniform(20, 120)))
    leaving = rng.random() < 0.3
    page.box((left, top, left + 142, top + 88), 0.4)
    page.text(left + 71, top + 6, "外国人出境卡" if leaving else "外国人入境卡", 14, "hei_heavy", anchor="mm")
    words = "DEPARTURE CARD" if leaving else "ARRIVAL CARD"
    page.text(left + 71, top + 12, words, 11, "latin", anchor="mm")
    page.text(left + 3, top + 18, "请用黑色笔填写 For Immigration clearance", 7)
    family, given = pick(rng, (("SAMPLE", "ANNA"), ("EXAMPLE", "JOHN PETER"), ("MUSTER", "MAX")))
    rows = (
        ("姓 Family name", family),
        ("名 Given names", given),
        ("国籍 Nationality", "EXAMPLIA"),
        ("护照号码 No.", f"E{digits(rng, 8)}"),
        ("在华住址 Intended address", "EXAMPLE HOTEL, SHILI"),
        ("航班号 Flight No.", f"EX{digits(rng, 3)}"),
        ("签证号码 Visa No.", digits(rng, 8)),
    )
    for index, (label, said) in enumerate(rows):
        x, y = left + 3 + 70 * (index % 2), top + 26 + 13 * (index // 2)
        page.text(x, y, label, 7.5)
        page.line(x, y + 8, x + 64, y + 8, 0.2)
        page.field(x + 2, y + 5, Value(said, pt=11))
    page.text(left + 73, top + 66, "入境事由（只能填写一项）Purpose of visit", 7)
    for index, aim in enumerate(("会议/商务", "观光/休闲", "探亲访友")):
        page.tick(left + 73 + 22 * index, top + 72, aim, index == int(rng.integers(3)), 7)
    page.text(left + 3, top + 82, "签名 Signature", 8)
    page.signature(left + 30, top + 82, pick(rng, ("Anna", "J. Example", "Max")), 13)
    return page


def accident_survey(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车保险事故现场查勘记录: an insurer's claim form that names a vehicle and is no policy."""
    page, vehicle = sheet(_UNKNOWN, dpi, rng, hand=0.6), identity.vehicle
    page.text(18, 16, pick(rng, _INSURERS), 12, "hei_heavy")
    heading(
        page,
        28,
        ("机动车保险事故现场查勘记录", "车险理赔申请表", "机动车辆保险出险通知书", "车辆损失情况确认书"),
        18,
    )
    day = identity.day - timedelta(days=int(rng.integers(1, 30)))
    rows: list[list[Entry]] = [
        [("报案号", Value(f"RDZA{day:%Y}{digits(rng, 10)}")), ("号牌号码", Value(vehicle.plate_no))],
        [("标的名称", Value(vehicle.brand_model)), ("驾驶人", Value(identity.owner.name))],
        [
            ("出险时间", Value(f"{chinese_date(day)}{rng.integers(7, 22)}时")),
            ("查勘时间", Value(chinese_date(day))),
        ],
        [("出险地点", Value(f"示例市演示区示范路{rng.integers(1, 900)}号附近"))],
        [("出险原因", _ticked(rng, "碰撞", "倾覆", "火灾", "水淹", "盗抢", "玻璃破碎"))],
        [("损失类型", _ticked(rng, "本车", "第三方车辆", "人员伤亡", "其他财产"))],
        [("事故经过", Value("标的车直行时与前车追尾，前保险杠、左大灯受损，无人受伤。"))],
        [("损失部位", Value(pick(rng, ("前保险杠、左前大灯", "右前门、右后视镜", "后备箱盖"))))],
        [("估损金额", Value(f"￥{rng.integers(8, 200) * 100}.00")), ("第三方车号", Value("无"))],
        [("责任划分", _ticked(rng, "全部", "主要", "同等", "次要", "无责"))],
    ]
    tall = {6: 26.0}
    y = table(page, 16, 38, 178, rows, 28, float(rng.uniform(10, 12.5)), tall)
    page.text(18, y + 10, "查勘员：", 11)
    page.signature(34, y + 10, identity.deal.inspector)
    page.text(110, y + 10, "当事人确认签字：", 11)
    page.signature(146, y + 10, identity.owner.name)
    page.box((16, y + 18, 194, min(y + 70, 285)), 0.3)
    page.text(18, y + 23, "现场草图：", 10)
    for _ in range(int(rng.integers(2, 6))):
        x, at = float(rng.uniform(40, 160)), float(rng.uniform(y + 30, min(y + 60, 275)))
        page.box((x, at, x + 16, at + 8), 0.4)
        page.line(x, at + 4, x - 20, at + 4, 0.3)
    return page


def etc_agreement(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A motorway operator's agreement on its toll device: a person, a vehicle, a card's number, clauses."""
    page, vehicle = sheet(_UNKNOWN, dpi, rng, hand=0.3), identity.vehicle
    heading(
        page,
        24,
        ("ETC用户服务协议", "电子不停车收费（ETC）服务协议", "ETC业务办理登记单", "电子标签发行协议"),
        18,
    )
    rows: list[list[Entry]] = [
        [("用户名称", Value(identity.owner.name)), ("联系电话", Value(identity.owner.phone))],
        [("车牌号码", Value(vehicle.plate_no)), ("车牌颜色", Value("绿" if vehicle.electric else "蓝"))],
        [("卡　　号", Value(f"3101{digits(rng, 16)}")), ("标签号", Value(digits(rng, 16)))],
        [("结算方式", _ticked(rng, "记账卡", "储值卡")), ("设备押金", Value("0.00元"))],
    ]
    y = table(page, 22, 36, 166, rows, 26, 10)
    parts: list[Part] = [
        "甲方：",
        Value("示例市高速公路联网收费服务有限公司"),
        "\n乙方：",
        Value(identity.owner.name),
        "\n一、乙方应将电子标签粘贴于前挡风玻璃内侧，不得自行拆卸、转移；擅自拆卸的，标签自动失效。"
        "\n二、乙方驾驶车辆通过收费站专用车道时，车速不超过20公里/小时，并与前车保持安全距离。"
        "\n三、通行费由乙方绑定的账户自动扣缴，账户余额不足的，甲方有权将其列入状态名单。"
        "\n四、卡片或标签遗失、损坏的，乙方应及时办理挂失，挂失前发生的通行费由乙方承担。"
        "\n五、本协议自签订之日起生效，一式两份，双方各执一份。",
    ]
    y = prose(page, 22, y + 14, 166, parts, 11.5, 1.8, values=UNDERLINED if rng.random() < 0.5 else WRITTEN)
    page.text(22, y + 12, "甲方（盖章）：", 11.5)
    stamps.press_round(page, 66, y + 14, "示例市高速公路联网收费服务有限公司", "业务专用章", 38)
    page.text(118, y + 12, "乙方（签字）：", 11.5)
    page.signature(146, y + 12, identity.owner.name)
    page.text(118, y + 22, chinese_date(identity.day), 11)
    return page


def towing_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """道路救援服务单: a broken-down vehicle, the tow truck, kilometres and a fee."""
    small = rng.random() < 0.6
    page = sheet(
        _UNKNOWN,
        dpi,
        rng,
        (210.0, 140.0) if small else A4,
        0.7,
        paper=pick(rng, ((255,) * 3, (253, 244, 246))),
    )
    vehicle = identity.vehicle
    heading(page, 14, ("道路救援服务单", "拖车服务作业单", "清障施救作业单", "故障车辆拖移凭单"), 17)
    page.text(page.width - 14, 22, f"No {digits(rng, 7)}", 11, "digits", (190, 36, 44), "rm")
    rows: list[list[Entry]] = [
        [("客户姓名", Value(identity.owner.name)), ("电　话", Value(identity.owner.phone))],
        [("车牌号", Value(vehicle.plate_no)), ("车　型", Value(vehicle.brand_model))],
        [("救援地点", Value(f"示例绕城高速K{rng.integers(2, 99)}+{rng.integers(100, 900)}"))],
        [("送达地点", Value(pick(rng, ("示例市演示汽车维修有限公司", "演示区停车场", "就近出口"))))],
        [("救援项目", _ticked(rng, "拖车", "吊装", "搭电", "换胎", "送油", "开锁"))],
        [
            ("里程（公里）", Value(str(rng.integers(5, 90)))),
            ("费用（元）", Value(f"{rng.integers(2, 20) * 50}.00")),
        ],
    ]
    y = table(page, 12, 28, page.width - 24, rows, 26, 11)
    page.text(14, y + 9, "救援人员：", 10.5)
    page.signature(34, y + 9, identity.deal.clerk)
    page.text(110, y + 9, "客户签字：", 10.5)
    page.signature(132, y + 9, identity.owner.name)
    if not small:
        tear_line(page, y + 24, "存　根")
    return page


_ASKED = (
    "您对窗口工作人员的服务态度是否满意？",
    "您本次办理业务等候了多长时间？",
    "您是通过何种渠道了解办事流程的？",
    "您认为办事大厅的环境如何？",
    "您是否使用过网上预约服务？",
    "您对所在小区的停车秩序是否满意？",
    "您的年龄属于哪个区间？",
    "您每周乘坐公共交通的次数？",
)
_ANSWERS = (
    ("非常满意", "满意", "一般", "不满意"),
    ("10分钟以内", "30分钟以内", "超过1小时"),
    ("是", "否"),
    ("网站", "电话", "亲友", "现场咨询"),
    ("18岁以下", "18－35岁", "36－60岁", "60岁以上"),
)


def questionnaire(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A slip that a counter asks its visitors to fill in: questions, boxes, a line for suggestions."""
    page = sheet(_UNKNOWN, dpi, rng, hand=0.9)
    heading(page, 26, ("群众满意度调查问卷", "服务质量评价表", "居民出行调查问卷", "窗口服务意见征询表"), 20)
    y = page.flow(
        22,
        42,
        166,
        "您好！为进一步改进工作，请您抽出几分钟填写本问卷。本问卷不记名，请在选项前的方框内打勾。",
        11,
    )
    asked = rng.permutation(np.array(_ASKED))[: int(rng.integers(4, 9))]
    for number, question in enumerate(asked, 1):
        y = page.flow(22, y + 6, 166, f"{number}. {question}", 11.5) + 1
        x, answers = 28.0, pick(rng, _ANSWERS)
        chosen = int(rng.integers(len(answers)))
        for index, answer in enumerate(answers):
            x = page.tick(x, y, answer, index == chosen, 11) + 8
        y += 4
    page.text(22, y + 10, "您的意见和建议：", 11.5)
    for line in range(3):
        page.line(22, y + 20 + 9 * line, 188, y + 20 + 9 * line, 0.2)
    if rng.random() < 0.6:
        page.field(26, y + 16, Value(pick(rng, ("希望多开几个窗口", "无", "停车不方便", "挺好的")), pt=13))
    if rng.random() < 0.4:
        barcode(page, 140, 282, 46, 7, digits(rng, 8))
    return page


CALIBRATED: dict[str, Layout] = {
    "court_summons": court_summons,
    "exit_entry_application": exit_entry_application,
    "etc_agreement": etc_agreement,
    "questionnaire": questionnaire,
}
MEASURED: dict[str, Layout] = {
    "company_application": company_application,
    "arrival_card": arrival_card,
    "accident_survey": accident_survey,
    "towing_slip": towing_slip,
}
