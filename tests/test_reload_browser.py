"""The page at `/` loaded anew, cleared, cut off from its server: what was said is neither lost nor doubled nor kept."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, ask, assert_help_in_reach, assert_nothing_kept, pages, shoot
from conftest import Corpus
from website import QUESTION, RecordingBot, opened_bot, running, wait_until

from chatbot import open_pages
from chatbot.api import ServerOptions, create_app
from chatbot.bot import Trace
from chatbot.conversation import Question

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser: /usr/bin/chromium is not installed")

SLOW = "slowly please: how much sleep do adults need?"


class SlowBot(RecordingBot):
    """The bot, which lets one question wait until it is told to go on."""

    go_on: Event

    def explain(self, question: Question) -> Trace:
        if question.text == SLOW:
            self.go_on.wait(20)
        return super().explain(question)


class Line:
    """The line between the browser and the server, which can be cut."""

    def __init__(self, server: str) -> None:
        self._server = int(server.rsplit(":", 1)[1])
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        Thread(target=self._accept, args=[self._listening], daemon=True).start()

    def cut(self) -> None:
        for end in [self._listening, *self._open]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._accept, args=[self._listening], daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", self._server))
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    Thread(target=self._carry, args=[one, other], daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while carried := one.recv(65536):
                other.sendall(carried)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[SlowBot]:
    with opened_bot(shared_corpus) as opened:
        opened.__class__ = SlowBot
        assert isinstance(opened, SlowBot)
        opened.go_on = Event()
        yield opened


@pytest.fixture(scope="module")
def server(bot: SlowBot) -> Iterator[str]:
    with running(create_app(bot, options=ServerOptions(questions_per_minute=0))) as found:
        yield found


@pytest.fixture
def line(server: str) -> Iterator[Line]:
    opened = Line(server)
    yield opened
    opened.cut()


@pytest.fixture
def open_page(browser: Any, line: Line) -> Iterator[Any]:
    def ready(page: Any, _path: str, _options: dict[str, Any]) -> None:
        page.wait_for_selector("#conversation[role=log]", state="attached")

    with pages(browser, lambda path: line.address + path, "/", ready) as opened:
        yield opened


def load_anew(page: Any) -> None:
    page.reload()
    page.wait_for_selector("#conversation[role=log]", state="attached")


def send(page: Any, text: str) -> None:
    page.get_by_label("Your question").fill(text)
    page.get_by_label("Your question").press("Enter")


def test_a_page_that_is_loaded_anew_goes_on_where_it_was_and_the_browser_keeps_nothing_of_it(
    open_page: Any, bot: SlowBot
) -> None:
    page = open_page(viewport=PHONE)
    ask(page, "i want to die")
    page.get_by_role("button", name="Not right now").click()
    page.locator(".message.guide").nth(1).wait_for()
    before = page.locator("#conversation").inner_text()
    load_anew(page)
    page.locator(".message.guide").nth(1).wait_for()
    assert page.locator("#conversation").inner_text() == before
    assert page.locator("#strip .bar-en").is_visible()
    assert page.locator("#suggestions").is_hidden()
    assert_help_in_reach(page, "loaded anew")
    assert re.fullmatch(r'{"clinicChat":"[0-9a-f]{32}"}', page.evaluate("JSON.stringify(history.state)"))
    assert_nothing_kept(page)
    answer = ask(page, QUESTION)
    assert bot.asked[-1].history == ("i want to die", "Not right now")
    assert page.locator(".message.guide").count() == 3
    answer.locator(".answer-text .marker").first.click()
    page.locator("#quote").wait_for()


def test_the_language_that_was_chosen_stays_when_the_page_is_loaded_anew(open_page: Any) -> None:
    page = open_page(locale="es-MX")
    page.get_by_role("button", name="English").click()
    page.get_by_label("Your question").wait_for()
    ask(page, QUESTION)
    load_anew(page)
    page.locator(".message.guide").wait_for()
    page.get_by_label("Your question").wait_for()
    wait_until(lambda: page.evaluate("document.documentElement.lang") == "en")
    assert page.locator("#bar .bar-en").first.is_visible()


def test_a_page_loaded_anew_before_its_answer_came_gets_it_once(open_page: Any, bot: SlowBot) -> None:
    page = open_page(viewport=PHONE)
    bot.go_on.clear()
    send(page, SLOW)
    page.locator(".message.looking").wait_for()
    load_anew(page)
    page.locator(".message.looking").wait_for()
    assert SLOW in page.locator(".message.visitor").inner_text()
    bot.go_on.set()
    page.locator(".message.guide").wait_for()
    page.wait_for_timeout(500)
    assert page.locator(".message.guide").count() == page.locator(".message.visitor").count() == 1
    assert page.locator(".message.looking").count() == 0
    assert [question.text for question in bot.asked].count(SLOW) == 1
    ask(page, QUESTION)
    assert bot.asked[-1].history == (SLOW,)
    bot.asked.clear()


def test_a_question_sent_in_the_moment_of_the_reload_is_still_answered(open_page: Any, bot: SlowBot) -> None:
    bot.go_on.set()
    for moment in (0, 40, 120):
        page = open_page()
        send(page, SLOW)
        page.wait_for_timeout(moment)
        load_anew(page)
        page.wait_for_timeout(1500)
        assert page.locator(".message.guide").count() == page.locator(".message.visitor").count(), moment
        # If it never reached the server, the page had not yet shown it as said.
        if page.locator(".message.guide").count() == 0:
            assert moment == 0
    bot.asked.clear()
    # What a page that is being left says of the requests it breaks off.
    open_page.complaints.clear()


def test_another_page_a_closed_one_and_one_come_back_to_find_nothing(
    open_page: Any, browser: Any, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_pages, "RELOAD_SECONDS", 1)
    page = open_page()
    ask(page, QUESTION)
    other = page.context.new_page()
    other.goto(line.address)
    other.wait_for_selector("#conversation[role=log]", state="attached")
    other.wait_for_timeout(700)
    assert other.locator(".message").count() == 0
    key = page.evaluate("history.state.clinicChat")
    page.goto(line.address + "/articles")
    page.go_back()
    page.wait_for_selector("#conversation[role=log]", state="attached")
    page.wait_for_timeout(700)
    assert page.locator(".message").count() == 0
    # Even whoever had the key finds nothing once the page is gone for a while.
    page.wait_for_timeout(3000)
    page.evaluate(f"history.replaceState({{clinicChat: '{key}'}}, '')")
    load_anew(page)
    assert page.evaluate("history.state.clinicChat") == key
    page.wait_for_timeout(700)
    assert page.locator(".message").count() == 0


def test_a_chat_that_is_cleared_while_an_answer_is_under_way_stays_cleared(open_page: Any, bot: SlowBot) -> None:
    page = open_page()
    bot.go_on.clear()
    send(page, SLOW)
    page.locator(".message.looking").wait_for()
    page.get_by_role("button", name="Clear chat").click()
    page.locator(".message").first.wait_for(state="detached")
    assert page.locator("#announcer").text_content() == "The conversation was cleared."
    bot.go_on.set()
    wait_until(lambda: bool(bot.asked) and bot.asked[-1].text == SLOW)
    page.wait_for_timeout(1000)
    assert page.locator(".message").count() == 0
    ask(page, QUESTION)
    assert bot.asked[-1].history == ()
    load_anew(page)
    page.locator(".message.guide").wait_for()
    assert page.locator(".message.visitor").count() == 1


def test_a_chat_that_could_not_be_cleared_says_so_and_does_not_look_done(open_page: Any, line: Line) -> None:
    page = open_page(viewport=PHONE)
    ask(page, QUESTION)
    line.cut()
    page.get_by_role("button", name="Clear chat").click()
    notice = page.locator("#failure")
    notice.get_by_text("not cleared yet").wait_for(timeout=2000)
    assert page.locator(".message.guide").count() == 1
    shoot(page, "phone-not-cleared")
    assert_help_in_reach(page, "not cleared")
    page.get_by_role("button", name="Español").click()
    notice.get_by_text("That did not work").wait_for(timeout=2000)
    line.mend()
    page.get_by_role("button", name="Clear chat").click()
    page.locator(".message").first.wait_for(state="detached")
    assert notice.inner_text() == ""
    assert page.locator("#announcer").text_content() == "The conversation was cleared."
    open_page.complaints.clear()


def test_an_answer_cut_off_on_its_way_gives_the_question_back_without_a_reload(
    open_page: Any, line: Line, bot: SlowBot
) -> None:
    page = open_page(viewport=PHONE)
    ask(page, "i want to die")
    page.evaluate("window.neverReloaded = true")
    bot.go_on.clear()
    send(page, SLOW)
    page.locator(".message.looking").wait_for()
    line.cut()
    page.locator('#failure a[href="tel:988"]').wait_for(timeout=3000)
    assert page.locator("#failure").get_attribute("role") == "alert"
    assert page.get_by_label("Your question").input_value() == SLOW
    assert page.locator(".message.looking").is_hidden()
    assert_help_in_reach(page, "cut off")
    shoot(page, "phone-cut-off")
    bot.go_on.set()
    line.mend()
    # Gradio would look every two seconds whether the server is back, and load the page anew.
    page.wait_for_timeout(3000)
    assert page.evaluate("window.neverReloaded")
    page.get_by_label("Your question").press("Enter")
    page.locator(".message.guide .sources").first.wait_for()
    assert page.locator("#failure").inner_text() == ""
    assert page.get_by_label("Your question").input_value() == ""
    assert page.locator("#strip .bar-en").is_visible()
    open_page.complaints.clear()


@pytest.mark.parametrize("size", [PHONE, {"width": 320, "height": 640}, {"width": 320, "height": 256}])
def test_after_a_restart_the_page_says_so_where_it_covers_nothing(
    open_page: Any, browser: Any, line: Line, bot: SlowBot, size: Any
) -> None:
    page = open_page(viewport=size)
    ask(page, QUESTION)
    with running(create_app(bot, options=ServerOptions(questions_per_minute=0))) as anew:
        line.cut()
        line._server = int(anew.rsplit(":", 1)[1])
        line.mend()
        send(page, "i want to die")
        page.locator(".message.guide.crisis_self").wait_for()
        page.wait_for_timeout(300)
        restarted = page.locator(".message.restarted")
        assert "The chat was restarted" in restarted.inner_text()
        assert "The chat was restarted" in page.locator("#announcer").text_content()
        assert page.locator("#failure").inner_text() == ""
        shoot(page, f"restarted-{size['width']}x{size['height']}")
        notice, asked = restarted.bounding_box(), page.locator(".message.visitor").last.bounding_box()
        assert notice["y"] + notice["height"] <= asked["y"]
        asking = page.locator(".message.visitor").last
        asking.scroll_into_view_if_needed()
        covered = asking.evaluate(
            """asked => { const box = asked.getBoundingClientRect();
            return asked.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"""
        )
        assert covered, "the question is under something"
        assert_help_in_reach(page, "restarted")
        page.context.close()
    open_page.complaints.clear()
