"""Train the classifier of `chatbot/safety/classifier.py`: `python -m evals.train_classifier OUT`.

OUT gets what `chatbot/safety/classifier` ships, but for `words.npz` (`evals.train_word_weights`, to be run after it):
`model.onnx`, `tokenizer.json` and `card.json`. About three quarters of an hour on two cores. What it learns from is all
in the project (`evals/messages.py`).
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chatbot.safety.classifier import SOFT
from chatbot.safety.judging import ACUTE_ROUTES
from chatbot.safety.rules import matching_rules
from evals.messages import ROUTES, Message, training_messages
from evals.training import SEED, base_folder, base_tokenizer, columns, export, warm_then_fall, write_card
from index.onnx_model import open_trained

if TYPE_CHECKING:
    import torch

LABELS = (*ROUTES, SOFT)
_LONGEST = 128
_BATCH = 32
_SMOOTHING = 0.05
"""Some labels are a matter of judgement: none is learnt as certain."""
_MISTYPED, _BARE, _BESIDE, _TWO_QUESTIONS = 0.12, 0.08, 0.15, 0.08
"""Shares of messages that are mistyped, lose their marks, or are seen beside an ordinary question."""
_LONG = 300


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to learn."""

    epochs: int
    rate: float
    head_rate: float


ALL = Schedule(epochs=3, rate=1e-4, head_rate=5e-4)
LAST = Schedule(epochs=1, rate=4e-5, head_rate=1e-4)
"""A last, gentle pass over what is told apart worst: what people ask about the articles in words of their own, long
stories and slips among it, and pairs of messages in nearly the same words that belong to different routes."""
LAST_FAMILIES = ("about_articles", "border_")
"""Beginnings of the families of that pass (`messages/article_questions.md`, `messages/borders_*.md`)."""
_REPEATED = 7500
"""Other messages read again in it: what was learnt from them would fade otherwise."""
_TAKEN = 0.6
"""Share of the weights after that pass in what is shipped; the rest are those before it."""


class Trainee:
    """The classifier while it learns: the base model's mean vector, and one layer on it."""

    def __init__(self) -> None:
        import torch

        torch.manual_seed(SEED)
        self.network = _network()
        self.tokenizer = base_tokenizer(_LONGEST)

    def logits(self, texts: Sequence[str]) -> "torch.Tensor":
        """Return one row of logits a text."""
        logits: torch.Tensor = self.network.logits(**columns(self.tokenizer.encode_batch(list(texts))))
        return logits


def _network() -> Any:
    import torch
    from transformers import AutoModel

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.base = AutoModel.from_pretrained(base_folder(), attention_probs_dropout_prob=0.0)
            self.drop = torch.nn.Dropout(0.1)
            self.head = torch.nn.Linear(self.base.config.hidden_size, len(LABELS))

        def logits(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> torch.Tensor:
            states = self.base(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            counted = attention_mask.unsqueeze(-1).to(states.dtype)
            return self.head(self.drop((states * counted).sum(1) / counted.sum(1)))  # type: ignore[no-any-return]

        def forward(self, **inputs: Any) -> torch.Tensor:
            """Return probabilities, as they are served: of the routes together, and of `soft` by itself."""
            logits = self.logits(**inputs)
            return torch.cat([logits[:, :-1].softmax(-1), logits[:, -1:].sigmoid()], dim=-1)

    return Network()


def loss(logits: "torch.Tensor", messages: Sequence[Message]) -> "torch.Tensor":
    """Return how badly the routes are told apart, and distress from its absence."""
    import torch

    routes = torch.tensor([LABELS.index(message.route) for message in messages])
    soft = torch.tensor([float(message.soft or message.route == "crisis_self") for message in messages])
    apart = torch.nn.functional.cross_entropy(logits[:, :-1], routes, label_smoothing=_SMOOTHING)
    return apart + 0.3 * torch.nn.functional.binary_cross_entropy_with_logits(logits[:, -1], soft)


def train(trainee: Trainee, messages: Sequence[Message], schedule: Schedule = ALL) -> None:
    """Fit the classifier to the messages, printing how it goes."""
    import torch

    rng, network = random.Random(SEED), trainee.network
    ordinary = [m.text for m in messages if m.route == "education" and not m.soft and len(m.text) < _LONG // 2]
    base, head = network.base.parameters(), network.head.parameters()
    optimiser = torch.optim.AdamW(
        [{"params": base, "lr": schedule.rate}, {"params": head, "lr": schedule.head_rate}], weight_decay=0.01
    )
    rates = warm_then_fall(optimiser, schedule.epochs * (len(messages) // _BATCH), 0.1)
    network.train()
    started, losses = perf_counter(), []
    for step, batch in enumerate(_batches(messages, schedule.epochs, rng), 1):
        texts = [_as_typed(message, ordinary, rng) for message in batch]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = trainee.logits(texts)
        value = loss(logits.float(), batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        rates.step()
        losses.append(value.item())
        if step % 50 == 0:
            print(f"step {step}, loss {np.mean(losses[-50:]):.3f}, {perf_counter() - started:.0f} s", flush=True)
    network.eval()


def _batches(messages: Sequence[Message], epochs: int, rng: random.Random) -> Iterator[list[Message]]:
    for _ in range(epochs):
        order = rng.sample(messages, len(messages))
        # Messages of similar length together, so that little is computed for padding.
        starts = range(0, len(order), 16 * _BATCH)
        flat = [m for n in starts for m in sorted(order[n : n + 16 * _BATCH], key=lambda m: len(m.text))]
        batches = [flat[n : n + _BATCH] for n in range(0, len(flat) - _BATCH + 1, _BATCH)]
        rng.shuffle(batches)
        yield from batches


def _as_typed(message: Message, ordinary: Sequence[str], rng: random.Random) -> str:
    """Return the message as one step of training sees it."""
    text, chance = message.text, rng.random()
    if chance < _MISTYPED:
        text = _mistyped(text, rng)
    elif chance < _MISTYPED + _BARE:
        text = text.replace("'", "").replace("?", "").lower()
    if len(text) > _LONG:
        return text
    if message.route in ACUTE_ROUTES and rng.random() < _BESIDE:
        # Danger beside an ordinary question is danger.
        other = rng.choice(ordinary)
        return f"{text}. {other}" if rng.random() < 0.5 else f"{other} {text}"
    if message.route == "education" and rng.random() < _TWO_QUESTIONS:
        return f"{text} {rng.choice(ordinary)}"
    return text


def _mistyped(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    for _ in range(max(1, len(words) // 8)):
        at = rng.randrange(len(words))
        if len(words[at]) >= 4:
            words[at] = _slip(words[at], rng)
    return " ".join(words)


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    before, here, following, after = word[:at], word[at], word[at + 1], word[at + 2 :]
    return before + rng.choice((following, following + here, here + here + following)) + after


def as_trained(trainee: Trainee, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the probabilities the model gives before it is exported."""
    import torch

    with torch.inference_mode():
        rows = [trainee.network(**columns(trainee.tokenizer.encode_batch([text]))) for text in texts]
    probabilities: NDArray[np.float32] = torch.cat(rows).numpy()
    return probabilities


def learnable(messages: Sequence[Message]) -> list[Message]:
    """Leave out keys of articles that would be a danger if a visitor wrote them: "took too much" is no question."""
    return [m for m in messages if m.kind or m.route != "education" or not _sounds_acute(m.text)]


def _sounds_acute(text: str) -> bool:
    return any(reason.says in {*ACUTE_ROUTES, "despair", "loss"} for reason in matching_rules(text))


def main() -> None:
    """Train, export, compare what is served with what was trained, and write the card."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    messages = learnable(training_messages())
    counts = Counter(message.route for message in messages)
    print(f"{len(messages)} messages: {dict(counts)}", flush=True)
    trainee = Trainee()
    last = [message for message in messages if message.family.startswith(LAST_FAMILIES)]
    others = [message for message in messages if not message.family.startswith(LAST_FAMILIES)]
    train(trainee, others)
    before = {name: values.clone() for name, values in trainee.network.state_dict().items()}
    train(trainee, [*last, *random.Random(SEED).sample(others, _REPEATED)], LAST)
    after = trainee.network.state_dict()
    trainee.network.load_state_dict({name: before[name].lerp(after[name], _TAKEN) for name in before})
    trainee.network.base.set_attn_implementation("eager")
    export(trainee.network, trainee.tokenizer, out)
    says = {"labels": LABELS, "tokens": _LONGEST, "messages": dict(sorted(counts.items()))}
    write_card(out, **says)
    texts = [message.text for message in random.Random(SEED).sample(messages, 400)]
    apart = np.abs(as_trained(trainee, texts) - open_trained(out, "evals.train_classifier")(texts))
    difference = {"mean": round(float(apart.mean()), 4), "most": round(float(apart.max()), 3)}
    write_card(out, **says, int8_difference=difference)


if __name__ == "__main__":
    main()
