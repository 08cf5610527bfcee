"""The weekly numbers in a real browser: the tab, the file, and the page on paper."""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
from browsing import CHROMIUM, PHONE, assert_sound, pages, shoot, show_tab
from conftest import Corpus
from website import opened_bot, running

from chatbot.api import ServerOptions, create_app
from chatbot.records.counting import Counts, add_counts
from chatbot.records.database import Records, today
from chatbot.records.recording import Recorder
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow
from chatbot.staff.accounts import set_user
from chatbot.staff.desk import Desk
from chatbot.staff.verdicts import VERDICTS
from chatbot.staff.weekly import BUCKET_NAMES
from chatbot.staff.weeks import Week

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")
PASSWORD = "correct horse battery"
THIS = Week.of(today())
ROUTES = (
    "education/answered", "education/not_in_articles", "cost/fixed", "booking/fixed", "personal_medical/fixed",
    "about_bot/fixed", "smalltalk/fixed", "out_of_scope/fixed", "crisis_self/fixed", "emergency/fixed", "minor/fixed",
)  # fmt: skip


def busy_week(share: int) -> Counts:
    """Return counters of a week in which everything that is counted happened."""
    counts = Counts({("answer", route): 40 + share * place for place, route in enumerate(ROUTES)})
    counts.update({("article", f"an-article-of-a-rather-long-name-{number}"): 30 - number for number in range(25)})
    counts.update({("article", "sleep"): 90, ("rating", "yes"): 30, ("rating", "no"): 12, ("dropped", "record"): 1})
    counts.update({("reason", why): 3 for why in ("beside", "unclear", "wrong", "other")})
    counts.update({("tap", what): 5 for what in ("clinic", "emergency", "crisis", "crisis_text", "other")})
    counts.update({("latency", name): 20 for name in BUCKET_NAMES})
    return counts


def reviews(week: Week) -> Iterator[AuditRow]:
    """Give lines of the log: forty answers of a week that two people judged."""
    at = datetime.combine(week.monday, time())
    for number in range(40):
        for place, judged in (("first", VERDICTS[number % 4]), ("second", VERDICTS[number % 3])):
            name, after = f"turn {week.name}-{number}", json.dumps({"verdict": judged})
            yield AuditRow(at=at, user="ann", action=f"{place} verdict", object=name, after=after)


@pytest.fixture(scope="module")
def desk(shared_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    records = Records.open(f"sqlite:///{tmp_path_factory.mktemp('records') / 'records.sqlite3'}")
    set_user(records, "ann", "reviewer", PASSWORD)
    with records.writing() as session:
        for number in range(5):
            add_counts(session, THIS.before(number).monday, busy_week(5 - number))
            session.add_all(reviews(THIS.before(number)))
    with opened_bot(shared_corpus) as bot:
        bot.switches = board = SwitchBoard(records)
        recorder = Recorder(records, bot)
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
            show_tab(page, "Numbers")
            page.locator("#numbers h2").first.wait_for()

        with pages(browser, lambda path: f"{address}{path}", "/staff/login", entered) as open_page:
            open_page.address = address
            yield open_page


@pytest.fixture
def axe() -> Any:
    return pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()


def test_a_reviewer_reads_this_week_chooses_another_and_takes_the_numbers_along(
    opened: Any, axe: Any, tmp_path: Path
) -> None:
    page = opened(viewport={"width": 1280, "height": 900})
    numbers = page.locator("#numbers")
    assert THIS.name in numbers.locator("h2").first.inner_text()
    assert numbers.locator("svg[role=img]").count() == 8
    assert numbers.get_by_role("cell", name="90", exact=True).count() >= 1
    shoot(page, "numbers")
    assert_sound(axe, page, "numbers")
    before = THIS.before(2).name
    page.get_by_role("combobox", name="Week").click()
    page.get_by_role("option", name=before).click()
    numbers.locator("h2").first.get_by_text(before).wait_for()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download CSV").click()
    file = tmp_path / taken.value.suggested_filename
    taken.value.save_as(file)
    assert file.name == f"numbers-{THIS.before(2).monday}-to-{THIS.before(2).sunday}.csv"
    assert f"{THIS.before(2).monday},article,sleep,90" in file.read_text(encoding="utf-8")
    assert all(url.startswith((opened.address, "data:", "blob:")) for url in opened.requested)


def test_everything_to_tap_is_large_enough_on_a_phone_and_nothing_scrolls_sideways(opened: Any) -> None:
    page = opened(viewport=PHONE)
    shoot(page, "numbers-phone")
    heights = page.eval_on_selector_all(
        "#numbers button, #numbers input, #numbers a",
        "all => all.filter(e => e.offsetParent).map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect().height])",
    )
    assert [(name, height) for name, height in heights if height < 44 and "combobox" not in name] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_to_print_is_one_sheet_and_axe_finds_nothing_wrong_with_it(opened: Any, axe: Any, scheme: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    page = opened(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(f"{opened.address}/staff/summary?week={THIS.name}")
    shoot(page, f"summary-{scheme}")
    assert_sound(axe, page, "summary")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    text = printed.pages[0].extract_text()
    assert THIS.name in text
    assert "How long answers took" in text
    page.get_by_role("link", name="Week before").click()
    page.get_by_role("heading", name=THIS.before(1).name, level=1).wait_for()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
