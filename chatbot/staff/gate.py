"""Nobody reaches anything under /staff without being logged in: pages, their files and their API alike. Plain ASGI.

Which role somebody needs is asked again where something is done (`desk.py`); here it is only who they are.
"""

import hmac
import json
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from chatbot.guard import App, Receive, Scope, Send, header
from chatbot.records.database import Records
from chatbot.staff.accounts import member_of

COOKIE = "staff"
ENTRANCE = "/staff/login"
PASSWORD = "/staff/password"
_CHECKS_ITS_OWN_FORM = {ENTRANCE, PASSWORD, "/staff/logout"}
"""Plain forms carry their token in the body, which is read where they are served."""


def only_members(app: App, *, records: Records) -> App:
    """Let in who is logged in; their `Member` is in the scope as `staff`. A change needs the session's own token."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_staff(scope["path"]):
            return await app(scope, receive, send)
        if scope["path"] == "/staff":
            return await _send(send, 303, {"location": "/staff/"})
        changes = scope["method"] not in {"GET", "HEAD"}
        if changes and not _from_here(scope):
            return await _refuse(send, 403, "This was sent from another site.", "Open /staff/ and try again.")
        if scope["path"] == ENTRANCE:
            return await app(scope, receive, send)
        # In a thread: a slow database must not hold up the visitors' answers.
        member = await run_in_threadpool(member_of, records, token_of(scope))
        if member is None:
            return await _send_to_entrance(scope, send)
        by_header = changes and scope["path"] not in _CHECKS_ITS_OWN_FORM
        if by_header and not is_token(header(scope, "x-csrf-token"), member.csrf):
            return await _refuse(send, 403, "This page is too old.", "Reload it and try again.")
        return await app({**scope, "staff": member}, receive, send)

    return guarded


def is_staff(path: str) -> bool:
    """Tell whether an address belongs to the staff side."""
    return path == "/staff" or path.startswith("/staff/")


def is_token(sent: str, wanted: str) -> bool:
    """Compare a form's token with the session's, in a time that tells nothing."""
    return bool(wanted) and hmac.compare_digest(sent.encode("utf-8", "replace"), wanted.encode())


def token_of(scope: Scope) -> str:
    """Return the session token that the browser sent."""
    try:
        found = SimpleCookie(header(scope, "cookie")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _from_here(scope: Scope) -> bool:
    """Tell whether a page of this server sent a form; what no browser sent has neither header."""
    site = header(scope, "sec-fetch-site")
    if site:
        return site == "same-origin"
    origin = header(scope, "origin")
    return not origin or urlsplit(origin).netloc == header(scope, "host")


async def _send_to_entrance(scope: Scope, send: Send) -> None:
    if scope["method"] in {"GET", "HEAD"} and "text/html" in header(scope, "accept"):
        return await _send(send, 303, {"location": ENTRANCE})
    return await _refuse(send, 401, "You are not logged in.", f"Log in at {ENTRANCE}.")


async def _refuse(send: Send, status: int, message: str, step: str) -> None:
    error = {"error": {"code": "staff_only", "message": message, "next_step": step}}
    await _send(send, status, {"content-type": "application/json"}, json.dumps(error).encode())


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes = b"") -> None:
    sent = {**headers, "content-length": str(len(body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
