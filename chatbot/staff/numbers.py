"""Tab: what a week came to, beside the four weeks before it."""

from typing import Any

from chatbot.records.database import today
from chatbot.staff.desk import Desk
from chatbot.staff.lists import RefusedError
from chatbot.staff.weekly import weeks_of
from chatbot.staff.weekly_page import refused_html, tab_html
from chatbot.staff.weeks import Week

TITLE = "Numbers"
_CHOICES = 56
"""Weeks to choose from: as long as counters stay."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    import gradio as gr

    tab = gr.context.Context.block
    with gr.Column(elem_id="numbers"):
        with gr.Row():
            chosen = gr.Dropdown(_choices(), value=Week.of(today()).name, label="Week", filterable=True)
            again = gr.Button("Refresh", scale=0, min_width=140)
        shown = gr.Markdown("", sanitize_html=False, latex_delimiters=[])

    def read(request: gr.Request, name: str | None) -> str:
        desk.member(request)
        return numbers_html(desk, name or "")

    def opened(request: gr.Request, name: str | None) -> list[Any]:
        # A page may have been open since last week.
        return [gr.update(choices=_choices()), read(request, name)]

    chosen.input(read, chosen, shown, **_QUIET)
    again.click(opened, chosen, [chosen, shown], **_QUIET)
    if isinstance(tab, gr.Tab):
        tab.select(opened, chosen, [chosen, shown], **_QUIET)


def numbers_html(desk: Desk, name: str) -> str:
    """Return what the tab shows of a week."""
    try:
        week = Week.read(name)
    except RefusedError as refused:
        return refused_html(str(refused)).replace("h1>", "h2>")
    with desk.records.reading() as session:
        found = weeks_of(session, week)
    return tab_html(found, {each.id: each.title for each in desk.bot.articles.values()}, today())


def _choices() -> list[tuple[str, str]]:
    this = Week.of(today())
    weeks = [this.before(count) for count in range(_CHOICES)]
    return [(f"{week.name}: {week}", week.name) for week in weeks]
