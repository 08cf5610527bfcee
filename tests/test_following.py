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
        ("Can people drive after Spravato?", "what about the next day?",
         "Can people drive after Spravato the next day?"),
        ("How do people feel after ketamine?", "and a week later?", "How do people feel after ketamine a week later?"),
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


@pytest.mark.parametrize(
    ("before", "now", "full"),
    [
        ("Can ketamine help with PTSD?", "oops I meant OCD", "Can ketamine help with OCD?"),
        ("Can people drive after ketamine?", "sorry, Spravato I mean", "Can people drive after Spravato?"),
        ("How long before Spravato should I stop eating?", "I meant drinking, not eating",
         "How long before Spravato should I stop drinking?"),
        ("What are the risks of ketamine?", "sorry not ketamine, Spravato", "What are the risks of Spravato?"),
        ("How is Spravato given?", "no, not Spravato, the other one", "How is ketamine given?"),

        ("How is Spravato given?", "wrong one. ketamine", "How is ketamine given?"),
        ("¿Quién no debe usar Spravato?", "no, quise decir la ketamina", "¿Quién no debe usar ketamina?"),
    ],
)  # fmt: skip
def test_a_correction_takes_the_place_of_what_was_not_meant(before: str, now: str, full: str) -> None:
    assert resolved(before, now) == full


@pytest.mark.parametrize(
    ("before", "now", "full"),
    [
        ("What is Spravato?", "duration?", "How long does a Spravato visit take?"),
        ("What is Spravato?", "alcohol?", "Can people drink alcohol with Spravato?"),
        ("What are the side effects of Spravato?", "how long?", "How long do the side effects of Spravato last?"),
        ("Does Spravato raise blood pressure?", "how long?", "How long does Spravato raise blood pressure?"),
        ("Is ketamine safe?", "why not", "Why isn't ketamine safe?"),
        ("How is ketamine given?", "who?", "Who gives ketamine?"),
        ("Can people eat before Spravato?", "and after?", "Can people eat after Spravato?"),
        ("Does Spravato have a boxed warning?", "does ketamine?", "Does ketamine have a boxed warning?"),
        ("How often?", "yes, just the ketamine one", "How often do people come for ketamine?"),
        ("How do TMS and ECT differ?", "does the second one hurt?", "Does ECT hurt?"),
        ("What is TMS?", "that helps, thanks. waht about risks", "What are the risks of TMS?"),
        ("What is integration?", "back to Spravato, does it hurt?", "Does Spravato hurt?"),
        ("¿Qué es Spravato?", "¿y cuánto dura?", "¿Cuánto dura una visita de Spravato?"),
        ("What are the side effects of Spravato?", "¿cuánto duran?",
         "¿Cuánto duran los efectos secundarios de Spravato?"),
        ("Can ketamine help with anxiety?", "¿y con el TOC?", "Can ketamine help with OCD?"),
        ("How is Spravato given?", "¿y la ketamina?", "How is ketamine given?"),
        ("¿Puedo comer antes de Spravato?", "¿y beber agua?", "¿Puedo beber agua antes de Spravato?"),
    ],
)  # fmt: skip
def test_a_word_or_two_become_a_whole_question_in_its_own_language(before: str, now: str, full: str) -> None:
    assert resolved(before, now) == full


def test_what_only_a_treatment_has_is_asked_of_the_treatment_spoken_of_earlier() -> None:
    full = in_full("how many sessions are there?", "What is integration?", GLOSSARY, ["What is Spravato?"])
    assert full.text == "How many sessions are there with Spravato?"


@pytest.mark.parametrize(
    "now",
    [
        "No insurance plan pays for Spravato",
        "Sorry, what is prior authorization?",
        "Good candidates for TMS have tried two pills?",
        "¿Qué es la autorización previa?",
        "What is the REMS?",
        "Who watches people during Spravato?",
        "¿Cómo actúa la ketamina en el cerebro?",
    ],
)
def test_a_question_that_stands_alone_keeps_its_own_words(now: str) -> None:
    full = in_full(now, "Can people drive after ketamine?", GLOSSARY)
    assert not full.refers_back
    assert now.removeprefix("Sorry, ") == full.text


def test_a_new_topic_announced_as_one_inherits_nothing() -> None:
    assert resolved("What is TMS?", "different question: does it hurt") == "does it hurt"


def test_the_first_question_of_a_conversation_stays_as_it_is() -> None:
    assert resolved("", "and the other one?") == "and the other one?"
