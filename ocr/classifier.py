"""What type is the page: the look of it, its words and the catalogue's keywords, weighed into one calibrated answer.

Knows the three kinds of evidence and the weights that `ocr.training.fusing` fitted for each stage of the cascade, and
for pages of hardly any words, on layouts that no model was trained on. Being of no known type (M-OT-99) is an answer
beside the others, so that a page without evidence is not given the nearest type. A type that the catalogue has and
training had not is judged by its keywords alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ocr.materials import UNKNOWN, MaterialCatalogue
from ocr.models import ModelsMissing
from ocr.protocol import Line, Stage
from ocr.text_model import TextModel
from ocr.thumbnail import Glance, ThumbnailNetwork
from ocr.titles import TitleIndex

# How evidence is weighed: as at the stages of the cascade, or as of a page that shows hardly any words at all.
Weighing = Literal["thumbnail", "title", "page", "sparse"]
WEIGHINGS: tuple[Weighing, ...] = ("thumbnail", "title", "page", "sparse")
EVIDENCE = ("look", "words", "keywords", "unknown")
FILES = ("thumbnail.onnx", "text.npz", "fusion.json")
_LEAST = -12.0
# A whole page with fewer lines is a photograph, a rubbing, a slip: the look counts there, words hardly do.
_SPARSE = 6
# So many runners-up are told.
_ALTERNATIVES = 5


@dataclass(frozen=True)
class Answer:
    """A type and how often an answer with that confidence is right, and the next likely types with theirs."""

    code: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Weights:
    """How much each kind of evidence counts, in the order of EVIDENCE; then what turns the odds of the
    best type into a confidence: scale and offset on the logit. `stop`: confidence from which no later stage is asked.
    """

    evidence: tuple[float, ...]
    scale: float
    offset: float
    stop: float


class Classifier:
    """The weights in one folder (FILES). Raises ModelsMissing."""

    def __init__(self, folder: Path, catalogue: MaterialCatalogue) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise ModelsMissing(
                    f"分类模型目录 {folder} 缺少 {name}。请改正设置 GUIDANG_CLASSIFIER_MODEL，或留空以使用随附模型"
                )
        self.network = ThumbnailNetwork(folder / "thumbnail.onnx")
        self.text = TextModel(folder / "text.npz")
        fusion = json.loads((folder / "fusion.json").read_text("utf-8"))
        self.version = f"classifier {fusion['version']}"
        self._weights = {each: Weights(**fusion["weighings"][each]) for each in WEIGHINGS}
        self.titles = TitleIndex(catalogue)
        self.codes = tuple(material.code for material in catalogue.materials)
        self._looks = _places(self.network.codes, self.codes)
        self._words = _places(self.text.codes, self.codes)

    def stops(self, stage: Stage, answer: Answer) -> bool:
        """Whether the answer is sure enough to ask no later stage. Only all that can be read of a page tells that it is
        of none of the known types."""
        if answer.code == UNKNOWN and stage != "page":
            return False
        return answer.confidence >= self._weights[stage].stop

    def judge(self, glance: Glance, lines: Sequence[Line], height: int, stage: Stage) -> Answer:
        """The type of an upright page from one look and the lines read so far (`height` in pixels)."""
        weights = self._weights[weighing(stage, lines)]
        return weigh(self.evidence(glance, lines, height), weights, self.codes)

    def evidence(self, glance: Glance, lines: Sequence[Line], height: int) -> NDArray[np.float32]:
        """(EVIDENCE, codes): log chances by look and by words, log odds by keywords, which type is unknown."""
        unknown = np.array([code == UNKNOWN for code in self.codes], dtype=np.float32)
        look = _spread(glance.types, self._looks)
        if not lines:
            return np.stack([look, np.zeros_like(look), np.zeros_like(look), unknown])
        words = _spread(self.text.judge(lines), self._words)
        odds = self.titles.odds(lines, height)
        keywords = np.array([np.log1p(odds.get(code, 0.0)) for code in self.codes], dtype=np.float32)
        return np.stack([look, words, keywords, unknown])


def weighing(stage: Stage, lines: Sequence[Line]) -> Weighing:
    """How the evidence of a page is weighed at a stage that has read these lines."""
    return "sparse" if stage == "page" and len(lines) < _SPARSE else stage


def weigh(evidence: NDArray[np.float32], weights: Weights, codes: Sequence[str]) -> Answer:
    """The best type by the weighted evidence, with its calibrated confidence. What that leaves is shared among the
    others by their scores, at the same scale."""
    scores = np.asarray(weights.evidence, dtype=np.float32) @ evidence
    best, *runners_up = np.argsort(-scores)[: 1 + _ALTERNATIVES]
    others = np.delete(scores, best)
    odds = scores[best] - others.max() - np.log(np.exp(others - others.max()).sum())
    confidence = float(1 / (1 + np.exp(-(weights.scale * odds + weights.offset))))
    shares = np.exp(weights.scale * (scores - others.max()).astype(float))
    left = (1 - confidence) / float(np.delete(shares, best).sum())
    alternatives = tuple((codes[each], round(left * float(shares[each]), 4)) for each in runners_up)
    return Answer(codes[best], round(confidence, 4), alternatives)


def _places(trained: Sequence[str], codes: Sequence[str]) -> NDArray[np.int64]:
    """Where each catalogue code stands among the trained ones; an untrained one stands where unknown does."""
    return np.array([trained.index(code if code in trained else UNKNOWN) for code in codes])


def _spread(logits: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float32]:
    shifted = logits - logits.max()
    logs = shifted - np.log(np.exp(shifted).sum())
    return np.asarray(np.maximum(logs, _LEAST)[places], dtype=np.float32)
