"""A composed page in the making: what it says, and what of that is still to be put on paper.

Knows the wording that was chosen and the chances of one page. Knows no arrangement and draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ocr.synthetic import wording
from ocr.synthetic.identity import Identity
from ocr.synthetic.style import Ink, Style
from ocr.synthetic.wording import Entry, Variant, Writer, pick

INKS: tuple[Ink, ...] = (
    (34, 32, 34),
    (32, 58, 120),
    (120, 70, 40),
    (28, 92, 66),
    (150, 34, 40),
    (90, 90, 96),
)
PAPERS: tuple[Ink, ...] = (
    (255, 255, 255),
    (253, 249, 238),
    (246, 250, 244),
    (252, 240, 240),
    (240, 246, 252),
    (250, 246, 228),
)


@dataclass
class Draft:
    """One page: its wording, the entries not yet placed, and what chance has settled for all of it."""

    variant: Variant
    identity: Identity
    dpi: int
    rng: np.random.Generator
    writer: Writer
    material: str
    style: Style
    title: str
    drop: float
    closing: str | None
    entries: list[Entry] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def issuer(self) -> str:
        """Who issues the paper; where the wording names nobody, some firm."""
        return self.writer.plain(pick(self.rng, self.variant.issuers or ("<@firm>",)))

    def cited(self) -> str:
        """The name of another paper."""
        return pick(self.rng, wording.cited(self.material))

    def aside(self) -> str:
        """A sentence that names other papers, as papers do."""
        first, second = self.cited(), self.cited()
        return pick(
            self.rng,
            (
                f"附：《{first}》复印件一份。",
                f"本件与《{first}》一并归档。",
                f"办理时另须提交{first}、{second}。",
                f"附件：1. {first}；2. {second}；3. 本人身份证明复印件。",
                f"依据《{first}》所载内容办理。",
                f"仅供办理{first}使用，他用无效。",
            ),
        )
