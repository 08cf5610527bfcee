"""What a check of the content found, and where: file, line, section."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from corpus.article import Article

HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """Something staff should look at."""

    level: Literal["error", "warning"]
    """An error must be corrected before publication; a warning should be looked at."""
    check: str
    """Name of the check that found it, such as `review` or `numbers`."""
    where: str
    """Article, reply or file, in words."""
    problem: str
    remedy: str
    """The next step."""
    file: str = ""
    line: int | None = None
    """Counted from 1."""
    section: str = ""
    """The heading above it; empty where it concerns the whole file."""

    @property
    def place(self) -> str:
        """Where it is, as one phrase."""
        line = "" if self.line is None else f", line {self.line}"
        return f"{self.where}{line}" + (f", '{self.section}'" if self.section else "")


def found_in(
    article: Article, check: str, told: tuple[str, str], at: int | None = None, *, error: bool = False
) -> Finding:
    """Make a finding of one article from its problem and remedy; `at` is an offset into the article's file."""
    problem, remedy = told
    line = None if at is None else article.text.count("\n", 0, at) + 1
    section = "" if at is None else section_at(article, at)
    level: Literal["error", "warning"] = "error" if error else "warning"
    return Finding(level, check, f"article {article.id}", problem, remedy, str(article.path), line, section)


def section_at(article: Article, offset: int) -> str:
    """Return the heading above an offset, or nothing above the first."""
    headings = list(HEADING.finditer(article.text, article.body_start))
    number = bisect_right([match.start() for match in headings], offset)
    return headings[number - 1].group(1) if number else ""


def sections(article: Article) -> list[tuple[str, int, str]]:
    """Return the sections below headings: heading, its offset, its text up to the next heading."""
    headings = list(HEADING.finditer(article.text, article.body_start))
    ends = [*(match.start() for match in headings[1:]), len(article.text)]
    return [
        (match.group(1), match.start(), article.text[match.end() : end])
        for match, end in zip(headings, ends, strict=True)
    ]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: what must be corrected first, then by file and line."""
    return tuple(sorted(findings, key=lambda each: (each.level != "error", each.where, each.line or 0, each.check)))
