"""驾驶证证件照片: bare prints, a receipt with a bar code, a collection sheet.

Knows how these papers look. Knows no rules of what a portrait must show.
"""

from __future__ import annotations

import numpy as np

from ocr.synthetic import stamps
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.faces import face
from ocr.synthetic.layouts.office_print import (
    Entry,
    barcode,
    digits,
    heading,
    pick,
    sheet,
    table,
)
from ocr.synthetic.page import A4, Box, Label, Layout, Page, Value, dated


def _print(page: Page, identity: Identity, box: Box) -> None:
    """A photographic print glued on: white border, a hair of shadow at its lower edges."""
    left, top, right, bottom = box
    page.box((left + 0.4, top + 0.5, right + 0.4, bottom + 0.5), mm=0, fill=(206, 206, 204))
    page.box(box, mm=0, fill=(252, 252, 252))
    page.paste(face(identity.owner.id_number), (left + 1, top + 1, right - 1, bottom - 1))


def portrait_bare(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The photograph alone: one large image, one print on a sheet, or a strip of prints before cutting."""
    kind = rng.integers(3)
    page = sheet("M-DR-03", dpi, rng, (66, 88) if kind == 0 else (152, 102) if kind == 1 else A4)
    picture = face(identity.owner.id_number)
    if kind == 0:
        page.paste(picture, (0, 0, 66, 88))
    elif kind == 1:
        page.image.paste((72, 128, 196) if rng.random() < 0.4 else (255, 255, 255), (0, 0, *page.image.size))
        columns = int(rng.integers(2, 5))
        wide = 140.0 / columns - 5
        for index in range(columns * max(1, int(92 / (wide * 4 / 3 + 5)))):
            across, down = 8.5 + index % columns * (wide + 5), 6.0 + index // columns * (wide * 4 / 3 + 5)
            page.paste(picture, (across, down, across + wide, down + wide * 4 / 3))
    else:
        left, top, scale = rng.uniform(15, 100), rng.uniform(15, 160), rng.uniform(0.9, 3.2)
        _print(page, identity, (left, top, left + 28 * scale, top + 37 * scale))
    return page


def portrait_barcode_receipt(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """公安交管驾驶证数字相片检测回执: photograph and bar code in one framed slip, results of the check below."""
    small = rng.random() < 0.5
    page = sheet("M-DR-03", dpi, rng, (152, 102) if small else A4)
    owner = identity.owner
    x, y = (4.0, 4.0) if small else (rng.uniform(14, 44), rng.uniform(14, 150))
    page.box((x, y, x + 144, y + 94), 0.4)
    names = ("驾驶证数字相片采集回执", "证件数字相片检测合格回执", "机动车驾驶证相片回执单")
    page.title(y + 8, pick(rng, names), 14, x=x + 72)
    page.paste(face(owner.id_number), (x + 6, y + 16, x + 42, y + 64))
    page.box((x + 6, y + 16, x + 42, y + 64), 0.15)
    number = "31" + digits(rng, 16)
    lines: tuple[tuple[str, Value], ...] = (
        ("姓名", Value(owner.name, "person_name", pt=11)),
        ("性别", Value(owner.gender)),
        ("证件号码", Value(owner.id_number, pt=10)),
        ("相片编号", Value(number, pt=9.5)),
        ("采集时间", dated(identity.day, None, "iso", pt=10)),
        ("采集单位", Value("示例市样本数码图像社", pt=10)),
        ("检测结果", Value(pick(rng, ("合格", "符合GA标准，合格")), pt=10)),
    )
    for index, (caption, value) in enumerate(lines):
        page.text(x + 48, y + 19 + index * 7, caption + "：", 10)
        page.field(x + 68, y + 19 + index * 7, value)
    barcode(page, x + 48, y + 70, 88, 12, number)
    page.text(x + 6, y + 72, "有效期：一年", 8.5)
    if rng.random() < 0.5:
        stamps.press_round(page, x + 30, y + 78, "示例市样本数码图像社", "", 26)
    return page


def portrait_collection_sheet(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """证件照粘贴单: applicant's table beside a glued print, requirements of the picture listed, spare places."""
    page = sheet("M-DR-03", dpi, rng, hand=0.5)
    owner = identity.owner
    heading(page, 28, ("驾驶证照片粘贴单", "证件照片采集表", "驾驶人证件照片（免冠照）"), 20)
    rows: list[list[Entry]] = [
        [("姓　名", Value(owner.name, "person_name"))],
        [("性　别", Value(owner.gender))],
        [("证件号码", Value(owner.id_number, pt=11))],
        [("业务类型", Value(pick(rng, ("期满换证", "补领驾驶证", "初次申领"))))],
        [("日　期", dated(identity.day, None))],
    ]
    bottom = table(page, 18, 42, 112, rows, 26, 12)
    page.box((130, 42, 192, bottom), 0.4)
    offset = rng.uniform(-3, 3, 2)
    left, top = 145 + float(offset[0]), 50 + float(offset[1])
    _print(page, identity, (left, top, left + 32, top + 43))
    rule = "白色背景、单人正面半身免冠彩色相片，人像清晰，头部约占相片长度的三分之二，不着制式服装，不戴有色眼镜。"
    tall: list[list[Entry]] = [[("照片要求", Label(rule, 10.5, "left"))], [("备用照片", None)]]
    end = table(page, 18, bottom, 174, tall, 26, 22, {1: 58})
    for index in range(3):
        place = 54 + index * 44.0
        if rng.random() < 0.5:
            _print(page, identity, (place, end - 52, place + 27, end - 16))
        else:
            page.box((place, end - 52, place + 27, end - 16), 0.15, (160, 160, 160))
            page.text(place + 13.5, end - 34, "一寸照片", 9, ink=(150, 150, 150), anchor="mm")
    page.text(20, end + 10, "采集人：", 10.5)
    page.signature(36, end + 10, identity.deal.clerk, 14)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-DR-03": (portrait_bare, portrait_barcode_receipt, portrait_collection_sheet),
}
