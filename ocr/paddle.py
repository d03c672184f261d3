"""Text lines of a page image by PaddleOCR, on local model directories.

Knows PaddleOCR's two modules, text detection and text recognition, and what they need to run offline on one
thread. Knows nothing of pages, types or fields. PaddleOCR is imported when a reader is built, never before:
the import takes 3 s and 170 MB.
"""

from __future__ import annotations

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
        # PaddleOCR's own decoder keeps only the mean confidence of a line.
        predictor = self._recognition.paddlex_predictor
        predictor.post_op = _CharacterDecoder(predictor.post_op.character)

    def find(self, image: Image, long_side: int = FINDING_SIDE) -> Quads:
        """Boxes of text in a BGR image, looked for with its long side scaled down to `long_side`: (n, 4, 2) pixels of
        `image`, corners clockwise from each box's own top left."""
        found = next(iter(self._detection.predict(image, limit_side_len=long_side)))["dt_polys"]
        return np.asarray(found, dtype=np.float32).reshape(-1, 4, 2)

    def read(self, crops: Sequence[Image]) -> list[tuple[str, tuple[float, ...]]]:
        """Text of each upright BGR line image, with one confidence for each character."""
        if not crops:
            return []
        results = self._recognition.predict(list(crops), batch_size=self._batch)
        return [result["rec_text"] for result in results]


class _CharacterDecoder:
    """Greedy CTC decoding that keeps the confidence of every character.

    Stands in for PaddleX's CTCLabelDecode.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.character = list(characters)

    def __call__(self, outputs: Any, **_: Any) -> tuple[list[tuple[str, tuple[float, ...]]], list[float]]:
        probabilities = np.asarray(outputs[0])
        decoded = [
            self._decode(best, chance)
            for best, chance in zip(probabilities.argmax(axis=-1), probabilities.max(axis=-1), strict=True)
        ]
        return decoded, [float(np.mean(chances)) if chances else 0.0 for _, chances in decoded]

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
        # One process a core, one thread each, is twice as fast as threads. Without the arena, memory that a
        # large page took is given back.
        config = {"intra_op_num_threads": 1, "inter_op_num_threads": 1, "enable_cpu_mem_arena": False}
        return {"engine": engine, "device": device, "engine_config": config}
    if util.find_spec("paddle") is None:
        raise EngineUnavailable(
            "paddle 格式的模型需要 paddlepaddle，但没有安装。请安装附加组件，或改用 ONNX 模型目录"
        )
    if device == "cpu":
        # oneDNN crashes with paddlepaddle 3.3.
        return {"engine": engine, "device": device, "enable_mkldnn": False, "cpu_threads": 1}
    return {"engine": engine, "device": device}
