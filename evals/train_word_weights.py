"""Train `chatbot/safety/word_weights.py`: `python -m evals.train_word_weights OUT`, where OUT holds the classifier.

OUT gets `words.npz`, and its sha256 is put into the classifier's card. It learns from what the classifier learns from.
About five minutes on two cores; needs scikit-learn, which comes with sentence-transformers.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chatbot.safety.normalising import plain_letters
from chatbot.safety.rules import rule_table
from chatbot.safety.word_weights import BUCKETS, WEIGHTS, counts, features
from evals.messages import Message, training_messages
from evals.train_classifier import LABELS, learnable
from evals.training import add_to_card
from index.onnx_model import CARD

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RARE = (2, 3)
"""Messages a word, and a piece of a word, must stand in to count."""
_PENALTY = {"route": 8.0, "soft": 4.0}
"""Inverse strength of the L2 penalty."""
_STEPS = 60


def main() -> None:
    """Fit on every message, round to 8 bits, and write."""
    out = Path(sys.argv[1])
    if not (out / CARD).exists():
        raise SystemExit(f"{out} holds no classifier: run python -m evals.train_classifier {out} first.")
    messages = learnable(training_messages())
    texts = [plain_letters(message.text, rule_table().spelling) for message in messages]
    rarity = rarity_of(texts)
    weights, bias = fitted(matrix(texts, rarity), messages)
    scale = np.abs(weights).max(0) / 127
    np.savez_compressed(
        out / WEIGHTS, weights=np.rint(weights / scale).astype(np.int8), scale=scale.astype(np.float32),
        bias=bias.astype(np.float32), rarity=rarity.astype(np.float16),
    )  # fmt: skip
    add_to_card(out, WEIGHTS)


def rarity_of(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the smoothed inverse document frequency of every row, 0 for what stands in too few messages."""
    seen: Counter[int] = Counter()
    for text in texts:
        for block in counts(text):
            seen.update(block.keys())
    rarity = np.zeros(2 * BUCKETS, dtype=np.float32)
    for row, number in seen.items():
        if number >= _RARE[row >= BUCKETS]:
            rarity[row] = 1 + np.log((1 + len(texts)) / (1 + number))
    # As it is served.
    return rarity.astype(np.float16).astype(np.float32)


def matrix(texts: Sequence[str], rarity: NDArray[np.float32]) -> "csr_matrix":
    """Return a row of features a text."""
    from scipy.sparse import csr_matrix

    found = [features(text, rarity) for text in texts]
    starts = np.cumsum([0, *(len(rows) for rows, _ in found)])
    rows, values = (np.concatenate([each[n] for each in found]) for n in (0, 1))
    return csr_matrix((values, rows, starts), shape=(len(texts), len(rarity)))


def fitted(features_of: "csr_matrix", messages: Sequence[Message]) -> tuple[Any, Any]:
    """Return weights, (rows, labels), and biases: of the routes against each other, and of distress by itself."""
    from sklearn.linear_model import LogisticRegression

    routes = [message.route for message in messages]
    soft = [message.soft or message.route == "crisis_self" for message in messages]
    told = LogisticRegression(C=_PENALTY["route"], max_iter=_STEPS).fit(features_of, routes)
    distress = LogisticRegression(C=_PENALTY["soft"], max_iter=_STEPS).fit(features_of, soft)
    order = [list(told.classes_).index(route) for route in LABELS[:-1]]
    weights = np.vstack([told.coef_[order], distress.coef_]).T
    return weights, np.concatenate([told.intercept_[order], distress.intercept_])


if __name__ == "__main__":
    main()
