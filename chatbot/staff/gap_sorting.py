"""Unanswered questions sorted into gaps: each is embedded once, and a gap that staff have touched stays what it is."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from sqlalchemy import Select, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from chatbot.bot import Bot
from chatbot.records.database import Records, today
from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import GapQuestionRow, GapRow, ScoreRow, TurnRow
from chatbot.staff.clustering import ALIKE, Common, Vectors, grouped, middle, nearest
from index.searching import Index

_AT_ONCE = 128
"""Questions embedded between two looks at the database; a visitor's question waits for at most one run of a few."""


@dataclass(frozen=True)
class _Sorted:
    """The questions with their vectors, and the gap each is in."""

    turns: list[str]
    gaps: list[int | None]
    vectors: Vectors


def unanswered() -> Select[str]:
    """Return the turns whose question was not answered: so says the bot, or staff found the answer beside it."""
    beside = exists().where(ScoreRow.turn_id == ListingRow.turn_id, ScoreRow.source == "staff")
    judged = ListingRow.verdict.in_(("wrong", "unsafe")) & beside.where(ScoreRow.reason == "beside")
    return select(ListingRow.turn_id).where(or_(ListingRow.outcome == "not_in_articles", judged))


def waiting(session: Session, bot: Bot) -> int:
    """Return how many unanswered questions are not sorted yet."""
    return session.scalar(select(func.count()).select_from(_pending(bot.index).subquery())) or 0


class Sorter:
    """Sorts what has come since the last time; in each process one at a time."""

    def __init__(self, records: Records, bot: Bot) -> None:
        self._records, self._bot = records, bot
        self._lock = Lock()

    def sort(self) -> Iterator[int]:
        """Sort everything that waits, giving how much is left after each batch; nothing if somebody else is at it.

        What is embedded is kept after every batch: whoever comes after an interruption goes on from there.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            index = self._bot.index
            while _embed_some(self._records, index):
                with self._records.reading() as session:
                    yield waiting(session, self._bot)
            arrange(self._records, index)
        finally:
            self._lock.release()


def arrange(records: Records, index: Index) -> None:
    """Put every embedded question into a gap: one that staff have touched, or one found by meaning."""
    with records.reading() as session:
        names = {gap.id: gap.label for gap in session.scalars(select(GapRow)) if is_touched(gap) and gap.label}
    common = Common.of(np.asarray(index.rows))
    named = dict(zip(names, common.taken_out(index.embed(list(names.values()))), strict=True)) if names else {}
    with records.writing() as session:
        if not records.is_sqlite:
            # Two processes would each make a gap of the same questions.
            session.execute(text("LOCK TABLE gap_question IN SHARE ROW EXCLUSIVE MODE"))
        session.execute(delete(GapQuestionRow).where(GapQuestionRow.turn_id.not_in(unanswered())))
        _arrange(session, _sorted(session, _model(index), common), named)
        _tidy(session)


def is_touched(gap: GapRow) -> bool:
    """Tell whether staff have named a gap or begun with it: it then keeps its questions, and takes up new ones."""
    return bool(gap.label) or gap.state != "new"


def _model(index: Index) -> str:
    return index.manifest.weights_sha256[:64]


def _pending(index: Index) -> Select[str]:
    known = exists().where(
        GapQuestionRow.turn_id == ListingRow.turn_id,
        or_(GapQuestionRow.model == _model(index), GapQuestionRow.vector.is_(None)),
    )
    return unanswered().where(~known)


def _embed_some(records: Records, index: Index) -> int:
    """Embed the next questions; return how many."""
    with records.reading() as session:
        # What a follow-up refers to stands in what was searched for.
        meant = TurnRow.trace["query"]["resolved"].as_string()
        article, heading = (TurnRow.passages[0][name].as_string() for name in ("article", "heading"))
        facts = (TurnRow.id, TurnRow.day, TurnRow.language, TurnRow.question, TurnRow.number)
        columns = select(*facts, meant, article, heading)
        wanted = _pending(index).order_by(ListingRow.turn_id).limit(_AT_ONCE)
        rows = session.execute(columns.where(TurnRow.id.in_(wanted))).all()
    texts = [(meant if number > 1 and meant else question) or "" for _, _, _, question, number, meant, *_ in rows]
    with_text = [at for at, each in enumerate(texts) if each.strip()]
    vectors = dict(zip(with_text, index.embed([texts[at] for at in with_text]), strict=True)) if with_text else {}
    with records.writing() as session:
        # One that was deleted meanwhile must leave nothing behind.
        still = set(session.scalars(select(TurnRow.id).where(TurnRow.id.in_([row.id for row in rows]))))
        for at, (name, day, language, *_, article, heading) in enumerate(rows):
            if name in still:
                place = f"{article}#{heading or ''}" if article else ""
                vector = vectors[at].astype(np.float16).tobytes() if at in vectors else None
                row = GapQuestionRow(turn_id=name, day=day, language=language, place=place)
                row.model, row.vector = _model(index), vector
                session.merge(row)
    return len(rows)


def _sorted(session: Session, model: str, common: Common) -> _Sorted:
    columns = select(GapQuestionRow.turn_id, GapQuestionRow.gap_id, GapQuestionRow.vector)
    own = columns.where(GapQuestionRow.model == model, GapQuestionRow.vector.is_not(None))
    rows = session.execute(own.order_by(GapQuestionRow.day, GapQuestionRow.turn_id)).all()
    held = np.frombuffer(b"".join(row.vector for row in rows), np.float16).astype(np.float32)
    vectors = common.taken_out(held.reshape(len(rows), -1)) if rows else held.reshape(0, common.directions.shape[1])
    return _Sorted([row.turn_id for row in rows], [row.gap_id for row in rows], vectors)


def _arrange(session: Session, found: _Sorted, named: dict[int, Vectors]) -> None:
    gaps = {gap.id: gap for gap in session.scalars(select(GapRow))}
    touched = {name for name, gap in gaps.items() if is_touched(gap)}
    members: dict[int, list[int]] = defaultdict(list)
    for at, gap in enumerate(found.gaps):
        if gap in touched:
            members[gap].append(at)
    loose = [at for at, gap in enumerate(found.gaps) if gap not in touched]
    loose = _joined(found.vectors, loose, members, named)
    untouched = set(gaps) - touched
    for group in _new_groups(found.vectors, loose):
        members[_identity(session, group, found, untouched)] = group
    _write(session, found, members)


def _joined(
    vectors: Vectors, loose: Sequence[int], members: dict[int, list[int]], named: dict[int, Vectors]
) -> list[int]:
    """Add questions to the touched gaps they mean the same as; return the rest. Its name speaks for a gap, too."""
    keep = sorted({*members, *named})
    if not keep or not loose:
        return list(loose)
    parts = [[vectors[members[gap]], named[gap][None] if gap in named else vectors[:0]] for gap in keep]
    best, cosines = nearest(vectors[loose], np.stack([middle(np.concatenate(part)) for part in parts]))
    rest = []
    for at, number, cosine in zip(loose, best, cosines, strict=True):
        if cosine >= ALIKE:
            members[keep[number]].append(at)
        else:
            rest.append(at)
    return rest


def _new_groups(vectors: Vectors, loose: Sequence[int]) -> list[list[int]]:
    """Return the questions of each group, the largest group first."""
    groups: dict[int, list[int]] = defaultdict(list)
    for at, number in zip(loose, grouped(vectors[list(loose)]), strict=True):
        groups[int(number)].append(at)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _identity(session: Session, group: Sequence[int], found: _Sorted, free: set[int]) -> int:
    """Return the gap that most of the questions were in before and no larger group has taken, or else a new one."""
    before = Counter(gap for at in group if (gap := found.gaps[at]) in free)
    if before:
        taken = min(before, key=lambda gap: (-before[gap], gap or 0))
        free.discard(taken or 0)
        return taken or 0
    row = GapRow(label="", state="new", created=today())
    session.add(row)
    session.flush()
    return row.id


def _write(session: Session, found: _Sorted, members: dict[int, list[int]]) -> None:
    changed = []
    for gap, group in members.items():
        near = found.vectors[group] @ middle(found.vectors[group])
        facts = zip(group, near, strict=True)
        changed += [{"turn_id": found.turns[at], "gap_id": gap, "closeness": round(float(by), 4)} for at, by in facts]
    if changed:
        session.execute(update(GapQuestionRow), changed)


def _tidy(session: Session) -> None:
    """Forget gaps that nobody has touched and nothing is left in; note what every other one is nearest to."""
    session.flush()
    filled = select(GapQuestionRow.gap_id).where(GapQuestionRow.gap_id.is_not(None))
    session.execute(delete(GapRow).where(GapRow.label == "", GapRow.state == "new", GapRow.id.not_in(filled)))
    places: dict[int, Counter[str]] = defaultdict(Counter)
    named = select(GapQuestionRow.gap_id, GapQuestionRow.place, func.count()).where(GapQuestionRow.gap_id.is_not(None))
    for gap, place, number in session.execute(named.group_by(GapQuestionRow.gap_id, GapQuestionRow.place)):
        places[gap or 0][place] += number
    nearest_places = [
        {"id": gap, "heading": max(sorted(found), key=lambda place: found[place]) or None}
        for gap, found in sorted(places.items())
    ]
    if nearest_places:
        session.execute(update(GapRow), nearest_places)
