"""Ask the bot every case of a suite and judge what comes back."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chatbot.bot import Bot, Trace
from chatbot.conversation import Question
from chatbot.safety.classifier import CLASSIFIER
from chatbot.tracing import trace_json
from corpus.clinic import Clinic
from evals.assertions import Asked, Reference, check
from evals.results import CaseResult, Checked, Status
from evals.suite import Case, Suite
from index.onnx_model import MODEL
from index.reading import READER


def reference(bot: Bot) -> Reference:
    """Read what answers are held against from the clinic's files."""
    stored = {article.id: article.path.read_bytes() for article in bot.articles.values()}
    return Reference(
        {name: (content.decode("utf-8"), hashlib.sha256(content).hexdigest()) for name, content in stored.items()},
        {"clinic": frozenset({bot.clinic.phone}), **_help_lines(bot.clinic)},
        {language: reply.text for (name, language), reply in bot.replies.items() if name == "disclaimer"},
    )


def _help_lines(clinic: Clinic) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(number for number in (line.call, line.text) if number)
        for name, line in clinic.help_lines.items()
    }


def ask_suite(bot: Bot, suite: Suite, cases: Iterable[Case]) -> Iterator[CaseResult]:
    """Ask the cases, each conversation's last turn after those before; a progress bar may count `cases`."""
    held_against = reference(bot)
    for case in cases:
        yield ask_case(bot, suite.name, case, held_against)


def ask_case(bot: Bot, suite: str, case: Case, held_against: Reference) -> CaseResult:
    """Ask one case; whatever fails while it is asked or judged makes it `errored`, never `failed` or `passed`."""
    try:
        # What was answered before does not matter to the bot, only what was asked.
        trace = bot.explain(Question(case.turns[-1], case.turns[:-1]))
        answer, passages = trace.answer.to_json(), _passages(trace)
        asked = Asked(case.turns, answer, passages, held_against)
        checks = tuple(check(assertion, asked) for assertion in case.assertions)
    except Exception as error:  # noqa: BLE001 - one case that breaks must not hide the others, and fails the run
        problem = f"{type(error).__name__}: {error}"
        return CaseResult(case.id, suite, case.metadata, case.turns, {}, (), (), "errored", {}, problem)
    status = _status(case, trace, checks)
    problem = "answering failed and the fixed reply for it was shown; see the log" if status == "errored" else ""
    kept = _kept(trace, whole=status != "passed")
    return CaseResult(case.id, suite, case.metadata, case.turns, answer, passages, checks, status, kept, problem)


def _status(case: Case, trace: Trace, checks: Sequence[Checked]) -> Status:
    if trace.answer.outcome == "error" and not any(
        each.type == "outcome" and each.value == "error" for each in case.assertions
    ):
        return "errored"
    applied = [each.passed for each in checks if each.passed is not None]
    # A case of which nothing could be judged shows nothing, so it does not pass.
    return "passed" if applied and sum(applied) / len(applied) >= case.threshold else "failed"


def _kept(trace: Trace, *, whole: bool) -> dict[str, Any]:
    """Return why the answer is what it is; of a case that passed only the decision, from which figures are made."""
    told = trace_json(trace)
    return told if whole else {"decision": told["decision"]}


def _passages(trace: Trace) -> tuple[dict[str, Any], ...]:
    if trace.composed is None:
        return ()
    found = trace.composed.found
    hits = {hit.passage.id: hit for part in reversed((found, *found.others)) for hit in part.hits}
    return tuple(
        {"article": hit.passage.article, "heading": hit.passage.heading, "score": round(hit.score, 6)}
        for hit in sorted(hits.values(), key=lambda hit: -hit.score)
    )


def corpus_sha256(bot: Bot) -> str:
    """Return one hash of all articles."""
    listed = "\n".join(f"{name} {sha256}" for name, sha256 in sorted(bot.index.manifest.articles.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def models(bot: Bot) -> dict[str, str]:
    """Return the models that answers depend on, each with the sha256 of its file."""
    files = {"classifier": CLASSIFIER / MODEL, "reader": READER / MODEL}
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    return {"embedder": bot.index.manifest.weights_sha256, **hashes}
