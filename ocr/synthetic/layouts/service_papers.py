"""Papers of the forces: 军人身份证明 and 军队、武警驾驶证.

Knows their wording and the places of their fields. Knows nothing of how a sheet is scanned.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.card_stock import Card, Side, booklet_style, copied, pick
from ocr.synthetic.layouts.office_print import digits
from ocr.synthetic.page import A4, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, draw_style

_RED: Ink = (184, 44, 48)

_GREEN: Ink = (52, 104, 84)

_OPENED = (150.0, 105.0)  # an officer's booklet, both pages

_FORCES = (
    ("中国人民解放军", "军官证", "军", "上尉"),
    ("中国人民解放军", "士兵证", "士", "下士"),
    ("中国人民武装警察部队", "警官证", "武", "中尉"),
    ("中国人民解放军", "文职干部证", "文", "专业技术十级"),
)

_UNITS = ("第99999部队", "示例警备区演示团", "示例战区样本旅", "武警示例市总队演示支队")


def _service_entries(identity: Identity, rank: str, number: str, unit: str) -> list[tuple[str, Value]]:
    owner = identity.owner
    return [
        ("姓　　名", Value(owner.name, "person_name")),
        ("性　　别", Value(owner.gender)),
        ("出生年月", Value(f"{owner.birth_date.year}年{owner.birth_date.month}月")),
        ("籍　　贯", Value("示例省示例市")),
        ("民　　族", Value(owner.ethnicity + "族")),
        ("部　　别", Value(unit, "unit_name")),
        ("职　　务", Value("助理员")),
        ("衔　　级", Value(rank)),
        ("编　　号", Value(number, "military_id_no")),
    ]


def _service_number(rng: np.random.Generator, prefix: str) -> str:
    return f"{prefix}字第{digits(rng, int(rng.integers(6, 9)))}号"


def service_booklet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """军官证, 士兵证, 警官证 opened: photograph and office on the left page, the person on the right; perhaps the
    cover above."""
    force, kind, prefix, rank = _FORCES[int(rng.integers(len(_FORCES)))]
    number, unit = _service_number(rng, prefix), pick(rng, *_UNITS)
    owner, until = (
        identity.owner,
        identity.day.replace(year=identity.day.year + int(rng.integers(1, 5)), day=1),
    )
    cover_ink = (122, 24, 30) if rng.random() < 0.6 else (36, 70, 52)

    def opened(card: Card) -> None:
        card.stock(((246, 240, 228), (240, 244, 234)), pick(rng, "waves", "rosette", "net"), 2)
        card.page.line(card.x(75), card.top, card.x(75), card.y(105), 0.4, (190, 186, 176))
        card.text(37, 12, force, 9, "song_heavy", _RED, "mm", 0.5)
        card.text(37, 21, kind, 14, "song_heavy", _RED, "mm", 3)
        card.photo((24, 28, 50, 64), owner.id_number, True)
        card.text(12, 74, "发证机关：" + pick(rng, "示例战区政治工作部", "示例警备区政治部"), 8)
        card.text(12, 82, "发证日期：" + chinese_date(owner.id_valid_from), 8)
        card.text(12, 90, "有效期至：", 8)
        card.value((29, 87, 70, 93), dated(until, "id_valid_to", pt=8.5))
        entries = _service_entries(identity, rank, number, unit)
        if rng.random() < 0.4:
            entries.insert(0, entries.pop())
        for index, (label, value) in enumerate(entries):
            y = 13 + index * 10
            card.text(81, y, label, 9)
            card.value((99, y - 3.5, 145, y + 3.5), replace(value, pt=10))
            card.rule(98, y + 3.8, 145)
        stamps.press_round(
            card.page, card.x(48), card.y(64), "示例战区政治工作部", "证件专用章", 26 * card.scale
        )

    def cover(card: Card) -> None:
        card.stock((cover_ink, cover_ink), "none", 2)
        card.emblem(112, 34, 15, "star")
        card.text(112, 62, force, 12, "song_heavy", (226, 190, 96), "mm", 1)
        card.text(112, 78, kind, 22, "song_heavy", (226, 190, 96), "mm", 5)

    sides: list[Side] = [cover, opened] if rng.random() < 0.3 else [opened]
    return copied(
        "M-ID-04",
        identity,
        dpi,
        rng,
        sides,
        size=_OPENED,
        style=booklet_style(rng, 0.3),
        enlarge=(0.85, 1.3),
    )


def residence_of_serviceman(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A regiment's letter on where a serviceman lives: 住所证明."""
    page = Page(*A4, dpi, rng, draw_style(rng))
    page.truth.materials = ["M-ID-04"]
    owner, unit = identity.owner, pick(rng, *_UNITS)
    _, kind, prefix, _ = _FORCES[int(rng.integers(len(_FORCES)))]
    number = _service_number(rng, prefix)
    y = float(rng.uniform(34, 60))
    title = pick(rng, "证　明", "住所证明", "军人住所证明", "关于军人住所的证明")
    page.title(y, title, 22, spacing=3)
    page.text(28, y + 22, pick(rng, "示例市公安局交通警察支队车辆管理所：", "示例市车辆管理所："), 13)
    text = (
        f"　　兹证明{owner.name}同志，{owner.gender}，{owner.birth_date.year}年{owner.birth_date.month}月出生，"
        f"系我部现役军人，{kind}编号：{number}，公民身份号码：{owner.id_number}，现住{owner.address}。"
    )
    y = page.flow(28, y + 36, 154, text, 14, leading=2)
    page.flow(28, y, 154, "　　特此证明。", 14)
    for code, value in (("person_name", owner.name), ("military_id_no", number), ("unit_name", unit)):
        page.note(code, value)
    y += float(rng.uniform(36, 56))
    page.text(180, y, pick(rng, unit, unit + "政治处", unit + "（团级以上单位盖章）"), 13, anchor="rm")
    page.text(180, y + 12, chinese_date(identity.day), 13, anchor="rm")
    stamps.press_round(page, 158, y + 4, unit + "政治处", "", 40)
    return page


def service_card(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The card that took the booklet's place, or a retired officer's: numbers and photograph on one side."""
    force, kind, prefix, rank = _FORCES[int(rng.integers(len(_FORCES)))]
    if rng.random() < 0.3:
        kind, rank = pick(rng, "离退休干部证", "退休证"), "上校（退休）"
    number, unit, owner = _service_number(rng, prefix), pick(rng, *_UNITS), identity.owner
    until = identity.day.replace(year=identity.day.year + 3, day=1)

    def front(card: Card) -> None:
        card.stock(((222, 232, 218), (238, 238, 222)), "rosette")
        card.emblem(9, 8.5, 5.5, "star")
        card.text(49, 5.5, force, 7.5, "hei_heavy", _RED, "mm", 0.5)
        card.text(49, 11.8, kind, 11, "hei_heavy", _RED, "mm", 2)
        card.photo((61, 17, 81, 44), owner.id_number)
        card.entries(
            [
                (6, 20, "姓名", 17, 58, Value(owner.name, "person_name", role="hei")),
                (6, 26.5, "部别", 17, 58, Value(unit, "unit_name", role="hei")),
                (6, 33, "衔级", 17, 58, Value(rank, role="hei")),
                (6, 39.5, "编号", 17, 58, Value(number, "military_id_no", role="hei")),
                (6, 47.5, "有效期至", 20, 58, dated(until, "id_valid_to", "dots", role="hei")),
            ],
            6.4,
            7.8,
            "hei",
            _GREEN,
        )

    def back(card: Card) -> None:
        card.stock(((238, 238, 222), (222, 232, 218)), "waves")
        card.square_code(62, 26, 18)
        card.text(6, 10, "发证机关　示例战区政治工作部", 7, "hei")
        card.text(6, 18, "发证日期　" + f"{owner.id_valid_from:%Y.%m.%d}", 7, "hei")
        card.text(6, 46, "本证限本人使用，遗失应即报告。", 6, "hei")

    return copied("M-ID-04", identity, dpi, rng, [front, back])


def service_booklet_old(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The older booklet filled in by pen: pages one above the other in a table, number in red above the
    photograph."""
    force, kind, prefix, rank = _FORCES[int(rng.integers(len(_FORCES)))]
    number, unit, owner = _service_number(rng, prefix), pick(rng, *_UNITS), identity.owner
    until = identity.day.replace(year=identity.day.year + 2, day=1)
    style = replace(booklet_style(rng, 0.75), label="kai", title="hei_heavy")

    def person(card: Card) -> None:
        card.stock(((250, 244, 236), (244, 236, 226)), "none", 1)
        card.text(6, 7, f"{kind}　", 9, "hei_heavy", _RED)
        card.value((60, 4, 101, 10), Value(number, "military_id_no", pt=9.5))
        card.photo((8, 16, 34, 52), owner.id_number, True)
        entries = _service_entries(identity, rank, number, unit)
        rows: list[Row] = [
            (9.5, [(18, label), (44, replace(value, pt=10))]) for label, value in entries[:3] + entries[4:8]
        ]
        bottom = card.grid(38, 14, rows, 8.5)
        card.text(8, bottom + 8, "填发单位　" + force + "示例部", 8)
        card.text(8, bottom + 16, "填发日期　" + chinese_date(owner.id_valid_from), 8)
        card.text(60, bottom + 16, "有效期至", 8)
        card.value((74, bottom + 12.5, 102, bottom + 19.5), dated(until, "id_valid_to", pt=8.5))
        stamps.press_round(card.page, card.x(33), card.y(54), "示例部政治部", "", 24 * card.scale)

    return copied(
        "M-ID-04",
        identity,
        dpi,
        rng,
        [person],
        size=(105, 110),
        style=style,
        ways=("stacked", "loose", "beside"),
        enlarge=(0.85, 1.4),
    )


_BOOKLET = (140.0, 96.0)

_KINDS = (
    ("中国人民解放军", "中国人民解放军机动车驾驶证", "军"),
    ("中国人民解放军", "中国人民解放军驾驶证", "军"),
    ("中国人民武装警察部队", "中国人民武装警察部队机动车驾驶证", "武"),
)


def _military(identity: Identity, rng: np.random.Generator) -> tuple[str, str, str, date]:
    """Force, title, number and last day of validity."""
    force, title, prefix = _KINDS[int(rng.integers(len(_KINDS)))]
    day = identity.licence.first_issue_date
    until = day.replace(year=identity.day.year + int(rng.integers(1, 6)), day=min(day.day, 28))
    return (
        force,
        title,
        f"{prefix}{pick(rng, '字', '车', 'A', 'K')}{digits(rng, int(rng.integers(7, 11)))}",
        until,
    )


def military_licence(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """军队驾驶证, 武警驾驶证: the booklet opened, photograph with the seal at the left, the driver at the right; yearly
    checks on a second spread."""
    owner, licence = identity.owner, identity.licence
    force, title, number, until = _military(identity, rng)
    tints: tuple[Ink, Ink] = (
        ((236, 242, 228), (246, 242, 230)) if rng.random() < 0.5 else ((244, 236, 226), (238, 240, 236))
    )

    def spread(card: Card) -> None:
        card.stock(tints, pick(rng, "waves", "rosette", "none"), 2)
        card.page.line(card.x(70), card.top, card.x(70), card.y(96), 0.4, (188, 186, 176))
        card.text(35, 9, force, 8, "song_heavy", _RED, "mm")
        card.text(35, 16, title.removeprefix(force), 12, "song_heavy", _RED, "mm", 1)
        card.photo((22, 23, 48, 58), owner.id_number, True)
        card.text(10, 67, "发证机关　示例战区后勤部车船处", 7.6)
        card.text(10, 75, "发证日期　" + chinese_date(licence.first_issue_date), 7.6)
        card.text(10, 83, "有效期至", 7.6)
        card.value((25, 80, 66, 86), dated(until, "valid_to", pt=8.4))
        entries = (
            ("证　　号", Value(number, "military_license_no")),
            ("姓　　名", Value(owner.name, "person_name")),
            ("性　　别", Value(owner.gender)),
            ("出生年月", Value(f"{owner.birth_date.year}年{owner.birth_date.month}月")),
            ("部　　别", Value(pick(rng, *_UNITS))),
            ("准驾车型", Value(licence.license_class, "license_class")),
            ("初次领证", dated(licence.first_issue_date, None)),
        )
        for index, (label, value) in enumerate(entries):
            y = 14 + index * 11
            card.text(76, y, label, 8.6)
            card.value((94, y - 3.5, 136, y + 3.5), replace(value, pt=9.6))
            card.rule(93, y + 3.8, 136)
        stamps.press_round(
            card.page, card.x(45), card.y(58), "示例战区后勤部车船处", "驾驶证专用章", 24 * card.scale
        )

    def checks(card: Card) -> None:
        card.stock(tints, "none", 2)
        card.text(35, 9, "年度审验记录", 10, "song_heavy", None, "mm")
        card.text(105, 9, "违章事故记录", 10, "song_heavy", None, "mm")
        for left in (6.0, 74.0):
            rows: list[Row] = [(10, [(20, "日　期"), (26, "记　录"), (14, "签章")])]
            rows += [(11, [(20, None), (26, None), (14, None)])] * 6
            card.grid(left, 15, rows, 7.5)
        stamps.press_box(card.page, card.x(38), card.y(31), ("审验合格",), 22 * card.scale)

    sides: list[Side] = [spread, checks] if rng.random() < 0.4 else [spread]
    style = replace(draw_style(rng, 0.3), title="song_heavy", line_mm=0.2)
    return copied("M-DR-06", identity, dpi, rng, sides, size=_BOOKLET, style=style, enlarge=(0.85, 1.3))


def military_licence_card(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The licence as a laminated card like the civil one, photograph at the right, the second side with the
    vehicle classes."""
    owner, licence = identity.owner, identity.licence
    _, title, number, until = _military(identity, rng)
    value = partial(Value, role="hei")

    def main(card: Card) -> None:
        card.stock(((220, 234, 222), (240, 236, 222)), "rosette")
        card.emblem(8, 7, 4.6, "star")
        card.text(49, 6, title, 8 if len(title) > 14 else 9.6, "hei_heavy", _RED, "mm")
        card.photo((63, 14, 84, 42), owner.id_number)
        card.entries(
            [
                (5, 16, "证　号", 20, 61, value(number, "military_license_no")),
                (5, 23, "姓　名", 20, 40, value(owner.name, "person_name")),
                (42, 23, "性别", 50, 60, value(owner.gender)),
                (5, 30, "部　别", 20, 61, value(pick(rng, *_UNITS))),
                (5, 37, "准驾车型", 20, 61, value(licence.license_class, "license_class")),
                (5, 44, "初次领证日期", 26, 61, dated(licence.first_issue_date, None, "iso", role="hei")),
                (5, 52, "有效期限至", 26, 61, dated(until, "valid_to", "iso", role="hei")),
            ],
            6.2,
            7.8,
            "hei",
            _GREEN,
        )
        stamps.press_square(card.page, card.x(72), card.y(50), "军车监理专用章", 12 * card.scale)

    def second(card: Card) -> None:
        card.stock(((240, 236, 222), (220, 234, 222)), "waves")
        card.centred(6, "副　页", 9, "hei_heavy", BLACK, 2)
        rows: list[Row] = [(7, [(20, "准驾车型"), (60, "准驾的车辆")])]
        rows += [
            (7, [(20, code), (60, text)])
            for code, text in (("A2", "重型、中型牵引车"), ("B2", "大型货车"), ("C1", "小型汽车"))
        ]
        card.grid(4, 11, rows, 6.4)
        card.text(5, 46, f"下一审验日期　{until:%Y-%m-%d}", 7, "hei", BLACK)
        card.bars(5, 51, 44, 6)

    sides: list[Side] = [main, second] if rng.random() < 0.65 else [main]
    return copied("M-DR-06", identity, dpi, rng, sides, size=(88, 60))


def military_licence_old(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The older booklet held upright and filled in by pen: a table beside a photograph, the number in red type above,
    the checks' table on the lower half."""
    owner, licence = identity.owner, identity.licence
    force, _, number, until = _military(identity, rng)
    style = replace(draw_style(rng, 0.8), label="kai", title="hei_heavy", label_ink=_GREEN, line_ink=_GREEN)

    def page_of(card: Card) -> None:
        card.stock(((248, 246, 236), (240, 242, 230)), "none", 1)
        card.text(50, 8, force, 8, "hei_heavy", _GREEN, "mm", 0.4)
        card.text(50, 15, pick(rng, "机动车驾驶证", "驾　驶　证"), 13, "hei_heavy", _GREEN, "mm", 1.5)
        card.text(6, 24, "证号", 8)
        card.value((16, 20.5, 60, 27.5), Value(number, "military_license_no", pt=9.5))
        card.photo((68, 22, 94, 56), owner.id_number, True)
        v = partial(Value, pt=9.5)
        rows: list[Row] = [
            (9, [(18, "姓　名"), (40, v(owner.name, "person_name"))]),
            (9, [(18, "职　务"), (40, v(pick(rng, "驾驶员", "班长", "助理员")))]),
            (9, [(18, "部　别"), (40, v(pick(rng, *_UNITS)))]),
            (9, [(18, "准驾车型"), (40, v(licence.license_class, "license_class"))]),
        ]
        bottom = card.grid(6, 29, rows, 8)
        card.text(6, bottom + 7, "填发日期", 8)
        card.value((22, bottom + 3.5, 54, bottom + 10.5), dated(licence.first_issue_date, None, pt=9))
        card.text(56, bottom + 7, "有效期至", 8)
        card.value((70, bottom + 3.5, 98, bottom + 10.5), dated(until, "valid_to", pt=9))
        checks: list[Row] = [(8, [(22, "审验年度"), (40, "审验情况"), (26, "审验单位签章")])]
        for offset in range(4):
            year = (licence.first_issue_date + timedelta(days=365 * (offset + 1))).year
            done = offset < 2
            checks.append(
                (9, [(22, v(f"{year}年") if done else None), (40, v("合格") if done else None), (26, None)])
            )
        card.grid(6, bottom + 14, checks, 8)
        stamps.press_round(card.page, card.x(68), card.y(55), "示例部队运输处", "", 22 * card.scale)

    return copied(
        "M-DR-06",
        identity,
        dpi,
        rng,
        [page_of],
        size=(100, 136),
        style=style,
        ways=("stacked", "loose", "beside"),
        enlarge=(0.85, 1.4),
    )


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-ID-04": (
        service_booklet,
        residence_of_serviceman,
        service_card,
        service_booklet_old,
    ),
    "M-DR-06": (
        military_licence,
        military_licence_card,
        military_licence_old,
    ),
}
