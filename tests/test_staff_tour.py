"""A walk through the staff page on made-up traffic; its pictures are the README's tour once they were looked at."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, assert_sound, pages, shoot, show_tab
from conftest import Corpus
from website import running

from chatbot.api import ServerOptions, create_app
from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff.accounts import set_user
from chatbot.staff.demo_data import make_demo
from chatbot.staff.desk import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed"),
]
PASSWORD = "correct horse battery"
TABS = {
    "Home": "#tabs table td",
    "Review": "#review-turns label",
    "Fix": "#tabs textarea",
    "Gaps": "#gaps table td",
    "Numbers": "#numbers svg",
    "Health": "#tabs button",
    "Switches": "#tabs table td",
    "Accounts": "#tabs table td",
}
"""Tab -> what stands in it when it has loaded."""


@pytest.fixture
def desk(corpus: Corpus, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml"
    )
    records, live = Records.open(settings.records), opened_live(settings)
    make_demo(records, live, 80)
    set_user(records, "ann", "admin", PASSWORD)
    board, recorder = SwitchBoard(records), Recorder(records, live)
    yield Desk(live, records, recorder, board)
    recorder.close()
    board.close()
    live.close()
    records.close()


def test_every_tab_says_that_what_it_shows_is_made_up_and_is_sound(browser: Any, desk: Desk) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with ThreadPoolExecutor(1) as pool:  # this thread's event loop is the browser's
        options = ServerOptions(questions_per_minute=0)
        app = pool.submit(lambda: create_app(desk.bot, options=options, desk=desk)).result()
    with running(app) as address, pages(browser, lambda path: address + path, "/staff/login") as opened:
        page = opened(viewport={"width": 1280, "height": 900})
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        for tab, ready in TABS.items():
            show_tab(page, tab)
            page.locator(ready).locator("visible=true").first.wait_for()
            assert page.get_by_role("note").filter(has_text="Made up for show").is_visible()
            if tab == "Review":
                page.locator("#review-turns label").first.click()
                page.locator("#review-item h2").wait_for()
            page.wait_for_timeout(300)
            shoot(page, f"tour-{tab.lower()}")
            assert_sound(axe, page, tab)
