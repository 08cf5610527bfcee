"""Do the questions in front matter help? `python -m evals.section_questions SUITE.jsonl` asks with and without them.

Only cases of the half that nothing was fitted to (`evals.fit_selection.half`) are asked.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from chatbot.bot import Bot
from chatbot.config import Settings
from corpus.glossary import load_glossary
from evals.answers import Judged, judge, load_cases
from evals.fit_selection import half
from evals.intervals import machine, mean_of

FIGURES = ("section at 1", "section in 5", "section MRR", "article at 1", "right sentence shown")
_ABSENT = "answered though the articles do not answer"


def figures(judged: Judged) -> tuple[float, ...]:
    """Return what came of one answerable case, in the order of FIGURES; retrieval ends at the passages searched for."""
    hits = judged.trace.composed.found.hits if judged.trace.composed else ()
    wanted, articles = set(judged.case.gold), {article for article, _ in judged.case.gold}
    places = [at for at, hit in enumerate(hits, 1) if (hit.passage.article, hit.passage.heading) in wanted]
    place = places[0] if places else float("inf")
    article_first = bool(hits) and hits[0].passage.article in articles
    in_five = float(place <= 5)
    return float(place <= 1), in_five, 1 / place, float(article_first), float(judged.shown_right)


def report(with_keys: Sequence[Judged], without: Sequence[Judged]) -> list[str]:
    """Return each figure with and without the questions, and the difference case by case."""
    pairs = list(zip(with_keys, without, strict=True))
    present = [(figures(one), figures(other)) for one, other in pairs if one.case.gold]
    absent = [((float(one.answered),), (float(other.answered),)) for one, other in pairs if not one.case.gold]
    lines = [f"{len(present)} answerable cases, {len(absent)} not; {machine()}"]
    lines.append(f"{'':44}{'with':22}{'without':22}difference")
    for names, rows in ((FIGURES, present), ((_ABSENT,), absent)):
        values = np.array(rows, dtype=np.float64)
        for column, name in enumerate(names if len(rows) else ()):
            ours, bare = values[:, 0, column], values[:, 1, column]
            lines.append(f"{name:44}{mean_of(ours)!s:22}{mean_of(bare)!s:22}{mean_of(ours - bare)}")
    return lines


def bare_bot(bot: Bot, settings: Settings) -> Bot:
    """Return a bot that answers from the same articles as if they had no questions; close only the given one."""
    return Bot(bot.shelf, load_glossary(settings.glossary), bot.index.without_questions())


def main() -> None:
    """Print the comparison."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m evals.section_questions SUITE.jsonl")
    cases = [case for case in load_cases(Path(sys.argv[1])) if half(case.id) == 1]
    settings = Settings()
    bot = Bot.open(settings)
    print("\n".join(report(judge(bot, cases), judge(bare_bot(bot, settings), cases))))
    bot.close()


if __name__ == "__main__":
    main()
