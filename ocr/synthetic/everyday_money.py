"""Slips that money leaves behind: paying-in slips, cheques, vouchers, receipts, hotel bills, air tickets, lottery
tickets. Nothing is trained on them.

Knows what such papers say and how they are set. Knows no scanner and no real paper.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    digits,
    heading,
    pick,
    sheet,
    table,
    vertical,
)
from ocr.synthetic.layouts.security_print import pale, wavy_ground
from ocr.synthetic.page import A4, Cell, Layout, Page, Row, Value, chinese_date
from ocr.synthetic.style import Ink

_UNKNOWN = "M-OT-99"
_BANKS = ("示例银行", "演示农村商业银行", "样本城市商业银行")
_FIRMS = ("示例市假想商贸有限公司", "演示区样本物流有限公司", "示例市虚构科技股份有限公司")
_PAPERS = ("转账支票", "银行汇票", "现金")
_AIMS = ("货款", "往来款", "押金", "工程款")
_TINTS: tuple[Ink, ...] = ((150, 60, 60), (50, 100, 150), (60, 120, 90), (120, 100, 60))


def _sum(rng: np.random.Generator) -> int:
    """A sum of money in whole yuan, small ones as likely as large ones."""
    return int(10 ** rng.uniform(1.5, 5))


def _beside(half: float, *entries: tuple[str, str]) -> list[tuple[float, Cell]]:
    """Labels with what stands beside them, each pair half a slip wide."""
    return [cell for label, said in entries for cell in ((18.0, label), (half - 18, Value(said)))]


def paying_in_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """进账单 or 电汇凭证: payer beside payee, the sum in capitals and in a row of boxes."""
    page = sheet(_UNKNOWN, dpi, rng, (190.0, 100.0) if rng.random() < 0.6 else A4, 0.3, 0.4)
    amount = _sum(rng)
    heading(
        page,
        12,
        (f"{pick(rng, _BANKS)}　进账单", f"{pick(rng, _BANKS)}电汇凭证", "结算业务申请书", "现金缴款单"),
        16,
    )
    page.text(page.width / 2, 20, f"　{chinese_date(identity.day)}　", 10, anchor="mm")
    half, account = (page.width - 24) / 2, f"6200{digits(rng, 12)}"
    figures = Value(f"￥{amount}.00", align="right")
    rows: list[Row] = [
        (8, _beside(half, ("付款人", pick(rng, _FIRMS)), ("收款人", identity.owner.name))),
        (8, _beside(half, ("账　号", account), ("账　号", digits(rng, 16)))),
        (8, _beside(half, ("开户行", pick(rng, _BANKS)), ("开户行", pick(rng, _BANKS)))),
        (9, [(18, "金额"), (half + 10, Value(f"人民币（大写）{in_capitals(amount)}")), (half - 28, figures)]),
        (9, _beside(half, ("票据种类", pick(rng, _PAPERS)), ("用　途", pick(rng, _AIMS)))),
    ]
    y = page.grid(12, 26, rows)
    page.text(16, y + 8, "复核　　　　记账　　　　　　开户银行签章", 10)
    if rng.random() < 0.7:
        stamps.press_box(page, page.width * 0.72, y + 8, ("业务受理", f"{identity.day:%Y.%m.%d}"), 30)
    vertical(
        page, page.width - 7, 34, pick(rng, ("此联是收款人开户银行交给收款人的回单", "第一联记账凭证")), 8
    )
    return page


def cheque(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """转账支票 with its counterfoil: fine ground, sum in capitals, two seals, a line of machine-readable figures."""
    page = sheet(_UNKNOWN, dpi, rng, (225.0, 80.0) if rng.random() < 0.6 else A4, 0.6)
    top = 0.0 if page.height < 100 else float(rng.uniform(20, 170))
    left = 0.0 if page.height < 100 else -8.0
    tint, amount, day = pick(rng, _TINTS), _sum(rng), identity.day
    page.box((left + 52, top + 4, left + 212, top + 76), 0.2, tint, pale(tint, 0.9))
    wavy_ground(page, (left + 53, top + 5, left + 211, top + 62), tint, 4)
    bank = pick(rng, _BANKS)
    page.text(
        left + 132,
        top + 11,
        f"{bank}　{pick(rng, ('转账支票', '现金支票', '支　票'))}",
        15,
        "song_heavy",
        anchor="mm",
    )
    page.text(left + 208, top + 11, digits(rng, 8), 11, "digits", (190, 36, 44), "rm")
    page.text(left + 57, top + 21, f"出票日期（大写）　{chinese_date(day)}　　付款行名称：{bank}演示支行", 9)
    page.text(left + 57, top + 29, "收款人：", 10)
    page.field(left + 74, top + 29, Value(pick(rng, (identity.owner.name, *_FIRMS)), pt=12))
    page.text(left + 57, top + 39, "人民币（大写）", 9)
    page.field(left + 84, top + 39, Value(in_capitals(amount), pt=12))
    page.field(left + 206, top + 39, Value(f"￥{amount}00", pt=12), "rm")
    page.text(left + 57, top + 49, f"用途　{pick(rng, ('货款', '差旅费', '备用金', '工资'))}", 10)
    page.text(left + 57, top + 57, "上列款项请从我账户内支付　　出票人签章　　　　　　　复核　　记账", 8.5)
    stamps.press_round(page, left + 128, top + 55, pick(rng, _FIRMS), "财务专用章", 28)
    stamps.press_square(page, left + 152, top + 57, identity.previous.name, 12)
    page.text(left + 70, top + 70, f"{digits(rng, 8)}: {digits(rng, 9)}: {digits(rng, 12)}", 10, "digits")
    page.text(max(left, 0) + 4, top + 12, "支票存根", 10)
    for index, line in enumerate(
        ("附加信息", "出票日期", "收款人：", f"金　额：{amount}.00", "单位主管　会计")
    ):
        page.text(max(left, 0) + 4, top + 24 + 9 * index, line, 8.5)
    return page


def accounting_voucher(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """记账凭证: a book-keeper's slip of summaries, accounts, debit and credit, or a ruled page of a ledger."""
    page = sheet(_UNKNOWN, dpi, rng, (210.0, 120.0) if rng.random() < 0.6 else A4, 0.6)
    ink = pick(rng, ((40, 110, 80), (150, 60, 60), (60, 60, 64)))
    page.title(
        14, pick(rng, ("记　账　凭　证", "付　款　凭　证", "明　细　账", "收　款　凭　证")), 19, ink=ink
    )
    page.text(page.width / 2, 24, chinese_date(identity.day), 10.5, anchor="mm")
    page.text(page.width - 16, 24, f"字第 {rng.integers(1, 99)} 号", 10.5, anchor="rm")
    wide = page.width - 24
    widths = (wide * 0.3, wide * 0.2, wide * 0.2, wide * 0.15, wide * 0.15)
    rows: list[Row] = [
        (9, list(zip(widths, ("摘　　要", "总账科目", "明细科目", "借方金额", "贷方金额"), strict=True)))
    ]
    filled = int(rng.integers(2, 6))
    for index in range(7 if page.height < 200 else 22):
        said = ("", "", "", "", "")
        if index < filled:
            what = pick(rng, ("付办公用品款", "收货款", "报销差旅费", "提取备用金", "计提折旧"))
            account = pick(rng, ("银行存款", "管理费用", "应收账款", "库存现金", "累计折旧"))
            money = f"{_sum(rng):,}.00"
            said = (
                what,
                account,
                pick(rng, ("办公费", "")),
                *((money, "") if index % 2 == 0 else ("", money)),
            )
        rows.append((9, [(width, Value(text, pt=10)) for width, text in zip(widths, said, strict=True)]))
    page.grid(12, 30, rows)
    page.text(14, page.height - 10, "会计主管　　　　记账　　　　　出纳　　　　　审核　　　　　制单", 10)
    vertical(page, page.width - 6, 44, f"附件　{rng.integers(1, 9)}　张", 9)
    return page


def money_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """收款收据 from a pad of three colours, filled in by hand: from whom, for what, how much."""
    page = sheet(
        _UNKNOWN,
        dpi,
        rng,
        (180.0, 90.0) if rng.random() < 0.6 else A4,
        0.9,
        paper=pick(rng, ((255, 255, 255), (253, 236, 238), (253, 250, 224))),
    )
    top, amount = (0.0 if page.height < 100 else float(rng.uniform(10, 150))), _sum(rng)
    page.title(top + 14, pick(rng, ("收　款　收　据", "收　据", "内部收款收据")), 20, x=90)
    page.text(170, top + 14, f"№ {digits(rng, 7)}", 13, "digits", (190, 36, 44), "rm")
    page.text(90, top + 25, chinese_date(identity.day), 11, anchor="mm")
    page.box((12, top + 30, 168, top + 70), 0.4)
    lines = (
        ("今收到", pick(rng, (identity.owner.name, *_FIRMS))),
        ("交　来", pick(rng, ("场地押金", "培训资料费", "物业维修基金", "会费", "水电周转金", "订货款"))),
        ("人民币（大写）", f"{in_capitals(amount)}　￥{amount}.00"),
    )
    for index, (label, said) in enumerate(lines):
        y = top + 38 + 12 * index
        edge = page.text(16, y, label, 12)
        page.field(edge[2] + 4, y, Value(said, pt=14))
        page.line(edge[2] + 2, y + 4, 164, y + 4, 0.2)
    for x, label in ((16, "收款单位（盖章）"), (78, "收款人"), (124, "交款人")):
        page.text(x, top + 78, label, 11)
    page.signature(93, top + 78, identity.deal.clerk)
    if rng.random() < 0.8:
        stamps.press_round(page, 52, top + 70, pick(rng, _FIRMS), "财务专用章", 34)
    return page


def hotel_folio(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A hotel's bill: guest, room, nights, a list of charges and the balance."""
    page = sheet(_UNKNOWN, dpi, rng)
    day, nights, price = identity.day, int(rng.integers(1, 6)), int(rng.integers(180, 900))
    page.title(22, pick(rng, ("示例国际大酒店", "演示假日宾馆", "样本快捷酒店　样例路店")), 20)
    page.title(32, pick(rng, ("宾客账单 GUEST FOLIO", "客人结账单", "住客消费明细 STATEMENT")), 13)
    arrived = day - timedelta(days=nights)
    head: list[list[Entry]] = [
        [("姓名 Name", Value(identity.owner.name)), ("房号 Room", Value(str(rng.integers(201, 2099))))],
        [("到店 Arrival", Value(f"{arrived:%Y-%m-%d}")), ("离店 Departure", Value(f"{day:%Y-%m-%d}"))],
        [("房价 Rate", Value(f"{price}.00")), ("账号 Folio", Value(digits(rng, 7)))],
    ]
    y = table(page, 18, 42, 174, head, 30, 8.5) + 10
    columns = ((20, "日期"), (55, "项目"), (130, "消费"), (170, "付款"))
    for x, word in columns:
        page.text(x, y, word, 10.5, "hei_heavy")
    page.line(18, y + 4, 192, y + 4, 0.4)
    for night in range(nights):
        y += 8
        page.text(20, y, f"{arrived + timedelta(days=night):%m-%d}", 10)
        page.text(55, y, "房费 Room Charge", 10)
        page.text(130, y, f"{price}.00", 10)
        if rng.random() < 0.5:
            y += 8
            page.text(
                55, y, pick(rng, ("洗衣 Laundry", "早餐 Breakfast", "迷你吧 Mini Bar", "停车 Parking")), 10
            )
            page.text(130, y, f"{rng.integers(10, 120)}.00", 10)
    page.text(55, y + 8, "银行卡 Bank Card", 10)
    page.text(170, y + 8, f"{price * nights}.00", 10)
    page.line(18, y + 14, 192, y + 14, 0.4)
    page.text(130, y + 21, "余额 Balance　0.00", 11, "hei_heavy")
    page.text(20, y + 40, "宾客签名 Guest Signature", 10.5)
    page.signature(70, y + 40, identity.owner.name)
    page.text(105, 284, "欢迎再次光临　总机 000-9999 0000", 9, anchor="mm")
    return page


def _flight(identity: Identity, rng: np.random.Generator, leg: int) -> tuple[str, ...]:
    """From and to, carrier, number, class, day, time, fare basis."""
    return (
        pick(rng, ("示例SHL／演示YSH", "样本YBN／示例SHL")),
        "示航",
        f"EX{rng.integers(1000, 9999)}",
        pick(rng, ("Y", "M", "V")),
        f"{identity.day + timedelta(days=3 * leg):%Y-%m-%d}",
        f"{rng.integers(6, 23):02d}:{rng.integers(0, 11) * 5:02d}",
        "YLV/20K",
    )


def air_itinerary(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """航空运输电子客票行程单: a wide slip of dotted print with flights, fares and a round seal."""
    page = sheet(_UNKNOWN, dpi, rng, (240.0, 102.0), 0.0, 0.9, (250, 246, 240))
    page.title(10, "航空运输电子客票行程单", 14)
    page.title(17, "ITINERARY/RECEIPT OF E-TICKET FOR AIR TRANSPORT", 9)
    page.text(228, 12, f"印刷序号：{digits(rng, 11)}", 9, anchor="rm")
    wide = 216.0
    rows: list[Row] = [
        (7, [(50, "旅客姓名 NAME"), (70, "有效身份证件号码 ID.NO."), (wide - 120, "签注 ENDORSEMENTS")]),
        (
            8,
            [
                (50, Value(identity.owner.name)),
                (70, Value(identity.owner.id_number)),
                (wide - 120, Value("不得签转/变更退票收费")),
            ],
        ),
    ]
    y = page.grid(12, 23, rows)
    widths = (56.0, 22.0, 24.0, 20.0, 34.0, 22.0, 38.0)
    labels = ("自FROM/至TO", "承运人", "航班号", "座位等级", "日期DATE", "时间", "客票类别 免费行李")
    flights: list[Row] = [(7, list(zip(widths, labels, strict=True)))]
    for leg in range(int(rng.integers(1, 3))):
        said = _flight(identity, rng, leg)
        flights.append((8, [(width, Value(text, pt=9)) for width, text in zip(widths, said, strict=True)]))
    y = page.grid(12, y, flights)
    fare = int(rng.integers(30, 300)) * 10
    sums = f"票价CNY {fare}.00　民航发展基金CN 50.00　燃油附加费 30.00　合计CNY {fare + 80}.00"
    y = page.grid(12, y, [(8, [(wide, Value(sums, pt=9.5))])])
    foot = f"电子客票号码 999-{digits(rng, 10)}　验证码 {digits(rng, 4)}　保险费 XXX"
    y = page.grid(12, y, [(8, [(wide, Value(foot, pt=9.5))])])
    page.text(12, y + 6, "销售单位代号 SHL099　填开单位 示例航空服务有限公司", 9)
    stamps.press_round(page, 196, y - 4, "示例航空服务有限公司", "发票专用章", 30)
    return page


def lottery_ticket(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A slip of numbers from a lottery's till, alone or on a sheet."""
    small = rng.random() < 0.6
    page = sheet(
        _UNKNOWN, dpi, rng, (82.0, 120.0) if small else A4, paper=(252, 244, 238) if small else (255,) * 3
    )
    left, top = (0.0, 0.0) if small else (float(rng.uniform(10, 110)), float(rng.uniform(10, 150)))
    page.text(
        left + 41, top + 10, pick(rng, ("示例福利彩票", "演示体育彩票")), 15, "hei_heavy", (190, 36, 44), "mm"
    )
    page.text(
        left + 41,
        top + 19,
        pick(rng, ("双色球　单式票", "大乐透　机选", "排列五", "七星彩")),
        13,
        anchor="mm",
    )
    page.text(
        left + 6,
        top + 28,
        f"第{identity.day:%Y}{rng.integers(1, 150):03d}期　销售站 {digits(rng, 8)}",
        8.5,
        "typed",
    )
    page.text(left + 6, top + 34, f"{identity.day:%Y-%m-%d} 开奖　倍数:{rng.integers(1, 9)}", 8.5, "typed")
    for row in range(int(rng.integers(2, 6))):
        numbers = sorted(rng.choice(np.arange(1, 34), 6, replace=False).tolist())
        page.text(
            left + 8,
            top + 44 + 8 * row,
            "  ".join(f"{n:02d}" for n in numbers) + f" + {rng.integers(1, 17):02d}",
            12,
            "typed",
        )
    page.text(left + 6, top + 88, f"合计 {rng.integers(1, 10) * 2}元　感谢您为公益事业贡献", 8.5, "typed")
    barcode(page, left + 8, top + 96, 66, 12, digits(rng, 20))
    return page


CALIBRATED: dict[str, Layout] = {
    "paying_in_slip": paying_in_slip,
    "accounting_voucher": accounting_voucher,
}
MEASURED: dict[str, Layout] = {
    "cheque": cheque,
    "money_receipt": money_receipt,
    "hotel_folio": hotel_folio,
    "air_itinerary": air_itinerary,
    "lottery_ticket": lottery_ticket,
}
