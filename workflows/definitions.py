"""Process definitions: bundles deployed as immutable versions, and the parsed models kept in memory.

An unchanged bundle makes no new version. Knows files and versions; `workflows.engine` knows what is in them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import zstandard
from lxml import etree
from sqlalchemy.orm import Session

from records import audit
from records.base import CHINA
from records.people import Actor
from workflows import engine
from workflows.models import ProcessDefinition

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


class DefinitionMissing(LookupError):
    """No process of this key was deployed."""


def next_batch(minutes: float, at: dt.datetime) -> str:
    """The next recognition batch after `at`: multiples of `minutes` since midnight in China, as ISO 8601."""
    midnight = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    step = dt.timedelta(minutes=minutes)
    return (midnight + ((at - midnight) // step + 1) * step).isoformat()


def script_functions(batch_minutes: float) -> dict[str, Callable[..., Any]]:
    """What scripts and expressions of the diagrams may call."""
    return {"next_batch": lambda: next_batch(batch_minutes, dt.datetime.now(dt.UTC))}


class Models:
    """Parsed models by definition, shared by the threads of one program. A definition never changes."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.functions = dict(functions)
        self._models: dict[int, engine.Model] = {}
        self._lock = threading.Lock()

    def get(self, session: Session, definition_id: int) -> engine.Model:
        model = self._models.get(definition_id)
        if model is None:
            key, bundle = session.execute(
                sa.select(ProcessDefinition.key, ProcessDefinition.bundle).where(
                    ProcessDefinition.id == definition_id
                )
            ).one()
            parsed = engine.parse(key, unpack(bundle), self.functions)
            with self._lock:
                model = self._models.setdefault(definition_id, parsed)
        return model


def read_bundles(folder: Path) -> dict[str, dict[str, str]]:
    """Per item process under `folder`/items the bundle it needs: file name → text, its own diagram, every diagram
    it calls, every DMN table those decide by, and the forms."""
    shared = {
        path.name: path.read_text("utf-8")
        for pattern in ("flow/*.bpmn", "rules/*.dmn", "forms/*.json")
        for path in sorted(folder.glob(pattern))
    }
    bundles = {}
    for path in sorted(folder.glob("items/*.bpmn")):
        files = {**shared, path.name: path.read_text("utf-8")}
        bundles[path.stem] = {name: files[name] for name in _needed(path.name, files)}
    return bundles


def _needed(start: str, files: Mapping[str, str]) -> list[str]:
    needed, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name in needed:
            continue
        needed.add(name)
        root = etree.fromstring(
            files[name].encode(), etree.XMLParser(resolve_entities=False, no_network=True)
        )
        called = [f"{node.get('calledElement')}.bpmn" for node in root.iter(f"{_BPMN}callActivity")]
        decided = [f"{node.text.strip()}.dmn" for node in root.iter("{*}calledDecisionId") if node.text]
        ahead += [each for each in (*called, *decided) if each in files]
    forms = [name for name in files if name.endswith(".json")]
    return sorted({*needed, *forms})


def deploy(
    session: Session, models: Models, user: Actor, key: str, files: Mapping[str, str]
) -> tuple[ProcessDefinition, bool]:
    """The definition of these files and whether it is new: an unchanged bundle returns the latest version.

    Raises engine.ModelInvalid; nothing is stored then."""
    text = json.dumps(dict(sorted(files.items())), ensure_ascii=False, sort_keys=True)
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    last = latest_or_none(session, key)
    if last is not None and last.content_hash == content_hash:
        return last, False
    engine.parse(key, files, models.functions, validate=True)
    definition = ProcessDefinition(
        key=key,
        version=last.version + 1 if last else 1,
        name=_name(key, files),
        content_hash=content_hash,
        bundle=zstandard.ZstdCompressor(level=10).compress(text.encode()),
        deployed_by=user.id,
    )
    session.add(definition)
    session.flush()
    audit.record(
        session,
        user,
        "process.deployed",
        ("process_definition", definition.id),
        {"key": key, "version": definition.version, "hash": content_hash},
    )
    return definition, True


def _name(key: str, files: Mapping[str, str]) -> str:
    root = etree.fromstring(files[f"{key}.bpmn"].encode(), etree.XMLParser(resolve_entities=False))
    for process in root.iter(f"{_BPMN}process"):
        if process.get("id") == key:
            return process.get("name") or key
    return key


def unpack(bundle: bytes) -> dict[str, str]:
    """The files of a stored bundle."""
    files: dict[str, str] = json.loads(zstandard.ZstdDecompressor().decompress(bundle))
    return files


def latest_or_none(session: Session, key: str) -> ProcessDefinition | None:
    return session.scalars(
        sa.select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).one_or_none()


def latest(session: Session, key: str) -> ProcessDefinition:
    """The newest version of the process. Raises DefinitionMissing."""
    found = latest_or_none(session, key)
    if found is None:
        raise DefinitionMissing(f"事项 {key} 还没有部署流程，请联系流程管理员部署后再提交")
    return found


def listed(session: Session) -> Sequence[ProcessDefinition]:
    """Every version of every process, newest first within a key."""
    return session.scalars(
        sa.select(ProcessDefinition).order_by(ProcessDefinition.key, ProcessDefinition.version.desc())
    ).all()
