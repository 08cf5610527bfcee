"""The whole way from a question to a checked answer, with a real small index and the shipped fixed replies."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import WALKING, Corpus

import corpus as content
from chatbot.batch import run_conversation
from chatbot.bot import Bot, IndexOutdated
from chatbot.config import Settings
from chatbot.conversation import Answer, Question
from chatbot.safety.rules import rule_table
from chatbot.slicing import Candidate
from corpus.clinic import load_clinic
from index.building import build

SHIPPED = Path(content.__file__).parent


def settings_for(corpus: Corpus) -> Settings:
    return Settings(articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml")


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[Bot]:
    opened = Bot.open(settings_for(shared_corpus))
    yield opened
    opened.close()


def phone() -> str:
    return load_clinic(SHIPPED / "clinic.toml").phone


def ask(bot: Bot, text: str, *history: str) -> Answer:
    return bot.ask(Question(text, history))


def test_an_answer_is_the_articles_own_words_with_a_citation_that_can_be_cut_out_again(bot: Bot) -> None:
    answer = ask(bot, "How many hours of sleep do adults need?")
    assert (answer.route, answer.outcome) == ("education", "answered")
    assert "seven to nine hours" in answer.sentences[0].text
    for citation in answer.citations:
        stored = bot.articles[citation.article].path.read_bytes().decode()
        assert stored[citation.start : citation.end] == citation.quote
        assert f"[{citation.number}]" in answer.text
    assert 1 <= len(answer.sentences) <= 4
    assert answer.disclaimer
    assert any(action.href.startswith("tel:") for action in answer.actions)


@pytest.mark.parametrize(
    "question",
    ["What is the boiling point of copper sulphate?", "Who painted the ceiling in Rome?", "xyzzy plugh frobnicate"],
)
def test_what_the_articles_do_not_say_is_not_answered_and_gives_the_phone(bot: Bot, question: str) -> None:
    answer = ask(bot, question)
    assert answer.outcome in {"not_in_articles", "fixed"}
    assert not answer.citations
    assert phone() in answer.text or any(action.kind == "call" for action in answer.actions)


def test_a_spanish_question_is_answered_in_english_only_where_a_section_lists_it(corpus: Corpus) -> None:
    listed = 'questions:\n  "Why is walking good for the heart?": ["¿Caminar es bueno para el corazón?"]\n'
    corpus.write("walking", WALKING, listed)
    build(corpus.articles, corpus.index, embedder="")
    bot = Bot.open(settings_for(corpus))
    assert ask(bot, "¿es bueno caminar para el corazón?").citations[0].section == "Why is walking good for the heart?"
    assert not ask(bot, "¿por qué nadar es bueno para el corazón?").citations
    bot.close()


def test_a_spanish_question_about_a_treatments_name_alone_has_to_be_listed_as_it_is(corpus: Corpus) -> None:
    spray = "## What is Spravato?\nSpravato is a nasal spray that some adults with depression can have.\n"
    corpus.write("spray", spray, 'questions:\n  "What is Spravato?": ["qué es spravato"]\n')
    build(corpus.articles, corpus.index, embedder="")
    bot = Bot.open(settings_for(corpus).model_copy(update={"glossary": Settings().glossary}))
    assert ask(bot, "¿Qué es el Spravato?").citations[0].section == "What is Spravato?"
    assert not ask(bot, "¿Quién tiene Spravato?").citations
    bot.close()


AT_HOME = """## Can people use ketamine at home?
The FDA warns that ketamine at home adds risk, because no one with training is there to watch.

## Can grapefruit juice be mixed with warfarin?
Grapefruit juice makes warfarin stronger in some people.
"""


def test_fixed_replies_on_treatment_at_home_and_own_medicine_are_followed_by_what_articles_say(corpus: Corpus) -> None:
    corpus.write("home", AT_HOME, 'questions:\n  "Can people use ketamine at home?": ["is ketamine at home safe"]\n')
    build(corpus.articles, corpus.index, embedder="")
    bot = Bot.open(settings_for(corpus).model_copy(update={"glossary": Settings().glossary}))
    at_home = ask(bot, "Is ketamine at home safe?")
    assert (at_home.route, at_home.outcome) == ("misuse", "fixed")
    assert "given in the clinic, not at home" in at_home.text
    assert [citation.section for citation in at_home.citations] == ["Can people use ketamine at home?"]
    assert "It is not about your own case" in at_home.text
    for misuse in ("where can I buy ketamine to use at home without a prescription", "how do I snort ketamine at home"):
        refused = ask(bot, misuse)
        assert (refused.route, refused.citations) == ("misuse", ()), "how to misuse it is not to be read up either"
    mine = ask(bot, "my warfarin and grapefruit juice, can that be mixed")
    assert mine.route == "personal_medical"
    assert [citation.section for citation in mine.citations] == ["Can grapefruit juice be mixed with warfarin?"]
    bot.close()


@pytest.mark.parametrize("question", ["how long", "how often??"])
def test_a_question_that_names_nothing_is_asked_back_with_headings_to_choose_from(bot: Bot, question: str) -> None:
    answer = ask(bot, question)
    assert (answer.outcome, answer.citations) == ("fixed", ())
    offered = [action.label for action in answer.actions if action.kind == "say"]
    assert len(offered) >= 2
    chosen = bot.ask(Question(offered[0], (question,)))
    assert chosen.outcome == "answered"


def test_a_question_that_names_nothing_is_not_asked_back_after_one_that_does(bot: Bot) -> None:
    assert bot.ask(Question("how long", ("What are the side effects of Spravato?",))).outcome != "fixed"


@pytest.mark.parametrize(
    ("text", "route"),
    [("I want to kill myself", "crisis_self"), ("quiero morirme", "crisis_self"), ("I can't breathe", "emergency")],
)
def test_a_person_in_danger_gets_the_fixed_help_and_no_article(bot: Bot, text: str, route: str) -> None:
    answer = ask(bot, text)
    assert (answer.route, answer.outcome, answer.citations) == (route, "fixed", ())
    assert any(action.href in {"tel:911", "tel:988"} for action in answer.actions)


def test_a_follow_up_is_answered_from_what_it_refers_to(bot: Bot) -> None:
    answer = ask(bot, "and what helps with it?", "I want to know about falling asleep.")
    assert "dark and quiet room" in answer.text


def test_several_questions_are_answered_in_turn_and_what_has_no_answer_is_said_to_have_none(bot: Bot) -> None:
    asked = "Who should be vaccinated? Does walking help with grief? And how much sleep do adults need?"
    answer = ask(bot, asked)
    assert answer.outcome == "answered"
    first, second, third = (answer.text.index(f"Your {place} question") for place in ("first", "second", "third"))
    assert first < answer.text.index("yearly flu vaccine") < second < third < answer.text.index("seven to nine hours")
    assert "no clear answer" in answer.text[second:third]
    assert phone() in answer.text[second:third]
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert not bot.explain(Question(asked)).problems


def test_questions_beyond_the_third_are_not_passed_over_in_silence(bot: Bot) -> None:
    answer = ask(bot, "Who should be vaccinated? How much sleep do adults need? Is a fever a sign? Is coffee bad?")
    assert answer.text.count("question:") == 3
    assert "three questions at a time" in answer.text


def test_the_same_question_gives_the_same_answer_timings_apart(bot: Bot) -> None:
    first, second = (ask(bot, "Why is walking good?") for _ in range(2))
    assert replace(first, timings_ms={}) == replace(second, timings_ms={})


def test_an_article_edited_after_opening_is_never_misquoted(corpus: Corpus) -> None:
    bot = Bot.open(settings_for(corpus))
    corpus.write("sleep", "## How much sleep do adults need?\n\nSomething else is written here now.\n")
    answer = ask(bot, "How many hours of sleep do adults need?")
    bot.close()
    assert answer.outcome == "not_in_articles"
    assert "hours" not in answer.text


def test_an_index_older_than_the_articles_is_refused_with_the_command_that_mends_it(corpus: Corpus) -> None:
    corpus.write("sleep", "## How much sleep?\n\nSomething else is written here now.\n")
    with pytest.raises(IndexOutdated, match="Run 'chatbot index'"):
        Bot.open(settings_for(corpus))


def test_an_exception_while_answering_becomes_the_fixed_reply_with_help_lines_and_phone(corpus: Corpus) -> None:
    bot = Bot.open(settings_for(corpus))
    bot.close()
    shutil.rmtree(corpus.articles)
    answer = ask(bot, "How many hours of sleep do adults need?")
    assert answer.outcome == "error"
    assert {"tel:911", "tel:988"} <= {action.href for action in answer.actions}
    assert phone() in answer.text
    assert not answer.citations


ODD = ["", "   \n\t", "x" * 20_001, "\0\ud800", "\u202e" * 50, "😀" * 1000, "[1](javascript:x)"]


@pytest.mark.parametrize("text", ODD)
def test_odd_input_gets_a_fixed_reply_and_never_an_exception(bot: Bot, text: str) -> None:
    answer = ask(bot, text)
    assert answer.text
    assert answer.disclaimer


def test_the_bot_is_a_langchain_runnable_with_the_same_answers(bot: Bot) -> None:
    question = Question("Why is walking good for the heart?")
    answers = [bot.chain.invoke(question), *bot.chain.batch([question]), *bot.chain.stream(question), bot.ask(question)]
    assert len(answers) == 4
    assert len({repr(replace(answer, timings_ms={})) for answer in answers}) == 1


def test_the_index_is_a_langchain_retriever(bot: Bot) -> None:
    documents = bot.index.retriever(3).invoke("flu fever")
    assert documents[0].metadata["article"] == "flu"


def test_a_model_may_withhold_an_answer_but_not_write_one(shared_corpus: Corpus) -> None:
    def none(question: str, candidates: object) -> list[Candidate]:
        return []

    opened = Bot.open(settings_for(shared_corpus))
    withholding = Bot(opened.shelf, opened._sources.glossary, opened.index, none)
    assert ask(withholding, "How many hours of sleep do adults need?").outcome == "not_in_articles"
    assert ask(withholding, "I want to kill myself").route == "crisis_self"
    opened.close()


def test_a_model_is_given_the_question_without_personal_details(shared_corpus: Corpus) -> None:
    seen: list[str] = []

    def listening(question: str, candidates: object) -> None:
        seen.append(question)

    opened = Bot.open(settings_for(shared_corpus))
    listener = Bot(opened.shelf, opened._sources.glossary, opened.index, listening)
    ask(listener, "How many hours of sleep do adults need? (jane.roe@example.com)")
    opened.close()
    assert seen
    assert "jane.roe" not in seen[0]


def test_a_conversation_run_turn_by_turn_reports_the_last_turns_passages(bot: Bot) -> None:
    run = run_conversation(bot, ["How much sleep do adults need?", "How does melatonin work?"])
    assert [answer["route"] for answer in run["answers"]] == ["education", "education"]
    assert run["passages"]
    assert set(run["passages"][0]) == {"article", "text", "score"}
    scores = [passage["score"] for passage in run["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_the_json_shape_is_the_published_one(bot: Bot) -> None:
    answer = ask(bot, "How many hours of sleep do adults need?").to_json()
    assert list(answer) == [
        "id", "route", "flags", "rule", "outcome", "language", "text", "sentences", "citations", "disclaimer",
        "actions", "confidence", "timings_ms",
    ]  # fmt: skip
    assert list(answer["citations"][0]) == [
        "number", "article", "title", "section", "url", "quote", "start", "end", "sha256", "reviewed_on",
    ]  # fmt: skip
    assert list(answer["timings_ms"]) == ["route", "resolve", "retrieve", "read", "compose", "check"]
    assert set(answer["actions"][0]) == {"kind", "label", "href"}
    assert set(answer["sentences"][0]) == {"text", "citation"}


def test_what_our_articles_say_of_us_is_no_answer_about_another_clinic(corpus: Corpus) -> None:
    name = load_clinic(SHIPPED / "clinic.toml").name
    corpus.write("rooms", f"## Where do people rest?\n\nAt {name}, people rest in a private room after a visit.\n")
    build(corpus.articles, corpus.index, embedder="")
    bot = Bot.open(settings_for(corpus))
    try:
        own = ask(bot, "Do people rest in a private room after a visit?")
        other = ask(bot, "Do people rest in a private room after a visit at Maple Street Wellness?")
    finally:
        bot.close()
    assert name in own.sentences[0].text
    assert (other.outcome, other.route) == ("not_in_articles", "education")
    assert "another clinic" in other.text


def test_every_reply_a_rule_can_ask_for_exists_in_both_languages(bot: Bot) -> None:
    asked_for = {rule.reply for rule in rule_table().rules if rule.reply}
    asked_for |= {"crisis_self_1", "crisis_self_2", "crisis_self_3", "check_in"}
    asked_for |= {"not_in_articles", "which_one", "another_clinic", "error"}
    missing = {(name, language) for name in asked_for for language in ("en", "es")} - set(bot.replies)
    assert missing == set()
