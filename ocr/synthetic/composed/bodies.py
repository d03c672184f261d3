"""The bodies of composed pages: a table, a list of labels and values, sentences with values inside.

Knows rows, columns and running text. Knows neither the paper nor what stands above and below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr.synthetic.composed.draft import Draft
from ocr.synthetic.composed.fitting import fitted, fitting, sized
from ocr.synthetic.page import MM_PER_POINT, Box, Label, Page, Ticks, Value
from ocr.synthetic.wording import Choice, Entry, Piece, pick

_BANDS = (
    "基本信息",
    "申请信息",
    "登记信息",
    "车辆信息",
    "其他事项",
    "审核意见",
    "以下由经办人填写",
    "备　注",
)


def grid(draft: Draft, page: Page, box: Box) -> float:
    """A table of labels and values, with tick boxes and bands; returns its bottom."""
    left, top, right, bottom = box
    rng, width = draft.rng, right - left
    small = min(1.0, width / 150)
    rows = _rows(draft, max(1, min(3, round(width / float(rng.uniform(55, 95))))))
    room = bottom - top
    while len(rows) > 1 and room / len(rows) < 6.0:
        spare = next((row for row in reversed(rows) if not _needed(row)), None)
        if spare is None:
            break
        rows.remove(spare)
    deep = min(
        float(rng.uniform(*((11, 24) if draft.chance(0.5) else (6.5, 13)))), room / max(len(rows) + 1, 2)
    )
    border = pick(rng, ("full", "full", "full", "lines", "none", "dotted"))
    share = float(rng.uniform(0.26, 0.44))
    align = pick(rng, ("center", "left"))
    pt = (float(rng.choice([8, 8.5, 9, 10, 10.5])) + (deep > 11)) * max(small, 0.72)
    y = top
    for row in rows:
        height = deep
        if isinstance(row, Choice):
            height = max(deep, min(_ticks_height(row, pt, width * (1 - share * 0.6)), bottom - y))
        _row(draft, page, (left, y, right, y + height), row, border, share, align, pt)
        y += height
    if border == "full":
        page.box((left, top, right, y), mm=float(rng.choice([0.3, 0.5, 0.7])))
    elif border == "lines":
        page.line(left, top, right, top, 0.5)
    return y


_Row = tuple[Entry, ...] | Choice | str


def _rows(draft: Draft, across: int) -> list[_Row]:
    """The entries gathered into rows of at most `across`; long values have a row of their own."""
    rows: list[_Row] = []
    open_row: list[Entry] = []
    for entry in draft.entries:
        if len(draft.writer.content(entry).text) > 16 or len(entry.labels[0]) > 12:
            rows.append((entry,))
            continue
        open_row.append(entry)
        if len(open_row) == across or draft.chance(0.12):
            rows.append(tuple(open_row))
            open_row = []
    if open_row:
        rows.append(tuple(open_row))
    for tick in draft.variant.ticks:
        if tick.required or not draft.chance(draft.drop):
            rows.insert(int(draft.rng.integers(len(rows) + 1)), tick)
    if draft.chance(0.3):
        rows.insert(int(draft.rng.integers(len(rows) + 1)), pick(draft.rng, _BANDS))
    if draft.chance(0.12):
        rows.append(Choice(("提交材料", "所附资料"), tuple(draft.cited() for _ in range(4))))
    if draft.variant.text and draft.chance(0.4):
        rows.append(draft.writer.plain(draft.variant.text[-1]))
    return rows


def _ticks_height(choice: Choice, pt: float, room: float) -> float:
    """The height in mm that a row of tick boxes needs."""
    size = max(6.0, min(pt, 9.0)) * MM_PER_POINT
    across = sum(len(option) + 2.8 for option in choice.options) * size
    return (int(across / room) + 1) * size * 1.7


def _needed(row: _Row) -> bool:
    if isinstance(row, tuple):
        return any(entry.required for entry in row)
    return isinstance(row, Choice) and row.required


def _row(
    draft: Draft, page: Page, box: Box, row: _Row, border: str, share: float, align: str, pt: float
) -> None:
    left, top, right, bottom = box
    if isinstance(row, str):
        cells: list[tuple[float, Label | Value | Ticks]] = [
            (right - left, Label(row, pt, "center" if len(row) < 12 else "left"))
        ]
    elif isinstance(row, Choice):
        first = (right - left) * share * 0.6
        cells = [
            (first, Label(pick(draft.rng, row.labels), pt, align)),
            (right - left - first, _ticked(draft, page, row, pt)),
        ]
    else:
        width = (right - left) / len(row)
        part = share if len(row) > 1 else share * 0.75
        cells = []
        for entry in row:
            label = draft.writer.plain(pick(draft.rng, entry.labels))
            cells.append((width * part, Label(label, pt, align)))
            cells.append((width * (1 - part), _value(draft, entry, pt)))
    x = left
    for width, cell in cells:
        area = (x, top, x + width, bottom)
        if border == "full":
            page.box(area)
        elif border == "dotted" and isinstance(cell, Value):
            page.line(x + 1, bottom - 1.2, x + width - 2, bottom - 1.2, 0.15)
        page.cell(area, sized(page, cell, width - 2.6, bottom - top - 1.2))
        x += width
    if border == "lines":
        page.line(left, bottom, right, bottom, 0.2)


def _value(draft: Draft, entry: Entry, pt: float) -> Value:
    piece = draft.writer.content(entry)
    align = pick(draft.rng, ("left", "left", "center"))
    return Value(piece.text, piece.code, piece.canonical, align, pt + float(draft.rng.choice([0, 0, 1, 2])))


def _ticked(draft: Draft, page: Page, choice: Choice, pt: float) -> Ticks:
    """Tick boxes with one ticked; a field's tick goes into the truth."""
    shown = choice.options if len(choice.options) < 7 else choice.options[: int(draft.rng.integers(6, 14))]
    chosen = pick(draft.rng, shown)
    if choice.code:
        page.note(choice.code, chosen)
    return Ticks([(option, option == chosen) for option in shown], max(6.0, min(pt, 9.0)))


def pairs(draft: Draft, page: Page, box: Box, columns: int | None = None, largest: float = 15.0) -> float:
    """Labels with their values behind them, in one to three columns; returns the y below."""
    left, top, right, bottom = box
    rng = draft.rng
    columns = columns or max(1, min(3, round((right - left) / float(rng.uniform(60, 130)))))
    entries = [entry for entry in draft.entries if entry.required] + [
        e for e in draft.entries if not e.required
    ]
    ticks = [tick for tick in draft.variant.ticks if tick.required]
    least = min(5.0, largest * MM_PER_POINT * 1.4)
    room = max(int((bottom - top) / least), 1) * columns - len(ticks) * columns
    needed = sum(entry.required for entry in entries)
    entries = entries[: max(room, needed)]
    if needed < len(entries) and columns > 0 and draft.chance(0.7):
        entries = [entries[index] for index in rng.permutation(len(entries))]
    lines = -(-len(entries) // columns) + len(ticks)
    step = min(float(rng.uniform(6, 20)) if largest > 12 else largest * 0.75, (bottom - top) / max(lines, 1))
    pt = min(largest, step / MM_PER_POINT / 1.35, float(rng.uniform(9, 15)))
    width = (right - left) / columns
    sign, underlined = pick(rng, ("：", "：", ":", "　", "")), draft.chance(0.3)
    hung = float(rng.uniform(0.3, 0.42)) * width if draft.chance(0.5) else None
    for index, entry in enumerate(entries):
        x = left + index % columns * width
        y = top + (index // columns + 0.5) * step
        _pair(draft, page, (x, y - step / 2, x + width - 2, y + step / 2), entry, pt, sign, hung, underlined)
    y = top + -(-len(entries) // columns) * step
    for tick in ticks:
        label = pick(rng, tick.labels) + "："
        page.text(left, y + step / 2, label, pt)
        behind = left + page.measure(label, draft.style.label, pt, draft.style.label_choice)
        page.cell((behind, y, right, y + max(step, 8)), _ticked(draft, page, tick, min(pt, 7.5)))
        y += max(step, 8)
    return y


def _pair(
    draft: Draft,
    page: Page,
    box: Box,
    entry: Entry,
    pt: float,
    sign: str,
    hung: float | None,
    underlined: bool,
) -> None:
    left, top, right, bottom = box
    y = (top + bottom) / 2
    label = draft.writer.plain(pick(draft.rng, entry.labels)) + sign
    behind = fitted(page, left, y, label, pt, (right - left) * 0.55, "lm")[2] + 1
    start = max(behind, left + hung) if hung else behind
    if underlined:
        page.line(start, bottom - 0.8, right - 1, bottom - 0.8, 0.15)
    value = replace(_value(draft, entry, pt), align="left")
    cell = sized(page, value, right - start - 1, bottom - top)
    page.cell((start, top, right, bottom), cell)


def sentences(draft: Draft, page: Page, box: Box) -> float:
    """Sentences with their values inside, then what they left out as a list; returns the y below."""
    left, top, right, bottom = box
    rng = draft.rng
    texts = list(draft.variant.text)
    if len(texts) > 3 and draft.chance(0.4):
        del texts[int(rng.integers(1, len(texts)))]
    if draft.chance(0.25):
        texts.insert(int(rng.integers(1, len(texts) + 1)) if texts else 0, draft.aside())
    left_out = [entry for entry in draft.entries if entry.required]
    reserve = min(len(left_out) * 6.0, (bottom - top) * 0.6)
    characters = sum(len(draft.writer.plain(text)) for text in texts) + 30 * len(texts)
    ease = ((right - left) * (bottom - top - reserve) / max(characters, 1) / 1.75) ** 0.5 / MM_PER_POINT
    pt = max(5.5, min(float(rng.choice([10.5, 12, 12, 14, 16])), ease))
    indent = "　　" if draft.chance(0.85) else ""
    leading = float(rng.uniform(1.4, 2.0))
    y = top + pt * MM_PER_POINT
    for text in texts:
        first = "" if text.endswith("：") and len(text) < 24 else indent
        pieces = [Piece(first), *draft.writer.pieces(text)]
        y = _running(draft, page, (left, y, right, bottom - reserve), pieces, pt, leading)
    if draft.variant.ticks and draft.chance(0.3):
        page.cell((left, y - 2, right, y + 8), _ticked(draft, page, draft.variant.ticks[0], 8.5))
        y += 9
    held = draft.entries
    draft.entries = [e for e in left_out if e.code not in page.truth.fields]
    draft.entries += [
        e for e in held if not e.required and e.code not in page.truth.fields and draft.chance(0.15)
    ]
    if draft.entries:
        y = pairs(draft, page, (left, y, right, bottom), largest=pt)
    draft.entries = held
    return y


def _running(draft: Draft, page: Page, box: Box, pieces: Sequence[Piece], pt: float, leading: float) -> float:
    """Text wrapped from the box's top down, values written between printed words; stops at its bottom."""
    left, y, right, bottom = box
    step = pt * MM_PER_POINT * leading
    x = left
    style = draft.style
    lined = draft.chance(0.3)
    for piece in pieces:
        role, choice = (
            (style.value, style.value_choice) if piece.filled else (style.label, style.label_choice)
        )
        edges: list[Box] = []
        rest = piece.text
        while rest and y < bottom:
            count = fitting(page, rest, role, pt, choice, right - x)
            if count < len(rest) and (_unbroken(rest) or not count) and x > left:
                x, y = left, y + step
                continue
            run, rest = rest[: max(count, 1)], rest[max(count, 1) :]
            if piece.filled:
                edge = page.write(x, y, run, pt, role, hand=style.hand)
                if lined:
                    page.line(edge[0], edge[3] + 0.3, edge[2], edge[3] + 0.3, 0.15)
            else:
                edge = page.text(x, y, run, pt)
            edges.append(edge)
            x = edge[2]
            if rest:
                x, y = left, y + step
        if piece.code and piece.canonical is not None and edges and not rest:
            page.note(piece.code, piece.canonical, edges)
    return y + step


def _unbroken(text: str) -> bool:
    """Numbers are not broken at a line's end."""
    return len(text) <= 20 and all(ord(sign) < 0x2E7F for sign in text[1:])
