"""What a station consists of: the page it shows, the answer it gives the diagram, what it puts on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from records.people import Actor
from workflows.models import UserTask


def nothing_more(_session: Session, _user: Actor, _task: UserTask, _form: Mapping[str, str]) -> None:
    """For forms whose answer says all."""


@dataclass(frozen=True)
class TaskForm:
    """`view` reads what the template shows. `answer` turns the submitted form into the diagram's answer or
    raises FormIncomplete. `settle` records what goes with it, in the same transaction, once."""

    template: str
    view: Callable[[Session, UserTask], dict[str, Any]]
    answer: Callable[[Mapping[str, str]], dict[str, Any]]
    settle: Callable[[Session, Actor, UserTask, Mapping[str, str]], None] = nothing_more
