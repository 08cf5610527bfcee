"""What `chatbot check` and the staff page look at: the content, its claims, contradictions, and the index."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from chatbot.claims import forbidden_claims
from chatbot.config import Settings
from chatbot.contradictions import Contradiction, contradictory_numbers
from chatbot.coverage import never_cited, terms, without_questions
from chatbot.denials import contradictory_denials
from chatbot.duplicates import near_duplicates
from chatbot.statements import Statement, statements
from corpus.article import Article, load_articles
from corpus.clinic import load_clinic
from corpus.doctor import examine
from corpus.findings import Finding, found_in, in_order
from corpus.glossary import Glossary, load_glossary
from corpus.replies import load_replies
from index.manifest import IndexUnavailable, read_live_manifest
from index.passages import QUOTABLE, Passage, cut

Passages = Mapping[str, Sequence[Passage]]
"""Article id -> its passages."""


@dataclass(frozen=True)
class Health:
    """The state of a clinic's content."""

    findings: tuple[Finding, ...]
    """What must be corrected comes first."""
    unmeasured: tuple[str, ...]
    """Checks that could not be made, and why."""

    @property
    def errors(self) -> int:
        """How many findings must be corrected."""
        return sum(finding.level == "error" for finding in self.findings)


def inspect(settings: Settings, cited: frozenset[str] | None = None) -> Health:
    """Look at everything; raise `ContentError` where the content does not load.

    `cited` holds the ids of the articles that kept answers cite; None where nothing is kept.
    """
    clinic = load_clinic(settings.clinic)
    articles = load_articles(settings.articles)
    replies = load_replies(settings.replies, clinic)
    found = [*examine(articles, replies, clinic, datetime.now(UTC).date())]
    found += [*examine_passages(articles, load_glossary(settings.glossary)), *_index(settings, articles)]
    if cited is None:
        return Health(in_order(found), ("articles never cited: no answers are kept",))
    return Health(in_order([*found, *never_cited(articles, cited)]), ())


def examine_passages(articles: Sequence[Article], glossary: Glossary) -> tuple[Finding, ...]:
    """Return what is found in the passages of articles: claims, contradictions, copies, what nobody can reach."""
    passages = {article.id: cut(article) for article in articles}
    found = [*_claims(articles, passages), *_contradictions(articles, passages, glossary)]
    found += [*_duplicates(articles, passages), *terms(articles, glossary)]
    for article in articles:
        found += without_questions(article, passages[article.id])
    return in_order(found)


def findings_lines(health: Health) -> str:
    """Write the findings for a terminal, one a line."""
    lines = [f"{each.level}: {each.place}: {each.problem}. {each.remedy}" for each in health.findings]
    lines += [f"not measured: {what}" for what in health.unmeasured]
    return "\n".join([*lines, f"{health.errors} errors, {len(health.findings) - health.errors} warnings"])


def findings_json(health: Health) -> str:
    """Write the findings for a program."""
    kept = {"findings": [asdict(each) for each in health.findings], "unmeasured": health.unmeasured}
    return json.dumps({"errors": health.errors, **kept}, ensure_ascii=False, indent=2)


def _claims(articles: Sequence[Article], passages: Passages) -> Iterator[Finding]:
    """A sentence with a forbidden claim is never shown: staff must know, its article looks fine."""
    for article in articles:
        said = [sentence for passage in passages[article.id] for sentence in passage.sentences]
        for sentence in (each for each in said if each.kind in QUOTABLE):
            for claim in forbidden_claims([sentence.text], cited=True):
                problem = f"never shown, because of '{claim.text}' ({claim.rule}): {claim.sentence}"
                yield found_in(article, "claims", (problem, "Reword the sentence."), sentence.start)


def _contradictions(articles: Sequence[Article], passages: Passages, glossary: Glossary) -> Iterator[Finding]:
    by_id = {article.id: article for article in articles}
    english = [p for article in articles if article.language == "en" for p in passages[article.id]]
    said = statements(english, glossary)
    for name, found in (("numbers", contradictory_numbers(said)), ("denials", contradictory_denials(said))):
        for odd, others in gathered(found):
            against = "; ".join(f"'{other.text}' (article {other.article})" for other in others[:3])
            more = f", and {len(others) - 3} more" if len(others) > 3 else ""
            told = (f"'{odd.text}' contradicts {against}{more}", "Check which is right, and correct the others.")
            yield found_in(by_id[odd.article], name, told, odd.start)


def gathered(found: Sequence[Contradiction]) -> list[tuple[Statement, list[Statement]]]:
    """Gather pairs by the statement that stands against most others: one sentence to look at, not ten pairs."""
    left = list(found)
    gathered_pairs: list[tuple[Statement, list[Statement]]] = []
    while left:
        against: dict[Statement, list[Statement]] = {}
        for pair in left:
            against.setdefault(pair.one, []).append(pair.other)
            against.setdefault(pair.other, []).append(pair.one)
        odd = max(against, key=lambda each: len(against[each]))
        gathered_pairs.append((odd, list(dict.fromkeys(against[odd]))))
        left = [pair for pair in left if odd not in (pair.one, pair.other)]
    return gathered_pairs


def _duplicates(articles: Sequence[Article], passages: Passages) -> Iterator[Finding]:
    by_id = {article.id: article for article in articles}
    for pair in near_duplicates([passage for article in articles for passage in passages[article.id]]):
        problem = f"{pair.share:.0%} of it stands in article {pair.other.article}, '{pair.other.heading}', too"
        told = (problem, "Keep it in one article and link to it, or say in each what is its own.")
        yield found_in(by_id[pair.one.article], "duplicate", told, pair.one.start)


def _index(settings: Settings, articles: Sequence[Article]) -> Iterator[Finding]:
    try:
        manifest = read_live_manifest(settings.index_folder)
    except IndexUnavailable as error:
        yield Finding("warning", "index", "index", str(error), "Run 'chatbot index'.")
        return
    on_disk = {article.id: article.fingerprint for article in articles}
    built = manifest.articles
    changed = sorted(name for name in {*on_disk, *built} if on_disk.get(name) != built.get(name))
    if changed:
        problem = f"articles have changed since it was built: {', '.join(changed)}"
        yield Finding("error", "index", "index", problem, "Run 'chatbot index'.")
