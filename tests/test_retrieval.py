"""What is searched for: follow-ups, lay words, spelling."""

import pytest

from chatbot.retrieval import Wording, mend_spelling, understand
from corpus.glossary import Glossary, Term, Treatment

WORDING = Wording(
    Glossary(
        terms=(
            Term(term="nausea", says="x", article="a", lay=("queasy", "sick to my stomach")),
            Term(term="dissociation", says="x", article="a", lay=("spaced out",)),
        ),
        treatments=(
            Treatment(name="Spravato", words=("spravato", "esketamine")),
            Treatment(name="ketamine", words=("ketamine",)),
        ),
    ),
    frozenset({"neusea"}),
)


def test_a_lay_word_brings_the_clinical_term() -> None:
    assert understand("Will I feel queasy?", [], WORDING).search == "Will I feel queasy? nausea"


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("what is spravado", "what is spravato"),
        ("esketamin dose", "esketamine dose"),
        ("ketamin or spravatto?", "ketamine or spravato?"),
        ("disociation", "dissociation"),
        ("parking and acupuncture", "parking and acupuncture"),
        ("ketamines", "ketamines"),
        ("neusea stands in an article", "neusea stands in an article"),
        ("mausea", "mausea"),
    ],
)
def test_misspelt_clinical_words_are_mended_and_other_words_left_alone(typed: str, mended: str) -> None:
    assert mend_spelling(typed, WORDING) == mended


@pytest.mark.parametrize("follow_up", ["How long does it last?", "and the side effects?", "why?"])
def test_a_follow_up_is_searched_with_the_question_it_refers_to(follow_up: str) -> None:
    query = understand(follow_up, ["What is Spravato?"], WORDING)
    assert query.resolved == f"What is Spravato? {follow_up}"
    assert query.treatments == {"Spravato"}
    assert query.asked == follow_up


def test_a_question_that_stands_alone_forgets_the_earlier_one() -> None:
    query = understand("How is ketamine given at the clinic?", ["What is Spravato?"], WORDING)
    assert query.resolved == "How is ketamine given at the clinic?"


def test_a_follow_up_that_names_another_treatment_asks_only_of_that_one() -> None:
    query = understand("and ketamine?", ["How is Spravato given?"], WORDING)
    assert query.treatments == {"ketamine"}
    assert "Spravato" not in query.search


def test_a_chain_of_follow_ups_reaches_the_first_question() -> None:
    query = understand("why?", ["What is Spravato?", "how long does it last?"], WORDING)
    assert query.resolved.startswith("What is Spravato? how long does it last?")
