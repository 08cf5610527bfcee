"""Cases that keep a mended answer mended: proposed from a turn by one person, approved by another, asked in every run.

The suite's file is written before the approval is: after a kill in between, approving again finds the case there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.records.auditing import log_change
from chatbot.records.database import now
from chatbot.records.tables import RegressionRow, TurnRow
from chatbot.redaction import Redactor
from chatbot.staff.accounts import Member
from chatbot.staff.revising import Content, require
from chatbot.staff.suite_runs import require_readable, run_suite
from chatbot.staff.written import FixRefusedError, only_change, write_whole

State = Literal["proposed", "not run yet", "fixed", "broken"]
_GATES = "# Every case was mended once.\ngates:\n- figure: passed\n  at_least: 1\n"
_NO_TEXT = "Nothing was kept of what was asked. Write the case by hand: evals/README.md."


@dataclass(frozen=True)
class Draft:
    """A case to be proposed: what was asked, and what must come back."""

    turn_id: str
    turns: tuple[str, ...]
    """The conversation's questions up to the one that is judged."""
    demands: tuple[tuple[str, Any], ...]
    """Assertion and its value, such as `("cites", {"article": …, "heading": …})`."""
    language: str = "en"
    note: str = ""


@dataclass(frozen=True)
class Regression:
    """A case and how it stands."""

    case_id: str
    turn_id: str | None
    state: State
    by: str
    approved_by: str | None
    last_run: datetime | None
    case: dict[str, Any]


def prefill(content: Content, turn_id: str, place: tuple[str, str] | None = None) -> Draft:
    """Make a draft from a kept turn: its answer should quote `place`, or without one what it quotes now."""
    with content.records.reading() as session:
        turn = session.get(TurnRow, turn_id)
        if turn is None:
            raise FixRefusedError("That turn is not kept any more. Choose another.")
        earlier = select(TurnRow).where(
            TurnRow.conversation_id == turn.conversation_id, TurnRow.number <= turn.number
        )
        asked = [row.question for row in session.scalars(earlier.order_by(TurnRow.number))]
        answer: dict[str, Any] = turn.answer or {}
    turns = tuple(question for question in asked if question)
    if len(turns) != len(asked):
        raise FixRefusedError(_NO_TEXT)
    return Draft(turn_id, turns, _demands(answer, place), turn.language)


def _demands(answer: dict[str, Any], place: tuple[str, str] | None) -> tuple[tuple[str, Any], ...]:
    if place:
        return (("cites", {"article": place[0], "heading": place[1]}),)
    cited = list(dict.fromkeys(citation["article"] for citation in answer.get("citations", ())))
    if cited:
        return (("cites", [{"article": article} for article in cited]),)
    return (("route", answer.get("route", "education")), ("abstains", True))


def propose(content: Content, member: Member, draft: Draft) -> str:
    """Propose a case, for somebody else to approve; return its id."""
    require(member, "reviewer")
    case = case_of(draft)
    _require_nobody(content, case)
    with TemporaryDirectory(prefix="case-") as folder:
        file = Path(folder) / "case.jsonl"
        file.write_text(_line(case), encoding="utf-8", errors="replace")
        require_readable(file)
    with content.records.writing() as session:
        if session.get(RegressionRow, case["id"]):
            raise FixRefusedError("There is a case of this turn already. Open it under regression cases.")
        turn = session.get(TurnRow, draft.turn_id)
        session.add(
            RegressionRow(
                case_id=case["id"], turn_id=turn.id if turn else None, state="proposed", by=member.name, case=case
            )
        )
        log_change(session, member.name, "regression proposed", case["id"], (None, _line(case)))
    return str(case["id"])


def case_of(draft: Draft) -> dict[str, Any]:
    """Return a draft as a case stands in a suite."""
    single = len(draft.turns) == 1
    metadata = {"suite": "regressions", "severity": "major", "language": draft.language, "source": "a visitor's turn"}
    return {
        "id": f"turn-{draft.turn_id}",
        "vars": {"question": draft.turns[0]} if single else {"turns": list(draft.turns)},
        "assert": [{"type": kind, "value": value} for kind, value in draft.demands],
        "metadata": metadata | ({"note": draft.note} if draft.note else {}),
    }


def approve(content: Content, member: Member, case_id: str) -> None:
    """Add a case that somebody else proposed to the suite."""
    require(member, "editor")
    with only_change(content.home):
        with content.records.reading() as session:
            row = _proposed(session, case_id, member)
        _require_nobody(content, row.case)
        suite = content.live.settings.regression_suite
        text = _with_case(_read(suite), row.case)
        with TemporaryDirectory(prefix="case-") as folder:
            checked = Path(folder) / suite.name
            checked.write_text(text, encoding="utf-8")
            require_readable(checked)
        with content.records.writing() as session:
            row = _proposed(session, case_id, member)
            row.state, row.approved_by = "approved", member.name
            log_change(session, member.name, "regression approved", case_id, (None, _line(row.case)))
            session.flush()
            _write(suite, text)


def discard(content: Content, member: Member, case_id: str) -> None:
    """Throw a proposal away; an approved case stays, it is taken out of its file by hand."""
    require(member, "reviewer")
    with only_change(content.home), content.records.writing() as session:
        row = session.get(RegressionRow, case_id)
        if row is None or row.state != "proposed":
            raise FixRefusedError("There is no such proposal any more. Reload the list.")
        if row.by != member.name and not member.may("editor"):
            raise FixRefusedError("Only who proposed a case, or an editor, can throw it away. Ask one of them.")
        suite = content.live.settings.regression_suite
        if case_id in _ids(_read(suite)):
            raise FixRefusedError("It stands in the suite already, its approval was interrupted. Approve it again.")
        log_change(session, member.name, "regression discarded", case_id, (_line(row.case), None))
        session.delete(row)


def run_regressions(content: Content, member: Member) -> dict[str, str]:
    """Ask every case of the suite and note how each came out; return case id -> `passed`, `failed` or `errored`."""
    require(member, "reviewer")
    suite = content.live.settings.regression_suite
    if not suite.is_file():
        return {}
    found = run_suite(content.live.settings, suite)
    with content.records.writing() as session:
        for row in session.scalars(select(RegressionRow).where(RegressionRow.case_id.in_(list(found)))):
            row.last_result, row.last_run = found[row.case_id], now()
        log_change(session, member.name, "regressions run", suite.name, (None, json.dumps(found)))
    return found


def regressions(content: Content, turn_id: str | None = None) -> Sequence[Regression]:
    """Return all cases, or those of one turn; proposals first, then what is broken."""
    wanted = select(RegressionRow).order_by(RegressionRow.case_id)
    if turn_id is not None:
        wanted = wanted.where(RegressionRow.turn_id == turn_id)
    with content.records.reading() as session:
        rows = list(session.scalars(wanted))
    found = [
        Regression(row.case_id, row.turn_id, _state(row), row.by, row.approved_by, row.last_run, row.case)
        for row in rows
    ]
    return sorted(found, key=lambda each: ("proposed", "broken", "not run yet", "fixed").index(each.state))


def _state(row: RegressionRow) -> State:
    if row.state == "proposed":
        return "proposed"
    if row.last_result is None:
        return "not run yet"
    return "fixed" if row.last_result == "passed" else "broken"


def _proposed(session: Session, case_id: str, member: Member) -> RegressionRow:
    row = session.get(RegressionRow, case_id, with_for_update=True)
    if row is None or row.state != "proposed":
        raise FixRefusedError("There is no such proposal any more. Reload the list.")
    if row.by == member.name:
        raise FixRefusedError("You proposed this case yourself. Ask somebody else to approve it.")
    return row


def _require_nobody(content: Content, case: dict[str, Any]) -> None:
    """Look again for what identifies a person: a case stays for good, and somebody may have typed something in."""
    redactor = Redactor(content.live.clinic, [article.title for article in content.live.articles.values()])
    for text in _written(case):
        if redactor.has_identifiers(text):
            shown = redactor.redact(text)
            raise FixRefusedError(f"It still holds something that may identify a person. Write it like this: {shown}")


def _written(case: dict[str, Any]) -> list[str]:
    """Return every text of a case that a person may have written."""
    asked, demands = case["vars"], case["assert"]
    values = [each["value"] for each in demands if each["type"] != "route"]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    questions = asked.get("turns") or [asked["question"]]
    return [text for text in (*questions, case["metadata"].get("note", ""), *texts) if isinstance(text, str)]


def _line(case: dict[str, Any]) -> str:
    return json.dumps(case, ensure_ascii=False) + "\n"


def _read(suite: Path) -> str:
    return suite.read_text(encoding="utf-8") if suite.is_file() else ""


def _ids(text: str) -> set[str]:
    return {json.loads(line)["id"] for line in text.splitlines() if line.strip()}


def _with_case(text: str, case: dict[str, Any]) -> str:
    if case["id"] in _ids(text):
        return text
    return text + ("\n" if text and not text.endswith("\n") else "") + _line(case)


def _write(suite: Path, text: str) -> None:
    """Write the suite whole, and beside it that every case must pass."""
    gates = suite.with_suffix(".gates.yaml")
    try:
        suite.parent.mkdir(parents=True, exist_ok=True)
        if not gates.exists():
            write_whole(gates, _GATES.encode())
        write_whole(suite, text.encode())
    except OSError as error:
        message = f"{suite} cannot be written ({error}). Set CHATBOT_REGRESSIONS to another file."
        raise FixRefusedError(message) from error
