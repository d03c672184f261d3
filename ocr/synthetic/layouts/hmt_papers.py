"""Papers of people from Hong Kong, Macao and Taiwan: 通行证 and 居住证.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity, citizen_check_digit
from ocr.synthetic.layouts.abroad import check_digit, later, spelt
from ocr.synthetic.layouts.card_stock import Card, Side, copied, pick
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import Layout, Page, Value, dated
from ocr.synthetic.style import BLACK, Ink

_BLUE: Ink = (46, 84, 132)

_TEAL: Ink = (40, 104, 100)

_MAROON: Ink = (120, 40, 52)

_PASSPORT = (125.0, 88.0)


def _travel_number(identity: Identity, region: str) -> str:
    """The permit's number; the same on every paper of one owner. H, M and eight digits, or eight digits."""
    own = digits(np.random.default_rng(int(identity.owner.id_number[:17])), 8)
    return {"香港": "H", "澳门": "M", "台湾": ""}[region] + own


def _region(identity: Identity) -> str:
    return ("香港", "澳门", "台湾")[int(identity.owner.id_number[14:17]) % 3]


def _permit_title(region: str) -> tuple[str, str]:
    if region == "台湾":
        return "台湾居民来往大陆通行证", "Mainland Travel Permit for Taiwan Residents"
    return "港澳居民来往内地通行证", "Mainland Travel Permit for Hong Kong and Macao Residents"


def travel_permit(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """回乡证, 台胞证 as cards: photograph at the left, three machine lines behind."""
    owner, region = identity.owner, _region(identity)
    title, english = _permit_title(region)
    number, until = _travel_number(identity, region), later(owner.id_valid_from, 10)
    value = partial(Value, role="hei")
    period = f"{owner.id_valid_from:%Y.%m.%d}-{until:%Y.%m.%d}"
    birth, expiry = f"{owner.birth_date:%y%m%d}", f"{until:%y%m%d}"

    def front(card: Card) -> None:
        card.stock(((214, 228, 240), (236, 226, 234)), pick(rng, "waves", "rosette"))
        card.emblem(8, 7, 5)
        card.text(50, 5, title, 8.5, "hei_heavy", _BLUE, "mm", 0.3)
        card.text(50, 9.4, english, 4.2, "latin", _BLUE, "mm")
        card.photo((5, 14, 27, 43), owner.id_number)
        card.entries(
            [
                (30, 16, "姓名", 42, 82, value(owner.name, "person_name")),
                (30, 27, "出生日期", 42, 62, dated(owner.birth_date, "birth_date", "dots", role="hei")),
                (63, 27, "性别", 71, 80, value(owner.gender)),
                (30, 33, "有效期限", 42, 82, value(period, "id_valid_to", until.isoformat())),
                (30, 39, "签发机关", 42, 82, value("示例出入境管理局")),
                (30, 47, "证件号码", 44, 82, Value(number, "hmt_permit_no", role="digits")),
            ],
            5.8,
            7.6,
            "hei",
            _BLUE,
        )
        card.text(42, 21.2, spelt(owner.name), 7, "latin", BLACK)
        card.text(6, 48, "换证次数 01", 5, "hei", _BLUE)

    def back(card: Card) -> None:
        card.stock(((236, 226, 234), (214, 228, 240)), "net")
        card.text(6, 8, "持证人证件信息", 6, "hei", _BLUE)
        card.text(6, 14, f"{region}身份证件号码　{digits(rng, 8)}", 6.4, "hei", BLACK)
        for index, line in enumerate(
            (
                f"CR<<{number}".ljust(30, "<"),
                f"{birth}{check_digit(birth)}<{expiry}{check_digit(expiry)}".ljust(30, "<"),
                spelt(owner.name, "<<").ljust(30, "<"),
            )
        ):
            card.text(5, 35 + index * 6, line[:30], 9.4, "digits", BLACK, spacing=0.5)

    sides: list[Side] = [front, back] if rng.random() < 0.75 else [front]
    return copied("M-ID-05", identity, dpi, rng, sides)


def hmt_residence_permit(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """港澳居民居住证, 台湾居民居住证: like an identity card, its number of 18 signs beginning with 81, 82 or 83."""
    owner, region = identity.owner, _region(identity)
    prefix = {"香港": "810000", "澳门": "820000", "台湾": "830000"}[region]
    head = prefix + owner.id_number[6:17]
    number = head + citizen_check_digit(head)
    until = later(owner.id_valid_from, 5)
    title = "台湾居民居住证" if region == "台湾" else "港澳居民居住证"
    birth = owner.birth_date

    def front(card: Card) -> None:
        card.stock(((220, 234, 232), (238, 232, 222)), pick(rng, "waves", "rosette"))
        value = partial(Value, role="hei")
        card.entries(
            [
                (6, 9, "姓　名", 18, 55, value(owner.name, "person_name")),
                (6, 16, "性　别", 18, 30, value(owner.gender)),
                (
                    6,
                    23,
                    "出　生",
                    18,
                    56,
                    value(
                        f"{birth.year} 年 {birth.month} 月 {birth.day} 日", "birth_date", birth.isoformat()
                    ),
                ),
            ],
            6.6,
            8.2,
            "hei",
            _TEAL,
        )
        card.text(6, 30.5, "住　址", 6.6, "hei", _TEAL)
        card.broken(18, 30.5, 57, value(owner.address, pt=7.8), 12)
        card.text(6, 47.5, "公民身份号码", 6.4, "hei", _TEAL)
        card.value((28, 44.5, 84, 50.5), Value(number, "id_number", pt=10.4, role="digits"))
        card.photo((58, 7.5, 81, 40), owner.id_number)

    def back(card: Card) -> None:
        card.stock(((238, 232, 222), (220, 234, 232)), pick(rng, "waves", "rosette"))
        card.emblem(12.5, 12, 7.5)
        card.text(51, 9, "中华人民共和国", 11.5, "song_heavy", BLACK, "mm", 1)
        card.text(51, 20, title, 14.5, "song_heavy", BLACK, "mm", 1.4)
        period = f"{owner.id_valid_from:%Y.%m.%d}-{until:%Y.%m.%d}"
        permit = Value(_travel_number(identity, region), "hmt_permit_no", role="hei")
        card.entries(
            [
                (14, 33, "签发机关", 32, 82, Value(owner.id_issuer, role="hei")),
                (14, 39, "有效期限", 32, 82, Value(period, "id_valid_to", until.isoformat(), role="hei")),
                (14, 45, "通行证号码", 32, 64, permit),
                (64, 45, "签发次数", 77, 84, Value("01", role="hei")),
            ],
            6.2,
            7.4,
            "hei_heavy",
            BLACK,
        )

    return copied("M-ID-05", identity, dpi, rng, [front, back])


def travel_permit_book(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The older permit as a booklet: a data page like a passport's, number in red, machine lines at the foot."""
    owner, region = identity.owner, _region(identity)
    title, english = _permit_title(region)
    number, until = _travel_number(identity, region), later(owner.id_valid_from, 5)
    value = partial(Value, role="song")

    def data_page(card: Card) -> None:
        card.stock(((234, 238, 224), (226, 236, 240)), "net", 2)
        card.centred(8, title, 12, "song_heavy", _MAROON, 1)
        card.centred(13.5, english.upper(), 5, "serif", _MAROON)
        card.photo((8, 20, 38, 60), owner.id_number, True)
        card.text(84, 20, "证件号码 No.", 6.5, "song", _MAROON)
        card.value((101, 17, 123, 23), value(number, "hmt_permit_no", pt=10))
        card.entries(
            [
                (
                    43,
                    29,
                    "姓名\nName",
                    60,
                    118,
                    value(f"{owner.name}　{spelt(owner.name)}", "person_name", owner.name),
                ),
                (
                    43,
                    38,
                    "性别\nSex",
                    60,
                    75,
                    value(f"{owner.gender}/{'M' if owner.gender == '男' else 'F'}"),
                ),
                (80, 38, "出生地\nPlace of birth", 98, 120, value(region)),
                (
                    43,
                    47,
                    "出生日期\nDate of birth",
                    60,
                    90,
                    dated(owner.birth_date, "birth_date", "iso", role="song"),
                ),
                (
                    43,
                    56,
                    "签发日期\nDate of issue",
                    60,
                    80,
                    dated(owner.id_valid_from, None, "iso", role="song"),
                ),
                (
                    83,
                    56,
                    "有效期至\nDate of expiry",
                    100,
                    120,
                    dated(until, "id_valid_to", "iso", role="song"),
                ),
                (43, 64, "签发机关\nAuthority", 60, 118, value("示例出入境管理局")),
            ],
            7,
            9,
            "song",
            _MAROON,
        )
        for index, line in enumerate(
            (f"CT{number}<<" + spelt(owner.name, "<<"), f"{number}{owner.birth_date:%y%m%d}<{until:%y%m%d}<")
        ):
            card.text(6, 75 + index * 6.5, line.ljust(42, "<")[:42], 10, "digits", BLACK, spacing=0.6)

    return copied("M-ID-05", identity, dpi, rng, [data_page], size=_PASSPORT, enlarge=(0.9, 1.45))


def hmt_papers_together(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The earlier laminated permit, photograph at the right, and the holder's residence on the same sheet or not."""
    owner, region = identity.owner, _region(identity)
    title, english = _permit_title(region)
    number, until = _travel_number(identity, region), later(owner.id_valid_from, 10)

    def front(card: Card) -> None:
        card.stock(((240, 228, 214), (226, 238, 228)), "net", 2)
        card.text(6, 6, title, 9.5, "kai", _MAROON, spacing=0.4)
        card.text(6, 10.5, english.upper(), 3.6, "latin", _MAROON)
        card.photo((60, 14, 81, 42), owner.id_number, True)
        card.entries(
            [
                (6, 17, "证号", 20, 58, Value(number, "hmt_permit_no", role="latin")),
                (
                    6,
                    24,
                    "姓名",
                    20,
                    58,
                    Value(f"{owner.name} {spelt(owner.name)}", "person_name", owner.name, role="song"),
                ),
                (6, 31, "性别", 20, 28, Value(owner.gender, role="song")),
                (29, 31, "出生", 37, 58, dated(owner.birth_date, "birth_date", "iso", role="song")),
                (6, 38, "有效期至", 20, 58, dated(until, "id_valid_to", "chinese", role="song")),
                (6, 46, "发证机关", 20, 58, Value("示例省公安厅", role="song")),
            ],
            6.4,
            7.6,
            "song",
            _MAROON,
        )
        stamps.press_round(card.page, card.x(58), card.y(43), "示例省公安厅", "", 16 * card.scale)

    def notes(card: Card) -> None:
        card.stock(((226, 238, 228), (240, 228, 214)), "waves", 2)
        card.centred(8, "持 证 人 须 知", 8, "kai", _MAROON)
        for index, line in enumerate(
            (
                "一、此证可多次使用，出入境时应交验。",
                "二、持证人应妥善保管，不得转让、涂改。",
                "三、遗失此证，应向公安机关报失。",
            )
        ):
            card.text(8, 17 + index * 6, line, 6.4, "song", BLACK)
        card.bars(8, 40, 44, 7)
        card.text(8, 50, f"{number}{digits(rng, 3)}", 5.6, "digits", BLACK)

    sides: list[Side] = [front, notes] if rng.random() < 0.7 else [front]
    return copied(
        "M-ID-05", identity, dpi, rng, sides, ways=("beside", "loose", "stacked", "tight"), enlarge=(1.0, 1.6)
    )


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-05": (
        travel_permit,
        hmt_residence_permit,
        travel_permit_book,
        hmt_papers_together,
    ),
}
