"""What rules cannot say: a small trained classifier that reads how a message is meant, not which words it has."""

import hashlib
import json
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from chatbot.safety.word_weights import WEIGHTS, WordWeights
from index.onnx_model import CARD, open_trained

CLASSIFIER = Path(__file__).parent / "classifier"
"""The classifier the project ships; how it was trained and what it is good for stands in its README."""

SOFT = "soft"
"""The one label that is no route: distress, or suicide as a subject."""

_WHOLE_WORDS = 80
"""A message of up to so many words is read in one."""
_PIECE_WORDS = 25
"""Sentences of a longer one are read together up to about so many words: some make sense only side by side."""
_SENTENCE = re.compile(r"[^.!?;\n…]+[.!?;…]*")
_REMEMBERED = 2000
_OF_WORDS = 0.35
"""Weight of the reading of words in the mean of logarithms: what both readings see counts, what one alone sees less."""
_LEAST = 1e-6

Probabilities = NDArray[np.float32]
"""In the order of `Classifier.labels`; the last is `soft`, which goes with any route."""


class Classifier:
    """The trained classifier, open for use; several threads may use it at once."""

    def __init__(self, folder: Path = CLASSIFIER) -> None:
        self._model = open_trained(folder, "evals.train_classifier", (WEIGHTS,))
        self._words = WordWeights(folder / WEIGHTS)
        self.labels: tuple[str, ...] = tuple(json.loads((folder / CARD).read_text(encoding="utf-8"))["labels"])
        # A conversation's earlier messages come again with each new one. Kept by a keyed hash, never as text.
        self._seen: OrderedDict[bytes, Probabilities] = OrderedDict()
        self._key = secrets.token_bytes(32)
        self._lock = Lock()

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """Return a row a text: the probability of each label. Of a text only the first 128 tokens are read."""
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key).digest() for text in texts]
        with self._lock:
            known = {key: self._seen[key] for key in keys if key in self._seen}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known |= dict(zip(new, self._read(list(new.values())), strict=True))
            self._remember({key: known[key] for key in new})
        return np.array([known[key] for key in keys], dtype=np.float32)

    def _read(self, texts: list[str]) -> Probabilities:
        both = np.log(self._model(texts) + _LEAST), np.log(self._words.probabilities(texts) + _LEAST)
        rows: Probabilities = np.exp((1 - _OF_WORDS) * both[0] + _OF_WORDS * both[1])
        rows[:, :-1] /= rows[:, :-1].sum(1, keepdims=True)
        return rows

    def _remember(self, rows: dict[bytes, Probabilities]) -> None:
        with self._lock:
            self._seen.update(rows)
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)


def is_long(text: str) -> bool:
    """Say whether a text is too long to be understood in one."""
    return len(text.split()) > _WHOLE_WORDS


def pieces(text: str) -> list[str]:
    """Return what of a message is read: the whole, or of a long one its end and then parts that leave nothing out."""
    if not is_long(text):
        return [text]
    sentences = [found.group().split() for found in _SENTENCE.finditer(text)]
    return [" ".join(text.split()[-_WHOLE_WORDS:]), *_overlapping(sentences)]


def _overlapping(sentences: Sequence[list[str]]) -> list[str]:
    """Return pieces of whole sentences, each beginning in the middle of the one before it."""
    units = [part for sentence in sentences for part in _cut(sentence)]
    found = []
    start = 0
    while start < len(units):
        end, count = start, 0
        while end < len(units) and (end == start or count + len(units[end]) <= _PIECE_WORDS):
            count += len(units[end])
            end += 1
        found.append(" ".join(word for unit in units[start:end] for word in unit))
        if end == len(units):
            break
        start = max(start + 1, end - (end - start) // 2)
    return found


def _cut(sentence: list[str]) -> list[list[str]]:
    """Cut a sentence that goes on and on into runs of words that overlap by half."""
    if len(sentence) <= _PIECE_WORDS:
        return [sentence] if sentence else []
    step = _PIECE_WORDS // 2
    return [sentence[at : at + _PIECE_WORDS] for at in range(0, len(sentence) - step, step)]


@cache
def shipped_classifier() -> Classifier:
    """Return the classifier the project ships, opened at the first call."""
    return Classifier()
