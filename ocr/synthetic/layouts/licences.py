"""机动车驾驶证, copied in many ways or printed from a telephone.

Knows its wording and the places of its fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.card_stock import Card, Entry, Side, copied, pick, toner
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Layout, Page, Row, Value, dated
from ocr.synthetic.style import BLACK, Ink, Style

_TEAL: Ink = (40, 104, 96)

_GREEN: Ink = (58, 112, 66)

_SIZE = (88.0, 60.0)

_OFFICE = "示例市公安局交通警察支队"


def _period(identity: Identity) -> str:
    licence = identity.licence
    return f"{licence.valid_from:%Y-%m-%d}至{licence.valid_to:%Y-%m-%d}"


def _note_licence_period(page: Page, identity: Identity) -> None:
    page.note("license_valid_from", identity.licence.valid_from.isoformat())
    page.note("license_valid_to", identity.licence.valid_to.isoformat())


def _driver_main(card: Card, identity: Identity, pattern: str) -> None:
    """The main page since 2013: photograph at the lower right, the office's square seal at the lower left."""
    owner, licence = identity.owner, identity.licence
    card.stock(((232, 238, 228), (226, 236, 234)), pattern)
    card.centred(5.5, "中华人民共和国机动车驾驶证", 9.6, "song_heavy", BLACK, 0.5)
    card.centred(9.4, "Driving License of the People's Republic of China", 4.8, "latin", _TEAL)
    value = partial(Value, role="hei")
    card.text(13, 14.5, "证号", 6, "song", _TEAL)
    card.text(13, 17, "License No.", 3.8, "latin", _TEAL)
    card.value((30, 12.6, 80, 18), value(owner.id_number, "id_number", pt=9.4))
    card.entries(
        [
            (4, 22, "姓名\nName", 13, 42, value(owner.name, "person_name")),
            (44, 22, "性别\nSex", 51, 58, value(owner.gender)),
            (60, 22, "国籍\nNationality", 71, 85, value("中国")),
            (4, 28.5, "住址\nAddress", 13, 85, value(owner.address)),
            (
                28,
                36,
                "出生日期\nDate of Birth",
                42,
                64,
                dated(owner.birth_date, "birth_date", "iso", role="hei"),
            ),
            (
                28,
                42.5,
                "初次领证日期\nDate of First Issue",
                45,
                64,
                dated(licence.first_issue_date, "first_issue_date", "iso", role="hei"),
            ),
            (28, 49, "准驾车型\nClass", 42, 62, value(licence.license_class, "license_class")),
            (4, 55.8, "有效期限\nValid Period", 18, 62, value(_period(identity))),
        ],
        5.8,
        7.2,
        "song",
        _TEAL,
        5,
    )
    _note_licence_period(card.page, identity)
    for y in (18.7, 25.2, 32, 52.4):
        card.rule(3, y, 85 if y < 40 else 63, _TEAL)
    card.photo((65, 33.5, 84.5, 57.5), owner.id_number)
    stamps.press_square(card.page, card.x(14.5), card.y(43), _OFFICE, 17 * card.scale)
    card.page.note("issuer", _OFFICE)


def _driver_second(card: Card, identity: Identity, pattern: str, square: bool) -> None:
    owner, licence = identity.owner, identity.licence
    card.stock(((228, 236, 234), (234, 238, 228)), pattern)
    card.centred(5.5, "中华人民共和国机动车驾驶证副页", 8.6, "song_heavy", BLACK, 0.4)
    value = partial(Value, role="hei")
    card.entries(
        [
            (4, 12, "证号", 16, 64, value(owner.id_number, "id_number")),
            (4, 18, "姓名", 16, 38, value(owner.name, "person_name")),
            (40, 18, "档案编号", 53, 85, value(licence.file_no, "file_no")),
        ],
        5.8,
        7.4,
        "song",
        _TEAL,
        5,
    )
    for y in (15, 21):
        card.rule(3, y, 85, _TEAL)
    card.text(4, 25, "记录", 5.8, "song", _TEAL)
    record = f"请于{licence.valid_to:%Y年%m月%d日}前九十日内申请换领新驾驶证。"
    card.value((16, 22.5, 66 if square else 84, 31), Value(record, role="hei", pt=7.2))
    chip = "31" + digits(card.page.rng, 11)
    if square:
        card.square_code(66, 35, 18)
    else:
        card.bars(6, 47, 46, 7)
    card.value(
        (6 if square else 54, 48, 44 if square else 86, 53),
        Value(f"*{chip}*", "license_chip_no", chip, pt=6.6, role="digits"),
    )


def driver_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """机动车驾驶证: main page and second page, copied above or beside each other, or one of them."""
    pattern = pick(rng, "waves", "rosette")
    main = partial(_driver_main, identity=identity, pattern=pattern)
    second = partial(_driver_second, identity=identity, pattern=pattern, square=bool(rng.random() < 0.3))
    sides: Sequence[Side] = [[main, second], [main], [second, main]][int(rng.choice(3, p=[0.65, 0.25, 0.1]))]
    return copied(
        "M-DR-01", identity, dpi, rng, sides, size=_SIZE, ways=("stacked", "stacked", "beside", "loose")
    )


def driver_licence_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """电子驾驶证 printed on A4: the licence's picture in a coloured frame, its state and points below, a square
    code and when it was made."""
    page = Page(*A4, dpi, rng, Style(label="hei", value="hei", title="hei_heavy"))
    page.truth.materials = ["M-DR-01"]
    licence = identity.licence
    wide = float(rng.uniform(110, 170))
    left, top = (210 - wide) / 2, float(rng.uniform(14, 40))
    tint: Ink = ((58, 118, 206), (44, 92, 176), (70, 140, 190))[int(rng.integers(3))]
    page.box((left - 6, top, left + wide + 6, top + 14), 0, fill=tint, radius=3)
    page.title(
        top + 7,
        pick(rng, "电子驾驶证", "机动车驾驶证电子版", "电子驾驶证（打印件）"),
        15,
        ink=(255, 255, 255),
    )
    scale = wide / _SIZE[0]
    card = Card(page, left, top + 20, scale, _SIZE)
    _driver_main(card, identity, "waves")
    y = top + 20 + 60 * scale + 9
    hour, minute, second = (int(rng.integers(8, 18)), *(int(part) for part in rng.integers(0, 60, 2)))
    made = f"{identity.day:%Y-%m-%d} {hour:02d}:{minute:02d}:{second:02d}"
    lines = [
        ("档案编号", Value(licence.file_no, "file_no")),
        ("状　　态", Value("正常")),
        ("累积记分", Value(f"{int(rng.integers(0, 4)) * 3}分")),
        ("发证机关", Value(_OFFICE, "issuer")),
        ("有效期止", dated(licence.valid_to, None, "iso")),
        ("生成时间", Value(made)),
    ]
    if rng.random() < 0.4:
        lines.pop(4)
    for label, value in lines:
        page.text(left, y, label, 11, ink=(110, 112, 118))
        page.field(left + 30, y, replace(value, pt=11.5))
        page.line(left, y + 5, left + wide, y + 5, 0.15, (210, 212, 216))
        y += 10
    side = float(rng.uniform(30, 46))
    if y + side + 14 < 285:
        page.paste(figures.square_code(rng), (105 - side / 2, y + 4, 105 + side / 2, y + 4 + side))
        page.title(y + side + 10, "扫描二维码核验证件信息", 9, ink=(120, 122, 128), role="hei")
    if rng.random() < 0.3:
        toner(page)
    return page


def driver_licence_single(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The licence taken out of its wallet and scanned alone, page by page or both, in the edition with a square
    code."""
    value = partial(Value, role="song")
    owner, licence = identity.owner, identity.licence

    def main(card: Card) -> None:
        card.stock(((238, 240, 230), (224, 236, 228)), "net", 4)
        card.text(44, 5.5, "中华人民共和国机动车驾驶证", 9.2, "hei_heavy", BLACK, "mm")
        card.text(44, 9.3, "Driving License of the People's Republic of China", 4.6, "serif", _GREEN, "mm")
        card.entries(
            [
                (4, 15, "证号 License No.", 26, 84, value(owner.id_number, "id_number")),
                (4, 21.5, "姓名 Name", 18, 44, value(owner.name, "person_name")),
                (46, 21.5, "性别 Sex", 57, 64, value(owner.gender)),
                (65, 21.5, "国籍", 72, 85, value("中国")),
                (4, 28, "住址", 12, 85, value(owner.address)),
                (
                    4,
                    35,
                    "出生日期 Date of Birth",
                    34,
                    62,
                    dated(owner.birth_date, "birth_date", "iso", role="song"),
                ),
                (
                    4,
                    41,
                    "初次领证日期",
                    34,
                    62,
                    dated(licence.first_issue_date, "first_issue_date", "iso", role="song"),
                ),
                (4, 47, "准驾车型 Class", 34, 62, value(licence.license_class, "license_class")),
                (4, 54, "有效期限", 18, 62, value(_period(identity))),
            ],
            5.6,
            7.6,
            "song",
            _GREEN,
            5,
        )
        _note_licence_period(card.page, identity)
        card.photo((65, 33, 84.5, 57.5), owner.id_number)
        stamps.press_square(card.page, card.x(54), card.y(45), _OFFICE, 15 * card.scale)

    second = partial(_driver_second, identity=identity, pattern="net", square=True)
    sides: list[Side] = [main, second] if rng.random() < 0.5 else [main]
    return copied(
        "M-DR-01",
        identity,
        dpi,
        rng,
        sides,
        size=_SIZE,
        ways=("tight", "tight", "loose"),
        enlarge=(0.95, 1.2),
    )


def driver_licence_2004(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The old edition that is taken back: photograph at the left, 有效起始日期 and years, the second page first as
    often as not, perhaps cut through by a 作废 stamp."""
    owner, licence = identity.owner, identity.licence
    years = licence.valid_to.year - licence.valid_from.year
    value = partial(Value, role="kai")

    def main(card: Card) -> None:
        card.stock(((244, 238, 226), (234, 238, 222)), "none", 1.5)
        card.centred(6, "中华人民共和国机动车驾驶证", 10.5, "kai", BLACK, 0.4)
        card.centred(10.4, "DRIVING LICENSE OF THE PEOPLE'S REPUBLIC OF CHINA", 4, "latin", BLACK)
        card.photo((5, 22, 25, 47), owner.id_number, True)
        rows: tuple[Entry, ...] = (
            (5, 16.5, "证　号", 17, 66, value(owner.id_number, "id_number")),
            (29, 23, "姓　名", 41, 62, value(owner.name, "person_name")),
            (64, 23, "性别", 73, 84, value(owner.gender)),
            (29, 29.5, "住　址", 41, 85, value(owner.address)),
            (29, 36, "出生日期", 45, 62, dated(owner.birth_date, "birth_date", "iso", role="kai")),
            (64, 36, "国籍", 73, 84, value("中国")),
            (
                29,
                42,
                "初次领证日期",
                50,
                85,
                dated(licence.first_issue_date, "first_issue_date", "iso", role="kai"),
            ),
            (29, 48, "准驾车型", 45, 60, value(licence.license_class, "license_class")),
            (
                5,
                55,
                "有效起始日期",
                26,
                48,
                dated(licence.valid_from, "license_valid_from", "iso", role="kai"),
            ),
            (50, 55, "有效期限", 66, 84, value(f"{years}年")),
        )
        card.entries(rows, 6.2, 7.8, "kai", BLACK, 5)
        card.page.note("license_valid_to", licence.valid_to.isoformat())
        stamps.press_square(card.page, card.x(74), card.y(47.5), _OFFICE, 14 * card.scale)

    def second(card: Card) -> None:
        card.stock(((234, 238, 222), (244, 238, 226)), "none", 1.5)
        card.centred(6, "机动车驾驶证副页", 10, "kai", BLACK, 1)
        rows: list[Row] = [
            (
                7,
                [
                    (16, "姓　名"),
                    (24, value(owner.name, pt=8)),
                    (16, "档案编号"),
                    (26, value(licence.file_no, "file_no", pt=8)),
                ],
            ),
            (7, [(16, "证　号"), (66, value(owner.id_number, pt=8))]),
            (
                28,
                [
                    (16, "记　录"),
                    (
                        66,
                        value(f"于{licence.valid_from:%Y年%m月%d日}换证\n每两年提交一次身体条件证明", pt=7.5),
                    ),
                ],
            ),
        ]
        card.grid(3, 10, rows, 6.5)
        card.bars(5, 53.5, 44, 4.5)
        card.text(84, 56, digits(rng, 13), 6, "digits", BLACK, "rm")

    sides: Sequence[Side] = [[second, main], [main, second], [main]][int(rng.integers(3))]
    page = copied("M-DR-01", identity, dpi, rng, sides, size=_SIZE, enlarge=(0.95, 1.6))
    if rng.random() < 0.3:
        x, y = page.width * rng.uniform(0.35, 0.65), page.height * rng.uniform(0.3, 0.6)
        stamps.press_box(page, x, y, (pick(rng, "作　废", "已收回", "已注销"),), 34)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-01": (
        driver_licence,
        driver_licence_electronic,
        driver_licence_single,
        driver_licence_2004,
    ),
}
