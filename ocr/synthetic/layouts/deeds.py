"""Papers that pass a vehicle on without a price (M-SR-04): deeds of notaries, orders and slips of allocation.

Knows their wording and how each is set out. Offices and numbers are invented on the spot.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import (
    PLACES,
    PRINTED,
    Part,
    digits,
    earlier,
    numeral_date,
    pick,
    prose,
    seal,
    vehicle_named,
)
from ocr.synthetic.layouts.security_print import (
    ornate_frame,
    pale,
    serial,
    wavy_ground,
)
from ocr.synthetic.page import A4, Cell, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import Ink, Style, draw_style

_RED: Ink = (200, 36, 40)


_DEEDS = ("继承权公证书", "赠与合同公证书", "赠与公证书", "协议抵偿债务公证书", "中奖公证书")


def _deed(identity: Identity, kind: str, day: date, rng: np.random.Generator) -> tuple[str, list[Part]]:
    """The matter of a notarial deed and its sentences."""
    giver, taker = identity.previous, identity.owner
    owner, buyer = Value(giver.name, "owner_name"), Value(taker.name, "buyer_name")
    vehicle = vehicle_named(identity, rng)
    if kind.startswith("继承"):
        died = chinese_date(earlier(rng, day, 500))
        kin = pick(rng, "父亲", "母亲", "配偶")
        return "继承权", [
            "　　查被继承人",
            owner,
            f"（公民身份号码：{giver.id_number}）于{died}因病死亡，其生前遗有登记在其名下的",
            *vehicle,
            "一辆。根据《中华人民共和国民法典》第一千一百二十七条的规定，被继承人的遗产应由其第一顺序法定继承人继承；其他继承人均表示自愿"
            "放弃继承权。兹证明上述车辆由被继承人的",
            f"{pick(rng, '儿子', '女儿', kin)}",
            buyer,
            "一人继承。",
        ]
    if kind.startswith("赠与"):
        return "赠与合同", [
            "　　兹证明赠与人",
            owner,
            "与受赠人",
            buyer,
            f"于{chinese_date(earlier(rng, day))}在本公证员的面前签订了前面的《赠与合同》，"
            "赠与人自愿将其所有的",
            *vehicle,
            "无偿赠与受赠人，受赠人表示接受。双方当事人的签约行为符合《中华人民共和国民法典》的规定，合同上双方"
            "当事人的签名、指印均属实。",
        ]
    if kind.startswith("协议"):
        return "协议抵偿债务", [
            "　　兹证明债务人",
            owner,
            "与债权人",
            buyer,
            "自愿达成《协议抵偿债务合同》，约定债务人以其名下的",
            *vehicle,
            f"作价人民币{in_capitals(identity.deal.price)}抵偿所欠债务，车辆所有权归债权人所有。双方意思表示真实，内容符合法律规定。",
        ]
    return "有奖活动中奖", [
        "　　兹证明",
        owner,
        f"于{chinese_date(earlier(rng, day))}举办的有奖销售活动中，",
        buyer,
        "抽得一等奖，奖品为",
        *vehicle,
        "一辆。活动过程及中奖结果真实、有效。",
    ]


def notarial_deed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """公证书 of today: 申请人 and 公证事项 above the sentence, on plain or on tinted deed paper."""
    style = Style(
        label=pick(rng, "kai", "song", "serif"), title="song_heavy", label_choice=int(rng.integers(2))
    )
    tinted = rng.random() < 0.5
    ink: Ink = pick(rng, (176, 92, 90), (96, 130, 120), (150, 120, 70))
    page = Page(*A4, dpi, rng, style, paper=pale(ink, 0.95) if tinted else (255, 255, 255))
    page.truth.materials = ["M-SR-04"]
    if tinted:
        wavy_ground(page, (16, 16, 194, 281), ink, 5)
        ornate_frame(page, (10, 10, 200, 287), ink)
    day, pt, place = earlier(rng, identity.day), rng.uniform(13, 15), pick(rng, *PLACES)
    office = f"中华人民共和国{place[:3]}{pick(rng, '演示', '范例', '明正')}公证处"
    page.title(44, "公证书", 30, spacing=10)
    word = f"示{pick(rng, '演', '证', '范')}证{pick(rng, '民', '经', '')}字"
    number = f"（{day.year}）{word}第{rng.integers(100, 9999)}号"
    page.field(182, 62, Value(number, "cert_no", pt=12.5, role=style.label), anchor="rm")
    matter, sentences = _deed(identity, pick(rng, *_DEEDS), day, rng)
    person = identity.owner
    y = prose(
        page,
        27,
        76,
        156,
        [
            f"　　申请人：{person.name}，{person.gender}，{chinese_date(person.birth_date)}出生，"
            f"公民身份号码{person.id_number}，现住{person.address}。\n",
            f"　　公证事项：{matter}\n",
            *sentences,
        ],
        pt,
        leading=rng.uniform(1.75, 2.0),
        values=PRINTED,
        indent=False,
    )
    y = max(y + 10, rng.uniform(180, 215))
    page.text(182, y, office, pt, anchor="rm")
    page.text(104, y + 12, "公　证　员", pt)
    if rng.random() < 0.6:
        page.signature(146, y + 12, identity.deal.clerk, 18)
    else:
        stamps.press_square(page, 156, y + 12, identity.deal.clerk, 13)
    page.field(182, y + 25, numeral_date(day, "issue_date", pt=pt, role=style.label), anchor="rm", hand=False)
    seal(page, 158, y + 18, office[7:], diameter=40)
    if rng.random() < 0.4:
        page.paste(figures.square_code(rng), (24, 250, 44, 270))
        serial(page, 24, 275, "No." + digits(rng, 10), 9)
    return page


def allocation_order(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An office's red-headed paper: 调拨证明, 资产重组批复, 资产整体买卖批准."""
    style = draw_style(rng)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-04"]
    day, place = earlier(rng, identity.day), pick(rng, *PLACES)
    office = f"{place}{pick(rng, '机关事务管理局', '国有资产监督管理委员会', '财政局', '交通运输局')}"
    kind = pick(rng, "调拨证明", "关于车辆调拨的通知", "关于同意资产重组的批复", "关于资产整体买卖的批准文件")
    red = rng.random() < 0.75
    page.title(
        34,
        office + (pick(rng, "文件", "") if red else ""),
        26 if red else 20,
        ink=_RED if red else None,
        spacing=1.5,
    )
    number = f"示{pick(rng, '管', '资', '财')}〔{day.year}〕{rng.integers(3, 180)}号"
    page.field(105, 50, Value(number, "cert_no", pt=13, role=style.label), anchor="mm")
    page.line(25, 56, 185, 56, 0.9, _RED if red else None)
    page.title(72, kind, 19)
    donor, taker = (
        f"{place}{pick(rng, '档案馆', '市政工程处', '农机服务站')}",
        f"示例市{pick(rng, '范例', '样本', '演示')}{pick(rng, '公共交通有限公司', '中心小学', '水务集团有限公司')}",
    )
    lead = "示例市公安局交警支队车辆管理所" if "证明" in kind or rng.random() < 0.5 else taker
    y = prose(
        page,
        27,
        90,
        156,
        [
            f"{lead}：\n　　根据{pick(rng, '国有资产管理有关规定', '机构改革和资产重组方案', '公务用车管理办法')}，"
            "经研究，同意将",
            Value(donor, "owner_name"),
            "所有的",
            *vehicle_named(identity, rng),
            f"{pick(rng, '无偿', '整体', '依法')}{pick(rng, '调拨给', '划转至')}",
            Value(taker, "buyer_name"),
            "使用，请按规定办理机动车转移登记手续。\n　　" + pick(rng, "特此证明。", "特此通知。", "此复。"),
        ],
        15,
        leading=2,
        values=PRINTED,
        indent=False,
    )
    y = max(y + 18, 185)
    page.text(178, y, office, 15, anchor="rm")
    page.field(178, y + 11, dated(day, "issue_date", pt=15, role=style.label), anchor="rm", hand=False)
    seal(page, 150, y + 4, office)
    if red:
        page.line(25, 268, 185, 268, 0.4)
        page.text(27, 273, "抄送：示例市财政局。", 11)
        page.text(27, 280, f"{office}办公室　　　　　　{chinese_date(day)}印发", 11)
    return page


def allocation_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """固定资产（车辆）调拨单 and its like: a table with signatures of both sides, on landscape or portrait paper."""
    style = draw_style(rng, hand_share=0.35, dots_share=0.15)
    wide = rng.random() < 0.5
    page = Page(297 if wide else 210, 210 if wide else 297, dpi, rng, style)
    page.truth.materials = ["M-SR-04"]
    left, day, vehicle = 22.0, earlier(rng, identity.day), identity.vehicle
    unit = (page.width - left * 2) / 100
    place = pick(rng, *PLACES)
    kind = pick(
        rng,
        "车辆调拨证明",
        "国有资产调拨单",
        "资产重组车辆移交清单",
        "协议抵债资产移交表",
        "车辆赠予协议移交表",
    )
    page.title(26, f"{place}{kind}" if rng.random() < 0.5 else kind, 20, spacing=1)
    page.text(left, 40, "编号：", 10.5)
    page.field(left + 12, 40, Value(f"DB{day:%Y}-{rng.integers(10, 900):03d}", "cert_no"))
    page.text(page.width - 78, 40, pick(rng, "填制日期：", "调拨日期："), 10.5)
    page.field(page.width - 56, 40, dated(day, "issue_date", pick(rng, "chinese", "iso")))
    donor, taker = f"{place}样本物资有限公司", f"示例市{pick(rng, '演示', '虚构')}建设集团有限公司"
    h = rng.uniform(11, 15)

    def row(*cells: tuple[float, Cell], height: float = h) -> Row:
        return height, [(width * unit, cell) for width, cell in cells]

    rows: list[Row] = [
        row(
            (18, "调出单位"),
            (32, Value(donor, "owner_name")),
            (18, "调入单位"),
            (32, Value(taker, "buyer_name")),
        ),
        row(
            (18, "号牌号码"),
            (32, Value(vehicle.plate_no, "plate_no")),
            (18, "厂牌型号"),
            (32, Value(vehicle.brand_model)),
        ),
        row(
            (18, "车架号"), (32, Value(vehicle.vin, "vin")), (18, "发动机号"), (32, Value(vehicle.engine_no))
        ),
        row(
            (18, "购置日期"),
            (32, dated(vehicle.reg_date, None, "dots")),
            (18, "账面原值(元)"),
            (32, Value(f"{identity.deal.price}.00")),
        ),
        row(
            (18, "调拨原因"),
            (
                82,
                Value(
                    pick(rng, "单位合并重组，资产无偿划转", "以车抵债，双方协商一致", "机构改革，按方案划转")
                ),
            ),
            height=h * 1.2,
        ),
        row(
            (18, "调出单位意见"),
            (32, Value("同意调出")),
            (18, "调入单位意见"),
            (32, Value("同意接收")),
            height=h * 2.6,
        ),
        row((18, "主管部门意见"), (82, Value(pick(rng, "同意", "同意调拨，请办理手续"))), height=h * 2.2),
    ]
    bottom = page.grid(left, 46, rows)
    seal(page, left + 40 * unit, bottom - h * 3.2, donor, diameter=38)
    if rng.random() < 0.7:
        stamps.press_round(page, left + 86 * unit, bottom - h * 3.2, taker, diameter=38)
    page.text(
        left,
        bottom + 8,
        f"制表：{identity.deal.clerk}　　　　审核：{identity.deal.inspector}　　　　一式三份",
        10,
    )
    return page


def notarial_deed_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """An older deed: the kind in the title, number in the middle, wide type, all in one paragraph; photocopied."""
    style = Style(
        label=pick(rng, "typed", "hei"),
        title=pick(rng, "hei_heavy", "song_heavy"),
        label_choice=int(rng.integers(2)),
    )
    page = Page(pick(rng, 185.0, 210.0), pick(rng, 260.0, 297.0), dpi, rng, style, paper=(252, 250, 244))
    page.truth.materials = ["M-SR-04"]
    kind, day = pick(rng, *_DEEDS), earlier(rng, identity.day, 400)
    place = pick(rng, *PLACES)
    middle, wide = page.width / 2, page.width - 52
    page.title(40, kind, 23, spacing=2)
    number = f"({day.year}){place[:2]}证内{pick(rng, '民', '经')}字第{rng.integers(11, 990)}号"
    canonical = number.replace("(", "（").replace(")", "）")
    page.field(middle, 54, Value(number, "cert_no", canonical, pt=13, role=style.label), anchor="mm")
    _, sentences = _deed(identity, kind, day, rng)
    y = prose(page, 26, 76, wide, sentences, 14.5, leading=2.2, values=PRINTED, indent=False)
    y = max(y + 14, page.height - 92)
    page.text(page.width - 34, y, f"{place}公证处", 14.5, anchor="rm")
    page.text(page.width - 34, y + 12, f"公证员：{identity.deal.inspector}", 14.5, anchor="rm")
    page.field(
        page.width - 34,
        y + 24,
        numeral_date(day, "issue_date", pt=14.5, role=style.label),
        anchor="rm",
        hand=False,
    )
    seal(page, page.width - 62, y + 14, f"{place}公证处", diameter=44)
    page.box((18, 22, page.width - 18, page.height - 20), 0.3, (150, 146, 140))
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SR-04": (notarial_deed, allocation_order, allocation_slip, notarial_deed_older),
}
