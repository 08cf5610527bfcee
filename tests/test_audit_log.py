"""What the log of changes says, in plain words."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.records.auditing import log_change
from chatbot.records.database import Records, now
from chatbot.records.switching import SwitchBoard
from chatbot.records.tables import AuditRow
from chatbot.staff.audit_log import MOST, in_words, last_changes, log_html, people


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records.open(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    yield opened
    opened.close()


def whats(records: Records, person: str = "", *, logins: bool = False) -> list[str]:
    with records.reading() as session:
        return [change.what for change in last_changes(session, person, logins=logins)]


def test_switches_are_told_as_what_was_done_the_newest_first(records: Records) -> None:
    board = SwitchBoard(records)
    try:
        board.answers("ann", off=True)
        board.answers("bob", off=False)
        board.article("ann", "sleep", off=True)
        board.notice("ann", "Closed on <Monday>", "Cerrado el lunes")
        board.notice("bob", "")
    finally:
        board.close()
    told = whats(records)
    assert told == [
        "took the notice down",
        "put up the notice, English: “Closed on <Monday>”; Spanish: “Cerrado el lunes”",
        "switched the article sleep off",
        "switched all answers on again",
        "switched all answers off",
    ]
    assert whats(records, "bob") == [told[0], told[3]]
    with records.reading() as session:
        assert people(session) == ["ann", "bob"]
        assert "&lt;Monday&gt;" in log_html(last_changes(session))


def test_a_verdict_is_told_without_what_it_was_so_that_a_second_review_stays_blind(records: Records) -> None:
    with records.writing() as session:
        log_change(session, "ann", "first verdict", "turn abc", (None, json.dumps({"verdict": "unsafe"})))
    assert whats(records) == ["first verdict: turn abc"]


def test_logins_are_listed_only_when_asked_for(records: Records) -> None:
    with records.writing() as session:
        log_change(session, "ann", "log in", "ann")
        log_change(session, "ann", "save view", "mine")
    assert whats(records) == ["save view: mine"]
    assert whats(records, logins=True) == ["save view: mine", "logged in"]


def test_an_entry_too_long_for_a_list_is_cut_and_so_is_the_list(records: Records) -> None:
    with records.writing() as session:
        for number in range(MOST + 1):
            log_change(session, "ann", "flag", f"turn {number}\n" + "x" * 900)
        found = last_changes(session)
        assert len(found) == MOST
        assert all(len(change.what) <= 240 and "\n" not in change.what for change in found)
        assert f"Only the last {MOST} are shown." in log_html(found)


def test_a_log_of_a_hundred_thousand_changes_is_listed_in_less_than_a_second(records: Records) -> None:
    actions = ("log in", "first verdict", "switch")
    with records.writing() as session:
        rows = [
            {"at": now(), "user": "rare" if number == 7 else "ann", "action": actions[number % 3], "object": "answers",
             "before": None, "after": '{"off": true}'}
            for number in range(100_000)
        ]  # fmt: skip
        session.execute(AuditRow.__table__.insert(), rows)
    started = time.perf_counter()
    assert whats(records, "rare") == ["first verdict: answers"]
    with records.reading() as session:
        people(session)
    taken = time.perf_counter() - started
    print(f"log: {taken:.2f} s")
    assert taken < 1
    assert in_words(AuditRow(action="locked", object="ann", after="5 wrong passwords"))
