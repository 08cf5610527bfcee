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

from chatbot.asking import MAX_CHARACTERS
from chatbot.bot import Bot
from chatbot.conversation import Answer, Language, Question
from chatbot.page_parts import linked_reply, preferred_language, topics_html
from chatbot.patient_document import own_document
from chatbot.rendering import plain
from chatbot.suggesting import SUGGESTIONS, StartersIn, follow_ups
from chatbot.turns import SAY_BUTTONS, Conversation, visitor_html
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

GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
"""Set before its import: else it looks up its newest version, reports its use, keeps what is typed in the browser, and
the time of every event with its session in memory."""


def build_page(bot: Bot, ask: Ask, starters: StartersIn) -> "gr.Blocks":
    """Lay the page out and wire it."""
    import gradio as gr

    blocks = gr.Blocks(title=bot.clinic.name, analytics_enabled=False)
    blocks.state_session_capacity = _SESSIONS

    def forget_idle(_conversation: Conversation) -> None:
        oldest = datetime.now() - timedelta(seconds=IDLE_SECONDS)
        for session, used in list(blocks.state_holder.time_last_used.items()):
            if used < oldest:
                _forget(blocks, session)

    def forget_closed(request: gr.Request) -> None:
        _forget(blocks, request.session_hash or "")

    with blocks:
        page = _Page(bot, ask, starters)
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

    def __init__(self, bot: Bot, ask: Ask, starters: StartersIn) -> None:
        import gradio as gr

        self._bot, self._ask, self._starters = bot, ask, starters
        self._in_document = starters("en")
        heading, opening, other, title, topics, send, tip, clear, *suggested = self._labels("en")
        with gr.Row(elem_id="top"):
            self.heading = _html("heading", heading)
            self.language = gr.Button(other, visible="es" in bot.clinic.languages, elem_id="language", scale=0)
        self.opening = _html("opening", opening)
        self.conversation = _html("conversation", "")
        with gr.Column(elem_id="suggestions") as self.suggestions:
            self.title = _html("suggestions-title", title)
            with gr.Row():
                self.suggested = [gr.Button(**_shown_if(text), elem_classes="choice") for text in suggested]
            self.topics = _html("topics", topics)
        with gr.Column(elem_id="composer"):
            self.choices_title = _html("choices-title", "")
            with gr.Row(elem_id="choices"):
                self.choices = [gr.Button("", visible=False, elem_classes="choice") for _ in range(SAY_BUTTONS)]
            with gr.Row(elem_id="composer-row"):
                self.box = _question_box()
                self.send = gr.Button(send, variant="primary", elem_id="send", scale=0)
                self.clear = gr.Button(clear, elem_id="clear", scale=0)
            self.tip = _html("question-help", tip)

    def wire(self, blocks: "gr.Blocks", state: "gr.State") -> None:
        """Connect every button to what it does."""
        import gradio as gr

        options: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "once"}
        after_turn = [state, self.conversation, self.box, self.suggestions, self.choices_title, *self.choices]
        gr.on([self.send.click, self.box.submit], self.turn, [self.box, state, self.language], after_turn, **options)
        for button in [*self.choices, *self.suggested]:
            button.click(self.turn, [button, state, self.language], after_turn, **options)
        offered = [self.title, self.topics, *self.suggested]
        self.clear.click(self.cleared, [state], [*after_turn, *offered], **options)
        labelled = [self.heading, self.opening, self.language, self.title, self.topics, self.send, self.tip, self.clear]
        after_switch = [state, self.box, *labelled, *self.suggested]
        self.language.click(self.switched, [state], after_switch, **options)

        def started(conversation: Conversation, request: gr.Request) -> list[Any]:
            asked, header = request.query_params.get("lang", ""), request.headers.get("accept-language", "")
            wanted = preferred_language(asked, header, self._bot.clinic)
            as_sent = wanted == "en" and self._starters("en") == self._in_document
            return [_update()] * len(after_switch) if as_sent else self._in_language(wanted, conversation)

        blocks.load(started, [state], after_switch, show_progress="hidden", api_visibility="private")

    def turn(self, text: str, conversation: Conversation, other: str) -> Iterator[list[Any]]:
        """Show the question at once and its answer when it is there; `other` is the language that is offered."""
        text = _encodable(text)
        conversation = conversation if conversation.id else replace(conversation, id=secrets.token_hex(8))
        if not conversation.turns and other == words("en").own_name:
            # A page that was open while the server was started anew is still in Spanish.
            conversation = replace(conversation, language="es")
        too_long = len(text) > MAX_CHARACTERS
        if text.strip() and not too_long:
            looking = f'<div class="message looking"><p>{plain(words(conversation.language).looking)}</p></div>'
            shown = conversation.markdown(visitor_html(text, conversation.language), looking)
            yield [conversation, shown, "", *[_update()] * (2 + SAY_BUTTONS)]
        answer = self._ask(conversation.question(text))
        answered = conversation.with_turn(text, answer, follow_ups(self._bot, answer, (*conversation.asked, text)))
        # A message too long to be read stays in the box, to be shortened.
        box = _update() if too_long else ""
        yield [answered, answered.markdown(), box, _update(visible=False), *self._choices(answered)]

    def cleared(self, conversation: Conversation) -> list[Any]:
        """Forget the conversation; only the chosen language stays."""
        empty = Conversation(conversation.language, conversation.chosen)
        _, _, _, title, topics, _, _, _, *suggested = self._labels(empty.language)
        offered = [title, topics, *(_update(**_shown_if(text)) for text in suggested)]
        return [empty, empty.markdown(), "", _update(visible=True), *self._choices(empty), *offered]

    def switched(self, conversation: Conversation) -> list[Any]:
        """Show the page's own words in the other language; what was said stays as it is."""
        language: Language = "en" if conversation.language == "es" else "es"
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
            f'<h1 data-page-language="{language}"><span>{name}</span> {plain(label.title)}</h1>',
            self._opening(language),
            words("en" if language == "es" else "es").own_name,
            f"<p>{plain(label.suggestions)}</p>" if any(suggested) else "",
            topics_html(starters, language, _say),
            label.send,
            f'<p>{plain(label.question_help)} <button type="button" id="print">{plain(label.print)}</button></p>',
            label.clear,
            *suggested,
        ]

    def _opening(self, language: Language) -> str:
        reply = self._bot.replies.get(("opening", language)) or self._bot.replies["opening", "en"]
        label = words(language)
        links = " · ".join(
            f'<a href="{address}?lang={language}" target="_blank">{plain(text)}'
            f'<span class="visually-hidden"> ({plain(label.new_tab)})</span></a>'
            for address, text in (("/articles", label.articles), ("/chat-safety", label.about_chat))
        )
        return f'<div lang="{language}">{linked_reply(reply)}<p class="more">{links}</p></div>'

    def _choices(self, conversation: Conversation) -> list[Any]:
        labels = [*conversation.offered, *[""] * SAY_BUTTONS][:SAY_BUTTONS]
        return [conversation.prompt, *(_update(**_shown_if(label)) for label in labels)]


def _say(text: str) -> str:
    return f'<button type="button" class="choice" data-say="{plain(text)}">{plain(text)}</button>'


def _shown_if(label: str) -> dict[str, Any]:
    return {"value": label, "visible": bool(label)}


def _update(**changes: Any) -> Any:
    """Change some properties of a component; none leaves it as it is."""
    import gradio as gr

    return gr.update(**changes)


def _html(name: str, value: str) -> "gr.Markdown":
    """Make a place for HTML of ours; it is clean already, and Gradio's own cleaning would take `role` away."""
    import gradio as gr

    return gr.Markdown(value, elem_id=name, sanitize_html=False, latex_delimiters=[])


def _question_box() -> "gr.Textbox":
    import gradio as gr

    return gr.Textbox(
        label=words("en").question_label,
        lines=1,
        max_lines=6,
        submit_btn=False,
        elem_id="question",
        # Browsers' spelling services send what is typed to their makers.
        html_attributes=gr.InputHTMLAttributes(spellcheck=False, autocomplete="off", enterkeyhint="send"),
    )


def _encodable(text: str) -> str:
    """Replace halves of characters, which no reply could carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


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


MOUNT_OPTIONS: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,
    "show_error": False,
    "max_file_size": "1kb",
    "ssr_mode": False,
    "enable_monitoring": False,
    "pwa": False,
    "mcp_server": False,
    "app_kwargs": {"openapi_url": None, "docs_url": None, "redoc_url": None},
}
"""Nothing that a page of a clinic must not have; for every page that Gradio makes."""


def own_theme() -> "gr.themes.Base":
    """Return a theme that loads no letters from anywhere."""
    import gradio as gr

    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
