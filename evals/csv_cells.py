"""Tables read from CSV, with the line of every row."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.csv_text import restored
from evals.located import SuiteError

csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Row:
    """A row of a table with a head."""

    line: int
    """On which it begins, counted from 1."""
    cells: dict[str, str]


def read_csv(path: Path) -> list[Row]:
    """Read a table whose first row names the columns; empty rows are passed over."""
    try:
        # Read as bytes: line ends within cells stay what they are.
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: {error}. Give a file in UTF-8.") from error
    return _rows(path, text)


def _rows(path: Path, text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    head: list[str] = []
    line = 1
    try:
        for cells in reader:
            if head and any(cells):
                rows.append(_row(path, line, head, cells))
            head = head or _head(path, line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise SuiteError(f"{path}:{line}: not CSV ({error}). Put cells with quotes or line ends in quotes.") from error
    return rows


def _head(path: Path, line: int, cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = next((name for name in names if names.count(name) > 1 and name), "")
    if twice:
        raise SuiteError(f"{path}:{line}: column '{twice}' is there twice. Give each column its own name.")
    return names


def _row(path: Path, line: int, head: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(head):
        remedy = "Put cells that hold a comma in quotes."
        raise SuiteError(f"{path}:{line}: {len(cells)} cells below {len(head)} columns. {remedy}")
    return Row(line, {name: restored(cell) for name, cell in zip(head, cells, strict=False) if name})
