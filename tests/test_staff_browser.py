"""Staff switch answers, articles, the notice, and look after accounts, in a real browser; visitors see it at once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, ask, assert_sound, choose, pages, shoot, show_tab
from conftest import Corpus
from website import QUESTION, RecordingBot, opened_bot, running

from chatbot.api import ServerOptions, create_app
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import TRIES, log_in, member_of, set_user
from chatbot.staff.desk import Desk

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
PASSWORD = "correct horse battery"
SLEEP = "seven to nine hours"


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def desk(bot: RecordingBot, tmp_path: Path) -> Iterator[Desk]:
    records = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    for name, role in (("ann", "editor"), ("rob", "reviewer"), ("ada", "admin")):
        set_user(records, name, role, PASSWORD)
    bot.switches = board = SwitchBoard(records)
    recorder = Recorder(records, bot)
    yield Desk(bot, records, recorder, board)
    recorder.close()
    board.close()
    records.close()


@pytest.fixture
def axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


@pytest.fixture
def site(browser: Any, desk: Desk) -> Iterator[Any]:
    with ThreadPoolExecutor(1) as thread:  # this thread's event loop is the browser's
        options = ServerOptions(questions_per_minute=0)
        app = thread.submit(lambda: create_app(desk.bot, options=options, desk=desk)).result()
    with running(app) as address, pages(browser, lambda path: address + path, "/staff/login") as opened:
        yield opened


@pytest.fixture
def staff(site: Any) -> Callable[..., Any]:
    def entered(name: str = "ann", tab: str = "Switches", ready: str = "How it stands now", **options: Any) -> Any:
        page = site(**options)
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        show_tab(page, tab)
        page.get_by_role("heading", name=ready, exact=True).wait_for()
        return page

    return entered


def switched(page: Any, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).press("Enter")
    page.get_by_role("status").filter(has_text=said).wait_for()


def test_answers_go_off_and_on_by_keyboard_and_who_is_in_danger_is_still_helped(
    site: Any, staff: Callable[..., Any], desk: Desk, axe: Any
) -> None:
    page = staff()
    off = page.get_by_role("button", name="Switch answers off")
    off.press("Enter")
    page.get_by_role("alert").filter(has_text="Tick the box above first").wait_for()
    assert not desk.switches().answers_off
    box = page.get_by_label("Yes: visitors shall get no answers")
    box.press("Space")
    assert box.is_checked()
    box.press("Tab")
    assert off.evaluate("button => button === document.activeElement"), "the button follows its confirmation"
    switched(page, "Switch answers off", "Answers are off")
    assert not box.is_checked()
    assert page.get_by_role("row").filter(has_text="OFF: phone and help lines only").filter(has_text="ann").count()
    shoot(page, "switches-off")

    chat = site("/chat")
    assert chat.get_by_role("button", name=QUESTION).count() == 0, "no question is offered that gets no answer"
    answer = ask(chat, QUESTION)
    assert SLEEP not in answer.inner_text()
    assert desk.bot.clinic.phone in answer.inner_text()
    assert answer.locator('a[href*="/articles/"]').count() == 0
    assert "988" in ask(chat, "I want to kill myself").inner_text()

    switched(page, "Switch answers on", "Answers are on")
    again = site("/chat")
    again.get_by_role("button", name=QUESTION).first.wait_for()
    restored = ask(again, QUESTION)
    assert SLEEP in restored.inner_text()
    assert restored.locator('a[href*="/articles/sleep"]').count() >= 1
    assert page.get_by_role("cell", name="switched all answers off", exact=True).count() == 1
    assert page.get_by_role("cell", name="switched all answers on again", exact=True).count() == 1
    assert_sound(axe, page, "switches")


def test_an_article_that_is_off_is_neither_quoted_nor_shown_nor_offered(
    site: Any, staff: Callable[..., Any]
) -> None:
    page = staff()
    choose(page, page.get_by_label("Article to switch"), "Sleep")
    switched(page, "Switch this article off", "“Sleep” is off")
    for start in ("/chat", "/"):
        shown = site(start)
        shown.get_by_role("button", name="Why is walking good for the heart?").first.wait_for()
        shown.get_by_role("button", name=QUESTION).first.wait_for(state="detached")
    assert SLEEP not in ask(site("/chat"), QUESTION).inner_text()
    assert page.request.get(page.url.replace("/staff/", "/articles/sleep")).status == 404
    switched(page, "Switch this article on", "“Sleep” is on again")
    assert page.request.get(page.url.replace("/staff/", "/articles/sleep")).status == 200
    assert SLEEP in ask(site("/chat"), QUESTION).inner_text()


def test_a_notice_is_previewed_put_up_on_every_page_and_taken_down(
    site: Any, staff: Callable[..., Any], axe: Any
) -> None:
    page = staff(viewport=PHONE)
    page.get_by_label("Notice in English").fill("Closed on <Monday>")
    preview = page.locator("#switches .site-notice")
    preview.first.wait_for()
    assert preview.all_inner_texts() == ["Closed on <Monday>"] * 2, "where nothing is written in Spanish, English"
    page.get_by_label("Notice in Spanish").fill("Cerrado el lunes")
    page.get_by_text("On Spanish pages (16 of 300 characters)").wait_for()
    shoot(page, "switches-notice-phone")
    assert_sound(axe, page, "switches-phone")
    switched(page, "Show this notice", "stands on every page")
    for path in ("/", "/chat", "/articles", "/chat-safety"):
        site(path).get_by_text("Closed on <Monday>").first.wait_for()
    for path in ("/?lang=es", "/chat?lang=es", "/chat-safety?lang=es"):
        site(path).get_by_text("Cerrado el lunes").first.wait_for()
    switched(page, "Take the notice down", "no notice any more")
    assert site("/chat").locator(".site-notice").count() == 0
    assert page.get_by_label("Notice in English").input_value() == "Closed on <Monday>"


def test_a_reviewer_sees_the_switches_and_is_told_whom_to_ask(staff: Callable[..., Any], desk: Desk) -> None:
    page = staff("rob")
    page.get_by_label("Yes: visitors shall get no answers").press("Space")
    page.get_by_role("button", name="Switch answers off").press("Enter")
    page.get_by_role("alert").filter(has_text="needs the role editor; yours is reviewer. Ask an admin.").wait_for()
    assert not desk.switches().answers_off


def test_another_process_follows_within_half_a_second_or_little_more(
    staff: Callable[..., Any], desk: Desk
) -> None:
    page = staff()
    other = Records.open(desk.records.engine.url.render_as_string(hide_password=False))
    board = SwitchBoard(other)
    try:
        page.get_by_label("Yes: visitors shall get no answers").press("Space")
        switched(page, "Switch answers off", "Answers are off")
        seen = time.monotonic()
        while not board().answers_off:
            time.sleep(0.01)
        assert time.monotonic() - seen < 5, "half a second, on a machine that is busy with other tests"
    finally:
        board.close()
        other.close()


def pick(page: Any, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_an_admin_looks_after_accounts_in_the_browser(staff: Callable[..., Any], desk: Desk, axe: Any) -> None:
    for _ in range(TRIES):
        log_in(desk.records, "rob", "wrong")
    page = staff("ada", "Accounts", "Accounts")
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="rob", exact=True))
    row.filter(has_text="until").wait_for()
    pick(page, "Account", "rob")
    switched(page, "Unlock", "rob can log in again.")
    row.filter(has_text="no").wait_for()
    token = log_in(desk.records, "rob", PASSWORD) or ""
    pick(page, "New role", "editor")
    switched(page, "Change the role", "The role of rob is editor now.")
    found = member_of(desk.records, token)
    assert found is not None
    assert found.role == "editor"
    switched(page, "Log out everywhere", "rob was logged out; sessions ended: 1.")
    assert member_of(desk.records, token) is None
    shoot(page, "accounts")
    assert_sound(axe, page, "accounts")
    page.get_by_role("button", name="Delete this account").press("Enter")
    page.get_by_role("alert").filter(has_text="Tick the box first.").wait_for()
    page.get_by_label("Yes: delete the account").press("Space")
    switched(page, "Delete this account", "The account of rob is deleted.")
    row.wait_for(state="detached")
    pick(page, "Account", "ada")
    pick(page, "New role", "reviewer")
    page.get_by_role("button", name="Change the role").press("Enter")
    page.get_by_role("alert").filter(has_text="ada is the only admin.").wait_for()


def test_who_is_no_admin_sees_only_the_way_to_their_own_password(staff: Callable[..., Any]) -> None:
    page = staff("ann", "Accounts", "Accounts")
    page.get_by_text("Your role is editor.").wait_for()
    assert page.get_by_role("button", name="Unlock").count() == 0
    assert page.get_by_role("cell", name="ada").count() == 0
    assert page.get_by_role("link", name="Change your password").is_visible()


def test_a_password_is_changed_on_a_plain_page_that_never_shows_it(
    site: Any, staff: Callable[..., Any], axe: Any
) -> None:
    sent = []
    page = staff("ann", "Accounts", "Accounts", viewport=PHONE)
    assert_sound(axe, page, "accounts-phone")
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.wait_for_timeout(1000)  # what the page still loads would be broken off, which the console tells
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password, 12 characters or more").fill("another long password")
    page.get_by_label("New password once more").fill("another long password")
    shoot(page, "password-phone")
    assert_sound(axe, page, "password-phone")
    page.get_by_label("New password once more").press("Enter")
    page.get_by_role("status").filter(has_text="Your password is changed.").wait_for()
    assert_sound(axe, page, "password-changed")
    assert len([body for body in sent if "password" in body]) == 1, "the form, and no event of the page"
    page.get_by_role("link", name="Back to the staff page").click()
    page.get_by_role("heading", name="Waiting to be looked at").wait_for()
    page.wait_for_timeout(1000)
    entrance = site()
    assert_sound(axe, entrance, "login")
    entrance.get_by_label("Name").fill("ann")
    entrance.get_by_label("Password").fill("another long password")
    entrance.get_by_role("button", name="Log in").click()
    entrance.get_by_role("heading", name="Waiting to be looked at").wait_for()
    entrance.wait_for_timeout(1000)
