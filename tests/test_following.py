"""Follow-ups become the questions they stand for; what stands alone stays as it is."""

from pathlib import Path

import pytest

import corpus as content
from chatbot.following import in_full
from corpus.glossary import load_glossary

GLOSSARY = load_glossary(Path(content.__file__).parent / "glossary.toml")


def resolved(before: str, now: str) -> str:
    return in_full(now, before, GLOSSARY).text


@pytest.mark.parametrize(
    ("before", "now", "full"),
    [
        ("What is Spravato?", "does it cause nausea?", "Does Spravato cause nausea?"),
        ("What is prior authorization?", "who decides on it?", "Who decides on prior authorization?"),
        ("What are the risks of ketamine?", "how common are they?", "How common are the risks of ketamine?"),
        ("Is ketamine safe for veterans?", "what are its risks?", "What are ketamine's risks?"),
        ("How do people prepare for Spravato?", "can they have tea?", "Can people have tea with Spravato?"),
        ("Is ketamine a psychedelic?", "is this drug legal?", "Is ketamine legal?"),
        ("Does Spravato have a REMS?", "what does that mean?", "What does REMS mean?"),
        ("How long is a Spravato visit?", "can people drive afterwards?", "Can people drive after Spravato visit?"),
        ("Can pregnant people take Spravato?", "is it safe?", "Is Spravato safe?"),
        ("When can people drive after ketamine?", "does it hurt?", "Does ketamine hurt?"),
        ("¿Qué es Spravato?", "¿eso duele?", "¿Spravato duele?"),
    ],
)
def test_a_pronoun_becomes_what_it_stands_for(before: str, now: str, full: str) -> None:
    assert resolved(before, now) == full


@pytest.mark.parametrize(
    ("before", "now", "full"),
    [
        ("Can ketamine help with anxiety?", "and OCD?", "Can ketamine help with OCD?"),
        ("Is beer a problem with Spravato?", "weed?", "Is weed a problem with Spravato?"),
        ("Is Spravato approved for teenagers?", "older people?", "Is Spravato approved for older people?"),
        ("Is Spravato safe in pregnancy?", "while nursing?", "Is Spravato safe while nursing?"),
        ("How long before Spravato should people stop eating?", "and drinking?",
         "How long before Spravato should people stop drinking?"),
        ("How is ketamine given?", "how many times?", "How many times is ketamine given?"),
        ("How often is Spravato given?", "why?", "Why is Spravato given so often?"),
        ("Does Spravato work?", "when?", "When does Spravato work?"),
        ("What is TMS?", "risks?", "What are the risks of TMS?"),
        ("How do Spravato and ketamine differ?", "which is stronger?", "Which is stronger, Spravato or ketamine?"),
        ("¿Está aprobado Spravato?", "¿y la ketamina?", "¿Está aprobado ketamina?"),
        ("How fast does ketamine work?", "tell me more", "How fast does ketamine work?"),
    ],
)  # fmt: skip
def test_a_fragment_is_put_in_its_place_in_the_question_before(before: str, now: str, full: str) -> None:
    assert resolved(before, now) == full


@pytest.mark.parametrize(
    ("before", "now", "full"),
    [
        ("Does insurance cover Spravato?", "and ketamine?", "Does insurance cover ketamine?"),
        ("Does insurance cover the ketamine shot?", "and spravato?", "Does insurance cover spravato?"),
        ("Can people drive after treatment?", "no i meant the shot", "Can people drive after the ketamine shot?"),
        ("How is ketamine given?", "sorry, I mean Spravato", "How is Spravato given?"),
        ("How safe is Spravato?", "not spravato, ketamine", "How safe is ketamine?"),
        ("Is ketamine approved?", "no, the nasal spray", "Is Spravato approved?"),
        ("How is Spravato given?", "what about the other one", "How is ketamine given?"),
        ("What is ECT?", "and the other one?", "What is TMS?"),
    ],
)
def test_another_treatment_takes_the_place_of_the_one_before(before: str, now: str, full: str) -> None:
    assert resolved(before, now) == full


@pytest.mark.parametrize(
    "now",
    [
        "What is prior authorization?",
        "Who can see treatment records?",
        "Is it true that ketamine was a party drug?",
        "If Spravato works, when does it stop?",
        "Will ketamine show on a drug test?",
        "Do patients keep their own therapist?",
    ],
)
def test_a_question_that_stands_alone_inherits_nothing(now: str) -> None:
    full = in_full(now, "How does TMS help with anxiety?", GLOSSARY)
    assert (full.text, full.refers_back) == (now, False)


@pytest.mark.parametrize(
    ("now", "full"),
    [
        ("can people drive?", "Can people drive with Spravato?"),
        ("is nausea common?", "Is nausea common with Spravato?"),
        ("how long does the relief last", "How long does the relief last with Spravato?"),
        ("How many sessions are there?", "How many sessions are there with Spravato?"),
        ("and do plans pay for the visits?", "Do plans pay for the visits with Spravato?"),
    ],
)
def test_a_question_that_could_be_asked_of_any_treatment_is_asked_of_the_last_one(now: str, full: str) -> None:
    assert resolved("What is Spravato?", now) == full


def test_a_new_topic_announced_as_one_inherits_nothing() -> None:
    assert resolved("What is TMS?", "different question: does it hurt") == "does it hurt"


def test_the_first_question_of_a_conversation_stays_as_it_is() -> None:
    assert resolved("", "and the other one?") == "and the other one?"
