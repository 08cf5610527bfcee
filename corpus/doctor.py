"""Check the clinic's content as staff would want it checked: review state, reading level, sources, numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from corpus.article import Article
from corpus.clinic import Clinic
from corpus.readability import flesch_kincaid_grade, plain_text
from corpus.replies import Replies

MAX_GRADE = 8.0
"""Flesch-Kincaid grade an article should not exceed (safety specification, 4.1)."""

_PHONE = re.compile(r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\w-])")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
_PROMPT_LIKE = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the )?(?:previous|prior|above|earlier) (?:instructions|rules|text)"
    r"|\b(?:system prompt|you are now|as an ai)\b",
    re.IGNORECASE,
)
_HIDDEN = re.compile("<!--|[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")


@dataclass(frozen=True)
class Finding:
    """Something staff should look at."""

    level: Literal["error", "warning"]
    """An error should stop a publication; a warning should not."""
    where: str
    """Article or reply."""
    problem: str
    remedy: str


def examine(articles: Sequence[Article], replies: Replies, clinic: Clinic, today: date) -> list[Finding]:
    """Return everything found in the articles and fixed replies, errors first."""
    found = [finding for article in articles for finding in _article(article, clinic, today)]
    found += [
        Finding("warning", f"reply {reply.id}.{reply.language}", "not yet reviewed by a clinician", "Have it reviewed.")
        for reply in replies.values()
        if reply.reviewed_by is None
    ]
    return sorted(found, key=lambda finding: finding.level != "error")


def _article(article: Article, clinic: Clinic, today: date) -> Iterator[Finding]:
    where = f"article {article.id}"
    yield from (Finding("warning", where, problem, remedy) for problem, remedy in _review(article, today))
    if (grade := flesch_kincaid_grade(plain_text(_body(article)))) > MAX_GRADE:
        problem = f"reading grade {grade:.1f} is above {MAX_GRADE:.0f}"
        yield Finding("warning", where, problem, "Shorten sentences and words.")
    yield from (Finding("error", where, problem, remedy) for problem, remedy in _mistakes(article, clinic))


def _review(article: Article, today: date) -> Iterator[tuple[str, str]]:
    if article.reviewed_by is None:
        yield "not yet reviewed by a clinician", "Fill in reviewed_by and reviewed_on once signed."
    if article.review_due is not None and article.review_due < today:
        yield f"review was due on {article.review_due}", "Have it reviewed; move review_due."
    if not article.sources:
        yield "names no source", "Add sources: to its front matter."


def _mistakes(article: Article, clinic: Clinic) -> Iterator[tuple[str, str]]:
    body = _body(article)
    for heading in sorted(set(article.questions) - set(_HEADING.findall(body))):
        yield f"questions: no heading '{heading}'", "Write the heading as in the article."
    for number in sorted(set(_PHONE.findall(body)) - _known_numbers(clinic)):
        yield f"prints {number}, which is not in clinic.toml", "Correct it, or add it as a help line."
    if _HIDDEN.search(body) or _PROMPT_LIKE.search(body):
        yield "holds hidden or instruction-like text", "Remove it: it is never shown, and may mislead."


def _body(article: Article) -> str:
    return article.text[article.body_start :]


def _known_numbers(clinic: Clinic) -> set[str]:
    numbers = {number for line in clinic.help_lines.values() for number in (line.call, line.text) if number}
    return {clinic.phone, *numbers}
