"""Papers on a changed name or number and on shared ownership: 结婚证, 户籍证明, 公证书, 准予变更登记通知书.

Knows these papers only. Spouses and former owners are the case's two persons; the other names are invented.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from PIL import Image

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity, Person, citizen_check_digit
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
from ocr.synthetic.layouts.organisations import invent_organisation
from ocr.synthetic.layouts.prose import UNDERLINED, WRITTEN, prose
from ocr.synthetic.page import Layout, Page, Row, Ticks, Value, chinese_date, dated
from ocr.synthetic.style import Ink

_RED: Ink = (196, 40, 48)
_PINK: Ink = (252, 236, 234)
_REGISTRY = "示例市演示区民政局"
_POLICE = ("示例市公安局演示分局样例路派出所", "示例市公安局演示分局示范路派出所", "示例市公安局户籍管理处")


def marriage_booklet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The opened 结婚证 (at times 离婚证) copied onto a sheet: photograph on one leaf, persons on the other."""
    page = sheet("M-ID-09", dpi, rng)
    divorced = rng.random() < 0.2
    name = "离婚证" if divorced else "结婚证"
    left, top, wide, high = 18 + rng.uniform(-6, 6), 30 + rng.uniform(-12, 60), 88.0, 124.0
    for x in (left, left + wide):
        page.box((x, top, x + wide, top + high), 0.3, (222, 170, 168), _PINK)
        for offset in np.arange(4, high - 3, 3.2):
            page.line(x + 3, top + float(offset), x + wide - 3, top + float(offset), 0.1, (246, 222, 220))
    day = _wedding(identity, rng)
    number = f"{'L' if divorced else 'J'}310115-{day.year}-{digits(rng, 6)}"
    _picture(page, identity, (left + 20, top + 9, left + 68, top + 42), divorced)
    lines = (
        ("持 证 人", Value(identity.owner.name, "person_name", pt=12)),
        ("登记日期", dated(day, "issue_date", pt=11)),
        (f"{name}字号", Value(number, "cert_no", pt=10.5)),
        ("备　　注", Value("")),
    )
    for index, (label, value) in enumerate(lines):
        y = top + 54 + index * 11
        page.text(left + 9, y, label, 10.5)
        page.line(left + 31, y + 3, left + wide - 9, y + 3, 0.15)
        page.field(left + 33, y, value, hand=False)
    page.text(left + 9, top + 108, f"{_REGISTRY}婚姻登记处", 9.5)
    page.text(left + 9, top + 116, f"婚姻登记员：{identity.deal.clerk}", 9.5)
    stamps.press_round(page, left + 62, top + 102, _REGISTRY, "婚姻登记专用章", 38)
    stamps.press_round(page, left + 58, top + 38, _REGISTRY, "", 24)
    for index, person in enumerate((identity.owner, identity.previous)):
        _spouse(page, person, left + wide + 8, top + 14 + index * 56, "person" if index == 0 else "spouse")
    if rng.random() < 0.5:
        page.text(left + wide, top + high - 4, digits(rng, 8), 8, "latin", anchor="mm")
    if rng.random() < 0.4:
        stamps.press_box(page, 150, min(top + high + 20, 270), ("与原件核对一致",))
    return page


def _wedding(identity: Identity, rng: np.random.Generator) -> date:
    return identity.day - timedelta(days=int(rng.integers(200, 5200)))


def _spouse(page: Page, person: Person, x: float, y: float, who: str) -> None:
    rows = (
        ("姓名", Value(person.name, "person_name" if who == "person" else "spouse_name")),
        ("性别", Value(person.gender)),
        ("国籍", Value("中国")),
        ("出生日期", Value(chinese_date(person.birth_date))),
        ("身份证件号", Value(person.id_number, "id_number" if who == "person" else None)),
    )
    places = ((0, 0), (44, 0), (0, 11), (28, 11), (0, 22))
    for (label, value), (dx, dy) in zip(rows, places, strict=True):
        page.text(x + dx, y + dy, label, 9.5)
        edge = page.measure(label, page.style.label, 9.5) + 2
        plain = Value(value.text, value.code, pt=10, printed=True)
        page.field(x + dx + edge, y + dy, plain, hand=False)


def _picture(page: Page, identity: Identity, box: tuple[float, float, float, float], alone: bool) -> None:
    """The couple (or the holder alone) before a red cloth."""
    people = (identity.owner,) if alone else (identity.owner, identity.previous)
    faces = [np.asarray(figures.portrait(person.id_number)).copy() for person in people]
    joined = np.concatenate(faces, axis=1)
    joined[(joined > 243).all(axis=2)] = (186, 34, 40) if not alone else (226, 232, 240)
    wide = (box[3] - box[1]) * joined.shape[1] / joined.shape[0]
    middle = (box[0] + box[2]) / 2
    page.paste(Image.fromarray(joined), (middle - wide / 2, box[1], middle + wide / 2, box[3]))


def marriage_single_leaf(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """结婚证 of earlier years: one leaf with a red frame, running text, the photograph in its corner."""
    page = sheet("M-ID-09", dpi, rng, (148, 210) if rng.random() < 0.5 else (210, 297), hand=0.6)
    left, top = (page.width - 132) / 2, (page.height - 190) / 2 * rng.uniform(0.4, 1.2)
    page.box((left, top, left + 132, top + 190), 1.6, _RED, (254, 244, 238))
    page.box((left + 4, top + 4, left + 128, top + 186), 0.4, _RED)
    page.title(top + 26, "结　婚　证", 34, 2, _RED, x=left + 66)
    day = identity.day - timedelta(days=int(rng.integers(7500, 9500)))
    cert = f"{day.year}-{digits(rng, 5)}"
    page.text(left + 66, top + 42, "示演结字第　　　　　　　　　号", 11, anchor="mm")
    page.field(left + 58, top + 42, Value(cert, "cert_no"))
    _picture(page, identity, (left + 87, top + 51, left + 125, top + 76), False)
    for index, person in enumerate((identity.owner, identity.previous)):
        y = top + 56 + 30 * index
        rows = (
            ("姓　名", person.name, ("person_name", "spouse_name")[index]),
            ("性　别", person.gender, None),
        )
        for row, (label, text, code) in enumerate(rows):
            page.text(left + 12, y + row * 9, label, 12)
            page.field(left + 32, y + row * 9, Value(text, code, pt=13))
            page.line(left + 30, y + row * 9 + 3.4, left + 74, y + row * 9 + 3.4, 0.2)
        page.text(left + 12, y + 18, "身份证号", 11)
        page.field(left + 32, y + 18, Value(person.id_number, "id_number" if index == 0 else None))
        page.line(left + 30, y + 21.4, left + 82, y + 21.4, 0.2)
    text = "　　申请结婚，经审查符合《中华人民共和国婚姻法》关于结婚的规定，准予登记，发给此证。"
    y = page.flow(left + 12, top + 122, 108, text, 14, leading=1.8)
    page.text(left + 68, y + 6, "发证机关（印章）", 12)
    page.field(left + 68, y + 18, dated(day, "issue_date", pt=12))
    stamps.press_round(page, left + 90, y + 12, "示例市演示区人民政府", "婚姻登记专用章", 40)
    return page


def name_change_proof(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A police station's letter on a changed name or a corrected number, at times on its head paper."""
    page = sheet("M-ID-09", dpi, rng, hand=0.3)
    owner, station = identity.owner, pick(rng, _POLICE)
    numbered = f"示公户证字〔{identity.day.year}〕第{rng.integers(1, 999):03d}号"
    y = letterhead(page, 32, station) + 22 if rng.random() < 0.4 else 44.0
    renamed = rng.random() < 0.6
    titles = (
        ("姓名变更证明", "户籍证明", "证　明", "曾用名证明")
        if renamed
        else ("身份证号码更正证明", "公民身份号码变更证明", "户籍证明")
    )
    heading(page, y, titles, 22)
    if rng.random() < 0.6:
        page.field(178, y + 13, Value(numbered, "cert_no", pt=11, printed=True), "rm", hand=False)
    who: list[str | Value] = [
        "　　兹证明",
        Value(owner.name, "person_name"),
        f"，{owner.gender}，{owner.ethnicity}族，",
    ]
    who += [f"{chinese_date(owner.birth_date)}出生，公民身份号码", Value(owner.id_number, "id_number")]
    who += [f"，户籍地址{owner.address}。"]
    changed = identity.day - timedelta(days=int(rng.integers(10, 900)))
    if renamed:
        who += [
            "该人曾用名",
            Value(_former(owner, rng), "former_name"),
            f"，于{chinese_date(changed)}经我所审核批准，变更为现姓名，",
        ]
        who += ["两者系同一人。"]
    else:
        who += [f"该人原公民身份号码为{_other_number(owner, rng)}，因{pick(rng, ('登记差错', '重号'))}，于"]
        who += [f"{chinese_date(changed)}经公安机关核准更正为现号码，两个号码系同一人持有。"]
    who += ["\n　　特此证明。"]
    y = prose(
        page,
        26,
        y + 30,
        158,
        who,
        14,
        rng.uniform(1.9, 2.3),
        values=UNDERLINED if rng.random() < 0.4 else WRITTEN,
        indent=False,
    )
    issued = (
        dated(identity.day, "issue_date", pt=13)
        if rng.random() < 0.6
        else plain_date(identity.day, "issue_date", 13)
    )
    closing(page, 140, y + 18, Value(station, pt=13), issued, "户口专用章")
    if rng.random() < 0.5:
        page.text(26, y + 48, f"经办民警：{identity.deal.clerk}　　联系电话：021-5550{digits(rng, 4)}", 11)
    return page


def _former(owner: Person, rng: np.random.Generator) -> str:
    return owner.name[0] + pick(
        rng, [given for given in ("小例", "示勇", "样红", "例强", "演梅") if given != owner.name[1:]]
    )


def _other_number(owner: Person, rng: np.random.Generator) -> str:
    head = owner.id_number[:14] + f"{rng.integers(1, 999):03d}"
    return head + citizen_check_digit(head)


def change_notice(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """准予变更登记通知书 of the market regulator (older: 企业名称变更核准通知书), on an organisation's new name."""
    page = sheet("M-ID-09", dpi, rng)
    firm, before = invent_organisation(identity, rng), invent_organisation(identity, rng)
    heading(
        page,
        34,
        ("准予变更登记通知书", "准予变更（备案）登记通知书", "市场主体变更登记证明", "名称变更通知书"),
        22,
    )
    number = f"（演示）登记内变字〔{firm.issued.year}〕第{digits(rng, 6)}号"
    page.field(182, 48, Value(number, "cert_no", pt=11), "rm")
    page.text(26, 62, f"{firm.name}：", 13)
    text = f"　　统一社会信用代码：{firm.uscc}。你单位提交的变更登记申请材料齐全，符合法定形式，我局决定准予变更登记。"
    y = page.flow(26, 74, 158, text, 13, leading=1.9)
    items = [("名称", Value(before.name, "former_name"), Value(firm.name))]
    if rng.random() < 0.6:
        items.append(("住所", Value(before.address), Value(firm.address)))
    if rng.random() < 0.5:
        items.append(("法定代表人", Value(identity.previous.name), Value(identity.deal.clerk)))
    rows: list[Row] = [(10, [(30, "变更事项"), (64, "变更前内容"), (64, "变更后内容")])]
    rows += [(13, [(30, name), (64, old), (64, new)]) for name, old, new in items]
    page.grid(26, y + 2, rows)
    y += 2 + 10 + 13 * len(items) + 10
    page.text(26, y, "　　特此通知。请凭本通知书办理有关手续。", 13)
    closing(
        page,
        142,
        y + 24,
        Value("示例市演示区市场监督管理局", pt=13),
        dated(firm.issued, "issue_date", pt=13),
        "登记专用章",
    )
    if rng.random() < 0.5:
        notes(page, 26, y + 60, 158, ("本通知书不作为主体资格证明使用。",))
    return page


def co_ownership_deed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """公证书: both spouses own the vehicle together, or agree whose name it bears."""
    page = sheet("M-ID-09", dpi, rng, paper=(252, 252, 246))
    owner, spouse, vehicle = identity.owner, identity.previous, identity.vehicle
    heading(page, 36, ("公　证　书", "公 证 书"), 30)
    number = (
        f"（{identity.day.year}）示演证{pick(rng, ('民内字', '经字', '字'))}第{rng.integers(100, 9999)}号"
    )
    page.field(182, 52, Value(number, "cert_no", pt=12), "rm")
    if rng.random() < 0.5:
        serial(page, 150, 16, Value(digits(rng, 8)), "")
    pt, y = 12.5, 66.0
    for word, person, codes in (
        ("申请人", owner, ("person_name", "id_number")),
        ("申请人", spouse, ("spouse_name", None)),
    ):
        parts: list[str | Value] = [
            f"{word}：",
            Value(person.name, codes[0]),
            f"，{person.gender}，{chinese_date(person.birth_date)}出生，",
        ]
        parts += ["公民身份号码：", Value(person.id_number, codes[1]), f"，住{person.address}。"]
        y = prose(page, 26, y, 158, parts, pt, 1.9)
    matter = pick(rng, ("车辆共有", "夫妻财产约定", "机动车共同所有声明"))
    y = prose(page, 26, y, 158, [f"公证事项：{matter}"], pt, 1.9)
    text = (
        f"兹证明{owner.name}与{spouse.name}于{chinese_date(identity.day)}在本公证员面前自愿签订了前面的"
        f"《{matter}协议书》，约定号牌号码为{vehicle.plate_no}（车辆识别代号{vehicle.vin}）的机动车为双方共同所有。"
        "经查，双方签约行为符合《中华人民共和国民法典》的规定，协议内容真实、合法，签名、捺指印均属实。"
    )
    y = prose(page, 26, y, 158, [text], pt, 1.9)
    page.text(104, y + 10, "中华人民共和国示例市演示公证处", 12.5)
    page.text(104, y + 20, "公证员", 12.5)
    page.signature(124, y + 20, identity.deal.inspector)
    page.field(104, y + 31, plain_date(identity.day, "issue_date", 12.5, han=rng.random() < 0.6))
    stamps.press_round(page, 150, y + 20, "示例市演示公证处", "", 42)
    return page


def household_change_record(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """户籍事项变更证明 as the population system prints it: a ruled table, a code, boxes for the kind of change."""
    page = sheet("M-ID-09", dpi, rng)
    owner, left = identity.owner, 18 + rng.uniform(-3, 4)
    renamed = rng.random() < 0.7
    page.paste(figures.square_code(rng), (left + 150, 12, left + 174, 36))
    page.text(left, 18, f"查询编号：{digits(rng, 16)}", 9)
    page.title(30, pick(rng, ("户籍事项变更（更正）证明", "居民户口项目变更更正证明")), 18, role="hei_heavy")
    before = _former(owner, rng) if renamed else _other_number(owner, rng)
    kinds = Ticks(
        [
            ("姓名变更", renamed),
            ("公民身份号码更正", not renamed),
            ("出生日期更正", False),
            ("民族变更", False),
        ]
    )
    past = Value(before, "former_name") if renamed else Value("无")
    changed = (identity.day - timedelta(days=int(rng.integers(20, 900)))).isoformat()
    cause = pick(rng, ("本人申请", "随父（母）姓", "自愿更改") if renamed else ("登记差错更正", "重号纠正"))
    rows: list[list[Entry]] = [
        [("现姓名", Value(owner.name, "person_name", pt=12)), ("曾用名", past)],
        [("性别", Value(owner.gender)), ("民族", Value(owner.ethnicity))],
        [("出生日期", Value(chinese_date(owner.birth_date))), ("户籍所在地", Value("示例市演示区"))],
        [("公民身份号码", Value(owner.id_number, "id_number", pt=12))],
        [("户籍地址", Value(owner.address))],
        [("变更项目", kinds)],
        [("变更前", Value(before)), ("变更后", Value(owner.name if renamed else owner.id_number))],
        [("变更日期", Value(changed)), ("变更原因", Value(cause))],
    ]
    y = table(page, left, 42, 174, rows, 30, rng.uniform(11, 14))
    page.box((left, y, left + 174, y + 58), 0.4)
    page.flow(
        left + 5, y + 8, 164, "　　以上内容来源于常住人口信息管理系统，与户籍档案记载一致，特此证明。", 11
    )
    page.text(left + 8, y + 26, f"经办人：{identity.deal.clerk}", 11)
    page.text(left + 8, y + 40, "（本证明自出具之日起三个月内有效）", 9.5)
    closing(
        page,
        left + 128,
        y + 28,
        Value(pick(rng, _POLICE), pt=11),
        dated(identity.day, "issue_date", "iso", pt=11),
        "户籍专用章",
        40,
    )
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-09": (
        marriage_booklet,
        name_change_proof,
        change_notice,
        co_ownership_deed,
        marriage_single_leaf,
        household_change_record,
    ),
}
