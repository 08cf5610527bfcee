"""A message becomes its questions, in the visitor's order; what only tells a story is kept apart."""

import pytest

from chatbot.splitting import MAX_QUESTIONS, take_apart


def questions(message: str) -> list[str]:
    return [part.question for part in take_apart(message)]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("What is TMS? what is ECT?", ["What is TMS?", "what is ECT?"]),
        ("How is it given and does insurance cover it?", ["How is it given?", "does insurance cover it?"]),
        ("What is TMS, and how often is it done?", ["What is TMS?", "how often is it done?"]),
        ("can it help with ptsd and what about ocd", ["can it help with ptsd?", "what about ocd"]),
        ("risks and cost?", ["risks?", "cost?"]),
        ("thanks! and how long and how often?", ["how long?", "how often?"]),
        ("what does it cost and who pays?", ["what does it cost?", "who pays?"]),
        ("¿cuánto cuesta y cuánto dura?", ["cuánto cuesta?", "cuánto dura?"]),
        ("1) Is it safe? 2) Is it legal?", ["Is it safe?", "Is it legal?"]),
        ("- is it safe\n- is it legal", ["is it safe", "is it legal"]),
        ("¿Qué es Spravato? ¿Y la ketamina?", ["¿Qué es Spravato?", "¿Y la ketamina?"]),
        ("Hi! How are you? Is ketamine legal? Also what does off-label mean?",
         ["Is ketamine legal?", "Also what does off-label mean?"]),
    ],
)  # fmt: skip
def test_each_question_is_a_part(message: str, parts: list[str]) -> None:
    assert questions(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "What should people eat and drink before Spravato?",
        "Do you know when and how it is given?",
        "Does Dr. Smith see patients on Monday and Friday?",
        "I have OCD. Can ketamine help?",
        "the shot",
        "",
    ],
)
def test_one_question_stays_one(message: str) -> None:
    assert questions(message) == [message]


def test_of_a_long_message_the_question_is_kept_and_the_story_beside_it() -> None:
    story = "My sister lives in Worcester and works as a teacher in a school by the lake. She asked about Spravato. "
    part, = take_apart(story + "We had dinner. How long does a visit take? Thanks so much!")
    assert part.question == "How long does a visit take?"
    assert part.story[:2] == ("We had dinner.", "She asked about Spravato.")


def test_what_asks_politely_loses_the_politeness() -> None:
    long = "We compared clinics for weeks and made a table with parking, distance and opening hours of each of them. "
    assert questions(long + "I would like to know whether ketamine is legal.") == ["whether ketamine is legal."]


def test_one_question_more_than_is_answered_shows_that_there_were_more() -> None:
    assert len(questions("Is it safe? " * 9)) == MAX_QUESTIONS + 1


def test_a_long_message_without_a_question_keeps_its_end() -> None:
    assert questions("word " * 100 + "end")[0].endswith("word end")
