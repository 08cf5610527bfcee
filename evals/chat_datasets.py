"""Data sets of questions with reference answers: plain CSV, Inspect's and DeepEval's JSON, read and written."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.assertions import TYPES
from evals.case_files import json_lines
from evals.csv_cells import Row
from evals.foreign import HELD, Asserted, Foreign, Told, held, loosely, shaped, target, tell_held
from evals.located import Located
from evals.promptfoo_files import metadata_cell, question_field
from evals.suite import Case

REFERENCES = ("expected", "expected_output", "target", "answer", "reference", "ground_truth")
"""Usual names of a reference answer's column."""
_CAMEL = {
    "expectedOutput": "expected_output", "actualOutput": "actual_output", "retrievalContext": "retrieval_context",
    "additionalMetadata": "additional_metadata", "sourceFile": "source_file", "expectedOutcome": "expected_outcome",
    "toolsCalled": "tools_called", "expectedTools": "expected_tools", "userDescription": "user_description",
}  # fmt: skip
DEEPEVAL_FIELDS = frozenset({
    "expected_output", "actual_output", "retrieval_context", "context", "additional_metadata", "turns", "scenario",
    *_CAMEL,
})  # fmt: skip
"""Fields by which DeepEval's rows are told from Inspect's."""
_KEPT_IN_NOTE = ("retrieval_context", "context", "comments", "source_file", "scenario", "expected_outcome")


# ---- reading ----


def read_plain_csv(rows: Sequence[Row], foreign: Foreign) -> None:
    """Add the rows of a table: a question, a reference answer, columns named like assertions or metadata."""
    for row in rows:
        asked = question_field(foreign, row.line, row.cells)
        cells = {name: text for name, text in row.cells.items() if name != asked and text.strip()}
        answer = next((name for name in REFERENCES if name in cells), "")
        demands = foreign.reference(row.line, cells.get(answer), {})
        demands += [Asserted(row.line, name, shaped(name, text)) for name, text in cells.items() if name in TYPES]
        own = {answer, "id", "description", "threshold", *TYPES}
        metadata = {name: metadata_cell(name, text) for name, text in cells.items() if name not in own}
        threshold = loosely(cells["threshold"]) if "threshold" in cells else None
        fields = {"id": cells.get("id"), "description": cells.get("description"), "threshold": threshold}
        turns = loosely(row.cells[asked]) if asked == "turns" else None
        asked_turns = turns if isinstance(turns, list) else [row.cells[asked]]
        foreign.add(row.line, asked_turns, demands, fields | {"metadata": metadata})


def read_inspect(file: Located, foreign: Foreign) -> None:
    """Add Inspect's samples: input, target, id, metadata; an input may be a list of chat messages."""
    for line, sample in _objects(file):
        metadata = sample.get("metadata") or {}
        metadata = loosely(metadata) if isinstance(metadata, str) else metadata
        if not isinstance(metadata, dict):
            raise foreign.error(line, "metadata is not a mapping", "Write an object, or its JSON as a text")
        for name in sample.keys() - {"input", "target", "id", "metadata"}:
            if sample[name] not in (None, "", [], {}):
                foreign.told.tell(f"'{name}' of a sample left out: the chatbot is asked its input alone", line)
        turns = _turns(foreign, line, sample.get("input"))
        demands = foreign.reference(line, _target(sample.get("target")), metadata)
        foreign.add(line, turns, demands, {"id": sample.get("id"), "metadata": metadata})


def _target(given: Any) -> Any:
    if isinstance(given, list):
        return [str(each) for each in given]
    return given if given is None else str(given)


def read_deepeval(file: Located, foreign: Foreign) -> None:
    """Add DeepEval's goldens: input and expected_output, or the turns of a conversation."""
    for line, row in _objects(file):
        golden = {_CAMEL.get(name, name): value for name, value in row.items() if value not in (None, "", [], {})}
        metadata = golden.pop("additional_metadata", {})
        if not isinstance(metadata, dict):
            raise foreign.error(line, "additional_metadata is not a mapping", "Write an object")
        turns = _turns(foreign, line, golden.pop("turns", None) or golden.pop("input", row.get("input")))
        demands = foreign.reference(line, golden.pop("expected_output", None), metadata)
        own = {name: golden.pop(name) for name in _KEPT_IN_NOTE if name in golden}
        name = golden.pop("name", None)
        for left in golden:
            foreign.told.tell(f"'{left}' of a golden left out: a suite has no place for it", line)
        foreign.add(line, turns, demands, {"id": metadata.get("id", name), "metadata": _without_id(metadata) | own})


def _without_id(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name != "id"}


def _objects(file: Located) -> list[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(file.value):
        if not isinstance(row, dict):
            raise file.error((number,), "not an object", "Write one JSON object for each case")
    return [(file.lines.get((number,), 1), row) for number, row in enumerate(file.value)]


def _turns(foreign: Foreign, line: int, given: Any) -> list[Any]:
    """Return what the user says: the text, or the user's messages of a chat."""
    if not isinstance(given, list):
        return [given]
    turns: list[str] = []
    for message in given:
        role = message.get("role") if isinstance(message, dict) else None
        if role == "user":
            turns.append(_content(foreign, line, message.get("content")))
        elif role in {"system", "assistant", "tool"}:
            foreign.told.tell(f"a message of role '{role}' left out: the chatbot answers itself", line)
        else:
            raise foreign.error(line, f"{message!r} is no chat message", 'Write {"role": "user", "content": "…"}')
    if not turns:
        raise foreign.error(line, "no message of the user's", 'Add {"role": "user", "content": "…"}')
    if given[-1]["role"] != "user":
        foreign.told.tell("the chat ends with an answer; the answer to the user's last message is judged", line)
    return turns


def _content(foreign: Foreign, line: int, given: Any) -> str:
    if isinstance(given, str):
        return given
    parts = given if isinstance(given, list) else [given]
    if not all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in parts):
        raise foreign.error(line, "a message that is not text", "Give its content as a text; media are not read")
    return "\n".join(part["text"] for part in parts)


# ---- writing ----


def inspect_lines(cases: Sequence[Case], told: Told) -> str:
    """Return samples for Inspect's `json_dataset`; every turn of a conversation as a message of the user's."""
    rows = []
    for case in cases:
        single = len(case.turns) == 1
        said = case.turns[0] if single else [{"role": "user", "content": turn} for turn in case.turns]
        answer, kept = _answer(case, "Inspect", ("id", "turns"), told)
        row = {"id": case.id, "input": said, "target": "" if answer is None else answer}
        rows.append(row | {"metadata": {**case.metadata, **kept}})
    return json_lines(rows)


def deepeval_lines(cases: Sequence[Case], told: Told) -> str:
    """Return goldens for DeepEval's data sets; of a conversation the last turn is the input."""
    rows = []
    for case in cases:
        answer, kept = _answer(case, "DeepEval", ("id",), told)
        metadata = {"id": case.id, **case.metadata, **kept}
        rows.append({"input": case.turns[-1], "expected_output": answer, "additional_metadata": metadata})
    return json_lines(rows)


def _answer(case: Case, tool: str, natively: tuple[str, ...], told: Told) -> tuple[Any, dict[str, Any]]:
    """Return the reference answer a case can be given, and what else must be held for the way back."""
    stated = target(case, lists=tool == "Inspect")
    kept = held(case, natively, [each for each in case.assertions if each is not stated])
    tell_held(told, tool, case, kept)
    if stated:
        kept["expect"] = stated.type
        told.tell(f"'{stated.type}' is written as the reference answer; {tool} judges it by the scorer you choose")
    texts = stated.value if stated else None
    return texts[0] if isinstance(texts, list) and tool != "Inspect" else texts, {HELD: kept} if kept else {}
