"""The report: one HTML file that needs nothing else, and `results.json` beside it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatbot.tracing import stored_trace_lines
from evals import plain_words
from evals.compare import Comparison, is_worse
from evals.plots import plots
from evals.results import CaseResult, Checked, Figure, Run
from evals.stored_runs import RESULTS, report_hash, write_run

REPORT = "report.html"
TEMPLATES = Path(__file__).parent / "templates"
_SEVERITIES = ("critical", "major", "minor")
_DETAILS = ("passed: ", "route recall: ", "assertion: ")
"""Figures by part, shown apart from the others because there are many."""


@dataclass(frozen=True)
class Written:
    """What was written, and the hash to compare two runs of a version by."""

    report: Path
    results: Path
    sha256: str


def write_report(run: Run, folder: Path, comparison: Comparison | None = None) -> Written:
    """Write `report.html` and `results.json` into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = report_hash(run)
    page = _page(run, comparison, sha256)
    (folder / REPORT).write_text(page, encoding="utf-8", errors="replace")
    write_run(folder / RESULTS, run)
    return Written(folder / REPORT, folder / RESULTS, sha256)


def _page(run: Run, comparison: Comparison | None, sha256: str) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "value": lambda figure: plain_words.number(figure, figure.value),
        "interval": plain_words.interval,
        "wanted": _wanted,
        "trace": _trace,
    }
    environment.tests["worse"] = is_worse
    return environment.get_template("report.html").render(
        run=run,
        gates=sorted(run.gates, key=lambda gate: ("failed", "unmeasured", "passed").index(gate.status)),
        sha256=sha256,
        written=datetime.now(UTC).date().isoformat(),
        verdict=plain_words.verdict(run),
        kept=bool(run.gates) and plain_words.verdict(run).startswith("Good"),
        summary=list(plain_words.summary(run)),
        suites=[_suite(run, suite.name) for suite in run.suites],
        missed=sorted((case for case in run.cases if case.status != "passed"), key=_worst_first),
        plots=plots(run),
        comparison=comparison,
    )


@dataclass(frozen=True)
class _SuiteFigures:
    name: str
    cases: int
    passed: int
    figures: list[Figure]
    details: list[Figure]
    unmeasured: list[str]


def _suite(run: Run, name: str) -> _SuiteFigures:
    cases = [case for case in run.cases if case.suite == name]
    figures = run.figures.get(name, ())
    measured = [figure for figure in figures if figure.value is not None]
    return _SuiteFigures(
        name,
        len(cases),
        sum(case.status == "passed" for case in cases),
        [figure for figure in measured if not figure.name.startswith(_DETAILS)],
        [figure for figure in measured if figure.name.startswith(_DETAILS)],
        [figure.name for figure in figures if figure.value is None],
    )


def _worst_first(case: CaseResult) -> tuple[bool, int]:
    severity = case.metadata.get("severity")
    return case.status != "errored", _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _wanted(check: Checked) -> str:
    return check.value if isinstance(check.value, str) else json.dumps(check.value, ensure_ascii=False)


def _trace(case: CaseResult) -> str:
    """Return why the answer is what it is, as `chatbot ask --explain` shows it; nothing where asking failed."""
    if "route" in case.trace:
        return "\n".join(stored_trace_lines(case.trace))
    return json.dumps(case.trace, ensure_ascii=False, indent=2) if case.trace else ""
