"""CSV whose cells no spreadsheet takes for formulas.

A cell that begins with a formula's sign gets an apostrophe before it, as OWASP advises against CSV injection. So does
one that begins with apostrophes and then such a sign; reading takes one off again, and texts come back as they were.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


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
