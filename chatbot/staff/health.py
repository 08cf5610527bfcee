"""Tab: what is wrong with the content, found when somebody asks."""

from typing import Any

from chatbot.live_bot import LiveBot
from chatbot.staff.checkup import Checkup, health_of, read_again
from chatbot.staff.desk import Desk, NotAllowedError
from chatbot.staff.fixing_cases import html_place
from chatbot.staff.fixing_views import done, refused
from chatbot.staff.health_views import look_html
from chatbot.staff.written import FixRefusedError

TITLE = "Health"
_OPTIONS: dict[str, Any] = {"api_visibility": "private"}


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    import gradio as gr

    live = desk.bot
    if not isinstance(live, LiveBot):
        gr.Markdown("The content can be looked at where `chatbot serve` runs.")
        return
    checkup = Checkup(lambda: health_of(live, desk.records))
    with gr.Column(elem_id="health"):
        with gr.Row():
            again = gr.Button("Look at all content now (takes some seconds)", variant="primary")
            reading = gr.Button("Have all articles read again")
        said, shown = html_place(), html_place()

    def look(request: gr.Request) -> tuple[str, str]:
        member = desk.member(request)
        try:
            found = checkup.look(member.name)
        except FixRefusedError as error:
            return refused(error), look_html(checkup.last)
        health = found.health
        count = f"{health.errors} to correct, {len(health.findings) - health.errors} to look at."
        return done(f"Looked at everything: {count}"), look_html(found)

    def read(request: gr.Request) -> tuple[str, str]:
        desk.member(request)
        try:
            read_again(live, desk.records, desk.member(request, "editor"))
        except (FixRefusedError, NotAllowedError) as error:
            return refused(error), look_html(checkup.last)
        told = done("The chat answers from the articles as they are now. Look at all content again.")
        return told, look_html(checkup.last)

    def load(request: gr.Request) -> str:
        desk.member(request)
        return look_html(checkup.last)

    again.click(look, None, [said, shown], show_progress="minimal", trigger_mode="once", **_OPTIONS)
    reading.click(read, None, [said, shown], show_progress="minimal", trigger_mode="once", **_OPTIONS)
    blocks = gr.context.Context.root_block
    if blocks:
        blocks.load(load, None, shown, show_progress="hidden", **_OPTIONS)
