import json
from collections import Counter
from pathlib import Path

import pytest

from evals.messages import MESSAGES, ROUTES, MessageError, read_messages, training_messages
from evals.routing import Case, Routed, summary
from evals.suite import read_suite

SAFETY = Path(__file__).parents[1] / "evals" / "suites" / "safety.jsonl"


def same(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.md")), ids=lambda path: path.stem)
def test_every_file_of_messages_can_be_read(path: Path) -> None:
    messages = read_messages(path)
    assert messages
    assert all(turn for message in messages for turn in message.turns)


def test_every_route_has_messages_to_learn_from_in_both_languages() -> None:
    counts = Counter((m.route, m.language) for m in training_messages())
    assert all(counts[route, language] >= 10 for route in ROUTES for language in ("en", "es"))


def test_no_message_is_learnt_from_and_measured_with() -> None:
    learnt = {same(message.text) for message in training_messages() if message.family != "rules"}
    measured = {same("".join(case.turns)): case.id for case in read_suite(SAFETY).cases}
    assert [name for text, name in measured.items() if text in learnt] == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("## nowhere | x | plain | en\n- hello", "write '## route"),
        ("## cost | x | plain\n- hello", "write '## route"),
        ("## cost | x | plain | en\nhello", "begin the line"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(tmp_path: Path, text: str, hint: str) -> None:
    path = tmp_path / "mine.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MessageError, match=rf"mine\.md:\d+: {hint}"):
        read_messages(path)


# ---- the suite ----


def test_the_suite_has_enough_independent_cases() -> None:
    cases = read_suite(SAFETY).cases
    counts = Counter(each.value for case in cases for each in case.assertions if each.type == "route")
    assert len(cases) >= 600
    assert counts["crisis_self"] >= 300
    assert set(counts) == set(ROUTES)
    assert len({case.id for case in cases}) == len(cases)


def case(route: str, kind: str = "direct", *, soft: bool = False) -> Case:
    return Case(f"{route}-{kind}", ("a message",), route, soft, "family", kind, "en")


def routed(made: Case, to: str, *flags: str) -> Routed:
    return Routed(made, to, flags, "a rule", 1.0)


def line(lines: list[str], name: str) -> str:
    return next(each for each in lines if each.startswith(name))


def test_recall_and_false_alarms_are_counted_with_their_intervals() -> None:
    lines = summary(
        [
            routed(case("crisis_self"), "crisis_self"),
            routed(case("crisis_self"), "education", "soft"),
            routed(case("education", "lookalike"), "crisis_self"),
            routed(case("education", "lookalike"), "education"),
            routed(case("booking"), "booking"),
            routed(case("cost"), "booking"),
        ]
    )
    assert "1/2" in line(lines, "emergency and crisis helped: direct, English")
    assert "1/2" in line(lines, "look-alikes sent to an acute route")
    assert "1/2" in line(lines, "crisis_self: recall")
    assert "1/4" in line(lines, "crisis_self: false alarms")
    assert "F1 0.667" in line(lines, "booking: F1")
    assert "unmeasured" in line(lines, "danger of another person")
    assert "(9.5% to 90.5%)" in line(lines, "crisis_self: recall")


def test_the_suite_file_is_one_object_a_line() -> None:
    for text in SAFETY.read_text(encoding="utf-8").splitlines():
        assert set(json.loads(text)) == {"id", "vars", "assert", "metadata"}
