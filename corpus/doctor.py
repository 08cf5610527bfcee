"""Check the clinic's content as staff would want it checked: review state, reading level, sources, numbers, links."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from corpus.article import Article, questions_file, same_question
from corpus.clinic import Clinic
from corpus.findings import HEADING, Finding, found_in, in_order, sections
from corpus.hidden_text import hidden_text
from corpus.links import dead_links
from corpus.readability import flesch_kincaid_grade, plain_text, words
from corpus.replies import Replies

MAX_GRADE = 8.0
"""Flesch-Kincaid grade an article should not exceed (safety specification, 4.1)."""
MAX_SECTION_GRADE = 12.0
"""The same for one section: a few sentences swing more with a long word than an article does."""
SECTION_WORDS = 40
"""A section with fewer words has no grade worth a finding."""

_PHONE = re.compile(r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\w-])")


def examine(articles: Sequence[Article], replies: Replies, clinic: Clinic, today: date) -> tuple[Finding, ...]:
    """Return everything found in the articles and fixed replies, what must be corrected first."""
    found = [finding for article in articles for finding in _article(article, clinic, today)]
    found += dead_links(articles)
    found += _answered_and_not(articles)
    for reply in replies.values():
        where = f"reply {reply.id}.{reply.language}"
        if reply.reviewed_by is None:
            found.append(Finding("warning", "review", where, "not yet reviewed by a clinician", "Have it reviewed."))
        elif reply.reviewed_on is not None and (due := _later(reply.reviewed_on, clinic.content.review_months)) < today:
            problem = f"review was due on {due}"
            found.append(Finding("warning", "review", where, problem, "Have it reviewed; move reviewed_on."))
    return in_order(found)


def _article(article: Article, clinic: Clinic, today: date) -> Iterator[Finding]:
    yield from (found_in(article, "review", told) for told in _review(article, clinic, today))
    if not article.sources:
        yield found_in(article, "sources", ("names no source", "Add sources: to its front matter."))
    yield from _reading(article)
    yield from _mistakes(article, clinic)
    yield from hidden_text(article)


def _review(article: Article, clinic: Clinic, today: date) -> Iterator[tuple[str, str]]:
    if article.reviewed_by is None:
        yield "not yet reviewed by a clinician", "Fill in reviewed_by and reviewed_on once signed."
    elif article.reviewed_on is None:
        yield "signed, but not when", "Fill in reviewed_on."
    elif article.reviewed_on > today:
        yield f"reviewed_on is in the future: {article.reviewed_on}", "Write the day it was signed."
    dates = [article.review_due] if article.review_due else []
    if article.reviewed_by and article.reviewed_on:
        dates.append(_later(article.reviewed_on, clinic.content.review_months))
    if dates and min(dates) < today:
        yield f"review was due on {min(dates)}", "Have it reviewed; move reviewed_on and review_due."


def _answered_and_not(articles: Sequence[Article]) -> Iterator[Finding]:
    """Find questions listed both as answered and as not answered."""
    listed = {same_question(text) for article in articles for asked in article.questions.values() for text in asked}
    for article in articles:
        unanswered = (text for asked in article.unanswered.values() for text in asked)
        for text in (text for text in unanswered if same_question(text) in listed):
            told = (f"unanswered: '{text}' is listed as answered, too", "Remove one of the two.")
            yield found_in(article, "unanswered", told, error=True)


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _reading(article: Article) -> Iterator[Finding]:
    if article.language != "en":
        return  # the grade is one of English
    remedy = "Shorten sentences and words."
    if (grade := flesch_kincaid_grade(plain_text(_body(article)))) > MAX_GRADE:
        yield found_in(article, "reading", (f"reading grade {grade:.1f} is above {MAX_GRADE:.0f}", remedy))
        return
    for _, at, text in sections(article):
        plain = plain_text(text)
        if len(words(plain)) >= SECTION_WORDS and (grade := flesch_kincaid_grade(plain)) > MAX_SECTION_GRADE:
            told = (f"reading grade {grade:.1f} is above {MAX_SECTION_GRADE:.0f}, the limit of a section", remedy)
            yield found_in(article, "reading", told, at)


def _mistakes(article: Article, clinic: Clinic) -> Iterator[Finding]:
    headings = set(HEADING.findall(_body(article)))
    for field, listed in (("questions", article.questions), ("unanswered", article.unanswered)):
        for heading in sorted(set(listed) - headings):
            at = article.text.find(heading)
            told = (f"{field}: no heading '{heading}'", "Write the heading as in the article.")
            found = found_in(article, field, told, at, error=True)
            yield found if at >= 0 else replace(found, file=str(questions_file(article.path)), line=None, section="")
    known = _known_numbers(clinic)
    for match in _PHONE.finditer(article.text, article.body_start):
        if match.group() not in known:
            told = (f"prints {match.group()}, which is not in clinic.toml", "Correct it, or add it as a help line.")
            yield found_in(article, "phone", told, match.start(), error=True)


def _body(article: Article) -> str:
    return article.text[article.body_start :]


def _known_numbers(clinic: Clinic) -> set[str]:
    numbers = {number for line in clinic.help_lines.values() for number in (line.call, line.text) if number}
    return {clinic.phone, *numbers}
