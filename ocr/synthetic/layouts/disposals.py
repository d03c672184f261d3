"""Papers about vehicles auctioned, confiscated, assigned to an insurer or given back after a theft (M-SR-05).

Knows their wording and how each is set out. Offices, auctioneers and numbers are invented on the spot.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import figures
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.prose import (
    BLANKS,
    PLACES,
    PRINTED,
    Part,
    digits,
    earlier,
    pick,
    prose,
    seal,
)
from ocr.synthetic.layouts.security_print import (
    SERIAL_RED,
    bar_code,
    cut_line,
    serial,
)
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, BLUE_INK, DARK_INK, Ink, Style, draw_style

_RED: Ink = (200, 36, 40)


def auction_confirmation(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """拍卖成交确认书 between auctioneer and bidder: numbered clauses, two signatures."""
    style = draw_style(rng, hand_share=0.3)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-05"]
    day, price = earlier(rng, identity.day), identity.deal.price
    trade = pick(rng, "拍卖有限公司", "国际拍卖有限责任公司", "机动车拍卖有限公司")
    house = pick(rng, "示例", "演示", "样本") + trade
    page.title(30, pick(rng, "拍卖成交确认书", "拍 卖 成 交 确 认 书", "车辆拍卖成交确认书"), 22)
    page.text(140, 42, "编号：", 11)
    page.field(
        153,
        42,
        Value(f"{pick(rng, '拍', 'PM', '示拍')}{day:%Y%m}{rng.integers(1, 99):02d}", "cert_no", pt=11),
    )
    y = prose(
        page,
        25,
        54,
        160,
        [
            "拍卖人：",
            Value(house),
            "\n买受人：",
            Value(identity.owner.name),
            "　身份证号：",
            Value(identity.owner.id_number),
            "\n　　买受人于",
            dated(day, "issue_date"),
            "在拍卖人举办的",
            Value(pick(rng, "罚没车辆", "公务用车", "抵债车辆", "涉案车辆")),
            "拍卖会上，以最高应价竞得下列拍卖标的，"
            "依照《中华人民共和国拍卖法》双方签订本确认书：\n　　一、拍卖标的：",
            Value(identity.vehicle.brand_model),
            "，号牌号码",
            Value(identity.vehicle.plate_no, "plate_no"),
            "，车辆识别代号",
            Value(identity.vehicle.vin, "vin"),
            "，发动机号",
            Value(identity.vehicle.engine_no),
            "。\n　　二、成交价：人民币（大写）",
            Value(in_capitals(price)),
            "（￥",
            Value(f"{price}.00"),
            "）。\n　　三、佣金为成交价的",
            Value(f"{pick(rng, 3, 5)}%"),
            "，买受人应于签订本确认书之日起",
            Value(pick(rng, "三", "五", "七")),
            "日内付清全部价款。\n"
            "　　四、标的以现状交付，买受人自行办理过户手续，费用由买受人承担。\n"
            "　　五、本确认书一式三份，自双方签字盖章之日起生效。",
        ],
        12.5,
        leading=rng.uniform(1.7, 1.95),
        values=BLANKS,
        indent=False,
    )
    y = max(y + 14, 220)
    page.text(28, y, "拍卖人（盖章）：", 12)
    page.text(28, y + 14, "拍卖师：", 12)
    page.signature(48, y + 14, identity.deal.clerk, 16)
    page.text(120, y, "买受人（签字）：", 12)
    page.signature(152, y, identity.owner.name, 18)
    page.text(120, y + 14, f"竞买号牌：{rng.integers(1, 90)}号", 12)
    seal(page, 62, y + 2, house)
    return page


_DISPOSALS = ("罚没车辆处理证明", "权益转让证明书", "被盗抢机动车发还证明")


def _disposal(identity: Identity, kind: str, rng: np.random.Generator) -> tuple[str, list[Part]]:
    """Who issues such a proof, and its sentences."""
    vehicle, place = identity.vehicle, pick(rng, *PLACES)
    named: list[Part] = [
        pick(rng, "号牌号码", "车牌号", "牌号"),
        Value(vehicle.plate_no, "plate_no"),
        "、",
        pick(rng, "厂牌型号", "品牌型号"),
        Value(vehicle.brand_model),
        "、发动机号",
        Value(vehicle.engine_no),
        "、" + pick(rng, "车辆识别代号", "车架号"),
        Value(vehicle.vin, "vin"),
    ]
    if "权益" in kind:
        return identity.deal.insurer, [
            "　　兹有被保险人",
            Value(identity.previous.name),
            "投保的机动车",
            *named,
            "，于保险期间内被盗抢，经公安机关立案侦查逾三个月未获，我公司已按",
            Value(identity.deal.policy_no),
            "号保险单全额赔付。现该车已经找回，被保险人同意将该车的全部权益转让给我公司，由我公司处置给",
            Value(identity.owner.name),
            "。",
        ]
    if "发还" in kind:
        return f"{place}公安局", [
            "　　我局于",
            Value(chinese_date(identity.vehicle.reg_date + timedelta(days=200))),
            "立案侦查的被盗抢机动车案件已经破获，追回机动车",
            *named,
            "。经查明，该车系",
            Value(identity.owner.name),
            "合法所有，现依法予以发还，请办理解除被盗抢控制及登记手续。",
        ]
    office = f"{place}{pick(rng, '公安局', '市场监督管理局', '交通运输综合行政执法大队', '人民检察院')}"
    return office, [
        "　　我单位在办理案件中依法",
        Value(pick(rng, "没收", "罚没", "追缴")),
        "机动车",
        *named,
        "。该车已按罚没财物管理规定公开处理，由",
        Value(identity.owner.name),
        "以人民币",
        Value(f"{identity.deal.price}元"),
        "购得，请协助办理机动车登记。",
    ]


def disposal_proof(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A letter of proof: confiscated and sold, rights passed to the insurer, or given back."""
    style = draw_style(rng, hand_share=0.35)
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-05"]
    kind, day = pick(rng, *_DISPOSALS), earlier(rng, identity.day)
    office, sentences = _disposal(identity, kind, rng)
    top = rng.uniform(34, 50)
    if rng.random() < 0.4:
        page.title(top - 14, office, 16, ink=pick(rng, _RED, BLACK))
    page.title(top, kind, 23, spacing=rng.uniform(1, 3))
    page.field(
        182,
        top + 13,
        Value(
            f"示{pick(rng, '罚', '证', '公')}字〔{day.year}〕第{rng.integers(2, 300):03d}号",
            "cert_no",
            pt=11.5,
        ),
        anchor="rm",
    )
    opening = pick(rng, "示例市公安局车辆管理所：\n", "公安车辆管理部门：\n", "")
    y = prose(
        page,
        27,
        top + 28,
        156,
        [opening, *sentences, "\n　　特此证明。"],
        14,
        leading=rng.uniform(1.8, 2.1),
        values=BLANKS if rng.random() < 0.6 else PRINTED,
        indent=False,
    )
    y = max(y + 16, rng.uniform(160, 215))
    page.text(180, y, office, 13.5, anchor="rm")
    page.field(180, y + 12, dated(day, "issue_date", pt=13.5), anchor="rm")
    seal(page, 152, y + 6, office)
    page.text(
        27,
        min(y + 34, 280),
        f"经办人：{identity.deal.clerk}　　联系电话：021-0000{rng.integers(1000, 9999)}",
        11,
    )
    return page


def auction_confirmation_online(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """网络拍卖/处置 printed from a platform: a grey table of facts, a code, a blue heading bar."""
    style = Style(
        label="hei",
        title="hei_heavy",
        value="hei",
        label_choice=int(rng.integers(2)),
        line_ink=(170, 174, 180),
        line_mm=0.2,
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-05"]
    kind = pick(rng, "网络竞价成交确认书", "拍卖成交确认书", "罚没物品处理成交证明", "保险标的权益转让确认书")
    day, vehicle, tint = (
        earlier(rng, identity.day),
        identity.vehicle,
        pick(rng, (34, 88, 160), (190, 40, 44), (70, 74, 80)),
    )
    page.box((0, 0, 210, 14), 0, fill=tint)
    page.text(
        20,
        7,
        pick(rng, "示例公共资源交易平台", "演示网络拍卖平台", "样本产权交易中心"),
        12,
        "hei_heavy",
        (255, 255, 255),
    )
    page.title(32, kind, 20)
    page.text(20, 45, "确认书编号：", 9.5)
    page.field(42, 45, Value(f"{day:%Y%m%d}{digits(rng, 8)}", "cert_no", pt=9.5))
    page.text(126, 45, "成交时间：", 9.5)
    page.field(144, 45, dated(day, "issue_date", "iso", pt=9.5))
    names = [
        ("标的物名称", Value(f"{vehicle.brand_model}小型汽车")),
        ("号牌号码", Value(vehicle.plate_no, "plate_no")),
        ("车辆识别代号", Value(vehicle.vin, "vin")),
        ("发动机号码", Value(vehicle.engine_no)),
        ("处置单位", Value(f"{pick(rng, *PLACES)}{pick(rng, '公安局', '海关缉私局', '市场监督管理局')}")),
        ("竞买人/受让人", Value(identity.owner.name)),
        ("证件号码", Value(identity.owner.id_number)),
        ("成交价（元）", Value(f"{identity.deal.price:,}.00")),
        ("大写金额", Value(in_capitals(identity.deal.price))),
        ("付款状态", Value("已付清")),
        ("交付方式", Value(pick(rng, "自提", "现场交付"))),
    ]
    if rng.random() < 0.5:
        names = names[:4] + names[5:] + names[4:5]
    h = rng.uniform(10, 12.5)
    bottom = page.grid(20, 52, [(h, [(48, Label(label, 10)), (122, value)]) for label, value in names])
    y = page.flow(
        20,
        bottom + 8,
        140,
        "1.本确认书由系统根据成交结果自动生成，与纸质确认书具有同等效力。\n2.受让人应按照公告要求办理标的移交及机动车转移登记。",
        9,
    )
    page.paste(figures.square_code(rng), (164, bottom + 5, 190, bottom + 31))
    page.text(110, y + 24, "组织方（盖章）", 10.5)
    seal(page, 128, y + 24, "示例公共资源交易中心", pick(rng, "交易鉴证专用章", "业务专用章"), 40)
    return page


def disposal_proof_with_stub(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A preprinted proof in two parts: the stub above, the part for the vehicle office below, gaps filled by hand."""
    ink = pick(rng, BLACK, (50, 70, 130), (120, 40, 44))
    style = Style(
        label="song",
        title="song_heavy",
        value="hand",
        label_ink=ink,
        line_ink=ink,
        value_ink=pick(rng, BLUE_INK, DARK_INK),
        hand=True,
        value_choice=int(rng.integers(3)),
        label_choice=int(rng.integers(2)),
    )
    page = Page(*A4, dpi, rng, style)
    page.truth.materials = ["M-SR-05"]
    kind, day, vehicle = pick(rng, *_DISPOSALS), earlier(rng, identity.day), identity.vehicle
    office, sentences = _disposal(identity, kind, rng)
    number = digits(rng, 7)
    page.title(20, kind + "（存　根）", 15)
    serial(page, 160, 28, number, 12, SERIAL_RED)
    stub: list[Row] = [
        (
            9,
            [
                (30, "号牌号码"),
                (50, Value(vehicle.plate_no)),
                (30, "领取人"),
                (60, Value(identity.owner.name)),
            ],
        ),
        (
            9,
            [
                (30, "车辆识别代号"),
                (80, Value(vehicle.vin)),
                (20, "经办人"),
                (40, Value(identity.deal.clerk)),
            ],
        ),
    ]
    bottom = page.grid(20, 34, stub)
    cut_line(page, 8, bottom + 10, 194)
    page.title(bottom + 14, "…… 骑 缝 章 ……", 8)
    top = bottom + 36
    page.title(top, kind, 21, spacing=2)
    page.text(138, top + 14, "No.", 12)
    page.field(
        147,
        top + 14,
        Value(number, "cert_no", pt=13, role="digits", printed=True),
        ink=SERIAL_RED,
        hand=False,
    )
    y = prose(
        page,
        22,
        top + 28,
        166,
        [*sentences, "\n　　请准予办理车辆登记手续。"],
        13,
        leading=2.15,
        values=BLANKS,
        indent=False,
    )
    y = max(y + 14, 218)
    page.text(108, y, "填发单位（公章）", 12)
    page.text(108, y + 12, "填发日期", 12)
    page.field(130, y + 12, dated(day, "issue_date", pt=12.5))
    seal(page, 152, y + 2, office)
    page.text(22, 280, "注：本证明涂改无效。第二联　交车辆管理部门", 9)
    if rng.random() < 0.3:
        bar_code(page, (22, 250, 72, 264))
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-SR-05": (auction_confirmation, disposal_proof, auction_confirmation_online, disposal_proof_with_stub),
}
