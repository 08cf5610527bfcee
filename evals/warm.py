"""`chatbot bench warm`: times of finding and answering once all is loaded, beside the tutorial stack's retrieval."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from chatbot.bot import Bot
from chatbot.config import Settings
from chatbot.conversation import Question
from evals.intervals import machine, statistic_of
from evals.labelled import labelled_questions
from evals.question_sets import SUITE, thinned
from evals.tutorial_stack import Nearest, build, keep_offline, open_nearest

FINDING = ("route", "resolve", "retrieve")
_TOP = 4
"""Chunks the tutorial retrieves."""
_WARMING = 5
"""Questions asked first, not timed."""


@dataclass(frozen=True)
class Timed:
    """One question's times, in milliseconds."""

    finding: float
    answer: float
    """The whole answer, reader and check included."""
    tutorial: float
    """The tutorial stack's retrieval alone."""


def time_both(bot: Bot, nearest: Nearest, questions: Sequence[str]) -> list[Timed]:
    """Ask both sides every question, one right after the other and each first in turn.

    Messages answered without a search are left out: they take no time, and the tutorial stack knows no such thing.
    """
    timed = []
    for number, question in enumerate(questions):
        if number % 2:
            theirs = _seconds(nearest, question)
        started = perf_counter()
        trace = bot.explain(Question(question))
        took = perf_counter() - started
        if not number % 2:
            theirs = _seconds(nearest, question)
        if trace.composed and trace.composed.found.hits:
            finding = sum(trace.answer.timings_ms[step] for step in FINDING)
            timed.append(Timed(finding, took * 1000, theirs * 1000))
    return timed


def _seconds(nearest: Nearest, question: str) -> float:
    started = perf_counter()
    nearest(question, _TOP)
    return perf_counter() - started


def report(timed: Sequence[Timed]) -> list[str]:
    """Return medians, 95th percentiles and the ratios of medians with their intervals."""
    columns = {
        "finding (route, resolve, retrieve)": np.array([each.finding for each in timed]),
        "whole answer": np.array([each.answer for each in timed]),
        "tutorial stack, retrieval alone": np.array([each.tutorial for each in timed]),
    }
    *ours, theirs = columns.values()
    lines = [f"{len(timed)} questions, both sides in turn; {machine()}", f"{'':36}{'p50':>9}{'p95':>9}"]
    for name, values in columns.items():
        lines.append(f"{name:36}{np.percentile(values, 50):6.1f} ms{np.percentile(values, 95):6.1f} ms")
    for name, values in zip(columns, ours, strict=False):
        ratio = statistic_of(len(timed), partial(_ratio, values, theirs))
        lines.append(f"ratio of medians, {name} to tutorial stack: {ratio}")
    return lines


def _ratio(own: NDArray[np.float64], theirs: NDArray[np.float64], at: NDArray[np.int64]) -> float:
    return float(np.median(own[at]) / np.median(theirs[at]))


def main() -> None:
    """Time the questions of our suite."""
    parser = argparse.ArgumentParser(prog="chatbot bench warm")
    parser.add_argument("--questions", type=int, default=150)
    asked = [case.question for case in thinned(labelled_questions(SUITE), parser.parse_args().questions)]
    keep_offline()
    settings = Settings()
    bot = Bot.open(settings)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), {article.id: article.text for article in bot.articles.values()})
        nearest = open_nearest(Path(folder))
        time_both(bot, nearest, asked[:_WARMING])
        timed = time_both(bot, nearest, asked)
    bot.close()
    if not timed:
        sys.exit("error: no question was searched for. Ask more: chatbot bench warm --questions 150")
    print("\n".join(report(timed)))


if __name__ == "__main__":
    main()
