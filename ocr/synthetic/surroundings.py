"""Where photographs are taken: camera, light, and a yard, street, wall or garage around the subject.

Knows perspective, ground, walls and sky. Knows no vehicle and no document. Axes as in `vehicle_views`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic.optics import cloud, rough

PLACES = ("yard", "street", "wall", "garage", "hall")


@dataclass(frozen=True)
class Camera:
    """A pinhole camera. `turn` has its right, down and forward axes as rows."""

    at: np.ndarray
    turn: np.ndarray
    focal: float
    centre: tuple[float, float]
    frame: tuple[int, int]

    @staticmethod
    def facing(
        azimuth: float,
        distance: float,
        eye: float,
        extent: tuple[float, float, float],
        frame: tuple[int, int],
        fill: float,
    ) -> Camera:
        """Looks at the middle of a block of `extent` that fills the given share of the frame."""
        angle = np.radians(azimuth)
        at = np.array([distance * np.cos(angle), distance * np.sin(angle), eye], np.float32)
        forward = np.array([0, 0, extent[2] * 0.42], np.float32) - at
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, (0, 0, 1))
        right /= np.linalg.norm(right)
        turn = np.stack([right, np.cross(forward, right), forward]).astype(np.float32)
        corners = np.array(
            [(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0, 1)], np.float32
        ) * np.array(extent, np.float32)
        local = (corners - at) @ turn.T
        flat = local[:, :2] / local[:, 2:]
        low, high = flat.min(axis=0), flat.max(axis=0)
        focal = fill * min(frame[0] / (high[0] - low[0]), frame[1] * 0.98 / (high[1] - low[1]))
        middle = (low + high) / 2 * focal
        return Camera(at, turn, float(focal), (frame[0] / 2 - middle[0], frame[1] * 0.54 - middle[1]), frame)

    def halved(self) -> Camera:
        """The same view on a sensor of half as many rows and columns."""
        width, height = self.frame
        centre = (self.centre[0] / 2, self.centre[1] / 2)
        return Camera(self.at, self.turn, self.focal / 2, centre, (width // 2, height // 2))

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels and depths of world points."""
        local = (points - self.at) @ self.turn.T
        depth = np.maximum(local[:, 2], 0.05)
        return local[:, :2] / depth[:, None] * self.focal + np.array(self.centre, np.float32), depth

    def rays(self) -> np.ndarray:
        """The direction that each pixel looks in."""
        width, height = self.frame
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        local = np.stack(
            [(xs - self.centre[0]) / self.focal, (ys - self.centre[1]) / self.focal, np.ones_like(xs)], axis=2
        )
        return local @ self.turn


@dataclass(frozen=True)
class Light:
    """Sun or lamps: direction, how hard shadows are, overall level, and what shines back from above and below."""

    sun: np.ndarray
    hard: float
    level: float
    above: np.ndarray
    below: np.ndarray
    horizon: np.ndarray

    @staticmethod
    def at(place: str, rng: np.random.Generator) -> Light:
        indoors = place in ("garage", "hall")
        angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.2)
        sun = np.array([np.cos(angle), np.sin(angle), rise], np.float32)
        sunny = not indoors and rng.random() < 0.5
        level = float(
            rng.uniform(0.5, 0.75)
            if indoors
            else rng.uniform(0.86, 1.05)
            if sunny
            else rng.uniform(0.7, 0.95)
        )
        above = np.array(
            (150, 150, 146) if indoors else (196, 212, 232) if sunny else (208, 212, 216), np.float32
        )
        return Light(
            sun / np.linalg.norm(sun), 0.85 if sunny else 0.1, level, above * level,
            np.array((96, 95, 92), np.float32) * level, np.array((62, 64, 62), np.float32) * level,
        )  # fmt: skip

    def shade(
        self, at: np.ndarray, normal: np.ndarray, eye: np.ndarray, colour: np.ndarray, gloss: np.ndarray
    ) -> np.ndarray:
        """Colours of points under this light, with the surroundings mirrored in what is glossy."""
        view = at - eye
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        facing = -(view * normal).sum(axis=1)
        bounce = view[:, 2] + 2 * facing * normal[:, 2]
        sunlight = np.clip(normal @ self.sun, 0, 1) * self.hard
        diffuse = (
            self.level
            * (0.62 + 0.24 * normal[:, 2] + 0.42 * sunlight)
            * (0.72 + 0.28 * np.clip(at[:, 2] / 0.7, 0, 1))
        )
        up = np.clip((bounce - 0.16) * 5, 0, 1)[:, None]
        down = np.clip((0.02 - bounce) * 8, 0, 1)[:, None]
        mirrored = self.above * up + self.below * down + self.horizon * np.clip(1 - up - down, 0, 1)
        fresnel = (gloss * (0.45 + 0.55 * (1 - np.clip(facing, 0, 1)) ** 2))[:, None]
        mirror = view + 2 * facing[:, None] * normal
        spark = np.clip(mirror @ self.sun, 0, 1) ** 60 * (0.25 + self.hard) * (gloss > 0.2)
        return np.clip(
            colour * diffuse[:, None] * (1 - 0.6 * fresnel) + mirrored * fresnel + 190 * spark[:, None],
            0,
            255,
        )


def yard(rng: np.random.Generator, camera: Camera, light: Light, place: str, reach: float) -> np.ndarray:
    """Ground, what stands behind, and sky, as the camera sees them. `reach` keeps the wall off the subject."""
    whole, camera = camera.frame, camera.halved()
    rays = camera.rays()
    forward = camera.turn[2].copy()
    forward[2] = 0
    forward /= np.linalg.norm(forward)
    lean = rng.uniform(-0.3, 0.3)
    normal = np.array(
        [
            forward[0] * np.cos(lean) - forward[1] * np.sin(lean),
            forward[0] * np.sin(lean) + forward[1] * np.cos(lean),
            0,
        ],
        np.float32,
    )
    gap = float(rng.uniform(0.6, 1.1) * reach + (0.3 if place in ("wall", "hall") else 4.0))
    off = float(normal @ (forward * gap - camera.at))
    with np.errstate(divide="ignore", invalid="ignore"):
        to_wall = off / np.maximum(rays @ normal, 1e-3)
        to_floor = np.where(rays[..., 2] < -1e-3, -camera.at[2] / rays[..., 2], 1e6).astype(np.float32)
    scene = _sky(rng, camera, light, rays)
    side = np.array([-normal[1], normal[0], 0], np.float32)
    along = camera.at @ side + to_wall * (rays @ side)
    upward = camera.at[2] + to_wall * rays[..., 2]
    tile, metres, tall = _backdrop(rng, place)
    scale = tile.shape[1] / metres
    back = cv2.remap(
        tile,
        np.mod(along * scale + 4096, tile.shape[1] - 1).astype(np.float32),
        np.clip((tall - upward) * scale, 0, tile.shape[0] - 1).astype(np.float32),
        cv2.INTER_LINEAR,
    )
    back = cv2.GaussianBlur(back, (0, 0), float(rng.uniform(0.4, 1.1)))
    wall = (upward < tall) & (upward >= 0) & (to_wall < to_floor)
    if place == "street":  # crowns of trees instead of a straight edge
        crowns = (
            0.55 * np.abs(cloud(rng, camera.frame[0], 4, 30)[:1])
            + 0.12 * cloud(rng, camera.frame[0], 4, 5)[:1]
        )
        wall &= upward < tall - crowns - 0.12 * rng.random(upward.shape)
    scene[wall] = back[wall] * light.level
    floor = ~wall & (rays[..., 2] < -1e-3) & (to_floor < to_wall)
    scene[floor] = _floor(rng, camera, place, rays, to_floor)[floor] * light.level
    # Half the resolution is enough for what the lens leaves soft, and takes a quarter of the time.
    return cv2.resize(scene.astype(np.float32), whole, interpolation=cv2.INTER_CUBIC)


def _sky(rng: np.random.Generator, camera: Camera, light: Light, rays: np.ndarray) -> np.ndarray:
    width, height = camera.frame
    rise = np.clip(rays[..., 2:] * 1.6, 0, 1)
    veil = np.clip(0.5 + 0.4 * rough(rng, width, height, (110, 45, 20)), 0, 1)[..., None] * 0.5
    sky = np.array((226, 232, 238)) * (1 - rise) + light.above / light.level * rise
    return (sky * (1 - veil) + 238 * veil).astype(np.float32) * light.level


def _floor(
    rng: np.random.Generator, camera: Camera, place: str, rays: np.ndarray, to_floor: np.ndarray
) -> np.ndarray:
    """Asphalt, pavers or painted concrete, finer near the camera and smooth far off."""
    size, metres = 640, 12.0
    tone = {"garage": (96, 104, 98), "hall": (126, 128, 126)}.get(place, (112, 111, 108))
    grey = (
        1
        + 0.045 * rough(rng, size, size, (160, 40, 6))
        + rng.normal(0, 0.09, (size, size)).astype(np.float32)
    )
    tile = (grey[..., None] * np.array(tone, np.float32)).astype(np.float32)
    if rng.random() < 0.45 and place != "garage":
        for index in range(0, size, 18):
            tile[index] *= 0.72
            tile[:, index] *= 0.72
    line = (214, 212, 200) if rng.random() < 0.6 else (206, 164, 50)
    for start in (int(rng.integers(0, 200)), int(rng.integers(320, 600))):
        tile[:, start : start + 7] = np.array(line) * grey[:, start : start + 7, None]
    if rng.random() < 0.5:
        row = int(rng.integers(0, size - 8))
        tile[row : row + 7] = np.array(line) * grey[row : row + 7, :, None]
    far = cv2.GaussianBlur(tile, (0, 0), 5)
    angle = float(rng.uniform(0, np.pi))
    x = camera.at[0] + rays[..., 0] * to_floor
    y = camera.at[1] + rays[..., 1] * to_floor
    u = np.mod((x * np.cos(angle) - y * np.sin(angle)) * size / metres, size - 1).astype(np.float32)
    v = np.mod((x * np.sin(angle) + y * np.cos(angle)) * size / metres, size - 1).astype(np.float32)
    blend = np.clip(to_floor / 22, 0, 1)[..., None]
    return (
        cv2.remap(tile, u, v, cv2.INTER_LINEAR) * (1 - blend) + cv2.remap(far, u, v, cv2.INTER_LINEAR) * blend
    )


def _backdrop(rng: np.random.Generator, place: str) -> tuple[np.ndarray, float, float]:
    """A strip of what stands behind: picture, its width in metres, its height in metres."""
    tall = {"street": 5.5, "wall": 3.0, "garage": 3.4, "hall": 6.0}.get(place, 7.0)
    metres, size = 24.0, 960
    height = int(size * tall / metres)
    if place == "street":
        leaves = rough(rng, size, height, (46, 12, 5, 2))
        fade = np.linspace(0.15, -0.35, height, dtype=np.float32)[:, None]
        picture = np.clip(0.9 + 0.17 * leaves + fade, 0.3, 1.4)[..., None] * np.array(
            (104, 122, 84), np.float32
        )
        return picture.astype(np.float32), metres, tall
    tone = rng.integers(128, 206) + rng.integers(-8, 8, 3)
    image = Image.new("RGB", (size, height), tuple(int(v) for v in tone))
    pen = ImageDraw.Draw(image)
    dark = tuple(int(v * 0.72) for v in tone)
    if place == "wall":
        for index, y in enumerate(range(0, height, 6)):
            pen.line([(0, y), (size, y)], fill=dark)
            for x in range((index % 2) * 7, size, 14):
                pen.line([(x, y), (x, y + 6)], fill=dark)
    elif place == "garage":
        pen.rectangle([0, int(height * 0.62), size, height], fill=(66, 120, 90))
        for x in range(int(rng.integers(0, 120)), size, 230):
            pen.rectangle([x, 0, x + 26, height], fill=(176, 176, 172))
            for y in range(int(height * 0.5), height, 14):
                pen.polygon(
                    [(x, y + 7), (x + 26, y), (x + 26, y + 7), (x, y + 14)],
                    fill=(40, 40, 40) if y // 14 % 2 else (224, 180, 30),
                )
        for x in range(0, size, 160):
            pen.rectangle([x, 6, x + 70, 11], fill=(250, 250, 244))
    elif place == "hall":
        for x in range(0, size, 8):
            pen.line([(x, 0), (x, height)], fill=dark)
        for x in range(int(rng.integers(0, 80)), size, 320):
            pen.rectangle([x, int(height * 0.25), x + 190, height], fill=(74, 104, 142))
            for y in range(int(height * 0.25), height, 7):
                pen.line([(x, y), (x + 190, y)], fill=(52, 78, 112))
    else:
        for y in range(18, height - 60, 74):
            for x in range(int(rng.integers(0, 40)), size, int(rng.integers(62, 90))):
                pen.rectangle([x, y, x + 36, y + 42], fill=(62, 76, 92), outline=(214, 216, 218), width=3)
        pen.rectangle([0, height - 34, size, height], fill=dark)
    grain = 1 + 0.05 * rough(rng, size, height, (200, 40, 5))
    return np.asarray(image, np.float32) * grain[..., None], metres, tall
