"""The scripted clerks of `guidang demo --once`: each task is done by a person who may do it, through the public verbs.

What they decide follows from the fault that was planted; where recognition raised an alert on a sound case, a
clerk who sees the paper asks for an override and the supervisor grants it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, sessionmaker

from records import alerts, pages
from records.people import Actor, Person
from workflows import intake, user_tasks
from workflows.intake import Intake
from workflows.models import Incident, ProcessInstance, ServiceTaskRun, UserTask

# Planted fault → what the clerk does about the alert.
DECISIONS = {
    "missing_material": "supplement",
    "blank_page": "rescan",
    "blurred_page": "rescan",
    "vin_conflict": "withdraw",
    "owner_conflict": "rescan",
    "id_check_digit": "leave",
}
LEFT = "leave"


class Clerks:
    """Does whatever waits, again and again, until only what they leave on purpose waits."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        needs: Intake,
        faults: Mapping[str, str | None],
        samples: Path,
    ) -> None:
        self.sessions, self.needs, self.faults, self.samples = sessions, needs, faults, samples
        self._acts: dict[str, Callable[[Session, UserTask], dict[str, Any] | None]] = {
            "recheck": self._recheck,
            "alert": self._alert,
            "authorise": self._authorise,
            "capture": self._capture,
        }
        with sessions() as session:
            everybody = session.scalars(sa.select(Person).order_by(Person.id)).all()
            self._actors = [person.actor("127.0.0.1") for person in everybody]

    def round_is_done(self) -> bool:
        """Does every task that waits once; True when nothing is left to do and no machine is at work."""
        with self.sessions() as session:
            tasks = session.scalars(sa.select(UserTask.id).where(UserTask.status == "ready")).all()
            busy = session.scalar(
                sa.select(sa.func.count(ServiceTaskRun.id)).where(
                    ServiceTaskRun.status.in_(("queued", "running", "waiting"))
                )
            )
            timed = session.scalar(
                sa.select(sa.func.count(ProcessInstance.id)).where(
                    ProcessInstance.status == "running", ProcessInstance.stage == "识别"
                )
            )
            broken = session.scalar(sa.select(sa.func.count(Incident.id)).where(Incident.status == "open"))
        done = sum([self._do(task_id) for task_id in tasks])
        return done == 0 and (broken or 0) + (busy or 0) + (timed or 0) == (broken or 0)

    def _do(self, task_id: int) -> bool:
        with self.sessions() as session:
            task = session.scalars(
                sa.select(UserTask)
                .options(joinedload(UserTask.instance).joinedload(ProcessInstance.record))
                .where(UserTask.id == task_id)
            ).one()
            answer = self._acts[task.form](session, task)
            if answer is None:
                return False
            user = self._someone(task.candidate_group)
            user_tasks.complete(session, self.needs.models, user, task_id, answer, f"script:{task_id}")
            session.commit()
            return True

    def _someone(self, group: str) -> Actor:
        return next(actor for actor in self._actors if group in actor.groups)

    def _fault(self, task: UserTask) -> str | None:
        return self.faults.get(task.instance.record.transaction_number)

    def _recheck(self, _session: Session, _task: UserTask) -> dict[str, Any]:
        return {"recheck_outcome": "pass"}

    def _alert(self, session: Session, task: UserTask) -> dict[str, Any] | None:
        decision = DECISIONS.get(self._fault(task) or "", "override")
        repaired = decision in ("rescan", "supplement") and not self._repairs(task)
        if decision == LEFT:
            return None
        if decision == "withdraw":
            user = self._someone(task.candidate_group)
            for alert in alerts.of_record(session, task.instance.record_id, "open"):
                alerts.close(session, user, alert, "withdrawn", "申请人撤回")
        return {"disposition": "override" if repaired else decision}

    def _authorise(self, _session: Session, _task: UserTask) -> dict[str, Any]:
        return {"authorisation": "granted"}

    def _repairs(self, task: UserTask) -> list[Path]:
        """Sound pages for the case that were not handed in yet; a page's name says which one it replaces."""
        folder = self.samples / "repairs" / task.instance.record.transaction_number
        return [path for path in sorted(folder.glob("*.jpg")) if not path.with_suffix(".used").exists()]

    def _capture(self, session: Session, task: UserTask) -> dict[str, Any]:
        record_id, user = task.instance.record_id, self._someone(task.candidate_group)
        for path in self._repairs(task):
            current = {page.source_name: page.id for page in pages.current(session, record_id)}
            old = current.get(path.name)
            intake.add_pages(
                session,
                self.needs,
                user,
                record_id,
                [(path.name, path.read_bytes())],
                {0: old} if old is not None else None,
            )
            path.with_suffix(".used").touch()
        return {}
