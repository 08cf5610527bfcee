"""Cases on their way between another tool's file and a suite: what has no place there is kept or told, never dropped.

On the way out, what of a case the format has no field for goes into its free metadata as `held`, and comes back from
there. On the way in, metadata that suites do not know becomes the case's `note`.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.assertions import TYPES, Assertion, value_problem
from evals.case_files import case_row
from evals.located import Located, Place, SuiteError
from evals.suite import METADATA, Case, read_cases

HELD = "held"
EXPECT = "icontains"
"""How a reference answer is demanded where nothing else is said."""
_STATED = ("id", "description", "threshold")
_TARGETS = ("quotes", "icontains", "icontains-any", "contains", "contains-any", "equals")


@dataclass(frozen=True)
class Reading:
    """How a file is to be read."""

    question: str = ""
    """The field that is asked; empty to look for the usual names."""
    expect: str = EXPECT
    """The assertion that a reference answer becomes."""
    without: frozenset[str] = frozenset()
    """Assertion types to leave out."""


@dataclass(frozen=True)
class Asserted:
    """One demand as another tool's file states it."""

    line: int
    type: str
    value: Any


class Told:
    """What the person must be told, each thing once, with its first line and how often."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}

    def tell(self, what: str, line: int = 0) -> None:
        """Note one thing; 0 where it has no line."""
        self._lines.setdefault(what, []).append(line)

    def lines(self, path: Path) -> list[str]:
        """Return it for the terminal."""
        return [
            f"{path}{f':{found[0]}' if found[0] else ''}: {what}" + (f" ({len(found)} times)" if len(found) > 1 else "")
            for what, found in self._lines.items()
        ]


class Foreign:
    """The cases of another tool's file, put into the shape of suites one by one."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self.path, self.reading, self.told = path, reading, Told()
        self._rows: list[dict[str, Any]] = []
        self._lines: dict[Place, int] = {}

    def error(self, line: int, problem: str, remedy: str) -> SuiteError:
        """Return an error that names file, line and remedy."""
        return SuiteError(f"{self.path}:{line}: {problem}. {remedy}.")

    def add(self, line: int, turns: Sequence[Any], demands: Iterable[Asserted], fields: Mapping[str, Any]) -> None:
        """Add a case; `fields` are id, description, threshold where stated, and `metadata`."""
        given = dict(fields.get("metadata") or {})
        name = fields.get("id") or given.pop("id", None) or f"{self.path.stem}-{len(self._rows) + 1:03}"
        metadata, held = self._metadata(line, given)
        kept = [Asserted(line, str(each.get("type")), each.get("value", True)) for each in held.get("assert", ())]
        place: Place = (len(self._rows),)
        self._lines[place] = line
        row: dict[str, Any] = {"id": str(name), "vars": {"turns": list(held.get("turns", turns))}, "assert": []}
        for demand in [*demands, *kept]:
            if demand.type in self.reading.without:
                self.told.tell(f"'{demand.type}' left out, as asked", demand.line)
                continue
            self._lines[*place, "assert", len(row["assert"])] = demand.line
            row["assert"].append({"type": demand.type, "value": demand.value})
        stated = {key: fields[key] for key in ("description", "threshold") if fields.get(key) is not None}
        row |= stated | {key: held[key] for key in ("description", "threshold") if key in held}
        self._rows.append(row | ({"metadata": metadata} if metadata else {}))

    def _metadata(self, line: int, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Part metadata into what suites know and what was held for the way back; the rest goes into the note."""
        held = given.get(HELD) or {}
        listed: list[Any] = [held.get("assert", []), held.get("turns", [])] if isinstance(held, dict) else [None]
        if not all(isinstance(each, list) for each in listed) or not all(isinstance(each, dict) for each in listed[0]):
            raise self.error(line, f"'{HELD}' is not what this program writes there", "Take it out of the metadata")
        known = {name: value for name, value in given.items() if name in METADATA}
        unknown = {name: value for name, value in given.items() if name not in known and name != HELD}
        others = {name: value for name, value in unknown.items() if value not in (None, "")}
        for name in known.keys() - {"gold_passages", "answerable", "alone"}:
            known[name] = _as_text(known[name])
        if others:
            said = [f"{name}: {_as_text(value)}" for name, value in others.items()]
            known["note"] = "; ".join([*filter(None, [known.get("note", "")]), *said])
            self.told.tell(f"kept in the case's note: {', '.join(others)}", line)
        return known, held

    def reference(self, line: int, answer: Any, metadata: Mapping[str, Any]) -> list[Asserted]:
        """Return what a reference answer demands: a text, or a list of which any will do; nothing for none."""
        if answer in (None, "", []):
            return []
        held = metadata.get(HELD)
        stated = held.get("expect") if isinstance(held, dict) else None
        kind = stated or self.reading.expect
        if isinstance(answer, list) and len(answer) == 1 and not stated:
            answer = answer[0]
        if isinstance(answer, list) and f"{kind}-any" in TYPES:
            kind = f"{kind}-any"
        if not stated:
            self.told.tell(f"reference answers are demanded by '{kind}'; choose another by --expect TYPE", line)
        return [Asserted(line, kind, shaped(kind, answer))]

    def cases(self) -> tuple[Case, ...]:
        """Return the cases, read as strictly as a suite's."""
        if not self._rows:
            raise self.error(1, "no cases in it", "Give a file with at least one")
        return read_cases(Located(self.path, self._rows, self._lines))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def loosely(text: str) -> Any:
    """Return what a cell holds: JSON where it is JSON, else its text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def shaped(kind: str, value: Any) -> Any:
    """Return a value in the form its assertion takes, if it has one: as it is, as JSON, or as a list of one."""
    tried = [value, loosely(value), [value]] if isinstance(value, str) else [value]
    usable = (each for each in tried if kind in TYPES and not value_problem(Assertion(kind, each)))
    return next(usable, value)


def target(case: Case, *, lists: bool) -> Assertion | None:
    """Return the demand that a field for one reference answer can hold; with `lists`, several of which any will do."""
    for kind in _TARGETS:
        for each in case.assertions:
            if each.type == kind and (isinstance(each.value, str) or lists or len(each.value) == 1):
                return each
    return None


def held(case: Case, natively: Collection[str], assertions: Sequence[Assertion]) -> dict[str, Any]:
    """Return the case's fields that a format does not hold natively, and those assertions that it cannot."""
    kept = {name: value for name, value in case_row(case).items() if name in _STATED and name not in natively}
    if len(case.turns) > 1 and "turns" not in natively:
        kept["turns"] = list(case.turns)
    if assertions:
        kept["assert"] = [{"type": each.type, "value": each.value} for each in assertions]
    return kept


def tell_held(told: Told, tool: str, case: Case, kept: Mapping[str, Any]) -> None:
    """Tell what the other tool will not look at, though it is in its file."""
    for each in kept.get("assert", ()):
        told.tell(f"'{each['type']}' is kept under metadata.{HELD}: {tool} will not judge it")
    if "turns" in kept:
        told.tell(f"a conversation is kept under metadata.{HELD}: {tool} asks its last turn alone")
    if "threshold" in kept:
        told.tell(f"the case's threshold is kept under metadata.{HELD}: {tool} has no place for it")
    if len(kept.get("assert", ())) == len(case.assertions):
        told.tell(f"a case demands nothing that {tool} judges, and would pass there whatever is answered")
