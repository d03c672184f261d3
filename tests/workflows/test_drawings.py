"""The drawings and tables under bpmn/ are whole: named, in their lanes, nothing over anything else.

Nothing in them is forbidden or unknown to the catalogue of operations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.conftest import ROOT
from workflows import restricted

MODELS = ROOT / "bpmn"
DIAGRAMS = sorted(path for folder in ("flow", "items", "reviews") for path in MODELS.glob(f"{folder}/*.bpmn"))
TABLES = sorted(MODELS.glob("rules/*.dmn"))
CATALOGUE = json.loads((MODELS / "operations.json").read_text("utf-8"))
NS = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "w": "http://www.omg.org/spec/DD/20100524/DI",
    "s": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "d": "https://www.omg.org/spec/DMN/20191111/MODEL/",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANES = {"采集岗", "复核岗", "班组长", "系统"}
FORMS = {"capture", "alert", "authorise", "recheck"}
SERVICE_KINDS = {"serviceTask", "businessRuleTask"}
Box = tuple[float, float, float, float]


def tree(path: Path) -> Any:
    return etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def find(root: Any, path: str) -> list[Any]:
    return root.xpath(path, namespaces=NS)


def kind(node: Any) -> str:
    return etree.QName(node).localname


def nodes(root: Any) -> list[Any]:
    drawn = {"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "exclusiveGateway"}
    return [
        n for n in find(root, "//b:process/*") if kind(n) in drawn or kind(n).endswith(("Task", "Activity"))
    ]


def bounds(element: Any) -> Box:
    (box,) = find(element, "./dc:Bounds")
    x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def shapes(root: Any) -> dict[str, Box]:
    return {shape.get("bpmnElement"): bounds(shape) for shape in find(root, "//di:BPMNShape")}


def waypoints(root: Any) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in find(edge, "./w:waypoint")]
        for edge in find(root, "//di:BPMNEdge")
    }


def overlap(a: Box, b: Box, gap: float = 0) -> bool:
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] + gap and b[1] < a[3] + gap


def inside(a: Box, b: Box) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


def each_diagram() -> Any:
    return pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


@each_diagram()
def test_diagram_is_one_named_process_of_its_file_in_one_pool(path: Path) -> None:
    root = tree(path)
    (process,) = find(root, "//b:process")
    (participant,) = find(root, "//b:participant")
    assert (process.get("id"), participant.get("processRef")) == (path.stem, path.stem)
    assert CHINESE.search(process.get("name")) and process.get("name") == participant.get("name")


@each_diagram()
def test_every_node_and_every_choice_has_a_chinese_name(path: Path) -> None:
    root = tree(path)
    unnamed = [n.get("id") for n in nodes(root) if not CHINESE.search(n.get("name") or "")]
    for gateway in find(root, "//b:exclusiveGateway"):
        choices = find(root, f"//b:sequenceFlow[@sourceRef='{gateway.get('id')}']")
        unnamed += [f.get("id") for f in choices if not CHINESE.search(f.get("name") or "")]
        assert all(find(f, "./b:conditionExpression") for f in choices), gateway.get("id")
    assert unnamed == []


@each_diagram()
def test_every_node_stands_in_the_lane_of_a_known_group(path: Path) -> None:
    root = tree(path)
    lanes = {
        lane.get("name"): [n.text for n in find(lane, "./b:flowNodeRef")] for lane in find(root, "//b:lane")
    }
    assert set(lanes) <= LANES
    placed = [name for names in lanes.values() for name in names]
    assert sorted(placed) == sorted(n.get("id") for n in nodes(root))
    boxes = shapes(root)
    for lane in find(root, "//b:lane"):
        for name in lanes[lane.get("name")]:
            if find(root, f"//b:boundaryEvent[@id='{name}']"):
                continue  # sits on the border of its task, maybe of the lane
            assert inside(boxes[name], boxes[lane.get("id")]), name
    for node in nodes(root):
        if kind(node) in SERVICE_KINDS:
            assert node.get("id") in lanes["系统"]


@each_diagram()
def test_every_user_task_names_its_group_form_deadline_and_priority(path: Path) -> None:
    root = tree(path)
    for task in find(root, "//b:userTask"):
        given = {p.get("name"): p.get("value") for p in find(task, ".//s:property")}
        (lane,) = find(root, f"//b:lane[b:flowNodeRef='{task.get('id')}']/@name")
        assert lane in LANES - {"系统"}
        assert given["form"] in FORMS
        assert set(given) - {"separate_from", "mode"} == {"form", "due", "priority"}
        assert ("mode" in given) == (given["form"] == "recheck")
        assert ("separate_from" in given) == (given["form"] == "authorise")
        timers = find(root, f"//b:boundaryEvent[@attachedToRef='{task.get('id')}'][@cancelActivity='false']")
        if lane == "班组长":
            assert timers == [], "a supervisor is not reminded of the supervisor's own task"
        else:
            (duration,) = find(timers[0], ".//b:timeDuration/text()")
            assert duration == given["due"], "the deadline shown is the one that escalates"


@each_diagram()
def test_drawing_shows_every_node_and_flow_with_its_name(path: Path) -> None:
    root = tree(path)
    flows = [f.get("id") for f in find(root, "//b:sequenceFlow")]
    assert sorted(waypoints(root)) == sorted(flows)
    others = [e.get("id") for e in find(root, "//b:participant | //b:lane")]
    assert sorted(shapes(root)) == sorted([*others, *(n.get("id") for n in nodes(root))])
    labelled = set(find(root, "//di:BPMNLabel/../@bpmnElement"))
    outside = {n.get("id") for n in nodes(root) if kind(n).endswith(("Event", "Gateway"))}
    assert labelled == outside | {f.get("id") for f in find(root, "//b:sequenceFlow[@name]")}


def segments(root: Any) -> Iterator[tuple[str, Box]]:
    for flow, points in waypoints(root).items():
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2, f"{flow} is not drawn at right angles"
            yield flow, (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


@each_diagram()
def test_nothing_is_drawn_over_anything_else(path: Path) -> None:
    root = tree(path)
    boxes = shapes(root)
    host = {e.get("id"): e.get("attachedToRef") for e in find(root, "//b:boundaryEvent")}
    names = [n.get("id") for n in nodes(root)]
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            if host.get(one) != other and host.get(other) != one:
                assert not overlap(boxes[one], boxes[other], gap=15), (one, other)
    for flow, line in segments(root):
        crossed = [name for name in names if overlap(line, boxes[name])]
        assert crossed == [], (flow, crossed)
    labels = {e.getparent().get("bpmnElement"): bounds(e) for e in find(root, "//di:BPMNLabel")}
    for name, label in labels.items():
        # The corners of a gateway's box are empty: its own label may reach into them.
        covered = [other for other in names if other != name and overlap(label, boxes[other])]
        covered += [other for other, box in labels.items() if other != name and overlap(label, box)]
        covered += [flow for flow, line in segments(root) if overlap(label, line)]
        assert covered == [], (name, covered)


def test_operations_in_diagrams_are_those_of_the_catalogue() -> None:
    called: dict[str, set[str]] = {}
    for path in DIAGRAMS:
        for operator in find(tree(path), "//s:serviceTaskOperator"):
            parameters = {p.get("id"): p.get("type") for p in find(operator, ".//s:parameter")}
            called.setdefault(operator.get("id"), set()).add(json.dumps(parameters, sort_keys=True))
            assert operator.get("resultVariable")
    offered = {
        each["operation"]: {json.dumps({p["name"]: p["type"] for p in each["parameters"]}, sort_keys=True)}
        for each in CATALOGUE
    }
    assert called == offered


def test_catalogue_speaks_chinese_and_names_known_queues() -> None:
    assert len({each["operation"] for each in CATALOGUE}) == len(CATALOGUE)
    for each in CATALOGUE:
        texts = [each["name_zh"], each["description_zh"]]
        texts += [p["description_zh"] for p in each["parameters"]]
        texts += [r["description_zh"] for r in each["result"].values()]
        assert all(CHINESE.search(text) for text in texts), each["operation"]
        assert each["queue"] in ("counter", "batch", "general")
        assert each["timeout_s"] > 0 and each["max_attempts"] > 0


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_rule_is_explained_in_chinese(path: Path) -> None:
    root = tree(path)
    (decision,) = find(root, "//d:decision")
    assert decision.get("id") == path.stem
    explained = [rule.findtext("d:description", "", NS) for rule in find(root, "//d:rule")]
    labels = find(root, "//d:input/@label | //d:output/@label")
    assert all(CHINESE.search(text) for text in (decision.get("name"), *explained, *labels))


def sources(root: Any) -> Mapping[str, list[str]]:
    """Every text that the engine runs, by the mode it is compiled in."""
    evaluated = find(root, "//b:conditionExpression/text() | //b:timeDuration/text() | //b:timeDate/text()")
    evaluated += find(root, "//s:parameter/@value | //s:property[@name!='form']/@value")
    evaluated += find(root, "//d:inputExpression/d:text/text() | //d:outputEntry/d:text/text()")
    tests = [text for text in find(root, "//d:inputEntry/d:text/text()") if text != "-"]
    evaluated += [text if text.startswith('"') else f"value {text}" for text in tests]
    return {"eval": evaluated, "exec": find(root, "//b:script/text()")}


@pytest.mark.parametrize("path", [*DIAGRAMS, *TABLES], ids=lambda path: path.stem)
def test_every_expression_and_script_is_allowed(path: Path) -> None:
    for mode, texts in sources(tree(path)).items():
        for text in texts:
            assert restricted.compiled(text.strip(), mode)
