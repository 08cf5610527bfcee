"""The embeddable chat over HTTP: its page, its turns, the widget that puts it on another site."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from string import Template
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from chatbot.bot import Bot
from chatbot.chat_page import FOLDER, Sent, Turn, chat_document, message_html, read_form
from chatbot.conversation import Answer, Question
from chatbot.metering import is_local
from chatbot.page_parts import compressed, failure_html, preferred_language
from chatbot.rendering import plain
from chatbot.suggesting import StartersIn, follow_ups
from chatbot.turns import is_readable
from chatbot.wording import WORDS, words
from corpus.clinic import Clinic
from corpus.colours import text_on

if TYPE_CHECKING:
    from fastapi import FastAPI

Ask = Callable[[Question], Answer]

LINES = "application/x-ndjson"
"""What the page's script asks for: the state first, then the answer."""
_log = logging.getLogger(__name__)


def add_chat(app: "FastAPI", bot: Bot, ask: Ask, starters: StartersIn) -> None:
    """Add `/chat`, `/widget.js` and `/chat-demo`."""
    headers = {"content-security-policy": chat_policy(bot.clinic), "x-frame-options": "SAMEORIGIN"}

    def page(request: Request, sent: Sent, turn: Turn | None = None) -> Response:
        return compressed(request, chat_document(bot, sent, starters(sent.language), turn), "text/html", headers)

    @app.get("/chat")
    def chat(request: Request, lang: str = "") -> Response:
        language = preferred_language(lang, request.headers.get("accept-language", ""), bot.clinic)
        return page(request, Sent(language))

    @app.post("/chat")
    def turn(request: Request, body: Annotated[bytes, Depends(_body)]) -> Response:
        sent = read_form(body)
        if LINES in request.headers.get("accept", ""):
            return StreamingResponse(_lines(bot, ask, sent), media_type=LINES)
        if sent.clear:
            return page(request, Sent(sent.language, sent.chosen))
        if sent.switch:
            return page(request, replace(sent, language="es" if sent.switch == "es" else "en", chosen=True))
        return page(request, sent, _turn(bot, ask, sent))

    _add_widget(app, bot.clinic)


def chat_policy(clinic: Clinic) -> str:
    """Return the page's content security policy: nothing but its own files, framed by the clinic's sites alone."""
    ancestors = " ".join(["'self'", *clinic.site.frame_ancestors])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; "
        "require-trusted-types-for 'script'; trusted-types answers"
    )


async def _body(request: Request) -> bytes:
    return await request.body()


def _lines(bot: Bot, ask: Ask, sent: Sent) -> Iterator[str]:
    """Say at once that the message arrived, then send its answer."""
    yield json.dumps({"state": "looking"}) + "\n"
    turn = _turn(bot, ask, sent)
    yield json.dumps({"html": turn.html, "kept": turn.kept, "crisis": turn.crisis}, ensure_ascii=False) + "\n"


def _turn(bot: Bot, ask: Ask, sent: Sent) -> Turn:
    question = sent.asked()
    try:
        answer = ask(question)
    except Exception as error:  # noqa: BLE001 - safety fails closed: whatever failed, a visitor must get the help lines
        # Its message may hold what the visitor wrote: only its kind is logged.
        _log.error("a turn failed: %s", type(error).__name__)
        notice = failure_html(sent.language, bot.replies)
        return Turn(f'<div class="message guide urgent" role="alert">{notice}</div>', kept=False, crisis=False)
    # The same question twice has the same answer's id, and each needs its own places to jump to.
    shown = replace(answer, id=f"{answer.id}-{sent.turns}")
    html = message_html(shown, sent, follow_ups(bot, answer, (*question.history, question.text)))
    crisis = answer.route in {"crisis_self", "crisis_other"} or "crisis_session" in answer.flags
    return Turn(html, is_readable(question.text), crisis)


def _add_widget(app: "FastAPI", clinic: Clinic) -> None:
    settings = {
        "labels": {
            language: {
                "launcher": label.launcher,
                "open": label.open_chat,
                "close": label.close_chat,
                "title": label.guide,
            }
            for language, label in WORDS.items()
            if language in clinic.languages
        },
        "accent": clinic.theme.accent,
        "onAccent": text_on(clinic.theme.accent),
    }

    @app.get("/widget.js")
    def widget(request: Request) -> Response:
        source = (FOLDER / "widget.js").read_text(encoding="utf-8")
        script = source.replace("__SETTINGS__", json.dumps(settings))
        # Other sites load it: that is what it is for.
        headers = {"cross-origin-resource-policy": "cross-origin"}
        return compressed(request, script, "text/javascript", headers)

    @app.get("/chat-demo")
    def demo(request: Request) -> Response:
        if not is_local(request.scope):
            return HTMLResponse(plain(words("en").missing), 404)
        filled = Template((FOLDER / "demo.html").read_text(encoding="utf-8")).substitute(clinic=plain(clinic.name))
        policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'"
        return HTMLResponse(filled, headers={"content-security-policy": f"{policy}; frame-ancestors 'none'"})
