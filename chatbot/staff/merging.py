"""What two texts of an article differ in, and one change taken back out of a text that has changed since."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from chatbot.staff.written import FixRefusedError

_AROUND = 2
"""Unchanged lines shown before and after a change."""


@dataclass(frozen=True)
class DiffLine:
    """One line of a comparison."""

    kind: Literal["same", "gone", "new", "gap"]
    """A gap stands for lines that are the same and left out."""
    number: int
    """In the newer text; in the older one of what is gone."""
    text: str


def diff(before: str, after: str) -> list[DiffLine]:
    """Compare two texts line by line."""
    old, new = _lines(before), _lines(after)
    found: list[DiffLine] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if group[0][3]:
            found.append(DiffLine("gap", group[0][3], ""))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += [DiffLine("same", at + 1, new[at].rstrip("\r\n")) for at in range(j1, j2)]
            else:
                found += [DiffLine("gone", at + 1, old[at].rstrip("\r\n")) for at in range(i1, i2)]
                found += [DiffLine("new", at + 1, new[at].rstrip("\r\n")) for at in range(j1, j2)]
    return found


def without_change(before: str, after: str, current: str) -> str:
    """Return `current`, which was made from `after`, as if the change from `before` to `after` had not been made."""
    base = _lines(after)
    back, since = _edits(base, _lines(before)), _edits(base, _lines(current))
    edits = sorted([*back, *since], key=lambda edit: edit[:2])
    result, reached = [], -1
    for start, stop, lines in edits:
        # Touching counts as the same place: which of two texts should come first, only a person knows.
        if start <= reached:
            raise FixRefusedError("A later change stands in the same place. Undo that one first, or edit the article.")
        result += [*base[max(reached, 0) : start], *lines]
        reached = stop
    return "".join([*result, *base[max(reached, 0) :]])


def _edits(base: list[str], other: list[str]) -> list[tuple[int, int, list[str]]]:
    codes = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [(i1, i2, other[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
