"""Papers that prove an organisation: 营业执照 (2014, 2019, electronic), 法人证书 of public bodies, 组织机构代码证.

Knows how these certificates look and invents the organisation named on them. Knows no case: no identity has one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity, credit_check_character, organisation_check_character
from ocr.synthetic.layouts.office_print import digits, pick
from ocr.synthetic.page import A4, Layout, Page, Value, chinese_date, dated
from ocr.synthetic.style import Ink, Style, draw_style

_GOLD: Ink = (176, 148, 92)
_TEAL: Ink = (96, 140, 140)
_ROSE: Ink = (196, 120, 112)
_DIM: Ink = (110, 112, 116)
_TRADES = ("汽车销售服务", "物流运输", "信息科技", "建筑工程", "商务咨询", "食品贸易", "机电设备", "文化传播")
_STREETS = ("样例路", "示范路", "演示大道", "虚构路", "范本街", "假想路")
_SCOPE = (
    "许可项目：道路货物运输（不含危险货物）。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
    "一般项目：汽车销售；汽车零配件零售；机动车修理和维护；二手车经纪；信息咨询服务",
    "技术开发、技术转让、技术咨询、技术服务；计算机软硬件及辅助设备批发零售；商务信息咨询",
    "建筑装修装饰工程；机电设备安装；建筑材料、五金交电、日用百货销售；普通货运",
)


@dataclass(frozen=True)
class Organisation:
    """An invented organisation. `head` is what its representative is called; `valid_to` None means 长期."""

    name: str
    uscc: str
    kind: str
    head: str
    legal_rep: str
    address: str
    capital: int
    founded: date
    valid_to: date | None
    issued: date

    @property
    def code(self) -> str:
        return self.uscc[8:17]


def invent_organisation(identity: Identity, rng: np.random.Generator, register: str = "91") -> Organisation:
    """An organisation of a register (91 firms, 92 traders, 12 institutions, 51 and 52 societies, 11 offices)."""
    mark = pick(rng, ("示例", "演示", "样本", "范例", "虚构")) + pick(
        rng, ("星河", "远岚", "云帆", "青禾", "朝野", "明湖")
    )
    trade = pick(rng, _TRADES)
    name, kind = {
        "91": (f"示例市{mark}{trade}有限公司", "有限责任公司（自然人投资或控股）"),
        "92": (f"示例市演示区{mark}{trade[:2]}服务部", "个体工商户"),
        "12": (
            f"示例市演示区{mark[2:]}{pick(rng, ('中学', '医院', '图书馆', '环境监测站'))}",
            "事业单位法人",
        ),
        "51": (f"示例市{mark[2:]}{trade[:2]}行业协会", "社会团体"),
        "52": (
            f"示例市演示区{mark[2:]}{pick(rng, ('职业培训学校', '养老服务中心', '幼儿园'))}",
            "民办非企业单位",
        ),
        "11": (f"示例市演示区{pick(rng, ('绿化管理局', '水务局', '样例路街道办事处'))}", "机关法人"),
    }[register]
    body = ("MA" + _signs(rng, 6)) if register in ("91", "92") and rng.random() < 0.6 else digits(rng, 8)
    head = (
        register
        + pick(rng, ("310000", "310115", "310112", "310106"))
        + body
        + organisation_check_character(body)
    )
    issued = identity.day - timedelta(days=int(rng.integers(60, 2600)))
    founded = issued - timedelta(days=int(rng.integers(0, 3000)))
    return Organisation(
        name=name,
        uscc=head + credit_check_character(head),
        kind=kind,
        head={"92": "经营者", "11": "负责人", "52": "法定代表人（负责人）"}.get(register, "法定代表人"),
        legal_rep=identity.previous.name,
        address=f"示例市演示区{pick(rng, _STREETS)}{rng.integers(1, 1999)}号{rng.integers(101, 999)}室",
        capital=int(rng.choice([50, 100, 200, 500, 1000])),
        founded=founded,
        valid_to=None
        if rng.random() < 0.5
        else date(founded.year + int(rng.choice([20, 30])), founded.month, min(founded.day, 28)),
        issued=issued,
    )


def business_licence_2019(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """营业执照 since 2019, the landscape duplicate with the square code at its right."""
    page = _certificate(297, 210, dpi, rng, pick(rng, (_GOLD, _DIM, _TEAL)))
    firm = invent_organisation(identity, rng, "91" if rng.random() < 0.75 else "92")
    _crest(page, 148.5, 34, 11)
    page.title(60, "营业执照", 40, 6)
    page.text(
        148.5,
        73,
        f"（副　本）　{rng.integers(1, 4)}-{rng.integers(1, 4)}" if rng.random() < 0.4 else "（副　本）",
        14,
        "song",
        anchor="mm",
    )
    page.text(30, 52, "统一社会信用代码", 11, "hei")
    page.field(30, 59, Value(firm.uscc, "uscc", pt=14, role="hei"))
    if rng.random() < 0.5:
        page.text(30, 66, f"证照编号：{digits(rng, 20)}", 8, "song")
    page.paste(figures.square_code(rng), (222, 42, 246, 66))
    page.flow(
        248,
        45,
        26,
        "扫描二维码登录“国家企业信用信息公示系统”了解更多登记、备案、许可、监管信息。",
        6.5,
        "hei",
        1.4,
    )
    term = [("营业期限", _term(firm))] if rng.random() < 0.55 else []
    right = [("注册资本", Value(_capital(firm))), ("成立日期", Value(chinese_date(firm.founded))), *term]
    right += [("住　　所" if firm.head == "法定代表人" else "经营场所", Value(firm.address, "address"))]
    _listing(page, 30, 88, [*_heading(firm), ("经营范围", Value(pick(rng, _SCOPE), pt=9.5))], 30, 100)
    _listing(page, 166, 88, right if firm.head == "法定代表人" else right[1:], 28, 78)
    _registered(page, firm, 206, 158, pick(rng, ("示例市市场监督管理局", "示例市演示区市场监督管理局")))
    page.text(30, 184, "国家企业信用信息公示系统网址：http://www.gsxt.example.cn", 7, "hei", _DIM)
    page.text(
        148,
        184,
        "市场主体应当于每年1月1日至6月30日通过国家企业信用信息公示系统报送公示年度报告",
        6.5,
        "hei",
        _DIM,
    )
    page.text(266, 203, "国家市场监督管理总局监制", 6.5, "hei", _DIM, "rm")
    return _copied(page, firm)


def business_licence_2014(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """营业执照 of 2014 to 2019, the portrait duplicate: one column, the register's number above it."""
    page = _certificate(*A4, dpi, rng, pick(rng, (_TEAL, _GOLD)))
    firm = invent_organisation(identity, rng, "91" if rng.random() < 0.8 else "92")
    issued = date(int(rng.integers(2015, 2019)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    until = firm.valid_to and date(issued.year + 20, issued.month, issued.day)
    founded = issued - timedelta(days=int(rng.integers(0, 3000)))
    firm = replace(firm, issued=issued, founded=founded, valid_to=until)
    _crest(page, 105, 40, 13)
    page.title(73, "营业执照", 44, 10)
    page.text(105, 90, pick(rng, ("（副本）", "（副　本）")), 15, "kai", anchor="mm")
    if rng.random() < 0.6:
        page.text(178, 98, f"编号 {digits(rng, 14)}", 8.5, "song", anchor="rm")
    page.text(40, 107, "统一社会信用代码", 12, "song_heavy")
    page.field(82, 107, Value(firm.uscc, "uscc", pt=13, role="song"))
    place = "住　　所" if firm.head == "法定代表人" else "经营场所"
    rows = [
        *_heading(firm)[:2],
        (place, Value(firm.address, "address")),
        _heading(firm)[2],
        ("注册资本", Value(f"人民币{in_capitals(firm.capital * 10_000).removesuffix('圆整')}元整")),
        ("成立日期", Value(chinese_date(firm.founded))),
        ("营业期限", _term(firm)),
        (
            "经营范围",
            Value(pick(rng, _SCOPE) + "。【依法须经批准的项目，经相关部门批准后方可开展经营活动】"),
        ),
    ]
    _listing(page, 40, 119, rows if firm.head == "法定代表人" else rows[:4] + rows[5:], 32, 104, 12)
    page.paste(figures.square_code(rng), (34, 236, 58, 260))
    _registered(page, firm, 128, 240, pick(rng, ("示例市工商行政管理局", "示例市市场监督管理局")))
    page.text(
        105,
        274,
        "企业信用信息公示系统网址：http://gsxt.example.gov.cn　　中华人民共和国国家工商行政管理总局监制",
        6.5,
        "song",
        _DIM,
        "mm",
    )
    return _copied(page, firm)


def business_licence_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子营业执照 printed from the licence application on a telephone: a card in the sheet, labels in grey."""
    page = Page(*A4, dpi, rng, Style(label="hei", value="hei", title="hei_heavy"))
    page.truth.materials = ["M-ID-07"]
    firm = invent_organisation(identity, rng, "91" if rng.random() < 0.7 else "92")
    tint = pick(rng, ((214, 60, 52), (40, 96, 176), (52, 120, 128)))
    left, top, width = 22 + rng.uniform(-4, 4), 24 + rng.uniform(-6, 12), 166.0
    page.box((left, top, left + width, top + 176), mm=0.4, ink=tint, radius=4)
    page.box((left, top, left + width, top + 26), mm=0, fill=tint, radius=4)
    _crest(page, left + 16, top + 13, 7)
    white = (255, 255, 255)
    page.text(left + 28, top + 10, "营业执照", 20, "hei_heavy", white, spacing=1.5)
    page.text(left + 28, top + 19, "电子营业执照 与纸质营业执照具有同等法律效力", 8, "hei", white)
    page.text(left + width - 5, top + 19, "（副本）", 10, "hei", white, "rm")
    y = top + 36
    rows: list[tuple[str, Value]] = [("统一社会信用代码", Value(firm.uscc, "uscc", pt=13)), *_heading(firm)]
    rows += [("住所", Value(firm.address, "address")), ("成立日期", dated(firm.founded, None, "iso"))]
    rows += [("营业期限", _term(firm)), ("登记机关", Value("示例市演示区市场监督管理局"))]
    rows += [
        ("核准日期", dated(firm.issued, "issue_date", "iso")),
        ("登记状态", Value("存续（在营、开业、在册）")),
    ]
    step = rng.uniform(12.0, 14.0)
    for label, value in rows:
        page.text(left + 8, y, label.replace("　", ""), 9.5, "hei", _DIM)
        page.value((left + 48, y - 5, left + width - 6, y + 5), value)
        page.line(left + 8, y + step / 2, left + width - 8, y + step / 2, 0.15, (210, 212, 216))
        y += step
    page.paste(figures.square_code(rng), (left, top + 184, left + 34, top + 218))
    lines = (
        f"打印时间：{identity.day.isoformat()} {rng.integers(9, 18):02d}:{rng.integers(0, 60):02d}",
        f"用途：{pick(rng, ('办理机动车登记业务', '车辆管理业务', '办理机动车业务，他用无效'))}",
        "请使用电子营业执照应用程序扫描左侧二维码，验证本证照信息。",
    )
    for index, line in enumerate(lines):
        page.text(left + 40, top + 190 + 8 * index, line, 9, "hei")
    if rng.random() < 0.6:
        stamps.press_round(page, left + 132, top + 226, firm.name, "", 40)
    return page


def public_body_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """事业单位法人证书, 社会团体 or 民办非企业单位登记证书, or the 统一社会信用代码证书 of an office."""
    page = _certificate(297, 210, dpi, rng, pick(rng, (_ROSE, _GOLD)))
    register = pick(rng, ("12", "12", "51", "52", "11"))
    body = invent_organisation(identity, rng, register)
    title, office, purpose = {
        "12": ("事业单位法人证书", "示例市演示区事业单位登记管理局", "宗旨和\n业务范围"),
        "51": ("社会团体法人登记证书", "示例市民政局", "业务范围"),
        "52": ("民办非企业单位登记证书", "示例市演示区民政局", "业务范围"),
        "11": ("统一社会信用代码证书", "中共示例市演示区委机构编制委员会办公室", "机构职能"),
    }[register]
    _crest(page, 148.5, 32, 10)
    page.title(55, title, 30, 2.5)
    page.text(148.5, 67, pick(rng, ("（副本）", "（正本）", "（副　本）")), 13, "song", anchor="mm")
    page.text(36, 80, "统一社会信用代码：", 12, "song_heavy")
    page.field(76, 80, Value(body.uscc, "uscc", pt=13, role="hei"))
    until = date(body.issued.year + 5, body.issued.month, min(body.issued.day, 28))
    left = [
        ("名　　称", Value(body.name, "org_name", pt=12)),
        (
            purpose,
            Value(
                f"开展{body.name[6:]}的公共服务，组织业务交流、培训与咨询，完成主管部门交办的其他工作。",
                pt=9.5,
            ),
        ),
        ("住　　所" if register != "11" else "机构地址", Value(body.address, "address")),
    ]
    right = [
        (body.head, Value(body.legal_rep, "legal_rep")),
        (
            "经费来源" if register in ("12", "11") else "业务主管单位",
            Value("财政补助" if register in ("12", "11") else "示例市演示区人民政府"),
        ),
        ("开办资金" if register != "51" else "注册资金", Value(f"{_amount(body.capital)}万元")),
        (
            "举办单位" if register == "12" else "机构性质",
            Value("示例市演示区人民政府" if register == "12" else body.kind),
        ),
    ]
    _listing(page, 36, 94, left, 30, 96, 17)
    _listing(page, 168, 94, right, 34, 70, 13)
    page.text(36, 164, f"有效期：自{chinese_date(body.issued)}至{chinese_date(until)}", 10.5)
    page.note("biz_valid_to", until.isoformat())
    _registered(page, body, 196, 154, office)
    page.text(
        148.5,
        184,
        pick(
            rng,
            (
                "国家事业单位登记管理局监制",
                "中华人民共和国民政部印制",
                "请于每年3月31日前报送上一年度年度报告书",
            ),
        ),
        7.5,
        "song",
        _DIM,
        "mm",
    )
    return _copied(page, body)


def organisation_code_certificate(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """中华人民共和国组织机构代码证 of the years before 2015, half a sheet copied onto A4."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-ID-07"]
    body = invent_organisation(identity, rng, pick(rng, ("91", "91", "12", "51")))
    left, top, width, high = 14 + rng.uniform(-3, 5), 26 + rng.uniform(-8, 50), 180.0, 128.0
    page.box((left, top, left + width, top + high), 1.2, _TEAL, (244, 248, 244))
    page.box((left + 4, top + 4, left + width - 4, top + high - 4), 0.3, _TEAL)
    page.title(top + 15, "中华人民共和国", 15, 1.5, x=left + width / 2)
    page.title(top + 26, "组织机构代码证", 24, 2.5, x=left + width / 2)
    page.text(left + width / 2, top + 36, pick(rng, ("（副　本）", "（正　本）")), 12, "song", anchor="mm")
    code = f"{body.code[:8]}-{body.code[8]}"
    page.text(left + 12, top + 46, "代　码：", 12, "song_heavy")
    page.field(left + 34, top + 46, Value(code, "uscc", code.replace("-", ""), pt=15, role="hei"))
    issued = date(int(rng.integers(2008, 2015)), int(rng.integers(1, 13)), int(rng.integers(1, 29)))
    until = date(issued.year + 4, issued.month, issued.day)
    rows = [
        ("机构名称", Value(body.name, "org_name")),
        (
            "机构类型",
            Value(
                pick(rng, ("企业法人", "企业非法人", "事业法人", "社团法人"))
                if body.uscc[0] == "9"
                else body.kind
            ),
        ),
        ("法定代表人", Value(body.legal_rep, "legal_rep")),
        ("地　　址", Value(body.address, "address")),
        ("有 效 期", Value(f"自{chinese_date(issued)}至{chinese_date(until)}", pt=10)),
        ("颁发单位", Value("示例市质量技术监督局")),
        ("登 记 号", Value(f"组代管310{digits(rng, 3)}-{digits(rng, 6)}-{rng.integers(1, 9)}")),
    ]
    _listing(page, left + 12, top + 57, rows, 28, 84, 9.3, 11)
    page.note("biz_valid_to", until.isoformat())
    page.note("issue_date", issued.isoformat())
    stamps.press_round(page, left + 60, top + 106, "示例市质量技术监督局", "代码登记专用章", 34)
    page.box((left + 130, top + 48, left + 170, top + 112), 0.3)
    page.text(left + 150, top + 53, "说　　明", 9, anchor="mm")
    note = (
        "1. 中华人民共和国组织机构代码是组织机构在全国范围内唯一的、始终不变的法定代码标识。\n"
        "2. 本证不得出租、出借、冒用、转让、伪造、变造。\n3. 本证应按规定办理年度验证手续。"
    )
    page.flow(left + 132, top + 59, 36, note, 6.5, leading=1.5)
    page.text(
        left + width - 14,
        top + high - 8,
        f"No.{rng.integers(2010, 2015)} {digits(rng, 7)}",
        10,
        "latin",
        (190, 40, 44),
        "rm",
    )
    return _copied(page, body)


def _certificate(width: float, height: float, dpi: int, rng: np.random.Generator, tint: Ink) -> Page:
    """A sheet with a printed frame: two lines, small lozenges between them, corners, a faint ground."""
    light: Ink = (252, 251, 246) if rng.random() < 0.6 else (255, 255, 255)
    label = pick(rng, ("song", "hei", "serif"))
    style = Style(label=label, title="song_heavy", value=pick(rng, ("song", "hei", "kai")), line_ink=tint)
    page = Page(width, height, dpi, rng, style, light)
    page.truth.materials = ["M-ID-07"]
    edge = rng.uniform(8, 12)
    for inset, mm in ((0.0, 0.8), (1.8, 0.3), (6.6, 0.3), (7.6, 0.8)):
        page.box((edge + inset, edge + inset, width - edge - inset, height - edge - inset), mm)
    lozenge = 1.7
    across = np.linspace(edge + 8, width - edge - 8, int((width - 2 * edge) / 4.6))
    down = np.linspace(edge + 8, height - edge - 8, int((height - 2 * edge) / 4.6))
    spots = [(x, y) for x in across for y in (edge + 4.2, height - edge - 4.2)]
    spots += [(x, y) for y in down for x in (edge + 4.2, width - edge - 4.2)]
    for x, y in spots:
        corners = ((x - lozenge, y), (x, y - lozenge), (x + lozenge, y), (x, y + lozenge))
        page.pen.polygon([(page.px(a), page.px(b)) for a, b in corners], outline=tint)
        page.box((x - 0.5, y - 0.5, x + 0.5, y + 0.5), 0, fill=tint)
    return page


def _crest(page: Page, x: float, y: float, radius: float) -> None:
    """A stand-in for the emblem: a red disc in a gold ring under five stars, on purpose not the state's."""

    def disc(share: float, fill: Ink) -> None:
        r = radius * share
        page.pen.ellipse([page.px(x - r), page.px(y - r), page.px(x + r), page.px(y + r)], fill=fill)

    disc(1, (198, 154, 70))
    disc(0.82, (190, 42, 44))
    for turn, reach, size in (
        (-90, 0.28, 0.22),
        (-150, 0.5, 0.1),
        (-30, 0.5, 0.1),
        (-120, 0.62, 0.1),
        (-60, 0.62, 0.1),
    ):
        cx, cy = (
            x + radius * reach * math.cos(math.radians(turn)),
            y + radius * reach * math.sin(math.radians(turn)),
        )
        points = []
        for corner in range(10):
            angle, long = -math.pi / 2 + corner * math.pi / 5, radius * size * (1 if corner % 2 == 0 else 0.4)
            points.append((page.px(cx + long * math.cos(angle)), page.px(cy + long * math.sin(angle))))
        page.pen.polygon(points, fill=(236, 200, 96))
    page.box(
        (x - radius * 0.45, y + radius * 0.2, x + radius * 0.45, y + radius * 0.45), 0, fill=(226, 184, 90)
    )


def _heading(firm: Organisation) -> list[tuple[str, Value]]:
    return [
        ("名　　称", Value(firm.name, "org_name", pt=12)),
        ("类　　型", Value(firm.kind)),
        (firm.head if firm.head != "经营者" else "经 营 者", Value(firm.legal_rep, "legal_rep")),
    ]


def _listing(
    page: Page,
    x: float,
    y: float,
    rows: Sequence[tuple[str, Value]],
    label: float,
    width: float,
    step: float = 15,
    pt: float = 12.5,
) -> None:
    for caption, value in rows:
        page.paragraph((x, y - step / 2, x + label, y + step / 2), caption, pt)
        sized = replace(value, pt=max(value.pt + pt - 10.5, pt))
        page.value((x + label, y - step * 0.48, x + label + width, y + step * 0.48), sized)
        y += step


def _term(firm: Organisation) -> Value:
    if firm.valid_to is None:
        return Value(
            f"{chinese_date(firm.founded)}至长期" if firm.capital > 150 else "长期",
            "biz_valid_to",
            "9999-12-31",
        )
    text = f"{chinese_date(firm.founded)}至{chinese_date(firm.valid_to)}"
    return Value(text, "biz_valid_to", firm.valid_to.isoformat(), pt=10)


def _capital(firm: Organisation) -> str:
    return (
        f"人民币{in_capitals(firm.capital * 10_000).removesuffix('圆整')}元整"
        if firm.capital > 150
        else f"{_amount(firm.capital)}万元人民币"
    )


def _amount(number: int) -> str:
    return f"{number}.0000"


def _registered(page: Page, firm: Organisation, x: float, y: float, office: str) -> None:
    """登记机关 with its seal and the day."""
    page.text(x, y, pick(page.rng, ("登记机关", "登 记 机 关", "发证机关")), 13)
    stamps.press_round(page, x + 34, y + 8, office, "", 38 + page.rng.uniform(-2, 4))
    page.field(x + 12, y + 15, dated(firm.issued, "issue_date", pt=12))


def _copied(page: Page, firm: Organisation) -> Page:
    """What an organisation adds to a copy that it hands in."""
    chance = page.rng.random()
    x, y = page.width * page.rng.uniform(0.3, 0.6), page.height * page.rng.uniform(0.78, 0.88)
    if chance < 0.35:
        stamps.press_round(page, x, y, firm.name, "", 40)
    elif chance < 0.6:
        stamps.press_box(
            page, x, y, (pick(page.rng, ("与原件核对一致", "复印件与原件一致", "仅限办理车辆业务使用")),)
        )
    return page


def _signs(rng: np.random.Generator, count: int) -> str:
    return "".join(rng.choice(list("0123456789ABCDEFGHJKLMNPQRTUWXY"), count))


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-07": (
        business_licence_2019,
        public_body_certificate,
        organisation_code_certificate,
        business_licence_2014,
        business_licence_electronic,
    ),
}
