"""Passages that say nearly the same in the same words, by the runs of words they share."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.passages import Passage

RUN = 4
"""Words in a row that count as one."""
ALIKE = 0.6
"""Share of the shorter passage's runs that must stand in the other."""
FEWEST = 20
"""A passage with fewer runs is too short to tell copying from a common phrase."""


@dataclass(frozen=True)
class Duplicate:
    """Two passages and how much of the shorter one stands in the other."""

    one: Passage
    other: Passage
    share: float


def near_duplicates(passages: Sequence[Passage]) -> list[Duplicate]:
    """Return every pair of passages of which the shorter stands nearly whole in the other, most alike first."""
    runs = [_runs(passage.text) for passage in passages]
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, of_one in enumerate(runs):
        if len(of_one) >= FEWEST:
            for run in of_one:
                holders.setdefault(run, []).append(number)
    shared = Counter((a, b) for among in holders.values() for i, a in enumerate(among) for b in among[i + 1 :])
    pairs = [(a, b, count / min(len(runs[a]), len(runs[b]))) for (a, b), count in shared.items()]
    alike = [Duplicate(passages[a], passages[b], share) for a, b, share in pairs if share >= ALIKE]
    return sorted(alike, key=lambda each: (-each.share, each.one.id, each.other.id))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    listed = re.findall(r"\w+", text.lower())
    return frozenset(tuple(listed[at : at + RUN]) for at in range(len(listed) - RUN + 1))
