"""Fit the weights by which sentences are ranked and the decision to answer is made (chatbot/composing.py).

`python -m evals.fit_selection SUITE.jsonl [SUITE.jsonl …]` prints weights fitted on half of the cases, chosen by the
hash of their id, and what they do on the other half. A candidate sentence is a right one if it holds one of the case's
`must_say`. Needs scikit-learn, which comes with sentence-transformers.
"""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chatbot.bot import TOP_K
from chatbot.composing import gather, read, signs
from chatbot.config import Settings
from chatbot.quotable import Sources
from chatbot.retrieval import Wording, understand, vocabulary_of
from chatbot.slicing import Features
from corpus.article import load_articles
from corpus.clinic import load_clinic
from corpus.glossary import load_glossary
from evals.assertions import says
from evals.labelled import LabelledQuestion, labelled_questions
from evals.statistics import auroc
from index.reading import Reader
from index.searching import Index

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Scores = NDArray[np.float64]
_SIGNS = ("best reading", "nearest section", "nearer to unanswered", "learnt: any", "learnt: one section")


@dataclass(frozen=True)
class Labelled:
    """The candidates of one case."""

    case: LabelledQuestion
    features: Scores
    """(candidates, features)"""
    right: NDArray[np.bool_]
    signs: tuple[float, ...]


def main() -> None:
    """Fit both regressions on one half of the suites' cases, report on the other."""
    labelled = _labelled([case for path in sys.argv[1:] for case in labelled_questions(Path(path))])
    halves = [[each for each in labelled if half(each.case.id) == number] for number in (0, 1)]
    fitted = halves[0]
    # One case weighs as much as another, whatever the number of its candidates.
    weight = np.concatenate([np.full(len(each.right), len(fitted) / len(each.right)) for each in fitted])
    rank = _fit("ranking", np.concatenate([each.features for each in fitted]), [*_each_right(fitted)], weight)
    decide = _fit("decision", np.array([each.signs for each in fitted]), [bool(each.case.must_say) for each in fitted])
    for name, part in zip(("fitted half", "held-out half"), halves, strict=True):
        scores = [rank.predict_proba(each.features)[:, 1] for each in part]
        _report(name, part, scores, decide.predict_proba(np.array([each.signs for each in part]))[:, 1])


def half(name: str) -> int:
    """Return 0 for a case that may be fitted to, 1 for one that is held out."""
    return hashlib.sha256(name.encode()).digest()[0] % 2


def _each_right(part: Sequence[Labelled]) -> NDArray[np.bool_]:
    return np.concatenate([each.right for each in part])


def _fit(name: str, rows: Scores, right: Sequence[bool], weight: Scores | None = None) -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=3000).fit(rows, right, sample_weight=weight)
    names = [field.name for field in fields(Features)] if name == "ranking" else _SIGNS
    values = ", ".join(f"{each} {value:.2f}" for each, value in zip(names, model.coef_[0], strict=True))
    print(f"{name}: {values}; bias {model.intercept_[0]:.2f}")
    return model


def _labelled(cases: Sequence[LabelledQuestion]) -> list[Labelled]:
    settings = Settings()
    index = Index.open(settings.index_folder, embedder=settings.embedder, server=settings.index_server)
    articles = load_articles(settings.articles)
    texts = {article.id: article.text for article in articles}
    wording = Wording(load_glossary(settings.glossary), vocabulary_of(articles), index.ordinary_words)
    sources = Sources(texts, index.lexical, wording, load_clinic(settings.clinic).name, index.tells_unanswered)
    reader, found = Reader(), []
    for case in cases:
        query = understand(case.question, [], sources.wording)
        judged = read(query, gather(query, index.search(query.search, TOP_K, query.message), sources), reader.scores)
        ranked = judged.ranked
        right = [any(says(f"{c.lead_in_text} {c.text}", wanted) for wanted in case.must_say) for c in ranked]
        if ranked:
            rows = np.array([astuple(c.features) for c in ranked])
            found.append(Labelled(case, rows, np.array(right, dtype=bool), signs(judged)))
    index.close()
    return found


def _report(name: str, part: Sequence[Labelled], scores: Sequence[Scores], sure: Scores) -> None:
    answerable = np.array([bool(each.case.must_say) for each in part])
    present = [(each, score) for each, score in zip(part, scores, strict=True) if each.case.must_say]
    first = np.mean([each.right[score.argmax()] for each, score in present])
    top3 = np.mean([each.right[np.argsort(-score)[:3]].any() for each, score in present])
    reach = np.mean([each.right.any() for each, _ in present])
    print(f"{name}: n {answerable.sum()} answerable + {(~answerable).sum()} not")
    print(f"    right first {first:.1%}, in top 3 {top3:.1%}, among candidates {reach:.1%}")
    print(f"    AUROC {auroc(list(sure[answerable]), list(sure[~answerable])):.3f}")
    for threshold in (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8):
        answered, wrongly = np.mean(sure[answerable] >= threshold), np.mean(sure[~answerable] >= threshold)
        print(f"    threshold {threshold:.2f}: answers {answered:.1%} of answerable, {wrongly:.1%} of the others")


if __name__ == "__main__":
    main()
