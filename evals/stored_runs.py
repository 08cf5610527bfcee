"""Runs on disk: `results.json`, and a hash that two runs of the same version share."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evals.results import JUDGED, CaseResult, Checked, Figure, GateResult, Run, SuiteRead

RESULTS = "results.json"


class RunUnreadableError(Exception):
    """A file that holds no run; the message ends with the next step."""


def write_run(path: Path, run: Run) -> None:
    """Write everything as JSON; a killed write leaves the old file."""
    partial = path.with_name(f"{path.name}.partial")
    text = json.dumps(run.to_json(), ensure_ascii=False, indent=1) + "\n"
    # Half of a surrogate pair has no UTF-8; this handler writes it as JSON's own escape, which reads back the same.
    partial.write_text(text, encoding="utf-8", errors="backslashreplace")
    partial.replace(path)


def read_run(path: Path) -> Run:
    """Read a run from its file, or from the folder of its report."""
    file = path / RESULTS if path.is_dir() else path
    try:
        return _run(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        remedy = "Give the results.json that 'chatbot eval SUITE --report FOLDER' writes."
        raise RunUnreadableError(f"{file}: not a stored run ({type(error).__name__}: {error}). {remedy}") from error


def _run(stored: dict[str, Any]) -> Run:
    return Run(
        suites=tuple(SuiteRead(**each) for each in stored["suites"]),
        corpus_sha256=stored["corpus_sha256"],
        models=stored["models"],
        cases=tuple(_case(each) for each in stored["cases"]),
        figures={suite: tuple(Figure(**each) for each in found) for suite, found in stored["figures"].items()},
        gates=tuple(GateResult(**each) for each in stored["gates"]),
    )


def _case(stored: dict[str, Any]) -> CaseResult:
    tuples = {"turns": tuple(stored["turns"]), "passages": tuple(stored["passages"])}
    return CaseResult(**{**stored, **tuples, "checks": tuple(Checked(**check) for check in stored["checks"])})


def report_hash(run: Run) -> str:
    """Return the same for two runs of one version: left out are times, opinions, and ids, which tell builds apart."""
    timed = _Timed(
        frozenset(figure.name for found in run.figures.values() for figure in found if figure.unit == "ms"),
        asserted=any(check.type == "latency" for case in run.cases for check in case.checks),
    )
    without = {
        **asdict(replace(run, cases=(), figures={}, gates=())),
        "cases": [_untimed(case) for case in run.cases],
        "figures": {
            suite: [asdict(figure) for figure in found if not timed.affects(figure.name)]
            for suite, found in run.figures.items()
        },
        "gates": [asdict(gate) for gate in run.gates if not timed.affects(gate.figure)],
    }
    canonical = json.dumps(without, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class _Timed:
    """Which figures depend on the machine's speed."""

    names: frozenset[str]
    asserted: bool
    """Cases may fail for being slow."""

    def affects(self, figure: str) -> bool:
        """Tell whether a figure, or a gate's of some of the cases ("name (kind x)"), does, or a model's mood."""
        if figure.startswith(JUDGED):
            return True
        if figure in self.names or figure.partition(" (")[0] in self.names:
            return True
        return self.asserted and figure.startswith(("passed", "assertion: latency"))


def _untimed(case: CaseResult) -> dict[str, Any]:
    stored = {
        **asdict(case),
        "checks": [asdict(check) for check in case.checks if check.type != "latency"],
        "answer": _without_times(case.answer),
        "trace": _without_times(case.trace),
    }
    if len(stored["checks"]) == len(case.checks):
        return stored
    # Slowness may have failed this one, and a failed case keeps its whole trace.
    return stored | {"status": "errored" if case.status == "errored" else "asked", "trace": {}}


def _without_times(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in {"id", "timings_ms"}}
