"""What a suite demands of its figures, and whether a run keeps it."""

from collections.abc import Sequence

from evals import facts
from evals.case_metrics import SHARES
from evals.metrics import figures, share
from evals.results import CaseResult, Figure, GateResult, GateStatus, Run
from evals.suite import Gate, Suite

KEPT, BROKEN, NOT_RUN = 0, 1, 2
"""Exit codes."""
_ASSERTION = "assertion: "


def judge_gates(suite: Suite, cases: Sequence[CaseResult]) -> tuple[GateResult, ...]:
    """Measure the figure of every gate on its cases and compare."""
    return tuple(_judged(suite.name, gate, cases) for gate in suite.gates)


def _judged(suite: str, gate: Gate, cases: Sequence[CaseResult]) -> GateResult:
    found = figure(gate.figure, [case for case in cases if _is_meant(gate, case)])
    where = ", ".join(f"{name} {' or '.join(values)}" for name, values in gate.where)
    name = f"{gate.figure} ({where})" if where else gate.figure
    return GateResult(suite, name, _wanted(gate), found.value, _status(gate, found))


def figure(name: str, cases: Sequence[CaseResult]) -> Figure:
    """Measure one figure; one that the cases do not have is unmeasured."""
    measured = [case for case in cases if case.status != "errored"]
    if name in SHARES:
        return share(name, measured, SHARES[name])
    kind = name.removeprefix(_ASSERTION)
    if kind != name:
        return share(name, measured, lambda case: facts.checked(case, kind))
    return next((each for each in figures(measured) if each.name == name), Figure(name, None, None, None, 0))


def _is_meant(gate: Gate, case: CaseResult) -> bool:
    return all(str(case.metadata.get(name, "")) in values for name, values in gate.where)


def _wanted(gate: Gate) -> str:
    bound = f"at least {gate.at_least:g}" if gate.at_least is not None else f"at most {gate.at_most:g}"
    whole = ", and so its whole interval" if gate.whole_interval else ""
    return bound + whole + (f", of {gate.enough} or more" if gate.enough > 1 else "")


def _status(gate: Gate, found: Figure) -> GateStatus:
    if found.value is None or found.n < gate.enough:
        return "unmeasured"
    low, high = (found.low, found.high) if gate.whole_interval else (found.value, found.value)
    below = gate.at_least is not None and (low is None or low < gate.at_least)
    above = gate.at_most is not None and (high is None or high > gate.at_most)
    return "failed" if below or above else "passed"


def exit_code(run: Run) -> int:
    """Return 0 only if every case could be asked and every gate was measured and kept.

    A gate that measured nothing guards nothing, so it counts as broken; the table tells it apart.
    """
    errored = any(case.status == "errored" for case in run.cases)
    return BROKEN if errored or any(gate.status != "passed" for gate in run.gates) else KEPT
