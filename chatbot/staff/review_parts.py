"""The components of the review tab, and a turn as their values."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args

from chatbot.bot import Bot
from chatbot.conversation import Outcome, RouteName
from chatbot.rendering import plain
from chatbot.staff.accounts import Member
from chatbot.staff.desk import Desk
from chatbot.staff.item import Item, item_of
from chatbot.staff.item_page import (
    articles_html,
    conversation_html,
    given_html,
    head_html,
    passages_html,
    stage_text,
    trace_html,
)
from chatbot.staff.judging import Review
from chatbot.staff.labels import REASON_LABELS
from chatbot.staff.lists import GROUPS, SHOWS, SORTS, Filters, Line
from chatbot.staff.verdicts import REASONS_WHY, SENTENCE_SCORES, VERDICTS
from index.passages import cut

if TYPE_CHECKING:
    import gradio as gr

FILTERS = tuple(field.name for field in fields(Filters))
_ANY = ("any", "")
_MOST_SENTENCES = 6
_SECTIONS = ("Passages found, with their scores", "Why this answer (trace)", "The article, with the quote marked")


class Columns:
    """Filters, numbers and the list."""

    def __init__(self, bot: Bot) -> None:
        import gradio as gr

        choices: dict[str, list[tuple[str, str]]] = {
            "show": [(label, name) for name, label in SHOWS.items()],
            "reason": [_ANY, *((label, name) for name, label in REASON_LABELS.items())],
            "route": [_ANY, *((name, name) for name in get_args(RouteName))],
            "outcome": [_ANY, *((name, name) for name in get_args(Outcome))],
            "language": [_ANY, ("English", "en"), ("Spanish", "es")],
            "article": [_ANY, *((article.title, article.id) for article in bot.articles.values())],
            "verdict": [_ANY, ("none yet", "none"), *((name, name) for name in VERDICTS)],
            "sort": [(label, name) for name, label in SORTS.items()],
        }
        labels = {"since": "From day (2026-11-22)", "until": "To day", "text": "Words in the question"}
        made: dict[str, Any] = {}
        made["show"] = _dropdown("Show", choices["show"], "todo")
        made["text"] = gr.Textbox(label=labels["text"], max_length=200, elem_id="review-search")
        with gr.Accordion("More filters", open=False):
            for name in ("reason", "route", "outcome", "language", "article", "verdict"):
                made[name] = _dropdown(name.capitalize(), choices[name], "")
            with gr.Row():
                for name in ("since", "until"):
                    made[name] = gr.Textbox(label=labels[name], max_length=10)
            made["sort"] = _dropdown("Order", choices["sort"], "urgent")
        self.search = gr.Button("Show", elem_id="review-show")
        self.filters = [made[name] for name in FILTERS]
        self._views()
        with gr.Accordion("Numbers: choose one to see the list behind it", open=False):
            self.by = _dropdown("Count by", [(name, name) for name in GROUPS], "reason")
            self.count = gr.Button("Count")
            self.numbers = gr.Radio([], label="Numbers", elem_classes="stacked")
        self.status = _html(said(""))
        self.choice = gr.Radio([], label="Turns", elem_id="review-turns", elem_classes="stacked")
        self.page = gr.Number(1, visible=False)
        with gr.Row():
            self.earlier, self.later = gr.Button("Previous page"), gr.Button("Next page")
        self.agreement = _html(said(""))

    def _views(self) -> None:
        import gradio as gr

        with gr.Accordion("Saved views", open=False):
            self.view = gr.Dropdown([], value=None, label="View")
            self.name = gr.Textbox(label="Name", max_length=64)
            with gr.Row():
                self.keep, self.drop = gr.Button("Keep these filters"), gr.Button("Delete this view")
            self.message = _html(said(""))


class Form:
    """One turn, and what can be said of it."""

    def __init__(self, bot: Bot) -> None:
        import gradio as gr

        head, conversation = _html("<p>Choose a turn, or press <kbd>n</kbd> for the next.</p>"), _html("")
        self.message = _html(said(""))
        given, stage = _html(""), _html("")
        with gr.Row(elem_id="verdicts"):
            self.verdicts = [
                gr.Button(f"{number} {name}", elem_id=f"verdict-{name}", elem_classes="verdict", min_width=80)
                for number, name in enumerate(VERDICTS, 1)
            ]
        reasons = [(label, name) for name, label in REASONS_WHY.items()]
        self.reason = gr.Radio(reasons, label="Why it is not good", elem_id="verdict-reason")
        with gr.Row():
            self.following = gr.Button("Next (n)", elem_id="review-next")
            self.flag = gr.Button("Send on to the clinical lead (f)", elem_id="review-flag")
            self.unflag = gr.Button("Take the flag off", visible=False)
        gr.Checkbox(True, label="One-key shortcuts: 1 to 4, n, f", interactive=True, elem_id="review-keys")
        with gr.Accordion("Sentences, right answer, note", open=False):
            self.scores, self.right = _sentence_fields()
            self.corrected = gr.Textbox(label="What the answer should have been", lines=3, max_length=4000)
            self.passage = gr.Dropdown(_passages(bot), value="", label="Right passage", allow_custom_value=True)
            self.note = gr.Textbox(label="Note", lines=2, max_length=2000)
        details = []
        for title in _SECTIONS:
            with gr.Accordion(title, open=title == _SECTIONS[-1]):
                details.append(_html(""))
        self.turn = gr.Textbox("", visible=False)
        self.sections = [head, conversation, given, stage, *details]
        self.fields: list[Any] = [self.reason, self.note, self.corrected, self.passage, *self.scores, *self.right]

    @staticmethod
    def review(values: Sequence[Any], verdict: str) -> Review:
        """Read the fields as a review; raise `RefusedError` where a browser sends what they cannot hold."""
        reason, note, corrected, passage, *scores = values
        half = len(scores) // 2
        right = tuple({"right": True, "wrong": False}.get(each) for each in scores[half:])
        return Review(verdict, reason or "", note or "", tuple(scores[:half]), right, corrected or "", passage or "")


def shown_item(desk: Desk, member: Member, turn: str | None) -> list[Any]:
    """Return a turn as the values of `Form`'s sections, fields, flag buttons and turn; of none, empty ones."""
    if not turn:
        fields_of = _field_values(None, Review())
        return ["<p>Choose a turn.</p>", *[""] * 6, *fields_of, _update(visible=True), _update(visible=False), ""]
    with desk.records.reading() as session:
        item = item_of(session, member, turn)
    flagged = bool(item.queue and item.queue.state == "escalated")
    sections = [
        head_html(item), conversation_html(item), given_html(item.given), f"<p>{plain(stage_text(item))}</p>",
        passages_html(item), trace_html(item), articles_html(item, desk.bot.articles),
    ]  # fmt: skip
    buttons = [_update(visible=not flagged), _update(visible=flagged and member.may("editor"))]
    return [*sections, *_field_values(item, item.mine), *buttons, turn]


def filter_values(given: Sequence[Any]) -> list[Any]:
    """Return the filters' values as `Filters` takes them; an emptied list box sends nothing."""
    return ["" if value is None else value for value in given]


def line_choice(line: Line) -> tuple[str, str]:
    """Return a line of the list as a choice."""
    facts = [line.day.isoformat(), REASON_LABELS.get(line.reason, "not queued"), f"{line.route}/{line.outcome}"]
    facts += [line.verdict] if line.verdict else []
    facts += [f"begun by {line.assigned}"] if line.assigned else []
    question = line.question if len(line.question) <= 120 else line.question[:119] + "…"
    return f"{question or 'no text kept'} ({', '.join(facts)})", line.turn


def said(text: str, *, alert: bool = False) -> str:
    """Return a short message that is read out."""
    return f'<div role="{"alert" if alert else "status"}">{plain(text)}</div>'


def _field_values(item: Item | None, mine: Review) -> list[Any]:
    sentences = item.answer.sentences if item and item.answer else ()
    found: list[Any] = [mine.reason or None, mine.note, mine.corrected, mine.passage]
    for name in ("sentences", "citations"):
        values = getattr(mine, name)
        for at in range(_MOST_SENTENCES):
            value = values[at] if at < len(values) else None
            if name == "citations" and value is not None:
                value = "right" if value else "wrong"
            text = sentences[at].text if at < len(sentences) else ""
            what = text if name == "sentences" else f"Citation of sentence {at + 1}"
            found.append(_update(value=value, label=what or f"Sentence {at + 1}", visible=bool(text)))
    return found


def _sentence_fields() -> tuple[list["gr.Radio"], list["gr.Radio"]]:
    import gradio as gr

    numbers = range(1, _MOST_SENTENCES + 1)
    pairs = [
        (
            gr.Radio(list(SENTENCE_SCORES), label=f"Sentence {number}", visible=False),
            gr.Radio(["right", "wrong"], label=f"Citation of sentence {number}", visible=False),
        )
        for number in numbers
    ]
    return [score for score, _ in pairs], [right for _, right in pairs]


def _passages(bot: Bot) -> list[tuple[str, str]]:
    found = [passage for article in bot.articles.values() for passage in cut(article)]
    return [("none", ""), *((" › ".join([each.title, *each.heading_path]), each.id) for each in found)]


def _dropdown(label: str, choices: list[tuple[str, str]], value: str) -> "gr.Dropdown":
    import gradio as gr

    return gr.Dropdown(choices, value=value, label=label)


def _html(value: str) -> "gr.Markdown":
    """Make a place for HTML of ours, which is clean already."""
    import gradio as gr

    return gr.Markdown(value, sanitize_html=False, latex_delimiters=[])


def _update(**changes: Any) -> Any:
    import gradio as gr

    return gr.update(**changes)
