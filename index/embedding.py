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
from index.onnx_model import THREADS, OnnxModel, simplify

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Runtime = Literal["onnxruntime", "sentence-transformers"]

_CARD = "embedder.json"
_BATCH = 32
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

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed questions, as unit rows."""
        return self.embed([self.card.query_prompt + text for text in texts])

    def query(self, text: str) -> NDArray[np.float32]:
        """Embed one question, as a unit vector."""
        vector: NDArray[np.float32] = self.queries([text])[0]
        return vector


def open_exported(folder: Path, threads: int = THREADS) -> Embed:
    """Open an exported model: call it with texts, get unit rows."""
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf, NoSuchFile

    try:
        return OnnxModel(folder, threads, _BATCH)
    except (NoSuchFile, InvalidProtobuf, InvalidGraph, Fail) as error:
        raise EmbedderError(f"{folder}: damaged model ({error}). Run 'chatbot index --rebuild'.") from error


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


def open_embedder(folder: Path, threads: int = THREADS) -> Embedder:
    """Open the model that `prepare_model` left in `folder`."""
    card = ModelCard(**json.loads((folder / _CARD).read_text(encoding="utf-8")))
    if card.runtime == "onnxruntime":
        return Embedder(card, open_exported(folder, threads))
    source = ModelSource(card.name, Path(card.folder) if card.folder else None)
    return Embedder(card, embed_with(load_model(source)))


def known_words(folder: Path) -> frozenset[str]:
    """Return the whole words a model's tokenizer knows: those everyday language uses most; none if it has no list."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        return frozenset()
    listed = json.loads(path.read_text(encoding="utf-8"))["model"].get("vocab", ())
    pieces = listed if isinstance(listed, dict) else (piece for piece, _ in listed)
    return frozenset(piece.casefold() for piece in pieces if piece.isalpha())


def _export(model: "SentenceTransformer", folder: Path) -> bool:
    """Export and compare; a failure leaves no half-written model behind."""
    from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

    refusals = (onnx_errors.Fail, onnx_errors.InvalidGraph, onnx_errors.NotImplemented, onnx_errors.RuntimeException)
    try:
        export_onnx(model, folder)
        exported = folder / "model.onnx"
        simplify(exported, exported)
        same = _agree(open_exported(folder), embed_with(model))
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
