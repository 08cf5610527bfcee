import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.redaction import Redactor
from corpus.clinic import load_clinic

CORPUS = Path(__file__).parent.parent / "corpus"
CLINIC = load_clinic(CORPUS / "clinic.toml")
TITLES = ("What Is Ketamine Therapy?", "Life After Jane Doe Street, 12 March")
REDACTOR = Redactor(CLINIC, TITLES)


def lines(part: str) -> list[str]:
    text = (Path(__file__).parent / "redaction.md").read_text(encoding="utf-8")
    found = text.split(f"## {part}\n")[1].split("\n## ")[0]
    written = found.replace("\\n", "\0").replace("\\u200b", "\u200b").splitlines()
    return [line.removeprefix("- ").replace("\0", "\n") for line in written if line.startswith("- ")]


def seeded() -> list[tuple[list[str], str]]:
    parted = (line.split(" | ", 1) for line in lines("goes"))
    return [([secret.strip() for secret in secrets.split(";")], message) for secrets, message in parted]


MESSAGES = [message for _, message in seeded()] + lines("stays")


def test_there_are_enough_examples() -> None:
    assert sum(len(secrets) for secrets, _ in seeded()) >= 120
    assert len(lines("stays")) >= 60


@pytest.mark.parametrize(("secrets", "message"), seeded())
def test_an_identifier_does_not_survive(secrets: list[str], message: str) -> None:
    redacted = REDACTOR.redact(message)
    left = re.sub(r"\[zip \d{3}\*\*\]", "", redacted)
    assert not [secret for secret in secrets if secret in left], redacted
    assert REDACTOR.has_identifiers(message)


@pytest.mark.parametrize("message", lines("stays"))
def test_an_ordinary_message_is_left_alone(message: str) -> None:
    assert REDACTOR.redact(message) == message
    assert not REDACTOR.has_identifiers(message)


@pytest.mark.parametrize("message", MESSAGES)
def test_redacting_again_changes_nothing(message: str) -> None:
    once = REDACTOR.redact(message)
    assert REDACTOR.redact(once) == once
    assert not REDACTOR.has_identifiers(once)


@pytest.mark.parametrize(
    ("message", "redacted"),
    [
        ("jane doe dob 4/12/1986 need appt", "[name] dob [date] need appt"),
        ("my card is 4111 1111 1111 1111", "my card is [card]"),
        ("call 617-555-0142 or jd@example.com", "call [phone] or [email]"),
        ("do you serve 02115", "do you serve [zip 021**]"),
        ("do you serve 03601", "do you serve [zip]"),
        ("ssn 123-45-6789, I'm 93", "ssn [id], I'm [age 90+]"),
        ("i see dr patel, had session on 3/4 and 3/8", "i see dr patel, had session on [date] and [date]"),
        ("vivo en la calle Olmo 12, me llamo Ana Ruiz", "vivo en la [address], me llamo [name]"),
    ],
)
def test_a_placeholder_says_what_kind_of_thing_was_there(message: str, redacted: str) -> None:
    assert REDACTOR.redact(message) == redacted


def spellings(number: str) -> list[str]:
    if len(number) <= 6:
        return [number]
    area, middle, last = number.split("-")[-3:]
    gaps = [("", "-", "-"), ("", ".", "."), ("", "", ""), ("", " ", " "), ("1-", "-", "-"), ("+1 ", " ", " ")]
    return [f"({area}) {middle}-{last}", *(f"{before}{area}{one}{middle}{two}{last}" for before, one, two in gaps)]


def test_the_clinics_phone_and_every_help_line_survive_however_they_are_written() -> None:
    lines_of_help = CLINIC.help_lines.values()
    numbers = {CLINIC.phone, *(number for line in lines_of_help for number in (line.call, line.text) if number)}
    for number in numbers:
        for spelling in spellings(number):
            message = f"i called {spelling} at 9 am, and it rang"
            assert REDACTOR.redact(message) == message


def test_a_number_beside_an_allowed_one_still_goes() -> None:
    assert REDACTOR.redact("call 617-863-8810 or 617-863-8811") == "call 617-863-8810 or [phone]"
    assert "5550142" not in REDACTOR.redact("988 5550142")
    assert "22" not in REDACTOR.redact("my ssn is 988 22 3333")


def test_article_titles_survive_and_the_same_words_elsewhere_do_not() -> None:
    message = "in life after Jane Doe Street, 12 March you say it helps"
    assert REDACTOR.redact(message) == message
    assert REDACTOR.redact("i live at 5 Jane Doe Street since 12 March") == "i live at [address] since [date]"


def test_another_clinics_phone_is_taken_out() -> None:
    other = Redactor(CLINIC.model_copy(update={"phone": "303-555-0100"}))
    assert other.redact("is it 303-555-0100 or 617-863-8810?") == "is it 303-555-0100 or [phone]?"


@given(st.text())
def test_no_text_raises_and_doing_it_twice_changes_nothing(text: str) -> None:
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once
    assert not REDACTOR.has_identifiers(once)


WORDS = [word for message in MESSAGES for word in message.split()]
PARTS = [*WORDS, "[name]", "[date]", "\0", "  ", "\n", "12", "Jane"]


@given(st.lists(st.sampled_from(PARTS), max_size=20).map(" ".join))
def test_words_of_the_examples_in_any_order_are_redacted_for_good(text: str) -> None:
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


@given(st.sampled_from(lines("stays")), st.integers(200, 999), st.integers(0, 9999))
def test_a_phone_number_put_anywhere_near_an_ordinary_message_goes(message: str, middle: int, last: int) -> None:
    number = f"617-{middle}-{last:04}"
    if number not in {CLINIC.phone}:
        assert number not in REDACTOR.redact(f"{message} my number is {number}")


def milliseconds(text: str) -> float:
    begun = time.perf_counter()
    REDACTOR.redact(text)
    return (time.perf_counter() - begun) * 1000


@pytest.mark.timed
def test_a_typical_message_takes_a_few_milliseconds() -> None:
    taken = sorted(min(milliseconds(message) for _ in range(2)) for message in MESSAGES)
    assert taken[len(taken) // 2] < 4


@pytest.mark.parametrize(
    "unit",
    ["i feel sad and my doctor said so ", " ", "id ", "id-", "ssn ", "1/2 ", "dob ", "my name is ", "Jane Doe ",
     "Doe, ", "(617) ", "1 a ", "www.", "ab:", "twenty ", "mark ", "a.", "5 elm ", "a_", "uno de ",
     "thanks, ", "login is ", "\0"],
)  # fmt: skip
def test_a_long_message_takes_time_in_proportion(unit: str) -> None:
    # Ten times the time in proportion, for a busy machine; a quadratic pattern takes minutes.
    assert milliseconds((unit * 20_000)[:20_000]) < 10_000
