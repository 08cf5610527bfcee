"""Every view of the review stays under a second with 100,000 turns. CHATBOT_TEST_POSTGRES names an empty database."""

import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from chatbot.records.database import Records, now, today
from chatbot.records.queue_rules import REASONS
from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import Base, ConversationRow, QueueItemRow, ScoreRow, TurnRow, UserRow
from chatbot.staff.accounts import Member
from chatbot.staff.item import item_of
from chatbot.staff.lists import Filters, counts, how_many, lines, next_turn
from chatbot.staff.verdicts import VERDICTS, agreement

pytestmark = pytest.mark.slow

TURNS = 100_000
ANN = Member("ann", "reviewer")
WORDS = "how long does the spray treatment take what does it cost will i feel sleepy can i drive home after".split()
ROUTES = (("education", "answered"), ("education", "not_in_articles"), ("cost", "fixed"), ("personal_medical", "fixed"))
ANSWER = {"text": "A sentence of an article. " * 60, "citations": [{"article": "spray"}]}
VIEWS = (
    Filters(), Filters(sort="oldest"), Filters(show="kept", sort="newest"), Filters(show="kept", sort="unsure"),
    Filters(show="kept", text="sleepy drive"), Filters(show="kept", text="nothing has this"),
    Filters(show="queue", article="article-7"), Filters(show="kept", verdict="unsafe"), Filters(show="second"),
    Filters(reason="low_confidence", route="education", outcome="answered", language="es", text="cost"),
    Filters(show="done", since=(today() - timedelta(days=6)).isoformat()),
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    url = f"sqlite:///{tmp_path_factory.mktemp('full') / 'records.sqlite3'}"
    if request.param == "postgresql":
        url = os.environ.get("CHATBOT_TEST_POSTGRES", "")
        if not url:
            pytest.skip("CHATBOT_TEST_POSTGRES names no empty database")
    records = Records.open(url)
    with records.writing() as session:
        for name in ("ann", "ben"):
            session.add(UserRow(name=name, password_hash="x", role="reviewer", failed=0, created=now()))
        session.flush()
        chance = random.Random(7)
        for start in range(0, TURNS, 5000):
            for table, rows in generated(range(start, start + 5000), chance).items():
                session.execute(insert(table), rows)
        session.execute(text("ANALYZE"))
    yield records
    records.close()


def generated(numbers: range, chance: random.Random) -> dict[type[Base], list[dict[str, object]]]:
    made: dict[type[Base], list[dict[str, object]]] = {
        table: [] for table in (ConversationRow, TurnRow, ListingRow, QueueItemRow, ScoreRow)
    }
    for number in numbers:
        name, own = f"{number:016x}-{number:08x}", f"c{number // 4}"
        route, outcome = chance.choice(ROUTES)
        shared = {
            "day": today() - timedelta(days=chance.randrange(30)), "route": route, "outcome": outcome,
            "language": chance.choice("en en en es".split()), "confidence": chance.random(),
        }  # fmt: skip
        question = " ".join(chance.choices(WORDS, k=14))
        stage = chance.choice(("first", "first", "second", "settle", "done"))
        if number % 4 == 0:
            made[ConversationRow].append(
                {"id": own, "day": shared["day"], "language": "en", "keeps_text": True, "source": "page"}
            )
        made[TurnRow].append(
            {"id": name, "conversation_id": own, "number": number % 4 + 1, "flags": [], "rule": "r", "demo": True,
             "question": question, "answer": ANSWER, "passages": [], "trace": {}, "latency_bucket": "<50ms",
             "version": "1", **shared}
        )  # fmt: skip
        made[ListingRow].append(
            {"turn_id": name, "articles": f" article-{chance.randrange(60)} ", "words": question, "stage": stage,
             "first_by": None if stage == "first" else chance.choice(("ann", "ben")),
             "verdict": None if stage == "first" else chance.choice(VERDICTS), **shared}
        )  # fmt: skip
        made[QueueItemRow].append(
            {"turn_id": name, "reason": chance.choice(REASONS), "state": "done" if stage == "done" else "open",
             "added_day": shared["day"], "assigned": None, "draft": None}
        )  # fmt: skip
        if stage != "first":
            made[ScoreRow].append(score(name, "ann", blind=False, chance=chance))
        if stage in {"settle", "done"}:
            made[ScoreRow].append(score(name, "ben", blind=True, chance=chance))
    return made


def score(turn: str, author: str, *, blind: bool, chance: random.Random) -> dict[str, object]:
    value = float(chance.randrange(4))
    return {"turn_id": turn, "name": "verdict", "value": value, "source": "staff", "author_id": author,
            "blind": blind, "day": today(), "reason": None, "note": None}  # fmt: skip


def test_every_view_of_a_hundred_thousand_turns_takes_less_than_a_second(full: Records) -> None:
    slow = {}
    with full.reading() as session:
        for filters in VIEWS:
            total = how_many(session, ANN, filters)
            last = max(1, total // 25)
            views = {
                "first page": lambda filters=filters: (how_many(session, ANN, filters), lines(session, ANN, filters)),
                "last page": lambda filters=filters, last=last: lines(session, ANN, filters, last),
                "next": lambda filters=filters: next_turn(session, ANN, filters),
                "counts": lambda filters=filters: counts(session, ANN, filters, "reason"),
                "articles": lambda filters=filters: counts(session, ANN, filters, "article"),
            }
            for name, view in views.items():
                slow[name, str(filters)] = best_of_three(view)
        slow["item", ""] = best_of_three(lambda: item_of(session, ANN, f"{77_777:016x}-{77_777:08x}"))
        slow["agreement", ""] = best_of_three(lambda: agreement(session))
        assert agreement(session).n > 30_000
    worst = max(slow, key=lambda name: slow[name])
    print(f"slowest of {len(slow)} views: {slow[worst]:.2f} s: {worst}")
    assert slow[worst] < 1, worst


def best_of_three(view: object) -> float:
    assert callable(view)
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        view()
        taken.append(time.perf_counter() - started)
    return min(taken)
