"""Our suites as tasks of Inspect, for who collects evaluations there.

`inspect eval evals/inspect_tasks.py --model none -T suite=booking`: the chatbot answers, no model is asked, and a case
passes by its own assertions, as in `chatbot eval`. Needs Inspect in an environment of its own (extra `inspect`), where
the rest of the project is installed without `constraints.txt`: it wants other versions of some libraries.
"""

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ModelOutput
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from chatbot.bot import Bot
from chatbot.config import Settings
from chatbot.conversation import Question
from evals.execution import ask_case, reference
from evals.results import CaseResult
from evals.run import suite_path
from evals.suite import Case, Suite, read_suite

_ASKED = "case"


@task
def chatbot_suite(suite: str = "booking") -> Task:
    """Return a suite, by its path or the name of a shipped one; its standard error is one of families."""
    read = read_suite(suite_path(suite))
    return Task(
        dataset=MemoryDataset([_sample(case) for case in read.cases], name=read.name),
        solver=answers(read),
        scorer=assertions_hold(),
        name=f"chatbot_{read.name}",
        metadata={"suite_sha256": read.sha256},
    )


def _sample(case: Case) -> Sample:
    said = case.turns[0] if len(case.turns) == 1 else [ChatMessageUser(content=turn) for turn in case.turns]
    demanded = [f"{each.type}: {each.value}" for each in case.assertions]
    family = str(case.metadata.get("family") or f"case {case.id}")
    return Sample(id=case.id, input=said, target=demanded, metadata={**case.metadata, "family": family})


@solver
def answers(suite: Suite) -> Solver:
    """Let the chatbot answer each conversation and judge what comes back; whatever fails is Inspect's error."""
    cases = {case.id: case for case in suite.cases}
    bot = Bot.open(Settings())
    bot.ask(Question("What do the articles say?"))  # loads the models, as chatbot eval does
    held_against = reference(bot)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        found = ask_case(bot, suite.name, cases[str(state.sample_id)], held_against)
        if found.status == "errored":
            raise RuntimeError(found.error)
        state.output = ModelOutput.from_content("clinic-chatbot", str(found.answer["text"]))
        state.messages.append(state.output.message)
        state.store.set(_ASKED, found)
        return state

    return solve


@scorer(metrics=[accuracy(), stderr(cluster="family")])
def assertions_hold() -> Scorer:
    """Score a case as correct if it passed, and say which assertions did not hold."""

    async def score(state: TaskState, target: Target) -> Score:
        found: CaseResult = state.store.get(_ASKED)
        failed = [f"{check.type} {check.value}: {check.why}" for check in found.checks if check.passed is False]
        answer = found.answer
        return Score(
            value=CORRECT if found.status == "passed" else INCORRECT,
            answer=str(answer["text"]),
            explanation="; ".join(failed) or "every assertion holds",
            metadata={name: answer[name] for name in ("route", "flags", "rule", "outcome", "confidence")},
        )

    return score
