"""`python -m evals.convert IN OUT`: suites from and to promptfoo, Inspect and DeepEval; runs to TREC, JUnit and CSV."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from evals import chat_datasets, promptfoo_files, run_exports
from evals.assertions import TYPES
from evals.case_files import suite_lines, suite_yaml, write_whole
from evals.csv_cells import read_csv
from evals.foreign import EXPECT, Foreign, Reading, Told
from evals.located import Located, SuiteError, read_array, read_lines, read_yaml
from evals.results import Run
from evals.stored_runs import RunUnreadableError, read_run
from evals.suite import Case, read_suite

FAILED = 2
_YAML = (".yaml", ".yml")
CaseWriter = Callable[[str, Sequence[Case], Told], str]
"""Takes a name for the whole, the cases, and who is told what has no place."""
RunWriter = Callable[[Run, Told], str]

_SUITES: dict[tuple[str, str], CaseWriter] = {
    **{("suite", ending): lambda _, cases, __: suite_yaml(cases) for ending in _YAML},
    ("suite", ".jsonl"): lambda _, cases, __: suite_lines(cases),
    **{("promptfoo", ending): promptfoo_files.config_text for ending in _YAML},
    ("promptfoo", ".csv"): lambda _, cases, told: promptfoo_files.csv_of(cases, told),
    ("inspect", ".jsonl"): lambda _, cases, told: chat_datasets.inspect_lines(cases, told),
    ("deepeval", ".jsonl"): lambda _, cases, told: chat_datasets.deepeval_lines(cases, told),
}
_RUNS: dict[tuple[str, str], RunWriter] = {
    ("qrels", ".qrels"): run_exports.qrels,
    ("trec-run", ".run"): run_exports.trec_run,
    ("junit", ".xml"): run_exports.junit,
    ("csv", ".csv"): run_exports.table,
}
_FROM = ("suite", "promptfoo", "csv", "inspect", "deepeval", "run")
"""What can be read."""
_TO = tuple(dict.fromkeys(name for name, _ in (*_SUITES, *_RUNS)))


# ---- what is it? ----


def kind_of(path: Path) -> str:
    """Return which format a file is in, by its ending and what stands in it."""
    if path.is_dir():
        return "run"
    if path.suffix in _YAML:
        return _kind_of_yaml(read_yaml(path))
    if path.suffix == ".csv":
        rows = read_csv(path)
        return "promptfoo" if rows and any(name.startswith("__") for name in rows[0].cells) else "csv"
    if path.suffix == ".json" and path.read_text(encoding="utf-8-sig").lstrip().startswith("{"):
        return "run"
    return _kind_of_rows(_rows(path))


def _kind_of_yaml(file: Located) -> str:
    if isinstance(file.value, list) or (isinstance(file.value, dict) and "tests" in file.value):
        return "promptfoo"
    return "suite"


def _kind_of_rows(file: Located) -> str:
    first = file.value[0] if file.value else None
    fields = first.keys() if isinstance(first, dict) else set()
    if "vars" in fields:
        return "suite" if "id" in fields and file.path.suffix == ".jsonl" else "promptfoo"
    if fields & chat_datasets.DEEPEVAL_FIELDS:
        return "deepeval"
    if "input" in fields:
        return "inspect"
    raise file.error((0,), "neither 'vars' nor 'input' in it", f"Say what it is by --from, one of {', '.join(_FROM)}")


def _rows(path: Path) -> Located:
    if path.suffix not in {".jsonl", ".json"}:
        raise SuiteError(f"{path}: '{path.suffix}' is not read. Give .yaml, .csv, .jsonl, .json, or a run's folder.")
    return read_lines(path) if path.suffix == ".jsonl" else read_array(path)


# ---- reading ----


def read_cases(path: Path, kind: str, reading: Reading) -> tuple[tuple[Case, ...], list[str]]:
    """Return the cases of a file, and what to tell of them."""
    if kind == "suite":
        return _own(path)
    foreign = Foreign(path, reading)
    if kind == "promptfoo" and path.suffix == ".csv":
        promptfoo_files.read_rows(read_csv(path), foreign)
    elif kind == "promptfoo":
        promptfoo_files.read_config(read_yaml(path) if path.suffix in _YAML else _rows(path), foreign)
    elif kind == "csv":
        chat_datasets.read_plain_csv(read_csv(path), foreign)
    else:
        read = chat_datasets.read_inspect if kind == "inspect" else chat_datasets.read_deepeval
        read(_rows(path), foreign)
    return foreign.cases(), foreign.told.lines(path)


def _own(path: Path) -> tuple[tuple[Case, ...], list[str]]:
    suite = read_suite(path)
    told = Told()
    if suite.gates:
        told.tell(f"gates left out ({len(suite.gates)}): copy them to where the new suite is kept")
    framed = path if path.suffix in _YAML else path.with_suffix(".gates.yaml")
    frame: Any = read_yaml(framed).value if framed.is_file() else {}
    if "description" in frame:
        told.tell("the suite's description left out")
    if "defaults" in frame:
        told.tell("defaults are written into every case")
    return suite.cases, told.lines(path)


# ---- the command ----


def convert(options: argparse.Namespace) -> list[str]:
    """Write OUT; return what to tell."""
    source, out = options.source, options.out
    if out.exists() and not options.force:
        raise SuiteError(f"{out}: is there already. Give another name, or --force to overwrite it.")
    if not source.exists():
        raise SuiteError(f"{source}: no such file. Give a file of cases, or a run's results.json.")
    kind = options.kind or kind_of(source)
    run = read_run(source) if kind == "run" else None
    to, told = options.to or _by_ending(out, kind), Told()
    said: list[str] = []
    if run:
        text = _writer(_RUNS, to, out)(run, told)
    else:
        write = _writer(_SUITES, to, out)
        reading = Reading(options.question, options.expect, frozenset(options.without))
        cases, said = read_cases(source, kind, reading)
        text = write(source.stem, cases, told)
    beside = out.with_suffix(".gates.yaml")
    if to == "suite" and out.suffix == ".jsonl" and beside.is_file():
        told.tell(f"{beside} stands beside it: its defaults and gates hold for the new cases too")
    if out.suffix != ".jsonl" and any("\ud800" <= letter <= "\udfff" for letter in text):
        told.tell("half of a surrogate pair is written as its escape, such as \\ud800")
    write_whole(out, text)
    return [*said, *told.lines(out)]


def _by_ending(out: Path, kind: str) -> str:
    writers: Sequence[tuple[str, str]] = tuple(_RUNS if kind == "run" else _SUITES)
    found = next((name for name, ending in writers if ending == out.suffix), "")
    if not found:
        endings = ", ".join(f"{ending} ({name})" for name, ending in writers)
        raise SuiteError(f"{out}: nothing is written to '{out.suffix}'. Give OUT one of these endings: {endings}.")
    return found


def _writer(writers: dict[tuple[str, str], Any], to: str, out: Path) -> Any:
    if (to, out.suffix) in writers:
        return writers[to, out.suffix]
    endings = [ending for name, ending in writers if name == to]
    if endings:
        raise SuiteError(f"{out}: '{to}' is not written to '{out.suffix}'. Give OUT the ending {' or '.join(endings)}.")
    names = ", ".join(dict.fromkeys(name for name, _ in writers))
    raise SuiteError(f"{out}: '{to}' cannot be made of this file. Give --to one of: {names}.")


def main() -> None:
    """Convert a file; exit 0, or 2 with file, line and remedy of what cannot be carried over."""
    parser = argparse.ArgumentParser(prog="python -m evals.convert", description=__doc__)
    parser.add_argument("source", type=Path, metavar="IN", help="cases of any of the formats, or a run's results.json")
    parser.add_argument("out", type=Path, metavar="OUT", help="its ending says the format, unless --to does")
    parser.add_argument("--from", dest="kind", choices=_FROM, help="what IN is, where it cannot be told")
    parser.add_argument("--to", choices=_TO, help="what OUT shall be")
    parser.add_argument("--question", default="", metavar="NAME", help="the column or variable that is asked")
    parser.add_argument("--expect", default=EXPECT, choices=list(TYPES), metavar="TYPE",
                        help=f"the assertion a reference answer becomes ({EXPECT})")  # fmt: skip
    parser.add_argument("--without", action="append", default=[], metavar="TYPE", help="leave an assertion type out")
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    options = parser.parse_args()
    try:
        told = convert(options)
    except (SuiteError, RunUnreadableError, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(FAILED)
    sys.stderr.writelines(f"{line}\n" for line in told)
    print(f"written: {options.out}")


if __name__ == "__main__":
    main()
