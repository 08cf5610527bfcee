"""Train the reader of `index/reading.py`: `python -m evals.train_reader DATA OUT`.

DATA holds the folders `squad2` and `clapnq`. OUT gets what `index/reader` ships: `model.onnx`, `tokenizer.json` and
`card.json` with the held-out figures. About an hour on two cores.
"""

import hashlib
import json
import random
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.answers import auroc, load_cases
from evals.reader_data import (
    Group,
    case_groups,
    clapnq_groups,
    sampled,
    section_groups,
    squad_groups,
    written_groups,
)
from index.models import DEFAULT_MODEL, Embed, embed_with, find_model, load_model
from index.reading import Reader

if TYPE_CHECKING:
    import torch

SEED = 20261122
_LONGEST = 128
"""Tokens read of a question and a sentence together; the longer of the two is cut."""
_CHUNK = 24
"""Pairs computed together, of similar length, so that little is computed for padding."""
_EVALS = Path(__file__).parent
_WRITTEN = _EVALS / "reader_questions.jsonl"
_SUITE = _EVALS / "suites" / "answers.jsonl"
"""None of its questions is learnt from; those in `reader_questions.jsonl` that came near one were taken out."""
_ARTICLES = _EVALS.parent / "corpus" / "articles"
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Scores = list[NDArray[np.float32]]
"""Log odds of every group's sentences."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn."""

    epochs: int
    rate: float
    questions: int = 16
    """A step."""
    warm_up: float = 0.08
    """Share of the steps."""


GENERAL = Schedule(epochs=2, rate=1e-4)
WRITTEN = Schedule(epochs=3, rate=5e-5)


class Trainee:
    """The model while it learns, with the tokenizer it will be served with."""

    def __init__(self) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModelForSequenceClassification

        torch.manual_seed(SEED)
        folder = find_model("").folder
        assert folder is not None
        self.model: Any = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=1, attention_probs_dropout_prob=0.0
        )
        # So few questions show only some of the words: moving those away from the others would teach little.
        self.model.bert.embeddings.word_embeddings.weight.requires_grad = False
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(_LONGEST)
        self.tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")

    def logits(self, groups: Sequence[Group]) -> "torch.Tensor":
        """Return the logits of all the groups' sentences, one after the other."""
        import torch

        pairs = [(group.question, sentence) for group in groups for sentence in group.sentences]
        order = sorted(range(len(pairs)), key=lambda number: len(pairs[number][0]) + len(pairs[number][1]))
        parts = []
        for start in range(0, len(order), _CHUNK):
            encoded = self.tokenizer.encode_batch([pairs[number] for number in order[start : start + _CHUNK]])
            rows = ([item.ids for item in encoded], [item.attention_mask for item in encoded])
            columns = [torch.tensor(column) for column in (*rows, [item.type_ids for item in encoded])]
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.model.training):
                parts.append(self.model(**dict(zip(_INPUTS, columns, strict=True))).logits[:, 0].float())
        return torch.cat(parts)[torch.argsort(torch.tensor(order))]


def loss(logits: "torch.Tensor", groups: Sequence[Group]) -> "torch.Tensor":
    """Return how badly the groups' right sentences are told: from the others, from none, and each by itself."""
    import torch

    right = torch.tensor([answers for group in groups for answers in group.right])
    chosen = []
    at = 0
    for group in groups:
        own, answers = logits[at : at + len(group.sentences)], right[at : at + len(group.sentences)]
        at += len(group.sentences)
        # "None of these" is one more choice, with a logit of 0; it is the right one where no sentence answers.
        none = own.new_zeros(1)
        reward = own[answers] if any(group.right) else none
        chosen.append(torch.logsumexp(torch.cat([own, none]), 0) - torch.logsumexp(reward, 0))
    alone = torch.nn.functional.binary_cross_entropy_with_logits(logits, right.float(), pos_weight=torch.tensor(2.0))
    return torch.stack(chosen).mean() + 0.5 * alone


def train(trainee: Trainee, groups: Sequence[Group], schedule: Schedule) -> None:
    """Fit the model to the groups, printing how it goes."""
    import torch

    rng = random.Random(SEED)
    learning = [weights for weights in trainee.model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=schedule.rate, weight_decay=0.01)
    a_pass = len(groups) // schedule.questions
    steps, warm = schedule.epochs * a_pass, max(1, int(schedule.epochs * a_pass * schedule.warm_up))
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: min((n + 1) / warm, (steps - n) / (steps - warm)))
    trainee.model.train()
    started, losses = perf_counter(), []
    for step, batch in enumerate(_batches(groups, schedule, rng), 1):
        value = loss(trainee.logits(batch), batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        rates.step()
        losses.append(value.item())
        if step % 20 == 0:
            recent, seconds = np.mean(losses[-50:]), perf_counter() - started
            print(f"step {step}/{steps}, loss {recent:.3f}, {seconds:.0f} s", flush=True)
    trainee.model.eval()


def _batches(groups: Sequence[Group], schedule: Schedule, rng: random.Random) -> Any:
    for _ in range(schedule.epochs):
        order = rng.sample(range(len(groups)), len(groups))
        for first in range(0, len(order) - schedule.questions + 1, schedule.questions):
            yield [sampled(groups[number], rng) for number in order[first : first + schedule.questions]]


def export(trainee: Trainee, out: Path) -> None:
    """Write the model as int8 `model.onnx` with its `tokenizer.json`."""
    import onnx
    from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
    from onnxruntime.quantization import QuantType, quantize_dynamic

    trainee.tokenizer.save(str(out / "tokenizer.json"))
    with tempfile.TemporaryDirectory() as name:
        whole, simplified = Path(name) / "whole.onnx", Path(name) / "simplified.onnx"
        _export_whole(trainee, whole)
        options = SessionOptions()
        # The levels above this one fit the model to the very processor it is run on.
        options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(simplified)
        InferenceSession(str(whole), options, providers=["CPUExecutionProvider"])
        # Weights of 7 bits cannot overflow on processors without VNNI: the same scores everywhere.
        quantize_dynamic(
            simplified, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip


def _export_whole(trainee: Trainee, path: Path) -> None:
    import torch

    # The plain attention is slower than the fused one, but it is what can be traced.
    trainee.model.set_attn_implementation("eager")

    class Logit(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = trainee.model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.model(**dict(zip(_INPUTS, tensors, strict=True))).logits[:, 0]
            return logits

    sample = tuple(torch.ones((2, 16), dtype=torch.long) for _ in _INPUTS)
    axes = {name: {0: "batch", 1: "length"} for name in _INPUTS}
    with warnings.catch_warnings(), torch.inference_mode():
        # What is exported is compared with the model itself, so the tracer's doubts need no reader.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Logit().eval(), sample, str(path), dynamo=False, opset_version=17, input_names=list(_INPUTS),
            output_names=["logit"], dynamic_axes={**axes, "logit": {0: "batch"}},
        )  # fmt: skip


def float_scores(trainee: Trainee, groups: Sequence[Group]) -> Scores:
    """Score the groups with the model as trained."""
    import torch

    with torch.inference_mode():
        return [trainee.logits([group]).numpy() for group in groups]


def served_scores(reader: Reader, groups: Sequence[Group]) -> Scores:
    """Score the groups with the model as served."""
    return [reader.scores(group.question, group.sentences) for group in groups]


def figures(groups: Sequence[Group], scores: Scores) -> dict[str, float]:
    """Return how often a right sentence is first, and how well questions with one are told from those without."""
    right = [scored for group, scored in zip(groups, scores, strict=True) if any(group.right)]
    answered = [group for group in groups if any(group.right)]
    first = [group.right[int(scored.argmax())] for group, scored in zip(answered, right, strict=True)]
    wrong = [scored.max() for group, scored in zip(groups, scores, strict=True) if not any(group.right)]
    return {
        "answerable": len(answered),
        "not_answerable": len(wrong),
        "right_first": round(float(np.mean(first)), 3),
        "auroc": round(auroc([scored.max() for scored in right], wrong), 3),
    }


def main() -> None:
    """Train, export, measure on what was held out, and write the card."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    trainee, embed = Trainee(), embed_with(load_model(find_model("")))
    squad, squad_held = squad_groups(data / "squad2")
    clapnq, clapnq_held = clapnq_groups(data / "clapnq")
    public, written = [*squad, *clapnq], written_groups(_WRITTEN, _ARTICLES, embed)
    train(trainee, [*public, *section_groups(_ARTICLES)], GENERAL)
    # What was learnt from the public questions would fade if none of them were read again.
    train(trainee, [*written, *random.Random(SEED).sample(public, len(written))], WRITTEN)
    export(trainee, out)
    _write_card(out, {})
    own = case_groups(load_cases(_SUITE), _ARTICLES, embed)
    held_out = {"squad2": squad_held, "clapnq": clapnq_held, "answers": own}
    _write_card(out, {name: _measured(trainee, out, groups, embed) for name, groups in held_out.items()})


def _write_card(out: Path, measured: dict[str, dict[str, dict[str, float]]]) -> None:
    """Write what the reader checks its files by, and the figures."""
    files = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")}
    card = {"base": DEFAULT_MODEL, "tokens": _LONGEST, "sha256": files, "figures": measured}
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _measured(trainee: Trainee, out: Path, groups: Sequence[Group], embed: Embed) -> dict[str, dict[str, float]]:
    cosines = [(embed([group.question]) @ embed(group.sentences).T)[0] for group in groups]
    as_trained, as_served = float_scores(trainee, groups), served_scores(Reader(out), groups)
    difference = np.abs(np.concatenate(as_trained) - np.concatenate(as_served))
    return {
        "cosine": figures(groups, cosines),
        "as_trained": figures(groups, as_trained),
        "as_served": figures(groups, as_served),
        "int8_difference": {"mean": round(float(difference.mean()), 3), "most": round(float(difference.max()), 3)},
    }


if __name__ == "__main__":
    main()
