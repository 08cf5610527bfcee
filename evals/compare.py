"""What changed between two runs of the same cases: broken ones first, and whether it is more than chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evals import facts
from evals.baselines import LATENCY, Baseline, Told, told
from evals.case_metrics import LOWER_IS_BETTER, MEANS, SHARES
from evals.intervals import mean_by_family
from evals.results import CaseResult, Run


class UnlikeRunsError(Exception):
    """Two runs that cannot be compared; the message ends with the next step."""


@dataclass(frozen=True)
class Changed:
    """A case that came out otherwise than before."""

    before: Told
    now: CaseResult


Pairs = Sequence[tuple[Told, Told]]
"""The same case before and now."""


@dataclass(frozen=True)
class ShareChange:
    """A share of the same cases, before and now."""

    suite: str
    figure: str
    n: int
    before: float
    now: float
    lost: int
    """Cases that counted before and do not now."""
    won: int
    p: float
    """Exact McNemar: the chance of so uneven a change if neither version were better."""


@dataclass(frozen=True)
class MeanChange:
    """A mean over the same cases: its paired difference, now minus before."""

    suite: str
    figure: str
    n: int
    before: float
    now: float
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Everything that changed since the baseline."""

    pairs: int
    broken: tuple[Changed, ...]
    """Passed before, and fail or error now; critical ones first."""
    mended: tuple[Changed, ...]
    still_failing: int
    only_before: tuple[str, ...]
    """Ids of cases that are in one run alone."""
    only_now: tuple[str, ...]
    shares: tuple[ShareChange, ...]
    means: tuple[MeanChange, ...]
    unlike: tuple[str, ...]
    """Why the runs are not alike, where they were compared anyway."""


def compare(run: Run, baseline: Baseline, *, anyway: bool) -> Comparison:
    """Pair the cases of the suites of `run` with those of the baseline, which may hold further suites."""
    unlike = tuple(differences(run, baseline))
    if unlike and not anyway:
        reasons = "; ".join(unlike)
        raise UnlikeRunsError(
            f"The runs are not alike: {reasons}. Run the baseline again on the same, or compare all the same: --anyway."
        )
    suites = {suite.name for suite in run.suites}
    before = {(each.suite, each.id): each for each in baseline.cases if each.suite in suites}
    now = {(case.suite, case.id): case for case in run.cases}
    both = [(before[key], case) for key, case in now.items() if key in before]
    worse = [Changed(*pair) for pair in both if pair[0].status == "passed" != pair[1].status]
    pairs = [(old, told(case)) for old, case in both]
    return Comparison(
        pairs=len(pairs),
        broken=tuple(sorted(worse, key=_most_severe_first)),
        mended=tuple(Changed(*pair) for pair in both if pair[0].status != "passed" == pair[1].status),
        still_failing=sum(old.status != "passed" != new.status for old, new in pairs),
        only_before=tuple(f"{suite}: {name}" for suite, name in before if (suite, name) not in now),
        only_now=tuple(f"{suite}: {name}" for suite, name in now if (suite, name) not in before),
        shares=tuple(_share_changes(pairs)),
        means=tuple(_mean_changes(pairs)),
        unlike=unlike,
    )


def differences(run: Run, baseline: Baseline) -> Iterator[str]:
    """Yield every reason not to compare once: other cases, other articles or other models."""
    yield from dict.fromkeys(reason for suite in run.suites for reason in _unlike(run, suite.name, baseline))


def _unlike(run: Run, suite: str, baseline: Baseline) -> Iterator[str]:
    origin = baseline.origins.get(suite)
    if origin is None:
        yield f"the baseline has no suite {suite}"
        return
    if origin.sha256 != next(each.sha256 for each in run.suites if each.name == suite):
        yield f"suite {suite} has changed"
    if run.corpus_sha256 != origin.corpus_sha256:
        yield "the articles have changed"
    for model in sorted(run.models.keys() | origin.models.keys()):
        if run.models.get(model) != origin.models.get(model):
            yield f"the {model} is another"


_SEVERITIES = ("critical", "major", "minor")


def _most_severe_first(changed: Changed) -> tuple[int, str, str]:
    severity = changed.now.metadata.get("severity")
    place = _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)
    return place, changed.now.suite, changed.now.id


def mcnemar(lost: int, won: int) -> float:
    """Return the exact two-sided p (McNemar 1947): of the cases that changed, each way is as likely as the other."""
    from scipy.stats import binomtest

    return float(binomtest(lost, lost + won, 0.5).pvalue) if lost + won else 1.0


def _share_changes(pairs: Pairs) -> Iterator[ShareChange]:
    for suite, own in _by_suite(pairs):
        for name in SHARES:
            both = _both(own, name)
            if both:
                lost = sum(each.before > each.now for each in both)
                won = sum(each.before < each.now for each in both)
                before, now = _mean([each.before for each in both]), _mean([each.now for each in both])
                yield ShareChange(suite, name, len(both), before, now, lost, won, mcnemar(lost, won))


def _mean_changes(pairs: Pairs) -> Iterator[MeanChange]:
    for suite, own in _by_suite(pairs):
        for name in (*MEANS, LATENCY):
            both = _both(own, name)
            if both:
                before, now = _mean([each.before for each in both]), _mean([each.now for each in both])
                apart = np.array([each.now - each.before for each in both], dtype=np.float64)
                found = mean_by_family(apart, [each.family for each in both])
                yield MeanChange(suite, name, len(both), before, now, found.mean, found.low, found.high)


@dataclass(frozen=True)
class _Both:
    family: str
    before: float
    now: float


def _both(pairs: Pairs, figure: str) -> list[_Both]:
    """Return the pairs a figure applies to before and now."""
    telling = [(old, new) for old, new in pairs if figure in old.values and figure in new.values]
    return [_Both(facts.family(new.case), old.values[figure], new.values[figure]) for old, new in telling if new.case]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _by_suite(pairs: Pairs) -> list[tuple[str, Pairs]]:
    suites = dict.fromkeys(new.suite for _, new in pairs)
    return [(suite, [pair for pair in pairs if pair[1].suite == suite]) for suite in suites]


def is_worse(change: ShareChange | MeanChange) -> bool:
    """Tell whether a figure got worse by more than chance explains, at 95 %."""
    lower = change.figure in LOWER_IS_BETTER or "latency" in change.figure
    if isinstance(change, ShareChange):
        return change.p < 0.05 and (change.now > change.before) == lower
    return change.low > 0 if lower else change.high < 0


def regressions(comparison: Comparison) -> list[ShareChange]:
    """Return the shares that got worse by more than chance though so many were looked at (Holm 1979, 5 %).

    Shares of which too few cases changed to show anything are not among the many (Tarone 1990).
    """
    telling = [each for each in comparison.shares if mcnemar(each.lost + each.won, 0) < _LEVEL]
    ordered = sorted(telling, key=lambda each: each.p)
    kept = [each.p < _LEVEL / (len(ordered) - place) for place, each in enumerate(ordered)]
    first_kept_out = kept.index(False) if False in kept else len(kept)
    return [each for each in ordered[:first_kept_out] if is_worse(each)]


_LEVEL = 0.05


def comparison_lines(comparison: Comparison) -> list[str]:
    """Return what changed as lines for a terminal, broken cases first."""
    moved = f"{len(comparison.broken)} broken, {len(comparison.mended)} mended"
    return [
        *(f"not alike: {reason}" for reason in comparison.unlike),
        f"{comparison.pairs} cases in both runs: {moved}, {comparison.still_failing} fail as before",
        *(line for changed in comparison.broken for line in _changed_lines("BROKEN", changed)),
        *(line for changed in comparison.mended for line in _changed_lines("mended", changed)),
        *_alone("in the baseline alone", comparison.only_before),
        *_alone("in this run alone", comparison.only_now),
        *figure_lines(comparison),
    ]


def figure_lines(comparison: Comparison) -> list[str]:
    """Return the figures that changed as lines."""
    return [
        *(_share_line(change) for change in comparison.shares if change.lost or change.won),
        *(_mean_line(change) for change in comparison.means if change.difference),
    ]


def _changed_lines(label: str, changed: Changed) -> Iterator[str]:
    case = changed.now
    yield f"{label} {case.suite}: {case.id} [{case.metadata.get('severity', 'no severity')}] {case.turns[-1]!r}"
    if case.error:
        yield f"    error: {case.error}"
    yield from (f"    {check.type}: {check.why or 'not met'}" for check in case.checks if check.passed is False)


def _alone(where: str, names: Sequence[str]) -> list[str]:
    return [f"{len(names)} {where}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"] if names else []


def _share_line(change: ShareChange) -> str:
    moved = f"{change.before:6.1%} -> {change.now:6.1%} [{change.n}]  lost {change.lost}, won {change.won}"
    return f"{change.suite}: {change.figure:34} {moved}, p {change.p:.3f}{'  WORSE' if is_worse(change) else ''}"


def _mean_line(change: MeanChange) -> str:
    moved = f"{change.before:.3f} -> {change.now:.3f} [{change.n}]  {change.difference:+.3f}"
    interval = f"({change.low:+.3f} to {change.high:+.3f})"
    return f"{change.suite}: {change.figure:34} {moved} {interval}{'  WORSE' if is_worse(change) else ''}"
