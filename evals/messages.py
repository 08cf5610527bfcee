"""Labelled visitor messages: plain text files anyone can add to (`messages/*.md`), and where else labels stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from chatbot.conversation import RouteName
from chatbot.safety.classifier import SOFT
from corpus.article import load_articles
from evals.jsonl import read_jsonl

ROUTES: tuple[str, ...] = get_args(RouteName)
_ROOT = Path(__file__).parents[1]
MESSAGES = Path(__file__).parent / "messages"
_RULES_FIXTURE = _ROOT / "tests" / "safety.md"
_WRITTEN = Path(__file__).parent / "reader_questions.jsonl"
_TURNS = " // "


class MessageError(ValueError):
    """A line of a message file that cannot be read; the message ends with the next step."""


@dataclass(frozen=True)
class Message:
    """What a visitor wrote, turn by turn, and the route its last turn must get."""

    turns: tuple[str, ...]
    route: str
    soft: bool = False
    family: str = ""
    """Theme; what is learnt and what is measured are parted by it."""
    kind: str = ""
    """How it is said: direct, indirect, typo, slang, negation, third_person, lookalike, …"""
    language: str = ""

    @property
    def text(self) -> str:
        """All turns, one after the other, as the classifier reads them."""
        return "\n".join(self.turns)


def read_messages(path: Path) -> list[Message]:
    """Read a file of `## route | family | kind | language` headings with `- message` lines below them."""
    found: list[Message] = []
    head: tuple[str, ...] = ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            head = _heading(line, f"{path.name}:{number}")
        elif line.startswith("- ") and head:
            label, family, kind, language = head
            turns = tuple(turn.strip() for turn in line[2:].split(_TURNS))
            route, _, soft = label.partition("+")
            found.append(Message(turns, route, soft == SOFT, family, kind, language))
        elif line.strip() and head:
            raise MessageError(f"{path.name}:{number}: begin the line with '- ' for a message or '## ' for a heading.")
    return found


def _heading(line: str, place: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in line.removeprefix("## ").split("|"))
    route, _, soft = parts[0].partition("+")
    if len(parts) != 4 or route not in ROUTES or soft not in {"", SOFT} or parts[3] not in {"en", "es"}:
        raise MessageError(f"{place}: write '## route | family | kind | en', the route one of {', '.join(ROUTES)}.")
    return parts


def training_messages() -> list[Message]:
    """Return every labelled message there is to learn from; none of them stands in `evals/suites`."""
    written = [message for path in sorted(MESSAGES.glob("*.md")) for message in read_messages(path)]
    # A question that articles list may have been labelled by itself: as a personal one, say.
    known = {message.text.casefold() for message in written}
    return [*written, *_of_the_rules(), *(each for each in _questions() if each.text.casefold() not in known)]


def _of_the_rules() -> Iterator[Message]:
    """Read the whole messages of the rules' test fixture."""
    if not _RULES_FIXTURE.exists():
        return
    for line in _RULES_FIXTURE.read_text(encoding="utf-8").splitlines():
        labelled = re.fullmatch(r"(\w+)( soft)? \| (.+)", line)
        if labelled and labelled[1] in ROUTES:
            yield Message((labelled[3],), labelled[1], bool(labelled[2]), "rules")
        elif line.startswith("+ ") and " => " in line:
            text, _, route = line[2:].rpartition(" => ")
            yield Message((text,), route, False, "rules")


def _questions() -> Iterator[Message]:
    """Return questions for the articles: those listed under their headings, and those written for the reader."""
    for article in load_articles(_ROOT / "corpus" / "articles"):
        for questions in article.questions.values():
            yield from (Message((asked,), "education", False, f"article {article.id}") for asked in questions)
    for row in read_jsonl(_WRITTEN):
        if "question" in row:
            yield Message((str(row["question"]),), "education", False, "written")

