"""What staff do with a gap: name it, begin to write, publish. The bot itself says whether it is closed."""

import json
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chatbot.bot import Bot
from chatbot.conversation import Language, Question
from chatbot.records.auditing import log_change
from chatbot.records.database import Records, today
from chatbot.records.tables import GapQuestionRow, GapRow
from chatbot.staff.accounts import Member
from chatbot.staff.gap_lists import GapQuestion, questions
from chatbot.staff.lists import RefusedError

STATES = ("new", "writing")
"""What staff set by hand. `published` is set by `publish`, if the bot answers."""
CLOSED_SHARE = 0.8
"""So many of a gap's questions must be answered: one in five may have come into it by mistake."""
MOST_ASKED = 50
_LONGEST = 120


@dataclass(frozen=True)
class Check:
    """What came of asking a gap's questions again."""

    asked: int
    answered: int
    quoting: int
    """How many of the answers quote the article that was named."""
    missed: tuple[GapQuestion, ...]

    @property
    def closes(self) -> bool:
        """Whether enough of them are answered, and the article has a part in it."""
        return self.answered >= CLOSED_SHARE * self.asked and self.quoting > 0


def change(session: Session, member: Member, gap: int, named: str, state: str) -> int:
    """Set a gap's name, which must hold no personal details, and state; return the gap that has its questions now.

    Under the name of another gap, both become one.
    """
    row = _row(session, gap)
    state = state or row.state
    if state not in STATES and state != row.state:
        raise RefusedError("Choose new or writing. A gap becomes published when its questions are asked again.")
    label = " ".join(named.split())
    if len(label) > _LONGEST:
        raise RefusedError(f"The name is too long. Use up to {_LONGEST} characters.")
    if state != "new" and not label:
        raise RefusedError("The gap has no name yet. Give it one, so that it is known again, and save.")
    before = _shown(row)
    other = _of_that_name(session, label, gap)
    if other:
        return _put_together(session, member, row, other)
    row.label, row.state = label, state
    if state in STATES:
        row.article = row.closed = None
    log_change(session, member.name, "gap.change", f"gap {gap}", (before, _shown(row)))
    return gap


def publish(records: Records, bot: Bot, member: Member, gap: int, article: str) -> Check:
    """Ask a gap's questions again, and make it published if they are answered and the article is quoted."""
    if article not in bot.articles:
        raise RefusedError("No article is chosen. Choose the one that answers these questions now.")
    with records.reading() as session:
        row = _row(session, gap)
        if not row.label:
            raise RefusedError("The gap has no name yet. Give it one and save, then try again.")
        asked = questions(session, gap, MOST_ASKED) or [GapQuestion("", today(), "en", row.label)]
    found = ask_again(bot, asked, article)
    with records.writing() as session:
        row = _row(session, gap)
        before = _shown(row)
        row.asked, row.answered = found.asked, found.answered
        if found.closes:
            row.state, row.article, row.closed = "published", article, today()
        log_change(session, member.name, "gap.publish", f"gap {gap}", (before, _shown(row)))
    return found


def ask_again(bot: Bot, asked: list[GapQuestion], article: str) -> Check:
    """Ask the bot that visitors ask; nothing of it is recorded."""
    answered = quoting = 0
    missed = []
    for each in asked:
        language: Language = "es" if each.language == "es" else "en"
        answer = bot.ask(Question(each.question, each.earlier, language))
        if answer.outcome == "answered":
            answered += 1
            quoting += any(citation.article == article for citation in answer.citations)
        else:
            missed.append(each)
    return Check(len(asked), answered, quoting, tuple(missed))


def _of_that_name(session: Session, label: str, gap: int) -> GapRow | None:
    named = session.scalars(select(GapRow).where(GapRow.label != "", GapRow.id != gap).order_by(GapRow.id))
    return next((row for row in named if row.label.casefold() == label.casefold()), None)


def _put_together(session: Session, member: Member, row: GapRow, into: GapRow) -> int:
    if into.state == "published":
        raise RefusedError(f"Gap {into.id} has this name and is published. Set it to writing, or use another name.")
    session.execute(update(GapQuestionRow).where(GapQuestionRow.gap_id == row.id).values(gap_id=into.id))
    log_change(session, member.name, "gap.merge", f"gap {row.id}", (_shown(row), _shown(into)))
    session.delete(row)
    return into.id


def _row(session: Session, gap: int) -> GapRow:
    row = session.get(GapRow, gap, with_for_update=True)
    if row is None:
        raise RefusedError("This gap is not there any more: its questions are sorted otherwise now. Press Refresh.")
    return row


def _shown(row: GapRow) -> str:
    return json.dumps(
        {"label": row.label, "state": row.state, "article": row.article, "asked": row.asked, "answered": row.answered},
        ensure_ascii=False,
    )
