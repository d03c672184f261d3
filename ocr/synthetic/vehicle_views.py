"""Vehicles as a camera at an angle sees them: the surfaces of `vehicle_surfaces`, projected, lit and set in a yard.

Knows perspective, wheels, plates and light. Knows no documents. World axes in metres: x to the vehicle's
front, y to its left, z up; the origin lies on the ground below the vehicle's middle. Azimuth 45 is the
view from the left front, azimuth 225 the one from the right rear.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ocr.synthetic import surroundings
from ocr.synthetic.bodies import Colour, Shape
from ocr.synthetic.number_plates import plate_tile
from ocr.synthetic.optics import Box, laid
from ocr.synthetic.surroundings import Camera, Light
from ocr.synthetic.vehicle_surfaces import Cloud, outline, surfaces


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
    _splat(scene, camera, light, surfaces(shape, paint, nearest / camera.focal, camera.at))
    _near_wheels(scene, camera, light, shape)
    return scene, _plate(scene, camera, light, shape, plate, electric)


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
    under = outline(length / 2 * 0.94, wide / 2 * 0.93, shape.square, 80)
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
    ring = outline(length / 2, wide / 2, 8, 80)
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
    front, large = camera.at[0] > 0, length > 8
    two_lines = large and not front and not electric
    tile = plate_tile(plate or "-" * 7, electric, yellow=large, two_lines=two_lines)
    half, rise = tile.shape[1] / 4000, tile.shape[0] / 4000
    top = shape.height_at(0.46 if front else -0.47)
    share = 0.42 if front else (0.63 if not shape.cargo else 0.35)
    z = shape.clearance + (top - shape.clearance) * share
    x = (length / 2 * (0.995 if front else 0.985) + 0.012) * (1 if front else -1)
    side = half if front else -half
    corners = np.array(
        [(x, -side, z + rise), (x, side, z + rise), (x, side, z - rise), (x, -side, z - rise)], np.float32
    )
    xy, _ = camera.project(corners)
    if plate:
        glow = min(1.1, light.level + 0.12)
        laid(scene, np.clip(tile * glow, 0, 250), [(float(a), float(b)) for a, b in xy])
    width, height = camera.frame
    (left, upper), (right, lower) = xy.min(axis=0), xy.max(axis=0)
    return float(left / width), float(upper / height), float(right / width), float(lower / height)
