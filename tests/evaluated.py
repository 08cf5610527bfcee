"""Asked cases for tests of figures, comparisons and reports, as the runner would leave them."""

from typing import Any

from evals.metrics import figures
from evals.results import CaseResult, Checked, Figure, GateResult, Run, Status, SuiteRead


def answer(route: str = "education", text: str = "See below.", sentence: str = "", **more: Any) -> dict[str, Any]:
    """An answer in its public shape, with one sentence of an article if given."""
    quote = {"number": 1, "article": "a", "title": "A", "section": "A › H", "url": "", "quote": sentence, "start": 5,
             "end": 5 + len(sentence), "sha256": "0" * 64, "reviewed_on": None}  # fmt: skip
    return {
        "id": "1", "route": route, "flags": [], "rule": "r", "language": "en", "text": text, "actions": [],
        "outcome": "answered" if sentence else "fixed",
        "sentences": [{"text": sentence, "citation": 1}] * bool(sentence),
        "citations": [quote] * bool(sentence), "disclaimer": "Not medical advice.", "confidence": 0.5,
        "timings_ms": {"route": 1.0, "read": 3.0}, **more,
    }  # fmt: skip


def case(name: str, given: dict[str, Any], *checks: Checked, status: Status | None = None, **more: Any) -> CaseResult:
    """A case that got an answer; `passages` and `trace` are fields, anything else is metadata."""
    came_to: Status = "failed" if any(check.passed is False for check in checks) else "passed"
    places = more.pop("passages", ())
    passages = tuple({"article": article, "heading": heading, "score": 1.0} for article, heading in places)
    trace, suite, error = more.pop("trace", {}), more.pop("suite", "suite"), more.pop("error", "")
    says, turns = {"family": name, **more}, (f"question {name}",)
    return CaseResult(name, suite, says, turns, given, passages, checks, status or came_to, trace, error)


def routed(name: str, wanted: str, given: str, text: str = "Call 911 or 988.", **more: Any) -> CaseResult:
    """A case that demands a route and got one."""
    return case(name, answer(given, text), Checked("route", wanted, wanted == given, given), **more)


def run_of(*cases: CaseResult, gates: tuple[GateResult, ...] = (), corpus: str = "c" * 64) -> Run:
    """A run of these cases, measured."""
    names = list(dict.fromkeys(each.suite for each in cases))
    by_suite = {name: [each for each in cases if each.suite == name] for name in names}
    read = tuple(SuiteRead(name, f"{name}-hash", len(by_suite[name])) for name in names)
    measured = {name: figures(own) for name, own in by_suite.items()}
    return Run(read, corpus, {"embedder": "e", "classifier": "k", "reader": "r"}, cases, measured, gates)


def figure(cases: list[CaseResult], name: str) -> Figure:
    """One figure of these cases."""
    return {found.name: found for found in figures(cases)}[name]
