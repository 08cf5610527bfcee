"""Conversations of the pages that are open at `/`, so that a page that is loaded anew finds its own again.

A page knows its conversation by a random key, which its browser holds in that page's place in the tab's history and
nowhere else; not a word of the conversation is there. Once the page is gone, it is forgotten within seconds.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Condition, Timer

from chatbot.turns import Conversation

PAGE_HEADER = "x-chat-page"
"""What the page's script sends with every event: its key, and how many answers it shows."""
RELOAD_SECONDS = 30
"""How long after a page was closed the same page may come again: on a slow phone that takes several seconds."""
_ANSWER_SECONDS = 20
"""How long one waits for the answer to a question that is under way."""
_MOST = 1000
_SENT = re.compile(r"([0-9a-f]{32}) ([0-9]{1,4})")


@dataclass(frozen=True)
class Visit:
    """Who an event comes from: a page, by its key, in one of its loadings."""

    key: str
    session: str
    has_answers: bool = False
    """Whether the page shows answers, whatever the server knows of them."""


def visit_from(sent: str, session: str) -> Visit:
    """Read the page's header; one that sends none is known by its session alone."""
    found = _SENT.fullmatch(sent)
    return Visit(found[1], session, found[2] != "0") if found else Visit(session, session)


@dataclass(frozen=True, eq=False)
class Asked:
    """A question that is under way, or was when nobody waited for its answer any more."""

    text: str
    under_way: bool = True


@dataclass(frozen=True)
class _Page:
    session: str
    conversation: Conversation
    asked: Asked | None = None
    closed: bool = False
    used: float = field(default_factory=time.monotonic)


class OpenPages:
    """The conversations, by the keys of their pages."""

    def __init__(self) -> None:
        self._pages: dict[str, _Page] = {}
        self._changed = Condition()

    def keep(self, visit: Visit, conversation: Conversation) -> None:
        """Begin or replace a page's conversation; an answer that is under way will not be added to it."""
        with self._changed:
            self._put(visit.key, _Page(visit.session, conversation))

    def rewrite(self, visit: Visit, change: Callable[[Conversation], Conversation]) -> None:
        """Change a page's conversation; an answer that is under way will be added to it."""
        with self._changed:
            page = self._pages.get(visit.key)
            if page:
                self._put(visit.key, replace(page, conversation=change(page.conversation)))

    def reopened(self, visit: Visit) -> tuple[Conversation, Asked | None] | None:
        """Give a page that was loaded anew its conversation, and what was asked last if it has no answer yet."""
        with self._changed:
            page = self._pages.get(visit.key)
            if page is None:
                return None
            self._put(visit.key, replace(page, session=visit.session, closed=False))
            return page.conversation, page.asked if page.asked and page.asked.text else None

    def settled(self, visit: Visit) -> tuple[Conversation, Asked | None] | None:
        """Return a page's conversation once no question of it is under way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_under_way(visit.key), _ANSWER_SECONDS)
            page = self._pages.get(visit.key)
            return (page.conversation, page.asked) if page else None

    @contextmanager
    def asking(self, visit: Visit, conversation: Conversation, text: str) -> Iterator[Asked]:
        """Hold a message while it is under way; a question that ends without an answer can be asked again."""
        asked = Asked(text)
        with self._changed:
            self._put(visit.key, _Page(visit.session, conversation, asked))
        try:
            yield asked
        finally:
            with self._changed:
                page = self._pages.get(visit.key)
                if page and page.asked is asked:
                    left = Asked(text, under_way=False) if text else None
                    self._put(visit.key, replace(page, asked=left))

    def answer(self, visit: Visit, asked: Asked, turn: Callable[[Conversation], Conversation]) -> Conversation:
        """Add the answer to the conversation as it now is, unless that was cleared or forgotten meanwhile."""
        with self._changed:
            page = self._pages.get(visit.key)
            if page is None or page.asked is not asked:
                return page.conversation if page else Conversation()
            answered = turn(page.conversation)
            self._put(visit.key, replace(page, conversation=answered, asked=None))
            return answered

    def close(self, session: str) -> None:
        """Forget the page of a session soon, unless it is loaded anew before."""
        with self._changed:
            closed = {key: replace(page, closed=True) for key, page in self._pages.items() if page.session == session}
            self._pages.update(closed)
        if closed:
            forgetting = Timer(RELOAD_SECONDS, self._forget_closed, [list(closed)])
            forgetting.daemon = True
            forgetting.start()

    def forget_idle(self, seconds: float) -> None:
        """Forget what was not used for so long."""
        oldest = time.monotonic() - seconds
        with self._changed:
            self._pages = {key: page for key, page in self._pages.items() if page.used >= oldest}

    def _forget_closed(self, keys: list[str]) -> None:
        with self._changed:
            for key in keys:
                if key in self._pages and self._pages[key].closed:
                    del self._pages[key]

    def _is_under_way(self, key: str) -> bool:
        page = self._pages.get(key)
        return bool(page and page.asked and page.asked.under_way)

    def _put(self, key: str, page: _Page) -> None:
        # The one that was used last stands last; if there are too many, the first goes.
        self._pages.pop(key, None)
        self._pages[key] = replace(page, used=time.monotonic())
        if len(self._pages) > _MOST:
            del self._pages[next(iter(self._pages))]
        self._changed.notify_all()
