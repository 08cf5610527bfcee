"""The first tab: what waits to be looked at, the last week in numbers, what is switched."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from chatbot.records.counting import totals
from chatbot.records.database import today
from chatbot.records.queue_rules import REASONS
from chatbot.records.tables import QueueItemRow
from chatbot.rendering import plain
from chatbot.staff.desk import Desk
from chatbot.staff.labels import REASON_LABELS
from chatbot.staff.lists import Filters, address_of
from chatbot.switches import Switches

TITLE = "Home"
_WEEK = timedelta(days=6)


def build(desk: Desk) -> None:
    """Lay the tab out inside the open `gr.Tab`."""
    import gradio as gr

    shown = gr.Markdown("", sanitize_html=False, latex_delimiters=[])
    again = gr.Button("Refresh", scale=0)

    def read(request: gr.Request) -> str:
        desk.member(request)
        return overview(desk)

    options: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    again.click(read, None, shown, **options)
    blocks = gr.context.Context.root_block
    if blocks:
        blocks.load(read, None, shown, **options)


def overview(desk: Desk) -> str:
    """Return the tab's HTML."""
    with desk.records.reading() as session:
        states = session.execute(
            select(QueueItemRow.state, QueueItemRow.reason, func.count()).group_by(
                QueueItemRow.state, QueueItemRow.reason
            )
        ).all()
        counts = {
            name: totals(session, name, today() - _WEEK, today()) for name in ("answer", "rating", "tap", "dropped")
        }
    waiting = {reason: sum(n for state, why, n in states if state == "open" and why == reason) for reason in REASONS}
    escalated = sum(n for state, _, n in states if state == "escalated")
    queue = [
        (REASON_LABELS[reason], _linked(count, Filters(show="open", reason=reason)))
        for reason, count in waiting.items()
    ]
    parts = [
        f"<h2>Waiting to be looked at: {sum(waiting.values())}</h2>",
        _table([*queue, ("sent on to the clinical lead", _linked(escalated, Filters(show="escalated")))]),
        "<h2>The last seven days</h2>",
        _table((label, str(count)) for label, count in _numbers(counts)),
        "<h2>Switches</h2>",
        _switched(desk.switches()),
    ]
    return "".join(parts)


def _numbers(counts: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    outcomes: dict[str, int] = {}
    for label, value in counts["answer"].items():
        outcome = label.partition("/")[2]
        outcomes[outcome] = outcomes.get(outcome, 0) + value
    said = {"yes": "helped", "no": "did not help"}
    return [
        ("messages", sum(outcomes.values())),
        ("answered from the articles", outcomes.get("answered", 0)),
        ("not in our articles", outcomes.get("not_in_articles", 0)),
        *((f"visitors said: {said[label]}", counts["rating"].get(label, 0)) for label in said),
        ("numbers tapped to call or text", sum(counts["tap"].values())),
        *(("records lost", lost) for lost in counts["dropped"].values()),
    ]


def _linked(count: int, filters: Filters) -> str:
    """Return a number that opens the list behind it."""
    return f'<a class="count" href="{plain(address_of(filters))}">{count}</a>' if count else "0"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f'<tr><th scope="row">{plain(name)}</th><td>{value}</td></tr>' for name, value in rows)
    return f"<table><tbody>{cells}</tbody></table>"


def _switched(switches: Switches) -> str:
    off = ", ".join(sorted(switches.articles_off)) or "none"
    notice = switches.notice or switches.notice_es or "none"
    rows = (("Answers", "off" if switches.answers_off else "on"), ("Articles off", off), ("Notice", notice))
    cells = "".join(f'<tr><th scope="row">{name}</th><td>{plain(value)}</td></tr>' for name, value in rows)
    return f"<table><tbody>{cells}</tbody></table>"
