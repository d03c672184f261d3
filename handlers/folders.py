"""Case folders on disk: handed in by command, or by being put into the watched folder.

A watched folder is taken when it has lain still for a while; it then moves to `accepted/` or, with the reason in
`refused.txt`, to `refused/`, so that nothing is taken twice and nothing disappears. Knows folders; what a
submission is knows `workflows.intake`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session, sessionmaker

from records import case_file, submissions
from records.case_file import CaseFileRefused
from records.people import SYSTEM
from workflows import intake
from workflows.intake import Intake, Receipt, SubmissionRefused

_log = logging.getLogger(__name__)


def receive_folder(session: Session, needs: Intake, folder: Path, *, door: str) -> Receipt:
    """Hands in one case folder. Raises SubmissionRefused; the refusal is on the ledger."""
    try:
        case_json, paths = case_file.read_folder(folder)
    except CaseFileRefused as refused:
        reasons = [str(problem) for problem in refused.problems]
        submissions.rejected(session, SYSTEM, door=door, name=folder.name, reason="；".join(reasons))
        session.commit()
        raise SubmissionRefused(reasons) from refused
    with ExitStack() as opened:

        def streams() -> Iterator[tuple[str, BinaryIO]]:
            for path in paths:
                yield path.name, opened.enter_context(path.open("rb"))

        return intake.receive(
            session,
            needs,
            SYSTEM,
            door=door,
            name=folder.name,
            case_json=case_json,
            files=streams(),
        )


class Watcher:
    """Takes the case folders that appear in `inbox`, one look at a time."""

    def __init__(
        self, inbox: Path, sessions: sessionmaker[Session], needs: Intake, still_s: float = 5.0
    ) -> None:
        self.inbox, self.sessions, self.needs, self.still_s = inbox, sessions, needs, still_s
        self.accepted, self.refused = inbox / "accepted", inbox / "refused"

    def look(self) -> int:
        """Takes every folder that has lain still; returns how many."""
        for folder in (self.accepted, self.refused):
            folder.mkdir(parents=True, exist_ok=True)
        ripe = [folder for folder in sorted(self.inbox.iterdir()) if self._is_ripe(folder)]
        for folder in ripe:
            try:
                self._take(folder)
            except (
                OSError
            ) as error:  # one folder that cannot be read or moved must not keep the others waiting
                _log.error("folder %s cannot be taken: %s", folder.name, error)
        return len(ripe)

    def _is_ripe(self, folder: Path) -> bool:
        if folder in (self.accepted, self.refused) or folder.name.startswith(".") or not folder.is_dir():
            return False
        try:
            newest = max(path.lstat().st_mtime for path in (folder, *folder.iterdir()))
        except OSError:  # taken by another worker, or changed this very moment
            return False
        return (folder / "case.json").is_file() and time.time() - newest >= self.still_s

    def _take(self, folder: Path) -> None:
        try:
            with self.sessions() as session:
                receive_folder(session, self.needs, folder, door="folder")
            target = self.accepted
        except SubmissionRefused as refused:
            (folder / "refused.txt").write_text("\n".join(refused.reasons) + "\n", "utf-8")
            target = self.refused
            _log.warning("folder %s refused: %s", folder.name, refused)
        folder.rename(_free_name(target / folder.name))


def _free_name(path: Path) -> Path:
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}~{number}")
    return free
