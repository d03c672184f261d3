"""Process diagrams of a deployed bundle, and where a case stands on them. Reads BPMN text, runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from lxml import etree
from sqlalchemy.orm import Session

from workflows.models import ProcessInstance, ServiceTaskRun, UserTask

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_OPERATOR = "{*}serviceTaskOperator"


@dataclass(frozen=True)
class Diagram:
    """One process of the bundle. `active` and `done` are ids of nodes."""

    key: str
    name: str
    active: tuple[str, ...] = ()
    done: tuple[str, ...] = ()


def in_bundle(files: Mapping[str, str], key: str) -> list[Diagram]:
    """The diagrams of a bundle: the item's own first, then those it calls in the order of the calls."""
    names = {
        name.removesuffix(".bpmn"): _process(text) for name, text in files.items() if name.endswith(".bpmn")
    }
    called = [node.get("calledElement") for node in names[key].iter(f"{_BPMN}callActivity")]
    order = dict.fromkeys([key, *(each for each in called if each in names), *names])
    return [Diagram(each, names[each].get("name") or each) for each in order]


def of_case(session: Session, instance: ProcessInstance, files: Mapping[str, str]) -> list[Diagram]:
    """The diagrams with the nodes where the case stands and those that it has passed."""
    active: dict[str, list[str]] = {}
    for key, node in instance.active_nodes:
        active.setdefault(key, []).append(node)
    nodes, operations = _finished(session, instance.id)
    shown = []
    for diagram in in_bundle(files, instance.definition.key):
        process = _process(files[f"{diagram.key}.bpmn"])
        done = _done(process, nodes, operations)
        here = tuple(dict.fromkeys(active.get(diagram.key, ())))
        shown.append(
            Diagram(diagram.key, diagram.name, here, tuple(each for each in done if each not in here))
        )
    return _with_calls(shown, files)


def _finished(session: Session, instance_id: int) -> tuple[set[str], set[str]]:
    tasks = session.scalars(
        sa.select(UserTask.node).where(UserTask.instance_id == instance_id, UserTask.status == "completed")
    )
    runs = session.scalars(
        sa.select(ServiceTaskRun.operation).where(
            ServiceTaskRun.instance_id == instance_id, ServiceTaskRun.status == "done"
        )
    )
    return set(tasks), set(runs)


def _done(process: etree._Element, nodes: set[str], operations: set[str]) -> list[str]:
    done = [node.get("id") for node in process.iter(f"{_BPMN}userTask") if node.get("id") in nodes]
    for node in process.iter(f"{_BPMN}serviceTask"):
        if any(operator.get("id") in operations for operator in node.iter(_OPERATOR)):
            done.append(node.get("id"))
    return done


def _with_calls(shown: Sequence[Diagram], files: Mapping[str, str]) -> list[Diagram]:
    """A call is passed when something inside the called diagram was, and it is not the one being run."""
    visited = {diagram.key for diagram in shown if diagram.done and not diagram.active}
    first, *others = shown
    process = _process(files[f"{first.key}.bpmn"])
    calls = _calls(process, visited)
    done = (*first.done, *(each for each in calls if each not in first.active))
    return [Diagram(first.key, first.name, first.active, tuple(done)), *others]


def _calls(process: etree._Element, visited: Iterable[str]) -> list[str]:
    wanted = set(visited)
    return [n.get("id") for n in process.iter(f"{_BPMN}callActivity") if n.get("calledElement") in wanted]


def _process(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(text.encode(), parser)
    return next(root.iter(f"{_BPMN}process"))
