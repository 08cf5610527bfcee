"""The nouns: question, route, citation, answer. Everything that asks or answers passes these along."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from corpus.replies import Action

RouteName = Literal[
    "emergency", "crisis_self", "crisis_other", "violence", "abuse", "minor", "misuse", "personal_medical", "injection",
    "identifiers", "booking", "cost", "about_bot", "smalltalk", "out_of_scope", "education",
]  # fmt: skip
Outcome = Literal["answered", "fixed", "not_in_articles", "error"]
Language = Literal["en", "es"]

ACUTE: frozenset[RouteName] = frozenset({"emergency", "crisis_self", "crisis_other", "violence", "abuse", "minor"})
"""Routes whose messages are never kept, never sent to a model and never answered from articles."""


@dataclass(frozen=True)
class Question:
    """What a visitor typed, with the visitor's earlier messages of the same conversation, oldest first."""

    text: str
    history: tuple[str, ...] = ()
    language: Language | None = None
    """The page's language, or None to guess from the text."""
    conversation: str = ""
    """What tells the page's conversation from others as long as it is open; empty where nothing does."""


@dataclass(frozen=True)
class Route:
    """What kind of message this is, and why."""

    to: RouteName
    reply: str
    """Id of the fixed reply for it, such as `misuse_at_home`; for education the reply if nothing is found."""
    rule: str
    """Name of the rule that decided."""
    flags: tuple[str, ...] = ()
    """Among `soft` (distress without current risk), `identifiers`, and names of lower routes also present."""
    language: Language = "en"


@dataclass(frozen=True)
class Citation:
    """Where a sentence stands. `quote` is exactly `file_text[start:end]` of the stored article."""

    number: int
    article: str
    title: str
    section: str
    url: str
    quote: str
    start: int
    end: int
    sha256: str
    reviewed_on: str | None


@dataclass(frozen=True)
class AnswerSentence:
    """A sentence as shown: the quote without its Markdown marks, and the number of its citation."""

    text: str
    citation: int


@dataclass(frozen=True)
class Answer:
    """What is shown, with everything needed to check it. `to_json` gives the one public shape."""

    id: str
    route: RouteName
    flags: tuple[str, ...]
    rule: str
    outcome: Outcome
    language: Language
    text: str
    """Markdown with [1] markers."""
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    disclaimer: str
    actions: tuple[Action, ...]
    confidence: float
    """0 to 1: how sure it is that the sentences answer; 1 for a fixed reply, 0 where nothing was found."""
    timings_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the JSON shape all channels share."""
        return asdict(self)
