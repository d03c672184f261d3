"""Charts, drawings and screens that end up in a scanner: colour plates of an eye test, traffic signs, an
electrocardiogram, an X-ray film, music, a technical drawing, a printer's test page, a route, a transfer, lost keys.
Nothing is trained on them.

Knows shapes and a few words. Knows no scanner and no real paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw

from ocr.synthetic import fonts
from ocr.synthetic.everyday_things import any_tone
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import digits, pick, sheet
from ocr.synthetic.optics import cloud
from ocr.synthetic.page import A4, Layout, Page
from ocr.synthetic.style import BLACK, Ink

_UNKNOWN = "M-OT-99"
_GREENS: tuple[Ink, ...] = ((120, 160, 90), (150, 180, 110), (96, 140, 96), (170, 190, 130))
_REDS: tuple[Ink, ...] = ((206, 110, 80), (222, 140, 90), (190, 90, 80), (226, 160, 110))
_SIGN_RED: Ink = (206, 30, 40)
_SIGN_BLUE: Ink = (20, 80, 170)
_WHITE: Ink = (255, 255, 255)
_SCREEN = (95.0, 200.0)


def _curve(page: Page, points: Sequence[tuple[float, float]], mm: float, ink: Ink) -> None:
    """A line through points in mm."""
    path = [(page.px(x), page.px(y)) for x, y in points]
    page.pen.line(path, fill=ink, width=max(1, page.px(mm)), joint="curve")


def _disc(
    page: Page, x: float, y: float, radius: float, fill: Ink | None, rim: Ink | None = None, mm: float = 0
) -> None:
    edges = [page.px(x - radius), page.px(y - radius), page.px(x + radius), page.px(y + radius)]
    page.pen.ellipse(edges, fill=fill, outline=rim, width=page.px(mm))


def _figure(text: str) -> np.ndarray:
    """Where a figure's strokes lie on a square of 100 × 100."""
    mask = Image.new("L", (100, 100))
    ImageDraw.Draw(mask).text((50, 50), text, font=fonts.face("hei_heavy", 56), fill=255, anchor="mm")
    return np.asarray(mask) > 100


def colour_plates(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """色盲检查图: one, two or four discs of coloured dots in which a figure hides."""
    page = sheet(_UNKNOWN, dpi, rng)
    if rng.random() < 0.5:
        page.title(18, pick(rng, ("色盲检查图", "色觉检查图　第3版", "颜色辨认练习")), 16)
    places = pick(rng, (((105, 150),), ((105, 90), (105, 215)), ((60, 90), (150, 90), (60, 205), (150, 205))))
    reach = {1: 70.0, 2: 50.0, 4: 40.0}[len(places)]
    for x, y in places:
        hidden = _figure(str(rng.integers(10, 99)))
        for _ in range(int(reach * 16)):
            angle, far = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random())
            dx, dy = float(far * np.cos(angle)), float(far * np.sin(angle))
            inside = hidden[int(49 + 49 * dy), int(49 + 49 * dx)]
            dot = float(rng.uniform(0.8, 2.2))
            _disc(page, x + reach * dx, y + reach * dy, dot, pick(rng, _REDS if inside else _GREENS))
    return page


_PROHIBITED = ("禁止停车", "禁止左转弯", "限制速度", "禁止鸣喇叭", "禁止通行", "限制宽度")
_WARNING = ("急弯路", "注意行人", "注意信号灯", "慢行", "村庄", "隧道")
_MANDATORY = ("直行", "步行", "单行路", "鸣喇叭", "环岛行驶", "人行横道")


def _sign(page: Page, x: float, y: float, size: float, rng: np.random.Generator) -> str:
    """One sign centred at (x, y); returns its name."""
    kind, mark = int(rng.integers(3)), pick(rng, ("40", "P", "↑", "↰", "！", "3m", "↻"))
    if kind == 0:
        _disc(page, x, y, size, _WHITE, _SIGN_RED, size * 0.22)
        page.text(x, y, mark, size * 1.9, "hei_heavy", BLACK, "mm")
        if rng.random() < 0.5:
            page.line(
                x - size * 0.65, y - size * 0.65, x + size * 0.65, y + size * 0.65, size * 0.2, _SIGN_RED
            )
        return pick(rng, _PROHIBITED)
    if kind == 1:
        corners = [(x, y - size), (x + size, y + size * 0.75), (x - size, y + size * 0.75)]
        page.pen.polygon([(page.px(a), page.px(b)) for a, b in corners], fill=(250, 210, 40), outline=BLACK)
        page.text(x, y + size * 0.2, mark, size * 1.6, "hei_heavy", BLACK, "mm")
        return pick(rng, _WARNING)
    _disc(page, x, y, size, _SIGN_BLUE)
    page.text(x, y, mark, size * 1.9, "hei_heavy", _WHITE, "mm")
    return pick(rng, _MANDATORY)


def road_sign_chart(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """常用道路交通标志: a handout of signs with their names, as it lies about in every driving school."""
    page = sheet(_UNKNOWN, dpi, rng, A4 if rng.random() < 0.7 else A4[::-1])
    page.title(18, pick(rng, ("常用道路交通标志", "认识交通标志", "道路交通标志图解", "安全出行小卡片")), 20)
    across = int(rng.integers(3, 6))
    step = (page.width - 30) / across
    for y in np.arange(45, page.height - 25, step * 1.15):
        for column in range(across):
            x = 15 + step * (column + 0.5)
            name = _sign(page, x, float(y), step * 0.3, rng)
            page.text(x, float(y) + step * 0.44, name, 9.5, anchor="mm")
    return page


def ecg_strip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A strip or sheet of pink squared paper with the heart's curves, a name and a rate."""
    size = pick(rng, ((210.0, 148.0), (297.0, 210.0), (260.0, 80.0)))
    page = sheet(_UNKNOWN, dpi, rng, size, paper=(255, 244, 242))
    for gap, ink, mm in ((5.0, (240, 190, 190), 0.15), (25.0, (226, 140, 140), 0.3)):
        for x in np.arange(0, page.width, gap):
            page.line(float(x), 0, float(x), page.height, mm, ink)
        for y in np.arange(0, page.height, gap):
            page.line(0, float(y), page.width, float(y), mm, ink)
    beat, rows = float(rng.uniform(17, 26)), max(1, int((page.height - 26) / 30))
    said = f"{identity.owner.name}　{identity.owner.gender}　HR {round(1500 / beat)}次/分　25mm/s 10mm/mV"
    page.text(8, 8, said, 9)
    for row in range(rows):
        base, tall = 42.0 + 30 * row, float(rng.uniform(5, 14)) * (1 if rng.random() < 0.8 else -1)
        xs = np.arange(6, page.width - 6, 0.5)
        phase = (xs % beat) / beat
        wave = 2 * np.exp(-(((phase - 0.2) / 0.03) ** 2)) + 3 * np.exp(-(((phase - 0.65) / 0.06) ** 2))
        wave += tall * np.exp(-(((phase - 0.38) / 0.015) ** 2)) - tall * 0.25 * np.exp(
            -(((phase - 0.43) / 0.02) ** 2)
        )
        ys = base - wave + rng.normal(0, 0.12, len(xs))
        _curve(page, list(zip(xs.tolist(), ys.tolist(), strict=True)), 0.3, (30, 30, 40))
        page.text(8, base - 12, pick(rng, ("I", "II", "III", "aVR", "V1", "V5")), 9, "latin")
    return page


def xray_film(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A chest film laid on the glass: light ribs and spine on black, marks in the corners."""
    wide, high = 420, 520
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    xs, ys = (xs / wide - 0.5) * 2, (ys / high - 0.5) * 2
    body = 120 * np.exp(-((xs / 0.85) ** 6)) * np.exp(-((ys / 0.95) ** 8))
    lungs = sum(np.exp(-(((xs - side * 0.42) / 0.28) ** 2) - ((ys + 0.05) / 0.6) ** 2) for side in (-1, 1))
    ribs = 0.5 + 0.5 * np.sin((ys + 0.35 * np.abs(xs) ** 1.5) * float(rng.uniform(22, 30)))
    grey = body - 105 * lungs + 34 * ribs * lungs + 80 * np.exp(-((xs / 0.09) ** 2)) * (body > 20)
    grey += 90 * np.exp(-(((xs - 0.15) / 0.25) ** 2) - ((ys - 0.35) / 0.28) ** 2)
    grey = np.clip(26 + grey + 4 * cloud(rng, wide, high, 40) + rng.normal(0, 4, (high, wide)), 6, 245)
    tint = np.array(pick(rng, ((1, 1, 1), (0.9, 0.96, 1.06))))
    film = Image.fromarray(np.clip(grey[..., None] * tint, 0, 255).astype(np.uint8))
    page = sheet(_UNKNOWN, dpi, rng, A4, paper=(20, 20, 22) if rng.random() < 0.6 else (236, 236, 234))
    left, top = float(rng.uniform(2, 30)), float(rng.uniform(2, 40))
    page.paste(film, (left, top, left + 176, top + 218))
    for index, line in enumerate(
        (identity.owner.name, f"{identity.day:%Y-%m-%d}", f"CHEST PA　{digits(rng, 6)}")
    ):
        page.text(left + 6, top + 8 + 6 * index, line, 10, "latin" if index else "hei", (226, 226, 226))
    page.text(left + 164, top + 14, pick(rng, ("L", "R")), 22, "latin", (240, 240, 240), "mm")
    return page


def music_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Five-line staves with notes, or a song in figures, words below."""
    page = sheet(_UNKNOWN, dpi, rng)
    page.title(20, pick(rng, ("小河淌过门前", "练习曲　第十二首", "春天在哪棵树上", "晚风")), 20)
    page.text(20, 30, pick(rng, ("1=C　4/4", "1=G　3/4", "中速　抒情地")), 10.5)
    plain = rng.random() < 0.4
    for y in np.arange(46, page.height - 20, 26):
        if plain:
            bars = "　|　".join(
                " ".join(pick(rng, ("1", "2", "3", "5", "6", "5·", "0", "-")) for _ in range(4))
                for _ in range(4)
            )
            page.text(18, float(y), bars, 13, "latin")
        else:
            for line in range(5):
                page.line(16, float(y) + 2 * line, 194, float(y) + 2 * line, 0.2)
            for x in np.linspace(30, 188, int(rng.integers(8, 18))):
                at = float(y) + float(rng.integers(0, 9))
                _disc(page, float(x), at, 1.2, BLACK if rng.random() < 0.8 else None, BLACK, 0.3)
                page.line(float(x) + 1.1, at, float(x) + 1.1, at - 7, 0.25)
            page.line(194, float(y), 194, float(y) + 8, 0.3)
        words = pick(rng, ("小河 水啊 慢慢 流，流过 门前 那座 桥", "风 儿 轻 轻 吹 过 田 野", ""))
        page.text(22, float(y) + 14, words, 10)
    return page


def machine_drawing(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A workshop drawing in two views: outlines, centre lines, measures, a title block in the corner."""
    page = sheet(_UNKNOWN, dpi, rng, (297.0, 210.0))
    page.box((10, 6, 291, 204), 0.6)
    cx, cy, radius = float(rng.uniform(70, 100)), float(rng.uniform(70, 110)), float(rng.uniform(28, 42))
    for share in (1.0, 0.72, float(rng.uniform(0.25, 0.45))):
        _disc(page, cx, cy, radius * share, None, BLACK, 0.5)
    for turn in np.linspace(0, 2 * np.pi, int(rng.integers(4, 9)), endpoint=False):
        hole = cx + radius * 0.86 * float(np.cos(turn)), cy + radius * 0.86 * float(np.sin(turn))
        _disc(page, *hole, radius * 0.07, None, BLACK, 0.4)
    page.line(cx - radius - 8, cy, 250, cy, 0.15, (120, 120, 120))
    page.line(cx, cy - radius - 8, cx, cy + radius + 8, 0.15, (120, 120, 120))
    x, thick = cx + radius + 50, float(rng.uniform(14, 30))
    page.box((x, cy - radius, x + thick, cy + radius), 0.5)
    page.box((x + thick, cy - radius * 0.45, x + thick * 2.2, cy + radius * 0.45), 0.5)
    for offset in np.arange(-radius, radius, 4):
        page.line(x, cy + float(offset) + 4, x + 4, cy + float(offset), 0.15)
    for text, at in ((f"φ{radius * 4:.0f}", cy - radius - 12), (f"{thick * 3:.0f}±0.1", cy + radius + 12)):
        page.line(x - 10, at, x + thick * 2.2, at, 0.15)
        page.text(x + thick, at - 3, text, 9, "latin", anchor="mm")
    page.text(20, 180, "技术要求　1.未注倒角C1；2.锐边去毛刺；3.表面氧化处理。", 10)
    block = (
        ("设计", pick(rng, ("法兰盘", "端盖", "带轮", "轴承座"))),
        ("审核", "材料　45"),
        ("比例 1:2", f"图号 SL-{digits(rng, 4)}"),
    )
    for index, (label, said) in enumerate(block):
        page.box((191, 174 + 10 * index, 221, 184 + 10 * index))
        page.text(206, 179 + 10 * index, label, 9, anchor="mm")
        page.box((221, 174 + 10 * index, 291, 184 + 10 * index))
        page.text(256, 179 + 10 * index, said, 10, anchor="mm")
    return page


def printer_test_page(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """What a printer or scanner prints of itself: bars of colour, grey steps, lines, lists of settings."""
    page = sheet(_UNKNOWN, dpi, rng)
    page.title(
        20, pick(rng, ("打印机测试页", "Printer Test Page", "喷嘴检查图案", "扫描仪校准页", "配置报告")), 20
    )
    y = 34.0
    for name, said in (
        ("型号", f"EX-{digits(rng, 4)}"),
        ("序列号", digits(rng, 10)),
        ("固件版本", "1.09"),
        ("IP 地址", "192.0.2.15"),
        ("打印页数", digits(rng, 5)),
    ):
        page.text(20, y, f"{name}：{said}", 10.5)
        y += 7
    inks: tuple[Ink, ...] = (
        (0, 160, 220),
        (220, 20, 120),
        (250, 220, 0),
        (30, 30, 30),
        (200, 40, 40),
        (40, 150, 60),
        (40, 60, 160),
    )
    for index, ink in enumerate(inks):
        page.box((20 + 24 * index, y + 6, 42 + 24 * index, y + 40), 0, fill=ink)
    for index in range(17):
        level = index * 15
        page.box((20 + 10 * index, y + 50, 30 + 10 * index, y + 66), 0, fill=(level, level, level))
    for index, gap in enumerate((0.6, 1.0, 1.6, 2.4)):
        for x in np.arange(20 + 43 * index, 56 + 43 * index, gap):
            page.line(float(x), y + 76, float(x), y + 100, 0.15)
    for pt in (6, 8, 10, 14, 20):
        y += 4 + pt * 0.5
        page.text(20, y + 104, f"{pt}pt 快速的棕色狐狸 ABC abc 0123456789", pt)
    return page


def navigation_screen(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A route on a telephone's map: blocks, streets, a thick line, minutes and kilometres in a panel below."""
    page = sheet(_UNKNOWN, dpi, rng, _SCREEN if rng.random() < 0.7 else A4, paper=(240, 240, 232))
    for _ in range(int(rng.integers(10, 22))):
        x, y = float(rng.uniform(0, page.width)), float(rng.uniform(0, page.height))
        tone = pick(rng, ((214, 232, 204), (226, 226, 222), (202, 224, 240)))
        page.box((x, y, x + float(rng.uniform(8, 40)), y + float(rng.uniform(8, 40))), 0, fill=tone)
    for _ in range(int(rng.integers(6, 12))):
        x, y = float(rng.uniform(0, page.width)), float(rng.uniform(0, page.height))
        page.line(x, 0, x + float(rng.uniform(-20, 20)), page.height, float(rng.uniform(1, 3)), _WHITE)
        page.line(0, y, page.width, y + float(rng.uniform(-20, 20)), float(rng.uniform(1, 3)), _WHITE)
    turns = [
        (float(rng.uniform(0.15, 0.85)) * page.width, float(y))
        for y in np.linspace(0.72, 0.15, 6) * page.height
    ]
    _curve(page, turns, 2.6, pick(rng, ((60, 130, 240), (40, 170, 90))))
    for (x, y), tone, word in ((turns[0], (40, 170, 90), "起"), (turns[-1], (226, 60, 50), "终")):
        _disc(page, x, y, 4, tone)
        page.text(x, y, word, 9, "hei_heavy", _WHITE, "mm")
    foot = page.height * 0.78
    page.box((0, foot, page.width, page.height), 0, fill=_WHITE)
    page.text(
        8,
        foot + 10,
        f"{rng.integers(8, 70)}分钟　{rng.integers(3, 60)}.{rng.integers(0, 9)}公里",
        17,
        "hei_heavy",
    )
    page.text(
        8,
        foot + 20,
        pick(rng, ("途经 样例路、演示大道　红绿灯12个", "大众常选　过路费 0元", "拥堵 1.2公里")),
        10,
        "hei",
    )
    page.box((8, foot + 27, page.width - 8, foot + 38), 0, fill=(50, 120, 240), radius=3)
    page.text(page.width / 2, foot + 32.5, "开始导航", 12, "hei_heavy", _WHITE, "mm")
    return page


def transfer_screen(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The screen after a transfer: a tick, a large sum, rows of particulars."""
    page = sheet(
        _UNKNOWN, dpi, rng, _SCREEN if rng.random() < 0.7 else A4, paper=pick(rng, (_WHITE, (246, 246, 246)))
    )
    middle, green = page.width / 2, pick(rng, ((40, 180, 90), (30, 120, 240)))
    page.text(6, 8, f"{rng.integers(8, 22)}:{rng.integers(10, 59)}", 9, "hei")
    _disc(page, middle, 34, 9, green)
    _curve(page, [(middle - 4, 34), (middle - 1, 37.5), (middle + 5, 30)], 1.2, _WHITE)
    page.text(
        middle, 50, pick(rng, ("转账成功", "支付成功", "对方已收款", "退款已到账")), 13, "hei", anchor="mm"
    )
    page.text(
        middle, 64, f"¥{rng.integers(20, 30000)}.{rng.integers(0, 99):02d}", 26, "hei_heavy", anchor="mm"
    )
    rows = (
        ("付款方式", pick(rng, ("示例银行储蓄卡（9999）", "零钱"))),
        ("收款人", f"*{identity.owner.name[1:]}"),
        ("转账时间", f"{identity.day:%Y-%m-%d} 10:{rng.integers(10, 59)}"),
        ("交易单号", digits(rng, 22)),
        ("备注", pick(rng, ("转账", "定金", "房租"))),
    )
    for index, (label, said) in enumerate(rows):
        page.text(middle - 38, 84 + 12 * index, label, 10, "hei", (130, 130, 130))
        page.text(middle + 38, 84 + 12 * index, said, 9.5, "hei", anchor="rm")
    page.box((middle - 24, 160, middle + 24, 171), 0.3, green, radius=3)
    page.text(middle, 165.5, "完成", 12, "hei", green, "mm")
    return page


def _key(picture: np.ndarray, rng: np.random.Generator, x: float, y: float) -> None:
    """One key: ring, shaft, teeth."""
    turn, size, tone = rng.uniform(0, 2 * np.pi), float(rng.uniform(22, 34)), any_tone(rng, 110, 200)
    along = np.array((np.cos(turn), np.sin(turn)))
    across = np.array((-along[1], along[0]))
    head = np.array((x, y))
    cv2.circle(picture, (int(x), int(y)), int(size), tone, -1, cv2.LINE_AA)
    cv2.circle(picture, (int(x), int(y)), int(size * 0.35), (236.0, 236.0, 234.0), -1, cv2.LINE_AA)
    tip = head + along * size * 4
    cv2.line(
        picture, head.astype(int).tolist(), tip.astype(int).tolist(), tone, int(size * 0.45), cv2.LINE_AA
    )
    for share in (2.4, 2.9, 3.4, 3.8):
        root = head + along * size * share
        end = root + across * size * float(rng.uniform(0.3, 0.7))
        cv2.line(
            picture,
            root.astype(int).tolist(),
            end.astype(int).tolist(),
            tone,
            int(size * 0.2) + 1,
            cv2.LINE_AA,
        )


def keys_on_glass(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """Keys, coins and clips that lay on the glass, under a lid that stood open or not."""
    wide, high = 630, 891
    lid: tuple[float, ...] = pick(rng, ((240.0, 240.0, 238.0), (40.0, 42.0, 46.0), (180.0, 182.0, 184.0)))
    picture = np.empty((high, wide, 3), np.float32)
    picture[:] = lid
    for _ in range(int(rng.integers(1, 4))):
        _key(picture, rng, float(rng.uniform(120, wide - 120)), float(rng.uniform(120, high - 120)))
    for _ in range(int(rng.integers(0, 6))):
        place = (int(rng.uniform(40, wide - 40)), int(rng.uniform(40, high - 40)))
        radius, tone = int(rng.uniform(28, 40)), any_tone(rng, 130, 210)
        cv2.circle(picture, place, radius, tone, -1, cv2.LINE_AA)
        cv2.circle(picture, place, int(radius * 0.85), (100.0, 98.0, 90.0), 2, cv2.LINE_AA)
    soft = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(1, 2.5)))
    soft = soft + rng.normal(0, 4, (high, wide))[..., None]
    page = sheet(_UNKNOWN, dpi, rng)
    page.paste(Image.fromarray(np.clip(soft, 0, 255).astype(np.uint8)), (0, 0, *A4))
    return page


CALIBRATED: dict[str, Layout] = {
    "ecg_strip": ecg_strip,
    "colour_plates": colour_plates,
    "music_sheet": music_sheet,
    "navigation_screen": navigation_screen,
    "printer_test_page": printer_test_page,
    "keys_on_glass": keys_on_glass,
}
MEASURED: dict[str, Layout] = {
    "xray_film": xray_film,
    "road_sign_chart": road_sign_chart,
    "machine_drawing": machine_drawing,
    "transfer_screen": transfer_screen,
}
