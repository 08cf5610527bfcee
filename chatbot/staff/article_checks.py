"""What is wrong with an article's text before it is published, line by line, and how it will look."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import yaml

from chatbot.bot import Bot
from chatbot.inspection import examine_passages
from chatbot.rendering import article_html, plain
from corpus.article import Article, load_article
from corpus.doctor import examine
from corpus.findings import Finding
from corpus.front_matter import ContentError
from corpus.glossary import Glossary
from index.passages import cut


@dataclass(frozen=True)
class Problem:
    """Something to look at in an article's text."""

    level: Literal["error", "warning"]
    """With an error that was not there before, a text is not published."""
    line: int | None
    """From 1; None where it is of the whole article."""
    text: str
    remedy: str


@dataclass(frozen=True)
class Preview:
    """An article as visitors would see it, and what was found."""

    html: str
    """Empty where the text cannot be read as an article."""
    problems: tuple[Problem, ...]


def preview(bot: Bot, name: str, text: str) -> Preview:
    """Check an article's text and render it as its page is."""
    try:
        article = read_text(name, text)
    except ContentError as error:
        return Preview("", (_unreadable(error, text),))
    html = f"<h1>{plain(article.title)}</h1>{article_html(article)[0]}"
    return Preview(html, tuple(_found(bot, article)))


def new_errors(bot: Bot, name: str, text: str, before: str | None) -> list[Problem]:
    """Return the errors of a text that its text before did not have."""
    known = {each.text for each in preview(bot, name, before).problems} if before else set()
    return [each for each in preview(bot, name, text).problems if each.level == "error" and each.text not in known]


def read_text(name: str, text: str) -> Article:
    """Read a text as the article of that id; raise `ContentError`."""
    with TemporaryDirectory(prefix="article-") as folder:
        path = Path(folder) / f"{name}.md"
        path.write_bytes(text.encode("utf-8", "replace"))
        return load_article(path)


def headings(article: Article) -> list[str]:
    """Return the headings under which something can be found, in their order."""
    return list(dict.fromkeys(passage.heading for passage in cut(article) if passage.heading_path))


def _found(bot: Bot, article: Article) -> Iterator[Problem]:
    # Links lead to other articles, so these are looked at, too.
    others = [other for other in bot.articles.values() if other.id != article.id]
    found = examine([*others, article], bot.replies, bot.clinic, datetime.now(UTC).date())
    for finding in [*found, *examine_passages([article], Glossary())]:
        if finding.where == f"article {article.id}":
            line = finding.line or _line_of(finding, article.text)
            yield Problem(finding.level, line, finding.problem, finding.remedy)


def _line_of(finding: Finding, text: str) -> int | None:
    """Return the line that a finding quotes something from."""
    quoted = re.findall(r"'([^']{3,})'|prints ([\d-]{7,})", finding.problem)
    for found in (first or second for first, second in quoted):
        if found in text:
            return text[: text.index(found)].count("\n") + 1
    return None


def _unreadable(error: ContentError, text: str) -> Problem:
    message = str(error).removeprefix(f"{error.path}: ")
    mark = getattr(error.__cause__, "problem_mark", None) if isinstance(error.__cause__, yaml.YAMLError) else None
    if mark is not None:
        # Counted from the first line between the fences.
        return Problem("error", mark.line + 2, message, "")
    field = re.search(rf"^{re.escape(error.field)}\s*:", text, re.MULTILINE)
    line = text[: field.start()].count("\n") + 1 if field else 1
    return Problem("error", line, message, "")
