"""Papers of foreigners: 护照, 外国人居留许可, 永久居留身份证, 住宿登记表.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity, citizen_check_digit
from ocr.synthetic.layouts.abroad import Foreigner, english_date, foreigner, later, passport_lines
from ocr.synthetic.layouts.card_stock import Card, Side, copied, pick
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_BLUE: Ink = (46, 84, 132)

_TEAL: Ink = (40, 104, 100)

_MAROON: Ink = (120, 40, 52)

_PASSPORT = (125.0, 88.0)

_PASSPORT_LOOKS: tuple[tuple[tuple[Ink, Ink], Ink], ...] = (
    (((232, 226, 238), (222, 236, 238)), _BLUE),
    (((240, 230, 222), (236, 238, 224)), _MAROON),
    (((222, 236, 228), (238, 236, 222)), _TEAL),
)


def _passport_page(
    card: Card, person: Foreigner, owner_number: str, tints: tuple[Ink, Ink], ink: Ink
) -> None:
    """A data page with bilingual labels and the numbers at the places that ICAO gives them."""
    rng = card.page.rng
    card.stock(tints, pick(rng, "rosette", "waves", "net"), 2)
    card.text(8, 7, pick(rng, "PASSPORT", "PASSPORT / 护照", "PASSPORT  PASSEPORT"), 10, "hei_heavy", ink)
    card.text(118, 7, person.country_english, 9, "serif", ink, "rm")
    card.photo((7, 18, 37, 58), owner_number)
    value = partial(Value, role="latin")
    card.text(41, 13.5, "Type", 4.6, "latin", ink)
    card.text(41, 18, "P", 8.5, "latin", BLACK)
    card.text(56, 13.5, "Country code", 4.6, "latin", ink)
    card.text(56, 18, person.code, 8.5, "latin", BLACK)
    card.text(84, 13.5, pick(rng, "Passport No.", "护照号 / Passport No."), 4.6, "latin", ink)
    card.value((84, 15.2, 122, 20.8), value(person.passport_no, "passport_no", pt=10))
    edges = []
    for y, label, text in (
        (24, "Surname / Nom", person.surname),
        (33, "Given names / Prénoms", person.given),
    ):
        card.text(41, y, label, 4.6, "latin", ink)
        edges.append(card.text(41, y + 4.3, text, 8.5, "latin", BLACK))
    card.page.note("person_name", person.name, edges)
    rows = (
        (41, 42, "Nationality", value(person.nationality_english, "nationality", person.country)),
        (88, 42, "Sex", value(person.sex)),
        (41, 51, "Date of birth", value(english_date(person.birth_date))),
        (88, 51, "Place of birth", value("PLACEHOLDER")),
        (41, 60, "Date of issue", value(english_date(person.issued))),
        (
            88,
            60,
            "Date of expiry",
            value(english_date(person.expires), "id_valid_to", person.expires.isoformat()),
        ),
    )
    for x, y, label, cell in rows:
        card.text(x, y, label, 4.6, "latin", ink)
        card.value((x, y + 1.6, x + 36, y + 7), replace(cell, pt=8.5))
    for index, line in enumerate(passport_lines(person)):
        card.text(
            6,
            74.5 + index * 6.8,
            line,
            9.6,
            "digits",
            BLACK,
            spacing=(111 - card.page.measure(line, "digits", 9.6)) / 43,
        )


def _residence_sticker(card: Card, person: Foreigner, owner_number: str) -> None:
    """外国人居留许可 as it is stuck onto a passport's page."""
    rng = card.page.rng
    card.stock(((226, 238, 234), (240, 232, 224)), pick(rng, "waves", "net"), 0.5)
    card.text(60, 6, "中华人民共和国外国人居留许可", 10, "song_heavy", _TEAL, "mm", 0.5)
    card.text(
        60,
        10.8,
        "RESIDENCE PERMIT FOR FOREIGNER IN THE PEOPLE'S REPUBLIC OF CHINA",
        4.4,
        "latin",
        _TEAL,
        "mm",
    )
    number = digits(rng, 8)
    value = partial(Value, role="latin")
    until = later(person.issued, 1) if rng.random() < 0.5 else later(person.issued, 2)
    card.photo((98, 16, 120, 45), owner_number)
    card.entries(
        [
            (6, 18, "姓名\nName", 24, 94, value(person.name, "person_name")),
            (6, 26, "性别\nSex", 24, 34, value(f"{person.gender}/{person.sex}", role="hei")),
            (38, 26, "出生日期\nDate of birth", 56, 94, value(f"{person.birth_date:%Y-%m-%d}")),
            (6, 34, "护照号码\nPassport No.", 24, 52, value(person.passport_no, "passport_no")),
            (54, 34, "国籍\nNationality", 70, 94, value(person.country, "nationality", role="hei")),
            (
                6,
                42,
                "居留事由\nPurpose",
                24,
                46,
                value(pick(rng, "工作", "学习", "团聚", "私人事务"), role="hei"),
            ),
            (
                50,
                42,
                "有效期至\nValid until",
                66,
                94,
                value(f"{until:%Y-%m-%d}", "id_valid_to", until.isoformat()),
            ),
            (6, 50, "签发机关\nIssued by", 24, 60, value("示例市公安局", role="hei")),
            (64, 50, "签发日期\nIssued on", 80, 100, value(f"{person.issued:%Y-%m-%d}")),
        ],
        6.4,
        7.6,
        "song",
        _TEAL,
    )
    card.text(119, 7, number, 9, "digits", (190, 44, 50), "rm")
    card.page.note("visa_no", number)
    for index, line in enumerate(passport_lines(person, "VR")):
        card.text(6, 62 + index * 6.5, line, 9.4, "digits", BLACK, spacing=0.35)


def passport(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """护照资料页, alone or with the residence permit's page below."""
    owner, person = identity.owner, foreigner(identity.owner)
    tints, ink = _PASSPORT_LOOKS[int(rng.integers(3))]
    sides: list[Side] = [
        partial(_passport_page, person=person, owner_number=owner.id_number, tints=tints, ink=ink)
    ]
    if rng.random() < 0.45:
        sides.append(partial(_residence_sticker, person=person, owner_number=owner.id_number))
        if rng.random() < 0.3:
            sides = sides[1:]
    return copied("M-ID-06", identity, dpi, rng, sides, size=_PASSPORT, enlarge=(0.9, 1.4))


def _permanent_number(identity: Identity, person: Foreigner) -> str:
    head = "9" + "310" + digits(np.random.default_rng(len(person.name)), 2) + identity.owner.id_number[6:17]
    return head + citizen_check_digit(head)


def permanent_residence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """外国人永久居留身份证, both sides."""
    owner, person = identity.owner, foreigner(identity.owner)
    number = (
        "".join([person.code, digits(rng, 12)]) if rng.random() < 0.4 else _permanent_number(identity, person)
    )

    def front(card: Card) -> None:
        card.stock(((220, 230, 242), (238, 232, 222)), "rosette")
        card.emblem(8, 7, 4.8)
        card.text(49, 5, "中华人民共和国外国人永久居留身份证", 7.4, "hei_heavy", _BLUE, "mm")
        card.text(49, 9, "FOREIGN PERMANENT RESIDENT ID CARD", 4.4, "latin", _BLUE, "mm")
        card.photo((60, 13, 81, 41), owner.id_number)
        value = partial(Value, role="latin")
        period = f"{person.issued:%Y.%m.%d}-{person.expires:%Y.%m.%d}"
        card.entries(
            [
                (5, 15.5, "姓名\nName", 20, 59, value(person.name, "person_name")),
                (
                    5,
                    22,
                    "性别/出生日期\nSex/Date of Birth",
                    24,
                    59,
                    value(f"{person.gender}/{person.sex} {person.birth_date:%Y.%m.%d}", role="hei"),
                ),
                (
                    5,
                    28.5,
                    "国籍\nNationality",
                    20,
                    59,
                    value(f"{person.country}/{person.code}", "nationality", person.country, role="hei"),
                ),
                (
                    5,
                    35,
                    "有效期限\nPeriod of Validity",
                    24,
                    59,
                    value(period, "id_valid_to", person.expires.isoformat()),
                ),
                (5, 41.5, "签发机关\nIssuing Authority", 24, 59, value("国家示例管理局", role="hei")),
                (5, 49, "证件号码\nID No.", 20, 80, value(number, role="digits")),
            ],
            5.6,
            7.4,
            "hei",
            _BLUE,
        )
        card.page.note("passport_no", number)

    def back(card: Card) -> None:
        card.stock(((238, 232, 222), (220, 230, 242)), "waves")
        card.page.box(card.box((0, 6, 85.6, 15)), 0, fill=(64, 60, 62))
        card.text(6, 22, "持证人可持本证办理在华有关事务。", 6, "hei", BLACK)
        for index, line in enumerate(
            (
                f"I<CHN{number[:9]}<<",
                f"{person.birth_date:%y%m%d}{person.sex}{person.expires:%y%m%d}{person.code}",
                f"{person.surname}<<{person.given.replace(' ', '<')}",
            )
        ):
            card.text(5, 36 + index * 6, line.ljust(30, "<")[:30], 9.4, "digits", BLACK, spacing=0.5)

    sides: list[Side] = [front, back] if rng.random() < 0.7 else [front]
    return copied("M-ID-06", identity, dpi, rng, sides)


def accommodation_registration(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """境外人员住宿登记表 as a police station prints it."""
    person = foreigner(identity.owner)
    page = Page(*A4, dpi, rng, draw_style(rng, 0.1))
    page.truth.materials = ["M-ID-06"]
    top = float(rng.uniform(26, 56))
    title = pick(rng, "境外人员临时住宿登记单", "境外人员住宿登记表", "临时住宿登记表")
    page.title(top, title, 19, spacing=1.5)
    page.title(top + 8, "REGISTRATION FORM OF TEMPORARY RESIDENCE FOR VISITORS", 9, role="latin")
    until = later(person.issued, 1)
    rows: list[Row] = [
        (13, [(34, "英文姓名\nName"), (136, Value(person.name, "person_name"))]),
        (
            13,
            [
                (34, "国籍(地区)\nNationality"),
                (51, Value(person.country, "nationality")),
                (34, "性别\nSex"),
                (51, Value(person.gender)),
            ],
        ),
        (
            13,
            [
                (34, "出生日期\nDate of birth"),
                (51, dated(person.birth_date, None, "iso")),
                (34, "证件种类\nType of ID"),
                (51, Value("普通护照")),
            ],
        ),
        (
            13,
            [
                (34, "证件号码\nPassport No."),
                (51, Value(person.passport_no, "passport_no")),
                (34, "签证种类\nType of visa"),
                (51, Value("居留许可")),
            ],
        ),
        (
            13,
            [
                (34, "签证号码\nVisa No."),
                (51, Value(digits(rng, 8), "visa_no")),
                (34, "停留有效期至\nValid until"),
                (51, dated(until, "id_valid_to", "iso")),
            ],
        ),
        (13, [(34, "住宿地址\nAddress"), (136, Value(identity.owner.address))]),
        (
            13,
            [
                (34, "入住日期\nCheck-in"),
                (51, dated(person.issued, None, "iso")),
                (34, "拟离开日期\nCheck-out"),
                (51, dated(until, None, "iso")),
            ],
        ),
    ]
    bottom = page.grid(20, top + 16, rows)
    page.text(112, bottom + 14, "登记单位（盖章）", 11)
    page.text(112, bottom + 24, chinese_date(identity.day), 11)
    stamps.press_round(
        page, 140, bottom + 18, f"{identity.owner.id_issuer[:6]}演示派出所", "境外人员登记专用章", 38
    )
    return page


def permanent_residence_enlarged(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The permanent resident's card of the later edition: large name, photograph at the left, star behind the
    title."""
    owner, person = identity.owner, foreigner(identity.owner)
    number = _permanent_number(identity, person)
    name = person.name if rng.random() < 0.6 else f"{person.surname}, {person.given}"

    def front(card: Card) -> None:
        card.stock(((240, 226, 222), (224, 236, 240)), "waves")
        card.text(30, 5.5, "外国人永久居留身份证", 9.5, "song_heavy", _MAROON, spacing=0.6)
        card.text(30, 10, "Foreign Permanent Resident ID Card", 5, "serif", _MAROON)
        card.emblem(16, 8, 5, "wreath")
        card.photo((5, 15, 26, 43), owner.id_number)
        card.value((30, 14, 82, 20.5), Value(name, "person_name", pt=9.5, role="serif"))
        value = partial(Value, role="serif")
        card.entries(
            [
                (30, 25, "性别 Sex", 44, 52, value(person.gender)),
                (54, 25, "国籍 Nationality", 71, 84, value(person.country, "nationality")),
                (30, 31.5, "出生日期 Date of Birth", 54, 82, value(f"{person.birth_date:%Y.%m.%d}")),
                (
                    30,
                    38,
                    "有效期至 Date of Expiry",
                    54,
                    82,
                    value(f"{person.expires:%Y.%m.%d}", "id_valid_to", person.expires.isoformat()),
                ),
                (6, 48, "证件号码", 22, 80, value(number, "passport_no", pt=9, role="digits")),
            ],
            5.2,
            7.4,
            "song",
            _MAROON,
        )

    def back(card: Card) -> None:
        card.stock(((224, 236, 240), (240, 226, 222)), "net")
        card.text(8, 9, "签发机关 Issuing Authority", 5.4, "song", _MAROON)
        card.text(8, 14, "国家示例管理局", 7.6, "song", BLACK)
        card.text(8, 22, "签发日期 Date of Issue", 5.4, "song", _MAROON)
        card.text(8, 27, f"{person.issued:%Y.%m.%d}", 7.6, "serif", BLACK)
        card.square_code(62, 10, 18)
        card.bars(8, 42, 50, 6)

    return copied(
        "M-ID-06", identity, dpi, rng, [front, back], ways=("loose", "beside", "tight"), enlarge=(1.0, 1.7)
    )


def passport_with_visa(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A passport opened flat, the signature page above the data page, photograph at the right, labels numbered."""
    owner, person = identity.owner, foreigner(identity.owner)

    def upper(card: Card) -> None:
        card.stock(((238, 240, 244), (230, 234, 242)), "waves", 2)
        card.emblem(62, 26, 13, "globe")
        card.centred(46, person.country_english, 11, "serif", _BLUE, 1)
        card.text(20, 70, "Signature of bearer / Signature du titulaire", 5.6, "serif", _BLUE)
        card.rule(20, 66, 105)
        card.page.signature(card.x(40), card.y(62), person.given.title(), 15 * card.scale)
        card.text(118, 80, person.passport_no, 11, "digits", BLACK, "rm")

    def lower(card: Card) -> None:
        card.stock(((232, 238, 226), (240, 234, 226)), "rosette", 2)
        card.text(6, 6, f"{person.country_english}  ·  PASSPORT / PASAPORTE / 护照", 7.6, "serif", _BLUE)
        card.photo((88, 12, 119, 53), owner.id_number)
        value = partial(Value, role="serif")
        numbered = (
            ("1. Name", value(f"{person.surname}, {person.given}", "person_name", person.name)),
            ("2. Passport number", value(person.passport_no, "passport_no")),
            ("3. Nationality", value(person.country_english, "nationality", person.country)),
            ("4. Date of birth / Sex", value(f"{person.birth_date:%d.%m.%Y}   {person.sex}")),
            ("5. Date of issue", value(f"{person.issued:%d.%m.%Y}")),
            (
                "6. Date of expiry",
                value(f"{person.expires:%d.%m.%Y}", "id_valid_to", person.expires.isoformat()),
            ),
            ("7. Authority", value("MINISTRY OF EXAMPLES")),
        )
        for index, (label, cell) in enumerate(numbered):
            y = 13.5 + index * 8
            card.text(6, y, label, 4.8, "serif", _BLUE)
            card.value((6, y + 1.4, 84, y + 6.6), replace(cell, pt=8.6))
        for index, line in enumerate(passport_lines(person)):
            card.text(
                5,
                75 + index * 6.6,
                line,
                9.4,
                "digits",
                BLACK,
                spacing=(114 - card.page.measure(line, "digits", 9.4)) / 43,
            )

    if rng.random() < 0.5:
        sides: list[Side] = [upper, lower]
    else:
        sides = (
            [lower, partial(_residence_sticker, person=person, owner_number=owner.id_number)]
            if rng.random() < 0.6
            else [lower]
        )
    return copied(
        "M-ID-06",
        identity,
        dpi,
        rng,
        sides,
        size=_PASSPORT,
        ways=("beside", "stacked", "loose"),
        enlarge=(0.9, 1.5),
        style=Style(label="serif"),
    )


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-06": (
        passport,
        permanent_residence,
        accommodation_registration,
        permanent_residence_enlarged,
        passport_with_visa,
    ),
}
