"""Means and other statistics with bootstrapped 95 % intervals (Efron 1979, percentiles); seeded, so repeatable."""

import os
from collections.abc import Callable
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
    """Return a statistic of `n` cases; it is given the positions of the cases drawn."""
    random = np.random.default_rng(_SEED)
    drawn = np.array([statistic(random.integers(0, n, n)) for _ in range(RESAMPLES)])
    return _measured(statistic(np.arange(n)), drawn)


def _measured(value: float, resampled: Values) -> Measured:
    low, high = np.percentile(resampled, (2.5, 97.5))
    return Measured(value, float(low), float(high))


def machine() -> str:
    """Say on what a measurement was made, since other work on the machine lengthens every time."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load {one:.1f} (1 min), {five:.1f} (5 min)"
