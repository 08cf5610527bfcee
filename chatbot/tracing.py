"""Show why an answer is what it is: every step's result as JSON for scripts, or as lines of 80 columns.

The message itself is not in it: an acute one must never be kept, and of others the copy without personal details is
what was searched for.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from chatbot.bot import MIN_CONFIDENCE, SURE, SURE_SENTENCE, Composed, Trace
from chatbot.composing import NEAR_BEST, Selection, odds_of
from chatbot.conversation import Answer
from chatbot.slicing import Candidate
from index.searching import Hit

WIDTH = 80
_DIGITS = 4
"""Scores are rounded so that a replay gives the same bytes."""
_MARGIN = 12


def trace_json(trace: Trace) -> dict[str, Any]:
    """Return every step's result; all but `timings_ms` is the same whenever the same index gets the same question."""
    answer, composed = trace.answer, trace.composed
    selection = composed.selection if composed else None
    return {
        "id": answer.id,
        "route": {"to": answer.route, "rule": answer.rule, "flags": list(answer.flags), "language": answer.language},
        "query": _query(composed),
        "passages": [_passage(hit) for hit in composed.found.hits] if composed else [],
        "candidates": list(_candidates(selection, answer)) if selection else [],
        "dropped": [asdict(dropped) for dropped in selection.dropped] if selection else [],
        "decision": _decision(answer, selection, failed=composed is None),
        "check": list(trace.problems),
        "timings_ms": answer.timings_ms,
    }


def trace_lines(trace: Trace) -> list[str]:
    """Return the same as lines that fit a terminal of 80 columns."""
    return stored_trace_lines(trace_json(trace))


def stored_trace_lines(shown: dict[str, Any]) -> list[str]:
    """Return those lines of a trace stored as JSON."""
    query = shown["query"]
    return [
        *_route_lines(shown["route"]),
        *(_query_lines(query) if query else _labelled("searched", "nothing: a fixed reply answers it")),
        *_section("Passages found", _passage_lines(shown["passages"])),
        *_section("Sentences judged, best first", _candidate_lines(shown["candidates"])),
        *_section("Dropped", _dropped_lines(shown["dropped"])),
        *_section("Decision", _decision_lines(shown)),
    ]


def _query(composed: Composed | None) -> dict[str, Any] | None:
    query = composed.found.understood.query if composed else None
    if query is None:
        return None
    return {**asdict(query), "treatments": sorted(query.treatments)}


def _passage(hit: Hit) -> dict[str, Any]:
    scores = {"fused": hit.score, "dense": hit.dense, "lexical": hit.lexical, "asked": hit.asked}
    place = {"passage": hit.passage.id, "title": hit.passage.title, "section": hit.passage.heading}
    scores |= {"unanswered": hit.unanswered, "learnt": hit.learnt}
    place |= {"asked_as": hit.asked_as, "unanswered_as": hit.unanswered_as}
    return place | {name: round(score, _DIGITS) for name, score in scores.items()}


def _candidates(selection: Selection, answer: Answer) -> Iterator[dict[str, Any]]:
    shown = {(citation.article, citation.start, citation.end) for citation in answer.citations}
    for candidate in selection.ranked:
        is_shown = (candidate.passage.article, candidate.start, candidate.end) in shown
        yield {
            "passage": candidate.passage.id,
            "start": candidate.start,
            "end": candidate.end,
            "lead_in": candidate.lead_in_text,
            "text": candidate.text,
            "score": round(candidate.score, _DIGITS),
            "features": {name: round(value, _DIGITS) for name, value in asdict(candidate.features).items()},
            "shown": is_shown,
            "why_not": "" if is_shown else _why_not(candidate, selection, nothing_shown=not shown),
        }


def _why_not(candidate: Candidate, selection: Selection, *, nothing_shown: bool) -> str:
    if nothing_shown:
        return "nothing is shown"
    if odds_of(candidate) < odds_of(selection.ranked[0]) * NEAR_BEST:
        return f"its odds are below {NEAR_BEST} of the best one's"
    return "says the same as one shown, there was no room, or a model left it out"


def _decision(answer: Answer, selection: Selection | None, *, failed: bool) -> dict[str, Any]:
    decision: dict[str, Any] = {"outcome": answer.outcome, "failed": failed, "confidence": None, "threshold": None}
    if selection is None:
        return decision
    decision |= {"confidence": round(selection.confidence, _DIGITS), "threshold": MIN_CONFIDENCE}
    decision |= {"nearest_listed": round(selection.asked, _DIGITS)}
    decision |= {"nearest_unanswered": round(selection.unanswered, _DIGITS)}
    decision |= {"learnt_from_listed": round(selection.answerable, _DIGITS)}
    if answer.route == "education":
        return decision
    # Beside a fixed reply a sentence must be surer, and good by itself.
    best = round(selection.ranked[0].score, _DIGITS) if selection.ranked else None
    least = {"threshold": SURE.get(answer.route, 1.0), "sentence_threshold": SURE_SENTENCE}
    return decision | least | {"best_sentence": best}


def _route_lines(route: dict[str, Any]) -> list[str]:
    flags = ", ".join(route["flags"]) or "none"
    found = f"{route['to']} by rule '{route['rule']}'; flags: {flags}; language: {route['language']}"
    return _labelled("route", found)


def _query_lines(query: dict[str, Any]) -> list[str]:
    return [
        *_labelled("asked", query["asked"]),
        *_labelled("resolved", query["resolved"]),
        *_labelled("searched", query["search"]),
        *(_labelled("of message", query["message"]) if query.get("message") else ()),
        *_labelled("treatments", ", ".join(query["treatments"]) or "none named"),
    ]


def _passage_lines(passages: Sequence[dict[str, Any]]) -> Iterator[str]:
    if passages:
        yield " #  fused  dense  words  asked learnt  where"
    for number, hit in enumerate(passages, 1):
        scores = " ".join(f"{hit.get(name, 0.0):6.3f}" for name in ("fused", "dense", "lexical", "asked", "learnt"))
        yield from _hanging(f"{number:2} {scores}  ", f"{hit['passage']}: {hit['section']}")
        if hit["asked_as"]:
            yield from _hanging(" " * 11, f"listed: {hit['asked_as']}")
        # A trace stored before there were such questions, or before anything was learnt from them, lacks that.
        if hit.get("unanswered_as"):
            told = f"not answered: {hit['unanswered_as']} ({hit['unanswered']:.3f})"
            yield from _hanging(" " * 11, told)


def _candidate_lines(candidates: Sequence[dict[str, Any]]) -> Iterator[str]:
    for number, candidate in enumerate(candidates, 1):
        said = " ".join(filter(None, [candidate["lead_in"], candidate["text"]]))
        yield from _hanging(f"{number:2}  {candidate['score']:.3f}  ", f"{candidate['passage']}: {said}")
        features = ", ".join(f"{name} {value:.2f}" for name, value in candidate["features"].items())
        yield from _hanging(" " * 11, features)
        yield from _hanging(" " * 11, "SHOWN" if candidate["shown"] else f"not shown: {candidate['why_not']}")


def _dropped_lines(dropped: Iterable[dict[str, Any]]) -> Iterator[str]:
    for each in dropped:
        yield from _hanging("  - ", f"{each['reason']}: {each['passage']}: {each['text']}")


def _decision_lines(shown: dict[str, Any]) -> Iterator[str]:
    decision = shown["decision"]
    yield from _labelled("outcome", decision["outcome"] + (": a step failed" if decision["failed"] else ""))
    if decision["confidence"] is not None:
        yield from _labelled("confidence", f"{decision['confidence']:.3f}, needed {decision['threshold']}")
    if decision.get("nearest_unanswered"):
        listed, unanswered = decision["nearest_listed"], decision["nearest_unanswered"]
        yield from _labelled("questions", f"nearest listed {listed:.3f}, nearest not answered {unanswered:.3f}")
    if learnt := decision.get("learnt_from_listed"):
        yield from _labelled("all listed", f"{learnt:+.3f} (about 1 where they speak for an answer, -1 against)")
    if decision.get("best_sentence") is not None:
        needed = f"{decision['best_sentence']:.3f}, needed {decision['sentence_threshold']}"
        yield from _labelled("sentence", needed)
    yield from _labelled("check", "; ".join(shown["check"]) or "nothing wrong")
    yield from _labelled("ms", ", ".join(f"{step} {taken:.1f}" for step, taken in shown["timings_ms"].items()))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return ["", title, *(list(lines) or ["  none"])]


def _labelled(label: str, text: str) -> list[str]:
    return list(_hanging(f"{label:{_MARGIN}}", text))


def _hanging(start: str, text: str) -> Iterator[str]:
    """Yield `text` after `start`, its further lines below its first."""
    # A control character typed by a visitor must not reach the terminal.
    printable = "".join(character if character.isprintable() else " " for character in text)
    yield from textwrap.wrap(printable, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)) or [start]


def explained_json(trace: Trace) -> str:
    """Return what `ask --json --explain` prints: the answer in its one public shape, and beside it the trace."""
    both = {"answer": trace.answer.to_json(), "trace": trace_json(trace)}
    return json.dumps(both, ensure_ascii=False, indent=2)
