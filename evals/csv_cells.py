"""CSV with the line of every row, and cells that no spreadsheet takes for formulas.

A cell that begins with a formula's sign gets an apostrophe before it, as OWASP advises against CSV injection. So does
one that begins with apostrophes and then such a sign; reading takes one off again, and texts come back as they were.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.located import SuiteError

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Row:
    """A row of a table with a head."""

    line: int
    """On which it begins, counted from 1."""
    cells: dict[str, str]


def neutral(cell: str) -> str:
    """Return a cell as a spreadsheet shows it and does not calculate it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """Return what `neutral` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, every cell neutral."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return written.getvalue()


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
