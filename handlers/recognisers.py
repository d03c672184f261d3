"""The recogniser that reads now: the one of the active model, and the one in shadow beside it, each loaded once.

Which model is in use is asked before every job, so a promotion or rollback takes effect between two jobs, without a
restart. Knows registered models and how one is loaded; nothing of what they find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from ocr.protocol import Recogniser
from records import recogniser_models
from records.recogniser_models import Choice

PACKAGED = ""  # the folder of the model that comes with the program


class Recognisers:
    """Recognisers of one thread. `packaged` makes the one that comes with the program, `load` one with the weights in
    a folder; `models` is the folder of registered models."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        packaged: Callable[[], Recogniser],
        load: Callable[[Path], Recogniser],
        models: Path,
    ) -> None:
        self._sessions, self._packaged, self._load, self._models = sessions, packaged, load, models
        self._reading = sessions.kw["bind"].execution_options(read_only=True)  # a look takes no lock
        self._loaded: dict[str, Recogniser] = {}

    def active(self) -> Recogniser:
        """The recogniser of the active model. Raises records.recogniser_models.ModelDamaged."""
        chosen = self._in_use()
        return self._of(chosen.get("active"), chosen)

    def shadow(self) -> tuple[Choice, Recogniser] | None:
        """The model on trial and its recogniser. Raises records.recogniser_models.ModelDamaged."""
        chosen = self._in_use()
        return (chosen["shadow"], self._of(chosen["shadow"], chosen)) if "shadow" in chosen else None

    def _in_use(self) -> dict[str, Choice]:
        with self._sessions(bind=self._reading) as session:
            return recogniser_models.in_use(session)

    def _of(self, wanted: Choice | None, in_use: Mapping[str, Choice]) -> Recogniser:
        key = wanted.folder if wanted else PACKAGED
        if key not in self._loaded:
            for other in self._loaded.keys() - {each.folder for each in in_use.values()}:
                del self._loaded[other]
            if wanted is None or key == PACKAGED:
                self._loaded[key] = self._packaged()
            else:
                self._loaded[key] = self._load(recogniser_models.checked(self._models, wanted))
        return self._loaded[key]
