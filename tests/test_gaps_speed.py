"""Gaps stay under a second with 100,000 turns of which 10,000 have no answer. CHATBOT_TEST_POSTGRES as elsewhere."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import insert, update
from test_review_speed import TURNS, best_of_three
from test_review_speed import full as full

from chatbot.records.database import Records, today
from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import GapQuestionRow
from chatbot.staff.gap_lists import PAGE, gaps, one_gap, questions, with_examples
from chatbot.staff.gap_sorting import arrange, waiting
from chatbot.staff.weekly import gaps_closed

pytestmark = pytest.mark.slow

UNANSWERED = 10_000
MEANINGS = 300


@dataclass
class Drawn:
    """Vectors of an index, without its model: what is measured here reads vectors that are there."""

    rows: object
    manifest: object

    @staticmethod
    def embed(_texts: list[str]) -> object:
        return np.zeros((0, 384), dtype=np.float32)


@pytest.fixture(scope="module")
def sorted_gaps(full: Records) -> Iterator[tuple[Records, Drawn]]:
    rng = np.random.default_rng(3)
    middles = rng.normal(size=(MEANINGS, 384))
    chance = random.Random(5)
    numbers = chance.sample(range(TURNS), UNANSWERED)
    rows = []
    for number in numbers:
        vector = middles[int(MEANINGS * chance.random() ** 2)] + rng.normal(size=384) * 0.8
        rows.append(
            {"turn_id": f"{number:016x}-{number:08x}", "day": today() - timedelta(days=chance.randrange(28)),
             "language": "en", "place": f"article-{number % 60}#heading", "closeness": 0.0, "model": "m",
             "vector": (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()}
        )  # fmt: skip
    with full.writing() as session:
        session.execute(update(ListingRow).values(outcome="answered", verdict=None))
        for start in range(0, UNANSWERED, 1000):
            session.execute(insert(GapQuestionRow), rows[start : start + 1000])
            names = [row["turn_id"] for row in rows[start : start + 1000]]
            session.execute(update(ListingRow).where(ListingRow.turn_id.in_(names)).values(outcome="not_in_articles"))
    yield full, Drawn(rng.normal(size=(2000, 384)).astype(np.float32), SimpleNamespace(weights_sha256="m"))


def test_every_view_of_ten_thousand_unanswered_questions_takes_less_than_a_second(
    sorted_gaps: tuple[Records, Drawn],
) -> None:
    records, index = sorted_gaps
    started = time.perf_counter()
    arrange(records, index)  # type: ignore[arg-type]
    print(f"sorting 10,000 embedded questions anew: {time.perf_counter() - started:.1f} s")
    bot = SimpleNamespace(index=index)
    with records.reading() as session:
        found = gaps(session)
        assert sum(gap.count for gap in found) == UNANSWERED
        assert MEANINGS * 0.9 <= len(found) <= MEANINGS * 1.2, "the drawn meanings are found again"
        views: dict[str, Callable[[], object]] = {
            "page": lambda: (waiting(session, bot), with_examples(session, gaps(session)[:PAGE])),  # type: ignore[arg-type]
            "last page": lambda: with_examples(session, gaps(session, "all")[-PAGE:]),
            "gap": lambda: (one_gap(session, found[0].id), questions(session, found[0].id)),
            "closed": lambda: gaps_closed(session, today() - timedelta(days=6), today()),
        }
        taken = {name: best_of_three(view) for name, view in views.items()}
    print({name: round(seconds, 3) for name, seconds in taken.items()})
    assert max(taken.values()) < 1, taken


def test_sorting_the_ten_thousand_again_moves_none_of_them(sorted_gaps: tuple[Records, Drawn]) -> None:
    records, index = sorted_gaps
    arrange(records, index)  # type: ignore[arg-type]
    with records.reading() as session:
        before = {gap.id: gap.count for gap in gaps(session)}
    arrange(records, index)  # type: ignore[arg-type]
    with records.reading() as session:
        assert {gap.id: gap.count for gap in gaps(session)} == before
