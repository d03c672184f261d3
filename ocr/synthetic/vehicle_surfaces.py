"""The surfaces of a vehicle as clouds of points: body, bonnet, cabin, box and mirrors, and what is painted on them.

Knows bodies as solids and where lamps, panes and gaps lie. Knows no camera and no light. Axes as in `vehicle_views`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.synthetic.bodies import Colour, Shape


@dataclass
class Cloud:
    """Points of a surface with outward normals; `colour` and `gloss` are filled by what it is made of."""

    at: np.ndarray
    normal: np.ndarray
    across: np.ndarray  # 0 at the surface's lower edge, 1 at its upper
    colour: np.ndarray
    gloss: np.ndarray


def surfaces(shape: Shape, paint: Colour, step: float, eye: np.ndarray) -> Sequence[Cloud]:
    """What the eye sees of a vehicle: points at most `step` metres apart."""
    walls = _cabin(shape)
    grids = ((_body(shape), False), (_bonnet(shape), True), (walls, False), (_roof(shape, walls[-1]), True))
    pieces = [_fine(grid, step, eye, level) for grid, level in grids]
    for piece in pieces:
        piece.colour[:] = paint
        piece.gloss[:] = 0.42
    _dress_body(pieces[0], shape)
    _dress_bonnet(pieces[1], shape)
    _dress_cabin(pieces[2], shape)
    if shape.cargo:
        pieces += _cargo(shape, step, eye)
    for side in (1, -1):
        pieces.append(_mirror(shape, paint, side, step, eye))
    return pieces


def outline(half_length: float, half_width: float, square: float, count: int) -> np.ndarray:
    """Points around a rounded rectangle (a superellipse), evenly spaced enough to have no holes."""
    turn = np.linspace(0, 2 * np.pi, 4001)
    c, s = np.cos(turn).round(9), np.sin(turn).round(9)
    x = half_length * np.sign(c) * np.abs(c) ** (2 / square)
    y = half_width * np.sign(s) * np.abs(s) ** (2 / square)
    run = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    even = np.linspace(0, run[-1], count)
    return np.stack([np.interp(even, run, x), np.interp(even, run, y)], axis=1).astype(np.float32)


def _fine(at: np.ndarray, step: float, eye: np.ndarray, level: bool = False) -> Cloud:
    """A coarse grid of points (rows: upward) made dense; only what faces the eye is kept.

    Normals look away from the surface's middle, or upward where the surface is `level`."""
    du, dv = np.gradient(at, axis=1), np.gradient(at, axis=0)
    normal = np.cross(du, dv)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-9
    if level:
        normal *= np.where(normal[..., 2:] < 0, -1, 1)
    elif ((at - at.reshape(-1, 3).mean(axis=0)) * normal).sum() < 0:
        normal = -normal
    columns = int(np.linalg.norm(np.diff(at, axis=1), axis=2).sum(axis=1).max() / step) + 2
    rows = int(np.linalg.norm(np.diff(at, axis=0), axis=2).sum(axis=0).max() / step) + 2
    facing = ((eye - at) * normal).sum(axis=2).astype(np.float32)
    seen = cv2.resize(facing, (columns, rows), interpolation=cv2.INTER_LINEAR) > 0
    dense = cv2.resize(at.astype(np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)
    turned = cv2.resize(normal.astype(np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)
    across = np.broadcast_to(np.linspace(0, 1, rows, dtype=np.float32)[:, None], (rows, columns))
    count = int(seen.sum())
    return Cloud(
        dense[seen], turned[seen], across[seen], np.zeros((count, 3), np.float32), np.zeros(count, np.float32)
    )


def _shoulder(shape: Shape, x: np.ndarray) -> np.ndarray:
    """Heights of the shoulder line at places along the vehicle."""
    shares, heights = zip(*shape.shoulder, strict=True)
    return np.interp(x / shape.size[0], shares, heights).astype(np.float32)


def _rise(rows: int) -> np.ndarray:
    return np.linspace(0, 1, rows, dtype=np.float32)[:, None]


def _body(shape: Shape) -> np.ndarray:
    """From the sill to the shoulder, all round."""
    length, wide, _ = shape.size
    ring = outline(length / 2, wide / 2, shape.square, 420)
    rise = _rise(40)
    x, y = ring[None, :, 0], ring[None, :, 1]
    bulge = 0.955 + 0.045 * np.sin(np.pi * np.clip(rise * 0.85 + 0.12, 0, 1))
    tuck = 1 - 0.035 * rise**2
    height = shape.clearance + (_shoulder(shape, x) - shape.clearance) * rise
    return np.stack([x * tuck, y * bulge, height], axis=2)


def _bonnet(shape: Shape) -> np.ndarray:
    """The level part between the shoulders, from nose to tail."""
    length, wide, _ = shape.size
    spread = np.linspace(-1, 1, 41, dtype=np.float32)[:, None]
    along = np.linspace(-length / 2, length / 2, 300, dtype=np.float32)[None, :] * 0.999
    edge = wide / 2 * (1 - np.abs(along / length * 2) ** shape.square) ** (1 / shape.square)
    crown = 0.05 * np.clip(1 - np.abs(along / length * 2) ** 8, 0, 1)
    height = _shoulder(shape, along) + crown * (1 - spread**2)
    return np.stack([along * 0.965 + 0 * spread, edge * spread * 0.955, height], axis=2)


def _cabin(shape: Shape) -> np.ndarray:
    """From the shoulder to the edge of the roof, all round."""
    length, wide, high = shape.size
    base = outline(length * (shape.glass[1] - shape.glass[0]) / 2, wide * 0.465, 5.5, 420)
    roof = outline(length * (shape.roof[1] - shape.roof[0]) / 2, wide * shape.roof_width / 2, 5.5, 420)
    base[:, 0] += length * sum(shape.glass) / 2
    roof[:, 0] += length * sum(shape.roof) / 2
    rise = _rise(40)
    lean = rise + 0.12 * np.sin(np.pi * rise)
    flat = base[None] * (1 - lean[..., None]) + roof[None] * lean[..., None]
    low = _shoulder(shape, base[None, :, 0]) - 0.02
    return np.concatenate([flat, (low + (high - 0.05 - low) * rise)[..., None]], axis=2)


def _roof(shape: Shape, edge: np.ndarray) -> np.ndarray:
    """Inside the cabin's upper edge."""
    length, _, high = shape.size
    inward = np.linspace(1, 0.01, 30, dtype=np.float32)[:, None]
    centre = np.array([length * sum(shape.roof) / 2, 0], np.float32)
    ring = edge[:, :2]
    plan = centre + (ring[None] - centre) * inward[..., None]
    height = high - 0.05 + 0.05 * (1 - inward**2) + 0 * ring[None, :, 0]
    return np.concatenate([plan, height[..., None]], axis=2)


def _cargo(shape: Shape, step: float, eye: np.ndarray) -> list[Cloud]:
    """A box body with ribs, and its roof."""
    assert shape.cargo
    length, wide, _ = shape.size
    back, front, low, top = shape.cargo
    ring = outline(length * (front - back) / 2, wide / 2 * 1.04, 60, 600)
    ring[:, 0] += length * (front + back) / 2
    rise = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    walls = np.stack(
        [
            ring[None, :, 0] + 0 * rise,
            ring[None, :, 1] + 0 * rise,
            low + (top - low) * rise + 0 * ring[None, :, 0],
        ],
        axis=2,
    )
    box = _fine(walls, step, eye)
    rib = np.abs(np.sin(box.at[:, 0] * np.pi / 0.28)) < 0.18
    box.colour[:] = (206, 208, 208)
    box.colour[rib] *= 0.86
    seam = (np.abs(box.at[:, 1]) < 0.012) & (box.at[:, 0] < length * back + 0.1)
    hinge = (np.abs(np.abs(box.at[:, 1]) - 0.22) < 0.015) & (box.at[:, 0] < length * back + 0.1)
    box.colour[seam] = 60
    box.colour[hinge] = 120
    band = (box.across < 0.05) & (np.sin(box.at[:, 0] * 9 + box.at[:, 1] * 9) > 0)
    box.colour[band] = (190, 40, 40)
    box.gloss[:] = 0.08
    return [box]


def _mirror(shape: Shape, paint: Colour, side: int, step: float, eye: np.ndarray) -> Cloud:
    length, wide, _ = shape.size
    turn = np.linspace(0, 2 * np.pi, 40)[None, :]
    tilt = np.linspace(-np.pi / 2, np.pi / 2, 20)[:, None]
    share = shape.glass[1] - (0.03 if shape.square > 10 else 0.055)
    height = shape.height_at(share) + 0.03
    centre = (length * share, side * (wide / 2 + 0.03), height + (0.35 if shape.square > 10 else 0))
    scale = (0.07, 0.12, 0.085) if shape.square <= 10 else (0.07, 0.09, 0.2)
    ball = np.stack(
        [
            centre[0] + scale[0] * np.cos(tilt) * np.cos(turn),
            centre[1] + scale[1] * np.cos(tilt) * np.sin(turn),
            centre[2] + scale[2] * np.sin(tilt) + 0 * turn,
        ],
        axis=2,
    )
    cloud = _fine(ball, step, eye)
    cloud.colour[:] = paint
    cloud.gloss[:] = 0.3
    return cloud


@dataclass(frozen=True)
class _Painter:
    """Paints the points of a lower body by where they lie."""

    body: Cloud
    shape: Shape

    @property
    def side(self) -> np.ndarray:
        return np.abs(self.body.normal[:, 1]) > 0.55

    @property
    def shoulder_at_nose(self) -> float:
        return self.shape.height_at(0.46)

    @property
    def shoulder_at_tail(self) -> float:
        return self.shape.height_at(-0.47)

    def paint(self, where: np.ndarray, colour: Colour, gloss: float) -> None:
        self.body.colour[where] = colour
        self.body.gloss[where] = gloss

    def height(self, share: float, top: float) -> float:
        """Of a share of the way from the sill to `top`."""
        return self.shape.clearance + (top - self.shape.clearance) * share

    def band(self, low: float, high: float, top: float) -> np.ndarray:
        z = self.body.at[:, 2]
        return (z > self.height(low, top)) & (z < self.height(high, top))


def _dress_body(body: Cloud, shape: Shape) -> None:
    painter = _Painter(body, shape)
    _dress_sides(painter)
    _dress_nose(painter)
    _dress_tail(painter)
    if shape.cargo:
        chassis = painter.side & (body.at[:, 0] < shape.cargo[1] * shape.size[0])
        painter.paint(chassis, (44, 46, 48), 0.03)


def _dress_sides(painter: _Painter) -> None:
    """Crease, door gaps and handles, sill, wheel arches."""
    body, shape, side = painter.body, painter.shape, painter.side
    length = shape.size[0]
    x, _, z = body.at.T
    top, back = painter.shoulder_at_nose, painter.shoulder_at_tail
    body.colour[side & (np.abs(z - (0.62 * (top + back) / 2 + 0.06)) < 0.012)] *= 0.8
    for share in shape.doors:
        gap = np.abs(x - share * length - 0.05 * (z - 0.6)) < 0.007
        body.colour[side & gap & (z > shape.clearance + 0.1)] *= 0.25
    for share in shape.doors[1:]:
        handle = (x > share * length + 0.06) & (x < share * length + 0.24) & (np.abs(z - 0.86 * back) < 0.017)
        body.colour[side & handle] *= 1.25
    painter.paint(side & (z < shape.clearance + 0.09), (38, 38, 40), 0.05)
    for share in shape.axles:
        reach = np.hypot(x - share * length, z - shape.wheel)
        painter.paint(side & (reach < shape.wheel * 1.17), (12, 12, 13), 0.0)
        edge = side & (reach >= shape.wheel * 1.17) & (reach < shape.wheel * 1.23)
        body.colour[edge] *= 0.72


def _dress_nose(painter: _Painter) -> None:
    """Bumper, grille with its badge, lamps."""
    body, shape, paint = painter.body, painter.shape, painter.paint
    length, wide, _ = shape.size
    x, y, z = body.at.T
    top = painter.shoulder_at_nose
    nose = x > length / 2 - 0.30
    front = nose & ~painter.side
    paint(front & painter.band(0.0, 0.16, top), (30, 30, 32), 0.05)
    grille = front & painter.band(0.50, 0.86, top) & (np.abs(y) < wide * (0.24 + 0.06 * (z > 0.6 * top)))
    paint(grille, (22, 23, 25), 0.08)
    body.colour[grille & (np.sin(z * 2 * np.pi / 0.045) > 0.55)] = (128, 130, 134)
    badge = front & ((y / 0.085) ** 2 + ((z - (0.3 * shape.clearance + 0.7 * top)) / 0.06) ** 2 < 1)
    paint(badge, (196, 198, 202), 0.5)
    paint(front & painter.band(0.20, 0.36, top) & (np.abs(y) < wide * 0.36), (26, 27, 29), 0.05)
    lamp = nose & painter.band(0.66, 0.90, top) & (np.abs(y) > wide * 0.305)
    paint(lamp, (196, 202, 208), 0.55)
    for offset in (0.355, 0.43):
        high = z - shape.clearance - (top - shape.clearance) * 0.78
        disc = nose & ((np.abs(y) - wide * offset) ** 2 + high**2 < 0.0026)
        paint(disc, (92, 98, 106), 0.7)
    body.colour[lamp & (np.sin(z * 2 * np.pi / 0.03) > 0.9)] *= 0.6
    fog = front & painter.band(0.20, 0.32, top) & (np.abs(np.abs(y) - wide * 0.40) < 0.07)
    paint(fog, (168, 170, 172), 0.4)


def _dress_tail(painter: _Painter) -> None:
    """Bumper, lights, lid with the recess of the plate, badge and lettering, reflectors."""
    body, paint = painter.body, painter.paint
    length, wide, _ = painter.shape.size
    x, y, z = body.at.T
    back = painter.shoulder_at_tail
    tail = x < -length / 2 + 0.22
    rear = tail & ~painter.side
    paint(rear & painter.band(0.0, 0.20, back), (34, 34, 36), 0.05)
    lights = tail & painter.band(0.62, 0.90, back) & (np.abs(y) > wide * 0.30)
    paint(lights, (150, 14, 20), 0.40)
    paint(lights & painter.band(0.72, 0.79, back), (212, 176, 172), 0.4)
    body.colour[rear & (np.abs(z - painter.height(0.48, back)) < 0.008)] *= 0.35
    recess = rear & painter.band(0.50, 0.76, back) & (np.abs(y) < 0.30)
    body.colour[recess] *= 0.62
    mark = rear & ((y / 0.07) ** 2 + ((z - painter.height(0.86, back)) / 0.05) ** 2 < 1)
    paint(mark, (200, 202, 206), 0.5)
    script = rear & painter.band(0.80, 0.86, back) & (y < -0.16) & (y > -0.42)
    paint(script & (np.sin(y * 2 * np.pi / 0.05) > -0.3), (186, 188, 192), 0.4)
    reflector = rear & painter.band(0.22, 0.27, back) & (np.abs(np.abs(y) - wide * 0.38) < 0.08)
    paint(reflector, (140, 20, 20), 0.3)


def _dress_bonnet(bonnet: Cloud, shape: Shape) -> None:
    length = shape.size[0]
    x, y, _ = bonnet.at.T
    wide = shape.size[1]
    gap = (np.abs(np.abs(y) - wide * 0.40) < 0.006) & (x > length * shape.glass[1] * 0.8)
    bonnet.colour[gap] *= 0.3
    crease = (np.abs(np.abs(y) - wide * 0.22 - 0.06 * (x / length)) < 0.01) & (x > length * shape.glass[1])
    bonnet.colour[crease] *= 0.9
    if shape.name == "轻型普通货车":  # an open bed: its floor lies in the dark
        bed = (x < length * shape.glass[0] - 0.03) & (x > -length / 2 + 0.06) & (np.abs(y) < wide * 0.42)
        bonnet.colour[bed] = (34, 34, 36)
        bonnet.gloss[bed] = 0.0


def _dress_cabin(cabin: Cloud, shape: Shape) -> None:
    """Panes between painted pillars; a label on the windscreen."""
    length, wide, _ = shape.size
    x, y, _ = cabin.at.T
    plan = np.hypot(cabin.normal[:, 0], cabin.normal[:, 1]) + 1e-6
    sideways = np.abs(cabin.normal[:, 1]) / plan
    pane = (cabin.across > 0.06) & (cabin.across < 0.90)
    corner = (sideways > 0.25) & (sideways < 0.93)
    glass = pane & ~corner
    for share in shape.pillars:
        glass &= ~((sideways >= 0.93) & (np.abs(x - share * length) < 0.032 * length / 4.6))
    if shape.cargo:
        glass &= cabin.normal[:, 0] > -0.5 * plan
    cabin.colour[pane & corner & (sideways > 0.8)] *= 0.5
    frame = (sideways >= 0.93) & (
        (np.abs(cabin.across - 0.06) < 0.012) | (np.abs(cabin.across - 0.9) < 0.012)
    )
    cabin.colour[frame] = (150, 152, 156) if shape.square < 8 else (24, 24, 26)
    cabin.colour[glass] = (16, 19, 21)
    cabin.gloss[glass] = 0.62
    ahead = glass & (cabin.normal[:, 0] > 0.5 * plan)
    label = ahead & (cabin.across > 0.74) & (cabin.across < 0.86) & (y < -wide * 0.22) & (y > -wide * 0.28)
    cabin.colour[label] = (196, 180, 60)
    cabin.gloss[label] = 0.1
    seats = ahead & (cabin.across < 0.42) & (np.abs(np.abs(y) - wide * 0.2) < wide * 0.07)
    cabin.colour[seats] = (44, 44, 46)
