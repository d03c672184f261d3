"""Near pages: found by any whole band, by their bytes, and never once superseded; whose subject is another's."""

from __future__ import annotations

import pytest

from records import fingerprints, pages
from records.dossiers import Record
from records.pages import PageImage
from records.people import SYSTEM
from tests.conftest import a_page, add_record

PLAIN = "0123456789abcdef" * 4


def flipped(fingerprint, *bits):
    value = int(fingerprint, 16)
    for bit in bits:
        value ^= 1 << bit
    return f"{value:064x}"


@pytest.fixture
def add(sessions):
    """Adds a page to a record of its own, with that fingerprint; returns the page's id."""
    numbers = iter(range(1000))

    def added(fingerprint, sha256=None, record_id=None):
        serial = next(numbers)
        with sessions.begin() as session:
            record_id = record_id or add_record(session, f"22601{serial:08d}").id
            page = a_page(record_id, serial + 1, sha256 or f"{serial:064x}")
            session.add(page)
            session.flush()
            fingerprints.keep(session, page.id, fingerprint)
            return page.id

    return added


def found(sessions, page_id, within=24):
    with sessions() as session:
        near = fingerprints.near(session, session.get_one(PageImage, page_id), within)
        return [(each.page.id, each.distance, each.same_file) for each in near]


def test_pages_that_differ_in_seven_bits_are_found_wherever_the_bits_are(sessions, add):
    first = add(PLAIN)
    second = add(flipped(PLAIN, 0, 40, 70, 100, 130, 170, 200))
    assert found(sessions, first) == [(second, 7, False)]
    assert found(sessions, first, within=6) == []


def test_the_nearest_comes_first_and_far_ones_are_left_out(sessions, add):
    first = add(PLAIN)
    near, nearer = add(flipped(PLAIN, *range(20))), add(flipped(PLAIN, 3))
    add(flipped(PLAIN, *range(30)))
    add(flipped(PLAIN, *range(0, 256, 2)))
    assert [page_id for page_id, *_ in found(sessions, first)] == [nearer, near]


def test_the_same_bytes_are_found_without_a_fingerprint(sessions, add):
    first, second = add("", "f" * 64), add("", "f" * 64)
    add("", "e" * 64)
    assert found(sessions, first) == [(second, 0, True)]


def test_a_superseded_page_does_not_count(sessions, add):
    first, old = add(PLAIN), add(PLAIN, "f" * 64)
    new = add("")
    with sessions.begin() as session:
        pages.supersede(session, SYSTEM, session.get_one(PageImage, old), session.get_one(PageImage, new))
    assert found(sessions, first) == []


def test_a_page_read_again_keeps_one_fingerprint(sessions, add):
    first, second = add(PLAIN), add(flipped(PLAIN, *range(128)))
    with sessions.begin() as session:
        fingerprints.keep(session, second, PLAIN)
    assert found(sessions, first) == [(second, 0, False)]


def test_bands_are_the_whole_fingerprint():
    parts = fingerprints.bands(flipped(PLAIN, 255))
    assert len(parts) == fingerprints.BANDS
    joined = b"".join(value.to_bytes(4, "big", signed=True) for value in parts.values())
    assert joined.hex() == flipped(PLAIN, 255)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ({"vin": "A", "owner_name": "张三"}, {"vin": "B", "owner_name": "李四"}, True),
        ({"vin": "A", "owner_name": "张三"}, {"vin": "A", "owner_name": "李四"}, False),  # sold on
        ({"vin": "A", "id_number": "1"}, {"vin": "B", "id_number": "1"}, False),  # a second vehicle of theirs
        ({"id_number": "1", "person_name": "张三"}, {"vin": "B", "owner_name": "张三"}, False),
        ({"vin": "A"}, {"id_number": "1"}, False),  # nothing to compare
        ({}, {"vin": "B"}, False),
    ],
)
def test_only_what_shares_nothing_is_about_somebody_else(one, other, differs):
    records = [Record(item="V-REG-01", subject=subject) for subject in (one, other)]
    assert fingerprints.other_subject(*records) is differs


def test_within_a_record_every_page_is_compared(sessions, add):
    in_every_band = flipped(PLAIN, *range(0, 256, 20))
    first, elsewhere = add(PLAIN), add(in_every_band)
    with sessions() as session:
        record_id = session.get_one(PageImage, first).record_id
    second = add(in_every_band, record_id=record_id)
    assert [page_id for page_id, *_ in found(sessions, first)] == [second]
    assert [page_id for page_id, *_ in found(sessions, elsewhere)] == [second]
