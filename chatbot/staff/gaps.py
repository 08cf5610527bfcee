"""Tab: what visitors ask and the articles do not answer, so that staff see which article to write next."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chatbot.records.counting import totals
from chatbot.records.database import today
from chatbot.redaction import Redactor
from chatbot.rendering import plain
from chatbot.staff.desk import Desk
from chatbot.staff.gap_changes import STATES, change, publish
from chatbot.staff.gap_lists import PAGE, SHOWS, Gap, gaps, nearest_headings, one_gap, questions, with_examples
from chatbot.staff.gap_page import check_html, gaps_html, questions_html, without_text_html
from chatbot.staff.gap_sorting import Sorter, waiting
from chatbot.staff.lists import RefusedError

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Gaps"
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_NAME = "Name of the gap, without personal details; two gaps of one name become one"
_WEEK = timedelta(days=6)


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    _Tab(desk).wire()


class _Tab:
    """The tab's components and what each event does to them."""

    def __init__(self, desk: Desk) -> None:
        import gradio as gr

        self._desk = desk
        self._sorter = Sorter(desk.records, desk.bot)
        self._redactor = Redactor(desk.bot.clinic, [article.title for article in desk.bot.articles.values()])
        tab = gr.context.Context.block
        self.tab = tab if isinstance(tab, gr.Tab) else None
        with gr.Column(elem_id="gaps"):
            with gr.Row():
                self.show = gr.Dropdown([(label, name) for name, label in SHOWS.items()], value="todo", label="Show")
                self.page = gr.Number(1, label="Page", minimum=1, precision=0)
                self.again = gr.Button("Refresh")
            self.status, self.table = _html(), _html()
            self.gap = gr.Dropdown([], value=None, label="Open a gap", filterable=True)
            self.questions = _html()
            self.name = gr.Textbox(label=_NAME, max_length=120)
            self.state = gr.Radio(list(STATES), value="new", label="State")
            self.save = gr.Button("Save name and state")
            self.article = gr.Dropdown([], value=None, label="Article that answers it now", filterable=True)
            self.publish = gr.Button("Ask its questions again, and mark it published", variant="primary")
            self.said = _html()

    def wire(self) -> None:
        """Connect every component to what it does."""
        listed, opened = [self.status, self.table, self.gap], [self.questions, self.name, self.state, self.said]
        chosen = [self.show, self.page, self.gap]
        for event in (self.tab.select, self.again.click) if self.tab else (self.again.click,):
            event(self._sorting(), chosen, [*listed, self.article], trigger_mode="once", **_QUIET)
        for field in (self.show, self.page):
            field.change(self._listing(), chosen, listed, **_QUIET)
        self.gap.input(self._opening(), self.gap, opened, **_QUIET)
        saved = self.save.click(self._saving(), [self.gap, self.name, self.state], opened, **_QUIET)
        options = _QUIET | {"show_progress": "minimal", "trigger_mode": "once"}
        asked = self.publish.click(self._publishing(), [self.gap, self.article], opened, **options)
        for done in (saved, asked):
            done.then(self._listing(), chosen, listed, **_QUIET)

    def _sorting(self) -> Callable[..., Iterator[list[Any]]]:
        import gradio as gr

        def sort(request: gr.Request, show: str, page: float, chosen: int | None) -> Iterator[list[Any]]:
            self._desk.member(request)
            names = [(article.title, article.id) for article in self._desk.bot.articles.values()]
            articles = gr.update(choices=sorted(names))
            # What is sorted already is there at once.
            yield [*self._listed(show, page, chosen), articles]
            for left in self._sorter.sort():
                yield [_said(f"Sorting new questions: {left} left."), *[gr.update()] * 3]
            yield [*self._listed(show, page, chosen), gr.update()]

        return sort

    def _listing(self) -> Callable[..., list[Any]]:
        import gradio as gr

        def listing(request: gr.Request, show: str, page: float, chosen: int | None) -> list[Any]:
            self._desk.member(request)
            return self._listed(show, page, chosen)

        return listing

    def _listed(self, show: str, page: float | None, chosen: int | None) -> list[Any]:
        import gradio as gr

        bot, day = self._desk.bot, today()
        with self._desk.records.reading() as session:
            if bot.clinic.retention.keep_text != "redacted":
                counted = totals(session, "answer", day - _WEEK, day)
                missed = sum(number for label, number in counted.items() if label.endswith("/not_in_articles"))
                shown = without_text_html(nearest_headings(session), bot.articles, missed)
                return [_said("No question texts are kept."), shown, gr.update(choices=[], value=None)]
            try:
                found = gaps(session, show or "todo")
            except RefusedError as refused:
                return [_said(str(refused), alert=True), "", gr.update()]
            last = max(1, -(-len(found) // PAGE))
            at = min(max(1, int(page or 1)), last)
            part = with_examples(session, found[(at - 1) * PAGE : at * PAGE])
            left = waiting(session, bot)
        choices = [(_choice(gap), gap.id) for gap in part]
        kept = chosen if chosen in {gap.id for gap in part} else None
        status = _status(found, at, last, left)
        return [_said(status), gaps_html(part, bot.articles), gr.update(choices=choices, value=kept)]

    def _opening(self) -> Callable[..., list[Any]]:
        import gradio as gr

        def opened(request: gr.Request, chosen: int | None) -> list[Any]:
            self._desk.member(request)
            return self._shown(chosen, "")

        return opened

    def _saving(self) -> Callable[..., list[Any]]:
        import gradio as gr

        def save(request: gr.Request, chosen: int | None, named: str, state: str) -> list[Any]:
            member = self._desk.member(request, "editor")
            try:
                label = self._redactor.redact(named or "")
                with self._desk.records.writing() as session:
                    kept = change(session, member, _required(chosen), label, state or "")
            except RefusedError as refused:
                return [*[gr.update()] * 3, _said(str(refused), alert=True)]
            together = "" if kept == chosen else f"Gap {chosen} is part of gap {kept} now. "
            return self._shown(kept, _said(f"{together}Saved."))

        return save

    def _publishing(self) -> Callable[..., list[Any]]:
        import gradio as gr

        def ask_again(request: gr.Request, chosen: int | None, article: str | None) -> list[Any]:
            member, bot = self._desk.member(request, "editor"), self._desk.bot
            try:
                found = publish(self._desk.records, bot, member, _required(chosen), article or "")
            except RefusedError as refused:
                return [*[gr.update()] * 3, _said(str(refused), alert=True)]
            return self._shown(chosen, check_html(found, bot.articles[article or ""].title))

        return ask_again

    def _shown(self, chosen: int | None, message: str) -> list[Any]:
        """Return a gap as the values of its fields, and what is said of it."""
        import gradio as gr

        try:
            with self._desk.records.reading() as session:
                gap = one_gap(session, _required(chosen))
                asked = questions(session, gap.id)
        except RefusedError as refused:
            return ["", "", gr.update(), _said(str(refused), alert=True)]
        state = gap.state if gap.state in STATES else None
        shown = questions_html(gap, asked, self._desk.bot.articles)
        return [shown, gap.label, gr.update(value=state), message]


def _required(chosen: int | None) -> int:
    if not isinstance(chosen, int):
        raise RefusedError("No gap is open. Choose one under 'Open a gap'.")
    return chosen


def _choice(gap: Gap) -> str:
    name = gap.name if len(gap.name) <= 80 else gap.name[:79] + "…"
    return f"{gap.id}: {name} ({gap.count})"


def _status(found: list[Gap], page: int, last: int, left: int) -> str:
    once = sum(gap.count == 1 and not gap.label for gap in found)
    counted = "1 gap" if len(found) == 1 else f"{len(found)} gaps"
    parts = [f"{counted}, page {page} of {last}", f"{once} of them asked only once" if once else ""]
    parts.append(f"{left} questions still to be sorted: press Refresh" if left else "")
    return "; ".join(filter(None, parts)) + "."


def _said(text: str, *, alert: bool = False) -> str:
    return f'<div role="{"alert" if alert else "status"}">{plain(text)}</div>'


def _html() -> "gr.Markdown":
    """Make a place for HTML of ours, which is clean already."""
    import gradio as gr

    return gr.Markdown("", sanitize_html=False, latex_delimiters=[])
