"""The web server: questions over HTTP, health, metrics, and every page, behind one guard.

`create_app` wires; the pages themselves are in `article_page.py` and `patient_page.py`, the guard in `guard.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from chatbot import article_page as pages
from chatbot import chat_page, guard, patient_page
from chatbot.asking import MAX_CHARACTERS
from chatbot.bot import Bot
from chatbot.chat_routes import add_chat
from chatbot.conversation import Answer, Language, Question
from chatbot.metering import DailyHash, Metrics, is_local, rate_limit
from chatbot.page_parts import compressed
from chatbot.staff.gate import only_members
from chatbot.staff.page import add_staff
from chatbot.suggesting import LiveStarters
from chatbot.theming import theme_css
from chatbot.turns import recent
from corpus.clinic import tel

if TYPE_CHECKING:
    from chatbot.records.events import Source
    from chatbot.records.recording import Recorder
    from chatbot.staff.desk import Desk

LARGEST_BODY = 512 * 1024
"""Bytes: 20,000 characters take at most 240,000 as JSON, and a history comes with them."""
LOCAL_HOSTS = ("localhost", "127.0.0.1")

Text = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]


class AskRequest(BaseModel):
    """The body of `POST /api/ask`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Text
    history: list[Text] = []
    """Earlier questions of the conversation, oldest first; the last ones are read."""


class FeedbackRequest(BaseModel):
    """The body of `POST /api/feedback`; the reason for an unhelpful answer comes after its rating, as a second one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}(-[0-9a-f]{8})?(-[0-9]{1,4})?$")]
    """Id of the answer."""
    helpful: bool
    reason: Literal["beside", "unclear", "wrong", "other"] | None = None


class TapRequest(BaseModel):
    """The body of `POST /api/tap`: which number was tapped to call or text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Literal["clinic", "emergency", "crisis", "crisis_text", "other"]


@dataclass(frozen=True)
class ServerOptions:
    """What an installation may change of the server."""

    hosts: Sequence[str] = LOCAL_HOSTS
    """Names the server answers to; `*` for any."""
    questions_per_minute: int = 60
    """From one address; 0 for no limit."""


def create_app(
    bot: Bot, *, host: str = "127.0.0.1", options: ServerOptions | None = None, desk: "Desk | None" = None
) -> FastAPI:
    """Return the whole site around one bot; `host` is a name it answers to besides those of the options.

    Without a `desk` nothing is kept and there is no staff side.
    """
    recorder = desk.recorder if desk else None
    options = options or ServerOptions()
    metrics = Metrics()

    def asking(source: "Source") -> Callable[[Question], Answer]:
        return metrics.counted(recorder.asking(source) if recorder else bot.ask)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    _add_api(app, bot, asking("api"), metrics)
    _add_visitors_voice(app, metrics, recorder)
    _add_pages(app, bot)
    starters = LiveStarters(bot)
    add_chat(app, bot, asking("chat"), starters)
    if desk:
        # Before the visitors' page, which takes every other address.
        add_staff(app, desk)
    patient_page.mount(app, bot, asking("page"), starters)

    def explain(refusal: guard.Refusal) -> dict[str, Any]:
        metrics.refused(refusal.code)
        return explained(bot, refusal)

    checks = [guard.only_hosts([host, *options.hosts]), guard.only_open_routes]
    if options.questions_per_minute:
        checks.append(rate_limit(options.questions_per_minute, DailyHash()))
    # The last one added is the first one passed.
    if desk:
        app.add_middleware(only_members, records=desk.records)
    app.add_middleware(guard.limit_body, largest=LARGEST_BODY, explain=explain)
    app.add_middleware(guard.fail_closed, explain=explain)
    app.add_middleware(guard.gate, checks=checks, explain=explain)
    app.add_middleware(guard.safe_headers)
    return app


def serve(app: FastAPI, host: str, port: int, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted; `on_ready` is called with the address once the port is open."""
    make_server(app, host, port, on_ready).run()


def make_server(app: FastAPI, host: str, port: int, on_ready: Callable[[str], None] | None = None) -> uvicorn.Server:
    """Return the server without starting it; it writes no access log, since addresses are never kept."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return _AnnouncingServer(config, on_ready)


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def explained(bot: Bot, refusal: guard.Refusal) -> dict[str, Any]:
    """Return the JSON of a refusal: what is wrong, the next step, and whom to call in any case."""
    message = refusal.message or bot.replies["error", "en"].text
    lines = bot.clinic.help_lines
    calls = [("Emergency", lines["emergency"].call), ("Crisis", lines["crisis"].call), ("Clinic", bot.clinic.phone)]
    actions = [{"kind": "call", "label": f"{name} {number}", "href": tel(number)} for name, number in calls if number]
    error = {"code": refusal.code, "message": message, "next_step": refusal.next_step}
    return {"error": error, "actions": actions}


def _add_api(app: FastAPI, bot: Bot, ask: Callable[[Question], Answer], metrics: Metrics) -> None:
    @app.post("/api/ask")
    def api_ask(body: AskRequest) -> JSONResponse:
        answer = ask(Question(body.question, recent(body.history))).to_json()
        # What the records add to an id is for the pages: here the same question has the same one.
        return JSONResponse(answer | {"id": answer["id"][:16]})

    @app.get("/api/health")
    def api_health() -> JSONResponse:
        return JSONResponse(bot.health())

    @app.get("/metrics")
    def api_metrics(request: Request) -> Response:
        if not is_local(request.scope):
            return JSONResponse(explained(bot, guard.NOT_FOUND), 404)
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        refusal = _invalid(error, request.url.path)
        metrics.refused(refusal.code)
        return JSONResponse(explained(bot, refusal), refusal.status)


def _add_visitors_voice(app: FastAPI, metrics: Metrics, recorder: "Recorder | None") -> None:
    """Add what visitors tell without words: whether an answer helped, and that they tapped a number."""
    if recorder:
        recorder.on_drop = metrics.dropped

    @app.post("/api/feedback")
    def api_feedback(body: FeedbackRequest) -> JSONResponse:
        metrics.rated(body.helpful, body.reason)
        if recorder:
            recorder.rated(body.answer, body.helpful, body.reason)
        return JSONResponse({"counted": True})

    @app.post("/api/tap")
    def api_tap(body: TapRequest) -> JSONResponse:
        metrics.tapped(body.what)
        if recorder:
            recorder.tapped(body.what)
        return JSONResponse({"counted": True})


_SHAPES = {
    "/api/tap": '{"what": "clinic"}',
    "/api/ask": '{"question": "…", "history": ["…"]}',
    "/api/feedback": '{"answer": "<its id>", "helpful": true} or {"answer": …, "helpful": false, "reason": "beside"}',
}


def _invalid(error: RequestValidationError, path: str) -> guard.Refusal:
    """Explain a body that does not fit, without repeating any of it."""
    kinds = {problem["type"] for problem in error.errors()}
    shape = f"Send {_SHAPES[path]} as JSON and nothing else."
    if "string_too_long" in kinds:
        step = f"Use up to {MAX_CHARACTERS} characters a message."
        return guard.Refusal(413, "too_long", "That message is too long.", step)
    return guard.Refusal(422, "wrong_shape", "The request does not have the right shape.", shape)


def _add_pages(app: FastAPI, bot: Bot) -> None:
    clinic = bot.clinic
    _add_files(app, bot)

    def said(language: Language) -> str:
        return bot.switches().said_in(language)

    @app.get("/articles")
    def articles(lang: str = "") -> HTMLResponse:
        shown = [each for each in bot.articles.values() if each.id not in bot.switches().articles_off]
        return HTMLResponse(pages.articles_page(clinic, shown, _language(lang), said(_language(lang))))

    @app.get("/articles/{name}")
    def article(name: str, start: str = "", end: str = "", version: str = "") -> HTMLResponse:
        found = bot.articles.get(name)
        if found is None or name in bot.switches().articles_off:
            return HTMLResponse(pages.missing_page(clinic, "en", said("en")), 404)
        shown = pages.article_page(clinic, found, _span(start, end), version, said(_language(found.language)))
        return HTMLResponse(shown)

    @app.get("/chat-safety")
    def safety(lang: str = "") -> HTMLResponse:
        return HTMLResponse(pages.safety_page(clinic, _language(lang), said(_language(lang))))


def _add_files(app: FastAPI, bot: Bot) -> None:
    files = _files()

    @app.get("/ui/{name}")
    def static(request: Request, name: str) -> Response:
        if name == "theme.css":
            return compressed(request, theme_css(bot.clinic.theme), "text/css")
        if name not in files:
            return JSONResponse(explained(bot, guard.NOT_FOUND), 404)
        return compressed(request, files[name].read_text(encoding="utf-8"), _MEDIA_TYPES[files[name].suffix])

    @app.get("/favicon.ico")
    def icon() -> FileResponse:
        return FileResponse(files["icon.svg"])


_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _files() -> dict[str, Path]:
    """Return the style sheets, scripts and icons the pages use, by name; the widget has an address of its own."""
    found = [path for folder in (pages.STATIC, chat_page.FOLDER) for path in folder.iterdir()]
    return {path.name: path for path in found if path.suffix in _MEDIA_TYPES and path.name != "widget.js"}


def _language(name: str) -> Language:
    return "es" if name == "es" else "en"


def _span(start: str, end: str) -> tuple[int, int] | None:
    valid = start.isascii() and end.isascii() and start.isdigit() and end.isdigit() and len(start + end) < 20
    return (int(start), int(end)) if valid else None
