"""What staff can switch off while the program runs: every answer, one article; and a notice on every page."""

from dataclasses import dataclass, replace

from chatbot.safety.router import Decided
from index.searching import Hit, Index

ANSWERS_OFF = "answers_off"
"""The fixed reply to a question for the articles while answers are off."""


@dataclass(frozen=True)
class Switches:
    """What is switched at this moment; by default nothing."""

    answers_off: bool = False
    """Only the phone and the help lines; messages about danger are still recognised and get their own replies."""
    articles_off: frozenset[str] = frozenset()
    """Ids of articles that no answer quotes and no page shows."""
    notice: str = ""
    """Plain text at the top of every page, in English,"""
    notice_es: str = ""
    """and in Spanish."""

    def said_in(self, language: str) -> str:
        """Return the notice in a language, in the other one if it was written in that alone."""
        first, second = (self.notice_es, self.notice) if language == "es" else (self.notice, self.notice_es)
        return first or second


def paused(settled: Decided, switches: Switches) -> Decided:
    """Give a question for the articles the reply that answers are off, if they are."""
    if not switches.answers_off or settled.route.to != "education":
        return settled
    return replace(settled, route=replace(settled.route, reply=ANSWERS_OFF))


def search(index: Index, text: str, message: str, *, top_k: int, switches: Switches) -> list[Hit]:
    """Search what is not switched off; the places of an article that is go to the next best."""
    off = switches.articles_off
    found = index.search(text, top_k * (1 + len(off)), message)
    return [hit for hit in found if hit.passage.article not in off][:top_k]
