"""Rights over a vehicle and leave to use it: 抵押合同 and its release, 校车使用许可, 道路运输证.

Knows how these papers look. Knows no rules of mortgage or of transport.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import (
    Entry,
    closing,
    digits,
    heading,
    letterhead,
    notes,
    pick,
    plain_date,
    serial,
    sheet,
    table,
)
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, Part, prose
from ocr.synthetic.page import A4, Layout, Page, Value, dated

_BANKS = (
    "示例银行股份有限公司示例市分行",
    "演示汽车金融有限公司",
    "样本农村商业银行股份有限公司演示支行",
    "示例融资租赁（演示）有限公司",
)


def mortgage_contract(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车抵押合同, its first page: the parties, then articles running over the foot of the page."""
    page = sheet("M-MG-01", dpi, rng, hand=0.25)
    vehicle, owner, price = identity.vehicle, identity.owner, identity.deal.price
    bank = pick(rng, _BANKS)
    x, y = rng.uniform(20, 28), rng.uniform(24, 36)
    width = 210 - 2 * x
    heading(page, y, ("机动车抵押合同", "汽车抵押合同", "个人汽车贷款抵押合同", "抵押合同"), 21)
    page.text(210 - x - 62, y + 12, "合同编号：", 10.5)
    number = f"SL{identity.day.year}抵字第{digits(rng, 5)}号"
    page.field(210 - x - 42, y + 12, Value(number, "contract_no", pt=10.5))
    y += 23
    lines: tuple[tuple[str, Value], ...] = (
        (pick(rng, ("抵押权人（甲方）：", "甲方（抵押权人）：")), Value(bank, "mortgagee_name", pt=12)),
        ("抵押人（乙方）：", Value(owner.name, "owner_name", pt=12)),
        ("身份证号码：", Value(owner.id_number, pt=12)),
        ("住所：", Value(owner.address, pt=11)),
    )
    for caption, value in lines[: int(rng.integers(3, 5))]:
        edge = page.text(x, y, caption, 12)
        page.field(edge[2] + 1, y, value)
        page.line(edge[2], y + 3, 210 - x, y + 3, 0.15)
        y += 9.5
    parts: list[Part] = [
        "为确保主合同（借款合同）的履行，乙方自愿以其所有的机动车设定抵押，双方协商一致，订立本合同。\n"
        "第一条　抵押物：号牌号码",
        Value(vehicle.plate_no, "plate_no"),
        "，厂牌型号",
        Value(vehicle.brand_model),
        "，车辆识别代号",
        Value(vehicle.vin, "vin"),
        "，发动机号",
        Value(vehicle.engine_no),
        "。\n第二条　主债权：甲方向乙方提供的借款本金人民币（大写）",
        Value(in_capitals(price)),
        f"，期限{rng.choice([12, 24, 36, 60])}个月，自",
        plain_date(identity.deal.invoice_date),
        "起计算。\n第三条　抵押担保范围包括主债权本金、利息、罚息、违约金及实现债权的费用。"
        "\n第四条　双方应于本合同签订之日起十日内到车辆管理所办理抵押登记。"
        "\n第五条　抵押期间，未经甲方书面同意，乙方不得转让、出租、再抵押或以其他方式处分抵押物。"
        "\n第六条　乙方应当妥善保管抵押物，并按约定投保，保险单第一受益人为甲方。",
    ]
    y = prose(
        page,
        x,
        y + 3,
        width,
        parts,
        11.5,
        rng.uniform(1.65, 1.9),
        values=UNDERLINED if rng.random() < 0.5 else WRITTEN,
    )
    if rng.random() < 0.5 and y < 248:
        page.text(x, y + 8, "甲方（盖章）：", 11)
        stamps.press_round(page, x + 45, y + 12, bank, "合同专用章", 40)
        page.text(118, y + 8, "乙方（签字）：", 11)
        page.signature(144, y + 8, owner.name)
        page.field(118, y + 20, plain_date(identity.day, "sign_date", 11))
        page.note("seal_present", "true")
    page.text(105, 288, f"第 1 页　共 {rng.integers(3, 12)} 页", 8.5, anchor="mm")
    return page


def mortgage_release(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """解除抵押证明 or 结清证明: the lender's letter to the vehicle office."""
    page = sheet("M-MG-01", dpi, rng, hand=0.15)
    vehicle, owner = identity.vehicle, identity.owner
    bank = pick(rng, _BANKS)
    x, y = rng.uniform(22, 30), rng.uniform(36, 56)
    if rng.random() < 0.3:
        y = letterhead(page, 30, bank) + 20
    heading(page, y, ("解除抵押证明", "机动车解除抵押证明", "贷款结清证明", "结清证明", "解除抵押通知书"), 21)
    page.text(x, y + 18, pick(rng, ("车辆管理所：", "示例市公安局车辆管理所：")), 13)
    number = f"SL{identity.day.year}抵字第{digits(rng, 5)}号"
    parts: list[Part] = [
        "借款人",
        Value(owner.name, "owner_name"),
        "（身份证号：",
        Value(owner.id_number),
        "）与我" + ("行" if "银行" in bank else "司") + "签订的编号为",
        Value(number, "contract_no"),
        "的借款合同项下贷款本息已于",
        plain_date(identity.deal.invoice_date),
        "全部结清。现同意解除号牌号码为",
        Value(vehicle.plate_no, "plate_no"),
        "、车辆识别代号为",
        Value(vehicle.vin, "vin"),
        "的机动车的抵押登记，请贵所予以办理。\n特此证明。",
    ]
    y = prose(
        page,
        x,
        y + 30,
        210 - 2 * x,
        parts,
        13,
        rng.uniform(1.8, 2.2),
        values=UNDERLINED if rng.random() < 0.3 else WRITTEN,
    )
    day = plain_date(identity.day, "sign_date", 13, han=rng.random() < 0.25)
    closing(page, 140, y + rng.uniform(14, 30), Value(bank, "mortgagee_name", pt=13), day)
    page.note("seal_present", "true")
    return page


def mortgage_release_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The lender's printed release sheet: particulars as a table, its staff's names, a code."""
    page = sheet("M-MG-01", dpi, rng)
    vehicle, owner, deal = identity.vehicle, identity.owner, identity.deal
    bank = pick(rng, _BANKS)
    page.box((16, 16, 194, 30), mm=0, fill=(150, 30, 40))
    page.text(22, 23, bank, 14, "hei_heavy", (255, 255, 255))
    heading(page, 44, ("车辆抵押解除证明书", "抵押（质押）解除证明书"), 20)
    page.text(16, 56, "打印编号：JQ" + digits(rng, 10), 9)
    rows: list[list[Entry]] = [
        [("抵押权人", Value(bank, "mortgagee_name"))],
        [("抵押人（所有人）", Value(owner.name, "owner_name"))],
        [("证件号码", Value(owner.id_number))],
        [("合同编号", Value("HT" + digits(rng, 12), "contract_no"))],
        [("贷款金额", Value(f"{deal.price:,}.00元", pt=10)), ("贷款余额", Value("0.00元"))],
        [
            ("号牌号码", Value(vehicle.plate_no, "plate_no")),
            ("结清日期", dated(deal.invoice_date, None, "iso")),
        ],
        [("车辆识别代号", Value(vehicle.vin, "vin"))],
        [("发动机号码", Value(vehicle.engine_no))],
    ]
    bottom = table(page, 16, 60, 178, rows, 34, rng.uniform(10.5, 12.5))
    text = "　　上述贷款已全部结清，抵押权人同意解除抵押，请登记机关办理解除抵押登记。"
    page.flow(18, bottom + 10, 174, text, 11.5)
    page.paste(figures.square_code(rng), (18, bottom + 26, 42, bottom + 50))
    day = dated(identity.day, "sign_date", "chinese", pt=11)
    closing(page, 146, bottom + 34, Value(bank, pt=11), day, "业务专用章(3)")
    page.note("seal_present", "true")
    return page


def pawn_ticket(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """当票 or 抵押合同 as a form: small sheet, ruled boxes, pawned vehicle, sums in words, rules at its foot."""
    page = sheet(
        "M-MG-01", dpi, rng, (240, 160) if rng.random() < 0.6 else A4, hand=0.5, paper=(252, 250, 240)
    )
    vehicle, owner, price = identity.vehicle, identity.owner, identity.deal.price
    firm = pick(rng, ("示例典当有限责任公司", "演示典当（示例）有限公司"))
    x, width = 14.0, page.width - 28
    heading(page, 16, ("典当抵押合同", "当　票", "机动车质押典当合同"), 19)
    number = Value(f"{identity.day.year}{digits(rng, 7)}", "contract_no", pt=12)
    serial(page, page.width - x, 26, number, "№", "rm")
    months = int(rng.integers(1, 7))
    rows: list[list[Entry]] = [
        [("典当行名称", Value(firm, "mortgagee_name")), ("许可证编码", Value("31" + digits(rng, 6) + "D"))],
        [("当户名称", Value(owner.name, "owner_name")), ("证件号码", Value(owner.id_number, pt=10))],
        [("当户住址", Value(owner.address, pt=9.5)), ("联系电话", Value(owner.phone))],
        [("当物名称", Value(vehicle.brand + "轿车一辆")), ("车牌号码", Value(vehicle.plate_no, "plate_no"))],
        [("车架号", Value(vehicle.vin, "vin", pt=10)), ("发动机号", Value(vehicle.engine_no))],
        [("典当金额", Value(in_capitals(price))), ("小写", Value(f"¥{price}.00"))],
        [("综合费率", Value("2.4 %/月")), ("典当期限", Value(f"{months}个月"))],
    ]
    bottom = table(page, x, 31, width, rows, 24, rng.uniform(9, 10.5))
    page.text(x + 2, bottom + 9, "当户签章：", 10.5)
    page.signature(x + 24, bottom + 9, owner.name)
    page.text(x + 66, bottom + 9, "签订日期：", 10.5)
    page.field(x + 86, bottom + 9, plain_date(identity.day, "sign_date", 10.5))
    page.text(x + width - 70, bottom + 9, "典当行（盖章）", 10.5)
    stamps.press_round(page, x + width - 34, bottom + 10, firm, "", 36)
    page.note("seal_present", "true")
    rules = ("典当期内或期满后五日内可以赎当或续当，逾期为绝当。", "本票一式三联，遗失应及时挂失。")
    notes(page, x, bottom + 26, width - 60, rules, head="注意：")
    return page


_SCHOOLS = ("示例市演示区第九实验小学", "示例市样例路幼儿园", "演示区示范小学")

_CARRIERS = ("示例市公共客运（演示）有限公司", "演示区样本物流有限公司", "示例出行网络科技有限公司")

_ROUTES = ("样例路—示范路—第九实验小学", "演示新村—虚构路—示范小学", "假想路站—样张街—样例路幼儿园")


def school_bus_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """校车使用许可申请表 with the offices' opinions and the government's approval."""
    page = sheet("M-SB-01", dpi, rng, hand=0.3)
    vehicle, owner, day = identity.vehicle, identity.owner, identity.day
    school, office = pick(rng, _SCHOOLS), "示例市演示区人民政府"
    x, y = rng.uniform(15, 20), rng.uniform(20, 28)
    heading(page, y, ("校车使用许可申请表", "校车使用许可审批表", "校车使用许可登记表"), 19)
    page.text(x, y + 11, "许可编号：", 10)
    page.field(x + 19, y + 11, Value(f"示校许字〔{day.year}〕{rng.integers(10, 300):03d}号", "permit_no"))

    def opinion(name: str, text: str) -> Callable[[Page, tuple[float, float, float, float]], None]:
        def draw(page: Page, box: tuple[float, float, float, float]) -> None:
            page.text(box[0] + 4, box[1] + 7, text, 10.5)
            stamps.press_round(page, box[2] - 34, (box[1] + box[3]) / 2, name, "", 29)
            page.text(box[2] - 8, box[3] - 5, plain_date(day).text, 10, anchor="rm")

        return draw

    rows: list[list[Entry]] = [
        [("申请单位", Value(school, "org_name")), ("联系人", Value(owner.name))],
        [("单位地址", Value(owner.address, pt=9)), ("联系电话", Value(owner.phone))],
        [("号牌号码", Value(vehicle.plate_no, "plate_no")), ("核载人数", Value(f"{rng.integers(19, 56)}人"))],
        [("车辆品牌型号", Value(vehicle.brand_model, pt=9.5)), ("驾驶人", Value(identity.previous.name))],
        [("行驶线路", Value(pick(rng, _ROUTES), "route", pt=10)), ("开行时间", Value("07:00　16:30"))],
        [
            ("停靠站点", Value(f"共{rng.integers(3, 9)}站")),
            ("有效期至", dated(_year_on(identity), "valid_to")),
        ],
        [("教育部门意见", opinion("示例市演示区教育局", "情况属实，同意申报。"))],
        [("公安交管部门意见", opinion("示例市公安局交通警察支队", "经审查符合条件。"))],
        [("交通运输部门意见", opinion("示例市演示区交通运输局", "同意。"))],
        [("本级人民政府意见", opinion(office, "准予使用校车，发给校车标牌。"))],
    ]
    opinions = {row: 33.0 for row in range(6, 10)}
    table(page, x, y + 15, 210 - 2 * x, rows, 31, 9.5, opinions)
    page.note("issue_date", day.isoformat())
    return page


def _year_on(identity: Identity) -> date:
    return identity.day.replace(day=1, year=identity.day.year + 1)


def transport_permit_card(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """道路运输证: the folded card's two halves copied onto a sheet, or scanned alone."""
    alone = rng.random() < 0.4
    page = sheet("M-SB-01", dpi, rng, (186, 128) if alone else A4)
    x, y = (4.0, 4.0) if alone else (rng.uniform(10, 26), rng.uniform(14, 130))
    vehicle, ink = identity.vehicle, pick(rng, ((38, 70, 140), (30, 96, 88)))
    page.box((x, y, x + 178, y + 120), 0.4, (150, 156, 160), pick(rng, ((230, 238, 246), (232, 242, 236))))
    page.line(x + 89, y, x + 89, y + 120, 0.3, (176, 184, 188))
    page.title(y + 12, "中华人民共和国道路运输证", 14, ink=ink, x=x + 45)
    region = "示例市"
    page.text(x + 45, y + 21, region + "道路运输管理机构监制", 8, ink=ink, anchor="mm")
    code = "31" + digits(rng, 10)
    number = Value(f"{region[:2]}交运管字 {code} 号", "permit_no", code, pt=9.5)
    left: tuple[tuple[str, Value], ...] = (
        ("证　　号", number),
        ("业户名称", Value(pick(rng, _CARRIERS), "org_name", pt=9.5)),
        ("地　　址", Value(identity.owner.address, pt=8.5)),
        ("车辆号牌", Value(vehicle.plate_no + "(蓝色)", "plate_no", vehicle.plate_no, pt=10)),
        ("经营许可证号", Value("31" + digits(rng, 10), pt=9.5)),
        ("车辆类型", Value(pick(rng, ("小型轿车", "大型普通客车", "网络预约出租汽车")), pt=9.5)),
        ("吨(座)位", Value(f"{rng.integers(5, 50)}座", pt=9.5)),
        ("有效期至", dated(_year_on(identity), "valid_to", "iso", pt=9.5)),
        ("发证日期", dated(identity.day, "issue_date", "iso", pt=9.5)),
    )
    for index, (caption, value) in enumerate(left):
        top = y + 30 + index * 9.3
        page.text(x + 5, top, caption, 8.5, ink=ink)
        page.value((x + 27, top - 4, x + 86, top + 4), value)
        page.line(x + 26, top + 3.6, x + 86, top + 3.6, 0.12, ink)
    right = ("经营范围", "车辆技术等级", "二级维护记录", "审验记录", "备　注")
    page.text(x + 133, y + 10, "车辆照片及审验记录", 10, ink=ink, anchor="mm")
    page.paste(
        figures.car(rng, vehicle.plate_no, vehicle.body_color, vehicle.electric, 600, 400),
        (x + 104, y + 16, x + 162, y + 54),
    )
    for index, caption in enumerate(right):
        page.text(x + 93, y + 62 + index * 11, caption, 8.5, ink=ink)
        page.line(x + 92, y + 67 + index * 11, x + 174, y + 67 + index * 11, 0.12, ink)
    page.text(x + 118, y + 62, pick(rng, ("班车客运、包车客运", "预约出租客运", "道路普通货物运输")), 9.5)
    page.text(x + 118, y + 73, pick(rng, ("一级", "二级")), 9.5)
    stamps.press_round(page, x + 68, y + 104, "示例市道路运输管理处", "证件专用章", 30)
    return page


def transport_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """道路运输经营许可证: a framed certificate, wide, with a code and a large seal."""
    page = sheet("M-SB-01", dpi, rng, (297, 210) if rng.random() < 0.6 else A4, paper=(253, 250, 240))
    gold = (176, 138, 62)
    for inset, mm in ((8, 1.6), (11, 0.3), (13, 0.3)):
        page.box((inset, inset, page.width - inset, page.height - inset), mm, gold)
    page.title(page.height * 0.17, "中华人民共和国", 16, 2)
    page.title(page.height * 0.25, pick(rng, ("道路运输经营许可证", "网络预约出租汽车经营许可证")), 30, 2)
    x, y = page.width * 0.2, page.height * 0.37
    code = "31" + digits(rng, 10)
    entries: tuple[tuple[str, Value], ...] = (
        ("证　　号：", Value(f"交运管许可示字{code}号", "permit_no", code, pt=13)),
        ("业户名称：", Value(pick(rng, _CARRIERS), "org_name", pt=13)),
        ("地　　址：", Value(identity.owner.address, pt=12)),
        (
            "经营范围：",
            Value(pick(rng, ("县际包车客运，校车服务", "普通货运，货物专用运输", "预约出租客运")), pt=13),
        ),
        ("有效期至：", dated(_year_on(identity), "valid_to", pt=13)),
    )
    for index, (caption, value) in enumerate(entries):
        top = y + index * 12.5
        page.text(x, top, caption, 13)
        page.field(x + 26, top, value)
    page.paste(figures.square_code(rng), (x, y + 66, x + 24, y + 90))
    issuer = Value("示例市演示区交通运输局", pt=13)
    closing(page, page.width - 80, y + 74, issuer, plain_date(identity.day, "issue_date", 13), "", 44)
    return page


def school_bus_approval(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """准予校车使用许可决定书 or 使用性质变更 approval: the government's letter under a red head."""
    page = sheet("M-SB-01", dpi, rng)
    vehicle, day, school = identity.vehicle, identity.day, pick(rng, _SCHOOLS)
    office = pick(rng, ("示例市演示区人民政府", "示例市演示区教育局"))
    number = Value(f"示校许〔{day.year}〕{rng.integers(3, 200)}号", "permit_no")
    y = letterhead(page, 30, office + pick(rng, ("", "文件")), number) + 18
    heading(page, y, ("准予校车使用许可决定书", "校车使用许可决定书", "关于同意使用校车的批复"), 19)
    end = _year_on(identity)
    org = Value(school, "org_name")
    y = prose(page, 28, y + 16, 154, [org, "："], 14, indent=False)
    parts: list[Part] = [
        "你单位提出的校车使用许可申请收悉。经审查，符合《校车安全管理条例》规定的条件，准予你单位使用号牌号码为",
        Value(vehicle.plate_no, "plate_no"),
        "的车辆作为校车，行驶线路为",
        Value(pick(rng, _ROUTES), "route"),
        "，许可有效期至",
        plain_date(end, "valid_to"),
        "。\n请持本决定到公安机关交通管理部门办理使用性质变更登记，领取校车标牌，并按照核定的运行方案使用校车。",
    ]
    y = prose(page, 28, y + 2, 154, parts, 14, 1.9)
    closing(page, 142, y + 24, Value(office, pt=14), plain_date(day, "issue_date", 14, han=True), "", 44)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-MG-01": (
        mortgage_contract,
        mortgage_release,
        mortgage_release_slip,
        pawn_ticket,
    ),
    "M-SB-01": (
        school_bus_application,
        transport_permit_card,
        transport_licence,
        school_bus_approval,
    ),
}
