"""Wherever a sentence is shown, what governs it is shown too, and no treatment is mixed with another (`traps.yaml`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import corpus
from chatbot.answering import Shelf, cited_answer
from chatbot.checking import problems
from chatbot.composing import gather, select
from chatbot.conversation import Route
from chatbot.quotable import Sources
from chatbot.retrieval import Wording, understand, vocabulary_of
from chatbot.slicing import Candidate
from corpus.article import Article, load_article
from corpus.clinic import load_clinic
from corpus.glossary import Glossary, load_glossary
from corpus.replies import load_replies
from index.lexical import Lexical, stems
from index.passages import Passage, cut, keys
from index.searching import Hit

SHIPPED = Path(corpus.__file__).parent
TRAPS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "traps.yaml").read_text(encoding="utf-8")
)
QUALIFIERS, PAIRS = TRAPS["qualifiers"], TRAPS["pairs"]


@dataclass(frozen=True)
class Shown:
    """Everything that could be shown for a trap's question: each candidate as an answer of its own, and the choice."""

    answers: tuple[str, ...]
    problems: tuple[str, ...]


@cache
def _shelf() -> Shelf:
    clinic = load_clinic(SHIPPED / "clinic.toml")
    return Shelf(clinic, {}, load_replies(SHIPPED / "replies", clinic))


@cache
def _glossary() -> Glossary:
    return load_glossary(SHIPPED / "glossary.toml")


def shown_for(trap: dict[str, Any], folder: Path) -> Shown:
    path = folder / "page.md"
    head = f"id: page\ntitle: {trap.get('title', 'Clinic page')}\nlanguage: {trap.get('language', 'en')}"
    path.write_text(f"---\n{head}\n---\n\n{trap['page']}", encoding="utf-8")
    article = load_article(path)
    passages = cut(article)
    lexical = Lexical.build([" ".join(key.text for key in keys(passage)) for passage in passages])
    wording = Wording(_glossary(), vocabulary_of([article]))
    sources = Sources({article.id: article.text}, lexical, wording, "Example Clinic")
    query = understand(trap["ask"], (), wording)
    gathered = gather(query, [_hit(passage, query.search) for passage in passages], sources)
    chosen = select(gathered, sources).chosen
    shown = [_answer(article, candidates) for candidates in [*([each] for each in gathered.ranked), chosen]]
    return Shown(tuple(text for text, _ in shown), tuple(wrong for _, found in shown for wrong in found))


def _hit(passage: Passage, question: str) -> Hit:
    """Stand in for the vectors: the share of the question's stems that a text holds."""
    asked = set(stems(question))

    def alike(text: str) -> float:
        return len(asked & set(stems(text))) / max(1, len(asked))

    return Hit(passage, 0.5, alike(passage.text), 0.5, tuple(alike(sentence.text) for sentence in passage.sentences))


def _answer(article: Article, chosen: Sequence[Candidate]) -> tuple[str, list[str]]:
    """Return the sentences as they are shown, and what the check finds wrong with them."""
    if not chosen:
        return "", []
    shelf = Shelf(_shelf().clinic, {article.id: article}, _shelf().replies)
    drafted = cited_answer(shelf, Route("education", "not_in_articles", "test"), chosen, 1.0)
    wrong = problems(drafted.answer, {article.id: article.path}, drafted.fixed, [drafted.answer.disclaimer])
    return " ".join(sentence.text for sentence in drafted.answer.sentences), wrong


def holds(shown: str, wanted: str) -> bool:
    return " ".join(wanted.split()).casefold() in shown.casefold()


def name_of(trap: dict[str, Any]) -> str:
    return f"{trap['ask']} {trap.get('alone', '')}".strip()


def test_there_are_enough_traps() -> None:
    assert len(QUALIFIERS) >= 110
    assert len(PAIRS) >= 65


@pytest.mark.parametrize("trap", QUALIFIERS, ids=name_of)
def test_a_sentence_is_never_shown_without_what_governs_it(trap: dict[str, Any], tmp_path: Path) -> None:
    shown = shown_for(trap, tmp_path)
    assert not shown.problems
    for answer in shown.answers:
        if holds(answer, trap["alone"]):
            assert "with" in trap, f"shown: {answer}"
            assert all(holds(answer, wanted) for wanted in trap["with"]), f"shown: {answer}"


@pytest.mark.parametrize("trap", PAIRS, ids=name_of)
def test_nothing_of_another_treatment_is_shown(trap: dict[str, Any], tmp_path: Path) -> None:
    shown = shown_for(trap, tmp_path)
    assert not shown.problems
    for answer in shown.answers:
        assert not [other for other in trap["never"] if holds(answer, other)], f"shown: {answer}"
    for own in trap.get("shown", ()):
        assert any(holds(answer, own) for answer in shown.answers), "what answers it was withheld"


def test_most_sentences_are_shown_with_their_qualifier_and_not_withheld(tmp_path: Path) -> None:
    """Nothing would ever be cut off by showing nothing."""
    wanted = [trap for trap in QUALIFIERS if "with" in trap]
    kept = [t for t in wanted if any(holds(answer, t["alone"]) for answer in shown_for(t, tmp_path).answers)]
    assert len(kept) >= 0.85 * len(wanted), [name_of(trap) for trap in wanted if trap not in kept]
