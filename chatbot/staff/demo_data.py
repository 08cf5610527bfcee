"""Made-up traffic with reviews, in a database of its own, so that the staff side can be seen before anybody wrote.

Every message is really asked of the bot and recorded as a visitor's would be; only who asks is made up. Turns of before
`keep_days` are purged at the end, as they would have been: what is left of them is numbers.
"""

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from chatbot.bot import Bot, Trace
from chatbot.conversation import Question
from chatbot.records.database import Records, now, today
from chatbot.records.events import Asked, Rated, Source, Tapped
from chatbot.records.keeping import Keeper
from chatbot.records.purging import purge
from chatbot.records.queue_rules import REASONS
from chatbot.records.tables import (
    AuditRow,
    ConversationRow,
    CounterRow,
    GapRow,
    QueueItemRow,
    ScoreRow,
    TurnRow,
    UserRow,
)
from chatbot.staff.accounts import Member
from chatbot.staff.gap_sorting import Sorter
from chatbot.staff.judging import Review, flag, judge, save_draft
from chatbot.staff.passwords import hashed
from chatbot.staff.verdicts import needs_second
from chatbot.turns import recent

WEEKS = 8
_CONVERSATIONS = Path(__file__).with_name("demo_conversations.txt")
_OFTEN = 6
"""How much oftener a conversation above the dashes comes than one below them."""
_SOURCES: tuple[Source, ...] = ("chat", "chat", "chat", "page")
_FIRST, _SECOND = Member("demo-ana", "reviewer"), Member("demo-ben", "editor")
_ACUTE = ("i do not want to live anymore", "my husband says he will end it", "chest pain since this morning")
"""Of these nothing but their number is kept, as always."""

_FAULTS = (("partly", "incomplete"), ("partly", "tone"), ("wrong", "beside"), ("wrong", "outdated"))


class DemoRefusedError(Exception):
    """The database is not one for made-up traffic; the message ends with the next step."""


@dataclass(frozen=True)
class Made:
    """What was written."""

    conversations: int
    turns: int
    """Those that are still kept."""
    reviews: int


@dataclass
class _Writer:
    """Writes conversations through the code that records visitors'."""

    bot: Bot
    rng: random.Random
    day: date = field(default_factory=today)
    traces: dict[Question, Trace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.bot, self.rng.random, lambda: self.day)

    def write(self, session: Session, messages: tuple[str, ...], day: date) -> None:
        self.day = day
        conversation, source = f"{self.rng.getrandbits(64):016x}", self.rng.choice(_SOURCES)
        for number, text in enumerate(messages):
            question = Question(text, recent(messages[:number]), None)
            trace = self.traces.get(question) or self.bot.explain(question)
            self.traces[question] = trace
            name = f"{trace.answer.id}-{self.rng.getrandbits(32):08x}"
            own = Question(question.text, question.history, question.language, conversation)
            self.keeper.keep(session, Asked(name, own, trace, source))
            for event in _reactions(name, trace, self.rng):
                self.keeper.keep(session, event)


def make_demo(records: Records, bot: Bot, conversations: int, seed: int = 1) -> Made:
    """Fill a database with made-up traffic, in place of such that it holds; raise `DemoRefusedError`."""
    with records.writing() as session:
        _require_ours(session)
        _empty(session)
    rng = random.Random(seed)
    writer = _Writer(bot, rng)
    for day, messages in _drawn(rng, conversations):
        with records.writing() as session:
            writer.write(session, messages, day)
    with records.writing() as session:
        session.execute(update(TurnRow).values(demo=True))
        _make_staff(session)
    reviews = _review(records, rng)
    purge(records, bot.clinic.retention.keep_days, today())
    for _ in Sorter(records, bot).sort():
        pass
    with records.reading() as session:
        turns = session.scalar(select(func.count()).select_from(TurnRow)) or 0
    return Made(conversations, turns, reviews)


def holds_demo(records: Records) -> bool:
    """Tell whether the turns of a database are made up."""
    with records.reading() as session:
        return bool(session.scalar(select(exists().where(TurnRow.demo.is_(True)))))


def _require_ours(session: Session) -> None:
    real = session.scalar(select(exists().where(TurnRow.demo.is_(False))))
    counted = session.scalar(select(exists().where(CounterRow.value > 0)))
    made = session.scalar(select(exists().where(TurnRow.demo.is_(True))))
    if real or (counted and not made):
        raise DemoRefusedError("This database holds records of real visitors. Name another one with --database.")


def _empty(session: Session) -> None:
    """Take out what was made up before; accounts stay."""
    names = select(UserRow.name).where(UserRow.name.in_([_FIRST.name, _SECOND.name]))
    session.execute(delete(AuditRow).where(AuditRow.user.in_(names)))
    for table in (ConversationRow, CounterRow, GapRow):
        session.execute(delete(table))


def _drawn(rng: random.Random, count: int) -> Iterator[tuple[date, tuple[str, ...]]]:
    """Give days, oldest first, each with a conversation."""
    often, _, once = _CONVERSATIONS.read_text(encoding="utf-8").partition("\n---\n")
    lines = [[line for line in part.splitlines() if line and not line.startswith("#")] for part in (often, once)]
    weights = [_OFTEN] * len(lines[0]) + [1] * len(lines[1])
    days = sorted(today() - timedelta(days=rng.randrange(7 * WEEKS)) for _ in range(count))
    for number, day in enumerate(days):
        line = rng.choices([*lines[0], *lines[1]], weights)[0]
        if number % 40 == 7:
            line = _ACUTE[number // 40 % len(_ACUTE)]
        yield day, tuple(line.split(" | "))


def _reactions(name: str, trace: Trace, rng: random.Random) -> Iterator[Rated | Tapped]:
    """Give what a visitor does with an answer: most do nothing."""
    answer = trace.answer
    calls = [action for action in answer.actions if action.href.startswith("tel:")]
    if calls and rng.random() < (0.4 if answer.route == "booking" else 0.1):
        yield Tapped("clinic" if answer.route not in {"emergency", "crisis_self", "crisis_other"} else "crisis")
    if answer.route not in {"education", "cost"} or rng.random() > 0.3:
        return
    helpful = rng.random() < (0.15 if answer.outcome == "not_in_articles" else 0.6 + 0.35 * answer.confidence)
    yield Rated(name, helpful, None)
    if not helpful and rng.random() < 0.7:
        yield Rated(name, False, rng.choice(("beside", "unclear", "other")))


def _make_staff(session: Session) -> None:
    """Make two reviewers under whose names nobody can log in."""
    for member in (_FIRST, _SECOND):
        if session.get(UserRow, member.name) is None:
            password = hashed(secrets.token_urlsafe(32))
            session.add(UserRow(name=member.name, password_hash=password, role=member.role, created=now()))


def _review(records: Records, rng: random.Random) -> int:
    """Judge two in three of what waits, a part of it twice; flag one, leave one begun, the rest as it is."""
    with records.reading() as session:
        places = {reason: place for place, reason in enumerate(REASONS)}
        rows = session.execute(select(QueueItemRow, TurnRow).join(TurnRow, TurnRow.id == QueueItemRow.turn_id)).all()
        waiting = sorted(((item, turn) for item, turn in rows), key=lambda row: (places[row[0].reason], row[1].id))
    chosen = [turn for _, turn in waiting if rng.random() < 0.66]
    left = sorted((turn for _, turn in waiting if turn not in chosen), key=lambda turn: (turn.day, turn.id))
    given = 0
    for turn in chosen:
        with records.writing() as session:
            first = _verdict(turn, rng)
            judge(session, _FIRST, turn.id, first)
            given += 1
            if needs_second(turn.id) and rng.random() < 0.8:
                judge(session, _SECOND, turn.id, first if rng.random() < 0.8 else _verdict(turn, rng))
                given += 1
            _dated(session, turn, rng.randrange(1, 4))
    with records.writing() as session:
        for turn in left[-1:]:
            flag(session, _FIRST, turn.id)
        for turn in left[-2:-1]:
            save_draft(session, _SECOND, turn.id, Review(note="Ask the clinical lead about the second sentence."))
    return given


def _verdict(turn: TurnRow, rng: random.Random) -> Review:
    """Draw what a careful person might say of such an answer."""
    refused = turn.outcome == "not_in_articles"
    good = 0.6 if refused else 0.5 + 0.45 * turn.confidence
    if rng.random() < good:
        return Review("good")
    if refused:
        return Review("wrong", "refused", "A visitor should get this answer. Which section would fit?")
    verdict, reason = rng.choice(_FAULTS)
    return Review(verdict, reason)


def _dated(session: Session, turn: TurnRow, later: int) -> None:
    """Move what was just judged to a few days after it was asked."""
    day = min(turn.day + timedelta(days=later), today())
    session.flush()
    own = ScoreRow.turn_id == turn.id, ScoreRow.source == "staff"
    session.execute(update(ScoreRow).where(*own).values(day=day))
    at = datetime.combine(day, time(hour=10))
    session.execute(update(AuditRow).where(AuditRow.object == f"turn {turn.id}").values(at=at))
