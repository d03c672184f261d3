"""PaddlePaddle's own format (GPU workers): two tiny networks, made here, go through the whole reader.

The detector calls dark pixels text; the recogniser reads A where a column is dark. Needs the extra `paddle`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from ocr import geometry, models
from ocr.models import ModelDirectories
from ocr.paddle import EngineUnavailable, PaddleReader

HAS_PADDLE = importlib.util.find_spec("paddle") is not None
DECODE: dict[str, Any] = {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}
DETECTION = {
    "Global": {"model_name": "PP-OCRv6_small_det"},
    "PreProcess": {
        "transform_ops": [
            DECODE,
            {"DetResizeForTest": None},
            {"NormalizeImage": {"mean": [0.5] * 3, "std": [0.5] * 3, "scale": "1./255.", "order": "hwc"}},
            {"ToCHWImage": None},
            {"KeepKeys": {"keep_keys": ["image", "shape"]}},
        ]
    },
    "PostProcess": {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5},
}
RECOGNITION = {
    "Global": {"model_name": "PP-OCRv6_small_rec"},
    "PreProcess": {
        "transform_ops": [
            DECODE,
            {"RecResizeImg": {"image_shape": [3, 48, 320]}},
            {"KeepKeys": {"keep_keys": ["image"]}},
        ]
    },
    "PostProcess": {"name": "CTCLabelDecode", "character_dict": ["A", "B"]},
}


def _saved(network: Any, shape: list[int | None], directory: Path, config: dict[str, Any]) -> Path:
    import paddle

    directory.mkdir()
    network.eval()
    spec = [paddle.static.InputSpec(shape=shape, dtype="float32", name="x")]
    paddle.jit.save(
        paddle.jit.to_static(network, input_spec=spec, full_graph=True), str(directory / "inference")
    )
    (directory / "inference.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelDirectories:
    paddle = pytest.importorskip("paddle")

    class Detector(paddle.nn.Layer):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.sharpness = self.create_parameter(
                [1], default_initializer=paddle.nn.initializer.Constant(10.0)
            )

        def forward(self, x: Any) -> Any:
            return paddle.nn.functional.sigmoid(-self.sharpness * x.mean(axis=1, keepdim=True))

    class Recogniser(paddle.nn.Layer):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            # Classes: blank, A, B, space. Brightness speaks for blank, darkness for A.
            self.weights = self.create_parameter(
                [4],
                default_initializer=paddle.nn.initializer.Assign(
                    np.array([5, -5, -50, -50], dtype="float32")
                ),
            )

        def forward(self, x: Any) -> Any:
            columns = (
                paddle.nn.functional.avg_pool2d(x, [48, 8], stride=[48, 8]).mean(axis=1).transpose([0, 2, 1])
            )
            offsets = paddle.to_tensor(np.array([0, 0, -99, -99], dtype="float32"))
            return paddle.nn.functional.softmax(columns * self.weights + offsets, axis=-1)

    folder = tmp_path_factory.mktemp("tiny")
    return ModelDirectories(
        _saved(Detector(), [None, 3, None, None], folder / "det", DETECTION),
        _saved(Recogniser(), [None, 3, 48, None], folder / "rec", RECOGNITION),
    )


def test_a_native_model_finds_and_reads(tiny: ModelDirectories) -> None:
    assert models.common_engine(tiny) == "paddle_static"
    reader = PaddleReader(tiny)
    assert "paddle_static" in reader.version
    image = np.full((320, 640, 3), 255, dtype=np.uint8)
    cv2.rectangle(image, (200, 100), (440, 140), (0, 0, 0), -1)
    quads = geometry.order_corners(reader.find(image))
    assert len(quads) == 1
    left, top, right, bottom = geometry.bounds(quads[0].tolist())
    assert left <= 202 and top <= 102 and right >= 438 and bottom >= 138
    ((text, characters),) = reader.read([image[104:136, 210:430]])
    assert text == "A"
    assert len(characters) == 1 and characters[0] > 0.9


@pytest.mark.skipif(HAS_PADDLE, reason="paddlepaddle is installed")
def test_a_native_model_without_paddlepaddle_says_what_to_install(tmp_path: Path) -> None:
    for name in ("inference.yml", "inference.json", "inference.pdiparams"):
        (tmp_path / name).write_text("Global: {model_name: PP-OCRv6_small_det}\n")
    with pytest.raises(EngineUnavailable, match="paddlepaddle"):
        PaddleReader(ModelDirectories(tmp_path, tmp_path))
