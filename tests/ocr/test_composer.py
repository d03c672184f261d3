"""Pages composed at random, and pages of no known type: what they promise to training and measuring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import yaml

from ocr.classifier import Classifier
from ocr.protocol import Line
from ocr.synthetic import composer, identity, strangers, wording
from ocr.synthetic.page import Page

CATALOGUE = Path(__file__).parents[2] / "bpmn" / "catalogue" / "materials.yaml"
WORDLESS = {"M-IP-05", "M-IP-06", "M-IP-07", "M-IP-08"}


@pytest.fixture(scope="module")
def entries() -> dict[str, dict]:
    """What the catalogue says of each type."""
    content = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return {entry["code"]: entry for entry in content["materials"]}


def a_person(seed: int = 4) -> identity.Identity:
    accepted = datetime(2026, 11, 18, 10, 5, tzinfo=identity.BEIJING_TIME)
    return identity.invent(np.random.default_rng(seed), "V-TRF-01", accepted, 17)


def every_arrangement(code: str, seeds: int) -> Iterator[tuple[wording.Variant, Page]]:
    for variant in wording.materials()[code]:
        for kind in variant.kinds:
            for seed in range(seeds):
                rng = np.random.default_rng(seed)
                yield variant, composer.compose_as(code, variant, kind, a_person(seed), 60, rng)


def boxes_stay_inside(page: Page) -> bool:
    return all(
        0 <= left < right <= page.width + 0.1 and 0 <= top < bottom <= page.height + 0.1
        for left, top, right, bottom in page.truth.boxes.values()
    )


def test_every_known_type_is_composed_but_the_wordless_photographs(entries: dict[str, dict]) -> None:
    assert set(composer.COMPOSED) == set(entries) - WORDLESS - {strangers.UNKNOWN}


def test_wording_keeps_to_the_catalogues_fields(entries: dict[str, dict]) -> None:
    for code, variants in wording.materials().items():
        allowed = {field["code"] for field in entries[code]["fields"]}
        required = {field["code"] for field in entries[code]["fields"] if field["required"]}
        for variant in variants:
            assert variant.codes <= allowed, variant.titles
            assert variant.required <= required, variant.titles
        # A side or a further page may lack some; each required field stands on some variant.
        assert set().union(*(variant.required for variant in variants)) == required, code


@pytest.mark.parametrize("code", composer.COMPOSED)
def test_a_page_shows_what_it_must_and_boxes_lie_on_it(code: str) -> None:
    for variant, page in every_arrangement(code, seeds=2):
        assert page.truth.materials == [code]
        assert variant.required <= set(page.truth.fields) <= variant.codes, variant.titles
        assert set(page.truth.boxes) <= set(page.truth.fields)
        assert boxes_stay_inside(page), variant.titles


def test_truth_holds_canonical_values_of_the_identity() -> None:
    person = a_person()
    known = {
        "vin": person.vehicle.vin,
        "id_number": person.owner.id_number,
        "plate_type": person.vehicle.plate_type,
        "reg_date": person.vehicle.reg_date.isoformat(),
        "price_total": f"{person.deal.price}.00",
    }
    seen: set[str] = set()
    for code in ("M-SR-01", "M-LC-01", "M-FM-04", "M-FM-02", "M-CT-01"):
        for seed in range(6):
            fields = composer.compose(code, person, 60, np.random.default_rng(seed)).truth.fields
            shared = known.keys() & fields.keys()
            assert {name: fields[name] for name in shared} == {name: known[name] for name in shared}
            seen |= shared
    assert seen == set(known)


@pytest.mark.parametrize("code", ["M-FM-01", "M-ID-07", "M-MG-01", "M-DR-01"])
def test_a_box_holds_the_ink_of_its_value(code: str) -> None:
    for seed in range(5):
        page = composer.compose(code, a_person(), 100, np.random.default_rng(seed))
        grey = np.asarray(page.image.convert("L"), np.int16)
        for name, (left, top, right, bottom) in page.truth.boxes.items():
            inside = grey[page.px(top) : page.px(bottom) + 1, page.px(left) : page.px(right) + 1]
            assert np.ptp(inside) > 40, (seed, name)


def test_the_same_seed_draws_the_same_page_and_another_a_different_one() -> None:
    for draw in (composer.compose, lambda code, *rest: strangers.STRANGERS["random_form"](*rest)):
        first, again, other = (
            draw("M-FM-01", a_person(), 60, np.random.default_rng(seed)) for seed in (3, 3, 4)
        )
        assert first.image.tobytes() == again.image.tobytes() != other.image.tobytes()
        assert first.truth == again.truth


def test_arrangements_of_one_type_differ_in_kind_and_paper() -> None:
    sizes = {
        composer.compose("M-FM-07", a_person(), 60, np.random.default_rng(seed)).image.size
        for seed in range(30)
    }
    assert len(sizes) >= 3


def test_other_titles_are_cited_but_never_those_of_the_own_type() -> None:
    for code, variants in wording.materials().items():
        own = {title for variant in variants for title in variant.titles}
        shared = {
            t for other, vs in wording.materials().items() if other != code for v in vs for t in v.titles
        }
        assert not (set(wording.cited(code)) & (own - shared)), code


@pytest.mark.parametrize("name", strangers.STRANGERS)
def test_a_stranger_is_of_no_known_type_and_proves_no_field(name: str) -> None:
    for seed in range(2):
        page = strangers.STRANGERS[name](a_person(seed), 60, np.random.default_rng(seed))
        assert page.truth.materials == ["M-OT-99"]
        assert not page.truth.fields.keys() - {"photo_present"}
        assert np.asarray(page.image.convert("L")).std() > 1


def written() -> dict[str, tuple[wording.Variant, ...]]:
    """The kinds of strangers that are put down in words, with their papers."""
    return {**wording.strangers(), **strangers.NEIGHBOURS}


def shared_headings() -> list[tuple[str, wording.Variant, str, wording.Variant]]:
    """Every heading that kinds of strangers and known types both bear, with the stranger, the type and its variant."""
    return [
        (title, stranger, code, known)
        for variants in written().values()
        for stranger in variants
        for code, own in wording.materials().items()
        for known in own
        for title in sorted({*stranger.titles} & {*known.titles})
    ]


def says(variant: wording.Variant) -> list[str]:
    """All that a variant may put on paper besides its titles."""
    entries = (*variant.fields, *variant.others)
    beside = [text for entry in entries for text in (*entry.labels, *entry.contents)]
    ticked = [text for choice in variant.ticks for text in (*choice.labels, *choice.options)]
    return [
        *beside,
        *ticked,
        *variant.text,
        *variant.notes,
        *variant.issuers,
        *variant.seals,
        *variant.signers,
    ]


def shown(title: str, variant: wording.Variant, material: str) -> Iterator[Page]:
    """Twenty pages of one variant that all bear this heading."""
    headed = replace(variant, titles=(title,))
    for seed in range(20):
        rng = np.random.default_rng(seed)
        yield composer.compose_as(material, headed, composer.draw_kind(headed, rng), a_person(seed), 60, rng)


def test_no_stranger_is_headed_like_a_known_type(entries: dict[str, dict]) -> None:
    """But where a heading tells nothing: invoices are headed alike whatever was bought. Then what the catalogue knows
    the type by stands on each of its pages and is nothing that such a stranger says."""
    keywords = {word for entry in entries.values() for word in entry["title_keywords"] if len(word) >= 4}
    headings = wording.headings()
    thrown = {strangers.random_title(np.random.default_rng(seed)) for seed in range(300)}
    assert not thrown & keywords
    assert not {title for title in thrown if any(heading in title for heading in headings)}
    titles = {title.replace("//", "") for papers in written().values() for v in papers for title in v.titles}
    assert not titles & keywords
    shared = shared_headings()
    assert titles & headings == {title for title, *_ in shared}
    for title, stranger, code, known in shared:
        telling = entries[code]["title_keywords"]
        assert not any(word in text for word in telling for text in (title, *says(stranger))), title
        for page in shown(title, known, code):
            assert any(word in text for word in telling for text, _ in page.truth.printed), (title, code)


def test_no_stranger_that_a_layout_draws_is_headed_like_a_known_type(entries: dict[str, dict]) -> None:
    """But for invoices, which then say nothing that the catalogue knows the type by."""
    told = {heading.replace("　", "") for heading in wording.headings()}
    telling = {title: entries[code]["title_keywords"] for title, _, code, _ in shared_headings()}
    for name in set(strangers.STRANGERS) - set(written()):
        for seed in range(3):
            page = strangers.STRANGERS[name](a_person(seed), 50, np.random.default_rng(seed))
            largest = sorted(page.truth.printed, key=lambda line: line[1][1] - line[1][3])[:4]
            alike = told & {text.replace("　", "").replace(" ", "") for text, _ in largest}
            assert alike <= telling.keys(), name
            said = " ".join(text for text, _ in page.truth.printed)
            assert not any(word in said for title in alike for word in telling[title]), name


def test_a_heading_that_strangers_share_is_told_by_what_the_page_says(classifier: Classifier) -> None:
    """A heading that decided alone would have all pages of one side wrong; nine of ten unknown pages are promised."""
    strange, known = [], []
    for title, stranger, code, variant in shared_headings():
        strange += [
            told(classifier, p) == strangers.UNKNOWN for p in shown(title, stranger, strangers.UNKNOWN)
        ]
        known += [told(classifier, page) == code for page in shown(title, variant, code)]
    assert np.mean(strange) >= 0.9
    assert np.mean(known) >= 0.95


def told(classifier: Classifier, page: Page) -> str:
    """The type by a look and by all words, once the whole page was read without fault."""
    glance = classifier.network.look(np.ascontiguousarray(np.asarray(page.image)[..., ::-1]))
    return classifier.judge(glance, lines_of(page), page.image.height, "page").code


def lines_of(page: Page) -> list[Line]:
    """All that is printed on a page, as a reader without fault would tell it, from top to bottom."""
    boxes = [(text, [page.px(v) for v in box]) for text, box in page.truth.printed if text]
    return [
        Line(text, ((left, top), (right, top), (right, bottom), (left, bottom)), 1.0, (1.0,) * len(text))
        for text, (left, top, right, bottom) in sorted(boxes, key=lambda box: box[1][1])
    ]


def test_kinds_of_strangers_are_kept_apart() -> None:
    kept = [name for names in strangers.SPLIT.values() for name in names]
    assert sorted(kept) == sorted(strangers.STRANGERS)
    assert len(kept) == len(set(kept))
    calibrate, measure = (len(strangers.SPLIT[share]) for share in ("calibrate", "measure"))
    assert 0.28 <= (calibrate + measure) / len(kept) <= 0.45
    assert abs(calibrate - measure) <= 1
    names = [layout.__name__ for layout in strangers.STRANGERS.values()]
    assert len(names) == len(set(names))
