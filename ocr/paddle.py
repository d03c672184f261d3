"""Text lines of a page image by PaddleOCR, on local model directories.

Knows PaddleOCR's two modules, text detection and text recognition, what they need to run offline on one thread, and
that a quick recognition model may stand before the thorough one. Knows nothing of pages, types or fields. PaddleOCR is
imported when a reader is built, never before: the import takes 0.7 s of CPU and 90 MB.
"""

from __future__ import annotations

import gc
import math
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import metadata, util
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import models
from ocr.models import ModelDirectories

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]
Text = tuple[str, tuple[float, ...]]

# An A4 page at 150 dpi is 1754 px high; larger sides cost time and find no more lines of ordinary print.
FINDING_SIDE = 960

# The recogniser sees lines of this height. PaddleOCR fills each up to a width of 320, though time goes with width and
# most lines of a form are shorter; a little room to the right keeps the last sign whole.
_HEIGHT, _ROOM, _STEP = 48, 16, 8
_LEAST_WIDTH, _MOST_WIDTH = 48, 3200


class EngineUnavailable(RuntimeError):
    """The models need an engine or a device that this installation does not have."""


class PaddleReader:
    """Finds lines, skims them (by the quick model, where there is one) and reads them. Holds the loaded models; for one
    thread of one process.

    `version` names the engine and all models. Raises ModelsMissing or EngineUnavailable at once, before
    anything is loaded.
    """

    def __init__(self, directories: ModelDirectories, device: str = "cpu") -> None:
        engine = models.common_engine(directories)
        options = _engine_options(engine, device)
        os.environ.setdefault("PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK", "True")
        first = "paddleocr" not in sys.modules
        from paddleocr import TextDetection, TextRecognition

        if first:
            # All that programs and engine have loaded stays: to look for garbage in it takes time again and again, and
            # 0.7 s when the program ends. The models come later, since a replaced one must go.
            gc.freeze()
        cv2.setNumThreads(1)
        self._batch = 1 if device == "cpu" else 16
        self._detection = TextDetection(
            model_name=models.model_name(directories.detection),
            model_dir=str(directories.detection),
            limit_side_len=FINDING_SIDE,
            limit_type="max",
            **options,
        )

        def network(directory: Path) -> _Recognition:
            name = models.model_name(directory)
            return _Recognition(
                TextRecognition(model_name=name, model_dir=str(directory), **options), self._batch
            )

        self._thorough = network(directories.recognition)
        self._quick = network(directories.quick) if directories.quick else self._thorough
        self.skims = directories.quick is not None
        used = (directories.detection, directories.quick, directories.recognition)
        names = " ".join(models.model_name(each) for each in used if each)
        self.version = f"paddleocr {metadata.version('paddleocr')} {engine} {names}"

    def find(self, image: Image, long_side: int = FINDING_SIDE) -> Quads:
        """Boxes of text in a BGR image, looked for with its long side scaled down to `long_side`: (n, 4, 2) pixels of
        `image`, corners clockwise from each box's own top left."""
        found = next(iter(self._detection.predict(image, limit_side_len=long_side)))["dt_polys"]
        return np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)

    def skim(self, crops: Sequence[Image]) -> list[Text]:
        """Text of each upright BGR line image, with one confidence for each character: a fifth of the cost of `read`.
        Where every character is sure, `read` is right no more often."""
        return self._quick.read(crops)

    def read(self, crops: Sequence[Image]) -> list[Text]:
        """The same by the thorough model."""
        return self._thorough.read(crops)


class _Recognition:
    """One recognition model of PaddleOCR, fed as wide as a line needs, and decoded with all confidences."""

    def __init__(self, module: Any, batch: int) -> None:
        self._network = module.paddlex_predictor.runner
        # PaddleOCR's own decoder keeps only the mean confidence of a line.
        self._decoder = _CharacterDecoder(module.paddlex_predictor.post_op.character)
        self._batch = batch

    def read(self, crops: Sequence[Image]) -> list[Text]:
        lines = [_scaled(crop) for crop in crops]
        # Lines of like width go together: what a batch is filled up with costs as much as text.
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1])
        texts: dict[int, Text] = {}
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

    def __call__(self, chances: NDArray[np.float32]) -> list[Text]:
        best = chances.argmax(axis=-1)
        surest = np.take_along_axis(chances, best[..., None], axis=-1)[..., 0]
        return [self._decode(*line) for line in zip(best, surest, strict=True)]

    def _decode(self, best: NDArray[np.int64], chance: NDArray[np.float32]) -> Text:
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
