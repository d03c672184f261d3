"""How an application form of the vehicle desk is laid out: four editions of one bureau's sheet.

Knows bands, columns, tick rows, signature blocks. Knows nothing of what a certain form asks; see `applications`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ocr.synthetic import figures, stamps
from ocr.synthetic.layouts.office_print import barcode
from ocr.synthetic.page import MM_PER_POINT, Cell, Label, Page, Row, Ticks, Value, chinese_date, dated
from ocr.synthetic.style import Ink

Line = tuple[tuple[str, Cell], ...]

OFFICE = "示例市公安局车辆管理所"
_GREY: Ink = (228, 230, 232)


@dataclass(frozen=True)
class Section:
    """A block of the form under one heading; each line holds one or two (label, cell)."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Form:
    """What one filled-in form says. `items`: groups of tick boxes; `chosen`: (group, caption) ticked."""

    title: str
    items: tuple[tuple[str, tuple[str, ...]], ...]
    chosen: tuple[str, str]
    plate: tuple[Value, Value]
    sections: tuple[Section, ...]
    statement: str
    signers: tuple[tuple[str, str], ...]
    day: date
    number: str
    notes: tuple[str, ...]


def tick_height(page: Page, ticks: Ticks, width: float) -> float:
    """The height in mm that a row of tick boxes needs in a cell of this width."""
    step = ticks.pt * MM_PER_POINT
    lines, used = 1, 0.0
    for caption, _ in ticks.options:
        wide = page.measure(caption, page.style.label, ticks.pt, page.style.label_choice) + step * 2.2
        if used and used + wide > width - 4:
            lines, used = lines + 1, 0.0
        used += wide
    return 3.5 + lines * step * 1.75


def standard(page: Page, form: Form) -> None:
    """The ministry's sheet: plate line on top, vertical labels at the left, signatures inside the frame."""
    rng = page.rng
    left, y = 18 + rng.uniform(-4, 4), rng.uniform(19, 26)
    _title(page, y, form.title, 18)
    _plate_line(page, form, left, y + 11)
    rows, sides, top = _item_rows(page, form, 174, side=10), [], y + 17
    reach = top + sum(height for height, _ in rows)
    if len(form.items) > 1:
        sides.append((top, reach, "申请事项"))
    each = _even(page, form, 232 - reach, 142)
    for section in form.sections:
        start = reach
        for line in section.lines:
            height = max(each, *(_need(page, cell, 152 / len(line) - 24) for _, cell in line))
            rows.append((height, [(10, None), *_spread(line, 164, 24)]))
            reach += height
        sides.append((start, reach, section.name))
    page.grid(left, top, rows)
    for start, end, name in sides:
        page.side((left, start, left + 10, end), name.split("（")[0])
    bottom = _signed(page, form, left, reach, 174, 282 - reach - 5 * len(form.notes))
    for index, note in enumerate(form.notes):
        page.text(left, bottom + 5 + 4.6 * index, note, 8.5)


def system_print(page: Page, form: Form) -> None:
    """The same form printed whole by the counter's system: flat rows, number on top, no vertical labels."""
    rng = page.rng
    left = 20 + rng.uniform(-3, 3)
    page.text(left, 17, f"流水号：{form.number}", 9)
    page.text(
        left + 170,
        17,
        f"打印时间：{form.day.isoformat()} {rng.integers(9, 17)}:{rng.integers(10, 60)}",
        9,
        anchor="rm",
    )
    if rng.random() < 0.5:
        barcode(page, left + 126, 20, 42, 7)
    _title(page, 33, form.title, 16, "hei_heavy")
    kind, number = form.plate
    rows: list[Row] = [(10.5, [(34, "号牌种类"), (51, kind), (34, "号牌号码"), (51, number)])]
    rows += _item_rows(page, form, 170, side=0)
    top = 40.0
    reach = top + sum(height for height, _ in rows)
    each = min(_even(page, form, 230 - reach, 136), 11)
    for section in form.sections:
        for line in section.lines:
            named = tuple(
                (_short(section.name) + label if label[:2] in _SHARED else label, cell)
                for label, cell in line
            )
            height = max(each, *(_need(page, cell, 170 / len(line) - 34) for _, cell in line))
            rows.append((height, _spread(named, 170, 34)))
            reach += height
    page.grid(left, top, rows, border=0.5)
    y = page.flow(left + 2, reach + 7, 166, "　　" + form.statement, 10, leading=1.6)
    for index, (caption, name) in enumerate(form.signers):
        page.text(left + 4, y + 6 + 11 * index, caption + "：", 10.5)
        if name:
            page.signature(left + 64, y + 6 + 11 * index, name)
    y += 6 + 11 * (len(form.signers) - 1)
    page.field(left + 128, y, dated(form.day, "sign_date", "iso" if rng.random() < 0.4 else "chinese"))
    if rng.random() < 0.6:
        stamps.press_round(
            page, left + rng.uniform(100, 150), y + rng.uniform(-12, 8), OFFICE, "业务专用章", 38
        )
    page.text(left, 284, "受理人：　　　　　　　审核人：", 9)


_SHARED = ("姓名", "邮寄", "邮政", "手机", "固定", "身份", "联系", "住所")


def _short(name: str) -> str:
    return name.removeprefix("机动车").split("/")[0].split("（")[0]


def provincial(page: Page, form: Form) -> None:
    """A province's self-service edition: grey bands for headings, numbered items, the office's part below."""
    rng = page.rng
    left, width = 15 + rng.uniform(-2, 3), 178.0
    page.text(left, 14, "示例省公安厅交通管理局监制", 8.5, "hei")
    page.paste(figures.square_code(rng), (left + width - 18, 9, left + width, 27))
    _title(page, 24, form.title, 17, "hei_heavy", room=138)
    page.text(left, 33, f"受理编号：{form.number}", 9, "hei")
    y = 37.0
    kind, number = form.plate
    y = _band(page, left, y, width, f"{_ORDINALS[0]}、申请事项")
    for group, options in form.items:
        ticks = Ticks([(option, (group, option) == form.chosen) for option in options], 9)
        label = Label(group or "业务种类", 9, "left")
        y = page.grid(
            left, y, [(tick_height(page, ticks, width - 26), [(26, label), (width - 26, ticks)])], 0.25
        )
    y = page.grid(
        left,
        y,
        [
            (
                8,
                [
                    (26, Label("号牌种类", 9, "left")),
                    (63, kind),
                    (26, Label("号牌号码", 9, "left")),
                    (63, number),
                ],
            )
        ],
        0.25,
    )
    each = min(_even(page, form, 196 - y - 6.5 * len(form.sections), width - 26), 9.5)
    for index, section in enumerate(form.sections, 1):
        y = _band(
            page,
            left,
            y,
            width,
            f"{_ORDINALS[index]}、{section.name.removesuffix('信息').removesuffix('的')}信息",
        )
        for line in section.lines:
            height = max(each, *(_need(page, cell, width / len(line) - 26) for _, cell in line))
            cells = _spread(line, width, 26)
            y = page.grid(
                left,
                y,
                [(height, [(w, Label(c, 9, "left") if isinstance(c, str) else c) for w, c in cells])],
                0.25,
            )
    y = _band(page, left, y, width, f"{_ORDINALS[len(form.sections) + 1]}、申请人声明")
    below = page.flow(left + 3, y + 5, width - 6, "　　" + form.statement, 9, leading=1.5)
    for index, (caption, name) in enumerate(form.signers):
        page.text(left + 4, below + 3 + 9 * index, caption + "：", 9.5)
        if name:
            page.signature(left + 60, below + 3 + 9 * index, name, 15)
    page.text(left + 112, below + 3, "申请日期：", 9.5)
    page.field(left + 130, below + 3, dated(form.day, "sign_date"))
    end = below + 9 * len(form.signers) + rng.uniform(2, 8)
    page.box((left, y, left + width, end), mm=0.25)
    y = _band(
        page,
        left,
        end,
        width,
        f"{_ORDINALS[len(form.sections) + 2]}、车辆管理所审核意见（以下由车辆管理所填写）",
    )
    page.box((left, y, left + width, y + 22), mm=0.25)
    for x, caption in ((4, "受理岗："), (64, "登记审核岗："), (130, "档案岗：")):
        page.text(left + x, y + 7, caption, 9.5)
    if rng.random() < 0.7:
        stamps.press_round(
            page, left + rng.uniform(80, 155), y + rng.uniform(2, 14), OFFICE, "业务专用章", 36
        )


_ORDINALS = "一二三四五六七八九"


def older(page: Page, form: Form) -> None:
    """An edition of earlier years, mostly written by hand: the signatures stand in a column at the right."""
    rng = page.rng
    left, y, width, right = 14 + rng.uniform(-2, 3), rng.uniform(22, 30), 180.0, 40.0
    if rng.random() < 0.4:
        page.text(left, y - 9, "附件2", 9, "hei")
    _title(page, y, form.title, 15.5, "song_heavy")
    page.line(left + 30, y + 5, left + width - 30, y + 5, 0.5)
    page.text(left, y + 12, "受理岗签注", 9.5)
    page.text(left + 116, y + 12, "编号：", 9.5)
    page.field(left + 128, y + 12, Value(form.number, printed=True))
    top = reach = y + 17
    main = width - right
    kind, number = form.plate
    rows: list[Row] = [(11, [(24, "号牌号码"), (46, number), (24, "号牌种类"), (46, kind)])]
    each = min(_even(page, form, 205 - top, main - 26), 11.5)
    for section in form.sections:
        rows.append((7, [(main, Label(" ".join(section.name), 10, role=page.style.title))]))
        for line in section.lines:
            height = max(each, *(_need(page, cell, main / len(line) - 24) for _, cell in line))
            rows.append((height, _spread(line, main, 24)))
    for group, options in form.items:
        ticks = Ticks([(option, (group, option) == form.chosen) for option in options], 9)
        rows.append(
            (tick_height(page, ticks, main - 24) + 1, [(24, group or "申请事项"), (main - 24, ticks)])
        )
    reach = page.grid(left, top, rows, border=0.6)
    _right_column(page, form, (left + main, top, left + width, reach))
    for title in ("登记审核岗", "牌证管理岗", "档案管理岗"):
        page.grid(left, reach, [(11, [(32, title), (width - 32, None)])], border=0.4)
        page.text(left + width - 40, reach + 6, "年　　月　　日", 9)
        reach += 11
    for index, note in enumerate(form.notes[:2]):
        page.text(left, reach + 5 + 4.6 * index, note, 8.5, "kai")


def _right_column(page: Page, form: Form, box: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = box
    page.box(box, mm=0.4)
    y = page.flow(left + 2, top + 6, right - left - 4, form.statement, 9, leading=1.55)
    step = min(26.0, (bottom - y - 16) / len(form.signers))
    for caption, name in form.signers:
        below = page.flow(left + 2, y, right - left - 4, caption + "：", 9.5, leading=1.4)
        if name:
            page.signature(left + 8, below + (step - 8) * 0.35, name, 16)
        y += step
    page.field(left + 4, bottom - 7, dated(form.day, "sign_date", pt=10))


def _title(page: Page, y: float, text: str, pt: float, role: str | None = None, room: float = 176) -> None:
    wide = page.measure(text, role or page.style.title, pt)
    page.title(y, text, pt * min(1.0, room / wide), role=role)


def _plate_line(page: Page, form: Form, left: float, y: float) -> None:
    for x, caption, value in ((4, "号牌种类", form.plate[0]), (92, "号牌号码", form.plate[1])):
        page.text(left + x, y, caption, 10.5)
        page.line(left + x + 18, y + 3, left + x + 64, y + 3, 0.2)
        page.field(left + x + 21, y, value)


def _item_rows(page: Page, form: Form, width: float, side: float) -> list[Row]:
    """The tick boxes; several groups leave a column of `side` mm for a label over all of them."""
    several = len(form.items) > 1
    rows: list[Row] = []
    for group, options in form.items:
        ticks = Ticks([(option, (group, option) == form.chosen) for option in options], 9.2)
        head = (
            [(side, None), (32 - side, group)]
            if several and side
            else [(34 if not side else 32, group or "申请事项")]
        )
        wide = width - sum(w for w, _ in head)
        rows.append((max(10.0, tick_height(page, ticks, wide)), [*head, (wide, ticks)]))
    return rows


def _spread(line: Line, width: float, label: float) -> list[tuple[float, Cell]]:
    cells: list[tuple[float, Cell]] = []
    for caption, cell in line:
        cells += [(label, caption), (width / len(line) - label, cell)]
    return cells


def _need(page: Page, cell: Cell, width: float) -> float:
    return tick_height(page, cell, width) if isinstance(cell, Ticks) else 0.0


def _even(page: Page, form: Form, room: float, width: float) -> float:
    """The height of a plain row so that all rows share `room`."""
    tall = [
        _need(page, cell, width)
        for section in form.sections
        for line in section.lines
        for _, cell in line[:1]
    ]
    plain = sum(1 for need in tall if not need)
    spare = (room - sum(tall)) / max(plain, 1)
    return float(min(max(spare, 7.2), page.rng.uniform(9.5, 15)))


def _band(page: Page, left: float, y: float, width: float, text: str) -> float:
    page.box((left, y, left + width, y + 6.5), mm=0.25, fill=_GREY)
    page.text(left + 2, y + 3.3, text, 9.5, "hei_heavy")
    return y + 6.5


def _signed(page: Page, form: Form, left: float, top: float, width: float, height: float) -> float:
    """The statement and the signatures in a frame; returns its bottom."""
    height = min(height, 52.0)
    page.box((left, top, left + width, top + height), mm=0.4)
    y = page.flow(left + 4, top + 6, width - 8, "　　" + form.statement, 10, leading=1.5)
    share = width / len(form.signers)
    for index, (caption, name) in enumerate(form.signers):
        x = left + 5 + share * index
        page.text(x, y + 4, caption + "：", 10)
        if name:
            page.signature(x + 8, y + 13, name)
        if index == 0:
            page.field(x + 4, top + height - 5, dated(form.day, "sign_date"))
        else:
            page.text(x + 4, top + height - 5, chinese_date(form.day) if name else "　　年　　月　　日", 10)
    if page.rng.random() < 0.6:
        x = left + width - page.rng.uniform(22, 70)
        stamps.press_round(page, x, top + height - page.rng.uniform(8, 22), OFFICE, "业务专用章", 38)
    return top + height


def keep(page: Page, codes: Sequence[str]) -> Page:
    """Leaves in the truth only the fields that the catalogue gives the page's type."""
    truth = page.truth
    truth.fields = {code: value for code, value in truth.fields.items() if code in codes}
    truth.boxes = {code: box for code, box in truth.boxes.items() if code in codes}
    return page
