"""Read a sentence beside a question and say whether it answers it: a small cross-encoder, run by onnxruntime."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

READER = Path(__file__).parent / "reader"
"""The reader the project ships; how it was trained and what it is good for stands in its README."""
_CARD = "card.json"
_READ = ("model.onnx", "tokenizer.json")
_BATCH = 8
_THREADS = 2
"""As for the embedder: more gain little on a few sentences, and take cores from the other visitors."""


class ReaderError(Exception):
    """The reader's files are missing or not those that were trained; the message ends with the remedy."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. Install the package again, or train with 'python -m evals.train_reader'.")


class Reader:
    """The trained reader, open for use; several threads may use it at once."""

    def __init__(self, folder: Path = READER, threads: int = _THREADS) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        _verify(folder)
        options = SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads would otherwise burn a core for a while after each question.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        # Truncation and padding are part of the file, as the model was trained with them.
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def scores(self, question: str, sentences: Sequence[str]) -> NDArray[np.float32]:
        """Return the log odds that each sentence, given with its heading, answers the question; 0 is even odds."""
        scores = np.empty(len(sentences), dtype=np.float32)
        # Sentences of similar length together, so that little is computed for padding.
        order = sorted(range(len(sentences)), key=lambda number: len(sentences[number]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            scores[batch] = self._run(question, [sentences[number] for number in batch])
        return scores

    def _run(self, question: str, sentences: list[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch([(question, sentence) for sentence in sentences])
        columns = {
            "input_ids": [item.ids for item in encoded],
            "attention_mask": [item.attention_mask for item in encoded],
            "token_type_ids": [item.type_ids for item in encoded],
        }
        logits: NDArray[np.float32] = self._session.run(
            None, {name: np.array(rows, dtype=np.int64) for name, rows in columns.items()}
        )[0]
        return logits


def _verify(folder: Path) -> None:
    """Refuse files other than the trained ones: a damaged model can still load, and then misjudges in silence."""
    try:
        expected: dict[str, str] = json.loads((folder / _CARD).read_text(encoding="utf-8"))["sha256"]
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _READ}
        named = {name: expected[name] for name in _READ}
    except FileNotFoundError as error:
        raise ReaderError(Path(error.filename), "not found") from error
    except (ValueError, LookupError, TypeError) as error:
        raise ReaderError(folder / _CARD, f"does not list the files' sha256 ({error})") from error
    for name in _READ:
        if found[name] != named[name]:
            raise ReaderError(folder / name, f"damaged: its sha256 is not the one in {_CARD}")
