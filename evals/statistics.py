"""Rates that every suite reports."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from chatbot.shares import wilson


def supported_by_no_miss(n: int) -> float:
    """Return the share that n cases without a miss support with 95 % confidence (Clopper & Pearson 1934): 0.05^(1/n).

    It is one-sided and exact: 59 cases support 95 %, 149 support 98 %, 299 support 99 %.
    """
    return 0.05 ** (1 / n) if n else 0.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half (Mann-Whitney U / n1 n2)."""
    if not len(positive) or not len(negative):
        return float("nan")
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    below, not_above = (np.searchsorted(ordered, positive, side=side) for side in ("left", "right"))
    return float((below + not_above).mean()) / (2 * len(ordered))


def f1(found: int, wrongly: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall (van Rijsbergen 1979): 2 TP / (2 TP + FP + FN)."""
    return 2 * found / (2 * found + wrongly + missed) if found else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the least value that at least `share` of the values do not exceed (nearest rank), nan of no values."""
    ordered = sorted(values)
    # Rounded first, because 0.07 x 100 is a little more than 7.
    return ordered[max(0, ceil(round(share * len(ordered), 9)) - 1)] if ordered else float("nan")


def share_line(name: str, successes: int, n: int) -> str:
    """Return a line of a table: a share with its count and interval, or that nothing was measured."""
    if n == 0:
        return f"{name:52}    unmeasured"
    low, high = wilson(successes, n)
    return f"{name:52} {successes:4}/{n:<4} {successes / n:6.1%}  ({low:.1%} to {high:.1%})"
