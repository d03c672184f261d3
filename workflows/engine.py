"""The workflow engine behind one door: this module alone imports SpiffWorkflow.

A `Model` is a parsed bundle (diagram, called diagrams, DMN), kept in memory and shared; a `Run` is one running
workflow, made of a model and a small state that is stored apart from it. Knows nothing of databases, people or
queues. The traps it steps around are tested in tests/workflows/test_engine.py.
"""

from __future__ import annotations

import datetime as dt
import logging
import pickle
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson
import zstandard
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.serializer.default.workflow import (
    BpmnSubWorkflowConverter,
    BpmnWorkflowConverter,
    WorkflowConverter,
)
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException, TaskNotFoundException
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.process import VALIDATOR
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.serializer.task_spec import ServiceTaskConverter
from SpiffWorkflow.spiff.specs.defaults import ServiceTask

from workflows import restricted

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_PARAMETERS = "operation_parameters"
RESERVED = "typename"  # SpiffWorkflow's serialiser takes a mapping with this key for an object of its own


class ModelInvalid(ValueError):
    """The bundle cannot be deployed; the message names the diagram, the element and what to mend."""


class DataReserved(ValueError):
    """A form's answer uses a key that would make the case unloadable."""


class TaskNotWaiting(LookupError):
    """The task is not there or no longer waits: it was completed or cancelled before."""


@dataclass(frozen=True)
class WaitingUserTask:
    """A user task that waits: what the projection needs of it. `separate_from` names a node: whoever completed
    that one may not complete this one. `mode` is what the diagram tells the form."""

    engine_id: str
    node: str
    title: str
    group: str
    form: str
    priority: int
    due_in: dt.timedelta | None
    separate_from: str | None = None
    mode: str | None = None


@dataclass(frozen=True)
class WaitingServiceTask:
    """A service task that waits for its operation's result."""

    engine_id: str
    node: str
    operation: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """A script, condition or decision that failed: the task stands in error until `Run.reset`."""

    engine_id: str
    node: str
    message: str


class _AsyncServiceTask(ServiceTask):  # type: ignore[misc]
    """Stays STARTED: the operation runs outside and `Run.complete_service_task` brings its result."""

    def _execute(self, task: Any) -> None:
        # Evaluated here, so that a wrong parameter is a fault of this task like any script's.
        task.internal_data[_PARAMETERS] = {
            name: task.workflow.script_engine.evaluate(task, each["value"])
            for name, each in self.operation_params.items()
        }


class _Parser(SpiffBpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's own name and shape
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("serviceTask"): (ServiceTaskParser, _AsyncServiceTask),
    }


class _DeepSubWorkflow(BpmnSubWorkflow):  # type: ignore[misc]
    def get_tasks_iterator(self, first_task: Any = None, **filters: Any) -> Any:
        return super().get_tasks_iterator(first_task, **{"max_depth": sys.maxsize, **filters})


class _DeepWorkflow(BpmnWorkflow):  # type: ignore[misc]
    """The iterator of SpiffWorkflow stops at depth 1000, which freezes a case that looped often enough."""

    def get_tasks_iterator(self, first_task: Any = None, **filters: Any) -> Any:
        return super().get_tasks_iterator(first_task, **{"max_depth": sys.maxsize, **filters})

    def create_subprocess(self, my_task: Any, spec_name: str) -> Any:
        subprocess = _DeepSubWorkflow(
            self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self
        )
        self.subprocesses[my_task.id] = subprocess
        return subprocess


class _StateConverter(BpmnWorkflowConverter):  # type: ignore[misc]
    """State only: the specs come from the deployed definition (0.14 ms and 1 KB instead of 0.47 ms and 24 KB)."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        state: dict[str, Any] = WorkflowConverter.to_dict(self, workflow)
        state["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        state["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
        return state

    def from_dict(self, state: dict[str, Any], spec: Any = None, subprocesses: Any = None) -> Any:
        workflow = self.target_class(spec, subprocesses, deserializing=True)
        workflow.tasks = self.mapping_from_dict(state["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(state["root"])]
        self.set_default_attributes(workflow, state)
        self.subprocesses_from_dict(state["subprocesses"], workflow)
        workflow.bpmn_events = self.registry.restore(state.pop("bpmn_events", []))
        return workflow


class _Serializer(BpmnWorkflowSerializer):  # type: ignore[misc]
    def __init__(self) -> None:
        config = {
            **{k: v for k, v in SPIFF_CONFIG.items() if k not in (BpmnWorkflow, BpmnSubWorkflow)},
            _AsyncServiceTask: ServiceTaskConverter,
            _DeepWorkflow: _StateConverter,
            _DeepSubWorkflow: BpmnSubWorkflowConverter,
        }
        super().__init__(self.configure(config))
        self.registry._encoder_mode = True  # for good: orjson's `default` converts UUIDs and moments
        self._default = self._encoder_cls().default

    def pack(self, workflow: Any) -> bytes:
        options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
        text = orjson.dumps(self.to_dict(workflow), default=self._default, option=options)
        # A compressor is not safe to share between threads; making one costs microseconds.
        return zstandard.ZstdCompressor(level=3).compress(text)

    def unpack(self, blob: bytes, model: Model) -> Any:
        state = orjson.loads(zstandard.ZstdDecompressor().decompress(blob))
        spec, subprocesses = model.specs()
        return self.from_dict(state, spec=spec, subprocesses=subprocesses)


_SERIALIZER = _Serializer()


class _Environment(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """SpiffWorkflow's expressions and scripts, run by `workflows.restricted`."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return restricted.evaluate(expression, {**context, **self.globals, **(external_context or {})})

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        left = restricted.execute(script, context, {**self.globals, **(external_context or {})})
        context.clear()
        context.update(left)
        return True


class Model:
    """A parsed bundle, ready to start or to reload runs. Shared between threads; never changed after parsing."""

    def __init__(
        self, key: str, spec: Any, subprocesses: dict[str, Any], functions: Mapping[str, Any]
    ) -> None:
        self.key = key
        self._spec, self._subprocesses = spec, subprocesses
        self._pickled = pickle.dumps((spec, subprocesses)) if _mutates(spec) else None
        self.script_engine = PythonScriptEngine(_Environment(dict(functions)))

    def specs(self) -> tuple[Any, dict[str, Any]]:
        """The specs for one run: shared, or its own copy where running would change them."""
        if self._pickled is None:
            return self._spec, self._subprocesses
        spec, subprocesses = pickle.loads(self._pickled)
        return _wire(spec, subprocesses)

    @property
    def operations(self) -> frozenset[str]:
        """Names of every operation that the bundle's service tasks call."""
        return frozenset(
            task.operation_name
            for spec in (self._spec, *self._subprocesses.values())
            for task in spec.task_specs.values()
            if isinstance(task, _AsyncServiceTask)
        )


def parse(
    key: str, files: Mapping[str, str], functions: Mapping[str, Any], *, validate: bool = False
) -> Model:
    """The model of process `key` from `files` (file name → XML text; .bpmn and .dmn).

    `functions` are what scripts may call. `validate` checks against the XSD, which takes longer than parsing: for
    deployment. Raises ModelInvalid."""
    parser = _Parser(validator=VALIDATOR if validate else None)
    safe = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        for name, text in sorted(files.items()):
            tree = etree.fromstring(text.encode(), safe)
            if name.endswith(".dmn"):
                parser.add_dmn_xml(tree, filename=name)
            else:
                parser.add_bpmn_xml(tree, filename=name)
        spec, subprocesses = parser.get_spec(key), parser.get_subprocess_specs(key)
    except (ValidationException, etree.XMLSyntaxError, SpiffWorkflowException, KeyError) as error:
        raise ModelInvalid(f"流程 {key} 不能部署：{error}") from error
    return Model(key, *_wire(spec, subprocesses), functions)


def _wire(spec: Any, subprocesses: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A freshly parsed multi-instance spec is wired to its children only when one is created; a reloaded case
    needs it before, or it hangs after its children finished."""
    for each in (spec, *subprocesses.values()):
        for task in each.task_specs.values():
            if isinstance(task, LoopTask):
                child = each.task_specs[task.task_spec]
                if not child.completed_event.is_connected(task.merge_child):
                    child.completed_event.connect(task.merge_child)
    return spec, subprocesses


def _mutates(spec: Any) -> bool:
    """Whether a run changes the spec: a message-started event subprocess adds itself to the start's triggers."""
    return bool(getattr(spec.start, "trigger_specs", None))


class Run:
    """One running workflow in memory. Every verb leaves it in a state that `save` can store."""

    def __init__(self, model: Model, workflow: Any) -> None:
        self.model, self._workflow = model, workflow
        self._faults: list[Fault] = []
        workflow.script_engine = model.script_engine
        self.completed_tasks: set[str] = set()  # engine ids, since the start or the load of this object

    @classmethod
    def start(cls, model: Model, data: Mapping[str, Any]) -> Run:
        """A new run that has not moved yet: call `advance`."""
        _refuse_reserved(data)
        spec, subprocesses = model.specs()
        workflow = _DeepWorkflow(spec, subprocesses, script_engine=model.script_engine)
        workflow.task_tree.data.update(data)
        return cls(model, workflow)

    @classmethod
    def load(cls, model: Model, state: bytes) -> Run:
        return cls(model, _SERIALIZER.unpack(state, model))

    def save(self) -> bytes:
        """The state; a few hundred bytes to a few KB. Keep it as bytes: a reordered JSON loses data."""
        return _SERIALIZER.pack(self._workflow)

    def advance(self) -> list[Fault]:
        """Runs everything that needs neither a person nor an operation; returns the scripts that failed."""
        while True:  # a fault stops its own branch, not the ones beside it
            ran: list[Any] = []
            try:
                self._workflow.do_engine_steps(will_complete_task=ran.append)
            except Exception as error:  # SpiffWorkflow raises bare Exception and TypeError for a wrong timer
                if not ran:
                    raise
                self._blame(ran[-1], error)
            else:
                faults, self._faults = self._faults, []
                return faults

    def _blame(self, task: Any, error: Exception) -> None:
        """The task stands in error; what it had begun to open behind it (a wrong timer) is gone until `reset`."""
        if task.state != TaskState.ERROR:
            task._drop_children(force=True)
            task.error()
        self._faults.append(Fault(str(task.id), _node(task), str(error)))

    def _run_user_task(self, task: Any) -> None:
        try:
            task.run()
        except Exception as error:  # a post-script, or what stands behind the task: the form is kept
            self._blame(task, error)

    def user_tasks(self) -> list[WaitingUserTask]:
        return [self._describe(task) for task in self._tasks(TaskState.READY) if task.task_spec.manual]

    def _describe(self, task: Any) -> WaitingUserTask:
        spec = task.task_spec
        properties = spec.extensions.get("properties", {})
        due = self._property(task, properties.get("due"), duration)
        priority = self._property(task, properties.get("priority"), int)
        title = spec.bpmn_name or spec.bpmn_id
        return WaitingUserTask(
            str(task.id),
            spec.bpmn_id,
            title,
            spec.lane or "",
            properties.get("form", ""),
            50 if priority is None else priority,
            due,
            properties.get("separate_from"),
            self._property(task, properties.get("mode"), str),
        )

    def _property(self, task: Any, expression: str | None, kind: Callable[[Any], _T]) -> _T | None:
        if not expression:
            return None
        try:
            return kind(self.model.script_engine.evaluate(task, expression))
        except (SpiffWorkflowException, ValueError, TypeError) as error:
            # A wrong due date must not lose the clerk's form that led here; the task shows without one.
            _log.error("process %s, task %s: %s: %s", self.model.key, _node(task), expression, error)
            return None

    def service_tasks(self) -> list[WaitingServiceTask]:
        return [
            WaitingServiceTask(
                str(task.id), _node(task), task.task_spec.operation_name, task.internal_data[_PARAMETERS]
            )
            for task in self._tasks(TaskState.STARTED)
            if isinstance(task.task_spec, _AsyncServiceTask)
        ]

    def waiting(self) -> set[str]:
        """Engine ids of every user and service task that waits."""
        return {
            str(task.id)
            for workflow in self._workflows()
            for task in workflow.tasks.values()
            if (task.state == TaskState.READY and task.task_spec.manual)
            or (task.state == TaskState.STARTED and isinstance(task.task_spec, _AsyncServiceTask))
        }

    def complete_user_task(self, engine_id: str, answer: Mapping[str, Any]) -> None:
        """Brings a form's answer. Raises TaskNotWaiting, DataReserved."""
        _refuse_reserved(answer)
        task = self._waiting(engine_id, TaskState.READY)
        task.data.update(answer)  # not DeepMerge, which merges lists by position
        self.completed_tasks.add(engine_id)
        self._run_user_task(task)

    def complete_service_task(self, engine_id: str, result: Mapping[str, Any]) -> None:
        """Brings an operation's result into the task's result variable. Raises TaskNotWaiting, DataReserved."""
        _refuse_reserved(result)
        task = self._waiting(engine_id, TaskState.STARTED)
        if task.task_spec.result_variable:
            task.data[task.task_spec.result_variable] = dict(result)
        self.completed_tasks.add(engine_id)
        task.complete()

    def _waiting(self, engine_id: str, state: int) -> Any:
        # SpiffWorkflow completes a task twice without a word, so the state is checked here.
        try:
            task = self._workflow.get_task_from_id(UUID(engine_id))
        except TaskNotFoundException:
            raise TaskNotWaiting(engine_id) from None
        if task.state != state:
            raise TaskNotWaiting(engine_id)
        return task

    def fire_timers(self) -> None:
        """Lets every timer that is due go off; `advance` then follows."""
        self._workflow.refresh_timers()

    def next_due(self) -> dt.datetime | None:
        """When the next timer goes off; None without one."""
        moments = [
            TimerEventDefinition.get_datetime(str(event.value))
            for event in self._workflow.waiting_events()
            if event.value and "Time" in event.event_type  # TimerEvent…, TimeDateEvent…
        ]
        return min(moments, default=None)

    def reset(self, engine_id: str) -> None:
        """Makes a task in error ready again, with the data it had. Raises TaskNotWaiting."""
        task = self._waiting(engine_id, TaskState.ERROR)
        self._workflow.reset_from_task_id(task.id, dict(task.data))
        if task.task_spec.manual:  # its form was answered before
            self._run_user_task(task)

    def cancel(self) -> None:
        """Ends the run where it stands."""
        self._workflow.cancel()

    @property
    def completed(self) -> bool:
        return bool(self._workflow.completed)

    @property
    def data(self) -> dict[str, Any]:
        """The data that the run ended with; empty while it runs."""
        return dict(self._workflow.data)

    def active_nodes(self) -> list[list[str]]:
        """Where it stands: [process key, node id] of every element that waits, outermost first."""
        return [[workflow.spec.name, task.task_spec.bpmn_id] for workflow, task in self._active()]

    def stage(self) -> str:
        """The name, in the item's own diagram, of the elements that wait."""
        names = [
            task.task_spec.bpmn_name or task.task_spec.bpmn_id
            for workflow, task in self._active()
            if workflow is self._workflow and not task.task_spec.__class__.__name__.startswith("Boundary")
        ]
        return "、".join(dict.fromkeys(names))

    def _active(self) -> Iterator[tuple[Any, Any]]:
        waiting = TaskState.READY | TaskState.STARTED | TaskState.WAITING | TaskState.ERROR
        for workflow in self._workflows():
            for task in workflow.tasks.values():
                if task.state & waiting and getattr(task.task_spec, "bpmn_id", None):
                    yield workflow, task

    def _workflows(self) -> Sequence[Any]:
        return (self._workflow, *self._workflow.subprocesses.values())

    def _tasks(self, state: int) -> Iterator[Any]:
        # Straight over the tables of tasks: an iterator over the tree walks every finished branch again.
        for workflow in self._workflows():
            yield from [task for task in workflow.tasks.values() if task.state == state]


def _node(task: Any) -> str:
    return task.task_spec.bpmn_id or task.task_spec.name


def _refuse_reserved(value: Any) -> None:
    if isinstance(value, Mapping):
        if RESERVED in value:
            raise DataReserved(f"“{RESERVED}”是系统保留的名称，请给这个字段换一个名称")
        for each in value.values():
            _refuse_reserved(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_reserved(each)


def duration(text: str) -> dt.timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds ("P2D", "PT4H"). Raises ValueError."""
    match = re.fullmatch(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", text)
    if match is None or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration such as P2D or PT4H")
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
