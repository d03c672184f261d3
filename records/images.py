"""The image store: page images, each kept once under the SHA-256 of its bytes, and never written again.

Knows folders (local disk) and any other file system that fsspec opens by URL (S3, HDFS, memory). An image
that `put` has returned survives a crash and a power cut on local disk; elsewhere it is as safe as the service
says.
Knows no page, no database, no image format.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from cryptography.hazmat.primitives import hashes
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

SHA256 = re.compile(r"[0-9a-f]{64}")
INCOMING = "incoming"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_WHOLE_PUTS = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "obs"}


class ImageMissing(LookupError):
    """No image of that digest is in the store."""


class ImageCorrupted(Exception):
    """What lies under a digest no longer hashes to it."""


class StorageFailed(Exception):
    """The store could not keep or read an image; nothing half-kept is left."""


class StorageFull(StorageFailed):
    """No space, quota or file-size allowance is left."""


class StorageReadOnly(StorageFailed):
    """The store's folder may not be written."""


@dataclass(frozen=True)
class Stored:
    """An image in the store: both digests (hexadecimal), size in bytes, key below the store's root."""

    sha256: str
    sm3: str
    size: int
    key: str


def digests(content: bytes) -> tuple[str, str]:
    """SHA-256 and SM3 of `content`, hexadecimal."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    return hashlib.sha256(content).hexdigest(), sm3.finalize().hex()


def key_of(sha256: str) -> str:
    """`ab/cd/<sha256>`. Raises ValueError for what is no digest, so that no key leaves the store."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256[:80]!r} is no SHA-256 in lower-case hexadecimal")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


class _Medium(Protocol):
    """Where bytes lie, by key. `write_once` leaves the whole content under the key or raises; what was there
    before it stays."""

    root: str

    def read(self, key: str) -> bytes: ...
    def open(self, key: str) -> BinaryIO: ...
    def exists(self, key: str) -> bool: ...
    def confirm(self, key: str) -> None: ...
    def write_once(self, key: str, content: bytes) -> None: ...
    def sweep(self, before: float) -> int: ...
    def place_of(self, key: str) -> str: ...


class ImageStore:
    """Page images at `url`: a folder, or an fsspec URL (`s3://bucket/images`, `hdfs://host/images`, `memory://`)."""

    def __init__(self, url: str) -> None:
        filesystem, root = url_to_fs(url)
        self._medium: _Medium
        if isinstance(filesystem, LocalFileSystem):
            self._medium = _Folder(root)
        else:
            self._medium = _Remote(filesystem, root)

    def put(self, content: bytes) -> Stored:
        """Keeps `content`; the same content again writes nothing. Raises StorageFull, StorageReadOnly,
        StorageFailed, or ImageCorrupted when something else lies under its digest."""
        sha256, sm3 = digests(content)
        stored = Stored(sha256, sm3, len(content), key_of(sha256))
        with _plain_faults(self._medium.root, writing=True):
            if self._medium.exists(stored.key):
                # Somebody is about to be told that this page is safe: look at the bytes, not at the name.
                self.get(sha256)
                self._medium.confirm(stored.key)
            else:
                self._medium.write_once(stored.key, content)
        return stored

    def get(self, sha256: str) -> bytes:
        """The image's bytes, which hash to `sha256`. Raises ImageMissing, ImageCorrupted, StorageFailed."""
        key = key_of(sha256)
        with _plain_faults(self._medium.root):
            try:
                content = self._medium.read(key)
            except FileNotFoundError:
                raise _missing(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ImageCorrupted(
                f"影像 {sha256} 的内容与其摘要不符，可能已损坏或被改动；请停止使用并从备份恢复该影像"
            )
        return content

    def open(self, sha256: str) -> BinaryIO:
        """A stream of the image's bytes, which are not checked against the digest. Raises ImageMissing,
        StorageFailed."""
        key = key_of(sha256)
        with _plain_faults(self._medium.root):
            try:
                return self._medium.open(key)
            except FileNotFoundError:
                raise _missing(sha256) from None

    def exists(self, sha256: str) -> bool:
        with _plain_faults(self._medium.root):
            return self._medium.exists(key_of(sha256))

    def place_of(self, sha256: str) -> str:
        """Where the image lies or would lie: an absolute path on local disk, else a URL."""
        return self._medium.place_of(key_of(sha256))

    def sweep(self, older_than: timedelta) -> int:
        """Removes what interrupted puts left behind more than `older_than` ago; returns how many files."""
        with _plain_faults(self._medium.root):
            return self._medium.sweep(time.time() - older_than.total_seconds())


def _missing(sha256: str) -> ImageMissing:
    return ImageMissing(f"影像库中没有影像 {sha256}；请核对影像库位置，或从备份恢复该影像")


@contextmanager
def _plain_faults(root: str, *, writing: bool = False) -> Iterator[None]:
    """Operating system errors as errors of the store, in words that say what to do."""
    try:
        yield
    except OSError as error:
        if writing and error.errno in _FULL:
            raise StorageFull(
                f"影像库 {root} 空间不足，本页未保存；请联系系统管理员清理或扩容后重新提交"
            ) from error
        if writing and error.errno in _READ_ONLY:
            raise StorageReadOnly(
                f"影像库 {root} 不可写（只读或无权限），本页未保存；请联系系统管理员检查目录权限与挂载方式"
            ) from error
        reason = error.strerror or error
        raise StorageFailed(f"影像库 {root} 读写失败：{reason}；请联系系统管理员检查存储后重试") from error


class _Folder:
    """Local disk. New bytes are written and synced under `incoming/`, then linked to their final name, which
    never replaces what is there; one small folder of leftovers can be swept without walking every image."""

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self._durable: set[str] = set()  # folders whose names were synced by this process: at most 65,793

    def read(self, key: str) -> bytes:
        return Path(self.root, key).read_bytes()

    def open(self, key: str) -> BinaryIO:
        return Path(self.root, key).open("rb")

    def exists(self, key: str) -> bool:
        return os.path.lexists(os.path.join(self.root, key))

    def place_of(self, key: str) -> str:
        return os.path.join(self.root, key)

    def write_once(self, key: str, content: bytes) -> None:
        final = os.path.join(self.root, key)
        incoming = os.path.join(self.root, INCOMING)
        second = os.path.dirname(final)
        for folder in (self.root, incoming, os.path.dirname(second), second):
            os.makedirs(folder, mode=0o750, exist_ok=True)  # the mode is for the last part only, hence each
        temporary = os.path.join(incoming, f"{os.path.basename(key)}.{secrets.token_hex(8)}")
        try:
            _write_synced(temporary, content)
            _give_name(temporary, final)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        self.confirm(key)

    def confirm(self, key: str) -> None:
        """Makes the names on the way to an image durable: another process may have made them a moment ago."""
        folder = os.path.dirname(os.path.join(self.root, key))
        _sync_folder(folder)
        synced = []
        while folder != self.root and folder not in self._durable:
            synced.append(folder)
            folder = os.path.dirname(folder)
            _sync_folder(folder)
        if self.root not in self._durable:
            synced.append(self.root)
            with suppress(PermissionError):  # an operator's folder, which may only let us pass
                _sync_folder(os.path.dirname(self.root))
        self._durable.update(synced)

    def sweep(self, before: float) -> int:
        removed = 0
        with suppress(FileNotFoundError), os.scandir(os.path.join(self.root, INCOMING)) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and found.st_mtime <= before:
                        os.unlink(entry.path)
                        removed += 1
        return removed


def _write_synced(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
    with os.fdopen(descriptor, "wb", buffering=0) as stream:
        view = memoryview(content)
        while view:
            view = view[stream.write(view) :]
        os.fchmod(stream.fileno(), 0o440)
        os.fsync(stream.fileno())


def _give_name(temporary: str, final: str) -> None:
    try:
        os.link(temporary, final)
    except FileExistsError:
        return  # another process kept the same bytes a moment ago
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.rename(temporary, final)  # a file system without hard links; both names hold the same bytes


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Remote:
    """Any other fsspec file system. Object stores show an object only when it is whole; elsewhere the bytes
    are written under `incoming/` and then moved."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._filesystem = filesystem
        self._root = root.rstrip("/")
        self.root = filesystem.unstrip_protocol(self._root)
        names = {filesystem.protocol} if isinstance(filesystem.protocol, str) else set(filesystem.protocol)
        self._whole_puts = bool(names & _WHOLE_PUTS)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def read(self, key: str) -> bytes:
        return cast(bytes, self._filesystem.cat_file(self._path(key)))

    def open(self, key: str) -> BinaryIO:
        return cast(BinaryIO, self._filesystem.open(self._path(key), "rb"))

    def exists(self, key: str) -> bool:
        return bool(self._filesystem.exists(self._path(key)))

    def place_of(self, key: str) -> str:
        return str(self._filesystem.unstrip_protocol(self._path(key)))

    def confirm(self, key: str) -> None:
        """The service answers for what it has acknowledged."""

    def write_once(self, key: str, content: bytes) -> None:
        final = self._path(key)
        if self._whole_puts:
            self._filesystem.pipe_file(final, content)
            return
        temporary = self._path(f"{INCOMING}/{os.path.basename(key)}.{secrets.token_hex(8)}")
        try:
            self._filesystem.makedirs(os.path.dirname(temporary), exist_ok=True)
            self._filesystem.makedirs(os.path.dirname(final), exist_ok=True)
            self._filesystem.pipe_file(temporary, content)
            self._filesystem.mv(temporary, final)
        except OSError:
            with suppress(OSError):
                self._filesystem.rm_file(temporary)
            raise

    def sweep(self, before: float) -> int:
        removed = 0
        with suppress(FileNotFoundError):
            for entry in self._filesystem.ls(self._path(INCOMING), detail=True):
                moment = entry.get("mtime") or entry.get("created") or entry.get("LastModified")
                moment = moment.timestamp() if hasattr(moment, "timestamp") else moment
                if moment is not None and moment <= before:
                    self._filesystem.rm_file(entry["name"])
                    removed += 1
        return removed
