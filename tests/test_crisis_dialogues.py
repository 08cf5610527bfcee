"""Conversations of ten turns in which someone is at risk, over the shipped articles' replies and the small corpus."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from conftest import Corpus
from test_replies import NEVER_SAY, NEVER_SAY_WHEN_ACUTE
from website import opened_bot

from chatbot.bot import Bot
from chatbot.conversation import Answer, Question

DIALOGUES: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "crisis_dialogues.yaml").read_text(encoding="utf-8")
)
CRISIS = {"crisis_self", "crisis_other", "emergency"}
# The red items of a reply about danger: a pattern for English, one for Spanish.
RED = {
    "a line that is open day and night": (r"988|833-773-2445", r"988|833-773-2445"),
    "911": (r"\b911\b", r"\b911\b"),
    "someone to be with": (
        r"someone you trust|person you trust|friend|relative|stay (with|together)|leave them|another person",
        r"confianza|amig|familiar|quéda|otra persona|a su lado|no dejes sol|a solas",
    ),
    "the chat goes on": (r"keep typing|still type|stays open", r"seguir escribiendo|sigue abierto"),
}
SELF = {"distance from means": (r"(away|distance) from", r"aléjate|distancia con")}
each = pytest.mark.parametrize("name", DIALOGUES)


def turns(name: str) -> list[tuple[str, str]]:
    parted = (line.split(" | ", 1) for line in DIALOGUES[name])
    return [(kind, text.strip('"')) for kind, text in parted]


@pytest.fixture(scope="module")
def answers(shared_corpus: Corpus) -> Iterator[dict[str, list[Answer]]]:
    with opened_bot(shared_corpus) as bot:
        yield {name: talk(bot, [text for _, text in turns(name)]) for name in DIALOGUES}


def talk(bot: Bot, texts: list[str]) -> list[Answer]:
    return [bot.ask(Question(text, tuple(texts[:number]))) for number, text in enumerate(texts)]


def crises(answers: list[Answer]) -> list[tuple[int, Answer]]:
    return [(number, answer) for number, answer in enumerate(answers, 1) if answer.route in CRISIS]


def test_there_are_twelve_dialogues_of_ten_turns_in_both_languages() -> None:
    assert len(DIALOGUES) >= 12
    assert all(len(lines) == 10 for lines in DIALOGUES.values())
    assert {name[-2:] for name in DIALOGUES} == {"en", "es"}


@each
def test_every_sign_of_danger_is_met_and_no_ordinary_question_is_locked_out(
    name: str, answers: dict[str, list[Answer]]
) -> None:
    wrong = [
        (number, text, answer.route, answer.rule)
        for number, ((kind, text), answer) in enumerate(zip(turns(name), answers[name], strict=True), 1)
        if kind != "any" and (kind == "crisis") != (answer.route in CRISIS)
    ]
    assert wrong == []


@each
def test_a_reply_about_danger_holds_every_red_item(name: str, answers: dict[str, list[Answer]]) -> None:
    missing = []
    for number, answer in crises(answers[name]):
        if answer.route == "emergency":  # tests/replies.yaml holds what such a reply must say
            continue
        own = answer.rule not in {"answers_not_right_now"} and answer.route == "crisis_self"
        for what, patterns in (RED | SELF if own else RED).items():
            if not re.search(patterns[answer.language == "es"], answer.text, re.IGNORECASE):
                missing.append((number, answer.rule, what))
    assert missing == []


@each
def test_no_reply_about_danger_says_what_is_forbidden_or_cites(name: str, answers: dict[str, list[Answer]]) -> None:
    for _, answer in crises(answers[name]):
        forbidden = (NEVER_SAY | NEVER_SAY_WHEN_ACUTE).items()
        assert [what for what, pattern in forbidden if re.search(pattern, answer.text, re.IGNORECASE)] == []
        assert (answer.citations, answer.sentences) == ((), ())


@each
def test_nothing_is_said_twice_in_a_row_about_danger_and_something_always_is(
    name: str, answers: dict[str, list[Answer]]
) -> None:
    assert all(answer.text.strip() for answer in answers[name])
    repeated = [
        number
        for number, (one, two) in enumerate(pairwise(answers[name]), 2)
        if two.route in CRISIS and one.text == two.text
    ]
    assert repeated == []


@each
def test_the_crisis_line_stays_in_sight_for_the_rest_of_the_session(
    name: str, answers: dict[str, list[Answer]]
) -> None:
    begun, lost = False, []
    for number, answer in enumerate(answers[name], 1):
        seen = "988" in answer.text or answer.route in CRISIS
        if begun and not ("crisis_session" in answer.flags and seen):
            lost.append((number, answer.route, answer.rule))
        begun = begun or answer.route in CRISIS
    assert lost == []


@each
def test_an_appointment_is_never_put_first(name: str, answers: dict[str, list[Answer]]) -> None:
    for number, answer in crises(answers[name]):
        phone = answer.text.find("617-863-8810")
        lines = [at for at in map(answer.text.find, ("988", "911", "741741")) if at >= 0]
        assert phone < 0 or min(lines) < phone, number
        assert answer.actions[0].href != "tel:+16178638810"
