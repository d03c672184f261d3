"""The whole training, from fictitious scans to a folder of weights with its model card. Each step keeps what it made,
so that a run that was stopped goes on where it was.

Knows the order of the steps and what they cost. The folder that comes out is what `ocr.classifier.Classifier` reads.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ocr.classifier import WEIGHINGS, Classifier, Weighing, Weights, weighing
from ocr.materials import MaterialCatalogue
from ocr.models import ModelDirectories
from ocr.training import card, fusing, network, plates, readings, texts, thumbnails
from ocr.training.readings import ReadPage

# What stands in for weights until they are fitted.
_UNFITTED = Weights((1.0, 1.0, 0.5, 0.0), 1.0, 0.0, 1.1)


@dataclass(frozen=True)
class Plan:
    """How much of everything; the defaults take two cores about three hours. `version` names the outcome."""

    version: str
    pictures: int = 14_000
    network_epochs: int = 3
    texts: int = 36_000
    epochs: int = 5
    plate_rounds: int = 100
    read_pages: int = 600
    seed: int = 2026
    processes: int = 2


def run(
    plan: Plan,
    work: Path,
    out: Path,
    directories: ModelDirectories,
    catalogue: MaterialCatalogue,
    say: Callable[[str], None],
) -> None:
    """Trains and writes `out` (thumbnail.onnx, text.npz, plates.npz, fusion.json, MODEL_CARD.md); `work` keeps what the
    steps made.

    `say` hears one line of progress at a time, in Chinese."""
    out.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    _train_network(plan, work, out, say)
    _train_words(plan, work, out, say)
    if not (out / "plates.npz").is_file():
        plates.train(out / "plates.npz", plan.version, plan.plate_rounds, plan.seed, say)
    pages = _read_pages(plan, work, directories, say)
    fuse(plan.version, out, catalogue, pages)
    (out / "MODEL_CARD.md").write_text(card.written(plan, out, pages), encoding="utf-8")
    say(f"完成：{out}")


def fuse(version: str, out: Path, catalogue: MaterialCatalogue, pages: list[ReadPage]) -> None:
    """Fits fusion.json of a folder that has both models, on pages that neither was trained on."""
    weights: dict[Weighing, Weights] = dict.fromkeys(WEIGHINGS, _UNFITTED)
    _write_fusion(out, version, weights)
    classifier = Classifier(out, catalogue)
    for each in WEIGHINGS:
        cases = [case for page in pages if (case := _case(classifier, page, each)) is not None]
        weights[each] = fusing.fit(cases, classifier.codes)
    _write_fusion(out, version, weights)


def _case(classifier: Classifier, page: ReadPage, wanted: Weighing) -> fusing.Case | None:
    """The page's evidence as it is weighed; None where it never would be so."""
    lines = {"thumbnail": (), "title": page.headings}.get(wanted, page.lines)
    if wanted == "title" and not lines:
        return None
    if wanted in ("page", "sparse") and weighing("page", lines) != wanted:
        return None
    evidence = classifier.evidence(classifier.network.look(page.canvas), lines, page.height)
    return fusing.Case(evidence, classifier.codes.index(page.code))


def _write_fusion(out: Path, version: str, weights: dict[Weighing, Weights]) -> None:
    content = {"version": version, "weighings": {each: asdict(found) for each, found in weights.items()}}
    (out / "fusion.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def _train_network(plan: Plan, work: Path, out: Path, say: Callable[[str], None]) -> None:
    if (out / "thumbnail.onnx").is_file():
        return
    if not (work / "pictures" / "labels.json").is_file():
        counted = _counted("缩略图", plan.pictures, say)
        thumbnails.write(work / "pictures", plan.pictures, plan.seed, plan.processes, counted)
    pictures = thumbnails.load(work / "pictures")
    trained = network.Network(len(pictures.codes))
    seen = network.see(
        trained, pictures, work / "seen.raw", plan.seed, _counted("网络所见", len(pictures.types), say)
    )
    losses: list[float] = []

    def on_step(step: int, loss: float) -> None:
        losses.append(loss)
        if (step + 1) % 50 == 0:
            say(f"网络训练第 {step + 1} 批：损失 {np.mean(losses[-50:]):.3f}")

    network.train(trained, seen, plan.network_epochs, plan.seed, on_step)
    network.export(trained, pictures.codes, plan.version, out / "thumbnail.onnx")


def _train_words(plan: Plan, work: Path, out: Path, say: Callable[[str], None]) -> None:
    if (out / "text.npz").is_file():
        return
    pages = texts.draw(plan.texts, plan.seed, plan.processes, _counted("文字", plan.texts, say))
    texts.train(pages, plan.epochs, plan.seed, plan.version, out / "text.npz")


def _read_pages(
    plan: Plan, work: Path, directories: ModelDirectories, say: Callable[[str], None]
) -> list[ReadPage]:
    kept = work / "readings.pickle"
    if kept.is_file():
        return list(pickle.loads(kept.read_bytes()))
    counted = _counted("校准页", plan.read_pages, say)
    gathered = readings.gather(directories, "calibrate", plan.read_pages, plan.seed, plan.processes, counted)
    pages = list(gathered)
    kept.write_bytes(pickle.dumps(pages))
    return pages


def _counted(what: str, total: int, say: Callable[[str], None]) -> Callable[[], None]:
    done = 0

    def on_one() -> None:
        nonlocal done
        done += 1
        if done % 200 == 0 or done == total:
            say(f"{what} {done}/{total}")

    return on_one
