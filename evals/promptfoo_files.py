"""promptfoo's configuration in YAML and its test cases in CSV, read and written.

Its fields and columns are those of its reference: `tests`, `defaultTest`; `__expected…`, `__metadata:…`, `__threshold`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.csv_text import csv_text
from evals.assertions import TYPES, Assertion
from evals.case_files import yaml_text
from evals.csv_cells import Row
from evals.foreign import HELD, Asserted, Foreign, Told, held, loosely, shaped, tell_held
from evals.located import Located, Place
from evals.suite import Case

TOOL = "promptfoo"
QUESTIONS = ("question", "input", "prompt", "query", "message", "user_input", "text")
"""Usual names of what is asked, the surest first."""
_TEXT = re.compile(r"(?:not-)?(?:i?contains(?:-any|-all)?|regex|equals)")
"""Types that promptfoo judges as well, by the same names."""
_STARTS = ("starts-with", "not-starts-with")
_TESTS = ("description", "vars", "assert", "metadata", "threshold")
_EXPECT = "__expected"
_EXPECTED = re.compile(r"((?:not-)?[a-z]+(?:-[a-z0-9]+)*)(?:\(([\d.]+)\))?(?::(.*))?", re.DOTALL)
_BARE = re.compile(r"(?:not-)?(?:is|contains)-[a-z-]+|guardrails|moderation")
"""Types that stand without a value."""
_TEMPLATE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


# ---- reading ----


def read_config(file: Located, foreign: Foreign) -> None:
    """Add the cases of a configuration, or of a list of tests."""
    whole = file.value if isinstance(file.value, dict) else {"tests": file.value}
    at: Place = ("tests",) if isinstance(file.value, dict) else ()
    for name in whole.keys() - {"tests", "defaultTest"}:
        if name == "scenarios":
            raise file.error((name,), "'scenarios' cannot be carried over", "Write their tests out below 'tests:'")
        foreign.told.tell(f"'{name}' left out: a suite asks this chatbot itself", file.lines.get((name,), 1))
    default = whole.get("defaultTest") or {}
    if not isinstance(whole["tests"], list) or not isinstance(default, dict):
        raise file.error(at, "tests stand in another file", "Convert that file, or put its tests here")
    for number, test in enumerate(whole["tests"]):
        place = (*at, number)
        if not isinstance(test, dict):
            raise file.error(place, f"{test!r} is not a test", "Write vars: and assert:, or convert the file it names")
        _add_test(file, foreign, place, (default, test))


def _add_test(file: Located, foreign: Foreign, place: Place, parts: tuple[dict[str, Any], dict[str, Any]]) -> None:
    default, test = parts
    line = file.lines.get(place, 1)
    for name in (default.keys() | test.keys()) - set(_TESTS):
        foreign.told.tell(f"'{name}' of a test left out", file.lines.get((*place, name), line))
    merged: dict[str, dict[str, Any]] = {}
    for name in ("vars", "metadata"):
        values = [part.get(name) or {} for part in parts]
        if not all(isinstance(value, dict) for value in values):
            raise file.error((*place, name), f"'{name}' is not a mapping", f"Write {name}: with a name and value each")
        merged[name] = values[0] | values[1]
    demands = [*_demands(file, foreign, ("defaultTest",), default), *_demands(file, foreign, place, test)]
    fields: dict[str, Any] = {name: test.get(name, default.get(name)) for name in ("description", "threshold")}
    _add(foreign, line, merged["vars"], demands, fields | {"metadata": merged["metadata"]})


def _demands(file: Located, foreign: Foreign, place: Place, test: Mapping[str, Any]) -> list[Asserted]:
    listed = test.get("assert") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise file.error((*place, "assert"), "'assert' is not a list of mappings", "Write - {type: …, value: …} below")
    found = []
    for number, each in enumerate(listed):
        line = file.lines.get((*place, "assert", number), 1)
        kind, value = str(each.get("type")), each.get("value", True)
        if kind == "latency" and "threshold" in each:
            value = each["threshold"]
        for name in each.keys() - {"type", "value", *(["threshold"] if kind == "latency" else [])}:
            foreign.told.tell(f"'{name}' of an assertion left out", line)
        if isinstance(value, str) and kind.removeprefix("not-").endswith(("-any", "-all")):
            value = _parts(value)
        found.append(_ours(line, kind, str(value) if _is_number(value) and _TEXT.fullmatch(kind) else value))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _ours(line: int, kind: str, value: Any) -> Asserted:
    if kind in _STARTS and isinstance(value, str):
        return Asserted(line, kind.replace("starts-with", "regex"), rf"\A{re.escape(value)}")
    return Asserted(line, kind, shaped(kind, value))


def _add(foreign: Foreign, line: int, given: Mapping[str, Any], demands: Sequence[Asserted], fields: Any) -> None:
    """Add a test's cases: one, or one for each question where a variable lists several."""
    name = question_field(foreign, line, given)
    others = {key: value for key, value in given.items() if key != name}
    metadata = dict(fields["metadata"])
    for key, value in others.items():
        metadata[f"vars.{key}" if key in metadata else key] = value
    asked = loosely(given[name]) if name == "turns" else given[name]
    several = isinstance(asked, list) and name != "turns"
    for number, question in enumerate(asked if several else [asked], 1):
        own = {**fields, "metadata": metadata}
        if several and "id" in metadata:
            own["metadata"] = {**metadata, "id": f"{metadata['id']}-{number}"}
        turns = question if name == "turns" and isinstance(question, list) else [question]
        filled = [Asserted(each.line, each.type, _filled(each.value, given)) for each in demands]
        foreign.add(line, [_filled(turn, others) for turn in turns], filled, own)


def question_field(foreign: Foreign, line: int, given: Mapping[str, Any]) -> str:
    """Return which field is asked."""
    wanted = (foreign.reading.question,) if foreign.reading.question else ("turns", *QUESTIONS)
    name = next((name for name in wanted if name in given and (name != "turns" or given[name])), "")
    if not name and not foreign.reading.question and len(given) == 1:
        name = next(iter(given))
    if not name:
        remedy = f"Name it 'question', or give --question with one of: {', '.join(given) or 'none there'}"
        raise foreign.error(line, "it is not said what is asked", remedy)
    return name


def _filled(value: Any, given: Mapping[str, Any]) -> Any:
    """Put variables where a template names them, as promptfoo does before it asks and judges."""
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    if not isinstance(value, str):
        return value
    return _TEMPLATE.sub(lambda found: str(given[found[1]]) if found[1] in given else found[0], value)


def read_rows(rows: Sequence[Row], foreign: Foreign) -> None:
    """Add the test cases of a CSV file."""
    for row in rows:
        given = {name: text for name, text in row.cells.items() if not name.startswith("__")}
        special = {name: text for name, text in row.cells.items() if name.startswith("__") and text.strip()}
        demands = [_expected(foreign, row.line, text) for name, text in special.items() if name.startswith(_EXPECT)]
        metadata: dict[str, Any] = {}
        for name, text in special.items():
            if name.startswith("__metadata:"):
                metadata |= _metadata(name.removeprefix("__metadata:"), text)
            elif name not in {"__description", "__threshold"} and not name.startswith(_EXPECT):
                foreign.told.tell(f"column '{name}' left out", row.line)
        threshold = loosely(special["__threshold"]) if "__threshold" in special else None
        fields = {"description": special.get("__description"), "threshold": threshold, "metadata": metadata}
        _add(foreign, row.line, given, demands, fields)


def _metadata(name: str, text: str) -> dict[str, Any]:
    if name.endswith("[]"):
        return {name.removesuffix("[]"): [part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text)]}
    return {name: metadata_cell(name, text)}


def metadata_cell(name: str, text: str) -> Any:
    """Return a cell of metadata: what is no text in suites is written as JSON."""
    return loosely(text.lower() if name == "answerable" else text) if name in {*_STRUCTURED, HELD} else text


_STRUCTURED = ("answerable", "gold_passages", "alone")


def _expected(foreign: Foreign, line: int, text: str) -> Asserted:
    stated = _EXPECTED.fullmatch(text.strip())
    # A single word is a text that is wanted, unless it is one of the types that need nothing beside them.
    if not stated or (stated[2] is stated[3] is None and not _BARE.fullmatch(stated[1])):
        return Asserted(line, "equals", text.strip())
    kind, number, value = stated[1], stated[2], stated[3] or ""
    if kind not in {*TYPES, *_STARTS, *foreign.reading.without}:
        remedy = f"Write one of {', '.join(TYPES)}; 'equals: …' for a text; or leave it out with --without {kind}"
        raise foreign.error(line, f"assertion type '{kind}' cannot be carried over", remedy)
    if kind == "latency":
        return Asserted(line, kind, loosely(number or value.strip()))
    any_of = kind.removeprefix("not-").endswith(("-any", "-all"))
    return _ours(line, kind, _parts(value) if any_of else value.strip())


# ---- writing ----


def config_text(name: str, cases: Sequence[Case], told: Told) -> str:
    """Return a configuration that promptfoo runs once a provider is put in."""
    tests = []
    for case in cases:
        native = [each for each in case.assertions if _judges(each)]
        kept = _kept(case, native, told)
        test: dict[str, Any] = {"description": case.description} if case.description else {}
        test |= {"vars": {"question": case.turns[-1]}, "assert": [_stated(each) for each in native]}
        test["metadata"] = {"id": case.id, **case.metadata, **kept}
        tests.append(test | ({"threshold": case.threshold} if case.threshold != 1 else {}))
    config = {"description": name, "prompts": ["{{question}}"], "providers": ["echo"], "tests": tests}
    told.tell("provider 'echo' stands for the chatbot; write yours in its place")
    return yaml_text(config)


def csv_of(cases: Sequence[Case], told: Told) -> str:
    """Return test cases for `tests: file://….csv`."""
    made = [_cells(case, told) for case in cases]
    head = list(dict.fromkeys(name for cells in made for name in cells))
    order = sorted(head, key=lambda name: (name.startswith("__"), name.startswith("__metadata")))
    return csv_text(order, ([cells.get(name, "") for name in order] for cells in made))


def _cells(case: Case, told: Told) -> dict[str, str]:
    native = [each for each in case.assertions if _judges(each) and _fits_a_cell(each)]
    kept = _kept(case, native, told)
    cells = {"question": case.turns[-1], "__description": case.description}
    cells |= {"__threshold": str(case.threshold)} if case.threshold != 1 else {}
    cells |= {f"__expected{number}": _cell(each) for number, each in enumerate(native, 1)}
    metadata = {"id": case.id, **case.metadata, **kept}
    return cells | {
        f"__metadata:{name}": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in metadata.items()
    }


def _kept(case: Case, native: Sequence[Assertion], told: Told) -> dict[str, Any]:
    kept = held(case, ("id", "description", "threshold"), [each for each in case.assertions if each not in native])
    tell_held(told, TOOL, case, kept)
    return {HELD: kept} if kept else {}


def _judges(assertion: Assertion) -> bool:
    if _TEXT.fullmatch(assertion.type):
        # What looks like one of promptfoo's templates would be another text there.
        return "{{" not in str(assertion.value) and "{%" not in str(assertion.value)
    return assertion.type == "latency"


def _stated(assertion: Assertion) -> dict[str, Any]:
    where = "threshold" if assertion.type == "latency" else "value"
    return {"type": assertion.type, where: assertion.value}


def _fits_a_cell(assertion: Assertion) -> bool:
    texts = assertion.value if isinstance(assertion.value, list) else [str(assertion.value)]
    listed = isinstance(assertion.value, list)
    return all(text == text.strip() and not (listed and "," in text) for text in texts)


def _cell(assertion: Assertion) -> str:
    if assertion.type == "latency":
        return f"latency({assertion.value})"
    value = assertion.value
    return f"{assertion.type}: {', '.join(value) if isinstance(value, list) else value}"
