"""Tax papers beside that of `policies`: 车辆购置税完税/免税证明 and 车船税凭证.

Knows the older paper editions, the tax office's general receipts and the insurer's voucher.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Cell, Label, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

_GREEN: Ink = (36, 112, 84)
_RED: Ink = (186, 36, 40)
_PALE: Ink = (236, 240, 244)

_TAX_OFFICES = (
    "国家税务总局示例市演示区税务局",
    "示例市演示区税务局第三税务所",
    "国家税务总局示例市税务局车辆购置税征收管理分局",
)


def _left(pt: float, *cells: tuple[float, str | Value]) -> list[tuple[float, Cell]]:
    """Cells whose labels stand at the left in one size."""
    return [(w, Label(c, pt, "left") if isinstance(c, str) else c) for w, c in cells]


def _table(page: Page, x: float, y: float, h: float, rows: Sequence[Sequence[tuple[float, Cell]]]) -> float:
    """A table whose rows are about equally high; returns its bottom."""
    drawn: list[Row] = [(h * float(page.rng.uniform(0.97, 1.03)), cells) for cells in rows]
    return page.grid(x, y, drawn)


def _office(rng: np.random.Generator) -> str:
    return str(rng.choice(_TAX_OFFICES))


def _watermark(page: Page, text: str, ink: Ink) -> None:
    """Small words repeated over the whole sheet, as security paper has them."""
    step = float(page.rng.uniform(9, 12))
    for index, y in enumerate(np.arange(6, page.height - 4, step)):
        for x in np.arange(4 + (index % 2) * 12, page.width - 8, 26):
            page.text(float(x), float(y), text, 6, "song", ink)


def _frame(page: Page, margin: float, ink: Ink) -> None:
    page.box((margin, margin, page.width - margin, page.height - margin), mm=1.0, ink=ink)
    page.box(
        (margin + 1.8, margin + 1.8, page.width - margin - 1.8, page.height - margin - 1.8), mm=0.25, ink=ink
    )


def purchase_tax_card_2005(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆购置税完税证明（正本/副本）: the green security paper of the years before the electronic one."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    style = Style(
        label="song",
        value="typed",
        label_ink=_GREEN,
        line_ink=_GREEN,
        dots=bool(rng.random() < 0.6),
        value_ink=(44, 44, 92) if rng.random() < 0.5 else BLACK,
    )
    page = Page(210, 146, dpi, rng, style, paper=(240, 248, 240))
    page.truth.materials = ["M-TX-01"]
    _watermark(page, "车辆购置税", (218, 234, 222))
    _frame(page, 7, _GREEN)
    free = bool(vehicle.electric or rng.random() < 0.1)
    page.title(21, str(rng.choice(["车辆购置税完税证明", "车 辆 购 置 税 完 税 证 明"])), 22, spacing=1.5)
    page.title(30, "（正　本）" if rng.random() < 0.7 else "（副　本）", 11)
    page.text(142, 38, "№", 13, "latin", _RED)
    page.field(
        150, 38, Value(deal.tax_cert_no[:12], "tax_cert_no", pt=13, role="latin"), ink=_RED, hand=False
    )
    bottom = _table(
        page,
        16,
        43 + rng.uniform(-1, 1),
        float(rng.uniform(10, 11)),
        [
            _left(10.5, (36, "纳税人名称"), (142, Value(owner.name, "taxpayer_name", pt=11))),
            _left(
                10.5,
                (36, "车辆厂牌型号"),
                (62, Value(vehicle.brand_model, "brand_model", pt=10.5)),
                (30, "发动机号码"),
                (50, Value(vehicle.engine_no, pt=11)),
            ),
            _left(10.5, (36, "车辆识别代号\n（车架号码）"), (142, Value(vehicle.vin, "vin", pt=12.5))),
            _left(
                10.5,
                (36, "车辆号牌号码"),
                (142, Value("" if identity.item == "V-REG-01" else vehicle.plate_no)),
            ),
        ],
    )
    words = ("免税（减税）", "征　税")
    for index, word in enumerate(words):
        page.tick(20 + index * 40, bottom + 9, word, free == (index == 0), 11)
    page.text(20, bottom + 20, "征收机关（章）：", 10.5)
    page.text(112, bottom + 9, "经办人（章）：", 10.5)
    page.signature(138, bottom + 9, deal.clerk, 13)
    page.field(122, bottom + 20, dated(deal.invoice_date, "issue_date", pt=11))
    page.text(16, bottom + 31, "注意事项：本证明一车一证，随车携带，不得转借、涂改、买卖或者伪造。", 9)
    if rng.random() < 0.85:
        stamps.press_round(page, 72, bottom + 16, _office(rng), "免税专用章" if free else "征税专用章", 36)
    return page


def purchase_tax_electronic_wide(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆购置税完税证明（电子版）across a landscape sheet, labels beside values without inner lines."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page = Page(297, 210, dpi, rng, Style(label="hei", title="hei_heavy", value="song", line_mm=0.3))
    page.truth.materials = ["M-TX-01"]
    free = bool(vehicle.electric or rng.random() < 0.15)
    dx = float(rng.uniform(-5, 5))
    page.title(30, "车辆购置税" + ("免税证明" if free and rng.random() < 0.4 else "完税证明"), 24, spacing=2)
    page.title(40, "（电子版）", 13)
    page.paste(figures.square_code(rng), (36 + dx, 20, 64 + dx, 48))
    page.line(30 + dx, 54, 268 + dx, 54, 0.6)
    lines: tuple[tuple[tuple[str, Value], ...], ...] = (
        (
            ("完税证明号码", Value(deal.tax_cert_no, "tax_cert_no", pt=12)),
            ("征免税标识", Value("免税" if free else "征税", pt=12)),
        ),
        (
            ("纳税人名称", Value(owner.name, "taxpayer_name", pt=12)),
            ("纳税人证件号码", Value(owner.id_number, pt=12)),
        ),
        (
            ("厂牌型号", Value(vehicle.brand_model, "brand_model", pt=12)),
            ("车辆识别代号", Value(vehicle.vin, "vin", pt=12)),
        ),
        (("发动机号", Value(vehicle.engine_no, pt=12)), ("车辆类别", Value("汽车", pt=12))),
        (
            ("税务机关", Value(_office(rng), pt=11)),
            ("开具日期", dated(deal.invoice_date, "issue_date", "iso", pt=12)),
        ),
    )
    step = float(rng.uniform(14.5, 17))
    for row, cells in enumerate(lines):
        y = 66 + row * step
        for column, (label, value) in enumerate(cells):
            x = 36 + dx + column * 122
            page.text(x, y, label + "：", 12)
            page.field(x + (38 if column else 32), y, value)
        page.line(30 + dx, y + step / 2, 268 + dx, y + step / 2, 0.15, (150, 150, 156))
    y = 66 + len(lines) * step + 4
    note = (
        "说明：1.本证明根据纳税人申请开具，与车辆购置税电子完税信息一致。"
        "2.办理车辆登记业务时，公安机关交通管理部门以税务机关传送的信息为准。"
    )
    page.flow(36 + dx, y, 190, note, 10)
    stamps.press_round(
        page, 236 + dx, y + 4, _office(rng), "征税专用章" if rng.random() < 0.7 else "业务专用章", 40
    )
    return page


def purchase_tax_query(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """车辆购置税电子完税信息: the traffic office's screen of the tax office's record, printed."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page = Page(*A4, dpi, rng, Style(label="hei", title="hei_heavy", value="hei", line_ink=(170, 178, 190)))
    page.truth.materials = ["M-TX-01"]
    free = bool(vehicle.electric)
    page.text(14, 10, f"{identity.accepted_at:%Y/%m/%d %H:%M}", 8, "latin", (90, 90, 90))
    page.text(196, 10, "机动车登记系统", 8, anchor="rm", ink=(90, 90, 90))
    page.box((14, 18, 196, 27), mm=0, fill=(64, 110, 168))
    page.text(18, 22.5, "车辆购置税电子完税信息查询", 12, "hei_heavy", (255, 255, 255))
    page.text(16, 33, f"查询条件　车辆识别代号：{vehicle.vin}　　查询结果：1 条", 9)
    rows: tuple[tuple[str, Value], ...] = (
        ("完税（免税）证明号码", Value(deal.tax_cert_no, "tax_cert_no")),
        ("征免类型", Value("免税" if free else "完税")),
        ("纳税人名称", Value(owner.name, "taxpayer_name")),
        ("证件类型/号码", Value(f"居民身份证 {owner.id_number}")),
        ("车辆厂牌型号", Value(vehicle.brand_model, "brand_model")),
        ("车辆识别代号/车架号", Value(vehicle.vin, "vin", pt=11.5)),
        ("发动机号", Value(vehicle.engine_no)),
        ("车辆价格（元）", Value(f"{deal.price / 1.13:.2f}")),
        ("征税金额（元）", Value("0.00" if free else f"{deal.price / 11.3:.2f}")),
        ("税务机关名称", Value(_office(rng))),
        ("开具日期", dated(deal.invoice_date, "issue_date", "iso")),
        ("信息传输时间", Value(f"{deal.invoice_date.isoformat()} 17:{rng.integers(10, 59)}:08")),
        ("比对结果", Value("比对一致，可办理登记")),
    )
    h, y = float(rng.uniform(9, 11.5)), 38.0
    for index, (label, value) in enumerate(rows):
        if index % 2 == 0:
            page.box((14, y, 196, y + h), mm=0, fill=_PALE)
        page.text(70, y + h / 2, label + "：", 10, anchor="rm", ink=(70, 76, 84))
        page.field(74, y + h / 2, value)
        y += h
    page.box((14, 38, 196, y), mm=0.3)
    for index, word in enumerate(("返 回", "打 印")):
        page.box((78 + index * 32, y + 6, 102 + index * 32, y + 14), mm=0.2, fill=(226, 230, 236), radius=1.2)
        page.text(90 + index * 32, y + 10, word, 9.5, anchor="mm")
    if rng.random() < 0.6:
        page.text(16, y + 28, f"查询人：{deal.clerk}", 10)
        stamps.press_box(page, 160, y + 30, ("税务信息已核对", f"{identity.day:%Y.%m.%d}"))
    return page


def vessel_tax(identity: Identity) -> int:
    """车船税 of the vehicle for a year, in yuan."""
    return 0 if identity.vehicle.electric else 300 + identity.vehicle.displacement // 10


def _plate(identity: Identity) -> Value:
    return Value(identity.vehicle.plate_no, "plate_no")


def _year_end(identity: Identity) -> date:
    return date(identity.day.year, 12, 31)


def vessel_tax_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """税收完税证明 for 车船税: the tax office's pale green form, 收据联."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    free = vehicle.electric
    ink: Ink = (44, 96, 60) if rng.random() < 0.6 else (120, 70, 40)
    style = Style(label="song", value="song", label_ink=ink, line_ink=ink, dots=bool(rng.random() < 0.3))
    page = Page(241, 140 + rng.uniform(0, 14), dpi, rng, style, paper=(248, 252, 246))
    page.truth.materials = ["M-TX-02"]
    page.text(78, 13, "中 华 人 民 共 和 国", 12, "song_heavy")
    page.text(76, 21, "车船税免税证明" if free else "税 收 完 税 证 明", 19, "song_heavy")
    page.paste(figures.square_code(rng), (16, 8, 34, 26))
    page.text(164, 14, f"№ 3310{digits(rng, 2)}", 12, "latin", _RED)
    number = "3310" + digits(rng, 14)
    page.text(20, 32, "填发日期：", 10)
    page.field(40, 32, dated(identity.day, "issue_date", pt=10))
    page.text(100, 32, f"税务机关：{_office(rng)}", 10)
    start = date(identity.day.year, 1, 1)
    end = _year_end(identity)
    amount = vessel_tax(identity)
    rows: list[Row] = [
        (
            9,
            _left(
                10,
                (30, "纳税人识别号"),
                (72, Value(owner.id_number)),
                (26, "纳税人名称"),
                (82, Value(owner.name)),
            ),
        ),
        (
            8,
            [
                (40, "原凭证号"),
                (24, "税　种"),
                (34, "品目名称"),
                (52, "税款所属时期"),
                (28, "入（退）库日期"),
                (32, "实缴（退）金额"),
            ],
        ),
        (
            10,
            [
                (40, Value(number, "tax_cert_no", pt=9)),
                (24, Value("车船税", align="center")),
                (34, Value("新能源乘用车" if free else "1.6升以上至2.0升", pt=9)),
                (52, Value(f"{start} 至 {end}", "tax_period_to", end.isoformat(), pt=9.5)),
                (28, Value(identity.day.isoformat(), pt=9)),
                (32, Value(f"{amount}.00", align="right")),
            ],
        ),
        (14, [(40, None), (24, None), (34, None), (52, None), (28, None), (32, None)]),
        (
            9,
            [
                (40, "金额合计"),
                (110, Value(f"（大写）{in_capitals(amount) if amount else '零圆整'}")),
                (60, Value(f"¥ {amount}.00")),
            ],
        ),
    ]
    bottom = page.grid(16, 37, rows)

    def remark(page: Page, box: tuple[float, float, float, float]) -> None:
        y = box[1] + 5
        for label, value in (
            ("车辆号牌号码：", _plate(identity)),
            ("车辆识别代号：", Value(vehicle.vin, "vin")),
        ):
            page.text(box[0] + 2, y, label, 9.5)
            page.field(box[0] + 27, y, value, hand=False)
            y += 7
        if free:
            page.text(box[0] + 2, y, "减免性质：节约能源、使用新能源车船", 9)

    page.grid(16, bottom, [(26, [(50, "税务机关\n\n（盖章）"), (42, None), (14, "备注"), (104, remark)])])
    page.text(70, bottom + 7, "填票人", 10)
    page.text(70, bottom + 16, "网上开具" if rng.random() < 0.4 else deal.clerk, 11, "kai", BLACK)
    page.text(16, bottom + 31, "妥 善 保 管　　手写无效", 9.5)
    for index, character in enumerate("收据联交纳税人作完税证明"):
        page.text(231, 40 + index * 5.2, character, 8, anchor="mm")
    stamps.press_round(page, 48, bottom + 10, _office(rng), "征税专用章", 34)
    return page


def vessel_tax_insurer(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """代收车船税凭证: the insurer's print-out on A4 for the tax withheld with the policy."""
    owner, vehicle, deal = identity.owner, identity.vehicle, identity.deal
    page = Page(*A4, dpi, rng, Style(label="serif", title="hei_heavy", value="hei", line_mm=0.2))
    page.truth.materials = ["M-TX-02"]
    amount, end = vessel_tax(identity), _year_end(identity)
    page.text(22, 18, deal.insurer, 12, "hei_heavy", (20, 70, 140))
    page.line(20, 23, 190, 23, 0.8, (20, 70, 140))
    page.title(
        35, str(rng.choice(["机动车代收车船税凭证", "代收车船税完税凭证", "保险机构代收车船税凭证"])), 18
    )
    page.text(24, 46, "凭证号码：", 10)
    page.field(42, 46, Value("CCS31" + digits(rng, 13), "tax_cert_no", pt=10))
    page.text(128, 46, "出单日期：", 10)
    page.field(147, 46, dated(deal.insure_from, "issue_date", "iso", pt=10))
    w = (38, 48, 36, 48)
    pairs: tuple[tuple[str, Value, str, Value], ...] = (
        ("纳税人名称", Value(owner.name), "证件号码", Value(owner.id_number, pt=9.5)),
        ("号牌号码", _plate(identity), "车辆种类", Value("乘用车")),
        ("车辆识别代号", Value(vehicle.vin, "vin", pt=9.5), "燃料种类", Value(vehicle.fuel_type)),
        ("排（气）量", Value(f"{vehicle.displacement}毫升"), "核定载客", Value(f"{vehicle.seating}人")),
        ("整备质量", Value(f"{vehicle.curb_mass}千克"), "登记日期", dated(vehicle.reg_date, None, "iso")),
        (
            "税款所属期起",
            Value(f"{identity.day.year}-01-01"),
            "税款所属期止",
            dated(end, "tax_period_to", "iso"),
        ),
        ("当年应缴", Value(f"¥{amount}.00"), "往年补缴", Value("¥0.00")),
        ("滞纳金", Value("¥0.00"), "减免税事由", Value("新能源免征" if vehicle.electric else "—")),
    )
    bottom = _table(
        page, 20, 52, float(rng.uniform(9, 11)), [list(zip(w, pair, strict=True)) for pair in pairs]
    )
    total = in_capitals(amount) if amount else "零圆整"
    bottom = page.grid(
        20,
        bottom,
        [(11, [(38, "合计（大写）"), (84, Value(total)), (48, Value(f"¥{amount}.00", align="right"))])],
    )
    page.flow(
        22,
        bottom + 10,
        166,
        f"　　保险单号 {deal.policy_no}。本凭证由扣缴义务人代收税款时出具，可作为纳税人缴纳车船税的证明；"
        "需换开税收完税证明的，请持本凭证到所在地税务机关办理。",
        10,
    )
    page.text(120, bottom + 44, "扣缴义务人（盖章）", 10.5)
    stamps.press_round(page, 150, bottom + 40, deal.insurer, "代收税款专用章", 38)
    return page


def vessel_tax_statement(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """税收完税证明（表格式）from the tax office's web hall, one page of a list with the vehicle's line."""
    owner, vehicle = identity.owner, identity.vehicle
    page = Page(*A4, dpi, rng, Style(label="song", title="song_heavy", value="song", line_mm=0.2))
    page.truth.materials = ["M-TX-02"]
    amount, year = vessel_tax(identity), identity.day.year
    page.title(26, "税收完税证明" if not vehicle.electric else "车船税减免税证明", 22, spacing=3)
    page.title(34, "（表格式）" if not vehicle.electric else "（网上办理）", 10)
    page.text(186, 42, "3310" + digits(rng, 6) + "号", 10, anchor="rm")
    y = page.flow(
        22, 50, 166, f"　　兹证明纳税人{owner.name}（证件号码 {owner.id_number}）车船税缴纳情况如下：", 11
    )
    head = ("凭证号码", "征收项目", "车辆号牌", "车辆识别代号", "所属期止", "金额（元）")
    widths = (38.0, 18.0, 24.0, 42.0, 24.0, 20.0)
    rows: list[Row] = [(9, list(zip(widths, head, strict=True)))]
    for back in range(int(rng.integers(1, 4))):
        number, end = "4310" + digits(rng, 12), date(year - back, 12, 31)
        cells: list[Cell] = [
            Value(number, "tax_cert_no", pt=9),
            Value("车船税", pt=9),
            Value(vehicle.plate_no, "plate_no", pt=9),
            Value(vehicle.vin, "vin", pt=9),
            Value(end.isoformat(), "tax_period_to", pt=9),
            Value(f"{amount}.00", pt=9, align="right"),
        ]
        rows.append((9, list(zip(widths, cells, strict=True))))
    rows.append(
        (
            9,
            [
                (146, Label("合　　计", 10)),
                (20, Value(f"{amount * (len(rows) - 1)}.00", pt=9, align="right")),
            ],
        )
    )
    bottom = page.grid(22, y, rows)
    page.flow(
        22,
        bottom + 9,
        166,
        "本证明记载内容可登录电子税务局或扫描二维码查验。本证明不作为纳税人记账、抵扣凭证。",
        9.5,
    )
    page.paste(figures.square_code(rng), (24, bottom + 22, 50, bottom + 48))
    page.text(118, bottom + 34, "税务机关（盖章）", 10.5)
    page.text(118, bottom + 43, "开具日期：", 10.5)
    page.field(138, bottom + 43, dated(identity.day, "issue_date"))
    stamps.press_round(page, 146, bottom + 36, _office(rng), "证明专用章", 40)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-TX-01": (purchase_tax_card_2005, purchase_tax_electronic_wide, purchase_tax_query),
    "M-TX-02": (vessel_tax_receipt, vessel_tax_insurer, vessel_tax_statement),
}
