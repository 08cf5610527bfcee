"""Staff mend an answer in a real browser: the whole site, the real index, real files."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, assert_sound, pages, shoot
from conftest import Corpus
from test_regressions import PLACE, SECOND, keep
from website import running

from chatbot.api import ServerOptions, create_app
from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.staff import regressions
from chatbot.staff.accounts import Member, set_user
from chatbot.staff.desk import Desk
from chatbot.staff.revising import Content

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")

PASSWORD = "correct horse battery"


@pytest.fixture
def desk(corpus: Corpus, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml",
        regressions=tmp_path / "regressions.jsonl",
    )  # fmt: skip
    records = Records.open(settings.records)
    keep(records, ["What are the signs of the flu?", "How much sleep do adults need?"])
    live = opened_live(settings)
    board = SwitchBoard(records)
    recorder = Recorder(records, live)
    set_user(records, "ann", "editor", PASSWORD)
    yield Desk(live, records, recorder, board)
    recorder.close()
    board.close()
    live.close()
    records.close()


@pytest.fixture
def axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


@pytest.fixture
def page(browser: Any, desk: Desk) -> Iterator[Any]:
    with ThreadPoolExecutor(1) as pool:  # this thread's event loop is the browser's
        options = ServerOptions(questions_per_minute=0)
        app = pool.submit(lambda: create_app(desk.bot, options=options, desk=desk)).result()
    with running(app) as address, pages(browser, lambda path: address + path, "/staff/login") as opened:
        shown = opened()
        shown.get_by_label("Name").fill("ann")
        shown.get_by_label("Password").fill(PASSWORD)
        shown.get_by_role("button", name="Log in").click()
        shown.get_by_role("tab", name="Fix").click()
        yield shown


def choose(page: Any, label: str, start: str) -> None:
    box = page.get_by_label(label, exact=True).locator("visible=true").first
    box.click()
    page.get_by_role("option").filter(has_text=start).first.click()


def test_a_question_an_article_and_a_case_are_mended_in_the_browser(page: Any, desk: Desk, axe: Any) -> None:
    page.get_by_label("The question, without personal details").fill("does strutting about do any good")
    choose(page, "Section that answers it", "Why is walking good")
    page.get_by_role("button", name="Add it and publish").click()
    page.get_by_role("status").filter(has_text="revision 1").wait_for(timeout=120_000)
    assert "strutting" in desk.bot.articles["walking"].text

    page.get_by_role("button", name="Edit an article").click()
    choose(page, "Article", "sleep")
    text = page.get_by_label("Its file")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect(text).to_have_value(re.compile("id: sleep"))
    text.fill(text.input_value().replace("seven to nine", "eight to ten"))
    page.get_by_role("button", name="Preview and check").click()
    page.get_by_role("heading", name="As visitors see it").wait_for()
    assert page.locator(".fix-preview").inner_text().count("eight to ten") == 1
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("status").filter(has_text="revision 2").wait_for(timeout=120_000)
    assert "eight to ten" in desk.bot.articles["sleep"].text
    choose(page, "History, the newest first", "2:")
    page.get_by_role("button", name="Show this change").click()
    page.locator("ins", has_text="eight to ten").wait_for()
    shoot(page, "fix_article")
    page.get_by_role("button", name="Undo this change").click()
    page.get_by_role("status").filter(has_text="Undone").wait_for(timeout=120_000)
    assert "eight to ten" not in desk.bot.articles["sleep"].text

    _case(page, desk)
    shoot(page, "fix_cases")
    assert_sound(axe, page, "fix_cases")


def _case(page: Any, desk: Desk) -> None:
    content = Content(desk.bot, desk.records)  # type: ignore[arg-type]
    theirs = regressions.propose(content, Member("rob", "reviewer"), regressions.prefill(content, SECOND, PLACE))
    page.reload()
    page.get_by_role("tab", name="Fix").click()
    page.get_by_role("button", name="Regression cases").click()
    choose(page, "Proposals of others", "How much sleep")
    page.get_by_role("button", name="Approve and run").click()
    page.get_by_role("status").filter(has_text="1 of 1 cases").wait_for(timeout=180_000)
    page.get_by_role("cell", name="fixed").wait_for()
    page.get_by_role("cell", name=theirs).wait_for()
