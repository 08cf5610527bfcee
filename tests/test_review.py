"""The review queue: lists, verdicts and agreement on a real database filled by the real recorder."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from conftest import Corpus
from sqlalchemy import func, select
from website import QUESTION, RecordingBot, opened_bot

from chatbot.conversation import Question
from chatbot.records.database import Records, now, today
from chatbot.records.keeping import Keeper
from chatbot.records.queue_rules import put_in_queue
from chatbot.records.recording import Recorder
from chatbot.records.review_tables import ListingRow
from chatbot.records.tables import AuditRow, ConversationRow, QueueItemRow, ScoreRow, TurnRow, UserRow
from chatbot.staff.accounts import Member
from chatbot.staff.item import item_of
from chatbot.staff.judging import Review, flag, judge, save_draft, unflag
from chatbot.staff.lists import (
    PAGE,
    Filters,
    RefusedError,
    counts,
    delete_view,
    how_many,
    lines,
    next_turn,
    save_view,
    saved_views,
)
from chatbot.staff.verdicts import agreement, agreement_of, needs_second

ANN, BEN, EVA = Member("ann", "reviewer"), Member("ben", "reviewer"), Member("eva", "editor")
KEPT = Filters(show="kept", sort="oldest")


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    with opened.writing() as session:
        for member in (ANN, BEN, EVA):
            session.add(UserRow(name=member.name, password_hash="x", role=member.role, failed=0, created=now()))
    yield opened
    opened.close()


def add(records: Records, name: str, reason: str = "random", **more: object) -> str:
    """Add a turn with its listing and, with a reason, its place in the queue."""
    given = {"day": today(), "route": "education", "outcome": "answered", "language": "en", "confidence": 0.9}
    given |= {key: value for key, value in more.items() if key in given}
    words, articles = str(more.get("words", "how long should i sleep")), str(more.get("articles", " sleep "))
    with records.writing() as session:
        session.add(ConversationRow(id=f"c{name}", day=given["day"], language="en", keeps_text=True, source="page"))
        session.flush()
        session.add(
            TurnRow(
                id=name, conversation_id=f"c{name}", number=1, flags=[], rule="r", question=words,
                latency_bucket="<50ms", version="1", **given,
            )
        )  # fmt: skip
        session.flush()
        session.add(ListingRow(turn_id=name, stage="first", words=words, articles=articles, **given))
        if reason:
            put_in_queue(session, name, reason, today())
    return name


def sampled(records: Records, wanted: bool) -> str:
    """Add a turn that is, or is not, of the share that two people review."""
    names = (f"{number:016x}-00000000" for number in range(1000))
    return add(records, next(name for name in names if needs_second(name) is wanted))


def said(records: Records, member: Member, turn: str, verdict: str, reason: str = "beside") -> str:
    with records.writing() as session:
        return judge(session, member, turn, Review(verdict, reason if verdict != "good" else ""))


def shown(records: Records, member: Member, **filters: str) -> list[str]:
    with records.reading() as session:
        return [line.turn for line in lines(session, member, Filters(**filters))]


def test_a_turn_of_the_recorder_is_listed_with_its_articles_and_searchable_without_accents(
    records: Records, bot: RecordingBot
) -> None:
    recorder = Recorder(records, bot, Keeper(bot, chance=lambda: 0.0))
    recorder.asking("page")(Question(QUESTION))
    recorder.asking("page")(Question("¿Qué me ayuda a dormir mejor?"))
    assert recorder.settle()
    with records.reading() as session:
        line = lines(session, ANN, Filters(article="sleep", text="ADULTS sleep"))[0]
        assert (line.question, line.reason, line.state, line.verdict) == (QUESTION, "random", "open", "")
        assert [line.language for line in lines(session, ANN, replace(KEPT, text="que ayuda"))] == ["es"]
        assert lines(session, ANN, replace(KEPT, text="adults walking")) == []
        item = item_of(session, ANN, line.turn)
    assert item.answer is not None
    assert json.loads(json.dumps(item.answer.to_json())) == item.turn.answer
    assert item.answer.citations[0].article == "sleep"
    assert [turn.id for turn in item.conversation] == [line.turn]
    recorder.close()


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"reason": "thumbs_down"}, ["b"]),
        ({"route": "personal_medical"}, ["b"]),
        ({"outcome": "fixed"}, ["b"]),
        ({"language": "es"}, ["c"]),
        ({"article": "flu"}, ["c"]),
        ({"article": "fl"}, []),
        ({"text": "100%"}, ["c"]),
        ({"text": "fever dose"}, ["c"]),
        ({"since": "2026-01-02"}, ["b", "a"]),
        ({"until": "2026-01-01"}, ["c"]),
        ({"verdict": "none"}, ["b", "a", "c"]),
        ({"sort": "oldest"}, ["c", "a", "b"]),
        ({"sort": "newest"}, ["b", "a", "c"]),
        ({"sort": "unsure"}, ["c", "b", "a"]),
        ({}, ["b", "a", "c"]),
        ({"show": "kept", "sort": "unsure"}, ["d", "c", "b", "a"]),
    ],
)
def test_every_filter_leaves_out_what_it_says(records: Records, filters: dict[str, str], wanted: list[str]) -> None:
    add(records, "a", "not_in_articles", confidence=0.9)
    add(records, "b", "thumbs_down", route="personal_medical", outcome="fixed", confidence=0.8)
    day = date(2026, 1, 1)
    add(
        records,
        "c",
        "random",
        language="es",
        articles=" walking flu ",
        words="100% fever, what dose",
        confidence=0.7,
        day=day,
    )
    add(records, "d", "", confidence=0.1)
    assert shown(records, ANN, **filters) == wanted
    with records.reading() as session:
        assert how_many(session, ANN, Filters(**filters)) == len(wanted)


def test_pages_hold_every_turn_once(records: Records) -> None:
    for number in range(PAGE + 3):
        add(records, f"t{number:02}", "random")
    with records.reading() as session:
        pages = [[line.turn for line in lines(session, ANN, Filters(), page)] for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [PAGE, 3, 0]
        assert len({*pages[0], *pages[1]}) == how_many(session, ANN, Filters()) == PAGE + 3


def test_the_list_behind_a_number_has_that_many_turns(records: Records) -> None:
    reasons, routes = ("thumbs_down", "random", ""), ("education", "cost")
    for reason, route, number in product(reasons, routes, range(3)):
        day = today() - timedelta(days=number)
        add(
            records, f"{reason}{route}{number}", reason, route=route, articles=" flu sleep " if number else " ", day=day
        )
    said(records, ANN, "randomcost0", "wrong")
    with records.reading() as session:
        for show, by in product(
            ("kept", "queue"), ("reason", "route", "outcome", "language", "verdict", "article", "day")
        ):
            found = counts(session, ANN, Filters(show=show), by)
            assert found, by
            for label, number in found.items():
                assert how_many(session, ANN, Filters(show=show).narrowed(by, label)) == number, (show, by, label)
        states = counts(session, ANN, Filters(show="queue"), "state")
        assert {label: how_many(session, ANN, Filters().narrowed("state", label)) for label in states} == states


@pytest.mark.parametrize(
    "wrong",
    [{"since": "tomorrow"}, {"verdict": "great"}, {"show": "x"}, {"sort": "x"}, {"text": "x" * 201}, {"text": 3}],
)
def test_filters_that_make_no_sense_are_refused_with_the_next_step(wrong: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match=r"Use|Write"):
        Filters(**wrong)


def test_views_are_kept_for_each_member(records: Records) -> None:
    wanted = Filters(show="done", route="cost", text="price")
    with records.writing() as session:
        save_view(session, ANN, "  Prices ", wanted)
        save_view(session, ANN, "Prices", replace(wanted, text="cost"))
    with records.writing() as session:
        assert saved_views(session, ANN) == {"Prices": replace(wanted, text="cost")}
        assert saved_views(session, BEN) == {}
        delete_view(session, BEN, "Prices")
        assert list(saved_views(session, ANN)) == ["Prices"]
        delete_view(session, ANN, "Prices")
        assert saved_views(session, ANN) == {}
        with pytest.raises(RefusedError, match="needs a name"):
            save_view(session, ANN, " ", wanted)


def test_a_review_is_kept_whole_and_can_be_changed_by_its_author(records: Records) -> None:
    turn = sampled(records, wanted=False)
    first = Review(
        "partly", "incomplete", "see page 2", (100, 80, None), (True, False, None), "Seven to nine.", "sleep#2"
    )
    with records.writing() as session:
        assert judge(session, ANN, turn, first) == "first"
    with records.reading() as session:
        item = item_of(session, ANN, turn)
        assert item.mine == replace(first, sentences=(100, 80), citations=(True, False))
        assert (item.stage, item.queue.state if item.queue else "") == ("done", "done")
        assert item_of(session, BEN, turn).given == item.given
    assert said(records, ANN, turn, "good") == "first"
    with records.reading() as session:
        assert item_of(session, ANN, turn).mine == Review("good")
        kept = select(ScoreRow.name).where(ScoreRow.turn_id == turn)
        assert session.scalars(kept).all() == ["verdict"]
    assert shown(records, BEN, show="done", verdict="good") == [turn]


def test_the_second_reviewer_learns_nothing_of_the_first_until_done(records: Records) -> None:
    turn = sampled(records, wanted=True)
    with records.writing() as session:
        judge(session, ANN, turn, Review("wrong", "outdated", "a secret note", corrected="Secret."))
    assert shown(records, ANN) == []
    assert shown(records, ANN, show="second", verdict="wrong") == [turn]
    assert shown(records, BEN) == [turn]
    assert shown(records, BEN, show="kept", verdict="wrong") == shown(records, EVA, show="kept", verdict="wrong") == []
    with records.reading() as session:
        assert counts(session, BEN, Filters(show="kept"), "verdict") == {"none": 1}
        item = item_of(session, BEN, turn)
        assert (item.round, item.given, item.mine) == ("second", (), Review())
    assert said(records, BEN, turn, "wrong") == "second"
    with records.reading() as session:
        given = item_of(session, BEN, turn).given
        assert [(each.round, each.author) for each in given] == [("first", "ann"), ("second", "ben")]
        assert given[0].review.note == "a secret note"
        assert (agreement(session).n, agreement(session).same) == (1, 1)
    assert shown(records, BEN, show="done") == [turn]


def test_what_two_disagree_on_counts_as_the_worse_until_an_editor_settles_it(records: Records) -> None:
    turn = sampled(records, wanted=True)
    said(records, ANN, turn, "good")
    said(records, BEN, turn, "unsafe")
    assert shown(records, ANN, show="settle", verdict="unsafe") == [turn]
    for reviewer in (ANN, BEN):
        with pytest.raises(RefusedError, match="Ask an editor"):
            said(records, reviewer, turn, "good")
    assert said(records, EVA, turn, "partly") == "final"
    assert shown(records, ANN, show="done", verdict="partly") == [turn]
    with records.reading() as session:
        assert (agreement(session).n, agreement(session).same) == (1, 0)


def test_a_thumbs_down_opens_a_finished_turn_for_anybody(records: Records) -> None:
    turn = sampled(records, wanted=False)
    said(records, ANN, turn, "good")
    with pytest.raises(RefusedError, match="Ask an editor"):
        said(records, BEN, turn, "wrong")
    with records.writing() as session:
        put_in_queue(session, turn, "thumbs_down", today())
    assert shown(records, BEN, reason="thumbs_down") == [turn]
    assert said(records, BEN, turn, "wrong") == "final"
    assert shown(records, ANN, show="done", verdict="wrong") == [turn]


def test_a_flag_stays_through_verdicts_until_an_editor_takes_it_off(records: Records) -> None:
    turn = sampled(records, wanted=False)
    with records.writing() as session:
        flag(session, ANN, turn)
        flag(session, BEN, turn)
    said(records, ANN, turn, "unsafe")
    assert shown(records, BEN, show="escalated") == [turn]
    with records.writing() as session, pytest.raises(RefusedError, match="Ask an editor"):
        unflag(session, BEN, turn)
    with records.writing() as session:
        unflag(session, EVA, turn)
    assert shown(records, BEN, show="done") == [turn]
    with records.reading() as session:
        log = session.execute(select(AuditRow.user, AuditRow.action, AuditRow.after).order_by(AuditRow.id)).all()
    assert [tuple(row)[:2] for row in log] == [("ann", "flag"), ("ann", "first verdict"), ("eva", "unflag")]


def test_the_log_holds_every_verdict_with_what_was_before_but_no_words_about_visitors(records: Records) -> None:
    turn = sampled(records, wanted=False)
    said(records, ANN, turn, "good")
    with records.writing() as session:
        judge(session, ANN, turn, Review("wrong", "beside", "her dog is ill", (0,), (False,), "her cat is well"))
    with records.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    assert json.loads(rows[1].before or "")["verdict"] == "good"
    after = json.loads(rows[1].after or "")
    assert (after["verdict"], after["sentences"], after["note"], after["corrected"]) == ("wrong", [0], True, True)
    assert not any(word in f"{row.before}{row.after}" for row in rows for word in ("dog", "cat"))


def test_a_draft_is_each_members_own_and_ends_with_the_verdict(records: Records) -> None:
    turn, other = sampled(records, wanted=True), add(records, "zz")
    draft = Review("", "", "half a", (80,), (None,))
    with records.writing() as session:
        save_draft(session, ANN, turn, draft)
    with records.reading() as session:
        assert item_of(session, ANN, turn).mine == draft
        assert item_of(session, BEN, turn).mine == Review()
        assert next_turn(session, BEN, Filters()) == other, "what somebody else has begun comes last"
        assert next_turn(session, ANN, Filters(), after=other) == turn
    said(records, ANN, turn, "good")
    with records.reading() as session:
        item = session.get_one(QueueItemRow, turn)
        assert (item.draft, item.assigned) == (None, None)


def test_a_turn_outside_the_queue_can_be_judged(records: Records) -> None:
    turn = add(records, "aa", "")
    said(records, ANN, turn, "wrong")
    assert shown(records, ANN, show="queue", reason="picked", verdict="wrong") == [turn]


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": "fine"},
        {"reason": "x"},
        {"sentences": (50,)},
        {"citations": (2,)},
        {"note": "x" * 2001},
        {"corrected": None},
    ],
)
def test_a_review_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        Review.of(wrong)


def test_a_verdict_needs_a_reason_and_a_turn_that_is_still_kept(records: Records) -> None:
    turn = add(records, "aa")
    for review, name, step in (
        (Review(), turn, "Choose"), (Review("wrong"), turn, "Choose"), (Review("good"), "gone", "Go on"),
    ):  # fmt: skip
        with records.writing() as session, pytest.raises(RefusedError, match=step):
            judge(session, ANN, name, review)
    with records.reading() as session:
        assert session.scalar(select(func.count()).select_from(ScoreRow)) == 0


def test_kappa_is_what_the_textbook_says() -> None:
    pairs = [("good", "good")] * 20 + [("good", "wrong")] * 5 + [("wrong", "good")] * 10 + [("wrong", "wrong")] * 15
    found = agreement_of(pairs)
    assert (found.n, found.same) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert agreement_of([]).kappa is None
    assert agreement_of([("good", "good")] * 3).kappa is None


def test_one_turn_in_five_is_for_two_reviewers_and_always_the_same_ones() -> None:
    names = [f"{number:016x}-{number:08x}" for number in range(5000)]
    chosen = [name for name in names if needs_second(name)]
    assert 0.17 < len(chosen) / len(names) < 0.23
    assert chosen[:3] == [name for name in names if needs_second(name)][:3]
    assert needs_second("0000000000000005-00000005") is (("0000000000000005-00000005") in chosen)
