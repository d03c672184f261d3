"""How a paper was printed and filled in: inks, type, and whose hand.

Knows colours and font roles. Knows no canvas and no document.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ocr.synthetic.fonts import CHOICES

Ink = tuple[int, int, int]

BLACK: Ink = (34, 32, 34)
BLUE_INK: Ink = (38, 52, 128)
DARK_INK: Ink = (30, 32, 58)


@dataclass(frozen=True)
class Style:
    """How one paper was printed and filled in. `hand` values are written glyph by glyph with a shaky pen."""

    label: str = "song"
    title: str = "song_heavy"
    value: str = "kai"
    label_choice: int = 0
    value_choice: int = 0
    label_ink: Ink = BLACK
    value_ink: Ink = BLACK
    line_ink: Ink = BLACK
    line_mm: float = 0.25
    hand: bool = False
    dots: bool = False


def draw_style(rng: np.random.Generator, hand_share: float = 0.0, dots_share: float = 0.0) -> Style:
    """A style by chance: how labels look, and whether values are typed, dotted or written by hand."""
    chance = rng.random()
    hand, dots = chance < hand_share, hand_share <= chance < hand_share + dots_share
    if hand:
        value, ink = "hand", (BLUE_INK, DARK_INK)[int(rng.integers(2))]
    elif dots:
        value, ink = "typed", ((44, 44, 92), BLACK)[int(rng.integers(2))]
    else:
        value, ink = ("song", "hei", "kai", "serif")[int(rng.integers(4))], BLACK
    return Style(
        label=("song", "song", "serif", "hei")[int(rng.integers(4))],
        title=("song_heavy", "hei_heavy", "song_heavy")[int(rng.integers(3))],
        value=value,
        label_choice=int(rng.integers(CHOICES)),
        value_choice=int(rng.integers(CHOICES)),
        value_ink=ink,
        line_mm=float(rng.choice([0.18, 0.25, 0.35])),
        hand=hand,
        dots=dots,
    )
