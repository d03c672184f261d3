"""A number plate on a picture of a vehicle, where it is too small or too slanted to be found as text.

Knows the colours and shapes of plates, and the network that tells their signs (`ocr.plate_signs`). Knows no page and no
field: whether such a number exists, its validator says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image
from ocr.plate_signs import KINDS, Floats, SignNetwork, decoded, flattened, windows

# Plates are looked for at this long side; smaller ones than the least cannot be read.
_SIDE, _LEAST, _MOST_SIDES = 1280, (15, 7), (560, 300)
# A field is so many times as long as high, of a plate in one line or two, seen from the front or askew; it fills so
# much of its outline, and its ink differs from its ground by so many levels of grey.
_SHAPE, _FILLED, _BEYOND, _CONTRAST = (0.55, 5.2), 0.7, 0.3, 18
_SLANT = 0.7
# Fields that are looked at by the network, then rows of signs beside them; the likeliest that are looked at closely.
_MOST, _FURTHER, _CLOSELY = 10, 4, 3
# Two fields are one if their middles and widths differ by less than these shares of a width.
_SAME_PLACE, _SAME_WIDTH = 0.12, 0.17
# A plate seen from the side looks shorter, never much longer than it is.
_ASKEW = (0.42, 1.3)
# Outlines near the one that was found: shifted by shares of the plate, then longer or higher.
_NEAR = [(dx, dy, 1.0, 1.0) for dx in (-0.02, 0.0, 0.02) for dy in (-0.05, 0.0, 0.05)] + [
    (0.0, 0.0, sx, sy) for sx in (0.96, 1.0, 1.04) for sy in (0.9, 1.0, 1.1) if (sx, sy) != (1.0, 1.0)
]
_TURNS, _AGREEING = 2, 9
# Upright strokes are at least so steep, and so many times steeper than what is around them; a plate is so many times
# longer and higher than its row of signs.
_STROKE, _STEEPER, _AROUND_SIGNS = 40, 2.0, (1.07, 1.55)
# What reads worse than this at first (mean log chance of a sign) is no plate.
_HOPELESS = -2.3
# A number is told from this chance on that all its signs are right, taken over the outlines that agree best.
SURE = 0.7
# Another number whose signs read so well on average puts the surest in doubt.
_RIVAL, _RIVAL_SIGN = 0.85, 0.8


@dataclass(frozen=True)
class Sighting:
    """A plate on a picture: its corners in pixels, its number, and the chance of each sign to be right."""

    quad: NDArray[np.float32]
    number: str
    chances: tuple[float, ...]


def _usual_chance(seen: Sighting) -> float:
    """Of a sign, so that numbers of seven and of eight signs compare."""
    return float(np.prod(seen.chances) ** (1 / len(seen.chances)))


def _rivals(other: Sighting, best: Sighting) -> bool:
    """Whether another reading puts the best one in doubt: it reads well, and is sure where the two differ. Windows for
    seven signs see part of a plate of eight."""
    if other.number == best.number or len(other.number) < len(best.number) or _usual_chance(other) <= _RIVAL:
        return False
    differing = [
        chance
        for one, two, chance in zip(other.number, best.number, other.chances, strict=False)
        if one != two
    ]
    return not differing or min(differing) > _RIVAL_SIGN


@dataclass(frozen=True)
class _Look:
    """One way of reading a field: its outline, the kind of plate, dark signs or bright ones; mean log chance."""

    likely: float
    quad: Floats
    kind: str
    dark: bool


class PlateReader:
    """Finds and reads the plate of a vehicle. Raises ModelsMissing where the network is not at `path`."""

    def __init__(self, path: Path) -> None:
        self._network = SignNetwork(path)
        self.version = self._network.version

    def read(self, picture: Image) -> Sighting | None:
        """The plate on an upright BGR picture, if one is surely read."""
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        seen = [self._closely(grey, look) for look in self._likeliest(grey, candidates(picture))]
        best = max(seen, key=_usual_chance, default=None)
        if best is None or np.prod(best.chances) < SURE:
            return None
        return None if any(_rivals(each, best) for each in seen) else best

    def _likeliest(self, grey: NDArray[np.uint8], quads: Sequence[Floats]) -> list[_Look]:
        ways = [
            (quad, kind, dark)
            for quad in quads
            for kind in KINDS
            if _ASKEW[0] * KINDS[kind].aspect <= _aspect(quad) <= _ASKEW[1] * KINDS[kind].aspect
            for dark in (False, True)
        ]
        if not ways:
            return []
        looks = [_Look(self._chance(found, way[1]), *way) for way, found in self._seen(grey, ways)]
        likely = [look for look in looks if look.likely > _HOPELESS]
        return sorted(likely, key=lambda look: -look.likely)[:_CLOSELY]

    def _closely(self, grey: NDArray[np.uint8], look: _Look) -> Sighting:
        """The number that the outlines near the found one agree on best, moved to where it reads best."""
        quad = look.quad
        for _ in range(_TURNS):
            near = [(_moved(quad, *step), look.kind, look.dark) for step in _NEAR]
            seen = [found for _, found in self._seen(grey, near)]
            likely = np.array([self._chance(found, look.kind) for found in seen])
            quad = near[int(likely.argmax())][0]
        agreed = np.mean([seen[index] for index in np.argsort(-likely)[:_AGREEING]], axis=0)
        number, chances = decoded(agreed, look.kind)
        return Sighting(quad, number, tuple(float(chance) for chance in chances))

    def _seen(
        self, grey: NDArray[np.uint8], ways: Sequence[tuple[Floats, str, bool]]
    ) -> Iterator[tuple[tuple[Floats, str, bool], Floats]]:
        """Each way with the chances of its signs, all told in one go."""
        cut = [windows(flattened(grey, quad, kind), kind, dark) for quad, kind, dark in ways]
        chances, at = self._network.chances(np.concatenate(cut)), 0
        for way, signs in zip(ways, cut, strict=True):
            yield way, chances[at : at + len(signs)]
            at += len(signs)

    def _chance(self, chances: Floats, kind: str) -> float:
        return float(np.log(decoded(chances, kind)[1] + 1e-6).mean())


def candidates(picture: Image) -> list[Floats]:
    """Quads of fields that may be plates on an upright BGR picture, likeliest first."""
    factor = min(1.0, _SIDE / max(picture.shape[:2]))
    reduced = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    small = np.asarray(reduced, dtype=np.uint8)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    slopes = cv2.Sobel(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_16S, 1, 0)
    upright = np.asarray(cv2.convertScaleAbs(slopes), dtype=np.uint8)
    grounds = [
        field for mask, worth in _grounds(small, grey) for field in _fields(mask, upright, grey, worth)
    ]
    kept: list[Floats] = []
    for found, most in ((grounds, _MOST), (_rows_of_signs(upright, grey), _MOST + _FURTHER)):
        for _, quad in sorted(found, key=lambda field: -field[0]):
            if len(kept) < most and not any(_same(quad, other) for other in kept):
                kept.append(quad)
    return [np.asarray(quad / factor, dtype=np.float32) for quad in kept]


def _grounds(small: Image, grey: Image) -> Iterator[tuple[NDArray[np.uint8], float]]:
    """Where the ground of a plate may be, and how much that tells: blue, yellow, green; then what is brighter or darker
    than what is around it, for plates in white and black, and for pictures without colour."""
    hue, full, light = cv2.split(cv2.cvtColor(small, cv2.COLOR_BGR2HSV))
    yield ((hue > 98) & (hue < 132) & (full > 85) & (light > 45)).astype(np.uint8), 1.25
    yield ((hue > 12) & (hue < 34) & (full > 95) & (light > 80)).astype(np.uint8), 1.25
    yield ((hue > 34) & (hue < 95) & (full > 20) & (light > 65)).astype(np.uint8), 1.25
    around = cv2.blur(grey, (71, 71))
    yield (cv2.subtract(grey, around) > 15).astype(np.uint8), 1.0
    yield (cv2.subtract(around, grey) > 12).astype(np.uint8), 1.0


def _rows_of_signs(upright: Image, grey: Image) -> Iterator[tuple[float, Floats]]:
    """The plates around rows of upright strokes: what has no colour and no edge of its own."""
    strokes = (upright > np.maximum(_STROKE, _STEEPER * cv2.blur(upright, (71, 71)))).astype(np.uint8)
    row = np.asarray(cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((3, 11), np.uint8)), dtype=np.uint8)
    for likely, quad in _fields(row, upright, grey, 1.0):
        yield likely, _moved(quad, 0.0, 0.0, *_AROUND_SIGNS)


def _fields(
    mask: NDArray[np.uint8], upright: Image, grey: Image, worth: float
) -> Iterator[tuple[float, Floats]]:
    """Parts of the mask in the shape of a plate, with how likely each is one: ink in upright strokes on even ground."""
    whole = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 9), np.uint8))
    whole = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    for index in range(1, len(stats)):
        left, top, wide, high, area = stats[index].tolist()
        sized = _LEAST[0] <= wide <= _MOST_SIDES[0] and _LEAST[1] <= high <= _MOST_SIDES[1]
        if not sized or not _SHAPE[0] <= wide / high <= _SHAPE[1] + 1 or area < 0.45 * wide * high:
            continue
        frame = np.s_[top : top + high, left : left + wide]
        if upright[frame].mean() < _CONTRAST / 2:
            continue
        part = labels[frame] == index
        quad = _outline(part)
        likely = worth * _likely(part, quad, upright[frame], grey[frame]) if quad is not None else 0.0
        if quad is not None and likely > 0:
            yield likely, quad + np.array([left, top], np.float32)


def _likely(part: NDArray[np.bool_], quad: Floats, upright: Image, grey: Image) -> float:
    if not _SHAPE[0] <= _aspect(quad) <= _SHAPE[1]:
        return 0.0
    empty = np.zeros(part.shape, np.uint8)
    inside = np.asarray(cv2.fillConvexPoly(empty, quad.round().astype(np.int32), (1,)))
    held, size = float((part & (inside > 0)).sum()), max(1.0, float(inside.sum()))
    if held < _FILLED * size or part.sum() - held > _BEYOND * size:
        return 0.0
    low, high = np.percentile(grey[inside > 0], (8, 92))
    contrast = float(high - low)
    strokes = float(upright[inside > 0].mean()) / max(12.0, contrast)
    if contrast < _CONTRAST or strokes < 0.2:
        return 0.0
    return (
        min(strokes, 1.2) * min(1.0, contrast / 60) * (held / size) * min(1.0, float(np.ptp(quad[:, 0])) / 40)
    )


def _outline(part: NDArray[np.bool_]) -> Floats | None:
    """A quad with upright sides, whose top and foot are straight lines along the part's upper and lower edge."""
    high = part.shape[0]
    filled = part.sum(axis=0)
    columns = np.flatnonzero(filled >= 0.35 * np.median(filled[filled > 0]))
    if len(columns) < _LEAST[0] // 2:
        return None
    left, right = int(columns[0]), int(columns[-1])
    edge = (right - left) // 10
    used = np.arange(left + edge, right - edge + 1)
    used = used[filled[used] > 0]
    top = _straight(used, part[:, used].argmax(axis=0))
    foot = _straight(used, high - part[::-1][:, used].argmax(axis=0))
    if top is None or foot is None:
        return None
    (a, b), (c, d) = top, foot
    sides = (left, right + 1)
    return np.array(
        [
            (sides[0], a * sides[0] + b),
            (sides[1], a * sides[1] + b),
            (sides[1], c * sides[1] + d),
            (sides[0], c * sides[0] + d),
        ],
        dtype=np.float32,
    )


def _straight(x: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[float, float] | None:
    """Slope and start of a line through most of the points; None where it is too steep."""
    kept = np.ones(len(y), dtype=bool)
    slope = start = 0.0
    for _ in range(3):
        if kept.sum() < 4:
            return None
        middle, height = float(x[kept].mean()), float(y[kept].mean())
        apart = x[kept] - middle
        slope = float((apart * (y[kept] - height)).sum() / max(1.0, float((apart * apart).sum())))
        start = height - slope * middle
        off = np.abs(y - (slope * x + start))
        kept = off <= max(1.0, 1.5 * float(np.median(off)))
    return (slope, start) if abs(slope) <= _SLANT else None


def _aspect(quad: Floats) -> float:
    (wide,), (high,) = geometry.sizes(quad[None])
    return float(wide / max(high, 1.0))


def _same(one: Floats, other: Floats) -> bool:
    wide = float(np.ptp(other[:, 0]))
    apart = float(np.abs(one.mean(axis=0) - other.mean(axis=0)).max())
    return apart < _SAME_PLACE * wide and abs(float(np.ptp(one[:, 0])) - wide) < _SAME_WIDTH * wide


def _moved(quad: Floats, right: float, down: float, longer: float, higher: float) -> Floats:
    """The quad shifted along its own sides and grown about its middle."""
    middle = quad.mean(axis=0)
    across, upright = (quad[1] + quad[2] - quad[0] - quad[3]) / 2, (quad[2] + quad[3] - quad[0] - quad[1]) / 2
    shares = np.linalg.solve(np.stack([across, upright], axis=1), (quad - middle).T).T * (longer, higher)
    moved = middle + across * right + upright * down + shares[:, :1] * across + shares[:, 1:] * upright
    return np.asarray(moved, dtype=np.float32)
