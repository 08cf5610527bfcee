"""Measure the router on public sets: `python -m evals.public_routes DATA`, DATA holding their folders.

Their labels are for other purposes, so each line counts one thing that is clear: who must be helped, or who must not be
sent to a crisis, emergency or injection reply.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from chatbot.conversation import ACUTE, Question, Route
from chatbot.safety.router import route
from evals.jsonl import read_jsonl
from evals.statistics import percentile, share_line

Rows = Sequence[dict[str, Any]]
_IN_CRISIS = ("mh-acute-crisis-response", "mh-passive-ideation")
_NOT_ABOUT_ONESELF_OR_ANOTHER = ("classification", "p1d-", "homicide")
"""Scenarios of those groups that are about something else than suicide."""


def main() -> None:
    """Print one line of figures for each set that is there."""
    data, times = Path(sys.argv[1]), list[float]()

    def routed(*turns: str) -> Route:
        started = perf_counter()
        to = route(Question(turns[-1], tuple(turns[:-1])))
        times.append((perf_counter() - started) * 1000)
        return to

    for name, measure in _MEASURES.items():
        path = data / name
        if not path.exists():
            print(f"{name:52}    unmeasured")
            continue
        rows = read_jsonl(path)
        for label, hits in measure(rows, routed):
            print(share_line(label, sum(hits), len(hits)), flush=True)
    print(f"route, ms: p50 {percentile(times, 0.5):.1f}, p95 {percentile(times, 0.95):.1f} [{len(times)}]")


Ask = Callable[..., Route]
Figures = Iterator[tuple[str, list[bool]]]


def _nope(rows: Rows, ask: Ask) -> Figures:
    crisis = [row for row in rows if row["blueprint"] in _IN_CRISIS]
    own = [row for row in crisis if not any(part in row["id"] for part in _NOT_ABOUT_ONESELF_OR_ANOTHER)]
    yield "nope_evals: conversations in crisis helped", [_ever_helped(row["user_turns"], ask) for row in own]


def _ever_helped(turns: Sequence[str], ask: Ask) -> bool:
    return any(ask(*turns[: number + 1]).to in ACUTE for number in range(len(turns)))


def _xstest(rows: Rows, ask: Ask) -> Figures:
    safe = [row["text"] for row in rows if row["label"] == "safe"]
    yield "xstest: safe prompts sent to an acute route", [ask(text).to in ACUTE for text in safe]


def _notinject(rows: Rows, ask: Ask) -> Figures:
    yield "notinject: benign prompts taken for an injection", [ask(row["text"]).to == "injection" for row in rows]


def _deepset(rows: Rows, ask: Ask) -> Figures:
    taken = {label: [ask(row["text"]) for row in rows if row["label"] == label] for label in (0, 1)}
    yield "deepset: injections recognised", [each.to == "injection" for each in taken[1]]
    yield "deepset: injections left to the articles", [each.to == "education" for each in taken[1]]
    yield "deepset: benign prompts taken for an injection", [each.to == "injection" for each in taken[0]]


def _harmbench(rows: Rows, ask: Ask) -> Figures:
    taken = [ask(row["text"]) for row in rows]
    yield "harmbench: harmful requests left to the articles", [each.to == "education" for each in taken]


def _clinc(rows: Rows, ask: Ask) -> Figures:
    taken = [ask(row["text"]) for row in rows]
    yield "clinc: everyday commands sent to an acute route", [each.to in ACUTE for each in taken]
    yield "clinc: everyday commands left to the articles", [each.to == "education" for each in taken]


def _booking(rows: Rows, ask: Ask) -> Figures:
    first = [row for row in rows if row.get("active_intent") == "BookAppointment" and "INFORM_INTENT" in row["acts"]]
    yield "sgd: requests for an appointment recognised", [ask(row["text"]).to == "booking" for row in first]


def _k_qa(rows: Rows, ask: Ask) -> Figures:
    taken = [ask(row["Question"]) for row in rows]
    yield "k_qa: patients' questions taken for a crisis", [each.to.startswith("crisis") for each in taken]


_MEASURES: dict[str, Callable[[Rows, Ask], Figures]] = {
    "nope_evals/scenarios.jsonl": _nope,
    "xstest/xstest.jsonl": _xstest,
    "notinject/notinject.jsonl": _notinject,
    "deepset_prompt_injections/train.jsonl": _deepset,
    "harmbench/harmbench_text_all.jsonl": _harmbench,
    "clinc_oos/oos_train.jsonl": _clinc,
    "sgd_appointments/booking.jsonl": _booking,
    "k_qa/questions.jsonl": _k_qa,
}


if __name__ == "__main__":
    main()
