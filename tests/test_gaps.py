"""Content gaps: questions put together by meaning, and gaps that keep their identity until the bot answers them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from conftest import Corpus
from sqlalchemy import delete, func, select, update
from website import RecordingBot, opened_bot

from chatbot.conversation import Question
from chatbot.records.database import Records, now, today
from chatbot.records.keeping import Keeper
from chatbot.records.purging import purge
from chatbot.records.recording import Recorder
from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import AuditRow, ConversationRow, GapQuestionRow, GapRow, ScoreRow, TurnRow, UserRow
from chatbot.staff.accounts import Member
from chatbot.staff.clustering import Common, grouped
from chatbot.staff.gap_changes import change, publish
from chatbot.staff.gap_lists import Gap, gaps, nearest_headings, one_gap, questions, with_examples
from chatbot.staff.gap_page import gaps_html, questions_html
from chatbot.staff.gap_sorting import Sorter, waiting
from chatbot.staff.lists import RefusedError
from chatbot.staff.weekly import gaps_closed
from corpus.clinic import Retention
from evals.gap_clusters import gap_questions, halves, pair_scores

EVA = Member("eva", "editor")
PARKING = ("Where can I park my car?", "Is there parking for my car near the clinic?", "where do i park the car")
PETS = ("Can I bring my dog?", "are dogs allowed, can i bring my dog")


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    with opened.writing() as session:
        session.add(UserRow(name="eva", password_hash="x", role="editor", failed=0, created=now()))
    yield opened
    opened.close()


def asked(records: Records, *said: str, days_ago: int = 0, outcome: str = "not_in_articles", **more: object) -> None:
    """Keep questions as turns, each the first of its conversation."""
    day = today() - timedelta(days=days_ago)
    passages = [{"article": "walking", "heading": "What do I need to start?"}]
    with records.writing() as session:
        start = session.scalar(select(func.count()).select_from(TurnRow)) or 0
        for number, question in enumerate(said, start):
            facts = {"day": day, "route": "education", "outcome": outcome, "language": "en", "confidence": 0.1} | more
            session.add(ConversationRow(id=f"c{number}", day=day, language="en", keeps_text=True, source="page"))
            session.flush()
            session.add(
                TurnRow(
                    id=f"t{number:04}", conversation_id=f"c{number}", number=1, flags=[], rule="r", question=question,
                    latency_bucket="<50ms", version="1", passages=passages, trace={"query": None}, **facts,
                )
            )  # fmt: skip
            session.flush()
            session.add(ListingRow(turn_id=f"t{number:04}", stage="first", words="", articles="", **facts))


def sort(records: Records, bot: RecordingBot) -> list[Gap]:
    list(Sorter(records, bot).sort())
    return shown(records)


def shown(records: Records, show: str = "all") -> list[Gap]:
    with records.reading() as session:
        return with_examples(session, gaps(session, show))


def named(records: Records, gap: int, name: str, state: str = "writing") -> None:
    with records.writing() as session:
        change(session, EVA, gap, name, state)


def test_vectors_that_point_the_same_way_are_one_group_and_groups_are_numbered_as_they_come() -> None:
    rows = np.array([[1, 0, 0], [0, 1, 0], [0.9, 0.1, 0], [0, 0.1, 1]], dtype=np.float32)
    assert grouped(rows, 0.8).tolist() == [0, 1, 0, 2]
    assert grouped(rows, 0.999).tolist() == [0, 1, 2, 3]
    assert grouped(rows[:0]).tolist() == []


def test_what_all_articles_share_tells_no_question_from_another() -> None:
    rng = np.random.default_rng(1)
    articles = np.hstack([rng.normal(5, 1, (50, 1)), rng.normal(0, 0.1, (50, 9))]).astype(np.float32)
    common = Common.of(articles, 1)
    one, two = common.taken_out(np.eye(10, dtype=np.float32)[[1, 2]] + np.float32(5) * np.eye(10, dtype=np.float32)[0])
    assert one @ two < 0.1
    assert np.allclose(np.linalg.norm(one), 1, atol=1e-4)


def test_pairs_are_scored_by_what_belongs_together() -> None:
    assert pair_scores(["a", "a", "b", "b"], [0, 0, 1, 1]) == (1, 1, 1)
    assert pair_scores(["a", "a", "b", "b"], [0, 0, 0, 0]) == (0.5, 1 / 3, 1)
    assert pair_scores(["a", "a", "b"], [0, 1, 2]) == (0, 0, 0)


def test_no_gap_is_in_both_halves_of_the_questions_that_the_threshold_is_measured_on() -> None:
    choosing, held_out = halves(list(gap_questions()))
    assert not {label for _, label in choosing} & {label for _, label in held_out}
    assert len(choosing) + len(held_out) == len(list(gap_questions())) > 100


def test_questions_that_mean_the_same_are_one_gap_and_the_most_asked_comes_first(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, PETS[0], *PARKING, PETS[1])
    asked(records, "What are the signs of the flu?", outcome="answered")
    found = sort(records, bot)
    assert [gap.count for gap in found] == [3, 2]
    assert set(found[0].examples) == set(PARKING)
    assert found[0].heading == "walking#What do I need to start?"
    assert {(gap.state, gap.label) for gap in found} == {("new", "")}


def test_an_answer_that_staff_found_beside_the_question_counts_as_none(records: Records, bot: RecordingBot) -> None:
    asked(records, PARKING[0], outcome="answered")
    with records.writing() as session:
        session.execute(update(ListingRow).values(verdict="wrong"))
        session.add(ScoreRow(turn_id="t0000", name="verdict", value=2, reason="beside", source="staff", day=today()))
    assert [gap.count for gap in sort(records, bot)] == [1]
    with records.writing() as session:
        session.execute(update(ListingRow).values(verdict="good"))
    assert sort(records, bot) == [], "two who disagreed have settled it"


def test_sorting_again_changes_nothing_and_gaps_keep_their_number_when_questions_come(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, *PETS, PARKING[0])
    before = sort(records, bot)
    assert sort(records, bot) == before
    asked(records, *PARKING[1:], days_ago=2)
    after = {gap.id: gap.count for gap in sort(records, bot)}
    assert after == {before[0].id: 2, before[1].id: 3}


def test_a_named_gap_keeps_its_questions_and_takes_up_new_ones_even_when_all_of_its_own_are_deleted(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, PARKING[0], days_ago=40)
    gap = sort(records, bot)[0].id
    named(records, gap, "Where to park a car")
    purge(records, 30, today())
    assert [(each.id, each.count, each.label) for each in sort(records, bot)] == [(gap, 0, "Where to park a car")]
    asked(records, PARKING[1], PETS[0])
    assert {(each.id == gap, each.count) for each in sort(records, bot)} == {(True, 1), (False, 1)}


def test_nothing_of_a_deleted_question_is_left_and_its_gap_goes_if_nobody_has_named_it(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, *PARKING)
    sort(records, bot)
    with records.writing() as session:
        session.execute(delete(TurnRow))
        assert session.scalar(select(func.count()).select_from(GapQuestionRow)) == 0
    assert sort(records, bot) == []


def test_a_follow_up_is_sorted_by_what_it_refers_to(records: Records, bot: RecordingBot) -> None:
    asked(records, *PARKING, "and where exactly?")
    with records.writing() as session:
        meant = {"query": {"resolved": "Where can I park my car? Where exactly?"}}
        session.execute(update(TurnRow).where(TurnRow.id == "t0003").values(number=2, trace=meant))
    assert [gap.count for gap in sort(records, bot)] == [4]


def test_another_model_embeds_everything_anew_and_named_gaps_stay(records: Records, bot: RecordingBot) -> None:
    asked(records, *PARKING)
    gap = sort(records, bot)[0].id
    named(records, gap, "Parking")
    with records.writing() as session:
        session.execute(update(GapQuestionRow).values(model="another", vector=b"\0\0"))
    with records.reading() as session:
        assert waiting(session, bot) == 3
    assert [(each.id, each.count) for each in sort(records, bot)] == [(gap, 3)]


def test_the_trend_compares_this_week_with_the_three_before(records: Records, bot: RecordingBot) -> None:
    asked(records, *PARKING)
    asked(records, *PARKING[:2], PARKING[2], days_ago=10)
    asked(records, PETS[0], days_ago=8)
    asked(records, *PETS, *PETS, *PETS, days_ago=20)
    parking, pets = sorted(sort(records, bot), key=lambda gap: -gap.week)
    assert (parking.week, parking.before, parking.trend) == (3, 1, "rising")
    assert (pets.week, round(pets.before, 2), pets.trend) == (0, 2.33, "falling")


def test_a_gap_needs_a_name_before_somebody_writes_and_every_change_is_logged(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, *PARKING)
    gap = sort(records, bot)[0].id
    refused = (("", "writing", "no name"), ("Parking", "published", "new or writing"), ("x" * 121, "new", "too long"))
    for name, state, wanted in refused:
        with pytest.raises(RefusedError, match=wanted):
            named(records, gap, name, state)
    with pytest.raises(RefusedError, match="Refresh"):
        named(records, 999, "Parking")
    named(records, gap, "Parking")
    with records.reading() as session:
        row = session.scalars(select(AuditRow)).one()
    assert (row.user, row.action, row.object) == ("eva", "gap.change", f"gap {gap}")
    assert json.loads(row.after or "")["state"] == "writing"
    assert [len(shown(records, show)) for show in ("todo", "new", "writing", "published")] == [1, 0, 1, 0]


def test_a_gap_is_closed_only_when_the_bot_answers_its_questions_and_opens_again_when_they_come_back(
    records: Records, bot: RecordingBot
) -> None:
    asked(records, *PARKING, PETS[0])
    gap = sort(records, bot)[0].id
    named(records, gap, "Parking")
    with pytest.raises(RefusedError, match="Choose the one"):
        publish(records, bot, EVA, gap, "parking")
    found = publish(records, bot, EVA, gap, "walking")
    assert (found.asked, found.answered, found.closes) == (3, 0, False)
    assert one(records, gap).state == "writing"
    with records.writing() as session:  # the articles do answer this one
        session.execute(update(TurnRow).where(TurnRow.id != "t0003").values(question="How much sleep do adults need?"))
    assert not publish(records, bot, EVA, gap, "walking").closes, "another article answers it"
    found = publish(records, bot, EVA, gap, "sleep")
    assert (found.asked, found.answered, found.quoting, found.closes) == (3, 3, 3, True)
    line = one(records, gap)
    assert (line.state, line.article, line.answered, line.again) == ("published", "sleep", 3, 0)
    assert gap not in {each.id for each in shown(records, "todo")}
    assert closed_in(records, today(), today()) == 1
    assert closed_in(records, today() - timedelta(days=7), today() - timedelta(days=1)) == 0
    with records.writing() as session:
        session.execute(update(GapRow).values(closed=today() - timedelta(days=1)))
    assert one(records, gap).again == 3
    assert gap in {each.id for each in shown(records, "todo")}
    named(records, gap, "Parking")


def test_two_gaps_of_one_name_become_one_unless_that_one_is_published(records: Records, bot: RecordingBot) -> None:
    asked(records, *PARKING, *PETS)
    parking, pets = (gap.id for gap in sort(records, bot))
    named(records, parking, "Coming to us")
    with records.writing() as session:
        session.execute(update(GapRow).where(GapRow.id == parking).values(state="published"))
    with pytest.raises(RefusedError, match="published"):
        named(records, pets, "coming to US")
    named(records, parking, "Coming to us")
    with records.writing() as session:
        assert change(session, EVA, pets, "coming to US", "new") == parking
    assert [(gap.id, gap.count, gap.state) for gap in sort(records, bot)] == [(parking, 5, "writing")]
    with records.reading() as session:
        assert "gap.merge" in {row.action for row in session.scalars(select(AuditRow))}


def one(records: Records, gap: int) -> Gap:
    with records.reading() as session:
        return one_gap(session, gap)


def closed_in(records: Records, since: date, until: date) -> int:
    with records.reading() as session:
        return len(gaps_closed(session, since, until))


def test_what_visitors_typed_is_shown_as_text(records: Records, bot: RecordingBot) -> None:
    asked(records, "<script>alert(1)</script> where can I park my car?")
    found = sort(records, bot)
    with records.reading() as session:
        html = gaps_html(found, bot.articles) + questions_html(found[0], questions(session, found[0].id), bot.articles)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 3, "in the table, as heading, in the list"


def test_where_no_text_is_kept_only_the_nearest_sections_are_counted(records: Records, bot: RecordingBot) -> None:
    kept = bot.clinic
    bot.clinic = kept.model_copy(update={"retention": Retention(keep_text="off", keep_days=30)})
    try:
        recorder = Recorder(records, bot, Keeper(bot))
        recorder.asking("page")(Question("Does walking help with snoring?"))
        assert recorder.settle()
        with records.reading() as session:
            turn = session.scalars(select(TurnRow)).one()
            assert (turn.question, turn.outcome) == (None, "not_in_articles")
        assert sort(records, bot) == []
        with records.reading() as session:
            places = nearest_headings(session)
            assert waiting(session, bot) == 0
        assert [count for _, count in places] == [1]
        assert places[0][0].partition("#")[0] in bot.articles
        recorder.close()
    finally:
        bot.clinic = kept
