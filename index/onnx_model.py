"""Run a small exported model by onnxruntime: an embedder, or one that this project trained and ships."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "card.json"
THREADS = 2
"""For questions: more gain nothing on short texts, and take cores from the other visitors."""
_BATCH = 8

Text = str | tuple[str, str]
"""A text, or two texts read together."""


class OnnxModel:
    """The model in `folder`, open for use; several threads may use it at once."""

    def __init__(self, folder: Path, threads: int = THREADS, batch: int = _BATCH) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer

        options = SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads would otherwise burn a core for a while after each question.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._rest = tuple(self._session.get_outputs()[0].shape[1:])
        # Truncation and padding are part of the file, as the model was made with them.
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._batch = batch

    def __call__(self, texts: Sequence[Text]) -> NDArray[np.float32]:
        """Return the model's first output, a row (or a number) for each text."""
        rows = np.empty((len(texts), *self._rest), dtype=np.float32)
        # Texts of similar length together, so that little is computed for padding.
        order = sorted(range(len(texts)), key=lambda number: _length(texts[number]))
        for start in range(0, len(order), self._batch):
            batch = order[start : start + self._batch]
            rows[batch] = self._run([texts[number] for number in batch])
        return rows

    def _run(self, texts: list[Text]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(texts)
        columns = {
            "input_ids": [item.ids for item in encoded],
            "attention_mask": [item.attention_mask for item in encoded],
            "token_type_ids": [item.type_ids for item in encoded],
        }
        fed = {name: np.array(rows, dtype=np.int64) for name, rows in columns.items() if name in self._inputs}
        output: NDArray[np.float32] = self._session.run(None, fed)[0]
        return output


def simplify(path: Path, into: Path) -> None:
    """Let onnxruntime simplify a model once, into the same file or another: it then opens in half the time."""
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    simplified = into.with_suffix(".simplified")
    options = SessionOptions()
    # The levels above this one fit the model to the very processor it is run on.
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(simplified)
    InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    simplified.replace(into)


class TrainedModelError(Exception):
    """A shipped model's files are missing or not those that were trained; the message ends with the remedy."""

    def __init__(self, path: Path, reason: str, script: str) -> None:
        super().__init__(f"{path}: {reason}. Install the package again, or train with 'python -m {script}'.")


def open_trained(folder: Path, script: str, more: Sequence[str] = (), threads: int = THREADS) -> OnnxModel:
    """Open a shipped model if its files are those its card names, `more` of them too; `script` is what trains it."""
    _verify(folder, script, (MODEL, TOKENIZER, *more))
    return OnnxModel(folder, threads)


def _length(text: Text) -> int:
    return len(text) if isinstance(text, str) else len(text[0]) + len(text[1])


def _verify(folder: Path, script: str, names: Sequence[str]) -> None:
    """Refuse files other than the trained ones: a damaged model can still load, and then misjudges in silence."""
    try:
        expected: dict[str, str] = json.loads((folder / CARD).read_text(encoding="utf-8"))["sha256"]
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
        named = {name: expected[name] for name in names}
    except FileNotFoundError as error:
        raise TrainedModelError(Path(error.filename), "not found", script) from error
    except (ValueError, LookupError, TypeError) as error:
        raise TrainedModelError(folder / CARD, f"does not list the files' sha256 ({error})", script) from error
    for name in names:
        if found[name] != named[name]:
            raise TrainedModelError(folder / name, f"damaged: its sha256 is not the one in {CARD}", script)
