"""The content looked at while the chat runs: in a process of its own, one look at a time, the last result kept."""

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from time import perf_counter

from chatbot.coverage import never_cited
from chatbot.inspection import Health
from chatbot.live_bot import LiveBot
from chatbot.records.auditing import log_change
from chatbot.records.counting import totals
from chatbot.records.database import Records, now, today
from chatbot.records.purging import COUNTERS_DAYS
from chatbot.staff.accounts import Member
from chatbot.staff.suite_runs import last_line, run_politely
from chatbot.staff.written import FixRefusedError, only_change
from corpus.article import Article
from corpus.findings import Finding, found_in, in_order
from corpus.front_matter import ContentError
from index.embedding import EmbedderError
from index.manifest import IndexUnavailable

READ_AGAIN = "Have all articles read again: the button is above."
"""The next step where files were changed by hand."""
_ENOUGH = 100
"""Counted citations below which "never cited" says nothing yet."""


@dataclass(frozen=True)
class Look:
    """One look at the content."""

    health: Health
    by: str
    at: datetime
    seconds: float


class Checkup:
    """Looks when asked; who asks while somebody else's look is under way gets that one's result."""

    def __init__(self, look: Callable[[], Health]) -> None:
        self._look = look
        self._lock = Lock()
        self._under_way: Future[Look] | None = None
        self.last: Look | None = None
        """What was found last, until the program ends."""

    def look(self, by: str) -> Look:
        """Look, and return what was found; raise what the look raises."""
        with self._lock:
            mine, waited = Future[Look](), self._under_way
            if waited is None:
                self._under_way = mine
        return self._done(by, mine) if waited is None else waited.result()

    def _done(self, by: str, mine: "Future[Look]") -> Look:
        started = perf_counter()
        try:
            self.last = Look(self._look(), by, now(), perf_counter() - started)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(self.last)
            return self.last
        finally:
            with self._lock:
                self._under_way = None


def health_of(live: LiveBot, records: Records) -> Health:
    """Look at everything; raise `FixRefusedError` where the content does not load."""
    done = run_politely(live.settings, "chatbot.cli", "check", "--json")
    if done.returncode not in {0, 1}:
        raise FixRefusedError(f"The content cannot be read: {last_line(done.stderr)}")
    told = json.loads(done.stdout)
    found = [*(Finding(**each) for each in told["findings"]), *_outdated(live)]
    cited = cited_articles(records)
    if cited is None:
        few = f"articles never cited: fewer than {_ENOUGH} citations have been counted"
        return Health(in_order(found), (few,))
    return Health(in_order([*found, *never_cited(list(live.articles.values()), cited)]), ())


def read_again(live: LiveBot, records: Records, member: Member) -> None:
    """Answer from the files as they are now, after they were changed by hand; raise `FixRefusedError`."""
    with only_change(live.settings.home):
        try:
            live.reload()
        except (ContentError, IndexUnavailable, EmbedderError, OSError) as error:
            raise FixRefusedError(f"Nothing has changed; the articles cannot be read: {error}") from error
    with records.writing() as session:
        log_change(session, member.name, "read again", "all articles")


def cited_articles(records: Records) -> frozenset[str] | None:
    """Return the articles that answers have cited as far back as counters go; None where hardly any were counted."""
    with records.reading() as session:
        counted = totals(session, "article", today() - timedelta(days=COUNTERS_DAYS), today())
    return frozenset(counted) if sum(counted.values()) >= _ENOUGH else None


def _outdated(live: LiveBot) -> Iterator[Finding]:
    """Find articles whose file is not the one that the running chat answers from: it can quote nothing of them."""
    for article in live.articles.values():
        if not _is_current(article):
            problem = "its file was changed beside the running chat, which cannot quote it until it reads it again"
            told = (problem, READ_AGAIN)
            yield replace(found_in(article, "served", told), level="error")


def _is_current(article: Article) -> bool:
    try:
        return hashlib.sha256(article.path.read_bytes()).hexdigest() == article.sha256
    except FileNotFoundError:
        return False
