"""Parts that both chat pages have round their conversation.

Each is there in all the clinic's languages at once; the style sheet shows the one the document is in.
"""

import gzip
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from chatbot.article_page import bar_html
from chatbot.conversation import Language
from chatbot.rendering import actions_html, plain, reply_html
from chatbot.suggesting import Starters
from chatbot.switches import Switches
from chatbot.wording import WORDS, words
from corpus.clinic import Clinic, tel
from corpus.replies import Replies, Reply

QUICK_EXIT = "https://www.weather.gov/"
"""A page nobody would ask about, which opens fast."""
_NUMBER = re.compile(r"(?<![\w-])(?:(?:1-)?[0-9]{3}-[0-9]{3}-[0-9]{4}|[0-9]{3,6})(?![\w-])")


def preferred_language(asked: str, accepted: str, clinic: Clinic) -> Language:
    """Return the language of `?lang=`, else the first of the browser's `accept-language`, if the clinic has it."""
    wanted = asked or accepted[:2].lower()
    return "es" if wanted == "es" and "es" in clinic.languages else "en"


def compressed(request: Request, text: str, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """Return a response as small as the browser takes it: half of the pages' time on a slow line is their size."""
    sent = {"vary": "accept-encoding, accept-language", **(headers or {})}
    body = text.encode("utf-8")
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6)
        sent["content-encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=sent)


def in_each(name: str, clinic: Clinic) -> str:
    """Return one label in every language the clinic has."""
    return "".join(
        f'<span class="bar-{language}" lang="{language}">{plain(getattr(WORDS[language], name))}</span>'
        for language in clinic.languages
    )


def style_links(*names: str) -> str:
    """Return the links to the icon and to our style sheets, the shared ones first."""
    sheets = "".join(f'<link rel="stylesheet" href="/ui/{name}.css">' for name in ("site", "theme", *names))
    return f'<link rel="icon" href="/ui/icon.svg" type="image/svg+xml">{sheets}'


def skip_link(clinic: Clinic) -> str:
    """Return the link past the bar to the question box."""
    return f'<a class="skip" href="#question">{in_each("skip", clinic)}</a>'


def pinned_bar(clinic: Clinic, below: str = "") -> str:
    """Return the bar that never scrolls away, with the quick exit; `below` is pinned with it."""
    bars = "".join(bar_html(clinic, language) for language in clinic.languages)
    # Out of a frame, too: the page round it would still show where the visitor was.
    leave = f'<a id="leave" href="{QUICK_EXIT}" rel="noreferrer" target="_top">{in_each("leave", clinic)}</a>'
    return f'<header class="bar" id="bar">{bars}{leave}{below}</header>'


def crisis_strip(clinic: Clinic, replies: Replies, *, shown: bool) -> str:
    """Return the help line that stays pinned once danger was spoken of."""
    lines = "".join(
        f'<div class="bar-{language}" lang="{language}">'
        f'{linked_reply(replies.get(("crisis_strip", language)) or replies["crisis_strip", "en"])}</div>'
        for language in clinic.languages
    )
    return f'<div id="strip"{"" if shown else " hidden"}>{lines}</div>'


def linked_reply(reply: Reply) -> str:
    """Render a fixed text in which each number that the reply offers to call is a link."""
    text = reply.text
    offered = " ".join(action.label for action in reply.actions if action.kind == "call")
    for number in dict.fromkeys(_NUMBER.findall(offered)):
        text = re.sub(rf"(?<![\w-]){number}(?![\w-])", f"[{number}]({tel(number)})", text)
    return reply_html(text)


def opening_html(replies: Replies, language: Language) -> str:
    """Return the opening text, with the way to the articles and to what there is to know of the chat."""
    label = words(language)
    links = " · ".join(
        f'<a href="{address}?lang={language}" target="_blank" rel="noopener">{plain(text)}'
        f'<span class="visually-hidden"> ({plain(label.new_tab)})</span></a>'
        for address, text in (("/articles", label.articles), ("/chat-safety", label.about_chat))
    )
    opening = replies.get(("opening", language)) or replies["opening", "en"]
    return f'{linked_reply(opening)}<p class="more">{links}</p>'


def notice_html(clinic: Clinic, switches: Switches) -> str:
    """Return the clinic's notice in all its languages, if there is one."""
    if not switches.said_in("en"):
        return ""
    said = "".join(
        f'<p class="bar-{language}" lang="{language}">{plain(switches.said_in(language))}</p>'
        for language in clinic.languages
    )
    return f'<div class="site-notice" role="note">{said}</div>'


def announcements(clinic: Clinic, replies: Replies) -> str:
    """Return where answers and failures are announced, and what is shown when no answer comes."""
    failures = "".join(_failure(language, replies) for language in clinic.languages)
    return (
        '<div id="announcer" role="status" class="visually-hidden"></div>'
        f'<div id="failure" role="alert"></div>{failures}'
    )


def topics_html(starters: Starters, language: Language, button: Callable[[str], str]) -> str:
    """Return questions by topic, folded up; `button` makes the button that asks one."""
    topics = "".join(
        f'<h2>{plain(topic.title)}</h2><p class="choices">{"".join(map(button, topic.questions))}</p>'
        for topic in starters.topics
    )
    return f"<details><summary>{plain(words(language).topics)}</summary>{topics}</details>" if topics else ""


def failure_html(language: Language, replies: Replies) -> str:
    """Return the notice that no answer came, with the help lines."""
    reply = replies.get(("error", language)) or replies["error", "en"]
    return f'<div lang="{language}">{reply_html(reply.text)}{actions_html(reply.actions, words(language))}</div>'


def _failure(language: Language, replies: Replies) -> str:
    # In the page from the start: the server may be out of reach by then.
    return f'<template id="failure-{language}">{failure_html(language, replies)}</template>'


def source_panel(clinic: Clinic) -> str:
    """Return the empty panel in which a cited article opens beside the conversation. The bar stays usable above it."""
    head = f'<p class="source-head">{in_each("panel", clinic)}</p>'
    close = f'<button type="button" id="source-close">{in_each("close", clinic)}</button>'
    states = "".join(f'<template id="source-{name}">{in_each(name, clinic)}</template>' for name in _PANEL_STATES)
    return (
        f'<dialog id="source" aria-labelledby="source-title"><div class="source-bar">{head}{close}</div>'
        f'<div id="source-body" tabindex="0" role="region" aria-labelledby="source-title"></div>{states}</dialog>'
    )


_PANEL_STATES = ("opening_source", "not_opened")
