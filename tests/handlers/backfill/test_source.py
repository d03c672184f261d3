"""The source of a backlog: walked in one order, read page by page."""

import io
import os
from pathlib import Path

import fsspec
import pytest
from PIL import Image

from handlers.backfill import source
from handlers.backfill.source import Reader, Source, SourceMissing
from records.scans import Limits, ScanRefused
from tests.handlers.backfill.conftest import lay, page, tiff


def tree(root):
    for name in (
        "b/2.jpg",
        "b/10.TIF",
        "a/x/1.png",
        "a.jpg",
        "a/y.pdf",
        "a/note.txt",
        ".snap/1.jpg",
        "c/.1.jpg",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


ORDER = ["a/x/1.png", "a/y.pdf", "a.jpg", "b/10.TIF", "b/2.jpg"]


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_the_walk_is_in_one_order_and_goes_on_behind_any_path(tmp_path, monkeypatch, at_once):
    tree(tmp_path)
    monkeypatch.setattr(source, "_NAMES_AT_ONCE", at_once)
    folder = Source(str(tmp_path))
    assert [found.path for found in folder.walk()] == ORDER
    for number, path in enumerate(ORDER):
        assert [found.path for found in folder.walk(path)] == ORDER[number + 1 :]


def test_an_object_store_is_walked_and_read_like_a_folder():
    store = fsspec.filesystem("memory")
    for name in ORDER:
        store.pipe(f"/walked/{name}", name.encode())
    source = Source("memory://walked")
    assert [found.path for found in source.walk()] == ORDER
    assert [found.path for found in source.walk(ORDER[2])] == ORDER[3:]
    assert source.read("a/y.pdf", 3) == b"a/y"


def test_a_name_that_is_no_utf8_is_kept_and_read(tmp_path):
    name = os.fsencode(tmp_path) + "/流水/一.jpg".encode("gbk")
    os.makedirs(os.path.dirname(name))
    Path(os.fsdecode(name)).write_bytes(b"bytes")
    source = Source(str(tmp_path))
    (found,) = source.walk()
    found.path.encode()  # fit for any database
    assert source.read(found.path, 100) == b"bytes"
    assert list(source.walk(found.path)) == []


def test_a_linked_folder_is_told_and_not_entered(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (found,) = Source(str(tmp_path)).walk()
    assert found.path == "a/loop" and "链接" in found.error


def test_what_is_on_record_holds_no_password_and_a_missing_source_is_named(tmp_path):
    assert Source("memory://user:secret@host/x").name == "memory://host/x"
    with pytest.raises(SourceMissing, match="nothing-here"):
        Source(str(tmp_path / "nothing-here")).check()


@pytest.mark.parametrize(
    ("pattern", "path", "number"),
    [
        ("", "2011/126110/1.jpg", "126110"),
        ("", "1.jpg", None),
        (r"/(\d{6})_", "2011/126110_3.jpg", "126110"),
        (r"/(\d{6})_", "2011/x.jpg", None),
    ],
)
def test_the_transaction_is_what_the_path_says(pattern, path, number):
    assert source.transaction_number(pattern, path) == number


def test_pages_of_a_file_come_one_after_the_other_or_straight_away(tmp_path):
    lay(tmp_path, m_tif=tiff(100, 150, 200), s_jpg=page(), broken_jpg=page()[:200])
    reader = Reader(Source(str(tmp_path)), Limits())

    def shade(number):
        with Image.open(io.BytesIO(reader.page("m.tif", number).content)) as image:
            return image.getpixel((1, 1))

    assert [(shade(n), reader.has_more()) for n in (1, 2, 3)] == [(100, True), (150, True), (200, False)]
    assert (
        shade(3) == 200 and shade(2) == 150 and shade(3) == 200
    )  # backwards, and on without asking for more
    assert reader.page("m.tif", 4) is None
    assert reader.page("s.jpg", 1).format == "jpeg" and not reader.has_more()
    with pytest.raises(ScanRefused, match=r"broken\.jpg"):
        reader.page("broken.jpg", 1)
    reader.close()
