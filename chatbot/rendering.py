"""Turn answers and articles into safe HTML: one renderer for every page.

Markdown is parsed with raw HTML off, its output is cleaned against an allow-list, and only then are our own links
and marks put in, so nothing an article or a visitor writes can become a tag.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from chatbot.conversation import ACUTE, Answer, Citation
from chatbot.highlighting import SENTINELS, mark_quote
from chatbot.wording import Words, words
from corpus.article import Article
from corpus.clinic import tel
from corpus.replies import Action

_BIDI = dict.fromkeys([0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Marks that reorder text: a reader would not see what is written."""
_ANSWER_TAGS = {"p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "code", "br", "h2", "h3", "h4", "h5", "h6"}
_ARTICLE_TAGS = _ANSWER_TAGS | {"pre", "hr", "table", "thead", "tbody", "tr", "th", "td"}
_OUTSIDE = re.compile(r"https://[a-z0-9.-]+(?:[:/?#]|\Z)|(?:tel|sms):\+?[0-9]+\Z", re.IGNORECASE)
_OWN_PAGE = re.compile(r"/(?:articles(?:/[a-z0-9-]+)?|chat-safety)(?:#[\w-]*)?\Z")
_MARKER = re.compile(r"\[(\d{1,3})\]")
_TAG = re.compile(r"(<[^>]*>)")
_SHORT_CODE = re.compile(r"(?:tel|sms):\d{3,6}\Z")
_PHONE = re.compile(r"(?<![\w-])(?:911|988|(?:1-)?\d{3}-\d{3}-\d{4})(?![\w-])")
_NUMBER = ("\ue010", "\ue011")
"""Around the number of a citation between rendering and cleaning."""
_RESERVED = {ord(mark): "\ufffd" for mark in (*_NUMBER, *SENTINELS)}

Allowed = Callable[[str], bool]
"""Whether a link's address may be shown as a link."""


def answer_html(answer: Answer) -> str:
    """Render an answer, all on one line: text, what to tap, where it comes from, the disclaimer."""
    label = words(answer.language)
    text, later = _answer_text(answer, label), answer.actions
    if is_urgent(answer):
        # On a telephone's screen 911 and 988 must be in sight without scrolling; other numbers need the text's words.
        first = [action for action in answer.actions if _SHORT_CODE.match(action.href)]
        text = text.replace("</p>", f"</p>{actions_html(first, label)}", 1)
        later = tuple(action for action in answer.actions if action not in first)
    actions = actions_html(later, label)
    disclaimer = f'<p class="disclaimer">{plain(answer.disclaimer)}</p>' if answer.disclaimer else ""
    parts = f'<div class="answer-text">{text}</div>{actions}{_sources(answer, label)}{disclaimer}'
    return _one_line(f'<div class="answer" lang="{plain(answer.language)}">{parts}</div>')


def is_urgent(answer: Answer) -> bool:
    """Tell whether an answer is about danger, or is the failure notice: it is announced at once and stands out."""
    return answer.route in ACUTE or answer.outcome == "error"


def reply_html(text: str) -> str:
    """Render a fixed text of the clinic's, on one line."""
    source = text.translate(_RESERVED).translate(_BIDI)
    return _one_line(_clean(_render(source, is_safe_link, frozenset()), "answer"))


def actions_html(actions: Iterable[Action], label: Words) -> str:
    """Render what can be tapped to call, text or chat; what can be said is a button of the page."""
    links = " ".join(
        _link(action.href, action.label, label, f"action action-{action.kind}")
        for action in actions
        if action.kind != "say" and is_safe_link(action.href)
    )
    return f'<p class="actions">{links}</p>' if links else ""


def article_html(article: Article, start: int | None = None, end: int | None = None) -> tuple[str, bool]:
    """Render an article's body with `article.text[start:end]` in `<mark>`s, the first of them `#quote`.

    The second value tells whether it could be marked; a slice outside the body leaves the article unmarked.
    """
    body = article.text[article.body_start :].translate(_RESERVED)

    def render(source: str) -> str:
        return _clean(_article_markdown().render(source, {"allowed": is_safe_link, "title": article.title}), "article")

    unmarked = render(body)
    marked = None
    if start is not None and end is not None and article.body_start <= start < end <= len(article.text):
        marked = mark_quote(body, (start - article.body_start, end - article.body_start), unmarked, render)
    return _with_heading_ids((marked or unmarked).translate(_BIDI)), marked is not None


def plain(text: str) -> str:
    """Escape text for HTML and drop what would reorder it."""
    return html.escape(text.translate(_BIDI))


def _one_line(rendered: str) -> str:
    return " ".join(rendered.splitlines())


def quote_link(citation: Citation) -> str:
    """Return the address of our own page that shows the cited article with the quote highlighted."""
    where = f"start={citation.start}&end={citation.end}&version={citation.sha256[:12]}"
    return f"/articles/{citation.article}?{where}#quote"


def is_safe_link(address: str) -> bool:
    """Tell whether a link may be shown: https, a phone number, or a page of ours."""
    return bool(_OUTSIDE.match(address) or _OWN_PAGE.match(address))


# Answers


def _answer_text(answer: Answer, label: Words) -> str:
    known = {urlsplit(address).hostname for address in (*_addresses(answer),)} - {None}

    def allowed(address: str) -> bool:
        # An answer's own links go where its actions and sources go, and nowhere else on the web.
        return is_safe_link(address) and (not address.startswith("http") or urlsplit(address).hostname in known)

    source = answer.text.translate(_RESERVED).translate(_BIDI)
    numbers = frozenset(citation.number for citation in answer.citations)
    cleaned = _with_phone_links(_clean(_render(source, allowed, numbers), "answer"), set(_addresses(answer)))
    return re.sub("{}(\\d+){}".format(*_NUMBER), lambda found: _marker(answer, found[1], label), cleaned)


def _with_phone_links(cleaned: str, offered: set[str]) -> str:
    """Make a number in the text a link if the answer offers to call it."""

    def linked(found: re.Match[str]) -> str:
        return f'<a href="{tel(found[0])}">{found[0]}</a>' if tel(found[0]) in offered else found[0]

    parts, inside_link = [], False
    for part in _TAG.split(cleaned):
        if part.startswith("<"):
            inside_link = part.startswith("<a ") or (inside_link and part != "</a>")
            parts.append(part)
        else:
            parts.append(part if inside_link else _PHONE.sub(linked, part))
    return "".join(parts)


def _addresses(answer: Answer) -> Iterator[str]:
    yield from (action.href for action in answer.actions)
    yield from (citation.url for citation in answer.citations)


def _marker(answer: Answer, number: str, label: Words) -> str:
    name = plain(label.source.format(number=number))
    return f'<a class="marker" href="#{_source_id(answer, number)}" aria-label="{name}">[{number}]</a>'


def _source_id(answer: Answer, number: int | str) -> str:
    return f"source-{re.sub(r'[^A-Za-z0-9-]', '', answer.id)}-{number}"


def _link(address: str, text: str, label: Words, kind: str = "") -> str:
    """Make a link; one to a page opens in a new tab, since leaving the chat's page ends the conversation."""
    shown = plain(text)
    attributes = f' class="{plain(kind)}"' if kind else ""
    if not address.startswith(("tel:", "sms:")):
        attributes += ' target="_blank" rel="noopener noreferrer nofollow"'
        shown += f'<span class="visually-hidden"> ({plain(label.new_tab)})</span>'
    return f'<a href="{plain(address)}"{attributes}>{shown}</a>'


def _sources(answer: Answer, label: Words) -> str:
    if not answer.citations:
        return ""
    sections: dict[tuple[str, str], list[Citation]] = {}
    for citation in answer.citations:
        sections.setdefault((citation.article, citation.section), []).append(citation)
    entries = "".join(_section(answer, citations, label) for citations in sections.values())
    title = plain(label.sources)
    return f'<div class="sources"><p class="sources-title">{title}</p><ul aria-label="{title}">{entries}</ul></div>'


def _section(answer: Answer, citations: list[Citation], label: Words) -> str:
    """Name a section once, with a link to each sentence quoted from it."""
    first = citations[0]
    numbers = " ".join(_number_link(answer, citation, label) for citation in citations)
    parts = [f"{numbers} {_link(quote_link(first), first.title, label)}"]
    if first.section and first.section != first.title:
        parts.append(plain(first.section))
    if first.url.startswith("https:") and is_safe_link(first.url):
        parts.append(_link(first.url, label.public_page, label))
    parts.append(plain(review_state(first.reviewed_on, label)))
    return f"<li>{' · '.join(parts)}</li>"


def _number_link(answer: Answer, citation: Citation, label: Words) -> str:
    name = f"{label.source.format(number=citation.number)}: {citation.title}, {label.quoted_place} ({label.new_tab})"
    identity, address = _source_id(answer, citation.number), plain(quote_link(citation))
    attributes = 'class="marker" target="_blank" rel="noopener noreferrer nofollow"'
    return f'<a id="{identity}" href="{address}" {attributes} aria-label="{plain(name)}">[{citation.number}]</a>'


def review_state(reviewed_on: object | None, label: Words) -> str:
    """Say when a clinician reviewed an article, or that nobody has."""
    return label.not_reviewed if reviewed_on is None else label.reviewed_on.format(date=reviewed_on)


# Markdown to clean HTML


def _render(source: str, allowed: Allowed, numbers: frozenset[int]) -> str:
    return str(_answer_markdown().render(source, {"allowed": allowed, "numbers": numbers}))


@cache
def _answer_markdown() -> MarkdownIt:
    # Without reference definitions "[1]" can only ever be a marker.
    return _markdown().disable(["reference"])


@cache
def _article_markdown() -> MarkdownIt:
    markdown = _markdown().enable("table")
    markdown.core.ruler.push("headings", _lower_headings)
    return markdown


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["html_block", "html_inline"])
    # Before escaped characters are joined to their text: "\\[1]" is no marker.
    markdown.core.ruler.after("inline", "links", _tidy_inline)
    # An image would be fetched from wherever it lies: its description stands in for it.
    markdown.add_render_rule("image", lambda _self, tokens, index, _options, _env: html.escape(tokens[index].content))
    return markdown


def _tidy_inline(state: StateCore) -> None:
    """Unwrap links that lead where they must not, and wrap citation markers outside links."""
    for token in state.tokens:
        if token.children:
            token.children = list(_tidied(token.children, state.env["allowed"], state.env.get("numbers", frozenset())))


def _tidied(tokens: list[Token], allowed: Allowed, numbers: frozenset[int]) -> Iterator[Token]:
    def wrap(found: re.Match[str]) -> str:
        return f"{_NUMBER[0]}{found[1]}{_NUMBER[1]}" if int(found[1]) in numbers else found[0]

    links: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            links.append(allowed(str(token.attrGet("href"))))
            if links[-1]:
                yield token
        elif token.type == "link_close":
            if links.pop():
                yield token
        else:
            if token.type == "text" and not any(links):
                token.content = _MARKER.sub(wrap, token.content)
            yield token


def _lower_headings(state: StateCore) -> None:
    """Start the article's headings at h2, below the page's own title, and drop one that only repeats the title."""
    tokens = state.tokens
    if len(tokens) > 2 and tokens[0].tag == "h1" and tokens[1].content.casefold() == state.env["title"].casefold():
        del tokens[:3]
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) - min(levels) + 2)}"


def _clean(rendered: str, kind: str) -> str:
    return _cleaner(kind).clean(rendered)


@cache
def _cleaner(kind: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_ARTICLE_TAGS if kind == "article" else _ANSWER_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=lambda _tag, name, value: value if name != "href" or is_safe_link(value) else None,
        url_schemes={"https", "tel", "sms"},
        link_rel="noopener noreferrer nofollow",
    )


def _with_heading_ids(rendered: str) -> str:
    taken: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        name = re.sub(r"[^a-z0-9]+", "-", html.unescape(_TAG.sub("", found[2])).lower()).strip("-") or "section"
        taken[name] = taken.get(name, 0) + 1
        unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
        return f'<{found[1]} id="section-{unique}">{found[2]}</{found[1]}>'

    return re.sub(r"<(h[2-6])>(.*?)</\1>", named, rendered, flags=re.DOTALL)
