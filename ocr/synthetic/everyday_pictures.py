"""Pictures that no material type knows: rooms, persons, animals, food, hands, floors, roads, plants.

Knows shapes and light. Knows no documents. A picture is drawn at the asked width and height: RGB floats, 0 to 255.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr.synthetic.everyday_things import Paint, Tone, any_tone, filled_box, grained
from ocr.synthetic.optics import lit

_SKIN: Tone = (214.0, 172.0, 144.0)


def room(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A room with a window, a bed or sofa, a lamp and a cupboard."""
    picture = grained(rng, wide, high, any_tone(rng, 160, 235), 0.02)
    filled_box(picture, 0, rng.uniform(0.68, 0.8), 1, 1, any_tone(rng, 90, 170))
    x = float(rng.uniform(0.1, 0.5))
    filled_box(picture, x, 0.12, x + 0.3, 0.48, (232, 240, 246))
    filled_box(picture, x + 0.14, 0.12, x + 0.16, 0.48, (150, 150, 150))
    filled_box(picture, x - 0.08, 0.08, x + 0.02, 0.66, any_tone(rng, 90, 210))
    sofa, left = any_tone(rng, 50, 190), float(rng.uniform(0.05, 0.4))
    filled_box(picture, left, 0.55, left + 0.5, 0.86, sofa)
    filled_box(picture, left + 0.03, 0.66, left + 0.47, 0.78, (sofa[0] * 1.2, sofa[1] * 1.2, sofa[2] * 1.2))
    cupboard = float(rng.uniform(0.72, 0.8))
    filled_box(picture, cupboard, 0.25, 0.98, 0.84, any_tone(rng, 70, 150))
    filled_box(picture, cupboard + 0.1, 0.25, cupboard + 0.105, 0.84, (30, 30, 30))
    cv2.circle(
        picture, (int(wide * rng.uniform(0.3, 0.7)), 0), int(wide * 0.06), (255, 250, 220), -1, cv2.LINE_AA
    )
    return lit(picture, rng, 0.4)


def _person(picture: np.ndarray, rng: np.random.Generator, x: float, foot: float, tall: float) -> None:
    """One standing person from head to foot, `x`, `foot` and `tall` in pixels."""
    unit, top = tall / 8, foot - tall
    coat, trousers, hair = any_tone(rng), any_tone(rng, 20, 110), any_tone(rng, 12, 50)
    for side in (-1, 1):
        legs = [(x + side * unit * 0.1, top + unit * 4), (x + side * unit * 0.8, top + unit * 4)]
        legs += [(x + side * unit * 0.75, foot), (x + side * unit * 0.2, foot)]
        cv2.fillConvexPoly(picture, np.array(legs, np.int32), trousers, cv2.LINE_AA)
        elbow = (int(x + side * unit * rng.uniform(1.2, 1.7)), int(top + unit * rng.uniform(2.2, 4)))
        cv2.line(
            picture,
            (int(x + side * unit * 0.8), int(top + unit * 1.7)),
            elbow,
            coat,
            int(unit * 0.5) + 1,
            cv2.LINE_AA,
        )
        cv2.circle(picture, elbow, int(unit * 0.26), _SKIN, -1, cv2.LINE_AA)
    middle = (int(x), int(top + unit * 2.8))
    cv2.ellipse(picture, middle, (int(unit * 1.0), int(unit * 1.6)), 0, 0, 360, coat, -1, cv2.LINE_AA)
    cv2.circle(picture, (int(x), int(top + unit * 0.7)), int(unit * 0.62), hair, -1, cv2.LINE_AA)
    cv2.ellipse(
        picture,
        (int(x), int(top + unit * 0.8)),
        (int(unit * 0.45), int(unit * 0.52)),
        0,
        0,
        360,
        _SKIN,
        -1,
        cv2.LINE_AA,
    )


def full_length(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """One person from head to foot before a wall or greenery, never a portrait of the shoulders."""
    picture = grained(rng, wide, high, any_tone(rng, 90, 210), 0.15)
    filled_box(picture, 0, rng.uniform(0.75, 0.88), 1, 1, any_tone(rng, 80, 160))
    _person(
        picture,
        rng,
        wide * rng.uniform(0.3, 0.7),
        high * rng.uniform(0.92, 0.98),
        high * rng.uniform(0.7, 0.85),
    )
    return lit(picture, rng, 0.3)


def group(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A row or two of people for a souvenir picture."""
    picture = grained(rng, wide, high, any_tone(rng, 110, 210), 0.1)
    filled_box(picture, 0, 0.78, 1, 1, any_tone(rng, 90, 150))
    if rng.random() < 0.5:
        filled_box(picture, 0.1, 0.06, 0.9, 0.18, (190, 24, 28))
    for row in range(int(rng.integers(1, 3))):
        for x in np.linspace(0.12, 0.88, int(rng.integers(4, 9))):
            foot = high * (0.84 + 0.12 * row)
            _person(picture, rng, wide * (x + rng.normal(0, 0.01)), foot, high * rng.uniform(0.5, 0.6))
    return lit(picture, rng, 0.3)


def pet(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A cat or dog on a floor or a meadow."""
    picture = grained(rng, wide, high, any_tone(rng, 90, 200), 0.18)
    fur = any_tone(rng, 40, 220)
    dark = (fur[0] * 0.6, fur[1] * 0.6, fur[2] * 0.6)
    x, y, size = (
        wide * rng.uniform(0.35, 0.6),
        high * rng.uniform(0.5, 0.62),
        min(wide, high) * rng.uniform(0.16, 0.24),
    )
    cv2.ellipse(
        picture,
        (int(x + size), int(y + size * 0.8)),
        (int(size * 1.5), int(size)),
        0,
        0,
        360,
        fur,
        -1,
        cv2.LINE_AA,
    )
    cv2.line(
        picture,
        (int(x + size * 2.3), int(y + size)),
        (int(x + size * 2.9), int(y - size * 0.4)),
        fur,
        int(size * 0.3),
        cv2.LINE_AA,
    )
    for side in (-1, 1):
        ear = np.array(
            [
                (x + side * size * 0.2, y - size * 0.7),
                (x + side * size * 0.9, y - size * 0.4),
                (x + side * size * 0.85, y - size * 1.4),
            ]
        )
        cv2.fillConvexPoly(picture, ear.astype(np.int32), dark, cv2.LINE_AA)
    cv2.circle(picture, (int(x), int(y)), int(size), fur, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(
            picture,
            (int(x + side * size * 0.4), int(y - size * 0.1)),
            int(size * 0.16),
            (20, 26, 20),
            -1,
            cv2.LINE_AA,
        )
    cv2.circle(picture, (int(x), int(y + size * 0.35)), int(size * 0.14), (40, 24, 24), -1, cv2.LINE_AA)
    return cv2.GaussianBlur(lit(picture, rng, 0.4).astype(np.float32), (0, 0), 1.2)


def food(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Plates and bowls seen from above, chopsticks beside them."""
    picture = grained(rng, wide, high, any_tone(rng, 80, 190), 0.1)
    for _ in range(int(rng.integers(1, 5))):
        x, y, size = (
            rng.uniform(0.15, 0.85) * wide,
            rng.uniform(0.2, 0.8) * high,
            min(wide, high) * rng.uniform(0.16, 0.34),
        )
        cv2.circle(picture, (int(x + 5), int(y + 7)), int(size), (50, 48, 46), -1, cv2.LINE_AA)
        cv2.circle(picture, (int(x), int(y)), int(size), (236, 236, 232), -1, cv2.LINE_AA)
        cv2.circle(picture, (int(x), int(y)), int(size * 0.72), (206, 206, 202), 2, cv2.LINE_AA)
        for _ in range(int(rng.integers(14, 40))):
            place = np.array((x, y)) + rng.normal(0, size * 0.26, 2)
            axes = (int(size * rng.uniform(0.05, 0.16)) + 1, int(size * rng.uniform(0.04, 0.1)) + 1)
            cv2.ellipse(
                picture,
                (int(place[0]), int(place[1])),
                axes,
                float(rng.uniform(0, 180)),
                0,
                360,
                any_tone(rng, 40, 210),
                -1,
                cv2.LINE_AA,
            )
    for shift in (0, 12):
        cv2.line(
            picture,
            (int(wide * 0.1) + shift, int(high * 0.95)),
            (int(wide * 0.34) + shift, int(high * 0.55)),
            (120, 70, 40),
            5,
            cv2.LINE_AA,
        )
    return lit(picture, rng, 0.35)


def hand(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A hand, or fingers over most of the lens."""
    picture = grained(rng, wide, high, any_tone(rng, 40, 220), 0.1)
    red, green, blue = (np.array(_SKIN, float)[:3] * rng.uniform(0.7, 1.05)).tolist()
    skin = (red, green, blue)
    x, y, size = (
        wide * rng.uniform(0.3, 0.7),
        high * rng.uniform(0.6, 0.85),
        min(wide, high) * rng.uniform(0.18, 0.3),
    )
    turn = float(rng.uniform(-0.5, 0.5))
    for index, spread in enumerate((-0.75, -0.3, 0.0, 0.28, 0.6)):
        angle, long = turn + spread - np.pi / 2, size * (1.5 if index == 0 else 2.1 - 0.3 * abs(index - 2))
        tip = (int(x + long * np.cos(angle)), int(y + long * np.sin(angle)))
        cv2.line(picture, (int(x), int(y)), tip, skin, int(size * 0.36), cv2.LINE_AA)
        cv2.circle(picture, tip, int(size * 0.1), (236, 204, 190), -1, cv2.LINE_AA)
    cv2.ellipse(
        picture,
        (int(x), int(y + size * 0.3)),
        (int(size * 0.8), int(size)),
        0,
        0,
        360,
        skin,
        -1,
        cv2.LINE_AA,
    )
    return cv2.GaussianBlur(
        lit(picture, rng, 0.5, flash=True).astype(np.float32), (0, 0), float(rng.uniform(1, 4))
    )


def floor(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Tiles, boards or slabs, taken by mistake; perhaps a shoe's tip or a cable."""
    picture = grained(rng, wide, high, any_tone(rng, 80, 210), 0.08)
    step, slope = int(rng.integers(40, 150)), float(rng.normal(0, 0.15))
    for offset in range(-wide, wide * 2, step):
        cv2.line(picture, (offset, 0), (int(offset + slope * high), high), (70, 68, 66), 2, cv2.LINE_AA)
        if rng.random() < 0.9:
            cv2.line(picture, (0, offset), (wide, int(offset - slope * wide)), (70, 68, 66), 2, cv2.LINE_AA)
    if rng.random() < 0.5:
        place = (int(wide * rng.uniform(0.2, 0.8)), high)
        cv2.ellipse(
            picture,
            place,
            (int(wide * 0.07), int(high * 0.25)),
            0,
            0,
            360,
            any_tone(rng, 20, 90),
            -1,
            cv2.LINE_AA,
        )
    return lit(picture, rng, 0.5)


def empty_road(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A road into the distance, trees beside it, no vehicle on it."""
    picture = grained(rng, wide, high, (196, 208, 220), 0.03)
    horizon = int(high * rng.uniform(0.36, 0.5))
    picture[horizon:] = grained(rng, wide, high - horizon, (104, 122, 84), 0.15)
    far = wide * rng.uniform(0.4, 0.6)
    road = np.array(
        [(far - 8, horizon), (far + 8, horizon), (wide * 1.1, high), (-wide * 0.1, high)], np.int32
    )
    cv2.fillConvexPoly(picture, road, (112, 112, 114), cv2.LINE_AA)
    for t in np.linspace(0.05, 0.95, 7) ** 2:
        y0, y1 = horizon + (high - horizon) * t, horizon + (high - horizon) * min(t * 1.3 + 0.02, 1)
        middle = far + (wide / 2 - far) * t
        cv2.line(picture, (int(middle), int(y0)), (int(middle), int(y1)), (228, 228, 220), max(1, int(9 * t)))
    for _ in range(int(rng.integers(6, 16))):
        side, t = rng.choice([-1, 1]), rng.uniform(0.05, 0.7)
        x, y, size = (
            far + side * (30 + wide * 0.7 * t),
            horizon + (high - horizon) * t * 0.5,
            14 + high * 0.3 * t,
        )
        cv2.line(picture, (int(x), int(y)), (int(x), int(y - size)), (70, 56, 44), max(2, int(size * 0.08)))
        cv2.circle(
            picture,
            (int(x), int(y - size)),
            int(size * 0.5),
            (60.0, float(rng.uniform(80, 120)), 54.0),
            -1,
            cv2.LINE_AA,
        )
    return lit(picture, rng, 0.3)


def plants(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Leaves and flowers from near."""
    picture = grained(rng, wide, high, (70, 96, 60), 0.25)
    for _ in range(int(rng.integers(30, 70))):
        place = (int(rng.uniform(0, wide)), int(rng.uniform(0, high)))
        tone = (float(rng.uniform(40, 110)), float(rng.uniform(90, 170)), float(rng.uniform(40, 90)))
        axes = (int(rng.uniform(0.04, 0.14) * wide), int(rng.uniform(0.01, 0.05) * wide))
        cv2.ellipse(picture, place, axes, float(rng.uniform(0, 180)), 0, 360, tone, -1, cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 9))):
        middle, petal = rng.uniform(0.1, 0.9, 2) * (wide, high), any_tone(rng, 130, 250)
        for turn in np.linspace(0, 2 * np.pi, 6)[:-1]:
            tip = middle + 0.03 * wide * np.array((np.cos(turn), np.sin(turn)))
            cv2.circle(picture, (int(tip[0]), int(tip[1])), int(0.024 * wide), petal, -1, cv2.LINE_AA)
        cv2.circle(
            picture, (int(middle[0]), int(middle[1])), int(0.015 * wide), (240, 200, 40), -1, cv2.LINE_AA
        )
    return lit(picture, rng, 0.4)


PICTURES: dict[str, Paint] = {
    "room": room,
    "full_length": full_length,
    "group": group,
    "pet": pet,
    "food": food,
    "hand": hand,
    "floor": floor,
    "empty_road": empty_road,
    "plants": plants,
}
