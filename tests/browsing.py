"""What the browser tests share: the browser's options, screenshots, and the checks made in every state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCREENSHOTS = Path(__file__).parent / "screenshots"
PHONE = {"width": 390, "height": 844}
BROKEN_OFF = ("AbortError", "Connection errored out")
"""What Gradio reports as errors when a page is left or closed while it still waits for the server."""


@contextmanager
def pages(
    browser: Any,
    address: Callable[[str], str],
    start: str,
    ready: Callable[[Any, str, dict[str, Any]], None] = lambda page, path, options: None,
) -> Iterator[Any]:
    """Give a function that opens pages, `start` if no other; `ready` waits for one. The console must stay empty."""
    contexts: list[Any] = []
    complaints: list[str] = []
    requested: list[str] = []

    def opened(path: str = start, **options: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **options)
        contexts.append(context)
        context.on("request", lambda request: requested.append(request.url))
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address(path))
        ready(page, path, options)
        return page

    opened.complaints = complaints  # type: ignore[attr-defined]
    opened.requested = requested  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    left = [said for said in complaints if not any(each in said for each in BROKEN_OFF)]
    assert not left, f"the browser's console must stay empty: a blocked script or style shows there: {left}"


def ask(page: Any, text: str, label: str = "Your question") -> Any:
    """Type a question, send it by keyboard, and wait for its answer; where none comes, say how the page looks."""
    before = page.locator(".message.guide").count()
    box = page.get_by_label(label)
    box.fill(text)
    box.press("Enter")
    answer = page.locator(".message.guide").nth(before)
    try:
        answer.wait_for()
    except Exception as error:
        shoot(page, "no-answer")
        log, notice = page.locator(".message").all_inner_texts(), page.locator("#failure").all_inner_texts()
        raise AssertionError(f"no answer; in the box {box.input_value()!r}, messages {log}, notice {notice}") from error
    return answer


def choose(page: Any, box: Any, start: str) -> None:
    """Open a drop-down list and click its option; once more where what was saved before drew the list anew, closed."""
    option = page.get_by_role("option").filter(has_text=start).first
    box.click()
    try:
        option.click(timeout=5_000)
    except Exception as error:
        if "Timeout" not in str(error):
            raise
        box.blur()
        box.click()
        option.click()


def shoot(page: Any, name: str) -> None:
    """Save what the screen shows, to be looked at; once more where a busy machine gave the browser no picture."""
    SCREENSHOTS.mkdir(exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    try:
        page.screenshot(path=path)
    except Exception as error:
        if "Unable to capture screenshot" not in str(error):
            raise
        page.wait_for_timeout(1000)
        page.screenshot(path=path)


def assert_sound(axe: Any, page: Any, name: str) -> None:
    """Let axe find nothing wrong, and the page not scroll sideways."""
    found = [(one["id"], [node["target"] for node in one["nodes"]]) for one in axe.run(page).response["violations"]]
    assert found == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name


def reachable(page: Any, place: str) -> bool:
    """Tell whether a tap in the middle of it would reach it: on screen, and nothing over it."""
    return bool(
        page.evaluate(
            """place => { const link = document.querySelector(place), box = link.getBoundingClientRect();
            const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return !!hit && link.contains(hit) && box.height >= 24; }""",
            place,
        )
    )


def assert_help_in_reach(page: Any, name: str) -> None:
    """Let one tap reach 911, 988 by call and by text, and the clinic."""
    language = page.evaluate("document.documentElement.lang")
    for link in ("tel:911", "tel:988", "sms:988", "tel:+16178638810"):
        assert reachable(page, f'#bar .bar-{language} a[href="{link}"]'), f"{name}: {link}"


def assert_nothing_kept(page: Any) -> None:
    """Let the browser hold no cookie and nothing in any of its stores."""
    assert page.context.cookies() == []
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    assert page.evaluate("indexedDB.databases()") == []
    assert page.evaluate("caches.keys()") == []


def show_tab(page: Any, tab: str) -> None:
    """Open a tab of the staff page."""
    page.get_by_role("tab", name="Home").wait_for()
    shown = page.get_by_role("tab", name=tab, exact=True)
    if not shown.count():  # on a phone not all have room
        page.get_by_role("button", name="More tabs").click()
        shown = page.get_by_role("button", name=tab, exact=True)
    shown.click()
