"""Driving licences of other countries and regions, and their translations: 境外驾驶证及中文翻译.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.abroad import Foreigner, english_date, foreigner, spelt
from ocr.synthetic.layouts.card_stock import Card, Side, copied, pick
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_BLUE: Ink = (44, 82, 140)

_PINK: Ink = (150, 62, 92)

_RED: Ink = (176, 44, 48)

_GREEN: Ink = (52, 98, 66)


def _bureau(rng: np.random.Generator) -> str:
    return pick(rng, "示例市外文翻译服务有限公司", "示例译文翻译中心", "演示外事翻译有限公司")


def _numbered_card(card: Card, person: Foreigner, number: str) -> None:
    """Fields known by number only, as in the licences that follow the Vienna convention."""
    rng = card.page.rng
    card.stock(((240, 222, 230), (228, 228, 240)), pick(rng, "waves", "rosette"))
    card.page.box(card.box((4, 3, 16, 12)), 0, fill=_BLUE, radius=1)
    card.text(10, 7.6, person.code[:2], 9, "latin", (240, 220, 90), "mm")
    card.text(
        20,
        5,
        pick(rng, "DRIVING LICENCE", "FÜHRERSCHEIN", "PERMIS DE CONDUIRE", "PATENTE DI GUIDA"),
        9,
        "hei_heavy",
        _PINK,
    )
    card.text(20, 10, person.country_english, 6.5, "latin", _PINK)
    card.photo((5, 15, 27, 44), number)
    value = partial(Value, role="latin")
    rows = (
        ("1.", value(person.surname, "person_name", person.name)),
        ("2.", value(person.given)),
        ("3.", value(f"{person.birth_date:%d.%m.%Y}  PLACEHOLDER")),
        ("4a.", value(f"{person.issued:%d.%m.%Y}")),
        ("4b.", value(f"{person.expires:%d.%m.%Y}", "valid_to", person.expires.isoformat())),
        ("4c.", value("EXAMPLE LICENSING AUTHORITY")),
        ("5.", value(person.licence_no, "foreign_license_no")),
        ("9.", value(pick(rng, "B", "AM/B", "A/B", "B/BE"), "license_class")),
    )
    for index, (label, cell) in enumerate(rows):
        y = 16 + index * 4.6
        card.text(30, y, label, 6, "latin", _PINK)
        card.value((36, y - 2.3, 83, y + 2.3), replace(cell, pt=7.4))
    card.page.note("country", person.country)
    card.page.signature(card.x(8), card.y(49), person.given.title(), 9 * card.scale)


def _lettered_card(card: Card, person: Foreigner, number: str) -> None:
    """The other family: the state's name across the head, short capitals before each field."""
    rng = card.page.rng
    card.stock(((214, 230, 244), (242, 234, 220)), pick(rng, "waves", "net"))
    card.page.box(card.box((0, 0, 85.6, 9)), 0, fill=_BLUE, radius=2)
    card.text(5, 4.6, person.country_english, 10, "hei_heavy", (250, 250, 250))
    card.text(
        81,
        4.6,
        pick(rng, "DRIVER LICENSE", "DRIVER LICENCE", "DRIVER'S LICENSE"),
        8,
        "hei_heavy",
        (250, 250, 250),
        "rm",
    )
    card.photo((4, 13, 27, 43), number)
    value = partial(Value, role="latin")
    form = "%m/%d/%Y"
    card.entries(
        [
            (30, 14, "DL", 37, 62, value(person.licence_no, "foreign_license_no")),
            (
                30,
                20,
                "EXP",
                37,
                56,
                value(f"{person.expires:{form}}", "valid_to", person.expires.isoformat()),
            ),
            (30, 26, "LN", 37, 82, value(person.surname, "person_name", person.name)),
            (30, 31, "FN", 37, 82, value(person.given)),
            (30, 36, "", 30, 82, value(f"{int(rng.integers(10, 999))} PLACEHOLDER ST, SAMPLETOWN")),
            (30, 42, "DOB", 38, 58, value(f"{person.birth_date:{form}}")),
            (60, 42, "SEX", 67, 74, value(person.sex)),
            (62, 14, "CLASS", 72, 80, value(pick(rng, "C", "D", "G"), "license_class")),
            (60, 47.5, "ISS", 67, 84, value(f"{person.issued:{form}}")),
            (30, 47.5, "HGT", 38, 50, value("5'-07\"")),
        ],
        5.6,
        7.4,
        "latin",
        _RED,
        4.8,
    )
    card.page.note("country", person.country)


def _card_back(card: Card) -> None:
    rng = card.page.rng
    card.stock(((228, 230, 240), (240, 232, 228)), "net")
    columns = ("A", "A1", "B", "BE", "C", "D")
    for index, name in enumerate(("9.", "10.", "11.", "12.")):
        card.text(10 + index * 17, 6, name, 5.6, "latin", BLACK, "mm")
    for index, name in enumerate(columns):
        y = 11 + index * 5
        card.rule(4, y - 2.5, 60, (150, 150, 160))
        card.text(6, y, name, 6, "latin", BLACK)
        if name in ("B", "AM"):
            card.text(20, y, "12.03.15", 5.6, "latin", BLACK)
    if rng.random() < 0.6:
        card.bars(6, 44, 60, 6)
    else:
        card.square_code(64, 12, 16)


def foreign_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A foreign licence, one side or both, of either family."""
    person, number = foreigner(identity.owner), identity.owner.id_number
    face = _numbered_card if rng.random() < 0.5 else _lettered_card
    sides: list[Side] = [partial(face, person=person, number=number)]
    if rng.random() < 0.7:
        sides.append(_card_back)
    return copied("M-DR-05", identity, dpi, rng, sides)


def hong_kong_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """港澳驾照: a bilingual card, with a photograph or without, its classes in a table behind."""
    owner, person = identity.owner, foreigner(identity.owner)
    region = pick(rng, "香港", "澳门")
    english = "HONG KONG" if region == "香港" else "MACAO"
    number = f"{pick(rng, 'A', 'G', 'K', 'P')}{digits(rng, 6)}({digits(rng, 1)})"
    until = person.expires
    portrait = bool(rng.random() < 0.4)

    def front(card: Card) -> None:
        card.stock(((224, 240, 228), (242, 240, 226)), "net", 2)
        card.text(6, 6, f"{region}特别行政区政府", 6.4, "serif", _GREEN)
        card.text(80, 6, f"{english} DRIVING LICENCE", 6.4, "serif", _GREEN, "rm")
        card.centred(12, "駕　駛　執　照" if rng.random() < 0.5 else "驾　驶　执　照", 11, "serif", _GREEN)
        right = 56 if portrait else 80
        value = partial(Value, role="serif")
        card.entries(
            [
                (
                    6,
                    19,
                    "姓名\nName",
                    24,
                    right,
                    value(f"{spelt(owner.name)} {owner.name}", "person_name", owner.name),
                ),
                (6, 26, "执照号码\nLicence No.", 24, right, value(number, "foreign_license_no")),
                (
                    6,
                    33,
                    "有效期至\nValid to",
                    24,
                    right,
                    value(f"{until:%d-%m-%Y}", "valid_to", until.isoformat()),
                ),
                (6, 40, "签发日期\nDate of issue", 24, right, value(f"{person.issued:%d-%m-%Y}")),
                (
                    6,
                    47,
                    "驾驶车辆种类\nClass",
                    26,
                    right,
                    value(pick(rng, "1, 2", "1", "B"), "license_class"),
                ),
            ],
            6,
            7.6,
            "serif",
            _GREEN,
        )
        card.page.note("country", f"中国{region}")
        if portrait:
            card.photo((60, 17, 80, 43), owner.id_number)

    def back(card: Card) -> None:
        card.stock(((242, 240, 226), (224, 240, 228)), "net", 2)
        rows: list[Row] = [
            (6, [(14, "种类\nClass"), (38, "车辆类别 Description"), (24, "首次签发 First issued")]),
            (6, [(14, "1"), (38, "私家车 Private car"), (24, f"{person.issued:%d-%m-%Y}")]),
            (6, [(14, "2"), (38, "轻型货车 Light goods vehicle"), (24, f"{person.issued:%d-%m-%Y}")]),
            (6, [(14, "3"), (38, "电单车 Motor cycle"), (24, "---")]),
        ]
        card.grid(4, 8, rows, 5.6)
        card.text(6, 40, "运输示例署署长　Commissioner for Examples", 5.6, "serif", _GREEN)
        card.bars(6, 45, 40, 5)

    return copied(
        "M-DR-05",
        identity,
        dpi,
        rng,
        [front, back],
        style=Style(label="serif"),
        ways=("stacked", "loose", "beside"),
        enlarge=(1.0, 1.6),
    )


def _translated(person: Foreigner, licence_class: str) -> list[tuple[str, Value]]:
    return [
        ("姓　　名", Value(person.name, "person_name")),
        ("性　　别", Value(person.gender)),
        ("出生日期", dated(person.birth_date, None)),
        ("签发国家/地区", Value(person.country, "country")),
        ("驾驶证号码", Value(person.licence_no, "foreign_license_no")),
        ("准驾车型", Value(licence_class, "license_class")),
        ("签发日期", dated(person.issued, None)),
        ("有效期至", dated(person.expires, "valid_to")),
        ("签发机关", Value("示例驾驶证管理局")),
    ]


def licence_translation(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """中文翻译件 as a table, the bureau's declaration and seal below."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-DR-05"]
    bureau, top = _bureau(rng), float(rng.uniform(28, 60))
    title = pick(rng, "机动车驾驶证翻译件", "境外机动车驾驶证中文翻译件", "驾驶执照译文", "驾驶证中文译本")
    page.title(top, title, 20, spacing=2)
    page.text(188, top + 12, f"译文编号：{digits(rng, 8)}", 10, anchor="rm")
    entries = _translated(foreigner(identity.owner), pick(rng, "B（小型汽车）", "C（小型汽车）", "小型汽车"))
    if rng.random() < 0.5:
        entries.insert(0, entries.pop(4))
    high = float(rng.uniform(10, 13))
    rows: list[Row] = [(high, [(50, label), (116, value)]) for label, value in entries]
    bottom = page.grid(22, top + 18, rows)
    page.flow(22, bottom + 10, 166, "　　兹证明以上译文与所附驾驶证原件内容一致，翻译准确无误。", 11.5)
    translator = identity.deal.clerk
    page.text(110, bottom + 26, "译员：", 11.5)
    page.field(124, bottom + 26, Value(translator, "translator", pt=11.5))
    page.text(110, bottom + 36, f"翻译机构：{bureau}", 11)
    page.text(110, bottom + 46, chinese_date(identity.day), 11)
    stamps.press_round(page, 150, bottom + 36, bureau, "翻译专用章", 38)
    return page


def licence_translation_bilingual(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The translation as a text that follows the original's order, original wording beside the Chinese, a licence's
    copy above it or none."""
    page = Page(*A4, dpi, rng, replace(draw_style(rng), label="kai", title="hei_heavy"))
    page.truth.materials = ["M-DR-05"]
    person, number = foreigner(identity.owner), identity.owner.id_number
    y = float(rng.uniform(18, 34))
    page.title(
        y, pick(rng, "【译文】驾驶执照", "翻译件：驾驶证", "驾驶执照（中文翻译）"), 18, role="hei_heavy"
    )
    y += 14
    if rng.random() < 0.5:
        face = _numbered_card if rng.random() < 0.5 else _lettered_card
        face(Card(page, 105 - 43, y, 1.0, (85.6, 54.0)), person, number)
        y += 62
    original = (
        "Name",
        "Sex",
        "Date of birth",
        "Country of issue",
        "Licence No.",
        "Class",
        "Date of issue",
        "Date of expiry",
        "Authority",
    )
    for english, (label, value) in zip(original, _translated(person, "B 类：小型汽车"), strict=True):
        page.text(30, y, label.replace("　", "") + f"（{english}）：", 11)
        page.value((106, y - 4, 185, y + 4), replace(value, pt=12))
        y += 10
    y = page.flow(30, y + 6, 150, "翻译声明：本译文由具备资质的翻译机构出具，与原文核对无误。", 11) + 8
    bureau = _bureau(rng)
    page.text(180, y, bureau, 12, anchor="rm")
    page.text(180, y + 9, f"翻译人员：{identity.deal.clerk}　证书号：{digits(rng, 8)}", 11, anchor="rm")
    page.note("translator", identity.deal.clerk)
    page.text(
        180, y + 18, f"{identity.day.year}年{identity.day.month}月{identity.day.day}日", 11, anchor="rm"
    )
    stamps.press_round(page, 150, y + 6, bureau, "", 38)
    return page


def foreign_licence_paper(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A folded paper licence opened flat: photograph fixed on under a seal, typed values on ruled lines, classes in
    a table at the right."""
    person, number = foreigner(identity.owner), identity.owner.id_number
    style = Style(
        label="serif", value="typed", line_ink=_GREEN, label_ink=_GREEN, dots=bool(rng.random() < 0.3)
    )

    def opened(card: Card) -> None:
        card.stock(((232, 238, 220), (244, 240, 224)), pick(rng, "none", "net"), 0.5)
        card.page.line(card.x(75), card.top, card.x(75), card.y(105), 0.3, (186, 190, 170))
        card.text(38, 8, person.country_english, 10, "song_heavy", None, "mm", 0.6)
        card.text(
            38,
            15,
            pick(rng, "DRIVING LICENCE", "DRIVER LICENCE", "LICENCE TO DRIVE"),
            11,
            "song_heavy",
            None,
            "mm",
        )
        card.photo((6, 22, 32, 58), number, True)
        rows = (
            ("Licence No.", Value(person.licence_no, "foreign_license_no")),
            ("Name of holder", Value(f"{person.given} {person.surname}", "person_name", person.name)),
            ("Date of birth", Value(english_date(person.birth_date))),
            ("Issued on", Value(english_date(person.issued))),
            ("Valid until", Value(english_date(person.expires), "valid_to", person.expires.isoformat())),
        )
        for index, (label, value) in enumerate(rows):
            y = 25 + index * 8.4
            card.text(35, y, label, 5.6)
            card.value((35, y + 1.4, 73, y + 6.6), replace(value, pt=8))
            card.rule(35, y + 6.6, 73)
        card.text(6, 74, "Address", 5.6)
        card.text(6, 79, "12 PLACEHOLDER ROAD, SAMPLETOWN", 8, "typed", BLACK)
        card.text(6, 90, "Licensing officer, Department of Examples", 5.6)
        stamps.press_round(card.page, card.x(24), card.y(62), "EXAMPLE LICENSING", "", 20 * card.scale)
        classes: list[Row] = [(8, [(18, "Class"), (30, "Description"), (22, "Valid from")])]
        held = pick(rng, "B", "C", "D")
        for name, text in (
            ("A", "Motor cycle"),
            (held, "Motor car"),
            ("E", "Trailer"),
            ("H", "Goods vehicle"),
        ):
            since = Value(f"{person.issued:%d/%m/%Y}", pt=7.5) if name == held else None
            shown = Value(name, "license_class" if name == held else None, pt=9, align="center")
            classes.append((9, [(18, shown), (30, text), (22, since)]))
        bottom = card.grid(78, 12, classes, 7)
        card.text(78, bottom + 10, "Endorsements / Restrictions", 6.4)
        card.text(78, bottom + 17, "NIL", 8, "typed", BLACK)
        card.text(146, 98, f"Serial {digits(rng, 7)}", 7, "latin", _RED, "rm")
        card.page.note("country", person.country)

    return copied(
        "M-DR-05",
        identity,
        dpi,
        rng,
        [opened],
        size=(150.0, 105.0),
        style=style,
        ways=("stacked", "loose", "beside", "tight"),
        enlarge=(0.85, 1.4),
    )


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-05": (
        foreign_licence,
        hong_kong_licence,
        licence_translation,
        licence_translation_bilingual,
        foreign_licence_paper,
    ),
}
