"""What is wrong with the image of a page, seen from grey levels alone, before any text is read.

Knows grey levels, strokes and the edges of the image. Does not know what the page says, nor which way up it is: a page
that lies on its side (`turned`) is found by whoever reads it. A fault is only reported where the measure leaves no
doubt: a sound page that is sent back costs a clerk more than a poor one that is read anyway.

| fault | measure | unit |
|---|---|---|
| blank | ink | share of the page that is darker than its paper |
| blurred | sharpness | share of the contrast that one pixel crosses at the steepest edges, long side 1600 |
| dark | light | grey level (0 to 255) of the paper; 255 less the contrast where too much light fell |
| cut | strokes | strokes that run over an edge of the image; 0 where a corner is missing |
| skewed | skew | degrees that the text rises to the right |
| low_dpi | resolution | dots an inch that the file states, or else what its letters are worth at ten points |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.protocol import Box, Quality, QualityFault

Grey = NDArray[np.uint8]
Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Limits:
    """Where a measure becomes a fault; set on synthetic pages of every layout (see tests/ocr/test_quality.py)."""

    blank_below: float = 0.0006
    blurred_below: float = 0.135
    # Paper darker than this keeps no contrast; a photograph at night has lamps brighter than it.
    paper_below: float = 110.0
    # Clipped white on most of the page, and ink that differs from it by less.
    contrast_below: float = 70.0
    clipped_above: float = 0.3
    strokes_from: int = 3
    corner_above: float = 0.05
    skew_above: float = 3.0
    dpi_below: float = 120.0
    # Ten-point letters that are lower cannot be read; a stated resolution is not believed beyond these papers.
    letter_dpi_below: float = 42.0
    longest_paper_inches: float = 17.5


LIMITS = Limits()
BLANK_BELOW = LIMITS.blank_below

# Pages are measured at this long side, so that the limits hold for every resolution.
SIDE = 1600
_MARGIN = 0.03
_INK_LEVEL = 0.75
_FAINT_LEVEL = 0.97
_SMEARED_LEVEL = 0.87
_CLIPPED = 252
# Paper at least this share of the brightest is paper in the light; where less of the page is, it is a photograph.
_LIT = 0.7
_MOSTLY_PAPER = 0.55
# Where less of the page is paper, there is a picture whose soft outlines would count as edges of print.
_ALL_PAPER = 0.9
# The paper's brightness is measured at this fraction of the scale.
_COARSE = 8


@dataclass(frozen=True)
class _Page:
    """The page at the measuring scale. `small` is it at an eighth, `ground` that without its ink; `light` is the
    brightest paper on it, `scale` how many pixels of the scan one of its pixels is worth."""

    grey: Grey
    mask: Mask
    small: Grey
    ground: Grey
    light: float
    scale: float

    @property
    def paper_share(self) -> float:
        """How much of the picture is paper: nearly as bright as the brightest of it. A photograph has little."""
        return float((self.ground > _LIT * self.light).mean())


def assess(grey: Grey, dpi: float | None = None, reduced: float = 1.0) -> Quality:
    """Quality of a grey page as scanned; its fingerprint stays empty (`ocr.fingerprint` needs it upright).

    Wants a long side of 1600 pixels or more where the scan has them; more is scaled down here. `reduced`: how many
    times smaller than the scan `grey` was decoded; `dpi`: what the file states for the scan.
    """
    page = _measured(grey, reduced)
    ink = float(_inner(page.mask).mean())
    if LIMITS.blank_below <= ink < _HARDLY_ANY:
        ink = float(_inner(_without_holes(page.mask)).mean())
    if ink < LIMITS.blank_below:
        return Quality((_washed_out(page) or _smeared(page) or _blank(ink),), 0.0, round(ink, 5), 0.0, "")
    box, sharpness, skew = _ink_box(page.mask), _sharpness(page, ink), skew_of(page.mask)
    faults = [*_light(page), *_cut(page), *_resolution(page, max(grey.shape) * reduced, dpi)]
    if sharpness < LIMITS.blurred_below:
        faults.append(QualityFault("blurred", round(sharpness, 3), box))
    if abs(skew) > LIMITS.skew_above:
        faults.append(QualityFault("skewed", round(skew, 1), box))
    return Quality(tuple(faults), round(sharpness, 3), round(ink, 5), round(skew, 2), "")


def _measured(grey: Grey, reduced: float) -> _Page:
    factor = min(1.0, SIDE / max(grey.shape))
    if factor < 1:
        grey = _resized(grey, round(grey.shape[1] * factor), round(grey.shape[0] * factor))
    height, width = grey.shape
    small = _resized(grey, width // _COARSE, height // _COARSE)
    ground = np.asarray(cv2.medianBlur(cv2.dilate(small, np.ones((3, 3), np.uint8)), 21), dtype=np.uint8)
    level = cv2.resize(cv2.convertScaleAbs(ground, alpha=_INK_LEVEL), (width, height))
    mask = _as_ones(cv2.medianBlur(np.asarray(cv2.compare(grey, level, cv2.CMP_LT)), 3))
    return _Page(grey, mask, small, ground, float(np.percentile(_inner(small, 0.06), 99)), reduced / factor)


def _as_ones(compared: NDArray[Any]) -> Mask:
    """OpenCV's 255 as 1: the lowest bit costs a tenth of a division."""
    return np.asarray(np.bitwise_and(compared, 1), dtype=np.uint8)


def _resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    size = max(1, width), max(1, height)
    return geometry.shrunk(pixels, *size)


def _inner(pixels: NDArray[np.uint8], margin: float = _MARGIN) -> NDArray[np.uint8]:
    """Without the margin, where scanners leave shadows and the lid shows."""
    height, width = pixels.shape
    top, left = int(height * margin), int(width * margin)
    return pixels[top : height - top, left : width - left]


# ---- blank, blurred, dark ----


def _blank(ink: float) -> QualityFault:
    return QualityFault("blank", round(ink, 5))


# With less ink than this, two punched holes may be all of it; their width in pixels, and how far from a side they lie.
_HARDLY_ANY = 0.006
_HOLE = 20, 52
_HOLE_MARGIN = 0.12


def _without_holes(mask: Mask) -> Mask:
    """The ink without round, filled spots near the edges."""
    _, labels, stats, middles = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    is_round = (abs(width - height) <= 5) & (abs(area / (width * height) - np.pi / 4) < 0.08)
    from_edge = np.minimum(middles, np.array(mask.shape[::-1]) - middles) / np.array(mask.shape[::-1])
    near = from_edge.min(axis=1) < _HOLE_MARGIN
    holes = is_round & near & (width >= _HOLE[0]) & (width <= _HOLE[1])
    return np.where(holes[labels], 0, mask).astype(np.uint8)


def _smeared(page: _Page) -> QualityFault | None:
    """Print so far out of focus that none of it is dark any more, and too dark to be the other side shining
    through."""
    level = _SMEARED_LEVEL * cv2.blur(_inner(page.ground).astype(np.float32), (9, 9))
    smears = (cv2.blur(_inner(page.small), (3, 3)) < level).astype(np.uint8)
    return QualityFault("blurred", 0.0) if float(smears.mean()) > 10 * LIMITS.blank_below else None


# Ink of no more pixels than this is a speck of the glass, which is sharp however blurred the sheet above it is.
_SPECK = 60
# Of all edges, the share below the steepest that count.
_SOFTER_PRINT, _SOFTER_PICTURE = 90, 97


def _without_specks(mask: Mask) -> Mask:
    """The ink without specks; all of it where there is nothing else."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    counts = stats[:, 4] > _SPECK
    counts[0] = False
    return counts[labels].astype(np.uint8) if counts.any() else mask


def _sharpness(page: _Page, ink: float) -> float:
    """How steep the edges of the ink are; of a picture, which has few hard edges, the steepest thirtieth of them."""
    mask = _without_specks(page.mask) if ink < _HARDLY_ANY else page.mask
    return _steepness(page, mask, _SOFTER_PRINT if page.paper_share > _ALL_PAPER else _SOFTER_PICTURE)


def _steepness(page: _Page, mask: Mask, softer: float) -> float:
    """How steep the ink's edges are that only so many per cent of them fall below, as a share of the contrast."""
    grey, inked = _inner(page.grey), _inner(mask)
    outlines = np.asarray(cv2.morphologyEx(inked, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)))
    edges = np.flatnonzero(outlines.view(np.bool_))[::3]
    across, down = cv2.spatialGradient(np.ascontiguousarray(grey))
    # A sheet that moved is smeared along one direction only: the duller of the two counts.
    steepness = min(float(np.percentile(np.abs(way.reshape(-1)[edges]), softer)) for way in (across, down))
    return steepness / 8 / max(_contrast(page, mask), 1.0)


def _contrast(page: _Page, mask: Mask) -> float:
    """Grey levels between the paper and the darkest fifth of the ink."""
    inked = page.grey[::2, ::2][mask[::2, ::2] > 0]
    if not len(inked):
        return 0.0
    return float(np.median(page.ground)) - float(np.percentile(inked, 20))


def _light(page: _Page) -> Iterator[QualityFault]:
    """Too little light, or too much, on a page that is mostly paper."""
    if page.light < LIMITS.paper_below:
        if page.paper_share > _MOSTLY_PAPER:
            yield QualityFault("dark", round(page.light, 1))
        return
    fault = _washed_out(page)
    if fault:
        yield fault


def _washed_out(page: _Page) -> QualityFault | None:
    """Print that the light has eaten: clipped white, with faint traces where strokes are. Soft ones are blurred."""
    if float((page.grey[::4, ::4] >= _CLIPPED).mean()) < LIMITS.clipped_above:
        return None
    height, width = page.grey.shape
    level = cv2.resize(cv2.convertScaleAbs(page.ground, alpha=_FAINT_LEVEL), (width, height))
    faint = _as_ones(cv2.compare(cv2.medianBlur(page.grey, 3), level, cv2.CMP_LT))
    if float(_inner(faint).mean()) < LIMITS.blank_below:
        return None
    contrast = _contrast(page, faint)
    if contrast >= LIMITS.contrast_below:
        return None
    sharpness = _steepness(page, faint, _SOFTER_PRINT)
    if sharpness < LIMITS.blurred_below:
        return QualityFault("blurred", round(sharpness, 3), _ink_box(faint))
    return QualityFault("dark", round(255 - contrast, 1), _ink_box(faint))


# ---- resolution ----


def _resolution(page: _Page, longest: float, dpi: float | None) -> Iterator[QualityFault]:
    """What the file states counts, where it can be true of a paper; else the height of the letters."""
    if dpi and longest / dpi <= LIMITS.longest_paper_inches:
        if dpi < LIMITS.dpi_below:
            yield QualityFault("low_dpi", round(dpi, 1))
        return
    worth = _letter_dpi(page) if page.paper_share > _MOSTLY_PAPER else None
    if worth is not None and worth < LIMITS.letter_dpi_below:
        yield QualityFault("low_dpi", round(worth, 1), _ink_box(page.mask))


def _letter_dpi(page: _Page) -> float | None:
    """What resolution the letters have if they are of ten points; None where there are too few."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(page.mask, connectivity=8, ltype=cv2.CV_32S)
    width, height, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    letters = (height >= 3) & (height < 60) & (width < 2 * height) & (height < 3 * width) & (area >= 8)
    if int(letters.sum()) < 40:
        return None
    return float(np.percentile(height[letters], 70)) * page.scale / (10 / 72)


# ---- edges ----

# A stroke goes this far in from the edge, a speck does not; a ruled line goes farther, and two of them that stand well
# apart are a table of which a part is missing. So near the corners stands the rim of the lid, not a table.
_STROKE, _RULE = 6, 24
_APART = 0.2
_RIM = 0.06
# Where more of the outermost rows is dark, they show the lid: the sheet ends within the image.
_LID_SHOWS = 0.5


def _cut(page: _Page) -> Iterator[QualityFault]:
    """Sides that strokes run over, and corners that are not there."""
    if page.paper_share < _MOSTLY_PAPER:
        return
    corners = [(turns, _missing_corner(np.rot90(page.small, turns) < 0.6 * page.light)) for turns in range(4)]
    missing = [(turns, legs) for turns, legs in corners if legs]
    if missing:  # what lies under the sheet there would pass for strokes
        for turns, legs in missing:
            yield QualityFault("cut", 0.0, _turned_back((0.0, 0.0, *legs), turns))
        return
    for turns in range(4):
        mask, lit = np.rot90(page.mask, turns), np.rot90(page.ground, turns)[1] > 0.75 * page.light
        if mask[:2].mean() > _LID_SHOWS:
            continue
        strokes = _over_top(mask[:_STROKE], lit, 0.01)
        rules = _over_top(mask[:_RULE], lit, _RIM)
        table = len(rules) > 1 and rules[-1][0] - rules[0][0] > _APART * mask.shape[1]
        if len(strokes) >= LIMITS.strokes_from or table:
            crossing = max(strokes, rules, key=len)
            yield QualityFault("cut", float(len(crossing)), _side_box(crossing, mask.shape[1], turns))
        elif _slipped(mask, np.rot90(page.small, turns)):
            yield QualityFault("cut", float(len(strokes)), _turned_back((0.0, 0.0, 1.0, 0.04), turns))


# A sheet that slipped over an edge leaves its print this close to it (shares of the height), and as much of the lid to
# be seen at the other: less is a margin, and half the height a sheet of half the size.
_CLOSE = 0.002, 0.03
# A line of print has so many signs beside each other in so many rows; a staple or a few specks have not.
_SIGNS, _LINE = 4, 16
_LID = 0.10, 0.46
_LID_STEP = 4.0
# Beside a dark lid the ground is told wrong for so many coarse rows.
_GROUND_REACH = 12


def _slipped(mask: Mask, small: Grey) -> bool:
    """Whether print begins just below the upper edge, while a bare, even band of another brightness than the paper runs
    along the whole lower one: the lid."""
    height, width = mask.shape
    ink = np.flatnonzero(mask[:, int(0.03 * width) : int(0.97 * width)].sum(axis=1) >= _STROKE)
    if not len(ink) or not _CLOSE[0] < ink[0] / height <= _CLOSE[1]:
        return False
    if len(_runs(np.asarray(mask[ink[0] : ink[0] + _LINE].any(axis=0)))) < _SIGNS:
        return False
    rows = np.median(small[:, small.shape[1] // 20 : -(small.shape[1] // 20)], axis=1)
    first, last = (int((1 - share) * len(rows)) for share in reversed(_LID))
    steps = np.abs(rows[first + 3 : last + 3] - rows[first - 3 : last - 3])
    edge = first + int(np.argmax(steps))
    lid = rows[edge + 3 :]
    bare = ink[-1] < height * (edge + _GROUND_REACH) / len(rows)
    return bool(steps.max() >= _LID_STEP and bare and np.abs(lid - np.median(lid)).max() <= _LID_STEP / 2)


def _over_top(edge: Mask, bright: NDArray[np.bool_], rim: float) -> list[tuple[int, int]]:
    """Where ink runs from the upper edge through these rows: (start, end) of each stroke on bright paper, but for that
    share of the width at either corner."""
    width = edge.shape[1]
    strip = cv2.dilate(np.ascontiguousarray(edge), np.ones((1, 5), np.uint8))
    through = strip.sum(axis=0) >= len(edge) - 1
    lit = bright[np.minimum(np.arange(width) // _COARSE, len(bright) - 1)]
    return [
        (start, end)
        for start, end in _runs(through & lit)
        if end - start <= max(12, int(0.03 * width)) and rim * width < start and end < (1 - rim) * width
    ]


def _runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    steps = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(steps[::2], steps[1::2], strict=True)]


def _side_box(strokes: list[tuple[int, int]], width: int, turns: int) -> Box:
    left, right = strokes[0][0] / width - 0.02, strokes[-1][1] / width + 0.02
    return _turned_back((left, 0.0, right, 0.04), turns)


def _turned_back(box: Box, turns: int) -> Box:
    """A box of the page after `turns` counter-clockwise quarters, as it lies on the page itself."""
    x0, y0, x1, y1 = (min(1.0, max(0.0, each)) for each in box)
    for _ in range(turns):
        x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
    return round(x0, 4), round(y0, 4), round(x1, 4), round(y1, 4)


def _missing_corner(dark: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Legs of the dark triangle in the upper left corner, in fractions; None where there is none.

    The lid that shows beside a skewed sheet is a wedge, far longer than it is wide; a desk goes on around the corner.
    """
    across, down = _leading(dark[min(1, len(dark) - 1)]), _leading(dark[:, min(1, dark.shape[1] - 1)])
    legs = across / dark.shape[1], down / dark.shape[0]
    if min(legs) < LIMITS.corner_above or max(legs) > 0.45 or min(across, down) < 0.3 * max(across, down):
        return None
    return legs if 0.35 < float(dark[:down, :across].mean()) < 0.65 else None


def _leading(line: NDArray[np.bool_]) -> int:
    ends = np.flatnonzero(~line)
    return int(ends[0]) if len(ends) else len(line)


def _ink_box(mask: Mask) -> Box:
    """Where the ink is, without the last half per cent at each end."""
    every_fourth = mask[::4, ::4]
    across, down = _span(every_fourth.sum(axis=0)), _span(every_fourth.sum(axis=1))
    return across[0], down[0], across[1], down[1]


def _span(ink: NDArray[np.uint64]) -> tuple[float, float]:
    mass = np.cumsum(ink)
    low, high = np.searchsorted(mass, (0.005 * mass[-1], 0.995 * mass[-1]))
    return round(float(low) / len(ink), 4), round(min(1.0, (float(high) + 1) / len(ink)), 4)


# ---- skew ----

_STRIPS = 32
_ANGLES = np.arange(-16.0, 16.1, 1.0)
_STEPS = np.arange(-1.0, 1.01, 0.125)
# How far the best angle must stand out from the middle one before it counts.
_CLEAR = 1.3


def skew_of(mask: Mask) -> float:
    """Degrees that the lines of the page rise to the right, whichever quarter it is turned by; 0 where no lines are.

    The angle at which the rows of ink, sheared back, are most sharply told from the gaps between them."""
    height, width = mask.shape
    small = _without_solids(_resized(mask * 255, width // 3, height // 3))
    best_peak, best_angle = 0.0, 0.0
    for turns in (0, 1):
        profiles, spread = _profiles(np.rot90(small, turns))
        # Ruled lines are thinner than a step of the angle: widened, none falls between two steps.
        wide = np.asarray(cv2.blur(profiles, (7, 1)), dtype=np.float32)
        coarse = [_row_contrast(wide, spread, float(angle)) for angle in _ANGLES]
        place = int(np.argmax(coarse))
        if coarse[place] < _CLEAR * float(np.median(coarse)) or place in (0, len(coarse) - 1):
            continue
        if coarse[place] > best_peak:
            fine = [_row_contrast(profiles, spread, float(_ANGLES[place] + step)) for step in _STEPS]
            best_peak, best_angle = coarse[place], float(_ANGLES[place] + _STEPS[int(np.argmax(fine))])
    return best_angle


# No stroke of print is so thick, at a third of the scale.
_SOLID = 7


def _without_solids(small: Mask) -> Mask:
    """The ink without solid shapes, whose outline no line of print follows: a dark coat on a portrait."""
    solids = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((_SOLID, _SOLID), np.uint8))
    return np.asarray(cv2.subtract(small, cv2.dilate(solids, np.ones((5, 5), np.uint8))), dtype=np.uint8)


def _profiles(small: Mask) -> tuple[NDArray[np.float32], float]:
    """Ink of each row within each strip, padded above and below by a quarter; and how far apart the strips are."""
    height, width = small.shape
    strips = cv2.resize(np.ascontiguousarray(small), (_STRIPS, height), interpolation=cv2.INTER_AREA)
    pad = height // 4 + 1
    return np.pad(strips.T.astype(np.float32), ((0, 0), (pad, pad))), width / _STRIPS


def _row_contrast(profiles: NDArray[np.float32], spread: float, angle: float) -> float:
    strips, padded = profiles.shape
    limit = padded // 6
    shifts = np.round((np.arange(strips) - strips / 2) * spread * np.tan(np.radians(angle)))
    total = np.zeros(padded - 2 * limit, np.float32)
    for profile, shift in zip(profiles, np.clip(shifts, -limit, limit).astype(int).tolist(), strict=True):
        total += profile[limit - shift : limit - shift + len(total)]
    steps = np.diff(total)
    return float(steps @ steps)
