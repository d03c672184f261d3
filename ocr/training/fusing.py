"""How much the look, the words and the keywords count at each stage, fitted on layouts that no model was trained on.

Knows evidence as `ocr.classifier` states it, and truth. Four weights and two calibration numbers a stage: too few to
learn a layout by heart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.classifier import EVIDENCE, Weights, weigh

_STEPS, _RATE, _PULL = 600, 0.05, 0.003
# The share of wrong answers among those that a stage lets stop the cascade; and less than this is never sure enough,
# whatever a few hundred pages say.
_STOP_ERROR, _LEAST_STOP = 0.002, 0.99


@dataclass(frozen=True)
class Case:
    """One page's evidence (EVIDENCE, codes) and the place of its true type in the codes."""

    evidence: NDArray[np.float32]
    truth: int


def fit(cases: Sequence[Case], codes: Sequence[str]) -> Weights:
    """The weights of one stage: conditional logit on the types, then Platt's calibration of the best one's odds."""
    evidence = np.stack([case.evidence for case in cases]).astype(np.float64)
    truth = np.array([case.truth for case in cases])
    weights = tuple(_conditional_logit(evidence, truth).tolist())
    scale, offset = _calibration(cases, codes, weights)
    calibrated = Weights(weights, scale, offset, 1.0)
    return Weights(weights, scale, offset, _stop(cases, codes, calibrated))


def _conditional_logit(evidence: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weights (EVIDENCE,) that make the true types likeliest; evidence is (n, EVIDENCE, codes)."""
    weights = np.full(len(EVIDENCE), 0.5)
    rows = np.arange(len(truth))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        scores = np.einsum("e,nec->nc", weights, evidence)
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        chances[rows, truth] -= 1
        slope = np.einsum("nc,nec->e", chances, evidence) / len(truth) + _PULL * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weights -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-9)
    return weights


def _calibration(
    cases: Sequence[Case], codes: Sequence[str], weights: tuple[float, ...]
) -> tuple[float, float]:
    """Scale and offset of the best type's odds, by logistic regression on whether it was right."""
    plain = Weights(weights, 1.0, 0.0, 1.0)
    answers = [weigh(case.evidence, plain, codes) for case in cases]
    right = np.array([answer.code == codes[case.truth] for answer, case in zip(answers, cases, strict=True)])
    chance = np.clip([answer.confidence for answer in answers], 1e-6, 1 - 1e-6)
    odds = np.log(chance / (1 - chance))
    # Platt's targets keep a finite confidence where every answer was right.
    target = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))
    scale, offset = 1.0, 0.0
    for _ in range(100):
        guess = 1 / (1 + np.exp(-(scale * odds + offset)))
        spread = np.maximum(guess * (1 - guess), 1e-9)
        slope = np.array([((guess - target) * odds).sum() + 1e-3 * (scale - 1), (guess - target).sum()])
        curve = np.array(
            [
                [(spread * odds**2).sum() + 1e-3, (spread * odds).sum()],
                [(spread * odds).sum(), spread.sum() + 1e-6],
            ]
        )
        scale, offset = np.array([scale, offset]) - np.linalg.solve(curve, slope)
    return float(scale), float(offset)


def _stop(cases: Sequence[Case], codes: Sequence[str], weights: Weights) -> float:
    """The least confidence, from _LEAST_STOP, above which no more than _STOP_ERROR of the answers were wrong; above 1
    where none is."""
    answers = [weigh(case.evidence, weights, codes) for case in cases]
    order = sorted(range(len(cases)), key=lambda index: -answers[index].confidence)
    wrong, stop = 0, 1.1
    for count, index in enumerate(order, 1):
        wrong += answers[index].code != codes[cases[index].truth]
        if wrong <= _STOP_ERROR * count:
            stop = answers[index].confidence
    return max(stop, _LEAST_STOP)
