"""Write events into the records: which conversation a turn belongs to, and when nothing of one may be kept."""

import random
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from chatbot.asking import settle
from chatbot.bot import Bot, Trace
from chatbot.conversation import Question
from chatbot.records.counting import add_counts
from chatbot.records.database import today
from chatbot.records.events import COUNTED_ONLY, Asked, Event, Rated, asked_key, counts_of, is_kept, turn_row
from chatbot.records.listing import list_turn
from chatbot.records.queue_rules import put_in_queue, reason_to_review
from chatbot.records.tables import ConversationRow, ScoreRow, TurnRow
from chatbot.redaction import Redactor
from chatbot.turns import recent

ANSWER_ID = re.compile(r"([0-9a-f]{16})(-[0-9a-f]{8})?(?:-[0-9]{1,4})?")
"""Of an answer: its own id, what tells the turn from others that asked the same, its place on the page."""


class Keeper:
    """Keeps what may be kept of one bot's conversations."""

    def __init__(
        self, bot: Bot, chance: Callable[[], float] = random.random, day: Callable[[], date] = today
    ) -> None:
        self.bot, self.chance, self.day = bot, chance, day
        self._redactor = Redactor(bot.clinic, [article.title for article in bot.articles.values()])

    def keep(self, session: Session, event: Event) -> bool:
        """Write an event; tell whether it deleted something that must now leave the files, too."""
        add_counts(session, self.day(), counts_of(event))
        if isinstance(event, Rated):
            self._rate(session, event)
        elif isinstance(event, Asked):
            return self._turn(session, event)
        return False

    def _turn(self, session: Session, asked: Asked) -> bool:
        if asked.trace.answer.route in COUNTED_ONLY:
            return self._forget(session, asked)
        if not is_kept(asked):
            return False
        conversation = self._conversation(session, asked)
        if conversation is None or not conversation.keeps_text:
            return False
        numbers = select(func.max(TurnRow.number)).where(TurnRow.conversation_id == conversation.id)
        turn = turn_row(asked, self._redactor if self._keeps_text else None, self.day())
        turn.conversation_id, turn.number = conversation.id, (session.scalar(numbers) or 0) + 1
        session.add(turn)
        session.flush()
        list_turn(session, turn)
        reason = reason_to_review(turn, self.chance)
        if reason:
            put_in_queue(session, turn.id, reason, self.day())
        return False

    @property
    def _keeps_text(self) -> bool:
        return self.bot.clinic.retention.keep_text == "redacted"

    def _conversation(self, session: Session, asked: Asked) -> ConversationRow | None:
        """Return the conversation a turn continues, or a new one; None if its history forbids to keep it."""
        found = self._known(session, asked)
        # Without a row to ask: an API client's history, or a page that is older than the records.
        if found or (asked.question.history and self._was_acute(asked.question)):
            return found
        return self._new(session, asked, keeps_text=True)

    def _known(self, session: Session, asked: Asked) -> ConversationRow | None:
        if asked.question.conversation:
            return _locked(session, asked.question.conversation)
        return self._before(session, asked.question, len(asked.question.history) - 1)

    def _before(self, session: Session, question: Question, at: int) -> ConversationRow | None:
        """Return the conversation whose turn asked `history[at]` after the same messages, if one is kept.

        Where nothing names the conversation, its history does. Of several that were the same up to there, any will do.
        """
        if at < 0:
            return None
        history = question.history
        asked = Question(history[at], recent(history[:at]), question.language)
        wanted = select(TurnRow).where(TurnRow.asked_key == asked_key(asked)).order_by(TurnRow.day.desc()).limit(1)
        turn = session.scalars(wanted).first()
        return _locked(session, turn.conversation_id) if turn else None

    def _was_acute(self, question: Question) -> bool:
        *earlier, last = question.history
        decided = settle(Question(last, tuple(earlier), question.language), self._redactor)
        return any(to in COUNTED_ONLY for to in (decided.route.to, *(turn.to for turn in decided.earlier)))

    def _new(self, session: Session, asked: Asked, *, keeps_text: bool) -> ConversationRow:
        name = asked.question.conversation or secrets.token_hex(8)
        language = asked.trace.answer.language
        row = ConversationRow(id=name, day=self.day(), language=language, keeps_text=keeps_text, source=asked.source)
        session.add(row)
        session.flush()
        return row

    def _forget(self, session: Session, asked: Asked) -> bool:
        """Delete what is kept of a conversation, and leave a mark that nothing more may be."""
        rows = [self._known(session, asked)]
        if not asked.question.conversation:
            rows += [self._before(session, asked.question, at) for at in range(len(asked.question.history) - 1)]
        found = {row.id: row for row in rows if row}
        if asked.question.conversation and not found:
            self._new(session, asked, keeps_text=False)
        for row in found.values():
            row.keeps_text = False
        session.flush()
        gone = session.execute(delete(TurnRow).where(TurnRow.conversation_id.in_(list(found))))
        return bool(gone.rowcount)  # type: ignore[attr-defined]

    def _rate(self, session: Session, rated: Rated) -> None:
        turn = _rated_turn(session, rated.turn)
        if turn is None:
            return
        given = select(ScoreRow).where(
            ScoreRow.turn_id == turn.id, ScoreRow.source == "visitor", ScoreRow.name == "helpful"
        )
        score = session.scalars(given).first()
        if score is None:
            score = ScoreRow(turn_id=turn.id, name="helpful", source="visitor", blind=False)
            session.add(score)
        score.value, score.reason, score.day = float(rated.helpful), rated.reason, self.day()
        session.flush()
        if not rated.helpful:
            put_in_queue(session, turn.id, "thumbs_down", self.day())


def turn_id(answer_id: str) -> str:
    """Return an id for a turn: others that ask the same get the same answer, but each is rated for itself."""
    return f"{answer_id}-{secrets.token_hex(4)}"


def _locked(session: Session, name: str) -> ConversationRow | None:
    """Return a conversation that no other process changes until this transaction ends."""
    return session.get(ConversationRow, name, with_for_update=True)


def _rated_turn(session: Session, name: str) -> TurnRow | None:
    named = ANSWER_ID.fullmatch(name)
    if not named:
        return None
    return session.get(TurnRow, named[1] + named[2]) if named[2] else _latest(session, named[1])


def _latest(session: Session, answer_id: str) -> TurnRow | None:
    wanted = select(TurnRow).where(TurnRow.id.startswith(f"{answer_id}-", autoescape=True))
    return session.scalars(wanted.order_by(TurnRow.day.desc()).limit(1)).first()


def without_text(asked: Asked) -> Asked:
    """Return an event without the words of a message of which only the number is kept."""
    if asked.trace.answer.route not in COUNTED_ONLY:
        return asked
    return replace(asked, question=replace(asked.question, text=""), trace=Trace(asked.trace.answer, None))
