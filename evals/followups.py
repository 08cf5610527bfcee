"""Measure conversations: is a follow-up answered as well as the same question asked in full?

`python -m evals.followups SUITE.jsonl [-v]` asks each conversation turn by turn and looks at the last answer, then asks
the same in full. A case asserts `quotes` for each question of its last turn, in order, or `icontains` with the words
that say there is no answer to it; `metadata.alone` holds the same questions in full.
Half of the cases, by the hash of their id, are held out: `-v` shows what went wrong in the other half only.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.bot import Bot, Trace
from chatbot.config import Settings
from chatbot.conversation import Answer, Question
from evals.assertions import says
from evals.fit_selection import half
from evals.statistics import share_line
from evals.suite import Case, read_suite


@dataclass(frozen=True)
class Conversation:
    """One labelled conversation."""

    id: str
    turns: tuple[str, ...]
    kind: str
    wanted: tuple[tuple[str, ...], ...]
    """For each question of the last turn, substrings of which any is right; none where nothing answers it."""
    alone: tuple[str, ...]
    """The questions of the last turn, each in full."""


@dataclass(frozen=True)
class Outcome:
    """What came of one conversation."""

    conversation: Conversation
    trace: Trace
    right: bool
    """Every question of the last turn got a right sentence, or none where nothing answers it."""
    alone_right: bool
    """So did every question asked in full, by itself."""


def load_conversations(path: Path) -> list[Conversation]:
    """Read a suite."""
    return [_conversation(case) for case in read_suite(path).cases]


def _conversation(case: Case) -> Conversation:
    asked = [each for each in case.assertions if each.type in {"quotes", "icontains"}]
    wanted = tuple(tuple(each.value) if each.type == "quotes" else () for each in asked)
    return Conversation(case.id, case.turns, str(case.metadata["kind"]), wanted, tuple(case.metadata["alone"]))


def run(bot: Bot, conversation: Conversation) -> Outcome:
    """Ask the last turn with the earlier ones before it, then each of its questions in full."""
    *earlier, last = conversation.turns
    trace = bot.explain(Question(last, tuple(earlier)))
    said = [wanted for wanted in conversation.wanted if wanted]
    right = all(_shows(trace.answer, wanted) for wanted in said) and _admits(bot, trace.answer, conversation)
    pairs = zip(conversation.alone, conversation.wanted, strict=True)
    alone = all(_shows(bot.ask(Question(question)), wanted) for question, wanted in pairs if wanted)
    return Outcome(conversation, trace, right, alone)


def _shows(answer: Answer, wanted: Sequence[str]) -> bool:
    shown = " ".join(sentence.text for sentence in answer.sentences)
    return any(says(shown, each) for each in wanted)


def _admits(bot: Bot, answer: Answer, conversation: Conversation) -> bool:
    """Tell whether the answer says of every question without an answer that it has none."""
    absent = sum(not wanted for wanted in conversation.wanted)
    line = bot.shelf.text("part_not_found", answer.language)
    return answer.outcome != "answered" or answer.text.count(line) >= absent


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Return lines of figures: per kind, all, and where the question in full gets a right sentence."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for each in outcomes:
        groups[each.conversation.kind].append(each.right)
        groups["~ all"].append(each.right)
        groups["~ all, asked in full"].append(each.alone_right)
        if each.alone_right:
            groups["~ all, where asking in full is right"].append(each.right)
    return [share_line(name.removeprefix("~ "), sum(right), len(right)) for name, right in sorted(groups.items())]


def _report(outcome: Outcome) -> str:
    """Return what a conversation led to, for whoever wants to know why."""
    composed = outcome.trace.composed
    found = composed.found if composed else None
    queries = [part.understood.query for part in (found, *found.others)] if found else []
    asked = " | ".join(query.resolved for query in queries if query)
    alone = "right" if outcome.alone_right else "wrong"
    turns = " / ".join(outcome.conversation.turns)[-160:]
    answer = outcome.trace.answer
    head = f"{outcome.conversation.id} [{outcome.conversation.kind}] {turns}"
    return f"{head}\n    -> {asked} (in full: {alone})\n    {answer.route} {answer.text[:160]!r}"


def main() -> None:
    """Print the figures of a suite, and with `-v` what went wrong in the half that is not held out."""
    paths = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    if len(paths) != 1:
        sys.exit("usage: python -m evals.followups SUITE.jsonl [-v]")
    bot = Bot.open(Settings())
    outcomes = [run(bot, conversation) for conversation in load_conversations(paths[0])]
    bot.close()
    halves = [[each for each in outcomes if half(each.conversation.id) == number] for number in (0, 1)]
    if "-v" in sys.argv:
        print("\n".join(_report(each) for each in halves[0] if not each.right))
    for name, part in zip(("half looked at", "held-out half", "both"), (*halves, outcomes), strict=True):
        print(f"{name} [{len(part)}]", *summary(part), sep="\n  ")


if __name__ == "__main__":
    main()
