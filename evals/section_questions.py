"""Do the questions in front matter help? `python -m evals.section_questions SUITE.jsonl` asks with and without them.

Only cases of the half that nothing was fitted to (`evals.fit_selection.half`) are asked, as `chatbot eval` asks them,
and judged by its figures; the run without the questions is the baseline of the one with them.
"""

import sys
from dataclasses import replace
from pathlib import Path

from chatbot.bot import Bot
from chatbot.config import Settings
from corpus.glossary import load_glossary
from evals.baselines import baseline_of
from evals.compare import compare, figure_lines
from evals.fit_selection import half
from evals.intervals import machine
from evals.results import Run
from evals.run import run_suites
from evals.suite import Suite, read_suite


def held_out(suite: Suite) -> Suite:
    """Return the suite with the cases alone that nothing was fitted to."""
    return replace(suite, cases=tuple(case for case in suite.cases if half(case.id) == 1))


def report(with_questions: Run, without: Run) -> list[str]:
    """Return every figure that the questions change, without them and with them, case by case."""
    changed = compare(with_questions, baseline_of(without), anyway=False)
    head = f"{changed.pairs} cases, without the questions -> with them; {machine()}"
    return [head, *(figure_lines(changed) or ["no figure differs"])]


def bare_bot(bot: Bot, settings: Settings) -> Bot:
    """Return a bot that answers from the same articles as if they had no questions; close only the given one."""
    return Bot(bot.shelf, load_glossary(settings.glossary), bot.index.without_questions())


def main() -> None:
    """Print the comparison."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m evals.section_questions SUITE.jsonl")
    suite = held_out(read_suite(Path(sys.argv[1])))
    settings = Settings()
    bot = Bot.open(settings)
    print("\n".join(report(run_suites(bot, [suite]), run_suites(bare_bot(bot, settings), [suite]))))
    bot.close()


if __name__ == "__main__":
    main()
