"""The review tab in a real browser: by keyboard from a list to a verdict, by tap on a phone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, assert_sound, pages, shoot, show_tab
from conftest import Corpus
from sqlalchemy import func, select
from website import QUESTION, RecordingBot, opened_bot, running

from chatbot.api import ServerOptions, create_app
from chatbot.conversation import Question
from chatbot.records.database import Records
from chatbot.records.keeping import Keeper
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import QueueItemRow, ScoreRow
from chatbot.staff.accounts import set_user
from chatbot.staff.desk import Desk
from chatbot.staff.lists import Filters, address_of

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
PASSWORD = "correct horse battery"
FLU = "What are the signs of the flu?"
WALKING = "Why is walking good for the heart?"


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def desk(bot: RecordingBot, tmp_path: Path) -> Iterator[Desk]:
    records = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    set_user(records, "ann", "editor", PASSWORD)
    bot.switches = board = SwitchBoard(records)
    recorder = Recorder(records, bot, Keeper(bot, chance=lambda: 0.0))
    ask = recorder.asking("page")
    ask(Question(FLU, conversation="a" * 16))
    disliked = ask(Question(QUESTION, (FLU,), conversation="a" * 16))
    ask(Question(WALKING, conversation="b" * 16))
    recorder.rated(disliked.id, False, "beside")
    assert recorder.settle()
    yield Desk(bot, records, recorder, board)
    recorder.close()
    board.close()
    records.close()


@pytest.fixture
def opened(browser: Any, desk: Desk) -> Iterator[Any]:
    options = ServerOptions(hosts=("127.0.0.1",), questions_per_minute=0)
    # Playwright has a loop running in this thread, where the staff page cannot be mounted.
    with ThreadPoolExecutor(1) as thread:
        app = thread.submit(create_app, desk.bot, options=options, desk=desk).result()
    with running(app) as address:

        def entered(page: Any, path: str, _options: dict[str, Any]) -> None:
            page.get_by_label("Name").fill("ann")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            show_tab(page, "Review")
            page.locator("#review-turns input").first.wait_for(state="attached")

        with pages(browser, lambda path: f"{address}{path}", "/staff/login", entered) as open_page:
            open_page.address = address
            yield open_page


def judged(desk: Desk) -> int:
    with desk.records.reading() as session:
        return session.scalar(select(func.count()).where(ScoreRow.name == "verdict")) or 0


def test_a_reviewer_goes_from_the_list_to_a_verdict_by_keyboard_and_sees_why_the_answer_is_what_it_is(
    opened: Any, desk: Desk
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(viewport={"width": 1280, "height": 900})
    first = page.locator("#review-turns label").first
    assert "did not help" in first.inner_text(), "the most urgent first"
    page.keyboard.press("n")
    item = page.locator("#review-item")
    item.get_by_role("heading", name=QUESTION, level=2).wait_for()
    shoot(page, "review")
    assert item.locator(".conversation > li").count() == 2
    assert "seven to nine hours" in item.locator("mark").first.inner_text()
    assert "visitor: did not help (beside)" in item.inner_text()
    for title in ("Passages found", "Why this answer", "Sentences"):
        item.get_by_role("button", name=title).click()
    page.get_by_text("Sentences judged").first.wait_for(state="attached")
    page.get_by_role("textbox", name="Note").press_sequentially("Page two is out of date.")
    page.get_by_text("Draft kept.").wait_for()
    shoot(page, "review-open")
    assert_sound(axe, page, "review")
    page.get_by_role("textbox", name="Note").press("4")
    assert judged(desk) == 0, "a key typed into a text is no verdict"
    page.locator("#verdict-reason").get_by_text("out of date").click()
    page.keyboard.press("3")
    page.get_by_text("Saved: wrong (first review).").wait_for()
    assert judged(desk) == 1
    with desk.records.reading() as session:
        assert session.scalars(select(ScoreRow.note).where(ScoreRow.name == "verdict")).one().startswith("Page two")
    assert all(url.startswith((opened.address, "data:")) for url in opened.requested)


def test_a_flag_by_one_key_shows_at_once_and_keys_can_be_switched_off(opened: Any, desk: Desk) -> None:
    page = opened(viewport={"width": 1280, "height": 900})
    page.keyboard.press("n")
    page.locator("#review-item h2").wait_for()
    page.get_by_label("One-key shortcuts").uncheck()
    page.keyboard.press("f")
    page.wait_for_timeout(300)
    assert page.locator(".flagged").count() == 0
    page.get_by_label("One-key shortcuts").check()
    page.keyboard.press("f")
    page.locator(".flagged").wait_for()
    page.get_by_role("button", name="Take the flag off").wait_for()
    with desk.records.reading() as session:
        assert session.scalar(select(func.count()).where(QueueItemRow.state == "escalated")) == 1


def test_everything_to_tap_is_large_enough_on_a_phone(opened: Any) -> None:
    page = opened(viewport=PHONE)
    page.locator("#review-turns label").first.click()
    page.locator("#review-item h2").wait_for()
    shoot(page, "review-phone")
    heights = page.eval_on_selector_all(
        "#review button, #review-turns label, #verdict-reason label",
        "all => all.filter(e => e.offsetParent).map(e => [e.innerText, e.getBoundingClientRect().height])",
    )
    assert [(name, height) for name, height in heights if height < 44] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_number_leads_to_the_turns_behind_it(opened: Any) -> None:
    page = opened(viewport={"width": 1280, "height": 900})
    show_tab(page, "Home")
    row = page.get_by_role("row").filter(has_text="said it did not help").first
    row.get_by_role("link", name="1").click()
    page.get_by_role("tab", name="Review", selected=True).wait_for()
    turn = page.locator("#review-turns label")
    turn.first.wait_for()
    assert turn.count() == 1
    assert QUESTION in turn.inner_text()
    page.goto(f"{opened.address}{address_of(Filters(show='kept', text='WALKING heart'))}")
    page.get_by_text("1 to 1 of 1").wait_for()
    assert WALKING in turn.inner_text()
    page.goto(f"{opened.address}/staff/?show=nonsense&text=%3Cscript%3E")
    page.get_by_role("tab", name="Review", selected=True).wait_for()
    page.get_by_text("of 2").wait_for()
