"""Baselines: what `--against` needs of an earlier run and no more, small enough to keep with the code.

`chatbot eval all --write-baseline evals/baselines` writes one file a suite. Times are not kept: they are a machine's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals import facts
from evals.case_metrics import MEANS, SHARES
from evals.results import CaseResult, Run, Status
from evals.stored_runs import RESULTS, RunUnreadableError, read_run

LATENCY = "latency, mean ms"
_DIGITS = 5


@dataclass(frozen=True)
class Told:
    """What a comparison needs of one asked case."""

    suite: str
    id: str
    status: Status
    values: Mapping[str, float]
    """Figure -> what the case tells of it; one it has no say in is left out. An errored case measures nothing."""
    case: CaseResult | None = None
    """The whole case, where it was kept."""


@dataclass(frozen=True)
class Origin:
    """What a suite's cases were, and what was asked: runs that differ in any of it are unlike."""

    sha256: str
    corpus_sha256: str
    models: dict[str, str]


@dataclass(frozen=True)
class Baseline:
    """An earlier run to compare with."""

    origins: Mapping[str, Origin]
    """Suite -> its origin; suites may be of different runs."""
    cases: tuple[Told, ...]


def told(case: CaseResult) -> Told:
    """Return what a case tells of every share, every mean and the time."""
    if case.status == "errored":
        return Told(case.suite, case.id, case.status, {}, case)
    found = {name: tells(case) for name, tells in (*SHARES.items(), *MEANS.items(), (LATENCY, facts.latency_ms))}
    # Rounded, so that a run differs in nothing from its own baseline on disk.
    values = {name: round(float(value), _DIGITS) for name, value in found.items() if value is not None}
    return Told(case.suite, case.id, case.status, values, case)


def baseline_of(run: Run) -> Baseline:
    """Return a whole run as a baseline."""
    origins = {suite.name: Origin(suite.sha256, run.corpus_sha256, run.models) for suite in run.suites}
    return Baseline(origins, tuple(map(told, run.cases)))


# ---- files ----


def write_baselines(run: Run, folder: Path) -> list[Path]:
    """Write `NAME.json` for each suite of a run, a case a line, so that what changed can be read in a diff."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = baseline_of(run)
    paths = []
    for name, origin in whole.origins.items():
        path = folder / f"{name}.json"
        partial = path.with_name(f"{path.name}.partial")
        text = _text(name, origin, [case for case in whole.cases if case.suite == name])
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")
        partial.replace(path)
        paths.append(path)
    return paths


def _text(suite: str, origin: Origin, cases: Sequence[Told]) -> str:
    known = {name for each in cases for name in each.values}
    shares, means = ([name for name in names if name in known] for names in (SHARES, MEANS))
    told_of = {"suite": suite, **asdict(origin), "shares": shares, "means": means}
    head = json.dumps(told_of, ensure_ascii=False, indent=1)
    rows = [json.dumps(_row(case, shares, means), ensure_ascii=False, separators=(",", ":")) for case in cases]
    listed = ",\n".join(rows)
    return f'{head.removesuffix("}").rstrip()},\n "cases": [\n{listed}\n]}}\n'


def _row(case: Told, shares: Sequence[str], means: Sequence[str]) -> list[Any]:
    bits = "".join("-" if name not in case.values else str(int(case.values[name])) for name in shares)
    numbers = [case.values.get(name) for name in means]
    return [case.id, case.status, bits, *numbers]


def read_baseline(path: Path, suites: Sequence[str]) -> Baseline:
    """Read a results.json, a report's folder, one baseline, or from a folder of baselines those of some suites."""
    if path.is_dir() and not (path / RESULTS).is_file():
        found = [file for file in (path / f"{suite}.json" for suite in suites) if file.is_file()]
        if not found:
            remedy = f"Write one: chatbot eval {' '.join(suites)} --write-baseline {path}"
            raise RunUnreadableError(f"{path}: no baseline of {', '.join(suites)} there. {remedy}")
        return _together([_read(file) for file in found])
    if path.is_file() and _is_baseline(path):
        return _read(path)
    return baseline_of(read_run(path))


def _is_baseline(path: Path) -> bool:
    try:
        return "shares" in json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError, OSError):
        return False


def _together(parts: Sequence[Baseline]) -> Baseline:
    origins = {suite: origin for part in parts for suite, origin in part.origins.items()}
    return Baseline(origins, tuple(case for part in parts for case in part.cases))


def _read(path: Path) -> Baseline:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        suite = stored["suite"]
        origin = Origin(stored["sha256"], stored["corpus_sha256"], stored["models"])
        cases = tuple(_told(suite, row, stored["shares"], stored["means"]) for row in stored["cases"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        remedy = "Write it again with 'chatbot eval SUITE --write-baseline FOLDER'."
        raise RunUnreadableError(f"{path}: not a baseline ({type(error).__name__}: {error}). {remedy}") from error
    return Baseline({suite: origin}, cases)


def _told(suite: str, row: Sequence[Any], shares: Sequence[str], means: Sequence[str]) -> Told:
    name, status, bits, *numbers = row
    values = {share: float(bit) for share, bit in zip(shares, bits, strict=True) if bit != "-"}
    values |= {mean: float(value) for mean, value in zip(means, numbers, strict=True) if value is not None}
    return Told(suite, name, status, values)
