"""Small diagrams for tests: each has just what one test needs."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="guidang">'
)


def process(key: str, nodes: str, flows: list[tuple[str, ...]], extra: str = "", lanes: str = "") -> str:
    """A diagram of `nodes` (XML without flows) joined by `flows` (source, target[, condition])."""
    edges = ""
    for number, flow in enumerate(flows):
        source, target, *condition = flow
        inner = f"<bpmn:conditionExpression>{condition[0]}</bpmn:conditionExpression>" if condition else ""
        ends = f'id="f{number}" sourceRef="{source}" targetRef="{target}"'
        edges += f"<bpmn:sequenceFlow {ends}>{inner}</bpmn:sequenceFlow>"
    return (
        f'{_HEAD}{extra}<bpmn:process id="{key}" name="{key}" isExecutable="true">{lanes}'
        f"{nodes}{edges}</bpmn:process></bpmn:definitions>"
    )


START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


def user(node: str, inner: str = "", form: str = "recheck", **properties: str) -> str:
    given = {"form": form, **properties}
    written = "".join(f'<spiffworkflow:property name="{k}" value="{v}"/>' for k, v in given.items())
    return (
        f'<bpmn:userTask id="{node}" name="{node}"><bpmn:extensionElements>'
        f"<spiffworkflow:properties>{written}</spiffworkflow:properties></bpmn:extensionElements>"
        f"{inner}</bpmn:userTask>"
    )


def service(node: str, operation: str = "do_work", result: str = "result", parameters: str = "") -> str:
    return (
        f'<bpmn:serviceTask id="{node}" name="{node}"><bpmn:extensionElements>'
        f'<spiffworkflow:serviceTaskOperator id="{operation}" resultVariable="{result}">'
        f"<spiffworkflow:parameters>{parameters}</spiffworkflow:parameters>"
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    )


def script(node: str, text: str) -> str:
    return f'<bpmn:scriptTask id="{node}" name="{node}"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'


def timer(node: str, host: str, duration: str, interrupting: bool = False) -> str:
    return (
        f'<bpmn:boundaryEvent id="{node}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">'
        '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">'
        f"{duration}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def lanes(group: str, *nodes: str) -> str:
    references = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes)
    return f'<bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="{group}">{references}</bpmn:lane></bpmn:laneSet>'


CLERK_THEN_MACHINE = {
    "case.bpmn": process(
        "case",
        START + user("check", due="&quot;PT2H&quot;", priority="70") + service("work") + END,
        [("start", "check"), ("check", "work"), ("work", "end")],
        lanes=lanes("复核岗", "start", "check", "work", "end"),
    )
}
