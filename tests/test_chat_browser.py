"""The embeddable chat in a real browser, alone and inside another site."""

import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from browsing import (
    CHROMIUM,
    PHONE,
    ask,
    assert_help_in_reach,
    assert_nothing_kept,
    assert_sound,
    pages,
    reachable,
    shoot,
)
from conftest import Corpus
from test_rendering import PAYLOADS
from website import QUESTION, RecordingBot, close_office, opened_bot, running, wait_until

from chatbot.api import ServerOptions, create_app
from corpus.article import load_article
from corpus.clinic import Site

DATA = Path(__file__).parents[2] / "shared" / "data"

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser: /usr/bin/chromium is not installed")


@contextmanager
def host_site(body: Callable[[], tuple[str, str]]) -> Iterator[str]:
    """Serve one page of another site: `body` gives its HTML and its content security policy."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, policy = body()
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        # Another name for the same machine is another origin.
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def sites(shared_corpus: Corpus) -> Iterator[dict[str, str]]:
    """The chat, a clinic's site that may embed it, and a stranger's that may not."""
    found: dict[str, str] = {}

    def page() -> tuple[str, str]:
        html = (
            '<!doctype html><html lang="en"><head><title>Clinic</title></head><body><main><h1>Our clinic</h1>'
            f"<p>Welcome.</p></main><script src='{found['chat']}/widget.js' async></script></body></html>"
        )
        policy = f"default-src 'none'; script-src {found['chat']}; frame-src {found['chat']}"
        return html, f"{policy}; base-uri 'none'; require-trusted-types-for 'script'"

    with opened_bot(shared_corpus) as bot, host_site(page) as clinic, host_site(page) as stranger:
        bot.clinic = bot.clinic.model_copy(update={"site": Site(frame_ancestors=(clinic,))})
        close_office(bot)
        with running(create_app(bot, options=ServerOptions(questions_per_minute=0))) as chat:
            found |= {"chat": chat, "clinic": clinic, "stranger": stranger}
            _bots.append(bot)
            yield found
            _bots.clear()


_bots: list[RecordingBot] = []


@pytest.fixture
def bot(sites: dict[str, str]) -> RecordingBot:
    return _bots[0]


@pytest.fixture
def open_page(browser: Any, sites: dict[str, str]) -> Iterator[Any]:
    def address(path: str) -> str:
        return sites["chat"] + path if path.startswith("/") else path

    with pages(browser, address, "/chat") as opened:
        yield opened


def focused(page: Any, what: str = "tagName") -> Any:
    return page.evaluate(f"document.activeElement.{what}")


def test_a_question_is_asked_a_source_read_and_the_chat_cleared_by_keyboard_alone(open_page: Any) -> None:
    page = open_page()
    shoot(page, "embed-start")
    tab_to(page, "#question")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answer = page.locator(".message.guide")
    answer.wait_for()
    assert QUESTION in page.locator(".message.visitor").inner_text()
    assert "not yet reviewed by a clinician" in answer.inner_text()
    assert focused(page) == "TEXTAREA"
    assert page.get_by_label("Your question").input_value() == ""
    shoot(page, "embed-answer")
    tab_to(page, ".answer-text .marker", back=True)
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Sleep")
    panel.locator("#quote").wait_for()
    shoot(page, "embed-source")
    page.keyboard.press("Escape")
    assert panel.count() == 0
    assert focused(page, "className") == "marker"
    tab_to(page, "[name=clear]")
    page.keyboard.press("Enter")
    assert page.locator(".message").count() == 0
    assert focused(page) == "TEXTAREA"
    assert page.locator("#announcer").text_content() == "The conversation was cleared."


def tab_to(page: Any, target: str, *, back: bool = False) -> None:
    for _ in range(40):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(f"document.activeElement.matches({json.dumps(target)})"):
            return
    raise AssertionError(f"the keyboard does not reach {target}")


def test_an_answer_is_announced_once_and_a_crisis_reply_at_once(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    log, announcer = page.locator("#log"), page.locator("#announcer")
    page.evaluate(
        """() => { window.announced = []; const place = document.getElementById('announcer');
        new MutationObserver(() => announced.push(place.textContent)).observe(place, {childList: true}); }"""
    )
    answer = ask(page, QUESTION)
    assert log.get_attribute("aria-live") == "off"
    text = answer.locator(".answer-text").text_content()
    assert page.evaluate("announced").count(text) == 1
    crisis = ask(page, "i want to die")
    assert crisis.get_attribute("role") == "alert"
    assert announcer.text_content() == ""
    assert focused(page) == "TEXTAREA"
    assert page.locator("[role=alert] .answer-text").count() == 1
    first = crisis.locator("a").first
    assert first.get_attribute("href") == "tel:988"
    assert first.is_visible()
    assert first.bounding_box()["height"] >= 44
    page.keyboard.press("Tab")
    assert focused(page, "getAttribute('href')") == "tel:988"
    shoot(page, "embed-phone-crisis")


def test_after_danger_a_help_line_stays_in_sight_until_the_chat_is_cleared(open_page: Any, bot: RecordingBot) -> None:
    page = open_page(viewport=PHONE)
    strip = page.locator("#strip .bar-en")
    assert strip.is_hidden()
    ask(page, "i want to die")
    group = page.get_by_role("group", name="Are you in danger right now?")
    group.get_by_role("button", name="Not right now").click()
    page.locator(".message.guide").nth(1).wait_for()
    assert bot.asked[-1].history == ("i want to die",)
    assert page.locator("#messages .choices").count() <= 1
    ask(page, QUESTION)
    for place in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        assert strip.is_visible()
        assert strip.bounding_box()["y"] < 200
    assert page.get_by_label("Your question").is_enabled()
    page.get_by_role("button", name="Clear chat").click()
    assert strip.is_hidden()
    ask(page, QUESTION)
    assert bot.asked[-1].history == ()


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}, {"width": 320, "height": 256}])
def test_the_numbers_are_one_tap_away_wherever_the_page_is_scrolled_and_whatever_is_open(
    open_page: Any, size: Any
) -> None:
    page = open_page(viewport=size)
    answer = ask(page, QUESTION)
    answer.locator(".answer-text .marker").first.click()
    page.locator("#quote").wait_for()
    for place in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        assert_help_in_reach(page, place)
    page.keyboard.press("Escape")
    assert_help_in_reach(page, "closed")


def test_nothing_leaves_the_site_and_the_browser_keeps_nothing(open_page: Any, sites: dict[str, str]) -> None:
    page = open_page()
    answer = ask(page, "a secret-word, and how much sleep do adults need?")
    answer.locator(".answer-text .marker").first.click()
    page.locator("#quote").wait_for()
    page.locator("#source-close").click()
    answer.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_role("button", name="Español").click()
    page.get_by_label("Tu pregunta").wait_for()
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.locator(".message.guide").count() == 1
    assert [url for url in open_page.requested if not url.startswith(sites["chat"])] == []
    assert not any("secret" in url for url in open_page.requested)
    assert_nothing_kept(page)


def test_the_chat_works_without_script(open_page: Any, bot: RecordingBot) -> None:
    page = open_page(java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Your question").fill("i want to die")
    page.get_by_role("button", name="Send").click()
    assert page.locator("#latest .answer-text a[href='tel:988']").first.is_visible()
    assert page.locator("#strip .bar-en").is_visible()
    page.get_by_role("button", name="Not right now").click()
    assert bot.asked[-1].history == ("i want to die",)
    page.get_by_role("button", name="Español").click()
    page.get_by_label("Tu pregunta").wait_for()
    page.get_by_label("Tu pregunta").fill(QUESTION)
    page.get_by_role("button", name="Enviar").click()
    assert bot.asked[-1].history == ("i want to die", "Not right now")
    shoot(page, "embed-phone-no-script")
    assert page.locator(".tools").first.is_hidden()
    page.get_by_role("button", name="Borrar el chat").click()
    assert page.locator("#messages li").count() == 0


def test_what_is_typed_and_what_stands_in_articles_never_runs(
    open_page: Any, bot: RecordingBot, sites: dict[str, str], tmp_path: Path
) -> None:
    page = open_page()
    for payload in [*PAYLOADS[:12], QUESTION]:
        ask(page, payload)
    assert page.locator("#messages").locator("img, script, iframe, form, svg, style").count() == 0
    path = tmp_path / "payloads.md"
    body = "\n\n".join(payload.replace("\x00", "") for payload in PAYLOADS)
    head = "---\nid: payloads\ntitle: Payloads <img src=x onerror=alert(1)>\n---\n\n"
    path.write_text(f"{head}{body}\n", encoding="utf-8")
    bot.articles["payloads"] = load_article(path)  # type: ignore[index]
    try:
        page.evaluate("""() => { const link = document.querySelector('.sources a[href^="/articles/"]');
            link.href = '/articles/payloads'; link.click(); }""")
        page.locator("#source-body article").wait_for()
        assert page.locator("#source").locator("img, script, iframe, form, svg, style").count() == 0
        article = open_page("/articles/payloads")
        assert article.locator("main").locator("img, script, iframe, form, svg, style").count() == 0
    finally:
        del bot.articles["payloads"]  # type: ignore[attr-defined]
    assert [url for url in open_page.requested if not url.startswith(sites["chat"])] == []


@pytest.mark.parametrize("name", ["xss/payloads.jsonl", "blns/blns.jsonl"])
def test_public_lists_of_dangerous_strings_are_shown_as_text(
    open_page: Any, name: str, sites: dict[str, str]
) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not beside this checkout")
    rows = [json.loads(line)["text"] for line in (DATA / name).read_text(encoding="utf-8").strip().split("\n")]
    page = open_page()
    page.on("dialog", lambda dialog: open_page.complaints.append(dialog.message))
    for row in [row for row in rows if row.strip()][:: len(rows) // 20]:
        ask(page, row)
        page.get_by_role("button", name="Clear chat").click()
    assert page.evaluate("window.pwned") is None
    assert [url for url in open_page.requested if not url.startswith(sites["chat"])] == []


@pytest.mark.parametrize("status", [None, 429, 503])
def test_when_no_answer_comes_help_is_shown_and_the_draft_is_kept(open_page: Any, status: int | None) -> None:
    page = open_page(viewport=PHONE)
    refusal = json.dumps({"error": {"code": "x", "message": "You have sent many messages.", "next_step": "Wait."}})
    page.route("**/chat", lambda route: route.fulfill(status=status, body=refusal) if status else route.abort())
    page.get_by_label("Your question").fill("still there?")
    page.get_by_label("Your question").press("Enter")
    notice = page.locator("#failure")
    notice.locator('a[href="tel:988"]').wait_for()
    assert notice.get_attribute("role") == "alert"
    assert ("You have sent many messages. Wait." in notice.inner_text()) is (status == 429)
    assert page.get_by_label("Your question").input_value() == "still there?"
    assert page.locator(".message").count() == 0
    assert reachable(page, "#bar .bar-en a.call-crisis")
    shoot(page, f"embed-phone-failure-{status}")
    page.unroute("**/chat")
    ask(page, QUESTION)
    assert notice.inner_text() == ""
    open_page.complaints.clear()


def test_a_server_that_died_and_came_back_has_lost_neither_drafts_nor_the_chats_thread(
    browser: Any, shared_corpus: Corpus
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = served(shared_corpus, port)
    context = browser.new_context()
    chat, full = context.new_page(), context.new_page()
    try:
        for page, path in ((chat, "/chat"), (full, "/")):
            page.goto(f"http://127.0.0.1:{port}{path}")
            page.get_by_label("Your question").wait_for()
            ask(page, "i want to die")
            page.evaluate("window.neverReloaded = true")
        server.send_signal(signal.SIGKILL)
        server.wait()
        for page in (chat, full):
            page.get_by_label("Your question").fill(QUESTION)
            page.get_by_label("Your question").press("Enter")
        for page in (chat, full):
            page.locator('#failure a[href="tel:988"]').wait_for()
            assert page.get_by_label("Your question").input_value() == QUESTION
        server = served(shared_corpus, port)
        # Gradio looks every two seconds whether the server is back.
        full.wait_for_timeout(2500)
        for page in (chat, full):
            assert page.evaluate("window.neverReloaded")
            assert page.get_by_label("Your question").input_value() == QUESTION
            page.get_by_label("Your question").press("Enter")
            page.locator(".message.guide .sources").wait_for()
            assert page.get_by_label("Your question").input_value() == ""
            assert page.locator("#strip .bar-en").is_visible()
        # It still knows that danger was spoken of: the page told it.
        assert "Help is here any time" in chat.locator(".message.guide").nth(1).inner_text()
        # The full page's conversation was in the server's memory, and it says so.
        assert "The chat was restarted" in full.locator(".message.restarted").inner_text()
    finally:
        context.close()
        server.kill()
        server.wait()


def served(corpus: Corpus, port: int) -> subprocess.Popen[str]:
    """Start the real command and wait until it says that it is ready."""
    settings = {"ARTICLES": corpus.articles, "INDEX": corpus.index, "GLOSSARY": corpus.articles / "none.toml"}
    environment = os.environ | {f"CHATBOT_{name}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "chatbot.cli", "serve", "--port", str(port)]
    started = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=corpus.index.parent
    )
    assert started.stdout and "Ready" in started.stdout.readline()
    started.stdout.close()
    return started


def test_on_another_site_the_widget_opens_answers_closes_and_gives_the_focus_back(
    open_page: Any, sites: dict[str, str]
) -> None:
    page = open_page(sites["clinic"])
    launcher = page.get_by_role("button", name="Ask a question. Open chat (automated guide)")
    launcher.wait_for()
    # Nothing of the chat is loaded before somebody asks for it.
    assert [url for url in open_page.requested if "widget.js" not in url and url.startswith(sites["chat"])] == []
    assert page.frames[1:] == []
    assert launcher.get_attribute("aria-expanded") == "false"
    tab_to_launcher(page)
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    frame.locator("#heading").wait_for()
    # Asked again and again from here: what waits in the page is evaluated there, which its policy forbids.
    focused = "document.activeElement.shadowRoot?.activeElement?.tagName"
    wait_until(lambda: page.evaluate(focused) == "IFRAME")
    frame.locator("#heading:focus").wait_for()
    frame.locator("#question").press("Home")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    frame.locator(".message.guide .sources").wait_for()
    shoot(page, "widget-answer")
    page.keyboard.press("Escape")
    launcher.wait_for()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"
    assert page.get_by_role("region", name="Automated guide").count() == 0
    page.keyboard.press("Enter")
    assert frame.locator(".message.guide").count() == 1
    page.get_by_role("button", name="Close chat").click()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"
    assert_nothing_kept(page)
    assert all(url.startswith((sites["chat"], sites["clinic"])) for url in open_page.requested)


def tab_to_launcher(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "launcher"


def test_the_widget_and_the_chat_listen_to_each_other_only(open_page: Any, sites: dict[str, str]) -> None:
    page = open_page(sites["clinic"])
    page.get_by_role("button", name="Ask a question").click()
    region = page.get_by_role("region", name="Automated guide")
    page.frame_locator("iframe").locator("#heading:focus").wait_for()
    page.evaluate("postMessage({clinicChat: 'close'}, '*')")
    page.evaluate("dispatchEvent(new MessageEvent('message', {data: {clinicChat: 'close'}, origin: 'https://evil.example'}))")
    page.wait_for_timeout(200)
    assert region.is_visible()
    inside = page.frames[1]
    inside.locator("#question").focus()
    inside.evaluate("postMessage({clinicChat: 'opened'}, '*')")
    page.wait_for_timeout(200)
    assert inside.evaluate("document.activeElement.id") == "question"
    alone = open_page("/chat")
    alone.locator("#question").focus()
    alone.evaluate("postMessage({clinicChat: 'opened'}, '*')")
    alone.wait_for_timeout(200)
    assert focused(alone, "id") == "question"


def test_a_site_that_clinic_toml_does_not_name_cannot_show_the_chat(open_page: Any, sites: dict[str, str]) -> None:
    page = open_page(sites["stranger"])
    page.get_by_role("button", name="Ask a question").click()
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator("#question").count() == 0
    assert any("frame-ancestors" in text for text in open_page.complaints)
    open_page.complaints.clear()


def test_quick_exit_leaves_the_page_round_the_chat_too(open_page: Any, sites: dict[str, str]) -> None:
    page = open_page(sites["clinic"])
    page.route("https://www.weather.gov/", lambda route: route.fulfill(body="<title>Weather</title>"))
    page.get_by_role("button", name="Ask a question").click()
    page.frame_locator("iframe").locator("#leave").click()
    page.wait_for_url("https://www.weather.gov/")
    page.go_back()
    assert sites["clinic"] not in page.url


def test_the_conversation_prints_without_the_controls(open_page: Any) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.evaluate("window.print = () => window.printed = true")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("printed") is True
    page.emulate_media(media="print")
    assert page.locator(".message.guide .answer-text").is_visible()
    for control in ("#ask", ".message .tools", "#leave"):
        assert page.locator(control).first.is_hidden()


def test_an_answer_is_copied_with_its_sources(open_page: Any, sites: dict[str, str]) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=sites["chat"])
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="Copy").click()
    answer.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "seven to nine hours" in copied
    assert re.search(r"/articles/sleep\?start=\d+", copied)
    assert "not medical advice" in copied


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"viewport": {"width": 1200, "height": 850}}, "desktop"),
        ({"viewport": PHONE, "color_scheme": "dark"}, "phone-dark"),
        ({"viewport": {"width": 320, "height": 640}}, "narrow"),
        # A window of 1280 x 1024 at 400 %.
        ({"viewport": {"width": 320, "height": 256}, "forced_colors": "active"}, "zoomed-forced-colours"),
    ],
)
def test_axe_finds_nothing_wrong_and_help_is_one_tap_away_in_any_state(open_page: Any, options: Any, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = open_page(**options, bypass_csp=True)

    def sound(state: str) -> None:
        assert_sound(axe, page, f"{name}, {state}")
        assert_help_in_reach(page, f"{name}, {state}")

    sound("opening")
    shoot(page, f"embed-{name}-opening")
    page.locator("#suggestions summary").click()
    sound("topics")
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="No", exact=True).click()
    sound("answer, rated")
    answer.locator(".answer-text .marker").first.click()
    page.locator("#quote").wait_for()
    sound("source")
    shoot(page, f"embed-{name}-source")
    page.keyboard.press("Escape")
    ask(page, "i want to die")
    sound("crisis")
    shoot(page, f"embed-{name}-crisis")
    page.get_by_role("button", name="Español").click()
    booking = ask(page, "¿Puedo hacer una cita?", "Tu pregunta")
    assert "La oficina está cerrada ahora" in booking.inner_text()
    sound("Spanish, booking")
    shoot(page, f"embed-{name}-spanish")
    page.route("**/chat", lambda route: route.abort())
    page.get_by_label("Tu pregunta").fill("hola")
    page.get_by_label("Tu pregunta").press("Enter")
    page.locator("#failure a").first.wait_for()
    sound("failure")
    open_page.complaints.clear()


def test_axe_finds_nothing_wrong_with_the_widget(open_page: Any, sites: dict[str, str]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for path in ("/chat-demo", sites["clinic"]):
        page = open_page(path, viewport=PHONE, bypass_csp=True)
        page.get_by_role("button", name="Ask a question").wait_for()
        assert_sound(axe, page, f"{path}, closed")
        page.get_by_role("button", name="Ask a question").click()
        page.frame_locator("iframe").locator("#heading:focus").wait_for()
        assert_sound(axe, page, f"{path}, open")
        shoot(page, "widget-phone")
