"""The switches, as staff set them: read by every process within half a second, without any visitor waiting for it."""

import json
import logging
from threading import Event as Signal
from threading import Thread
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from chatbot.records.auditing import log_change
from chatbot.records.database import Records, now
from chatbot.records.tables import SwitchRow
from chatbot.switches import Switches

EVERY = 0.5
"""Seconds between looks at the table."""
LONGEST_NOTICE = 300
"""Characters."""
_ARTICLE = "article:"
_log = logging.getLogger(__name__)


class SwitchRefusedError(ValueError):
    """Something cannot be switched so; the message ends with the next step."""


class SwitchBoard:
    """What is switched, always at hand; where the records cannot be read, as it was last known."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._current = read_switches(records)
        self._stopping = Signal()
        self._thread = Thread(target=self._watch, name="switches", daemon=True)
        self._thread.start()

    def __call__(self) -> Switches:
        """Return what is switched now."""
        return self._current

    def answers(self, user: str, *, off: bool) -> None:
        """Switch all answers from the articles off, or on again."""
        self._set(user, "answers", {"off": off})

    def article(self, user: str, article: str, *, off: bool) -> None:
        """Switch one article off, or on again."""
        self._set(user, f"{_ARTICLE}{article}", {"off": off})

    def notice(self, user: str, english: str, spanish: str = "") -> None:
        """Put a notice on every page, or with two empty texts take it down."""
        texts = {"en": " ".join(english.split()), "es": " ".join(spanish.split())}
        if any(len(text) > LONGEST_NOTICE for text in texts.values()):
            raise SwitchRefusedError(f"The notice is too long. Use up to {LONGEST_NOTICE} characters.")
        self._set(user, "notice", texts)

    def close(self) -> None:
        """End the watching thread."""
        self._stopping.set()
        self._thread.join(2)

    def _set(self, user: str, name: str, value: dict[str, Any]) -> None:
        with self._records.writing() as session:
            row = session.get(SwitchRow, name, with_for_update=True)
            before = json.dumps(row.value, ensure_ascii=False) if row else None
            if row is None:
                row = SwitchRow(name=name)
                session.add(row)
            row.value, row.by, row.at = value, user, now()
            log_change(session, user, "switch", name, (before, json.dumps(value, ensure_ascii=False)))
        self._current = read_switches(self._records)

    def _watch(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                self._current = read_switches(self._records)
            except SQLAlchemyError as error:
                _log.error("the switches could not be read: %s", type(error).__name__)


def read_switches(records: Records) -> Switches:
    """Read what is switched."""
    with records.reading() as session:
        rows = {row.name: row.value for row in session.scalars(select(SwitchRow))}
    off = {name.removeprefix(_ARTICLE) for name, value in rows.items() if name.startswith(_ARTICLE) and value["off"]}
    notice = rows.get("notice", {})
    answers_off = rows.get("answers", {}).get("off", False)
    return Switches(answers_off, frozenset(off), notice.get("en", ""), notice.get("es", ""))
