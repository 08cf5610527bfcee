"""Read a sentence beside a question and say whether it answers it: a small cross-encoder."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.onnx_model import THREADS, open_trained

READER = Path(__file__).parent / "reader"
"""The reader the project ships; how it was trained and what it is good for stands in its README."""


class Reader:
    """The trained reader, open for use; several threads may use it at once."""

    def __init__(self, folder: Path = READER) -> None:
        self._model = open_trained(folder, "evals.train_reader", threads=1)
        # Side by side, each by itself, sentences take a quarter less time than together: none is padded to another's
        # length, and no thread waits for the other at every step.
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="reader")

    def scores(self, question: str, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return the log odds that each sentence, given with its heading, answers the question; 0 is even odds."""
        # The longest first: else one thread may begin it when the other has nothing left to do.
        order = sorted(range(len(sentences)), key=lambda number: -len(sentences[number]))
        scores = np.empty(len(sentences), dtype=np.float32)
        scores[order] = [*self._pool.map(lambda number: self._model([(question, sentences[number])])[0], order)]
        return scores
