"""The engine, and each trap of SpiffWorkflow 3.2.0 that applies to it."""

import datetime as dt

import pytest
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from tests.workflows.diagrams import CLERK_THEN_MACHINE, END, START, process, script, service, timer, user
from workflows import engine


def model(files, key="case", functions=None):
    return engine.parse(key, files, functions or {}, validate=True)


def reload(run):
    return engine.Run.load(run.model, run.save())


def started(files, data=None, **kwargs):
    run = engine.Run.start(model(files, **kwargs), data or {})
    assert run.advance() == []
    return run


def single(nodes, flows, **kwargs):
    return {"case.bpmn": process("case", START + nodes + END, flows, **kwargs)}


def test_a_user_task_shows_its_group_form_priority_and_due():
    (task,) = started(CLERK_THEN_MACHINE).user_tasks()
    assert (task.group, task.form, task.priority, task.due_in) == (
        "复核岗",
        "recheck",
        70,
        dt.timedelta(hours=2),
    )


def test_a_service_task_waits_across_reloads_until_its_result_comes():
    run = started(CLERK_THEN_MACHINE)
    run.complete_user_task(run.user_tasks()[0].engine_id, {"ok": True})
    run.advance()
    run = reload(run)
    (task,) = run.service_tasks()
    assert task.operation == "do_work" and not run.completed
    run.complete_service_task(task.engine_id, {"n": 1})
    run.advance()
    assert run.completed and run.data["result"] == {"n": 1}


def test_a_task_cannot_be_completed_twice():
    run = started(CLERK_THEN_MACHINE)
    engine_id = run.user_tasks()[0].engine_id
    run.complete_user_task(engine_id, {})
    run.advance()
    with pytest.raises(engine.TaskNotWaiting):
        run.complete_user_task(engine_id, {})
    machine = run.service_tasks()[0].engine_id
    run.complete_service_task(machine, {})
    with pytest.raises(engine.TaskNotWaiting):
        run.complete_service_task(machine, {})


def test_lists_of_a_form_replace_what_was_there_instead_of_merging_by_position():
    run = started(CLERK_THEN_MACHINE, {"chosen": ["a", "b", "c"]})
    run.complete_user_task(run.user_tasks()[0].engine_id, {"chosen": ["c", "a"]})
    run.advance()
    run.complete_service_task(run.service_tasks()[0].engine_id, {})
    run.advance()
    assert run.data["chosen"] == ["c", "a"]


@pytest.mark.parametrize("answer", [{"typename": "x"}, {"a": [{"b": {"typename": 1}}]}])
def test_a_key_that_would_make_the_case_unloadable_is_refused_at_every_depth(answer):
    run = started(CLERK_THEN_MACHINE)
    with pytest.raises(engine.DataReserved):
        run.complete_user_task(run.user_tasks()[0].engine_id, answer)
    assert reload(run).user_tasks()


LOOP = single(
    user("check") + '<bpmn:exclusiveGateway id="again" default="f3"/>' + script("count", "n = n + 1"),
    [
        ("start", "check"),
        ("check", "count"),
        ("count", "again"),
        ("again", "end"),
        ("again", "check", "n &lt; limit"),
    ],
)


def test_a_case_that_loops_six_hundred_times_does_not_freeze():
    run = started(LOOP, {"n": 0, "limit": 600})
    for _ in range(599):
        run.complete_user_task(run.user_tasks()[0].engine_id, {})
        run.advance()
    run = reload(run)
    run.complete_user_task(run.user_tasks()[0].engine_id, {})
    run.advance()
    assert run.completed and run.data["n"] == 600


MULTI = single(
    '<bpmn:userTask id="each" name="each"><bpmn:multiInstanceLoopCharacteristics>'
    "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    [("start", "each"), ("each", "end")],
)


def test_a_multi_instance_case_ends_after_a_reload_on_a_freshly_parsed_model():
    run = started(MULTI)
    state = run.save()
    run = engine.Run.load(model(MULTI), state)
    for task in run.user_tasks():
        run.complete_user_task(task.engine_id, {})
        run.advance()
        run = engine.Run.load(model(MULTI), run.save())
    assert run.completed


MESSAGE_STARTED = {
    "case.bpmn": process(
        "case",
        START
        + user("check")
        + END
        + '<bpmn:subProcess id="stop" name="stop" triggeredByEvent="true">'
        + '<bpmn:startEvent id="heard" isInterrupting="true">'
        + '<bpmn:messageEventDefinition id="m" messageRef="halt"/></bpmn:startEvent>'
        + '<bpmn:userTask id="tidy" name="tidy"/><bpmn:endEvent id="tidied"/>'
        + '<bpmn:sequenceFlow id="s1" sourceRef="heard" targetRef="tidy"/>'
        + '<bpmn:sequenceFlow id="s2" sourceRef="tidy" targetRef="tidied"/></bpmn:subProcess>',
        [("start", "check"), ("check", "end")],
        extra='<bpmn:message id="halt" name="halt"/>',
    )
}


def test_cases_of_one_model_do_not_start_each_others_event_subprocesses():
    shared = model(MESSAGE_STARTED)
    first = engine.Run.start(shared, {})
    first.advance()
    first._workflow.send_event(BpmnEvent(MessageEventDefinition("halt"), {}))
    first.advance()
    assert "tidy" in [task.node for task in first.user_tasks()]
    for _ in range(3):
        run = engine.Run.start(shared, {})
        run.advance()
        assert [task.node for task in run.user_tasks()] == ["check"]


FAULTY = single(
    user("check") + script("divide", "share = 1 / parts"),
    [("start", "check"), ("check", "divide"), ("divide", "end")],
)


def test_a_scripts_fault_keeps_the_clerks_form_and_can_be_retried():
    run = started(FAULTY)
    run.complete_user_task(run.user_tasks()[0].engine_id, {"parts": 0})
    (fault,) = run.advance()
    assert fault.node == "divide" and "ZeroDivisionError" in fault.message
    run = reload(run)
    assert run.advance() == []  # an old fault is not a new one
    run.reset(fault.engine_id)
    assert len(run.advance()) == 1  # with the data it had, it fails again
    run = reload(run)


def test_a_fault_in_a_condition_is_a_fault_of_its_gateway():
    files = single(
        user("check") + '<bpmn:exclusiveGateway id="gate" default="f2"/>',
        [("start", "check"), ("check", "gate"), ("gate", "end"), ("gate", "check", "missing &gt; 1")],
    )
    run = started(files)
    run.complete_user_task(run.user_tasks()[0].engine_id, {})
    (fault,) = run.advance()
    assert fault.node == "gate"


def test_a_wrong_service_parameter_is_a_fault_and_not_a_lost_form():
    parameter = '<spiffworkflow:parameter id="x" type="str" value="unknown_name"/>'
    files = single(
        user("check") + service("work", parameters=parameter),
        [("start", "check"), ("check", "work"), ("work", "end")],
    )
    run = started(files)
    run.complete_user_task(run.user_tasks()[0].engine_id, {})
    (fault,) = run.advance()
    assert fault.node == "work"


def test_a_wrong_due_date_does_not_lose_the_form_that_led_to_it():
    files = single(
        user("check") + user("then", due="nonsense"), [("start", "check"), ("check", "then"), ("then", "end")]
    )
    run = started(files)
    run.complete_user_task(run.user_tasks()[0].engine_id, {})
    assert run.advance() == []
    assert [(task.node, task.due_in) for task in run.user_tasks()] == [("then", None)]


LATE = single(
    user("check")
    + timer("late", "check", "&quot;PT0.05S&quot;")
    + script("mark", "late = True")
    + '<bpmn:endEvent id="noted"/>',
    [("start", "check"), ("late", "mark"), ("mark", "noted"), ("check", "end")],
)


def test_a_timer_goes_off_after_a_reload_and_leaves_the_task_waiting():
    run = started(LATE)
    due = run.next_due()
    assert due is not None
    run = reload(run)
    while dt.datetime.now(dt.UTC) < due:
        pass
    run.fire_timers()
    run.advance()
    assert run.next_due() is None
    assert [task.node for task in run.user_tasks()] == ["check"]


def test_cancel_ends_everything_that_waits():
    run = reload(started(LATE))
    run.cancel()
    run = reload(run)
    assert not run.user_tasks() and run.next_due() is None


@pytest.mark.parametrize(
    "text",
    [
        "x = __import__('os').system('true')",
        "x = ().__class__.__base__.__subclasses__()",
        "x = open('/etc/passwd').read()",
        "import os",
        "x = '{0.__class__}'.format(1)",
        "def f():\n  return f.__globals__\nx = f()",
    ],
)
def test_a_models_author_gets_no_shell(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    files = single(script("try_it", escaped), [("start", "try_it"), ("try_it", "end")])
    run = engine.Run.start(engine.parse("case", files, {}), {})
    assert len(run.advance()) == 1
    assert "x" not in run.data


def test_a_script_is_atomic():
    files = single(
        user("check") + script("both", "kept.append(1)\nfirst = 1\nsecond = 1 / 0"),
        [("start", "check"), ("check", "both"), ("both", "end")],
    )
    run = started(files, {"kept": []})
    run.complete_user_task(run.user_tasks()[0].engine_id, {})
    (fault,) = run.advance()
    run.reset(fault.engine_id)
    (fault,) = run.advance()
    assert b"first" not in engine._SERIALIZER.to_dict(run._workflow).__repr__().encode()


def test_an_external_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("told = 1")
    nodes = START + script("try_it", "kept = 2\n&x;") + END
    hostile = process("case", nodes, [("start", "try_it"), ("try_it", "end")]).replace(
        "<bpmn:definitions", f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><bpmn:definitions', 1
    )
    run = engine.Run.start(engine.parse("case", {"case.bpmn": hostile}, {}), {})
    run.advance()
    assert "told" not in run.data


def test_what_cannot_be_deployed_says_why():
    with pytest.raises(engine.ModelInvalid, match="case"):
        engine.parse("case", {"case.bpmn": "<not-bpmn/>"}, {}, validate=True)
    with pytest.raises(engine.ModelInvalid):
        engine.parse("other", CLERK_THEN_MACHINE, {})
