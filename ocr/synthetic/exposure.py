"""What a lens, a sensor and toner make of pixels: blur, smear, noise, specks, a shadow at one edge, one bit; and the
desk that a sheet is photographed on.

Knows optics and electronics in the small, by numbers. Knows no pass, and not how often any of it happens.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from ocr.synthetic import hardship

_GRAIN = 32.0  # standard deviation of the stored noise
# Thresholds of a 4 × 4 screen; unshaded paper stays clear of all of them.
_BAYER = 30 + 10 * np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.uint8)


def desk(shape: tuple[int, ...], ink: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A table top: plain, grained like wood or speckled like stone."""
    cells = ((1, 1), (int(rng.integers(60, 160)), 3), (3, int(rng.integers(40, 120))), (90, 70))[
        int(rng.integers(4))
    ]
    grain = rng.normal(0, 9, (*cells, 1)) + np.array(ink)
    ground = cv2.resize(
        grain.clip(0, 255).astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR
    )
    return ground if ground.ndim == len(shape) else ground[..., None]


def cast_shadow(ground: np.ndarray, matrix: np.ndarray, rng: np.random.Generator) -> None:
    """The sheet's own shadow on what it lies on."""
    height, width = ground.shape[:2]
    quad = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float32)
    edge = cv2.perspectiveTransform(quad, matrix)[0] + rng.uniform(-0.004, 0.006, 2) * width
    for wide, share in ((0.012, 0.75), (0.006, 0.5)):
        dark = [int(v * share) for v in ground.reshape(-1, ground.shape[-1] if ground.ndim == 3 else 1)[0]]
        cv2.polylines(ground, [edge.astype(np.int32)], True, dark, max(1, int(wide * width)))


def focused(pixels: np.ndarray, sigma: float, smear: int, rng: np.random.Generator) -> np.ndarray:
    """Blurred by `sigma` pixels, and smeared over `smear` pixels along a row or aslant."""
    if sigma > 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), sigma)
    if smear < 2:
        return pixels
    kernel = np.eye(smear, dtype=np.float32) if rng.random() < 0.5 else np.ones((1, smear), np.float32)
    return cv2.filter2D(pixels, -1, kernel / kernel.sum())


def specked(pixels: np.ndarray, count: int, rng: np.random.Generator, dpi: int) -> np.ndarray:
    pixels = pixels if pixels.flags.writeable and pixels.flags.c_contiguous else pixels.copy()
    places = rng.integers(0, pixels.shape[1::-1], (count, 2))
    sizes = (rng.uniform(0, 2.6, count) * dpi / 200).astype(int)
    shades = rng.integers(30, 140, count)
    for place, size, shade in zip(places.tolist(), sizes.tolist(), shades.tolist(), strict=True):
        cv2.circle(pixels, place, size, (shade,) * 3, -1)
    return pixels


def shade(gain: np.ndarray, edge: str, strength: float) -> None:
    """Darkens a map of gains towards one edge."""
    lying = edge in ("top", "bottom")
    along = gain.shape[0 if lying else 1]
    fall = 1 - strength * np.exp(-np.arange(along) / (along * 0.045))
    if edge in ("right", "bottom"):
        fall = fall[::-1]
    shades = (fall * hardship.NEUTRAL).astype(np.uint8)
    gain[:] = shades[:, None] if lying else shades[None]


@cache
def _grain() -> np.ndarray:
    """Sensor noise once and for all, around 128: fresh noise for every pixel would double the time of a scan."""
    rng = np.random.default_rng(20_261_120)
    shared = (
        cv2.GaussianBlur(rng.normal(0, 1, (1024, 1024, 1)).astype(np.float32), (3, 3), 0.5)[..., None] * 1.4
    )
    own = rng.normal(0, 1, (1024, 1024, 3)).astype(np.float32)
    return np.clip(128 + _GRAIN * (0.85 * shared + 0.5 * own), 0, 255).astype(np.uint8)


def noisy(pixels: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    tile = _grain() if pixels.ndim == 3 else _grain()[..., 0]
    height, width = pixels.shape[:2]
    rows, columns = rng.integers(0, 1024, 2)
    noise = np.empty_like(pixels)
    for top in range(-int(rows), height, 1024):
        for left in range(-int(columns), width, 1024):
            y, x = max(top, 0), max(left, 0)
            part = tile[y - top : height - top, x - left : width - left]
            noise[y : y + part.shape[0], x : x + part.shape[1]] = part
    weight = deviation / _GRAIN
    return cv2.addWeighted(pixels, 1.0, noise, weight, -128 * weight)


def dithered(pixels: np.ndarray) -> np.ndarray:
    """Grey as one bit, by a screen of dots."""
    height, width = pixels.shape
    screen = np.tile(_BAYER, (-(-height // 4), -(-width // 4)))[:height, :width]
    return cv2.compare(pixels, screen, cv2.CMP_GT)
