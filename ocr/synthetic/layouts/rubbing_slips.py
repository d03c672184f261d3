"""车辆识别代号拓印膜 on slips and sheets without a form: strips of film under tape, a slip with its number typed, the
electronic rubbing as a negative.

Knows arrangements; the rubbing itself comes from `close_ups` and `optics`.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr.synthetic import close_ups
from ocr.synthetic.identity import Identity
from ocr.synthetic.layouts.office_print import barcode, pick, sheet
from ocr.synthetic.optics import rough, stamped_mask
from ocr.synthetic.page import Layout, Page, Value


def _strip(identity: Identity, rng: np.random.Generator) -> Image.Image:
    vin, wide = identity.vehicle.vin, 1000
    text = f"*{vin}*" if rng.random() < 0.6 else vin
    return close_ups.pencil_rubbing(
        rng, text, wide, int(rng.uniform(110, 170)), carbon=bool(rng.random() < 0.35)
    )


def rubbing_slip(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """A slip as wide as a hand: the film, and below it the number typed or written."""
    page = sheet("M-IP-03", dpi, rng, (210, float(rng.uniform(60, 100))), hand=0.4)
    vin, strip = identity.vehicle.vin, _strip(identity, rng)
    left, wide = float(rng.uniform(10, 30)), float(rng.uniform(130, 165))
    top = float(rng.uniform(10, 22))
    if rng.random() < 0.6:
        page.text(10, top - 4, pick(rng, ("拓印膜", "车辆识别代号（车架号）拓印膜", "拓印号")), 11)
    bottom = top + wide * strip.height / strip.width
    page.paste(strip, (left, top, left + wide, bottom))
    page.note("vin", vin, [(left, top, left + wide, bottom)])
    if rng.random() < 0.7:
        page.text(10, bottom + 11, "车架号", 10.5)
        page.field(28, bottom + 11, Value(vin, pt=13))
    if rng.random() < 0.5:
        page.text(130, bottom + 11, f"流水号 {identity.transaction_number}", 9)
    return page


def rubbing_under_tape(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """One to three strips held by tape on a plain sheet, askew; a few words by hand."""
    page = sheet("M-IP-03", dpi, rng, hand=0.9)
    vin, y = identity.vehicle.vin, float(rng.uniform(30, 70))
    if rng.random() < 0.4:
        page.title(20, pick(rng, ("车辆识别代号拓印膜", "拓印膜粘贴处", "拓印膜")), 16)
    for _ in range(int(rng.integers(1, 4))):
        wide, left = float(rng.uniform(110, 160)), float(rng.uniform(12, 40))
        strip = _strip(identity, rng).rotate(
            float(rng.normal(0, 1.5)), Image.Resampling.BILINEAR, expand=True, fillcolor=(255, 255, 255)
        )
        high = wide * strip.height / strip.width
        page.paste(strip, (left, y, left + wide, y + high))
        page.note("vin", vin, [(left, y, left + wide, y + high)])
        for x in (left - 5, left + wide - 7):
            page.box((x, y + high * 0.2, x + 12, y + high * 0.8), 0, fill=(236, 226, 188))
        y += high + float(rng.uniform(12, 40))
    if rng.random() < 0.6:
        page.write(30, min(y + 6, 280), identity.vehicle.plate_no, 18, "hand", hand=True)
    return page


def rubbing_electronic(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
    """The electronic rubbing: struck characters light on black, printed with a number and bars."""
    page = sheet("M-IP-03", dpi, rng, (297, 210) if rng.random() < 0.4 else (210, 297))
    vin, wide, high = identity.vehicle.vin, 1000, 150
    mask = stamped_mask(vin, wide, high, rng, dots=bool(rng.random() < 0.4), share=0.92)
    grey = 26 + 14 * rough(rng, wide, high, (60, 8, 3)) + mask * float(rng.uniform(150, 215))
    film = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB")
    y = float(rng.uniform(24, 50))
    page.title(
        y, pick(rng, ("车辆识别代号电子拓印膜", "机动车电子拓印膜", "车辆识别代号拓印（电子资料）")), 18
    )
    shown = float(rng.uniform(140, 180))
    left, top = (page.width - shown) / 2, y + float(rng.uniform(14, 40))
    bottom = top + shown * high / wide
    page.paste(film, (left, top, left + shown, bottom))
    page.note("vin", vin, [(left, top, left + shown, bottom)])
    page.text(left, bottom + 9, f"流水号：{identity.transaction_number}", 10.5)
    page.text(left, bottom + 17, f"采集时间：{identity.accepted_at:%Y-%m-%d %H:%M}", 10.5)
    if rng.random() < 0.5:
        barcode(page, left, bottom + 26, 90, 14, vin)
    return page


LAYOUTS: dict[str, tuple[Layout, ...]] = {
    "M-IP-03": (rubbing_slip, rubbing_under_tape, rubbing_electronic),
}
