"""Which interface number and which tags carry our values: the platform's vocabulary, read from a YAML file.

Knows the shape of that file and refuses a wrong one by name. Knows nothing of how a message is encoded or
sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Subject = Literal["vehicle", "driver"]
SUBJECTS: tuple[Subject, ...] = ("vehicle", "driver")
PACKAGED = Path(__file__).with_name("mapping.yaml")

_INTERFACE = re.compile(r"[0-9]{2}[A-Z0-9]{3}", re.ASCII)
_TAG = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_NEEDED = {
    "write": ("transaction_number", "material", "sequence", "image"),
    "query": ("transaction_number", "material", "sequence"),
    "time": ("now",),
}


class MappingInvalid(ValueError):
    """The mapping file is not what is expected; the message names the entry."""


@dataclass(frozen=True)
class Interface:
    """One interface: its five-character number (jkid), the node around the values, our name → the
    platform's tag.
    """

    number: str
    node: str
    tags: Mapping[str, str]
    required: tuple[str, ...] = ()

    @property
    def system(self) -> str:
        """System category (xtlb): by rule the first two characters of the number."""
        return self.number[:2]

    def names(self) -> dict[str, str]:
        """The platform's tag → our name."""
        return {tag: name for name, tag in self.tags.items()}


@dataclass(frozen=True)
class Vocabulary:
    """Every interface that we call."""

    write: Mapping[Subject, Interface]
    query: Mapping[Subject, Interface]
    time: Interface

    def numbers(self) -> tuple[str, ...]:
        every = [*self.write.values(), *self.query.values(), self.time]
        return tuple(interface.number for interface in every)


def load(path: Path = PACKAGED) -> Vocabulary:
    """The vocabulary in that file. Raises MappingInvalid; OSError when the file cannot be read."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise MappingInvalid(f"{path.name}: not YAML: {error}") from error
    if not isinstance(content, dict):
        raise MappingInvalid(f"{path.name}: expected the entries write, query and time")
    vocabulary = Vocabulary(
        write={subject: _interface(content, "write", subject) for subject in SUBJECTS},
        query={subject: _interface(content, "query", subject) for subject in SUBJECTS},
        time=_interface(content, "time"),
    )
    numbers = vocabulary.numbers()
    if len(set(numbers)) != len(numbers):
        raise MappingInvalid(f"{path.name}: two entries share an interface number: {', '.join(numbers)}")
    return vocabulary


def _interface(content: Mapping[str, Any], *where: str) -> Interface:
    entry: Any = content
    for step in where:
        entry = entry.get(step) if isinstance(entry, dict) else None
    name = ".".join(where)
    if not isinstance(entry, dict):
        raise MappingInvalid(f"{name}: missing")
    tags, required = entry.get("tags"), entry.get("required", [])
    if not _INTERFACE.fullmatch(str(entry.get("interface"))):
        raise MappingInvalid(f"{name}.interface: two digits and three capitals or digits expected")
    if not _TAG.fullmatch(str(entry.get("node"))):
        raise MappingInvalid(f"{name}.node: an XML tag expected")
    if not isinstance(tags, dict) or not all(_TAG.fullmatch(str(tag)) for tag in tags.values()):
        raise MappingInvalid(f"{name}.tags: our name → XML tag expected")
    if len(set(tags.values())) != len(tags):
        raise MappingInvalid(f"{name}.tags: one tag carries two values")
    for needed in (*_NEEDED[where[0]], *required):
        if needed not in tags:
            raise MappingInvalid(f"{name}.tags: {needed} has no tag")
    return Interface(number=entry["interface"], node=entry["node"], tags=tags, required=tuple(required))
