"""Sheets that no material type knows and that wording alone cannot tell: pictures of anything in the arrangements of
inspection photographs, printed chats, payment codes, separator sheets, envelopes, calendars, listings, labels.

Knows arrangements and marks. Knows no scanner and no real paper.
"""

from __future__ import annotations

from calendar import monthcalendar
from dataclasses import replace

import numpy as np
from PIL import Image

from ocr.synthetic import figures
from ocr.synthetic.everyday_pictures import PICTURES
from ocr.synthetic.everyday_things import THINGS, Paint
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.mounts import MOUNTS, filling, framed, instant, terminal
from ocr.synthetic.layouts.office_print import barcode, digits, pick
from ocr.synthetic.layouts.photographs import Photo
from ocr.synthetic.optics import developed
from ocr.synthetic.page import A4, Layout, Page
from ocr.synthetic.style import BLACK, Ink, Style, draw_style

_UNKNOWN = "M-OT-99"
_CAPTIONS = ("现场照片", "图片1", "附图", "随手拍", "留念", "样品", "情况说明照片", "整改后", "")
_FRAMES = ((480, 360), (400, 300), (360, 480), (480, 300))


def _page(
    size: tuple[float, float], dpi: int, rng: np.random.Generator, paper: Ink = (255, 255, 255)
) -> Page:
    page = Page(*size, dpi, rng, draw_style(rng, 0.2), paper)
    page.truth.materials = [_UNKNOWN]
    return page


def _taken(rng: np.random.Generator, paint: Paint) -> Photo:
    picture = paint(rng, *pick(rng, _FRAMES))
    return Photo(developed(picture, rng), pick(rng, _CAPTIONS), _UNKNOWN)


def _pictured(paint: Paint, name: str) -> Layout:
    """A picture in any of the arrangements that an inspection's photographs come in."""

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        arrange, count = MOUNTS[pick(rng, tuple(MOUNTS))]
        return arrange([_taken(rng, paint) for _ in range(count)], identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"stranger_{name}"
    return layout


def _spoilt(dark: bool, name: str) -> Layout:
    """A picture too dark or too bright to tell what it showed."""

    def layout(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        photo = _taken(rng, pick(rng, tuple(PICTURES.values())))
        pixels, left = np.asarray(photo.image, np.float32), float(rng.uniform(0.02, 0.16))
        pixels = pixels * left if dark else 255 - (255 - pixels) * left
        spoilt = replace(photo, image=Image.fromarray(pixels.astype(np.uint8)))
        arrange = pick(rng, (filling, framed, terminal, instant))
        return arrange([spoilt], identity, dpi, rng)

    layout.__name__ = layout.__qualname__ = f"stranger_{name}"
    return layout


_SAID = (
    "在吗？", "好的，收到", "明天上午十点可以吗", "车停在地下二层了", "发票已经寄出，注意查收", "哈哈哈",
    "转账 ￥200.00", "[图片]", "您好，请问车还在吗", "路上堵车，晚到十分钟", "证件带齐了没有",
    "行，那就这样定了", "语音通话 03:21", "谢谢！",
)  # fmt: skip


def chat_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A conversation printed from a telephone: bubbles left and right below a head line."""
    tall = rng.random() < 0.6
    page = _page((95.0, 200.0) if tall else A4, dpi, rng, pick(rng, ((237, 237, 237), (255, 255, 255))))
    wide, left = (95.0, 0.0) if tall else (90.0, float(rng.uniform(10, 105)))
    page.text(
        left + wide / 2,
        9,
        pick(rng, ("示例汽贸小王", "家庭群（8）", "二手车老李", "物业管家")),
        12,
        anchor="mm",
    )
    page.text(left + 4, 9, "<", 14)
    y = 20.0
    while y < page.height * float(rng.uniform(0.7, 0.95)) and y < 200:
        text, own = pick(rng, _SAID), rng.random() < 0.5
        room = page.measure(text, page.style.label, 11) + 6
        x = left + wide - 14 - room if own else left + 14
        page.box(
            (x, y, x + room, y + 9),
            0.1,
            ink=(214, 214, 214),
            fill=(149, 236, 105) if own else (252, 252, 252),
            radius=1.5,
        )
        page.text(x + 3, y + 4.5, text, 11, ink=BLACK)
        face = left + wide - 11 if own else left + 3
        tone: Ink = (110, 150, 190) if own else (190, 150, 120)
        page.box((face, y, face + 8, y + 8), 0, fill=tone, radius=1)
        y += 14 if rng.random() < 0.8 else 22
    return page


def payment_code(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """收款码, 小程序码 or a group's code: one square code on a coloured ground."""
    tone = pick(rng, ((43, 162, 69), (22, 119, 255), (230, 67, 64), (255, 255, 255), (240, 240, 236)))
    page = _page(pick(rng, (A4, (100.0, 150.0), (105.0, 148.0))), dpi, rng, tone)
    side = page.width * float(rng.uniform(0.4, 0.62))
    left, top = (page.width - side) / 2, page.height * float(rng.uniform(0.24, 0.4))
    page.box(
        (left - 6, top - 6, left + side + 6, top + side + 6),
        0.2,
        ink=(220, 220, 220),
        fill=(255, 255, 255),
        radius=3,
    )
    page.paste(figures.square_code(rng), (left, top, left + side, top + side))
    ink: Ink = BLACK if min(tone) > 200 else (255, 255, 255)
    page.text(
        page.width / 2,
        top - 18,
        pick(rng, ("推荐使用扫码支付", "收款码", "扫一扫，加好友", "扫码点餐", "群聊二维码")),
        18,
        "hei_heavy",
        ink,
        "mm",
    )
    page.text(
        page.width / 2,
        top + side + 16,
        pick(rng, ("甄样本（**本）", "示例小吃店", "该二维码七天内有效", "一桌一码")),
        12,
        "hei",
        ink,
        "mm",
    )
    return page


def separator_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """分隔页: large bars or a square code that tell a scanner where a batch begins."""
    page = _page(A4 if rng.random() < 0.8 else A4[::-1], dpi, rng)
    words = pick(rng, ("分隔页", "批次分隔页", "PATCH T", "SEPARATOR", "条码页", "此页为扫描分隔，请勿撕毁"))
    if rng.random() < 0.8:
        page.title(float(rng.uniform(25, 60)), words, float(rng.uniform(20, 48)))
    for y in rng.uniform(0.25, 0.85, int(rng.integers(1, 4))) * page.height:
        wide = float(rng.uniform(60, 160))
        barcode(page, (page.width - wide) / 2, float(y), wide, float(rng.uniform(10, 30)), digits(rng, 12))
    if rng.random() < 0.4:
        page.paste(figures.square_code(rng), (20, page.height - 60, 60, page.height - 20))
    if rng.random() < 0.3:
        page.box((0, 0, page.width, float(rng.uniform(6, 20))), 0, fill=(20, 20, 20))
    return page


def envelope(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A letter's cover: code boxes, address by hand, a stamp, a postmark."""
    page = _page((220.0, 110.0), dpi, rng, pick(rng, ((250, 248, 240), (222, 196, 150), (255, 255, 255))))
    page.style = Style(label="song", value="hand", hand=True)
    for index in range(6):
        page.box((14 + index * 9, 10, 21 + index * 9, 19), 0.3, ink=(190, 40, 40))
        page.text(17.5 + index * 9, 14.5, str(int(rng.integers(10))), 12, anchor="mm")
    owner = identity.owner
    page.write(30, 42, owner.address[:16], 16, "hand", hand=True)
    page.write(60, 60, f"{owner.name}　收", 22, "hand", hand=True)
    page.text(
        120, 92, pick(rng, ("示例市演示区样例路99号", "示例市远行汽车贸易有限公司", "虚构市样张街3号")), 11
    )
    page.box((186, 8, 210, 38), 0.4, fill=pick(rng, ((214, 120, 100), (110, 150, 120), (120, 130, 190))))
    x, y = float(page.px(178)), float(page.px(30))
    for radius in (page.px(11), page.px(8)):
        page.pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(60, 60, 66), width=2)
    return page


def calendar_leaf(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A month of a wall calendar, a picture above or not."""
    page = _page(A4 if rng.random() < 0.7 else A4[::-1], dpi, rng)
    year, month = int(rng.integers(2015, 2030)), int(rng.integers(1, 13))
    top = page.height * (0.55 if rng.random() < 0.5 else 0.18)
    if top > page.height * 0.4:
        page.box(
            (12, 12, page.width - 12, top - 26),
            0,
            fill=pick(rng, ((150, 180, 210), (190, 170, 140), (120, 160, 120))),
        )
    page.title(top - 14, f"{year}年{month}月", 26)
    step, deep = (page.width - 30) / 7, min(26.0, (page.height - top - 20) / 7)
    for column, name in enumerate("一二三四五六日"):
        page.text(
            15 + step * (column + 0.5), top, name, 13, anchor="mm", ink=(190, 40, 40) if column > 4 else BLACK
        )
    for row, week in enumerate(monthcalendar(year, month), 1):
        for column, day in enumerate(week):
            if day:
                page.text(15 + step * (column + 0.5), top + deep * row, str(day), 16, anchor="mm")
    return page


def listing(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A program, a log or a table of figures as a line printer sets it."""
    page = _page(A4, dpi, rng)
    words = (
        "INFO",
        "select",
        "from",
        "where id =",
        "return",
        "if x >",
        "0x3F",
        "total",
        "error 404",
        "#",
        "end",
        "==",
        "write()",
        "OK",
        "sum += 1",
    )
    y, number = 16.0, 1
    last = float(rng.uniform(120, 285))
    while y < last:
        text = "  " * int(rng.integers(0, 4)) + " ".join(
            pick(rng, words) for _ in range(int(rng.integers(1, 8)))
        )
        page.text(14, y, f"{number:04d}  {text}", 8.5, "typed")
        y, number = y + 4.2, number + 1
    return page


def label_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A sheet of stickers, each with bars and a few figures."""
    page = _page(A4, dpi, rng)
    across, down = int(rng.integers(2, 5)), int(rng.integers(4, 10))
    wide, high = 190 / across, 270 / down
    filled = rng.random() * 0.6 + 0.4
    for row in range(down):
        for column in range(across):
            x, y = 10 + column * wide, 12 + row * high
            page.box((x + 1, y + 1, x + wide - 1, y + high - 1), 0.2, ink=(180, 180, 180), radius=1.5)
            if rng.random() < filled:
                page.text(
                    x + wide / 2,
                    y + high * 0.22,
                    pick(rng, ("固定资产", "样品标签", "货架 A-03", "示例图书馆")),
                    9,
                    anchor="mm",
                )
                barcode(page, x + wide * 0.12, y + high * 0.36, wide * 0.76, high * 0.3, digits(rng, 8))
    return page


SHEETS: dict[str, Layout] = {
    "chat_print": chat_print,
    "payment_code": payment_code,
    "separator_sheet": separator_sheet,
    "envelope": envelope,
    "calendar_leaf": calendar_leaf,
    "listing": listing,
    "label_sheet": label_sheet,
    **{name: _pictured(paint, name) for name, paint in (PICTURES | THINGS).items()},
    "too_dark": _spoilt(True, "too_dark"),
    "too_bright": _spoilt(False, "too_bright"),
}
