"""What the training scripts share: the base model, its learning rate, and the export that is shipped."""

import hashlib
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models import DEFAULT_MODEL, find_model
from index.onnx_model import CARD, MODEL, TOKENIZER, simplify

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding, Tokenizer

SEED = 20261122
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def base_folder() -> Path:
    """Return the folder of the weights every model here starts from."""
    folder = find_model("").folder
    assert folder is not None
    return folder


def base_tokenizer(longest: int) -> "Tokenizer":
    """Return the base model's tokenizer, cutting after `longest` tokens."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(base_folder() / TOKENIZER))
    tokenizer.enable_truncation(longest)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    return tokenizer


def columns(encoded: Sequence["Encoding"]) -> "dict[str, torch.Tensor]":
    """Return encoded texts as the model's inputs."""
    import torch

    rows = ([item.ids for item in encoded], [item.attention_mask for item in encoded])
    tensors = [torch.tensor(column) for column in (*rows, [item.type_ids for item in encoded])]
    return dict(zip(INPUTS, tensors, strict=True))


def warm_then_fall(optimiser: "torch.optim.Optimizer", steps: int, share: float) -> "torch.optim.lr_scheduler.LambdaLR":
    """Let the learning rate rise during a share of the steps, then fall to nothing."""
    import torch

    warm = max(1, int(steps * share))
    return torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min((n + 1) / warm, (steps - n) / (steps - warm)))


def export(model: "torch.nn.Module", tokenizer: "Tokenizer", out: Path) -> None:
    """Write a model that takes `INPUTS` as int8 `model.onnx`, with its `tokenizer.json`."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    tokenizer.save(str(out / TOKENIZER))
    with tempfile.TemporaryDirectory() as name:
        whole, simplified = Path(name) / "whole.onnx", Path(name) / "simplified.onnx"
        _export_whole(model, whole)
        simplify(whole, simplified)
        # Weights of 7 bits cannot overflow on processors without VNNI: the same scores everywhere.
        quantize_dynamic(
            simplified, out / MODEL, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip


def _export_whole(model: "torch.nn.Module", path: Path) -> None:
    import torch

    class ByPosition(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.model(**dict(zip(INPUTS, tensors, strict=True)))
            return logits

    sample = tuple(torch.ones((2, 16), dtype=torch.long) for _ in INPUTS)
    axes = {name: {0: "batch", 1: "length"} for name in INPUTS}
    with warnings.catch_warnings(), torch.inference_mode():
        # What is exported is compared with the model itself, so the tracer's doubts need no reader.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            ByPosition().eval(), sample, str(path), dynamo=False, opset_version=17, input_names=list(INPUTS),
            output_names=["logit"], dynamic_axes={**axes, "logit": {0: "batch"}},
        )  # fmt: skip


def write_card(out: Path, **says: Any) -> None:
    """Write what a shipped model's files are checked by, and what there is to say of it."""
    files = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)}
    card = {"base": DEFAULT_MODEL, "sha256": files, **says}
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def add_to_card(out: Path, name: str) -> None:
    """Add another file that the card names and that is checked when the model is opened."""
    card = json.loads((out / CARD).read_text(encoding="utf-8"))
    card["sha256"][name] = hashlib.sha256((out / name).read_bytes()).hexdigest()
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
