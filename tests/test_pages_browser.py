import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from browsing import CHROMIUM, PHONE, ask, assert_help_in_reach, assert_nothing_kept, assert_sound, pages, shoot
from conftest import Corpus
from starlette.routing import Mount
from website import QUESTION, RecordingBot, close_office, opened_bot, running

from chatbot import patient_page
from chatbot.api import ServerOptions, create_app

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser: /usr/bin/chromium is not installed")


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        close_office(opened)
        yield opened


@pytest.fixture(scope="module")
def app(bot: RecordingBot) -> Any:
    return create_app(bot, options=ServerOptions(questions_per_minute=0))


@pytest.fixture(scope="module")
def address(app: Any) -> Iterator[str]:
    with running(app) as found:
        yield found


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    def ready(page: Any, path: str, options: dict[str, Any]) -> None:
        if path.split("?")[0] == "/" and options.get("java_script_enabled", True):
            page.wait_for_selector("#conversation[role=log]", state="attached")

    with pages(browser, lambda path: address + path, "/", ready) as opened:
        yield opened


def test_a_question_is_asked_and_answered_by_keyboard_alone(open_page: Any) -> None:
    page = open_page()
    shoot(page, "desktop-start")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answer = page.locator(".message.guide")
    answer.wait_for()
    assert QUESTION in page.locator(".message.visitor").inner_text()
    assert "not yet reviewed by a clinician" in answer.inner_text()
    box = page.get_by_label("Your question")
    assert box.input_value() == ""
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    shoot(page, "desktop-answer")


def test_an_answer_is_announced_once_and_a_crisis_reply_at_once(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    log, announcer = page.locator("#conversation"), page.locator("#announcer")
    answer = ask(page, QUESTION)
    assert log.get_attribute("aria-live") == "off"
    assert announcer.get_attribute("role") == "status"
    assert announcer.text_content() == answer.locator(".answer-text").text_content()
    crisis = ask(page, "i want to die")
    assert crisis.get_attribute("role") == "alert"
    assert announcer.text_content() == ""
    first = crisis.locator("a").first
    assert first.get_attribute("href") == "tel:988"
    assert first.is_visible()
    assert page.locator(".message.guide").first.get_attribute("role") is None
    shoot(page, "phone-crisis")


def test_the_numbers_stay_on_screen_when_a_phone_scrolls(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    shoot(page, "phone-start")
    for _ in range(3):
        ask(page, QUESTION)
    for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        for link in ("tel:911", "tel:988", "sms:988", "tel:+16178638810"):
            shown = page.locator(f'#bar .bar-en a[href="{link}"]').first.bounding_box()
            assert shown["y"] >= 0
            assert shown["y"] + shown["height"] <= 140
            assert shown["height"] >= 44
    assert "not a person" in page.locator("#bar").inner_text()
    shoot(page, "phone-answers")


def test_a_source_opens_beside_the_chat_with_the_sentence_in_sight(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    answer = ask(page, QUESTION)
    marker = answer.locator(".answer-text .marker").first
    marker.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    quote = panel.locator("#quote")
    quote.wait_for()
    box, frame = quote.bounding_box(), panel.bounding_box()
    assert frame["y"] <= box["y"] < PHONE["height"]
    quoted = panel.locator("mark").all_inner_texts()
    assert " ".join("".join(quoted).split()) in " ".join(answer.locator(".answer-text").inner_text().split())
    shoot(page, "phone-source")
    page.keyboard.press("Escape")
    assert panel.count() == 0
    assert page.evaluate("document.activeElement.className") == "marker"


def test_an_answer_is_rated_and_a_follow_up_of_its_article_is_offered(open_page: Any, bot: RecordingBot) -> None:
    page = open_page()
    answer = ask(page, QUESTION)
    with page.expect_request("**/api/feedback") as sent:
        answer.get_by_role("button", name="No", exact=True).click()
    assert sent.value.post_data_json["helpful"] is False
    with page.expect_request("**/api/feedback") as sent:
        answer.get_by_role("button", name="It is hard to understand").click()
    assert sent.value.post_data_json["reason"] == "unclear"
    group = page.get_by_role("group", name="You could also ask")
    group.get_by_role("button", name="What helps with falling asleep?").click()
    page.locator(".message.guide").nth(1).wait_for()
    assert bot.asked[-1].history == (QUESTION,)


def test_the_next_stop_of_tab_after_a_crisis_reply_is_its_first_number(open_page: Any) -> None:
    page = open_page()
    ask(page, "i want to die")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "tel:988"


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}])
def test_every_stop_of_the_keyboard_shows_where_it_is(open_page: Any, size: Any) -> None:
    page = open_page(viewport=size)
    ask(page, QUESTION)
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        stops.append(
            page.evaluate(
                """() => { const stop = document.activeElement, ring = getComputedStyle(stop);
                return [stop.outerHTML.slice(0, 60), ring.outlineStyle, parseFloat(ring.outlineWidth)]; }"""
            )
        )
    assert len(stops) > 10
    assert [stop for stop in stops if stop[1] != "solid" or stop[2] < 2] == []


def test_everything_has_a_name_and_is_spoken_in_its_own_language(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    assert page.get_by_role("log", name="Conversation").count() == 1
    assert page.locator("#language").get_attribute("lang") == "es"
    assert "interactive-widget=resizes-content" in page.locator("meta[name=viewport]").get_attribute("content")
    ask(page, QUESTION)
    assert page.get_by_role("button", name="Print").is_visible()
    page.get_by_role("button", name="Español").click()
    page.get_by_label("Tu pregunta").wait_for()
    assert page.get_by_role("log", name="Conversación").count() == 1
    assert page.locator("#language").get_attribute("lang") == "en"
    # The questions offered are the English article's, whatever the page's own language.
    assert page.locator("#choices").get_attribute("lang") == "en"
    ask(page, "Quiero morir", "Tu pregunta")
    page.locator("#choices[lang=es]").wait_for()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], textarea, dialog[open]')]
        .filter(part => part.offsetParent && !part.innerText.trim() && !part.ariaLabel && !part.labels?.length)
        .map(part => part.outerHTML.slice(0, 80))"""
    )
    assert unnamed == []


def test_on_a_low_screen_the_reply_to_danger_is_in_sight(open_page: Any) -> None:
    page = open_page(viewport={"width": 320, "height": 256})
    ask(page, QUESTION)
    reply = ask(page, "i want to die")
    page.wait_for_timeout(300)
    bar = page.locator("#bar").bounding_box()
    shown = reply.bounding_box()
    assert bar["height"] <= 140
    assert bar["y"] + bar["height"] <= shown["y"] <= 180


def test_nothing_leaves_the_site_and_the_browser_keeps_nothing(open_page: Any, address: str) -> None:
    page = open_page()
    ask(page, "my secret-word: how much sleep do adults need?")
    page.locator("#language").click()
    page.get_by_label("Tu pregunta").wait_for()
    # Recorded from the first request on; reloading to record would cut off the page's own streams.
    elsewhere = [url for url in open_page.requested if not url.startswith(address)]
    assert len(open_page.requested) > 10
    assert elsewhere == []
    assert_nothing_kept(page)


def test_what_a_visitor_types_is_shown_as_text(open_page: Any) -> None:
    page = open_page()
    typed = "<img src=x onerror=window.pwned=1>\n\n</div><script>window.pwned=1</script> **a** [x](javascript:1) $$x$$"
    ask(page, typed)
    shown = page.locator(".message.visitor").inner_text()
    assert "<img src=x onerror=window.pwned=1>" in shown
    assert "**a** [x](javascript:1) $$x$$" in shown
    assert page.evaluate("window.pwned") is None
    assert page.locator("#conversation img, #conversation script").count() == 0


def test_the_page_and_its_fixed_texts_switch_to_spanish_and_keep_the_conversation(open_page: Any) -> None:
    page = open_page(viewport=PHONE)
    ask(page, QUESTION)
    page.get_by_role("button", name="Español").click()
    page.get_by_label("Tu pregunta").wait_for()
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.get_by_role("button", name="Enviar").is_visible()
    assert "no es una persona" in page.locator("#bar").inner_text()
    assert "not a person" not in page.locator("#bar").inner_text()
    assert "Hola" in page.locator("#opening").inner_text()
    assert page.locator(".message.guide").count() == 1
    answer = ask(page, "Quiero morir", "Tu pregunta")
    assert answer.locator(".answer").get_attribute("lang") == "es"
    shoot(page, "phone-spanish")
    page.get_by_role("button", name="English").click()
    page.get_by_label("Your question").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize(("path", "locale"), [("/", "es-MX"), ("/?lang=es", "en-US")])
def test_the_page_starts_in_spanish_for_a_spanish_browser_or_address(open_page: Any, path: str, locale: str) -> None:
    page = open_page(path, locale=locale)
    page.get_by_label("Tu pregunta").wait_for()
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.get_by_role("button", name="English").is_visible()
    assert page.locator("#bar .bar-en").first.is_hidden()


def test_choices_of_a_reply_are_sent_as_the_next_message(open_page: Any, bot: RecordingBot) -> None:
    page = open_page(viewport=PHONE)
    ask(page, "i want to die")
    group = page.get_by_role("group", name="Are you in danger right now?")
    assert group.get_by_role("button").all_inner_texts() == ["Yes", "Not right now", "It's about someone else"]
    group.get_by_role("button", name="Not right now").click()
    page.locator(".message.guide").nth(1).wait_for()
    assert "Not right now" in page.locator(".message.visitor").nth(1).inner_text()
    assert bot.asked[-1].history[-1] == "i want to die"


def test_suggestions_are_answered_and_give_way_to_the_conversation_until_it_is_cleared(
    open_page: Any, bot: RecordingBot
) -> None:
    page = open_page()
    offered = page.locator("#suggestions button:not([data-say])")
    texts = offered.all_inner_texts()
    assert len(texts) >= 2
    offered.first.click()
    page.locator(".message.guide .sources").wait_for()
    assert texts[0] in page.locator(".message.visitor").inner_text()
    assert offered.count() == 0
    page.get_by_role("button", name="Clear chat").click()
    offered.first.wait_for()
    assert page.locator(".message").count() == 0
    page.locator("#topics summary").click()
    page.get_by_role("button", name="Why is walking good for the heart?").last.click()
    page.locator(".message.guide .sources").wait_for()
    assert "good for the heart" in page.locator(".message.visitor").inner_text()
    # The button is gone; Tab goes on from the conversation, not from the top of the page.
    page.locator("#conversation:focus").wait_for()
    page.get_by_role("button", name="Clear chat").click()
    offered.first.wait_for()
    ask(page, QUESTION)
    assert bot.asked[-1].history == ()


def test_a_message_too_long_to_read_stays_in_the_box(open_page: Any) -> None:
    page = open_page()
    answer = ask(page, "x" * 20_001)
    assert "too long" in answer.inner_text()
    assert len(page.get_by_label("Your question").input_value()) == 20_001
    assert page.locator(".message.visitor").count() == 0


def test_booking_shows_the_clinics_number_as_a_large_link(open_page: Any) -> None:
    answer = ask(open_page(viewport=PHONE), "Can I make an appointment?")
    call = answer.locator('a.action[href="tel:+16178638810"]')
    assert call.bounding_box()["height"] >= 44


def send(address: str, session: str, event: int, values: list[Any]) -> str:
    """Send an event as a browser does, without one, and return all that comes back."""
    body = {"data": values, "fn_index": event, "session_hash": session}
    assert httpx.post(f"{address}/gradio_api/queue/join", json=body).status_code == 200
    received = ""
    with httpx.stream("GET", f"{address}/gradio_api/queue/data?session_hash={session}", timeout=20) as stream:
        for line in stream.iter_lines():
            received += line
            if "process_completed" in line:
                break
    return received


def test_an_idle_conversation_is_forgotten(bot: RecordingBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_page, "IDLE_SECONDS", 1)
    app = create_app(bot, options=ServerOptions(questions_per_minute=0))
    with running(app) as address:
        event = httpx.get(f"{address}/config").json()["dependencies"][0]["id"]
        send(address, "idler1", event, ["xylophone-word: how much sleep?", None, "Español"])
        assert "xylophone-word" in held_by(app)
        until(lambda: "xylophone-word" not in held_by(app))


def held_by(app: Any) -> str:
    """All that the page's framework holds of all sessions, as text."""
    holder = next(route.app for route in app.routes if isinstance(route, Mount)).get_blocks().state_holder
    return repr([(session.config_values, session.state_data) for session in holder.session_data.values()])


@pytest.mark.parametrize("how", ["closed", "cleared"])
def test_a_conversation_is_forgotten_when_its_page_is_closed_or_cleared(open_page: Any, app: Any, how: str) -> None:
    page = open_page()
    ask(page, f"xylophone-{how}: how much sleep do adults need?")
    assert f"xylophone-{how}" in held_by(app)
    if how == "closed":
        page.context.close()
    else:
        page.get_by_role("button", name="Clear chat").click()
    until(lambda: f"xylophone-{how}" not in held_by(app))


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_browser_cannot_write_the_history_itself(address: str, bot: RecordingBot) -> None:
    config = httpx.get(f"{address}/config").json()
    turn = config["dependencies"][0]
    assert len(turn["inputs"]) == 3
    forged = {"language": "en", "asked": ["forged"], "blocks": ["forged"]}
    received = send(address, "forger1", turn["id"], [QUESTION, forged, "Español"])
    assert bot.asked[-1].text == QUESTION
    assert bot.asked[-1].history == ()
    assert '"success":true' in received
    assert "forged" not in received


def test_without_script_the_numbers_and_the_articles_are_there(open_page: Any) -> None:
    page = open_page(java_script_enabled=False, viewport=PHONE)
    assert page.locator('#bar .bar-en a[href="tel:988"]').first.is_visible()
    assert "The chat needs JavaScript" in page.locator(".no-script").inner_text()
    page.locator('.no-script a[href="/articles"]').first.click()
    assert page.locator("h1").inner_text() == "Our articles"
    shoot(page, "phone-no-script")


@pytest.mark.parametrize("status", [None, 429, 503])
def test_when_no_answer_comes_the_help_lines_are_shown_and_the_draft_is_kept(
    open_page: Any, status: int | None
) -> None:
    page = open_page(viewport=PHONE)
    failing = "**/gradio_api/queue/join*" if status else "**/gradio_api/**"
    page.route(failing, lambda route: route.fulfill(status=status, body="{}") if status else route.abort())
    page.get_by_label("Your question").fill("still there?")
    page.get_by_label("Your question").press("Enter")
    notice = page.locator("#failure")
    notice.locator('a[href="tel:988"]').wait_for(timeout=9000)
    assert notice.get_attribute("role") == "alert"
    assert "I can't answer right now" in notice.inner_text()
    assert page.get_by_label("Your question").input_value() == "still there?"
    covered = page.evaluate(
        """() => { const box = document.querySelector('#bar a.call-crisis').getBoundingClientRect();
        return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2).closest('a')?.className }"""
    )
    assert covered == "call-crisis"
    shoot(page, f"phone-failure-{status}")
    page.unroute(failing)
    ask(page, QUESTION)
    assert notice.inner_text() == ""
    open_page.complaints.clear()


def test_quick_exit_empties_the_page_and_cannot_be_undone(open_page: Any, address: str) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.route("https://www.weather.gov/", lambda route: route.fulfill(body="<title>Weather</title>"))
    page.locator("#leave").click()
    page.wait_for_url("https://www.weather.gov/")
    page.go_back()
    assert address not in page.url


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
def test_axe_finds_nothing_wrong_and_help_is_one_tap_away_in_any_state(
    open_page: Any, options: Any, name: str, bot: RecordingBot
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    place = bot.articles["sleep"].text.index("Most adults")
    for path in ("/articles", f"/articles/sleep?start={place}&end={place + 60}", "/chat-safety?lang=es"):
        assert_sound(axe, open_page(path, **options, bypass_csp=True), f"{name}, {path}")
    page = open_page(**options, bypass_csp=True)

    def sound(state: str) -> None:
        assert_sound(axe, page, f"{name}, {state}")
        assert_help_in_reach(page, f"{name}, {state}")

    shoot(page, f"page-{name}-opening")
    page.locator("#topics summary").click()
    sound("opening, topics")
    shoot(page, f"page-{name}-topics")
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="No", exact=True).click()
    sound("answer, rated")
    shoot(page, f"page-{name}-answer")
    answer.locator(".answer-text .marker").first.click()
    page.locator("#quote").wait_for()
    sound("source")
    shoot(page, f"page-{name}-source")
    page.keyboard.press("Escape")
    ask(page, "i want to die")
    assert page.locator("#strip .bar-en").is_visible()
    sound("crisis")
    shoot(page, f"page-{name}-crisis")
    page.locator("#language").click()
    page.get_by_label("Tu pregunta").wait_for()
    booking = ask(page, "¿Puedo hacer una cita?", "Tu pregunta")
    assert "La oficina está cerrada ahora" in booking.inner_text()
    sound("Spanish, booking")
    shoot(page, f"page-{name}-spanish")
    page.route("**/gradio_api/queue/join*", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_label("Tu pregunta").fill("hola")
    page.get_by_label("Tu pregunta").press("Enter")
    page.locator("#failure a").first.wait_for(timeout=9000)
    sound("failure")
    shoot(page, f"page-{name}-failure")
    page.unroute("**/gradio_api/queue/join*")
    page.get_by_role("button", name="Borrar el chat").click()
    page.locator("#strip").wait_for(state="hidden")
    open_page.complaints.clear()
