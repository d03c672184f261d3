"""驾驶证证件照片 as they lie on a scanner: alone on its bed, glued small onto a sheet, in a studio's pocket, printed
from the electronic file, as a black-and-white copy.

Knows how these papers look. Knows no rules of what a portrait must show.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import figures
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.faces import face
from ocr.synthetic.layouts.office_print import barcode, digits, pick, sheet
from ocr.synthetic.page import A4, Layout, Page, Value
from ocr.synthetic.style import Ink

_BEDS: tuple[Ink, ...] = ((24, 24, 26), (120, 122, 124), (226, 226, 222), (255, 255, 255))


def _likeness(identity: Identity, rng: np.random.Generator) -> Image.Image:
    """The owner's portrait, as one camera or another renders it: exposure, softness, tint."""
    draw = face if rng.random() < 0.7 else figures.portrait
    drawn = np.asarray(draw(identity.owner.id_number), np.float32)
    pixels = cv2.GaussianBlur(drawn, (0, 0), float(rng.uniform(0.3, 1.6)))
    tint = rng.normal(1, 0.02, 3) * rng.uniform(0.9, 1.06)
    return Image.fromarray(np.clip(pixels * tint, 0, 255).astype(np.uint8))


def _printed(page: Page, picture: Image.Image, left: float, top: float, wide: float, border: float) -> float:
    """A print with a border and a hair of shadow; returns its bottom."""
    high = wide * picture.height / picture.width
    edge = (left - border, top - border, left + wide + border, top + high + border)
    page.box((edge[0] + 0.5, edge[1] + 0.6, edge[2] + 0.5, edge[3] + 0.6), 0, fill=(150, 150, 148))
    page.box(edge, 0, fill=(252, 252, 252))
    page.paste(picture, (left, top, left + wide, top + high))
    return top + high + border


def portrait_on_bed(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """One or two prints lying on the scanner's bed, nothing else."""
    page = sheet("M-DR-03", dpi, rng, (110, 140) if rng.random() < 0.6 else A4)
    page.image.paste(pick(rng, _BEDS), (0, 0, *page.image.size))
    picture, wide = _likeness(identity, rng), float(rng.choice([22, 26, 33, 40]))
    left, top = (
        float(rng.uniform(8, page.width - wide - 8)),
        float(rng.uniform(8, page.height - wide * 1.4 - 8)),
    )
    _printed(page, picture, left, top, wide, float(rng.uniform(0, 2)))
    if left + 2 * wide + 12 < page.width and rng.random() < 0.4:
        _printed(page, picture, left + wide + 8, top + float(rng.uniform(0, 4)), wide, 1.0)
    return page


def portrait_glued_small(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A print glued onto an otherwise empty sheet; name and number beside it by hand, perhaps a title."""
    page, owner = sheet("M-DR-03", dpi, rng, hand=0.8), identity.owner
    if rng.random() < 0.5:
        page.title(float(rng.uniform(22, 40)), pick(rng, ("照片粘贴页", "驾驶人照片", "免冠一寸照片")), 18)
    wide = float(rng.choice([22, 26, 33, 45, 60]))
    left, top = float(rng.uniform(20, 185 - wide)), float(rng.uniform(50, 250 - wide * 1.4))
    bottom = _printed(page, _likeness(identity, rng), left, top, wide, float(rng.uniform(0, 2)))
    if rng.random() < 0.7:
        page.field(max(left - 4, 16), bottom + 9, Value(owner.name, "person_name", pt=15))
    if rng.random() < 0.5:
        page.field(max(min(left - 4, 120), 16), bottom + 19, Value(owner.id_number, pt=12))
    return page


def portrait_studio_pocket(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A photo studio's pocket: its name, lines for name and telephone, the print seen through a window."""
    page, owner = sheet("M-DR-03", dpi, rng, (100, 140), hand=0.9), identity.owner
    tone: Ink = pick(rng, ((246, 232, 196), (214, 230, 244), (250, 250, 250), (244, 216, 216)))
    page.image.paste(tone, (0, 0, *page.image.size))
    page.title(13, pick(rng, ("示例照相馆", "样本数码图像社", "演示快照中心")), 18)
    page.text(50, 22, pick(rng, ("证件快照　立等可取", "驾驶证照　身份证照", "专业证件照")), 9, anchor="mm")
    wide = float(rng.uniform(34, 48))
    bottom = _printed(page, _likeness(identity, rng), 50 - wide / 2, 30, wide, 2.0)
    page.text(12, bottom + 12, "姓名", 10.5)
    page.line(24, bottom + 15, 62, bottom + 15, 0.2)
    page.field(28, bottom + 12, Value(owner.name, "person_name", pt=14))
    page.text(12, bottom + 22, f"编号　{digits(rng, 6)}", 10.5)
    page.text(12, bottom + 30, "规格　一寸白底", 9.5)
    return page


def portrait_file_print(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The electronic picture printed large, its file's number in bars or figures below."""
    page, owner = sheet("M-DR-03", dpi, rng), identity.owner
    if rng.random() < 0.6:
        page.title(24, pick(rng, ("驾驶证数码相片", "电子相片", "驾驶人照片（电子）", "数码相片")), 18)
    wide = float(rng.uniform(60, 130))
    left, top = (210 - wide) / 2 + float(rng.uniform(-25, 25)), float(rng.uniform(36, 60))
    picture = _likeness(identity, rng)
    bottom = top + wide * picture.height / picture.width
    page.paste(picture, (left, top, left + wide, bottom))
    if rng.random() < 0.7:
        page.box((left, top, left + wide, bottom), 0.25)
    if rng.random() < 0.6:
        page.text(left, bottom + 10, "姓名：", 11)
        page.field(left + 16, bottom + 10, Value(owner.name, "person_name", pt=11))
        page.text(left, bottom + 18, f"身份证明号码：{owner.id_number}", 10)
    if rng.random() < 0.5:
        barcode(page, left, min(bottom + 25, 268), 70, 12, "31" + digits(rng, 14))
    return page


def portrait_copied(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A black-and-white copy of one print or a strip of them."""
    page = sheet("M-DR-03", dpi, rng)
    grey = np.asarray(_likeness(identity, rng).convert("L"), np.float32)
    grey = np.clip((grey - 128) * float(rng.uniform(1.2, 2.2)) + 128, 6, 252)
    picture = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    wide, count = float(rng.choice([25, 33, 45, 70])), int(rng.integers(1, 4))
    left, top = float(rng.uniform(15, max(195 - count * (wide + 5), 16))), float(rng.uniform(20, 170))
    for index in range(count):
        x = left + index * (wide + 5)
        if x + wide < 205:
            high = wide * picture.height / picture.width
            page.paste(picture, (x, top, x + wide, top + high))
            page.box((x, top, x + wide, top + high), 0.15, ink=(120, 120, 120))
    for x, y in rng.uniform(4, 205, (int(rng.integers(5, 30)), 2)):
        page.box((x, y * 1.4, x + 0.4, y * 1.4 + 0.4), 0, fill=(80, 80, 80))
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-03": (
        portrait_on_bed,
        portrait_glued_small,
        portrait_studio_pocket,
        portrait_file_print,
        portrait_copied,
    ),
}
