"""The gaps tab in a real browser: from the most asked question that nothing answers to a gap that is closed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, assert_sound, choose, pages, shoot, show_tab
from conftest import Corpus
from sqlalchemy import select, update
from test_gaps import PARKING, PETS, asked
from website import QUESTION, RecordingBot, opened_bot, running

from chatbot.api import ServerOptions, create_app
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow, TurnRow
from chatbot.staff.accounts import set_user
from chatbot.staff.desk import Desk

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[RecordingBot]:
    with opened_bot(shared_corpus) as opened:
        yield opened


@pytest.fixture
def desk(bot: RecordingBot, tmp_path: Path) -> Iterator[Desk]:
    records = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    set_user(records, "ann", "editor", PASSWORD)
    set_user(records, "rob", "reviewer", PASSWORD)
    bot.switches = board = SwitchBoard(records)
    recorder = Recorder(records, bot)
    asked(records, *PARKING)
    asked(records, *PETS, days_ago=9)
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
            page.get_by_label("Name", exact=True).fill(path.partition("#")[2] or "ann")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in").click()
            show_tab(page, "Gaps")
            page.get_by_role("status").filter(has_text="2 gaps").wait_for(timeout=60_000)

        with pages(browser, lambda path: f"{address}{path}", "/staff/login", entered) as open_page:
            yield open_page


def test_an_editor_sees_what_to_write_next_and_closes_a_gap_by_asking_again(opened: Any, desk: Desk) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(viewport={"width": 1280, "height": 900})
    tab = page.locator("#gaps")
    first = tab.locator("tbody tr").first
    assert "new this week" in first.inner_text()
    assert "park" in first.inner_text()
    choose(page, tab.get_by_label("Open a gap", exact=True), "park")
    tab.get_by_role("heading", level=2).filter(has_text="park").wait_for()
    assert tab.get_by_role("region", name="Questions of this gap").locator("tbody tr").count() == 3
    shoot(page, "gaps")
    tab.get_by_label("writing", exact=True).check()
    tab.get_by_role("button", name="Save name and state").click()
    tab.get_by_role("alert").filter(has_text="no name yet").wait_for()
    tab.get_by_label("Name of the gap").fill("Where to park")
    tab.get_by_role("button", name="Save name and state").click()
    tab.get_by_role("status").filter(has_text="Saved.").wait_for()
    first.filter(has_text="Where to park").wait_for()
    choose(page, tab.get_by_label("Article that answers it now", exact=True), "Sleep")
    tab.get_by_role("button", name="Ask its questions again").click()
    tab.get_by_role("alert").filter(has_text="0 of 3 questions are answered now").wait_for()
    with desk.records.writing() as session:  # now there is an article that answers them
        parking = TurnRow.question.in_(PARKING)
        session.execute(update(TurnRow).where(parking).values(question=QUESTION))
    tab.get_by_role("button", name="Ask its questions again").click()
    tab.get_by_role("status").filter(has_text="Closed. 3 of 3").wait_for()
    tab.get_by_role("status").filter(has_text="1 gap,").wait_for()
    shoot(page, "gaps-closed")
    assert_sound(axe, page, "gaps")
    choose(page, tab.get_by_label("Show", exact=True), "published")
    tab.get_by_text("published: Sleep, 3 of 3 answered").first.wait_for()
    with desk.records.reading() as session:
        actions = [row.action for row in session.scalars(select(AuditRow)) if row.user == "ann"]
    assert actions.count("gap.change") == 1
    assert actions.count("gap.publish") == 2


def test_a_reviewer_sees_gaps_and_changes_none_and_on_a_phone_everything_can_be_tapped(
    opened: Any, desk: Desk
) -> None:
    page = opened("/staff/login#rob", viewport=PHONE)
    tab = page.locator("#gaps")
    choose(page, tab.get_by_label("Open a gap", exact=True), "park")
    tab.get_by_role("heading", level=2).filter(has_text="park").wait_for()
    shoot(page, "gaps-phone")
    heights = page.eval_on_selector_all(
        "#gaps button, #gaps input:not([type=radio]), #gaps label:has(input[type=radio])",
        "all => all.filter(e => e.offsetParent).map(e => [e.innerText, e.getBoundingClientRect().height])",
    )
    assert [(name, height) for name, height in heights if height < 44] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tab.get_by_label("Name of the gap").fill("Parking")
    tab.get_by_role("button", name="Save name and state").click()
    page.wait_for_timeout(1500)
    with desk.records.reading() as session:
        assert "gap.change" not in {row.action for row in session.scalars(select(AuditRow))}
    opened.complaints.clear()
