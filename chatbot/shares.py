"""Intervals of shares, for the reports of runs and for the staff page."""

from math import sqrt


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927): z = 1.96, centre (p + z²/2n) / (1 + z²/n)."""
    if n == 0:
        return 0.0, 1.0
    z, share = 1.96, successes / n
    centre, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))
