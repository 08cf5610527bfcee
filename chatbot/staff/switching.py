"""Tab: all answers, one article, the notice; and the log of changes.

An editor may switch everything off, answers too: who sees harm must be able to end it without waiting for an admin, and
it can be undone with one click. Every change is in the log.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatbot.records.switching import LONGEST_NOTICE, SwitchRefusedError, read_switches
from chatbot.staff import switching_views as views
from chatbot.staff.accounts import Member
from chatbot.staff.audit_log import last_changes, log_html, people
from chatbot.staff.desk import Desk, NotAllowedError
from chatbot.staff.fixing_cases import html_place
from chatbot.staff.fixing_views import done, refused

if TYPE_CHECKING:
    import gradio as gr

TITLE = "Switches"
_EVERYBODY = "everybody"
_OPTIONS: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_ANSWERS = (
    "<h2>All answers</h2><p>While answers are off, every question gets the phone number and the help lines, and "
    "nothing from the articles. Messages about danger still get their own replies.</p>"
)
_ARTICLE = "<h2>One article</h2><p>While an article is off, no answer quotes it and nobody can open it.</p>"
_NOTICE = "<h2>Notice</h2><p>A sentence or two at the top of every page, such as “Closed on Monday”.</p>"


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    import gradio as gr

    with gr.Column(elem_id="switches"):
        _Tab(desk).wire()


class _Tab:
    """The tab's components and what each event does to them."""

    def __init__(self, desk: Desk) -> None:
        import gradio as gr

        self._desk = desk
        self.state = html_place()
        _said(_ANSWERS)
        self.sure = gr.Checkbox(label="Yes: visitors shall get no answers from the articles for now")
        with gr.Row():
            self.answers_off = gr.Button("Switch answers off", variant="primary")
            self.answers_on = gr.Button("Switch answers on")
        self.about_answers = html_place()
        _said(_ARTICLE)
        self.article = gr.Dropdown([], label="Article to switch", filterable=True)
        with gr.Row():
            self.article_off = gr.Button("Switch this article off", variant="primary")
            self.article_on = gr.Button("Switch this article on")
        self.about_article = html_place()
        _said(_NOTICE)
        length = f"up to {LONGEST_NOTICE} characters"
        self.english = gr.Textbox("", label=f"Notice in English, {length}", max_lines=4, max_length=LONGEST_NOTICE)
        self.spanish = gr.Textbox("", label=f"Notice in Spanish, {length}", max_lines=4, max_length=LONGEST_NOTICE)
        self.preview = html_place()
        with gr.Row():
            self.put_up = gr.Button("Show this notice", variant="primary")
            self.take_down = gr.Button("Take the notice down")
        self.about_notice = html_place()
        _said("<h2>Last changes</h2>")
        self.person = gr.Dropdown([_EVERYBODY], value=_EVERYBODY, label="Changes by")
        self.logins = gr.Checkbox(label="Also show who logged in and out")
        self.log = html_place()

    def wire(self) -> None:
        """Connect every component to what it does."""
        import gradio as gr

        filters = [self.person, self.logins]
        everywhere = [self.state, self.article, self.person, self.log]

        def switch(button: "gr.Button", change: Callable[..., str], given: list[Any], place: list[Any]) -> None:
            outputs = [*everywhere, self.sure, *place]
            button.click(self._changing(change), [*filters, *given], outputs, **_OPTIONS)

        switch(self.answers_off, self._answers_off, [self.sure], [self.about_answers])
        switch(self.answers_on, self._answers_on, [], [self.about_answers])
        switch(self.article_off, self._article_off, [self.article], [self.about_article])
        switch(self.article_on, self._article_on, [self.article], [self.about_article])
        notice = [self.english, self.spanish]
        switch(self.put_up, self._put_up, notice, [self.about_notice])
        switch(self.take_down, self._take_down, [], [self.about_notice])
        for field in notice:
            field.change(self._previewing(), notice, self.preview, trigger_mode="always_last", **_OPTIONS)
        gr.on([self.person.input, self.logins.input], self._listing(), filters, self.log, **_OPTIONS)
        blocks = gr.context.Context.root_block
        if blocks:
            blocks.load(self._loading(), None, [*everywhere, *notice, self.preview], **_OPTIONS)

    def _changing(self, change: Callable[..., str]) -> Callable[..., list[Any]]:
        import gradio as gr

        def changed(request: gr.Request, person: str, logins: bool, *given: Any) -> list[Any]:
            self._desk.member(request)
            try:
                said = done(change(self._desk.member(request, "editor"), *given))
            except (SwitchRefusedError, NotAllowedError) as error:
                said = refused(error)
            # The box is never left ticked for a click by mistake.
            return [*self._everywhere(person, logins=logins), False, said]

        return changed

    def _answers_off(self, member: Member, sure: bool) -> str:
        if not sure:
            raise SwitchRefusedError("Nothing was switched. Tick the box above first, then switch answers off.")
        self._desk.switches.answers(member.name, off=True)
        return "Answers are off. Questions now get the phone number and the help lines."

    def _answers_on(self, member: Member) -> str:
        self._desk.switches.answers(member.name, off=False)
        return "Answers are on."

    def _article_off(self, member: Member, name: str | None) -> str:
        if not name or name not in self._desk.bot.articles:
            raise SwitchRefusedError("No article is chosen. Choose one from the list.")
        self._desk.switches.article(member.name, name, off=True)
        return f"“{views.title_of(self._desk.bot, name)}” is off: no answer quotes it, nobody can open it."

    def _article_on(self, member: Member, name: str | None) -> str:
        if not name or name not in read_switches(self._desk.records).articles_off:
            raise SwitchRefusedError("No article that is off is chosen. Choose one marked (off).")
        self._desk.switches.article(member.name, name, off=False)
        return f"“{views.title_of(self._desk.bot, name)}” is on again."

    def _put_up(self, member: Member, *written: str | None) -> str:
        english, spanish = (text or "" for text in written)
        if not (english.strip() or spanish.strip()):
            raise SwitchRefusedError("The notice is empty. Write it, or take the notice down.")
        self._desk.switches.notice(member.name, english, spanish)
        return "The notice stands on every page."

    def _take_down(self, member: Member) -> str:
        self._desk.switches.notice(member.name, "", "")
        return "There is no notice any more. What you wrote stays in the boxes above."

    def _previewing(self) -> Callable[..., str]:
        import gradio as gr

        def preview(request: gr.Request, english: str | None, spanish: str | None) -> str:
            self._desk.member(request)
            return views.preview_html(english or "", spanish or "")

        return preview

    def _listing(self) -> Callable[..., str]:
        import gradio as gr

        def listed(request: gr.Request, person: str, logins: bool) -> str:
            self._desk.member(request)
            with self._desk.records.reading() as session:
                return log_html(last_changes(session, _one(person), logins=logins))

        return listed

    def _loading(self) -> Callable[..., list[Any]]:
        import gradio as gr

        def load(request: gr.Request) -> list[Any]:
            self._desk.member(request)
            notice = read_switches(self._desk.records)
            texts = [notice.notice, notice.notice_es]
            return [*self._everywhere(_EVERYBODY, logins=False), *texts, views.preview_html(*texts)]

        return load

    def _everywhere(self, person: str, *, logins: bool) -> list[Any]:
        import gradio as gr

        bot = self._desk.bot
        with self._desk.records.reading() as session:
            state, names = views.state_html(session, bot), people(session)
            log = log_html(last_changes(session, _one(person), logins=logins))
        choices = views.article_choices(bot, read_switches(self._desk.records))
        everybody = [_EVERYBODY, *names]
        return [state, gr.update(choices=choices), gr.update(choices=everybody), log]


def _one(person: str | None) -> str:
    return "" if person in {None, _EVERYBODY} else str(person)


def _said(text: str) -> None:
    import gradio as gr

    gr.Markdown(text, sanitize_html=False, latex_delimiters=[])
