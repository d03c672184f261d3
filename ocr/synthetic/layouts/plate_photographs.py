"""收回号牌照片 in the arrangements of `mounts`: number plates taken off, lying on a counter or floor, cut or punched.

Knows plates and light. Knows no office's record of them: see `returned_plates`.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.mounts import MOUNTS
from ocr.synthetic.layouts.photographs import Photo
from ocr.synthetic.number_plates import plate_tile
from ocr.synthetic.optics import Box, developed, laid, lit, rough, tinted
from ocr.synthetic.page import Layout, Page

WIDTH, HEIGHT = 640, 480

_GROUNDS = ((70, 74, 80), (156, 120, 86), (206, 204, 198), (120, 132, 122), (44, 44, 46))


def _punched(tile: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The plate with holes or a cut through it, as offices make them void; often whole."""
    tile, (high, wide) = tile.copy(), tile.shape[:2]
    kind = rng.random()
    if kind < 0.25:
        for x in rng.uniform(0.15, 0.85, 3) * wide:
            cv2.circle(tile, (int(x), int(high * rng.uniform(0.25, 0.75))), int(high * 0.1), (40, 40, 40), -1)
    elif kind < 0.45:
        x = int(wide * rng.uniform(0.3, 0.7))
        cv2.line(tile, (x, 0), (x + int(rng.normal(0, 60)), high), (40, 40, 40), 16)
    return tile


def _plates(rng: np.random.Generator, identity: Identity) -> Photo:
    vehicle = identity.vehicle
    ground = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    scene = tinted(1 + 0.07 * rough(rng, WIDTH, HEIGHT, (160, 24, 4)), ground)
    tile, boxes = plate_tile(vehicle.plate_no, vehicle.electric), list[Box]()
    count = int(rng.integers(1, 3))
    for index in range(count):
        wide = WIDTH * float(rng.uniform(0.5, 0.8))
        high = wide * tile.shape[0] / tile.shape[1]
        middle = np.array(
            [WIDTH / 2 + rng.normal(0, 14), HEIGHT * (index + 0.5 + rng.normal(0, 0.03)) / count]
        )
        turn = float(rng.normal(0, 0.1))
        spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
        corners = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) / 2 @ spin + middle
        corners += rng.normal(0, 6, (4, 2))
        shadow = (corners + 7).astype(np.int32)
        cv2.fillConvexPoly(scene, shadow, tuple(v * 0.4 for v in ground), cv2.LINE_AA)
        laid(
            scene,
            _punched(tile, rng) * float(rng.uniform(0.75, 1.0)),
            [(float(x), float(y)) for x, y in corners],
        )
        low, far = (
            np.clip(corners.min(axis=0), 0, (WIDTH, HEIGHT)),
            np.clip(corners.max(axis=0), 0, (WIDTH, HEIGHT)),
        )
        boxes.append((low[0] / WIDTH, low[1] / HEIGHT, far[0] / WIDTH, far[1] / HEIGHT))
    picture = developed(lit(scene, rng, 0.45, flash=bool(rng.random() < 0.5)), rng)
    caption = str(rng.choice(["收回号牌照片", "号牌收回", "销毁号牌", "交回的号牌"]))
    return Photo(picture, caption, "M-LC-03", (("plate_no", vehicle.plate_no, boxes[0]),))


def _mounted(mount: str) -> Layout:
    arrange, count = MOUNTS[mount]

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        return arrange([_plates(rng, identity) for _ in range(count)], identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"taken_plates_{mount}"
    return layout


LAYOUTS: dict[str, tuple[Layout, ...]] = {"M-LC-03": tuple(_mounted(mount) for mount in MOUNTS)}
