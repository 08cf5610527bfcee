"""Ask a whole conversation turn by turn, as evaluators do."""

from collections.abc import Sequence
from typing import Any

from chatbot.bot import Bot, Trace
from chatbot.conversation import Question


def run_conversation(bot: Bot, turns: Sequence[str]) -> dict[str, Any]:
    """Return `answers`, one per turn, and `passages`: what the last turn retrieved, best first."""
    traces = [bot.explain(Question(turn, tuple(turns[:number]))) for number, turn in enumerate(turns)]
    return {"answers": [trace.answer.to_json() for trace in traces], "passages": _passages(traces[-1])}


def _passages(trace: Trace) -> list[dict[str, Any]]:
    if trace.composed is None:
        return []
    found = trace.composed.found
    hits = {hit.passage.id: hit for part in reversed((found, *found.others)) for hit in part.hits}
    return [
        {"article": hit.passage.article, "text": hit.passage.text, "score": round(hit.score, 6)}
        for hit in sorted(hits.values(), key=lambda hit: -hit.score)
    ]
