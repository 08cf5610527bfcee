"""A week beside those before it, in words: a share only with its interval, and no trend where there is too little."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.shares import wilson
from chatbot.staff.weekly import BUCKET_NAMES, Figures

MINIMUM = 20
"""Fewer than this are counted, but not compared: chance alone would move such a share by 20 points."""
TOO_FEW = "too few to compare"
NO_CHANGE = "no clear change"
NONE = "none"
Share = tuple[int, int]
"""How many, and out of how many."""


@dataclass(frozen=True)
class Compared:
    """One row: a figure in every week, and how the last week differs from the one before."""

    label: str
    cells: tuple[str, ...]
    change: str = ""
    """Empty where nothing is compared."""


def compared(found: Sequence[Figures]) -> list[Compared]:
    """Return every figure of the weeks, the chosen week last."""
    return [
        _counts("Messages", found, lambda week: week.messages),
        _counts("Messages about danger (only counted)", found, lambda week: week.acute),
        _shares("Questions answered from the articles", found, lambda week: week.answered),
        _shares("Visitors who said it helped", found, lambda week: week.helped),
        _shares("Reviews that found the answer good", found, lambda week: week.good),
        _counts("Reviews: wrong", found, lambda week: week.of("review")["wrong"]),
        _counts("Reviews: unsafe", found, lambda week: week.of("review")["unsafe"]),
        Compared("Two reviewers who said the same", tuple(map(agreement_text, found))),
        _counts("Gaps closed", found, lambda week: week.of("gap").total()),
        _counts("Numbers tapped to call or text", found, lambda week: week.of("tap").total()),
        _shares("Answers made in under 500 ms", found, lambda week: week.fast),
        Compared("95 of 100 answers took", tuple(bucket_text(week.slow_end) or NONE for week in found)),
        _counts("Records lost", found, lambda week: week.of("dropped").total()),
    ]


def share_text(share: Share) -> str:
    """Return a share with its 95 % interval; below `MINIMUM` only the two numbers."""
    some, n = share
    if not n:
        return NONE
    if n < MINIMUM:
        return f"{some} of {n}"
    low, high = (round(100 * end) for end in wilson(some, n))
    return f"{some / n:.0%} ({low} to {high}) of {n:,}"


def change_text(before: Share, after: Share) -> str:
    """Say whether a share rose or fell: only where the two intervals do not touch."""
    if min(before[1], after[1]) < MINIMUM:
        return TOO_FEW
    (low, high), (new_low, new_high) = wilson(*before), wilson(*after)
    return "higher" if new_low > high else "lower" if new_high < low else NO_CHANGE


def agreement_text(week: Figures) -> str:
    """Return how often a blind second reviewer said the same, with Cohen's kappa where there is enough for one."""
    alike = week.agreement
    if not alike.n:
        return NONE
    kappa = f", kappa {alike.kappa:.2f}" if alike.kappa is not None and alike.n >= MINIMUM else ""
    return f"{alike.same} of {alike.n}{kappa}"


def bucket_text(name: str) -> str:
    """Write a latency bucket out: "under 500 ms"."""
    written = name.replace("<", "under ").replace(">=", "at least ")
    return written.replace("ms", " ms") if "ms" in written else f"{written[:-1]} s" if written else ""


def range_text(place: int) -> str:
    """Write a bucket out with what is below it: "250 to 500 ms"."""
    upper = bucket_text(BUCKET_NAMES[place])
    if not 0 < place < len(BUCKET_NAMES) - 1:
        return upper
    lower, unit = bucket_text(BUCKET_NAMES[place - 1]).removeprefix("under ").split(" ")
    upper, own = upper.removeprefix("under ").split(" ")
    return f"{lower} to {upper} {own}" if unit == own else f"{lower} {unit} to {upper} {own}"


def _counts(label: str, found: Sequence[Figures], number: Callable[[Figures], int]) -> Compared:
    return Compared(label, tuple(f"{number(week):,}" for week in found))


def _shares(label: str, found: Sequence[Figures], share: Callable[[Figures], Share]) -> Compared:
    shares = [share(week) for week in found]
    change = change_text(shares[-2], shares[-1]) if len(shares) > 1 else ""
    return Compared(label, tuple(map(share_text, shares)), change)
