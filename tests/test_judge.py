"""A language model's opinion: asked several times, its spread shown, redacted, and no gate rests on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Corpus
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from chatbot.bot import Bot
from chatbot.config import Settings
from evals.gates import BROKEN, exit_code
from evals.judge import Judge, JudgeUnavailableError, asking, judged, load_judge
from evals.results import JUDGED, Figure, Run
from evals.run import run_suites
from evals.stored_runs import report_hash
from evals.suite import Suite, read_suite

MINE = """
cases:
- id: sleep
  vars: {question: "How much sleep do adults need?"}
  assert: [{type: answers}]
- id: named
  vars: {turns: ["My name is Rosalind Okafor, call 617-555-0143", "Is walking good for the heart?"]}
  assert: [{type: answers}]
"""


@pytest.fixture(scope="module")
def bot(shared_corpus: Corpus) -> Iterator[Bot]:
    opened = Bot.open(Settings(articles=shared_corpus.articles, index=str(shared_corpus.index)))
    yield opened
    opened.close()


def suite_of(tmp_path: Path, text: str = MINE) -> Suite:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return read_suite(path)


def saying(*replies: str) -> Any:
    return GenericFakeChatModel(messages=iter([AIMessage(content=reply) for reply in replies]))


def opinion(run: Run) -> dict[str, Figure]:
    return {figure.name.removeprefix(JUDGED): figure for figure in run.figures["mine"] if JUDGED in figure.name}


def test_each_case_is_judged_in_every_run_and_the_spread_is_shown(bot: Bot, tmp_path: Path) -> None:
    model = saying("yes", "Yes.", "no", "yes", "No, because", "no")
    found = opinion(run_suites(bot, [suite_of(tmp_path)], Judge(asking(model))))
    assert found["yes"].value == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert [found[f"yes in run {run}"].value for run in (1, 2, 3)] == [1, 0.5, 0]
    assert found["spread of the runs"].value == 1
    assert found["runs disagree"].value == 1
    assert found["a run without verdict"].value == 0


def test_what_is_no_verdict_and_a_call_that_fails_are_counted_not_taken_for_no(bot: Bot, tmp_path: Path) -> None:
    # The model has replies for five of six calls; the sixth fails.
    model = saying("perhaps", "yes", "yes", "yes", "yes")
    found = opinion(run_suites(bot, [suite_of(tmp_path)], Judge(asking(model))))
    assert (found["yes"].value, found["yes in run 1"].n, found["yes in run 3"].n) == (1, 1, 1)
    assert found["a run without verdict"].value == 1


def test_only_redacted_text_is_sent(bot: Bot, tmp_path: Path) -> None:
    sent: list[str] = []

    def ask(task: str, said: str) -> bool:
        sent.append(said)
        return True

    judged(Judge(ask), bot, run_suites(bot, [suite_of(tmp_path)]).cases)
    assert len(sent) == 6
    told = "\n".join(sent)
    assert "Is walking good for the heart?" in told
    assert "makes the heart stronger" in told
    assert not any(name in told for name in ("Rosalind", "Okafor", "555-0143"))


def test_an_opinion_changes_neither_the_reports_hash_nor_any_gate(bot: Bot, tmp_path: Path) -> None:
    plain = run_suites(bot, [suite_of(tmp_path)])
    against = run_suites(bot, [suite_of(tmp_path)], Judge(lambda task, said: False))
    assert opinion(against)["yes"].value == 0
    assert report_hash(plain) == report_hash(against)
    gated = suite_of(tmp_path, f'gates: [{{figure: "{JUDGED}yes", at_least: 0}}]\n{MINE}')
    run = run_suites(bot, [gated], Judge(lambda task, said: True))
    assert [gate.status for gate in run.gates] == ["unmeasured"]
    assert exit_code(run) == BROKEN


def test_fewer_than_three_runs_and_an_unknown_model_are_refused_with_the_next_step() -> None:
    with pytest.raises(JudgeUnavailableError, match="--judge-runs 3"):
        load_judge("any:model", 2, "?")
    with pytest.raises(JudgeUnavailableError, match="or leave out --judge"):
        load_judge("nobody:nothing", 3, "?")
