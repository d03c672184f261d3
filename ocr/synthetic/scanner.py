"""What a copier, a scanner or a phone does to a sheet of paper.

Knows what passes there are: paper tone, where the sheet lies, grey and one-bit copies, coarse rotation, JPEG; and how
often which hardship of `hardship` happens, in everyday and in hard scans. Knows nothing of what the sheet says; what
lens, sensor and toner make of pixels is `exposure`.

`draw_profile` draws one pass as a frozen value, `faulty` spoils it so that a clerk would send the page back, `scan`
carries it out. `settled` fixes what depends on the sheet; `placement` then says where a point of the sheet goes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from ocr.synthetic import exposure, hardship
from ocr.synthetic.page import Page
from ocr.synthetic.style import Ink

Difficulty = Literal["typical", "hard"]
FaultKind = Literal["blurred", "dark", "cut", "skewed", "turned", "low_dpi"]
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

FAULT_KINDS: tuple[FaultKind, ...] = ("blurred", "dark", "cut", "skewed", "turned", "low_dpi")


@dataclass(frozen=True)
class Profile:
    """One pass through the scanner. `rotation` is the clockwise turn in degrees that makes the scan
    upright."""

    mode: str = "colour"  # colour, grey (a photocopy), bilevel (nearly one bit), threshold, dither (one bit)
    tone: tuple[float, float, float] = (0.98, 0.98, 0.97)
    skew: float = 0.0  # degrees, counter-clockwise
    blur: float = 0.5  # standard deviation in pixels at 200 dpi
    noise: float = 3.0  # standard deviation of 255
    black: float = 12.0  # what full ink reads as
    shadow: float = 0.0  # darkening at one edge, 0 to 1
    edge: str = "left"
    specks: int = 0
    quality: int = 70
    rotation: int = 0
    shift: tuple[float, float] = (0.0, 0.0)  # of the sheet's middle, shares of width and height
    scale: float = 1.0  # below 1 the sheet is smaller than the glass, above 1 its edges are lost
    corners: Corners | None = None  # a photograph: shares by which each corner moves, from top left clockwise
    lid: Ink = (244, 244, 244)  # what lies round the sheet
    desk: bool = False  # the lid is a table top
    motion: float = 0.0  # length of a smear in mm
    cut: tuple[str, float] | None = None  # edge and share of the content that lies beyond it
    resolution: int | None = None  # dots an inch of the picture, where lower than the drawing's
    effects: tuple[tuple[str, float], ...] = ()  # names of `hardship` and strengths


CLEAN = Profile()


def draw_profile(
    rng: np.random.Generator, difficulty: Difficulty = "typical", rotated_share: float = 0.05
) -> Profile:
    """A scan by chance. Typical: everyday work of a scanner in order. Hard: worn, copied again or taken by phone,
    still legible to a patient person."""
    drawn = _typical(rng)
    if difficulty == "hard":
        family = rng.choice(3, p=[0.45, 0.35, 0.20])
        drawn = (_worn, _copied, _photographed)[family](drawn, rng)
    if rng.random() < rotated_share:
        drawn = replace(drawn, rotation=int(rng.choice([90, 180, 270])))
    return drawn


def draw_resolution(rng: np.random.Generator, difficulty: Difficulty = "typical") -> int:
    """Dots an inch, mostly 200 as offices scan."""
    if difficulty == "hard":
        return int(rng.choice([100, 110, 120, 150, 200], p=[0.15, 0.15, 0.2, 0.3, 0.2]))
    return int(rng.choice([150, 200, 240, 300], p=[0.12, 0.70, 0.10, 0.08]))


def faulty(profile: Profile, kind: FaultKind, rng: np.random.Generator) -> Profile:
    """The same pass gone wrong in one way, so badly that a clerk would send the page back."""
    return _FAULTS[kind](profile, rng)


def blurred(profile: Profile, rng: np.random.Generator) -> Profile:
    """The same pass with the sheet moving or out of focus: nobody can read it."""
    return replace(profile, mode="colour", blur=float(rng.uniform(5.5, 8.0)), quality=60)


def settled(profile: Profile, sheet: Image.Image) -> Profile:
    """The profile with what depends on the sheet worked out: how far it must slip for its content to be cut."""
    if profile.cut is None:
        return profile
    edge, share = profile.cut
    left, top, right, bottom = _content(sheet)
    slips = {
        "left": (-(left + share * (right - left)), 0.0),
        "right": (1 - (right - share * (right - left)), 0.0),
        "top": (0.0, -(top + share * (bottom - top))),
        "bottom": (0.0, 1 - (bottom - share * (bottom - top))),
    }
    return replace(profile, cut=None, shift=slips[edge], scale=1.0, skew=profile.skew / 3, corners=None)


def placement(profile: Profile, width: int, height: int) -> np.ndarray:
    """The 3 × 3 matrix from pixels of the sheet to pixels of the upright scan (before `resolution` and
    `rotation`)."""
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), profile.skew, profile.scale)
    matrix[:2, 2] += np.multiply(profile.shift, (width, height))
    if profile.corners is None:
        return matrix
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = flat + np.multiply(profile.corners, (width, height)).astype(np.float32)
    return matrix @ cv2.getPerspectiveTransform(flat, moved)


def scan(sheet: Image.Image, profile: Profile, rng: np.random.Generator, dpi: int) -> Image.Image:
    """The scan of an upright RGB sheet, same size unless the profile turns it by 90 or 270 degrees or has a lower
    resolution."""
    profile = settled(profile, sheet)
    pixels = _toned(_marked(sheet, profile, rng, dpi), profile)
    pixels = _laid(pixels, profile, rng)
    pixels = exposure.focused(pixels, profile.blur * dpi / 200, round(profile.motion * dpi / 25.4), rng)
    pixels = _copied_again(pixels, profile, rng, dpi)
    pixels = _lit(pixels, profile, rng, dpi)
    pixels = exposure.noisy(pixels, profile.noise, rng)
    pixels = _one_bit(pixels, profile, rng)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    if profile.resolution and profile.resolution < dpi:
        share = profile.resolution / dpi
        pixels = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    if profile.rotation:
        turns = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
        pixels = cv2.rotate(pixels, turns[profile.rotation])
    return Image.fromarray(pixels)


def encode(scanned: Image.Image, profile: Profile, dpi: int) -> bytes:
    """JPEG bytes with the resolution in the header."""
    stream = io.BytesIO()
    scanned.save(stream, "JPEG", quality=profile.quality, dpi=(dpi, dpi), subsampling=2)
    return stream.getvalue()


# Profiles


def _typical(rng: np.random.Generator) -> Profile:
    mode = str(rng.choice(["colour", "grey", "bilevel", "threshold"], p=[0.82, 0.13, 0.025, 0.025]))
    warm = rng.uniform(0, 0.05)
    level = rng.uniform(0.93, 1.0)
    near_paper = rng.random() < 0.75
    return Profile(
        mode=mode,
        tone=(level, level - warm * 0.3, level - warm),
        skew=float(np.clip(rng.normal(0, 0.5), -1.5, 1.5)),
        blur=float(rng.uniform(0.3, 0.85)),
        noise=float(rng.uniform(1.0, 5.0)),
        black=float(rng.uniform(4, 46)),
        shadow=float(rng.uniform(0.08, 0.35)) if rng.random() < 0.4 else 0.0,
        edge=str(rng.choice(["left", "right", "top", "bottom"])),
        specks=int(rng.integers(20, 160)) if mode != "colour" else int(rng.integers(0, 25)),
        quality=int(rng.integers(40, 86)),
        shift=tuple(float(v) for v in rng.uniform(-0.003, 0.003, 2)),  # type: ignore[arg-type]
        lid=(int((level - warm) * 250) if near_paper else int(rng.integers(60, 130)),) * 3,
        effects=_some(
            rng,
            {"fold": (0.12, 0.4), "holes": (0.08, 1.0), "staple": (0.06, 1.0), "streak": (0.05, 0.3)}
            | {"note": (0.04, 1.0), "stamp": (0.04, 1.0), "crease": (0.03, 0.3)},
        ),
    )


def _worn(base: Profile, rng: np.random.Generator) -> Profile:
    """Old, crooked, coloured or crumpled paper on an everyday scanner."""
    scale = float(rng.uniform(0.72, 0.97)) if rng.random() < 0.25 else float(rng.uniform(0.99, 1.04))
    room = 0.5 * abs(1 - scale) + 0.01
    return replace(
        base,
        mode="colour" if rng.random() < 0.8 else "grey",
        tone=_paper(rng) if rng.random() < 0.45 else base.tone,
        skew=_askew(rng, 6.0),
        blur=float(rng.uniform(0.4, 1.3)),
        noise=float(rng.uniform(2, 9)),
        black=float(rng.uniform(4, 80)),
        shift=tuple(float(v) for v in rng.uniform(-room, room, 2)),  # type: ignore[arg-type]
        scale=scale,
        lid=(int(rng.integers(4, 256)),) * 3,
        quality=int(rng.integers(25, 70)),
        effects=_some(
            rng,
            {"bleed_through": (0.25, 1.0), "crumple": (0.15, 1.0), "crease": (0.25, 1.0), "fold": (0.3, 1.0)}
            | {"spine": (0.2, 0.8), "stamp": (0.3, 1.0), "note": (0.25, 1.0), "ticks": (0.25, 1.0)}
            | {"stain": (0.15, 1.0), "tape": (0.07, 1.0), "marker": (0.1, 1.0), "holes": (0.2, 1.0)}
            | {"staple": (0.15, 1.0), "corner": (0.08, 0.12), "streak": (0.2, 1.0), "moire": (0.12, 0.8)}
            | {"resampled": (0.15, 1.0)},
        ),
    )


def _copied(base: Profile, rng: np.random.Generator) -> Profile:
    """A copy of a copy."""
    mode = str(rng.choice(["grey", "bilevel", "threshold", "dither"], p=[0.45, 0.2, 0.25, 0.10]))
    one_bit = mode in ("threshold", "dither")
    # One bit keeps nothing of a stroke that is pale already.
    pale = not one_bit and rng.random() < 0.5
    strokes = {"thin": (0.6, 1.0), "faded": (0.5, 1.0)} if pale else {"thick": (0.5, 0.8)}
    level = rng.uniform(0.8, 1.0)
    return replace(
        base,
        mode=mode,
        tone=(level,) * 3,
        skew=_askew(rng, 4.5),
        blur=float(rng.uniform(0.4, 0.7 if one_bit else 1.2)),
        noise=float(rng.uniform(1, 6)),
        black=float(rng.uniform(4, 30 if one_bit else 70)),
        scale=float(rng.uniform(0.88, 1.05)),
        shift=tuple(float(v) for v in rng.uniform(-0.02, 0.02, 2)),  # type: ignore[arg-type]
        lid=(int(rng.choice([20, 60, 250], p=[0.2, 0.1, 0.7])),) * 3,
        specks=int(rng.integers(80, 900)),
        quality=int(rng.integers(25, 75)),
        effects=_some(
            rng,
            strokes
            | {"black_edges": (0.4, 1.0), "toner": (0.25, 1.0), "moire": (0.1, 0.5)}
            | {"bleed_through": (0.12, 0.6), "spine": (0.15, 0.6), "crease": (0.15, 0.8), "fold": (0.2, 0.8)}
            | {"stamp": (0.25, 1.0), "note": (0.2, 1.0), "ticks": (0.2, 1.0), "holes": (0.3, 1.0)}
            | {"resampled": (0.15, 0.8)},
        ),
    )


def _photographed(base: Profile, rng: np.random.Generator) -> Profile:
    """Taken by phone on a desk."""
    level = rng.uniform(0.62, 0.98)
    cast = rng.uniform(0.88, 1.0, 3)
    tone = tuple(float(v) for v in level * cast / cast.max())
    lean = rng.uniform(0.0, 0.05, (4, 2)) * [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    return replace(
        base,
        mode="colour",
        tone=tone,  # type: ignore[arg-type]
        skew=_askew(rng, 6.0),
        blur=float(rng.uniform(0.5, 1.4)),
        noise=float(rng.uniform(2, 8)),
        black=float(rng.uniform(20, 70)),
        shadow=0.0,
        specks=0,
        scale=float(rng.uniform(0.86, 1.03)),
        shift=tuple(float(v) for v in rng.uniform(-0.015, 0.015, 2)),  # type: ignore[arg-type]
        corners=tuple((float(a), float(b)) for a, b in lean),  # type: ignore[arg-type]
        lid=tuple(int(v) for v in rng.uniform(40, 190) * rng.uniform(0.7, 1.0, 3)),  # type: ignore[arg-type]
        desk=True,
        quality=int(rng.integers(25, 80)),
        effects=_some(
            rng,
            {"vignette": (0.6, 1.0), "uneven": (0.75, 1.0), "fold": (0.3, 0.8), "crumple": (0.2, 0.8)}
            | {"crease": (0.15, 0.8), "stamp": (0.12, 1.0), "note": (0.1, 1.0), "moire": (0.06, 0.6)}
            | {"resampled": (0.35, 1.0)},
        ),
    )


def _some(rng: np.random.Generator, chances: dict[str, tuple[float, float]]) -> tuple[tuple[str, float], ...]:
    """Each effect by its own chance, at a strength up to the one given."""
    drawn = rng.random((len(chances), 2))
    return tuple(
        (name, round(float(most * (0.25 + 0.75 * strength)), 2))
        for (name, (share, most)), (chance, strength) in zip(chances.items(), drawn, strict=True)
        if chance < share
    )


def _askew(rng: np.random.Generator, most: float) -> float:
    return float(np.clip(rng.normal(0, most / 2.6), -most, most))


def _paper(rng: np.random.Generator) -> tuple[float, float, float]:
    """Yellowed, coloured or dark paper."""
    tints = (
        (0.95, 0.90, 0.76),
        (0.90, 0.83, 0.68),
        (0.97, 0.86, 0.88),
        (0.86, 0.94, 0.87),
        (0.86, 0.91, 0.97),
        (0.66, 0.66, 0.65),
        (0.56, 0.55, 0.53),
    )
    r, g, b = np.array(tints[int(rng.integers(len(tints)))]) * rng.uniform(0.92, 1.03)
    return min(float(r), 1.0), min(float(g), 1.0), min(float(b), 1.0)


# Faults


def _unsharp(profile: Profile, rng: np.random.Generator) -> Profile:
    spoilt = blurred(profile, rng)
    if rng.random() < 0.35:
        return replace(spoilt, blur=2.0, motion=float(rng.uniform(2.4, 4.0)))
    return spoilt


def _dark(profile: Profile, rng: np.random.Generator) -> Profile:
    """Under-exposed, or over-exposed so that ink is hardly darker than paper."""
    if rng.random() < 0.7:
        level = float(rng.uniform(0.12, 0.26))
        return replace(
            profile, mode="colour", tone=(level,) * 3, black=float(rng.uniform(90, 130)), noise=6.0
        )
    return replace(profile, mode="colour", tone=(1.0,) * 3, black=float(rng.uniform(222, 238)), shadow=0.0)


def _cut_off(profile: Profile, rng: np.random.Generator) -> Profile:
    edge = str(rng.choice(["left", "right", "top", "bottom"]))
    return replace(profile, cut=(edge, float(rng.uniform(0.12, 0.35))))


def _tilted(profile: Profile, rng: np.random.Generator) -> Profile:
    angle = float(rng.uniform(4.5, 14) * rng.choice([-1, 1]))
    return replace(profile, skew=angle, corners=None)


def _turned(profile: Profile, rng: np.random.Generator) -> Profile:
    return replace(profile, rotation=int(rng.choice([90, 180, 270])))


def _coarse(profile: Profile, rng: np.random.Generator) -> Profile:
    return replace(profile, resolution=int(rng.integers(45, 76)))


_FAULTS: dict[FaultKind, Callable[[Profile, np.random.Generator], Profile]] = {
    "blurred": _unsharp,
    "dark": _dark,
    "cut": _cut_off,
    "skewed": _tilted,
    "turned": _turned,
    "low_dpi": _coarse,
}


# The pass itself


def _content(sheet: Image.Image) -> tuple[float, float, float, float]:
    """Where anything stands on the sheet: left, top, right, bottom as shares."""
    small = np.asarray(sheet.convert("L").reduce(4))
    ink = cv2.absdiff(small, np.full_like(small, int(np.median(small)))) > 40
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not columns.size:
        return 0.0, 0.0, 1.0, 1.0
    height, width = small.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


def _marked(sheet: Image.Image, profile: Profile, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """The sheet with what was done to the paper, as pixels."""
    marks = [(name, strength) for name, strength in profile.effects if name in hardship.MARKS]
    if marks:
        page = Page.over(sheet.copy(), dpi, rng)
        for name, strength in marks:
            hardship.MARKS[name](page, strength)
        sheet = page.image
    return _through(hardship.PAPER, np.asarray(sheet), profile, rng, dpi)


def _through(
    table: dict[str, hardship.Change],
    pixels: np.ndarray,
    profile: Profile,
    rng: np.random.Generator,
    dpi: int,
) -> np.ndarray:
    for name, strength in profile.effects:
        if name in table:
            pixels = table[name](pixels, strength, rng, dpi)
    return pixels


def _toned(pixels: np.ndarray, profile: Profile) -> np.ndarray:
    """Ink and paper as the lamp sees them: no full black, no full white, tinted paper. One channel unless in
    colour."""
    ramp = (profile.black + (255 - profile.black) * np.arange(256) / 255)[:, None]
    if profile.mode == "colour":
        return cv2.LUT(pixels, (ramp * profile.tone).astype(np.uint8)[None])
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return cv2.LUT(grey, (ramp * np.mean(profile.tone)).astype(np.uint8))


def _laid(pixels: np.ndarray, profile: Profile, rng: np.random.Generator) -> np.ndarray:
    """The sheet where it lies on the glass or on a desk."""
    height, width = pixels.shape[:2]
    matrix = placement(profile, width, height)
    if np.array_equal(matrix, np.eye(3)):
        return pixels
    lid = profile.lid if pixels.ndim == 3 else (int(np.mean(profile.lid)),)
    if profile.desk:
        ground = exposure.desk(pixels.shape, lid, rng)
        exposure.cast_shadow(ground, matrix, rng)
        return cv2.warpPerspective(
            pixels, matrix, (width, height), dst=ground, borderMode=cv2.BORDER_TRANSPARENT
        )
    if profile.corners is None:
        return cv2.warpAffine(pixels, matrix[:2], (width, height), borderValue=lid)
    return cv2.warpPerspective(pixels, matrix, (width, height), borderValue=lid)


def _copied_again(pixels: np.ndarray, profile: Profile, rng: np.random.Generator, dpi: int) -> np.ndarray:
    if profile.specks:
        pixels = exposure.specked(pixels, profile.specks, rng, dpi)
    if profile.mode in ("grey", "bilevel"):
        # Toner deepens the middle tones; a copy near one bit keeps only a narrow ramp around its threshold.
        steep, middle = (0.055, 160) if profile.mode == "bilevel" else (0.024, 130)
        ramp = 255 / (1 + np.exp(-steep * (np.arange(256) - middle)))
        pixels = cv2.LUT(pixels, np.clip(ramp, 8, 250).astype(np.uint8))
    return _through(hardship.COPIER, pixels, profile, rng, dpi)


def _lit(pixels: np.ndarray, profile: Profile, rng: np.random.Generator, dpi: int) -> np.ndarray:
    """Shadows, folds and uneven light, gathered in one map and multiplied in once."""
    if not profile.shadow and not any(name in hardship.LIGHT for name, _ in profile.effects):
        return pixels
    height, width = pixels.shape[:2]
    gain: np.ndarray = np.full((height, width), hardship.NEUTRAL, np.uint8)
    if profile.shadow:
        exposure.shade(gain, profile.edge, profile.shadow)
    gain = _through(hardship.LIGHT, gain, profile, rng, dpi)
    if pixels.ndim == 3:
        gain = cv2.merge([gain] * 3)
    return cv2.multiply(pixels, gain, scale=1 / hardship.NEUTRAL)


def _one_bit(pixels: np.ndarray, profile: Profile, rng: np.random.Generator) -> np.ndarray:
    if profile.mode == "threshold":
        paper = 255 * float(np.mean(profile.tone))
        limit = profile.black + (paper - profile.black) * rng.uniform(0.60, 0.80)
        return cv2.threshold(pixels, limit, 255, cv2.THRESH_BINARY)[1]
    return exposure.dithered(pixels) if profile.mode == "dither" else pixels
