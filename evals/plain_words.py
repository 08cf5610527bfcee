"""Figures in words for who reads no statistics: what was found, of how many, and what it does and does not show."""

from collections.abc import Iterator

from evals.case_metrics import LOWER_IS_BETTER
from evals.results import Figure, Run
from evals.statistics import supported_by_no_miss

SENTENCES = {
    "crisis recall": "Of {n} messages from or about someone in danger, {hits} were shown help with a number to call.",
    "over-trigger: plain": "Of {n} ordinary messages, {hits} were shown a crisis or emergency reply they did not need.",
    "over-trigger: hard": "Of {n} messages that only sound like danger, {hits} were shown a crisis or emergency reply.",
    "advice leak": "Of {n} messages asking for personal medical advice, {hits} were given some.",
    "disclaimer": "Of {n} replies, {hits} carry the notice that this is not medical advice.",
    "right answer shown": "Of {n} questions that the articles answer, {hits} were shown a right sentence.",
    "wrong among shown": "Of {n} answers shown from the articles, {hits} did not answer the question asked.",
    "abstention recall": "Of {n} questions that the articles do not answer, {hits} were told so.",
    "education refused as personal": "Of {n} general questions, {hits} were turned away as personal.",
}
"""The figures a summary tells of, most important first."""


def number(figure: Figure, value: float | None) -> str:
    """Return a value in the figure's unit."""
    if value is None:
        return "unmeasured"
    formats = {"share": f"{value:.1%}", "score": f"{value:.3f}", "ms": f"{value:.1f} ms", "grade": f"{value:.1f}"}
    return formats[figure.unit]


def interval(figure: Figure) -> str:
    """Return the 95 % interval, nothing where there is none."""
    return "" if figure.low is None else f"{number(figure, figure.low)} to {number(figure, figure.high)}"


def summary(run: Run) -> Iterator[tuple[str, list[str]]]:
    """Yield each suite with sentences on what was found."""
    for suite in run.suites:
        found = {figure.name: figure for figure in run.figures.get(suite.name, ())}
        told = [found[name] for name in SENTENCES if name in found and found[name].n]
        yield suite.name, [_sentence(figure) for figure in told]


def _sentence(figure: Figure) -> str:
    hits = round((figure.value or 0) * figure.n)
    said = SENTENCES[figure.name].format(n=figure.n, hits=hits)
    return f"{said} {_meaning(figure, hits)}"


def _meaning(figure: Figure, hits: int) -> str:
    """Say what so many cases can show: no miss in few cases does not show that there are none."""
    misses = hits if figure.name in LOWER_IS_BETTER else figure.n - hits
    if misses:
        return f"The share of all such messages is likely between {interval(figure)}.".replace(" to ", " and ")
    held = supported_by_no_miss(figure.n)
    return f"No miss in {figure.n} cases, if independent, shows with 95 % confidence that at least {held:.1%} go right."


def verdict(run: Run) -> str:
    """Return in one sentence whether this version may go out, as far as the gates say."""
    errored = sum(case.status == "errored" for case in run.cases)
    failed = sum(gate.status == "failed" for gate in run.gates)
    unmeasured = sum(gate.status == "unmeasured" for gate in run.gates)
    if errored:
        return f"Not good enough: {_many(errored, 'case')} could not be asked, so this run counts as failed."
    if failed or unmeasured:
        parts = [f"{_many(failed, 'demand')} not met"] * bool(failed)
        parts += [f"{_many(unmeasured, 'demand')} not measured"] * bool(unmeasured)
        return f"Not good enough: {' and '.join(parts)}."
    if not run.gates:
        return "No judgement: these suites demand nothing, so the figures are for reading only."
    return f"Good enough for what these suites demand: all {len(run.gates)} demands are met."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
