"""Whether a confidence means what it says: reliability, and how much can be answered at which risk."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.intervals import Measured, Values, mean_of, statistic_of

BINS = 10
RISKS = (0.02, 0.05, 0.10)


@dataclass(frozen=True)
class Decided:
    """A question that came as far as the decision, whatever was decided."""

    confidence: float
    right: bool
    """The sentences chosen for it, shown or not, answer it."""


@dataclass(frozen=True)
class Bin:
    """Questions of like confidence."""

    n: int
    confidence: float
    """Mean confidence."""
    right: Measured
    """Share answered rightly."""


@dataclass(frozen=True)
class Covered:
    """How much can be answered if at most so much of what is answered may be wrong."""

    risk: float
    coverage: Measured
    """Share of all questions."""
    threshold: float | None
    """The confidence from which on to answer; None if no threshold keeps the risk."""


@dataclass(frozen=True)
class Calibration:
    """Everything measured of one run."""

    n: int
    bins: tuple[Bin, ...]
    """Of equal count, least confident first."""
    error: Measured
    """Expected calibration error: mean distance of confidence and share right over the bins."""
    area: Measured
    """Under the coverage-risk curve: mean risk over all coverages; lower is better."""
    covered: tuple[Covered, ...]
    curve: tuple[tuple[float, float, float], ...]
    """(threshold, coverage, risk), highest threshold first."""


def calibrate(decided: Sequence[Decided]) -> Calibration:
    """Measure; at least one question is needed."""
    confidence = np.array([each.confidence for each in decided], dtype=np.float64)
    right = np.array([each.right for each in decided], dtype=np.float64)
    n = len(decided)
    thresholds, coverage, risk = risk_curve(confidence, right)
    return Calibration(
        n=n,
        bins=reliability_bins(confidence, right),
        error=statistic_of(n, lambda drawn: calibration_error(confidence[drawn], right[drawn])),
        area=statistic_of(n, lambda drawn: _area(confidence[drawn], right[drawn])),
        covered=tuple(_covered(confidence, right, allowed) for allowed in RISKS),
        curve=tuple(zip(thresholds.tolist(), coverage.tolist(), risk.tolist(), strict=True)),
    )


def reliability_bins(confidence: Values, right: Values) -> tuple[Bin, ...]:
    """Return bins of equal count, least confident first."""
    return tuple(_bin(confidence[part], right[part]) for part in _parts(confidence)) if len(confidence) else ()


def _parts(confidence: Values) -> list[NDArray[np.int64]]:
    order = np.argsort(confidence, kind="stable")
    return [part for part in np.array_split(order, BINS) if len(part)]


def _bin(confidence: Values, right: Values) -> Bin:
    return Bin(len(right), float(confidence.mean()), mean_of(right))


def calibration_error(confidence: Values, right: Values) -> float:
    """Return the mean distance of confidence and share right over bins of equal count (Naeini et al. 2015)."""
    parts = _parts(confidence)
    return float(sum(abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts)) / len(confidence)


def risk_curve(confidence: Values, right: Values) -> tuple[Values, Values, Values]:
    """Return threshold, coverage and risk for every confidence that occurs: equal ones are answered together."""
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    answered = last + 1
    wrong = np.cumsum(1 - right[order])[last]
    return falling[last], answered / len(falling), wrong / answered


def _area(confidence: Values, right: Values) -> float:
    _, coverage, risk = risk_curve(confidence, right)
    return float((np.diff(coverage, prepend=0.0) * risk).sum())


def _coverage(confidence: Values, right: Values, allowed: float) -> tuple[float, float | None]:
    thresholds, coverage, risk = risk_curve(confidence, right)
    kept = np.flatnonzero(risk <= allowed)
    return (float(coverage[kept[-1]]), float(thresholds[kept[-1]])) if len(kept) else (0.0, None)


def _covered(confidence: Values, right: Values, allowed: float) -> Covered:
    measured = statistic_of(len(right), lambda drawn: _coverage(confidence[drawn], right[drawn], allowed)[0])
    return Covered(allowed, measured, _coverage(confidence, right, allowed)[1])


def report(measured: Calibration) -> list[str]:
    """Return the figures as lines, each with its 95 % interval."""
    covered = []
    for each in measured.covered:
        at = "no threshold keeps it" if each.threshold is None else f"from confidence {each.threshold:.3f} on"
        covered.append(f"coverage at a risk of {each.risk:.0%}: {each.coverage}  ({at})")
    return [
        f"reliability, {measured.n} questions that came to a decision:",
        *bin_lines(measured.bins),
        f"expected calibration error: {measured.error}",
        f"area under the coverage-risk curve: {measured.area}",
        *covered,
    ]


def bin_lines(bins: Sequence[Bin]) -> list[str]:
    """Return the table of reliability as lines."""
    return ["    n  confidence  share right", *(f"{b.n:5}  {b.confidence:10.3f}  {b.right}" for b in bins)]


def write_calibration(path: Path, measured: Calibration, **says: object) -> None:
    """Write everything as JSON, with what else there is to say of the run."""
    path.write_text(json.dumps({**says, **asdict(measured)}, indent=1) + "\n", encoding="utf-8")
