import pytest

from chatbot.answer_types import asked_for, lacking


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How long does a session take?", "time"),
        ("how many hours before can i eat", "time"),
        ("How soon does it start to work?", "time"),
        ("how often do people come in", "rate"),
        ("How many times a week is it given?", "rate"),
        ("What is the phone number of Poison Control?", "telephone number"),
        ("How many visits are there in the first month?", "count"),
        ("What year was it approved?", "year"),
        ("when was ketamine first made", "year"),
        ("What share of people feel sleepy?", "share"),
        ("How common is nausea?", "frequency"),
        ("Which company makes Spravato?", "name"),
        ("who discovered ketamine", "name"),
        ("how much does a visit cost", "price"),
        ("who decides when i can go home", "person"),
    ],
)
def test_the_form_of_a_question_says_what_sort_of_answer_it_wants(question: str, wanted: str) -> None:
    found = asked_for(question)
    assert found is not None
    assert found.name == wanted


@pytest.mark.parametrize(
    "question",
    [
        "Is it safe?",
        "What is ketamine?",
        "tell me about the whole thing",
        "Can I drive afterwards?",
        "what do people whose mood is low feel",
        "How does it work?",
        "when i was a child i had asthma, does that matter",
        "How long have you been open",
        "When was I supposed to stop eating",
    ],
)
def test_most_questions_leave_the_sort_of_answer_open(question: str) -> None:
    assert asked_for(question) is None
    assert lacking(question)("Anything at all.") == 0


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("How long do staff watch people?", "Staff watch people for two hours.", "Staff watch each person closely."),
        ("How soon does it work?", "Some people feel better within hours.", "It helps some people feel better."),
        ("How often do people come?", "People come twice a week.", "People come to the clinic for it."),
        ("What year was it approved?", "It was approved in March 2019.", "It was approved for adults."),
        ("What share of people felt sick?", "28% of people felt sick.", "People can feel sick after it."),
        ("How common is it?", "It is rare.", "It can happen after a dose."),
        ("How many people took part?", "In all, 346 people took part.", "People took part in many towns."),
        ("How many people took part?", "Several hundred patients took part.", "A visit takes 2 hours."),
        ("How many visits are there?", "Treatment starts with 6 to 8 sessions.", "The drug has 2 forms."),
        ("Which company makes Spravato?", "Janssen makes Spravato.", "Spravato is a nose spray."),
        ("What number can I call?", "Call 1-800-222-1222 for help.", "Call the helpline at any hour."),
        ("How much does a visit cost?", "Most plans cover part of it.", "A visit lasts two hours."),
        ("Who watches people?", "A nurse stays with each person.", "Blood pressure is measured twice."),
    ],
)
def test_a_sentence_without_what_is_asked_for_is_told_from_one_with_it(question: str, holds: str, lacks: str) -> None:
    assert lacking(question)(holds) == 0
    assert lacking(question)(lacks) == 1


def test_a_name_that_the_question_gives_is_no_answer_to_it() -> None:
    assert lacking("Which pharmacy sends Spravato to Lumin Health?")("People get Spravato at Lumin Health.") == 1


def test_what_denies_something_may_answer_a_question_that_takes_the_untrue_for_granted() -> None:
    assert lacking("What year was ketamine approved for depression?")("It has not been approved for depression.") == 0.5
