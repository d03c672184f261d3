"""Whether an archival package 归档包 is still what was written: every file against both chains of digests.

Knows what can be wrong with a folder that `records.bags` wrote, and says what and where. Knows nothing of cases or of a
database, and mends nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from records.bags import (
    BAGIT_1_0,
    DECLARATION,
    INFO,
    PAYLOAD_SHA256,
    PAYLOAD_SM3,
    TAGS_SHA256,
    TAGS_SM3,
    Digests,
    hashed,
    in_chunks,
)

MAX_PROBLEMS = 1000
MAX_LIST_BYTES = 32 * 2**20
_PARSED = frozenset({DECLARATION, INFO, PAYLOAD_SHA256, PAYLOAD_SM3, TAGS_SHA256, TAGS_SM3})
_LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,240})\n")

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

    digests: dict[str, Digests] = field(default_factory=dict)
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
            scan.digests[path] = hashed(in_chunks(opened), parsed.append if keep else lambda chunk: None)
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


def _compare(scanned: Mapping[str, Digests], by_sha256: _List, by_sm3: _List, report: _Report) -> None:
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


def _compare_file(path: str, found: Digests, by_sha256: _List, by_sm3: _List, report: _Report) -> None:
    right: list[str] = []
    wrong: list[str] = []
    for each, digest in ((by_sha256, found.sha256), (by_sm3, found.sm3)):
        if path in each.entries:
            (right if each.entries[path] == digest else wrong).append(each.name)
    if wrong and right:
        report.add("changed", wrong[0], f"登记的 {path} 摘要不符，而另一种摘要相符：清单被改动")
    elif wrong:
        report.add("changed", path, "内容与清单中的摘要不符")


def _compare_tags(scanned: Mapping[str, Digests], by_sha256: _List, by_sm3: _List, report: _Report) -> None:
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
    if scan.contents.get(DECLARATION, BAGIT_1_0) != BAGIT_1_0:
        report.add("malformed", DECLARATION, "不是 BagIt 1.0 的声明")
    if INFO in scan.contents and f"Payload-Oxum: {oxum}".encode() not in scan.contents[INFO].split(b"\n"):
        report.add("malformed", INFO, f"载明的文件数与字节数不是包内现有的 {oxum}")
