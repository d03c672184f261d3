"""Close photographs of a vehicle's parts: stamped numbers, nameplates, tyres.

Knows metal, rubber and glass near the lens. Knows no documents. Each scene gives a float RGB picture, not yet
developed, and where the number stands in it (shares of the picture).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.identity import Identity
from ocr.synthetic.optics import Box, cloud, embossed, laid, lit, rough, slanted, stamped_mask, tinted

WIDTH, HEIGHT = 1080, 810

Scene = tuple[np.ndarray, Box]
_PRIMERS = ((40, 42, 44), (150, 154, 156), (96, 112, 110), (196, 198, 196), (120, 34, 34), (46, 66, 108))


def _stamp(
    picture: np.ndarray,
    rng: np.random.Generator,
    text: str,
    top: int,
    high: int,
    depth: float,
    share: float = 0.68,
) -> Box:
    """Strikes a number into the picture's surface and says where it stands."""
    height, width = picture.shape[:2]
    mask = stamped_mask(text, width, high, rng, dots=bool(rng.random() < 0.3), share=share)
    angle = float(rng.uniform(0, 2 * np.pi))
    band = picture[top : top + high]
    dirt = 1 - mask * float(rng.uniform(0.15, 0.5))
    band *= dirt[..., None]
    band += embossed(mask, depth, angle, float(rng.uniform(1.2, 2.0)))[..., None]
    return (1 - share) / 2, (top + high * 0.2) / height, (1 + share) / 2, (top + high * 0.8) / height


def vin_on_rail(rng: np.random.Generator, vin: str) -> Scene:
    """Struck into the painted side of a frame rail or a suspension tower, with seams, bolts and dust."""
    colour = np.array(_PRIMERS[int(rng.integers(len(_PRIMERS)))], np.float32)
    picture = tinted(1 + 0.06 * rough(rng, WIDTH, HEIGHT, (300, 40, 4)), colour)
    high = int(rng.uniform(110, 170))
    top = int(rng.uniform(0.3, 0.55) * HEIGHT)
    for edge in (top - int(rng.uniform(50, 150)), top + high + int(rng.uniform(40, 160))):
        y = int(np.clip(edge, 12, HEIGHT - 12))
        outside = slice(0, y) if edge < top else slice(y, HEIGHT)
        picture[outside] *= float(rng.uniform(0.35, 0.75))
        picture[y - 4 : y + 3] += 55
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.uniform(0.03, 0.97) * WIDTH), int(rng.choice([0.14, 0.86]) * HEIGHT)
        cv2.circle(picture, (x, y), 30, (70, 70, 68), -1)
        cv2.circle(picture, (x - 3, y - 3), 22, (132, 130, 126), -1)
        cv2.circle(picture, (x, y), 12, (84, 82, 80), -1)
    box = _stamp(picture, rng, f"*{vin}*", top, high, float(rng.uniform(26, 60)))
    dust = np.clip(cloud(rng, WIDTH, HEIGHT, 130) * 0.3 + cloud(rng, WIDTH, HEIGHT, 6) * 0.1, 0, 0.5)[
        ..., None
    ]
    picture = picture * (1 - dust) + np.array((158, 148, 130)) * dust
    picture, box = slanted(picture.astype(np.float32), rng, box, 0.13)
    return lit(picture, rng, 0.5, flash=bool(rng.random() < 0.4)), box


def vin_on_rust(rng: np.random.Generator, vin: str) -> Scene:
    """Struck into an old, rusty rail; the band around the number rubbed bright."""
    stain = np.clip(0.5 + 0.4 * rough(rng, WIDTH, HEIGHT, (160, 40, 10, 3)), 0, 1)[..., None]
    picture = np.array((66, 48, 38)) * stain + np.array((142, 88, 52)) * (1 - stain)
    high, top = int(rng.uniform(120, 160)), int(rng.uniform(0.34, 0.5) * HEIGHT)
    scratch = cv2.resize(rng.normal(0, 1, (HEIGHT, 40)).astype(np.float32), (WIDTH, HEIGHT))
    ys = np.arange(HEIGHT, dtype=np.float32)[:, None]
    rubbed = np.clip(1.5 - np.abs(ys - top - high / 2) / high + 0.25 * cloud(rng, WIDTH, HEIGHT, 60), 0, 1)
    rubbed = (rubbed * np.clip(0.75 + 0.25 * scratch, 0, 1))[..., None]
    bright = tinted(1 + 0.10 * scratch, (158, 154, 148))
    picture = (picture * (1 - rubbed) + bright * rubbed).astype(np.float32)
    box = _stamp(picture, rng, vin if rng.random() < 0.6 else f"*{vin}*", top, high, 44)
    picture, box = slanted(picture, rng, box, 0.15)
    return lit(picture, rng, 0.6, flash=bool(rng.random() < 0.5)), box


def vin_under_carpet(rng: np.random.Generator, vin: str) -> Scene:
    """On the floor below the seat, seen through the flap cut into the carpet."""
    pile = (
        1 + 0.16 * rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32) + 0.1 * cloud(rng, WIDTH, HEIGHT, 90)
    )
    tone = float(rng.uniform(34, 78))
    picture = tinted(cv2.GaussianBlur(pile, (0, 0), 1.1), (tone, tone, tone * 0.98))
    x0, x1 = int(rng.uniform(0.13, 0.18) * WIDTH), int(rng.uniform(0.82, 0.87) * WIDTH)
    y0, y1 = int(rng.uniform(0.28, 0.36) * HEIGHT), int(rng.uniform(0.60, 0.70) * HEIGHT)
    paint = np.array(((206, 208, 208), (30, 60, 120), (140, 26, 30), (60, 62, 66))[int(rng.integers(4))])
    floor = tinted(1 + 0.03 * rough(rng, WIDTH, HEIGHT, (240, 30, 3)), paint)
    high = int((y1 - y0) * 0.62)
    box = _stamp(floor, rng, f"*{vin}*", (y0 + y1 - high) // 2, high, 46, share=(x1 - x0) / WIDTH * 0.9)
    opening = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.rectangle(opening, (x0, y0), (x1, y1), (1.0,), -1)
    soft = cv2.GaussianBlur(opening, (0, 0), 2.2)[..., None]
    shade = cv2.GaussianBlur(np.roll(1 - opening, (14, 10), (0, 1)), (0, 0), 9)[..., None] * 0.6
    picture = picture * (1 - soft) + floor * (1 - shade) * soft
    if rng.random() < 0.6:
        x = int(rng.uniform(0.1, 0.8) * WIDTH)
        cv2.rectangle(picture, (x, 0), (x + 90, int(HEIGHT * 0.2)), (120, 122, 124), -1)
        cv2.rectangle(picture, (x + 10, 0), (x + 22, int(HEIGHT * 0.2)), (176, 178, 180), -1)
    picture, box = slanted(picture.astype(np.float32), rng, box, 0.12)
    return lit(picture, rng, 0.55, flash=True), box


def vin_in_windscreen(rng: np.random.Generator, vin: str) -> Scene:
    """The small plate at the lower corner of the windscreen, through glass that mirrors sky and trees."""
    ys = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    grain = 1 + 0.05 * rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    picture = tinted(grain * (0.5 + 0.7 * ys), (50, 50, 52))
    wide, high = 960, 150
    dark = rng.random() < 0.55
    tile = Image.new("RGB", (wide, high), (18, 18, 20) if dark else (190, 192, 194))
    pen = ImageDraw.Draw(tile)
    ink = (226, 228, 228) if dark else (20, 20, 22)
    font = fonts.face(str(rng.choice(["digits", "typed", "latin"])), 70)
    font = fonts.face("digits", int(70 * min(1.0, 860 / font.getlength(vin))))
    y = high / 2
    if rng.random() < 0.5:
        for x in range(60, 900, 5):
            if rng.random() < 0.5:
                pen.line([(x, 96), (x, 140)], fill=ink, width=int(rng.integers(2, 4)))
        y = 48
    pen.text((wide / 2, y), vin, font=font, fill=ink, anchor="mm")
    for x in (18, wide - 18):
        pen.ellipse([x - 8, y - 8, x + 8, y + 8], fill=(120, 120, 122))
    share = float(rng.uniform(0.52, 0.7))
    left, top = (1 - share) / 2, float(rng.uniform(0.42, 0.6))
    size = (int(WIDTH * share), int(WIDTH * share * high / wide))
    small = cv2.resize(np.asarray(tile, np.float32), size, interpolation=cv2.INTER_AREA)
    x0, y0 = int(left * WIDTH), int(top * HEIGHT)
    picture[y0 : y0 + size[1], x0 : x0 + size[0]] = small
    box: Box = (left + 0.04, top, left + share - 0.04, top + size[1] / HEIGHT)
    picture, box = slanted(picture, rng, box, 0.12)
    edge = int(HEIGHT * rng.uniform(0.82, 0.9))
    picture[edge:] = (14, 14, 15)
    for row in range(6):
        for x in range(row % 2 * 11, WIDTH, 22):
            cv2.circle(picture, (x, edge - 8 - row * 17), 7 - row, (16, 16, 17), -1)
    branches = np.clip(rough(rng, WIDTH, HEIGHT, (260, 90, 26)) * 0.4 + 0.25, 0, 1)
    crowns = cv2.GaussianBlur(branches, (0, 0), 7)[..., None]
    sky = crowns * np.array((176, 196, 214), np.float32) * float(rng.uniform(0.3, 0.62))
    streak = np.clip(1 - np.abs(np.linspace(-3, 4, WIDTH)[None, :] + ys * rng.uniform(-2, 2)), 0, 1)[
        ..., None
    ]
    return picture * 0.86 + sky + streak * float(rng.uniform(0, 50)), box


VIN_SCENES: dict[str, Callable[[np.random.Generator, str], Scene]] = {
    "rail": vin_on_rail,
    "rust": vin_on_rust,
    "carpet": vin_under_carpet,
    "windscreen": vin_in_windscreen,
}


def _nameplate_rows(identity: Identity) -> tuple[tuple[str, str], ...]:
    vehicle = identity.vehicle
    return (
        ("品牌", vehicle.brand),
        ("整车型号", vehicle.model),
        ("制造国", "中国"),
        ("车辆识别代号", vehicle.vin),
        ("驱动电机型号" if vehicle.electric else "发动机型号", vehicle.engine_model),
        (
            "驱动电机峰值功率" if vehicle.electric else "发动机排量/额定功率",
            f"{vehicle.power:.0f} kW"
            if vehicle.electric
            else f"{vehicle.displacement} mL / {vehicle.power:.0f} kW",
        ),
        ("最大设计总质量", f"{vehicle.gross_mass} kg"),
        ("乘坐人数", f"{vehicle.seating}"),
        ("制造年月", f"{vehicle.make_date:%Y年%m月}"),
    )


def nameplate_tile(rng: np.random.Generator, identity: Identity, design: str) -> np.ndarray:
    """A nameplate seen straight: `ruled` (metal with lines), `sticker` (black film), `columns` (white film)."""
    wide, high = 900, 560
    ground, ink = {
        "ruled": ((188, 190, 188), (24, 24, 26)),
        "sticker": ((22, 23, 25), (220, 222, 222)),
        "columns": ((232, 232, 228), (20, 22, 60)),
    }[design]
    tile = Image.new("RGB", (wide, high), ground)
    pen = ImageDraw.Draw(tile)
    pen.rounded_rectangle([10, 10, wide - 11, high - 11], 18, outline=ink, width=4)
    maker = fonts.face("hei_heavy", 38)
    pen.text((wide / 2, 46), identity.vehicle.manufacturer, font=maker, fill=ink, anchor="mm")
    rows = _nameplate_rows(identity)
    font, value = fonts.face("hei", 27), fonts.face("digits" if design != "columns" else "latin", 30)
    if design == "columns":
        for index, (label, text) in enumerate(rows):
            x, y = 36 + (index % 2) * 430, 98.0 + index // 2 * 84
            pen.text((x, y), label, font=font, fill=ink, anchor="lm")
            face = value if text.isascii() else font
            pen.text((x, y + 36), text, font=face, fill=ink, anchor="lm")
    else:
        step = (high - 116) / len(rows)
        for index, (label, text) in enumerate(rows):
            y = 82 + step * (index + 0.5)
            pen.text((56, y), label, font=font, fill=ink, anchor="lm")
            face = value if text.isascii() else font
            pen.text((350, y), text, font=face, fill=ink, anchor="lm")
            if design == "ruled":
                pen.line([(340, y + step / 2 - 4), (wide - 34, y + step / 2 - 4)], fill=ink, width=2)
    pixels = np.asarray(tile, np.float32)
    if design == "ruled":
        brush = cv2.resize(rng.normal(0, 9, (high, 8)).astype(np.float32), (wide, high))
        pixels = pixels + brush[..., None]
    return pixels


def nameplate(rng: np.random.Generator, identity: Identity, design: str) -> Scene:
    """The plate on a door pillar."""
    paint = np.array(((204, 206, 206), (44, 46, 50), (36, 66, 126), (150, 152, 150))[int(rng.integers(4))])
    ramp = np.linspace(rng.uniform(0.6, 1.1), rng.uniform(0.6, 1.1), WIDTH, dtype=np.float32)[None, :]
    picture = tinted(ramp * (1 + 0.02 * rough(rng, WIDTH, HEIGHT, (300, 8))), paint)
    x = int(rng.choice([0.015, 0.965]) * WIDTH)
    picture[:, x : x + 16] *= 0.4
    share = float(rng.uniform(0.58, 0.76))
    wide = share * WIDTH
    high = wide * 560 / 900
    left, top = (WIDTH - wide) / 2, (HEIGHT - high) / 2
    tile = nameplate_tile(rng, identity, design)
    laid(picture, tile, [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)])
    if design == "ruled":
        for cx, cy in (
            (left + 18, top + 18),
            (left + wide - 18, top + 18),
            (left + 18, top + high - 18),
            (left + wide - 18, top + high - 18),
        ):
            cv2.circle(picture, (int(cx), int(cy)), 11, (96, 96, 98), -1)
            cv2.circle(picture, (int(cx) - 2, int(cy) - 2), 7, (206, 206, 208), -1)
    box: Box = (left / WIDTH, top / HEIGHT, (left + wide) / WIDTH, (top + high) / HEIGHT)
    picture, box = slanted(picture, rng, box, 0.11)
    return lit(picture, rng, 0.45, flash=bool(rng.random() < 0.5)), box


def engine_number(rng: np.random.Generator, identity: Identity) -> Scene:
    """Struck into the machined face of a cast block among hoses."""
    cast = rough(rng, WIDTH, HEIGHT, (120, 26, 7, 3))
    tone = float(rng.uniform(70, 120))
    picture = tinted(0.85 + 0.13 * cast, (tone, tone * 0.98, tone * 0.94))
    top, high = int(HEIGHT * rng.uniform(0.36, 0.46)), int(rng.uniform(110, 150))
    x0, x1 = int(WIDTH * 0.12), int(WIDTH * 0.88)
    mill = cv2.resize(rng.normal(0, 7, (HEIGHT, 30)).astype(np.float32), (WIDTH, HEIGHT))[..., None]
    face = tinted(np.ones((HEIGHT, WIDTH), np.float32), (164, 164, 160)) + mill
    plain = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.rectangle(plain, (x0, top - 40), (x1, top + high + 34), (1.0,), -1)
    milled = cv2.GaussianBlur(plain, (0, 0), 4)[..., None]
    picture = (picture * (1 - milled) + face * milled).astype(np.float32)
    box = _stamp(
        picture, rng, f"{identity.vehicle.engine_model} {identity.vehicle.engine_no}", top, high, 50, 0.62
    )
    oil = np.clip(cloud(rng, WIDTH, HEIGHT, 150) * 0.5 - 0.2, 0, 0.6)[..., None]
    picture = picture * (1 - oil) + np.array((42, 34, 26)) * oil
    picture = np.ascontiguousarray(picture, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        y0, y1 = rng.uniform(-0.1, 0.25, 2) * HEIGHT
        if rng.random() < 0.5:
            y0, y1 = HEIGHT - y0, HEIGHT - y1
        across = np.linspace(-40, WIDTH + 40, 60)
        bend = np.polyfit(
            (-40, WIDTH * 0.3, WIDTH * 0.7, WIDTH + 40), (y0, (y0 + y1) / 2 + 40, (y0 + y1) / 2 - 30, y1), 3
        )
        curve = np.stack([across, np.polyval(bend, across)], axis=1)
        for thick, grey in ((64, 22), (44, 34), (16, 62)):
            cv2.polylines(picture, [curve.astype(np.int32)], False, (grey,) * 3, thick, cv2.LINE_AA)
    picture, box = slanted(picture, rng, box, 0.1)
    return lit(picture, rng, 0.6, flash=True), box


def tyre_wall(rng: np.random.Generator, spec: str) -> Scene:
    """The size moulded into a tyre's side, bent around the wheel."""
    long, high = 2400, 420
    words = str(rng.choice(["RADIAL  TUBELESS", "STEEL BELTED RADIAL", "TREADWEAR 300"]))
    mask = Image.new("L", (long, high))
    pen = ImageDraw.Draw(mask)
    pen.text(
        (long * 0.5, 190),
        f"{spec}  {rng.integers(82, 98)}V",
        font=fonts.face("hei_heavy", 118),
        fill=255,
        anchor="mm",
    )
    pen.text((long * 0.5, 320), words, font=fonts.face("hei", 56), fill=200, anchor="mm")
    relief = np.asarray(mask, np.float32) / 255
    rubber = (
        46 + 4 * rough(rng, long, high, (120, 4)) + embossed(relief, 30, float(rng.uniform(0, 6.28)), 1.6)
    )
    rubber += 16 * relief
    rubber[:60] = 34 + 22 * (np.sin(np.arange(long) / 9) > 0.2)  # the tread's shoulder
    rubber[60:66] += 22
    rubber[high - 40 : high - 32] += 30
    span, radius = 2.0, 900.0
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    cx, cy = WIDTH * float(rng.uniform(0.42, 0.58)), HEIGHT * 0.12 + radius
    angle = np.arctan2(xs - cx, cy - ys)
    reach = np.hypot(xs - cx, ys - cy)
    u, v = (angle / span + 0.5) * long, (radius - reach)
    picture = cv2.remap(rubber.astype(np.float32), u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture = tinted(picture, (1.0, 1.0, 0.98))
    ground = tinted(1 + 0.1 * rough(rng, WIDTH, HEIGHT, (60, 4)), (128, 124, 118))
    picture = np.where((v < 0)[..., None], ground * 0.5, picture)
    rim = 120 + 60 * np.tanh(5 * np.cos(angle * 9))
    picture = np.where((v > high)[..., None], tinted(rim / 255, (230, 232, 236)), picture)
    box: Box = (0.18, 0.24, 0.82, 0.52)
    turned, box = slanted(picture.astype(np.float32), rng, box, 0.06, turn=9)
    return lit(turned, rng, 0.5, flash=bool(rng.random() < 0.6)), box


def pencil_rubbing(
    rng: np.random.Generator, text: str, width: int = 1500, height: int = 190, carbon: bool = False
) -> Image.Image:
    """Slanting pencil strokes (or blue carbon) over film over struck characters, which stay light."""
    mask = stamped_mask(text, width, height, rng, share=0.92)
    streaks = cv2.resize(
        rng.normal(0, 1, (height * 2, width // 30)).astype(np.float32), (width * 2, height * 2)
    )
    turn = cv2.getRotationMatrix2D((width, height), float(rng.choice([-1, 1]) * rng.uniform(8, 60)), 1.0)
    turn = turn - np.array([[0, 0, width / 2], [0, 0, height / 2]])
    strokes = cv2.warpAffine(streaks, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    reach = 0.5 - np.abs(np.linspace(-0.5, 0.5, height, dtype=np.float32))[:, None]
    cover = np.clip((reach * height - 10 + 9 * cloud(rng, width, height, 40) + 4 * strokes) / 12, 0, 1)
    pressure = np.clip(0.62 + 0.16 * cloud(rng, width, height, 160) + 0.13 * strokes, 0.15, 1)
    outline = cv2.GaussianBlur(cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((5, 5))), (0, 0), 1.0)
    ink = cover * np.clip(pressure * (1 - 0.93 * mask) + 0.25 * outline, 0, 1)
    ink = np.clip(ink + 0.05 * rng.normal(0, 1, ink.shape), 0, 1)[..., None]
    dark = np.array((40, 62, 140) if carbon else (62, 62, 66), np.float32)
    film = np.array((246, 246, 240), np.float32)
    return Image.fromarray(np.clip(film * (1 - ink) + dark * ink, 0, 255).astype(np.uint8))
