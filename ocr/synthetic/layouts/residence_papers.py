"""Papers that prove where a resident lives: 居住证, 居住登记凭证.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np

from ocr.synthetic import figures, stamps
from ocr.synthetic.identity import Identity, Person
from ocr.synthetic.layouts.card_stock import Card, Entry, Side, copied, pick
from ocr.synthetic.layouts.identity_papers import validity
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Label, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import Ink, draw_style

_BLUE: Ink = (46, 88, 138)

_GREEN: Ink = (52, 104, 84)


def _permit_no(rng: np.random.Generator) -> str:
    return "31" + digits(rng, 10)


def _permit_front(card: Card, owner: Person, title: str) -> None:
    card.stock(((214, 230, 240), (236, 238, 228)), "waves")
    card.text(6, 5.5, title, 9, "hei_heavy", _BLUE)
    value = partial(Value, role="hei")
    card.entries(
        [
            (6, 13, "姓　名", 17, 52, value(owner.name, "person_name")),
            (6, 19, "性　别", 17, 26, value(owner.gender)),
            (28, 19, "民　族", 39, 52, value(owner.ethnicity)),
            (
                6,
                25,
                "出　生",
                17,
                52,
                value(f"{owner.birth_date.year}年{owner.birth_date.month}月{owner.birth_date.day}日"),
            ),
        ],
        6.2,
        7.6,
        "hei",
        _BLUE,
    )
    card.text(6, 31.5, "户籍地址", 5.6, "hei", _BLUE)
    card.broken(17, 31.5, 56, value("示例省样本县演示镇虚构村十二组", pt=7), 14)
    card.text(6, 47.5, "公民身份号码", 6.2, "hei", _BLUE)
    card.value((27, 44.8, 80, 50.2), Value(owner.id_number, "id_number", pt=9.6, role="digits"))
    card.photo((58, 9, 80, 39), owner.id_number)


def _permit_back(card: Card, owner: Person, title: str, number: str) -> None:
    card.stock(((232, 236, 226), (212, 228, 240)), "rosette")
    card.centred(12, title, 19, "hei_heavy", _BLUE, 3)
    card.entries(
        [
            (8, 27, "居住地址", 23, 80, Value(owner.address, "address", role="hei")),
            (8, 35, "签发机关", 23, 80, Value(owner.id_issuer, role="hei")),
            (8, 42, "有效期限", 23, 80, Value(validity(owner), role="hei")),
            (8, 48, "证件编号", 23, 60, Value(number, "residence_permit_no", role="digits")),
        ],
        6.4,
        7.2,
        "hei",
        _BLUE,
    )
    card.page.note("id_valid_to", owner.id_valid_to.isoformat() if owner.id_valid_to else "9999-12-31")


def residence_permit(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """居住证 as a card, one side or both."""
    owner, number = identity.owner, _permit_no(rng)
    title = pick(rng, "上海市居住证", "上海市居住证", "示例市居住证", "居住证", "上海市临时居住证")
    front = partial(_permit_front, owner=owner, title=title)
    back = partial(_permit_back, owner=owner, title=title, number=number)
    sides: list[Side] = [front, back] if rng.random() < 0.75 else [front]
    return copied("M-ID-03", identity, dpi, rng, sides)


def _residence_slip(page: Page, identity: Identity, entries: list[Entry], y: float) -> float:
    """Label and value on ruled lines below each other; returns the y below them."""
    for _, _, label, _, right, value in entries:
        page.text(30, y, label, 12)
        if value:
            page.value((68, y - 4.5, right, y + 4.5), replace(value, pt=12))
        page.line(66, y + 4.8, right, y + 4.8, 0.15)
        y += 12
    return y


def _residence_entries(identity: Identity, number: str) -> list[Entry]:
    owner = identity.owner
    until = identity.day + timedelta(days=180)
    return [
        (0, 0, "姓　　名", 0, 170, Value(owner.name, "person_name")),
        (0, 0, "公民身份号码", 0, 170, Value(owner.id_number, "id_number")),
        (0, 0, "居住地址", 0, 185, Value(owner.address, "address")),
        (0, 0, "凭证编号", 0, 150, Value(number, "residence_permit_no")),
        (0, 0, "有效期至", 0, 150, dated(until, "id_valid_to")),
    ]


def residence_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """居住登记凭证 or its receipt on A4 or half of it: what is registered on lines, notes and the station's seal."""
    half = rng.random() < 0.4
    page = Page(210, 148.5 if half else 297, dpi, rng, draw_style(rng, 0.1, 0.2))
    page.truth.materials = ["M-ID-03"]
    title = pick(
        rng,
        "居住登记凭证",
        "上海市居住登记凭证",
        "居住登记回执",
        "居住登记凭证（回执）",
        "来沪人员居住登记凭证",
    )
    y = float(rng.uniform(20, 26 if half else 50))
    page.title(y, title, 20, spacing=float(rng.uniform(0, 2)))
    entries = _residence_entries(identity, _permit_no(rng))
    order = [
        entries[0],
        entries[1],
        entries[2],
        *([entries[4], entries[3]] if rng.random() < 0.5 else entries[3:]),
    ]
    y = _residence_slip(page, identity, order, y + 18)
    if not half:
        note = (
            "1.本凭证是来本市居住人员已办理居住登记的证明。\n2.居住地址变更的，应当在10日内办理变更登记。\n"
            "3.居住登记满半年的，可以按规定申领居住证。"
        )
        y = page.flow(30, y + 6, 150, note, 10.5) + 8
        if rng.random() < 0.5:
            page.paste(figures.square_code(rng), (30, y, 56, y + 26))
    page.text(120, y + 8, f"{identity.owner.id_issuer[:6]}演示派出所", 11)
    page.text(126, y + 18, chinese_date(identity.day), 11)
    stamps.press_round(page, 142, y + 12, f"{identity.owner.id_issuer[:6]}演示派出所", "居住登记专用章", 36)
    return page


def residence_receipt_table(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The same slip as a bordered table with a photograph, from a community service centre."""
    page = Page(*A4, dpi, rng, replace(draw_style(rng), line_mm=0.3))
    page.truth.materials = ["M-ID-03"]
    owner, top = identity.owner, float(rng.uniform(24, 60))
    page.title(
        top, pick(rng, "居住登记信息凭证", "居住证明", "居住登记凭证"), 22, spacing=3, role="hei_heavy"
    )
    number = _permit_no(rng)
    page.text(190, top + 13, f"编号：{number}", 10, anchor="rm")
    page.note("residence_permit_no", number)
    until = identity.day + timedelta(days=180)
    rows: list[Row] = [
        (12, [(32, "姓名"), (46, Value(owner.name, "person_name")), (24, "性别"), (28, Value(owner.gender))]),
        (12, [(32, "证件类型"), (46, Value("居民身份证")), (24, "民族"), (28, Value(owner.ethnicity))]),
        (12, [(32, "公民身份号码"), (98, Value(owner.id_number, "id_number"))]),
        (12, [(32, "户籍地址"), (98, Value("示例省样本县演示镇虚构村十二组"))]),
        (12, [(32, "现居住地址"), (98, Value(owner.address, "address"))]),
        (
            12,
            [
                (32, "登记日期"),
                (33, dated(identity.day, None)),
                (32, "有效期至"),
                (33, dated(until, "id_valid_to")),
            ],
        ),
        (26, [(32, "备　注"), (98, Label("本凭证仅证明持证人已在本市办理居住登记。", 10, "left"))]),
    ]
    bottom = page.grid(20, top + 18, rows)
    page.paste(figures.portrait(owner.id_number), (155, top + 20, 185, top + 60))
    page.text(120, bottom + 14, "社区事务受理服务中心（盖章）", 11)
    page.text(134, bottom + 24, chinese_date(identity.day), 11)
    stamps.press_round(page, 150, bottom + 18, "示例市演示区样例街道", "受理专用章", 38)
    return page


def residence_permit_national(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The other card: title across the head, photograph at the left, a chip, the back with a row of houses."""
    owner, number = identity.owner, _permit_no(rng)
    until = owner.id_valid_to or owner.id_valid_from.replace(year=owner.id_valid_from.year + 20, day=1)

    def front(card: Card) -> None:
        card.stock(((240, 230, 220), (222, 236, 226)), "net")
        card.centred(6.5, pick(rng, "上海市居住证", "居　住　证"), 12, "song_heavy", _GREEN, 1.5)
        card.photo((6, 13, 27, 41), owner.id_number)
        card.entries(
            [
                (31, 16, "姓名", 43, 80, Value(owner.name, "person_name", role="song")),
                (31, 22.5, "性别", 43, 52, Value(owner.gender, role="song")),
                (54, 22.5, "民族", 64, 80, Value(owner.ethnicity, role="song")),
                (31, 29, "号码", 43, 82, Value(owner.id_number, "id_number", role="latin")),
                (31, 36, "居住地", 43, 82, Value(owner.address, "address", role="song")),
                (6, 47, "有效期至", 20, 45, dated(until, "id_valid_to", "iso", role="latin")),
            ],
            6.2,
            7.4,
            "song",
            _GREEN,
            7,
        )
        card.page.box(card.box((70, 42, 81, 50)), 0.2, (170, 140, 70), (214, 188, 120), 1.2)

    def back(card: Card) -> None:
        card.stock(((224, 238, 230), (240, 236, 222)), "waves")
        for x in np.arange(4, 80, 6.5).tolist():
            card.page.box(card.box((x, 36 - float(rng.uniform(2, 16)), x + 5, 38)), 0, fill=(196, 212, 206))
        card.centred(9, "使用须知", 9, "song", _GREEN)
        card.text(6, 16, "1.本证应随身携带，公安机关依法查验时应当出示。", 5.6)
        card.text(6, 20.5, "2.居住证每年签注一次，逾期使用功能中止。", 5.6)
        card.text(6, 43, "No.", 7, "latin")
        card.value((13, 40.5, 50, 45.5), Value(number, "residence_permit_no", pt=8, role="digits"))
        card.text(80, 43, owner.id_issuer, 6, anchor="rm")

    return copied("M-ID-03", identity, dpi, rng, [front, back], ways=("stacked", "beside", "loose"))


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-03": (
        residence_permit,
        residence_receipt,
        residence_receipt_table,
        residence_permit_national,
    ),
}
