"""More editions of 机动车交通事故责任强制保险单: the preprinted paper and other insurers' electronic policies.

Knows their wording and limits. Knows no rates: premiums and taxes are plausible, not computed.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.layouts.taxes import vessel_tax
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import Ink, Style

_RED: Ink = (186, 36, 40)


def _plate(identity: Identity) -> Value:
    return Value(identity.vehicle.plate_no, "plate_no")


def _liability_rows(w: tuple[float, float]) -> list[Row]:
    """The limits that the compulsory insurance has had since September 2020, in yuan."""
    limits = (("死亡伤残赔偿限额", 180000), ("医疗费用赔偿限额", 18000), ("财产损失赔偿限额", 2000))
    a, b = w
    return [
        (
            7.5,
            [
                (a, name),
                (b, Value(f"{v}元")),
                (a, "无责任" + name),
                (b, Value(f"{v // 10 if v > 2000 else 100}元")),
            ],
        )
        for name, v in limits
    ]


def _insured_period(page: Page, x: float, y: float, identity: Identity, pt: float = 10) -> None:
    first, last = identity.deal.insure_from, identity.deal.insure_to
    form = "自{}零时起至{}二十四时止" if page.rng.random() < 0.5 else "自{} 00:00时起至{} 24:00时止"
    edge = page.field(x, y, Value(form.format(chinese_date(first), chinese_date(last)), pt=pt))
    page.note("insure_from", first.isoformat(), [edge])
    page.note("insure_to", last.isoformat(), [edge])


def compulsory_policy_paper(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车交通事故责任强制保险单 on the preprinted paper (正本, 副本 or 公安交管部门留存联)."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    ink: Ink = ((30, 84, 150), (150, 56, 40), (36, 110, 90))[int(rng.integers(3))]
    style = Style(
        label="song", value="typed", label_ink=ink, line_ink=ink, dots=bool(rng.random() < 0.7), line_mm=0.2
    )
    page = Page(*A4, dpi, rng, style, paper=(250, 250, 252))
    page.truth.materials = ["M-IN-01"]
    page.title(15, "保险监督管理机构监制　　限在示例市销售", 8)
    page.text(24, 24, deal.insurer[:2] + "保险", 17, "hei_heavy", _RED)
    page.title(34, "机动车交通事故责任强制保险单", 20, spacing=0.8, role="song_heavy")
    page.title(42, str(rng.choice(["（正本）", "（副本）", "（公安交管部门留存）"])), 11)
    page.text(184, 24, f"AEDAA{identity.day.year}A{digits(rng, 8)}", 10, "latin", _RED, "rm")
    page.text(112, 49, "保险单号：", 10)
    page.field(130, 49, Value(deal.policy_no, "policy_no"), hand=False)
    premium = int(rng.choice([665, 760, 855, 950]))
    rows: list[Row] = [
        (8, [(34, "被保险人"), (136, Value(owner.name, "insured_name"))]),
        (8, [(58, "被保险人身份证号码（组织机构代码）"), (112, Value(owner.id_number))]),
        (8, [(18, "地　址"), (98, Value(owner.address, pt=9.5)), (20, "联系电话"), (34, Value(owner.phone))]),
        (
            8,
            [
                (10, None),
                (22, "号牌号码"),
                (36, _plate(identity)),
                (22, "机动车种类"),
                (30, Value("6座以下客车", pt=9)),
                (20, "使用性质"),
                (30, Value("家庭自用", pt=9)),
            ],
        ),
        (
            8,
            [
                (10, None),
                (22, "发动机号码"),
                (36, Value(vehicle.engine_no, "engine_no")),
                (44, "识别代码（车架号）"),
                (58, Value(vehicle.vin, "vin")),
            ],
        ),
        (
            8,
            [
                (10, None),
                (22, "厂牌型号"),
                (36, Value(vehicle.brand_model, pt=9)),
                (22, "核定载客"),
                (30, Value(f"{vehicle.seating}人")),
                (22, "核定载质量"),
                (28, Value("0.000千克", pt=9)),
            ],
        ),
        (
            8,
            [
                (10, None),
                (22, "排　量"),
                (36, Value(f"{vehicle.displacement / 1000:.4f}L")),
                (22, "功　率"),
                (30, Value(f"{vehicle.power:.4f}KW", pt=9)),
                (22, "登记日期"),
                (28, dated(vehicle.reg_date, None, "iso", pt=9)),
            ],
        ),
        *_liability_rows((52, 33)),
        (
            8,
            [
                (95, "与道路交通安全违法行为和道路交通事故相联系的浮动比率"),
                (75, Value(f"{premium / 9.5 - 100:.0f}%")),
            ],
        ),
        (
            8,
            [
                (42, "保险费合计（人民币大写）："),
                (74, Value(in_capitals(premium))),
                (54, Value(f"（￥：{premium}.00 元）")),
            ],
        ),
    ]
    top = 53 + float(rng.uniform(-1, 2))
    y = page.grid(20, top, rows)
    page.side((20, top + 24, 30, top + 56), "被保险机动车")
    page.box((20, y, 190, y + 8))
    page.text(22, y + 4, "保险期间", 9.5)
    _insured_period(page, 40, y + 4, identity, 9.5)
    tax = vessel_tax(identity)
    rows = [
        (8, [(42, "保险合同争议解决方式"), (128, Value("诉讼"))]),
        (
            8,
            [
                (10, None),
                (22, "整备质量"),
                (48, Value(f"{vehicle.curb_mass}.00")),
                (30, "纳税人识别号"),
                (60, Value(owner.id_number)),
            ],
        ),
        (
            8,
            [
                (10, None),
                (22, "当年应缴"),
                (24, Value(f"¥:{tax}.00", "vehicle_tax", f"{tax}.00")),
                (24, "往年补缴"),
                (34, Value("¥:0.00")),
                (22, "滞纳金"),
                (34, Value("¥:0.00")),
            ],
        ),
        (
            18,
            [
                (10, None),
                (
                    160,
                    Label(
                        "特别约定：保险期间内，如发生本保险合同约定的保险事故造成被保险机动车损失，保险金额以条款为准。",
                        8.5,
                        "left",
                    ),
                ),
            ],
        ),
        (
            24,
            [
                (10, None),
                (
                    160,
                    Label(
                        "1.请详细阅读保险条款，特别是责任免除和投保人、被保险人义务。\n2.收到本保险单后，请立即核对，如有不符或疏漏，请及时通知保险人并办理变更或补充手续。\n3.保险费应一次性交清，请您及时核对保险单和发票（收据），如有不符，请及时与保险人联系。",
                        8,
                        "left",
                    ),
                ),
            ],
        ),
        (
            18,
            [
                (10, None),
                (
                    160,
                    Label(
                        "公司名称："
                        + deal.insurer
                        + "\n公司地址：示例市演示区示范大道1号\n邮政编码：000000　　服务电话：000-95000",
                        9,
                        "left",
                    ),
                ),
            ],
        ),
    ]
    below = page.grid(20, y + 8, rows)
    page.side((20, y + 16, 30, y + 32), "代收税")
    for upper, height, word in ((y + 32, 18, "约定"), (y + 50, 24, "提示"), (y + 74, 18, "保险人")):
        page.side((20, upper, 30, upper + height), word)
    page.note("insurer", deal.insurer)
    page.text(
        22, below + 7, f"核保：{deal.clerk}　　　　制单：{deal.inspector}　　　　经办：{deal.clerk}", 9.5
    )
    stamps.press_round(page, 158, below - 6, deal.insurer, "业务专用章", 38)
    return page


def compulsory_policy_banded(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Another insurer's 电子保单: shaded section heads, no frame, two columns of 标签：值."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    accent: Ink = ((214, 92, 28), (0, 112, 108), (150, 26, 60))[int(rng.integers(3))]
    page = Page(*A4, dpi, rng, Style(label="hei", title="hei_heavy", value="hei", line_ink=(200, 200, 204)))
    page.truth.materials = ["M-IN-01"]
    page.box((0, 0, 210, 7), mm=0, fill=accent)
    page.text(18, 17, deal.insurer, 12, "hei_heavy", accent)
    page.paste(figures.square_code(rng), (170, 12, 192, 34))
    page.text(18, 29, "机动车交通事故责任强制保险单（电子保单）", 15.5, "hei_heavy")
    page.text(18, 38, "POLICY NO. 保险单号：", 9)
    page.field(55, 38, Value(deal.policy_no, "policy_no", pt=10))
    tax = vessel_tax(identity)
    sections: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...] = (
        (
            "投保人/被保险人信息",
            (
                ("被保险人", Value(owner.name, "insured_name")),
                ("证件号码", Value(owner.id_number)),
                ("联系电话", Value(owner.phone)),
                ("地址", Value(owner.address, pt=8.5)),
            ),
        ),
        (
            "被保险机动车信息",
            (
                ("号牌号码", _plate(identity)),
                ("车辆识别代号", Value(vehicle.vin, "vin")),
                ("发动机号", Value(vehicle.engine_no, "engine_no")),
                ("厂牌型号", Value(vehicle.brand_model)),
                ("车辆种类", Value("六座以下客车")),
                ("使用性质", Value("家庭自用汽车")),
                ("初次登记日期", dated(vehicle.reg_date, None, "iso")),
                ("核定载客/载质量", Value(f"{vehicle.seating}人/0千克")),
            ),
        ),
        (
            "责任限额（元）",
            (
                ("死亡伤残", Value("180,000.00")),
                ("无责任死亡伤残", Value("18,000.00")),
                ("医疗费用", Value("18,000.00")),
                ("无责任医疗费用", Value("1,800.00")),
                ("财产损失", Value("2,000.00")),
                ("无责任财产损失", Value("100.00")),
            ),
        ),
        (
            "保险费及代收车船税（元）",
            (
                ("保险费合计", Value("950.00")),
                ("浮动比率", Value("0.00%")),
                ("代收车船税", Value(f"{tax}.00", "vehicle_tax", f"{tax}.00")),
                ("完税凭证号", Value("/")),
            ),
        ),
    )
    y, step = 46.0, float(rng.uniform(7.4, 8.4))
    for head, cells in sections:
        page.box((16, y, 194, y + 7), mm=0, fill=(240, 238, 234))
        page.box((16, y, 17.6, y + 7), mm=0, fill=accent)
        page.text(20, y + 3.5, head, 10, "hei_heavy")
        for index, (label, value) in enumerate(cells):
            x, line = 20 + index % 2 * 88, y + 11.5 + index // 2 * step
            page.text(x, line, label + "：", 9.5, ink=(96, 98, 104))
            page.value((x + 30, line - 3.6, x + 87, line + 3.6), value)
        y += 11.5 + -(-len(cells) // 2) * step
    page.text(20, y + 4, "保险期间：", 9.5, ink=(96, 98, 104))
    _insured_period(page, 40, y + 4, identity)
    y = page.flow(
        20, y + 14, 170, "特别约定：本保单为电子保单，与纸质保单具有同等法律效力；争议解决方式为诉讼。", 9
    )
    y = page.flow(
        20,
        y + 3,
        170,
        "重要提示：请核对保单内容，如有不符请在48小时内通知保险人办理变更手续。请详细阅读所附保险条款，特别是责任免除和投保人、被保险人义务。",
        9,
    )
    page.text(20, y + 6, f"保险人：{deal.insurer}", 9.5)
    page.note("insurer", deal.insurer)
    page.text(20, y + 13, f"签单日期：{deal.insure_from - timedelta(days=1)}　　服务热线：000-95000", 9.5)
    stamps.press_round(page, 156, y + 8, deal.insurer, "电子保单专用章", 36)
    return page


def compulsory_policy_query(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车交通事故责任强制保险单 in a third typography: ruled lines only, black, code at the foot."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page = Page(*A4, dpi, rng, Style(label="kai", title="song_heavy", value="serif", line_mm=0.15))
    page.truth.materials = ["M-IN-01"]
    x0, x1 = 24 + float(rng.uniform(-3, 3)), 188.0
    page.title(22, deal.insurer, 13)
    page.title(
        32,
        "机动车交通事故责任强制保险" + str(rng.choice(["电子保险单", "单（电子凭证）", "单"])),
        17,
        role="song_heavy",
    )
    entries: tuple[tuple[str, Value], ...] = (
        ("保险单号", Value(deal.policy_no, "policy_no")),
        ("被保险人名称", Value(owner.name, "insured_name")),
        ("证件类型及号码", Value(f"居民身份证　{owner.id_number}")),
        ("号牌号码", _plate(identity)),
        ("车辆识别代号/车架号", Value(vehicle.vin, "vin", pt=11)),
        ("发动机/电动机号码", Value(vehicle.engine_no, "engine_no")),
        ("厂牌型号", Value(vehicle.brand_model)),
        ("使用性质/车辆种类", Value("非营业　家庭自用　　客车")),
        ("有责任限额", Value("死亡伤残180000　医疗费用18000　财产损失2000")),
        ("无责任限额", Value("死亡伤残18000　医疗费用1800　财产损失100")),
        ("保险费（元）", Value("人民币玖佰伍拾圆整　950.00")),
        ("代收车船税（元）", Value(f"{vessel_tax(identity)}.00", "vehicle_tax")),
    )
    y, step = 44.0, float(rng.uniform(10.5, 12.5))
    page.line(x0, y, x1, y, 0.6)
    for label, value in entries:
        page.text(x0 + 2, y + step / 2, label, 10.5)
        page.field(x0 + 52, y + step / 2, value)
        y += step
        page.line(x0, y, x1, y)
    page.text(x0 + 2, y + step / 2, "保险期间", 10.5)
    _insured_period(page, x0 + 30, y + step / 2, identity, 10.5)
    y += step
    page.line(x0, y, x1, y, 0.6)
    page.note("insurer", deal.insurer)
    page.paste(figures.square_code(rng), (x0 + 2, y + 8, x0 + 28, y + 34))
    page.text(x0 + 34, y + 13, "扫描二维码查验保单真伪", 9.5)
    page.text(x0 + 34, y + 21, f"确认时间：{deal.insure_from} 00:00:00", 9.5)
    page.text(x0 + 34, y + 29, f"打印时间：{identity.accepted_at:%Y-%m-%d %H:%M:%S}", 9.5)
    if rng.random() < 0.7:
        stamps.press_round(page, 160, y + 20, deal.insurer, "承保专用章", 38)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IN-01": (compulsory_policy_paper, compulsory_policy_banded, compulsory_policy_query),
}
