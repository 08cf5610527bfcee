"""Staff look at the health of the content in a real browser, and go from a finding to its article."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, assert_sound, pages, shoot
from conftest import SLEEP, Corpus
from website import running

from chatbot.api import ServerOptions, create_app
from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import set_user
from chatbot.staff.desk import Desk

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
PASSWORD = "correct horse battery"


@pytest.fixture
def opened(browser: Any, corpus: Corpus, tmp_path: Path) -> Iterator[Any]:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml"
    )
    records = Records.open(settings.records)
    set_user(records, "ann", "editor", PASSWORD)
    live = opened_live(settings)
    board, recorder = SwitchBoard(records), Recorder(records, live)
    desk = Desk(live, records, recorder, board)
    with ThreadPoolExecutor(1) as thread:  # this thread's event loop is the browser's
        app = thread.submit(lambda: create_app(live, options=ServerOptions(questions_per_minute=0), desk=desk)).result()

    def entered(page: Any, path: str, _options: dict[str, Any]) -> None:
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("tab", name="Home").wait_for()

    with running(app) as address, pages(browser, lambda path: address + path, "/staff/login", entered) as open_page:
        yield open_page
    recorder.close()
    board.close()
    live.close()
    records.close()


def test_staff_look_at_the_content_and_go_from_a_finding_to_the_article(opened: Any, corpus: Corpus) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = opened(viewport={"width": 1280, "height": 900})
    page.get_by_role("tab", name="Health").click()
    page.get_by_text("Nobody has looked since the chat was started.").wait_for()
    corpus.write("sleep", SLEEP, "reviewed_by: Dr. Ada\nreviewed_on: 2020-01-01\n")
    page.get_by_role("button", name="Look at all content now").press("Enter")
    page.get_by_role("status").filter(has_text="Looked at everything").wait_for(timeout=120_000)
    page.get_by_role("heading", name="Must be corrected: 2").wait_for()
    overdue = page.get_by_role("row").filter(has_text="Review was due on 2021-01-01")
    assert "Have it reviewed" in overdue.inner_text()
    shoot(page, "health")
    assert_sound(axe, page, "health")
    overdue.get_by_role("link", name="Fix sleep").press("Enter")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect(page.get_by_label("Its file")).to_have_value(re.compile("reviewed_on: 2020-01-01"))
    assert page.get_by_role("tab", name="Fix").get_attribute("aria-selected") == "true"
    shoot(page, "health-to-fix")
    page.get_by_role("tab", name="Health").click()
    page.get_by_role("heading", name="Must be corrected: 2").wait_for()
    page.get_by_role("button", name="Have all articles read again").press("Enter")
    page.get_by_role("status").filter(has_text="as they are now").wait_for(timeout=120_000)
    page.get_by_role("button", name="Look at all content now").press("Enter")
    page.get_by_role("heading", name="Must be corrected: nothing").wait_for(timeout=120_000)
    page.set_viewport_size(PHONE)
    assert_sound(axe, page, "health-phone")
    shoot(page, "health-phone")
