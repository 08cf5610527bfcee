"""What every request passes before the application, and every response after it. Plain ASGI, no framework.

A request that is refused gets JSON with the next step and the help lines, never a stack trace; nothing here reads or
logs what a visitor wrote.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Refusal:
    """Why a request is not served, in words for the person who sent it."""

    status: int
    code: str
    message: str
    next_step: str
    headers: tuple[tuple[str, str], ...] = ()


Check = Callable[[Scope], Refusal | None]
"""Looks at a request's path, method, headers and client; None lets it pass."""
Explain = Callable[[Refusal], dict[str, Any]]
"""Refusal -> the JSON sent, with the help lines put in."""

STRICT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For pages without script."""
_HEADERS = {
    "content-security-policy": STRICT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
_CACHED = {
    re.compile(r"/(?:assets|static)/"): "public, max-age=604800, immutable",
    re.compile(r"/(?:ui/|widget\.js)"): "public, max-age=600",
}
"""The framework's files, whose names change with their content, and our style sheets; nothing else is kept."""
_OPEN = {
    "GET": re.compile(
        r"/(?:|chat|chat-demo|widget\.js|articles|articles/[a-z0-9-]+|chat-safety|api/health|metrics|favicon\.ico"
        r"|ui/[a-z]+\.(?:css|js|svg)"
        r"|config|theme\.css|(?:assets|static|svelte)/[\w./-]+"
        r"|gradio_api/(?:queue/data|heartbeat/[a-z0-9]+|startup-events|app_id)"
        r"|staff(?:/(?:|login|password|summary|numbers\.csv|config|theme\.css|(?:assets|static|svelte)/[\w./-]+"
        r"|files/[\w.-]+"
        r"|gradio_api/(?:queue/data|heartbeat/[a-z0-9]+|startup-events|app_id)))?)\Z"
    ),
    "POST": re.compile(
        r"/(?:chat|api/ask|api/feedback|api/tap|staff/(?:login|password|logout)|(?:staff/)?gradio_api/(?:queue/join|cancel|reset))\Z"
    ),
}
_ASKING = re.compile(r"/(?:chat|api/ask|api/feedback|api/tap|staff/(?:login|password)|gradio_api/queue/join)\Z")
NOT_FOUND = Refusal(404, "not_found", "There is no such page.", "Open / for the chat or /articles for our articles.")
_log = logging.getLogger(__name__)


def header(scope: Scope, name: str) -> str:
    """Return a request header's value, empty if it was not sent."""
    wanted = name.encode("ascii")
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), "")


def is_question(scope: Scope) -> bool:
    """Tell whether a request may make the bot work, or is counted."""
    return scope["method"] == "POST" and bool(_ASKING.match(scope["path"]))


def only_open_routes(scope: Scope) -> Refusal | None:
    """Refuse every address the pages do not use: uploads, file downloads, the framework's own API and documents."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    if method in _OPEN and _OPEN[method].match(scope["path"]):
        return None
    other = [name for name, pattern in _OPEN.items() if pattern.match(scope["path"])]
    if other:
        return Refusal(405, "wrong_method", "This address does not take that method.", f"Use {other[0]}.")
    return NOT_FOUND


def only_hosts(hosts: Sequence[str]) -> Check:
    """Refuse requests addressed to a name that is not ours: they would be echoed in the page's own links."""
    known = {host.lower() for host in hosts}

    def check(scope: Scope) -> Refusal | None:
        named = [header(scope, "host"), *filter(None, [header(scope, "x-forwarded-host")])]
        if "*" in known or all(re.sub(r":\d+\Z", "", name).lower() in known for name in named):
            return None
        return Refusal(400, "unknown_host", "This server does not answer to that name.", "Use the clinic's address.")

    return check


def gate(app: App, *, checks: Sequence[Check], explain: Explain) -> App:
    """Ask every check in turn before serving; the first refusal is the response."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # No websocket is served; a lifespan event has nothing to check.
            return await app(scope, receive, send) if scope["type"] == "lifespan" else None
        refusal = next((refused for check in checks if (refused := check(scope))), None)
        return await (_refuse(refusal, explain, send) if refusal else app(scope, receive, send))

    return guarded


def limit_body(app: App, *, largest: int, explain: Explain) -> App:
    """Refuse a request body of more than `largest` bytes, declared or sent."""
    refusal = Refusal(413, "too_long", "That message is too long.", "Ask one question of a few sentences.")

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return await app(scope, receive, send)
        body, more = b"", True
        while more and len(body) <= largest:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > largest:
            return await _refuse(refusal, explain, send)
        return await app(scope, _replay(body, receive), send)

    return limited


def fail_closed(app: App, *, explain: Explain) -> App:
    """Turn an exception into the fixed error reply with the help lines."""
    refusal = Refusal(500, "error", "", "Call us, or try again in a minute.")

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await app(scope, receive, watched)
        except Exception as error:  # the edge of the program: whatever failed, a visitor must get the help lines
            if scope["type"] != "http":
                raise
            # Its message may hold what the visitor wrote: only its kind is logged.
            _log.error("a request failed: %s", type(error).__name__)
            if not started:
                await _refuse(refusal, explain, send)

    return guarded


def safe_headers(app: App) -> App:
    """Put the security headers on every response, and keep everything but the framework's files out of caches."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _completed(scope, message)}
            await send(message)

        return await app(scope, receive, with_headers)

    return guarded


def _completed(scope: Scope, message: Message) -> list[tuple[bytes, bytes]]:
    sent = [(key.lower(), value) for key, value in message.get("headers", ()) if key.lower() != b"cache-control"]
    named = {key for key, _ in sent}
    cached = next((kept for pattern, kept in _CACHED.items() if pattern.match(scope["path"])), "no-store")
    added = _HEADERS | {"cache-control": cached if message["status"] == 200 else "no-store"}
    if scope.get("scheme") == "https":
        added["strict-transport-security"] = "max-age=31536000"
    encoded = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in added.items()]
    return sent + [(key, value) for key, value in encoded if key not in named]


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _refuse(refusal: Refusal, explain: Explain, send: Send) -> None:
    body = json.dumps(explain(refusal), ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **dict(refusal.headers)}
    sent = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
