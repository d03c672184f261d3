"""What a camera does to a scene: noise textures, perspective, falling light, grain, the time stamp in a corner.

Knows light and lenses. Knows neither vehicles nor documents. Pictures are RGB float arrays, 0 to 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.style import Ink

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of a picture


def cloud(rng: np.random.Generator, width: int, height: int, cell: float) -> np.ndarray:
    """Soft noise with spots about `cell` pixels wide, mean 0 and deviation about 1."""
    rows, columns = max(2, int(height / cell)), max(2, int(width / cell))
    coarse = rng.normal(0, 1, (rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def rough(rng: np.random.Generator, width: int, height: int, cells: Sequence[float]) -> np.ndarray:
    """Noise of several grain sizes added up, the coarsest first and strongest."""
    layers = [cloud(rng, width, height, cell) / (index + 1) for index, cell in enumerate(cells)]
    return np.asarray(np.sum(layers, axis=0), np.float32)


def tinted(grey: np.ndarray, colour: Sequence[float] | np.ndarray) -> np.ndarray:
    """A grey field around 1 as a picture of one colour."""
    return grey[..., None].astype(np.float32) * np.array(colour, np.float32)


def lit(
    picture: np.ndarray, rng: np.random.Generator, strength: float = 0.45, flash: bool = False
) -> np.ndarray:
    """Light from one side, or the hot spot of a flash that falls off to the corners."""
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    xs, ys = xs / width - 0.5, ys / height - 0.5
    if flash:
        x, y = rng.uniform(-0.25, 0.25, 2)
        spot = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / rng.uniform(0.05, 0.16))
        field = 1 - strength + strength * 1.25 * spot
        return picture * field[..., None] + 38 * strength * (spot**4)[..., None]
    angle = rng.uniform(0, 2 * np.pi)
    return picture * (1 + strength * 1.2 * (xs * np.cos(angle) + ys * np.sin(angle)))[..., None]


def slanted(
    picture: np.ndarray, rng: np.random.Generator, box: Box, amount: float = 0.12, turn: float = 4.0
) -> tuple[np.ndarray, Box]:
    """The same plane seen from a slant and a little turned, and where `box` has gone; both as shares of 1."""
    height, width = picture.shape[:2]
    angle = float(rng.normal(0, turn))
    # Corners move outward only, and farther the more it turns, so that no edge of the plane comes into view.
    reach = 1 + rng.uniform(0, amount, (4, 1)) + 0.022 * abs(angle)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    spin = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    middle = corners.mean(axis=0)
    pulled = middle + (corners - middle) * reach
    target = (np.column_stack([pulled, np.ones(4)]) @ spin.T).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    seen = cv2.warpPerspective(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    left, top, right, bottom = box
    frame = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32) * (
        width,
        height,
    )
    moved = cv2.perspectiveTransform(frame.astype(np.float32)[None], matrix)[0] / (width, height)
    low, high = np.clip(moved.min(axis=0), 0, 1), np.clip(moved.max(axis=0), 0, 1)
    return seen, (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def laid(scene: np.ndarray, tile: np.ndarray, corners: Sequence[Point]) -> None:
    """Puts a flat picture onto the scene so that its corners (clockwise from top left) stand there."""
    height, width = tile.shape[:2]
    target = np.array(corners, np.float32)
    left, top = np.maximum(np.floor(target.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.ceil(target.max(axis=0)).astype(int) + 1
    right, bottom = min(right, scene.shape[1]), min(bottom, scene.shape[0])
    if right <= left or bottom <= top:
        return
    size = (int(right - left), int(bottom - top))
    shrink = min(1.0, 1.6 * max(size) / max(width, height))
    if shrink < 1:
        tile = cv2.resize(tile, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        height, width = tile.shape[:2]
    plane = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(plane, target - np.array([left, top], np.float32))
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, size)[..., None]
    colour = cv2.warpPerspective(tile.astype(np.float32), matrix, size, borderMode=cv2.BORDER_REPLICATE)
    window = scene[top:bottom, left:right]
    window[:] = window * (1 - mask) + colour * mask


def embossed(mask: np.ndarray, depth: float, angle: float, soft: float) -> np.ndarray:
    """How much lighter or darker a relief makes its ground when light comes along `angle`; 0 where it is flat."""
    relief = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft)
    dy, dx = cv2.Sobel(relief, cv2.CV_32F, 0, 1), cv2.Sobel(relief, cv2.CV_32F, 1, 0)
    return depth * (dx * np.cos(angle) + dy * np.sin(angle))


def stamped_mask(
    text: str, width: int, height: int, rng: np.random.Generator, dots: bool = False, share: float = 0.86
) -> np.ndarray:
    """Characters struck one after another across the middle: uneven in depth, height and slant. 0 to 1."""
    image = np.zeros((height, width), np.float32)
    step = width * share / len(text)
    font = fonts.face("digits", int(min(height * 0.62, step * 1.5)))
    for index, character in enumerate(text):
        glyph = Image.new("L", (int(step * 1.6), height))
        ImageDraw.Draw(glyph).text(
            (step * 0.8, height / 2),
            character,
            font=font,
            fill=255,
            anchor="mm",
            stroke_width=int(font.size * 0.02),
        )
        glyph = glyph.rotate(float(rng.normal(0, 1.3)), Image.Resampling.BILINEAR)
        left = int(width * (1 - share) / 2 + step * (index - 0.3) + rng.normal(0, step * 0.02))
        left = min(max(left, 0), width - glyph.width)
        struck = np.roll(np.asarray(glyph, np.float32) / 255, int(rng.normal(0, height * 0.012)), axis=0)
        image[:, left : left + glyph.width] = np.maximum(
            image[:, left : left + glyph.width], struck * rng.uniform(0.75, 1.0)
        )
    if dots:
        pitch = max(3, int(font.size / 11))
        ys, xs = np.mgrid[0:height, 0:width]
        image = image * ((ys % pitch - pitch / 2) ** 2 + (xs % pitch - pitch / 2) ** 2 < (pitch * 0.42) ** 2)
    return image


def developed(
    picture: np.ndarray, rng: np.random.Generator, soft: float | None = None, grain: float | None = None
) -> Image.Image:
    """The camera's JPEG: exposure, focus, corner shading, white balance, contrast, grain, compression."""
    height, width = picture.shape[:2]
    metered = float(picture[::8, ::8].mean())
    picture = picture * (float(rng.uniform(110, 150)) / max(metered, 20)) ** 0.75
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), soft or float(rng.uniform(0.5, 1.2)))
    column = ((np.arange(width, dtype=np.float32) / width - 0.5) ** 2)[None, :]
    row = ((np.arange(height, dtype=np.float32) / height - 0.5) ** 2)[:, None]
    fall = 1 - float(rng.uniform(0.15, 0.6)) * (column + row)
    balance = np.array([rng.uniform(0.95, 1.06), 1.0, rng.uniform(0.94, 1.06)], np.float32) * rng.uniform(
        0.86, 1.1
    )
    noise = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 0.7)
    picture = picture * fall[..., None] * balance + (noise * (grain or float(rng.uniform(3, 9))))[..., None]
    pixels = np.clip(picture, 0, 255).astype(np.uint8)
    toned = cv2.LUT(pixels, _contrast(float(rng.uniform(0.0, 0.5))))
    _, stream = cv2.imencode(".jpg", toned, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 88))])
    return Image.fromarray(cv2.imdecode(stream, cv2.IMREAD_COLOR))


def _contrast(strength: float) -> np.ndarray:
    ramp = np.arange(256) / 255
    curve = ramp * (1 - strength) + strength * ramp * ramp * (3 - 2 * ramp)
    return (curve * 255).astype(np.uint8)


def time_stamp(
    photo: Image.Image, moment: datetime, rng: np.random.Generator, lines: Sequence[str] = ()
) -> None:
    """The date and time that camera or handheld burn into a corner, with `lines` above it where given."""
    ink: Ink = ((250, 214, 60), (255, 140, 40), (245, 245, 245), (255, 70, 60))[int(rng.integers(4))]
    form = str(rng.choice(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M"]))
    size = int(photo.height * rng.uniform(0.03, 0.045))
    font = fonts.face("hei" if lines else str(rng.choice(["digits", "latin", "hei"])), size)
    right, below = rng.random() < 0.65, bool(lines) or rng.random() < 0.8
    pen = ImageDraw.Draw(photo)
    texts = [*lines, moment.strftime(form)]
    for index, text in enumerate(texts):
        x = photo.width * 0.97 if right else photo.width * 0.03
        y = photo.height - size * (1.0 + 1.35 * (len(texts) - 1 - index)) if below else size * 1.1
        pen.text(
            (x, y),
            text,
            font=font,
            fill=ink,
            anchor="rm" if right else "lm",
            stroke_width=size // 22 if rng.random() < 0.6 else 0,
            stroke_fill=(30, 30, 30),
        )
