"""Operation names to functions: the one place to look up what a service task of a diagram does.

A handler does its outside work first and returns a function that stores what it found and says what the diagram
decides on; that function runs in the transaction in which the task completes.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers import alerting, assessment, capture, packaging, pushing, recognition
from handlers.context import Context
from handlers.rereading import review
from workflows.service_tasks import Claim, Settle

HANDLERS: dict[str, Callable[[Context, Claim], Settle]] = {
    "reconcile_capture": capture.reconcile_capture,
    "recognise_record": recognition.recognise_record,
    "recognise_record_in_batch": recognition.recognise_record,
    "assess_record": assessment.assess_record,
    "open_alerts": alerting.open_alerts,
    "override_alerts": alerting.override_alerts,
    "escalate_overdue": alerting.escalate_overdue,
    "push_record": pushing.push_record,
    "package_record": packaging.package_record,
    "verify_package": packaging.verify_package,
    "settle_reread": review.settle_reread,
}
