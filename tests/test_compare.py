"""Two runs of the same cases: what broke stands first, and chance is told from change."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from evaluated import answer, case, routed, run_of
from scipy.stats import binomtest

from chatbot.config import Settings
from evals.baselines import baseline_of, read_baseline, write_baselines
from evals.compare import Comparison, UnlikeRunsError, comparison_lines, is_worse, mcnemar, regressions
from evals.compare import compare as compare_with
from evals.results import CaseResult, Checked, Run, SuiteRead
from evals.run import named_suites, shipped, suite_path
from evals.stored_runs import RunUnreadableError, write_run
from evals.suite import read_suite

BASELINES = Path(__file__).parents[1] / "evals" / "baselines"


def compare(run: Run, baseline: Run, *, anyway: bool = False) -> Comparison:
    """Compare two whole runs."""
    return compare_with(run, baseline_of(baseline), anyway=anyway)


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
    assert change.difference == pytest.approx(np.mean(1 / (places - 1) - 1 / places), abs=1e-4)
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


def answered(number: int, sentence: str = "All is said.") -> CaseResult:
    passages = [("a", "other")] * (number % 3) + [("a", "gold")]
    gold = {"gold_passages": [["a", "gold"]], "answerable": True}
    return case(str(number), answer(sentence=sentence), Checked("quotes", ["all"], True), passages=passages, **gold)


def test_a_baseline_on_disk_tells_of_every_case_what_the_whole_run_does(tmp_path: Path) -> None:
    errored = case("e\ud83d", {}, Checked("route", "cost", None), status="errored", suite="other")
    run = run_of(*missing({1, 4}), *(answered(number + 20) for number in range(5)), errored)
    paths = write_baselines(run, tmp_path / "kept")
    assert [path.name for path in paths] == ["suite.json", "other.json"]
    read = read_baseline(tmp_path / "kept", ["suite", "other", "third"])
    whole = baseline_of(run)
    assert read.origins == whole.origins
    assert [(each.suite, each.id, each.status, each.values) for each in read.cases] == [
        (each.suite, each.id, each.status, without_times(each.values)) for each in whole.cases
    ]
    again = compare_with(run, read, anyway=False)
    assert (again.pairs, again.broken, again.mended, again.unlike) == (16, (), (), ())
    assert all(change.lost == change.won == 0 for change in again.shares)
    assert again.means
    assert all(change.difference == 0 for change in again.means)
    assert regressions(again) == []


def without_times(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if "latency" not in name}


def test_a_baseline_is_small_and_writing_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    run = run_of(*(answered(number) for number in range(100)))
    (first,) = write_baselines(run, tmp_path)
    content = first.read_bytes()
    write_baselines(run, tmp_path)
    assert first.read_bytes() == content
    assert len(content) < 100 * 100


def test_a_baseline_is_read_from_its_file_from_a_folder_of_them_and_from_a_report(tmp_path: Path) -> None:
    run, _ = runs()
    (path,) = write_baselines(run, tmp_path / "kept")
    write_run(tmp_path / "results.json", run)
    ids = [each.id for each in run.cases]
    for place in (path, tmp_path / "kept", tmp_path, tmp_path / "results.json"):
        assert [each.id for each in read_baseline(place, ["suite"]).cases] == ids


@pytest.mark.parametrize(
    "text", ["", "[]", '{"shares": 1}', '{"shares": [], "means": [], "suite": "s", "cases": [["a"]]}']
)
def test_a_file_that_is_no_baseline_is_refused_with_the_next_step(text: str, tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunUnreadableError, match=r"suite\.json: not a .*chatbot eval SUITE"):
        read_baseline(path, ["suite"])


def test_a_folder_without_a_baseline_of_the_suites_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(RunUnreadableError, match=r"no baseline of safety there.*eval safety --write-baseline"):
        read_baseline(tmp_path, ["safety"])


def test_a_share_that_lost_many_cases_is_a_regression_and_one_that_lost_a_few_is_not() -> None:
    before = run_of(*missing_of(60, set()))
    few, many = run_of(*missing_of(60, {1, 2, 3, 4, 5})), run_of(*missing_of(60, set(range(12))))
    assert regressions(compare(few, before)) == []
    assert {each.figure for each in regressions(compare(many, before))} == {"passed", "crisis recall", "route right"}
    assert regressions(compare(before, many)) == []


def test_with_many_figures_in_play_a_change_that_chance_explains_is_no_regression() -> None:
    # p is 0.03 for each of many shares that lost 6 of 60: one such share among many is what chance brings.
    before = run_of(*missing_of(60, set()))
    after = run_of(*missing_of(60, set(range(6))))
    changes = compare(after, before).shares
    assert {each.p for each in changes if each.lost} == {0.03125}
    assert regressions(compare(after, before)) == []


def missing_of(count: int, numbers: set[int]) -> list[CaseResult]:
    given = ["education" if number in numbers else "crisis_self" for number in range(count)]
    return [routed(str(number), "crisis_self", route) for number, route in enumerate(given)]


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.json")), ids=lambda path: path.stem)
def test_every_committed_baseline_is_of_a_shipped_suite_and_small(path: Path) -> None:
    read = read_baseline(path, [path.stem])
    assert path.stat().st_size < 1_000_000
    known = {case.id for case in read_suite(suite_path(path.stem)).cases}
    assert {each.id for each in read.cases} <= known
    assert all(each.values for each in read.cases if each.status != "errored")


def test_every_suite_about_the_shipped_articles_has_a_baseline() -> None:
    about = {suite.name for suite in named_suites(["all"], Settings())}
    assert {path.stem for path in BASELINES.glob("*.json")} == about
    assert {path.stem for path in shipped()} - about == {"clinic_article"}
