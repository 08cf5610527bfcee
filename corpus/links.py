"""Links of articles that lead nowhere: to articles, headings or addresses that are not there. Nothing is fetched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from corpus.article import Article
from corpus.findings import HEADING, Finding, found_in

_LINK = re.compile(r"!?\[[^\]\n]*\]\(\s*<?(?P<target>[^)>\n]*?)>?(?:\s+[\"'][^)\n]*)?\)")
_DEFINED = re.compile(r"^ {0,3}\[(?P<label>[^\]\n]+)\]:\s*<?(?P<target>\S+?)>?(?:\s|$)", re.MULTILINE)
_REFERENCE = re.compile(r"\[[^\]\n]+\]\[(?P<label>[^\]\n]+)\]")
_BARE = re.compile(r"(?<![(\w<\[])(?:<)?(?P<target>(?:https?|ftp|htp|htps|http//):?/{0,2}[^\s)>\]]*)")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\Z", re.IGNORECASE)
_TEL = re.compile(r"\+?[\d-]{3,}\Z")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def dead_links(articles: Sequence[Article]) -> Iterator[Finding]:
    """Find every link that cannot lead where it says."""
    anchors = {article.id: {slug(heading) for heading in _headings(article)} for article in articles}
    for article in articles:
        for at, target in _targets(article):
            if problem := _problem(target, article, anchors):
                told = (f"link to '{target}': {problem[0]}", problem[1])
                yield found_in(article, "links", told, at, error=True)
        labels = {match["label"].casefold() for match in _DEFINED.finditer(article.text, article.body_start)}
        for match in _REFERENCE.finditer(article.text, article.body_start):
            if match["label"].casefold() not in labels:
                told = (f"link to [{match['label']}], which no line defines", "Add '[name]: address' below.")
                yield found_in(article, "links", told, match.start(), error=True)


def slug(heading: str) -> str:
    """Return the anchor of a heading: lower case, one hyphen for whatever is no letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _headings(article: Article) -> list[str]:
    return [match.group(1) for match in HEADING.finditer(article.text, article.body_start)]


def _targets(article: Article) -> Iterator[tuple[int, str]]:
    for pattern in (_LINK, _DEFINED, _BARE):
        for match in pattern.finditer(article.text, article.body_start):
            yield match.start(), match["target"].rstrip(".,;:!?") if pattern is _BARE else match["target"].strip()


def _problem(target: str, article: Article, anchors: Mapping[str, set[str]]) -> tuple[str, str] | None:
    if not target:
        return "nothing is named", "Write where it leads, or take the link away."
    if re.match(r"[a-z][a-z0-9+.-]*:|//|https?\b|htt?ps?/|www\.", target, re.IGNORECASE):
        return _outside(target)
    path, _, anchor = target.partition("#")
    name = unquote(path).split("?")[0].rstrip("/").rsplit("/", 1)[-1].removesuffix(".md")
    if path and name not in anchors:
        return "no such article", "Name one of the articles, such as 'other-article.md'."
    wanted = unquote(anchor).split(":~:")[0].lower().removeprefix("section-")
    if wanted and wanted not in anchors[name if path else article.id]:
        return "no such heading", "Write the heading in lower case with hyphens for spaces."
    return None


def _outside(target: str) -> tuple[str, str] | None:
    remedy = "Write the address as the browser shows it, with https:// in front."
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
    except ValueError:
        return "not a web address", remedy
    if parts.scheme == "tel":
        return None if _TEL.match(parts.path) else ("not a phone number", "Write tel: and its digits.")
    if parts.scheme == "mailto":
        return None if _MAIL.match(parts.path) else ("not a mail address", "Write mailto: and the address.")
    if parts.scheme not in {"http", "https"}:
        return "not a web address", remedy
    return None if _HOST.match(host) and not re.search(r"\s", target) else ("not a web address", remedy)
