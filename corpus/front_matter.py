"""Split a Markdown file into its YAML front matter and its body, keeping exact offsets."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FENCED = re.compile(r"\ufeff?---[ \t]*(?:\r\n|\r|\n)(.*?)(?:^|(?<=\n)|(?<=\r))---[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL)


class ContentError(Exception):
    """A file of the clinic's content that cannot be used; the message names file, field and remedy."""

    def __init__(self, path: Path, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {field}: {problem}. {remedy}")
        self.path = path
        self.field = field


@dataclass(frozen=True)
class Document:
    """A file's fields and where its Markdown body starts."""

    path: Path
    text: str
    """The whole file decoded as UTF-8, line ends untouched: every offset in this project counts into it."""
    fields: dict[str, Any]
    body_start: int
    """Character offset of the first character after the front matter."""


def read_document(path: Path) -> Document:
    """Read `path` and parse its front matter; raise `ContentError` where that is not possible."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ContentError(path, "encoding", f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from error
    matched = FENCED.match(text)
    if matched is None:
        raise ContentError(
            path, "front matter", "missing or not closed", "Start the file with fields between two lines of '---'."
        )
    return Document(path, text, read_fields(path, matched.group(1)), matched.end())


def read_fields(path: Path, source: str) -> dict[str, Any]:
    """Parse the YAML between the fences of `path`."""
    try:
        fields = yaml.safe_load(source) or {}
    except (yaml.YAMLError, ValueError) as error:
        remedy = "Quote values that hold ':' or '#'."
        raise ContentError(path, "front matter", f"not valid YAML ({' '.join(str(error).split())})", remedy) from error
    if not isinstance(fields, dict):
        raise ContentError(path, "front matter", "not a list of 'name: value' lines", "Write one field a line.")
    return fields


class Fields:
    """Take typed fields out of front matter, each at most once; `finish` refuses what is left over."""

    def __init__(self, document: Document) -> None:
        self._path = document.path
        self._left = dict(document.fields)

    def take(self, name: str, expected: type | tuple[type, ...], *, required: bool = False) -> Any:
        """Return the field's value, or None; raise where it is missing though required, or of another type."""
        value = self._left.pop(name, None)
        if value is None:
            if required:
                raise self.error(name, "missing", f"Add a line '{name}: …'.")
            return None
        # bool is an int in Python, and a date field must not take a date with a time.
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise self.error(name, f"{value!r} is of the wrong kind", f"Write {_kind(expected)}.")
        return value

    def take_texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings, empty if absent."""
        values = self.take(name, list) or []
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.error(name, "holds something that is not text", f"Write {name} as a list of quoted words.")
        return tuple(values)

    def error(self, name: str, problem: str, remedy: str) -> ContentError:
        """Make, without raising, the error for one field of this file."""
        return ContentError(self._path, name, problem, remedy)

    def finish(self) -> None:
        """Refuse fields nobody asked for: most are misspelt names whose value would be lost silently."""
        for name in self._left:
            raise self.error(str(name), "unknown field", "Check its spelling, or remove the line.")


def _kind(expected: type | tuple[type, ...]) -> str:
    names = {"str": "text", "date": "a date like 2026-01-31", "list": "a list", "dict": "'name: value' lines"}
    kinds = expected if isinstance(expected, tuple) else (expected,)
    return " or ".join(names.get(kind.__name__, kind.__name__) for kind in kinds)
