"""Pictures of things that no material type knows and that come near one: a telephone's screen, a bicycle, a machine, an
appliance's label, a street sign, a meter.

Knows shapes and light. Knows no documents. A picture is drawn at the asked width and height: RGB floats, 0 to 255.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.optics import lit, rough, tinted

Paint = Callable[[np.random.Generator, int, int], np.ndarray]
Tone = tuple[float, float, float]


def any_tone(rng: np.random.Generator, low: float = 30, high: float = 220) -> Tone:
    """A colour between two levels, rarely a vivid one."""
    hue = rng.normal(0, 40 if rng.random() < 0.2 else 12, 3)
    red, green, blue = (float(v) for v in np.clip(rng.uniform(low, high) + hue, 8, 245))
    return red, green, blue


def grained(rng: np.random.Generator, wide: int, high: int, tone: Tone, much: float = 0.06) -> np.ndarray:
    return tinted(1 + 0.6 * much * rough(rng, wide, high, (120, 20, 4)), tone)


def filled_box(picture: np.ndarray, left: float, top: float, right: float, bottom: float, tone: Tone) -> None:
    """A filled rectangle; edges as shares of the picture."""
    high, wide = picture.shape[:2]
    corners = (int(left * wide), int(top * high)), (int(right * wide), int(bottom * high))
    cv2.rectangle(picture, *corners, tone, -1)


def _said(
    picture: np.ndarray, x: float, y: float, text: str, share: float, ink: tuple[int, int, int]
) -> None:
    """Words across the picture: their middle and height as shares."""
    high, wide = picture.shape[:2]
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    font = fonts.face("hei_heavy", max(int(high * share), 8))
    ImageDraw.Draw(image).text((x * wide, y * high), text, font=font, fill=ink, anchor="mm")
    picture[:] = np.asarray(image, np.float32)


def phone_screen(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A telephone lying there with rows of an application on its screen."""
    picture = grained(rng, wide, high, any_tone(rng, 50, 200), 0.12)
    tall = high * float(rng.uniform(0.8, 0.95))
    broad, left, top = tall * 0.48, wide * float(rng.uniform(0.3, 0.45)), (high - tall) / 2
    cv2.rectangle(picture, (int(left), int(top)), (int(left + broad), int(top + tall)), (16, 16, 18), -1)
    light = rng.random() < 0.7
    ground, ink = ((244, 244, 246), 60.0) if light else ((24, 24, 28), 190.0)
    edge = broad * 0.05
    cv2.rectangle(
        picture,
        (int(left + edge), int(top + edge * 1.5)),
        (int(left + broad - edge), int(top + tall - edge * 1.5)),
        ground,
        -1,
    )
    for y in np.arange(top + tall * 0.1, top + tall * 0.9, tall * float(rng.uniform(0.05, 0.12))):
        x = left + edge * 2.5
        cv2.circle(picture, (int(x + 8), int(y)), max(3, int(broad * 0.05)), any_tone(rng), -1, cv2.LINE_AA)
        cv2.line(
            picture,
            (int(x + broad * 0.14), int(y)),
            (int(x + broad * rng.uniform(0.4, 0.78)), int(y)),
            (ink,) * 3,
            3,
        )
    return lit(picture, rng, 0.25)


def bicycle(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A bicycle leaning against a wall."""
    picture = grained(rng, wide, high, any_tone(rng, 120, 220), 0.06)
    filled_box(picture, 0, 0.78, 1, 1, any_tone(rng, 90, 150))
    radius, y = high * 0.2, high * 0.68
    back, front = wide * 0.3, wide * 0.3 + radius * 2.5
    for x in (back, front):
        cv2.circle(picture, (int(x), int(y)), int(radius), (24, 24, 24), 6, cv2.LINE_AA)
        for turn in np.linspace(0, np.pi, 8, endpoint=False):
            reach = np.array((np.cos(turn), np.sin(turn))) * radius
            cv2.line(
                picture,
                (int(x - reach[0]), int(y - reach[1])),
                (int(x + reach[0]), int(y + reach[1])),
                (150, 150, 150),
                1,
                cv2.LINE_AA,
            )
    pedal, saddle, head = (
        (back + radius * 1.1, y),
        (back + radius * 0.7, y - radius * 1.4),
        (front - radius * 0.5, y - radius * 1.4),
    )
    tone = any_tone(rng, 20, 200)
    for start, end in (
        ((back, y), pedal),
        (pedal, saddle),
        ((back, y), saddle),
        (saddle, head),
        (pedal, head),
        (head, (front, y)),
    ):
        cv2.line(picture, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), tone, 7, cv2.LINE_AA)
    cv2.line(
        picture,
        (int(saddle[0] - 26), int(saddle[1] - 12)),
        (int(saddle[0] + 26), int(saddle[1] - 12)),
        (20, 20, 20),
        12,
        cv2.LINE_AA,
    )
    cv2.line(
        picture,
        (int(head[0]), int(head[1])),
        (int(head[0] + 20), int(head[1] - 40)),
        (60, 60, 60),
        7,
        cv2.LINE_AA,
    )
    return lit(picture, rng, 0.35)


def machine(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A pump, generator or motor on its base: a ribbed drum, a fan hood, pipes."""
    picture = grained(rng, wide, high, any_tone(rng, 100, 190), 0.08)
    filled_box(picture, 0, 0.8, 1, 1, (120, 118, 112))
    tone = np.array(any_tone(rng, 40, 170))
    left, right, top, bottom = (
        wide * 0.24,
        wide * rng.uniform(0.62, 0.74),
        high * rng.uniform(0.3, 0.4),
        high * 0.74,
    )
    across = np.linspace(-1, 1, int(bottom - top), dtype=np.float32)
    drum = (0.4 + 0.8 * np.sqrt(np.clip(1 - across**2, 0, 1)))[:, None, None] * tone
    ribbed = drum * np.where(np.arange(int(right - left)) % 16 < 9, 1.0, 0.6)[None, :, None]
    picture[int(top) : int(top) + len(across), int(left) : int(left) + ribbed.shape[1]] = ribbed
    dark = (float(tone[0] * 0.5), float(tone[1] * 0.5), float(tone[2] * 0.5))
    cv2.ellipse(
        picture,
        (int(left), int((top + bottom) / 2)),
        (int(wide * 0.07), int((bottom - top) / 2)),
        0,
        0,
        360,
        dark,
        -1,
        cv2.LINE_AA,
    )
    cv2.rectangle(
        picture, (int(right), int(top + 20)), (int(right + wide * 0.14), int(bottom)), (90, 92, 96), -1
    )
    cv2.line(
        picture,
        (int(right + wide * 0.07), int(top)),
        (int(right + wide * 0.07), 0),
        (70, 100, 150),
        34,
        cv2.LINE_AA,
    )
    cv2.rectangle(
        picture,
        (int(left * 0.8), int(bottom)),
        (int(right + wide * 0.16), int(bottom + 26)),
        (44, 46, 48),
        -1,
    )
    return lit(picture, rng, 0.45, flash=bool(rng.random() < 0.4))


def appliance_label(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """The rating label of a household appliance: rows of values, no vehicle's number."""
    picture = grained(rng, wide, high, any_tone(rng, 60, 230), 0.05)
    dark = rng.random() < 0.4
    ground, ink = ((30.0, 30.0, 32.0), (226, 226, 226)) if dark else ((228.0, 228.0, 224.0), (26, 26, 28))
    left, right, top, bottom = 0.14, 0.86, float(rng.uniform(0.08, 0.18)), float(rng.uniform(0.8, 0.92))
    filled_box(picture, left, top, right, bottom, ground)
    rows = (
        "电热水壶|滚筒洗衣机|空气压缩机|房间空调器",
        "额定电压 220V~50Hz",
        "额定功率 1800W",
        "净重 6.2kg",
        "防水等级 IPX4",
        "出厂编号 8802136",
    )
    _said(picture, 0.5, top + 0.07, str(rng.choice(np.array(rows[0].split("|")))), 0.07, ink)
    for index, text in enumerate(rows[1:]):
        _said(picture, 0.5, top + 0.18 + 0.115 * index, text, 0.05, ink)
    return lit(picture, rng, 0.4, flash=bool(rng.random() < 0.5))


def street_sign(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A house number, a road's name or a shop sign on a wall: a plate, but no vehicle's."""
    picture = grained(rng, wide, high, any_tone(rng, 110, 210), 0.12)
    for seam in range(0, high, 22):
        cv2.line(picture, (0, seam), (wide, seam), (120, 112, 104), 1)
    tone = ((22.0, 64.0, 150.0), (24.0, 120.0, 70.0), (160.0, 30.0, 30.0), (230.0, 230.0, 226.0))[
        int(rng.integers(4))
    ]
    ink = (30, 30, 30) if tone[0] > 200 else (244, 244, 240)
    y = float(rng.uniform(0.35, 0.5))
    filled_box(picture, 0.18, y - 0.16, 0.82, y + 0.16, tone)
    _said(
        picture,
        0.5,
        y,
        str(rng.choice(["样例路 99", "示范路12号", "便民超市", "3号楼 2单元", "出 口", "配电房"])),
        0.15,
        ink,
    )
    return lit(picture, rng, 0.35)


def meter(rng: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """A water or electricity meter on a wall, figures in its window."""
    picture = grained(rng, wide, high, any_tone(rng, 120, 220), 0.07)
    x, y, size = wide // 2, int(high * 0.5), int(min(wide, high) * rng.uniform(0.28, 0.4))
    if rng.random() < 0.5:
        cv2.circle(picture, (x, y), size, (70, 74, 80), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), int(size * 0.86), (236, 236, 232), -1, cv2.LINE_AA)
    else:
        cv2.rectangle(
            picture, (x - size, int(y - size * 1.1)), (x + size, int(y + size * 1.1)), (226, 226, 222), -1
        )
        cv2.rectangle(
            picture, (x - size, int(y - size * 1.1)), (x + size, int(y + size * 1.1)), (90, 90, 92), 6
        )
    share = size / wide
    filled_box(picture, 0.5 - share * 0.62, 0.42, 0.5 + share * 0.62, 0.53, (30, 30, 32))
    _said(picture, 0.5, 0.475, f"{int(rng.integers(0, 99999)):05d}", 0.08, (236, 236, 230))
    _said(picture, 0.5, 0.62, str(rng.choice(["kW·h", "m³", "No.20261103"])), 0.05, (40, 40, 44))
    return lit(picture, rng, 0.4, flash=bool(rng.random() < 0.5))


THINGS: dict[str, Paint] = {
    "phone_screen": phone_screen,
    "bicycle": bicycle,
    "machine": machine,
    "appliance_label": appliance_label,
    "street_sign": street_sign,
    "meter": meter,
}
