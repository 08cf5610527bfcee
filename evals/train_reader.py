"""Train the reader of `index/reading.py`: `python -m evals.train_reader DATA OUT`.

DATA holds the folders `squad2` and `clapnq`. OUT gets what `index/reader` ships: `model.onnx`, `tokenizer.json` and
`card.json` with the held-out figures. About an hour on two cores.
"""

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.labelled import labelled_questions
from evals.reader_data import (
    SECTIONS,
    Group,
    case_groups,
    clapnq_groups,
    sampled,
    section_groups,
    squad_groups,
    unanswered_groups,
    written_groups,
)
from evals.statistics import auroc
from evals.training import SEED, base_folder, base_tokenizer, columns, export, warm_then_fall, write_card
from index.models import Embed, embed_with, find_model, load_model
from index.reading import Reader

if TYPE_CHECKING:
    import torch

_LONGEST = 128
"""Tokens read of a question and a sentence together; the longer of the two is cut."""
_CHUNK = 24
"""Pairs computed together, of similar length, so that little is computed for padding."""
_EVALS = Path(__file__).parent
_WRITTEN = _EVALS / "reader_questions.jsonl"
_ASKED = _EVALS / "article_questions.jsonl"
"""Questions people could ask about the shipped articles, with what the sentence that answers must say."""
_SUITE = _EVALS / "suites" / "answers.jsonl"
"""None of its questions is learnt from; written ones that came near one were taken out."""
_ARTICLES = _EVALS.parent / "corpus" / "articles"

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
WRITTEN = Schedule(epochs=2, rate=5e-5)
ASKED = Schedule(epochs=1, rate=4e-5)
_REPEATED = 800
"""Public questions read again beside the written ones: what was learnt from them would fade otherwise."""
_LISTED = 1200
"""Questions that articles list under their headings, read beside the written ones: the only Spanish ones."""
_BESIDE_ASKED = (1600, 400, 400)
"""Written, public and listed questions read again in the last pass."""
_TAKEN = 0.5
"""How far the weights follow the last pass: all the way, it knows these articles better but others' words less."""


class Trainee:
    """The model while it learns, with the tokenizer it will be served with."""

    def __init__(self) -> None:
        import torch
        from transformers import AutoModelForSequenceClassification

        torch.manual_seed(SEED)
        self.model: Any = AutoModelForSequenceClassification.from_pretrained(
            base_folder(), num_labels=1, attention_probs_dropout_prob=0.0
        )
        # So few questions show only some of the words: moving those away from the others would teach little.
        self.model.bert.embeddings.word_embeddings.weight.requires_grad = False
        self.tokenizer = base_tokenizer(_LONGEST)

    def logits(self, groups: Sequence[Group]) -> "torch.Tensor":
        """Return the logits of all the groups' sentences, one after the other."""
        import torch

        pairs = [(group.question, sentence) for group in groups for sentence in group.sentences]
        order = sorted(range(len(pairs)), key=lambda number: len(pairs[number][0]) + len(pairs[number][1]))
        parts = []
        for start in range(0, len(order), _CHUNK):
            encoded = self.tokenizer.encode_batch([pairs[number] for number in order[start : start + _CHUNK]])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.model.training):
                parts.append(self.model(**columns(encoded)).logits[:, 0].float())
        return torch.cat(parts)[torch.argsort(torch.tensor(order))]

    def served(self) -> "torch.nn.Module":
        """Return the model as it is exported: inputs to logits."""
        import torch

        # The plain attention is slower than the fused one, but it is what can be traced.
        self.model.set_attn_implementation("eager")

        class Logit(torch.nn.Module):
            def __init__(self, model: Any) -> None:
                super().__init__()
                self.model = model

            def forward(self, **inputs: torch.Tensor) -> torch.Tensor:
                logits: torch.Tensor = self.model(**inputs).logits[:, 0]
                return logits

        return Logit(self.model)


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
    # Of a section's sentences some answer, but not each by itself.
    told = torch.tensor([not (answers and group.source == SECTIONS) for group in groups for answers in group.right])
    alone = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[told], right[told].float(), pos_weight=torch.tensor(2.0)
    )
    return torch.stack(chosen).mean() + 0.5 * alone


def train(trainee: Trainee, groups: Sequence[Group], schedule: Schedule) -> None:
    """Fit the model to the groups, printing how it goes."""
    import torch

    rng = random.Random(SEED)
    learning = [weights for weights in trainee.model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=schedule.rate, weight_decay=0.01)
    a_pass = len(groups) // schedule.questions
    steps = schedule.epochs * a_pass
    rates = warm_then_fall(optimiser, steps, schedule.warm_up)
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
    public = [*squad, *clapnq]
    written, asked = (written_groups(path, _ARTICLES, embed) for path in (_WRITTEN, _ASKED))
    asked += unanswered_groups(_ARTICLES, embed)
    train(trainee, [*public, *section_groups(_ARTICLES)], GENERAL)
    listed = random.Random(SEED).sample(section_groups(_ARTICLES), _LISTED)
    train(trainee, [*written, *random.Random(SEED).sample(public, _REPEATED), *listed], WRITTEN)
    before = {name: values.clone() for name, values in trainee.model.state_dict().items()}
    again = zip((written, public, listed), _BESIDE_ASKED, strict=True)
    train(trainee, [*asked, *(each for groups, n in again for each in random.Random(SEED).sample(groups, n))], ASKED)
    after = trainee.model.state_dict()
    trainee.model.load_state_dict({name: before[name].lerp(after[name], _TAKEN) for name in before})
    export(trainee.served(), trainee.tokenizer, out)
    write_card(out, tokens=_LONGEST)
    own = case_groups(labelled_questions(_SUITE), _ARTICLES, embed)
    held_out = {"squad2": squad_held, "clapnq": clapnq_held, "answers": own}
    measured = {name: _measured(trainee, out, groups, embed) for name, groups in held_out.items()}
    write_card(out, tokens=_LONGEST, figures=measured)


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
