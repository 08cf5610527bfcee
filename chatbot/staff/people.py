"""Tab: the accounts of all members of staff, for admins; the way to one's own password for everybody."""

from collections.abc import Callable
from typing import Any

from chatbot.staff.accounts import ROLES, Member, UserRefusedError
from chatbot.staff.audit_log import table_html
from chatbot.staff.desk import Desk, NotAllowedError
from chatbot.staff.fixing_cases import html_place
from chatbot.staff.fixing_views import done, refused
from chatbot.staff.gate import PASSWORD
from chatbot.staff.members import Account, accounts, change_role, delete_account, log_out_everywhere, unlock

TITLE = "Accounts"
_OPTIONS: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_OWN = f'<h2>Your own password</h2><p><a href="{PASSWORD}">Change your password</a></p>'
_MAKE = (
    "<p>A new account, or a new password for somebody who has forgotten theirs, is made on the computer that runs the "
    "chat: <code>chatbot staff-user NAME --role reviewer</code></p>"
)
_DELETING = (
    "<h2>Delete an account</h2><p>The person is logged out at once. Their verdicts stay, without the name; their "
    "corrected answers and saved lists are deleted with the account.</p>"
)


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    import gradio as gr

    with gr.Column(elem_id="people"):
        gr.Markdown(_OWN, sanitize_html=False, latex_delimiters=[])
        shown = html_place()
        with gr.Column(visible=False) as admins:
            named = gr.Dropdown([], label="Account", filterable=True)
            with gr.Row():
                free, out = gr.Button("Unlock"), gr.Button("Log out everywhere")
            role = gr.Dropdown(list(ROLES), value="reviewer", label="New role", filterable=False)
            give = gr.Button("Change the role")
            gr.Markdown(_DELETING, sanitize_html=False, latex_delimiters=[])
            sure = gr.Checkbox(label="Yes: delete the account chosen above")
            gone = gr.Button("Delete this account")
            said = html_place()

    outputs = [shown, admins, named, sure, said]
    for button, given, act in (
        (free, [named], _unlocked), (out, [named], _logged_out), (give, [named, role], _given_role),
        (gone, [named, sure], _deleted),
    ):  # fmt: skip
        button.click(_changing(desk, act), given, outputs, trigger_mode="once", **_OPTIONS)
    blocks = gr.context.Context.root_block
    if blocks:
        blocks.load(_loading(desk), None, outputs, **_OPTIONS)


def _loading(desk: Desk) -> Callable[..., list[Any]]:
    import gradio as gr

    def load(request: gr.Request) -> list[Any]:
        return _everything(desk, desk.member(request), "")

    return load


def _changing(desk: Desk, act: Callable[..., str]) -> Callable[..., list[Any]]:
    import gradio as gr

    def changed(request: gr.Request, *given: Any) -> list[Any]:
        member = desk.member(request)
        try:
            said = done(act(desk, desk.member(request, "admin"), *given))
        except (UserRefusedError, NotAllowedError) as error:
            said = refused(error)
        return _everything(desk, member, said)

    return changed


def _everything(desk: Desk, member: Member, said: str) -> list[Any]:
    """Return what every event shows; to nobody but admins who the others are."""
    import gradio as gr

    if not member.may("admin"):
        only = f"<h2>Accounts</h2><p>Your role is {member.role}. Accounts are looked after by an admin.</p>"
        return [only, gr.update(visible=False), gr.update(choices=[]), False, said]
    with desk.records.reading() as session:
        found = accounts(session)
    choices = gr.update(choices=[account.name for account in found])
    return [accounts_html(found), gr.update(visible=True), choices, False, said]


def accounts_html(found: list[Account]) -> str:
    """Show every account as a table."""
    rows = (
        (
            each.name, each.role, f"{each.last_login:%Y-%m-%d %H:%M}" if each.last_login else "never",
            f"until {each.locked_until:%H:%M}" if each.locked_until else "no", str(each.sessions),
        )
        for each in found
    )  # fmt: skip
    head = ("Name", "Role", "Last login (UTC)", "Locked (UTC)", "Logged in now")
    return f"<h2>Accounts</h2>{table_html('Accounts', head, rows)}{_MAKE}"


def _unlocked(desk: Desk, by: Member, name: str | None) -> str:
    unlock(desk.records, by, name or "")
    return f"{name} can log in again."


def _logged_out(desk: Desk, by: Member, name: str | None) -> str:
    ended = log_out_everywhere(desk.records, by, name or "")
    return f"{name} was logged out; sessions ended: {ended}."


def _given_role(desk: Desk, by: Member, name: str | None, role: str | None) -> str:
    change_role(desk.records, by, name or "", role or "")
    return f"The role of {name} is {role} now."


def _deleted(desk: Desk, by: Member, name: str | None, sure: bool) -> str:
    if not sure:
        raise UserRefusedError("Nothing was deleted. Tick the box first.")
    delete_account(desk.records, by, name or "")
    return f"The account of {name} is deleted."
