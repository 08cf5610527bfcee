"""Means and other statistics with bootstrapped 95 % intervals (Efron 1979, percentiles); seeded, so repeatable."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 1

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write it for a table."""
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean_of(values: Values) -> Measured:
    """Return the mean over questions; of paired differences, the mean difference."""
    random = np.random.default_rng(_SEED)
    return _measured(float(values.mean()), random.choice(values, (RESAMPLES, len(values))).mean(axis=1))


def statistic_of(n: int, statistic: Callable[[NDArray[np.int64]], float]) -> Measured:
    """Return a statistic of `n` cases, given the positions drawn; it may be nan where a draw cannot tell."""
    random = np.random.default_rng(_SEED)
    drawn = np.array([statistic(random.integers(0, n, n)) for _ in range(RESAMPLES)])
    return _measured(statistic(np.arange(n)), drawn[~np.isnan(drawn)])


def mean_by_family(values: Values, families: Sequence[str]) -> Measured:
    """Return a mean whose interval draws whole families, since wordings of one thing fail together.

    Davison & Hinkley 1997, 3.8 (cluster bootstrap). Where all are of one family, single cases are drawn.
    """
    members = _members(families)
    if len(members) < 2:
        return mean_of(values)
    sums = np.array([values[at].sum() for at in members])
    counts = np.array([len(at) for at in members])
    drawn = np.random.default_rng(_SEED).integers(0, len(members), (RESAMPLES, len(members)))
    return _measured(float(values.mean()), sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))


def statistic_by_family(families: Sequence[str], statistic: Callable[[NDArray[np.int64]], float]) -> Measured:
    """Return a statistic of cases as `statistic_of` does, drawing whole families."""
    members = _members(families)
    if len(members) in {1, len(families)}:
        return statistic_of(len(families), statistic)
    random = np.random.default_rng(_SEED)
    picks = (random.integers(0, len(members), len(members)) for _ in range(RESAMPLES))
    drawn = np.array([statistic(np.concatenate([members[at] for at in pick])) for pick in picks])
    return _measured(statistic(np.arange(len(families))), drawn[~np.isnan(drawn)])


def _members(families: Sequence[str]) -> list[NDArray[np.int64]]:
    _, of = np.unique(np.array(families, dtype=np.str_), return_inverse=True)
    return [np.flatnonzero(of == family) for family in range(of.max() + 1)]


def _measured(value: float, resampled: Values) -> Measured:
    low, high = np.percentile(resampled, (2.5, 97.5))
    return Measured(value, float(low), float(high))


def machine() -> str:
    """Say on what a measurement was made, since other work on the machine lengthens every time."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load {one:.1f} (1 min), {five:.1f} (5 min)"
