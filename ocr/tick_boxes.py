"""Which boxes of a form are ticked: frames found beside the printed options, and how much ink lies in each.

Knows an upright page's pixels, its lines and the options of the field rules. Knows no reader: an option whose line was
not read is not seen. A box that was filled, crossed or ticked counts; what the reader saw in its place (☑, √) is asked
only where no frame is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.field_rules import GROUPED, GROUPS, RULES
from ocr.geometry import Image
from ocr.protocol import Box, FieldFinding, Line

# The strip around a line: so many of its heights to its left (a box may lie outside the line), above and below it.
_LEFT, _AROUND = 1.6, 0.2
# What is ink: darker than the paper by this share of the contrast.
_CONTRAST = 0.42
# Frames thinner than the print are paler; they are looked for so where none is as dark as the print.
_FAINT = 0.25
# A box filled to its edges: how full its square is.
_SOLID = 0.86
# The bare paper in an empty box: its side beside the line's height, how full of it its square is, how far from the
# line's middle it lies.
_INSIDE, _SQUARE, _OFF_MIDDLE = (0.28, 0.9), 0.88, 0.3
# A stroke's greatest width in pixels; how much of each side of a box must be drawn; how dark its inside may be if it
# is empty.
_STROKE, _FRAME, _EMPTY = 5, 0.68, 0.08
# Bare paper beside a box, in shares of its side, and how much ink it may hold.
_BEFORE, _BEHIND, _BARE = 0.4, 0.1, 0.05
# From this share of ink inside, a box is ticked for sure; between the two, by this likely.
_TICKED, _SURELY = 0.13, 0.22
_SURE, _LIKELY, _READ = 0.97, 0.75, 0.8
# A sign's width beside a box's side, as forms have it; what lies between two options, their box among it, in signs.
_SIGN, _PITCH = (1.0, 1.1, 1.18, 1.3, 1.45), 1.9
# What it costs, in signs, to leave a box without an option; how far from its place a ticked box may lie, and a row
# from where it should begin or end.
_ALONE, _NEAR, _SLACK = 3.0, 1.3, 0.65
# A box's side beside its line's height, where there is no empty one to measure.
_USUAL_SIDE = 0.5
# So much of a row of options must be options that are known.
_KNOWN = 0.4
# An option that any question may have; the field's own stand no further from it than so many heights of a line.
_OTHER, _COMPANY = "其他", 3.0
_MARKS, _EMPTY_SIGNS = "☑√■☒✓✔", "□☐"
# Words that a mark or the line's end parts; a sign that may have been misread.
_PART, _UNSURE = re.compile(r"[\u4e00-\u9fff、/]{4,}"), 0.9
# What makes a paper another one: 前号牌.
_OTHER_PAPER = "前后原"
# How a form's name ends, which holds the names of what may be asked for.
_HEADING = re.compile(r"(?:申请|审批|登记|记录|备案)表$")
_CHINESE, _BETWEEN = re.compile(r"[\u4e00-\u9fff]"), re.compile(rf"[{_MARKS}{_EMPTY_SIGNS}:：;；]+")


@dataclass(frozen=True)
class Choice:
    """An option with a box before it. `box`: around option and box, in pixels of the page."""

    option: str
    ticked: bool
    confidence: float
    box: Box


@dataclass(frozen=True)
class _Option:
    """An option in a line's text and the sign before it there; or other words between two boxes."""

    text: str
    before: str
    known: bool


@dataclass(frozen=True)
class _Frame:
    """The frame of a box in a strip: its corner, its side, the share of ink inside."""

    left: int
    top: int
    side: int
    ink: float


@dataclass(frozen=True)
class _Row:
    """A line with options: its strip cut out of the page, and how the strip lies there."""

    line: Line
    options: tuple[_Option, ...]
    dark: NDArray[np.uint8]
    begins: float

    @property
    def height(self) -> float:
        return self.dark.shape[0] / (1 + 2 * _AROUND)


def findings(image: Image, lines: Sequence[Line], codes: Sequence[str]) -> tuple[FieldFinding, ...]:
    """What is ticked on an upright BGR page, for each of the fields that forms ask for with boxes. Several options are
    given one after the other, as 补领号牌、换领行驶证."""
    found = (
        _finding(image, lines, code) for code in dict.fromkeys(codes) if code in RULES and RULES[code].options
    )
    return tuple(finding for finding in found if finding)


def _finding(image: Image, lines: Sequence[Line], code: str) -> FieldFinding | None:
    grouped = RULES[code].grouped
    seen = choices(image, lines, (*RULES[code].options, *((*GROUPED, *GROUPS) if grouped else ())))
    named = [(_named(each, lines) if grouped else each.option, each) for each in seen if each.ticked]
    told = [(name, each) for name, each in named if name and (name != _OTHER or _in_company(each, seen))]
    if not told:
        return None
    left, top, right, bottom = zip(*(each.box for _, each in told), strict=True)
    height, width = image.shape[:2]
    box = (min(left) / width, min(top) / height, max(right) / width, max(bottom) / height)
    return FieldFinding(
        code,
        "、".join(dict.fromkeys(name for name, _ in told)),
        min(each.confidence for _, each in told),
        (round(box[0], 4), round(box[1], 4), round(min(1.0, box[2]), 4), round(min(1.0, box[3]), 4)),
        (),
    )


def _named(choice: Choice, lines: Sequence[Line]) -> str:
    """The option, with the word that heads its row where the option names only a paper or only what is asked for it;
    nothing, if none does."""
    if choice.option not in GROUPED + GROUPS:
        return choice.option
    _, top, _, bottom = choice.box
    for line in lines:
        text, (_, upper, right, lower) = "".join(line.text.split()), geometry.bounds(line.box)
        level = upper < (top + bottom) / 2 < lower and right < choice.box[0] + (bottom - top)
        if level and choice.option in GROUPED and text in GROUPS:
            return text + choice.option
        if level and choice.option in GROUPS and text.removeprefix("机动车") in GROUPED:
            return choice.option + text.removeprefix("机动车")
    return ""


def _in_company(other: Choice, seen: Sequence[Choice]) -> bool:
    """Whether an answer that any question may have (其他) stands near one that is the field's own."""
    _, top, _, bottom = other.box
    return any(each.option != _OTHER and abs(each.box[1] - top) < _COMPANY * (bottom - top) for each in seen)


def choices(image: Image, lines: Sequence[Line], options: Sequence[str]) -> list[Choice]:
    """The known options on an upright BGR page that have a box before them, in reading order, ticked or not."""
    for contrast in (_CONTRAST, _FAINT):
        rows = [row for line in lines if (row := _row(image, line, options, contrast))]
        inside = [side for row in rows for side in _empty(row)]
        if inside:
            break
    usual = round(float(np.median(inside))) if inside else None
    return [choice for row in rows for choice in _judged(row, _frames(row, usual))]


def _row(image: Image, line: Line, options: Sequence[str], contrast: float) -> _Row | None:
    found = _options_in(_put_right(line, tuple(options)), options)
    if not found:
        return None
    quad = np.array(line.box, dtype=np.float32)
    (_,), (height,) = geometry.sizes(quad[None])
    along = (quad[1] - quad[0]) / max(1.0, float(np.linalg.norm(quad[1] - quad[0])))
    down = (quad[3] - quad[0]) * _AROUND
    left = along * _LEFT * float(height)
    strip = geometry.cut_out(
        image, np.stack([quad[0] - left - down, quad[1] - down, quad[2] + down, quad[3] - left + down])
    )
    return _Row(line, found, _dark(strip, contrast), _LEFT * float(height))


def _put_right(line: Line, options: tuple[str, ...]) -> str:
    """The line's text, an option in it put right of which one sign was hardly legible, if it can be no other."""
    signs = [(sign, chance) for sign, chance in zip(line.text, line.characters, strict=True) if sign.strip()]
    text = "".join(sign for sign, _ in signs)
    for part in _PART.finditer(text):
        like = {
            option: wrong
            for option in options
            if len(option) == len(part.group())
            and len(wrong := [at for at, sign in enumerate(option) if sign != part.group()[at]]) <= 1
        }
        if len(like) == 1:
            option, wrong = like.popitem()
            if wrong and signs[part.start() + wrong[0]][1] < _UNSURE:
                return text[: part.start()] + option + text[part.end() :]
    return text


def _options_in(text: str, options: Sequence[str]) -> tuple[_Option, ...]:
    """The options that the text holds, and what else stands between its boxes, if it is a row of options."""
    plain = "".join(text.split())
    if _HEADING.search(plain):
        return ()
    found: list[_Option] = []
    reached = 0
    for match in _pattern(tuple(options)).finditer(plain):
        between = _unknown(plain[reached : match.start()])
        # Such a sign makes what follows it another paper; any other single one is a box that was misread.
        single = (
            bool(between) and between[-1].text in _OTHER_PAPER and plain[match.start() - 1] in _OTHER_PAPER
        )
        found += between[:-1] if single else between
        named = between[-1].text + match.group() if single else match.group()
        found.append(_Option(named, plain[: match.start()][-1:], not single))
        reached = match.end()
    found += _unknown(plain[reached:])
    words, known = (
        sum(len(_CHINESE.findall(each.text)) for each in kept)
        for kept in (found, [each for each in found if each.known])
    )
    marked = any(sign in plain for sign in _MARKS + _EMPTY_SIGNS)
    return tuple(found) if known and (marked or known >= _KNOWN * words) else ()


def _unknown(text: str) -> list[_Option]:
    return [_Option(part, "", False) for part in _BETWEEN.split(text) if _CHINESE.search(part)]


@lru_cache
def _pattern(options: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(option) for option in sorted(options, key=len, reverse=True)))


def _dark(strip: Image, contrast: float) -> NDArray[np.uint8]:
    """1 where the strip is darker than its paper by so much of its contrast."""
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey, (2, 80))
    return np.asarray(grey < high - max(18.0, contrast * (high - low)), dtype=np.uint8)


def _empty(row: _Row) -> list[int]:
    """The inner sides, in pixels, of the strip's squares of bare paper that ink encloses."""
    _, _, found, _ = cv2.connectedComponentsWithStats(1 - row.dark, connectivity=4)
    least, most = (share * row.height for share in _INSIDE)
    return [
        int(width)
        for _, top, width, height, area in found[1:]
        if least <= width <= most
        and abs(width - height) <= max(2, 0.15 * width)
        and area >= _SQUARE * width * height
        and abs(top + height / 2 - row.dark.shape[0] / 2) <= _OFF_MIDDLE * row.height
    ]


def _frames(row: _Row, inside: int | None) -> list[_Frame]:
    """The boxes in the strip from left to right: those of the form's size, and those filled to their edges."""
    drawn = _boxes(row, inside) if inside is not None else []
    filled = [
        frame
        for frame in _filled(row, inside)
        if all(abs(frame.left - other.left) > 0.7 * other.side for other in drawn)
    ]
    return sorted([*drawn, *filled], key=lambda frame: frame.left)


def _filled(row: _Row, inside: int | None) -> list[_Frame]:
    """The strip's squares of nothing but ink, where `inside` is given no larger than the others' frames."""
    least, most = (share * row.height for share in _INSIDE)
    if inside is not None:
        least, most = 0.9 * inside, inside + 2.0 * _STROKE
    _, _, found, _ = cv2.connectedComponentsWithStats(row.dark, connectivity=4)
    return [
        _Frame(int(left), int(top), int(max(width, height)), 1.0)
        for left, top, width, height, area in found[1:]
        if least <= width <= most
        and abs(width - height) <= max(2, 0.15 * width)
        and area >= _SOLID * width * height
        and abs(top + height / 2 - row.dark.shape[0] / 2) <= _OFF_MIDDLE * row.height
    ]


def _boxes(row: _Row, inside: int) -> list[_Frame]:
    """The form's boxes in the strip, of which the inner side is known, from left to right."""
    scored: list[tuple[float, _Frame]] = []
    across, down = _sides(row.dark)
    for side in range(inside + 1, inside + _STROKE + 1):
        drawn = _drawn(across, down, side)
        if drawn is None:
            continue
        for top, left in np.argwhere(drawn >= _FRAME):
            if abs(top + side / 2 - row.dark.shape[0] / 2) <= _OFF_MIDDLE * row.height:
                frame = _Frame(int(left), int(top), side, _ink(row.dark, int(left), int(top), side))
                if frame.ink <= _EMPTY or _stands_alone(row.dark, frame):
                    scored.append((float(drawn[top, left]), frame))
    return _apart(scored)


def _stands_alone(dark: NDArray[np.uint8], frame: _Frame) -> bool:
    """Whether there is bare paper before the frame and right behind its foot, where no tick reaches: a sign of the
    print has neighbours."""
    foot, bottom = frame.top + round(0.6 * frame.side), frame.top + frame.side
    right = frame.left + frame.side + 2
    before = dark[
        max(0, frame.top - 2) : bottom + 3,
        max(0, frame.left - round(_BEFORE * frame.side)) : max(1, frame.left - 1),
    ]
    behind = dark[foot:bottom, right : right + max(1, round(_BEHIND * frame.side))]
    return all(side.size == 0 or side.mean() <= _BARE for side in (before, behind))


def _sides(dark: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Running sums of ink along the rows and down the columns, a stroke that is off by a pixel counted in."""
    thick = np.ones((3, 1), dtype=np.uint8)
    across = np.cumsum(cv2.dilate(dark, thick), axis=1, dtype=np.int32)
    down = np.cumsum(cv2.dilate(dark, thick.T), axis=0, dtype=np.int32)
    return np.pad(across, ((0, 0), (1, 0))), np.pad(down, ((1, 0), (0, 0)))


def _drawn(across: NDArray[np.int32], down: NDArray[np.int32], side: int) -> NDArray[np.float32] | None:
    """How much of its worst side is drawn, for the square of that side at each corner (top, left)."""
    height, width = down.shape[0] - 1, across.shape[1] - 1
    if height <= side or width <= side:
        return None
    level = (across[:, side:] - across[:, :-side]) / side
    upright = (down[side:] - down[:-side]) / side
    rows, columns = height - side, width - side
    four = (
        level[:rows, :columns],
        level[side : side + rows, :columns],
        upright[:rows, :columns],
        upright[:rows, side : side + columns],
    )
    return np.asarray(np.minimum.reduce(four), dtype=np.float32)


def _ink(dark: NDArray[np.uint8], left: int, top: int, side: int) -> float:
    inset = max(2, round(0.2 * side))
    inside = dark[top + inset : top + side - inset + 1, left + inset : left + side - inset + 1]
    return float(inside.mean()) if inside.size else 1.0


def _apart(scored: list[tuple[float, _Frame]]) -> list[_Frame]:
    """The clearest frames of which none covers another, from left to right."""
    kept: list[_Frame] = []
    for _, frame in sorted(scored, key=lambda each: (-round(each[0], 1), each[1].ink)):
        if all(abs(frame.left - other.left) > 0.7 * other.side for other in kept):
            kept.append(frame)
    return sorted(kept, key=lambda frame: frame.left)


def _judged(row: _Row, boxes: Sequence[_Frame]) -> list[Choice]:
    found = []
    for option, box in _partners(row, boxes):
        ticked, confidence = _verdict(option, box)
        if option.known and confidence:
            found.append(Choice(option.text, ticked, confidence, _bounds(row, option, box)))
    return found


def _partners(row: _Row, boxes: Sequence[_Frame]) -> list[tuple[_Option, _Frame | None]]:
    """Each option with its box. The empty boxes are sure and are shared out first, so that what lies behind each is as
    long as its option and those that follow without one; a box with ink belongs where such an option's is wanted."""
    options = row.options
    empty = [box for box in boxes if box.ink <= _EMPTY]
    inked = [box for box in boxes if box.ink > _EMPTY]
    if not boxes:
        return [(option, None) for option in options]
    _, held, sign = min((_shared(row, empty, share) for share in _SIGN), key=lambda each: each[0])
    found: list[tuple[_Option, _Frame | None]] = []
    for at, option in enumerate(options):
        wanted = _wanted(row, options, held, at, sign)
        near = min(inked, key=lambda box: abs(box.left - wanted), default=None)
        close = near is not None and abs(near.left - wanted) <= _NEAR * sign
        found.append((option, held.get(at) or (near if close else None)))
    return found


def _shared(row: _Row, empty: Sequence[_Frame], share: float) -> tuple[float, dict[int, _Frame], float]:
    """The empty boxes by the option that each belongs to, at the least cost in signs; that cost; a sign in pixels."""
    if not empty:
        return 0.0, {}, share * _USUAL_SIDE * row.height
    options, width = row.options, row.dark.shape[1]
    sign = share * float(np.mean([box.side for box in empty]))
    ends = np.cumsum([0.0, *(_signs(option.text) + _PITCH for option in options)])
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
    for box in range(len(empty)):
        for at in range(len(options)):
            before = (empty[box].left - row.begins) / sign - ends[at]
            ways = [(_ALONE * box + max(0.0, abs(before + _SLACK) - _SLACK), (-1,) * box)]
            for earlier in range(at):
                cost, way = best.get((earlier, box - 1), (np.inf, ()))
                room = (empty[box].left - empty[box - 1].left) / sign if box else 0.0
                ways.append((cost + abs(room - (ends[at] - ends[earlier])), way))
            cost, way = min(ways)
            best[at, box] = cost, (*way, at)
    last = len(empty) - 1
    behind = (width - empty[last].left) / sign + _SLACK - ends[-1]
    cost, way = min(
        (best[at, last][0] + abs(behind + ends[at]), best[at, last][1]) for at in range(len(options))
    )
    return cost, {at: box for at, box in zip(way, empty, strict=True) if at >= 0}, sign


def _wanted(row: _Row, options: Sequence[_Option], held: dict[int, _Frame], at: int, sign: float) -> float:
    """Where the box of an option should begin, told from the nearest option whose box is known."""
    known = min(held, key=lambda other: abs(other - at), default=None)
    lengths = [(_signs(option.text) + _PITCH) * sign for option in options]
    if known is None:
        return row.begins - sign + sum(lengths[:at])
    if known <= at:
        return held[known].left + sum(lengths[known:at])
    return held[known].left - sum(lengths[at:known])


def _signs(text: str) -> float:
    return sum(1.0 if ord(sign) > 0x2E7F else 0.55 for sign in text)


def _verdict(option: _Option, box: _Frame | None) -> tuple[bool, float]:
    """Whether the option is ticked, and how surely; 0: nothing tells."""
    if box is None:
        read = option.before in _MARKS + _EMPTY_SIGNS and bool(option.before)
        return option.before in _MARKS, _READ if read else 0.0
    if box.ink <= _EMPTY:
        return False, _SURE
    return box.ink >= _TICKED, _SURE if box.ink >= _SURELY else _LIKELY


def _bounds(row: _Row, option: _Option, box: _Frame | None) -> Box:
    left, top, right, bottom = geometry.bounds(row.line.box)
    if box is None:
        return left, top, right, bottom
    start = left - row.begins + box.left
    width = box.side * (1.5 + _signs(option.text) / 0.85)
    return max(0.0, start), top, min(right, start + width), bottom
