"""What of the content nobody can reach or uses: sections without questions, unused terms, articles never cited."""

import re
from collections.abc import Iterator, Sequence

from corpus.article import Article
from corpus.findings import Finding, found_in
from corpus.glossary import Glossary
from index.passages import QUOTABLE, Passage


def without_questions(article: Article, passages: Sequence[Passage]) -> Iterator[Finding]:
    """Find sections that could be quoted and list no question: people's own words may not reach them."""
    seen: set[str] = set()
    for passage in passages:
        quotable = any(sentence.kind in QUOTABLE for sentence in passage.sentences)
        if passage.heading_path and quotable and passage.heading not in seen and not passage.questions:
            told = ("lists no questions", "Add ways people ask it under questions: in the front matter.")
            yield found_in(article, "questions", told, passage.start)
        seen.add(passage.heading)


def never_cited(articles: Sequence[Article], cited: frozenset[str]) -> Iterator[Finding]:
    """Find articles that no kept answer cites; `cited` holds the ids of those that were."""
    for article in articles:
        if article.id not in cited:
            told = ("no answer has cited it", "Ask it what people would; add questions: or merge it.")
            yield found_in(article, "cited", told)


def terms(articles: Sequence[Article], glossary: Glossary) -> Iterator[Finding]:
    """Find terms that name an article that is not there, or that no article uses."""
    known = {article.id for article in articles}
    text = "\n".join(f"{article.title}\n{article.text[article.body_start :]}" for article in articles)
    for term in glossary.terms:
        if term.article not in known:
            problem = f"term '{term.term}' names an article that is not there: {term.article}"
            yield Finding("warning", "glossary", "glossary.toml", problem, "Name one of the articles.")
        if not re.search(rf"(?<!\w){_endings(term.term)}(?!\w)", text, re.IGNORECASE):
            problem = f"term '{term.term}' is used in no article"
            yield Finding("warning", "glossary", "glossary.toml", problem, "Write it as the articles do, or remove it.")


def _endings(term: str) -> str:
    words = [rf"{re.escape(re.sub('(?:es|s|y)$', '', word))}(?:y|ies|es|s)?" for word in re.split(r"[\s-]+", term)]
    return r"[\s-]+".join(words)
