"""A second reading of a message: a regression on its words and pieces of words, which errs on other messages."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = "words.npz"
BUCKETS = 2**17
"""Rows for words and pairs of words, and as many again for pieces of words. Found by a hash: no list of words is
shipped, and two that share a row are rare enough not to matter."""
_WORD = re.compile(r"\w+")
_PIECES = (2, 3, 4, 5)
"""Lengths in letters."""
_LONGEST = 2000
"""Characters read: more than the other reading reads of a piece of a message, and a bound on the time."""


class WordWeights:
    """The trained weights, open for use."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            # (2 * BUCKETS, labels) in steps of `scale`; rarity is (2 * BUCKETS,), the inverse document frequency.
            self._weights: NDArray[np.int8] = stored["weights"]
            self._scale: NDArray[np.float32] = stored["scale"]
            self._bias: NDArray[np.float32] = stored["bias"]
            self._rarity = stored["rarity"].astype(np.float32)

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row a text: of the routes together, and last, by itself, of distress."""
        rows = [self._logits(text) for text in texts]
        return np.array([[*_softmax(row[:-1]), 1 / (1 + math.exp(-row[-1]))] for row in rows], dtype=np.float32)

    def _logits(self, text: str) -> NDArray[np.float32]:
        rows, values = features(text, self._rarity)
        found: NDArray[np.float32] = values @ self._weights[rows].astype(np.float32) * self._scale + self._bias
        return found


def features(text: str, rarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return the rows a text touches and how much: words and pieces each of length one, as rare ones weigh more."""
    found = [_block(counted, rarity) for counted in counts(text)]
    return np.concatenate([rows for rows, _ in found]), np.concatenate([values for _, values in found])


def counts(text: str) -> tuple[Counter[int], Counter[int]]:
    """Return row -> how often, of the words and pairs of words, and of the pieces of words."""
    text = text[:_LONGEST].lower()
    words = _WORD.findall(text)
    pairs = (f"{one} {two}" for one, two in pairwise(words))
    pieces = Counter(_row(piece) + BUCKETS for piece in _pieces(text))
    return Counter(_row(word) for word in (*words, *pairs)), pieces


def _pieces(text: str) -> Iterator[str]:
    for word in text.split():
        padded = f" {word} "
        for length in _PIECES:
            for at in range(max(1, len(padded) - length + 1)):
                yield padded[at : at + length]


def _row(term: str) -> int:
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % BUCKETS


def _block(counted: Counter[int], rarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    rows = np.fromiter(counted.keys(), dtype=np.intp, count=len(counted))
    often = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
    values = (1 + np.log(often)) * rarity[rows]
    return rows, values / (float(np.linalg.norm(values)) or 1.0)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    raised: NDArray[np.float32] = np.exp(logits - logits.max())
    probabilities: NDArray[np.float32] = raised / raised.sum()
    return probabilities
