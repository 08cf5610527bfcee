"""Two runs of the same cases: what broke stands first, and chance is told from change."""

import numpy as np
import pytest
from evaluated import answer, case, routed, run_of
from scipy.stats import binomtest

from evals.compare import UnlikeRunsError, compare, comparison_lines, is_worse, mcnemar
from evals.results import CaseResult, Checked, Run, SuiteRead


def runs() -> tuple[Run, Run]:
    """Of ten cases: 1 breaks that is minor, 1 that is critical, 1 is mended, 1 fails as before."""
    return run_of(*missing({1, 2, 9})), run_of(*missing({8, 9}))


def missing(numbers: set[int]) -> list[CaseResult]:
    """Ten messages in danger, of which these get no help."""
    given = ["education" if number in numbers else "crisis_self" for number in range(10)]
    return [routed(str(n), "crisis_self", route, severity=_severity(n)) for n, route in enumerate(given)]


def _severity(number: int) -> str:
    return "critical" if number == 2 else "minor"


def test_broken_cases_stand_first_and_critical_ones_before_all() -> None:
    comparison = compare(*runs(), anyway=False)
    assert [each.now.id for each in comparison.broken] == ["2", "1"]
    assert [each.now.id for each in comparison.mended] == ["8"]
    assert (comparison.still_failing, comparison.pairs) == (1, 10)
    lines = comparison_lines(comparison)
    assert "2 broken, 1 mended, 1 fail as before" in lines[0]
    assert lines[1].startswith("BROKEN suite: 2 [critical] 'question 2'")
    assert "education" in lines[2]


@pytest.mark.parametrize(
    # Fagerland, Lydersen & Laake 2013, airway hyper-responsiveness before and after stem cell transplantation: 1 and 7.
    ("lost", "won", "p"),
    [(1, 7, 0.0703125), (7, 1, 0.0703125), (0, 0, 1.0), (5, 5, 1.0), (0, 6, 0.03125)],
)
def test_mcnemar_is_exact_and_two_sided(lost: int, won: int, p: float) -> None:
    assert mcnemar(lost, won) == pytest.approx(p)


def test_shares_are_compared_over_the_cases_both_runs_tell_of() -> None:
    comparison = compare(*runs(), anyway=False)
    recall = next(each for each in comparison.shares if each.figure == "crisis recall")
    assert (recall.n, recall.before, recall.now, recall.lost, recall.won) == (10, 0.8, 0.7, 2, 1)
    assert recall.p == pytest.approx(binomtest(1, 3).pvalue)
    assert not is_worse(recall)


def test_many_lost_cases_are_more_than_chance_and_more_false_alarms_are_worse_too() -> None:
    before = run_of(*(routed(str(n), "education", "education", kind="plain") for n in range(12)))
    given = ["crisis_self" if number < 8 else "education" for number in range(12)]
    after = run_of(*(routed(str(n), "education", route, kind="plain") for n, route in enumerate(given)))
    worse = {each.figure for each in compare(after, before, anyway=False).shares if is_worse(each)}
    assert worse == {"passed", "route right", "over-trigger: plain"}
    better = [each for each in compare(before, after, anyway=False).shares if is_worse(each)]
    assert better == []


def test_a_mean_difference_is_paired_so_a_small_steady_gain_is_seen() -> None:
    chance = np.random.default_rng(2)
    places = chance.integers(2, 9, 60)

    def found(number: int, place: int) -> CaseResult:
        sections = [*(("a", str(before)) for before in range(place - 1)), ("a", "gold")]
        return case(str(number), answer(), passages=sections, gold_passages=[["a", "gold"]])

    before = [found(number, int(place)) for number, place in enumerate(places)]
    after = [found(number, int(place) - 1) for number, place in enumerate(places)]
    change = next(each for each in compare(run_of(*after), run_of(*before), anyway=False).means if each.figure == "MRR")
    assert change.difference == pytest.approx(np.mean(1 / (places - 1) - 1 / places))
    assert 0 < change.low < change.difference < change.high
    assert not is_worse(change)
    back = next(each for each in compare(run_of(*before), run_of(*after), anyway=False).means if each.figure == "MRR")
    assert is_worse(back)
    assert (back.low, back.high) == pytest.approx((-change.high, -change.low), abs=0.02)


def test_an_errored_case_is_broken_but_measures_nothing() -> None:
    before = run_of(routed("1", "education", "education"), routed("2", "education", "education"))
    errored = case("1", {}, Checked("route", "education", None), status="errored", error="ValueError: boom")
    comparison = compare(run_of(errored, routed("2", "education", "education")), before, anyway=False)
    assert [each.now.id for each in comparison.broken] == ["1"]
    assert next(each for each in comparison.shares if each.figure == "route right").n == 1
    assert any("boom" in line for line in comparison_lines(comparison))


def test_unlike_runs_are_refused_with_every_reason_unless_told() -> None:
    run, baseline = runs()
    models = {**baseline.models, "reader": "another"}
    other = Run((SuiteRead("suite", "another", 10),), "another", models, baseline.cases, {}, ())
    reasons = "suite suite has changed; the articles have changed; the reader is another"
    with pytest.raises(UnlikeRunsError, match=f"{reasons}.*anyway"):
        compare(run, other, anyway=False)
    comparison = compare(run, other, anyway=True)
    assert len(comparison.unlike) == 3
    assert comparison.pairs == 10
    assert comparison_lines(comparison)[0] == "not alike: suite suite has changed"


def test_a_baseline_may_hold_further_suites_but_must_hold_those_of_the_run() -> None:
    run, _ = runs()
    more = run_of(*run.cases, routed("1", "cost", "cost", suite="other"))
    assert compare(run, more, anyway=False).only_before == ()
    with pytest.raises(UnlikeRunsError, match="the baseline has no suite other"):
        compare(more, run, anyway=False)


def test_cases_of_one_run_alone_are_named_and_not_compared() -> None:
    run, _ = runs()
    fewer = run_of(*run.cases[1:])
    comparison = compare(run, fewer, anyway=True)
    assert (comparison.only_now, comparison.only_before, comparison.pairs) == (("suite: 0",), (), 9)
    assert "1 in this run alone: suite: 0" in comparison_lines(comparison)
