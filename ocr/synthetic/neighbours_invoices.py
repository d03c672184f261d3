"""Invoices for goods and services that are no vehicle: digital ones, the paper form of the value added tax, rolls from
a till. Headed like the invoices of vehicles and their parts, so that what was bought must tell.

Knows what is sold, how the invoice of each edition is set and what is noted on it. Knows no scanner and no real
invoice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.amounts import in_capitals
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.invoice_print import party
from ocr.synthetic.layouts.office_print import barcode, digits, pick, sheet, vertical
from ocr.synthetic.page import A4, Cell, Label, Layout, Page, Row, Value, chinese_date
from ocr.synthetic.style import BLACK, Ink, Style

_UNKNOWN = "M-OT-99"
_MAROON: Ink = (136, 44, 62)
_FORM_INKS: tuple[Ink, ...] = ((150, 70, 40), (40, 100, 90), (52, 74, 140), (120, 90, 40))

# Kind of goods, what is sold, unit, tax rate in percent.
_SOLD: tuple[tuple[str, str, str, int], ...] = (
    ("纸制品", "复印纸|档案盒|牛皮纸信封", "箱", 13),
    ("文具", "中性笔|订书机|白板", "盒", 13),
    ("餐饮服务", "餐费|会议用餐|外卖餐饮", "", 6),
    ("住宿服务", "住宿费|客房费", "天", 6),
    ("运输服务", "客运服务费|出租车车费|网约车出行服务|班车包车费", "次", 3),
    ("运输服务", "国内货物运输|冷链运输费|搬家服务费", "吨", 9),
    ("成品油", "95号车用汽油|0号车用柴油|92号汽油", "升", 13),
    ("物流辅助服务", "收派服务费|快递服务费|仓储服务费|港口装卸费", "", 6),
    ("信息技术服务", "软件开发服务|系统维护费|云服务器租用|数据处理费", "项", 6),
    ("软件", "财务软件|办公软件许可|杀毒软件", "套", 13),
    ("鉴证咨询服务", "咨询费|审计费|检测费|环境评价费|认证服务费", "项", 6),
    ("生活服务", "培训费|继续教育费|美容服务|家政服务费", "人", 6),
    ("医疗服务", "体检费|诊疗费|口腔治疗费", "次", 0),
    ("供电", "电费|售电", "千瓦时", 13),
    ("水冰雪", "自来水费|污水处理费", "立方米", 3),
    ("燃气", "天然气费|液化气", "立方米", 9),
    ("经营租赁", "房屋租金|办公室租赁费|设备租赁费|停车位租赁费|汽车租赁费", "月", 9),
    ("不动产经营租赁服务", "车辆停放服务|场地使用费|通行费", "", 9),
    ("物业管理服务", "物业管理费|保洁费|电梯维保费", "月", 6),
    ("劳务", "空调维修费|电脑修理费|打印机维修|锅炉检修", "次", 13),
    ("修理修配劳务", "洗车费|喷漆费|车辆保养费|补胎|机油保养", "次", 13),
    ("通用设备", "空压机轴承|水泵叶轮|液压油缸|减速机|阀门", "台", 13),
    ("电子设备", "笔记本电脑|显示器|打印机|扫描仪|硒鼓", "台", 13),
    ("电气设备", "柴油发电机组|配电柜|电缆|变压器", "套", 13),
    ("专用设备", "包装机配件|纺织机械配件|收割机刀片|电梯曳引机", "件", 13),
    ("家具", "办公桌|文件柜|会议椅", "张", 13),
    ("建筑服务", "装修工程款|绿化养护费|工程款|拆除费", "", 9),
    ("广告服务", "广告发布费|标识制作|宣传册印刷", "项", 6),
    ("会展服务", "会议费|展位费|场地布置", "项", 6),
    ("人力资源服务", "劳务派遣费|代理招聘费|社保代理", "月", 5),
    ("保险服务", "保险费|意外伤害保险费|财产保险费", "份", 6),
    ("金融服务", "贷款利息|手续费|账户管理费", "", 6),
    ("医药", "感冒颗粒|一次性口罩|医用手套|消毒液", "盒", 13),
    ("食品", "大米|食用油|茶叶|矿泉水", "件", 9),
    ("服装", "工作服|劳保鞋|安全帽|反光背心", "套", 13),
    ("图书", "图书|期刊|驾驶理论教材", "册", 9),
    ("橡胶制品", "自行车轮胎|密封圈|胶管", "条", 13),
    ("交通运输设备", "电动自行车|自行车|电动三轮车配件|儿童推车", "辆", 13),
)
_NAMED = ("示例", "演示", "样本", "范例", "虚构", "青禾", "远行", "假想")
_TRADES = (
    "商贸", "办公用品", "餐饮管理", "酒店管理", "信息技术", "物流", "建材", "机电设备", "医药", "物业服务", "培训咨询",
    "广告传媒", "能源", "石油销售", "电力", "家具", "食品", "通信", "快递服务", "劳务服务", "环保科技", "文化传播",
)  # fmt: skip
_REMARKS = (
    "", "", "合同编号：HT<n>", "购方开户行：示例银行　账号：6200<n>", "订单号<n>", "收款账号：6200<n>", "含税价",
    "建筑项目名称：演示小区二期　地点：示例市", "起运地：示例市　到达地：样本市　车种车号：<plate>", "已结清",
    "差额征税",
    "房屋地址：示例市演示区样例路<n>号　租期一年", "旅客：<name>", "冲红请联系开票单位", "项目：<n>号楼维修",
)  # fmt: skip
_SPECIFICATIONS = ("", "", "A4", "无", "/", "XC-200", "5kg", "标准", "24寸", "50Hz", "L号", "月度")


@dataclass(frozen=True)
class _Bought:
    """One line of an invoice; amounts before tax, in yuan."""

    name: str
    specification: str
    unit: str
    count: int
    price: float
    rate: int

    @property
    def amount(self) -> float:
        return round(self.count * self.price, 2)

    @property
    def tax(self) -> float:
        return round(self.amount * self.rate / 100, 2)


def _firm(rng: np.random.Generator) -> str:
    place = pick(rng, ("示例市", "演示区", "样本市", "范例县", "虚构省", ""))
    kind = pick(rng, ("有限公司", "有限公司", "有限责任公司", "股份有限公司", "经营部", "服务中心"))
    return f"{place}{pick(rng, _NAMED)}{pick(rng, _TRADES)}{kind}"


def _tax_number(rng: np.random.Generator) -> str:
    return f"91310000MA{digits(rng, 7)}X"


def _buyer(identity: Identity, rng: np.random.Generator) -> tuple[str, str]:
    """Whom the invoice is made out to, and the number, which private persons often lack."""
    if rng.random() < 0.4:
        return identity.owner.name, pick(rng, ("", "", identity.owner.id_number))
    bodies = ("示例市演示中学", "样本市财政局", "演示区人民医院", "示例大学", _firm(rng), _firm(rng))
    return pick(rng, bodies), _tax_number(rng)


def _bought(rng: np.random.Generator, most: int = 5) -> list[_Bought]:
    """What was bought: lines of one kind of goods, now and then of several."""
    kinds = [pick(rng, _SOLD) for _ in range(1 if rng.random() < 0.65 else 3)]
    lines = []
    for _ in range(int(rng.integers(1, most))):
        kind, names, unit, rate = pick(rng, kinds)
        name = f"*{kind}*{pick(rng, names.split('|'))}"
        price = round(float(10 ** rng.uniform(0.6, 4)), 2)
        shown = unit if rng.random() < 0.7 else ""
        lines.append(_Bought(name, pick(rng, _SPECIFICATIONS), shown, int(rng.integers(1, 30)), price, rate))
    return lines


def _remark(identity: Identity, rng: np.random.Generator) -> str:
    said = pick(rng, _REMARKS).replace("<n>", digits(rng, 6))
    return said.replace("<plate>", identity.vehicle.plate_no).replace("<name>", identity.owner.name)


def _rows(rng: np.random.Generator, wide: float, goods: str, lines: list[_Bought], deep: float) -> list[Row]:
    """The captions, the lines bought and their sum."""
    shares = np.array((0.27, 0.13, 0.07, 0.08, 0.13, 0.13, 0.08, 0.11))
    widths = [float(share) * wide for share in shares]
    captions = (goods, "规格型号", "单　位", "数　量", "单　价", "金　额", "税率/征收率", "税　额")
    rows: list[Row] = [(6.0, [(w, Label(c, 8)) for w, c in zip(widths, captions, strict=True)])]
    for line in lines:
        rate = f"{line.rate}%" if line.rate else pick(rng, ("免税项目", "不征税", "***"))
        said = [line.name, line.specification, line.unit, str(line.count), f"{line.price:.2f}"]
        said += [f"{line.amount:.2f}", rate, f"{line.tax:.2f}" if line.rate else "***"]
        rows.append((deep, [(w, Value(t, pt=8.5)) for w, t in zip(widths, said, strict=True)]))
    amount, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    sums = ("合　　计", "", "", "", "", f"￥{amount:.2f}", "", f"￥{tax:.2f}")
    cells: list[tuple[float, Cell]] = [
        (w, Label(t, 8.5) if index == 0 else Value(t, pt=8.5))
        for index, (w, t) in enumerate(zip(widths, sums, strict=True))
    ]
    return [*rows, (6.5, cells)]


def _total(lines: list[_Bought]) -> tuple[str, str]:
    """What is to be paid, in capitals and in figures."""
    due = sum(line.amount + line.tax for line in lines)
    return in_capitals(max(1, round(due))), f"￥{due:.2f}"


def digital_invoice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子发票（普通发票／增值税专用发票）: the parties side by side, what was bought below, no vehicle in it."""
    style = Style(
        label="song",
        value=pick(rng, ("song", "hei")),
        label_ink=pick(rng, (_MAROON, BLACK)),
        line_ink=_MAROON,
        label_choice=int(rng.integers(2)),
    )
    page = Page(A4[0], pick(rng, (A4[1], A4[1], 140.0)), dpi, rng, style)
    page.truth.materials = [_UNKNOWN]
    titles = ("电子发票（普通发票）", "电子发票（普通发票）", "电子发票（增值税专用发票）", "电子发票")
    page.title(16, pick(rng, titles), 15, x=98)
    number, day = f"{identity.day:%y}312{digits(rng, 15)}", identity.day - timedelta(int(rng.integers(900)))
    page.text(150, 14, f"发票号码：{number}", 8.5)
    page.text(150, 20, f"开票日期：{chinese_date(day)}", 8.5)
    page.paste(figures.square_code(rng), (12, 8, 30, 26))
    buyer, buyer_number = _buyer(identity, rng)
    y = float(rng.uniform(30, 36))
    party(page, 12, y, "购买方信息", Value(buyer, pt=9.5), Value(buyer_number, pt=8.5))
    party(page, 105, y, "销售方信息", Value(_firm(rng), pt=9.5), Value(_tax_number(rng), pt=8.5))
    lines = _bought(rng)
    capitals, due = _total(lines)
    bottom = page.grid(12, y + 22, _rows(rng, 186, "项目名称", lines, float(rng.uniform(6, 10))))
    said = Value(f"{capitals}　　　　（小写）{due}", pt=9.5)
    rows: list[Row] = [(7.0, [(42, Label("价税合计（大写）", 9)), (144, said)])]
    rows.append((float(rng.uniform(12, 20)), [(12, "备\n注"), (174, Value(_remark(identity, rng), pt=8.5))]))
    bottom = page.grid(12, bottom, rows)
    page.text(16, bottom + 6, f"开票人：{identity.deal.clerk}", 9)
    if rng.random() < 0.3:
        page.text(110, bottom + 6, pick(rng, ("下载次数：1", "共1页 第1页", "收款人：演示　复核人：示例")), 9)
    return page


_PAPER_TITLES = (
    "示例增值税普通发票", "示例增值税专用发票", "增值税普通发票", "增值税专用发票", "示例增值税电子普通发票",
    "示例省增值税普通发票", "增值税电子专用发票",
)  # fmt: skip
_COPIES = (
    "第一联：记账联　销售方记账凭证", "第二联：抵扣联　购买方扣税凭证", "第二联：发票联　购买方记账凭证",
    "第三联：发票联　购买方记账凭证",
)  # fmt: skip


def _paper_head(page: Page, identity: Identity) -> None:
    rng = page.rng
    page.title(11, pick(rng, _PAPER_TITLES), 17, spacing=1, x=118)
    page.text(18, 11, digits(rng, 10), 12, "digits")
    page.text(186, 9, f"No {digits(rng, 8)}", 12, "digits")
    page.text(186, 16, f"开票日期：{chinese_date(identity.day)}", 8.5)
    if rng.random() < 0.6:
        page.text(18, 18, f"校验码 {digits(rng, 5)} {digits(rng, 5)} {digits(rng, 5)}", 8.5)


def _paper_party(page: Page, y: float, side: str, name: str, number: str, beside: str, said: str) -> float:
    """One party of the paper form, and the box at its right; returns the bottom."""
    rng = page.rng
    address = f"示例市演示区样例路{rng.integers(1, 400)}号　000-{digits(rng, 8)}"
    bank = f"示例银行演示支行　{digits(rng, 16)}"
    page.box((14, y, 226, y + 23))
    page.side((14, y, 20, y + 23), side)
    lines = (("名　　　　称：", name), ("纳税人识别号：", number), ("地 址、电 话：", address))
    for index, (label, text) in enumerate((*lines, ("开户行及账号：", bank))):
        if index < 2 or rng.random() < 0.75:
            end = page.text(22, y + 3.5 + 5.4 * index, label, 8.5)[2]
            page.field(end + 1, y + 3.5 + 5.4 * index, Value(text, pt=8.5))
    page.line(140, y, 140, y + 23)
    page.side((140, y, 146, y + 23), beside)
    page.flow(148, y + 4, 76, said, 8.5)
    return y + 23


def paper_vat_invoice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """增值税普通／专用发票 on paper: 密码区, goods or services, 价税合计, and its copy named down the edge."""
    ink = pick(rng, _FORM_INKS)
    page = sheet(_UNKNOWN, dpi, rng, (240.0, 140.0), 0.0, 0.5)
    page.style = Style(
        label="song", value="typed", label_ink=ink, line_ink=ink, dots=bool(rng.random() < 0.6)
    )
    _paper_head(page, identity)
    buyer, buyer_number = _buyer(identity, rng)
    cipher = "".join(rng.choice(list("0123456789<>+-*/"), 84))
    y = _paper_party(page, 24, "购买方", buyer, buyer_number, "密码区", cipher)
    lines = _bought(rng, 6)
    goods = pick(rng, ("货物或应税劳务、服务名称", "货物或应税劳务名称"))
    y = page.grid(14, y, _rows(rng, 212, goods, lines, 6.0))
    capitals, due = _total(lines)
    y = page.grid(14, y, [(7, [(44, "价税合计（大写）"), (168, Value(f"{capitals}　　（小写）{due}"))])])
    seller, seller_number = _firm(rng), _tax_number(rng)
    y = _paper_party(page, y, "销售方", seller, seller_number, "备注", _remark(identity, rng))
    clerk = identity.deal.clerk
    page.text(16, y + 5, f"收款人：{clerk}　　　复核：{identity.previous.name}　　　开票人：{clerk}", 9)
    page.text(182, y + 5, "销售方：（章）", 9)
    vertical(page, 231, 30, pick(rng, _COPIES), 8)
    if rng.random() < 0.8:
        stamps.press_oval(page, 196, y - 8, seller[:14], seller_number)
    return page


_ROLL_TITLES = (
    "增值税普通发票（卷票）", "通用机打发票（卷式）", "示例省通用机打发票", "通用定额发票", "客运出租汽车发票",
    "国家税务局通用机打发票", "通行费定额票据", "停车服务费发票（卷式）",
)  # fmt: skip


def roll_invoice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A narrow invoice from a till or a meter, alone or somewhere on a sheet."""
    narrow = rng.random() < 0.5
    page = sheet(_UNKNOWN, dpi, rng, (76.0, 178.0) if narrow else A4, 0.0, 0.7)
    x = 6.0 if narrow else float(rng.uniform(10, 125))
    page.text(x + 32, 12, pick(rng, _ROLL_TITLES), 12, "song_heavy", anchor="mm")
    page.text(x + 32, 19, pick(rng, ("发　票　联", "收款方留存", "报销凭证")), 10, anchor="mm")
    buyer, buyer_number = _buyer(identity, rng)
    seller, seller_number = _firm(rng), _tax_number(rng)
    lines = _bought(rng, 4)
    capitals, due = _total(lines)
    head = [f"发票代码　{digits(rng, 12)}", f"发票号码　{digits(rng, 8)}", f"机打号码　{digits(rng, 8)}"]
    head += [f"机器编号　{digits(rng, 12)}", f"销售方名称　{seller}", f"纳税人识别号　{seller_number}"]
    head += [f"开票日期　{identity.day:%Y-%m-%d}　收款员　{identity.deal.clerk}", f"购买方名称　{buyer}"]
    head += [f"纳税人识别号　{buyer_number}"] if buyer_number else []
    said = [text for text in head if rng.random() < 0.85] + ["项目　　　单价　　数量　　金额"]
    said += [
        f"{line.name.split('*')[-1]}　{line.price:.2f}　{line.count}　{line.amount:.2f}" for line in lines
    ]
    said += [f"合计金额（小写）{due}", f"合计金额（大写）{capitals}", f"校验码 {digits(rng, 20)}"]
    y = 28.0
    for text in said:
        y = page.flow(x, y, 64, text, 9, leading=1.5) + 1
    if rng.random() < 0.4:
        barcode(page, x + 4, min(y + 2, 160), 54, 9)
    if rng.random() < 0.5:
        stamps.press_oval(page, x + 36, min(y, 150), seller[:14], seller_number)
    return page


LAYOUTS: dict[str, Layout] = {
    "digital_invoice": digital_invoice,
    "paper_vat_invoice": paper_vat_invoice,
    "roll_invoice": roll_invoice,
}
