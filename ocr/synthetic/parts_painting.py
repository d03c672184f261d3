"""What lies around a vehicle's parts in a close photograph: hoses and boxes, paint, printed labels.

Knows shapes and tones. Knows neither numbers' meaning nor documents. Pictures are float RGB arrays.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.bodies import PAINT

_PAINTS = np.array([*PAINT.values(), (196, 160, 60), (70, 110, 84)], np.float32)


def paint_tone(rng: np.random.Generator) -> np.ndarray:
    """A body's colour; black is lifted so that a struck number stays visible."""
    return np.maximum(_PAINTS[int(rng.integers(len(_PAINTS)))], 40) * float(rng.uniform(0.8, 1.05))


def clutter(picture: np.ndarray, rng: np.random.Generator, start: float) -> None:
    """Boxes, lids and hoses of an engine bay from `start` (a share of the height) downward."""
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(5, 11))):
        x, y = rng.uniform(-0.05, 1.0) * width, rng.uniform(start, 1.0) * height
        wide, high = rng.uniform(0.06, 0.25) * width, rng.uniform(0.06, 0.2) * height
        tone = float(rng.uniform(18, 110))
        if rng.random() < 0.5:
            corners = (int(x), int(y)), (int(x + wide), int(y + high))
            cv2.rectangle(picture, *corners, (tone, tone, tone * 1.03), -1)
            cv2.rectangle(picture, *corners, (tone * 0.5,) * 3, 3)
        else:
            cv2.circle(picture, (int(x), int(y)), int(high * 0.6), (tone,) * 3, -1, cv2.LINE_AA)
            cv2.circle(picture, (int(x), int(y)), int(high * 0.4), (tone * 1.4,) * 3, 3, cv2.LINE_AA)
    for _ in range(int(rng.integers(1, 4))):
        ys = rng.uniform(max(start, 0.02), 1.0, 4) * height
        points = np.stack([np.linspace(-20, width + 20, 4), ys], axis=1)
        fine = cv2.resize(points[:, None].astype(np.float32), (1, 40), interpolation=cv2.INTER_CUBIC)[:, 0]
        for thick, grey in ((26, 16), (16, 34), (5, 70)):
            cv2.polylines(picture, [fine.astype(np.int32)], False, (grey,) * 3, thick, cv2.LINE_AA)


def label_tile(
    text: str,
    dark: bool,
    barred: bool,
    rng: np.random.Generator,
    head: str = "",
    size: tuple[int, int] = (640, 110),
) -> np.ndarray:
    """A printed label seen straight: a line of characters, with bars below and a heading above where asked."""
    wide, high = size
    ground, ink = ((20, 20, 22), (228, 228, 226)) if dark else ((228, 228, 222), (22, 22, 24))
    tile = Image.new("RGB", size, ground)
    pen = ImageDraw.Draw(tile)
    y = high * (0.32 if barred else 0.5)
    if head:
        pen.text(
            (wide / 2, high * 0.16),
            head,
            font=fonts.face("hei_heavy", int(high * 0.16)),
            fill=ink,
            anchor="mm",
        )
        y = high * 0.42
    points = int(min(high * (0.24 if head else 0.5), wide * 0.9 / max(len(text), 1) * 1.7))
    pen.text((wide / 2, y), text, font=fonts.face("digits", points), fill=ink, anchor="mm")
    if barred:
        for x in range(int(wide * 0.08), int(wide * 0.92), 4):
            if rng.random() < 0.5:
                pen.line([(x, high * 0.6), (x, high * 0.92)], fill=ink, width=int(rng.integers(1, 4)))
    return np.asarray(tile, np.float32)
