"""What comes back or stays as a stub: 号牌 taken in or destroyed, 检验合格标志, 临时行驶车号牌, 号牌灭失声明.

Knows how plates, stickers and temporary plates look on a sheet. Offices and serial numbers are made up.
"""

from __future__ import annotations

from datetime import date, timedelta

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts, stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.number_plates import plate_tile
from ocr.synthetic.optics import Box as Share
from ocr.synthetic.optics import developed, laid, lit, rough, time_stamp, tinted
from ocr.synthetic.page import A4, Box, Layout, Page, Row, Value, chinese_date, dated
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_BUREAU = "示例市公安局交通警察支队"


def _plates_photo(rng: np.random.Generator, identity: Identity) -> tuple[Image.Image, Share]:
    """Both plates on the floor of the yard or on a desk; sometimes cut in two, bent or punched."""
    width, height = 1000, 750
    ground = ((112, 110, 106), (150, 116, 82), (186, 184, 178), (92, 100, 96))[int(rng.integers(4))]
    scene = tinted(1 + 0.06 * rough(rng, width, height, (200, 30, 4)), ground)
    tile = plate_tile(identity.vehicle.plate_no, identity.vehicle.electric)
    worn = 1 - 0.10 * np.clip(rough(rng, tile.shape[1], tile.shape[0], (90, 12)), 0, 2)
    tile = tile * worn[..., None]
    cut = rng.random() < 0.3
    shares: list[Share] = []
    for y in (0.28, 0.68):
        wide = width * float(rng.uniform(0.56, 0.72))
        high = wide * tile.shape[0] / tile.shape[1]
        turn = float(rng.normal(0, 0.07))
        centre = np.array([width * rng.uniform(0.46, 0.54), height * y])
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        corners = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)]) / 2 @ spin.T + centre
        corners += rng.normal(0, 5, (4, 2))
        shade = np.zeros((height, width), np.float32)
        cv2.fillPoly(shade, [(corners + np.array((9, 12))).astype(np.int32)], (1.0,))
        scene *= (1 - 0.55 * cv2.GaussianBlur(shade, (0, 0), 7))[..., None]
        laid(scene, tile, [(float(a), float(b)) for a, b in corners])
        if cut:
            top, foot = corners[:2].mean(axis=0), corners[2:].mean(axis=0)
            slit = np.array([(-6, -12), (6, -12), (16, 12), (6, 12)])
            gap = np.array([top, top, foot, foot]) + slit
            cv2.fillPoly(scene, [gap.astype(np.int32)], tuple(float(v) * 0.7 for v in ground))
        low, upper = corners.min(axis=0) / (width, height), corners.max(axis=0) / (width, height)
        shares.append((float(low[0]), float(low[1]), float(upper[0]), float(upper[1])))
    return developed(lit(scene, rng, 0.4, flash=bool(rng.random() < 0.4)), rng), shares[0]


def _place_photo(page: Page, identity: Identity, box: tuple[float, float, float], stamp: bool) -> float:
    """The plates' photograph at (left, top, width); returns its bottom."""
    image, share = _plates_photo(page.rng, identity)
    if stamp:
        time_stamp(image, identity.accepted_at, page.rng)
    left, top, width = box
    high = width * image.height / image.width
    page.paste(image, (left, top, left + width, top + high))
    edge: Box = (
        left + share[0] * width,
        top + share[1] * high,
        left + share[2] * width,
        top + share[3] * high,
    )
    page.note("plate_no", identity.vehicle.plate_no, [edge])
    return top + high


def _valid_to(identity: Identity) -> date:
    return identity.day.replace(day=28, year=identity.day.year + 1)


def _sticker(page: Page, x: float, y: float, identity: Identity, side: float = 62.0) -> None:
    """检验合格标志 before the electronic one: rounded green or yellow, year large, months around it."""
    valid = _valid_to(identity)
    ground: Ink = ((64, 150, 84), (232, 190, 40), (60, 120, 190))[valid.year % 3]
    page.box((x, y, x + side, y + side), mm=0.3, ink=(120, 120, 120), fill=ground, radius=5)
    inner = side * 0.2
    page.box((x + inner, y + inner, x + side - inner, y + side - inner), mm=0, fill=(250, 250, 246), radius=3)
    middle = (x + side / 2, y + side / 2)
    page.text(middle[0], middle[1] - 6, "检", 30, "hei_heavy", ground, "mm")
    page.text(middle[0], middle[1] + 9, str(valid.year), 17, "hei_heavy", BLACK, "mm")
    for month in range(1, 13):
        turn = np.pi * (month / 6 - 0.5)
        px, py = middle[0] + side * 0.41 * np.cos(turn), middle[1] + side * 0.41 * np.sin(turn)
        page.text(float(px), float(py), str(month), 10.5, "hei_heavy", (255, 255, 255), "mm")
        if month == valid.month:
            page.box(
                (px - 2.6, py - 2.6, px + 2.6, py + 2.6),
                mm=0.6,
                ink=(20, 20, 20),
                fill=(236, 236, 232),
                radius=2.6,
            )
    page.text(middle[0], y + side * 0.765, "示例市公安局交管局监制", 4.5, "hei", BLACK, "mm")


def _sticker_back(page: Page, x: float, y: float, identity: Identity, side: float = 62.0) -> None:
    valid = _valid_to(identity)
    page.box((x, y, x + side, y + side), mm=0.3, ink=(120, 120, 120), fill=(250, 250, 246), radius=5)
    page.text(x + side / 2, y + 9, "机动车检验合格标志", 11, "hei_heavy", anchor="mm")
    for index, (label, value) in enumerate(
        (
            ("号牌号码", Value(identity.vehicle.plate_no, "plate_no", pt=11)),
            ("检验有效期至", Value(f"{valid:%Y年%m月}", "valid_to", f"{valid:%Y-%m}", pt=10.5)),
            ("发放机关", Value(_BUREAU[:6], pt=9.5)),
        )
    ):
        page.text(x + 4, y + 21 + index * 11, label, 9)
        page.field(x + 26, y + 21 + index * 11, value, hand=False)
    page.text(x + side / 2, y + side - 7, "请粘贴在前风窗玻璃右上角", 8, anchor="mm")


def _temp_number(identity: Identity, rng: np.random.Generator) -> str:
    return identity.vehicle.plate_no[:2] + "".join(str(d) for d in rng.integers(0, 10, 5))


def _temp_front(page: Page, x: float, y: float, number: str, tint: Ink, scale: float = 1.0) -> None:
    """临时行驶车号牌 220 × 140 mm times `scale`: pale wavy ground, black characters, 临 at the end."""
    wide, high = 176 * scale, 112 * scale
    size = (page.px(wide), page.px(high))
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    wave = np.sin((ys + 9 * np.sin(xs / size[0] * 22)) / size[1] * 150) * 7
    ground = np.array(tint, np.float32) + wave[..., None]
    image = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle([4, 4, size[0] - 5, size[1] - 5], outline=(60, 60, 60), width=3)
    font = fonts.face("hei_heavy", int(size[1] * 0.30))
    text = number + "临"
    font = fonts.face("hei_heavy", int(font.size * min(1.0, size[0] * 0.9 / font.getlength(text))))
    pen.text((size[0] / 2, size[1] * 0.55), text, font=font, fill=(16, 16, 18), anchor="mm")
    head = fonts.face("hei_heavy", int(size[1] * 0.10))
    pen.text((size[0] / 2, size[1] * 0.15), "临时行驶车号牌", font=head, fill=(30, 50, 120), anchor="mm")
    page.image.paste(image, (page.px(x), page.px(y)))
    page.note("temp_plate_no", number, [(x + wide * 0.05, y + high * 0.38, x + wide * 0.95, y + high * 0.72)])


def _temp_back(page: Page, x: float, y: float, identity: Identity, number: str, scale: float = 1.0) -> float:
    """Its other side: the vehicle, the validity and the issuing office's seal."""
    vehicle, end = identity.vehicle, identity.day + timedelta(days=15)
    w = (30 * scale, 58 * scale, 30 * scale, 58 * scale)
    page.text(x + sum(w) / 2, y + 5, "临时行驶车号牌", 13 * scale, "hei_heavy", anchor="mm")
    pairs: tuple[tuple[str, Value, str, Value], ...] = (
        (
            "机动车所有人",
            Value(identity.owner.name, pt=10),
            "号牌号码",
            Value(number, "temp_plate_no", pt=11),
        ),
        ("车辆类型", Value("小型轿车", pt=10), "品牌型号", Value(vehicle.brand_model, pt=9.5)),
        ("发动机号码", Value(vehicle.engine_no, pt=10), "车辆识别代号", Value(vehicle.vin, pt=9.5)),
        ("核定载客", Value(f"{vehicle.seating}人", pt=10), "有效期至", dated(end, "valid_to", pt=10)),
    )
    rows: list[Row] = [(11 * scale, list(zip(w, pair, strict=True))) for pair in pairs]
    bottom = page.grid(x, y + 11, rows)
    page.text(x + 3, bottom + 7, f"发牌机关（章）　　　发牌日期：{chinese_date(identity.day)}", 9.5)
    stamps.press_round(page, x + sum(w) * 0.62, bottom - 2, _BUREAU, "临时号牌专用章", 34)
    return bottom + 14


def returned_plates_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """One of the kinds on A4: plates photographed, sticker's stub, temporary plate, or a statement of loss."""
    page = Page(*A4, dpi, rng, draw_style(rng, hand_share=0.3))
    page.truth.materials = ["M-LC-03"]
    plate = identity.vehicle.plate_no
    kind = int(rng.integers(4))
    if kind == 0:
        page.title(26, str(rng.choice(["收回号牌照片", "机动车号牌收回（销毁）照片"])), 18)
        bottom = _place_photo(page, identity, (28 + rng.uniform(-6, 6), 40, 152), bool(rng.random() < 0.5))
        page.text(30, bottom + 10, f"号牌号码：{plate}　　收回数量：2 面　　收回日期：{identity.day}", 10.5)
    elif kind == 1:
        page.title(26, "机动车检验合格标志存根", 18)
        _sticker(page, 32, 46, identity)
        _sticker_back(page, 112, 46, identity)
    elif kind == 2:
        page.text(18, 16, "临时行驶车号牌存根", 11)
        number = _temp_number(identity, rng)
        tint: Ink = ((206, 224, 244), (240, 226, 206))[int(rng.integers(2))]
        _temp_front(page, 17, 26, number, tint)
        _temp_back(page, 17, 150, identity, number)
        page.text(20, 252, "原号牌号码：", 10)
        page.field(42, 252, Value(plate, "plate_no"))
    else:
        _loss(page, identity, "号牌灭失声明")
    return page


def _loss(page: Page, identity: Identity, title: str) -> None:
    vehicle, owner = identity.vehicle, identity.previous
    page.title(36, title, 20, spacing=2)
    lost = page.rng.choice(["前、后号牌两面", "前号牌一面", "后号牌一面"])
    text = (
        f"　　本人{owner.name}（身份证明号码：{owner.id_number}）所有的机动车，号牌号码{vehicle.plate_no}，"
        f"车辆识别代号{vehicle.vin}，因保管不善，{lost}已灭失，"
        "无法交回。如找到原号牌，保证及时交回公安机关交通管理部门，不再使用。以上声明属实，如有虚假，愿承担法律责任。"
    )
    y = page.flow(26, 56, 158, text, 13, leading=2.0)
    page.text(26, y + 8, "号牌号码：", 12)
    page.field(50, y + 8, Value(vehicle.plate_no, "plate_no", pt=13))
    page.text(112, y + 26, "声明人（签字）：", 12)
    page.signature(146, y + 26, owner.name)
    page.field(132, y + 40, dated(identity.day, None, pt=12))


def plates_destroyed_record(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A register page of plates taken in, the photograph below the table; or the temporary plate's card alone."""
    vehicle = identity.vehicle
    if rng.random() < 0.35:
        page = Page(200, 130, dpi, rng, Style(label="hei"), paper=(248, 248, 246))
        page.truth.materials = ["M-LC-03"]
        number = _temp_number(identity, rng)
        _temp_front(page, 12, 9, number, (224, 236, 226))
        page.text(14, 125, "存根　原号牌：", 8)
        page.field(36, 125, Value(vehicle.plate_no, "plate_no", pt=8))
        return page
    page = Page(*A4, dpi, rng, Style(label="serif", title="song_heavy", value="kai", line_mm=0.3))
    page.truth.materials = ["M-LC-03"]
    page.title(22, "机动车号牌、检验合格标志收回（销毁）登记", 17)
    rows: list[Row] = [
        (
            10,
            [
                (34, "号牌号码"),
                (50, Value(vehicle.plate_no, "plate_no", pt=12)),
                (34, "号牌种类"),
                (50, Value("小型汽车")),
            ],
        ),
        (
            10,
            [
                (34, "收回原因"),
                (50, Value(str(rng.choice(["转让登记", "注销登记", "变更登记"])))),
                (34, "收回数量"),
                (50, Value("号牌2面　标志1枚")),
            ],
        ),
        (
            10,
            [
                (34, "收回日期"),
                (50, dated(identity.day, None)),
                (34, "经办人"),
                (50, Value(identity.deal.clerk)),
            ],
        ),
    ]
    bottom = page.grid(21, 30, rows)
    bottom = _place_photo(page, identity, (33, bottom + 8, 144), False)
    if rng.random() < 0.6:
        _sticker(page, 36, bottom + 8, identity, 50)
    stamps.press_box(page, 150, bottom + 24, ("号牌已收回销毁", f"{identity.day:%Y.%m.%d}"))
    return page


def plates_photo_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The camera's file of the plates; or sticker and temporary plate laid on one sheet across."""
    if rng.random() < 0.6:
        page = Page(180, 135, dpi, rng, Style())
        page.truth.materials = ["M-LC-03"]
        _place_photo(page, identity, (0, 0, 180), bool(rng.random() < 0.7))
        return page
    page = Page(297, 210, dpi, rng, Style(label="song", value="song"))
    page.truth.materials = ["M-LC-03"]
    number = _temp_number(identity, rng)
    _temp_front(page, 14, 20, number, (240, 214, 210), 0.92)
    _sticker(page, 200, 22, identity, 54)
    _sticker_back(page, 200, 92, identity, 66)
    page.text(20, 140, "临时行驶车号牌、检验合格标志存根（复印件与原件一致）", 11)
    stamps.press_round(page, 120, 158, _BUREAU, "", 36)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-LC-03": (returned_plates_sheet, plates_destroyed_record, plates_photo_bare),
}
