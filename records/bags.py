"""The folder that an archival package 归档包 is: BagIt (RFC 8493), written whole or not at all.

Knows files, digests and the lists of digests. Knows nothing of cases, of what the files mean, or of a
database: what a package contains is `records.archival_metadata`, where its digests are `records.packages`,
whether it is still the same `records.fixity`.

Two independent chains of digests cover every file. SHA-256 is plain BagIt, so that any BagIt validator
accepts the package. SM3 is no BagIt algorithm, and a validator may refuse a `manifest-sm3.txt`; its lists
are tag files that no validator takes for a manifest:

    manifest-sha256.txt      every payload file            payload-sm3.txt    every payload file
    tagmanifest-sha256.txt   every other tag file          tagfiles-sm3.txt   every tag file but these two

Whoever rewrites a file and all the lists with it is betrayed only by the digests of the last two: they are
kept elsewhere (`BagSummary.sha256`, `BagSummary.sm3`) and given to `fixity.verify`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
PAYLOAD_SHA256 = "manifest-sha256.txt"
PAYLOAD_SM3 = "payload-sm3.txt"
TAGS_SHA256 = "tagmanifest-sha256.txt"
TAGS_SM3 = "tagfiles-sm3.txt"
README = "data/README.txt"

_CHUNK = 2**20
BAGIT_1_0 = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_GENERATED = frozenset({DECLARATION, INFO, PAYLOAD_SHA256, PAYLOAD_SM3, TAGS_SHA256, TAGS_SM3, README})
_SEGMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_DEVICE_NAMES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")

_INSTRUCTIONS = Path(__file__).with_name("schemas") / "package-readme.txt"


class PackageNotWritten(Exception):
    """The package could not be written and nothing of it was left. The message says why and what to do."""


class PackageExists(PackageNotWritten):
    """Something lies at the target already; a package is never overwritten."""


class PackageBusy(PackageNotWritten):
    """Another process is writing this very package."""


class UnsafePath(PackageNotWritten):
    """A file's path inside the package is not plain ASCII, would leave the package, or is taken."""


class SourceChanged(PackageNotWritten):
    """A source does not have the digest it was recorded with: it was altered since."""


@dataclass(frozen=True)
class PayloadFile:
    """One file of the payload. `path` begins with `data/`. `sha256`: what it must hash to, where known."""

    path: str
    source: bytes | Path | BinaryIO
    sha256: str | None = None


@dataclass(frozen=True)
class BagSummary:
    """What was written: payload files and bytes, SHA-256 of the tag manifest, SM3 of the SM3 list of tags."""

    files: int
    bytes: int
    sha256: str
    sm3: str


@dataclass(frozen=True)
class Digests:
    sha256: str
    sm3: str
    size: int


def write(
    target: Path,
    payload: Iterable[PayloadFile],
    bag_info: Mapping[str, str] | None = None,
    tag_files: Mapping[str, bytes] | None = None,
) -> BagSummary:
    """Writes the package at `target`, whole and synced or not at all, with `data/README.txt` on checking it.

    It is built in the sibling `.NAME.partial` and renamed; what a killed run left there, the next removes.
    `Bagging-Date` is today unless `bag_info` has it; `Payload-Oxum` is counted. Raises PackageNotWritten.
    """
    if os.path.lexists(target):
        raise PackageExists(f"归档包 {target.name} 已存在，不会覆盖；请先核验，或换用下一个版本号")
    partial = target.parent / f".{target.name}.partial"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _held(partial):
            try:
                summary = _fill(partial, payload, bag_info or {}, tag_files or {})
                os.rename(partial, target)
                _sync_directory(target.parent)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
    except OSError as error:
        raise PackageNotWritten(_why(error, target)) from error
    return summary


def move_in(staged: Path, target: Path) -> None:
    """Gives a package that `write` put on the same file system its place, at once and synced."""
    os.rename(staged, target)
    _sync_directory(target.parent)


@contextlib.contextmanager
def _held(partial: Path) -> Iterator[None]:
    """The empty folder `partial`, held by a lock that ends with this process, however that ends."""
    while True:
        partial.mkdir(exist_ok=True)
        handle = os.open(partial, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise PackageBusy(f"归档包 {partial.name[1:-8]} 正由另一进程写入，请稍后再试") from error
            if not _same_folder(handle, partial):
                continue  # its last holder has renamed or removed the folder between our open and our lock
            for left in partial.iterdir():
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            yield
            return
        finally:
            os.close(handle)


def _same_folder(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False


def _fill(
    root: Path, payload: Iterable[PayloadFile], bag_info: Mapping[str, str], tag_files: Mapping[str, bytes]
) -> BagSummary:
    """All files of the package under the empty folder `root`, synced."""
    taken: set[str] = {name.lower() for name in _GENERATED}
    kept: dict[str, Digests] = {}
    for item in payload:
        _refuse_unsafe(item.path, taken, inside_data=True)
        kept[item.path] = _copy(root, item)
    kept[README] = _put(root, README, _INSTRUCTIONS.read_bytes())
    size = sum(digests.size for digests in kept.values())
    tags: dict[str, Digests] = {}
    for name, content in tag_files.items():
        _refuse_unsafe(name, taken, inside_data=False)
        tags[name] = _put(root, name, content)
    tags[DECLARATION] = _put(root, DECLARATION, BAGIT_1_0)
    tags[INFO] = _put(root, INFO, _info(bag_info, f"{size}.{len(kept)}"))
    tags[PAYLOAD_SHA256] = _put(root, PAYLOAD_SHA256, _listing({p: d.sha256 for p, d in kept.items()}))
    tags[PAYLOAD_SM3] = _put(root, PAYLOAD_SM3, _listing({p: d.sm3 for p, d in kept.items()}))
    tags[TAGS_SM3] = _put(root, TAGS_SM3, _listing({p: d.sm3 for p, d in tags.items()}))
    last = _put(root, TAGS_SHA256, _listing({p: d.sha256 for p, d in tags.items()}))
    for folder, _, _ in os.walk(root, topdown=False):
        _sync_directory(Path(folder))
    return BagSummary(files=len(kept), bytes=size, sha256=last.sha256, sm3=tags[TAGS_SM3].sm3)


def _refuse_unsafe(path: str, taken: set[str], *, inside_data: bool) -> None:
    segments = path.split("/")
    plain = all(_SEGMENT.fullmatch(s) and not _DEVICE_NAMES.fullmatch(s) for s in segments)
    if not plain or len(path) > 200 or (inside_data and len(segments) < 2):
        raise UnsafePath(f"归档包内的路径 {path!r} 不可用：只能由英文字母、数字和 . _ - 组成，不得越出包外")
    if (segments[0] == "data") is not inside_data or path.lower().startswith(("manifest-", "tagmanifest-")):
        raise UnsafePath(f"归档包内的路径 {path!r} 放错了位置：内容文件在 data/ 下，标签文件不在 data/ 下")
    if path.lower() == "fetch.txt" or path.lower() in taken:
        raise UnsafePath(f"归档包内的路径 {path!r} 重复或已被占用（不区分大小写）")
    taken.add(path.lower())


def _copy(root: Path, item: PayloadFile) -> Digests:
    digests = _store(root, item.path, _chunks_of(item))
    if item.sha256 is not None and digests.sha256 != item.sha256.lower():
        raise SourceChanged(
            f"{item.path} 的内容与登记的摘要不符：影像库中的文件已被改动或损坏，请从备份恢复后再归档"
        )
    return digests


def _chunks_of(item: PayloadFile) -> Iterator[bytes]:
    try:
        if isinstance(item.source, bytes):
            yield item.source
        elif isinstance(item.source, Path):
            with item.source.open("rb") as opened:
                yield from in_chunks(opened)
        else:
            yield from in_chunks(item.source)
    except OSError as error:
        reason = error.strerror or error
        raise PackageNotWritten(f"读不出 {item.path} 的来源文件（{reason}），请检查影像库") from error


def in_chunks(opened: BinaryIO) -> Iterator[bytes]:
    while chunk := opened.read(_CHUNK):
        yield chunk


def _put(root: Path, path: str, content: bytes) -> Digests:
    return _store(root, path, (content,))


def _store(root: Path, path: str, chunks: Iterable[bytes]) -> Digests:
    """Writes, hashes and syncs one file of the package."""
    destination = root / path
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with open(handle, "wb") as out:
        digests = hashed(chunks, out.write)
        out.flush()
        os.fsync(handle)
    return digests


def _info(bag_info: Mapping[str, str], oxum: str) -> bytes:
    values = {"Bagging-Date": dt.date.today().isoformat(), **bag_info, "Payload-Oxum": oxum}
    for label, value in values.items():
        if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", label):
            raise PackageNotWritten(f"bag-info.txt 的标签 {label!r} 只能由英文字母、数字和 - 组成")
        if value != value.strip() or not value or any(unicodedata.category(c)[0] == "C" for c in value):
            raise PackageNotWritten(f"bag-info.txt 的 {label} 不得为空、首尾有空格或含控制字符：{value!r}")
    return "".join(f"{label}: {value}\n" for label, value in sorted(values.items())).encode()


def _listing(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(error: OSError, target: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"归档包 {target.name} 未写成：磁盘空间不足，请清理或扩容后重试；没有留下残缺文件"
    return f"归档包 {target.name} 未写成：{error.strerror or error}；没有留下残缺文件"


def hashed(chunks: Iterable[bytes], sink: Callable[[bytes], object]) -> Digests:
    """Both digests in one pass; every chunk is handed on to `sink`."""
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    for chunk in chunks:
        sha256.update(chunk)
        sm3.update(chunk)
        size += len(chunk)
        sink(chunk)
    return Digests(sha256.hexdigest(), sm3.finalize().hex(), size)
