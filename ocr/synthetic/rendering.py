"""One page: choose a layout, draw it, scan it. The door for tests and for training.

Knows the order of the steps and what truth says of a page. Knows no cases and writes no files.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from ocr.synthetic import papers, scanner
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import Box


class MaterialNotDrawn(KeyError):
    """The generator has no layout for a material code, or none of that name."""


@dataclass(frozen=True)
class PageTruth:
    """What a rendered page really is. `rotation`: clockwise degrees that make it upright.

    `fields` holds canonical values (dates as YYYY-MM-DD, amounts as 128800.00, codes of codes.yaml). `boxes`
    holds (left, top, right, bottom) of a value in pixels of the upright, unskewed page.
    """

    materials: tuple[str, ...]
    fields: dict[str, str]
    boxes: dict[str, tuple[int, int, int, int]] = field(repr=False)
    rotation: int
    layout: str
    mode: str
    dpi: int


def render(
    material: str,
    identity: Identity,
    seed: int | list[int],
    *,
    layout: str | None = None,
    profile: scanner.Profile | None = None,
    dpi: int | None = None,
) -> tuple[Image.Image, PageTruth]:
    """A scan of one paper (RGB) and its truth; the same arguments give the same pixels on the same fonts.

    `layout` names a layout function; without it, or without `profile` and `dpi`, they are drawn by the seed.
    Raises MaterialNotDrawn for an unknown code or layout.
    """
    rng = np.random.default_rng(seed)
    chosen = _layout(material, layout, rng)
    resolution = dpi or draw_resolution(rng)
    drawn = profile or scanner.draw_profile(rng)
    page = chosen(identity, resolution, rng)
    truth = PageTruth(
        materials=tuple(page.truth.materials),
        fields=dict(page.truth.fields),
        boxes={code: _pixels(box, resolution) for code, box in page.truth.boxes.items()},
        rotation=drawn.rotation,
        layout=chosen.__name__,
        mode=drawn.mode,
        dpi=resolution,
    )
    return scanner.scan(page.image, drawn, rng, resolution), truth


def render_blank(
    identity: Identity, seed: int | list[int], *, dpi: int = 200
) -> tuple[Image.Image, PageTruth]:
    """The scan of an empty sheet: no material, no field."""
    rng = np.random.default_rng(seed)
    drawn = scanner.draw_profile(rng, rotated_share=0)
    page = papers.BLANK(identity, dpi, rng)
    return scanner.scan(page.image, drawn, rng, dpi), PageTruth(
        (), {}, {}, 0, papers.BLANK.__name__, drawn.mode, dpi
    )


def draw_resolution(rng: np.random.Generator) -> int:
    """Dots an inch, mostly 200 as offices scan."""
    return int(rng.choice([150, 200, 240, 300], p=[0.12, 0.70, 0.10, 0.08]))


def _layout(material: str, name: str | None, rng: np.random.Generator) -> papers.Layout:
    layouts = papers.LAYOUTS.get(material)
    if not layouts:
        raise MaterialNotDrawn(
            f"样张生成器还没有资料 {material} 的版式；已有：{'、'.join(sorted(papers.LAYOUTS))}。"
        )
    if name is None:
        return layouts[int(rng.integers(len(layouts)))]
    for layout in layouts:
        if layout.__name__ == name:
            return layout
    raise MaterialNotDrawn(
        f"资料 {material} 没有名为 {name} 的版式；已有：{'、'.join(x.__name__ for x in layouts)}。"
    )


def _pixels(box: Box, dpi: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(v * dpi / 25.4) for v in box)
    return left, top, right, bottom
