"""Where the backlog lies: the files below a folder or a bucket in one order, and the pages out of a file.

Knows paths and bytes. Knows no rows, no pixels and no processes.
"""

from __future__ import annotations

import heapq
import os
import re
from collections import deque
from collections.abc import Generator, Iterator
from typing import cast

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from records import scans
from records.backlog import Found
from records.scans import Limits, ScannedPage, ScanRefused

KINDS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf")
_NAMES_AT_ONCE = 100_000  # of one local folder; a fuller one is read in several passes

# Names that are no UTF-8 reach Python as lone surrogates, which no database keeps: they are kept as private use.
_KEPT = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
_REAL = {kept: lone for lone, kept in _KEPT.items()}


class SourceMissing(Exception):
    """The folder or bucket cannot be listed."""


class Source:
    """The files below a folder or any fsspec URL, always in the same order: by name, folder by folder.

    Names that begin with a dot are left alone. A link to a folder is not followed but told, as is a folder that
    cannot be listed."""

    def __init__(self, url: str) -> None:
        # A cache of listings would end up holding every name.
        self._files, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
        self._root = root.rstrip("/")
        self._local = isinstance(self._files, LocalFileSystem)
        shown = self._files.unstrip_protocol(self._root) if self._local else url.rstrip("/")
        self.name = re.sub(r"://[^/@]*@", "://", shown)  # what is on record holds no password

    def check(self) -> None:
        """Raises SourceMissing unless the root can be listed."""
        try:
            next(self._entries(""), None)
        except Exception as error:  # each file system has its own kinds
            raise SourceMissing(f"影像来源 {self.name} 读不到：{error}；请检查地址与权限") from error

    def walk(self, after: str = "") -> Generator[Found]:
        """Every file of ours behind the path `after`; memory holds one folder's names at most."""
        yield from self._walk("", after.split("/") if after else [])

    def read(self, path: str, most: int) -> bytes:
        """The file's bytes, but no more than `most`. Raises OSError."""
        with self._files.open(self._place(path), "rb") as stream:
            return cast(bytes, stream.read(most))

    def _place(self, path: str) -> str:
        return f"{self._root}/{path}".translate(_REAL) if path else self._root or "/"

    def _walk(self, folder: str, after: list[str]) -> Iterator[Found]:
        begin = (after[0], False) if after else ("", False)
        try:
            for name, is_folder in self._in_order(folder, begin):
                path = f"{folder}/{name}" if folder else name
                if is_folder is None:
                    yield Found(path, error="是指向文件夹的链接，没有进入；请直接指定实际的文件夹")
                elif is_folder:
                    yield from self._walk(path, after[1:] if after and name == after[0] else [])
                elif name.lower().endswith(KINDS):
                    yield Found(path)
        except OSError as error:
            if not folder:
                raise
            yield Found(
                folder, error=f"文件夹读不到：{error.strerror or error}；请检查权限后用 --retry-failed 重试"
            )

    def _in_order(self, folder: str, begin: tuple[str, bool]) -> Iterator[tuple[str, bool | None]]:
        """Entries behind `begin`; of two with one name (an object store allows it) the file first."""
        if not self._local:
            yield from sorted(entry for entry in self._entries(folder) if entry > begin)
            return
        while True:
            found = (entry for entry in self._entries(folder) if entry > begin)
            some = heapq.nsmallest(_NAMES_AT_ONCE, found)
            for name, is_folder in some:
                linked = is_folder and os.path.islink(self._place(f"{folder}/{name}" if folder else name))
                yield name, None if linked else is_folder
            if len(some) < _NAMES_AT_ONCE:
                return
            begin = some[-1]

    def _entries(self, folder: str) -> Iterator[tuple[str, bool]]:
        place = self._place(folder)
        if self._local:
            with os.scandir(place) as entries:
                for entry in entries:
                    if not entry.name.startswith("."):
                        yield entry.name.translate(_KEPT), entry.is_dir()
            return
        for told in self._files.ls(place, detail=True):
            name = told["name"].rstrip("/")
            if name == place.rstrip("/"):
                continue  # the marker that some object stores keep for a folder
            name = name.rpartition("/")[2]
            if not name.startswith("."):
                yield name, told["type"] == "directory"


def transaction_number(pattern: str, path: str) -> str | None:
    """What the path says of the transaction: the pattern's one group, or without a pattern the folder's name."""
    if not pattern:
        return path.rpartition("/")[0].rpartition("/")[2][:255] or None
    found = re.search(pattern, path)
    return found[1][:255] if found and found[1] else None


def check_pattern(pattern: str) -> None:
    """Raises ValueError unless the pattern is empty or a regular expression with one group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if pattern and groups != 1:
        raise ValueError(f"{pattern!r} must have one group, which is the transaction's number")


class Reader:
    """Pages out of files. Keeps the file in hand open, so that its next page costs no second split."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._path, self._given = "", 0
        self._pages: Iterator[ScannedPage] = iter(())
        self._ahead: deque[ScannedPage | ScanRefused | None] = deque()

    def page(self, path: str, number: int) -> ScannedPage | None:
        """That page of the file, counted from 1; None where it has fewer. Raises ScanRefused, OSError."""
        if self._path != path or self._given >= number:
            self.close()
            content = self._source.read(path, self._limits.max_bytes + 1)
            self._pages = scans.split(path.rpartition("/")[2], content, self._limits)
            self._path = path
        found = None
        while self._given < number:
            found = self._ahead.popleft() if self._ahead else self._next()
            self._given += 1
            if not isinstance(found, ScannedPage):
                self.close()
                break
        if isinstance(found, ScanRefused):
            raise found
        return found

    def has_more(self) -> bool:
        """Whether a page follows the last one given, a broken one too."""
        if not self._ahead:
            self._ahead.append(self._next())
        return self._ahead[0] is not None

    def close(self) -> None:
        """Ends the process that takes a file apart, if one does."""
        if isinstance(self._pages, Generator):
            self._pages.close()
        self._path, self._given, self._pages = "", 0, iter(())
        self._ahead.clear()

    def _next(self) -> ScannedPage | ScanRefused | None:
        try:
            return next(self._pages, None)
        except ScanRefused as refused:
            return refused
