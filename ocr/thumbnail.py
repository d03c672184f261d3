"""The thumbnail network: what type a page is and which way up it lies, from a small picture of it.

Knows how a page becomes the network's input and what its outputs mean; the same preparation serves training
(`ocr.training`), so that both see the same pixels. Knows no text and no catalogue: it names the codes it was
trained on, with chances that are not calibrated (`ocr.classifier` weighs them).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import geometry
from ocr.geometry import Image
from ocr.protocol import Rotation

# The canvas: every page lies with its long side along LONG, standing or lying as it was scanned.
LONG, SHORT = 256, 192
ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)
_PAPER = 255
# Nine pages of ten are scanned upright, which training did not show; what tells nothing is taken to lie so.
_USUALLY = np.log(np.array([0.9, 1 / 30, 1 / 30, 1 / 30], dtype=np.float32))
# Blue, green, red: the levels that the network's lower part was taught with.
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32) * 255
_SPREAD = np.array([0.229, 0.224, 0.225], dtype=np.float32) * 255


@dataclass(frozen=True)
class Glance:
    """What one look says. `types`: logits by `ThumbnailNetwork.codes`. `turns`: chances by `ROTATIONS`."""

    types: NDArray[np.float32]
    turns: NDArray[np.float32]

    @property
    def rotation(self) -> Rotation:
        return ROTATIONS[int(self.turns.argmax())]


class ThumbnailNetwork:
    """The network of one weights file (ONNX, with its codes and version inside), on one thread."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.codes: tuple[str, ...] = tuple(json.loads(metadata["codes"]))
        self.version = metadata["version"]

    def look(self, image: Image) -> Glance:
        """One look at a page in BGR, of any size."""
        types, turns = self._session.run(None, {"page": as_input(on_canvas(image))[None]})
        return Glance(types[0], _chances(turns[0] + _USUALLY))


def on_canvas(image: Image) -> Image:
    """The page scaled onto the middle of the canvas that lies as it does: (LONG, SHORT, 3) or (SHORT, LONG, 3)."""
    height, width = image.shape[:2]
    rows, columns = (LONG, SHORT) if height >= width else (SHORT, LONG)
    factor = min(rows / height, columns / width)
    size = max(1, min(columns, round(width * factor))), max(1, min(rows, round(height * factor)))
    small = geometry.shrunk(image, *size) if factor < 1 else cv2.resize(image, size)
    canvas = np.full((rows, columns, 3), _PAPER, dtype=np.uint8)
    top, left = (rows - size[1]) // 2, (columns - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


def as_input(canvas: Image) -> NDArray[np.float32]:
    """(3, rows, columns): blue, green and red in the measure of the network's lower part."""
    levels = (canvas.astype(np.float32) - _MEAN) / _SPREAD
    return np.ascontiguousarray(levels.transpose(2, 0, 1))


def _chances(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
