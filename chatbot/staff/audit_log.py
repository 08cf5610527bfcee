"""The log of what staff changed, newest first, in plain words.

Of a verdict it says that there was one, not which: who reviews second must not learn what the first one said.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.records.tables import AuditRow
from chatbot.rendering import plain

MOST = 100
"""Changes in one list."""
_LONGEST = 240
"""Characters of one change."""
_LOGINS = ("log in", "log out")


@dataclass(frozen=True)
class Change:
    """Something that a member of staff did."""

    at: datetime
    by: str
    what: str


def people(session: Session) -> list[str]:
    """Return everybody in the log."""
    return list(session.scalars(select(AuditRow.user).distinct().order_by(AuditRow.user)))


def last_changes(session: Session, person: str = "", *, logins: bool = False) -> list[Change]:
    """Return the newest changes, of one person or of all; with or without when somebody logged in and out."""
    wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(MOST)
    if person:
        wanted = wanted.where(AuditRow.user == person)
    if not logins:
        wanted = wanted.where(AuditRow.action.not_in(_LOGINS))
    return [Change(row.at, row.user, _shortened(in_words(row))) for row in session.scalars(wanted)]


def in_words(row: AuditRow) -> str:
    """Say what one line of the log means."""
    if row.action == "switch":
        return _switched(row.object, json.loads(row.after or "{}"))
    said = _SAID.get(row.action)
    return said(row) if said else f"{row.action}: {row.object}"


def _switched(name: str, after: dict[str, Any]) -> str:
    if name == "notice":
        texts = [f"{label}: “{after[key]}”" for key, label in (("en", "English"), ("es", "Spanish")) if after.get(key)]
        return f"put up the notice, {'; '.join(texts)}" if texts else "took the notice down"
    what = "all answers" if name == "answers" else f"the article {name.removeprefix('article:')}"
    return f"switched {what} {'off' if after.get('off') else 'on again'}"


def _set_user(row: AuditRow) -> str:
    if row.before is None:
        return f"made an account for {row.object}, role {row.after}"
    return f"gave {row.object} a new password and the role {row.after}"


_SAID: dict[str, Callable[[AuditRow], str]] = {
    "set user": _set_user,
    "log in": lambda row: "logged in",
    "log out": lambda row: "logged out",
    "locked": lambda row: f"account locked: {row.after}",
    "unlock": lambda row: f"unlocked the account of {row.object}",
    "change role": lambda row: f"changed the role of {row.object} from {row.before} to {row.after}",
    "change password": lambda row: "changed their own password",
    "log out everywhere": lambda row: f"logged {row.object} out everywhere",
    "delete user": lambda row: f"deleted the account of {row.object}, role {row.before}",
    "read again": lambda row: "had all articles read again",
    "flag": lambda row: f"sent {row.object} on to the clinical lead",
    "unflag": lambda row: f"took the flag off {row.object}",
}


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def table_html(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of plain texts, in a place of its own that can be scrolled sideways."""
    top = "".join(f'<th scope="col">{plain(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{plain(cell)}</td>' for cell in row)}</tr>" for row in rows)
    named = f'<caption class="visually-hidden">{plain(caption)}</caption>'
    # By keyboard, too: what can be scrolled must be reachable.
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{plain(caption)}"><table>{named}'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def log_html(changes: Sequence[Change]) -> str:
    """Show changes as a table."""
    if not changes:
        return "<p>Nothing has been changed yet.</p>"
    rows = ((f"{each.at:%Y-%m-%d %H:%M}", each.by, each.what) for each in changes)
    table = table_html("Last changes", ("When (UTC)", "Who", "What"), rows)
    return table + (f"<p>Only the last {MOST} are shown.</p>" if len(changes) == MOST else "")
