"""Papers that prove who a resident is: 居民身份证 copied in other ways, 居民户口簿.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity, Person
from ocr.synthetic.layouts.card_stock import CARD, Card, Side, booklet_style, certify, copied, pick, toner
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style

_BLUE: Ink = (46, 88, 138)

_GREEN: Ink = (52, 104, 84)

_RED: Ink = (184, 44, 48)

_BOOKLET = (105.0, 143.0)


def _citizen(card: Card, owner: Person, label: str = "hei", role: str = "hei") -> None:
    """The portrait side's text and photograph, shared by the lasting and the temporary card."""
    value = partial(Value, role=role)
    birth = owner.birth_date
    card.entries(
        [
            (6, 9, "姓　名", 18, 55, value(owner.name, "person_name")),
            (6, 16, "性　别", 18, 28, value(owner.gender, "gender")),
            (30, 16, "民　族", 41, 55, value(owner.ethnicity, "ethnicity")),
            (
                6,
                23,
                "出　生",
                18,
                56,
                value(f"{birth.year} 年 {birth.month} 月 {birth.day} 日", "birth_date", birth.isoformat()),
            ),
        ],
        6.6,
        8.2,
        label,
        _BLUE,
    )
    card.text(6, 30.5, "住　址", 6.6, label, _BLUE)
    card.broken(18, 30.5, 57, value(owner.address, "address", pt=7.8), 12)
    card.text(6, 47.5, "公民身份号码", 6.6, label, _BLUE)
    card.value((28, 44.5, 84, 50.5), Value(owner.id_number, "id_number", pt=10.4, role="digits"))
    card.photo((58, 7.5, 81, 40), owner.id_number)


def _citizen_front(card: Card, owner: Person, label: str) -> None:
    card.stock(((222, 232, 240), (238, 230, 228)), "rosette")
    _citizen(card, owner, label)


def _citizen_back(card: Card, owner: Person) -> None:
    card.stock(((236, 228, 226), (220, 232, 238)), "rosette")
    card.emblem(12.5, 12.5, 8)
    card.text(51, 10, "中华人民共和国", 12.5, "song_heavy", BLACK, "mm", 1.1)
    card.text(51, 22, "居民身份证", 18.5, "hei_heavy", BLACK, "mm", 2.2)
    card.entries(
        [
            (17, 40, "签发机关", 34, 83, Value(owner.id_issuer, "id_issuer", role="hei")),
            (17, 47, "有效期限", 34, 83, Value(validity(owner), role="hei")),
        ],
        6.8,
        7.8,
        "hei_heavy",
        BLACK,
    )
    _note_period(card.page, owner)


def validity(owner: Person) -> str:
    """The validity as an identity document prints it."""
    end = f"{owner.id_valid_to:%Y.%m.%d}" if owner.id_valid_to else "长期"
    return f"{owner.id_valid_from:%Y.%m.%d}-{end}"


def _note_period(page: Page, owner: Person) -> None:
    page.note("id_valid_from", owner.id_valid_from.isoformat())
    page.note("id_valid_to", owner.id_valid_to.isoformat() if owner.id_valid_to else "9999-12-31")


def identity_temporary(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """临时居民身份证: a laminated paper card; the office and three months of validity stand on the portrait
    side."""
    owner = identity.owner
    issued = identity.day - timedelta(days=int(rng.integers(2, 70)))
    until = issued + timedelta(days=90)

    def front(card: Card) -> None:
        card.stock(((226, 236, 226), (238, 236, 224)), "net", 1.5)
        narrow = replace(card, top=card.top - 1.5 * card.scale)
        _citizen(narrow, owner)
        period = f"{issued:%Y.%m.%d}-{until:%Y.%m.%d}"
        issuer = card.text(6, 41.6, owner.id_issuer, 5.6, "hei")
        card.text(6, 51.3, f"有效期限　{period}", 5.4, "hei")
        card.page.note("id_issuer", owner.id_issuer, [issuer])
        card.page.note("id_valid_from", issued.isoformat())
        card.page.note("id_valid_to", until.isoformat())

    def back(card: Card) -> None:
        card.stock(((214, 226, 216), (236, 232, 216)), "waves", 1.5)
        card.emblem(42.8, 13, 7)
        card.centred(27, "中华人民共和国", 12, "song_heavy", BLACK, 1)
        card.centred(37, "临时居民身份证", 16, "song_heavy", BLACK, 1.6)

    sides: list[Side] = [front, back] if rng.random() < 0.7 else [front]
    return copied("M-ID-01", identity, dpi, rng, sides)


def identity_enlarged_copy(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A black-and-white copy on which each side was enlarged on its own, emblem side first as often as not."""
    owner = identity.owner
    sides: list[Side] = [lambda card: _citizen_front(card, owner, "hei")]
    sides.insert(int(rng.integers(2)), lambda card: _citizen_back(card, owner))
    return copied("M-ID-01", identity, dpi, rng, sides, ways=("loose",), enlarge=(1.35, 2.1), toner_share=0.7)


def identity_noted_copy(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Both sides life-size beside each other at the head of a sheet, what the copy is for written below and who
    handed it in; or the portrait side alone."""
    owner = identity.owner
    page = Page(*A4, dpi, rng, Style())
    page.truth.materials = ["M-ID-01"]
    top, scale = float(rng.uniform(14, 60)), float(rng.uniform(0.98, 1.1))
    left = float(rng.uniform(8, 200 - 2 * CARD[0] * scale - 3))
    both = rng.random() < 0.75
    _citizen_front(Card(page, left, top, scale, CARD), owner, "song")
    if both:
        _citizen_back(Card(page, left + CARD[0] * scale + 3, top, scale, CARD), owner)
    if rng.random() < 0.5:
        toner(page)
    y = top + CARD[1] * scale + 16
    if rng.random() < 0.5:
        purpose = pick(rng, "补领机动车行驶证", "机动车转让登记", "期满换领驾驶证", "委托代理人办理业务")
        page.text(26, y, f"本复印件仅用于{purpose}，他用无效。", 11)
        page.text(26, y + 11, "提交人（签名）：", 11)
        page.signature(64, y + 11, owner.name)
        page.text(120, y + 11, chinese_date(identity.day), 11)
        y += 14
    certify(page, identity, y)
    return page


def _household_front(card: Card, identity: Identity, edition: str) -> None:
    page, rng, owner = card.page, card.page.rng, identity.owner
    card.stock(((247, 244, 236), (242, 240, 230)), pick(rng, "net", "none", "waves"), 1)
    card.centred(12, "居民户口簿" if edition == "old" else "户口簿首页", 15, spacing=2)
    kind = pick(rng, "非农业家庭户口", "家庭户", "居民家庭户", "集体户")
    household = digits(rng, 9)
    v = partial(Value, pt=9)
    rows: list[Row] = [
        (11, [(18, "户　别"), (28, v(kind)), (20, "户主姓名"), (29, v(owner.name, "person_name"))]),
        (11, [(18, "户　号"), (28, v(household, "household_no")), (20, "住　址"), (29, None)]),
    ]
    if edition == "old":
        rows[1] = (11, [(18, "户　号"), (77, v(household, "household_no"))])
        rows.append((13, [(18, "住　址"), (77, v(owner.address, "address"))]))
    bottom = card.grid(5, 20, rows)
    if edition != "old":
        card.value((72, 31.5, 99.5, 41.5), v(owner.address, "address", pt=7))
    half = (card.size[0] - 10) / 2
    page.box(card.box((5, bottom, 5 + half, bottom + 38)))
    page.box(card.box((5 + half, bottom, 5 + 2 * half, bottom + 38)))
    for middle, office in ((5 + half / 2, "省级公安机关"), (5 + half * 1.5, "户口登记机关")):
        card.text(middle, bottom + 4, office, 7.5, anchor="mm")
        card.text(middle, bottom + 34, "户口专用章", 7.5, anchor="mm")
    for middle, office in ((5 + half / 2, "示例省公安厅"), (5 + half * 1.5, owner.id_issuer)):
        stamps.press_round(
            page, card.x(middle), card.y(bottom + 19), office, "户口专用章", 27 * card.scale, False
        )
    card.text(8, bottom + 43, "承办人签章：", 8)
    card.text(52, bottom + 43, "签发日期：" + chinese_date(owner.id_valid_from), 8)
    card.text(97, 5, f"No.{digits(rng, 8)}", 8, "latin", _RED, "rm")
    card.centred(bottom + 50, "住 址 变 动 登 记", 9.5, "song")
    changes: list[Row] = [(7, [(45, "变动后的住址"), (24, "变动日期"), (26, "承办人签章")])]
    changes += [(6.6, [(45, None), (24, None), (26, None)])] * 3
    card.grid(5, bottom + 54, changes, 7.5)


def _household_member(card: Card, identity: Identity, edition: str, relation: str) -> None:
    page, rng, owner = card.page, card.page.rng, identity.owner
    card.stock(((247, 245, 238), (243, 240, 232)), pick(rng, "net", "none", "waves"), 1)
    card.centred(9, "常 住 人 口 登 记 卡", 13)
    v = partial(Value, pt=8.5)
    number = "公民身份证件编号" if edition == "new" else "公民身份证编号"
    place = "示例市演示区"
    birth = dated(owner.birth_date, None, pt=8.5)

    def pair(left: str, first: Value | None, right: str, second: Value | None, high: float = 7.2) -> Row:
        return high, [(22, left), (30, first), (19, right), (24, second)]

    rows: list[Row] = [
        pair("姓　　名", v(owner.name, "person_name"), "户主或与\n户主关系", v(relation, "relation_to_head")),
        pair("曾用名", None, "性　　别", v(owner.gender)),
        pair("出生地", v(place), "民　　族", v(owner.ethnicity)),
        pair("籍　　贯", v("示例省示例市"), "出生日期", birth),
        (7.2, [(32, "本市(县)其他住址"), (33, None), (14, "宗教信仰"), (16, None)]),
        (7.2, [(32, number), (33, v(owner.id_number, "id_number")), (14, "身高"), (16, v("172厘米"))]),
        (
            7.2,
            [
                (16, "文化程度"),
                (20, v(pick(rng, "大学本科", "高中", "初中", "大专"))),
                (16, "婚姻状况"),
                (13, v(pick(rng, "已婚", "未婚"))),
                (16, "兵役状况"),
                (14, v("未服")),
            ],
        ),
        (7.2, [(22, "服务处所"), (43, v("示例市演示有限公司")), (12, "职业"), (18, v("职员"))]),
        (7.2, [(37, "何时由何地迁来本市(县)"), (58, None)]),
        (7.2, [(37, "何时由何地迁来本址"), (58, v(f"{owner.id_valid_from:%Y%m%d} {place}"))]),
    ]
    if edition == "old":
        rows[6], rows[7] = rows[7], rows[6]
    bottom = card.grid(5, 15, rows, 7.2)
    card.text(8, bottom + 5, "承办人签章：", 7.5)
    card.text(55, bottom + 5, "登记日期：" + chinese_date(owner.id_valid_from), 7.5)
    if rng.random() < 0.8:
        stamps.press_round(
            page,
            card.x(rng.uniform(30, 75)),
            card.y(bottom + 2),
            owner.id_issuer,
            "户口专用章",
            26 * card.scale,
        )
    card.centred(bottom + 12, "登记事项变更和更正记载", 9, "song")
    changes: list[Row] = [
        (6, [(18, "项　目"), (35, "变更、更正后的内容"), (21, "变更、更正日期"), (21, "承办人签章")])
    ]
    if rng.random() < 0.4:
        changes.append(
            (6, [(18, v("服务处所", pt=7)), (35, v("无业", pt=7)), (21, v("2019.04.08", pt=7)), (21, None)])
        )
    changes += [(6, [(18, None), (35, None), (21, None), (21, None)])] * (5 - len(changes))
    card.grid(5, bottom + 16, changes, 7)


def _relation(rng: np.random.Generator) -> str:
    return pick(rng, "户主", "户主", "妻", "夫", "长子", "长女", "父亲", "母亲", "儿媳")


def household_register(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """户口簿: the first page with a member's page, or one of them alone, any way they are copied."""
    relation = _relation(rng)
    front = partial(_household_front, identity=identity, edition="new")
    member = partial(_household_member, identity=identity, edition="new", relation=relation)
    sides: Sequence[Side] = [[front, member], [member], [front]][int(rng.choice(3, p=[0.45, 0.4, 0.15]))]
    style = booklet_style(rng, 0.1)
    return copied(
        "M-ID-02", identity, dpi, rng, sides, size=_BOOKLET, style=style, enlarge=(0.9, 1.35), toner_share=0.4
    )


def household_register_unfolded(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The landscape page of the computer-printed edition, hung open by its upper fold: one table, longer rows."""
    owner = identity.owner
    style = replace(booklet_style(rng, 0), label="hei", value=pick(rng, "song", "typed"))
    relation = _relation(rng)

    def member(card: Card) -> None:
        card.stock(((240, 246, 240), (246, 246, 236)), pick(rng, "rosette", "net"), 1)
        card.centred(8, "常住人口登记卡", 13, "hei_heavy", spacing=2)
        v = partial(Value, pt=8.5)
        rows: list[Row] = [
            (
                8,
                [
                    (20, "姓名"),
                    (32, v(owner.name, "person_name")),
                    (30, "户主或与户主关系"),
                    (22, v(relation, "relation_to_head")),
                    (14, "性别"),
                    (12, v(owner.gender)),
                ],
            ),
            (
                8,
                [
                    (20, "曾用名"),
                    (32, None),
                    (30, "民族"),
                    (22, v(owner.ethnicity)),
                    (14, "血型"),
                    (12, None),
                ],
            ),
            (
                8,
                [
                    (20, "出生日期"),
                    (32, dated(owner.birth_date, None, pt=8.5)),
                    (30, "出生地"),
                    (48, v("示例市演示区")),
                ],
            ),
            (
                8,
                [
                    (34, "公民身份证件编号"),
                    (48, v(owner.id_number, "id_number")),
                    (20, "籍贯"),
                    (28, v("示例省示例市")),
                ],
            ),
            (8, [(34, "本市(县)其他住址"), (96, None)]),
            (
                8,
                [
                    (20, "文化程度"),
                    (22, v("大学专科")),
                    (20, "婚姻状况"),
                    (20, v("已婚")),
                    (20, "兵役状况"),
                    (28, v("未服兵役")),
                ],
            ),
            (8, [(34, "服务处所及职业"), (96, v("示例市演示有限公司　职员"))]),
            (8, [(44, "何时由何地迁来本市(县)、本址"), (86, None)]),
        ]
        bottom = card.grid(6, 14, rows, 7.4)
        card.text(10, bottom + 7, "户口登记机关（章）", 8)
        card.text(90, bottom + 7, "登记日期　" + chinese_date(owner.id_valid_from), 8)
        stamps.press_round(
            card.page, card.x(54), card.y(bottom + 6), owner.id_issuer, "户口专用章", 26 * card.scale
        )

    return copied(
        "M-ID-02",
        identity,
        dpi,
        rng,
        [member],
        size=(142, 98),
        style=style,
        ways=("stacked", "beside", "loose", "tight"),
        enlarge=(0.95, 1.35),
        toner_share=0.3,
    )


def household_register_by_hand(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The old booklet filled in by pen: 居民户口簿 as the first page's title, the other number label, one or both
    pages."""
    relation = _relation(rng)
    front = partial(_household_front, identity=identity, edition="old")
    member = partial(_household_member, identity=identity, edition="old", relation=relation)
    sides: Sequence[Side] = [[member, front], [member], [front]][int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
    style = replace(booklet_style(rng, 1.0), label="serif", label_ink=_GREEN, line_ink=_GREEN)
    return copied(
        "M-ID-02",
        identity,
        dpi,
        rng,
        sides,
        size=_BOOKLET,
        style=style,
        ways=("beside", "loose"),
        enlarge=(0.9, 1.3),
        toner_share=0.25,
    )


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-01": (
        identity_temporary,
        identity_enlarged_copy,
        identity_noted_copy,
    ),
    "M-ID-02": (
        household_register,
        household_register_unfolded,
        household_register_by_hand,
    ),
}
