"""Text lines of a page image by PaddleOCR, on local model directories.

Knows PaddleOCR's two modules, text detection and text recognition, and what they need to run offline on one
thread. Knows nothing of pages, types or fields. PaddleOCR is imported when a reader is built, never before:
the import takes 3 s and 170 MB.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from importlib import metadata, util
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import models
from ocr.models import ModelDirectories

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]

# An A4 page at 150 dpi is 1754 px high; larger sides cost time and find no more lines of ordinary print.
FINDING_SIDE = 960

# The recogniser sees lines of this height. PaddleOCR fills each up to a width of 320, though time goes with width and
# most lines of a form are shorter; a little room to the right keeps the last sign whole.
_HEIGHT, _ROOM, _STEP = 48, 16, 8
_LEAST_WIDTH, _MOST_WIDTH = 48, 3200


class EngineUnavailable(RuntimeError):
    """The models need an engine or a device that this installation does not have."""


class PaddleReader:
    """Finds and reads lines. Holds two loaded models (about 350 MB); for one thread of one process.

    `version` names the engine and both models. Raises ModelsMissing or EngineUnavailable at once, before
    anything is loaded.
    """

    def __init__(self, directories: ModelDirectories, device: str = "cpu") -> None:
        engine = models.common_engine(directories)
        options = _engine_options(engine, device)
        detection, recognition = (
            models.model_name(directories.detection),
            models.model_name(directories.recognition),
        )
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        from paddleocr import TextDetection, TextRecognition

        cv2.setNumThreads(1)
        self.version = f"paddleocr {metadata.version('paddleocr')} {engine} {detection} {recognition}"
        self._batch = 1 if device == "cpu" else 16
        self._detection = TextDetection(
            model_name=detection,
            model_dir=str(directories.detection),
            limit_side_len=FINDING_SIDE,
            limit_type="max",
            **options,
        )
        self._recognition = TextRecognition(
            model_name=recognition, model_dir=str(directories.recognition), **options
        )
        predictor = self._recognition.paddlex_predictor
        self._network = predictor.runner
        # PaddleOCR's own decoder keeps only the mean confidence of a line.
        self._decoder = _CharacterDecoder(predictor.post_op.character)

    def find(self, image: Image, long_side: int = FINDING_SIDE) -> Quads:
        """Boxes of text in a BGR image, looked for with its long side scaled down to `long_side`: (n, 4, 2) pixels of
        `image`, corners clockwise from each box's own top left."""
        found = next(iter(self._detection.predict(image, limit_side_len=long_side)))["dt_polys"]
        return np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)

    def read(self, crops: Sequence[Image]) -> list[tuple[str, tuple[float, ...]]]:
        """Text of each upright BGR line image, with one confidence for each character."""
        lines = [_scaled(crop) for crop in crops]
        # Lines of like width go together: what a batch is filled up with costs as much as text.
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1])
        texts: dict[int, tuple[str, tuple[float, ...]]] = {}
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            outputs = self._network(x=[_as_input([lines[index] for index in chosen])])
            texts.update(zip(chosen, self._decoder(outputs[0]), strict=True))
        return [texts[index] for index in range(len(lines))]


def _scaled(crop: Image) -> Image:
    """The line at the height that the network reads."""
    height, width = crop.shape[:2]
    size = min(_MOST_WIDTH, max(1, math.ceil(width * _HEIGHT / height))), _HEIGHT
    return np.asarray(cv2.resize(crop, size), dtype=np.uint8)


def _as_input(lines: Sequence[Image]) -> NDArray[np.float32]:
    """(n, 3, height, width) from -1 to 1, as wide as the widest needs; grey beside the narrower ones."""
    widest = max(line.shape[1] for line in lines) + _ROOM
    width = min(_MOST_WIDTH, max(_LEAST_WIDTH, math.ceil(widest / _STEP) * _STEP))
    made = np.zeros((len(lines), 3, _HEIGHT, width), dtype=np.float32)
    for place, line in zip(made, lines, strict=True):
        place[:, :, : line.shape[1]] = line.transpose(2, 0, 1) / np.float32(127.5) - 1
    return made


class _CharacterDecoder:
    """Greedy CTC decoding that keeps the confidence of every character."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.character = list(characters)

    def __call__(self, chances: NDArray[np.float32]) -> list[tuple[str, tuple[float, ...]]]:
        best = chances.argmax(axis=-1)
        surest = np.take_along_axis(chances, best[..., None], axis=-1)[..., 0]
        return [self._decode(*line) for line in zip(best, surest, strict=True)]

    def _decode(self, best: NDArray[np.int64], chance: NDArray[np.float32]) -> tuple[str, tuple[float, ...]]:
        starts = np.flatnonzero(np.diff(best, prepend=-1))
        kept = [(start, stop) for start, stop in _spans(starts, len(best)) if best[start] != 0]
        text = "".join(self.character[best[start]] for start, _ in kept)
        return text, tuple(float(chance[start:stop].max()) for start, stop in kept)


def _spans(starts: NDArray[np.int64], end: int) -> Iterable[tuple[int, int]]:
    return zip(starts.tolist(), [*starts[1:].tolist(), end], strict=True)


def _engine_options(engine: models.Engine, device: str) -> dict[str, Any]:
    if engine == "onnxruntime":
        if device != "cpu":
            raise EngineUnavailable(
                f"ONNX 模型只能在 cpu 上运行，不能在 {device} 上。请换用 paddle 格式的模型目录"
            )
        # One process a core, one thread each, is twice as fast as threads. The arena spares detection a fifth of
        # its time; pages and lines have a largest size, and so has what it keeps (100 MB).
        config = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
        return {"engine": engine, "device": device, "engine_config": config}
    if util.find_spec("paddle") is None:
        raise EngineUnavailable(
            "paddle 格式的模型需要 paddlepaddle，但没有安装。请安装附加组件，或改用 ONNX 模型目录"
        )
    if device == "cpu":
        # oneDNN crashes with paddlepaddle 3.3.
        return {"engine": engine, "device": device, "enable_mkldnn": False, "cpu_threads": 1}
    return {"engine": engine, "device": device}
