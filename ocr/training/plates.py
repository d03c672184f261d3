"""The network that tells the signs of number plates (`ocr.plate_signs`): drawn plates, spoiled as a camera and a
scanner spoil them, cut into signs, and learned.

Knows drawn plates alone. Needs numpy and OpenCV; a few minutes of one core.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.field_rules import PROVINCES
from ocr.plate_signs import ENDS, FIGURES, KINDS, LETTERS, SIGNS, WINDOW, Floats, flattened, windows
from ocr.synthetic.number_plates import plate_tile

_SHARES = {"usual": 0.45, "new energy": 0.27, "two lines": 0.2, "small": 0.08}
# Plates lettered with several fonts, most with the heaviest: no font of plates is at hand.
_LETTERING = (*(("hei_heavy", 0),) * 4, ("hei_heavy", 1), ("hei", 0), ("hei", 1), ("hei", 2))
_SPECIAL, _LARGE, _YELLOW = 0.22, 0.15, 0.3
# A plate's width on the page in pixels; how much of it a view from the side leaves; page pixels to a camera's.
_WIDE, _ASKEW, _ENLARGED = (36.0, 170.0), (0.5, 1.05), (1.0, 2.2)
_HIDDEN = (384, 128)
_TILES, _PLATES, _PASSES, _BATCH = 2500, 2500, 3, 256
_RATE, _DECAY, _WARM = 1.5e-3, 1e-4, 3


@dataclass(frozen=True)
class Tile:
    """A drawn plate seen straight (RGB), its kind and number; `dark`: its signs are darker than its ground."""

    pixels: NDArray[np.uint8]
    kind: str
    number: str
    dark: bool


def train(path: Path, version: str, rounds: int, seed: int, say: Callable[[str], None]) -> None:
    """Draws, learns for so many rounds of fresh plates, and writes the network."""
    tiles = [_tile(np.random.default_rng([seed, 0, number])) for number in range(_TILES)]
    network = _Learner(np.random.default_rng([seed, 1]), (WINDOW[0] * WINDOW[1], *_HIDDEN, len(SIGNS)))
    for turn in range(rounds):
        rng = np.random.default_rng([seed, 2, turn])
        seen, told = _signs(rng, tiles)
        rate = _RATE * min(1.0, (turn + 1) / _WARM) * (0.03 + 0.97 * (1 + np.cos(np.pi * turn / rounds)) / 2)
        right = float(np.mean((network.chances(seen)).argmax(axis=1) == told))
        for _ in range(_PASSES):
            order = rng.permutation(len(told))
            for at in range(0, len(order) - _BATCH + 1, _BATCH):
                network.learn(seen[order[at : at + _BATCH]], told[order[at : at + _BATCH]], rate)
        say(f"号牌字符第 {turn + 1}/{rounds} 轮：新画的读对 {right:.1%}")
    network.write(path, version)


def _signs(rng: np.random.Generator, tiles: list[Tile]) -> tuple[Floats, NDArray[np.int64]]:
    seen: list[Floats] = []
    told: list[int] = []
    for _ in range(_PLATES):
        tile = tiles[int(rng.integers(len(tiles)))]
        grey, quad = spoiled(rng, tile)
        seen.append(windows(flattened(grey, quad, tile.kind), tile.kind, tile.dark))
        told.extend(SIGNS.index(sign) for sign in tile.number)
    return np.concatenate(seen), np.array(told)


def _one_of(rng: np.random.Generator, signs: str) -> str:
    return signs[int(rng.integers(len(signs)))]


def _number(rng: np.random.Generator, kind: str) -> str:
    """Every sign about equally often in every place where it may stand."""

    def several(count: int, letters: float) -> str:
        return "".join(_one_of(rng, LETTERS if rng.random() < letters else FIGURES) for _ in range(count))

    head = _one_of(rng, PROVINCES) + _one_of(rng, LETTERS)
    if kind == "new energy":
        new = _one_of(rng, "ABCDEFGHJK")
        return head + (
            several(5, 0) + new if rng.random() < _LARGE else new + several(1, 0.7) + several(4, 0)
        )
    if rng.random() < _SPECIAL:
        return head + several(4, 0.45) + _one_of(rng, ENDS.replace("挂", "") if kind == "usual" else ENDS)
    return head + several(5, 0.45)


def _tile(rng: np.random.Generator) -> Tile:
    kind = str(rng.choice(list(_SHARES), p=list(_SHARES.values())))
    number = _number(rng, kind)
    drawn = plate_tile(
        number,
        kind == "new energy",
        yellow=bool(rng.random() < _YELLOW),
        two_lines=kind == "two lines",
        small=kind == "small",
        lettering=_LETTERING[int(rng.integers(len(_LETTERING)))],
    )
    whole = np.clip(drawn, 0, 255).astype(np.uint8)
    pixels = np.asarray(cv2.resize(whole, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return Tile(pixels, kind, number, bool(np.median(grey) > grey.mean()))


def spoiled(rng: np.random.Generator, tile: Tile) -> tuple[NDArray[np.uint8], Floats]:
    """A grey picture with the plate in it, small and askew, and a quad near its corners as a finder gives it."""
    enlarged = float(rng.uniform(*_ENLARGED))
    wide = float(np.exp(rng.uniform(*np.log(_WIDE)))) * (1.0 if KINDS[tile.kind].aspect > 3 else 0.72)
    high = wide / KINDS[tile.kind].aspect / float(rng.uniform(*_ASKEW))
    scene, quad = _photographed(rng, tile.pixels, wide / enlarged, high / enlarged)
    picture = np.asarray(_compressed(rng, scene, 0.9), dtype=np.uint8)
    if enlarged > 1.02:
        how = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)[int(rng.integers(3))]
        picture = np.asarray(
            cv2.resize(picture, None, fx=enlarged, fy=enlarged, interpolation=how), dtype=np.uint8
        )
    page = _scanned(rng, np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8))
    return page, _misplaced(rng, quad * enlarged, wide, high)


def _photographed(
    rng: np.random.Generator, plate: NDArray[np.uint8], wide: float, high: float
) -> tuple[NDArray[np.uint8], Floats]:
    """The plate on a vehicle: light, focus, grain and contrast of a camera."""
    slant, margin = float(rng.normal(0, 0.18)) if rng.random() < 0.7 else 0.0, 8
    size = int(wide + 2 * margin) + 2, int(high + abs(slant) * wide + 2 * margin) + 2
    left, top = margin + rng.random(), margin + rng.random() + max(0.0, -slant) * wide
    lean = rng.normal(0, 0.03, 2) * high
    upper = np.array([(left + lean[0], top), (left + wide + lean[0], top + slant * wide)])
    lower = np.array([(left + wide + lean[1], top + slant * wide + high), (left + lean[1], top + high)])
    quad = np.concatenate([upper, lower]).astype(np.float32)
    shrink = min(1.0, 1.6 * max(size) / max(plate.shape[:2]))
    small = cv2.resize(plate.astype(np.float32), None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    down, across = small.shape[:2]
    corners = np.array([(0, 0), (across, 0), (across, down), (0, down)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad)
    around = np.zeros((size[1], size[0], 3), np.float32) + (
        rng.uniform(10, 200, 3) if rng.random() < 0.6 else rng.uniform(15, 120)
    )
    scene = around + cv2.resize(rng.normal(0, 12, (4, 5, 3)).astype(np.float32), size)
    mask = cv2.warpPerspective(np.ones((down, across), np.float32), matrix, size)[..., None]
    laid = cv2.warpPerspective(small, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    lit = (scene * (1 - mask) + laid * mask) * rng.uniform(0.45, 1.35) + rng.uniform(-10, 20)
    sharp = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.45, 1.25))
    grain = cv2.GaussianBlur(rng.normal(0, 1, size[::-1]).astype(np.float32), (0, 0), 0.7)
    share = np.clip(sharp + grain[..., None] * rng.uniform(2, 10), 0, 255) / 255
    steep = rng.uniform(0, 0.5)
    return (255 * (share * (1 - steep) + steep * share * share * (3 - 2 * share))).astype(np.uint8), quad


def _scanned(rng: np.random.Generator, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    soft = float(rng.uniform(0, 1.1))
    blurred = cv2.GaussianBlur(grey, (0, 0), soft) if soft > 0.3 else grey
    noisy = blurred * rng.uniform(0.8, 1.2) + rng.normal(0, 1, grey.shape) * rng.uniform(0, 7)
    return _compressed(rng, np.clip(noisy, 0, 255).astype(np.uint8), 0.7)


def _compressed(rng: np.random.Generator, picture: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    if rng.random() >= share:
        return picture
    _, stream = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(42, 92))])
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_UNCHANGED), dtype=np.uint8)


def _misplaced(rng: np.random.Generator, quad: Floats, wide: float, high: float) -> Floats:
    """The corners as a finder gives them: each a little off, all a little off, the whole a little large or small."""
    off = np.array([0.012 * wide, 0.035 * high])
    placed = quad + rng.normal(0, 1, (4, 2)) * (off * 0.8 + 0.25) + rng.normal(0, 1, (1, 2)) * (off + 0.3)
    middle = placed.mean(axis=0)
    return np.asarray(middle + (placed - middle) * rng.normal(1.0, (0.015, 0.05)), dtype=np.float32)


class _Learner:
    """Three layers that learn by Adam with decay."""

    def __init__(self, rng: np.random.Generator, sizes: tuple[int, ...]) -> None:
        pairs = list(pairwise(sizes))
        self._weights = [(rng.normal(0, 1, pair) * np.sqrt(2 / pair[0])).astype(np.float32) for pair in pairs]
        self._biases = [np.zeros(below, np.float32) for _, below in pairs]
        self._mean = [np.zeros_like(each) for each in (*self._weights, *self._biases)]
        self._square = [np.zeros_like(each) for each in (*self._weights, *self._biases)]
        self._steps = 0

    def _passed(self, seen: Floats) -> list[Floats]:
        """What each layer is given, and the chances that come out last."""
        passed = [seen]
        for at, (weight, bias) in enumerate(zip(self._weights, self._biases, strict=True)):
            out = passed[-1] @ weight + bias
            passed.append(np.maximum(out, 0) if at < len(self._weights) - 1 else out)
        shares = np.exp(passed[-1] - passed[-1].max(axis=1, keepdims=True))
        passed[-1] = shares / shares.sum(axis=1, keepdims=True)
        return passed

    def chances(self, seen: Floats) -> Floats:
        return self._passed(seen)[-1]

    def learn(self, seen: Floats, told: NDArray[np.int64], rate: float) -> None:
        passed = self._passed(seen)
        wrong = passed[-1].copy()
        wrong[np.arange(len(told)), told] -= 1
        wrong /= len(told)
        weights: list[Floats] = []
        biases: list[Floats] = []
        for at in reversed(range(len(self._weights))):
            weights.insert(0, passed[at].T @ wrong)
            biases.insert(0, wrong.sum(axis=0))
            wrong = (wrong @ self._weights[at].T) * (passed[at] > 0)
        self._steps += 1
        parts = (*self._weights, *self._biases)
        for part, slope, mean, square in zip(
            parts, (*weights, *biases), self._mean, self._square, strict=True
        ):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            step = mean / (1 - 0.9**self._steps) / (np.sqrt(square / (1 - 0.999**self._steps)) + 1e-7)
            part -= rate * (step + (_DECAY * part if part.ndim > 1 else 0))

    def write(self, path: Path, version: str) -> None:
        kept = {f"weight{at}": each.astype(np.float16) for at, each in enumerate(self._weights)}
        kept |= {f"bias{at}": each for at, each in enumerate(self._biases)}
        np.savez_compressed(path, version=np.array(version), **kept)
