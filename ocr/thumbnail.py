"""The thumbnail network: what type a page is and which way up it lies, from a small grey picture of it.

Knows how a page becomes the network's input and what its outputs mean; the same preparation serves training
(`ocr.training`), so that both see the same pixels. Knows no text and no catalogue: it names the codes it was
trained on, with chances that are not calibrated (`ocr.fusion` does that).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.protocol import Rotation

# The canvas: every page lies with its long side along LONG, standing or lying as it was scanned.
LONG, SHORT = 192, 138
ROTATIONS: tuple[Rotation, ...] = (0, 90, 180, 270)
_PAPER = 255

Grey = NDArray[np.uint8]


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

    def look(self, grey: Grey) -> Glance:
        """One look at a grey page of any size."""
        types, turns = self._session.run(None, {"page": as_input(on_canvas(grey))[None]})
        return Glance(types[0], _chances(turns[0]))


def on_canvas(grey: Grey) -> Grey:
    """The page scaled onto the middle of the canvas that lies as it does: (LONG, SHORT) or (SHORT, LONG)."""
    height, width = grey.shape
    rows, columns = (LONG, SHORT) if height >= width else (SHORT, LONG)
    factor = min(rows / height, columns / width)
    size = max(1, min(columns, round(width * factor))), max(1, min(rows, round(height * factor)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    canvas = np.full((rows, columns), _PAPER, dtype=np.uint8)
    top, left = (rows - size[1]) // 2, (columns - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


def as_input(canvas: Grey) -> NDArray[np.float32]:
    """(2, rows, columns): ink as 0 (paper) to 1, and how far down the page each pixel stands, -1 to 1."""
    rows, columns = canvas.shape
    ink = 1 - canvas.astype(np.float32) / 255
    down = np.broadcast_to(np.linspace(-1, 1, rows, dtype=np.float32)[:, None], (rows, columns))
    return np.stack([ink, down])


def _chances(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)
