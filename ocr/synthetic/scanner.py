"""What a copier and a scanner do to a sheet of paper.

Knows optics and electronics in the small: paper tone, skew, shadow, noise, blur, grey copies, one-bit modes,
coarse rotation, JPEG. Knows nothing of what the sheet says.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Profile:
    """One pass through the scanner. `rotation` is the clockwise turn in degrees that makes the scan
    upright."""

    mode: str = "colour"  # colour, grey (a photocopy), bilevel (nearly one bit)
    tone: tuple[float, float, float] = (0.98, 0.98, 0.97)
    skew: float = 0.0  # degrees
    blur: float = 0.5  # standard deviation in pixels at 200 dpi
    noise: float = 3.0  # standard deviation of 255
    black: float = 12.0  # what full ink reads as
    shadow: float = 0.0  # darkening at one edge, 0 to 1
    edge: str = "left"
    specks: int = 0
    quality: int = 70
    rotation: int = 0


CLEAN = Profile()


def draw_profile(rng: np.random.Generator, rotated_share: float = 0.05) -> Profile:
    """An everyday scan by chance: legible, as a scanner in order delivers it."""
    mode = str(rng.choice(["colour", "grey", "bilevel"], p=[0.82, 0.13, 0.05]))
    warm = rng.uniform(0, 0.05)
    level = rng.uniform(0.93, 1.0)
    rotation = int(rng.choice([90, 180, 270])) if rng.random() < rotated_share else 0
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
        rotation=rotation,
    )


def blurred(profile: Profile, rng: np.random.Generator) -> Profile:
    """The same pass with the sheet moving or out of focus: nobody can read it."""
    return replace(profile, mode="colour", blur=float(rng.uniform(5.5, 8.0)), quality=60)


def scan(sheet: Image.Image, profile: Profile, rng: np.random.Generator, dpi: int) -> Image.Image:
    """The scan of an upright RGB sheet, same size unless the profile turns it by 90 or 270 degrees."""
    pixels = _light(np.asarray(sheet), profile)
    pixels = _skewed(pixels, profile, rng)
    sigma = profile.blur * dpi / 200
    pixels = cv2.GaussianBlur(pixels, (0, 0), sigma)
    if profile.mode != "colour":
        pixels = _photocopied(pixels, profile, rng)
    pixels = _shaded(pixels, profile)
    pixels = _noisy(pixels, profile, rng)
    if profile.rotation:
        turns = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
        pixels = cv2.rotate(pixels, turns[profile.rotation])
    return Image.fromarray(pixels)


def encode(scanned: Image.Image, profile: Profile, dpi: int) -> bytes:
    """JPEG bytes with the resolution in the header."""
    stream = io.BytesIO()
    scanned.save(stream, "JPEG", quality=profile.quality, dpi=(dpi, dpi), subsampling=2)
    return stream.getvalue()


def _light(pixels: np.ndarray, profile: Profile) -> np.ndarray:
    """Ink and paper as the lamp sees them: no full black, no full white, tinted paper."""
    ramp = np.arange(256, dtype=np.float32) / 255
    curves = [(profile.black + (255 - profile.black) * ramp) * tone for tone in profile.tone]
    table = np.stack(curves, axis=-1).astype(np.uint8)[None]
    return cv2.LUT(pixels, table)


def _skewed(pixels: np.ndarray, profile: Profile, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    dx, dy = rng.uniform(-0.003, 0.003, 2) * width
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), profile.skew, 1.0)
    matrix = matrix + np.array([[0, 0, dx], [0, 0, dy]])
    lid = int(min(profile.tone) * 250) if rng.random() < 0.75 else int(rng.integers(60, 130))
    return cv2.warpAffine(
        pixels,
        matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(lid, lid, lid),
    )


def _photocopied(pixels: np.ndarray, profile: Profile, rng: np.random.Generator) -> np.ndarray:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    for _ in range(profile.specks):
        x, y = int(rng.integers(grey.shape[1])), int(rng.integers(grey.shape[0]))
        cv2.circle(grey, (x, y), int(rng.integers(1, 3)), (int(rng.integers(30, 140)),), -1)
    # Toner deepens the middle tones; a one-bit copy keeps only a narrow ramp around its threshold.
    steep, middle = (0.055, 160) if profile.mode == "bilevel" else (0.024, 130)
    ramp = 255 / (1 + np.exp(-steep * (np.arange(256) - middle)))
    grey = cv2.LUT(grey, np.clip(ramp, 8, 250).astype(np.uint8))
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _shaded(pixels: np.ndarray, profile: Profile) -> np.ndarray:
    if not profile.shadow:
        return pixels
    height, width = pixels.shape[:2]
    along = width if profile.edge in ("left", "right") else height
    fall = 1 - profile.shadow * np.exp(-np.arange(along, dtype=np.float32) / (along * 0.045))
    if profile.edge in ("right", "bottom"):
        fall = fall[::-1]
    shape = (1, width, 1) if profile.edge in ("left", "right") else (height, 1, 1)
    scale = np.ascontiguousarray(
        np.broadcast_to((fall * 256).astype(np.uint16).reshape(shape), (height, width, 1))
    )
    return cv2.multiply(pixels, cv2.merge([scale.astype(np.float32)] * 3), scale=1 / 256, dtype=cv2.CV_8U)


def _noisy(pixels: np.ndarray, profile: Profile, rng: np.random.Generator) -> np.ndarray:
    """Sensor noise from a tile repeated at random offsets: fresh noise for every pixel would double the
    time."""
    height, width = pixels.shape[:2]
    tile = rng.normal(0, profile.noise, (509, 613)).astype(np.float32)
    tile = cv2.GaussianBlur(tile, (3, 3), 0.5) * 1.4
    rows = -(-height // 509)
    columns = -(-width // 613)
    grain = np.tile(np.round(tile).astype(np.int16), (rows, columns))[:height, :width]
    return cv2.add(pixels, cv2.merge([grain] * 3), dtype=cv2.CV_8U)
