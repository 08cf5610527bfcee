"""Questions with sentences that do or do not answer them, made from public question sets and from our own suite."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.article import Article, load_articles
from evals.assertions import says
from evals.jsonl import read_jsonl
from evals.labelled import LabelledQuestion
from index.models import Embed
from index.passages import Passage, cut, keys

HELD_OUT_TITLES = ("Immune_system", "Normans", "Packet_switching")
"""SQuAD articles kept for the figures: one on health, two that are not."""
_CLAPNQ_HELD_OUT = 4
"""Every so-manieth question of ClapNQ is kept for the figures."""
_NEGATIVES = 2
"""Sentences that do not answer, of those nearest in words, a step of training reads with each question."""
_NEGATIVES_WRITTEN = 5
_MOST_RIGHT = 4
_WITHOUT_ANSWER = 0.15
_OTHER_HEADING = 0.3
"""SQuAD's headings are mere topics, ours are often questions: so often one of the passage's questions is put there."""
SECTIONS = "sections"
"""Source of the questions that articles list under their headings."""
_NEAREST = 10
"""Sentences a question on the articles is seen with, as when it is answered."""

_PREAMBLES = (
    "My sister brought this up at dinner and nobody could agree.",
    "I read two leaflets about this and they said different things.",
    "We talked about it on the way home and I want to get it right.",
    "My father is not good with the internet, so I am asking for him.",
    "A neighbor mentioned it and now I cannot stop thinking about it.",
    "I have been meaning to ask this for a while, sorry if it is a silly question.",
    "There was a long article in the paper and I lost the thread halfway.",
    "I am putting together some notes for our group next week.",
    "Someone at work swears by one answer and someone else by the opposite.",
    "My partner is coming along and likes to plan things in advance.",
)
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Group:
    """A question with sentences, each under its heading as the index keys it."""

    question: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]
    """Which of them answer; none if the passage does not."""
    source: str
    headings: tuple[str, ...] = ()
    """Other questions about the same passage: any of them could be the heading."""


def squad_groups(folder: Path) -> tuple[list[Group], list[Group]]:
    """Return groups of SQuAD 2.0 to train on and to measure with, parted by article."""
    passages = {row["id"]: row for row in read_jsonl(folder / "passages.jsonl")}
    sentences = {key: _keyed(row["title"].replace("_", " "), row["text"]) for key, row in passages.items()}
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in read_jsonl(folder / "questions.jsonl"):
        asked.setdefault(row["passage_id"], []).append(row)
    train: list[Group] = []
    held_out: list[Group] = []
    for key, rows in asked.items():
        part = held_out if passages[key]["title"] in HELD_OUT_TITLES else train
        headings = tuple(row["question"].strip() for row in rows)
        for row in rows:
            right = [any(_holds(sentence, answer) for answer in row["answers"]) for sentence in sentences[key]]
            group = Group(row["question"].strip(), tuple(sentences[key]), tuple(right), "squad2", headings)
            if right and any(right) != row["is_impossible"]:
                part.append(group)
    return train, held_out


def clapnq_groups(folder: Path) -> tuple[list[Group], list[Group]]:
    """Return groups of ClapNQ to train on and to measure with."""
    passages = {row["id"]: row for row in read_jsonl(folder / "passages.jsonl")}
    parts: tuple[list[Group], list[Group]] = ([], [])
    for number, row in enumerate(read_jsonl(folder / "questions.jsonl")):
        passage = passages[row["passage_id"]]
        selected = [_squeezed(text) for texts in row["selected_sentences"] for text in texts]
        sentences = _keyed(passage["title"], _untokenised(passage["text"]))
        bare = [_squeezed(sentence.removeprefix(f"{passage['title']}.")) for sentence in sentences]
        right = [any(text in chosen or chosen in text for chosen in selected) for text in bare]
        if right and any(right) == row["answerable"]:
            group = Group(row["question"], tuple(sentences), tuple(right), "clapnq")
            parts[number % _CLAPNQ_HELD_OUT == 0].append(group)
    return parts


def written_groups(path: Path, articles: Path, embed: Embed) -> list[Group]:
    """Return groups of the questions written for training, on texts made up for it and on the articles.

    A question on the articles is left out once they no longer hold what it asks for.
    """
    groups: list[Group] = []
    cases: list[LabelledQuestion] = []
    for row in read_jsonl(path):
        if "sections" in row:
            texts = [f"{heading} {text}" for heading, section in row["sections"].items() for text in section]
            for asked, right in row["asked"].items():
                flags = tuple(number in right for number in range(len(texts)))
                groups.append(Group(asked, tuple(texts), flags, "written"))
        else:
            cases.append(LabelledQuestion(row["question"], row["question"], "written", (), tuple(row["must_say"])))
    return [*groups, *case_groups(cases, articles, embed)]


def case_groups(cases: Sequence[LabelledQuestion], articles: Path, embed: Embed) -> list[Group]:
    """Return a group a case: the sentences nearest to its question, as when it is answered, and the right ones."""
    texts = [key for article in load_articles(articles) for passage in cut(article) for key in _quotable(passage)]
    cosines = embed([case.question for case in cases]) @ embed(texts).T
    found = [_case_group(case, texts, near) for case, near in zip(cases, cosines, strict=True)]
    return [group for case, group in zip(cases, found, strict=True) if any(group.right) == bool(case.must_say)]


def unanswered_groups(articles: Path, embed: Embed) -> list[Group]:
    """Return a group for each question that articles list as not answered: none of the nearest sentences is right."""
    asked = [text for article in load_articles(articles) for texts in article.unanswered.values() for text in texts]
    return case_groups([LabelledQuestion(text, text, "written", (), ()) for text in asked], articles, embed)


def section_groups(articles: Path) -> list[Group]:
    """Return a group for each question an article lists under a heading: that section's sentences answer it."""
    groups: list[Group] = []
    for article in load_articles(articles):
        passages = cut(article)
        for heading, questions in article.questions.items():
            inside = [key for passage in passages if passage.heading == heading for key in _quotable(passage)]
            outside = [key for passage in passages if passage.heading != heading for key in _quotable(passage)]
            right = (True,) * len(inside) + (False,) * len(outside)
            groups += [Group(asked, (*inside, *outside), right, SECTIONS) for asked in questions if inside]
    return groups


def sampled(group: Group, rng: random.Random) -> Group:
    """Return the group as one step of training sees it: a few sentences, the question now and then typed badly."""
    right = [number for number, answers in enumerate(group.right) if answers]
    wrong = [number for number, answers in enumerate(group.right) if not answers]
    # Without its answer an answerable question is one more that its passage does not answer.
    kept = [] if wrong and rng.random() < _WITHOUT_ANSWER else _best(group, right)
    count = _NEGATIVES_WRITTEN if group.source == "written" else _NEGATIVES
    hardest = sorted(wrong, key=lambda number: -_overlap(group.question, group.sentences[number]))[: 2 * count]
    kept += rng.sample(hardest, min(len(hardest), count))
    sentences = [group.sentences[number] for number in kept]
    if group.headings and rng.random() < _OTHER_HEADING:
        heading = rng.choice(group.headings)
        sentences = [f"{heading} {sentence.split('. ', 1)[-1]}" for sentence in sentences]
    flags = tuple(group.right[number] for number in kept)
    return replace(group, question=_mistyped(group.question, rng), sentences=tuple(sentences), right=flags)


def _best(group: Group, right: Sequence[int]) -> list[int]:
    """Return the sentences to take for the answer: SQuAD's may hold its words by chance, so only the nearest.

    Of a section all are taken: one of them answers, and nobody said which.
    """
    if group.source == SECTIONS:
        return list(right)
    if group.source != "squad2" or not right:
        return list(right)[:_MOST_RIGHT]
    return [max(right, key=lambda number: _overlap(group.question, group.sentences[number]))]


def _mistyped(question: str, rng: random.Random) -> str:
    if rng.random() < 0.25:
        question = question.lower()
        if rng.random() < 0.5:
            question = question.rstrip(" ?")
    if rng.random() < 0.25:
        words = list(_WORD.finditer(question))
        for match in sorted(rng.sample(words, min(len(words), rng.randint(1, 2))), key=lambda m: -m.start()):
            question = question[: match.start()] + _misspelt(match.group(), rng) + question[match.end() :]
    if rng.random() < 0.06:
        question = f"{rng.choice(_PREAMBLES)} {question}"
    return question


def _misspelt(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    before, here, after = word[:at], word[at], word[at + 1 :]
    return rng.choice(
        (
            before + after,
            before + here + here + after,
            before + after[0] + here + after[1:],
            before + rng.choice("aeiou") + after,
        )
    )


def _case_group(case: LabelledQuestion, texts: Sequence[str], near: NDArray[np.float32]) -> Group:
    right = [any(says(text, wanted) for wanted in case.must_say) for text in texts]
    nearest = np.argsort(-near, kind="stable")
    shown = sorted({*nearest[:_NEAREST].tolist(), *np.flatnonzero(right).tolist()})
    return Group(case.question, tuple(texts[n] for n in shown), tuple(right[n] for n in shown), "written")


def _quotable(passage: Passage) -> list[str]:
    return [key.text for key in keys(passage) if key.sentence is not None]


def _keyed(title: str, text: str) -> list[str]:
    """Return the sentences as the index would key them had the text been an article."""
    article = Article(
        id="x", title=title, summary="", topics=(), language="en", url=None, sources=(), written_on=None,
        reviewed_by=None, reviewed_on=None, review_due=None, questions={}, unanswered={}, path=Path("x.md"),
        text=text, body_start=0, sha256="", fingerprint="",
    )  # fmt: skip
    return [key for passage in cut(article) for key in _quotable(passage)]


def _holds(sentence: str, answer: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", sentence, re.IGNORECASE) is not None


def _overlap(question: str, sentence: str) -> float:
    asked = {word.casefold()[:6] for word in _WORD.findall(question)}
    return len(asked & {word.casefold()[:6] for word in _WORD.findall(sentence)}) / (len(asked) or 1)


def _untokenised(text: str) -> str:
    """Undo Natural Questions' spaces around punctuation marks."""
    text = re.sub(r"`` ?| ?''", '"', text)
    text = re.sub(r" (?=[.,;:!?%)\]]|n't\b|'s\b)", "", text)
    return re.sub(r"(?<=[(\[]) ", "", text)


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()
