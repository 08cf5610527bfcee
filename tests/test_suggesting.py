"""What is offered to be asked follows the articles and switches of the moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SLEEP, Corpus
from website import QUESTION, RecordingBot, opened_bot

from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.suggesting import LiveStarters, Starters
from chatbot.switches import Switches

WALKING = "Why is walking good for the heart?"


@pytest.fixture(scope="module")
def opened(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as bot:
        yield bot


@pytest.fixture
def bot(opened: RecordingBot) -> RecordingBot:
    opened.switches = Switches
    return opened


def offered(starters: Starters) -> list[str]:
    return [*starters.first, *(text for topic in starters.topics for text in topic.questions)]


def test_questions_of_an_article_are_not_offered_while_it_is_off(bot: RecordingBot) -> None:
    starters = LiveStarters(bot)
    before = starters("en")
    assert QUESTION in before.first
    bot.switches = lambda: Switches(articles_off=frozenset({"sleep"}))
    assert not [text for text in offered(starters("en")) if "sleep" in text]
    assert WALKING in offered(starters("en"))
    bot.switches = Switches
    assert starters("en") == before


def test_nothing_is_offered_while_answers_are_off_even_at_the_start(bot: RecordingBot) -> None:
    bot.switches = lambda: Switches(answers_off=True)
    starters = LiveStarters(bot)
    assert starters("en") == starters("es") == Starters()
    bot.switches = Switches
    assert QUESTION in starters("en").first


def test_what_has_not_changed_is_not_worked_out_again(bot: RecordingBot) -> None:
    starters = LiveStarters(bot)
    bot.asked.clear()
    bot.switches = lambda: Switches(notice="Closed on Monday")
    starters("en")
    assert bot.asked == []


def test_a_question_that_was_edited_away_is_not_offered(corpus: Corpus, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml"
    )
    live = opened_live(settings)
    try:
        starters = LiveStarters(live, ("en",))
        assert QUESTION in offered(starters("en"))
        corpus.write("sleep", SLEEP.replace(QUESTION, "Which amount of sleep is enough?"))
        live.reload()
        assert QUESTION not in offered(starters("en"))
        assert "Which amount of sleep is enough?" in offered(starters("en"))
    finally:
        live.close()
