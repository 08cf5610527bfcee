"""The clinic's office hours (`[hours]` in `clinic.toml`): whether it is open at a moment, and the hours in words."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import groupby
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMES = {
    "en": tuple(day.capitalize() for day in DAYS),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_WORDS = {
    "en": {"to": "to", "from": "", "noon": "noon", "midnight": "midnight", "and": "and", "every": "every day"},
    "es": {
        "to": "a", "from": "de ", "noon": "mediodía", "midnight": "medianoche", "and": "y", "every": "todos los días",
    },
}
_SPAN = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY_MINUTES = 24 * 60


class Span(BaseModel):
    """From when to when the clinic is open on a day, in minutes after midnight; it closes on the minute named."""

    model_config = ConfigDict(frozen=True)

    opens: int
    closes: int


def _span(value: Any) -> Any:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError('write opening and closing time like "09:00-17:00"')
    hour, minute, last_hour, last_minute = map(int, found.groups())
    opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
    if not opens < closes <= _DAY_MINUTES:
        raise ValueError("the closing time must be after the opening time, and at most 24:00")
    return Span(opens=opens, closes=closes)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone; write it like America/New_York") from error
    return name


OnDay = Annotated[Span | None, BeforeValidator(_span)]


class Hours(BaseModel):
    """Office hours by day; a day that is not named is closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    time_zone: Annotated[str, AfterValidator(_zone)]
    monday: OnDay = None
    tuesday: OnDay = None
    wednesday: OnDay = None
    thursday: OnDay = None
    friday: OnDay = None
    saturday: OnDay = None
    sunday: OnDay = None
    closed_on: tuple[date, ...] = ()
    """Holidays."""

    @model_validator(mode="after")
    def _some_day_is_open(self) -> "Hours":
        if not any(span for _, span in self._days()):
            raise ValueError('name at least one day, such as monday = "09:00-17:00", or remove [hours]')
        return self

    def open_at(self, moment: datetime) -> bool:
        """Tell whether the clinic is open at a moment, which must name its own time zone."""
        here = moment.astimezone(ZoneInfo(self.time_zone))
        span = dict(self._days())[here.weekday()]
        minute = here.hour * 60 + here.minute
        return span is not None and here.date() not in self.closed_on and span.opens <= minute < span.closes

    def in_words(self, language: str) -> str:
        """Return the week in words, days with the same hours together: "Monday to Friday, 9 am to 5 pm"."""
        parts = []
        for span, days in groupby(self._days(), key=lambda day: day[1]):
            if span:
                names = [number for number, _ in days]
                parts.append(f"{_days_in_words(names, language)}, {_span_in_words(span, language)}")
        return "; ".join(parts)

    def _days(self) -> Iterator[tuple[int, Span | None]]:
        yield from ((number, getattr(self, day)) for number, day in enumerate(DAYS))


def _days_in_words(numbers: list[int], language: str) -> str:
    names, word = _NAMES[language], _WORDS[language]
    first, last = names[numbers[0]], names[numbers[-1]]
    if len(numbers) == len(DAYS):
        return word["every"]
    if len(numbers) == 1:
        return first
    return f"{first} {word['and'] if len(numbers) == 2 else word['to']} {last}"


def _span_in_words(span: Span, language: str) -> str:
    word = _WORDS[language]
    return f"{word['from']}{_clock(span.opens, word)} {word['to']} {_clock(span.closes, word)}"


def _clock(minutes: int, word: dict[str, str]) -> str:
    if minutes % _DAY_MINUTES == 0:
        return word["midnight"]
    at = time(minutes // 60, minutes % 60)
    if (at.hour, at.minute) == (12, 0):
        return word["noon"]
    shown = f"{at.hour % 12 or 12}" + (f":{at.minute:02}" if at.minute else "")
    return f"{shown} {'am' if at.hour < 12 else 'pm'}"
