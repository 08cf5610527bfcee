import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from conftest import Corpus

from chatbot.bot import MIN_CONFIDENCE, Bot
from chatbot.composing import READ_AT_MOST, READ_FIRST, gather, read
from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.retrieval import understand
from chatbot.slicing import Features
from chatbot.tracing import WIDTH, explained_json, trace_json, trace_lines
from index.building import build

ASKED = "How many hours of sleep do adults need?"


def opened(corpus: Corpus) -> Bot:
    return Bot.open(Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml"))


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[Bot]:
    bot = opened(shared_corpus)
    yield bot
    bot.close()


def test_the_trace_holds_every_step_with_its_scores(bot: Bot) -> None:
    shown = trace_json(bot.explain(Question(ASKED)))
    assert shown["route"]["to"] == "education"
    assert shown["query"]["resolved"] == ASKED
    fused = [passage["fused"] for passage in shown["passages"]]
    assert fused == sorted(fused, reverse=True)
    assert shown["passages"][0].keys() >= {"dense", "lexical", "fused"}
    best = shown["candidates"][0]
    assert best["shown"]
    assert "seven to nine hours" in best["text"]
    assert best["features"].keys() == Features.__dataclass_fields__.keys()
    assert shown["decision"]["threshold"] == MIN_CONFIDENCE < shown["decision"]["confidence"]
    assert shown["check"] == []
    assert {"route", "retrieve", "read"} <= shown["timings_ms"].keys()


def test_each_sentence_is_shown_or_says_why_not(bot: Bot) -> None:
    trace = bot.explain(Question(ASKED))
    candidates = trace_json(trace)["candidates"]
    assert all(candidate["shown"] != bool(candidate["why_not"]) for candidate in candidates)
    assert sum(candidate["shown"] for candidate in candidates) == len(trace.answer.citations)
    unanswered = trace_json(bot.explain(Question("Who painted the ceiling of the chapel in Rome?")))
    assert {candidate["why_not"] for candidate in unanswered["candidates"]} <= {"nothing is shown"}


def test_what_was_not_offered_and_what_was_not_read_is_listed_with_its_reason(corpus: Corpus) -> None:
    corpus.write("beds", "## Is a new bed good?\n\nA new bed is guaranteed to cure every case of insomnia.\n")
    facts = " ".join(f"Adults sleep about {hours} hours in study number {hours}." for hours in range(READ_AT_MOST))
    corpus.write("naps", f"## How many hours do adults sleep?\n\n{facts}\n")
    build(corpus.articles, corpus.index, embedder="")
    bot = opened(corpus)
    dropped = trace_json(bot.explain(Question("How many hours of sleep do adults need to cure insomnia?")))["dropped"]
    bot.close()
    reasons = {each["text"][:12]: each["reason"] for each in dropped}
    assert reasons["A new bed is"].startswith("makes a claim")
    assert any("not read" in reason for reason in reasons.values())


@pytest.mark.parametrize(("odds", "looked_at"), [(9.0, [READ_FIRST]), (-9.0, [READ_FIRST, READ_AT_MOST - READ_FIRST])])
def test_more_is_read_only_where_nothing_of_the_most_promising_is_clearly_an_answer(
    bot: Bot, odds: float, looked_at: list[int]
) -> None:
    looks: list[int] = []

    def reader(_question: str, sentences: Sequence[str]) -> list[float]:
        looks.append(len(sentences))
        return [odds] * len(sentences)

    query = understand(ASKED, [], bot._sources.wording)
    hits = bot.index.search(query.search)
    gathered = gather(query, [*hits, *hits], bot._sources)
    assert len(gathered.ranked) > READ_AT_MOST
    found = read(query, gathered, reader)
    assert looks == looked_at
    assert len(found.ranked) == sum(looked_at)
    assert len(found.dropped) - len(gathered.dropped) == len(gathered.ranked) - sum(looked_at)


def test_the_same_question_replays_to_the_same_bytes_timings_apart(shared_corpus: Corpus) -> None:
    questions = [ASKED, "what helps with it?", "I want to die", "Is walking good for the heart and what do I need?"]

    def told() -> list[bytes]:
        bot = opened(shared_corpus)
        traces = [trace_json(bot.explain(Question(text, ("I want to know about sleep.",)))) for text in questions]
        bot.close()
        return [json.dumps({**trace, "timings_ms": {}}, ensure_ascii=False).encode() for trace in traces]

    assert told() == told()


def test_a_fixed_reply_has_nothing_searched_and_the_message_is_not_kept(bot: Bot) -> None:
    trace = bot.explain(Question("I want to kill myself tonight"))
    shown = trace_json(trace)
    assert (shown["query"], shown["passages"], shown["candidates"]) == (None, [], [])
    assert shown["decision"]["confidence"] is None
    assert "tonight" not in explained_json(trace)
    assert any("a fixed reply" in line for line in trace_lines(trace))


def test_personal_details_are_not_in_the_trace(bot: Bot) -> None:
    trace = bot.explain(Question("My email is jane.roe@example.org. How many hours of sleep do adults need?"))
    assert "jane.roe" not in explained_json(trace) + "\n".join(trace_lines(trace))


def test_a_failed_check_and_a_failed_step_are_named(corpus: Corpus) -> None:
    bot = opened(corpus)
    corpus.write("sleep", "## How much sleep?\n\nIt depends.\n")
    trace = bot.explain(Question(ASKED))
    assert any("has changed" in problem for problem in trace_json(trace)["check"])
    assert not any(candidate["shown"] for candidate in trace_json(trace)["candidates"])
    bot.close()
    failed = replace(trace, composed=None)
    assert trace_json(failed)["decision"]["failed"]
    assert any("a step failed" in line for line in trace_lines(failed))


@pytest.mark.parametrize("text", [ASKED, "I want to die", "word " * 400 + "sleep?", "x" * 300 + " sleep \x1b[31m red?"])
def test_lines_fit_80_columns_and_hold_no_control_characters(bot: Bot, text: str) -> None:
    lines = trace_lines(bot.explain(Question(text)))
    assert max(map(len, lines)) <= WIDTH
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(lines))


def test_the_answer_keeps_its_public_shape_beside_the_trace(bot: Bot) -> None:
    trace = bot.explain(Question(ASKED))
    both = json.loads(explained_json(trace))
    assert both["answer"] == json.loads(json.dumps(trace.answer.to_json()))
    assert both.keys() == {"answer", "trace"}
