"""The staff page at /staff/: Gradio, one tab a module, behind the gate.

A tab is a module with a `TITLE` and a function `build(desk)` that lays it out; add it to `TABS`.
"""

import asyncio
import os
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chatbot.gradio_parts import GRADIO_SETTINGS, MOUNT_OPTIONS, own_theme
from chatbot.guard import App, Receive, Scope, Send
from chatbot.page_parts import style_links
from chatbot.patient_document import document_of, script_policy, send_document, without_foreign_parts
from chatbot.rendering import plain
from chatbot.staff import fixing, gaps, health, home, numbers, people, review, switching
from chatbot.staff.accounts import Member
from chatbot.staff.demo_data import holds_demo
from chatbot.staff.desk import Desk
from chatbot.staff.entrance import add_entrance
from chatbot.staff.gate import PASSWORD
from chatbot.staff.number_pages import add_number_pages
from chatbot.staff.password_page import add_password_page

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI, Request

TABS: tuple[ModuleType, ...] = (home, review, fixing, gaps, numbers, health, switching, people)
_DEMO = (
    '<p class="demo" role="note"><strong>Made up for show:</strong> these conversations, ratings and reviews come '
    "from <code>chatbot demo-data</code>; nobody wrote them.</p>"
)
_AT_ONCE = 2
"""Events of staff that are worked on at a time, so that visitors keep the rest of the machine."""


def build_page(desk: Desk) -> "gr.Blocks":
    """Lay every tab out."""
    import gradio as gr

    blocks: gr.Blocks
    with gr.Blocks(title="Staff", analytics_enabled=False) as blocks, gr.Tabs(elem_id="tabs") as tabs:
        built = {}
        for tab in TABS:
            with gr.Tab(tab.TITLE, id=tab.TITLE):
                built[tab] = tab.build(desk)
        if built[review] and built[fixing]:
            built[review].connect(tabs, built[fixing])

        def opened(request: gr.Request) -> Any:
            desk.member(request)
            # Without a link to an article or a list, whoever has chosen a tab by now stays there.
            if request.query_params.get(fixing.QUERY):
                return gr.Tabs(selected=fixing.TITLE)
            return gr.Tabs(selected=review.TITLE) if review.is_asked_for(request) else gr.skip()

        blocks.load(opened, None, tabs, api_visibility="private", show_progress="hidden")
    blocks.queue(api_open=False, max_size=32, default_concurrency_limit=_AT_ONCE)
    return blocks


def add_staff(app: "FastAPI", desk: Desk) -> None:
    """Add the page at /staff/ and the way in and out."""
    add_entrance(app, desk.bot.clinic, desk.records)
    add_password_page(app, desk)
    add_number_pages(app, desk)
    os.environ.update(GRADIO_SETTINGS)

    def name_of(request: "Request") -> str | None:
        member = request.scope.get("staff")
        return member.name if isinstance(member, Member) else None

    async def mounted() -> None:
        import gradio as gr

        blocks = build_page(desk)
        gr.mount_gradio_app(app, blocks, path="/staff", auth_dependency=name_of, theme=own_theme(), **MOUNT_OPTIONS)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(mounted())
    else:
        raise RuntimeError("The staff page is mounted before the server runs. Call create_app outside of a loop.")
    app.add_middleware(staff_document, clinic=desk.bot.clinic.name, demo=holds_demo(desk.records))


def staff_document(app: App, *, clinic: str, demo: bool) -> App:
    """Replace what `app` sends for /staff/ by a document with our head, who is logged in, and the session's token.

    `demo` says that the records are made up, which every tab then shows.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        member = scope.get("staff")
        if scope["type"] != "http" or scope["path"] != "/staff/" or not isinstance(member, Member):
            return await app(scope, receive, send)
        status, document = await document_of(app, scope, receive)
        document = rewritten(document, clinic, member, _DEMO if demo else "")
        policy = script_policy(document).replace("form-action 'none'", "form-action 'self'")
        return await send_document(scope, send, (status, document), policy)

    return wrapped


def rewritten(document: str, clinic: str, member: Member, notice: str = "") -> str:
    """Return Gradio's document with our head and the bar above it, `notice` in that, in place of its own."""
    styles = style_links("answers", "staff", "review", "numbers")
    keys = '<script type="module" src="/ui/review.js"></script>'
    head = f"<title>Staff · {plain(clinic)}</title>{styles}{keys}"
    # It puts the token on every change that is sent.
    script = f'<meta name="csrf-token" content="{plain(member.csrf)}"><script src="/ui/staff.js"></script>'
    bar = (
        f'<header class="staff-bar"><h1><strong>{plain(clinic)}</strong> staff · {plain(member.name)} '
        f'({member.role})</h1><a href="{PASSWORD}">Change password</a><form method="post" action="/staff/logout">'
        f'<input type="hidden" name="csrf" value="{plain(member.csrf)}"><button type="submit">Log out</button></form>'
        f"{notice}</header><noscript><p class=\"staff-bar\">This page needs JavaScript.</p></noscript>"
    )
    return without_foreign_parts(document, head, bar, first=script)
