"""A vehicle's parts as inspectors photograph them besides `close_ups`: the nameplate in an open door or in the engine
bay, a whole wheel, a printed engine label, a safety belt.

Knows shapes and light. Knows no documents. Each view gives a float RGB picture, not yet developed, and where what it
proves stands in it (None where it proves nothing).
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr.synthetic.close_ups import nameplate_tile
from ocr.synthetic.identity import Identity
from ocr.synthetic.optics import Box, laid, lit, rough, slanted, tinted
from ocr.synthetic.parts_painting import clutter, label_tile, paint_tone

WIDTH, HEIGHT = 720, 540

_DESIGNS = ("ruled", "sticker", "columns")


def _plated(picture: np.ndarray, rng: np.random.Generator, identity: Identity, share: float) -> Box:
    """Lays a nameplate onto the picture, rather low or high, a little turned."""
    tile = nameplate_tile(rng, identity, str(rng.choice(np.array(_DESIGNS))))
    wide = WIDTH * share
    high = wide * tile.shape[0] / tile.shape[1]
    left = (WIDTH - wide) * float(rng.uniform(0.35, 0.65))
    top = (HEIGHT - high) * float(rng.uniform(0.3, 0.7))
    slope = float(rng.normal(0, 0.04)) * wide
    corners = [(left, top), (left + wide, top + slope), (left + wide, top + high + slope), (left, top + high)]
    laid(picture, tile * float(rng.uniform(0.8, 1.05)), corners)
    low, deep = min(top, top + slope), max(top, top + slope) + high
    return left / WIDTH, max(low / HEIGHT, 0), (left + wide) / WIDTH, min(deep / HEIGHT, 1)


def plate_in_door(rng: np.random.Generator, identity: Identity) -> tuple[np.ndarray, Box]:
    """On the pillar of an open door: sill below, rubber seals, the seat's edge beside it."""
    picture = tinted(1 + 0.08 * rough(rng, WIDTH, HEIGHT, (120, 12)), (52, 52, 54))
    left, right = int(WIDTH * rng.uniform(0.05, 0.2)), int(WIDTH * rng.uniform(0.8, 0.95))
    ramp = np.linspace(rng.uniform(0.7, 1.1), rng.uniform(0.7, 1.1), right - left, dtype=np.float32)[None, :]
    picture[:, left:right] = tinted(ramp * np.ones((HEIGHT, 1), np.float32), paint_tone(rng))
    for x in (left, right):
        picture[:, max(x - 14, 0) : x + 14] = (18, 18, 19)
        picture[:, x : x + 4] += 40
    sill = int(HEIGHT * rng.uniform(0.88, 0.98))
    picture[sill:] *= 0.55
    box = _plated(picture, rng, identity, float(rng.uniform(0.42, 0.62)))
    for y in rng.uniform(0.04, 0.96, 2) * HEIGHT:
        cv2.circle(picture, (int(right - 40), int(y)), 13, (40, 40, 42), -1, cv2.LINE_AA)
    picture, box = slanted(picture, rng, box, 0.1)
    return lit(picture, rng, 0.45, flash=bool(rng.random() < 0.4)), box


def plate_in_bay(rng: np.random.Generator, identity: Identity) -> tuple[np.ndarray, Box]:
    """Riveted onto a cross member among hoses and boxes."""
    picture = tinted(1 + 0.12 * rough(rng, WIDTH, HEIGHT, (90, 12, 4)), (58, 58, 60))
    clutter(picture, rng, 0.0)
    top, bottom = int(HEIGHT * rng.uniform(0.12, 0.25)), int(HEIGHT * rng.uniform(0.75, 0.9))
    picture[top:bottom] = tinted(1 + 0.03 * rough(rng, WIDTH, bottom - top, (160, 10)), paint_tone(rng) * 0.8)
    picture[top : top + 6] += 45
    picture[bottom - 8 : bottom] *= 0.5
    box = _plated(picture, rng, identity, float(rng.uniform(0.46, 0.66)))
    picture, box = slanted(picture, rng, box, 0.1)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.5)), box


def whole_wheel(rng: np.random.Generator, identity: Identity) -> tuple[np.ndarray, Box]:
    """A wheel in its arch, its size moulded above the rim."""
    picture = tinted(1 + 0.03 * rough(rng, WIDTH, HEIGHT, (200, 30)), paint_tone(rng))
    ground = int(HEIGHT * rng.uniform(0.84, 0.94))
    picture[ground:] = tinted(1 + 0.14 * rough(rng, WIDTH, HEIGHT - ground, (40, 5)), (112, 110, 106))
    x, radius = int(WIDTH * rng.uniform(0.42, 0.58)), int(HEIGHT * rng.uniform(0.42, 0.5))
    y = ground - int(radius * 0.9)
    cv2.circle(picture, (x, y), int(radius * 1.14), (14, 14, 15), -1, cv2.LINE_AA)
    cv2.circle(picture, (x, y), radius, (46, 46, 48), -1, cv2.LINE_AA)
    for turn in np.linspace(0, 2 * np.pi, 60, endpoint=False):
        inner, outer = (
            (int(x + radius * s * np.cos(turn)), int(y + radius * s * np.sin(turn))) for s in (0.95, 1.0)
        )
        cv2.line(picture, inner, outer, (24, 24, 25), 4)
    rim, spokes = radius * float(rng.uniform(0.6, 0.68)), int(rng.integers(5, 11))
    cv2.circle(picture, (x, y), int(rim), (176, 178, 182), 10, cv2.LINE_AA)
    for turn in np.linspace(0, 2 * np.pi, spokes, endpoint=False) + float(rng.uniform(0, 6)):
        tip = np.array([(turn - 0.5, 0.15), (turn - 0.12, 0.96), (turn + 0.12, 0.96), (turn + 0.5, 0.15)])
        spoke = np.stack(
            [x + rim * tip[:, 1] * np.cos(tip[:, 0]), y + rim * tip[:, 1] * np.sin(tip[:, 0])], axis=1
        )
        cv2.fillConvexPoly(picture, spoke.astype(np.int32), (168, 170, 174), cv2.LINE_AA)
    cv2.circle(picture, (x, y), int(rim * 0.18), (120, 122, 126), -1, cv2.LINE_AA)
    wide, high = radius * 0.9, radius * 0.17
    band = label_tile(identity.vehicle.tyre_spec, True, False, rng, size=(360, 68)) * 0.62 + 26
    top = y - radius * 0.93
    laid(
        picture,
        band,
        [
            (x - wide / 2, top + 8),
            (x + wide / 2, top + 8),
            (x + wide / 2, top + high + 8),
            (x - wide / 2, top + high + 8),
        ],
    )
    box: Box = (
        (x - wide / 2) / WIDTH,
        max(top / HEIGHT, 0),
        (x + wide / 2) / WIDTH,
        (top + high + 8) / HEIGHT,
    )
    picture, box = slanted(picture, rng, box, 0.06, turn=3)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.4)), box


def engine_label(rng: np.random.Generator, identity: Identity) -> tuple[np.ndarray, Box]:
    """柔性标签 with bars and the engine's number, glued onto a black cover."""
    tone = float(rng.uniform(24, 60))
    picture = tinted(1 + 0.05 * rough(rng, WIDTH, HEIGHT, (140, 20)), (tone, tone, tone))
    for x in range(int(rng.integers(0, 60)), WIDTH, int(rng.integers(60, 110))):
        cv2.line(picture, (x, 0), (x + 60, HEIGHT), (tone * 1.7,) * 3, 4, cv2.LINE_AA)
    clutter(picture, rng, 0.85)
    vehicle = identity.vehicle
    tile = label_tile(vehicle.engine_no, False, True, rng, f"发动机 {vehicle.engine_model}", (560, 240))
    share = float(rng.uniform(0.4, 0.66))
    wide, high = WIDTH * share, WIDTH * share * 240 / 560
    left, top = (WIDTH - wide) * float(rng.uniform(0.3, 0.7)), (HEIGHT - high) * float(rng.uniform(0.3, 0.6))
    laid(picture, tile, [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)])
    box: Box = (
        left / WIDTH,
        (top + high * 0.25) / HEIGHT,
        (left + wide) / WIDTH,
        (top + high * 0.6) / HEIGHT,
    )
    picture, box = slanted(picture, rng, box, 0.12, turn=6)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.6)), box


def safety_belt(rng: np.random.Generator, identity: Identity) -> tuple[np.ndarray, None]:
    """安全带 across a seat, its tongue in the buckle."""
    cloth = np.array(((60, 62, 66), (120, 112, 100), (70, 50, 44))[int(rng.integers(3))], np.float32)
    picture = tinted(1 + 0.07 * rough(rng, WIDTH, HEIGHT, (120, 20, 3)), cloth)
    for x in np.linspace(0.15, 0.85, 4) * WIDTH:
        cv2.line(
            picture, (int(x), 0), (int(x + 30), HEIGHT), tuple(float(v) for v in cloth * 0.6), 5, cv2.LINE_AA
        )
    x, y = WIDTH * rng.uniform(0.5, 0.75), HEIGHT * rng.uniform(0.55, 0.75)
    beginning = (-40, int(rng.uniform(-0.2, 0.2) * HEIGHT))
    for thick, grey in ((84, 20), (74, 44), (66, 36)):
        cv2.line(picture, beginning, (int(x), int(y)), (grey,) * 3, thick, cv2.LINE_AA)
    cv2.ellipse(picture, (int(x), int(y)), (56, 42), 35, 0, 360, (150, 152, 156), -1, cv2.LINE_AA)
    corners = cv2.boxPoints(((x + 74, y + 66), (130, 96), 40)).astype(np.int32)
    cv2.fillConvexPoly(picture, corners, (18, 18, 20), cv2.LINE_AA)
    button = cv2.boxPoints(((x + 96, y + 84), (56, 56), 40)).astype(np.int32)
    cv2.fillConvexPoly(picture, button, (196, 26, 28), cv2.LINE_AA)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.5)), None
