"""Measures of a ranking against the set of what is relevant; each relevant item counts alike."""

from collections.abc import Sequence, Set
from math import log2
from typing import TypeVar

Item = TypeVar("Item")


def recall_at(k: int, found: Sequence[Item], relevant: Set[Item]) -> float:
    """Return the share of what is relevant that is among the first k (Manning et al. 2008, 8.3)."""
    return len(relevant & set(found[:k])) / len(relevant)


def success_at(k: int, found: Sequence[Item], relevant: Set[Item]) -> float:
    """Return 1 if anything relevant is among the first k, else 0 (TREC's success@k)."""
    return float(any(item in relevant for item in found[:k]))


def reciprocal_rank(found: Sequence[Item], relevant: Set[Item]) -> float:
    """Return 1 / the place of the first relevant item, 0 if there is none (Voorhees 1999); its mean is the MRR."""
    return next((1 / place for place, item in enumerate(found, 1) if item in relevant), 0.0)


def ndcg_at(k: int, found: Sequence[Item], relevant: Set[Item]) -> float:
    """Return DCG@k / its best value (Järvelin & Kekäläinen 2002): DCG sums 1 / log2(place + 1) of relevant places."""
    gain = sum(1 / log2(place + 1) for place, item in enumerate(found[:k], 1) if item in relevant)
    best = sum(1 / log2(place + 1) for place in range(1, min(k, len(relevant)) + 1))
    return gain / best
