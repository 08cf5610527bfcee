"""Office hours: read strictly, said on replies about appointments, and nowhere near danger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Corpus
from test_clinic import CLINIC, written
from website import QUESTION, RecordingBot, opened_bot

from chatbot.conversation import Question
from corpus.clinic import load_clinic
from corpus.front_matter import ContentError
from corpus.hours import Hours
from corpus.replies import load_replies

WEEK = """
[hours]
time_zone = "America/New_York"
monday = "09:00-17:00"
tuesday = "09:00-17:00"
wednesday = "09:00-17:00"
thursday = "12:00-20:30"
saturday = "10:00-12:00"
closed_on = [2026-12-23]
"""
REPLIES = Path(__file__).parent.parent / "corpus" / "replies"
MONDAY_NOON = datetime(2026, 12, 21, 17, 0, tzinfo=UTC)
MONDAY_NIGHT = datetime(2026, 12, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Hours:
    found = load_clinic(written(tmp_path_factory.mktemp("hours") / "clinic.toml", CLINIC + WEEK)).hours
    assert found
    return found


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus, hours: Hours) -> Iterator[RecordingBot]:
    """The bot of a clinic with hours, at a moment the test sets by `at`."""
    with opened_bot(shared_corpus) as opened:
        clinic = opened.clinic.model_copy(update={"hours": hours})
        opened.shelf = replace(opened.shelf, clinic=clinic, replies=load_replies(REPLIES, clinic))
        yield opened


def said(bot: RecordingBot, text: str, moment: datetime, history: tuple[str, ...] = ()) -> str:
    bot.shelf = replace(bot.shelf, now=lambda: moment)
    return bot.ask(Question(text, history)).text


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 12, 21, 13, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 21, 14, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 21, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 21, 22, 0, tzinfo=UTC), False),
        # In summer the same clock time is an hour earlier in UTC.
        (datetime(2026, 7, 20, 13, 0, tzinfo=UTC), True),
        # Still Thursday in New York, already Friday in UTC; Friday is closed.
        (datetime(2026, 12, 18, 1, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 18, 17, 0, tzinfo=UTC), False),
        # A Wednesday, but a holiday.
        (datetime(2026, 12, 23, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 16, 17, 0, tzinfo=UTC), True),
    ],
)
def test_the_clinic_is_open_by_its_own_clock_and_calendar(hours: Hours, moment: datetime, is_open: bool) -> None:
    assert hours.open_at(moment) is is_open


def test_the_week_is_said_in_words_with_equal_days_together(hours: Hours) -> None:
    assert hours.in_words("en") == (
        "Monday to Wednesday, 9 am to 5 pm; Thursday, noon to 8:30 pm; Saturday, 10 am to noon"
    )
    assert hours.in_words("es") == (
        "lunes a miércoles, de 9 am a 5 pm; jueves, de mediodía a 8:30 pm; sábado, de 10 am a mediodía"
    )
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "00:00-24:00")
    always = Hours.model_validate({"time_zone": "UTC"} | days)
    assert always.in_words("en") == "every day, midnight to midnight"
    assert Hours.model_validate({"time_zone": "UTC", "saturday": "08:05-11:00", "sunday": "08:05-11:00"}).in_words(
        "en"
    ) == ("Saturday and Sunday, 8:05 am to 11 am")


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        (("America/New_York", "Boston"), "hours.time_zone", "write it like America/New_York"),
        (("America/New_York", "../../etc/passwd"), "hours.time_zone", "write it like America/New_York"),
        (('time_zone = "America/New_York"\n', ""), "hours.time_zone", "required"),
        (('"12:00-20:30"', '"12-20"'), "hours.thursday", '"09:00-17:00"'),
        (('"12:00-20:30"', '"20:30-12:00"'), "hours.thursday", "after the opening time"),
        (('"12:00-20:30"', '"12:00-24:30"'), "hours.thursday", "24:00"),
        (('"12:00-20:30"', "9"), "hours.thursday", '"09:00-17:00"'),
        (("saturday", "saturdays"), "hours.saturdays", "not permitted"),
        (("2026-12-23", '"Christmas"'), "hours.closed_on.0", "date"),
    ],
)
def test_a_mistake_in_the_hours_is_named(tmp_path: Path, change: tuple[str, str], field: str, problem: str) -> None:
    with pytest.raises(ContentError) as raised:
        load_clinic(written(tmp_path / "clinic.toml", CLINIC + WEEK.replace(*change)))
    assert raised.value.field == field
    assert problem in str(raised.value)


def test_hours_without_a_day_are_refused(tmp_path: Path) -> None:
    text = CLINIC + '[hours]\ntime_zone = "UTC"\n'
    with pytest.raises(ContentError, match="name at least one day"):
        load_clinic(written(tmp_path / "clinic.toml", text))


@pytest.mark.parametrize(
    ("question", "closed", "opened"),
    [
        ("Can I make an appointment?", "The office is closed right now", "Office hours: Monday to Wednesday"),
        ("¿Puedo hacer una cita?", "La oficina está cerrada ahora", "Horario: lunes a miércoles"),
    ],
)
def test_booking_gives_the_hours_and_says_when_nobody_answers(
    bot: RecordingBot, question: str, closed: str, opened: str
) -> None:
    by_day, by_night = said(bot, question, MONDAY_NOON), said(bot, question, MONDAY_NIGHT)
    assert opened in by_day
    assert closed not in by_day
    assert closed in by_night
    assert "988" in by_night


def test_hours_are_not_said_where_nobody_is_told_to_call_for_a_visit(bot: RecordingBot) -> None:
    for text in (QUESTION, "what is your name?", "i want to die", "i took all my pills", "my friend wants to die"):
        assert "closed right now" not in said(bot, text, MONDAY_NIGHT)
    both = said(bot, "I want to die. can I reschedule my visit", MONDAY_NIGHT)
    assert "appointments, not emergencies" in both
    assert "closed right now" not in both


def test_a_clinic_without_hours_says_nothing_about_them(shared_corpus: Corpus) -> None:
    with opened_bot(shared_corpus) as bot:
        text = said(bot, "Can I make an appointment?", MONDAY_NIGHT)
        assert "To book, change or cancel a visit" in text
        assert "closed" not in text
        assert "hours" not in text
        assert ("after_hours", "en") not in bot.replies
