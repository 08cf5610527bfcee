"""`chatbot eval SUITE…`: ask the bot every case, print figures, gates and what changed; exit 0, 1 or 2."""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from chatbot.bot import Bot
from chatbot.config import Settings
from chatbot.conversation import Question
from corpus.article import load_articles
from corpus.front_matter import ContentError
from evals.baselines import Baseline, read_baseline, write_baselines
from evals.compare import UnlikeRunsError, compare, comparison_lines, regressions
from evals.execution import ask_suite, corpus_sha256, models
from evals.gates import BROKEN, NOT_RUN, exit_code, judge_gates
from evals.intervals import machine
from evals.judge import LEAST_RUNS, QUESTION, Judge, JudgeUnavailableError, judged, load_judge
from evals.located import SuiteError
from evals.metrics import figures
from evals.report import write_report
from evals.results import CaseResult, Figure, GateResult, Run, SuiteRead
from evals.stored_runs import RunUnreadableError
from evals.suite import Case, Suite, read_suite
from evals.terminal import gate_lines, suite_lines
from index.manifest import IndexUnavailable
from index.onnx_model import TrainedModelError

ALL = "all"
"""Stands for every shipped suite."""
SUITES = Path(__file__).parent / "suites"
_SHORT = 200
_ENDINGS = (".yaml", ".yml", ".jsonl")
_UNUSABLE = (ContentError, IndexUnavailable, TrainedModelError)
_EXPECTED = (SuiteError, UnlikeRunsError, RunUnreadableError, JudgeUnavailableError, OSError, *_UNUSABLE)
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


def named_suites(names: Sequence[str], settings: Settings) -> list[Suite]:
    """Read the suites that a command line names; `all` leaves out those about articles that are not there."""
    suites: list[Suite] = []
    for name in names:
        if name != ALL:
            suites.append(read_suite(suite_path(name)))
            continue
        known = {article.id for article in load_articles(settings.articles)}
        for suite in map(read_suite, shipped()):
            if missing := _articles(suite) - known:
                print(f"left out: {suite.name}, about articles that are not there: {', '.join(sorted(missing))}")
            else:
                suites.append(suite)
    return suites


def _articles(suite: Suite) -> set[str]:
    return {article for case in suite.cases for article, _ in case.metadata.get("gold_passages", ())}


def thinned(suite: Suite, one_in: int) -> Suite:
    """Leave all critical cases and one in so many of the others: the same ones each time, by the hash of their id.

    A short suite stays whole: its gates want all of its cases.
    """
    if len(suite.cases) < _SHORT:
        return suite
    kept = (case for case in suite.cases if case.metadata.get("severity") == "critical" or not _drawn(case.id) % one_in)
    return replace(suite, cases=tuple(kept))


def _drawn(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def run_suites(bot: Bot, suites: Sequence[Suite], judge: Judge | None = None) -> Run:
    """Ask every case of every suite and measure; a judge's opinion stands beside the figures and no gate sees it."""
    # Models are loaded at the first question; no case is to be timed, or to come too late, for that.
    bot.ask(Question("What do the articles say?"))
    cases: list[CaseResult] = []
    measured: dict[str, tuple[Figure, ...]] = {}
    gates: list[GateResult] = []
    for suite in suites:
        own = list(ask_suite(bot, suite, _shown(suite.cases, suite.name)))
        cases += own
        measured[suite.name] = (*figures(own), *(judged(judge, bot, own) if judge else ()))
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
    settings = Settings()
    suites = [thinned(suite, options.one_in) for suite in named_suites(options.suites, settings)]
    names = [suite.name for suite in suites]
    baseline = read_baseline(options.against, names) if options.against else None
    judge = load_judge(options.judge, options.judge_runs, options.judge_asks) if options.judge else None
    bot = Bot.open(settings)
    started = perf_counter()
    try:
        run = run_suites(bot, suites, judge)
    finally:
        bot.close()
    took = perf_counter() - started
    for suite in suites:
        print(f"\n{suite.name} ({len(suite.cases)} cases)", *suite_lines(run, suite, misses=options.misses), sep="\n")
    each = f"{1000 * took / len(run.cases):.0f} ms a case with its figures"
    print(f"\n{len(run.cases)} cases in {took:.0f} s, {each}; {machine()}")
    worse = report(run, options, baseline)
    return BROKEN if worse else exit_code(run)


def report(run: Run, options: argparse.Namespace, baseline: Baseline | None) -> bool:
    """Print what changed and what the gates say, and write what is asked for; tell whether it is worse than allowed."""
    # Written before an unlike baseline ends the command, because asking took the time.
    written = write_report(run, options.report) if options.report else None
    baselines = write_baselines(run, options.write_baseline) if options.write_baseline else []
    worse: list[str] = []
    if baseline:
        changed = compare(run, baseline, anyway=options.anyway)
        print("", *comparison_lines(changed), sep="\n")
        written = write_report(run, options.report, changed) if options.report else None
        worse = [f"WORSE      {each.suite}: {each.figure}: than in the baseline" for each in regressions(changed)]
    print("", *(worse if options.no_worse else []), *gate_lines(run), sep="\n")
    if written:
        print(f"report: {written.report}\nresults: {written.results}\nreport hash: {written.sha256}")
    print(*(f"baseline: {path}\n" for path in baselines), sep="", end="")
    return bool(worse) and options.no_worse


def arguments() -> argparse.ArgumentParser:
    """Return what the command line takes."""
    parser = argparse.ArgumentParser(prog="chatbot eval", description=__doc__)
    parser.add_argument("suites", nargs="+", metavar="SUITE", help="a file, the name of a shipped suite, or 'all'")
    fewer = "of a long suite ask all critical cases, but of the others only one in N, the same ones each time"
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help=fewer)
    parser.add_argument("--misses", action="store_true", help="list every case that went wrong")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write report.html and results.json there")
    against = "compare with an earlier results.json, a baseline, or a folder of them"
    parser.add_argument("--against", type=Path, metavar="BASELINE", help=against)
    parser.add_argument("--anyway", action="store_true", help="compare even unlike runs")
    parser.add_argument("--no-worse", action="store_true", help="exit 1 where a share is worse by more than chance")
    keep = "write NAME.json there for each suite: what --against needs of this run"
    parser.add_argument("--write-baseline", type=Path, metavar="DIR", help=keep)
    opinion = "also ask this model about every reply (extra llm); its opinion is no gate"
    parser.add_argument("--judge", metavar="PROVIDER:MODEL", help=opinion)
    parser.add_argument("--judge-runs", type=int, default=LEAST_RUNS, metavar="K", help="how often, at least 3")
    parser.add_argument("--judge-asks", default=QUESTION, metavar="QUESTION", help="a question of yes or no")
    return parser


def main() -> None:
    """Run the suites; exit 0 if every gate is kept, 1 if one is not or a case errored, 2 where nothing could be run."""
    parser = arguments()
    options = parser.parse_args()
    if options.no_worse and not options.against:
        parser.error("--no-worse than what? Add --against BASELINE")
    if options.one_in < 1:
        parser.error("--one-in takes a number from 1 on")
    if options.one_in > 1 and options.write_baseline:
        parser.error("a baseline is written of all cases: leave out --one-in")
    try:
        code = evaluate(options)
    except _EXPECTED as error:
        sys.stderr.write(f"error: {error}\n")
        code = NOT_RUN
    sys.exit(code)


if __name__ == "__main__":
    main()
