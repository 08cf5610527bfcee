"""Regression cases made from turns: real records, the real suite reader and runner in their child processes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Corpus

from chatbot.config import Settings
from chatbot.live_bot import opened_live
from chatbot.records.database import Records, today
from chatbot.records.tables import ConversationRow, TurnRow
from chatbot.staff import regressions, revising
from chatbot.staff.accounts import Member
from chatbot.staff.desk import NotAllowedError
from chatbot.staff.regressions import Draft
from chatbot.staff.revising import Content, open_article
from chatbot.staff.written import FixRefusedError

REVIEWER, EDITOR, OTHER = Member("rob", "reviewer"), Member("eva", "editor"), Member("ann", "editor")
PLACE = ("sleep", "How much sleep do adults need?")


@pytest.fixture
def content(corpus: Corpus, tmp_path: Path) -> Iterator[Content]:
    settings = Settings(
        home=tmp_path, articles=corpus.articles, index=str(corpus.index), glossary=corpus.articles / "none.toml",
        regressions=tmp_path / "suite" / "regressions.jsonl",
    )  # fmt: skip
    records = Records.open(settings.records)
    keep(records, ["What are the signs of the flu?", "How much sleep do adults need?"])
    live = opened_live(settings)
    yield Content(live, records)
    live.close()
    records.close()


def keep(records: Records, questions: list[str | None]) -> None:
    with records.writing() as session:
        session.add(ConversationRow(id="c", day=today(), language="en", keeps_text=True, source="page"))
        session.flush()
        for number, question in enumerate(questions, 1):
            session.add(
                TurnRow(
                    id=f"{number:016x}-00000000", conversation_id="c", number=number, day=today(), route="education",
                    flags=[], outcome="answered", language="en", rule="r", question=question,
                    answer={"route": "education", "citations": [{"article": "sleep", "section": "Sleep"}]},
                    confidence=0.9, latency_bucket="<50ms", version="0",
                )
            )


SECOND = f"{2:016x}-00000000"


def suite(content: Content) -> list[dict[str, object]]:
    file = content.live.settings.regression_suite
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []


def states(content: Content) -> list[str]:
    return [each.state for each in regressions.regressions(content, SECOND)]


def test_a_case_is_proposed_by_one_approved_by_another_run_and_seen_to_break(content: Content) -> None:
    draft = regressions.prefill(content, SECOND, PLACE)
    assert draft.turns == ("What are the signs of the flu?", "How much sleep do adults need?")
    name = regressions.propose(content, EDITOR, draft)
    assert states(content) == ["proposed"]
    assert suite(content) == []
    with pytest.raises(FixRefusedError, match="yourself"):
        regressions.approve(content, EDITOR, name)
    with pytest.raises(NotAllowedError):
        regressions.approve(content, REVIEWER, name)
    regressions.approve(content, OTHER, name)
    assert [case["id"] for case in suite(content)] == [name]
    assert states(content) == ["not run yet"]
    assert regressions.run_regressions(content, OTHER) == {name: "passed"}
    assert states(content) == ["fixed"]
    opened = open_article(content, "sleep")
    start, end = opened.text.index("## How much"), opened.text.index("## What helps")
    revising.save(content, EDITOR, opened, opened.text[:start] + opened.text[end:])
    assert regressions.run_regressions(content, OTHER) == {name: "failed"}
    assert states(content) == ["broken"]
    with pytest.raises(FixRefusedError, match="no such proposal"):
        regressions.approve(content, OTHER, name)


def test_an_approval_that_was_killed_after_the_file_was_written_is_given_again(content: Content) -> None:
    first = regressions.propose(content, REVIEWER, regressions.prefill(content, SECOND))
    file = content.live.settings.regression_suite
    file.parent.mkdir()
    file.write_text(json.dumps(regressions.regressions(content)[0].case), encoding="utf-8")
    with pytest.raises(FixRefusedError, match="Approve it again"):
        regressions.discard(content, REVIEWER, first)
    regressions.approve(content, EDITOR, first)
    assert [case["id"] for case in suite(content)] == [first]
    assert states(content) == ["not run yet"]


def test_nothing_that_identifies_a_person_gets_into_a_case(content: Content) -> None:
    draft = regressions.prefill(content, SECOND, PLACE)
    typed = "Call me at 212-555-0147"
    for bad in (
        replace(draft, turns=(typed,)),
        replace(draft, note=typed),
        replace(draft, demands=(("contains-any", ["sleep", typed]),)),
    ):
        with pytest.raises(FixRefusedError, match=r"\[phone\]"):
            regressions.propose(content, REVIEWER, bad)
    assert regressions.regressions(content) == []


def test_a_case_that_no_run_could_read_is_refused(content: Content) -> None:
    draft = replace(regressions.prefill(content, SECOND), demands=(("cites", {"artcle": "sleep"}),))
    with pytest.raises(FixRefusedError, match="Correct the case"):
        regressions.propose(content, REVIEWER, draft)


def test_a_proposal_can_be_thrown_away_and_what_was_not_kept_cannot_be_proposed(content: Content) -> None:
    name = regressions.propose(content, EDITOR, regressions.prefill(content, SECOND))
    with pytest.raises(FixRefusedError, match="already"):
        regressions.propose(content, EDITOR, regressions.prefill(content, SECOND))
    with pytest.raises(FixRefusedError, match="Ask one of them"):
        regressions.discard(content, REVIEWER, name)
    regressions.discard(content, EDITOR, name)
    assert regressions.regressions(content) == []
    with pytest.raises(FixRefusedError, match="not kept"):
        regressions.prefill(content, "nothing")
    with content.records.writing() as session:
        session.get_one(TurnRow, SECOND).question = None
    with pytest.raises(FixRefusedError, match="Nothing was kept"):
        regressions.prefill(content, SECOND)


def test_a_case_of_a_single_question_is_one_question() -> None:
    case = regressions.case_of(Draft("1", ("Why?",), (("abstains", True),)))
    assert case["vars"] == {"question": "Why?"}


def test_the_route_a_case_demands_is_no_personal_detail(content: Content) -> None:
    demands = (("route", "personal_medical"), ("abstains", True))
    name = regressions.propose(content, REVIEWER, replace(regressions.prefill(content, SECOND), demands=demands))
    assert [each.state for each in regressions.regressions(content, SECOND)] == ["proposed"]
    assert name in {each.case_id for each in regressions.regressions(content)}
