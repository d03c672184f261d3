"""Images that belong to no record: handed in to be classified, kept for some days, then deleted.

Each request has a folder of its own, an `ImageStore` that nothing else writes to, so that deleting one can never take
a page of a record along, nor an image that another request has handed in a moment ago. Knows no database.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterator

from fsspec.core import url_to_fs

from records.base import now
from records.images import ImageStore, StorageFailed

_FOLDER = re.compile(r"(\d{8})-[0-9a-f]{32}")


def new_folder() -> str:
    """A name that nobody has: the day it was made, and chance."""
    return f"{now():%Y%m%d}-{secrets.token_hex(16)}"


def made_on(folder: str) -> dt.date:
    """The day in a folder's name. Raises ValueError for what `new_folder` has not made."""
    found = _FOLDER.fullmatch(folder)
    if found is None:
        raise ValueError(f"{folder[:80]!r} is no folder of loose images")
    return dt.datetime.strptime(found[1], "%Y%m%d").date()


class LooseImages:
    """Folders of images at `url`: a folder, or an fsspec URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._filesystem, self._root = url_to_fs(self._url)

    def put(self, folder: str, content: bytes) -> str:
        """Keeps `content`; returns its SHA-256. Raises what `ImageStore.put` raises."""
        return self._store(folder).put(content).sha256

    def get(self, folder: str, sha256: str) -> bytes:
        """Raises ImageMissing, ImageCorrupted, StorageFailed."""
        return self._store(folder).get(sha256)

    def delete(self, folder: str) -> None:
        """Deletes the folder with all that is in it; it may be gone already. Raises StorageFailed."""
        made_on(folder)
        try:
            self._filesystem.rm(f"{self._root}/{folder}", recursive=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageFailed(f"loose images {folder} cannot be deleted: {error.strerror}") from error

    def folders(self, before: dt.date) -> Iterator[str]:
        """Folders made before that day."""
        try:
            names = [
                entry.rstrip("/").rpartition("/")[2]
                for entry in self._filesystem.ls(self._root, detail=False)
            ]
        except FileNotFoundError:
            return
        for name in names:
            if _FOLDER.fullmatch(name) and made_on(name) < before:
                yield name

    def _store(self, folder: str) -> ImageStore:
        made_on(folder)
        return ImageStore(f"{self._url}/{folder}")
