"""What befalls a page between the desk and the file: marks on paper, folds, shadows, worn copies. Each by itself.

Knows how each effect looks at a strength from 0 to 1. Knows neither how often it happens nor which come together
(`scanner.draw_profile` decides), nor what the sheet says.

Four tables, in the order in which light meets them: MARKS draw on the sheet, PAPER changes the sheet as a whole,
COPIER is a photocopier's doing, LIGHT works on a map of gains (NEUTRAL: unchanged) that `scanner` multiplies in once.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import stamps
from ocr.synthetic.page import Page
from ocr.synthetic.style import BLACK, BLUE_INK, DARK_INK, Ink

Mark = Callable[[Page, float], None]
Change = Callable[[np.ndarray, float, np.random.Generator, int], np.ndarray]

NEUTRAL = 200  # so that a gain map has room for a quarter more light

_RED_INK: Ink = (196, 38, 46)
_PENCIL: Ink = (112, 112, 116)
_STAMP_BLUE: Ink = (44, 66, 160)
_STAMP_VIOLET: Ink = (110, 60, 150)
_OFFICES = (
    "示例市公安局交通警察支队车辆管理所",
    "示例市演示区行政审批局",
    "示例车管所档案专用章",
    "演示市机动车登记服务站",
)
_STAMPED = (
    ("与原件核对一致",),
    ("复印件与原件核对无误", "经办人："),
    ("已录入",),
    ("作废",),
    ("收件", "2026年 月 日"),
    ("此复印件仅用于", "办理车驾管业务"),
    ("已核对",),
    ("档案专用",),
    ("附件",),
)
_NOTED = (
    "同意",
    "已核",
    "原件已验",
    "见附件",
    "复核",
    "补 3月5日",
    "存档",
    "No.27",
    "共2页",
    "请复印两份",
    "√ 已交",
)


# Marks on the sheet


def _stamp(page: Page, strength: float) -> None:
    """A seal or a line stamp pressed anywhere, over text too."""
    rng = page.rng
    x, y = rng.uniform(0.15, 0.85) * page.width, rng.uniform(0.1, 0.9) * page.height
    ink = (stamps.SEAL_RED, stamps.SEAL_RED, _STAMP_BLUE, _STAMP_VIOLET)[int(rng.integers(4))]
    if rng.random() < 0.45:
        name = _OFFICES[int(rng.integers(len(_OFFICES)))]
        stamps.press_round(page, x, y, name, diameter=float(rng.uniform(30, 42)), ink=ink)
    else:
        lines = _STAMPED[int(rng.integers(len(_STAMPED)))]
        wide = float(rng.uniform(18, 26)) if len(lines[0]) < 5 else float(rng.uniform(38, 56))
        stamps.press_box(page, x, y, lines, wide, ink, turn=float(rng.normal(0, 14)))


def _note(page: Page, strength: float) -> None:
    """Words by hand in the margin or over the print."""
    rng = page.rng
    ink = (BLUE_INK, DARK_INK, _RED_INK, _PENCIL)[int(rng.integers(4))]
    text = _NOTED[int(rng.integers(len(_NOTED)))]
    x, y = rng.uniform(0.05, 0.8) * page.width, rng.uniform(0.03, 0.95) * page.height
    page.write(x, y, text, float(rng.uniform(11, 22)), "hand", ink, hand=True)


def _ticks(page: Page, strength: float) -> None:
    """Check marks, rings and underlines of someone who went through the sheet with a pen."""
    rng = page.rng
    ink = (_RED_INK, BLUE_INK, _PENCIL, BLACK)[int(rng.integers(4))]
    width = max(1, page.px(float(rng.uniform(0.3, 0.7))))
    for _ in range(1 + int(4 * strength * rng.random())):
        x, y = rng.uniform(0.08, 0.9) * page.width, rng.uniform(0.08, 0.9) * page.height
        reach = rng.uniform(3, 9)
        kind = rng.integers(3)
        points: tuple[tuple[float, float], ...]
        if kind == 0:
            points = ((-0.5, -0.1), (-0.1, 0.4), (0.8, -0.8))
        elif kind == 1:
            turns = np.linspace(0.4, 6.9, 22)
            points = tuple((2.2 * np.cos(t) + 0.03 * t, 0.7 * np.sin(t) + 0.02 * t) for t in turns)
        else:
            points = tuple((t, 0.06 * np.sin(3 * t)) for t in np.linspace(0, 4, 9))
        line = [(page.px(x + a * reach), page.px(y + b * reach)) for a, b in points]
        page.pen.line(line, fill=ink, width=width, joint="curve")


def _marker(page: Page, strength: float) -> None:
    """One line gone over with a highlighter."""
    rng = page.rng
    ink = ((255, 240, 90), (150, 240, 140), (255, 170, 200))[int(rng.integers(3))]
    left, top = rng.uniform(0.1, 0.5) * page.width, rng.uniform(0.1, 0.9) * page.height
    area = _area(page, left, top, rng.uniform(25, 80), rng.uniform(4, 6))
    below = np.asarray(page.image.crop(area))
    over = cv2.multiply(below, np.full_like(below, ink), scale=1 / 255)
    page.image.paste(Image.fromarray(over), area[:2])


def _holes(page: Page, strength: float) -> None:
    """Two or four holes for a ring binder, or three of a thread, along the left or the upper edge."""
    rng = page.rng
    count, gap, radius = ((2, 80, 2.9), (4, 80, 2.9), (3, 75, 1.3))[int(rng.integers(3))]
    depth = rng.uniform(8, 13)
    fill = (250, 250, 250) if rng.random() < 0.35 else (int(rng.integers(30, 190)),) * 3
    upright = rng.random() < 0.85
    middle = (page.height if upright else page.width) / 2 + rng.uniform(-6, 6)
    for index in range(count):
        along = middle + (index - (count - 1) / 2) * gap
        x, y = (depth, along) if upright else (along, depth)
        circle = [page.px(v) for v in (x - radius, y - radius, x + radius, y + radius)]
        page.pen.ellipse(circle, fill=fill, outline=(150, 150, 150))


def _staple(page: Page, strength: float) -> None:
    """A staple in an upper corner, or the two holes and the rust that it left."""
    rng = page.rng
    x, y = (rng.uniform(5, 13) if rng.random() < 0.8 else page.width - rng.uniform(5, 13)), rng.uniform(5, 13)
    angle = rng.uniform(-0.9, 0.9)
    dx, dy = 5.5 * np.cos(angle), 5.5 * np.sin(angle)
    if rng.random() < 0.6:
        page.line(x, y + 0.4, x + dx, y + dy + 0.4, 0.5, (176, 176, 176))
        page.line(x, y, x + dx, y + dy, 0.45, (92, 92, 96))
    else:
        for a, b in ((x, y), (x + dx, y + dy)):
            page.pen.ellipse([page.px(v) for v in (a - 0.6, b - 0.6, a + 0.6, b + 0.6)], fill=(120, 88, 62))


def _stain(page: Page, strength: float) -> None:
    """A ring of tea or a spot of grease."""
    rng = page.rng
    size = page.px(float(rng.uniform(18, 60)))
    cover: np.ndarray = np.zeros((size, size), np.uint8)
    centre, radius = (size // 2, size // 2), int(size * 0.42)
    if rng.random() < 0.5:
        cv2.circle(cover, centre, radius, (255,), max(1, size // 22), cv2.LINE_AA)
    cv2.circle(cover, centre, radius, (int(rng.integers(40, 150)),), -1, cv2.LINE_AA)
    patchy = cv2.resize(rng.integers(90, 256, (5, 5), np.uint8), (size, size), interpolation=cv2.INTER_CUBIC)
    cover = cv2.multiply(cv2.GaussianBlur(cover, (0, 0), size / 50), patchy, scale=strength / 255)
    colour = ((168, 126, 74), (120, 92, 60), (190, 180, 150))[int(rng.integers(3))]
    at = int(rng.uniform(-0.1, 0.9) * page.image.width), int(rng.uniform(-0.1, 0.9) * page.image.height)
    area = (*at, at[0] + size, at[1] + size)
    below = np.asarray(page.image.crop(area))
    tint = 255 - cv2.multiply(
        cv2.merge([cover] * 3), np.full((size, size, 3), np.subtract(255, colour), np.uint8), scale=1 / 255
    )
    page.image.paste(Image.fromarray(cv2.multiply(below, tint, scale=1 / 255)), at)


def _tape(page: Page, strength: float) -> None:
    """A strip of yellowed adhesive tape over a torn place."""
    rng = page.rng
    x, y = rng.uniform(0, 0.8) * page.width, rng.uniform(0, 0.9) * page.height
    area = _area(page, x, y, rng.uniform(30, 70), rng.uniform(10, 16))
    below = np.asarray(page.image.crop(area))
    film = np.full_like(below, (int(rng.integers(236, 252)), int(rng.integers(226, 240)), 206))
    page.image.paste(Image.fromarray(cv2.multiply(below, film, scale=1 / 255)), area[:2])
    page.box(
        (x, y, x + (area[2] - area[0]) * 25.4 / page.dpi, y + (area[3] - area[1]) * 25.4 / page.dpi),
        0.15,
        (206, 200, 180),
    )


def _area(page: Page, x: float, y: float, width: float, height: float) -> tuple[int, int, int, int]:
    return page.px(x), page.px(y), page.px(x + width), page.px(y + height)


# The sheet as a whole


def _bleed_through(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Print of the back shining through, mirrored; the front's own ink stands for it."""
    back = cv2.flip(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 1)
    back = np.roll(back, int(rng.uniform(0.08, 0.9) * back.shape[0]), axis=0)
    back = cv2.blur(back, (max(2, dpi // 70),) * 2)
    weight = 0.08 + 0.24 * strength
    back = cv2.convertScaleAbs(back, alpha=weight, beta=255 * (1 - weight))
    return cv2.multiply(pixels, cv2.merge([back] * 3), scale=1 / 255)


def _crumple(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A sheet that was crumpled and smoothed again: lines bend by up to about a millimetre."""
    height, width = pixels.shape[:2]
    reach = dpi / 25.4 * (0.25 + 0.6 * strength)
    field = rng.normal(0, reach, (2, 7, 6)).astype(np.float32).clip(-2 * reach, 2 * reach)
    columns, rows = (cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC) for part in field)
    columns += np.arange(width, dtype=np.float32)[None, :]
    rows += np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _corner(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A corner folded over: the sheet's back hides what stood there."""
    height, width = pixels.shape[:2]
    reach = (0.04 + 0.46 * strength) * min(height, width)
    x, y = (0 if rng.random() < 0.5 else width), (0 if rng.random() < 0.5 else height)
    along = x + (reach if x == 0 else -reach) * rng.uniform(0.7, 1.3)
    down = y + (reach if y == 0 else -reach) * rng.uniform(0.7, 1.3)
    tip = (along * 0.55 + x * 0.45, down * 0.55 + y * 0.45)
    pixels = cv2.fillPoly(
        pixels.copy(), [np.array([(x, y), (along, y), (x, down)], np.int32)], (150, 150, 152)
    )
    flap = np.array([(along, y), (x, down), tip], np.int32)
    return cv2.fillPoly(pixels, [flap], (236, 234, 230), cv2.LINE_AA)


# A photocopier's doing


def _thick(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Strokes that ran together."""
    grown = cv2.erode(pixels, np.ones((2, 2) if dpi < 160 else (3, 3), np.uint8))
    return cv2.addWeighted(grown, strength, pixels, 1 - strength, 0)


def _thin(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Strokes that wear away."""
    worn = cv2.dilate(pixels, np.ones((2, 2) if dpi < 160 else (3, 3), np.uint8))
    return cv2.addWeighted(worn, 0.6 * strength, pixels, 1 - 0.6 * strength, 0)


def _faded(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Toner running out: ink goes grey, in patches."""
    lift = 255 * (0.15 + 0.35 * strength)
    patches = _field(pixels.shape, (5, 4), rng, 0.35, 1.0, lift)
    if pixels.ndim == 3:
        patches = cv2.merge([patches] * 3)
    # Screen: black rises by the patch, white stays.
    return 255 - cv2.multiply(255 - pixels, 255 - patches, scale=1 / 255)


def _black_edges(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """The open lid: black where the glass lay bare, ragged towards the sheet."""
    height, width = pixels.shape[:2]
    pixels = pixels.copy()
    reach = dpi / 25.4 * (2 + 8 * strength)
    ink = int(rng.integers(5, 60))
    for edge in rng.permutation(4)[: int(rng.integers(1, 4))]:
        along = width if edge < 2 else height
        places = np.linspace(0, along, 9)
        depth = np.abs(rng.normal(0.5, 0.12) * reach + rng.normal(0, reach * 0.05, 9))
        if edge % 2:
            depth = (height if edge < 2 else width) - depth
        far = (height if edge < 2 else width) * (edge % 2)
        line = [*zip(places, depth, strict=True), (along, far), (0, far)]
        points = np.array(line if edge < 2 else [(b, a) for a, b in line], np.int32)
        cv2.fillPoly(pixels, [points], (ink,) * 3)
    return pixels


def _toner(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Streaks of toner down the sheet, dark or bare."""
    width = pixels.shape[1]
    pixels = pixels.copy()
    for _ in range(1 + int(3 * strength * rng.random())):
        x, wide = int(rng.uniform(0.02, 0.98) * width), max(1, round(dpi / 25.4 * rng.uniform(0.1, 0.5)))
        band = pixels[:, x : x + wide]
        shade = int(rng.integers(110, 190))
        pixels[:, x : x + wide] = cv2.min(band, np.full_like(band, shade)) if rng.random() < 0.6 else 255
    return pixels


def _resampled(pixels: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Sent on as a smaller picture and blown up again."""
    height, width = pixels.shape[:2]
    # Never below what about 85 dots an inch show: smaller would be a fault, not a hardship.
    share = max(1 - 0.45 * strength, min(1.0, 85 / dpi))
    small = cv2.resize(pixels, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


# Light


def _spine(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """The shadow where a bound file bends away from the glass."""
    height, width = gain.shape
    wide = width * rng.uniform(0.05, 0.14)
    fall = 1 - (0.35 + 0.45 * strength) * np.exp(-((np.arange(width) / wide) ** 1.3))
    if rng.random() < 0.3:
        fall = fall[::-1]
    return _times(gain, cv2.resize((fall * NEUTRAL).astype(np.uint8)[None], (width, height)))


def _vignette(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A lens that darkens towards its edges."""
    across = np.linspace(-1, 1, 24)[None, :] - rng.uniform(-0.4, 0.4)
    down = np.linspace(-1, 1, 32)[:, None] - rng.uniform(-0.4, 0.4)
    fall = 1 - (0.12 + 0.3 * strength) * np.clip((across**2 + down**2) / 2.2, 0, 1)
    return _times(gain, _spread((fall * NEUTRAL).astype(np.uint8), gain.shape))


def _uneven(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Light from a window or a lamp at one side, with the shadow of a hand or a head at times."""
    gain = _times(gain, _field(gain.shape, (3, 3), rng, 1 - 0.38 * strength, 1.08, NEUTRAL))
    if rng.random() < 0.35:
        small = np.full((64, 48), NEUTRAL, np.uint8)
        side = int(rng.integers(2)) * 48
        centre = side, int(rng.integers(20, 64))
        axes = int(rng.integers(12, 26)), int(rng.integers(14, 40))
        shade = (int(NEUTRAL * (1 - 0.3 * strength)),)
        cv2.ellipse(small, centre, axes, float(rng.uniform(0, 180)), 0, 360, shade, -1)
        gain = _times(gain, _spread(cv2.GaussianBlur(small, (0, 0), 1.6), gain.shape))
    return gain


def _fold(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Folded once or twice to fit a pocket: a line, and panels of slightly different brightness."""
    height, width = gain.shape
    for _ in range(1 + int(rng.random() < 0.4)):
        lying = rng.random() < 0.7
        length = height if lying else width
        at = int(length * (rng.choice([1 / 3, 1 / 2, 2 / 3]) + rng.normal(0, 0.01)))
        tilt = int(rng.normal(0, 0.004) * length)
        ends = ((0, at), (width, at + tilt)) if lying else ((at, 0), (at + tilt, height))
        panel = gain[at:] if lying else gain[:, at:]
        cv2.convertScaleAbs(panel, panel, alpha=1 - 0.05 * strength * rng.random())
        _ridge(gain, ends, strength, dpi)
    return gain


def _crease(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A few sharp lines across the sheet that do not run straight."""
    height, width = gain.shape
    for _ in range(1 + int(4 * strength * rng.random())):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        angle = rng.uniform(0, 2 * np.pi)
        points = [(x, y)]
        for _ in range(int(rng.integers(3, 7))):
            angle += rng.normal(0, 0.25)
            step = width * rng.uniform(0.06, 0.2)
            points.append((points[-1][0] + step * np.cos(angle), points[-1][1] + step * np.sin(angle)))
        _ridge(gain, tuple((int(a), int(b)) for a, b in points), strength, dpi)
    return gain


def _facets(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A crumpled sheet's many planes, each a little lighter or darker."""
    small = np.full((96, 72), NEUTRAL, np.uint8)
    for _ in range(int(24 + 40 * strength)):
        x, y = int(rng.integers(72)), int(rng.integers(96))
        points = rng.normal((x, y), 14, (3, 2)).astype(np.int32)
        shade = NEUTRAL * (1 + rng.normal(-0.02, 0.035 + 0.045 * strength))
        cv2.fillPoly(small, [points], (int(shade),))
    return _crease(_times(gain, _spread(cv2.GaussianBlur(small, (3, 3), 0), gain.shape)), strength, rng, dpi)


def _streak(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Dirt on the glass of a feeder: thin lines along the way of the sheet."""
    for _ in range(1 + int(3 * strength)):
        x = int(rng.uniform(0.02, 0.98) * gain.shape[1])
        shade = 1 - (0.06 + 0.4 * strength) * rng.random() if rng.random() < 0.7 else 1.15
        gain[:, x : x + max(1, round(dpi / 200))] = int(NEUTRAL * shade)
    return gain


def _moire(gain: np.ndarray, strength: float, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """A screen or a security ground beating against the scanner's rows: a fine oblique pattern."""
    period, angle = rng.uniform(2.6, 9.0), rng.uniform(0, np.pi)
    side = 240  # a whole number of waves each way, so that tiles join
    waves = np.maximum(1, np.round(np.abs([np.cos(angle), np.sin(angle)]) * side / period))
    steps = np.arange(side) * 2 * np.pi / side
    wave = np.sin(steps[None, :] * waves[0] + steps[:, None] * waves[1])
    tile = (NEUTRAL * (1 + (0.02 + 0.06 * strength) * wave)).astype(np.uint8)
    height, width = gain.shape
    return _times(gain, np.tile(tile, (-(-height // side), -(-width // side)))[:height, :width])


def _ridge(gain: np.ndarray, points: tuple[tuple[int, int], ...], strength: float, dpi: int) -> None:
    """A fold's dark side and its light side, drawn into the gain."""
    wide = max(1, round(dpi / 130))
    line = np.array(points, np.int32)
    for offset, share in ((0, 1 - 0.12 - 0.3 * strength), (wide, 1 + 0.05 + 0.1 * strength)):
        cv2.polylines(gain, [line + offset], False, (int(NEUTRAL * share),), wide, cv2.LINE_AA)


def _times(gain: np.ndarray, other: np.ndarray) -> np.ndarray:
    return cv2.multiply(gain, other, scale=1 / NEUTRAL)


def _field(
    shape: tuple[int, ...],
    cells: tuple[int, int],
    rng: np.random.Generator,
    low: float,
    high: float,
    unit: float,
) -> np.ndarray:
    """A soft field of `low` to `high` times `unit` over a picture."""
    return _spread((rng.uniform(low, high, cells) * unit).clip(0, 255).astype(np.uint8), shape)


def _spread(small: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


MARKS: dict[str, Mark] = {
    "stamp": _stamp,
    "note": _note,
    "ticks": _ticks,
    "marker": _marker,
    "holes": _holes,
    "staple": _staple,
    "stain": _stain,
    "tape": _tape,
}
PAPER: dict[str, Change] = {"bleed_through": _bleed_through, "crumple": _crumple, "corner": _corner}
COPIER: dict[str, Change] = {
    "thick": _thick,
    "thin": _thin,
    "faded": _faded,
    "toner": _toner,
    "resampled": _resampled,
    "black_edges": _black_edges,
}
LIGHT: dict[str, Change] = {
    "spine": _spine,
    "vignette": _vignette,
    "uneven": _uneven,
    "fold": _fold,
    "crease": _crease,
    "crumple": _facets,
    "streak": _streak,
    "moire": _moire,
}
