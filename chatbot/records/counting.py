"""Counters by day: numbers only. What a name counts is listed here.

| name | labels |
|---|---|
| `answer` | `route/outcome`, every turn, also those of which nothing else is kept |
| `language`, `source` | `en` … ; `page`, `chat`, `api` |
| `latency` | as in `turn.latency_bucket` |
| `article` | id of a quoted article |
| `rating`, `reason` | `yes`, `no`; why an answer did not help |
| `tap` | which call button was tapped: `clinic`, `emergency`, `crisis`, `crisis_text`, `other` |
| `dropped` | `record`: what could not be written |
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from chatbot.records.tables import CounterRow

Counts = Counter[tuple[str, str]]
"""(name, label) -> how often."""
Number = tuple[date, str, str, int]
"""Day, name, label, how often."""


def add_counts(session: Session, day: date, counts: Counts) -> None:
    """Add to the day's counters."""
    if not counts:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # In one order in every process: two that write at once must not wait for each other.
    rows = [{"day": day, "name": name, "label": label, "value": by} for (name, label), by in sorted(counts.items())]
    adding = insert(CounterRow).values(rows)
    key = (CounterRow.day, CounterRow.name, CounterRow.label)
    session.execute(
        adding.on_conflict_do_update(index_elements=key, set_={"value": CounterRow.value + adding.excluded.value})
    )


def totals(session: Session, name: str, since: date, until: date) -> dict[str, int]:
    """Return label -> sum over the days from `since` to `until`, both included; the highest first."""
    total = func.sum(CounterRow.value)
    wanted = select(CounterRow.label, total).where(CounterRow.name == name, CounterRow.day.between(since, until))
    found = session.execute(wanted.group_by(CounterRow.label).order_by(total.desc()))
    return {label: int(value) for label, value in found}


def by_day(session: Session, names: Iterable[str], since: date, until: date) -> list[Number]:
    """Return the counters of these names, day by day."""
    columns = select(CounterRow.day, CounterRow.name, CounterRow.label, CounterRow.value)
    wanted = columns.where(CounterRow.name.in_(list(names)), CounterRow.day.between(since, until))
    found = session.execute(wanted.order_by(CounterRow.day, CounterRow.name, CounterRow.label))
    return [(day, name, label, value) for day, name, label, value in found]
