"""Learn from the listed questions which section answers a question, and whether any does.

Kernel ridge regression (Saunders, Gammerman and Vovk, 1998) on the questions' vectors, with a Gaussian kernel. The
nearest listed question is one voice, and a chance likeness of words can make it the wrong one; here all of them speak,
each by how near it is and by how much those around it agree. It is solved when the index is built, in seconds.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

_NARROW = 1.0
"""The kernel of two unit vectors is exp(-2 * _NARROW * (1 - cosine))."""
_RIDGE = 0.05
"""How little a single question is trusted: the more, the smoother."""
_MOST = 16_000
"""Questions learnt from; solving takes 4 bytes for each pair of them. Of more, an even share is taken."""


@dataclass(frozen=True)
class QuestionMap:
    """What was learnt; several threads may read it at once."""

    chosen: NDArray[np.int64]
    """Which of all questions, the answered ones first, it was learnt from."""
    weights: Scores
    """(questions chosen, 1 + sections): of each question for any answer, and for each section."""

    @classmethod
    def learn(cls, vectors: Scores, sections: NDArray[np.int64], count: int) -> Self:
        """Learn from unit rows; `sections` holds the section's number of each, below `count`, or -1: none answers it.

        Questions that some section answers and those that none does weigh the same together, however many there are.
        """
        from scipy.linalg import cho_factor, cho_solve  # only a build needs it

        total = len(vectors)
        chosen = np.unique(np.linspace(0, total - 1, min(total, _MOST)).astype(np.int64))
        vectors, sections = vectors[chosen], sections[chosen]
        answered = sections >= 0
        wanted = np.zeros((len(chosen), 1 + count), dtype=np.float32)
        wanted[:, 0] = np.where(answered, 1, -1)
        wanted[np.flatnonzero(answered), 1 + sections[answered]] = 1
        shares = np.where(answered, answered.mean(), 1 - answered.mean())
        matrix = _kernel(vectors @ vectors.T)
        matrix[np.diag_indices(len(chosen))] += (2 * _RIDGE * shares).astype(np.float32)
        solved = cho_solve(cho_factor(matrix.T, overwrite_a=True, check_finite=False), wanted, check_finite=False)
        return cls(chosen, np.ascontiguousarray(solved, dtype=np.float32))

    def read(self, cosines: Scores) -> tuple[float, Scores]:
        """Return how far a question seems answered, 1 to -1, and to belong to each section, 1 to 0, more or less.

        `cosines` are the question's with all listed questions, in the order they were learnt in.
        """
        read = _kernel(cosines[self.chosen]) @ self.weights
        return float(read[0]), read[1:]

    def save(self, path: Path) -> None:
        """Write it to a file that `load` reads."""
        with path.open("wb") as file:
            np.savez(file, chosen=self.chosen, weights=self.weights)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; raise `OSError` or `ValueError` if that is damaged."""
        try:
            with path.open("rb") as file, np.load(file) as stored:
                return cls(stored["chosen"], stored["weights"])
        except (BadZipFile, EOFError) as error:
            raise OSError(f"{path.name}: {error}") from error


def _kernel(cosines: Scores) -> Scores:
    kernel: Scores = cosines.astype(np.float32)
    kernel -= 1
    kernel *= 2 * _NARROW
    np.exp(kernel, out=kernel)
    return kernel
