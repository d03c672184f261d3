"""The folder that an archival package 归档包 is: BagIt (RFC 8493), written whole or not at all, and proved.

Knows files, digests and the lists of digests. Knows nothing of cases, of what the files mean, or of a
database: what a package contains is `records.archival_metadata`, where its digests are `records.packages`.

Two independent chains of digests cover every file. SHA-256 is plain BagIt, so that any BagIt validator
accepts the package. SM3 is no BagIt algorithm, and a validator may refuse a `manifest-sm3.txt`; its lists
are tag files that no validator takes for a manifest:

    manifest-sha256.txt      every payload file            payload-sm3.txt    every payload file
    tagmanifest-sha256.txt   every other tag file          tagfiles-sm3.txt   every tag file but these two

Whoever rewrites a file and all the lists with it is betrayed only by the digests of the last two: they are
kept elsewhere (`BagSummary.sha256`, `BagSummary.sm3`) and given to `verify`.
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
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from cryptography.hazmat.primitives import hashes

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
PAYLOAD_SHA256 = "manifest-sha256.txt"
PAYLOAD_SM3 = "payload-sm3.txt"
TAGS_SHA256 = "tagmanifest-sha256.txt"
TAGS_SM3 = "tagfiles-sm3.txt"
README = "data/README.txt"

MAX_PROBLEMS = 1000
MAX_LIST_BYTES = 32 * 2**20
_CHUNK = 2**20
_BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_GENERATED = frozenset({DECLARATION, INFO, PAYLOAD_SHA256, PAYLOAD_SM3, TAGS_SHA256, TAGS_SM3, README})
_PARSED = _GENERATED - {README}
_SEGMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_DEVICE_NAMES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,240})\n")

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


Kind = Literal["changed", "missing", "extra", "malformed", "unreadable"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with the file at `path`, relative to the package. `detail` is for a screen."""

    path: str
    kind: Kind
    detail: str


@dataclass(frozen=True)
class Verification:
    """What `verify` found: the first MAX_PROBLEMS problems; payload files and bytes, and the digests of
    `BagSummary`, as they are now (empty where the list is missing)."""

    problems: tuple[Problem, ...]
    files: int
    bytes: int
    sha256: str
    sm3: str

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class _Digests:
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
    kept: dict[str, _Digests] = {}
    for item in payload:
        _refuse_unsafe(item.path, taken, inside_data=True)
        kept[item.path] = _copy(root, item)
    kept[README] = _put(root, README, _INSTRUCTIONS.read_bytes())
    size = sum(digests.size for digests in kept.values())
    tags: dict[str, _Digests] = {}
    for name, content in tag_files.items():
        _refuse_unsafe(name, taken, inside_data=False)
        tags[name] = _put(root, name, content)
    tags[DECLARATION] = _put(root, DECLARATION, _BAGIT)
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


def _copy(root: Path, item: PayloadFile) -> _Digests:
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
                yield from _chunks(opened)
        else:
            yield from _chunks(item.source)
    except OSError as error:
        reason = error.strerror or error
        raise PackageNotWritten(f"读不出 {item.path} 的来源文件（{reason}），请检查影像库") from error


def _chunks(opened: BinaryIO) -> Iterator[bytes]:
    while chunk := opened.read(_CHUNK):
        yield chunk


def _put(root: Path, path: str, content: bytes) -> _Digests:
    return _store(root, path, (content,))


def _store(root: Path, path: str, chunks: Iterable[bytes]) -> _Digests:
    """Writes, hashes and syncs one file of the package."""
    destination = root / path
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    with open(handle, "wb") as out:
        digests = _hash(chunks, out.write)
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


@dataclass
class _Report:
    """Problems as they are found, each once."""

    found: dict[tuple[str, Kind], Problem] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def add(self, kind: Kind, path: str, detail: str) -> None:
        shown = path.encode("utf-8", "backslashreplace").decode()
        self.named.add(path)
        if len(self.found) < MAX_PROBLEMS:
            self.found.setdefault((shown, kind), Problem(shown, kind, detail))


@dataclass
class _Scan:
    """What lies in the folder: the digests of every regular file, the content of the few that are parsed."""

    digests: dict[str, _Digests] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _List:
    """One list of digests. Where it is not `whole` (missing, malformed), what it lacks proves nothing."""

    name: str
    entries: dict[str, str]
    whole: bool


def verify(path: Path, expected_sha256: str | None = None, expected_sm3: str | None = None) -> Verification:
    """Reads every file once and compares it with both chains of digests, and these with what is expected.

    Finds a changed, missing or extra file anywhere in the package; links and empty folders are extra. Where
    only one of a file's two digests is right, the list with the other was changed, and is named. Memory
    grows with the number of files, not with their size. Never raises for what lies at `path`.
    """
    report = _Report()
    scan = _scan(path.resolve(), report)
    payload = {p: d for p, d in scan.digests.items() if p.startswith("data/")}
    tags = {p: d for p, d in scan.digests.items() if p not in payload}
    size = sum(digests.size for digests in payload.values())
    _compare(payload, _read(PAYLOAD_SHA256, scan, report), _read(PAYLOAD_SM3, scan, report), report)
    _compare_tags(tags, _read(TAGS_SHA256, scan, report), _read(TAGS_SM3, scan, report), report)
    _check_declarations(scan, f"{size}.{len(payload)}", report)
    sha256 = tags[TAGS_SHA256].sha256 if TAGS_SHA256 in tags else ""
    sm3 = tags[TAGS_SM3].sm3 if TAGS_SM3 in tags else ""
    for name, found, expected in ((TAGS_SHA256, sha256, expected_sha256), (TAGS_SM3, sm3, expected_sm3)):
        if expected is not None and found != expected.lower():
            report.add("changed", name, "与登记的摘要不符：清单被改动，或整包被改写")
    return Verification(tuple(sorted(report.found.values())), len(payload), size, sha256, sm3)


def _scan(root: Path, report: _Report) -> _Scan:
    """Reads every regular file below `root`; links, devices and folders without files are reported."""
    scan = _Scan()
    if not root.is_dir():
        report.add("missing", ".", "归档包不存在，或不是文件夹")
        return scan
    bases = [""]
    empty: set[str] = set()
    while bases:
        base = bases.pop()
        try:
            entries = list(os.scandir(root / base))
        except OSError as error:
            report.add("unreadable", base or ".", f"读不出目录：{error.strerror}")
            continue
        if base:
            empty.add(base)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                bases.append(f"{base}{entry.name}/")
            else:
                empty.difference_update(_folders_of(base))
                _take(entry, base + entry.name, scan, report)
    for name in empty - report.named:
        report.add("extra", name, "包内有空目录")
    return scan


def _folders_of(base: str) -> list[str]:
    parts = base.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))]


def _take(entry: os.DirEntry[str], path: str, scan: _Scan, report: _Report) -> None:
    """Hashes one file; keeps the content of those that are parsed."""
    parsed: list[bytes] = []
    try:
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode):
            report.add("extra", path, "包内只能有普通文件，不得有链接或设备")
            return
        keep = path in _PARSED and status.st_size <= MAX_LIST_BYTES
        with open(os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
            scan.digests[path] = _hash(_chunks(opened), parsed.append if keep else lambda chunk: None)
    except OSError as error:
        report.add("unreadable", path, f"读不出文件：{error.strerror}")
        return
    if keep:
        scan.contents[path] = b"".join(parsed)
    elif path in _PARSED:
        report.add("malformed", path, f"超过 {MAX_LIST_BYTES // 2**20} MiB，不是本包应有的文件")


def _read(name: str, scan: _Scan, report: _Report) -> _List:
    """A list of digests. Lists are canonical: sorted, one spelling, so that any changed byte of one shows."""
    entries: dict[str, str] = {}
    if name not in scan.contents:
        if name not in report.named:
            report.add("missing", name, "缺少清单")
        return _List(name, entries, whole=False)
    before = b""
    for number, line in enumerate(scan.contents[name].splitlines(keepends=True), start=1):
        fault = _fault(line, before, name)
        if fault:
            report.add("malformed", name, f"清单第 {number} 行{fault}")
            return _List(name, entries, whole=False)
        before = line[66:-1]
        entries[before.decode()] = line[:64].decode()
    return _List(name, entries, whole=True)


def _fault(line: bytes, before: bytes, name: str) -> str:
    """What is wrong with a line that follows the path `before`; empty if nothing."""
    match = _LINE.fullmatch(line)
    if not match:
        return "不完整或格式不对"
    path = match[2]
    if path <= before:
        return "重复" if path == before else "顺序不对"
    if b"\\" in path or any(part in (b"", b".", b"..") for part in path.split(b"/")):
        return "的路径越出包外或不规范"
    if path.startswith(b"data/") is not (name in (PAYLOAD_SHA256, PAYLOAD_SM3)):
        return "的路径不属于这份清单"
    return ""


def _compare(scanned: Mapping[str, _Digests], by_sha256: _List, by_sm3: _List, report: _Report) -> None:
    """Files against the two lists that both must name them."""
    for path in scanned.keys() | by_sha256.entries.keys() | by_sm3.entries.keys():
        listing = [each for each in (by_sha256, by_sm3) if path in each.entries]
        lacking = [each for each in (by_sha256, by_sm3) if path not in each.entries and each.whole]
        if path not in scanned:
            if lacking:
                report.add("changed", listing[0].name, f"列出了 {path}，另一份清单没有列出")
            elif path not in report.named:
                report.add("missing", path, "清单中有，包内没有")
        elif not listing:
            report.add("extra", path, "包内有，清单中没有")
        else:
            for each in lacking:
                report.add("changed", each.name, f"没有列出 {path}，另一份清单列出了")
            _compare_file(path, scanned[path], by_sha256, by_sm3, report)


def _compare_file(path: str, found: _Digests, by_sha256: _List, by_sm3: _List, report: _Report) -> None:
    right: list[str] = []
    wrong: list[str] = []
    for each, digest in ((by_sha256, found.sha256), (by_sm3, found.sm3)):
        if path in each.entries:
            (right if each.entries[path] == digest else wrong).append(each.name)
    if wrong and right:
        report.add("changed", wrong[0], f"登记的 {path} 摘要不符，而另一种摘要相符：清单被改动")
    elif wrong:
        report.add("changed", path, "内容与清单中的摘要不符")


def _compare_tags(scanned: Mapping[str, _Digests], by_sha256: _List, by_sm3: _List, report: _Report) -> None:
    """Tag files against their two lists. No list names itself; only the SHA-256 one names the SM3 one."""
    others = {path: digests for path, digests in scanned.items() if path not in (TAGS_SHA256, TAGS_SM3)}
    named = dict(by_sha256.entries)
    digest = named.pop(TAGS_SM3, None)
    _compare(others, _List(TAGS_SHA256, named, by_sha256.whole), by_sm3, report)
    if by_sha256.whole and digest is None:
        report.add("changed", TAGS_SHA256, f"没有列出 {TAGS_SM3}")
    if digest is not None and TAGS_SM3 in scanned and digest != scanned[TAGS_SM3].sha256:
        # A list that was changed disagrees with the files too and is named by now: else it is this entry.
        blamed = TAGS_SM3 if TAGS_SM3 in report.named else TAGS_SHA256
        report.add("changed", blamed, f"{TAGS_SHA256} 中登记的 {TAGS_SM3} 摘要不符")


def _check_declarations(scan: _Scan, oxum: str, report: _Report) -> None:
    if scan.contents.get(DECLARATION, _BAGIT) != _BAGIT:
        report.add("malformed", DECLARATION, "不是 BagIt 1.0 的声明")
    if INFO in scan.contents and f"Payload-Oxum: {oxum}".encode() not in scan.contents[INFO].split(b"\n"):
        report.add("malformed", INFO, f"载明的文件数与字节数不是包内现有的 {oxum}")


def _hash(chunks: Iterable[bytes], sink: Callable[[bytes], object]) -> _Digests:
    """Both digests in one pass; every chunk is handed on to `sink`."""
    sha256, sm3, size = hashlib.sha256(), hashes.Hash(hashes.SM3()), 0
    for chunk in chunks:
        sha256.update(chunk)
        sm3.update(chunk)
        size += len(chunk)
        sink(chunk)
    return _Digests(sha256.hexdigest(), sm3.finalize().hex(), size)
