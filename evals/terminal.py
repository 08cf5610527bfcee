"""What `chatbot eval` prints: figures, misses and gates."""

from collections.abc import Iterable, Iterator

from evals import routing
from evals.calibration import bin_lines
from evals.metrics import reliability
from evals.results import CaseResult, Figure, GateResult, Run
from evals.suite import Suite

_LONGEST = 300
"""Characters of a line about a miss."""


def suite_lines(run: Run, suite: Suite, *, misses: bool) -> list[str]:
    """Return what to print of one suite: misses if wanted, figures, and what its routes come to."""
    own = [case for case in run.cases if case.suite == suite.name]
    lines = list(_misses(own)) if misses else []
    # Families are many and small: the report has them.
    told = [figure for figure in run.figures[suite.name] if not figure.name.startswith("passed: family")]
    lines += [_figure_line(figure) for figure in told if figure.value is not None]
    unmeasured = [figure.name for figure in told if figure.value is None]
    if unmeasured:
        lines += ["", f"unmeasured: {', '.join(unmeasured)}"]
    if bins := reliability([case for case in own if case.status != "errored"]):
        lines += ["", "reliability of the answers shown:", *bin_lines(bins)]
    if routing.measures_routes(suite):
        lines += ["", *routing.summary(routing.routed(own))]
    return lines


def _figure_line(figure: Figure) -> str:
    shown = [_number(figure, value) for value in (figure.value, figure.low, figure.high)]
    return f"{figure.name:52} {shown[0]:>8}  ({shown[1]} to {shown[2]})  n {figure.n}"


def _number(figure: Figure, value: float | None) -> str:
    if value is None:
        return "-"
    return {"share": f"{value:.1%}", "score": f"{value:.3f}", "ms": f"{value:.0f} ms", "grade": f"{value:.1f}"}[
        figure.unit
    ]


def _misses(cases: Iterable[CaseResult]) -> Iterator[str]:
    """Describe every case that did not pass, errored and critical ones first."""
    missed = [case for case in cases if case.status != "passed"]
    for case in sorted(missed, key=_weight):
        kind = ", ".join(str(case.metadata[name]) for name in ("kind", "language") if name in case.metadata)
        yield _printable(f"{case.status} {case.id} [{kind}] {' // '.join(case.turns)}")
        if case.error:
            yield _printable(f"    {case.error}")
        for check in case.checks:
            if check.passed is not True:
                state = "does not apply" if check.passed is None else check.why
                yield _printable(f"    {check.type} {check.value!r}: {state}")


def _weight(case: CaseResult) -> tuple[bool, bool]:
    return case.status != "errored", case.metadata.get("severity") != "critical"


def _printable(text: str) -> str:
    """Return at most so much of a line, without what could act on a terminal."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)[:_LONGEST]


def gate_lines(run: Run) -> list[str]:
    """Return the gates, those not kept first, and how many cases errored."""
    if not run.gates:
        lines = ["no gates: nothing is demanded of these figures"]
    else:
        marks = {"failed": "FAILED", "unmeasured": "UNMEASURED", "passed": "kept"}
        ordered = sorted(run.gates, key=lambda gate: list(marks).index(gate.status))
        lines = [f"{marks[each.status]:10} {each.suite}: {each.figure}: {_of(each)}" for each in ordered]
    errored = sum(case.status == "errored" for case in run.cases)
    return [*lines, *([f"{errored} cases errored: the run fails whatever the gates say"] if errored else [])]


def _of(gate: GateResult) -> str:
    value = "nothing measured" if gate.value is None else f"{gate.value:.4g}"
    return f"{value}, wanted {gate.wanted}"
