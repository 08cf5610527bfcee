"""What `chatbot check` looks at: the content (corpus/doctor.py), its claims, and whether the index matches the disk."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from chatbot.claims import forbidden_claims
from chatbot.config import Settings
from corpus.article import Article, load_articles
from corpus.clinic import load_clinic
from corpus.doctor import Finding, examine
from corpus.glossary import load_glossary
from corpus.replies import load_replies
from index.manifest import IndexUnavailable, read_live_manifest
from index.passages import QUOTABLE, cut


def inspect(settings: Settings) -> list[Finding]:
    """Return everything staff should look at, errors first; raise `ContentError` where the content does not load."""
    clinic = load_clinic(settings.clinic)
    articles = load_articles(settings.articles)
    found = examine(articles, load_replies(settings.replies, clinic), clinic, datetime.now(UTC).date())
    known = {article.id for article in articles}
    for term in load_glossary(settings.glossary).terms:
        if term.article not in known:
            problem = f"term '{term.term}' names an article that is not there: {term.article}"
            found.append(Finding("warning", "glossary.toml", problem, "Name one of the articles."))
    found += [*_claims(articles), *_index(settings, articles)]
    return sorted(found, key=lambda finding: finding.level != "error")


def _claims(articles: Sequence[Article]) -> Iterator[Finding]:
    """A sentence with a forbidden claim is never shown: staff must know, its article looks fine."""
    for article in articles:
        for passage in cut(article):
            quotable = [sentence.text for sentence in passage.sentences if sentence.kind in QUOTABLE]
            for claim in forbidden_claims(quotable, cited=True):
                problem = f"never shown, because of '{claim.text}' ({claim.rule}): {claim.sentence}"
                yield Finding("warning", f"article {article.id}", problem, "Reword the sentence.")


def _index(settings: Settings, articles: Sequence[Article]) -> Iterator[Finding]:
    try:
        manifest = read_live_manifest(settings.index_folder)
    except IndexUnavailable as error:
        yield Finding("warning", "index", str(error), "Run 'chatbot index'.")
        return
    if manifest.articles != {article.id: article.sha256 for article in articles}:
        yield Finding("error", "index", "articles have changed since it was built", "Run 'chatbot index'.")
