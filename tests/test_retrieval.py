"""What is searched for: follow-ups, lay words, spelling."""

from pathlib import Path

import pytest

from chatbot.retrieval import Wording, mend_spelling, understand, understand_each, vocabulary_of
from corpus.article import load_article
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


@pytest.mark.parametrize(
    ("follow_up", "resolved"),
    [
        ("How long does it last?", "How long does Spravato last?"),
        ("and the side effects?", "What are the side effects of Spravato?"),
        ("how many times?", "How many times with Spravato?"),
    ],
)
def test_a_follow_up_is_searched_as_the_question_in_full(follow_up: str, resolved: str) -> None:
    query = understand(follow_up, ["What is Spravato?"], WORDING)
    assert query.resolved == resolved
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
    assert query.resolved == "Why does Spravato last so long?"


def test_the_treatment_stays_when_a_follow_up_names_only_another_thing() -> None:
    query = understand("what helps against it?", ["Is feeling queasy common with Spravato?"], WORDING)
    assert query.resolved == "What helps against queasy?"
    assert query.treatments == {"Spravato"}


def test_a_question_that_stands_alone_has_only_its_own_treatments() -> None:
    assert understand("Where can people park?", ["What is Spravato?"], WORDING).treatments == frozenset()


def test_several_questions_become_a_query_each_and_the_later_ones_follow_the_earlier() -> None:
    queries = understand_each("Is ketamine approved? And does it hurt?", ["What is Spravato?"], WORDING)
    assert [query.resolved for query in queries] == ["Is ketamine approved?", "Does ketamine hurt?"]
    assert all(query.treatments == {"ketamine"} for query in queries)


def test_a_story_says_what_the_question_after_it_means() -> None:
    story = "My neighbor goes to a clinic for ketamine and told me about it on the bus, with his dog and his bags. "
    query = understand(story * 2 + "How many sessions are there?", ["What is Spravato?"], WORDING)
    assert query.resolved == "How many sessions are there with ketamine?"


def test_an_ordinary_word_is_never_respelt_and_a_misspelt_one_becomes_the_articles() -> None:
    known = Wording(WORDING.glossary, frozenset({"insurance", "evaluation"}), frozenset({"evacuation", "assurance"}))
    assert mend_spelling("insurence evacuation evaluatoin assurances", known) == (
        "insurance evacuation evaluation assurances"
    )


def test_listing_a_misspelt_question_leaves_its_words_misspelt(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    head = 'id: page\ntitle: Medicines\nquestions:\n  Effects:\n    - "sid efects of spravto"'
    page.write_text(f"---\n{head}\n---\n\n## Effects\n\nSpravato has side effects.\n", encoding="utf-8")
    known = Wording(WORDING.glossary, vocabulary_of([load_article(page)]), frozenset({"and"}))
    assert mend_spelling("efects of spravto and medicinez", known) == "effects of spravato and medicines"


def test_a_name_listed_with_a_wrong_spelling_is_mended_to_the_right_one() -> None:
    spravato = Treatment(name="Spravato", words=("spravato", "sparvato", "esketamine", "esketamina"))
    known = Wording(Glossary(treatments=(spravato,)), frozenset({"spravato", "esketamine"}))
    assert mend_spelling("sparvato o esketamina", known) == "spravato o esketamine"


STORY = (
    "My wife read that the spray has to go with a tablet, and her sister says that it can be had by itself since last"
    " year, so now they argue about it every evening. Which of them is right?"
)


def test_the_one_question_of_a_long_message_is_kept_with_the_message() -> None:
    query = understand(STORY, (), WORDING)
    assert query.asked == "Which of them is right?"
    assert query.message == STORY
    assert understand(STORY.replace("spray", "spravto"), (), WORDING).message == STORY.replace("spray", "spravato")


@pytest.mark.parametrize(
    "message", ["How long does it last?", "What is Spravato? How long does it last, and who may have it?"]
)
def test_a_question_that_is_the_message_or_one_of_several_stands_alone(message: str) -> None:
    assert {query.message for query in understand_each(message, (), WORDING)} == {""}


def test_of_a_very_long_message_the_end_is_kept() -> None:
    message = understand("I walked home. " * 200 + STORY, (), WORDING).message
    assert len(message.split()) == 120
    assert message.endswith(STORY)
