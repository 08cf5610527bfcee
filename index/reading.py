"""Read a sentence beside a question and say whether it answers it: a small cross-encoder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.onnx_model import open_trained

_BATCH = 4
"""Sentences read together: of more, the long ones make the short ones wait."""
READER = Path(__file__).parent / "reader"
"""The reader the project ships; how it was trained and what it is good for stands in its README."""


class Reader:
    """The trained reader, open for use; several threads may use it at once."""

    def __init__(self, folder: Path = READER) -> None:
        self._model = open_trained(folder, "evals.train_reader", batch=_BATCH)

    def scores(self, question: str, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return the log odds that each sentence, given with its heading, answers the question; 0 is even odds."""
        return self._model([(question, sentence) for sentence in sentences])
