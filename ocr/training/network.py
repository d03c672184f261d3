"""The thumbnail network in PaddlePaddle: what it is made of, how it is trained, how it leaves as ONNX.

Knows the pictures of `thumbnails` and nothing of how they are drawn. Plain convolutions throughout: on a CPU without
oneDNN they train faster for the same accuracy than separable ones. The greatest response anywhere counts beside the
mean: a seal or a heading covers a small part of a page.
"""

from __future__ import annotations

import json
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn
from paddle.nn import functional

from ocr import thumbnail
from ocr.training.thumbnails import Thumbnails

Floats = NDArray[np.float32]
Types = NDArray[np.int64]
Heard = Callable[[int, float], None]

_RATE, _DECAY, _SMOOTHING = 2e-3, 0.02, 0.03
_BATCH, _AHEAD = 32, 4


class Network(nn.Layer):
    """(n, 2, rows, columns) to type logits (n, types) and turn logits (n, 4): see `ocr.thumbnail`."""

    def __init__(self, types: int) -> None:
        super().__init__()
        self.body = _body([(2, 16, 2), (16, 32, 2), (32, 64, 2), (64, 96, 2), (96, 128, 1)])
        self.types = nn.Linear(256, types)
        self.turns = nn.Linear(256, 4)

    def forward(self, page: Any) -> tuple[Any, Any]:
        seen = _pooled(self.body(page))
        return self.types(seen), self.turns(seen)


def _body(stages: Sequence[tuple[int, int, Any]]) -> nn.Layer:
    return nn.Sequential(
        *(
            nn.Sequential(
                nn.Conv2D(
                    inward, outward, 5 if inward < 3 else 3, stride, 2 if inward < 3 else 1, bias_attr=False
                ),
                nn.BatchNorm2D(outward),
                nn.ReLU(),
            )
            for inward, outward, stride in stages
        )
    )


def _pooled(seen: Any) -> Any:
    # The gradient of adaptive pooling is a thousand times faster on a CPU than that of Tensor.max.
    return paddle.concat([seen.mean(axis=[2, 3]), functional.adaptive_max_pool2d(seen, 1).flatten(1)], axis=1)


# ---- training ----


def train(pictures: Thumbnails, steps: int, seed: int, heard: Heard) -> Network:
    """A page network trained for `steps` batches of 32; `heard` hears each step and its loss."""
    network = Network(len(pictures.codes))

    def loss(batch: tuple[Floats, Types, Types]) -> Any:
        pages, types, turns = batch
        type_logits, turn_logits = network(paddle.to_tensor(pages))
        # A page is judged upright: the types of turned ones count little.
        upright = np.where(turns == 0, 1.0, 0.2).astype(np.float32)
        turn_loss = functional.cross_entropy(turn_logits, paddle.to_tensor(turns))
        return _type_loss(type_logits, types, upright / upright.sum()) + turn_loss

    return _trained(network, _batches(pictures, _BATCH, seed), loss, steps, seed, heard)


def _trained(
    network: Any, batches: Iterator[Any], loss: Callable[[Any], Any], steps: int, seed: int, heard: Heard
) -> Any:
    paddle.seed(seed)
    rate = paddle.optimizer.lr.LinearWarmup(
        paddle.optimizer.lr.CosineAnnealingDecay(_RATE, steps), min(200, steps // 10 + 1), _RATE / 20, _RATE
    )
    optimiser = paddle.optimizer.AdamW(rate, parameters=network.parameters(), weight_decay=_DECAY)
    network.train()
    for step in range(steps):
        value = loss(next(batches))
        value.backward()
        optimiser.step()
        optimiser.clear_grad()
        rate.step()
        heard(step, float(value))
    network.eval()
    return network


def _type_loss(logits: Any, types: Types, shares: Floats) -> Any:
    count = logits.shape[1]
    rows = np.full((len(types), count), _SMOOTHING / count, dtype=np.float32)
    rows[np.arange(len(types)), types] += 1 - _SMOOTHING
    losses = functional.cross_entropy(logits, paddle.to_tensor(rows), soft_label=True, reduction="none")
    return (losses.squeeze(-1) * paddle.to_tensor(shares)).sum()


# ---- batches ----


def _drawn_ahead(batch: Callable[[], Any]) -> Iterator[Any]:
    """Batches without end, prepared by a thread: OpenCV works without the GIL."""
    with ThreadPoolExecutor(1) as ahead:
        waiting = deque(ahead.submit(batch) for _ in range(_AHEAD))
        while True:
            yield waiting.popleft().result()
            waiting.append(ahead.submit(batch))


def _batches(pictures: Thumbnails, size: int, seed: int) -> Iterator[tuple[Floats, Types, Types]]:
    """Batches of one canvas shape: pages, types, turns. Upright and turned pages are mixed in every batch, since its
    statistics normalise each layer."""
    rng = np.random.default_rng(seed)
    kinds = [(pictures.standing, pictures.standing_types), (pictures.lying, pictures.lying_types)]
    share = len(pictures.standing) / (len(pictures.standing) + len(pictures.lying))
    orders = [_without_end(len(types), rng) for _, types in kinds]

    def one(shape: int) -> tuple[Floats, int, int]:
        turn = int(rng.integers(1, 4)) if rng.random() < 0.3 else 0
        # A quarter turn makes a lying page stand.
        kind = shape if turn % 2 == 0 else 1 - shape
        images, types = kinds[kind]
        place = next(orders[kind])
        page = thumbnail.on_canvas(_another_scan(images[place], rng))
        return thumbnail.as_input(np.rot90(page, turn)), int(types[place]), turn

    def batch() -> tuple[Floats, Types, Types]:
        shape = int(rng.random() >= share)
        pages, types, turns = zip(*(one(shape) for _ in range(size)), strict=True)
        return np.stack(pages), np.array(types), np.array(turns)

    return _drawn_ahead(batch)


def _without_end(count: int, rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield from rng.permutation(count).tolist()


def _another_scan(page: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The page as another scanner would have delivered it: shifted, stretched, partly covered, in other tones."""
    rows, columns = page.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), rng.normal(0, 1.2), rng.uniform(0.88, 1.08))
    matrix = np.asarray(turn, dtype=np.float64)
    matrix[0, :2] *= rng.uniform(0.95, 1.05)
    matrix[:, 2] += rng.uniform(-0.03, 0.03, 2) * rows
    picture = np.asarray(cv2.warpAffine(page, matrix, (columns, rows), borderValue=(255,)), dtype=np.uint8)
    for _ in range(rng.integers(0, 3)):
        top, left = int(rng.integers(rows)), int(rng.integers(columns))
        height, width = (int(v) for v in rng.uniform(0.02, 0.17, 2) * rows)
        picture[top : top + height, left : left + width] = rng.integers(120, 256)
    return _in_other_tones(picture, rng)


def _in_other_tones(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    levels = np.arange(256, dtype=np.float32) / 255
    levels = 255 * levels ** rng.uniform(0.7, 1.5) * rng.uniform(0.85, 1.0) + rng.uniform(0, 12)
    toned = cv2.LUT(picture, np.clip(levels, 0, 255).astype(np.uint8))
    rows, columns = toned.shape
    noise = rng.normal(0, rng.uniform(1, 8), (32, 64)).astype(np.int16)
    grain = np.tile(noise, (rows // 32 + 1, columns // 64 + 1))[:rows, :columns]
    return np.asarray(cv2.add(toned, grain, dtype=cv2.CV_8U), dtype=np.uint8)


# ---- export ----


def export(network: Network, codes: Sequence[str], version: str, path: Path) -> None:
    """Writes the network as ONNX, for any number of pages of either canvas, with its codes and version inside."""
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        prefix = str(Path(folder) / "network")
        spec = paddle.static.InputSpec([None, 2, None, None], "float32", "page")
        paddle.onnx.export(network, prefix, input_spec=[spec], opset_version=13)
        model = onnx.load(f"{prefix}.onnx")
    onnx.helper.set_model_props(model, {"codes": json.dumps(list(codes)), "version": version})
    onnx.save(model, str(path))
