"""`case.json` and the case folder around it: what a submission says of itself, checked before all else.

Knows the shape of the file and the catalogue that its codes come from. Knows no page content, no database.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from records import scans
from records.catalogue import STATUSES, Catalogue

NAME = "case.json"
MAX_BYTES = 64 * 1024
LOCAL_TIME = ZoneInfo("Asia/Shanghai")
CHANNELS = ("counter", "batch")
_YEARS = (1949, 2100)
_TEMPORARY = re.compile(
    r"^\.|^~\$|~$|\.(tmp|temp|part|partial|crdownload|swp|bak)$|^(thumbs\.db|desktop\.ini)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Problem:
    """One fault: where (`subject.vin`, a file's name), what is wrong, what to do."""

    path: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}：{self.reason}，{self.remedy}" if self.path else f"{self.reason}，{self.remedy}"


class CaseFileRefused(Exception):
    """A case file or folder that cannot be taken; `problems` holds every fault found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class CaseFile:
    """A checked case file. `subject`: field code → value, blanks left out; `accepted_at` is aware."""

    transaction_number: str
    item: str
    subject: Mapping[str, str]
    office: str | None = None
    channel: str = "batch"
    accepted_at: dt.datetime | None = None


def load(content: bytes, catalogue: Catalogue) -> CaseFile:
    """The case file in `content`. Raises CaseFileRefused with all faults at once."""
    document = _parse(content)
    problems = list(_unknown_keys("", document, _KEYS))
    subject = document.get("subject")
    if isinstance(subject, dict):
        problems.extend(_unknown_keys("subject", subject, catalogue.fields))
    problems.extend(_item_problems(document.get("item"), catalogue))
    known = {key: value for key, value in document.items() if key in _KEYS}
    try:
        values = _CaseFileSchema().load(known)
    except ValidationError as error:
        problems.extend(_problems_of("", error.normalized_messages()))
    if problems:
        raise CaseFileRefused(problems)
    values["subject"] = MappingProxyType({key: value for key, value in values["subject"].items() if value})
    return CaseFile(**values)


def fingerprint(case_file: CaseFile, page_sha256s: Sequence[str]) -> str:
    """SHA-256 (hexadecimal) of all that a submission says and shows, pages in order: equal for the same
    submission handed in twice, however its JSON is written; different as soon as anything else is, so that no
    correction passes for a repetition."""
    moment = case_file.accepted_at
    facts = {
        "transaction_number": case_file.transaction_number,
        "item": case_file.item,
        "subject": dict(case_file.subject),
        "office": case_file.office,
        "channel": case_file.channel,
        "accepted_at": moment.astimezone(dt.UTC).isoformat() if moment else None,
        "pages": list(page_sha256s),
    }
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_folder(path: Path) -> tuple[bytes, list[Path]]:
    """The bytes of the folder's case.json and its page files in natural order (2 before 10). Hidden and
    temporary files are passed over. Raises CaseFileRefused for a folder without case.json or pages, and names
    every sub-folder, link and file that is no scan."""
    problems: list[Problem] = []
    pages: list[Path] = []
    case_json: bytes | None = None
    for entry in _entries(Path(path)):
        if _TEMPORARY.search(entry.name):
            continue
        problem = _entry_problem(entry)
        if problem:
            problems.append(problem)
        elif entry.name == NAME:
            case_json = _head(entry, MAX_BYTES + 1)
        else:
            pages.append(entry)
    folder = Path(path).name
    if case_json is None and not any(problem.path == NAME for problem in problems):
        problems.append(Problem(folder, f"缺少 {NAME}", "请按接口说明生成后放入"))
    if not pages and not problems:
        problems.append(Problem(folder, "没有影像文件", "请放入扫描影像后重新提交"))
    if problems or case_json is None:
        raise CaseFileRefused(problems)
    return case_json, sorted(pages, key=lambda page: _natural(page.name))


# --- Reading JSON ---


def _parse(content: bytes) -> dict[str, Any]:
    def refuse(reason: str, remedy: str) -> CaseFileRefused:
        return CaseFileRefused([Problem(NAME, reason, remedy)])

    if len(content) > MAX_BYTES:
        raise refuse(f"超过 {MAX_BYTES // 1024} KB", "该文件只写办件信息，影像请另附")
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                repeated.append(key)
            found[key] = value
        return found

    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=unique)
    except UnicodeDecodeError:
        raise refuse("不是 UTF-8 编码", "请以 UTF-8 另存") from None
    except json.JSONDecodeError as error:
        raise refuse(f"第 {error.lineno} 行第 {error.colno} 列不符合 JSON 格式", "请改正") from None
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise refuse("不符合 JSON 格式（数字过长或层次过深）", "请改正") from None
    if not isinstance(document, dict):
        raise refuse("最外层不是对象", "请写成 {…}")
    if repeated:
        raise CaseFileRefused(
            Problem(_shown(key), "键重复出现", "请只保留一个") for key in dict.fromkeys(repeated)
        )
    return document


def _shown(text: object) -> str:
    """Words from outside, fit for a message: short and without what cannot be shown."""
    line = "".join("\ufffd" if _is_control(character) else character for character in str(text))
    return line if len(line) <= 60 else line[:57] + "…"


def _is_control(character: str) -> bool:
    # Private-use characters pass: rare characters of names are written with them.
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


# --- Checking ---


def _unknown_keys(parent: str, given: Mapping[str, Any], known: Iterable[str]) -> Iterable[Problem]:
    known = list(known)
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"是否应为 {near[0]}？" if near else ""
            path = f"{parent}.{_shown(key)}" if parent else _shown(key)
            what = "资料目录中没有这个字段" if parent else "不认识的键"
            yield Problem(path, what, hint + ("请改正或删除" if parent else f"可用的键：{'、'.join(known)}"))


def _item_problems(item: object, catalogue: Catalogue) -> Iterable[Problem]:
    if not isinstance(item, str):
        return  # the schema speaks of it
    found = catalogue.items.get(item)
    if found is None:
        near = difflib.get_close_matches(item, catalogue.items, 1)
        hint = f"是否应为 {near[0]}（{catalogue.items[near[0]].name}）？" if near else ""
        yield Problem("item", f"事项目录中没有“{_shown(item)}”", hint + "请填写事项目录中的代码")
    elif not found.active:
        reason = f"事项 {item}（{found.name}）状态为“{STATUSES[found.status]}”，不受理"
        yield Problem("item", reason, "请改用在办事项的代码")


def _problems_of(path: str, messages: object) -> Iterable[Problem]:
    """marshmallow's nested messages, flat; each message is `reason|remedy`."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            if key == "_schema" or (path.startswith("subject.") and key == "value"):
                yield from _problems_of(path, inner)
            else:
                yield from _problems_of(f"{path}.{_shown(key)}" if path else _shown(key), inner)
    elif isinstance(messages, list):
        for message in messages:
            reason, _, remedy = str(message).partition("|")
            yield Problem(path, reason, remedy)


class _Text(fields.String):
    """One line of visible text; blanks around it do not count."""

    default_error_messages = {  # noqa: RUF012
        "required": "缺少此项|请补填",
        "null": "不能为 null|请填写，或删除此键",
        "invalid": "不是文本|请用双引号括起来",
        "invalid_utf8": "不是文本|请用双引号括起来",
    }

    def __init__(self, longest: int, **options: Any) -> None:
        self._longest = longest
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip(" \u3000")
        if any(_is_control(character) for character in text):
            raise ValidationError("含有换行、制表符等不可见字符|请删除这些字符")
        if len(text) > self._longest:
            raise ValidationError(f"超过 {self._longest} 个字|请缩短")
        return text


class _Moment(_Text):
    """ISO 8601; without a zone it is the office's own time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("不是 ISO 8601 时间|请写成 2026-01-05T09:30:00+08:00") from None
        if not _YEARS[0] <= moment.year < _YEARS[1]:
            raise ValidationError("年份不合理|请核对")
        return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)


class _CaseFileSchema(Schema):
    class Meta:
        unknown = RAISE

    transaction_number = _Text(
        200,
        required=True,
        validate=validate.Regexp(
            r"[0-9A-Za-z-]{1,32}\Z", error="应为 1 至 32 位数字、字母或“-”|请核对业务流水号"
        ),
    )
    item = _Text(200, required=True)
    subject = fields.Dict(
        keys=fields.String(),
        values=_Text(200),
        required=True,
        error_messages={
            "required": "缺少此项|请补填，没有可填的字段时写 {{}}",
            "null": "不能为 null|没有可填的字段时写 {{}}",
            "invalid": "不是对象|请写成 {{字段代码: 值}}",
        },
    )
    office = _Text(80)
    channel = _Text(
        20,
        validate=validate.OneOf(
            CHANNELS, error=f"只能是 {' 或 '.join(CHANNELS)}|窗口件写 counter，其余写 batch"
        ),
    )
    accepted_at = _Moment(40)


_KEYS = tuple(_CaseFileSchema._declared_fields)


# --- The folder ---


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir(), key=lambda entry: _natural(entry.name))
    except OSError as error:
        reason = f"不能打开文件夹（{error.strerror}）"
        raise CaseFileRefused([Problem(_shown(path.name), reason, "请检查路径与权限")]) from error


def _entry_problem(entry: Path) -> Problem | None:
    shown = _shown(entry.name)
    mode = entry.lstat().st_mode
    if stat.S_ISLNK(mode):
        return Problem(shown, "是链接", "请放入文件本身")
    if stat.S_ISDIR(mode):
        return Problem(shown, "是子文件夹", "请把影像直接放在办件文件夹下")
    if not stat.S_ISREG(mode):
        return Problem(shown, "不是普通文件", "请删除")
    if entry.name == NAME:
        return None
    head = _head(entry, 1 << 16)
    if not head:
        return Problem(shown, "是空文件", "请重新扫描或重新复制")
    if scans.kind_of(head) is None:
        reason = f"不是可接收的影像格式（看起来是 {scans.looks_like(head)}）"
        return Problem(shown, reason, "请删除，或另存为 JPEG、PNG、TIFF 或 PDF")
    return None


def _head(entry: Path, most: int) -> bytes:
    try:
        # Not through a link, nor waiting for a pipe: the entry may have been swapped since it was looked at.
        descriptor = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(most)
    except OSError as error:
        reason = f"不能读取（{error.strerror}）"
        raise CaseFileRefused([Problem(_shown(entry.name), reason, "请检查文件与权限")]) from error


def _natural(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Sorts numbers inside names by value."""
    parts = re.findall(r"([0-9]+)|([^0-9]+)", name)
    return [(bool(words), int(digits or 0), words.lower()) for digits, words in parts], name
