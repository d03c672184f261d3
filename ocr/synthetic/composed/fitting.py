"""How large a text may be, and how much of it fits, where room is given.

Knows widths and points. Knows nothing of what is said.
"""

from __future__ import annotations

from dataclasses import replace

from ocr.synthetic.page import MM_PER_POINT, Box, Label, Page, Ticks, Value


def sized(page: Page, cell: Label | Value | Ticks, room: float, height: float) -> Label | Value | Ticks:
    """The cell at a size at which it fits at once: trying size after size would cost most of the drawing."""
    if isinstance(cell, Ticks):
        return cell
    broad = 1.15 if page.style.hand and isinstance(cell, Value) else 1.0  # a hand writes unevenly
    units = sum(1.0 if ord(sign) > 0x2E7F else 0.56 for sign in cell.text) * MM_PER_POINT * broad
    pt = cell.pt
    while pt > 5.5 and units * pt > room * max(1, int(height / (pt * MM_PER_POINT * 1.3))) * 0.96:
        pt -= 0.5
    return replace(cell, pt=pt)


def fit_pt(page: Page, text: str, role: str, pt: float, room: float) -> float:
    """The size in points at which a line is no wider than the room in mm."""
    width = page.measure(text, role, pt, page.style.label_choice)
    return pt if width <= room else max(4.0, int(pt * room / width * 2) / 2)


def fitted(page: Page, x: float, y: float, text: str, pt: float, room: float, anchor: str) -> Box:
    """Prints a line no wider than the room and returns where it stands."""
    return page.text(x, y, text, fit_pt(page, text, page.style.label, pt, room), anchor=anchor)


def fitting(page: Page, text: str, role: str, pt: float, choice: int, room: float) -> int:
    """How many characters of a text fit into a width in mm; a mark that ends a clause may stand out."""
    count = len(text)
    width = page.measure(text, role, pt, choice)
    while count and width > room:
        count = min(count - 1, max(int(count * room / width), 0))
        width = page.measure(text[:count], role, pt, choice)
    return count + 1 if 0 < count < len(text) and text[count] in "，。；：、）》" else count
