"""Tab: give a question to a section, edit an article, make a regression case."""

from typing import TYPE_CHECKING, Any, NamedTuple

from chatbot.live_bot import LiveBot
from chatbot.staff import fixing_views as views
from chatbot.staff import regressions, revising
from chatbot.staff.article_checks import preview
from chatbot.staff.desk import Desk
from chatbot.staff.fixing_cases import OPTIONS, Handler, build_cases, html_place, told
from chatbot.staff.question_lists import Listing
from chatbot.staff.revising import Content, Opened, open_article
from chatbot.staff.written import FixRefusedError

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Fix"
QUERY = "fix"
"""In the page's address: the article to open."""


class Editor(NamedTuple):
    """Where an article is opened."""

    article: "gr.Dropdown"
    place: "gr.Accordion"


def build(desk: Desk) -> Editor | None:
    """Lay the tab out inside the open `gr.Tab`; return where an article is opened, if one can be."""
    import gradio as gr

    if not isinstance(desk.bot, LiveBot):
        gr.Markdown("Articles can be changed where `chatbot serve` runs.")
        return None
    content = Content(desk.bot, desk.records)
    with gr.Accordion("This question belongs to this section", open=True):
        section = _question(desk, content)
    with gr.Accordion("Edit an article", open=False) as editing:
        article = _article(desk, content)
    with gr.Accordion("Regression cases", open=False):
        wanted, cases, proposals = build_cases(desk, content)

    def load(request: gr.Request) -> list[Any]:
        desk.member(request)
        known, found = views.sections(content), regressions.regressions(content)
        choices = gr.update(choices=known)
        names, linked = sorted(content.live.articles), request.query_params.get(QUERY, "")
        articles = gr.update(choices=names, value=linked) if linked in names else gr.update(choices=names)
        return [
            choices, choices, articles, gr.update(open=linked in names),
            views.cases_html(found), gr.update(choices=views.case_choices(found)),
        ]  # fmt: skip

    blocks = gr.context.Context.root_block
    if blocks:
        blocks.load(load, None, [section, wanted, article, editing, cases, proposals], **OPTIONS)
    return Editor(article, editing)


def _question(desk: Desk, content: Content) -> "gr.Dropdown":
    import gradio as gr

    question = gr.Textbox(label="The question, without personal details", max_lines=3)
    section = gr.Dropdown([], label="Section that answers it, or is nearest to it", filterable=True)
    with gr.Row():
        answered = gr.Button("Add it and publish", variant="primary")
        unanswered = gr.Button("No article answers it: publish that")
    said = html_place()
    answered.click(_adding(desk, content, "questions"), [question, section], said, **OPTIONS)
    unanswered.click(_adding(desk, content, "unanswered"), [question, section], said, **OPTIONS)
    return section


def _adding(desk: Desk, content: Content, listing: Listing) -> Handler:
    import gradio as gr

    def add(request: gr.Request, asked: str, chosen: str | None) -> str:
        member = desk.member(request, "editor")

        def change() -> str:
            number = revising.add_question(content, member, views.place_of(chosen), asked, listing)
            return views.done(f"Published as revision {number}. Answers come from the new index now.")

        return told(change)

    return add


def _article(desk: Desk, content: Content) -> "gr.Dropdown":
    import gradio as gr

    opened: Any = gr.State(None)
    name = gr.Dropdown([], label="Article", filterable=True)
    text = gr.Textbox(label="Its file", lines=16, max_lines=32)
    why = gr.Textbox(label="Why it is changed", max_lines=1)
    with gr.Row():
        look, publish = gr.Button("Preview and check"), gr.Button("Publish", variant="primary")
    said = html_place()
    revisions = gr.Dropdown([], label="History, the newest first")
    with gr.Row():
        show, take_back = gr.Button("Show this change"), gr.Button("Undo this change")

    everything = [opened, text, said, revisions]
    read = _reading(desk, content)
    name.change(read, name, everything, **OPTIONS)
    look.click(_checking(desk, content), [opened, text], said, **OPTIONS)
    publish.click(_saving(desk, content, read), [opened, text, why], everything, **OPTIONS)
    show.click(_comparing(desk, content), revisions, said, **OPTIONS)
    take_back.click(_undoing(desk, content, read), [opened, revisions], everything, **OPTIONS)
    return name


def _reading(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def read(request: gr.Request, chosen: str | None) -> tuple[Any, ...]:
        desk.member(request)
        if not chosen:
            return None, "", "", gr.update(choices=[])
        try:
            found = open_article(content, chosen)
        except FixRefusedError as error:
            return None, "", views.refused(error), gr.update(choices=[])
        past = views.revision_choices(revising.history(content, chosen))
        return found, found.text, "", gr.update(choices=past, value=None)

    return read


def _checking(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def check(request: gr.Request, found: Opened | None, written: str) -> str:
        desk.member(request)
        return told(lambda: views.preview_html(preview(content.live, _required(found).article, written)))

    return check


def _saving(desk: Desk, content: Content, read: Handler) -> Handler:
    import gradio as gr

    def save(request: gr.Request, found: Opened | None, written: str, reason: str) -> tuple[Any, ...]:
        member = desk.member(request, "editor")
        try:
            number = revising.save(content, member, _required(found), written, reason)
        except FixRefusedError as error:
            # What was written stays in its field.
            return found, written, views.refused(error), gr.update()
        now, shown, _, past = read(request, _required(found).article)
        return now, shown, views.done(f"Published as revision {number}."), past

    return save


def _comparing(desk: Desk, content: Content) -> Handler:
    import gradio as gr

    def changes(request: gr.Request, chosen: str | None) -> str:
        desk.member(request)
        return told(lambda: views.diff_html(revising.changes_of(content, _number(chosen))))

    return changes


def _undoing(desk: Desk, content: Content, read: Handler) -> Handler:
    import gradio as gr

    def undo(request: gr.Request, found: Opened | None, chosen: str | None) -> tuple[Any, ...]:
        member = desk.member(request, "editor")
        try:
            number = revising.undo(content, member, _number(chosen))
        except FixRefusedError as error:
            return found, gr.update(), views.refused(error), gr.update()
        now, shown, _, past = read(request, _required(found).article)
        return now, shown, views.done(f"Undone, as revision {number}."), past

    return undo


def _required(found: Opened | None) -> Opened:
    if found is None:
        raise FixRefusedError("No article is open. Choose one.")
    return found


def _number(chosen: str | None) -> int:
    if not (chosen or "").isdecimal():
        raise FixRefusedError("No change is chosen. Choose one from the history.")
    return int(chosen or 0)
