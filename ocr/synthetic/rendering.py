"""One page: choose a layout, draw it, scan it. The door for tests and for training.

Knows the order of the steps and what truth says of a page. Knows no cases and writes no files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import composer, papers, scanner, sheets, strangers
from ocr.synthetic import identity as identities
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import Box, Layout, Page

_STRANGE = 0.15
COMPOSED = "composed"  # names, as a layout, a page that `composer` puts together by chance


class MaterialNotDrawn(KeyError):
    """The generator has no layout for a material code, or none of that name or share."""


@dataclass(frozen=True)
class PageTruth:
    """What a rendered page really is. `rotation`: clockwise degrees that make it upright.

    `fields` holds canonical values (dates as YYYY-MM-DD, amounts as 128800.00, codes of codes.yaml). `boxes`
    holds (left, top, right, bottom) of a value in pixels of the upright page, where the scan shows it: skew and
    perspective are applied. `regions` holds each material's place in fractions of the upright page, in reading order;
    `region_fields` the fields that each of them proves. `dpi` is that of the picture.
    """

    materials: tuple[str, ...]
    fields: dict[str, str]
    boxes: dict[str, tuple[int, int, int, int]] = field(repr=False)
    rotation: int
    layout: str
    mode: str
    dpi: int
    regions: tuple[tuple[str, Box], ...] = ()
    region_fields: tuple[dict[str, str], ...] = field(default=(), repr=False)
    profile: scanner.Profile = field(default=scanner.CLEAN, repr=False)


def render(
    material: str,
    identity: Identity,
    seed: int | list[int],
    *,
    layout: str | None = None,
    profile: scanner.Profile | None = None,
    dpi: int | None = None,
    difficulty: scanner.Difficulty = "typical",
    split: papers.Split | None = None,
) -> tuple[Image.Image, PageTruth]:
    """A scan of one paper (RGB) and its truth; the same arguments give the same pixels on the same fonts.

    `layout` names a layout function or is `COMPOSED`; without it, or without `profile` and `dpi`, they are drawn by
    the seed, the layout among those of `split` (None: all of them; "train" composes where no layout may be seen).
    Raises MaterialNotDrawn for an unknown code or layout.
    """
    rng = np.random.default_rng(seed)
    chosen = _layout(material, layout, split, rng)
    return _rendered(chosen, layout or _name(chosen), identity, rng, profile, dpi, difficulty)


def render_sheet(
    identity: Identity,
    seed: int | list[int],
    *,
    kind: str | None = None,
    split: papers.Split = "train",
    profile: scanner.Profile | None = None,
    dpi: int | None = None,
    difficulty: scanner.Difficulty = "typical",
) -> tuple[Image.Image, PageTruth]:
    """A scan of one sheet that carries several materials; `kind` is one of `sheets.KINDS`."""
    rng = np.random.default_rng(seed)
    name = kind or sheets.KINDS[int(rng.integers(len(sheets.KINDS)))]
    chosen = partial(sheets.draw, name, split)
    return _rendered(chosen, name, identity, rng, profile, dpi, difficulty)


def render_blank(
    identity: Identity, seed: int | list[int], *, dpi: int = 200
) -> tuple[Image.Image, PageTruth]:
    """The scan of an empty sheet: no material, no field."""
    rng = np.random.default_rng(seed)
    profile = scanner.draw_profile(rng, rotated_share=0)
    return _rendered(papers.BLANK, papers.BLANK.__name__, identity, rng, profile, dpi, "typical")


def page_to_train_on(
    material: str, identity: Identity, dpi: int, rng: np.random.Generator, *, composed: float
) -> Page:
    """A drawn page, not scanned: composed by that chance, otherwise of a layout that training may see."""
    layout = COMPOSED if material in composer.COMPOSED and rng.random() < composed else None
    return _layout(material, layout, "train", rng)(identity, dpi, rng)


def page_to_judge(
    split: papers.Split, difficulty: scanner.Difficulty, seed: int, number: int, *, rotated_share: float
) -> tuple[str, bytes, PageTruth]:
    """The code, the encoded scan and the truth of one page that no model was trained on: the known types in turn, so
    that each comes equally often; now and then a page of none."""
    rng = np.random.default_rng([seed, number])
    code = strangers.UNKNOWN if rng.random() < _STRANGE else papers.KNOWN[number % len(papers.KNOWN)]
    who = identities.anyone(rng, number)
    profile = scanner.draw_profile(rng, difficulty, rotated_share=rotated_share)
    image, truth = render(code, who, [seed, number, 1], profile=profile, difficulty=difficulty, split=split)
    return code, scanner.encode(image, truth.profile, truth.dpi), truth


def _rendered(
    layout: Layout,
    name: str,
    identity: Identity,
    rng: np.random.Generator,
    profile: scanner.Profile | None,
    dpi: int | None,
    difficulty: scanner.Difficulty,
) -> tuple[Image.Image, PageTruth]:
    resolution = dpi or scanner.draw_resolution(rng, difficulty)
    drawn = profile or scanner.draw_profile(rng, difficulty)
    page = layout(identity, resolution, rng)
    drawn = scanner.settled(drawn, page.image)
    truth = _truth(page, name, drawn)
    return scanner.scan(page.image, drawn, rng, resolution), truth


def _truth(page: Page, name: str, profile: scanner.Profile) -> PageTruth:
    width, height = page.image.size
    matrix = scanner.placement(profile, width, height)
    dpi = min(page.dpi, profile.resolution or page.dpi)
    shrink = dpi / page.dpi

    def moved(box: Box) -> Box:
        left, top, right, bottom = (v * page.dpi / 25.4 for v in box)
        corners = np.array([[(left, top), (right, top), (right, bottom), (left, bottom)]])
        placed = cv2.perspectiveTransform(corners, matrix)[0].clip((0, 0), (width, height))
        return *placed.min(axis=0), *placed.max(axis=0)  # type: ignore[return-value]

    def pixels(box: Box) -> tuple[int, int, int, int]:
        left, top, right, bottom = (round(float(v) * shrink) for v in moved(box))
        return left, top, right, bottom

    def share(box: Box) -> Box:
        left, top, right, bottom = (float(v) for v in moved(box))
        return left / width, top / height, right / width, bottom / height

    whole = (0.0, 0.0, width * 25.4 / page.dpi, height * 25.4 / page.dpi)
    parts = page.truth.parts
    places = [(part.code, part.box) for part in parts] or [(code, whole) for code in page.truth.materials]
    return PageTruth(
        materials=tuple(page.truth.materials),
        fields=dict(page.truth.fields),
        boxes={code: pixels(box) for code, box in page.truth.boxes.items()},
        rotation=profile.rotation,
        layout=name,
        mode=profile.mode,
        dpi=dpi,
        regions=tuple((code, share(box)) for code, box in places),
        region_fields=tuple(dict(part.fields) for part in parts) or (dict(page.truth.fields),) * len(places),
        profile=profile,
    )


def _layout(material: str, name: str | None, split: papers.Split | None, rng: np.random.Generator) -> Layout:
    layouts = papers.LAYOUTS.get(material)
    if not layouts:
        raise MaterialNotDrawn(
            f"样张生成器还没有资料 {material} 的版式；已有：{'、'.join(sorted(papers.LAYOUTS))}。"
        )
    if split is not None:
        layouts = papers.split(material)[split]
    if name == COMPOSED or (name is None and not layouts and material in composer.COMPOSED):
        return partial(composer.compose, material)
    if name is None and layouts:
        return layouts[int(rng.integers(len(layouts)))]
    for layout in layouts:
        if layout.__name__ == name:
            return layout
    raise MaterialNotDrawn(
        f"资料 {material} 没有名为 {name} 的版式；已有：{'、'.join(x.__name__ for x in layouts)}。"
    )


def _name(layout: Layout) -> str:
    return COMPOSED if isinstance(layout, partial) else layout.__name__
