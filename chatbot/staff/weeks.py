"""Weeks of the calendar, Monday to Sunday, and the days between two that somebody typed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from chatbot.records.purging import COUNTERS_DAYS
from chatbot.staff.lists import RefusedError

_WRITTEN = re.compile(r"20[0-9]{2}-W[0-9]{2}")


@dataclass(frozen=True)
class Week:
    """A week by its Monday."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week a day lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a week as `name` writes it."""
        year, _, number = text.partition("-W") if _WRITTEN.fullmatch(text) else ("0", "", "0")
        try:
            return cls(date.fromisocalendar(int(year), int(number), 1))
        except ValueError:
            raise RefusedError(f"'{text[:20]}' is no week. Write it like 2026-W47.") from None

    @property
    def name(self) -> str:
        """Return it like 2026-W47: the year is the one its Thursday lies in."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    def before(self, count: int) -> "Week":
        """Return the week so many weeks earlier."""
        return Week(self.monday - timedelta(weeks=count))

    def __str__(self) -> str:
        """Write its days out."""
        first, last = self.monday, self.sunday
        start = f"{first.day} {first:%B}" + (f" {first.year}" if first.year != last.year else "")
        return f"{start} to {last.day} {last:%B} {last.year}"


def read_days(since: str, until: str) -> tuple[date, date]:
    """Read the first and last day of a time of which something is asked; both are needed."""
    first, last = _day(since, "first"), _day(until, "last")
    if first > last:
        raise RefusedError("The first day is after the last. Exchange them.")
    if (last - first).days > COUNTERS_DAYS:
        raise RefusedError(f"That is more than {COUNTERS_DAYS} days, which is as long as numbers stay. Ask for fewer.")
    return first, last


def _day(text: str, which: str) -> date:
    try:
        # A century is enough, and no sum of days leaves the calendar.
        return date.fromisoformat(text if text.startswith("20") else "")
    except ValueError:
        raise RefusedError(f"The {which} day is missing or is no day. Write it like 2026-11-22.") from None
