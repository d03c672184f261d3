"""A vehicle's number as inspectors photograph it besides `close_ups`: on the fire wall, a lorry's frame, a steering
head, and far off behind the windscreen.

Knows metal, glass and what lies around them. Knows no documents. Each view gives a float RGB picture, not yet
developed, and where the number stands in it (shares of the picture).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ocr.synthetic.optics import Box, cloud, embossed, laid, lit, rough, slanted, stamped_mask, tinted
from ocr.synthetic.parts_painting import clutter, label_tile, paint_tone

WIDTH, HEIGHT = 720, 540

View = tuple[np.ndarray, Box]


def _struck(
    picture: np.ndarray, rng: np.random.Generator, text: str, place: tuple[int, int, int, int]
) -> Box:
    """Strikes a number into the rectangle (left, top, width, height) and returns its shares."""
    left, top, wide, high = place
    mask = stamped_mask(text, wide, high, rng, dots=bool(rng.random() < 0.3), share=0.94)
    field = picture[top : top + high, left : left + wide]
    depth, angle = float(rng.uniform(40, 80)), float(rng.uniform(0, 2 * np.pi))
    field *= (1 - mask * float(rng.uniform(0.25, 0.6)))[..., None]
    field += embossed(mask, depth, angle, float(rng.uniform(0.9, 1.4)))[..., None]
    return left / WIDTH, (top + high * 0.2) / HEIGHT, (left + wide) / WIDTH, (top + high * 0.8) / HEIGHT


def _placed(
    rng: np.random.Generator, y: float, least: float = 0.5, most: float = 0.8
) -> tuple[int, int, int, int]:
    wide = int(WIDTH * rng.uniform(least, most))
    high = int(wide * rng.uniform(0.11, 0.15))
    return int((WIDTH - wide) * rng.uniform(0.35, 0.65)), int(HEIGHT * y - high / 2), wide, high


def _numbered(rng: np.random.Generator, vin: str) -> str:
    return f"*{vin}*" if rng.random() < 0.5 else vin


def fire_wall(rng: np.random.Generator, vin: str) -> View:
    """Struck into the painted cross panel behind the engine: seal above, hoses and boxes below."""
    picture = tinted(1 + 0.1 * rough(rng, WIDTH, HEIGHT, (90, 14, 4)), (46, 46, 48))
    clutter(picture, rng, 0.62)
    y = float(rng.uniform(0.34, 0.5))
    top, bottom = int(HEIGHT * (y - rng.uniform(0.1, 0.16))), int(HEIGHT * (y + rng.uniform(0.1, 0.16)))
    panel = tinted(1 + 0.03 * rough(rng, WIDTH, bottom - top, (200, 12)), paint_tone(rng))
    picture[top:bottom] = panel * np.linspace(1.1, 0.8, bottom - top, dtype=np.float32)[:, None, None]
    picture[top - 26 : top] = np.array((22, 22, 23)) * np.linspace(0.6, 2.2, 26)[:, None, None]
    picture[bottom : bottom + 8] *= 0.3
    for x in rng.uniform(0.04, 0.96, 3) * WIDTH:
        cv2.circle(picture, (int(x), bottom - 14), 9, (60, 60, 60), -1, cv2.LINE_AA)
        cv2.circle(picture, (int(x) - 1, bottom - 15), 6, (150, 150, 148), -1, cv2.LINE_AA)
    box = _struck(picture, rng, _numbered(rng, vin), _placed(rng, y))
    picture, box = slanted(picture, rng, box, 0.1)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.5)), box


def lorry_frame(rng: np.random.Generator, vin: str) -> View:
    """Struck into a dark side rail with a row of rivets; a patch wiped clean; ground and wheel around it."""
    picture = tinted(1 + 0.12 * rough(rng, WIDTH, HEIGHT, (60, 9, 3)), (126, 122, 114))
    y, half = float(rng.uniform(0.42, 0.56)), float(rng.uniform(0.17, 0.25))
    top, bottom = int(HEIGHT * (y - half)), int(HEIGHT * (y + half))
    tone = float(rng.uniform(36, 84))
    rail = tinted(1 + 0.08 * rough(rng, WIDTH, bottom - top, (180, 30, 5)), (tone, tone, tone * 1.04))
    picture[top:bottom] = rail
    picture[top : top + 12] *= 1.7
    picture[bottom - 16 : bottom] *= 0.45
    picture[bottom:] *= np.linspace(0.3, 0.9, HEIGHT - bottom, dtype=np.float32)[:, None, None]
    for x in range(int(rng.integers(10, 50)), WIDTH, int(rng.integers(60, 110))):
        for edge in (top + 26, bottom - 30):
            cv2.circle(picture, (x, edge), 9, (tone * 1.5,) * 3, -1, cv2.LINE_AA)
            cv2.circle(picture, (x + 1, edge + 2), 9, (tone * 0.4,) * 3, 2, cv2.LINE_AA)
    if rng.random() < 0.6:
        side = -30 if rng.random() < 0.5 else WIDTH + 30
        cv2.circle(picture, (side, HEIGHT), int(HEIGHT * 0.42), (20, 20, 21), -1, cv2.LINE_AA)
        cv2.circle(picture, (side, HEIGHT), int(HEIGHT * 0.24), (90, 90, 92), -1, cv2.LINE_AA)
    left, up, wide, high = place = _placed(rng, y, 0.45, 0.7)
    patch = picture[up - 8 : up + high + 8, left - 12 : left + wide + 12]
    patch += np.clip(40 + 16 * cloud(rng, patch.shape[1], patch.shape[0], 30), 0, 90)[..., None]
    box = _struck(picture, rng, _numbered(rng, vin), place)
    picture, box = slanted(picture, rng, box, 0.12)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.3)), box


def steering_head(rng: np.random.Generator, vin: str) -> View:
    """Struck along a motorcycle's round tube, cables crossing beside it."""
    picture = tinted(1 + 0.14 * rough(rng, WIDTH, HEIGHT, (120, 24, 5)), (62, 62, 64))
    clutter(picture, rng, 0.0)
    y, half = float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.16, 0.24))
    top, bottom = int(HEIGHT * (y - half)), int(HEIGHT * (y + half))
    across = np.linspace(-1, 1, bottom - top, dtype=np.float32)
    round_ = 0.35 + 0.8 * np.sqrt(np.clip(1 - across**2, 0, 1)) + 0.4 * np.exp(-((across + 0.4) ** 2) / 0.02)
    tone = paint_tone(rng) * 0.8
    picture[top:bottom] = tinted(
        round_[:, None] * (1 + 0.03 * rough(rng, WIDTH, bottom - top, (90, 6))), tone
    )
    for _ in range(int(rng.integers(1, 4))):
        x = rng.uniform(-0.1, 0.14) * WIDTH if rng.random() < 0.5 else rng.uniform(0.88, 1.1) * WIDTH
        points = np.array(
            [(x, -10), (x + rng.normal(0, 40), HEIGHT / 2), (x + rng.normal(0, 90), HEIGHT + 10)]
        )
        for thick, grey in ((26, 18), (14, 44)):
            cv2.polylines(picture, [points.astype(np.int32)], False, (grey,) * 3, thick, cv2.LINE_AA)
    box = _struck(picture, rng, vin, _placed(rng, y, 0.6, 0.78))
    picture, box = slanted(picture, rng, box, 0.06, turn=8)
    return lit(picture, rng, 0.4, flash=bool(rng.random() < 0.5)), box


def behind_screen(rng: np.random.Generator, vin: str) -> View:
    """The windscreen's lower corner from outside: a small plate on the dashboard, wiper, bonnet, mirrored sky."""
    ramp = np.linspace(1.5, 0.5, HEIGHT, dtype=np.float32)[:, None]
    picture = tinted(ramp * (1 + 0.05 * rough(rng, WIDTH, HEIGHT, (220, 60))), (70, 72, 74))
    edge = int(HEIGHT * rng.uniform(0.66, 0.78))
    picture[edge:] = tinted(1 + 0.02 * rough(rng, WIDTH, HEIGHT - edge, (200, 40)), paint_tone(rng))
    picture[edge : edge + 22] = (16, 16, 17)
    dark = rng.random() < 0.5
    tile = label_tile(vin, bool(dark), barred=bool(rng.random() < 0.4), rng=rng)
    share = float(rng.uniform(0.36, 0.56))
    wide, high = WIDTH * share, WIDTH * share * tile.shape[0] / tile.shape[1]
    left, top = float(rng.uniform(0.12, 0.88 - share)) * WIDTH, edge - high - float(rng.uniform(30, 80))
    lean = float(rng.uniform(-14, 14))
    corners = [(left, top), (left + wide, top + lean), (left + wide, top + high + lean), (left, top + high)]
    laid(picture, tile, corners)
    box: Box = (
        left / WIDTH,
        min(top, top + lean) / HEIGHT,
        (left + wide) / WIDTH,
        (top + high + max(lean, 0)) / HEIGHT,
    )
    sky = np.clip(0.4 + 0.35 * rough(rng, WIDTH, edge, (200, 70)), 0, 1)[..., None]
    picture[:edge] += sky * np.array((110, 126, 142)) * float(rng.uniform(0.25, 0.6))
    for thick, grey in ((16, 14), (6, 52)):
        cv2.line(
            picture,
            (-10, edge + 4),
            (WIDTH + 10, int(edge - rng.uniform(10, 40))),
            (grey,) * 3,
            thick,
            cv2.LINE_AA,
        )
    return lit(picture, rng, 0.35, flash=bool(rng.random() < 0.2)), box


NUMBER_VIEWS: dict[str, Callable[[np.random.Generator, str], View]] = {
    "fire_wall": fire_wall,
    "lorry_frame": lorry_frame,
    "steering_head": steering_head,
    "behind_screen": behind_screen,
}
