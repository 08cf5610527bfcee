"""Embed texts with the exported model by onnxruntime; torch is not needed to answer questions."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from index.models import (
    Embed,
    ModelSource,
    embed_with,
    export_onnx,
    load_model,
    model_max_length,
    model_prompts,
    weights_sha256,
)
from index.models import EmbedderError as EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Runtime = Literal["onnxruntime", "sentence-transformers"]

_CARD = "embedder.json"
_BATCH = 32
_THREADS = 2
"""For questions: more gain nothing on one short text, and take cores from the other visitors."""
_SAME = 0.9999
"""Least cosine between an exported and an original vector for the export to be used."""
_PROBES = (
    "",
    "Ketamine",
    "What are the side effects of Spravato, and how long do they last?",
    "¿Qué es la depresión resistente al tratamiento? 抑郁症 😀 naïve café",
    "One dose is given as a nasal spray under supervision. " * 60,
)


@dataclass(frozen=True)
class ModelCard:
    """What is kept beside an exported model, enough to use it and to refuse another one."""

    name: str
    dimensions: int
    max_length: int
    """In tokens; what comes after is not read."""
    weights_sha256: str
    query_prompt: str = ""
    document_prompt: str = ""
    runtime: Runtime = "onnxruntime"
    """`sentence-transformers` for a model that cannot be exported: slower to start, same answers."""
    folder: str | None = None
    """Where such a model is loaded from; None for the hub's cache."""


@dataclass(frozen=True)
class Embedder:
    """A model ready for use."""

    card: ModelCard
    embed: Embed

    def documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts of the articles, as unit rows."""
        return self.embed([self.card.document_prompt + text for text in texts])

    def query(self, text: str) -> NDArray[np.float32]:
        """Embed one question, as a unit vector."""
        vector: NDArray[np.float32] = self.embed([self.card.query_prompt + text])[0]
        return vector


class OnnxEmbedder:
    """An exported model: call it with texts, get unit rows."""

    def __init__(self, folder: Path, threads: int = _THREADS) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf, NoSuchFile
        from tokenizers import Tokenizer

        options = SessionOptions()
        options.intra_op_num_threads = threads
        # Idle threads would otherwise burn a core for a while after each question.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
        except (NoSuchFile, InvalidProtobuf, InvalidGraph, Fail) as error:
            raise EmbedderError(f"{folder}: damaged model ({error}). Run 'chatbot index --rebuild'.") from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        self._dimensions = int(self._session.get_outputs()[0].shape[-1])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts in batches of similar length, so that little is computed for padding."""
        rows = np.empty((len(texts), self._dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            rows[batch] = self._run([texts[number] for number in batch])
        return rows

    def _run(self, texts: list[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(texts)
        columns = {
            "input_ids": [item.ids for item in encoded],
            "attention_mask": [item.attention_mask for item in encoded],
            "token_type_ids": [item.type_ids for item in encoded],
        }
        fed = {name: np.array(rows, dtype=np.int64) for name, rows in columns.items() if name in self._inputs}
        embedded: NDArray[np.float32] = self._session.run(None, fed)[0]
        return embedded


def prepare_model(source: ModelSource, folder: Path) -> ModelCard:
    """Export the model into `folder` with its card; one whose export differs from it is noted to be served as it is."""
    model = load_model(source)
    query_prompt, document_prompt = model_prompts(model)
    exported = _export(model, folder)
    card = ModelCard(
        name=source.name,
        dimensions=int(model.get_embedding_dimension() or 0),
        max_length=model_max_length(model),
        weights_sha256=weights_sha256(source, model),
        query_prompt=query_prompt,
        document_prompt=document_prompt,
        runtime="onnxruntime" if exported else "sentence-transformers",
        folder=None if exported or source.folder is None else str(source.folder),
    )
    (folder / _CARD).write_text(json.dumps(asdict(card), indent=2), encoding="utf-8")
    return card


def open_embedder(folder: Path, threads: int = _THREADS) -> Embedder:
    """Open the model that `prepare_model` left in `folder`."""
    card = ModelCard(**json.loads((folder / _CARD).read_text(encoding="utf-8")))
    if card.runtime == "onnxruntime":
        return Embedder(card, OnnxEmbedder(folder, threads))
    source = ModelSource(card.name, Path(card.folder) if card.folder else None)
    return Embedder(card, embed_with(load_model(source)))


def _export(model: "SentenceTransformer", folder: Path) -> bool:
    """Export and compare; a failure leaves no half-written model behind."""
    from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

    refusals = (onnx_errors.Fail, onnx_errors.InvalidGraph, onnx_errors.NotImplemented, onnx_errors.RuntimeException)
    try:
        export_onnx(model, folder)
        _optimise(folder / "model.onnx")
        same = _agree(OnnxEmbedder(folder), embed_with(model))
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError, *refusals):
        # Each architecture fails to trace in its own way; what matters is that the model itself still serves.
        same = False
    if not same:
        for name in ("model.onnx", "tokenizer.json"):
            (folder / name).unlink(missing_ok=True)
    return same


def _agree(exported: Embed, original: Embed) -> bool:
    ours, theirs = exported(_PROBES), original(_PROBES)
    return ours.shape == theirs.shape and float((ours * theirs).sum(axis=1).min()) >= _SAME


def _optimise(path: Path) -> None:
    """Let onnxruntime simplify the model once: it then opens in half the time."""
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions

    simplified = path.with_suffix(".simplified")
    options = SessionOptions()
    # The levels above this one fit the model to the very processor it is run on.
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(simplified)
    InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    simplified.replace(path)
