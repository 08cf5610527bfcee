"""Log in and out: plain pages that need no JavaScript."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chatbot.plain_document import plain_document
from chatbot.rendering import plain
from chatbot.staff.accounts import AT_MOST, LOCKED, TRIES, Member, has_users, log_in, log_out
from chatbot.staff.gate import COOKIE, ENTRANCE, is_token, token_of
from corpus.clinic import Clinic

if TYPE_CHECKING:
    from fastapi import FastAPI

    from chatbot.records.database import Records

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Of plain pages with a form."""
MAKE_A_USER = "chatbot staff-user NAME --role admin"


def add_entrance(app: "FastAPI", clinic: Clinic, records: "Records") -> None:
    """Add `/staff/login` and `/staff/logout`."""

    def page(notice: str = "", status: int = 200) -> HTMLResponse:
        document = login_page(clinic, notice, ready=has_users(records))
        return HTMLResponse(document, status, {"content-security-policy": POLICY})

    @app.get(ENTRANCE)
    def entrance() -> HTMLResponse:
        return page()

    @app.post(ENTRANCE)
    def enter(request: Request, form: Annotated[dict[str, str], Depends(form_of)]) -> Response:
        token = log_in(records, form.get("name", "").strip().lower(), form.get("password", ""))
        if token is None:
            return page(_refused(), 401)
        response = RedirectResponse("/staff/", 303)
        response.set_cookie(
            COOKIE, token, max_age=int(AT_MOST.total_seconds()), path="/staff", httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    @app.post("/staff/logout")
    def leave(request: Request, form: Annotated[dict[str, str], Depends(form_of)]) -> Response:
        member: Member = request.scope["staff"]
        if not is_token(form.get("csrf", ""), member.csrf):
            return page("This page was too old to log you out. Reload it and try again.", 403)
        log_out(records, token_of(request.scope))
        response = RedirectResponse(ENTRANCE, 303)
        response.delete_cookie(COOKIE, path="/staff", httponly=True, samesite="strict")
        return response


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a plain form."""
    fields = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}


def _refused() -> str:
    minutes = int(LOCKED.total_seconds() // 60)
    return f"Name or password is wrong. After {TRIES} wrong passwords an account is locked for {minutes} minutes."


def login_page(clinic: Clinic, notice: str, *, ready: bool) -> str:
    """Return the page to log in, or where there is nobody who could, how to change that."""
    said = f'<p class="notice" role="alert">{plain(notice)}</p>' if notice else ""
    if ready:
        main = (
            f'{said}<form method="post" action="{ENTRANCE}" class="entrance">'
            '<p><label for="name">Name</label><input id="name" name="name" autocomplete="username" '
            'autocapitalize="none" spellcheck="false" required maxlength="64"></p>'
            '<p><label for="password">Password</label><input id="password" name="password" type="password" '
            'autocomplete="current-password" required maxlength="256"></p>'
            '<p><button type="submit">Log in</button></p></form>'
        )
    else:
        main = (
            f"{said}<p>Nobody can log in yet. Make the first user on the computer that runs the chat:</p>"
            f"<pre><code>{plain(MAKE_A_USER)}</code></pre>"
            "<p>Without a terminal, set <code>CHATBOT_STAFF_PASSWORD_HASH</code> to the argon2 hash of a password for "
            "the user <code>admin</code>, and start the chat again.</p>"
        )
    return staff_page(clinic, "Staff: log in", f"<h1>Staff: log in</h1>{main}")


def staff_page(clinic: Clinic, title: str, main: str, sheet: str = "") -> str:
    """Return a plain page of the staff side, in the style of the visitors' plain pages; `sheet` is its own."""
    name = plain(clinic.name)
    body = f"""<a class="skip" href="#main">Skip to content</a>
<nav aria-label="{name}"><ul><li class="clinic-name">{name}</li><li><a href="/">Chat</a></li></ul></nav>
<main id="main" tabindex="-1">{main}</main>"""
    return plain_document(clinic, "en", title, body, sides=("staff", sheet) if sheet else ("staff",))
