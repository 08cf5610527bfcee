"""The document around the Gradio page: our bar and notices before any script runs, nothing of Gradio's own, no inline
script that was not in it when it left the server.
"""

import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import parse_qs

from chatbot.conversation import Language
from chatbot.guard import App, Message, Receive, Scope, Send, header
from chatbot.page_parts import (
    announcements,
    crisis_strip,
    notice_html,
    pinned_bar,
    preferred_language,
    skip_link,
    source_panel,
    style_links,
)
from chatbot.rendering import plain
from chatbot.switches import Switches
from chatbot.wording import words
from corpus.clinic import Clinic
from corpus.replies import Replies

_FOREIGN = re.compile(r"<base\b[^>]*>|<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>|<link\s+rel=\"manifest\"[^>]*>")
"""Addresses and names of Gradio's own site, and a manifest that does not exist."""
_SAID = ("cleared", "not_cleared", "not_reached")
_RESIZED = "width=device-width, initial-scale=1, interactive-widget=resizes-content"
_VIEWPORT = re.compile(r'(<meta[^>]*name="viewport"[^>]*content=")[^"]*"')
"""With `resizes-content`, a phone's keyboard covers neither the question box nor the bar."""
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def own_document(app: App, *, clinic: Clinic, replies: Replies, switches: Callable[[], Switches]) -> App:
    """Replace what `app` sends for `/` by the clinic's document, with a policy that names its scripts by hash."""
    before_app = _before_app(clinic, replies)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await app(scope, receive, send)
            return
        status, document = await document_of(app, scope, receive)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        language = preferred_language(asked, header(scope, "accept-language"), clinic)
        document = rewritten(document, clinic, language, before_app + notice_html(clinic, switches()))
        await send_document(scope, send, (status, document), script_policy(document))

    return wrapped


async def document_of(app: App, scope: Scope, receive: Receive) -> tuple[int, str]:
    """Return the status and the document that `app` would send, uncompressed so that it can be changed."""
    plain_scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
    start: Message = {}
    body = bytearray()

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(plain_scope, receive, collect)
    return int(start["status"]), body.decode("utf-8")


def rewritten(document: str, clinic: Clinic, language: Language, before_app: str) -> str:
    """Return Gradio's document with our head, bar and notices in place of its own."""
    title = f"{plain(clinic.name)} · {plain(words(language).title)}"
    ours = (
        f"<title>{title}</title>"
        f'{style_links("answers", "patient")}<script type="module" src="/ui/patient.js"></script>'
    )
    document = _VIEWPORT.sub(rf'\1{_RESIZED}"', document, count=1)
    document = re.sub(r"<html\s+lang=\"en\"", f'<html lang="{language}"', document, count=1)
    return without_foreign_parts(document, ours, before_app)


def without_foreign_parts(document: str, head: str, before_app: str, *, first: str = "") -> str:
    """Take Gradio's own addresses out of its document, and put ours in: `first` before any script of its own."""
    document = _FOREIGN.sub("", document).replace("</head>", f"{head}</head>", 1)
    document = re.sub(r"<head[^>]*>", lambda found: found[0] + first, document, count=1)
    return re.sub(r"<body[^>]*>", lambda found: found[0] + before_app, document, count=1)


def script_policy(document: str) -> str:
    """Return the content security policy for a document: its own inline scripts by hash, and no other."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE.findall(document))
    return (
        f"default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _digest(script: str) -> str:
    return b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _before_app(clinic: Clinic, replies: Replies) -> str:
    """Return what is there before, and without, any script: the bar, and where to go if the chat does not start."""
    notices = "".join(_notice(language) for language in clinic.languages)
    bar = pinned_bar(clinic, crisis_strip(clinic, replies, shown=False))
    said = "".join(_said(name, language) for name in _SAID for language in clinic.languages)
    return (
        f"{skip_link(clinic)}{bar}{announcements(clinic, replies)}{said}{source_panel(clinic)}"
        f'<noscript><main class="no-script">{notices}</main></noscript>'
    )


def _said(name: str, language: Language) -> str:
    """Return what the page's script says when it must: by then the server may be out of reach."""
    said = f'<div lang="{language}"><p>{plain(getattr(words(language), name))}</p></div>'
    return f'<template id="{name.replace("_", "-")}-{language}">{said}</template>'


def _notice(language: Language) -> str:
    label = words(language)
    return (
        f'<p lang="{language}">{plain(label.needs_script)} <a href="/chat?lang={language}">{plain(label.chat)}</a> '
        f'<a href="/articles">{plain(label.articles)}</a> '
        f'<a href="/chat-safety?lang={language}">{plain(label.about_chat)}</a></p>'
    )


async def send_document(scope: Scope, send: Send, sent: tuple[int, str], policy: str) -> None:
    """Send a status and a document, under a content security policy."""
    status, document = sent
    body = document.encode("utf-8")
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", policy.encode("ascii")),
        (b"vary", b"accept-encoding, accept-language"),
    ]
    if "gzip" in header(scope, "accept-encoding"):
        body = gzip.compress(body, 6)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
