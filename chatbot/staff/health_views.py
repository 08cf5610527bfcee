"""What was found wrong with the content, as HTML: what must be corrected first, each kind by itself."""

from collections.abc import Sequence
from itertools import groupby

from chatbot.rendering import plain
from chatbot.staff.checkup import READ_AGAIN, Look
from chatbot.staff.fixing import QUERY
from corpus.findings import Finding

KINDS = {
    "served": "The running chat has an older version",
    "index": "The index is not what is on disk",
    "numbers": "Numbers that contradict each other",
    "denials": "Statements that contradict each other",
    "claims": "Claims we must not make",
    "hidden": "Hidden text",
    "prompt": "Text that speaks to a computer, not to a reader",
    "phone": "Phone numbers that are not the clinic's",
    "links": "Links that lead nowhere",
    "overdue": "Reviews overdue",
    "review": "Not reviewed by a clinician",
    "duplicate": "The same said twice",
    "reading": "Hard to read",
    "questions": "Questions of sections",
    "cited": "Never cited in an answer",
    "sources": "No source named",
    "glossary": "Words of the glossary",
}
"""Checks in plain words, in the order in which they are shown."""
_LEVELS = (("error", "Must be corrected"), ("warning", "Should be looked at"))
_ORDER = list(KINDS)
_ARTICLE = "article "


def look_html(last: Look | None) -> str:
    """Show the last look at the content, or that there was none."""
    if last is None:
        return "<h2>Health of the content</h2><p>Nobody has looked since the chat was started. Press the button.</p>"
    told = f"Looked at by {last.by} on {last.at:%Y-%m-%d at %H:%M} UTC, in {last.seconds:.0f} s."
    unmeasured = "".join(f"<p>Not measured: {plain(each)}.</p>" for each in last.health.unmeasured)
    found = "".join(_level(level, title, last.health.findings) for level, title in _LEVELS)
    return f"<h2>Health of the content</h2><p>{plain(told)}</p>{unmeasured}{found}"


def _level(level: str, title: str, findings: Sequence[Finding]) -> str:
    of_level = [each for each in findings if each.level == level]
    if not of_level:
        return f"<h2>{title}: nothing</h2>"
    of_level.sort(key=lambda each: (_place(kind_of(each)), each.where, each.line or 0))
    kinds = groupby(of_level, key=kind_of)
    return f"<h2>{title}: {len(of_level)}</h2>" + "".join(_kind(check, list(found)) for check, found in kinds)


def kind_of(each: Finding) -> str:
    """Return the kind a finding is shown under: its check, but reviews that were due apart from those never made."""
    overdue = each.check == "review" and each.problem.startswith("review was due")
    return "overdue" if overdue else each.check


def _place(check: str) -> int:
    return _ORDER.index(check) if check in _ORDER else len(_ORDER)


def _kind(check: str, found: Sequence[Finding]) -> str:
    title = KINDS.get(check, check)
    rows = "".join(_row(each) for each in found)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Where", "What is wrong", "What to do"))
    # Folded up where it would push the other kinds off the screen.
    opened = " open" if len(found) <= _FEW else ""
    return (
        f"<details{opened}><summary><strong>{plain(title)}</strong>: {len(found)}</summary>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{plain(title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


_FEW = 8
"""Findings of a kind that are shown at once."""


def _row(each: Finding) -> str:
    place = plain(each.place)
    if each.where.startswith(_ARTICLE):
        name = plain(each.where.removeprefix(_ARTICLE))
        place = f'{place}<br><a href="/staff/?{QUERY}={name}" aria-label="Fix {name}">Fix it</a>'
    # In a browser there is no command to be run.
    remedy = READ_AGAIN if each.check == "index" else each.remedy
    return f"<tr><td>{place}</td><td>{plain(_sentence(each.problem))}</td><td>{plain(remedy)}</td></tr>"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
