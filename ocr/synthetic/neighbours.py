"""How a paper near a known type is put down in words, and how one page of it is drawn.

A kind holds several papers; of each paper's sentences and notes, and of every label, chance takes one wording a page.
Knows a short notation (`label|label=content|content; …`, the one of wording.yaml) and how to hand it to `composer`.
Knows no paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ocr.synthetic import composer
from ocr.synthetic.identity import Identity
from ocr.synthetic.page import Layout, Page
from ocr.synthetic.wording import Choice, Entry, Variant, pick

_UNKNOWN = "M-OT-99"


def paper(
    titles: str,
    kinds: str,
    labels: str,
    *,
    issuers: str = "",
    seals: str = "",
    signers: str = "",
    ticks: str = "",
    text: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Variant:
    """One paper. Titles, issuers, seals and signers stand apart by `|`, and so do the wordings of one sentence.

    `kinds`: arrangements and their weights (`table=3 card=1`). `ticks`: `label:option/option; …`.
    """
    return Variant(
        titles=_parts(titles),
        kinds={kind: float(weight) for kind, weight in (part.split("=") for part in kinds.split())},
        fields=(),
        others=tuple(_entry(part) for part in labels.split(";") if part.strip()),
        ticks=tuple(_choice(part) for part in ticks.split(";") if part.strip()),
        text=tuple(text),
        notes=tuple(notes),
        issuers=_parts(issuers),
        seals=_parts(seals),
        signers=_parts(signers),
        presence=frozenset(),
    )


def layout(name: str, papers: Sequence[Variant]) -> Layout:
    """What draws pages of one kind, any of its papers as likely as another."""

    def draw(identity: Identity, dpi: int, rng: np.random.Generator) -> Page:
        variant = _worded(pick(rng, papers), rng)
        return composer.compose_as(_UNKNOWN, variant, composer.draw_kind(variant, rng), identity, dpi, rng)

    draw.__name__ = draw.__qualname__ = f"stranger_{name}"
    return draw


def _worded(variant: Variant, rng: np.random.Generator) -> Variant:
    """The paper with one wording for each of its sentences, some of them left out."""
    text = [pick(rng, _parts(sentence)) for sentence in variant.text if rng.random() < 0.85]
    return replace(variant, text=tuple(text), notes=tuple(pick(rng, _parts(note)) for note in variant.notes))


def _entry(text: str) -> Entry:
    labels, _, contents = text.strip().partition("=")
    return Entry(_parts(labels), tuple(contents.split("|")))


def _choice(text: str) -> Choice:
    labels, _, options = text.strip().partition(":")
    return Choice(_parts(labels), tuple(options.split("/")))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()
