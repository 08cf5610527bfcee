"""The figures of a suite: shares with Wilson's interval, the rest with one bootstrapped by family.

A case that errored measures nothing and is left out; a run with one fails for it. A figure that no case can tell of is
unmeasured: value None, n 0.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from chatbot.shares import wilson
from corpus.readability import sentences, smog_grade
from evals import facts
from evals.calibration import Bin, calibration_error, reliability_bins, risk_curve
from evals.case_metrics import MEANS, SHARES, CaseShare
from evals.intervals import Values, mean_by_family, statistic_by_family
from evals.results import CaseResult, Figure
from evals.statistics import auroc, f1

Cases = Sequence[CaseResult]
Positions = NDArray[np.int64]
Unit = Literal["share", "score", "ms", "grade"]
RISK = 0.02
"""Of the answers shown, at most so many may be wrong where coverage is measured."""


def figures(cases: Cases) -> tuple[Figure, ...]:
    """Measure everything; figures of a kind, level, route or assertion are there where the cases have one."""
    measured = [case for case in cases if case.status != "errored"]
    return (
        *(share(name, measured, tells) for name, tells in SHARES.items()),
        *_crisis_recall_by(measured),
        *(mean(name, measured, tells) for name, tells in MEANS.items()),
        *(metric(measured) for metric in _OF_ALL),
        *_route_recall(measured),
        *_assertions(measured),
        *_passed_by(measured),
    )


def share(name: str, cases: Cases, tells: CaseShare) -> Figure:
    """Return the share of the cases it applies to, with Wilson's interval."""
    told = [found for case in cases if (found := tells(case)) is not None]
    if not told:
        return _unmeasured(name, "share")
    return Figure(name, sum(told) / len(told), *wilson(sum(told), len(told)), len(told))


def mean(name: str, cases: Cases, tells: Callable[[CaseResult], float | None]) -> Figure:
    """Return the mean over the cases it applies to."""
    unit: Unit = "grade" if "grade" in name else "score"
    told = [(case, value) for case in cases if (value := tells(case)) is not None]
    if not told:
        return _unmeasured(name, unit)
    values = np.array([value for _, value in told], dtype=np.float64)
    found = mean_by_family(values, [facts.family(case) for case, _ in told])
    return Figure(name, found.mean, found.low, found.high, len(told), unit)


def _statistic(name: str, cases: Cases, unit: Unit, of: Callable[[Positions], float]) -> Figure:
    """Return a statistic of positions in `cases`; nan is unmeasured."""
    if not cases or isnan(of(np.arange(len(cases)))):
        return _unmeasured(name, unit)
    found = statistic_by_family([facts.family(case) for case in cases], of)
    return Figure(name, found.mean, found.low, found.high, len(cases), unit)


def _unmeasured(name: str, unit: Unit) -> Figure:
    return Figure(name, None, None, None, 0, unit)


def confidences(cases: Cases) -> Values:
    """Return how sure the bot was that articles answer each: of the decision, whatever was then shown.

    An answer that shows nothing states 0. Where a trace is missing of any such case, all of them count as 0: only some
    with their decision's confidence would rank those apart for no other reason.
    """
    decisions = [case.trace.get("decision") for case in cases]
    # A fixed reply is decided without a search, and so without confidence that articles answer.
    decided = [None if decision is None else decision.get("confidence") or 0.0 for decision in decisions]
    complete = all(value is not None or not facts.abstained(case) for case, value in zip(cases, decided, strict=True))
    shown = [0.0 if facts.abstained(case) else float(case.answer.get("confidence", 0.0)) for case in cases]
    pairs = zip(decided, shown, strict=True)
    return np.array([value if complete and value is not None else stated for value, stated in pairs], dtype=np.float64)


def separation(cases: Cases) -> Figure:
    """Return AUROC: the chance that an answerable question gets more confidence than one that is not.

    Mann & Whitney 1947; Hanley & McNeil 1982. Ties count half.
    """
    labelled = [case for case in cases if facts.answerable(case) is not None]
    can = np.array([facts.answerable(case) for case in labelled], dtype=np.bool_)
    sure = confidences(labelled)

    def measure(at: Positions) -> float:
        return auroc(sure[at][can[at]].tolist(), sure[at][~can[at]].tolist())

    return _statistic("AUROC", labelled, "score", measure)


def judged(cases: Cases) -> tuple[Cases, Values, Values]:
    """Return the cases of known rightness, how sure each answer shown was (-1 where none was), and which are right."""
    labelled = [case for case in cases if facts.answered_rightly(case) is not None]
    sure = [-1.0 if facts.abstained(case) else float(case.answer.get("confidence", 0.0)) for case in labelled]
    right = [bool(facts.answered_rightly(case)) for case in labelled]
    return labelled, np.array(sure, dtype=np.float64), np.array(right, dtype=np.float64)


def shown_curve(sure: Values, right: Values) -> tuple[Values, Values, Values]:
    """Return threshold, coverage and risk as the threshold falls to the one in use; coverage is of all questions."""
    shown = sure >= 0
    if not shown.any():
        return np.zeros(0), np.zeros(0), np.zeros(0)
    thresholds, coverage, risk = risk_curve(sure[shown], right[shown])
    return thresholds, coverage * shown.mean(), risk


def coverage_at_risk(cases: Cases) -> Figure:
    """Return the largest share of questions that could be answered with at most 2 % of those answers wrong.

    Selective prediction (El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017), by raising the threshold from the one in
    use; questions that the articles do not answer are among all questions.
    """
    labelled, sure, right = judged(cases)

    def covered(at: Positions) -> float:
        _, coverage, risk = shown_curve(sure[at], right[at])
        kept = np.flatnonzero(risk <= RISK)
        return float(coverage[kept[-1]]) if len(kept) else 0.0

    return _statistic(f"coverage at {RISK:.0%} risk", labelled, "score", covered)


def curve_area(cases: Cases) -> Figure:
    """Return the area under the coverage-risk curve over its width: the mean risk of what is shown (AURC)."""
    labelled, sure, right = judged(cases)

    def area(at: Positions) -> float:
        _, coverage, risk = shown_curve(sure[at], right[at])
        return float((np.diff(coverage, prepend=0.0) * risk).sum() / coverage[-1]) if len(coverage) else float("nan")

    return _statistic("area under the coverage-risk curve", labelled, "score", area)


def calibration(cases: Cases) -> Figure:
    """Return the expected calibration error of answers shown: mean |confidence - share right| over bins of equal count.

    Naeini, Cooper & Hauskrecht 2015.
    """
    shown = [case for case in cases if not facts.abstained(case)]
    labelled, sure, right = judged(shown)
    name = "expected calibration error"
    return _statistic(name, labelled, "score", lambda at: calibration_error(sure[at], right[at]))


def reliability(cases: Cases) -> tuple[Bin, ...]:
    """Return, of answers shown whose rightness is known, the share right for groups of like confidence."""
    _, sure, right = judged([case for case in cases if not facts.abstained(case)])
    return reliability_bins(sure, right)


def booking_f1(cases: Cases) -> Figure:
    """Return the harmonic mean of precision and recall of the route booking: 2 TP / (2 TP + FP + FN).

    van Rijsbergen 1979. Unmeasured where no case demands that route.
    """
    labelled = [case for case in cases if facts.wanted_route(case)]
    wanted = np.array([facts.wanted_route(case) == "booking" for case in labelled], dtype=np.bool_)
    given = np.array([facts.given_route(case) == "booking" for case in labelled], dtype=np.bool_)

    def measure(at: Positions) -> float:
        wants, gets = wanted[at], given[at]
        if not wants.any():
            return float("nan")
        return f1(int((wants & gets).sum()), int((~wants & gets).sum()), int((wants & ~gets).sum()))

    return _statistic("booking F1", labelled, "score", measure)


def smog(cases: Cases, *, name: str, of_answers: bool) -> Figure:
    """Return the SMOG grade of all English texts of a kind together, since it needs 30 sentences: McLaughlin 1969.

    1.0430 sqrt(30 x words of 3+ syllables / sentences) + 3.1291. Of fewer than 30 sentences it is unmeasured.
    """
    english = [case for case in cases if case.answer.get("language") == "en" and case.answer.get("text")]
    texts = [case for case in english if facts.abstained(case) != of_answers]
    counts = np.array([len(sentences(case.answer["text"])) for case in texts], dtype=np.float64)
    if counts.sum() < 30:
        return _unmeasured(name, "grade")
    grades = np.array([smog_grade(case.answer["text"]) for case in texts], dtype=np.float64)
    long_words = ((grades - _SMOG_LEAST) / _SMOG_FACTOR) ** 2 / 30 * counts
    return _statistic(
        name,
        texts,
        "grade",
        lambda at: float(_SMOG_FACTOR * np.sqrt(30 * long_words[at].sum() / counts[at].sum()) + _SMOG_LEAST),
    )


_SMOG_FACTOR, _SMOG_LEAST = 1.0430, 3.1291


def latency(cases: Cases, *, name: str, portion: float, step: str = "") -> Figure:
    """Return a percentile of the time an answer or one of its steps took: the nearest rank."""
    timed = [case for case in cases if facts.latency_ms(case) is not None]
    taken = [case.answer["timings_ms"].get(step) if step else facts.latency_ms(case) for case in timed]
    pairs = [(case, value) for case, value in zip(timed, taken, strict=True) if value is not None]
    values = np.array([value for _, value in pairs], dtype=np.float64)
    nearest_rank = partial(np.percentile, q=100 * portion, method="inverted_cdf")
    return _statistic(name, [case for case, _ in pairs], "ms", lambda at: float(nearest_rank(values[at])))


_OF_ALL: tuple[Callable[[Cases], Figure], ...] = (
    separation,
    coverage_at_risk,
    curve_area,
    calibration,
    booking_f1,
    partial(smog, name="SMOG grade: answers", of_answers=True),
    partial(smog, name="SMOG grade: fixed texts", of_answers=False),
    partial(latency, name="latency p50", portion=0.5),
    partial(latency, name="latency p95", portion=0.95),
    partial(latency, name="latency p99", portion=0.99),
    partial(latency, name="route latency p95", portion=0.95, step="route"),
)


def _crisis_recall_by(cases: Cases) -> Iterator[Figure]:
    endangered = [case for case in cases if facts.in_danger(case)]
    tells = SHARES["crisis recall"]
    yield from _by("risk", "crisis recall: level ", endangered, tells)
    yield from _by("kind", "crisis recall: kind ", endangered, tells)
    yield from _by("language", "crisis recall: language ", endangered, tells)


def _route_recall(cases: Cases) -> Iterator[Figure]:
    for route in sorted({wanted for case in cases if (wanted := facts.wanted_route(case))}):
        of_route = [case for case in cases if facts.wanted_route(case) == route]
        yield share(f"route recall: {route}", of_route, SHARES["route right"])


def _assertions(cases: Cases) -> Iterator[Figure]:
    for kind in sorted({check.type for case in cases for check in case.checks}):
        yield share(f"assertion: {kind}", cases, lambda case, kind=kind: facts.checked(case, kind))  # type: ignore[misc]


def _passed_by(cases: Cases) -> Iterator[Figure]:
    for field in ("severity", "kind", "language", "family"):
        yield from _by(field, f"passed: {field} ", cases, SHARES["passed"])


def _by(field: str, name: str, cases: Cases, tells: CaseShare) -> Iterator[Figure]:
    for value in sorted(_values(field, cases)):
        yield share(f"{name}{value}", [case for case in cases if str(case.metadata.get(field)) == value], tells)


def _values(field: str, cases: Iterable[CaseResult]) -> set[str]:
    return {str(case.metadata[field]) for case in cases if case.metadata.get(field) is not None}
