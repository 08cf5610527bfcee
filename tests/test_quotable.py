from pathlib import Path

from chatbot.composing import gather
from chatbot.quotable import Dropped, Quotable, Sources
from chatbot.retrieval import Wording, understand
from corpus.article import load_article
from corpus.glossary import Glossary, Treatment
from index.lexical import Lexical
from index.passages import cut
from index.searching import Hit

ARTICLE = """---
id: care
title: "Care"
summary: "How care goes."
written_on: 2026-01-01
---

## How is each drug given?

Spravato is sprayed into the nose. Ketamine is given as a shot in the arm. It takes a few seconds.

## What can it do?

Spravato cures depression for good. This is why people like it. At our clinic a nurse stays with you.
"""
GLOSSARY = Glossary(
    treatments=(Treatment(name="spravato", words=("spravato",)), Treatment(name="ketamine", words=("ketamine",)))
)


def sources_of(tmp_path: Path) -> tuple[Sources, list[Hit]]:
    (tmp_path / "care.md").write_text(ARTICLE, encoding="utf-8")
    article = load_article(tmp_path / "care.md")
    passages = cut(article)
    hits = [Hit(passage, 0.5, 0.5, 0.5, (0.5,) * len(passage.sentences)) for passage in passages]
    lexical = Lexical.build([passage.text for passage in passages])
    return Sources({article.id: article.text}, lexical, Wording(GLOSSARY), "Example Clinic"), hits


def test_a_sentence_knows_what_it_speaks_of_and_whether_it_tells_of_the_clinic(tmp_path: Path) -> None:
    sources, hits = sources_of(tmp_path)
    found = [each for hit in hits for each in sources.sentences_of(hit.passage) if isinstance(each, Quotable)]
    spoken_of = {each.candidate.text: set().union(*each.spoken_of) for each in found}
    assert spoken_of["Spravato is sprayed into the nose."] == {"spravato"}
    assert spoken_of["Ketamine is given as a shot in the arm."] == {"ketamine"}
    assert [each.of_the_clinic for each in found if "our clinic" in each.candidate.text] == [True]


def test_a_claim_that_must_not_be_made_bars_a_sentence_whatever_is_asked(tmp_path: Path) -> None:
    sources, hits = sources_of(tmp_path)
    barred = [each for hit in hits for each in sources.sentences_of(hit.passage) if isinstance(each, Dropped)]
    assert any("cures depression" in each.text and "claim" in each.reason for each in barred)


def test_what_is_kept_of_one_question_changes_nothing_for_the_next(tmp_path: Path) -> None:
    sources, hits = sources_of(tmp_path)
    questions = ["How is Spravato given?", "How is ketamine given?", "Do you have a nurse?", "How is Spravato given?"]

    def offered(asked: str, kept: Sources) -> tuple[list[str], list[str]]:
        gathered = gather(understand(asked, [], kept.wording), hits, kept)
        return [each.text for each in gathered.ranked], [each.reason for each in gathered.dropped]

    for asked in questions:
        assert offered(asked, sources) == offered(asked, sources_of(tmp_path)[0])
    assert offered(questions[0], sources)[0] != offered(questions[1], sources)[0]
