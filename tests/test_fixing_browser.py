"""Staff mend an answer in a real browser: the whole site, the real index, real files."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from browsing import CHROMIUM, ask, assert_sound, choose, pages, shoot, show_tab
from conftest import Corpus
from test_regressions import PLACE, SECOND, keep
from website import running

from chatbot.api import ServerOptions, create_app
from chatbot.config import Settings
from chatbot.conversation import Question
from chatbot.live_bot import opened_live
from chatbot.records.database import Records
from chatbot.records.keeping import Keeper
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
    recorder = Recorder(records, live, Keeper(live, chance=lambda: 1.0))
    set_user(records, "ann", "editor", PASSWORD)
    set_user(records, "bea", "editor", PASSWORD)
    yield Desk(live, records, recorder, board)
    recorder.close()
    board.close()
    live.close()
    records.close()


@pytest.fixture
def axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


@pytest.fixture
def site(browser: Any, desk: Desk) -> Iterator[Any]:
    with ThreadPoolExecutor(1) as pool:  # this thread's event loop is the browser's
        options = ServerOptions(questions_per_minute=0)
        app = pool.submit(lambda: create_app(desk.bot, options=options, desk=desk)).result()
    with running(app) as address, pages(browser, lambda path: address + path, "/staff/login") as opened:
        yield opened


@pytest.fixture
def page(site: Any) -> Any:
    return log_in(site(), "ann", "Fix")


def log_in(shown: Any, name: str, tab: str) -> Any:
    shown.get_by_label("Name").fill(name)
    shown.get_by_label("Password").fill(PASSWORD)
    shown.get_by_role("button", name="Log in").click()
    show_tab(shown, tab)
    return shown


def listed(page: Any, label: str) -> Any:
    return page.get_by_label(label, exact=True).locator("visible=true").first


def test_a_question_an_article_and_a_case_are_mended_in_the_browser(page: Any, desk: Desk, axe: Any) -> None:
    page.get_by_label("The question, without personal details").fill("does strutting about do any good")
    choose(page, listed(page, "Section that answers it, or is nearest to it"), "Why is walking good")
    page.get_by_role("button", name="Add it and publish").click()
    page.get_by_role("status").filter(has_text="revision 1").wait_for(timeout=120_000)
    assert "strutting" in desk.bot.articles["walking"].text
    assert desk.bot.ask(Question("what does walking do for blood pressure")).outcome == "answered"
    page.get_by_label("The question, without personal details").fill("what does walking do for blood pressure")
    page.get_by_role("button", name="No article answers it: publish that").click()
    page.get_by_role("status").filter(has_text="revision 2").wait_for(timeout=120_000)
    assert desk.bot.ask(Question("what does walking do for blood pressure")).outcome == "not_in_articles"

    page.get_by_role("button", name="Edit an article").click()
    choose(page, listed(page, "Article"), "sleep")
    text = page.get_by_label("Its file")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect(text).to_have_value(re.compile("id: sleep"))
    text.fill(text.input_value().replace("seven to nine", "eight to ten"))
    page.get_by_role("button", name="Preview and check").click()
    page.get_by_role("heading", name="As visitors see it").wait_for()
    assert page.locator(".fix-preview").inner_text().count("eight to ten") == 1
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("status").filter(has_text="revision 3").wait_for(timeout=120_000)
    assert "eight to ten" in desk.bot.articles["sleep"].text
    choose(page, listed(page, "History, the newest first"), "3:")
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
    show_tab(page, "Fix")
    page.get_by_role("button", name="Regression cases").click()
    choose(page, listed(page, "Proposals of others"), "How much sleep")
    page.get_by_role("button", name="Approve and run").click()
    page.get_by_role("status").filter(has_text="1 of 1 cases").wait_for(timeout=180_000)
    page.get_by_role("cell", name="fixed").wait_for()
    page.get_by_role("cell", name=theirs).wait_for()


def test_from_a_thumbs_down_to_a_published_answer_that_stays_takes_under_three_minutes(
    site: Any, desk: Desk, axe: Any
) -> None:
    asked, begun = "would taking the dog round the block do my ticker good", monotonic()
    visitor = site("/chat")
    assert ask(visitor, asked).locator(".answer-text mark, .marker").count() == 0
    visitor.get_by_role("button", name="No", exact=True).click()
    visitor.get_by_role("button", name="It does not answer my question").click()
    assert desk.recorder.settle()

    page = log_in(site(), "ann", "Review")
    page.locator("#review-turns input").first.wait_for(state="attached")
    page.keyboard.press("n")
    page.get_by_role("heading", name=asked, level=2).wait_for()
    page.get_by_role("button", name="Mend this answer").click()
    choose(page, listed(page, "The section that answers it"), "Why is walking good")
    page.get_by_role("button", name="This section answers it: publish").click()
    mended = page.locator("#review-mend .answer-text")
    mended.wait_for(timeout=120_000)
    assert "stronger" in mended.inner_text(), "asked again, at once, of the new index"
    page.get_by_role("button", name="Propose as a regression case").click()
    page.get_by_role("status").filter(has_text="Proposed").wait_for()
    page.get_by_role("listitem").filter(has_text="proposed by ann").wait_for()
    shoot(page, "mended")
    assert_sound(axe, page, "mended")
    page.locator("#verdict-reason").get_by_text("could have been answered").click()
    page.locator("#verdict-wrong").click()
    page.get_by_text("Saved: wrong").wait_for()

    other = log_in(site(), "bea", "Fix")
    other.get_by_role("button", name="Regression cases").click()
    choose(other, listed(other, "Proposals of others"), asked)
    other.get_by_role("button", name="Approve and run").click()
    other.get_by_role("status").filter(has_text="1 of 1 cases").wait_for(timeout=180_000)
    assert "stronger" in ask(visitor, asked).inner_text(), "the visitor's page, which was open all the time"
    assert monotonic() - begun < 180


def test_a_turn_leads_to_its_article_in_the_other_tab(site: Any, desk: Desk) -> None:
    desk.recorder.asking("page")(Question("How much sleep do adults need?"))
    assert desk.recorder.settle()
    page = log_in(site(), "ann", "Review")
    page.get_by_text("Nothing here.").wait_for()
    page.get_by_label("Show", exact=True).click()
    page.get_by_role("option", name="everything kept").click()
    page.locator("#review-turns label").first.click()
    page.get_by_role("button", name="Mend this answer").click()
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(page.get_by_label("The section that answers it")).to_have_value(re.compile("How much sleep"))
    page.get_by_role("button", name="Edit this article").click()
    page.get_by_role("tab", name="Fix", selected=True).wait_for()
    expect(page.get_by_label("Its file")).to_have_value(re.compile("id: sleep"))
