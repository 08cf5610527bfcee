"""The part of a turn's view that mends its answer where it is judged, and asks again at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatbot.conversation import Question
from chatbot.rendering import answer_html
from chatbot.staff import fixing_views as views
from chatbot.staff import regressions, revising
from chatbot.staff.accounts import Member
from chatbot.staff.desk import Desk
from chatbot.staff.fixing import TITLE, Editor
from chatbot.staff.fixing_cases import DEMANDS, OPTIONS, draft_of, html_place, told
from chatbot.staff.item import Item, item_of
from chatbot.staff.lists import RefusedError
from chatbot.staff.revising import Content
from chatbot.staff.written import FixRefusedError

if TYPE_CHECKING:
    import gradio as gr


class ItemFixing:
    """A question for a section, the same message asked again, a regression case, and the way to its article."""

    def __init__(self, desk: Desk, content: Content) -> None:
        import gradio as gr

        self._desk, self._content = desk, content
        with gr.Accordion("Mend this answer", open=False, elem_id="review-mend"):
            self.cases, self.said = html_place(), html_place()
            self.question = gr.Textbox(label="The question, as others would ask it", max_lines=3)
            self.section = gr.Dropdown([], label="The section that answers it", filterable=True)
            with gr.Row():
                self.add = gr.Button("This section answers it: publish", variant="primary")
                self.edit = gr.Button("Edit this article")
            self.again = gr.Button("Ask again now")
            self.answer = html_place()
            self.demand = gr.Dropdown(DEMANDS, value="section", label="From now on, the answer has to be one that")
            self.propose = gr.Button("Propose as a regression case")
        self.shown = [self.cases, self.said, self.question, self.section, self.answer]

    def wire(self, turn: "gr.Textbox") -> None:
        """Connect the buttons; `turn` holds the id of the turn that is looked at."""
        asked = [turn, self.question, self.section]
        published = self.add.click(self._adding(), asked, self.said, **OPTIONS)
        published.then(self._asking(), turn, self.answer, **OPTIONS)
        self.again.click(self._asking(), turn, self.answer, **OPTIONS)
        self.propose.click(self._proposing(), [turn, self.section, self.demand], [self.said, self.cases], **OPTIONS)

    def connect(self, tabs: "gr.Tabs", editor: Editor) -> None:
        """Let the button open the chosen section's article in the tab for fixing."""
        import gradio as gr

        def edit(request: gr.Request, section: str | None) -> list[Any]:
            self._desk.member(request)
            try:
                name, _ = views.place_of(section)
            except FixRefusedError as error:
                return [*(gr.update() for _ in range(3)), views.refused(error)]
            return [gr.update(selected=TITLE), gr.update(value=name), gr.update(open=True), ""]

        self.edit.click(edit, self.section, [tabs, *editor, self.said], **OPTIONS)

    def opening(self) -> Any:
        """Return the handler that fills this part in for the turn which has just been opened."""
        import gradio as gr

        def opened(request: gr.Request, turn: str) -> list[Any]:
            member = self._desk.member(request)
            known = views.sections(self._content)
            item = self._item(member, turn)
            if item is None:
                return ["", "", "", gr.update(choices=known, value=None), ""]
            nearest = nearest_section(item.turn.passages or [], {value for _, value in known})
            cases = views.cases_of_turn_html(regressions.regressions(self._content, turn))
            return [cases, "", item.turn.question or "", gr.update(choices=known, value=nearest), ""]

        return opened

    def _item(self, member: Member, turn: str) -> Item | None:
        if not turn:
            return None
        try:
            with self._desk.records.reading() as session:
                return item_of(session, member, turn)
        except RefusedError:
            # Whoever opened the turn has been told.
            return None

    def _adding(self) -> Any:
        import gradio as gr

        def add(request: gr.Request, turn: str, question: str, section: str | None) -> str:
            member = self._desk.member(request, "editor")

            def change() -> str:
                _require(turn)
                number = revising.add_question(self._content, member, views.place_of(section), question)
                return views.done(f"Published as revision {number}. The answer below comes from it.")

            return told(change)

        return add

    def _asking(self) -> Any:
        import gradio as gr

        def ask(request: gr.Request, turn: str) -> str:
            return told(lambda: self._asked_again(self._desk.member(request), turn))

        return ask

    def _asked_again(self, member: Member, turn: str) -> str:
        item = self._item(member, _require(turn))
        if item is None or not item.turn.question:
            raise FixRefusedError("Nothing was kept of what was asked. Ask it on the patient page.")
        before = [each.question for each in item.conversation if each.number < item.turn.number and each.question]
        # Asked of the bot itself: what staff try out is no traffic and is not recorded.
        answer = self._content.live.ask(Question(item.turn.question, tuple(before), None))
        head = f"Now: {answer.outcome}, {answer.confidence:.2f} sure"
        return f"<h3>{head}</h3>{answer_html(answer)}"

    def _proposing(self) -> Any:
        import gradio as gr

        def propose(request: gr.Request, turn: str, section: str | None, demand: str) -> tuple[str, str]:
            member = self._desk.member(request)

            def change() -> str:
                regressions.propose(self._content, member, draft_of(self._content, _require(turn), demand, section))
                return views.done("Proposed. Somebody else has to approve it, in the tab Fix.")

            message = told(change)
            return message, views.cases_of_turn_html(regressions.regressions(self._content, turn))

        return propose


def nearest_section(passages: list[Mapping[str, Any]], known: set[str]) -> str | None:
    """Return the best passage's section that is still there, as `article#heading`."""
    found = (f"{each['article']}#{each['heading']}" for each in passages)
    return next((section for section in found if section in known), None)


def _require(turn: str) -> str:
    if not turn:
        raise FixRefusedError("No turn is open. Choose one from the list.")
    return turn
