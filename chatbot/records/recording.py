"""Take note of turns, ratings and taps without any visitor waiting for it: one thread writes, from a bounded queue.

Whatever goes wrong with the records, an answer is sent. What cannot be written is dropped and counted.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from queue import Empty, Full, Queue
from threading import Event as Signal
from threading import Thread
from time import monotonic

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from chatbot.bot import Bot
from chatbot.conversation import Answer, Question
from chatbot.records.counting import Counts, add_counts
from chatbot.records.database import Records, today
from chatbot.records.events import Asked, Event, Rated, Source, Tapped
from chatbot.records.keeping import Keeper, turn_id, without_text
from chatbot.records.purging import purge

WAITING = 1000
"""Events that may wait to be written."""
_TOGETHER = 256
_LATER = 0.1
"""Seconds an event waits for others, and for its answer to be sent."""
_TICK = 20.0
"""Seconds after which, with nothing to write, it is looked whether a new day began."""
_AGAIN = 1.0
"""Seconds until a database that could not be reached is tried again."""
_log = logging.getLogger(__name__)


class Recorder:
    """Records one bot's conversations; `close` writes what is still waiting."""

    def __init__(self, records: Records, bot: Bot, keeper: Keeper | None = None) -> None:
        self.records = records
        self.on_drop: Callable[[int], None] | None = None
        """Called with the number of events that were lost."""
        self.dropped = 0
        """Events that were lost since the start."""
        self._bot = bot
        self._keeper = keeper or Keeper(bot)
        self._queue: Queue[Event | None] = Queue(WAITING)
        self._stopping = Signal()
        self._uncounted = 0
        self._must_wipe = False
        self._purged: date | None = None
        self._thread = Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    def asking(self, source: Source) -> Callable[[Question], Answer]:
        """Return `Bot.ask` for a page or the API: the same answer, with an id of its own, and noted."""

        def ask(question: Question) -> Answer:
            trace = self._bot.explain(question)
            asked = Asked(turn_id(trace.answer.id), question, trace, source)
            self._put(without_text(asked))
            return replace(trace.answer, id=asked.id)

        return ask

    def rated(self, answer: str, helpful: bool, reason: str | None) -> None:
        """Note a rating of an answer, by the id that was sent with it."""
        self._put(Rated(answer, helpful, reason))

    def tapped(self, what: str) -> None:
        """Note that a number to call or text was tapped."""
        self._put(Tapped(what))

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until everything noted so far is written; tell whether it is."""
        deadline = monotonic() + seconds
        while self._queue.unfinished_tasks and monotonic() < deadline and self._thread.is_alive():
            self._stopping.wait(0.02)
        return not self._queue.unfinished_tasks

    def close(self, seconds: float = 5.0) -> None:
        """Write what is waiting, for so long at most, and end the thread."""
        self._stopping.set()
        with suppress(Full):  # then the thread sees the signal when it has written what fills the queue
            self._queue.put_nowait(None)
        self._thread.join(seconds)

    def _put(self, event: Event) -> None:
        try:
            self._queue.put_nowait(event)
        except Full:
            self._drop(1)

    def _drop(self, count: int) -> None:
        self.dropped += count
        self._uncounted += count
        if self.on_drop:
            self.on_drop(count)

    def _run(self) -> None:
        while True:
            self._tend()
            batch = self._next()
            if batch:
                self._write(batch)
            for _ in batch:
                self._queue.task_done()
            if self._stopping.is_set() and self._queue.empty():
                return

    def _next(self) -> list[Event]:
        """Return what is waiting, after a moment in which its answers are sent."""
        try:
            first = self._queue.get(timeout=1.0 if self._must_wipe else _TICK)
        except Empty:
            return []
        self._stopping.wait(_LATER)
        batch = [first]
        while len(batch) < _TOGETHER and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        ends = batch.count(None)
        for _ in range(ends):
            self._queue.task_done()
        return [event for event in batch if event is not None]

    def _write(self, batch: list[Event]) -> None:
        """Write events together, or where that fails each by itself; one that cannot be written is dropped."""
        if self._attempt(batch):
            return
        for event in batch:
            if not self._attempt([event]):
                self._drop(1)

    def _attempt(self, batch: list[Event]) -> bool:
        """Write events in one transaction, as soon as the database can be reached; tell whether they are written."""
        while True:
            try:
                return self._together(batch)
            except OperationalError as error:
                # Locked for long, or out of reach: what comes meanwhile waits in the queue, as far as there is room.
                _log.error("the records cannot be reached: %s", type(error).__name__)
                if self._stopping.wait(_AGAIN):
                    return False

    def _together(self, batch: list[Event]) -> bool:
        lost = self._uncounted
        try:
            with self.records.writing() as session:
                deleted = [self._keeper.keep(session, event) for event in batch]
                if lost:
                    add_counts(session, today(), Counts({("dropped", "record"): lost}))
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - one event that cannot be written must not end the records
            # Its message may hold what the visitor wrote: only its kind is logged.
            _log.error("records could not be written: %s", type(error).__name__)
            return False
        self._uncounted -= lost
        self._must_wipe = self._must_wipe or any(deleted)
        return True

    def _tend(self) -> None:
        """Delete what is due, and take what was deleted out of the files; what fails is tried again."""
        try:
            if self._purged != today():
                purge(self.records, self._bot.clinic.retention.keep_days, today())
                self._purged, self._must_wipe = today(), True
            if self._must_wipe:
                self._must_wipe = not self.records.wipe()
        except SQLAlchemyError as error:
            _log.error("old records could not be deleted yet: %s", type(error).__name__)
        except OSError as error:
            _log.error("old records could not be deleted yet: %s", type(error).__name__)
