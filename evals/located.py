"""YAML and JSON lines read with the line of every part, so that an error can name where to correct."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_DEEPEST = 12
Place = tuple[str | int, ...]
"""The way to a part: names of fields and positions in lists."""


class SuiteError(ValueError):
    """A suite that cannot be used; the message names file and line, and ends with the next step."""


@dataclass(frozen=True)
class Located:
    """What stands in a file, and on which line each part of it begins."""

    path: Path
    value: Any
    lines: Mapping[Place, int]

    def error(self, place: Place, problem: str, remedy: str) -> SuiteError:
        """Return an error at a part, or at the nearest part round it that has a line."""
        while place and place not in self.lines:
            place = place[:-1]
        return SuiteError(f"{self.path}:{self.lines.get(place, 1)}: {problem}. {remedy}.")


def read_text(path: Path) -> str:
    """Return a file's text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: {error}. Give a file in UTF-8.") from error


def read_yaml(path: Path) -> Located:
    """Read a YAML file; a field given twice is an error."""
    lines: dict[Place, int] = {}
    try:
        loader = yaml.SafeLoader(read_text(path))
        node = loader.get_single_node()
        value = None if node is None else _built(loader, node, (), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SuiteError(f"{path}:{line}: not YAML ({error.problem}). Correct the line.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise SuiteError(f"{path}: not YAML ({error}). Correct it, or write special characters as \\u….") from error
    return Located(path, value, lines)


def _built(loader: yaml.SafeLoader, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    """Return a node's value, and note the line of each part below it."""
    lines[place] = node.start_mark.line + 1
    if len(place) > _DEEPEST:
        raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [_built(loader, each, (*place, number), lines) for number, each in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in made:
            raise yaml.MarkedYAMLError(problem=f"'{key}' is given twice", problem_mark=key_node.start_mark)
        made[key] = _built(loader, value_node, (*place, key), lines)
        lines[*place, key] = key_node.start_mark.line + 1
    return made


def read_lines(path: Path) -> Located:
    """Read a file of one JSON object a line as a list; empty lines are passed over."""
    rows: list[Any] = []
    lines: dict[Place, int] = {}
    # Split at line feeds alone: a text may hold the other characters that end a line.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            lines[(len(rows),)] = number
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise SuiteError(f"{path}:{number}: not JSON ({error}). Write one JSON object a line.") from error
    return Located(path, rows, lines)


def read_array(path: Path) -> Located:
    """Read a JSON file that holds a list, with the line of each member."""
    text = read_text(path)
    decoder = json.JSONDecoder()
    rows: list[Any] = []
    lines: dict[Place, int] = {}
    at = text.find("[") + 1
    if not at or text[: at - 1].strip():
        raise SuiteError(f"{path}:1: not a list. Write [{{…}}, {{…}}], or in a .jsonl one object a line.")
    while True:
        at = len(text) - len(text[at:].lstrip(" \t\r\n,"))
        if text[at : at + 1] == "]":
            return Located(path, rows, lines)
        lines[(len(rows),)] = line = text.count("\n", 0, at) + 1
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError as error:
            raise SuiteError(f"{path}:{line}: not JSON ({error}). Correct the object that begins there.") from error
        rows.append(value)
