"""More forms of the licence desk: two editions of 驾驶证申请表, and 临时入境 applications for vehicle or driver.

Knows these forms. Visitors, their passports and temporary plates are invented here: no identity has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import Entry, barcode, digits, heading, notes, pick, sheet, table
from ocr.synthetic.page import Label, Layout, Page, Row, Ticks, Value, dated
from ocr.synthetic.style import Ink

_GREY: Ink = (230, 232, 234)
_OFFICE = "示例市公安局车辆管理所"
_KINDS = (
    "初次申领",
    "增加准驾车型",
    "持军警驾驶证申领",
    "持境外驾驶证申领",
    "有效期满换证",
    "达到规定年龄换证",
    "自愿降低准驾车型换证",
    "信息变化换证",
    "损毁换证",
    "遗失补证",
    "注销",
    "恢复驾驶资格",
    "延期办理",
)
_DISEASES = (
    "器质性心脏病",
    "癫痫",
    "美尼尔氏症",
    "眩晕症",
    "癔病",
    "震颤麻痹",
    "精神病",
    "痴呆",
    "影响肢体活动的神经系统疾病",
    "吸食、注射毒品",
    "长期服用依赖性精神药品成瘾",
)
_SURNAMES = ("SAMPLE", "EXAMPLE", "MUSTER", "SPECIMEN", "MODELO")
_GIVEN = ("ANNA", "DEMO", "PETER", "MARIA", "IVAN", "LEO")
_TOLD = (
    "　　上述内容本人已认真阅读，本人不具有不准申请的情形。本人承诺所申报的内容真实、合法、有效，"
    "如有虚假，愿意承担由此产生的法律责任。"
)


def licence_application_terminal(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶证申请表 from a self-service terminal: photograph at the left, grey headings, a code on top."""
    page = sheet("M-FM-05", dpi, rng)
    owner, licence, left = identity.owner, identity.licence, 17 + rng.uniform(-3, 3)
    kind = pick(rng, _KINDS[4:11])
    page.text(left, 13, f"自助服务终端 {digits(rng, 6)}　打印日期：{identity.day.isoformat()}", 8.5, "hei")
    barcode(page, left + 116, 10, 60, 8, identity.transaction_number)
    page.title(29, "机动车驾驶证申请表", 18, role="hei_heavy")
    y = _band(page, left, 36, "申请人基本信息")
    page.box((left, y, left + 36, y + 50))
    page.paste(figures.portrait(owner.id_number), (left + 4, y + 4, left + 32, y + 42))
    page.note("photo_present", "true")
    rows: list[list[Entry]] = [
        [("姓名", Value(owner.name, "person_name", pt=12)), ("性别", Value(owner.gender, "gender"))],
        [("国籍", Value("中国")), ("出生日期", dated(owner.birth_date, "birth_date", "iso"))],
        [("证件名称", Value("居民身份证")), ("证件号码", Value(owner.id_number, "id_number", pt=10))],
        [("联系电话", Value(owner.phone, "phone")), ("档案编号", Value(licence.file_no, "file_no"))],
        [("联系地址", Value(owner.address, "address"))],
    ]
    table(page, left + 36, y, 140, rows, 22, 10, border=0.25)
    y = _band(page, left, y + 50, "申请业务种类")
    ticks = Ticks([(name, name == kind) for name in _KINDS], 9)
    cause = pick(rng, ("遗失", "有效期即将届满", "身份信息变化", "损毁", "本人申请"))
    y = page.grid(left, y, [(24, [(176, ticks)])], 0.25)
    classes: list[list[Entry]] = [
        [
            ("原准驾车型", Value(licence.license_class, "license_class")),
            ("申请准驾车型", Value(licence.license_class)),
        ],
        [("申请原因", Value(cause)), ("领证方式", Ticks([("窗口领取", True), ("邮寄", False)]))],
    ]
    y = table(page, left, y, 176, classes, 28, 10, border=0.25)
    y = _band(page, left, y, "身体条件申报")
    ill = [("无以下情形", True), *((name, False) for name in _DISEASES)]
    y = page.grid(left, y, [(22, [(176, Ticks(ill, 8.5))])], 0.25)
    y = _band(page, left, y, "申请人声明")
    page.box((left, y, left + 176, y + 52), 0.25)
    below = page.flow(left + 3, y + 6, 170, _TOLD, 9.5, leading=1.6)
    page.text(left + 6, below + 8, "申请人（代理人）签名：", 10.5)
    page.signature(left + 50, below + 8, owner.name)
    page.text(left + 108, below + 8, "日期：", 10.5)
    page.field(left + 120, below + 8, dated(identity.day, "sign_date"))
    if rng.random() < 0.6:
        stamps.press_round(page, left + 140, below + 16, _OFFICE, "驾驶证业务专用章", 36)
    return _applied(page, kind)


def licence_application_older(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The form of earlier years: a box for each sign of the number, kinds of business one below the other."""
    page = sheet("M-FM-05", dpi, rng, hand=0.7)
    owner, licence, left, top = identity.owner, identity.licence, 16 + rng.uniform(-2, 3), 44.0
    kind = pick(rng, _KINDS[4:11])
    page.title(26, "机动车驾驶证申请表", 21, 2.5, role="song_heavy")
    page.text(left, 37, "受理岗签注", 9.5)
    page.text(left + 108, 37, "档案编号", 9.5)
    page.field(left + 128, 37, Value(licence.file_no, "file_no"))
    rows: list[Row] = [
        (
            11,
            [
                (22, "姓　名"),
                (46, Value(owner.name, "person_name", pt=12)),
                (16, "性别"),
                (18, Value(owner.gender, "gender")),
                (16, "国籍"),
                (24, Value("中国")),
            ],
        ),
        (
            11,
            [
                (22, "出生日期"),
                (46, dated(owner.birth_date, "birth_date")),
                (30, "身份证明名称"),
                (44, Value("居民身份证")),
            ],
        ),
        (11, [(22, "号　码"), (120, partial(_squares, owner.id_number, "id_number"))]),
        (11, [(22, "住　址"), (120, Value(owner.address, "address", pt=10))]),
        (
            11,
            [
                (22, "联系电话"),
                (46, Value(owner.phone, "phone")),
                (30, "邮政编码"),
                (44, partial(_squares, "200000", None)),
            ],
        ),
    ]
    y = page.grid(left, top, rows, 0.5)
    page.box((left + 142, top, left + 178, y), 0.5)
    page.paste(figures.portrait(owner.id_number), (left + 147, top + 8, left + 173, top + 44))
    page.note("photo_present", "true")
    high = 7.0 * len(_KINDS) + 8
    page.grid(left, y, [(high, [(12, None), (70, None), (96, None)])], 0.5)
    page.side((left, y, left + 12, y + high), "申请业务种类")
    for index, name in enumerate(_KINDS):
        page.tick(left + 16, y + 7.5 + 7 * index, name, name == kind, 10)
    right = left + 82
    page.text(right + 3, y + 7, "原准驾车型：", 10)
    page.field(right + 28, y + 7, Value(licence.license_class, "license_class", pt=12))
    page.text(right + 52, y + 7, "申请车型：", 10)
    page.field(right + 72, y + 7, Value(licence.license_class, pt=12))
    page.line(right, y + 13, right + 96, y + 13)
    page.text(right + 48, y + 18, "申告事项", 10.5, page.style.title, anchor="mm")
    below = page.flow(
        right + 3,
        y + 25,
        90,
        "　　本人如实申告：不具有下列疾病和情形：" + "、".join(_DISEASES) + "。",
        9.5,
        leading=1.6,
    )
    below = page.flow(right + 3, below + 2, 90, _TOLD, 9.5, leading=1.6)
    page.text(right + 3, below + 6, "申请人签字：", 10.5)
    page.signature(right + 28, below + 6, owner.name)
    page.field(right + 40, y + high - 6, dated(identity.day, "sign_date"))
    y += high
    for name in ("考试科目及成绩", "核发岗签注", "档案岗签注"):
        y = page.grid(left, y, [(12, [(34, name), (144, None)])], 0.5)
    notes(
        page,
        left,
        y + 5,
        170,
        ("填写时使用黑色、蓝色墨水笔，字体工整。", "标注有“□”符号的为选择项目，选择后在“□”中划“√”。"),
    )
    return _applied(page, kind)


def _squares(text: str, code: str | None, page: Page, box: tuple[float, float, float, float]) -> None:
    """One sign in each small box, as old forms ask for numbers."""
    count = len(text)
    step = (box[2] - box[0]) / count
    edges = []
    for index, sign in enumerate(text):
        x = box[0] + step * index
        page.line(x, box[1], x, box[3], 0.2)
        edges.append(page.field(x + step / 2, (box[1] + box[3]) / 2, Value(sign, pt=11), "mm"))
    if code:
        page.note(code, text, edges)


def _applied(page: Page, kind: str) -> Page:
    page.note("apply_items", kind)
    page.note("signature_present", "true")
    return page


def _band(page: Page, left: float, y: float, text: str) -> float:
    page.box((left, y, left + 176, y + 6.5), 0.25, fill=_GREY)
    page.text(left + 2, y + 3.3, text, 9.5, "hei_heavy")
    return y + 6.5


@dataclass(frozen=True)
class Visitor:
    """A foreign visitor, invented; `plate` is the temporary Chinese plate, `home_plate` the vehicle's own."""

    name: str
    nation: str
    passport: str
    plate: str
    home_plate: str
    address: str
    firm: str


def _visitor(rng: np.random.Generator) -> Visitor:
    return Visitor(
        name=f"{pick(rng, _SURNAMES)} {pick(rng, _GIVEN)}",
        nation=pick(rng, ("德国", "法国", "俄罗斯", "泰国", "哈萨克斯坦", "英国")),
        passport=pick(rng, ("C", "E", "N", "P")) + digits(rng, 8),
        plate=f"沪A{digits(rng, 4)}临",
        home_plate=f"{pick(rng, ('AB', 'XY', 'KT', 'RS'))} {digits(rng, 3)} {pick(rng, ('CD', 'MN', 'QR'))}",
        address=f"示例市演示区示范路{rng.integers(1, 999)}号演示宾馆{rng.integers(201, 1999)}室",
        firm="示例国际旅行社有限公司",
    )


def _two(chinese: str, english: str) -> str:
    return f"{chinese}\n{english}"


def entry_vehicle_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """临时入境机动车号牌和行驶证申请表: visitor, vehicle, route, in two languages."""
    page = sheet("M-FM-06", dpi, rng, hand=0.4)
    guest, vehicle, left = _visitor(rng), identity.vehicle, 18 + rng.uniform(-3, 3)
    heading(
        page,
        24,
        ("临时入境机动车号牌和行驶证申请表", "临时入境机动车牌证申请表", "临时入境机动车号牌、行驶证申请表"),
        17,
    )
    page.text(
        105,
        33,
        "Application Form for Temporary Entry Motor Vehicle Plate and License",
        9,
        "latin",
        anchor="mm",
    )
    rows: list[list[Entry]] = [
        [
            (_two("机动车所有人", "Owner"), Value(guest.name, "person_name")),
            (_two("国籍", "Nationality"), Value(guest.nation)),
        ],
        [
            (_two("护照号码", "Passport No."), Value(guest.passport, "passport_no")),
            (_two("联系电话", "Tel."), Value(f"1390000{digits(rng, 4)}")),
        ],
        [(_two("在华住址", "Address in China"), Value(guest.address))],
        [
            (_two("原车号牌", "Plate No."), Value(guest.home_plate)),
            (_two("车辆类型", "Vehicle type"), Value(pick(rng, ("小型轿车", "小型越野客车", "摩托车")))),
        ],
        [
            (_two("厂牌型号", "Make and model"), Value(f"MUSTER {digits(rng, 3)}")),
            (_two("车身颜色", "Colour"), Value(vehicle.body_color)),
        ],
        [
            (_two("车辆识别代号", "VIN"), Value(vehicle.vin)),
            (_two("发动机号", "Engine No."), Value(vehicle.engine_no)),
        ],
        [
            (_two("入境口岸", "Port of entry"), Value(pick(rng, ("示例口岸", "演示口岸", "样本港")))),
            (_two("停留期限", "Period of stay"), Value(f"{rng.integers(7, 90)}天")),
        ],
        [(_two("行驶区域（线路）", "Route"), Value("示例省、范例省境内公路"))],
        [
            (_two("核发号牌号码", "Temporary plate"), Value(guest.plate, "plate_no")),
            (_two("接待单位", "Host"), Value(guest.firm, pt=9)),
        ],
    ]
    y = table(page, left, 38, 174, rows, 34, rng.uniform(11.5, 14))
    _declared(page, identity, guest, left, y, 174)
    return page


def entry_driver_application(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """临时机动车驾驶许可申请表 with the visitor's photograph."""
    page = sheet("M-FM-06", dpi, rng, hand=0.4)
    guest, left = _visitor(rng), 18 + rng.uniform(-3, 3)
    heading(page, 24, ("临时机动车驾驶许可申请表", "临时驾驶许可申请表"), 19)
    page.text(105, 33, "Application Form for Provisional Driving Permit", 9, "latin", anchor="mm")
    rows: list[list[Entry]] = [
        [(_two("姓名", "Name"), Value(guest.name, "person_name"))],
        [
            (_two("国籍", "Nationality"), Value(guest.nation)),
            (_two("性别", "Sex"), Value(identity.owner.gender)),
        ],
        [(_two("护照号码", "Passport No."), Value(guest.passport, "passport_no"))],
        [(_two("出生日期", "Date of birth"), dated(identity.owner.birth_date, None, "iso"))],
    ]
    y = table(page, left, 40, 138, rows, 34, 12)
    page.box((left + 138, 40, left + 174, y), 0.4)
    page.paste(figures.portrait(identity.owner.id_number), (left + 143, 44, left + 169, 80))
    more: list[list[Entry]] = [
        [(_two("在华住址", "Address in China"), Value(guest.address))],
        [
            (_two("境外驾驶证号", "Licence No."), Value(digits(rng, 9))),
            (_two("准驾车型", "Class"), Value(pick(rng, ("B", "A、B", "小型汽车")))),
        ],
        [(_two("驾驶车辆", "Vehicle"), Ticks([("自带临时入境机动车", True), ("租赁中国机动车", False)], 9))],
        [
            (_two("号牌号码", "Plate No."), Value(guest.plate, "plate_no")),
            (_two("申请期限", "Period"), Value("三个月")),
        ],
    ]
    y = table(page, left, y, 174, more, 34, rng.uniform(12, 14))
    _declared(page, identity, guest, left, y, 174)
    return page


def _declared(page: Page, identity: Identity, guest: Visitor, left: float, y: float, width: float) -> None:
    page.box((left, y, left + width, y + 54), 0.4)
    text = "　　申请人对申请材料的真实性负责，并承诺在中华人民共和国境内遵守道路交通安全法律、法规。"
    below = page.flow(left + 4, y + 7, width - 8, text, 10, leading=1.6)
    page.text(
        left + 4,
        below,
        "I hereby declare that the information given above is true and complete.",
        8.5,
        "latin",
    )
    page.text(left + 8, below + 14, "申请人签字 Signature：", 10.5)
    page.signature(left + 52, below + 14, guest.name.title())
    page.field(left + 112, below + 26, dated(identity.day, "sign_date"))
    if page.rng.random() < 0.7:
        stamps.press_round(page, left + 142, below + 18, _OFFICE, "涉外业务专用章", 38)
    notes(
        page,
        left,
        y + 59,
        width,
        (
            "本表用黑色或者蓝色墨水笔填写，用中文或者英文填写均可。",
            "须同时交验护照、入境凭证及境外机动车登记证明。",
        ),
    )


def entry_application_port(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The joint form of a border post for vehicle and driver: side labels, tick boxes for what is asked."""
    page = sheet("M-FM-06", dpi, rng, hand=0.3)
    guest, vehicle, left = _visitor(rng), identity.vehicle, 15 + rng.uniform(-2, 3)
    page.text(left, 16, f"示例口岸交通管理服务站　　编号：{identity.transaction_number}", 9, "hei")
    page.title(28, "临时入境机动车及驾驶人牌证许可申请表", 16, role="hei_heavy")
    asked = Ticks(
        [
            ("临时入境机动车号牌", True),
            ("临时入境机动车行驶证", True),
            ("临时机动车驾驶许可", rng.random() < 0.5),
        ]
    )
    rows: list[Row] = [
        (13, [(34, "申请项目"), (146, asked)]),
        (
            12,
            [
                (12, None),
                (30, "姓名 Name"),
                (60, Value(guest.name, "person_name")),
                (28, "国籍/地区"),
                (50, Value(guest.nation)),
            ],
        ),
        (
            12,
            [
                (12, None),
                (30, "护照 Passport"),
                (60, Value(guest.passport, "passport_no")),
                (28, "签证有效期"),
                (50, Value(f"{identity.day.year + 1}-03-01")),
            ],
        ),
        (12, [(12, None), (30, "境内住址"), (138, Value(guest.address))]),
        (
            12,
            [
                (12, None),
                (30, "境外号牌"),
                (60, Value(guest.home_plate)),
                (28, "车辆类型"),
                (50, Value("小型越野客车")),
            ],
        ),
        (
            12,
            [
                (12, None),
                (30, "车辆识别代号"),
                (60, Value(vehicle.vin)),
                (28, "车身颜色"),
                (50, Value(vehicle.body_color)),
            ],
        ),
        (
            12,
            [
                (12, None),
                (30, "保险有效期至"),
                (60, dated(identity.deal.insure_to, None, "iso")),
                (28, "临时号牌"),
                (50, Value(guest.plate, "plate_no")),
            ],
        ),
        (26, [(12, None), (168, None)]),
        (34, [(12, None), (168, None)]),
    ]
    y = page.grid(left, 36, rows, 0.5)
    for top, end, name in ((49, 85, "驾驶人"), (85, 121, "车辆"), (121, 147, "声明"), (147, 181, "审核")):
        page.side((left, top, left + 12, end), name)
    page.flow(left + 15, 127, 160, "本人已阅读《临时入境须知》，所填内容属实。", 10)
    page.text(left + 15, 139, "申请人签名 Applicant：", 10)
    page.signature(left + 56, 139, guest.name.title(), 15)
    page.field(left + 126, 139, dated(identity.day, "sign_date", "iso" if rng.random() < 0.5 else "chinese"))
    page.text(left + 15, 155, "经审核，申请材料齐全，予以核发，有效期：", 10)
    page.text(left + 15, 172, f"审核民警：{identity.deal.clerk}", 10)
    stamps.press_round(page, left + 140, 164, _OFFICE, "口岸业务专用章", 36)
    page.text(left, y + 6, "第一联：存档　第二联：申请人留存", 8.5)
    return page


def entry_application_bilingual(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A form without a frame: numbered questions, English beside Chinese, answers on dotted rules."""
    page = sheet("M-FM-06", dpi, rng, hand=0.5)
    guest, left, permit = _visitor(rng), 22.0, rng.random() < 0.5
    name = "临时机动车驾驶许可申请表" if permit else "临时入境机动车号牌申请表"
    english = (
        "PROVISIONAL DRIVING PERMIT APPLICATION" if permit else "TEMPORARY VEHICLE REGISTRATION APPLICATION"
    )
    page.title(24, english, 13, role="latin")
    page.title(34, name, 19, role="song_heavy")
    page.line(left, 40, 188, 40, 0.6)
    answers = (
        ("姓名（正楷） Full name", Value(guest.name, "person_name", pt=12)),
        ("国籍 Nationality", Value(guest.nation)),
        ("护照号码 Passport number", Value(guest.passport, "passport_no", pt=12)),
        ("在华停留地址 Address in China", Value(guest.address)),
        ("联系电话 Telephone", Value(f"1390000{digits(rng, 4)}")),
        ("境外机动车号牌 Foreign plate", Value(guest.home_plate)),
        ("临时入境号牌号码 Temporary plate", Value(guest.plate, "plate_no")),
        ("驾驶证签发国 Licence issued by", Value(guest.nation)),
        ("使用期限 Period of use", Value(f"{rng.integers(10, 90)} 天 days")),
    )
    y, step = 52.0, rng.uniform(12.5, 15)
    for number, (label, value) in enumerate(answers, 1):
        page.text(left, y, f"{number}. {label}", 10)
        page.field(left + 76, y, value)
        for x in range(int(left + 74), 186, 2):
            page.line(x, y + 3.2, x + 0.8, y + 3.2, 0.2)
        y += step
    if permit:
        page.paste(figures.portrait(identity.owner.id_number), (158, 8, 184, 38))
    page.text(left, y + 6, "申请人签名 Signature", 10.5)
    page.signature(left + 46, y + 6, guest.name.title())
    page.text(left + 96, y + 6, "日期 Date", 10.5)
    page.field(left + 116, y + 6, dated(identity.day, "sign_date", pick(rng, ("iso", "dots", "chinese"))))
    page.grid(
        left,
        y + 16,
        [
            (8, [(166, Label("以下由公安机关交通管理部门填写 FOR OFFICIAL USE ONLY", 9))]),
            (26, [(83, None), (83, None)]),
        ],
    )
    page.text(left + 4, y + 30, "受理人：", 10)
    page.text(left + 88, y + 30, "核发人：", 10)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-FM-05": (licence_application_terminal, licence_application_older),
    "M-FM-06": (
        entry_vehicle_application,
        entry_driver_application,
        entry_application_port,
        entry_application_bilingual,
    ),
}
