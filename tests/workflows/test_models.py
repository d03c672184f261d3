"""The diagrams and tables under bpmn/: every path of every item process runs, and every drawing is whole."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from workflows import definitions, engine, restricted

MODELS = Path(__file__).parents[2] / "bpmn"
BUNDLES = definitions.read_bundles(MODELS)
ITEMS = sorted(BUNDLES)
DIAGRAMS = sorted(path for folder in ("flow", "items", "reviews") for path in MODELS.glob(f"{folder}/*.bpmn"))
TABLES = sorted(MODELS.glob("rules/*.dmn"))
CATALOGUE = json.loads((MODELS / "operations.json").read_text("utf-8"))
BATCH_PAST, BATCH_FUTURE = "2020-01-01T00:00:00+08:00", "2999-01-01T00:00:00+08:00"
QUALIFIED = {
    "missing": 0, "unknown": 0, "poor": 0, "flawed": 0, "turned": 0, "duplicates": 0, "invalid": 0, "conflicts": 0,
}  # fmt: skip
COUNTS = {
    "missing": "MISSING_MATERIAL",
    "unknown": "UNKNOWN_PAGE",
    "poor": "POOR_QUALITY",
    "flawed": "FLAWED_IMAGE",
    "duplicates": "DUPLICATE_PAGE",
    "invalid": "INVALID_FIELD",
    "conflicts": "FIELD_CONFLICT",
}


def assessment(doubtful: int = 0, **counts: int) -> dict[str, Any]:
    return {**QUALIFIED, **counts, "doubtful": doubtful, "pages": 2}


RESULTS: dict[str, dict[str, Any]] = {
    "reconcile_capture": {"pages": 2},
    "recognise_record": {"pages": 2, "unrecognised": 0},
    "recognise_record_in_batch": {"pages": 2, "unrecognised": 0},
    "assess_record": assessment(),
    "open_alerts": {"open": 1},
    "override_alerts": {"overridden": 1},
    "escalate_overdue": {"escalated": 1},
    "push_record": {"outcome": "accepted", "reason": ""},
    "package_record": {},
    "verify_package": {},
}


class Case:
    """A case whose service tasks all answer. Its state is stored and loaded again before every user task."""

    def __init__(
        self,
        item: str = "V-TRF-01",
        channel: str = "counter",
        *,
        batch: str = BATCH_FUTURE,
        deadlines: str | None = None,
        **results: list[dict[str, Any]],
    ) -> None:
        files = {**BUNDLES[item], **({"deadlines.dmn": deadlines} if deadlines else {})}
        self.model = engine.parse(item, files, {"next_batch": lambda: batch})
        self.run = engine.Run.start(self.model, {"record_id": 7, "item": item, "channel": channel})
        self.results = {name: list(answers) for name, answers in results.items()}
        self.calls: list[str] = []
        self.reasons: list[list[str]] = []
        self.held: set[str] = set()
        self.settle()

    def advance(self) -> None:
        assert self.run.advance() == []
        self.run.fire_timers()
        assert self.run.advance() == []

    def settle(self) -> None:
        """Answers service tasks, but for the held operations, until a person or a timer is waited for."""
        self.advance()
        while waiting := [each for each in self.run.service_tasks() if each.operation not in self.held]:
            each = waiting[0]
            assert each.parameters["record_id"] == 7
            self.calls.append(each.operation)
            if each.operation == "open_alerts":
                self.reasons.append(each.parameters["reasons"])
            queued = self.results.get(each.operation)
            self.run.complete_service_task(
                each.engine_id, queued.pop(0) if queued else RESULTS[each.operation]
            )
            self.advance()

    def task(self) -> engine.WaitingUserTask:
        (task,) = self.run.user_tasks()
        return task

    def do(self, node: str, **answer: Any) -> None:
        self.run = engine.Run.load(self.model, self.run.save())
        assert self.task().node == node
        self.run.complete_user_task(self.task().engine_id, answer)
        self.settle()

    @property
    def outcome(self) -> str | None:
        return self.run.data["outcome"] if self.run.completed else None

    def finish(self) -> None:
        """Passes the recheck; the platform accepts."""
        self.do("recheck_record", recheck_outcome="pass")
        assert self.outcome == "archived"


def faulty(rounds: int = 1) -> list[dict[str, Any]]:
    return [assessment(missing=1)] * rounds


# --- every path


@pytest.mark.parametrize("item", ITEMS)
def test_item_process_passes_the_schema_check_of_a_deployment(item: str) -> None:
    functions = definitions.script_functions(30)
    assert engine.parse(item, BUNDLES[item], functions, validate=True).key == item


@pytest.mark.parametrize("item", ITEMS)
def test_counter_case_goes_straight_to_the_archive(item: str) -> None:
    case = Case(item, "counter")
    task = case.task()
    assert (task.node, task.group, task.form) == ("recheck_record", "复核岗", "recheck")
    assert (task.priority, task.due_in) == (80, engine.duration("PT2H"))
    case.finish()
    assert case.calls == [
        "reconcile_capture",
        "recognise_record",
        "assess_record",
        "push_record",
        "package_record",
        "verify_package",
    ]


def test_batch_case_waits_for_the_next_batch() -> None:
    case = Case(channel="batch")
    due = case.run.next_due()
    assert due is not None and due == dt.datetime.fromisoformat(BATCH_FUTURE)
    assert (case.run.user_tasks(), case.run.service_tasks(), case.run.stage()) == ([], [], "识别")

    case = Case(channel="batch", batch=BATCH_PAST)
    assert case.task().priority == 50
    assert case.calls == ["reconcile_capture", "recognise_record_in_batch", "assess_record"]


def test_case_without_pages_asks_for_a_scan_until_there_are_pages() -> None:
    case = Case(reconcile_capture=[{"pages": 0}, {"pages": 0}])
    task = case.task()
    assert (task.group, task.form, task.due_in) == ("采集岗", "capture", engine.duration("PT1H"))
    case.do("scan_pages")
    case.do("scan_pages")
    assert case.calls.count("reconcile_capture") == 3
    case.finish()


@pytest.mark.parametrize(
    ("disposition", "node"), [("rescan", "rescan_pages"), ("supplement", "await_supplement")]
)
def test_rescan_and_supplement_lead_back_to_capture(disposition: str, node: str) -> None:
    case = Case(assess_record=faulty())
    assert (case.task().group, case.task().form) == ("复核岗", "alert")
    case.do("handle_alert", disposition=disposition)
    assert (case.task().group, case.task().form) == ("采集岗", "capture")
    case.do(node)
    assert case.calls.count("recognise_record") == 2
    case.finish()


def test_granted_override_leads_to_recheck() -> None:
    case = Case(assess_record=faulty())
    case.do("handle_alert", disposition="override")
    assert (case.task().group, case.task().form) == ("班组长", "authorise")
    case.do("authorise_override", authorisation="granted")
    assert case.calls[-1] == "override_alerts"
    case.finish()


def test_refused_override_leads_back_to_the_alert() -> None:
    case = Case(assess_record=faulty())
    case.do("handle_alert", disposition="override")
    case.do("authorise_override", authorisation="refused")
    case.do("handle_alert", disposition="withdraw")
    assert case.outcome == "withdrawn"
    assert "override_alerts" not in case.calls


def test_withdrawn_case_ends_unpushed() -> None:
    case = Case(assess_record=faulty())
    case.do("handle_alert", disposition="withdraw")
    assert case.outcome == "withdrawn"
    assert "push_record" not in case.calls


def test_rejected_push_returns_to_recheck_with_priority() -> None:
    case = Case(push_record=[{"outcome": "rejected", "reason": "号牌号码不符"}] * 2)
    for _ in range(2):
        case.do("recheck_record", recheck_outcome="pass")
        assert (case.task().node, case.task().priority) == ("recheck_record", 90)
    case.finish()
    assert case.calls.count("push_record") == 3


def test_recheck_can_raise_an_alert() -> None:
    case = Case()
    case.do("recheck_record", recheck_outcome="alert")
    assert case.reasons == [["RECHECK"]]
    case.do("handle_alert", disposition="rescan")
    case.do("rescan_pages")
    case.finish()
    assert case.calls.count("assess_record") == 2


@pytest.mark.parametrize("answer", [{"disposition": "forget"}, {}], ids=["unknown", "none"])
def test_answer_that_no_path_expects_is_a_fault_of_the_gateway(answer: dict[str, str]) -> None:
    case = Case(assess_record=faulty())
    case.run.complete_user_task(case.task().engine_id, answer)
    assert [fault.node for fault in case.run.advance()] == ["which_disposition"]


def test_thirty_rounds_of_alerts_leave_nothing_behind_for_the_next() -> None:
    kinds = list(COUNTS)
    rounds = [assessment(**{kinds[n % 5]: 1, kinds[(n + 2) % 5]: n}) for n in range(30)]
    case = Case(assess_record=rounds)
    for number in range(30):
        if number % 10 == 0:
            case.do("handle_alert", disposition="override")
            case.do("authorise_override", authorisation="refused")
        case.do("handle_alert", disposition="rescan")
        case.do("rescan_pages")
    assert case.reasons == [[COUNTS[k] for k in COUNTS if found[k]] for found in rounds]
    case.finish()


def test_thirty_rejections_return_to_recheck_each_time() -> None:
    case = Case(push_record=[{"outcome": "rejected", "reason": "影像不清"}] * 30)
    for _ in range(30):
        case.do("recheck_record", recheck_outcome="pass")
    case.finish()
    assert case.calls.count("push_record") == 31


# --- deadlines

DUE_AT_ONCE = re.sub(
    r'(_output_[1-4]">\s*<text>)\d+', r"\g<1>0", (MODELS / "rules" / "deadlines.dmn").read_text("utf-8")
)


def test_every_late_task_is_escalated_and_can_still_be_done() -> None:
    case = Case(deadlines=DUE_AT_ONCE, reconcile_capture=[{"pages": 0}], assess_record=faulty(2))
    escalated = []
    for node, answer in (
        ("scan_pages", {}),
        ("handle_alert", {"disposition": "rescan"}),
        ("rescan_pages", {}),
        ("handle_alert", {"disposition": "supplement"}),
        ("await_supplement", {}),
        ("recheck_record", {"recheck_outcome": "pass"}),
    ):
        escalated.append(case.calls.count("escalate_overdue"))
        case.do(node, **answer)
    assert escalated == [1, 2, 3, 4, 5, 6]
    assert case.outcome == "archived"


def test_task_in_time_is_not_escalated() -> None:
    case = Case()
    case.finish()
    assert "escalate_overdue" not in case.calls


def test_late_escalation_does_not_bring_back_an_earlier_decision() -> None:
    case = Case(deadlines=DUE_AT_ONCE, assess_record=faulty())
    case.do("handle_alert", disposition="override")
    case.held = {"escalate_overdue"}
    case.do("authorise_override", authorisation="refused")
    case.do("handle_alert", disposition="withdraw")
    assert [each.operation for each in case.run.service_tasks()] == ["escalate_overdue"]
    case.held = set()
    case.settle()
    assert case.outcome == "withdrawn"


# --- tables

ASK = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="test"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">
 <process id="ask" isExecutable="true">
  <startEvent id="s"/><endEvent id="e"/>
  <businessRuleTask id="b"><extensionElements>
   <spiffworkflow:calledDecisionId>{table}</spiffworkflow:calledDecisionId>
  </extensionElements></businessRuleTask>
  <sequenceFlow id="f1" sourceRef="s" targetRef="b"/><sequenceFlow id="f2" sourceRef="b" targetRef="e"/>
 </process></definitions>"""


def decide(table: str, **given: Any) -> dict[str, Any]:
    text = (MODELS / "rules" / f"{table}.dmn").read_text("utf-8")
    model = engine.parse("ask", {"ask.bpmn": ASK.replace("{table}", table), f"{table}.dmn": text}, {})
    run = engine.Run.start(model, given)
    assert run.advance() == []
    assert run.completed
    return run.data


def test_qualification_names_every_reason() -> None:
    every = decide("qualification", assessment=assessment(**dict.fromkeys(COUNTS, 1)), alert_reasons=[])
    assert every["alert_reasons"] == list(COUNTS.values())
    for count, reason in COUNTS.items():
        one = decide("qualification", assessment=assessment(**{count: 3}), alert_reasons=[])
        assert one["alert_reasons"] == [reason]
    unsure = decide("qualification", assessment=assessment(doubtful=99), alert_reasons=[])
    assert unsure["alert_reasons"] == []


@pytest.mark.parametrize(
    ("asked", "doubtful", "mode"),
    [("full", 0, "full"), ("doubtful", 21, "full"), ("doubtful", 20, "doubtful")],
)
def test_routing_makes_the_recheck_stricter(asked: str, doubtful: int, mode: str) -> None:
    assert decide("routing", recheck_mode=asked, assessment=assessment(doubtful))["recheck_mode"] == mode


@pytest.mark.parametrize("item", [*ITEMS, "X-NEW-01"])
@pytest.mark.parametrize("channel", ["counter", "batch"])
def test_deadlines_hold_for_every_item_and_channel(item: str, channel: str) -> None:
    given = decide("deadlines", item=item, channel=channel)
    hours = [given[name] for name in ("capture_hours", "alert_hours", "recheck_hours", "supplement_hours")]
    assert all(hour > 0 for hour in hours)
    assert given["priority"] == {"counter": 80, "batch": 50}[channel]
    assert given["recheck_mode"] in ("full", "doubtful")


# --- drawings and catalogue

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
