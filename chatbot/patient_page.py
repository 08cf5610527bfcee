"""The patient's page: Gradio, with everything taken away that a clinic's page must not have.

The conversation is HTML made here and shown by `gr.Markdown`, not by `gr.Chatbot`: a Chatbot labels every message with
its raw Markdown, announces each change again to screen readers, and takes its history from the browser. Markdown
changes only the blocks that are new, keeps `role` and `lang`, and runs under a policy without inline script or eval.
"""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chatbot.bot import Bot
from chatbot.conversation import Answer, Language, Question
from chatbot.gradio_parts import GRADIO_SETTINGS, MOUNT_OPTIONS, html_place, own_theme, question_box
from chatbot.open_pages import PAGE_HEADER, OpenPages, Visit, visit_from
from chatbot.page_parts import opening_html, preferred_language, topics_html
from chatbot.patient_document import own_document
from chatbot.rendering import plain
from chatbot.suggesting import SUGGESTIONS, StartersIn, follow_ups
from chatbot.turns import (
    SAY_BUTTONS,
    Conversation,
    encodable,
    is_readable,
    looking_html,
    restarted_html,
    visitor_html,
)
from chatbot.wording import words

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

Ask = Callable[[Question], Answer]

_WAITING = 64
"""Visitors whose question may wait for its turn."""
_AT_ONCE = 4
_SESSIONS = 1000
"""Conversations held in memory at a time; the one idle for longest makes room."""
IDLE_SECONDS = 3600
"""After so long without a message a conversation is forgotten even if its page stays open."""

def build_page(bot: Bot, ask: Ask, starters: StartersIn) -> "gr.Blocks":
    """Lay the page out and wire it."""
    import gradio as gr

    blocks = gr.Blocks(title=bot.clinic.name, analytics_enabled=False)
    blocks.state_session_capacity = _SESSIONS
    open_pages = OpenPages()

    def forget_idle(_conversation: Conversation) -> None:
        open_pages.forget_idle(IDLE_SECONDS)
        oldest = datetime.now() - timedelta(seconds=IDLE_SECONDS)
        for session, used in list(blocks.state_holder.time_last_used.items()):
            if used < oldest:
                _forget(blocks, session)

    def forget_closed(request: gr.Request) -> None:
        _forget(blocks, request.session_hash or "")
        open_pages.close(request.session_hash or "")

    with blocks:
        page = _Page(bot, ask, starters, open_pages)
        page.wire(blocks, gr.State(Conversation(), time_to_live=IDLE_SECONDS, delete_callback=forget_idle))
        blocks.unload(forget_closed)
        blocks.queue(api_open=False, max_size=_WAITING, default_concurrency_limit=_AT_ONCE)
    return blocks


def _forget(blocks: "gr.Blocks", session: str) -> None:
    """Drop all that Gradio holds of a session: besides our state it keeps the last value of every component."""
    blocks.state_holder.session_data.pop(session, None)
    blocks.state_holder.time_last_used.pop(session, None)


class _Page:
    """The components of the page, in reading order, and what each event does to them."""

    def __init__(self, bot: Bot, ask: Ask, starters: StartersIn, open_pages: OpenPages) -> None:
        import gradio as gr

        self._bot, self._ask, self._starters, self._open = bot, ask, starters, open_pages
        self._in_document = starters("en")
        heading, opening, other, title, topics, send, tip, clear, *suggested = self._labels("en")
        with gr.Row(elem_id="top"):
            self.heading = html_place("heading", heading)
            self.language = gr.Button(other, visible="es" in bot.clinic.languages, elem_id="language", scale=0)
        self.opening = html_place("opening", opening)
        self.conversation = html_place("conversation", "")
        with gr.Column(elem_id="suggestions") as self.suggestions:
            self.title = html_place("suggestions-title", title)
            with gr.Row():
                self.suggested = [gr.Button(**_shown_if(text), elem_classes="choice") for text in suggested]
            self.topics = html_place("topics", topics)
        with gr.Column(elem_id="composer"):
            self.choices_title = html_place("choices-title", "")
            with gr.Row(elem_id="choices"):
                self.choices = [gr.Button("", visible=False, elem_classes="choice") for _ in range(SAY_BUTTONS)]
            with gr.Row(elem_id="composer-row"):
                self.box = question_box(words("en").question_label)
                self.send = gr.Button(send, variant="primary", elem_id="send", scale=0)
                self.clear = gr.Button(clear, elem_id="clear", scale=0)
                self.tip = html_place("question-help", tip)

    def wire(self, blocks: "gr.Blocks", state: "gr.State") -> None:
        """Connect every button to what it does."""
        import gradio as gr

        options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "once"}
        after_turn = [state, self.conversation, self.box, self.suggestions, self.choices_title, *self.choices]

        def turn(text: str, conversation: Conversation, other: str, request: gr.Request) -> Iterator[list[Any]]:
            yield from self.turn(text, conversation, other, _visit(request))

        gr.on([self.send.click, self.box.submit], turn, [self.box, state, self.language], after_turn, **options)
        for button in [*self.choices, *self.suggested]:
            button.click(turn, [button, state, self.language], after_turn, **options)

        def cleared(conversation: Conversation, request: gr.Request) -> list[Any]:
            return self.cleared(conversation, _visit(request))

        offered = [self.title, self.topics, *self.suggested]
        self.clear.click(cleared, [state], [*after_turn, *offered], **options)

        def switched(conversation: Conversation, request: gr.Request) -> list[Any]:
            return self.switched(conversation, _visit(request))

        labelled = [self.heading, self.opening, self.language, self.title, self.topics, self.send, self.tip, self.clear]
        self.language.click(switched, [state], [state, self.box, *labelled, *self.suggested], **options)

        def started(conversation: Conversation, request: gr.Request) -> Iterator[list[Any]]:
            asked, header = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
            yield from self.started(preferred_language(asked, header, self._bot.clinic), conversation, _visit(request))

        after_start = [*after_turn, *labelled, *self.suggested]
        blocks.load(started, [state], after_start, show_progress="hidden", api_visibility="private")

    def started(self, wanted: Language, conversation: Conversation, visit: Visit) -> Iterator[list[Any]]:
        """Begin in the visitor's language; a page that was loaded anew goes on where it was."""
        self._open.forget_idle(IDLE_SECONDS)
        found = self._open.reopened(visit)
        language = found[0].language if found else wanted
        as_sent = language == "en" and self._starters("en") == self._in_document
        state, box, *labels = self._in_language(language, found[0] if found else conversation)
        if as_sent:
            box, labels = _update(), [_update()] * len(labels)
        if not found:
            self._open.keep(visit, state)
            yield [state, _update(), box, *[_update()] * (2 + SAY_BUTTONS), *labels]
            return
        asked = found[1]
        now = self._looking(state, asked.text) if asked else self._shown(state)
        yield [*now[:2], box, *now[3:], *labels]
        for update in self._answered_now(state, visit) if asked else ():
            yield [*update, *[_update()] * len(labels)]

    def _answered_now(self, conversation: Conversation, visit: Visit) -> Iterator[list[Any]]:
        """Wait for the answer to what was asked before the page was loaded anew; ask again if nobody did."""
        conversation, asked = self._open.settled(visit) or (conversation, None)
        if asked:
            yield from self.turn(asked.text, conversation, "", visit)
        else:
            yield self._shown(conversation)

    def turn(self, text: str, conversation: Conversation, other: str, visit: Visit) -> Iterator[list[Any]]:
        """Show the question at once and its answer when it is there; `other` is the language that is offered."""
        text = encodable(text)
        conversation = self._gone_on(conversation, other, visit)
        readable = is_readable(text)
        with self._open.asking(visit, conversation, text if readable else "") as asked:
            if readable:
                yield self._looking(conversation, text)
            answer = self._ask(conversation.question(text))
            offered = follow_ups(self._bot, answer, (*conversation.asked, text))
            answered = self._open.answer(visit, asked, lambda now: now.with_turn(text, answer, offered))
        # A message too long to be read stays in the box, to be shortened.
        yield self._shown(answered, "" if readable or not text.strip() else _update())

    def _gone_on(self, conversation: Conversation, other: str, visit: Visit) -> Conversation:
        """Return the conversation that a question belongs to."""
        found = self._open.settled(visit)
        conversation = found[0] if found else conversation
        if not conversation.turns and other == words("en").own_name:
            # A page that was open while the server was started anew is still in Spanish.
            conversation = replace(conversation, language="es")
        if not found and visit.has_answers and not conversation.blocks:
            conversation = replace(conversation, blocks=(restarted_html(conversation.language),))
        return conversation if conversation.id else replace(conversation, id=secrets.token_hex(8))

    def _looking(self, conversation: Conversation, text: str) -> list[Any]:
        language = conversation.language
        shown = conversation.markdown(visitor_html(text, language), looking_html(language))
        return [conversation, shown, "", _update(visible=False), *[_update()] * (1 + SAY_BUTTONS)]

    def _shown(self, conversation: Conversation, box: Any = "") -> list[Any]:
        began = _update(visible=not conversation.turns)
        return [conversation, conversation.markdown(), box, began, *self._choices(conversation)]

    def cleared(self, conversation: Conversation, visit: Visit) -> list[Any]:
        """Forget the conversation; only the chosen language stays."""
        empty = Conversation(conversation.language, conversation.chosen)
        self._open.keep(visit, empty)
        _, _, _, title, topics, _, _, _, *suggested = self._labels(empty.language)
        return [*self._shown(empty), title, topics, *(_update(**_shown_if(text)) for text in suggested)]

    def switched(self, conversation: Conversation, visit: Visit) -> list[Any]:
        """Show the page's own words in the other language; what was said stays as it is."""
        language: Language = "en" if conversation.language == "es" else "es"
        self._open.rewrite(visit, lambda now: replace(now, language=language, chosen=True))
        return self._in_language(language, replace(conversation, chosen=True))

    def _in_language(self, language: Language, conversation: Conversation) -> list[Any]:
        labels = self._labels(language)
        suggested = [_update(**_shown_if(text)) for text in labels[-SUGGESTIONS:]]
        box = _update(label=words(language).question_label)
        return [replace(conversation, language=language), box, *labels[:-SUGGESTIONS], *suggested]

    def _labels(self, language: Language) -> list[str]:
        """Return every label in one language: eight fixed ones, then the suggestions."""
        label = words(language)
        starters = self._starters(language)
        suggested = [*starters.first, *[""] * SUGGESTIONS][:SUGGESTIONS]
        name = plain(self._bot.clinic.name)
        return [
            f'<h1 data-page-language="{language}" data-log="{plain(label.conversation)}"><span>{name}</span> '
            f"{plain(label.title)}</h1>",
            f'<div lang="{language}">{opening_html(self._bot.replies, language)}</div>',
            words("en" if language == "es" else "es").own_name,
            f"<p>{plain(label.suggestions)}</p>" if any(suggested) else "",
            topics_html(starters, language, _say),
            label.send,
            f"<p><span>{plain(label.question_help)}</span> "
            f'<button type="button" id="print">{plain(label.print)}</button></p>',
            label.clear,
            *suggested,
        ]

    def _choices(self, conversation: Conversation) -> list[Any]:
        labels = [*conversation.offered, *[""] * SAY_BUTTONS][:SAY_BUTTONS]
        return [conversation.prompt, *(_update(**_shown_if(label)) for label in labels)]


def _visit(request: "gr.Request") -> Visit:
    return visit_from(request.headers.get(PAGE_HEADER, ""), request.session_hash or "")


def _say(text: str) -> str:
    return f'<button type="button" class="choice" data-say="{plain(text)}">{plain(text)}</button>'


def _shown_if(label: str) -> dict[str, Any]:
    return {"value": label, "visible": bool(label)}


def _update(**changes: Any) -> Any:
    """Change some properties of a component; none leaves it as it is."""
    import gradio as gr

    return gr.update(**changes)


def mount(app: "FastAPI", bot: Bot, ask: Ask, starters: StartersIn) -> None:
    """Mount the page at `/`; no question leaves this process, and the browser keeps nothing."""
    os.environ.update(GRADIO_SETTINGS)

    async def mounted() -> None:
        _mount(app, build_page(bot, ask, starters))

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # Where no loop runs, Gradio opens one for every lock it makes, and closes none of them.
        asyncio.run(mounted())
    else:
        _mount(app, build_page(bot, ask, starters))
    app.add_middleware(own_document, clinic=bot.clinic, replies=bot.replies, switches=lambda: bot.switches())


def _mount(app: "FastAPI", blocks: "gr.Blocks") -> None:
    import gradio as gr

    gr.mount_gradio_app(app, blocks, path="/", theme=own_theme(), **MOUNT_OPTIONS)
