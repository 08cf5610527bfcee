"""Questions that mean the same, put together: unit vectors in, the number of each question's group out.

The same vectors in the same order always give the same groups.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Groups = NDArray[np.int64]

ALIKE = 0.3
"""Least cosine between a question and the middle of its group; chosen by `python -m evals.gap_clusters`."""
DIRECTIONS = 20
"""So many directions that the articles have most in common are left out of account; chosen in the same way."""


_ROWS_EACH = 20


@dataclass(frozen=True)
class Common:
    """What all texts of a clinic share: its treatments are in every question, and tell none from another."""

    directions: Vectors
    """Unit rows at right angles."""

    @classmethod
    def of(cls, rows: Vectors, directions: int = DIRECTIONS) -> "Common":
        """Find it in the vectors of the articles."""
        # Of the small square matrix: a hundred times faster than of the rows.
        _, found = np.linalg.eigh(rows.T @ rows)
        # In a few rows, only the first directions are common to all.
        most = min(directions, 1 + len(rows) // _ROWS_EACH)
        return cls(np.ascontiguousarray(found[:, ::-1][:, :most].T.astype(np.float32)))

    def taken_out(self, vectors: Vectors) -> Vectors:
        """Return what is left of each vector, as unit rows."""
        return _unit(vectors - (vectors @ self.directions.T) @ self.directions)


def middle(vectors: Vectors) -> Vectors:
    """Return the middle of a group, as a unit vector."""
    found: Vectors = _unit(vectors.sum(axis=0, keepdims=True))[0]
    return found


def nearest(vectors: Vectors, middles: Vectors) -> tuple[Groups, Vectors]:
    """Return for each question the number of the nearest middle, and the cosine to it."""
    cosines = vectors @ middles.T
    best = cosines.argmax(axis=1)
    return best, cosines[np.arange(len(vectors)), best]


def grouped(vectors: Vectors, alike: float = ALIKE) -> Groups:
    """Put each question, in the order given, into the group whose middle is nearest, or else into a new one."""
    sums, middles = np.zeros_like(vectors), np.zeros_like(vectors)
    groups = np.zeros(len(vectors), dtype=np.int64)
    count = 0
    for at, vector in enumerate(vectors):
        cosines = middles[:count] @ vector
        best = int(cosines.argmax()) if count else 0
        if not count or cosines[best] < alike:
            best, count = count, count + 1
        sums[best] += vector
        middles[best] = sums[best] / max(float(np.linalg.norm(sums[best])), _TINY)
        groups[at] = best
    return groups


_TINY = 1e-9


def _unit(vectors: "NDArray[np.floating[Any]]") -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _TINY)
    return np.asarray(vectors / lengths, dtype=np.float32)
