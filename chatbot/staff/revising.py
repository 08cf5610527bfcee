"""Change an article: every change is a dated revision that can be undone; the file stays the truth.

A change is written into the records first, then into the file, then into the log. One that is in the records and not in
the log was interrupted, by a kill or a power cut: it is finished before the next change and at the start.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from chatbot.live_bot import LiveBot, staged_articles
from chatbot.records.auditing import log_change
from chatbot.records.database import Records, now
from chatbot.records.purging import AUDIT_DAYS
from chatbot.records.tables import AuditRow, RevisionRow
from chatbot.redaction import Redactor
from chatbot.staff.accounts import Member, Role
from chatbot.staff.article_checks import headings, new_errors, read_text
from chatbot.staff.desk import NotAllowedError
from chatbot.staff.merging import DiffLine, diff, without_change
from chatbot.staff.question_lists import Listing, require_unlisted, with_question
from chatbot.staff.written import FixRefusedError, only_change, write_whole
from corpus.article import ID
from corpus.front_matter import ContentError
from index.embedding import EmbedderError
from index.manifest import IndexUnavailable

LONGEST_QUESTION = 300
"""Characters of a question under a section: a whole story would be found by everything."""
_UNDOES = "undoes revision "
_FAILURES = (ContentError, IndexUnavailable, EmbedderError, OSError)


@dataclass(frozen=True)
class Content:
    """The articles, what is kept about their changes, and the bot that answers from them."""

    live: LiveBot
    records: Records

    @property
    def home(self) -> Path:
        """Where the lock is."""
        return self.live.settings.home

    def file(self, article: str) -> Path:
        """Return an article's file; refuse a name that is no article's."""
        if not ID.match(article):
            raise FixRefusedError("Article ids have small letters, digits and single hyphens. Choose such an id.")
        return self.live.settings.articles / f"{article}.md"


@dataclass(frozen=True)
class Opened:
    """An article's text, and by what to tell whether its file has changed since."""

    article: str
    text: str
    sha256: str | None
    """None for an article that does not exist yet."""


@dataclass(frozen=True)
class Revision:
    """One change in an article's history."""

    id: int
    at: datetime
    by: str
    why: str
    undone_by: int | None
    from_outside: bool
    """Whether the file had been changed by hand between the change before and this one."""


def open_article(content: Content, article: str) -> Opened:
    """Read an article to be edited; one that does not exist is empty."""
    path = content.file(article)
    if not path.is_file():
        return Opened(article, "", None)
    stored = path.read_bytes()
    try:
        return Opened(article, stored.decode("utf-8"), _sha256(stored))
    except UnicodeDecodeError as error:
        raise FixRefusedError(f"{path.name} is not UTF-8. Save it as UTF-8 with another program.") from error


def save(content: Content, member: Member, opened: Opened, text: str, why: str = "") -> int:
    """Publish another text of an article that was opened; return the revision's id, or raise `FixRefusedError`."""
    require(member, "editor")
    with only_change(content.home):
        return _apply(content, member, opened, text, (why.strip() or "edited", None))


def add_question(
    content: Content, member: Member, place: tuple[str, str], question: str, listing: Listing = "questions"
) -> int:
    """Say that a question belongs to an article's section (`place`), or that no article answers it though it is near.

    What identifies a person is left out of it.
    """
    require(member, "editor")
    article, heading = place
    shown = without_identifiers(content.live, question)
    if not shown or len(shown) > LONGEST_QUESTION:
        raise FixRefusedError(f"Use a question of up to {LONGEST_QUESTION} characters. Shorten it.", question)
    with only_change(content.home):
        _finish(content)
        opened = open_article(content, article)
        if heading not in _headings(opened):
            raise FixRefusedError(f"'{article}' has no section '{heading}'. Choose the section again.", question)
        require_unlisted(shown, listing, content.live.articles.values())
        text = with_question(opened.text, heading, shown, listing)
        told = "belongs to" if listing == "questions" else "is not answered, though near to"
        return _apply(content, member, opened, text, (f'"{shown}" {told} "{heading}"', None))


def undo(content: Content, member: Member, revision: int) -> int:
    """Take one change back, also one that took another back; changes made since stay. Return the new revision's id."""
    require(member, "editor")
    with only_change(content.home):
        _finish(content)
        row = _revision(content, revision)
        if row.undone_by:
            raise FixRefusedError(f"That is undone already. To have it back, undo revision {row.undone_by}.")
        if row.text_before is None:
            raise FixRefusedError("A new article is not deleted here. Switch the article off instead.")
        opened = open_article(content, row.article)
        text = without_change(row.text_before, row.text_after, opened.text)
        return _apply(content, member, opened, text, (f"{_UNDOES}{revision}", revision))


def history(content: Content, article: str) -> list[Revision]:
    """Return an article's changes, the newest first."""
    with content.records.reading() as session:
        rows = list(session.scalars(select(RevisionRow).where(RevisionRow.article == article).order_by(RevisionRow.id)))
    befores = [None, *(row.sha256_after for row in rows)]
    found = [
        Revision(row.id, row.at, row.by, row.why, row.undone_by, before is not None and before != row.sha256_before)
        for row, before in zip(rows, befores, strict=False)
    ]
    return found[::-1]


def changes_of(content: Content, revision: int) -> list[DiffLine]:
    """Return what a revision changed."""
    row = _revision(content, revision)
    return diff(row.text_before or "", row.text_after)


def finish_interrupted(content: Content) -> list[int]:
    """Finish what a kill or a power cut interrupted; return the revisions. Run at the start."""
    with only_change(content.home):
        return _finish(content)


def require(member: Member, role: Role) -> None:
    """Raise `NotAllowedError` unless the member may do this."""
    if not member.may(role):
        raise NotAllowedError(f"This needs the role {role}; yours is {member.role}. Ask an admin.")


def without_identifiers(live: LiveBot, text: str) -> str:
    """Return a text on one line without what identifies a person; refuse one in which something is still left."""
    redactor = Redactor(live.clinic, [article.title for article in live.articles.values()])
    shown = "".join(character for character in " ".join(redactor.redact(text).split()) if character.isprintable())
    if redactor.has_identifiers(shown):
        raise FixRefusedError("It still holds something that may identify a person. Take it out by hand.", text)
    return shown


def _apply(content: Content, member: Member, opened: Opened, text: str, why: tuple[str, int | None]) -> int:
    _finish(content)
    reason, undoes = why
    path, text = content.file(opened.article), _with_line_ends(text, opened.text)
    current = open_article(content, opened.article)
    if current.sha256 != opened.sha256:
        message = "The file has changed since you opened it. Your text is kept below: open the article again."
        raise FixRefusedError(message, text, current.text)
    if text == current.text:
        raise FixRefusedError("Nothing has changed. Change the text first.", text)
    wrong = new_errors(content.live, opened.article, text, opened.text)
    if wrong:
        listed = " ".join(f"Line {each.line or 1}: {each.text}. {each.remedy}".strip() for each in wrong)
        raise FixRefusedError(f"{listed} Correct this, then save again.", text)
    row = _recorded(content, member, opened, (text, reason, undoes))
    try:
        _publish(content, path, text)
    except _FAILURES as error:
        _take_back(content, row.id, undoes)
        message = f"It could not be published: {error} The old version is still in use; try again."
        raise FixRefusedError(message, text) from error
    _log(content, row, "changed")
    return row.id


def _recorded(content: Content, member: Member, opened: Opened, what: tuple[str, str, int | None]) -> RevisionRow:
    text, reason, undoes = what
    with content.records.writing() as session:
        row = RevisionRow(
            article=opened.article, at=now(), by=member.name, why=reason, sha256_before=opened.sha256,
            sha256_after=_sha256(text.encode()), text_after=text,
            text_before=None if opened.sha256 is None else opened.text,
        )  # fmt: skip
        session.add(row)
        session.flush()
        if undoes is not None:
            # Whatever it had undone itself is in force again.
            session.execute(update(RevisionRow).where(RevisionRow.undone_by == undoes).values(undone_by=None))
            session.execute(update(RevisionRow).where(RevisionRow.id == undoes).values(undone_by=row.id))
    return row


def _take_back(content: Content, revision: int, undoes: int | None) -> None:
    with content.records.writing() as session:
        row = session.get_one(RevisionRow, revision)
        undone = session.get(RevisionRow, undoes) if undoes is not None else None
        if undone and undone.why.startswith(_UNDOES):
            first = int(undone.why.removeprefix(_UNDOES))
            session.execute(update(RevisionRow).where(RevisionRow.id == first).values(undone_by=undoes))
        session.execute(update(RevisionRow).where(RevisionRow.undone_by == revision).values(undone_by=None))
        session.delete(row)


def _publish(content: Content, path: Path, text: str) -> None:
    """Build and open the index with the new text first, then replace the file and the bot in one moment."""
    with staged_articles(path.parent, path.stem, text.encode()) as staged:
        content.live.reload(staged, lambda: write_whole(path, text.encode()))


def _finish(content: Content) -> list[int]:
    finished = []
    for row in _interrupted(content.records):
        current = open_article(content, row.article)
        if current.sha256 == row.sha256_before:
            try:
                _publish(content, content.file(row.article), row.text_after)
            except _FAILURES as error:
                message = f"Revision {row.id} of '{row.article}' was interrupted and cannot be finished: {error}"
                raise FixRefusedError(f"{message} Run 'chatbot check'.") from error
        applied = current.sha256 in {row.sha256_before, row.sha256_after}
        _log(content, row, "changed (finished after an interruption)" if applied else "not changed: file had changed")
        finished.append(row.id)
    return finished


def _interrupted(records: Records) -> Sequence[RevisionRow]:
    """Return revisions that are not in the log; older ones may have left it because of their age."""
    since = now() - timedelta(days=AUDIT_DAYS - 1)
    newest = select(func.max(RevisionRow.id)).where(RevisionRow.at > since).group_by(RevisionRow.article)
    with records.reading() as session:
        rows = [_whole(session, name) for name in session.scalars(newest)]
        wanted = {_object(row): row for row in rows}
        logged = set(session.scalars(select(AuditRow.object).where(AuditRow.object.in_(list(wanted)))))
    return [row for name, row in wanted.items() if name not in logged]


def _log(content: Content, row: RevisionRow, action: str) -> None:
    with content.records.writing() as session:
        log_change(session, row.by, f"article {action}"[:64], _object(row), (row.sha256_before, row.sha256_after))


def _object(row: RevisionRow) -> str:
    return f"article {row.article}, revision {row.id}"


def _revision(content: Content, revision: int) -> RevisionRow:
    with content.records.reading() as session:
        if session.get(RevisionRow, revision) is None:
            raise FixRefusedError(f"There is no revision {revision}. Open the article's history again.")
        return _whole(session, revision)


def _whole(session: Session, revision: int) -> RevisionRow:
    row = session.get_one(RevisionRow, revision)
    _ = row.text_before, row.text_after  # loads what is not loaded with a list
    return row


def _headings(opened: Opened) -> list[str]:
    try:
        return headings(read_text(opened.article, opened.text)) if opened.sha256 else []
    except ContentError as error:
        raise FixRefusedError(f"The article cannot be read: {error} Edit the article.") from error


def _with_line_ends(text: str, like: str) -> str:
    """Return a text with the line ends of the file, since a browser sends others, and without half characters."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("\n", "\r\n") if "\r\n" in like and "\r" not in text else text


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
