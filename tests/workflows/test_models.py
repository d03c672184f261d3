"""The diagrams and tables under bpmn/: every path of every item process runs, and every table decides."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from tests.conftest import ROOT
from workflows import definitions, engine

MODELS = ROOT / "bpmn"
BUNDLES = definitions.read_bundles(MODELS)
ITEMS = sorted(BUNDLES)
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
