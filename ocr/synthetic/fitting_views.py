"""What else an inspection photographs besides `equipment_views`: second pedals, hand controls, a school bus's lamps,
the load space, marker stripes, an extinguisher on the floor, a wreck cut up.

Knows these things' shapes and light. Knows no documents. Each view gives a float RGB picture, not yet developed.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.optics import lit, rough, tinted
from ocr.synthetic.parts_painting import paint_tone

WIDTH, HEIGHT = 720, 540

Draw = Callable[[np.random.Generator], np.ndarray]


def _ground(
    rng: np.random.Generator, tone: tuple[float, float, float], cells: tuple[float, ...] = (140, 20, 4)
) -> np.ndarray:
    return tinted(1 + 0.08 * rough(rng, WIDTH, HEIGHT, cells), tone)


def _finished(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0)
    return lit(soft, rng, 0.45, flash=bool(rng.random() < 0.5))


def _written(
    picture: np.ndarray, x: float, y: float, text: str, size: int, ink: tuple[int, int, int]
) -> None:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    ImageDraw.Draw(image).text((x, y), text, font=fonts.face("hei_heavy", size), fill=ink, anchor="mm")
    picture[:] = np.asarray(image, np.float32)


def second_pedals(rng: np.random.Generator) -> np.ndarray:
    """教练车副制动踏板: two sets of pedals in dark footwells, a console between them."""
    picture = _ground(rng, (44, 44, 46))
    middle = int(WIDTH * rng.uniform(0.42, 0.58))
    picture[:, middle - 40 : middle + 40] = (84, 84, 88)
    picture[:, middle - 40 : middle - 34] = (120, 120, 124)
    picture[int(HEIGHT * 0.78) :] *= 1.6
    for left, count in ((middle * 0.2, 3), (middle + 110, int(rng.integers(1, 3)))):
        for index in range(count):
            x, y = left + index * 84, HEIGHT * rng.uniform(0.42, 0.56)
            cv2.line(picture, (int(x + 20), 0), (int(x + 26), int(y)), (96, 98, 100), 12, cv2.LINE_AA)
            cv2.rectangle(picture, (int(x), int(y)), (int(x + 56), int(y + 78)), (24, 24, 25), -1)
            cv2.rectangle(picture, (int(x), int(y)), (int(x + 56), int(y + 78)), (150, 152, 154), 4)
            for step in range(12, 72, 14):
                cv2.line(picture, (int(x + 8), int(y + step)), (int(x + 48), int(y + step)), (92, 92, 94), 4)
    return _finished(picture, rng)


def hand_controls(rng: np.random.Generator) -> np.ndarray:
    """残疾车操纵辅助装置: a lever with a knob beside the steering wheel, rods to the pedals."""
    picture = _ground(rng, (56, 56, 58))
    cv2.rectangle(picture, (0, 0), (WIDTH, int(HEIGHT * 0.3)), (78, 78, 82), -1)
    x, y, radius = (
        int(WIDTH * rng.uniform(0.4, 0.6)),
        int(HEIGHT * rng.uniform(0.36, 0.46)),
        int(HEIGHT * 0.32),
    )
    cv2.circle(picture, (x, y), radius, (20, 20, 21), 34, cv2.LINE_AA)
    for turn in (0.4, 2.74, 1.57):
        ends = (int(x + radius * np.cos(turn)), int(y + radius * np.sin(turn)))
        cv2.line(picture, (x, y), ends, (26, 26, 28), 38, cv2.LINE_AA)
    cv2.circle(picture, (x, y), int(radius * 0.36), (34, 34, 36), -1, cv2.LINE_AA)
    side = -1 if rng.random() < 0.5 else 1
    knob = (x + side * int(radius * 1.3), y + int(radius * rng.uniform(-0.3, 0.2)))
    foot = (x + side * int(radius * 0.5), HEIGHT + 10)
    cv2.line(picture, knob, foot, (186, 188, 192), 18, cv2.LINE_AA)
    cv2.line(picture, (knob[0], knob[1] + 30), (x, y + radius), (160, 162, 166), 10, cv2.LINE_AA)
    cv2.circle(picture, knob, 34, (170, 24, 28) if rng.random() < 0.5 else (18, 18, 19), -1, cv2.LINE_AA)
    cv2.circle(picture, (knob[0] - 9, knob[1] - 9), 9, (230, 230, 230), -1, cv2.LINE_AA)
    return _finished(picture, rng)


def school_bus_lamps(rng: np.random.Generator) -> np.ndarray:
    """校车标志灯: the yellow roof end of a school bus with its lamps and its sign."""
    picture = _ground(rng, (176, 196, 214), (200, 60))
    top, bottom = int(HEIGHT * rng.uniform(0.12, 0.24)), int(HEIGHT * rng.uniform(0.58, 0.7))
    cv2.rectangle(picture, (30, top), (WIDTH - 30, HEIGHT), (226, 172, 26), -1)
    cv2.rectangle(picture, (30, top), (WIDTH - 30, HEIGHT), (120, 90, 20), 5)
    cv2.rectangle(picture, (64, bottom), (WIDTH - 64, HEIGHT), (34, 42, 48), -1)
    cv2.line(picture, (90, HEIGHT), (260, bottom), (90, 104, 112), 22, cv2.LINE_AA)
    y = (top + bottom) // 2
    lit_side = int(rng.integers(2))
    for index, share in enumerate((0.13, 0.24, 0.76, 0.87)):
        x = int(WIDTH * share)
        tone = (206, 30, 26) if index in (0, 3) else (236, 140, 20)
        cv2.circle(picture, (x, y), 36, (26, 26, 26), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 29, tone, -1, cv2.LINE_AA)
        if index % 2 == lit_side:
            cv2.circle(picture, (x, y), 13, (255, 240, 210), -1, cv2.LINE_AA)
    cv2.rectangle(picture, (int(WIDTH * 0.33), y - 44), (int(WIDTH * 0.67), y + 44), (240, 236, 220), -1)
    _written(picture, WIDTH / 2, y, "校  车", 66, (180, 24, 24))
    return _finished(picture, rng)


def load_space(rng: np.random.Generator) -> np.ndarray:
    """The empty box of a lorry or van from its open doors."""
    picture = _ground(rng, (150, 152, 150), (200, 40))
    far = np.array([(0.34, 0.28), (0.66, 0.28), (0.66, 0.64), (0.34, 0.64)]) + rng.uniform(-0.05, 0.05, 2)
    near = np.array([(0.02, -0.04), (0.98, -0.04), (0.98, 1.04), (0.02, 1.04)])
    far, near = far * (WIDTH, HEIGHT), near * (WIDTH, HEIGHT)
    tone = float(rng.uniform(90, 170))
    for index, shade in enumerate((0.5, 0.95, 0.62, 0.85)):  # ceiling, right wall, floor, left wall
        after = (index + 1) % 4
        face = np.array([near[index], near[after], far[after], far[index]]).astype(np.int32)
        cv2.fillConvexPoly(picture, face, (tone * shade,) * 3, cv2.LINE_AA)
    cv2.fillConvexPoly(picture, far.astype(np.int32), (tone * 0.72,) * 3, cv2.LINE_AA)
    for t in np.linspace(0, 0.9, int(rng.integers(6, 14))) ** 0.7:
        ring = (near * (1 - t) + far * t).astype(np.int32)
        cv2.polylines(picture, [ring], True, (tone * 0.45,) * 3, max(1, int(5 * (1 - t))), cv2.LINE_AA)
    for side in (-1, 1):
        door = [
            (WIDTH * (0.5 + side * 0.48), -5),
            (WIDTH * (0.5 + side * 0.56), -5),
            (WIDTH * (0.5 + side * 0.56), HEIGHT),
            (WIDTH * (0.5 + side * 0.48), HEIGHT),
        ]
        cv2.fillConvexPoly(picture, np.array(door, np.int32), (200, 202, 202))
    return _finished(picture, rng)


def marker_stripes(rng: np.random.Generator) -> np.ndarray:
    """车身反光标识和尾部标志板 on a lorry's tail: red and white strips, plates with slanting bars, lamps."""
    picture = _ground(rng, (170, 172, 170), (200, 30))
    edge = int(HEIGHT * rng.uniform(0.6, 0.72))
    for x in range(int(rng.integers(10, 60)), WIDTH, int(rng.integers(50, 90))):
        picture[:edge, x : x + 5] *= 0.75
    picture[:edge, WIDTH // 2 - 4 : WIDTH // 2 + 4] *= 0.3
    picture[edge:] = (38, 38, 40)
    for x in range(0, WIDTH, 74):
        tone = (206, 26, 30) if x // 74 % 2 else (232, 232, 230)
        cv2.rectangle(picture, (x, edge - 30), (x + 74, edge - 6), tone, -1)
    for x0 in (0.04, 0.72):
        left, right, top = int(WIDTH * x0), int(WIDTH * (x0 + 0.24)), edge + 24
        cv2.rectangle(picture, (left, top), (right, top + 74), (236, 190, 30), -1)
        for x in range(left, right - 30, 52):
            bar = np.array([(x, top + 74), (x + 26, top + 74), (x + 52, top), (x + 26, top)], np.int32)
            cv2.fillConvexPoly(picture, bar, (204, 30, 26), cv2.LINE_AA)
    for share in (0.32, 0.66):
        cv2.rectangle(
            picture, (int(WIDTH * share), edge + 40), (int(WIDTH * share) + 40, edge + 66), (150, 18, 20), -1
        )
    return _finished(picture, rng)


def extinguisher_below_seat(rng: np.random.Generator) -> np.ndarray:
    """灭火器 lying in a strap at the foot of a seat."""
    picture = _ground(rng, (58, 58, 60))
    cloth = float(rng.uniform(50, 120))
    cv2.rectangle(
        picture, (0, 0), (WIDTH, int(HEIGHT * rng.uniform(0.28, 0.38))), (cloth, cloth, cloth * 1.1), -1
    )
    x, y = WIDTH * rng.uniform(0.2, 0.3), HEIGHT * rng.uniform(0.5, 0.64)
    long, half = WIDTH * rng.uniform(0.42, 0.5), HEIGHT * rng.uniform(0.09, 0.13)
    across = np.linspace(-1, 1, int(2 * half), dtype=np.float32)
    tone = 0.4 + 0.8 * np.sqrt(np.clip(1 - across**2, 0, 1)) + 0.5 * np.exp(-((across + 0.4) ** 2) / 0.02)
    top = int(y - half)
    rows = picture[top : top + len(tone), int(x) : int(x + long)]
    rows[:] = tone[:, None, None] * np.array((196, 22, 26), np.float32)
    cv2.ellipse(picture, (int(x), int(y)), (30, int(half)), 0, 90, 270, (150, 16, 20), -1, cv2.LINE_AA)
    cv2.rectangle(
        picture,
        (int(x + long), int(y - half * 0.5)),
        (int(x + long + 50), int(y + half * 0.5)),
        (110, 112, 114),
        -1,
    )
    cv2.line(
        picture,
        (int(x + long + 40), int(y)),
        (int(x + long + 120), int(y - half)),
        (20, 20, 21),
        16,
        cv2.LINE_AA,
    )
    for share in (0.25, 0.75):
        strap = int(x + long * share)
        cv2.rectangle(picture, (strap - 12, top - 6), (strap + 12, top + int(2 * half) + 8), (24, 24, 25), -1)
    cv2.rectangle(
        picture,
        (int(x + long * 0.34), int(y - half * 0.6)),
        (int(x + long * 0.66), int(y + half * 0.6)),
        (232, 228, 214),
        -1,
    )
    _written(picture, x + long * 0.5, y, "灭火器", int(half * 0.7), (150, 20, 24))
    return _finished(picture, rng)


def cut_up_wreck(rng: np.random.Generator) -> np.ndarray:
    """监督解体: sheet metal, doors, wheels and a frame cut apart, heaped up in a yard."""
    picture = _ground(rng, (126, 120, 110), (60, 9, 3))
    picture[: int(HEIGHT * 0.3)] = (188, 194, 198)
    cv2.rectangle(picture, (0, int(HEIGHT * 0.16)), (WIDTH, int(HEIGHT * 0.34)), (132, 136, 138), -1)
    tone = paint_tone(rng)
    for index in range(int(rng.integers(40, 70))):
        share = index / 70
        centre = np.array(
            [WIDTH * (0.5 + rng.normal(0, 0.2)), HEIGHT * rng.uniform(0.34 + 0.3 * share, 0.6 + 0.35 * share)]
        )
        reach = rng.uniform(0.03, 0.13) * WIDTH
        points = centre + rng.normal(0, 1, (6, 2)) * (reach, reach * 0.55)
        hull = cv2.convexHull(points.astype(np.float32)).astype(np.int32)
        rust = np.array((112, 70, 44)) if rng.random() < 0.3 else np.array((120, 120, 122))
        shade = (tone if rng.random() < 0.55 else rust) * rng.uniform(0.4, 1.15)
        cv2.fillConvexPoly(picture, hull, tuple(float(v) for v in shade), cv2.LINE_AA)
        cv2.polylines(picture, [hull], True, tuple(float(v) for v in shade * 0.4), 3, cv2.LINE_AA)
    for _ in range(int(rng.integers(1, 4))):
        x, y, radius = (
            int(WIDTH * rng.uniform(0.15, 0.85)),
            int(HEIGHT * rng.uniform(0.6, 0.9)),
            int(rng.uniform(34, 60)),
        )
        cv2.ellipse(
            picture,
            (x, y),
            (radius, int(radius * rng.uniform(0.4, 1))),
            0,
            0,
            360,
            (26, 26, 27),
            -1,
            cv2.LINE_AA,
        )
        cv2.ellipse(picture, (x, y), (radius // 2, radius // 3), 0, 0, 360, (140, 140, 142), -1, cv2.LINE_AA)
    return _finished(picture, rng)


FITTING_VIEWS: dict[str, tuple[str, Draw]] = {
    "second_pedals": ("副制动踏板", second_pedals),
    "hand_controls": ("操纵辅助装置", hand_controls),
    "school_bus_lamps": ("校车标志灯", school_bus_lamps),
    "load_space": ("车厢内部", load_space),
    "marker_stripes": ("车身反光标识和尾部标志板", marker_stripes),
    "extinguisher_below_seat": ("灭火器", extinguisher_below_seat),
    "cut_up_wreck": ("监督解体", cut_up_wreck),
}
