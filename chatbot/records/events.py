"""What can happen in a conversation that the records take note of, and what of a turn is kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any, Literal

from chatbot.bot import Trace
from chatbot.conversation import ACUTE, Answer, Question, RouteName
from chatbot.records.counting import Counts
from chatbot.records.tables import TurnRow
from chatbot.redaction import Redactor
from chatbot.tracing import trace_json
from chatbot.turns import is_readable

Source = Literal["page", "chat", "api"]

COUNTED_ONLY: frozenset[RouteName] = ACUTE | {"identifiers"}
"""Routes of which only the number is kept, and after which nothing of the conversation is."""
BUCKETS = ((50, "<50ms"), (100, "<100ms"), (250, "<250ms"), (500, "<500ms"), (1000, "<1s"), (2500, "<2.5s"))
"""Milliseconds, and what is below them."""
SLOWEST = ">=2.5s"
_MOST_CANDIDATES = 12
_NEAREST = 3
"""Articles and headings kept of what was found where no text is."""


@dataclass(frozen=True)
class Asked:
    """A question and how it was answered."""

    id: str
    """Of the turn: the answer's id, and what tells it from others that asked the same."""
    question: Question
    trace: Trace
    source: Source


@dataclass(frozen=True)
class Rated:
    """A visitor said whether an answer helped."""

    turn: str
    """Id of the turn, or of its answer alone."""
    helpful: bool
    reason: str | None


@dataclass(frozen=True)
class Tapped:
    """A visitor tapped a number to call or text."""

    what: str


Event = Asked | Rated | Tapped


def is_kept(asked: Asked) -> bool:
    """Tell whether a turn may be kept at all: not what is acute, could not be routed or was not read to its end."""
    answer = asked.trace.answer
    return answer.route not in COUNTED_ONLY and answer.outcome != "error" and is_readable(asked.question.text)


def counts_of(event: Event) -> Counts:
    """Return what an event adds to the counters."""
    if isinstance(event, Tapped):
        return Counter({("tap", event.what): 1})
    if isinstance(event, Rated):
        return Counter({("reason", event.reason) if event.reason else ("rating", "yes" if event.helpful else "no"): 1})
    answer = event.trace.answer
    counts: Counts = Counter({("answer", f"{answer.route}/{answer.outcome}"): 1})
    counts.update([("language", answer.language), ("source", event.source), ("latency", latency_bucket(answer))])
    if answer.route not in COUNTED_ONLY:
        counts.update(("article", name) for name in {citation.article for citation in answer.citations})
    return counts


def latency_bucket(answer: Answer) -> str:
    """Return how long an answer took, roughly."""
    taken = sum(answer.timings_ms.values())
    return next((name for limit, name in BUCKETS if taken < limit), SLOWEST)


def asked_key(question: Question) -> str:
    """Return the same key for the same messages in the same order, whatever index answers them."""
    messages = json.dumps([question.text, question.history, question.language])
    return hashlib.sha256(messages.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def turn_row(asked: Asked, redactor: Redactor | None, day: date) -> TurnRow:
    """Return what is kept of a turn: with its texts, redacted, or without `redactor` with none."""
    answer = asked.trace.answer
    row = TurnRow(
        id=asked.id, day=day, route=answer.route, flags=list(answer.flags), outcome=answer.outcome,
        language=answer.language, rule=answer.rule, confidence=answer.confidence,
        latency_bucket=latency_bucket(answer), version=version("clinic-chatbot"), demo=False,
        asked_key=asked_key(asked.question),
    )  # fmt: skip
    if redactor is None:
        row.passages = list(_nearest(asked.trace))
        return row
    row.question = _storable(redactor.redact(asked.question.text))
    row.answer = _storable({**answer.to_json(), "id": asked.id})
    row.passages = _storable(list(_passages(asked.trace)))
    row.trace = _storable(_trace(asked.trace, redactor))
    return row


def _nearest(trace: Trace) -> Iterator[dict[str, Any]]:
    for hit in trace.composed.found.hits[:_NEAREST] if trace.composed else ():
        yield {"article": hit.passage.article, "heading": hit.passage.heading}


def _passages(trace: Trace) -> Iterator[dict[str, Any]]:
    for hit in trace.composed.found.hits if trace.composed else ():
        place = {"passage": hit.passage.id, "article": hit.passage.article, "title": hit.passage.title}
        scores = {"score": hit.score, "dense": hit.dense, "lexical": hit.lexical, "asked": hit.asked}
        rounded = {name: round(float(score), 4) for name, score in scores.items()}
        yield {**place, "heading": hit.passage.heading, "text": hit.passage.text, **rounded}


def _trace(trace: Trace, redactor: Redactor) -> dict[str, Any]:
    shown = trace_json(trace)
    query = shown["query"]
    if query:
        # Made from redacted questions, but also from earlier ones of the conversation, which are not.
        query = {name: redactor.redact(value) if isinstance(value, str) else value for name, value in query.items()}
    best = [each for at, each in enumerate(shown["candidates"]) if each["shown"] or at < _MOST_CANDIDATES]
    return {**shown, "query": query, "candidates": best}


def _storable(value: Any) -> Any:
    """Replace what no database takes as text: halves of characters, and the character zero."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(name): _storable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    return value
