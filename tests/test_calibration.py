import json
from pathlib import Path

import numpy as np
import pytest

from evals.calibration import BINS, Decided, calibrate, report, write_calibration
from evals.intervals import Measured, mean_of, statistic_of


def honest(n: int = 1000) -> list[Decided]:
    """Answers right exactly as often as their confidence says, ten steps of confidence."""
    return [Decided((step + 0.5) / 10, at % 20 < 2 * step + 1) for step in range(10) for at in range(n // 10)]


def test_bins_hold_equal_counts_from_least_to_most_confident() -> None:
    bins = calibrate(honest()).bins
    assert len(bins) == BINS
    assert {part.n for part in bins} == {100}
    assert [part.confidence for part in bins] == pytest.approx([0.05 + step / 10 for step in range(10)])
    for part in bins:
        assert part.right.low <= part.right.mean <= part.right.high
        assert part.right.mean == pytest.approx(part.confidence, abs=0.01)


def test_the_calibration_error_is_0_for_an_honest_confidence_and_says_how_far_a_boast_is_off() -> None:
    assert calibrate(honest()).error.mean == pytest.approx(0, abs=0.005)
    boasting = [Decided(0.9, number % 2 == 0) for number in range(200)]
    assert calibrate(boasting).error.mean == pytest.approx(0.4)


def test_coverage_is_the_largest_share_that_keeps_the_risk_with_its_threshold() -> None:
    # 60 right, then one wrong, then 20 right, then 19 wrong: by falling confidence.
    right = [True] * 60 + [False] + [True] * 20 + [False] * 19
    measured = calibrate([Decided(1 - number / 100, each) for number, each in enumerate(right)])
    by_risk = {each.risk: each for each in measured.covered}
    # 81 answered with 1 wrong is a risk of 1.2 %; 82 with 2 wrong 2.4 %; 85 with 5 wrong 5.9 %.
    assert by_risk[0.02].coverage.mean == pytest.approx(0.81)
    assert by_risk[0.02].threshold == pytest.approx(1 - 0.80)
    assert by_risk[0.05].coverage.mean == pytest.approx(0.84)
    assert by_risk[0.10].coverage.mean == pytest.approx(0.88)
    assert by_risk[0.02].coverage.low < 0.81


def test_where_no_threshold_keeps_the_risk_nothing_is_covered() -> None:
    measured = calibrate([Decided(0.9, False), Decided(0.8, True)])
    assert [(each.coverage.mean, each.threshold) for each in measured.covered] == [(0.0, None)] * 3
    assert any("no threshold keeps it" in line for line in report(measured))


def test_questions_of_equal_confidence_are_answered_together_whatever_their_order() -> None:
    mixed = [Decided(0.5, True), Decided(0.5, False)]
    one, other = calibrate(mixed), calibrate(mixed[::-1])
    assert one.curve == other.curve == ((0.5, 1.0, 0.5),)
    assert one.area.mean == other.area.mean == pytest.approx(0.5)


def test_the_area_is_smaller_where_confidence_ranks_right_above_wrong() -> None:
    right = [True] * 5 + [False] * 5
    ranked = calibrate([Decided(1 - number / 10, each) for number, each in enumerate(right)])
    reversed_ = calibrate([Decided(number / 10, each) for number, each in enumerate(right)])
    # Risks 0 five times, then 1/6, 2/7, 3/8, 4/9, 5/10.
    assert ranked.area.mean == pytest.approx((1 / 6 + 2 / 7 + 3 / 8 + 4 / 9 + 5 / 10) / 10)
    assert ranked.area.mean < reversed_.area.mean


def test_what_is_written_can_be_read_as_json_with_every_curve(tmp_path: Path) -> None:
    measured = calibrate(honest())
    write_calibration(tmp_path / "out.json", measured, suite="own")
    stored = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert stored["suite"] == "own"
    assert len(stored["bins"]) == BINS
    assert len(stored["curve"]) == 10
    assert stored["area"].keys() == {"mean", "low", "high"}


def test_an_interval_is_that_of_the_mean_and_always_the_same() -> None:
    values = np.array([0.0, 1.0] * 200)
    measured = mean_of(values)
    # The standard error of a share of one half in 400 is 0.025.
    assert (measured.low, measured.high) == pytest.approx((0.5 - 0.049, 0.5 + 0.049), abs=0.01)
    assert mean_of(values) == measured
    assert str(Measured(0.5, 0.4, 0.6)) == "0.500 [0.400, 0.600]"
    drawn = statistic_of(400, lambda at: float(values[at].mean()))
    assert (drawn.mean, drawn.low) == pytest.approx((0.5, measured.low), abs=0.01)
