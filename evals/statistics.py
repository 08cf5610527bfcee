"""Intervals and rates that every suite reports."""

from collections.abc import Sequence
from math import sqrt


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927): z = 1.96, centre (p + z²/2n) / (1 + z²/n)."""
    if n == 0:
        return 0.0, 1.0
    z, share = 1.96, successes / n
    centre, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the chance that a positive scores above a negative, ties counting half (Mann-Whitney U / n1 n2)."""
    pairs = [(high > low) + 0.5 * (high == low) for high in positive for low in negative]
    return sum(pairs) / len(pairs) if pairs else float("nan")


def f1(found: int, wrongly: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall (van Rijsbergen 1979): 2 TP / (2 TP + FP + FN)."""
    return 2 * found / (2 * found + wrongly + missed) if found else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie (nearest rank), or nan if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def share_line(name: str, successes: int, n: int) -> str:
    """Return a line of a table: a share with its count and interval, or that nothing was measured."""
    if n == 0:
        return f"{name:52}    unmeasured"
    low, high = wilson(successes, n)
    return f"{name:52} {successes:4}/{n:<4} {successes / n:6.1%}  ({low:.1%} to {high:.1%})"
