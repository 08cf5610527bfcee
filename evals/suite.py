"""Suites: cases with what they demand, and the gates a run must keep; read strictly.

By hand as YAML, `cases:` with optional `gates:`, `defaults:` and `description:`; by machine as one JSON object a line,
with gates and defaults in `NAME.gates.yaml` beside it. A case: `id`, `vars: {question}` or `{turns}`, `assert`,
`metadata`, and optional `description` and `threshold`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from evals.assertions import TYPES, Assertion, value_problem
from evals.located import Located, Place, read_lines, read_yaml

METADATA = (
    "suite", "severity", "family", "kind", "language", "risk", "source", "gold_passages", "answerable", "note", "alone",
)  # fmt: skip
_FILE_FIELDS = ("description", "cases", "gates", "defaults")
_CASE_FIELDS = ("id", "description", "vars", "assert", "metadata", "threshold")
_GATE_FIELDS = ("figure", "where", "at_least", "at_most", "enough", "whole_interval", "why")


@dataclass(frozen=True)
class Case:
    """One conversation, and what its last answer must be."""

    id: str
    turns: tuple[str, ...]
    assertions: tuple[Assertion, ...]
    metadata: dict[str, Any]
    description: str = ""
    threshold: float = 1.0
    """Share of the assertions that must hold."""


@dataclass(frozen=True)
class Gate:
    """What a figure of the suite must keep to."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Metadata the cases must have: name, and values any of which will do; none for all cases."""
    enough: int = 1
    """With fewer cases the figure counts as unmeasured."""
    whole_interval: bool = False
    """Whether the 95 % interval must keep to it, not only the value."""


@dataclass(frozen=True)
class Suite:
    """A file of cases."""

    name: str
    path: Path
    sha256: str
    """Of all that is asked and demanded; layout, comments and gates do not change it."""
    cases: tuple[Case, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class _Defaults:
    assertions: tuple[Assertion, ...]
    metadata: dict[str, Any]


def read_suite(path: Path) -> Suite:
    """Read a suite, naming file, line and remedy of what is wrong."""
    at: Place = ()
    if path.suffix in {".yaml", ".yml"}:
        file = frame = read_yaml(path)
        rows, at = _mapping(file, (), _FILE_FIELDS).get("cases"), ("cases",)
    else:
        file = read_lines(path)
        rows = file.value
        beside = path.with_suffix(".gates.yaml")
        frame = read_yaml(beside) if beside.is_file() else Located(beside, {}, {})
    if not isinstance(rows, list) or not rows:
        raise file.error(at, "no cases in it", "Write at least one case, in YAML below 'cases:'")
    fields = _mapping(frame, (), _FILE_FIELDS)
    if frame is not file and "cases" in fields:
        raise frame.error(("cases",), "cases beside a file of cases", f"Put them into {path.name}")
    cases = _cases(file, at, _defaults(frame, fields))
    return Suite(path.stem, path, _sha256(cases), cases, tuple(_gates(frame, fields)))


def read_cases(file: Located) -> tuple[Case, ...]:
    """Read a list of cases that was made from another file, as strictly; `lines` are that file's."""
    return _cases(file, (), _Defaults((), {}))


def _cases(file: Located, at: Place, defaults: _Defaults) -> tuple[Case, ...]:
    cases = tuple(_case(file, (*at, number), defaults) for number in range(len(_at(file, at))))
    _refuse_repeats(file, at, cases)
    return cases


def _mapping(file: Located, place: Place, known: Sequence[str]) -> dict[str, Any]:
    """Return the mapping that stands at a place, if all its fields are known."""
    value = file.value
    for step in place:
        value = value[step]
    if not isinstance(value, dict):
        raise file.error(place, f"{_named(place)} is not a mapping", f"Write fields: {', '.join(known)}")
    for name in value:
        if name not in known:
            remedy = _nearest(name, known) or f"Known fields: {', '.join(known)}"
            raise file.error((*place, name), f"unknown field '{name}' in {_named(place)}", remedy)
    return value


def _nearest(name: object, known: Sequence[str]) -> str:
    close = get_close_matches(str(name), known, 1)
    return f"Did you mean '{close[0]}'" if close else ""


def _named(place: Place) -> str:
    if not place:
        return "the file"
    names = [step for step in place if isinstance(step, str)]
    return f"'{names[-1]}'" if names and names[-1] != "cases" else "the case"


def _case(file: Located, place: Place, defaults: _Defaults) -> Case:
    fields = _mapping(file, place, _CASE_FIELDS)
    name = fields.get("id")
    if not isinstance(name, str) or not name.strip():
        raise file.error((*place, "id"), f"the id is {name!r}", "Give each case a text as id, in quotes if a number")
    threshold = fields.get("threshold", 1.0)
    if not _is_share(threshold):
        raise file.error((*place, "threshold"), f"threshold {threshold!r}", "Write a share from 0 to 1, such as 0.5")
    own = tuple(_assertions(file, (*place, "assert"))) if "assert" in fields else ()
    stated = {assertion.type for assertion in own}
    added = tuple(each for each in defaults.assertions if each.type not in stated)
    if not own + added:
        raise file.error(place, f"case '{name}' demands nothing", "Add an assert, or defaults for the whole suite")
    metadata = defaults.metadata | (_metadata(file, (*place, "metadata")) if "metadata" in fields else {})
    description = str(fields.get("description", ""))
    return Case(name, _turns(file, (*place, "vars")), own + added, metadata, description, float(threshold))


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _turns(file: Located, place: Place) -> tuple[str, ...]:
    shape = 'Write vars: {question: "…"} or {turns: ["…", "…"]}'
    if "vars" not in _at(file, place[:-1]):
        raise file.error(place, "vars is missing", shape)
    fields = _mapping(file, place, ("question", "turns"))
    turns = [fields["question"]] if "question" in fields else fields.get("turns")
    if len(fields) != 1 or not isinstance(turns, list) or not turns:
        raise file.error(place, "neither one question nor a list of turns", shape)
    wrong = next((turn for turn in turns if not isinstance(turn, str)), "")
    if not isinstance(wrong, str):
        raise file.error(place, f"{wrong!r} is not text", "Put every message in quotes")
    return tuple(turns)


def _at(file: Located, place: Place) -> Any:
    value = file.value
    for step in place:
        value = value[step]
    return value


def _assertions(file: Located, place: Place) -> Iterator[Assertion]:
    listed = _at(file, place)
    if not isinstance(listed, list):
        raise file.error(place, "'assert' is not a list", "Write - {type: …, value: …} below it")
    for number in range(len(listed)):
        here = (*place, number)
        fields = _mapping(file, here, ("type", "value"))
        kind = fields.get("type")
        if kind not in TYPES:
            remedy = _nearest(kind, list(TYPES)) or f"Known types: {', '.join(TYPES)}"
            raise file.error((*here, "type"), f"unknown assertion type {kind!r}", remedy)
        assertion = Assertion(str(kind), fields.get("value", True))
        if problem := value_problem(assertion):
            raise file.error((*here, "value"), f"'{kind}' cannot use {assertion.value!r}", problem.capitalize())
        yield assertion


def _metadata(file: Located, place: Place) -> dict[str, Any]:
    fields = _mapping(file, place, METADATA)
    gold = fields.get("gold_passages", [])
    pairs = isinstance(gold, list) and all(
        isinstance(each, list) and len(each) == 2 and all(isinstance(part, str) for part in each) for each in gold
    )
    if not pairs:
        raise file.error((*place, "gold_passages"), "not places", 'Write a list of ["article id", "its heading"]')
    if not isinstance(fields.get("answerable", True), bool):
        raise file.error((*place, "answerable"), "not true or false", "Write answerable: true or answerable: false")
    for name in fields.keys() - {"gold_passages", "answerable", "alone"}:
        if not isinstance(fields[name], str):
            raise file.error((*place, name), f"{name} is {fields[name]!r}", "Write a text in quotes")
    return dict(fields)


def _defaults(file: Located, fields: Mapping[str, Any]) -> _Defaults:
    if "defaults" not in fields:
        return _Defaults((), {})
    given = _mapping(file, ("defaults",), ("assert", "metadata"))
    assertions = tuple(_assertions(file, ("defaults", "assert"))) if "assert" in given else ()
    return _Defaults(assertions, _metadata(file, ("defaults", "metadata")) if "metadata" in given else {})


def _gates(file: Located, fields: Mapping[str, Any]) -> Iterator[Gate]:
    listed = fields.get("gates", [])
    if not isinstance(listed, list):
        raise file.error(("gates",), "'gates' is not a list", "Write - {figure: …, at_least: …} below it")
    for number in range(len(listed)):
        yield _gate(file, ("gates", number))


def _gate(file: Located, place: Place) -> Gate:
    fields = _mapping(file, place, _GATE_FIELDS)
    figure, least, most = fields.get("figure"), fields.get("at_least"), fields.get("at_most")
    bounds = [bound for bound in (least, most) if bound is not None]
    if not isinstance(figure, str) or len(bounds) != 1 or not isinstance(bounds[0], int | float):
        raise file.error(place, "a gate without figure or bound", "Write figure: and a number at_least: or at_most:")
    enough, whole = fields.get("enough", 1), fields.get("whole_interval", False)
    if not isinstance(enough, int) or enough < 1 or not isinstance(whole, bool):
        raise file.error(place, "enough or whole_interval", "Write enough: 59 and whole_interval: true, or leave out")
    where = _mapping(file, (*place, "where"), METADATA) if "where" in fields else {}
    listed = tuple(
        (name, tuple(map(str, value)) if isinstance(value, list) else (str(value),)) for name, value in where.items()
    )
    return Gate(figure, least, most, listed, enough, whole)


def _refuse_repeats(file: Located, at: Place, cases: Sequence[Case]) -> None:
    seen: dict[str, int] = {}
    for number, case in enumerate(cases):
        if case.id in seen:
            first = file.lines.get((*at, seen[case.id]), 1)
            raise file.error((*at, number), f"id '{case.id}' stands on line {first} too", "Give each case its own id")
        seen[case.id] = number


def _sha256(cases: Sequence[Case]) -> str:
    rows = [
        [case.id, case.turns, [[each.type, each.value] for each in case.assertions], case.metadata, case.threshold]
        for case in cases
    ]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()

