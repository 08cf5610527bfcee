"""Change one's own password: a plain form, so that no password passes through the queue of the staff page."""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chatbot.live_bot import LiveBot
from chatbot.rendering import plain
from chatbot.staff.accounts import Member, UserRefusedError, change_password
from chatbot.staff.desk import Desk
from chatbot.staff.entrance import POLICY, form_of, staff_page
from chatbot.staff.gate import PASSWORD, is_token, token_of
from chatbot.staff.passwords import LONGEST, SHORTEST, PasswordRefusedError
from corpus.clinic import Clinic

if TYPE_CHECKING:
    from fastapi import FastAPI

_DONE = "Your password is changed. You are logged out everywhere else."
_TOO_OLD = "This page was too old. Nothing was changed. Fill it in again."
_DIFFERENT = "The two new passwords differ. Nothing was changed. Write the same one twice."
_KEPT_ELSEWHERE = (
    "The password of the user admin is set by CHATBOT_STAFF_PASSWORD_HASH on the computer that runs the chat. "
    "Change it there, and start the chat again."
)


def add_password_page(app: "FastAPI", desk: Desk) -> None:
    """Add `/staff/password`; the gate lets only members through."""

    def page(member: Member, notice: str = "", status: int = 200) -> HTMLResponse:
        document = password_page(desk.bot.clinic, member, notice, refused=status != 200)
        return HTMLResponse(document, status, {"content-security-policy": POLICY})

    @app.get(PASSWORD)
    def show(request: Request, changed: str = "") -> HTMLResponse:
        return page(request.scope["staff"], _DONE if changed else "")

    @app.post(PASSWORD)
    def change(request: Request, form: Annotated[dict[str, str], Depends(form_of)]) -> Response:
        member: Member = request.scope["staff"]
        if not is_token(form.get("csrf", ""), member.csrf):
            return page(member, _TOO_OLD, 403)
        if _is_kept_elsewhere(desk, member):
            return page(member, _KEPT_ELSEWHERE, 409)
        if form.get("new", "") != form.get("again", ""):
            return page(member, _DIFFERENT, 400)
        try:
            passwords = (form.get("old", ""), form.get("new", ""))
            change_password(desk.records, member, token_of(request.scope), passwords)
        except (UserRefusedError, PasswordRefusedError) as error:
            return page(member, str(error), 400)
        return RedirectResponse(f"{PASSWORD}?changed=yes", 303)


def _is_kept_elsewhere(desk: Desk, member: Member) -> bool:
    """Tell whether the next start would undo a change."""
    by_setting = isinstance(desk.bot, LiveBot) and desk.bot.settings.staff_password_hash
    return bool(by_setting) and member.name == "admin"


def password_page(clinic: Clinic, member: Member, notice: str, *, refused: bool) -> str:
    """Return the page, with what came of the last try."""
    role = "alert" if refused else "status"
    said = f'<p class="notice" role="{role}">{plain(notice)}</p>' if notice else ""
    size = f'minlength="{SHORTEST}" maxlength="{LONGEST}"'
    main = (
        f'<h1>Change your password</h1>{said}<form method="post" action="{PASSWORD}" class="entrance">'
        f'<input type="hidden" name="csrf" value="{plain(member.csrf)}">'
        f'<input type="text" name="name" value="{plain(member.name)}" autocomplete="username" hidden>'
        '<p><label for="old">Old password</label><input id="old" name="old" type="password" '
        f'autocomplete="current-password" required maxlength="{LONGEST}"></p>'
        f'<p><label for="new">New password, {SHORTEST} characters or more</label><input id="new" name="new" '
        f'type="password" autocomplete="new-password" required {size}></p>'
        '<p><label for="again">New password once more</label><input id="again" name="again" type="password" '
        f'autocomplete="new-password" required {size}></p>'
        '<p><button type="submit">Change password</button></p></form>'
        '<p><a href="/staff/">Back to the staff page</a></p>'
    )
    return staff_page(clinic, "Staff: change your password", main)
