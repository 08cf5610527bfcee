"""Write cases as a suite's file, YAML or JSON lines, so that reading it gives the same cases."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from evals.suite import Case

_LINE_ENDS = re.compile("[\r\x85\u2028\u2029\ufeff]")


def case_row(case: Case) -> dict[str, Any]:
    """Return a case as it stands in a suite's file."""
    row: dict[str, Any] = {"id": case.id}
    if case.description:
        row["description"] = case.description
    single = len(case.turns) == 1
    row["vars"] = {"question": case.turns[0]} if single else {"turns": list(case.turns)}
    row["assert"] = [{"type": each.type, "value": each.value} for each in case.assertions]
    if case.metadata:
        row["metadata"] = case.metadata
    if case.threshold != 1:
        row["threshold"] = case.threshold
    return row


def suite_yaml(cases: Sequence[Case]) -> str:
    """Return the text of a suite by hand."""
    return yaml_text({"cases": [case_row(case) for case in cases]})


def suite_lines(cases: Sequence[Case]) -> str:
    """Return the text of a suite by machine."""
    return json_lines([case_row(case) for case in cases])


def yaml_text(value: dict[str, Any]) -> str:
    """Return YAML in the order given."""
    # Copied by way of JSON: what two cases share would else be written once and referred to.
    return yaml.dump(json.loads(json.dumps(value)), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes characters that YAML takes for line ends as escapes, so that they are read back."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _LINE_ENDS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def json_lines(rows: Sequence[dict[str, Any]]) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_whole(path: Path, text: str) -> None:
    """Write a file; a killed write leaves the old one. Half of a surrogate pair is written as its escape."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    partial.replace(path)
