"""The part of the tab for fixing that makes, approves and runs regression cases."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chatbot.staff import fixing_views as views
from chatbot.staff import regressions
from chatbot.staff.desk import Desk
from chatbot.staff.revising import Content
from chatbot.staff.written import FixRefusedError

if TYPE_CHECKING:
    import gradio as gr

Handler = Callable[..., Any]
"""What answers an event; Gradio looks at its arguments."""
OPTIONS: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}
DEMANDS = [("quotes the section chosen here", "section"), ("says that the articles do not answer it", "abstains")]


def build_cases(desk: Desk, content: Content) -> "tuple[gr.Dropdown, gr.Markdown, gr.Dropdown]":
    """Lay it out; return the sections to choose from, the list of cases and the proposals."""
    import gradio as gr

    turn = gr.Textbox(label="Turn (its id is on the item in the queue)", max_lines=1)
    fill = gr.Button("Fill in from this turn")
    asked = gr.Textbox(label="What is asked, one message a line; the last one is judged", lines=2)
    demand = gr.Dropdown(DEMANDS, value="section", label="The answer has to be one that")
    section = gr.Dropdown([], label="Section to quote", filterable=True)
    note = gr.Textbox(label="Note", max_lines=2)
    suggest, said = gr.Button("Propose", variant="primary"), html_place()
    shown = html_place()
    proposals = gr.Dropdown([], label="Proposals of others")
    with gr.Row():
        agree, refuse, run = gr.Button("Approve and run"), gr.Button("Throw away"), gr.Button("Run all now")

    lists = [said, shown, proposals]
    fill.click(_filling(desk, content), turn, [asked, said], **OPTIONS)
    suggest.click(_proposing(desk, content), [turn, demand, section, asked, note], lists, **OPTIONS)
    agree.click(_approving(desk, content), proposals, lists, **OPTIONS)
    refuse.click(_discarding(desk, content), proposals, lists, **OPTIONS)
    run.click(_running(desk, content), None, lists, **OPTIONS)
    return section, shown, proposals


def _filling(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def prefill(request: gr.Request, named: str) -> tuple[str, str]:
        desk.member(request)
        try:
            return "\n".join(regressions.prefill(content, named.strip()).turns), ""
        except FixRefusedError as error:
            return "", views.refused(error)

    return prefill


def _proposing(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def propose(request: gr.Request, turn: str, demand: str, section: str | None, *written: str) -> tuple[Any, ...]:
        member = desk.member(request)

        def change() -> str:
            regressions.propose(content, member, draft_of(content, turn, demand, section, (written[0], written[1])))
            return views.done("Proposed. Somebody else has to approve it.")

        return _listed(content, told(change))

    return propose


def _approving(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def approve(request: gr.Request, chosen: str | None) -> tuple[Any, ...]:
        member = desk.member(request, "editor")

        def change() -> str:
            regressions.approve(content, member, chosen or "")
            return _ran(regressions.run_regressions(content, member))

        return _listed(content, told(change))

    return approve


def _discarding(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def discard(request: gr.Request, chosen: str | None) -> tuple[Any, ...]:
        member = desk.member(request)

        def change() -> str:
            regressions.discard(content, member, chosen or "")
            return views.done("Thrown away.")

        return _listed(content, told(change))

    return discard


def _running(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def run_all(request: gr.Request) -> tuple[Any, ...]:
        member = desk.member(request)
        return _listed(content, told(lambda: _ran(regressions.run_regressions(content, member))))

    return run_all


def _listed(content: Content, message: str) -> tuple[Any, ...]:
    import gradio as gr

    found = regressions.regressions(content)
    return message, views.cases_html(found), gr.update(choices=views.case_choices(found), value=None)


def draft_of(
    content: Content, turn: str, demand: str, section: str | None, written: tuple[str, str] = ("", "")
) -> regressions.Draft:
    """Return a case to propose; `demand` is one of `DEMANDS`, `written` what to ask in place of the turn, and a note.

    Raises `FixRefusedError`.
    """
    asked, note = written
    place = views.place_of(section) if demand == "section" else None
    draft = regressions.prefill(content, turn.strip(), place)
    turns = tuple(line.strip() for line in asked.splitlines() if line.strip())
    demands = draft.demands if place else (("abstains", True),)
    return replace(draft, turns=turns or draft.turns, demands=demands, note=note.strip())


def _ran(results: dict[str, str]) -> str:
    kept = sum(status == "passed" for status in results.values())
    return views.done(f"Run: {kept} of {len(results)} cases are answered as they must be.")


def told(change: Callable[[], str]) -> str:
    """Return what a change says of itself, or why it was refused."""
    try:
        return change()
    except FixRefusedError as error:
        return views.refused(error)


def html_place() -> "gr.Markdown":
    """Lay out a place for our own HTML."""
    import gradio as gr

    return gr.Markdown("", sanitize_html=False, latex_delimiters=[])
