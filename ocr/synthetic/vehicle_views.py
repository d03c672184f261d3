"""Vehicles as a camera at an angle sees them: a small solid model, projected, lit and set in a yard.

Knows body shapes, perspective and light. Knows no documents. World axes in metres: x to the vehicle's
front, y to its left, z up; the origin lies on the ground below the vehicle's middle. Azimuth 45 is the
view from the left front, azimuth 225 the one from the right rear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.synthetic import surroundings
from ocr.synthetic.bodies import Colour, Shape
from ocr.synthetic.number_plates import plate_tile
from ocr.synthetic.optics import Box, laid
from ocr.synthetic.surroundings import Camera, Light


@dataclass
class Cloud:
    """Points of a surface with outward normals; `colour` and `gloss` are filled by what it is made of."""

    at: np.ndarray
    normal: np.ndarray
    across: np.ndarray  # 0 at the surface's lower edge, 1 at its upper
    colour: np.ndarray
    gloss: np.ndarray


def vehicle_photo(
    rng: np.random.Generator,
    shape: Shape,
    plate: str,
    paint: Colour,
    electric: bool,
    azimuth: float,
    place: str,
    width: int = 960,
    height: int = 720,
    fill: float = 0.80,
) -> tuple[np.ndarray, Box]:
    """The vehicle from `azimuth` degrees (a few more or less) at `place`: float RGB, not yet developed,
    and where its plate is. An empty `plate` means that none is mounted."""
    length, wide, high = shape.size
    top = shape.cargo[3] if shape.cargo else high
    camera = Camera.facing(
        azimuth + float(rng.uniform(-7, 7)),
        distance=length * float(rng.uniform(1.35, 1.8)) + 1.5,
        eye=float(rng.uniform(1.25, 1.7)),
        extent=(length, wide, top),
        frame=(width, height),
        fill=fill,
    )
    light = Light.at(place, rng)
    scene = surroundings.yard(rng, camera, light, place, reach=length)
    _shadow(scene, camera, light, shape)
    _far_wheels(scene, camera, shape)
    nearest = float(np.linalg.norm(camera.at)) - length * 0.45
    _splat(scene, camera, light, _surfaces(shape, paint, nearest / camera.focal, camera.at))
    _near_wheels(scene, camera, light, shape)
    return scene, _plate(scene, camera, light, shape, plate, electric)


def _outline(half_length: float, half_width: float, square: float, count: int) -> np.ndarray:
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


def _surfaces(shape: Shape, paint: Colour, step: float, eye: np.ndarray) -> Sequence[Cloud]:
    length, wide, high = shape.size
    shares, heights = zip(*shape.shoulder, strict=True)

    def shoulder(x: np.ndarray) -> np.ndarray:
        return np.interp(x / length, shares, heights).astype(np.float32)

    ring = _outline(length / 2, wide / 2, shape.square, 420)
    rise = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    x, y = ring[None, :, 0], ring[None, :, 1]
    bulge = 0.955 + 0.045 * np.sin(np.pi * np.clip(rise * 0.85 + 0.12, 0, 1))
    tuck = 1 - 0.035 * rise**2
    body = np.stack([x * tuck, y * bulge, shape.clearance + (shoulder(x) - shape.clearance) * rise], axis=2)
    spread = np.linspace(-1, 1, 41, dtype=np.float32)[:, None]
    along = np.linspace(-length / 2, length / 2, 300, dtype=np.float32)[None, :] * 0.999
    edge = wide / 2 * (1 - np.abs(along / length * 2) ** shape.square) ** (1 / shape.square)
    crown = 0.05 * np.clip(1 - np.abs(along / length * 2) ** 8, 0, 1)
    bonnet = np.stack(
        [along * 0.965 + 0 * spread, edge * spread * 0.955, shoulder(along) + crown * (1 - spread**2)], axis=2
    )
    base = _outline(length * (shape.glass[1] - shape.glass[0]) / 2, wide * 0.465, 5.5, 420)
    roof = _outline(length * (shape.roof[1] - shape.roof[0]) / 2, wide * shape.roof_width / 2, 5.5, 420)
    base[:, 0] += length * sum(shape.glass) / 2
    roof[:, 0] += length * sum(shape.roof) / 2
    lean = rise + 0.12 * np.sin(np.pi * rise)
    flat = base[None] * (1 - lean[..., None]) + roof[None] * lean[..., None]
    low = shoulder(base[None, :, 0]) - 0.02
    cabin = np.concatenate([flat, (low + (high - 0.05 - low) * rise)[..., None]], axis=2)
    inward = np.linspace(1, 0.01, 30, dtype=np.float32)[:, None]
    centre = np.array([length * sum(shape.roof) / 2, 0], np.float32)
    top = np.concatenate(
        [
            centre + (flat[-1][None] - centre) * inward[..., None],
            (high - 0.05 + 0.05 * (1 - inward**2) + 0 * flat[-1][None, :, 0])[..., None],
        ],
        axis=2,
    )
    pieces = [
        _fine(piece, step, eye, level)
        for piece, level in ((body, False), (bonnet, True), (cabin, False), (top, True))
    ]
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


def _cargo(shape: Shape, step: float, eye: np.ndarray) -> list[Cloud]:
    """A box body with ribs, and its roof."""
    assert shape.cargo
    length, wide, _ = shape.size
    back, front, low, top = shape.cargo
    ring = _outline(length * (front - back) / 2, wide / 2 * 1.04, 60, 600)
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


def _dress_body(body: Cloud, shape: Shape) -> None:
    """Wheel arches, sill, door gaps and handles, lamps, grille, bumpers."""
    length, wide, _ = shape.size
    x, y, z = body.at.T
    side = np.abs(body.normal[:, 1]) > 0.55
    nose, tail = x > length / 2 - 0.30, x < -length / 2 + 0.22
    front, rear = nose & ~side, tail & ~side
    top = shape.height_at(0.46)
    back = shape.height_at(-0.47)

    def paint(where: np.ndarray, colour: Colour, gloss: float) -> None:
        body.colour[where] = colour
        body.gloss[where] = gloss

    def band(low: float, high: float, of: float) -> np.ndarray:
        return (z > shape.clearance + (of - shape.clearance) * low) & (
            z < shape.clearance + (of - shape.clearance) * high
        )

    body.colour[side & (np.abs(z - (0.62 * (top + back) / 2 + 0.06)) < 0.012)] *= 0.8
    for share in shape.doors:
        gap = np.abs(x - share * length - 0.05 * (z - 0.6)) < 0.007
        body.colour[side & gap & (z > shape.clearance + 0.1)] *= 0.25
    for share in shape.doors[1:]:
        handle = (x > share * length + 0.06) & (x < share * length + 0.24) & (np.abs(z - 0.86 * back) < 0.017)
        body.colour[side & handle] *= 1.25
    paint(side & (z < shape.clearance + 0.09), (38, 38, 40), 0.05)
    for share in shape.axles:
        reach = np.hypot(x - share * length, z - shape.wheel)
        paint(side & (reach < shape.wheel * 1.17), (12, 12, 13), 0.0)
        edge = side & (reach >= shape.wheel * 1.17) & (reach < shape.wheel * 1.23)
        body.colour[edge] *= 0.72
    paint(front & band(0.0, 0.16, top), (30, 30, 32), 0.05)
    grille = front & band(0.50, 0.86, top) & (np.abs(y) < wide * (0.24 + 0.06 * (z > 0.6 * top)))
    paint(grille, (22, 23, 25), 0.08)
    body.colour[grille & (np.sin(z * 2 * np.pi / 0.045) > 0.55)] = (128, 130, 134)
    badge = front & ((y / 0.085) ** 2 + ((z - (0.3 * shape.clearance + 0.7 * top)) / 0.06) ** 2 < 1)
    paint(badge, (196, 198, 202), 0.5)
    paint(front & band(0.20, 0.36, top) & (np.abs(y) < wide * 0.36), (26, 27, 29), 0.05)
    lamp = nose & band(0.66, 0.90, top) & (np.abs(y) > wide * 0.305)
    paint(lamp, (196, 202, 208), 0.55)
    for offset in (0.355, 0.43):
        disc = nose & (
            (np.abs(y) - wide * offset) ** 2 + (z - shape.clearance - (top - shape.clearance) * 0.78) ** 2
            < 0.0026
        )
        paint(disc, (92, 98, 106), 0.7)
    body.colour[lamp & (np.sin(z * 2 * np.pi / 0.03) > 0.9)] *= 0.6
    fog = front & band(0.20, 0.32, top) & (np.abs(np.abs(y) - wide * 0.40) < 0.07)
    paint(fog, (168, 170, 172), 0.4)
    paint(rear & band(0.0, 0.20, back), (34, 34, 36), 0.05)
    lights = tail & band(0.62, 0.90, back) & (np.abs(y) > wide * 0.30)
    paint(lights, (150, 14, 20), 0.40)
    paint(lights & band(0.72, 0.79, back), (212, 176, 172), 0.4)
    body.colour[rear & (np.abs(z - (shape.clearance + (back - shape.clearance) * 0.48)) < 0.008)] *= 0.35
    recess = rear & band(0.50, 0.76, back) & (np.abs(y) < 0.30)
    body.colour[recess] *= 0.62
    mark = rear & (
        (y / 0.07) ** 2 + ((z - (shape.clearance + (back - shape.clearance) * 0.86)) / 0.05) ** 2 < 1
    )
    paint(mark, (200, 202, 206), 0.5)
    script = rear & band(0.80, 0.86, back) & (y < -0.16) & (y > -0.42) & (np.sin(y * 2 * np.pi / 0.05) > -0.3)
    paint(script, (186, 188, 192), 0.4)
    reflector = rear & band(0.22, 0.27, back) & (np.abs(np.abs(y) - wide * 0.38) < 0.08)
    paint(reflector, (140, 20, 20), 0.3)
    if shape.cargo:
        chassis = side & (x < shape.cargo[1] * length)
        paint(chassis, (44, 46, 48), 0.03)


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


def _splat(scene: np.ndarray, camera: Camera, light: Light, clouds: Sequence[Cloud]) -> None:
    """Draws the points, the farthest first; only those that stay visible are shaded."""
    at = np.concatenate([cloud.at for cloud in clouds])
    normal = np.concatenate([cloud.normal for cloud in clouds])
    colour = np.concatenate([cloud.colour for cloud in clouds])
    gloss = np.concatenate([cloud.gloss for cloud in clouds])
    xy, depth = camera.project(at)
    height, width = scene.shape[:2]
    place = np.clip(np.round(xy).astype(np.int32), 0, (width - 2, height - 2))
    nearness = ((depth.max() - depth) / (np.ptp(depth) + 1e-6) * 65535).astype(np.uint16)
    order = np.argsort(nearness, kind="stable").astype(np.int32)
    start = (place[:, 1] * width + place[:, 0])[order]
    owner = np.full(width * height, -1, np.int32)
    for offset in (width + 1, width, 1, 0):
        owner[start + offset] = order
    covered = np.flatnonzero(owner >= 0)
    points = owner[covered]
    shaded = light.shade(at[points], normal[points], camera.at, colour[points], gloss[points])
    scene.reshape(-1, 3)[covered] = shaded


def _polygon(scene: np.ndarray, camera: Camera, points: np.ndarray, colour: Sequence[float]) -> None:
    xy, _ = camera.project(points.astype(np.float32))
    cv2.fillPoly(scene, [np.round(xy * 16).astype(np.int32)], [float(c) for c in colour], cv2.LINE_8, 4)


def _circle(x: float, y: float, z: float, radius: float, count: int = 60) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, count)
    return np.stack([x + radius * np.cos(turn), np.full(count, y), z + radius * np.sin(turn)], axis=1)


def _end_on(camera: Camera) -> bool:
    """Whether the view is from straight ahead or behind."""
    return bool(abs(camera.at[1]) < 0.3 * abs(camera.at[0]))


def _far_wheels(scene: np.ndarray, camera: Camera, shape: Shape) -> None:
    length, wide, _ = shape.size
    far = -np.sign(camera.at[1])
    sides, insets = ((far, -far), np.linspace(0, 0.2, 8)) if _end_on(camera) else ((far,), (0.0, 0.2))
    for share in shape.axles:
        for side in sides:
            for inset in insets:
                wheel = _circle(share * length, side * (wide / 2 - inset), shape.wheel, shape.wheel)
                _polygon(scene, camera, wheel, (16, 16, 17))
    low = shape.clearance + 0.06
    under = _outline(length / 2 * 0.94, wide / 2 * 0.93, shape.square, 80)
    floor = np.concatenate([under, np.full((len(under), 1), low)], axis=1)
    _polygon(scene, camera, floor, (14, 14, 15))


def _near_wheels(scene: np.ndarray, camera: Camera, light: Light, shape: Shape) -> None:
    if _end_on(camera):  # the body hides them but for what the far wheels show below it
        return
    length, wide, _ = shape.size
    near = float(np.sign(camera.at[1]))
    r, face = shape.wheel, near * (wide / 2 - 0.035)
    glow = light.level
    for share in shape.axles:
        x = share * length
        for depth in np.linspace(0.2, 0.0, 8):
            _polygon(scene, camera, _circle(x, face - near * depth, r, r), (20 * glow + 6,) * 3)
        _polygon(scene, camera, _circle(x, face, r, r * 0.97), (40 * glow + 8,) * 3)
        _polygon(scene, camera, _circle(x, face, r, r * 0.72), (30 * glow,) * 3)
        _polygon(scene, camera, _circle(x, face, r, r * 0.69), (176 * glow,) * 3)
        _polygon(scene, camera, _circle(x, face, r, r * 0.62), (46 * glow,) * 3)
        start = x * 2.7
        for turn in start + np.linspace(0, 2 * np.pi, 6)[:-1]:
            corners = [(turn - 0.5, 0.13), (turn - 0.17, 0.65), (turn + 0.17, 0.65), (turn + 0.5, 0.13)]
            spoke = np.array([(x + r * s * np.cos(t), face, r + r * s * np.sin(t)) for t, s in corners])
            _polygon(scene, camera, spoke, (168 * glow, 170 * glow, 174 * glow))
        _polygon(scene, camera, _circle(x, face, r, r * 0.17), (140 * glow,) * 3)
        _polygon(scene, camera, _circle(x, face, r, r * 0.09), (70 * glow,) * 3)


def _shadow(scene: np.ndarray, camera: Camera, light: Light, shape: Shape) -> None:
    length, wide, high = shape.size
    mask = np.zeros(scene.shape[:2], np.float32)
    ring = _outline(length / 2, wide / 2, 8, 80)
    for rise, strength in ((0.0, 1.0), (high, light.hard)):
        shift = -light.sun[:2] / max(float(light.sun[2]), 0.35) * rise
        grown = np.concatenate([ring + shift, ring]) if rise else ring
        hull = cv2.convexHull(grown.astype(np.float32))[:, 0]
        layer = np.zeros_like(mask)
        floor = np.concatenate([hull, np.zeros((len(hull), 1))], axis=1)
        xy, _ = camera.project(floor.astype(np.float32))
        cv2.fillPoly(layer, [np.round(xy).astype(np.int32)], (strength,))
        mask = np.maximum(mask, cv2.GaussianBlur(layer, (0, 0), 3.5 if rise else 11))
    scene *= (1 - 0.68 * mask)[..., None]


def _plate(scene: np.ndarray, camera: Camera, light: Light, shape: Shape, plate: str, electric: bool) -> Box:
    length, _, _ = shape.size
    front = camera.at[0] > 0
    top = shape.height_at(0.46 if front else -0.47)
    share = 0.42 if front else (0.63 if not shape.cargo else 0.35)
    z = shape.clearance + (top - shape.clearance) * share
    x = (length / 2 * (0.995 if front else 0.985) + 0.012) * (1 if front else -1)
    half = (0.24 if electric else 0.22) * (1 if front else -1)
    corners = np.array(
        [(x, -half, z + 0.07), (x, half, z + 0.07), (x, half, z - 0.07), (x, -half, z - 0.07)], np.float32
    )
    xy, _ = camera.project(corners)
    if plate:
        tile = plate_tile(plate, electric, yellow=shape.size[0] > 8)
        glow = min(1.1, light.level + 0.12)
        laid(scene, np.clip(tile * glow, 0, 250), [(float(a), float(b)) for a, b in xy])
    width, height = camera.frame
    (left, upper), (right, lower) = xy.min(axis=0), xy.max(axis=0)
    return float(left / width), float(upper / height), float(right / width), float(lower / height)
