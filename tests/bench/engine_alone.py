"""A whole case through the engine alone, and the same path on SpiffWorkflow as it comes.

Ours loads, reads what waits and saves around every command, as production does between two transactions.
SpiffWorkflow's own classes run it in one go in memory: own parser, own script engine, nothing saved.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser import SpiffBpmnParser

from tests.bench import case
from tests.bench.timing import Times
from workflows import engine


@dataclass
class Alone:
    """Seconds a case: ours with load and save, and SpiffWorkflow alone; commands and bytes of one case."""

    ours: Times
    spiff: Times
    commands: int
    state_bytes: int

    @property
    def share(self) -> float:
        return self.spiff.p50 / self.ours.p50


class _Answering(TaskDataEnvironment):  # type: ignore[misc]
    def call_service(self, context: Any, **kwargs: Any) -> str:
        return json.dumps(case.RESULTS[kwargs["operation_name"]])


def measure(cases: int) -> Alone:
    """Runs `cases` cases each way, in turn, after a tenth as many to warm up."""
    model, spiff = case.parse(), _spiff_specs()
    alone = Alone(Times(), Times(), 0, 0)
    for number in range(-(cases // 10) - 1, cases):
        ours, raw = (alone.ours, alone.spiff) if number >= 0 else (Times(), Times())
        with ours.one():
            alone.commands, alone.state_bytes = _ours(model)
        with raw.one():
            _raw(*spiff)
    return alone


def _ours(model: engine.Model) -> tuple[int, int]:
    run = engine.Run.start(model, case.START)
    commands, largest = 0, 0
    while True:
        if run.advance():
            raise RuntimeError("a script of the measured case failed")
        commands += 1
        people, machines = run.user_tasks(), run.service_tasks()
        run.stage(), run.active_nodes(), run.next_due()
        state = run.save()
        largest = max(largest, len(state))
        if run.completed:
            return commands, largest
        run = engine.Run.load(model, state)
        for task in people:
            run.complete_user_task(task.engine_id, case.PASS)
        for each in machines:
            run.complete_service_task(each.engine_id, case.RESULTS[each.operation])


def _spiff_specs() -> tuple[Any, Any, Any]:
    parser = SpiffBpmnParser()
    for name, text in case.FILES.items():
        if name.endswith(".dmn"):
            parser.add_dmn_str(text.encode(), filename=name)
        elif name.endswith(".bpmn"):
            parser.add_bpmn_str(text.encode(), filename=name)
    script_engine = PythonScriptEngine(_Answering(dict(case.FUNCTIONS)))
    return parser.get_spec(case.ITEM), parser.get_subprocess_specs(case.ITEM), script_engine


def _raw(spec: Any, subprocesses: Any, script_engine: Any) -> None:
    workflow = BpmnWorkflow(spec, subprocesses, script_engine=script_engine)
    workflow.task_tree.data.update(case.START)
    workflow.do_engine_steps()
    (recheck,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    recheck.data.update(case.PASS)
    recheck.run()
    workflow.do_engine_steps()
    if not workflow.completed:
        raise RuntimeError("the measured case did not end")
