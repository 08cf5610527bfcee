"""`chatbot eval SUITE…`: ask the bot every case, print figures, gates and what changed; exit 0, 1 or 2."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from chatbot.bot import Bot
from chatbot.config import Settings
from corpus.front_matter import ContentError
from evals.compare import UnlikeRunsError, compare, comparison_lines
from evals.execution import ask_suite, corpus_sha256, models
from evals.gates import NOT_RUN, exit_code, judge_gates
from evals.located import SuiteError
from evals.metrics import figures
from evals.report import write_report
from evals.results import CaseResult, Figure, GateResult, Run, SuiteRead
from evals.stored_runs import RunUnreadableError, read_run
from evals.suite import Case, Suite, read_suite
from evals.terminal import gate_lines, suite_lines
from index.manifest import IndexUnavailable
from index.onnx_model import TrainedModelError

SUITES = Path(__file__).parent / "suites"
_ENDINGS = (".yaml", ".yml", ".jsonl")
_UNUSABLE = (ContentError, IndexUnavailable, TrainedModelError)
_EXPECTED = (SuiteError, UnlikeRunsError, RunUnreadableError, OSError, *_UNUSABLE)
"""What the person at the command line can mend."""


def shipped() -> list[Path]:
    """Return the files of the shipped suites."""
    found = (path for path in sorted(SUITES.iterdir()) if path.suffix in _ENDINGS)
    return [path for path in found if not path.name.endswith(".gates.yaml")]


def suite_path(name: str) -> Path:
    """Return the file of a suite, given by its path or by the name of a shipped one."""
    if Path(name).is_file():
        return Path(name)
    for path in shipped():
        if path.stem == name:
            return path
    names = ", ".join(path.stem for path in shipped())
    raise SuiteError(f"{name}: no such suite. Give a file, or one of: {names}")


def run_suites(bot: Bot, suites: Sequence[Suite]) -> Run:
    """Ask every case of every suite and measure."""
    cases: list[CaseResult] = []
    measured: dict[str, tuple[Figure, ...]] = {}
    gates: list[GateResult] = []
    for suite in suites:
        own = list(ask_suite(bot, suite, _shown(suite.cases, suite.name)))
        cases += own
        measured[suite.name] = figures(own)
        gates += judge_gates(suite, own)
    read = tuple(SuiteRead(suite.name, suite.sha256, len(suite.cases)) for suite in suites)
    return Run(read, corpus_sha256(bot), models(bot), tuple(cases), measured, tuple(gates))


def _shown(cases: Sequence[Case], name: str) -> Iterator[Case]:
    """Yield the cases, with a bar on stderr."""
    from rich.console import Console
    from rich.progress import track

    shown: Iterable[Case] = track(cases, f"Asking {name}", console=Console(stderr=True))
    yield from shown


def evaluate(options: argparse.Namespace) -> int:
    """Run what the command line asks for; return its exit code."""
    suites = [read_suite(suite_path(name)) for name in options.suites]
    baseline = read_run(options.against) if options.against else None
    bot = Bot.open(Settings())
    try:
        run = run_suites(bot, suites)
    finally:
        bot.close()
    for suite in suites:
        print(f"\n{suite.name} ({len(suite.cases)} cases)", *suite_lines(run, suite, misses=options.misses), sep="\n")
    report(run, options, baseline)
    return exit_code(run)


def report(run: Run, options: argparse.Namespace, baseline: Run | None) -> None:
    """Print what changed and what the gates say, and write the report."""
    # Written before an unlike baseline ends the command, because asking took the time.
    written = write_report(run, options.report) if options.report else None
    if baseline:
        changed = compare(run, baseline, anyway=options.anyway)
        print("", *comparison_lines(changed), sep="\n")
        written = write_report(run, options.report, changed) if options.report else None
    print("", *gate_lines(run), sep="\n")
    if written:
        print(f"report: {written.report}\nresults: {written.results}\nreport hash: {written.sha256}")


def main() -> None:
    """Run the suites; exit 0 if every gate is kept, 1 if one is not or a case errored, 2 where nothing could be run."""
    parser = argparse.ArgumentParser(prog="chatbot eval", description=__doc__)
    parser.add_argument("suites", nargs="+", metavar="SUITE")
    parser.add_argument("--misses", action="store_true", help="list every case that went wrong")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write report.html and results.json there")
    parser.add_argument("--against", type=Path, metavar="BASELINE.json", help="compare with an earlier results.json")
    parser.add_argument("--anyway", action="store_true", help="compare even unlike runs")
    options = parser.parse_args()
    try:
        code = evaluate(options)
    except _EXPECTED as error:
        sys.stderr.write(f"error: {error}\n")
        code = NOT_RUN
    sys.exit(code)


if __name__ == "__main__":
    main()
