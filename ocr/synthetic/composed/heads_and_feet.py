"""What stands above and below the body of a composed page: issuer, numbers, codes and title; signatures, dates, seals
and notes.

Knows no body and no paper.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr.synthetic import figures, stamps, wording
from ocr.synthetic.composed.draft import INKS, Draft
from ocr.synthetic.composed.fitting import fit_pt, fitted
from ocr.synthetic.page import MM_PER_POINT, Box, Page, Value
from ocr.synthetic.wording import pick


def head(draft: Draft, page: Page, left: float, right: float, y: float) -> float:
    """What stands above the body: issuer, numbers, codes and the title; returns the y below."""
    rng, small, below = draft.rng, min(1.0, page.width / 190), y
    if draft.chance(0.35):
        text, x, anchor = _corner(draft), left, "lm"
        if draft.chance(0.5):
            x, anchor = right, "rm"
        page.text(x, y, text, 9 * small, ink=pick(rng, INKS) if draft.chance(0.4) else None, anchor=anchor)
        y += 5 * small
    if draft.chance(0.12):
        x = left if draft.chance(0.3) else right - 42 * small
        _bars(draft, page, (x, y, x + 42 * small, y + 8 * small))
        y += 10 * small
    if draft.chance(0.14):
        side = 20 * small
        x = right - side if draft.chance(0.75) else left
        page.paste(figures.square_code(rng), (x, y, x + side, y + side))
        left, right, below = (
            (left, right - side - 3, y + side) if x > left else (left + side + 3, right, y + side)
        )
    elif "photo" in draft.variant.presence and page.height > 200 and draft.chance(0.6):
        right -= 26
        _photo(draft, page, right + 3, y)
        below = y + 31
    if draft.variant.issuers and draft.chance(0.25):
        issuer = draft.issuer()
        fitted(page, (left + right) / 2, y + 3 * small, issuer, 15 * small, right - left, "mm")
        y += 8 * small
    x = (left + right) / 2 if draft.chance(0.86) else left
    y = title(draft, page, x, y + 6 * small, right - left, small, "lm" if x == left else "mm")
    if draft.chance(0.12):
        page.line(left, y, right, y, float(rng.choice([0.3, 0.6, 1.0])), draft.style.line_ink)
        y += 2
    return max(y + float(rng.uniform(0, 5)) * small, below + 1)


def title(
    draft: Draft, page: Page, x: float, y: float, room: float, size: float, anchor: str = "mm"
) -> float:
    """The document's own heading, in one line or more; returns the y below."""
    rng = draft.rng
    parts = draft.title.split("//")
    if len(parts) == 2 and draft.chance(0.3):
        parts = ["".join(parts)]
    elif len(parts) == 1 and len(parts[0]) > 11 and draft.chance(0.2):
        middle = len(parts[0]) // 2
        parts = [parts[0][:middle], parts[0][middle:]]
    pt = float(rng.integers(13, 29)) * size
    role = pick(rng, ("song_heavy", "song_heavy", "hei_heavy", "hei", "kai", draft.style.label))
    ink = draft.style.label_ink if draft.chance(0.75) else pick(rng, INKS)
    spaced = draft.chance(0.25)
    for part in parts:
        part_pt = fit_pt(page, part, role, pt, room)
        width = page.measure(part, role, part_pt, draft.style.label_choice)
        gap = float(min((room - width) / (len(part) + 1), rng.uniform(0.5, 8) * size)) if spaced else 0.0
        page.text(x, y, part, part_pt, role, ink, anchor, max(gap, 0.0))
        y += part_pt * MM_PER_POINT * 1.35
    return y - pt * MM_PER_POINT * 0.5 + 2 * size


def _corner(draft: Draft) -> str:
    number = draft.writer.plain("<@number>")
    return pick(
        draft.rng,
        (
            f"No.{number}",
            f"№ {number}",
            f"编号：{number}",
            f"附件{number[0]}",
            "第 1 页 共 1 页",
            f"流水号：{number}",
        ),
    )


def _bars(draft: Draft, page: Page, box: Box) -> None:
    """Bars that look like a code; they encode nothing."""
    dark = (draft.rng.random(95) < 0.5).astype(np.uint8)
    bars = Image.fromarray(np.where(dark, 30, 255).astype(np.uint8)[None, :].repeat(4, axis=0)).convert("RGB")
    page.image.paste(
        bars.resize((page.px(box[2] - box[0]), page.px(box[3] - box[1])), Image.Resampling.NEAREST),
        (page.px(box[0]), page.px(box[1])),
    )


def _photo(draft: Draft, page: Page, left: float, top: float) -> None:
    """A portrait glued beside the title."""
    wide = 22.0
    picture = figures.portrait(draft.identity.owner.id_number, 120, 160)
    page.paste(picture, (left, top, left + wide, top + wide / 0.75))
    if draft.material in wording.materials():  # a stranger proves no field
        page.note("photo_present", "true")


def foot_height(draft: Draft, page: Page) -> float:
    lines = len(draft.variant.signers) + len(draft.variant.notes) * 0.6 + 2.5 * bool(draft.variant.seals)
    return min(page.height * 0.28, (6 + 6 * lines) * min(1.0, page.height / 240))


def closing(draft: Draft, page: Page, left: float, right: float, y: float, bottom: float) -> None:
    """Signatures, date, seal and notes below the body."""
    rng, small = draft.rng, max(0.6, min(1.0, page.height / 250))
    y += (bottom - y) * float(rng.choice([0, 0, 0.1, 0.3]))
    step = min(7 * small, max((bottom - y) / (len(draft.variant.signers) + 4), 2.6))
    pt = min(10.5 * small, step / MM_PER_POINT / 1.2)
    notes_first = draft.chance(0.3)
    y += step
    if notes_first:
        y = _notes(draft, page, left, right, y, bottom - 2 * step, pt)
    x = left if draft.chance(0.3) else left + (right - left) * float(rng.uniform(0.4, 0.55))
    signers = [name for name in draft.variant.signers if not draft.chance(0.3)]
    for name in signers[: max(0, int((bottom - y) / step) - 1)]:
        _signed(draft, page, x, right, y, name, pt, small)
        y += step
    issuer = draft.issuer()
    if draft.variant.issuers and draft.chance(0.7) and not signers:
        fitted(page, right, y, issuer, pt + 1, (right - left) * 0.7, "rm")
        y += step
    if draft.closing or draft.chance(0.5):
        _dated(draft, page, left, right, min(y, bottom), pt)
        y += step
    sealed = draft.variant.seals and draft.chance(0.85)
    if sealed or ("seal" in draft.variant.presence and draft.chance(0.7)):
        _sealed(draft, page, right, y - step, issuer, max(small, 0.7))
    if not notes_first:
        _notes(draft, page, left, right, y + step * 0.3, bottom, pt)


def _signed(
    draft: Draft, page: Page, x: float, right: float, y: float, name: str, pt: float, small: float
) -> None:
    """One who signs, named, and mostly the signature behind."""
    behind = page.text(x, y, name + "：", pt)[2]
    if "signature" not in draft.variant.presence and not draft.chance(0.6):
        return
    who = draft.identity.owner.name if draft.chance(0.7) else draft.writer.plain("<@person>")
    if behind + 20 * small >= page.width:
        return
    page.signature(min(behind + 2, right - 18 * small), y, who, 16 * small)
    if "signature" in draft.variant.presence:
        page.note("signature_present", "true")


def _sealed(draft: Draft, page: Page, right: float, y: float, issuer: str, small: float) -> None:
    rng = draft.rng
    foot = pick(rng, draft.variant.seals or ("-",)).replace("-", "")
    size = min(float(rng.uniform(34, 42)) * small, page.width * 0.4)
    at = (right - size * float(rng.uniform(0.5, 1.1)), max(min(y, page.height - size * 0.55), size * 0.5))
    if foot.startswith("发票") and draft.chance(0.6):
        stamps.press_oval(page, *at, issuer[:14], draft.identity.deal.dealer_tax_no, foot)
    else:
        stamps.press_round(page, *at, issuer[:18], foot, size, star=draft.chance(0.85))
    if "seal" in draft.variant.presence:
        page.note("seal_present", "true")


def _dated(draft: Draft, page: Page, left: float, right: float, y: float, pt: float) -> None:
    piece = draft.writer.piece(draft.closing or "@day")
    value = Value(piece.text, piece.code, piece.canonical, pt=pt + 0.5)
    if draft.chance(0.4):
        label = page.text(left + (right - left) * 0.5, y, pick(draft.rng, ("日期：", "签署日期：", "")), pt)
        page.field(label[2] + 1, y, value)
    else:
        page.field(right - 1, y, value, "rm")


def _notes(draft: Draft, page: Page, left: float, right: float, y: float, bottom: float, pt: float) -> float:
    notes = [draft.writer.plain(note) for note in draft.variant.notes if not draft.chance(0.35)]
    if draft.chance(0.2):
        notes.append(draft.aside())
    start = pick(draft.rng, ("注：", "填表说明：", "说明：", "", "备注："))
    numbered = draft.chance(0.6)
    for index, note in enumerate(notes):
        text = (start if index == 0 else "") + (
            f"{index + 1}. {note}" if numbered and len(notes) > 1 else note
        )
        lines = len(text) * pt * 0.85 * MM_PER_POINT / max(right - left, 1) + 1
        if y + int(lines) * pt * MM_PER_POINT > bottom:
            break
        y = page.flow(left, y, right - left, text, pt * 0.85, leading=1.4) + 0.5
    return y
